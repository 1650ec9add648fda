"""The snapshot: validated, pseudonymised and immutable tables, each read only if it is as it was written.

A snapshot is a folder named by its id, with a Parquet file per table and a manifest that is written last.
`current` is a file that holds the id of the snapshot in use.
"""

import hashlib
import io
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from afkast.errors import DataError
from afkast.project import DECLARATION

POINTER = "current"
SNAPSHOT_ID = r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Snapshot:
    """One validated extraction. Tables are checked against the manifest whenever they are read."""

    path: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        """yyyy-mm-dd of the latest extraction, and 12 hex digits of what went in."""
        return str(self.manifest["id"])

    def table(self, name: str) -> pd.DataFrame:
        """One table, with the columns and types of its contract; DataError when missing or changed."""
        if name not in self.manifest["tables"]:
            raise DataError(f"The snapshot {self.id} has no table {name}; declare its file in {DECLARATION}.")
        content = self._content(name)
        if content is None or sha256(content) != self.manifest["tables"][name]["sha256"]:
            raise self._changed(name)
        return pd.read_parquet(io.BytesIO(content))

    def file(self, name: str) -> Path:
        """The Parquet file of one table, for a database to read; DataError as of `table`."""
        if name not in self.manifest["tables"]:
            raise DataError(f"The snapshot {self.id} has no table {name}; declare its file in {DECLARATION}.")
        if not self._is_as_written(name):
            raise self._changed(name)
        return self.path / f"{name}.parquet"

    def files_of(self, table: str) -> list[dict[str, Any]]:
        """The manifest's entries of the raw files that a table comes from."""
        return [file for file in self.manifest["files"] if file["table"] == table]

    def intact(self) -> bool:
        """Whether every table is as it was written."""
        return all(self._is_as_written(name) for name in self.manifest["tables"])

    def _is_as_written(self, name: str) -> bool:
        try:
            return file_sha256(self.path / f"{name}.parquet") == self.manifest["tables"][name]["sha256"]
        except OSError:
            return False

    def _changed(self, name: str) -> DataError:
        return DataError(
            f"{name}.parquet of the snapshot {self.id} is not as it was written; run `afkast import` to write it again."
        )

    def _content(self, name: str) -> bytes | None:
        try:
            return (self.path / f"{name}.parquet").read_bytes()
        except OSError:
            return None


def open_snapshot(snapshots: Path, id: str | None = None) -> Snapshot:
    """The snapshot whose id is or begins with `id`, or the current one; DataError when there is none, or several."""
    if id is None:
        try:
            id = (snapshots / POINTER).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise DataError("There is no snapshot yet; run `afkast import`.") from None
    elif not re.fullmatch(SNAPSHOT_ID, id):
        id = _beginning_with(snapshots, id)
    if not re.fullmatch(SNAPSHOT_ID, id):
        raise DataError("A snapshot's id is a date and 12 hex digits; run `afkast import` for a new one.")
    try:
        manifest = json.loads((snapshots / id / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(f"The snapshot {id} is missing or damaged; run `afkast import`.") from None
    return Snapshot(snapshots / id, manifest)


def current(snapshots: Path) -> Snapshot | None:
    """The snapshot in use, where there is one that can be read."""
    with suppress(DataError):
        return open_snapshot(snapshots)
    return None


def _beginning_with(snapshots: Path, start: str) -> str:
    ids = [str(manifest["id"]) for manifest in manifests(snapshots)]
    found = [id for id in ids if id.startswith(start)]
    if len(found) == 1:
        return found[0]
    what = "several snapshots begin" if found else "no snapshot begins"
    raise DataError(f"{what.capitalize()} with '{start}'; there are {', '.join(ids) or 'none, run `afkast import`'}.")


def manifests(snapshots: Path) -> list[dict[str, Any]]:
    """The manifests of every snapshot in the order they were made; one that cannot be read is passed over."""
    found = []
    for path in snapshots.glob("*/manifest.json"):
        with suppress(OSError, ValueError):
            found.append(json.loads(path.read_text(encoding="utf-8")))
    return sorted(found, key=lambda manifest: str(manifest["created_at"]))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """The same of a file's bytes, which need not fit in memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
