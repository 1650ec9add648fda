"""From snapshot and strategies to the site, page by page; the former site stands until the new one is whole."""

import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

import pandas as pd
from filelock import FileLock, Timeout

from afkast.edition.book import (
    DATA_BASIS,
    OVERVIEW,
    RECONCILIATION,
    UNFINISHED,
    put_in_place,
    put_right,
    render,
    write_first_page,
)
from afkast.edition.execute import Job, execute, jobs_of
from afkast.errors import AfkastError, PageError, StrategyError
from afkast.intake import open_snapshot
from afkast.project import Project
from afkast.report.filed import published
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
        strategies = load_strategies(project)
        chosen = _chosen(strategies, list(only))
        data = open_snapshot(project.snapshots, snapshot or None)
        snapshot_id = data.id
        in_book = [one for one in strategies.values() if one.id in chosen or (project.pages / one.id).is_dir()]
        pages = project.build / f"{UNFINISHED}pages"
        jobs = [
            job
            for strategy in in_book
            for job in jobs_of(strategy, snapshot_id)
            if strategy.id in chosen or not _kept(project.pages, job, pages)
        ]
        # the only page that asks AFKAST_ENGINE: what is wrong with that is told first, not after every other page
        jobs.insert(0, Job("data_basis", "", DATA_BASIS, "Datagrundlag", "", {"snapshot": snapshot_id}))
        last = [Job("overview", "", OVERVIEW, "Overblik", "", {"snapshot": snapshot_id})]
        if "printed_cells" in data.manifest["tables"]:
            last.append(Job("reconciliation", "", RECONCILIATION, "Afstemning", "", {"snapshot": snapshot_id}))
        total = len(jobs) + len(last) + 1
        done = 0
        # the overview and the reconciliation read what the strategies' pages have shown, so they come after them
        with _workers() as pool:
            for batch in (jobs, last):
                for job in _executed(pool, project, batch, pages):
                    done += 1
                    on_progress(done, total, job.path.with_suffix("").as_posix())
                said = published(pages)
                _check_goals(in_book, said)
        for strategy in in_book:
            write_first_page(pages, strategy, said)
        put_in_place(pages, project.pages, project)
        render(project, in_book, project.pages, data)
        on_progress(total, total, "book")
    return project.site / "index.html"


def run_page(project: Project, strategy_id: str, page_id: str, snapshot: str = "") -> Path:
    """Execute one page into the folder of executed pages and return the notebook's path."""
    with _alone(project):
        strategies = load_strategies(project)
        [one] = _chosen(strategies, [strategy_id])
        page = strategies[one].page(page_id)
        snapshot_id = open_snapshot(project.snapshots, snapshot or None).id
        [job] = [job for job in jobs_of(strategies[one], snapshot_id) if job.page == page.id]
        return execute(project, job, project.pages)


def _kept(former: Path, job: Job, pages: Path) -> bool:
    """Take a page over from the former ones, where it is among them."""
    if not (former / job.path).is_file():
        return False
    (pages / job.path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(former / job.path, pages / job.path)
    return True


def _check_goals(strategies: list[Strategy], said: pd.DataFrame) -> None:
    """The overview and a strategy's first page need one verdict of every goal, from the page that decides it."""
    verdicts = said[said["name"] == "verdict"]
    faults = []
    for strategy in strategies:
        for goal in strategy.goals:
            shown = verdicts[(verdicts["strategy"] == strategy.id) & (verdicts["item"] == f"maal-{goal.id}")]
            if list(shown["page"]) != [goal.page]:
                faults.append(
                    f"{strategy.id}.yml: goal '{goal.id}': its page '{goal.page}', and no other, must show a text "
                    f"'maal-{goal.id}' with a verdict; {', '.join(shown['page']) or 'no page'} does."
                )
    if faults:
        raise PageError("\n".join(faults))


def _chosen(strategies: dict[str, Strategy], only: list[str]) -> list[str]:
    for one in only:
        if one not in strategies:
            raise StrategyError(f"there is no strategy '{one}'; there are {', '.join(strategies)}.")
    return only or list(strategies)


def _executed(pool: ProcessPoolExecutor, project: Project, jobs: list[Job], pages: Path) -> Iterator[Job]:
    """Execute jobs side by side and yield each as it is done; the first failure cancels what has not begun."""
    running = {pool.submit(execute, project, job, pages): job for job in jobs}
    try:
        for finished in as_completed(running):
            finished.result()
            yield running[finished]
    except BrokenProcessPool:
        raise PageError(
            "A process that executed pages was ended from outside, as when there is too little memory; "
            "close other programs and build again."
        ) from None
    except Exception:
        pool.shutdown(cancel_futures=True)
        raise


@contextmanager
def _workers() -> Iterator[ProcessPoolExecutor]:
    """Processes that execute pages, and leave when this one does, however that comes about."""
    # spawned, not forked: a kernel must not inherit half a parent
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    with ProcessPoolExecutor(WORKERS, context, initializer=_leave_with, initargs=(theirs,)) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            ours.close()
            raise


def _leave_with(parent: Connection) -> None:
    """Let this process leave when the other end of the connection is closed; its kernels leave with it."""
    # an interrupt is the parent's to handle
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait() -> None:
        try:
            parent.recv()
        except (EOFError, OSError):
            os._exit(1)

    Thread(target=wait, daemon=True).start()


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """One build at a time in a project; the lock goes with the process that holds it.

    What a killed build left behind is put right first, and nothing unfinished is left behind.
    """
    project.build.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(project.build / "afkast.lock", timeout=0):
            put_right(project)
            _clear(project)
            try:
                yield
            finally:
                _clear(project)
    except Timeout:
        raise AfkastError("Another build of this book is running; wait for it to end.") from None


def _clear(project: Project) -> None:
    for unfinished in project.build.glob(f"{UNFINISHED}*"):
        shutil.rmtree(unfinished, ignore_errors=True)
