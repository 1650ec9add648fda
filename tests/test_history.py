"""What each person received when, against going through every day."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afkast.analysis import cohort, history

FIRST, LAST = date(2020, 1, 1), date(2020, 6, 30)
DAYS = st.dates(date(2019, 10, 1), date(2020, 9, 30))
BENEFITS = ["a", "b", "c"]
SPELL = st.tuples(st.sampled_from(BENEFITS), DAYS, st.one_of(st.none(), st.integers(0, 90))).map(
    lambda spell: (spell[0], spell[1], None if spell[2] is None else spell[1] + timedelta(days=spell[2]))
)
Spell = tuple[str, date, date | None]
Person = tuple[list[Spell], date | None, date | None]
PERSON = st.tuples(st.lists(SPELL, max_size=5), st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS))


def spells_of(people):
    rows = [(f"p{number}", *spell) for number, (spells, _, _) in enumerate(people) for spell in spells]
    frame = pd.DataFrame(rows, columns=["person", "benefit", "start", "end"])
    return frame.astype({"person": str, "benefit": str, "start": "datetime64[s]", "end": "datetime64[s]"})


def people_of(people):
    rows = [(f"p{number}", moved, died, 1980, "K", "Grundskole") for number, (_, moved, died) in enumerate(people)]
    frame = pd.DataFrame(rows, columns=["person", "moved_on", "died_on", "birth_year", "sex", "education"])
    return frame.astype({"moved_on": "datetime64[s]", "died_on": "datetime64[s]"})


def on_day(spells, day):
    """The benefit a day belongs to: of those running, the one that ends last, then the one that started last."""
    running = [(end or date.max, start, benefit) for benefit, start, end in spells if start <= day <= (end or date.max)]
    return max(running, key=lambda spell: spell[:2])[2] if running else None


def counted(person):
    """Days on benefits by month, and the benefits that may stand for the month (several where all is equal)."""
    spells, moved, died = person
    days, of_month = [], []
    for month in range(1, 7):
        when = [date(2020, month, 1) + timedelta(days=n) for n in range(31)]
        when = [day for day in when if day.month == month and (died is None or day <= died)]
        if moved is not None and (moved.year, moved.month) <= (2020, month):
            when = []
        benefits = [(on_day(spells, day), day) for day in when]
        counts = Counter(benefit for benefit, _ in benefits if benefit)
        latest = {benefit: day for benefit, day in benefits if benefit}
        best = max(((counts[benefit], latest[benefit]) for benefit in counts), default=None)
        days.append(sum(counts.values()))
        of_month.append({benefit for benefit in counts if (counts[benefit], latest[benefit]) == best})
    return days, of_month


def distinct(spells):
    """No two spells on different benefits have both days in common, so that the rule decides."""
    return len({spell[1:] for spell in set(spells)}) == len(set(spells))


@settings(max_examples=80)
@given(st.lists(PERSON.filter(lambda person: distinct(person[0])), min_size=1, max_size=4))
def test_weeks_and_benefit_of_a_month_are_those_of_going_through_every_day(people):
    months = history.benefit_months(spells_of(people), people_of(people), "2020-01", "2020-06")
    for row, person in enumerate(people):
        days, benefits = counted(person)
        assert (months.weeks[row] * 7).round(9).tolist() == days
        for place, possible in zip(months.benefit[row], benefits, strict=True):
            assert (place == -1 and not possible) or months.benefits[place] in possible


@settings(max_examples=40)
@given(st.lists(PERSON, min_size=1, max_size=4), st.integers(0, 99))
def test_repeated_and_shuffled_spells_change_nothing_and_months_agree_with_person_months(people, seed):
    # person_months counts a spell that starts after the death in the month of death; here it has no day
    people = [([s for s in spells if died is None or s[1] <= died], moved, died) for spells, moved, died in people]
    spells, persons = spells_of(people), people_of(people)
    twice = pd.concat([spells, spells]).sample(frac=1, random_state=seed)
    one, two = (history.benefit_months(each, persons, "2020-01", "2020-06") for each in (spells, twice))
    assert (one.weeks == two.weeks).all()
    months = cohort.person_months(spells, persons, "2020-01", "2020-06")
    assert (one.on_benefit == months.on_benefit).all()
    assert (one.observed == months.observed).all()


def test_an_old_spell_closed_late_gives_way_and_the_month_belongs_to_most_of_its_days():
    person = (
        [
            ("kontanthjælp", date(2020, 1, 1), date(2020, 3, 20)),  # closed late: the next began on 11 March
            ("sygedagpenge", date(2020, 3, 11), date(2020, 4, 15)),
            ("kontanthjælp", date(2020, 4, 16), date(2020, 4, 30)),
            ("kontanthjælp", date(2020, 5, 1), date(2020, 5, 10)),
            ("sygedagpenge", date(2020, 5, 11), date(2020, 5, 22)),
            ("kontanthjælp", date(2020, 5, 23), date(2020, 5, 31)),
        ],
        None,
        None,
    )
    months = history.benefit_months(spells_of([person]), people_of([person]), "2020-01", "2020-06")
    assert (months.weeks[0] * 7).round(9).tolist() == [31, 29, 31, 30, 31, 0]
    named = [months.benefits[place] if place >= 0 else "" for place in months.benefit[0]]
    # March: 10 days of kontanthjælp, 21 of sygedagpenge; April: 15 of each, and kontanthjælp ends last; May: 10 and 9
    # days of kontanthjælp, 12 of sygedagpenge between them
    assert named == ["kontanthjælp", "kontanthjælp", "sygedagpenge", "kontanthjælp", "kontanthjælp", ""]


def test_some_of_the_persons_come_in_the_order_they_are_asked_for():
    people = [([("a", date(2020, month, 1), date(2020, month, 7))], None, None) for month in (1, 2, 3)]
    months = history.benefit_months(spells_of(people), people_of(people), "2020-01", "2020-03")
    assert months.of(pd.Index(["p2", "p0"])).weeks.tolist() == [[0, 0, 1], [1, 0, 0]]


# ---------------------------------------------------------------- weeks on the ladder


def weeks_on_the_ladder(spells, first, months):
    """The rule told day by day: days count, whole calendar weeks off benefits make the count begin anew."""
    days = 0.0
    counts_from = 0
    begins, free_weeks = [], []
    for number, month in enumerate(months):
        begin, until = month.start_time.date(), month.end_time.date()
        every = [begin + timedelta(days=n) for n in range((until - begin).days + 1)]
        mondays = [day for day in every if day.weekday() == 0 and day >= first]
        on = sum(1 for day in every if day >= first and on_day(spells, day))
        if on and sum(free_weeks[max(number - 36, counts_from, 0) :]) >= 52:
            days, counts_from = 0.0, number
        begins.append(days / 7)
        days += on
        free_weeks.append(sum(all(not on_day(spells, day + timedelta(days=n)) for n in range(7)) for day in mondays))
    return begins


LADDER_DAYS = st.dates(date(2014, 4, 1), date(2018, 1, 1))
LADDER_SPELL = st.tuples(LADDER_DAYS, st.integers(0, 200)).map(lambda s: ("a", s[0], s[0] + timedelta(days=s[1])))


@settings(max_examples=25)
@given(st.lists(LADDER_SPELL, min_size=1, max_size=4))
def test_weeks_on_the_ladder_are_those_of_going_through_every_day_since_july_2014(spells):
    person = ([("a", date(2014, 6, 1), date(2014, 7, 14)), *spells], None, None)
    months = pd.period_range("2014-07", "2018-12", freq="M")
    counted_weeks = weeks_on_the_ladder(person[0], date(2014, 7, 1), months)
    found = history.ladder_weeks(spells_of([person]), people_of([person]), months[30:])
    assert found.complete
    assert found.counted_from == date(2014, 7, 1)
    assert found.accumulated[0] == pytest.approx(counted_weeks[30:])


def test_spells_that_do_not_reach_back_to_july_2014_are_counted_as_far_as_they_go():
    people = [
        ([("a", date(2018, 1, 1), None)], None, None),
        ([("b", date(2018, 1, 1), date(2018, 12, 31)), ("a", date(2020, 1, 1), None)], None, None),
    ]
    months = pd.period_range("2020-01", "2020-02", freq="M")
    found = history.ladder_weeks(spells_of(people), people_of(people), months)
    assert (found.counted_from, found.complete) == (date(2018, 1, 1), False)
    # 730 days before 1 January 2020; the other was self-supporting from Tuesday 1 January to 31 December 2019: 51 whole
    # weeks within the year, one fewer than it takes
    assert found.accumulated == pytest.approx(np.array([[730, 761], [365, 396]]) / 7)
    people[1] = ([("b", date(2018, 1, 1), date(2018, 12, 30)), *people[1][0][1:]], None, None)
    found = history.ladder_weeks(spells_of(people), people_of(people), months)
    assert found.accumulated[1] == pytest.approx(np.array([0, 31 / 7]))


def test_days_before_july_2014_do_not_count():
    person = ([("a", date(2014, 5, 1), None)], None, None)
    months = pd.period_range("2014-05", "2014-08", freq="M")
    found = history.ladder_weeks(spells_of([person]), people_of([person]), months)
    assert found.accumulated[0] == pytest.approx(np.array([0, 0, 0, 31 / 7]))


@pytest.mark.parametrize(("free_until", "restarts"), [(date(2016, 2, 28), False), (date(2016, 3, 6), True)])
def test_a_week_of_self_support_counts_in_the_month_it_begins(free_until, restarts):
    """26 weeks from Monday 31 August 2015, of which one begins before the three years, and 26 weeks in 2018."""
    person = (
        [
            ("a", date(2014, 7, 1), date(2015, 8, 30)),
            ("a", free_until + timedelta(days=1), date(2018, 2, 25)),
            ("a", date(2018, 9, 1), None),
        ],
        None,
        None,
    )
    months = pd.period_range("2018-09", "2018-09", freq="M")
    found = history.ladder_weeks(spells_of([person]), people_of([person]), months)
    assert (found.accumulated[0, 0] == 0) == restarts


# ---------------------------------------------------------------- covariates


def test_what_is_known_when_a_month_begins():
    people = pd.DataFrame(
        [("p0", 1980, "K", "Grundskole"), ("p1", 1990, "M", "Videregående"), ("p2", 1970, "K", "Grundskole")],
        columns=["person", "birth_year", "sex", "education"],
    )
    weeks = np.array([[4.0, 4, 0, 2, 4], [0.0, 0, 0, 0, 1], [3.0, 3, 3, 3, 3]])
    benefit = np.array([[0, 0, -1, 1, 1], [-1, -1, -1, -1, 0], [0, 0, 0, 0, 0]], dtype="int16")
    months = history.BenefitMonths(
        pd.Index(["p0", "p1", "p2"]),
        pd.period_range("2019-11", periods=5, freq="M"),
        ("kontanthjælp", "sygedagpenge"),
        weeks,
        benefit,
        np.ones((3, 5), dtype=bool),
    )
    found = history.covariates(months, people.sample(frac=1, random_state=1), np.array([1, 2, 4]))
    assert list(found) == [
        "history_share",
        "weeks_in_a_row",
        "age",
        "changed_benefit",
        "education: Videregående",
        "woman",
        "benefit: sygedagpenge",
    ]
    share, stretch, age, changed, education, woman, sickness = found.values()
    assert share.tolist() == [[1, 1, 0.75], [0, 0, 0], [1, 1, 1]]
    assert stretch.tolist() == [[4, 8, 2], [0, 0, 0], [3, 6, 12]]
    assert age.tolist() == [[39, 40, 40], [29, 30, 30], [49, 50, 50]]
    assert sickness.tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert changed.tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert woman.tolist() == [1, 0, 1]
    assert education.tolist() == [0, 1, 0]


def test_the_share_looks_back_36_months_and_has_no_value_before_the_first():
    on = np.zeros((1, 50))
    on[0, :10] = 4
    months = history.BenefitMonths(
        pd.Index(["p0"]),
        pd.period_range("2018-01", periods=50, freq="M"),
        ("a",),
        on,
        np.where(on > 0, 0, -1).astype("int16"),
        on > -1,
    )
    found = history.covariates(months, people_of([([], None, None)]).assign(person="p0"))
    share = found["history_share"][0]
    assert np.isnan(share[0])
    assert share[[1, 10, 20, 36, 40, 46]].tolist() == [1, 1, 0.5, 10 / 36, 6 / 36, 0]
    assert list(found) == ["history_share", "weeks_in_a_row", "age"]


def test_the_example_s_persons_have_a_history(snapshot):
    cohort = snapshot.table("cohort")
    of_norddjurs = cohort.loc[cohort["strategy"].str.startswith("norddjurs"), "person"]
    spells, persons = (
        frame[frame["person"].isin(of_norddjurs)] for frame in map(snapshot.table, ("spells", "persons"))
    )
    months = history.benefit_months(spells, persons, "2018-01", "2021-12")
    found = history.ladder_weeks(spells, persons, months.months)
    assert not found.complete
    assert found.counted_from == date(2018, 1, 1)
    known = history.covariates(months, persons, np.arange(24, 30))
    assert all(np.isfinite(values).all() for values in known.values())
