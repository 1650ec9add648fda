"""Has a figure changed since the same period last year, and by more than chance?"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from afkast.analysis.survival.influence import two_sided_quantile
from afkast.analysis.targets import share_interval
from afkast.errors import AfkastError

SHARE = "andel"
"""The unit of a share, 0-1; everything else is counted and added up over months."""


class IncompletePeriod(AfkastError):
    """A year to date was asked of a series that lacks some of its months."""


@dataclass(frozen=True)
class Change:
    """A change with its interval; `unchanged` is the value that means no change (1 for a ratio, 0 for a difference)."""

    estimate: float
    lower: float
    upper: float
    unchanged: float

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval leaves no change out; never where there is none."""
        return self.lower > self.unchanged or self.upper < self.unchanged


def same_period(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One measure's year to date, January to the month of as_of, and the same months a year before.

    `rows` are one measure of one source. Returns value, numerator, denominator and provisional (any of its months
    is), indexed by the two years. Counts are added up, and every month must be there. A share is Σnumerator ÷
    Σdenominator where every month gives both, else the source's own figure for the year to date, which stands in the
    month of as_of.
    """
    year, month = rows["period"].dt.year, rows["period"].dt.month
    inside = rows[year.isin([as_of.year - 1, as_of.year]) & (month <= as_of.month)]
    by_year = inside.groupby(inside["period"].dt.year)
    total = by_year[["value", "numerator", "denominator"]].sum(min_count=as_of.month)
    if (inside["unit"] == SHARE).all():
        latest = inside[inside["period"].dt.month == as_of.month]
        stated = latest.set_index(latest["period"].dt.year)["value"]
        total["value"] = (total["numerator"] / total["denominator"]).fillna(stated)
    total = total.reindex([as_of.year - 1, as_of.year])
    if total["value"].isna().any():
        measure = ", ".join(rows["measure"].unique())
        raise IncompletePeriod(
            f"the measure {measure} lacks months of {as_of.year - 1} or {as_of.year} up to month {as_of.month}; "
            "a comparison with last year needs all of them."
        )
    return total.assign(provisional=by_year["status"].agg(lambda status: (status == "provisional").any()))


def count_ratio(before: int, now: int, level: float = 0.95) -> Change:
    """now ÷ before of two Poisson counts over equal periods, and its exact interval.

    Given the sum n, `now` is binomial(n, p) with p = ratio/(1 + ratio)
    (Przyborowski and Wilenski, Biometrika 31, 1940). The interval is Clopper and
    Pearson's for p (Biometrika 26, 1934), turned back into a ratio. It leaves out 1
    exactly when the two-sided binomial test of p = 1/2 rejects at 1 − level.
    """
    n = before + now
    lowest, highest = share_interval(now, n, level)
    return Change(
        estimate=now / before if before else float("inf") if n else float("nan"),
        lower=float(lowest / (1 - lowest)),
        upper=float(highest / (1 - highest)) if highest < 1 else float("inf"),
        unchanged=1.0,
    )


def share_difference(before: int, of_before: int, now: int, of_now: int, level: float = 0.95) -> Change:
    """now/of_now − before/of_before of two independent shares, and Newcombe's interval.

    Each share's Wilson limits are l and u; those of d = p₁ − p₀ are
    d − √((p₁−l₁)² + (u₀−p₀)²) and d + √((u₁−p₁)² + (p₀−l₀)²):
    method 10 of Newcombe, Statistics in Medicine 17, 1998, 873-890. NaN where either is a share of nothing.
    """
    if not of_before or not of_now:
        return Change(float("nan"), float("nan"), float("nan"), unchanged=0.0)
    p0, l0, u0 = _wilson(before, of_before, level)
    p1, l1, u1 = _wilson(now, of_now, level)
    d = p1 - p0
    return Change(
        estimate=d,
        lower=d - ((p1 - l1) ** 2 + (u0 - p0) ** 2) ** 0.5,
        upper=d + ((u1 - p1) ** 2 + (p0 - l0) ** 2) ** 0.5,
        unchanged=0.0,
    )


def _wilson(k: int, n: int, level: float) -> tuple[float, float, float]:
    """A share and its score limits (Wilson, JASA 22, 1927)."""
    p, z = k / n, two_sided_quantile(level)
    middle, half = p + z**2 / (2 * n), z * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    low, high = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    return p, low if k else 0.0, high if k < n else 1.0
