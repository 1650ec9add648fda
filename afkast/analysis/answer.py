"""All that is asked of an effect before anything is said of it: the one way to its verdict, for every page."""

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from afkast.analysis import effect
from afkast.analysis.follow_up import BeforeStart, FollowUp


@dataclass(frozen=True)
class Answer:
    """The effect, what was asked to doubt it, and what may be said.

    choices: `effect.sensitivity`; before_start: the placebo. against: what the saving is held against, such as what it
    cost; unit and digits: those that it is printed in.
    """

    main: effect.Effect
    before_start: BeforeStart
    choices: pd.DataFrame
    hidden: effect.HiddenDifference
    against: float = 0.0
    unit: float = 1.0
    digits: int = 1

    @cached_property
    def said(self) -> effect.Said:
        return effect.verdict(
            self.main,
            self.before_start.unlike,
            self.choices,
            self.hidden,
            against=self.against,
            unit=self.unit,
            digits=self.digits,
        )

    @property
    def agreement(self) -> effect.Agreement:
        """How many of the other choices say the same."""
        return effect.agreement(self.choices, self.against, self.unit, self.digits)

    @property
    def by_chance(self) -> bool:
        """Whether the interval as printed reaches zero."""
        return effect.Doubt.CHANCE in self.said.doubts


def answer(followed: FollowUp, to_extraction: FollowUp, follow_up_months: int, placebo_months: int) -> Answer:
    """Of months on benefits, of persons followed to the cut-off; to_extraction: the same to the extraction's month."""
    return Answer(
        followed.compared(follow_up_months),
        followed.before_start(placebo_months),
        effect.sensitivity(to_extraction.persons, follow_up_months, lag_months=_lag(followed, to_extraction)),
        effect.hidden_difference(followed.persons, follow_up_months),
    )


def answer_in_kroner(
    followed: FollowUp,
    to_extraction: FollowUp,
    follow_up_months: int | None,
    placebo_months: int,
    *,
    cost_dkk: float = 0.0,
    unit: float = 1.0,
) -> Answer:
    """Of what the municipality has paid; cost_dkk: of the intervention, per treated, so that it is the net.

    Without follow_up_months it is all that all of them have saved to date.
    """
    total = follow_up_months is None
    here, there = (effect.moved_are_off(one.persons) for one in (followed, to_extraction))
    lag = _lag(followed, to_extraction)
    paid = to_extraction.costs.municipal_dkk
    return Answer(
        followed.in_kroner(followed.costs.municipal_dkk, follow_up_months, total),
        followed.before_start(placebo_months),
        effect.sensitivity(there, follow_up_months, lag_months=lag, outcome=paid, total=total),
        effect.hidden_difference(here, follow_up_months, outcome=followed.costs.municipal_dkk, against=cost_dkk),
        against=cost_dkk,
        unit=unit,
    )


def net_of(answer: Answer, followed: FollowUp, spent_dkk: float) -> Answer:
    """What all have saved to date (`answer_in_kroner` without follow_up_months), held against what was spent on all."""
    hidden = effect.hidden_difference(
        effect.moved_are_off(followed.persons),
        outcome=followed.costs.municipal_dkk,
        against=spent_dkk / answer.main.treated_persons,
    )
    return replace(answer, hidden=hidden, against=spent_dkk)


def _lag(followed: FollowUp, to_extraction: FollowUp) -> int:
    """How many of the last months are not used."""
    return len(to_extraction.months) - len(followed.months)
