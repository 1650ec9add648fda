"""A page is its inputs: what its key is made of, and why it must be run again.

Beside each executed page lies its record. A page is taken over from the last edition only when everything that its
record names is as it was: the notebook, its parameters and title, the strategy, this code and its libraries, and each
thing that the page read (`afkast/report/reads.py`).
"""

import hashlib
import json
import os
import re
import sys
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afkast.edition.audit import NOTES
from afkast.edition.cleanroom import ENGINE
from afkast.intake.snapshot import file_sha256
from afkast.intake.sources import profile_of
from afkast.report.reader import latest_extraction
from afkast.report.reads import Readable, digest_of

if TYPE_CHECKING:
    from afkast.edition.execute import Job
    from afkast.project import Project

KEY_LENGTH = 12
"""So much of a key is shown."""

SNAPSHOT_LINE = re.compile(r"^snapshot = .*$", re.MULTILINE)


@dataclass(frozen=True)
class Record:
    """What an executed page was made of, and what came of it.

    `made_of` and `reads` (kind, name, digest) are its inputs, `notebook` and `parameters` what it was run from,
    `snapshot` the one it was run on, `sha256` that of the executed notebook. `failed` says why there is none worth
    showing; then nothing is taken over.
    """

    made_of: dict[str, str]
    reads: list[tuple[str, str, str]]
    snapshot: str
    sha256: str
    seconds: float
    notebook: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    failed: str = ""

    @property
    def key(self) -> str:
        """The page's key: all its inputs in one."""
        return key_of(self.made_of, self.reads)

    @property
    def data_of(self) -> date:
        """The day of the newest data it was run on."""
        return date.fromisoformat(self.snapshot[:10])


PROFILE = "the disclosure profile"
"""Under these words a page's record tells under which profile it was made."""


def key_of(made_of: dict[str, str], reads: list[tuple[str, str, str]]) -> str:
    """The digest of all inputs of a page."""
    return digest_of([made_of, sorted(map(list, reads))])


def record_path(page: Path) -> Path:
    """Where the record of an executed notebook lies."""
    return page.with_suffix(".json")


def read_record(page: Path) -> Record | None:
    """The record of an executed notebook; None where there is none that can be read."""
    try:
        told = json.loads(record_path(page).read_text(encoding="utf-8"))
        return Record(**{**told, "reads": [tuple(read) for read in told["reads"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def is_failed(page: Path) -> bool:
    """Whether a page stands in the place of one that failed."""
    record = read_record(page)
    return record is not None and bool(record.failed)


def write_record(page: Path, record: Record) -> None:
    """Write the record beside its notebook."""
    record_path(page).write_text(json.dumps(asdict(record), indent=1, ensure_ascii=False), encoding="utf-8")


def made_of(project: "Project", job: "Job") -> dict[str, str]:
    """What a page is made of apart from what it reads, by the words in which a change of it is told."""
    own = {name: value for name, value in job.parameters.items() if name != "snapshot"}
    return {
        "its notebook": file_sha256(project.notebooks()[job.notebook]),
        "its parameters": digest_of(own),
        PROFILE: digest_of(asdict(profile_of(project.data))),
        "its title": digest_of([job.title, job.byline]),
        "its strategy": job.entry,
        "Afkast's code": code(),
        "Python or a library": libraries(),
        "AFKAST_ENGINE": os.environ.get(ENGINE, "").partition(":")[0],
    }


class Now:
    """What there is to read now: each page's record is held against it."""

    def __init__(self, readable: Readable) -> None:
        self._readable = readable
        self._digests: dict[tuple[str, ...], str] = {}

    def why_again(self, job: "Job", former: Path) -> list[str]:
        """Why a page must be run again, in words; nothing where it may be taken over from the folder `former`."""
        page = former / job.path
        record = read_record(page)
        if record is None:
            return ["it has not been run"]
        if record.failed:
            return ["it failed"]
        if not page.with_suffix(NOTES).is_file():
            return ["what it tells of persons has not been noted"]
        if not page.is_file() or file_sha256(page) != record.sha256:
            return ["its executed notebook has been changed"]
        made = made_of(self._readable.project, job)
        changed = [name for name in made if made[name] != record.made_of.get(name)]
        return changed + [
            in_words(kind, name) for kind, name, was in record.reads if self._differs(job, kind, name, was)
        ]

    def _differs(self, job: "Job", kind: str, name: str, was: str) -> bool:
        as_of = str(job.parameters.get("as_of") or latest_extraction(self._readable.snapshot))
        place = (kind, name, job.strategy, as_of)
        if place not in self._digests:
            self._digests[place] = self._readable.digest(kind, name, job.strategy, date.fromisoformat(as_of))
        return self._digests[place] != was


def take_over(job: "Job", former: Path, pages: Path, snapshot: str) -> None:
    """Take a page over from the last edition: the very bytes that running it again would give."""
    old, new = former / job.path, pages / job.path
    record = read_record(old)
    assert record is not None
    content = old.read_bytes()
    if record.snapshot != snapshot:
        content = _on_snapshot(content, snapshot)
        digest, parameters = hashlib.sha256(content).hexdigest(), {**record.parameters, "snapshot": snapshot}
        record = replace(record, snapshot=snapshot, sha256=digest, parameters=parameters)
    new.parent.mkdir(parents=True, exist_ok=True)
    new.write_bytes(content)
    told = old.with_suffix(NOTES)
    new.with_suffix(NOTES).write_bytes(told.read_bytes() if told.is_file() else b"")
    write_record(new, record)


def _on_snapshot(content: bytes, snapshot: str) -> bytes:
    """An executed notebook as it would be on another snapshot in which all that it read is the same."""
    import nbformat

    notebook = nbformat.reads(content.decode(), as_version=4)
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = SNAPSHOT_LINE.sub(f"snapshot = {snapshot!r}", cell.source)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def in_words(kind: str, name: str) -> str:
    return {
        "table": f"table {name}",
        "later table": f"table {name}",
        "day of extraction": f"the day on which {name} was extracted",
        "whole table": f"table {name}",
        "extractions": "what the extractions said of a series",
        "file": f"what sources.yml says of {name}",
        "snapshot": "the snapshot",
        "strategies": "the strategies",
        "changes": "what has changed since the former edition",
        "own pages": "what the strategy's pages show",
        "pages": "what other pages show",
        "withheld": "what the audit of the edition holds back on it",
    }[kind]


@cache
def code() -> str:
    """The digest of Afkast's own files, but for the commands."""
    package = Path(__file__).resolve().parents[1]
    files = [path for path in sorted(package.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return digest_of(
        [[path.relative_to(package).as_posix(), file_sha256(path)] for path in files if path.name != "cli.py"]
    )


@cache
def libraries() -> str:
    """The digest of Python's version and of every installed package with its version."""
    installed = {path.name for folder in sys.path for path in Path(folder or ".").glob("*.dist-info")}
    return digest_of([sys.version, sorted(installed)])
