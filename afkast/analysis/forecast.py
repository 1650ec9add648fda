"""How the year ends, from its months to date: an estimate and a prediction interval.

The months that are known are fixed; only the remaining ones vary. With few months the t-distribution makes the interval
wide, and with a single one there is none (its limits are NaN).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from afkast.analysis.survival.influence import two_sided_quantile
from afkast.errors import AfkastError


@dataclass(frozen=True)
class Forecast:
    """What the year is expected to come to, and the limits of its prediction interval; all in one unit."""

    estimate: float
    lower: float
    upper: float

    @property
    def interval(self) -> tuple[float, float] | None:
        """The limits; None where there is no interval."""
        return None if np.isnan(self.lower) else (self.lower, self.upper)


def year_of_stock(known: ArrayLike, months_in_year: int = 12, level: float = 0.95) -> Forecast:
    """The year's average of a stock whose first M months are known.

    A stock keeps its level: x(m+1) = x(m) + e(m), e normal with mean 0 and variance s², so the remaining r months are
    expected to be as the latest. With s² = Σ(x(m+1) − x(m))² ÷ (M − 1), the average's prediction variance is
    s²·(1² + … + r²) ÷ 12², and the interval is of t with M − 1 degrees of freedom: exact under that model.
    """
    x = np.asarray(known, dtype=float)
    r = _remaining(x, months_in_year)
    steps = np.diff(x)
    variance = np.sum(steps**2) / len(steps) if len(steps) else np.nan
    average = (x.sum() + r * x[-1]) / months_in_year
    half = _t(len(steps), level) * np.sqrt(variance * np.sum(np.arange(1, r + 1) ** 2)) / months_in_year
    return _around(average, half if r else 0.0)


def year_of_stock_by_month(known: ArrayLike, months_in_year: int = 12, level: float = 0.95) -> Forecast:
    """The same a second way, every remaining month written out, to check the first by.

    Two remaining months share the steps that both have come through: their covariance is s² times the shorter way.
    """
    x = np.asarray(known, dtype=float)
    ahead = np.arange(1, _remaining(x, months_in_year) + 1)
    mean_square = np.mean(np.square(x[1:] - x[:-1])) if len(x) > 1 else np.nan
    variance = mean_square * np.minimum.outer(ahead, ahead).sum()
    half = _t(len(x) - 1, level) * np.sqrt(variance) / months_in_year
    return _around(np.mean([*x, *[x[-1]] * len(ahead)]), half if len(ahead) else 0.0)


def year_of_flow(actual: ArrayLike, phased: Sequence[float], level: float = 0.95) -> Forecast:
    """The year's sum of amounts, given the phased budget of all its months and what the first n of them came to.

    actual(m) = q·phased(m) + e(m), var e(m) = s²·phased(m). The run-rate ratio q = Σactual ÷ Σphased to date is then
    the best linear unbiased one and the remaining months are expected at q·phased. The sum of their errors has the
    variance s²·(B + B² ÷ A), A and B the phased budget to date and of the rest; s² has n − 1 degrees of freedom (the
    ratio estimator of Royall, Biometrika 57, 1970). Every month's phased budget must be above 0.
    """
    y, b = np.asarray(actual, dtype=float), np.asarray(phased, dtype=float)
    if (b <= 0).any():
        raise AfkastError("a month's phased budget is 0 or less, so nothing can be projected from it; phase it anew.")
    n = len(y)
    r = _remaining(y, len(b))
    done, rest = b[:n].sum(), b[n:].sum()
    q = y.sum() / done
    variance = np.sum((y - q * b[:n]) ** 2 / b[:n]) / (n - 1) if n > 1 else np.nan
    half = _t(n - 1, level) * np.sqrt(variance * (rest + rest**2 / done))
    return _around(y.sum() + q * rest, half if r else 0.0)


def difference(gained: Forecast, spent: Forecast) -> Forecast:
    """gained − spent, taken to err independently: half-widths add as squares, each side for itself.

    Approximate where the two have different degrees of freedom (the square-and-add limits of Zou and Donner, Statistics
    in Medicine 27, 2008).
    """
    estimate = gained.estimate - spent.estimate
    below = np.hypot(gained.estimate - gained.lower, spent.upper - spent.estimate)
    above = np.hypot(gained.upper - gained.estimate, spent.estimate - spent.lower)
    return Forecast(float(estimate), float(estimate - below), float(estimate + above))


def _remaining(known: np.ndarray, months_in_year: int) -> int:
    if not 1 <= len(known) <= months_in_year or np.isnan(known).any():
        raise AfkastError(f"a forecast needs 1 to {months_in_year} known months in order, none of them missing.")
    return months_in_year - len(known)


def _t(degrees_of_freedom: int, level: float) -> float:
    return two_sided_quantile(level, degrees_of_freedom) if degrees_of_freedom > 0 else float("nan")


def _around(estimate: float, half: float) -> Forecast:
    return Forecast(float(estimate), float(estimate - half), float(estimate + half))
