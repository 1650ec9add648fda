"""What may be said of an effect, as a table of cases."""

import numpy as np
import pandas as pd
import pytest

from afkast.analysis.effect.verdict import Doubt, Saying, agreement, said

FINE = {
    "unlike_before": False,
    "unbalanced": False,
    "few_alike": False,
    "starts_late": False,
    "team_interval": None,
    "turns_with_other_efforts": False,
    "share_that_agrees": 1.0,
    "hidden": 2.0,
    "strongest_measured": 1.5,
}


@pytest.mark.parametrize(
    ("interval", "change", "saying", "doubts"),
    [
        ((0.5, 4.3), {}, Saying.SHORTENS, ()),
        ((-4.3, -0.5), {}, Saying.PROLONGS, ()),
        # the limit as it is printed: 0,0 is not clear of zero, 0,1 is
        ((0.04, 3.0), {}, Saying.UNDECIDED, (Doubt.CHANCE,)),
        ((0.05, 3.0), {}, Saying.SHORTENS, ()),
        ((-3.0, -0.04), {}, Saying.UNDECIDED, (Doubt.CHANCE,)),
        ((-1.0, 2.0), {}, Saying.UNDECIDED, (Doubt.CHANCE,)),
        # groups that were not alike
        ((0.5, 4.3), {"unlike_before": True}, Saying.UNDECIDED, (Doubt.UNLIKE_BEFORE,)),
        ((0.5, 4.3), {"unbalanced": True}, Saying.UNDECIDED, (Doubt.UNBALANCED,)),
        ((-1.0, 2.0), {"unbalanced": True}, Saying.UNDECIDED, (Doubt.UNBALANCED, Doubt.CHANCE)),
        # a few of the controls stand for all
        ((0.5, 4.3), {"few_alike": True}, Saying.UNDECIDED, (Doubt.FEW_ALIKE,)),
        # the days of the starts look late
        ((0.5, 4.3), {"starts_late": True}, Saying.UNDECIDED, (Doubt.STARTS_LATE,)),
        # other choices: four in five is enough, three in four is not
        ((0.5, 4.3), {"share_that_agrees": 0.8}, Saying.SHORTENS, ()),
        ((0.5, 4.3), {"share_that_agrees": 0.75}, Saying.SEEMS_TO_SHORTEN, (Doubt.OTHER_CHOICES,)),
        ((-4.3, -0.5), {"share_that_agrees": 0.75}, Saying.SEEMS_TO_PROLONG, (Doubt.OTHER_CHOICES,)),
        # a hidden difference no stronger than the strongest measured one
        ((0.5, 4.3), {"hidden": 1.5}, Saying.SEEMS_TO_SHORTEN, (Doubt.HIDDEN,)),
        ((0.5, 4.3), {"hidden": 1.51}, Saying.SHORTENS, ()),
        # teams, where they are known
        ((0.5, 4.3), {"team_interval": (-0.1, 5.0)}, Saying.SEEMS_TO_SHORTEN, (Doubt.TEAMS,)),
        ((0.5, 4.3), {"team_interval": (0.1, 5.0)}, Saying.SHORTENS, ()),
        ((-4.3, -0.5), {"team_interval": (-5.0, 0.1)}, Saying.SEEMS_TO_PROLONG, (Doubt.TEAMS,)),
        # those who got another effort: the answer turns without them
        ((0.5, 4.3), {"turns_with_other_efforts": True}, Saying.SEEMS_TO_SHORTEN, (Doubt.OTHER_EFFORTS,)),
        ((-1.0, 2.0), {"turns_with_other_efforts": True}, Saying.UNDECIDED, (Doubt.CHANCE,)),
        (
            (0.5, 4.3),
            {"hidden": 1.0, "share_that_agrees": 0.1},
            Saying.SEEMS_TO_SHORTEN,
            (Doubt.OTHER_CHOICES, Doubt.HIDDEN),
        ),
    ],
)
def test_what_may_be_said(interval, change, saying, doubts):
    found = said(interval, **(FINE | change))
    assert (found.saying, found.doubts) == (saying, doubts)


def rows(*choices):
    """Rows of the sensitivity table: the choice, the estimate and its limits."""
    return pd.DataFrame(choices, columns=["choice", "estimate", "lower", "upper"])


MAIN = ("main", 2.0, 0.5, 3.5)
AGREES, DOES_NOT = ("overlap", 1.5, 0.1, 2.9), ("never_started", 1.0, -0.5, 2.5)


def test_rows_that_print_the_main_one_lend_it_no_support_and_rows_without_a_number_take_none():
    printed_alike, without = ("lag", 2.04, 0.46, 3.54), ("landmark", np.nan, np.nan, np.nan)
    found = agreement(rows(MAIN, printed_alike, AGREES, DOES_NOT, without))
    assert (found.rows, found.agree, found.share) == (2, 1, 0.5)
    assert agreement(rows(MAIN, printed_alike)).share == 0.0


def test_a_row_whose_limit_is_printed_as_zero_does_not_agree():
    assert agreement(rows(MAIN, ("overlap", 2.0, 0.04, 3.9))).agree == 0
    assert agreement(rows(MAIN, ("overlap", 2.0, 0.05, 3.9))).agree == 1


def test_another_follow_up_is_another_question():
    assert agreement(rows(MAIN, AGREES, ("follow_up", 1.0, -1.0, 3.0))).rows == 1


def test_an_effect_the_other_way_agrees_with_what_lies_below_zero():
    turned = rows(MAIN, AGREES, DOES_NOT)
    turned[["estimate", "lower", "upper"]] = -turned[["estimate", "upper", "lower"]].to_numpy()
    assert agreement(turned).share == 0.5


def test_what_is_saved_beyond_the_cost_is_held_against_it_in_the_unit_of_the_page():
    saved = rows(MAIN, AGREES, DOES_NOT)
    assert agreement(saved, against=0.2).agree == 0
    in_kroner = saved.assign(**{end: saved[end] * 1e6 for end in ("estimate", "lower", "upper")})
    assert agreement(in_kroner, unit=1e6) == agreement(saved)
    assert agreement(in_kroner, against=0.2e6, unit=1e6).agree == 0


@pytest.mark.parametrize("choice", ["until_other", "without_other"])
def test_an_answer_turns_where_it_is_not_clear_of_zero_without_those_who_got_another_effort(choice):
    assert not agreement(rows(MAIN, (choice, 1.5, 0.1, 3.0))).turns_with_other_efforts
    assert agreement(rows(MAIN, (choice, 1.5, 0.04, 3.0))).turns_with_other_efforts
    assert not agreement(rows(MAIN, (choice, np.nan, np.nan, np.nan))).turns_with_other_efforts
