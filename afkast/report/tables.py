"""A frame as the rows of a table: its units, what of it is hidden, its headings, and how it is filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import ArrayLike

from afkast.errors import PageError
from afkast.report import danish, disclosure
from afkast.report.about_persons import Thing
from afkast.report.cells import Cell, Link, UnitOf, cell_of, is_known, is_number, tells, text_of, unit_of, words_of
from afkast.report.counts import Count
from afkast.report.danish import UNITS, Quantity

Units = list[list[tuple[str, int | None]]]

Behind = Mapping[Any, Sequence[ArrayLike | Count]]
"""Of a column of shares or the like: the counts of persons that its numbers give away, row by row; or, of estimates,
the groups that each of them rests on."""


@dataclass(frozen=True)
class Row:
    """One row of a table: its label, its cells, and whether it stands out."""

    label: str | Markup
    cells: list[Cell]
    css: str


def units_of(
    values: pd.DataFrame,
    unit: UnitOf,
    of_rows: Mapping[str, UnitOf],
    of_columns: Mapping[Any, UnitOf],
) -> Units:
    """The unit of every cell; a row's own goes before a column's, a column's before the table's.

    A column is named by all its levels or by its last.
    """
    if not isinstance(values, pd.DataFrame):
        raise PageError('a table or a figure is of a frame; make one of a series with .to_frame("its heading").')
    of_last = [of_columns.get(column, of_columns.get(str(last_of(column)), unit)) for column in values.columns]
    return [[unit_of(of_rows.get(str(last_of(row)), of_column)) for of_column in of_last] for row in values.index]


def rows_of(
    values: pd.DataFrame,
    units: Units,
    totals: set[str | tuple[str, ...]],
    states: pd.DataFrame | None,
    blanks: str,
    behind: Behind,
    thing: Thing,
) -> list[Row]:
    """The frame's rows as they are shown; what is hidden of counts, and of what gives them away, unless it is public.

    A cell that only repeats is no number: what is told, and what is refused, is the thing's.
    """
    if not values.index.is_unique or not values.columns.is_unique:
        raise PageError("a table to be shown has two rows or two columns of the same name.")
    for axis, labels in (("label of row", values.index), ("label of column", values.columns)):
        thing.refuse_sizes(axis, labels)
        for number, label in enumerate(labels, start=1):
            thing.refuse_labels(f"{axis} {number}", label)
    values = resting(with_counts(values, units, behind), units, thing)
    given = values.map(lambda _: "") if states is None else states.astype(str)
    if not thing.public:
        hidden = hidden_of(values, units, given)
        given = hidden.where(hidden != "", given)
    places = places_of(values)
    cells = {place: values.iat[r, c] for place, (r, c) in places.items()}
    for place, (r, c) in places.items():
        if not given.iat[r, c]:
            thing.refuse_numbers(place, cells[place], units[r][c][0])
    withheld = thing.withheld_of(cells, {place: str(given.iat[r, c]) for place, (r, c) in places.items()})
    rows = []
    for r, label in enumerate(values.index):
        line = []
        for c in range(len(values.columns)):
            state = str(given.iat[r, c]) or "ok"
            value = values.iat[r, c]
            if state == "ok" and not is_known(value):
                state = blanks
            if state in ("ok", "few", "provisional") and tells(value, withheld) and not thing.public:
                state = "hidden"
            line.append(cell_of(value, *units[r][c], state, thing.public, withheld))
        stands_out = label in totals or str(last_of(label)) in totals
        rows.append(Row(label_of(last_of(label)), line, "total" if stands_out else "plain"))
    thing.note(cells, {place: rows[r].cells[c].state for place, (r, c) in places.items()})
    return rows


def with_counts(values: pd.DataFrame, units: Units, behind: Behind) -> pd.DataFrame:
    """The frame with each number of a column that has counts behind it as one that knows them."""
    if not behind:
        return values
    columns: list[Any] = []
    for c, column in enumerate(values.columns):
        groups = behind.get(column, ())
        # a group behind the whole column, or a count for each row
        each = [[one] * len(values) if isinstance(one, Count) else [*np.asarray(one)] for one in groups]
        tells = not any(isinstance(one, Count) for one in groups)
        numbers: list[Any] = values.iloc[:, c].tolist()
        for r, counts in enumerate(zip(*each, strict=True)):
            if is_number(numbers[r]):
                unit, digits = units[r][c]
                value = None if pd.isna(numbers[r]) else float(numbers[r])
                numbers[r] = Quantity(value, unit, digits, behind=counts, tells=tells)
        columns.append(pd.Series(numbers, values.index, dtype=object))
    return pd.concat(columns, axis=1).set_axis(values.columns, axis=1)


def resting(values: pd.DataFrame, units: Units, thing: Thing) -> pd.DataFrame:
    """The frame with the thing's groups behind each number that knows no counts of its own."""
    if not thing.rests_on:
        return values
    columns: list[Any] = [
        pd.Series(
            [thing.resting(value, *units[r][c]) for r, value in enumerate(values.iloc[:, c].tolist())],
            values.index,
            dtype=object,
        )
        for c in range(len(values.columns))
    ]
    return pd.concat(columns, axis=1).set_axis(values.columns, axis=1)


def hidden_of(values: pd.DataFrame, units: Units, given: pd.DataFrame) -> pd.DataFrame:
    """What to hide of a table as it stands: small counts, and with them the cells that give them away by addition."""
    counts = pd.DataFrame(
        [
            [
                isinstance(value, Count) or UNITS[unit_of(value.unit)[0]].counts_persons
                if isinstance(value, Quantity)
                else UNITS[unit].counts_persons and is_number(value)
                for (unit, _), value in zip(line, row, strict=True)
            ]
            for line, row in zip(units, values.to_numpy(dtype=object), strict=True)
        ],
        values.index,
        values.columns,
    )
    return hidden_in(values.astype(object).where(counts, np.nan).astype("float64"), counts, given == "hidden")


def places_of(values: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Every cell by the labels of its row and column."""
    rows, columns = ([_named(label) for label in labels] for labels in (values.index, values.columns))
    return {f"{row}|{column}": (r, c) for r, row in enumerate(rows) for c, column in enumerate(columns)}


def _named(label: Any) -> str:
    return "/".join(danish.label(part) for part in (label if isinstance(label, tuple) else (label,)))


def _heading(label: Any) -> str:
    """The headings of a column on one line; an upper one may be empty."""
    return " · ".join(filter(None, map(danish.label, label if isinstance(label, tuple) else (label,))))


def hidden_in(values: pd.DataFrame, counts: pd.DataFrame, also: pd.DataFrame) -> pd.DataFrame:
    """What to hide; under an upper heading row, each of its groups is a table of its own."""
    if values.columns.nlevels == 1:
        return disclosure.hidden_cells(values, counts, also)
    groups = values.columns.get_level_values(0)
    return pd.concat(
        [
            disclosure.hidden_cells(*(part.loc[:, groups == one] for part in (values, counts, also)))
            for one in groups.unique()
        ],
        axis=1,
    )[values.columns]


def filed_rows(
    values: pd.DataFrame, rows: list[Row], units: Units, signs: list[list[int]] | None = None
) -> dict[str, Any]:
    """A table as it is filed: what is shown and, unless it is hidden, the value behind it.

    signs: -1 where the cell is shown in a paper's opposite sign; its value is filed in the book's own.
    """
    return {
        "columns": [
            [danish.label(part) for part in (column if isinstance(column, tuple) else (column,))]
            for column in values.columns
        ],
        "rows": [
            {
                "label": _plain(row.label),
                "cells": [
                    _filed(cell, unit, signs[r][c] if signs else 1)
                    for c, (cell, (unit, _)) in enumerate(zip(row.cells, line, strict=True))
                ],
            }
            for r, (row, line) in enumerate(zip(rows, units, strict=True))
        ],
    }


def _filed(cell: Cell, unit: str, sign: int) -> dict[str, Any]:
    filed = {"shown": words_of(cell), "value": cell.value, "unit": unit, "state": cell.state}
    if sign > 0 or not isinstance(cell.value, float):
        return filed
    return filed | {"value": sign * cell.value + 0.0, "paper_sign": sign}  # + 0.0: nought has no sign


def heads_of(columns: pd.Index, rows: list[Row]) -> list[list[tuple[str, int, bool]]]:
    """Heading rows as (text, columns it spans, over numbers); equal neighbours of an upper row are one."""
    levels = [
        [danish.label(part) for part in column] if isinstance(column, tuple) else [danish.label(column)]
        for column in columns
    ]
    numeric = [any(row.cells[place].numeric for row in rows) for place in range(len(columns))]
    heads = []
    for depth in range(columns.nlevels):
        head: list[tuple[str, int, bool]] = []
        for parts, over_numbers in zip(levels, numeric, strict=True):
            if head and depth < columns.nlevels - 1 and head[-1][0] == parts[depth]:
                head[-1] = (parts[depth], head[-1][1] + 1, over_numbers)
            else:
                head.append((parts[depth], 1, over_numbers))
        heads.append(head)
    return heads


LONG_WORDS = 40
"""A cell of so many letters is read as a sentence."""
COLUMNS_ON_A_PHONE = 3
"""So many columns beside the label are seen at once there."""
SIGNS_ON_A_PHONE, BETWEEN_COLUMNS = 54, 1.4
"""So many signs stand beside each other there; so many are between two columns."""
MANY_ROWS = 12
"""A table of more rows is compared down its columns, however wide it is."""


def laid_down(columns: pd.Index, rows: list[Row]) -> list[str]:
    """The heading of each column where a phone lays each row down as a block; none where the table stays one.

    Numbers are compared down a column, and many rows of them may scroll; few that are too wide may not. A table that is
    words in half its columns or more, or has long ones, cannot be read through a slit; nor can one that has words
    beside more numbers than are seen at once, as a verdict at the end of a row.
    """
    in_words = [
        [words_of(row.cells[place]) for row in rows if _is_of_words(row.cells[place])] for place in range(len(columns))
    ]
    of_words, all_columns = sum(map(bool, in_words)), len(columns)
    mostly = all_columns > 1 and 2 * of_words >= all_columns
    # words in a column without a heading belong to the row's label
    beside = all_columns > COLUMNS_ON_A_PHONE and any(
        texts and _heading(column) for texts, column in zip(in_words, columns, strict=True)
    )
    too_wide = len(rows) <= MANY_ROWS and _signs_across(columns, rows) > SIGNS_ON_A_PHONE
    if not (mostly or beside or too_wide) and not any(len(text) >= LONG_WORDS for texts in in_words for text in texts):
        return []
    return [danish.unbroken(_heading(column)) for column in columns]


def _signs_across(columns: pd.Index, rows: list[Row]) -> float:
    """How wide a table is at its narrowest: the longest of what a column does not part, and what is between them."""
    across: float = max((len(word) for row in rows for word in _plain(row.label).split()), default=0)
    for place, column in enumerate(columns):
        cells = [row.cells[place] for row in rows]
        words = [word for cell in cells for word in words_of(cell).split(" ")]
        across += max(map(len, (*_heading(column).split(), *words)), default=0) + BETWEEN_COLUMNS
    return across


def _is_of_words(cell: Cell) -> bool:
    """Whether a cell says words; a number as it is printed somewhere is none."""
    if cell.numeric:
        return bool(cell.before or cell.after)
    return any(one.isalpha() for one in text_of(cell))


def label_of(value: Any) -> str | Markup:
    if isinstance(value, Link):
        return cell_of(value, "", None, "ok").shown
    label = danish.label(value)
    # a file's name ends a line after a _, not within a word
    return Markup("_<wbr>").join(label.split("_")) if "_" in label else label


def _plain(label: str | Markup) -> str:
    return label.striptags() if isinstance(label, Markup) else label


def last_of(label: Any) -> Any:
    """What is shown of the label of a row or column with several levels."""
    return label[-1] if isinstance(label, tuple) else label
