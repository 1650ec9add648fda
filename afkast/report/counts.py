"""Counts of persons: made from persons, each counted once, and kept by every number that is made of them.

`persons_in` and its like are the only way to a count; a count knows its persons, so that the door sees when two
counts tell a third. Shares and changes are arithmetic on counts, and what is told of them in words (`danish.span`,
`danish.between`) keeps them as well.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil, floor
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from afkast.analysis.targets import share_interval
from afkast.errors import PageError
from afkast.report import disclosure
from afkast.report.danish import UNITS, Made, Quantity, ratio
from afkast.report.disclosure import rounded_count

Persons = NDArray[np.uint64]
"""Who is counted: pseudonyms as numbers, increasing, each once."""

PERSON_COLUMNS = ("person", "case")
"""A case is a person."""

ALMOST = 1e-9

NEARLY = "~"
"""After the digest of a count that is held back: not even a share may tell it nearly."""

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""How finely a share of persons may be told."""
FEWEST_IN_A_STEP = 2
"""Of a share told so finely that a step is one person, two months together tell that one has come or gone."""

THE_REST = "Øvrige"

PARTS_OF_TIME = {"måned": "M", "kvartal": "Q", "år": "Y"}
"""From the finest."""

TENS = -1
"""Decimals of a count that is told in tens: whose persons are not known here, as of one that a database made, or of
which neighbours would tell a few."""


class _OfPersons(Quantity):
    """A number whose persons are known, so that it always can be told of rounded counts."""

    @property
    def is_in_steps(self) -> bool:
        return True

    @property
    def of_steps(self) -> bool:
        return True


@dataclass(frozen=True)
class Count(_OfPersons):
    """How many persons, and which. Without `persons` it was counted elsewhere, and is told in tens."""

    unit: str = "personer"
    persons: Persons | None = field(default=None, compare=False, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.persons is None:
            object.__setattr__(self, "digits", TENS)

    @property
    def bare(self) -> "Count":
        """To be told without "personer"."""
        return replace(self, unit="")

    @property
    def number(self) -> int:
        return int(cast(float, self.value))

    @property
    def ends_of_step(self) -> tuple[int, int]:
        """Between what it lies for who sees it told, in tens or in the profile's steps; exact where in neither."""
        step = max(disclosure.chosen().base, 10 if self.digits == TENS else 1)
        least = step * floor(self.number / step + 0.5) - step // 2
        return max(least, 0), least + step - 1

    @cached_property
    def digest(self) -> str:
        """Alike for the same persons, wherever they are counted; "" where they are not known."""
        return "" if self.persons is None else hashlib.sha256(self.persons.tobytes()).hexdigest()[:24]

    @property
    def counts(self) -> tuple["Count", ...]:
        return (self,)

    @property
    def in_steps(self) -> "Quantity":
        """In the profile's; what is told in tens is so already."""
        if disclosure.chosen().base == 1 or self.digits == TENS:
            return self
        return replace(self, value=rounded_count(self.number))

    def __int__(self) -> int:
        return self.number

    def __add__(self, other: Any) -> Any:
        """Of those in either; of groups that share nobody."""
        if isinstance(other, Count) and self.persons is not None and other.persons is not None:
            both = np.union1d(self.persons, other.persons)
            if len(both) == self.number + other.number:
                return _count(both)
        return super().__add__(other)

    def __sub__(self, other: Any) -> Any:
        """The others, of a group and a part of it."""
        if isinstance(other, Count) and self.persons is not None and other.persons is not None:
            rest = np.setdiff1d(self.persons, other.persons, assume_unique=True)
            if len(rest) == self.number - other.number:
                return _count(rest)
        return super().__sub__(other)

    def __truediv__(self, other: Any) -> Any:
        """The share that a part is of its group, per cent; it tells both counts, as closely as it is written."""
        if isinstance(other, Count):
            return share(self, other)
        return super().__truediv__(other)


@dataclass(frozen=True)
class Share(_OfPersons):
    """A part of a group, as closely as its decimals, or its `step`, tell it. It gives away the part and the rest.

    of_rounded: its value is made of counts in the profile's steps already, as of shares that add up.
    """

    part: Count = field(kw_only=True)
    whole: Count = field(kw_only=True)
    step: float | None = field(default=None, kw_only=True)
    of_rounded: bool = field(default=False, kw_only=True)

    @property
    def counts(self) -> tuple[Count, ...]:
        rest = self.whole - self.part
        return (self.part, rest) if isinstance(rest, Count) else (self.part, self.whole)

    def ends(self, count: Count) -> tuple[int, int]:
        """Between what a count of its group lies, for who sees the share and knows the group."""
        low, high = self._told_of(count)
        # who sees a share of rounded counts knows the group as closely, and of the part which of the rounded give it
        base, whole = disclosure.chosen().base, rounded_count(self.whole.number)
        least = base * ceil(low * whole / base - ALMOST) - base // 2
        most = base * floor(high * whole / base + ALMOST) + base // 2
        return min(max(least, 0), count.number), max(most, count.number)

    @property
    def of_whole(self) -> tuple[float, float]:
        """Between what its part lies of the whole, for who sees the share."""
        low, high = self._told_of(self.part)
        value = self.part.number / self.whole.number if self.whole.number else 0
        slack = disclosure.chosen().base // 2 / self.whole.number if self.whole.number else 0
        return min(low, value) - slack, max(high, value) + slack

    def _told_of(self, count: Count) -> tuple[float, float]:
        """Between what a count lies of the whole as it is written."""
        digits = UNITS["%"].digits if self.digits is None else self.digits
        step = max(self.step or 0, 10.0 ** -(digits + 2))
        part, whole = (rounded_count(one.number) for one in (count, self.whole))
        middle = round(part / whole / step) * step if whole else 0
        return middle - step / 2, middle + step / 2

    @property
    def in_steps(self) -> "Quantity":
        """Of counts in the profile's steps."""
        if disclosure.chosen().base == 1 or self.of_rounded:
            return self
        part, whole = (rounded_count(one.number) for one in (self.part, self.whole))
        return replace(self, value=part / whole if whole else None)

    def written_as(self, unit: str, digits: int | None = None, signed: bool = False) -> Quantity:
        return replace(super().written_as(unit, digits, signed), made=(float, (self,)))

    @property
    def rest(self) -> "Share":
        """The share of the others."""
        value = None if self.value is None else 1 - self.value
        return replace(self, value=value, part=self.whole - self.part)

    @property
    def exact(self) -> bool:
        """Whether only one count gives it."""
        return self.ends(self.part)[0] == self.ends(self.part)[1]


def persons_in(frame: pd.DataFrame, where: ArrayLike | None = None) -> Count:
    """The distinct persons, or cases, of a frame's rows; of those rows `where` it holds."""
    rows = frame if where is None else frame[np.asarray(where, dtype=bool)]
    return _count(_persons(rows[_column_of(frame)]))


def persons_by(frame: pd.DataFrame, by: Any, index: Iterable[Any] | None = None) -> pd.Series:
    """The distinct persons for each value of `by`, a column or a series of the frame's rows; `index` has every value
    that is to be there, also with nobody. Without it, what so few are called that they are hidden is called the rest:
    that somebody has it would tell of them."""
    of_rows = frame[by] if isinstance(by, str) else pd.Series(np.asarray(by), frame.index)
    there = {key: persons_in(rows) for key, rows in frame.groupby(of_rows, sort=True, observed=True)}
    if index is None:
        rare = [key for key, count in there.items() if isinstance(key, str) and disclosure.is_small(count.number)]
        if rare:
            there[THE_REST] = together([*(there.pop(key) for key in rare), there.pop(THE_REST, nobody())])
    labels = pd.Index(list(there) if index is None else index)
    return pd.Series([there.get(label, nobody()) for label in labels], labels, dtype=object)


def persons_so_far(frame: pd.DataFrame, by: Any, index: Iterable[Any]) -> pd.Series:
    """The distinct persons for all values up to and with each of `index`."""
    of_rows = frame[by] if isinstance(by, str) else pd.Series(np.asarray(by), frame.index)
    labels = pd.Index(index)
    return pd.Series([persons_in(frame, (of_rows <= label).to_numpy()) for label in labels], labels, dtype=object)


def persons_by_period(frame: pd.DataFrame, day_of: str, first: Any, last: Any) -> tuple[str, list[pd.Series]]:
    """The distinct persons by the day in a column, for each month, or else each quarter or year, between two days, and
    for all up to and with it: by the finest of these of which no count is so small that it is hidden. Its name, and the
    two series, by its first day; of none "" and nothing."""
    for name, freq in PARTS_OF_TIME.items():
        periods, of_rows = pd.period_range(first, last, freq=freq), frame[day_of].dt.to_period(freq)
        counted = persons_by(frame, of_rows, periods)
        if not any(disclosure.is_small(count.number) for count in counted):
            both = counted, persons_so_far(frame, of_rows, periods)
            return name, [one.set_axis(periods.to_timestamp()) for one in both]
    return "", []


def persons_where(persons: ArrayLike, holds: NDArray[np.bool_]) -> Any:
    """Of persons (n,) those for whom it holds: a count of (n,), a list of counts of the columns of (n, months).

    A person may stand in several rows, and is counted once.
    """
    known = _numbers(np.asarray(persons))
    if holds.ndim == 1:
        return _count(np.unique(known[holds]))
    return [_count(np.unique(known[column])) for column in holds.T]


def together(counts: Iterable[Count]) -> Count:
    """Everybody in any of the groups, each once."""
    return _count(np.unique(np.concatenate([nobody().persons, *(one.persons for one in counts)])))


def counted_elsewhere(numbers: pd.Series) -> pd.Series:
    """Counts of distinct persons that a database made: the persons did not leave it, so they are told in tens."""
    return pd.Series([Count(float(one), digits=TENS) for one in numbers], numbers.index, dtype=object)


def nobody() -> Count:
    return _count(np.array([], dtype=np.uint64))


def share(part: Count, whole: Count, digits: int | None = None) -> Share:
    """What a part is of its group, per cent; not known of a group of nobody."""
    value = part.number / whole.number if whole.number else None
    return Share(value, "%", digits, part=part, whole=whole)


def step_of(whole: Count) -> float:
    """How finely a share of a group may be told for a step of it to be two persons or more."""
    return next((one for one in STEPS if one * whole.number >= FEWEST_IN_A_STEP), STEPS[-1])


def coarse_share(part: Count, whole: Count, value: float | None = None, step: float | None = None) -> Share:
    """What a part is of its group, per cent, so coarsely that it tells of no single person.

    value: where it is estimated, and not simply the one number divided by the other. step: of a group that was larger.
    """
    known = share(part, whole, 0)
    step, value = step or step_of(whole), known.value if value is None else value
    return replace(known, value=None if value is None else step * round(value / step), step=step)


def estimated_share(value: float, part: Count, whole: Count, digits: int | None = None) -> Share:
    """What a part is of its group where that is estimated, and not simply the one number divided by the other, as of
    cases that are not all followed; where counts are rounded, in steps of as many persons."""
    base, known = disclosure.chosen().base, Share(value, "%", digits, part=part, whole=whole)
    if base == 1 or not known.known:
        return known
    step = next((one for one in STEPS if one * whole.number >= base), STEPS[-1])
    return replace(known, value=step * round(value / step), step=step, of_rounded=True)


def for_each(amount: float, group: Count, unit: str, digits: int | None = None) -> Quantity:
    """An amount for each of a group, which gives away how large the group is; not known of a group of nobody."""
    return cast(Quantity, Quantity(amount, unit) / group).written_as(unit, digits)


def stated_share(part: float, whole: float, digits: int | None = None) -> Quantity:
    """What a part is of a group, of counts that a source states; it gives away the part and the rest."""
    of = tuple(Quantity(float(one), "personer") for one in (part, whole))
    value = part / whole if whole else None
    return Quantity(value, "%", digits, behind=(part, whole - part), made=(ratio, of))


@dataclass(frozen=True)
class SourceShare(Quantity):
    """A share whose counts its source does not tell: where counts are rounded it cannot be made again and is hidden."""

    @property
    def is_in_steps(self) -> bool:
        return disclosure.chosen().base == 1


def source_share(value: float, digits: int | None = None) -> SourceShare:
    """A share as its source has worked it out, of counts that it does not tell."""
    return SourceShare(value, "%", digits)


@dataclass(frozen=True)
class HowMany(Quantity):
    """How many things that have a name each, such as a report's measurement points: it counts nobody."""


def how_many(names: Iterable[str]) -> HowMany:
    """The number of things that have a name each and are no persons; told beside what a source has counted."""
    return HowMany(float(len(set(names))), "")


def share_range(part: Count, whole: Count, digits: int | None = None) -> tuple[Quantity, Quantity]:
    """The 95 % limits of a share, which give its counts away as surely as the share."""
    ends = share_interval(part.number, whole.number) if whole.number else (None, None)
    behind, made = share(part, whole).counts, made_range(part, whole)
    low, high = (Quantity(end, "%", digits, behind=behind, made=how) for end, how in zip(ends, made, strict=True))
    return low, high


def made_range(part: Count, whole: Count) -> tuple[Made, Made]:
    """How the limits of a share are made again of rounded counts."""
    return (_lower_limit, (part, whole)), (_upper_limit, (part, whole))


def estimated(
    value: float | None,
    unit: str,
    digits: int | None = None,
    *,
    people: Any,
    signed: bool = False,
    beside: Iterable[Quantity] = (),
    made: Made | None = None,
) -> Quantity:
    """A number that rests on these persons and tells none of their counts, such as an adjusted effect.

    beside: what it would tell where that is hidden. made: how it is made again where these are rounded.
    """
    known = None if value is None else float(value)
    behind = counts_of(people)
    return Quantity(known, unit, digits, signed, behind=behind, tells=False, beside=tuple(beside), made=made)


def in_tens(counts: Iterable[Count]) -> list[Count]:
    """Counts of which neighbours would tell that one to four came or went: each to the nearest ten; where all are
    rounded as they are, for in tens as well the same count would be known more closely."""
    return [replace(one, digits=TENS) if disclosure.chosen().base == 1 else one for one in counts]


def counts_of(values: Any) -> tuple[Count, ...]:
    """The counts behind a number, words, or several of them."""
    if isinstance(values, Count):
        return (values,)
    if isinstance(values, Quantity):
        return tuple(one for one in values.counts if isinstance(one, Count))
    if isinstance(values, Mapping):
        values = values.values()
    if hasattr(values, "behind"):  # words
        values = values.behind
    if isinstance(values, str) or not isinstance(values, Iterable):
        return ()
    return tuple(count for one in values for count in counts_of(one))


def too_few(groups: Iterable[Count]) -> tuple[Count, ...]:
    """Those of the groups that a number rests on which are so small that it would tell of them."""
    return tuple(one for one in groups if 0 < one.number < disclosure.FEWEST_BEHIND_AN_ESTIMATE)


def _lower_limit(part: float, whole: float) -> float:
    return share_interval(int(part), int(whole))[0] if whole else float("nan")


def _upper_limit(part: float, whole: float) -> float:
    return share_interval(int(part), int(whole))[1] if whole else float("nan")


def _count(persons: Persons) -> Count:
    return Count(len(persons), persons=persons)


def _persons(names: pd.Series) -> Persons:
    return np.unique(_numbers(names.to_numpy()))


def _numbers(names: NDArray[Any]) -> Persons:
    return cast(Persons, pd.util.hash_array(names.astype(object)))


def _column_of(frame: pd.DataFrame) -> str:
    for name in PERSON_COLUMNS:
        if name in frame:
            return name
    raise PageError(
        f"persons are counted in a frame with a column {' or '.join(PERSON_COLUMNS)}; this one has "
        f"{', '.join(map(str, frame.columns))}."
    )
