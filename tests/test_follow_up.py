"""From the tables to the arrays of the effect: who started when, what they cost, and in which months that is known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from afkast.analysis.cost import WEEKS_PER_YEAR
from afkast.analysis.follow_up import FollowUp, follow_up
from afkast.errors import AfkastError

PERSONS = pd.DataFrame(
    {
        "person": ["a", "b"],
        "birth_year": [1980, 1990],
        "sex": ["K", "M"],
        "education": ["Grundskole", "Grundskole"],
        "moved_on": pd.to_datetime([None, None]),
        "died_on": pd.to_datetime([None, None]),
    }
)
SPELLS = pd.DataFrame(
    {
        "person": ["a", "b"],
        "benefit": ["kontanthjælp", "kontanthjælp"],
        "start": pd.to_datetime(["2020-01-01", "2020-01-01"]),
        "end": pd.to_datetime(["2020-02-29", None]),
    }
)
MEMBERS = pd.DataFrame(
    {
        "person": ["b", "a"],
        "entered_on": pd.to_datetime(["2020-02-10", "2020-01-05"]),
        "started_on": pd.to_datetime(["2020-03-01", None]),
    }
)
PRICES = pd.DataFrame(
    {
        "area": ["Her"],
        "benefit": ["kontanthjælp"],
        "year": [2020],
        "net_dkk_per_full_year_person": [1.0],
        "gross_dkk_per_full_year_person": [100 * WEEKS_PER_YEAR],
        "state_refund_share": [0.0],
        "price_level_year": [2020],
        "basis": ["paid"],
        "source": ["s"],
    }
)
LADDER = pd.DataFrame(
    {
        "benefit": ["kontanthjælp"] * 2,
        "awarded_before": pd.to_datetime([None, None]),
        "from_week": [1, 5],
        "to_week": [4, None],
        "state_share": [0.8, 0.2],
        "valid_from": pd.to_datetime(["2016-01-04"] * 2),
        "valid_to": pd.to_datetime([None, None]),
    }
)
NO_LEVELS = pd.DataFrame({"from_year": [], "to_year": [], "kind": [], "factor": []})


def followed(members: pd.DataFrame = MEMBERS, spells: pd.DataFrame = SPELLS, cut_off: str = "2020-04") -> FollowUp:
    tables: dict[str, Any] = {"unit_prices": PRICES, "refund_ladder": LADDER, "price_levels": NO_LEVELS}
    return follow_up(members, PERSONS, spells, pd.Period(cut_off, freq="M"), **tables, area="Her", price_year=2020)


def test_two_persons_by_hand() -> None:
    found = followed()
    assert found.months.astype(str).tolist() == ["2020-01", "2020-02", "2020-03", "2020-04"]
    assert (found.entered.tolist(), found.started.tolist()) == ([1, 0], [True, False])  # in the order of the members
    assert found.eligible.tolist() == [[False, True, True, True], [True] * 4]
    days = np.array([[31, 29, 31, 30], [31, 29, 0, 0]])
    assert found.costs.total_dkk == pytest.approx(100 * days / 7)
    # the municipality pays 20 % of the first four weeks and 80 % of the rest
    assert found.costs.municipal_dkk[:, 0] == pytest.approx(100 * (0.2 * 4 + 0.8 * (31 / 7 - 4)) * np.ones(2))
    assert found.costs.municipal_dkk[0, 1:] == pytest.approx(0.8 * found.costs.total_dkk[0, 1:])


def test_who_starts_after_the_cut_off_is_not_known_to_start() -> None:
    assert np.isnan(followed(cut_off="2020-02").start).all()


def test_a_target_group_older_than_the_data_is_followed_from_the_first_month() -> None:
    early = MEMBERS.assign(entered_on=pd.to_datetime(["2019-10-01", "2020-01-05"]))
    found = followed(early)
    assert found.eligible.all()
    assert found.costs.total_dkk == pytest.approx(followed().costs.total_dkk)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"spells": SPELLS.iloc[:0]}, "Ingen i målgruppen har været på ydelse"),
        ({"members": MEMBERS.iloc[:0]}, "Ingen i målgruppen har været på ydelse"),
        ({"members": MEMBERS.assign(entered_on=pd.Timestamp("2020-06-01"))}, "Ingen er kommet i målgruppen"),
    ],
)
def test_a_target_group_that_cannot_be_followed_is_refused(change: dict[str, pd.DataFrame], why: str) -> None:
    with pytest.raises(AfkastError, match=why):
        followed(**change)
