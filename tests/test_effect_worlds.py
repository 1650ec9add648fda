"""The effect in worlds where the truth is known; `benchmarks/coverage.py` is the same with more worlds and sizes."""

from dataclasses import replace

import numpy as np
import pytest
from worlds import (
    CALENDAR,
    FOLLOW_UP,
    HISTORY,
    LAG_MONTHS,
    SCENARIOS,
    TEAMS,
    Scenario,
    simulate,
    world_truth,
)

from afkast.analysis.effect import Persons, flow, naive, sequential_trials

WORLDS = 150
PERSONS, TREATED = 400, 80


def answers(name, lag_months, seed, *per_protocol):
    """Of each way of following the controls, in the same worlds."""
    rng = np.random.default_rng(seed)
    found = [[] for _ in per_protocol]
    for _ in range(WORLDS):
        one = simulate(rng, SCENARIOS[name], PERSONS, TREATED)
        observed = one.observed & (np.arange(CALENDAR) < CALENDAR - lag_months)
        for way, answer in zip(per_protocol, found, strict=True):
            trials = sequential_trials(replace(one.persons, observed=observed), FOLLOW_UP, per_protocol=way)
            answer.append(trials.saved)
    return found


def truths(name):
    return [
        world_truth(np.random.default_rng([9, seed]), SCENARIOS[name], TREATED / PERSONS, 20_000) for seed in range(3)
    ]


def agrees(found, true, error_of_truth):
    values = np.array([one.value for one in found])
    error = np.hypot(values.std() / np.sqrt(len(values)), error_of_truth)
    assert abs(values.mean() - true) < 3 * error
    covered = np.mean([low <= true <= high for low, high in (one.interval for one in found)])
    # 150 worlds: three times √(0.95 · 0.05 / 150) is 5.3 %
    assert covered == pytest.approx(0.95, abs=0.054)


@pytest.mark.parametrize("name", ["selection and an effect", "moves and deaths", "a harmful effect"])
def test_the_effect_is_found_where_all_that_selects_is_measured(name):
    """Against not starting that month, and per protocol against never starting: each has its own truth."""
    large = truths(name)
    for kind, found in zip(("not this month", "never"), answers(name, 0, 30, False, True), strict=True):
        values = [truth.saved(kind) for truth in large]
        agrees(found, float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(3)))


@pytest.mark.parametrize("name", ["few leave", "a harmful effect"])
def test_the_interval_holds_where_two_or_three_of_twenty_leave(name):
    """Of 200 worlds Student's t on the months would hold in 85 %, well below what chance leaves of 95 %."""
    rng, size = np.random.default_rng(36), 300
    of = [world_truth(np.random.default_rng([9, seed]), SCENARIOS[name], 20 / size, 20_000) for seed in range(3)]
    true = float(np.mean([truth.saved("not this month") for truth in of]))
    covered = []
    while len(covered) < 200:
        one = simulate(rng, SCENARIOS[name], size, 20)
        if np.isfinite(one.start).sum() >= 15:
            saved = sequential_trials(one.persons, FOLLOW_UP).saved
            covered.append(saved.lower <= true <= saved.upper)
    # three times √(0.95 · 0.05 / 200)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.046)


@pytest.mark.parametrize("name", ["no effect", "immortal time", "selection on need and duration"])
def test_no_effect_is_found_where_there_is_none_and_the_reports_comparison_finds_one(name):
    agrees(answers(name, 0, 31, False)[0], 0.0, 0.0)
    rng = np.random.default_rng(32)
    gaps = []
    for _ in range(60):
        drawn = simulate(rng, SCENARIOS[name], PERSONS, TREATED)
        gaps.append(
            naive(Persons(*drawn.world, entered=np.full(PERSONS, float(HISTORY))), FOLLOW_UP).against_never_started
        )
    assert np.mean(gaps) < -0.5
    assert np.mean(gaps) < -10 * np.std(gaps) / np.sqrt(len(gaps))


def test_without_adjustment_selection_looks_like_an_effect():
    rng = np.random.default_rng(33)
    found = []
    for _ in range(60):
        drawn = simulate(rng, SCENARIOS["selection on need and duration"], PERSONS, TREATED)
        found.append(sequential_trials(Persons(*drawn.world), FOLLOW_UP).saved.value)
    assert np.mean(found) < -5 * np.std(found) / np.sqrt(len(found))


def test_months_not_yet_registered_are_left_out():
    name = "late registration"
    lag = LAG_MONTHS[name]
    values = [truth.saved("not this month", lag) for truth in truths(name)]
    agrees(answers(name, lag, 34, False)[0], float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(3)))
    # taken as it is, the last month looks as if many more had left
    drawn = simulate(np.random.default_rng(35), SCENARIOS[name], 20_000, 4_000)
    as_it_is = sequential_trials(Persons(*drawn.world)).control[-1]
    known = drawn.observed & (np.arange(CALENDAR) < CALENDAR - lag)
    assert as_it_is < 0.85 * sequential_trials(Persons(drawn.on, known, drawn.start)).control[-1]


def test_the_large_world_is_right_where_the_truth_can_be_calculated():
    # nobody differs: on and off are a chain of two states, T to the power k from the month of start
    of = Scenario(effect=0.04)
    leave = 1 / (1 + np.exp(-of.exit))
    chains = [np.array([[1 - p, p], [of.returns, 1 - of.returns]]) for p in (leave, leave + of.effect)]
    without, with_it = (sum(np.linalg.matrix_power(chain, k)[0, 0] for k in range(FOLLOW_UP)) for chain in chains)
    found = [world_truth(np.random.default_rng([9, seed]), of, 0.2, 20_000).saved("never") for seed in range(4)]
    assert np.mean(found) == pytest.approx(without - with_it, abs=3 * np.std(found, ddof=1) / 2)
    assert 3 * np.std(found, ddof=1) / 2 < 0.15


@pytest.mark.parametrize(
    "name",
    ["the young and the old", "under 30 and over 55", "a change of benefit", "the started move", "another effort"],
)
def test_what_a_line_misses_and_those_who_move_are_made_up_for(name):
    values = [truth.saved("not this month") for truth in truths(name)]
    agrees(answers(name, 0, 37, False)[0], float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(3)))


def test_a_line_in_age_sees_nothing_of_the_young_and_the_old_but_the_bands_do():
    one = simulate(np.random.default_rng(38), SCENARIOS["the young and the old"], 20_000, 4_000)
    # weighed by the line alone, in the same order of things: the means are alike, and a fifth is not
    mean = replace(one.persons, covariates={"age": one.covariates["age"]})
    plain = sequential_trials(mean, FOLLOW_UP, weights="none")
    assert abs(plain.balance.loc["age", "difference_after"]) < 0.1
    assert plain.bands["difference_after"].abs().max() > 0.3
    assert plain.unbalanced == ["age"]
    assert sequential_trials(mean, FOLLOW_UP).unbalanced == []


def test_an_error_by_person_is_too_short_where_teams_differ_and_that_by_team_is_not():
    rng, by_person, of_teams = np.random.default_rng(39), [], []
    for _ in range(WORLDS):
        found = sequential_trials(simulate(rng, TEAMS, 500, 150).persons, FOLLOW_UP)
        assert found.saved_by_team is not None
        for estimate, covered in ((found.saved, by_person), (found.saved_by_team, of_teams)):
            low, high = estimate.interval
            covered.append(low <= 0 <= high)
    assert np.mean(by_person) < 0.88
    assert np.mean(of_teams) > 0.95 - 0.054


def test_of_teams_of_one_the_error_by_team_is_that_by_person():
    one = simulate(np.random.default_rng(41), TEAMS, 300, 60)
    found = sequential_trials(replace(one.persons, team=np.arange(300)), FOLLOW_UP)
    assert found.saved_by_team is not None
    # a person in both arms is enlarged once in each (CR2), and not as one of the whole
    assert found.saved_by_team.standard_error == pytest.approx(found.saved.standard_error, rel=0.02)
    assert found.saved_by_team.degrees_of_freedom > 50


def test_fewer_than_five_teams_tell_nothing_of_how_teams_differ():
    one = simulate(np.random.default_rng(40), TEAMS, 300, 60)
    four = replace(one.persons, team=one.persons.team % 4)
    assert sequential_trials(four, FOLLOW_UP).saved_by_team is None


def test_it_is_told_where_a_few_stand_for_most_but_not_where_many_of_many_are_unlike():
    def drawn(name, persons, treated):
        worlds = (simulate(np.random.default_rng([13, w]), SCENARIOS[name], persons, treated) for w in range(20))
        return [sequential_trials(one.persons, FOLLOW_UP) for one in worlds]

    few = drawn("the young and the old", 200, 150)
    assert 5 <= sum(one.few_alike for one in few) < 20
    assert all(one.few_alike == (one.effective_controls < 0.4 * one.treated_persons) for one in few)
    many = drawn("selection and an effect", 600, 60)
    assert min(one.effective_controls / one.control_persons for one in many) < 0.5
    assert not any(one.few_alike for one in many)


def test_starts_that_the_register_holds_too_late_are_seen_by_who_had_left_benefits_by_then():
    """Nobody starts off benefits in any other world, so one or two who do are let pass."""

    def seen(scenario):
        worlds = (simulate(np.random.default_rng([15, w]), scenario, 300, 100) for w in range(20))
        return [flow(sequential_trials(one.persons, FOLLOW_UP)).starts_look_late for one in worlds]

    late = SCENARIOS["a start held too late"]
    assert np.mean(seen(late)) > 0.8
    assert np.mean(seen(replace(late, held_late=0.02))) < 0.2
    assert not any(seen(replace(late, held_late=0.0))) and not any(seen(SCENARIOS["moves and deaths"]))
