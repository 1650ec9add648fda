"""Is the target met, and what may be said before the period has ended."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    """What the book says of a goal or a strategy; the values are the reader's words."""

    REACHED = "nået"
    ON_TRACK = "på vej"
    BEHIND = "bagud"
    UNDECIDED = "kan ikke afgøres"


def verdict(
    actual: float | None, target: float | None, *, lower_is_better: bool, as_of: date, ends_on: date
) -> Verdict:
    """The verdict on one goal.

    `actual` and `target` share a unit; None means not known, and then nothing is decided. While the goal's
    period runs (as_of before ends_on), meeting the target so far is being on track; only a closed period is reached.
    """
    if actual is None or target is None or actual != actual or target != target:
        return Verdict.UNDECIDED
    met = actual <= target if lower_is_better else actual >= target
    if not met:
        return Verdict.BEHIND
    return Verdict.REACHED if as_of >= ends_on else Verdict.ON_TRACK


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """A strategy's verdict: behind if any goal is, else reached only when every decided goal is.

    Undecided goals do not hide the others; a strategy with none decided is itself undecided.
    """
    decided = set(verdicts) - {Verdict.UNDECIDED}
    for one in (Verdict.BEHIND, Verdict.ON_TRACK, Verdict.REACHED):
        if one in decided:
            return one
    return Verdict.UNDECIDED
