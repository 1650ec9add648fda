"""Amounts beside each other: a dot a row with its interval, what was decided, and the side of 0 that it lies on."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from afkast.report.bar_charts import label_rows
from afkast.report.charts import (
    ACTUAL,
    BUDGET,
    INK,
    NARROW_INCHES,
    PALE,
    QUIET,
    Draw,
    TickWords,
    width_of,
)
from afkast.report.danish import NO_BREAK_SPACE, Quantity, Sides, in_words

COLUMNS = ["Beløb", "Nedre", "Øvre", "Besluttet"]
"""An amount, its interval and what was decided; each may be unknown."""

OFF_THE_SCALE = 3.0
"""An amount so many times as far from 0 as the next is drawn as an arrow at the edge, lest all others meet at 0."""

UNKNOWN = "ikke gjort op"

STROKE = 0.28
"""So far over and under the middle of its row reaches the stroke of what was decided."""


def symbols_of(values: pd.DataFrame, doubted: Collection[str] = ()) -> str:
    """What the symbols of `amounts_against` mean; only of those that these rows have."""
    rows = [(str(label), [float(one) for one in row[COLUMNS]]) for label, row in values.iterrows()]
    known = [(label, low, high) for label, (amount, low, high, _) in rows if amount == amount]
    in_interval = [_is_hollow(low, high, label in doubted) for label, low, high in known if low == low and high == high]
    met = {
        "Fyldt: sikkert på den side af nul.": not all(in_interval),
        "Hult: kan vende.": any(in_interval),
        "Rude: uden interval.": len(in_interval) < len(known),
        "Grå streg: det besluttede.": any(decided == decided for _, (*_, decided) in rows),
    }
    return " ".join(words for words, is_met in met.items() if is_met)


def _is_hollow(low: float, high: float, doubted: bool) -> bool:
    return doubted or low <= 0 <= high


def amounts_against(
    unit: str,
    sides: Sides,
    digits: int = 1,
    row_sides: Mapping[str, Sides] = MappingProxyType({}),
    doubted: Collection[str] = (),
) -> Draw:
    """Draws a dot for each row over an axis of amounts with 0 as a line; columns: COLUMNS.

    `sides` are the words of the axis, and of each amount but those of rows with words of their own (`row_sides`).

    The interval is a pale bar. The dot is full where it leaves out 0, hollow where it does not or the row is `doubted`,
    and a diamond without an interval; what was decided is a grey stroke. Beside each stands the amount in words.
    """

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        axes = figure.subplots()
        narrow = width_of(axes) <= NARROW_INCHES + 1
        edge = _edge(values)
        # a side where nothing lies is only hinted at
        axes.set_xlim(-edge if (values[COLUMNS] < 0).any(axis=None) else -0.12 * edge, edge)
        axes.axvline(0, color=INK, linewidth=1, zorder=1)
        places = np.arange(len(values))[::-1]
        for place, label, row in zip(places, values.index, values[COLUMNS].to_numpy(dtype=float), strict=True):
            told_sides = row_sides.get(str(label), sides)
            _row(axes, place, row, edge, unit, told_sides, digits, doubted=str(label) in doubted)
        size = label_rows(axes, places, values.index, 18)
        axes.set_ylim(-0.6, len(values) - 0.2)
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3 if narrow else 7, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(TickWords(unit, digits, signed=False))
        name = unit[:1].upper() + unit[1:]
        axes.set_title(f"{name} · ← {sides[0]} · {sides[1]} →", loc="left", fontsize=size, color=QUIET)

    return draw


def _row(
    axes: Axes, place: float, row: np.ndarray, edge: float, unit: str, sides: Sides, digits: int, *, doubted: bool
) -> None:
    amount, low, high, decided = row
    if decided == decided:
        if abs(decided) > edge:
            _arrow(axes, decided, place, edge, BUDGET)
        else:
            stroke = [place - STROKE, place + STROKE]
            axes.plot([decided, decided], stroke, color=BUDGET, linewidth=2.4, solid_capstyle="butt")
    if amount != amount:
        _say(axes, 0.0, place, UNKNOWN, edge, QUIET)
        return
    # without "et" and without the unit, which the axis says
    told = in_words(Quantity(amount, unit, digits, sides=sides)).split(" ", 1)[1].split(NO_BREAK_SPACE)[0]
    if abs(amount) > edge:
        _arrow(axes, amount, place, edge, ACTUAL)
    else:
        known = low == low and high == high
        if known:
            axes.plot([low, high], [place, place], color=PALE, linewidth=6, solid_capstyle="butt", zorder=1.5)
        hollow = known and _is_hollow(low, high, doubted)
        fill_colour = "white" if hollow or not known else ACTUAL
        axes.plot(amount, place, "o" if known else "D", mec=ACTUAL, mfc=fill_colour, markersize=7)
    _say(axes, amount, place, told, edge, INK)


def _arrow(axes: Axes, amount: float, place: float, edge: float, colour: str) -> None:
    """At the edge, towards an amount that lies beyond it."""
    axes.plot(np.sign(amount) * edge * 0.98, place, ">" if amount > 0 else "<", color=colour, markersize=8)


def _say(axes: Axes, amount: float, place: float, words: str, edge: float, colour: str) -> None:
    """Over what is drawn in the row, within the axes; a line that runs behind the words stops at them."""
    left, right = axes.get_xlim()
    across = (amount - left) / (right - left)
    axes.annotate(
        words,
        (min(max(amount, -edge), edge), place + STROKE),
        xytext=(0, 2),
        textcoords="offset points",
        ha="right" if across > 0.75 else "left" if across < 0.25 else "center",
        fontsize=8,
        color=colour,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        zorder=4,
    )


def _edge(values: pd.DataFrame) -> float:
    """How far the axis reaches on either side of 0, in the stored unit."""
    far = values[COLUMNS].abs().max(axis=1).dropna().sort_values(ascending=False).tolist()
    far = [one for one in far if one > 0] or [1.0]
    while len(far) > 1 and far[0] > OFF_THE_SCALE * far[1]:
        far = far[1:]
    return 1.15 * far[0]
