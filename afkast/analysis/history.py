"""What each person received when: weeks on benefits by month, which benefit, and what came before a month.

Days are counted once: where spells overlap, a day belongs to the one that ends last, and of those that end together to
the one that started last. So an old spell that was closed late gives way to the one that replaced it, and a repeated
row changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis.cohort import column_of
from afkast.analysis.cost import COUNTED_FROM, accumulated_weeks

HISTORY_MONTHS = 36
"""How far back the share of months on benefits looks."""

CHANGED_MONTHS = 3
"""How long ago a change of benefit is lately: it often goes before an effort begins."""

EPOCH = np.datetime64("1970-01-01")
NO_DAY = 1 << 18  # days since the epoch; later than any day of data
SPAN = 1 << 20  # days between persons when they are lined up after each other

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BenefitMonths:
    """Persons (rows) by calendar months (columns): weeks on any benefit (days ÷ 7), and which benefit.

    benefit is a place in `benefits`, −1 in a month without; the benefit of a month is the one with most of its days,
    and of those with equally many the one whose days end last. The dead are observed and have no weeks after their
    death; those who have moved away are no longer observed from the month of moving and have no weeks there.
    """

    persons: pd.Index
    months: pd.PeriodIndex
    benefits: tuple[str, ...]
    weeks: Floats
    benefit: NDArray[np.int16]
    observed: NDArray[np.bool_]

    @property
    def on_benefit(self) -> NDArray[np.bool_]:
        """Whether any day of the month is on benefits."""
        return self.weeks > 0

    def of(self, persons: pd.Index) -> "BenefitMonths":
        """The same for some of the persons, in their order."""
        rows = pd.Series(range(len(self.persons)), self.persons).loc[persons].to_numpy()
        return replace(
            self,
            persons=persons,
            weeks=self.weeks[rows],
            benefit=self.benefit[rows],
            observed=self.observed[rows],
        )


@dataclass(frozen=True)
class LadderWeeks:
    """Weeks on the refund ladder when each month begins (persons × months), counted from the day `counted_from`.

    complete: whether the spells reach back to 1 July 2014, from when the law counts. Otherwise the earlier weeks are
    missing, and the municipality's share is put too low for those who had some.
    """

    accumulated: Floats
    counted_from: date
    complete: bool


@dataclass(frozen=True)
class _Stretches:
    """Stretches of days (since the epoch, both ends included) of known persons; no two of a person share a day."""

    row: Ints
    benefit: Ints
    start: Ints
    end: Ints


def benefit_months(
    spells: pd.DataFrame, persons: pd.DataFrame, first: str | pd.Period, last: str | pd.Period
) -> BenefitMonths:
    """Count every person's weeks and benefit by month from `first` to `last` (such as "2020-01").

    A spell without an end is still running, unless the person has died. Spells of other persons are left out.
    """
    months = pd.period_range(first, last, freq="M")
    index = pd.Index(persons["person"])
    code, names = pd.factorize(spells["benefit"], sort=True)
    stretches = _stretches(spells, code, index, persons)
    edges = _first_days(months)
    days, pieces = _per_month(stretches.row, stretches.start, stretches.end, edges, len(index))
    benefit = _benefit_of_month(stretches, pieces, edges, len(index), len(names))
    moved = np.nan_to_num(column_of(persons["moved_on"], months), nan=len(months))
    observed = np.arange(len(months)) < moved[:, None]
    days[~observed] = 0
    benefit[~observed] = -1
    return BenefitMonths(index, months, tuple(names), days / 7, benefit, observed)


def ladder_weeks(
    spells: pd.DataFrame,
    persons: pd.DataFrame,
    months: pd.PeriodIndex,
    *,
    restarts: bool = True,
    as_touched: bool = False,
) -> LadderWeeks:
    """Weeks on the refund ladder when each of the months begins, for all persons, from their spells since July 2014.

    Every benefit among the spells counts: leave out those that are not on the ladder. A week (Monday to Sunday) is one
    of self-support when no day of it is on benefits; it counts in the month it begins. How far back the data go is told
    by the first spell of those given.

    restarts: whether a year of self-support begins the ladder anew. as_touched: a calendar week with a day on benefits
    counts as a whole one, instead of by its days.
    """
    index = pd.Index(persons["person"])
    since = max(pd.Timestamp(COUNTED_FROM), spells["start"].min())
    counted = pd.period_range(min(since.to_period("M"), months[0]), months[-1], freq="M")
    stretches = _stretches(spells, np.zeros(len(spells), dtype="int64"), index, persons)
    edges = _first_days(counted).clip(_day_number(pd.Timestamp(COUNTED_FROM)))
    days, _ = _per_month(stretches.row, stretches.start, stretches.end, edges, len(index))
    # calendar weeks that a stretch touches, each once
    kept, end = _without_overlaps(stretches.row, _week(stretches.start), _week(stretches.end))
    week_edges = -((-(edges + 3)) // 7)
    touched, _ = _per_month(stretches.row[kept], _week(stretches.start)[kept], end, week_edges, len(index))
    supported = np.diff(week_edges) - touched
    accumulated = accumulated_weeks(touched if as_touched else days / 7, supported if restarts else 0 * supported)
    return LadderWeeks(
        accumulated[:, -len(months) :], since.date(), bool(spells["start"].min() <= pd.Timestamp(COUNTED_FROM))
    )


def covariates(
    history: BenefitMonths, persons: pd.DataFrame, columns: NDArray[np.integer] | None = None
) -> dict[str, Floats]:
    """What is known of each person when a month begins, the most telling first: own history.

    Names: history_share (of the last 36 months on benefits), weeks_in_a_row, age, changed_benefit (in the last three
    months), woman, "education: …" and "benefit: …" in the data's own words.

    Each is (persons,) where it does not change, else (persons × columns), for these months of the history (all where
    none are named). `persons` has a row per person of the history, in any order. History looks back to its first
    month: for a month with nothing before it the share is NaN. Of benefits (of the month itself) and educations the
    commonest is the reference and has no entry; what is the same for everyone has none either.
    """
    at = np.arange(len(history.months)) if columns is None else np.asarray(columns)
    people = persons.set_index("person").loc[history.persons]
    n = len(history.persons)

    on = history.on_benefit
    weeks_before = np.zeros((n, len(history.months) + 1))
    np.cumsum(history.weeks, axis=1, out=weeks_before[:, 1:])
    at_last_break = np.zeros_like(weeks_before)  # weeks before the latest month without benefits
    np.maximum.accumulate(np.where(on, 0, weeks_before[:, 1:]), axis=1, out=at_last_break[:, 1:])
    months_before = np.zeros((n, len(history.months) + 1), dtype="int16")
    np.cumsum(on, axis=1, out=months_before[:, 1:])
    back = np.minimum(at, HISTORY_MONTHS)
    with np.errstate(invalid="ignore"):
        share = (months_before[:, at] - months_before[:, at - back]) / back
    found = {
        "history_share": share,
        "weeks_in_a_row": weeks_before[:, at] - at_last_break[:, at],
        "age": (history.months.year.to_numpy()[at] - people["birth_year"].to_numpy()[:, None]).astype(float),
    }
    changed = _changed_lately(history)[:, at]
    if changed.any():
        found["changed_benefit"] = changed.astype(float)
    for education in people["education"].value_counts(sort=True).index[1:]:
        found[f"education: {education}"] = people["education"].eq(education).to_numpy().astype(float)
    woman = people["sex"].eq("K").to_numpy()
    if 0 < woman.sum() < n:
        found["woman"] = woman.astype(float)
    benefit = history.benefit[:, at]
    places, counts = np.unique(benefit[benefit >= 0], return_counts=True)
    for place in places[np.argsort(-counts, kind="stable")][1:]:
        found[f"benefit: {history.benefits[place]}"] = (benefit == place).astype(float)
    return found


def _changed_lately(history: BenefitMonths) -> NDArray[np.bool_]:
    """Persons × months: whether another benefit than the month's was received in one of the months just before."""
    now, changed = history.benefit, np.zeros(history.benefit.shape, bool)
    for back in range(1, min(CHANGED_MONTHS, now.shape[1] - 1) + 1):
        earlier = now[:, :-back]
        changed[:, back:] |= (now[:, back:] >= 0) & (earlier >= 0) & (earlier != now[:, back:])
    return changed


# ---------------------------------------------------------------- counting days


def _day_number(days: pd.Series | pd.Timestamp) -> Ints:
    """Days since the epoch; NO_DAY where there is none."""
    numbers = (np.asarray(days, dtype="datetime64[D]") - EPOCH).astype("int64")
    return np.where(np.isnat(np.asarray(days, dtype="datetime64[D]")), NO_DAY, numbers)


def _first_days(months: pd.PeriodIndex) -> Ints:
    """The first day of each month, and of the month after the last."""
    return _day_number(pd.period_range(months[0], months[-1] + 1).to_timestamp().to_series())


def _week(days: Ints) -> Ints:
    """The calendar week of a day, Monday to Sunday, counted from that of the epoch, a Thursday."""
    return (days + 3) // 7


def _stretches(spells: pd.DataFrame, code: Ints, index: pd.Index, persons: pd.DataFrame) -> _Stretches:
    """The spells of the persons as stretches that share no day, cut at death."""
    row = index.get_indexer(pd.Index(spells["person"]))
    known = row >= 0
    row, code = row[known], code[known]
    start, end = (_day_number(spells[column])[known] for column in ("start", "end"))
    kept, end = _without_overlaps(row, start, end)
    row, code, start = row[kept], code[kept], start[kept]
    end = np.minimum(end, _day_number(persons["died_on"])[row])
    alive = start <= end
    return _Stretches(row[alive], code[alive], start[alive], end[alive])


def _without_overlaps(row: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Which stretches keep something, in an order of their own, and where these now end.

    Seen from the end of time: of each stretch the part before the earliest start of those that end after it.
    """
    order = np.lexsort((-start, -end, row))
    place, begins = row[order] * SPAN, start[order]
    # persons are SPAN apart, so the running maximum begins anew with each
    earliest = np.maximum.accumulate(place - begins)
    seen = np.append(-SPAN, earliest[:-1]) - place
    ends = np.minimum(end[order], -seen - 1)
    keeps = ends >= begins
    return order[keeps], ends[keeps]


def _per_month(row: Ints, start: Ints, end: Ints, edges: Ints, persons: int) -> tuple[Floats, NDArray[np.int32]]:
    """Units (days, weeks) of stretches in each month, and how many stretches touch it (persons × months).

    edges: (months + 1,) the unit in which each month begins. A stretch counts every month it touches whole, less what
    lies before its start and after its end.
    """
    width = len(edges) - 1
    start, end = np.maximum(start, edges[0]), np.minimum(end, edges[-1] - 1)
    inside = start <= end
    row, start, end = row[inside], start[inside], end[inside]
    first, last = (np.searchsorted(edges, unit, side="right") - 1 for unit in (start, end))
    cells = persons * (width + 1)
    change = np.bincount(row * (width + 1) + first, minlength=cells)
    change -= np.bincount(row * (width + 1) + last + 1, minlength=cells)
    touching = change.reshape(persons, width + 1)[:, :width].cumsum(axis=1, dtype="int32")
    units = touching * np.diff(edges).astype(float)
    np.subtract.at(units, (row, first), start - edges[first])
    np.subtract.at(units, (row, last), edges[last + 1] - 1 - end)
    return units, touching


def _benefit_of_month(
    stretches: _Stretches, touching: NDArray[np.int32], edges: Ints, persons: int, benefits: int
) -> NDArray[np.int16]:
    """Each month's benefit (persons × months), −1 for none: that of most days, then that of the latest day."""
    width = len(edges) - 1
    inside = (stretches.end >= edges[0]) & (stretches.start < edges[-1])
    row, code = stretches.row[inside], stretches.benefit[inside]
    start, end = stretches.start[inside].clip(edges[0]), stretches.end[inside].clip(None, edges[-1] - 1)
    first, last = (np.searchsorted(edges, day, side="right") - 1 for day in (start, end))

    painted = np.zeros((persons, width + 1), dtype="int32")
    np.add.at(painted, (row, first), code + 1)
    np.subtract.at(painted, (row, last + 1), code + 1)
    benefit = (painted[:, :width].cumsum(axis=1, dtype="int32") - 1).astype("int16")

    # a month that several stretches touch holds the sum of their codes: it goes to the one with most days
    at_start, at_end = touching[row, first] > 1, (touching[row, last] > 1) & (last > first)
    cell = np.concatenate([row[at_start] * width + first[at_start], row[at_end] * width + last[at_end]])
    until = np.concatenate([np.minimum(end, edges[first + 1] - 1)[at_start], end[at_end]])
    since = np.concatenate([start[at_start], edges[last][at_end]])
    shared = pd.DataFrame(
        {
            "cell": cell,
            "benefit": np.concatenate([code[at_start], code[at_end]]),
            "days": until - since + 1,
            "until": until,
        }
    )
    shared = shared.groupby(["cell", "benefit"], as_index=False).agg({"days": "sum", "until": "max"})
    winner = shared.sort_values(["cell", "days", "until"]).drop_duplicates("cell", keep="last")
    benefit.ravel()[winner["cell"].to_numpy()] = winner["benefit"].to_numpy()
    return benefit
