"""Write tests/reference: every page of the example as it was executed, for `pytest --nbval` to execute again.

Only what is compared is kept: code cells and what they show, without pictures, the roles of a table's parts and the
numbers filed behind it. `make reference` runs this after `make book`; a changed number is a changed file.
"""

import re
import shutil
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "data" / "example" / "build" / "pages"
REFERENCE = ROOT / "tests" / "reference"

PICTURE = re.compile(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]*")
ROLE = re.compile(r' role="(?:table|rowgroup|row|columnheader|rowheader|cell)"')
SNAPSHOT = re.compile(r"^snapshot = .*$", re.MULTILINE)


def name_of(page):
    """The reference of an executed page; an id has no underscore."""
    return "_".join(page.relative_to(PAGES).parts)


def reference_of(notebook):
    """An executed page as its reference, which runs on whatever snapshot is current."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            # the id of a snapshot holds the key of the machine that made it
            cell.source = SNAPSHOT.sub('snapshot = ""', cell.source)
        for output in cell.outputs:
            output.metadata = {}
            output.data["text/html"] = ROLE.sub("", PICTURE.sub("figure", output.data["text/html"]))
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


def main():
    shutil.rmtree(REFERENCE, ignore_errors=True)
    REFERENCE.mkdir()
    for page in sorted(PAGES.rglob("*.ipynb")):
        notebook = reference_of(nbformat.read(page, as_version=4))
        nbformat.write(notebook, REFERENCE / name_of(page))


if __name__ == "__main__":
    main()
