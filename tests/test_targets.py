"""When a goal is reached, on track, behind or undecided, and how sure that is: every boundary is a row."""

from dataclasses import replace
from datetime import date
from itertools import chain, combinations_with_replacement, permutations
from typing import get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from afkast.analysis.late_registration import Rise
from afkast.analysis.targets import (
    Certainty,
    Reading,
    Verdict,
    as_judged,
    as_printed,
    count_interval,
    decide,
    overall,
    share_interval,
    swing_interval,
    together,
)
from afkast.errors import AfkastError
from afkast.strategy import Judged

BEFORE, LAST_DAY, AFTER = date(2019, 12, 30), date(2019, 12, 31), date(2020, 1, 1)
NAN = float("nan")

# what is counted, the target, the path to it by now, whether low is good, counted to, due: the verdict
VERDICTS = [
    # a standing demand: its path is the target itself
    (487.9, 488, 488, True, BEFORE, LAST_DAY, "på vej"),
    (488, 488, 488, True, BEFORE, LAST_DAY, "på vej"),
    (488.1, 488, 488, True, BEFORE, LAST_DAY, "bagud"),
    (488, 488, 488, True, LAST_DAY, LAST_DAY, "nået"),
    (488, 488, 488, True, AFTER, LAST_DAY, "nået"),
    (488.1, 488, 488, True, AFTER, LAST_DAY, "bagud"),
    (488.1, 488, 488, False, BEFORE, LAST_DAY, "på vej"),
    (488, 488, 488, False, LAST_DAY, LAST_DAY, "nået"),
    (487.9, 488, 488, False, AFTER, LAST_DAY, "bagud"),
    (0.0, 0.0, 0.0, False, AFTER, LAST_DAY, "nået"),
    # before the day the path decides, whatever the target is; on the day the target does, whatever the path was
    (294, 292, 295, True, date(2023, 12, 31), date(2024, 12, 31), "på vej"),
    (296, 292, 295, True, date(2023, 12, 31), date(2024, 12, 31), "bagud"),
    (290, 292, 289, True, date(2023, 12, 31), date(2024, 12, 31), "bagud"),
    (294, 292, 295, True, date(2024, 12, 31), date(2024, 12, 31), "bagud"),
    (292, 292, 292, True, date(2024, 12, 31), date(2024, 12, 31), "nået"),
    (-1.0, 2.8, 2.4, False, BEFORE, LAST_DAY, "bagud"),
    (2.4, 2.8, 2.4, False, BEFORE, LAST_DAY, "på vej"),
    # without a path a target that is not met yet says nothing
    (448, 730, None, True, BEFORE, LAST_DAY, "på vej"),
    (900, 730, None, True, BEFORE, LAST_DAY, "kan ikke afgøres"),
    (900, 730, NAN, True, BEFORE, LAST_DAY, "kan ikke afgøres"),
    (900, 730, None, True, LAST_DAY, LAST_DAY, "bagud"),
    # without a date nothing is ever reached
    (448, 730, None, True, AFTER, None, "på vej"),
    (900, 730, None, True, AFTER, None, "kan ikke afgøres"),
    (0.091, 0.087, 0.087, True, AFTER, None, "bagud"),
    (0.087, 0.087, 0.087, True, AFTER, None, "på vej"),
    # without a number nothing is decided
    (None, 488, 488, True, AFTER, LAST_DAY, "kan ikke afgøres"),
    (488, None, None, True, AFTER, LAST_DAY, "kan ikke afgøres"),
    (488, None, 488, True, BEFORE, LAST_DAY, "kan ikke afgøres"),
    (NAN, 488, 488, True, AFTER, LAST_DAY, "kan ikke afgøres"),
    (488, NAN, NAN, False, BEFORE, LAST_DAY, "kan ikke afgøres"),
    (None, None, None, False, BEFORE, None, "kan ikke afgøres"),
]


@pytest.mark.parametrize(("actual", "target", "path", "lower_is_better", "counted_to", "due", "expected"), VERDICTS)
def test_the_verdict_on_a_goal(
    actual,
    target,
    path,
    lower_is_better,
    counted_to,
    due,
    expected,
):
    reading = Reading(actual, target, path=path, due=due)
    found = decide([reading], lower_is_better=lower_is_better, counted_to=counted_to, due=due)
    assert found.verdict.value == expected


@pytest.mark.parametrize(("actual", "expected"), [(0.0, "bagud"), (0.001, "nået"), (-0.001, "bagud")])
def test_more_than_is_not_at_least(actual, expected):
    reading = Reading(actual, 0.0, path=0.0, due=LAST_DAY)
    found = decide([reading], lower_is_better=False, counted_to=AFTER, due=LAST_DAY, strictly=True)
    assert found.verdict.value == expected


# ---------------------------------------------------------------- in each year, cumulated, on average, at the date

# a saving counted in 2020, 2021 and so on (None: not counted), promised 1, 2, 3 and 4 in 2020-2023; half of the promise
# is its path within a year; counted to the end of this month: how the years go, and the goal judged in each year
EACH_YEAR = [
    ((0.5,), date(2020, 6, 30), ["på vej"], "på vej"),
    ((0.4,), date(2020, 6, 30), ["bagud"], "bagud"),
    ((1.0,), date(2020, 12, 31), ["nået"], "på vej"),
    ((0.9,), date(2020, 12, 31), ["bagud"], "bagud"),
    ((1.0, 1.0), date(2021, 6, 30), ["nået", "på vej"], "på vej"),
    ((1.6, 1.6), date(2021, 12, 31), ["nået", "bagud"], "bagud"),
    ((0.4, 9.0), date(2021, 12, 31), ["bagud", "nået"], "bagud"),  # the sum is met, and a year is not
    ((None, 9.0), date(2021, 12, 31), ["kan ikke afgøres", "nået"], "kan ikke afgøres"),
    ((None, 1.9), date(2021, 12, 31), ["kan ikke afgøres", "bagud"], "bagud"),
    ((1.0, 2.0, 3.0, 4.0), date(2023, 12, 31), ["nået"] * 4, "nået"),
    ((1.0, 2.0, 3.0, 2.0), date(2023, 11, 30), ["nået", "nået", "nået", "på vej"], "på vej"),
    ((1.0, 2.0, 3.0, 3.9), date(2023, 12, 31), ["nået", "nået", "nået", "bagud"], "bagud"),
    ((1.0, 2.0, 3.0, 4.0), date(2024, 6, 30), ["nået"] * 4, "nået"),
    ((), date(2019, 12, 31), [], "kan ikke afgøres"),
]
DUE = date(2023, 12, 31)


def promised(counted, counted_to):
    of_year = dict(zip(range(2020, 2024), (1.0, 2.0, 3.0, 4.0), strict=True))
    return {
        year: Reading(
            counted[year - 2020] if year - 2020 < len(counted) else None,
            target,
            path=0.0 if counted_to.year < year else target / 2 if counted_to < date(year, 12, 31) else target,
        )
        for year, target in of_year.items()
    }


@pytest.mark.parametrize(("counted", "counted_to", "years", "expected"), EACH_YEAR)
def test_in_each_year_is_decided_year_by_year(counted, counted_to, years, expected):
    readings = as_judged(promised(counted, counted_to), "in each year", DUE)
    found = decide(readings, lower_is_better=False, counted_to=counted_to, due=DUE)
    assert [part.reading.year for part in found.parts] == [2020, 2021, 2022, 2023]  # every year is shown
    assert [part.verdict.value for part in found.parts if part.begun] == years
    assert found.verdict.value == expected


@pytest.mark.parametrize(
    ("judged", "counted", "counted_to", "due", "expected"),
    [
        # cumulated: 2 of 3 make up for 0,4 of 1, and the path is what the years have promised by now
        ("cumulated", (0.4, 2.6), date(2021, 12, 31), DUE, "på vej"),
        ("cumulated", (0.4, 2.5), date(2021, 12, 31), DUE, "bagud"),
        ("cumulated", (1.0, 1.0), date(2021, 6, 30), DUE, "på vej"),
        ("cumulated", (0.0, 0.0, 0.0, 10.0), date(2023, 12, 31), DUE, "nået"),
        ("cumulated", (0.0, 0.0, 0.0, 9.9), date(2023, 12, 31), DUE, "bagud"),
        ("cumulated", (0.0, 0.0, 0.0, 99.0), date(2023, 11, 30), DUE, "på vej"),
        ("cumulated", (None, 99.0), date(2021, 12, 31), DUE, "kan ikke afgøres"),  # a year that was not counted
        (
            "cumulated",
            (3.0,),
            date(2020, 12, 31),
            date(2021, 12, 31),
            "på vej",
        ),  # what was promised after it is left out
        ("cumulated", (1.0, 2.0), date(2021, 12, 31), date(2021, 12, 31), "nået"),
        ("cumulated", (1.0, 2.0, 3.0, 4.0), date(2024, 6, 30), None, "på vej"),  # nobody said until when
        # on average and at the date: the latest year, against the path until the due year's own target
        ("on average", (0.0, 0.0, 3.0), date(2022, 12, 31), DUE, "på vej"),
        ("on average", (9.0, 9.0, 2.9), date(2022, 12, 31), DUE, "bagud"),
        ("on average", (0.0, 0.0, 0.0, 4.0), date(2023, 12, 31), DUE, "nået"),
        ("at the date", (9.0, 9.0, 9.0, 3.9), date(2023, 12, 31), DUE, "bagud"),
        ("at the date", (0.0, 2.0), date(2021, 12, 31), date(2021, 12, 31), "nået"),
        ("at the date", (0.0, 2.0), date(2021, 12, 31), None, "på vej"),
        ("at the date", (), date(2019, 12, 31), DUE, "kan ikke afgøres"),
    ],
)
def test_a_goal_of_all_its_years_together(judged, counted, counted_to, due, expected):
    readings = as_judged(promised(counted, counted_to), judged, due)
    found = decide(readings, lower_is_better=False, counted_to=counted_to, due=due)
    assert [part.reading.year for part in found.parts] == [None]
    assert found.verdict.value == expected


def test_a_goal_due_within_a_year_ends_its_last_year_on_that_day():
    readings = as_judged(promised((1.0, 2.0, 3.0), DUE), "in each year", date(2022, 5, 31))
    assert [one.due for one in readings] == [date(2020, 12, 31), date(2021, 12, 31), date(2022, 5, 31)]


def test_a_due_year_without_a_target_is_told():
    with pytest.raises(AfkastError, match="due in 2025, and there is no target for that year; there is for 2020–2023"):
        as_judged(promised((1.0,), DUE), "on average", date(2025, 12, 31))


def test_what_a_year_may_end_at_is_not_held_against_the_target_of_a_later_one():
    this_year = Reading(294.0, 295.0, path=295.0, interval=(293.0, 294.5), interval_at_due=True)
    years = {2023: this_year, 2024: Reading(None, 292.0, path=292.0)}
    counted_to, due = date(2023, 11, 30), date(2024, 12, 31)
    found = decide(as_judged(years, "on average", due), lower_is_better=True, counted_to=counted_to, due=due)
    assert (found.verdict.value, found.certainty.value, found.rests_on.held_against) == ("på vej", "sikker", 295.0)


@pytest.mark.parametrize(
    ("halves", "rests_on", "certainty"),
    [
        ((0.1, 0.1), 2021, "sikker"),  # as sure as each other: the last
        ((0.9, 0.1), 2021, "sikker"),
        ((2.0, 0.1), 2021, "sikker"),
        ((0.1, 2.0), 2020, "sikker"),  # one year that surely failed is enough, though it is not the last
        ((0.9, 2.0), 2021, "kan vende"),
    ],
)
def test_being_behind_is_as_sure_as_the_surest_year_that_is(halves, rests_on, certainty):
    counted_to = date(2021, 12, 31)
    years = {
        year: replace(reading, interval=(reading.actual - half, reading.actual + half))
        for (year, reading), half in zip(list(promised((0.5, 1.0), counted_to).items())[:2], halves, strict=True)
        if reading.actual is not None
    }
    readings = as_judged(years, "in each year", counted_to)
    found = decide(readings, lower_is_better=False, counted_to=counted_to, due=counted_to)
    assert (found.verdict.value, found.rests_on.reading.year) == ("bagud", rests_on)
    assert found.certainty.value == certainty


def test_being_reached_is_no_surer_than_the_year_that_is_least():
    counted_to = date(2021, 12, 31)
    years = promised((1.5, 2.5), counted_to)
    years = {
        2020: replace(years[2020], interval=(0.9, 2.1)),
        2021: replace(years[2021], interval=(2.4, 2.6)),
    }
    found = decide(
        as_judged(years, "in each year", counted_to), lower_is_better=False, counted_to=counted_to, due=counted_to
    )
    assert (found.verdict.value, found.certainty.value) == ("nået", "kan vende")
    assert found.rests_on.reading.year == 2020


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=4), st.dates(date(2020, 1, 31), date(2025, 1, 1)), st.booleans())
def test_no_goal_is_reached_before_its_day_nor_without_one(counted, counted_to, dated):
    for judged in get_args(Judged):
        due = DUE if dated else None
        readings = as_judged(promised(tuple(counted), counted_to), judged, due)
        found = decide(readings, lower_is_better=False, counted_to=counted_to, due=due)
        assert found.verdict is not Verdict.REACHED or (due is not None and counted_to >= due)


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
def test_a_strategy_is_no_further_than_the_goal_that_is_least_far(goals, strategy):
    for order in permutations(goals):
        assert overall(Verdict(word) for word in order).value == strategy


def test_a_strategy_is_reached_only_when_every_decided_goal_is():
    for goals in chain.from_iterable(combinations_with_replacement(Verdict, size) for size in range(4)):
        decided = [goal for goal in goals if goal.value != "kan ikke afgøres"]
        assert (overall(goals) is Verdict.REACHED) == (decided != [] and {g.value for g in decided} == {"nået"})


# ---------------------------------------------------------------- how sure

JUNE = (pd.Timestamp(2015, 6, 1),)
USUAL = Rise(pd.Series([0.2]), seen=False)


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
def test_how_sure_a_verdict_is(interval, if_late, provisional, expected):
    reading = Reading(
        *(485.0, 488.0),
        due=LAST_DAY,
        **{"interval": interval, "if_late": if_late, "rise": USUAL, "provisional": provisional},
    )
    found = decide([reading], lower_is_better=True, counted_to=LAST_DAY, due=LAST_DAY)
    assert (found.verdict.value, found.certainty.value) == ("nået", expected)


@pytest.mark.parametrize(("actual", "target"), [(None, 488), (488, None), (NAN, 488)])
def test_of_a_goal_that_is_not_decided_nothing_is_said_to_be_sure(actual, target):
    reading = Reading(actual, target, due=LAST_DAY, interval=(1, 2), if_late=3, rise=USUAL)
    found = decide([reading], lower_is_better=True, counted_to=AFTER, due=LAST_DAY)
    assert (found.verdict.value, found.certainty.value) == ("kan ikke afgøres", "kan ikke vurderes")


@pytest.mark.parametrize(("year_s_target", "expected"), [(2.8, "sikker"), (-1.0, "kan vende")])
def test_an_interval_of_the_year_is_held_against_the_year_s_target(year_s_target, expected):
    reading = Reading(-1.9, year_s_target, path=2.4, due=LAST_DAY, interval=(-2.0, -0.5), interval_at_due=True)
    found = decide([reading], lower_is_better=False, counted_to=BEFORE, due=LAST_DAY)
    assert (found.verdict.value, found.certainty.value) == ("bagud", expected)


NUMBERS = st.floats(-1000, 1000)


@given(NUMBERS, NUMBERS, st.floats(0, 100), st.floats(0, 100), st.booleans())
def test_a_wider_interval_never_makes_a_verdict_surer(actual, target, half, more, lower_is_better):
    kinds = [
        decide(
            [Reading(actual, target, due=LAST_DAY, interval=(actual - width, actual + width))],
            **{"lower_is_better": lower_is_better, "counted_to": AFTER, "due": LAST_DAY},
        ).certainty
        for width in (half, half + more)
    ]
    assert kinds[0] == "sikker" or kinds[1] == "kan vende"


@given(NUMBERS, NUMBERS, st.floats(0, 100), st.booleans())
def test_the_mirrored_goal_is_as_sure(actual, target, half, lower_is_better):
    one, other = (
        decide(
            [
                Reading(
                    sign * actual, sign * target, due=LAST_DAY, interval=(sign * actual - half, sign * actual + half)
                )
            ],
            **{"lower_is_better": lower_is_better == (sign > 0), "counted_to": AFTER, "due": LAST_DAY},
        )
        for sign in (1, -1)
    )
    assert (one.verdict, one.certainty) == (other.verdict, other.certainty)


@pytest.mark.parametrize(("count", "of"), [(51, 84), (448, 1461), (0, 10), (10, 10), (1, 3)])
def test_the_interval_of_a_share_is_clopper_and_pearson_s_as_statsmodels_has_it(count, of):
    assert share_interval(count, of) == pytest.approx(proportion_confint(count, of, method="beta"), abs=1e-9)


@pytest.mark.parametrize(
    # Garwood's table for a Poisson count, 95 %, as printed in textbooks
    ("count", "low", "high"),
    [(0, 0, 3.69), (1, 0.03, 5.57), (5, 1.62, 11.67), (10, 4.80, 18.39), (50, 37.11, 65.92)],
)
def test_the_interval_of_a_count_is_garwood_s(count, low, high):
    assert count_interval(count) == pytest.approx((low, high), abs=0.005)


def test_the_swing_of_a_series_by_hand():
    # changes 2, -1, 2: mean 1, s = √(6/2) = √3, t(2) = 4.3027
    assert swing_interval([10, 12, 11, 13]) == pytest.approx((13 - 4.30265 * 3**0.5, 13 + 4.30265 * 3**0.5), rel=1e-5)
    assert swing_interval([10, 12]) is None
    assert swing_interval([10, NAN, 12, 13]) is None


def test_a_steady_fall_is_no_swing():
    assert swing_interval([50, 40, 30, 20]) == pytest.approx((20, 20))


def test_a_sum_is_unknown_where_a_part_is():
    assert together([(1.0, 2.0), (-3.0, 5.0)]) == (-2, 7)
    assert together([(1.0, 2.0), None]) is None
    assert together([]) is None


@pytest.mark.parametrize(
    ("actual", "high", "target", "certainty"),
    [
        (1.7, 3.07, 3.11, Certainty.MAY_TURN),  # printed as 3,1 and 3,1
        (1.7, 3.04, 3.11, Certainty.SURE),  # 3,0 and 3,1
        (3.3, 4.0, 3.11, Certainty.SURE),  # reached, and 3,1 is reached by its own print too
    ],
)
def test_what_is_behind_is_no_surer_than_its_printed_numbers(actual, high, target, certainty):
    year = Reading(actual, target, path=target, due=date(2021, 12, 31), year=2021, interval=(min(actual, 3.06), high))
    if actual > target:
        year = replace(year, interval=(3.11, high))
    decision = decide([year], lower_is_better=False, counted_to=date(2021, 12, 31), due=date(2021, 12, 31))
    assert decision.certainty is Certainty.SURE
    assert as_printed(decision, lambda number: round(number, 1)).certainty is certainty
