"""What was decided, spent and saved: against tables worked by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afkast.analysis import economics
from afkast.errors import AfkastError

KRONER = st.integers(-10_000_000, 10_000_000)


def budget_of(*rows):
    """A revised budget: committee, line, year, month, amount_dkk."""
    frame = pd.DataFrame(rows, columns=["committee", "line", "year", "month", "amount_dkk"])
    return frame.astype({"month": "Int64", "amount_dkk": float}).assign(kind="revised", item=pd.NA)


def months_from(first, *values):
    index = pd.date_range(first, periods=len(values), freq="MS")
    return pd.Series(values, index, dtype=float, name="sygedagpenge")


@pytest.mark.parametrize(
    ("saving", "investment", "gain"),
    [(2_821_000, 3_363_000, -542_000), (5_140_000, 4_365_000, 775_000), (-1_909_600, 279_248, -2_188_848), (0, 0, 0)],
)
def test_the_net_gain_is_the_saving_less_the_investment(saving, investment, gain):
    assert economics.net_gain(saving, investment) == gain


@given(KRONER, KRONER, KRONER, KRONER)
def test_the_net_gain_of_two_strategies_together_is_the_sum_of_their_net_gains(a, b, c, d):
    assert economics.net_gain(a + c, b + d) == economics.net_gain(a, b) + economics.net_gain(c, d)


def test_a_line_is_summed_over_committees_within_each_year():
    budget = budget_of(
        ("AMU", "investment", 2020, None, 100),
        ("ØKU", "investment", 2020, None, 20),
        ("ØKU", "investment", 2021, None, 3),
        ("AMU", "benefit_saving", 2020, None, 5_000),
    )
    assert economics.yearly(budget, "investment").to_dict() == {2020: 120, 2021: 3}


def test_a_phased_budget_stays_as_it_was_decided_and_another_is_spread_over_the_months_that_are_left():
    budget = budget_of(
        ("ØKU", "investment", 2019, 6, 384_640),
        ("ØKU", "investment", 2019, 12, 1),
        ("AMU", "benefit_saving", 2019, None, 700),
    )
    monthly = economics.by_month(budget, date(2019, 6, 1), date(2022, 12, 31))
    by_phasing = monthly.groupby("phasing")
    decided, linear = by_phasing.get_group("decided"), by_phasing.get_group("linear")
    assert list(zip(decided["month"].dt.strftime("%Y-%m"), decided["amount_dkk"], strict=True)) == [
        ("2019-06", 384_640),
        ("2019-12", 1),
    ]
    # June to December: seven months of a year in which the strategy starts on 1 June
    assert list(linear["month"].dt.strftime("%Y-%m")) == [f"2019-{month:02}" for month in range(6, 13)]
    assert list(linear["amount_dkk"]) == [100] * 7


@pytest.mark.parametrize(
    ("year", "months"),
    [(2019, [11, 12]), (2020, list(range(1, 13))), (2021, [1, 2, 3])],
    ids=["the first year is partial", "a whole year", "the last year is partial"],
)
def test_an_unphased_year_is_spread_over_the_strategys_own_months(year, months):
    monthly = economics.by_month(
        budget_of(("AMU", "investment", year, None, 600)), date(2019, 11, 15), date(2021, 3, 1)
    )
    assert list(monthly["month"].dt.month) == months
    assert list(monthly["amount_dkk"]) == pytest.approx([600 / len(months)] * len(months))


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["AMU", "ØKU"]),
            st.sampled_from(["investment", "benefit_saving"]),
            st.sampled_from([2019, 2020, 2021]),
        ),
        st.one_of(KRONER, st.dictionaries(st.integers(1, 12), KRONER, min_size=1)),
        min_size=1,
    ),
    st.integers(1, 12),
    st.integers(1, 12),
)
def test_the_months_add_up_to_the_years_budget(lines, first, last):
    rows = [
        (*line, month, amount)
        for line, phased in lines.items()
        for month, amount in (phased if isinstance(phased, dict) else {None: phased}).items()
    ]
    monthly = economics.by_month(budget_of(*rows), date(2019, first, 1), date(2021, last, 28))
    sums = monthly.groupby(["committee", "line", monthly["month"].dt.year])["amount_dkk"].sum().to_dict()
    expected = {line: sum(phased.values()) if isinstance(phased, dict) else phased for line, phased in lines.items()}
    assert sums == pytest.approx(expected)


def test_two_items_of_one_line_and_year_each_keep_their_amount():
    two = budget_of(("AMU", "investment", 2020, None, 600), ("AMU", "investment", 2020, None, 1_200))
    two["item"] = ["Virksomhedskonsulenter", "Kurser"]
    monthly = economics.by_month(two, date(2020, 1, 1), date(2020, 12, 31))
    assert monthly.groupby("item")["amount_dkk"].sum().to_dict() == {"Virksomhedskonsulenter": 600, "Kurser": 1_200}


def test_an_unphased_amount_of_a_year_without_strategy_is_refused_instead_of_lost():
    with pytest.raises(AfkastError, match="2023"):
        economics.by_month(budget_of(("AMU", "investment", 2023, None, 5)), date(2019, 6, 1), date(2022, 12, 31))


def test_to_date_is_the_year_until_and_with_the_month_of_the_report():
    monthly = pd.DataFrame({"month": pd.date_range("2018-11-01", "2020-02-01", freq="MS")})
    kept = economics.to_date(monthly, date(2019, 11, 30))["month"]
    assert list(kept) == list(pd.date_range("2019-01-01", "2019-11-01", freq="MS"))


def test_postings_are_summed_by_the_month_and_the_year_of_their_date():
    ledger = pd.DataFrame(
        [
            ("AMU", "investment", "2019-06-01", 10.5),
            ("AMU", "investment", "2019-06-30", -0.5),
            ("AMU", "investment", "2019-07-01", 7.0),
            ("AMU", "benefit_saving", "2019-07-01", 99.0),
            ("ØKU", "investment", "2020-12-31", 2.0),
        ],
        columns=["committee", "line", "posted_on", "amount_dkk"],
    ).assign(posted_on=lambda frame: pd.to_datetime(frame["posted_on"]))
    by_month = economics.posted_by_month(ledger).set_index(["committee", "line", "month"])["amount_dkk"]
    assert by_month.to_dict() == {
        ("AMU", "investment", pd.Timestamp("2019-06-01")): 10.0,
        ("AMU", "investment", pd.Timestamp("2019-07-01")): 7.0,
        ("AMU", "benefit_saving", pd.Timestamp("2019-07-01")): 99.0,
        ("ØKU", "investment", pd.Timestamp("2020-12-01")): 2.0,
    }
    assert economics.posted_by_year(ledger, "investment").to_dict() == {2019: 17.0, 2020: 2.0}


def test_more_persons_than_the_original_budget_are_a_negative_saving():
    # KIJOS, from the printed cells: (500 − 506) · 125,3 + (284 − 292) · 146,3 thousand kroner
    sickness = economics.saving_against_original_budget(506, 500, 125_333)
    clarification = economics.saving_against_original_budget(292, 284, 146_333)
    assert (sickness, clarification) == (-751_998, -1_170_664)
    assert round((sickness + clarification) / 1000) == -1_923


def test_full_year_persons_are_averaged_from_january_and_never_added_up():
    average = economics.year_to_date_average(months_from("2019-01-01", 500, 510, 520, 490))
    assert list(average) == [500, 505, 510, 505]


@pytest.mark.parametrize(
    "stock",
    [
        months_from("2019-01-01", 500, None, 520),
        months_from("2019-01-01", 500, 510, 520).drop(pd.Timestamp("2019-02-01")),
        months_from("2019-02-01", 500, 510),
        months_from("2018-12-01", 500, 510),
        months_from("2019-01-01", 500, 510).iloc[::-1],
        months_from("2019-01-01"),
    ],
    ids=["without a value", "left out", "January left out", "two years", "out of order", "empty"],
)
def test_an_average_to_date_needs_every_month_from_january_in_order(stock):
    with pytest.raises(AfkastError, match="sygedagpenge"):
        economics.year_to_date_average(stock)


def test_an_index_is_100_at_its_base_and_keeps_the_ratios():
    june = pd.Timestamp("2019-06-01")
    assert list(economics.index_series(months_from("2019-05-01", 50, 200, 300), june)) == [25, 100, 150]


@pytest.mark.parametrize(
    ("amounts", "why"),
    [
        ((0, 5, 6), "is 0 in the base month"),
        ((5, -5, 6), "changes its sign"),
        ((-5, -6, -7), "a growing loss would be a rising index"),
        ((5, 0, 6), "changes its sign or is 0"),
        ((5, None, 6), "lacks months"),
        ((None, 5, 6), "lacks months"),
    ],
)
def test_an_index_is_refused_where_it_means_nothing(amounts, why):
    with pytest.raises(economics.UndefinedIndex, match=why):
        economics.index_series(months_from("2019-06-01", *amounts), pd.Timestamp("2019-06-01"))


def test_an_index_is_refused_when_its_base_is_not_in_the_series():
    with pytest.raises(economics.UndefinedIndex):
        economics.index_series(months_from("2019-06-01", 5, 6), pd.Timestamp("2019-05-01"))


def test_the_budget_of_2022_presupposes_more_exits_than_there_are_persons():
    # 6,711 mio. kr. and 11.554 kr. a month, of which the municipality pays 80 %: 60,5 full-year persons of 60
    exits = economics.presupposed_exits(pd.Series({2020: 2_703_000, 2022: 6_711_000}), 11_554 * 12 * 0.8)
    assert exits.round(1).to_dict() == {2020: 24.4, 2022: 60.5}
    assert exits[2022] > 60


PRICE_LEVELS = pd.DataFrame(
    [(2019, 2020, "samlet service", 1.018), (2018, 2020, "samlet service", 1.02), (2018, 2020, "samlet service", 1.03)],
    columns=["from_year", "to_year", "kind", "factor"],
)


def test_an_amount_is_converted_by_the_sourced_factor_and_left_alone_within_a_year():
    assert economics.converted(1_000, 2019, 2020, "samlet service", PRICE_LEVELS) == pytest.approx(1_018)
    assert economics.converted(1_000, 2031, 2031, "samlet service", PRICE_LEVELS) == 1_000


@pytest.mark.parametrize(
    ("from_year", "to_year", "kind"),
    [
        (2021, 2020, "samlet service"),
        (2019, 2020, "overførsler"),
        (2018, 2020, "samlet service"),
    ],
    ids=["no such year", "another regulation", "two factors"],
)
def test_a_conversion_without_exactly_one_source_is_refused(from_year, to_year, kind):
    with pytest.raises(economics.MissingPriceLevel, match=str(from_year)):
        economics.converted(1_000, from_year, to_year, kind, PRICE_LEVELS)


LEVELS_IN_A_ROW = pd.DataFrame(
    [[2019, 2020, "samlet service", 1.02], [2021, 2020, "samlet service", 0.95], [2023, 2024, "samlet service", 1.1]],
    columns=["from_year", "to_year", "kind", "factor"],
)


def test_a_factor_is_divided_by_the_other_way_and_factors_are_chained():
    there = economics.converted(1_000, 2019, 2021, "samlet service", LEVELS_IN_A_ROW)
    assert there == pytest.approx(1_000 * 1.02 / 0.95)
    assert economics.converted(there, 2021, 2019, "samlet service", LEVELS_IN_A_ROW) == pytest.approx(1_000)


def test_it_is_said_which_conversion_is_missing():
    with pytest.raises(economics.MissingPriceLevel, match=r"from 2019 to 2024 prices.*add one from 2021 to 2023"):
        economics.converted(1_000, 2019, 2024, "samlet service", LEVELS_IN_A_ROW)
    with pytest.raises(economics.MissingPriceLevel, match="the two from 2018 to 2020 differ"):
        economics.converted(1_000, 2018, 2020, "samlet service", PRICE_LEVELS)


def test_each_line_of_a_budget_is_converted_by_its_own_regulation():
    levels = pd.DataFrame(
        [[2022, 2023, "samlet service", 1.03], [2022, 2023, "overførsler", 1.05]], columns=LEVELS_IN_A_ROW.columns
    )
    budget = pd.DataFrame(
        [
            ["investment", 2023, 100.0, 2022],
            ["benefit_saving", 2023, 100.0, 2022],
            ["benefit_saving", 2022, 100.0, 2023],
        ],
        columns=["line", "year", "amount_dkk", "price_level_year"],
    )
    in_one = economics.budget_in_prices(budget, 2023, "samlet service", levels)
    assert in_one["amount_dkk"].tolist() == pytest.approx([103, 105, 100])
    in_their_own = economics.budget_in_prices(budget, None, "samlet service", levels)
    assert in_their_own["amount_dkk"].tolist() == pytest.approx([103, 105, 100 / 1.05])
    assert in_their_own["price_level_year"].tolist() == [2023, 2023, 2022]


@pytest.mark.parametrize(
    ("budget", "spent", "asked"),
    [
        (5_000, 100, True),
        (4_900, 100, False),
        (100, 5_000, True),
        (100, 4_900, False),
        (0, 100, False),
        (-5_000, 100, True),
    ],
)
def test_a_budget_50_times_the_spending_or_a_fiftieth_of_it_is_asked_about(budget, spent, asked):
    assert economics.out_of_scale(budget, spent) == asked


def test_what_was_spent_in_years_without_a_budget_is_found():
    spent = pd.Series({2021: 300.0, 2022: 0.0, 2023: 5.0, 2025: 7.0})
    assert economics.outside_budget(spent, [2023, 2024]).to_dict() == {2021: 300.0, 2025: 7.0}


def test_amounts_are_brought_to_one_years_prices_and_a_year_without_a_source_is_unknown_not_0():
    spent = pd.Series({2019: 1_000.0, 2020: 500.0, 2021: 300.0})
    shown = economics.in_prices_of(spent, 2020, "samlet service", PRICE_LEVELS)
    assert shown[[2019, 2020]].tolist() == pytest.approx([1_018, 500])
    assert list(shown.index[shown.isna()]) == [2021]
    # two sources that disagree are no source, and a year without spending is not made up
    assert economics.in_prices_of(spent.rename({2019: 2018}), 2020, "samlet service", PRICE_LEVELS).isna().sum() == 2
    assert economics.in_prices_of(spent[:0], 2020, "samlet service", PRICE_LEVELS).empty


@given(st.lists(st.floats(0, 1e4), min_size=12, max_size=12), st.floats(0, 1e4), st.floats(0, 3e5))
def test_the_months_own_savings_sum_to_the_saving_of_the_year(persons, budget, price):
    stocks = pd.DataFrame({"sygedagpenge": persons}, pd.date_range("2019-01-01", periods=12, freq="MS"))
    of_year = {2019: {"sygedagpenge": budget}}, {2019: {"sygedagpenge": price}}
    saved = economics.saving_of_months(stocks, *(pd.DataFrame(one).T for one in of_year))
    average = stocks["sygedagpenge"].mean()
    whole = economics.saving_against_original_budget(average, budget, price)
    assert saved.sum() == pytest.approx(whole, abs=1)


def test_a_month_s_own_saving_takes_the_budget_and_the_price_of_its_year_and_is_not_known_without_them():
    stocks = pd.DataFrame({"a": [90.0, 80.0, 70.0]}, pd.to_datetime(["2018-12-01", "2019-01-01", "2020-01-01"]))
    budgets, prices = pd.DataFrame({"a": {2018: 100, 2019: 100}}), pd.DataFrame({"a": {2018: 12_000, 2019: 24_000}})
    saved = economics.saving_of_months(stocks, budgets, prices)
    assert list(saved[:2]) == [10_000, 40_000]
    assert np.isnan(saved.iloc[2])


def test_a_line_by_committee_has_the_named_first_and_none_that_is_not_there():
    index = pd.MultiIndex.from_tuples([("investment", "A"), ("investment", "B"), ("benefit_saving", "A")])
    frame = pd.DataFrame({"dkk": [1, 2, 3]}, index.set_names(["line", "committee"]))
    assert list(economics.of_line(frame, "investment", ["B", "C"]).index) == ["B", "A"]
    assert economics.of_line(frame, "financing").empty
