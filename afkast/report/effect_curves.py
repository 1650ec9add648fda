"""The curves of an effect's pages, and where its persons are: as they may be told."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from afkast.analysis import effect, survival
from afkast.analysis.answer import Answer
from afkast.analysis.cohort import along
from afkast.analysis.destinations import ON_BENEFITS, Destinations, Place, trials
from afkast.report.cells import tells
from afkast.report.counts import estimated, persons_where
from afkast.report.curve_charts import share_curves, stacked_shares
from afkast.report.curves import (
    DIFFERENCE,
    EMPTY_MONTHS,
    Bools,
    Curve,
    Placed,
    Told,
    counted_curve,
    gaps_of,
    in_steps,
    limit_of,
    notes_of,
    told_curves,
    told_places,
    weighted_curve,
)
from afkast.report.danish import Quantity, between, number, saying
from afkast.report.effect_balance import OTHERS, STARTED
from afkast.report.effect_pages import Cohort, Groups, groups_of
from afkast.report.effect_words import PLACES, what_is_said
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


def show_compared(report: Page, cohort: Cohort, main: effect.Effect, groups: Groups) -> pd.DataFrame:
    """The figure of both arms and of their difference; what of it is told, a row a month from the start."""
    arms = arms_of(cohort, main)
    compared = told_curves(arms, (main.difference, *main.difference_interval))
    report.show_figure(
        "sammenlignede-kurver",
        compared,
        share_curves(tuple(arms), with_difference=True),
        caption="Andel på offentlig forsørgelse efter måneder fra start, med 95 %-bånd. De, der kunne være startet, er "
        "vejet, så de ligner de startede." + gaps_of(arms),
        alt="Efter {k} er {treated} af de startede på ydelse mod {control} af de øvrige" + _how_sure(main),
        unit="personer",
        column_units={
            **dict.fromkeys(SHARES, "%"),
            **{("forskel", part): ("pct.point", 0) for part in SHARES},
        },
        source=cohort.people,
        rests_on=groups.both,
        corner="Måned",
        height_inches=7.2,
        notes=notes_of(arms),
        names={
            "k": Quantity(main.follow_up_months - 1, "måneder", 0),
            "treated": arms[NAMES["treated"]].share[-1],
            "control": arms[NAMES["control"]].share[-1],
        },
    )
    return compared


def _how_sure(main: effect.Effect) -> str:
    """The end of a sentence about the difference in the last month of follow-up."""
    low, high = (float(ends[-1]) for ends in main.difference_interval)
    return clause(low <= 0 <= high, "; forskellen kan være tilfældig.", ".")


SHARES = ("andel", "nedre", "øvre")
"""The columns of a told curve: the share and the ends of its interval."""


def show_difference(report: Page, cohort: Cohort, answer: Answer, groups: Groups) -> None:
    """The months on benefits that a start saves or costs, with the interval, under what may be said of it."""
    main = answer.main
    low, high = main.saved.interval
    report.show_text(
        "forskellen",
        what_is_said(answer.said)
        + clause(
            answer.by_chance,
            " De startede fik i de første {follow_up} et sted {span} måneder "
            "på offentlig forsørgelse, end de ellers ville have fået.",
            clause(
                low > 0,
                " De startede fik i gennemsnit {saved} mindre",
                " De startede fik i gennemsnit {more} mere",
            )
            + (
                " på offentlig forsørgelse i de første {follow_up}, end de ellers ville have fået; "
                "med {level} sikkerhed {span} måneder."
            ),
        ),
        {
            "follow_up": Quantity(main.follow_up_months, "måneder", 0),
            "saved": Quantity(main.saved.value, "måneder"),
            "more": Quantity(-main.saved.value, "måneder"),
            "span": between(low, high, "flere", "færre", digits=1),
            "level": Quantity(main.level, "%"),
        },
        headline=True,
        source=cohort.people,
        rests_on=groups.both,
        code=effect.verdict,
        filed={"low": Quantity(low, "", 1), "high": Quantity(high, "", 1), "compared": groups.compared},
    )


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


def show_places(
    report: Page, cohort: Cohort, main: effect.Effect, found: Mapping[str, Destinations], month: int, same: str
) -> None:
    """Where the persons of each arm are, month by month as a figure, and in one month as a table with intervals."""
    told, groups = destinations_told(cohort, main, found, same), groups_of(cohort, main)
    report.show_figure(
        "hvor-de-er",
        told.values,
        stacked_shares(told.away),
        caption="De startede, og de, der kunne være startet: hvor de er, måned for måned."
        + clause(told.gaps, EMPTY_MONTHS),
        alt="Efter {k} er {treated} af de startede uden ydelse mod {control} af de øvrige" + _how_sure(main),
        unit="%",
        source=cohort.people,
        rests_on=groups.both,
        corner="Måned",
        height_inches=4.6,
        states=told.states,
        notes=[
            "Selvforsørgelse: uden ydelse, også den, der får SU eller lever af andet. Et sted med for få til at vises "
            "er slået sammen med de andre på samme side.",
        ],
        names={
            "k": Quantity(main.follow_up_months - 1, "måneder", 0),
            "treated": told.off[NAMES["treated"]][-1],
            "control": told.off[NAMES["control"]][-1],
        },
    )
    report.show_table(
        "steder",
        places_at(cohort, main, found, told, month, same),
        caption=f"Hvor de er efter {month} måneder, med 95 %-interval. Et sted, som for få er kommet til, er slået "
        "sammen med de andre.",
        corner="Sted",
        unit="%",
        source=cohort.people,
        rests_on=groups.both,
        blanks="future",
    )


def show_other_benefits(report: Page, cohort: Cohort, other: effect.Estimate, groups: Groups, same: str) -> None:
    """How much the start changed the months on other benefits than the commonest."""
    report.show_text(
        "skift",
        "Et skift til en anden ydelse er ikke en afgang; i kroner tæller kun forskellen i ydelsernes pris. På andre "
        "ydelser end {benefit} fik de startede i gennemsnit "
        + clause(other.value > 0, "{months} mindre", "{months} mere")
        + " end de øvrige ({span}).",
        {
            "months": Quantity(abs(other.value), "måneder"),
            "span": between(*other.interval, "mere", "mindre", digits=1),
            "benefit": same,
        },
        source=cohort.people,
        rests_on=groups.both,
    )


def _name(place: Place, same: str) -> str:
    """A place by its name; the benefit that the started most often receive by its own."""
    return PLACES[place] if place else same.capitalize()
