"""What the pages of an effect do alike: a strategy's persons, followed, and what is told of how alike the arms are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from afkast.analysis import effect
from afkast.analysis.answer import Answer, answer, answer_in_kroner
from afkast.analysis.cohort import column_of
from afkast.analysis.effect.persons import Floats
from afkast.analysis.follow_up import FollowUp, follow_up
from afkast.analysis.lack import NotEnough
from afkast.report.curves import Curve
from afkast.report.danish import Quantity, written
from afkast.report.disclosure import is_small
from afkast.report.effect_words import band_name, covariate_name
from afkast.report.refusals import in_danish
from afkast.report.show import Page

MILLION = 1e6
"""Kroner are printed in millions."""

STARTED, OTHERS, WEIGHTED = "startede", "kunne være startet", "de samme, vejet"


@dataclass(frozen=True)
class Cohort:
    """A strategy's target group up to the cut-off, with the tables that tell of it.

    extracted: the month of the extraction; cut_off: the last that is used, which is the report's at most.
    """

    members: pd.DataFrame
    persons: pd.DataFrame
    spells: pd.DataFrame
    unit_prices: pd.DataFrame
    refund_ladder: pd.DataFrame
    price_levels: pd.DataFrame
    everyone: pd.DataFrame
    strategy: str
    municipality: str
    price_level_year: int
    extracted: pd.Period
    cut_off: pd.Period

    @property
    def people(self) -> list[pd.DataFrame]:
        """The source of what is told of months on benefits."""
        return [self.members, self.spells, self.persons]

    @property
    def priced(self) -> list[pd.DataFrame]:
        """The source of what is told of kroner."""
        return [*self.people, self.unit_prices, self.refund_ladder]

    @property
    def others(self) -> pd.DataFrame:
        """The target groups of the other strategies."""
        return self.everyone[self.everyone["strategy"] != self.strategy]

    def in_both(self) -> pd.DataFrame:
        """Of the other strategies' target groups, those who have started there and here."""
        here = self.members.loc[self.followed.started, "person"]
        return self.others[self.others["group"].eq("intervention") & self.others["person"].isin(here)]

    def other_starts(self) -> list[Floats]:
        """Of each strategy that someone has started as well: each member's month of start, NaN for the others."""
        return [
            column_of(theirs.set_index("person")["started_on"].reindex(self.members["person"]), self.followed.months)
            for _, theirs in self.in_both().groupby("strategy")
        ]

    @cached_property
    def followed(self) -> FollowUp:
        """Everyone to the cut-off."""
        return self.until(self.cut_off)

    @cached_property
    def to_extraction(self) -> FollowUp:
        """Everyone to the month of the extraction, of which the last may still change."""
        return self.until(self.extracted)

    def until(self, last: pd.Period) -> FollowUp:
        return follow_up(
            self.members,
            self.persons,
            self.spells,
            last,
            unit_prices=self.unit_prices,
            refund_ladder=self.refund_ladder,
            price_levels=self.price_levels,
            area=self.municipality,
            price_year=self.price_level_year,
            other_efforts=self.others,
        )

    def answer(self, follow_up_months: int, placebo_months: int) -> Answer:
        """The effect in months on benefits, and all that was asked to doubt it."""
        return answer(self.followed, self.to_extraction, follow_up_months, placebo_months)

    def answer_in_kroner(
        self, follow_up_months: int | None, placebo_months: int, cost_dkk: float = 0.0, unit: float = MILLION
    ) -> Answer:
        """The same of what the municipality has paid, printed in the unit; see `answer_in_kroner`."""
        return answer_in_kroner(
            self.followed, self.to_extraction, follow_up_months, placebo_months, cost_dkk=cost_dkk, unit=unit
        )

    def overlaps(self, main: effect.Effect) -> pd.DataFrame:
        """Of each other strategy with some of the same target group: how many it shares, and how many who are compared
        here have started there."""
        could = (main.assigned.eligible & ~main.assigned.starts).any(axis=1)
        compared = np.isin(np.arange(len(self.members)), main.treated_rows)
        rows = {}
        for other, theirs in self.others.merge(self.members[["person"]]).groupby("strategy"):
            begun = theirs.loc[theirs["started_on"] <= self.cut_off.end_time, "person"]
            there = self.members["person"].isin(begun).to_numpy()
            rows[other] = [len(theirs), (there & compared).sum(), (there & could).sum()]
        columns = ["Fælles målgruppe", "Startede her, der også fik den", "Kunne være startet her, der fik den"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def cohort_of(report: Page, lag_months: int, price_level_year: int) -> Cohort:
    """The page's own; lag_months: before the extraction, which late registration still changes and are not used."""
    members = report.table("cohort")
    extracted = pd.Period(report.extracted_on("spells"), freq="M")
    cut_off = min(extracted - lag_months, pd.Period(report.as_of, freq="M"))
    members = members[members["entered_on"] <= cut_off.end_time]
    municipality, prices = report.strategy.municipality, report.table("unit_prices")
    return Cohort(
        members=members,
        persons=report.table("persons").merge(members[["person"]]),
        spells=report.table("spells").merge(members[["person"]]),
        unit_prices=prices[prices["area"] == municipality],
        refund_ladder=report.table("refund_ladder"),
        price_levels=report.table("price_levels"),
        everyone=report.snapshot.table("cohort"),
        strategy=report.strategy.id,
        municipality=municipality,
        price_level_year=price_level_year,
        extracted=extracted,
        cut_off=cut_off,
    )


def end_without_effect(report: Page, cohort: Cohort, lack: NotEnough) -> None:
    """Say why there is no effect, and end the page."""
    text = "Indsatsens virkning er ikke opgjort. {why}"
    report.show_text("ikke-sammenlignet", text, {"why": in_danish(lack)}, source=cohort.people, ends=True)


def arms_of(main: effect.Effect) -> dict[str, Curve]:
    """The curves of the two arms, from time zero."""
    control, treated = (
        Curve(share, band[0], band[1], observed, on_benefit, everyone=int(observed[0]))
        for share, band, observed, on_benefit in (
            (main.control, main.control_interval, main.control_observed, main.control_on_benefit),
            (main.treated, main.treated_interval, main.treated_observed, main.treated_on_benefit),
        )
    )
    return {"Kunne være startet": control, "Startede": treated}


def tells_few(main: effect.Effect, month: int) -> bool:
    """Whether the arms' shares in a month would let a count of 1-4 be reckoned."""
    arms = ((main.treated_observed, main.treated_on_benefit), (main.control_observed, main.control_on_benefit))
    return any(
        is_small(int(count))
        for seen, on in arms
        for count in (on[month], seen[month] - on[month], seen[0] - seen[month])
    )


def odds_told(odds_ratio: float) -> Quantity | str:
    """An odds ratio of `HiddenDifference`; stronger ones than the largest are not tried."""
    largest = effect.hidden.LARGEST_ODDS_RATIO
    return Quantity(odds_ratio, "", 2) if odds_ratio < largest else f"mindst {written(Quantity(largest, ''))}"


@dataclass(frozen=True)
class Compared:
    """A table of how alike the arms are, and the counts of persons that its shares give away, row by row."""

    values: pd.DataFrame
    behind: dict[Any, list[pd.Series]]

    def largest(self, column: tuple[str, str]) -> tuple[str, Quantity]:
        """The row that differs most, and by how much."""
        differences = self.values[column].abs()
        place = int(differences.to_numpy().argmax())
        counts = tuple(float(count.iloc[place]) for count in self.behind[column])
        return f"»{differences.index[place]}«", Quantity(differences.iloc[place], "", 2, behind=counts)


def balance_told(main: effect.Effect) -> Compared:
    """`Effect.balance` in Danish; a yes or no is a share, and tells how many answer yes."""
    found = main.balance
    yes_or_no = [bool(np.isin(main.persons.covariates[name], (0, 1)).all()) for name in found.index]
    values = pd.DataFrame(
        {
            ("Gennemsnit", STARTED): found["treated_mean"],
            ("Gennemsnit", OTHERS): found["control_mean_before"],
            ("Gennemsnit", WEIGHTED): found["control_mean_after"],
            ("Forskel i spredninger", "før"): found["difference_before"],
            ("Forskel i spredninger", "efter"): found["difference_after"],
            ("Spredninger", "forhold"): np.sqrt(found["variance_ratio"]),
            ("", "med i vægten"): np.where(found["in_regression"], "ja", "nej"),
        }
    ).set_axis([covariate_name(str(name)) for name in found.index])
    counts = [count.where(np.array(yes_or_no)) for count in _counts(main, found)]
    told = [column for column in values.columns if column[0] in ("Gennemsnit", "Forskel i spredninger")]
    return Compared(values, dict.fromkeys(told, counts))


def bands_told(main: effect.Effect) -> Compared:
    """`Effect.bands` in Danish: the share of each arm in each fifth of a number."""
    found = main.bands
    values = pd.DataFrame(
        {
            STARTED: found["treated_mean"],
            OTHERS: found["control_mean_before"],
            WEIGHTED: found["control_mean_after"],
        }
    ).set_axis([f"{covariate_name(name)}: {band_name(low, below)}" for name, low, below in found.index])
    return Compared(values, dict.fromkeys(values.columns, _counts(main, found)))


def _counts(main: effect.Effect, shares: pd.DataFrame) -> list[pd.Series]:
    """How many of each arm have the trait, and how many have not."""
    arms = {"treated_mean": main.treated_persons, "control_mean_before": int(main.control_observed[0])}
    found = []
    for mean, persons in arms.items():
        with_it = (shares[mean] * persons).round()
        found += [with_it, persons - with_it]
    return found


def value_and_limits(lines: Mapping[str, effect.Estimate | float], persons: Mapping[str, int]) -> pd.DataFrame:
    """A row a line: its value with its interval, per person and for so many; of a known amount the interval is empty.

    lines: per person; persons: how many, by the heading of their three columns.
    """

    def cells(one: effect.Estimate | float, count: int) -> tuple[float, float, float]:
        if isinstance(one, effect.Estimate):
            return one.times(count).value, *one.times(count).interval
        return one * count, np.nan, np.nan

    rows = [[cell for count in persons.values() for cell in cells(one, count)] for one in lines.values()]
    return pd.DataFrame(rows, list(lines), pd.MultiIndex.from_product([persons, ("beregnet", "fra", "til")]))
