"""From snapshot and strategies to the site, page by page; the former site stands until the new one is whole."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from filelock import FileLock, Timeout

from afkast.edition.book import DATA_BASIS, OVERVIEW, RECONCILIATION, render, write_contents, write_first_page
from afkast.edition.execute import Job, execute, jobs_of
from afkast.errors import AfkastError, StrategyError
from afkast.intake import open_snapshot
from afkast.project import Project
from afkast.report.show import published
from afkast.strategy import Strategy, load_strategies

WORKERS = min(4, os.cpu_count() or 1)

Progress = Callable[[int, int, str], None]
"""Called with pages done, pages in all, and what was just done."""


def build(
    project: Project, only: Iterable[str] = (), snapshot: str = "", on_progress: Progress = lambda *_: None
) -> Path:
    """Execute the pages, render the book and return the site's front page.

    `only` names the strategies whose pages are executed anew; the others keep the pages they have. A page that
    fails stops the build with a PageError, and neither the site nor the former pages are touched.
    """
    with _alone(project):
        strategies = load_strategies(project.strategies, project.notebooks)
        chosen = _chosen(strategies, list(only))
        data = open_snapshot(project.snapshots, snapshot or None)
        snapshot_id = data.id
        pages = project.build / "pages"
        shutil.rmtree(pages, ignore_errors=True)
        kept = [one for one in strategies if one not in chosen and (project.pages / one).is_dir()]
        for one in kept:
            shutil.copytree(project.pages / one, pages / one)

        jobs = [job for one in chosen for job in jobs_of(strategies[one], snapshot_id)]
        last = [
            Job("overview", "", OVERVIEW, "Overblik", "", {"snapshot": snapshot_id}),
            Job("data_basis", "", DATA_BASIS, "Datagrundlag", "", {"snapshot": snapshot_id}),
        ]
        if "printed_cells" in data.manifest["tables"]:
            last.append(Job("reconciliation", "", RECONCILIATION, "Afstemning", "", {"snapshot": snapshot_id}))
        total = len(jobs) + len(last) + 1
        done = 0
        # the overview and the reconciliation read what the strategies' pages have shown, so they come after them
        for batch in (jobs, last):
            for job in _executed(project, batch, pages):
                done += 1
                on_progress(done, total, str(job.path.with_suffix("")))

        in_book = [strategy for one, strategy in strategies.items() if one in chosen or one in kept]
        said = published(pages)
        for strategy in in_book:
            write_first_page(pages, strategy, said)
        shutil.rmtree(project.pages, ignore_errors=True)
        pages.rename(project.pages)
        render(project, write_contents(project, in_book))
        on_progress(total, total, "book")
    return project.site / "index.html"


def run_page(project: Project, strategy_id: str, page_id: str, snapshot: str = "") -> Path:
    """Execute one page into the folder of executed pages and return the notebook's path."""
    with _alone(project):
        strategies = load_strategies(project.strategies, project.notebooks)
        [one] = _chosen(strategies, [strategy_id])
        page = strategies[one].page(page_id)
        snapshot_id = open_snapshot(project.snapshots, snapshot or None).id
        [job] = [job for job in jobs_of(strategies[one], snapshot_id) if job.page == page.id]
        return execute(project, job, project.pages)


def _chosen(strategies: dict[str, Strategy], only: list[str]) -> list[str]:
    for one in only:
        if one not in strategies:
            raise StrategyError(f"there is no strategy '{one}'; there are {', '.join(strategies)}.")
    return only or list(strategies)


def _executed(project: Project, jobs: list[Job], pages: Path) -> Iterator[Job]:
    """Execute jobs side by side and yield each as it is done; the first failure cancels what has not begun."""
    # spawned, not forked: a kernel must not inherit half a parent
    with ProcessPoolExecutor(min(WORKERS, len(jobs)), mp_context=get_context("spawn")) as pool:
        running = {pool.submit(execute, project, job, pages): job for job in jobs}
        try:
            for finished in as_completed(running):
                finished.result()
                yield running[finished]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """One build at a time in a project; the lock goes with the process that holds it."""
    project.build.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(project.build / "afkast.lock", timeout=0):
            yield
    except Timeout:
        raise AfkastError("Another build of this book is running; wait for it to end.") from None
