"""Competing risks and states with return: by hand, as statsmodels, and by the laws they must obey."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight
from test_survival_curve import follow_up

from afkast.analysis import survival
from afkast.errors import AfkastError

causes = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 2)), min_size=1, max_size=30)


def left_for(exit, cause, entry=None, causes=None, **how):
    """The share that has left for each cause; in state 0 are those who have not left, and nobody comes back."""
    states = max(np.max(cause), 1) + 1 if causes is None else causes + 1
    return survival.aalen_johansen(exit, cause, entry, states=int(states), initial=np.eye(int(states))[0], **how)


def walks(rng, persons, end, leave=0.3, states=3):
    """A row per stay of each person, who moves between all states until `end`."""
    state = np.empty((persons, end + 1), dtype=int)
    state[:, 0] = rng.integers(0, states, persons)
    for t in range(end):
        moves = rng.random(persons) < leave
        state[:, t + 1] = np.where(moves, (state[:, t] + rng.integers(1, states, persons)) % states, state[:, t])
    rows = []
    for person, path in enumerate(state):
        changes = [*np.flatnonzero(np.diff(path)) + 1]
        for entry, exit in zip([0, *changes], [*changes, end], strict=True):
            if entry < exit:
                rows.append((person, entry, exit, path[entry], path[exit]))
    return pd.DataFrame(rows, columns=["person", "entry", "exit", "origin", "to"])


def test_shares_of_two_causes_are_as_worked_by_hand():
    # at 1 one of four leaves for 1; at 2 one of three for 2 while one is last seen; at 3 the last leaves for 1
    found = left_for([1, 2, 2, 3], [1, 2, 0, 1])
    assert found.share[:, 0] == pytest.approx([1, 3 / 4, 1 / 2, 0])
    assert found.share[:, 1] == pytest.approx([0, 1 / 4, 1 / 4, 3 / 4])
    assert found.share[:, 2] == pytest.approx([0, 0, 1 / 4, 1 / 4])
    assert found.at_risk[:, 0].tolist() == [4, 4, 3, 1]
    assert found.moves[2, 0].tolist() == [0, 0, 1]


def test_one_less_kaplan_meier_would_say_more_leave_for_each_cause_than_do():
    exit, cause = np.array([1, 2, 2, 3]), np.array([1, 2, 0, 1])
    found = left_for(exit, cause)
    alone = 1 - survival.kaplan_meier(exit, cause == 1).survival
    assert (alone[-1], found.share[-1, 1]) == pytest.approx((1, 3 / 4))


@given(causes)
def test_shares_left_for_each_cause_and_greenwood_errors_are_statsmodels(rows):
    exit, cause = np.array(rows).T
    oracle = CumIncidenceRight(exit, cause)
    found = left_for(exit, cause, causes=2, variance="greenwood")
    at = oracle.times.astype(int)
    for k in range(int(cause.max())):
        assert found.share[at, k + 1] == pytest.approx(oracle.cinc[k], abs=1e-12)
        known = found.share[at, 0] > 0  # statsmodels divides by n − d, which is 0 where all have left
        assert found.standard_error[at, k + 1][known] == pytest.approx(oracle.cinc_se[k][known], abs=1e-10)


@given(follow_up(), st.sampled_from(["greenwood", "robust"]))
def test_one_cause_is_kaplan_meier(rows, variance):
    left = rows["event"].astype(int)
    one_cause = left_for(rows["exit"], left, rows["entry"], variance=variance)  # type: ignore[arg-type]
    person = np.arange(len(rows)) if variance == "robust" else None
    curve = survival.kaplan_meier(rows["exit"], left, rows["entry"], person=person)
    assert one_cause.share[:, 0] == pytest.approx(curve.survival, abs=1e-12)
    assert one_cause.standard_error[:, 0] == pytest.approx(curve.standard_error, abs=1e-7)  # a root of rounded zeros


@given(causes, st.sampled_from(["plain", "log", "log-log"]))
def test_shares_sum_to_1_within_their_limits(rows, interval):
    exit, cause = np.array(rows).T
    found = left_for(exit, cause, interval=interval)
    assert found.share.sum(axis=1) == pytest.approx(np.ones(len(found.share)))
    tiny = 1e-12
    assert (found.lower >= 0).all() and (found.lower <= found.share + tiny).all()
    assert (found.share <= found.upper + tiny).all() and (found.upper <= 1).all()


def test_when_all_are_followed_the_shares_are_those_observed():
    rng = np.random.default_rng(3)
    rows = walks(rng, persons=60, end=10)
    found = survival.aalen_johansen(rows["exit"], rows["to"], rows["entry"], rows["origin"], person=rows["person"])
    for t in range(1, 11):
        here = rows[(rows["entry"] < t) & (t <= rows["exit"])]
        state = np.where(here["exit"] == t, here["to"], here["origin"])
        observed = np.bincount(state, minlength=3) / 60
        assert found.share[t] == pytest.approx(observed)
        # and the error is the binomial one
        assert found.standard_error[t] == pytest.approx(np.sqrt(observed * (1 - observed) / 60))


def test_a_row_per_stay_and_a_row_per_month_are_the_same_people():
    rows = walks(np.random.default_rng(4), persons=25, end=8)
    months = rows.loc[rows.index.repeat(rows["exit"] - rows["entry"])].copy()
    months["entry"] += months.groupby(level=0).cumcount()
    last = months["entry"] + 1 == months["exit"]
    months["exit"] = months["entry"] + 1
    months["to"] = months["to"].where(last, months["origin"])

    def states(of):
        return survival.aalen_johansen(of["exit"], of["to"], of["entry"], of["origin"], person=of["person"])

    assert states(months).share == pytest.approx(states(rows).share)
    assert states(months).standard_error == pytest.approx(states(rows).standard_error)


def test_a_table_of_counts_gives_the_shares_and_errors_of_the_persons_it_counts():
    exit, cause, n = np.array([1, 2, 2, 3, 4]), np.array([1, 2, 0, 1, 0]), np.array([3, 1, 2, 4, 5])
    for variance in ("robust", "greenwood"):
        counted = left_for(exit, cause, n=n, variance=variance)
        many = left_for(np.repeat(exit, n), np.repeat(cause, n), variance=variance)
        assert counted.share == pytest.approx(many.share)
        assert counted.standard_error == pytest.approx(many.standard_error)


def test_limits_of_a_state_nobody_is_in_are_the_share_itself():
    found = left_for([1, 2, 3], [1, 0, 0], causes=2)
    assert found.share[0].tolist() == found.lower[0].tolist() == found.upper[0].tolist() == [1, 0, 0]
    assert (found.lower[:, 2].tolist(), found.upper[:, 2].tolist()) == ([0] * 4, [0] * 4)


@pytest.mark.parametrize("rows", [([3], [1]), ([3], [0]), ([2, 2], [1, 2]), ([2, 2], [0, 0]), ([0, 0], [1, 0])])
@pytest.mark.parametrize("variance", ["robust", "greenwood"])
def test_the_smallest_groups_have_shares_without_anything_missing(rows, variance):
    found = left_for(*rows, variance=variance)  # type: ignore[arg-type]
    for numbers in (found.share, found.standard_error, found.lower, found.upper):
        assert np.isfinite(numbers).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"to": [0, 3], "states": 3}, "states must be whole numbers from 0 to 2, but one is 3."),
        ({"to": [0, -1]}, "the state after cannot be negative"),
        ({"to": [0, 1], "origin": [0]}, "there are 2 states after, but 1 states before"),
        ({"to": [0, 1], "initial": [0.5, 0.4]}, "the initial distribution must be 2 shares that add up to 1."),
        ({"to": [0, 1], "entry": [0, 7]}, "exit must lie after entry"),
        ({"to": [0, 1], "weights": [1, 1], "variance": "greenwood"}, "need the robust variance"),
        ({"to": [0, 1], "variance": "jackknife"}, "the variance must be robust or greenwood"),
        ({"to": [0, 0], "states": 1}, "there must be at least two states, not 1."),
        ({"to": [0, 1], "states": 2.5}, "there must be at least two states, not 2.5."),
        ({"to": [], "exit": []}, "there are no persons"),
    ],
)
def test_states_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(AfkastError, match=message):
        survival.aalen_johansen(**({"exit": [3, 4]} | arguments))  # type: ignore[arg-type]
