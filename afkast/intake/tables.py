"""The files of a table put together, and judged by the table's contract."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrorReason

from afkast.intake.blocks import Waiting
from afkast.intake.contracts import CONTRACTS
from afkast.intake.faults import CORRECT_DECLARATION, CORRECT_ROWS, Faults
from afkast.intake.printed import PRINTED
from afkast.intake.sources import Sheet, Source

ONCE_IS_ENOUGH = frozenset({"persons", "cohort", "unit_prices", "refund_ladder", "price_levels", "series_breaks"})
"""Tables in which two rows that are alike in everything are one, as where a person is on two lists."""

SPELLS = "spells"
"""The table of many rows a person: judged row by row, it is never in memory as a whole."""

SHARE_ROWS = 300_000
"""About so many spells are put together at a time: those of the persons whose pseudonyms lie next to each other."""

DIGITS = 3
"""The first digits of a pseudonym decide in which share it is; pseudonyms are spread evenly."""

Part = tuple[Source, pd.DataFrame]
"""A declared file and its tidy rows, by row of the raw file; of spells those of one block of the file."""

Table = Iterable[pd.DataFrame]
"""A table's rows in order: one frame, or those of spells share after share."""


class Parts:
    """The tidy rows of all files, in the order they were read; spells wait on the disk, in the folder given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._spells = Waiting(folder)
        self._spell_rows = 0
        self._parts: list[tuple[Source, pd.DataFrame | int]] = []

    def add(self, source: Source, rows: pd.DataFrame) -> None:
        """Add the rows of a file, or of its next block."""
        if source.table == SPELLS:
            self._parts.append((source, self._spells.add(rows)))
            self._spell_rows += len(rows)
        else:
            self._parts.append((source, rows))

    @property
    def sources(self) -> list[Source]:
        """The files, each once."""
        return list({source.label: source for source, _ in self._parts}.values())

    def of(self, *tables: str) -> Iterator[Part]:
        """The parts of these tables; of all, where none is named."""
        for source, rows in self._parts:
            if not tables or source.table in tables:
                yield source, self._spells.get(rows) if isinstance(rows, int) else rows

    def shares(self) -> Iterator[list[Part]]:
        """The spells, share after share: all of a person are in one, and shares are in the order of the pseudonyms."""
        shares = -(-self._spell_rows // SHARE_ROWS)
        if shares <= 1:
            yield list(self.of(SPELLS))
            return
        shared = Waiting(self.folder)
        places: dict[int, list[tuple[Source, int]]] = {}
        for source, rows in self.of(SPELLS):
            codes, beginnings = pd.factorize(rows["person"].str.slice(0, DIGITS))
            share_of = np.array([int(one, 16) * shares // 16**DIGITS for one in beginnings], dtype=int)
            for share in np.unique(share_of).tolist():
                places.setdefault(share, []).append((source, shared.add(rows[share_of[codes] == share])))
        for share in sorted(places):
            yield [(source, shared.get(place)) for source, place in places[share]]


class Shares:
    """The table of spells, which waits on the disk in the order of its rows."""

    def __init__(self, shares: Iterable[pd.DataFrame], folder: Path) -> None:
        self._waiting = Waiting(folder)
        self._places = [self._waiting.add(share) for share in shares]

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return map(self._waiting.get, self._places)


def put_together(parts: Parts, faults: Faults) -> dict[str, Table]:
    """The tables, each as its contract wants it; their faults are noted."""
    tables: dict[str, Table] = {}
    there = {source.table for source in parts.sources}
    for name in CONTRACTS:
        if name == SPELLS and name in there:
            tables[name] = Shares((_table(name, share, faults) for share in parts.shares()), parts.folder)
        elif name in there:
            tables[name] = [_table(name, list(parts.of(name)), faults)]
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
                declared = isinstance(source, Sheet) and column in source.constants
                remedy = CORRECT_DECLARATION if declared else CORRECT_ROWS
                faults.add(source.label, rule, column=heading, rows=rows, remedy=remedy)
    # every row says which raw file it came from, so that whatever is shown of it can name its source
    frame["file"] = origin["part"].map({number: source.file for number, (source, _) in enumerate(parts)}).astype(str)
    for pseudonym in {"person", "case"} & set(frame):
        # the order of the raw file could tell who a pseudonym is
        return frame.sort_values([pseudonym, *frame.columns.drop(pseudonym)], ignore_index=True)
    return frame.sort_values(_order(name), kind="stable", ignore_index=True)


def _order(name: str) -> list[str]:
    """The columns by which a table's rows stand, for no page's number may follow from where a row stood in its file:
    the days, months, years and weeks of which there is one row, or else all days. What has none of these, such as
    names, is shown in the order of the file, and so is what is printed on paper."""
    if name in PRINTED:
        return []
    contract = CONTRACTS[name]
    of_forms = {name: (column.metadata or {}).get("form") for name, column in contract.columns.items()}
    one_row = [name for name in contract.unique or () if of_forms[name] in ("day", "month", "whole")]
    return one_row or [name for name, form in of_forms.items() if form == "day"]


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
