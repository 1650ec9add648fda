"""How many full-year persons fewer there are than there would have been, by each of three answers to "would have been".

Each answer is persons and the month that they are counted in; what is not a fair answer is an error.
"""

import pandas as pd

from afkast.analysis import benchmark, economics
from afkast.analysis.series_breaks import refuse_across
from afkast.errors import AfkastError

WHOLE_YEAR = 12
"""So many months must have passed before a change from one month to another is told as a year's."""

Fewer = tuple[float, pd.Timestamp]


class TooShort(AfkastError):
    """A change over part of a year was to be told as a year's: the season cannot be told from it."""

    def __init__(self, months: int) -> None:
        super().__init__(
            f"only {months} months lie between the base month and the latest: wait for {WHOLE_YEAR}, or leave the "
            "measure out of against_start."
        )
        self.months = months


def of_area(rows: pd.DataFrame, area: str) -> pd.DataFrame:
    """One area's rows of a measure, by month."""
    return rows[rows["area"] == area].set_index("period").sort_index()


def fewer_than_budgeted(rows: pd.DataFrame, own: str, original_budget: float, year: int) -> Fewer:
    """Fewer on average from January than in the budget before the strategy."""
    stock = of_area(rows, own)["value"]
    stock = stock[pd.DatetimeIndex(stock.index).year == year].rename(str(rows["measure"].iloc[0]))
    return original_budget - economics.year_to_date_average(stock).iloc[-1], stock.index[-1]


def fewer_than_before(
    rows: pd.DataFrame, own: str, base: pd.Timestamp, breaks: pd.DataFrame, accepted: str = ""
) -> Fewer:
    """Fewer than at the municipality's own level in the base month, as a share of its population where that is known.

    Raises TooShort where less than a year has passed, and BrokenSeries across a break that is not `accepted`.
    """
    mine = of_area(rows, own)
    last = pd.Timestamp(mine.index[-1])
    refuse_across(breaks, base, last, accepted)
    passed = 12 * (last.year - base.year) + last.month - base.month
    if passed < WHOLE_YEAR:
        raise TooShort(passed)
    if mine["denominator"].isna().any():
        return mine["value"][base] - mine["value"].iloc[-1], last
    share = mine["numerator"] / mine["denominator"]
    return (share[base] - share.iloc[-1]) * mine["denominator"].iloc[-1], last


def fewer_than_elsewhere(
    rows: pd.DataFrame, own: str, compared: str, base: pd.Timestamp, breaks: pd.DataFrame, accepted: str = ""
) -> Fewer:
    """Fewer than by the other area's development since the base month, which has the same season."""
    lead = benchmark.lead_since(rows, own, compared, base, breaks, True, accepted)
    last = lead.index[-1]
    return lead.iloc[-1] * benchmark.by_area(rows, "denominator").loc[last, own], last
