"""Any mix of pages, and the ordinary life of a strategy, on the data of an invented municipality."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Shown, run_here
from municipality import ONE_PAGE, STRATEGY, Municipality, municipality

from afkast.edition.execute import jobs_of
from afkast.intake import import_raw
from afkast.project import Project
from afkast.report.show import METADATA_KEY
from afkast.strategy import load_strategies

of_every_notebook = pytest.mark.parametrize("notebook", list(ONE_PAGE))


class Book:
    """A municipality's pages, run here one after the other; `front` is the front page over those that were run."""

    def __init__(self, data: Municipality, folder: Path) -> None:
        self.project = Project(ROOT, data.write(folder))
        import_raw(self.project.data, self.project.snapshots, bytes(32))

    def page(self, notebook: str, strategy: str = STRATEGY) -> Shown:
        """What the strategy's page of that notebook shows; kept for the front page."""
        jobs = jobs_of(load_strategies(self.project)[strategy], "")
        [job] = [job for job in jobs if job.notebook == notebook]
        shown = run_here(self.project, job.notebook, job.parameters)
        path = self.project.pages / job.path
        path.parent.mkdir(parents=True, exist_ok=True)
        outputs = [{"metadata": {METADATA_KEY: item}, "data": {}} for item in shown.values()]
        path.write_text(json.dumps({"cells": [{"outputs": outputs}]}), encoding="utf-8")
        return shown

    def about_all(self, notebook: str) -> Shown:
        return run_here(self.project, notebook, {})


@pytest.fixture
def book(tmp_path: Path) -> Callable[[Municipality], Book]:
    return lambda data: Book(data, tmp_path / "strandlev")


@of_every_notebook
def test_a_book_of_one_strategy_with_one_page(book: Callable[[Municipality], Book], notebook: str) -> None:
    one = book(municipality(notebook))
    one.page(notebook)
    one.about_all("overview")
