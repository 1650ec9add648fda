"""The tables of a snapshot: what each column means, its unit, and what must hold.

Money is in whole kroner at full precision and never mixed across price levels. Stored signs: an investment is
positive when it costs, a benefit saving is positive when it saves. Missing and suppressed are states of their
own, never 0. A column's form (`metadata`) says how its raw cells are read. In a snapshot every table has one column
more: `file`, the raw file that the row comes from.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

YEARS = (1900, 2100)
PSEUDONYM = r"[0-9a-f]{20}"
STRATEGY_ID = r"[a-z0-9][a-z0-9-]{0,39}"
PRINTED_NUMBER = r"-?[0-9][0-9.]*(?:,[0-9]+)?(?: ?%)?"

PERSON_TABLES = frozenset({"persons", "spells", "cohort"})
"""The tables with a row per person, or more."""


def text(meaning: str, pattern: str | None = None, nullable: bool = False) -> pa.Column:
    """Words; empty only where `meaning` explains it."""
    checks = [pa.Check.str_matches(f"^{pattern}$", error="not written as it must be")] if pattern else []
    return pa.Column(str, checks, nullable=nullable, description=meaning, metadata={"form": "text"})


def word(meaning: str, *words: str) -> pa.Column:
    """One of a few words."""
    one_of = pa.Check.isin(words, error=f"must be one of {', '.join(words)}")
    return pa.Column(str, one_of, description=meaning, metadata={"form": "text"})


def citizen(meaning: str) -> pa.Column:
    """A person: raw a CPR number, stored a pseudonym."""
    pseudonym = pa.Check.str_matches(f"^{PSEUDONYM}$", error="must be a pseudonym")
    return pa.Column(str, pseudonym, description=meaning, metadata={"form": "person"})


def case_number(meaning: str) -> pa.Column:
    """A citizen's case: raw the case's number, stored a pseudonym."""
    pseudonym = pa.Check.str_matches(f"^{PSEUDONYM}$", error="must be a pseudonym")
    return pa.Column(str, pseudonym, description=meaning, metadata={"form": "case"})


def whole(meaning: str, lowest: int, highest: int, nullable: bool = False) -> pa.Column:
    """A whole number within bounds, both included."""
    within = pa.Check.in_range(lowest, highest, error=f"must be a whole number from {lowest} to {highest}")
    kind = "Int64" if nullable else "int64"
    return pa.Column(kind, within, nullable=nullable, description=meaning, metadata={"form": "whole"})


def number(meaning: str, nullable: bool = False, *checks: pa.Check) -> pa.Column:
    """A finite number."""
    finite = pa.Check(np.isfinite, error="must be a finite number")
    return pa.Column(float, [finite, *checks], nullable=nullable, description=meaning, metadata={"form": "number"})


def day(meaning: str, nullable: bool = False) -> pa.Column:
    """A date; a missing one is a state that `meaning` explains."""
    return pa.Column("datetime64[ns]", nullable=nullable, description=meaning, metadata={"form": "day"})


def month(meaning: str) -> pa.Column:
    """A month, stored as its first day."""
    first = pa.Check(lambda dates: dates.dt.day == 1, error="must be a month")
    return pa.Column("datetime64[ns]", first, description=meaning, metadata={"form": "month"})


def rule(column: str, sentence: str, holds: Callable[[pd.DataFrame], Any]) -> pa.Check:
    """A rule between columns; its faults are told under `column`."""
    return pa.Check(holds, name=column, error=sentence)


def table(
    meaning: str,
    columns: dict[str, pa.Column],
    unique: list[str] | None = None,
    rules: list[pa.Check] | None = None,
) -> pa.DataFrameSchema:
    """One table: exactly these columns, no two rows alike in `unique`."""
    return pa.DataFrameSchema(
        columns,
        checks=rules,
        unique=unique,
        report_duplicates="all",
        strict=True,
        coerce=True,
        ordered=True,
        unique_column_names=True,
        description=meaning,
    )


strategy = text("id of the strategy, as its file in strategies/ is named", STRATEGY_ID)
committee = text("committee that decides over the money, e.g. AMU, ØKU")
line = word("what the money is", "investment", "benefit_saving")
person = citizen("pseudonym: keyed hash of the CPR number")
measure = text("name of what is measured; one name, one definition")
area = text("municipality, or 'Hele landet'")
benefit = text("name of the public benefit")
year = whole("calendar year", *YEARS)
price_level_year = whole("year whose prices and wages the amount is in", *YEARS)
source = text("who published it, and where")
printed_table = text("short name of a table of a report, e.g. K1", "[A-Z][0-9]+")


PRICE_BASES = ("paid", "budget", "statutory")
"""What a unit price is, the best first."""

LADDER = ["valid_from", "benefit", "awarded_before"]
"""What the steps of one ladder have in common."""


def _steps_follow_each_other(ladder: pd.DataFrame) -> pd.Series:
    """Whether each step begins where the one before ends: the first in week 1, and the last without an end."""
    steps = ladder.sort_values([*LADDER, "from_week"])
    ladders = steps.groupby(LADDER, dropna=False, sort=False)
    begins = steps["from_week"] == ladders["to_week"].shift().fillna(0) + 1
    ends = steps["to_week"].notna() == (ladders.cumcount(ascending=False) > 0)
    return (begins & ends).reindex(ladder.index)


CONTRACTS: dict[str, pa.DataFrameSchema] = {
    "ledger": table(
        "Postings in the accounts of the strategies, one row each.",
        {
            "strategy": strategy,
            "committee": committee,
            "line": line,
            "posted_on": day("day of posting"),
            "period": whole("accounting period: 1-12 are the months, 13-16 close the year", 1, 16),
            "document": text("document number"),
            "text": text("posting text"),
            "amount_dkk": number("kroner and øre; + = cost, - = income"),
        },
    ),
    "budget": table(
        "What was decided, one row per month where the year is phased, else one row per year.",
        {
            "strategy": strategy,
            "committee": committee,
            "line": word(
                "what the money is; financing: money set aside elsewhere that pays part of the strategy",
                "investment",
                "benefit_saving",
                "financing",
            ),
            "item": text("name of one of several amounts on the line; missing: there is one", nullable=True),
            "kind": word(
                "adopted before the strategy, revised since, or as the strategy promises",
                "original",
                "revised",
                "strategy",
            ),
            "year": year,
            "month": whole("1-12; missing: the year's amount is not phased", 1, 12, nullable=True),
            "amount_dkk": number("kroner; investment: + = cost, benefit_saving: + = saving, financing: + = pays"),
            "price_level_year": price_level_year,
        },
        unique=["strategy", "committee", "line", "item", "kind", "year", "month"],
        rules=[
            rule(
                "month",
                "a year is given both by month and as a whole",
                lambda budget: (
                    budget.groupby(["strategy", "committee", "line", "item", "kind", "year"], dropna=False)[
                        "month"
                    ].transform(lambda months: months.isna().nunique())
                    == 1
                ),
            )
        ],
    ),
    "committee_budgets": table(
        "The adopted budget of a committee's whole area, one row per item and year.",
        {
            "area": area,
            "committee": committee,
            "heading": text("the kind of expenditure that the item belongs to; items may share a name across headings"),
            "item": text("budget item"),
            "year": year,
            "amount_dkk": number("kroner; + = expenditure"),
            "price_level_year": price_level_year,
        },
        unique=["area", "committee", "heading", "item", "year"],
    ),
    "targets": table(
        "The level each measure should reach, by year.",
        {
            "strategy": strategy,
            "measure": measure,
            "year": year,
            "original_budget": number("level that was budgeted before the strategy; in `unit`"),
            "strategy_budget": number("level that the strategy promises; in `unit`"),
            "unit": text("unit of both levels, e.g. helårspersoner"),
        },
        unique=["strategy", "measure", "year"],
    ),
    "planned_flows": table(
        "By which ways a strategy expects a stock to change, one row per year and destination.",
        {
            "strategy": strategy,
            "measure": measure,
            "year": year,
            "destination": text("where those who leave the stock go"),
            "change": number("change of the stock during the year; - = fewer; in `unit`"),
            "unit": text("unit of the stock"),
        },
        unique=["strategy", "measure", "year", "destination"],
    ),
    "statuses": table(
        "How many of a strategy's citizens were in which state on a day; counts as the source gives them.",
        {
            "strategy": strategy,
            "group": text("which of the citizens, e.g. those who were there at the start"),
            "state": text("where they are: still in the target group, self-supporting, …"),
            "counted_on": day("day of counting; of a target, the day it is to be met"),
            "kind": word("counted, or to be reached", "actual", "target"),
            "persons": whole("number of persons", 0, 10_000_000),
        },
        unique=["strategy", "group", "state", "counted_on", "kind"],
    ),
    "measures": table(
        "Monthly series of what is measured, own and others'.",
        {
            "measure": measure,
            "area": area,
            "period": month("month that is measured"),
            "value": number("in `unit`; missing where status is missing or suppressed", nullable=True),
            "numerator": number("what is counted, where the source gives it", nullable=True),
            "denominator": number("out of which it is counted, where the source gives it", nullable=True),
            "unit": text("unit of value, e.g. fuldtidspersoner"),
            "status": word(
                "suppressed or missing: by the source; provisional: late registration is expected",
                "ok",
                "suppressed",
                "missing",
                "provisional",
            ),
            "source": source,
        },
        unique=["measure", "area", "period", "source"],
        rules=[
            rule(
                "value",
                "must be given exactly where the status is ok or provisional",
                lambda measures: measures["value"].notna() == measures["status"].isin(["ok", "provisional"]),
            )
        ],
    ),
    "persons": table(
        "Citizens, one row each.",
        {
            "person": person,
            "birth_year": whole("year of birth", *YEARS),
            "sex": word("K woman, M man", "K", "M"),
            "education": text("highest completed education"),
            "moved_on": day("day of moving out of the municipality; missing: has not", nullable=True),
            "died_on": day("day of death; missing: alive at extraction", nullable=True),
        },
        unique=["person"],
    ),
    "spells": table(
        "Unbroken stretches of one benefit, one row each.",
        {
            "person": person,
            "benefit": benefit,
            "start": day("first day on the benefit"),
            "end": day("last day on the benefit; missing: ongoing at extraction", nullable=True),
        },
        rules=[
            rule(
                "end",
                "ends before it starts",
                lambda spells: spells["end"].isna() | (spells["end"] >= spells["start"]),
            )
        ],
    ),
    "cohort": table(
        "Citizens a strategy is meant for, and those of them it has reached.",
        {
            "strategy": strategy,
            "person": person,
            "group": word("reached: intervention; meant for, not reached: target", "target", "intervention"),
            "entered_on": day("day of entering the target group"),
            "started_on": day("day the effort began; given exactly for intervention", nullable=True),
        },
        unique=["strategy", "person"],
        rules=[
            rule(
                "started_on",
                "must be given exactly for the intervention group",
                lambda cohort: cohort["started_on"].notna() == (cohort["group"] == "intervention"),
            ),
            rule(
                "started_on",
                "started before entering the target group",
                lambda cohort: cohort["started_on"].isna() | (cohort["started_on"] >= cohort["entered_on"]),
            ),
        ],
    ),
    "unit_prices": table(
        "What one full-year person on a benefit costs.",
        {
            "area": area,
            "benefit": benefit,
            "year": year,
            "net_dkk_per_full_year_person": number("kroner the municipality pays after state refund"),
            "gross_dkk_per_full_year_person": number("kroner before state refund", nullable=True),
            "state_refund_share": number(
                "share the state pays, 0 to 1", True, pa.Check.in_range(0, 1, error="must lie from 0 to 1")
            ),
            "price_level_year": price_level_year,
            "basis": word(
                "paid: what is paid on average; budget: what the decision reckons with; statutory: the highest rate",
                *PRICE_BASES,
            ),
            "source": source,
        },
        unique=["area", "benefit", "year", "basis"],
        rules=[
            rule(
                "net_dkk_per_full_year_person",
                "differs by more than 1 kr. from gross · (1 - state refund share)",
                lambda prices: (
                    ~(
                        (
                            prices["net_dkk_per_full_year_person"]
                            - prices["gross_dkk_per_full_year_person"] * (1 - prices["state_refund_share"])
                        ).abs()
                        > 1
                    )
                ),
            )
        ],
    ),
    "refund_ladder": table(
        "How much of a benefit the state pays, one row per benefit and step of accumulated weeks.",
        {
            "valid_from": day("first day the share holds"),
            "valid_to": day("last day it holds; missing: still does", nullable=True),
            "benefit": benefit,
            "awarded_before": day("for awards before this day; missing: for the others", nullable=True),
            "kind": word(
                "refund: the municipality pays, the state gives its share back; "
                "cofinanced: the state or a fund pays, the municipality gives its share",
                "refund",
                "cofinanced",
            ),
            "from_week": whole("first week of the step, counted over all benefits since 1 July 2014", 1, 10_000),
            "to_week": whole("last week of the step; missing: no end", 1, 10_000, nullable=True),
            "state_share": number(
                "share the state pays in the end, 0 to 1", False, pa.Check.in_range(0, 1, error="must lie from 0 to 1")
            ),
            "source": source,
        },
        unique=[*LADDER, "from_week"],
        rules=[
            rule(
                "from_week",
                "the steps of a benefit must follow each other from week 1 without an end, and none be missing",
                _steps_follow_each_other,
            ),
            rule(
                "valid_to",
                "ends before it starts",
                lambda ladder: ladder["valid_to"].isna() | (ladder["valid_to"] >= ladder["valid_from"]),
            ),
        ],
    ),
    "price_levels": table(
        "Factors between price levels; a conversion without one is refused.",
        {
            "from_year": whole("year of the price level that is converted", *YEARS),
            "to_year": whole("year of the price level converted to", *YEARS),
            "kind": text("what the factor is for, e.g. service or benefits"),
            "factor": number("amount at to_year ÷ amount at from_year"),
            "source": source,
        },
    ),
    "cases": table(
        "Cases that must be decided within a time limit, one row each; a case is one citizen's.",
        {
            "strategy": strategy,
            "case": case_number("pseudonym: keyed hash of the case's number"),
            "opened_on": day("day the time limit is counted from"),
            "decided_on": day("day of the decision; missing: not decided at extraction", nullable=True),
        },
        unique=["strategy", "case"],
        rules=[
            rule(
                "decided_on",
                "decided before it was opened",
                lambda cases: cases["decided_on"].isna() | (cases["decided_on"] >= cases["opened_on"]),
            )
        ],
    ),
    "measurement_points": table(
        "What a strategy's report counts, where it stands on paper, and what exactly is counted; parts add up.",
        {
            "strategy": strategy,
            "goal": text("id of the strategy's goal that the point follows", STRATEGY_ID),
            "title": text("short name of the row, for lists"),
            "report_table": text("the report's table, e.g. Tabel 1"),
            "heading": text("what the table says above its row labels, or above the years where it says several"),
            "row": text("row label; measures of the same table, heading and row are added up"),
            "role": word(
                "printed: a row of the table; listed: without a table; compared: a second source of that row",
                "printed",
                "listed",
                "compared",
            ),
            "measure": measure,
            "source": text("which source of the measure, as in `measures`"),
            "stage": word(
                "how far the citizen is: recommended by the team, awarded, started; other: neither",
                "recommended",
                "awarded",
                "started",
                "other",
            ),
            "definition": text("what is counted, in a sentence for the reader"),
        },
        unique=["strategy", "report_table", "heading", "row", "role", "measure", "source"],
    ),
    "series_breaks": table(
        "Where a series of measures changes its meaning; a comparison across is refused without a reason.",
        {
            "measure": measure,
            "starts_on": month("first month that the break affects"),
            "ends_on": month("last month in which the meaning changes; the same month where it changes at once"),
            "text": text("what changed, a sentence with its date, as the reader is told"),
            "source": source,
        },
        unique=["measure", "starts_on"],
        rules=[rule("ends_on", "ends before it starts", lambda breaks: breaks["ends_on"] >= breaks["starts_on"])],
    ),
    "printed_tables": table(
        "The tables that reports printed on paper, and where the book shows each.",
        {
            "report": text("name of the report"),
            "printed_table": printed_table,
            "title": text("what the table is about, with its unit"),
            "strategy": strategy,
            "page": text("id of the strategy's page"),
            "item": text("id of the table on that page"),
        },
        unique=["printed_table"],
    ),
    "printed_cells": table(
        "Every number in those tables, exactly as printed; a cell's id is printed_table.row.column.",
        {
            "report": text("name of the report"),
            "printed_table": printed_table,
            "row": whole("number of the row, from 1", 1, 1000),
            "row_label": text("row label as on paper"),
            "column": text("short name of the column, for the cell's id", r"\w+"),
            "column_label": text("column label as on paper; several lines of heading are one, with a space between"),
            "printed": text("the number as printed, with its sign, thousands point and per cent sign", PRINTED_NUMBER),
            "decimals": whole("decimals printed", 0, 9),
            "formula": text(
                "how the cell follows from other printed cells, by their ids; ?: from numbers that are not printed; "
                "missing: from none",
                nullable=True,
            ),
            "remark": text("what else to know about the cell; missing: nothing", nullable=True),
        },
        unique=["printed_table", "row", "column"],
        rules=[
            rule(
                "decimals",
                "must be the number of decimals printed",
                lambda cells: cells["printed"].str.extract(r",([0-9]+)")[0].str.len().fillna(0) == cells["decimals"],
            )
        ],
    ),
}
