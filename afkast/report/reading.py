"""What a page may read: the tables that its notebook declares, up to the report's date.

A declaration that says too little would let `afkast check` promise what a cell then breaks, so a table that is not
among a notebook's needs cannot be read.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from afkast.analysis.late_registration import VINTAGES
from afkast.errors import PageError
from afkast.intake import Snapshot
from afkast.notebook import SET_BY_AFKAST, Need, read_template
from afkast.project import Project, find_project
from afkast.strategy import FRONT_PAGE, Strategy, in_order, read_strategies, read_strategy

DAY_OF_ROW = {
    "ledger": "posted_on",
    "statuses": "counted_on",
    "measures": "period",
    "persons_on_benefit": "period",
    VINTAGES: "period",
    "spells": "start",
    "cohort": "entered_on",
    "cases": "opened_on",
}
"""The day on which what a row tells of was there to be known, of tables that have one."""


def declared_rows(
    snapshot: Snapshot, needs: Iterable[Need], table: str, as_of: date, later: bool, strategy: Strategy | None
) -> pd.DataFrame:
    """The rows of a table that the needs declare: up to `as_of`, or all where they say so, and of a table by strategy
    this one's.

    Of a table that is optional and not there, none.
    """
    own = [need for need in needs if need.table == table]
    if not own:
        raise PageError(
            f"the notebook's needs do not name the table {table}; add it in the cell tagged 'needs', so that "
            "`afkast check` can look for it."
        )
    if later and not any(need.later for need in own):
        raise PageError(f"the notebook reads {table} after the report's date; say so in its need: 'later': True.")
    if table not in snapshot.manifest["tables"] and all(need.optional for need in own):
        return _without_rows(table)
    rows = of_strategy(snapshot.table(table), strategy.id if strategy else "")
    if strategy and rows.empty and not all(need.optional for need in own):
        raise PageError(f"table {table} has no rows for strategy {strategy.id}; add them to the raw files and import.")
    return rows if later else until(rows, table, as_of)


def of_strategy(frame: pd.DataFrame, strategy: str) -> pd.DataFrame:
    """Of a table by strategy this one's rows; of any other, or for a page about all strategies (""), all of them."""
    if not strategy or "strategy" not in frame:
        return frame
    return frame[frame["strategy"] == strategy].reset_index(drop=True)


def of_series(vintages: pd.DataFrame, table: str, owner: str, name: str, source: str) -> pd.DataFrame:
    """What each extraction said of one series; without an owner, of that of every owner."""
    rows = vintages[(vintages["table"] == table) & (vintages["name"] == name) & (vintages["source"] == source)]
    return rows[rows["owner"] == owner] if owner else rows


def until(frame: pd.DataFrame, table: str, as_of: date) -> pd.DataFrame:
    """The rows of what was there to be known on the report's date."""
    if table not in DAY_OF_ROW:
        return frame
    return frame[frame[DAY_OF_ROW[table]] <= pd.Timestamp(as_of)].reset_index(drop=True)


def strategy_of_page(project: Project, strategy: str, page: str) -> Strategy:
    """The strategy with this page; PageError with what is wrong with either, whatever is wrong with others."""
    path = project.strategies / f"{strategy}.yml"
    if not path.is_file():
        there = ", ".join(one.stem for one in sorted(project.strategies.glob("*.yml")))
        raise PageError(f"there is no strategy '{strategy}'; there are {there}.")
    read = read_strategy(path, project.notebooks())
    faults = [fault.sentence for fault in read.faults if fault.page in ("", page)]
    if faults or read.strategy is None:
        raise PageError("\n".join(faults))
    read.strategy.page(page)
    return read.strategy


def complete(names: dict[str, Any], notebook: str) -> None:
    """Let a notebook run as it is: what its parameters cell leaves open gets the values of one of its pages.

    `names` are the notebook's globals. Where no strategy or page is named, it is the first of the data folder that the
    notebook makes. A parameter that still has its default then gets the page's own value, and one that was changed in
    the marked cell keeps it. Of a page that Afkast executes nothing is open.
    """
    if all(names[name] for name in SET_BY_AFKAST):
        return
    project = find_project()
    pages = [
        (one, page)
        for one in in_order(read_strategies(project)).values()
        for page in (*one.pages, one.page(FRONT_PAGE))
        if page.notebook == notebook and names["strategy"] in ("", one.id) and names["page"] in ("", page.id)
    ]
    if not pages:
        raise PageError(
            f"no strategy of {project.data.name} has such a page of the notebook {notebook}; "
            "set strategy and page in the marked cell."
        )
    strategy, page = pages[0]
    defaults = read_template(project.notebooks()[notebook]).defaults
    own = {"strategy": strategy.id, "page": page.id, **page.parameters}
    names.update({name: value for name, value in own.items() if names[name] == defaults[name]})


def _without_rows(table: str) -> pd.DataFrame:
    # the contracts take half a second to import, and are asked for only here
    from afkast.intake import CONTRACTS
    from afkast.intake.vintages import NOTHING

    if table == VINTAGES:
        return NOTHING
    columns = {name: pd.Series(dtype=str(column.dtype)) for name, column in CONTRACTS[table].columns.items()}
    return pd.DataFrame({**columns, "file": pd.Series(dtype="str")})
