"""Those who are no longer followed, and the weights with which the others stand for them.

Two ways out of sight: a control who starts, when the question is starting against never starting; and whoever moves
away. Both by the inverse of the probability of still being there: 1/Π(1 − h) over the months since the trial's. The
product from month m to t is V(t)/V(m), so V(m) goes into the weight in the trial.
"""

from dataclasses import replace

import numpy as np

from afkast.analysis.effect.compare import Followed
from afkast.analysis.effect.design import Design
from afkast.analysis.effect.persons import Bools, Floats, Persons
from afkast.analysis.effect.weights import propensity

LARGEST_HAZARD = 0.9
"""Of moving in a month, so that no one stands for more than ten others from one month to the next."""


def until_start(of: Design, everyone: Followed, start: Floats) -> tuple[Design, Followed]:
    """Controls until their own start, weighted by the inverse probability of not having started.

    h is the hazard of starting while eligible; those who are not, as when off benefits, cannot start.
    """
    regression = of.propensity or propensity(of.eligible, of.starts, [])
    stays = np.ones_like(everyone.R)
    stays[:, of.months] = 1 - np.minimum(regression.probability, 1 - 1e-12)
    V = 1 / np.cumprod(stays, axis=1)
    before = ~(start[:, None] <= np.arange(stays.shape[1])) * V
    control_R, control_Y = everyone.control_R * before, everyone.control_Y * before
    weighted = replace(everyone, control_R=control_R, control_Y=control_Y, until_start=True)
    return replace(of, control_weight=of.control_weight / V[:, of.months], propensity=regression), weighted


def moves(persons: Persons) -> Bools:
    """Persons × months: no longer followed from this month on, though others are."""
    observed = persons.observed
    followed = np.flatnonzero(observed.any(axis=0))
    leaves = np.zeros_like(observed)
    leaves[:, 1:] = observed[:, :-1] & ~observed[:, 1:]
    leaves[:, followed[-1] + 1 :] = False
    return leaves


def moved_are_off(persons: Persons) -> Persons:
    """The same, where whoever moves away is followed on, and off the municipality's benefits."""
    followed = np.flatnonzero(persons.observed.any(axis=0))
    away = np.logical_or.accumulate(moves(persons), axis=1) & (np.arange(persons.shape[1]) <= followed[-1])
    return replace(persons, observed=persons.observed | away, on_benefit=persons.on_benefit & persons.observed)


def until_moving(of: Design, everyone: Followed, persons: Persons) -> tuple[Design, Followed]:
    """Everyone until they move away, weighted by the inverse probability of not having moved.

    h, in four kinds of person-months since the first trial: started or not, and on benefits or not in the month before.
    So it may well be those who have found work who move, and more of those who started. The weights' own uncertainty is
    left out, which makes the interval a little too wide rather than too narrow.
    """
    leaves = moves(persons)
    leaves[:, : of.months[0] + 1] = False
    if not leaves.any():
        return of, everyone
    T = persons.shape[1]
    started = persons.start[:, None] <= np.arange(T - 1)
    before, on = persons.observed[:, :-1], persons.on_benefit[:, :-1]
    months = np.arange(1, T)
    in_use = (months > of.months[0]) & (months <= np.flatnonzero(persons.observed.any(axis=0))[-1])
    could = before & in_use & np.asarray(of.eligible.any(axis=1))[:, None]
    h = np.zeros(persons.shape)
    for kind in (started & on, started & ~on, ~started & on, ~started & ~on):
        at_risk = could & kind
        moved = leaves[:, 1:] & at_risk
        h[:, 1:] += at_risk * min(moved.sum() / max(at_risk.sum(), 1), LARGEST_HAZARD)
    V = 1 / np.cumprod(1 - h, axis=1)
    weighted = replace(everyone, R=everyone.R * V, control_R=everyone.control_R * V, control_Y=everyone.control_Y * V)
    in_trial = V[:, of.months]
    return replace(
        of,
        control_weight=of.control_weight / in_trial,
        treated_weight=of.treated_weight / in_trial[of.person, of.trial],
    ), weighted
