"""A strategy's front page: what it takes from the pages, that it says no more than they, and how it is chosen."""

import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from municipality import STRATEGY, municipality
from test_lives import Book, digits, words

from afkast.analysis.targets import Verdict
from afkast.edition.check import check
from afkast.edition.paper import SHEET_MM, Block, laid_out, sheets, too_long
from afkast.errors import PageError
from afkast.report.danish import Quantity, written
from afkast.report.filed import Number, published
from afkast.report.told import GAIN, SAVING, GoalTold, amount, between, counted, key_figure
from afkast.strategy import load_strategies

MIX = ("economics", "full_year_persons", "business_case", "survival_effects", "savings_compared", "cohort_status")


@pytest.fixture(scope="module")
def mix(tmp_path_factory):
    data = municipality(*MIX)
    pages = {page["id"]: page for page in data.strategies[STRATEGY]["pages"]}
    pages["economics"]["area"] = pages["business-case"]["area"] = "economics"
    pages["survival-effects"]["area"] = "effect"
    book = Book(data, tmp_path_factory.mktemp("mix") / "strandlev")
    for notebook in MIX:
        book.page(notebook)
    return book


def strategy_in(book):
    return load_strategies(book.project)[STRATEGY]


@pytest.fixture
def chosen(mix):
    """Puts a `front` into the strategy's file for a while."""
    path = mix.project.strategies / f"{STRATEGY}.yml"
    was = path.read_text("utf-8")
    yield lambda front: path.write_text(f"{was}\nfront:\n{front}", "utf-8") and None
    path.write_text(was, "utf-8")


# ---------------------------------------------------------------- words instead of signs


def number(value, unit="mio. kr.", digits=None):
    return Number(written(Quantity(value, unit, digits)), value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (-2.189e6, "tab på 2,2 mio. kr."),
        (0.6e6, "gevinst på 0,6 mio. kr."),
        (-1.0, "hverken gevinst eller tab"),
        (None, "ikke gjort op"),
    ],
)
def test_an_amount_is_a_gain_or_a_loss_of_what_the_page_shows(value, told):
    assert amount(number(value)).replace("\u00a0", " ") == told


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-5.6e6, -3.3e6, "tab på mellem 3,3 og 5,6 mio. kr."),
        (-0.3e6, 1.3e6, "fra et tab på 0,3 til en gevinst på 1,3 mio. kr."),
        (10_000.0, 1.3e6, "gevinst på mellem under 0,1 og 1,3 mio. kr."),
        (None, 1.3e6, ""),
    ],
)
def test_an_interval_is_told_smallest_first(low, high, told):
    assert between(number(low), number(high)).replace("\u00a0", " ") == told


def test_what_is_no_amount_keeps_its_own_word_and_what_was_hidden_stays_as_it_was_hidden():
    assert (
        amount(number(-0.0016, "pct.point", 2), ("dårligere", "bedre")).replace("\u00a0", " ")
        == "0,16 pct.point dårligere"
    )
    assert amount(Number("1–4", None), SAVING) == "1–4"


@given(st.floats(-9e8, 9e8), st.floats(-9e8, 9e8))
def test_no_sign_is_left_and_no_digit_is_added(one, other):
    low, high = sorted((one, other))
    for told in (amount(number(low)), amount(number(high)), between(number(low), number(high), GAIN)):
        assert not re.search(r"[−+-]", told)
        shown = digits(written(Quantity(low, "mio. kr."))) | digits(written(Quantity(high, "mio. kr.")))
        assert digits(told) <= shown | {"0,1"}


@given(st.lists(st.sampled_from(list(Verdict)), min_size=2))
def test_the_goals_of_each_verdict_are_counted(verdicts):
    said = counted(verdicts)
    for word in Verdict:
        count = verdicts.count(word)
        assert (word.value in said) == (count > 0)
        if 0 < count < len(verdicts):
            assert re.search(rf"\b{count}\b", said)


# ---------------------------------------------------------------- many pages; one of each stands in test_lives.py


def test_a_front_page_of_many_pages_has_every_part_and_no_number_that_no_page_shows(mix):
    front = mix.front()
    assert [id for id in front if not id.startswith("kontrol-")] == [
        "dommen",
        "noegletal",
        "figurer",
        "maalene",
        "forbehold",
        "tabeller",
        "vejen-videre",
    ]
    assert mix.says_more(front) == set()
    assert len(front["noegletal"]["told"]) == 4
    assert len(front["figurer"]["items"]) == 2
    assert {row["label"] for row in front["maalene"]["rows"]} == {goal.text for goal in strategy_in(mix).goals}
    ids = re.findall(r'id="([^"]*)"', " ".join(item["html"] for item in front.values()))
    assert len(ids) == len(set(ids))


def test_what_a_front_page_files_is_not_counted_again(mix):
    mix.front()
    assert "index" not in set(published(mix.project.pages)["page"])


def test_a_page_that_is_not_in_this_edition_is_named_and_not_linked(mix, chosen):
    chosen("  tables: [business-case/opfoelgning, economics/forbrug]\n")
    path = mix.project.pages / STRATEGY / "business-case.ipynb"
    was = path.read_text("utf-8")
    path.unlink()
    try:
        front = mix.front()
    finally:
        path.write_text(was, "utf-8")
    assert "Mangler i denne udgave: Siden business-case." in words(front["vejen-videre"])
    assert "business-case.html" not in " ".join(item["html"] for item in front.values())
    assert front["tabeller"]["items"] == ["economics/forbrug"]


# ---------------------------------------------------------------- what is chosen


def test_a_strategy_chooses_and_its_own_words_get_the_filed_digits(mix, chosen):
    chosen(
        "  key_figures:\n"
        "    - business-case/nettogevinst\n"
        "    - {text: economics/forbruget, name: Brugt, number: '{spent}', against: 'Ventet {expected}', sure: Talt}\n"
        "  figures: [full-year-persons/udvikling]\n"
        "  tables: []\n"
        "  reservations: [Tallene er nye., economics/forbruget]\n"
    )
    front = mix.front()
    spent = mix.pages["economics"]["forbruget"]["numbers"]["spent"]["shown"]
    assert front["noegletal"]["told"][1]["cells"][0]["shown"] == spent
    assert len(front["noegletal"]["told"]) == 2
    assert front["figurer"]["items"] == ["full-year-persons/udvikling"]
    assert "tabeller" not in front
    assert front["forbehold"]["said"][0] == "Tallene er nye."
    assert "to forbehold" in words(front["forbehold"])


@pytest.mark.parametrize(
    ("front", "told"),
    [
        ("  figures: [economics/findes-ikke]\n", "shows no figure of the name"),
        ("  key_figures: [economics/forbruget]\n", "give it name, number, against and sure"),
        (
            "  key_figures: [{text: economics/forbruget, name: a, number: '{brugt}', against: b, sure: c}]\n",
            "has filed no brugt; it has year, spent",
        ),
    ],
)
def test_what_no_page_has_filed_stops_the_front_page(mix, chosen, front, told):
    chosen(front)
    with pytest.raises(PageError, match=re.escape(told)):
        mix.front()


@pytest.mark.parametrize(
    ("front", "told"),
    [
        ("  figures: [oekonomi/udvikling]\n", "the strategy has no page 'oekonomi'; it has economics"),
        ("  figures: [economics/nettobudget]\n", "notebook economics shows no figure of the name; it shows"),
        ("  tables: [economics/nettobudgett]\n", "Did you mean 'nettobudget'?"),
        ("  reservations: [economics/ingen]\n", "shows no text of the name"),
        ("  figures: [economics]\n", "front.figures.0"),
        ("  charts: [economics/udvikling]\n", "unknown key"),
    ],
)
def test_check_tells_what_no_page_can_provide(mix, chosen, front, told):
    assert check(mix.project).faults == ()
    chosen(front)
    [fault] = check(mix.project).faults
    assert told in fault.sentence
    assert re.match(rf"{STRATEGY}\.yml:\d+: ", fault.sentence)


def test_check_lets_pass_what_the_pages_show(mix, chosen):
    chosen(
        "  tables: [economics/nettobudget, business-case/maal-realiseret-besparelse-aar]\n"
        "  verdict: survival-effects/forskellen\n"
    )
    assert check(mix.project).faults == ()


# ---------------------------------------------------------------- on paper


@pytest.mark.parametrize(
    ("decided", "unit", "digits", "told"),
    [
        (3_000_000.0, "mio. kr.", 1, "besparelse på 3 mio. kr."),
        (2_950_000.0, "mio. kr.", 1, "besparelse på 3,0 mio. kr."),  # rounded: not exactly 3
        (488.0, "helårspersoner", 1, "besparelse på 488 helårspersoner"),
        (488.5, "helårspersoner", 1, "besparelse på 488,5 helårspersoner"),
    ],
)
def test_a_target_has_decimals_where_it_is_not_whole_in_its_own_unit(decided, unit, digits, told):
    words = {"verdict": "bagud", "goal_below": "merudgift", "goal_above": "besparelse"}
    numbers = {name: Number(one, one) for name, one in words.items()} | {"goal_against": number(decided, unit, digits)}
    found = GoalTold(SimpleNamespace(numbers=numbers))
    assert found.target.replace("\N{NO-BREAK SPACE}", " ") == told


def test_blocks_are_laid_on_sheets_and_what_has_no_room_is_moved():
    assert laid_out([]) == 1
    assert laid_out([Block((SHEET_MM,))]) == 1
    assert laid_out([Block((SHEET_MM - 1,)), Block((2.0,))]) == 2
    assert laid_out([Block((SHEET_MM - 1, 2.0, SHEET_MM - 2))]) == 2
    assert laid_out([Block((2.5 * SHEET_MM,))]) == 3


def test_a_front_page_of_more_than_two_sheets_is_told(mix, chosen):
    mix.front()
    assert too_long(mix.project.pages, strategy_in(mix)) == []
    every = [
        f"{page}/{item['id']}"
        for page, shown in mix.pages.items()
        for item in shown.values()
        if item["kind"] == "table"
    ]
    figures = [
        f"{page}/{item['id']}"
        for page, shown in mix.pages.items()
        for item in shown.values()
        if item["kind"] == "figure"
    ]
    chosen(f"  tables: [{', '.join(every[:8])}]\n  figures: [{', '.join(figures[:4])}]\n")
    mix.front()
    assert sheets(mix.project.pages, strategy_in(mix)) > 2
    [told] = too_long(mix.project.pages, strategy_in(mix))
    assert told.startswith(f"{STRATEGY}.yml: the front page takes about")


@pytest.mark.parametrize(
    ("of", "sides", "low", "high", "said"),
    [
        ("ventes", ("", ""), 506.1, 507.4, ": ventes mellem 506,1 og 507,4 personer"),
        ("", ("", ""), 506.1, 507.4, ". Usikkerhed: mellem 506,1 og 507,4 personer"),
        ("ventes", SAVING, 2.0, 2.3, ": ventes en besparelse på mellem 2,0 og 2,3 personer"),
        ("ventes", SAVING, -2.3, -2.0, ": ventes en merudgift på mellem 2,0 og 2,3 personer"),
    ],
)
def test_an_interval_of_the_year_s_end_does_not_stand_beside_the_number_to_date_as_its_own(of, sides, low, high, said):
    def number(value):
        digits = f"{value:.1f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")
        return Number(f"{digits}\N{NO-BREAK SPACE}personer", value)

    words = {"verdict": "bagud", "certainty": "sikker", "goal_interval_of": of}
    words |= {"goal_below": sides[0], "goal_above": sides[1]}
    numbers = {name: Number(one, one) for name, one in words.items()}
    told = GoalTold(SimpleNamespace(numbers=numbers | {"goal_low": number(low), "goal_high": number(high)}))
    assert told.sure.replace("\N{NO-BREAK SPACE}", " ") == f"Sikker{said.replace('. Usikkerhed', '')}"
    assert told.judged.replace("\N{NO-BREAK SPACE}", " ") == f"Bagud, og det er sikkert{said}"


def test_a_target_that_is_no_amount_is_in_its_page_s_words_and_beside_a_number_stands_what_it_was_a_year_before():
    words = {"verdict": "kan ikke afgøres", "goal_in_words": "bedre end i hele landet", "goal_year": "2019"}
    numbers = {name: Number(one, one) for name, one in words.items()}
    numbers |= {"goal_reading": Number("453\N{NO-BREAK SPACE}personer", 453.0), "goal_against": Number("0,0", 0.0)}
    before = {"goal_before": Number("321\N{NO-BREAK SPACE}personer", 321.0)}
    alone, both = (GoalTold(SimpleNamespace(numbers=one)) for one in (numbers, numbers | before))
    assert alone.held_against == "Mål til dato: bedre end i hele landet"
    assert (alone.reached, both.reached) == tuple(
        f"453\N{NO-BREAK SPACE}personer (2019){more}" for more in ("", "; året før 321")
    )
    del numbers["goal_in_words"], numbers["goal_against"]
    without = GoalTold(SimpleNamespace(numbers=numbers | before))
    assert without.held_against == "Målet har intet tal; året før 321"
    numbers["goal_worth"] = Number("41\N{NO-BREAK SPACE}fuldtidspersoner", 41.0)
    numbers["goal_worth_of_share"] = Number("8\N{NO-BREAK SPACE}fuldtidspersoner", 8.0)
    in_persons = GoalTold(SimpleNamespace(numbers=numbers))
    worth = "Svarer til 41\N{NO-BREAK SPACE}fuldtidspersoner (som andel af befolkningen 8)"
    assert in_persons.held_against == f"{worth}. Målet har intet tal"


@pytest.mark.parametrize(
    ("certainty", "by", "said"),
    [
        ("sikker", "", ""),
        ("kan vende", "en skjult forskel", ", men en skjult forskel kan vende det"),
        ("kan vende", "", ""),  # by chance alone, which the interval has told
    ],
)
def test_a_result_that_may_turn_outside_its_interval_says_by_what(certainty, by, said):
    numbers = {"net_gain": -9.0e6, "low": -10.5e6, "high": -7.5e6, "expected": -0.3e6}
    told = {
        name: Number(f"{abs(one) / 1e6:.1f}\N{NO-BREAK SPACE}mio. kr.".replace(".", ",", 1), one)
        for name, one in numbers.items()
    }
    told |= {"certainty": Number(certainty, certainty), "turned_by": Number(by, by)}
    figure = key_figure(SimpleNamespace(id="nettogevinst", place="a/nettogevinst", numbers=told), "", "")
    whole = "Med 95 % sikkerhed et tab på mellem 7,5 og 10,5 mio. kr."
    assert figure.sure.replace("\N{NO-BREAK SPACE}", " ") == whole + said
