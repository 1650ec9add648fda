"""Several states: where people go (competing risks), and come back from (reversible states).

A row is followed in the state `origin` over (entry, exit] and is in the state `to` afterwards; `to` = `origin` means
that nothing happened when it was last seen. States are codes from 0. Competing risks are the case where everyone
begins in state 0 and nobody leaves another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from afkast.analysis.survival.counts import Floats, Integers, Rows, checked_rows, one_of_each, tally, whole
from afkast.analysis.survival.curve import Interval, limits
from afkast.analysis.survival.influence import of_persons, squared
from afkast.errors import AfkastError


@dataclass(frozen=True)
class StateOccupation:
    """P(t), the share in each state at t = 0…T, arrays (T+1, states); `initial` is P before anything happened.

    at_risk: persons in each state just before t; moves: (T+1, states, states) persons from a state to another at t.
    """

    share: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    at_risk: Integers
    moves: Integers
    initial: Floats


@dataclass(frozen=True)
class _Process:
    """Rows with their states, and the matrices of the times with a move.

    at_risk: (T+1, states) persons, moves: (T+1, states, states); Y: sums of weights at risk; steps: (T+1, …) I + dA.
    """

    rows: Rows
    origin: Integers
    to: Integers
    at_risk: Floats
    moves: Floats
    Y: Floats
    steps: Floats
    initial: Floats
    initial_influence: Floats

    @property
    def moving_times(self) -> Integers:
        return np.flatnonzero(self.moves.any(axis=(1, 2)))

    def shares(self) -> Floats:
        """P(t) = P(0) ∏_{u≤t} (I + dA(u)), (T+1, states)."""
        P, share = self.initial, np.empty_like(self.Y)
        for t, step in enumerate(self.steps):
            P = P @ step
            share[t] = P
        return share.clip(0, 1)  # products of rounded numbers

    def influences(self) -> Iterator[tuple[int, Floats]]:
        """Each person's influence on P(t), (persons, states), at every time t that it changes, from the start (−1).

        U(t) = U(t−)(I + dA) + Σ_h P_h(t−) w_i [dN_hi − Y_hi dA_h]/Y_h.
        """
        rows, S = self.rows, len(self.initial)
        person = np.arange(len(rows.exit)) if rows.person is None else rows.person
        weight = np.broadcast_to(rows.weight(), rows.exit.shape)
        entry = np.full(len(rows.exit), -1) if rows.entry is None else rows.entry
        P, U, size = self.initial, self.initial_influence, rows.persons * S
        yield -1, U
        for t in self.moving_times:
            share = np.divide(P, self.Y[t], out=np.zeros(S), where=self.Y[t] > 0)
            there = (entry < t) & (t <= rows.exit)
            followed = np.bincount((person * S + self.origin)[there], weight[there], size).reshape(-1, S)
            moved = (rows.exit == t) & (self.to != self.origin)
            part = weight[moved] * share[self.origin[moved]]
            arrived = np.bincount((person * S + self.to)[moved], part, size).reshape(-1, S)
            left = np.bincount((person * S + self.origin)[moved], part, size).reshape(-1, S)
            U = U @ self.steps[t] + arrived - left - (followed * share) @ (self.steps[t] - np.eye(S))
            P = P @ self.steps[t]
            yield int(t), U

    def greenwood(self) -> Floats:
        """Var P(t) from the counts, (T+1, states): each state's moves at a time are multinomial.

        V(t) = (I + dA)'V(t−)(I + dA) + Σ_h P_h(t−)² (diag(a_h) − a_h a_h')/Y_h, a_h the row h of I + dA.
        """
        S = len(self.initial)
        P, V, variance = self.initial, np.zeros((S, S)), np.zeros_like(self.Y)
        for t, step in enumerate(self.steps):
            V = step.T @ V @ step
            for h in np.flatnonzero(self.Y[t]):
                V += P[h] ** 2 / self.Y[t, h] * (np.diag(step[h]) - np.outer(step[h], step[h]))
            P = P @ step
            variance[t] = V.diagonal()
        return variance.clip(min=0)


def _process(rows: Rows, to: Integers, origin: Integers, states: int, initial: ArrayLike | None) -> _Process:
    times, S = rows.last + 1, states

    def counted(weighted: bool) -> tuple[Floats, Floats]:
        weight = np.broadcast_to(rows.weight() if weighted else 1.0, rows.exit.shape)
        amount = weight if rows.n is None else weight * rows.n
        at_risk = tally(rows, origin, S, events=S - 1, weighted=weighted)[:, 0].T
        moved = to != origin
        place = (rows.exit * S + origin) * S + to
        moves = np.bincount(place[moved], amount[moved], times * S * S).reshape(times, S, S)
        return at_risk, moves.astype(np.float64, copy=False)

    at_risk, moves = counted(weighted=False)
    Y, dN = counted(weighted=True)
    steps = np.divide(dN, Y[:, :, None], out=np.zeros_like(dN), where=Y[:, :, None] > 0)
    stays = np.where(at_risk == moves.sum(axis=2), 0.0, 1 - steps.sum(axis=2))
    steps += np.where(at_risk > 0, stays, 1.0)[:, :, None] * np.eye(S)

    # who begins where: given, or the distribution of those at risk when the first move happens
    influence = np.zeros((rows.persons, S))
    if initial is not None:
        P = np.asarray(initial, dtype=np.float64)
        if P.shape != (S,) or not np.isclose(P.sum(), 1) or (P < 0).any():
            raise AfkastError(f"the initial distribution must be {S} shares that add up to 1.")
    else:
        happens = moves.any(axis=(1, 2))
        first = int(happens.argmax()) if happens.any() else rows.last
        P = Y[first] / Y[first].sum()
        there = rows.exit >= first
        if rows.entry is not None:
            there &= rows.entry < first
        weight = np.broadcast_to(rows.weight(), rows.exit.shape)[:, None]
        of_rows = there[:, None] * weight * ((origin[:, None] == np.arange(S)) - P) / Y[first].sum()
        influence = of_persons(of_rows, rows.person, rows.persons)
    return _Process(rows, origin, to, at_risk, moves, Y, steps, P, influence)


def _checked(
    exit: ArrayLike,
    to: ArrayLike,
    entry: ArrayLike | None,
    origin: ArrayLike | None,
    states: int | None,
    initial: ArrayLike | None,
    n: ArrayLike | None,
    weights: ArrayLike | None,
    person: ArrayLike | None,
) -> _Process:
    after = whole("the state after", to)
    before = np.zeros(len(after), np.int64) if origin is None else whole("the state before", origin)
    one_of_each("states after", len(after), {"states before": before})
    highest = int(max(after.max(initial=0), before.max(initial=0)))
    S = max(highest + 1, 2) if states is None else states
    if not (S >= 2 and int(S) == S):
        raise AfkastError(f"there must be at least two states, not {S}.")
    if highest >= S:
        raise AfkastError(f"states must be whole numbers from 0 to {S - 1}, but one is {highest}.")
    rows = checked_rows(exit, after, entry, n, weights, person, events=S - 1)
    return _process(rows, after, before, S, initial)


def aalen_johansen(
    exit: ArrayLike,
    to: ArrayLike,
    entry: ArrayLike | None = None,
    origin: ArrayLike | None = None,
    *,
    states: int | None = None,
    initial: ArrayLike | None = None,
    n: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    person: ArrayLike | None = None,
    variance: Literal["robust", "greenwood"] = "robust",
    interval: Interval = "log-log",
    level: float = 0.95,
) -> StateOccupation:
    """The share in each state at each time, P(t) = P(0) ∏(I + dA), dA_hj = dN_hj/Y_h.

    to, origin: (rows,) state codes after the exit and while followed (0 throughout if not given); other rows as
    `kaplan_meier`. initial: (states,) P(0); otherwise the distribution of those at risk at the first move.
    variance: robust, Σ IF² by person (infinitesimal jackknife, R's survfit); or greenwood, from the counts alone.
    A state in which nobody is, or everybody, has both limits at the share itself.

    Source: Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978); Andersen et al. (1993), section IV.4.
    """
    process = _checked(exit, to, entry, origin, states, initial, n, weights, person)
    share = process.shares()
    if variance not in ("robust", "greenwood"):
        raise AfkastError(f"the variance must be robust or greenwood, but was {variance}.")
    if variance == "greenwood":
        if process.rows.robust:
            raise AfkastError("weighted rows, or several of one person, need the robust variance.")
        squares = process.greenwood()
    else:
        squares = np.zeros_like(share)
        for t, U in process.influences():
            squares[max(t, 0) :] = squared(U, process.rows.n)
    standard_error = np.sqrt(squares)
    lower, upper = limits(share, standard_error, interval, level)
    at_risk, moves = process.at_risk.astype(np.int64), process.moves.astype(np.int64)
    return StateOccupation(share, standard_error, lower, upper, at_risk, moves, process.initial)
