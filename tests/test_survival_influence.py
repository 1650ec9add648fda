"""Influences are what happens to the estimate when a person weighs a little more; the bootstrap is that of persons."""

import numpy as np
import pytest
from numpy.typing import NDArray
from worlds import drawn_world

from afkast.analysis import survival
from afkast.errors import AfkastError

Floats = NDArray[np.float64]


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
DIFFERENCES = 1e-8
"""Central differences with a step of 1e-5 are right to the square of it."""


def test_influence_on_a_curve_is_its_derivative():
    for at in (3, 7, 12):
        found = survival.survival_influence(exit, event, at, entry, weights=WEIGHTS[person], person=person)
        by_weights = derivative(
            lambda w, at=at: survival.kaplan_meier(exit, event, entry, weights=w[person]).survival[at], WEIGHTS
        )
        assert found == pytest.approx(by_weights, abs=DIFFERENCES)
        curve = survival.kaplan_meier(exit, event, entry, weights=WEIGHTS[person], person=person)
        assert curve.standard_error[at] ** 2 == pytest.approx((by_weights**2).sum())


@pytest.mark.parametrize("costs", [None, np.linspace(500, 100, 10)])
def test_influence_on_a_restricted_mean_is_its_derivative(costs):
    how = {"entry": entry, "costs": costs}
    found = survival.restricted_mean_influence(exit, event, 10, weights=WEIGHTS[person], person=person, **how)
    by_weights = derivative(
        lambda w: survival.restricted_mean(exit, event, 10, weights=w[person], **how).value, WEIGHTS
    )
    assert found == pytest.approx(by_weights, rel=1e-6, abs=DIFFERENCES * (1 if costs is None else 500))
    mean = survival.restricted_mean(exit, event, 10, weights=WEIGHTS[person], person=person, **how)
    assert mean.standard_error**2 == pytest.approx((by_weights**2).sum())


def test_influence_on_a_restricted_mean_is_nearly_what_leaving_the_person_out_changes():
    exit, event = rng.integers(1, 20, 400), rng.random(400) < 0.6
    all_of_them = survival.restricted_mean(exit, event, 15).value
    without = [survival.restricted_mean(np.delete(exit, i), np.delete(event, i), 15).value for i in range(400)]
    found = survival.restricted_mean_influence(exit, event, 15)
    # the jackknife is the derivative but for terms of a further 1/n
    assert found == pytest.approx((all_of_them - np.array(without)), rel=0.05, abs=1e-3)


@pytest.mark.parametrize("initial", [None, [0.5, 0.3, 0.2]])
def test_influences_on_states_with_return_are_their_derivatives(initial):
    origin = rng.integers(0, 3, ROWS)
    how = {"entry": entry, "origin": origin, "initial": initial}
    weighted = {"weights": WEIGHTS[person], "person": person}
    found = survival.state_influence(exit, cause, 8, **how, **weighted)
    by_weights = derivative(lambda w: survival.aalen_johansen(exit, cause, weights=w[person], **how).share[8], WEIGHTS)
    assert found == pytest.approx(by_weights, abs=DIFFERENCES)
    error = survival.aalen_johansen(exit, cause, **how, **weighted).standard_error[8]
    assert error**2 == pytest.approx((by_weights**2).sum(axis=0))

    found = survival.expected_time_influence(exit, cause, 9, **how, **weighted)
    by_weights = derivative(
        lambda w: [time.value for time in survival.expected_time(exit, cause, 9, weights=w[person], **how)], WEIGHTS
    )
    assert found == pytest.approx(by_weights, abs=DIFFERENCES)


def test_influence_on_occupation_is_its_derivative():
    on, observed = rng.random((ROWS, 5)) < 0.6, rng.random((ROWS, 5)) < 0.8
    costs = np.array([3.0, 0, 2, 5, 1])
    found = survival.occupation_influence(on, observed, costs, weights=WEIGHTS[person], person=person)
    by_weights = derivative(lambda w: survival.occupation_sum(on, observed, costs, weights=w[person]).value, WEIGHTS)
    assert found == pytest.approx(by_weights, abs=1e-7)
    total = survival.occupation_sum(on, observed, costs, weights=WEIGHTS[person], person=person)
    assert total.standard_error**2 == pytest.approx(PERSONS / (PERSONS - 1) * (by_weights**2).sum())


def test_influences_sum_to_nothing():
    weights = WEIGHTS[person]
    assert survival.survival_influence(exit, event, 7, weights=weights).sum() == pytest.approx(0)
    assert survival.restricted_mean_influence(exit, event, 10, entry, weights=weights).sum() == pytest.approx(0)
    assert survival.state_influence(exit, cause, 8, weights=weights).sum(axis=0) == pytest.approx(np.zeros(3))


def test_an_influence_at_a_time_nobody_has_seen_is_refused():
    with pytest.raises(AfkastError, match="the time 99 lies outside what is observed"):
        survival.survival_influence(exit, event, 99)
    with pytest.raises(AfkastError, match="the time 99 lies outside what is observed"):
        survival.state_influence(exit, cause, 99)
    with pytest.raises(AfkastError, match=r"the time 2\.5"):
        survival.survival_influence(exit, event, 2.5)  # type: ignore[arg-type]


# Weights from a logistic regression: w of treated | control by the probability p of treatment
TARGETS = {
    "treated": lambda p, A: np.where(A, 1, p / (1 - p)),
    "overlap": lambda p, A: np.where(A, 1 - p, p),
    "everyone": lambda p, A: np.where(A, 1 / p, 1 / (1 - p)),
}


def logistic(X, A, w):
    """Fitted probabilities of a weighted logistic regression, by Newton's method."""
    beta = np.zeros(X.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-X @ beta))
        beta += np.linalg.solve((X * (w * p * (1 - p))[:, None]).T @ X, X.T @ (w * (A - p)))
    return 1 / (1 + np.exp(-X @ beta))


@pytest.mark.parametrize("target", ["treated", "overlap", "everyone"])
def test_the_adjusted_influence_knows_that_the_weights_were_estimated(target):
    rng = np.random.default_rng(9)
    n, tau = 80, 8
    X = np.column_stack([np.ones(n), rng.normal(size=n), rng.integers(0, 2, n)])
    A = rng.random(n) < 1 / (1 + np.exp(-0.8 * X[:, 1]))
    exit, event = rng.geometric(1 / (4 + 2 * A + X[:, 1].clip(-2, 2))).clip(1, 15), rng.random(n) < 0.8

    def means(person_weight):
        w = person_weight * TARGETS[target](logistic(X, A, person_weight), A)
        treated = survival.restricted_mean(exit[A], event[A], tau, weights=w[A])
        return treated.value - survival.restricted_mean(exit[~A], event[~A], tau, weights=w[~A]).value

    p = logistic(X, A, np.ones(n))
    weights = TARGETS[target](p, A)
    influence = np.zeros(n)
    influence[A] = survival.restricted_mean_influence(exit[A], event[A], tau, weights=weights[A])
    influence[~A] = -survival.restricted_mean_influence(exit[~A], event[~A], tau, weights=weights[~A])
    adjusted = survival.propensity_adjusted(influence, A, p, X, target)
    by_weights = derivative(means, np.ones(n))
    assert adjusted == pytest.approx(by_weights, abs=1e-7)
    assert np.abs(influence - by_weights).max() > 1e-3  # which the unadjusted one does not


@pytest.mark.parametrize(
    ("propensity", "covariates", "message"),
    [
        ([0.5, 1.0, 0.2], np.ones((3, 1)), "between 0 and 1 for each person"),
        ([0.5, 0.5, 0.2], np.ones((2, 1)), "as many persons"),
        ([0.5, 0.5, 0.2], np.ones((3, 2)), "say the same several times"),
    ],
)
def test_propensities_that_cannot_be_are_refused(propensity, covariates, message):
    with pytest.raises(AfkastError, match=message):
        survival.propensity_adjusted(np.zeros(3), np.array([True, False, True]), np.array(propensity), covariates)


def test_weights_towards_nobody_known_are_refused():
    with pytest.raises(AfkastError, match="treated, overlap, everyone, but are towards att"):
        survival.propensity_adjusted(
            np.zeros(2),
            np.array([True, False]),
            np.full(2, 0.5),
            np.ones((2, 1)),
            "att",  # type: ignore[arg-type]
        )


def test_the_difference_of_estimates_has_satterthwaite_s_degrees_of_freedom():
    one = survival.Estimate(5, 2, degrees_of_freedom=9)
    other = survival.Estimate(3, 1, degrees_of_freedom=19)
    found = survival.difference(one, other)
    # (4 + 1)² / (4²/9 + 1²/19) = 25 / 1.8304 = 13.66; t(13.66) = 2.1498 at 97.5 %
    assert found.degrees_of_freedom == pytest.approx(13.658, abs=1e-3)
    assert found.upper - found.value == pytest.approx(2.1498 * np.sqrt(5), abs=1e-3)


def test_drawn_restricted_means_are_those_of_persons_drawn_again():
    rng = np.random.default_rng(10)
    n, draws = 60, 3_000
    entry = rng.integers(0, 3, n)
    exit, event = entry + rng.integers(1, 10, n), rng.random(n) < 0.6
    by_cells = survival.drawn_restricted_means(exit, event, 7, rng, entry, replicates=draws)
    chosen = rng.integers(0, n, (draws, n))
    by_persons = [survival.restricted_mean(exit[i], event[i], 7, entry[i]).value for i in chosen]
    # a mean of 3,000 draws is known to 1/√3000 and a standard deviation to 1/√6000 of the spread; four times that
    assert by_cells.mean() == pytest.approx(np.mean(by_persons), abs=4 * np.sqrt(2 / draws) * np.std(by_persons))
    assert by_cells.std() == pytest.approx(np.std(by_persons), rel=4 * np.sqrt(1 / draws))


def test_drawn_and_computed_intervals_of_a_difference_agree():
    rng = np.random.default_rng(11)
    n = 1_000
    treated = np.arange(n) < n // 2
    exit, event = rng.geometric(np.where(treated, 0.12, 0.08)).clip(1, 14), rng.random(n) < 0.8
    computed = survival.restricted_mean_difference(exit, event, treated, 12)
    one, other = (
        survival.drawn_restricted_means(exit[of], event[of], 12, rng, replicates=4_000) for of in (treated, ~treated)
    )
    lower, upper = survival.percentile_interval(one - other)
    # a 2.5 % quantile of 4,000 draws is known to 0.04 standard deviations; 0.2 is five times that
    assert (lower, upper) == pytest.approx((computed.lower, computed.upper), abs=0.2 * computed.standard_error)


def test_drawn_means_of_a_table_of_counts_are_those_of_its_persons():
    exit, event, n = np.array([2, 3, 5, 5]), np.array([1, 1, 1, 0]), np.array([30, 20, 10, 40])
    of_counts = survival.drawn_restricted_means(exit, event, 4, np.random.default_rng(1), n=n)
    many = [np.repeat(column, n) for column in (exit, event)]
    assert of_counts.tolist() == survival.drawn_restricted_means(*many, 4, np.random.default_rng(1)).tolist()


def test_drawn_occupation_is_that_of_persons_drawn_again():
    rng = np.random.default_rng(12)
    on, _, _ = drawn_world(rng, persons=120)
    observed = np.arange(on.shape[1]) < rng.integers(16, 40, size=120)[:, None]
    on, observed = on[:, :16], observed[:, :16]
    costs = np.linspace(10, 5, 16)
    draws = survival.drawn_occupation_sums(on, observed, rng, costs, replicates=4_000)
    computed = survival.occupation_sum(on, observed, costs)
    again = rng.multinomial(120, np.full(120, 1 / 120), size=4_000)
    by_persons = (again @ (on & observed)) / (again @ observed) @ costs
    assert draws.mean() == pytest.approx(by_persons.mean(), abs=4 * np.sqrt(2 / 4_000) * by_persons.std())
    assert draws.std() == pytest.approx(by_persons.std(), rel=4 * np.sqrt(1 / 4_000))
    assert draws.std() == pytest.approx(computed.standard_error, rel=0.06)


def test_drawing_refuses_what_cannot_be_answered():
    rng = np.random.default_rng(13)
    with pytest.raises(AfkastError, match="the horizon 9 lies after the last"):
        survival.drawn_restricted_means([3, 4], [1, 0], 9, rng)
    with pytest.raises(AfkastError, match="under 15 persons"):
        survival.drawn_occupation_sums(np.ones((3, 2), bool), np.ones((3, 2), bool), rng)
    with pytest.raises(AfkastError, match="the level"):
        survival.percentile_interval(np.zeros(3), 95)
