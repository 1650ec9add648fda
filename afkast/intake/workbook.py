"""One sheet of a workbook as rows of text; calamine reads the cells, and what it does not tell is read beside it."""

import io
import re
import zipfile
from xml.etree import ElementTree

import pandas as pd
from python_calamine import CalamineWorkbook

from afkast.intake.cells import DecimalMark, danish_text, percentage
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults, few
from afkast.intake.headings import Rows, data_rows, find_headings
from afkast.intake.numeric import judge_texts
from afkast.intake.sources import Excel
from afkast.intake.workbook_marks import (
    PERCENT_FORMATS,
    Marks,
    Place,
    in_per_cent,
    marks_of_binary,
    marks_of_old,
    marks_of_open_document,
)

MAX_BYTES = 500_000_000
"""So large may a file be, and a workbook when unpacked."""

SAVE_AGAIN = "Open the workbook in Excel, save it, and import again."
SAVE_AS_XLSX = "Open it in Excel, and save it as 'Excel workbook (.xlsx)'."

CELL = rb"<(?:\w+:)?c(?=[ >])([^>]*)"
EMPTY_CELL = re.compile(CELL + rb"(?:/>|></(?:\w+:)?c>)")
FORMULA_WITHOUT_RESULT = re.compile(
    CELL
    + rb">\s*<(?:\w+:)?f(?=[ >/])[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*"
    rb"</(?:\w+:)?c>"
)
ERROR_CELL = re.compile(CELL + rb">")
ADDRESS = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*\bref="([A-Z]+[0-9]+):([A-Z]+[0-9]+)"')
SHARED_TEXT = re.compile(rb"<(?:\w+:)?si(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
RAISED = re.compile(rb'<(?:\w+:)?vertAlign\s[^>]*\bval="superscript"')
CELL_OF_SHARED_TEXT = re.compile(CELL + rb">\s*<(?:\w+:)?v>([0-9]+)<")
NUMBER_AS_TEXT = re.compile(r"-?[0-9]+(?:[.,][0-9]+)+")
ROW = re.compile(rb"<(?:\w+:)?row(?=[ >])([^>]*)>")
COLUMN = re.compile(rb"<(?:\w+:)?col(?=[ >])([^>]*)>")


class _NoAddressError(Exception):
    """A cell that matters has no address, as some programs write workbooks."""


def read_excel(source: Excel, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """Text stays text; numbers and dates become the text that a text file would hold, per cent with their mark."""
    if _is_no_workbook(source, content, faults):
        return None
    try:
        sheet = read_sheet(content, source.sheet, source.decimal_mark)
    except _NoAddressError:
        faults.add(source.label, "cells that do not say where they stand", remedy=SAVE_AGAIN)
        return None
    except Exception:  # whatever a damaged workbook makes the libraries raise; their messages may quote cells
        faults.add(source.label, "not an intact Excel workbook", remedy=FETCH_AGAIN)
        return None
    if sheet is None:
        faults.add(source.label, "the sheet is missing", remedy=CORRECT_DECLARATION)
        return None
    rows, marks = sheet
    if source.hidden == "out":
        rows = _without_hidden(source, rows, marks, faults)
    found = find_headings(source, rows, faults)
    if found is None:
        return None
    below, headings = found
    width = len(headings)
    body = [(row, cells) for row, cells in rows[below:] if any(cells)]
    if source.hidden is None:
        _ask_about_hidden(source, body, marks, width, faults)
    even = [(row, (cells + [""] * width)[:width]) for row, cells in body if not any(cells[width:])]
    odd = [(row, cells) for row, cells in body if any(cells[width:])]
    index = pd.Index([row for row, _ in even], dtype="int64")
    frame = pd.DataFrame([cells for _, cells in even], index=index, columns=headings, dtype=str)
    kept = data_rows(source, headings, frame, odd, faults)
    if kept is None:
        return None
    for heading in source.numeric_headings:
        place = headings.index(heading) + 1
        texts = {row: text for (row, column), text in marks.texts.items() if column == place and row in kept.index}
        judge_texts(source, heading, texts, faults)
    columns = {headings.index(heading) + 1 for heading in source.kept_headings}
    for places, rule, remedy in [
        (marks.unanswered, "a formula without its result", SAVE_AGAIN),
        (marks.merged, "cells that are merged over rows", "Part them, and write the word into each row."),
        (marks.broken, "an Excel error value", "Mend the formula in Excel, save, and import again."),
        (marks.raised, "a raised sign, as the mark of a footnote", "Take it out of the cell, and import again."),
    ]:
        inside = {row for row, column in places if column in columns} & set(kept.index)
        faults.add(source.label, rule, rows=inside, remedy=remedy)
    return kept


def _is_no_workbook(source: Excel, content: bytes, faults: Faults) -> bool:
    """Whether the file is something else than its name says; that is then told."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    rule = None
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            rule, remedy = "is protected by a password", "Save it without a password, in a folder only you can read."
        elif source.file.lower().endswith((".xlsx", ".xlsm", ".ods", ".xlsb")):
            rule, remedy = "is an old Excel workbook (.xls) under another name", "Name it .xls, or save it as .xlsx."
    elif start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")):
        rule, remedy = "is a web page, not an Excel workbook", SAVE_AS_XLSX
    elif start.startswith(b"<?xml"):
        rule, remedy = "is an XML file, not an Excel workbook", SAVE_AS_XLSX
    elif (
        content
        and b"\x00" not in content[:4000]
        and b";" in content[:4000] + b"\t"
        and content.count(b"\n", 0, 4000) > 1
    ):
        rule, remedy = "is a text file, not an Excel workbook", "Name it .csv and declare it with reader: csv."
    if rule:
        faults.add(source.label, rule, remedy=remedy)
    return rule is not None


def read_sheet(content: bytes, name: str, decimal: DecimalMark) -> tuple[Rows, Marks] | None:
    """Every row of a sheet as text, and its marks; None without the sheet."""
    zipped = content.startswith(b"PK")
    if zipped:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            if sum(member.file_size for member in members.infolist()) > MAX_BYTES or members.testzip():
                raise zipfile.BadZipFile
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    if name not in workbook.sheet_names:
        return None
    if zipped:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            if "xl/workbook.xml" in members.namelist():
                marks = _marks(members, name)
            elif "xl/workbook.bin" in members.namelist():
                marks = marks_of_binary(members, name)
            else:
                marks = marks_of_open_document(members, name)
    else:
        marks = marks_of_old(content, name)
    rows: Rows = []
    fractions = False
    for row, values in enumerate(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1):
        cells = [danish_text(value, decimal) for value in values]
        rows.append((row, cells))
        for column, value in enumerate(values, start=1):
            if isinstance(value, int | float) and not isinstance(value, bool):
                fractions |= value % 1 != 0
                if (row, column) in marks.percent:
                    cells[column - 1] = percentage(value, decimal)
            elif isinstance(value, str) and NUMBER_AS_TEXT.fullmatch(value.strip()):
                marks.texts[row, column] = value
    if not fractions:
        # nothing but the texts says what a point parts
        marks.texts = {place: text for place, text in marks.texts.items() if "," in text}
    return rows, marks


def _marks(members: zipfile.ZipFile, sheet: str) -> Marks:
    """Read with regular expressions, because a sheet may have millions of cells and few of them matter here."""
    percent = _percent_styles(members)
    xml = EMPTY_CELL.sub(b"", members.read(_member(members, sheet)))
    marks = Marks()
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
    raised = _raised_texts(members)
    for cell in CELL_OF_SHARED_TEXT.finditer(xml) if raised else ():
        if b't="s"' in cell[1] and int(cell[2]) in raised:
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
            marks.hidden_columns.update(range(first, min(last, 16_384) + 1))
    return marks


def _raised_texts(members: zipfile.ZipFile) -> set[int]:
    """The workbook's texts with a sign above the line, by number; read as text, the 1 of 503¹ is a digit more."""
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
        if one.tag.endswith("}numFmt") and in_per_cent(str(one.get("formatCode"))):
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
        raise _NoAddressError
    column = 0
    for letter in address[1]:
        column = 26 * column + letter - ord("A") + 1
    return int(address[2]), column


def _without_hidden(source: Excel, rows: Rows, marks: Marks, faults: Faults) -> Rows:
    """The rows and cells that Excel shows; the places in `marks` follow."""
    shown = [(row, cells) for row, cells in rows if row not in marks.hidden_rows]
    faults.record(source.label).left_out += sum(any(cells) for row, cells in rows if row in marks.hidden_rows)
    width = max((len(cells) for _, cells in rows), default=0)
    kept = [column for column in range(1, width + 1) if column not in marks.hidden_columns]
    new = {old: number for number, old in enumerate(kept, start=1)}
    marks.texts = {(row, new[column]): text for (row, column), text in marks.texts.items() if column in new}
    for places in (marks.unanswered, marks.broken, marks.merged, marks.raised):
        moved = {(row, new[column]) for row, column in places if column in new}
        places.clear()
        places.update(moved)
    marks.hidden_rows, marks.hidden_columns = set(), set()
    return [(row, [cells[column - 1] for column in kept if column <= len(cells)]) for row, cells in shown]


def _ask_about_hidden(source: Excel, rows: Rows, marks: Marks, width: int, faults: Faults) -> None:
    """Whether what Excel hides is data must be declared."""
    remedy = "Show them, or declare hidden: in (they are data) or hidden: out."
    filled = [row for row, cells in rows if row in marks.hidden_rows and any(cells)]
    faults.add(source.label, "rows that Excel hides", rows=filled, remedy=remedy)
    columns = [column for column in marks.hidden_columns if column <= width]
    if columns:
        faults.add(source.label, f"Excel hides column number {few(columns)}", remedy=remedy)
