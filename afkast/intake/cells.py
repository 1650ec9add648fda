"""What an export's cells say: amounts, dates and months.

Everything works on whole columns; a cell that cannot be read comes out missing.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from afkast.intake.columns import YEARS

DecimalMark = Literal[",", "."]

WHOLE = r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)"  # of comma and point the one that is not the decimal mark
NUMBER = {
    ",": rf"(?:-?{WHOLE}(?:,[0-9]+)?|{WHOLE}(?:,[0-9]+)?-)",
    ".": r"(?:-?{0}(?:\.[0-9]+)?|{0}(?:\.[0-9]+)?-)".replace("{0}", WHOLE.replace(r"\.", ",")),
}
MIDNIGHT = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
DATE = rf"[0-9]{{2}}-[0-9]{{2}}-[0-9]{{4}}{MIDNIGHT}"
ISO_DATE = rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){MIDNIGHT}"

NOT_A_NUMBER = {
    ",": "not a number with decimal comma",
    ".": "not a number with decimal point",
}

COMMA_IS_DECIMAL = r"-?[0-9.]*,[0-9]+-?|-?[0-9]{1,3}(?:\.[0-9]{3}){2,}-?"
COMMA_BEFORE_THREE = r"-?[1-9][0-9]{0,2},[0-9]{3}-?"
POINT_MAY_BE_EITHER = r"-?[1-9][0-9]{0,2}\.[0-9]{3}-?"
POINT_PARTS_DIGITS = r"-?[0-9]+\.[0-9]+"
"""Where a point may not be either, it is the decimal mark."""

BLANK_MARKS = ("", "..", "...", ".")
"""What statistics print where there is no value."""

NO_DAYS = ("01-01-1900", "31-12-1899", "30-12-1899", "01-01-0001", "31-12-9999", "31-12-2999", "01-01-1753")
"""What systems write where there is no day."""


def matches(cells: pd.Series, pattern: str) -> pd.Series:
    """Whether each cell is the pattern as a whole; a missing one is not.

    pandas would read the pattern anew for each of the thousand columns of an import, to see which engine can.
    """
    return holds(cells, f"^(?:{pattern})$")


def holds(cells: pd.Series, pattern: str) -> pd.Series:
    """Whether the pattern stands somewhere in each cell."""
    found = pc.match_substring_regex(_text(cells), pattern).fill_null(False)
    return pd.Series(found.to_numpy(zero_copy_only=False), cells.index)


def numbers(cells: pd.Series, decimal: DecimalMark = ",") -> pd.Series:
    """Numbers with that decimal mark, the other one between thousands, minus before or (Opus) after; else missing."""
    text = pc.replace_substring(_text(cells), "\N{MINUS SIGN}", "-")
    readable = _where(pc.match_substring_regex(text, f"^(?:{NUMBER[decimal]})$"), text)
    unsigned = pc.replace_substring(readable, "-", "")
    for mark in ".,":
        unsigned = pc.replace_substring(unsigned, mark, "." if mark == decimal else "")
    values = pc.cast(unsigned, pa.float64())
    sign = np.where(pc.match_substring(readable, "-").fill_null(False).to_numpy(zero_copy_only=False), -1.0, 1.0)
    # adding 0 turns -0 into 0
    return pd.Series(sign * values.to_numpy(zero_copy_only=False) + 0.0, cells.index, name=cells.name)


def decimals(cells: pd.Series, decimal: DecimalMark = ",") -> pd.Series:
    """How many decimals each number is written with."""
    return cells.str.extract(rf"\{decimal}([0-9]+)")[0].str.len().fillna(0).astype(int)


def dates(cells: pd.Series) -> pd.Series:
    """Days dd-mm-yyyy or yyyy-mm-dd of the calendar, within YEARS; else missing."""
    return _days(_text(cells), cells)


def months(cells: pd.Series) -> pd.Series:
    """Months 2019M06 or 2019-06, or (Excel) their first day 01-06-2019, as that day; else missing."""
    days = _days(pc.replace_substring_regex(_text(cells), r"^([0-9]{4})[M-]([0-9]{2})$", r"01-\2-\1"), cells)
    return days.where(days.dt.day == 1)


def _days(text: pa.Array, cells: pd.Series) -> pd.Series:
    danish = pc.replace_substring_regex(text, f"^{ISO_DATE}$", r"\3-\2-\1")
    readable = pc.utf8_slice_codeunits(_where(pc.match_substring_regex(danish, f"^(?:{DATE})$"), danish), 0, 10)
    told = pd.Series(readable, cells.index, str, name=cells.name)
    days = pd.to_datetime(told, format="%d-%m-%Y", errors="coerce")
    return days.where(days.dt.year.between(*YEARS)).astype("datetime64[ns]")


def _text(cells: pd.Series) -> pa.Array:
    text = pa.array(cells, pa.large_string(), from_pandas=True)
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _where(condition: pa.Array, text: pa.Array) -> pa.Array:
    return pc.if_else(condition, text, pa.scalar(None, text.type))


def danish_text(value: Any, decimal: DecimalMark = ",") -> str:
    """A value of an Excel cell or of sources.yml, as the cell of a text file with that decimal mark; exact."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case float() | Decimal():
            exact = value if isinstance(value, Decimal) else Decimal(repr(value))
            written = format(exact, "f")
            return (written.rstrip("0").rstrip(".") if "." in written else written).replace(".", decimal)
        case datetime() if value.time() != time():
            return value.strftime("%d-%m-%Y %H:%M:%S")
        case date():
            return value.strftime("%d-%m-%Y")
        case _:
            return str(value)


def percentage(share: float, decimal: DecimalMark = ",") -> str:
    """A share as a cell with a format in per cent shows it: 0.051 is 5,1 %; exact."""
    return danish_text(float(Decimal(repr(share)) * 100), decimal) + " %"
