"""Run one page: its notebook with its parameters, healthy or refused."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from papermill.translators import PythonTranslator, papermill_translators

from afkast.edition import reasons
from afkast.edition.audit import NOTES as TOLD_NOTES
from afkast.edition.book import dress
from afkast.edition.cleanroom import FLOODED, MOST_OUTPUT_BYTES, refuse_escapes
from afkast.edition.inputs import Record, key_of, made_of, write_record
from afkast.edition.launch import START_SECONDS, Room, room
from afkast.errors import PageError
from afkast.intake.snapshot import file_sha256
from afkast.intake.sources import profile_of
from afkast.notebook import counted
from afkast.profile import PROFILE, as_words
from afkast.project import Project
from afkast.report import danish
from afkast.report.filed import METADATA_KEY
from afkast.report.reads import digest_of
from afkast.strategy import FRONT_PAGE, Strategy


class _DanishTranslator(PythonTranslator):
    """Writes parameters into a notebook with their æ, ø and å, for they are the audit record."""

    @classmethod
    def translate_str(cls, val: str) -> str:
        return repr(val)


papermill_translators.register("python", _DanishTranslator)
# what goes wrong is told in a sentence; papermill's own remarks only stand in the way of it
logging.getLogger("papermill").setLevel(logging.CRITICAL)

PAGE_SECONDS = 600
"""A page that runs longer is taken to hang."""


@dataclass(frozen=True, eq=False)
class Job:
    """One page to be executed: a notebook, where its page goes, its title and its parameters."""

    notebook: str
    strategy: str
    page: str
    title: str
    byline: str
    parameters: Mapping[str, Any]
    entry: str = ""
    """The digest of the strategy's entry."""
    belongs_to: str = ""
    """What the browser's title says after the page's own."""

    @property
    def name(self) -> str:
        """What it is called where its progress is told."""
        return self.path.with_suffix("").as_posix()

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
            digest_of(strategy.model_dump(mode="json")),
            f"{strategy.name} · {strategy.municipality}",
        )
        for page in strategy.pages
    ]


def front_page_of(strategy: Strategy, snapshot_id: str) -> Job:
    """A strategy's front page, which reads what its pages have shown."""
    front = strategy.page(FRONT_PAGE)
    return Job(
        front.notebook,
        strategy.id,
        front.id,
        strategy.name,
        f"Resumé · {strategy.municipality} · opgjort pr. {danish.day(strategy.as_of)}",
        {"strategy": strategy.id, "page": front.id, "as_of": strategy.as_of.isoformat(), "snapshot": snapshot_id},
        digest_of(strategy.model_dump(mode="json")),
        strategy.municipality,
    )


def surroundings_of(project: Project, pages: Path) -> dict[str, Path | str]:
    """What the environment of a page names: where the project, its data and its pages are, and who its readers are."""
    return {
        "AFKAST_HOME": project.root,
        "AFKAST_DATA": project.data,
        "AFKAST_PAGES": pages,
        PROFILE: as_words(profile_of(project.data)),
    }


def execute(project: Project, job: Job, pages: Path) -> Path:
    """Execute a page into `pages` and return its path; PageError names notebook, cell and reason.

    The page appears only when every cell ran and everything it shows came through the door out.
    """
    where = f"page {job.name}, notebook {job.notebook}"
    target = pages / job.path
    begun = time.monotonic()
    made = made_of(project, job)
    with room(pages.parent, project.build / "fonts", surroundings_of(project, pages)) as own:
        notebook = _run(project, job, own, where)
        check_health(notebook, where)
        reads = own.reads()
        _strip(notebook)
        dress(notebook, job.title, job.byline, key_of(made, reads), job.belongs_to)
        output = own.folder / "page.ipynb"
        nbformat.write(notebook, output)
        target.parent.mkdir(parents=True, exist_ok=True)
        # first the record: a page with another's record is run again, but one without its own would be none
        sha256 = file_sha256(output)
        seconds = round(time.monotonic() - begun, 2)
        given = dict(job.parameters)
        snapshot = str(given.get("snapshot", ""))
        write_record(target, Record(made, reads, snapshot, sha256, seconds, job.notebook, given))
        target.with_suffix(TOLD_NOTES).write_bytes(own.told())
        output.replace(target)
    return target


def check_health(notebook: NotebookNode, where: str) -> None:
    """Refuse a notebook that did not run to its end, or that shows something past the door.

    A kernel that dies or leaves early can look like a finished run: every code cell must have been counted.
    `where` names the notebook in the PageError.
    """
    for number, cell in counted(notebook.cells):
        at = f"{where}, cell {number}"
        if cell.execution_count is None:
            raise PageError(f"{at}: it was never run, as when a cell before it leaves early.")
        for output in cell.outputs:
            if output.output_type == "error":
                raise PageError(f"{at}: {reasons.reason(output.ename, output.evalue)}")
            if output.output_type == "stream" and output.name == "stderr":
                raise PageError(f"{at}: {reasons.warning(output.text)}")
            if METADATA_KEY not in output.get("metadata", {}):
                raise PageError(
                    f"{at}: it shows something past the door out; "
                    "use show_table, show_figure or show_text and end the cell with a statement."
                )


def _run(project: Project, job: Job, made: Room, where: str) -> NotebookNode:
    """The notebook as papermill executed it, or a PageError that says which cell stopped it and why."""
    template = nbformat.read(project.notebooks()[job.notebook], as_version=4)
    refuse_escapes(template, where)
    begun: list[NotebookNode] = []
    until = time.monotonic() + PAGE_SECONDS
    try:
        return papermill.execute_notebook(
            template,
            None,
            parameters=dict(job.parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            start_timeout=START_SECONDS,
            iopub_timeout=60,
            kernel_manager_class=made.kernels(),
            on_cell_start=lambda cell, cell_index: begun.append(cell),
            timeout_func=lambda cell: max(1, int(until - time.monotonic())),
            # all it had to say has been read: it is not asked to leave, and says nothing as it goes
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        reason = reasons.reason(error.ename, error.evalue)
    except CellTimeoutError:
        reason = f"the page had run for {PAGE_SECONDS} s, and no page may run longer."
    except DeadKernelError:
        reason = _why_dead(made.ended)
    except RuntimeError:
        raise PageError(f"{where}: the kernel did not start; try again, or run the notebook in JupyterLab.") from None
    at = f"{where}, cell {len(list(counted(begun)))}"
    raise PageError(f"{at}, {reason}" if reason.startswith(reasons.LINE) else f"{at}: {reason}") from None


def _why_dead(ended: int | None) -> str:
    """What the end of a kernel tells."""
    if ended == FLOODED:
        return f"it shows more than {MOST_OUTPUT_BYTES // 1_000_000} MB."
    if ended is not None and ended >= 0:
        return "it ends its own kernel."
    if ended == -SIGKILL:
        return "the kernel was killed, as when there is too little memory."
    return "the kernel crashed; run the notebook in JupyterLab, a library may be damaged."


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
