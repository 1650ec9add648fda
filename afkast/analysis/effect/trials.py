"""What the intervention changed: the started against those who could have started in the same month.

Comparing everyone ever treated with the whole target group makes any intervention look worse than it is, because
one must still be on benefits to be treated. Sequential trials give both arms the same time zero: in each calendar
month m the eligible are on benefits and have not started before; those who start in m are treated, the others
controls.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis.effect.design import FEWEST_CONTROLS, Design, Weights, balance, design
from afkast.analysis.effect.estimate import Estimate, freedom_of, intervals
from afkast.analysis.effect.weights import Covariates, Floats
from afkast.analysis.survival import FEWEST_OBSERVED
from afkast.errors import AfkastError

SMALLEST_SHARE_OBSERVED = 0.2
"""The curves end where less of either arm is still observed: what comes after is unknown, not zero."""

PERSONS_AT_A_TIME = 4096
"""Few enough for their months to stay in the processor's cache."""


@dataclass(frozen=True)
class Effect:
    """Treated, controls and their difference in month k = 0…τ−1 after time zero; everything (τ,) or (2, τ).

    `saved` = −Σ_k D(k), months (or kroner, when the outcome is) per treated person; with `total` for all treated.
    Observed and on benefit are unweighted persons, of the controls person-trials: a person is a control in each month
    they could have started. treated_left_out started, but not while on benefits, or had nobody to be compared with.
    effective_controls: so many persons of equal weight would be as uncertain; largest_weight_share: one person's
    share of the controls' weight.
    """

    treated: Floats
    control: Floats
    difference: Floats
    treated_interval: Floats
    control_interval: Floats
    difference_interval: Floats
    treated_observed: NDArray[np.int64]
    treated_on_benefit: NDArray[np.int64]
    control_observed: NDArray[np.int64]
    control_on_benefit: NDArray[np.int64]
    treated_persons: int
    treated_left_out: int
    control_persons: int
    control_trials: int
    covariates_used: tuple[str, ...]
    balance: pd.DataFrame | None
    effective_controls: float
    largest_weight_share: float
    saved_by_month: Floats  # (calendar months,), adds up to saved
    _treated_influence: Floats  # persons × calendar months, each arm's on saved_by_month
    _control_influence: Floats
    _sizes: tuple[float, float]
    level: float = 0.95

    @property
    def follow_up_months(self) -> int:
        """τ, at most as many as were asked for."""
        return len(self.difference)

    @property
    def saved(self) -> Estimate:
        """Saved per treated person in the τ months."""
        return self.saved_in(slice(None))

    def saved_in(self, months: slice | Sequence[int] | NDArray[np.generic]) -> Estimate:
        """What of `saved` falls in these calendar months (columns); the parts of disjoint months add up."""
        treated = self._treated_influence[:, months].sum(axis=1)
        control = self._control_influence[:, months].sum(axis=1)
        arms = np.array([(treated**2).sum(), (control**2).sum()])
        error = float(np.sqrt(((treated + control) ** 2).sum()))
        value = float(self.saved_by_month[months].sum())
        return Estimate(value, error, float(freedom_of(arms, self._sizes)), self.level)


def _along(values: Floats, months: NDArray[np.int64], K: int) -> Floats:
    """(M, K): row m from calendar column months[m] on, 0 after the last."""
    columns = months[:, None] + np.arange(K)
    T = values.shape[1]
    return np.where(columns < T, values[np.arange(len(months))[:, None], np.minimum(columns, T - 1)], 0.0)


def _back(cells: Floats, months: NDArray[np.int64], T: int) -> Floats:
    """(M, T): the inverse of `_along`."""
    out = np.zeros((len(months), T + cells.shape[1]))
    out[np.arange(len(months))[:, None], months[:, None] + np.arange(cells.shape[1])] = cells
    return out[:, :T]


def sequential_trials(
    on_benefit: NDArray[np.bool_],
    observed: NDArray[np.bool_],
    start_month: Floats,
    follow_up_months: int | None = None,
    *,
    outcome: Floats | None = None,
    covariates: Covariates | None = None,
    strata: NDArray[np.generic] | None = None,
    weights: Weights | None = None,
    eligible: NDArray[np.bool_] | None = None,
    per_protocol: bool = False,
    total: bool = False,
    person: NDArray[np.int64] | None = None,
    level: float = 0.95,
) -> Effect:
    """Compare those who start in a month with those who could have but did not, in the months that follow.

    on_benefit, observed: persons × calendar months; start_month: column of each person's start, NaN if never;
    outcome: persons × calendar months, kroner paid for example, months on benefits if not given; covariates: by name,
    persons or persons × calendar months, the most important first (as many are used as the treated bear); strata: the
    same, controls are those of the treated's own stratum; weights: att if there are covariates, otherwise none;
    eligible: persons × calendar months, who may be in a trial, everyone on benefits if not given; person: whose each
    row is, when a person has several.

    D(k) = Σ_i a_i R_i(k) (Y_i(k) − P₀(k)) / Σ_i a_i R_i(k) over the treated i, P₀ the weighted mean of the controls of
    i's own trial and stratum. It answers: what did starting change for those who started, compared with not starting
    *that month*? Controls who start later stay (intention to treat), so it is a little cautious. With `per_protocol`
    they are followed until they start, and the others weigh the more for it by the inverse probability of not having
    started: starting against never starting. `total`: D(k) times the number of treated observed in k, so what all of
    them have saved in months that have been seen.

    Influence of a person, summed over the trials and arms before it is squared:
    IF_i(k) = a_i R_i (Y_i − P₀ − D)/Σa R − Σ_trials (Σ_{treated of trial} a R / Σa R) w_i R_i (Y_i − P₀)/Σ w R,
    and (A_i − p_i) x_i'H⁻¹G for the estimated weights. A residual counts 1/√(1−h) times, h its own share of the mean
    it is taken from (HC2), so that one trial without weights is Welch's t-test exactly. Degrees of freedom by
    Satterthwaite, with as many controls as would be as uncertain at equal weights.
    """
    of = design(
        on_benefit,
        observed,
        start_month,
        covariates,
        strata,
        weights or ("att" if covariates else "none"),
        eligible,
    )
    Y = np.where(observed, on_benefit if outcome is None else outcome, 0.0)
    if not np.isfinite(Y).all():
        raise AfkastError("Udfaldet mangler for nogle af de måneder, hvor personerne følges.")
    effect = compare(of, Y, observed, on_benefit, start_month, follow_up_months, per_protocol, total, person, level)
    left_out = int((~np.isnan(start_month)).sum()) - effect.treated_persons
    return replace(effect, treated_left_out=left_out, balance=balance(of, covariates) if covariates else None)


def _not_yet_started(of: Design, start_month: Floats, T: int) -> tuple[NDArray[np.bool_], Floats]:
    """Months before each person's own start, and 1/Π(1 − h), h the hazard of starting while one could.

    Both persons × T. Those who are not eligible, as when off benefits, cannot start and are not censored for it.
    """
    if of.propensity is None:
        h = of.eligible * (of.starts.sum(axis=0) / of.eligible.sum(axis=0))
    else:
        h = of.propensity.probability
    stays = np.ones((len(start_month), T))
    stays[:, of.months] = 1 - np.minimum(h, 1 - 1e-12)
    return ~(start_month[:, None] <= np.arange(T)), 1 / np.cumprod(stays, axis=1)


def compare(
    of: Design,
    Y: Floats,
    observed: NDArray[np.bool_],
    on_benefit: NDArray[np.bool_],
    start_month: Floats,
    follow_up_months: int | None,
    per_protocol: bool,
    total: bool,
    person: NDArray[np.int64] | None,
    level: float,
) -> Effect:
    """`sequential_trials` of a design; Y: persons × calendar months, 0 where not observed."""
    n, T = observed.shape
    months, M = of.months, len(of.months)
    K = min(follow_up_months or T, T - int(months[0]))
    R = observed.astype(float)
    weight, control_R, control_Y = of.control_weight, R, Y
    if per_protocol:
        before, inverse = _not_yet_started(of, start_month, T)
        control_R = R * before * inverse
        control_Y = Y * before * inverse
        weight = weight / inverse[:, months]

    # each comparison's controls: weighted sums, and how many are counted
    W, WY, counted, counted_on = np.zeros((4, of.comparisons, K))
    on = (on_benefit & observed).astype(float)
    seen = (control_R > 0).astype(float) if per_protocol else R
    for stratum in of.strata:
        w = np.where(stratum.controls, weight[stratum.rows], 0.0)
        one = stratum.controls.astype(float)
        for out, left, right in (
            (W, w, control_R),
            (WY, w, control_Y),
            (counted, one, seen),
            (counted_on, one, on * seen if per_protocol else on),
        ):
            np.add.at(out, stratum.comparison, _along(left.T @ right[stratum.rows], months, K))
    enough = (counted >= FEWEST_CONTROLS) & (W > 0)
    P0_of = np.divide(WY, W, out=np.zeros_like(W), where=enough)

    # the treated, each against their own comparison
    def of_treated(values: Floats) -> Floats:
        return _along(values[of.person], months[of.trial], K)

    own = of.comparison
    treated_R = of_treated(R) * enough[own]
    treated_Y, treated_on = of_treated(Y), of_treated(on) * treated_R
    compared = treated_R[:, 0] > 0
    N1 = int(compared.sum())
    in_use = np.bincount(own[compared], minlength=of.comparisons) > 0
    r1, r0 = treated_R.sum(axis=0), counted[in_use].sum(axis=0)
    arms = np.array([N1, r0[0]])
    thin = (np.stack([r1, r0]) < np.maximum(FEWEST_OBSERVED, SMALLEST_SHARE_OBSERVED * arms[:, None])).any(axis=0)
    tau = int(thin.argmax()) if thin.any() else K
    if tau == 0:
        raise AfkastError(f"Under {FEWEST_OBSERVED} er startet eller kunne være startet i de samme måneder; det er for få.")
    K = tau
    treated_R, treated_Y, treated_on = treated_R[:, :K], treated_Y[:, :K], treated_on[:, :K]
    W, P0_of, enough = W[:, :K], P0_of[:, :K], enough[:, :K]

    a = of.treated_weight[:, None] * treated_R
    A = a.sum(axis=0)
    P0_own = P0_of[own]
    P1, P0 = (a * treated_Y).sum(axis=0) / A, (a * P0_own).sum(axis=0) / A
    D = P1 - P0
    count = r1[:K] if total else np.ones(K)

    # influence of the treated (N₁ × K) on the curves, and of the controls through each comparison's mean
    share = a / A
    leverage = 1 / np.sqrt(np.maximum(1 - share, 0.01))
    on_treated, on_mix = share * (treated_Y - P1), share * (P0_own - P0)
    cells = np.zeros_like(W)
    np.add.at(cells, own, share)
    B = np.divide(cells, W, out=np.zeros_like(W), where=enough)
    whole = np.divide(1.0, W[:, 0], out=np.zeros(len(W)), where=enough[:, 0])
    by_k, by_month, omega = np.zeros((n, K)), np.zeros((n, T)), np.zeros(n)
    for stratum in of.strata:
        rows, number = stratum.rows, stratum.comparison
        w = np.where(stratum.controls, weight[rows] * (control_R[rows][:, months] > 0), 0.0)
        if per_protocol:
            w0 = np.where(stratum.controls, of.control_weight[rows], 0.0)
        else:
            w0 = w
        h = w0 * whole[number]
        w = w / np.sqrt(np.maximum(1 - h, 0.01))
        omega[rows] += (h * cells[number, 0]).sum(axis=1)
        of_Y, of_R = B[number], (B * P0_of)[number]
        by_month[rows] += control_Y[rows] * (w @ _back(count * of_Y, months, T))
        by_month[rows] -= control_R[rows] * (w @ _back(count * of_R, months, T))
        rows = np.arange(n)[rows]
        for first in range(0, len(rows), PERSONS_AT_A_TIME):
            some = slice(first, first + PERSONS_AT_A_TIME)
            some_Y, some_R, part = control_Y[rows[some]], control_R[rows[some]], np.zeros((len(rows[some]), K))
            for m in range(M):
                last = min(months[m] + K, T)
                width = last - months[m]
                here = some_Y[:, months[m] : last] * of_Y[m, :width]
                here -= some_R[:, months[m] : last] * of_R[m, :width]
                here *= w[some, m, None]
                part[:, :width] += here
            by_k[rows[some]] += part

    # persons' influence: the treated's on their own row, the controls' on theirs
    index = np.arange(n) if person is None else np.unique(person, return_inverse=True)[1]
    persons = int(index.max()) + 1

    def of_persons(rows: NDArray[np.int64], values: Floats) -> Floats:
        if person is None and len(rows) == n:
            return values
        out = np.zeros((persons, values.shape[1]))
        np.add.at(out, index[rows], values)
        return out

    everyone = np.arange(n)
    control_k, control_month = of_persons(everyone, by_k), of_persons(everyone, by_month)
    treated_k = of_persons(of.person, leverage * on_treated)
    mix_k = of_persons(of.person, leverage * on_mix)
    saved_rows = leverage * (on_mix - on_treated) * count
    treated_month = of_persons(of.person, _back(saved_rows, months[of.trial], T))
    if of.propensity is not None and of.weights != "none":
        gradients = _gradients(of, weight, control_Y, control_R, B, P0_of, on_treated, on_mix, count, T)
        is_treated = np.zeros(persons, dtype=bool)
        is_treated[index[of.person]] = True
        corrections = [of_persons(everyone, of.propensity.correction(G)) for G in gradients]
        treated_k = treated_k + corrections[0]
        mix_k = mix_k + np.where(is_treated[:, None], corrections[1], 0)
        control_k = control_k + np.where(is_treated[:, None], 0, corrections[1])
        treated_month = treated_month + np.where(is_treated[:, None], corrections[2], 0)
        control_month = control_month + np.where(is_treated[:, None], 0, corrections[2])

    omega = of_persons(everyone, omega[:, None])[:, 0]
    a0 = a[:, 0]
    sizes = (float(a0.sum() ** 2 / (a0**2).sum()), float(1 / max((omega**2).sum(), 1e-300)))
    if sizes[1] < FEWEST_CONTROLS:
        raise AfkastError(f"Sammenligningen hviler reelt på under {FEWEST_CONTROLS} personer, der kunne være startet.")

    def band(point: Floats, treated: Floats, control: Floats) -> Floats:
        own = np.stack([(treated**2).sum(axis=0), (control**2).sum(axis=0)])
        return intervals(point, ((treated + control) ** 2).sum(axis=0), own, sizes, level)

    difference_interval = band(D, treated_k - mix_k, -control_k)
    treated_interval, control_interval = band(P1, treated_k, np.zeros_like(treated_k)), band(P0, mix_k, control_k)
    by_calendar = _back(count * share * (P0_own - treated_Y), months[of.trial], T).sum(axis=0)
    controls_persons = np.zeros(persons, dtype=bool)
    for stratum in of.strata:
        used = (stratum.controls & in_use[stratum.comparison]).any(axis=1)
        controls_persons[index[everyone[stratum.rows][used]]] = True
    return Effect(
        treated=P1,
        control=P0,
        difference=D,
        treated_interval=treated_interval,
        control_interval=control_interval,
        difference_interval=difference_interval,
        treated_observed=r1[:K].astype(int),
        treated_on_benefit=treated_on.sum(axis=0).astype(int),
        control_observed=r0[:K].astype(int),
        control_on_benefit=counted_on[in_use, :K].sum(axis=0).astype(int),
        treated_persons=N1,
        treated_left_out=0,
        control_persons=int(controls_persons.sum()),
        control_trials=int(r0[0]),
        covariates_used=of.covariates if of.weights != "none" else (),
        balance=None,
        effective_controls=sizes[1],
        largest_weight_share=float(omega.max()),
        saved_by_month=by_calendar,
        _treated_influence=treated_month,
        _control_influence=control_month,
        _sizes=sizes,
        level=level,
    )


def _gradients(
    of: Design,
    weight: Floats,
    control_Y: Floats,
    control_R: Floats,
    B: Floats,
    P0_of: Floats,
    on_treated: Floats,
    on_mix: Floats,
    count: Floats,
    T: int,
) -> tuple[Floats, Floats, Floats]:
    """G = Σ IF · (d log w/dη) · x for P₁(k), P₀(k) and what is saved in each calendar month."""
    assert of.propensity is not None
    K = B.shape[1]
    regression, months = of.propensity, of.months
    q = len(regression.curvature)
    G1, G0, saved = np.zeros((q, K)), np.zeros((q, K)), np.zeros((q, T + K))
    where = np.full(of.eligible.shape, -1)
    for stratum in of.strata:
        where[stratum.rows] = np.where(stratum.controls, stratum.comparison, where[stratum.rows])
    for m, rows in enumerate(regression.rows):
        p = regression.probability[rows, m]
        slope = np.ones(len(rows)) if of.weights == "att" else 1 - p
        last = min(months[m] + K, T)
        width = last - months[m]
        step0, step1 = np.zeros((q, K)), np.zeros((q, K))
        for number in np.unique(where[rows, m][where[rows, m] >= 0]):
            inside = where[rows, m] == number
            scaled = np.where(inside, slope * weight[rows, m], 0)[:, None]
            for_Y = regression.gradient(m, scaled * control_Y[rows, months[m] : last])
            for_R = regression.gradient(m, scaled * control_R[rows, months[m] : last])
            step0[:, :width] += for_Y * B[number, :width] - for_R * (B * P0_of)[number, :width]
        if of.weights == "overlap":
            own = of.trial == m
            position = np.searchsorted(rows, of.person[own])
            for step, influence in ((step0, on_mix), (step1, on_treated)):
                scaled_treated = np.zeros((len(rows), K))
                scaled_treated[position] = -p[position, None] * influence[own]
                step += regression.gradient(m, scaled_treated)
        G0, G1 = G0 + step0, G1 + step1
        saved[:, months[m] : months[m] + K] += count * (step0 - step1)
    return G1, G0, saved[:, :T]
