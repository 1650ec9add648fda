"""The door in: what is right comes through unchanged, and one small file per fault shows what is refused."""

import csv
import datetime
import hashlib
import hmac
import json
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import raw_files
from hypothesis import given
from hypothesis import strategies as st
from raw_files import (
    BUDGET,
    JOURNAL_PAGES,
    KEY,
    WBS,
    change,
    imported,
    journal,
    posting,
    refused,
    total,
    write_budget,
    write_journal,
    write_raw,
)

import afkast.intake.workbook
from afkast.errors import DataError
from afkast.intake import CONTRACTS, import_raw, open_snapshot
from afkast.intake.cells import danish_text, dates, months, numbers
from afkast.intake.sources import read_sources

SECRET = "HEMMELIG"
EXAMPLE = Path(__file__).parents[1] / "data" / "example" / "raw"


@pytest.fixture
def raw(tmp_path):
    return write_raw(tmp_path / "raw")


# ---------------------------------------------------------------- what comes through


def test_every_form_of_export_comes_through_as_its_contract_wants_it(raw):
    snapshot = imported(raw)
    ledger = snapshot.table("ledger")
    assert ledger.to_dict("records") == [
        {
            "strategy": "kijos",
            "committee": "ØKU",
            "line": "investment",
            "posted_on": pd.Timestamp("2019-06-14"),
            "period": 6,
            "document": document,
            "amount_dkk": amount,
            "file": "posteringer.txt",
        }
        for document, amount in [("1900000123", 41234.50), ("1900000124", -1234.50)]
    ]
    budget = snapshot.table("budget").set_index(["committee", "kind", "month"], drop=False)["amount_dkk"]
    whole_year = snapshot.table("budget").query("committee == 'ØKU' and kind == 'strategy'")
    assert whole_year["month"].isna().all() and whole_year["amount_dkk"].to_list() == [2694000.0]
    assert budget.xs("revised", level="kind").to_list() == [0.0] * 10 + [1000.5, 2000.0]
    assert budget.xs("AMU", level="committee").to_list() == [2821000.0]  # the file has it with minus
    measures = snapshot.table("measures")
    assert measures[["value", "status", "source"]].astype(object).fillna("").to_numpy().tolist() == [
        [1497.4, "ok", "Jobindsats"],
        [41.2, "ok", "Momentum"],
        ["", "missing", "Jobindsats"],
        ["", "missing", "Momentum"],
    ]
    assert measures["period"].dt.strftime("%Y-%m-%d").to_list() == ["2019-06-01"] * 2 + ["2019-07-01"] * 2
    assert snapshot.table("unit_prices")["state_refund_share"].to_list() == [0.2]
    for name, entry in snapshot.manifest["tables"].items():
        if "derived_from" not in entry:
            assert list(snapshot.table(name).columns) == [*CONTRACTS[name].columns, "file"]


def test_the_example_data_fill_every_table():
    declared = {
        line.split()[1] for line in (EXAMPLE.parent / "sources.yml").read_text("utf-8").splitlines() if "table:" in line
    }
    assert declared == set(CONTRACTS)


def test_the_example_data_come_through_whole(snapshot):
    persons = snapshot.table("persons")
    for file, rows in persons.groupby("file"):
        lines = (EXAMPLE / str(file)).read_text("cp1252").splitlines()
        assert len(rows) == sum(line.count(";") == 5 for line in lines) - 1
    assert set(persons["file"]) == {"fasit_personer.csv", "norddjurs_personer.csv", "eksempelkoebing_personer.csv"}
    text = (EXAMPLE / "opus_posteringer_aabenraa.txt").read_bytes().decode("cp1252")
    printed = [line for line in text.splitlines() if line.startswith("|**")][-1].split("|")[-2].strip()
    amount = Decimal(printed.rstrip("-").replace(".", "").replace(",", ".")) * (-1 if printed.endswith("-") else 1)
    ledger = snapshot.table("ledger")
    assert round(ledger.loc[ledger["strategy"] == "kijos", "amount_dkk"].sum(), 2) == float(amount)


def test_an_excel_cell_says_the_same_as_number_as_date_and_as_text(raw):
    rows = [list(row) for row in BUDGET]
    rows[3][3] = "2019"
    rows[3][-1] = "2.694.000,00"
    rows[5][-1] = "2821000,00-"
    as_numbers = imported(raw).table("budget")
    write_budget(raw, rows)
    pd.testing.assert_frame_equal(imported(raw).table("budget"), as_numbers)


def test_the_manifest_tells_where_every_row_comes_from(raw):
    snapshot = imported(raw)
    (entry,) = snapshot.files_of("ledger")
    content = (raw / "posteringer.txt").read_bytes()
    assert entry == {
        "file": "posteringer.txt",
        "sheet": None,
        "table": "ledger",
        "reader": "opus_journal",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "rows": 2,
        "period": ["2019-06-01", "2019-06-30"],
        "source": "KMD Opus",
        "extracted_on": "2019-12-09",
        "synthetic": True,
        "published": False,
        "accepted": {},
        "ignored": [],
        "left_out": 0,
        "corrected": [],
        "asked": [],
        "noted": [],
        "before": None,
    }
    assert snapshot.files_of("persons")[0]["period"] is None
    on_disk = json.loads((snapshot.path / "manifest.json").read_text("utf-8"))
    assert on_disk == snapshot.manifest and on_disk["id"].startswith("2019-12-09-")
    for name, table in on_disk["tables"].items():
        assert hashlib.sha256((snapshot.path / f"{name}.parquet").read_bytes()).hexdigest() == table["sha256"]


def test_progress_is_told_after_each_file(raw):
    told = []
    import_raw(raw.parent, raw.parent / "snapshots", KEY, lambda *progress: told.append(progress))
    assert told[0] == (1, 8, "posteringer.txt") and told[-1] == (8, 8, "priser.csv")


# ---------------------------------------------------------------- cells


@given(st.decimals(-(10**12), 10**12, places=2))
def test_an_amount_reads_back_as_what_was_written(amount):
    whole, decimals = f"{abs(amount):,.2f}".replace(",", ".").rsplit(".", 1)
    unsigned = f"{whole},{decimals}"
    signs = ["-{}", "{}-", "\N{MINUS SIGN}{}"] if amount < 0 else ["{}"]
    for sign in signs:
        for written in (unsigned, unsigned.replace(".", "")):
            assert numbers(pd.Series([sign.format(written)]))[0] == float(amount)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_an_excel_number_survives_being_written_in_danish(value):
    assert numbers(pd.Series([danish_text(value)]))[0] == value


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)))
def test_a_day_reads_back_as_what_was_written(day):
    for written in ("%d-%m-%Y", "%Y-%m-%d", "%Y-%m-%d 00:00:00"):
        assert dates(pd.Series([day.strftime(written)]))[0].date() == day
    for written in ("%YM%m", "%Y-%m"):
        assert months(pd.Series([day.strftime(written)]))[0].date() == day.replace(day=1)


@pytest.mark.parametrize(
    "written", ["", "1,", ",5", "1.23", "1.2345", "12.34,5", "--1", "-1-", "1 000", "1e3", "inf", "nan", "1'000", "٣"]
)
def test_what_is_not_a_danish_number_is_missing(written):
    assert numbers(pd.Series([written])).isna().all()


@pytest.mark.parametrize(
    "written",
    ["", "31-02-2019", "2019-02-31", "1-2-2019", "01.02.2019", "31-12-9999", "01-02-19", "01-02-2019 08:00:00"],
)
def test_what_is_not_a_day_is_missing(written):
    assert dates(pd.Series([written])).isna().all()


@pytest.mark.parametrize("written", ["", "2019M13", "2019M00", "2019K4", "02-06-2019", "2019-13", "2019-6"])
def test_what_is_not_a_month_is_missing(written):
    assert months(pd.Series([written])).isna().all()


# ---------------------------------------------------------------- faults in text tables

FETCH = "Fetch the file again from its system."
ROWS = "Correct the rows at the source and export again."
DECLARE = "Correct the export, or its declaration in sources.yml."
IGNORE = DECLARE.removesuffix(".") + "; a column that is not needed goes under ignore."
MEND = "Mend the formula in Excel, save, and import again."


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        # form
        ("priser.csv", "Netto;", "Nettopris;", f", column 'Netto': the heading is missing (row 1). {DECLARE}"),
        ("priser.csv", "Netto;", "Nettopris;", f": heading number 4 is not declared in sources.yml (row 1). {IGNORE}"),
        ("priser.csv", "Brutto;", "Netto;", f", column 'Netto': the heading occurs twice (row 1). {DECLARE}"),
        (
            "priser.csv",
            "Andel\n",
            "Andel;Ekstra\n",
            f": heading number 7 is not declared in sources.yml (row 1). {IGNORE}",
        ),
        ("priser.csv", ";0,20", "", f": not 6 cells, as there are headings (row 2). {ROWS}"),
        ("priser.csv", ";0,20", ";0,20;1", f": not 6 cells, as there are headings (row 2). {ROWS}"),
        ("priser.csv", ";0,20", ';0,20\n"HEMMELIG', f": a quotation mark out of place (row 3). {ROWS}"),
        (
            "priser.csv",
            "Aabenraa;Kontanthjælp;2019;80.000;100.000;0,20\n",
            "",
            f": no rows below the headings. {FETCH}",
        ),
        ("maal.csv", "Filter: alle\n", "", f": the declared footer is missing; the export may be cut short. {FETCH}"),
        # cells
        ("priser.csv", "80.000", SECRET, f", column 'Netto': not a number with decimal comma (row 2). {ROWS}"),
        ("priser.csv", "80.000", "80.00", f", column 'Netto': not a number with decimal comma (row 2). {ROWS}"),
        ("priser.csv", "80.000", "inf", f", column 'Netto': not a number with decimal comma (row 2). {ROWS}"),
        ("priser.csv", "80.000", "9" * 400, f", column 'Netto': must be a finite number (row 2). {ROWS}"),
        ("priser.csv", "80.000", "", f", column 'Netto': is empty (row 2). {ROWS}"),
        ("priser.csv", ";2019;", ";2019,5;", f", column 'År': not a whole number (row 2). {ROWS}"),
        ("priser.csv", ";2019;", ";20190;", f", column 'År': must be a whole number from 1900 to 2100 (row 2). {ROWS}"),
        ("priser.csv", "0,20", "20", f", column 'Andel': must lie from 0 to 1 (row 2). {ROWS}"),
        ("priser.csv", "Aabenraa", "01-02-2019", f", column 'Område': a date where words are expected (row 2). {ROWS}"),
        (
            "priser.csv",
            "80.000",
            "80.002",
            f", column 'Netto': differs by more than 1 kr. from gross · (1 - state refund share) (row 2). {ROWS}",
        ),
        ("maal.csv", "2019M06", "2019M13", f", column 'Måned': not a month like 2019M06 (row 4). {ROWS}"),
        (
            "maal.csv",
            "2019M07",
            "2019M06",
            f": more than one row for the same measure, area, period, source (rows 4, 5). {ROWS}",
        ),
        (
            "status.csv",
            "Endelig",
            SECRET,
            f", column 'Status': a wording that sources.yml does not list (row 2). {DECLARE}",
        ),
        (
            "status.csv",
            "41,2;Endelig",
            ";Endelig",
            f", column 'Antal': must be given exactly where the status is ok or provisional (row 2). {ROWS}",
        ),
        (
            "status.csv",
            ";;Mangler",
            ";1;Mangler",
            f", column 'Antal': must be given exactly where the status is ok or provisional (row 3). {ROWS}",
        ),
        ("personer.csv", ";K;", f";{SECRET};", f", column 'Køn': must be one of K, M (row 2). {ROWS}"),
        ("personer.csv", "01-02-2019", "31-02-2019", f", column 'Flyttet': not a date dd-mm-yyyy (row 3). {ROWS}"),
        (
            "personer.csv",
            "019981-1003",
            "19981-1003",
            ", column 'CPR': not ten digits with or without a hyphen after the sixth (a leading zero may be lost) "
            f"(row 2). {ROWS}",
        ),
        ("personer.csv", "3199811004", "0199811003", f": more than one row for the same person (rows 2, 3). {ROWS}"),
        ("forloeb.csv", "12-10-2018", "31-12-2017", f", column 'Til': ends before it starts (row 2). {ROWS}"),
        (
            "forloeb.csv",
            "13-10-2018",
            "10-12-2019",
            f", column 'Fra': lies after the extraction (2019-12-09) (row 3). {ROWS}",
        ),
        (
            "forloeb.csv",
            "0199811003",
            "0199811000",
            f", column 'CPR': a person who is not in the table persons (row 2). {ROWS}",
        ),
        (
            "maalgruppe.csv",
            "319981-1004",
            "319981-1009",
            f", column 'CPR': a person who is not in the table persons (row 3). {ROWS}",
        ),
        (
            "maalgruppe.csv",
            "01-02-2019",
            "31-12-2018",
            f", column 'Start': started before entering the target group (row 3). {ROWS}",
        ),
        (
            "maalgruppe.csv",
            "01-02-2019",
            "",
            f", column 'Start': must be given exactly for the intervention group (row 3). {ROWS}",
        ),
        (
            "maalgruppe.csv",
            "Målgruppe;01-01-2019;",
            "Målgruppe;01-01-2019;02-01-2019",
            f", column 'Start': must be given exactly for the intervention group (row 2). {ROWS}",
        ),
        (
            "maalgruppe.csv",
            "319981-1004",
            "019981-1003",
            f": more than one row for the same strategy, person (rows 2, 3). {ROWS}",
        ),
    ],
)
def test_a_fault_in_a_text_table_is_told_with_file_column_rule_and_row(tmp_path, file, old, new, sentence):
    raw = write_raw(tmp_path / "raw", file)
    change(raw / file, old, new)
    assert file + sentence in refused(raw)


def test_many_rows_are_counted_and_the_first_three_named(raw):
    lines = [f"2018M{month:02};Aabenraa;{SECRET}\n" for month in range(1, 8)]
    change(raw / "maal.csv", "2019M06;", "".join(lines) + "2019M06;")
    assert refused(raw) == [
        "maal.csv, column 'Antal': not a number with decimal comma (rows 4, 5, 6 and 4 more; 7 rows). " + ROWS
    ]


def test_a_row_is_numbered_by_the_line_it_begins_on(raw):
    rows = 'Aabenraa;"Kontant\nhjælp";2019;80.000;100.000;0,20\nHaderslev;Kontanthjælp;2019;HEMMELIG;;\n'
    (raw / "priser.csv").write_text("Område;Ydelse;År;Netto;Brutto;Andel\n" + rows, encoding="utf-8")
    assert refused(raw) == [
        "priser.csv, column 'Ydelse': a text holds a line break; a quotation mark may be out of place (row 2). " + ROWS,
        "priser.csv, column 'Netto': not a number with decimal comma (row 4). " + ROWS,
    ]


def test_two_faults_in_one_row_and_faults_in_several_files_are_told_together(raw):
    change(raw / "personer.csv", "1981;K", f"{SECRET};{SECRET}")
    change(raw / "priser.csv", "80.000", SECRET)
    (raw / "maal.csv").unlink()
    assert refused(raw) == [
        "maal.csv: is missing. Put it into the folder, or take it out of sources.yml.",
        "personer.csv, column 'Født': not a whole number (row 2). " + ROWS,
        "priser.csv, column 'Netto': not a number with decimal comma (row 2). " + ROWS,
    ]


def test_a_table_of_persons_at_fault_makes_nobody_unknown(raw):
    change(raw / "personer.csv", "1981;K", f"{SECRET};K")
    assert refused(raw) == ["personer.csv, column 'Født': not a whole number (row 2). " + ROWS]


def test_spells_need_persons(tmp_path):
    raw = write_raw(tmp_path / "raw", "forloeb.csv")
    (raw.parent / "sources.yml").write_text(raw_files.declaration("forloeb.csv"), encoding="utf-8")
    (raw / "personer.csv").unlink()
    assert refused(raw) == ["forloeb.csv, column 'CPR': a person who is not in the table persons (rows 2, 3). " + ROWS]


def test_two_files_that_overlap_are_both_named(tmp_path):
    raw = write_raw(tmp_path / "raw", "maal.csv")
    first = raw_files.declaration("maal.csv")
    second = first.removeprefix("sources:\n").replace("maal.csv", "maal2.csv")
    (raw.parent / "sources.yml").write_text(first + second, encoding="utf-8")
    text = "Måned;Område;Antal\n2019M07;Aabenraa;1\n2019M08;Aabenraa;1\nFilter\n"
    (raw / "maal2.csv").write_text(text, encoding="cp1252")
    rule = ": more than one row for the same measure, area, period, source"
    assert refused(raw) == [f"maal.csv{rule} (row 5). {ROWS}", f"maal2.csv{rule} (row 2). {ROWS}"]


@pytest.mark.parametrize("content", ["", "\n\n", "HEMMELIG;HEMMELIG\n"])
def test_a_file_without_its_headings_is_refused(raw, content):
    (raw / "priser.csv").write_text(content, encoding="utf-8")
    assert refused(raw) == [f"priser.csv: no line holds the declared headings. {DECLARE}"]


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("priser.csv", "hjælp".encode(), "hjælp".encode("cp1252"), "a byte that is not utf-8 (row 2)"),
        ("maal.csv", b"Aabenraa", b"Aaben\x81raa", "a byte that is not cp1252 (rows 4, 5)"),
        ("posteringer.txt", b"Tekst, fortsat", b"Tekst\x9d fortsat", "a byte that is not cp1252 (rows 5, 14)"),
        ("priser.csv", b"Aabenraa", "Aaben\x85raa".encode(), "a control character (row 2)"),
        ("priser.csv", b"Aabenraa", b"Aaben\x00raa", "a control character (row 2)"),
        ("priser.csv", b"Aabenraa", b"Aaben\rraa", "a control character (row 2)"),
        ("priser.csv", b"Aabenraa", "Aaben\ufffdraa".encode(), "a control character (row 2)"),
        ("posteringer.txt", b"jobcenter", b"job\x0ccenter", "a control character (rows 7, 9)"),
    ],
)
def test_a_byte_that_does_not_belong_is_refused_with_its_rows(tmp_path, file, old, new, rule):
    raw = write_raw(tmp_path / "raw", file)
    content = (raw / file).read_bytes()
    assert old in content
    (raw / file).write_bytes(content.replace(old, new))
    assert refused(raw) == [f"{file}: {rule}. {FETCH}"]


# ---------------------------------------------------------------- faults in workbooks


def budget_with(row, column, value):
    rows = [list(cells) for cells in BUDGET]
    rows[row - 1] += [None] * (column - len(rows[row - 1]))
    rows[row - 1][column - 1] = value
    return rows


@pytest.mark.parametrize(
    ("row", "column", "value", "sentence"),
    [
        (3, 1, "Udvalget", f", column 'Udvalg': the heading is missing (row 3). {DECLARE}"),
        (3, 19, SECRET, f": heading number 19 is not declared in sources.yml (row 3). {IGNORE}"),
        (3, 7, "Jan", f", column 'Jan': the heading occurs twice (row 3). {DECLARE}"),
        (4, 20, SECRET, f": not 18 cells, as there are headings (row 4). {ROWS}"),
        (5, 17, 2000.01, f", column 'Helår': not the sum of the months (row 5). {ROWS}"),
        (5, 17, SECRET, f", column 'Dec': not a number with decimal comma (row 5). {ROWS}"),
        (5, 17, datetime.datetime(2019, 12, 1), f", column 'Dec': not a number with decimal comma (row 5). {ROWS}"),
        (4, 18, None, f", column 'Helår': is empty (row 4). {ROWS}"),
        (
            4,
            18,
            "=SUM(F4:Q4)",
            ": a formula without its result (row 4). Open the workbook in Excel, save it, and import again.",
        ),
        (4, 18, "#REF!", f": an Excel error value (row 4). {MEND}"),
        (4, 1, datetime.datetime(2019, 2, 1), f", column 'Udvalg': a date where words are expected (row 4). {ROWS}"),
        (4, 2, SECRET, f", column 'Linje': a wording that sources.yml does not list (row 4). {DECLARE}"),
        (4, 2, None, f", column 'Linje': is empty (row 4). {ROWS}"),
        (4, 4, datetime.datetime(2019, 1, 1), f", column 'År': not a whole number (row 4). {ROWS}"),
        (5, 3, "Strategi", ": more than one row for the same strategy"),
        (5, 3, "Strategi", f", column 'month': a year is given both by month and as a whole (rows 4, 5). {ROWS}"),
        (6, 1, None, f", column 'Udvalg': is empty (row 6). {ROWS}"),
        (8, 1, None, f": the declared footer is missing; the export may be cut short. {FETCH}"),
    ],
)
def test_a_fault_in_a_workbook_is_told_with_sheet_column_rule_and_row(tmp_path, row, column, value, sentence):
    raw = write_raw(tmp_path / "raw", "budget.xlsx")
    write_budget(raw, budget_with(row, column, value))
    if sentence.startswith(": more than one"):
        write_budget(raw, [*BUDGET[:5], BUDGET[4], *BUDGET[5:]])
        sentence += f", committee, line, item, kind, year, month (rows 5, 6). {ROWS}"
    assert f"budget.xlsx, sheet 'Budget'{sentence}" in refused(raw)


def test_a_missing_sheet_is_refused(raw):
    write_budget(raw, BUDGET, sheet="Ark1")
    assert refused(raw) == [f"budget.xlsx, sheet 'Budget': the sheet is missing. {DECLARE}"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-200],
        lambda content: content[: len(content) // 2] + b"\x00" * 16 + content[len(content) // 2 + 16 :],
        lambda content: b"HEMMELIG",
        lambda content: b"",
    ],
    ids=["cut short", "bytes lost", "not a workbook", "empty"],
)
def test_a_damaged_workbook_is_refused(raw, damage):
    path = raw / "budget.xlsx"
    path.write_bytes(damage(path.read_bytes()))
    assert refused(raw) == [f"budget.xlsx, sheet 'Budget': not an intact Excel workbook. {FETCH}"]


# ---------------------------------------------------------------- faults in the posting journal


def journal_of(*records):
    return journal("\n".join(records).split("\n"))


CLOSING = (total("*", "100,00", WBS), total("**", "100,00"))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            journal_of(posting("1", "100,00").split("\n")[0], posting("2", "0,00"), *CLOSING),
            [f": the second line of the record is missing (row 7). {ROWS}"],
        ),
        (
            journal_of(posting("1", "100,00"), posting("2", "0,00").split("\n")[1], *CLOSING),
            [f": the first line of the record is missing (row 9). {ROWS}"],
        ),
        (
            journal_of(posting("1", "99,99"), *CLOSING),
            [
                f", column 'Beløb': the subtotal is not the sum of its postings (row 9). {FETCH}",
                f", column 'Beløb': the grand total is not the sum of the postings (row 11). {FETCH}",
            ],
        ),
        (
            journal_of(posting("1", "100,00"), CLOSING[1]),
            [
                ", column 'PSP-element': a PSP-element without its subtotal; the print may be cut short (row 7). "
                + FETCH
            ],
        ),
        (
            journal_of(posting("1", "100,00"), CLOSING[0]),
            [f": the grand total is not the last record; the print may be cut short. {FETCH}"],
        ),
        (
            journal_of(posting("1", "100,00").replace("|006|", "|006 "), *CLOSING),
            [f": no column separator where the page's headings have one (row 7). {FETCH}"],
        ),
        (
            journal_of(posting("1", "100,00").replace("|1 ", "1 ", 1), *CLOSING),
            [f": no column separator where the page's headings have one (row 7). {FETCH}"],
        ),
        (
            journal_of(
                posting("1", "100,00").replace(WBS, WBS[:-1] + "9"), total("*", "100,00", WBS[:-1] + "9"), CLOSING[1]
            ),
            [f", column 'PSP-element': a PSP-element that sources.yml does not list (row 7). {DECLARE}"],
        ),
        (
            journal_of(posting("1", SECRET), *CLOSING),
            [f", column 'Beløb': not a number with decimal comma (row 7). {ROWS}"],
        ),
        (
            journal_of(posting("1", "100,00", day="31.06.2019"), *CLOSING),
            [f", column 'Bogf.dato': not a date dd-mm-yyyy (row 7). {ROWS}"],
        ),
        (
            journal_of(posting("1", "100,00").replace("|006|", "|017|"), *CLOSING),
            [f", column 'Per': must be a whole number from 1 to 16 (row 7). {ROWS}"],
        ),
        (
            journal(list(JOURNAL_PAGES[0]), heading=raw_files.HEADING.replace("Beløb", "Sum  ")),
            [": the headings are not Bilagsnr., PSP-element, Per, Bogf.dato, Omk.art, Tekst, Beløb (row 4). " + FETCH],
        ),
        (
            journal(list(JOURNAL_PAGES[0]), heading=raw_files.HEADING.replace("Bilagsnr.", "Bilag    ")),
            [f": a page without its line of headings (row 1). {FETCH}"],
        ),
        (journal([]), [f": no postings. {FETCH}"]),
    ],
)
def test_a_fault_in_the_journal_is_told_with_rule_and_line(tmp_path, text, faults):
    raw = write_raw(tmp_path / "raw", "posteringer.txt")
    write_journal(raw, text)
    found = refused(raw)
    assert found == [f"posteringer.txt{fault}" for fault in faults]


def test_each_page_of_a_journal_is_cut_where_its_own_headings_have_separators(raw):
    def narrow(line):
        # the PSP-element column is one narrower on this page
        return line.replace(f"{WBS} |", f"{WBS}|").replace("|" + " " * 20 + "|", "|" + " " * 19 + "|")

    heading = raw_files.HEADING.replace("PSP-element         |", "PSP-element        |")
    first = journal(posting("1", "60,00").split("\n"))
    rest = "\n".join([posting("2", "40,00").replace("REF 2019-1          |", "REF 2019-1         |"), *CLOSING])
    second = journal(narrow(rest).split("\n"), heading=heading)
    write_journal(raw, first + "\f" + second)
    assert imported(raw).table("ledger")["amount_dkk"].to_list() == [60.0, 40.0]


# ---------------------------------------------------------------- the folder and its declaration


def test_a_file_that_nobody_declared_is_refused(raw):
    (raw / "kopi af personer.csv").write_text(SECRET)
    assert refused(raw) == [
        "kopi af personer.csv: lies in the folder, but sources.yml does not name it. Declare it, or take it away."
    ]


def test_a_readme_may_lie_among_the_raw_files(raw):
    (raw / "README.md").write_text("what lies here")
    assert imported(raw).intact()


def test_a_link_is_not_followed(raw):
    outside = raw.parent / "outside.csv"
    (raw / "priser.csv").rename(outside)
    (raw / "priser.csv").symlink_to(outside)
    assert refused(raw) == ["priser.csv: is a link. Put the file itself into the folder."]


def test_a_file_beyond_the_size_limit_is_not_read(raw, monkeypatch):
    monkeypatch.setattr("afkast.intake.importing.MAX_BYTES", 1000)
    assert "budget.xlsx: is larger than 0 MB. Split the export by period." in refused(raw)


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused(raw, monkeypatch):
    monkeypatch.setattr(afkast.intake.workbook, "MAX_BYTES", 1000)
    assert refused(raw) == [f"budget.xlsx, sheet 'Budget': not an intact Excel workbook. {FETCH}"]


def test_a_file_that_differs_from_its_checksum_is_refused_and_a_line_taken_away_lets_it_in(raw):
    sums = raw / "SHA256SUMS"
    lines = [f"{hashlib.sha256((raw / file).read_bytes()).hexdigest()}  {file}" for file in ("maal.csv", "priser.csv")]
    sums.write_text("\n".join(lines) + "\n")
    imported(raw)
    change(raw / "priser.csv", "Aabenraa", "Haderslev")
    with pytest.raises(DataError) as error:
        imported(raw)
    assert str(error.value).splitlines()[1:] == [
        "priser.csv: is not the file whose checksum stands in SHA256SUMS. "
        "Fetch the file again, or, if the change is yours, remove its line from SHA256SUMS."
    ]
    sums.write_text(lines[0] + "\n")
    assert imported(raw).table("unit_prices")["area"].to_list() == ["Haderslev"]


def test_a_damaged_list_of_checksums_is_refused(raw):
    (raw / "SHA256SUMS").write_text("HEMMELIG  maal.csv\n")
    assert refused(raw) == ["SHA256SUMS: not a line as sha256sum writes it (row 1). Write SHA256SUMS again."]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("reader: excel", "reader: exel", "sources.yml:11: sources.1.reader: must be one of 'opus_journal'"),
        ("    sheet: Budget\n", "", "sources.yml:10: sources.1.sheet: this key is missing."),
        ("constants: {price_level_year", "constant: {price_level_year", "did you mean 'constants'?"),
        (
            "constants: {price_level_year: 2019, ",
            "constants: {",
            "nothing gives column price_level_year of table unit_prices; name it under columns or constants.",
        ),
        ("Netto: net_dkk_per_full_year_person", "Netto: net", "table unit_prices has no column net"),
        ("file: maal.csv", "file: ../maal.csv", "sources.2.file: String should match pattern"),
        ("file: maal.csv", "file: status.csv", "a file, or a sheet of it, is declared twice"),
        ("table: spells", "table: spell", "table must be one of ledger, budget"),
        ("extracted_on: 2019-12-09", "extracted_on: HEMMELIG", "sources.0.extracted_on: must be a valid date"),
        ("    footer: Filter\n", "    footer: Filter\n    footer: Kilde\n", "the key 'footer' is also on line"),
    ],
)
def test_a_faulty_declaration_is_told_with_its_line(raw, old, new, message):
    change(raw.parent / "sources.yml", old, new)
    with pytest.raises(DataError) as error:
        imported(raw)
    assert SECRET not in str(error.value)
    assert message in str(error.value)
    assert str(error.value).startswith("sources.yml:")


def test_a_folder_without_a_declaration_is_told_so(tmp_path):
    with pytest.raises(DataError, match=r"^sources\.yml cannot be read"):
        import_raw(tmp_path, tmp_path / "snapshots", KEY)


# ---------------------------------------------------------------- persons


def test_a_person_is_known_by_a_keyed_hash_of_the_ten_digits_alone(raw):
    persons = imported(raw).table("persons")["person"].to_list()
    expected = [
        hmac.new(KEY, b"person " + cpr, hashlib.sha256).hexdigest()[:20] for cpr in (b"0199811003", b"3199811004")
    ]
    assert persons == sorted(expected)  # in an order that tells nothing of the file's
    assert set(imported(raw).table("spells")["person"]) == set(expected)


def test_no_cpr_number_reaches_the_snapshot(snapshot):
    lines = (EXAMPLE / "fasit_personer.csv").read_text("cp1252").splitlines()
    rows = [row for row in csv.reader(lines, delimiter=";") if len(row) == 6][1:]
    cells = {value for name in CONTRACTS for value in snapshot.table(name).astype(str).to_numpy().ravel()}
    for number in {row[0].replace("-", "") for row in rows}:
        assert number not in cells and f"{number[:6]}-{number[6:]}" not in cells


def test_another_key_gives_other_pseudonyms_and_another_snapshot(raw):
    first = imported(raw)
    second = import_raw(raw.parent, raw.parent / "snapshots", b"q" * 32)
    assert first.id != second.id
    assert set(first.table("persons")["person"]).isdisjoint(second.table("persons")["person"])


# ---------------------------------------------------------------- the snapshot on disk


def test_the_same_input_gives_the_same_snapshot_and_writes_nothing(raw):
    def written(snapshot):
        return {path: path.stat().st_mtime_ns for path in snapshot.path.parent.rglob("*")}

    first = imported(raw)
    before = written(first)
    second = imported(raw)
    assert second.id == first.id and written(second) == before


def test_two_machines_write_the_same_bytes(raw):
    first = imported(raw)
    second = import_raw(raw.parent, raw.parent / "elsewhere", KEY)
    assert second.id == first.id and second.manifest["tables"] == first.manifest["tables"]


def test_a_changed_byte_gives_another_snapshot_and_both_can_be_opened(raw):
    first = imported(raw)
    change(raw / "priser.csv", "Aabenraa", "Haderslev")
    second = imported(raw)
    snapshots = raw.parent / "snapshots"
    assert open_snapshot(snapshots).id == second.id != first.id
    assert open_snapshot(snapshots, first.id).table("unit_prices")["area"].to_list() == ["Aabenraa"]


@pytest.mark.parametrize("step", ["rename", "replace", "_write_file"])
def test_a_killed_import_leaves_the_former_snapshot_current(raw, monkeypatch, step):
    def killed(*_):
        raise KeyboardInterrupt

    first = imported(raw)
    change(raw / "priser.csv", "Aabenraa", "Haderslev")
    with monkeypatch.context() as context:
        context.setattr(
            "afkast.intake.writing._write_file" if step == "_write_file" else f"pathlib.Path.{step}", killed
        )
        with pytest.raises(KeyboardInterrupt):
            imported(raw)
    snapshots = raw.parent / "snapshots"
    assert open_snapshot(snapshots).id == first.id and open_snapshot(snapshots).intact()
    assert all(open_snapshot(snapshots, folder.name).intact() for folder in snapshots.iterdir() if folder.is_dir())
    assert imported(raw).table("unit_prices")["area"].to_list() == ["Haderslev"]


def test_faults_leave_the_former_snapshot_current(raw):
    first = imported(raw)
    change(raw / "priser.csv", "80.000", SECRET)
    with pytest.raises(DataError):
        imported(raw)
    assert open_snapshot(raw.parent / "snapshots").id == first.id
    assert [path.name for path in (raw.parent / "snapshots").iterdir() if path.is_dir()] == [first.id]


def test_a_table_that_was_changed_is_not_read_and_the_next_import_writes_it_again(raw):
    snapshot = imported(raw)
    path = snapshot.path / "ledger.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"x")
    with pytest.raises(DataError, match=r"ledger\.parquet .* is not as it was written; run `afkast import`"):
        snapshot.table("ledger")
    path.unlink()
    with pytest.raises(DataError, match="is not as it was written"):
        snapshot.table("ledger")
    assert imported(raw).id == snapshot.id and path.read_bytes() == content


def test_a_table_that_no_file_gives_is_told_so(raw):
    with pytest.raises(DataError, match=r"has no table targets; declare its file in sources\.yml"):
        imported(raw).table("targets")


@pytest.mark.parametrize("id", [None, "2019-12-09-0123456789ab", "../../etc", ""])
def test_without_a_snapshot_the_remedy_is_named(tmp_path, id):
    with pytest.raises(DataError, match="run `afkast import`"):
        open_snapshot(tmp_path, id)


# ---------------------------------------------------------------- the contracts as a dictionary


def test_every_table_and_column_says_what_it_means():
    assert len({contract.title for contract in CONTRACTS.values()}) == len(CONTRACTS)
    for contract in CONTRACTS.values():
        assert contract.title and contract.description
        assert all(column.description for column in contract.columns.values())


def test_every_example_of_a_declaration_is_one(tmp_path):
    text = (Path(__file__).parent.parent / "data" / "README.md").read_text(encoding="utf-8")
    examples = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "- file:" in block]
    (tmp_path / "sources.yml").write_text("sources:\n" + "".join(examples), encoding="utf-8")
    readers = {source.reader for source in read_sources(tmp_path).sources}
    assert {"csv", "json", "dream", "sql", "ydelsesrefusion"} <= readers
