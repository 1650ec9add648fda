"""From snapshot and strategies to the site, page by page; the former site stands until the new one is whole."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from afkast.edition.book import (
    DATA_BASIS,
    DATA_QUALITY,
    OVERVIEW,
    RECONCILIATION,
    put_in_place,
    put_right,
    render,
    write_first_page,
)
from afkast.edition.check import check
from afkast.edition.execute import Job, execute, jobs_of
from afkast.edition.launch import end_all
from afkast.errors import AfkastError, PageError, StrategyError
from afkast.intake import open_snapshot
from afkast.project import UNFINISHED, Project
from afkast.report.filed import published
from afkast.strategy import Strategy

WORKERS = min(4, os.cpu_count() or 1)
SECONDS = "seconds.json"

Progress = Callable[[int, int, str], None]
"""Called with pages done, pages in all, and what was just done."""


def build(
    project: Project,
    only: Iterable[str] = (),
    snapshot: str = "",
    on_progress: Progress = lambda *_: None,
    tell: Callable[[list[str]], None] = lambda _: None,
) -> Path:
    """Check, execute the pages, render the book and return the site's front page.

    What the check finds is told before any page is executed, and the pages that it stops are left out of the book with
    the goals that they decide. A strategy of which no page is left stops the build where it is one of `only`.

    `only` names the strategies whose pages are executed anew; the others keep the pages they have. A page that
    fails stops the build with a PageError, and neither the site nor the former pages are touched.
    """
    with _alone(project):
        data = open_snapshot(project.snapshots, snapshot or None)
        snapshot_id = data.id
        checked = check(project, snapshot_id)
        strategies = checked.makeable()
        if not strategies or any(one not in strategies and checked.sentences(one) for one in only):
            raise StrategyError("\n".join(checked.sentences()))
        tell(checked.sentences())
        chosen = _chosen(strategies, list(only))
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
        jobs.append(Job("data_quality", "", DATA_QUALITY, "Datakvalitet", "", {"snapshot": snapshot_id}))
        last = [Job("overview", "", OVERVIEW, "Overblik", "", {"snapshot": snapshot_id})]
        if "printed_cells" in data.manifest["tables"]:
            last.append(Job("reconciliation", "", RECONCILIATION, "Afstemning", "", {"snapshot": snapshot_id}))
        total = len(jobs) + len(last) + 1
        done = 0
        # the overview and the reconciliation read what the strategies' pages have shown, so they come after them
        for batch in (jobs, last):
            for job in _executed(project, batch, pages):
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
        snapshot_id = open_snapshot(project.snapshots, snapshot or None).id
        there = sorted(path.stem for path in project.strategies.glob("*.yml"))
        if strategy_id not in there:
            raise StrategyError(f"there is no strategy '{strategy_id}'; there are {', '.join(there)}.")
        checked = check(project, snapshot_id, [strategy_id])
        if strategy_id in checked.strategies:
            checked.strategies[strategy_id].page(page_id)
        if faults := checked.sentences(strategy_id, page_id):
            raise StrategyError("\n".join(faults))
        [job] = [job for job in jobs_of(checked.strategies[strategy_id], snapshot_id) if job.page == page_id]
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


def _executed(project: Project, jobs: list[Job], pages: Path) -> Iterator[Job]:
    """Execute jobs side by side and yield each as it is done; the first failure cancels what has not begun.

    The longest of the last time come first: one that is begun last is waited for alone.
    """
    seconds = _seconds(project)
    jobs = sorted(jobs, key=lambda job: -seconds.get(job.path.as_posix(), float("inf")))
    # threads do: a page's work is in its kernel, and they wait for it
    with ThreadPoolExecutor(WORKERS) as pool:
        running = {pool.submit(_timed, project, job, pages): job for job in jobs}
        try:
            for finished in as_completed(running):
                job = running[finished]
                seconds[job.path.as_posix()] = round(finished.result(), 2)
                yield job
        except BaseException as stopped:
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(stopped, Exception):
                # interrupted: what runs is not waited for
                end_all()
            raise
    (project.build / SECONDS).write_text(json.dumps(seconds, indent=0, sort_keys=True), encoding="utf-8")


def _timed(project: Project, job: Job, pages: Path) -> float:
    begun = time.monotonic()
    execute(project, job, pages)
    return time.monotonic() - begun


def _seconds(project: Project) -> dict[str, float]:
    """What each page took when it was executed last."""
    try:
        return dict(json.loads((project.build / SECONDS).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


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
