"""What an effort has cost up to a month, in one year's prices, also where spending cannot be converted to them."""

from dataclasses import dataclass

import pandas as pd

from afkast.analysis import economics


@dataclass(frozen=True)
class Invested:
    """Kroner by calendar year, and the years of which the postings do not tell them.

    posted: as posted, in each year's own prices; converted: in those of one year, NaN where that cannot be reckoned.
    unconverted: spending that could not be converted; the budget stands instead. unbudgeted: the same without a budget;
    the amount counts as spent. unposted: years of the budget in which nothing is posted; the budget stands instead.
    """

    by_year: pd.Series
    posted: pd.Series
    converted: pd.Series
    unconverted: list[int]
    unbudgeted: list[int]
    unposted: list[int]

    @property
    def total(self) -> float:
        return float(self.by_year.sum())


def invested(
    ledger: pd.DataFrame, budget: pd.DataFrame, cut_off: pd.Period, year: int, kind: str, price_levels: pd.DataFrame
) -> Invested:
    """Of the postings up to and with the month `cut_off`; the budget's years count as far as they have come then."""
    posted = ledger[(ledger["line"] == "investment") & (ledger["posted_on"] <= cut_off.end_time)]
    spent = economics.posted_by_year(posted, "investment")
    converted = economics.in_prices_of(spent, year, kind, price_levels)
    decided = economics.budget_in_prices(budget[budget["line"] == "investment"], year, kind, price_levels)
    budgeted = economics.yearly(decided, "investment")
    budgeted = budgeted * economics.passed_of_year(budgeted.index, cut_off)
    budgeted = budgeted[budgeted != 0]
    unknown = converted.index[converted.isna()]
    unconverted, unbudgeted = ([one for one in unknown if (one in budgeted.index) == there] for there in (True, False))
    unposted = budgeted.index.difference(converted.index)
    every = converted.reindex(converted.index.union(unposted))
    by_year = every.fillna(budgeted).fillna(spent)
    return Invested(by_year, spent, converted, unconverted, unbudgeted, unposted.tolist())
