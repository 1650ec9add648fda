"""What the page of the outlook shows: the net gain to date, the paper's index of it, the year's forecast and when an
investment is paid back. Amounts are kroner, gains positive; months are the index of every series."""

from typing import Any

import pandas as pd

from afkast.analysis import economics, forecast
from afkast.report.charts import Role
from afkast.report.danish import GAIN, month, with_article
from afkast.report.money import amount, paid_back, within
from afkast.report.month_charts import lines_by_month
from afkast.report.show import Page, clause

AS_FORECAST, AS_THIS_YEAR, AS_BUDGETED = "Året som prognosen", "Hvert år som i år", "Budgettet"
"""The ways ahead, as columns of what a strategy has gained month by month."""


def show_to_date(
    report: Page, gain: pd.Series, planned: pd.Series, own: float, counts_before: bool, cannot_sum: str, source: Any
) -> None:
    """The net gain to date as a figure, and beside the municipality's own figure for the year.

    counts_before: whether the latter has months before the strategy. cannot_sum: why earlier years are left out.
    """
    told = {
        "first": month(gain.index[0]),
        "until": report.as_of,
        "actual": amount(gain.sum()),
        "expected": amount(planned.sum()),
    }
    said = "Lagt sammen måned for måned fra {first} er der pr. {until} {actual}, hvor der var ventet {expected}."
    report.show_figure(
        "nettogevinst-beloeb",
        pd.DataFrame({"Beregnet": gain.cumsum(), AS_BUDGETED: planned.cumsum()}),
        lines_by_month("mio. kr.", 1, sides=GAIN),
        caption=f"Nettogevinsten lagt sammen måned for måned fra {month(gain.index[0])}.",
        alt=said,
        unit=("mio. kr.", 3),
        source=source,
        corner="Måned",
        names=told,
    )
    report.show_text(
        "maaned-for-maaned",
        said
        + " Efter kommunens egen beregning er der i {year} {own}: den regner årets gennemsnit til dato som et helt år"
        + clause(counts_before, " og tæller månederne før strategien med.", ".")
        + clause(cannot_sum, " Tidligere år er ikke med. {why}"),
        told | {"year": str(report.as_of.year), "own": amount(own), "why": cannot_sum},
        code=economics.saving_of_months,
        source=source,
    )


def show_index(
    report: Page, on_paper: pd.DataFrame, index: pd.DataFrame | None, why: str, paper_sign: int, source: Any
) -> None:
    """The paper's index of the net gain, with a word of warning; or why there is none."""
    if index is None:
        report.show_text("intet-indeks", "Rapportens indeks vises ikke. {why}", {"why": why}, source=source)
        return
    first, grows = month(on_paper.index[0]), with_article(GAIN[paper_sign > 0])
    bases = {
        "actual_base": amount(on_paper["Beregnet"].iloc[0]),
        "expected_base": amount(on_paper["Forventet"].iloc[0]),
    }
    report.show_figure(
        "udvikling-nettogevinst",
        index,
        lines_by_month("indeks"),
        caption=f"Udvikling i nettogevinst ({first} = indeks 100). Et stigende indeks er her {grows}, der vokser.",
        alt="Indekset for det beregnede ender på {actual} og for det forventede på {expected}; udgangspunkterne er "
        "{actual_base} og {expected_base}.",
        unit="indeks",
        source=source,
        corner="Måned",
        names={
            "actual": amount(index["Beregnet"].iloc[-1], None, ""),
            "expected": amount(index["Forventet"].iloc[-1], None, ""),
            **bases,
        },
    )
    report.show_text(
        "indeks-forbehold",
        "De to kurver kan ikke holdes op mod hinanden: i {first} var der {actual_base}, hvor der var ventet "
        "{expected_base}.",
        {"first": first, **bases},
        source=source,
    )


def show_forecast(
    report: Page,
    spending: forecast.Forecast,
    saving: forecast.Forecast,
    gain: forecast.Forecast,
    budgeted: pd.Series,
    spent: float,
    saved: float,
    paper_sign: int,
    source: Any,
) -> None:
    """The year's forecast with its interval, beside the budget's lines and what there is to date."""
    year, expected = report.as_of.year, budgeted["benefit_saving"] - budgeted["investment"]
    # where the paper turns the sign, the lowest is the highest
    in_order = ["Nedre", f"Prognose for {year}", "Øvre"][::paper_sign]

    def row(of_budget: float, to_date: float, ends: list[float]) -> dict[str, float]:
        return {"Korrigeret budget": of_budget, "Til dato": to_date, **dict(zip(in_order, ends, strict=True))}

    rows = {
        "Netto forbrug af investeringen": row(
            -budgeted["investment"], -spent, [-spending.upper, -spending.estimate, -spending.lower]
        ),
        "Netto besparelse": row(budgeted["benefit_saving"], saved, [saving.lower, saving.estimate, saving.upper]),
        "Netto gevinst": row(expected, saved - spent, [gain.lower, gain.estimate, gain.upper]),
    }
    report.show_table(
        "prognose",
        pd.DataFrame(rows).T[["Korrigeret budget", "Til dato", f"Prognose for {year}", "Nedre", "Øvre"]],
        caption=f"Prognose for {year} med 95 %-interval.",
        corner="(i 1.000 kr.)",
        unit="1.000 kr.",
        source=source,
        totals=["Netto gevinst"],
        notes=["Besparelsen er den efterregnede, ikke kommunens egen."],
        paper_sign=paper_sign,
    )
    sure = gain.interval is not None
    report.show_text(
        "prognosen",
        "Året ventes at ende med {gain}"
        + clause(sure, " (usikkerhed: {range})", "")
        + "; budgettet er {budgeted}."
        + clause(sure, "", " Hvor sikkert det er, kan ikke siges med så få måneder."),
        {
            "gain": amount(gain.estimate),
            "range": within(gain.lower, gain.upper, gain.estimate) if sure else "",
            "budgeted": amount(expected),
        },
        headline=True,
        code=forecast.year_of_flow,
        source=source,
        filed={"low": amount(gain.lower), "high": amount(gain.upper)},
    )


def show_break_even(
    report: Page, gain: pd.Series, paths: pd.DataFrame, at_best: pd.Series, saved: float, source: Any
) -> None:
    """When each way ahead has paid the investment back. gain: to date; paths: accumulated, a column a way; at_best: the
    forecast's at the best end of its interval; saved: what the year comes to, negative where it is an extra cost."""
    ends, to_date = paths.iloc[-1], gain.cumsum().rename("Til dato")
    ahead = paths.drop(columns=AS_BUDGETED)[paths.index >= gain.index[-1]].reindex(paths.index)
    report.show_figure(
        "tjent-hjem",
        pd.concat([to_date, ahead, paths[AS_BUDGETED]], axis=1),
        lines_by_month("mio. kr.", 1, roles=(Role.HAPPENED, Role.EXPECTED, Role.EXPECTED, Role.DECIDED), sides=GAIN),
        caption="Nettogevinsten lagt sammen til periodens slutning. Investeringen er tjent hjem, hvor kurven når nul.",
        alt="Efter budgettet ender perioden med {budgeted}; ender året som prognosen, med {expected}; bliver "
        + clause(saved < 0, "merudgiften", "besparelsen")
        + " hvert år som i år, med {kept}.",
        unit=("mio. kr.", 2),
        source=source,
        corner="Måned",
        blanks="future",
        names={
            "budgeted": amount(ends[AS_BUDGETED]),
            "expected": amount(ends[AS_FORECAST]),
            "kept": amount(ends[AS_THIS_YEAR]),
        },
    )
    report.show_text(
        "tjent-hjem-i-ord",
        "Efter budgettet er investeringen {budgeted}. Ender {year} som prognosen, og går resten som besluttet, er den "
        "{expected} (i den bedste ende af intervallet {best}). Bliver "
        + clause(saved < 0, "merudgiften", "besparelsen")
        + " på ydelserne hvert år som i {year}, er den {kept}, og perioden ender med {kept_end}.",
        {
            "year": str(report.as_of.year),
            "budgeted": paid_back(paths[AS_BUDGETED]),
            "expected": paid_back(paths[AS_FORECAST]),
            "best": paid_back(at_best),
            "kept": paid_back(paths[AS_THIS_YEAR]),
            "kept_end": amount(ends[AS_THIS_YEAR]),
        },
        headline=True,
        code=economics.break_even_month,
        source=source,
    )
