"""Text files with a line per row and one character between all cells.

A file without quotation marks is cut by pyarrow, which reads it as Python's csv does (tests/test_delimited.py) and
twenty times as fast; the others by csv itself, which alone is strict about quotation marks.
"""

import csv
import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from afkast.intake.decoding import decoded
from afkast.intake.faults import FETCH_AGAIN, Faults
from afkast.intake.headings import Rows, data_rows, find_headings
from afkast.intake.sources import DELIMITERS, Csv

LINES_ABOVE = 1000
"""The headings stand among so many lines."""

BATCH_ROWS = 100_000

Table = tuple[pd.DataFrame, Rows]
"""The rows with as many cells as asked for, by row number, and the others."""


class UnreadableError(Exception):
    """A row that csv cannot make sense of."""

    def __init__(self, row: int, rule: str) -> None:
        super().__init__(rule)
        self.row, self.rule = row, rule


def read_csv(source: Csv, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """A row is numbered by the line it begins on."""
    text = decoded(source, content, source.encoding, faults)
    if text is None:
        return None
    separator = source.separator
    try:
        above: Rows = []
        for numbered in cut_rows(text, separator):
            above.append(numbered)
            if len(above) == LINES_ABOVE:
                break
        if _has_other_delimiter(source, above, faults):
            return None
        found = find_headings(source, above, faults)
        if found is None:
            return None
        below, headings = found
        if below == len(above):
            faults.add(source.label, "no rows below the headings", remedy=FETCH_AGAIN)
            return None
        start = above[below][0]
        width = max(len(cells) for _, cells in above[below - source.heading_rows : below])
        cells, odd = (cut_quoted if '"' in text else cut)(text, separator, start, width)
    except UnreadableError as fault:
        faults.add(source.label, fault.rule, rows=[fault.row])
        return None
    cells, odd = fit(cells, odd, len(headings))
    kept = data_rows(source, headings, cells.set_axis(headings, axis=1), odd, faults)
    if kept is not None and '"' in text:
        _judge_quoted(source, kept, separator, faults)
    return kept


def cut_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of one row after the other."""
    # strict: a quotation mark within a cell, or one that nothing closes, is an error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 1
    try:
        for cells in reader:
            yield row, [cell.strip() for cell in cells]
            row = reader.line_num + 1
    except csv.Error:
        long = f"a cell of more than {csv.field_size_limit()} characters"
        raise UnreadableError(row, "a quotation mark out of place" if '"' in text else long) from None


def cut(text: str, separator: str, start: int, width: int) -> Table:
    """The rows from number `start` on of a text without quotation marks."""
    odd: Rows = []

    def keep(row: pa.csv.InvalidRow) -> str:
        odd.append((row.number, [cell.strip() for cell in row.text.split(separator)]))
        return "skip"

    names = [str(position) for position in range(width)]
    table = pa.csv.read_csv(
        io.BytesIO(text.encode()),
        # the number of a row is known only where one thread reads
        pa.csv.ReadOptions(use_threads=False, skip_rows=start - 1, column_names=names),
        pa.csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False, invalid_row_handler=keep),
        pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False),
    )
    rows = np.arange(start, start + len(table) + len(odd))
    rows = rows[~np.isin(rows, [row for row, _ in odd])] if odd else rows
    trimmed = (pa.compute.utf8_trim_whitespace(column) for column in table.itercolumns())
    return pd.DataFrame({name: pd.Series(column, rows, str) for name, column in zip(names, trimmed, strict=True)}), odd


def cut_quoted(text: str, separator: str, start: int, width: int) -> Table:
    """The same of any text."""
    parts: list[pd.DataFrame] = []
    odd: Rows = []
    batch: Rows = []

    def close() -> None:
        columns = list(zip(*(cells for _, cells in batch), strict=True)) if batch else [()] * width
        index = pd.Index([row for row, _ in batch], dtype="int64")
        parts.append(pd.DataFrame({str(n): pd.Series(column, index, str) for n, column in enumerate(columns)}))
        batch.clear()

    for row, cells in cut_rows(text, separator):
        if row < start:
            continue
        (batch if len(cells) == width else odd).append((row, cells))
        if len(batch) == BATCH_ROWS:
            close()
    close()
    return pd.concat(parts), odd


def fit(cells: pd.DataFrame, odd: Rows, width: int) -> Table:
    """The same with rows of `width` cells: blank cells beyond it mean nothing, others make a row odd."""
    beyond = (cells.iloc[:, width:] != "").any(axis=1)
    long = {row: line[:width] for row, line in odd if len(line) > width and not any(line[width:])}
    still_odd = [(row, line) for row, line in odd if row not in long]
    still_odd += [(int(row), list(line)) for row, *line in cells[beyond].itertuples()]
    cells = cells[~beyond].iloc[:, :width]
    if long:
        fitted = pd.DataFrame(long.values(), list(long), cells.columns, dtype=str)
        cells = pd.concat([cells, fitted]).sort_index()
    return cells, sorted(still_odd)


def _has_other_delimiter(source: Csv, above: Rows, faults: Faults) -> bool:
    """Whether the headings stand there, but between other characters than declared; that is then told."""
    declared = set(source.declared_headings)
    if len(declared) < 2 or any(len(declared & set(cells)) > 1 for _, cells in above):
        return False
    for name, separator in DELIMITERS.items():
        lines = [(row, "".join(cells).split(separator)) for row, cells in above if len(cells) == 1]
        rows = [row for row, cells in lines if len(declared & {cell.strip().strip('"') for cell in cells}) > 1]
        if rows and name != source.delimiter:
            rule = f"cells are separated by {name}, not {source.delimiter}"
            faults.add(source.label, rule, rows=rows[:1], remedy=f"Declare delimiter: {name}.")
            return True
    return False


def _judge_quoted(source: Csv, cells: pd.DataFrame, separator: str, faults: Faults) -> None:
    """What only quotation marks can hold is mostly not meant: they stand out of place and swallow what follows."""
    for heading in source.kept_headings:
        broken = cells.index[cells[heading].str.contains("[\r\n]")]
        rule = "a text holds a line break; a quotation mark may be out of place"
        faults.add(source.label, rule, column=heading, rows=broken)
        holds = cells.index[cells[heading].str.contains(separator, regex=False)].difference(broken)
        rule = f"a text holds the {source.delimiter} that separates cells; a quotation mark may be out of place"
        faults.ask(source.label, "separator", rule, column=heading, rows=holds)
