"""What must be hidden of counts whose persons are known, so that none from 1 to 4 follows from the others.

The same for one table at the door and for a whole edition: whoever reads it knows every count that is told. Two told
counts, one of a part of the other's persons, tell the rest; so do three. A count that is hidden must keep at least
`FEWEST_VALUES` possible values for one who puts all that is told together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from afkast.report.counts import NEARLY
from afkast.report.disclosure import fewest_shown
from afkast.report.possible import ALMOST, possible_values, values_at_most

FEWEST_VALUES = 4
"""So many values a hidden count must keep."""

MOST_HOLDING = 4
"""Of the told groups that hold a hidden count so many of the smallest and of the largest are looked into."""

LONGEST_STEP = 10
"""Counts are told in fives or in tens at the most."""

MOST_GROUPS = 40
"""With each of these only so many told groups that lie in it are put together."""

MOST_ROWS = 60
"""So many groups are put together with those that they are shares of; the bits of a number name them."""

MOST_PARTS = 150
"""A smallest group that the told ones cut into more parts leaves room enough, and is not put to the test."""

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
        self.least, self.most = _ends(self.told)
        self.told_before = _ends([[one for one in told if one.fixed] for told in self.told])
        self.hidden = np.array([any(one.hidden for one in self.places[name]) for name in self.names], dtype=bool)

    @property
    def exact(self) -> NDArray[np.bool_]:
        return self.least == self.most

    @property
    def fixed(self) -> NDArray[np.bool_]:
        """The groups of which no more is told than an edition that stands has told: that cannot be taken back."""
        return (self.most < ANY) & (self.told_before[0] == self.least) & (self.told_before[1] == self.most)

    @cached_property
    def shares(self) -> dict[tuple[int, int], tuple[float, float]]:
        """Of a part and its whole between what the part lies of it, as far as it is told."""
        return {
            (part, self.rows[one.whole]): one.of_whole
            for part, told in enumerate(self.told)
            for one in told
            if one.whole in self.rows and not one.hidden
        }

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
        exactly = [one for one in self.told[row] if one.exact and not one.fixed]
        if not exactly:
            found.hide[told.digest + NEARLY] = told
        self.told[row] = [one for one in self.told[row] if one.fixed or (exactly and not one.exact)]
        [self.least[row]], [self.most[row]] = _ends([self.told[row]])
        self.hidden[row] = True
        self.__dict__.pop("shares", None)  # asked for again, they are of what is told now
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
        left = [int(row) for row in np.flatnonzero(self.hidden & (self.size > 0))]
        while left:
            row = left.pop(0)
            values, group = self._values_of(row)
            while values < FEWEST_VALUES:
                more = [one for one in group if self.most[one] < ANY and one != row and not self.fixed[one]]
                # a small count that is told to be one is told nothing of first, then the smallest of the shown
                more.sort(key=lambda one: (not self.aside[one], self.exact[one], self.size[one], one))
                if self.most[row] < ANY and not self.exact[row] and not self.fixed[row]:
                    more.insert(0, row)
                if not more:
                    told = next(self._deciding(row, group, group, values), row)
                    places = tuple(dict.fromkeys([self.place(row), self.place(told)]))
                    found.open.append(Withheld(self.names[row], f"its possible values are only {values}", places))
                    break
                # the first that decides; where none alone does it, the first
                away = more[0] if more[0] == row else next(self._deciding(row, group, more, values), more[0])
                self.hide(away, f"it leaves a hidden count {values} possible values", (row,), found)
                left += [away] if away != row else []
                values, group = self._values_of(row)
            found.values[self.names[row]] = values

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

    def _values_of(self, row: int) -> tuple[int, list[int]]:
        """How many values a hidden count may have for who knows all that is told, and which groups decide it."""
        told = (self.most < ANY) & (self.size > 0)
        if leaves := self._rest_of(row, np.flatnonzero(self.exact & told)):
            return 1, leaves
        best, decide = ANY, []
        own = [row] if told[row] else []
        for whole in [*self._holding(row, told), None]:
            inside = told.copy()
            if whole is not None:
                inside &= self.shared[whole] == self.size
            inside[row] = False
            near = np.flatnonzero(inside)
            near = self._around(row, near) if whole is None else self._nearest(row, int(whole), near)
            group = self._that_tell_together([] if whole is None else [int(whole)], near)
            values = self._possible(row, [*own, *group])
            if whole is not None and values >= FEWEST_VALUES:
                fewest, telling = self._values_within(row, int(whole), inside)
                values, group = (fewest, telling) if fewest < FEWEST_VALUES else (values, group)
            if values < best:
                best, decide = values, group
        return best, decide

    def _holding(self, row: int, told: NDArray[np.bool_]) -> list[int]:
        """Told groups that hold this one, the smallest and the largest: of those told exactly, or in steps where there
        is none, as where every count is told in fives."""
        holds = told & (self.shared[row] == self.size[row])
        holds[row] = False
        exactly = holds & self.exact
        rows = np.flatnonzero(exactly if exactly.any() else holds & (self.most - self.least < LONGEST_STEP))
        rows = rows[np.argsort(self.size[rows], kind="stable")]
        return [int(one) for one in (*rows[:MOST_HOLDING], *rows[MOST_HOLDING:][-MOST_HOLDING:])]

    def _values_within(self, row: int, whole: int, inside: NDArray[np.bool_]) -> tuple[int, list[int]]:
        """How many values all that is told of a whole and its parts leave a hidden one for one who knows who they are,
        at most, and which groups decide it; any number where the parts are too many to be put to the test."""
        rows = np.array([whole, *([row] if self.most[row] < ANY else []), *np.flatnonzero(inside)])
        parts = np.unique(self.of[[row, *rows]][:, self.of[whole] > 0], axis=1)
        if parts.shape[1] > MOST_PARTS:
            return ANY, []
        values, decide = values_at_most(parts[0], parts[1:], self.least[rows], self.most[rows])
        return int(min(values, ANY)), [int(one) for one in np.unique(rows[decide])]

    def _deciding(self, row: int, group: list[int], among: list[int], values: int) -> Iterator[int]:
        """Of a group of groups those without which a hidden count may have more than so many values."""
        for one in among:
            if one != row and self._possible(row, [other for other in group if other != one]) > values:
                yield one

    def _nearest(self, row: int, whole: int, among: NDArray[np.int64]) -> NDArray[np.int64]:
        """Parts of a whole, those first that are nearly this group or nearly the rest of the whole: these tell most."""
        shared = self.shared[row, among]
        apart = self.size[row] + self.size[among] - 2 * shared
        return among[np.argsort(np.minimum(apart, self.size[whole] - apart), kind="stable")]

    def _around(self, row: int, among: NDArray[np.int64]) -> NDArray[np.int64]:
        """Groups that share persons with this one, then those that share with these, and so on."""
        ranks = np.full(len(self.names), len(self.names))
        reached, rank = np.zeros(len(self.names), dtype=bool), 0
        reached[row] = True
        while (more := ~reached & (self.shared[reached] > 0).any(axis=0)).any():
            rank += 1
            ranks[more], reached = rank, reached | more
        near = among[reached[among]]
        return near[np.lexsort((-self.shared[row, near], ranks[near]))]

    def _that_tell_together(self, first: list[int], others: Iterable[np.int64]) -> list[int]:
        """Groups to put together of many. Of those told in steps, such as a share each month, nobody knows who are in
        both of two: they tell something together where one holds the other, or they share nobody."""
        group, exact = list(first), self.exact
        for one in map(int, others):
            shared = self.shared[one, group]
            apart = (shared == 0) | (shared == np.minimum(self.size[one], self.size[group]))
            if one not in group and (exact[one] or self.hidden[one] or apart.all()):
                group.append(one)
            if len(group) == MOST_GROUPS:
                break
        return group

    def _possible(self, row: int, group: list[int]) -> int:
        """The possible values of a count when these are told: the parts that they cut the persons into hold any number
        of persons each."""
        rows = list(dict.fromkeys([row, *group]))
        # of a group that is not told the share that a told one is of it tells, too
        shares = {both: ends for both, ends in self.shares.items() if not self.exact[both[1]]}
        rows += [whole for part, whole in shares if part in rows and whole not in rows]
        rows = list(dict.fromkeys(rows))[:MOST_ROWS]
        group = [one for one in group if one in rows]
        if len(rows) == 1:
            return self._width(row)
        within = self.of[rows].astype(bool)
        # which of the groups a person is in, as one number: there are fewer than 64
        names = (within * (1 << np.arange(len(rows), dtype=np.uint64))[:, None]).sum(axis=0)
        _, first = np.unique(names, return_index=True)
        parts = within[:, [one for one in first if names[one]]]
        if parts.shape[1] > MOST_PARTS:
            return self._width(row)
        aim = parts[0].astype(float)
        cut = parts[[rows.index(one) for one in group]].astype(float)
        known = [LinearConstraint(cut, self.least[group], np.minimum(self.most[group], 10**7))] if group else []
        for (part, whole), (low, high) in shares.items():
            if part in rows and whole in rows:
                of_part, of_whole = parts[rows.index(part)].astype(float), parts[rows.index(whole)].astype(float)
                known.append(LinearConstraint(np.stack([of_part - low * of_whole, high * of_whole - of_part]), 0))
        values = possible_values(aim, known)
        return self._width(row) if values is None else int(min(values, ANY))

    def _width(self, row: int) -> int:
        return int(min(self.most[row] - self.least[row] + 1, ANY))


def _ends(told: Sequence[Sequence[Told]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Between what each group lies for who knows all that is told of it."""
    least = [max((one.least for one in of_group), default=0) for of_group in told]
    most = [min((one.most for one in of_group), default=ANY) for of_group in told]
    return np.array(least, dtype=np.int64), np.array(most, dtype=np.int64)
