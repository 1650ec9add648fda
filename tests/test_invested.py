"""What an effort has cost up to a month: postings where there are any, and the budget where they do not tell it."""

import pandas as pd

from afkast.analysis import economics
from afkast.analysis.invested import invested

YEAR, KIND = 2021, economics.SERVICE_PRICES


def ledger(*postings):
    rows = pd.DataFrame(postings, columns=["posted_on", "amount_dkk"])
    return rows.assign(posted_on=pd.to_datetime(rows["posted_on"]), line="investment")


def budget(**by_year):
    years = [int(name.removeprefix("of_")) for name in by_year]
    return pd.DataFrame(
        {
            "line": "investment",
            "committee": "",
            "item": None,
            "year": years,
            "month": None,
            "amount_dkk": [float(amount) for amount in by_year.values()],
            "price_level_year": YEAR,
            "kind": "strategy",
        }
    )


YEARS = range(2019, 2026)
SAME_PRICES = pd.DataFrame({"kind": KIND, "from_year": YEARS, "to_year": [one + 1 for one in YEARS], "factor": 1.0})


def cost(posted, decided, until, factors=SAME_PRICES):
    return invested(posted, decided, pd.Period(until, "M"), YEAR, KIND, factors)


def test_spending_and_budget_end_with_the_same_month():
    found = cost(ledger(("2021-02-01", 100), ("2021-10-31", 40), ("2021-11-01", 7)), budget(of_2021=600), "2021-10")
    assert found.by_year.to_dict() == {2021: 140}
    assert (found.unconverted, found.unbudgeted, found.unposted) == ([], [], [])


def test_a_year_of_the_budget_in_which_nothing_is_posted_counts_as_far_as_it_has_passed_and_is_named():
    found = cost(ledger(("2021-02-01", 100)), budget(of_2020=60, of_2021=600, of_2022=1200, of_2023=5), "2022-03")
    assert found.by_year.to_dict() == {2020: 60, 2021: 100, 2022: 300}
    assert found.unposted == [2020, 2022]
    assert found.total == 460


def test_a_year_without_a_budget_in_which_nothing_is_posted_is_none():
    assert cost(ledger(("2021-02-01", 100)), budget(of_2020=0, of_2021=600), "2022-03").unposted == []


def test_spending_outside_the_budget_counts():
    found = cost(ledger(("2020-12-31", 9), ("2021-02-01", 100)), budget(of_2021=600), "2021-12")
    assert found.by_year.to_dict() == {2020: 9, 2021: 100}


def test_where_spending_cannot_be_converted_the_budget_of_the_year_stands_and_without_one_the_amount_itself():
    posted = ledger(("2020-05-01", 9), ("2021-02-01", 100), ("2022-01-01", 30))
    found = cost(posted, budget(of_2021=600, of_2022=1200), "2022-06", SAME_PRICES[:0])
    assert found.by_year.to_dict() == {2020: 9, 2021: 100, 2022: 600}
    assert (found.unconverted, found.unbudgeted, found.unposted) == ([2022], [2020], [])
