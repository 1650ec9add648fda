"""What calamine does not tell of a sheet's cells, of the forms of workbook that are not Excel's XML.

OpenDocument (.ods), Excel's binary workbook (.xlsb, [MS-XLSB]) and the old one (.xls, [MS-XLS] in an [MS-CFB] file).
"""

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from xml.etree import ElementTree

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
    marks, stream = Marks(), _workbook_stream(content)
    formats, styles, begins = set(PERCENT_FORMATS), [], 0
    new = True
    for kind, told in _old_records(stream, 0):
        if kind == 0x809:  # BOF
            new = told[:2] == b"\x00\x06"
        elif kind == 0x41E and in_per_cent(_old_text(told, 2, new, wide_length=new)):  # Format
            formats.add(int.from_bytes(told[:2], "little"))
        elif kind == 0xE0:  # XF
            styles.append(int.from_bytes(told[2:4], "little"))
        elif kind == 0x85 and _old_text(told, 6, new) == sheet:  # BoundSheet8
            begins = int.from_bytes(told[:4], "little")
    percent = {number for number, style in enumerate(styles) if style in formats}
    for kind, told in _old_records(stream, begins):
        if kind == 0x208 and told[12] & 0x20:  # Row
            marks.hidden_rows.add(int.from_bytes(told[:2], "little") + 1)
        elif kind == 0x7D and told[8] & 1:  # ColInfo
            first, last = struct.unpack_from("<HH", told)
            marks.hidden_columns.update(range(first + 1, min(last, 255) + 2))
        elif kind == 0xE5:  # MergeCells
            for top, bottom, left, right in struct.iter_unpack("<HHHH", told[2 : 2 + len(told[2:]) // 8 * 8]):
                marks.merge(top + 1, left + 1, bottom + 1, right + 1)
        elif kind in (0x203, 0x27E, 0x06, 0x205):  # Number, RK, Formula, BoolErr
            row, column, style = struct.unpack_from("<HHH", told)
            is_error = (kind == 0x205 and told[7] == 1) or (
                kind == 0x06 and told[12:14] == b"\xff\xff" and told[6] == 2
            )
            if is_error:
                marks.broken.add((row + 1, column + 1))
            elif style in percent:
                marks.percent.add((row + 1, column + 1))
        elif kind == 0xBD:  # MulRk
            row, first = struct.unpack_from("<HH", told)
            found = [style for style, _ in struct.iter_unpack("<HI", told[4:-2])]
            marks.percent |= {(row + 1, first + n + 1) for n, style in enumerate(found) if style in percent}
    return marks


def _old_records(stream: bytes, at: int) -> Iterator[Record]:
    """The records of one part of the workbook, from its beginning to its end; charts within it are parts, too."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind == 0x809) - (kind == 0x0A)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size
        if depth == 0:
            return


def _old_text(told: bytes, at: int, new: bool, wide_length: bool = False) -> str:
    """A text that begins with its length; since 1997 a byte says how its letters are written."""
    length = told[at] if not wide_length else int.from_bytes(told[at : at + 2], "little")
    at += 2 if wide_length else 1
    if not new:
        return told[at : at + length].decode("cp1252", "replace")
    if told[at] & 1:
        return told[at + 1 : at + 1 + 2 * length].decode("utf-16-le")
    return told[at + 1 : at + 1 + length].decode("latin-1")


def _workbook_stream(content: bytes) -> bytes:
    """The stream of the workbook within its compound file."""
    sector_size, small_size = (1 << power for power in struct.unpack_from("<HH", content, 30))
    per_sector = sector_size // 4

    def sector(number: int) -> bytes:
        return content[(number + 1) * sector_size : (number + 2) * sector_size]

    def numbers(places: list[int]) -> list[int]:
        joined = b"".join(map(sector, places))
        return [number for (number,) in struct.iter_unpack("<I", joined[: len(joined) // 4 * 4])]

    def chain(first: int, table: list[int]) -> list[int]:
        found: list[int] = []
        while first < len(table) and len(found) <= len(table):
            found.append(first)
            first = table[first]
        return found

    of_fat = list(struct.unpack_from("<109I", content, 76))
    more, count = struct.unpack_from("<II", content, 68)
    for _ in range(min(count, len(content) // sector_size)):
        *further, more = numbers([more])
        of_fat += further[: per_sector - 1]
    fat = numbers([one for one in of_fat if one < 0xFFFFFFFA])
    directory = b"".join(map(sector, chain(int.from_bytes(content[48:52], "little"), fat)))
    entries = {}
    for at in range(0, len(directory) - 127, 128):
        name = directory[at : at + max(int.from_bytes(directory[at + 64 : at + 66], "little") - 2, 0)]
        entries[name.decode("utf-16-le", "replace")] = struct.unpack_from("<II", directory, at + 116)
    first, size = entries.get("Workbook") or entries["Book"]
    if size >= int.from_bytes(content[56:60], "little"):
        return b"".join(map(sector, chain(first, fat)))[:size]
    small = b"".join(map(sector, chain(entries["Root Entry"][0], fat)))
    small_fat = numbers(chain(int.from_bytes(content[60:64], "little"), fat))
    return b"".join(small[one * small_size :][:small_size] for one in chain(first, small_fat))[:size]
