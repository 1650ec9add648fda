"""What the page of a lead in kroner shows: each measure's saving, what it rests on, and whether it is beyond chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis import benchmark, counterfactual
from afkast.analysis.targets import Decision
from afkast.report.bar_charts import bars_against_range
from afkast.report.danish import SAVING, Given, Quantity, in_sentence, listed, month, number, with_article
from afkast.report.effect_words import comparison_name
from afkast.report.goals import show_goal
from afkast.report.money import amount
from afkast.report.month_charts import break_notes
from afkast.report.sentence import clause, names_in
from afkast.report.show import Page
from afkast.strategy import Goal

IN_ALL = "I alt"
FEW_WEIGHTS = 5
"""So many of the largest weights are told."""


@dataclass(frozen=True)
class Worth:
    """What the leads are worth, as the page has computed it.

    series: the rows of the measures. names: what the measures are called. by_measure: month, lead (a share), persons,
    price and saving (kroner a year), a row a measure that is not refused. total: their saving, NaN where one is
    refused. paper_sign: that of a saving on the paper.
    """

    report: Page
    series: pd.DataFrame
    prices: pd.DataFrame
    names: Mapping[str, str]
    by_measure: pd.DataFrame
    total: float
    refusals: Mapping[str, str]
    compared_with: str
    base: pd.Timestamp
    paper_sign: int
    lowest_dkk: float
    highest_dkk: float

    @property
    def compared(self) -> str:
        return in_sentence(self.compared_with)

    @property
    def source(self) -> list[pd.DataFrame]:
        return [self.series[self.series["measure"].isin(self.by_measure.index)], self.prices]

    def called(self, measures: Sequence[str]) -> list[str]:
        """The measures' names as they stand in a sentence."""
        return [self.names[one].lower() for one in measures]


def show_saving(one: Worth, break_accepted: str, footnotes: Sequence[str]) -> None:
    """The saving measure by measure and in all and, where none is refused, drawn."""
    worth = one.by_measure
    table = pd.DataFrame(
        {
            "Opgjort i": worth["month"].map(month),
            "Forspring, pct.point": worth["lead"],
            "Helårspersoner": worth["persons"],
            "Nettopris pr. helårsperson": worth["price"],
            "Mio. kr. om året": worth["saving"],
        },
        dtype=object,
    ).rename(one.names)
    unknown = float("nan")
    in_all = [["", unknown, unknown, unknown, one.total]]
    table = pd.concat([table, pd.DataFrame(in_all, [IN_ALL], table.columns, dtype=object)])
    states = pd.DataFrame("", table.index, table.columns)
    states.loc[IN_ALL, table.columns[1:4]] = "future"
    one.report.show_table(
        "besparelsen",
        table,
        caption=f"Beregnet besparelse i forhold til udviklingen i {one.compared} siden {month(one.base)}.",
        corner="Mål",
        unit="kr.",
        column_units={
            "Forspring, pct.point": ("pct.point", 2),
            "Helårspersoner": "helårspersoner",
            "Mio. kr. om året": ("mio. kr.", 1),
        },
        source=one.source,
        totals=[IN_ALL],
        states=states,
        notes=[
            f"Forspring: + er bedre end {one.compared}.",
            *_breaks_met(one, break_accepted),
            *one.refusals.values(),
            *footnotes,
        ],
        paper_sign=one.paper_sign,
        sides=SAVING,
        unsigned=["Nettopris pr. helårsperson"],
    )
    if not one.refusals:
        _show_bars(one)


def _breaks_met(one: Worth, break_accepted: str) -> list[str]:
    met = [
        note
        for measure, at in one.by_measure["month"].items()
        for note in break_notes(one.report.series_breaks(str(measure)), pd.DatetimeIndex([one.base, at]))
    ]
    return [*met, f"Sammenlignet hen over databruddet: {break_accepted}"] if met and break_accepted else met


def _show_bars(one: Worth) -> None:
    saved = one.by_measure["saving"].rename(dict(one.names))
    expected = one.lowest_dkk, one.highest_dkk
    words = f"Forventet besparelse, {'–'.join(number(end, 0, 1e6) for end in expected)} mio. kr."
    one.report.show_figure(
        "besparelse-efter-maal",
        pd.concat([saved, pd.Series({IN_ALL: one.total})]).to_frame("Mio. kr. om året"),
        bars_against_range("mio. kr.", *expected, words, IN_ALL, sides=SAVING),
        caption="Besparelse og merudgift mål for mål og i alt, mio. kr. om året.",
        alt="I alt er der {total} om året; ventet var en besparelse på mellem {lowest} og {highest}.",
        unit=("mio. kr.", 1),
        source=one.source,
        corner="Mål",
        names={
            "total": amount(one.total, SAVING),
            "lowest": Given(one.lowest_dkk / 1e6, ""),
            "highest": Given(one.highest_dkk, "mio. kr.", 0),
        },
    )


def show_why(one: Worth, ratio: float, outweighs: float, turning_price: float) -> None:
    """Which measure saves most and which costs most, where there are both; what the result rests on.

    ratio: the price of the first ÷ that of the second; `outweighs` the other way. turning_price: of the second, where
    the amounts are even.
    """
    worth = one.by_measure
    if one.refusals or not worth["saving"].max() > 0 > worth["saving"].min():
        return
    ends = worth.sort_values("saving")
    worst, best = ends.iloc[0], ends.iloc[-1]
    names = {"best": one.names[str(best.name)], "worst": one.names[str(worst.name)]}
    worst_price = Quantity(worst["price"], "kr.")
    one.report.show_text(
        "hvorfor",
        "{best} giver den største besparelse: {best_persons} færre end ved landets udvikling, {best_price} for hver. "
        "{worst} giver den største merudgift: {worst_persons} flere, {worst_price} for hver. Besparelsen på én af de "
        "første er kun {ratio} af merudgiften på én af de sidste, så der skal {outweighs} til at opveje den.",
        {
            **names,
            "best_persons": Quantity(best["persons"], "helårspersoner"),
            "best_price": Quantity(best["price"], "kr."),
            "worst_persons": Quantity(-worst["persons"], "helårspersoner"),
            "worst_price": worst_price,
            "ratio": Quantity(ratio, "%"),
            "outweighs": Quantity(outweighs, "helårspersoner", 1),
        },
        code=benchmark.saving_of_lead,
        source=one.source,
    )
    one.report.show_text(
        "prisens-betydning",
        "Resultatet hviler på priserne: det hele går lige op, hvis {worst} koster {turning_price} netto pr. "
        "helårsperson i stedet for {worst_price}.",
        {
            "worst": names["worst"].lower(),
            "turning_price": Quantity(turning_price, "kr."),
            "worst_price": worst_price,
        },
        source=one.source,
    )


def show_prices(one: Worth, price_year: int) -> None:
    """What a full-year person of each benefit costs, and who says so."""
    columns = {
        "Brutto": "gross_dkk_per_full_year_person",
        "Statens refusion": "state_refund_share",
        "Netto": "net_dkk_per_full_year_person",
        "Kilde": "source",
    }
    one.report.show_table(
        "enhedspriser",
        pd.DataFrame({name: one.prices[column] for name, column in columns.items()}, dtype=object).rename(
            str.capitalize
        ),
        caption=f"Prisen pr. helårsperson i {price_year}, kr.",
        corner="Ydelse",
        unit="kr.",
        column_units={"Statens refusion": "%"},
        source=one.prices,
    )


def show_strays(
    one: Worth,
    strays: Mapping[str, Sequence[counterfactual.Gap]],
    persons_at_base: Mapping[str, float],
    untold: Mapping[str, str],
) -> None:
    """Of each measure what its number strays from the expected, beside what it does where nothing was done.

    The first way of each is the one that strays least elsewhere. `untold`: why a measure could not be tried.
    """
    for measure, gaps in strays.items():
        _show_gaps(one, measure, gaps)
        _show_beyond_chance(one, measure, gaps[0], persons_at_base[measure])
    for why in sorted(set(untold.values())):
        names = one.called([measure for measure, said in untold.items() if said == why])
        one.report.show_text(
            f"ikke-proevet-{len(names)}",
            "Om afvigelsen i {names} er mere end tilfældig, kan ikke siges. {why}",
            {"names": listed(names), "why": why},
            source=one.source[0],
        )


def _show_gaps(one: Worth, measure: str, gaps: Sequence[counterfactual.Gap]) -> None:
    heaviest = gaps[0].weights.sort_values(ascending=False).head(FEW_WEIGHTS)
    weights = listed([f"{area} {number(100 * weight)} %" for area, weight in heaviest.items()])
    one.report.show_table(
        f"afvigelsen-{measure}",
        pd.DataFrame(
            {
                "Afvigelse": [gap.gap for gap in gaps],
                "fra": [gap.interval[0] for gap in gaps],
                "til": [gap.interval[1] for gap in gaps],
                "Afviger ellers": [gap.limit for gap in gaps],
            },
            [comparison_name(gap.comparison).capitalize() for gap in gaps],
        ),
        caption=f"{one.names[measure]}: afvigelsen fra det ventede, i procent af udgangspunktet, og hvad kommuner af "
        "samme størrelse ellers afviger.",
        corner="Sammenlignet med",
        unit=("%", 1),
        source=one.series[one.series["measure"] == measure],
        notes=[f"De største vægte i den øverste: {weights}. Prøvet {gaps[0].placebos} gange."],
    )


def _show_beyond_chance(one: Worth, measure: str, best: counterfactual.Gap, persons_at_base: float) -> None:
    one.report.show_text(
        f"tilfaeldigt-{measure}",
        "{name}: {persons} "
        + clause(best.gap > 0, "flere", "færre")
        + " end ventet efter {comparison}. "
        + clause(
            best.outside,
            "Det er mere end det, kommuner af samme størrelse afviger, hvor intet er gjort ({limit}).",
            "Det er ikke mere end det, kommuner af samme størrelse afviger, hvor intet er gjort ({limit}), så det "
            "siger ikke noget om, hvorvidt strategien virker.",
        ),
        {
            "name": one.names[measure],
            "persons": Quantity(abs(best.gap) * persons_at_base, "helårspersoner"),
            "comparison": comparison_name(best.comparison),
            "limit": f"±{number(100 * best.limit, 1)} %",
        },
        source=one.series[one.series["measure"] == measure],
        code=counterfactual.compared,
    )


def how_many_ahead(ahead: int, count: int) -> str:
    """How many of the measures have done better than the others, as a sentence with names and without its stop."""
    if count == 1:
        return f"Målet har {'' if ahead else 'ikke '}udviklet sig bedre end i {{compared}}"
    if ahead in (0, count):
        which = "Ingen af de {count}" if not ahead else "Begge" if count == 2 else "Alle {count}"
        return f"{which} mål har udviklet sig bedre end i {{compared}}"
    but = ", men det har {behind_names} ikke"
    return "{ahead} af {count} mål har udviklet sig bedre end i {compared} ({ahead_names})" + but


def how_many_outside(outside: int, count: int) -> str:
    """How many of the measures stray more than municipalities do where nothing was done, as a sentence."""
    if count == 1:
        return f"Det afviger {'' if outside else 'ikke '}mere, end kommuner plejer."
    which = {0: "Ingen", 1: "Ét"}.get(outside, "{outside}")
    return f"{which} af målene afviger mere, end kommuner plejer."


def show_verdict(one: Worth, goal: Goal, saved: Decision, outside: int | None) -> None:
    """The goal of a saving. outside: how many measures stray beyond chance; None where none could be tried."""
    if one.refusals:
        text, names = "{refusal}", {"refusal": " ".join(one.refusals.values())}
    else:
        text, names = _text_of_verdict(one, outside)
    show_goal(
        one.report,
        goal,
        saved,
        text,
        "mio. kr.",
        source=one.source,
        basis="almindelige månedsudsving, alle samme vej på én gang, giver",
        sides=SAVING,
        missing="udviklingen kan ikke opgøres"
        if one.refusals
        else "der er for få måneder til at sige, hvor meget de svinger",
        names=names,
    )


def _text_of_verdict(one: Worth, outside: int | None) -> tuple[str, dict[str, Any]]:
    worth = one.by_measure
    ahead, behind = (list(worth.index[chosen]) for chosen in (worth["lead"] > 0, worth["lead"] <= 0))
    text = (
        how_many_ahead(len(ahead), len(worth))
        + (". Det er" if len(worth) == 1 else ". Tilsammen er det")
        + " {outcome} på {total} om året mod en forventet besparelse på {lowest}–{highest}. "
        + (
            "Om det er mere, end kommuner plejer at afvige, kan ikke siges."
            if outside is None
            else how_many_outside(outside, len(worth))
        )
    )
    names = {
        "ahead": Quantity(len(ahead), ""),
        "count": Quantity(len(worth), ""),
        "compared": one.compared,
        "ahead_names": listed(one.called(ahead)) if ahead else "",
        "behind_names": listed(one.called(behind)) if behind else "",
        "outcome": with_article(SAVING[int(one.total >= 0)]),
        "total": Quantity(abs(one.total), "mio. kr."),
        "lowest": Quantity(one.lowest_dkk / 1e6, ""),
        "highest": Quantity(one.highest_dkk, "mio. kr.", 0),
        "outside": Quantity(outside, ""),
    }
    return text, {name: value for name, value in names.items() if name in names_in(text)}


def show_net_gain(one: Worth, cost_unknown: str) -> None:
    """That the net gain is not known, and why."""
    net_gain = {"net_gain": Quantity(None, "mio. kr.")}
    one.report.show_text("nettogevinst", "Nettogevinsten: {net_gain}. " + cost_unknown, net_gain, source=one.source)
