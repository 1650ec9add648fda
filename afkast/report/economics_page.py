"""What the page of a strategy's economics shows: what was decided, spent, saved and gained, as tables and in words.

Amounts are kroner; spending is positive when it costs, a saving when it saves, a gain when it gains. Tables of budget,
actual and expected amounts have these three columns, in this order, and a row a committee.
"""

from typing import Any

import pandas as pd

from afkast.analysis import economics
from afkast.report.danish import COST, GAIN, SAVING, Quantity, listed, number
from afkast.report.money import amount, what_it_means
from afkast.report.show import Page, clause

NET_SPENDING, NET_SAVING = "Netto forbrug af investeringen", "Netto besparelse"
NET_GAIN, IN_ALL = "Netto gevinst", "I alt"
"""The rows of sums in the paper's tables."""

ROUNDED = "Tallene er regnet med kroner og ører og først afrundet her; en sum kan derfor afvige med 1 fra de viste tal."


def show_decided(
    report: Page,
    investment: pd.DataFrame,
    saving: pd.DataFrame,
    net_gain: pd.Series,
    budget: pd.DataFrame,
    paper_sign: int,
) -> None:
    """The net budget as it was decided: investment and saving by committee (rows) and year, and their net gain."""
    names = report.strategy.committees
    rows = [
        -investment.rename(lambda one: f"{names.get(one, one)} (Investering)"),
        saving.rename(lambda one: f"{names.get(one, one)} (Besparelse)"),
        net_gain.to_frame(IN_ALL).T,
    ]
    report.show_table(
        "nettobudget",
        pd.concat(rows),
        caption="Strategiens nettobudget, som det blev vedtaget.",
        corner="Økonomi (i 1.000 kr.)",
        unit="1.000 kr.",
        source=budget,
        totals=[IN_ALL],
        paper_sign=paper_sign,
    )
    report.show_text(
        "beslutningen",
        "Over hele perioden er der sat {investment} af til investeringen, "
        + clause(
            len(saving),
            "og udgiften til ydelserne skal falde med {saving}. ",
            "og der er ikke besluttet en besparelse. ",
        )
        + "Går det som besluttet, ender perioden med {net_gain}.",
        {
            "investment": Quantity(investment.sum().sum(), "mio. kr."),
            "saving": Quantity(saving.sum().sum(), "mio. kr."),
            "net_gain": amount(net_gain.sum()),
        },
        source=budget,
    )


def show_spending(report: Page, spending: pd.DataFrame, source: Any, is_phased: bool, paper_sign: int) -> None:
    """The year's spending by committee. is_phased: whether the budget itself is divided by month."""
    net, year = spending.sum(), report.as_of.year
    rows = pd.concat([spending, net.to_frame(NET_SPENDING).T])
    report.show_table(
        "forbrug",
        -rows.rename(report.strategy.committees),
        caption=f"Forbrug af investeringen i {year}.",
        corner="(i 1.000 kr.)",
        unit="1.000 kr.",
        source=source,
        totals=[NET_SPENDING],
        notes=[what_it_means(net, COST), ROUNDED],
        paper_sign=paper_sign,
        sides=COST[::-1],
    )
    report.show_text(
        "forbruget",
        "I {year} er der brugt {spent} netto, hvor der var ventet {expected}"
        + clause(net.iloc[2], ". Det er {share} af det ventede.", ".")
        + clause(is_phased, "", " Budgettet er ikke fordelt på måneder; det ventede er derfor et jævnt forløb."),
        {
            "year": str(year),
            "spent": Quantity(net.iloc[1], "mio. kr."),
            "expected": Quantity(net.iloc[2], "mio. kr."),
            "share": Quantity(net.iloc[1] / (net.iloc[2] or float("nan")), "%"),
        },
        source=source,
    )


def show_remarks(
    report: Page, spent: float, expected: float, no_budget: pd.Series, has_budget: bool, is_revised: bool, source: Any
) -> None:
    """What a reader must know of budget and spending, where there is anything; spent and expected to date.

    no_budget: spending by year in years without one.
    """
    asked = economics.out_of_scale(expected, spent)
    if has_budget and is_revised and not len(no_budget) and not asked:
        return
    scale = abs(expected / (spent or float("nan")))
    times = f"{number(scale)} gange" if scale > 1 else f"en {number(1 / scale)}.-del af" if asked else ""
    report.show_text(
        "om-budget-og-forbrug",
        clause(not has_budget, "Strategien har intet budget for {year}. ")
        + clause(
            not is_revised and has_budget,
            "Der er ikke noget korrigeret budget for {year}; budgettet er det vedtagne. ",
        )
        + clause(
            len(no_budget),
            "{outside} er brugt i {outside_years}, som strategien ikke har budget for; beløbet er talt med i "
            "nettogevinsten til dato. ",
        )
        + clause(asked, "Budgettet er {times} forbruget. Er begge i kroner?"),
        {
            "year": str(report.as_of.year),
            "outside": Quantity(no_budget.sum(), "mio. kr.", 3),
            "outside_years": listed([str(one) for one in no_budget.index]),
            "times": times,
        },
        headline=True,
        source=source,
    )


def show_saving(report: Page, savings: pd.DataFrame, net_saving: pd.Series, source: Any, paper_sign: int) -> None:
    """The year's saving by committee, as the municipality itself has computed it."""
    rows = pd.concat([savings, net_saving.to_frame(NET_SAVING).T])
    report.show_table(
        "besparelse",
        rows.rename(report.strategy.committees),
        caption=f"Besparelse på ydelserne i {report.as_of.year}, som kommunen selv har beregnet den.",
        corner="(i 1.000 kr.)",
        unit="1.000 kr.",
        source=source,
        totals=[NET_SAVING],
        blanks="future",
        notes=[what_it_means(net_saving, SAVING)],
        paper_sign=paper_sign,
        sides=SAVING,
    )


def show_recomputed(
    report: Page,
    original: pd.Series,
    actual: pd.Series,
    net_price: pd.Series,
    computed: pd.Series,
    reported: float,
    own: pd.DataFrame,
    source: Any,
) -> None:
    """The saving recomputed by benefit, and how far it is from the municipality's own, `reported`."""
    rows = pd.DataFrame(
        {
            "Oprindeligt budget": original,
            "Faktisk (gennemsnit)": actual,
            "Nettopris": net_price,
            "Beregnet besparelse": computed,
        }
    ).rename(str.capitalize)
    rows.loc[IN_ALL, "Beregnet besparelse"] = computed.sum()
    report.show_table(
        "besparelse-efterregnet",
        rows,
        caption="Besparelsen efterregnet, kr.; + er en besparelse, − en merudgift.",
        corner="Ydelse",
        column_units={
            "Oprindeligt budget": "helårspersoner",
            "Faktisk (gennemsnit)": ("helårspersoner", 1),
            "Nettopris": "kr.",
            "Beregnet besparelse": "kr.",
        },
        blanks="future",
        source=source,
        totals=[IN_ALL],
    )
    report.show_text(
        "besparelsen",
        "Kommunens egen beregning er {reported}, efterregningen {computed}; forskellen er {difference}. "
        + clause(
            computed.sum() < 0,
            "Der er flere på ydelserne, end der var budgetteret med, før strategien blev besluttet.",
            "Der er færre på ydelserne, end der var budgetteret med, før strategien blev besluttet.",
        ),
        {
            "computed": amount(computed.sum(), SAVING, "kr."),
            "reported": amount(reported, SAVING, "kr."),
            "difference": Quantity(abs(computed.sum() - reported), "kr."),
        },
        code=economics.saving_against_original_budget,
        source=own,
    )


def show_by_month(report: Page, months: pd.Series, begun: Any, computed: float, source: Any) -> None:
    """The saving month by month beside the whole year's, `computed`. begun: of each month, whether the strategy had."""
    since_start, before = months[begun].sum(), months[~begun].sum()
    report.show_text(
        "besparelsen-maaned-for-maaned",
        "Lagt sammen måned for måned er der i {year} {since_start}"
        + clause((~begun).any(), " siden strategien begyndte; {before} ligger i årets måneder før den")
        + clause(len(months) < 12, ", og {rest} er måneder, der ikke er gået endnu.", "."),
        {
            "year": str(report.as_of.year),
            "since_start": amount(since_start, SAVING, "kr."),
            "before": amount(before, SAVING, "kr."),
            "rest": amount(computed - since_start - before, SAVING, "kr."),
        },
        code=economics.saving_of_months,
        source=source,
    )


def show_prices_held(report: Page, implied: pd.Series, decided: pd.Series, source: Any) -> None:
    """Whether fewer persons at the net price give the saving that was decided, by year; NaN where there is no price."""
    apart, unpriced = (implied - decided).dropna(), implied.index[implied.isna()]
    report.show_text(
        "priserne-og-beslutningen",
        clause(
            len(apart) and apart.abs().max() < 1000,
            "Reduktionen gange nettoprisen giver den besluttede besparelse i {years}.",
            clause(
                len(apart),
                "Reduktionen gange nettoprisen giver ikke den besluttede besparelse: i {worst} er forskellen "
                "{difference}. Beslutningen regner altså med andre priser eller en anden reduktion.",
            ),
        )
        + clause(len(unpriced), " For {unpriced} mangler der en pris at regne med."),
        {
            "years": listed([str(one) for one in apart.index]),
            "worst": str(apart.abs().idxmax()) if len(apart) else "",
            "difference": Quantity(apart.abs().max(), "mio. kr.", 3),
            "unpriced": listed([str(one) for one in unpriced]),
        },
        source=source,
    )


def show_net_gain(
    report: Page,
    in_year: pd.Series,
    to_date: float,
    expected: float,
    has_earlier: bool,
    unknown_years: list[int],
    source: Any,
    paper_sign: int,
) -> None:
    """The year's net gain, and that to date, which is not known where a year's saving is not."""
    report.show_table(
        "netto-gevinst",
        in_year.to_frame(NET_GAIN).T,
        caption=f"Netto gevinst i {report.as_of.year}.",
        corner="(i 1.000 kr.)",
        unit="1.000 kr.",
        source=source,
        totals=[NET_GAIN],
        notes=[what_it_means(in_year, GAIN)],
        paper_sign=paper_sign,
    )
    report.show_text(
        "nettogevinst",
        clause(
            not has_earlier,
            "Pr. {until} er der {net_gain}, hvor der var ventet {expected}, efter kommunens egen beregning af "
            "besparelsen.",
            clause(
                unknown_years,
                "Nettogevinsten er ikke opgjort for hele perioden: kommunens beregnede besparelse for december "
                "{unknown} mangler. I {year} alene er der {in_year}, hvor der var ventet {expected_in_year}.",
                "Til og med {until} er der {net_gain}, hvor der var ventet {expected}, i løbende priser; "
                "heraf {in_year} mod ventet {expected_in_year} i {year}.",
            ),
        ),
        {
            "until": report.as_of,
            "net_gain": amount(to_date),
            "expected": amount(expected),
            "year": str(report.as_of.year),
            "in_year": amount(in_year.iloc[1]),
            "expected_in_year": amount(in_year.iloc[2]),
            "unknown": listed([str(one) for one in unknown_years]),
        },
        headline=True,
        source=source,
    )
