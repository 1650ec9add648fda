"""What committees and controllers take along: résumé and workbook per strategy, CSV per table, SVG and PNG per figure.

Everything is taken from what the pages show and filed, so a file says nothing that its page does not: hidden cells stay
hidden, and of a page of persons the numbers are as they are shown. Text is text in every file, never a formula.
"""

import base64
import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from afkast.edition.excel import workbook
from afkast.edition.memo import memo_of
from afkast.edition.memo_files import pdf, png, word
from afkast.edition.numbers import PAGES, strategy_of
from afkast.edition.shown_tables import Table, tables_of
from afkast.intake import Snapshot
from afkast.strategy import Strategy

FOLDER = "hent"
PICTURE_PPI = 144.0
FORMULA_LIKE = re.compile(r"[=+\-@\t\r]")


@dataclass(frozen=True)
class Downloads:
    """What a book's tables and figures are as files: by name in the folder, and the names by page and table."""

    files: dict[str, bytes]
    of_page: dict[str, dict[str, list[str]]]


def downloads_of(
    pages: Path, shown: Iterable[str], strategies: Iterable[Strategy], snapshot: Snapshot, edition: str
) -> Downloads:
    """The files of every table and figure of the executed pages `shown`, such as <strategy>/<page>, and a workbook of
    each strategy's."""
    made = Downloads({}, {})
    chapters: dict[str, list[tuple[str, Table]]] = {}
    for page in sorted(shown):
        for table, output in tables_of(json.loads((pages / f"{page}.ipynb").read_text(encoding="utf-8"))):
            files = {f"{page}/{name}": content for name, content in _files(table, output).items()}
            made.files.update(files)
            made.of_page.setdefault(page, {})[table.id] = list(files)
            chapters.setdefault(strategy_of(page), []).append((page, table))
    for strategy in strategies:
        if strategy.id in chapters:
            made.files[_whole(strategy, "xlsx")] = workbook(strategy, chapters[strategy.id], snapshot, edition)
    return made


def write_downloads(site: Path, made: Downloads, strategies: Iterable[Strategy], snapshot: Snapshot) -> list[str]:
    """Write the files into a rendered site, with each front page as a memo; lead to them from its pages, and return
    their names in the site."""
    files = dict(made.files)
    for page, of_table in made.of_page.items():
        html = site / PAGES / f"{page}.html"
        text, up = html.read_text(encoding="utf-8"), "../" * (page.count("/") + 1)
        for table, names in of_table.items():
            text = _lead_to(text, table, [f"{up}{FOLDER}/{name}" for name in names])
        html.write_text(text, encoding="utf-8")
    for strategy in strategies:
        front = site / PAGES / strategy.id / "index.html"
        if not front.is_file():
            continue
        if memo := memo_of(front.read_text(encoding="utf-8")):
            made_on = date.fromisoformat(snapshot.id[:10])
            files[_whole(strategy, "docx")] = word(memo, made_on)
            files[_whole(strategy, "pdf")] = pdf(memo, made_on)
        if whole := [name for ending in WHOLE if (name := _whole(strategy, ending)) in files]:
            _lead_to_whole(front, whole)
    for name, content in files.items():
        to = site / FOLDER / name
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(content)
    return [f"{FOLDER}/{name}" for name in files]


def _whole(strategy: Strategy, ending: str) -> str:
    """The name of a file about a whole strategy."""
    return f"{strategy.id}.{ending}"


# ---------------------------------------------------------------- a file per table and figure


def _files(table: Table, html: str) -> dict[str, bytes]:
    """The files of a table or figure by name."""
    files = {f"{table.id}.csv": _csv(table)}
    if drawn := re.search(r'<img alt="[^"]*" src="data:image/svg\+xml;base64,([^"]*)"', html):
        svg = base64.b64decode(drawn[1])
        files |= {f"{table.id}.svg": svg, f"{table.id}.png": png(svg, PICTURE_PPI)}
    return files


def _csv(table: Table) -> bytes:
    """As a Danish spreadsheet reads it: semicolons, decimal comma, an ordinary minus; unit and source on every row."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_as_text(one) for one in (table.corner, *table.columns, "Enhed", "Kilde")])
    for label, shown, numbers, units in zip(table.labels, table.shown, table.numbers, table.units, strict=True):
        cells = [
            _as_text(text) if number is None else f"{number:.15g}".replace(".", ",")
            for text, number in zip(shown, numbers, strict=True)
        ]
        told = dict.fromkeys(unit for unit, number in zip(units, numbers, strict=True) if number is not None)
        writer.writerow([_as_text(label), *cells, " | ".join(filter(None, told)), _as_text(table.source)])
    return out.getvalue().encode("utf-8-sig")


def _as_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA_LIKE.match(text) else text


# ---------------------------------------------------------------- the way to them


def _lead_to(page: str, id: str, addresses: list[str]) -> str:
    """The page with links under a table or figure."""
    start = page.find(f'id="vist-{id}"')
    end = re.compile(r'<details class="afkast-data">|</table>\n</div>\n').search(page, start) if start >= 0 else None
    if not end:
        return page
    at = end.start() if end[0].startswith("<details") else end.end()
    links = " · ".join(
        f'<a href="{one}" download aria-label="Hent {id} som {_kind(one)}">{_kind(one)}</a>' for one in addresses
    )
    return f'{page[:at]}<p class="afkast-download">Hent {links}</p>\n{page[at:]}'


def _kind(address: str) -> str:
    return address.rpartition(".")[2].upper()


WHOLE = {"docx": "resuméet som Word", "pdf": "resuméet som PDF", "xlsx": "alle tabeller som Excel"}


def _lead_to_whole(page: Path, names: Iterable[str]) -> None:
    """The front page with links to what is made of it and of the strategy's tables."""
    by_ending = {name.rpartition(".")[2]: name for name in names}
    links = " · ".join(
        f'<a href="../../{FOLDER}/{by_ending[ending]}" download>{words}</a>'
        for ending, words in WHOLE.items()
        if ending in by_ending
    )
    text = page.read_text(encoding="utf-8")
    link = f'<p class="afkast-download">Hent {links}</p>\n'
    page.write_text(text.replace("</article>", f"{link}</article>", 1), encoding="utf-8")
