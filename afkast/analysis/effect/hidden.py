"""How strong a difference that nobody measured would have to be to erase the effect."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from afkast.analysis.effect.compare import Followed, followed, means
from afkast.analysis.effect.design import Design, design
from afkast.analysis.effect.leaving import until_moving
from afkast.analysis.effect.persons import Floats, Persons
from afkast.analysis.effect.terms import places_of
from afkast.analysis.effect.trials import Effect, estimated
from afkast.analysis.effect.weights import Propensity
from afkast.analysis.lack import NotEnough

LARGEST_ODDS_RATIO = 100.0
"""No difference between persons is that strong; where even it does not erase the effect, this is what is returned."""


@dataclass(frozen=True)
class HiddenDifference:
    """Λ that erases the estimate, and Λ that lets its interval reach 0 (1 when it already does).

    Λ: the odds of starting of any person are at most Λ times, at least 1/Λ, those of the average of the persons who
    look like them; two who look alike differ by at most Λ². measured: by covariate, odds_ratio of starting per
    standard deviation of what it does, with the others alike, and what is saved without it, to compare Λ with.
    """

    erases_estimate: float
    erases_interval: float
    measured: pd.DataFrame


def hidden_difference(
    persons: Persons,
    follow_up_months: int | None = None,
    *,
    outcome: Floats | None = None,
    against: float = 0.0,
    level: float = 0.95,
) -> HiddenDifference:
    """Arguments as of `sequential_trials`; weights att if there are covariates. against: what is to be erased is what
    is saved beyond it, such as what it cost.

    The marginal sensitivity model (Tan 2006; Zhao, Small and Bhattacharya 2019): the controls' weights are multiplied
    by anything within [1/Λ, Λ], as is worst for the effect. A weighted mean is then extreme when all above a value get
    Λ and all below 1/Λ, so that it is found by sorting.
    """
    Y = np.where(persons.observed, persons.on_benefit if outcome is None else outcome, 0.0)

    def ask(of: Design, of_persons: Persons = persons) -> Effect:
        return estimated(of, Y, of_persons, follow_up_months, level=level)

    of = design(persons)
    main = ask(of).saved.minus(against)
    sign = 1.0 if main.value >= 0 else -1.0
    worst = _worst(*until_moving(of, followed(persons, Y), persons), follow_up_months, sign)

    def estimate_left(odds_ratio: float) -> float:
        return sign * main.value - worst(odds_ratio)[0]

    def interval_left(odds_ratio: float) -> float:
        try:
            saved = ask(replace(of, control_weight=of.control_weight * worst(odds_ratio)[1])).saved
        except NotEnough:  # such weights rest on so few persons that their interval excludes nothing
            return float("-inf")
        return min(sign * (end - against) for end in saved.interval)

    rows = {}
    for name, places in places_of(of.terms):
        assert of.propensity is not None
        others = {other: persons.covariates[other] for other in of.covariates if other != name}
        without = replace(persons, covariates=others)
        rest = ask(design(without), without).saved.value
        rows[name] = {
            "odds_ratio": float(np.exp(_spread(of.propensity, places))),
            "saved_without": rest,
            "moves": main.value + against - rest,
        }
    measured = pd.DataFrame(
        [[*row.values()] for row in rows.values()],
        pd.Index(rows, name="covariate"),
        ["odds_ratio", "saved_without", "moves"],
    )
    return HiddenDifference(_root(estimate_left, 40), _root(interval_left, 14), measured)


def _spread(of: Propensity, places: list[int]) -> float:
    """Standard deviation over the person-trials of what some terms add to the log-odds: of one line, |β|·1.

    √(β'Sβ − tr(S V)), S the terms' covariance and V that of their coefficients: the second part is what few starts make
    of coefficients that are 0.
    """
    beta = of.coefficients[places]
    S = np.atleast_2d(np.cov(np.asarray(of.columns[1:][places], dtype=float)))
    rows = np.asarray(places) + len(of.curvature) - len(of.coefficients)
    V = np.linalg.inv(of.curvature)[np.ix_(rows, rows)]
    return float(np.sqrt(max(beta @ S @ beta - np.trace(S @ V), 0.0)))


def _root(left: Callable[[float], float], steps: int) -> float:
    """The odds ratio at which what is left of the effect, falling in it, is gone: bisection of its logarithm."""
    if left(1.0) <= 0:
        return 1.0
    if left(LARGEST_ODDS_RATIO) > 0:
        return LARGEST_ODDS_RATIO
    low, high = 0.0, float(np.log(LARGEST_ODDS_RATIO))
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if left(np.exp(middle)) > 0 else (low, middle)
    return float(np.exp((low + high) / 2))


def _worst(
    of: Design, data: Followed, follow_up_months: int | None, sign: float
) -> Callable[[float], tuple[float, Floats]]:
    """For an odds ratio: how much of the effect goes, and everyone's multiplier (persons × trial months).

    Each control's months together are one number, its residual T from the comparison's mean; where some months are not
    observed, the others count for them.
    """
    mean = means(of, data, follow_up_months)
    K, n = mean.W.shape[1], len(data.R)
    share = np.zeros_like(mean.W)
    np.add.at(share, of.comparison, mean.share)
    per_weight = np.divide(share, mean.W, out=np.zeros_like(share), where=mean.W > 0)
    T = np.zeros(of.eligible.shape)
    place = np.full(of.eligible.shape, -1)
    for stratum in of.strata:
        place[stratum.rows] = np.where(stratum.controls, stratum.comparison, place[stratum.rows])
        rows = np.arange(n)[stratum.rows]
        for m, month in enumerate(of.months):
            columns = slice(month, min(month + K, data.R.shape[1]))
            width = columns.stop - month
            c = per_weight[stratum.comparison[m], :width]
            residual = data.control_Y[rows, columns] @ c
            residual -= data.control_R[rows, columns] @ (c * mean.P0[stratum.comparison[m], :width])
            T[rows, m] = np.where(stratum.controls[:, m], residual, T[rows, m])
    sorted_ones = []
    for number in np.unique(place[place >= 0]):
        members = np.nonzero(place == number)
        order = np.argsort(sign * T[members], kind="stable")
        members = members[0][order], members[1][order]
        w = of.control_weight[members] * data.control_R[members[0], of.months[members[1]]]
        wT = of.control_weight[members] * -sign * T[members]
        sorted_ones.append((*members, np.cumsum(w), np.cumsum(wT)))

    def worst(odds_ratio: float) -> tuple[float, Floats]:
        gone, multiplier = 0.0, np.ones(of.eligible.shape)
        extra = odds_ratio - 1 / odds_ratio
        for rows, trials, w, wT in sorted_ones:
            moved = (extra * wT + wT[-1] / odds_ratio) / (extra * w + w[-1] / odds_ratio)
            last = int(moved.argmax())
            gone += float(moved[last]) * w[-1]
            multiplier[rows, trials] = np.where(np.arange(len(rows)) <= last, odds_ratio, 1 / odds_ratio)
        return gone, multiplier

    return worst
