"""Words of the data that are markup, script, directive or formula stand in the book as they are and do nothing."""

import ast
import csv
import io
import re
from pathlib import Path

import municipality as strandlev
import nbformat
import openpyxl
import pypdf
import pytest
from click.testing import CliRunner
from docx import Document
from municipality import NEIGHBOUR, OWN, STRATEGY, municipality
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from test_book import address, browser  # noqa: F401

from afkast.cli import main

ROOT = Path(__file__).resolve().parents[1]

SCRIPT = "<script>window.ramt=1</script>"
ATTACK = (
    f'{SCRIPT}<img src=x onerror="window.ramt=1"> "\' onload=\'ramt=1 {{{{ 7*7 }}}} {{% x %}} {{navn}} ${{ramt}} $x^2$ '
    "{ref}`a` `k` ``` **f** [led](http://ond.example) ![b](http://ond.example/b.png) ::: ]]> --> </title></td></table> "
    "| # %s \\textbf &lt &amp " + "langt" * 40
)
MARKS = "\u202e\u2066\u200b"
"""Signs that are not seen, and turn the words after them."""

FORMULA = '=HYPERLINK("http://ond.example","klik")'
COMMAND = "+1+cmd|calc"

WORDS_OF_THE_DATA = (
    *(OWN, NEIGHBOUR, "kontanthjælp", "sygedagpenge", "jobafklaring", "Udgangspunkt", "Stadig i forløb", "Fleksjob"),
    *("Tilkendte fleksjob", "Sygefraværet", "Tabel 1", "tilkendte fleksjob", "sygefravær", "Grundskole", "Faglært"),
    *("Kommunalbestyrelsen", "Hurtigt videre", "Beskæftigelsesudvalget", "Økonomiudvalget", "Borgere i alt", "KL"),
    *("Flere konsulenter skal hjælpe sygemeldte tilbage i job.", "Budget med strategien", "Lov nr. 994 af 2015"),
)
EFFECT_PAGES = ("survival_effects", "effect_value", "effect_robustness")

OF_MACHINES = {"id", "page", "notebook", "goal", "area", "judged"}
"""Keys of a strategy whose values are no words."""

PAGE = """\
import pandas as pd
from afkast.report.month_charts import lines_by_month
from afkast.report.show import open_page

report = open_page(strategy, page, as_of, snapshot, needs)
own = report.table("measures").query("measure == @measure and area == @report.strategy.municipality")
words = f"Alt {report.strategy.municipality}"
values = own.set_index("period")["value"].to_frame(words)
named = {"who": words}
report.show_figure("ond-figur", values, lines_by_month("helårspersoner"), caption="{who}", alt="{who}", notes=[words],
                   unit="helårspersoner", corner=words, source=own, names=named)
report.show_table("ond-tabel", values.tail(2).set_axis([words, "anden"]), caption=words, corner=words, notes=["{who}"],
                  unit="helårspersoner", source=own, names=named, folded=words)
report.show_text("ond-tekst", "Om {who}.", named, source=own, headline=True)"""


def hostile(words):
    return f"{words} {ATTACK}"


RENAMED = {word: hostile(word) for word in WORDS_OF_THE_DATA} | {"Uddannelse": FORMULA, "Job": COMMAND}


def renamed(value, key=""):
    """A strategy's words, or a cell's, as an attacker would have written them."""
    if isinstance(value, dict):
        return {renamed(name, "id" if name in OF_MACHINES else ""): renamed(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, key) for one in value]
    return RENAMED.get(value, value) if isinstance(value, str) and key not in OF_MACHINES else value


@pytest.fixture(scope="module")
def book(tmp_path_factory, _surroundings):
    """The data folder of a municipality all of whose words are hostile, with its book."""
    data = municipality("full_year_persons", "cohort_status", "measurement_points", "economics", *EFFECT_PAGES)
    for name, frame in data.tables.items():
        data.tables[name] = frame.map(renamed)
    strategy = renamed(data.strategies[STRATEGY])
    for one in (*strategy["pages"], *strategy["goals"]):
        one |= {key: hostile(one[key]) for key in ("title", "text", "measure") if key in one}
    own = {"id": "ond", "notebook": "ond", "title": MARKS + hostile("Ond"), "area": "targets"}
    strategy["pages"].append(own | {"parameters": {"measure": RENAMED["sygedagpenge"]}})
    data.strategies[STRATEGY] = strategy | {"responsible": hostile("Ansvarlig")}
    data.declared |= {"source": hostile("Fagsystem")}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AFKAST_HOME", "AFKAST_DATA", "AFKAST_PAGES"):
            patch.setenv(name, "")
            patch.delenv(name)
        for column, words in strandlev.WORDS.items():
            patch.setitem(strandlev.WORDS, column, {MARKS + hostile(word): one for word, one in words.items()})
        folder = data.write(tmp_path_factory.mktemp("ond") / "kommune")
        write_page(folder / "notebooks" / "ond.ipynb")
        for command in ("import", "build"):
            result = CliRunner().invoke(main, [command, "--data", str(folder)])
            assert result.exit_code == 0, result.output
    return folder / "build" / "html"


def write_page(path):
    parameters = "\n".join(f'{name} = ""  # x' for name in ("strategy", "page", "as_of", "snapshot", "measure"))
    needs = 'required = ["measure"]\nneeds = [{"table": "measures"}, {"table": "series_breaks", "optional": True}]'
    cells = [(parameters, "parameters"), (needs, "needs"), (PAGE, "hide-input")]
    code = [new_code_cell(source, metadata={"tags": [tag]}) for source, tag in cells]
    path.parent.mkdir()
    nbformat.write(new_notebook(cells=[new_markdown_cell("# ond"), new_markdown_cell("Hvad?"), *code]), path)


@pytest.fixture(scope="module")
def site(book):
    return book


@pytest.fixture(scope="module")
def visits(site, address, browser):  # noqa: F811
    """Every page by name: what happened there, and what is read there."""
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return {name: visit(browser, address, name) for name in names if not name.startswith("_static")}


def visit(browser, address, name):  # noqa: F811
    page, happened = browser.new_page(viewport={"width": 1280, "height": 900}), []
    page.on("dialog", lambda dialog: (happened.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda one: one.url.startswith((address, "data:")) or happened.append(one.url))
    page.on("console", lambda one: happened.append(one.text) if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: happened.append(str(error)))
    asked = "?tal=302" if name == "find-et-tal.html" else ""
    page.goto(address + name + asked, wait_until="load")
    page.wait_for_selector("h1")
    if page.locator("a.tal").count():
        page.locator("a.tal").first.click()
        page.wait_for_selector("dialog.afkast-number dd")
    if name == "find-et-tal.html":
        page.wait_for_selector(".afkast-found li")
    seen = page.evaluate(LOOK)
    page.close()
    return seen | {"happened": happened}


LOOK = """() => {
  const words = (all) => [...document.querySelectorAll(all)].map((one) => one.textContent.replace(/\\s+/g, " "));
  return {
    ran: window.ramt ?? null,
    made: [...document.querySelectorAll(
      'a[href*="ond.example"], [src*="ond.example"], img[src="x"], [onerror], [onload]'
    ), ...[...document.scripts].filter((one) => one.textContent.includes("ramt"))]
      .map((one) => one.outerHTML.slice(0, 120)),
    title: document.title,
    headings: words("h1"), contents: words("nav"), tables: words("caption, td, th, .afkast-note"),
    sentences: words(".afkast-text"), captions: words("figcaption"), all: words("body"),
    dialogs: words("dialog.afkast-number"), found: words(".afkast-found li"),
    alts: [...document.images].map((one) => one.alt.replace(/\\s+/g, " ")),
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""


def test_nothing_of_it_runs_is_asked_for_or_becomes_an_element(visits):
    assert len(visits) > 10
    for name, seen in visits.items():
        assert (seen["ran"], seen["made"], seen["happened"]) == (None, [], []), name


def test_it_stands_as_it_is_in_headings_contents_tables_sentences_captions_and_alt_texts(visits):
    ond = visits[f"strategies/{STRATEGY}/ond.html"]
    for where in ("headings", "tables", "sentences", "captions", "alts"):
        assert any(ATTACK in words for words in ond[where]), where
    assert ond["title"].startswith(hostile("Ond"))
    front, overview = visits[f"strategies/{STRATEGY}/index.html"], visits["strategies/overblik.html"]
    for where, words in (("front", front["tables"]), ("overview", overview["tables"]), ("dialog", ond["dialogs"])):
        assert any(ATTACK in one for one in words), where
    assert any(ATTACK in one for one in visits["find-et-tal.html"]["found"])
    for name, seen in visits.items():
        assert any(hostile(OWN) in words for words in seen["contents"]), name


def test_signs_that_are_not_seen_are_gone(visits):
    assert [name for name, seen in visits.items() if set(MARKS) & set(" ".join(seen["all"]) + seen["title"])] == []


def test_no_page_scrolls_sideways_for_a_long_word(visits):
    assert {name: seen["sideways"] for name, seen in visits.items() if seen["sideways"] > 0} == {}


def test_it_is_text_in_the_workbook_and_no_formula_in_a_csv_file(book):
    workbook = openpyxl.load_workbook(book / "hent" / f"{STRATEGY}.xlsx")
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None]
    texts = [str(cell.value) for cell in cells if cell.data_type == "s"]
    assert any(ATTACK in text for text in texts) and FORMULA in texts and COMMAND in texts
    ours = re.compile(r"=(SUM\([A-Z]+\d+:[A-Z]+\d+\)|[-+*/()A-Z\d]+)")
    assert [cell.value for cell in cells if cell.data_type == "f" and not ours.fullmatch(str(cell.value))] == []
    assert not any(cell.hyperlink and "ond.example" in str(cell.hyperlink.target) for cell in cells)
    read = 0
    for path in book.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")), delimiter=";"):
            read += sum(FORMULA in cell or COMMAND in cell for cell in row)
            assert not [cell for cell in row if re.match(r"[=+@\t\r]|-(?!\d)", cell)], path.name
    assert read


def test_it_is_text_in_word_and_on_paper(book):
    document = Document(str(book / "hent" / f"{STRATEGY}.docx"))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any(SCRIPT in one for one in [*cells, *(paragraph.text for paragraph in document.paragraphs)])
    assert not [one for one in document.part.rels.values() if "ond.example" in str(one.target_ref)]
    paper = pypdf.PdfReader(book / "hent" / f"{STRATEGY}.pdf")
    assert SCRIPT in "".join("".join(page.extract_text() for page in paper.pages).split())
    links = [one.get_object().get("/A", {}) for page in paper.pages for one in page.get("/Annots", [])]
    assert not [one for one in links if "ond.example" in str(one) or "/JS" in one]


WORDS_OF_OURS = {"choice_name"}
"""Functions whose words are Afkast's own."""


def written_into(text):
    """What is put into a sentence as it is written, and not under a name in braces."""
    for part in ast.walk(text):
        if isinstance(part, ast.JoinedStr):
            for place, value in enumerate(part.values):
                before = part.values[place - 1] if place else None
                if isinstance(value, ast.FormattedValue) and not _is_part_of_a_name(before):
                    yield value.value


def _is_part_of_a_name(before):
    words = before.value if isinstance(before, ast.Constant) else ""
    return words.rfind("{") > words.rfind("}")


SENTENCE_OF = {"show_text": 1, "show_check": 2, "show_holds": 2, "show_goal": 3}
"""Which argument of the calls that say something is the sentence."""


def code_that_shows():
    """The notebooks' cells and the modules that show parts of pages, by name."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                yield path.stem, cell.source
    for path in sorted((ROOT / "afkast" / "report").glob("*.py")):
        if path.stem != "checks":  # it passes on what it is given
            yield path.stem, path.read_text(encoding="utf-8")


def test_nobody_writes_words_of_the_data_into_a_sentence():
    found, sentences = [], 0
    for name, source in code_that_shows():
        for call in (one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)):
            place = SENTENCE_OF.get(ast.unparse(call.func).rpartition(".")[2])
            if place is not None:
                sentences += 1
                texts = [*call.args[place : place + 1], *(one.value for one in call.keywords if one.arg == "text")]
                values = [ast.unparse(one) for text in texts for one in written_into(text)]
                found += [f"{name}: {one}" for one in values if one.split("(")[0] not in WORDS_OF_OURS]
    assert sentences > 170
    assert found == []
