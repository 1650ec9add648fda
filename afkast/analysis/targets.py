"""Is the target met, how sure is that, and what may be said before its day has come."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from afkast.analysis.late_registration import Rise
from afkast.analysis.survival.influence import two_sided_quantile
from afkast.errors import AfkastError
from afkast.strategy import Judged

Interval = tuple[float, float]


class Verdict(StrEnum):
    """What the book says of a goal or a strategy; the values are the reader's words."""

    REACHED = "nået"
    ON_TRACK = "på vej"
    BEHIND = "bagud"
    UNDECIDED = "kan ikke afgøres"


class Certainty(StrEnum):
    """How sure a verdict is; the values are the reader's words."""

    SURE = "sikker"
    PROVISIONAL = "hviler på foreløbige tal"
    MAY_TURN = "kan vende"
    UNKNOWN = "kan ikke vurderes"


@dataclass(frozen=True)
class Reading:
    """What a goal's measure has come to and what it must be: the whole goal's, or one year's of it.

    All numbers are in the goal's unit and None where they are not known. `actual` is the measure to date, `target` what
    it must be on the day `due`, and `path` what it must be by now to get there: the target itself where that holds all
    along. `interval` is what `actual` may be when chance is allowed for or, where `interval_at_due`, what it may end
    at; `if_late` is what it is when the `provisional` months rise as far as `rise` says of late registration.
    """

    actual: float | None
    target: float | None
    path: float | None = None
    due: date | None = None
    year: int | None = None
    interval: Interval | None = None
    interval_at_due: bool = False
    if_late: float | None = None
    rise: Rise | None = None
    provisional: tuple[pd.Timestamp, ...] = ()

    def __post_init__(self) -> None:
        if self.if_late is not None and self.rise is None:
            raise ValueError("if_late rests on a rise; give it, so that the reader is told how it is known.")


@dataclass(frozen=True)
class Judgement:
    """One reading with its verdict and how sure that is.

    `held_against` is the target when the reading's day has passed, before that the path; None: nothing is known.
    """

    reading: Reading
    verdict: Verdict
    certainty: Certainty
    held_against: float | None = None
    due_passed: bool = False

    @property
    def begun(self) -> bool:
        """Whether there is something to judge yet: a year to come has not failed."""
        return self.due_passed or _known(self.reading.actual)

    def reaches(self, printed: Callable[[float], float]) -> bool:
        """Whether an end of the interval is printed as what it is held against."""
        standard = self.reading.target if self.reading.interval_at_due else self.held_against
        ends = self.reading.interval or ()
        return standard is not None and any(printed(end) == printed(standard) for end in ends)


@dataclass(frozen=True)
class Decision:
    """A goal's verdict, how sure it is, the judgement that it rests on, and all of them: one, or one a year."""

    verdict: Verdict
    certainty: Certainty
    rests_on: Judgement
    parts: tuple[Judgement, ...]

    @property
    def latest(self) -> Judgement:
        """The last that has begun; the first where none has."""
        return ([part for part in self.parts if part.begun] or [self.parts[0]])[-1]


def as_judged(
    years: Mapping[int, Reading], judged: Judged, due: date | None, interval_of_sum: Interval | None = None
) -> list[Reading]:
    """The readings of the years as the goal is judged: one a year, or one of them all.

    `years` has a reading of every year that has a target; what has not been counted has no actual. In each year: each
    is due at its own end. Cumulated: the sums to the due year, with an interval of their own, for the years' do not add
    up. At the date or on average: the latest year that was counted, on its way to the target of the due year.
    Raises AfkastError where the due year has no target.
    """
    last = max(years) if due is None else due.year
    if last not in years:
        raise AfkastError(
            f"the goal is due in {last}, and there is no target for that year; there is for {min(years)}–{max(years)}."
        )
    until = {year: years[year] for year in sorted(years) if year <= last}
    if judged == "in each year":
        ends = {year: date(year, 12, 31) if due is None else min(date(year, 12, 31), due) for year in until}
        return [replace(reading, year=year, due=ends[year]) for year, reading in until.items()]
    counted = [year for year, reading in until.items() if _known(reading.actual)]
    latest = until[counted[-1]] if counted else until[last]
    if judged != "cumulated":
        ends_it = (
            latest.interval_at_due and latest is until[last]
        )  # what a former year ends at is held against the path
        return [replace(latest, target=until[last].target, due=due, interval_at_due=ends_it)]
    begun = [reading for year, reading in until.items() if counted and year <= counted[-1]]
    return [
        Reading(
            actual=_sum(reading.actual for reading in begun),
            target=_sum(reading.target for reading in until.values()),
            path=_sum(reading.path for reading in begun),
            due=due,
            interval=interval_of_sum,
            provisional=tuple(month for reading in begun for month in reading.provisional),
        )
    ]


def decide(
    readings: Sequence[Reading],
    *,
    lower_is_better: bool,
    counted_to: date,
    due: date | None,
    strictly: bool = False,
) -> Decision:
    """The verdict on a goal, and whether it would be another.

    A reading whose day has passed is reached or behind by its target; before, it is on track or behind by its path, and
    without a path it is on track when the target is met already and else undecided. `counted_to` is the last day that
    the numbers cover. A goal is behind when a reading is, undecided when one that has begun is, and reached only when
    all are and its own `due` has passed: without a date it never is. Where `strictly`, equal to the target is not met.

    A verdict may turn when an end of an interval, or the number that late registration would give, lies on the other
    side. Else it rests on provisional numbers where some months are, and is sure where an interval says so. Without any
    of these nothing is claimed. Being behind is as sure as the surest reading that is, any other verdict as the least.
    """
    parts = tuple(_judgement(reading, lower_is_better, strictly, counted_to) for reading in readings)
    begun = [part for part in parts if part.begun] or list(parts[:1])
    verdict = _verdict_of(begun)
    if verdict is Verdict.REACHED and (due is None or counted_to < due or len(begun) < len(parts)):
        verdict = Verdict.ON_TRACK
    return _decision(verdict, parts)


def _decision(verdict: Verdict, parts: tuple[Judgement, ...]) -> Decision:
    begun = [part for part in parts if part.begun] or list(parts[:1])
    if verdict is Verdict.BEHIND:
        rests_on = max((part for part in begun if part.verdict is verdict), key=_surest_and_latest)
    elif verdict is Verdict.UNDECIDED:
        rests_on = next(part for part in begun if part.verdict is verdict)
    else:
        rests_on = min(begun, key=_sureness)
    return Decision(verdict, rests_on.certainty, rests_on, parts)


def _surest_and_latest(part: Judgement) -> tuple[int, bool, int]:
    """Of years as sure as each other, one that is over cannot be made good, and the last is nearest to today."""
    return _sureness(part), part.due_passed, part.reading.year or 0


def as_printed(decision: Decision, printed: Callable[[float], float]) -> Decision:
    """The same, no surer than its printed numbers: what is behind may turn where an end is printed as the target is."""

    def seen(part: Judgement) -> Judgement:
        turns = part.verdict is Verdict.BEHIND and part.reaches(printed)
        return replace(part, certainty=Certainty.MAY_TURN) if turns else part

    return _decision(decision.verdict, tuple(map(seen, decision.parts)))


def _judgement(reading: Reading, lower_is_better: bool, strictly: bool, counted_to: date) -> Judgement:
    due_passed = reading.due is not None and counted_to >= reading.due
    if not (_known(reading.actual) and _known(reading.target)):
        return Judgement(reading, Verdict.UNDECIDED, Certainty.UNKNOWN, due_passed=due_passed)
    no_path = not due_passed and not _known(reading.path)
    against = reading.target if due_passed or no_path else reading.path
    assert reading.actual is not None and reading.target is not None and against is not None

    def met(number: float, standard: float) -> bool:
        if strictly and number == standard:
            return False
        return number <= standard if lower_is_better else number >= standard

    is_met = met(reading.actual, against)
    if no_path and not is_met:
        return Judgement(reading, Verdict.UNDECIDED, Certainty.UNKNOWN)
    verdict = Verdict.BEHIND if not is_met else Verdict.REACHED if due_passed else Verdict.ON_TRACK
    others = [met(end, reading.target if reading.interval_at_due else against) for end in reading.interval or ()]
    others += [met(reading.if_late, against)] if reading.if_late is not None else []
    if any(other != is_met for other in others):
        certainty = Certainty.MAY_TURN
    elif reading.provisional:
        certainty = Certainty.PROVISIONAL
    else:
        certainty = Certainty.SURE if reading.interval else Certainty.UNKNOWN
    return Judgement(reading, verdict, certainty, against, due_passed)


def _verdict_of(parts: Sequence[Judgement]) -> Verdict:
    """The word for all of these: the least that any of them is."""
    words = {part.verdict for part in parts}
    order = (Verdict.BEHIND, Verdict.UNDECIDED, Verdict.ON_TRACK, Verdict.REACHED)
    return next(word for word in order if word in words)


def _sureness(part: Judgement) -> int:
    order = (Certainty.MAY_TURN, Certainty.UNKNOWN, Certainty.PROVISIONAL, Certainty.SURE)
    return order.index(part.certainty)


def _known(number: float | None) -> bool:
    return number is not None and number == number


def _sum(numbers: Iterable[float | None]) -> float | None:
    """The sum; None where one is not known, or there is none."""
    parts = list(numbers)
    return sum(part for part in parts if part is not None) if parts and all(map(_known, parts)) else None


def share_interval(count: int, of: int, level: float = 0.95) -> Interval:
    """The exact interval of a share count/of, 0–1, when each of the persons goes either way by chance.

    Clopper and Pearson, Biometrika 26, 1934.
    """
    alpha = 1 - level
    low = special.betaincinv(count, of - count + 1, alpha / 2) if count else 0.0
    high = special.betaincinv(count + 1, of - count, 1 - alpha / 2) if count < of else 1.0
    return float(low), float(high)


def count_interval(count: int, level: float = 0.95) -> Interval:
    """The exact interval of a count of independent events (Garwood, Biometrika 28, 1936)."""
    alpha = 1 - level
    low = special.gammaincinv(count, alpha / 2) if count else 0.0
    return float(low), float(special.gammaincinv(count + 1, 1 - alpha / 2))


def swing_interval(series: ArrayLike, level: float = 0.95) -> Interval | None:
    """How far the latest value of a monthly series lies within its own ordinary swing from month to month.

    latest ± t·s, s the standard deviation of the changes from month to month, t on their degrees of freedom. For a
    stock of persons who stay, which is neither a binomial nor a Poisson count. None with fewer than three months.
    """
    x = np.asarray(series, dtype=float)
    changes = np.diff(x)
    if len(changes) < 2 or np.isnan(x).any():
        return None
    half = two_sided_quantile(level, len(changes) - 1) * np.std(changes, ddof=1)
    return float(x[-1] - half), float(x[-1] + half)


def together(intervals: Sequence[Interval | None]) -> Interval | None:
    """The interval of a sum whose parts may all err the same way; None where a part has none."""
    if not intervals or any(one is None for one in intervals):
        return None
    return sum(low for low, _ in intervals), sum(high for _, high in intervals)  # type: ignore[misc]


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """A strategy's verdict: behind if any goal is, else reached only when every decided goal is.

    Undecided goals do not hide the others; a strategy with none decided is itself undecided.
    """
    decided = set(verdicts) - {Verdict.UNDECIDED}
    for one in (Verdict.BEHIND, Verdict.ON_TRACK, Verdict.REACHED):
        if one in decided:
            return one
    return Verdict.UNDECIDED
