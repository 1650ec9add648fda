"""The means of a design's trials, and each person's influence on them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.cohort import along
from afkast.analysis.effect.arms import Arms, Floats
from afkast.analysis.effect.design import FEWEST_CONTROLS, Design
from afkast.analysis.effect.interval import Outcome
from afkast.analysis.effect.weights import propensity
from afkast.analysis.survival import FEWEST_OBSERVED
from afkast.errors import AfkastError

SMALLEST_SHARE_OBSERVED = 0.2
"""The curves end where less of either arm is still observed: what comes after is unknown, not zero."""

AT_A_TIME = 750_000
"""Persons × trial months × calendar months: few enough to stay in the processor's cache, and for a product not to be
shared out among threads, which wait for each other where others use the processors."""

SMALLEST_REST = 0.01
"""1 − h of a residual with leverage h; a person alone in a mean has no residual to enlarge."""


@dataclass(frozen=True)
class Followed:
    """What is averaged, persons × calendar months, 0 where it does not count.

    R, Y: observed and outcome; control_R, control_Y: the same of the controls, times their weight in the month, which
    only changes with the month where controls are censored at their start; on: on benefits and observed.
    """

    R: Floats
    Y: Floats
    control_R: Floats  # noqa: N815
    control_Y: Floats  # noqa: N815
    on: NDArray[np.bool_]
    until_start: bool = False


def followed(observed: NDArray[np.bool_], Y: Floats, on_benefit: NDArray[np.bool_]) -> Followed:
    """Everyone as long as they are observed: intention to treat."""
    R = observed.astype(float)
    return Followed(R, Y, R, Y, on_benefit & observed)


def until_start(of: Design, everyone: Followed, start_month: Floats) -> tuple[Design, Followed]:
    """Controls until their own start, weighted by the inverse probability of not having started.

    1/Π(1 − h) over the months since the trial's, h the hazard of starting while eligible; those who are not, as when
    off benefits, cannot start. The product from month m to t is V(t)/V(m), so V(m) goes into the weight in the trial.
    """
    regression = of.propensity or propensity(of.eligible, of.starts, of.months, {})
    h = regression.probability
    stays = np.ones_like(everyone.R)
    stays[:, of.months] = 1 - np.minimum(h, 1 - 1e-12)
    V = 1 / np.cumprod(stays, axis=1)
    before = ~(start_month[:, None] <= np.arange(stays.shape[1])) * V
    control_R, control_Y = everyone.control_R * before, everyone.control_Y * before
    weighted = replace(everyone, control_R=control_R, control_Y=control_Y, until_start=True)
    return replace(of, control_weight=of.control_weight / V[:, of.months], propensity=regression), weighted


def back(cells: Floats, months: NDArray[np.int64], T: int) -> Floats:
    """(M, T): the inverse of `cohort.along`."""
    out = np.zeros((len(months), T + cells.shape[1]))
    out[np.arange(len(months))[:, None], months[:, None] + np.arange(cells.shape[1])] = cells
    return out[:, :T]


@dataclass(frozen=True)
class Means:
    """Of each comparison's controls and each treated in month k = 0…τ−1.

    W, P0: (comparisons, τ), the controls' weight and weighted mean; share: (N₁, τ), a_i R_i(k)/Σ a R; Y: (N₁, τ);
    the counts are (τ,).
    """

    W: Floats
    P0: Floats
    share: Floats
    Y: Floats
    treated_observed: Floats
    treated_on: Floats
    control_observed: Floats
    control_on: Floats


def _pieces(persons: int, cells: int) -> Iterator[slice]:
    """Some of the persons at a time, when each has so many trial months × calendar months."""
    size = max(1, AT_A_TIME // cells)
    for first in range(0, persons, size):
        yield slice(first, first + size)


def means(of: Design, data: Followed, follow_up_months: int | None) -> Means:
    """Followed for as long as at least 10 and 20 % of either arm are, and each comparison as long as five controls."""
    T = data.R.shape[1]
    K = min(follow_up_months or T, T - int(of.months[0]))
    W, WY, counted, counted_on = np.zeros((4, of.comparisons, K))
    for stratum in of.strata:
        sums = np.zeros((4, len(of.months), T))
        for some in _pieces(len(stratum.controls), len(of.months) * T):
            rows = stratum.some(some)
            one = stratum.controls[some].T.astype(float)
            w = one * of.control_weight[rows].T
            sums[0] += w @ data.control_R[rows]
            sums[1] += w @ data.control_Y[rows]
            sums[2] += one @ (data.control_R[rows] > 0)
            sums[3] += one @ (data.on[rows] & (data.control_R[rows] > 0))
        for out, of_stratum in zip((W, WY, counted, counted_on), sums, strict=True):
            np.add.at(out, stratum.comparison, along(of_stratum, of.months, K))
    enough = (counted >= FEWEST_CONTROLS) & (W > 0)
    P0 = np.divide(WY, W, out=np.zeros_like(W), where=enough)

    R, Y = (along(values[of.person], of.months[of.trial], K) for values in (data.R, data.Y))
    on = along(data.on[of.person], of.months[of.trial], K)
    R = R * enough[of.comparison]
    in_use = np.bincount(of.comparison[R[:, 0] > 0], minlength=of.comparisons) > 0
    observed = np.stack([R.sum(axis=0), counted[in_use].sum(axis=0)])
    fewest = np.maximum(FEWEST_OBSERVED, SMALLEST_SHARE_OBSERVED * observed[:, :1])
    thin = (observed < fewest).any(axis=0)
    tau = int(thin.argmax()) if thin.any() else K
    if tau == 0:
        who = "startede kan følges" if observed[0, 0] < fewest[0] else "kunne være startet i de samme måneder"
        raise AfkastError(f"Under {FEWEST_OBSERVED} {who}; det er for få til en sammenligning.")
    a = of.treated_weight[:, None] * R[:, :tau]
    W = np.where(enough, W, 0)
    on_treated, on_control = (R * on).sum(axis=0), counted_on[in_use].sum(axis=0)
    return Means(
        W[:, :tau],
        P0[:, :tau],
        a / a.sum(axis=0),
        Y[:, :tau],
        observed[0, :tau],
        on_treated[:tau],
        observed[1, :tau],
        on_control[:tau],
    )


@dataclass(frozen=True)
class Influence:
    """On the treated's curve, the controls', the latter less the former (each τ) and what is saved (by month)."""

    treated: Arms
    control: Arms
    difference: Arms
    saved: Arms
    weight_shares: Floats  # (persons,), of the controls' weight at time zero; until their start, in the last month
    control_persons: int


def influence(of: Design, data: Followed, mean: Means, count: Floats, person: NDArray[np.int64] | None) -> Influence:
    """Each person's influence; count: (τ,), how many times D(k) counts in what is saved; person: whose each row is.

    A residual counts 1/√(1−h) times, h its share of the mean it is a residual from (HC2): the mean at time zero, or in
    the last month where the controls that are left stand for those who have started.
    """
    n, T = data.R.shape
    months, number = of.months, of.comparison
    P0_own = mean.P0[number]
    P1, P0 = (mean.share * mean.Y).sum(axis=0), (mean.share * P0_own).sum(axis=0)
    leverage = 1 / np.sqrt(np.maximum(1 - mean.share, SMALLEST_REST))
    on_treated, on_mix = mean.share * (mean.Y - P1), mean.share * (P0_own - P0)
    cells = np.zeros_like(mean.W)
    np.add.at(cells, number, mean.share)
    by_k, by_month, at_zero, at_last, moves = _of_controls(of, data, mean, cells, count)

    index = np.arange(n) if person is None else np.unique(person, return_inverse=True)[1]
    treated_persons, of_treated = np.unique(index[of.person], return_inverse=True)

    def summed(values: Floats, rows: NDArray[np.int64], size: int) -> Floats:
        if len(rows) == size and (np.diff(rows) > 0).all():
            return values
        out = np.zeros((size, *values.shape[1:]))
        np.add.at(out, rows, values)
        return out

    persons = int(index.max()) + 1
    at_zero, at_last = summed(at_zero, index, persons), summed(at_last, index, persons)
    shares = at_last if data.until_start else at_zero
    a = of.treated_weight * (mean.share[:, 0] > 0)
    sizes = (float(a.sum() ** 2 / (a**2).sum()), float(1 / (shares**2).sum()))

    def arms(of_arm_1: Floats, of_arm_0: Floats, gradient: Floats) -> Arms:
        treated = summed(of_arm_1, of_treated, len(treated_persons))
        control = summed(of_arm_0, index, persons)
        if of.propensity is not None and gradient.any():
            direction = np.linalg.solve(of.propensity.curvature, gradient)
            own = control[treated_persons]
            for some in _pieces(persons, len(months) * T):
                control[some] += score[some] @ direction
            treated = treated + score[treated_persons] @ direction
            control[treated_persons] = own
        return Arms(treated_persons, treated, control, sizes)

    G1 = G0 = G = np.zeros(0)
    if of.propensity is not None:
        score = summed(of.propensity.score, index, persons)
        G1, G0, G = _gradients(of, moves, on_treated, on_mix, count, T)
    curve_1 = arms(leverage * on_treated, np.zeros(by_k.shape), G1)
    curve_0 = arms(leverage * on_mix, by_k, G0)
    saved = arms(back(leverage * (on_mix - on_treated) * count, months[of.trial], T), by_month, G)
    # of the controls' curve less the treated's, as what is saved is; only overlap weights move the treated's
    controls = curve_0.control - curve_1.control if G1.any() else curve_0.control
    difference = replace(curve_0, treated=curve_0.treated - curve_1.treated, control=controls)
    return Influence(curve_1, curve_0, difference, saved, shares, int((at_zero > 0).sum()))


def outcome_in(of: Design, data: Followed, mean: Means, count: Floats, calendar: NDArray[np.bool_]) -> Outcome:
    """What of a person's outcome falls in some calendar months, y = Σ_k c(k) Y(k) over them.

    c(k) = count(k) N₁(0)/N₁(k), so that what is saved is the difference in mean. The mean lies between the least and
    the greatest that anyone has for the months they are followed, y/Σ_k c(k) R(k), of the treated's mean of Σ_k c(k)
    R(k): who is followed for half the time and stays on benefits throughout is at the end, not in the middle. The
    controls' variance is about the mean of their own comparison, each counted as (share of the treated compared with
    them) w/Σw.
    """
    T = data.R.shape[1]
    cells = np.bincount(of.comparison, mean.share[:, 0], len(mean.W))
    c = count * mean.treated_observed[0] / mean.treated_observed

    def in_calendar(values: Floats) -> Floats:
        """Of each treated; values: (N₁, τ)."""
        return back(values, of.months[of.trial], T)[:, calendar].sum(axis=1)

    def least_and_greatest(y: Floats, months: Floats) -> list[float]:
        """Of y for a month that counts, of those who are followed in any."""
        each = y[months > 0] / months[months > 0]
        return [each.min(), each.max()] if len(each) else []

    of_treated = mean.share > 0
    ends = least_and_greatest(in_calendar(of_treated * mean.Y * c), in_calendar(of_treated * c))
    squares = shares = 0.0
    for stratum in of.strata:
        number = stratum.comparison
        counts = back(np.tile(c, (len(number), 1)), of.months, T) * calendar
        of_mean = back(mean.P0[number], of.months, T) * counts
        share = np.divide(cells[number], mean.W[number, 0], out=np.zeros(len(number)), where=mean.W[number, 0] > 0)
        for some in _pieces(len(stratum.controls), len(number) * T):
            rows, controls = stratum.some(some), stratum.controls[some] & (cells[number] > 0)
            Y, R = data.Y[rows], data.R[rows]
            y = Y @ counts.T
            r = y - R @ of_mean.T
            w = controls * of.control_weight[rows] * data.control_R[rows][:, of.months] * share
            ends += least_and_greatest(y[controls], (R @ counts.T)[controls])
            squares, shares = squares + float((w * r**2).sum()), shares + float(w.sum())
    control_mean = float(in_calendar(mean.share * mean.P0[of.comparison] * count).sum())
    mean_followed = float(in_calendar(mean.share * count).sum())
    lowest, highest = (end(ends, default=0.0) * mean_followed for end in (min, max))
    return Outcome(lowest, highest, control_mean, squares / shares)


def _of_controls(
    of: Design, data: Followed, mean: Means, cells: Floats, count: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Each control's influence by month of follow-up and by calendar month, share of the weight, and `moves`.

    IF_i(k) = Σ_m w_im (of_Y_m(k) Y_i(m+k) − of_R_m(k) R_i(m+k)), of_Y = cells/W, of_R = of_Y·P₀, cells: the treated's
    share of each comparison. moves, trial months m × trial months u × (1 + covariates) × τ: Σ_i IF_im (d log w_im/dη_u)
    x_iu, of what is after u.
    """
    n, T = data.R.shape
    months, K = of.months, len(count)
    calendar = months[:, None] + np.arange(K)
    per_weight = np.divide(1, mean.W, out=np.zeros_like(mean.W), where=mean.W > 0)
    by_k, by_month, at_zero, at_last = np.zeros((n, K)), np.zeros((n, T)), np.zeros(n), np.zeros(n)
    moves = np.zeros((len(months), len(months), 0 if of.propensity is None else len(of.propensity.columns), K))
    for stratum in of.strata:
        number = stratum.comparison
        share = per_weight[number] * (calendar < T)
        of_Y = cells[number] * share
        of_R = of_Y * mean.P0[number]
        of_month_Y, of_month_R = (back(count * values, months, T).T for values in (of_Y, of_R))
        for some in _pieces(len(stratum.controls), len(months) * T):
            rows = stratum.some(some)
            # months × persons, as a month is what is read at a time
            w = np.ascontiguousarray((stratum.controls[some] * of.control_weight[rows]).T)
            Y, R = (np.ascontiguousarray(values[rows].T) for values in (data.control_Y, data.control_R))
            h = w * R[months] * share[:, :1]
            at_zero[rows] += cells[number, 0] @ h
            if data.until_start:  # fewer and fewer stand for all who have started since
                h = w * R[np.minimum(calendar[:, -1], T - 1)] * share[:, -1:]
                at_last[rows] += cells[number, -1] @ h
            enlarged = w / np.sqrt(np.maximum(1 - h, SMALLEST_REST))
            by_month[rows] += ((of_month_Y @ enlarged) * Y - (of_month_R @ enlarged) * R).T
            part = np.empty((K, w.shape[1]))
            for k, at in enumerate(np.minimum(calendar, T - 1).T):
                part[k] = of_Y[:, k] @ (enlarged * Y[at]) - of_R[:, k] @ (enlarged * R[at])
            by_k[rows] += part.T
            for m, u, slope in _slopes(of, rows, data.until_start):
                assert of.propensity is not None
                x = of.propensity.x(u, rows) * (slope * w[m])
                start, end = months[u], min(months[m] + K, T)
                after = slice(start - months[m], end - months[m])
                moved = of_Y[m, after] * (x @ Y[start:end].T) - of_R[m, after] * (x @ R[start:end].T)
                moves[m, u, :, after] += moved
    return by_k, by_month, at_zero, at_last, moves


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


def _gradients(
    of: Design, moves: Floats, on_treated: Floats, on_mix: Floats, count: Floats, T: int
) -> tuple[Floats, Floats, Floats]:
    """G = Σ IF · (d log w/dη) · x for P₁(k), P₀(k) and what is saved in each calendar month.

    moves: those of the controls; d log w/dη of the treated is −p in their own month for overlap, else 0.
    """
    assert of.propensity is not None
    moves_1, moves_0 = np.zeros_like(moves), moves.copy()
    for m in range(len(of.months)) if of.weights == "overlap" else ():
        started = of.trial == m
        x = -of.propensity.probability[of.person[started], m] * of.propensity.x(m, of.person[started])
        moves_1[m, m] += x @ on_treated[started]
        moves_0[m, m] += x @ on_mix[started]
    q, K = len(of.propensity.curvature), len(count)
    G1, G0, saved = np.zeros((q, K)), np.zeros((q, K)), np.zeros((q, T + K))
    for u, own in enumerate(of.propensity.own):
        G1[own] += moves_1[:, u].sum(axis=0)
        G0[own] += moves_0[:, u].sum(axis=0)
        for m, month in enumerate(of.months):
            saved[own, month : month + K] += count * (moves_0[m, u] - moves_1[m, u])
    return G1, G0, saved[:, :T]
