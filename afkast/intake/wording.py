"""One normal form of text at the door: words that look alike are the same word.

Composed letters (NFC); every kind of space is a space and several are one; soft hyphens, zero-width and direction
marks are gone; hyphens that look like `-` are `-`. Capitals are kept: `same_but_for_writing` finds what they part.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pandas as pd

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
HYPHENS = re.compile("[\u2010\u2011]")
SPACES = re.compile(r"\s+")
MARKS_BESIDE = re.compile(r"['’`´\"»«*]|[.,:;]+$|(?<=[^\W\d])[ -](?=[^\W\d])")
"""Quotation marks, the star of a footnote, the mark of an end, and what may part two words or join them."""

PLAIN = r"^(?:[!-~æøåÆØÅ]+(?: [!-~æøåÆØÅ]+)*)?$"
"""Most cells: nothing in them could be written in another way."""

# as UTF-8 read in Windows-1252, and as the Danish letters of code page 850 read in Windows-1252
TWICE_ENCODED = re.compile("Ã[¦¸¥†˜…\u0086\u0098]|Â[\u00a0§´°]|â€")
CODE_PAGE_850 = re.compile("[A-Za-z][‘›†’\u009d\u008f][A-Za-z]")
# the other way round: Windows-1252, and UTF-8, read in code page 850
NOT_CODE_PAGE_850 = re.compile("[A-Za-z][°µÕãÏ][A-Za-z]|[a-z][°Õ](?![0-9])|[\u2500-\u259f][A-Za-z]|├")
MAC_ROMAN = re.compile("[A-Za-z][¾¿Œ][a-z]")


def normal(text: str) -> str:
    """The text in its normal form."""
    # letters are composed last: a soft hyphen between a letter and its accent would hold them apart
    seen = SPACES.sub(" ", HYPHENS.sub("-", INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFC", seen).strip()


def normal_data(data: Any, blank: str = "") -> Any:
    """Plain data (dict, list, scalars) with every text in its normal form, keys too; one of blanks alone is `blank`."""
    if isinstance(data, dict):
        return {normal_data(key, blank): normal_data(value, blank) for key, value in data.items()}
    if isinstance(data, list):
        return [normal_data(item, blank) for item in data]
    return normal(data) or (blank if data else data) if isinstance(data, str) else data


def normal_cells(cells: pd.Series) -> tuple[pd.Series, int]:
    """The cells in their normal form, and in how many that changed something; blank ends do not count."""
    odd = cells[~cells.str.match(PLAIN, na=True)]
    if odd.empty:
        return cells, 0
    form = {text: normal(text) for text in odd.unique()}
    changed = odd.map(form)
    cells = cells.copy()
    cells.loc[odd.index] = changed
    return cells, int((odd.str.strip() != changed).sum())


def same_but_for_writing(words: Iterable[str], areas: bool = False) -> dict[str, str]:
    """Word → the earlier word that only capitals part it from, or marks and æ, ø, å written in another way.

    Of areas "Vejles Kommune", or "Vejle Kommune", is Vejle.
    """
    first: dict[str, str] = {}
    bare = _bare_area if areas else _bare
    return {word: kept for word in words if (kept := first.setdefault(bare(word), word)) != word}


def _bare(word: str) -> str:
    """What is left of a name without what somebody may have written beside it."""
    bare = MARKS_BESIDE.sub("", word.casefold()).replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return bare or word


def _bare_area(word: str) -> str:
    return _bare(re.sub(r"(?i)s? kommune$", "", word)).removesuffix("s")
