"""Kaplan and Meier's curve: the share that has not left yet, from counts."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from afkast.analysis.survival.counts import Counts, Floats, Integers, Rows, checked_rows, hazard, tally
from afkast.analysis.survival.influence import of_persons, squared, two_sided_quantile
from afkast.errors import AfkastError

Interval = Literal["plain", "log", "log-log"]


@dataclass(frozen=True)
class KaplanMeier:
    """S(t) = P(T > t) at t = 0…T; all arrays (T+1,), the last three in persons, also when the curve is weighted.

    S(t) is the value on [t, t+1). `start`: before this time nobody counts, and S is 1.
    """

    survival: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    at_risk: Integers
    events: Integers
    censored: Integers
    start: int


@dataclass(frozen=True)
class Hazard:
    """What a curve is made of, (T+1,): h_t, the sum of weights at risk Y_t, S(t), and the counts of persons."""

    h: Floats
    Y: Floats
    S: Floats
    persons: Counts
    start: int

    def greenwood(self) -> Floats:
        """d/(n(n − d)); 0 where all n leave, as S is 0 from there on and has no variance left."""
        n, d = self.persons.at_risk, np.where(self.h > 0, self.persons.events, 0)
        return np.divide(d, n * (n - d), out=np.zeros(len(n)), where=n > d)


def estimated_hazard(rows: Rows, fewest_at_risk: int | None = None) -> Hazard:
    """The hazard of all rows; from the first time with so many at risk, if asked for."""
    persons = Counts(*tally(rows)[0, [0, 2, 1]])
    weighted = Counts(*tally(rows, weighted=True)[0, [0, 2, 1]]) if rows.weights is not None else persons
    h, start = hazard(persons, weighted), 0
    if fewest_at_risk is not None:
        enough = persons.at_risk >= fewest_at_risk
        if not enough.any():
            raise AfkastError(f"{fewest_at_risk} persons are never followed at the same time, too few for a curve.")
        start = int(enough.argmax())
        h = np.where(np.arange(len(h)) < start, 0.0, h)
    S = np.asarray(np.cumprod(1 - h), dtype=np.float64)
    return Hazard(h, weighted.at_risk, S, persons, start)


def row_influence(rows: Rows, of: Hazard, costs: Floats) -> Floats:
    """Each row's influence on θ = Σ_t c_t S(t), (rows,), of one of its n persons; costs: (T+1,).

    IF_i = −w_i Σ_u A_u/(Y_u(1 − h_u)) · [dN_i(u) − Y_i(u)h_u],  A_u = Σ_{t≥u} c_t S(t);
    with c = 1 at one time alone it is the influence on S(t). Where all leave (h = 1) nothing is left to influence.
    """
    A = (costs * of.S)[::-1].cumsum()[::-1]
    f = np.divide(A, of.Y * (1 - of.h), out=np.zeros(len(A)), where=(of.h > 0) & (of.h < 1))
    compensator = np.cumsum(f * of.h)
    integral = rows.event * f[rows.exit] - compensator[rows.exit]
    if rows.entry is not None:
        integral += compensator[rows.entry]
    return np.asarray(-rows.weight() * integral)


def _curve_variance(rows: Rows, of: Hazard) -> Floats:
    """Var S(t): Greenwood's, or the sum of squared influences when rows are weighted or several to a person."""
    if not rows.robust:
        return np.asarray(of.S**2 * np.cumsum(of.greenwood()))
    # rows followed alike have the same influence for the same weight
    cells, cell = rows.cells()
    weight = np.broadcast_to(rows.weight(), rows.exit.shape)
    squares = np.bincount(cell, weight**2 * (1.0 if rows.n is None else rows.n)).astype(np.float64)
    variance, at = np.zeros(len(of.S)), np.flatnonzero(of.h)
    for t in at:  # times, never persons
        influence = row_influence(cells, of, np.arange(len(of.S)) == t)
        if rows.person is None:
            variance[t] = squared(influence, squares)
        else:
            variance[t] = squared(of_persons(weight * influence[cell], rows.person, rows.persons), None)
    latest = np.searchsorted(at, np.arange(len(of.S)), side="right") - 1
    return np.where(latest >= 0, variance[at[latest]], 0.0) if len(at) else variance


def limits(S: Floats, standard_error: Floats, interval: Interval, level: float) -> tuple[Floats, Floats]:
    """Pointwise limits of a share S(t), within 0 and 1; any shape.

    plain S ± z·SE;  log S·exp(±z·SE/S);  log-log S^exp(±z·SE/(S log S)), as in R.
    Where S is 0 or 1 the formulas give none (R: NA); both limits are then S itself.
    """
    z = two_sided_quantile(level)
    if interval not in ("plain", "log", "log-log"):
        raise AfkastError(f"the interval must be plain, log or log-log, but was {interval}.")
    inside = (S > 0) & (S < 1)
    P = np.where(inside, S, 0.5)
    with np.errstate(over="ignore"):
        if interval == "plain":
            lower, upper = P - z * standard_error, P + z * standard_error
        elif interval == "log":
            lower, upper = P * np.exp(-z * standard_error / P), P * np.exp(z * standard_error / P)
        else:
            half = z * standard_error / (P * np.abs(np.log(P)))
            lower, upper = P ** np.exp(half), P ** np.exp(-half)
    return np.where(inside, lower.clip(0, 1), S), np.where(inside, upper.clip(0, 1), S)


def kaplan_meier(
    exit: ArrayLike,
    event: ArrayLike,
    entry: ArrayLike | None = None,
    *,
    n: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    person: ArrayLike | None = None,
    interval: Interval = "log-log",
    level: float = 0.95,
    fewest_at_risk: int | None = None,
) -> KaplanMeier:
    """S(t) = Π_{u≤t} (1 − d_u/n_u) with pointwise intervals.

    exit, entry: (rows,) whole units, followed over (entry, exit]; event: (rows,) whether the exit is the event.
    n: (rows,) persons alike (a table of counts). weights: (rows,) sampling or propensity weights. person: (rows,) whose
    row it is, when a person may have several.

    Greenwood's variance S²·Σ d/(n(n − d)); with weights or persons Σ IF² by person, as R's survfit(robust=TRUE):
    weighted counts are no counts of persons. A risk set that empties leaves S as it is, or at 0 for good when all left.
    Late entrants make the first risk sets small: `fewest_at_risk` starts the curve at the first time with so many,
    and S is then the share among those who have come so far.
    Where S is 1 both limits are 1; where S is 0 the lower is 0 and the upper the last one before (R gives NA).

    Source: Kaplan and Meier, JASA 53 (1958); Kalbfleisch and Prentice (1980) for the log-log interval.
    """
    rows = checked_rows(exit, event, entry, n, weights, person)
    of = estimated_hazard(rows, fewest_at_risk)
    standard_error = np.sqrt(_curve_variance(rows, of))
    lower, upper = limits(of.S, standard_error, interval, level)
    gone = int((of.S > 0).sum())  # S does not rise, so the limit before everyone had left still holds afterwards
    upper[gone:] = upper[gone - 1] if gone > 0 else 1.0
    at_risk, events = of.persons.at_risk.astype(np.int64), of.persons.events.astype(np.int64)
    return KaplanMeier(
        of.S, standard_error, lower, upper, at_risk, events, of.persons.censored.astype(np.int64), of.start
    )
