"""From spells to months: who was on benefits, and who was still followed, month by month."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Number = TypeVar("Number", np.bool_, np.float64)


@dataclass(frozen=True)
class PersonMonths:
    """Persons (rows) by calendar months (columns): on any benefit in the month, and under observation.

    A person who has died is observed and off benefits; one who has moved away is no longer observed.
    """

    persons: pd.Index
    months: pd.PeriodIndex
    on_benefit: NDArray[np.bool_]
    observed: NDArray[np.bool_]

    def of(self, persons: pd.Index) -> "PersonMonths":
        """The same for some of the persons, in their order."""
        rows = pd.Series(range(len(self.persons)), self.persons).loc[persons].to_numpy()
        return PersonMonths(persons, self.months, self.on_benefit[rows], self.observed[rows])


def column_of(days: pd.Series, months: pd.PeriodIndex) -> NDArray[np.float64]:
    """The place of each day's month among the months, counted from 0; NaN where there is no day."""
    since = (days.dt.year - months[0].year) * 12 + days.dt.month - months[0].month
    return since.to_numpy(dtype="float64", na_value=np.nan)


def along(values: NDArray[Number], start: NDArray[np.int64], length: int) -> NDArray[Number]:
    """(rows × length): each row of values (rows × months) from its own month `start` on, 0 or False after the last."""
    columns = start[:, None] + np.arange(length)
    width = values.shape[1]
    found = values[np.arange(len(start))[:, None], np.minimum(columns, width - 1)]
    return np.where(columns < width, found, values.dtype.type(0))


def person_months(
    spells: pd.DataFrame, persons: pd.DataFrame, first: str | pd.Period, last: str | pd.Period
) -> PersonMonths:
    """Count every person's spells by month from `first` to `last` (such as "2020-01").

    A month counts as on benefits when any day of it does; overlapping and repeated spells count once.
    A spell without an end is still running, unless the person has died. Spells of other persons are left out.
    `last` is the cut-off: the extraction less the months that late registration still changes.
    """
    months = pd.period_range(first, last, freq="M")
    index = pd.Index(persons["person"])
    row = index.get_indexer(spells["person"])
    width = len(months)

    def column(days: pd.Series) -> NDArray[np.int64]:
        return np.nan_to_num(column_of(days, months), nan=width).clip(-1, width).astype("int64")

    start, end = column(spells["start"]), column(spells["end"])
    inside = (row >= 0) & (end >= 0) & (start < width)
    change = np.zeros((len(index), width + 1), dtype="int64")
    np.add.at(change, (row[inside], start[inside].clip(0)), 1)
    np.add.at(change, (row[inside], (end[inside] + 1).clip(0, width)), -1)
    on_benefit = change.cumsum(axis=1)[:, :width] > 0

    alive = np.arange(width) <= column(persons["died_on"])[:, None]
    observed = np.arange(width) < column(persons["moved_on"])[:, None]
    return PersonMonths(index, months, on_benefit & alive & observed, observed)


def without_short_gaps(on_benefit: NDArray[np.bool_], longest_gap: int = 1) -> NDArray[np.bool_]:
    """The same matrix (persons × months), where at most so many months off between two on count as on.

    Months off before the first on and after the last are no gaps and stay.
    """
    width = on_benefit.shape[1]
    column = np.arange(width, dtype="int32")
    before = np.maximum.accumulate(np.where(on_benefit, column, -width - longest_gap), axis=1)
    after = np.minimum.accumulate(np.where(on_benefit, column, 2 * width + longest_gap)[:, ::-1], axis=1)[:, ::-1]
    return on_benefit | (after - before - 1 <= longest_gap)


def share_by_dates(people: pd.DataFrame, spells: pd.DataFrame, persons: pd.DataFrame) -> float:
    """Of those who live here in the month, the share with a spell that reaches into it: the slow way, date by date.

    people: person and month (a period), which may be another for each.
    """
    of_person = people.merge(persons[["person", "moved_on"]], on="person")
    of_person["first"], of_person["last"] = of_person["month"].dt.start_time, of_person["month"].dt.end_time
    here = of_person[~(of_person["moved_on"] <= of_person["last"])]
    running = spells.merge(here, on="person")
    running = running[(running["start"] <= running["last"]) & ~(running["end"] < running["first"])]
    return running["person"].nunique() / len(here)
