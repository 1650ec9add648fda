"""Raw bytes → cells: one reader per form of export.

A reader returns a frame of text: a column per heading, and as index the row a person would look up (line of a
text file, row of an Excel sheet). A blank cell is '', a missing one is at fault already. A reader judges the form
of the file; what the cells say is judged in `tidy`. A reader that cannot go on notes why and returns None.
"""

import pandas as pd

from afkast.intake.delimited import read_csv
from afkast.intake.dream import read_dream
from afkast.intake.faults import Faults
from afkast.intake.journal import read_journal
from afkast.intake.posting_list import read_posting_list
from afkast.intake.refunds import read_refunds
from afkast.intake.sources import Dream, Excel, Journal, Json, Parquet, PostingList, Refunds, Source, Sql
from afkast.intake.structured import read_json, read_parquet
from afkast.intake.wording import normal_cells
from afkast.intake.workbook import read_excel


def read_cells(source: Source, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """The cells of one declared file, each text in its normal form."""
    if isinstance(source, Journal):
        cells = read_journal(source, content, faults)
    elif isinstance(source, PostingList):
        cells = read_posting_list(source, content, faults)
    elif isinstance(source, Refunds):
        cells = read_refunds(source, content, faults)
    elif isinstance(source, Dream):
        cells = read_dream(source, content, faults)
    elif isinstance(source, Excel):
        cells = read_excel(source, content, faults)
    elif isinstance(source, Json | Sql):
        cells = read_json(source, content, faults)
    elif isinstance(source, Parquet):
        cells = read_parquet(source, content, faults)
    else:
        cells = read_csv(source, content, faults)
    if cells is None:
        return None
    for heading in map(str, cells):
        formed, changed = normal_cells(cells[heading])
        if changed:
            faults.correct(source.label, "one_form", changed, heading)
            cells = cells.assign(**{heading: formed})
    return cells
