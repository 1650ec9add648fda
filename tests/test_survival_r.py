"""Curves, tests and states are what R says of the same rows; `tests/r/survival.R` wrote what it says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afkast.analysis import survival

HERE = Path(__file__).parent / "r"
PERSONS = pd.read_csv(HERE / "persons.csv")
SPELLS = pd.read_csv(HERE / "spells.csv")
R = pd.read_csv(HERE / "survival.csv").set_index("quantity")
DIGITS = 1e-10
"""R's numbers are written with 12 digits; sums of 60 rows keep two less."""

exit, entry, left = (PERSONS[name].to_numpy() for name in ("exit", "entry", "cause"))
weights, person, group, stratum = (PERSONS[name].to_numpy() for name in ("weight", "person", "group", "stratum"))
event = left > 0


def values(quantity):
    """R's numbers of one quantity, NaN where it has none."""
    return R.loc[[quantity], "value"].to_numpy()


def times(quantity):
    return R.loc[[quantity], "time"].to_numpy().astype(int)


def is_as_in_r(quantity, ours):
    """R gives no limits where a share is 0 or 1; what stands there instead is tested for itself."""
    theirs = values(quantity)
    has = ~np.isnan(theirs)
    assert has.any()
    assert ours[has] == pytest.approx(theirs[has], rel=DIGITS, abs=1e-12)


def curve_is_as_in_r(name, curve):
    at = times(f"{name} survival")
    is_as_in_r(f"{name} survival", curve.survival[at])
    is_as_in_r(f"{name} error", curve.standard_error[at])
    is_as_in_r(f"{name} lower", curve.lower[at])
    is_as_in_r(f"{name} upper", curve.upper[at])


@pytest.mark.parametrize("interval", ["plain", "log", "log-log"])
def test_late_entrants_and_an_emptied_risk_set_give_r_s_curve_and_limits(interval):
    curve = survival.kaplan_meier(exit, event, entry, interval=interval)
    assert curve.at_risk[4:6].tolist() == [0, 0]  # nobody between the early and the late
    curve_is_as_in_r(f"late {interval}", curve)
    assert curve.at_risk[times("late at risk")].tolist() == values("late at risk").tolist()


def test_a_curve_that_starts_where_enough_are_at_risk_is_r_s_with_a_start_time():
    curve = survival.kaplan_meier(exit, event, entry, fewest_at_risk=20)
    assert curve.start == 8
    assert curve.survival[:8].tolist() == [1] * 8
    curve_is_as_in_r("late from 8", curve)


def test_weighted_curves_have_r_s_robust_errors():
    curve_is_as_in_r("weighted", survival.kaplan_meier(exit, event, weights=weights))
    curve_is_as_in_r("by person", survival.kaplan_meier(exit, event, entry, weights=weights, person=person))


def test_log_rank_is_r_s_also_with_strata_and_late_entrants():
    is_as_in_r("log-rank", np.array([survival.log_rank(exit, event, group).chi_square]))
    is_as_in_r("log-rank strata", np.array([survival.log_rank(exit, event, group, strata=stratum).chi_square]))
    is_as_in_r("log-rank late", np.array([survival.log_rank(exit, event, group, entry).chi_square]))
    both = survival.log_rank(exit, event, group, entry, strata=stratum)
    is_as_in_r("log-rank late strata", np.array([both.chi_square]))


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_the_weighted_log_rank_is_r_s_robust_score_test(ties):
    by_person = survival.log_rank(exit, event, group, entry, weights=weights, person=person, ties=ties)
    is_as_in_r(f"robust {ties}", np.array([by_person.chi_square]))
    in_strata = survival.log_rank(exit, event, group, strata=stratum, weights=weights, ties=ties)
    is_as_in_r(f"robust strata {ties}", np.array([in_strata.chi_square]))


def states_are_as_in_r(name, states):
    at = times(f"{name} share 0")
    for k in range(3):
        is_as_in_r(f"{name} share {k}", states.share[at, k])
        is_as_in_r(f"{name} error {k}", states.standard_error[at, k])
        is_as_in_r(f"{name} lower {k}", states.lower[at, k])
        is_as_in_r(f"{name} upper {k}", states.upper[at, k])


def test_shares_left_for_each_cause_are_r_s():
    nobody_has_left = [1, 0, 0]
    states_are_as_in_r("causes", survival.aalen_johansen(exit, left, initial=nobody_has_left, interval="log"))
    late = survival.aalen_johansen(exit[3:], left[3:], entry[3:], initial=nobody_has_left, weights=weights[3:])
    states_are_as_in_r("causes weighted", late)


SPELL = (SPELLS["exit"], SPELLS["to"])
FROM = (SPELLS["entry"], SPELLS["origin"])


def test_shares_in_states_that_people_return_to_are_r_s():
    by_person = survival.aalen_johansen(*SPELL, *FROM, person=SPELLS["person"], interval="log")
    states_are_as_in_r("return", by_person)
    weighted = survival.aalen_johansen(*SPELL, *FROM, weights=SPELLS["weight"], person=SPELLS["person"], interval="log")
    states_are_as_in_r("return weighted", weighted)


def test_greenwood_s_errors_of_states_are_those_of_r_s_etm():
    states = survival.aalen_johansen(*SPELL, *FROM, initial=[1, 0, 0], variance="greenwood")
    at = times("greenwood share 0")
    for k in range(3):
        is_as_in_r(f"greenwood share {k}", states.share[at, k])
        is_as_in_r(f"greenwood error {k}", states.standard_error[at, k])
