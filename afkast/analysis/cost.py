"""What a citizen's time on benefits costs whom: the municipality, the state, both together.

The state's share falls with the weeks a citizen has received benefits, whichever they were (the refund ladder). The
price of a week is what is paid out for it; what the municipality pays of that depends on where on the ladder that week
lies: F(x) = b · ∫₀ˣ (1 − r(u)) du, with b the price of a week and r(u) the state's share after u weeks. Weeks and
kroner are persons (rows) × months (columns).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from afkast.analysis.economics import BENEFIT_PRICES, converted
from afkast.errors import AfkastError

WEEKS_PER_YEAR = 365.25 / 7
"""A price of a full-year person, divided by this, is the price of a week."""

COUNTED_FROM = date(2014, 7, 1)
"""Weeks on benefits before this day do not count on the ladder."""

RESTART_WEEKS = 52
"""So many whole weeks of self-support within three years, and the weeks are counted from 0 again."""

RESTART_WINDOW_MONTHS = 36

BLOCK_PERSONS = 4096
"""So many persons are counted at a time, so that their months stay in the processor's cache."""

BASES = ("paid", "budget", "statutory")
"""What a unit price is; where a benefit has several, the first counts."""

Floats = NDArray[np.float64]


class NoRefundShare(AfkastError):
    """The refund ladder says nothing of a benefit or a day."""


class NoUnitPrice(AfkastError):
    """A benefit has no gross price."""


@dataclass(frozen=True)
class Ladder:
    """The state's share of each benefit by accumulated weeks.

    knots_weeks: (steps − 1,) weeks at which a step ends; state_share: (benefits × steps), 0–1.
    """

    benefits: tuple[str, ...]
    knots_weeks: Floats
    state_share: Floats


@dataclass(frozen=True)
class Costs:
    """Kroner by person and month, seen from who pays; total = gross = municipal + state."""

    municipal_dkk: Floats
    state_dkk: Floats
    total_dkk: Floats


# ---------------------------------------------------------------- the ladder


def as_awarded(spells: pd.DataFrame, refund_ladder: pd.DataFrame) -> pd.DataFrame:
    """The spells, where those that older rules cover have a benefit of their own, such as
    "fleksjob tilkendt før 01-07-2014".

    A spell that began before the day counts as awarded before it.
    """
    older = refund_ladder.dropna(subset="awarded_before")
    benefit = spells["benefit"]
    for name, before in older[["benefit", "awarded_before"]].drop_duplicates().itertuples(index=False):
        covered = (spells["benefit"] == name) & (spells["start"] < before)
        benefit = benefit.mask(covered, _awarded_before(name, before))
    return spells.assign(benefit=benefit)


def _awarded_before(benefit: str, day: pd.Timestamp) -> str:
    return f"{benefit} tilkendt før {day:%d-%m-%Y}"


def ladder_in_force(refund_ladder: pd.DataFrame, benefits: Sequence[str], first: date, last: date) -> Ladder:
    """The ladder of the benefits, in their order, as it held from the day `first` to the day `last`.

    `refund_ladder` is the snapshot's table. Refuses a benefit or a period that it does not cover with one rule.
    """
    named = refund_ladder.assign(
        benefit=[
            benefit if pd.isna(before) else _awarded_before(benefit, before)
            for benefit, before in zip(refund_ladder["benefit"], refund_ladder["awarded_before"], strict=True)
        ]
    )
    if unknown := [benefit for benefit in benefits if benefit not in set(named["benefit"])]:
        raise NoRefundShare(
            f"refund_ladder has no share for {', '.join(unknown)}; write the benefit as it is called there "
            f"({', '.join(refund_ladder['benefit'].unique())}), or add its steps with their source."
        )
    rules = named[named["benefit"].isin(benefits)]
    earliest = rules.groupby("benefit")["valid_from"].min().max()
    if pd.Timestamp(first) < earliest:
        raise NoRefundShare(
            f"refund_ladder has no refund before {earliest:%d-%m-%Y}; reckon the cost from that day, or add the older "
            "rules with their source."
        )
    throughout = (rules["valid_from"] <= pd.Timestamp(first)) & ~(rules["valid_to"] < pd.Timestamp(last))
    rules = rules[throughout]
    if changed := [benefit for benefit in benefits if benefit not in set(rules["benefit"])]:
        raise NoRefundShare(
            f"the refund of {', '.join(changed)} changes between {first:%d-%m-%Y} and {last:%d-%m-%Y}; "
            "reckon the cost before the change and after it by themselves."
        )
    knots = np.unique(rules["to_week"].dropna().astype(float))
    step_starts = np.append(0, knots)
    share = np.empty((len(benefits), len(step_starts)))
    for row, benefit in enumerate(benefits):
        own = rules[rules["benefit"] == benefit].sort_values("from_week")
        at = np.searchsorted(own["from_week"].to_numpy() - 1, step_starts, side="right") - 1
        share[row] = own["state_share"].to_numpy()[at]
    return Ladder(tuple(benefits), knots, share)


def municipal_dkk(
    weeks_from: ArrayLike,
    weeks_to: ArrayLike,
    gross_dkk_per_week: ArrayLike,
    state_share: Iterable[ArrayLike],
    knots_weeks: Floats,
) -> Floats:
    """F(weeks_to) − F(weeks_from): the municipality's kroner for the weeks between, exact across the steps.

    F(x) = b · ∫₀ˣ (1 − r(u)) du. Arrays of any one shape; `state_share` has one entry per step, a number or an array.
    """
    weeks = np.zeros(np.broadcast_shapes(np.shape(weeks_from), np.shape(weeks_to)))
    for (low, high), share in zip(pairwise((0, *knots_weeks, np.inf)), state_share, strict=True):
        weeks += (1 - np.asarray(share)) * (np.minimum(weeks_to, high) - np.maximum(weeks_from, low)).clip(0)
    return np.asarray(gross_dkk_per_week) * weeks


def accumulated_weeks(
    weeks_on_benefit: Floats,
    self_support_weeks: Floats,
    before: ArrayLike = 0.0,
    window_months: int = RESTART_WINDOW_MONTHS,
) -> Floats:
    """Weeks a person has on the ladder when each month begins (persons × months).

    weeks_on_benefit, self_support_weeks: persons × months, the second in whole weeks; before: (persons,) weeks when the
    first month begins. A month with benefits begins anew from 0 when the `window_months` before it hold 52 weeks of
    self-support or more, counted since the last restart: the same weeks do not restart twice.
    """
    accumulated = np.empty(weeks_on_benefit.shape)
    first = np.broadcast_to(np.asarray(before, dtype=float), len(weeks_on_benefit))
    for begin in range(0, len(weeks_on_benefit), BLOCK_PERSONS):
        block = slice(begin, begin + BLOCK_PERSONS)
        accumulated[block] = _accumulated(
            weeks_on_benefit[block].T, self_support_weeks[block].T, first[block], window_months
        ).T
    return accumulated


def _accumulated(weeks: Floats, self_support: Floats, before: Floats, window_months: int) -> Floats:
    """The same for few persons, months × persons."""
    self_supported = np.vstack([np.zeros_like(before), self_support.cumsum(axis=0)])
    accumulated = np.empty(weeks.shape)
    now, used = before.copy(), np.zeros_like(before)
    for month, on_benefit in enumerate(weeks):
        since = np.maximum(self_supported[max(month - window_months, 0)], used)
        restart = (on_benefit > 0) & (self_supported[month] - since >= RESTART_WEEKS)
        now[restart] = 0
        used[restart] = self_supported[month, restart]
        accumulated[month] = now
        now += on_benefit
    return accumulated


# ---------------------------------------------------------------- prices


def first_basis(unit_prices: pd.DataFrame) -> pd.DataFrame:
    """Of each benefit in each area and year the price whose basis counts first: paid, then budget, then statutory."""
    by_basis = unit_prices.sort_values("basis", key=lambda bases: bases.map(BASES.index))
    return by_basis.drop_duplicates(["area", "benefit", "year"])


def prices_in(unit_prices: pd.DataFrame, area: str, year: int, benefits: Sequence[str]) -> pd.DataFrame:
    """The row of `unit_prices` that counts for each benefit in a year, by `first_basis`; indexed by benefit, in order.

    Refuses a benefit without a price.
    """
    own = first_basis(unit_prices[(unit_prices["area"] == area) & (unit_prices["year"] == year)])
    if lacking := [benefit for benefit in benefits if benefit not in set(own["benefit"])]:
        raise NoUnitPrice(
            f"unit_prices has no price in {year} for {', '.join(lacking)} in {area}; "
            "correct benefit, municipality or year to what stands there, or add the price with its source."
        )
    return own.set_index("benefit").loc[list(benefits)]


def chosen_prices(
    unit_prices: pd.DataFrame,
    area: str,
    benefits: Sequence[str],
    year: int,
    price_level_year: int,
    price_levels: pd.DataFrame,
) -> pd.DataFrame:
    """The price of each benefit in a year: what is paid on average before what was budgeted, before the statutory rate.

    Indexed by benefit, in their order: gross_dkk_per_full_year_person in the prices of `price_level_year`, basis and
    source. Refuses a benefit without a gross price, and a conversion without a source (`economics.converted`).
    """
    found = unit_prices[(unit_prices["area"] == area) & (unit_prices["year"] == year)]
    net, share = found["net_dkk_per_full_year_person"], found["state_refund_share"]
    gross = found["gross_dkk_per_full_year_person"].fillna((net / (1 - share)).where(share < 1))
    found = found.assign(gross_dkk_per_full_year_person=gross).dropna(subset="gross_dkk_per_full_year_person")
    best = first_basis(found).set_index("benefit")
    if lacking := [benefit for benefit in benefits if benefit not in best.index]:
        raise NoUnitPrice(
            f"unit_prices has no gross price in {year} for {', '.join(lacking)} in {area}; "
            "add it with its source, under the name that the benefit has in spells."
        )
    best = best.loc[list(benefits)]
    best["gross_dkk_per_full_year_person"] = [
        converted(amount, level, price_level_year, BENEFIT_PRICES, price_levels)
        for amount, level in zip(best["gross_dkk_per_full_year_person"], best["price_level_year"], strict=True)
    ]
    return best[["gross_dkk_per_full_year_person", "basis", "source"]]


# ---------------------------------------------------------------- kroner


def costs(
    weeks_on_benefit: Floats,
    benefit: NDArray[np.integer],
    accumulated: Floats,
    gross_dkk_per_week: Floats,
    ladder: Ladder,
) -> Costs:
    """What each person's benefit costs in each month, whichever benefit it is.

    weeks_on_benefit, accumulated (weeks on the ladder when the month begins): persons × months; benefit: persons ×
    months, place in `ladder.benefits`, any number where there are no weeks; gross_dkk_per_week: (benefits,) or
    (benefits × months).

    A saving is the cost without an effort less the cost with it, so a move to another benefit saves the difference
    between the two, and costs where the other is dearer.
    """
    if ((benefit < 0) & (weeks_on_benefit > 0)).any():
        raise AfkastError("a month has weeks on benefits, but no benefit; give the benefit of each such month.")
    place = np.where(weeks_on_benefit > 0, benefit, 0)
    months = np.arange(weeks_on_benefit.shape[1])
    price = gross_dkk_per_week[place] if gross_dkk_per_week.ndim == 1 else gross_dkk_per_week[place, months]
    shares = (of_step[place] for of_step in ladder.state_share.T)
    municipal = municipal_dkk(accumulated, accumulated + weeks_on_benefit, price, shares, ladder.knots_weeks)
    total = price * weeks_on_benefit
    return Costs(municipal, total - municipal, total)


# ---------------------------------------------------------------- overlapping strategies


def overlap_shares(start_month: Floats, months: int) -> Floats:
    """How much of each person-month's saving each strategy may claim (strategies × persons × months), 0–1.

    start_month: (strategies × persons) the month in which the person started each, NaN if never. Strategies that have
    started by the month share it equally, so that the shares sum to 1 where any has, and no week is saved twice.
    """
    started = start_month[:, :, None] <= np.arange(months)
    return started / np.maximum(started.sum(axis=0), 1)
