"""What an import brings since the snapshot before it: what is implausible is refused, the rest is told file by file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from afkast.intake.contracts import CONTRACTS
from afkast.intake.faults import Faults
from afkast.intake.snapshot import Snapshot, manifests

FEWEST_ROWS_KEPT = 0.75
"""An export with a smaller share of the rows it had before is taken to be cut, until its declaration says why."""

MONTHS_NAMED = 3


@dataclass(frozen=True)
class FileChange:
    """What became of one file's rows in one table. `revised` are the months until `newest_before` that differ."""

    file: str
    table: str
    state: Literal["new", "gone", "same bytes", "read again"]
    rows: int
    added: int = 0
    removed: int = 0
    changed: int = 0
    newest: pd.Period | None = None
    revised: tuple[pd.Period, ...] = ()

    def __str__(self) -> str:
        rows = _rows(self.rows)
        if self.state == "same bytes":
            what = "the same bytes as before"
        elif self.state == "gone":
            what = f"no longer there; it had {rows}"
        elif self.state == "new":
            what = f"new, {rows}"
        else:
            what = f"{rows}: {self.added:,} added, {self.removed:,} removed, {self.changed:,} changed"
        if self.newest is not None and self.state != "gone":
            what += f"; newest month {self.newest}"
        if self.revised:
            named = ", ".join(map(str, self.revised[:MONTHS_NAMED]))
            more = len(self.revised) - MONTHS_NAMED
            what += f"; revised {named}" + (f" and {more} more months" if more > 0 else "")
        return f"{self.file} ({self.table}): {what}"


def ask_about(files: Iterable[tuple[str, Mapping[str, Any]]], former: Snapshot | None, faults: Faults) -> None:
    """Ask about a file that is last time's under a later date, or that lost a large part of its rows.

    `files` are the labels and entries of the new snapshot.
    """
    before = former.manifest["files"] if former else []
    for label, entry in files:
        for old in before:
            if (old["sheet"], old["table"]) != (entry["sheet"], entry["table"]):
                continue
            if old["sha256"] == entry["sha256"] and entry["extracted_on"] > old["extracted_on"]:
                rule = (
                    f"is byte for byte the file of {old['extracted_on']}, but extracted_on says {entry['extracted_on']}"
                )
                faults.ask(label, "unchanged", rule, remedy="Fetch the new export or correct extracted_on.")
            if old["file"] != entry["file"]:
                continue
            fewest = FEWEST_ROWS_KEPT * old["rows"]
            ended, ends = ((one["period"] or ["", ""])[1][:7] for one in (old, entry))
            if entry["rows"] < fewest:
                told = f"has {_rows(entry['rows'])} where it had {old['rows']:,}"
                rule = f"{told}; at least {ceil(fewest):,} were expected"
                faults.ask(label, "fewer_rows", rule, remedy="Export the whole period again.")
            elif ends < ended:
                faults.ask(label, "stale", f"ends in {ends} where it ended in {ended}", remedy="Fetch the newest file.")


def before(entries: list[dict[str, Any]], snapshots: Path) -> list[dict[str, Any] | None]:
    """What each file was in the newest snapshot of other files: its rows, last day, and whether its bytes are the same.

    A snapshot of the same files, made by other code or under another key, is not an earlier one of the data.
    """
    now = {entry["sha256"] for entry in entries}
    former = [one["files"] for one in manifests(snapshots) if {old["sha256"] for old in one["files"]} != now]

    def of(entry: dict[str, Any]) -> dict[str, Any] | None:
        for old in former[-1] if former else []:
            if all(old[key] == entry[key] for key in ("file", "sheet", "table")):
                last = old["period"][1] if old["period"] else None
                return {"rows": old["rows"], "last_day": last, "same_bytes": old["sha256"] == entry["sha256"]}
        return None

    return [of(entry) for entry in entries]


def changes(former: Snapshot, new: Snapshot) -> list[FileChange]:
    """What became of each file from one snapshot to the next, by file and table."""
    before, now = (_by_file(snapshot) for snapshot in (former, new))
    found = []
    for file, table in sorted(before.keys() | now.keys()):
        old, rows = before.get((file, table)), now.get((file, table))
        if rows is None and old is not None:
            found.append(FileChange(file, table, "gone", len(old)))
        elif rows is not None and old is None:
            found.append(FileChange(file, table, "new", len(rows), newest=_newest(table, rows)))
        elif rows is not None and old is not None:
            same = _checksums(former, file, table) == _checksums(new, file, table)
            found.append(_read_again(file, table, old, rows, "same bytes" if same else "read again"))
    return found


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _read_again(
    file: str, table: str, old: pd.DataFrame, new: pd.DataFrame, state: Literal["same bytes", "read again"]
) -> FileChange:
    """Rows are alike when every column is; of a table with a key, the same key with other values is one changed row.

    A column that the table did not have then, because an earlier version made the snapshot, is no change.
    """
    columns = [column for column in new.columns if column in old.columns]
    pairs = _numbered(old, columns).merge(_numbered(new, columns), how="outer", on=[*columns, "nth"], indicator="side")
    gone, come = (pairs[pairs["side"] == side] for side in ("left_only", "right_only"))
    key = list(CONTRACTS[table].unique or ())
    changed = len(gone[key].merge(come[key], on=key)) if key else 0
    newest_before, differing = _newest(table, old), pd.concat([gone, come])
    revised: tuple[pd.Period, ...] = ()
    if newest_before is not None:
        months = differing[_day_of(table)].dropna().dt.to_period("M").unique()
        revised = tuple(sorted(one for one in months if one <= newest_before))
    return FileChange(
        file, table, state, len(new), len(come) - changed, len(gone) - changed, changed, _newest(table, new), revised
    )


def _numbered(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Rows that are alike told apart by a number, so that two of them are two."""
    return rows.assign(nth=rows.groupby(columns, dropna=False).cumcount())


def _by_file(snapshot: Snapshot) -> dict[tuple[str, str], pd.DataFrame]:
    tables = [name for name in snapshot.manifest["tables"] if name in CONTRACTS]
    return {
        (str(file), table): rows.drop(columns="file")
        for table in tables
        for file, rows in snapshot.table(table).groupby("file")
    }


def _checksums(snapshot: Snapshot, file: str, table: str) -> set[tuple[str, str]]:
    return {(entry["sheet"], entry["sha256"]) for entry in snapshot.files_of(table) if entry["file"] == file}


def _day_of(table: str) -> str:
    """The column that says when a row's thing happened: the table's first date, or none."""
    days = [name for name, column in CONTRACTS[table].columns.items() if (column.metadata or {}).get("form") in DAYS]
    return days[0] if days else ""


DAYS = ("day", "month")


def _newest(table: str, rows: pd.DataFrame) -> pd.Period | None:
    day = _day_of(table)
    newest = rows[day].max() if day else pd.NaT
    return None if pd.isna(newest) else newest.to_period("M")
