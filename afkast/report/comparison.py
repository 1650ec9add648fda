"""What the page of a measure beside others' shows: its tables, figures and sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis import benchmark
from afkast.analysis.series_breaks import between
from afkast.report.charts import Draw, Role
from afkast.report.danish import Quantity, in_sentence, month, number
from afkast.report.month_charts import break_notes, lines_by_month
from afkast.report.sentence import clause
from afkast.report.show import Page
from afkast.strategy import Goal

PERCENTAGE_POINTS = "pct.point"
"""A development that is the change of a share; else it is that of an index."""

POINTS = {PERCENTAGE_POINTS: ("pct.point", 2), "indeks": ("indekspoint", 1)}
SCALE = {PERCENTAGE_POINTS: 0.01, "indeks": 1.0}
"""What a development is written in, and what its decimals are of."""


@dataclass(frozen=True)
class Comparison:
    """A measure in the municipality beside other areas, as the page has computed it.

    rows: of the measure. rates, counts, rate_change, index: months × areas, the municipality first; shares are 0–1,
    the base is 0 and 100, and what is refused is NaN. `refusal` and `no_index` say why. lead: by month, in the
    development's unit. `name` and `definition` are the measure's, as they stand in a sentence; `accepted` is why it is
    compared across a break. The goal asks for a lead of `target_gap` at least, or more where `strictly`; the base may
    be so many months off.
    """

    report: Page
    rows: pd.DataFrame
    rates: pd.DataFrame
    counts: pd.DataFrame
    rate_change: pd.DataFrame
    index: pd.DataFrame
    lead: pd.Series
    lower_is_better: bool
    breaks: pd.DataFrame
    base: pd.Timestamp
    compared_with: str
    development: str
    name: str
    definition: str
    refusal: str = ""
    no_index: str = ""
    accepted: str = ""
    goal: Goal | None = None
    target_gap: float = 0.0
    strictly: bool = False
    base_within: int = 0

    @property
    def began(self) -> pd.Timestamp:
        """The month in which the strategy began."""
        return pd.Timestamp(self.report.strategy.period.start).replace(day=1)

    @property
    def own(self) -> str:
        return self.report.strategy.municipality

    @property
    def compared(self) -> str:
        return in_sentence(self.compared_with)

    @property
    def last(self) -> pd.Timestamp:
        return self.rates.index[-1]

    @property
    def cluster(self) -> list[str]:
        """The columns of the cluster, with the municipality and without it; none where none is chosen."""
        return [str(name) for name in self.rates if name not in (self.own, self.compared_with)]

    @property
    def in_shares(self) -> bool:
        return self.development == PERCENTAGE_POINTS

    @property
    def provisional(self) -> pd.Series:
        """The months in which the municipality's own number may still rise."""
        return self.rows.query("status == 'provisional' and area == @self.own")["period"]

    def of_own(self, months: pd.Series) -> pd.DataFrame:
        """The municipality's own rows of these months."""
        return self.rows[(self.rows["area"] == self.own) & self.rows["period"].isin(months)]

    @property
    def remarks(self) -> list[str]:
        """What a reader must know of breaks and months."""
        told = break_notes(self.breaks, pd.DatetimeIndex(self.rates.index))
        if self.accepted and len(between(self.breaks, self.base, self.last)):
            told.append(f"Sammenlignet hen over databruddet: {self.accepted}")
        has_own = self.rows.query("area == @self.own").dropna(subset=["numerator", "denominator"])
        if (own_last := has_own["period"].max()) > self.last:
            told.append(
                f"Kommunens egne tal går til og med {month(own_last)}; {month(self.last)} er den seneste måned, som "
                "alle områder har."
            )
        if self.no_index and not self.refusal:
            told.append(self.no_index)
        return told

    @property
    def marked(self) -> str:
        return " Databrud er mærket." if len(break_notes(self.breaks, pd.DatetimeIndex(self.rates.index))) else ""

    def now(self, frame: pd.DataFrame) -> dict[str, float]:
        """A frame's numbers in the last month, by area."""
        return {str(name): float(frame[name][self.last]) for name in frame}

    @property
    def goal_line(self) -> str:
        """What the goal says of the others' line; one of a gap has a line of its own."""
        if not self.goal or self.target_gap:
            return ""
        than = f"linjen for {self.compared}"
        return f" Målet er bedre end {than}." if self.strictly else f" Målet er {than} eller bedre."


def show_development(one: Comparison, footnotes: Iterable[str]) -> None:
    """The share, the number and their development, area by area."""
    then, now = month(one.base), month(one.last)
    one.report.show_table(
        "udviklingen",
        pd.DataFrame(
            {
                f"Andel, {then}": one.rates.loc[one.base],
                f"Andel, {now}": one.rates.loc[one.last],
                "Ændring, pct.point": one.rate_change.loc[one.last],
                f"Fuldtidspersoner, {then}": one.counts.loc[one.base],
                f"Fuldtidspersoner, {now}": one.counts.loc[one.last],
                "Indeks": one.index.loc[one.last],
            }
        ),
        caption=f"{_capital(one.name)} siden {then}: {one.definition}.",
        corner="Område",
        unit=("%", 2),
        column_units={
            "Ændring, pct.point": ("pct.point", 2),
            f"Fuldtidspersoner, {then}": "fuldtidspersoner",
            f"Fuldtidspersoner, {now}": "fuldtidspersoner",
            "Indeks": ("indeks", 1),
        },
        source=one.rows,
        notes=[f"Indeks: antallet i {then} = 100.", *one.remarks, *footnotes],
    )


def show_development_figures(one: Comparison, joint_gap: float, with_index: bool) -> None:
    """The development month by month: the shares' with a line for the lead that the goal asks for and one for what
    several goals ask for together, and the index; across a break that is not accepted only the level."""
    if one.refusal:
        one.report.show_text("databrud", "{refusal}", {"refusal": one.refusal}, headline=True)
        one.report.show_figure("niveau", **_levels(one, ", måned for måned"))
        return
    if one.in_shares:
        _show_changes(one, joint_gap)
    if with_index and not one.no_index:
        _show_index(one)


def _by_month(one: Comparison, unit: str, digits: int, roles: Iterable[Role] = (Role.HAPPENED, Role.OTHERS)) -> Draw:
    return lines_by_month(unit, digits, roles=list(roles))


def _as_always(one: Comparison) -> dict[str, Any]:
    """What all figures by month have."""
    return {"source": one.rows, "corner": "Måned", "notes": one.remarks}


def _levels(one: Comparison, areas: str, without: str = "") -> dict[str, Any]:
    """What a figure of the level has, after its id."""
    now = one.now(one.rates)
    in_cluster = {"without": Quantity(now[without], "%", 2)} if without else {}
    return {
        "values": one.rates,
        "draw": _by_month(one, "%", 1),
        "unit": ("%", 2),
        "caption": f"{_capital(one.definition)}{areas}.{one.marked}",
        "alt": "Senest er andelen {rate} i {own}"
        + clause(without, ", {without} i klyngen uden {own}")
        + " og {compared_rate} i {compared}.",
        "names": {
            "own": one.own,
            "rate": Quantity(now[one.own], "%", 2),
            "compared": one.compared,
            "compared_rate": Quantity(now[one.compared_with], "%", 2),
            **in_cluster,
        },
        **_as_always(one),
    }


def _show_changes(one: Comparison, joint_gap: float) -> None:
    direction = -1 if one.lower_is_better else 1
    others = one.rate_change[one.compared_with]
    needed = {"Målet": one.target_gap, "Forudsat": joint_gap}
    lines = {
        f"{what}: {number(gap, 2)} pct.point bedre": others + direction * gap * 0.01
        for what, gap in needed.items()
        if gap
    }
    assumed = (
        f" Forudsat: det forspring for {one.compared}, som flere af målene tilsammen skal give." if joint_gap else ""
    )
    roles = [Role.HAPPENED, *[Role.OTHERS] * (len(one.rate_change.columns) - 1), Role.DECIDED]
    now = one.now(one.rate_change)
    one.report.show_figure(
        "udvikling",
        one.rate_change.assign(**lines),
        _by_month(one, "pct.point", 2, roles),
        unit=("pct.point", 2),
        caption=f"Ændring i {one.name} siden {month(one.base)}.{one.goal_line}{assumed}{one.marked}",
        alt="Til og med {last} er {measure} " + _moved(one, now) + ".",
        names={"last": month(one.last), "measure": one.name, **_moves(one, now, "pct.point", 2)},
        **_as_always(one),
    )


def _show_index(one: Comparison) -> None:
    changes = one.now((one.index - 100) / 100)
    one.report.show_figure(
        "indeks",
        one.index,
        _by_month(one, "indeks", 0),
        unit=("indeks", 1),
        caption=f"Antal fuldtidspersoner bag {one.name}, {month(one.base)} = indeks 100.{one.goal_line}{one.marked}",
        alt="Til og med {last} er antallet " + _moved(one, changes) + ".",
        names={"last": month(one.last), **_moves(one, changes, "%", 1)},
        **_as_always(one),
    )


def show_lead(one: Comparison, ahead: pd.Series, since: pd.Timestamp, highest_before: bool) -> None:
    """What the lead has come to, and for how long it has lain on that side; nothing where no month is known.

    ahead: by month, whether the lead is what the goal asks for. `highest_before`: whether the municipality's share was
    the highest of them all at the base.
    """
    if not len(ahead):
        return
    unit, digits = POINTS[one.development]
    now = one.now(one.rate_change if one.in_shares else (one.index - 100) / 100)
    change_unit = (unit, digits) if one.in_shares else ("%", 1)  # of the number at the base
    one.report.show_text(
        "udviklingen-i-ord",
        "Fra {base} til {last} er {measure} "
        + _moved(one, now)
        + ": et "
        + clause(one.lead[one.last] >= 0, "forspring", "efterslæb")
        + " på {lead}. {own} har ligget {side} i {months} i træk, siden {since}."
        + clause(
            highest_before,
            " I {base} havde {own} den højeste andel af alle på siden; noget af faldet kan være en tilbagevenden til "
            "det almindelige.",
        )
        + clause(one.last in set(one.provisional), " Den seneste måned er foreløbig."),
        {
            "base": month(one.base),
            "last": month(one.last),
            "measure": one.name if one.in_shares else "antallet",
            **_moves(one, now, *change_unit),
            "lead": Quantity(abs(one.lead[one.last]), unit, digits),
            "side": SIDES[bool(one.target_gap), bool(ahead.iloc[-1])],
            "months": Quantity(int((ahead.index >= since).sum()), "måneder", 0),
            "since": month(since),
        },
        code=benchmark.lead,
        headline=not one.goal,
        source=one.rows,
    )


def _moved(one: Comparison, changes: Mapping[str, float]) -> str:
    """How far the measure has moved in the municipality and elsewhere, with the names of `_moves`."""
    own, compared = ("faldet" if changes[area] < 0 else "steget" for area in (one.own, one.compared_with))
    return (
        f"{own} {{own_change}} i {{own}} og "
        + (f"{compared} " if compared != own else "")
        + "{compared_change} i {compared}"
    )


def _moves(one: Comparison, changes: Mapping[str, float], unit: str, digits: int) -> dict[str, Any]:
    return {
        "own": one.own,
        "own_change": Quantity(abs(changes[one.own]), unit, digits),
        "compared": one.compared,
        "compared_change": Quantity(abs(changes[one.compared_with]), unit, digits),
    }


SIDES = {
    (False, True): "foran",
    (False, False): "bagefter",
    (True, True): "langt nok foran til målet",
    (True, False): "ikke langt nok foran til målet",
}
"""Of a goal of a gap or not, and whether the lead is what it asks for."""


def show_cluster(one: Comparison, each: pd.DataFrame, means: Mapping[str, pd.Series], rank: int, size: int) -> None:
    """The municipalities of the cluster, its sums and its simple means, and the municipality's place by development.

    each, means: as `benchmark.at_base_and_now`; the sums are the groups that are more than one area.
    """
    then, now = f"Andel, {month(one.base)}", f"Andel, {month(one.last)}"
    pooled = one.cluster
    sums = pd.DataFrame(
        {"base": one.rates.loc[one.base], "now": one.rates.loc[one.last], "index": one.index.loc[one.last]}
    )
    sums = sums.loc[pooled].rename("{}, lagt sammen".format)
    simple = pd.DataFrame(means).T
    told = pd.concat([each.sort_values("index"), sums, simple])
    if one.refusal or one.no_index:
        told["index"] = float("nan")
    one.report.show_table(
        "klyngen",
        told.set_axis([then, now, "Indeks"], axis=1),
        caption="Kommunerne i klyngen, efter udvikling. Lagt sammen: en stor kommune vejer mere end en lille; simpelt "
        "gennemsnit: de vejer lige meget.",
        corner="Kommune",
        unit=("%", 2),
        column_units={"Indeks": ("indeks", 1)},
        source=one.rows,
        totals=[*sums.index, *simple.index],
        notes=[f"Indeks: antallet i {month(one.base)} = 100.", *one.remarks],
    )
    if not one.refusal and not one.no_index:
        _show_place(one, simple["index"].iloc[-1], rank, size)
        summed = "med og uden kommunen selv" if len(pooled) > 1 else "uden kommunen selv"
        areas = f": kommunen, klyngen lagt sammen {summed}, og {one.compared}"
        one.report.show_figure("andel", **_levels(one, areas, without=pooled[-1]))


def show_no_cluster(one: Comparison) -> None:
    text = "Siden sammenligner alene med {compared}; der er ikke valgt en klynge."
    one.report.show_text("ingen-klynge", text, {"compared": one.compared}, leaves_out_section=True)


def _show_place(one: Comparison, mean_without: float, rank: int, size: int) -> None:
    index = one.now(one.index)
    *with_own, without_own = one.cluster
    one.report.show_text(
        "klyngen-i-ord",
        clause(
            with_own,
            "Klyngens indeks er {with_own}, når {own} selv er med, og {without_own} uden; det simple gennemsnit uden "
            "{own} er {mean}.",
            "Klyngens indeks er {without_own}; det simple gennemsnit er {mean}.",
        )
        + " {own} er nummer {rank} af {size} efter udvikling.",
        {
            "own": one.own,
            "with_own": Quantity(index[with_own[0]] if with_own else None, "", 1),
            "without_own": Quantity(index[without_own], "", 1),
            "mean": Quantity(mean_without, "", 1),
            "rank": Quantity(rank, ""),
            "size": Quantity(size, ""),
        },
        code=benchmark.pooled_rate,
        source=one.rows,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
