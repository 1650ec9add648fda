"""Counts, Kaplan-Meier and its quantiles: by hand, as published, as statsmodels, and by the laws they must obey."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from afkast.analysis import survival
from afkast.errors import AfkastError

# Weeks in remission with 6-mercaptopurine: Freireich et al., Blood 21 (1963), as in Klein and Moeschberger,
# Survival Analysis (2003), table 1.1.
SIX_MP_WEEKS = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
SIX_MP_RELAPSE = [1] * 9 + [0] * 12


def follow_up(entry=True):
    """A few persons with tied whole times, often with emptied risk sets."""
    person = st.tuples(st.integers(0, 6 if entry else 0), st.integers(1, 6), st.booleans())
    rows = st.lists(person, min_size=1, max_size=25)
    return rows.map(
        lambda of: pd.DataFrame(of, columns=["entry", "length", "event"]).assign(
            exit=lambda table: table["entry"] + table["length"]
        )
    )


def test_who_enters_at_a_time_is_not_at_risk_then_and_who_exits_is():
    counts = survival.count(exit=[3, 3, 5, 6], event=[1, 0, 1, 1], entry=[0, 1, 3, 0])
    #                                  t = 0  1  2  3  4  5  6
    assert counts.at_risk.tolist() == [0, 2, 3, 3, 2, 2, 1]
    assert counts.events.tolist() == [0, 0, 0, 1, 0, 1, 1]
    assert counts.censored.tolist() == [0, 0, 0, 1, 0, 0, 0]


def test_without_entry_all_are_at_risk_from_the_beginning_and_may_leave_at_0():
    curve = survival.kaplan_meier(exit=[0, 2, 2, 3], event=[1, 1, 0, 0])
    assert curve.at_risk.tolist() == [4, 3, 3, 1]
    assert curve.survival.tolist() == pytest.approx([3 / 4, 3 / 4, 1 / 2, 1 / 2])


def test_counts_by_group_are_those_of_each_group():
    counts = survival.count([2, 3, 1], [1, 0, 1], n=[4, 5, 6], group=[0, 0, 1])
    assert counts.at_risk.tolist() == [[9, 9, 9, 5], [6, 6, 0, 0]]
    assert counts.events.tolist() == [[0, 0, 4, 0], [0, 6, 0, 0]]


def test_the_curve_of_six_mercaptopurine_is_as_published():
    curve = survival.kaplan_meier(SIX_MP_WEEKS, SIX_MP_RELAPSE)
    at = [6, 7, 10, 13, 16, 22, 23]
    # Klein and Moeschberger, tables 4.1A and 4.1B: product-limit estimates and standard errors
    assert curve.survival[at] == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert curve.standard_error[at] == pytest.approx([0.076, 0.087, 0.096, 0.107, 0.114, 0.128, 0.135], abs=5e-4)
    assert curve.at_risk[at].tolist() == [21, 17, 15, 12, 11, 7, 6]


@given(follow_up())
def test_curve_and_error_are_statsmodels_with_late_entrants(rows):
    curve = survival.kaplan_meier(rows["exit"], rows["event"], rows["entry"])
    oracle = SurvfuncRight(rows["exit"], rows["event"], entry=rows["entry"])
    assert curve.survival[oracle.surv_times] == pytest.approx(oracle.surv_prob, abs=1e-12)
    known = (oracle.surv_prob > 0) & np.isfinite(oracle.surv_prob_se)  # it has none where all have left
    assert curve.standard_error[oracle.surv_times][known] == pytest.approx(oracle.surv_prob_se[known], abs=1e-12)


@given(follow_up(), st.sampled_from(["plain", "log", "log-log"]), st.booleans())
def test_a_curve_falls_within_its_limits_and_nothing_is_missing(rows, interval, robust):
    person = np.arange(len(rows)) // 2 if robust else None
    curve = survival.kaplan_meier(rows["exit"], rows["event"], rows["entry"], interval=interval, person=person)
    assert (np.diff(curve.survival) <= 0).all()
    assert (curve.standard_error >= 0).all()
    tiny = 1e-12
    assert (curve.lower >= 0).all() and (curve.lower <= curve.survival + tiny).all()
    assert (curve.survival <= curve.upper + tiny).all() and (curve.upper <= 1).all()


@given(follow_up(), st.integers(1, 4))
def test_a_table_of_counts_gives_the_curve_of_the_persons_it_counts(rows, copies):
    many = pd.concat([rows] * copies)
    table = many.groupby(["entry", "exit", "event"]).size().rename("n").reset_index()
    of_persons = survival.kaplan_meier(many["exit"], many["event"], many["entry"])
    of_counts = survival.kaplan_meier(table["exit"], table["event"], table["entry"], n=table["n"])
    for name in ("survival", "standard_error", "lower", "upper", "at_risk", "events", "censored"):
        assert getattr(of_counts, name) == pytest.approx(getattr(of_persons, name))


@given(follow_up(), st.floats(0.01, 100))
def test_weights_count_only_against_each_other(rows, factor):
    weights = 1 + np.arange(len(rows)) % 3
    once = survival.kaplan_meier(rows["exit"], rows["event"], rows["entry"], weights=weights)
    again = survival.kaplan_meier(rows["exit"], rows["event"], rows["entry"], weights=factor * weights)
    assert again.survival == pytest.approx(once.survival, abs=1e-9)
    assert again.standard_error == pytest.approx(once.standard_error, abs=1e-9)


def test_the_error_of_a_weighted_curve_is_not_that_of_so_many_more_persons():
    exit, event = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0]
    weighted = survival.kaplan_meier(exit, event, weights=[100.0] * 6)
    counted = survival.kaplan_meier(exit, event, n=[100] * 6)
    plain = survival.kaplan_meier(exit, event)
    assert weighted.survival == pytest.approx(counted.survival)
    assert counted.standard_error[1:] == pytest.approx(plain.standard_error[1:] / 10)
    assert weighted.standard_error[1:] == pytest.approx(plain.standard_error[1:], rel=0.2)


def test_a_risk_set_that_empties_leaves_the_curve_as_it_is_unless_all_left():
    # the first two are gone at 3, the others come at 5
    rows = {"exit": [2, 3, 7, 8], "entry": [0, 0, 5, 5]}
    last_censored = survival.kaplan_meier(event=[1, 0, 1, 0], **rows)
    assert last_censored.survival.tolist() == [1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]
    last_left = survival.kaplan_meier(event=[1, 1, 1, 0], **rows)
    assert last_left.survival.tolist() == [1, 1, 0.5, 0, 0, 0, 0, 0, 0]
    later = survival.kaplan_meier(event=[1, 1, 1, 0], fewest_at_risk=2, **rows)
    assert later.start == 1
    assert survival.kaplan_meier([3, 7, 8], [1, 1, 0], [0, 5, 5], fewest_at_risk=2).survival.tolist() == [
        *[1] * 7,
        0.5,
        0.5,
    ]


def test_where_no_limit_is_defined_the_widest_that_still_holds_stands():
    curve = survival.kaplan_meier([1, 2, 3, 4], [0, 1, 1, 1])
    assert curve.survival == pytest.approx([1, 1, 2 / 3, 1 / 3, 0])
    assert (curve.lower[:2].tolist(), curve.upper[:2].tolist()) == ([1, 1], [1, 1])  # nobody has left yet
    assert (curve.lower[4], curve.upper[4]) == (0, curve.upper[3])
    assert curve.standard_error[4] == 0


@pytest.mark.parametrize(
    ("exit", "event", "expected"),
    [
        ([3], [1], [1, 1, 1, 0]),
        ([3], [0], [1, 1, 1, 1]),
        ([2, 2, 2], [1, 1, 1], [1, 1, 0]),
        ([2, 3, 3], [0, 0, 0], [1, 1, 1, 1]),
        ([0, 0], [1, 1], [0]),
    ],
)
@pytest.mark.parametrize("robust", [False, True])
def test_the_smallest_groups_have_a_curve(exit, event, expected, robust):
    weights = [2.0] * len(exit) if robust else None
    curve = survival.kaplan_meier(exit, event, weights=weights)
    assert curve.survival.tolist() == expected
    assert (curve.lower.tolist(), curve.upper[0]) == (expected, 1)
    assert curve.standard_error.tolist() == [0] * len(expected)


@pytest.mark.parametrize("kind", ["float64", "Int64", "Float64", "int8"])
def test_whole_numbers_count_whatever_they_are_kept_as(kind):
    rows = {name: pd.Series(values, index=[7, 8, 9], dtype=kind) for name, values in ROWS.items()}
    found = survival.kaplan_meier(**rows, weights=pd.Series([1, 2, 1], dtype=kind))
    assert found.survival.tolist() == survival.kaplan_meier(**ROWS, weights=[1, 2, 1]).survival.tolist()


ROWS = {"exit": [3, 4, 5], "event": [1, 0, 1]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"exit": [3, -4, 5]}, "the exit time cannot be negative; it is in 1 rows."),
        ({"exit": [3, 4.5, 5]}, "the exit time must be whole numbers, but is not in 1 rows."),
        ({"exit": [3, 1e300, 5]}, "the exit time is too large"),
        ({"exit": pd.Series([3, None, 5], dtype="Int64")}, "the exit time is missing in 1 rows"),
        ({"exit": [3, np.nan, np.nan]}, "the exit time is missing in 2 rows"),
        ({"exit": ["3", "4", "5"]}, "the exit time must be a row of whole numbers"),
        ({"exit": [3, 4, 2_000_000]}, "over 1000000"),
        ({"exit": [3, 4]}, "there are 2 exit times, but 3 events"),
        ({"exit": [], "event": []}, "there are no persons"),
        ({"event": [1, 0, 2]}, "from 0 to 1"),
        ({"event": [1, 0, np.nan]}, "the event is missing in 1 rows"),
        ({"event": pd.Series([True, None, True], dtype="boolean")}, "the event is missing in 1 rows"),
        ({"entry": [0, 4, 0]}, "exit must lie after entry; it does not in 1 rows."),
        ({"entry": [0, -1, 0]}, "the entry time cannot be negative"),
        ({"entry": [0, 0]}, "there are 3 exit times, but 2 entries"),
        ({"weights": [1, 0, 1]}, "the weight must be a number above 0"),
        ({"weights": [1, np.nan, 1]}, "the weight must be a number above 0"),
        ({"weights": [1, 1]}, "there are 3 exit times, but 2 weights"),
        ({"n": [1, 0, 1]}, "the count must be a number above 0"),
        ({"n": [1, 1.5, 1]}, "the count must be whole numbers"),
        ({"person": [1, 1]}, "there are 3 exit times, but 2 persons"),
        ({"person": [1, np.nan, 2]}, "the person is missing"),
        ({"person": ["a", None, "b"]}, "the person is missing in 1 rows"),
        ({"person": [1, 1, 2], "n": [1, 1, 1]}, "a count and a person"),
        ({"level": 95}, "the level must lie between 0 and 1, but was 95."),
        ({"interval": "logit"}, "the interval must be"),
        ({"fewest_at_risk": 4}, "4 persons are never followed"),
    ],
)
def test_what_no_curve_can_be_drawn_of_is_said_in_one_sentence(change, message):
    with pytest.raises(AfkastError, match=message) as refusal:
        survival.kaplan_meier(**(ROWS | change))  # type: ignore[arg-type]
    assert "\n" not in str(refusal.value)
