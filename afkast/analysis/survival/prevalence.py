"""Shares on benefits month by month, with the uncertainty that belongs to them.

Occupation, not first exit: a person who returns counts again, because that is what the municipality pays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from afkast.errors import AfkastError

FEWEST_OBSERVED = 10
"""A curve ends where fewer persons than this are still observed."""

FEWEST_IN_GROUP = 15
"""A smaller group gets a sentence instead of a curve."""


@dataclass(frozen=True)
class Occupation:
    """Share on benefits in month k = 0…K−1 after time zero, and what it rests on.

    share, lower, upper: (K,) in 0–1, NaN where too few are observed; observed, on_benefit: (K,) persons.
    """

    share: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    observed: NDArray[np.int64]
    on_benefit: NDArray[np.int64]


def occupation(on_benefit: NDArray[np.bool_], observed: NDArray[np.bool_], level: float = 0.95) -> Occupation:
    """Share on benefits by month with pointwise t-intervals; persons are rows, months columns.

    P(k) = ΣRY/ΣR;  IF_i(k) = R_i(k)(Y_i(k) − P(k))/r_k;  Var P(k) = n/(n−1) · Σ IF_i(k)².
    The interval is cut at 0 and 1.
    """
    n = len(on_benefit)
    if n < FEWEST_IN_GROUP:
        raise AfkastError(f"Gruppen er på under {FEWEST_IN_GROUP} personer; det er for få til en kurve.")
    R, Y = observed, on_benefit & observed
    r = R.sum(axis=0)
    enough = r >= FEWEST_OBSERVED
    with np.errstate(invalid="ignore", divide="ignore"):
        P = np.where(enough, Y.sum(axis=0) / r, np.nan)
        IF = R * (Y - P) / r
        standard_error = np.sqrt(n / (n - 1) * (IF**2).sum(axis=0))
    half = stats.t.ppf((1 + level) / 2, n - 1) * standard_error
    return Occupation(P, (P - half).clip(0, 1), (P + half).clip(0, 1), r, Y.sum(axis=0))
