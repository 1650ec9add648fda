"""The example's whole book by Afkast, and by what it is made of: a plain loop of papermill, then jupyter-book.

    python benchmarks/build.py

Both execute the same pages with the same parameters from the same snapshot, one after the other in one run, and render
them by the same command. The numbers that the pages file must be the same, or the benchmark fails; it also fails when
a ratio is below what is claimed.
"""

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
from rich.console import Console
from rich.table import Table

from afkast.edition import build as building
from afkast.edition import running
from afkast.edition.book import dress, render
from afkast.edition.execute import Job, execute, front_page_of, jobs_of
from afkast.edition.provenance import edition_of
from afkast.intake import import_raw, open_snapshot
from afkast.project import Project, find_repository
from afkast.report.filed import filed
from afkast.strategy import load_strategies

CLAIMED = {"execution": 6, "whole": 4, "unchanged": 50}
SMALLEST_DIFFERENCE = 1e-6
"""Relative: a plain kernel leaves the order of sums to the number of processors."""


def main() -> None:
    """Measure both and print them side by side."""
    root = find_repository()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "example"
        generated = shutil.ignore_patterns("build", "snapshots")
        for name in ("example", "national"):
            shutil.copytree(root / "data" / name, Path(folder) / name, ignore=generated)
        project = Project(root, data)
        import_raw(data, project.snapshots, bytes(32))
        jobs = strategies_jobs(project)
        plain = project.build / "plain"
        seconds = {
            "execution": (taken(lambda: papermill_loop(project, jobs, plain)), taken(lambda: executed(project, jobs))),
            "rendering": (taken(lambda: rendered(project, plain)), taken(lambda: rendered(project, project.pages))),
        }
        building.build(project)
        # as a command: a process that has nothing in memory yet
        again = [sys.executable, "-m", "afkast", "build", "--data", str(data)]
        unchanged = taken(lambda: subprocess.run(again, check=True, capture_output=True))
        differences = sum(differ(plain / job.path, project.pages / job.path) for job in jobs)
    seconds["whole"] = tuple(map(sum, zip(*seconds.values(), strict=True)))  # type: ignore[assignment]
    seconds["unchanged"] = (seconds["whole"][0], unchanged)
    report(seconds, len(jobs), differences)


def strategies_jobs(project: Project) -> list[Job]:
    """Every page of every strategy."""
    snapshot = open_snapshot(project.snapshots).id
    return [job for strategy in load_strategies(project).values() for job in jobs_of(strategy, snapshot)]


def taken(do: Callable[[], Any]) -> float:
    """Seconds by the clock."""
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def papermill_loop(project: Project, jobs: list[Job], pages: Path) -> None:
    """What a few lines do: papermill as it comes, a page at a time."""
    os.environ |= {"AFKAST_HOME": str(project.root), "AFKAST_DATA": str(project.data), "AFKAST_PAGES": str(pages)}
    notebooks = project.notebooks()
    for job in jobs:
        (pages / job.path).parent.mkdir(parents=True, exist_ok=True)
        papermill.execute_notebook(
            notebooks[job.notebook], pages / job.path, dict(job.parameters), kernel_name="python3", progress_bar=False
        )


def executed(project: Project, jobs: list[Job]) -> None:
    """The same pages as a build executes them; nothing is there before."""
    for _ in running.executed(project, jobs, project.pages, strict=True):
        pass


def rendered(project: Project, pages: Path) -> None:
    """The book of these pages, with an overview of them."""
    strategies = list(load_strategies(project).values())
    for path in pages.glob("*/*.ipynb") if pages != project.pages else ():
        notebook = nbformat.read(path, as_version=4)
        dress(notebook, path.stem, "", "")
        nbformat.write(notebook, path)
    snapshot = open_snapshot(project.snapshots).id
    for notebook, page in (("overview", "overblik"), ("data_basis", "datagrundlag"), ("reconciliation", "afstemning")):
        execute(project, Job(notebook, "", page, page, "", {"snapshot": snapshot}), pages)
    for strategy in strategies:
        execute(project, front_page_of(strategy, snapshot), pages)
    data = open_snapshot(project.snapshots)
    render(project, strategies, pages, data, edition_of(project, data, pages))


def differ(one: Path, other: Path) -> bool:
    """Whether two executed pages file other numbers or words."""
    left, right = (filed(nbformat.read(path, as_version=4)) for path in (one, other))
    return not _alike(left, right)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=SMALLEST_DIFFERENCE, abs_tol=SMALLEST_DIFFERENCE)
    return bool(one == other)


def report(seconds: dict[str, tuple[float, float]], pages: int, differences: int) -> None:
    """Print the table; end with an error where a page differs or a ratio is too small."""
    table = Table("", "plain, s", "Afkast, s", "ratio", "claimed", title=f"{pages} pages, {running.WORKERS} workers")
    for what, (plain, ours) in seconds.items():
        claimed = f"{CLAIMED[what]}" if what in CLAIMED else ""
        table.add_row(what, f"{plain:.1f}", f"{ours:.1f}", f"{plain / ours:.1f}", claimed)
    Console(width=100).print(table)
    if differences:
        sys.exit(f"{differences} pages differ.")
    if short := [what for what, ratio in CLAIMED.items() if seconds[what][0] / seconds[what][1] < ratio]:
        sys.exit(f"{', '.join(short)}: less than claimed.")


if __name__ == "__main__":
    main()
