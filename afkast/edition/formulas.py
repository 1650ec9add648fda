"""Which cells of a table are arithmetic on other cells of it: in a workbook they are live formulas.

Nothing is declared: a formula is one where it holds in the numbers of the file itself, in every line of the table where
there are numbers, and where there are enough of these for it not to be chance.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations, product

Place = tuple[int, int]
"""Row and column of a table's body."""

Number = float | None

FEWEST, FEWEST_OF_WHOLE = 2, 4
"""Of so many different numbers must each of three lines be made; of whole ones, which are alike by chance, of more."""

MOST_LINES = 30
"""A table with more rows is a series, and nothing of it a result of two others."""

PERIOD = re.compile(r"\b\d{4}$")
"""A label that ends in a year is of a month or a year."""


@dataclass(frozen=True)
class Formula:
    """The words of a spreadsheet, with {0}, {1} … for the cells, and what it comes to with them."""

    words: str
    cells: tuple[Place, ...]
    value: float


@dataclass(frozen=True)
class Relation:
    """What one number is of two others of one unit; suits: of its unit and theirs."""

    words: str
    of: Callable[[float, float], float]
    suits: Callable[[str, str], bool]


RELATIONS = (
    Relation("{0}-{1}", lambda a, b: a - b, lambda own, theirs: own == theirs),
    Relation("{0}+{1}", lambda a, b: a + b, lambda own, theirs: own == theirs),
    Relation("{0}/{1}", lambda a, b: a / b, lambda own, theirs: own == "%" != theirs),
    Relation("({0}-{1})/{1}", lambda a, b: (a - b) / b, lambda own, theirs: own == "%" != theirs),
    Relation("({0}-{1})*100", lambda a, b: (a - b) * 100, lambda own, theirs: (own, theirs) == ("pct.point", "%")),
)


@dataclass(frozen=True)
class Body:
    """A table's numbers as a spreadsheet holds them, shares as such, with their units and the rows that are totals.

    labels, heads: of its rows and columns.
    slack: how far each number may be from what it comes of, for being rounded; others: the same of a number that it
    comes of, which is 0 where the file has numbers as the page shows them.
    """

    labels: list[str]
    heads: list[str]
    values: list[list[Number]]
    units: list[list[str]]
    totals: list[int]
    slack: list[list[float]]
    others: list[list[float]]

    def rows(self) -> list[list[Place]]:
        return [[(r, c) for c in range(len(row))] for r, row in enumerate(self.values)]

    def columns(self) -> list[list[Place]]:
        return [list(column) for column in zip(*self.rows(), strict=True)]

    def known(self, places: Iterable[Place]) -> list[float]:
        return [number for r, c in places if (number := self.values[r][c]) is not None]


def formulas(body: Body) -> dict[Place, Formula]:
    """The formula of every cell that is arithmetic: of the rows above it, of the columns before it, of two others."""
    found: dict[Place, Formula] = {}
    of_two = (*_of_two(body, body.columns(), body.heads), *_of_two(body, body.rows(), body.labels))
    for place, formula in (*_totals(body), *_across(body), *of_two):
        if place not in found and not _leads_back(found, place, formula.cells):
            found[place] = formula
    return found


def _leads_back(found: dict[Place, Formula], place: Place, cells: tuple[Place, ...]) -> bool:
    """Whether one of these cells is reckoned from the place itself."""
    return place in cells or any(_leads_back(found, place, found[one].cells) for one in cells if one in found)


def _totals(body: Body) -> Iterator[tuple[Place, Formula]]:
    """A row that is a total, of the rows since the total before it, or of all before it."""
    for r, column in product(body.totals, body.columns()):
        before = [one for one in body.totals if one < r]
        for first in dict.fromkeys([before[-1] + 1 if before else 0, 0]):
            if formula := _sum(body, column[r], column[first:r]):
                yield column[r], formula
                break


def _across(body: Body) -> Iterator[tuple[Place, Formula]]:
    """A column that in every row is the sum of the columns before it, three or more."""
    if len(body.columns()) > MOST_LINES:
        return
    for c, first in ((to, first) for to in range(3, len(body.columns())) for first in range(to - 2)):
        told = [row for row in body.rows() if body.known([row[c]])]
        made = {row[c]: _sum(body, row[c], row[first:c]) for row in told}
        if all(made.values()) and _are_enough(body, [row[c] for row in told]):
            yield from ((place, formula) for place, formula in made.items() if formula)


def _sum(body: Body, to: Place, parts: list[Place]) -> Formula | None:
    known = body.known(parts)
    alike = len({body.units[r][c] for r, c in (to, *parts)}) == 1
    if len(parts) < 2 or len(known) < len(parts) or not alike or not body.known([to]):
        return None
    if abs(sum(known) - body.known([to])[0]) > body.slack[to[0]][to[1]] + sum(body.others[r][c] for r, c in parts):
        return None
    return Formula(f"SUM({{0}}:{{{len(parts) - 1}}})", tuple(parts), sum(known))


def _of_two(body: Body, lines: list[list[Place]], labels: list[str]) -> Iterator[tuple[Place, Formula]]:
    """What a line is of two lines before it wherever it has a number. One of a month or a year is no sum of others."""
    if len(lines) > MOST_LINES:
        return
    for number, line in enumerate(lines):
        if PERIOD.search(labels[number]) or not _are_enough(body, line):
            continue
        before = [one for one in reversed(lines[:number]) if _are_enough(body, one)]
        for (a, b), relation in product(permutations(before, 2), RELATIONS):
            if made := _line(body, relation, line, a, b):
                yield from made.items()
                break


def _line(body: Body, relation: Relation, line: list[Place], a: list[Place], b: list[Place]) -> dict[Place, Formula]:
    """The relation in every cell of a line that has a number; nothing where one of them does not follow it."""
    made: dict[Place, Formula] = {}
    for place, one, other in zip(line, a, b, strict=True):
        if body.known([place]):
            formula = _made(body, relation, place, one, other)
            if formula is None:
                return {}
            made[place] = formula
    return made


def _made(body: Body, relation: Relation, to: Place, a: Place, b: Place) -> Formula | None:
    """The relation, where it holds in a cell."""
    unit, of_a, of_b = (body.units[r][c] for r, c in (to, a, b))
    if of_a != of_b or not relation.suits(unit, of_a) or len(numbers := body.known([a, b])) < 2:
        return None
    slack_a, slack_b = (body.others[r][c] for r, c in (a, b))
    try:
        value = relation.of(*numbers)
        around = [
            relation.of(numbers[0] + i * slack_a, numbers[1] + j * slack_b) for i, j in product((-1, 1), repeat=2)
        ]
    except ZeroDivisionError:
        return None
    slack = body.slack[to[0]][to[1]] + max(abs(one - value) for one in around)
    return Formula(relation.words, (a, b), value) if abs(value - body.known([to])[0]) <= slack else None


def _are_enough(body: Body, line: list[Place]) -> bool:
    told = {number for number in body.known(line) if number}
    return len(told) >= (FEWEST_OF_WHOLE if all(number == round(number) for number in told) else FEWEST)
