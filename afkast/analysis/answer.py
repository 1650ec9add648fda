"""All that is asked of an effect before anything is said of it: the one way to its verdict, for every page."""

from dataclasses import dataclass

import pandas as pd

from afkast.analysis import effect
from afkast.analysis.follow_up import BeforeStart, FollowUp


@dataclass(frozen=True)
class Answer:
    """The effect in months on benefits, what was asked to doubt it, and what may be said.

    choices: `effect.sensitivity`; before_start: the placebo.
    """

    main: effect.Effect
    before_start: BeforeStart
    choices: pd.DataFrame
    hidden: effect.HiddenDifference
    said: effect.Said

    @property
    def by_chance(self) -> bool:
        """Whether the interval as printed reaches zero."""
        return effect.Doubt.CHANCE in self.said.doubts


def answer(followed: FollowUp, to_extraction: FollowUp, follow_up_months: int, placebo_months: int) -> Answer:
    """Of persons followed to the cut-off; to_extraction: the same to the month of the extraction."""
    main = followed.compared(follow_up_months)
    lag = len(to_extraction.months) - len(followed.months)
    before_start = followed.before_start(placebo_months)
    choices = effect.sensitivity(to_extraction.persons, follow_up_months, lag_months=lag)
    hidden = effect.hidden_difference(followed.persons, follow_up_months)
    said = effect.verdict(main, before_start.unlike, choices, hidden)
    return Answer(main, before_start, choices, hidden, said)
