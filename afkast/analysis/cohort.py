"""From spells to months: who was on benefits, and who was still followed, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


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


def aligned(
    months: PersonMonths, start: NDArray[np.float64], length: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """On benefit and observed, (persons × length), counted from each person's own month `start`.

    Every start must leave `length` months of data.
    """
    columns = start.astype(int)[:, None] + np.arange(length)
    rows = np.arange(len(months.persons))[:, None]
    return months.on_benefit[rows, columns], months.observed[rows, columns]


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


# ---------------------------------------------------------------- leaving benefits

NOT_FOLLOWED, MOVED, DIED, SELF_SUPPORT, OTHER_BENEFIT = (
    "følges ikke længere",
    "fraflyttet",
    "død",
    "selvforsørgelse",
    "anden ydelse",
)
"""Where a stretch on benefits ended; the first: it had not when the data end."""


@dataclass(frozen=True)
class FirstExit:
    """When each person (persons,) first left benefits after time zero.

    left: whether the person did. months: where they did, months from time zero to the first month off; else months from
    time zero to the last month known on benefits. NaN for persons without a time zero and for those off benefits then.
    A person censored at k is at risk up to and with k. moved: whether moving away ended it before they had left.
    column: the calendar column of the month after the last on benefits; −1 where months is NaN.
    """

    months: NDArray[np.float64]
    left: NDArray[np.bool_]
    moved: NDArray[np.bool_]
    column: NDArray[np.int64]


def without_short_gaps(on_benefit: NDArray[np.bool_], longest_gap: int = 1) -> NDArray[np.bool_]:
    """The same matrix (persons × months), where at most so many months off between two on count as on.

    Months off before the first on and after the last are no gaps and stay.
    """
    width = on_benefit.shape[1]
    column = np.arange(width, dtype="int32")
    before = np.maximum.accumulate(np.where(on_benefit, column, -width - longest_gap), axis=1)
    after = np.minimum.accumulate(np.where(on_benefit, column, 2 * width + longest_gap)[:, ::-1], axis=1)[:, ::-1]
    return on_benefit | (after - before - 1 <= longest_gap)


def first_exit(
    on_benefit: NDArray[np.bool_],
    observed: NDArray[np.bool_],
    time_zero: NDArray[np.float64],
    longest_gap: int = 1,
    died: NDArray[np.float64] | None = None,
) -> FirstExit:
    """The first month off benefits after time zero that is not a short gap.

    on_benefit, observed: persons × calendar months; time_zero: (persons,) column, NaN for none. Off counts when more
    than `longest_gap` months in a row are off; where observation ends before that is known, the person is censored at
    the last month on. died: (persons,) column of the month of death, NaN for none; nobody returns from there, so a
    month off after it needs no waiting.
    """
    persons, width = on_benefit.shape
    column = np.arange(width)
    begins = np.nan_to_num(time_zero, nan=-1).astype(int)
    rows = np.arange(persons)
    valid = (begins >= 0) & (begins < width)
    valid &= on_benefit[rows, begins.clip(0, width - 1)] & observed[rows, begins.clip(0, width - 1)]

    filled = without_short_gaps(on_benefit & observed, longest_gap)
    later = column > begins[:, None]
    off = later & ~(filled & observed)
    first_off = np.where(off.any(axis=1), off.argmax(axis=1), width)
    lost = later & ~observed
    end = np.where(lost.any(axis=1), lost.argmax(axis=1), width)
    gone = np.zeros(persons, dtype=bool) if died is None else died <= first_off
    left = valid & (first_off + np.where(gone, 0, longest_gap) < end)
    months = np.where(valid, first_off - begins - ~left, np.nan)
    return FirstExit(months, left, valid & ~left & lost.any(axis=1), np.where(valid, first_off, -1))


def destinations(
    exits: FirstExit,
    died: NDArray[np.float64],
    benefit: NDArray[np.integer] | None = None,
    names: Sequence[str] = (),
) -> NDArray[np.str_]:
    """Where each first exit led, in Danish; '' for persons without one to look for.

    died: (persons,) column of the month of death (`column_of`), NaN for none; whoever died by the month of the exit
    left by death. benefit: persons × months, place in `names` of a benefit that the exit may lead to, −1 for none.
    names: what to call each, such as "fleksjob", "førtidspension", "uddannelse" or OTHER_BENEFIT. Without one, the exit
    is to self-support. Moving away ends what is known, so it is told of those who had not left by then.
    """
    column = exits.column
    found = np.where(exits.left, SELF_SUPPORT, NOT_FOLLOWED).astype(object)
    if benefit is not None:
        width = benefit.shape[1]
        place = benefit[np.arange(len(column)), column.clip(0, width - 1)]
        to_benefit = exits.left & (place >= 0)
        found[to_benefit] = np.array(names, dtype=object)[place[to_benefit]]
    found[exits.left & (died <= column)] = DIED
    found[exits.moved] = MOVED
    found[column < 0] = ""
    return found.astype(str)
