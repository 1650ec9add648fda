"""Where every number of the book stands and what it comes from, as one script of data that the pages read.

What a page does not show is not in it: no hidden cell, nothing filed beside a sentence, and of a page that reads tables
of persons, no number more exactly than it is shown.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

from afkast.intake import Snapshot
from afkast.intake.contracts import PERSON_TABLES
from afkast.report import danish
from afkast.report.danish import UNITS
from afkast.report.entries import told_of
from afkast.report.filed import METADATA_KEY
from afkast.report.paper_sign import as_shown
from afkast.strategy import Strategy

PAGES = "strategies"
"""Where the executed pages stand in the site."""

NUMBERS = "tal-indeks.js"
SETS = "window.AFKAST_TAL = "
"""A script that sets a variable: a page read from disk may fetch nothing, but may load this."""

PERSONS = PERSON_TABLES | {"islands"}

CLOSEST_WORDS = 90
"""So many signs of a sentence stand before and after a number of it."""

ALONE = re.compile(r"[+−-]?\d{1,3}(?:\.\d{3})*(?:,\d+)?(?:\s?(?:%|kr\.|mio\. kr\.))?")
"""A cell that says a number in text, as one that is quoted from paper; tal.js knows it by the same."""

MARK = re.compile(r'<span class="tal" data-tal="[^".]*\.([^"]*)">(.*?)</span>')
HEADING = re.compile(r"<h1>(.*?)(?:<a class=\"headerlink\"|</h1>)", re.DOTALL)


def write_numbers(site: Path, pages: Path, strategies: Iterable[Strategy], snapshot: Snapshot, edition: str) -> None:
    """Write the script into a rendered site: the edition, and what `index_of` tells."""
    index = {"edition": edition, **index_of(site, pages, strategies, snapshot)}
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    (site / NUMBERS).write_text(f"{SETS}{text}\n", encoding="utf-8")


def index_of(site: Path, pages: Path, strategies: Iterable[Strategy], snapshot: Snapshot) -> dict[str, Any]:
    """What the script holds.

    snapshot: its id; files: what stands on Datagrundlag of each; pages: address, title and things shown, each with its
    id, its caption, the places of its files in `files`, labels of rows and columns, and its numbers: the place (row and
    column, or name in the text), as shown, exactly ("" where the page's own reading is all that may be told), the unit,
    and of a sentence its words.
    """
    files = [told_of(file) for file in snapshot.manifest["files"]]
    names = {strategy.id: strategy.name for strategy in strategies}
    found = []
    for page, html, notebook in pages_in_site(site, pages):
        shown = list(_shown(notebook, files))
        if shown:
            title = _title(html.read_text(encoding="utf-8"))
            strategy = names.get(strategy_of(page), "")
            title = title if strategy in title else f"{strategy} · {title}"
            found.append({"address": f"strategies/{page}.html", "title": title, "shown": shown})
    told = [
        {key: file.get(key) for key in ("source", "file", "sheet", "rows", "sha256", "extracted_on", "synthetic")}
        for file in files
    ]
    return {"snapshot": snapshot.id, "files": told, "pages": found}


def pages_in_site(site: Path, pages: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """The executed pages that the site shows: name (strategy/page), file in the site, and notebook."""
    for path in sorted(pages.rglob("*.ipynb")):
        page = path.relative_to(pages).with_suffix("").as_posix()
        html = site / PAGES / f"{page}.html"
        if html.is_file():
            yield page, html, json.loads(path.read_text(encoding="utf-8"))


def strategy_of(page: str) -> str:
    """The id of the strategy that a page belongs to; empty for a page of the whole book."""
    return page.rpartition("/")[0]


def _title(html: str) -> str:
    met = HEADING.search(html)
    return _words(met[1]).strip() if met else ""


def _shown(notebook: Mapping[str, Any], files: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    outputs = [output for output in outputs if METADATA_KEY in output.get("metadata", {})]
    of_persons = reads_persons(notebook)
    for output in outputs:
        item = output["metadata"][METADATA_KEY]
        numbers = list(of_sentence(item, "".join(output["data"]["text/html"])) if "numbers" in item else _cells(item))
        if not numbers:
            continue
        if of_persons or not item["files"]:
            numbers = [{**number, "exact": ""} for number in numbers]
        yield {
            "id": item["id"],
            "caption": item.get("caption", ""),
            "files": [
                place
                for place, file in enumerate(files)
                if file["file"] in item["files"] and file["table"] in item["tables"]
            ],
            "rows": [row["label"] for row in item.get("rows", [])],
            "columns": [" ".join(levels).strip() for levels in item.get("columns", [])],
            "numbers": [
                [number[key] for key in ("place", "shown", "exact", "unit", "words") if key in number]
                for number in numbers
            ],
        }


def reads_persons(notebook: Mapping[str, Any]) -> bool:
    """Whether a page shows, or says that it needs, anything of a table of persons."""
    shown = {
        table
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        for table in output.get("metadata", {}).get(METADATA_KEY, {}).get("tables", [])
    }
    needs = "".join(
        "".join(cell["source"]) for cell in notebook["cells"] if "needs" in cell["metadata"].get("tags", [])
    )
    return bool(PERSONS & shown) or any(re.search(rf"\b{table}\b", needs) for table in PERSONS)


def _cells(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for r, row in enumerate(item.get("rows", [])):
        for c, cell in enumerate(row["cells"]):
            counts = isinstance(cell["value"], int | float) or ALONE.fullmatch(cell["shown"])
            if cell["state"] in ("ok", "provisional") and counts:
                exact = _finer(exactly(as_shown(cell), cell["unit"]), cell["shown"])
                yield {"place": f"{r}.{c}", "shown": cell["shown"], "exact": exact, "unit": cell["unit"]}


def of_sentence(item: Mapping[str, Any], html: str) -> Iterator[dict[str, Any]]:
    """The numbers that a text says, each with the words around it and `at`, the place in these where it begins; what is
    filed with a text and not said is passed over."""
    said = _words(html)
    for met in MARK.finditer(html):
        place, shown = met[1], unescape(met[2])
        number = item["numbers"][place.partition("-")[0]]
        begins = len(_words(html[: met.start()]))
        words, at = _around(said, begins, begins + len(shown))
        # in words the unit may follow after another number: mellem 2,0 og 3,0 mio. kr.
        said_of = danish.UNIT.search("".join(number["shown"].partition(shown)[1:]))
        unit = number["unit"] or (said_of[0] if said_of else "")
        exact = _finer(exactly(number["value"], number["unit"]), shown)
        yield {"place": place, "shown": shown, "exact": exact, "unit": unit, "words": words, "at": at}


def _around(said: str, start: int, end: int) -> tuple[str, int]:
    """The sentence around a number, or as much as fits, its line breaks as spaces; and where the number begins."""
    first, last = max(0, start - CLOSEST_WORDS), min(len(said), end + CLOSEST_WORDS)
    before, after = said[first:start], said[end:last]
    if first:
        before = "…" + before[before.find(" ") :]
    if last < len(said):
        after = after[: after.rfind(" ")] + " …"
    words = " ".join((before + said[start:end] + after).split())
    return words, len(words) - len(" ".join((said[start:end] + after).split()))


def _words(html: str) -> str:
    # code printed under a text is none of its words
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r'<div class="highlight".*', "", html, flags=re.DOTALL)))


def _finer(exact: str, shown: str) -> str:
    """Nothing where a share is filed as it is shown: then it was rounded before, and nobody here knows it exactly."""
    return "" if "%" in shown and exact == shown.replace("\N{NO-BREAK SPACE}", " ") else exact


def exactly(value: Any, unit: str) -> str:
    """A stored value in Danish in its own unit: kroner with its øre, a share in per cent, else six decimals at most."""
    if not isinstance(value, int | float) or unit not in UNITS:
        return ""
    money = unit.endswith("kr.")
    scale, digits = (1.0, 2) if money else (UNITS[unit].scale, 6)
    text = danish.number(value, digits, scale)
    text = text.rstrip("0").rstrip(",") if not money else text.removesuffix(",00")
    name = "kr." if money else unit
    return f"{text} {name}".strip()
