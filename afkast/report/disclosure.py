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


def is_small(count: float) -> bool:
    """Whether a count of persons is too small to be shown."""
    return 0 < count < FEWEST_SHOWN


def hidden_cells(values: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Which cells of a table to hide, as a boolean frame of its shape.

    `counts` marks the cells that count persons. A hidden cell must not follow from the others: wherever columns (or
    rows) add up – to another, or to the same number throughout – and only one of them is hidden, the smallest of
    the others is hidden with it. This guards each table on its own; it does not compare tables.
    """
    numbers = values.where(counts).to_numpy(dtype="float64")
    hidden = (numbers > 0) & (numbers < FEWEST_SHOWN)
    across = list(_that_add_up(numbers))
    down = list(_that_add_up(numbers.T))
    before = -1
    while before != hidden.sum():
        before = hidden.sum()
        for columns in across:
            _hide_a_second(numbers[:, columns], hidden, columns)
        for rows in down:
            _hide_a_second(numbers[rows].T, hidden.T, rows)
    return pd.DataFrame(hidden, values.index, values.columns)


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


def _hide_a_second(members: NDArray[np.float64], hidden: NDArray[np.bool_], columns: list[int]) -> None:
    """In each row where exactly one of these columns is hidden, hide the smallest of the rest, if possible above 0."""
    for row in np.flatnonzero(hidden[:, columns].sum(axis=1) == 1):
        rest = np.where(hidden[row, columns], np.inf, members[row])
        above_zero = np.where(rest > 0, rest, np.inf)
        best = above_zero if np.isfinite(above_zero).any() else rest
        hidden[row, columns[int(best.argmin())]] = True


def _that_add_up(numbers: NDArray[np.float64]) -> Iterator[list[int]]:
    """Sets of columns of counts of which one follows from the others in every row."""
    columns = [column for column in range(numbers.shape[1]) if not np.isnan(numbers[:, column]).any()]
    tell = len(numbers) >= FEWEST_ROWS_TO_TELL
    for size in (2, 3):
        for chosen in combinations(columns, size):
            total = numbers[:, chosen].sum(axis=1)
            a_sum = any((total == 2 * numbers[:, one]).all() for one in chosen) and size > 2
            if a_sum or (tell and (total == total[0]).all() and not (numbers[:, chosen] == numbers[0, chosen]).all()):
                yield list(chosen)
    if len(columns) > 3:
        total = numbers[:, columns].sum(axis=1)
        if any((total == 2 * numbers[:, one]).all() for one in columns):
            yield columns
