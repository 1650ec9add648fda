"""Weights: the regression against statsmodels, the estimate and its error by other routes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline
from worlds import FOLLOW_UP, HISTORY, SCENARIOS, SELECTED, START_MONTHS, simulate

from afkast.analysis.effect import SMALL_DIFFERENCE, Persons, sequential_trials
from afkast.analysis.effect.compare import followed
from afkast.analysis.effect.design import design
from afkast.analysis.effect.leaving import until_start
from afkast.analysis.effect.terms import KNOTS, TREATED_PER_TERM, spline
from afkast.analysis.effect.trials import estimated
from afkast.analysis.effect.weights import PRIOR_SD, propensity
from afkast.errors import AfkastError

MONTHS = HISTORY + np.arange(START_MONTHS)


def world(seed=3, persons=300, treated=60):
    return simulate(np.random.default_rng(seed), SCENARIOS["moves and deaths"], persons, treated)


def natural(x):
    """Natural cubic splines through four knots, straight outside them, less the constant that months stand for."""
    knots = np.quantile(x, KNOTS)
    columns = []
    for heights in np.eye(len(knots))[1:]:
        spline = CubicSpline(knots, heights, bc_type="natural")
        inside = x.clip(knots[0], knots[-1])
        columns.append(spline(inside) + spline(inside, 1) * (x - inside))
    return np.stack(columns, axis=1)


def regressed(drawn):
    """The person-trials as a table, and the probability of starting by statsmodels."""
    on, observed, start = drawn.world
    rows = pd.DataFrame(
        [
            (i, m, start[i] == m, drawn.covariates["need"][i], drawn.covariates["duration"][i, m])
            for m in MONTHS
            for i in range(len(on))
            if on[i, m] and observed[i, m] and not start[i] < m
        ],
        columns=["person", "month", "starts", "need", "duration"],
    )
    curves = [natural(rows[name].to_numpy()) for name in ("need", "duration")]
    x = np.c_[pd.get_dummies(rows["month"]).to_numpy(float), *curves]
    return rows, sm.Logit(rows["starts"].to_numpy(float), x).fit(disp=0, tol=1e-10).predict(x)


def test_the_regression_is_statsmodels_where_the_prior_does_not_matter():
    drawn = world(persons=2_000, treated=400)
    rows, expected = regressed(drawn)
    found = design(drawn.persons, weights="att").propensity
    assert found is not None
    p = found.probability[rows["person"], rows["month"] - HISTORY]
    # the prior pulls a coefficient by 1/σ² of its information: of a bend that few tell, some per cent
    assert p == pytest.approx(expected, rel=0.05, abs=1e-3)
    assert np.corrcoef(p, expected)[0, 1] > 0.9999


def test_the_regression_is_where_the_slope_of_the_penalised_likelihood_is_zero():
    drawn = world()
    found = design(drawn.persons, weights="att").propensity
    assert found is not None
    beta = found.coefficients
    assert found.score[:, START_MONTHS:].sum(axis=0) == pytest.approx(beta / PRIOR_SD**2, abs=1e-7)


@pytest.mark.parametrize("of_the_others", [0, 11])
def test_the_regression_gets_there_also_where_nearly_all_of_some_kind_start(of_the_others):
    # 50 of the 54 of a kind start in one of three months, and few or none of the 346 others
    kind = np.arange(400) < 54
    start = np.where(np.arange(400) < 50, np.arange(400) % 3, 9)
    start[54 : 54 + of_the_others] = np.arange(of_the_others) % 3
    eligible, starts = start[:, None] >= np.arange(3), start[:, None] == np.arange(3)
    noise = np.random.default_rng(4).normal(size=400)
    found = propensity(eligible, starts, [("noise", of_trials(noise, eligible)), ("kind", of_trials(kind, eligible))])
    assert found.score[:, 3:].sum(axis=0) == pytest.approx(found.coefficients / PRIOR_SD**2, abs=1e-6)
    assert found.coefficients[1] > 1


def of_trials(values, eligible):
    """By trial month, then person."""
    return np.broadcast_to(values[:, None], eligible.shape).T[eligible.T].astype(float)


def test_a_curve_is_a_natural_spline_with_bends_that_are_no_line():
    x = np.random.default_rng(1).gamma(2.0, size=500)
    columns = np.stack(spline(x, np.quantile(x, KNOTS)), axis=1)
    whole = np.c_[np.ones(500), natural(x)]
    again = whole @ np.linalg.lstsq(whole, columns, rcond=None)[0]
    assert again == pytest.approx(columns, abs=1e-9)
    assert np.linalg.matrix_rank(np.c_[np.ones(500), columns]) == 4
    apart = columns - columns.mean(axis=0)
    assert np.corrcoef(apart.T) == pytest.approx(np.eye(3), abs=1e-9)


def att_by_hand(drawn):
    """D(k): each started against the controls of the same month, weighted by the odds of statsmodels."""
    rows, p = regressed(drawn)
    odds = p / (1 - p)
    top, bottom = np.zeros(FOLLOW_UP), np.zeros(FOLLOW_UP)
    for m in MONTHS:
        of_month = (rows["month"] == m).to_numpy()
        controls = rows["person"][of_month & ~rows["starts"]].to_numpy()
        started = rows["person"][of_month & rows["starts"]].to_numpy()
        w = odds[of_month & ~rows["starts"]]
        R = drawn.observed[:, m : m + FOLLOW_UP]
        Y = drawn.on[:, m : m + FOLLOW_UP]
        mean = (w[:, None] * (R & Y)[controls]).sum(axis=0) / (w[:, None] * R[controls]).sum(axis=0)
        top += (R * (Y - mean))[started].sum(axis=0)
        bottom += R[started].sum(axis=0)
    return top / bottom


def test_the_estimate_is_that_of_odds_by_statsmodels():
    drawn = world()
    found = sequential_trials(drawn.persons, FOLLOW_UP, stands_for_moved=False)
    assert found.difference == pytest.approx(att_by_hand(drawn), abs=2e-3)
    assert found.saved.value == pytest.approx(-att_by_hand(drawn).sum(), abs=5e-3)


@pytest.mark.parametrize(
    ("weights", "per_protocol", "of_strata"),
    [
        ("att", False, False),
        ("overlap", False, False),
        ("att", True, False),
        ("none", True, False),
        ("att", True, True),
    ],
)
def test_a_persons_influence_is_how_one_more_like_them_moves_the_estimate(weights, per_protocol, of_strata):
    drawn = world(persons=300, treated=90)
    price = np.exp(drawn.covariates["need"])[:, None] * drawn.on

    def estimate(rows):
        return sequential_trials(
            Persons(
                *(values[rows] for values in drawn.world),
                covariates={name: x[rows] for name, x in drawn.covariates.items()} if weights != "none" else {},
                strata=(drawn.covariates["need"] > 0)[rows] if of_strata else None,
            ),
            FOLLOW_UP,
            outcome=price[rows],
            weights=weights,
            per_protocol=per_protocol,
            stands_for_moved=False,
        )

    # everyone twenty times, and one of them once more or less: the regression, the weights and the means all move
    everyone = np.tile(np.arange(300), 20)
    found = estimate(everyone)
    parts = found.influence.together(np.ones(len(found.saved_by_month), bool))
    influence = parts.control.copy()
    influence[parts.of_treated] += parts.treated
    most = np.argsort(-abs(influence[:300]))[[1, 5, 25, 100]]
    more, less = (
        np.array([estimate(change(everyone, person)).saved.value for person in most])
        for change in (np.append, np.delete)
    )
    moved = (more - less) / 2
    assert moved == pytest.approx(influence[most], rel=0.02)


def test_that_the_weights_are_estimated_is_seen_in_the_error():
    drawn = world(persons=500, treated=120)
    of = design(drawn.persons, weights="att")
    # the outcome is a covariate that the weights balance: it hardly varies, though known weights would let it
    need = np.where(drawn.observed, drawn.covariates["need"][:, None], 0.0)

    def error(of):
        return estimated(of, need, drawn.persons, FOLLOW_UP).saved.standard_error

    assert error(of) < 0.5 * error(replace(of, propensity=None))


@pytest.mark.parametrize("weights", ["att", "overlap"])
def test_the_covariates_of_the_regression_are_balanced(weights):
    drawn = world()
    found = sequential_trials(drawn.persons, FOLLOW_UP, weights=weights)
    assert found.balance is not None
    assert abs(found.balance["difference_before"]).max() > 0.5
    assert abs(found.balance["difference_after"]).max() < 0.05


def test_balance_by_hand():
    on = np.ones((30, 2), dtype=bool)
    start = np.where(np.arange(30) < 15, 0.0, np.nan)
    x = np.r_[np.zeros(5), np.ones(10), np.zeros(10), np.ones(5)]
    found = sequential_trials(Persons(on, on, start, covariates={"x": x}), weights="none").balance
    assert found is not None
    s = np.sqrt(15 / 14 * 2 / 9)
    assert found.loc["x", "difference_before"] == pytest.approx((2 / 3 - 1 / 3) / s)
    assert found.loc["x", "difference_after"] == pytest.approx((2 / 3 - 1 / 3) / s)
    strata = sequential_trials(Persons(on, on, start, covariates={"x": x}, strata=x), weights="none").balance
    assert strata is not None
    assert strata.loc["x", "difference_after"] == pytest.approx(0)


def test_weights_of_a_covariate_with_two_values_are_its_strata():
    rng = np.random.default_rng(5)
    x = rng.random(400) < 0.5
    on = np.ones((400, 6), dtype=bool)
    on[:, 3:] = rng.random((400, 1)) < np.where(x, 0.8, 0.4)[:, None]
    start = np.where(rng.random(400) < np.where(x, 0.4, 0.2), 0.0, np.nan)
    by_weights = sequential_trials(Persons(on, on, start, covariates={"x": x})).saved
    by_strata = sequential_trials(Persons(on, on, start, strata=x)).saved
    # one month and a saturated regression: the same but for the prior and the small-sample factors
    assert by_weights.value == pytest.approx(by_strata.value, abs=2e-3)
    assert by_weights.standard_error == pytest.approx(by_strata.standard_error, rel=5e-3)


def test_as_many_covariates_as_the_treated_bear():
    drawn = world(persons=300, treated=20)
    many = {f"x{number}": np.random.default_rng(number).normal(size=300) for number in range(9)}
    found = sequential_trials(Persons(*drawn.world, covariates=many), FOLLOW_UP)
    assert found.covariates_used == tuple(many)[: found.treated_persons // TREATED_PER_TERM]
    assert len(found.balance) == 9


def test_a_covariate_that_separates_the_arms_gives_finite_weights_and_says_how_few_they_rest_on():
    rng = np.random.default_rng(1)
    x = np.r_[np.ones(30), np.full(8, 1.0), np.zeros(162)]
    on = np.ones((200, 8), dtype=bool)
    on[:, 4:] = rng.random((200, 1)) < 0.5
    start = np.where(np.arange(200) < 30, 0.0, np.nan)
    found = sequential_trials(Persons(on, on, start, covariates={"x": x}))
    assert np.isfinite(found.saved.interval).all()
    assert found.effective_controls < 12
    assert found.largest_weight_share > 0.1
    separated = {"x": (np.arange(200) < 30).astype(float)}
    assert np.isfinite(sequential_trials(Persons(on, on, start, covariates=separated)).saved.interval).all()


def with_a_kind(treated, controls):
    """The effect, and that without the covariate "kind": so many of those who start, and of those who never do, are."""
    drawn = world()
    start = np.where(np.isnan(drawn.start), np.nan, HISTORY)  # one trial: nobody is in both arms
    could = drawn.on[:, HISTORY] & drawn.observed[:, HISTORY]
    started, never = np.flatnonzero(could & ~np.isnan(start)), np.flatnonzero(could & np.isnan(start))
    kind = np.zeros(len(start))
    kind[np.r_[started[:treated], never[:controls]]] = 1
    need = {"need": drawn.covariates["need"]}
    found = [
        sequential_trials(Persons(drawn.on, drawn.observed, start, covariates=covariates))
        for covariates in (need | {"kind": kind}, need)
    ]
    return found[0], found[1]


@pytest.mark.parametrize(("controls", "used"), [(4, False), (5, True)])
def test_a_rare_kind_that_fewer_than_five_others_share_is_passed_over(controls, used):
    found, without = with_a_kind(2, controls)
    assert ("kind" in found.covariates_used) == used
    assert found.balance is not None
    assert found.balance.loc["kind", "in_regression"] == used
    assert found.saved.standard_error == pytest.approx(without.saved.standard_error, rel=0.1)
    if not used:
        assert found.saved == without.saved


def test_a_kind_that_separates_the_arms_is_seen_in_the_balance():
    found, without = with_a_kind(50, 0)
    assert found.saved == without.saved
    assert found.balance is not None
    assert found.balance.loc["kind", "difference_after"] > 10 * SMALL_DIFFERENCE


def test_a_kind_that_none_of_the_started_are_is_no_obstacle():
    assert "kind" in with_a_kind(0, 4)[0].covariates_used


def test_a_covariate_that_is_missing_is_named():
    drawn = world()
    hole = drawn.covariates["need"].copy()
    hole[drawn.on[:, HISTORY]] = np.nan
    with pytest.raises(AfkastError, match="need is missing"):
        sequential_trials(Persons(*drawn.world, covariates={"need": hole}), FOLLOW_UP)
    # also where it is not among the covariates that the treated bear
    many = {f"x{number}": drawn.covariates["need"] for number in range(9)} | {"hole": hole}
    with pytest.raises(AfkastError, match="hole is missing"):
        sequential_trials(Persons(*drawn.world, covariates=many), FOLLOW_UP)
    # of those who could never start it does not matter
    never = np.where(drawn.on, drawn.covariates["duration"], np.nan)
    assert np.isfinite(sequential_trials(Persons(*drawn.world, covariates={"duration": never}), FOLLOW_UP).saved.value)


def test_many_persons_are_regressed_in_single_precision_with_the_same_answer(monkeypatch):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(20_000, 3))
    eligible = rng.random((20_000, 4)) < 0.9
    starts = eligible & (rng.random((20_000, 4)) < 1 / (1 + np.exp(3 - x[:, :1])))
    covariates = {str(number): x[:, number] for number in range(3)}
    terms = [(name, of_trials(values, eligible)) for name, values in covariates.items()]
    exact = propensity(eligible, starts, terms)
    monkeypatch.setattr("afkast.analysis.effect.weights.SINGLE_PRECISION_FROM", 1)
    single = propensity(eligible, starts, terms)
    assert single.columns[0].dtype == np.float32
    assert single.coefficients == pytest.approx(exact.coefficients, abs=1e-4)
    assert single.probability == pytest.approx(exact.probability, abs=1e-5)


def test_the_weights_of_not_yet_having_started_are_worked_by_hand():
    # 15 of 30 start in month 0, then 5 of the 15 others; one of whom is off benefits and cannot
    on = np.ones((30, 3), dtype=bool)
    on[29, 1] = False
    start = np.r_[np.zeros(15), np.ones(5), np.full(10, np.nan)]
    everyone = np.ones_like(on)
    of = design(Persons(on, everyone, start))
    weighted, data = until_start(of, followed(Persons(on, everyone, start), on.astype(float)), start)
    relative = data.control_R * weighted.control_weight[:, :1]
    assert relative[15:20] == pytest.approx(np.tile([1, 0, 0], (5, 1)))
    assert relative[20:29] == pytest.approx(np.tile([1, 14 / 9, 14 / 9], (9, 1)), rel=1e-4)
    assert relative[29] == pytest.approx([1, 1, 1])


def test_those_who_never_start_are_counted_when_they_are_few_to_stand_for_all_who_do():
    # 20 of 60 start in month 0; of the 40 others all but `never` start in month 1, and `never` stand for all of them
    on = np.ones((60, 12), dtype=bool)
    on[::3, 3:] = False

    def against_never(never):
        start = np.r_[np.zeros(20), np.ones(40 - never), np.full(never, np.nan)]
        return sequential_trials(Persons(on, np.ones_like(on), start), 12, per_protocol=True)

    assert against_never(30).control_persons == 40
    assert against_never(30).effective_controls == pytest.approx(30)
    assert against_never(10).largest_weight_share == pytest.approx(1 / 10)


@settings(max_examples=10)
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.floats(-5, 5))
def test_the_unit_of_a_covariate_does_not_matter(seed, scale, shift):
    drawn = simulate(np.random.default_rng(seed), SELECTED, 300, 60)
    other = {name: x * scale + shift for name, x in drawn.covariates.items()}
    one, two = (
        sequential_trials(Persons(*drawn.world, covariates=c), FOLLOW_UP).saved for c in (drawn.covariates, other)
    )
    assert two.value == pytest.approx(one.value, abs=1e-6)
    assert two.standard_error == pytest.approx(one.standard_error, abs=1e-6)


@pytest.mark.parametrize(
    "options", [{}, {"strata": True}, {"covariates": True}, {"covariates": True, "per_protocol": True}]
)
def test_kroner_of_a_fixed_price_are_the_months_at_that_price_and_years_add_up(options):
    drawn = world()
    strata = drawn.covariates["need"] > 0 if options.get("strata") else None
    persons = Persons(*drawn.world, covariates=drawn.covariates if options.get("covariates") else {}, strata=strata)
    per_protocol = options.get("per_protocol", False)
    months = sequential_trials(persons, FOLLOW_UP, per_protocol=per_protocol)
    kroner = sequential_trials(persons, FOLLOW_UP, outcome=drawn.on * 11_000.0, per_protocol=per_protocol)
    assert kroner.saved.value == pytest.approx(11_000 * months.saved.value)
    assert kroner.saved.standard_error == pytest.approx(11_000 * months.saved.standard_error)
    parts = [months.saved_in(slice(first, first + 9)) for first in range(0, 36, 9)]
    assert sum(part.value for part in parts) == pytest.approx(months.saved.value)
    assert months.saved.value == pytest.approx(-months.difference.sum())
    whole = months.saved_in(np.arange(months.saved_by_month.size) >= 0)
    assert whole.standard_error == pytest.approx(months.saved.standard_error)


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_the_treated_who_are_all_alike_are_so_in_any_order_of_the_persons(seed):
    """Their variance is nothing, which rounding may put on either side of 0; a warning is an error here."""
    random = np.random.default_rng(5)
    on = np.ones((80, 4), dtype=bool)
    start = np.where(np.arange(80) < 20, 1.0, np.nan)
    share = np.where(start == 1, 0.7, random.uniform(0.5, 0.9, 80))
    order = np.random.default_rng(seed).permutation(80)
    found = sequential_trials(Persons(on[order], on[order], start[order], covariates={"share": share[order]}), 3)
    assert found.balance.loc["share", "variance_ratio"] == 0 and found.unbalanced == ["share"]
