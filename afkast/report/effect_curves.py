"""The curves of an effect's pages, and where its persons are: as they may be told."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from afkast.analysis import effect, survival
from afkast.analysis.cohort import along
from afkast.analysis.destinations import ON_BENEFITS, Destinations, Place, trials
from afkast.report.cells import tells
from afkast.report.counts import estimated, persons_where
from afkast.report.curves import (
    DIFFERENCE,
    Bools,
    Curve,
    Placed,
    Told,
    counted_curve,
    in_steps,
    limit_of,
    told_places,
    weighted_curve,
)
from afkast.report.danish import Quantity, between, number, saying
from afkast.report.effect_balance import OTHERS, STARTED
from afkast.report.effect_pages import Cohort, Groups, groups_of
from afkast.report.effect_words import PLACES
from afkast.report.show import Page, clause


def since_entry(
    cohort: Cohort, groups: Mapping[str, Bools], curves: Mapping[str, survival.Occupation]
) -> dict[str, Curve]:
    """The curves of groups of the cohort, by name, from their entry into the target group."""
    found = {}
    for name, one in curves.items():
        on, followed = cohort.followed.since_entry(len(one.share))
        rows = groups[name]
        people = cohort.members.loc[rows, "person"]
        found[name] = counted_curve((one.share, one.lower, one.upper), people, on[rows], followed[rows])
    return found


def arms_of(cohort: Cohort, main: effect.Effect) -> dict[str, Curve]:
    """The curves of the two arms, from time zero: of the started themselves, and of the others weighted."""
    persons, K, of_trials, curves = main.persons, main.follow_up_months, trials(main), {}
    for arm, make, limits in (
        ("control", weighted_curve, (main.control, *main.control_interval)),
        ("treated", counted_curve, (main.treated, *main.treated_interval)),
    ):
        rows, months, _ = of_trials[arm]
        on, followed = (along(of[rows], months, K) for of in (persons.on_benefit, persons.observed))
        curves[NAMES[arm]] = make(limits, cohort.members["person"].iloc[rows], on, followed)
    return curves


NAMES = {"treated": STARTED.capitalize(), "control": OTHERS.capitalize()}


def month_told(curves: pd.DataFrame, latest: int) -> int:
    """The last month up to this one in which `told_curves` tells the difference; 0, in which all are on benefits, where
    it tells none."""
    difference = curves[DIFFERENCE, "andel"]
    return next((month for month in range(min(latest, len(curves) - 1), 0, -1) if not tells(difference[month])), 0)


def show_of_hundred(
    report: Page, cohort: Cohort, groups: Groups, at: int, fewer: float, ends: Sequence[float], detectable: float
) -> None:
    """How many fewer of a hundred started are on benefits after `at` months, with the ends of its interval, and the
    smallest effect that would be found."""
    low, high = (estimated(one, "", 0, people=groups.both) for one in sorted(ends))
    report.show_text(
        "af-hundrede",
        clause(at, "Af hundrede startede er {of_hundred} på ydelse efter {at} ({span}). ")
        + "Den mindste effekt, der med rimelig sikkerhed kunne være fundet med så mange startede, er {detectable}: er "
        "den sande effekt mindre, ville siden oftest svare, at den ikke kan skelnes fra tilfældigheder.",
        {
            "of_hundred": saying(
                f"{number(abs(fewer))} " + ("færre" if fewer > 0 else "flere"),
                estimated(fewer, "", 0, people=groups.both),
            ),
            "span": between(low, high, "flere", "færre", digits=0),
            "at": Quantity(at, "måneder", 0),
            "detectable": Quantity(detectable, "måneder"),
        },
        source=cohort.people,
        rests_on=groups.both,
        code=effect.Estimate.detectable,
    )


def destinations_told(cohort: Cohort, main: effect.Effect, found: Mapping[str, Destinations], same: str) -> Told:
    """`destinations` as `stacked_shares` draws it: the places where anyone of either arm has been."""
    met = [place for place in Place if any((one.at == place).any() for one in found.values())]
    of_effect, K = groups_of(cohort, main), main.follow_up_months
    everyone = {"treated": of_effect.compared, "control": of_effect.controls}
    groups = {}
    for arm in ("treated", "control"):
        one, people = found[arm], cohort.members["person"].iloc[found[arm].person]
        groups[NAMES[arm]] = Placed(
            {_name(place, same): one.found.share[:K, place] for place in met},
            {_name(place, same): persons_where(people, one.at[:, :K] == place) for place in met},
            everyone[arm],
            counted=arm == "treated",
        )
    return told_places(groups, away=sum(place not in ON_BENEFITS for place in met))


def places_at(
    cohort: Cohort, main: effect.Effect, found: Mapping[str, Destinations], told: Told, month: int, same: str
) -> pd.DataFrame:
    """A row a place: the share of each arm in a month with its interval; empty where the figure does not tell it."""
    rows: dict[str, list[Quantity | float]] = {_name(place, same): [] for place in Place}
    people = groups_of(cohort, main).both
    for place in Place:
        for arm in ("treated", "control"):
            column, of = (NAMES[arm], _name(place, same)), found[arm].found
            cells: list[Quantity | float] = [np.nan] * 3
            if column in told.values and told.states[column].loc[month] == "":
                of_figure = told.values[column].loc[month]
                ends = in_steps([of.lower[month, place], of.upper[month, place]], told.steps[NAMES[arm]])
                cells = [of_figure, *(limit_of(one, of_figure, end, people) for end, one in enumerate(ends))]
            rows[column[1]] += cells
    rows["Uden ydelse i alt"] = [cell for off in told.off.values() for cell in (off[month], np.nan, np.nan)]
    heads = pd.MultiIndex.from_product([(STARTED, OTHERS), ("andel", "fra", "til")])
    return pd.DataFrame.from_dict(rows, orient="index").set_axis(heads, axis=1).dropna(how="all")


def _name(place: Place, same: str) -> str:
    """A place by its name; the benefit that the started most often receive by its own."""
    return PLACES[place] if place else same.capitalize()
