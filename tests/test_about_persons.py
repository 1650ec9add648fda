"""What is about persons and the door does not know is refused by name; what gives a small count away is hidden."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from afkast.analysis.targets import Reading, Verdict, decide, share_interval
from afkast.errors import PageError
from afkast.profile import FLOOR, PROFILES, as_words, from_words, profile
from afkast.report import disclosure
from afkast.report.about_persons import Thing
from afkast.report.cells import Link, badge, cell_of, said_of
from afkast.report.counts import TENS, Count, estimated, persons_by, persons_in, share, share_range
from afkast.report.danish import Given, Quantity, Words, between, chance, listed, saying, span
from afkast.report.filed import number_in
from afkast.report.goals import how_sure
from afkast.report.money import within
from afkast.report.month_charts import lines_by_month
from afkast.report.plain_words import forms_of
from afkast.report.tables import rows_of, units_of

PEOPLE = pd.DataFrame({"person": [f"p{number}" for number in range(400)]})
OF_PERSONS = Thing("tal", of_persons=True, chosen=frozenset({12.0}))
BESIDE = Thing("tal", beside_persons=True)


def first(number):
    """The first so many persons."""
    return persons_in(PEOPLE.iloc[:number])


def first_in_words():
    return saying("84 personer", first(84))


@pytest.mark.parametrize(
    "value",
    [
        3,
        3.0,
        364,
        Quantity(22, "personer"),
        Quantity(22, ""),
        Quantity(0.22, "%"),
        Quantity(5.0, "måneder"),
        "3",
        "22 %",
        span(0.976, 0.998, "%"),
        span(share_range(first(84), first(364))[0], 0.28, "%"),
        between(-1.3, 3.6, "flere", "færre"),
        chance(0.83),
        listed([Words("Kvinder"), "22 mænd"]),
        listed([span(0.976, 0.998, "%"), "kvinder"]),
        within(2.0e6, 2.3e6, 2.1e6),
        saying("af hundrede 9 færre", 9.0),
        Words("22"),
        Words("22 personer"),
    ],
)
def test_a_number_whose_counts_the_door_does_not_know_is_refused_by_name(value):
    with pytest.raises(PageError, match="'started' of 'tal'"):
        OF_PERSONS.refuse_numbers("started", value)


@pytest.mark.parametrize(
    "value",
    [
        first(364),
        first(364).bare,
        share(first(84), first(364)),
        estimated(3.1, "måneder", people=first(84)),
        span(*share_range(first(84), first(364)), "%"),
        chance(estimated(0.83, "%", people=first(84))),
        listed([first_in_words(), "kvinder"]),
        Given(12, "personer"),
        Given(18, "måneder"),
        Words("12 måneders opfølgning"),
        Words("0,0 måneder"),
        "Kvinder",
        "30. november 2019",
        date(2019, 11, 1),
        "2020",
        Quantity(None, "%"),
    ],
)
def test_what_knows_its_counts_or_has_none_is_let_through(value):
    OF_PERSONS.refuse_numbers("started", value)


def test_of_a_goal_the_sentence_of_how_sure_it_is_knows_what_its_interval_knows():
    day = date(2020, 12, 31)
    reading = Reading(361 / 364, 0.9, due=day, interval=(0.976, 0.998))
    decision = decide([reading], lower_is_better=False, counted_to=day, due=day)
    with pytest.raises(PageError, match="does not know the counts"):
        OF_PERSONS.refuse_numbers("how_sure", how_sure(decision, "%"))
    told = how_sure(decision, "%", behind={0: (share(first(361), first(364)),)})
    OF_PERSONS.refuse_numbers("how_sure", told)
    assert cell_of(told, "", None, "ok").shown == ".."


def test_kroner_of_the_accounts_are_told_as_an_interval_beside_persons_but_no_interval_of_persons():
    BESIDE.refuse_numbers("spent", span(2.0e6, 2.3e6, "mio. kr."))
    with pytest.raises(PageError):
        BESIDE.refuse_numbers("spent", span(20, 23, "personer"))


def test_words_of_an_estimate_are_hidden_where_the_estimate_is():
    ends = [estimated(one, "måneder", people=first(9)) for one in (1.2, 3.4)]
    assert [cell_of(one, "", None, "ok").shown for one in (*ends, span(*ends, "måneder"))] == [".."] * 3
    resting = Thing("tal", of_persons=True, rests_on=(first(9),))
    told = resting.resting(span(1.2, 3.4, "måneder"))
    resting.refuse_numbers("range", told)
    assert cell_of(told, "", None, "ok").shown == ".."


def test_what_rests_on_groups_may_say_how_long_but_no_other_number_in_its_words():
    enough = Thing("tal", of_persons=True, rests_on=(first(84),))
    enough.refuse_digits("", "Et sted er slået sammen efter 12 måneder.")
    for words in ("Kun 3 blev.", "Kun 3 personer blev.", "3"):
        with pytest.raises(PageError):
            enough.refuse_digits("", words)


def test_what_is_said_to_be_given_must_be_a_parameter():
    with pytest.raises(PageError, match="is said to be given"):
        OF_PERSONS.refuse_numbers("planned", Given(13, "personer"))


def test_a_page_that_has_read_persons_needs_no_counts_for_kroner_of_the_accounts_but_for_every_person():
    BESIDE.refuse_numbers("spent", Quantity(2.2e6, "mio. kr."))
    for value in (22, Quantity(22, "personer"), "22"):
        with pytest.raises(PageError):
            BESIDE.refuse_numbers("spent", value)


def test_digits_written_into_a_sentence_are_refused():
    with pytest.raises(PageError, match="digits in its words"):
        OF_PERSONS.refuse_digits("", f"Af {len(PEOPLE)} er nogle i målgruppen.")
    OF_PERSONS.refuse_digits("", "Figur 2. Med 95 %-bånd, i 2020-priser, pr. 1. december 2020 og 3. kvartal.")


def shown(values, unit="personer", thing=OF_PERSONS, index=None, **units):
    frame = pd.DataFrame(values, index)
    rows = rows_of(frame, units_of(frame, unit, {}, units), set(), None, "missing", {}, thing)
    return [[cell.shown.replace("\u00a0", " ") for cell in row.cells] for row in rows]


def test_a_table_of_plain_numbers_about_persons_is_refused():
    with pytest.raises(PageError, match=r"'0\|a' of 'tal'"):
        shown({"a": [22, 30]})


def test_a_change_beside_a_hidden_count_is_hidden():
    before, now = first(22), first(3)
    change, percent = now - before, now / before
    row = {"Før": [before], "Nu": [now], "Ændring": [change], "pct.": [percent]}
    assert shown(row, pct=("%", 0)) == [["22", "<5", "..", ".."]]


def test_a_share_and_its_interval_are_hidden_with_a_small_part_and_with_a_small_rest():
    for part in (2, 82):
        low, high = share_range(first(part), first(84))
        for value in (share(first(part), first(84)), low, high, span(low, high, "%")):
            assert cell_of(value, "", None, "ok").shown == ".."


def test_of_a_group_and_a_part_that_lack_a_few_only_one_is_told():
    assert shown({"I alt": [first(364)], "Startet": [first(361)], "Andre": [first(364) - first(361)]}) == [
        ["364", "..", ".."]
    ] or shown({"I alt": [first(364)], "Startet": [first(361)]}) == [["364", ".."]]


def test_flows_of_few_between_neighbouring_months_are_not_told():
    still = {"endnu åbne": [first(number) for number in (396, 396, 395, 392, 391, 380, 379)]}
    assert [row for [row] in shown(still)] == ["396", "396", "..", "..", "391", "380", ".."]


def test_an_estimate_needs_ten_persons_and_tells_none_of_them():
    assert cell_of(estimated(3.1, "måneder", people=first(9)), "", None, "ok").shown == ".."
    assert cell_of(estimated(3.1, "måneder", people=first(10)), "", None, "ok").shown == "3,1\u00a0måneder"


def test_what_the_edition_holds_back_is_hidden_wherever_it_stands():
    thing = Thing("tal", of_persons=True, withheld=frozenset({first(84).digest}))
    assert shown({"a": [first(84), first(200)]}, thing=thing) == [[".."], ["200"]]


# ---------------------------------------------------------------- profiles


@pytest.fixture
def public():
    disclosure.use(PROFILES["offentlig"])
    yield
    disclosure.use(PROFILES["intern"])


def test_no_profile_shows_fewer_than_the_floor():
    assert profile("intern", 1).fewest_shown == FLOOR == 3
    assert from_words(as_words(profile("offentlig", 10))).fewest_shown == 10


@pytest.mark.parametrize(("count", "told"), [(0, "0"), (1, "<8"), (7, "<8"), (8, "10"), (12, "10"), (13, "15")])
def test_for_the_public_seven_are_hidden_and_the_others_are_told_in_fives(public, count, told):
    assert shown({"a": [first(count)]}) == [[told]]


def test_for_the_public_a_rate_is_one_of_rounded_counts(public):
    values = {"n": first(84), "k": first(23), "andel": share(first(23), first(84), 1)}
    assert shown({name: [one] for name, one in values.items()}, andel=("%", 1)) == [["85", "25", "29,4 %"]]


def test_for_the_public_what_is_made_of_counts_is_made_again_of_rounded_ones_or_hidden(public):
    fewer = first(84) - first(61)
    change = share(first(23), first(84), 1) - share(first(61), first(84), 1)
    assert fewer.number == 23
    # what is filed is what is shown
    assert cell_of(change, "", None, "ok").value == round((25 - 60) / 85, 3)
    by_hand = Quantity(-0.45, "pct.point", behind=(share(first(23), first(84)), share(first(61), first(84))))
    for one in (by_hand, saying("under det halve", share(first(23), first(84)))):
        assert cell_of(one, "", None, "ok").shown == ".."
    of_ends = [round(100 * end) for end in share_interval(25, 85)]
    said = cell_of(span(*share_range(first(23), first(84)), "%"), "", None, "ok").shown
    assert said == "mellem {} og {}\N{NO-BREAK SPACE}%".format(*of_ends)


def test_words_that_rest_on_too_few_are_held_back_but_not_days_nor_that_nothing_is_decided():
    few = Thing("tal", of_persons=True, rests_on=(first(4),))

    def told(words):
        return cell_of(few.resting(words), "", None, "ok", False, frozenset()).shown

    assert [told(one) for one in ("nået", "gevinst")] == ["..", ".."]
    kept = ["marts 2022", "30. november 2019", "31/12/23", "kan ikke afgøres"]
    assert [told(one) for one in kept] == kept


def test_a_verdict_that_rests_on_enough_persons_keeps_its_badge():
    enough = Thing("tal", of_persons=True, rests_on=(first(40),))
    assert cell_of(enough.resting(Verdict.BEHIND), "", None, "ok").shown == badge(Verdict.BEHIND)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (first(4) + first(9), "et skjult antal personer"),
        (share(first(3), first(40)), "en skjult andel"),
        (estimated(3.1, "måneder", people=first(9)), "et skjult antal måneder"),
        (estimated(3e6, "mio. kr.", people=first(9)), "et skjult beløb"),
        (span(*share_range(first(84), first(87)), "%"), "skjult"),
    ],
)
def test_a_sentence_a_caption_and_an_alt_text_say_in_words_what_is_hidden(number, said):
    cell = replace(cell_of(number, "", None, "ok"), shown="..", state="hidden")
    assert number_in("tal", "x", cell, number) == said_of(cell, number) == said


# ---------------------------------------------------------------- one who has never heard of it


def of_his_own(figure, values):
    """Could draw anything."""


@pytest.mark.parametrize("label", ["Kvinder (500)", "7 personer", "N=7", ("Alle", "i alt 12")])
def test_a_label_that_says_a_number_is_refused_and_told_what_to_write(label):
    with pytest.raises(PageError, match=r"its words; a text, a caption .* names its numbers in braces"):
        OF_PERSONS.refuse_labels("", label)


@pytest.mark.parametrize(
    "label", ["25–34", "42 til under 48", "60+", "Fra uge 53", "12 måneder", "2020", "marts 2021", 3]
)
def test_a_label_that_says_a_band_a_time_or_a_day_is_let_through(label):
    OF_PERSONS.refuse_labels("", label)


def test_a_figure_about_persons_is_drawn_by_the_book_s_own_functions_only():
    with pytest.raises(PageError, match=r"use one of afkast\.report\.charts or month_charts"):
        OF_PERSONS.refuse_drawing(of_his_own)
    OF_PERSONS.refuse_drawing(lines_by_month("personer"))
    Thing("tal").refuse_drawing(of_his_own)


@pytest.mark.parametrize(
    ("value", "to_write"),
    [
        (
            364,
            r"write persons_in\(frame\) instead of len\(frame\), and persons_by\(frame, column\)",
        ),
        (Quantity(0.22, "%"), r"write share\(part, whole\) of two persons_in, or estimated\("),
        ("22 %", r'names its numbers in braces, as "Der er \{n\}\."'),
    ],
)
def test_a_refusal_tells_what_to_write_instead(value, to_write):
    with pytest.raises(PageError, match=to_write):
        OF_PERSONS.refuse_numbers("n", value)


def test_a_series_is_refused_in_words_and_rows_of_dates_are_hidden_of_nothing():
    with pytest.raises(PageError, match=r"make one of a series with \.to_frame"):
        units_of(pd.Series([1]), "personer", {}, {})
    assert shown({"dag": [pd.Timestamp("2020-03-31")]}, unit="") == [["31. marts 2020"]]


def test_counts_are_added_by_sum():
    both = sum([first(40), persons_in(PEOPLE.iloc[40:100])])
    assert both == first(100) and both.digest == first(100).digest


@pytest.mark.parametrize(
    "words",
    [
        "Der er tre borgere tilbage.",
        "Heraf fire unge kvinder.",
        "Tre",
        "I 2019 borgere.",
        "Kun ③ blev, og Ⅳ gik.",
        "Den sidste stoppede 8. maj 2019.",
        "Den 8/5/19.",
    ],
)
def test_a_number_in_letters_or_other_signs_and_the_day_of_somebody_are_refused(words):
    for thing in (OF_PERSONS, BESIDE):
        with pytest.raises(PageError, match=r"a number of persons in its words|digits in its words|has a day"):
            thing.refuse_digits("", words)


@pytest.mark.parametrize(
    "words", ["De to grupper følges i tre måneder.", "Til og med 31. maj 2019.", "Fra 1. juni 2019.", "I juni 2019."]
)
def test_what_is_no_number_of_persons_and_no_day_of_anybody_may_be_said(words):
    OF_PERSONS.refuse_digits("", words)


def test_a_day_of_the_strategy_may_be_said_and_another_may_not():
    thing = replace(OF_PERSONS, own_words=forms_of(date(2019, 5, 8)))
    for value in (date(2019, 5, 8), pd.Timestamp("2019-05-08"), "8. maj 2019", "8/5/19"):
        thing.refuse_numbers("x", value)
        with pytest.raises(PageError, match="'x' of 'tal' has a day that is neither the page's nor a month's"):
            OF_PERSONS.refuse_numbers("x", value)


@pytest.mark.parametrize(
    "value", [Decimal(3), Fraction(3), True, pd.Timedelta(days=3), ["a", "b", "c"], Link("22 kvinder", "a.html")]
)
def test_a_value_of_a_kind_that_could_say_a_number_is_refused(value):
    with pytest.raises(PageError, match="'x' of 'tal'"):
        OF_PERSONS.refuse_numbers("x", value)


@pytest.mark.parametrize("unit", ["personer", "sager"])
def test_a_number_of_persons_is_not_said_to_be_estimated(unit):
    with pytest.raises(PageError, match="is said to be estimated and is a number of persons"):
        OF_PERSONS.refuse_numbers("x", estimated(23, unit, people=first(84)))
    OF_PERSONS.refuse_numbers("x", estimated(23, unit, TENS, people=first(84)))


@pytest.mark.parametrize("labels", [[3, 14], [60, 120], [7], [3.5, 4.5], [20, 21]])
def test_sizes_of_groups_are_no_labels(labels):
    with pytest.raises(PageError, match="'label of row' of 'tal' are numbers that may be counts"):
        shown({"a": ["x"] * len(labels)}, index=labels)


@pytest.mark.parametrize("labels", [[0, 1, 2], [1, 2, 3], [0, 6, 12], [20, 25, 30], [2019, 2021], [12]])
def test_years_steps_and_given_numbers_are_labels(labels):
    assert shown({"a": ["x"] * len(labels)}, index=labels)


def test_a_label_that_is_refused_is_not_repeated():
    with pytest.raises(PageError) as refused:
        shown({"a": ["x"]}, index=["07af3d"])
    assert "label of row 1" in str(refused.value) and "07af3d" not in str(refused.value)


def test_what_few_are_called_is_told_as_the_rest_unless_the_page_names_it():
    kinds = ["almindelig"] * 20 + ["sjælden"] * 3 + ["enestående"]
    people = PEOPLE.head(24).assign(kind=kinds)
    counted = persons_by(people, "kind")
    assert {label: one.number for label, one in counted.items()} == {"almindelig": 20, "Øvrige": 4}
    named = persons_by(people, "kind", ["almindelig", "sjælden"])
    assert [one.number for one in named] == [20, 3]


def test_a_count_whose_persons_are_not_known_is_told_in_tens():
    assert cell_of(Count(23.0), "", None, "ok").shown == "20\u00a0personer"


def test_files_and_their_rows_are_counted_on_a_page_about_all_alone():
    replace(OF_PERSONS, about_all=True).refuse_numbers("x", Quantity(7, "filer"))
    with pytest.raises(PageError):
        OF_PERSONS.refuse_numbers("x", Quantity(7, "filer"))
