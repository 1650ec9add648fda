"""A strategy's tables as one workbook: found by its contents, read with its headings in sight, printed a page wide.

Numbers are numbers, formulas live wherever a cell is arithmetic on cells shown, and text is text.
"""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

import xlsxwriter

from afkast.edition.formulas import Body, Number, formulas
from afkast.edition.shown_tables import Table, decimals
from afkast.intake import Snapshot
from afkast.strategy import Strategy

LONGEST_SHEET_NAME = 31
FIRST_ROW = 5
"""Of a sheet, where the headings begin; above stand caption, source, unit and the page."""
FIRST_ROW_OF_CONTENTS = 3
WIDTHS_OF_CONTENTS = (34, 60, 60, 60)
NARROWEST, WIDEST = 9, 44
"""Of a column, in letters."""
A4 = 9
LINE_POINTS = 15
"""The height of a row is a number in the file, for not every program reckons it of lines that are broken."""


def workbook(strategy: Strategy, tables: list[tuple[str, Table]], snapshot: Snapshot, edition: str) -> bytes:
    """A sheet for each table, and one that lists them; the same bytes for the same book. tables: each with its page."""
    out = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **as_text}) as book:
        book.set_properties({"title": strategy.name, "created": datetime.fromisoformat(snapshot.id[:10])})
        looks = _Looks(book)
        contents = book.add_worksheet("Indhold")
        contents.write_string(0, 0, f"{strategy.name} · {strategy.municipality}", looks.title)
        contents.write_string(1, 0, f"Udtræk {snapshot.id}, udgave {edition}. Skjulte tal er skjult her som i bogen.")
        for column, head in enumerate(("Ark", "Tabel", "Kilde", "Side i bogen")):
            contents.write_string(FIRST_ROW_OF_CONTENTS, column, head, looks.heads)
        _lay_out(contents, FIRST_ROW_OF_CONTENTS, WIDTHS_OF_CONTENTS)
        for place, (page, table) in enumerate(tables, start=1):
            name = f"{place} {table.id}"[:LONGEST_SHEET_NAME]
            row, told = FIRST_ROW_OF_CONTENTS + place, (table.caption, table.source, page)
            contents.write_url(row, 0, f"internal:'{name}'!A1", looks.link, name)
            for column, text in enumerate(told, start=1):
                contents.write_string(row, column, text, looks.text(False))
            _heighten(contents, row, [name, *told], WIDTHS_OF_CONTENTS)
            _write(book.add_worksheet(name), table, f"Siden {page} i bogen, udtræk {snapshot.id}", looks)
    return out.getvalue()


class _Looks:
    """How cells look."""

    def __init__(self, book: Any) -> None:
        broken = {"text_wrap": True, "valign": "top", "indent": 1}  # beside numbers, which stand to the right
        self.title = book.add_format({"bold": True})
        self.link = book.add_format(broken | {"font_color": "blue", "underline": 1})
        self.heads = book.add_format(broken | {"bold": True, "bottom": 1})
        self.heads_of_numbers = book.add_format(broken | {"bold": True, "bottom": 1, "align": "right"})
        self._texts = [book.add_format(broken | {"bold": stands_out}) for stands_out in (False, True)]
        self._book, self._numbers = book, dict[tuple[str, bool], Any]()

    def text(self, stands_out: bool) -> Any:
        return self._texts[stands_out]

    def number(self, form: str, stands_out: bool) -> Any:
        if (form, stands_out) not in self._numbers:
            look = {"num_format": form, "bold": stands_out, "valign": "top"}
            self._numbers[form, stands_out] = self._book.add_format(look)
        return self._numbers[form, stands_out]


def _write(sheet: Any, table: Table, where: str, looks: _Looks) -> None:
    """A table on its sheet, under what it is of; where: the page that shows it."""
    widths, mixed = _widths(table), _is_mixed(table)
    _lay_out(sheet, FIRST_ROW, widths, of_labels=1)
    sheet.write_string(0, 0, table.caption, looks.title)
    sheet.write_string(1, 0, table.source)
    sheet.write_string(2, 0, "" if mixed or not table.units[0][0] else f"Enhed: {table.units[0][0]}")
    sheet.write_string(3, 0, where)
    sheet.write_string(FIRST_ROW, 0, table.corner, looks.heads)
    for column, head in enumerate(table.columns):
        of_numbers = any(row[column] is not None for row in table.numbers)
        sheet.write_string(FIRST_ROW, column + 1, head, looks.heads_of_numbers if of_numbers else looks.heads)
    _heighten(sheet, FIRST_ROW, [table.corner, *table.columns], widths)
    body = _body(table)
    live = formulas(body)
    for r, label in enumerate(table.labels):
        row, stands_out = FIRST_ROW + 1 + r, r in table.totals
        sheet.write_string(row, 0, label, looks.text(stands_out))
        _heighten(sheet, row, [label, *table.shown[r]], widths)
        for c, (shown, unit) in enumerate(zip(table.shown[r], table.units[r], strict=True)):
            value = body.values[r][c]
            look = looks.number(_form(shown, unit, mixed), stands_out)
            if value is None:
                sheet.write_string(row, c + 1, shown, looks.text(stands_out))
            elif formula := live.get((r, c)):
                cells = (_cell(FIRST_ROW + 1 + i, j + 1) for i, j in formula.cells)
                sheet.write_formula(row, c + 1, f"={formula.words.format(*cells)}", look, formula.value)
            else:
                sheet.write_number(row, c + 1, value, look)
    for line, note in enumerate(table.notes):
        sheet.write_string(FIRST_ROW + 2 + len(table.labels) + line, 0, note)


def _lay_out(sheet: Any, heads: int, widths: Sequence[int], of_labels: int = 0) -> None:
    """Columns of these widths on A4 across, as many as the rows take; the headings stay in sight, on the screen and on
    every page."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
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


def _heighten(sheet: Any, row: int, texts: Sequence[str], widths: Sequence[int]) -> None:
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
    places = decimals(number) if exact else len(met[1]) if met else 0
    return 0.5001 * 10.0**-places
