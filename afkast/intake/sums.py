"""Numbers that follow from each other: a total among its parts, a chain of factors, a plan's way from start to end."""

import numpy as np
import pandas as pd

from afkast.intake.contracts import CONTRACTS, FACTORS
from afkast.intake.faults import Faults
from afkast.intake.sources import Source
from afkast.intake.tables import Parts

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
    """What is asked about numbers of one table, or two, that should follow from each other."""
    for source, rows in parts.of(*ADDED_UP):
        _judge_totals(source, rows, faults)
    _judge_chains(parts, faults)
    _judge_plans(parts, faults)


def _judge_totals(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """A part that is the sum of two or more others, wherever it stands, is their total and would count twice."""
    name, amount = ADDED_UP[source.table]
    unique = CONTRACTS[source.table].unique or []
    of_one = rows.groupby([key for key in unique if key != name], dropna=False)[amount]
    parts, total = of_one.transform(np.count_nonzero), of_one.transform("sum")
    is_total = (parts > 2) & ((2 * rows[amount] - total).abs() < 0.5) & (rows[amount].abs() >= SMALL_SUM)
    always = (is_total | ((rows[amount] == 0) & (parts == 0))).groupby(rows[name], dropna=False).transform("all")
    rule = "is the sum of the others, so that pages that add them up would count it twice"
    remedy = "Leave it out: leave_out in sources.yml."
    column = source.headings.get(name, name)
    faults.ask(source.label, "total", rule, column=column, rows=rows.index[is_total & always], remedy=remedy)


def _judge_chains(parts: Parts, faults: Faults) -> None:
    """Factors from year to year lead to the same level by every way: a → b times b → c is a → c."""
    of = [(source, rows) for source, rows in parts.of("price_levels") if len(rows)]
    if not of:
        return
    every = pd.concat([rows.assign(part=number) for number, (_, rows) in enumerate(of)])
    steps_of_years = every["factor"].between(*FACTORS) & (every["from_year"] != every["to_year"])
    for _, levels in every[steps_of_years].groupby("kind"):
        years = np.unique(levels[["from_year", "to_year"]])
        ends, starts = (levels[name].to_numpy()[:, None] == years for name in ("to_year", "from_year"))
        steps, grown = ends.astype(float) - starts, np.log(levels["factor"].to_numpy(float))
        odd = np.abs(grown - steps @ np.linalg.lstsq(steps, grown)[0]) > FACTOR_ROUNDED
        for number, at_odds in levels[odd].groupby("part"):
            source = of[int(number)][0]
            rule = "factors that lead from one year to another by two ways differ"
            column = source.headings.get("factor", "factor")
            faults.ask(source.label, "chain", rule, column=column, rows=at_odds.index)


def _judge_plans(parts: Parts, faults: Faults) -> None:
    """The changes of a plan lead from the stock at its start to the targets of its years."""
    targets = pd.concat([pd.DataFrame(), *(rows for _, rows in parts.of("targets"))])
    for source, rows in parts.of("planned_flows") if len(targets) else ():
        for plan, flows in rows.groupby(["strategy", "measure"]):
            of_plan = targets[(targets["strategy"] == plan[0]) & (targets["measure"] == plan[1])].sort_values("year")
            if of_plan.empty:
                continue
            change = flows.groupby("year")["change"].sum()
            planned = of_plan["original_budget"].iloc[0] + [change.loc[:year].sum() for year in of_plan["year"]]
            odd = of_plan["year"][(of_plan["strategy_budget"] - planned).abs() > ROUNDED * len(flows)]
            rule = "with those before it, it does not lead from the stock at the start to the target of the year"
            at_odds = flows.index[flows["year"].isin(odd)] if flows["year"].isin(odd).any() else flows.index
            if len(odd):
                column = source.headings.get("change", "change")
                faults.ask(source.label, "plan", rule, column=column, rows=at_odds)
