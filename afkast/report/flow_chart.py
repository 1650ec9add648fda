"""The flow chart of a trial: who came this far, and who was left out on the way and why."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from afkast.analysis.effect import Flow, LeftOut
from afkast.report.charts import INK, NARROW_INCHES, QUIET, Draw, fill
from afkast.report.counts import estimated, persons_where
from afkast.report.danish import number
from afkast.report.disclosure import HIDDEN_AS

PERSONS, TRIALS = "personer", "personforsøg"

WHY = {
    LeftOut.BEFORE_THE_DATA: "startede før data begynder",
    LeftOut.NOT_ENTERED: "startede, før de var i målgruppen",
    LeftOut.OTHER_EFFORT: "fik før eller samme måned en anden af bogens indsatser",
    LeftOut.NOT_FOLLOWED: "fulgtes ikke længere, da de startede",
    LeftOut.OFF_BENEFITS: "var ikke på ydelse, da de startede",
    LeftOut.NOBODY_ALIKE: "startede, da for få kunne være startet",
}
TARGET, STARTED, COMPARED = "Målgruppen", "Fik indsatsen", "Startede, der sammenlignes"
NOT_STARTED, COULD, LATER = "Fik den ikke", "Kunne være startet", "af dem startede senere"
LEFT_OUT, NEVER = "Udeladt: ", "uden for ydelse eller i gang med en anden indsats, hver gang nogen startede"


NONE = number(0)
"""Nobody is left out, or started later, and nothing is drawn of them."""


def flow_told(flow: Flow, people: pd.Series) -> pd.DataFrame:
    """The numbers of the chart: a row a box or a reason, and of those who could have started also their trials."""
    groups = {
        TARGET: np.ones(len(people), dtype=bool),
        STARTED: flow.started,
        **{LEFT_OUT + WHY[why]: who for why, who in flow.left_out.items() if who.any()},
        COMPARED: flow.compared,
        NOT_STARTED: ~flow.started,
        LEFT_OUT + NEVER: flow.never_in_trial,
        COULD: flow.could,
        LATER: flow.started_later,
    }
    counts = pd.Series({row: persons_where(people, who) for row, who in groups.items()})
    trials = pd.Series({COULD: estimated(flow.trials, "observationer", people=counts[COULD])})
    return pd.DataFrame({PERSONS: counts, TRIALS: trials.reindex(counts.index)})


def flow_chart() -> Draw:
    """Draws the frame of `flow_told`: the target group above, the started to the left, the others to the right."""

    def draw(figure: Figure, values: pd.DataFrame) -> None:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        wide = figure.get_figwidth() > NARROW_INCHES + 1
        size, letters = (9, 34) if wide else (8, 20)
        persons, trials = (dict(zip(values.index, values[name].map(_count), strict=True)) for name in (PERSONS, TRIALS))

        def box(x: float, y: float, row: str) -> None:
            of_trials = f" i {trials[row]} forsøg" if row == COULD else ""
            told = fill(f"{persons[row]} personer{of_trials}", letters)
            _box(axes, x, y, f"{fill(row, letters)}\n{told}", size, INK)

        def left_out(x: float, rows: list[str]) -> None:
            told = "\n".join(fill(f"{persons[row]} {row.removeprefix(LEFT_OUT)}", letters) for row in rows)
            _box(axes, x, 0.44, f"{LEFT_OUT.strip()}\n{told}", size - 1, QUIET)

        box(0.5, 0.93, TARGET)
        never = LEFT_OUT + NEVER
        reasons = [row for row in values.index if row.startswith(LEFT_OUT) and row != never]
        others = [never] if persons[never] != NONE else []
        for x, first, rows, last in ((0.24, STARTED, reasons, COMPARED), (0.76, NOT_STARTED, others, COULD)):
            _arrow(axes, (0.5, 0.87), (x, 0.78))
            box(x, 0.72, first)
            _arrow(axes, (x, 0.66), (x, 0.22))
            if rows:
                left_out(x, rows)
            box(x, 0.14, last)
        if persons[LATER] != NONE:
            axes.text(0.76, 0.0, f"{persons[LATER]} {LATER}", ha="center", va="bottom", fontsize=size - 1, color=QUIET)

    return draw


def _count(persons: float) -> str:
    return HIDDEN_AS if pd.isna(persons) else number(persons)


def _box(axes: Axes, x: float, y: float, text: str, size: float, colour: str) -> None:
    frame = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": colour, "linewidth": 0.8}
    axes.text(x, y, text, ha="center", va="center", fontsize=size, color=colour, bbox=frame, linespacing=1.35)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": QUIET, "linewidth": 0.9})
