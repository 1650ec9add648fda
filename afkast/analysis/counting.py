"""Months as whole numbers, for counting in a database: in with spells, out with numbers by month.

A month is 12 · year + month − 1, so January 2020 is 24240. The counting itself is the texts in `sql/`, whose README
says what each takes and gives.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

STILL_RUNNING = 12 * 9999 + 11
"""The last month of a spell that still runs: December 9999."""


def month_numbers(days: pd.Series, missing: int = STILL_RUNNING) -> NDArray[np.int64]:
    """The month of each day as a number; `missing` where there is no day."""
    numbers = 12 * days.dt.year + days.dt.month - 1
    return numbers.to_numpy(dtype="float64", na_value=missing).astype("int64")


def first_days(numbers: Iterable[int]) -> pd.DatetimeIndex:
    """The first day of each month that the numbers name."""
    return pd.DatetimeIndex([pd.Timestamp(number // 12, number % 12 + 1, 1) for number in numbers])


def spell_months(spells: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Spells (person, start, end) as whole numbers (person, first_month, last_month), without the last days unknown.

    A person is the number of the row in `persons` (person, moved_on, died_on), from 0. As in `cohort.person_months` a
    spell without an end still runs, nobody is on benefits after the month of death or from the month of moving away,
    and spells of other persons are left out.
    """
    rows = pd.Index(persons["person"]).get_indexer(spells["person"])
    died, moved = month_numbers(persons["died_on"]), month_numbers(persons["moved_on"], STILL_RUNNING + 1)
    last_counted = np.minimum(died, moved - 1)
    first, last = month_numbers(spells["start"]), np.minimum(month_numbers(spells["end"]), last_counted[rows])
    counted = (rows >= 0) & (first <= last)
    columns = {"person": rows, "first_month": first, "last_month": last}
    return pd.DataFrame({name: values[counted].astype("int32") for name, values in columns.items()})


def every_month(counts: pd.Series, first: int, last: int) -> pd.Series:
    """A number that holds from the month of its row until the next row's, for every month from `first` to `last`.

    `counts` is indexed by increasing month numbers (or months since time zero); before its first row the number is 0.
    """
    months = pd.RangeIndex(first, last + 1, name=counts.index.name)
    before = np.searchsorted(counts.index.to_numpy(), months.to_numpy(), side="right")
    held = np.concatenate([[0], counts.to_numpy()])[before]
    return pd.Series(held, months, name=counts.name)
