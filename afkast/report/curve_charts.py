"""Figures of shares over time: curves with their bands and the persons behind them, and where the persons are."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from afkast.report.charts import (
    ACTUAL,
    BUDGET,
    COMPARED,
    INK,
    NARROW_INCHES,
    QUIET,
    SIGN_INCHES,
    SMALL_INCHES,
    Draw,
    fill,
    label_ends,
    lay_out,
    move_apart,
    value_axis,
    width_of,
)
from afkast.report.danish import COUNTED, number
from afkast.report.disclosure import HIDDEN_AS

ON_PLACES = (ACTUAL, COMPARED, "#4f8499", "#b79ac4", "#8fb0bd", "#6d5a80")
AWAY_PLACES = ("#dfe6ea", "#aab4bb", "#c9d1d6", "#eef1f3")
"""Stacked areas: on kinds of benefits, and off them."""

DARK = (ACTUAL, COMPARED, "#4f8499", "#6d5a80")
"""On these a name is white."""

ROOM_FOR_A_NAME = 0.07
MONTHS_FOR_A_NAME = 3
"""An area that is thinner than this share of the height, or so in all but fewer months, has no name; its numbers stand
under the figure."""

SIGNS_BESIDE = 12
"""A name beside its area is written on lines of so many signs, that little is taken of the months' room."""

SHARE_OF_MONTHS = 0.8
"""Of a panel, what the names beside it leave the months."""

NUMBERS_UNDER = ("under observation",)


def share_curves(names: tuple[str, ...], with_difference: bool = False) -> Draw:
    """Draws one or two step curves of shares with bands, the numbers behind them under the axis, and their difference.

    The frame is indexed by month 0…K−1. Under each name it has the columns "andel", "nedre" and "øvre" (shares, 0–1)
    and the counts of NUMBERS_UNDER; with the difference also the first three under "forskel".
    """

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        # on a front page there is no room for what lies under the curves: it stands with the figure on its own page
        with_numbers = figure.get_figheight() > SMALL_INCHES[1]
        under = [1.5, 0.5] if with_difference else [0.5]
        panels = [3.2, *(under if with_numbers else [])]
        rows = np.atleast_1d(figure.subplots(len(panels), 1, sharex=True, height_ratios=panels))
        months = values.index.to_numpy()
        curves = [
            _band(rows[0], months, _under(values, name), colour, name)
            for name, colour in zip(names, _colours(names), strict=True)
        ]
        rows[0].set_ylim(0, 1.02)
        value_axis(rows[0], "%")
        rows[0].set_title("Procent på offentlig forsørgelse", loc="left", fontsize=9, color=QUIET)
        if with_difference and with_numbers:
            _band(rows[1], months, _under(values, "forskel"), INK, "Forskel")
            value_axis(rows[1], "pct.point", 0, sides=COUNTED)
            rows[1].set_title(
                f"Forskel i pct.point · ↑ {COUNTED[1]} · ↓ {COUNTED[0]}", loc="left", fontsize=9, color=QUIET
            )
        step = 3 if figure.get_figwidth() > NARROW_INCHES + 1 else 6
        rows[-1].set_xticks(months[::step], [str(m) for m in months[::step]])
        rows[-2 if with_numbers else -1].set_xlabel("Måneder", fontsize=9)
        if with_numbers:
            _numbers_under(rows[-1], values, names, _colours(names))
            rows[-1].tick_params(bottom=False, labelbottom=False)
            for upper in rows[:-1]:
                upper.tick_params(labelbottom=True)
        label_ends(rows[0], curves)

    return draw


def stacked_shares(away: Sequence[str]) -> Draw:
    """Draws shares that sum to 1 as stacked areas by month with their names in them, a panel for each upper heading.

    away: the places off benefits. A place has one colour in all panels, also where some lack others.
    """

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        names = list(values.columns.get_level_values(0).unique())
        wide = figure.get_figwidth() > NARROW_INCHES + 1
        shape = (1, len(names)) if wide else (len(names), 1)
        panels = np.atleast_1d(figure.subplots(*shape, sharex=True, sharey=True))
        ends = np.append(values.index.to_numpy(), values.index[-1] + 1)
        places = values.columns.get_level_values(1).unique()
        is_away = places.isin(away)
        colour_of = dict(
            [*zip(places[~is_away], ON_PLACES, strict=False), *zip(places[is_away], AWAY_PLACES, strict=False)]
        )
        beside = {}
        for axes, name in zip(panels, names, strict=True):
            shares = _under(values, name)
            # a month that is hidden has no area
            steps = np.nan_to_num(np.vstack([shares.to_numpy(), shares.to_numpy()[-1:]]).T)
            colours = [colour_of[place] for place in shares.columns]
            axes.stackplot(ends, steps, step="post", colors=colours, linewidth=0)
            axes.set_ylim(0, 1)
            axes.set_xlim(ends[0], ends[-1])
            axes.grid(False)
            value_axis(axes, "%")
            axes.set_title(name, loc="left", fontsize=9, color=INK)
            axes.set_xticks(values.index[::3], [str(month) for month in values.index[::3]])
            axes.tick_params(labelbottom=True)  # which an axis that is shared has only at the foot
            axes.set_xlabel("Måneder fra start", fontsize=9)
            beside[axes] = _names_in_areas(axes, list(shares.columns), steps[:, :-1], colours)
        if any(beside.values()):
            lay_out(panels[0])
            for axes, texts in beside.items():
                move_apart(axes, texts)

    return draw


def _names_in_areas(axes: Axes, names: list[str], heights: NDArray[np.float64], colours: list[str]) -> list[Any]:
    """Each name in its area, where there is most room over and under all of its signs; where they have none anywhere,
    at the right of the axes, beside its area or with a line to it: these are returned."""
    tops, months = heights.cumsum(axis=0), heights.shape[1]
    inches = width_of(axes) * axes.get_position().width * SHARE_OF_MONTHS
    beside = []
    for place, name in enumerate(names):
        if (heights[place] >= ROOM_FOR_A_NAME).sum() < MONTHS_FOR_A_NAME:
            continue
        takes = math.ceil(months * (len(name) + 1) * SIGN_INCHES / inches)
        edges = (tops[place] - heights[place], tops[place])
        if takes <= months:
            floor, ceiling = (sliding_window_view(edge, takes) for edge in edges)
            low, high = floor.max(axis=1), ceiling.min(axis=1)
            first = int((high - low).argmax())
            if high[first] - low[first] >= ROOM_FOR_A_NAME:
                at, dark = (first + takes / 2, (low[first] + high[first]) / 2), colours[place] in DARK
                colour = "white" if dark else INK
                axes.text(*at, name, ha="center", va="center", fontsize=8, color=colour)
                continue
        last = int(np.flatnonzero(heights[place] > 0)[-1])
        # a line runs high in its area, off the names of those that reach the end
        reaches = last == months - 1
        height = edges[0][last] + (0.5 if reaches else 0.8) * heights[place][last]
        if not reaches:
            axes.plot([last + 0.5, months], [height, height], color=INK, linewidth=0.8)
        words = fill(name, SIGNS_BESIDE)
        text = axes.annotate(words, (months, height), (4, 0), textcoords="offset points", annotation_clip=False)
        text.set(va="center", fontsize=8, color=INK)
        beside.append(text)
    return beside


def decided_by_week(names: tuple[str, str], target_weeks: int) -> Draw:
    """Draws two step curves of the share decided by age in weeks, the target's age, and the cases still open.

    The frame is indexed by week 0…K. Under each name it has "andel", "nedre", "øvre" (shares) and "endnu åbne".
    """

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        with_numbers = figure.get_figheight() > SMALL_INCHES[1]
        if with_numbers:
            upper, under = figure.subplots(2, 1, sharex=True, height_ratios=[3.2, 0.9])
        else:
            upper = under = figure.subplots()
        weeks = values.index.to_numpy()
        curves = [
            _band(upper, weeks, _under(values, name), colour, name)
            for name, colour in zip(names, (BUDGET, ACTUAL), strict=True)
        ]
        upper.axvline(target_weeks, color=QUIET, linestyle="--", linewidth=1)
        upper.text(target_weeks, 0.02, f" {target_weeks} uger", color=QUIET, fontsize=9)
        upper.set_ylim(0, 1.02)
        value_axis(upper, "%")
        upper.set_title("Procent afgjort", loc="left", fontsize=9, color=QUIET)
        step = 3 if figure.get_figwidth() > NARROW_INCHES + 1 else 6
        under.set_xticks(weeks[::step], [str(week) for week in weeks[::step]])
        if with_numbers:
            _numbers_under(under, values, names, (BUDGET, ACTUAL), ("endnu åbne",))
            under.tick_params(bottom=False, labelbottom=False)
            upper.tick_params(labelbottom=True)
        upper.set_xlabel("Uger siden sagen begyndte", fontsize=9)
        label_ends(upper, curves)

    return draw


def _colours(names: tuple[str, ...]) -> tuple[str, ...]:
    """The last group is the one that got the effort; another is what it is compared with."""
    return (COMPARED, ACTUAL)[-len(names) :]


def _under(values: pd.DataFrame, name: str) -> pd.DataFrame:
    """The columns below one name of the upper heading."""
    return values.loc[:, [name]].droplevel(0, axis=1)


def _band(axes: Axes, months: NDArray[np.int64], curve: pd.DataFrame, colour: str, name: str) -> Line2D:
    # the last month is as wide as the others
    ends = np.append(months, months[-1] + 1)
    share, lower, upper = (np.append(curve[part], curve[part].iloc[-1]) for part in ("andel", "nedre", "øvre"))
    (line,) = axes.step(ends, share, where="post", color=colour, label=name)
    axes.fill_between(ends, lower, upper, step="post", color=colour, alpha=0.16, linewidth=0)
    return line


def _numbers_under(
    axes: Axes,
    values: pd.DataFrame,
    names: tuple[str, ...],
    colours: tuple[str, ...],
    counts: tuple[str, ...] = NUMBERS_UNDER,
) -> None:
    """The persons behind the curves as text under the axis, in step with its ticks."""
    wide = width_of(axes) > NARROW_INCHES + 1
    lines = [(name, what) for name in names for what in (None, *counts)]
    axes.set_ylim(len(lines) - 0.4, -0.8)
    axes.set_yticks(range(len(lines)), [name if what is None else what for name, what in lines], fontsize=8)
    axes.grid(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    for text, (name, what) in zip(axes.get_yticklabels(), lines, strict=True):
        if what is None:
            text.set(color=dict(zip(names, colours, strict=True))[name], fontweight="bold")
    for row, (name, what) in enumerate(lines):
        if what is None:
            continue
        for month in values.index[:: 3 if wide else 6]:
            count = values.loc[month, (name, what)]
            shown = HIDDEN_AS if pd.isna(count) else number(count)
            axes.text(month, row, shown, ha="center", va="center", fontsize=8)
    if any(text.get_text() == HIDDEN_AS for text in axes.texts):
        axes.set_xlabel(f"{HIDDEN_AS}  skjult antal", fontsize=8, color=QUIET, loc="left")
