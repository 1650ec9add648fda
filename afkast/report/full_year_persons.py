"""What the page of full-year persons shows: the average beside the budgets, month by month, and how the year ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis import forecast
from afkast.analysis.forecast import Forecast
from afkast.report.danish import Quantity, day, month, number
from afkast.report.month_charts import lines_by_month
from afkast.report.show import Page


@dataclass(frozen=True)
class Stock:
    """A year's full-year persons by month and on average to date, and its budgets: the one before the strategy, and the
    strategy's own."""

    report: Page
    months: pd.Series
    actual: float
    original: float
    strategy: float
    strategy_name: str
    source: Any

    @property
    def year(self) -> int:
        return self.report.as_of.year


def beside(difference: float) -> str:
    """How many fewer or more than what it is held against."""
    if number(abs(difference)) == "0":
        return "lige så mange som"
    return f"{number(abs(difference))} {'færre' if difference < 0 else 'flere'} end"


def show_follow_up(of: Stock, follow_up: pd.DataFrame, footnotes: Sequence[str]) -> None:
    """The paper's table."""
    of.report.show_table(
        "maaltal",
        follow_up,
        caption=f"Mål og opfølgning i helårspersoner pr. {day(of.report.as_of)}.",
        unit="helårspersoner",
        row_units={label: "%" for label in follow_up.index if "%" in label},
        source=of.source,
        blanks="future",
        notes=footnotes,
    )


def show_average(of: Stock) -> None:
    """The average to date beside both budgets, in words."""
    of.report.show_text(
        "maaltallet",
        "I gennemsnit har {actual} fået ydelsen i {year} til og med {until}. Det er {deviation} strategiens budget på "
        "{target} og {original_deviation} det oprindelige budget på {original}.",
        {
            "actual": Quantity(of.actual, "helårspersoner"),
            "year": str(of.year),
            "until": day(of.report.as_of),
            "deviation": beside(of.actual - of.strategy),
            "target": Quantity(of.strategy, ""),
            "original_deviation": beside(of.actual - of.original),
            "original": Quantity(of.original, ""),
        },
        source=of.source,
    )


def show_months(of: Stock) -> None:
    """The months beside both budgets, drawn."""
    latest = of.months.iloc[-1]
    of.report.show_figure(
        "udvikling",
        pd.DataFrame({"Faktisk": of.months, of.strategy_name: of.strategy, "Oprindeligt budget": of.original}),
        lines_by_month("helårspersoner"),
        caption=f"Helårspersoner måned for måned i {of.year} mod årets budgetter.",
        alt="I {month} er der {last}. Det er {deviation} strategiens budget på {target} og {original_deviation} det "
        "oprindelige på {original}.",
        unit="helårspersoner",
        column_units={"Faktisk": ("helårspersoner", 1)},
        source=of.source,
        corner="Måned",
        names={
            "month": month(of.months.index[-1]),
            "last": Quantity(latest, "helårspersoner"),
            "deviation": beside(latest - of.strategy),
            "target": Quantity(of.strategy, ""),
            "original_deviation": beside(latest - of.original),
            "original": Quantity(of.original, ""),
        },
    )


def show_year_end(of: Stock, year_end: Forecast, remaining: int) -> None:
    """What the year is expected to end at; remaining: the months to come."""
    lacks = "Et interval, der mangler, kræver mindst to måneder at dømme efter."
    of.report.show_table(
        "prognose",
        pd.DataFrame(
            {
                "Gennemsnit til dato": of.actual,
                f"Prognose for {of.year}": year_end.estimate,
                "Nedre": year_end.lower,
                "Øvre": year_end.upper,
                of.strategy_name: of.strategy,
                "Oprindeligt budget": of.original,
            },
            index=[f"Gennemsnit i {of.year}"],
        ),
        caption=f"Prognose for årets gennemsnit med 95 %-interval; {remaining} "
        f"{'måned' if remaining == 1 else 'måneder'} mangler.",
        unit=("helårspersoner", 1),
        source=of.source,
        notes=[lacks] if year_end.interval is None else [],
    )
    of.report.show_text(
        "prognosen",
        "Gennemsnittet for {year} ventes at blive {estimate}, {deviation} strategiens budget.",
        {
            "year": str(of.year),
            "estimate": Quantity(year_end.estimate, "helårspersoner"),
            "deviation": beside(year_end.estimate - of.strategy),
        },
        headline=True,
        code=forecast.year_of_stock,
        source=of.source,
    )
