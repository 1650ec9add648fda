"""When a goal is reached, on track, behind or undecided, and how sure that is: every boundary is a row."""

from datetime import date
from itertools import chain, combinations_with_replacement, permutations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from afkast.analysis.targets import (
    Verdict,
    count_interval,
    decide,
    overall,
    share_interval,
    swing_interval,
    together,
    verdict,
)
from afkast.report.certainty import told

BEFORE, LAST_DAY, AFTER = date(2019, 12, 30), date(2019, 12, 31), date(2020, 1, 1)
NAN = float("nan")


@pytest.mark.parametrize(
    ("actual", "target", "lower_is_better", "as_of", "expected"),
    [
        (487.9, 488, True, BEFORE, "på vej"),
        (488, 488, True, BEFORE, "på vej"),
        (488.1, 488, True, BEFORE, "bagud"),
        (488, 488, True, LAST_DAY, "nået"),
        (488, 488, True, AFTER, "nået"),
        (488.1, 488, True, AFTER, "bagud"),
        (488.1, 488, False, BEFORE, "på vej"),
        (488, 488, False, LAST_DAY, "nået"),
        (487.9, 488, False, AFTER, "bagud"),
        (-1.0, 2.4, False, BEFORE, "bagud"),
        (0.0, 0.0, False, AFTER, "nået"),
        (None, 488, True, AFTER, "kan ikke afgøres"),
        (488, None, True, AFTER, "kan ikke afgøres"),
        (NAN, 488, True, AFTER, "kan ikke afgøres"),
        (488, NAN, False, BEFORE, "kan ikke afgøres"),
        (None, None, False, BEFORE, "kan ikke afgøres"),
    ],
)
def test_the_verdict_on_a_goal(
    actual: float | None, target: float | None, lower_is_better: bool, as_of: date, expected: str
) -> None:
    found = verdict(actual, target, lower_is_better=lower_is_better, as_of=as_of, ends_on=LAST_DAY)
    assert found.value == expected


@pytest.mark.parametrize(
    ("goals", "strategy"),
    [
        ([], "kan ikke afgøres"),
        (["kan ikke afgøres"], "kan ikke afgøres"),
        (["nået"], "nået"),
        (["nået", "kan ikke afgøres"], "nået"),
        (["nået", "på vej"], "på vej"),
        (["på vej", "kan ikke afgøres"], "på vej"),
        (["nået", "på vej", "bagud"], "bagud"),
        (["bagud", "kan ikke afgøres"], "bagud"),
    ],
)
def test_a_strategy_is_no_further_than_the_goal_that_is_least_far(goals: list[str], strategy: str) -> None:
    for order in permutations(goals):
        assert overall(Verdict(word) for word in order).value == strategy


def test_a_strategy_is_reached_only_when_every_decided_goal_is() -> None:
    for goals in chain.from_iterable(combinations_with_replacement(Verdict, size) for size in range(4)):
        decided = [goal for goal in goals if goal.value != "kan ikke afgøres"]
        assert (overall(goals) is Verdict.REACHED) == (decided != [] and {g.value for g in decided} == {"nået"})


# ---------------------------------------------------------------- how sure

JUNE = (pd.Timestamp(2015, 6, 1),)


@pytest.mark.parametrize(
    ("interval", "if_late", "provisional", "expected"),
    [
        ((480.0, 487.0), None, (), "sikker"),
        ((480.0, 488.0), None, (), "sikker"),  # the target itself is met
        ((480.0, 488.1), None, (), "kan vende"),
        (None, None, (), "kan ikke vurderes"),
        (None, None, JUNE, "hviler på foreløbige tal"),
        (None, 487.0, JUNE, "hviler på foreløbige tal"),
        (None, 488.1, JUNE, "kan vende"),
        ((480.0, 487.0), 487.0, JUNE, "hviler på foreløbige tal"),
        ((480.0, 487.0), 490.0, JUNE, "kan vende"),
        ((480.0, 490.0), 487.0, JUNE, "kan vende"),
    ],
)
def test_how_sure_a_verdict_is(
    interval: tuple[float, float] | None, if_late: float | None, provisional: tuple[pd.Timestamp, ...], expected: str
) -> None:
    found = decide(
        *(485.0, 488.0),
        **{"lower_is_better": True, "as_of": LAST_DAY, "ends_on": LAST_DAY},
        **{"interval": interval, "if_late": if_late, "provisional": provisional},
    )
    assert (found.verdict.value, found.certainty.value) == ("nået", expected)


@pytest.mark.parametrize(("actual", "target"), [(None, 488), (488, None), (NAN, 488)])
def test_of_a_goal_that_is_not_decided_nothing_is_said_to_be_sure(actual: float | None, target: float | None) -> None:
    found = decide(actual, target, lower_is_better=True, as_of=AFTER, ends_on=LAST_DAY, interval=(1, 2), if_late=3)
    assert (found.verdict.value, found.certainty.value) == ("kan ikke afgøres", "kan ikke vurderes")


@pytest.mark.parametrize(("year_s_target", "expected"), [(2.8, "sikker"), (-1.0, "kan vende")])
def test_an_interval_of_the_year_is_held_against_the_year_s_target(year_s_target: float, expected: str) -> None:
    found = decide(
        *(-1.9, 2.4),
        **{"lower_is_better": False, "as_of": BEFORE, "ends_on": LAST_DAY},
        **{"interval": (-2.0, -0.5), "interval_target": year_s_target},
    )
    assert (found.verdict.value, found.certainty.value) == ("bagud", expected)


NUMBERS = st.floats(-1000, 1000)


@given(NUMBERS, NUMBERS, st.floats(0, 100), st.floats(0, 100), st.booleans())
def test_a_wider_interval_never_makes_a_verdict_surer(
    actual: float, target: float, half: float, more: float, lower_is_better: bool
) -> None:
    kinds = [
        decide(
            *(actual, target),
            **{"lower_is_better": lower_is_better, "as_of": AFTER, "ends_on": LAST_DAY},
            interval=(actual - width, actual + width),
        ).certainty
        for width in (half, half + more)
    ]
    assert kinds[0] == "sikker" or kinds[1] == "kan vende"


@given(NUMBERS, NUMBERS, st.floats(0, 100), st.booleans())
def test_the_mirrored_goal_is_as_sure(actual: float, target: float, half: float, lower_is_better: bool) -> None:
    one, other = (
        decide(
            *(sign * actual, sign * target),
            **{"lower_is_better": lower_is_better == (sign > 0), "as_of": AFTER, "ends_on": LAST_DAY},
            interval=(sign * actual - half, sign * actual + half),
        )
        for sign in (1, -1)
    )
    assert (one.verdict, one.certainty) == (other.verdict, other.certainty)


@pytest.mark.parametrize(("count", "of"), [(51, 84), (448, 1461), (0, 10), (10, 10), (1, 3)])
def test_the_interval_of_a_share_is_clopper_and_pearson_s_as_statsmodels_has_it(count: int, of: int) -> None:
    assert share_interval(count, of) == pytest.approx(proportion_confint(count, of, method="beta"), abs=1e-9)


@pytest.mark.parametrize(
    # Garwood's table for a Poisson count, 95 %, as printed in textbooks
    ("count", "low", "high"),
    [(0, 0, 3.69), (1, 0.03, 5.57), (5, 1.62, 11.67), (10, 4.80, 18.39), (50, 37.11, 65.92)],
)
def test_the_interval_of_a_count_is_garwood_s(count: int, low: float, high: float) -> None:
    assert count_interval(count) == pytest.approx((low, high), abs=0.005)


def test_the_swing_of_a_series_by_hand() -> None:
    # changes 2, -1, 2: mean 1, s = √(6/2) = √3, t(2) = 4.3027
    assert swing_interval([10, 12, 11, 13]) == pytest.approx((13 - 4.30265 * 3**0.5, 13 + 4.30265 * 3**0.5), rel=1e-5)
    assert swing_interval([10, 12]) is None
    assert swing_interval([10, NAN, 12, 13]) is None


def test_a_steady_fall_is_no_swing() -> None:
    assert swing_interval([50, 40, 30, 20]) == pytest.approx((20, 20))


def test_a_sum_is_unknown_where_a_part_is() -> None:
    assert together([(1.0, 2.0), (-3.0, 5.0)]) == (-2, 7)
    assert together([(1.0, 2.0), None]) is None
    assert together([]) is None


# ---------------------------------------------------------------- in words


def in_words(**how: Any) -> str:
    decision = decide(**{"lower_is_better": True, "as_of": AFTER, "ends_on": LAST_DAY, **how})
    words = told(decision, "helårspersoner", 1, basis="årets gennemsnit ventes", missing="kilden har ingen nævner")
    assert words["verdict"] is decision.verdict and words["certainty"] is decision.certainty
    return str(words["how_sure"]).replace("\u00a0", " ")


def test_the_sentence_says_what_the_certainty_rests_on() -> None:
    assert in_words(actual=485.0, target=488.0, interval=(480.25, 486.0)) == (
        "Vurderingen er sikker: årets gennemsnit ventes mellem 480,3 og 486,0 helårspersoner, og det hele ligger på "
        "samme side af målet."
    )
    assert in_words(actual=485.0, target=488.0, interval=(480.0, 489.0)) == (
        "Vurderingen kan vende: årets gennemsnit ventes mellem 480,0 og 489,0 helårspersoner; det rækker til den "
        "anden side af målet."
    )
    assert in_words(actual=485.0, target=488.0, if_late=486.0, provisional=JUNE) == (
        "Vurderingen hviler på foreløbige tal, men vender ikke: juni 2015 er foreløbig; kommer der 20 % flere til, "
        "bliver tallet 486,0 helårspersoner."
    )
    assert in_words(actual=485.0, target=488.0) == "Hvor sikker vurderingen er, vides ikke: kilden har ingen nævner."
    assert in_words(actual=485.0, target=None) == "Målet kan ikke afgøres: kilden har ingen nævner."
