"""What of a page is not shown: what comes after its end, as where a group is too small for a curve, and a section that
has nothing to tell, as of a goal that the page does not decide."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from IPython.core.getipython import get_ipython

from afkast.report.filed import METADATA_KEY

if TYPE_CHECKING:
    # a second to import, in each kernel
    from nbformat import NotebookNode

ENDS, LEAVES_OUT = "ends", "leaves_out"
"""Under these keys what a page ends with is filed, and why a section is left out."""

HEADING = re.compile(r"#+(?= )")

FIRST_PARAMETER = "strategy"
"""A cell that begins with it is the notebook's beginning: it is run anew."""


class PageEnded(Exception):
    """The page has ended; raised where its cells are run without a kernel, which could leave them out by itself."""


def end_page() -> None:
    """Let the cells that follow do nothing, until the notebook is run from its beginning."""
    shell = get_ipython()
    if shell is None:
        raise PageEnded
    transforms = shell.input_transformers_cleanup

    def nothing(lines: Sequence[str]) -> Sequence[str]:
        if lines and lines[0].startswith(FIRST_PARAMETER):
            transforms.remove(nothing)
            return lines
        return []

    transforms.append(nothing)


def cells_shown(notebook: "NotebookNode") -> "list[NotebookNode]":
    """The cells of an executed page up to and with the one that it ends with.

    Of a section left out no words are there, and its code is out of sight: what comes later may rest on it.
    """
    cells = list(notebook.cells)
    for place, cell in enumerate(cells):
        if _files(cell, ENDS):
            cells = cells[: place + 1]
            break
    levels = [_level(cell) for cell in cells]
    out: set[int] = set()
    for place, cell in enumerate(cells):
        if _files(cell, LEAVES_OUT):
            begins = max(one for one in range(place) if levels[one] > 1)  # the page itself is no section
            later = (one for one in range(place, len(cells)) if 0 < levels[one] <= levels[begins])
            out.update(range(begins, next(later, len(cells))))
    for place in out:
        cells[place].metadata["tags"] = [*cells[place].metadata.get("tags", []), "remove-cell"]
    return [cell for place, cell in enumerate(cells) if place not in out or cell.cell_type == "code"]


def _files(cell: "NotebookNode", key: str) -> bool:
    filed = (output.get("metadata", {}).get(METADATA_KEY, {}) for output in cell.get("outputs", []))
    return any(one.get(key) for one in filed)


def _level(cell: "NotebookNode") -> int:
    """Of the heading that the cell begins with; 0: none."""
    heading = HEADING.match(cell.source) if cell.cell_type == "markdown" else None
    return len(heading.group()) if heading else 0
