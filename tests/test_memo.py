"""The front page on paper: Word and PDF say what the page says, in its order, for everyone and on any day the same."""

import base64
import io
from datetime import date

import pypdf
import pytest
from bs4 import BeautifulSoup
from docx import Document
from docx.oxml.ns import qn
from municipality import STRATEGY

from afkast.edition.memo import Grid, memo_of
from afkast.edition.memo_files import pdf, word

DAY = date(2023, 12, 5)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
PAGE = """<html><body><article class="bd-article">
<h1>Hurtigt videre<a class="headerlink" href="#x">#</a></h1>
<p><em>Resumé · Strandlev · opgjort pr. 30. september 2023</em></p>
<div class="admonition afkast-synthetic"><p class="admonition-title">Syntetiske data</p><p>Opdigtet.</p></div>
<div class="cell"><div class="afkast afkast-front" id="vist-dommen"><p class="front-said">
<span class="verdict verdict-behind">bagud</span> Et tab på {number} mio. kr.</p></div></div>
<div class="afkast afkast-front" id="vist-figurer"><figure><figcaption>
<a class="front-page-of" href="a.html">Økonomi</a>Gevinsten.</figcaption>
<img alt="Kurven ender på 3." src="data:image/svg+xml;base64,{svg}"></figure></div>
<div class="afkast afkast-front" id="vist-tabeller"><h2>Tabellerne</h2>
<div class="afkast-table"><a class="front-page-of" href="a.html">Økonomi</a>
<div class="afkast-scroll"><table><caption>To år.</caption>
<thead><tr><td rowspan="2"></td><th colspan="2">Budget</th></tr><tr><th>2022</th><th>2023</th></tr></thead>
<tbody><tr class="plain"><th>Udgift</th><td class="number">1.200</td><td class="number">−7</td></tr>
<tr class="total"><th>I alt</th><td class="number">1.200</td><td class="number">−7</td></tr></tbody></table></div></div>
<p class="afkast-download">Hent <a href="x.csv">CSV</a></p></div>
<div class="afkast afkast-front" id="vist-vejen-videre"><h2>Siderne bag</h2>
<p class="afkast-note">Kilde: Regnskab.</p></div>
<div class="afkast afkast-text" id="vist-kontrol-vurderingen"><p>Kontrol ✓ stemmer.</p></div>
</article></body></html>"""


def page(number="2,2"):
    return PAGE.format(number=number, svg=base64.b64encode(SVG.encode()).decode())


def of_word(content):
    return Document(io.BytesIO(content))


def of_pdf(content):
    text = " ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())


def test_a_table_is_named_after_its_page_and_its_caption():
    [caption] = [part.caption for part in memo_of(page()).parts if isinstance(part, Grid)]
    assert caption == "Økonomi: To år."


def test_word_has_headings_a_repeated_heading_row_and_alt_texts():
    document = of_word(word(memo_of(page()), DAY))
    styles = {one.text: one.style.name for one in document.paragraphs if one.text}
    assert styles["Hurtigt videre"] == "Title" and styles["Tabellerne"] == "Heading 1"
    assert "Bagud. Et tab på 2,2 mio. kr." in styles
    pictures, table = document.tables
    [about] = pictures._tbl.iter(qn("wp:docPr"))
    assert about.get("descr") == "Kurven ender på 3."
    assert pictures.cell(0, 0).text == "Økonomi: Gevinsten."
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["", "Budget", "Budget"],
        ["", "2022", "2023"],
        ["Udgift", "1.200", "−7"],
        ["I alt", "1.200", "−7"],
    ]
    repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
    assert repeated == [True, True, False, False]
    assert document.core_properties.language == "da-DK" and document.core_properties.title == "Hurtigt videre"


def test_the_pdf_is_tagged_in_danish_and_says_the_same():
    content = pdf(memo_of(page()), DAY)
    catalogue = pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"] and catalogue["/Lang"] == "da"
    said = of_pdf(content)
    for text in ("Hurtigt videre", "Opdigtet.", "Bagud. Et tab på 2,2 mio. kr.", "I alt 1.200 −7", "Kilde: Regnskab."):
        assert text in said
    assert "Kontrol" not in said and "CSV" not in said and "Siderne bag" not in said


def test_the_same_page_gives_the_same_bytes_and_another_number_others():
    for made in (word, pdf):
        assert made(memo_of(page()), DAY) == made(memo_of(page()), DAY)
        assert made(memo_of(page()), DAY) != made(memo_of(page("2,3")), DAY)


@pytest.mark.parametrize("hostile", ["#panic()", "= Overskrift", "*x* _y_ $z$", "<script>", "=HYPERLINK()", "\\u{41}"])
def test_what_stands_in_a_page_is_text_on_paper_and_no_markup(hostile):
    escaped = hostile.replace("<", "&lt;")
    assert f"Et tab på {hostile} mio. kr." in of_pdf(pdf(memo_of(page(escaped)), DAY))
    assert any(hostile in one.text for one in of_word(word(memo_of(page(escaped)), DAY)).paragraphs)


def test_a_page_that_failed_gives_no_memo():
    assert memo_of("<html><body><article><h1>Siden mangler</h1></article></body></html>") is None
    assert memo_of("") is None


def test_a_book_s_front_page_leads_to_both_and_they_say_its_key_figures_and_goals(small_book):
    site = small_book / "build" / "html"
    front = BeautifulSoup((site / "strategies" / STRATEGY / "index.html").read_text("utf-8"), "html.parser")
    links = [one["href"] for one in front.select(".afkast-download a") if "/hent/" in one["href"]]
    assert {f"../../hent/{STRATEGY}.{kind}" for kind in ("docx", "pdf", "xlsx")} <= set(links)
    on_page = front.select(".front-figures dd, .front-goals td")
    assert len(on_page) > 8
    document = of_word((site / "hent" / f"{STRATEGY}.docx").read_bytes())
    cells = {" ".join(cell.text.split()) for table in document.tables for row in table.rows for cell in row.cells}
    said = of_pdf((site / "hent" / f"{STRATEGY}.pdf").read_bytes())
    for one in on_page:
        text = " ".join(one.get_text().split())
        assert text in cells
        assert all(word in said for word in text.split())
