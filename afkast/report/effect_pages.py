"""What the pages of an effect do alike: a strategy's persons, followed, and what is asked of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd

from afkast.analysis import effect
from afkast.analysis.answer import Answer, answer, answer_in_kroner, net_of
from afkast.analysis.cohort import column_of
from afkast.analysis.effect.persons import Floats
from afkast.analysis.follow_up import FollowUp, follow_up
from afkast.analysis.history import LadderWeeks, ladder_weeks
from afkast.analysis.lack import NotEnough
from afkast.analysis.late_registration import Lag
from afkast.report.counts import Count, persons_in, persons_where
from afkast.report.danish import Given, Words
from afkast.report.reader import Source
from afkast.report.refusals import in_danish
from afkast.report.show import Page, clause

MILLION = 1e6
"""Kroner are printed in millions."""


@dataclass(frozen=True)
class Cohort:
    """A strategy's target group up to the cut-off, with the tables that tell of it.

    extracted: the month of the extraction; cut_off: the last that is used, which is the report's at most; lag: how many
    before the extraction are left out.
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
    lag: Lag

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

    def in_other_effort(self, main: effect.Effect) -> float:
        """The share of those compared who have begun another effort, of the arm where it is larger."""
        other = self.followed.persons.other_start
        if other is None:
            return 0.0
        could = (main.assigned.eligible & ~main.assigned.starts).any(axis=1)
        return float(max(np.mean(~np.isnan(other[arm])) for arm in (main.treated_rows, could)))

    @cached_property
    def started(self) -> Count:
        """Those who have started."""
        return persons_where(self.members["person"], self.followed.started)

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

    def ladder(self, **ways: bool) -> LadderWeeks:
        """Everyone's weeks on the refund ladder, counted another way (`ladder_weeks`)."""
        people = self.persons.set_index("person").loc[self.members["person"]].reset_index()
        spells = self.spells[self.spells["start"] <= self.cut_off.end_time]
        return ladder_weeks(spells, people, self.followed.months, **ways)

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

    def net_of(self, answer: Answer, spent_dkk: float) -> Answer:
        """What all have saved to date, held against what was spent on all; see `net_of`."""
        return net_of(answer, self.followed, spent_dkk)

    def overlaps(self, main: effect.Effect) -> pd.DataFrame:
        """Of each other strategy with some of the same target group: how many it shares, and how many who are compared
        here have started there."""
        could = (main.assigned.eligible & ~main.assigned.starts).any(axis=1)
        compared = np.isin(np.arange(len(self.members)), main.treated_rows)
        people, rows = self.members["person"], {}
        for other, theirs in self.others.merge(self.members[["person"]]).groupby("strategy"):
            begun = theirs.loc[theirs["started_on"] <= self.cut_off.end_time, "person"]
            there = people.isin(begun).to_numpy()
            rows[other] = [persons_in(theirs), *(persons_where(people, there & arm) for arm in (compared, could))]
        columns = ["Fælles målgruppe", "Startede her, der også fik den", "Kunne være startet her, der fik den"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def cohort_of(report: Page, lag_months: int, price_level_year: int) -> Cohort:
    """The page's own; lag_months: so many before the extraction at least are left out, for they still change."""
    members = report.table("cohort")
    extracted = pd.Period(report.extracted_on("spells"), freq="M")
    lag = report.lag(lag_months)
    cut_off = min(extracted - lag.months, pd.Period(report.as_of, freq="M"))
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
        lag=lag,
    )


def show_lag(report: Page, lag: Lag, source: Source, unknown: str = "") -> None:
    """Say which months before the extraction are left out, and how that is known, or why it cannot be."""
    if unknown:
        report.show_text("udeladte-maaneder", "{why}", {"why": Words(unknown)}, source=source)
        return
    alone = "er kun ét udtræk, så det kan ikke ses, hvor længe en måned ændrer sig."
    still = "udtrækkene viser ingen måned, der har ændret sig."
    if not lag.months:
        text = "Alle måneder før udtrækket er brugt" + clause(lag.seen is None, f". Der {alone}", f": {still}")
    else:
        text = "De seneste {lag} før udtrækket er udeladt" + clause(
            lag.seen is None,
            f", fordi de endnu kan ændre sig. Det er sat på forhånd: der {alone}",
            clause(
                (lag.seen or 0) >= lag.declared,
                ": udtrækkene viser, at en måned ændrer sig så længe."
                + clause((lag.seen or 0) > lag.declared, " På forhånd var {declared} udeladt."),
                ". Det er sat på forhånd; "
                + clause(lag.seen, "udtrækkene viser kun ændringer i de seneste {seen}.", still),
            ),
        )
    numbers = {"lag": lag.months, "declared": lag.declared, "seen": lag.seen or 0} if lag.months else {}
    names = {name: Given(number, "måneder", 0) for name, number in numbers.items()}
    report.show_text("udeladte-maaneder", text, names, source=source)


def end_without_effect(report: Page, cohort: Cohort, lack: NotEnough) -> None:
    """Say why there is no effect, and end the page."""
    text = "Indsatsens virkning er ikke opgjort. {why}"
    report.show_text("ikke-sammenlignet", text, {"why": Words(in_danish(lack))}, source=cohort.people, ends=True)


@dataclass(frozen=True)
class Groups:
    """Whom an effect is of, each counted once."""

    started: Count
    compared: Count
    controls: Count

    @property
    def both(self) -> tuple[Count, Count]:
        """Whom a number of the comparison rests on."""
        return self.compared, self.controls

    @property
    def left_out(self) -> Count:
        """Those who have started and are not compared."""
        return cast(Count, self.started - self.compared)


def groups_of(cohort: Cohort, main: effect.Effect) -> Groups:
    """The persons of an effect; a person may be a control in many months."""
    people, found = cohort.members["person"], effect.flow(main)
    return Groups(cohort.started, persons_where(people, found.compared), persons_where(people, found.could))
