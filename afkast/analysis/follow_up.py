"""A strategy's persons month by month, ready to be compared: who started when, what they received and what it cost.

The one way from the tables to the arrays of `effect`: the page of the effect and the business case follow the same
persons, so that the kroner of the one are those of the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis import cost, effect, survival
from afkast.analysis.cohort import along, column_of
from afkast.analysis.history import BenefitMonths, LadderWeeks, benefit_months, covariates, ladder_weeks
from afkast.analysis.lack import Lack, NotEnough

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BeforeStart:
    """What the intervention "saved" before it began, months per treated, or the sentence why that cannot be told.

    strict: both arms had to be on benefits in the moved month as well, so that a difference is the groups' own.
    """

    difference: effect.Estimate | NotEnough
    strict: bool

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the difference; None where it cannot be told."""
        return None if isinstance(self.difference, NotEnough) else self.difference.interval

    @property
    def alike(self) -> bool:
        """Whether the groups cannot be told apart; they cannot where there is no test."""
        return self.interval is None or self.interval[0] <= 0 <= self.interval[1]

    @property
    def unlike(self) -> bool:
        """Whether the groups differed by themselves, so that a difference after the start can be due to that."""
        return self.strict and not self.alike


@dataclass(frozen=True)
class FollowUp:
    """Persons (rows) by calendar months (columns), from the first month of the data to the cut-off.

    persons: who was on benefits, followed and started when; entered before the data began is a negative column there.
    costs: kroner by person and month, in the prices of `prices`; 0 before the first has entered.
    refund: the state's share of them.
    """

    history: BenefitMonths
    persons: effect.Persons
    ladder: LadderWeeks
    costs: cost.Costs
    prices: pd.DataFrame
    refund: cost.Ladder

    @property
    def months(self) -> pd.PeriodIndex:
        return self.history.months

    @property
    def started(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.persons.start)

    @property
    def entered(self) -> Floats:
        """Column of entering the target group; of who came before the data began, their first month."""
        assert self.persons.entered is not None
        return self.persons.entered.clip(min=0)

    @property
    def commonest_benefit(self) -> str:
        """What the started receive in most months from the first start on."""
        received = self.history.benefit[self.started, int(np.nanmin(self.persons.start)) :]
        return self.history.benefits[int(np.bincount(received[received >= 0]).argmax())]

    def compared(self, follow_up_months: int | None = None, **options: Any) -> effect.Effect:
        """`effect.sequential_trials` of these persons, adjusted for what was known when each trial began."""
        return effect.sequential_trials(self.persons, follow_up_months, **options)

    def in_kroner(self, outcome_dkk: Floats, follow_up_months: int | None = None, total: bool = False) -> effect.Effect:
        """The same of what is paid. Who has moved away costs this municipality nothing: 0 kroner, not unknown."""
        return effect.sequential_trials(
            effect.moved_are_off(self.persons), follow_up_months, outcome=outcome_dkk, total=total
        )

    def costs_if(self, ladder: LadderWeeks | None = None, gross_dkk: pd.Series | None = None) -> cost.Costs:
        """The costs with other weeks on the ladder, or other prices of a full-year person on each benefit."""
        own = self.prices["gross_dkk_per_full_year_person"]
        first = int(np.nanmin(self.entered))
        return _costs(self.history, first, ladder or self.ladder, own if gross_dkk is None else gross_dkk, self.refund)

    def curves(self, groups: Mapping[str, NDArray[np.bool_]]) -> dict[str, survival.Occupation]:
        """The share on benefits by month since entering the target group, of each group that is large enough.

        groups: by name, (persons,) who is in it. All are followed equally long.
        """
        on, seen = self.since_entry(len(self.months) - int(self.entered.min()))
        large = {name: rows for name, rows in groups.items() if seen[rows, 0].sum() >= survival.FEWEST_IN_GROUP}
        length = survival.months_followed([seen[rows].sum(axis=0) for rows in large.values()]) if large else 0
        return {name: survival.occupation(on[rows, :length], seen[rows, :length]) for name, rows in large.items()}

    def since_entry(self, months: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Persons × months since entering the target group: who is on benefits, and who is followed."""
        entry = self.entered.astype(int)
        return along(self.history.on_benefit, entry, months), along(self.history.observed, entry, months)

    def naive(self, follow_up_months: int) -> effect.Naive:
        """`effect.naive` of these persons; who came before the data began is followed from their first month."""
        return effect.naive(replace(self.persons, entered=self.entered), follow_up_months)

    def before_start(self, months_earlier: int) -> BeforeStart:
        """`effect.placebo` of these persons, the strict one where it can be made, else the other."""
        strict = effect.placebo(self.persons, months_earlier)
        if not isinstance(strict, str):
            return BeforeStart(strict, True)
        return BeforeStart(effect.placebo(self.persons, months_earlier, on_benefit_then=False), False)


def follow_up(
    members: pd.DataFrame,
    persons: pd.DataFrame,
    spells: pd.DataFrame,
    cut_off: pd.Period,
    *,
    unit_prices: pd.DataFrame,
    refund_ladder: pd.DataFrame,
    price_levels: pd.DataFrame,
    area: str,
    price_year: int,
    other_efforts: pd.DataFrame | None = None,
) -> FollowUp:
    """Follow a strategy's cohort (`members`) up to and with the month `cut_off`.

    other_efforts: the cohorts of the other strategies; of each person the first start counts.

    Each benefit has its price of `price_year` in every month, so that a saving is in that year's prices; what the
    municipality pays of it follows each person's own weeks on the refund ladder.
    """
    people = persons.set_index("person").loc[members["person"]].reset_index()
    spells = spells[spells["person"].isin(people["person"]) & (spells["start"] <= cut_off.end_time)]
    if spells.empty:
        raise NotEnough(Lack.NOBODY_ON_BENEFITS)
    spells = cost.as_awarded(spells, refund_ladder)
    history = benefit_months(spells, people, spells["start"].min().to_period("M"), cut_off)
    entered, start = (column_of(members[day], history.months) for day in ("entered_on", "started_on"))
    start = np.where(start < len(history.months), start, np.nan)  # after the cut-off nobody is known to have started
    ladder = ladder_weeks(spells, people, history.months)

    if not (entered < len(history.months)).any():
        raise NotEnough(Lack.NOBODY_ENTERED, month=cut_off)
    first = max(int(np.nanmin(entered)), 0)
    prices = cost.chosen_prices(unit_prices, area, history.benefits, price_year, price_year, price_levels)
    in_force = cost.ladder_in_force(
        refund_ladder, history.benefits, history.months[first].start_time.date(), cut_off.end_time.date()
    )
    # the first month of the data has no history; nobody is compared in it
    known = {name: np.nan_to_num(values) for name, values in covariates(history, people).items()}
    return FollowUp(
        history=history,
        persons=effect.Persons(
            history.on_benefit,
            history.observed,
            start,
            covariates=known,
            eligible=np.arange(len(history.months)) >= entered[:, None],
            entered=entered,
            other_start=_first_start(other_efforts, members["person"], history.months),
            team=_teams(members),
        ),
        ladder=ladder,
        costs=_costs(history, first, ladder, prices["gross_dkk_per_full_year_person"], in_force),
        prices=prices,
        refund=in_force,
    )


def _costs(
    history: BenefitMonths, first: int, ladder: LadderWeeks, gross_dkk: pd.Series, refund: cost.Ladder
) -> cost.Costs:
    """Kroner by person and month from the column `first` on; gross_dkk: of a full-year person on each benefit."""
    weeks = np.where(np.arange(len(history.months)) >= first, history.weeks, 0)
    per_week = gross_dkk.to_numpy() / cost.WEEKS_PER_YEAR
    return cost.costs(weeks, history.benefit, ladder.accumulated, per_week, refund)


def _first_start(others: pd.DataFrame | None, person: pd.Series, months: pd.PeriodIndex) -> Floats | None:
    """Column in which each person began another effort, −1 before the data, NaN if never or after the last month."""
    if others is None:
        return None
    first = others.groupby("person")["started_on"].min().reindex(person)
    column = column_of(first, months).clip(min=-1)
    return np.where(column < len(months), column, np.nan)


def _teams(members: pd.DataFrame) -> NDArray[np.int64] | None:
    """Each member's team as a number, −1 where it is not given; None where no team is."""
    if "team" not in members or members["team"].isna().all():
        return None
    return pd.factorize(members["team"], sort=True)[0].astype("int64")
