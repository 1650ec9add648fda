"""A page's foot: its key, who has approved it, and the notebook that makes it, to be taken along and run."""

from collections.abc import Mapping
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from afkast.edition.inputs import KEY_LENGTH, Record, read_record
from afkast.edition.numbers import pages_in_site
from afkast.project import Project
from afkast.report import danish

NOTEBOOKS = "notebooks"
Approved = Mapping[str, dict[str, Any]]
"""Of pages that were ever approved: by whom, on which day, and whether it stands."""

KEY = '<p class="afkast afkast-key">Sidens nøgle: <code>{key}</code>'


def foot(key: str) -> str:
    """A page's foot as its executed notebook has it."""
    return f"{KEY.format(key=key[:KEY_LENGTH])}</p>"


def write_feet(site: Path, project: Project, pages: Path, approved: Approved) -> list[str]:
    """Write the notebooks into a rendered site, and return their names in it; each page leads to its own, and says
    who has approved it.
    """
    written = []
    for page, html, _ in pages_in_site(site, pages):
        record = read_record(pages / f"{page}.ipynb")
        if record is None or record.failed or record.notebook not in project.notebooks():
            continue
        name = f"{NOTEBOOKS}/{page}.ipynb"
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(runnable(project.notebooks()[record.notebook], record))
        written.append(name)
        up = "../" * (page.count("/") + 1)
        text = html.read_text(encoding="utf-8")
        begins = KEY.format(key=record.key[:KEY_LENGTH])
        leads = f'<span class="d-print-none"> · <a href="{up}{name}" download>Hent sidens notebook</a></span>'
        told = f"{begins}{leads}{_approval(approved.get(page))}"
        html.write_text(text.replace(begins, told, 1), encoding="utf-8")
    return written


def _approval(given: dict[str, Any] | None) -> str:
    if given is None:
        return ""
    words = f"Godkendt af {escape(given['by'])} den {danish.day(date.fromisoformat(given['on']))}"
    return f" · {words}" + ("" if given["stands"] else "; sidens tal er ændret siden, og godkendelsen er bortfaldet")


def runnable(template: Path, record: Record) -> bytes:
    """A page's notebook as it was run, without what it showed: with its parameters and its snapshot in a cell."""
    notebook = load_notebook_node(str(template))
    made = parameterize_notebook(notebook, dict(record.parameters), kernel_name="python3", language="python")
    made.metadata.pop("papermill", None)
    for number, cell in enumerate(made.cells, start=1):
        cell.metadata.pop("papermill", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"parameters-{number:02d}"
    return (nbformat.writes(made).rstrip("\n") + "\n").encode()
