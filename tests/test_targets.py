"""When a goal is reached, on track, behind or undecided: every boundary is a row."""

from datetime import date
from itertools import chain, combinations_with_replacement, permutations

import pytest

from afkast.analysis.targets import Verdict, overall, verdict

BEFORE, LAST_DAY, AFTER = date(2019, 12, 30), date(2019, 12, 31), date(2020, 1, 1)
NAN = float("nan")


@pytest.mark.parametrize(
    ("actual", "target", "lower_is_better", "as_of", "expected"),
    [
        (487.9, 488, True, BEFORE, "på vej"),
        (488, 488, True, BEFORE, "på vej"),
        (488.1, 488, True, BEFORE, "bagud"),
        (488, 488, True, LAST_DAY, "nået"),
        (488, 488, True, AFTER, "nået"),
        (488.1, 488, True, AFTER, "bagud"),
        (488.1, 488, False, BEFORE, "på vej"),
        (488, 488, False, LAST_DAY, "nået"),
        (487.9, 488, False, AFTER, "bagud"),
        (-1.0, 2.4, False, BEFORE, "bagud"),
        (0.0, 0.0, False, AFTER, "nået"),
        (None, 488, True, AFTER, "kan ikke afgøres"),
        (488, None, True, AFTER, "kan ikke afgøres"),
        (NAN, 488, True, AFTER, "kan ikke afgøres"),
        (488, NAN, False, BEFORE, "kan ikke afgøres"),
        (None, None, False, BEFORE, "kan ikke afgøres"),
    ],
)
def test_the_verdict_on_a_goal(
    actual: float | None, target: float | None, lower_is_better: bool, as_of: date, expected: str
) -> None:
    found = verdict(actual, target, lower_is_better=lower_is_better, as_of=as_of, ends_on=LAST_DAY)
    assert found.value == expected


@pytest.mark.parametrize(
    ("goals", "strategy"),
    [
        ([], "kan ikke afgøres"),
        (["kan ikke afgøres"], "kan ikke afgøres"),
        (["nået"], "nået"),
        (["nået", "kan ikke afgøres"], "nået"),
        (["nået", "på vej"], "på vej"),
        (["på vej", "kan ikke afgøres"], "på vej"),
        (["nået", "på vej", "bagud"], "bagud"),
        (["bagud", "kan ikke afgøres"], "bagud"),
    ],
)
def test_a_strategy_is_no_further_than_the_goal_that_is_least_far(goals: list[str], strategy: str) -> None:
    for order in permutations(goals):
        assert overall(Verdict(word) for word in order).value == strategy


def test_a_strategy_is_reached_only_when_every_decided_goal_is() -> None:
    for goals in chain.from_iterable(combinations_with_replacement(Verdict, size) for size in range(4)):
        decided = [goal for goal in goals if goal.value != "kan ikke afgøres"]
        assert (overall(goals) is Verdict.REACHED) == (decided != [] and {g.value for g in decided} == {"nået"})
