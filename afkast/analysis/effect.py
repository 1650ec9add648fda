"""What the intervention changed: the started against those who could have started in the same month.

Comparing everyone ever treated with the whole target group makes any intervention look worse than it is, because
one must still be on benefits to be treated. Sequential trials give both arms the same time zero: in each calendar
month m the eligible are on benefits and have not started before; those who start in m are treated, the others
controls.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from afkast.analysis.survival import FEWEST_IN_GROUP, FEWEST_OBSERVED
from afkast.errors import AfkastError

FEWEST_CONTROLS = 5
"""A trial month with fewer controls says nothing on its own."""


Arm = tuple[NDArray[np.float64], int]
"""An arm's influence on an estimate (persons × …, 0 for persons outside it), and how many persons it has."""


@dataclass(frozen=True)
class TrialCurves:
    """Share on benefits in month k = 0…K−1 after time zero: treated, controls and their difference.

    Arrays are (K,), shares in 0–1. `saved_months` = −Σ_k difference(k), per treated person, with its t-interval.
    treated_persons: persons; control_trials: person-trials, as a person is a control in each month they could have
    started.
    """

    treated: NDArray[np.float64]
    control: NDArray[np.float64]
    treated_interval: NDArray[np.float64]
    control_interval: NDArray[np.float64]
    difference: NDArray[np.float64]
    difference_interval: NDArray[np.float64]
    saved_months: float
    saved_months_interval: tuple[float, float]
    treated_persons: int
    control_trials: int
    treated_observed: NDArray[np.int64]
    treated_on_benefit: NDArray[np.int64]
    control_observed: NDArray[np.int64]
    control_on_benefit: NDArray[np.int64]


def _interval(point: NDArray[np.float64], arms: list[Arm], level: float) -> NDArray[np.float64]:
    """t-interval (2, …) from the arms' influence; Satterthwaite degrees of freedom.

    An arm of n persons counts n/(n−1). Persons in both arms are summed before they are squared.
    """
    scaled = [np.sqrt(n / (n - 1)) * influence for influence, n in arms]
    variance = (np.sum(scaled, axis=0) ** 2).sum(axis=0)
    of_arms = [(part**2).sum(axis=0) for part in scaled]
    spread = np.sum([v**2 / (n - 1) for v, (_, n) in zip(of_arms, arms, strict=True)], axis=0)
    certain = spread == 0  # as in the month of start, when everyone is on benefits
    freedom = np.sum(of_arms, axis=0) ** 2 / np.where(certain, 1, spread)
    half = np.where(certain, 0, stats.t.ppf((1 + level) / 2, np.where(certain, 1, freedom)) * np.sqrt(variance))
    return np.stack([point - half, point + half])


def sequential_trials(
    on_benefit: NDArray[np.bool_],
    observed: NDArray[np.bool_],
    start_month: NDArray[np.float64],
    follow_up_months: int,
    level: float = 0.95,
) -> TrialCurves:
    """Compare the started with the not yet started, trial by trial, pooled with the treated's weights.

    on_benefit, observed: persons × calendar months; start_month: column of each person's start, NaN if never.
    Unadjusted: it answers for the effect where those who start in a month are like those who could have.
    Later starters stay controls of the earlier trials, which makes the estimate somewhat cautious.

    D(k) = P₁(k) − P₀(k),  P₀(k) = Σ_m (n₁ₘ/N₁) P₀ₘ(k);
    IF_i(k) = Σ_m A_im (R(Y − P₁)/r₁ − (P₀ₘ − P₀)/N₁) − Σ_m (1 − A_im)(n₁ₘ/N₁) R(Y − P₀ₘ)/r₀ₘ, summed within the
    person before it is squared; Var = Σ IF_i², where the first sum counts √(N₁/(N₁−1)) times and the second, over the
    N₀ persons who are a control at all, √(N₀/(N₀−1)) times.
    """
    n, width = on_benefit.shape
    K = follow_up_months
    trials = np.unique(start_month[~np.isnan(start_month)]).astype(int)
    if len(trials) == 0:
        raise AfkastError("Ingen personer er startet i indsatsen; der er intet at sammenligne.")
    if trials.min() < 0 or trials.max() + K > width:
        raise AfkastError(f"Der er ikke {K} måneders data efter hver start; vælg en kortere opfølgning.")

    treated = np.zeros((n, K), dtype=bool)
    treated_Y = np.zeros((n, K))
    treated_R = np.zeros((n, K))
    own_control = np.zeros((n, K))
    members = []
    for m in trials:
        eligible = on_benefit[:, m] & observed[:, m] & ~(start_month < m)
        A = eligible & (start_month == m)
        C = eligible & ~A
        if A.sum() == 0:
            continue
        R = observed[:, m : m + K]
        if R[C].sum(axis=0).min() < FEWEST_CONTROLS:
            raise AfkastError(
                f"Færre end {FEWEST_CONTROLS} kunne være startet i samme måned; sammenligningen er for tynd."
            )
        Y = on_benefit[:, m : m + K] & R
        control_share = Y[C].sum(axis=0) / R[C].sum(axis=0)
        treated[A], treated_R[A], treated_Y[A], own_control[A] = True, R[A], Y[A], control_share
        members.append((int(A.sum()), C, R, Y, control_share))

    is_treated = treated[:, 0]
    N1 = int(is_treated.sum())
    if N1 < FEWEST_IN_GROUP:
        raise AfkastError(f"Under {FEWEST_IN_GROUP} er startet, mens de var på ydelse; det er for få til en kurve.")
    r1 = treated_R.sum(axis=0)
    if r1.min() < FEWEST_OBSERVED:
        raise AfkastError(f"Under {FEWEST_OBSERVED} af de startede følges så længe; vælg en kortere opfølgning.")
    P1 = treated_Y.sum(axis=0) / r1
    P0 = sum(n1 / N1 * share for n1, _, _, _, share in members)
    D = P1 - P0

    control_IF = np.zeros((n, K))
    for n1, C, R, Y, share in members:
        control_IF[C] += n1 / N1 * (R * (Y - share))[C] / R[C].sum(axis=0)
    treated_IF = treated_R * (treated_Y - P1) / r1
    mix_IF = np.where(is_treated[:, None], (own_control - P0) / N1, 0.0)
    N0 = int(np.logical_or.reduce([C for _, C, _, _, _ in members]).sum())
    difference_arms = [(treated_IF - mix_IF, N1), (-control_IF, N0)]

    saved = -D.sum()
    saved_interval = _interval(saved, [(part.sum(axis=1), persons) for part, persons in difference_arms], level)
    return TrialCurves(
        treated=P1,
        control=P0,
        treated_interval=_interval(P1, [(treated_IF, N1)], level).clip(0, 1),
        control_interval=_interval(P0, [(mix_IF, N1), (control_IF, N0)], level).clip(0, 1),
        difference=D,
        difference_interval=_interval(D, difference_arms, level),
        saved_months=float(saved),
        saved_months_interval=(float(saved_interval[0]), float(saved_interval[1])),
        treated_persons=N1,
        control_trials=int(sum(C.sum() for _, C, _, _, _ in members)),
        treated_observed=r1.astype(int),
        treated_on_benefit=treated_Y.sum(axis=0).astype(int),
        control_observed=sum(R[C].sum(axis=0) for _, C, R, _, _ in members),
        control_on_benefit=sum(Y[C].sum(axis=0) for _, C, _, Y, _ in members),
    )
