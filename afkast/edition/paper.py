"""How many A4 a front page takes: an estimate from what it filed, for a build has no browser to print with.

Lines, rows and figures are counted at the sizes of the print style in book/_static/afkast.css, and laid on pages as a
browser does. It is right within a sheet, which a test holds against what Chromium prints; fonts differ by machine.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afkast.report.filed import METADATA_KEY, Item, items_of
from afkast.strategy import FRONT_PAGE, Strategy

MOST_SHEETS = 2
SHEET_MM = 297 - 12 - 12
"""Of an A4, what the margins leave."""

TEXT_MM, SMALL_MM, LEAD_MM = 4.3, 3.6, 5.8
"""A line of running text, of a table, and of the verdict."""

HEADING_MM, FIGURE_MM = 8.5, 61.0
TEXT_SIGNS, LEAD_SIGNS, HALF_SIGNS, TABLE_SIGNS, HEAD_SIGNS, CARD_SIGNS = 121, 88, 46, 26, 11, 34
"""Signs on a line: of text, of the verdict, over half a page; in a table's first column, its headings, a key figure."""

NOTE, TAG = re.compile(r'class="afkast-note">(.*?)</p>', re.DOTALL), re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Block:
    """Something that stands on paper, in parts that are not broken over two sheets, each so high, mm."""

    parts: tuple[float, ...]


def too_long(pages: Path, strategy: Strategy) -> list[str]:
    """A sentence where a strategy's front page takes more than two A4."""
    count = sheets(pages, strategy)
    if count <= MOST_SHEETS:
        return []
    return [
        f"{strategy.id}.yml: the front page takes about {count} A4 on paper, and is to take {MOST_SHEETS}; name fewer "
        "tables or figures under front."
    ]


def sheets(pages: Path, strategy: Strategy) -> int:
    """How many A4 the executed front page takes, about."""
    notebook = json.loads((pages / strategy.id / f"{FRONT_PAGE}.ipynb").read_text(encoding="utf-8"))
    shown = {
        output["metadata"][METADATA_KEY]["id"]: output["metadata"][METADATA_KEY]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
    }
    return laid_out(_blocks(shown, items_of(pages, strategy.id)))


def laid_out(blocks: Iterable[Block]) -> int:
    """How many sheets the blocks take one after the other: a part that has no room is moved to the next."""
    count, used = 1, 0.0
    for part in (part for block in blocks for part in block.parts):
        if used and used + part > SHEET_MM:
            count, used = count + 1, 0.0
        used += part
        while used > SHEET_MM:
            count, used = count + 1, used - SHEET_MM
    return count


def _blocks(shown: dict[str, Any], items: dict[str, Item]) -> Iterator[Block]:
    yield Block((13.0 + (9.0 if any(one["synthetic"] for one in shown.values()) else 0),))
    if verdict := shown.get("dommen"):
        lead = _lines(verdict["said"], LEAD_SIGNS) * LEAD_MM
        text = sum(_lines(verdict[part], TEXT_SIGNS) * TEXT_MM for part in ("summary", "facts", "why"))
        yield Block((lead + text + 9.0,))
    if figures := shown.get("noegletal"):
        yield Block((max(map(_card, figures["told"])) + 3.0,))
    if drawn := shown.get("figurer"):
        captions = [_lines(items[place].filed["caption"], HALF_SIGNS) * TEXT_MM for place in drawn["items"]]
        rows = [captions[place : place + 2] for place in range(0, len(captions), 2)]
        yield Block((sum(max(row) + FIGURE_MM + 6.0 for row in rows) + 4.0,))
    if goals := shown.get("maalene"):
        rows_mm = [
            _row([row["label"], *(cell["shown"] for cell in row["cells"])], (32, 14, 16, 20, 34))
            for row in goals["rows"]
        ]
        yield Block((12.0, *rows_mm))
    if told := shown.get("forbehold"):
        yield Block((HEADING_MM + sum(_lines(one, TEXT_SIGNS) * TEXT_MM + 1.0 for one in told["said"]),))
    if changes := shown.get("aendringer"):
        yield Block((HEADING_MM, *(_lines(one, TEXT_SIGNS) * TEXT_MM + 1.0 for one in changes["said"]), SMALL_MM))
    if tables := shown.get("tabeller"):
        yield Block((HEADING_MM, *_rows([items[place] for place in tables["items"]])))
    # the pages, the sources, and the key of the page
    yield Block((HEADING_MM + 2 * TEXT_MM + 2 * SMALL_MM,))


def _rows(tables: list[Item]) -> Iterator[float]:
    """Narrow tables two by two, wide ones by themselves, each row as high as its highest."""
    beside: list[Item] = []
    for place, table in enumerate(tables):
        beside.append(table)
        following = tables[place + 1] if place + 1 < len(tables) else None
        if len(beside) == 2 or _is_wide(table) or following is None or _is_wide(following):
            yield max(_table(one, 2 if len(beside) == 1 else 1) for one in beside)
            beside = []


def _is_wide(table: Item) -> bool:
    return 'afkast-wide"' in table.html


def _table(table: Item, width: int) -> float:
    filed = table.filed
    heads = max((_lines(" ".join(levels), HEAD_SIGNS) for levels in filed["columns"]), default=1)
    rows = sum(_lines(row["label"], TABLE_SIGNS * width) * SMALL_MM + 1.2 for row in filed["rows"])
    notes = [_lines(TAG.sub("", note), HALF_SIGNS * width * 1.4) for note in NOTE.findall(table.html)]
    caption = _lines(filed["caption"], HALF_SIGNS * width) * TEXT_MM
    return SMALL_MM + caption + heads * SMALL_MM + 2.0 + rows + sum(min(note, 4) for note in notes) * SMALL_MM + 3.0


def _card(row: dict[str, Any]) -> float:
    number, *rest = (cell["shown"] for cell in row["cells"])
    lines = _lines(row["label"], CARD_SIGNS) + sum(_lines(one, CARD_SIGNS) for one in rest)
    return lines * SMALL_MM + _lines(number, 20) * 5.4


def _row(cells: list[str], signs: tuple[int, ...]) -> float:
    return max(_lines(cell, wide) for cell, wide in zip(cells, signs, strict=True)) * SMALL_MM + 1.5


def _lines(text: str, signs: float) -> int:
    return math.ceil(len(text) / signs)
