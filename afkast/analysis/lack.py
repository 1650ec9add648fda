"""What data do not carry: the error that says it to the analyst, with what a page needs to say it to its reader."""

from enum import StrEnum
from typing import Any

from afkast.errors import AfkastError


class Lack(StrEnum):
    """What is lacking for a number, as a sentence with its data in braces."""

    NOBODY_ON_BENEFITS = "nobody in the target group has been on benefits; check the cohort against the spells."
    NO_SETTLED_MONTH = (
        "even the oldest months of the spells change between extractions, so none is known to be complete; "
        "check that the older files are of the same persons, or take them out."
    )
    NOBODY_ENTERED = "nobody has entered the target group by {month}; check entered_on of the cohort, or report later."
    NOBODY_STARTED = "nobody has started the effort; check started_on of the cohort, or report later."
    NOBODY_OR_ALL_STARTED = "either nobody has started or everybody has, so there is nothing to compare; report later."
    FEW_STARTED = "under {fewest} started while on benefits, too few for a curve; report later."
    ALL_STARTED_AT_ONCE = (
        "all who could start did so in the same month, so nobody is left to compare with; report later."
    )
    FEW_FOLLOWED = "under {fewest} of the started can be followed, too few to compare; report later."
    FEW_COMPARABLE = "under {fewest} could have started in the same months, too few to compare; widen the target group."
    FEW_FROM_ENTRY = "under {fewest} started can be followed from entry to the target group, too few; report later."
    FEW_BEHIND_WEIGHTS = "the comparison rests in effect on under {fewest} who could have started; weigh by less."
    FEW_WITHOUT_A_MONTH = "too few have started when a month is left out; report later."
    NO_PROBABILITY = "the probability of starting cannot be reckoned from the covariates; leave some of them out."
    FEW_IN_GROUP = "the group has under {fewest} persons, too few for a curve; report on a larger group."
    SHORT_BEFORE_START = "data go no {months} months further back than the start of the effort; extract older spells."
    FEW_AWAY_BEFORE = (
        "only {percent} % of those who could have started were off benefits in the time before, too few among as few "
        "started; report later."
    )
    SHORT_BEFORE_BASE = (
        "there must be {fewest} months up to {base:%m-%Y} and {months} after; choose another base month."
    )
    NO_MONTHS_AFTER = "there are no figures for {base:%m-%Y} and {months} months after; choose another base month."
    FEW_MUNICIPALITIES = "it takes {fewest} other municipalities with figures in all months, not {count}; extract more."
    OWN_MONTHS_MISSING = "{own} lacks some of the months; extract them as well."


class NotEnough(AfkastError):
    """The data do not carry what was to be reckoned."""

    def __init__(self, lack: Lack, **data: Any) -> None:
        super().__init__(lack.format(**data))
        self.lack, self.data = lack, data
