"""The way from the target group to those who are compared, and why the others are not."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from afkast.analysis.effect.persons import Bools
from afkast.analysis.effect.trials import Effect

MOST_OFF_BENEFITS = 0.03
"""Who starts is on benefits, so two or more, and more than this share, who were not when they started say that the days
of the starts are held too late, or the spells end too early. Whoever had left by then is lost to the started, and the
others had the intervention in the months before: where the register is one to three months late for three in ten, 6 %
have left, and up to 0.3 of a month of 2 is missed (`benchmarks/coverage.py`)."""


class LeftOut(StrEnum):
    """Why one who has started is not compared; of several, the first."""

    BEFORE_THE_DATA = "before_the_data"
    NOT_ENTERED = "not_entered"  # not in the target group yet
    OTHER_EFFORT = "other_effort"  # in another one already, or from the same month
    NOT_FOLLOWED = "not_followed"  # no longer: moved away, or after the last month
    OFF_BENEFITS = "off_benefits"
    NOBODY_ALIKE = "nobody_alike"  # too few could have started in the month


@dataclass(frozen=True)
class Flow:
    """Which persons came how far, each (persons,), and how many person-trials those who could have started were in: one
    is in a trial in each month in which they could.

    left_out, compared: of those who started. could: in a trial without starting in it, started_later of them. The rest
    of those who never started were never in one: off benefits, or in another effort, whenever someone started.
    """

    started: Bools
    left_out: dict[LeftOut, Bools]
    compared: Bools
    could: Bools
    trials: int

    @property
    def started_later(self) -> Bools:
        return self.could & self.started

    @property
    def starts_look_late(self) -> bool:
        """Whether the days of the starts may be held too late (`MOST_OFF_BENEFITS`)."""
        off = self.left_out[LeftOut.OFF_BENEFITS].sum()
        return bool(off > 1 and off > MOST_OFF_BENEFITS * self.started.sum())

    @property
    def never_in_trial(self) -> Bools:
        return ~self.started & ~self.could


def flow(effect: Effect) -> Flow:
    """Of the persons that an effect was estimated of."""
    persons, of = effect.persons, effect.assigned
    start = persons.start
    started = ~np.isnan(start)
    in_data = started & (start >= 0) & (start < persons.shape[1])
    month = np.where(in_data, start, 0).astype(int)
    everyone = np.arange(len(start))
    entered = np.ones(len(start), bool) if persons.eligible is None else persons.eligible[everyone, month]
    other = np.zeros(len(start), bool) if persons.other_start is None else persons.other_start <= start
    compared = np.zeros(len(start), bool)
    compared[effect.treated_rows[effect.comparison.mean.share[:, 0] > 0]] = True
    why = {
        LeftOut.BEFORE_THE_DATA: ~in_data,
        LeftOut.NOT_ENTERED: ~entered,
        LeftOut.OTHER_EFFORT: other,
        LeftOut.NOT_FOLLOWED: ~persons.observed[everyone, month],
        LeftOut.OFF_BENEFITS: ~persons.on_benefit[everyone, month],
        LeftOut.NOBODY_ALIKE: ~compared,
    }
    rest, left_out = started.copy(), {}
    for reason, holds in why.items():
        left_out[reason] = rest & holds
        rest = rest & ~holds
    controls = of.eligible & ~of.starts
    return Flow(started, left_out, compared, np.asarray(controls.any(axis=1)), int(controls.sum()))
