"""Is the target met, how sure is that, and what may be said before the period has ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

LATE_REGISTRATION = 0.20
"""How much a provisional month may still rise: STAR has seen 15–20 % for sickness benefit, three weeks after it."""

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
class Decision:
    """A verdict, how sure it is, and what that rests on; the numbers are in the unit of the goal.

    `interval` is what the actual may be when chance is allowed for, `if_late` what it is when the provisional months
    rise by late registration; None where it is not known.
    """

    verdict: Verdict
    certainty: Certainty
    interval: Interval | None = None
    if_late: float | None = None
    provisional: tuple[pd.Timestamp, ...] = ()


def verdict(
    actual: float | None, target: float | None, *, lower_is_better: bool, as_of: date, ends_on: date
) -> Verdict:
    """The verdict on one goal.

    `actual` and `target` share a unit; None means not known, and then nothing is decided. While the goal's
    period runs (as_of before ends_on), meeting the target so far is being on track; only a closed period is reached.
    """
    if actual is None or target is None or actual != actual or target != target:
        return Verdict.UNDECIDED
    if not _met(actual, target, lower_is_better):
        return Verdict.BEHIND
    return Verdict.REACHED if as_of >= ends_on else Verdict.ON_TRACK


def decide(
    actual: float | None,
    target: float | None,
    *,
    lower_is_better: bool,
    as_of: date,
    ends_on: date,
    interval: Interval | None = None,
    if_late: float | None = None,
    provisional: Iterable[pd.Timestamp] = (),
    interval_target: float | None = None,
) -> Decision:
    """The verdict on one goal, and whether it would be another.

    It may turn when an end of the interval, or the number that late registration would give, lies on the other side
    of the target. Else it rests on provisional numbers where some months are provisional, and is sure where an
    interval says so. Without any of these nothing is claimed: how sure it is cannot be judged. `interval_target` is the
    target that the interval is about, where that is not the target to date but the whole period's.
    """
    reached = verdict(actual, target, lower_is_better=lower_is_better, as_of=as_of, ends_on=ends_on)
    months = tuple(provisional)
    if reached is Verdict.UNDECIDED:
        return Decision(reached, Certainty.UNKNOWN, provisional=months)
    assert actual is not None and target is not None
    met = _met(actual, target, lower_is_better)
    others = [(other, target if interval_target is None else interval_target) for other in interval or ()]
    others += [] if if_late is None else [(if_late, target)]
    if any(_met(*other, lower_is_better) != met for other in others):
        certainty = Certainty.MAY_TURN
    elif months:
        certainty = Certainty.PROVISIONAL
    else:
        certainty = Certainty.SURE if interval else Certainty.UNKNOWN
    return Decision(reached, certainty, interval, if_late, months)


def _met(actual: float, target: float, lower_is_better: bool) -> bool:
    return actual <= target if lower_is_better else actual >= target


def share_interval(count: int, of: int, level: float = 0.95) -> Interval:
    """The exact interval of a share count/of, 0–1, when each of the persons goes either way by chance.

    Clopper and Pearson, Biometrika 26, 1934.
    """
    found = stats.binomtest(int(count), int(of)).proportion_ci(level, method="exact")
    return float(found.low), float(found.high)


def count_interval(count: int, level: float = 0.95) -> Interval:
    """The exact interval of a count of independent events (Garwood, Biometrika 28, 1936)."""
    alpha = 1 - level
    low = stats.chi2.ppf(alpha / 2, 2 * count) / 2 if count else 0.0
    return float(low), float(stats.chi2.ppf(1 - alpha / 2, 2 * count + 2) / 2)


def swing_interval(series: ArrayLike, level: float = 0.95) -> Interval | None:
    """How far the latest value of a monthly series lies within its own ordinary swing from month to month.

    latest ± t·s, s the standard deviation of the changes from month to month, t on their degrees of freedom. For a
    stock of persons who stay, which is neither a binomial nor a Poisson count. None with fewer than three months.
    """
    x = np.asarray(series, dtype=float)
    changes = np.diff(x)
    if len(changes) < 2 or np.isnan(x).any():
        return None
    half = stats.t.ppf((1 + level) / 2, len(changes) - 1) * np.std(changes, ddof=1)
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
