"""The way from the target group to those who are compared, and why the others are not."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from afkast.analysis.effect.trials import Effect


class LeftOut(StrEnum):
    """Why one who has started is not compared; of several, the first."""

    BEFORE_THE_DATA = "before_the_data"
    NOT_ENTERED = "not_entered"  # not in the target group yet
    OTHER_EFFORT = "other_effort"  # in another one already
    OFF_BENEFITS = "off_benefits"  # or no longer followed
    NOBODY_ALIKE = "nobody_alike"  # too few could have started in the month


@dataclass(frozen=True)
class Flow:
    """Persons, and person-trials of those who could have started: one is in a trial in each month in which they could.

    left_out, compared: of those who started. could: in a trial without starting in it, started_later of them. The rest
    of those who never started were never in one: off benefits, or in another effort, whenever someone started.
    """

    target_group: int
    started: int
    left_out: dict[LeftOut, int]
    compared: int
    could: int
    started_later: int
    never_started: int
    never_in_trial: int
    trials: int


def flow(effect: Effect) -> Flow:
    """Of the persons that an effect was estimated of."""
    persons, of = effect.persons, effect.assigned
    start = persons.start
    started = ~np.isnan(start)
    in_data = started & (start >= 0) & (start < persons.shape[1])
    month = np.where(in_data, start, 0).astype(int)
    everyone = np.arange(len(start))
    entered = np.ones(len(start), bool) if persons.eligible is None else persons.eligible[everyone, month]
    other = np.zeros(len(start), bool) if persons.other_start is None else persons.other_start < start
    on = persons.on_benefit[everyone, month] & persons.observed[everyone, month]
    why = {
        LeftOut.BEFORE_THE_DATA: ~in_data,
        LeftOut.NOT_ENTERED: ~entered,
        LeftOut.OTHER_EFFORT: other,
        LeftOut.OFF_BENEFITS: ~on,
    }
    rest, left_out = started.copy(), {}
    for reason, holds in why.items():
        left_out[reason] = int((rest & holds).sum())
        rest &= ~holds
    left_out[LeftOut.NOBODY_ALIKE] = int(rest.sum()) - effect.treated_persons
    controls = of.eligible & ~of.starts
    could = controls.any(axis=1)
    return Flow(
        target_group=len(start),
        started=int(started.sum()),
        left_out=left_out,
        compared=effect.treated_persons,
        could=int(could.sum()),
        started_later=int((could & started).sum()),
        never_started=int((~started).sum()),
        never_in_trial=int((~started & ~could).sum()),
        trials=int(controls.sum()),
    )
