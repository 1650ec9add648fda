"""How the uncertainty of estimates comes from each person's influence on them, by arm."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.effect.persons import Floats


@dataclass(frozen=True)
class Variance:
    """Of some estimates, each field (…): the treated's and the controls' part, and that of persons in both arms.

    sizes: how many persons each arm counts for.
    """

    treated: Floats
    control: Floats
    both: Floats
    sizes: tuple[float, float]

    def each(self) -> Iterator["Variance"]:
        """One estimate at a time."""
        for treated, control, both in zip(self.treated, self.control, self.both, strict=True):
            yield Variance(treated, control, both, self.sizes)

    def error(self) -> tuple[Floats, Floats]:
        """Standard error and Satterthwaite's degrees of freedom of each estimate.

        ν = (V₁+V₀)²/(V₁²/(n₁−1) + V₀²/(n₀−1)), 1 where nothing varies, as in the month of start.
        """
        V1, V0 = self.treated, self.control
        spread = np.asarray(V1**2 / (self.sizes[0] - 1) + V0**2 / (self.sizes[1] - 1))
        freedom = np.divide((V1 + V0) ** 2, spread, out=np.ones_like(spread), where=spread > 0)
        return np.sqrt(np.maximum(V1 + V0 + self.both, 0)), freedom


@dataclass(frozen=True)
class Arms:
    """What each person contributes to the error of some estimates, by arm: their influence on each.

    treated: (N₁, …), of the persons in rows `of_treated` of control: (persons, …). A person can be in both arms, of
    different trials. sizes: how many persons each arm counts for.
    """

    of_treated: NDArray[np.int64]
    treated: Floats
    control: Floats
    sizes: tuple[float, float]

    def together(self, which: NDArray[np.bool_]) -> "Arms":
        """The influence on the sum of some of the estimates."""
        return replace(self, treated=self.treated @ which, control=self.control @ which)

    def variance(self) -> Variance:
        """Σ_i IF_i², both arms added within the person."""
        treated, control = self.treated, self.control
        both = 2 * np.einsum("i...,i...->...", treated, control[self.of_treated])
        own, others = (np.einsum("i...,i...->...", arm, arm) for arm in (treated, control))
        return Variance(own, others, both, self.sizes)
