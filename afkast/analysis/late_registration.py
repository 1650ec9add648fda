"""Late registration: what earlier extractions said of a month, and what its number is expected to become.

A month's *age* at an extraction is the number of whole months since its end; a *step* leads from the age it had at one
extraction to its age at the next. Each step's ratio is pooled over the months that took it, and a month's number is
carried on by the ratios of the steps still before it: the chain ladder of claims reserving, with the variance of its
negative binomial form (England and Verrall, British Actuarial Journal 8, 2002; for the errors of a product of ratios
Mack, ASTIN Bulletin 23, 1993). Months that are registered by the same habits are taken to be alike: a system that is
changed, or a batch registered at once, is seen only afterwards.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.survival.influence import two_sided_quantile

VINTAGES, ON_BENEFIT = "vintages", "persons_on_benefit"
"""The table of what each extraction said, and the name there of the series of persons."""

COMPLETE_WITHIN = 0.005
"""A month is complete when it is expected to change by less than this share of itself."""

USUAL_RISE = 0.20
"""How much a month may rise of which nothing was seen: STAR has seen 15–20 % for sickness benefit after three weeks."""


class Step(NamedTuple):
    """From one age to another: so many months took it, with these sums before and after."""

    age: int
    next_age: int
    months: int
    before: float
    after: float

    @property
    def ratio(self) -> float:
        return self.after / self.before

    @property
    def variance(self) -> float:
        """Of a month's next number, per unit of its number and of the dispersion."""
        return float(_variance(self.ratio))


@dataclass(frozen=True)
class Steps:
    """How a series' months grew from one extraction to the next.

    `taken` are the steps by age. The variance of a month's next number is `dispersion` · ratio · |ratio − 1| · its
    number, and the dispersion has so many `degrees_of_freedom`; of counts of persons who are registered independently
    of each other it is 1.
    """

    taken: tuple[Step, ...]
    dispersion: float
    degrees_of_freedom: int

    @cached_property
    def ahead(self) -> dict[int, list[Step]]:
        """By age the steps that lead on from it; an age from which none was seen, while later ones were, is not there.

        Where steps of different length begin at an age, the one that most was seen of is taken.
        """
        best: dict[int, Step] = {}
        for step in self.taken:
            if step.age not in best or step.before > best[step.age].before:
                best[step.age] = step
        beyond = max(best, default=-1)
        ways: dict[int, list[Step]] = {}
        for age in sorted(best, reverse=True):
            then = best[age].next_age
            if then > beyond or then in ways:
                ways[age] = [best[age], *ways.get(then, [])]
        return ways

    def steps_from(self, age: int) -> list[Step] | None:
        """The steps ahead of an age: none beyond the oldest that was followed; None where nothing is known of it."""
        return [] if age > max((step.age for step in self.taken), default=-1) else self.ahead.get(age)

    def t(self, level: float) -> float:
        """The quantile that goes with the dispersion; NaN where it rests on nothing."""
        return two_sided_quantile(level, self.degrees_of_freedom) if self.degrees_of_freedom else float("nan")


def triangle(said: pd.DataFrame) -> pd.DataFrame:
    """Months (rows) by extraction (columns) of one series' `period`, `extracted_on` and `value`.

    A month that was not over at an extraction is left out there, and so is an extraction without a month.
    """
    over = said["period"].dt.to_period("M").dt.end_time.dt.normalize() <= said["extracted_on"]
    return said[over].pivot(index="period", columns="extracted_on", values="value").dropna(how="all", axis=1)


def ages(seen: pd.DataFrame) -> pd.DataFrame:
    """The age of each month at each extraction of a triangle."""
    # an extraction on the last day of a month finds that month over
    after_end = pd.DatetimeIndex(seen.columns) + pd.Timedelta(days=1)
    months = pd.DatetimeIndex(seen.index)
    numbers = [12 * days.year.to_numpy() + days.month.to_numpy() for days in (after_end, months)]
    return pd.DataFrame(numbers[0] - numbers[1][:, None] - 1, seen.index, seen.columns)


def steps(seen: pd.DataFrame) -> Steps:
    """The steps of a triangle's months, each from one extraction to the next that has it; 0 and less have no ratio."""
    months = pd.DataFrame({"before": seen.stack(), "age": ages(seen).stack()}).dropna()
    months[["after", "next_age"]] = months.groupby(level=0)[["before", "age"]].shift(-1)
    months = months.dropna().query("before > 0 and after > 0")
    key = ["age", "next_age"]
    sums = months.groupby(key).agg(months=("before", "size"), before=("before", "sum"), after=("after", "sum"))
    taken = tuple(
        Step(int(one), int(then), int(n), float(b), float(a))
        for one, then, n, b, a in sums.reset_index().itertuples(index=False)
    )
    rows = months.join(sums[["before", "after"]].add_suffix("_sum"), on=key)
    ratio = rows["after_sum"] / rows["before_sum"]
    # a step in which nothing has moved says nothing of how unevenly others move
    off = (rows["after"] - ratio * rows["before"])[ratio != 1] ** 2 / (rows["before"] * _variance(ratio))[ratio != 1]
    freedom = len(off) - sum(step.variance > 0 for step in taken)
    return Steps(taken, float(off.sum()) / freedom if freedom else float("nan"), freedom)


def _variance(ratio: Any) -> Any:
    """Of a month's next number, per unit of its number and of the dispersion."""
    return ratio * abs(ratio - 1)


def completeness(growth: Steps, level: float = 0.95) -> pd.DataFrame:
    """By age: the share of a month's final number that is registered, and the limits of its interval.

    share = 1 ÷ (the product of the ratios ahead); its logarithm has the variance Σ dispersion · |ratio − 1| ÷ (ratio ·
    sum before).
    """
    rows = {}
    for age, ahead in sorted(growth.ahead.items()):
        logarithm = -sum(np.log(step.ratio) for step in ahead)
        uneven = sum(step.variance / step.ratio**2 / step.before for step in ahead)
        half = growth.t(level) * np.sqrt(growth.dispersion * uneven) if uneven else 0.0
        rows[age] = np.exp([logarithm, logarithm - half, logarithm + half])
    return pd.DataFrame.from_dict(rows, "index", columns=["share", "lower", "upper"]).rename_axis("age")


def expected(seen: pd.DataFrame, growth: Steps, level: float = 0.95, steps_ahead: int | None = None) -> pd.DataFrame:
    """By month, of the newest extraction: registered, age, and what it is expected to become, in the end or after so
    many steps, with a prediction interval; NaN where nothing was seen of its age, and limits of NaN where no dispersion
    is known.

    From step to step the variance grows by ratio² and by what this step adds: dispersion · ratio · |ratio − 1| ·
    (number + number² ÷ sum before), the month's own and that of the ratio. The interval is of t. Where no
    ratio ahead is below 1 it begins at what is registered at the lowest, and ends where that of the logarithm of what
    is added does.
    """
    newest = seen[seen.columns[-1]].dropna()
    age = ages(seen)[seen.columns[-1]][newest.index]
    ahead = [growth.steps_from(old) for old in age]
    rows = [
        _carried_on(number, way if way is None else way[:steps_ahead], growth, level)
        for number, way in zip(newest, ahead, strict=True)
    ]
    limits = pd.DataFrame(rows, newest.index, columns=["expected", "lower", "upper"], dtype=float)
    return pd.concat([newest.rename("registered"), age.rename("age"), limits], axis=1)


def provisional(seen: pd.DataFrame) -> pd.DatetimeIndex:
    """The months of the newest extraction that are expected to change yet, by what was seen of others of their age.

    With a single extraction nothing was seen, and none is said to be.
    """
    numbers = expected(seen, steps(seen)) if seen.shape[1] > 1 else pd.DataFrame()
    if numbers.empty:
        return pd.DatetimeIndex([])
    change = (numbers["expected"] / numbers["registered"] - 1).abs()
    return pd.DatetimeIndex(numbers.index[change > COMPLETE_WITHIN])


class Lag(NamedTuple):
    """How many months before an extraction are left out: as many as were declared, or were seen to change, if more.

    seen: None where there is one extraction only, so that nothing can be seen.
    """

    declared: int
    seen: int | None

    @property
    def months(self) -> int:
        return max(self.declared, self.seen or 0)


def lag(said: pd.DataFrame, declared: int) -> Lag:
    """How many months, that of the newest extraction and those before it, are not complete by what extractions said of
    one kind of series (owner, period, extracted_on, value); where there are several, most of them.

    The month in which an extraction was made is not complete either, unless it is over. NotEnough where months of every
    age are seen to change.
    """
    seen = [_lag_seen(triangle(of_owner)) for _, of_owner in said.groupby("owner")]
    return Lag(declared, max((one for one in seen if one is not None), default=None))


def _lag_seen(seen: pd.DataFrame) -> int | None:
    if seen.shape[1] < 2:
        return None
    changing = provisional(seen)
    age = ages(seen)[seen.columns[-1]]
    known = seen[seen.columns[-1]].notna()
    # the oldest that another extraction has said something of, too
    if len(changing) and age[changing].max() >= ages(seen)[seen.columns[-2]].max():
        raise NotEnough(Lack.NO_SETTLED_MONTH)
    # a month that is over at the extraction has the age 0, and one that is not is counted, too
    over = pd.Timestamp(seen.columns[-1]).is_month_end
    return int(age[changing].max() + 1 if len(changing) else age[known].min()) + (not over)


class Rise(NamedTuple):
    """How much months may rise yet, as shares of what is registered: month by month, and whether that was seen."""

    shares: pd.Series
    seen: bool

    @property
    def largest(self) -> float:
        return float(self.shares.max()) if len(self.shares) else 0.0


def may_rise(said: pd.DataFrame, months: pd.Series, level: float = 0.95) -> Rise:
    """Of each of these months (days, under any index) of one series: how much it may rise by the upper limit of what it
    is expected to become; USUAL_RISE where extractions do not tell.

    said: what the extractions said of the series (period, extracted_on, value).
    """
    seen = triangle(said)
    limits = pd.Series(dtype=float)
    if seen.shape[1] > 1:
        numbers = expected(seen, steps(seen), level)
        limits = (numbers["upper"] / numbers["registered"] - 1).clip(lower=0)
    shares = months.map(limits).astype(float)
    return Rise(shares.fillna(USUAL_RISE), bool(shares.notna().all()))


def _carried_on(registered: float, ahead: list[Step] | None, growth: Steps, level: float) -> tuple[float, float, float]:
    if ahead is None:
        return np.nan, np.nan, np.nan
    number, variance = registered, 0.0
    for step in ahead:
        if step.variance:
            own = growth.dispersion * step.variance * (number + number**2 / step.before)
            number, variance = step.ratio * number, step.ratio**2 * variance + own
    half = growth.t(level) * np.sqrt(variance) if variance else 0.0
    more = number - registered
    if more > 0 and all(step.ratio >= 1 for step in ahead):
        return number, float(np.maximum(registered, number - half)), registered + more * np.exp(half / more)
    return number, number - half, number + half
