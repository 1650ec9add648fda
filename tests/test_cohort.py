"""Spells to months, against counting day by day."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import people_of, spells_of

from afkast.analysis import cohort

FIRST, LAST = date(2020, 1, 1), date(2020, 6, 30)
DAYS = st.dates(date(2019, 10, 1), date(2020, 9, 30))
SPELL = st.one_of(
    st.tuples(DAYS, st.none()),
    st.tuples(DAYS, st.integers(0, 120)).map(lambda spell: (spell[0], spell[0] + timedelta(days=spell[1]))),
)
PERSON = st.tuples(
    st.lists(SPELL, max_size=4).flatmap(
        # some spells are repeated, and some are followed by one that touches
        lambda spells: (
            st.lists(st.sampled_from(spells), max_size=2).map(
                lambda again: spells + again + [(e + timedelta(days=1), e + timedelta(days=9)) for _, e in again if e]
            )
            if spells
            else st.just(spells)
        )
    ),
    st.one_of(st.none(), DAYS),
    st.one_of(st.none(), DAYS),
)


def counted_by_day(person):
    """On benefits and observed in each month, by asking of every day."""
    spells, moved_on, died_on = person
    on, observed = [False] * 6, [True] * 6
    day = FIRST
    while day <= LAST:
        if (died_on is None or day.replace(day=1) <= died_on) and any(
            start <= day and (end is None or day <= end) for start, end in spells
        ):
            on[day.month - 1] = True
        if moved_on is not None and moved_on <= day:
            observed[day.month - 1] = False
        day += timedelta(days=1)
    return [one and two for one, two in zip(on, observed, strict=True)], observed


@settings(max_examples=60)
@given(st.lists(PERSON, min_size=1, max_size=5))
def test_months_are_counted_as_by_going_through_every_day(people):
    months = cohort.person_months(spells_of(people), people_of(people), "2020-01", "2020-06")
    for row, person in enumerate(people):
        on, observed = counted_by_day(person)
        assert months.on_benefit[row].tolist() == on
        assert months.observed[row].tolist() == observed


@settings(max_examples=25)
@given(st.lists(PERSON, min_size=1, max_size=4), st.integers(0, 99))
def test_the_order_and_the_repetition_of_spells_do_not_matter(people, seed):
    spells, persons = spells_of(people), people_of(people)
    twice = pd.concat([spells, spells]).sample(frac=1, random_state=seed)
    one, two = (cohort.person_months(each, persons, "2020-01", "2020-06") for each in (spells, twice))
    assert (one.on_benefit == two.on_benefit).all()
    assert (one.observed == two.observed).all()


@pytest.mark.parametrize(
    ("start", "end", "on"),
    [
        ("2019-12-01", "2019-12-31", "...."),
        ("2019-12-01", "2020-01-01", "x..."),
        ("2020-01-31", "2020-02-01", "xx.."),
        ("2020-02-10", "2020-02-10", ".x.."),
        ("2020-03-01", None, "..xx"),
        ("2018-01-01", None, "xxxx"),
        ("2020-04-30", "2021-01-01", "...x"),
        ("2020-05-01", None, "...."),
    ],
)
def test_a_month_counts_when_any_day_of_it_is_on_benefits(start, end, on):
    person = ([(date.fromisoformat(start), date.fromisoformat(end) if end else None)], None, None)
    months = cohort.person_months(spells_of([person]), people_of([person]), "2020-01", "2020-04")
    assert "".join("x" if month else "." for month in months.on_benefit[0]) == on


def test_the_dead_are_followed_and_off_benefits_and_those_who_move_are_followed_no_longer():
    always = [(date(2019, 1, 1), None)]
    people = [(always, None, date(2020, 2, 15)), (always, date(2020, 2, 15), None)]
    months = cohort.person_months(spells_of(people), people_of(people), "2020-01", "2020-04")
    assert months.on_benefit.tolist() == [[True, True, False, False], [True, False, False, False]]
    assert months.observed.tolist() == [[True] * 4, [True, False, False, False]]


def test_spells_of_persons_who_are_not_asked_for_are_left_out():
    people = [([], None, None), ([], None, None)]
    stranger = pd.DataFrame({"person": ["x"], "start": pd.to_datetime(["2020-01-01"]), "end": pd.to_datetime([None])})
    months = cohort.person_months(stranger, people_of(people), "2020-01", "2020-04")
    assert not months.on_benefit.any()


def test_some_of_the_persons_come_in_the_order_they_are_asked_for():
    people = [([(date(2020, month, 1), date(2020, month, 2))], None, None) for month in (1, 2, 3)]
    months = cohort.person_months(spells_of(people), people_of(people), "2020-01", "2020-03")
    assert months.of(pd.Index(["p2", "p0"])).on_benefit.tolist() == [[False, False, True], [True, False, False]]
    with pytest.raises(KeyError):
        months.of(pd.Index(["p0", "nobody"]))


def test_months_are_aligned_to_each_persons_own_start():
    people = [
        ([(date(2020, 1, 1), date(2020, 2, 2))], None, None),
        ([(date(2020, 3, 1), date(2020, 3, 2))], date(2020, 4, 5), None),
    ]
    months = cohort.person_months(spells_of(people), people_of(people), "2020-01", "2020-04")
    on, observed = (cohort.along(of, np.array([0, 2]), 2) for of in (months.on_benefit, months.observed))
    assert on.tolist() == [[True, True], [True, False]]
    assert observed.tolist() == [[True, True], [True, False]]
    assert cohort.along(on, np.array([1, 0]), 3).tolist() == [[True, False, False], [True, False, False]]


def test_a_day_is_placed_by_its_calendar_month_and_no_day_is_nowhere():
    months = pd.period_range("2019-12", "2020-03", freq="M")
    days = pd.Series(pd.to_datetime(["2019-12-31", "2020-01-01", "2019-11-30", "2021-01-01", None]))
    assert cohort.column_of(days, months).tolist()[:4] == [0, 1, -1, 13]
    assert np.isnan(cohort.column_of(days, months)[4])


# ---------------------------------------------------------------- leaving benefits


def matrix(*rows):
    """x on benefits, . off."""
    return np.array([[month == "x" for month in row] for row in rows])


@pytest.mark.parametrize(
    ("months", "longest_gap", "filled"),
    [
        ("x.x..x...x", 0, "x.x..x...x"),
        ("x.x..x...x", 1, "xxx..x...x"),
        ("x.x..x...x", 2, "xxxxxx...x"),
        ("x.x..x...x", 3, "xxxxxxxxxx"),
        ("..x.x..", 2, "..xxx.."),
        (".......", 3, "......."),
        (".", 1, "."),
        ("x", 1, "x"),
    ],
)
def test_short_gaps_between_months_on_benefits_are_filled_and_only_those(months, longest_gap, filled):
    assert (cohort.without_short_gaps(matrix(months), longest_gap) == matrix(filled)).all()
