"""Errors are the sum of squares of what happens to the estimate when a person weighs a little more."""

import numpy as np
import pytest
from scipy import stats

from afkast.analysis import survival


def derivative(estimate, weights):
    """w_i · dθ/dw_i of each person by central differences."""
    step = 1e-5
    found = []
    for person in range(len(weights)):
        more, less = weights.copy(), weights.copy()
        more[person] *= 1 + step
        less[person] *= 1 - step
        found.append((np.asarray(estimate(more)) - np.asarray(estimate(less))) / (2 * step))
    return np.array(found)


rng = np.random.default_rng(1)
PERSONS, ROWS = 40, 70
person = np.concatenate([np.arange(PERSONS), rng.integers(0, PERSONS, ROWS - PERSONS)])
entry = rng.integers(0, 5, ROWS)
exit = entry + rng.integers(1, 12, ROWS)
cause = rng.integers(0, 3, ROWS)
event = cause > 0
WEIGHTS = rng.uniform(0.3, 3, PERSONS)


def test_the_error_of_a_weighted_curve_is_that_of_its_persons_derivatives():
    curve = survival.kaplan_meier(exit, event, entry, weights=WEIGHTS[person], person=person)
    for at in (3, 7, 12):
        by_weights = derivative(
            lambda w, at=at: survival.kaplan_meier(exit, event, entry, weights=w[person]).survival[at], WEIGHTS
        )
        assert curve.standard_error[at] ** 2 == pytest.approx((by_weights**2).sum())


@pytest.mark.parametrize("initial", [None, [0.5, 0.3, 0.2]])
def test_the_errors_of_states_with_return_are_those_of_their_persons_derivatives(initial):
    how = {"entry": entry, "origin": rng.integers(0, 3, ROWS), "initial": initial}
    by_weights = derivative(lambda w: survival.aalen_johansen(exit, cause, weights=w[person], **how).share[8], WEIGHTS)
    error = survival.aalen_johansen(exit, cause, **how, weights=WEIGHTS[person], person=person).standard_error[8]
    assert error**2 == pytest.approx((by_weights**2).sum(axis=0))


def test_the_interval_of_a_weighted_share_is_that_of_its_persons_derivatives():
    on, observed = rng.random((ROWS, 5)) < 0.6, rng.random((ROWS, 5)) < 0.8
    curve = survival.occupation(on, observed, weights=WEIGHTS[person], person=person)
    by_weights = derivative(lambda w: survival.occupation(on, observed, weights=w[person]).share, WEIGHTS)
    error = np.sqrt(PERSONS / (PERSONS - 1) * (by_weights**2).sum(axis=0))
    half = stats.t(PERSONS - 1).isf(0.025) * error
    assert curve.upper - curve.share == pytest.approx(np.minimum(half, 1 - curve.share))
