"""What the page of a business case shows of the budget: as it stands on paper, and what it presupposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis import economics
from afkast.report.counts import Count, for_each
from afkast.report.danish import Given, Quantity, listed
from afkast.report.sentence import clause
from afkast.report.show import Page

INVESTMENT, SAVING, IN_ALL = "Investering i indsats", "Besparelse på forsørgelse", "Besparelse i alt"
"""The rows of the paper's table."""

EACH, EXITS, SHARE = (
    "Budgetteret besparelse pr. person i indsatsgruppen (1.000 kr.)",
    "Helårspersoner, der skal være ude af ydelsen",
    "Andel af indsatsgruppen",
)
"""The rows of what a budget presupposes."""

SIDES = ("udgift", "besparelse")
"""What an amount under 0 and one over it is of the paper's table."""


@dataclass(frozen=True)
class Case:
    """A budget for some years in one price level, kroner by year. paper_sign: of a saving there."""

    report: Page
    budget: pd.DataFrame
    investment: pd.Series
    saving: pd.Series
    net_gain: pd.Series
    price_level_year: int
    paper_sign: int
    footnotes: Sequence[str] = ()

    @property
    def years(self) -> list[int]:
        return [int(year) for year in self.saving.index]

    @property
    def corner(self) -> str:
        return f"{self.price_level_year} p/l"

    @staticmethod
    def rows(investment: pd.Series, saving: pd.Series, net_gain: pd.Series) -> pd.DataFrame:
        """The rows of the paper's table; what is spent is negative."""
        return pd.DataFrame({INVESTMENT: -investment, SAVING: saving, IN_ALL: net_gain}).T


def show_budget(case: Case, levels: Sequence[int]) -> None:
    """The paper's table and its sums in words. levels: the price levels that the budget is converted from."""
    case.report.show_table(
        "budget",
        case.rows(case.investment, case.saving, case.net_gain),
        caption=f"Budgettet for {case.report.strategy.name.lower()}, mio. kr. i {case.price_level_year}-priser.",
        corner=case.corner,
        unit=("mio. kr.", 3),
        source=case.budget,
        totals=[IN_ALL],
        notes=case.footnotes,
        paper_sign=case.paper_sign,
        sides=SIDES,
    )
    case.report.show_text(
        "budgettet",
        "I {years} koster indsatsen {investment}, og ydelserne skal falde med {saving}: en samlet nettogevinst på "
        "{net_gain}." + clause(levels, " Budgettet er omregnet fra {levels}priser til {price_level}-priser."),
        {
            "levels": listed([f"{one}-" for one in levels]),
            "price_level": str(case.price_level_year),
            "years": "–".join(dict.fromkeys([str(case.years[0]), str(case.years[-1])])),
            "investment": Quantity(case.investment.sum(), "mio. kr."),
            "saving": Quantity(case.saving.sum(), "mio. kr."),
            "net_gain": Quantity(case.net_gain.sum(), "mio. kr."),
        },
        source=case.budget,
    )


def per_person(amounts: pd.Series, group: Count, unit: str) -> pd.Series:
    """An amount or a number ÷ the group, which gives away how large the group is; not known of a group of nobody."""
    return amounts.map(lambda one: for_each(one, group, unit, 0))


def show_presupposed(
    case: Case,
    exits: pd.Series,
    share: pd.Series,
    group: Count,
    benefit: str,
    net_price: float,
    source: Any,
    notes: Sequence[str],
) -> None:
    """What the budget presupposes of a group, and its hardest year in words.

    exits: full-year persons by year, `share` of the group.
    """
    presupposed = pd.DataFrame(
        {
            EACH: per_person(case.saving, group, "1.000 kr."),
            EXITS: exits.map(lambda one: Given(one, "helårspersoner", 1)),
            SHARE: share,
        }
    ).T
    case.report.show_table(
        "forudsat-effekt",
        presupposed,
        caption="Den effekt, som budgettet forudsætter, når indsatsgruppen er på {group}.",
        corner=case.corner,
        row_units={EACH: "1.000 kr.", EXITS: ("helårspersoner", 1), SHARE: "%"},
        source=source,
        notes=notes,
        names={"group": group},
    )
    hardest: Any = exits.idxmax()
    case.report.show_text(
        "forudsaetningen",
        "En helårsperson på {benefit} koster kommunen {net_price} netto. Budgettet for {year} forudsætter, at {exits} "
        "er ude "
        + clause(
            group.number,
            "af ydelsen hele året – {share} af indsatsgruppen på {group}.",
            "af ydelsen hele året. Ingen er startet endnu.",
        )
        + clause(
            0 < float(group.in_steps) < exits[hardest],
            " Det er flere, end der er i gruppen: den budgetterede besparelse kan ikke komme alene af, at gruppen "
            "forlader ydelsen.",
        ),
        {
            "benefit": benefit,
            "net_price": Given(net_price, "kr."),
            "year": str(hardest),
            "exits": presupposed.loc[EXITS, hardest],
            "share": presupposed.loc[SHARE, hardest],
            "group": group,
        },
        headline=True,
        code=economics.presupposed_exits,
        source=source,
    )
