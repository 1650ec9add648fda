"""What an effort has cost up to a month, in one year's prices, also where spending cannot be converted to them."""

from dataclasses import dataclass

import pandas as pd

from afkast.analysis import economics


@dataclass(frozen=True)
class Invested:
    """Kroner by calendar year; the years whose spending could not be converted.

    unconverted: the budget of these stands instead. unbudgeted: there is none either, and the amount counts as spent.
    """

    by_year: pd.Series
    unconverted: list[int]
    unbudgeted: list[int]

    @property
    def total(self) -> float:
        return float(self.by_year.sum())


def invested(
    ledger: pd.DataFrame, budget: pd.DataFrame, cut_off: pd.Period, year: int, kind: str, price_levels: pd.DataFrame
) -> Invested:
    """Of the postings up to and with the month `cut_off`; the budget's years count as far as they have come then."""
    posted = ledger[(ledger["line"] == "investment") & (ledger["posted_on"] <= cut_off.end_time)]
    spent = economics.posted_by_year(posted, "investment")
    by_year = economics.in_prices_of(spent, year, kind, price_levels)
    decided = economics.budget_in_prices(budget[budget["line"] == "investment"], year, kind, price_levels)
    budgeted = economics.yearly(decided, "investment")
    budgeted = budgeted.where(budgeted.index < cut_off.year, budgeted * cut_off.month / 12)
    unknown = by_year.index[by_year.isna()]
    unconverted, unbudgeted = ([one for one in unknown if (one in budgeted.index) == there] for there in (True, False))
    return Invested(by_year.fillna(budgeted).fillna(spent), unconverted, unbudgeted)
