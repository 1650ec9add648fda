"""What the page of a saving reckoned in several ways shows: each way's amount, and whether they agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis import economics
from afkast.analysis.economics import Agreement
from afkast.report.amount_charts import COLUMNS, amounts_against
from afkast.report.cells import Link
from afkast.report.counts import how_many
from afkast.report.danish import SAVING, Quantity, between, listed, month
from afkast.report.money import amount
from afkast.report.month_charts import break_notes
from afkast.report.paper_sign import legend
from afkast.report.show import Page, clause

OWN, BUDGET, BEFORE = "Kommunens egen beregning", "Budgettet før strategien", "Eget niveau før strategien"
SURVIVAL, DECIDED = "Overlevelseskurver", "Besluttet for året"
"""The ways to reckon the saving, and the row of what was decided."""

YEARLY, FEWER = "Mio. kr. om året", "Helårspersoner, + = bedre"
UNKNOWN = float("nan")


@dataclass(frozen=True)
class Ways:
    """The saving as each way found it.

    savings: kroner by way; of_way: fewer full-year persons and kroner, of those that compare; parts: the same by
    measure, with its benefit, price and month; refusals: why a way is not reckoned. figure: the municipality's own
    numbers of the last year. decided: for the year; None where nothing was.
    """

    report: Page
    savings: pd.Series
    of_way: pd.DataFrame
    parts: pd.DataFrame
    refusals: Mapping[str, str]
    figure: pd.Series
    decided: float | None
    source: Sequence[pd.DataFrame]


def _row(reckoned_with: Any, when: str, fewer: float, saved: float | None) -> dict[str, Any]:
    return {YEARLY: saved, FEWER: fewer, "Regnet med": reckoned_with, "Opgjort": when}


def _months(of: pd.Series | pd.Index) -> str:
    return "–".join(dict.fromkeys([month(of.min()), month(of.max())]))


def _rows(of: Ways, survival_page: str) -> dict[str, dict[str, Any]]:
    rows = {}
    if OWN in of.savings:
        rows[OWN] = _row("egen metode", _months(of.figure.index), UNKNOWN, of.savings[OWN])
    for way, fewer, saving in of.of_way[["fewer", "saving"]].itertuples():
        parts = of.parts[of.parts["way"] == way]
        priced = f"prisen på {listed(list(parts['benefit'].unique()))}"
        rows[way] = _row(priced, _months(parts["month"]), fewer, saving)
    for way in of.refusals:
        rows[way] = _row("kan ikke opgøres, se noten", "", UNKNOWN, UNKNOWN)
    own_page = Link("opgøres på en side for sig", f"{survival_page}.html") if survival_page else None
    rows[SURVIVAL] = _row(own_page or "kræver oplysninger om den enkelte", "", UNKNOWN, UNKNOWN)
    if of.decided is not None:
        rows[DECIDED] = _row("budgettet", str(of.report.as_of.year), UNKNOWN, of.decided)
    return rows


def show_ways(
    of: Ways,
    base: pd.Timestamp,
    price_year: int,
    survival_page: str,
    told_twice: bool,
    accepted: str,
    footnotes: Sequence[str],
) -> None:
    """Each way's amount. told_twice: whether the municipality's own figure is that of the budget; accepted: why a break
    is no reason not to compare."""
    breaks = dict.fromkeys(
        note
        for measure, last in of.parts.loc[of.parts["way"] != BUDGET, ["measure", "month"]].itertuples(index=False)
        for note in break_notes(of.report.series_breaks(measure), pd.DatetimeIndex([base, last]))
    )
    rows = _rows(of, survival_page)
    table = pd.DataFrame(rows, dtype=object).T
    states = pd.DataFrame("", table.index, table.columns)
    states.loc[table.index.isin([OWN, DECIDED]), FEWER] = "future"
    twice = f"{OWN} er samme opgørelse som {BUDGET.lower()} og tæller kun én gang."
    of.report.show_table(
        "paa-flere-maader",
        table,
        caption=f"Besparelsen opgjort på flere måder, pr. {month(of.report.as_of)}.",
        corner="Holdt op mod",
        column_units={FEWER: ("helårspersoner", 1), YEARLY: ("mio. kr.", 1)},
        source=of.source,
        totals=[DECIDED],
        states=states,
        notes=[
            f"{legend(1, SAVING)} Priserne er {price_year}-priser.",
            *(f"{way}: {why}" for way, why in of.refusals.items()),
            *([twice] if told_twice else []),
            *breaks,
            *([f"Sammenlignet hen over databruddet: {accepted}"] if breaks and accepted else []),
            *filter(None, footnotes),
        ],
    )


def show_whether_they_agree(of: Ways, distinct: pd.Series, compared: Agreement) -> None:
    """From which amount to which the ways lead, in words and drawn. distinct: savings, none of them twice."""
    near, far = sorted([compared.lowest, compared.highest], key=abs)
    way_of = {value: str(way).lower() for way, value in reversed(list(distinct.items()))}
    of.report.show_text(
        "besparelsen-opgjort",
        clause(
            compared.ways == 1,
            "Data rækker kun til én opgørelse: {high} om året ({farthest}). Der er ingen anden at holde den op mod.",
            clause(
                compared.same_direction,
                clause(compared.ways == 2, "Begge", "Alle {ways}")
                + " måder viser en {side}, fra {near} ({nearest}) til {far} ({farthest}) om året.",
                "Måderne er ikke enige om, hvorvidt der er sparet: fra {low} ({lowest}) til {high} ({highest}) om "
                "året.",
            ),
        )
        + clause(len(of.refusals), " Endnu ikke opgjort: {refused}."),
        {
            "ways": how_many(distinct.index),
            "side": SAVING[compared.highest > 0],
            "near": Quantity(abs(near), "mio. kr."),
            "far": Quantity(abs(far), "mio. kr."),
            "nearest": way_of[near],
            "farthest": way_of[far],
            "low": amount(compared.lowest, SAVING),
            "high": amount(compared.highest, SAVING),
            "lowest": str(distinct.idxmin()).lower(),
            "highest": str(distinct.idxmax()).lower(),
            "refused": listed([way.lower() for way in of.refusals]),
        },
        headline=True,
        source=of.source,
        code=economics.agreement,
        filed={"spread": Quantity(compared.spread, "mio. kr.")},
    )
    drawn = distinct.to_frame("Beløb").reindex(columns=COLUMNS)
    drawn["Besluttet"] = UNKNOWN if of.decided is None else of.decided
    of.report.show_figure(
        "maaderne",
        drawn.astype("float64"),
        amounts_against("mio. kr.", SAVING),
        caption="Besparelsen eller merudgiften om året, opgjort på hver måde; grå streg: det besluttede for året.",
        alt=clause(
            compared.ways == 1,
            "Der er én opgørelse, {high} om året",
            "Opgørelserne viser {span} om året",
        )
        + clause(of.decided is not None, "; besluttet var {decided}.", "."),
        unit="mio. kr.",
        source=of.source,
        corner="Holdt op mod",
        height_inches=1.2 + 0.5 * len(drawn),
        blanks="future",
        names={
            "span": between(compared.lowest, compared.highest, *SAVING, "mio. kr."),
            "high": amount(compared.highest, SAVING),
            "decided": amount(of.decided, SAVING),
        },
    )


def show_parts(of: Ways) -> None:
    """What lies behind the amounts, benefit by benefit; a measure's own name is for who wrote the file."""
    detail = of.parts
    named = detail["way"] + ": " + detail["benefit"]
    named = named.where(~named.duplicated(keep=False), named + " (" + detail["measure"] + ")")
    columns = {
        "Kr. om året": detail["saving"],
        FEWER: detail["fewer"],
        "Nettopris": detail["price"],
        "Opgjort i": detail["month"].map(month),
    }
    of.report.show_table(
        "ydelse-for-ydelse",
        pd.DataFrame(columns, dtype=object).set_axis(named.tolist()),
        caption="Bag beløbene: hvor mange færre, og hvad en helårsperson koster netto.",
        corner="Holdt op mod: ydelse",
        unit="kr.",
        column_units={FEWER: ("helårspersoner", 1)},
        source=of.source,
        notes=[legend(1, SAVING)],
    )
