"""The tables of an executed page, and the numbers behind its figures, as they are shown and filed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from afkast.edition.formulas import Number
from afkast.edition.numbers import reads_persons
from afkast.report.danish import MINUS, SOFT_HYPHEN, UNITS
from afkast.report.filed import METADATA_KEY
from afkast.report.paper_sign import as_shown

LONG, DECIMALS_OF_LONG, DECIMALS = 1e4, 3, 6
"""A number this large has fewer decimals: with four it has the form of a CPR number, and the gate stops the file."""


@dataclass(frozen=True)
class Table:
    """A table, or the numbers of a figure, as it stands in its page; a number is None where the cell has none.

    exact: whether the numbers are more exact than the page shows them.
    """

    id: str
    caption: str
    source: str
    corner: str
    columns: list[str]
    labels: list[str]
    shown: list[list[str]]
    numbers: list[list[Number]]
    units: list[list[str]]
    totals: list[int]
    notes: list[str]
    exact: bool


def tables_of(notebook: dict[str, Any]) -> Iterator[tuple[Table, str]]:
    """The tables and figures of an executed page, each with its HTML."""
    exact_allowed = not reads_persons(notebook)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            item = output.get("metadata", {}).get(METADATA_KEY, {})
            if item.get("rows"):
                html = "".join(output["data"]["text/html"])
                yield _table(item, html, exact_allowed and bool(item["files"])), html


def _table(item: dict[str, Any], html: str, exact: bool) -> Table:
    rows = item["rows"]
    body = re.findall(r'<tr class="([\w ]+)"', html)
    source = re.search(r'<span class="afkast-source">(.*?)</span>', html, re.DOTALL)
    corner = re.search(r'<th scope="col" rowspan="\d+"[^>]*>(.*?)</th>', html, re.DOTALL)
    return Table(
        item["id"],
        item["caption"],
        words(source[1]) if source else "",
        words(corner[1]) if corner else "",
        [" · ".join(filter(None, levels)) for levels in item["columns"]],
        [row["label"] for row in rows],
        [[cell["shown"] for cell in row["cells"]] for row in rows],
        [[_number(cell, exact) for cell in row["cells"]] for row in rows],
        [[cell["unit"] for cell in row["cells"]] for row in rows],
        [place for place, css in enumerate(body) if css == "total"],
        [words(note) for note in re.findall(r'<p class="afkast-note">(.*?)</p>', html, re.DOTALL)],
        exact,
    )


def _number(cell: dict[str, Any], exact: bool) -> Number:
    """A cell's number as its unit counts, such as 1.910 thousand kroner or 22 per cent; exactly, or as it is shown."""
    if cell["state"] not in ("ok", "provisional") or not isinstance(cell["value"], int | float):
        return None
    if exact:
        number = as_shown(cell) / UNITS[cell["unit"]].scale
        return float(round(number, decimals(number)))
    met = re.search(r"[\d.]+(?:,\d+)?", cell["shown"])
    if not met:
        return None
    size = float(met[0].replace(".", "").replace(",", "."))
    return -size if MINUS in cell["shown"] else size


def decimals(number: float) -> int:
    return DECIMALS if abs(number) < LONG else DECIMALS_OF_LONG


def words(html: str) -> str:
    """What is read of it: without tags, and without the signs that only say where a line may end."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).replace(SOFT_HYPHEN, "").split())
