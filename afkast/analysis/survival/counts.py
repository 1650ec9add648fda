"""From persons to counts: how many could leave at each time, how many left, how many were last seen.

Time is whole units since time zero (weeks or months). A row is followed over (entry, exit]: who enters at t is not
at risk at t, who exits at t is, and events come before censorings at a tie. This is R's convention, and it makes
integer time exact: a curve over K units needs K counts, however many persons stand behind them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from afkast.errors import AfkastError

LONGEST_TIME = 1_000_000
"""A longer duration is a date or a unit gone wrong."""

ROWS_AT_A_TIME = 1 << 15

LARGEST_WHOLE = 2.0**53
"""Above this, floats skip whole numbers."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """At risk just before t, with the event at t, censored at t, for t = 0…T; arrays (T+1,) or (groups, T+1).

    n_t = Σ_{s<t} entries_s − Σ_{s<t} exits_s. Persons (whole numbers), or sums of weights.
    """

    at_risk: Floats
    events: Floats
    censored: Floats


@dataclass(frozen=True)
class Rows:
    """Checked rows of follow-up, each (rows,): n persons alike per row, weights of each of them, person as codes.

    event is a code from 0 (censored); entry None means followed from the beginning, time 0 included.
    """

    exit: Integers
    event: Integers | NDArray[np.bool_]
    entry: Integers | None
    n: Floats | None
    weights: Floats | None
    person: Integers | None
    persons: int
    last: int

    @property
    def robust(self) -> bool:
        """Whether the rows are weighted or several to a person, so that counts alone give no variance."""
        return self.weights is not None or self.person is not None

    def weight(self) -> Floats | float:
        """Weight of each person of a row."""
        return 1.0 if self.weights is None else self.weights

    def of(self, chosen: NDArray[np.bool_]) -> "Rows":
        """The chosen rows; persons keep their codes."""

        def kept(column: Any) -> Any:
            return None if column is None else column[chosen]

        exit, event, entry = kept(self.exit), kept(self.event), kept(self.entry)
        last = int(exit.max())
        return Rows(exit, event, entry, kept(self.n), kept(self.weights), kept(self.person), self.persons, last)

    def cells(self) -> tuple["Rows", Integers]:
        """The distinct (entry, exit, event), as unweighted rows, and the place of each row among them."""
        times, kinds = self.last + 1, int(self.event.max()) + 1
        code = self.exit * kinds + self.event
        if self.entry is not None:
            code = code + self.entry * (times * kinds)
        distinct, cell = np.unique(code, return_inverse=True)
        entry = None if self.entry is None else distinct // (times * kinds)
        exit, event = distinct // kinds % times, distinct % kinds
        return Rows(exit, event, entry, None, None, None, len(distinct), self.last), cell


def known(name: str, values: ArrayLike) -> NDArray[Any]:
    """The values as an array without a missing or infinite one; `name` is the word for them in the error."""
    array = np.asarray(values)
    if array.dtype.kind in "iub":
        return array
    missing = pd.isna(array) if array.dtype.kind != "f" else ~np.isfinite(array)
    if missing.any():
        raise AfkastError(f"{name} is missing in {int(missing.sum())} rows; leave them out or correct them.")
    return array


def whole(name: str, values: ArrayLike) -> Integers:
    """The values as whole numbers from 0; `name` is the word for them in the error."""
    return whole_and_largest(name, values)[0]


def whole_and_largest(name: str, values: ArrayLike) -> tuple[Integers, int]:
    """As `whole`, and the largest of them, 0 of none: both from one pass over the rows."""
    array = known(name, values)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise AfkastError(f"{name} must be a row of whole numbers.")
    if array.dtype.kind == "f":
        if broken := int((array != np.floor(array)).sum()):
            raise AfkastError(f"{name} must be whole numbers, but is not in {broken} rows.")
        if (np.abs(array) > LARGEST_WHOLE).any():
            raise AfkastError(f"{name} is too large to be a whole number.")
    numbers = array.astype(np.int64, copy=False)
    # read without a sign, a negative number is larger than any other
    largest = int(numbers.view(np.uint64).max()) if len(numbers) else 0
    if largest > np.iinfo(np.int64).max:
        raise AfkastError(f"{name} cannot be negative; it is in {int((array < 0).sum())} rows.")
    return numbers, largest


def positive(name: str, values: ArrayLike) -> Floats:
    """The values as numbers above 0; `name` is the word for them in the error."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf" or not (np.isfinite(array) & (array > 0)).all():
        raise AfkastError(f"{name} must be a number above 0 in each row.")
    return array.astype(np.float64, copy=False)


def yes_or_no(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """The values as bool, of any shape; 0 and 1 will do. `name` is the word for them in the error."""
    array = np.asarray(values)
    if array.dtype != np.bool_:
        array = known(name, array)
        if not np.isin(array, (0, 1)).all():
            raise AfkastError(f"{name} must be 0 or 1, false or true.")
    return array.astype(np.bool_, copy=False)


def places(name: str, labels: ArrayLike, rows: int) -> tuple[NDArray[np.generic], Integers]:
    """The distinct labels in sorted order, and each row's place among them."""
    array = known(name, labels)
    if array.shape != (rows,):
        raise AfkastError(f"{name} must be given in each of the {rows} rows, but is in {array.size}.")
    distinct, place = np.unique(array, return_inverse=True)
    return distinct, place


def one_of_each(what: str, size: int, columns: dict[str, Any]) -> None:
    """Refuse a column that does not have a value for each of the rows; keys are plurals."""
    for name, column in columns.items():
        if column is not None and np.shape(column) != (size,):
            raise AfkastError(f"there are {size} {what}, but {np.size(column)} {name}; there must be as many.")
    if columns.get("persons") is not None and columns.get("counts") is not None:
        raise AfkastError("a count and a person cannot stand in the same row; use the one or the other.")


def checked_rows(
    exit: ArrayLike,
    event: ArrayLike,
    entry: ArrayLike | None = None,
    n: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    person: ArrayLike | None = None,
    events: int = 1,
) -> Rows:
    """Rows that can be counted; AfkastError says in one sentence what cannot. `events` is the largest event code."""
    last_seen, last = whole_and_largest("the exit time", exit)
    happened = known("the event", event)
    if happened.dtype != np.bool_:
        happened = whole("the event", happened)
        if len(happened) and happened.max() > events:
            raise AfkastError(f"the event must be a whole number from 0 to {events}, where 0 is no event.")
    entered = None if entry is None else whole("the entry time", entry)
    number = None if n is None else positive("the count", whole("the count", n))
    weight = None if weights is None else positive("the weight", weights)

    size = len(last_seen)
    columns = {"events": happened, "entries": entered, "counts": number, "weights": weight, "persons": person}
    one_of_each("exit times", size, columns)
    if size == 0:
        raise AfkastError("there are no persons to reckon with.")
    if last > LONGEST_TIME:
        raise AfkastError(f"an exit time is over {LONGEST_TIME}; count weeks or months from time zero.")
    if entered is not None and (entered >= last_seen).any():
        late = int((entered >= last_seen).sum())
        raise AfkastError(f"exit must lie after entry; it does not in {late} rows.")
    persons, codes = size, None
    if person is not None:
        labels, codes = places("the person", person, size)
        persons = len(labels)
    return Rows(last_seen, happened, entered, number, weight, codes, persons, last)


def tally(
    rows: Rows, group: Integers | None = None, groups: int = 1, events: int = 1, *, weighted: bool = False
) -> Floats:
    """At risk, censored and events 1…`events`, (groups, 2 + events, T+1); persons, or sums of their weights.

    The kernel of everything here: one bincount of exits by (group, time, event), one of entries, one cumsum.
    """
    amount, weighted = rows.n, weighted and rows.weights is not None
    if weighted:
        amount = np.asarray(rows.weight() * (1.0 if rows.n is None else rows.n))
    times, kinds = rows.last + 1, 1 + events
    exits = _exits(rows, group, times, kinds, amount, groups * times * kinds).reshape(groups, times, kinds)
    # n_t as those who are still to exit less those who are still to enter, both counted from the end
    at_risk = exits.sum(axis=2)[:, ::-1].cumsum(axis=1)[:, ::-1].astype(np.float64)
    if rows.entry is not None:
        place = rows.entry if group is None else group * times + rows.entry
        entries = np.bincount(place, amount, groups * times).reshape(groups, times)
        at_risk -= entries[:, ::-1].cumsum(axis=1)[:, ::-1]
        if weighted:  # sums of weights leave a rounded nothing where nobody is
            at_risk = np.where(tally(rows, group, groups, events)[:, 0] > 0, at_risk, 0.0)
    return np.concatenate([at_risk[:, None], exits.transpose(0, 2, 1)], axis=1)


def _exits(
    rows: Rows, group: Integers | None, times: int, kinds: int, amount: Floats | None, size: int
) -> NDArray[Any]:
    """How many rows (or how much of them) have each (group, time, event), counted piece by piece.

    A piece and its places stay in the processor's cache; of a million rows that is most of the time.
    """
    total: NDArray[Any] = np.zeros(size, dtype=np.int64 if amount is None else np.float64)
    step = max(ROWS_AT_A_TIME, 4 * size)
    room = np.empty(min(step, len(rows.exit)), dtype=np.int64)
    for first in range(0, len(rows.exit), step):
        some = slice(first, first + step)
        exit = rows.exit[some]
        place = np.multiply(exit, kinds, out=room[: len(exit)])
        place += rows.event[some]
        if group is not None:
            place += group[some] * (times * kinds)
        total += np.bincount(place, None if amount is None else amount[some], size)
    return total


def count(
    exit: ArrayLike,
    event: ArrayLike,
    entry: ArrayLike | None = None,
    *,
    n: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    group: ArrayLike | None = None,
) -> Counts:
    """Counts by time, and by group when its codes 0…G−1 are given.

    exit, entry: (rows,) whole units; event: (rows,) whether the exit is the event rather than the end of following;
    n: (rows,) how many persons are like this, as in a table counted by SQL; weights: (rows,) of each of them.
    """
    rows = checked_rows(exit, event, entry, n, weights)
    if group is None:
        return Counts(*tally(rows, weighted=True)[0, [0, 2, 1]])
    codes = whole("the group", group)
    one_of_each("exit times", len(rows.exit), {"groups": codes})
    table = tally(rows, codes, int(codes.max()) + 1, weighted=True)
    return Counts(table[:, 0], table[:, 2], table[:, 1])


def hazard(persons: Counts, weighted: Counts) -> Floats:
    """h_t = d_t/n_t of the weighted counts; exactly 0 where nobody leaves and 1 where everybody does."""
    with np.errstate(divide="ignore", invalid="ignore"):
        h = weighted.events / weighted.at_risk
    h = np.where(persons.events == 0, 0.0, h)
    return np.where((persons.events > 0) & (persons.events == persons.at_risk), 1.0, h)
