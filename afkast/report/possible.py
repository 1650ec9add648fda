"""How many values a count may have for one who knows all that is told of other groups of persons.

The groups cut the persons into parts. The program is of how far each part may be from what it is: no part below nought,
no group and no share outside what is told of it. Half a person counts as one half, so no fewer values are found than
there are, and at times more: the stated approximation. Each answer begins where the last one ended. Where persons
are few it is asked again of whole ones, and no more values are found than there are.
"""

from collections.abc import Sequence

import highspy
import numpy as np
from highspy import HighsModelStatus, HighsVarType, SolutionStatus
from numpy.typing import NDArray
from scipy.sparse import coo_array

from afkast.errors import AfkastError

ALMOST = 1e-6

PRIMAL = 4
"""The solver goes from one thing that is possible to a better one."""

FIRST_STEPS = 100
"""After so many, and then after twice as many, it is looked whether there are values enough. No limit of time, for what
is hidden must be the same on every machine."""

MOST_NODES = 1_000
"""A value that whole persons have not given after so many branches is taken not to be possible: more is hidden then,
not less."""

FAR = 1_000
"""A group of which nothing is told is taken to be above what it is by no more persons: beside very large numbers the
solver is at a loss."""

Line = tuple[int, int, float, float]
"""A part and a whole: so many times the one and so many times the other are together not below nought, which is what
one end of a share tells."""


class Program:
    """Of groups of persons, (groups, persons), between which `ends` each lies, (groups, 2), and the lines.

    shared: how many persons each has of each, (groups, groups).
    """

    def __init__(
        self, of: NDArray[np.bool_], shared: NDArray[np.int64], ends: NDArray[np.float64], lines: Sequence[Line]
    ) -> None:
        _, first, many = np.unique(np.packbits(of, axis=0), axis=1, return_index=True, return_counts=True)
        self.parts, self.size, self.ends = len(many), shared.diagonal(), ends.copy()
        self.rows = {line: len(of) + place for place, line in enumerate(lines)}
        self.part_of = np.array([part for part, *_ in lines], dtype=np.int64)
        self.farthest = np.zeros((2, len(of)))  # below and above what each is, as far as was found to be possible
        least, most = self._room(np.arange(len(of)))
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self.parts + len(of), len(of) + len(lines)
        program.col_cost_ = np.zeros(program.num_col_)
        program.col_lower_ = np.concatenate([-many, least])
        program.col_upper_ = np.concatenate([np.full(self.parts, np.inf), most])
        program.row_lower_ = np.array([*np.zeros(len(of)), *map(self._least_of, lines)])
        program.row_upper_ = np.concatenate([np.zeros(len(of)), np.full(len(lines), np.inf)])
        cells = _cells(of[:, first], _most_alike(self.size, shared), lines)
        matrix = coo_array(cells, (program.num_row_, program.num_col_)).tocsc()
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
        program.a_matrix_.value_ = matrix.data
        self.solver = highspy.Highs()
        self._set(output_flag=False, threads=1, presolve="off")
        self.solver.passModel(program)
        self.solver.run()  # without an aim: to anything that is possible
        self._set(simplex_strategy=PRIMAL)

    def parts_of(self, whole: int) -> set[int]:
        """The groups of which a share of this one is or was told."""
        return {line[0] for line in self.rows if line[1] == whole}

    def tell(self, group: int, least: float, most: float) -> None:
        """Between what a group lies for who knows what is told of it."""
        self.ends[group] = least, most
        [low], [high] = self._room(np.array([group]))
        self.solver.changeColBounds(self.parts + group, low, high)

    def tell_lines(self, part: int, told: Sequence[Line]) -> None:
        """Of the lines of a part just these are told."""
        for line in self.rows:
            if line[0] == part:
                self.solver.changeRowBounds(self.rows[line], self._least_of(line) if line in told else -np.inf, np.inf)

    def values(self, group: int, enough: int) -> tuple[int, dict[int, float]]:
        """How many values a group may have, or that they are enough; where they are not, by how much more it may be
        apart for each person that what is told of another group, for a share its part, leaves more."""
        decide = self._what_stops(group, enough)
        return min(self._found(group), enough), decide

    def _what_stops(self, group: int, enough: float = np.inf) -> dict[int, float]:
        """What keeps a group from being farther up and down, until it is found to have values enough."""
        decide: dict[int, float] = {}
        for sign in (1, -1):
            if self._found(group) < enough:
                for one, much in self._go(group, sign, enough):
                    decide[one] = max(decide.get(one, 0), much)
        return decide

    def _found(self, group: int) -> int:
        below, above = np.floor(abs(self.farthest[:, group]) + ALMOST)
        return int(below + above + 1)

    def _go(self, group: int, sign: int, enough: float) -> list[tuple[int, float]]:
        """Take a group as far up (sign 1) or down as is possible, or until it is found to have values enough; what
        stops it, and by how much."""
        self.solver.changeColCost(self.parts + group, -sign)
        state, steps = HighsModelStatus.kIterationLimit, FIRST_STEPS
        while state == HighsModelStatus.kIterationLimit and self._found(group) < enough:
            self._set(simplex_iteration_limit=steps)
            self.solver.run()
            state, solution, steps = self.solver.getModelStatus(), self.solver.getSolution(), 2 * steps
            if _is_possible(self.solver):
                apart = np.array(solution.col_value)[self.parts :]
                self.farthest = np.array([np.minimum(self.farthest[0], apart), np.maximum(self.farthest[1], apart)])
            if state not in (HighsModelStatus.kOptimal, HighsModelStatus.kIterationLimit):
                raise AfkastError(
                    f"how many values hidden counts keep could not be found out ({state.name}), so nothing is "
                    "published; leave a page out to find the one that it is about, and report it."
                )
        self.solver.changeColCost(self.parts + group, 0)
        much = abs(np.array([*solution.col_dual[self.parts :], *solution.row_dual[len(self.size) :]]))
        of = np.concatenate([np.arange(len(self.size)), self.part_of])
        return [(int(of[one]), float(much[one])) for one in np.flatnonzero(much > ALMOST)]

    def _room(self, groups: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far groups may be below and above what they are."""
        least, most = (self.ends[groups] - self.size[groups, None]).T
        return np.minimum(least, 0), np.clip(most, 0, FAR)

    def _least_of(self, line: Line) -> float:
        part, whole, times, whole_times = line
        return min(-times * self.size[part] - whole_times * self.size[whole], 0)

    def _set(self, **options: bool | int | str) -> None:
        _set(self.solver, **options)


class WholePersons(Program):
    """The same where persons are few, and none of them is halved."""

    def __init__(
        self, of: NDArray[np.bool_], shared: NDArray[np.int64], ends: NDArray[np.float64], lines: Sequence[Line]
    ) -> None:
        super().__init__(of, shared, ends, lines)
        self.ways = [np.zeros(len(of), dtype=np.int64)]
        """How far all groups may be from what they are, each time in one way."""

    def values(self, group: int, enough: int) -> tuple[int, dict[int, float]]:
        """As of halved ones; each value near the true one is tried until there are enough."""
        [low], [high] = self._room(np.array([group]))
        near = iter(sorted((one for one in range(1 - enough, enough) if low <= one <= high), key=abs))
        while len(found := {int(way[group]) for way in self.ways}) < enough:
            if (apart := next(near, None)) is None:
                return len(found), self._what_stops(group)
            if apart not in found:
                self._try(group, apart)
        return enough, {}

    def _try(self, group: int, apart: int) -> None:
        """Look for whole persons with whom a group is so far from what it is; anew each time, so that it does not
        matter what was asked before."""
        program, solver = self.solver.getLp(), highspy.Highs()
        of_parts, of_groups = [HighsVarType.kInteger] * self.parts, [HighsVarType.kContinuous] * len(self.size)
        program.integrality_ = [*of_parts, *of_groups]
        _set(solver, output_flag=False, threads=1, random_seed=0, mip_max_nodes=MOST_NODES)
        solver.passModel(program)
        solver.changeColBounds(self.parts + group, apart, apart)
        solver.run()
        if _is_possible(solver):
            self.ways.append(np.rint(solver.getSolution().col_value[self.parts :]).astype(np.int64))


def _is_possible(solver: highspy.Highs) -> bool:
    """Whether what the solver holds is possible, the best or not."""
    return bool(solver.getInfo().primal_solution_status == SolutionStatus.kSolutionStatusFeasible)


def _set(solver: highspy.Highs, **options: bool | int | str) -> None:
    for name, value in options.items():
        solver.setOptionValue(name, value)


def _most_alike(size: NDArray[np.int64], shared: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each group the one before it, by size, from which the fewest persons tell it; -1 where that is nobody."""
    order = np.argsort(size, kind="stable")
    apart = (size[:, None] + size - 2 * shared)[np.ix_(order, order)].astype(float)
    apart[np.triu_indices(len(size))] = np.inf
    nearest = np.where(apart.min(axis=1, initial=np.inf) < size[order], order[apart.argmin(axis=1)], -1)
    return nearest[np.argsort(order)]


def _cells(
    of: NDArray[np.bool_], alike: NDArray[np.int64], lines: Sequence[Line]
) -> tuple[NDArray[np.float64], tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The program's cells: every group is the one most like it, with some parts more and some less, so that there are
    few cells; then the lines."""
    groups, parts = of.shape
    every, known = np.arange(groups), np.flatnonzero(alike >= 0)
    more = of.astype(np.int8)
    more[known] -= of[alike[known]]
    rows, columns = np.nonzero(more)
    part, whole, times, whole_times = np.array(lines, dtype=float).reshape(-1, 4).T
    place = groups + np.arange(len(lines))
    cells = [
        (more[rows, columns], rows, columns),
        (-np.ones(groups), every, parts + every),
        (np.ones(len(known)), known, parts + alike[known]),
        (times, place, parts + part),
        (whole_times, place, parts + whole),
    ]
    value, row, column = (np.concatenate(one) for one in zip(*cells, strict=True))
    return value.astype(float), (row.astype(np.int64), column.astype(np.int64))
