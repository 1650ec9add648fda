"""What must be hidden of counts whose persons are known, so that none from 1 to 4 follows from the others.

The same for one table at the door and for a whole edition: whoever reads it knows every count that is told. Two told
counts, one of a part of the other's persons, tell the rest; so do three. A count that is hidden must keep at least
`FEWEST_VALUES` possible values for one who puts all that is told together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from afkast.report.counts import NEARLY
from afkast.report.disclosure import chosen, fewest_shown
from afkast.report.possible import ALMOST, Line, Program, WholePersons

FEWEST_VALUES = 4
"""So many values a hidden count must keep."""

MUCH = 0.1
"""Of what leaves a hidden count too few values, all that does so this much as surely as what does most may be hidden,
the smallest first. With more, what many numbers are of is hidden sooner (431 numbers of the example for 278 at a half);
with nothing, more is hidden of two editions (329 counts for 282)."""

SMALL = 100
"""Where the pages of a strategy tell of no more persons it is asked of whole ones what follows: of three editions of 90
that takes seven seconds, of one edition of 500 some five for each value."""

ANY = 10**9

TWO_TELL = "with another it tells a count below the fewest shown"
ADD_UP = "with others it adds up to a hidden count"
LINE_TELLS = "with the others of its line and another it tells a count below the fewest shown"
THREE_TELL = "with two others it tells one that is too small"


@dataclass(frozen=True)
class Told:
    """A count as it was told at a place: between `least` and `most`; `hidden` where its cell shows no number."""

    place: str
    digest: str
    number: int
    least: int
    most: int
    hidden: bool = False
    fixed: bool = False  # of an edition that stands: it cannot be taken back
    gives_way: bool = False  # of a page about all strategies: it is hidden before what a strategy's own page tells
    lines: tuple[str, ...] = ()  # the row and the column that it stands in, each with its table
    whole: str = ""  # of a share: the digest of the group that it is a part of, and between what it lies of that
    of_whole: tuple[float, float] = (0.0, 1.0)

    @property
    def exact(self) -> bool:
        return self.least == self.most


@dataclass(frozen=True)
class Withheld:
    """A count to be hidden too: what would be told of whom, and by which places."""

    digest: str
    why: str
    places: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """The places and why; two name it as well as all."""
        return f"{' and '.join(self.places[:2])}: {self.why}"


@dataclass
class Found:
    """What is to be hidden, what cannot be mended, and of each hidden count how many values it keeps."""

    hide: dict[str, Withheld] = field(default_factory=dict)
    open: list[Withheld] = field(default_factory=list)
    values: dict[str, int] = field(default_factory=dict)


def withhold(told: Iterable[Told], persons: dict[str, NDArray[np.uint64]], deep: bool = True) -> Found:
    """What must be hidden of what is told; `persons` by digest. `deep` also tries what several counts tell together."""
    groups = _Groups(list(told), persons)
    found = Found()
    groups.hide_what_two_tell(found)
    if deep:
        groups.hide_what_several_tell(found)
    return found


class _Groups:
    """The distinct groups of persons that are told of, the largest first."""

    def __init__(self, told: Sequence[Told], persons: dict[str, NDArray[np.uint64]]) -> None:
        self.places: dict[str, list[Told]] = {}
        for one in told:
            if one.digest:
                self.places.setdefault(one.digest, []).append(one)
        first = {digest: place for place, digest in enumerate(self.places)}
        kept = {digest: any(one.fixed and not one.hidden for one in all_) for digest, all_ in self.places.items()}
        aside = {digest: all(one.gives_way for one in all_) for digest, all_ in self.places.items()}
        # what an edition that stands has told is kept longest, then what a strategy's page tells and the largest groups
        self.names = sorted(first, key=lambda d: (not kept[d], aside[d], -len(persons[d]), first[d]))
        everybody = np.unique(np.concatenate([persons[name] for name in self.names] or [np.array([], np.uint64)]))
        self.of = np.zeros((len(self.names), len(everybody)), dtype=np.float32)
        for row, name in enumerate(self.names):
            self.of[row, np.searchsorted(everybody, persons[name])] = 1
        self.size = self.of.sum(axis=1).astype(int)
        self.shared = (self.of @ self.of.T).astype(int)
        self.aside = np.array([aside[name] for name in self.names], dtype=bool)
        self.rows = {name: row for row, name in enumerate(self.names)}
        self.told = [list(self.places[name]) for name in self.names]
        self.least, self.most = np.array([_between(told) for told in self.told], dtype=np.int64).reshape(-1, 2).T
        self.fixed = np.array([self._is_fixed(row) for row in range(len(self.names))], dtype=bool)
        self.hidden = np.array([any(one.hidden for one in self.places[name]) for name in self.names], dtype=bool)

    @property
    def exact(self) -> NDArray[np.bool_]:
        return self.least == self.most

    def _is_fixed(self, row: int) -> bool:
        """Whether no more is told of a group than an edition that stands has told: that cannot be taken back."""
        before = [one for one in self.told[row] if one.fixed]
        same = all(of(self.told[row]) == of(before) for of in (_between, _shares))
        return bool(self.most[row] < ANY and same)

    def _lines_of(self, part: int) -> list[Line]:
        """What the shares that are told of a part say of it and their wholes: two ends each."""
        of = [(self.rows[one], low, high) for one, low, high in sorted(_shares(self.told[part])) if one in self.rows]
        return [line for whole, low, high in of for line in ((part, whole, 1, -low), (part, whole, -1, high))]

    def _ends_of(self, row: int) -> tuple[int, int]:
        """Between what a group lies for who knows what is told of it: by a share only where the whole is told, too."""
        wholes = {one.whole for one in self.told[row] if one.whole}
        known = {whole for whole in wholes if whole in self.rows and self._is_told(self.rows[whole])}
        return _between(one for one in self.told[row] if not one.whole or one.whole in known)

    def _is_told(self, row: int) -> bool:
        """Whether a group is told as closely as the profile tells a count."""
        return any(not (one.whole or one.hidden) and one.most - one.least < chosen().base for one in self.told[row])

    def place(self, row: int) -> str:
        return self.places[self.names[row]][0].place

    def hide(self, row: int, why: str, others: Iterable[int], found: Found) -> bool:
        """Hide a group, and say why; not one of which no more is told than an edition that stands has told. What tells
        it exactly goes first, and only then what tells it nearly."""
        told = Withheld(self.names[row], why, tuple(self.place(one) for one in (row, *others)))
        if self.fixed[row]:
            found.open.append(told)
            return False
        found.hide[told.digest] = told
        exactly = any(one.exact and not one.fixed for one in self.told[row])
        if not exactly:
            found.hide[told.digest + NEARLY] = told
        self.told[row] = [one for one in self.told[row] if one.fixed or (exactly and not one.exact)]
        self.least[row], self.most[row] = _between(self.told[row])
        self.hidden[row], self.fixed[row] = True, self._is_fixed(row)
        return True

    def hide_what_two_tell(self, found: Found) -> None:
        """Hide a group that is told at one place and hidden at another, and of a group and a part of it that differ by
        a small count the part."""
        for row in np.flatnonzero(self.hidden & self.exact & (self.size > 0)):
            self.hide(int(row), "it is hidden elsewhere", (), found)
        kept: list[int] = []
        for row in np.flatnonzero(self.exact & (self.size > 0)):
            others = np.array(kept, dtype=int)
            apart = np.abs(self.size[others] - self.size[row])
            within = self.shared[row, others] == np.minimum(self.size[others], self.size[row])
            clash = [int(one) for one in others[within & (apart > 0) & (apart < fewest_shown())]]
            if clash and self._rest_of(int(row), np.array(kept)) and not self.fixed[clash].any():
                # two kept ones tell it all the same: the others give way
                for one in clash:
                    self.hide(one, TWO_TELL, [int(row)], found)
                    kept.remove(one)
            elif clash and self.hide(int(row), TWO_TELL, clash[:1], found):
                continue
            kept.append(int(row))

    def _rest_of(self, row: int, among: NDArray[np.int64]) -> list[int]:
        """The group and the part of it that leave just this one; empty where there are none."""
        within = among[(self.shared[row, among] == self.size[row]) & (self.size[among] > self.size[row])]
        apart = among[self.shared[row, among] == 0]
        inside = self.shared[np.ix_(within, apart)] == self.size[apart][None, :]
        rest = self.size[within][:, None] - self.size[apart][None, :]
        found = np.argwhere(inside & (rest == self.size[row]))
        return [int(within[found[0][0]]), int(apart[found[0][1]])] if len(found) else []

    def hide_what_several_tell(self, found: Found) -> None:
        """Hide what leaves a hidden count, or a small one that nobody has counted, fewer values than it must keep."""
        self._hide_what_three_tell(found)
        self._hide_what_lines_tell(found)
        self._hide_what_adds_up(found)
        self._hide_what_all_tells(found)

    def _hide_what_all_tells(self, found: Found) -> None:
        """Hide what all that is told leaves a hidden count too few values for."""
        left = [int(row) for row in np.flatnonzero(self.hidden & (self.size > 0))]
        if not left:
            return
        programs = list(self._programs())
        while left:
            row = left.pop(0)
            values, decide = self._values(programs, row)
            while values < FEWEST_VALUES:
                more = [one for one in decide if self.most[one] < ANY and not self.fixed[one]]
                # what is told of the hidden one itself, as that it is small, then the smallest of the shown
                more.sort(key=lambda one: (one != row, not self.aside[one], self.exact[one], self.size[one], one))
                if not more:
                    places = dict.fromkeys(self.place(one) for one in (row, *(one for one in decide if one != row)))
                    why = f"its possible values are only {values}"
                    found.open.append(Withheld(self.names[row], why, tuple(places)[:2]))
                    break
                most = max(decide[one] for one in more)
                away = next(one for one in more if decide[one] >= MUCH * most)
                self.hide(away, f"it leaves a hidden count {values} possible values", (row,), found)
                self._tell(programs, away)
                # what an edition that stands has told of it is none of what is hidden
                left += [away] if away != row and not self.fixed[away] else []
                values, decide = self._values(programs, row)
            found.values[self.names[row]] = values

    def _programs(self) -> Iterator[Program]:
        """All that is told in one, and what is told of the persons of each small strategy in one of whole persons."""
        ends = np.array([self._ends_of(row) for row in range(len(self.names))], dtype=float)
        lines = [line for row in range(len(self.names)) for line in self._lines_of(row)]
        yield Program(self.of > 0, self.shared, ends, lines)
        for who in self._small():
            within = self.of[:, who].sum(axis=1) == self.size
            of, shared = (self.of[:, who] > 0) & within[:, None], self.shared * np.outer(within, within)
            yield WholePersons(of, shared, ends, [line for line in lines if within[[*line[:2]]].all()])

    def _small(self) -> Iterator[NDArray[np.bool_]]:
        """Whom a strategy's pages, or a table, tell of, where these are few."""
        rows: dict[str, set[int]] = {}
        for row, name in enumerate(self.names):
            for strategy in {one.place.partition("/")[0] for one in self.places[name]}:
                rows.setdefault(strategy, set()).add(row)
        for of_strategy in rows.values():
            who: NDArray[np.bool_] = self.of[sorted(of_strategy)].max(axis=0) > 0
            if who.sum() <= SMALL:
                yield who

    def _values(self, programs: Iterable[Program], row: int) -> tuple[int, dict[int, float]]:
        """How many values a group keeps in all programs that hold it, and in the first with too few what decides."""
        for program in programs:
            if program.size[row]:
                values, decide = program.values(row, FEWEST_VALUES)
                if values < FEWEST_VALUES:
                    return values, decide
        return FEWEST_VALUES, {}

    def _tell(self, programs: Iterable[Program], row: int) -> None:
        """Tell the programs what is told of a group now, and of those of which shares of it are told."""
        for program in programs:
            for one in (row, *program.parts_of(row)):
                program.tell(one, *self._ends_of(one))
            program.tell_lines(row, self._lines_of(row))

    def _hide_what_three_tell(self, found: Found) -> None:
        """Of three groups, added to and taken from each other: what is left may be as small as none may be told."""
        for block in self._blocks():
            for first in block:
                rows = block[self.exact[block]]
                if not self.exact[first]:
                    continue
                for second, third in self._left_with(first, rows):
                    three = [int(first), int(second), int(third)]
                    if self.exact[three].all():
                        # the smallest, but for one that two others tell all the same
                        told = np.flatnonzero(self.exact & (self.size > 0))
                        last = max(three, key=lambda row: (not self._rest_of(row, np.setdiff1d(told, three)), row))
                        self.hide(last, THREE_TELL, [row for row in three if row != last], found)

    def _left_with(self, whole: np.int64, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Pairs of groups that leave a few persons of this one: two parts of it, a part of it that a group and a part
        of that leave, or all but a few of it and of another one that it shares nobody with; (pairs, 2)."""
        rows = rows[rows != whole]
        sizes, with_whole, both = self.size[rows], self.shared[whole, rows], self.shared[np.ix_(rows, rows)]
        few = fewest_shown()

        def pairs(holds: NDArray[np.bool_], left: NDArray[np.int64]) -> NDArray[np.int64]:
            return rows[np.argwhere(holds & (left > 0) & (left < few))]

        inside = with_whole == sizes
        two_parts = np.triu((both == 0) & inside[:, None] & inside[None, :])
        part_of = (both == sizes[None, :]) & (sizes[:, None] > sizes[None, :])
        between = part_of & (with_whole[:, None] - with_whole[None, :] == sizes[:, None] - sizes[None, :])
        beside = (with_whole == 0)[:, None] & (with_whole[None, :] + both == sizes[None, :])
        size = self.size[whole]
        return np.concatenate(
            [
                pairs(two_parts, size - sizes[:, None] - sizes[None, :]),
                pairs(between, size - sizes[:, None] + sizes[None, :]),
                pairs(beside, size + sizes[:, None] - sizes[None, :]),
            ]
        )

    def _hide_what_lines_tell(self, found: Found) -> None:
        """Of a row or a column of groups that share nobody: all of them together and another group may leave a few."""
        lines: dict[str, set[int]] = {}
        for row, name in enumerate(self.names):
            for line in {line for one in self.places[name] for line in one.lines}:
                lines.setdefault(line, set()).add(row)
        for rows in lines.values():
            while parts := self._line_that_tells([row for row in sorted(rows) if self.exact[row] and self.size[row]]):
                away = [row for row in parts if not self.fixed[row]] or parts
                last = min(away, key=lambda row: (not self.aside[row], self.size[row], -row))
                if not self.hide(last, LINE_TELLS, [row for row in parts if row != last][:2], found):
                    break

    def _line_that_tells(self, line: list[int]) -> list[int]:
        """The groups of a line that share nobody, where they and one other group leave a few; else none."""
        parts: list[int] = []
        for row in sorted(line, key=lambda row: self.size[row]):
            if not self.shared[row, parts].any():
                parts.append(row)
        if len(parts) < 3:
            return []
        size, others = self.size[parts].sum(), np.flatnonzero(self.exact & (self.size > 0))
        within = self.shared[others][:, parts].sum(axis=1) == np.minimum(self.size[others], size)
        apart = np.abs(self.size[others] - size)
        return parts if (within & (apart > 0) & (apart < fewest_shown())).any() else []

    def _blocks(self) -> Iterator[NDArray[np.int64]]:
        """The told groups that share persons with each other, directly or through others."""
        exact = np.flatnonzero(self.exact & (self.size > 0))
        if len(exact):
            _, block_of = connected_components(csr_array(self.shared[np.ix_(exact, exact)] > 0), directed=False)
            yield from (exact[block_of == block] for block in range(block_of.max() + 1))

    def _hide_what_adds_up(self, found: Found) -> None:
        """Hide of the counts that added to and taken from each other give a hidden one the smallest, until none do."""
        for block in self._blocks():
            rows, given_up = block, 0
            while (told := self._that_add_up(rows, given_up)) is not None:
                away = [one for one in told if not self.fixed[one]]
                if away:
                    hidden = min(away, key=lambda one: (not self.aside[one], self.size[one], one))
                    self.hide(hidden, ADD_UP, [one for one in told if one != hidden][:2], found)
                    rows = rows[rows != hidden]
                else:
                    self.hide(told[0], ADD_UP, told[1:3], found)
                    given_up += 1

    def _that_add_up(self, rows: NDArray[np.int64], after: int) -> list[int] | None:
        """The groups of which a sum with signs is a hidden one, but for the first that are `after`; or None."""
        parts, of_part = np.unique(self.of[rows], axis=1, return_inverse=True)
        there = parts.any(axis=0)
        many = np.bincount(of_part.ravel(), minlength=parts.shape[1])
        aims: list[NDArray[np.float64]] = []
        for row in np.flatnonzero(self.hidden & (self.size > 0)):
            held = np.bincount(of_part.ravel(), weights=self.of[row], minlength=parts.shape[1])
            if ((held == 0) | (held == many)).all() and not held[~there].any():
                aims.append((held > 0).astype(float))
        if not aims:
            return None
        inverse = np.linalg.pinv((parts @ parts.T).astype(float), hermitian=True)
        spanned = [aim @ parts.T @ inverse @ parts @ aim for aim in aims]
        follow = [aim for aim, length in zip(aims, spanned, strict=True) if aim.sum() - length < ALMOST][after:]
        if not follow:
            return None
        # the fewest of them: the least of all weights that give it
        cost, equal = np.ones(2 * len(rows)), np.hstack([parts.T, -parts.T])
        weights = linprog(cost, A_eq=equal, b_eq=follow[0]).x
        chosen = abs(weights[: len(rows)] - weights[len(rows) :]) > ALMOST
        return [int(one) for one in rows[chosen]]


def _between(told: Iterable[Told]) -> tuple[int, int]:
    """Between what a group lies for who knows all that is told of it."""
    known = [(one.least, one.most) for one in told]
    return max((least for least, _ in known), default=0), min((most for _, most in known), default=ANY)


def _shares(told: Iterable[Told]) -> set[tuple[str, float, float]]:
    """The shares that are told of a group: of which whole, and between what it lies of that."""
    return {(one.whole, *one.of_whole) for one in told if one.whole and not one.hidden}
