"""Which counts of persons may be shown: none from 1 to 4, and none that gives such a one away.

The one place where a count is hidden; a figure's numbers, a table and a sentence all pass through it.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FEWEST_SHOWN = 5
"""A count of persons below this is hidden; zero stays zero."""

HIDDEN_AS = f"<{FEWEST_SHOWN}"

FEWEST_ROWS_TO_TELL = 3
"""In fewer rows than this, any two columns may have the same sum by chance."""

ALMOST_ZERO = 1e-9


def is_small(count: float) -> bool:
    """Whether a count of persons is too small to be shown."""
    return 0 < count < FEWEST_SHOWN


def hidden_cells(values: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Which cells of a table to hide, as a boolean frame of its shape.

    `counts` marks the cells that count persons. A hidden cell must not follow from the others: wherever columns (or
    rows) add up – to another, or to the same number throughout – and a hidden cell can be solved for, the smallest of
    the shown is hidden with it. This guards each table on its own; it does not compare tables.
    """
    table = values.where(counts).to_numpy(dtype="float64")
    numbers = table.ravel()
    hidden = (numbers > 0) & (numbers < FEWEST_SHOWN)
    if hidden.any():
        place = np.arange(table.size).reshape(table.shape)
        equations = np.array([*_equations(table, place), *_equations(table.T, place.T)]).reshape(-1, table.size)
        while (another := _one_more(numbers, hidden, equations)) is not None:
            hidden[another] = True
    return pd.DataFrame(hidden.reshape(table.shape), values.index, values.columns)


def running_total(counts: pd.Series) -> pd.Series:
    """Sum of the counts of persons so far; NaN where it would tell a hidden count of the same series.

    A total shown next to the last one shown gives away the sum of the hidden counts between them. That may be told
    when there are several of them and the sum leaves open what each of them is.
    """
    totals = []
    hidden: list[float] = []
    for count, total in zip(counts, counts.cumsum(), strict=True):
        hidden += [count] if is_small(count) else []
        least, most = len(hidden), len(hidden) * (FEWEST_SHOWN - 1)
        told = not hidden or (sum(hidden) >= FEWEST_SHOWN and least < sum(hidden) < most)
        totals.append(float(total) if told else np.nan)
        hidden = [] if told else hidden
    return pd.Series(totals, counts.index)


def _one_more(numbers: NDArray[np.float64], hidden: NDArray[np.bool_], equations: NDArray[np.float64]) -> int | None:
    """A shown cell to be hidden too, because a hidden one follows from what is shown; None when none does."""
    for cell in _that_follow(hidden, equations):
        containing = equations[equations[:, cell] != 0]
        for equation in sorted(containing, key=lambda one: int((one[hidden] != 0).sum())):
            shown = np.flatnonzero((equation != 0) & ~hidden)
            above_zero = shown[numbers[shown] > 0]
            best = above_zero if above_zero.size else shown
            if best.size:
                return int(best[numbers[best].argmin()])
    return None


def _that_follow(hidden: NDArray[np.bool_], equations: NDArray[np.float64]) -> NDArray[np.int64]:
    """The hidden cells that have one value only, once the shown ones are put into the equations."""
    unknown = equations[:, hidden]
    bound, directions = np.linalg.eigh(unknown.T @ unknown)
    free = directions[:, bound < ALMOST_ZERO]
    return np.flatnonzero(hidden)[(abs(free) < ALMOST_ZERO).all(axis=1)]


def _equations(table: NDArray[np.float64], place: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
    """The sums that columns make in every row where they are known, an equation a row: signs by place in the table."""
    for plus, minus in _sums(table):
        known = ~np.isnan(table[:, [*plus, *minus]]).any(axis=1)
        for places in place[known]:
            equation = np.zeros(table.size)
            equation[places[plus]] = 1
            equation[places[minus]] = -1
            yield equation


def _sums(table: NDArray[np.float64]) -> Iterator[tuple[list[int], list[int]]]:
    """Columns that add up: to another column (parts, [total]), or to the same number throughout (parts, []).

    The parts of a total are two columns, neighbours, or all the others.
    """
    columns = range(table.shape[1])
    neighbours = (tuple(columns[first:last]) for first, last in combinations(range(len(columns) + 1), 2))
    others = (tuple(one for one in columns if one != total) for total in columns)
    for parts in {*combinations(columns, 2), *neighbours, *others}:
        if len(parts) < 2:
            continue
        sums = table[:, parts].sum(axis=1)
        known = ~np.isnan(sums)[:, None] & ~np.isnan(table)
        adds_up = (~known | (table == sums[:, None])).all(axis=0) & known.any(axis=0)
        yield from (([*parts], [int(total)]) for total in np.flatnonzero(adds_up) if total not in parts)
    for size in (2, 3):
        for parts in combinations(columns, size):
            sums = table[:, parts].sum(axis=1)
            rows = table[~np.isnan(sums)][:, parts]
            if len(rows) >= FEWEST_ROWS_TO_TELL and not np.ptp(rows.sum(axis=1)) and np.ptp(rows, axis=0).any():
                yield [*parts], []
