"""Shares on benefits month by month, with the uncertainty that belongs to them.

Occupation, not first exit: a person who returns counts again, because that is what the municipality pays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.survival.counts import Floats, Integers, one_of_each, places, positive, whole, yes_or_no
from afkast.analysis.survival.influence import of_persons, squared, two_sided_quantile
from afkast.errors import AfkastError

FEWEST_OBSERVED = 10
"""A curve ends where fewer persons than this are still observed."""

SMALLEST_SHARE_OBSERVED = 0.2
"""And where less of the group is: what comes after is unknown, not zero."""

FEWEST_IN_GROUP = 15
"""A smaller group gets a sentence instead of a curve."""


def months_followed(observed: ArrayLike) -> int:
    """In how many months, from the first on, at least 10 and a fifth of every group are observed.

    observed: (groups, months) persons.
    """
    persons = np.asarray(observed)
    thin = (persons < np.maximum(FEWEST_OBSERVED, SMALLEST_SHARE_OBSERVED * persons[:, :1])).any(axis=0)
    return int(thin.argmax()) if thin.any() else persons.shape[1]


@dataclass(frozen=True)
class Occupation:
    """Share on benefits in month k = 0…K−1 after time zero, and what it rests on.

    share, lower, upper: (K,) in 0–1, NaN where too few are observed; observed, on_benefit: (K,) persons, or rows when a
    person has several, also when the share is weighted.
    """

    share: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    observed: NDArray[np.int64]
    on_benefit: NDArray[np.int64]


@dataclass(frozen=True)
class _Shares:
    """P(k), (K,), with each row's influence on it, (rows, K), and what the rows stand for."""

    P: Floats
    influence: Floats
    observed: Integers
    on_benefit: Integers
    n: Floats | None
    person: Integers | None
    distinct: int
    persons: int

    def variance(self, influence: Floats) -> Floats:
        """n/(n−1) · Σ IF_i² of rows' influences (rows, …), summed within the person first."""
        of_each = of_persons(influence, self.person, self.distinct)
        return self.persons / (self.persons - 1) * squared(of_each, self.n)


def _shares(
    on_benefit: NDArray[np.bool_],
    observed: NDArray[np.bool_],
    n: ArrayLike | None,
    weights: ArrayLike | None,
    person: ArrayLike | None,
) -> _Shares:
    on_benefit, observed = yes_or_no("on_benefit", on_benefit), yes_or_no("observed", observed)
    rows = len(on_benefit)
    if on_benefit.shape != observed.shape or on_benefit.ndim != 2:
        raise AfkastError("on_benefit and observed must be two tables of the same size, persons × months.")
    number = None if n is None else positive("the count", whole("the count", n))
    weight = np.ones(rows) if weights is None else positive("the weight", weights)
    one_of_each("rows", rows, {"counts": number, "weights": weight, "persons": person})
    distinct, codes = rows, None
    if person is not None:
        labels, codes = places("the person", person, rows)
        distinct = len(labels)
    persons = distinct if number is None else int(number.sum())
    if persons < FEWEST_IN_GROUP:
        raise NotEnough(Lack.FEW_IN_GROUP, fewest=FEWEST_IN_GROUP)

    R, Y = observed, on_benefit & observed
    counted = np.ones(rows, np.int64) if number is None else number.astype(np.int64)
    r, y = counted @ R, counted @ Y
    w = weight * counted
    with np.errstate(invalid="ignore", divide="ignore"):
        r_w = w @ R
        P = np.where(r >= FEWEST_OBSERVED, (w @ Y) / r_w, np.nan)
        influence = weight[:, None] * R * (Y - P) / r_w
    return _Shares(P, influence, r, y, number, codes, distinct, persons)


def occupation(
    on_benefit: NDArray[np.bool_],
    observed: NDArray[np.bool_],
    level: float = 0.95,
    *,
    n: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    person: ArrayLike | None = None,
) -> Occupation:
    """Share on benefits by month with pointwise t-intervals; persons are rows, months columns.

    P(k) = Σw RY/Σw R;  IF_i(k) = w_i R_i(k)(Y_i(k) − P(k))/Σw R(k);  Var P(k) = n/(n−1) · Σ IF_i(k)².
    n: (rows,) persons with the same months, as in a table of patterns; weights: (rows,); person: (rows,) whose row it
    is when a person has several: influences are summed within the person before they are squared.
    The interval is cut at 0 and 1.
    """
    shares = _shares(on_benefit, observed, n, weights, person)
    half = two_sided_quantile(level, shares.persons - 1) * np.sqrt(shares.variance(shares.influence))
    P = shares.P
    return Occupation(P, (P - half).clip(0, 1), (P + half).clip(0, 1), shares.observed, shares.on_benefit)
