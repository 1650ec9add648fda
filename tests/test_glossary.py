"""The first use of a term on a page leads to the glossary, and nothing that only looks like one does."""

import re
from pathlib import Path

import pytest

from afkast.edition.glossary import link_terms, linked, meanings_of

GLOSSARY = """<article class="bd-article"><dl class="glossary">
<dt id="term-Bestand">Bestand<a class="headerlink" href="#term-Bestand">#</a></dt><dd><p>Antallet
på et <em>bestemt</em> tidspunkt.</p></dd>
<dt id="term-KL">KL<a class="headerlink" href="#k">#</a></dt><dd><p>Kommunernes forening.</p></dd>
<dt id="term-Egen">Egen andel (på trappen)<a class="headerlink" href="#">#</a></dt><dd><p>Vores &lt;del&gt;.</p></dd>
<dt id="term-Mer">Merforbrug, merudgift<a class="headerlink" href="#m">#</a></dt><dd><p>Over budgettet.</p></dd>
<dt id="term-And">Andel<a class="headerlink" href="#a">#</a></dt><dd><p>Del af en helhed.</p></dd>
</dl></article>"""
MEANINGS = meanings_of(GLOSSARY)


def links(paragraphs):
    """The words that lead somewhere, and where."""
    page = linked(f'<p>bestand</p><article class="bd-article">{paragraphs}</article><p>bestand</p>', MEANINGS, "o.html")
    return re.findall(r'<a class="afkast-term" href="o\.html#term-(\w+)" title="[^"]*">([^<]*)</a>', page)


def test_a_glossary_is_read_as_it_is_rendered():
    assert MEANINGS["Bestand"] == ("term-Bestand", "Antallet på et bestemt tidspunkt.")
    assert MEANINGS["Egen andel"] == ("term-Egen", "Vores <del>.")
    assert {"Merforbrug", "merudgift"} < MEANINGS.keys()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("<p>En bestand og to bestande.</p><p>Bestanden</p>", [("Bestand", "bestand")]),
        ("<p>Bestandens <strong>egne andele</strong></p>", [("Bestand", "Bestandens"), ("And", "andele")]),
        ("<p>Den egne andel og den egen\nandel.</p>", [("And", "andel"), ("Egen", "egen\nandel")]),
        ("<p>Merudgiften er et merforbrug.</p>", [("Mer", "Merudgiften")]),
        ("<p>Tilbestanden, bestand-agtig, bestandig</p>", []),
        ("<p>KL mødes kl. 10.</p>", [("KL", "KL")]),
        ("<p>Kl. 10.</p>", []),
        ('<p><a href="x">bestand</a> <code>andel</code> <span class="math">KL</span></p>', []),
        ("<pre>bestand</pre><h2>Andel</h2><p class='x'>KL</p>", []),
        ("<p><strong>Kontrol ✓ stemmer</strong> andel</p><p><em>KL · bestand</em></p>", []),
    ],
)
def test_only_the_first_use_in_prose_leads_there(words, found):
    assert links(words) == found


def test_the_meaning_is_told_beside_it_as_text():
    page = linked('<article class="bd-article"><p>egen andel</p></article>', MEANINGS, "../ordliste.html")
    assert '<a class="afkast-term" href="../ordliste.html#term-Egen" title="Vores &lt;del&gt;.">egen andel</a>' in page


def test_every_page_of_a_folder_leads_to_the_sites_own_glossary(tmp_path):
    (tmp_path / "strategies" / "en").mkdir(parents=True)
    (tmp_path / "ordliste.html").write_text(GLOSSARY, encoding="utf-8")
    for name in ("metode", "strategies/overblik", "strategies/en/index"):
        page = '<article class="bd-article"><p>Bestanden</p></article>'
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    link_terms(tmp_path, "strategies")
    led = {
        path.stem: re.findall('href="([^"]*)"', path.read_text("utf-8"))
        for path in tmp_path.rglob("*.html")
        if path.stem != "ordliste"
    }
    assert led == {
        "metode": [],
        "overblik": ["../ordliste.html#term-Bestand"],
        "index": ["../../ordliste.html#term-Bestand"],
    }


@pytest.mark.parametrize("page", ["book/ordliste.md", "data/example/text/ordliste.md"])
def test_the_words_stand_in_the_order_in_which_they_are_looked_up(page):
    text = (Path(__file__).parents[1] / page).read_text("utf-8")
    words = re.findall(r"^(\S.*)\n  \S", text, re.MULTILINE)
    in_danish = str.maketrans({"æ": "\uffff1", "ø": "\uffff2", "å": "\uffff3"})
    assert len(words) > 5
    assert words == sorted(words, key=lambda word: word.lower().translate(in_danish))
