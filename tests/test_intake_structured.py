"""Answers that were saved, and tables with types: the documented forms, with invented numbers."""

import io
import json
import zipfile
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from raw_files import imported, refused, write_own

DECLARED = """\
  - file: x.json
    reader: json
    table: measures
    columns: {Periode: period, Område: area, Antal personer: value}
    constants: {measure: m, unit: personer}
"""
ROWS = [["2026M07", "Eksempelkøbing", 1412], ["2026M07", "Lilleby", None], ["2026M08", "Lilleby", 0]]
HEADINGS = ["Periode", "Område", "Antal personer"]

V3 = {"columns": HEADINGS, "rows": ROWS}
V2 = [{"Variables": [{"Label": heading} for heading in HEADINGS], "Data": ROWS}]
RECORDS = [dict(zip(HEADINGS, row, strict=True)) for row in ROWS]


def read(folder, answer, declared=DECLARED):
    table = imported(write_own(folder / "raw", declared, {"x.json": json.dumps(answer)})).table("measures")
    return table[["period", "area", "value", "status"]]


def told(table):
    return [
        (f"{row.period:%Y-%m}", row.area, None if pd.isna(row.value) else row.value, row.status)
        for row in table.itertuples()
    ]


@pytest.mark.parametrize("answer", [V3, V2, RECORDS], ids=["Jobindsats v3", "Jobindsats v2", "records"])
def test_a_saved_answer_is_read_and_null_is_never_zero(tmp_path, answer):
    assert told(read(tmp_path, answer)) == [
        ("2026-07", "Eksempelkøbing", 1412.0, "ok"),
        ("2026-07", "Lilleby", None, "missing"),
        ("2026-08", "Lilleby", 0.0, "ok"),
    ]


def test_null_is_suppressed_where_the_source_hides_numbers(tmp_path):
    table = read(tmp_path, V3, DECLARED + "    marks: {blank: suppressed}\n")
    assert table["status"].to_list() == ["ok", "suppressed", "ok"]


def test_a_number_is_the_number_it_was(tmp_path):
    answer = {"columns": HEADINGS, "rows": [["2026M07", "A", 0.625], ["2026M08", "A", 22.625]]}
    declared = DECLARED.replace("unit: personer", "unit: pct.")
    assert read(tmp_path, answer, declared)["value"].to_list() == [0.625, 22.625]


def test_the_rows_of_totals_are_told(tmp_path):
    answer = {"columns": HEADINGS, "rows": [*ROWS, ["2026M07", "I alt", 1412]]}
    [sentence] = refused(write_own(tmp_path / "raw", DECLARED, {"x.json": json.dumps(answer)}))
    assert sentence.startswith("x.json, column 'Område': a row of totals among the data (row 4).")


# ---------------------------------------------------------------- JSON-stat

TIME = {
    "label": "tid",
    "category": {"index": {"2026M01": 0, "2026M02": 1}, "label": {"2026M01": "jan", "2026M02": "feb"}},
}
AREA = {"label": "område", "category": {"index": {"101": 1, "791": 0}, "label": {"101": "Lilleby", "791": "Storby"}}}
CONTENTS = {"label": "Indhold", "category": {"index": {"F": 0}, "label": {"F": "Personer"}}}
ONE = {
    "dataset": {
        "dimension": {
            "OMRÅDE": AREA,
            "ContentsCode": CONTENTS,
            "Tid": TIME,
            "id": ["OMRÅDE", "ContentsCode", "Tid"],
            "size": [2, 1, 2],
            "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
        },
        "value": [5, 6, 7, None],
    }
}
TWO = {
    "version": "2.0",
    "class": "dataset",
    "id": ["OMRÅDE", "ContentsCode", "Tid"],
    "size": [2, 1, 2],
    "role": {"time": ["Tid"]},
    "dimension": {"OMRÅDE": AREA, "ContentsCode": CONTENTS, "Tid": TIME},
    "value": {"0": 5, "1": 6, "2": 7},
}
STATBANK = """\
  - file: x.json
    reader: json
    table: measures
    columns: {OMRÅDE: area, Tid: period, ContentsCode: measure, INDHOLD: value}
    constants: {unit: personer}
"""


@pytest.mark.parametrize("answer", [ONE, TWO], ids=["form 1", "form 2"])
def test_a_cube_is_a_row_per_value_with_labels_and_the_codes_of_time(tmp_path, answer):
    assert told(read(tmp_path, answer, STATBANK)) == [
        ("2026-01", "Storby", 5.0, "ok"),
        ("2026-01", "Lilleby", 7.0, "ok"),
        ("2026-02", "Storby", 6.0, "ok"),
        ("2026-02", "Lilleby", None, "missing"),
    ]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ('{"columns": ["Periode"', "not intact JSON"),
        ('{"columns": ["Periode"], "rows": [[NaN]]}', "not intact JSON"),
        ("[" * 100_000, "not intact JSON"),
        ('{"code": 422, "cause": "HEMMELIG"}', "JSON of another form"),
        ("[]", "JSON of another form"),
        ('{"dataset": {"dimension": {}, "value": [1]}}', "JSON of another form"),
        (json.dumps(ONE).replace("[5, 6, 7, null]", "[5]"), "JSON of another form"),
        (json.dumps({"columns": HEADINGS, "rows": [["2026M07", ["HEMMELIG"], 1]]}), "a list where a number or a word"),
        (json.dumps({"columns": HEADINGS, "rows": [["2026M07", "A"]]}), "not 3 cells, as there are headings (row 1)"),
        (json.dumps({"columns": HEADINGS[:2], "rows": [["2026M07", "A"]]}), "the heading is missing"),
        (json.dumps({"columns": HEADINGS, "rows": []}), "no rows below the headings"),
    ],
)
def test_json_that_cannot_be_read_is_told(tmp_path, content, rule):
    assert any(rule in sentence for sentence in refused(write_own(tmp_path / "raw", DECLARED, {"x.json": content})))


# ---------------------------------------------------------------- BULK, Parquet, OpenDocument

BULK = """\
  - file: b.csv
    reader: csv
    table: measures
    columns: {OMRÅDE: area, TID: period, INDHOLD: value}
    constants: {measure: folketal, unit: personer}
"""


def test_in_bulk_an_absent_row_is_zero_and_two_points_are_missing(tmp_path):
    text = "OMRÅDE;TID;INDHOLD\nStorby;2026M01;5\nStorby;2026M02;..\nLilleby;2026M01;7\n"
    snapshot = imported(write_own(tmp_path / "raw", BULK + "    absent: zero\n", {"b.csv": text}))
    assert sorted(told(snapshot.table("measures")), key=str) == [
        ("2026-01", "Lilleby", 7.0, "ok"),
        ("2026-01", "Storby", 5.0, "ok"),
        ("2026-02", "Lilleby", 0.0, "ok"),
        ("2026-02", "Storby", None, "missing"),
    ]
    [entry] = snapshot.files_of("measures")
    assert entry["rows"] == 4 and entry["corrected"] == [{"rule": "absent", "column": None, "cells": 1}]


def test_a_parquet_file_is_read_with_its_types(tmp_path):
    content = io.BytesIO()
    rows = pd.DataFrame(ROWS, columns=HEADINGS).assign(Periode=pd.to_datetime(["2026-07-01"] * 2 + ["2026-08-01"]))
    rows.assign(Navn="HEMMELIG").to_parquet(content)
    declared = DECLARED.replace("json", "parquet").replace("reader", "ignore: [Navn]\n    reader")
    raw = write_own(tmp_path / "raw", declared, {"x.parquet": content.getvalue()})
    assert told(imported(raw).table("measures"))[0] == ("2026-07", "Eksempelkøbing", 1412.0, "ok")
    assert imported(raw).table("measures")["status"].to_list() == ["ok", "missing", "ok"]
    (tmp_path / "b").mkdir()
    [sentence] = refused(write_own(tmp_path / "b" / "raw", declared, {"x.parquet": content.getvalue()[:-9]}))
    assert "x.parquet: not an intact Parquet file of plain columns" in sentence


def open_document(*rows):
    """A spreadsheet of OpenDocument with one sheet, `Ark`."""

    def cell(value):
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    body = f'<office:body><office:spreadsheet><table:table table:name="Ark">{lines}</table:table></office:spreadsheet>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as members:
        members.writestr("mimetype", kind)
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        members.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>')
        members.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces}>{body}</office:body></office:document-content>',
        )
    return content.getvalue()


def test_a_spreadsheet_of_open_document_is_read(tmp_path):
    declared = DECLARED.replace("x.json\n    reader: json", "x.ods\n    reader: excel\n    sheet: Ark")
    content = open_document(tuple(HEADINGS), ("2026M07", "Eksempelkøbing", 1412.0), ("2026M08", "Lilleby", 0.0))
    raw = write_own(tmp_path / "raw", declared, {"x.ods": content})
    assert told(imported(raw).table("measures")) == [
        ("2026-07", "Eksempelkøbing", 1412.0, "ok"),
        ("2026-08", "Lilleby", 0.0, "ok"),
    ]


# ---------------------------------------------------------------- quarters

QUARTERLY = """\
  - file: folketal.csv
    reader: csv
    table: measures
    columns: {TID: period, INDHOLD: value}
    constants: {measure: folketal, area: Strandlev, unit: borgere}
"""


@pytest.mark.parametrize("written", ["2026K2", "2026Q02", "2026Q2"])
@pytest.mark.parametrize(
    ("says", "months"),
    [("first", ["2026-04"]), ("last", ["2026-06"]), ("each", ["2026-04", "2026-05", "2026-06"])],
)
def test_a_quarter_s_value_speaks_of_the_months_that_are_declared(tmp_path, written, says, months):
    declared = QUARTERLY + f"    quarters: {says}\n"
    raw = write_own(tmp_path / "raw", declared, {"folketal.csv": f"TID;INDHOLD\n{written};960\n2026M07;970\n"})
    read = imported(raw).table("measures").set_index("period")["value"]
    assert read.index.strftime("%Y-%m").tolist() == [*months, "2026-07"]
    assert read.tolist() == [960.0] * len(months) + [970.0]


def test_a_quarter_that_nothing_is_said_of_is_a_fault_with_its_cure(tmp_path):
    [sentence] = refused(write_own(tmp_path / "raw", QUARTERLY, {"folketal.csv": "TID;INDHOLD\n2026K2;960\n"}))
    assert sentence.startswith("folketal.csv, column 'TID': a quarter, and sources.yml does not say")
    assert sentence.endswith("Declare quarters: first, last or each.")


# ---------------------------------------------------------------- types that say more, or less, than text


def parquet(**columns):
    content = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), content)
    return content.getvalue()


def read_parquet(folder, values, more=""):
    declared = DECLARED.replace("json", "parquet").replace("unit: personer", "unit: kr.") + more
    months = pa.array([f"2026M{month:02}" for month in range(1, len(values) + 1)])
    columns = {"Periode": months, "Område": pa.array(["A"] * len(values)), "Antal personer": values}
    return write_own(folder / "raw", declared, {"x.parquet": parquet(**columns)})


@pytest.mark.parametrize("kind", [pa.decimal128(12, 3), pa.decimal256(50, 3), pa.float64(), pa.float32(), pa.float16()])
def test_a_typed_number_is_the_number_it_is_whatever_its_type(tmp_path, kind):
    told = [Decimal("22.625"), Decimal("1234.000"), Decimal("-0.125"), None, Decimal("1018.000")]
    values = pa.array(told, pa.decimal128(12, 3)).cast(pa.float64()) if pa.types.is_floating(kind) else pa.array(told)
    table = imported(read_parquet(tmp_path, values.cast(kind))).table("measures")
    read = [None if pd.isna(one) else one for one in table["value"]]
    assert read == [22.625, 1234.0, -0.125, None, 1018.0]


def test_a_number_of_single_precision_is_as_it_is_written(tmp_path):
    assert imported(read_parquet(tmp_path, pa.array([5.1, 0.1], pa.float32()))).table("measures")[
        "value"
    ].to_list() == [
        5.1,
        0.1,
    ]


def test_of_a_number_as_text_its_typed_neighbours_do_not_tell_the_decimal_mark(tmp_path):
    answer = {"columns": HEADINGS, "rows": [["2026M07", "A", 5.5], ["2026M08", "A", "22.625"]]}
    [sentence] = refused(write_own(tmp_path / "raw", DECLARED, {"x.json": json.dumps(answer)}))
    assert "column 'Antal personer': a number as text with a point" in sentence and "(row 2)" in sentence
    for name, text in [("b", "22,625"), ("c", "22.625")]:
        (tmp_path / name).mkdir()
        answer["rows"][1][2] = text
        declared = DECLARED + ('    decimal: "."\n' if name == "c" else "")
        assert read(tmp_path / name, answer, declared)["value"].to_list() == [5.5, 22.625]


def test_bytes_are_no_text_unless_nobody_reads_them(tmp_path):
    columns = {"Periode": pa.array(["2026M01"]), "Område": pa.array([b"HEMMELIG"]), "Antal personer": pa.array([5])}
    declared = DECLARED.replace("json", "parquet")
    [sentence] = refused(write_own(tmp_path / "raw", declared, {"x.parquet": parquet(**columns)}))
    assert "a list where a number or a word should be, or bytes (row 1)" in sentence
    (tmp_path / "b").mkdir()
    columns |= {"Område": pa.array(["A"]), "Nr": pa.array([b"HEMMELIG"])}
    raw = write_own(tmp_path / "b" / "raw", declared + "    ignore: [Nr]\n", {"x.parquet": parquet(**columns)})
    assert len(imported(raw).table("measures")) == 1


CUBE = {
    "version": "2.0",
    "class": "dataset",
    "id": ["OMRÅDE", "Tid"],
    "size": [4, 1],
    "role": {"time": ["Tid"]},
    "dimension": {
        "OMRÅDE": {"category": {"index": ["101", "791"]}},
        "Tid": {"category": {"index": ["2026M01", "2026M02"]}},
    },
    "value": [1, 2, 3, 4],
}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"columns": HEADINGS, "rows": None}),
        json.dumps({"columns": HEADINGS, "rows": [5]}),
        json.dumps({"columns": HEADINGS, "rows": ["HEMMELIG"]}),
        json.dumps({"columns": HEADINGS, "rows": RECORDS}),
        '[{"Periode": "2026M01", "Område": "A", "Antal personer": 5, "Antal personer": 6}]',
        json.dumps(CUBE),
    ],
    ids=["no rows", "a number for a row", "a word for a row", "records in rows", "a name twice", "other sizes"],
)
def test_json_of_a_form_that_only_looks_known_is_refused_as_such(tmp_path, content):
    [sentence] = refused(write_own(tmp_path / "raw", DECLARED, {"x.json": content}))
    assert "JSON of another form than Jobindsats', JSON-stat or a list of records" in sentence


def test_json_line_by_line_is_named_with_its_cure(tmp_path):
    lines = "\n".join(json.dumps(record) for record in RECORDS)
    [sentence] = refused(write_own(tmp_path / "raw", DECLARED, {"x.json": lines}))
    assert "JSON line by line, not one list of records" in sentence and "Export it as one list" in sentence


def test_in_bulk_a_measure_has_its_own_unit_alone(tmp_path):
    declared = BULK.replace("    constants: {measure: folketal, unit: personer}\n", "")
    declared = declared.replace("columns: {", "columns: {MÅL: measure, ENHED: unit, ") + "    absent: zero\n"
    assert "constants" not in declared
    text = "MÅL;ENHED;OMRÅDE;TID;INDHOLD\na;personer;A;2026M01;5\nb;kr.;A;2026M01;6\nb;kr.;A;2026M02;7\n"
    table = imported(write_own(tmp_path / "raw", declared, {"b.csv": text})).table("measures")
    read = [(row.measure, row.unit, row.period.month, row.value) for row in table.itertuples()]
    assert sorted(read) == [("a", "personer", 1, 5), ("a", "personer", 2, 0), ("b", "kr.", 1, 6), ("b", "kr.", 2, 7)]
