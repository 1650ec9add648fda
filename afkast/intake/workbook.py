"""One sheet of a workbook as rows of text; calamine reads the cells, and what it does not tell is read beside it."""

import io
import re
import zipfile

import pandas as pd
from python_calamine import CalamineWorkbook

from afkast.intake.cells import DecimalMark, danish_text, percentage
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults, few
from afkast.intake.headings import Rows, data_rows, find_headings
from afkast.intake.numeric import judge_texts
from afkast.intake.sources import Excel
from afkast.intake.workbook_marks import Marks, NoAddressError, marks_of

MAX_BYTES = 500_000_000
"""So large may a file be, and a workbook when unpacked."""

SAVE_AGAIN = "Open the workbook in Excel, save it, and import again."
SAVE_AS_XLSX = "Open it in Excel, and save it as 'Excel workbook (.xlsx)'."

NUMBER_AS_TEXT = re.compile(r"-?[0-9]+(?:[.,][0-9]+)+")


def read_excel(source: Excel, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """Text stays text; numbers and dates become the text that a text file would hold, per cent with their mark."""
    if _is_no_workbook(source, content, faults):
        return None
    try:
        sheet = read_sheet(content, source.sheet, source.decimal_mark)
    except NoAddressError:
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
        (marks.twice, "a cell that the file gives two contents", SAVE_AGAIN),
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
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            if sum(member.file_size for member in members.infolist()) > MAX_BYTES or members.testzip():
                raise zipfile.BadZipFile
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    if name not in workbook.sheet_names:
        return None
    sheet = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    marks = marks_of(content, name, len(sheet), max(map(len, sheet), default=0))
    rows: Rows = []
    fractions = False
    for row, values in enumerate(sheet, start=1):
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


def _without_hidden(source: Excel, rows: Rows, marks: Marks, faults: Faults) -> Rows:
    """The rows and cells that Excel shows; the places in `marks` follow."""
    shown = [(row, cells) for row, cells in rows if row not in marks.hidden_rows]
    faults.record(source.label).left_out += sum(any(cells) for row, cells in rows if row in marks.hidden_rows)
    width = max((len(cells) for _, cells in rows), default=0)
    kept = [column for column in range(1, width + 1) if column not in marks.hidden_columns]
    new = {old: number for number, old in enumerate(kept, start=1)}
    marks.texts = {(row, new[column]): text for (row, column), text in marks.texts.items() if column in new}
    for places in (marks.unanswered, marks.broken, marks.merged, marks.raised, marks.twice):
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
