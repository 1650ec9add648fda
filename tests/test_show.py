"""The door out: what is shown is escaped, hidden, explained and filed, and nothing else gets through."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from conftest import as_read

from afkast.analysis.economics import net_gain
from afkast.analysis.targets import Verdict
from afkast.errors import DataError, PageError
from afkast.intake import Snapshot
from afkast.notebook import Need
from afkast.project import Project
from afkast.report import show
from afkast.report.about_persons import Thing
from afkast.report.cells import Link
from afkast.report.counts import estimated, persons_in
from afkast.report.danish import Given, Quantity, Words
from afkast.report.filed import filed, headlines, published
from afkast.report.month_charts import MARKS
from afkast.report.paper_sign import as_shown
from afkast.report.show import Page, clause

ROOT = Path(__file__).resolve().parents[1]
NASTY = "<script>alert(1)</script> \"q\" 'a' & **fed** `kode` {x} [l](http://h) $y$ | #"


def entry(file, table, source, extracted_on, synthetic):
    return {
        "file": file,
        "table": table,
        "source": source,
        "extracted_on": extracted_on,
        "synthetic": synthetic,
        "published": False,
    }


FILES = [
    entry("opus.txt", "ledger", "KMD Opus", "2019-12-09", True),
    entry("budget.xlsx", "budget", "Budgetopfølgning", "2019-12-01", False),
    entry("budget.xlsx", "targets", "Målark", "2019-12-01", False),
    entry("fasit.csv", "spells", "Fasit", "2022-02-28", True),
]
EXAMPLE = Project(ROOT, ROOT / "data" / "example")
OPUS = pd.DataFrame({"file": ["opus.txt", "opus.txt"]})


class Element:
    """An element of the page: its tag, attributes, and all text in it."""

    def __init__(self, tag, attributes):
        self.tag, self.attributes, self.text = tag, attributes, ""

    def __repr__(self):
        return f"<{self.tag} {self.attributes}>{self.text}"


class Reading(HTMLParser):
    """What a browser makes of the HTML, in order."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self._open = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        element = Element(tag, dict(attributes))
        self.elements.append(element)
        if tag not in ("img", "source", "br"):
            self._open.append(element)

    def handle_endtag(self, tag):
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data):
        for element in self._open:
            element.text += data

    def all(self, tag, of_class=""):
        return (
            [e for e in self.elements if e.tag == tag and of_class in (e.attributes.get("class") or "").split(" ")]
            if of_class
            else [e for e in self.elements if e.tag == tag]
        )

    def one(self, tag, of_class=""):
        (element,) = self.all(tag, of_class)
        return element

    def texts(self, tag, of_class=""):
        return [element.text.replace("\u00a0", " ") for element in self.all(tag, of_class)]


class Shown:
    """A page, and what came out of its door."""

    def __init__(self, files=FILES):
        project = Project(Path("nowhere"), Path("nowhere"))
        self.page = Page(project, Snapshot(Path("nowhere"), {"files": files}), date(2019, 11, 30), None, "side")
        self.outputs = []

    @property
    def html(self):
        return as_read(str(self.outputs[-1]["data"]["text/html"]))

    @property
    def read(self):
        return Reading(self.html)

    @property
    def filed(self):
        return dict(self.outputs[-1]["metadata"]["afkast"])

    @property
    def notebook(self):
        return {"cells": [{"outputs": self.outputs}, {"cell_type": "markdown"}]}

    def table(self, values, **how):
        self.page.show_table("tabel", values, **{"caption": "Tabel.", "source": OPUS, **how})
        return self.read

    def text(self, text, **names):
        how = {one: names.pop(one) for one in ("source", "headline", "code", "filed", "of") if one in names}
        self.page.show_text("tekst", text, names, **how)
        return self.read

    def figure(self, values, names=None, **how):
        how = {"caption": "Figur.", "alt": "Alt.", "unit": "personer", "source": OPUS, **how}
        self.page.show_figure("figur", values, how.pop("draw", draw_nothing), names=names, **how)
        return self.read


def draw_nothing(figure, values):
    figure.subplots().plot([0, 1])


@pytest.fixture
def door(monkeypatch):
    shown = Shown()

    def display(data, raw, metadata):
        assert raw
        shown.outputs.append({"data": data, "metadata": metadata})

    monkeypatch.setattr(show, "display", display)
    return shown


def cells(reading):
    """The cells; an empty corner is none, and no heading either."""
    return [one.text.replace("\u00a0", " ") for one in below(reading)]


WORDS = pd.DataFrame({"Vurdering": ["bagud", "nået"], "Hvor sikkert": ["sikker", ""]}, ["A", "B"])


def test_a_table_of_words_is_laid_down_on_a_phone_and_each_cell_says_its_heading(door):
    read = door.table(WORDS.assign(Antal=[7.0, 8.0]), corner="Mål")
    assert [one for one in read.all("div") if "afkast-laid" in one.attributes.get("class", "")]
    assert [one.attributes["data-h"] for one in read.all("td")] == ["Vurdering", "Hvor sikkert", "Antal"] * 2
    # a block is no row to a screen reader unless it says so
    roles = {one.tag: one.attributes["role"] for name in ("table", "tr", "td") for one in read.all(name)}
    assert roles == {"table": "table", "tr": "row", "td": "cell"}
    assert {one.attributes["role"] for one in read.all("th")} == {"columnheader", "rowheader"}


@pytest.mark.parametrize(
    "words",
    [
        WORDS[["Vurdering"]],
        WORDS[["Vurdering"]].assign(Antal=[7.0, 8.0], Andel=[0.1, 0.2]),
        WORDS[["Vurdering"]].assign(Trykt=["1.910", "-3"], Bogen=["1.910", "−3"]),
    ],
)
def test_numbers_with_a_column_of_short_words_stay_a_table(door, words):
    read = door.table(words, corner="Mål")
    assert not any("afkast-laid" in one.attributes.get("class", "") for one in read.all("div"))
    assert not any("role" in one.attributes for one in read.all("td"))


@pytest.mark.parametrize(
    "values",
    [
        # as a goal's years: the verdict stands beyond the numbers, where a phone does not reach
        pd.DataFrame(
            {"Mål": [7.0, 8.0], "Til dato": [3.0, 4.0], "Opgjort": [2.0, 4.0], "Vurdering": ["bagud", "nået"]}
        ),
        pd.DataFrame([[1_234_567.0] * 6] * 2, columns=list("abcdef")),
        pd.DataFrame(
            [[1.0, 2.0, 3.0]] * 2, columns=["Kontanthjælpsmodtagere", "Ressourceforløb", "Førtidspensionister"]
        ),
    ],
    ids=["words beside three numbers", "long numbers", "long headings"],
)
def test_a_table_whose_end_a_phone_does_not_reach_is_laid_down_where_it_has_few_rows(door, values):
    read = door.table(values.set_axis(["A", "B"]), corner="År")
    assert any("afkast-laid" in one.attributes.get("class", "") for one in read.all("div"))


@pytest.mark.parametrize(("number", "rows"), [(1.0, 5), (1_234_567.0, 13)], ids=["narrow", "many to compare"])
def test_numbers_that_a_phone_has_room_for_or_that_are_many_stay_a_table(door, number, rows):
    read = door.table(pd.DataFrame([[number] * 6] * rows, list("ABCDEFGHIJKLM")[:rows], list("abcdef")), corner="År")
    assert not any("afkast-laid" in one.attributes.get("class", "") for one in read.all("div"))


def test_one_column_of_sentences_is_laid_down(door):
    values = pd.DataFrame({"Definition": ["fuldtidspersoner på offentlig forsørgelse", "kort"]}, ["A", "B"])
    read = door.table(values, corner="Mål")
    assert any("afkast-laid" in one.attributes.get("class", "") for one in read.all("div"))


def below(reading):
    return [one for one in reading.all("td") if one.attributes.get("class") != "corner"]


# ---------------------------------------------------------------- text is text


def test_whatever_is_in_a_tables_words_appears_as_text(door):
    values = pd.DataFrame({NASTY: [NASTY, 1.0]}, index=["a " + NASTY, "b"], dtype=object)
    read = door.table(values, caption=NASTY, corner=NASTY, notes=[NASTY])
    assert read.all("script") == []
    assert read.one("caption").text.startswith(NASTY)
    assert read.texts("th") == [NASTY, NASTY, "a " + NASTY, "b"]
    assert cells(read)[0] == NASTY
    assert read.texts("p", "afkast-note") == [NASTY]
    assert read.all("strong") == read.all("code") == read.all("a") == []


def test_whatever_is_in_a_quantity_link_or_source_appears_as_text(door):
    files = [entry("opus.txt", "ledger", NASTY, "2019-12-09", False)]
    door.page.snapshot.manifest["files"] = files
    link = Link(NASTY, 'side.html" onclick="alert(1)')
    read = door.text("Om {name} og {link}.", name=NASTY, link=link)
    assert read.all("script") == read.all("strong") == read.all("code") == []
    assert read.one("p").text == f"Om {NASTY} og {NASTY}."
    assert read.one("a").attributes == {"href": link.href}
    read = door.table(pd.DataFrame({"a": [1.0]}, index=pd.Index([link], dtype=object)))
    assert (read.one("a").text, read.one("a").attributes) == (NASTY, {"href": link.href})
    assert door.filed["rows"][0]["label"] == NASTY
    assert read.one("span", "afkast-source").text == f"Kilde: {NASTY} · data pr. 9.\u00a0december 2019"


def test_whatever_is_in_a_figures_words_appears_as_text(door):
    values = pd.DataFrame({NASTY: [10, 20]}, index=["a", NASTY])
    read = door.figure(values, caption=NASTY, alt="Se {it}", names={"it": NASTY}, notes=[NASTY])
    assert read.all("script") == []
    assert read.one("img").attributes["alt"] == f"Se {NASTY}"
    assert set(read.one("img").attributes) == {"alt", "src"}
    assert read.one("figcaption").text.startswith(f"Se {NASTY} {NASTY}")


def test_html_in_a_notebooks_own_sentence_appears_as_text_and_markdown_as_markup(door):
    read = door.text("**Fed** <b>{x}</b>", x="ord")
    assert read.one("strong").text == "Fed"
    assert read.one("p").text == "Fed <b>ord</b>"


def test_a_quantity_that_looks_like_another_ones_name_stays_as_it_is(door):
    read = door.text("{a} {b} {a}", a="{b}", b="{a}")
    assert read.one("p").text == "{b} {a} {b}"


# ---------------------------------------------------------------- sentences


def test_a_sentence_files_the_numbers_that_it_shows(door):
    read = door.text(
        "{verdict} Der er brugt {spent} pr. {until}, {share} af {what}.",
        source=OPUS,
        headline=True,
        verdict=Verdict.BEHIND,
        spent=Quantity(-1_297_000.4, "mio. kr."),
        until=date(2019, 11, 30),
        share=Quantity(0.0965, "%"),
        what="budgettet",
    )
    assert read.one("p").text.replace("\u00a0", " ") == (
        "bagud Der er brugt −1,3 mio. kr. pr. 30. november 2019, 10 % af budgettet."
    )
    assert door.filed == {
        "id": "tekst",
        "kind": "text",
        "headline": True,
        "files": ["opus.txt"],
        "tables": ["ledger"],
        "synthetic": True,
        "numbers": {
            "verdict": {"value": "bagud", "unit": "", "shown": "bagud"},
            "spent": {"value": -1_297_000.4, "unit": "mio. kr.", "shown": "−1,3\u00a0mio. kr."},
            "until": {"value": "2019-11-30", "unit": "", "shown": "30.\u00a0november 2019"},
            "share": {"value": 0.0965, "unit": "%", "shown": "10\u00a0%"},
            "what": {"value": "budgettet", "unit": "", "shown": "budgettet"},
        },
    }


@pytest.mark.parametrize(
    ("verdict", "css"),
    [
        (Verdict.REACHED, "verdict-reached"),
        (Verdict.ON_TRACK, "verdict-on-track"),
        (Verdict.BEHIND, "verdict-behind"),
        (Verdict.UNDECIDED, "verdict-undecided"),
    ],
)
def test_a_verdict_is_a_badge_with_its_word(door, verdict, css):
    badge = door.text("{verdict} Videre.", verdict=verdict).one("span", "verdict")
    assert (badge.text, badge.attributes["class"]) == (verdict.value, f"verdict {css}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Det er {a}.", "Det er 3 kr."),
        ("Det er {a}. Og {a}, og {b}.", "Det er 3 kr. Og 3 kr., og 50 %."),
        ("{a}.", "3 kr."),
    ],
)
def test_an_abbreviation_at_the_end_of_a_sentence_has_one_full_stop(door, text, shown):
    quantities = {"a": Quantity(3, "kr."), "b": Quantity(0.5, "%")}
    quantities = {name: quantities[name] for name in quantities if f"{{{name}}}" in text}
    assert door.text(text, **quantities).one("p").text.replace("\u00a0", " ") == shown
    alt = door.figure(pd.DataFrame({"a": [10]}), alt=text, names=quantities).one("img").attributes["alt"]
    assert alt.replace("\u00a0", " ") == shown


def test_what_is_not_known_is_said_and_filed_as_nothing(door):
    assert door.text("Gevinst: {gain}", gain=Quantity(None, "mio. kr.")).one("p").text == "Gevinst: ikke opgjort"
    assert door.filed["numbers"]["gain"] == {"value": None, "unit": "mio. kr.", "shown": "ikke opgjort"}


@pytest.mark.parametrize("where", ["text", "alt"])
def test_a_text_that_asks_for_what_it_is_not_given_is_an_error(door, where):
    with pytest.raises(PageError, match="gain"):
        if where == "text":
            door.text("{spent} {gain}", spent="en")
        else:
            door.figure(pd.DataFrame({"a": [10]}), alt="{gain}")
    assert door.outputs == []


def test_a_name_that_no_clause_asks_for_stops_the_page_and_a_clause_not_shown_asks_too(door):
    with pytest.raises(PageError, match="is given headlin, which no clause of it asks for"):
        door.text("Der er {a}.", a="en", headlin="to")
    text = "Der er {a}" + clause(False, " og {b}") + clause(True, clause(False, " {c}", " slet") + " ikke") + "."
    assert door.text(text, a="en", b="to", c="tre").one("p").text == "Der er en slet ikke."
    with pytest.raises(PageError, match="asks for b"):
        door.text("{a}" + clause(True, " og {b}"), a="en")
    assert door.text("{a}" + clause(False, " og {b}"), a="en").one("p").text == "en"


def test_what_is_filed_with_a_text_is_not_said_in_it(door):
    assert door.text("Der er {a}.", a="en", filed={"low": Quantity(1, "kr.")}).one("p").text == "Der er en."
    assert door.filed["numbers"]["low"] == {"value": 1, "unit": "kr.", "shown": "1\u00a0kr."}


def test_a_formulas_function_is_printed_under_the_sentence(door):
    read = door.text("Sådan regnes den.", code=net_gain)
    assert "return saving - investment" in read.one("pre").text


def test_only_headlines_are_repeated_at_the_top_and_without_their_ids(door):
    door.text("Først.")
    door.text("Vigtigt: {x}.", headline=True, x="5")
    (headline,) = headlines(door.notebook)
    assert "Vigtigt: 5." in as_read(headline)
    assert "id=" not in headline
    assert [item["headline"] for item in filed(door.notebook)] == [False, True]


def test_the_verdict_stands_first_among_the_headlines(door):
    door.text("Forudsætningen.", headline=True)
    door.text("Resultatet.", headline=True)
    door.text("{verdict} Målet.", headline=True, verdict=Verdict.BEHIND)
    assert [re.search(r"Målet|Forudsætningen|Resultatet", one)[0] for one in headlines(door.notebook)] == [
        "Målet",
        "Forudsætningen",
        "Resultatet",
    ]


# ---------------------------------------------------------------- tables


def test_a_tables_cells_are_written_in_the_unit_of_table_column_or_row(door):
    values = pd.DataFrame({2019: [542_000, 3.25, -0.024], "Pris": [1_500, 7, 0.5]}, index=["Kr", "Antal", "Andel"])
    read = door.table(
        values, unit="1.000 kr.", column_units={"Pris": "kr."}, row_units={"Andel": "%", "Antal": ("måneder", 1)}
    )
    assert cells(read) == ["542", "1.500", "3,3", "7,0", "−2 %", "50 %"]
    assert [[cell["unit"] for cell in row["cells"]] for row in door.filed["rows"]] == [
        ["1.000 kr.", "kr."],
        ["måneder", "måneder"],
        ["%", "%"],
    ]


def test_what_is_filed_is_what_is_shown(door):
    values = pd.DataFrame({"a": [1_048.0, None], "b": [3.0, 7.5]}, index=["Én", "To"])
    read = door.table(values, unit=("kr.", 1), caption="Det hele.")
    assert door.filed["caption"] == "Det hele."
    assert door.filed["columns"] == [["a"], ["b"]]
    assert [row["label"] for row in door.filed["rows"]] == ["Én", "To"]
    in_order = [cell for row in door.filed["rows"] for cell in row["cells"]]
    assert [cell["shown"] for cell in in_order] == cells(read) == ["1.048,0", "3,0", "–", "7,5"]
    assert [cell["value"] for cell in in_order] == [1_048.0, 3.0, None, 7.5]
    assert door.outputs[-1]["data"]["text/plain"] == "table tabel"


def test_two_heading_rows_span_the_columns_under_them(door):
    columns = pd.MultiIndex.from_product([[2020, 2021], ["Budget", "Realiseret"]]).append(
        pd.MultiIndex.from_tuples([("I alt", "Budget")])
    )
    read = door.table(pd.DataFrame([[10.0] * 5], index=["Investering"], columns=columns), corner="2020 p/l")
    heads = [(e.text, e.attributes["scope"], e.attributes.get("colspan")) for e in read.all("th")]
    assert heads == [
        ("2020 p/l", "col", None),
        ("2020", "colgroup", "2"),
        ("2021", "colgroup", "2"),
        ("I alt", "col", "1"),
        *[(name, "col", "1") for name in ("Budget", "Realiseret", "Budget", "Realiseret", "Budget")],
        ("Investering", "row", None),
    ]
    assert read.all("th")[0].attributes["rowspan"] == "2"
    assert door.filed["columns"][3] == ["2021", "Realiseret"]


def test_every_state_that_is_met_is_explained_once_and_no_other(door):
    values = pd.DataFrame({"a": [10.0, 20.0, 30.0, 40.0, None]}, index=list("vwxyz"))
    states = pd.DataFrame({"a": ["", "provisional", "hidden", "future", ""]}, index=values.index)
    read = door.table(values, states=states, notes=["Først."])
    assert cells(read) == ["10", "20*", "..", "", "–"]
    assert [cell.attributes["class"] for cell in below(read)] == [
        "number",
        "number provisional",
        "number hidden",
        "number future",
        "number missing",
    ]
    notes = read.texts("p", "afkast-note")
    assert notes[0] == "Først."
    assert [note.split(":")[0] for note in notes[1:]] == ["–", "..", "*"]
    assert [row["cells"][0]["value"] for row in door.filed["rows"]] == [10, 20, None, None, None]
    assert door.table(values.iloc[:1]).all("p") == []


def test_blanks_can_be_what_is_not_yet(door):
    assert cells(door.table(pd.DataFrame({"a": [1.0, None]}), blanks="future")) == ["1", ""]


def test_a_cell_that_is_said_to_be_hidden_or_has_no_date_shows_nothing_of_it(door):
    values = pd.DataFrame({"a": ["hemmeligt", pd.NaT, Quantity(None, "kr.")]}, dtype=object)
    states = pd.DataFrame({"a": ["hidden", "", ""]})
    assert cells(door.table(values, states=states)) == ["..", "–", "–"]
    assert "hemmeligt" not in json.dumps(door.outputs)


def test_a_total_stands_out(door):
    read = door.table(pd.DataFrame({"a": [1.0, 2.0]}, index=["Del", "I alt"]), totals=["I alt"])
    assert [e.attributes.get("class") for e in read.all("tr")] == [None, "plain", "total"]


def test_months_and_dates_in_labels_and_cells_are_written_in_words(door):
    values = pd.DataFrame({"Trukket": [date(2019, 12, 9)]}, index=pd.to_datetime(["2019-06-01"]), dtype=object)
    read = door.table(values)
    assert (read.texts("th"), cells(read)) == (["Trukket", "juni 2019"], ["9. december 2019"])


# ---------------------------------------------------------------- small counts


def test_a_small_count_is_nowhere_in_what_goes_out(door):
    values = pd.DataFrame({"På ydelse": [3, 57], "Ude": [61, 77], "I alt": [64, 134]}, index=["A", "B"])
    read = door.table(values, unit="personer")
    assert cells(read) == ["<5", "..", "64", "57", "77", "134"]
    first = door.filed["rows"][0]["cells"]
    assert [tuple(cell.values()) for cell in first[:2]] == [
        ("<5", None, "personer", "few"),
        ("..", None, "personer", "hidden"),
    ]
    assert "61" not in json.dumps(door.outputs)
    assert [note.split(":")[0] for note in read.texts("p", "afkast-note")] == ["<5", ".."]


def test_a_share_is_hidden_with_a_small_count_that_it_gives_away(door):
    values = pd.DataFrame(
        {"på": [3, 30], "ude": [57, 30], "andel": [0.05, 0.5], "nedre": [0.01, 0.4]}, index=["A", "B"]
    )
    behind = {share: [values["på"], values["ude"]] for share in ("andel", "nedre")}
    shares = dict.fromkeys(behind, "%")
    read = door.table(values, unit="personer", column_units=shares, behind=behind)
    assert cells(read)[:4] == ["<5", "57", "..", ".."]
    assert "".join(cells(read)[4:]).replace("\u00a0", " ") == "303050 %40 %"
    assert door.filed["rows"][0]["cells"][2]["value"] is None
    drawn = []

    def draw(figure, values):
        drawn.append(values)
        figure.subplots()

    door.figure(values, draw=draw, unit="personer", column_units=shares, behind=behind)
    assert drawn[0]["andel"].isna().tolist() == [True, False]


def test_a_share_in_a_sentence_is_hidden_with_a_small_count_behind_it(door):
    few, many = (Quantity(on / 60, "%", behind=(on, 60 - on)) for on in (3, 30))
    assert door.text("Det er {few} og {many}.", few=few, many=many).one("p").text.replace("\u00a0", " ") == (
        "Det er en skjult andel og 50 %."
    )
    assert door.filed["numbers"]["few"]["value"] is None


def test_a_hidden_number_that_begins_a_sentence_begins_it_with_a_capital(door):
    few = Quantity(3 / 60, "%", behind=(3, 57))
    said = door.text("{few} kom. **{few}** gik, og {few} blev; {few} ventede.", few=few).one("p").text
    assert said == "En skjult andel kom. En skjult andel gik, og en skjult andel blev; en skjult andel ventede."


def test_a_figure_is_drawn_from_the_numbers_as_they_are_shown(door):
    """75 of 77 drawn as 0.97402… would be told from 74 of 76."""
    drawn = []

    def draw(figure, values):
        drawn.append(values)
        figure.subplots()

    values = pd.DataFrame({"andel": [75 / 77, 1.0], "kr.": [1_234_567.8, -0.4]})
    door.figure(values, draw=draw, unit="%", column_units={"kr.": ("mio. kr.", 2)})
    assert drawn[0].to_numpy().tolist() == [[0.97, 1_230_000], [1, 0]]


def test_a_small_count_is_hidden_in_a_sentence_and_in_a_cell_of_its_own_unit(door):
    assert door.text("Der er {n}.", n=Quantity(4, "personer")).one("p").text == "Der er færre end 5 personer."
    assert door.filed["numbers"]["n"] == {"value": None, "unit": "personer", "shown": "<5"}
    assert door.text("Der er {n}.", n=Quantity(0, "personer")).one("p").text.replace("\u00a0", " ") == (
        "Der er 0 personer."
    )
    assert cells(door.table(pd.DataFrame({"a": [Quantity(2, "personer")]}, dtype=object))) == ["<5"]


def test_a_figure_draws_files_and_tells_without_the_small_counts(door):
    drawn = []

    def draw(figure, values):
        drawn.append(values)
        figure.subplots().plot(values.index, values["antal"])

    read = door.figure(pd.DataFrame({"antal": [81, 3, 9]}), draw=draw, alt="{n}", names={"n": Quantity(3, "personer")})
    assert [values["antal"].isna().tolist() for values in drawn] == [[False, True, False]] * 3
    assert read.one("img").attributes["alt"] == "Færre end 5 personer"
    assert cells(read) == ["81", "<5", "9"]
    assert [row["cells"][0]["value"] for row in door.filed["rows"]] == [81, None, 9]
    assert read.one("details").text.strip().startswith("Tallene bag figuren")


def test_groups_under_an_upper_heading_are_guarded_each_on_its_own(door):
    columns = pd.MultiIndex.from_product([["Startede", "Andre"], ["på", "ude", "alle"]])
    values = pd.DataFrame([[3, 57, 60, 200, 40, 240], [10, 50, 60, 190, 50, 240]], columns=columns)
    read = door.table(values, unit="personer")
    assert cells(read)[:6] == ["<5", "..", "60", "200", "40", "240"]


# ---------------------------------------------------------------- sources


@pytest.mark.parametrize(
    ("source", "line", "tables"),
    [
        (OPUS, "Kilde: KMD Opus (syntetiske data) · data pr. 9. december 2019", ["ledger"]),
        (["budget.xlsx"], "Kilde: Budgetopfølgning og Målark · data pr. 1. december 2019", ["budget", "targets"]),
        (
            [OPUS, pd.DataFrame({"file": ["fasit.csv"]})],
            "Kilde: Fasit og KMD Opus (syntetiske data) · data pr. 9. december 2019 og 28. februar 2022",
            ["ledger", "spells"],
        ),
        (
            ["opus.txt", "budget.xlsx"],
            "Kilde: Budgetopfølgning, Målark og KMD Opus (delvis syntetiske data) "
            "· data pr. 1. december 2019 og 9. december 2019",
            ["budget", "ledger", "targets"],
        ),
    ],
)
def test_a_table_names_its_sources_and_their_date(door, source, line, tables):
    read = door.table(pd.DataFrame({"a": ["ord"]}), source=source)
    assert read.one("span", "afkast-source").text.replace("\u00a0", " ") == line
    assert door.filed["tables"] == tables
    assert door.filed["synthetic"] is ("syntetiske" in line)


def test_a_source_that_the_snapshot_does_not_have_is_an_error(door):
    with pytest.raises(PageError, match=r"andet\.csv"):
        door.table(pd.DataFrame({"a": [1.0]}), source=["andet.csv"])


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "how",
    [
        {"unit": "kroner"},
        {"column_units": {"a": "kroner"}},
        {"row_units": {"0": ("kroner", 1)}},
        {"values": pd.DataFrame({"a": [Quantity(1, "kroner")]}, dtype=object)},
    ],
    ids=["table", "column", "row", "cell"],
)
def test_a_unit_that_is_not_known_is_an_error(door, how):
    with pytest.raises(PageError, match="no unit 'kroner'"):
        door.table(how.pop("values", pd.DataFrame({"a": [1.0]})), **how)
    with pytest.raises(PageError, match="no unit 'kroner'"):
        door.text("{x}", x=Quantity(1, "kroner"))


@pytest.mark.parametrize("id", ["", "Stort", "med mellemrum", "-a", "æ", 'a"b', "a" * 61])
def test_an_id_that_is_no_address_is_an_error(door, id):
    with pytest.raises(PageError, match="the id"):
        door.page.show_text(id, "Tekst.")
    assert door.outputs == []


@pytest.mark.parametrize(
    "values",
    [pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame({"a": [1, 2]}, index=["r", "r"])],
    ids=["columns", "rows"],
)
def test_rows_or_columns_of_the_same_name_are_an_error(door, values):
    with pytest.raises(PageError, match="same name"):
        door.table(values)


def test_a_page_about_all_strategies_has_no_strategy_of_its_own(door):
    with pytest.raises(PageError):
        _ = door.page.strategy


# ---------------------------------------------------------------- read again


def test_the_numbers_of_executed_pages_can_be_read_again(door, tmp_path):
    door.text("Gevinsten er {gain}.", source=OPUS, gain=Quantity(-2_188_848.0, "mio. kr."))
    door.table(pd.DataFrame({"a": [1.0]}))
    (tmp_path / "kijos").mkdir()
    (tmp_path / "kijos" / "oekonomi.ipynb").write_text(json.dumps(door.notebook), encoding="utf-8")
    assert published(tmp_path).to_dict("records") == [
        {
            "strategy": "kijos",
            "page": "oekonomi",
            "item": "tekst",
            "name": "gain",
            "value": -2_188_848.0,
            "unit": "mio. kr.",
            "shown": "−2,2\u00a0mio. kr.",
            "files": ["opus.txt"],
        }
    ]
    assert published(tmp_path / "empty").empty


def test_a_table_of_the_snapshot_is_only_the_strategys_own_rows(snapshot, door):
    needs = [Need(table, {}) for table in ("budget", "measures", "cohort")]
    everything = Page(EXAMPLE, snapshot, date(2019, 11, 30), None, "side", needs)
    strategies = everything.strategies()
    kijos = Page(EXAMPLE, snapshot, date(2019, 11, 30), strategies["kijos"], "oekonomi", needs)
    assert {"kijos", "kik"} < set(everything.table("budget")["strategy"]) <= set(strategies)
    assert set(kijos.table("budget")["strategy"]) == {"kijos"}
    assert len(kijos.table("measures")) == len(everything.table("measures"))
    with pytest.raises(PageError, match="cohort has no rows for strategy kijos"):
        kijos.table("cohort")


def test_a_page_reads_only_what_its_notebook_declares_and_only_up_to_its_date(snapshot):
    def page(*needs):
        return Page(EXAMPLE, snapshot, date(2018, 8, 31), None, "side", needs)

    with pytest.raises(PageError, match="needs do not name the table statuses; add it in the cell tagged 'needs'"):
        page(Need("budget", {})).table("statuses")
    with pytest.raises(PageError, match="reads statuses after the report's date; say so in its need: 'later': True"):
        page(Need("statuses", {})).table("statuses", later=True)
    whole = page(Need("statuses", {}, later=True))
    everything = snapshot.table("statuses")
    assert len(whole.table("statuses", later=True)) == len(everything)
    then = whole.table("statuses")
    assert 0 < len(then) == (everything["counted_on"] <= "2018-08-31").sum() < len(everything)


def test_an_optional_table_that_is_not_there_has_its_columns_and_no_rows(snapshot):
    without = {name: of for name, of in snapshot.manifest["tables"].items() if name != "ledger"}
    poorer = Snapshot(snapshot.path, {**snapshot.manifest, "tables": without})
    page = Page(EXAMPLE, poorer, date(2018, 8, 31), None, "side", [Need("ledger", {}, optional=True)])
    there = snapshot.table("ledger")
    assert page.table("ledger").empty
    assert list(page.table("ledger").columns) == list(there.columns)
    page = Page(EXAMPLE, poorer, date(2018, 8, 31), None, "side", [Need("ledger", {})])
    with pytest.raises(DataError, match="has no table ledger"):
        page.table("ledger")


@pytest.mark.parametrize(
    ("strategy", "extracted_on"),
    [
        ("norddjurs-smaajob", date(2022, 2, 28)),
        ("eksempelkoebing-kursus", date(2023, 12, 31)),
        ("", date(2023, 12, 31)),  # a page of no strategy: the newest of all
    ],
)
def test_spells_were_extracted_when_the_strategys_own_were(snapshot, strategy, extracted_on):
    own = Page(EXAMPLE, snapshot, date(2023, 12, 31), None, "side").strategies().get(strategy)
    assert Page(EXAMPLE, snapshot, date(2023, 12, 31), own, "side").extracted_on("spells") == extracted_on


def test_a_folded_table_lies_under_its_words_and_is_filed_like_any_other(door):
    values = pd.DataFrame({"2019": [7.0]}, index=["Antal"])
    door.page.show_table("tabel", values, caption="Tabel", source=OPUS, folded=NASTY)
    folded, filed_folded = door.read, filed(door.notebook)[-1]
    door.page.show_table("tabel", values, caption="Tabel", source=OPUS)
    assert folded.texts("summary") == [NASTY]
    assert "7" in folded.one("details", "afkast-fold").text
    assert filed_folded == filed(door.notebook)[-1]
    assert door.read.all("details") == []


# ---------------------------------------------------------------- a paper's sign

AMOUNTS = pd.DataFrame(
    {"2019": [-2e6, 5e6, 7e6, 0.0], "Pris": [1e3, 2e3, 3e3, 4e3]}, ["Investering", "Besparelse", "Støtte", "Intet"]
)
AS_ON = {"unit": "1.000 kr.", "unsigned": ["Støtte", "Pris"]}


@pytest.mark.parametrize(
    ("paper_sign", "shown", "legend"),
    [
        (1, ["−2.000", "1", "5.000", "2", "7.000", "3", "0", "4"], "Beløb: + er en gevinst, − er et tab."),
        (
            -1,
            ["2.000", "1", "−5.000", "2", "7.000", "3", "0", "4"],
            "Beløb, som på papiret: − er en gevinst, + er et tab.",
        ),
    ],
)
def test_a_table_has_the_sign_of_its_paper_and_says_so_and_is_filed_in_the_books(door, paper_sign, shown, legend):
    reading = door.table(AMOUNTS, paper_sign=paper_sign, **AS_ON)
    assert cells(reading)[-8:] == shown
    assert legend in reading.texts("p", "afkast-note")
    in_order = [cell for row in door.filed["rows"] for cell in row["cells"]]
    assert [cell["value"] for cell in in_order] == AMOUNTS.to_numpy().ravel().tolist()
    as_printed = [float(one.replace(".", "").replace("−", "-")) * 1_000 for one in shown]
    assert [as_shown(cell) for cell in in_order] == as_printed


def test_amounts_that_know_their_counts_keep_them_when_the_paper_turns_them(door):
    few, many = (estimated(2e6, "mio. kr.", 3, people=persons_in(pd.DataFrame({"person": range(n)}))) for n in (3, 30))
    told = pd.DataFrame({"2019": [few, many, Given(3e6, "mio. kr.")]}, ["a", "b", "c"], dtype=object)
    assert cells(door.table(told, unit="mio. kr.", paper_sign=-1))[-3:] == ["..", "−2,000", "−3,0"]
    assert [row["cells"][0]["value"] for row in door.filed["rows"]] == [None, 2e6, 3e6]


def test_the_sides_of_a_table_are_told_in_its_own_words(door):
    notes = door.table(AMOUNTS, paper_sign=-1, sides=("udgift", "indtægt"), **AS_ON).texts("p", "afkast-note")
    assert notes == ["Beløb, som på papiret: − er en indtægt, + er en udgift."]


def test_a_table_that_follows_no_paper_turns_nothing_and_explains_no_sign(door):
    reading = door.table(AMOUNTS, unit="1.000 kr.")
    assert cells(reading)[-8:] == ["−2.000", "1", "5.000", "2", "7.000", "3", "0", "4"]
    assert not reading.texts("p", "afkast-note")


@pytest.mark.parametrize("sign", [0, 2, -100])
def test_a_paper_s_sign_is_one_or_minus_one(door, sign):
    with pytest.raises(PageError, match=f"'paper_sign' is {sign}; it is the sign of a gain on the paper, 1 or -1"):
        door.table(AMOUNTS, paper_sign=sign, **AS_ON)


def test_no_page_turns_a_sign_itself():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            found = re.findall(r".*paper_sign \*.*|.*\* paper_sign.*", "".join(cell["source"]))
            # a paper's index is of the paper's own numbers, which must be above 0
            assert found in (
                [],
                ["    index = (paper_sign * on_paper).apply(economics.index_series, base=this_year[0])"],
            )


# ---------------------------------------------------------------- breaks and provisional months

OF_MEASURES = (Need("measures", {}), Need("series_breaks", {}, optional=True))


def ballerup(snapshot, *needs):
    everything = Page(EXAMPLE, snapshot, date(2015, 6, 30), None, "side", needs)
    return Page(
        EXAMPLE, snapshot, date(2015, 6, 30), everything.strategies()["ballerup-nye-maal"], "besparelsen", needs
    )


def marks_of(page, source, **how):
    """What a figure of these rows is drawn with."""
    drawn = []
    values = pd.DataFrame({"Andel": 0.1}, pd.date_range("2014-01-01", "2015-06-01", freq="MS"))
    page.show_figure(
        "figur",
        values,
        lambda figure, values: drawn.append(values.attrs[MARKS]) or draw_nothing(figure, values),
        caption="Figur.",
        alt="Alt.",
        unit="%",
        source=source,
        **how,
    )
    return drawn[0]


def test_a_monthly_figure_of_measures_is_marked_with_their_breaks_and_provisional_months(snapshot, door):
    page = ballerup(snapshot, *OF_MEASURES)
    rows = page.measures("sygedagpengeandel", "forsørgelsestryk")
    assert set(rows["area"]) == {"Ballerup"} and set(rows["measure"]) == {"sygedagpengeandel", "forsørgelsestryk"}
    marks = marks_of(page, [rows])
    (within,) = [text for text in marks.breaks["text"][marks.breaks["starts_on"] == "2014-07-01"]]
    assert within in door.read.texts("p", "afkast-note")[0]
    assert len(door.read.texts("p", "afkast-note")) == 1  # the later break parts none of the months
    assert {f"{month:%Y-%m}" for month in marks.provisional} == {"2015-05", "2015-06"}
    assert marks.begins == page.strategy.period.start


def test_what_others_have_not_finished_registering_marks_no_month_of_the_municipality(snapshot, door):
    page = ballerup(snapshot, *OF_MEASURES)
    country = page.measures("sygedagpengeandel", everywhere=True).query("area == 'Hele landet'")
    assert (country["status"] == "provisional").any()
    assert not list(marks_of(page, country).provisional)


def test_a_state_marks_a_month_too_and_rows_of_breaks_are_found_where_no_measure_is(snapshot, door):
    page = ballerup(snapshot, *OF_MEASURES)
    rows = page.measures("ungeledighed", everywhere=True).query("area == 'Hele landet'")
    months = pd.date_range("2014-01-01", "2015-06-01", freq="MS")
    states = pd.DataFrame({"Andel": ["", *[""] * 16, "provisional"]}, months)
    marks = marks_of(page, [rows, page.series_breaks("sygedagpengeandel")], states=states)
    assert list(marks.provisional) == [months[-1]]
    assert "2014-07-01" in {f"{day:%Y-%m-%d}" for day in marks.breaks["starts_on"]}


def test_a_monthly_figure_of_measures_is_refused_where_the_needs_do_not_name_the_breaks(snapshot, door):
    page = ballerup(snapshot, Need("measures", {}))
    with pytest.raises(PageError, match="needs do not name the table series_breaks; add it"):
        marks_of(page, page.measures("sygedagpengeandel"))


def test_a_caption_keeps_that_its_words_are_of_given_numbers_when_its_names_are_put_in(door, monkeypatch):
    thing = Thing("tal", of_persons=True, chosen=frozenset({15.0}))
    monkeypatch.setattr(Page, "_thing", lambda *of, **how: thing)
    door.table(pd.DataFrame({"Tal": ["–"]}), caption=Words("Under 15 er startet."))
    assert "Under 15 er startet." in door.html


@pytest.mark.parametrize(
    ("part", "told"),
    [("caption", "Af 22."), ("corner", "Af 22"), ("folded", "Af 22"), ("note 2", "Af 22.")],
)
def test_digits_are_refused_by_the_part_that_they_stand_in(door, monkeypatch, part, told):
    monkeypatch.setattr(Page, "_thing", lambda page, id, *_: Thing(id, of_persons=True))
    parts = {"caption": "Alle."} | ({"notes": ["Alle.", told]} if part == "note 2" else {part: told})
    with pytest.raises(PageError, match=f"'{part}' of 'tabel' has digits in its words"):
        door.table(pd.DataFrame({"Tal": ["–"]}), **parts)
