"""Which counts of persons may be shown: none from 1 to 4, and none that gives such a one away.

The one place where a count is hidden; a figure's numbers, a table and a sentence all pass through it.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from afkast.profile import PROFILES, Profile

_chosen = PROFILES["intern"]


def chosen() -> Profile:
    """The profile of the edition that is made."""
    return _chosen


def use(one: Profile) -> None:
    """Make the edition under a profile: whoever opens a page or builds does so, and the audit looks again."""
    global _chosen
    _chosen = one


def fewest_shown() -> int:
    """A count of persons below this is hidden; zero stays zero."""
    return _chosen.fewest_shown


FEWEST_BEHIND_AN_ESTIMATE = 10
"""A mean, or another number that rests on persons without telling how many, is not shown of fewer."""

HIDDEN_AS = ".."
"""What stands, as in the tables of Statistics Denmark, instead of a number of any size."""

FEWEST_ROWS_TO_TELL = 3
"""In fewer rows than this, any two columns may have the same sum by chance."""

ALMOST_ZERO = 1e-9


def is_small(count: float) -> bool:
    """Whether a count of persons is too small to be shown."""
    return 0 < count < fewest_shown()


def rounded_count(count: float) -> float:
    """A number of persons to the nearest of the profile's steps."""
    base = _chosen.base
    return float(count) if base == 1 else base * round(float(count) / base)


def hidden_cells(values: pd.DataFrame, counts: pd.DataFrame, also: pd.DataFrame | None = None) -> pd.DataFrame:
    """What to hide of a table, a frame of its shape: "few", told to be below 5; "hidden", of any size; else "".

    `counts` marks the cells that count persons, `also` those to be hidden in any case. A hidden cell must not follow
    from the others: wherever columns (or rows) add up – to another, or to the same number throughout – and a hidden
    cell can be solved for, the smallest of the shown is hidden with it. A small count is told to be one where that
    leaves it all of 1-4: in ".. + .. = 6" it does not, as the two could only be 1 + 5, so neither is told. This guards
    each table on its own; it does not compare tables.
    """
    table = values.where(counts).to_numpy(dtype="float64")
    numbers = table.ravel()
    small = (numbers > 0) & (numbers < fewest_shown())
    hidden = small.copy() if also is None else small | (also.to_numpy().ravel() & ~np.isnan(numbers))
    told = np.zeros_like(small)
    if hidden.any():
        place = np.arange(table.size).reshape(table.shape)
        equations = np.array([*_equations(table, place), *_equations(table.T, place.T)]).reshape(-1, table.size)
        while (another := _one_more(numbers, hidden, equations)) is not None:
            hidden[another] = True
        told = _told_to_be_small(numbers, hidden, small, equations)
    states = np.where(told, "few", np.where(hidden, "hidden", "")).astype(object)
    return pd.DataFrame(states.reshape(table.shape), values.index, values.columns)


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


def _told_to_be_small(
    numbers: NDArray[np.float64], hidden: NDArray[np.bool_], small: NDArray[np.bool_], equations: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """The small counts that can be anything from 1 to 4, also for who knows which of the hidden are small.

    Where one of a block of sums cannot, none in the block is told. Who sees that another is not small takes it to be 5
    or more, so a block in which a 0 is hidden is not told either.
    """
    told = small.copy()
    for block, sums in _blocks(hidden, equations):
        if not numbers[block].all():
            told[block] = False
            continue
        unknown = equations[np.ix_(sums, block)]
        right = unknown @ numbers[block]  # follows from what is shown
        bounds = Bounds(np.where(small[block], 1, fewest_shown()), np.where(small[block], fewest_shown() - 1, np.inf))
        holds = LinearConstraint(unknown, right, right)
        for number in np.flatnonzero(small[block]):
            aim = np.eye(len(block))[number]
            least, most = (milp(sign * aim, integrality=1, bounds=bounds, constraints=holds).x for sign in (1, -1))
            if least is None or most is None or most[number] - least[number] < fewest_shown() - 2 - ALMOST_ZERO:
                told[block] = False
                break
    return told


def _blocks(
    hidden: NDArray[np.bool_], equations: NDArray[np.float64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The hidden cells that sums bind to each other, and the rows of these sums."""
    left = [row for row in range(len(equations)) if (equations[row] != 0)[hidden].any()]
    while left:
        cells, sums = (equations[left[0]] != 0) & hidden, [left.pop(0)]
        while more := [row for row in left if ((equations[row] != 0) & cells).any()]:
            cells |= (equations[more] != 0).any(axis=0) & hidden
            sums, left = [*sums, *more], [row for row in left if row not in more]
        yield np.flatnonzero(cells), np.array(sums)


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

    The parts of a total are two columns, neighbours, or all the others. A sum that holds in a single row is taken for
    one only where all the others, or neighbours beside their total or a total at the edge, make it: in a long list of
    numbers some are the sum of others by chance.
    """
    columns = range(table.shape[1])
    neighbours = (tuple(columns[first:last]) for first, last in combinations(range(len(columns) + 1), 2))
    others = [tuple(one for one in columns if one != total) for total in columns]
    for parts in {*combinations(columns, 2), *neighbours, *others}:
        if len(parts) < 2:
            continue
        sums = table[:, parts].sum(axis=1)
        known = ~np.isnan(sums)[:, None] & ~np.isnan(table)
        adds_up = (~known | (table == sums[:, None])).all(axis=0) & known.any(axis=0)
        for total in map(int, np.flatnonzero(adds_up)):
            run, beside = parts[-1] - parts[0] == len(parts) - 1, (parts[0] - 1, parts[-1] + 1, 0, len(columns) - 1)
            by_chance = known[:, total].sum() == 1 and parts not in others and not (run and total in beside)
            if total not in parts and not by_chance:
                yield [*parts], [total]
    for size in (2, 3):
        for parts in combinations(columns, size):
            sums = table[:, parts].sum(axis=1)
            rows = table[~np.isnan(sums)][:, parts]
            if len(rows) >= FEWEST_ROWS_TO_TELL and not np.ptp(rows.sum(axis=1)) and np.ptp(rows, axis=0).any():
                yield [*parts], []
