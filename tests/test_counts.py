"""A count is made from persons, each once, and every number made of it knows it."""

import pandas as pd
import pytest

from afkast.errors import PageError
from afkast.profile import PROFILES
from afkast.report import disclosure
from afkast.report.about_persons import told_of
from afkast.report.cells import cell_of
from afkast.report.counts import (
    coarse_share,
    counted_elsewhere,
    counts_of,
    estimated,
    in_tens,
    persons_by,
    persons_in,
    persons_so_far,
    persons_where,
    share,
    share_range,
    together,
)
from afkast.report.danish import Quantity, between, listed, span, written
from afkast.report.withheld import ANY, withhold

TRIALS = pd.DataFrame(
    [("a", 1), ("a", 2), ("a", 3), ("b", 2), ("c", 3), ("d", 3), ("e", 3), ("f", 3)], columns=["person", "month"]
)


def numbers(counts):
    return [one.number for one in counts]


def test_a_person_with_many_rows_is_counted_once():
    assert persons_in(TRIALS).number == 6
    assert persons_in(TRIALS, TRIALS["month"] < 3).number == 2


def test_a_case_is_a_person():
    assert persons_in(pd.DataFrame({"case": ["x", "y", "y"]})).number == 2


def test_a_frame_without_persons_cannot_be_counted():
    with pytest.raises(PageError, match="column person or case; this one has age"):
        persons_in(pd.DataFrame({"age": [30]}))


def test_every_value_that_is_asked_for_has_its_persons_also_when_they_are_nobody():
    assert numbers(persons_by(TRIALS, "month", [1, 2, 3, 4])) == [1, 2, 5, 0]
    assert numbers(persons_so_far(TRIALS, "month", [1, 2, 3, 4])) == [1, 2, 6, 6]


def test_a_matrix_of_months_gives_a_count_of_each_month():
    in_month = pd.get_dummies(TRIALS["month"]).to_numpy().astype(bool)
    assert numbers(persons_where(TRIALS["person"], in_month)) == [1, 2, 5]


def test_persons_of_several_groups_are_counted_once_together():
    assert together(persons_by(TRIALS, "month")).number == 6


def test_a_group_without_a_part_of_it_is_the_others():
    everyone, early = persons_in(TRIALS), persons_in(TRIALS, TRIALS["month"] < 3)
    rest = everyone - early
    assert (rest.number, rest.digest) == (4, persons_in(TRIALS, TRIALS["person"].isin(list("cdef"))).digest)
    assert (rest + early).digest == everyone.digest


def test_a_share_gives_away_its_part_and_the_rest():
    part, whole = persons_in(TRIALS, TRIALS["month"] < 3), persons_in(TRIALS)
    assert numbers(counts_of(part / whole)) == [2, 4]
    assert written(part / whole).replace("\u00a0", " ") == "33 %"
    assert not share(persons_in(TRIALS.iloc[:0]), persons_in(TRIALS.iloc[:0])).known


def test_what_is_made_of_counts_keeps_them_however_far():
    part, whole = persons_in(TRIALS, TRIALS["month"] < 3), persons_in(TRIALS)
    change = part / whole - whole / whole
    quotient = (part / whole) / (whole / whole)
    low, high = share_range(part, whole)
    made = [change, abs(change), -change, quotient, change * 2, low, high, change.written_as("pct.point", 1)]
    made += [span(low, high, "%"), between(low, high, "færre", "flere", "%"), listed([span(low, high, "%"), "andet"])]
    made += [Quantity(1.0, "måneder", behind=(part / whole,)), estimated(1.0, "måneder", people=(part, whole))]
    for one in made:
        assert part.digest in {count.digest for count in counts_of(one)}, one
    assert change.unit == "pct.point"


def test_what_a_database_has_counted_is_told_in_tens():
    [told] = counted_elsewhere(pd.Series([2604]))
    assert (written(told).replace("\u00a0", " "), told.digest) == ("2.600 personer", "")


def test_a_share_is_told_as_closely_as_its_decimals():
    people = pd.DataFrame({"person": [f"p{number}" for number in range(1000)]})
    part, whole = persons_in(people.iloc[:123]), persons_in(people)
    assert share(part, whole).ends(part) == (115, 125)
    assert share(part, whole, 1).exact
    assert not share(part, whole).exact


PEOPLE = pd.DataFrame({"person": [f"p{number}" for number in range(200)]})


def first(number):
    return persons_in(PEOPLE.iloc[:number])


def test_what_is_made_of_an_estimate_is_one_and_beside_a_count_it_tells_that_one():
    each = estimated(3.1, "måneder", people=first(40))
    assert not abs(-each).tells and numbers(counts_of(abs(-each))) == [40]
    for_all = each * first(62)
    assert (for_all.tells, numbers(counts_of(for_all)), for_all.beside) == (True, [62], (each,))


def test_a_number_is_hidden_with_what_it_would_tell():
    few, many = share(first(3), first(60)), share(first(30), first(60))
    told = [cell_of(estimated(0.1, "%", people=first(60), beside=[one]), "", None, "ok").shown for one in (few, many)]
    assert told == ["..", "10\u00a0%"]
    held = frozenset({first(30).digest})
    end = estimated(0.1, "%", people=first(60), beside=[share(first(30), first(60), 1)]).written_as("%", 1)
    assert cell_of(end, "", None, "ok", withheld=held).shown == ".."


@pytest.mark.parametrize(("group", "step"), [(200, 0.01), (199, 0.02), (99, 0.05), (39, 0.1), (19, 0.2), (1, 0.2)])
def test_a_step_of_a_coarse_share_is_two_persons_or_more(group, step):
    assert coarse_share(first(group // 2), first(group)).step == step


def test_a_count_in_tens_lies_between_its_ends_and_neighbours_of_it_tell_no_flow():
    told = in_tens([first(177), first(176), first(174)])
    assert [written(one, with_unit=False) for one in told] == ["180", "180", "170"]
    assert [one.ends_of_step for one in told] == [(175, 184), (175, 184), (165, 174)]
    persons = {one.digest: one.persons for one in told}
    assert not withhold(told_of("t", dict(zip("abc", told, strict=True)), {}), persons).hide


@pytest.mark.parametrize("made", [share, coarse_share])
def test_for_the_public_a_share_lies_between_just_the_counts_that_are_written_alike(made, monkeypatch):
    monkeypatch.setattr(disclosure, "_chosen", PROFILES["offentlig"])
    for size in (19, 20, 40, 61, 100, 200):
        alike = {}
        for number in range(size + 1):
            one = made(first(number), first(size))
            alike.setdefault(written(one.in_steps), []).append((number, one.ends(one.part)))
        for word, told in alike.items():
            numbers = [number for number, _ in told]
            assert {(least, min(most, size)) for _, (least, most) in told} == {(numbers[0], numbers[-1])}, (size, word)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_rounded_count_lies_between_just_the_counts_that_are_written_alike(profile, monkeypatch):
    monkeypatch.setattr(disclosure, "_chosen", profile)
    for make in (in_tens, list):
        alike = {}
        for one in make(first(number) for number in range(185)):
            alike.setdefault(written(one.in_steps), []).append(one)
        for told in list(alike.values())[:-1]:  # of the last step the numbers go on
            assert {one.ends_of_step for one in told} == {(told[0].number, told[-1].number)}


def test_a_share_that_is_not_exact_tells_its_part_and_nothing_of_how_large_the_group_is():
    known = list(told_of("t", {"a": coarse_share(first(45), first(60)), "b": coarse_share(first(60), first(60))}, {}))
    assert [(one.digest, one.least, one.most) for one in known if one.most < ANY] == [(first(45).digest, 44, 46)]
    assert {one.digest for one in known if one.most == ANY} == {first(60).digest}
