"""Money in words: a break-even month, what it was before, and what a row of a paper's table says."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afkast.report.danish import COST, GAIN, SAVING
from afkast.report.money import before_paid_back, held_against, paid_back, what_it_means, within


def cumulated(*kroner):
    return pd.Series([1e6 * one for one in kroner], pd.date_range("2019-06-01", periods=len(kroner), freq="MS"))


@pytest.mark.parametrize(
    ("gain", "to_date", "said"),
    [
        (cumulated(-1, -2, 0, 1), False, "tjent hjem i august 2019"),
        (cumulated(1, -2, 3, 4), False, "tjent hjem i august 2019"),
        (cumulated(1, 2, 3), False, "tjent hjem i juni 2019"),
        (cumulated(-1, 2, -3), False, "ikke tjent hjem inden for perioden"),
        (cumulated(-1, 2, -3), True, "endnu ikke tjent hjem"),
    ],
)
def test_an_investment_is_paid_back_in_the_month_from_which_the_gain_is_never_below_0(gain, to_date, said):
    assert paid_back(gain, to_date) == said


@given(st.lists(st.floats(-1e7, 1e7).filter(lambda one: abs(one) > 1), min_size=1, max_size=24))
def test_the_month_before_it_was_paid_back_was_below_0(gain):
    assert not before_paid_back(pd.Series(gain, pd.date_range("2019-01-01", periods=len(gain), freq="MS"))) >= 0


@pytest.mark.parametrize(
    ("value", "expected", "sides", "said"),
    [
        (-1.91e6, 2.43e6, SAVING, "merudgift på 1,9 mio. kr.; ventet var en besparelse på 2,4 mio. kr."),
        (-2.19e6, -0.47e6, GAIN, "tab på 2,2 mio. kr.; ventet var 0,5 mio. kr."),
        (-1.3e6, 0.59e6, COST, "indtægt på 1,3 mio. kr.; ventet var en udgift på 0,6 mio. kr."),
        (None, 1e6, SAVING, "ikke opgjort; ventet var en besparelse på 1,0 mio. kr."),
    ],
)
def test_a_row_of_the_paper_s_table_in_words(value, expected, sides, said):
    assert held_against(value, expected, sides).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("low", "high", "value", "said"),
    [
        (-3.0e6, -2.0e6, -2.5e6, "mellem 2,0 og 3,0 mio. kr."),
        (-0.1e6, 1.4e6, 0.7e6, "alt fra et tab på 0,1 til en gevinst på 1,4 mio. kr."),
    ],
)
def test_an_interval_after_its_own_amount_says_its_side_only_where_it_crosses(low, high, value, said):
    assert within(low, high, value).replace("\u00a0", " ") == said


def test_the_line_under_a_paper_s_table_tells_its_last_row_with_one_full_stop():
    said = what_it_means(pd.Series([-2.8e6, -1.91e6, 2.43e6]), SAVING).replace("\u00a0", " ")
    assert said == "Det betyder: merudgift på 1,9 mio. kr.; ventet var en besparelse på 2,4 mio. kr."
