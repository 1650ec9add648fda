"""Figures without a time axis: bars by year, of states and against a range, and dots with their intervals."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from afkast.report.charts import (
    ACTUAL,
    BUDGET,
    HOLLOW,
    INK,
    NARROW_INCHES,
    PALE,
    ROLES,
    SMALL_INCHES,
    Draw,
    Role,
    TickWords,
    figure_of,
    fill,
    head,
    label_lines,
    roles_of,
    value_axis,
    width_of,
)
from afkast.report.danish import NO_BREAK_SPACE, UNITS, Sides, number


def bars_by_year(
    unit: str,
    digits: int = 1,
    goal: float | None = None,
    roles: Sequence[Role] = (Role.DECIDED, Role.HAPPENED, Role.EXPECTED),
    sides: Sides | None = None,
) -> Draw:
    """Draws a group of bars for each row, one bar a column, with the zero line and, dashed, the goal.

    Columns of the same role are shades of its colour, the last one full.
    """

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        axes = figure.subplots()
        width = 0.8 / len(values.columns)
        place = np.arange(len(values))
        of_columns = roles_of(values.columns, roles)
        for number_of, (column, role) in enumerate(zip(values.columns, of_columns, strict=True)):
            at = place + (number_of - (len(values.columns) - 1) / 2) * width
            shade = (1 + 2 * of_columns[: number_of + 1].count(role) / of_columns.count(role)) / 3
            full = np.array(to_rgb(PALE if role is Role.EXPECTED else ROLES[role]["color"]))
            colour = tuple(shade * full + (1 - shade))
            filled = "white" if role in HOLLOW else colour
            axes.bar(at, values[column], width * 0.92, label=column, color=filled, edgecolor=colour)
        axes.axhline(0, color=INK, linewidth=0.8)
        if goal is not None:
            axes.axhline(goal, color=INK, linewidth=1.2, linestyle="--")
        axes.set_xticks(place, [fill(str(label), 10) for label in values.index])
        axes.set_xlim(-0.5, len(values) - 0.5)  # a year that lacks some of its bars stands in its place, too
        value_axis(axes, unit, digits, sides)
        label_lines(axes, values.columns)

    return draw


def bars_of_states(stands_out: str) -> Draw:
    """Draws a lying bar for each row of one column of counts, its number at its end; one of the rows stands out."""

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        axes = figure.subplots()
        counts = values.iloc[:, 0]
        place = np.arange(len(counts))
        axes.barh(place, counts, 0.72, color=[ACTUAL if state == stands_out else PALE for state in counts.index])
        for at, count in zip(place, counts, strict=True):
            axes.annotate(
                "" if pd.isna(count) else number(count),
                (0 if pd.isna(count) else count, at),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        narrow = width_of(axes) < NARROW_INCHES + 1
        axes.set_yticks(place, [fill(str(state), 20) if narrow else str(state) for state in counts.index])
        axes.set_ylim(len(counts) - 0.4, -0.6)
        axes.set_xlim(0, counts.max() * 1.15)
        axes.set_xticks([])
        axes.grid(False)
        axes.spines["bottom"].set_visible(False)

    return draw


def bars_against_range(
    unit: str, low: float, high: float, name: str, total: str, digits: int = 0, sides: Sides | None = None
) -> Draw:
    """Draws one bar a row of a single column, the row `total` apart, over the range from `low` to `high`."""

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        axes = figure.subplots()
        [column] = values.columns
        colours = [ACTUAL if label == total else PALE for label in values.index]
        axes.axhspan(low, high, color=BUDGET, alpha=0.25, linewidth=0, label=name)
        axes.bar(np.arange(len(values)), values[column], 0.6, color=colours)
        axes.axhline(0, color=INK, linewidth=0.8)
        narrow = width_of(axes) <= NARROW_INCHES + 1
        axes.set_xticks(
            np.arange(len(values)),
            [fill(str(label), 10) for label in values.index],
            fontsize=7 if narrow else 9,
        )
        value_axis(axes, unit, digits, sides)
        label_lines(axes, [name])

    return draw


def label_rows(axes: Axes, places: np.ndarray, labels: Iterable[Any], signs: int) -> float:
    """Name the rows of a lying figure, in a narrow one on lines of so many signs, and make it as high as these ask for;
    the size of the words is returned."""
    figure, width = figure_of(axes), width_of(axes)
    narrow = width <= NARROW_INCHES + 1
    size = 7 if width <= SMALL_INCHES[0] else 8 if narrow else 9
    names = [fill(str(label), signs) if narrow else str(label) for label in labels]
    axes.set_yticks(places, names, fontsize=size, color=INK)
    lines = len(names) * max(1 + name.count("\n") for name in names)
    figure.set_figheight(max(figure.get_figheight(), 0.9 + 1.4 * lines * size / 72))
    return size


def interval_dots(unit: str, title: str, sides: Sides) -> Draw:
    """Draws a dot with its interval for each row, and the line of no change at 0; columns: the change, from, to.

    `sides` name what lies under 0 and over it, so that ticks need no sign. A row whose interval leaves out 0 is drawn
    full, another hollow.
    """

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        axes = figure.subplots()
        wide = width_of(axes) > NARROW_INCHES + 1
        places = np.arange(len(values))[::-1]
        for place, (change, low, high) in zip(places, values.iloc[:, :3].to_numpy(), strict=True):
            axes.plot([low, high], [place, place], color=ACTUAL, linewidth=2)
            axes.plot(change, place, "o", markersize=7, mec=ACTUAL, mfc="white" if low <= 0 <= high else ACTUAL)
        axes.axvline(0, color=INK, linewidth=0.8)
        label_rows(axes, places, values.index, 24)
        axes.set_ylim(-0.6, len(values) - 0.4)
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")
        whole = UNITS[unit].scale == 1  # counts have no decimals
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6 if wide else 3, integer=whole, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(TickWords(unit, 1, signed=False))
        # on one line, whatever the width
        head(axes, f"{title} " + f"← {sides[0]} · {sides[1]} →".replace(" ", NO_BREAK_SPACE), 0.6)

    return draw
