"""A check is shown with its outcome, and stops the page where it does not hold."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_show import Shown, door  # noqa: F401

from afkast.analysis.reconciliation import InBook
from afkast.errors import PageError
from afkast.report.checks import refuse_hidden, show_check, show_holds


def test_what_agrees_is_shown_with_the_largest_deviation_and_what_the_second_way_is(door):  # noqa: F811
    show_check(door.page, "forbruget", "Forbruget postering for postering.", [1.0, 2.0], [1.0, 2.4], "kr.", within=0.5)
    assert told(door) == "Kontrol ✓ stemmer (afvigelse 0 kr.). Forbruget postering for postering."
    show_check(door.page, "andelen", "Andelen.", pd.Series([0.25, np.nan]), np.array([0.25, np.nan]), "%")
    assert "(afvigelse 0 %)" in told(door)
    show_holds(door.page, "raekker", "Ingen række er tabt.", pd.Series([True, True]))
    assert told(door) == "Kontrol ✓ stemmer. Ingen række er tabt."


def told(door):  # noqa: F811
    return " ".join(door.read.texts("p")[-1].split())


@pytest.mark.parametrize(
    ("value", "again"),
    [(1.0, 1.1), ([1.0, 2.0], [1.0, 2.1]), (np.nan, 1.0), (np.inf, 1.0), ([1.0, np.nan], [np.nan, 1.0])],
)
def test_what_differs_or_is_known_one_way_only_stops_the_page(door, value, again):  # noqa: F811
    with pytest.raises(PageError, match="the check 'tallet' does not hold"):
        show_check(door.page, "tallet", "En anden vej.", value, again)
    assert door.outputs == []


def test_numbers_of_another_shape_are_no_second_way(door):  # noqa: F811
    with pytest.raises(PageError, match="compares 2 numbers with 1"):
        show_check(door.page, "tallet", "En anden vej.", [1.0, 1.0], [1.0])


def test_where_there_is_no_number_nothing_was_checked_and_nothing_is_said_to_hold(door):  # noqa: F811
    show_check(door.page, "tallet", "En anden vej.", [], [])
    show_check(door.page, "tallet", "En anden vej.", [np.nan], pd.Series([np.nan]))
    show_holds(door.page, "raekker", "Ingen række er tabt.", [])
    assert door.outputs == []


@pytest.mark.parametrize("holds", [False, [True, False], pd.Series([False])])
def test_what_does_not_hold_stops_the_page(door, holds):  # noqa: F811
    with pytest.raises(PageError, match="the check 'raekker' does not hold"):
        show_holds(door.page, "raekker", "Ingen række er tabt.", holds)


@given(st.floats(-1e12, 1e12), st.floats(0, 1e3))
def test_a_check_holds_just_as_far_as_its_tolerance(value, within):
    class Page:
        def show_text(self, id, text, names):
            told = names["deviation"].replace(".", "").replace(",", ".").replace("\u00a0", "")
            assert float(told) <= abs(again - value) + 0.5 * 10.0 ** -len(told.partition(".")[2])

    again = value + within
    show_check(Page(), "tallet", "En anden vej.", value, again, within=abs(again - value))
    beyond = np.nextafter(again, np.inf) + max(1.0, abs(again)) * 1e-9
    with pytest.raises(PageError):
        show_check(Page(), "tallet", "En anden vej.", value, beyond, within=abs(again - value))


def printed(shown, in_book=InBook.DIFFERS):
    return pd.DataFrame({"file": ["trykt.csv"], "printed_table": ["T1"], "shown": [shown], "in_book": [in_book]})


def reading(published):
    entry = {"file": "trykt.csv", "published": published}
    return SimpleNamespace(files_of=lambda names: [entry] if names == ["trykt.csv"] else [])


@pytest.mark.parametrize("shown", ["<5", ".."])
def test_what_the_book_hides_is_not_told_by_the_word_of_a_paper_that_is_not_public(shown):
    with pytest.raises(PageError, match=r"trykt.csv prints what the book hides or rounds, in T1; .* 'published: true'"):
        refuse_hidden(reading(published=False), printed(shown))
    with pytest.raises(PageError, match="hides or rounds"):
        refuse_hidden(reading(published=False), printed("320", InBook.IN_STEPS))
    refuse_hidden(reading(published=True), printed(shown))
    refuse_hidden(reading(published=False), printed("12"))
