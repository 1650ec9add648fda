"""Whether there is nothing to build: nothing that a build reads has changed since the last one, nor what it made.

Bytes are compared, never days. So an unchanged book costs no more than reading its files once; of anything else the
build finds out page by page what has changed.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from afkast.edition.audit import NOTES
from afkast.edition.cleanroom import ENGINE
from afkast.edition.inputs import code, libraries
from afkast.edition.manifest import MANIFEST
from afkast.edition.provenance import LOCK
from afkast.intake import Snapshot
from afkast.project import Project
from afkast.report.changed import CHANGES
from afkast.report.reads import WITHHELD, digest_of, digest_of_files

LAST = "last-build.json"
"""What the last build read and made, and what it said; in the build."""


@dataclass(frozen=True)
class LastBuild:
    """The digests of what a whole build read and of what it made, and what it told."""

    read: str
    made: str
    checked: list[str]
    remarks: list[str]
    audit: list[str]


def read_by(project: Project, snapshot: Snapshot) -> str:
    """The digest of all that a build reads apart from what the former one made."""
    root, data = project.root, project.data
    folders = [
        (root, "_config.yml"),
        (root, LOCK),
        (root / "notebooks", "*.ipynb"),
        (project.book, "**/*"),
        (data, "*"),
        (data / "notebooks", "*.ipynb"),
        (project.strategies, "*"),
        (project.text, "*"),
        (snapshot.path, "**/*"),
        (project.editions, "*"),
        (project.editions, f"*/{MANIFEST}"),
        (project.editions, f"**/*{NOTES}"),
    ]
    files = [digest_of_files(folder, pattern) for folder, pattern in folders]
    return digest_of([snapshot.id, code(), libraries(), os.environ.get(ENGINE, ""), files])


def made_in(project: Project) -> str:
    """The digest of what a build made: the executed pages, the site and notes."""
    own = [(project.pages, "**/*"), (project.site, "**/*"), (project.build, WITHHELD), (project.build, CHANGES)]
    return digest_of([digest_of_files(folder, pattern) for folder, pattern in own])


def last_build(project: Project, read: str) -> LastBuild | None:
    """The last build, where it read this and all that it made is there; else None."""
    try:
        last = LastBuild(**json.loads(_path(project).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return last if (last.read, last.made) == (read, made_in(project)) else None


def note_build(project: Project, last: LastBuild) -> None:
    """Note what a build read, made and said; nothing is written where that is noted already."""
    written = json.dumps(asdict(last), indent=1, ensure_ascii=False)
    path = _path(project)
    if not path.is_file() or path.read_text(encoding="utf-8") != written:
        path.write_text(written, encoding="utf-8")


def _path(project: Project) -> Path:
    return project.build / LAST
