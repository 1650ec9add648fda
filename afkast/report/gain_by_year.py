"""What the page of a gain year by year shows: budget and gain, in words, and when the investment is paid back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis import economics
from afkast.report.bar_charts import bars_by_year
from afkast.report.danish import GAIN, Quantity, day, listed
from afkast.report.money import amount, paid_back
from afkast.report.month_charts import lines_by_month
from afkast.report.show import Page, clause


@dataclass(frozen=True)
class Gained:
    """A gain to date beside the budget's: kroner, by year where they are series.

    budgeted: lines of the budget by year, as far as they count to date; invested, saved: what has happened. converted:
    whether the budget was converted to other prices. source: what it is all reckoned from.
    """

    report: Page
    budget: pd.DataFrame
    budgeted: pd.DataFrame
    invested: pd.Series
    saved: pd.Series
    to_date: float
    expected: float
    converted: bool
    source: Any


def show_years(of: Gained, by_year: pd.DataFrame, footnotes: Sequence[str], paper_sign: int) -> None:
    """The paper's table: the budgeted and the actual gain of each year, and how far they are apart."""
    of.report.show_table(
        "gevinst",
        by_year.T,
        caption="Gevinsten ved investeringen, mio. kr.",
        corner="Mio. kr.",
        unit="mio. kr.",
        source=of.source,
        blanks="future",
        notes=footnotes,
        paper_sign=paper_sign,
    )


def show_gain(of: Gained, no_budget: Sequence[int], no_saving: Sequence[int]) -> None:
    """The gain to date beside the budget's. no_budget, no_saving: years that lack it."""
    of.report.show_text(
        "nettogevinst",
        "Til og med {until} er der {net_gain}, hvor der var budgetteret med {expected}; det er {difference} "
        "{direction} end budgetteret."
        + clause(no_budget, " I {no_budget} har strategien intet budget; det, der er brugt og sparet, er talt med.")
        + clause(
            no_saving,
            " For {no_saving} har kommunen ikke beregnet en besparelse; her tæller kun det, der er brugt.",
        )
        + clause(
            economics.out_of_scale(of.budgeted["investment"].sum(), of.invested.sum()),
            " Budget og forbrug er så langt fra hinanden, at det ene kan være i en anden enhed: er begge i kroner?",
        ),
        {
            "until": day(of.report.as_of),
            "net_gain": amount(of.to_date),
            "expected": amount(of.expected),
            "difference": Quantity(abs(of.to_date - of.expected), "mio. kr."),
            "no_budget": listed([str(year) for year in no_budget]),
            "no_saving": listed([str(year) for year in no_saving]),
            "direction": "bedre" if of.to_date >= of.expected else "dårligere",
        },
        headline=True,
        source=of.source,
    )


def show_investment(of: Gained) -> None:
    """What was set aside and spent, and how much lower the benefits are reckoned."""
    years, saved = of.budget["year"], of.saved.sum()
    of.report.show_text(
        "investeringen",
        "Der er sat {invested} af til investeringen i {years}. Til dato er der brugt {spent}, og ydelserne er beregnet "
        "{saved} "
        + clause(saved >= 0, "lavere", "højere")
        + ". Besparelsen er kommunens egen beregning; den kan ikke slås op i regnskabet."
        + clause(of.converted, " Budgettet er omregnet til årets egne priser."),
        {
            "invested": Quantity(economics.yearly(of.budget, "investment").sum(), "mio. kr."),
            "years": "–".join(dict.fromkeys([str(years.min()), str(years.max())])),
            "spent": Quantity(of.invested.sum(), "mio. kr."),
            "saved": Quantity(abs(saved), "mio. kr."),
        },
        source=of.source,
    )


def show_against_budget(of: Gained, by_year: pd.DataFrame) -> None:
    """The years' gains beside the budget's, drawn."""
    of.report.show_figure(
        "budget-mod-faktisk",
        by_year[["Budgetteret", "Faktisk"]],
        bars_by_year("mio. kr.", sides=GAIN),
        caption="Budgetteret og faktisk gevinst år for år.",
        alt="Til og med {until} er der {actual}, hvor der var budgetteret med {expected}.",
        unit="mio. kr.",
        source=of.source,
        corner="År",
        names={"until": of.report.as_of, "actual": amount(of.to_date), "expected": amount(of.expected)},
    )


def show_paid_back(of: Gained, cumulated: pd.DataFrame) -> None:
    """The gain and the budget's cumulated month by month, and when each has paid back the investment."""
    of_budget, to_now = (cumulated[one].dropna() for one in ("Budgetteret", "Faktisk"))
    of.report.show_figure(
        "tjent-hjem",
        cumulated,
        lines_by_month("mio. kr.", sides=GAIN),
        caption="Gevinsten lagt sammen måned for måned. Investeringen er tjent hjem, hvor kurven når nul.",
        alt="Lagt sammen måned for måned er der til dato {actual}; budgettet ender med {expected}.",
        unit=("mio. kr.", 1),
        source=of.source,
        corner="Måned",
        names={"actual": amount(of.to_date), "expected": amount(of_budget.iloc[-1])},
    )
    of.report.show_text(
        "tjent-hjem-i-ord",
        "Efter budgettet er investeringen {budgeted}, med den faktiske gevinst {actual}.",
        {"budgeted": paid_back(of_budget), "actual": paid_back(to_now, to_date=True)},
        code=economics.break_even_month,
        source=of.source,
    )


def show_presupposed(
    report: Page, year: int, saving: float, benefit: str, net_price: float, exits: float, group: int, source: Any
) -> None:
    """How many of the group must be off the benefit all year for the budgeted saving."""
    report.show_text(
        "forudsaetningen",
        clause(
            saving,
            "Budgettet for {year} er en besparelse på {saving}. En helårsperson på {benefit} koster {price} netto, så "
            "det forudsætter, at {exits} er ude af ydelsen hele året: {share} af gruppen på {group}.",
            "Budgettet har ingen besparelse i {year}, så det forudsætter ikke, at nogen forlader ydelsen.",
        ),
        {
            "year": str(year),
            "saving": Quantity(saving, "mio. kr."),
            "benefit": benefit,
            "price": Quantity(net_price, "kr."),
            "exits": Quantity(exits, "helårspersoner", 1),
            "share": (Quantity(exits, "helårspersoner") / Quantity(group, "personer")).written_as("%"),
            "group": Quantity(group, "personer"),
        },
        code=economics.presupposed_exits,
        source=source,
    )
