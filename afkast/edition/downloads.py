"""What committees and controllers take along: résumé and workbook per strategy, CSV per table, SVG and PNG per figure.

Everything is taken from what the pages show and filed, so a file says nothing that its page does not: hidden cells stay
hidden, and of a page of persons the numbers are as they are shown. Text is text in every file, never a formula.
"""

import base64
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from pathlib import Path
from textwrap import wrap
from typing import Any

import xlsxwriter

from afkast.edition.formulas import Body, Number, formulas
from afkast.edition.memo import memo_of
from afkast.edition.memo_files import pdf, png, word
from afkast.edition.numbers import PAGES, reads_persons, strategy_of
from afkast.intake import Snapshot
from afkast.report.danish import MINUS, SOFT_HYPHEN, UNITS
from afkast.report.filed import METADATA_KEY
from afkast.report.paper_sign import as_shown
from afkast.strategy import Strategy

FOLDER = "hent"
PICTURE_PPI = 144.0
LONGEST_SHEET_NAME = 31
FIRST_ROW = 5
"""Of a sheet, where the headings begin; above stand caption, source, unit and the page."""
NARROWEST, WIDEST = 9, 44
"""Of a column, in letters."""
A4 = 9
LINE_POINTS = 15
"""The height of a row is a number in the file, for not every program reckons it of lines that are broken."""

FORMULA_LIKE = re.compile(r"[=+\-@\t\r]")
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
        for table, output in _tables(json.loads((pages / f"{page}.ipynb").read_text(encoding="utf-8"))):
            files = {f"{page}/{name}": content for name, content in _files(table, output).items()}
            made.files.update(files)
            made.of_page.setdefault(page, {})[table.id] = list(files)
            chapters.setdefault(strategy_of(page), []).append((page, table))
    for strategy in strategies:
        if strategy.id in chapters:
            made.files[_whole(strategy, "xlsx")] = _workbook(strategy, chapters[strategy.id], snapshot, edition)
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


# ---------------------------------------------------------------- what a page shows


def _tables(notebook: dict[str, Any]) -> Iterator[tuple[Table, str]]:
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
        _words(source[1]) if source else "",
        _words(corner[1]) if corner else "",
        [" · ".join(filter(None, levels)) for levels in item["columns"]],
        [row["label"] for row in rows],
        [[cell["shown"] for cell in row["cells"]] for row in rows],
        [[_number(cell, exact) for cell in row["cells"]] for row in rows],
        [[cell["unit"] for cell in row["cells"]] for row in rows],
        [place for place, css in enumerate(body) if css == "total"],
        [_words(note) for note in re.findall(r'<p class="afkast-note">(.*?)</p>', html, re.DOTALL)],
        exact,
    )


def _number(cell: dict[str, Any], exact: bool) -> Number:
    """A cell's number as its unit counts, such as 1.910 thousand kroner or 22 per cent; exactly, or as it is shown."""
    if cell["state"] not in ("ok", "provisional") or not isinstance(cell["value"], int | float):
        return None
    if exact:
        number = as_shown(cell) / UNITS[cell["unit"]].scale
        return float(round(number, _decimals(number)))
    met = re.search(r"[\d.]+(?:,\d+)?", cell["shown"])
    if not met:
        return None
    size = float(met[0].replace(".", "").replace(",", "."))
    return -size if MINUS in cell["shown"] else size


def _decimals(number: float) -> int:
    return DECIMALS if abs(number) < LONG else DECIMALS_OF_LONG


def _words(html: str) -> str:
    """What is read of it: without tags, and without the signs that only say where a line may end."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).replace(SOFT_HYPHEN, "").split())


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


# ---------------------------------------------------------------- a workbook per strategy


def _workbook(strategy: Strategy, tables: list[tuple[str, Table]], snapshot: Snapshot, edition: str) -> bytes:
    """A sheet for each table, and one that lists them; the same bytes for the same book."""
    out = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **as_text}) as book:
        book.set_properties({"title": strategy.name, "created": datetime.fromisoformat(snapshot.id[:10])})
        bold = book.add_format({"bold": True})
        broken = {"text_wrap": True, "valign": "top", "indent": 1}  # beside numbers, which stand to the right
        lines, bold_lines = book.add_format(broken), book.add_format(broken | {"bold": True})
        link = book.add_format(broken | {"font_color": "blue", "underline": 1})
        heads = book.add_format(broken | {"bold": True, "bottom": 1})
        heads_of_numbers = book.add_format(broken | {"bold": True, "bottom": 1, "align": "right"})
        formats: dict[tuple[str, bool], Any] = {}

        def format_of(form: str, stands_out: bool) -> Any:
            if (form, stands_out) not in formats:
                look = {"num_format": form, "bold": stands_out, "valign": "top"}
                formats[form, stands_out] = book.add_format(look)
            return formats[form, stands_out]

        contents = book.add_worksheet("Indhold")
        contents.set_column(0, 0, 34)
        contents.set_column(1, 3, 60)
        contents.write_string(0, 0, f"{strategy.name} · {strategy.municipality}", bold)
        contents.write_string(1, 0, f"Udtræk {snapshot.id}, udgave {edition}. Skjulte tal er skjult her som i bogen.")
        for column, head in enumerate(("Ark", "Tabel", "Kilde", "Side i bogen")):
            contents.write_string(3, column, head, heads)
        _on_paper(contents, 3)
        for place, (page, table) in enumerate(tables):
            name = f"{place + 1} {table.id}"[:LONGEST_SHEET_NAME]
            contents.write_url(4 + place, 0, f"internal:'{name}'!A1", link, name)
            for column, text in enumerate((table.caption, table.source, page), start=1):
                contents.write_string(4 + place, column, text, lines)
            _heighten(contents, 4 + place, [table.caption, table.source], [60, 60])
            sheet = book.add_worksheet(name)
            _on_paper(sheet, FIRST_ROW, of_labels=1)
            widths = _widths(table)
            for column, width in enumerate(widths):
                sheet.set_column(column, column, width)
            mixed = _is_mixed(table)
            sheet.write_string(0, 0, table.caption, bold)
            sheet.write_string(1, 0, table.source)
            sheet.write_string(2, 0, "" if mixed or not table.units[0][0] else f"Enhed: {table.units[0][0]}")
            sheet.write_string(3, 0, f"Siden {page} i bogen, udtræk {snapshot.id}")
            sheet.write_string(FIRST_ROW, 0, table.corner, heads)
            for column, head in enumerate(table.columns):
                of_numbers = any(row[column] is not None for row in table.numbers)
                sheet.write_string(FIRST_ROW, column + 1, head, heads_of_numbers if of_numbers else heads)
            _heighten(sheet, FIRST_ROW, [table.corner, *table.columns], widths)
            body = _body(table)
            live = formulas(body)
            for r, label in enumerate(table.labels):
                stands_out = r in table.totals
                sheet.write_string(FIRST_ROW + 1 + r, 0, label, bold_lines if stands_out else lines)
                _heighten(sheet, FIRST_ROW + 1 + r, [label, *table.shown[r]], widths)
                for c, number in enumerate(table.numbers[r]):
                    at = (FIRST_ROW + 1 + r, c + 1)
                    if number is None:
                        sheet.write_string(*at, table.shown[r][c], bold_lines if stands_out else lines)
                        continue
                    unit = table.units[r][c]
                    form = format_of(_form(table.shown[r][c], unit, mixed), stands_out)
                    if formula := live.get((r, c)):
                        cells = (_cell(FIRST_ROW + 1 + row, column + 1) for row, column in formula.cells)
                        sheet.write_formula(*at, f"={formula.words.format(*cells)}", form, formula.value)
                    else:
                        sheet.write_number(*at, body.values[r][c], form)
            for line, note in enumerate(table.notes):
                sheet.write_string(FIRST_ROW + 2 + len(table.labels) + line, 0, note)
    return out.getvalue()


def _on_paper(sheet: Any, heads: int, of_labels: int = 0) -> None:
    """A4 across, as many as the rows take; the headings stay in sight, on the screen and on every page."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(heads)
    sheet.freeze_panes(heads + 1, of_labels)


def _is_mixed(table: Table) -> bool:
    """Whether the numbers have several units, so that each says its own."""
    return len({unit for row in table.units for unit in row}) > 1


def _widths(table: Table) -> list[int]:
    """As wide as what stands in each column, and as the longest word of its heading, within bounds."""
    rows = zip(table.labels, table.shown, table.units, strict=True)
    mixed = _is_mixed(table)
    cells = zip(
        *(
            [label, *(f"{text} {unit}" if mixed else text for text, unit in zip(shown, units, strict=True))]
            for label, shown, units in rows
        ),
        strict=True,
    )
    heads = [max(map(len, head.split()), default=0) for head in (table.corner, *table.columns)]
    longest = [max(head, *map(len, column)) for head, column in zip(heads, cells, strict=True)]
    return [min(max(width + 3, NARROWEST), WIDEST) for width in longest]


def _heighten(sheet: Any, row: int, texts: list[str], widths: list[int]) -> None:
    """As high as the longest of a row's texts takes lines."""
    most = max(len(wrap(text, width - 3)) for text, width in zip(texts, widths, strict=True))
    sheet.set_row(row, LINE_POINTS * max(most, 1))


def _cell(row: int, column: int) -> str:
    return str(xlsxwriter.utility.xl_rowcol_to_cell(row, column))


def _form(shown: str, unit: str, mixed: bool) -> str:
    """Thousands, as many decimals as the page shows, and the unit where a table has several."""
    met = re.search(r",(\d+)", shown)
    digits = "#,##0" + ("." + "0" * len(met[1]) if met else "")
    if unit == "%":
        return digits + " %"
    return f'{digits} "{unit}"' if mixed and unit else digits


def _body(table: Table) -> Body:
    """The numbers as the workbook has them: shares as such."""
    scaled = [[100 if unit == "%" else 1 for unit in row] for row in table.units]
    places = [list(zip(*lines, strict=True)) for lines in zip(table.numbers, table.shown, scaled, strict=True)]
    rounded = [[_rounding(number, shown, table.exact) / scale for number, shown, scale in row] for row in places]
    return Body(
        table.labels,
        table.columns,
        [[None if number is None else float(f"{number / scale:.15g}") for number, _, scale in row] for row in places],
        table.units,
        table.totals,
        rounded,
        rounded if table.exact else [[0.0 for _ in row] for row in rounded],
    )


def _rounding(number: Number, shown: str, exact: bool) -> float:
    """How far a number in a file may be from what it comes of."""
    if number is None:
        return 0.0
    met = re.search(r",(\d+)", shown)
    decimals = _decimals(number) if exact else len(met[1]) if met else 0
    return 0.5001 * 10.0**-decimals


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
