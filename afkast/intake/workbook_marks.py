"""What calamine does not tell of a sheet's cells: what is hidden, merged, in per cent, broken or beside its number.

Of Excel's XML (.xlsx), OpenDocument (.ods), Excel's binary workbook (.xlsb, [MS-XLSB]) and the old .xls, which xlrd
reads; of the others no kept library tells it all.
"""

import io
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from xml.etree import ElementTree

import xlrd

PERCENT_FORMATS = {9, 10}
"""Excel's own formats in per cent; those of a workbook's own have a % that is not quoted."""

Place = tuple[int, int]
"""Row and column of a cell, from 1."""

MOST_COLUMNS = 16_384


class NoAddressError(Exception):
    """A cell that matters has no address, as some programs write workbooks."""


@dataclass
class Marks:
    """What calamine does not tell of the cells of a sheet with so many rows and columns."""

    height: int
    width: int
    unanswered: set[Place] = field(default_factory=set)
    broken: set[Place] = field(default_factory=set)
    percent: set[Place] = field(default_factory=set)
    merged: set[Place] = field(default_factory=set)
    raised: set[Place] = field(default_factory=set)
    """Texts with a sign above the line, as the mark of a footnote: read as text, the 1 of 503¹ is a digit more."""
    twice: set[Place] = field(default_factory=set)
    """Cells that the file gives two contents, as no Excel writes it."""
    texts: dict[Place, str] = field(default_factory=dict)
    """Numbers that were typed as text, where others beside them are numbers."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Cells that are one over several rows; a file of no size may name all that a sheet can have."""
        if bottom > top:
            rows, columns = range(top, min(bottom, self.height) + 1), range(left, min(right, self.width) + 1)
            self.merged.update(product(rows, columns))


def marks_of(content: bytes, sheet: str, height: int, width: int) -> Marks:
    """Of the sheet of that name, which has so many rows and columns."""
    marks = Marks(height, width)
    if not content.startswith(b"PK"):
        _mark_old(marks, content, sheet)
        return marks
    with zipfile.ZipFile(io.BytesIO(content)) as members:
        if "xl/workbook.xml" in members.namelist():
            _mark_xml(marks, members, sheet)
        elif "xl/workbook.bin" in members.namelist():
            _mark_binary(marks, members, sheet)
        else:
            _mark_open_document(marks, members, sheet)
    return marks


def _in_per_cent(format_code: str) -> bool:
    """Whether a cell of this format shows a hundred times its number."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", format_code)


# ---------------------------------------------------------------- Excel's XML

CELL = rb"<(?:\w+:)?c(?=[ >])([^>]*)"
EMPTY_CELL = re.compile(CELL + rb"(?:/>|></(?:\w+:)?c>)")
FORMULA_WITHOUT_RESULT = re.compile(
    CELL
    + rb">\s*<(?:\w+:)?f(?=[ >/])[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*"
    rb"</(?:\w+:)?c>"
)
ERROR_CELL = re.compile(CELL + rb">")
ADDRESS = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
CELL_ADDRESS = re.compile(rb' r="[A-Z]+[0-9]+"')
HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*\bref="([A-Z]+[0-9]+):([A-Z]+[0-9]+)"')
SHARED_TEXT = re.compile(rb"<(?:\w+:)?si(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
RAISED = re.compile(rb'<(?:\w+:)?vertAlign\s[^>]*\bval="superscript"')
CELL_OF_SHARED_TEXT = re.compile(CELL + rb">\s*<(?:\w+:)?v>([0-9]+)<")
CELL_WITH_TEXT = re.compile(CELL + rb">\s*<(?:\w+:)?is>(.*?)</(?:\w+:)?is>", re.DOTALL)
ROW = re.compile(rb"<(?:\w+:)?row(?=[ >])([^>]*)>")
COLUMN = re.compile(rb"<(?:\w+:)?col(?=[ >])([^>]*)>")


def _mark_xml(marks: Marks, members: zipfile.ZipFile, sheet: str) -> None:
    """Read with regular expressions, because a sheet may have millions of cells and few of them matter here."""
    percent = _percent_styles(members)
    xml = EMPTY_CELL.sub(b"", members.read(_member(members, sheet)))
    for cell in FORMULA_WITHOUT_RESULT.finditer(xml):
        if not (b't="str"' in cell[1] and cell[2]):  # a text without letters is a result, too
            marks.unanswered.add(_place(cell[1]))
    if b't="e"' in xml or percent:
        styles = re.compile(rb'\bs="(?:' + b"|".join(b"%d" % style for style in percent) + rb')"') if percent else None
        for cell in ERROR_CELL.finditer(xml):
            if b't="e"' in cell[1]:
                marks.broken.add(_place(cell[1]))
            if styles and styles.search(cell[1]):
                marks.percent.add(_place(cell[1]))
    addresses = CELL_ADDRESS.findall(xml)
    if len(set(addresses)) < len(addresses):
        marks.twice = {_place(cell) for cell, times in Counter(addresses).items() if times > 1}
    raised = _raised_texts(members)
    for cell in CELL_OF_SHARED_TEXT.finditer(xml) if raised else ():
        if b't="s"' in cell[1] and int(cell[2]) in raised:
            marks.raised.add(_place(cell[1]))
    for cell in CELL_WITH_TEXT.finditer(xml) if RAISED.search(xml) else ():
        if RAISED.search(cell[2]):
            marks.raised.add(_place(cell[1]))
    for area in MERGED.finditer(xml):
        (top, left), (bottom, right) = (_place(b'r="' + corner + b'"') for corner in (area[1], area[2]))
        marks.merge(top, left, bottom, right)
    for row in ROW.finditer(xml):
        if HIDDEN.search(row[1]):
            marks.hidden_rows.add(int(_attribute(row[1], b"r")))
    for column in COLUMN.finditer(xml):
        if HIDDEN.search(column[1]):
            first, last = int(_attribute(column[1], b"min")), int(_attribute(column[1], b"max"))
            marks.hidden_columns.update(range(first, min(last, MOST_COLUMNS) + 1))


def _raised_texts(members: zipfile.ZipFile) -> set[int]:
    """The numbers of the workbook's texts with a sign above the line."""
    name = "xl/sharedStrings.xml"
    xml = members.read(name) if name in members.namelist() else b""
    if not RAISED.search(xml):
        return set()
    return {number for number, text in enumerate(SHARED_TEXT.finditer(xml)) if RAISED.search(text[1] or b"")}


def _member(members: zipfile.ZipFile, sheet: str) -> str:
    """The file of a sheet within the workbook."""
    workbook = ElementTree.fromstring(members.read("xl/workbook.xml"))
    [found] = [one for one in workbook.iter() if one.tag.endswith("}sheet") and one.get("name") == sheet]
    id = next(value for key, value in found.attrib.items() if key.endswith("}id"))
    relations = ElementTree.fromstring(members.read("xl/_rels/workbook.xml.rels"))
    [target] = [str(one.get("Target")) for one in relations if one.get("Id") == id]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _percent_styles(members: zipfile.ZipFile) -> list[int]:
    """The numbers of the cell styles whose format is in per cent."""
    if "xl/styles.xml" not in members.namelist():
        return []
    styles = ElementTree.fromstring(members.read("xl/styles.xml"))
    formats = set(PERCENT_FORMATS)
    for one in styles.iter():
        if one.tag.endswith("}numFmt") and _in_per_cent(str(one.get("formatCode"))):
            formats.add(int(str(one.get("numFmtId"))))
    cell_styles = [one for one in styles if one.tag.endswith("}cellXfs")]
    return [n for group in cell_styles for n, one in enumerate(group) if int(one.get("numFmtId", "0")) in formats]


def _attribute(tag: bytes, name: bytes) -> bytes:
    found = re.search(rb"\b" + name + rb'="([^"]*)"', tag)
    if found is None:
        raise ValueError
    return found[1]


def _place(tag: bytes) -> Place:
    address = ADDRESS.search(tag)
    if address is None:
        raise NoAddressError
    column = 0
    for letter in address[1]:
        column = 26 * column + letter - ord("A") + 1
    return int(address[2]), column


# ---------------------------------------------------------------- OpenDocument


def _mark_open_document(marks: Marks, members: zipfile.ZipFile, sheet: str) -> None:
    inside, row, column = False, 0, 0
    above_line: set[str] = set()
    with members.open("content.xml") as content:
        for event, one in ElementTree.iterparse(content, ("start", "end")):
            tag = _plain(one.tag)
            if event == "start":
                if tag == "table":
                    inside, row, column = _said(one).get("name") == sheet, 0, 0
                continue
            said = _said(one)
            if tag == "style" and any(map(_is_raised, one)):
                above_line.add(said["name"])
            elif tag == "table-column" and inside:
                many = int(said.get("number-columns-repeated", "1"))
                if "visibility" in said and said["visibility"] != "visible":
                    marks.hidden_columns.update(range(column + 1, min(column + many, MOST_COLUMNS) + 1))
                column += many
            elif tag == "table-row":
                many = int(said.get("number-rows-repeated", "1"))
                if inside:
                    _mark_row(marks, one, range(row + 1, min(row + many, marks.height) + 1), above_line)
                row += many
                one.clear()


def _is_raised(properties: ElementTree.Element) -> bool:
    """Whether text of these properties stands above the line, as a word or by so many per cent."""
    return bool(re.match("super|[1-9]", _said(properties).get("text-position", "")))


def _mark_row(marks: Marks, element: ElementTree.Element, rows: range, above_line: set[str]) -> None:
    """Of a row that is repeated so often; above_line: the styles of raised signs."""
    column, filled = 1, False
    for cell in element:
        said = _said(cell)
        many = int(said.get("number-columns-repeated", "1"))
        if "value-type" in said or "formula" in said:
            filled = True
            places = list(product(rows, range(column, min(column + many, marks.width + 1))))
            if said.get("value-type") == "percentage":
                marks.percent.update(places)
            elif said.get("value-type") == "error":
                marks.broken.update(places)
            elif "value-type" not in said:
                marks.unanswered.update(places)
            if above_line and any(_said(one).get("style-name") in above_line for one in cell.iter()):
                marks.raised.update(places)
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


def _mark_binary(marks: Marks, members: zipfile.ZipFile, sheet: str) -> None:
    percent, row = _binary_percent_styles(members), 0
    raised = _binary_raised_texts(members)
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
        elif kind == 7 and int.from_bytes(told[8:12], "little") in raised:  # BrtCellIsst
            marks.raised.add((row, int.from_bytes(told[:4], "little") + 1))
        elif kind in (3, 11):  # BrtCellError, BrtFmlaError
            marks.broken.add((row, int.from_bytes(told[:4], "little") + 1))
        elif kind == 176:  # BrtMergeCell
            top, bottom, left, right = struct.unpack_from("<IIII", told)
            marks.merge(top + 1, left + 1, bottom + 1, right + 1)


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


def _binary_percent_styles(members: zipfile.ZipFile) -> set[int]:
    """The numbers of the cell styles whose format is in per cent."""
    if "xl/styles.bin" not in members.namelist():
        return set()
    formats, styles, of_cells = set(PERCENT_FORMATS), [], False
    for kind, told in _records(members.read("xl/styles.bin")):
        if kind == 44 and _in_per_cent(_wide(told, 2)[0]):  # BrtFmt
            formats.add(int.from_bytes(told[:2], "little"))
        elif kind in (617, 618):  # BrtBeginCellXFs, BrtEndCellXFs
            of_cells = kind == 617
        elif kind == 47 and of_cells:  # BrtXF
            styles.append(int.from_bytes(told[2:4], "little"))
    return {number for number, style in enumerate(styles) if style in formats}


def _binary_raised_texts(members: zipfile.ZipFile) -> set[int]:
    """The numbers of the workbook's texts with a sign above the line: one whose runs have such a font."""
    names = "xl/styles.bin", "xl/sharedStrings.bin"
    if not set(names) <= set(members.namelist()):
        return set()
    styles, texts = (list(_records(members.read(name))) for name in names)
    fonts = [told[6:8] == b"\1\0" for kind, told in styles if kind == 43]  # BrtFont, whose sss is superscript
    raised = set()
    for number, told in enumerate(told for kind, told in texts if kind == 19):  # BrtSSTItem
        if told[0] & 1:  # fRichStr
            runs = struct.iter_unpack("<HH", _array(told, _wide(told, 1)[1], 4))
            if any(fonts[font] for _, font in runs):
                raised.add(number)
    return raised


def _array(told: bytes, at: int, size: int) -> bytes:
    """What follows its number of elements, of so many bytes each."""
    return told[at + 4 : at + 4 + size * int.from_bytes(told[at : at + 4], "little")]


def _wide(told: bytes, at: int) -> tuple[str, int]:
    """A text that begins with its length, and where it ends."""
    end = at + 4 + 2 * int.from_bytes(told[at : at + 4], "little")
    return told[at + 4 : end].decode("utf-16-le"), end


# ---------------------------------------------------------------- the old workbook


def _mark_old(marks: Marks, content: bytes, sheet: str) -> None:
    # its warnings go to the terminal otherwise, and may quote cells
    workbook = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    told = workbook.sheet_by_name(sheet)
    marks.hidden_rows = {row + 1 for row, its in told.rowinfo_map.items() if its.hidden}
    marks.hidden_columns = {column + 1 for column, its in told.colinfo_map.items() if its.hidden}
    for top, below, left, beyond in told.merged_cells:
        marks.merge(top + 1, left + 1, below, beyond)
    above_line = {number for number, font in enumerate(workbook.font_list) if font.escapement == 1}
    for (row, column), runs in told.rich_text_runlist_map.items():
        if any(font in above_line for _, font in runs):
            marks.raised.add((row + 1, column + 1))
    for row, column in product(range(told.nrows), range(told.ncols)):
        kind = told.cell_type(row, column)
        if kind == xlrd.XL_CELL_ERROR:
            marks.broken.add((row + 1, column + 1))
        elif kind == xlrd.XL_CELL_NUMBER:
            style = workbook.xf_list[told.cell_xf_index(row, column)]
            if _in_per_cent(workbook.format_map[style.format_key].format_str):
                marks.percent.add((row + 1, column + 1))
