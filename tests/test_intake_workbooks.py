"""Workbooks that are not Excel's XML: what they hide, merge, show in per cent or could not reckon is seen there, too.

`workbooks/marks.xls` and `.ods` were saved by LibreOffice from one workbook: sheets `Procent` (0,051, 1, 1,25 in per
cent and a plain 7), `Række` and `Kolonne` (one hidden), `Fejl` (an error), `Flettet` (cells merged over two rows) and
`Prosa` (5,1 with a % that is a letter of the format); `raised.xls` and `.ods` from that of
`with_footnote`. The binary workbook is put together here from [MS-XLSB].
"""

import io
import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from raw_files import imported, refused, write_own

WORKBOOKS = Path(__file__).parent / "workbooks"

DECLARED = """\
  - file: x.FORM
    reader: excel
    sheet: SHEET
    table: measures
    columns: {Md: period, Sted: area, Antal: value}
    constants: {measure: m, unit: UNIT}
"""


def declared(form, sheet, unit="personer", more=""):
    return DECLARED.replace("FORM", form).replace("SHEET", sheet).replace("UNIT", unit) + more


# ---------------------------------------------------------------- a binary workbook


def record(kind, told=b""):
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    assert len(told) < 128 * 128
    size = bytes([len(told)]) if len(told) < 128 else bytes([len(told) & 127 | 128, len(told) >> 7])
    return number + size + told


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


TEXTS = [["50", "4", 1], ["503", "1", 2]]
"""A text, more of it in another font, and the number of that font: 1 is bold, and 2 stands above the line."""


def rich(text, more, font):
    return record(19, b"\1" + wide(text + more) + struct.pack("<IHHHH", 2, 0, 0, len(text), font))


def cell(column, value, style):
    start = struct.pack("<I", column) + style.to_bytes(3, "little") + b"\0"
    if isinstance(value, list):
        return record(7, start + struct.pack("<I", TEXTS.index(value)))
    if isinstance(value, str):
        return record(6, start + wide(value))
    return record(3, start + b"\x07") if value is None else record(5, start + struct.pack("<d", value))


def binary(sheets):
    """Sheets by name: rows of cells, hidden rows, hidden columns, merged areas; style 1 is per cent, 2 says so."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as members:
        relations = "http://schemas.openxmlformats.org/package/2006/relationships"
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        bundle, targets = b"", ""
        for number, (name, (rows, hidden_rows, hidden_columns, merged)) in enumerate(sheets.items(), start=1):
            bundle += record(156, struct.pack("<II", 0, number) + wide(f"rId{number}") + wide(name))
            targets += (
                f'<Relationship Id="rId{number}" Type="{office}/worksheet" Target="worksheets/sheet{number}.bin"/>'
            )
            told = record(129)
            told += b"".join(record(60, struct.pack("<IIIIH", one, one, 2304, 0, 1)) for one in hidden_columns)
            told += record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, 2)) + record(145)
            for row, cells in enumerate(rows):
                flags = bytes([0, 0x10 if row in hidden_rows else 0, 0])
                told += record(0, struct.pack("<IIH", row, 0, 300) + flags + struct.pack("<I", 0))
                told += b"".join(
                    cell(column, *(one if isinstance(one, tuple) else (one, 0))) for column, one in enumerate(cells)
                )
            told += record(146)
            if merged:
                told += record(177, struct.pack("<I", len(merged)))
                told += b"".join(record(176, struct.pack("<IIII", *area)) for area in merged) + record(178)
            members.writestr(f"xl/worksheets/sheet{number}.bin", told + record(130))
        members.writestr("xl/workbook.bin", record(131) + record(143) + bundle + record(144) + record(132))
        members.writestr("xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{relations}">{targets}</Relationships>')
        formats = record(615, struct.pack("<I", 2))
        formats += record(44, struct.pack("<H", 164) + wide("0.0%")) + record(
            44, struct.pack("<H", 165) + wide('0.0"%"')
        )
        styles = b"".join(record(47, struct.pack("<HH", 0, one) + bytes(12)) for one in (0, 164, 165))
        other = record(626, struct.pack("<I", 1)) + record(47, struct.pack("<HH", 0xFFFF, 9) + bytes(12)) + record(627)
        other = record(612) + record(616) + other
        fonts = record(611, struct.pack("<I", 3))
        for weight, script in ((400, 0), (700, 0), (400, 1)):
            fonts += record(43, struct.pack("<HHHHBBBB8xB", 220, 0, weight, script, 0, 2, 0, 0, 2) + wide("Calibri"))
        texts = record(159, struct.pack("<II", 2, 2)) + b"".join(rich(*text) for text in TEXTS) + record(160)
        members.writestr("xl/sharedStrings.bin", texts)
        members.writestr(
            "xl/styles.bin",
            record(278) + formats + fonts + other + record(617, struct.pack("<I", 3)) + styles + record(618)
            + record(279),
        )  # fmt: skip
    return content.getvalue()


HEADINGS = ["Md", "Sted", "Antal"]


def rows(*values):
    return [HEADINGS, *([f"2024M{month:02}", "A", value] for month, value in enumerate(values, start=1))]


BINARY = binary(
    {
        "Procent": (rows((0.051, 1), (1.0, 1), (1.25, 1), 7.0), (), (), ()),
        "Række": (rows(5.0, 6.0), (2,), (), ()),
        "Kolonne": (rows(5.0, 6.0), (), (1,), ()),
        "Fejl": (rows(5.0, None), (), (), ()),
        "Flettet": (rows(5.0, 6.0), (), (), [(1, 2, 1, 1)]),
        "Prosa": (rows((5.1, 2), 6.0), (), (), ()),
        "Hævet": (rows(TEXTS[1], TEXTS[0]), (), (), ()),
    }
)


def workbook(form):
    return BINARY if form == "xlsb" else (WORKBOOKS / f"marks.{form}").read_bytes()


# ---------------------------------------------------------------- what is seen


def values(folder, form, *told):
    raw = write_own(folder / "raw", declared(form, *told), {f"x.{form}": workbook(form)})
    return imported(raw).table("measures")["value"].to_list()


@pytest.fixture(params=["xls", "ods", "xlsb"])
def form(request):
    return request.param


def test_a_cell_shown_in_per_cent_is_what_it_shows(tmp_path, form):
    assert values(tmp_path, form, "Procent", "pct.", "    leave_out: {Md: [2024M04]}\n") == [5.1, 100.0, 125.0]


def test_a_percentage_where_none_is_expected_is_refused(tmp_path, form):
    [sentence] = refused(write_own(tmp_path / "raw", declared(form, "Procent"), {f"x.{form}": workbook(form)}))
    assert "a percentage, where the unit is neither pct. nor andel (rows 2, 3, 4)" in sentence


def test_a_per_cent_sign_that_is_a_letter_of_the_format_changes_nothing(tmp_path, form):
    assert values(tmp_path, form, "Prosa", "pct.") == [5.1, 6.0]


@pytest.mark.parametrize(
    ("sheet", "rule"),
    [
        ("Række", "rows that Excel hides (row 3)"),
        ("Kolonne", "Excel hides column number 2"),
        ("Fejl", "an Excel error value (row 3)"),
        ("Flettet", "cells that are merged over rows (rows 2, 3)"),
    ],
)
def test_what_calamine_does_not_tell_is_a_fault(tmp_path, form, sheet, rule):
    sentences = refused(write_own(tmp_path / "raw", declared(form, sheet), {f"x.{form}": workbook(form)}))
    assert any(rule in sentence for sentence in sentences)


def test_hidden_rows_are_in_or_out_as_declared(tmp_path, form):
    assert values(tmp_path, form, "Række", "personer", "    hidden: out\n") == [5.0]
    (tmp_path / "b").mkdir()
    assert values(tmp_path / "b", form, "Række", "personer", "    hidden: in\n") == [5.0, 6.0]


@pytest.mark.parametrize("cut", [100, 600, 3000])
def test_a_workbook_that_was_cut_is_told_so(tmp_path, form, cut):
    content = workbook(form)[:cut]
    [sentence] = refused(write_own(tmp_path / "raw", declared(form, "Procent"), {f"x.{form}": content}))
    assert "not an intact Excel workbook" in sentence


# ---------------------------------------------------------------- Excel's XML


def with_footnote():
    """Rows of 503¹ and of 504, of which the 4 is only bold."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet, above, bold = book.add_worksheet("Ark"), book.add_format({"font_script": 1}), book.add_format({"bold": True})
    for row, cells in enumerate([["Md", "Sted", "Antal"], ["2024M01", "A"], ["2024M02", "A"]]):
        sheet.write_row(row, 0, cells)
    sheet.write_rich_string(1, 2, "503", above, "1")
    sheet.write_rich_string(2, 2, "50", bold, "4")
    book.close()
    return content.getvalue()


def with_texts_in_its_cells(workbook):
    """The same as some programs write it: no list of texts beside the sheet."""
    content, place = io.BytesIO(), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(workbook)) as members, zipfile.ZipFile(content, "w") as written:
        texts = re.findall(r"<si>(.*?)</si>", members.read("xl/sharedStrings.xml").decode())
        for name in members.namelist():
            xml = members.read(name).decode()
            if name == place:
                xml = re.sub(r' t="s"><v>([0-9]+)</v>', lambda at: f' t="inlineStr"><is>{texts[int(at[1])]}</is>', xml)
            written.writestr(name, xml)
    return content.getvalue()


@pytest.mark.parametrize("form", ["xlsx", "xlsx with texts in its cells", "xls", "ods", "xlsb"])
def test_the_raised_mark_of_a_footnote_is_no_digit(tmp_path, form):
    form, _, in_cells = form.partition(" ")
    sheet, workbook = "Hævet" if form == "xlsb" else "Ark", {"xlsx": with_footnote(), "xlsb": BINARY}.get(form)
    workbook = workbook or (WORKBOOKS / f"raised.{form}").read_bytes()
    workbook = with_texts_in_its_cells(workbook) if in_cells else workbook
    [sentence] = refused(write_own(tmp_path / "raw", declared(form, sheet), {f"x.{form}": workbook}))
    assert sentence.startswith(f"x.{form}, sheet '{sheet}': a raised sign, as the mark of a footnote (row 2).")


def test_a_cell_has_one_content(tmp_path):
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Ark"
    for row in rows(5, 6):
        book.active.append(row)
    book.save(content)
    twice = io.BytesIO()
    with zipfile.ZipFile(content) as members, zipfile.ZipFile(twice, "w") as written:
        for name in members.namelist():
            xml = members.read(name).decode()
            one = re.search(r'<c r="C2".*?</c>', xml)
            written.writestr(name, xml.replace(one[0], one[0] + one[0].replace("5", "50")) if one else xml)
    [sentence] = refused(write_own(tmp_path / "raw", declared("xlsx", "Ark"), {"x.xlsx": twice.getvalue()}))
    assert sentence.startswith("x.xlsx, sheet 'Ark': a cell that the file gives two contents (row 2).")
