"""Each person's influence on what trials compare: how it changes with what the person counts.

A residual counts 1/√(1−h) times, h its share of the mean it is a residual from (HC2): the mean at time zero, or in the
last month where the controls that are left stand for those who have started.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.effect.arms import Arms
from afkast.analysis.effect.compare import Comparison, Means, back, pieces, summed
from afkast.analysis.effect.design import Design
from afkast.analysis.effect.persons import Floats

SMALLEST_REST = 0.01
"""1 − h of a residual with leverage h; a person alone in a mean has no residual to enlarge."""

MOST_OF_FITTED = 4.0
"""So many times as large may a variance become because the weights were fitted: few controls bear few coefficients."""


@dataclass(frozen=True)
class Influence:
    """On what is saved, by calendar month; weight_shares: (persons,), of the controls' weight (`_of_controls`)."""

    saved: Arms
    treated_shares: Floats  # (treated persons,), of their weight at time zero
    weight_shares: Floats
    control_persons: int


def influence(of: Comparison) -> Influence:
    """Each person's influence on what is saved in each calendar month."""
    design, mean = of.design, of.mean
    controls = _of_controls(of, curves=False)
    on_treated, on_mix = _of_treated(of)
    G = np.zeros(0)
    if design.propensity is not None:
        moves = controls.moves + _moves_of_treated(of, on_mix - on_treated)
        G = _gradient(design, moves * of.count, of.data.R.shape[1])
    saved = back(_leverage(mean) * (on_mix - on_treated) * of.count, design.months[design.trial], of.data.R.shape[1])
    arms = _arms(of, controls, saved, controls.by, G)
    of_treated = np.unique(of.index[design.person], return_inverse=True)[1]
    treated_shares = np.bincount(of_treated, mean.share[:, 0]).astype(float)
    return Influence(arms, treated_shares, controls.shares, int((of.by_person(controls.at_zero) > 0).sum()))


def influence_on_curves(of: Comparison) -> tuple[Arms, Arms, Arms]:
    """Of the treated's curve, the controls' and the former less the latter, each τ."""
    controls = _of_controls(of, curves=True)
    on_treated, on_mix = _of_treated(of)
    G1 = G0 = np.zeros(0)
    if of.design.propensity is not None:
        G1 = _gradient(of.design, _moves_of_treated(of, on_treated))
        G0 = _gradient(of.design, controls.moves + _moves_of_treated(of, on_mix))
    leverage = _leverage(of.mean)
    treated = _arms(of, controls, leverage * on_treated, np.zeros_like(controls.by), G1)
    control = _arms(of, controls, leverage * on_mix, controls.by, G0)
    difference = replace(treated, treated=treated.treated - control.treated, control=treated.control - control.control)
    return treated, control, difference


def _of_treated(of: Comparison) -> tuple[Floats, Floats]:
    """The treated's influence on P₁(k), and on P₀(k) by which trials there are, (N₁, τ)."""
    share, P0 = of.mean.share, of.mean.P0[of.design.comparison]
    return share * (of.mean.Y - (share * of.mean.Y).sum(axis=0)), share * (P0 - (share * P0).sum(axis=0))


def _leverage(mean: Means) -> Floats:
    return 1 / np.sqrt(np.maximum(1 - mean.share, SMALLEST_REST))


def _arms(of: Comparison, controls: "_Controls", treated: Floats, control: Floats, gradient: Floats) -> Arms:
    """Of rows' influence, and of what the estimated weights add to it: (A − p) x'H⁻¹G.

    treated: (N₁, …); control: (rows, …); a residual is there 1/√(1−h) times, h its share of the mean it is a residual
    from (HC2).
    """
    design = of.design
    sizes = float(1 / (of.mean.share[:, 0] ** 2).sum()), float(1 / (controls.shares**2).sum())
    treated_persons, of_treated = np.unique(of.index[design.person], return_inverse=True)
    treated, control = summed(treated, of_treated, len(treated_persons)), of.by_person(control)
    if design.propensity is not None and gradient.any():
        score = of.by_person(design.propensity.score)
        direction = np.linalg.solve(design.propensity.curvature, gradient)
        own = control[treated_persons]
        for some in pieces(len(control), of.data.R.shape[1] * len(design.months)):
            control[some] += score[some] @ direction
        treated = treated + score[treated_persons] @ direction
        control[treated_persons] = own
        fitted = _of_fitted(design, sizes[1])
        treated, control = fitted * treated, fitted * control
    return Arms(treated_persons, treated, control, sizes)


def _of_fitted(design: Design, controls: float) -> float:
    """√(n/(n−q)), HC1: the q coefficients of the weights were fitted to the same persons, who so differ less from what
    is expected of them than others would. n is how many of equal weight the controls count for, as it is they who are
    weighed; at most √`MOST_OF_FITTED`."""
    assert design.propensity is not None
    q = len(design.propensity.curvature)
    return float(np.sqrt(controls / max(controls - q, controls / MOST_OF_FITTED)))


@dataclass(frozen=True)
class _Controls:
    """by: rows × columns, influence on the controls' part; at_zero: (rows,), share of their weight at time zero.

    shares: (persons,), the same, or until their start in the last month, where the few that are left stand for those
    who have started. moves: trial months m × trial months u × (1 + terms) × τ, Σ_i IF_im (d log w_im/dη_u) x_iu.
    """

    by: Floats
    at_zero: Floats
    shares: Floats
    moves: Floats


def _of_controls(of: Comparison, curves: bool) -> _Controls:
    """Each control's influence by month of follow-up (curves) or by calendar month, on what is saved.

    IF_i(k) = Σ_m w_im (of_Y_m(k) Y_i(m+k) − of_R_m(k) R_i(m+k)), of_Y = cells/W, of_R = of_Y·P₀.
    """
    design, data, mean, cells = of.design, of.data, of.mean, of.cells
    n, T = data.R.shape
    months, K = design.months, mean.W.shape[1]
    calendar = months[:, None] + np.arange(K)
    per_weight = np.divide(1, mean.W, out=np.zeros_like(mean.W), where=mean.W > 0)
    by, at_zero, at_last = np.zeros((n, K if curves else T)), np.zeros(n), np.zeros(n)
    moves = np.zeros((len(months), len(months), 0 if design.propensity is None else len(design.propensity.columns), K))
    for stratum in design.strata:
        number = stratum.comparison
        share = per_weight[number] * (calendar < T)
        of_Y = cells[number] * share
        of_R = of_Y * mean.P0[number]
        of_month_Y, of_month_R = (back(of.count * values, months, T).T for values in (of_Y, of_R))
        for some in pieces(len(stratum.controls), len(months) * T):
            rows = stratum.some(some)
            # months × persons, as a month is what is read at a time
            w = np.ascontiguousarray((stratum.controls[some] * design.control_weight[rows]).T)
            Y, R = (np.ascontiguousarray(values[rows].T) for values in (data.control_Y, data.control_R))
            h = w * R[months] * share[:, :1]
            at_zero[rows] += cells[number, 0] @ h
            if data.until_start:  # fewer and fewer stand for all who have started since
                h = w * R[np.minimum(calendar[:, -1], T - 1)] * share[:, -1:]
                at_last[rows] += cells[number, -1] @ h
            enlarged = w / np.sqrt(np.maximum(1 - h, SMALLEST_REST))
            if curves:
                for k, at in enumerate(np.minimum(calendar, T - 1).T):
                    by[rows, k] += of_Y[:, k] @ (enlarged * Y[at]) - of_R[:, k] @ (enlarged * R[at])
            else:
                by[rows] += ((of_month_Y @ enlarged) * Y - (of_month_R @ enlarged) * R).T
            for m, u, slope in _slopes(design, rows, data.until_start):
                assert design.propensity is not None
                x = design.propensity.x(u, rows) * (slope * w[m])
                start, end = months[u], min(months[m] + K, T)
                after = slice(start - months[m], end - months[m])
                on_saved = of_Y[m, after, None] * Y[start:end] - of_R[m, after, None] * R[start:end]
                moves[m, u, :, after] += x @ on_saved.T
    return _Controls(by, at_zero, of.by_person(at_last if data.until_start else at_zero), moves)


def _slopes(
    of: Design, rows: NDArray[np.int64] | slice, until_start: bool
) -> Iterator[tuple[int, int, Floats | float]]:
    """d log w/dη of controls in trial month number m, the number of the trial month whose η it is after m's own.

    +1 in the trial's own month for ATT, 1−p for overlap; of the weight for not having started yet it is p in each month
    since the trial's in which one could.
    """
    if of.propensity is None:
        return
    p = of.propensity.probability[rows]
    for m in range(len(of.months)):
        if of.weights != "none":
            yield m, m, 1.0 if of.weights == "att" else 1 - p[:, m]
        for u in range(m + 1, len(of.months) if until_start else 0):
            yield m, u, p[:, u]


def _moves_of_treated(of: Comparison, influence: Floats) -> Floats:
    """`_Controls.moves` of the treated: d log w/dη is −p in their own month for overlap, else 0."""
    design = of.design
    assert design.propensity is not None
    M, K = len(design.months), influence.shape[1]
    moves = np.zeros((M, M, len(design.propensity.columns), K))
    for m in range(M) if design.weights == "overlap" else ():
        started = design.trial == m
        x = -design.propensity.probability[design.person[started], m] * design.propensity.x(m, design.person[started])
        moves[m, m] = x @ influence[started]
    return moves


def _gradient(of: Design, moves: Floats, T: int | None = None) -> Floats:
    """G = Σ IF · (d log w/dη) · x by month of follow-up, or by calendar month of T."""
    assert of.propensity is not None
    q, K = len(of.propensity.curvature), moves.shape[-1]
    G = np.zeros((q, K + (T or 0)))
    for u, own in enumerate(of.propensity.own):
        for m, month in enumerate(of.months if T else np.zeros_like(of.months)):
            G[own, month : month + K] += moves[m, u]
    return G[:, : T or K]
