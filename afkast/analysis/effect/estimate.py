"""A number with its uncertainty."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats


@dataclass(frozen=True)
class Estimate:
    """A value whose error, divided by `standard_error`, follows Student's t with `freedom` degrees of freedom."""

    value: float
    standard_error: float
    freedom: float
    level: float = 0.95

    @property
    def interval(self) -> tuple[float, float]:
        """The confidence interval at `level`."""
        half = float(stats.t.ppf((1 + self.level) / 2, self.freedom)) * self.standard_error
        return self.value - half, self.value + half

    def times(self, factor: float) -> "Estimate":
        """In another unit: N₁ persons instead of one, years instead of months."""
        return replace(self, value=self.value * factor, standard_error=self.standard_error * abs(factor))

    def minus(self, known: float) -> "Estimate":
        """Less an amount that has no uncertainty, such as what the intervention cost."""
        return replace(self, value=self.value - known)

    def chance_above(self, limit: float = 0.0) -> float:
        """How much of the t-distribution around the value lies above the limit.

        In a Bayesian's words the probability that the truth does, when nothing was known beforehand.
        """
        if self.standard_error == 0:
            return 0.5 if self.value == limit else float(self.value > limit)
        return float(stats.t.cdf((self.value - limit) / self.standard_error, self.freedom))


def freedom_of(variances: NDArray[np.float64], sizes: tuple[float, float]) -> NDArray[np.float64]:
    """Satterthwaite's degrees of freedom of a sum of two arms' variances (2, …) with n₁ and n₀ persons.

    ν = (V₁+V₀)² / (V₁²/(n₁−1) + V₀²/(n₀−1)); 1 where nothing varies, as in the month of start.
    """
    spread = sum(v**2 / (n - 1) for v, n in zip(variances, sizes, strict=True))
    certain = spread == 0
    return np.where(certain, 1.0, variances.sum(axis=0) ** 2 / np.where(certain, 1.0, spread))


def intervals(
    point: NDArray[np.float64],
    variance: NDArray[np.float64],
    arms: NDArray[np.float64],
    sizes: tuple[float, float],
    level: float,
) -> NDArray[np.float64]:
    """t-intervals (2, …) around points with these variances; `arms` (2, …) are the arms' own."""
    half = stats.t.ppf((1 + level) / 2, freedom_of(arms, sizes)) * np.sqrt(variance)
    return np.stack([point - half, point + half])
