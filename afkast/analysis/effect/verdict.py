"""What may be said of an effect: not by one number, but by all that was asked.

A sentence that an intervention works rests on four things, and each can take it away: that the groups were alike, that
the interval is clear of zero as it is printed, that other choices say the same, and that a difference nobody measured
would have to be stronger than the strongest that was.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from afkast.analysis.effect.hidden import HiddenDifference
from afkast.analysis.effect.trials import Effect

MOST_ROWS = 0.8
"""So large a share of the sensitivity rows must keep the interval on the same side of zero."""


class Saying(StrEnum):
    """shortens, prolongs: the intervention does. seems_to_…: the numbers point at it. undecided: it cannot be told."""

    SHORTENS = "shortens"
    PROLONGS = "prolongs"
    SEEMS_TO_SHORTEN = "seems_to_shorten"
    SEEMS_TO_PROLONG = "seems_to_prolong"
    UNDECIDED = "undecided"


class Doubt(StrEnum):
    """Why no more is said."""

    CHANCE = "chance"  # the interval as printed reaches zero
    UNLIKE_BEFORE = "unlike_before"  # the placebo finds a difference before the start
    UNBALANCED = "unbalanced"  # weights do not make the groups alike
    TEAMS = "teams"  # the interval by team reaches zero
    OTHER_CHOICES = "other_choices"  # too few of the sensitivity rows agree
    HIDDEN = "hidden"  # a hidden difference weaker than the strongest measured one would undo it


@dataclass(frozen=True)
class Said:
    saying: Saying
    doubts: tuple[Doubt, ...]


def said(
    interval: tuple[float, float],
    *,
    unlike_before: bool,
    unbalanced: bool,
    team_interval: tuple[float, float] | None,
    share_that_agrees: float,
    hidden: float,
    strongest_measured: float,
    digits: int = 1,
) -> Said:
    """What may be said of months saved whose interval is this, printed with so many digits.

    hidden: the Λ that lets the interval reach zero; strongest_measured: odds ratio ≥ 1 of the strongest measured
    difference; share_that_agrees: of the sensitivity rows (`agreement`). Groups that are not alike, or an interval that
    reaches zero, leave nothing to say of the intervention; the other doubts leave that the numbers point at it.
    """
    low, high = (_as_printed(end, digits) for end in interval)
    doubts = {
        Doubt.UNLIKE_BEFORE: unlike_before,
        Doubt.UNBALANCED: unbalanced,
        Doubt.CHANCE: low <= 0 <= high,
    }
    side = np.sign(low + high)
    if any(doubts.values()):
        return Said(Saying.UNDECIDED, tuple(doubt for doubt, holds in doubts.items() if holds))
    doubts = {
        Doubt.TEAMS: team_interval is not None and min(side * end for end in team_interval) <= 0,
        Doubt.OTHER_CHOICES: share_that_agrees < MOST_ROWS,
        Doubt.HIDDEN: hidden <= strongest_measured,
    }
    found = tuple(doubt for doubt, holds in doubts.items() if holds)
    if found:
        return Said(Saying.SEEMS_TO_SHORTEN if side > 0 else Saying.SEEMS_TO_PROLONG, found)
    return Said(Saying.SHORTENS if side > 0 else Saying.PROLONGS, ())


def _as_printed(value: float, digits: int) -> float:
    """Half away from zero, as numbers are printed."""
    return float(np.sign(value) * np.floor(abs(value) * 10**digits + 0.5) / 10**digits)


def agreement(rows: pd.DataFrame) -> float:
    """The share of the rows of `sensitivity` with a number whose interval lies on the main one's side of zero.

    Rows that are the main one again (the same estimate) do not count, so that choices which change nothing lend it no
    support; NaN, and so no agreement, where no row is left.
    """
    main, rest = rows.iloc[0], rows.iloc[1:].dropna(subset="estimate")
    other = rest[(rest["estimate"] - main["estimate"]).abs() > 1e-9]
    side = np.sign(float(main["estimate"]))
    return float((np.minimum(side * other["lower"], side * other["upper"]) > 0).mean()) if len(other) else 0.0


def verdict(effect: Effect, unlike_before: bool, rows: pd.DataFrame, hidden: HiddenDifference, digits: int = 1) -> Said:
    """`said` of an effect with its placebo, `sensitivity` and `hidden_difference`."""
    strongest = float(hidden.measured["odds_ratio"].max()) if len(hidden.measured) else 1.0
    return said(
        effect.saved.interval,
        unlike_before=unlike_before,
        unbalanced=bool(effect.unbalanced),
        team_interval=None if effect.saved_by_team is None else effect.saved_by_team.interval,
        share_that_agrees=agreement(rows),
        hidden=hidden.erases_interval,
        strongest_measured=strongest,
        digits=digits,
    )
