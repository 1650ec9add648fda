"""What an engine is: the tables that the texts read, and how a text is run."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Self

import pandas as pd

from afkast.analysis.counting import STILL_RUNNING
from afkast.errors import EngineError

ENGINE = "AFKAST_ENGINE"

SPELL = ("person", "first_month", "last_month")
TABLES = {"spells": SPELL, "islands": SPELL}
"""The tables that the texts read, and their columns: whole numbers, none missing."""

BACKWARDS = dict.fromkeys(TABLES, "last_month < first_month")
"""What no row of a table may be."""

COUNTS = ("persons_on_benefit", "persons_on_benefit_from_spells", "flows")
"""The texts that give counts; `islands` gives persons."""

NAME_IN_DATABASE = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}"

Result = tuple[Sequence[str], Sequence[Sequence[Any]]]
"""Names of the columns, and rows."""


class Engine(ABC):
    """A database that is open: give it tables by `load` or `use`, then `count`."""

    name: str
    Error: type[Exception] | tuple[type[Exception], ...]

    @abstractmethod
    def load(self, table: str, rows: pd.DataFrame | Path) -> None:
        """Let the texts find a frame, a Parquet file or a folder of them as one of TABLES, until it is closed."""

    @abstractmethod
    def _run(self, statement: str) -> Result:
        """What a statement gives."""

    @abstractmethod
    def close(self) -> None:
        """Leave the database as it was."""

    def use(self, table: str, relation: str) -> None:
        """Let the texts find a table or view of the database as one of TABLES."""
        if not re.fullmatch(NAME_IN_DATABASE, relation):
            raise EngineError("A table of the database is named like schema.table, without quotes or blanks.")
        self._check(table, relation)
        if relation != table:
            columns = ", ".join(TABLES[table])
            self._do(f"CREATE TEMPORARY VIEW {table} AS SELECT {columns} FROM {relation}", table)

    def merge_spells(self) -> None:
        """Let the texts find `islands`, merged from `spells` whenever they ask."""
        self._do(f"CREATE TEMPORARY VIEW islands AS {text_of('islands')}", "islands")

    def count(self, text: str) -> pd.DataFrame:
        """What a text of `analysis/sql` gives, a frame of whole numbers."""
        columns, rows = self._do(text_of(text), text)
        return pd.DataFrame([tuple(row) for row in rows], columns=list(columns)).astype("int64")

    def _check(self, table: str, relation: str) -> None:
        """Refuse a table that the texts would count wrongly without a word."""
        wrong = " OR ".join([*(f"{column} IS NULL" for column in TABLES[table]), BACKWARDS[table]])
        try:
            ((faulty,),) = self._run(f"SELECT COUNT(*) FROM {relation} WHERE {wrong}")[1]
        except self.Error:
            columns = ", ".join(TABLES[table])
            raise EngineError(
                f"{self.name} has no table or view {relation} with the columns {columns}, all whole numbers."
            ) from None
        if faulty:
            raise EngineError(
                f"{relation}: {faulty} rows lack a number or have {BACKWARDS[table]}; mend the table or view, where "
                f"what still runs ends in month {STILL_RUNNING}."
            )

    def _do(self, statement: str, what: str) -> Result:
        with self._told(what):
            return self._run(statement)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """A fault of the database as a sentence, for its own words may quote an address or a row."""
        try:
            yield
        except self.Error:
            needed = "; ".join(f"{table} ({', '.join(columns)})" for table, columns in TABLES.items())
            raise EngineError(
                f"{self.name} could not make {what}; check that it has room, and the tables the text reads, with whole "
                f"numbers in their columns: {needed}."
            ) from None

    def _find(self, address: str) -> None:
        if address and not Path(address).is_file():
            raise EngineError(f"{self.name} finds no database file under the address it was given; check {ENGINE}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@cache
def text_of(name: str) -> str:
    """A text of `afkast/analysis/sql`."""
    return (resources.files("afkast.analysis") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
