"""A page that ends early: nothing after that cell is run or shown, as where a group is too small for a curve."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from IPython.core.getipython import get_ipython

from afkast.report.filed import METADATA_KEY

if TYPE_CHECKING:
    # a second to import, in each kernel
    from nbformat import NotebookNode

ENDS = "ends"
"""Under this key what a page ends with is filed."""

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


def until_end(notebook: "NotebookNode") -> "list[NotebookNode]":
    """The cells of an executed page up to and with the one that it ends with."""
    for place, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get(METADATA_KEY, {}).get(ENDS):
                return list(notebook.cells[:place])
    return list(notebook.cells)
