"""The year's end: worked by hand, by covariance matrices and least squares, and by how often the interval is right."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from afkast.analysis.forecast import Forecast, difference, year_of_flow, year_of_stock, year_of_stock_by_month
from afkast.errors import AfkastError

RUNS = 4_000
TOLERANCE = 4 * math.sqrt(0.95 * 0.05 / RUNS)
"""Four standard errors of a share of 95 % among so many runs: 1.4 per cent points."""

LEVELS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12)


def test_a_stock_by_hand():
    # steps 2, -1, 2: s² = 9/3 = 3; two months are left, so the variance is 3·(1 + 4)/6² and t(3) = 3.182
    found = year_of_stock([10, 12, 11, 13], months_in_year=6)
    assert found.estimate == pytest.approx((46 + 2 * 13) / 6)
    half = 3.182446 * math.sqrt(3 * 5) / 6
    assert (found.lower, found.upper) == pytest.approx((12 - half, 12 + half), rel=1e-6)


def test_a_flow_by_hand():
    # 30 of 40 phased: q = 3/4; residuals 10-7.5 and 20-22.5, s² = (6.25/10 + 6.25/30)/1; 20 is left
    found = year_of_flow([10, 20], [10, 30, 20])
    assert found.estimate == 30 + 0.75 * 20
    half = 12.7062047 * math.sqrt((0.625 + 6.25 / 30) * (20 + 400 / 40))
    assert (found.lower, found.upper) == pytest.approx((45 - half, 45 + half), rel=1e-6)


@given(LEVELS)
def test_the_interval_of_a_stock_is_that_of_a_random_walk_by_its_covariance_matrix(levels):
    r = 12 - len(levels)
    covariance = np.minimum.outer(np.arange(1, r + 1), np.arange(1, r + 1))
    s = math.sqrt(sum((b - a) ** 2 for a, b in pairwise(levels)) / (len(levels) - 1))
    half = stats.t(len(levels) - 1).isf(0.025) * s * math.sqrt(np.sum(covariance)) / 12
    found = year_of_stock(levels)
    assert found.upper - found.estimate == pytest.approx(half, rel=1e-9, abs=1e-9 * (1 + abs(found.estimate)))


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(1, 1e6)), min_size=3, max_size=8), st.floats(1, 1e6))
def test_the_interval_of_a_flow_is_that_of_weighted_least_squares(months, rest):
    import statsmodels.api as sm

    y, b = (np.array(part) for part in zip(*months, strict=True))
    fitted = sm.WLS(y, b, weights=1 / b).fit()
    found = year_of_flow(y, [*b, rest])
    prediction = fitted.get_prediction([[rest]], weights=1 / rest)
    assert found.estimate == pytest.approx(y.sum() + prediction.predicted_mean[0], rel=1e-6, abs=1e-3)
    low, high = prediction.conf_int(obs=True)[0]
    assert found.upper - found.lower == pytest.approx(high - low, rel=1e-4, abs=1e-2)


@pytest.mark.parametrize("known", [2, 6, 11])
def test_on_a_stock_that_follows_the_model_the_interval_is_right_in_95_percent(known):
    rng = np.random.default_rng(known)
    years = 500 + np.cumsum(rng.normal(0, 4, (RUNS, 12)), axis=1)
    forecasts = [year_of_stock(year[:known]) for year in years]
    right = [f.lower <= year.mean() <= f.upper for f, year in zip(forecasts, years, strict=True)]
    assert np.mean(right) == pytest.approx(0.95, abs=TOLERANCE)


@pytest.mark.parametrize("known", [2, 6])
def test_on_a_flow_that_follows_the_model_the_interval_is_right_in_95_percent(known):
    rng = np.random.default_rng(known)
    phased = np.array([160, 80, 80, 80, 80, 80, 90.0])
    years = 0.7 * phased + rng.normal(0, 1, (RUNS, 7)) * 2 * np.sqrt(phased)
    forecasts = [year_of_flow(year[:known], phased) for year in years]
    right = [f.lower <= year.sum() <= f.upper for f, year in zip(forecasts, years, strict=True)]
    assert np.mean(right) == pytest.approx(0.95, abs=TOLERANCE)


def test_the_interval_of_the_net_gain_is_right_in_about_95_percent():
    # square-and-add of t limits errs a little on the safe side: up to 2 points above, never below
    rng = np.random.default_rng(1)
    phased = np.full(7, 80.0)
    spent = 0.7 * phased + rng.normal(0, 20, (RUNS, 7))
    saved = np.cumsum(rng.normal(0, 30, (RUNS, 12)), axis=1)
    right = []
    for spends, saves in zip(spent, saved, strict=True):
        net = difference(year_of_stock(saves[:9]), year_of_flow(spends[:4], phased))
        right.append(net.lower <= saves.mean() - spends.sum() <= net.upper)
    assert 0.95 - TOLERANCE <= np.mean(right) <= 0.97 + TOLERANCE


def test_a_year_that_is_over_is_known():
    assert year_of_stock(range(12)) == Forecast(5.5, 5.5, 5.5)
    assert year_of_flow([1, 2], [3, 3]) == Forecast(3, 3, 3)
    assert year_of_stock([7], months_in_year=1).interval == (7, 7)


def test_a_single_month_has_no_interval():
    assert year_of_stock([500]).estimate == 500
    assert year_of_stock([500]).interval is None
    assert year_of_flow([5], [10, 10]).estimate == 10
    assert year_of_flow([5], [10, 10]).interval is None


@pytest.mark.parametrize("known", [[], [1.0] * 13, [1.0, float("nan")]])
def test_months_that_are_missing_or_too_many_are_refused(known):
    with pytest.raises(AfkastError, match="needs 1 to 12 known months"):
        year_of_stock(known)


def test_a_month_without_a_budget_is_refused():
    with pytest.raises(AfkastError, match="0 or less"):
        year_of_flow([1, 2], [1, 0, 3])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12))
def test_a_year_month_by_month_is_the_year_at_once(known):
    at_once, by_month = year_of_stock(known), year_of_stock_by_month(known)
    size = 1 + max(map(abs, known))  # rounding is of the numbers' own size
    for end in ("estimate", "lower", "upper"):
        found = getattr(by_month, end)
        assert found == pytest.approx(getattr(at_once, end), abs=1e-9 * size, nan_ok=True)
