"""The means of a design's trials, and each person's influence on them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.effect.arms import Arms, Floats
from afkast.analysis.effect.design import FEWEST_CONTROLS, Design, Stratum
from afkast.analysis.effect.interval import Outcome
from afkast.analysis.effect.weights import propensity
from afkast.analysis.survival import FEWEST_OBSERVED
from afkast.errors import AfkastError

SMALLEST_SHARE_OBSERVED = 0.2
"""The curves end where less of either arm is still observed: what comes after is unknown, not zero."""

PERSONS_AT_A_TIME = 1024
"""Few enough for their months to stay in the processor's cache."""

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
    on: Floats
    until_start: bool = False


def followed(observed: NDArray[np.bool_], Y: Floats, on_benefit: NDArray[np.bool_]) -> Followed:
    """Everyone as long as they are observed: intention to treat."""
    R = observed.astype(float)
    return Followed(R, Y, R, Y, (on_benefit & observed).astype(float))


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


def along(values: Floats, months: NDArray[np.int64], K: int) -> Floats:
    """(M, K): row m from calendar column months[m] on, 0 after the last."""
    columns = months[:, None] + np.arange(K)
    T = values.shape[1]
    return np.where(columns < T, values[np.arange(len(months))[:, None], np.minimum(columns, T - 1)], 0.0)


def back(cells: Floats, months: NDArray[np.int64], T: int) -> Floats:
    """(M, T): the inverse of `along`."""
    out = np.zeros((len(months), T + cells.shape[1]))
    out[np.arange(len(months))[:, None], months[:, None] + np.arange(cells.shape[1])] = cells
    return out[:, :T]


@dataclass(frozen=True)
class Means:
    """Of each comparison's controls and each treated in month k = 0…τ−1.

    W, P0: (comparisons, τ), the controls' weight and weighted mean; share: (N₁, τ), a_i R_i(k)/Σ a R; Y: (N₁, τ);
    treated_months: (N₁,), on benefits while followed; the counts are (τ,).
    """

    W: Floats
    P0: Floats
    share: Floats
    Y: Floats
    treated_months: Floats
    treated_observed: Floats
    treated_on: Floats
    control_observed: Floats
    control_on: Floats


def means(of: Design, data: Followed, follow_up_months: int | None) -> Means:
    """Followed for as long as at least 10 and 20 % of either arm are, and each comparison as long as five controls."""
    T = data.R.shape[1]
    K = min(follow_up_months or T, T - int(of.months[0]))
    seen, seen_on = data.R, data.on
    if data.until_start:
        seen = (data.control_R > 0).astype(float)
        seen_on = data.on * seen
    W, WY, counted, counted_on = np.zeros((4, of.comparisons, K))
    for stratum in of.strata:
        rows, one = stratum.rows, stratum.controls.astype(float)
        w = one * of.control_weight[rows]
        sums = (
            (W, w, data.control_R),
            (WY, w, data.control_Y),
            (counted, one, seen),
            (counted_on, one, seen_on),
        )
        for out, left, right in sums:
            np.add.at(out, stratum.comparison, along(left.T @ right[rows], of.months, K))
    enough = (counted >= FEWEST_CONTROLS) & (W > 0)
    P0 = np.divide(WY, W, out=np.zeros_like(W), where=enough)

    R, Y, on = (along(values[of.person], of.months[of.trial], K) for values in (data.R, data.Y, data.on))
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
        (R * on)[:, :tau].sum(axis=1),
        observed[0, :tau],
        on_treated[:tau],
        observed[1, :tau],
        on_control[:tau],
    )


@dataclass(frozen=True)
class Influence:
    """On the treated's curve, the controls', their difference D (each τ) and on what is saved (calendar months)."""

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
    of_Y = np.divide(cells, mean.W, out=np.zeros_like(mean.W), where=mean.W > 0)
    of_R = of_Y * mean.P0

    def of_mean(stratum: Stratum, w: Floats, k: int) -> Floats:
        """Each control's share of the mean of its comparison in month k, persons × trial months."""
        seen = data.control_R[stratum.rows][:, np.minimum(months + k, T - 1)] * (months + k < T)
        per_weight = np.divide(1, mean.W[:, k], out=np.zeros(len(cells)), where=mean.W[:, k] > 0)
        return w * seen * per_weight[stratum.comparison]

    by_k, by_month = np.zeros((n, len(count))), np.zeros((n, T))
    at_zero, at_last = np.zeros(n), np.zeros(n)
    for stratum in of.strata:
        rows = stratum.rows
        w = stratum.controls * of.control_weight[rows]
        h = of_mean(stratum, w, 0)
        at_zero[rows] += h @ cells[stratum.comparison, 0]
        if data.until_start:  # fewer and fewer stand for all who have started since
            h = of_mean(stratum, w, len(count) - 1)
            at_last[rows] += h @ cells[stratum.comparison, -1]
        w /= np.sqrt(np.maximum(1 - h, SMALLEST_REST))
        Bs = of_Y[stratum.comparison], of_R[stratum.comparison]
        of_month_Y, of_month_R = (back(count * B, months, T) for B in Bs)
        Y, R = data.control_Y[rows], data.control_R[rows]
        part = w @ of_month_Y
        part *= Y
        by_month[rows] += part
        np.matmul(w, of_month_R, out=part)
        part *= R
        by_month[rows] -= part
        by_k[rows] += _by_follow_up(Y, R, w, *Bs, months)

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

    def arms(of_arm_1: Floats, of_arm_0: Floats) -> Arms:
        treated = summed(of_arm_1, of_treated, len(treated_persons))
        return Arms(treated_persons, treated, summed(of_arm_0, index, persons), sizes)

    saved_rows = back(leverage * (on_mix - on_treated) * count, months[of.trial], T)
    curve_1, curve_0 = arms(leverage * on_treated, np.zeros_like(by_k)), arms(leverage * on_mix, by_k)
    saved = arms(saved_rows, by_month)
    if of.propensity is not None and (of.weights != "none" or data.until_start):
        G1, G0, G = _gradients(of, data, of_Y, of_R, on_treated, on_mix, count)
        moved = [summed(of.propensity.correction(one), index, persons) for one in (G1, G0, G)]
        curve_1, curve_0, saved = curve_1.plus(moved[0]), curve_0.plus(moved[1]), saved.plus(moved[2])
    difference = replace(curve_1, treated=curve_1.treated - curve_0.treated, control=curve_1.control - curve_0.control)
    return Influence(curve_1, curve_0, difference, saved, shares, int((at_zero > 0).sum()))


def outcome_in(of: Design, data: Followed, mean: Means, count: Floats, calendar: NDArray[np.bool_]) -> Outcome:
    """What of a person's outcome falls in some calendar months, y = Σ_k c(k) Y(k) over them.

    c(k) = count(k) N₁(0)/N₁(k), so that what is saved is the difference in mean. The mean lies between the least and
    the greatest that anyone has for the months they are followed, y/Σ_k c(k) R(k), of the treated's mean of Σ_k c(k)
    R(k): who is followed for half the time and stays on benefits throughout is at the end, not in the middle. The
    controls' variance is about the mean of their own comparison, each counted as (share of the treated compared with
    them) w/Σw.
    """
    K, T = len(count), data.R.shape[1]
    cells = np.bincount(of.comparison, mean.share[:, 0], len(mean.W))
    c = count * mean.treated_observed[0] / mean.treated_observed

    def in_calendar(values: Floats) -> Floats:
        """Of each treated; values: (N₁, τ)."""
        return back(values, of.months[of.trial], T)[:, calendar].sum(axis=1)

    def least_and_greatest(y: Floats, months: Floats) -> list[float]:
        """Of y for a month that counts, of those who are followed in any."""
        each = y[months > 0] / months[months > 0]
        return [each.min(), each.max()] if len(each) else []

    R = mean.share > 0
    ends, squares, shares = least_and_greatest(in_calendar(R * mean.Y * c), in_calendar(R * c)), 0.0, 0.0
    everyone = np.arange(len(data.R))
    for stratum in of.strata:
        for m, month in enumerate(of.months):
            number, last = stratum.comparison[m], min(month + K, T)
            rows = everyone[stratum.rows][stratum.controls[:, m]]
            if cells[number] == 0 or len(rows) == 0:
                continue
            one = c[: last - month] * calendar[month:last]
            y = data.Y[rows, month:last] @ one
            r = y - data.R[rows, month:last] @ (one * mean.P0[number, : last - month])
            w = of.control_weight[rows, m] * data.control_R[rows, month] * cells[number] / mean.W[number, 0]
            ends += least_and_greatest(y, data.R[rows, month:last] @ one)
            squares, shares = squares + float(w @ r**2), shares + float(w.sum())
    control_mean = float(in_calendar(mean.share * mean.P0[of.comparison] * count).sum())
    mean_followed = float(in_calendar(mean.share * count).sum())
    lowest, highest = (end(ends, default=0.0) * mean_followed for end in (min, max))
    return Outcome(lowest, highest, control_mean, squares / shares)


def _by_follow_up(Y: Floats, R: Floats, w: Floats, of_Y: Floats, of_R: Floats, months: NDArray[np.int64]) -> Floats:
    """Σ_m w_im (Y_i(m+k) of_Y_m(k) − R_i(m+k) of_R_m(k)), persons × τ; computed with persons side by side."""
    n, T = Y.shape
    K = of_Y.shape[1]
    out = np.zeros((n, K))
    for first in range(0, n, PERSONS_AT_A_TIME):
        some = slice(first, first + PERSONS_AT_A_TIME)
        some_Y, some_R, some_w = (np.ascontiguousarray(values[some].T) for values in (Y, R, w))
        part = np.zeros((K, some_Y.shape[1]))
        for m, month in enumerate(months):
            width = min(K, T - month)
            here = some_Y[month : month + width] * of_Y[m, :width, None]
            here -= some_R[month : month + width] * of_R[m, :width, None]
            here *= some_w[m]
            part[:width] += here
        out[some] = part.T
    return out


def _gradients(
    of: Design, data: Followed, of_Y: Floats, of_R: Floats, on_treated: Floats, on_mix: Floats, count: Floats
) -> tuple[Floats, Floats, Floats]:
    """G = Σ IF · (d log w/dη) · x for P₁(k), P₀(k) and what is saved in each calendar month.

    d log w/dη is +1 for the controls of ATT, 1−p for those of overlap and −p for the treated of overlap, else 0; of the
    weight for not having started yet it is p in each month since the trial's in which one could.
    """
    assert of.propensity is not None
    K, T = of_Y.shape[1], data.R.shape[1]
    regression, months = of.propensity, of.months
    q = len(regression.curvature)
    G1, G0, saved = np.zeros((q, K)), np.zeros((q, K)), np.zeros((q, T + K))
    where = np.full(of.eligible.shape, -1)
    for stratum in of.strata:
        where[stratum.rows] = np.where(stratum.controls, stratum.comparison, where[stratum.rows])

    def of_controls(slope: Floats, m: int, u: int) -> Floats:
        """x_u'·(slope · the controls' influence in trial m), of its months from u on; slope: eligible in u."""
        rows, month = regression.rows[u], months[m]
        first, last = months[u], min(month + K, T)
        step = np.zeros((q, K))
        if first >= last:
            return step
        scaled = slope * of.control_weight[rows, m]
        comparisons = np.unique(where[rows, m])
        for number in comparisons[comparisons >= 0]:
            some = np.where(where[rows, m] == number, scaled, 0)[:, None]
            of_month = slice(first - month, last - month)
            step[:, of_month] += of_Y[number, of_month] * regression.gradient(
                u, some * data.control_Y[rows, first:last]
            )
            step[:, of_month] -= of_R[number, of_month] * regression.gradient(
                u, some * data.control_R[rows, first:last]
            )
        return step

    for m, rows in enumerate(regression.rows):
        p = regression.probability[rows, m]
        step0, step1 = np.zeros((q, K)), np.zeros((q, K))
        if of.weights != "none":
            step0 += of_controls(np.ones_like(p) if of.weights == "att" else 1 - p, m, m)
        if data.until_start:
            for u in range(m + 1, len(months)):
                step0 += of_controls(regression.probability[regression.rows[u], u], m, u)
        if of.weights == "overlap":
            own = of.trial == m
            position = np.searchsorted(rows, of.person[own])
            for step, values in ((step0, on_mix), (step1, on_treated)):
                scaled = np.zeros((len(rows), K))
                scaled[position] = -p[position, None] * values[own]
                step += regression.gradient(m, scaled)
        G0, G1 = G0 + step0, G1 + step1
        saved[:, months[m] : months[m] + K] += count * (step0 - step1)
    return G1, G0, saved[:, :T]
