"""What the page of an investment plan shows: its lines and sums, when it is paid back, and what its budget presupposes.

Amounts are kroner; the columns of an amount are the years' parts, the sum of the period and what is later.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from afkast.analysis import economics
from afkast.report.bar_charts import bars_by_year
from afkast.report.charts import Role
from afkast.report.danish import GAIN, Quantity, day, listed, number
from afkast.report.money import amount as gained
from afkast.report.money import paid_back
from afkast.report.month_charts import lines_by_month
from afkast.report.show import Page, clause

LINES = {"investment": "Investering", "benefit_saving": "Besparelse", "financing": "Finansiering"}
OF_GAIN = {"investment": -1, "benefit_saving": 1, "financing": 1}
"""What a line's amount is of the gain."""
IN_ALL = "I alt"


def how_financed(is_financed: bool, paper_sign: int) -> list[str]:
    """The note on the sign of money from elsewhere, which papers give with plus whatever theirs is."""
    if not is_financed:
        return []
    return [f"Finansieringen står med plus og {'trækkes fra' if paper_sign < 0 else 'lægges til'}."]


def show_lines(
    report: Page,
    by_part: pd.DataFrame,
    operation: pd.Series,
    financing: pd.Series,
    net_gain: pd.Series,
    price_level_year: int,
    footnotes: Sequence[str],
    paper_sign: int,
    budget: pd.DataFrame,
) -> None:
    """The plan line by line. by_part: an amount a line, committee and item (the rows' levels)."""

    def row(name: str, amounts: pd.Series | None = None) -> pd.Series:
        return pd.concat([pd.Series({"": name}, dtype=object), pd.Series(dtype=object) if amounts is None else amounts])

    amounts = {(line, item, at): by_part.iloc[place] for place, (line, at, item) in enumerate(by_part.index)}

    def of_line(line: str, item: str, at: str) -> pd.Series:
        return row(item or LINES[line], OF_GAIN[line] * amounts[line, item, at])

    rows = {("overskrift", "udvalg", "Udvalg"): row("")}
    rows |= {key: of_line(*key) for key in amounts if key[0] != "financing"}
    rows["sum", "drift", IN_ALL] = row("", operation)
    unsigned = []
    if any(line == "financing" for line, _, _ in amounts):
        financed = {("overskrift", "finansiering", "Finansiering"): row("")}
        financed |= {key: of_line(*key) for key in amounts if key[0] == "financing"}
        financed["sum", "finansiering", IN_ALL] = row("", financing)
        unsigned = [*financed]
        rows |= {**financed, ("sum", "netto", "Netto"): row("", net_gain)}
    committees = " ".join(f"{short}: {full}." for short, full in report.strategy.committees.items())
    report.show_table(
        "plan-i-detaljer",
        pd.DataFrame(rows, index=["", *by_part.columns], dtype=object).T,
        caption=f"Planen linje for linje, {price_level_year}-priser.",
        corner="(1.000 kr.)",
        unit="1.000 kr.",
        source=budget,
        totals=[IN_ALL, "Netto", "Udvalg", "Finansiering"],
        blanks="future",
        notes=[committees, *footnotes, *how_financed(bool(unsigned), paper_sign)],
        paper_sign=paper_sign,
        unsigned=unsigned,
    )


def show_overall(
    report: Page,
    in_period: pd.DataFrame,
    net_gain: pd.Series,
    months_of_part_years: Mapping[int, int],
    is_financed: bool,
    price_level_year: int,
    paper_sign: int,
    budget: pd.DataFrame,
) -> None:
    """The whole plan by year. in_period: an amount a line (rows); months_of_part_years: of years that are not whole."""
    overall = pd.DataFrame(
        {
            "Investering": -in_period.loc["investment"],
            "Besparelse": in_period.loc["benefit_saving"],
            "Øvrig finansiering": in_period.loc["financing"],
            "Gevinst": net_gain,
        }
    ).T
    parts = [f"{year} er {n} {'måned' if n == 1 else 'måneder'}." for year, n in months_of_part_years.items()]
    report.show_table(
        "plan-samlet",
        overall if is_financed else overall.drop("Øvrig finansiering"),
        caption=f"Økonomien i investeringen, mio. kr. i {price_level_year}-priser.",
        corner="Mio. kr.",
        unit="mio. kr.",
        source=budget,
        totals=["Gevinst"],
        notes=[
            " ".join([*parts, "Hver celle er afrundet for sig og summer derfor ikke altid."]),
            *how_financed(is_financed, paper_sign),
        ],
        paper_sign=paper_sign,
        unsigned=["Øvrig finansiering"],
    )


def show_plan(
    report: Page,
    in_all: pd.Series,
    operation: float,
    is_financed: bool,
    levels: Sequence[int],
    price_level_year: int,
    budget: pd.DataFrame,
) -> None:
    """The period's sums in words. in_all: an amount a line; levels: price levels that the budget is converted from."""
    report.show_text(
        "planen",
        "Der investeres {investment} til og med {until}. Ydelserne skal falde med {saving}"
        + clause(is_financed, ", og {financing} kommer andre steder fra. Uden den finansiering ", ". Planen ")
        + clause(is_financed, "koster perioden", clause(operation < 0, "koster", "giver"))
        + " {cost} netto."
        + clause(levels, " Budgettet er omregnet fra {levels}priser til {level}-priser."),
        {
            "investment": Quantity(in_all["investment"], "mio. kr."),
            "until": day(report.strategy.period.end),
            "saving": Quantity(in_all["benefit_saving"], "mio. kr."),
            "financing": Quantity(in_all["financing"], "mio. kr."),
            "cost": Quantity(-operation if is_financed else abs(operation), "mio. kr."),
            "levels": listed([f"{one}-" for one in levels]),
            "level": str(price_level_year),
        },
        headline=True,
        source=budget,
    )


def show_gains(
    report: Page,
    in_period: pd.DataFrame,
    net_gain: pd.Series,
    cumulated: pd.DataFrame,
    is_financed: bool,
    budget: pd.DataFrame,
) -> None:
    """The gain year by year, and accumulated month by month; cumulated: with financing and without."""
    by_year = pd.DataFrame(
        {
            "Investering": -in_period.loc["investment"],
            "Besparelse": in_period.loc["benefit_saving"],
            "Gevinst": net_gain,
        }
    ).drop(index=IN_ALL)
    report.show_figure(
        "gevinst-aar-for-aar",
        by_year,
        bars_by_year("mio. kr.", roles=(Role.BEFORE, Role.DECIDED, Role.DIFFERENCE), sides=GAIN),
        caption=f"Investering, besparelse og gevinst{' (efter finansiering)' if is_financed else ''} år for år; en "
        "udgift og et tab under nul.",
        alt="Over perioden er investeringen {investment}"
        + clause(is_financed, ", besparelsen {saving} og finansieringen {financing}", " og besparelsen {saving}")
        + "; det giver {result}.",
        unit="mio. kr.",
        source=budget,
        corner="År",
        names={
            "investment": Quantity(in_period[IN_ALL]["investment"], "mio. kr."),
            "saving": Quantity(in_period[IN_ALL]["benefit_saving"], "mio. kr."),
            "financing": Quantity(in_period[IN_ALL]["financing"], "mio. kr."),
            "result": gained(net_gain[IN_ALL]),
        },
    )
    with_financing, without = cumulated.columns
    ends = {
        "with_financing": gained(cumulated[with_financing].iloc[-1]),
        "without": gained(cumulated[without].iloc[-1]),
    }
    report.show_figure(
        "tjent-hjem",
        cumulated if is_financed else cumulated[[without]].set_axis(["Planen"], axis=1),
        lines_by_month(
            "mio. kr.", 1, roles=(Role.DECIDED, Role.BEFORE) if is_financed else (Role.DECIDED,), sides=GAIN
        ),
        caption="Planens gevinst lagt sammen måned for måned. Investeringen er tjent hjem, hvor kurven når nul.",
        alt=clause(
            is_financed,
            "Med finansiering ender planen med {with_financing}, uden med {without}.",
            "Planen ender med {without}.",
        ),
        unit="mio. kr.",
        source=budget,
        corner="Måned",
        names=ends,
    )
    report.show_text(
        "tjent-hjem-i-ord",
        clause(
            is_financed,
            "Med finansieringen er investeringen {with_financing}; regnes kun investering og besparelse, er den "
            "{without}.",
            "Efter planen er investeringen {without}.",
        ),
        {"with_financing": paid_back(cumulated[with_financing]), "without": paid_back(cumulated[without])},
        code=economics.break_even_month,
        source=budget,
    )


def show_presupposed(
    report: Page,
    presupposed: pd.DataFrame,
    measure: str,
    benefit: str,
    net_price: float,
    price_level_year: int,
    source: Any,
) -> None:
    """What the budget presupposes, by year: saving, exits (full-year persons), fewer in the plan, exits ÷ fewer."""
    names = {
        "saving": "Budgetteret besparelse (1.000 kr.)",
        "exits": "Helårspersoner, der skal være ude af ydelsen",
        "fewer": f"Færre {measure} i planen, gennemsnit",
        "share": "Forudsat afgang pr. færre i planen",
    }
    units: dict[str, Any] = {
        "saving": "1.000 kr.",
        "exits": ("helårspersoner", 1),
        "fewer": ("kontaktforløb", 1),
        "share": "%",
    }
    report.show_table(
        "forudsat-effekt",
        presupposed[[*names]].rename(columns=names).T,
        caption=f"Den effekt, som budgettet forudsætter. En helårsperson på {benefit} koster {number(net_price)} kr. "
        "netto.",
        corner=f"{price_level_year}-priser",
        row_units={names[one]: unit for one, unit in units.items()},
        source=source,
    )
    last = presupposed.iloc[-1]
    some = last["fewer"] > 0
    report.show_text(
        "forudsaetningen",
        clause(
            some,
            "Planen for {year} er {fewer} færre {measure} og en besparelse på {saving}, {each} for hver. ",
            "Planen for {year} er en besparelse på {saving}, men ikke færre {measure}. ",
        )
        + "Det svarer til {exits} ude af {benefit} hele året"
        + clause(some, ", {share} af faldet.", ".")
        + clause(
            some and last["exits"] < last["fewer"],
            " Resten må gå til en anden ydelse, være på en lavere sats eller kun være ude en del af året.",
            clause(
                some and last["exits"] > last["fewer"],
                " Det er flere, end planen regner med: besparelsen kan ikke komme af faldet alene.",
            ),
        ),
        {
            "year": str(presupposed.index[-1]),
            "fewer": Quantity(last["fewer"], ""),
            "measure": measure,
            "saving": Quantity(last["saving"], "mio. kr."),
            "each": Quantity(last["saving"] / last["fewer"] if some else None, "kr."),
            "exits": Quantity(last["exits"], "helårspersoner", 1),
            "benefit": benefit,
            "share": Quantity(last["exits"] / last["fewer"] if some else None, "%"),
        },
        code=economics.presupposed_exits,
        source=source,
    )
