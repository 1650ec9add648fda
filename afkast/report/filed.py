"""What executed pages filed at the door: the numbers that the overview and every later reader share with the page."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from afkast.report import danish
from afkast.report.cells import Cell, said_of
from afkast.report.paper_sign import as_shown
from afkast.strategy import FRONT_PAGE

METADATA_KEY = "afkast"
"""Under this key an output says that it came through the door, and files its numbers."""


def number_in(id: str, name: str, cell: Cell, value: Any) -> str:
    """What a sentence shows of a value under a name, as HTML; its numbers are marked with where they are filed: a
    quantity with its unit, and each number in words, the second of which is `name-2`."""
    if cell.state in ("few", "hidden"):
        return str(Markup.escape(said_of(cell, value)))
    before, shown, after = map(Markup.escape, (cell.before, cell.shown, cell.after))
    if cell.state not in ("ok", "provisional") or isinstance(cell.shown, Markup) or not danish.has_number(cell.shown):
        return str(before + shown + after)
    places = (f"{id}.{name}" + (f"-{number}" if number > 1 else "") for number in count(1))

    def mark(number: str) -> str:
        return f'<span class="tal" data-tal="{next(places)}">{number}</span>'

    if not isinstance(value, str):
        return f"{before}{mark(shown)}{after}"
    return danish.NUMBER.sub(lambda met: mark(met[0]) if met["number"] else met[0], shown)


@dataclass(frozen=True)
class Number:
    """A number in a page's sentence as it was filed: how it is shown, and its value where that may be told."""

    shown: str
    value: float | str | None


@dataclass(frozen=True)
class Item:
    """Something that an executed page has shown: what it filed at the door, and its HTML."""

    page: str
    filed: Mapping[str, Any]
    html: str

    @property
    def id(self) -> str:
        return str(self.filed["id"])

    @property
    def kind(self) -> str:
        """table, figure or text."""
        return str(self.filed["kind"])

    @property
    def place(self) -> str:
        """Where it stands: page/id."""
        return f"{self.page}/{self.id}"

    @property
    def numbers(self) -> dict[str, Number]:
        return {name: Number(one["shown"], one["value"]) for name, one in self.filed.get("numbers", {}).items()}


def items_of(pages: Path, strategy: str) -> dict[str, Item]:
    """What a strategy's executed pages have shown, by page/id, without its front page."""
    found = {}
    for path in sorted((pages / strategy).glob("*.ipynb")):
        if path.stem == FRONT_PAGE:
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if METADATA_KEY in output.get("metadata", {}):
                    html = output.get("data", {}).get("text/html", "")
                    item = Item(path.stem, output["metadata"][METADATA_KEY], "".join(html))
                    found[item.place] = item
    return found


def headlines(notebook: Mapping[str, Any]) -> list[str]:
    """The HTML of a notebook's headlines, verdicts first; without their ids: a page shows an id only once."""
    shown = [
        output
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get(METADATA_KEY, {}).get("headline")
    ]
    shown.sort(key=lambda output: "verdict" not in output["metadata"][METADATA_KEY]["numbers"])
    return [re.sub(r' id="[^"]*"', "", output["data"]["text/html"], count=1) for output in shown]


def filed(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a notebook's outputs filed at the door, in order."""
    return [
        output["metadata"][METADATA_KEY]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if METADATA_KEY in output.get("metadata", {})
    ]


def published(pages: Path) -> pd.DataFrame:
    """The numbers in the sentences of executed pages, a row each.

    Columns: strategy, page, item, name, value, unit, shown, files.
    """
    rows = [
        {**place, "name": name, "files": item["files"], **one}
        for place, item in _shown_items(pages)
        for name, one in item.get("numbers", {}).items()
    ]
    columns = ["strategy", "page", "item", "name", "value", "unit", "shown", "files"]
    return pd.DataFrame(rows, columns=columns)


def shown_cells(pages: Path) -> pd.DataFrame:
    """The cells of the tables of executed pages, a row each, in the order of the page.

    Columns: strategy, page, item, row_label, column_label (of several heading rows one after the other), shown, value,
    unit, state, files. Words in a column without a heading belong to the row's label. A value
    has the sign that is shown.
    """
    rows = []
    for place, item in _shown_items(pages):
        heads = [" ".join(levels).strip() for levels in item.get("columns", ())]
        for row in item["rows"] if item["kind"] == "table" else ():
            told = list(zip(heads, row["cells"], strict=True))
            label = " ".join([row["label"], *(cell["shown"] for head, cell in told if not head)]).strip()
            rows += [
                {
                    **place,
                    "row_label": label,
                    "column_label": head,
                    "files": item["files"],
                    **cell,
                    "value": as_shown(cell),
                }
                for head, cell in told
                if head
            ]
    columns = ["strategy", "page", "item", "row_label", "column_label", "shown", "value", "unit", "state", "files"]
    return pd.DataFrame(rows, columns=columns)


def files_read(pages: Path) -> set[str]:
    """The raw files that the executed pages have read, as the records beside them say."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(pages.rglob("*.json"))]
    return {name for record in records for kind, name, _ in record["reads"] if kind == "file"}


def _shown_items(pages: Path) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """What each executed page filed, and where that stands; a front page only shows again what others have filed."""
    for path in sorted(pages.glob("*/*.ipynb")):
        if path.stem == FRONT_PAGE:
            continue
        for item in filed(json.loads(path.read_text(encoding="utf-8"))):
            yield {"strategy": path.parent.name, "page": path.stem, "item": item["id"]}, item
