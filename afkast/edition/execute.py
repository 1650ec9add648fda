"""Run one page: its notebook with its parameters, healthy or refused."""

import logging
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.translators import PythonTranslator, papermill_translators
from traitlets.config import Config

from afkast.edition import reasons
from afkast.edition.book import UNFINISHED, dress
from afkast.errors import PageError
from afkast.project import Project
from afkast.report import danish
from afkast.report.filed import METADATA_KEY
from afkast.strategy import Strategy


class _DanishTranslator(PythonTranslator):
    """Writes parameters into a notebook with their æ, ø and å, for they are the audit record."""

    @classmethod
    def translate_str(cls, val: str) -> str:
        return repr(val)


papermill_translators.register("python", _DanishTranslator)
# what goes wrong is told in a sentence; papermill's own remarks only stand in the way of it
logging.getLogger("papermill").setLevel(logging.CRITICAL)

CELL_SECONDS, START_SECONDS = 600, 120
"""A cell or a kernel that takes longer is taken to hang."""

LONGEST_SOCKET_FOLDER = 80
"""The path of a socket may have about 100 characters."""


class QuietKernel(AsyncKernelManager):
    """A kernel whose process writes to nobody's terminal: what it has to say comes in messages, which are read."""

    async def _async_start_kernel(self, **options: Any) -> None:
        await super()._async_start_kernel(**options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    start_kernel = _async_start_kernel


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
    where = f"page {job.path.with_suffix('').as_posix()}, notebook {job.notebook}"
    target = pages / job.path
    project.build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=project.build) as folder:
        output = Path(folder) / "page.ipynb"
        _run(project, job, pages, output, where)
        notebook = nbformat.read(output, as_version=4)
        check_health(notebook, where)
        _strip(notebook)
        dress(notebook, job.title, job.byline)
        nbformat.write(notebook, output)
        target.parent.mkdir(parents=True, exist_ok=True)
        output.replace(target)
    return target


def check_health(notebook: NotebookNode, where: str) -> None:
    """Refuse a notebook that did not run to its end, or that shows something past the door.

    A kernel that dies or leaves early can look like a finished run: every code cell must have been counted.
    `where` names the notebook in the PageError.
    """
    for number, cell in enumerate(_own_cells(notebook), start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        at = f"{where}, cell {number}"
        if cell.execution_count is None:
            raise PageError(f"{at}: it was never run, as when a cell before it leaves early.")
        for output in cell.outputs:
            if output.output_type == "error":
                raise PageError(f"{at}: {reasons.reason(output.ename, output.evalue)}")
            if output.output_type == "stream" and output.name == "stderr":
                raise PageError(f"{at}: it gives a warning; run the notebook in JupyterLab and mend what it warns of.")
            if METADATA_KEY not in output.get("metadata", {}):
                raise PageError(
                    f"{at}: it shows something past the door out; "
                    "use show_table, show_figure or show_text and end the cell with a statement."
                )


def _kernel_settings(folder: str) -> Config:
    """Kernels talk over sockets in a folder of their own where there are any: no open port, none to collide."""
    if os.name != "posix" or len(folder) > LONGEST_SOCKET_FOLDER:
        return Config()
    return Config(KernelManager={"transport": "ipc", "ip": f"{folder}/k"})


def _run(project: Project, job: Job, pages: Path, output: Path, where: str) -> None:
    os.environ["AFKAST_HOME"] = str(project.root)
    os.environ["AFKAST_DATA"] = str(project.data)
    os.environ["AFKAST_PAGES"] = str(pages)
    with tempfile.TemporaryDirectory() as sockets:
        try:
            _papermill(project, job, output, _kernel_settings(sockets))
        except PapermillExecutionError as error:
            raise PageError(
                f"{where}, cell {_last_begun(output)}: {reasons.reason(error.ename, error.evalue)}"
            ) from None
        except CellTimeoutError:
            raise PageError(f"{where}, cell {_last_begun(output)}: it ran longer than {CELL_SECONDS} s.") from None
        except DeadKernelError:
            raise PageError(
                f"{where}, cell {_last_begun(output)}: the kernel died, as when there is too little memory."
            ) from None
        except RuntimeError:
            raise PageError(
                f"{where}: the kernel did not start; try again, or run the notebook in JupyterLab."
            ) from None


def _papermill(project: Project, job: Job, output: Path, settings: Config) -> None:
    papermill.execute_notebook(
        project.notebooks()[job.notebook],
        output,
        parameters=dict(job.parameters),
        kernel_name="python3",
        language="python",
        progress_bar=False,
        start_timeout=START_SECONDS,
        execution_timeout=CELL_SECONDS,
        iopub_timeout=60,
        config=settings,
        # all it had to say has been read: it is not asked to leave, and says nothing as it goes
        shutdown_kernel="immediate",
        kernel_manager_class=QuietKernel,
        extra_arguments=[
            "--IPKernelApp.log_level=CRITICAL",
            f"--InteractiveShellApp.extra_extensions={reasons.__name__}",
        ],
    )


def _own_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells of the template, without those that papermill adds: parameters and its banner over a failure."""
    added = {"injected-parameters", "papermill-error-cell-tag"}
    return [cell for cell in notebook.cells if not added & set(cell.metadata.get("tags", []))]


def _last_begun(output: Path) -> int:
    """The number of the last cell that began, as counted in the template; what stopped the run stopped it there."""
    cells = _own_cells(nbformat.read(output, as_version=4))
    return max(number for number, cell in enumerate(cells, start=1) if cell.metadata.papermill.start_time)


def _strip(notebook: NotebookNode) -> None:
    """Drop what differs from run to run though the page is the same: times and paths."""
    for key in ("papermill", "widgets"):
        notebook.metadata.pop(key, None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells, start=1):
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"parameters-{number:02d}"
