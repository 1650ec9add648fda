"""Is a change more than chance: the exact interval, the interval of two shares, and the year to date."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, binomtest
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.rates import confint_poisson_2indep

from afkast.analysis.change import IncompletePeriod, count_ratio, same_period, share_difference

PAIRS = [(321, 453), (28, 83), (22, 34), (190, 263), (1048, 888), (149, 129), (36, 51), (3, 9), (1, 1), (0, 6), (7, 0)]


@pytest.mark.parametrize(("before", "now"), PAIRS)
def test_the_limits_of_the_ratio_are_where_the_binomial_tails_are_a_fortieth(before, now):
    change = count_ratio(before, now)
    n = before + now
    if now:
        p = change.lower / (1 + change.lower)
        assert binom.sf(now - 1, n, p) == pytest.approx(0.025)
    else:
        assert change.lower == 0
    if before:
        p = change.upper / (1 + change.upper)
        assert binom.cdf(now, n, p) == pytest.approx(0.025)
    else:
        assert change.upper == float("inf")


@pytest.mark.parametrize(("before", "now"), [pair for pair in PAIRS if min(pair) > 20])
def test_the_exact_interval_lies_just_outside_an_approximate_one(before, now):
    low, high = confint_poisson_2indep(now, 1, before, 1, method="score", compare="ratio")
    change = count_ratio(before, now)
    assert change.lower < low < change.estimate < high < change.upper
    assert change.lower == pytest.approx(low, rel=0.07) and change.upper == pytest.approx(high, rel=0.07)


def test_a_ratio_worked_by_hand():
    # all 6 of 6 in the second year: p^6 = 0.025 at the lower limit
    p = 0.025 ** (1 / 6)
    assert count_ratio(0, 6).lower == pytest.approx(p / (1 - p))
    assert count_ratio(10, 15).estimate == 1.5


@pytest.mark.parametrize("before", range(0, 40, 3))
def test_beyond_chance_says_what_the_binomial_test_says(before):
    for now in range(40):
        if before + now:
            rejects = binomtest(now, before + now, 0.5).pvalue < 0.05
            assert count_ratio(before, now).beyond_chance == rejects


def test_of_equal_levels_at_most_one_in_twenty_is_called_a_change():
    draws = np.random.default_rng(3).poisson(30, (2000, 2))
    called = [count_ratio(int(before), int(now)).beyond_chance for before, now in draws]
    assert np.mean(called) < 0.05


@pytest.mark.parametrize(
    ("k0", "n0", "k1", "n1"), [(50, 321, 117, 453), (828, 1002, 816, 1015), (0, 20, 3, 25), (20, 20, 18, 25)]
)
def test_the_interval_of_two_shares_is_newcombes(k0, n0, k1, n1):
    low, high = confint_proportions_2indep(k1, n1, k0, n0, method="newcomb", compare="diff")
    change = share_difference(k0, n0, k1, n1)
    assert (change.lower, change.upper) == (pytest.approx(low), pytest.approx(high))
    assert change.estimate == pytest.approx(k1 / n1 - k0 / n0)


def test_newcombes_own_example():
    # 56/70 - 48/80, method 10 of the paper's table II: 0.0524 to 0.3339
    change = share_difference(48, 80, 56, 70)
    assert (round(change.lower, 4), round(change.upper, 4)) == (0.0524, 0.3339)


def rows(values, unit="personer", **more):
    frame = pd.DataFrame({"period": pd.to_datetime(list(values)), "value": list(values.values()), "unit": unit})
    return frame.assign(**{"measure": "m", "status": "ok", "numerator": np.nan, "denominator": np.nan} | more)


def test_counts_are_added_up_over_the_same_months_of_both_years():
    months = [f"{year}-{month:02}-01" for year in (2015, 2016, 2017) for month in range(1, 13)]
    own = rows(dict(zip(months, range(1, 37), strict=True)))
    total = same_period(own, date(2017, 3, 31))
    assert total["value"].to_dict() == {2016: 13 + 14 + 15, 2017: 25 + 26 + 27}


def test_a_provisional_month_makes_the_year_provisional():
    own = rows({"2016-01-01": 5, "2017-01-01": 6}, status=["ok", "provisional"])
    assert same_period(own, date(2017, 1, 31))["provisional"].to_dict() == {2016: False, 2017: True}


def test_a_missing_month_stops_the_comparison():
    own = rows({"2016-01-01": 5, "2016-02-01": 4, "2017-02-01": 6})
    with pytest.raises(IncompletePeriod, match="the measure m lacks months of 2016 or 2017 up to month 2"):
        same_period(own, date(2017, 2, 28))


def test_a_share_is_the_sum_of_numerators_over_that_of_denominators():
    months = {"2016-01-01": 0.5, "2016-02-01": 0.1, "2017-01-01": 0.2, "2017-02-01": 0.4}
    own = rows(months, "andel", numerator=[1, 9, 2, 4], denominator=[2, 90, 10, 10])
    total = same_period(own, date(2017, 2, 28))
    assert total["value"].to_list() == [pytest.approx(10 / 92), pytest.approx(6 / 20)]


def test_a_share_without_counts_is_the_one_stated_for_the_year_to_date():
    own = rows({"2016-12-01": 0.151, "2017-12-01": 0.091}, "andel")
    assert same_period(own, date(2017, 12, 31))["value"].to_list() == [0.151, 0.091]
    with pytest.raises(IncompletePeriod):
        same_period(own, date(2017, 11, 30))
