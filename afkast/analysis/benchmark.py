"""Own development against others': pooled rates, simple means, and what a lead on them is worth.

A share is full-time persons ÷ population, 0 to 1. Months are rows; a month that any of the areas lacks is missing,
for a sum of fewer areas would look like a fall.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from afkast.analysis.economics import index_series
from afkast.analysis.series_breaks import between, refuse_across
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


def pooled_by_group(counts: pd.DataFrame, groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Σ over each group's areas, months × groups, in the unit of `counts`."""
    return pd.DataFrame({name: pooled(counts, areas) for name, areas in groups.items()})


def at_base_and_now(
    persons: pd.DataFrame, population: pd.DataFrame, base: pd.Timestamp, now: pd.Timestamp
) -> pd.DataFrame:
    """Each area's share at the base and now, and the index of its persons: area × (base, now, index).

    The base is 100; an area without persons there has no index.
    """
    rates = persons / population
    index = 100 * persons / persons.loc[base].replace(0, float("nan"))
    return pd.DataFrame({"base": rates.loc[base], "now": rates.loc[now], "index": index.loc[now]})


def without(areas: Sequence[str], own: str) -> list[str]:
    """A cluster without the municipality itself, which would else be compared in part with itself."""
    return [area for area in areas if area != own]


def change_since(series: pd.DataFrame, base: pd.Timestamp, breaks: pd.DataFrame, accepted: str = "") -> pd.DataFrame:
    """Each column's change since the base month, in its own unit; refused across a break without a reason."""
    if base not in series.index or series.loc[base].isna().any():
        raise AfkastError(f"the measure is missing in the base month {base:%m-%Y}; choose a month that all areas have.")
    refuse_across(breaks, base, series.index[-1], accepted)
    return series - series.loc[base]


def index_since(counts: pd.DataFrame, base: pd.Timestamp, breaks: pd.DataFrame, accepted: str = "") -> pd.DataFrame:
    """Each column's index, base = 100; refused across a break without a reason, and where it is not defined."""
    refuse_across(breaks, base, counts.index[-1], accepted)
    return counts.apply(index_series, base=base)


def bases_near(
    months: pd.DatetimeIndex, base: pd.Timestamp, within: int, judged_in: pd.Timestamp, breaks: pd.DataFrame
) -> list[pd.Timestamp]:
    """The months from which a development until `judged_in` may as well be counted: at most so many from the base, and
    on its side of every break."""
    near = months[(months >= base - pd.DateOffset(months=within)) & (months <= base + pd.DateOffset(months=within))]
    crossed = len(between(breaks, base, judged_in))
    return [one for one in near if one < judged_in and len(between(breaks, one, judged_in)) == crossed]


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


def leads_since(
    measures: pd.DataFrame,
    own: str,
    compared: str,
    base: pd.Timestamp,
    breaks: Mapping[str, pd.DataFrame],
    lower_is_better: bool,
    accepted: str = "",
) -> dict[str, float]:
    """Of each measure that `breaks` names, in its order, the latest `lead_since`; `measures` has the rows of all."""
    return {
        one: lead_since(
            measures[measures["measure"] == one], own, compared, base, its_breaks, lower_is_better, accepted
        ).iloc[-1]
        for one, its_breaks in breaks.items()
    }
