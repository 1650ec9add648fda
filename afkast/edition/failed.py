"""A page that failed, shown as failed: what it could not decide is not decided, and the last good one stays at hand."""

import shutil
from datetime import date
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from afkast.analysis.targets import Certainty, Verdict
from afkast.edition.book import FORMER, MARK, as_text
from afkast.edition.execute import Job
from afkast.edition.inputs import PROFILE, Record, made_of, read_record, record_path, write_record
from afkast.intake.snapshot import file_sha256
from afkast.project import Project
from afkast.report import danish
from afkast.report.cells import badge
from afkast.report.filed import METADATA_KEY
from afkast.strategy import Goal


def former_path(page: Path) -> Path:
    """Where the last good one of a failed page lies."""
    return page.parent / FORMER / page.name


def write_failed(project: Project, job: Job, goals: list[Goal], why: str, pages: Path) -> None:
    """Put a page in the place of one that failed; its goals cannot be decided.

    `why` is for the record, not for readers.
    """
    page = pages / job.path
    given, made = dict(job.parameters), made_of(project, job)
    data_of = _keep_last_good(project.pages / job.path, page, made[PROFILE])
    page.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(_notebook(job, goals, data_of), page)
    snapshot, sha256 = str(given["snapshot"]), file_sha256(page)
    write_record(page, Record(made, [], snapshot, sha256, 0.0, job.notebook, given, failed=why))


def _keep_last_good(old: Path, new: Path, profile: str) -> date | None:
    """Keep the last good page beside the failed one, marked as former; the day of its data if there is one. One that
    was made under another disclosure profile is for other readers, and is not kept."""
    record = read_record(old)
    if record is not None and record.failed:
        # it failed last time too
        old = former_path(old)
        record = read_record(old)
    if record is None or not old.is_file() or record.made_of.get(PROFILE) != profile:
        return None
    kept = former_path(new)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(record_path(old), record_path(kept))
    notebook = nbformat.read(old, as_version=4)
    heading = notebook.cells[0]
    if FORMER not in heading.metadata.get("tags", []):
        heading.metadata["tags"] = [FORMER]
        title, *rest = heading.source.split("\n", 1)
        notice = (
            ":::{warning}\n"
            f"Dette er den seneste gode udgave af siden, med data pr. {danish.day(record.data_of)}. "
            "Siden kunne ikke laves på ny, og tallene her indgår ikke i resten af bogen.\n:::"
        )
        heading.source = f"{title} – seneste gode udgave\n\n{notice}\n" + "".join(rest)
    nbformat.write(notebook, kept)
    return record.data_of


def _notebook(job: Job, goals: list[Goal], data_of: date | None) -> NotebookNode:
    last = (
        f"Den seneste gode udgave, med data pr. {danish.day(data_of)}, er [her]({FORMER}/{job.page}.ipynb)."
        if data_of
        else "Der er ingen tidligere udgave af den."
    )
    heading = [f"# {as_text(job.title)}{MARK}", f"*{as_text(job.byline)}*" if job.byline else ""]
    heading.append(f":::{{error}}\nSiden kunne ikke laves i denne udgave. {last}\n:::")
    cells = [new_markdown_cell("\n\n".join(filter(None, heading)), id="titel", metadata={"tags": []})]
    if goals:
        outputs = [_undecided(goal) for goal in goals]
        cells.append(
            new_code_cell("", id="maal", metadata={"tags": ["remove-input"]}, outputs=outputs, execution_count=1)
        )
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def _undecided(goal: Goal) -> NotebookNode:
    """What the door would file of a goal that cannot be decided."""
    told = {"verdict": Verdict.UNDECIDED.value, "certainty": Certainty.UNKNOWN.value}
    numbers = {name: {"value": word, "unit": "", "shown": word} for name, word in told.items()}
    item = {"id": f"maal-{goal.id}", "kind": "text", "numbers": numbers, "headline": False}
    text = '<div class="afkast afkast-text" id="vist-maal-{}">{} Siden, som afgør målet, kunne ikke laves.</div>'
    return new_output(
        "display_data",
        {"text/html": text.format(goal.id, badge(Verdict.UNDECIDED)), "text/plain": f"text {item['id']}"},
        metadata={METADATA_KEY: {**item, "files": [], "tables": [], "synthetic": False}},
    )
