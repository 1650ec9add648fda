"""How alike an effect's arms are, as tables: their traits, the fifths they are in, and how likely they were to start.

Each share is of persons, counted once however many trials they are in; a category of the data that few hold is named
nowhere.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis import effect
from afkast.analysis.effect.terms import across, yes_or_no
from afkast.report.cells import tells
from afkast.report.counts import STEPS, Count, Share, coarse_share, estimated, persons_where
from afkast.report.danish import Quantity, Words, listed, number
from afkast.report.disclosure import chosen, is_small
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
            "; {left_out} startede uden at være på ydelse i måneden, mens de var i gang med en anden indsats, eller "
            "uden nogen at ligne, og er ikke med. ",
            ". ",
        )
        + "Den største forskel, der kan vises, er {before} spredninger før vægtningen ({worst_before}) og {after} "
        "efter ({worst})."
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
    for place, found in main.bands.iterrows():
        covariate, low, below = cast(tuple[str, float, float], place)
        x = across(main.persons.covariates[covariate], months).astype(float)
        having = held(cohort, main, (x >= low) & (x < below))
        before = estimated(found[MEANS[1]], "%", 0, people=people, beside=having.beside)
        first = low == main.bands.loc[covariate].index[0][0]
        rows[f"{covariate_name(covariate)}: {band_name(None if first else low, below, is_share(covariate))}"] = [
            having.of_treated,
            before,
            having.weighted(found[MEANS[2]], people),
        ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=[STARTED, OTHERS, WEIGHTED])


def overlap_told(cohort: Cohort, main: effect.Effect) -> pd.DataFrame:
    """`Effect.overlap` in Danish: the share of each arm in each band of the chance of starting."""
    people, rows = groups_of(cohort, main).both, {}
    for place, found in (main.overlap / main.overlap.sum()).iterrows():
        low, below = cast(tuple[float, float], place)
        assert main.assigned.propensity is not None
        p = main.assigned.propensity.probability
        having = held(cohort, main, (p >= low) & ((p < below) | (below == 1)))
        others = estimated(found["could"], "%", 0, people=people, beside=having.beside)
        rows[f"{number(100 * low, 1)} til {number(100 * below, 1)} %"] = [having.of_treated, others]
    return pd.DataFrame.from_dict(rows, orient="index", columns=[STARTED, OTHERS])


def _held(cohort: Cohort, main: effect.Effect, covariate: str) -> Held | None:
    """Who answer yes; None of a covariate that is a number."""
    values = main.persons.covariates[covariate]
    return held(cohort, main, across(values, main.assigned.months) == 1) if yes_or_no(values) else None
