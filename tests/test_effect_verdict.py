"""What may be said of an effect, as a table of cases."""

import numpy as np
import pandas as pd
import pytest

from afkast.analysis.effect.verdict import Doubt, Saying, agreement, said

FINE = {
    "unlike_before": False,
    "unbalanced": False,
    "team_interval": None,
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


def test_rows_that_repeat_the_main_one_lend_it_no_support_and_rows_without_a_number_take_none():
    rows = pd.DataFrame(
        {
            "estimate": [2.0, 2.0, 2.0, 1.0, 1.5, np.nan],
            "lower": [0.5, 0.5, 0.5, -0.5, 0.1, np.nan],
            "upper": [3.5, 3.5, 3.5, 2.5, 2.9, np.nan],
        }
    )
    assert agreement(rows) == 0.5
    assert agreement(-rows.rename(columns={"lower": "upper", "upper": "lower"})) == 0.5
    assert agreement(rows.iloc[:3]) == 0.0
