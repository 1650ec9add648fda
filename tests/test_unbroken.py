"""What belongs together stays on one line, in every word of a page and of a drawing."""

import pytest

from afkast.edition.unbroken import kept_together
from afkast.report.charts import fill
from afkast.report.danish import unbroken


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2,2 mio. kr. om året", "2,2_mio._kr. om året"),
        ("i 1.000 kr. og 95 %", "i 1.000_kr. og 95_%"),
        ("+ = bedre / − = en merudgift", "+_=_bedre / −_=_en merudgift"),
        ("Beløb: − er et tab, + er en gevinst.", "Beløb: −_er et tab, +_er en gevinst."),
        ("den 30. november 2019, lov nr. 994 § 15", "den 30._november 2019, lov nr._994 §_15"),
        ("tab på 5 % af de 3 måneder", "tab på 5_% af de 3 måneder"),
    ],
)
def test_a_number_keeps_its_unit_and_a_sign_its_word(typed, kept):
    assert unbroken(typed) == kept.replace("_", "\u00a0")


@pytest.mark.parametrize("word", ["95\u00a0%-interval", "2020-priser", "3–14", "2020-2022"])
def test_a_word_that_begins_with_a_number_is_not_parted_at_its_hyphen(word):
    assert kept_together(f"<p>med {word} i alt</p>") == f'<p>med <span class="afkast-unbroken">{word}</span> i alt</p>'


def test_a_range_of_two_numbers_that_can_be_asked_is_not_parted_at_its_dash():
    low, high = '<span class="tal" data-tal="a.low">3</span>', '<span class="tal" data-tal="a.high">14</span>'
    assert kept_together(f"<p>{low}–{high} i alt</p>") == f"<p>{low}\u2060–\u2060{high} i alt</p>"


@pytest.mark.parametrize("id", ["2026-11-22-000000000000", "2026-11-22", "udgave 2026-11-22-ba3743cfa572"])
def test_an_id_or_a_day_in_parts_is_found_whole(id):
    assert kept_together(f"<p>Datagrundlag {id}</p>") == f"<p>Datagrundlag {id}</p>"


def test_code_formulas_and_what_stands_in_tags_are_left_as_they_are():
    page = (
        '<title>5 %</title><pre>x = 5 % 2</pre><div class="math notranslate">95 %</div><span class="math">5 %</span>'
        '<img alt="5 %"><script>5 % 2</script>'
    )
    assert kept_together(page) == page


def test_a_drawing_parts_its_words_where_a_page_would():
    assert fill("Ændring med 95 %-interval", 16).split("\n") == ["Ændring med", "95\u00a0%-interval"]
    assert fill("0,46 pct.point bedre", 6).split("\n") == ["0,46\u00a0pct.point", "bedre"]
