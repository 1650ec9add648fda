"""How the uncertainty of estimates comes from each person's influence on them, by arm."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.survival.influence import two_sided_quantile

Floats = NDArray[np.float64]


BORROWED = 5
"""So many persons like the controls are counted in the treated's variance where their own tells too little."""


@dataclass(frozen=True)
class Arms:
    """What each person contributes to the error of some estimates, by arm: their influence on each.

    treated: (N₁, …), of the persons in rows `of_treated` of control: (persons, …). A person can be in both arms, of
    different trials. sizes: how many persons each arm counts for. borrowed: (…, …), whose squares are variance of the
    treated that the controls lend them (BORROWED).
    """

    of_treated: NDArray[np.int64]
    treated: Floats
    control: Floats
    sizes: tuple[float, float]
    borrowed: Floats | None = None

    def together(self, which: object) -> "Arms":
        """The influence on the sum of some of the estimates."""
        treated, control = (part[:, which].sum(axis=1) for part in (self.treated, self.control))  # type: ignore[index]
        borrowed = None if self.borrowed is None else self.borrowed[:, which].sum(axis=1)  # type: ignore[index]
        return replace(self, treated=treated, control=control, borrowed=borrowed)

    def error(self) -> tuple[Floats, Floats]:
        """Standard error and Satterthwaite's degrees of freedom of each estimate.

        Var = Σ_i IF_i², both arms added within the person; ν = (V₁+V₀)²/(V₁²/(n₁−1) + V₀²/(n₀−1)), 1 where nothing
        varies, as in the month of start. Where the treated borrow, V₁ has as many degrees of freedom as its own fourth
        moments tell, 2V₁²/(Σ IF⁴ − V₁²/n₁), at most n₁−1, and those borrowed.
        """
        treated, control = self.treated, self.control
        own = np.stack([np.einsum("i...,i...->...", arm, arm) for arm in (treated, control)])
        both = 2 * np.einsum("i...,i...->...", treated, control[self.of_treated])
        of_treated: Floats | float = self.sizes[0] - 1
        if self.borrowed is not None:
            fourth = np.einsum("i...,i...,i...,i...->...", treated, treated, treated, treated)
            uncertain = fourth - own[0] ** 2 / self.sizes[0]
            known = np.divide(2 * own[0] ** 2, uncertain, out=np.ones_like(uncertain), where=uncertain > 0)
            of_treated = np.minimum(known, self.sizes[0] - 1) + BORROWED
            own[0] += np.einsum("i...,i...->...", self.borrowed, self.borrowed)
        spread = own[0] ** 2 / of_treated + own[1] ** 2 / (self.sizes[1] - 1)
        freedom = np.divide(own.sum(axis=0) ** 2, spread, out=np.ones_like(spread), where=spread > 0)
        return np.sqrt(np.maximum(own.sum(axis=0) + both, 0)), freedom

    def intervals(self, points: Floats, level: float) -> Floats:
        """t-intervals (2, …) around the estimates."""
        standard_error, freedom = self.error()
        half = two_sided_quantile(level, freedom) * standard_error
        return np.stack([points - half, points + half])
