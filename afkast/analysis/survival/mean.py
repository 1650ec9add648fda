"""The restricted mean: time until leaving within the first τ units, or what that time costs."""

import numpy as np
from numpy.typing import ArrayLike

from afkast.analysis.survival.counts import Floats, Rows, checked_rows, yes_or_no
from afkast.analysis.survival.curve import Hazard, estimated_hazard, row_influence
from afkast.analysis.survival.influence import Estimate, estimate, of_persons, squared
from afkast.errors import AfkastError


def step_costs(tau: float, costs: ArrayLike | None, times: int) -> Floats:
    """c_t of each t = 0…times−1: the length of [t, t+1) before τ, times its price when costs are given."""
    length = np.clip(tau - np.arange(times), 0, 1)
    if costs is None:
        return length
    price = np.asarray(costs, dtype=np.float64)
    needed = int(np.ceil(tau))
    if price.shape != (needed,):
        raise AfkastError(
            f"there must be {needed} prices, one of each unit of time before the horizon, not {price.size}."
        )
    if not np.isfinite(price).all():
        raise AfkastError("a price is missing; give one for each unit of time before the horizon.")
    return length * np.pad(price, (0, max(times - needed, 0)))[:times]


def _checked_horizon(tau: float, of: Hazard) -> None:
    """Refuse a τ after the last person seen, unless all have left: then nothing is unknown."""
    last = len(of.S) - 1
    if not (np.isfinite(tau) and tau > 0):
        raise AfkastError(f"the horizon must be above 0, but was {tau}.")
    if tau > last and of.S[-1] > 0:
        raise AfkastError(f"the horizon {tau} lies after the last that is seen ({last}); choose a shorter one.")


def _part(rows: Rows, tau: float, costs: ArrayLike | None, fewest_at_risk: int | None) -> tuple[float, float, Floats]:
    """θ, its variance by Greenwood's terms and the influence of each row, (rows,), of one group."""
    of = estimated_hazard(rows, fewest_at_risk)
    _checked_horizon(tau, of)
    c = step_costs(tau, costs, len(of.S))
    A = (c * of.S)[::-1].cumsum()[::-1]
    variance = float((A**2 * of.greenwood()).sum())
    influence = row_influence(rows, of, c) if rows.robust else np.zeros(0)
    return float((c * of.S).sum()), variance, influence


def restricted_mean(
    exit: ArrayLike,
    event: ArrayLike,
    tau: float,
    entry: ArrayLike | None = None,
    *,
    costs: ArrayLike | None = None,
    n: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    person: ArrayLike | None = None,
    level: float = 0.95,
    fewest_at_risk: int | None = None,
) -> Estimate:
    """Area under Kaplan and Meier's curve until τ: time until leaving, counted at most τ; normal interval.

    θ = ∫₀^τ S(t)dt = Σ_{t<τ} S(t), as S(t) holds on [t, t+1);  A_u = Σ_{t=u}^{τ−1} S(t);
    Var θ = Σ_u A_u² d_u/(n_u(n_u − d_u)).
    costs: (τ,) price c_t of the time unit [t, t+1), which makes θ = Σ c_t S(t) an amount; A_u likewise.
    With weights or several rows a person: Var = Σ IF² by person. Other arguments as `kaplan_meier`.
    τ after the last person seen is an error unless everyone has left.

    Source: Klein and Moeschberger, Survival Analysis (2003), section 4.5; the number of R's print(survfit, rmean=τ).
    """
    rows = checked_rows(exit, event, entry, n, weights, person)
    theta, variance, influence = _part(rows, tau, costs, fewest_at_risk)
    if rows.robust:
        variance = float(squared(of_persons(influence, rows.person, rows.persons), rows.n))
    return estimate(theta, variance, level)


def restricted_mean_influence(
    exit: ArrayLike,
    event: ArrayLike,
    tau: float,
    entry: ArrayLike | None = None,
    *,
    costs: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    person: ArrayLike | None = None,
) -> Floats:
    """Influence of each person on the restricted mean, (persons,), in sorted order when `person` is given."""
    rows = checked_rows(exit, event, entry, None, weights, person)
    of = estimated_hazard(rows)
    _checked_horizon(tau, of)
    return of_persons(row_influence(rows, of, step_costs(tau, costs, len(of.S))), rows.person, rows.persons)


def restricted_mean_difference(
    exit: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    tau: float,
    entry: ArrayLike | None = None,
    *,
    costs: ArrayLike | None = None,
    n: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    person: ArrayLike | None = None,
    level: float = 0.95,
    fewest_at_risk: int | None = None,
) -> Estimate:
    """Restricted mean of the treated less that of the others, with a normal interval as in survRM2.

    treated: (rows,) bool or 0/1; other arguments as `restricted_mean`. Var = Var₁ + Var₀; with `person` influences are
    summed within the person first, who may then be in both groups.
    """
    rows = checked_rows(exit, event, entry, n, weights, person)
    is_treated = yes_or_no("the treatment", treated)
    if is_treated.shape != rows.exit.shape:
        raise AfkastError(
            f"the treatment must be given in each of the {len(rows.exit)} rows, but is in {is_treated.size}."
        )
    if is_treated.all() or not is_treated.any():
        raise AfkastError("one of the two groups is empty, so there is nothing to compare.")

    theta, variance, influence = [], 0.0, np.zeros(len(rows.exit))
    for chosen, sign in [(is_treated, 1), (~is_treated, -1)]:
        group = rows.of(chosen)
        value, of_group, of_rows = _part(group, tau, costs, fewest_at_risk)
        theta.append(value)
        variance += of_group
        if rows.robust:
            influence[chosen] = sign * of_rows
    if rows.robust:
        variance = float(squared(of_persons(influence, rows.person, rows.persons), rows.n))
    return estimate(theta[0] - theta[1], variance, level)
