"""What is told of a curve never tells how many of 1-4 are behind it: tried by an attacker who knows the rules."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afkast.profile import PROFILES
from afkast.report import disclosure
from afkast.report.about_persons import Thing
from afkast.report.counts import persons_in, persons_where
from afkast.report.curves import (
    TOGETHER,
    Placed,
    counted_curve,
    note_of_step,
    told_curves,
    told_places,
    weighted_curve,
)
from afkast.report.tables import rows_of, units_of


def people(everyone, name="p"):
    return pd.Series([f"{name}{number}" for number in range(everyone)])


def months(everyone, counts):
    """The first so many of everyone, month by month: (everyone, months)."""
    return np.arange(everyone)[:, None] < np.array(counts)


def curve(everyone, on, gone=None, make=counted_curve, name="p"):
    """Of everyone the first are on benefits and the last gone, with an interval of 10 points to either side."""
    followed = months(everyone, everyone - np.array(gone or [0] * len(on)))
    share = np.array(on) / followed.sum(axis=0)
    limits = share, (share - 0.1).clip(0), (share + 0.1).clip(max=1)
    return make(limits, people(everyone, name), months(everyone, on), followed)


def shown(values, states=None, **thing):
    """What the door shows, by column."""
    told = values.loc[:, [column for column in values]]
    units = units_of(told, "personer", {}, {})
    rows = rows_of(told, units, set(), states, "missing", {}, Thing("kurver", of_persons=True, **thing))
    cells = [[cell.shown.split("\u00a0")[0] for cell in row.cells] for row in rows]
    return pd.DataFrame(cells, told.index, told.columns)


def test_a_share_of_which_few_are_off_benefits_is_hidden_with_its_interval_and_the_difference():
    first, second = curve(60, [60, 58, 50]), curve(300, [300, 290, 280], name="q")
    difference = (np.array([0.0, 0.0, -0.1]),) * 3
    values = shown(told_curves({"A": first, "B": second}, difference))
    for column in [("A", "andel"), ("A", "nedre"), ("A", "øvre"), ("forskel", "andel"), ("forskel", "øvre")]:
        assert (values[column] == "..").tolist() == [False, True, False]
    assert (values["B", "andel"] != "..").all()
    assert first.has_gaps and not second.has_gaps


def test_what_the_edition_holds_back_of_a_share_is_hidden_with_its_interval_and_the_difference():
    first, second = curve(60, [60, 44]), curve(300, [300, 280], name="q")
    held = frozenset({persons_in(people(60).iloc[:44].to_frame("person")).digest + "~"})
    values = shown(told_curves({"A": first, "B": second}, (np.array([0.0, -0.2]),) * 3), withheld=held)
    hidden = [column for column in values if values.loc[1, [column]].item() == ".."]
    assert hidden == [(name, part) for name in ("A", "forskel") for part in ("andel", "nedre", "øvre")]


def test_shares_are_told_in_steps_of_two_persons_or_more_and_so_are_their_limits_and_the_difference():
    small, large = curve(60, [60, 43, 31]), curve(300, [300, 212, 201], name="q")
    values = shown(told_curves({"A": small, "B": large}, (np.array([0.0, -0.012, -0.148]),) * 3))
    assert values["A", "andel"].tolist() == ["100", "70", "50"]
    assert values["A", "nedre"].tolist() == ["90", "60", "40"]
    assert values["B", "andel"].tolist() == ["100", "71", "67"]
    assert values["forskel", "andel"].tolist() == ["0", "0", "−15"]
    assert note_of_step("A", small.step).startswith("A: andelene er rundet af") and not note_of_step("B", large.step)


@pytest.mark.parametrize("gone", [[0, 0, 1, 3], [0, 4, 8, 9], [0, 1, 2, 30]])
def test_of_those_who_leave_one_to_four_a_month_nothing_but_tens_is_told(gone):
    of = curve(177, [177, 120, 100, 90], gone)
    values = shown(told_curves({"A": of}))
    assert values["A", "under observation"].tolist() == [str(10 * int((177 - one) / 10 + 0.5)) for one in gone]
    assert (values["A", "andel"] != "..").all()


@pytest.mark.parametrize("everyone", [15, 24, 40, 65, 77, 104, 177, 300])
def test_a_share_that_is_told_fits_every_number_of_one_to_four_who_have_left(everyone):
    step = curve(everyone, [everyone]).step
    for told in range(round(1 / step)):
        for left in range(1, 5):
            fits = (abs(on / (everyone - left) - told * step) <= step / 2 + 1e-9 for on in range(everyone - left + 1))
            assert any(fits)


def test_a_weighted_share_is_hidden_where_few_persons_are_on_one_side_in_any_of_their_trials():
    # three persons with twenty trials each are off benefits in the second month
    persons = pd.concat([people(40)] * 20, ignore_index=True)
    on = np.ones((len(persons), 2), dtype=bool)
    on[persons.isin(people(40).iloc[:3]), 1] = False
    of = weighted_curve((np.array([1.0, 0.93]),) * 3, persons, on, np.ones_like(on))
    values = shown(told_curves({"A": of}))
    assert values["A", "andel"].tolist() == ["100", ".."]
    assert values["A", "under observation"].tolist() == ["40", "40"]


PLACES = ("Kontanthjælp", "Anden ydelse", "Uden ydelse")


def placed(everyone, *counts, counted=True):
    """A group with so many in each place, month by month; the others are no longer followed."""
    ends = np.cumsum(np.array(counts), axis=1)
    begins = np.c_[np.zeros(len(counts), int), ends[:, :-1]]
    known, number = people(everyone), np.arange(everyone)[:, None]
    there = {place: (number >= begins[:, at]) & (number < ends[:, at]) for at, place in enumerate(PLACES)}
    shares = dict(zip(PLACES, (np.array(counts) / ends[:, -1:]).T, strict=True))
    persons = {place: persons_where(known, holds) for place, holds in there.items()}
    return Placed(shares, persons, persons_in(known.to_frame("person")), counted)


def places(*given, **how):
    told = told_places({"A": placed(*given, **how)})
    return shown(told.values, told.states)["A"]


@pytest.mark.parametrize("counted", [True, False])
def test_few_on_another_benefit_are_told_together_with_the_rest_on_benefits(counted):
    told = places(60, (60, 0, 0), (40, 2, 18), (30, 10, 20), counted=counted)
    assert (told[list(PLACES)] == "..").to_numpy().tolist() == [[False] * 3, [True, True, False], [False] * 3]
    assert told[TOGETHER].tolist() == ["", "70", ""]


@pytest.mark.parametrize("counted", [True, False])
def test_a_month_with_few_off_benefits_is_not_told_at_all(counted):
    found = told_places({"A": placed(60, (60, 0, 0), (40, 17, 3), (2, 1, 57), counted=counted)})
    told = shown(found.values, found.states)["A"]
    assert (told.iloc[1:] == "..").all(axis=None)
    assert TOGETHER not in told and found.gaps


@pytest.mark.parametrize("gone", [0, 2])
def test_places_add_up_however_coarse_and_as_many_are_off_benefits_as_the_curve_says(gone):
    each = [(40, 20, 0), (25, 14, 21 - gone), (31, 8, 21 - gone), (6, 6, 48 - gone)]
    found = told_places({"A": placed(60, *each)})
    told = shown(found.values, found.states)["A"].astype(int)
    assert told.sum(axis=1).tolist() == [100] * 4
    share = told_curves({"A": curve(60, [on + other for on, other, _ in each], [0, gone, gone, gone])})
    assert (100 - told["Uden ydelse"]).tolist() == shown(share)["A", "andel"].astype(int).tolist()
    assert [100 * float(one) for one in found.off["A"]] == pytest.approx(told["Uden ydelse"].tolist())


# ---------------------------------------------------------------- for everybody


@pytest.fixture
def public():
    disclosure.use(PROFILES["offentlig"])
    yield
    disclosure.use(PROFILES["intern"])


def nearest(counts):
    """Counts to the nearest five, by hand."""
    return [5 * ((one + 2) // 5) for one in counts]


on_benefits = st.lists(st.integers(8, 90), min_size=2, max_size=5)


@given(on_benefits)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_for_the_public_a_curve_its_limits_and_the_difference_are_those_of_counts_in_fives(public, counts):
    def told(on):
        other = curve(300, [240] * len(on), name="q", make=weighted_curve)
        share, than = np.array(on) / 100, 240 / 300
        apart = (share - than, share - than - 0.1, share - than + 0.1)
        return shown(told_curves({"A": curve(100, on), "B": other}, apart))

    mine, rounded = told(counts), told(nearest(counts))
    both = (mine != "..") & (rounded != "..")
    assert mine.where(both).equals(rounded.where(both))
    values = told(counts)["A"].replace("..", np.nan).astype(float).dropna()
    assert ((values["nedre"] <= values["andel"]) & (values["andel"] <= values["øvre"])).all()


@given(st.lists(st.tuples(*[st.integers(8, 50)] * 3), min_size=1, max_size=4))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_for_the_public_places_add_up_and_are_those_of_counts_in_fives(public, each):
    def told(counts):
        found = told_places({"A": placed(150, *counts)})
        return shown(found.values, found.states)["A"], [round(100 * float(one)) for one in found.off["A"]]

    (values, off), (of_rounded, off_rounded) = told(each), told([nearest(one) for one in each])
    both = (values != "..") & (of_rounded != "..")
    assert values.where(both).equals(of_rounded.where(both)) and off == off_rounded
    whole = values[(values != "..").all(axis=1)].astype(int)
    assert (whole.sum(axis=1) == 100).all()
    assert (100 - whole.drop(columns="Uden ydelse").sum(axis=1)).tolist() == [off[month] for month in whole.index]
