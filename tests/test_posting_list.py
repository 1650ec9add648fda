"""Opus' lists of postings: between tabs with two lines a record, between pipes, and their sums."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_files import imported, refused, write_own

DECLARED = """\
  - file: liste.txt
    reader: opus_list
    source: KMD Opus
    extracted_on: 2026-11-01
    wbs_elements:
      XA-1391100000-00010: {strategy: s, committee: AMU, line: investment}
      XA-1391100000-00020: {strategy: s, committee: AMU, line: benefit_saving}
"""
ELEMENT, OTHER = "XA-1391100000-00010", "XA-1391100000-00020"

# after the blank headings a row's cells stand where the headings do, or one place further on
TABS = [
    "\tBilagsnummer\tBoL\tPSP-element\tbeskrivelse\tPeriode\tBogføringsdato\t\t\t"
    "Medarbejder\tVrd./CO-områdevaluta\tBoL\tOAr\tOAr",
    "\tTilbF-Ref.\tTbF\tTFB\tUser Name\tValørdato",
]


def record(document, amount, element=ELEMENT, day="14.10.2026", period=10, shift=0):
    before = ["", str(document), "1", element, "HEMMELIG navn", str(period), day]
    after = ["", "", *[""] * shift, "HEMMELIG", amount, "2", "PR", "PR"]
    return ["\t".join(before + after), f"\t{document}0\tA\tB\tHEMMELIG\t{day}"]


def total(stars, amount):
    return ["\t".join(["", stars, "", "", "", "", "", "", "", "", amount])]


def tabs(*pages):
    return "\r\n".join(line for page in pages for line in ["Postliste\tSide", "", *TABS, *page]) + "\r\n"


LIST = tabs(
    [*record(1900000001, "1.000,50"), *record(1900000002, "200,00-", shift=1)],
    [*total("*", "800,50"), *record(1900000003, "99,50", OTHER, shift=1), *total("*", "99,50"), *total("**", "900,00")],
)


def folder(tmp_path, text, more="", encoding="cp1252"):
    return write_own(tmp_path / "raw", DECLARED + more, {"liste.txt": text.encode(encoding)})


def amounts(raw):
    return imported(raw).table("ledger").sort_values("document")["amount_dkk"].tolist()


def test_a_record_of_two_lines_is_read_whether_its_cells_are_shifted_or_not(tmp_path):
    raw = folder(tmp_path, LIST)
    ledger = imported(raw).table("ledger").sort_values("document")
    assert ledger["amount_dkk"].tolist() == [1000.50, -200.0, 99.50]
    assert ledger["period"].tolist() == [10, 10, 10]
    assert ledger["posted_on"].dt.strftime("%d-%m-%Y").unique().tolist() == ["14-10-2026"]
    assert ledger["line"].tolist() == ["investment", "investment", "benefit_saving"]
    assert not any("HEMMELIG" in str(cell) for cell in ledger.to_numpy().ravel())


@settings(max_examples=8)
@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_every_mix_of_shifted_rows_gives_the_same_amounts(tmp_path_factory, shifts):
    rows = [line for n, shift in enumerate(shifts) for line in record(1900000000 + n, f"{n},50", shift=int(shift))]
    every = sum(100 * n + 50 for n in range(len(shifts)))
    summed = f"{every // 100},{every % 100:02}"
    raw = folder(tmp_path_factory.mktemp("liste"), tabs([*rows, *total("**", summed)]), DROPPED)
    assert amounts(raw) == [n + 0.5 for n in range(len(shifts))]


DROPPED = "    accepted: {no_postings: 'AB: kun det ene element bruges her'}\n"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("*\t\t\t\t\t\t\t\t\t800,50", "*\t\t\t\t\t\t\t\t\t800,51", "the sum is not that of its postings (row 13)"),
        ("900,00", "901,00", "the sum is not that of its postings (row 17)"),
        ("\t10\t14.10.2026", "\tX\t14.10.2026", "its cells do not fit Bilagsnummer, PSP-element, Periode"),
        ("Bogføringsdato", "Dato", "no line with the headings Bilagsnummer, Bogføringsdato"),
    ],
)
def test_what_does_not_fit_is_refused_by_row(tmp_path, old, new, says):
    assert old in LIST
    sentences = refused(folder(tmp_path, LIST.replace(old, new)))
    assert any(says in one for one in sentences), sentences


def test_a_list_that_was_cut_is_refused(tmp_path):
    lines = LIST.split("\r\n")
    [sentence] = refused(folder(tmp_path, "\r\n".join([*lines[:14], *lines[15:]])))
    assert "the second line of the record is missing (row 14)" in sentence
    (tmp_path / "cut").mkdir()
    sentences = refused(folder(tmp_path / "cut", "\r\n".join(lines[:15]) + "\r\n"))
    assert any("postings after the last sum" in one for one in sentences)


def test_a_list_without_sums_is_asked_about(tmp_path):
    [sentence] = refused(folder(tmp_path, tabs([*record(1900000001, "1,00"), *record(1900000002, "2,00", OTHER)])))
    assert "no sum" in sentence
    assert "accepted: {no_total: 'name: reason'}" in sentence


PIPES = """\
Posteringer 01.11.2026

--------------------------------------------------------------------------------
|Bilagsnr. |PSP-element        |Per|Bogf.dato |Tekst               |       Beløb|
|------------------------------------------------------------------------------|
|1900000001|XA-1391100000-00010|010|14.10.2026|Løn | jobcenter     |    1.000,50|
|1900000002|XA-1391100000-00020|010|15.10.2026|Kursus              |      200,00|
|*         |                   |   |          |                    |    1.200,50|
--------------------------------------------------------------------------------
"""

OF_PIPES = """\
    columns:
      Bilagsnr.: document
      PSP-element: wbs_element
      Per: period
      Bogf.dato: posted_on
      Beløb: amount_dkk
"""


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_an_alv_list_is_cut_where_its_heading_has_its_pipes(tmp_path, encoding):
    more = OF_PIPES + (f"    encoding: {encoding}\n" if encoding != "cp1252" else "")
    assert amounts(folder(tmp_path, PIPES, more, encoding)) == [1000.50, 200.0]


def test_an_alv_line_that_is_cut_is_refused_by_row(tmp_path):
    sentences = refused(folder(tmp_path, PIPES.replace("|Kursus      ", "|Kursus "), OF_PIPES))
    assert any("no column separator where the headings have one (row 7)" in one for one in sentences)
