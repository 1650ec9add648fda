"""What a thing about persons may hold: counts made from persons, and numbers and words that know their counts.

Whether it is about persons is read off the files behind its frames, and off what the page has read: nobody declares
it, and nobody has to remember. What the door does not know is refused by name.
"""

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from afkast.analysis.targets import Verdict
from afkast.errors import PageError
from afkast.intake.contracts import PERSON_TABLES
from afkast.report import disclosure
from afkast.report.cells import Link, tells
from afkast.report.counts import TENS, Count, HowMany, Share, SourceShare, counts_of, too_few
from afkast.report.danish import DAY, NO_BREAK_SPACE, UNITS, Given, Quantity, Words, known_of, label
from afkast.report.plain_words import (
    BAND,
    COUNTED,
    DURATION,
    IN_LETTERS,
    LITERAL,
    NUMBER,
    PERCENT,
    counts_up,
    has_digits,
    without_months,
)
from afkast.report.withheld import ANY, Told, withhold

COUNTS = "AFKAST_COUNTS"
"""The file in which a page that is executed notes the counts that it tells; it never leaves the build."""

EVERYBODY, AMONG = "everybody", "among"
"""A line of these notes has all whom the thing's counts are of; each count that follows has a bit for each of them."""

OF_PERSONS = PERSON_TABLES | {"islands", "persons_on_benefit"}

OF_FILES = frozenset({"filer", "bytes", "rækker"})
"""Units of what is counted in files: they count nobody."""

OF_COUNTS = ("%", "pct.point")
MADE_OF_COUNTS = (*OF_COUNTS, "kr.", "1.000 kr.", "mio. kr.", "måneder", "uger", "indeks", "indekspoint")
"""Units of what is made of counts, where a source states these; and where nothing but such counts is behind it."""

ESTIMATED_IN_TENS = ("personer", "sager")

TO_COUNT = (
    "write persons_in(frame) instead of len(frame), and persons_by(frame, column) instead of value_counts or groupby "
    "(afkast.report.counts)."
)
TO_KNOW = (
    "write share(part, whole) of two persons_in, or estimated(number, unit, people=persons_in(frame)) for a mean "
    "(afkast.report.counts)."
)
TO_STATE = (
    'write Quantity(number, "personer") for a number of persons that a source states (.bare to leave "personer" out), '
    "stated_share(part, whole) for a share of two, arithmetic on these for what else is made of them, how_many(names) "
    "for things that are no persons, and Given(number, unit) for what was decided (afkast.report.counts and danish); "
    "a file of published statistics is declared so in sources.yml."
)
TO_SAY = (
    'a text, a caption or an alt text names its numbers in braces, as "Der er {n}.", and gets them as '
    '{"n": persons_in(frame)}; anything else is written in letters, as "de fem største".'
)
TO_DATE = "the day of a person tells of that person: write the month, or count with persons_by (afkast.report.counts)."
"""What to write instead of what is refused."""


def tells_nothing(words: str) -> bool:
    """Whether words say the same whoever the persons are: a day, a month, or that nothing could be decided."""
    return words == Verdict.UNDECIDED or DAY.fullmatch(words) is not None


@dataclass(frozen=True)
class Thing:
    """What a table, figure or text is to the door.

    of_persons: what it draws on is persons. beside_persons: it draws on something else, on a page that has read
    persons. of_counts: what it draws on states how many persons there are, and `of_counts_alone` nothing else.
    beside_counts: the page has read such. public: it is published already. `chosen` are the page's own numbers, and
    `withheld` the counts that an audit of the edition holds back. `rests_on` are the groups behind the numbers that
    know no counts of their own, and `own_words` those of the strategy and its page that have digits.
    """

    id: str
    of_persons: bool = False
    beside_persons: bool = False
    of_counts: bool = False
    of_counts_alone: bool = False
    beside_counts: bool = False
    public: bool = False
    chosen: frozenset[float] = frozenset()
    withheld: frozenset[str] = frozenset()
    rests_on: tuple[Count, ...] = ()
    own_words: tuple[str, ...] = ()
    about_all: bool = False  # a page about all strategies counts files and their rows
    noted: set[str] = field(default_factory=set, compare=False)

    def resting(self, value: Any, unit: str = "", digits: int | None = None) -> Any:
        """A number or words of a thing that rests on groups as one that knows them; a count of persons must be made."""
        if not self.rests_on or isinstance(value, Given | Markup):
            return value
        if isinstance(value, Words) and value.is_made:
            return self._made_words(value, [self.resting(one) for one in value.unknown])
        if isinstance(value, str):
            is_kept = (
                isinstance(value, Words) or value in self.own_words or COUNTED.search(value) or tells_nothing(value)
            )
            return value if is_kept or not too_few(self.rests_on) else Words(value, self.rests_on, tells=False)
        if isinstance(value, int | float | np.number) and not isinstance(value, bool) and value == value:
            value = Quantity(float(value), unit, digits)
        if not isinstance(value, Quantity) or counts_of(value) or not value.known:
            return value
        if UNITS[value.unit].counts_persons or (not value.unit and not value.digits):
            return value
        return replace(value, behind=(*value.behind, *self.rests_on), tells=False)

    def _made_words(self, words: Words, numbers: list[Any]) -> Words:
        """Words whose unknown numbers rest on the thing's groups."""
        rest = [one for one in numbers if counts_of(one)]
        unknown = tuple(one for one in numbers if not counts_of(one))
        known = known_of([*([words] if words.behind else []), *rest])
        return Words(str(words), **known, unknown=unknown, is_in_steps=words.is_in_steps)

    @property
    def guarded(self) -> bool:
        """Whether persons, or how many they are, are behind it or beside it."""
        return self.of_persons or self.beside_persons or self.of_counts or self.beside_counts

    def refuse_numbers(self, place: str, value: Any, unit: str = "") -> None:
        """Refuse a value whose counts the door does not know."""
        if not self.guarded or isinstance(value, Count) or value is None:
            return
        if isinstance(value, Words) and value.is_made:
            for one in value.unknown:
                self.refuse_numbers(place, one)
            return
        if isinstance(value, Markup):
            self.refuse_digits(place, value.striptags())
        elif isinstance(value, str | Link | date):
            self.refuse_digits(place, value if isinstance(value, str) else _read_as(value))
        elif isinstance(value, Quantity):
            if value.known and not self._knows(value):
                self._refuse_unit(place, value.unit, float(value) if isinstance(value, Given) else None)
            elif value.known and not value.tells and counts_of(value):
                self._refuse_estimate(place, value)
        elif isinstance(value, int | float | np.number) and not isinstance(value, bool):
            if value == value:
                self._refuse_unit(place, unit)
        elif not (np.ndim(value) == 0 and pd.isna(value)):
            raise PageError(f"{self._at(place)} is neither a number, words nor a day, but a {type(value).__name__}.")

    def _knows(self, value: Quantity) -> bool:
        """Whether the door knows the counts behind a number; of what a source has counted, these are numbers."""
        if self.of_persons or self.beside_persons:
            return bool(counts_of(value))
        if value.counts or isinstance(value, SourceShare | HowMany):
            return True
        # made of counts, or of what is none, as a change in full-time persons
        of = [one for one in (value.made[1] if value.made else ()) if isinstance(one, Quantity)]
        return bool(of) and all(self._knows(one) or one.unit not in ("", *OF_COUNTS) for one in of)

    def _refuse_unit(self, place: str, unit: str, given: float | None = None) -> None:
        """Refuse a number in this unit that does not know its counts; one that was `given` must be the page's own."""
        if not (self.of_persons or self.beside_persons):
            self._refuse_stated(place, unit, given)
        elif UNITS[unit].counts_persons or not unit:
            if given is None:
                raise PageError(f"{self._at(place)} is a number that was not counted from persons; {TO_COUNT}")
            if not self._is_chosen(given):
                raise PageError(f"{self._at(place)} is said to be given, and is no parameter of page or strategy.")
        elif self.of_persons and given is None and not (self.about_all and unit in OF_FILES):
            raise PageError(f"{self._at(place)} is about persons and does not know the counts behind it; {TO_KNOW}")

    def _refuse_stated(self, place: str, unit: str, given: float | None) -> None:
        """The same where a source has counted the persons: the door tells such a number by its unit, and must know
        what it is that is made of them."""
        if not unit and (given is None or not self._is_chosen(given)):
            raise PageError(f"{self._at(place)} is a number without a unit, beside numbers of persons; {TO_STATE}")
        made = MADE_OF_COUNTS if self.of_counts_alone else OF_COUNTS if self.of_counts else ()
        if given is None and unit in made:
            raise PageError(f"{self._at(place)} is made of numbers of persons and does not know them; {TO_STATE}")

    def _refuse_estimate(self, place: str, value: Quantity) -> None:
        """Refuse a number of persons that is said to be estimated and is told to the last one."""
        if value.unit in ESTIMATED_IN_TENS and (value.digits or 0) > TENS:
            raise PageError(f"{self._at(place)} is said to be estimated and is a number of persons; {TO_COUNT}")

    def _is_chosen(self, number: float) -> bool:
        """Whether it is a number of the page, the strategy or the method."""
        return any(abs(number - one) < 1e-9 for one in self.chosen)

    def _is_given(self, written: str) -> bool:
        """Whether a number as it is written is a chosen one, or 0, which is of nobody."""
        number = float(written.replace(".", "").replace(",", "."))
        return number == 0 or self._is_chosen(number)

    def refuse_drawing(self, draw: Any) -> None:
        """Refuse to have a figure drawn by a function of the page's own, which could draw what is not shown."""
        if self.guarded and not str(draw.__module__).startswith("afkast."):
            raise PageError(
                f"the figure '{self.id}' is drawn by a function of the page's own; on a page of persons use one "
                "of afkast.report.charts or month_charts, which draw nothing but what is shown."
            )

    def refuse_labels(self, place: str, label: Any) -> None:
        """Refuse a heading or a label that says a number of persons; it may say how long or how old, and per cent where
        the numbers rest on persons."""
        for part in label if isinstance(label, tuple) else (label,):
            if isinstance(part, str | Link | date):
                words = _read_as(part)
                self._refuse_counted(place, words)
                said = BAND.sub("", DURATION.sub("", words))
                self.refuse_digits(place, PERCENT.sub("", said) if self.rests_on else said)

    def refuse_sizes(self, place: str, labels: pd.Index) -> None:
        """Refuse labels of an axis that are numbers and may be of persons: they are no years, steps or given ones."""
        if self.guarded:
            for level in range(labels.nlevels):
                numbers = [
                    float(one) for one in labels.get_level_values(level) if isinstance(one, int | float | np.number)
                ]
                numbers = [one for one in numbers if one == one]
                if not counts_up(numbers) and not all(map(self._is_chosen, numbers)):
                    raise PageError(f"{self._at(place)} are numbers that may be counts; {TO_SAY}")

    def _refuse_counted(self, place: str, words: str) -> None:
        """Refuse a number of persons, in digits or letters, where any other number may stand."""
        if self.guarded and (COUNTED.search(words) or IN_LETTERS.search(words)):
            raise PageError(f"{self._at(place)} says a number of persons in its words; {TO_SAY}")

    def refuse_digits(self, place: str, words: str) -> None:
        """Refuse digits in words that do not know their counts; words that are said to be given have given numbers."""
        if not self.guarded:
            return
        left = str(words).replace(NO_BREAK_SPACE, " ")
        for own in self.own_words:
            left = re.sub(re.escape(own), "", left, flags=re.IGNORECASE)
        if not isinstance(words, Words) or IN_LETTERS.search(left):
            self._refuse_counted(place, left)
        left = LITERAL.sub("", without_months(left))
        if self.rests_on:
            left = DURATION.sub("", left)
        if isinstance(words, Words):
            left = NUMBER.sub(lambda found: "" if self._is_given(found[0]) else found[0], left)
        if DAY.search(left):
            raise PageError(f"{self._at(place)} has a day that is neither the page's nor a month's; {TO_DATE}")
        if has_digits(left):
            raise PageError(f"{self._at(place)} has digits in its words; {TO_SAY}")

    def _at(self, place: str) -> str:
        return f"'{place}' of '{self.id}'" if place else f"'{self.id}'"

    def withheld_of(self, values: Mapping[str, Any], states: Mapping[str, str] | None = None) -> frozenset[str]:
        """The counts that must not be told beside each other, and those that the edition holds back."""
        if self.public:
            return frozenset()
        told = list(told_of(self.id, values, states or {}))
        return self.withheld | frozenset(withhold(told, _persons_of(values)).hide) if told else self.withheld

    def note(self, values: Mapping[str, Any], states: Mapping[str, str]) -> None:
        """Note the counts that are told, for the audit of the edition; a page opened by hand notes nothing."""
        path = os.environ.get(COUNTS)
        if not path or self.public:
            return
        persons, lines = _persons_of(values), [asdict(one) for one in told_of(self.id, values, states)]
        new = list(dict.fromkeys(one["digest"] for one in lines if one["digest"] not in self.noted))
        if new:
            self.noted.update(new)
            everybody = np.unique(np.concatenate([persons[digest] for digest in new]))
            among = {digest: np.packbits(np.isin(everybody, persons[digest], assume_unique=True)) for digest in new}
            for line in lines:
                if (bits := among.pop(line["digest"], None)) is not None:
                    line[AMONG] = _in_letters(bits)
            lines.insert(0, {EVERYBODY: _in_letters(everybody)})
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _read_as(value: str | Link | date) -> str:
    return value.text if isinstance(value, Link) else label(value)


def _in_letters(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")


def _persons_of(values: Mapping[str, Any]) -> dict[str, Any]:
    shares = [value for value in values.values() if isinstance(value, Share)]
    counts = [*counts_of(list(values.values())), *(one.whole for one in shares)]
    return {one.digest: one.persons for one in counts if one.digest}


def _told_by(value: Any) -> tuple[Count, ...]:
    """The counts that a shown number or words tell. One who sees a share that is not exact knows about how large the
    part is, but of the group no more than was known: that is told where it is told, and all of it is 100 % of any."""
    if not isinstance(value, Share) or value.exact:
        return counts_of(value)
    return () if value.part.number == value.whole.number else (value.part,)


def told_of(id: str, values: Mapping[str, Any], states: Mapping[str, str]) -> Iterator[Told]:
    """Every count that values tell, at its place; `states` of the places whose value is not simply shown."""
    for place, value in values.items():
        state = states.get(place, "")
        at = f"{id}/{place}"
        row, _, column = place.rpartition("|")
        lines = (f"{id}/{row}|", f"{id}|{column}") if row else ()
        hidden = state in ("few", "hidden")
        if state in ("missing", "future"):
            continue
        if isinstance(value, Count):
            few = state == "few" or (not hidden and disclosure.is_small(value.number))
            if value.digest:
                if few:
                    yield Told(at, value.digest, value.number, 1, disclosure.fewest_shown() - 1, True, lines=lines)
                else:
                    ends = (0, ANY) if hidden else value.ends_of_step
                    yield Told(at, value.digest, value.number, *ends, hidden, lines=lines)
        elif hidden or tells(value) or (isinstance(value, Quantity | Words) and not value.tells):
            for one in counts_of(value):
                if one.digest and 0 < one.number < disclosure.fewest_shown():
                    yield Told(at, one.digest, one.number, 0, ANY, True)
        elif not (isinstance(value, Quantity) and not value.known):
            for one in _told_by(value):
                least, most = value.ends(one) if isinstance(value, Share) else one.ends_of_step
                is_part = isinstance(value, Share) and one is value.part
                of = {"whole": value.whole.digest, "of_whole": value.of_whole} if is_part else {}
                if one.digest:
                    yield Told(at, one.digest, one.number, least, most, **of)
                if of and value.whole.digest:  # of whom the share is, told or not
                    yield Told(at, value.whole.digest, value.whole.number, 0, ANY)
