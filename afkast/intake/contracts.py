"""The tables of a snapshot: what each column means, its unit, and what must hold.

Money is in whole kroner at full precision and never mixed across price levels. Stored signs: an investment is
positive when it costs, a benefit saving is positive when it saves. Missing and suppressed are states of their
own, never 0. A column's form (`metadata`) says how its raw cells are read. In a snapshot every table has one column
more: `file`, the raw file that the row comes from.
"""

import pandas as pd
import pandera.pandas as pa

from afkast.intake.columns import (
    YEARS,
    area,
    benefit,
    case_number,
    committee,
    day,
    line,
    measure,
    month,
    number,
    person,
    price_level_year,
    rule,
    source,
    strategy,
    table,
    text,
    whole,
    word,
    year,
)
from afkast.intake.printed import PRINTED

DERIVED = {
    "persons_on_benefit": ("period", "persons", "inflow", "outflow"),
    "vintages": ("table", "owner", "name", "source", "unit", "period", "value", "extracted_on", "file"),
}
"""The tables that pages may read and no file is: counted in a warehouse, or told by all extractions; their columns."""

PERSON_TABLES = frozenset({"persons", "spells", "cohort", "cases"})
"""The tables with a row per person, or more."""

PRICE_BASES = ("paid", "budget", "statutory")
"""What a unit price is, the best first."""

price = pa.Check.in_range(0, 2_000_000, error="must be kroner a year, from 0 to 2.000.000")

SHARE_OF = r"(?i)(?:pct\.?|procent|%) af .*"
OF_PERSONS = r"(?i)(?:pct|procent|%).*|.*personer.* pr\.? [0-9].*"
COUNTED = r"(?i).*(?:personer|sager|forløb|borgere|modtagere|ledige|indbyggere|årsværk|antal).*"
"""Units of measures that are shares of a whole, in per cent; of so many out of a hundred persons; and that count."""

FACTORS = (0.3, 3)
"""From one year's prices to another's: what lies outside is a per cent, or no factor."""

LADDER = ["valid_from", "benefit", "awarded_before"]
"""What the steps of one ladder have in common."""


def _is_share(measures: pd.DataFrame) -> pd.Series:
    """Whether the values of shares can be shares."""
    unit, value = measures["unit"], measures["value"]
    whole = pd.Series(float("inf"), index=measures.index)
    whole = whole.mask(unit.str.casefold() == "andel", 1.0).mask(unit.str.fullmatch(SHARE_OF), 100.0)
    return ~((value > whole) | ((value < 0) & (whole < float("inf"))))


def _near_its_year(rows: pd.DataFrame) -> pd.Series:
    return (rows["price_level_year"] - rows["year"]).abs() <= 20


def _not_negative(column: str) -> pa.Check:
    """A rule for a column of levels: those whose unit counts something are 0 or more."""

    def holds(rows: pd.DataFrame) -> pd.Series:
        return ~(rows["unit"].str.fullmatch(COUNTED) & (rows[column] < 0))

    return rule(column, "what is counted cannot be negative", holds)


def _one_in_force(ladder: pd.DataFrame) -> pd.Series:
    """Whether the steps of a ladder end on one day, and no day has two ladders of a benefit."""
    until = ladder["valid_to"].fillna(pd.Timestamp.max)
    alike = until.groupby([ladder[name] for name in LADDER], dropna=False).transform("nunique") == 1
    ladders = ladder.assign(until=until)[[*LADDER, "until"]].drop_duplicates().sort_values("valid_from")
    next_from = ladders.groupby(["benefit", "awarded_before"], dropna=False)["valid_from"].shift(-1)
    overlaps = ladders[next_from <= ladders["until"]].set_index([*LADDER, "until"]).index
    return alike & ~pd.MultiIndex.from_frame(ladder.assign(until=until)[[*LADDER, "until"]]).isin(overlaps)


def _of_one_kind(ladder: pd.DataFrame) -> pd.Series:
    return ladder["kind"].groupby([ladder[name] for name in LADDER], dropna=False).transform("nunique") == 1


def _steps_follow_each_other(ladder: pd.DataFrame) -> pd.Series:
    """Whether each step begins where the one before ends: the first in week 1, and the last without an end."""
    steps = ladder.sort_values([*LADDER, "from_week"])
    ladders = steps.groupby(LADDER, dropna=False, sort=False)
    begins = steps["from_week"] == ladders["to_week"].shift().fillna(0) + 1
    ends = steps["to_week"].notna() == (ladders.cumcount(ascending=False) > 0)
    return (begins & ends).reindex(ladder.index)


CONTRACTS: dict[str, pa.DataFrameSchema] = {
    "ledger": table(
        "Posteringer",
        "Postings in the accounts of the strategies, one row each.",
        {
            "strategy": strategy,
            "committee": committee,
            "line": line,
            "posted_on": day("day of posting"),
            "period": whole("accounting period: 1-12 are the months, 13-16 close the year", 1, 16),
            "document": text("document number"),
            "amount_dkk": number("kroner and øre; + = cost, - = income"),
        },
    ),
    "budget": table(
        "Strategiernes budgetter",
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
            rule("price_level_year", "more than 20 years from the year of the amount", _near_its_year),
            rule(
                "month",
                "a year is given both by month and as a whole",
                lambda budget: (
                    budget.groupby(["strategy", "committee", "line", "item", "kind", "year"], dropna=False)[
                        "month"
                    ].transform(lambda months: months.isna().nunique())
                    == 1
                ),
            ),
        ],
    ),
    "committee_budgets": table(
        "Udvalgenes budgetter",
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
        rules=[rule("price_level_year", "more than 20 years from the year of the amount", _near_its_year)],
    ),
    "targets": table(
        "Mål år for år",
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
        rules=[_not_negative(level) for level in ("original_budget", "strategy_budget")],
    ),
    "planned_flows": table(
        "Planlagt til- og afgang",
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
        "Optællinger af grupper",
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
        "Måltal måned for måned",
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
            ),
            rule("value", "a share must lie from 0 to 1, or 0 to 100 where it is per cent of something", _is_share),
            _not_negative("value"),
            rule("numerator", "what is counted cannot be negative", lambda measures: ~(measures["numerator"] < 0)),
            rule("denominator", "what is counted cannot be negative", lambda measures: ~(measures["denominator"] < 0)),
        ],
    ),
    "persons": table(
        "Borgere",
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
        "Ydelsesforløb",
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
        "Målgrupper og startede",
        "Citizens a strategy is meant for, and those of them it has reached.",
        {
            "strategy": strategy,
            "person": person,
            "group": word("reached: intervention; meant for, not reached: target", "target", "intervention"),
            "entered_on": day("day of entering the target group"),
            "started_on": day("first day of the effort, of several starts the first; exactly for intervention", True),
            "team": text("the team of caseworkers at entry, not a caseworker; missing: not known", nullable=True),
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
        "Priser pr. helårsperson",
        "What one full-year person on a benefit costs.",
        {
            "area": area,
            "benefit": benefit,
            "year": year,
            "net_dkk_per_full_year_person": number("kroner the municipality pays after state refund", False, price),
            "gross_dkk_per_full_year_person": number("kroner before state refund", True, price),
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
            rule("price_level_year", "more than 20 years from the year of the amount", _near_its_year),
            rule(
                "net_dkk_per_full_year_person",
                "is more than the gross price",
                lambda prices: ~(prices["net_dkk_per_full_year_person"] > prices["gross_dkk_per_full_year_person"] + 1),
            ),
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
            ),
        ],
    ),
    "refund_ladder": table(
        "Refusionstrappen",
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
            rule("kind", "the steps of a benefit must be of one kind", _of_one_kind),
            rule("valid_to", "another step, or ladder, of the benefit holds on some of these days", _one_in_force),
            rule(
                "valid_to",
                "ends before it starts",
                lambda ladder: ladder["valid_to"].isna() | (ladder["valid_to"] >= ladder["valid_from"]),
            ),
        ],
    ),
    "price_levels": table(
        "Omregning mellem prisniveauer",
        "Factors between price levels; a conversion without one is refused.",
        {
            "from_year": whole("year of the price level that is converted", *YEARS),
            "to_year": whole("year of the price level converted to", *YEARS),
            "kind": text("what the factor is for, e.g. service or benefits"),
            "factor": number(
                "amount at to_year ÷ amount at from_year",
                False,
                pa.Check.in_range(*FACTORS, error="must be a factor such as 1,018, from 0,3 to 3"),
            ),
            "source": source,
        },
        unique=["from_year", "to_year", "kind"],
        rules=[
            rule("to_year", "is the year that is converted", lambda levels: levels["from_year"] != levels["to_year"])
        ],
    ),
    "cases": table(
        "Sager med frist",
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
    "series_breaks": table(
        "Databrud",
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
    **PRINTED,
}

TITLES = {name: contract.title for name, contract in CONTRACTS.items()} | {
    "persons_on_benefit": "Personer på ydelse, talt i datavarehuset",
    "vintages": "Tidligere udtræk",
}
"""What a reader of the book is told that a table is; the last two are derived and have no contract."""
