"""Intervals that hold for few treated, whose outcomes are far from normal.

Where nearly everyone stays on benefits, the few who leave decide both the mean and the variance: ± t·standard error
misses the truth on the side where the variance is larger, and where nobody leaves it has no length. So each value of
the effect is held against the variance that would go with it, as Wilson's interval of a share does.
"""

from dataclasses import dataclass, replace

import numpy as np

from afkast.analysis.effect.arms import Variance
from afkast.analysis.survival import Estimate

AS_THE_CONTROLS = 5
"""So many persons like the controls are counted among the treated when it is judged how much they vary: where one of 20
treated leaves, their own variance says too little. Of `benchmarks/coverage.py`, five and more cover alike; none, too
rarely."""


@dataclass(frozen=True)
class Outcome:
    """What an estimate compares the mean of: lies between two values, and how the controls' varies."""

    lowest: float
    highest: float
    control_mean: float
    control_variance: float  # of one person, within what is compared

    def room(self, mean: float) -> float:
        """g(μ) = (μ − lowest)(highest − μ), what a binomial variance is proportional to."""
        return max((mean - self.lowest) * (self.highest - mean), 0.0)


def bounded(
    value: float, variance: Variance, of: Outcome, treated_at_0: float, slope: int, persons: float, level: float
) -> Estimate:
    """The estimate whose interval holds the values that the variance they would go with does not rule out.

    The treated's mean is μ(θ) = treated_at_0 + slope·θ when θ is true; persons: n₁, the treated. V₁(θ) = φ g(μ(θ))/n₁,
    φ = ((n₁−1) s₁² + 5 s₀²)/((n₁−1) g(μ₁) + 5 g(μ₀)), s₁²/n₁ their own variance, s₀² the controls'. (Quasi-likelihood,
    Wedderburn, Biometrika 61, 1974.) Of shares alone φ is about 1 and the interval Wilson's, with Student's t.
    """
    own = float(variance.treated)
    error, freedom = variance.error()
    plain = Estimate(value, float(error), float(freedom), level)
    here, there = of.room(treated_at_0 + slope * value), of.room(of.control_mean)
    if there == 0:  # the controls are all alike at one end: nothing to judge by
        return plain
    phi = ((persons - 1) * persons * own + AS_THE_CONTROLS * of.control_variance) / (
        (persons - 1) * here + AS_THE_CONTROLS * there
    )

    def given(truth: float) -> tuple[float, float]:
        V1 = np.asarray(phi * of.room(treated_at_0 + slope * truth) / persons)
        error, freedom = replace(variance, treated=V1).error()
        return float(error), float(freedom)

    return replace(plain, given=given)
