"""How alike an effect's arms are, as tables: their traits, the fifths they are in, and how likely they were to start.

Each share is of persons, counted once however many trials they are in; a category of the data that few hold is named
nowhere.
"""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis import effect
from afkast.analysis.effect.terms import across, yes_or_no
from afkast.report.cells import tells
from afkast.report.counts import STEPS, Count, Share, coarse_share, estimated, persons_where
from afkast.report.danish import Quantity, Words, listed, number, rounded
from afkast.report.disclosure import chosen, is_small, rounded_count
from afkast.report.effect_pages import Cohort, Groups, groups_of
from afkast.report.effect_words import KINDS, band_name, covariate_name
from afkast.report.show import Page, clause

STARTED, OTHERS, WEIGHTED = "startede", "kunne være startet", "de samme, vejet"

APART = "Forskel i spredninger"
MEANS = ["treated_mean", "control_mean_before", "control_mean_after"]
DIFFERENCES = ["difference_before", "difference_after"]

HELD_BY_FEW = "en sjælden oplysning"


@dataclass(frozen=True)
class Held:
    """Who of an effect's arms have a trait, and who have not; a control may have it in one trial and not in another.

    everyone: those of the whole target group who have it.
    """

    treated: Count
    all_treated: Count
    controls: Count
    controls_without: Count
    everyone: Count

    @property
    def of_treated(self) -> Share:
        return coarse_share(self.treated, self.all_treated)

    def weighted(self, value: float, people: tuple[Count, ...]) -> Quantity:
        """The share of the controls that weights make the treated's: told as coarsely as that, or it would tell it."""
        step = self.of_treated.step or 1
        return estimated(step * round(value / step), "%", 0, people=people, beside=self.beside)

    @property
    def beside(self) -> tuple[Quantity, ...]:
        """What no number of either arm may be told without."""
        return self.of_treated, self.controls, self.controls_without

    @property
    def parts_few(self) -> bool:
        """Whether few of either arm have it, or have not."""
        without = self.all_treated.number - self.treated.number
        counts = (self.treated.number, without, self.controls.number, self.controls_without.number)
        return any(is_small(one) for one in counts)

    @property
    def by_few(self) -> bool:
        return any(is_small(one.number) for one in (self.treated, self.controls, self.everyone))


def held(cohort: Cohort, main: effect.Effect, holds: NDArray[np.bool_]) -> Held:
    """Those for whom it holds when a trial of theirs begins; holds: persons × trial months, or × 1."""
    people, of = cohort.members["person"].to_numpy(), main.assigned
    holds = np.asarray(np.broadcast_to(holds, of.eligible.shape), dtype=bool)
    controls = of.eligible & ~of.starts
    treated = people[of.person]
    return Held(
        persons_where(treated, holds[of.person, of.trial]),
        persons_where(treated, np.ones(len(treated), dtype=bool)),
        persons_where(people, _in_any(controls & holds)),
        persons_where(people, _in_any(controls & ~holds)),
        persons_where(people, _in_any(holds)),
    )


def _in_any(holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(holds.any(axis=1))


def name_of(cohort: Cohort, main: effect.Effect, covariate: str) -> str:
    """A covariate in Danish; a category of the data that one to four hold is not named."""
    having = _held(cohort, main, covariate) if covariate.partition(": ")[0] in KINDS else None
    return HELD_BY_FEW if having and having.by_few else covariate_name(covariate)


def quoted(name: str) -> str:
    """A covariate's name as it stands in a sentence."""
    return name if name == HELD_BY_FEW else f"»{name}«"


def balance_told(cohort: Cohort, main: effect.Effect) -> pd.DataFrame:
    """`Effect.balance` in Danish, without the categories that few hold; a yes or no, or a share, as a share."""
    people, rows = groups_of(cohort, main).both, {}
    for covariate, found in main.balance.assign(spread=np.sqrt(main.balance["variance_ratio"])).iterrows():
        label = name_of(cohort, main, str(covariate))
        if label == HELD_BY_FEW:
            continue
        having = _held(cohort, main, str(covariate))
        beside = having.beside if having else ()
        # of whole years, a mean with decimals tells of how many it is, which is told in steps
        unit = ("%", 0) if having or is_share(str(covariate)) else ("", 2 if chosen().base == 1 else 0)
        # with the others' share a finer difference would tell the started's more finely than it is told
        digits = 1 if having and (having.of_treated.step or 0) > STEPS[0] else 2
        means, apart, spread = (
            [estimated(found[one], *of_these, people=people, beside=beside) for one in names]
            for names, of_these in ((MEANS, unit), (DIFFERENCES, ("", digits)), (["spread"], ("", 2)))
        )
        if having:
            means = [having.of_treated, means[1], having.weighted(found[MEANS[2]], people)]
        rows[label] = [*means, *apart, *spread, "ja" if found["in_regression"] else "nej"]
    heads = [*(("Gennemsnit", arm) for arm in (STARTED, OTHERS, WEIGHTED)), (APART, "før"), (APART, "efter")]
    heads += [("Spredninger", "forhold"), ("", "med i vægten")]
    return pd.DataFrame.from_dict(rows, orient="index").set_axis(pd.MultiIndex.from_tuples(heads), axis=1)


def is_share(covariate: str) -> bool:
    """Whether a covariate is a share, as its name says, and is told in per cent."""
    return covariate.endswith("_share")


def largest(balance: pd.DataFrame, when: str) -> tuple[str, Quantity]:
    """Of `balance_told`, the row that differs most before or after, of those that are told; and by how much."""
    differences = balance[APART, when]
    row = max(
        [one for one in balance.index if not tells(differences[one])] or list(balance.index),
        key=lambda one: abs(float(differences[one])),
    )
    return f"»{row}«", abs(differences[row]).written_as("", differences[row].digits)


def show_balance(report: Page, cohort: Cohort, main: effect.Effect, groups: Groups) -> None:
    """How alike the arms are, as a table, and in words who are compared and what still differs."""
    balance = balance_told(cohort, main)
    report.show_table(
        "sammenlignelighed",
        balance,
        caption="Ligner de to grupper hinanden, når de vejes?",
        corner="Det, der vides, når måneden begynder",
        unit=("", 2),
        source=cohort.people,
        rests_on=groups.both,
        notes=[
            "En forskel på under en tiendedel spredning regnes som regel for lille. Forhold: de startedes spredning "
            "delt med de øvriges efter vægtningen; tomt for et ja eller nej."
        ],
        blanks="future",
    )
    (worst_before, before), (worst, after) = (largest(balance, when) for when in ("før", "efter"))
    unbalanced = dict.fromkeys(quoted(name_of(cohort, main, name)) for name in main.unbalanced)
    report.show_text(
        "sammenligneligheden",
        "{treated}, der startede, kan sammenlignes med {controls}, som var på ydelse i samme måned uden at starte"
        + clause(
            groups.left_out.number,
            ". {left_out} er ikke med: de startede uden at være på ydelse i måneden, var i gang med en anden indsats "
            "eller lignede ingen af de øvrige. ",
            ". ",
        )
        + "Den største forskel, der kan vises, er {before} spredninger før vægtningen ({worst_before}) og {after} "
        "efter"
        + clause(rounded(after), " ({worst}).", ".")
        + clause(
            float(after) > effect.SMALL_DIFFERENCE,
            " Det er en forskel, som vægtene ikke fjerner, og den kan flytte resultatet.",
        )
        + clause(
            unbalanced,
            " For {unbalanced} er gennemsnit, spredning eller andelen i en af femtedelene så forskellig, at en effekt "
            "ikke kan kaldes indsatsens.",
        ),
        {
            "treated": groups.compared,
            "controls": groups.controls,
            "left_out": groups.left_out,
            "before": before,
            "after": after,
            "worst": worst,
            "worst_before": worst_before,
            "unbalanced": Words(listed(list(unbalanced))),
        },
        source=cohort.people,
        rests_on=groups.both,
    )


def bands_told(cohort: Cohort, main: effect.Effect) -> pd.DataFrame:
    """`Effect.bands` in Danish: the share of each arm in each fifth of a number."""
    people, months = groups_of(cohort, main).both, main.assigned.months
    rows = {}
    for named, bands in main.bands.groupby(level="covariate", sort=False):
        covariate = str(named)
        x = across(main.persons.covariates[covariate], months).astype(float)
        for place, part in enumerate(_parts(cohort, main, x, bands.droplevel("covariate"))):
            before = estimated(part.found[MEANS[1]], "%", 0, people=people, beside=part.having.beside)
            band = band_name(part.low if place else None, part.below, is_share(covariate))
            rows[f"{covariate_name(covariate)}: {band}"] = [
                part.of_treated,
                before,
                part.having.weighted(part.found[MEANS[2]], people),
            ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=[STARTED, OTHERS, WEIGHTED])


def overlap_told(cohort: Cohort, main: effect.Effect) -> pd.DataFrame:
    """`Effect.overlap` in Danish: the share of each arm in each band of the chance of starting."""
    people, rows = groups_of(cohort, main).both, {}
    if main.assigned.propensity is None:
        return pd.DataFrame(columns=[STARTED, OTHERS])
    bands = main.overlap / main.overlap.sum()
    for part in _parts(cohort, main, main.assigned.propensity.probability, bands):
        others = estimated(part.found["could"], "%", 0, people=people, beside=part.having.beside)
        rows[f"{number(100 * part.low, 1)} til {number(100 * part.below, 1)} %"] = [part.of_treated, others]
    return pd.DataFrame.from_dict(rows, orient="index", columns=[STARTED, OTHERS])


@dataclass(frozen=True)
class _Part:
    """Those with a number from `low` to below `below`; found: the shares of each arm; of_treated: of the treated."""

    low: float
    below: float
    having: Held
    found: pd.Series
    of_treated: Share


def _parts(cohort: Cohort, main: effect.Effect, x: NDArray[np.float64], bands: pd.DataFrame) -> list[_Part]:
    """The bands of a number, as `effect.balance` makes them; where few are in one, it is told with its neighbour.

    x: the number, persons × trial months, or × 1. Where counts are rounded, the shares are of the sum of these.
    """
    ends = [cast(tuple[float, float], one) for one in bands.index]

    def having(first: int, last: int) -> Held:
        below = np.inf if last == len(ends) - 1 else ends[last][1]
        return held(cohort, main, (x >= ends[first][0]) & (x < below))

    joined: list[tuple[int, int]] = []
    for place in range(len(ends)):
        if joined and having(*joined[-1]).parts_few:
            joined[-1] = (joined[-1][0], place)
        else:
            joined.append((place, place))
    while len(joined) > 1 and having(*joined[-1]).parts_few:
        _, last = joined.pop()
        joined[-1] = (joined[-1][0], last)
    of_each = [having(*one) for one in joined]
    shares = [one.of_treated for one in of_each]
    if chosen().base > 1:
        rounded = [rounded_count(one.treated.number) for one in of_each]
        shares = [
            replace(share, value=one / sum(rounded) if sum(rounded) else None, of_rounded=True)
            for share, one in zip(shares, rounded, strict=True)
        ]
    return [
        _Part(ends[first][0], ends[last][1], who, bands.iloc[first : last + 1].sum(), share)
        for (first, last), who, share in zip(joined, of_each, shares, strict=True)
    ]


def _held(cohort: Cohort, main: effect.Effect, covariate: str) -> Held | None:
    """Who answer yes; None of a covariate that is a number."""
    values = main.persons.covariates[covariate]
    return held(cohort, main, across(values, main.assigned.months) == 1) if yes_or_no(values) else None
