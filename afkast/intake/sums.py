"""Numbers that follow from each other: a total among its parts, a chain of factors, a plan's way from start to end."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from afkast.intake.contracts import CONTRACTS, FACTORS
from afkast.intake.faults import CORRECT_ROWS, Faults
from afkast.intake.tables import Part, Parts

ADDED_UP = {
    "budget": ("item", "amount_dkk"),
    "committee_budgets": ("item", "amount_dkk"),
    "planned_flows": ("destination", "change"),
    "statuses": ("state", "persons"),
}
"""Tables whose parts pages add up: what a part is called, and what is added."""

SMALL_SUM = 20
"""A sum below this may be one by chance."""

FACTOR_ROUNDED = 0.001
ROUNDED = 0.5
"""So far a factor, and a change of a stock, may lie from what was reckoned with because it was rounded."""


def judge_sums(parts: Parts, faults: Faults) -> None:
    """What is asked about numbers of one table, or two, that should follow from each other, in whatever files."""
    tables = {table: _together(parts, table) for table in (*ADDED_UP, "price_levels", "targets")}
    for table in ADDED_UP:
        rule = "is the sum of the others, so that pages that add them up would count it twice"
        remedy = "Leave it out: leave_out in sources.yml."
        _ask(parts.of(table), faults, "total", rule, ADDED_UP[table][0], _totals(table, tables[table]), remedy)
    rule = "factors that lead from one year to another by two ways differ"
    _ask(parts.of("price_levels"), faults, "chain", rule, "factor", _unlike_chains(tables["price_levels"]))
    rule = "with those before it, it does not lead from the stock at the start to the target of the year"
    _ask(parts.of("planned_flows"), faults, "plan", rule, "change", _astray(tables["planned_flows"], tables["targets"]))


def _together(parts: Parts, table: str) -> pd.DataFrame:
    """The rows of all files of a table, with the file and the row there that each comes from."""
    rows = [rows.assign(label=source.label, at=rows.index) for source, rows in parts.of(table)]
    columns = [*CONTRACTS[table].columns, "label", "at"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _ask(
    of: Iterable[Part],
    faults: Faults,
    question: str,
    rule: str,
    name: str,
    odd: pd.DataFrame,
    remedy: str = CORRECT_ROWS,
) -> None:
    """Ask about these rows, file by file."""
    for source, _ in of:
        rows, column = odd["at"][odd["label"] == source.label], source.headings.get(name, name)
        faults.ask(source.label, question, rule, column=column, rows=rows, remedy=remedy)


def _totals(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The parts that are the sum of two or more others, wherever they stand: their totals."""
    name, amount = ADDED_UP[table]
    amounts = rows[amount].astype(float)
    of_one = amounts.groupby([rows[key] for key in CONTRACTS[table].unique or [] if key != name], dropna=False)
    parts, total = of_one.transform(np.count_nonzero), of_one.transform("sum")
    is_total = (parts > 2) & ((2 * amounts - total).abs() < 0.5) & (amounts.abs() >= SMALL_SUM)
    always = (is_total | (parts == 0)).groupby(rows[name], dropna=False).transform("all")
    return rows[is_total & always]


def _unlike_chains(rows: pd.DataFrame) -> pd.DataFrame:
    """The factors that do not lead to the same level by every way: a → b times b → c is a → c."""
    odd = []
    steps_of_years = rows["factor"].between(*FACTORS) & (rows["from_year"] != rows["to_year"])
    for _, levels in rows[steps_of_years].groupby("kind"):
        years = np.unique(levels[["from_year", "to_year"]].astype(int))
        ends, starts = (levels[name].to_numpy()[:, None] == years for name in ("to_year", "from_year"))
        steps, grown = ends.astype(float) - starts, np.log(levels["factor"].to_numpy(float))
        fitted = steps @ np.linalg.lstsq(steps, grown)[0]
        odd.append(levels[np.abs(grown - fitted) > FACTOR_ROUNDED])
    return pd.concat(odd) if odd else rows[:0]


def _astray(flows: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """The flows whose plan does not lead from the stock at its start to the targets of its years.

    Where a target is missed in a year without flows, all of the plan are.
    """
    odd = []
    for plan, ways in flows.groupby(["strategy", "measure"]):
        levels = targets[(targets["strategy"] == plan[0]) & (targets["measure"] == plan[1])].sort_values("year")
        if levels.empty:
            continue
        change = ways.groupby("year")["change"].sum()
        planned = levels["original_budget"].iloc[0] + [change.loc[:year].sum() for year in levels["year"]]
        missed = levels["year"][(levels["strategy_budget"] - planned).abs() > ROUNDED * len(ways)]
        there = ways["year"].isin(missed)
        if len(missed):
            odd.append(ways[there] if there.any() else ways)
    return pd.concat(odd) if odd else flows[:0]
