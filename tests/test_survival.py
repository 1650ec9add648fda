"""The occupation curve: against a table worked by hand, the binomial formula, statsmodels and the bootstrap."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from worlds import drawn_world

from afkast.analysis.survival import occupation
from afkast.errors import AfkastError


def followed(*months, persons=20):
    """A month per pair (on benefits, observed) of the first persons."""
    row = np.arange(persons)[:, None]
    on, observed = np.array(months).T
    return row < on, row < observed


def test_the_curve_of_twenty_persons_is_as_worked_by_hand():
    curve = occupation(*followed((20, 20), (15, 20), (8, 16), (0, 12)))
    # month 1: SE² = 20/19 · 20 · (0.75 · 0.25) / 20² = 0.009868, t(19) = 2.0930, half = 0.2079
    # month 2: SE² = 20/19 · 16 · (0.50 · 0.50) / 16² = 0.016447, half = 0.2684
    assert curve.share.tolist() == [1, 0.75, 0.5, 0]
    assert curve.lower == pytest.approx([1, 0.5421, 0.2316, 0], abs=5e-5)
    assert curve.upper == pytest.approx([1, 0.9579, 0.7684, 0], abs=5e-5)
    assert curve.observed.tolist() == [20, 20, 16, 12]
    assert curve.on_benefit.tolist() == [20, 15, 8, 0]


@pytest.mark.parametrize("on", [1, 20, 30, 59])
def test_the_interval_is_the_binomial_one_when_everyone_is_observed(on):
    n, share = 60, on / 60
    # s²/n with s² = n/(n−1) · P(1−P)
    half = stats.t(n - 1).isf(0.025) * np.sqrt(share * (1 - share) / (n - 1))
    curve = occupation(*followed((on, n), persons=n))
    assert (curve.lower[0], curve.upper[0]) == pytest.approx((max(share - half, 0), min(share + half, 1)))


def test_the_interval_is_statsmodels_robust_one_when_some_have_moved():
    rng = np.random.default_rng(3)
    on, observed = rng.random((80, 6)) < 0.6, rng.random((80, 6)) < 0.7
    curve = occupation(on, observed)
    for month in range(6):
        y = on[observed[:, month], month].astype(float)
        robust = sm.OLS(y, np.ones_like(y)).fit(cov_type="HC0")
        half = stats.t(79).isf(0.025) * robust.bse[0] * np.sqrt(80 / 79)
        assert curve.share[month] == pytest.approx(robust.params[0])
        assert (curve.upper - curve.lower)[month] == pytest.approx(2 * half)


def test_the_interval_is_as_wide_as_drawing_persons_again_says():
    rng = np.random.default_rng(5)
    on, _, _ = drawn_world(rng, persons=120)
    observed = np.arange(on.shape[1]) < rng.integers(12, 40, size=120)[:, None]
    curve = occupation(on, observed)
    again = rng.multinomial(120, np.full(120, 1 / 120), size=4_000)
    drawn = (again @ (on & observed)) / (again @ observed)
    half = (curve.upper - curve.lower) / 2 / stats.t(119).isf(0.025)
    # 4,000 draws leave 1/√8000 = 1.1 % of chance in a standard error; 5 % is more than four times that
    assert drawn[:, 3:].std(axis=0) == pytest.approx(half[3:], rel=0.05)


def test_the_curve_ends_where_fewer_than_ten_are_observed():
    curve = occupation(*followed((20, 20), (5, 10), (5, 9), (0, 0)))
    assert np.isnan(curve.share).tolist() == [False, False, True, True]
    assert np.isnan(curve.lower).tolist() == np.isnan(curve.upper).tolist() == [False, False, True, True]


@pytest.mark.parametrize(("persons", "is_refused"), [(0, True), (14, True), (15, False)])
def test_a_group_of_fewer_than_fifteen_gets_no_curve(persons, is_refused):
    on, observed = followed((persons, persons), persons=persons)
    if is_refused:
        with pytest.raises(AfkastError, match="under 15 persons"):
            occupation(on, observed)
    else:
        assert occupation(on, observed).share.tolist() == [1]


def test_benefits_of_the_unobserved_do_not_count():
    on, observed = followed((20, 20), (20, 12))
    assert occupation(on, observed).on_benefit.tolist() == [20, 12]


def test_a_table_of_patterns_gives_the_curve_of_the_persons_it_counts():
    rng = np.random.default_rng(7)
    on, observed, n = rng.random((12, 4)) < 0.6, rng.random((12, 4)) < 0.8, rng.integers(1, 9, 12)
    of_patterns = occupation(on, observed, n=n)
    of_persons = occupation(np.repeat(on, n, axis=0), np.repeat(observed, n, axis=0))
    for name in ("share", "lower", "upper", "observed", "on_benefit"):
        assert getattr(of_patterns, name) == pytest.approx(getattr(of_persons, name), nan_ok=True)


def test_the_weighted_interval_is_statsmodels_robust_one_by_person():
    rng = np.random.default_rng(8)
    on, observed = rng.random((90, 3)) < 0.6, rng.random((90, 3)) < 0.8
    weights, person = rng.uniform(0.3, 3, 90), rng.integers(0, 40, 90)
    persons = len(np.unique(person))
    curve = occupation(on, observed, weights=weights, person=person)
    for month in range(3):
        seen = observed[:, month]
        y = on[seen, month].astype(float)
        robust = sm.WLS(y, np.ones_like(y), weights=weights[seen]).fit(
            cov_type="cluster", cov_kwds={"groups": person[seen], "use_correction": False}
        )
        half = stats.t(persons - 1).isf(0.025) * robust.bse[0] * np.sqrt(persons / (persons - 1))
        assert curve.share[month] == pytest.approx(robust.params[0])
        assert (curve.upper - curve.lower)[month] == pytest.approx(2 * half)


@pytest.mark.parametrize("kind", [int, float])
def test_noughts_and_ones_are_no_and_yes(kind):
    on, observed = followed((20, 20), (8, 12), (4, 12))
    found = occupation(on.astype(kind), observed.astype(kind))
    assert found.share.tolist() == occupation(on, observed).share.tolist()


@pytest.mark.parametrize(("value", "message"), [(2, "on_benefit must be 0 or 1"), (np.nan, "on_benefit is missing")])
def test_a_month_that_is_neither_on_nor_off_is_refused(value, message):
    on, observed = followed((20, 20), (8, 12))
    with pytest.raises(AfkastError, match=message):
        occupation(np.where(np.arange(20)[:, None] == 3, value, on), observed)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"weights": [1.0] * 19 + [0]}, "the weight must be a number above 0"),
        ({"weights": [1.0] * 3}, "there are 20 rows, but 3 weights"),
        ({"n": [1] * 20, "person": range(20)}, "a count and a person"),
        ({"person": [1] * 20}, "under 15 persons"),
        ({"level": 95}, "the level must lie between 0 and 1, but was 95."),
    ],
)
def test_rows_that_cannot_be_are_refused(how, message):
    on, observed = followed((20, 20), (10, 20))
    with pytest.raises(AfkastError, match=message):
        occupation(on, observed, **how)
