"""Raw bytes → cells: one reader per form of export.

A reader returns a frame of text: a column per heading, and as index the row a person would look up (line of a
text file, row of an Excel sheet). A blank cell is '', a missing one is at fault already. A reader judges the form
of the file; what the cells say is judged in `tidy`. A reader that cannot go on notes why and returns None.
"""

import csv
import io
import re
import warnings
import zipfile
from typing import Any

import openpyxl
import pandas as pd

from afkast.intake.cells import NOT_A_NUMBER, danish_text, numbers
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults
from afkast.intake.sources import Csv, Excel, Journal, Sheet, Source

MAX_BYTES = 500_000_000
"""So large may a file be, and a workbook when unpacked."""

Rows = list[tuple[int, list[str]]]

# C0 and C1 controls, a lone carriage return, and the mark that replaces a character somebody could not read
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]|\r(?!\n|$)")


def read_cells(source: Source, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """The cells of one declared file."""
    if isinstance(source, Journal):
        return read_journal(source, content, faults)
    if isinstance(source, Excel):
        return read_excel(source, content, faults)
    return read_csv(source, content, faults)


def _text(source: Source, content: bytes, encoding: str, faults: Faults) -> str | None:
    """The file as text; bytes outside the encoding and control characters are faults."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        rows = [row for row, line in enumerate(content.split(b"\n"), start=1) if not _decodes(line, encoding)]
        rule = f"a byte that is not {encoding.removesuffix('-sig')}"
        faults.add(source.label, rule, rows=rows, remedy=FETCH_AGAIN)
        return None
    # a page of a print begins with a form feed
    printed = text.replace("\n\f", "\n").removeprefix("\f") if isinstance(source, Journal) else text
    if CONTROL.search(printed):
        rows = [row for row, line in enumerate(printed.split("\n"), start=1) if CONTROL.search(line)]
        faults.add(source.label, "a control character", rows=rows, remedy=FETCH_AGAIN)
        return None
    return text


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


# ---------------------------------------------------------------- tables below a line of headings


def read_csv(source: Csv, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """`;` between cells; a row is numbered by the line it begins on."""
    text = _text(source, content, source.encoding, faults)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    rows: Rows = []
    row = 1
    try:
        for cells in reader:
            rows.append((row, [cell.strip() for cell in cells]))
            row = reader.line_num + 1
    except csv.Error:
        faults.add(source.label, "a quotation mark out of place", rows=[row])
        return None
    return _below_headings(source, rows, faults)


def read_excel(source: Excel, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """One sheet. Text stays text; numbers and dates become the text a Danish CSV would hold."""
    try:
        sheet = _sheet_cells(content, source.sheet)
    except Exception:  # whatever a damaged workbook makes the libraries raise; their messages may quote cells
        faults.add(source.label, "not an intact Excel workbook", remedy=FETCH_AGAIN)
        return None
    if sheet is None:
        faults.add(source.label, "the sheet is missing", remedy=CORRECT_DECLARATION)
        return None

    unanswered, broken = [], []
    rows: Rows = []
    for row, (results, formulas) in enumerate(sheet, start=1):
        if any(
            formula.data_type == "f" and result.value is None for result, formula in zip(results, formulas, strict=True)
        ):
            unanswered.append(row)
        if any(result.data_type == "e" for result in results):
            broken.append(row)
        rows.append((row, [danish_text(result.value) for result in results]))
    recalculate = "Open the workbook in Excel, save it, and import again."
    faults.add(source.label, "a formula without its result", rows=unanswered, remedy=recalculate)
    faults.add(source.label, "an Excel error value", rows=broken)
    return _below_headings(source, rows, faults)


def _sheet_cells(content: bytes, name: str) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]] | None:
    """Each row's cells read twice, as results and as formulas (one reading shows only one); None without the sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as members:
        if members.testzip() or sum(member.file_size for member in members.infolist()) > MAX_BYTES:
            raise zipfile.BadZipFile
    readings = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's quote cells
        for data_only in (True, False):
            workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
            if name not in workbook.sheetnames:
                return None
            sheet = workbook[name]
            sheet.reset_dimensions()  # a workbook's own note of its extent is not always right
            readings.append(list(sheet.iter_rows()))
    return list(zip(*readings, strict=True))


def _below_headings(source: Sheet, rows: Rows, faults: Faults) -> pd.DataFrame | None:
    """The data rows between the line of headings and the footer, one column per declared heading."""
    declared = source.declared_headings
    found = [len(set(declared) & set(cells)) for _, cells in rows]
    if not any(found):
        faults.add(source.label, "no line holds the declared headings", remedy=CORRECT_DECLARATION)
        return None
    at = found.index(max(found))
    heading_row, headings = rows[at]
    if isinstance(source, Excel):
        headings = _without_blank_end(headings)
    for heading in declared:
        if headings.count(heading) != 1:
            rule = "the heading occurs twice" if heading in headings else "the heading is missing"
            faults.add(source.label, rule, column=heading, rows=[heading_row], remedy=CORRECT_DECLARATION)
    for position, heading in enumerate(headings, start=1):
        if heading not in declared:
            # it is told by position: where the headings are lost, a heading may be a person's data
            rule = f"heading number {position} is not declared in sources.yml"
            faults.add(source.label, rule, rows=[heading_row], remedy=CORRECT_DECLARATION)
    if set(declared) - set(headings) or len(set(headings)) < len(headings):
        return None

    data = [(row, cells) for row, cells in rows[at + 1 :] if any(cells)]
    if source.footer:
        ends = [number for number, (_, cells) in enumerate(data) if cells[0].startswith(source.footer)]
        if not ends:
            rule = "the declared footer is missing; the export may be cut short"
            faults.add(source.label, rule, remedy=FETCH_AGAIN)
        data = data[: ends[0]] if ends else data
    if isinstance(source, Excel):
        data = [(row, _to_width(cells, len(headings))) for row, cells in data]
    if not data:
        faults.add(source.label, "no rows below the headings", remedy=FETCH_AGAIN)
        return None
    uneven = [row for row, cells in data if len(cells) != len(headings)]
    faults.add(source.label, f"not {len(headings)} cells, as there are headings", rows=uneven)
    even = [(row, cells) for row, cells in data if len(cells) == len(headings)]
    index = pd.Index([row for row, _ in even], dtype="int64")
    frame = pd.DataFrame([cells for _, cells in even], index=index, columns=headings, dtype=str)
    return frame[declared]


def _without_blank_end(cells: list[str]) -> list[str]:
    return cells[: max((number for number, cell in enumerate(cells, start=1) if cell), default=0)]


def _to_width(cells: list[str], width: int) -> list[str]:
    """A sheet's row as wide as the headings, unless something stands outside them."""
    filled = _without_blank_end(cells)
    return filled + [""] * (width - len(filled))


# ---------------------------------------------------------------- KMD Opus' posting journal

JOURNAL_HEADINGS = ["Bilagsnr.", "PSP-element", "Per", "Bogf.dato", "Omk.art", "Tekst", "Beløb"]
SUBTOTAL, TOTAL = "*", "**"


def read_journal(source: Journal, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """A print in pages: form feed, title lines, two lines of headings, records of two lines each.

    The text of a posting may hold the character that separates columns, so columns are cut where the page's
    first heading line has its separators. Subtotals and the grand total are checked against the postings and
    left out.
    """
    text = _text(source, content, "cp1252", faults)
    if text is None:
        return None
    records = _records(source, text, faults)
    if records is None:
        return None
    opening = records["Bilagsnr."] != ""
    follows = opening.shift(fill_value=False)
    followed = ~opening.shift(-1, fill_value=True)
    faults.add(source.label, "the second line of the record is missing", rows=records.index[opening & ~followed])
    faults.add(source.label, "the first line of the record is missing", rows=records.index[~opening & ~follows])
    only_first = ["Per", "Bogf.dato", "Omk.art", "Beløb"]
    overfull = ~opening & (records[only_first] != "").any(axis=1)
    faults.add(source.label, "a record's second line holds more than text", rows=records.index[overfull])

    # what has been told is not told again: a missing cell is one that is at fault already
    damaged = pd.Series(records.index.isin(faults.rows(source.label)), index=records.index)
    posting = opening & ~records["Bilagsnr."].isin([SUBTOTAL, TOTAL])
    if not posting.any():
        faults.add(source.label, "no postings", remedy=FETCH_AGAIN)
        return None

    continued = records["Tekst"].shift(-1, fill_value="").where(followed, "")
    records["Tekst"] = (records["Tekst"] + " " + continued).str.strip()
    records["Bogf.dato"] = records["Bogf.dato"].str.replace(".", "-", regex=False)
    ore = (numbers(records["Beløb"]) * 100).round()
    unreadable = opening & ~damaged & ore.isna()
    faults.add(source.label, NOT_A_NUMBER, column="Beløb", rows=records.index[unreadable])
    # a record at fault upsets the totals too: they are judged once every record can be read
    if not faults.concern([source.label]):
        _check_totals(source, records[opening], ore[opening].astype("int64"), faults)
    records["Beløb"] = records["Beløb"].mask(unreadable)
    return records.mask(damaged)[posting].drop(columns="Omk.art")


def _records(source: Journal, text: str, faults: Faults) -> pd.DataFrame | None:
    """The lines of all records, cut into columns; None when a page cannot be read."""
    printed = text.split("\n")
    lines = pd.Series(printed, index=pd.RangeIndex(1, len(printed) + 1), dtype=str).str.rstrip("\r")
    page = lines.str.startswith("\f").cumsum()
    lines = lines.str.removeprefix("\f")
    row = lines.index.to_series()
    printed_pages = page[lines.str.strip() != ""].unique()

    heading_rows = row[lines.str.match(r"\|Bilagsnr\. *\|")].groupby(page).first()
    headless = sorted(set(printed_pages) - set(heading_rows.index))
    if headless:
        first_rows = row.groupby(page).first()[headless]
        faults.add(source.label, "a page without its line of headings", rows=first_rows, remedy=FETCH_AGAIN)
        return None
    heading = page.map(lines[heading_rows].set_axis(heading_rows.index))
    inner_line = lines.str.fullmatch("(?:-*| *)")
    # the second heading line follows the first
    body = (row > page.map(heading_rows) + 1) & ~inner_line

    parts = []
    for line_of_headings, page_lines in lines[body].groupby(heading[body]):
        edges = [position for position, character in enumerate(line_of_headings) if character == "|"]
        names = [name.strip() for name in line_of_headings.split("|")[1:-1]]
        if names != JOURNAL_HEADINGS:
            rows = heading_rows[lines[heading_rows].to_numpy() == line_of_headings]
            rule = f"the headings are not {', '.join(JOURNAL_HEADINGS)}"
            faults.add(source.label, rule, rows=rows, remedy=FETCH_AGAIN)
            return None
        separated = page_lines.str.len() == len(line_of_headings)
        for edge in edges:
            separated &= page_lines.str.slice(edge, edge + 1) == "|"
        rule = "no column separator where the page's headings have one"
        faults.add(source.label, rule, rows=page_lines.index[~separated], remedy=FETCH_AGAIN)
        columns = zip(names, edges, edges[1:], strict=False)
        parts.append(pd.DataFrame({name: page_lines.str.slice(a + 1, b).str.strip() for name, a, b in columns}))
    return pd.concat(parts).sort_index() if parts else pd.DataFrame(columns=JOURNAL_HEADINGS, dtype=str)


def _check_totals(source: Journal, records: pd.DataFrame, ore: pd.Series, faults: Faults) -> None:
    """Compare the printed subtotals and grand total with the postings, in øre."""
    kind, element = records["Bilagsnr."], records["PSP-element"]
    posting, subtotal, total = ~kind.isin([SUBTOTAL, TOTAL]), kind == SUBTOTAL, kind == TOTAL
    unsummed = posting & ~element.isin(element[subtotal])
    rule = "a PSP-element without its subtotal; the print may be cut short"
    faults.add(source.label, rule, column="PSP-element", rows=records.index[unsummed], remedy=FETCH_AGAIN)
    posted = ore[posting].groupby(element[posting]).sum()
    printed = ore[subtotal].groupby(element[subtotal]).sum()
    wrong = printed.index[printed != posted.reindex(printed.index, fill_value=0)]
    rule = "the subtotal is not the sum of its postings"
    rows = records.index[subtotal & element.isin(wrong)]
    faults.add(source.label, rule, column="Beløb", rows=rows, remedy=FETCH_AGAIN)
    if total.sum() != 1 or not total.iloc[-1]:
        rule = "the grand total is not the last record; the print may be cut short"
        faults.add(source.label, rule, remedy=FETCH_AGAIN)
    elif ore[total].iloc[0] != ore[posting].sum():
        rule = "the grand total is not the sum of the postings"
        faults.add(source.label, rule, column="Beløb", rows=records.index[total], remedy=FETCH_AGAIN)
