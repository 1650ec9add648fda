"""Other ways to ask: against statsmodels, linear programming and tables worked by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from statsmodels.duration.survfunc import SurvfuncRight
from worlds import FOLLOW_UP, HISTORY, SCENARIOS, Scenario, drawn_world, simulate

from afkast.analysis.effect import (
    Estimate,
    Persons,
    by_year,
    delayed_entry,
    first_exit,
    hidden_difference,
    landmark,
    money,
    naive,
    placebo,
    sensitivity,
    sequential_trials,
    trials,
)
from afkast.analysis.effect.compare import followed
from afkast.analysis.effect.design import design
from afkast.analysis.effect.designs import spells_apart
from afkast.analysis.effect.hidden import _worst
from afkast.analysis.effect.trials import estimated
from afkast.errors import AfkastError


def months(*rows):
    return np.array([[month == "x" for month in row] for row in rows])


def drawn(name="selection and an effect", persons=300, treated=60, seed=4):
    return simulate(np.random.default_rng(seed), SCENARIOS[name], persons, treated)


ENTRY = np.full(300, float(HISTORY))


def test_every_run_of_months_becomes_a_row():
    person, on = spells_apart(months("x.xx", "....", ".x.x"))
    assert person.tolist() == [0, 0, 2, 2]
    assert on.tolist() == months("x...", "..xx", ".x..", "...x").tolist()


def test_months_to_the_first_exit_are_kaplan_meiers():
    # one trial, everyone followed to the end: then the share that never left is Kaplan–Meier
    on, observed, start = drawn_world(np.random.default_rng(4), starts_per_month=60, start_months=1, effect=0.03)
    found = first_exit(Persons(on, observed, start), 18)
    left = np.where(on.all(axis=1), 18, (~on).argmax(axis=1))
    for curve, rows in ((found.treated, start == 0), (found.control, np.isnan(start))):
        oracle = SurvfuncRight(left[rows], left[rows] < 18)
        steps = np.append(1.0, oracle.surv_prob)[np.searchsorted(oracle.surv_times, np.arange(18), side="right")]
        assert curve == pytest.approx(steps)


def test_returns_do_not_count_and_a_person_stays_one_person():
    world = drawn().world
    once, again = first_exit(Persons(*world), FOLLOW_UP), sequential_trials(Persons(*world), FOLLOW_UP)
    assert once.treated_persons == again.treated_persons
    assert once.treated_left_out == again.treated_left_out
    assert once.control_persons == again.control_persons
    assert once.control_observed[0] == again.control_observed[0]
    assert (once.treated <= again.treated + 1e-12).all()
    assert (once.control <= again.control + 1e-12).all()


def test_time_from_entry_is_kaplan_meier_with_delayed_entry():
    on, observed, start = drawn_world(np.random.default_rng(6), effect=0.03)
    found = delayed_entry(Persons(on, observed, start, entered=np.zeros(300)), 18)
    left = np.where(on.all(axis=1), 17, (~on).argmax(axis=1))  # the first month off: an exit after so many months
    event = ~on[:, :18].all(axis=1) & (left <= 17)
    left = np.minimum(left, 17)
    saved = []
    for arm in (0, 1):
        entry = np.where(np.isnan(start), 99, start) if arm else np.zeros(300)
        until = left if arm else np.minimum(left, np.where(np.isnan(start), 99, start))
        rows = until > entry
        oracle = SurvfuncRight(until[rows], (event & (until == left))[rows], entry=entry[rows])
        steps = np.append(1.0, oracle.surv_prob)[np.searchsorted(oracle.surv_times, np.arange(18), side="right")]
        saved.append(steps.sum())
    assert found.value == pytest.approx(saved[0] - saved[1])


def test_the_error_of_time_from_entry_is_that_of_drawing_persons_again():
    on, observed, start = drawn_world(np.random.default_rng(6), effect=0.03)
    found = delayed_entry(Persons(on, observed, start, entered=np.zeros(300)), 18)
    rng = np.random.default_rng(7)
    again = []
    for _ in range(600):
        rows = rng.integers(0, 300, 300)
        again.append(delayed_entry(Persons(on[rows], observed[rows], start[rows], entered=np.zeros(300)), 18).value)
    # 600 draws: three times 1/√1200 is 9 %
    assert found.standard_error == pytest.approx(np.std(again), rel=0.09)


def test_time_from_entry_needs_a_month_to_leave_in():
    on, observed, start = drawn_world(np.random.default_rng(6))
    with pytest.raises(AfkastError, match="too few"):
        delayed_entry(Persons(on, observed, start, entered=np.zeros(300)), 1)


@pytest.mark.parametrize("entered", [-1.0, np.nan, 35.0], ids=["before the data", "never", "after the data"])
def test_who_enters_where_nothing_is_seen_is_left_out(entered):
    one = drawn(treated=150)
    entry = np.where(np.arange(300) < 50, entered, ENTRY)
    kept = entry == ENTRY
    of_kept = [part[kept] for part in one.world]
    covariates = {name: x[kept] for name, x in one.covariates.items()}
    for found, expected in (
        (
            landmark(replace(one.persons, entered=entry), 1, 12).saved.value,
            landmark(Persons(*of_kept, covariates=covariates, entered=ENTRY[kept]), 1, 12).saved.value,
        ),
        (
            delayed_entry(Persons(*one.world, entered=entry), 12).value,
            delayed_entry(Persons(*of_kept, entered=ENTRY[kept]), 12).value,
        ),
        (
            naive(Persons(*one.world, entered=entry), 12).against_everybody,
            naive(Persons(*of_kept, entered=ENTRY[kept]), 12).against_everybody,
        ),
    ):
        assert found == pytest.approx(expected)


def test_a_landmark_by_hand():
    on = months(*["xxxx"] * 15, *["xxx."] * 20, *["x..."] * 9, *["xxxx"] * 5)
    start = np.r_[np.zeros(8), np.ones(7), np.full(20, np.nan), np.ones(9), np.full(5, 2.0)]
    found = landmark(Persons(on, np.ones_like(on), start, entered=np.zeros(49)), 1, None)
    # in month 1: 15 have started and are on, 9 have left; 20 and the 5 who start later are the others
    assert (found.treated_persons, found.control_persons) == (15, 25)
    assert found.treated == pytest.approx([1, 1, 1])
    assert found.control == pytest.approx([1, 1, 5 / 25])


def test_without_an_effect_every_design_finds_none():
    rng = np.random.default_rng(8)
    found = []
    for _ in range(200):
        on, observed, start = drawn_world(rng, starts_per_month=15)
        zero = np.zeros(300)
        found.append(
            (
                landmark(Persons(on, observed, start, entered=zero), 3, 12).saved.value,
                delayed_entry(Persons(on, observed, start, entered=zero), 18).value,
                first_exit(Persons(on, observed, start), 18).saved.value,
                sequential_trials(Persons(on, observed, start), 18, per_protocol=True).saved.value,
            )
        )
    values = np.array(found)
    assert (abs(values.mean(axis=0)) < 3 * values.std(axis=0) / np.sqrt(200)).all()


MOVING = Scenario(exit=-2.2, returns=0.15)


def test_who_starts_in_the_last_month_has_the_months_before_it_as_well():
    on, observed, start = simulate(np.random.default_rng(4), MOVING, 500, 100).world
    last = int(np.nanmax(start)) + 1
    ends_there = placebo(Persons(on[:, :last], observed[:, :last], start), on_benefit_then=False)
    assert isinstance(ends_there, Estimate)
    assert ends_there == placebo(Persons(on, observed, start), on_benefit_then=False)


def many_placebos(of, on_benefit_then, worlds=120):
    rng = np.random.default_rng(3)
    found = []
    for _ in range(worlds):
        one = placebo(Persons(*simulate(rng, of, 500, 100).world), on_benefit_then=on_benefit_then)
        assert isinstance(one, Estimate)
        found.append((one.value, *one.interval))
    return np.array(found)


@pytest.mark.parametrize("on_benefit_then", [True, False])
def test_the_months_before_differ_by_chance_only_where_chance_chose(on_benefit_then):
    value, low, high = many_placebos(MOVING, on_benefit_then).T
    assert abs(value.mean()) < 3 * value.std() / np.sqrt(len(value))
    # 120 worlds: three times √(0.95 · 0.05 / 120) is 6 %
    assert np.mean((low <= 0) & (high >= 0)) == pytest.approx(0.95, abs=0.06)


@pytest.mark.parametrize("on_benefit_then", [True, False])
@pytest.mark.parametrize(
    "chosen",
    [replace(MOVING, hidden=0.8, selects_hidden=-1.0), replace(MOVING, of_duration=-0.5, selects_duration=1.0)],
    ids=["a hidden difference", "duration"],
)
def test_the_months_before_show_that_others_were_chosen(chosen, on_benefit_then):
    # those who leave rarely are chosen: before the start as well they were on benefits for longer
    value, _, high = many_placebos(chosen, on_benefit_then, 40).T
    assert value.mean() < -5 * value.std() / np.sqrt(len(value))
    assert np.mean(high < 0) > 0.2


def test_months_that_cannot_tell_are_a_sentence():
    on, observed, start = drawn_world(np.random.default_rng(1))
    assert "no 6 months further back" in str(placebo(Persons(on, observed, start)))
    everyone = np.pad(on, ((0, 0), (8, 0)), constant_values=True)
    assert "only 0 %" in str(placebo(Persons(everyone, np.ones_like(everyone), start + 8)))
    few = np.where(np.arange(300) < 290, np.nan, 8.0)
    assert "under 15" in str(placebo(Persons(everyone, np.ones_like(everyone), few)))


def test_the_naive_comparison_by_hand():
    on = months("xxxx", "xxx.", "x...", "xx..", "x...")
    found = naive(Persons(on, np.ones_like(on), np.array([2, 1, np.nan, np.nan, np.nan]), entered=np.zeros(5)), 4)
    assert found.against_never_started == pytest.approx(4 / 3 - 7 / 2)
    assert found.against_everybody == pytest.approx(11 / 5 - 7 / 2)
    assert found.share_started == pytest.approx(2 / 5)
    # the started are among everybody: the distance is 1 − q of that to the others
    assert found.against_everybody == pytest.approx((1 - 2 / 5) * found.against_never_started)
    with pytest.raises(AfkastError, match="nobody has started"):
        naive(Persons(on, np.ones_like(on), np.full(5, np.nan), entered=np.zeros(5)), 4)


def choices(table):
    return table.set_index(["choice", table["value"].fillna(-1).astype(int)])


def test_the_table_of_choices_has_a_number_or_words_in_every_row():
    one = drawn("moves and deaths")
    persons = replace(one.persons, strata=one.covariates["need"] > 0, entered=ENTRY)
    table = choices(sensitivity(persons, FOLLOW_UP, lag_months=2))
    assert table.index.is_unique
    missing = table["estimate"].isna()
    assert missing.tolist() == table["lower"].isna().tolist() == table["upper"].isna().tolist()
    assert (table["refused"].notna() == missing).all()
    known = table[~missing]
    assert ((known["lower"] < known["estimate"]) & (known["estimate"] < known["upper"])).all()
    main = sequential_trials(persons.leaving_out_last(2), FOLLOW_UP).saved.value
    for row in (("main", -1), ("lag", 2), ("follow_up", 18), ("weeks_off", 4)):
        assert table.loc[row, "estimate"] == pytest.approx(main)
    plain = sequential_trials(persons.leaving_out_last(2).unadjusted(), FOLLOW_UP).saved.value
    assert table.loc[("unweighted", -1), "estimate"] == pytest.approx(plain)
    lowest, highest = (table.loc[f"without_month_{end}", "estimate"].iloc[0] for end in ("lowest", "highest"))
    assert lowest < main < highest
    assert table.loc[("follow_up", 24), "follow_up_months"] < 24


def test_those_who_move_are_off_or_on_benefits_in_rows_of_their_own():
    one = simulate(np.random.default_rng(8), SCENARIOS["the started move"], 300, 60)
    table = choices(sensitivity(one.persons, FOLLOW_UP))["estimate"].droplevel(1)
    # nearly all who move have started, and they were off benefits: away they are off, or all on
    assert table["moved_on"] < table["moved_unweighted"] < table["moved_off"]
    everyone = np.ones_like(one.on)
    off = sequential_trials(Persons(one.on & one.observed, everyone, one.start, covariates=one.covariates), FOLLOW_UP)
    assert table["moved_off"] == pytest.approx(off.saved.value)


def test_who_is_in_another_effort_already_is_in_no_trial_and_may_be_left_out():
    one = drawn()
    other = np.where(
        np.arange(300) % 3 == 0, float(HISTORY - 1), np.where(np.arange(300) % 3 == 1, HISTORY + 9.0, np.nan)
    )
    persons = replace(one.persons, other_start=other)
    table = choices(sensitivity(persons, FOLLOW_UP))["estimate"].droplevel(1)
    kept = np.arange(300) % 3 != 0
    assert table["main"] == pytest.approx(sequential_trials(one.persons.of(kept), FOLLOW_UP).saved.value, abs=1e-9)
    assert table["other_unknown"] == pytest.approx(sequential_trials(one.persons, FOLLOW_UP).saved.value)
    alone = sequential_trials(one.persons.of(np.arange(300) % 3 == 2), FOLLOW_UP).saved.value
    assert table["without_other"] == pytest.approx(alone, abs=1e-9)


def test_who_begins_another_effort_in_a_month_is_in_none_of_its_trials_and_in_those_before():
    one = drawn()
    persons = replace(one.persons, other_start=np.full(300, HISTORY + 2.0))
    assert (persons.may_start[:, : HISTORY + 2] == one.persons.may_start[:, : HISTORY + 2]).all()
    assert not persons.may_start[:, HISTORY + 2 :].any()


def test_a_choice_that_leaves_too_few_says_so():
    table = choices(sensitivity(Persons(*drawn(treated=20).world, entered=ENTRY), FOLLOW_UP))
    assert pd.isna(table.loc[("landmark", 1), "estimate"])
    assert str(table.loc[("landmark", 1), "refused"]).startswith("under 15 started")


def test_a_choice_that_leaves_few_to_compare_with_says_how_few():
    on, observed, start = drawn(treated=80).world
    nearly_all = np.flatnonzero(~np.isnan(start))[:60], np.flatnonzero(np.isnan(start))[:15]
    few = np.concatenate(nearly_all)
    persons = Persons(on[few], observed[few], start[few], entered=ENTRY[few])
    table = choices(sensitivity(persons, FOLLOW_UP))
    found = sequential_trials(persons, FOLLOW_UP, per_protocol=True).effective_controls
    assert 5 <= found < 20
    assert table.loc[("never_started", -1), "effective_controls"] == pytest.approx(found)


@pytest.mark.parametrize("odds_ratio", [1.0, 1.3, 2.0, 5.0])
def test_the_worst_weights_are_those_of_linear_programming(odds_ratio):
    # one trial, everyone followed: the weighted mean of the controls' months, Σ λw C / Σ λw, by Charnes and Cooper
    rng = np.random.default_rng(2)
    on = np.cumprod(rng.random((60, 8)) < 0.85, axis=1) > 0
    on[:, 0] = True
    x = rng.normal(size=60)
    start = np.where(np.arange(60) < 20, 0.0, np.nan)
    persons = Persons(on, np.ones_like(on), start, covariates={"x": x})
    of = design(persons, weights="att")
    Y = on.astype(float)
    main = estimated(of, Y, persons).saved.value
    sign = 1.0 if main >= 0 else -1.0
    gone, multiplier = _worst(of, followed(persons, Y), None, sign)(odds_ratio)
    w, C = of.control_weight[20:, 0], on[20:].sum(axis=1)
    # y = λw·t with Σ y = 1, so that w t/Λ <= y <= Λ w t
    n = len(w)
    bounds = np.block([[np.eye(n), -odds_ratio * w[:, None]], [-np.eye(n), w[:, None] / odds_ratio]])
    best = linprog(np.append(sign * C, 0), bounds, np.zeros(2 * n), [np.append(np.ones(n), 0)], [1])
    mean = (w * C).sum() / w.sum()
    assert gone == pytest.approx(sign * mean - best.fun, abs=1e-9)
    again = replace(of, control_weight=of.control_weight * multiplier)
    worst = estimated(again, Y, persons).saved.value
    assert sign * worst == pytest.approx(sign * main - gone, abs=1e-9)


def test_a_stronger_hidden_difference_is_needed_for_a_stronger_effect():
    found = []
    for name in ("no effect", "selection and an effect"):
        one = drawn(name)
        found.append(hidden_difference(one.persons, FOLLOW_UP))
    none, some = found
    assert none.erases_interval == 1
    assert 1 <= none.erases_estimate < some.erases_interval < some.erases_estimate < 5


def test_weights_that_rest_on_too_few_exclude_nothing(monkeypatch):
    persons = drawn("selection and an effect").persons
    before = hidden_difference(persons, FOLLOW_UP)
    # enough for the effect as it is, and too few once the controls are weighed as is worst for it
    few = 0.97 * sequential_trials(persons, FOLLOW_UP).effective_controls
    monkeypatch.setattr(trials, "FEWEST_CONTROLS", few)
    after = hidden_difference(persons, FOLLOW_UP)
    assert after.erases_estimate == before.erases_estimate
    assert 1 <= after.erases_interval < before.erases_interval


def test_what_is_measured_is_shown_to_compare_with():
    one = drawn()
    found = hidden_difference(one.persons, FOLLOW_UP).measured
    main = sequential_trials(one.persons, FOLLOW_UP).saved.value
    alone = sequential_trials(
        Persons(*one.world, covariates={"duration": one.covariates["duration"]}), FOLLOW_UP
    ).saved.value
    assert found.loc["need", "saved_without"] == pytest.approx(alone)
    assert found.loc["need", "moves"] == pytest.approx(main - alone)
    # planted: e^0.7 = 2.0 per standard deviation of need
    assert 1.4 < found.loc["need", "odds_ratio"] < 2.9


def worth(rate, cost):
    on = months(*["xxx....."] * 20, *["xxxxxx.."] * 10, *["xxxxxxx."] * 10)
    start = np.where(np.arange(40) < 20, 0.0, np.nan)
    on[0, 3] = True  # so that the started vary as well
    observed = np.ones_like(on)
    return (
        sequential_trials(Persons(on, observed, start)),
        sequential_trials(Persons(on, observed, start), outcome=on * rate),
        cost,
    )


def test_money_by_hand():
    in_months, in_kroner, cost = worth(10_000, 20_000)
    assert in_months.saved.value == pytest.approx(6.5 - 61 / 20)
    found = money(in_months, in_kroner, cost)
    assert found.saved_per_treated.value == pytest.approx(34_500)
    assert found.saved.value == pytest.approx(20 * 34_500)
    assert found.net_per_treated.value == pytest.approx(14_500)
    assert found.net.value == pytest.approx(290_000)
    assert found.net.interval == pytest.approx(tuple(20 * (end - 20_000) for end in in_kroner.saved.interval))
    assert found.kroner_per_month == pytest.approx(10_000)
    assert found.break_even_months == pytest.approx(2)
    # after month 3 9,500 are saved, after month 4 19,500 and after month 5 29,500
    assert found.payback_months == 6
    assert found.chance_of_gain == pytest.approx(found.net.chance_above(0))
    assert found.chance_of_gain > 0.99
    assert money(in_months, in_kroner, 40_000).payback_months is None
    assert money(in_months, in_kroner, 34_500).chance_of_gain == pytest.approx(0.5)


def test_benefits_that_cost_nothing_have_no_break_even():
    found = money(*worth(0, 1_000))
    assert found.break_even_months is None
    assert found.chance_of_gain == 0


def test_the_years_add_up_and_a_total_counts_only_what_has_been_seen():
    one = drawn("moves and deaths")
    calendar = pd.period_range("2019-01", periods=one.on.shape[1], freq="M")
    each = sequential_trials(one.persons, outcome=one.on * 9_000.0)
    years = by_year(each, calendar)
    assert years.index.tolist() == [2020, 2021]
    assert years["saved"].sum() == pytest.approx(each.saved.value)
    assert ((years["lower"] < years["saved"]) & (years["saved"] < years["upper"])).all()
    total = sequential_trials(one.persons, outcome=one.on * 9_000.0, total=True)
    assert total.saved.value == pytest.approx(-(each.difference * each.treated_observed).sum())
    assert by_year(total, calendar)["saved"].sum() == pytest.approx(total.saved.value)
    assert abs(total.saved.value) < each.treated_persons * abs(each.saved.value)


@settings(max_examples=20)
@given(st.floats(-100, 100), st.floats(0, 50), st.floats(1, 200), st.floats(-100, 100))
def test_the_chance_and_the_interval_agree(value, error, freedom, limit):
    one = Estimate(value, error, freedom)
    low, high = one.interval
    assert (one.chance_above(limit) > 0.975) == (limit < low) or abs(limit - low) < 1e-6
    assert (one.chance_above(limit) < 0.025) == (limit > high) or abs(limit - high) < 1e-6
    assert one.times(-2).interval == pytest.approx((-2 * high, -2 * low))


def test_the_chance_is_that_of_the_error_which_the_limit_would_go_with():
    found = sequential_trials(Persons(*drawn("few leave").world))
    saved = found.saved
    for one in (saved, saved.times(-9_000), saved.minus(0.3)):
        assert one.chance_above(one.lower) == pytest.approx(0.975)
        assert one.chance_above(one.upper) == pytest.approx(0.025)
    low, high = saved.interval
    assert saved.times(-9_000).interval == pytest.approx((-9_000 * high, -9_000 * low))
    assert saved.minus(0.3).interval == pytest.approx((low - 0.3, high - 0.3))
    # most who could leave have stayed: there is more room for them to leave than to stay
    assert high - saved.value > saved.value - low


def test_an_effect_as_large_as_could_be_told_is_told_so_often():
    of = Estimate(0.0, 0.7, 30.0)
    smallest = of.detectable(power=0.8)
    t = np.random.default_rng(1).standard_t(30, 200_000)
    # the estimate lies t·error from the truth, and is told from 0 where its interval does not reach it
    told = np.abs(smallest + t * of.standard_error) > of.interval[1]
    assert told.mean() == pytest.approx(0.8, abs=0.005)
