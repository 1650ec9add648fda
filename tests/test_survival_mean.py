"""The restricted mean and the log-rank test: by hand, as published, as statsmodels, and in drawn worlds."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.duration.survfunc import survdiff
from test_survival_curve import SIX_MP_RELAPSE, SIX_MP_WEEKS

from afkast.analysis import survival
from afkast.errors import AfkastError

# The placebo arm of the same trial, all relapsed.
PLACEBO_WEEKS = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
WEEKS = np.array(SIX_MP_WEEKS + PLACEBO_WEEKS)
RELAPSE = np.array(SIX_MP_RELAPSE + [1] * 21)
TREATED = np.arange(42) < 21


def drawn(rng, persons=300):
    """Late entrants with tied whole times in three groups and two strata."""
    entry = rng.integers(0, 6, persons)
    return {
        "exit": entry + rng.integers(1, 15, persons),
        "event": rng.random(persons) < 0.6,
        "entry": entry,
        "group": rng.integers(0, 3, persons),
        "stratum": rng.integers(0, 2, persons),
        "weights": rng.uniform(0.3, 3, persons),
        "person": rng.integers(0, persons // 2, persons),
    }


def test_the_restricted_mean_and_its_error_are_as_worked_by_hand():
    # S: 1 on [0, 2), 3/4 on [2, 3), 3/8 on [3, 5) as one of two leaves at 3, the other one is last seen at 4
    exit, event = [2, 2, 3, 4], [1, 0, 1, 0]
    mean = survival.restricted_mean(exit, event, 4)
    assert mean.value == pytest.approx(2 + 3 / 4 + 3 / 8)
    # A₂ = 3/4 + 3/8 with 1/(4·3), A₃ = 3/8 with 1/(2·1)
    assert mean.standard_error**2 == pytest.approx((9 / 8) ** 2 / 12 + (3 / 8) ** 2 / 2)
    half = stats.norm.isf(0.025) * mean.standard_error
    assert (mean.lower, mean.upper) == pytest.approx((mean.value - half, mean.value + half))


def test_the_restricted_mean_of_the_followed_is_the_mean_of_their_times():
    times = np.array([1, 2, 2, 5, 9, 9])
    mean = survival.restricted_mean(times, times > 0, 6)
    assert mean.value == pytest.approx(np.minimum(times, 6).mean())
    # without censoring Greenwood's terms add up to the variance of a mean with n, not n − 1
    assert mean.standard_error**2 == pytest.approx(np.minimum(times, 6).var() / 6)


def test_a_price_per_time_unit_makes_the_mean_an_amount():
    exit, event = [1, 2, 3, 3], [1, 1, 0, 0]
    at_one_price = survival.restricted_mean(exit, event, 3, costs=[1000, 1000, 1000])
    mean = survival.restricted_mean(exit, event, 3)
    assert (at_one_price.value, at_one_price.standard_error) == pytest.approx(
        (1000 * mean.value, 1000 * mean.standard_error)
    )
    assert survival.restricted_mean(exit, event, 3, costs=[0, 100, 10]).value == pytest.approx(75 + 5)


def test_time_before_enough_are_at_risk_counts_in_full():
    # only from 2 on are two at risk; of the two, one leaves at 3
    exit, event, entry = [1, 3, 6], [1, 1, 0], [0, 1, 1]
    late = survival.restricted_mean(exit, event, 5, entry, fewest_at_risk=2)
    assert late.value == pytest.approx(3 + 2 / 2)
    assert late.standard_error**2 == pytest.approx(1**2 * 1 / (2 * 1))
    assert survival.restricted_mean(exit, event, 5, entry).value == 1  # the one who was alone left at 1


def test_half_a_time_unit_counts_half():
    exit, event = [1, 2, 3, 3], [1, 1, 0, 0]
    assert survival.restricted_mean(exit, event, 2.5).value == pytest.approx(1 + 3 / 4 + 1 / 2 * 1 / 2)


def test_the_difference_of_two_groups_is_that_of_their_means_and_variances():
    found = survival.restricted_mean_difference(WEEKS, RELAPSE, TREATED, 20)
    treated = survival.restricted_mean(WEEKS[TREATED], RELAPSE[TREATED], 20)
    control = survival.restricted_mean(WEEKS[~TREATED], RELAPSE[~TREATED], 20)
    of_parts = survival.difference(treated, control)
    assert (found.lower, found.upper) == pytest.approx((of_parts.lower, of_parts.upper))
    assert found.value == pytest.approx(treated.value - control.value)
    assert found.standard_error == pytest.approx(np.hypot(treated.standard_error, control.standard_error))


def test_a_person_in_both_groups_is_summed_before_squaring():
    rng = np.random.default_rng(2)
    exit, event = rng.integers(1, 12, 60), rng.random(60) < 0.7
    # everyone twice, once in each group, with the same follow-up: the groups cannot differ
    twice = {"exit": np.tile(exit, 2), "event": np.tile(event, 2), "treated": np.arange(120) < 60}
    same = survival.restricted_mean_difference(tau=8, person=np.tile(np.arange(60), 2), **twice)
    assert (same.value, same.standard_error) == pytest.approx((0, 0))
    assert survival.restricted_mean_difference(tau=8, **twice).standard_error > 0.3


@pytest.mark.parametrize("robust", [False, True])
def test_the_interval_of_the_difference_covers_the_truth_as_often_as_it_says(robust):
    rng = np.random.default_rng(7)
    worlds, n, tau = 400, 160, 12
    hazard = np.where(np.arange(n) < n // 2, 0.12, 0.08)
    truth = sum(0.88**t - 0.92**t for t in range(tau))
    covers = 0
    for _ in range(worlds):
        leaves, seen = rng.geometric(hazard), rng.integers(8, 25, n)
        weights = rng.choice([0.5, 1.5], n) if robust else None
        exit, event = np.minimum(leaves, seen), leaves <= seen
        found = survival.restricted_mean_difference(exit, event, hazard > 0.1, tau, weights=weights)
        covers += found.lower <= truth <= found.upper
    # 95 % of 400 worlds, give or take three standard errors of 1.1 %
    assert covers / worlds == pytest.approx(0.95, abs=0.033)


@pytest.mark.parametrize(
    ("exit", "event", "tau", "expected"), [([3], [1], 3, 3), ([3], [1], 9, 3), ([3, 3], [0, 0], 3, 3), ([0], [1], 2, 0)]
)
def test_the_smallest_groups_have_a_mean_without_error(exit, event, tau, expected):
    mean = survival.restricted_mean(exit, event, tau)
    assert (mean.value, mean.standard_error, mean.lower, mean.upper) == (expected, 0, expected, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tau": 6}, "the horizon 6 lies after the last that is seen"),
        ({"tau": 0}, "the horizon must be above 0, but was 0."),
        ({"tau": np.nan}, "the horizon must be above 0, but was nan."),
        ({"tau": 3, "costs": [1, 2]}, "there must be 3 prices, one of each unit of time before the horizon, not 2."),
        ({"tau": 2, "costs": [1, np.nan]}, "a price is missing"),
    ],
)
def test_a_mean_of_what_nobody_has_seen_is_refused(arguments, message):
    with pytest.raises(AfkastError, match=message):
        survival.restricted_mean([2, 5, 5], [1, 0, 0], **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("treated", "message"),
    [
        ([1, 1, 1, 1], "one of the two groups is empty"),
        ([0, 1, 2, 1], "the treatment must be 0 or 1"),
        ([0, 1], "the treatment must be given in each of the 4 rows, but is in 2."),
        ([1, 0, 1, 0], "the horizon 4 lies after the last that is seen"),  # the second group is seen until 3
    ],
)
def test_a_difference_needs_two_groups_that_are_followed(treated, message):
    with pytest.raises(AfkastError, match=message):
        survival.restricted_mean_difference([5, 3, 5, 3], [1, 0, 0, 0], treated, 4)


def test_the_log_rank_test_of_six_mercaptopurine_is_as_published():
    found = survival.log_rank(WEEKS, RELAPSE, TREATED)
    # Peto's example since the 1970s: 21 against 10.75 expected, 9 against 19.25, χ² = 16.79
    assert found.observed.tolist() == [21, 9]
    assert found.expected == pytest.approx([10.75, 19.25], abs=5e-3)
    assert found.chi_square == pytest.approx(16.79, abs=5e-3)
    assert found.degrees_of_freedom == 1
    assert found.p_value == pytest.approx(stats.chi2(1).sf(found.chi_square))


@pytest.mark.parametrize(("strata", "late"), [(False, False), (True, False), (False, True)])
def test_log_rank_is_statsmodels_with_late_entrants_or_strata(strata, late):
    world = drawn(np.random.default_rng(4))
    entry, stratum = world["entry"] if late else None, world["stratum"] if strata else None
    found = survival.log_rank(world["exit"], world["event"], world["group"], entry, strata=stratum)
    chi_square, p_value = survdiff(world["exit"], world["event"], world["group"], strata=stratum, entry=entry)
    assert (found.chi_square, found.p_value) == pytest.approx((chi_square, p_value))
    assert found.degrees_of_freedom == 2


def test_a_table_of_counts_gives_the_test_of_the_persons_it_counts():
    world = drawn(np.random.default_rng(5), persons=50)
    exit, event, group = world["exit"], world["event"], world["group"]
    n = 1 + np.arange(50) % 3
    many = [np.repeat(column, n) for column in (exit, event, group)]
    assert survival.log_rank(exit, event, group, n=n).chi_square == pytest.approx(survival.log_rank(*many).chi_square)
    weights = world["weights"]
    of_counts = survival.log_rank(exit, event, group, n=n, weights=weights)
    of_persons = survival.log_rank(*many, weights=np.repeat(weights, n))
    assert of_counts.chi_square == pytest.approx(of_persons.chi_square)


def test_doubled_persons_are_no_evidence_when_it_is_said_who_they_are():
    world = drawn(np.random.default_rng(6), persons=80)
    exit, event, group = world["exit"], world["event"], world["group"]
    # one row a person of weight 2 is the same as two rows of weight 1 of that person
    twice = [np.repeat(column, 2) for column in (exit, event, group)]
    by_person = survival.log_rank(*twice, person=np.repeat(np.arange(80), 2), ties="breslow")
    by_weight = survival.log_rank(exit, event, group, weights=[2.0] * 80, ties="breslow")
    assert by_person.chi_square == pytest.approx(by_weight.chi_square)
    assert survival.log_rank(*twice).chi_square > 1.5 * by_person.chi_square


def test_the_weighted_test_rejects_no_true_equality_more_often_than_it_says():
    rng = np.random.default_rng(8)
    rejected, naive, worlds, n = 0, 0, 600, 120
    for _ in range(worlds):
        exit, event, group = rng.geometric(0.15, n).clip(0, 12), rng.random(n) < 0.8, np.arange(n) % 2
        weights = rng.choice([0.2, 3.0], n)
        rejected += survival.log_rank(exit, event, group, weights=weights).p_value < 0.05
        as_counts = survival.log_rank(exit, event, group, n=(5 * weights).astype(int)).p_value
        naive += as_counts < 0.05
    # 5 % of 600, give or take three standard errors of 0.9 %
    assert rejected / worlds == pytest.approx(0.05, abs=0.027)
    assert naive / worlds > 0.3  # weights taken for persons see differences everywhere


@pytest.mark.parametrize("robust", [False, True])
def test_where_nobody_leaves_no_group_differs(robust):
    weights = [1.0, 2.0, 1.0] if robust else None
    found = survival.log_rank([1, 2, 3], [0, 0, 0], ["a", "b", "b"], weights=weights)
    assert (found.chi_square, found.degrees_of_freedom, found.p_value) == (0, 0, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"group": [1, 1, 1]}, "there is only one group, so there is nothing to compare."),
        ({"group": [1, 2]}, "the group must be given in each of the 3 rows, but is in 2."),
        ({"group": [1, np.nan, 2]}, "the group is missing"),
        ({"group": [1, 2, 2], "strata": [1]}, "the stratum must be given in each of the 3 rows"),
        ({"group": [1, 2, 2], "ties": "exact"}, "ties must be efron or breslow"),
    ],
)
def test_a_test_needs_groups(arguments, message):
    with pytest.raises(AfkastError, match=message):
        survival.log_rank([1, 2, 3], [1, 0, 1], **arguments)  # type: ignore[arg-type]


def test_a_group_that_comes_after_all_have_left_takes_no_degree_of_freedom():
    # 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1 in a computer: before 8 the weight of "late" is nothing, but for rounding
    exit, event, group = [5, 6, 7, 9, 10, 11], [1, 1, 0, 0, 0, 0], ["a", "b", "b", "late", "late", "late"]
    entry, weights = [3, 3, 3, 8, 8, 8], [0.3, 0.7, 0.6, 0.1, 0.2, 0.3]
    found = survival.log_rank(exit, event, group, entry, weights=weights)
    assert found.expected[2] == 0
    assert found.degrees_of_freedom == 1
