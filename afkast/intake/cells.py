"""What a Danish export's cells say: amounts, dates and months.

Everything works on whole columns; a cell that cannot be read comes out missing.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pandas as pd

from afkast.intake.columns import YEARS

UNSIGNED = r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"
NUMBER = rf"(?:-?{UNSIGNED}|{UNSIGNED}-)"
DATE = r"[0-9]{2}-[0-9]{2}-[0-9]{4}"

NOT_A_NUMBER = "not a number with decimal comma"

MISSING_MARKS = ("", "-", "..", ".")
"""What statistics print where there is no value."""


def numbers(cells: pd.Series) -> pd.Series:
    """Numbers with decimal comma, thousands points allowed, minus before or (Opus) after; else missing."""
    text = cells.str.replace("\N{MINUS SIGN}", "-", regex=False)
    readable = text.where(text.str.fullmatch(NUMBER))
    unsigned = readable.str.replace("-", "").str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    values = unsigned.astype(float)
    # adding 0 turns -0 into 0
    return values.where(~readable.str.contains("-", regex=False, na=False), -values) + 0.0


def dates(cells: pd.Series) -> pd.Series:
    """Days dd-mm-yyyy of the calendar, within YEARS; else missing."""
    readable = cells.where(cells.str.fullmatch(DATE))
    days = pd.to_datetime(readable, format="%d-%m-%Y", errors="coerce")
    return days.where(days.dt.year.between(*YEARS))


def months(cells: pd.Series) -> pd.Series:
    """Months 2019M06, or (Excel) their first day 01-06-2019, as that day; else missing."""
    first_days = cells.str.replace(r"^([0-9]{4})M([0-9]{2})$", r"01-\2-\1", regex=True)
    days = dates(first_days)
    return days.where(days.dt.day == 1)


def danish_text(value: Any) -> str:
    """A value of an Excel cell or of sources.yml, as the cell of a Danish CSV; exact."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case float():
            return format(Decimal(repr(value)), "f").removesuffix(".0").replace(".", ",")
        case datetime() if value.time() != time():
            return value.strftime("%d-%m-%Y %H:%M:%S")
        case date():
            return value.strftime("%d-%m-%Y")
        case _:
            return str(value)
