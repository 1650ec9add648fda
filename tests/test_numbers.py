"""Every number answers for itself, and is found by what was read on paper: a small book of Strandlev in a browser."""

import hashlib
import json
import re

import pytest
from municipality import STRATEGY
from test_book import ENGLISH, WIDTHS, browser, listen, settle, violations  # noqa: F401

from afkast.edition.numbers import NUMBERS, SETS, _cells, exactly, of_sentence, reads_persons
from afkast.report.cells import Cell
from afkast.report.danish import Words
from afkast.report.filed import filed, number_in

MONEY, PERSONS = "economics", "survival-effects"


@pytest.fixture(scope="module")
def folder(small_book):
    return small_book


@pytest.fixture(scope="module")
def index(folder):
    text = (folder / "build" / "html" / NUMBERS).read_text("utf-8")
    return json.loads(text.removeprefix(SETS))


def items(folder, page):
    """What a page filed, by id."""
    path = folder / "build" / "pages" / STRATEGY / f"{page}.ipynb"
    return {item["id"]: item for item in filed(json.loads(path.read_text("utf-8")))}


def told(index, page):
    """What the index tells of a page, by id."""
    (found,) = [one for one in index["pages"] if one["address"].endswith(f"/{page}.html")]
    return {thing["id"]: thing for thing in found["shown"]}


@pytest.fixture
def reader(folder, browser):  # noqa: F811
    """A reader of the money page, from disk."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((folder / "build" / "html" / "strategies" / STRATEGY / f"{MONEY}.html").as_uri())
    settle(page)
    yield page
    page.close()


def open_dialog(page, key="Enter", place="#t-nettobudget-0-1"):
    """Open a number's dialog by keyboard and return its words."""
    page.locator(place).focus()
    page.keyboard.press(key)
    page.wait_for_selector("dialog.afkast-number[open] dl")
    return page.locator("dialog.afkast-number").inner_text().replace("\u00a0", " ")


# ---------------------------------------------------------------- what is told, and what is not


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (1_909_562.04, "1.000 kr.", "1.909.562,04 kr."),
        (-1_909_600.0, "mio. kr.", "−1.909.600 kr."),
        (0.2213, "%", "22,13 %"),
        (500.0, "helårspersoner", "500 helårspersoner"),
        (505.9, "helårspersoner", "505,9 helårspersoner"),
        (-0.011, "pct.point", "−1,1 pct.point"),
        (0.0, "kr.", "0 kr."),
        ("2019-11-30", "", ""),
        (None, "kr.", ""),
    ],
)
def test_a_value_is_told_exactly_in_its_own_unit(value, unit, written):
    assert exactly(value, unit) == written


def test_every_shown_number_of_a_page_of_money_is_in_the_index_with_its_value(folder, index):
    of_page = told(index, MONEY)
    cells = 0
    for id, item in items(folder, MONEY).items():
        for r, row in enumerate(item.get("rows", [])):
            for c, cell in enumerate(row["cells"]):
                met = [one for one in of_page.get(id, {"numbers": []})["numbers"] if one[0] == f"{r}.{c}"]
                if not isinstance(cell["value"], float):
                    assert met == []
                    continue
                ((_, shown, exact, unit),) = met
                assert (shown, unit) == (cell["shown"], cell["unit"])
                assert exact == exactly(cell["value"], unit) != ""
                cells += 1
    assert cells > 30


def test_a_number_that_a_cell_quotes_as_text_is_known_and_a_sum_a_year_or_a_checksum_is_not():
    shown = ["1.910", "−3 %", "0,7\u00a0mio. kr.", "2019", "280 + 1.910", "4b948614bf1b", "30. november 2019", "maj"]
    cells = [{"shown": one, "value": one, "unit": "", "state": "ok"} for one in shown]
    item = {"rows": [{"label": "x", "cells": cells}]}
    assert [one["shown"] for one in _cells(item)] == shown[:3]
    assert {one["exact"] for one in _cells(item)} == {""}


def test_on_a_page_of_persons_no_number_is_told_more_exactly_than_it_is_shown(folder, index):
    filed_there = items(folder, PERSONS)
    exact = [number for thing in told(index, PERSONS).values() for number in thing["numbers"] if number[2]]
    shown = [number for thing in told(index, PERSONS).values() for number in thing["numbers"]]
    assert exact == [] and len(shown) > 100
    for id, thing in told(index, PERSONS).items():
        for number in thing["numbers"]:
            if len(number) == 4:
                r, c = map(int, number[0].split("."))
                assert filed_there[id]["rows"][r]["cells"][c]["shown"] == number[1]


def test_hidden_cells_are_not_in_the_index(folder, index):
    hidden = [
        (id, f"{r}.{c}")
        for id, item in items(folder, PERSONS).items()
        for r, row in enumerate(item.get("rows", []))
        for c, cell in enumerate(row["cells"])
        if cell["state"] in ("few", "hidden", "missing")
    ]
    assert hidden
    of_page = told(index, PERSONS)
    assert [at for at in hidden if at[1] in [one[0] for one in of_page.get(at[0], {"numbers": []})["numbers"]]] == []


def test_what_is_filed_with_a_sentence_and_not_said_in_it_is_not_told():
    numbers = {"said": {"value": 3.0, "unit": "kr.", "shown": "3\u00a0kr."}, "beside": {"value": 4.0, "unit": "kr."}}
    html = '<div><p>Det er <span class="tal" data-tal="x.said">3\u00a0kr.</span></p></div>'
    (only,) = of_sentence({"id": "x", "numbers": numbers}, html)
    said = {"place": "said", "shown": "3\u00a0kr.", "exact": "3 kr.", "unit": "kr.", "words": "Det er 3 kr."}
    assert only == {**said, "at": len("Det er ")}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (
            "Sikker: året ender mellem 2,0 og 2,3 mio. kr. den 30. november 2019",
            [("said", "2,0", "mio. kr."), ("said-2", "2,3 mio. kr.", "mio. kr.")],
        ),
        ("i 2020-priser, over 99\u00a0% af 1.461 i juni 2022", [("said", "99\u00a0%", "%"), ("said-2", "1.461", "")]),
    ],
)
def test_in_words_each_number_is_one_and_neither_the_sentence_nor_its_dates(words, found):
    html = number_in("x", "said", Cell(words, words), Words(words))
    assert html.count("<span") == len(found)
    filed = {"said": {"value": words, "unit": "", "shown": words}}
    told = of_sentence({"id": "x", "numbers": filed}, f"<p>{html}</p>")
    assert [(one["place"], one["shown"], one["unit"]) for one in told] == found


def test_a_page_that_only_needs_persons_is_a_page_of_persons():
    def notebook(needs):
        return {"cells": [{"source": needs, "metadata": {"tags": ["needs"]}}]}

    assert reads_persons(notebook('NEEDS = [{"table": "cohort"}]'))
    assert not reads_persons(notebook('NEEDS = [{"table": "budget"}]'))


# ---------------------------------------------------------------- the dialog


def test_every_number_of_the_index_can_be_asked_on_its_page_and_no_other(reader, index):
    ids = set(reader.locator("a.tal[id]").evaluate_all("all => all.map(one => one.id)"))
    places = {
        f"t-{id}-{number[0].replace('.', '-')}"
        for id, thing in told(index, MONEY).items()
        for number in thing["numbers"]
    }
    assert ids == places


def test_a_number_tells_its_value_what_it_counts_how_it_was_computed_and_from_which_file(reader, folder):
    said = open_dialog(reader)
    item = items(folder, MONEY)["nettobudget"]
    value = item["rows"][0]["cells"][1]["value"]
    assert said.split("\n")[1] == item["rows"][0]["cells"][1]["shown"]
    assert f"{value:,.0f} kr.".replace(",", ".").replace("-", "−") in said
    assert f"{item['caption']} › {item['rows'][0]['label']} › {item['columns'][1][0]}" in said
    assert hashlib.sha256((folder / "raw" / "budget.csv").read_bytes()).hexdigest() in said
    assert "18 rækker" in said and re.search(
        r"Udtræk\s+2023-12-05-[0-9a-f]{12}\s+Udgave\s+2023-12-05-[0-9a-f]{12}", said
    )
    reader.get_by_role("link", name="beregningen på siden").click()
    assert reader.url.endswith("#beregning-nettobudget")
    assert reader.locator("#beregning-nettobudget").is_visible()
    assert "show_decided(" in reader.locator("#beregning-nettobudget").inner_text()


def test_enter_and_space_open_and_escape_closes_and_returns_to_the_number(reader):
    for key in ("Enter", "Space"):
        open_dialog(reader, key)
        assert reader.evaluate("document.activeElement.closest('dialog') !== null")
        reader.keyboard.press("Escape")
        assert reader.locator("dialog.afkast-number[open]").count() == 0
        assert reader.evaluate("document.activeElement.id") == "t-nettobudget-0-1"


def test_a_table_is_one_tab_stop_and_arrows_go_on(reader):
    table = reader.locator("#vist-nettobudget")
    assert table.locator("a.tal[tabindex='0']").count() == 1 < table.locator("a.tal").count()
    reader.locator("#t-nettobudget-0-0").focus()
    at = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "Home", "ArrowUp"):
        reader.keyboard.press(key)
        at.append(reader.evaluate("document.activeElement.id").removeprefix("t-nettobudget-"))
    assert at == ["0-1", "1-1", "1-0", "0-0", "0-2", "0-0", "0-0"]
    reader.keyboard.press("Tab")
    assert reader.evaluate("document.activeElement.closest('#vist-nettobudget table')") is None


def test_a_number_in_a_sentence_tells_its_sentence_and_the_headline_the_same(reader):
    in_headline = reader.locator(".afkast-headline a.tal").first
    place = str(in_headline.get_attribute("href"))
    own = open_dialog(reader, "Enter", place)
    assert "»" in own and "Nøjagtigt" in own
    reader.keyboard.press("Escape")
    in_headline.click()
    reader.wait_for_selector("dialog.afkast-number[open] dl")
    assert reader.locator("dialog.afkast-number").inner_text().replace("\u00a0", " ") == own


def test_a_number_tells_the_check_of_its_section(reader):
    # every notebook is to show its checks; here one is put where it would stand
    reader.evaluate("""() => document.querySelector('#vist-nettobudget').closest('.cell').insertAdjacentHTML('afterend',
        "<div class='cell'><div class='afkast afkast-text' id='vist-kontrol-x'><p><strong>Kontrol ✓ stemmer</strong> "
        + "(afvigelse 0 kr.). Regnet igen.</p></div></div>")""")
    assert "✓ stemmer (afvigelse 0 kr.)." in open_dialog(reader)
    reader.get_by_role("link", name="stemmer").click()
    assert reader.url.endswith("#vist-kontrol-x")


def test_a_number_whose_section_has_neither_formula_nor_check_tells_those_where_it_stands_too(reader):
    reader.evaluate("""() => {
        const said = document.querySelector(".afkast-headline a.tal").getAttribute("href").split("#")[1];
        const cell = document.getElementById(said).closest(".cell");
        const apart = document.createElement("section");
        document.querySelector("article").append(apart);
        apart.append(cell);
    }""")
    place = str(reader.locator(".afkast-headline a.tal").first.get_attribute("href"))
    own = open_dialog(reader, "Enter", place)
    assert "Samme tal i" in own and "Formel i" not in own
    assert re.search(r"(Formel|Kontrol) dér", own)
    reader.locator("dialog dt:has-text('Samme tal i') + dd a").click()
    there = reader.locator(reader.evaluate("location.hash"))
    assert reader.locator(place).inner_text().split()[0].lstrip("−-") in there.inner_text()


def test_the_link_to_a_number_opens_it_and_can_be_copied(reader, browser):  # noqa: F811
    open_dialog(reader)
    link = reader.get_by_label("Link til tallet").input_value()
    assert link.endswith(f"{MONEY}.html#t-nettobudget-0-1")
    reader.get_by_role("button", name="Kopiér link").click()
    reader.get_by_text("Linket er kopieret.").wait_for()
    page = browser.new_page()
    page.goto(link)
    page.wait_for_selector("dialog.afkast-number[open] dl")
    page.close()


def test_without_scripts_a_page_shows_the_same_numbers(folder, browser, reader):  # noqa: F811
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(reader.url)
    read = "all => all.map(one => one.textContent)"
    cells = "article .afkast-table td, article .afkast-text p"
    assert page.locator(cells).evaluate_all(read) == reader.locator(cells).evaluate_all(read)
    context.close()


# ---------------------------------------------------------------- find et tal


def find(page, folder, query):
    """What is said of a number, and the readings found, by heading."""
    page.goto((folder / "build" / "html" / "find-et-tal.html").as_uri())
    page.get_by_label("Tal", exact=True).fill(query)
    page.keyboard.press("Enter")
    page.wait_for_selector("#find-et-tal-steder > p, #find-et-tal-svar:has-text('intet tal')")
    groups = {}
    for heading in page.locator("#find-et-tal-steder h2").all():
        readings = heading.evaluate("""one => {
            const found = [];
            for (let next = one.nextElementSibling; next && next.tagName !== "H2"; next = next.nextElementSibling)
                found.push(...[...next.querySelectorAll("a")].map(link => link.textContent));
            return found;
        }""")
        groups[heading.inner_text().split(" (")[0]] = [one.replace("\u00a0", " ") for one in readings]
    return page.locator("#find-et-tal-svar").inner_text().replace("\u00a0", " "), groups


def test_a_number_is_found_where_it_reads_so_and_where_its_value_is_the_same(reader, folder):
    said, groups = find(reader, folder, "-1.200")
    exactly_so, otherwise = groups["Står præcis sådan"], groups.get("Samme værdi, skrevet anderledes", [])
    assert set(exactly_so) == {"−1.200"} and len(exactly_so) >= 3
    assert said == f"»-1.200« står {len(exactly_so) + len(otherwise)} steder i bogen."
    assert reader.url.endswith("?tal=-1.200")
    # without its sign it is found too, among the others
    assert {"−1.200"} <= set(find(reader, folder, "1.200")[1]["Samme værdi, skrevet anderledes"])
    # the same amount in millions and in kroner
    for query in ("1,2 mio. kr.", "1.200.000 kr", "1.200 1.000 kr."):
        found = find(reader, folder, query)[1]
        assert "−1.200" in [one for group in found.values() for one in group], query


def test_a_share_is_found_by_its_per_cent_and_not_as_an_amount(reader, folder, index):
    shares = [
        number[1] for thing in told(index, MONEY).values() for number in thing["numbers"] if number[1].endswith("%")
    ]
    assert shares
    _, groups = find(reader, folder, shares[0].lstrip("+−"))
    assert groups
    assert all(one.endswith("%") for group in groups.values() for one in group)


def test_what_is_no_number_and_what_stands_nowhere_is_said(reader, folder):
    assert find(reader, folder, "mange")[0] == "Der er intet tal i »mange«."
    assert find(reader, folder, "987.654.321,9")[0] == "»987.654.321,9« står ikke i bogen."


def test_a_place_that_is_found_opens_there(reader, folder):
    find(reader, folder, "-1.200")
    reader.locator("#find-et-tal-steder a").first.click()
    reader.wait_for_selector("dialog.afkast-number[open] dl")
    assert reader.locator("dialog.afkast-number h2").inner_text() == "−1.200"


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_the_dialog_and_in_what_is_found(
    width,
    reader,
    folder,
):
    visit = listen(reader, "file:")
    reader.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    open_dialog(reader)
    assert list(violations(reader)) == []
    assert ENGLISH.findall(reader.locator("dialog.afkast-number").inner_text().split("file:")[0]) == []
    box = reader.locator("dialog.afkast-number").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= WIDTHS[width][0]
    reader.keyboard.press("Escape")
    assert list(violations(reader)) == []
    find(reader, folder, "1.200")
    assert list(violations(reader)) == []
    assert visit.foreign == []
