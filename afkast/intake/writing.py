"""A snapshot onto the disk: whole or not at all, whatever happens to the import or beside it.

One import writes at a time; the lock is the operating system's, so that it ends with the process that holds it. What a
killed import left behind is therefore nobody's, and is removed by the next.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from filelock import FileLock

from afkast.analysis.late_registration import VINTAGES
from afkast.errors import DataError
from afkast.intake.derived import write_islands
from afkast.intake.snapshot import POINTER, Snapshot, file_sha256, open_snapshot
from afkast.intake.tables import Table

UNFINISHED = ".unfinished-"
LOCK = ".lock"

GROUP_ROWS = 1024 * 1024
"""So many rows of a table are one group of its Parquet file."""


def whole(snapshots: Path, id: str) -> Snapshot | None:
    """The snapshot of that id, if it has been written and is as it was written."""
    try:
        snapshot = open_snapshot(snapshots, id)
    except DataError:
        return None
    return snapshot if snapshot.intact() else None


def write_snapshot(snapshots: Path, manifest: dict[str, Any], tables: Mapping[str, Table]) -> None:
    """Write the tables and their manifest, unless another import has, and make them the current snapshot."""
    snapshots.mkdir(parents=True, exist_ok=True)
    with FileLock(snapshots / LOCK):
        _clean_up(snapshots)
        if whole(snapshots, manifest["id"]) is None:
            _write(snapshots, manifest, tables)
        _point_to(snapshots, manifest["id"])


def use_snapshot(snapshots: Path, id: str) -> None:
    """Make a snapshot that has been written the current one."""
    pointer = snapshots / POINTER
    if not pointer.is_file() or pointer.read_text(encoding="ascii", errors="replace").strip() != id:
        with FileLock(snapshots / LOCK):
            _clean_up(snapshots)
            _point_to(snapshots, id)


def _clean_up(snapshots: Path) -> None:
    """Remove what killed imports left behind: whoever holds the lock is the only one that writes."""
    for path in snapshots.glob(UNFINISHED + "*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _write(snapshots: Path, manifest: dict[str, Any], tables: Mapping[str, Table]) -> None:
    """Write into a folder beside, and give it its name only when everything is on the disk."""
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=snapshots))
    try:
        for name, table in tables.items():
            path = folder / f"{name}.parquet"
            rows = _write_parquet(path, table)
            _on_disk(path)
            manifest["tables"][name] = {"rows": rows, "sha256": file_sha256(path)}
            if name == VINTAGES:
                manifest["tables"][name]["derived_from"] = "extractions"
        if "spells" in tables:
            path = folder / "islands.parquet"
            [persons] = tables["persons"]
            rows = write_islands(tables["spells"], persons, path)
            _on_disk(path)
            manifest["tables"]["islands"] = {"rows": rows, "sha256": file_sha256(path), "derived_from": "spells"}
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        _write_file(folder / "manifest.json", text.encode())
        final = snapshots / manifest["id"]
        if final.exists():  # damaged, or it would have been used
            shutil.rmtree(final)
        folder.rename(final)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _point_to(snapshots: Path, id: str) -> None:
    beside = snapshots / f"{UNFINISHED}{POINTER}"
    _write_file(beside, f"{id}\n".encode())
    beside.replace(snapshots / POINTER)


def _write_parquet(path: Path, table: Table) -> int:
    """The number of rows; the frames of a table become the bytes that they would become as one."""
    rows = 0
    with ExitStack() as open_files:
        writer = None
        for frame in _in_groups(table):
            content = pa.Table.from_pandas(frame, preserve_index=False)
            if writer is None:
                writer = open_files.enter_context(pa.parquet.ParquetWriter(path, content.schema, compression="zstd"))
            writer.write_table(content, row_group_size=GROUP_ROWS)
            rows += len(frame)
    return rows


def _in_groups(table: Table) -> Iterator[pd.DataFrame]:
    """The same rows, GROUP_ROWS at a time; the first ones also where there are none."""
    waiting = None
    for frame in table:
        waiting = frame if waiting is None else pd.concat([waiting, frame], ignore_index=True)
        while len(waiting) > GROUP_ROWS:
            yield waiting.iloc[:GROUP_ROWS]
            waiting = waiting.iloc[GROUP_ROWS:]
    if waiting is not None:
        yield waiting


def _write_file(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _on_disk(path)


def _on_disk(path: Path) -> None:
    """Wait until a file that was written cannot be lost."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
