"""The bootstrap over persons, drawn as counts.

Persons with the same follow-up are one cell. To draw N persons again with replacement is to draw how many come from
each cell, which is multinomial: it is the same bootstrap, and costs as much for 300 persons as for 5 million.
Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 6.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from afkast.analysis.survival.counts import Floats, checked_rows
from afkast.analysis.survival.mean import restricted_mean, step_costs
from afkast.analysis.survival.prevalence import occupation_sum
from afkast.errors import AfkastError


def _drawn(cells: NDArray[Any], replicates: int, rng: np.random.Generator) -> Floats:
    """How many of each cell are drawn, (replicates, cells), when as many persons as there are are drawn again."""
    total = int(cells.sum())
    return rng.multinomial(total, cells / total, size=replicates).astype(np.float64)


def drawn_restricted_means(
    exit: ArrayLike,
    event: ArrayLike,
    tau: float,
    rng: np.random.Generator,
    entry: ArrayLike | None = None,
    *,
    costs: ArrayLike | None = None,
    n: ArrayLike | None = None,
    replicates: int = 1_000,
) -> Floats:
    """The restricted mean of each replicate, (replicates,); arguments as `restricted_mean`.

    A difference between groups is the difference of their draws. Where nobody is at risk the curve stays as it is.
    """
    restricted_mean(exit, event, tau, entry, costs=costs, n=n)  # refuses what cannot be answered
    rows = checked_rows(exit, event, entry, n)
    T = int(np.ceil(tau))  # who is still there at τ is alike, whatever comes later
    entries = None if rows.entry is None else np.minimum(rows.entry, T)
    event = (rows.event > 0) & (rows.exit < T)
    cells, cell = replace(rows, exit=np.minimum(rows.exit, T), event=event, entry=entries, last=T).cells()
    draws = _drawn(np.bincount(cell, rows.n), replicates, rng)
    t = np.arange(T + 1)
    leaves, entered = cells.exit[:, None], -1 if cells.entry is None else cells.entry[:, None]
    at_risk = draws @ ((entered < t) & (t <= leaves)).astype(np.float64)
    events = draws @ ((leaves == t) & (cells.event[:, None] > 0)).astype(np.float64)
    S = np.cumprod(1 - np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0), axis=1)
    return np.asarray(S @ step_costs(tau, costs, T + 1))


def drawn_occupation_sums(
    on_benefit: NDArray[np.bool_],
    observed: NDArray[np.bool_],
    rng: np.random.Generator,
    costs: ArrayLike | None = None,
    *,
    n: ArrayLike | None = None,
    replicates: int = 1_000,
) -> Floats:
    """θ = Σ_k c_k P(k) of each replicate, (replicates,); arguments as `occupation_sum`.

    Should a replicate have nobody observed in a month, the share of all persons stands for it.
    """
    occupation_sum(on_benefit, observed, costs, n=n)  # refuses what cannot be answered
    K = on_benefit.shape[1]
    c = np.ones(K) if costs is None else np.asarray(costs, dtype=np.float64)
    used = np.flatnonzero(c)
    R, Y = observed[:, used], (on_benefit & observed)[:, used]
    packed = np.ascontiguousarray(np.packbits(np.hstack([R, Y]), axis=1))
    text = packed.view(f"V{packed.shape[1]}")[:, 0]  # a row of bytes as one value, to be compared at once
    _, first, cell = np.unique(text, return_index=True, return_inverse=True)
    cells = np.bincount(cell, None if n is None else np.asarray(n, dtype=np.float64), len(first)).astype(np.float64)
    draws = _drawn(cells, replicates, rng)
    seen, on = R[first].astype(np.float64), Y[first].astype(np.float64)
    r = draws @ seen
    P = np.divide(draws @ on, r, out=np.broadcast_to(cells @ on / (cells @ seen), r.shape).copy(), where=r > 0)
    return np.asarray(P @ c[used])


def percentile_interval(draws: Floats, level: float = 0.95) -> tuple[float, float]:
    """The middle `level` of the draws."""
    if not 0 < level < 1:
        raise AfkastError(f"the level must lie between 0 and 1, but was {level}.")
    lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)
