"""The files of a table put together, and judged by the table's contract."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrorReason

from afkast.intake.contracts import CONTRACTS
from afkast.intake.faults import Faults
from afkast.intake.sources import Source

ONCE_IS_ENOUGH = frozenset({"persons", "cohort", "unit_prices", "refund_ladder", "price_levels", "series_breaks"})
"""Tables in which two rows that are alike in everything are one, as where a person is on two lists."""

Part = tuple[Source, pd.DataFrame]
"""A declared file and its tidy rows, by row of the raw file."""


def put_together(parts: list[Part], faults: Faults) -> dict[str, pd.DataFrame]:
    """The tables, each as its contract wants it; their faults are noted.

    `parts` is empty afterwards: large tables are not held twice.
    """
    tables = {}
    for name in CONTRACTS:
        of_table = [part for part in parts if part[0].table == name]
        parts[:] = [part for part in parts if part[0].table != name]
        if of_table:
            tables[name] = _table(name, of_table, faults)
    return tables


def _table(name: str, parts: list[Part], faults: Faults) -> pd.DataFrame:
    frame = pd.concat([rows for _, rows in parts])
    origin = pd.DataFrame(
        {"part": [number for number, (_, rows) in enumerate(parts) for _ in rows.index], "row": frame.index}
    )
    frame = frame.reset_index(drop=True)
    if name in ONCE_IS_ENOUGH:
        again = frame.duplicated()
        for number, (source, _) in enumerate(parts):
            repeated = (again & (origin["part"] == number)).sum()
            faults.correct(source.label, "repeated", repeated)
        frame, origin = frame[~again].reset_index(drop=True), origin[~again].reset_index(drop=True)
    try:
        frame = CONTRACTS[name].validate(frame, lazy=True)
    except pa.errors.SchemaErrors as broken:
        # only rule and rows are taken over: pandera's own messages quote cells
        found = list(_breaches(broken))
        for column, rule, positions in found:
            for number, rows in origin.loc[positions].groupby("part")["row"]:
                source = parts[int(number)][0]
                heading = source.headings.get(column, column) if column else None
                faults.add(source.label, rule, column=heading, rows=rows)
    # every row says which raw file it came from, so that whatever is shown of it can name its source
    frame["file"] = origin["part"].map({number: source.file for number, (source, _) in enumerate(parts)}).astype(str)
    for pseudonym in {"person", "case"} & set(frame):
        # the order of the raw file could tell who a pseudonym is
        frame = frame.sort_values([pseudonym, *frame.columns.drop(pseudonym)], ignore_index=True)
    return frame


def _breaches(broken: pa.errors.SchemaErrors) -> Iterator[tuple[str | None, str, Any]]:
    """Column, rule and positions of the rows, for every rule of a contract that is broken."""
    for error in broken.schema_errors:
        positions = error.failure_cases["index"].unique()
        column = error.schema.name if isinstance(error.schema, pa.Column) else None
        if error.reason_code is SchemaErrorReason.DUPLICATES:
            yield None, f"more than one row for the same {', '.join(error.schema.unique)}", positions
        elif isinstance(error.check, pa.Check):
            yield column or error.check.name, error.check.error or "does not fit the contract", positions
        else:
            yield column, "does not fit the contract", positions
