"""Kroner by the refund ladder, against counting week by week."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from afkast.analysis import cost
from afkast.analysis.economics import MissingPriceLevel
from afkast.errors import AfkastError
from afkast.intake import CONTRACTS
from afkast.intake.contracts import PRICE_BASES

KNOTS = np.array([4.0, 26.0, 52.0])
SHARES = np.array([0.8, 0.4, 0.3, 0.2])
LADDER = cost.Ladder(("kontanthjælp", "fast"), KNOTS, np.array([SHARES, [0.65] * 4]))
PRICES = np.array([2_600.0, 3_100.0])

# hundredths of weeks: sums of them are exact enough to compare, and a grid of 0.01 week can be counted through
HUNDREDTHS = st.integers(0, 12_000).map(lambda hundredths: hundredths / 100)
CENT_DKK = 1e-6
"""Kroner sums of some thousand terms in double precision agree to far less than an øre."""


@pytest.fixture(scope="module")
def refund_ladder(snapshot):
    return snapshot.table("refund_ladder")


def municipal_share(accumulated):
    """What the municipality pays of the week that follows, as the law's table says it."""
    if accumulated < 4:
        return 0.20
    if accumulated < 26:
        return 0.60
    if accumulated < 52:
        return 0.70
    return 0.80


# ---------------------------------------------------------------- steps and F


@pytest.mark.parametrize(
    ("accumulated", "step"),
    [(0, 0), (3.99, 0), (4, 1), (25, 1), (26, 2), (51.9, 2), (52, 3), (1_000, 3)],
)
def test_the_next_week_lies_on_the_step_that_the_weeks_so_far_lead_to(accumulated, step):
    assert municipal_share(accumulated) == pytest.approx(1 - SHARES[step])


@pytest.mark.parametrize(
    ("first", "last", "weeks_paid"),
    [
        (0, 4, 0.8),
        (0, 26, 0.8 + 13.2),
        (0, 52, 0.8 + 13.2 + 18.2),  # 62 % of the first year
        (0, 53, 33.0),
        (3.5, 4.5, 0.1 + 0.3),
        (52, 104, 41.6),
        (10, 10, 0),
    ],
)
def test_the_municipality_pays_the_weeks_by_their_steps(first, last, weeks_paid):
    assert cost.municipal_dkk(first, last, 1_000, SHARES, KNOTS) == pytest.approx(1_000 * weeks_paid)


@given(HUNDREDTHS, HUNDREDTHS)
def test_the_kroner_of_some_weeks_are_the_sum_over_hundredths_of_weeks(before, weeks):
    hundredths = np.arange(round(before * 100), round((before + weeks) * 100)) / 100
    counted = sum(2_600 * municipal_share(hundredth) / 100 for hundredth in hundredths)
    assert cost.municipal_dkk(before, before + weeks, 2_600, SHARES, KNOTS) == pytest.approx(counted, abs=CENT_DKK)


@given(HUNDREDTHS, HUNDREDTHS, HUNDREDTHS)
def test_more_weeks_never_cost_less_and_a_later_week_never_less_than_an_earlier(x, y, z):
    def paid(weeks_from, weeks):
        return float(cost.municipal_dkk(weeks_from, weeks_from + weeks, 2_600, SHARES, KNOTS))

    assert paid(x, y) <= paid(x, y + z) + CENT_DKK
    assert paid(x, y) <= paid(x + z, y) + CENT_DKK
    assert paid(x, y + z) == pytest.approx(paid(x, y) + paid(x + y, z), abs=CENT_DKK)


# ---------------------------------------------------------------- weeks on the ladder


def counted_on(weeks_on, self_support, before, window):
    """The weeks on the ladder of one person, told month by month from the words of the rule."""
    on_ladder, begins, counts_from = before, [], 0
    for month in range(len(weeks_on)):
        if weeks_on[month] > 0:
            free = sum(self_support[max(month - window, counts_from, 0) : month])
            if free >= 52:
                on_ladder, counts_from = 0.0, month
        begins.append(on_ladder)
        on_ladder += weeks_on[month]
    return begins


QUARTERS = arrays(float, st.tuples(st.integers(1, 4), st.just(30)), elements=st.sampled_from([0, 0, 0, 1.25, 4.5]))


@given(QUARTERS, st.integers(0, 80), st.sampled_from([12, 14, 36]))
def test_the_weeks_on_the_ladder_follow_the_rule_told_person_by_person(weeks_on, before, window):
    self_support = np.where(weeks_on == 0, 4.0, 0.0)
    self_support[:, ::3] += self_support[:, ::3] / 4  # every third month has five weeks
    begins = cost.accumulated_weeks(weeks_on, self_support, float(before), window)
    for person in range(len(weeks_on)):
        assert begins[person].tolist() == counted_on(weeks_on[person], self_support[person], before, window)


@pytest.mark.parametrize(
    ("free_weeks", "begins_at"),
    [(51, 60.0), (52, 0.0), (80, 0.0)],
)
def test_52_weeks_of_self_support_begin_the_ladder_anew(free_weeks, begins_at):
    weeks_on, self_support = np.array([[4.0, 0.0, 4.0]]), np.array([[0.0, free_weeks, 0.0]])
    assert cost.accumulated_weeks(weeks_on, self_support, 56.0)[0].tolist() == [56, 60, begins_at]


def test_the_weeks_of_self_support_need_not_be_in_one_stretch_but_within_three_years():
    weeks_on = np.array([[4.0, 0, 4.0, 0, 4.0]])
    self_support = np.array([[0.0, 26, 0, 26, 0]])
    assert cost.accumulated_weeks(weeks_on, self_support)[0].tolist() == [0, 4, 4, 8, 0]
    assert cost.accumulated_weeks(weeks_on, self_support, window_months=2)[0].tolist() == [0, 4, 4, 8, 8]


def test_the_same_weeks_of_self_support_do_not_begin_it_anew_twice():
    weeks_on = np.array([[4.0, 0, 4.0, 4.0, 0, 4.0]])
    self_support = np.array([[0.0, 60, 0, 0, 4, 0]])
    assert cost.accumulated_weeks(weeks_on, self_support)[0].tolist() == [0, 4, 0, 4, 8, 8]


def test_persons_counted_a_few_at_a_time_are_counted_as_all_at_once(monkeypatch):
    rng = np.random.default_rng(2)
    weeks_on, before = rng.choice([0.0, 0.0, 0.0, 4.25], size=(11, 60)), rng.uniform(0, 60, 11)
    at_once = cost.accumulated_weeks(weeks_on, 4.25 - weeks_on, before)
    monkeypatch.setattr(cost, "BLOCK_PERSONS", 4)
    assert (cost.accumulated_weeks(weeks_on, 4.25 - weeks_on, before) == at_once).all()


# ---------------------------------------------------------------- kroner by person and month


def test_without_restart_the_cost_is_the_integral_from_the_weeks_before_to_those_after():
    rng = np.random.default_rng(1)
    weeks_on = rng.choice([0.0, 1.5, 4.4], size=(50, 24))
    before = rng.uniform(0, 70, 50)
    accumulated = cost.accumulated_weeks(weeks_on, np.zeros_like(weeks_on), before)
    paid = cost.costs(weeks_on, np.zeros((50, 24), int), accumulated, PRICES, LADDER)
    W = weeks_on.sum(axis=1)
    F = cost.municipal_dkk(before, before + W, PRICES[0], SHARES, KNOTS)
    np.testing.assert_allclose(paid.municipal_dkk.sum(axis=1), F, rtol=0, atol=CENT_DKK)
    np.testing.assert_allclose(paid.total_dkk.sum(axis=1), PRICES[0] * W, rtol=0, atol=CENT_DKK)


@given(st.data())
def test_with_restarts_and_several_rates_the_kroner_are_those_of_a_loop_over_weeks(data):
    """Months of four weeks, whole weeks on one of two benefits, prices that change by the year."""
    months = 40
    weeks_on = data.draw(arrays(float, (2, months), elements=st.sampled_from([0, 0, 0, 1, 4])))
    benefit = data.draw(arrays(int, (2, months), elements=st.integers(0, 1)))
    prices = np.array([np.repeat([2_500.0, 2_600.0], 20), np.repeat([3_000.0, 3_300.0], 20)])
    self_support = 4 - weeks_on
    accumulated = cost.accumulated_weeks(weeks_on, self_support)
    paid = cost.costs(weeks_on, benefit, accumulated, prices, LADDER)
    for person in range(2):
        begins = counted_on(weeks_on[person], self_support[person], 0, 36)
        for month in range(months):
            municipal = state = 0.0
            for week in range(int(weeks_on[person, month])):
                share = 0.35 if benefit[person, month] else municipal_share(begins[month] + week)
                municipal += share * prices[benefit[person, month], month]
                state += (1 - share) * prices[benefit[person, month], month]
            assert paid.municipal_dkk[person, month] == pytest.approx(municipal, abs=CENT_DKK)
            assert paid.state_dkk[person, month] == pytest.approx(state, abs=CENT_DKK)
            assert paid.total_dkk[person, month] == pytest.approx(municipal + state, abs=CENT_DKK)


@given(st.data())
def test_municipality_and_state_pay_the_whole_and_neither_less_than_nothing(data):
    weeks_on = data.draw(arrays(float, (3, 12), elements=st.floats(0, 4.5)))
    accumulated = data.draw(arrays(float, (3, 12), elements=st.floats(0, 300)))
    benefit = data.draw(arrays(int, (3, 12), elements=st.integers(0, 1)))
    paid = cost.costs(weeks_on, benefit, accumulated, PRICES, LADDER)
    np.testing.assert_allclose(paid.municipal_dkk + paid.state_dkk, paid.total_dkk, rtol=0, atol=CENT_DKK)
    assert paid.municipal_dkk.min() >= 0
    assert paid.state_dkk.min() >= -CENT_DKK
    assert (paid.total_dkk > 0)[weeks_on > 1e-6].all()


def test_a_move_to_another_benefit_saves_the_difference_and_costs_where_the_other_is_dearer():
    """Past week 52, 4 weeks: kontanthjælp 0,80 · 2.600 = 2.080 a week; the other, at a fixed share, 0,35 · 3.100."""
    weeks, accumulated = np.full((1, 1), 4.0), np.full((1, 1), 60.0)
    stayed, moved = (cost.costs(weeks, np.full((1, 1), benefit), accumulated, PRICES, LADDER) for benefit in (0, 1))
    assert (stayed.municipal_dkk - moved.municipal_dkk).item() == pytest.approx(4 * (2_080 - 1_085))
    assert (stayed.state_dkk - moved.state_dkk).item() == pytest.approx(4 * (520 - 2_015))
    assert (stayed.total_dkk - moved.total_dkk).item() == pytest.approx(4 * (2_600 - 3_100))


def test_a_month_with_weeks_but_no_benefit_is_refused_and_one_without_either_costs_nothing():
    none = np.full((1, 1), -1)
    zero = np.zeros((1, 1))
    assert cost.costs(zero, none, zero, PRICES, LADDER).total_dkk.item() == 0
    with pytest.raises(AfkastError, match="weeks on benefits, but no benefit"):
        cost.costs(zero + 1, none, zero, PRICES, LADDER)


# ---------------------------------------------------------------- the ladder as data


def test_the_example_s_ladder_is_the_law_s(refund_ladder):
    benefits = ["kontanthjælp", "a-dagpenge", "fleksjob tilkendt før 01-07-2014"]
    ladder = cost.ladder_in_force(refund_ladder, benefits, date(2016, 2, 1), date(2025, 12, 31))
    assert ladder.benefits == tuple(benefits)
    assert ladder.knots_weeks.tolist() == [4, 26, 52]
    assert ladder.state_share.tolist() == [[0.8, 0.4, 0.3, 0.2], [0.8, 0.4, 0.3, 0.2], [0.65] * 4]


def test_ladders_with_different_steps_share_their_knots():
    rows = pd.DataFrame(
        [("a", 1, 10, 0.5), ("a", 11, None, 0.1), ("b", 1, 4, 0.8), ("b", 5, None, 0.4)],
        columns=["benefit", "from_week", "to_week", "state_share"],
    ).assign(valid_from=pd.Timestamp("2016-01-04"), valid_to=pd.NaT, awarded_before=pd.NaT)
    ladder = cost.ladder_in_force(rows, ["b", "a"], date(2020, 1, 1), date(2020, 12, 31))
    assert ladder.knots_weeks.tolist() == [4, 10]
    assert ladder.state_share.tolist() == [[0.8, 0.4, 0.4], [0.5, 0.5, 0.1]]


def test_a_cost_before_the_ladder_is_refused(refund_ladder):
    cost.ladder_in_force(refund_ladder, ["kontanthjælp"], date(2016, 1, 4), date(2016, 1, 31))
    with pytest.raises(cost.NoRefundShare, match="no refund before 04-01-2016"):
        cost.ladder_in_force(refund_ladder, ["kontanthjælp"], date(2016, 1, 3), date(2016, 1, 31))


def test_a_benefit_without_a_share_is_refused_by_name(refund_ladder):
    with pytest.raises(cost.NoRefundShare, match="no share for su; write the benefit as it is called there"):
        cost.ladder_in_force(refund_ladder, ["kontanthjælp", "su"], date(2020, 1, 1), date(2020, 12, 31))


def test_a_period_in_which_the_share_changes_is_refused(refund_ladder):
    until, since = pd.Timestamp("2026-06-30"), pd.Timestamp("2026-07-01")
    rows = refund_ladder[refund_ladder["awarded_before"].isna()]
    rows = pd.concat([rows.assign(valid_to=until), rows.assign(valid_from=since, state_share=0.1)])
    assert cost.ladder_in_force(rows, ["fleksjob"], date(2026, 1, 1), until.date()).state_share[0, 0] == 0.8
    assert (cost.ladder_in_force(rows, ["fleksjob"], since.date(), date(2027, 1, 1)).state_share == 0.1).all()
    with pytest.raises(cost.NoRefundShare, match="the refund of fleksjob changes between 01-01-2026 and 31-12-2026"):
        cost.ladder_in_force(rows, ["fleksjob"], date(2026, 1, 1), date(2026, 12, 31))


def test_awards_before_july_2014_keep_their_own_rule(refund_ladder):
    spells = pd.DataFrame(
        [("fleksjob", "2014-06-30"), ("fleksjob", "2014-07-01"), ("kontanthjælp", "2013-01-01")],
        columns=["benefit", "start"],
    ).astype({"start": "datetime64[s]"})
    assert cost.as_awarded(spells, refund_ladder)["benefit"].tolist() == [
        "fleksjob tilkendt før 01-07-2014",
        "fleksjob",
        "kontanthjælp",
    ]


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [(0, "from_week", 2), (1, "from_week", 6), (1, "to_week", None), (3, "to_week", 60), (2, "to_week", 60)],
)
def test_a_ladder_with_a_step_missing_or_without_its_open_end_is_a_fault(refund_ladder, row, column, value):
    # the first rows are the steps of one ladder
    rows = refund_ladder.drop(columns="file").sort_values(["benefit", "valid_from", "from_week"], ignore_index=True)
    assert len(CONTRACTS["refund_ladder"].validate(rows)) == len(rows)
    rows.loc[row, column] = value
    with pytest.raises(Exception, match="steps of a benefit must follow each other"):
        CONTRACTS["refund_ladder"].validate(rows)


# ---------------------------------------------------------------- prices


NO_LEVELS = pd.DataFrame({"from_year": [], "to_year": [], "kind": [], "factor": []})


def price(benefit, basis, gross, net=80.0, share=0.2):
    return {
        "area": "Her",
        "benefit": benefit,
        "year": 2020,
        "net_dkk_per_full_year_person": net,
        "gross_dkk_per_full_year_person": gross,
        "state_refund_share": share,
        "price_level_year": 2020,
        "basis": basis,
        "source": "s",
    }


def test_what_is_paid_comes_before_the_budget_s_price_and_that_before_the_rate():
    assert cost.BASES == PRICE_BASES
    rows = pd.DataFrame(
        [
            price("a", "statutory", 130),
            price("a", "budget", 120),
            price("a", "paid", 110),
            price("b", "statutory", 230),
            price("b", "budget", 220),
            price("c", "paid", None, net=60, share=None),  # no gross price: the rate is used
            price("c", "statutory", 330),
            price("d", "paid", None),  # gross follows from net and share
        ]
    ).sample(frac=1, random_state=0)
    chosen = cost.chosen_prices(rows, "Her", ["d", "c", "b", "a"], 2020, 2020, NO_LEVELS)
    assert chosen["gross_dkk_per_full_year_person"].tolist() == [100, 330, 220, 110]
    assert chosen["basis"].tolist() == ["paid", "statutory", "budget", "paid"]


def test_a_net_price_is_of_the_first_basis_too_and_of_its_own_area_and_year():
    rows = pd.DataFrame(
        [
            price("a", "statutory", None, net=90),
            price("a", "paid", None, net=70),
            price("b", "statutory", None, net=60),
            price("b", "budget", None, net=50),
            price("a", "paid", None, net=1) | {"year": 2021},
            price("b", "paid", None, net=2) | {"area": "Der"},
        ]
    ).sample(frac=1, random_state=1)
    chosen = cost.prices_in(rows, "Her", 2020, ["b", "a"])
    assert chosen["net_dkk_per_full_year_person"].to_dict() == {"b": 50, "a": 70}
    assert len(cost.first_basis(rows)) == 4
    with pytest.raises(
        cost.NoUnitPrice, match="no price in 2021 for b, c in Her; correct benefit, municipality or year"
    ):
        cost.prices_in(rows, "Her", 2021, ["a", "b", "c"])


def test_a_benefit_without_a_gross_price_is_refused_by_name():
    rows = pd.DataFrame([price("a", "paid", None, share=None), price("b", "paid", 1)])
    with pytest.raises(cost.NoUnitPrice, match="no gross price in 2020 for a in Her"):
        cost.chosen_prices(rows, "Her", ["a", "b"], 2020, 2020, NO_LEVELS)
    with pytest.raises(cost.NoUnitPrice, match="no gross price in 2021 for b in Her"):
        cost.chosen_prices(rows, "Her", ["b"], 2021, 2021, NO_LEVELS)


def test_prices_of_two_levels_meet_only_by_a_sourced_factor_for_benefits():
    rows = pd.DataFrame([price("a", "paid", 100)])
    with pytest.raises(MissingPriceLevel, match="from 2020 to 2021 prices"):
        cost.chosen_prices(rows, "Her", ["a"], 2020, 2021, NO_LEVELS)
    service = pd.DataFrame({"from_year": [2020], "to_year": [2021], "kind": ["samlet service"], "factor": [1.02]})
    with pytest.raises(MissingPriceLevel):
        cost.chosen_prices(rows, "Her", ["a"], 2020, 2021, service)
    benefits = service.assign(kind="overførsler", factor=1.0125)
    converted = cost.chosen_prices(rows, "Her", ["a"], 2020, 2021, benefits)
    assert converted["gross_dkk_per_full_year_person"].tolist() == [pytest.approx(101.25)]


def test_every_benefit_of_the_example_s_persons_has_a_price_and_a_place_on_the_ladder(snapshot, refund_ladder):
    benefits = sorted(cost.as_awarded(snapshot.table("spells"), refund_ladder)["benefit"].unique())
    assert len(benefits) == 5
    chosen = cost.chosen_prices(
        snapshot.table("unit_prices"), "Norddjurs", benefits, 2020, 2020, snapshot.table("price_levels")
    )
    assert chosen["gross_dkk_per_full_year_person"].between(130_000, 230_000).all()
    assert cost.ladder_in_force(refund_ladder, benefits, date(2018, 1, 1), date(2021, 12, 31)).benefits == tuple(
        benefits
    )


# ---------------------------------------------------------------- overlapping strategies


MONTHS = 10
STARTS = arrays(float, (3, 4), elements=st.one_of(st.just(np.nan), st.integers(-3, MONTHS + 2).map(float)))


@given(STARTS, arrays(float, (4, MONTHS), elements=st.floats(-9_000, 9_000)))
def test_a_saving_is_credited_once_however_many_strategies_have_started(start, saving):
    shares = cost.overlap_shares(start, MONTHS)
    assert shares.shape == (3, 4, MONTHS)
    any_started = np.nanmin(np.where(np.isnan(start), np.inf, start), axis=0)[:, None] <= np.arange(MONTHS)
    np.testing.assert_allclose(shares.sum(axis=0), any_started, rtol=0, atol=1e-12)
    credited = (shares * saving).sum(axis=0)
    np.testing.assert_allclose(credited, np.where(any_started, saving, 0), rtol=0, atol=CENT_DKK)


def test_two_strategies_share_from_the_later_start():
    shares = cost.overlap_shares(np.array([[1.0, np.nan], [3.0, 2.0]]), 5)
    assert shares[:, 0].tolist() == [[0, 1, 1, 0.5, 0.5], [0, 0, 0, 0.5, 0.5]]
    assert shares[:, 1].tolist() == [[0] * 5, [0, 0, 1, 1, 1]]
