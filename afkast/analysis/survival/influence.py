"""What each person adds to an estimate, and the errors and intervals that follow from it.

IF_i = dθ/dw_i · w_i, the change of the estimate with the weight of person i (infinitesimal jackknife). Influences add:
over an estimate's parts, over a person's rows, over two groups. Var θ = Σ_i IF_i².
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from afkast.errors import AfkastError

Floats = NDArray[np.float64]


@overload
def two_sided_quantile(level: float, degrees_of_freedom: float = np.inf) -> float: ...
@overload
def two_sided_quantile(level: float, degrees_of_freedom: Floats) -> Floats: ...
def two_sided_quantile(level: float, degrees_of_freedom: float | Floats = np.inf) -> float | Floats:
    """t, or z where the degrees of freedom are infinite, of an interval at `level`, a share above 0 and below 1."""
    if not 0 < level < 1:
        raise AfkastError(f"the level must lie between 0 and 1, but was {level}.")
    t: float | Floats = special.stdtrit(degrees_of_freedom, (1 + level) / 2)
    return t


@dataclass(frozen=True)
class Estimate:
    """A value whose error, divided by `standard_error`, follows Student's t with so many degrees of freedom.

    Infinite degrees of freedom mean the normal distribution. `level` is that of the interval, 0.95 for 95 %. `given`:
    standard error and degrees of freedom if the truth were this, where they change with it.
    """

    value: float
    standard_error: float
    degrees_of_freedom: float = np.inf
    level: float = 0.95
    given: Callable[[float], tuple[float, float]] | None = field(default=None, compare=False)

    @property
    def interval(self) -> tuple[float, float]:
        """value ± t·standard_error; or the θ with |value − θ| ≤ t(θ)·standard error(θ)."""
        half = two_sided_quantile(self.level, self.degrees_of_freedom) * self.standard_error
        if self.given is None:
            return float(self.value - half), float(self.value + half)
        return self.value - self._length(-1), self.value + self._length(1)

    def _length(self, side: int) -> float:
        """Of the interval to one side, where |value − θ| passes t(θ)·standard error(θ)."""

        def beyond(length: float) -> float:
            assert self.given is not None
            error, freedom = self.given(self.value + side * length)
            return length - two_sided_quantile(self.level, freedom) * error

        length = 1e-9 * max(self.standard_error, abs(self.value), 1e-6)
        if beyond(length) >= 0:
            return 0.0
        while beyond(10 * length) < 0:
            length *= 10
        return float(optimize.brentq(beyond, length, 10 * length, xtol=1e-10 * length, rtol=1e-10))

    @property
    def lower(self) -> float:
        return self.interval[0]

    @property
    def upper(self) -> float:
        return self.interval[1]

    def detectable(self, power: float = 0.8) -> float:
        """The smallest true value that would be told from 0 with this probability: (t_{1−α/2} + t_power)·error."""
        found = two_sided_quantile(self.level, self.degrees_of_freedom)
        return float((found + special.stdtrit(self.degrees_of_freedom, power)) * self.standard_error)

    def times(self, factor: float) -> "Estimate":
        """In another unit: N₁ persons instead of one, years instead of months."""
        given = self.given

        def scaled(truth: float) -> tuple[float, float]:
            assert given is not None
            error, freedom = given(truth / factor)
            return error * abs(factor), freedom

        return replace(
            self,
            value=self.value * factor,
            standard_error=self.standard_error * abs(factor),
            given=scaled if given and factor else None,
        )

    def minus(self, known: float) -> "Estimate":
        """Less an amount that has no uncertainty, such as what the intervention cost."""
        given = self.given
        return replace(self, value=self.value - known, given=given and (lambda truth: given(truth + known)))

    def chance_above(self, limit: float = 0.0) -> float:
        """One less the one-sided p-value of the limit: 97.5 % at the lower end of a 95 % interval.

        Where the error does not change with the truth, how much of the t-distribution around the value lies above the
        limit; in a Bayesian's words the probability that the truth does, when nothing was known beforehand.
        """
        if self.standard_error == 0:
            return 0.5 if self.value == limit else float(self.value > limit)
        error, freedom = self.given(limit) if self.given else (self.standard_error, self.degrees_of_freedom)
        return float(special.stdtr(freedom, (self.value - limit) / error)) if error > 0 else float(self.value > limit)


def of_persons(influence: Floats, person: NDArray[np.int64] | None, persons: int) -> Floats:
    """Rows' influences (rows, …) summed within the person, (persons, …); as they are when a row is a person."""
    if person is None:
        return influence
    if influence.ndim == 1:
        return np.bincount(person, influence, persons).astype(np.float64, copy=False)
    total = np.zeros((persons, *influence.shape[1:]))
    np.add.at(total, person, influence)
    return total


def squared(influence: Floats, n: Floats | None) -> Floats:
    """Σ_i IF_i² over persons, (…); a row of n persons alike counts n times."""
    total: Floats = np.tensordot(np.ones(len(influence)) if n is None else n, influence**2, axes=1)
    return total
