"""Text files with a line per row and one character between all cells.

A file without quotation marks is cut by pyarrow, which reads it as Python's csv does (tests/test_delimited.py) and
twenty times as fast; the others by csv itself, which alone is strict about quotation marks.
"""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from afkast.intake.blocks import Content
from afkast.intake.decoding import Text, readable
from afkast.intake.faults import FETCH_AGAIN, Faults
from afkast.intake.headings import DataRows, Rows, find_headings
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


def read_csv(source: Csv, content: Content, faults: Faults) -> Iterator[pd.DataFrame] | None:
    """The rows, a block at a time, each numbered by the line it begins on."""
    text = readable(source, content, source.encoding, faults)
    if text is None:
        return None
    separator = source.separator
    try:
        above = list(islice(cut_rows(text.blocks(), separator, text.quoted), LINES_ABOVE))
        if _has_other_delimiter(source, above, faults):
            return None
        found = find_headings(source, above, faults)
        if found is None:
            return None
        below, headings = found
        if below == len(above):
            faults.add(source.label, "no rows below the headings", remedy=FETCH_AGAIN)
            return None
        if text.quoted:
            # what is out of place further down makes all of it unreadable
            deque(cut_rows(text.blocks(), separator, text.quoted), maxlen=0)
    except UnreadableError as fault:
        faults.add(source.label, fault.rule, rows=[fault.row])
        return None
    width = max(len(cells) for _, cells in above[below - source.heading_rows : below])
    return _data(source, text, headings, above[below][0], width, faults)


def _data(
    source: Csv, text: Text, headings: list[str], start: int, width: int, faults: Faults
) -> Iterator[pd.DataFrame]:
    """The rows that are data, from row number `start` on."""
    rows = DataRows(source, headings, faults)
    kept, any_kept = pd.DataFrame(), False
    for cells, odd in (cut_quoted if text.quoted else cut)(text.blocks(), source.separator, start, width):
        cells, odd = fit(cells, odd, len(headings))
        kept = rows.of(cells.set_axis(headings, axis=1), odd)
        if text.quoted:
            _judge_quoted(source, kept, source.separator, faults)
        if len(kept):
            any_kept = True
            yield kept
    if rows.close() and not any_kept:
        yield kept  # nothing but rows at fault


def cut_rows(blocks: Iterable[str], separator: str, quoted: bool) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of one row after the other."""
    # strict: a quotation mark within a cell, or one that nothing closes, is an error
    lines = (line for block in blocks for line in io.StringIO(block, newline=""))
    reader = csv.reader(lines, delimiter=separator, strict=True)
    row = 1
    try:
        for cells in reader:
            yield row, [cell.strip() for cell in cells]
            row = reader.line_num + 1
    except csv.Error:
        long = f"a cell of more than {csv.field_size_limit()} characters"
        raise UnreadableError(row, "a quotation mark out of place" if quoted else long) from None


def cut(blocks: Iterable[str], separator: str, start: int, width: int) -> Iterator[Table]:
    """The rows from number `start` on of a text without quotation marks, block by block of whole lines."""
    odd: Rows = []

    def keep(row: pa.csv.InvalidRow) -> str:
        odd.append((first + row.number - 1, [cell.strip() for cell in row.text.split(separator)]))
        return "skip"

    names = [str(position) for position in range(width)]
    first = 1
    for block in blocks:
        lines = block.count("\n") + (not block.endswith("\n"))
        above = max(start - first, 0)
        if above < lines:
            odd = []
            table = pa.csv.read_csv(
                io.BytesIO(block.encode()),
                # the number of a row is known only where one thread reads
                pa.csv.ReadOptions(use_threads=False, skip_rows=above, column_names=names),
                pa.csv.ParseOptions(
                    delimiter=separator, quote_char=False, ignore_empty_lines=False, invalid_row_handler=keep
                ),
                pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False),
            )
            rows = np.arange(first + above, first + above + len(table) + len(odd))
            rows = rows[~np.isin(rows, [row for row, _ in odd])] if odd else rows
            trimmed = (pa.compute.utf8_trim_whitespace(column) for column in table.itercolumns())
            columns = zip(names, trimmed, strict=True)
            yield pd.DataFrame({name: pd.Series(column, rows, str) for name, column in columns}), odd
        first += lines


def cut_quoted(blocks: Iterable[str], separator: str, start: int, width: int) -> Iterator[Table]:
    """The same of any text."""
    rows = (numbered for numbered in cut_rows(blocks, separator, True) if numbered[0] >= start)
    while batch := list(islice(rows, BATCH_ROWS)):
        even = [(row, cells) for row, cells in batch if len(cells) == width]
        columns = list(zip(*(cells for _, cells in even), strict=True)) if even else [()] * width
        index = pd.Index([row for row, _ in even], dtype="int64")
        cut = pd.DataFrame({str(n): pd.Series(column, index, str) for n, column in enumerate(columns)})
        yield cut, [(row, cells) for row, cells in batch if len(cells) != width]


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
