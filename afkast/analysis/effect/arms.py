"""How the uncertainty of estimates comes from each person's influence on them, by arm."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.survival.influence import two_sided_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arms:
    """What each person contributes to the error of some estimates, by arm: their influence on each.

    treated: (N₁, …), of the persons in rows `of_treated` of control: (persons, …). A person can be in both arms, of
    different trials. sizes: how many persons each arm counts for. as_controls: how many more treated, spread as the
    controls are, the treated's spread counts.
    """

    of_treated: NDArray[np.int64]
    treated: Floats
    control: Floats
    sizes: tuple[float, float]
    as_controls: float = 0.0

    def plus(self, correction: Floats) -> "Arms":
        """With more influence, persons × …, of each person in the arm that is theirs."""
        rest = correction.copy()
        rest[self.of_treated] = 0
        return replace(self, treated=self.treated + correction[self.of_treated], control=self.control + rest)

    def together(self, which: object) -> "Arms":
        """The influence on the sum of some of the estimates."""
        return replace(self, treated=self.treated[:, which].sum(axis=1), control=self.control[:, which].sum(axis=1))  # type: ignore[index]

    def error(self) -> tuple[Floats, Floats]:
        """Standard error and Satterthwaite's degrees of freedom of each estimate.

        Var = Σ_i IF_i², both arms added within the person, where the treated's own V₁ = Σ IF² is moved towards what it
        would be if they were spread as the controls, (n₁V₁ + c·V₀n₀/n₁)/(n₁ + c) with c = as_controls.
        ν = (V₁+V₀)²/(V₁²/(n₁−1) + V₀²/(n₀−1)), 1 where nothing varies, as in the month of start.
        """
        treated, control = self.treated, self.control
        own = np.stack([np.einsum("i...,i...->...", arm, arm) for arm in (treated, control)])
        if self.as_controls:
            n1, n0, c = *self.sizes, self.as_controls
            own[0] = (n1 * own[0] + c * own[1] * n0 / n1) / (n1 + c)
        both = 2 * np.einsum("i...,i...->...", treated, control[self.of_treated])
        spread = own[0] ** 2 / (self.sizes[0] - 1) + own[1] ** 2 / (self.sizes[1] - 1)
        freedom = np.divide(own.sum(axis=0) ** 2, spread, out=np.ones_like(spread), where=spread > 0)
        return np.sqrt(np.maximum(own.sum(axis=0) + both, 0)), freedom

    def intervals(self, points: Floats, level: float) -> Floats:
        """t-intervals (2, …) around the estimates."""
        standard_error, freedom = self.error()
        half = two_sided_quantile(level, freedom) * standard_error
        return np.stack([points - half, points + half])
