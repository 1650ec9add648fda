"""How figures look: one style, one meaning a colour, Danish axes, and words on the lines themselves."""

import io
import re
import textwrap
import warnings
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from itertools import product
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from afkast.report.danish import UNITS, Quantity, Sides, unbroken, written

INK, QUIET, GRID = "#1f2a33", "#66727c", "#e3e7ea"
ACTUAL, BUDGET, COMPARED = "#0b5c7a", "#6b7780", "#7a4a8c"
"""Blue: what happened; grey: what was decided; violet: others. Orange is the word *bagud* and nothing else."""
ALSO_ACTUAL = "#3a7d99"
"""What happened, counted another way; dark enough for words."""
PALE = "#9cc3d1"
"""What happened, where it must stand behind something else of it."""


class Role(StrEnum):
    """What a line or a bar is: its look follows from that, and from nothing else."""

    HAPPENED = "happened"
    ANOTHER_WAY = "happened, counted another way"
    EXPECTED = "expected"
    DECIDED = "decided"
    BEFORE = "before"
    OTHERS = "others"
    DIFFERENCE = "difference"


ROLES: dict[Role, dict[str, Any]] = {
    Role.HAPPENED: {"color": ACTUAL, "marker": "o", "markersize": 3.5},
    Role.ANOTHER_WAY: {"color": ALSO_ACTUAL, "linewidth": 1.4, "marker": "^", "markersize": 3.5},
    Role.EXPECTED: {"color": ACTUAL, "linestyle": (0, (5, 2))},
    Role.DECIDED: {"color": BUDGET, "linestyle": "-"},
    Role.BEFORE: {"color": BUDGET, "linestyle": (0, (1, 1.5))},
    Role.OTHERS: {"color": COMPARED, "linestyle": (0, (8, 2, 2, 2)), "linewidth": 1.6},
    Role.DIFFERENCE: {"color": INK, "linestyle": "-", "linewidth": 1.6},
}
"""Colours that the colour-blind tell apart; what could be mistaken in grey print differs in line."""

HOLLOW = (Role.BEFORE, Role.ANOTHER_WAY)
"""A bar of theirs is an outline: their line has the colour of another and differs in dashes, which a bar has not."""

IN_ORDER = (Role.HAPPENED, Role.DECIDED, Role.BEFORE, Role.OTHERS)
"""The roles of columns that are given none."""


def fill(words: str, signs: int) -> str:
    """Words on lines of at most so many signs; a number is not parted from its unit, nor a name at its hyphen."""
    return textwrap.fill(unbroken(words), signs, break_on_hyphens=False, break_long_words=False)


def roles_of(columns: Iterable[Any], roles: Sequence[Role]) -> list[Role]:
    """A role for each column: as given, the last one for all the rest."""
    return [roles[min(place, len(roles) - 1)] for place, _ in enumerate(columns)]


WIDE_INCHES, NARROW_INCHES = 7.6, 3.9
SMALL_INCHES = (3.4, 2.4)
"""A figure on a strategy's front page, where two stand side by side on an A4 in the size they are drawn."""

SIGN_INCHES = 0.068
"""So much a sign of a figure's words takes."""

HASHED_ID = re.compile(rb"\b[A-Za-z][0-9a-f]{10}\b")

Draw = Callable[[Figure, pd.DataFrame], None]


def set_style() -> None:
    """The book's one figure style; called by the door out, never by a notebook."""
    sns.set_theme(
        style="ticks",
        palette=[ACTUAL, BUDGET, COMPARED, INK],
        rc={
            "font.family": "DejaVu Sans",
            "font.size": 10,
            "axes.labelcolor": QUIET,
            "axes.edgecolor": GRID,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.grid.axis": "y",
            "axes.axisbelow": True,
            "grid.color": GRID,
            "text.color": INK,
            "xtick.color": QUIET,
            "ytick.color": QUIET,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9,
            "ytick.left": False,
            "lines.linewidth": 2,
            "figure.constrained_layout.use": True,
            # a sign of dollar in a label is one
            "text.parse_math": False,
            # the same drawing gives the same bytes
            "svg.hashsalt": "afkast",
        },
    )


MOST_SIGNS = 90
"""A label that is longer is cut where it is drawn; the table under the figure has it whole."""


NO_ROOM = "constrained_layout not applied"


def short(labels: pd.Index) -> pd.Index:
    """Labels, of rows or columns, as there is room for them in a drawing."""
    if isinstance(labels, pd.MultiIndex):
        return labels.set_levels([list(short(level)) for level in labels.levels])
    if not any(isinstance(one, str) and len(one) > MOST_SIGNS for one in labels):
        return labels
    cut = [one[: MOST_SIGNS - 4] if isinstance(one, str) and len(one) > MOST_SIGNS else one for one in labels]
    told = [
        f"{one}… {number}" if one != whole else one
        for number, (one, whole) in enumerate(zip(cut, labels, strict=True), 1)
    ]
    return pd.Index(told, name=labels.name)


def svg(draw: Draw, values: pd.DataFrame, width_inches: float, height_inches: float) -> bytes:
    """The figure that `draw` makes of `values`, as SVG bytes without a date; higher where long names leave no room."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", NO_ROOM)
        for height in (height_inches, 1.5 * height_inches, 2 * height_inches):
            try:
                return _drawn(draw, values, width_inches, height)
            except UserWarning:
                continue
        warnings.filterwarnings("ignore", NO_ROOM)
        return _drawn(draw, values, width_inches, 3 * height_inches)


def _drawn(draw: Draw, values: pd.DataFrame, width_inches: float, height_inches: float) -> bytes:
    set_style()
    # not pyplot's: nobody looks on as it is drawn
    figure = Figure(figsize=(width_inches, height_inches))
    draw(figure, values)
    out = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "afkast"}):
        # savefig lays the figure out in a drawing of its own first
        FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None})
    return _with_plain_ids(out.getvalue())


def _with_plain_ids(drawing: bytes) -> bytes:
    """The drawing with its parts counted: matplotlib names them by ten digits of a hash, which can look like a CPR."""
    names = dict.fromkeys(HASHED_ID.findall(drawing))
    counted = {name: b"%s-%d" % (name[:1], number) for number, name in enumerate(names, start=1)}
    return HASHED_ID.sub(lambda met: counted[met[0]], drawing)


def figure_of(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def width_of(axes: Axes) -> float:
    """The width of the whole figure, inches."""
    return float(figure_of(axes).get_figwidth())


def value_axis(axes: Axes, unit: str, digits: int = 0, sides: Sides | None = None) -> None:
    """Danish numbers on the value axis, and the unit as its heading.

    Where `sides` name what lies under 0 and over it, ticks have no sign and 0 is a line.
    """
    whole_only = digits == 0 and UNITS[unit].scale == 1
    high = axes.get_position().height * figure_of(axes).get_figheight() > 1
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6 if high else 3, integer=whole_only, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(TickWords(unit, digits, signed=sides is None))
    heading = {"%": "Procent"}.get(unit, unit[:1].upper() + unit[1:])
    if sides:
        axes.axhline(0, color=INK, linewidth=1, zorder=1)
        heading += f" · ↑ {sides[1]} · ↓ {sides[0]}"
    head(axes, heading)


def head(axes: Axes, words: str, share: float = 1) -> None:
    """What is drawn, over the axes, which take this share of the figure's width, on as many lines as they ask for."""
    axes.set_title(fill(words, int(11 * share * width_of(axes))), loc="left", fontsize=9, color=QUIET)


class TickWords(Formatter):
    """Ticks as numbers in the unit: whole where all of them are, else with decimals, so that none is rounded off."""

    def __init__(self, unit: str, digits: int, signed: bool) -> None:
        self.unit, self.digits, self.signed = unit, digits, signed

    def format_ticks(self, values: Iterable[float]) -> list[str]:
        """The words of all ticks of an axis."""
        values, scale = list(values), UNITS[self.unit].scale
        whole = all(abs(tick / scale - round(tick / scale)) < 1e-9 for tick in values)
        return [self._told(tick, 0 if whole else self.digits) for tick in values]

    def __call__(self, value: float, _: Any = None) -> str:
        return self._told(value, self.digits)

    def _told(self, value: float, digits: int) -> str:
        return written(Quantity(value if self.signed else abs(value), self.unit, digits), with_unit=False)


def say_where_it_begins(axes: Axes) -> None:
    """Say in the heading that the value axis does not begin at 0, where it does not."""
    if axes.get_ylim()[0] > 0:
        wide = width_of(axes) > NARROW_INCHES + 1
        words = " · aksen begynder ikke ved 0" if wide else " · ikke fra 0"
        head(axes, axes.get_title(loc="left") + words)


def label_lines(axes: Axes, names: Iterable[str]) -> None:
    """A legend over the axes, in the order of the lines; words beside a sample of the line."""
    handles = {handle.get_label(): handle for handle in axes.get_legend_handles_labels()[0]}
    wide = width_of(axes) > NARROW_INCHES + 1
    # over the lines of the heading, however high the figure is
    lines = 1 + axes.get_title(loc="left").count("\n")
    over = ScaledTranslation(0, (3 + 11 * lines) / 72, figure_of(axes).dpi_scale_trans)
    axes.legend(
        [handles[name] for name in names],
        list(names),
        loc="lower left",
        bbox_to_anchor=(0, 1),
        bbox_transform=axes.transAxes + over,
        ncols=len(handles) if wide else 1,
        frameon=False,
        fontsize=9,
        borderaxespad=0,
        handlelength=2.2,
        columnspacing=1.4,
    )


def label_ends(axes: Axes, lines: Sequence[Line2D]) -> None:
    """The words of each line at its end, in its colour, moved apart where they would lie on each other."""
    wide = width_of(axes) > NARROW_INCHES + 1
    at_most, size = (22, 9) if wide else (12, 8)
    texts = []
    for line in lines:
        known = np.flatnonzero(~np.isnan(np.asarray(line.get_ydata(), dtype=float)))
        if not len(known):
            continue
        end = (np.asarray(line.get_xdata())[known[-1]], np.asarray(line.get_ydata())[known[-1]])
        text = axes.annotate(
            fill(str(line.get_label()), at_most),
            end,
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=size,
            color=line.get_color(),
            annotation_clip=False,
            path_effects=[withStroke(linewidth=3, foreground="white")],
            zorder=4,
        )
        texts.append(text)
    lay_out(axes)
    move_apart(axes, texts)
    clear_of_lines(axes, texts)


def lay_out(axes: Axes) -> None:
    """Put the axes where they will stand, so that words can be measured."""
    figure = figure_of(axes)
    if layout := figure.get_layout_engine():
        layout.execute(figure)


FARTHEST_MOVED = 40
"""Words are moved so many points at most: farther off, nobody sees what they name."""


def clear_of_lines(axes: Axes, texts: Iterable[Any]) -> None:
    """Move each of the words up or down, no more than it takes, on this or on the other side of its point, to where no
    line runs through them and no other words stand; the axes are laid out already."""
    lines = [line.get_transform().transform_path(line.get_path()) for line in axes.lines if not _is_upright(line)]
    clear = 2 * figure_of(axes).dpi / 72
    moves = sorted(range(-FARTHEST_MOVED, FARTHEST_MOVED + 1), key=abs)
    for text in sorted(texts, key=lambda text: text.get_window_extent().x0):
        (x, y), side = text.xyann, text.get_ha()
        others = [other.get_window_extent() for other in axes.texts if other is not text]
        for up, (across, ha) in product(moves, [(x, side), (-x, {"left": "right", "right": "left"}[side])]):
            text.set(position=(across, y + up), ha=ha)
            box = text.get_window_extent()
            is_within = axes.bbox.x0 < box.x0 and axes.bbox.y0 < box.y0 and box.y1 < axes.bbox.y1
            if (is_within or (up, ha) == (0, side)) and not (
                box.count_overlaps(others)
                or any(line.intersects_bbox(box.padded(clear), filled=False) for line in lines)
            ):
                break
        else:
            text.set(position=(x, y), ha=side)


def _is_upright(line: Line2D) -> bool:
    """Whether it is a mark across the whole axes, which words cannot be moved off."""
    return len({*np.asarray(line.get_xdata())}) == 1


def move_apart(axes: Axes, texts: list[Any]) -> None:
    """Move words up or down until none lies on another; those that end together share the room evenly."""
    if len(texts) < 2:
        return
    dpi = figure_of(axes).dpi
    boxes = sorted(((text.get_window_extent(), text) for text in texts), key=lambda one: one[0].y0 + one[0].y1)
    placed: list[list[Any]] = []
    for box, text in boxes:
        group = [[(box.y0 + box.y1) / 2, box.height, [(text, (box.y0 + box.y1) / 2, box)]]]
        placed += group
        while len(placed) > 1 and _meet(placed[-2], placed[-1]):
            upper, lower = placed.pop(), placed.pop()
            members = lower[2] + upper[2]
            height = lower[1] + upper[1] + 1
            centre = sum(member[1] for member in members) / len(members)
            placed.append([centre, height, members])
    for centre, height, members in placed:
        at = centre - height / 2
        for text, own, box in members:
            x, y = text.xyann
            text.set_position((x, y + 72 * (at + box.height / 2 - own) / dpi))
            at += box.height + 1


def _meet(lower: list[Any], upper: list[Any]) -> bool:
    """Whether two groups of words, as centre, height and members, overlap both upright and across."""
    if lower[0] + lower[1] / 2 + 1 <= upper[0] - upper[1] / 2:
        return False
    return any(a.x0 < b.x1 and b.x0 < a.x1 for _, _, a in lower[2] for _, _, b in upper[2])
