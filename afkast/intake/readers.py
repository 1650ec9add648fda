"""Raw bytes → cells: one reader per form of export.

A reader returns a frame of text (that of CSV files one for each block of the file): a column per heading, and as index
the row a person would look up (line of a text file, row of an Excel sheet). A blank cell is '', a missing one is at
fault already. A reader judges the form of the file; what the cells say is judged in `tidy`. A reader that cannot go on
notes why and returns None.
"""

from collections.abc import Iterator

import pandas as pd

from afkast.intake.blocks import Content
from afkast.intake.delimited import read_csv
from afkast.intake.dream import read_dream
from afkast.intake.faults import Faults
from afkast.intake.journal import read_journal
from afkast.intake.posting_list import read_posting_list
from afkast.intake.refunds import read_refunds
from afkast.intake.sources import Csv, Dream, Excel, Journal, Json, Parquet, PostingList, Refunds, Source, Sql
from afkast.intake.structured import read_json, read_parquet
from afkast.intake.wording import normal_cells
from afkast.intake.workbook import read_excel


def read_cells(source: Source, content: Content, faults: Faults) -> Iterator[pd.DataFrame]:
    """The cells of one declared file, block after block, each text in its normal form; none of what cannot be read."""
    if isinstance(source, Csv):
        blocks = read_csv(source, content, faults)
    else:
        cells = _read(source, content.whole(), faults)
        blocks = None if cells is None else iter([cells])
    for block in blocks or ():
        yield _normal(source, block, faults)


def _read(source: Source, content: bytes, faults: Faults) -> pd.DataFrame | None:
    match source:
        case Journal():
            return read_journal(source, content, faults)
        case PostingList():
            return read_posting_list(source, content, faults)
        case Refunds():
            return read_refunds(source, content, faults)
        case Dream():
            return read_dream(source, content, faults)
        case Excel():
            return read_excel(source, content, faults)
        case Parquet():
            return read_parquet(source, content, faults)
        case Json() | Sql():
            return read_json(source, content, faults)
    raise AssertionError(source.reader)


def _normal(source: Source, cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    for heading in map(str, cells):
        formed, changed = normal_cells(cells[heading])
        if changed:
            faults.correct(source.label, "one_form", changed, heading)
            cells = cells.assign(**{heading: formed})
    return cells
