"""The gate: what must not be served is found in every form and place, told without its value, and stops the site."""

import base64
import datetime
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pypdf
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from raw_files import write_raw

from afkast.edition import gate, identifiers, policy
from afkast.edition.gate import check, read_ahead, texts_of
from afkast.edition.identifiers import Wanted, wanted
from afkast.edition.memo import Memo, Paragraph, Picture, Pictures
from afkast.edition.memo_files import pdf, word
from afkast.errors import AfkastError
from afkast.intake import import_raw, pseudonym_key

TODAY = datetime.date(2026, 11, 29)
KNOWN = "0199811003"  # a person of raw_files whose month is none: only the key can tell that it is somebody
LIKE = "0102034567"  # nobody's, but in the form
PAGES = ["strategies/alfa/side", "metode"]
PAGE = """<!DOCTYPE html>
<html lang="da"><head>
<meta charset="utf-8" />
<script src="../../_static/danish.js"></script>
<script>DOCUMENTATION_OPTIONS.search_as_you_type = false;</script>
<link rel="stylesheet" href="../../_static/afkast.css" />
</head><body><p>1.234.567,8 kr. pr. 30. november 2019, 2019-11-30, +45 12 34 56 78</p>{}</body></html>
"""


@pytest.fixture(scope="module")
def looked_for(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write_raw(folder / "raw")
    snapshot = import_raw(folder, folder / "snapshots", pseudonym_key(folder / "snapshots"))
    return wanted(snapshot, Path("/srv/afkast"), Path("/srv/min kommune"))


@pytest.fixture
def site(tmp_path):
    """A small site without faults."""
    site = tmp_path / "html"
    for page in PAGES:
        (site / page).parent.mkdir(parents=True, exist_ok=True)
        (site / f"{page}.html").write_text(PAGE.format(""), encoding="utf-8")
    (site / "_static").mkdir()
    for name in ("danish.js", "afkast.css", "afkast.svg"):
        (site / "_static" / name).write_bytes((ROOT / "book" / "_static" / name).read_bytes())
    (site / "searchindex.js").write_text('Search.setIndex({"docnames": ["metode"]})', encoding="utf-8")
    policy.seal(site)
    return site


def refused(site, looked_for, pages=None, allow_list=None):
    """The sentences with which a site is refused; none where it passes."""
    try:
        check(site, PAGES, pages or site / "ingen", looked_for, allow_list or site.parent / "allowed.yml", TODAY)
    except AfkastError as error:
        first, *told = str(error).splitlines()
        assert first.endswith("the former stands.")
        return told
    return []


def put(site, html):
    """A page whose body has this."""
    (site / f"{PAGES[0]}.html").write_text(policy.sealed(PAGE.format(html)), encoding="utf-8")


def test_a_site_without_faults_passes(site, looked_for):
    assert len(looked_for.pseudonyms) == 2 and looked_for.key is not None
    assert refused(site, looked_for) == []


FORMS = {
    "as it is": str,
    "hyphen": lambda number: f"{number[:6]}-{number[6:]}",
    "no-break hyphen": lambda number: f"{number[:6]}\u2011{number[6:]}",
    "dash": lambda number: f"{number[:6]}–{number[6:]}",
    "space": lambda number: f"{number[:6]} {number[6:]}",
    "no-break space": lambda number: f"{number[:6]}\u00a0{number[6:]}",
    "soft hyphen": lambda number: f"{number[:6]}\u00ad{number[6:]}",
    "fullwidth": lambda number: "".join(chr(ord(digit) + 0xFEE0) for digit in number),
    "without its zero": lambda number: number[1:],
    "as a float": lambda number: f"{number[1:]}.0",
    "after a comma": lambda number: f"12,{number}",
    "behind a letter": lambda number: f"x{number}y",
    "entities": lambda number: "".join(f"&#{ord(digit)};" for digit in number),
    "over cells": lambda number: f"<table><tr><td>{number[:6]}</td>\n<td>{number[6:]}</td></tr></table>",
    "over spans": lambda number: "".join(f"<span>{digit}</span>" for digit in number),
    "in an attribute": lambda number: f'<p title="{number}">x</p>',
    "in a comment": lambda number: f"<!-- {number} -->",
    "in code": lambda number: f'<span class="n">x</span> <span class="c1"># {number}</span>',
    "in base64": lambda number: base64.b64encode(f"borger: {number}".encode()).decode(),
    "in a picture": lambda number: (
        '<img src="data:image/svg+xml;base64,'
        + base64.b64encode(f"<svg><text>{number}</text></svg>".encode()).decode()
        + '"/>'
    ),
    "in a picture in words": lambda number: f"<img src='data:image/svg+xml,%3Csvg%3E{number}%3C/svg%3E'/>",
    "escaped": lambda number: '<p data-x="' + "".join(f"\\u{ord(digit):04x}" for digit in number) + '"></p>',
}


@pytest.mark.parametrize("number", [KNOWN, LIKE], ids=["known", "in the form"])
@pytest.mark.parametrize("form", FORMS)
def test_a_number_is_found_in_every_form(site, looked_for, form, number):
    put(site, f"<div id='vist-tabel'>{FORMS[form](number)}</div>")
    told = refused(site, looked_for)
    assert told and all(one.startswith("strategies/alfa/side.html, 'tabel'") for one in told)
    assert any(("a person's number" if number == KNOWN else "in the form of a CPR number") in one for one in told)
    assert not any(number[1:] in one or number[:6] in one for one in told)


@pytest.mark.parametrize("apart", [" ", "\u00a0", ".", "'"])
def test_a_known_number_is_found_among_amounts(site, looked_for, apart):
    put(site, f"{int(KNOWN):,}".replace(",", apart))
    assert refused(site, looked_for)
    put(site, f"{int(LIKE):,}".replace(",", apart))  # 102.034.567 is an amount like any other
    assert refused(site, looked_for) == []


def test_without_the_key_what_only_has_the_form_is_taken_for_a_number(site, looked_for):
    blind = Wanted(looked_for.pseudonyms, looked_for.cases, None, looked_for.machine)
    put(site, f"{KNOWN[:6]}-{KNOWN[6:]}")
    assert "in the form of a CPR number" in refused(site, blind)[0]


def test_pseudonyms_are_found_in_any_case_and_in_longer_words(site, looked_for):
    one = sorted(looked_for.pseudonyms)[0]
    for text in (one, one.upper(), f"id{one}", f"ab{one}cd", f'<p data-person="{one}"></p>'):
        put(site, text)
        [told] = refused(site, looked_for)
        assert "a person's pseudonym" in told and one not in told


def test_checksums_and_ordinary_numbers_are_nobody_s(looked_for):
    for text in (
        "sha256 9f0102034567ab12cd34ef56",
        "0,0102034567".replace(",", "."),
        "2019-11-30 2020-01-31",
        "12.500.000,25",
    ):
        assert list(looked_for.found_in(text)) == []


@given(st.integers(0, 31), st.integers(0, 13), st.integers(0, 999_999))
def test_every_day_of_birth_is_known_for_one(day, month, rest):
    nobody = Wanted(frozenset(), False, b"k" * 32, identifiers._machine(Path("/srv/x"), Path("/srv/y")))
    number = f"{day:02d}{month:02d}{rest:06d}"
    found = bool(list(nobody.found_in(f"{number[:6]}-{number[6:]}")))
    assert found == (1 <= day <= 31 and 1 <= month <= 12)


@pytest.mark.parametrize(
    "text",
    [
        "/srv/afkast/notebooks/x.ipynb",
        "/srv/min kommune/raw",
        "/home/berit/afkast",
        "C:\\Users\\berit\\afkast",
        "/tmp/tmpabc",
        "postgresql://kommune:hemmelig@server/db",
    ],
)
def test_nothing_of_the_machine_is_served(site, looked_for, text):
    put(site, f"<pre>{text}</pre>")
    told = refused(site, looked_for)
    assert told and "of this machine" in told[0] and text not in "".join(told)


def test_names_of_user_and_host_are_found_as_words(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "berit")
    monkeypatch.setattr("socket.gethostname", lambda: "jobc-pc17.kommune.dk")
    machine = identifiers._machine(Path("/srv/x"), Path("/srv/y"))
    looked_for = Wanted(frozenset(), False, None, machine)
    assert list(looked_for.found_in("lavet af berit.")) and list(looked_for.found_in("på jobc-pc17"))
    assert list(looked_for.found_in("berits overberit")) == []


@pytest.mark.parametrize("name", ["_static/dump.csv", "_images/x.svg", "personer.json", "strategies/alfa/ny.html"])
def test_a_file_that_nobody_declared_is_refused(site, looked_for, name):
    (site / name).parent.mkdir(exist_ok=True, parents=True)
    (site / name).write_text("a;b\n1;2\n", encoding="utf-8")
    assert f"{name}: a file that nobody declared" in "\n".join(refused(site, looked_for))


@pytest.mark.parametrize("name", ["_static/x.jpg", "_static/x.parquet", "_static/x.doc", "_static/x", "_static/x.gz"])
def test_a_file_that_cannot_be_read_is_refused(site, looked_for, name):
    (site / name).write_bytes(b"\x89PNG")
    assert "a file of a kind that cannot be looked through" in "\n".join(refused(site, looked_for))


def test_a_link_is_refused(site, looked_for, tmp_path):
    (site / "_static" / "afkast.svg").unlink()
    (site / "_static" / "afkast.svg").symlink_to(tmp_path)
    assert "a link or a special file" in refused(site, looked_for)[0]


def workbook(text):
    book = openpyxl.Workbook()
    book.active["B2"] = text
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def archive(*members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members:
            written.writestr(name, content)
    return file.getvalue()


def test_workbooks_and_archives_are_opened(looked_for):
    for name, content in {
        "a.xlsx": workbook(KNOWN),
        "a.zip": archive(("b.xlsx", workbook(KNOWN))),
        "b.zip": archive((f"{KNOWN}.csv", b"")),
    }.items():
        found = [one for _, text in texts_of(name, content) for one in looked_for.found_in(text)]
        assert [one.kind for one in found][:1] == ["a person's number"], name


def memo(**texts):
    picture = Picture(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', texts.pop("alt", "Kurven."), ""
    )
    said = {"title": "Hurtigt videre", "byline": "Resumé", "text": "Et tab."} | texts
    return Memo(said["title"], said["byline"], [Paragraph(said["text"]), Pictures([picture])])


@pytest.mark.parametrize("place", ["title", "byline", "text", "alt"])
def test_memos_are_read_wherever_they_say_something(looked_for, place):
    hidden = memo(**{place: f"Se {KNOWN}."})
    for name, content in {"a.docx": word(hidden, TODAY), "a.pdf": pdf(hidden, TODAY)}.items():
        found = [one for _, text in texts_of(name, content) for one in looked_for.found_in(text)]
        assert {one.kind for one in found} == {"a person's number"}, name
    for name, content in {"a.docx": word(memo(), TODAY), "a.pdf": pdf(memo(), TODAY)}.items():
        assert not [one for _, text in texts_of(name, content) for one in looked_for.found_in(text)], name


def test_a_pdf_file_that_does_more_than_be_read_or_is_none_is_refused():
    writer = pypdf.PdfWriter(io.BytesIO(pdf(memo(), TODAY)))
    action = {"/S": "/JavaScript", "/JS": "app.alert(1)"}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject(key): TextStringObject(value) for key, value in action.items()}
    )
    acting = io.BytesIO()
    writer.write(acting)
    attached = pypdf.PdfWriter(io.BytesIO(pdf(memo(), TODAY)))
    attached.add_attachment("liste.csv", b"x")
    with_file = io.BytesIO()
    attached.write(with_file)
    for content in (acting.getvalue(), with_file.getvalue(), b"%PDF-1.7 x", b""):
        with pytest.raises(gate._CannotBeRead):
            list(texts_of("a.pdf", content))


def test_an_archive_too_deep_or_not_one_is_not_read():
    content = b"x"
    for name in ("a.txt", "b.zip", "c.zip", "d.zip", "e.zip", "f.zip"):
        content = archive((name, content))
    for name, bad in (("f.zip", content), ("a.zip", b"no archive"), ("a.csv", b"\xff\xfe")):
        with pytest.raises(gate._CannotBeRead):
            list(texts_of(name, bad))


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ("<script>alert(1)</script>", "a script that is neither"),
        ("<p onclick='x()'>x</p>", "a script in an attribute"),
        ("<a href=' JavaScript:x()'>x</a>", "a script in an attribute"),
        ("<img src='https://example.org/x.png'>", "a request to elsewhere"),
        ("<img srcset='//example.org/x.png 2x'>", "a request to elsewhere"),
        ("<link rel='stylesheet' href='http://example.org/x.css'>", "a request to elsewhere"),
        ("<div style='background: url(https://example.org/x)'></div>", "a request to elsewhere"),
        ("<style>@import 'https://example.org/x';</style>", "a request to elsewhere"),
        ("<form action='https://example.org'></form>", "a request to elsewhere"),
        ("<svg><image xlink:href='https://example.org/x'/></svg>", "a request to elsewhere"),
        ("<meta http-equiv='refresh' content='0; url=https://example.org'>", "a request to elsewhere"),
        ("<iframe srcdoc='x'></iframe>", "a <iframe>"),
        ("<object data='x'></object>", "a <object>"),
        ("<base href='/x'>", "a <base>"),
    ],
)
def test_a_page_runs_no_script_but_ours_and_asks_nobody_else(site, looked_for, html, what):
    put(site, html)
    assert any(what in one for one in refused(site, looked_for))


def test_a_link_that_the_reader_follows_is_no_request(site, looked_for):
    put(site, "<a href='https://www.dst.dk/da'>Danmarks Statistik</a> <img src='data:image/png;base64,AAAA'>")
    assert refused(site, looked_for) == []


def test_a_page_without_its_policy_or_with_another_is_refused(site, looked_for):
    path = site / f"{PAGES[0]}.html"
    page = path.read_text(encoding="utf-8")
    for old, new in ((page, PAGE.format("")), ("default-src 'none'", "default-src *"), ("false;", "true;")):
        path.write_text(page.replace(old, new), encoding="utf-8")
        assert any("no policy of its own, or another" in one for one in refused(site, looked_for))


def test_a_script_or_search_index_that_was_changed_is_refused(site, looked_for):
    with (site / "_static" / "danish.js").open("a") as file:
        file.write("\n//")
    (site / "searchindex.js").write_text("Search.setIndex({});alert(1)", encoding="utf-8")
    (site / "tal-indeks.js").write_text("window.AFKAST_TAL = {};alert(1)", encoding="utf-8")
    told = "\n".join(refused(site, looked_for))
    assert "danish.js: a script that is neither ours" in told
    assert "searchindex.js: an index that is not data alone" in told
    assert "tal-indeks.js: an index that is not data alone" in told


def test_what_is_found_is_told_with_notebook_cell_and_place(site, looked_for, tmp_path):
    put(site, f"<div id='vist-tabel'>{KNOWN}</div>")
    page = tmp_path / "pages" / "alfa" / "side.ipynb"
    page.parent.mkdir(parents=True)
    shown = {"output_type": "display_data", "data": {}, "metadata": {"afkast": {"id": "tabel"}}}
    cells = [
        {"cell_type": "markdown", "source": "# Titel", "metadata": {}},
        {"cell_type": "code", "source": "x = 1", "metadata": {"tags": ["injected-parameters"]}, "outputs": []},
        {"cell_type": "code", "source": "report.show_table()", "metadata": {}, "outputs": [shown]},
    ]
    page.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    [told] = refused(site, looked_for, tmp_path / "pages")
    assert told.startswith("strategies/alfa/side.html, cell 1, 'tabel': a person's number.")


def allow(folder, hash, expires, reason="'et kontonummer, ikke en borger'"):
    path = folder / "allowed.yml"
    path.write_text(f"allowed:\n  - {{hash: '{hash}', reason: {reason}, expires: {expires}}}\n", encoding="utf-8")
    return path


def test_an_exception_has_a_hash_a_reason_and_an_end(site, looked_for, tmp_path):
    put(site, LIKE)
    [told] = refused(site, looked_for)
    hash = told.split("hash ")[1].rstrip(").")
    assert refused(site, looked_for, allow_list=allow(tmp_path, hash, "2026-11-29")) == []
    assert "expired on 2026-11-28" in refused(site, looked_for, allow_list=allow(tmp_path, hash, "2026-11-28"))[0]
    with pytest.raises(AfkastError, match="reason"):
        check(site, PAGES, tmp_path, looked_for, allow(tmp_path, hash, "2026-11-29", "''"), TODAY)


def test_a_known_person_is_never_allowed(site, looked_for, tmp_path):
    put(site, f"{KNOWN} {sorted(looked_for.pseudonyms)[0]}")
    told = refused(site, looked_for)
    assert len(told) == 2
    for one in told:
        hash = one.split("hash ")[1].rstrip(").") if "hash" in one else "0" * 16
        assert one in refused(site, looked_for, allow_list=allow(tmp_path, hash, "2030-01-01"))


def test_a_gate_that_fails_is_shut(site, looked_for, monkeypatch):
    def fails(*_):
        raise KeyError(KNOWN)

    monkeypatch.setattr(gate, "texts_of", fails)
    with pytest.raises(AfkastError, match=r"could not be looked through \(KeyError\)") as error:
        check(site, PAGES, site, looked_for, site.parent / "allowed.yml", TODAY)
    assert KNOWN not in str(error.value)


def test_what_cannot_be_read_ahead_is_left_to_the_gate_to_tell(site, looked_for):
    not_only_pixels = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()
    put(site, f'<img src="data:image/png;base64,{not_only_pixels}"/>')
    page = site / f"{PAGES[0]}.html"
    with pytest.raises(gate._CannotBeRead):
        list(texts_of(page.name, page.read_bytes()))
    read_ahead([page], looked_for)
    assert len(refused(site, looked_for)) == 1


def test_what_was_read_ahead_is_found_all_the_same(site, looked_for):
    put(site, f"<p>{KNOWN}</p>")
    read_ahead([site / f"{PAGES[0]}.html"], looked_for)
    assert len(refused(site, looked_for)) == 1


def test_the_themes_are_known_by_what_pip_noted():
    assert len(gate._checksums_of_themes()) > 300
