"""What the page of timeliness shows of cases: how many are decided in time, how that has changed, and who still waits.

A frame of cases is that of `analysis.timeliness.known_at`; counted rows have a row a month or quarter and the columns
sager, i tide, for sent and andel i tide, as counts and shares that know their persons.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from afkast.analysis import change, timeliness
from afkast.analysis.timeliness import DecidedByAge
from afkast.report.counts import (
    Count,
    Share,
    estimated,
    estimated_share,
    persons_by,
    persons_in,
    persons_where,
    share,
    together,
)
from afkast.report.danish import CHANGE, Given, Quantity, between, span
from afkast.report.show import Page, clause

DECIDED, DUE = "Afgjort", "Frist udløbet"
"""Cases by the month of their decision, and by that of their deadline."""


def both_ways(cases: pd.DataFrame, index: pd.PeriodIndex) -> pd.DataFrame:
    """Counted rows of both, side by side."""
    return _counted(cases[cases["decided"]], "decided_on", index, DECIDED).join(
        _counted(cases[cases["due"]], "deadline", index, DUE)
    )


def _counted(cases: pd.DataFrame, day_of: str, index: pd.PeriodIndex, part: str) -> pd.DataFrame:
    period, in_time = cases[day_of].dt.to_period(index.freq), cases["in_time"]
    counted: dict[tuple[str, str], Any] = {
        (part, "sager"): persons_by(cases, period, index),
        (part, "i tide"): persons_by(cases[in_time], period[in_time], index),
        (part, "for sent"): persons_by(cases[~in_time], period[~in_time], index),
    }
    everyone, kept = counted[part, "sager"], counted[part, "i tide"]
    counted[part, "andel i tide"] = pd.Series(map(share, kept, everyone), index)
    return pd.DataFrame(counted)


def among(rows: pd.DataFrame, digits: int = 1) -> Share:
    """The share in time of the cases of some rows."""
    return share(together(rows["i tide"]), together(rows["sager"]), digits)


def compared(before: pd.DataFrame, now: pd.DataFrame) -> change.Change:
    """How the share in time differs between two periods, in the counts as the profile tells them."""
    return change.share_difference(*(int(float(one.in_steps)) for one in _counts(before, now)))


def _counts(before: pd.DataFrame, now: pd.DataFrame) -> tuple[Count, ...]:
    return tuple(together(rows[what]) for rows in (before, now) for what in ("i tide", "sager"))


def _end_of_change(end: str, *counts: float) -> float:
    return float(getattr(change.share_difference(*map(int, counts)), end))


def show_quarters(report: Page, quarterly: pd.DataFrame, target_weeks: float, cases: pd.DataFrame) -> None:
    """Both ways of counting, a row a quarter."""
    report.show_table(
        "kvartaler",
        quarterly.set_axis([f"{one.quarter}. kvartal {one.year}" for one in quarterly.index]),
        caption="Sager i forhold til servicemålet på {weeks}, kvartal for kvartal.",
        corner="Kvartal",
        unit="personer",
        column_units={"andel i tide": "%"},
        source=cases,
        notes=[
            "Frist udløbet: alle sager, hvis frist faldt i kvartalet; »for sent« er afgjort efter fristen eller stadig "
            "åben."
        ],
        names={"weeks": Given(target_weeks, "uger")},
    )


def show_two_sources(report: Page, stated: pd.DataFrame, own: pd.DataFrame, cases: pd.DataFrame) -> None:
    """In how many months a published measure and the list of cases have the same numbers. own: counted rows."""
    both = stated.set_index("period")[["numerator", "denominator"]].join(own, how="inner")
    alike = (both["numerator"] == both["i tide"].astype(float)) & (both["denominator"] == both["sager"].astype(float))
    everyone = persons_in(cases)
    report.show_text(
        "to-kilder",
        "{name} har selv opgjort rettidigheden for {months} af dem, siden viser"
        + clause(
            both.empty,
            ".",
            clause(
                alike.all(),
                "; sagslisten giver de samme antal.",
                clause(
                    not alike.any(),
                    "; sagslisten giver andre antal.",
                    "; i {alike} af dem giver sagslisten de samme antal.",
                ),
            ),
        ),
        {
            "name": stated["source"].iloc[0],
            "months": estimated(len(both), "måneder", 0, people=everyone) if len(both) else "ingen af månederne",
            "alike": estimated(alike.sum(), "", people=everyone),
        },
        source=[stated, cases],
    )


def show_change(
    report: Page,
    id: str,
    before: pd.DataFrame,
    now: pd.DataFrame,
    to_both: str,
    to_now: str,
    to_none: str,
    names: Mapping[str, Any],
    cases: pd.DataFrame,
    code: Callable[..., Any] | None = None,
) -> None:
    """The share in time of two periods and how surely they differ; where one or both are without cases, that instead.

    The texts are for cases in both, in the later one alone, and in neither.
    """
    found = compared(before, now)

    def points(end: str) -> Quantity:
        behind, made = (among(before), among(now)), (partial(_end_of_change, end), _counts(before, now))
        return Quantity(getattr(found, end), "pct.point", 1, behind=behind, sides=CHANGE, made=made)

    sure = clause(
        found.beyond_chance,
        " Ændringen er mere end tilfældig.",
        " Ændringen kan ikke skelnes fra tilfældige udsving.",
    )
    low, high = points("lower"), points("upper")
    report.show_text(
        id,
        clause(
            together(now["sager"]).number, clause(together(before["sager"]).number, to_both + sure, to_now), to_none
        ),
        {
            "now": among(now),
            "before": among(before),
            "change": points("estimate"),
            "range": between(low, high, *CHANGE, "pct.point", 1),
            **names,
        },
        headline=True,
        source=cases,
        code=code,
        filed={"low": low, "high": high},
    )


def waiting(cases: pd.DataFrame, months: pd.PeriodIndex) -> pd.DataFrame:
    """Who waited for a decision at the end of each month, and who of them for longer than they should."""
    rows = [
        {
            "Åbne": persons_in(cases, (cases["opened_on"] <= day) & ~(cases["decided_on"] <= day)),
            "Heraf over fristen": persons_in(cases, (cases["deadline"] < day) & ~(cases["decided_on"] <= day)),
        }
        for day in months.to_timestamp(how="end").normalize()
    ]
    return pd.DataFrame(rows, months.to_timestamp())


def show_open(
    report: Page,
    still_open: Count,
    overdue: Count,
    year_before: Count | None,
    due: pd.DataFrame,
    decided: pd.DataFrame,
    target_weeks: float,
    cases: pd.DataFrame,
) -> None:
    """Who waits now, and what became of those whose deadline fell in the year. due, decided: counted rows of it."""
    report.show_text(
        "de-aabne",
        clause(
            still_open.number,
            "{open} venter på en afgørelse pr. {as_of}",
            "Ingen venter på en afgørelse pr. {as_of}",
        )
        + clause(year_before is not None, " mod {open_before} et år før")
        + clause(
            overdue.number,
            "; {overdue} har ventet over {weeks}. ",
            clause(still_open.number, "; ingen har ventet over {weeks}. ", ". "),
        )
        + clause(
            together(due["sager"]).number,
            "Af alle, hvis frist faldt i {year}, fik {kept} en afgørelse inden fristen"
            + clause(together(decided["sager"]).number, "; blandt de afgjorte er det {among_decided}.", "."),
            "Ingen sag havde frist i {year}.",
        ),
        {
            "open": still_open,
            "as_of": report.as_of,
            "open_before": "" if year_before is None else year_before,
            "overdue": overdue,
            "weeks": Given(target_weeks, "uger"),
            "year": str(report.as_of.year),
            "kept": among(due),
            "among_decided": among(decided),
        },
        source=cases,
    )


def curves_by_age(groups: Mapping[str, pd.DataFrame], weeks: int) -> tuple[dict[str, DecidedByAge], pd.DataFrame]:
    """The share decided by the cases' age, of each group, and the same as shares and counts, a row a week."""
    curves = {
        name: timeliness.decided_by_age(group["days"].to_numpy(), group["decided"].to_numpy(), weeks)
        for name, group in groups.items()
    }
    columns: dict[tuple[str, str], Any] = {}
    ages = 7 * np.arange(weeks + 1)
    for name, group in groups.items():
        days, decided = group["days"].to_numpy()[:, None], group["decided"].to_numpy()[:, None]
        closed, everyone = persons_where(group["case"], decided & (days <= ages)), persons_in(group)
        of = curves[name]
        for what, ends in {"andel": of.share, "nedre": of.lower, "øvre": of.upper}.items():
            columns[name, what] = [estimated_share(one, part, everyone) for one, part in zip(ends, closed, strict=True)]
        columns[name, "endnu åbne"] = persons_where(group["case"], days >= ages)
    return curves, pd.DataFrame(columns).rename_axis("uge")


def show_at_target(report: Page, by_age: pd.DataFrame, target_weeks: int, cases: pd.DataFrame) -> None:
    """How many are decided when they are as old as they should be at most: of last year's cases and of this year's."""
    of_last, of_this = (by_age[name].loc[target_weeks] for name in by_age.columns.unique(0))
    year, known = report.as_of.year, of_this["andel"].known
    ends = of_this["nedre"], of_this["øvre"]
    report.show_text(
        "afgjort-ved-maalet",
        clause(
            not known,
            "Af sagerne fra {this} er for få fulgt i {weeks} til at sige, hvor mange der er afgjort, når de er så "
            "gamle.",
            "Af sagerne fra {this} er {now} afgjort, når de er {weeks} gamle (usikkerhed: {range})"
            + clause(not of_last["andel"].known, ".", ", mod {before} af sagerne fra {last}."),
        ),
        {
            "this": str(year),
            "last": str(year - 1),
            "weeks": Given(target_weeks, "uger"),
            "now": of_this["andel"].written_as("%", 1),
            "range": span(*ends, "%", 1) if known else "",
            "before": of_last["andel"].written_as("%", 1),
        },
        source=cases,
        code=timeliness.decided_by_age,
        filed=dict(zip(("low", "high"), (one.written_as("%", 1) for one in ends), strict=True)),
    )
