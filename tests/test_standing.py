"""Strategies counted by how sure it is on which side of 0 their gain lies."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afkast.report.standing import Gain, Standing, in_words, strategies_of

NAN = float("nan")


@pytest.mark.parametrize(
    ("amount", "low", "high", "standing", "side"),
    [
        (2.6, 0.6, 4.6, Standing.SURE, "gevinst"),
        (-4.6, -5.7, -3.5, Standing.SURE, "tab"),
        (0.7, -0.1, 1.4, Standing.MAY_TURN, "gevinst"),
        (-0.7, -1.4, 0.0, Standing.MAY_TURN, "tab"),
        (-2.2, None, None, Standing.OWN, "tab"),
        (42.8, NAN, NAN, Standing.OWN, "gevinst"),
        (42.8, 40.0, None, Standing.OWN, "gevinst"),
        (0.0, None, None, Standing.OWN, ""),
        (None, None, None, Standing.UNKNOWN, ""),
        (NAN, -1.0, 1.0, Standing.UNKNOWN, ""),
    ],
)
def test_a_gain_is_sure_where_its_interval_is_clear_of_0_and_is_else_told_for_what_it_is(
    amount, low, high, standing, side
):
    gain = Gain("Småjob", amount, low, high)
    assert (gain.standing, gain.side) == (standing, side)


def test_a_gain_that_is_doubted_may_turn_whatever_its_interval_says():
    gain = Gain("Småjob", 2.6, 0.6, 4.6, doubted=True)
    assert (gain.standing, gain.side) == (Standing.MAY_TURN, "gevinst")
    assert in_words([gain]) == "Der er 1 med en gevinst, som kan vende."


numbers = st.one_of(st.none(), st.just(0.0), st.floats(-1e9, 1e9))
some_gains = st.lists(st.builds(Gain, st.just("En"), numbers, numbers, numbers), min_size=1, max_size=12)


@given(some_gains)
def test_the_sentence_counts_every_strategy_once(gains):
    said = in_words(gains)
    all_unknown = all(gain.standing is Standing.UNKNOWN for gain in gains)
    assert sum(map(int, re.findall(r"\d+", said))) == (0 if all_unknown else len(gains))


@given(some_gains)
def test_no_gain_is_told_as_sure_whose_interval_is_not_known_or_crosses_0(gains):
    sure = {side: len(strategies_of(gains, Standing.SURE, side)) for side in ("gevinst", "tab")}
    said = in_words(gains)
    assert ("sikker gevinst" in said) == (sure["gevinst"] > 0)
    assert ("sikkert tab" in said) == (sure["tab"] > 0)
