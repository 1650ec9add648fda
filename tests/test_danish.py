"""Numbers, dates and units as a Danish reader writes them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afkast.report import danish
from afkast.report.danish import (
    COUNTED,
    GAIN,
    SAVING,
    UNITS,
    Quantity,
    between,
    chance,
    day,
    in_words,
    label,
    listed,
    month,
    number,
    short_day,
    written,
)


def read(text):
    """A Danish number read back."""
    return Decimal(text.replace(".", "").replace(",", ".").replace("−", "-"))


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0, 0, "0"),
        (-0.0, 1, "0,0"),
        (-0.4, 0, "0"),
        (-0.04, 1, "0,0"),
        (999, 0, "999"),
        (1_048, 0, "1.048"),
        (1_234.5, 1, "1.234,5"),
        (-1_234_567.891, 2, "−1.234.567,89"),
        (0.5, 0, "1"),
        (-0.5, 0, "−1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-2.5, 0, "−3"),
        (2.4999, 0, "2"),
        (1.005, 2, "1,01"),
        (1e-7, 0, "0"),
        (1e15, 0, "1.000.000.000.000.000"),
    ],
)
def test_a_number_in_danish(value, digits, shown):
    assert number(value, digits) == shown


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_a_number_read_back_is_the_value_rounded(value, digits):
    away_from_zero = int(abs(Fraction(repr(value))) * 10**digits + Fraction(1, 2))
    assert abs(read(number(value, digits))) == Decimal(away_from_zero).scaleb(-digits)
    assert (read(number(value, digits)) < 0) == (value < 0 and away_from_zero > 0)


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_share_of_whole_persons_is_rounded_as_by_hand(part, whole):
    # halves such as 57 of 200 = 28,5 % are where dividing by 0.01 as a float goes wrong
    if (1000 * part) % whole == 0:
        assert read(written(Quantity(part / whole, "%")).removesuffix("\u00a0%")) == int(
            Fraction(100 * part, whole) + Fraction(1, 2)
        )


@pytest.mark.parametrize(
    ("value", "unit", "digits", "signed", "shown"),
    [
        (542_000, "1.000 kr.", None, False, "542 1.000 kr."),
        (-2_188_848, "mio. kr.", None, False, "−2,2 mio. kr."),
        (3_079_000, "mio. kr.", 3, False, "3,079 mio. kr."),
        (110_918.4, "kr.", None, False, "110.918 kr."),
        (-0.03, "%", None, False, "−3 %"),
        (0.285, "%", None, False, "29 %"),
        (-0.024, "%", 1, False, "−2,4 %"),
        (0.012, "pct.point", None, False, "1,2 pct.point"),
        (110.4, "indeks", None, False, "110 indeks"),
        (17.4, "helårspersoner", None, True, "+17 helårspersoner"),
        (-17.4, "helårspersoner", None, True, "−17 helårspersoner"),
        (0.4, "helårspersoner", None, True, "0 helårspersoner"),
        (0.04, "helårspersoner", 1, True, "0,0 helårspersoner"),
        (1, "helårspersoner", None, False, "1 helårsperson"),
        (1, "helårspersoner", None, True, "+1 helårsperson"),
        (-1, "helårspersoner", None, False, "−1 helårsperson"),
        (1.04, "helårspersoner", 1, False, "1,0 helårspersoner"),
        (0.6, "helårspersoner", None, False, "1 helårsperson"),
        (21, "helårspersoner", None, False, "21 helårspersoner"),
        (1, "personer", None, False, "1 person"),
        (18, "måneder", 0, False, "18 måneder"),
        (1, "måneder", 0, False, "1 måned"),
        (12, "", None, False, "12"),
        (None, "kr.", None, False, "ikke opgjort"),
        (float("nan"), "%", 1, True, "ikke opgjort"),
    ],
)
def test_a_quantity_in_its_unit(value, unit, digits, signed, shown):
    assert written(Quantity(value, unit, digits, signed)).replace("\u00a0", " ") == shown


def test_number_and_unit_stay_on_one_line():
    assert " " not in written(Quantity(1_000, "kr."))
    assert written(Quantity(1_000, "kr."), with_unit=False) == "1.000"


@given(st.sampled_from(sorted(UNITS)), st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_a_quantity_read_back_is_within_half_of_its_last_digit(unit, value, digits):
    shown = read(written(Quantity(value, unit, digits, signed=True), with_unit=False).removeprefix("+"))
    exact = Fraction(value) / Fraction(str(UNITS[unit].scale))
    assert abs(Fraction(shown) - exact) <= Fraction(1, 2 * 10**digits)


def test_dates_are_written_in_words_and_as_on_paper():
    assert day(date(2019, 11, 30)).replace("\u00a0", " ") == "30. november 2019"
    assert day(date(2020, 1, 1)).replace("\u00a0", " ") == "1. januar 2020"
    assert (short_day(date(2019, 11, 30)), short_day(date(2005, 6, 1))) == ("30/11/19", "1/6/05")
    assert month(pd.Period("2019-05", freq="M")) == "maj 2019"


@given(st.dates())
def test_a_date_in_words_can_be_read_back(value):
    names = "jan feb mar apr maj jun jul aug sep okt nov dec".split()
    number_of_day, name, year = day(value).split()
    assert date(int(year), names.index(name[:3]) + 1, int(number_of_day.rstrip("."))) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (pd.Timestamp("2019-06-01"), "juni 2019"),
        (pd.Timestamp("2019-06-02"), "2. juni 2019"),
        (pd.Period("2019-06", freq="M"), "juni 2019"),
        (date(2019, 6, 1), "1. juni 2019"),
        (2019, "2019"),
        ("I alt", "I alt"),
    ],
)
def test_a_label_is_written_for_a_reader(value, shown):
    assert label(value).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("words", "sentence"), [([], ""), (["a"], "a"), (["a", "b"], "a og b"), (["a", "b", "c"], "a, b og c")]
)
def test_words_are_listed_as_in_a_sentence(words, sentence):
    assert listed(words) == sentence


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (0.0, "under 1 %"),
        (0.0099, "under 1 %"),
        (0.01, "1 %"),
        (0.774, "77 %"),
        (0.99, "99 %"),
        (0.9901, "over 99 %"),
        (1.0, "over 99 %"),
    ],
)
def test_a_chance_is_never_quite_none_or_quite_all_of_it(probability, shown):
    assert chance(probability) == shown.replace(" %", "\u00a0%")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.8, 3.9, "mellem 0,8 og 3,9 færre"),
        (-3.8, -1.3, "mellem 1,3 og 3,8 flere"),
        (-1.3, 3.6, "mellem 1,3 flere og 3,6 færre"),
        (-0.04, 3.6, "mellem under 0,1 flere og 3,6 færre"),
        (-3.6, 0.04, "mellem 3,6 flere og under 0,1 færre"),
        (0.0, 3.6, "mellem under 0,1 og 3,6 færre"),
        (0.02, 3.6, "mellem under 0,1 og 3,6 færre"),
        (-3.6, -0.02, "mellem under 0,1 og 3,6 flere"),
    ],
)
def test_an_interval_in_words_has_no_sign_and_no_0(low, high, said):
    assert between(low, high, "flere", "færre", digits=1) == said


def test_an_interval_in_words_names_its_unit_once_on_one_side_and_twice_across():
    kroner = {
        (400_000, 2_700_000): "mellem 0,4 og 2,7 mio. kr. mindre",
        (-40_000, 2_700_000): "mellem under 0,1 mio. kr. mere og 2,7 mio. kr. mindre",
    }
    for ends, said in kroner.items():
        shown = between(*ends, "mere", "mindre", "mio. kr.").replace("\u00a0", " ")
        assert shown == said


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_an_interval_in_words_never_says_more_on_one_side_than_there_is(one, other):
    low, high = sorted((one, other))
    said = between(low, high, "flere", "færre", digits=1)
    assert ("flere" in said) == (low < 0 or high <= 0)
    assert ("færre" in said) == (high > 0)


def test_a_span_has_its_unit_once_and_an_area_its_name():
    def plain(text):
        return text.replace("\u00a0", " ")

    assert plain(danish.span(-3e6, -1.96e6, "mio. kr.")) == "mellem −3,0 og −2,0 mio. kr."
    assert plain(danish.span(0.69, 0.759, "%", 1)) == "mellem 69,0 og 75,9 %"
    assert plain(danish.span(-0.056, 0.012, "pct.point", signed=True)) == "mellem −5,6 og +1,2 pct.point"
    assert [danish.in_sentence(area) for area in ("Hele landet", "Aabenraa")] == ["hele landet", "Aabenraa"]


@pytest.mark.parametrize(
    ("value", "sides", "unit", "said"),
    [
        (-2_188_848, GAIN, "mio. kr.", "et tab på 2,2 mio. kr."),
        (2_188_848, GAIN, "mio. kr.", "en gevinst på 2,2 mio. kr."),
        (-1_909_562, SAVING, "kr.", "en merudgift på 1.909.562 kr."),
        (40_000, SAVING, "mio. kr.", "hverken besparelse eller merudgift"),
        (17.6, COUNTED, "helårspersoner", "18 helårspersoner flere"),
        (-1, COUNTED, "helårspersoner", "1 helårsperson færre"),
        (float("nan"), GAIN, "mio. kr.", "ikke opgjort"),
    ],
)
def test_a_sign_is_told_as_a_word(value, sides, unit, said):
    assert in_words(Quantity(value, unit, sides=sides)).replace("\u00a0", " ") == said


@given(
    st.floats(-1e9, 1e9), st.sampled_from([GAIN, SAVING, COUNTED]), st.sampled_from(["kr.", "mio. kr.", "1.000 kr."])
)
def test_a_number_with_a_word_for_its_sign_has_no_sign_and_says_the_side_that_it_is_on(value, sides, unit):
    said = in_words(Quantity(value, unit, sides=sides))
    assert not set(said) & set("+-\u2212")
    if not said.startswith("hverken"):
        assert sides[value > 0] in said and sides[value < 0] not in said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-2.3e6, -1.98e6, "en merudgift på mellem 2,0 og 2,3 mio. kr."),
        (0.6e6, 4.5e6, "en besparelse på mellem 0,6 og 4,5 mio. kr."),
        (-0.3e6, 1.3e6, "alt fra en merudgift på 0,3 til en besparelse på 1,3 mio. kr."),
    ],
)
def test_an_interval_of_an_amount_says_what_it_is_an_amount_of(low, high, said):
    assert between(low, high, *SAVING, "mio. kr.").replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("Arbejdsmarkedsudvalget", "Arbejds-markeds-udvalget"),
        ("Beskæftigelsesudvalget", "Beskæftigelses-udvalget"),
        ("Førtidspensionstilkendelser", "Førtids-pensions-tilkendelser"),
        ("Selvforsørgelsesydelsen", "Selvforsørgelses-ydelsen"),
        ("Kontanthjælpsmodtager", "Kontanthjælpsmodtager"),
        ("Sygedagpenge, pr. 30. november 2019", "Sygedagpenge, pr. 30. november 2019"),
        ("Indsatsgruppen", "Indsatsgruppen"),  # has room whole
    ],
)
def test_a_long_word_may_end_a_line_where_two_words_are_joined(word, told):
    assert danish.parted(word).replace("\u00ad", "-") == told
