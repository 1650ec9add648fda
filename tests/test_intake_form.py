"""The form of a file: whatever it is, the sentence says what, and how to mend it; text has one normal form."""

import datetime
import io
import re
import unicodedata
import zipfile

import openpyxl
import pandas as pd
import pandera.pandas as pandera
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_files import imported, refused, write_own

from afkast.intake.cells import danish_text
from afkast.intake.contracts import CONTRACTS
from afkast.intake.delimited import cut, cut_quoted
from afkast.intake.wording import normal, normal_cells
from afkast.intake.workbook import read_sheet

PLACES = """\
  - file: x.csv
    reader: csv
    table: committee_budgets
    columns: {Udvalg: committee, Post: item, Beløb: amount_dkk}
    constants: {area: A, heading: H, year: 2026, price_level_year: 2026}
"""
TEXT = "Udvalg;Post;Beløb\nØKU;Løn æøå;1,5\n"


def written(folder, content, more="", declared=PLACES, name="x.csv"):
    return write_own(folder / "raw", declared.replace("x.csv", name) + more, {name: content})


def workbook(*rows, sheet="Ark"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    return book


def saved(book):
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


IN_EXCEL = PLACES.replace("reader: csv", "reader: excel\n    sheet: Ark")
SHEET = (["Udvalg", "Post", "Beløb"], ["ØKU", "Løn", 1.5], ["ØKU", "Husleje", 2.5])


def amounts(raw):
    return imported(raw).table("committee_budgets")["amount_dkk"].to_list()


# ---------------------------------------------------------------- one normal form


@pytest.mark.parametrize(
    "written",
    [
        "Løn\N{NO-BREAK SPACE}æøå",
        "Løn  æøå",
        "Løn\N{ZERO WIDTH SPACE} æøå",
        "L\N{SOFT HYPHEN}øn æøå",
        unicodedata.normalize("NFD", "Løn æøå"),
        "Løn\N{NARROW NO-BREAK SPACE}æøå",
        "\N{LEFT-TO-RIGHT MARK}Løn æøå",
    ],
)
def test_words_that_look_alike_are_one_word_and_counted(tmp_path, written):
    raw = write_own(tmp_path / "raw", PLACES, {"x.csv": TEXT.replace("Løn æøå", written)})
    snapshot = imported(raw)
    assert snapshot.table("committee_budgets")["item"].to_list() == ["Løn æøå"]
    [entry] = snapshot.files_of("committee_budgets")
    assert entry["corrected"] == [{"rule": "one_form", "column": "Post", "cells": 1}]


def test_headings_file_names_and_declarations_have_the_same_form(tmp_path):
    apart = unicodedata.normalize("NFD", "Beløb på år")
    declared = PLACES.replace("Beløb:", "Beløb på år:").replace("x.csv", "årlig.csv")
    raw = write_own(
        tmp_path / "raw", declared, {unicodedata.normalize("NFD", "årlig.csv"): TEXT.replace("Beløb", apart)}
    )
    assert amounts(raw) == [1.5]


@given(st.text(alphabet="aæøåÅé \u00a0\u00ad\u200b\u0301\u030a-\u2011", max_size=12))
def test_the_normal_form_is_its_own_normal_form(text):
    assert normal(normal(text)) == normal(text)
    cells, _ = normal_cells(pd.Series([text.strip()], dtype=str))
    assert cells.to_list() == [normal(text)]


def test_a_letter_and_its_accent_are_one_whatever_lay_unseen_between_them():
    assert normal("a\u00ad\u030a") == normal("a\u200b\u030a") == "å"


def test_what_only_capitals_part_is_told_with_its_rows(tmp_path):
    [sentence] = refused(written(tmp_path, TEXT + "Øku;Husleje;1,0\n"))
    assert "column 'Udvalg': written elsewhere in another way (row 3)" in sentence


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850", "utf-16"])
def test_the_same_text_in_any_declared_encoding_is_the_same_table(tmp_path, encoding):
    raw = written(tmp_path, TEXT.encode(encoding), f"    encoding: {encoding}\n")
    assert imported(raw).table("committee_budgets")["item"].to_list() == ["Løn æøå"]


@pytest.mark.parametrize(
    ("encoding", "declared", "remedy"),
    [
        ("cp1252", "utf-8", "declare encoding: cp1252"),
        ("cp850", "utf-8", "declare encoding: cp850"),
        ("cp850", "cp1252", "eclare encoding: cp850"),
        ("utf-8", "cp1252", "Declare encoding: utf-8"),
        ("utf-16", "utf-8", "declare encoding: utf-16"),
        ("utf-16", "cp1252", "declare encoding: utf-16"),
    ],
)
def test_another_encoding_than_declared_is_named(tmp_path, encoding, declared, remedy):
    [sentence] = refused(written(tmp_path, TEXT.encode(encoding), f"    encoding: {declared}\n"))
    assert remedy in sentence


def test_letters_encoded_twice_or_lost_are_refused(tmp_path):
    twice = TEXT.encode().decode("cp1252").encode()
    assert "letters that are UTF-8 read in another encoding" in refused(written(tmp_path, twice))[0]
    (tmp_path / "b").mkdir()
    [sentence] = refused(written(tmp_path / "b", TEXT.replace("Løn", "L?n")))
    assert "column 'Post': a question mark within a word: a letter has been lost (row 2)" in sentence


# ---------------------------------------------------------------- another kind of file


@pytest.mark.parametrize(("separator", "name"), [(",", "comma"), ("\t", "tab"), ("|", "pipe")])
def test_another_character_between_cells_is_named_and_can_be_declared(tmp_path, separator, name):
    text = TEXT.replace(",", ".").replace(";", separator)
    [sentence] = refused(written(tmp_path, text))
    assert f"cells are separated by {name}, not semicolon (row 1). Declare delimiter: {name}." in sentence
    (tmp_path / "b").mkdir()
    assert amounts(written(tmp_path / "b", text, f"    delimiter: {name}\n    decimal: '.'\n")) == [1.5]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"PK\x03\x04rest", "is an Excel workbook or another archive, not text"),
        (b"PAR1rest", "is a Parquet file, not text"),
        (b"%PDF-1.7", "is a PDF document, not text"),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", "is a web page, not text"),
        (b"Udvalg;Post;Bel\xc3\xb8b\n" + b"x" * 1_000_001, "a line longer than 1 MB (row 2)"),
        (TEXT.replace("1,5", "1" * 140_000).encode(), "a cell of more than 131072 characters (row 2)"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path, content, rule):
    [sentence] = refused(written(tmp_path, content))
    assert rule in sentence


def encrypted():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 99


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (encrypted(), "is protected by a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 900, "is an old Excel workbook (.xls) under another name"),
        (b"<html><table><tr><td>1", "is a web page, not an Excel workbook"),
        (b"<?xml version='1.0'?><Workbook/>", "is an XML file, not an Excel workbook"),
        (TEXT.encode(), "is a text file, not an Excel workbook"),
    ],
)
def test_what_is_no_workbook_is_named(tmp_path, content, rule):
    [sentence] = refused(written(tmp_path, content, declared=IN_EXCEL, name="x.xlsx"))
    assert rule in sentence


def test_a_file_name_may_have_capitals(tmp_path):
    assert amounts(written(tmp_path, TEXT, name="X.CSV")) == [1.5]


def test_a_workbook_of_strict_office_open_xml_is_read(tmp_path):
    plain = io.BytesIO(saved(workbook(*SHEET)))
    strict = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(strict, "w") as target:
        for member in source.namelist():
            xml = source.read(member)
            for old, new in [
                (
                    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                    b"http://purl.oclc.org/ooxml/spreadsheetml/main",
                ),
                (
                    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                    b"http://purl.oclc.org/ooxml/officeDocument/relationships",
                ),
            ]:
                xml = xml.replace(old, new)
            target.writestr(member, xml)
    assert amounts(written(tmp_path, strict.getvalue(), declared=IN_EXCEL, name="x.xlsx")) == [1.5, 2.5]


def test_ten_thousand_headings_are_one_sentence(tmp_path):
    extra = ";".join(f"HEMMELIG{number}" for number in range(10_000))
    [sentence] = refused(written(tmp_path, TEXT.replace("Beløb", f"Beløb;{extra}", 1)))
    assert "headings number 4, 5, 6 and 9997 more are not declared in sources.yml (row 1)" in sentence


# ---------------------------------------------------------------- what stands around the rows


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Udvalg;Post;Beløb;\nØKU;P;1,5;\n", ""),
        ("Udvalg;Post;Beløb\nØKU;P;1,5;;\n", ""),
        ("Udvalg;Post;Beløb;;\nØKU;P;1,5;;\n", ""),
        ("Udvalg;Navn;Post;Beløb\nØKU;HEMMELIG;P;1,5\n", "    ignore: [Navn]\n"),
        ('"Udvalg\nog mere";Post;Beløb\nØKU;P;1,5\n', "HEADING"),
        (";Drift;\nUdvalg;Post;Beløb\nØKU;P;1,5\n", "    heading_rows: 2\n"),
        ("Udvalg;Post;Beløb\nØKU;P;1,5\nI alt;;9,0\n", "    leave_out: {Udvalg: [I alt]}\n"),
        ("Udvalg;Post;Beløb\nØKU;P;1,5\nI alt;;1,5\n", "    footer: I alt\n"),
        ("Udvalg;Post;Beløb\nØKU;P;1,5\nAntal rækker: 1\n", "    footer: Antal\n"),
        ("Udvalg;Post;Beløb\nØKU;P;1,5", "    accepted: {open_end: 'AB: systemet slutter uden linjeskift'}\n"),
    ],
)
def test_what_a_system_writes_around_the_rows_means_nothing(tmp_path, text, more):
    declared = PLACES.replace("Udvalg:", "Udvalg og mere:") if more == "HEADING" else PLACES
    if "heading_rows" in more:
        declared = PLACES.replace("Post: item, Beløb:", "Drift Post: item, Drift Beløb:")
    raw = written(tmp_path, text, more.removeprefix("HEADING"), declared)
    assert amounts(raw) == [1.5]
    assert not any(b"HEMMELIG" in path.read_bytes() for path in raw.parent.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("text", "more", "rule"),
    [
        (TEXT + "I alt;;1,5\n", "", "column 'Udvalg': a row of totals among the data (row 3)"),
        (TEXT + "ØKU;I alt;1,5\n", "", "column 'Post': a row of totals among the data (row 3)"),
        (TEXT + "I alt;;2,5\n", "    footer: I alt\n", "the footer's total is not the sum of the rows (row 3)"),
        (TEXT + "Antal rækker: 3\n", "    footer: Antal\n", "has 1 rows, and its own footer says 3"),
        (
            TEXT + "Filter;;\nAMU;P;1,0\n",
            "    footer: Filter\n",
            "rows of data below the footer, which begins in",
        ),
        (TEXT + "Filterhus;P;1,0\n", "    footer: Filter\n", "the declared footer is missing"),
        (TEXT + "Udvalg;Post;Beløb\nAMU;P;2\n", "", "the headings stand there again: more than one table, or page"),
        (
            TEXT + "Kilde: X\n",
            "",
            "a note below the rows (row 3). Declare the first word of the first",
        ),
        (TEXT.removesuffix("\n"), "", "the last line has no end; the file may be cut short"),
    ],
)
def test_a_row_that_is_no_data_is_never_taken_for_data_nor_data_for_none(tmp_path, text, more, rule):
    assert any(rule in sentence for sentence in refused(written(tmp_path, text, more)))


def test_what_other_programs_leave_in_the_folder_is_not_in_the_way(tmp_path):
    raw = written(tmp_path, TEXT)
    for name in (".DS_Store", "~$x.xlsx", ".~lock.x.csv#", "Thumbs.db", "desktop.ini"):
        (raw / name).write_bytes(b"HEMMELIG")
    assert amounts(raw) == [1.5]


# ---------------------------------------------------------------- text and identifiers


def test_a_line_break_in_a_text_is_a_quotation_mark_out_of_place(tmp_path):
    raw = written(tmp_path, 'Udvalg;Post;Beløb\nØKU;"P;1\nØKU;P;1\nØKU;P";1\n')
    assert any("column 'Post': a text holds a line break" in sentence for sentence in refused(raw))


def test_the_separator_in_a_text_is_asked_about(tmp_path):
    text = 'Udvalg;Post;Beløb\nØKU;"Løn; konsulent";1,5\n'
    [sentence] = refused(written(tmp_path, text))
    assert "column 'Post': a text holds the semicolon that separates cells" in sentence
    assert "accepted: {separator: 'name: reason'}" in sentence
    (tmp_path / "b").mkdir()
    raw = written(tmp_path / "b", text, "    accepted: {separator: 'AB: navne med semikolon'}\n")
    snapshot = imported(raw)
    assert snapshot.table("committee_budgets")["item"].to_list() == ["Løn; konsulent"]
    [asked] = snapshot.files_of("committee_budgets")[0]["asked"]
    assert (asked["question"], asked["rows"], asked["answer"]) == ("separator", 1, "AB: navne med semikolon")


@pytest.mark.parametrize(
    "text", ["019981-1003", "0199811003", "Løn til 019981 1003.", "019981\N{NON-BREAKING HYPHEN}1003", "nr. 3199811004"]
)
def test_a_cpr_number_in_a_text_stops_the_import(tmp_path, text):
    [sentence] = refused(written(tmp_path, TEXT.replace("Løn æøå", text)), text)
    assert "column 'Post': ten digits like a CPR number, in a column that holds none (row 2)" in sentence


# ---------------------------------------------------------------- workbooks


def test_error_cells_and_formulas_outside_the_table_do_not_matter(tmp_path):
    book = workbook(*SHEET)
    book.active["A1"].value, book.active["A9"].value, book.active["A10"].value = "Udvalg", "#REF!", "=1+1"
    book.active["A8"].value = "Slut"
    raw = written(tmp_path, saved(book), "    footer: Slut\n", IN_EXCEL, "x.xlsx")
    assert amounts(raw) == [1.5, 2.5]


def test_cells_merged_over_rows_are_refused(tmp_path):
    book = workbook(*SHEET)
    book.active.merge_cells("A2:A3")
    told = refused(written(tmp_path, saved(book), "", IN_EXCEL, "x.xlsx"))
    assert "x.xlsx, sheet 'Ark': cells that are merged over rows (rows 2, 3)" in told[0]


def test_hidden_rows_and_columns_are_in_or_out_as_declared(tmp_path):
    book = workbook(["Udvalg", "Skjult", "Post", "Beløb"], ["ØKU", "x", "Løn", 1.5], ["ØKU", "x", "Husleje", 2.5])
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["B"].hidden = True
    content = saved(book)
    told = refused(written(tmp_path, content, "    ignore: [Skjult]\n", IN_EXCEL, "x.xlsx"))
    assert "rows that Excel hides (row 3)" in told[1] and "Excel hides column number 2." in told[0]
    for hidden, more, read in [("in", "    ignore: [Skjult]\n", [1.5, 2.5]), ("out", "", [1.5])]:
        (tmp_path / hidden).mkdir()
        raw = written(tmp_path / hidden, content, f"    hidden: {hidden}\n{more}", IN_EXCEL, "x.xlsx")
        assert amounts(raw) == read


WRITTEN = st.one_of(
    st.decimals(-(10**8), 10**8, places=6).map(float),  # Excel keeps 15 digits
    st.integers(-(10**15), 10**15),
    st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 1, 1)),
    st.text("abc æøå", min_size=1, max_size=9),
)


@given(WRITTEN)
def test_a_workbooks_cell_reads_as_what_was_written_in_it(value):
    sheet = read_sheet(saved(workbook(["x", value])), "Ark", ",")
    assert sheet is not None
    [(_, [_, cell])] = sheet[0]
    assert cell == danish_text(value)


# ---------------------------------------------------------------- the fast reader reads the same

CELLS = st.text(alphabet="ab;1,.\u00a0 æ\t|'", max_size=6)


@given(
    st.lists(st.lists(CELLS, max_size=4), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.integers(1, 9),
)
def test_both_ways_of_cutting_a_text_give_the_same_rows_whatever_blocks_it_comes_in(lines, end, ends, size):
    text = "a;b\n" + end.join(";".join(line) for line in lines) + (end if ends else "")
    every = io.StringIO(text, newline="").readlines()
    blocks = ["".join(every[at : at + size]) for at in range(0, len(every), size)]

    def rows(tables):
        every = {}
        for cells, odd in tables:
            every |= {int(row): list(line) for row, *line in cells.itertuples()} | dict(odd)
        return {row: line for row, line in every.items() if any(line)}

    assert rows(cut(blocks, ";", 2, 2)) == rows(cut([text], ";", 2, 2)) == rows(cut_quoted(blocks, ";", 2, 2))


# ---------------------------------------------------------------- what a text must look like

WRITTEN_WRONG = {
    "strategy": ["Flere i job", "-job", "", "a" * 41],
    "goal": ["Mål 1"],
    "printed_table": ["k1", "Tabel 1"],
    "column": ["år 2019"],
    "printed": ["ca. 12", "1.910-"],
}


def test_a_text_of_another_form_is_told_which_form_is_expected_by_an_example_that_has_it():
    formed = {
        name: (column, check.error)
        for contract in CONTRACTS.values()
        for name, column in contract.columns.items()
        if column.metadata["form"] == "text"
        for check in column.checks
        if check.name == "str_matches"
    }
    assert set(formed) == set(WRITTEN_WRONG)
    for name, (column, told) in formed.items():
        example = re.search(r"like ([^ :]+)", told)[1].removesuffix(",")
        valid = pandera.DataFrameSchema({name: column})
        valid.validate(pd.DataFrame({name: pd.Series([example], dtype=str)}))
        for wrong in WRITTEN_WRONG[name]:
            with pytest.raises(pandera.errors.SchemaError):
                valid.validate(pd.DataFrame({name: pd.Series([wrong], dtype=str)}))


@pytest.mark.parametrize(
    ("columns", "constants", "remedy"),
    [
        ("Strategi: strategy, ", "", "Correct the rows at the source and export again."),
        ("", "strategy: Flere i job, ", "Correct the export, or its declaration in sources.yml."),
    ],
)
def test_an_id_of_another_form_is_told_with_its_remedy(tmp_path, columns, constants, remedy):
    declared = f"""\
  - file: x.csv
    reader: csv
    table: targets
    columns: {{{columns}År: year, Måltal: strategy_budget}}
    constants: {{{constants}measure: m, original_budget: 9, unit: personer}}
"""
    text = "Strategi;År;Måltal\nFlere i job;2026;5\n" if columns else "År;Måltal\n2026;5\n"
    [sentence] = refused(written(tmp_path, text, declared=declared))
    assert "must be an id like flere-i-job-2026: small letters a-z, digits and hyphens" in sentence
    assert sentence.endswith(remedy)


@pytest.mark.parametrize("written", ["cp1252", "utf-8"])
def test_another_encoding_read_as_code_page_850_is_refused(tmp_path, written):
    text = TEXT.replace("æøå", "på køb").encode(written)
    [sentence] = refused(written_as_850(tmp_path, text))
    assert "letters of another encoding" in sentence and f"declare encoding: {written}" in sentence


def written_as_850(folder, text):
    return written(folder, text, "    encoding: cp850\n")


def test_letters_of_a_macintosh_are_named(tmp_path):
    text = TEXT.replace("æøå", "løn").encode("mac-roman")
    assert "letters of a Macintosh's encoding" in refused(written(tmp_path, text, "    encoding: cp1252\n"))[0]


def test_letters_of_two_alphabets_in_one_word_are_refused(tmp_path):
    [sentence] = refused(written(tmp_path, TEXT.replace("Løn", "L\u043en")))
    assert "letters of two alphabets in one word" in sentence


def test_a_formula_in_a_text_file_is_refused(tmp_path):
    [sentence] = refused(written(tmp_path, TEXT.replace("Løn æøå", '="Løn"')))
    assert "a formula where a word should be" in sentence


def formula(result):
    """A workbook whose last cell is a formula with this in the place of its result, as Excel writes it."""
    book, content, changed = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.active.title = "Ark"
    for row in (["Sted", "Md", "Antal"], ["A", "2019M01", 5], ["A", "2019M02", "=X"]):
        book.active.append(row)
    book.save(content)
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            told = old.read(name).decode("utf-8") if name.endswith(".xml") else old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                told, found = re.subn(r'<c r="C3">.*?</c>', f'<c r="C3"{result}</c>', told)
                assert found == 1
            new.writestr(name, told)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("result", "rule"),
    [
        (' t="str"><f>IF(A1=1,1,"")</f><v></v>', None),
        ("><f>IF(A1=1,1,2)</f><v></v>", "a formula without its result (row 3)"),
        ("><f>IF(A1=1,1,2)</f>", "a formula without its result (row 3)"),
    ],
)
def test_a_formula_whose_result_is_no_letters_has_a_result(tmp_path, result, rule):
    declared = """\
  - file: x.xlsx
    reader: excel
    sheet: Ark
    table: measures
    columns: {Md: period, Sted: area, Antal: value}
    constants: {measure: m, unit: personer}
"""
    raw = write_own(tmp_path / "raw", declared, {"x.xlsx": formula(result)})
    if rule:
        assert rule in refused(raw)[0]
    else:
        assert imported(raw).table("measures")["status"].to_list() == ["ok", "missing"]


@pytest.mark.parametrize("word", ["#REF!", "#I/T", "#DIVISION/0!", "#NAVN?", "####"])
def test_an_excel_error_in_a_text_file_is_no_word(tmp_path, word):
    [sentence] = refused(written(tmp_path, TEXT.replace("Løn æøå", word)))
    assert "an Excel error value" in sentence


@pytest.mark.parametrize("day", ["01-02-2024", "2024-02-01"])
def test_a_day_is_no_word(tmp_path, day):
    [sentence] = refused(written(tmp_path, TEXT.replace("Løn æøå", day)))
    assert "a date where words are expected" in sentence
