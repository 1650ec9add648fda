"""Raw files in, a snapshot out: everything is checked before anything is written.

The id of a snapshot says what went in (files, declaration, key, code), so the same input is never written twice, and
a folder under its id is always whole.
"""

import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from afkast import __version__, engine
from afkast.analysis import counting, late_registration
from afkast.analysis.late_registration import VINTAGES
from afkast.errors import DataError
from afkast.intake import vintages
from afkast.intake.across import judge_days, judge_files, judge_strategies, judge_tables
from afkast.intake.blocks import Content
from afkast.intake.derived import PERSONS_ON_BENEFIT, persons_on_benefit
from afkast.intake.faults import Faults
from afkast.intake.pseudonym import key_id
from afkast.intake.readers import read_cells
from afkast.intake.since import ask_about, before
from afkast.intake.snapshot import Snapshot, current, open_snapshot, sha256
from afkast.intake.sources import Excel, Sheet, Source, Sources, Sql, Warehouse, read_sources
from afkast.intake.tables import SPELLS, Parts, Table, put_together
from afkast.intake.tidy import tidy
from afkast.intake.wording import normal
from afkast.intake.workbook import MAX_BYTES
from afkast.intake.writing import use_snapshot, whole, write_snapshot
from afkast.project import DECLARATION

RAW = "raw"
CHECKSUMS = "SHA256SUMS"
NOT_DATA = {CHECKSUMS, "README.md"}
OF_OTHER_PROGRAMS = re.compile(r"\.DS_Store|\._.*|~\$.*|\.~lock\..*|Thumbs\.db|desktop\.ini|\.gitkeep", re.IGNORECASE)
"""What file managers and office programs leave in a folder."""


Progress = Callable[[int, int, str], None]
"""Called after each file with the number read, the number of files and the file's name."""


def import_raw(folder: Path, snapshots: Path, key: bytes, on_progress: Progress | None = None) -> Snapshot:
    """Read, check and pseudonymise the files of `folder`/raw, and write them as the current snapshot.

    `folder`/sources.yml declares the files; `key` is the pseudonym key. Raises DataError with every fault of every
    file; the former snapshot then stays as it was.
    """
    declared = read_sources(folder)
    raw = folder / RAW
    sources, warehouse = declared.sources, declared.warehouse
    every = [*sources, *(earlier for source in sources for earlier in source.earlier_files())]
    faults = Faults({source.label: source.accepted for source in every})
    contents = _contents(raw, every, faults)
    counted = persons_on_benefit(warehouse) if warehouse else None
    former = vintages.former(snapshots, every)
    id = _id(folder, declared, contents, counted, former, key)
    if not faults.found and (written := whole(snapshots, id)):
        use_snapshot(snapshots, id)
        return written

    parts = Parts(snapshots)
    earlier: dict[tuple[str, date], Parts] = {}  # those of a table and day are one, as today's are
    for number, source in enumerate(every, start=1):
        if source.file in contents:
            of_day = parts
            if source not in sources:
                of_day = earlier.setdefault((source.table, source.extracted_on), Parts(snapshots))
            for rows in _rows(source, contents[source.file], key, faults):
                of_day.add(source, rows)
        if on_progress:
            on_progress(number, len(every), source.file)
    judge_files(every, contents, parts, faults)
    for of_day in earlier.values():
        judge_days(of_day, faults)
    judge_tables(sources, parts, faults)
    if known := {path.stem for path in (folder / "strategies").glob("*.yml")}:
        judge_strategies(known, parts, faults)
    entries = _file_entries(parts, contents)
    of_then = dict(entry for of_day in earlier.values() for entry in _file_entries(of_day, contents))
    for source in every:
        if source.label in of_then:
            told = {"table": VINTAGES, "earlier_of": source.table}
            entries.append((source.label, of_then[source.label] | told))
    ask_about(entries, current(snapshots), faults)
    tables = put_together(parts, faults)
    before_now = [put_together(of_day, faults) for of_day in earlier.values()]
    for file, content in contents.items():
        if not content.unchanged():
            faults.add(file, "was changed while it was read", remedy="Import again.")
    faults.stop()
    all_said = _vintages(former, before_now, tables, every)
    tables[VINTAGES] = [all_said]
    if "measures" in tables:
        [measures] = tables["measures"]
        tables["measures"] = [vintages.with_provisional(measures, all_said, sources, faults)]
    manifest: dict[str, Any] = {
        "id": id,
        "created_at": _now().isoformat(timespec="milliseconds"),
        "afkast_version": __version__,
        "pseudonym_key_id": key_id(key),
        "tables": {},
        "files": _complete(entries, faults, snapshots),
    }
    if warehouse and counted is not None:
        tables[PERSONS_ON_BENEFIT] = [counted]
        manifest["files"].append(_warehouse_entry(warehouse, counted))
    write_snapshot(snapshots, manifest, tables)
    return open_snapshot(snapshots, id)


def _rows(source: Source, content: Content, key: bytes, faults: Faults) -> Iterator[pd.DataFrame]:
    """The tidy rows of one file: of spells block after block; the others have rules that ask for all rows at once."""
    blocks = read_cells(source, content, faults)
    if source.table != SPELLS:
        every = list(blocks)
        blocks = iter([pd.concat(every)] if len(every) > 1 else every)
    for cells in blocks:
        yield tidy(source, cells, key, faults)


def _vintages(
    former: pd.DataFrame, earlier: list[dict[str, Table]], tables: dict[str, Table], sources: list[Source]
) -> pd.DataFrame:
    """What each extraction said; whom a strategy is for, and who moved or died, is what is known today."""
    days = {(source.table, source.file): source.extracted_on for source in sources}
    citizens = {name: tables[name] for name in ("cohort", "persons") if name in tables}
    said = [former, *(vintages.said(citizens | one, days) for one in earlier)]
    files = {source.file for source in sources}
    return vintages.put_together(pd.concat(said, ignore_index=True), vintages.said(tables, days), files)


# ---------------------------------------------------------------- the raw folder


def _contents(raw: Path, sources: list[Source], faults: Faults) -> dict[str, Content]:
    """What every declared file holds now."""
    declared = {source.file for source in sources}
    contents = {}
    present = set()
    if not raw.is_dir():
        raise DataError(
            f"{raw.parent.name}/{raw.name} is missing; put the exports there, as {DECLARATION} declares them."
        )
    for path in sorted(raw.iterdir()):
        # some systems write the letters of a file's name apart from their accents
        name = normal(path.name)
        present.add(name)
        if path.is_symlink():
            faults.add(name, "is a link", remedy="Put the file itself into the folder.")
        elif name in declared and path.is_file():
            if path.stat().st_size > MAX_BYTES:
                rule = f"is larger than {MAX_BYTES // 1_000_000} MB"
                faults.add(name, rule, remedy="Split the export by period.")
            else:
                contents[name] = Content.of(path)
        elif name not in NOT_DATA and not OF_OTHER_PROGRAMS.fullmatch(name):
            rule = f"lies in the folder, but {DECLARATION} does not name it"
            faults.add(name, rule, remedy="Declare it, or take it away.")
    for file in sorted(declared - present):
        faults.add(file, "is missing", remedy=f"Put it into the folder, or take it out of {DECLARATION}.")
    _check_sums(raw, contents, faults)
    for source in sources:
        if isinstance(source, Sql) and source.file in contents:
            from afkast.intake.sql import answer

            told = answer(source, contents.pop(source.file).whole(), faults)
            if told is not None:
                contents[source.file] = Content.of(told)
    return contents


def _check_sums(raw: Path, contents: dict[str, Content], faults: Faults) -> None:
    """Compare the files with the checksums that lie beside them, where they do."""
    path = raw / CHECKSUMS
    if not path.is_file() or path.is_symlink():
        return
    unreadable = []
    for row, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        entry = re.fullmatch(r"([0-9a-f]{64}) [ *]([^/\\]+)", line)
        if not entry:
            unreadable.append(row)
            continue
        checksum, file = entry.groups()
        content = contents.get(file)
        if content is not None and content.sha256 != checksum:
            rule = f"is not the file whose checksum stands in {CHECKSUMS}"
            remedy = f"Fetch the file again, or, if the change is yours, remove its line from {CHECKSUMS}."
            faults.add(file, rule, remedy=remedy)
    faults.add(CHECKSUMS, "not a line as sha256sum writes it", rows=unreadable, remedy=f"Write {CHECKSUMS} again.")


def _id(
    folder: Path,
    declared: Sources,
    contents: dict[str, Content],
    counted: pd.DataFrame | None,
    former: pd.DataFrame,
    key: bytes,
) -> str:
    folders = Path(__file__).parent, Path(engine.__file__).parent
    files = [
        Path(counting.__file__),
        Path(late_registration.__file__),
        *(path for folder in folders for path in sorted(folder.glob("*.py"))),
    ]
    code = [path.read_bytes() for path in files]
    code += [engine.text_of(text).encode() for text in ("islands", "persons_on_benefit", "flows")]
    went_in = {
        "files": {file: content.sha256 for file, content in sorted(contents.items())},
        "declaration": sha256((folder / DECLARATION).read_bytes()),
        "former": sha256(vintages.digest(former)),
        "warehouse": sha256(_csv(counted)) if counted is not None else None,
        "code": sha256(b"".join(code)),
        "key": key_id(key),
    }
    dated = [*declared.sources, *([declared.warehouse] if declared.warehouse else [])]
    latest = max(one.extracted_on for one in dated)
    return f"{latest}-{sha256(json.dumps(went_in).encode())[:12]}"


# ---------------------------------------------------------------- the snapshot's folder


def _file_entries(parts: Parts, contents: dict[str, Content]) -> list[tuple[str, dict[str, Any]]]:
    """Label and entry of each file."""
    rows: Counter[str] = Counter()
    days: dict[str, set[pd.Timestamp]] = {}
    for source, of_file in parts.of():
        rows[source.label] += len(of_file)
        days.setdefault(source.label, set()).update(_ends(source.table, of_file))
    return [
        (source.label, _file_entry(source, contents[source.file], rows[source.label], _period(days[source.label])))
        for source in parts.sources
    ]


def _file_entry(source: Source, content: Content, rows: int, period: list[str] | None) -> dict[str, Any]:
    return {
        "file": source.file,
        "sheet": source.sheet if isinstance(source, Excel) else None,
        "table": source.table,
        "reader": source.reader,
        "sha256": content.sha256,
        "bytes": content.size,
        "rows": rows,
        "period": period,
        "source": source.source,
        "extracted_on": source.extracted_on.isoformat(),
        "synthetic": source.synthetic,
        "published": source.published,
        "accepted": source.accepted,
        "ignored": source.ignore if isinstance(source, Sheet) else [],
    }


def _complete(entries: list[tuple[str, dict[str, Any]]], faults: Faults, snapshots: Path) -> list[dict[str, Any]]:
    """The files' entries with how each came in, and what it was before; rows that stood there already count once."""
    earlier = before([entry for _, entry in entries], snapshots)
    complete = []
    for (label, entry), was in zip(entries, earlier, strict=True):
        record = faults.record(label).entry()
        repeated = sum(one["cells"] for one in record["corrected"] if one["rule"] == "repeated")
        complete.append(entry | record | {"rows": entry["rows"] - repeated, "before": was})
    return complete


def _warehouse_entry(warehouse: Warehouse, counted: pd.DataFrame) -> dict[str, Any]:
    """The same of what came from a warehouse: of the counts, for nothing else came."""
    return {
        "file": warehouse.spells,
        "sheet": None,
        "table": PERSONS_ON_BENEFIT,
        "reader": "warehouse",
        "sha256": sha256(_csv(counted)),
        "bytes": len(_csv(counted)),
        "rows": len(counted),
        "period": _period(_ends(PERSONS_ON_BENEFIT, counted)),
        "source": warehouse.source,
        "extracted_on": warehouse.extracted_on.isoformat(),
        "synthetic": warehouse.synthetic,
        "published": False,
        "accepted": {},
    }


def _csv(counted: pd.DataFrame) -> bytes:
    return counted.to_csv(index=False).encode()


def _ends(table: str, rows: pd.DataFrame) -> set[pd.Timestamp]:
    """The first and the last day of the rows, column by column; of persons none."""
    if table == "persons":
        return set()
    columns = rows.select_dtypes("datetime")
    return {day for column in columns for day in (columns[column].min(), columns[column].max()) if not pd.isna(day)}


def _period(days: set[pd.Timestamp]) -> list[str] | None:
    """First day of the first month and last day of the last month of the days; None without days.

    Whole months, because the first and the last day themselves may be one person's.
    """
    if not days:
        return None
    first, last = min(days).to_period("M"), max(days).to_period("M")
    return [first.start_time.date().isoformat(), last.end_time.date().isoformat()]


def _now() -> datetime:
    """The time of the import, or SOURCE_DATE_EPOCH where a build is to be repeated exactly."""
    return datetime.fromtimestamp(float(os.environ.get("SOURCE_DATE_EPOCH", time.time())), UTC)
