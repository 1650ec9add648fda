"""Intervals that hold for few treated, whose outcomes are far from normal.

Where nearly everyone stays on benefits, the few who leave decide both the mean and the variance: ± t·standard error
misses the truth on the side where the variance is larger, and where nobody leaves it has no length. So each value of
the effect is held against the variances that would go with it, as Wilson's interval of a share and Miettinen and
Nurminen's of the difference of two shares do.
"""

from dataclasses import dataclass, replace

import numpy as np

from afkast.analysis.effect.arms import Variance
from afkast.analysis.survival import Estimate

AS_THE_CONTROLS = 5
"""So many persons like the controls are counted among the treated when it is judged how much they vary: where one of 20
treated leaves, their own variance says too little. In the worlds of `benchmarks/coverage.py` any number from three to
ten covers equally well; with none the interval covers too rarely."""

LOWEST_CORRELATION = -0.5
"""Of the arms' means, of those who are in both. Where one or two persons decide it, it comes out near −1, the variances
cancel, and the interval covers half of the time; a lower one than this is not believed."""

HALVINGS = 60
"""Of where a mean can lie: what is left is less than a number can tell."""

ROUNDING = 1e-12
"""Of the square of what is computed: more than sums of 200,000 persons lose."""


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

    def room_found(self, mean: float) -> float:
        """g of a mean that was computed: 0 where only rounding keeps it from an end."""
        room = self.room(mean)
        return room if room > ROUNDING * max(self.lowest**2, self.highest**2) else 0.0

    def untreated(self, added: float, treated_mean: float, treated: float, control: float) -> float:
        """μ₀, the mean without treatment that both arms together point at when treatment adds so much to it.

        c₀ g(μ₀) (μ̂₁ − added − μ₀) + c₁ g(μ₀ + added) (μ̂₀ − μ₀) = 0: each arm's mean counts inversely to the variance it
        would have; treated, control: c₁, c₀ = variance/g.
        """
        low, high = self.lowest - min(added, 0.0), self.highest - max(added, 0.0)
        for _ in range(HALVINGS):
            mean = (low + high) / 2
            above = control * self.room(mean) * (treated_mean - added - mean)
            above += treated * self.room(mean + added) * (self.control_mean - mean)
            low, high = (mean, high) if above > 0 else (low, mean)
        return low


def bounded(
    value: float, variance: Variance, of: Outcome, slope: int, persons: float, level: float, alone: bool = False
) -> Estimate:
    """The estimate whose interval holds the values that the variances they would go with do not rule out.

    value: what treatment adds to the mean (slope 1) or takes from it (−1), or the treated's mean `alone`; persons: n₁,
    the treated. If θ is true, μ₁ = μ₀ + slope·θ, V₁(θ) = φ g(μ₁)/n₁, V₀(θ) = V₀ g(μ₀)/g(μ̂₀),
    V₁₀(θ) = max(V₁₀/√(V₁V₀), −1) √(V₁(θ) V₀(θ)); φ = ((n₁−1) s₁² + 5 s₀²)/((n₁−1) g(μ̂₁) + 5 g(μ̂₀)), s₁² = n₁ V₁ the
    treated's own variance, s₀² the controls'; the five are degrees of freedom as well. Controls who are all at one end
    vary like the treated, V₀(θ) = φ g(μ₀)/n₀.

    Of shares alone φ is about 1, and the interval that of Miettinen and Nurminen (Statistics in Medicine 4, 1985) or,
    alone, Wilson's, with Student's t. Other outcomes by quasi-likelihood (Wedderburn, Biometrika 61, 1974).
    """
    V1, V0 = float(variance.treated), float(variance.control)
    error, freedom = variance.error()
    plain = Estimate(value, float(error), float(freedom), level)
    treated_mean = slope * value + (0.0 if alone else of.control_mean)
    here, there = of.room_found(treated_mean), of.room_found(of.control_mean)
    spread = (persons - 1) * persons * V1 + AS_THE_CONTROLS * of.control_variance
    room = (persons - 1) * here + AS_THE_CONTROLS * there
    if spread == 0 or room == 0:  # all are alike: nothing to judge by, and no length
        return plain
    phi = spread / room
    n1, n0 = variance.sizes
    of_treated, of_control = phi / persons, V0 / there if there > 0 else phi / n0
    twice_correlation = max(float(variance.both) / np.sqrt(V1 * V0), 2 * LOWEST_CORRELATION) if V1 * V0 > 0 else 0.0

    def given(truth: float) -> tuple[float, float]:
        added = slope * truth
        if alone:
            treated, control = of_treated * of.room(added), V0
        else:
            mean = of.untreated(added, treated_mean, of_treated, of_control)
            treated, control = of_treated * of.room(mean + added), of_control * of.room(mean)
        both = twice_correlation * np.sqrt(treated * control)
        of_truth = Variance(np.asarray(treated), np.asarray(control), np.asarray(both), (n1 + AS_THE_CONTROLS, n0))
        error, freedom = of_truth.error()
        return float(error), float(freedom)

    return replace(plain, given=given)
