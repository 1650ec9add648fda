"""What may be said of an effect: not by one number, but by all that was asked.

A sentence that an intervention works rests on six things, and each can take it away: that the groups were alike, that
the starts were when they are said to have been, that the interval is clear of zero as it is printed, by person and by
team, that other choices say the same, also of those who get another effort, and that a difference nobody measured would
have to be stronger than the strongest that was.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from afkast.analysis.effect.flow import flow
from afkast.analysis.effect.hidden import HiddenDifference
from afkast.analysis.effect.trials import Effect

MOST_ROWS = 0.8
"""So large a share of the sensitivity rows must keep the interval on the same side of zero."""

OF_OTHER_EFFORTS = ("until_other", "without_other")
"""The choices of `sensitivity` that say whether the answer rests on who got another effort."""

OTHER_QUESTION = "follow_up"
"""A row that is followed for another time answers another question, and neither agrees nor disagrees."""


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
    FEW_ALIKE = "few_alike"  # too few of the controls are like the treated
    STARTS_LATE = "starts_late"  # so many started while off benefits that the days of the starts look too late
    TEAMS = "teams"  # the interval by team reaches zero
    OTHER_EFFORTS = "other_efforts"  # it turns when those who got another effort are censored, or left out
    OTHER_CHOICES = "other_choices"  # too few of the sensitivity rows agree
    HIDDEN = "hidden"  # a hidden difference weaker than the strongest measured one would undo it


@dataclass(frozen=True)
class Said:
    saying: Saying
    doubts: tuple[Doubt, ...]

    @property
    def is_sure(self) -> bool:
        return self.saying in (Saying.SHORTENS, Saying.PROLONGS)


def said(
    interval: tuple[float, float],
    *,
    unlike_before: bool,
    unbalanced: bool,
    few_alike: bool,
    starts_late: bool,
    team_interval: tuple[float, float] | None,
    turns_with_other_efforts: bool,
    share_that_agrees: float,
    hidden: float,
    strongest_measured: float,
    digits: int = 1,
) -> Said:
    """What may be said of months saved whose interval is this, printed with so many digits.

    hidden: the Λ that lets the interval reach zero; strongest_measured: odds ratio ≥ 1 of the strongest measured
    difference; turns_with_other_efforts, share_that_agrees: of the sensitivity rows (`Agreement`). Groups that are not
    alike or hardly overlap, starts that look late, or an interval that reaches zero, leave nothing to say of the
    intervention; the other doubts leave that the numbers point at it.
    """
    low, high = (as_printed(end, digits) for end in interval)
    doubts = {
        Doubt.UNLIKE_BEFORE: unlike_before,
        Doubt.UNBALANCED: unbalanced,
        Doubt.FEW_ALIKE: few_alike,
        Doubt.STARTS_LATE: starts_late,
        Doubt.CHANCE: low <= 0 <= high,
    }
    side = np.sign(low + high)
    if any(doubts.values()):
        return Said(Saying.UNDECIDED, tuple(doubt for doubt, holds in doubts.items() if holds))
    doubts = {
        Doubt.TEAMS: team_interval is not None and min(side * end for end in team_interval) <= 0,
        Doubt.OTHER_EFFORTS: turns_with_other_efforts,
        Doubt.OTHER_CHOICES: share_that_agrees < MOST_ROWS,
        Doubt.HIDDEN: hidden <= strongest_measured,
    }
    found = tuple(doubt for doubt, holds in doubts.items() if holds)
    if found:
        return Said(Saying.SEEMS_TO_SHORTEN if side > 0 else Saying.SEEMS_TO_PROLONG, found)
    return Said(Saying.SHORTENS if side > 0 else Saying.PROLONGS, ())


def as_printed(value: float, digits: int = 1) -> float:
    """Half away from zero, as numbers are printed."""
    return float(np.sign(value) * np.floor(abs(value) * 10**digits + 0.5) / 10**digits)


@dataclass(frozen=True)
class Agreement:
    """How many rows of `sensitivity` give another number than the main one, and how many of these say the same.

    A row that prints the main one again is none, so that choices that change nothing lend it no support.
    """

    rows: int
    agree: int
    turns_with_other_efforts: bool

    @property
    def share(self) -> float:
        """0 where no row is left: nothing agrees."""
        return self.agree / self.rows if self.rows else 0.0


LIMITS = ["estimate", "lower", "upper"]


def printed_rows(rows: pd.DataFrame, against: float = 0.0, unit: float = 1.0, digits: int = 1) -> pd.DataFrame:
    """estimate, lower and upper of the rows with a number, less `against`, as they are printed in the unit."""
    found = (rows.dropna(subset="estimate")[LIMITS].astype(float) - against) / unit
    return found.map(lambda value: as_printed(value, digits))


def sides(printed: pd.DataFrame) -> pd.Series:
    """Of each interval as printed: 1 above zero, −1 below, 0 where it cannot be told from zero."""
    return (printed["lower"] > 0).astype(int) - (printed["upper"] < 0).astype(int)


def agreement(rows: pd.DataFrame, against: float = 0.0, unit: float = 1.0, digits: int = 1) -> Agreement:
    """Of rows whose limits, less `against` and printed in the unit, lie on the main one's side of zero."""
    printed = printed_rows(rows, against, unit, digits)
    printed = printed[rows.loc[printed.index, "choice"] != OTHER_QUESTION]
    main, rest = printed.iloc[0], printed.iloc[1:]
    agrees = sides(rest) == (1 if float(rows["estimate"].iloc[0]) > against else -1)
    another = (rest != main).any(axis=1)
    of_other = rows.loc[rest.index, "choice"].isin(OF_OTHER_EFFORTS)
    return Agreement(int(another.sum()), int((agrees & another).sum()), bool((of_other & ~agrees).any()))


def verdict(
    effect: Effect,
    unlike_before: bool,
    rows: pd.DataFrame,
    hidden: HiddenDifference,
    *,
    against: float = 0.0,
    unit: float = 1.0,
    digits: int = 1,
) -> Said:
    """`said` of an effect with its placebo, `sensitivity` and `hidden_difference`.

    against: what the saving is held against, such as what it cost; unit and digits: those that it is printed in.
    """

    def held(interval: tuple[float, float]) -> tuple[float, float]:
        return (interval[0] - against) / unit, (interval[1] - against) / unit

    agreed = agreement(rows, against, unit, digits)
    return said(
        held(effect.saved.interval),
        unlike_before=unlike_before,
        unbalanced=bool(effect.unbalanced),
        few_alike=effect.few_alike,
        starts_late=flow(effect).starts_look_late,
        team_interval=None if effect.saved_by_team is None else held(effect.saved_by_team.interval),
        turns_with_other_efforts=agreed.turns_with_other_efforts,
        share_that_agrees=agreed.share,
        hidden=hidden.erases_interval,
        strongest_measured=float(hidden.measured["odds_ratio"].max()) if len(hidden.measured) else 1.0,
        digits=digits,
    )
