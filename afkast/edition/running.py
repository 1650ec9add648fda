"""Pages run side by side, and one run at a time in a project."""

import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import as_completed
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from afkast.edition.book import put_right
from afkast.edition.execute import Job, execute
from afkast.edition.inputs import read_record
from afkast.edition.launch import end_all
from afkast.edition.workers import workers
from afkast.errors import AfkastError, PageError
from afkast.project import UNFINISHED, Project

WORKERS = min(4, os.cpu_count() or 1)


def executed(
    project: Project, jobs: list[Job], pages: Path, strict: bool, cluster: str = ""
) -> Iterator[tuple[Job, str]]:
    """Execute jobs side by side and yield each as it is done, with its fault; `strict` raises the first fault.

    The longest of the last time come first: one that is begun last is waited for alone.
    """

    def seconds(job: Job) -> float:
        record = read_record(project.pages / job.path)
        return record.seconds if record else float("inf")

    if not jobs:
        return
    with workers(WORKERS, cluster, project.root, project.data) as pool:
        running = {pool.submit(execute, project, job, pages): job for job in sorted(jobs, key=seconds, reverse=True)}
        try:
            for finished in as_completed(running):
                fault = finished.exception()
                if fault and (strict or not isinstance(fault, PageError)):
                    raise fault
                yield running[finished], str(fault or "")
        except BaseException:
            for future in running:
                future.cancel()
            pool.shutdown(wait=False)
            # what runs is not waited for, nor what was just about to
            while not all(future.done() for future in running):
                end_all()
                time.sleep(0.05)
            raise


@contextmanager
def alone(project: Project, seconds: float = 0) -> Iterator[None]:
    """One build at a time in a project; the lock goes with the process that holds it, and is waited for so long.

    What a killed build left behind is put right first, and nothing unfinished is left behind.
    """
    project.build.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(project.build / "afkast.lock", timeout=seconds):
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
