"""Own development against others': pooled rates, simple means, and what a lead on them is worth.

A share is full-time persons ÷ population, 0 to 1. Months are rows; a month that any of the areas lacks is missing,
for a sum of fewer areas would look like a fall.
"""

from collections.abc import Sequence

import pandas as pd

from afkast.analysis.series_breaks import refuse_across
from afkast.errors import AfkastError


def by_area(measures: pd.DataFrame, column: str) -> pd.DataFrame:
    """One measure's column (value, numerator, denominator) as months × areas."""
    if measures.duplicated(["period", "area"]).any():
        raise AfkastError("the measure has more than one figure for the same area and month; choose a single source.")
    return measures.pivot(index="period", columns="area", values=column).astype(float)


def pooled(counts: pd.DataFrame, areas: Sequence[str]) -> pd.Series:
    """Σ over the areas by month, in the unit of `counts`."""
    if absent := [area for area in areas if area not in counts]:
        raise AfkastError(
            f"the measure is missing for {', '.join(absent)}; add them to the raw data, or take them off the page."
        )
    return counts[list(areas)].sum(axis=1, skipna=False)


def pooled_rate(persons: pd.DataFrame, population: pd.DataFrame, areas: Sequence[str]) -> pd.Series:
    """Σ persons ÷ Σ population: the areas as if they were one; a large area weighs more."""
    return pooled(persons, areas) / pooled(population, areas)


def mean_rate(persons: pd.DataFrame, population: pd.DataFrame, areas: Sequence[str]) -> pd.Series:
    """The simple mean of the areas' own shares: every area weighs the same."""
    return (persons / population)[list(areas)].mean(axis=1, skipna=False)


def without(areas: Sequence[str], own: str) -> list[str]:
    """A cluster without the municipality itself, which would else be compared in part with itself."""
    return [area for area in areas if area != own]


def change_since(series: pd.DataFrame, base: pd.Timestamp, breaks: pd.DataFrame, accepted: str = "") -> pd.DataFrame:
    """Each column's change since the base month, in its own unit; refused across a break without a reason."""
    if base not in series.index or series.loc[base].isna().any():
        raise AfkastError(f"the measure is missing in the base month {base:%m-%Y}; choose a month that all areas have.")
    refuse_across(breaks, base, series.index[-1], accepted)
    return series - series.loc[base]


def lead(own_change: pd.Series, compared_change: pd.Series, lower_is_better: bool) -> pd.Series:
    """How much better the own change is than the compared one, by month in their unit; negative is worse."""
    return compared_change - own_change if lower_is_better else own_change - compared_change


def saving_of_lead(lead_share: float, population: float, net_price_dkk: float) -> float:
    """Computed saving, kroner a year: lead (share of the population) · population · net price of a full-year person.

    The counterfactual is the own share at the base, developed as the compared area's since; negative is extra cost.
    """
    return lead_share * population * net_price_dkk


def unbroken_since(state: pd.Series) -> pd.Timestamp:
    """The first month of the run of equal states that the series ends with."""
    differs = state != state.iloc[-1]
    return state.index[0] if not differs.any() else state.index[int(differs.to_numpy().nonzero()[0][-1]) + 1]


def lead_since(
    measures: pd.DataFrame,
    own: str,
    compared: str,
    base: pd.Timestamp,
    breaks: pd.DataFrame,
    lower_is_better: bool,
    accepted: str = "",
) -> pd.Series:
    """The lead of one area's share on another's, by month from the base to the last month that both have.

    `measures` are one measure's rows; the lead is a share of the population. Raises BrokenSeries as change_since.
    """
    persons, population = by_area(measures, "numerator"), by_area(measures, "denominator")
    rates = pd.DataFrame({area: pooled_rate(persons, population, [area]) for area in (own, compared)}).dropna()
    change = change_since(rates, base, breaks, accepted)
    return lead(change[own], change[compared], lower_is_better)[base:]
