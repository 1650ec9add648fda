"""Figures over the months: lines and bars, and what the door knows of the months, marked."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from afkast.analysis.series_breaks import between
from afkast.report.charts import (
    ACTUAL,
    BUDGET,
    IN_ORDER,
    INK,
    PALE,
    QUIET,
    ROLES,
    SIGN_INCHES,
    SMALL_INCHES,
    Draw,
    Role,
    clear_of_lines,
    fill,
    label_ends,
    roles_of,
    say_where_it_begins,
    value_axis,
    width_of,
)
from afkast.report.danish import MONTHS, Sides
from afkast.strategy import Strategy

BREAK = "Databrud"
NO_BREAKS = pd.DataFrame({"starts_on": pd.to_datetime([]), "ends_on": pd.to_datetime([]), "text": "", "source": ""})
BREAK_COLUMNS = [*NO_BREAKS]
MARKS = "marks"
"""Under this name the frame of a monthly figure carries its `Marks` in `attrs`."""


@dataclass(frozen=True, eq=False)
class Marks:
    """What the door knows of a figure's months: when the strategy begins, the breaks in the series (a row each:
    starts_on, ends_on, text, source), and the months in which the first column's numbers are provisional."""

    begins: date | None = None
    breaks: pd.DataFrame = field(default_factory=NO_BREAKS.copy)
    provisional: Collection[pd.Timestamp] = ()


def marks_of(
    frames: Iterable[pd.DataFrame],
    months: pd.DatetimeIndex,
    states: pd.DataFrame | None,
    strategy: Strategy | None,
    breaks_of: Callable[[str], pd.DataFrame],
) -> Marks:
    """What a figure of these months is marked with: of the frames that it draws on, those of measures and of breaks.

    `states` are those of the figure's own numbers; `breaks_of` knows the breaks in the series of a measure.
    """
    drawn_on = list(frames)
    breaks = [NO_BREAKS, *(one for one in drawn_on if {*BREAK_COLUMNS} <= {*one.columns})]
    provisional = [] if states is None else [*months[states.iloc[:, 0] == "provisional"]]
    for rows in (one for one in drawn_on if {"measure", "area", "status"} <= {*one.columns}):
        breaks += [breaks_of(str(measure)) for measure in rows["measure"].unique()]
        own = rows["area"] == (strategy.municipality if strategy else "")
        provisional += [*rows.loc[own & (rows["status"] == "provisional"), "period"]]
    known = pd.concat([one[BREAK_COLUMNS] for one in breaks]).drop_duplicates()
    return Marks(strategy.period.start if strategy else None, known, provisional)


def break_notes(breaks: pd.DataFrame, months: pd.DatetimeIndex) -> list[str]:
    """A sentence for each break that parts the months: what changed, and who says so."""
    met = between(breaks, months[0], months[-1])
    return [f"{BREAK}: {text} ({source})" for text, source in zip(met["text"], met["source"], strict=True)]


BEGINS = "Strategien begynder", "Begynder"
"""The shorter where there is no room for the longer."""

SHARE_OF_AXES = 0.66
"""So much of a figure's width the months take."""

MARGIN = 0.05
"""Of the months' span, what an axis has free before and after them."""

HALF_A_MONTH = pd.Timedelta(days=15)
"""A line stands so long before the first of its month."""


def mark_begin(axes: Axes, months: pd.DatetimeIndex, marks: Marks) -> bool:
    """Mark the strategy's beginning where it lies within the months, before its first one; whether it does."""
    begins = marks.begins
    if begins is None or not months[0] < pd.Timestamp(begins).replace(day=1) <= months[-1]:
        return False
    at = pd.Timestamp(begins).replace(day=1) - HALF_A_MONTH
    axes.axvline(at, color=INK, linewidth=1.2, linestyle=(0, (1, 2)), zorder=0.5)  # type: ignore[arg-type]
    words = BEGINS if width_of(axes) > SMALL_INCHES[0] else BEGINS[-1:]
    _say_at(axes, [at], words, months, 0, _uprights(marks))
    return True


def _uprights(marks: Marks) -> list[pd.Timestamp]:
    """Where the marks stand."""
    begins = [] if marks.begins is None else [pd.Timestamp(marks.begins).replace(day=1)]
    return [one - HALF_A_MONTH for one in (*begins, *marks.breaks["starts_on"])]


def _say_at(
    axes: Axes,
    lines: Sequence[pd.Timestamp],
    choices: Sequence[str],
    months: pd.DatetimeIndex,
    row: int,
    others: Iterable[pd.Timestamp],
) -> None:
    """What upright lines are called, beside them in the axes' row from the top.

    The first line has the first of the choices with room before one of the others; where none has, the last one. The
    lines after it have the same words, on the same side, where there is room.
    """
    span = months[-1] - months[0]
    edges = [months[0] - MARGIN * span, *others, months[-1] + MARGIN * span]
    inch = span / (width_of(axes) * SHARE_OF_AXES)

    def room(at: pd.Timestamp, before: bool) -> pd.Timedelta:
        return min((abs(one - at) for one in edges if one != at and (one < at) == before), default=pd.Timedelta(0))

    def takes(words: str) -> pd.Timedelta:
        return (len(words) + 1) * SIGN_INCHES * inch

    late = bool(lines[0] > months[0] + 0.6 * span)
    sides = late, not late
    fitting = [(words, before) for words in choices for before in sides if room(lines[0], before) > takes(words)]
    words, before = fitting[0] if fitting else (choices[-1], max(sides, key=lambda before: room(lines[0], before)))
    also = [at for at in lines[1:] if fitting and room(at, before) > takes(words)]
    for at in (lines[0], *also):
        axes.annotate(
            words,
            (at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-4 if before else 4, -2 - 11 * row),
            textcoords="offset points",
            ha="right" if before else "left",
            va="top",
            fontsize=8,
            color=INK,
            zorder=4,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )


def mark_breaks(axes: Axes, months: pd.DatetimeIndex, marks: Marks, line: int = 0) -> bool:
    """Mark the breaks (starts_on, ends_on) among the months, each just before its first month; whether there are any.

    A break that takes more than its month is shaded until it ends. The first is named, so many lines from the top, and
    each other one that has room.
    """
    met = between(marks.breaks, months[0], months[-1])
    look: dict[str, Any] = {"color": INK, "linewidth": 1.1, "linestyle": (0, (4, 2))}
    for starts_on, ends_on in met[["starts_on", "ends_on"]].itertuples(index=False):
        if starts_on > months[0]:
            axes.axvline(starts_on - HALF_A_MONTH, zorder=0.5, **look)
        if ends_on > starts_on:
            shaded = max(starts_on, months[0]) - HALF_A_MONTH, min(ends_on, months[-1]) + HALF_A_MONTH
            axes.axvspan(*shaded, color=QUIET, alpha=0.12, linewidth=0, zorder=0)
    if len(met):
        lines = [max(starts_on, months[0]) - HALF_A_MONTH for starts_on in met["starts_on"]]
        _say_at(axes, lines, [BREAK], months, line, _uprights(marks))
    return len(met) > 0


def month_axis(axes: Axes, months: pd.DatetimeIndex) -> None:
    """Month ticks in Danish, thinned to what the width carries; the year under January and the first tick."""
    room = max(2, int(width_of(axes) / 0.55))
    step = next(s for s in (1, 2, 3, 6, 12, 24) if len(months) / s <= room)
    ticks = months[::step]
    axes.set_xticks(
        ticks.to_numpy(),
        [
            f"{MONTHS[t.month - 1][:3]}\n{t.year}" if i == 0 or t.year != ticks[i - 1].year else MONTHS[t.month - 1][:3]
            for i, t in enumerate(ticks)
        ],
    )


def lines_by_month(
    unit: str,
    digits: int = 0,
    from_zero: bool = False,
    roles: Sequence[Role] = IN_ORDER,
    sides: Sides | None = None,
    ends: tuple[str, ...] = (),
) -> Draw:
    """Draws a line a column over a monthly index, each as its role looks, with its name at its end.

    What the door knows of the months is marked, see `Marks`: the first column's provisional months are hollow. The last
    of the `roles` is that of all columns that are left. `sides` are the words for amounts under 0 and over it. `ends`
    are the columns of an interval's lower and upper end: a pale band, and no lines.
    """

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        axes = figure.subplots()
        lines = []
        marks: Marks = values.attrs.get(MARKS, Marks())
        if ends:
            lower, upper = (values[end].to_numpy(dtype=float) for end in ends)
            axes.fill_between(values.index, lower, upper, color=PALE, alpha=0.45, linewidth=0, zorder=1)
        in_lines = values.columns.drop(list(ends))
        for column, role in zip(in_lines, roles_of(in_lines, roles), strict=True):
            lines += axes.plot(values.index, values[column], label=column, **ROLES[role])
        first = values[values.columns[0]]
        hollow = first[first.index.isin(list(marks.provisional))]
        months = pd.DatetimeIndex(values.index)
        if len(hollow):
            axes.plot(hollow.index, hollow, "o", markersize=5, mfc="white", mec=ACTUAL, label=PROVISIONAL)
        begun = mark_begin(axes, months, marks)
        broken = mark_breaks(axes, months, marks, line=int(begun))
        value_axis(axes, unit, digits, sides)
        month_axis(axes, months)
        if from_zero:
            axes.set_ylim(bottom=0)
        low, high = axes.get_ylim()
        # words at the top have a line of their own each
        axes.set_ylim(top=high + (high - low) * 14 * (begun + broken) / (72 * figure.get_figheight()))
        say_where_it_begins(axes)
        label_ends(axes, lines)
        if len(hollow):
            _say_beside(axes, PROVISIONAL, (hollow.index[0], hollow.iloc[0]), (-8, 0), "right")

    return draw


PROVISIONAL = "Foreløbigt"


def _say_beside(axes: Axes, words: str, point: tuple[Any, float], points_off: tuple[int, int], ha: str) -> None:
    """Words of what happened beside a point of it, where no line runs."""
    text = axes.annotate(
        words,
        point,
        points_off,
        textcoords="offset points",
        ha=ha,
        va="center",
        fontsize=8,
        color=ACTUAL,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )
    clear_of_lines(axes, [text])


def inflow_by_month() -> Draw:
    """Draws persons by month: first column as bars, second (the sum so far) as steps, third (planned) as a line."""

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        axes = figure.subplots()
        months, (in_month, so_far, planned) = pd.DatetimeIndex(values.index), values.columns
        axes.bar(months, values[in_month], width=20, color=ACTUAL)
        lines = axes.step(months, values[so_far].ffill(), where="mid", label=so_far, color=INK)
        lines += axes.plot(months, values[planned], label=planned, color=BUDGET)
        value_axis(axes, "personer")
        month_axis(axes, months)
        axes.set_ylim(bottom=0)
        label_ends(axes, lines)
        tallest = values[in_month].max()
        if tallest > 0:
            _say_beside(axes, fill(in_month, 12), (months[values[in_month] == tallest][-1], tallest), (8, -12), "left")

    return draw
