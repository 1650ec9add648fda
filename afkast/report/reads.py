"""What a page reads, noted as it reads it: its key is made of that, and a page is run again when one of these differs.

A read is a kind, a name and a digest of what was there:

| kind | name | digest of |
|---|---|---|
| table | a table | its rows up to the report's date; of a table by strategy, this one's |
| later table | a table | the same with later rows |
| day of extraction | a table | the day itself |
| whole table | a table | its Parquet file |
| extractions | a series | what each extraction said of it |
| file | a raw file | what captions say of it: source, day of extraction, synthetic, published |
| snapshot | | the whole snapshot |
| strategies | | every strategy |
| changes | | what is told of changes since the former edition, of the strategy or of all |
| own pages | | the strategy's executed pages but its front page |
| pages | | those of all strategies |
| withheld | a page | the counts that the audit of the edition holds back on it |
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from afkast.analysis.late_registration import VINTAGES
from afkast.intake import Snapshot
from afkast.project import Project
from afkast.report.changed import since_former
from afkast.report.reading import of_series, of_strategy, until
from afkast.strategy import FRONT_PAGE

READS = "AFKAST_READS"
"""The file in which a page that is executed notes what it reads, a line each; one opened by hand notes nothing."""

WITHHELD = "withheld.json"
"""Beside the folder of pages: the counts that the audit holds back, by page."""

TOLD_OF_FILE = ("file", "table", "sheet", "source", "extracted_on", "synthetic", "published")


@dataclass(frozen=True)
class Readable:
    """All that a page can read: a snapshot, the strategies, and the pages executed before it."""

    project: Project
    snapshot: Snapshot
    pages: Path

    def extracted_on(self, table: str, strategy: str) -> date:
        """The day on which the newest file was extracted; of persons, the newest with the strategy's group in it."""
        rows = self._rows(table, strategy)
        if strategy and "person" in rows:
            rows = rows[rows["person"].isin(self._rows("cohort", strategy)["person"])]
        files = set(rows["file"])
        days = [entry["extracted_on"] for entry in self.snapshot.files_of(table) if entry["file"] in files]
        return max(date.fromisoformat(str(day)[:10]) for day in days)

    def _rows(self, table: str, strategy: str) -> pd.DataFrame:
        return of_strategy(self.snapshot.table(table), strategy)

    def digest(self, kind: str, name: str, strategy: str, as_of: date) -> str:
        """What a page of the strategy would find there now; "" where it is not there."""
        tables = self.snapshot.manifest["tables"]
        if kind in ("table", "later table", "day of extraction") and name not in tables:
            return ""
        if kind == "table":
            return digest_of_frame(until(self._rows(name, strategy), name, as_of))
        if kind == "later table":
            return digest_of_frame(self._rows(name, strategy))
        if kind == "extractions":
            return (
                digest_of_frame(of_series(self.snapshot.table(VINTAGES), *json.loads(name)))
                if VINTAGES in tables
                else ""
            )
        if kind == "day of extraction":
            return self.extracted_on(name, strategy).isoformat()
        if kind == "whole table":
            return str(tables[name]["sha256"]) if name in tables else ""
        if kind == "file":
            entries = [entry for entry in self.snapshot.manifest["files"] if entry["file"] == name]
            told = [{key: str(entry.get(key)) for key in TOLD_OF_FILE} for entry in entries]
            return digest_of(told) if told else ""
        if kind == "snapshot":
            return self.snapshot.id
        if kind == "withheld":
            return digest_of(sorted(self.withheld(name)))
        if kind == "changes":
            since = since_former(self.pages)
            return digest_of([since.told["former"], [one.told for one in since.changes(strategy)]]) if since else ""
        if kind == "own pages":
            return self._pages_of(strategy)
        return {"strategies": self._strategies, "pages": self._pages}[kind]

    def withheld(self, page: str) -> list[str]:
        """The counts that the audit of the edition holds back on a page, strategy/page; by their digests."""
        try:
            return list(json.loads((self.pages.parent / WITHHELD).read_text(encoding="utf-8")).get(page, []))
        except (OSError, ValueError):
            return []

    @cached_property
    def _strategies(self) -> str:
        return digest_of_files(self.project.strategies, "*.yml")

    @property
    def _pages(self) -> str:
        return self._pages_of("*")

    def _pages_of(self, strategies: str) -> str:
        # a front page only shows again what these have shown, whatever they were run with
        pages = sorted(self.pages.glob(f"{strategies}/*.ipynb"))
        return digest_of(
            {str(path.relative_to(self.pages)): shown_on(path) for path in pages if path.stem != FRONT_PAGE}
        )


class Notes:
    """What one page has read so far."""

    def __init__(self, readable: Readable, strategy: str, as_of: date) -> None:
        self._readable, self._strategy, self._as_of = readable, strategy, as_of
        self._noted: set[tuple[str, str]] = set()

    def note(self, kind: str, name: str = "") -> None:
        """Note a read, once."""
        path = os.environ.get(READS)
        if not path or (kind, name) in self._noted:
            return
        self._noted.add((kind, name))
        digest = self._readable.digest(kind, name, self._strategy, self._as_of)
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps([kind, name, digest]) + "\n")


class NotedSnapshot:
    """A snapshot as a notebook gets it: a table is noted, and whoever asks for more has read it all."""

    def __init__(self, snapshot: Snapshot, note: Callable[..., None]) -> None:
        self._snapshot, self._note = snapshot, note

    def table(self, name: str) -> pd.DataFrame:
        """A whole table."""
        self._note("whole table", name)
        return self._snapshot.table(name)

    def __getattr__(self, name: str) -> Any:
        self._note("snapshot")
        return getattr(self._snapshot, name)


def shown_on(page: Path) -> list[Any]:
    """What an executed page shows."""
    return [cell.get("outputs", []) for cell in json.loads(page.read_text(encoding="utf-8"))["cells"]]


def digest_of(value: Any) -> str:
    """The SHA-256 of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def digest_of_frame(frame: pd.DataFrame) -> str:
    """The SHA-256 of a frame's columns, types and cells."""
    cells = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    columns = [[str(name), str(kind)] for name, kind in frame.dtypes.items()]
    return digest_of([columns, hashlib.sha256(cells).hexdigest()])


def digest_of_files(folder: Path, pattern: str) -> str:
    """The SHA-256 of a folder's files with their names."""
    return digest_of(
        [
            [path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()]
            for path in sorted(folder.glob(pattern))
            if path.is_file()
        ]
    )
