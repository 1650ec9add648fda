"""What calamine does not tell of a sheet's cells, of the forms of workbook that are not Excel's XML.

OpenDocument (.ods), Excel's binary workbook (.xlsb, [MS-XLSB]), of which no kept library tells it, and the old .xls.
"""

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from xml.etree import ElementTree

import xlrd

PERCENT_FORMATS = {9, 10}
"""Excel's own formats in per cent; those of a workbook's own have a % that is not quoted."""

Place = tuple[int, int]
"""Row and column of a cell, from 1."""

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384


@dataclass
class Marks:
    """What calamine does not tell of a sheet's cells."""

    unanswered: set[Place] = field(default_factory=set)
    broken: set[Place] = field(default_factory=set)
    percent: set[Place] = field(default_factory=set)
    merged: set[Place] = field(default_factory=set)
    raised: set[Place] = field(default_factory=set)
    texts: dict[Place, str] = field(default_factory=dict)
    """Numbers that were typed as text, where others beside them are numbers."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Cells that are one over several rows."""
        if bottom > top:
            self.merged |= set(product(range(top, bottom + 1), range(left, right + 1)))


def in_per_cent(format_code: str) -> bool:
    """Whether a cell of this format shows a hundred times its number."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", format_code)


# ---------------------------------------------------------------- OpenDocument


def marks_of_open_document(members: zipfile.ZipFile, sheet: str) -> Marks:
    """Of the sheet of that name."""
    marks = Marks()
    inside, row, column = False, 0, 0
    with members.open("content.xml") as content:
        for event, one in ElementTree.iterparse(content, ("start", "end")):
            tag = _plain(one.tag)
            if event == "start":
                if tag == "table":
                    inside, row, column = _said(one).get("name") == sheet, 0, 0
                continue
            said = _said(one)
            if tag == "table-column" and inside:
                many = int(said.get("number-columns-repeated", "1"))
                if "visibility" in said and said["visibility"] != "visible":
                    marks.hidden_columns.update(range(column + 1, min(column + many, MOST_COLUMNS) + 1))
                column += many
            elif tag == "table-row":
                many = int(said.get("number-rows-repeated", "1"))
                if inside:
                    _mark_row(marks, one, range(row + 1, min(row + many, MOST_ROWS) + 1))
                row += many
                one.clear()
    return marks


def _mark_row(marks: Marks, element: ElementTree.Element, rows: range) -> None:
    column, filled = 1, False
    for cell in element:
        said = _said(cell)
        many = int(said.get("number-columns-repeated", "1"))
        if "value-type" in said or "formula" in said:
            filled = True
            places = list(product(rows, range(column, min(column + many, MOST_COLUMNS + 1))))
            if said.get("value-type") == "percentage":
                marks.percent.update(places)
            elif said.get("value-type") == "error":
                marks.broken.update(places)
            elif "value-type" not in said:
                marks.unanswered.update(places)
            deep, wide = (int(said.get(f"number-{what}-spanned", "1")) for what in ("rows", "columns"))
            marks.merge(rows[0], column, rows[0] + deep - 1, column + wide - 1)
        column += many
    if filled and _said(element).get("visibility", "visible") != "visible":
        marks.hidden_rows.update(rows)


def _said(element: ElementTree.Element) -> dict[str, str]:
    """Attributes without their spaces of names; LibreOffice's own value-type, which knows errors, comes last."""
    return {_plain(name): value for name, value in element.attrib.items()}


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


# ---------------------------------------------------------------- Excel's binary workbook

Record = tuple[int, bytes]
"""Kind and content."""


def marks_of_binary(members: zipfile.ZipFile, sheet: str) -> Marks:
    """Of the sheet of that name."""
    marks, percent = Marks(), _percent_styles(members)
    row = 0
    for kind, told in _records(members.read(_binary_member(members, sheet))):
        if kind == 0:  # BrtRowHdr
            row = int.from_bytes(told[:4], "little") + 1
            if told[11] & 0x10:
                marks.hidden_rows.add(row)
        elif kind == 60 and told[16] & 1:  # BrtColInfo
            first, last = struct.unpack_from("<II", told)
            marks.hidden_columns.update(range(first + 1, min(last + 1, MOST_COLUMNS) + 1))
        elif kind in (2, 5, 9):  # BrtCellRk, BrtCellReal, BrtFmlaNum
            if int.from_bytes(told[4:7], "little") in percent:
                marks.percent.add((row, int.from_bytes(told[:4], "little") + 1))
        elif kind in (3, 11):  # BrtCellError, BrtFmlaError
            marks.broken.add((row, int.from_bytes(told[:4], "little") + 1))
        elif kind == 176:  # BrtMergeCell
            top, bottom, left, right = struct.unpack_from("<IIII", told)
            marks.merge(top + 1, left + 1, bottom + 1, right + 1)
    return marks


def _records(content: bytes) -> Iterator[Record]:
    at = 0
    while at < len(content):
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | content[at] << 7
            at += 1
        size = shift = 0
        while True:
            digit = content[at]
            at += 1
            size |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
        yield kind, content[at : at + size]
        at += size


def _binary_member(members: zipfile.ZipFile, sheet: str) -> str:
    """The file of a sheet within the workbook."""
    for kind, told in _records(members.read("xl/workbook.bin")):
        if kind == 156:  # BrtBundleSh
            id, after = _wide(told, 8)
            if _wide(told, after)[0] == sheet:
                relations = ElementTree.fromstring(members.read("xl/_rels/workbook.bin.rels"))
                [target] = [str(one.get("Target")) for one in relations if one.get("Id") == id]
                return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    raise ValueError(sheet)


def _percent_styles(members: zipfile.ZipFile) -> set[int]:
    """The numbers of the cell styles whose format is in per cent."""
    if "xl/styles.bin" not in members.namelist():
        return set()
    formats, styles, of_cells = set(PERCENT_FORMATS), [], False
    for kind, told in _records(members.read("xl/styles.bin")):
        if kind == 44 and in_per_cent(_wide(told, 2)[0]):  # BrtFmt
            formats.add(int.from_bytes(told[:2], "little"))
        elif kind in (617, 618):  # BrtBeginCellXFs, BrtEndCellXFs
            of_cells = kind == 617
        elif kind == 47 and of_cells:  # BrtXF
            styles.append(int.from_bytes(told[2:4], "little"))
    return {number for number, style in enumerate(styles) if style in formats}


def _wide(told: bytes, at: int) -> tuple[str, int]:
    """A text that begins with its length, and where it ends."""
    end = at + 4 + 2 * int.from_bytes(told[at : at + 4], "little")
    return told[at + 4 : end].decode("utf-16-le"), end


# ---------------------------------------------------------------- the old workbook


def marks_of_old(content: bytes, sheet: str) -> Marks:
    """Of the sheet of that name."""
    # its warnings go to the terminal otherwise, and may quote cells
    workbook = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    told, marks = workbook.sheet_by_name(sheet), Marks()
    marks.hidden_rows = {row + 1 for row, its in told.rowinfo_map.items() if its.hidden}
    marks.hidden_columns = {column + 1 for column, its in told.colinfo_map.items() if its.hidden}
    for top, below, left, beyond in told.merged_cells:
        marks.merge(top + 1, left + 1, below, beyond)
    for row, column in product(range(told.nrows), range(told.ncols)):
        kind = told.cell_type(row, column)
        if kind == xlrd.XL_CELL_ERROR:
            marks.broken.add((row + 1, column + 1))
        elif kind == xlrd.XL_CELL_NUMBER:
            style = workbook.xf_list[told.cell_xf_index(row, column)]
            if in_per_cent(workbook.format_map[style.format_key].format_str):
                marks.percent.add((row + 1, column + 1))
    return marks
