"""One value as a cell: written in Danish in its unit, with its state, and hidden where it counts few persons."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
from markupsafe import Markup

from afkast.analysis.targets import Verdict
from afkast.errors import PageError
from afkast.report import danish, disclosure
from afkast.report.counts import NEARLY, Count, Share
from afkast.report.danish import UNITS, Quantity, Words

STATES = ("missing", "few", "hidden", "provisional", "future")
"""What a cell without an ordinary number may be."""


def told_of_state(state: str) -> tuple[str, str]:
    """What a cell in a state shows, and the line under the table that explains it."""
    few, fewest = disclosure.chosen().few, disclosure.fewest_shown()
    return {
        "missing": ("–", "–: ikke opgjort."),
        "few": (few, f"{few}: et antal under {fewest}."),
        "hidden": (
            disclosure.HIDDEN_AS,
            f"{disclosure.HIDDEN_AS}: skjult af diskretionshensyn, uanset størrelse; tallet er under {fewest} eller "
            "ville røbe et, der er.",
        ),
        "provisional": ("", "*: foreløbigt tal, som senere registreringer kan ændre."),
    }.get(state, ("", ""))


UnitOf = str | tuple[str, int]
"""A unit's name, or the name and the number of decimals."""


@dataclass(frozen=True)
class Link:
    """A cell that leads to another page of the book."""

    text: str
    href: str


@dataclass(frozen=True)
class Cell:
    """One cell as it is shown and as it is filed."""

    shown: str | Markup
    value: float | str | None
    state: str = "ok"
    numeric: bool = False
    small: bool = False  # a count that would be hidden, had it not been published already
    before: str = ""  # words for its sign, which are no part of the number
    after: str = ""
    rounded: bool = False  # a count in the profile's steps, or made of such

    @property
    def css(self) -> str:
        return " ".join((["number"] if self.numeric else []) + ([self.state] if self.state != "ok" else []))


def unit_of(unit: UnitOf) -> tuple[str, int | None]:
    """A unit's name and its own number of decimals, if any; refuses one that there is not."""
    name, digits = (unit, None) if isinstance(unit, str) else unit
    if name not in UNITS:
        raise PageError(f"there is no unit '{name}'; there are {', '.join(UNITS)}.")
    return name, digits


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) or hasattr(value, "dtype")


def is_known(value: Any) -> bool:
    return value.known if isinstance(value, Quantity) else isinstance(value, Link) or not pd.isna(value)


_BADGES = {
    Verdict.REACHED: "reached",
    Verdict.ON_TRACK: "on-track",
    Verdict.BEHIND: "behind",
    Verdict.UNDECIDED: "undecided",
}


def badge(verdict: Verdict) -> Markup:
    """A verdict as the book's badge: its word, and a class that gives it sign and colour."""
    return Markup('<span class="verdict verdict-{}">{}</span>').format(_BADGES[verdict], verdict.value)


def cell_of(
    value: Any,
    unit: str,
    digits: int | None,
    state: str,
    public: bool = False,
    withheld: frozenset[str] = frozenset(),
) -> Cell:
    """A value as a cell: numbers in their unit, verdicts as badges, dates in words, anything else as text.

    A small count of persons is hidden unless it is `public` already, and so is a number or words that tell a small
    count, or one that is `withheld`.
    """
    if state in ("few", "hidden", "missing", "future"):
        return Cell(told_of_state(state)[0], None, state, numeric=True)
    if isinstance(value, Verdict):
        return Cell(badge(value), value.value)
    if isinstance(value, Link):
        return Cell(Markup('<a href="{}">{}</a>').format(value.href, value.text), value.text)
    if isinstance(value, date):
        return Cell(danish.day(value), value.isoformat())
    if isinstance(value, Words) and (tells(value, withheld) or not value.is_in_steps):
        return Cell(told_of_state("hidden")[0], None, "hidden")
    if isinstance(value, str):
        return Cell(value, value)
    quantity = value if isinstance(value, Quantity) else Quantity(value, unit, digits)
    name, _ = unit_of(quantity.unit)
    if not quantity.known:
        return Cell(danish.written(quantity), None, "missing", numeric=True)
    small = (UNITS[name].counts_persons or isinstance(value, Count)) and disclosure.is_small(float(quantity))
    hides = tells(quantity, withheld) or (not public and not quantity.is_in_steps)
    if (small or hides) and not public:
        state = "hidden" if hides else "few"
        return Cell(told_of_state(state)[0], None, state, numeric=True)
    if isinstance(value, Count) and value.digits is None and digits is not None:
        quantity = replace(value, digits=digits)
    in_tens = (quantity.digits or 0) < 0
    in_steps = disclosure.chosen().base > 1 and not public and quantity.of_steps and not in_tens
    if not public:
        quantity = quantity.in_steps
    with_unit = isinstance(value, Quantity) and value.unit != unit
    shown = danish.written(quantity, with_unit=with_unit or unit == "%")
    before, shown, after = danish.told(quantity) if quantity.sides else ("", shown, "")
    shown += "*" if state == "provisional" else ""
    # what is filed of persons tells no more than what is shown
    of_persons = not public and quantity.tells and bool(quantity.counts)
    number = danish.rounded(quantity) if of_persons or (quantity.digits or 0) < 0 else float(quantity)
    return Cell(shown, number, state, numeric=True, small=small or hides, before=before, after=after, rounded=in_steps)


def tells(value: Any, withheld: frozenset[str] = frozenset()) -> bool:
    """Whether a number or words give away a small count, or one that is withheld.

    An estimate tells no count, but must not rest on very few, nor stand beside what it would tell.
    """
    if isinstance(value, Count):
        return value.digest in withheld
    if not isinstance(value, Words | Quantity) or (isinstance(value, Quantity) and value.is_stated):
        return False  # a small number of persons is told to be one
    counts = value.counts
    if any(_is_hidden(one, withheld) for one in value.beside):
        return True
    if not value.tells:
        return any(0 < float(one) < disclosure.FEWEST_BEHIND_AN_ESTIMATE for one in counts)
    if isinstance(value, Share) and not value.exact:
        return any(disclosure.is_small(one.number) or one.digest + NEARLY in withheld for one in counts)
    return any(disclosure.is_small(float(one)) or getattr(one, "digest", "") in withheld for one in counts)


def _is_hidden(value: Quantity | Words, withheld: frozenset[str]) -> bool:
    return tells(value, withheld) or (isinstance(value, Count) and disclosure.is_small(value.number))


def as_drawn(cell: Cell, unit: str, digits: int | None) -> float:
    """The number that a cell shows, in the stored unit; NaN where it shows none."""
    if not isinstance(cell.value, float):
        return float("nan")
    return danish.rounded(Quantity(cell.value, unit, digits))


def text_of(cell: Cell) -> str:
    """The number or the text of a cell, without the words for its sign."""
    return Markup(cell.shown).striptags() if isinstance(cell.shown, Markup) else cell.shown


def words_of(cell: Cell) -> str:
    """A cell as a reader reads it: "et tab på 2,2 mio. kr."."""
    return cell.before + text_of(cell) + cell.after


def said_of(cell: Cell, value: Any) -> str:
    """A value's cell as a sentence says it: a small count in words, and a hidden quantity by its unit, for two dots
    there are taken for a slip."""
    if cell.state == "few" and isinstance(value, Quantity):
        return f"færre end {disclosure.fewest_shown()}{f' {value.unit}' if value.unit else ''}"
    if cell.state == "hidden" and isinstance(value, Quantity | Words):
        return _hidden_in_words(value.unit) if isinstance(value, Quantity) else "skjult"
    return words_of(cell)


def _hidden_in_words(unit: str) -> str:
    if unit.endswith("kr."):
        return "et skjult beløb"
    if unit in ("%", "pct.point"):
        return "en skjult andel"
    return f"et skjult antal {unit}" if unit else "et skjult tal"
