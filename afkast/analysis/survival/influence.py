"""What each person adds to an estimate, and the errors and intervals that follow from it.

IF_i = dθ/dw_i · w_i, the change of the estimate with the weight of person i (infinitesimal jackknife). Influences add:
over an estimate's parts, over a person's rows, over two groups. Var θ = Σ_i IF_i².
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from afkast.errors import AfkastError

Floats = NDArray[np.float64]
Target = Literal["treated", "overlap", "everyone"]


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error and interval; infinite degrees of freedom mean the normal distribution."""

    value: float
    standard_error: float
    lower: float
    upper: float
    degrees_of_freedom: float = np.inf


def two_sided_quantile(level: float, degrees_of_freedom: float = np.inf) -> float:
    """z, or t when the degrees of freedom are finite, of an interval at `level`, a share above 0 and below 1."""
    if not 0 < level < 1:
        raise AfkastError(f"Sikkerheden skal ligge mellem 0 og 1, men er {level}.")
    share = (1 + level) / 2
    return float(stats.t.ppf(share, degrees_of_freedom) if np.isfinite(degrees_of_freedom) else special.ndtri(share))


def estimate(value: float, variance: float, level: float = 0.95, degrees_of_freedom: float = np.inf) -> Estimate:
    """value ± t·√variance; t is the normal z when the degrees of freedom are infinite."""
    error = float(np.sqrt(variance))
    half = two_sided_quantile(level, degrees_of_freedom) * error
    return Estimate(float(value), error, float(value - half), float(value + half), degrees_of_freedom)


def difference(first: Estimate, second: Estimate, level: float = 0.95) -> Estimate:
    """first − second of two groups without a person in common, Var = Var₁ + Var₂.

    The degrees of freedom are Satterthwaite's (Biometrics Bulletin 2, 1946): (V₁+V₂)²/(V₁²/f₁ + V₂²/f₂); infinite
    when both are.
    """
    V = np.array([first.standard_error, second.standard_error]) ** 2
    spread = (V**2 / np.array([first.degrees_of_freedom, second.degrees_of_freedom])).sum()
    freedom = float(V.sum() ** 2 / spread) if spread > 0 else np.inf
    return estimate(first.value - second.value, float(V.sum()), level, freedom)


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


def propensity_adjusted(
    influence: Floats, treated: NDArray[np.bool_], propensity: Floats, covariates: Floats, target: Target = "treated"
) -> Floats:
    """Influence of an estimate whose weights came from a logistic regression on the same persons.

    IF*_i = IF_i + (A_i − p_i) x_i'H⁻¹G,  H = X'diag(p(1−p))X,  G = Σ_i IF_i (d log w_i/dη) x_i;
    treated | control:  towards the treated  w = 1 | p/(1−p), d log w/dη = 0 | 1;  overlap  w = 1−p | p, −p | 1−p;
    towards everyone  w = 1/p | 1/(1−p), −(1−p) | p.
    influence: (persons,) at the estimated weights; covariates: (persons, k) as in the regression, with its constant.
    Source: Lunceford and Davidian, Statistics in Medicine 23 (2004), section 3.
    """
    A, p, X = treated.astype(np.float64), propensity, covariates
    if not (len(influence) == len(A) == len(p) == len(X)):
        raise AfkastError("Indflydelse, indsats, sandsynlighed og baggrund skal have lige mange personer.")
    if not ((p > 0) & (p < 1)).all():
        raise AfkastError("Sandsynligheden for indsats skal ligge mellem 0 og 1 for hver person.")
    by_target = {"treated": (0 * p, 1 + 0 * p), "overlap": (-p, 1 - p), "everyone": (p - 1, p)}
    slope = np.where(treated, *by_target[target])
    H = (X * (p * (1 - p))[:, None]).T @ X
    G = (influence * slope) @ X
    if np.linalg.matrix_rank(H) < len(H):
        raise AfkastError("Baggrundsoplysningerne siger det samme flere gange; udelad dem, der følger af de andre.")
    adjusted: Floats = influence + (A - p) * (X @ np.linalg.solve(H, G))
    return adjusted
