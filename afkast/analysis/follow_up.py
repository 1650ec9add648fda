"""A strategy's persons month by month, ready to be compared: who started when, what they received and what it cost.

The one way from the tables to the arrays of `effect`: the page of the effect and the business case follow the same
persons, so that the kroner of the one are those of the other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis import cost, effect
from afkast.analysis.cohort import column_of
from afkast.analysis.history import BenefitMonths, LadderWeeks, benefit_months, covariates, ladder_weeks
from afkast.errors import AfkastError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BeforeStart:
    """What the intervention "saved" before it began, months per treated, or the sentence why that cannot be told.

    strict: both arms had to be on benefits in the moved month as well, so that a difference is the groups' own.
    """

    difference: effect.Estimate | str
    strict: bool

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the difference; None where it cannot be told."""
        return None if isinstance(self.difference, str) else self.difference.interval

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

    entered, start: (persons,) column of entering the target group and of starting, NaN if never. eligible: in the
    target group. costs: kroner by person and month, in the prices of `prices`; 0 before the first has entered.
    """

    history: BenefitMonths
    entered: Floats
    start: Floats
    eligible: NDArray[np.bool_]
    covariates: dict[str, Floats]
    ladder: LadderWeeks
    costs: cost.Costs
    prices: pd.DataFrame

    @property
    def months(self) -> pd.PeriodIndex:
        return self.history.months

    @property
    def started(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.start)

    def world(self) -> dict[str, Any]:
        """The arrays that every function of `effect` begins with."""
        return {
            "on_benefit": self.history.on_benefit,
            "observed": self.history.observed,
            "start_month": self.start,
        }

    def compared(self, follow_up_months: int | None = None, **options: Any) -> effect.Effect:
        """`effect.sequential_trials` of these persons, adjusted for what was known when each trial began."""
        given: dict[str, Any] = {"covariates": self.covariates, "eligible": self.eligible} | options
        return effect.sequential_trials(**self.world(), follow_up_months=follow_up_months, **given)

    def before_start(self, months_earlier: int) -> BeforeStart:
        """`effect.placebo` of these persons, the strict one where it can be made, else the other."""
        asked = {**self.world(), "months_earlier": months_earlier}
        asked |= {"covariates": self.covariates, "eligible": self.eligible}
        strict = effect.placebo(**asked)
        if not isinstance(strict, str):
            return BeforeStart(strict, True)
        return BeforeStart(effect.placebo(**asked, on_benefit_then=False), False)


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
) -> FollowUp:
    """Follow a strategy's cohort (`members`) up to and with the month `cut_off`.

    Each benefit has its price of `price_year` in every month, so that a saving is in that year's prices; what the
    municipality pays of it follows each person's own weeks on the refund ladder.
    """
    people = persons.set_index("person").loc[members["person"]].reset_index()
    spells = spells[spells["person"].isin(people["person"]) & (spells["start"] <= cut_off.end_time)]
    if spells.empty:
        raise AfkastError("Ingen i målgruppen har været på ydelse; der er intet at følge.")
    spells = cost.as_awarded(spells, refund_ladder)
    history = benefit_months(spells, people, spells["start"].min().to_period("M"), cut_off)
    entered, start = (column_of(members[day], history.months) for day in ("entered_on", "started_on"))
    start = np.where(start < len(history.months), start, np.nan)  # after the cut-off nobody is known to have started
    ladder = ladder_weeks(spells, people, history.months)

    if not (entered < len(history.months)).any():
        raise AfkastError(f"Ingen er kommet i målgruppen til og med {cut_off}; der er intet at følge.")
    first = max(int(np.nanmin(entered)), 0)
    prices = cost.chosen_prices(unit_prices, area, history.benefits, price_year, price_year, price_levels)
    per_week = prices["gross_dkk_per_full_year_person"].to_numpy() / cost.WEEKS_PER_YEAR
    in_force = cost.ladder_in_force(
        refund_ladder, history.benefits, history.months[first].start_time.date(), cut_off.end_time.date()
    )
    weeks = np.where(np.arange(len(history.months)) >= first, history.weeks, 0)
    costs = cost.costs(weeks, history.benefit, ladder.accumulated, per_week, in_force)
    return FollowUp(
        history=history,
        entered=entered,
        start=start,
        eligible=np.arange(len(history.months)) >= entered[:, None],
        # the first month of the data has no history; nobody is compared in it
        covariates={name: np.nan_to_num(values) for name, values in covariates(history, people).items()},
        ladder=ladder,
        costs=costs,
        prices=prices,
    )
