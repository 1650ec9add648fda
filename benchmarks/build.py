"""The example's whole book by Afkast, and by what it is made of: a plain loop of papermill, then jupyter-book.

    python benchmarks/build.py

Both execute the same pages with the same parameters from the same snapshot, one after the other in one run: those of
the strategies, and those that read them. The loop's pages become a book by `jupyter-book build` alone; `afkast build`
also checks, audits, makes the files to fetch and looks through all that is served. A book is built anew each month, so
the ratio is that of a second build, which runs every page again; the first of all also finds out what must be held
back, and runs some pages twice. The numbers that the pages file must be the same, or the benchmark fails; it also fails
when a ratio is below what is claimed.
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
from afkast.edition.book import write_source
from afkast.edition.execute import Job
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
        first = taken(lambda: building.build(project, strict=True))
        strategies = list(load_strategies(project).values())
        batches = building.batches_of(strategies, open_snapshot(project.snapshots))
        plain, ours = project.build / "plain", project.build / "ours"
        jobs = [job for batch in batches for job in batch]
        loop = taken(lambda: papermill_loop(project, jobs, plain))
        seconds = {"execution": (loop, taken(lambda: executed(project, batches, ours)))}
        whole = loop + taken(lambda: jupyter_book(project, plain, Path(folder) / "book"))
        seconds["whole"] = (whole, taken(lambda: building.build(project, strict=True, again=True)))
        seconds["whole, the first time"] = (whole, first)
        # as a command: a process that has nothing in memory yet
        unchanged = [sys.executable, "-m", "afkast", "build", "--data", str(data)]
        seconds["unchanged"] = (whole, taken(lambda: subprocess.run(unchanged, check=True, capture_output=True)))
        differences = [job.name for job in jobs if differ(plain / job.path, ours / job.path)]
    report(seconds, len(jobs), differences)


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


def jupyter_book(project: Project, pages: Path, folder: Path) -> None:
    """The book of these pages as `jupyter-book build` makes it of a folder."""
    write_source(project, list(load_strategies(project).values()), pages, folder)
    shutil.copyfile(project.root / "_config.yml", folder / "_config.yml")
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    subprocess.run([jupyter_book, "build", str(folder)], check=True, capture_output=True)


def executed(project: Project, batches: list[list[Job]], pages: Path) -> None:
    """The same pages as a build executes them; nothing is there before."""
    for batch in batches:
        for _ in running.executed(project, batch, pages, strict=True):
            pass


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


def report(seconds: dict[str, tuple[float, float]], pages: int, differences: list[str]) -> None:
    """Print the table; end with an error where a page differs or a ratio is too small."""
    table = Table("", "plain, s", "Afkast, s", "ratio", "claimed", title=f"{pages} pages, {running.WORKERS} workers")
    for what, (plain, ours) in seconds.items():
        claimed = f"{CLAIMED[what]}" if what in CLAIMED else ""
        table.add_row(what, f"{plain:.1f}", f"{ours:.1f}", f"{plain / ours:.1f}", claimed)
    Console(width=100).print(table)
    if differences:
        sys.exit(f"These pages differ: {', '.join(differences)}.")
    if short := [what for what, ratio in CLAIMED.items() if seconds[what][0] / seconds[what][1] < ratio]:
        sys.exit(f"{', '.join(short)}: less than claimed.")


if __name__ == "__main__":
    main()
