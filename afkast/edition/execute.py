"""Run one page: its notebook with its parameters, healthy or refused."""

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.translators import PythonTranslator, papermill_translators
from traitlets.config import Config

from afkast.edition.book import dress
from afkast.errors import AfkastError, PageError
from afkast.project import Project
from afkast.report import danish
from afkast.report.show import METADATA_KEY
from afkast.strategy import Strategy


class _DanishTranslator(PythonTranslator):
    """Writes parameters into a notebook with their æ, ø and å, for they are the audit record."""

    @classmethod
    def translate_str(cls, val: str) -> str:
        return repr(val)


papermill_translators.register("python", _DanishTranslator)

CELL_SECONDS, START_SECONDS = 600, 120
"""A cell or a kernel that takes longer is taken to hang."""


@dataclass(frozen=True)
class Job:
    """One page to be executed: a notebook, where its page goes, its title and its parameters."""

    notebook: str
    strategy: str
    page: str
    title: str
    byline: str
    parameters: Mapping[str, Any]

    @property
    def path(self) -> Path:
        """Where the executed page lies below the folder of pages."""
        return Path(self.strategy) / f"{self.page}.ipynb"


def jobs_of(strategy: Strategy, snapshot_id: str) -> list[Job]:
    """The pages of a strategy in their order, with every parameter that Afkast itself sets."""
    return [
        Job(
            page.notebook,
            strategy.id,
            page.id,
            page.title,
            f"{strategy.name} · {strategy.municipality} · pr. {danish.day(strategy.as_of)}",
            {
                "strategy": strategy.id,
                "page": page.id,
                "as_of": strategy.as_of.isoformat(),
                "snapshot": snapshot_id,
                **page.parameters,
            },
        )
        for page in strategy.pages
    ]


def execute(project: Project, job: Job, pages: Path) -> Path:
    """Execute a page into `pages` and return its path; PageError names notebook, cell and reason.

    The page appears only when every cell ran and everything it shows came through the door out.
    """
    target = pages / job.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "page.ipynb"
        _run(project, job, pages, output, _kernel_settings(Path(folder)))
        notebook = nbformat.read(output, as_version=4)
    check_health(notebook, job.notebook)
    _strip(notebook)
    dress(notebook, job.title, job.byline)
    finished = target.with_suffix(".tmp")
    nbformat.write(notebook, finished)
    finished.replace(target)
    return target


def check_health(notebook: NotebookNode, name: str) -> None:
    """Refuse a notebook that did not run to its end, or that shows something past the door.

    A kernel that dies or leaves early can look like a finished run: every code cell must have been counted.
    """
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            raise PageError(f"notebook {name}, cell {number}: it was never run, as when a cell before it leaves early.")
        for output in cell.outputs:
            if output.output_type == "error":
                raise PageError(f"notebook {name}, cell {number}: {output.ename}.")
            if METADATA_KEY not in output.get("metadata", {}) and not _is_kernel_noise(output):
                raise PageError(
                    f"notebook {name}, cell {number}: it shows something past the door out; "
                    "use show_table, show_figure or show_text and end the cell with a statement."
                )


def _kernel_settings(folder: Path) -> Config:
    """Kernels talk over sockets in a folder of their own where there are any: no open port, none to collide."""
    if os.name != "posix":
        return Config()
    return Config(KernelManager={"transport": "ipc", "ip": str(folder / "k")})


def _run(project: Project, job: Job, pages: Path, output: Path, settings: Config) -> None:
    os.environ["AFKAST_HOME"] = str(project.root)
    os.environ["AFKAST_PAGES"] = str(pages)
    try:
        papermill.execute_notebook(
            project.notebooks / f"{job.notebook}.ipynb",
            output,
            parameters=dict(job.parameters),
            kernel_name="python3",
            progress_bar=False,
            start_timeout=START_SECONDS,
            execution_timeout=CELL_SECONDS,
            iopub_timeout=60,
            config=settings,
        )
    except PapermillExecutionError as error:
        raise PageError(
            f"page {job.path.with_suffix('')}, notebook {job.notebook}, "
            f"cell {_cell_number(output, error)}: {_reason(error)}"
        ) from None
    except (DeadKernelError, CellTimeoutError) as error:
        why = "the kernel died" if isinstance(error, DeadKernelError) else f"a cell ran longer than {CELL_SECONDS} s"
        raise PageError(f"page {job.path.with_suffix('')}, notebook {job.notebook}: {why}.") from None


def _cell_number(output: Path, error: PapermillExecutionError) -> int:
    """The failing cell as counted in the template, where papermill has added neither parameters nor its banner."""
    cells = nbformat.read(output, as_version=4).cells
    added = {"injected-parameters", "papermill-error-cell-tag"}
    own = [cell for cell in cells if not added & set(cell.metadata.get("tags", []))]
    for number, cell in enumerate(own, start=1):
        if any(one.output_type == "error" for one in cell.get("outputs", [])):
            return number
    return int(error.cell_index) + 1


def _reason(error: PapermillExecutionError) -> str:
    """Our own sentences and a page's own checks are safe to repeat; any other message may quote a row of data."""
    ours = {kind.__name__ for kind in _all_subclasses(AfkastError)} | {"AfkastError"}
    if error.ename in ours:
        return str(error.evalue)
    if error.ename == "AssertionError":
        return f"its check failed: {error.evalue or 'no message'}."
    if error.ename == "SystemExit":
        return "it leaves early with SystemExit."
    return f"{error.ename}; run the notebook in JupyterLab to see where."


def _all_subclasses(kind: type[AfkastError]) -> set[type[AfkastError]]:
    return {kind} | {below for one in kind.__subclasses__() for below in _all_subclasses(one)}


def _is_kernel_noise(output: NotebookNode) -> bool:
    """The kernel's own remarks about its connection; they are dropped from the page."""
    return bool(output.output_type == "stream" and output.name == "stderr" and re.search("ipykernel|TCP", output.text))


def _strip(notebook: NotebookNode) -> None:
    """Drop what differs from run to run though the page is the same: times, paths, kernel remarks."""
    for key in ("papermill", "widgets"):
        notebook.metadata.pop(key, None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells, start=1):
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"parameters-{number:02d}"
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if not _is_kernel_noise(one)]
