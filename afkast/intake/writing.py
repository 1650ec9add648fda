"""A snapshot onto the disk: whole or not at all, whatever happens to the import or beside it.

One import writes at a time; the lock is the operating system's, so that it ends with the process that holds it. What a
killed import left behind is therefore nobody's, and is removed by the next.
"""

import io
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock

from afkast.errors import DataError
from afkast.intake.derived import write_islands
from afkast.intake.snapshot import POINTER, Snapshot, file_sha256, open_snapshot, sha256
from afkast.intake.vintages import VINTAGES

UNFINISHED = ".unfinished-"
LOCK = ".lock"


def whole(snapshots: Path, id: str) -> Snapshot | None:
    """The snapshot of that id, if it has been written and is as it was written."""
    try:
        snapshot = open_snapshot(snapshots, id)
    except DataError:
        return None
    return snapshot if snapshot.intact() else None


def write_snapshot(snapshots: Path, manifest: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
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


def _write(snapshots: Path, manifest: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    """Write into a folder beside, and give it its name only when everything is on the disk."""
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=snapshots))
    try:
        for name, table in tables.items():
            written = io.BytesIO()
            table.to_parquet(written, index=False, compression="zstd")
            manifest["tables"][name] = {"rows": len(table), "sha256": sha256(written.getvalue())}
            if name == VINTAGES:
                manifest["tables"][name]["derived_from"] = "extractions"
            _write_file(folder / f"{name}.parquet", written.getvalue())
        if "spells" in tables:
            path = folder / "islands.parquet"
            rows = write_islands(tables["spells"], tables["persons"], path)
            manifest["tables"]["islands"] = {"rows": rows, "sha256": file_sha256(path), "derived_from": "spells"}
            with path.open("rb+") as file:
                os.fsync(file.fileno())
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


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
