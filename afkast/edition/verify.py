"""Hold an edition against its manifest, and its manifest against what is made of the same notebooks and data again."""

import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from afkast.edition.audit import audited, editions_of, held_back, hold_back
from afkast.edition.book import DATA_BASIS
from afkast.edition.build import Progress
from afkast.edition.execute import Job
from afkast.edition.feet import NOTEBOOKS
from afkast.edition.manifest import MANIFEST, Manifest, differences, read_manifest
from afkast.edition.provenance import made_with
from afkast.edition.running import alone, executed
from afkast.edition.target import LIST, LOCK_SECONDS, Target
from afkast.errors import AfkastError
from afkast.intake.snapshot import file_sha256
from afkast.project import UNFINISHED, Project
from afkast.report.changed import CHANGES
from afkast.report.reads import WITHHELD, digest_of, shown_on
from afkast.strategy import FRONT_PAGE

FOOT = re.compile(r'data-edition="([^"]*)"')


def verify(folder: Path) -> list[str]:
    """Everything in which an edition, or each edition that a folder of publications serves, is not as published."""
    if (folder / MANIFEST).is_file():
        return faults_of(folder, read_manifest(folder))
    if not (folder / LIST).is_file():
        raise AfkastError(f"{folder} is no edition, and no folder where editions are published.")
    target = Target(folder)
    listed = target.read()
    faults = []
    formers = [""]
    for one in listed.editions:
        if one in listed.served:
            place = target.place(one.id)
            try:
                manifest = read_manifest(place)
            except AfkastError:
                faults.append(f"{one.id}/{MANIFEST}: it is missing or damaged")
                formers.append(one.manifest)
                continue
            faults += [f"{one.id}/{fault}" for fault in faults_of(place, manifest)]
            if file_sha256(place / MANIFEST) != one.manifest:
                faults.append(f"{one.id}/{MANIFEST}: it is not the one that the list names")
            if manifest.published.get("former") not in formers:
                faults.append(f"{one.id}/{MANIFEST}: the manifest that it follows is not in the list before it")
        formers.append(one.manifest)
    return faults


def faults_of(site: Path, manifest: Manifest) -> list[str]:
    """Every file of an edition that differs from its manifest, and every page whose foot names another edition."""
    faults = differences(site, manifest)
    for page in manifest.pages:
        if page not in faults and set(FOOT.findall((site / page).read_text(encoding="utf-8"))) - {manifest.id}:
            faults[page] = "its foot names another edition"
    return [f"{name}: {what}" for name, what in faults.items()]


@dataclass(frozen=True)
class _Published(Project):
    """A project whose notebooks are those of an edition, one for each page."""

    edition: Path

    def notebooks(self) -> dict[str, Path]:
        folder = self.edition / NOTEBOOKS
        return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.ipynb"))}


def rerun(project: Project, site: Path, on_progress: Progress) -> tuple[list[str], list[str]]:
    """Execute an edition's notebooks again on the data folder: what is not as at its making, and the pages that differ.

    Code, libraries and strategies are today's; where they are others than the edition's this is told.
    """
    manifest = read_manifest(site)
    made = manifest.made_of
    again = {**made_with(project), "strategies": {p.name: file_sha256(p) for p in project.strategies.glob("*.yml")}}
    others = [f"{name} is not what the edition was made with" for name, one in again.items() if made[name] != one]
    published = _Published(project.root, project.data, site)
    jobs = [_job(name, page["parameters"], made["snapshot"]) for name, page in made["pages"].items()]
    jobs = [job for job in jobs if job.notebook in published.notebooks()]
    with alone(project, LOCK_SECONDS):
        folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=project.build))
        try:
            if made.get("changes"):
                (folder / CHANGES).write_text(json.dumps(made["changes"]), encoding="utf-8")
            pages, known = folder / "pages", _held_back(project, manifest)
            hold_back(pages, known or {})
            faults: dict[str, str] = {}

            def run(batch: list[Job]) -> None:
                for job, fault in executed(published, batch, pages, strict=False):
                    faults[job.notebook] = fault
                    on_progress(len(faults), len(jobs), job.notebook)

            turns = sorted({_turn(job) for job in jobs})

            def run_again(names: set[str]) -> None:
                for turn in turns:  # those of a later turn read what the others show
                    here = [job for job in jobs if _turn(job) == turn and job.notebook in faults]
                    run([job for job in here if turn or job.name in names])

            for turn in turns:
                run([job for job in jobs if _turn(job) == turn])
                if turn in (turns[0], turns[-1]) and known is None:  # what a build would have them hold back
                    audited(pages, editions_of(project)[1:], run_again)
            differ = [f"{name}: {fault}" for name, fault in faults.items() if fault]
            for job in (one for one in jobs if not faults[one.notebook]):
                if digest_of(shown_on(pages / job.path)) != made["pages"][job.notebook]["shows"]:
                    differ.append(f"{job.notebook}: it shows something else")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return others, differ


def _held_back(project: Project, manifest: Manifest) -> dict[str, list[str]] | None:
    """What the edition's pages hold back, where the data folder has made it; the edition itself may not tell."""
    for pages, made in ((project.editions / manifest.id / "pages", manifest), (project.pages, _built(project))):
        if made is not None and made.id == manifest.id and (pages.parent / WITHHELD).is_file():
            return held_back(pages)
    return None


def _built(project: Project) -> Manifest | None:
    try:
        return read_manifest(project.site)
    except AfkastError:
        return None


def _job(name: str, parameters: dict[str, object], snapshot: str) -> Job:
    strategy, _, page = name.rpartition("/")
    return Job(name, strategy, page, "", "", {**parameters, "snapshot": snapshot})


def _turn(job: Job) -> int:
    """When a page is run: one that reads what others show is run after them."""
    if job.strategy:
        return 2 if job.page == FRONT_PAGE else 0
    return 3 if job.page == DATA_BASIS else 1
