"""Published editions as the data folder keeps them: executed pages and strategies, to see what changes after them.

`editions/ID/` lies beside `snapshots/` and needs the same protection: its pages file exact numbers.
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from afkast.edition.audit import held_back, hold_back
from afkast.edition.inputs import Record, read_record
from afkast.edition.manifest import MANIFEST, Manifest, read_manifest
from afkast.errors import AfkastError
from afkast.project import UNFINISHED, Project
from afkast.strategy import FRONT_PAGE

LATEST = "latest"


@dataclass(frozen=True)
class Kept:
    """One edition that is kept."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def data_of(self) -> date:
        """The day of its newest data."""
        return date.fromisoformat(self.id[:10])

    @property
    def pages(self) -> Path:
        return self.folder / "pages"

    @property
    def manifest(self) -> Manifest:
        return read_manifest(self.folder)


def records_of(pages: Path) -> dict[str, Record]:
    """The records of the strategies' pages but their front pages, of those that did not fail, by strategy/page."""
    found = {}
    for path in sorted(pages.glob("*/*.ipynb")):
        record = read_record(path)
        if path.stem != FRONT_PAGE and record is not None and not record.failed:
            found[path.relative_to(pages).with_suffix("").as_posix()] = record
    return found


def keep(project: Project, manifest: Manifest) -> None:
    """Keep the built edition, which has just been published."""
    folder = project.editions
    folder.mkdir(exist_ok=True)
    for unfinished in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(unfinished) if unfinished.is_dir() else unfinished.unlink()
    place = folder / manifest.id
    if not place.is_dir():
        staging = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
        shutil.copytree(project.pages, staging / "pages")
        hold_back(staging / "pages", held_back(project.pages))
        shutil.copytree(project.strategies, staging / "strategies")
        shutil.copyfile(project.site / MANIFEST, staging / MANIFEST)
        staging.replace(place)
    pointer = folder / f"{UNFINISHED}{LATEST}"
    pointer.write_text(manifest.id, encoding="ascii")
    pointer.replace(folder / LATEST)


def former_of(project: Project, pages: Path) -> Kept | None:
    """The edition that pages are held against: the last one published, or the one before it if these are its pages."""
    try:
        latest = Kept(project.editions / (project.editions / LATEST).read_text(encoding="ascii"))
    except OSError:
        return None
    if not latest.folder.is_dir():
        return None
    if _keys(latest.pages) != _keys(pages):
        return latest
    former = latest.manifest.made_of.get("changes", {}).get("former")
    return Kept(project.editions / former) if former and (project.editions / former).is_dir() else None


def _keys(pages: Path) -> dict[str, str]:
    return {name: record.key for name, record in records_of(pages).items()}


def find(project: Project, start: str) -> Kept:
    """The kept edition whose id, or whose digest, begins so."""
    there = sorted(path for path in project.editions.glob("*") if (path / MANIFEST).is_file())
    found = [path for path in there if path.name.startswith(start) or path.name[11:].startswith(start)]
    if len(found) == 1:
        return Kept(found[0])
    told = ", ".join(path.name for path in there) or "none; `afkast publish` keeps one"
    raise AfkastError(f"{'several editions begin' if found else 'no kept edition begins'} with '{start}'; {told}.")
