"""Words about persons as they stand: which digits, days and numerals are nobody's, and which must know their counts."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from afkast.report import danish
from afkast.report.danish import DAY, MONTHS, NO_BREAK_SPACE

LITERAL = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:95|2,5) ?(?:%|pct|procent)|\b[Ff]igur \d+|\b[Tt]abel \d+|\b[1-4]\. kvartal|§+ ?\d+|"
    r"SHA-256|1\.000 kr\."
)
"""Digits that words about persons may have as they stand: years, levels and names, not numbers of anybody."""

NUMBER = re.compile(r"\d+(?:\.\d{3})*(?:,\d+)?")

DURATION = re.compile(rf"{NUMBER.pattern}\s(?:måned|uge|år)\w*")
"""How long something took, which words that rest on persons may say."""

PERCENT = re.compile(rf"{NUMBER.pattern} %")

BAND = re.compile(
    rf"\b(?:fra|under|over|uge) {NUMBER.pattern}|{NUMBER.pattern}(?: til(?: under)? |[-–]){NUMBER.pattern}(?: %)?|\d+\+"
)
"""A week, an age or another band, which a label may say: "42 til under 48", "25–34", "60+"."""

_SOMEBODY = r"(?:person|borger|sag(?:er)?\b|kvinde|mand\b|mænd|deltager)"

COUNTED = re.compile(rf"\d\s*{_SOMEBODY}")
"""A number of persons in words."""

_NUMERALS = (
    "to|tre|fire|fem|seks|syv|otte|ni|ti|elleve|tolv|tretten|fjorten|femten|seksten|sytten|atten|nitten|tyve|tredive|"
    "fyrre|halvtreds|tres|halvfjerds|firs|halvfems|hundrede"
)
IN_LETTERS = re.compile(
    rf"\b(?:{_NUMERALS})\s(?:\w+\s)?{_SOMEBODY}|^\s*(?:én|ingen|nul|{_NUMERALS})\s*$", re.IGNORECASE
)
"""A number of persons in letters, "tre unge borgere", or a numeral by itself."""

LARGEST_STEP = 12
"""Labels that are numbers go up by months, weeks or years of age; numbers of persons do not."""


def forms_of(day: date) -> tuple[str, str, str]:
    """A day as words may have it."""
    return danish.day(day).replace(NO_BREAK_SPACE, " "), danish.short_day(day), day.isoformat()


def without_months(words: str) -> str:
    """Words without the months in them, and without the days at which these begin or end: any other is somebody's."""
    return DAY.sub(lambda found: "" if _is_of_a_month(found[0]) else found[0], words)


def _is_of_a_month(words: str) -> bool:
    if not words[0].isdigit():
        return True
    numbers = [int(one) for one in re.findall(r"\d+", words)]
    if "/" not in words:
        name = re.search("|".join(MONTHS), words)
        numbers.insert(1, MONTHS.index(name[0]) + 1 if name else 0)
    day, month, year = (*numbers, 2000)[:3]
    try:
        found = date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return False
    return day == 1 or (found + timedelta(days=1)).day == 1


def has_digits(words: str) -> bool:
    """Whether words say a number in any script's signs, as ③ or ½."""
    return any(map(str.isnumeric, words))


def counts_up(numbers: Iterable[float]) -> bool:
    """Whether labels that are numbers are years, or go up by even steps from nothing, as months and ages do."""
    there = sorted(set(numbers))
    if all(one == int(one) and 1900 <= one <= 2100 for one in there):
        return True
    steps = {after - before for before, after in pairwise(there)}
    step = max(steps, default=1)
    begins = there[0] in (0, 1) or (there[0] % step == 0 and (step > 1 or there[0] == step))
    return len(steps) < 2 and step <= LARGEST_STEP and begins
