"""Numbers, dates and units as a Danish reader writes them: 1.234,5 · −3 % · pr. 30. november 2019 · mio. kr."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, SupportsFloat

import numpy as np
import pandas as pd

from afkast.intake.columns import COUNTRY
from afkast.report import disclosure

MONTHS = "januar februar marts april maj juni juli august september oktober november december".split()
NO_BREAK_SPACE = "\u00a0"
SOFT_HYPHEN = "\u00ad"
MINUS = "\u2212"

_DAY = rf"(?:\d{{1,2}}\.\s)?(?:{'|'.join(MONTHS)})(?:\s\d{{4}})?|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}"
DAY = re.compile(_DAY)
"""A day or a month in words, or a day as on paper."""
_A_DATE = re.compile(rf"{_DAY}|^\d{{4}}$")
"""Such a day, or a year by itself."""


@dataclass(frozen=True)
class Unit:
    """How a quantity is written: the stored value ÷ scale, with so many decimals, and its name after it."""

    name: str
    digits: int
    scale: float = 1
    singular: str = ""
    counts_persons: bool = False


UNITS = {
    unit.name: unit
    for unit in (
        Unit("kr.", 0),
        Unit("1.000 kr.", 0, 1_000),
        Unit("mio. kr.", 1, 1_000_000),
        Unit("helårspersoner", 0, singular="helårsperson"),
        Unit("kontaktforløb", 0),
        Unit("fuldtidspersoner", 0, singular="fuldtidsperson"),
        Unit("personer", 0, singular="person", counts_persons=True),
        Unit("fuldtidspersoner", 0, singular="fuldtidsperson"),
        Unit("sager", 0, singular="sag", counts_persons=True),
        Unit("observationer", 0, singular="observation", counts_persons=True),
        Unit("måneder", 1, singular="måned"),
        Unit("uger", 0, singular="uge"),
        Unit("%", 0, 0.01),
        Unit("pct.point", 1, 0.01),
        Unit("indeks", 0),
        Unit("indekspoint", 1),
        Unit("rækker", 0, singular="række"),
        Unit("filer", 0, singular="fil"),
        Unit("bytes", 0),
        Unit("", 0),
    )
}

_UNIT = "|".join(
    sorted((re.escape(one) for unit in UNITS.values() for one in (unit.name, unit.singular) if one), key=len)[::-1]
)
NUMBER = re.compile(
    rf"(?:{_DAY})\b|(?P<number>(?<![\w.,#])[+{MINUS}]?\d{{1,3}}(?:\.\d{{3}})*(?:,\d+)?(?:\s(?:{_UNIT})(?!\w))?)(?![.,]?\w|:)"
)
"""A number in words, with its unit where that follows; a day is met and is none, and a year is not met."""
UNIT = re.compile(rf"(?<=\s)(?:{_UNIT})(?!\w)")


Made = tuple[Callable[..., Any], tuple[Any, ...]]
"""How a number is made, and of what."""

Sides = tuple[str, str]
"""What is said of a number under 0 and of one over it, instead of a sign."""

GAIN: Sides = ("tab", "gevinst")
SAVING: Sides = ("merudgift", "besparelse")
COST: Sides = ("indtægt", "udgift")
COUNTED: Sides = ("færre", "flere")
CHANGE: Sides = ("fald", "stigning")

OF_AMOUNTS = (*GAIN, *SAVING, *COST, *CHANGE)
"""An amount is a loss *of* 2,2 mio. kr.; anything else is 0,2 pct.point *worse*."""
NEUTER = ("tab", "fald")


@dataclass(frozen=True)
class Quantity:
    """A computed number with its unit, ready to be shown; None or NaN means that it is not known.

    behind: the counts of persons that it gives away, such as those of a share and the rest, or numbers with such; it is
    hidden with them. `tells`: whether who sees it can work them out. Arithmetic keeps the counts, and `made` how.
    sides: the words that stand for its sign, as `GAIN`: "et tab på 2,2 mio. kr.". beside: numbers that it would tell
    where they are hidden, as the end of an interval its share: it is hidden with them.
    """

    value: float | None
    unit: str
    digits: int | None = None
    signed: bool = False
    behind: "tuple[SupportsFloat | Quantity, ...]" = ()
    sides: Sides | None = None
    tells: bool = True
    made: Made | None = field(default=None, compare=False, repr=False, kw_only=True)
    beside: "tuple[Quantity, ...]" = field(default=(), compare=False, repr=False, kw_only=True)

    @property
    def known(self) -> bool:
        return self.value is not None and self.value == self.value

    @property
    def in_steps(self) -> "Quantity":
        """The same in the profile's steps: a number of persons rounded, and what is made of such of the rounded."""
        if disclosure.chosen().base == 1 or not self.known:
            return self
        if UNITS[self.unit].counts_persons:
            return replace(self, value=disclosure.rounded_count(float(self)))
        if self.made is None:
            return self
        how, of = self.made
        return replace(self, value=how(*(float(one.in_steps) if isinstance(one, Quantity) else one for one in of)))

    @property
    def is_in_steps(self) -> bool:
        """Whether `in_steps` tells it of rounded counts alone: it is made of them, or those behind it are in steps."""
        if disclosure.chosen().base == 1 or not self.tells:
            return True
        if self.made is not None:
            return all(one.is_in_steps for one in self.made[1] if isinstance(one, Quantity))
        return UNITS[self.unit].counts_persons or all(
            # a count that knows its persons is exact until it is told
            isinstance(one, int | float | np.number) and float(one) == disclosure.rounded_count(float(one))
            for one in self.counts
        )

    @property
    def of_steps(self) -> bool:
        """Whether it is a number of persons, or made of such: one that a profile with steps tells in them."""
        if UNITS[self.unit].counts_persons:
            return True
        return self.made is not None and any(isinstance(one, Quantity) and one.of_steps for one in self.made[1])

    @property
    def counts(self) -> tuple[Any, ...]:
        """The counts behind it, however far; of a number of persons that nothing is behind, itself."""
        if self.is_stated:
            return (float(self),)
        return tuple(count for one in self.behind for count in (one.counts if isinstance(one, Quantity) else (one,)))

    @property
    def is_stated(self) -> bool:
        """Whether it is a number of persons that nothing is behind: a source has counted them."""
        counts = self.unit in UNITS and UNITS[self.unit].counts_persons
        return counts and self.known and not self.behind and self.made is None

    @property
    def bare(self) -> "Quantity":
        """A number of persons, to be told without its unit."""
        return Quantity(self.value, "", self.digits, behind=self.counts, made=(float, (self,)))

    def written_as(self, unit: str, digits: int | None = None, signed: bool = False) -> "Quantity":
        """The same in another unit or with other decimals."""
        made, beside = self.made, self.beside
        return Quantity(self.value, unit, digits, signed, self.counts, self.sides, self.tells, made=made, beside=beside)

    def __float__(self) -> float:
        return float("nan") if self.value is None else float(self.value)

    def __neg__(self) -> "Quantity":
        return self._made(operator.neg)

    def __abs__(self) -> "Quantity":
        return self._made(operator.abs)

    def __add__(self, other: Any) -> Any:
        return self._made(operator.add, other)

    def __radd__(self, other: Any) -> Any:
        """So that `sum` adds them, which begins with 0."""
        return self if other == 0 else self._made(operator.add, other)

    def __sub__(self, other: Any) -> Any:
        return self._made(operator.sub, other)

    def __mul__(self, other: Any) -> Any:
        return self._made(operator.mul, other)

    def __truediv__(self, other: Any) -> Any:
        return self._made(ratio, other, unit="")

    def _made(self, how: Callable[..., Any], *others: Any, unit: str | None = None) -> "Quantity":
        value = how(float(self), *map(float, others))
        of = "pct.point" if self.unit == "%" and how in (operator.add, operator.sub) else self.unit
        return Quantity(
            None if value != value else value,
            of if unit is None else unit,
            None if others else self.digits,
            made=(how, (self, *others)),
            **known_of([one for one in (self, *others) if isinstance(one, Quantity)]),
        )


def known_of(numbers: "Sequence[Quantity | Words]") -> dict[str, Any]:
    """What is known of persons of a number, or of words, made of these."""
    # an estimate tells no counts, whatever is made of it; with a number that does, it only must not be hidden
    telling = [one for one in numbers if one.tells and one.counts]
    resting = [one for one in numbers if one not in telling] if telling else []
    return {
        "behind": tuple(count for one in telling or numbers for count in one.counts),
        "tells": bool(telling) or all(one.tells for one in numbers),
        "beside": (*resting, *(other for one in numbers for other in one.beside)),
    }


@dataclass(frozen=True)
class Given(Quantity):
    """A number that was chosen and not counted: a parameter of the page, of the strategy or of the method."""

    @property
    def in_steps(self) -> "Quantity":
        return self

    @property
    def of_steps(self) -> bool:
        return False

    @property
    def is_stated(self) -> bool:
        return False


def ratio(one: float, other: float) -> float:
    """The one by the other; not known of nothing."""
    return one / other if other else float("nan")


class Words(str):
    """Words made of numbers, with what these know of persons; or of none but given ones, as a name of the method's.

    behind, tells, beside: those of `Quantity`. unknown: the numbers, or words with digits, that they say as well and
    whose counts nobody has told. is_in_steps: whether they say numbers in the profile's steps, as `Quantity.in_steps`.
    """

    __slots__ = ("behind", "beside", "is_in_steps", "tells", "unknown")
    behind: tuple[Any, ...]
    tells: bool
    beside: "tuple[Quantity | Words, ...]"
    unknown: tuple[Quantity | str, ...]
    is_in_steps: bool

    def __new__(
        cls,
        text: str,
        behind: tuple[Any, ...] = (),
        tells: bool = True,
        beside: "tuple[Quantity | Words, ...]" = (),
        unknown: tuple[Quantity | str, ...] = (),
        is_in_steps: bool | None = None,
    ) -> "Words":
        words = super().__new__(cls, text)
        words.behind, words.tells, words.beside, words.unknown = behind, tells, beside, unknown
        told = is_in_steps if is_in_steps is not None else not (tells and behind)
        words.is_in_steps = told or disclosure.chosen().base == 1
        return words

    @property
    def counts(self) -> tuple[Any, ...]:
        """The counts behind them."""
        return self.behind

    @property
    def is_made(self) -> bool:
        """Whether they are made of numbers, and not only said to be a name."""
        return bool(self.behind or self.unknown)


def saying(text: str, *parts: Any, unit: str = "", digits: int | None = None, in_steps: bool = False) -> Words:
    """A text that says these numbers and words, with what each knows of persons; bare numbers are in this unit.
    in_steps: it says the numbers as their `in_steps` are."""
    given = [one if isinstance(one, Quantity | str) else Quantity(float(one), unit, digits) for one in parts]
    unknown: list[Quantity | str] = []
    for one in given:
        if isinstance(one, Words) and one.is_made:
            unknown += one.unknown
        elif (isinstance(one, Quantity) and (one.is_stated or not one.counts)) or (
            isinstance(one, str) and has_number(one)
        ):
            unknown.append(one)
    known = [one for one in given if isinstance(one, Quantity | Words) and one.counts]
    # exactly as they are, numbers may only be said that the profile tells exactly
    exact = not any(one.tells for one in known) and not any(isinstance(one, Quantity) and one.of_steps for one in given)
    kept = all(one.is_in_steps for one in given if isinstance(one, Quantity | Words)) if in_steps else exact
    return Words(text, **known_of(known), unknown=tuple(unknown), is_in_steps=kept)


def _as_told(number: "float | Quantity", unit: str) -> float:
    """A number as the profile tells it; a bare one is in this unit."""
    return float((number if isinstance(number, Quantity) else Quantity(float(number), unit)).in_steps)


def number(value: float, digits: int = 0, scale: float = 1) -> str:
    """value ÷ scale in Danish: thousands point, decimal comma, real minus; halves are rounded away from zero."""
    scaled = _scaled(value, digits, scale)
    text = f"{abs(scaled):,.{max(digits, 0)}f}".translate(str.maketrans(",.", ".,"))
    return (MINUS if scaled < 0 else "") + text


def _scaled(value: float, digits: int, scale: float) -> Decimal:
    """value ÷ scale, rounded."""
    # divided as decimals: as floats 0.285 / 0.01 is less than 28.5
    exact = Decimal(repr(float(value))) / Decimal(repr(float(scale)))
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def rounded(quantity: Quantity) -> float:
    """The number as `written` shows it, in its stored unit: 0.97402 in per cent is 0.97."""
    assert quantity.value is not None
    unit = UNITS[quantity.unit]
    digits = unit.digits if quantity.digits is None else quantity.digits
    return float(_scaled(quantity.value, digits, unit.scale) * Decimal(repr(float(unit.scale))))


def written(quantity: Quantity, with_unit: bool = True) -> str:
    """A quantity as text, such as "−2,2 mio. kr." or "−3 %"; "ikke opgjort" when it is not known."""
    if not quantity.known:
        return "ikke opgjort"
    assert quantity.value is not None
    unit = UNITS[quantity.unit]
    digits = unit.digits if quantity.digits is None else quantity.digits
    text = number(quantity.value, digits, unit.scale)
    if quantity.signed and text.strip("0,.") and not text.startswith(MINUS):
        text = "+" + text
    if not with_unit or not unit.name:
        return text
    name = unit.singular if unit.singular and text.lstrip("+" + MINUS) == "1" else unit.name
    return text + NO_BREAK_SPACE + name


def told(quantity: Quantity) -> tuple[str, str, str]:
    """What stands before a number, the number, and what stands after it: "et tab på ", "2,2 mio. kr.", ""."""
    text = written(quantity)
    if quantity.sides is None or not quantity.known:
        return "", text, ""
    size = text.lstrip("+" + MINUS)
    below, above = quantity.sides
    if not size.split(NO_BREAK_SPACE)[0].strip("0,."):
        return "", f"hverken {above} eller {below}", ""
    word = above if (quantity.value or 0) > 0 else below
    return (f"{with_article(word)} på ", size, "") if word in OF_AMOUNTS else ("", size, f" {word}")


def with_article(word: str) -> str:
    """et tab, en gevinst"""
    return f"{'et' if word in NEUTER else 'en'} {word}"


def in_words(quantity: Quantity) -> str:
    """A quantity with the words for its sign: "et tab på 2,2 mio. kr.", "18 helårspersoner flere"."""
    return "".join(told(quantity))


def chance(probability: "float | Quantity") -> str:
    """A probability in whole per cent, never quite none or quite all of it: "under 1 %", "83 %", "over 99 %"."""
    value = _as_told(probability, "%")
    before = "under " if value < 0.01 else "over " if value > 0.99 else ""
    return saying(before + written(Quantity(min(max(value, 0.01), 0.99), "%")), probability, unit="%", in_steps=True)


def between(
    low: "float | Quantity", high: "float | Quantity", below: str, above: str, unit: str = "", digits: int | None = None
) -> str:
    """An interval in words instead of signs: "mellem 1,3 flere og 3,6 færre", "en merudgift på mellem 2,0 og 2,3 mio.
    kr.", "alt fra et tab på 0,3 til en gevinst på 1,3 mio. kr.".

    `below` and `above` say on which side of 0 an end lies. One that would be written as 0 is "under 0,1".
    """
    ends_known, low, high = (low, high), _as_told(low, unit), _as_told(high, unit)

    def size(value: float, with_unit: bool) -> str:
        text = written(Quantity(abs(value), unit, digits), with_unit)
        if text.split(NO_BREAK_SPACE)[0].strip("0,"):
            return text
        smallest = UNITS[unit].scale * 10.0 ** -(UNITS[unit].digits if digits is None else digits)
        return "under " + written(Quantity(smallest, unit, digits), with_unit)

    of_amounts = below in OF_AMOUNTS
    if low < 0 < high and of_amounts:
        worst, best = (f"{with_article(side)} på " for side in (below, above))
        told = f"alt fra {worst}{size(low, False)} til {best}{size(high, True)}"
    elif low < 0 < high:
        told = f"mellem {size(low, True)} {below} og {size(high, True)} {above}"
    else:
        nearest, farthest = sorted((low, high), key=abs)
        ends, side = f"mellem {size(nearest, False)} og {size(farthest, True)}", above if high > 0 else below
        told = f"{with_article(side)} på {ends}" if of_amounts else f"{ends} {side}"
    return saying(told, *ends_known, unit=unit, digits=digits, in_steps=True)


def span(
    low: "float | Quantity", high: "float | Quantity", unit: str = "", digits: int | None = None, signed: bool = False
) -> str:
    """An interval with its unit once: "mellem −3,0 og −2,0 mio. kr."."""
    ends = (
        written(Quantity(_as_told(end, unit), unit, digits, signed), with_unit=last)
        for end, last in zip((low, high), (False, True), strict=True)
    )
    return saying("mellem " + " og ".join(ends), low, high, unit=unit, digits=digits, in_steps=True)


def in_sentence(area: str) -> str:
    """An area as it is called within a sentence: municipalities have names, the whole country has none."""
    return area[0].lower() + area[1:] if area == COUNTRY else area


def day(value: date) -> str:
    """30. november 2019"""
    return f"{value.day}.{NO_BREAK_SPACE}{MONTHS[value.month - 1]} {value.year}"


def has_number(text: str) -> bool:
    """Whether a text says a number that is no date."""
    return bool(re.search(r"\d", _A_DATE.sub("", text)))


_TOGETHER = re.compile(
    r"(?<=\d) (?=%|(?:mio|kr|pct)\.)|(?<=mio\.) (?=kr\.)|(?<=[Nn]r\.) (?=\d)|(?<=§) (?=\d)"
    rf"|(?<=\d\.) (?=(?:{'|'.join(MONTHS)})\b)|(?<=[+{MINUS}]) (?=\S)|(?<=[+{MINUS}].=) (?=\S)"
)
"""The spaces between a number and its unit, in a unit and a date, and after a sign that is explained."""


def unbroken(text: str) -> str:
    """Words that are not to be parted at the end of a line, kept together: 2,2 mio. kr., 95 %, + = bedre."""
    return _TOGETHER.sub(NO_BREAK_SPACE, text)


_LONG_WORD = re.compile(r"\w{20,}")
_JOINT = re.compile(r"(?<=\w{5}[dtgne]s)(?!ion)(?=\w{5})")
"""A word that has no room in a narrow heading, and where two words are joined in it by an s."""


def parted(text: str) -> str:
    """With a soft hyphen where a long word may end a line: Arbejdsmarkeds-udvalget."""
    return _LONG_WORD.sub(lambda word: _JOINT.sub(SOFT_HYPHEN, word[0]), text)


def short_day(value: date) -> str:
    """30/11/19, as on paper"""
    return f"{value.day}/{value.month}/{value.year % 100:02d}"


def month(value: Any) -> str:
    """november 2019"""
    return f"{MONTHS[value.month - 1]} {value.year}"


def label(value: Any) -> str:
    """A row or column label as text: months and dates in words, anything else as it is."""
    if isinstance(value, pd.Period):
        return month(value)
    if isinstance(value, pd.Timestamp):
        return month(value) if value.day == 1 else day(value.date())
    if isinstance(value, date):
        return day(value)
    return str(value)


def listed(words: list[str]) -> str:
    """a, b og c"""
    text = " og ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    return saying(text, *words, in_steps=True) if any(isinstance(one, Words) for one in words) else text
