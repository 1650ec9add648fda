"""The page of measurement points: two equal periods beside each other, and what has changed beyond chance."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from afkast.analysis import change
from afkast.analysis.targets import Decision, Verdict
from afkast.report.bar_charts import interval_dots
from afkast.report.counts import SourceShare, how_many, source_share, stated_share
from afkast.report.danish import CHANGE, MONTHS, Given, Quantity, between, listed
from afkast.report.followed_points import Points
from afkast.report.goals import show_goal
from afkast.report.sentence import clause, names_in
from afkast.report.show import id_of
from afkast.strategy import Goal

BEYOND_CHANCE = "Mere end tilfældig"

NOT_THE_SAME = "tæller ikke det samme"
"""What two sources do that count different stages."""

UNITS_OF_SHARES: dict[str, tuple[str, int]] = {
    **dict.fromkeys(["Ændring", "Interval fra", "Interval til"], ("pct.point", 1)),
    "Ændring i pct.": ("%", 0),
}

OF_SHARE = ("numerator", "denominator", "value")

STAGES = {"recommended": "indstillet", "awarded": "tilkendt", "started": "påbegyndt", "other": "–"}


def answer(one: change.Change) -> str:
    return "ja" if one.beyond_chance else "nej"


def before_and_now(values: pd.DataFrame, year: int) -> pd.DataFrame:
    """A row each: the year before, the year, the change, and the change as a share of the year before."""
    before, now = values[year - 1], values[year]
    relative = now / before.where(before > 0) - 1
    return pd.DataFrame({str(year - 1): before, str(year): now, "Ændring": now - before, "Ændring i pct.": relative})


def intervals(tests: Mapping[str, change.Change]) -> pd.DataFrame:
    """The ends of each change's interval, less what is no change, and whether it is beyond chance.

    Where there was nothing to divide by, the interval has no upper end, which is NaN.
    """
    rows = {}
    for title, one in tests.items():
        ends = (end - one.unchanged if np.isfinite(end) else float("nan") for end in (one.lower, one.upper))
        rows[title] = [*ends, answer(one)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["Interval fra", "Interval til", BEYOND_CHANCE])


def explained(abbreviations: Mapping[str, str], *texts: str) -> list[str]:
    """The abbreviations that the texts use, explained on one line; no line where they use none."""
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    met = [f"{short}: {meaning}." for short, meaning in abbreviations.items() if short in words]
    return [" ".join(met)] if met else []


def laid_out(of_table: pd.DataFrame, years: list[int], cell: Callable[[str, int], Any]) -> pd.DataFrame:
    """A table as on paper: one heading stands over the row labels, several over the years."""
    headings = of_table["heading"].unique()
    frame = pd.DataFrame(
        index=of_table["row"].unique(),
        columns=pd.MultiIndex.from_product([headings, map(str, years)]),
        dtype=object,
    )
    for title, one in of_table.iterrows():
        for year in years:
            frame.at[one["row"], (one["heading"], str(year))] = cell(str(title), year)
    return frame if len(headings) > 1 else frame.droplevel(0, axis=1)


def how_many_changed(up: int, down: int, count: int) -> str:
    """How many counts have risen and fallen beyond chance, as sentences with names."""
    if not count:
        return "Rapporten følger ingen antal, kun andele."
    if count == 1:
        said = "er en stigning og" if up else "er et fald og" if down else ""
        rest = f"{said} mere end tilfældig." if said else "kan ikke skelnes fra tilfældige udsving."
        return f"Rapporten følger ét antal. Ændringen siden samme periode året før {rest}"
    sides = (("up", "steget", up), ("down", "faldet", down))
    changed = listed([f"{{{name}}} {word} mere end tilfældigt" for name, word, number in sides if number])
    rest = "; {rest} kan ikke skelnes fra tilfældige udsving." if 0 < up + down < count else "."
    return (
        f"Af de {{all}} antal, som rapporten følger, er {changed or 'intet ændret mere end tilfældigt'} i forhold til "
        f"samme periode året før{rest}"
    )


def show_changed(points: Points, ratio: Mapping[str, change.Change]) -> None:
    """How many of the counts have changed beyond chance, and which way."""
    beyond = [title for title, one in ratio.items() if one.beyond_chance]
    up = [title for title in beyond if ratio[title].estimate > 1]
    text = how_many_changed(len(up), len(beyond) - len(up), len(ratio))
    titles = {"all": {*ratio}, "up": {*up}, "down": {*beyond} - {*up}, "rest": {*ratio} - {*beyond}}
    points.report.show_text(
        "hvad-er-aendret",
        text,
        {name: how_many(some) for name, some in titles.items() if name in names_in(text)},
        headline=True,
        source=points.behind(points.of(ratio)),
        code=change.count_ratio,
    )


def show_counts(points: Points, counted: pd.DataFrame) -> None:
    """The counts of the two years and their changes; nothing where only shares are followed."""
    if counted.empty:
        return
    before, now = points.years
    points.report.show_table(
        "antal",
        counted,
        caption=f"Antal i {points.period} i {before} og {now}, med 95 %-interval for ændringen i procent.",
        corner="Antal",
        column_units={
            **dict.fromkeys(map(str, points.years), "personer"),
            **dict.fromkeys(["Ændring i pct.", "Interval fra", "Interval til"], "%"),
        },
        source=points.behind(points.of(counted.index)),
        notes=explained(points.abbreviations, *counted.index),
        behind=_behind_changes(points, counted, "Ændring", "Ændring i pct.", "Interval fra", "Interval til"),
    )


def _behind_changes(points: Points, counted: pd.DataFrame, *columns: str) -> dict[str, list[pd.Series]]:
    """The counts of both years behind what their changes tell."""
    return {column: [counted[str(year)] for year in points.years] for column in columns}


def show_changes(points: Points, counted: pd.DataFrame, ratio: Mapping[str, change.Change]) -> None:
    """The counts' changes with their intervals, drawn."""
    if counted.empty:
        return
    before, now = points.years
    points.report.show_figure(
        "aendringer",
        counted[["Ændring i pct.", "Interval fra", "Interval til"]].set_axis(["ændring", "fra", "til"], axis=1),
        interval_dots("%", "Ændring i procent, med 95 %-interval", CHANGE),
        caption=f"Ændringen i antal fra {before} til {now}. Fyldt punkt: mere end tilfældig. Hult punkt: kan ikke "
        "skelnes fra tilfældige udsving.",
        alt="{beyond} af {all} antal har ændret sig mere end tilfældigt.",
        unit="%",
        source=points.behind(points.of(counted.index)),
        corner="Antal",
        behind=_behind_changes(points, counted, "ændring", "fra", "til"),
        height_inches=max(0.45 * len(counted), 1.8),
        names={
            "beyond": how_many(title for title, one in ratio.items() if one.beyond_chance),
            "all": how_many(ratio),
        },
    )


def share_in(total: pd.DataFrame, year: int) -> Quantity:
    """A point's share in a year, of `change.same_period` of it."""
    part, of, value = (float(total[one].to_numpy(float)[total.index == year][0]) for one in OF_SHARE)
    return source_share(value, 1) if np.isnan(part + of) else stated_share(part, of, 1)


def show_shares(points: Points, of_shares: pd.DataFrame, to_date: Mapping[str, pd.DataFrame]) -> None:
    """The shares of the two years and their changes; nothing where only counts are followed. to_date: of each point."""
    if of_shares.empty:
        return
    before, now = points.years
    points.report.show_table(
        "andele",
        _with_counts(points, of_shares, to_date),
        caption=f"Andele i {points.period} i {before} og {now}; ændring og 95 %-interval i pct.point.",
        corner="Andel",
        column_units={**dict.fromkeys(map(str, points.years), ("%", 1)), **UNITS_OF_SHARES},
        source=points.behind(points.of(of_shares.index)),
        notes=[
            "kan ikke prøves: kilden oplyser ikke både tæller og nævner.",
            *explained(points.abbreviations, *of_shares.index),
        ],
    )


def _with_counts(points: Points, of_shares: pd.DataFrame, to_date: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The shares and what is made of them with the counts that they tell; in words what cannot be tested."""
    told = of_shares.assign(**{BEYOND_CHANCE: of_shares[BEYOND_CHANCE].fillna("kan ikke prøves")}).astype(object)
    for title, row in of_shares.drop(columns=BEYOND_CHANCE).iterrows():
        shares = tuple(share_in(to_date[str(title)], year) for year in points.years)
        unknown = any(isinstance(one, SourceShare) for one in shares)
        for column, value in row.items():
            unit, digits = UNITS_OF_SHARES.get(str(column), ("%", 1))
            made: Any = SourceShare(value, unit, digits) if unknown else Quantity(value, unit, digits, behind=shares)
            told.at[title, column] = made
    return told


def show_definitions(points: Points) -> None:
    """What is counted at each point, by whom and at which stage."""
    declared = points.declared
    names = declared["title"].where(declared["role"] != "compared", declared["title"] + " – anden kilde")
    stages = declared["stage"].map(STAGES).map(", {}".format).replace(", –", "")
    told = pd.DataFrame({"Hvad er talt": declared["definition"], "Kilde og trin": declared["source"] + stages})
    told = told.set_axis(names)
    points.report.show_table(
        "definitioner",
        told[~told.index.duplicated()],
        caption="Målepunkternes definition og kilde.",
        corner="Målepunkt",
        source=[declared, points.behind(declared)],
        notes=explained(points.abbreviations, *names, *declared["definition"], *declared["source"]),
    )


def show_paper(points: Points, to_date: Mapping[str, pd.DataFrame], footnotes: Mapping[str, str]) -> None:
    """The paper's own tables; `to_date` is `change.same_period` of each point."""

    def shown(title: str, year: int) -> Any:
        value: Any = to_date[title].loc[year, "value"]
        return share_in(to_date[title], year) if points.rows.loc[title, "share"] else value

    def state(title: str, year: int) -> str:
        return "provisional" if to_date[title].loc[year, "provisional"] else ""

    printed = points.rows[points.rows["role"] == "printed"]
    for table, of_table in printed.groupby("report_table", sort=False):
        points.report.show_table(
            id_of(str(table)),
            laid_out(of_table, points.years, shown),
            caption=f"{table} i rapporten.",
            corner=of_table["heading"].iloc[0] if of_table["heading"].nunique() == 1 else "",
            unit="personer",
            states=laid_out(of_table, points.years, state).fillna(""),
            source=points.behind(_of_tables(points, table)),
            notes=[
                *([footnotes[str(table)]] if table in footnotes else []),
                *explained(points.abbreviations, *of_table["row"], *of_table["heading"]),
            ],
        )


def _of_tables(points: Points, *tables: Any) -> pd.DataFrame:
    return points.reported[points.reported["report_table"].isin(tables)]


def show_parts(
    points: Points, totals: pd.DataFrame, part_of: Mapping[str, str], of_whole: Mapping[str, change.Change]
) -> None:
    """Of each table that is a part of another: both sums (`totals`, a row a table), and how the share has changed."""
    before, now = points.years
    for part, whole in part_of.items():
        source, change_of = points.behind(_of_tables(points, part, whole)), of_whole[part]
        sums = totals.loc[[part, whole], points.years].astype(float)
        rows = sums.rename(lambda table: _heading_of(points, table))
        of_part, rest = (dict(one.items()) for one in (sums.loc[part], sums.loc[whole] - sums.loc[part]))
        of_both: dict[Any, tuple[float, float]] = {year: (of_part[year], rest[year]) for year in points.years}
        told = {year: stated_share(of_part[year], of_part[year] + rest[year], 1) for year in points.years}
        behind = (*of_both[before], *of_both[now])
        ends = change_of.estimate, change_of.lower, change_of.upper
        estimate, low, high = (Quantity(one, "pct.point", 1, behind=behind) for one in ends)
        of_shares = pd.DataFrame(told, ["Andel"], dtype=object)
        points.report.show_table(
            f"{id_of(part)}-del",
            pd.concat([rows.astype(object), of_shares]).rename(columns=str),
            caption=f"{part} som en del af {whole.lower()}.",
            corner="I alt",
            unit="personer",
            source=source,
        )
        points.report.show_text(
            f"{id_of(part)}-andel",
            "Andelen er {now} mod {before} året før, {change} (usikkerhed: {range}). "
            + clause(
                change_of.beyond_chance,
                "Ændringen er mere end tilfældig.",
                "Ændringen kan ikke skelnes fra tilfældige udsving.",
            ),
            {
                "now": told[now],
                "before": told[before],
                "change": replace(estimate, sides=CHANGE),
                "range": between(low, high, *CHANGE, "pct.point", 1),
            },
            source=source,
            filed={
                "low": replace(low, signed=True),
                "high": replace(high, signed=True),
            },
        )


def _heading_of(points: Points, table: str) -> str:
    return f"{points.rows.loc[points.rows['report_table'] == table, 'heading'].iloc[0]} ({table.lower()})"


def show_two_sources(points: Points, both: pd.DataFrame, same_within: float) -> None:
    """The report beside another source, where there is one.

    both: `Points.in_two_sources` with `apart`, the other's difference as a share, and `agree`.
    """
    if both.empty:
        return
    rows = {}
    for _, one in both.iterrows():
        same_stage = one["own_stage"] == one["stage"]
        rows[f"{one['title']}, {MONTHS[0]}–{MONTHS[one['until'] - 1]} {one['year']}"] = {
            "Rapporten": one["own"],
            one["source"]: one["other"],
            "Forskel i pct.": one["apart"],
            "Trin": " – ".join(dict.fromkeys([STAGES[one["own_stage"]], STAGES[one["stage"]]])),
            "Enige": ("ja" if one["agree"] else "nej") if same_stage else NOT_THE_SAME,
        }
    told = pd.DataFrame(list(rows.values()), index=list(rows), dtype=object)
    points.report.show_table(
        "to-kilder",
        told,
        caption="Rapportens kilde mod en anden, i de måneder, der er endelige i begge.",
        corner="Målepunkt",
        unit="personer",
        column_units={"Forskel i pct.": ("%", 1)},
        behind={"Forskel i pct.": [both["own"], both["other"]]},
        source=points.behind(points.declared[points.declared["title"].isin(points.compared["title"])]),
    )
    of_answer = {answer: list(rows.index) for answer, rows in told.groupby("Enige")}
    same, other, untested = (of_answer.get(one, []) for one in ("ja", "nej", NOT_THE_SAME))
    points.report.show_text(
        "er-kilderne-enige",
        clause(
            same or other,
            "I {agree} af {tested} sammenligninger er kilderne enige inden for {within}",
            "Ingen af de to kilders tal kan holdes op mod hinanden",
        )
        + clause(
            untested,
            "; {not_comparable} kan ikke sammenlignes, fordi kilderne tæller forskellige trin.",
            ".",
        ),
        {
            "agree": how_many(same),
            "tested": how_many(same + other),
            "within": Given(same_within, "%"),
            "not_comparable": how_many(untested),
        },
        source=points.behind(points.compared),
    )


def show_verdicts(
    points: Points, to_date: Mapping[str, pd.DataFrame], goals: Iterable[Goal], reached: Mapping[str, Decision]
) -> None:
    """Of each goal its point's change and its verdict; to_date: each point's two years."""
    for goal in goals:
        title, decision = points.title_of(goal), reached[goal.id]
        is_share, target = points.rows.loc[title, "share"], decision.latest.reading.target
        before, now = (
            share_in(to_date[title], year)
            if is_share
            else Quantity(to_date[title]["value"].astype(float)[year], "personer")
            for year in points.years
        )
        change_of, unit = abs(now - before), ("%", 1) if is_share else ("personer", 0)
        more, less = ("højere.", "lavere.") if is_share else ("flere.", "færre.")
        show_goal(
            points.report,
            goal,
            decision,
            "{title}: {now} mod {before} i samme periode året før, {change} "
            + (more if float(now) >= float(before) else less)
            + clause(target is None, "", " Målet er højst {target}."),
            *unit,
            headline=decision.verdict is not Verdict.UNDECIDED,
            source=points.behind(points.of([title])),
            basis="tilfældige udsving kunne have givet",
            behind={0: (now,)},
            missing="kilden oplyser ikke både tæller og nævner, så et interval kan ikke regnes"
            if target is not None
            else "der mangler et tal, som værdien kan holdes op mod",
            names={
                "title": title,
                "now": now if is_share else now.bare,
                "before": before if is_share else before.bare,
                "change": replace(change_of, digits=1) if is_share else change_of.bare,
                "target": Given(target, unit[0] if is_share else "", unit[1]),
            },
            filed={"goal_before": before},
        )
