"""What an export's cells say: amounts, dates and months.

Everything works on whole columns; a cell that cannot be read comes out missing.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from afkast.intake.columns import YEARS

DecimalMark = Literal[",", "."]

WHOLE = r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)"  # of comma and point the one that is not the decimal mark
NUMBER = rf"(?:-?{WHOLE}(?:,[0-9]+)?|{WHOLE}(?:,[0-9]+)?-)"
MIDNIGHT = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
DATE = rf"[0-9]{{2}}-[0-9]{{2}}-[0-9]{{4}}{MIDNIGHT}"
ISO_DATE = rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){MIDNIGHT}"

NOT_A_NUMBER = {
    ",": "not a number with decimal comma",
    ".": "not a number with decimal point",
}

COMMA_IS_DECIMAL = r"-?[0-9.]*,[0-9]+-?|-?[0-9]{1,3}(?:\.[0-9]{3}){2,}-?"
POINT_MAY_BE_EITHER = r"-?[1-9][0-9]{0,2}\.[0-9]{3}-?"
POINT_IS_DECIMAL = rf"(?!(?:{POINT_MAY_BE_EITHER})$)-?[0-9]+\.[0-9]+"

BLANK_MARKS = ("", "..", "...", ".")
"""What statistics print where there is no value."""

NO_DAYS = ("01-01-1900", "31-12-1899", "30-12-1899", "01-01-0001", "31-12-9999", "31-12-2999", "01-01-1753")
"""What systems write where there is no day."""


def numbers(cells: pd.Series, decimal: DecimalMark = ",") -> pd.Series:
    """Numbers with that decimal mark, the other one between thousands, minus before or (Opus) after; else missing."""
    text = cells.str.replace("\N{MINUS SIGN}", "-", regex=False)
    if decimal == ".":
        text = text.str.translate({ord(","): ".", ord("."): ","})
    readable = text.where(text.str.fullmatch(NUMBER))
    unsigned = readable.str.replace("-", "").str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    values = unsigned.astype(float)
    # adding 0 turns -0 into 0
    return values.where(~readable.str.contains("-", regex=False, na=False), -values) + 0.0


def decimals(cells: pd.Series, decimal: DecimalMark = ",") -> pd.Series:
    """How many decimals each number is written with."""
    return cells.str.extract(rf"\{decimal}([0-9]+)")[0].str.len().fillna(0).astype(int)


def dates(cells: pd.Series) -> pd.Series:
    """Days dd-mm-yyyy or yyyy-mm-dd of the calendar, within YEARS; else missing."""
    danish = cells.str.replace(f"^{ISO_DATE}$", r"\3-\2-\1", regex=True)
    readable = danish.where(danish.str.fullmatch(DATE)).str.slice(0, 10)
    days = pd.to_datetime(readable, format="%d-%m-%Y", errors="coerce")
    return days.where(days.dt.year.between(*YEARS)).astype("datetime64[ns]")


def months(cells: pd.Series) -> pd.Series:
    """Months 2019M06 or 2019-06, or (Excel) their first day 01-06-2019, as that day; else missing."""
    first_days = cells.str.replace(r"^([0-9]{4})[M-]([0-9]{2})$", r"01-\2-\1", regex=True)
    days = dates(first_days)
    return days.where(days.dt.day == 1)


def danish_text(value: Any, decimal: DecimalMark = ",") -> str:
    """A value of an Excel cell or of sources.yml, as the cell of a text file with that decimal mark; exact."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case float():
            return format(Decimal(repr(value)), "f").removesuffix(".0").replace(".", decimal)
        case datetime() if value.time() != time():
            return value.strftime("%d-%m-%Y %H:%M:%S")
        case date():
            return value.strftime("%d-%m-%Y")
        case _:
            return str(value)


def percentage(share: float, decimal: DecimalMark = ",") -> str:
    """A share as a cell with a format in per cent shows it: 0.051 is 5,1 %; exact."""
    return danish_text(float(Decimal(repr(share)) * 100), decimal) + " %"
