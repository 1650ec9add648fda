"""What was decided, what was spent, what was saved.

One sign everywhere: an investment is positive when it costs, a saving positive when it saves, and
net_gain = saving − investment. A page turns the signs to those of its paper only when it shows them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd

from afkast.errors import AfkastError

SERVICE_PRICES = "samlet service"
"""What a conversion of the municipality's own expenditure, as an investment is, must be for."""

BENEFIT_PRICES = "overførsler"
"""What a conversion of benefits, of their prices and of savings on them, must be for; service prices move otherwise."""

SAME_FACTOR = 5e-4
"""Two factors for one conversion are the same when they differ by less, relatively: three decimals round so."""

OUT_OF_SCALE = 50
"""A budget that is so many times the spending, or less than one so-manieth of it, is asked about."""


class NoIndex(StrEnum):
    """Why a series has no index, as the rest of a sentence."""

    GAPS = "lacks months; give it all of them"
    ZERO_BASE = "is 0 in the base month; choose another, or show amounts"
    NEGATIVE = "is below 0: a growing loss would be a rising index; show amounts"
    CHANGES_SIGN = "changes its sign or is 0 on the way; show amounts"


class UndefinedIndex(AfkastError):
    """An index was asked of a series that has none; `why`."""

    def __init__(self, why: NoIndex) -> None:
        super().__init__(f"there is no index: the series {why}.")
        self.why = why


class MissingPriceLevel(AfkastError):
    """Amounts of two price levels were to meet without a sourced conversion.

    gap: the two price levels nearest each other that no factor joins; unlike: two that are joined by factors that
    disagree, None where there are none on the way.
    """

    def __init__(
        self, from_year: int, to_year: int, kind: str, gap: tuple[int, int], unlike: tuple[int, int] | None = None
    ) -> None:
        one, other = unlike or gap
        remedy = f"the two from {one} to {other} differ; keep one" if unlike else f"add one from {one} to {other}"
        super().__init__(
            f"price_levels has no factor from {from_year} to {to_year} prices for {kind}: {remedy}, with its source."
        )
        self.from_year, self.to_year, self.kind, self.gap, self.unlike = from_year, to_year, kind, gap, unlike


def net_gain(saving: float, investment: float) -> float:
    """Net gain, kroner: saving − investment; positive when the strategy pays."""
    return saving - investment


def yearly(budget: pd.DataFrame, line: str) -> pd.Series:
    """Budgeted kroner by year for one line (investment, benefit_saving), summed over committees."""
    return budget.loc[budget["line"] == line].groupby("year")["amount_dkk"].sum()


def by_month(budget: pd.DataFrame, starts_on: date, ends_on: date) -> pd.DataFrame:
    """The budget by month, as decided where it is phased, else evenly over the strategy's months of the year.

    Returns committee, line, item, kind, month (first of month), amount_dkk and phasing ("decided" or "linear").
    The decided month vector is the rule: no even profile reproduces a real phased budget. An amount that is not
    phased, of a year in which the strategy has no month, is an error.
    """
    decided = budget.dropna(subset="month").assign(phasing="decided")
    undecided = budget[budget["month"].isna()]
    active = pd.DataFrame({"active": pd.period_range(starts_on, ends_on, freq="M")})
    active["year"] = active["active"].dt.year
    if outside := sorted(set(undecided["year"]) - set(active["year"])):
        raise AfkastError(
            f"the budget of {', '.join(map(str, outside))} is not phased by month, and the strategy does not run then; "
            "phase it or correct its year."
        )
    months_of_year = active["year"].value_counts()
    spread = undecided.drop(columns="month").merge(active, on="year")
    spread = spread.assign(
        month=spread["active"].dt.month,
        amount_dkk=spread["amount_dkk"] / spread["year"].map(months_of_year),
        phasing="linear",
    )
    rows = pd.concat([decided, spread], ignore_index=True)
    rows["month"] = pd.to_datetime({"year": rows["year"], "month": rows["month"].astype(int), "day": 1})
    return rows[["committee", "line", "item", "kind", "month", "amount_dkk", "phasing"]]


def to_date(monthly: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The rows of a frame by month that lie in the year of as_of, up to and including its month."""
    month = monthly["month"]
    return monthly[(month.dt.year == as_of.year) & (month <= pd.Timestamp(as_of))]


def posted_by_month(ledger: pd.DataFrame) -> pd.DataFrame:
    """Postings summed by month: committee, line, month (first of month), amount_dkk (+ = cost)."""
    rows = ledger.assign(month=ledger["posted_on"].dt.to_period("M").dt.to_timestamp())
    return rows.groupby(["committee", "line", "month"])["amount_dkk"].sum().reset_index()


def posted_by_year(ledger: pd.DataFrame, line: str) -> pd.Series:
    """Postings on one line summed by the year they were posted in, kroner of that year."""
    rows = ledger[ledger["line"] == line]
    return rows["amount_dkk"].groupby(rows["posted_on"].dt.year).sum()


def saving_against_original_budget(actual: float, original_budget: float, net_price_dkk: float) -> float:
    """Computed saving, kroner: (original budget − actual full-year persons) · net price of a full-year person.

    The counterfactual is the budget as it was before the strategy; negative means more persons than that.
    """
    return (original_budget - actual) * net_price_dkk


def year_to_date_average(stock: pd.Series) -> pd.Series:
    """Average stock from January to each month: full-year persons are averaged, never added up.

    `stock` is indexed by the months of one year, in order; a missing month is an error, not a zero.
    """
    months = list(pd.DatetimeIndex(stock.dropna().index).month)
    if months != list(range(1, len(stock) + 1)) or not months:
        raise AfkastError(f"the series {stock.name} lacks a month; the average needs each one from January, in order.")
    return stock.expanding().mean()


def index_series(amounts: pd.Series, base: pd.Timestamp) -> pd.Series:
    """Index, base = 100. Refused where it means nothing: at a base of 0 or below it, or when the sign changes."""
    if amounts.isna().any() or base not in amounts.index:
        raise UndefinedIndex(NoIndex.GAPS)
    if amounts[base] == 0:
        raise UndefinedIndex(NoIndex.ZERO_BASE)
    if (amounts * amounts[base] <= 0).any():
        raise UndefinedIndex(NoIndex.CHANGES_SIGN)
    if amounts[base] < 0:
        raise UndefinedIndex(NoIndex.NEGATIVE)
    return 100 * amounts / amounts[base]


def presupposed_exits(saving_dkk: pd.Series, net_price_dkk: float) -> pd.Series:
    """Full-year persons who must be off benefits for the budgeted saving: saving ÷ net price of one."""
    return saving_dkk / net_price_dkk


def passed_of_year(years: Iterable[int], cut_off: pd.Period) -> pd.Series:
    """The share of each year, 0–1, that has passed at the end of the month `cut_off`."""
    months = {year: (cut_off.year - year) * 12 + cut_off.month for year in years}
    return pd.Series({year: min(max(number, 0), 12) / 12 for year, number in months.items()}, dtype=float)


@dataclass(frozen=True)
class Agreement:
    """How far several figures for one saving agree: the outermost of them, and whether they point the same way."""

    ways: int
    lowest: float
    highest: float
    same_direction: bool

    @property
    def spread(self) -> float:
        """The distance between the outermost."""
        return self.highest - self.lowest


def agreement(savings_dkk: Iterable[float]) -> Agreement:
    """Compare a saving reckoned in several ways, kroner; those not known (NaN) are left out, and one must be known."""
    known = [one for one in savings_dkk if one == one]
    if not known:
        raise AfkastError("none of the ways of reckoning the saving gives a number; the page has nothing to compare.")
    lowest, highest = min(known), max(known)
    return Agreement(len(known), float(lowest), float(highest), lowest > 0 or highest < 0 or lowest == highest)


SAME_FIGURE = 0.01
"""Two figures that differ by less, relatively, are one reckoning told twice."""


def same_figure(one_dkk: float, other_dkk: float) -> bool:
    """Whether two amounts are one reckoning told twice, rounded in different ways."""
    return abs(one_dkk - other_dkk) <= SAME_FIGURE * max(abs(one_dkk), abs(other_dkk))


def break_even_month(cumulated_gain: pd.Series) -> pd.Timestamp | None:
    """The first month from which a cumulated gain (by month, + = gain) is never below 0 again; None when it ends below.

    Half a krone below counts as 0: the sums carry the rounding of binary fractions.
    """
    below = cumulated_gain.index[cumulated_gain < -0.5]
    if below.empty:
        return pd.Timestamp(cumulated_gain.index[0])
    after = cumulated_gain.index[cumulated_gain.index > below[-1]]
    return pd.Timestamp(after[0]) if len(after) else None


def converted(amount_dkk: float, from_year: int, to_year: int, kind: str, price_levels: pd.DataFrame) -> float:
    """An amount of one year's price level in another's; refuses where no source leads from the one to the other.

    `price_levels` has from_year, to_year, kind and factor (amount at to_year ÷ amount at from_year). A factor is
    divided by where it goes the other way, and factors are chained: the fewest that lead there.
    """
    of_kind = price_levels[price_levels["kind"] == kind]
    steps: dict[int, dict[int, float]] = {}
    unlike: set[tuple[int, int]] = set()
    for start, end, factor in of_kind[["from_year", "to_year", "factor"]].itertuples(index=False):
        for one, other, step in ((start, end, factor), (end, start, 1 / factor)):
            if abs(steps.setdefault(one, {}).setdefault(other, step) / step - 1) > SAME_FACTOR:
                unlike.add((one, other))
    for one, other in unlike:
        del steps[one][other]
    factors = _reached(from_year, steps)
    if to_year not in factors:
        there = _reached(to_year, steps)
        gap = min(((one, other) for one in factors for other in there), key=lambda ends: abs(ends[0] - ends[1]))
        on_the_way = [(one, other) for one, other in unlike if one in factors and other in there]
        raise MissingPriceLevel(from_year, to_year, kind, gap, on_the_way[-1] if on_the_way else None)
    return amount_dkk * factors[to_year]


def _reached(year: int, steps: dict[int, dict[int, float]]) -> dict[int, float]:
    """Every price level that factors lead to from that of the year, by the fewest of them, with their product."""
    factors = {year: 1.0}
    waiting = [year]
    for one in waiting:
        for other, factor in steps.get(one, {}).items():
            if other not in factors:
                factors[other] = factors[one] * factor
                waiting.append(other)
    return factors


def budget_in_prices(budget: pd.DataFrame, to_year: int | None, kind: str, price_levels: pd.DataFrame) -> pd.DataFrame:
    """The budget in the price level of `to_year`, or, where that is None, each amount in that of its own year.

    Investment and financing are converted as `kind`, savings on benefits as `BENEFIT_PRICES`; raises MissingPriceLevel.
    """
    amounts = [
        converted(amount, level, year if to_year is None else to_year, BENEFIT_PRICES if saves else kind, price_levels)
        for amount, level, year, saves in zip(
            budget["amount_dkk"].astype(float),
            budget["price_level_year"].astype(int),
            budget["year"].astype(int),
            budget["line"] == "benefit_saving",
            strict=True,
        )
    ]
    return budget.assign(
        amount_dkk=pd.Series(amounts, budget.index, dtype="float64"),
        price_level_year=budget["year"] if to_year is None else to_year,
    )


def outside_budget(spent: pd.Series, budget_years: Iterable[int]) -> pd.Series:
    """The kroner by year that were spent in years without a budget."""
    return spent[~spent.index.isin(list(budget_years)) & (spent != 0)]


def out_of_scale(budget_dkk: float, spent_dkk: float) -> bool:
    """Whether budget and spending differ so much that one of them is likely in another unit, as 1.000 kr."""
    if not budget_dkk or not spent_dkk:
        return False
    return not 1 / OUT_OF_SCALE < abs(budget_dkk / spent_dkk) < OUT_OF_SCALE


def converted_by_year(amounts: pd.Series, to_year: int, kind: str, price_levels: pd.DataFrame) -> pd.Series:
    """Kroner by the year whose prices they are in, each in the prices of `to_year`; raises MissingPriceLevel."""
    years = [int(year) for year in amounts.index]
    told = [converted(*one, to_year, kind, price_levels) for one in zip(amounts.astype(float), years, strict=True)]
    return pd.Series(told, amounts.index, dtype="float64")


def in_prices_of(amounts: pd.Series, to_year: int, kind: str, price_levels: pd.DataFrame) -> pd.Series:
    """Kroner by the year they were spent in, each in the prices of `to_year`; NaN where no source converts them."""

    def one(year: int, amount_dkk: float) -> float:
        try:
            return converted(amount_dkk, year, to_year, kind, price_levels)
        except MissingPriceLevel:
            return float("nan")

    years = [int(year) for year in amounts.index]
    return pd.Series([one(*pair) for pair in zip(years, amounts, strict=True)], amounts.index, dtype="float64")


def of_line(by_committee: pd.DataFrame, line: str, order: Iterable[str] = ()) -> pd.DataFrame:
    """The rows of one line by committee: the named ones first, then the others; none where the line is not there."""
    rows = by_committee[by_committee.index.get_level_values("line") == line].droplevel("line")
    named = [one for one in order if one in rows.index]
    return rows.reindex([*named, *rows.index.difference(named)])


def per_line(monthly: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    """A budget by month as a column a line, for each of the months; a month or a line without budget is 0."""
    lines = monthly.pivot_table(index="month", columns="line", values="amount_dkk", aggfunc="sum")
    return lines.reindex(index=months, columns=["benefit_saving", "investment"]).fillna(0)


def signed(budget: pd.DataFrame) -> pd.Series:
    """The amounts of a budget with + for what is gained and − for what is invested."""
    return budget["amount_dkk"].where(budget["line"] != "investment", -budget["amount_dkk"])


def months_until(as_of: date, *begins: date | pd.Timestamp) -> pd.DatetimeIndex:
    """The months from that of the earliest day to that of as_of, each by its first day."""
    first = min(pd.Timestamp(one) for one in begins).replace(day=1)
    return pd.date_range(first, pd.Timestamp(as_of), freq="MS")


def saving_of_months(stocks: pd.DataFrame, original_budgets: pd.DataFrame, net_prices_dkk: pd.DataFrame) -> pd.Series:
    """Each month's own saving, kroner: (original budget − full-year persons) · net price ÷ 12, summed over benefits.

    `stocks` has a row a month and a column a benefit, budgets and prices (of a whole year) a row a year. A month that
    lacks one of them is NaN. Twelve months of a year sum to the saving against its average at a whole year's price.
    """
    years = pd.DatetimeIndex(stocks.index).year
    budget, price = (one.reindex(index=years, columns=stocks.columns) for one in (original_budgets, net_prices_dkk))
    saved = (budget.to_numpy() - stocks.to_numpy()) * price.to_numpy() / 12
    return pd.Series(saved.sum(axis=1), stocks.index)


def converted_by_month(amounts: pd.Series, to_year: int, kind: str, price_levels: pd.DataFrame) -> pd.Series:
    """Kroner by the month they fell in, each in the prices of `to_year`; raises MissingPriceLevel."""
    years = pd.DatetimeIndex(amounts.index).year
    factors = converted_by_year(pd.Series(1.0, sorted(set(years))), to_year, kind, price_levels)
    return amounts * factors.reindex(years).to_numpy()
