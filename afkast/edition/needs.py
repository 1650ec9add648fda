"""Whether a snapshot has what a page needs, and what to say where it has not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product
from typing import Any

import pandas as pd

from afkast.analysis.cost import first_basis
from afkast.analysis.economics import BENEFIT_PRICES, SERVICE_PRICES, MissingPriceLevel, converted
from afkast.intake import CONTRACTS, Snapshot
from afkast.intake.contracts import DERIVED
from afkast.notebook import Need, names_in, values_of
from afkast.report.reading import DAY_OF_ROW, of_strategy, until
from afkast.strategy import Strategy, nearest

MOST_NAMED = 8
"""So many of the values that are there are named where one is not."""

EACH_YEAR = "each year"

NO_FACTORS = pd.DataFrame(columns=["from_year", "to_year", "kind", "factor"])

LONGEST = 60
"""Of a value that is repeated, at most so many letters."""


@dataclass(frozen=True)
class Lack:
    """What a need asks for and the snapshot has not, a sentence, and the parameter that it is about.

    What only `may_be` a mistake stops nothing.
    """

    sentence: str
    named: str = ""
    may_be: bool = False


class Data:
    """A snapshot's tables as the pages of a strategy see them; each is read once, and each look is remembered."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._tables: dict[str, pd.DataFrame] = {}
        self._seen: dict[tuple[Any, ...], pd.DataFrame] = {}
        self._received: dict[str, list[str]] = {}

    def has(self, table: str) -> bool:
        return table in self.snapshot.manifest["tables"]

    @cached_property
    def extracted_on(self) -> dict[str, date]:
        """The day on which each file was extracted; the latest, of a workbook's sheets."""
        files = self.snapshot.manifest["files"]
        days = pd.Series([str(file["extracted_on"])[:10] for file in files], [file["file"] for file in files])
        return {str(file): date.fromisoformat(day) for file, day in days.groupby(level=0).max().items()}

    def rows(self, table: str, strategy: Strategy, later: bool) -> pd.DataFrame:
        """What the pages of a strategy may read of a table."""
        key = (table, strategy.id, later)
        if key not in self._seen:
            own = of_strategy(self.table(table), strategy.id)
            self._seen[key] = own if later else until(own, table, strategy.as_of)
        return self._seen[key]

    def found(self, need: Need, strategy: Strategy, wanted: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
        """The rows of what a need asks for that have these values, column by column."""
        if not wanted:
            return self.rows(need.table, strategy, need.later)
        key = (need.table, strategy.id, need.later, wanted)
        if key not in self._seen:
            column, value = wanted[-1]
            before = self.found(need, strategy, wanted[:-1])
            self._seen[key] = before[_is(_column(before, need.table, column), value)]
        return self._seen[key]

    def values(self, table: str, column: str, area: str = "") -> list[str]:
        """The values of a column, of one area or of all; none where there is no such table."""
        if not self.has(table):
            return []
        frame = self.table(table)
        return sorted(frame.loc[frame["area"] == area if area else slice(None), column].unique())

    def benefits_received(self, strategy: Strategy) -> list[str]:
        """The benefits that a strategy's citizens have received up to the report's date."""
        if not (self.has("cohort") and self.has("spells")):
            return []
        if strategy.id not in self._received:
            members = self.rows("cohort", strategy, False)["person"]
            spells = self.rows("spells", strategy, False)
            self._received[strategy.id] = sorted(spells.loc[spells["person"].isin(members), "benefit"].unique())
        return self._received[strategy.id]

    def table(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = self.snapshot.table(name)
        return self._tables[name]


def lacking(data: Data, strategy: Strategy, parameters: Mapping[str, Any], need: Need) -> Iterator[Lack]:
    """Everything that a need asks for and the snapshot has not."""
    if need.when and not parameters[need.when]:
        return
    if need.table not in CONTRACTS and need.table not in DERIVED:
        yield Lack(
            f"its notebook needs the table {need.table}, and there is none of that name."
            f"{nearest(need.table, list(CONTRACTS))}"
        )
        return
    if not data.has(need.table):
        if not need.optional and _asked(data, strategy, parameters, need) is not None:
            yield Lack(
                f"it needs the table {need.table}, which the snapshot has not; declare its file in sources.yml "
                "and import."
            )
        return
    if unknown := [column for column in (*need.rows, *need.only, *need.given) if not _has_column(need.table, column)]:
        yield Lack(f"its notebook needs the column {unknown[0]} of {need.table}, which has none of that name.")
        return
    asked = _asked(data, strategy, parameters, need)
    if asked is None or need.optional:
        return
    if data.rows(need.table, strategy, need.later).empty:
        of = f" of strategy {strategy.id}" if _has_column(need.table, "strategy") else ""
        yield Lack(
            f"{need.table} has no rows{of}{_until(need, strategy)}; add them to the raw files, declare them in "
            "sources.yml and import."
        )
        return
    known = _known(data, strategy, parameters)
    newest: list[date] = []
    for values in product(*asked.values()):
        wanted = tuple(zip(asked, values, strict=True))
        rows = data.found(need, strategy, wanted)
        if rows.empty:
            yield _no_row(data, strategy, need, wanted, known)
            continue
        newest += [data.extracted_on[file] for file in rows["file"].unique() if file in data.extracted_on]
        if need.table == "unit_prices":
            rows = first_basis(rows)
        yield from _not_as_asked(need, rows, wanted, known)
        if need.in_prices_of:
            yield from _no_factor(data, need, rows, known)
    if newest and need.table in DAY_OF_ROW and max(newest) < strategy.as_of:
        yield Lack(
            f"{need.table} was extracted on {max(newest)}, before the report's date {strategy.as_of}; "
            "are there newer files?",
            "as_of",
            may_be=True,
        )


def _known(data: Data, strategy: Strategy, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the words in a need's braces stand for."""
    as_of, goal_id = strategy.as_of, parameters.get("goal")
    return {
        # first: a parameter as_of that a page leaves open is the strategy's
        **parameters,
        "municipality": strategy.municipality,
        "as_of": as_of,
        "month": f"{as_of:%Y-%m}",
        "months": [f"{as_of.year}-{month:02}" for month in range(1, as_of.month + 1)],
        "year": as_of.year,
        "last_year": as_of.year - 1,
        "due_year": max((goal.due.year for goal in strategy.goals if goal.id == goal_id and goal.due), default=0),
        "month_before": f"{pd.Period(strategy.period.start, freq='M') - 1}",
        "benefits_received": data.benefits_received(strategy),
    }


def _asked(data: Data, strategy: Strategy, parameters: Mapping[str, Any], need: Need) -> dict[str, list[Any]] | None:
    """Each column's values that must be found; None when the need names a parameter that is empty."""
    known = _known(data, strategy, parameters)
    asked = {column: values_of(value, known) for column, value in need.rows.items()}
    if any(values is None for values in asked.values()):
        return None
    return {column: values for column, values in asked.items() if values}


def _no_row(
    data: Data, strategy: Strategy, need: Need, wanted: tuple[tuple[str, Any], ...], known: Mapping[str, Any]
) -> Lack:
    """The first value that is not there, with those that are."""
    met = next(n for n in range(1, len(wanted) + 1) if data.found(need, strategy, wanted[:n]).empty)
    column, value = wanted[met - 1]
    there = _column(data.found(need, strategy, wanted[: met - 1]), need.table, column)
    names = sorted({_shown(one) for one in there.dropna().unique()})
    close = nearest(_shown(value), names)
    listed = names if len(names) <= MOST_NAMED else [names[0], "…", names[-1]]
    conditions = ", ".join(f"{name} '{_shown(one)}'" for name, one in wanted[:met])
    asked = need.rows[column] if isinstance(need.rows[column], list) else [need.rows[column]]
    named = [name for part in asked if value in (values_of(part, known) or []) for name in names_in(part)]
    return Lack(
        f"{need.table} has no row with {conditions}{_until(need, strategy)}; its {column} there is "
        f"{', '.join(listed) or 'blank'}. Write it as in the data, or add the rows and import.{close}",
        (*named, "")[0],
    )


def _not_as_asked(
    need: Need, rows: pd.DataFrame, wanted: tuple[tuple[str, Any], ...], known: Mapping[str, Any]
) -> Iterator[Lack]:
    conditions = ", ".join(f"{name} '{_shown(one)}'" for name, one in wanted)
    for column, value in need.only.items():
        named, asked = names_in(value), values_of(value, known) or []
        others = [one for one in _column(rows, need.table, column).unique() if one not in asked]
        if asked and others:
            yield Lack(
                f"{need.table} ({conditions}) has {column} {', '.join(map(_shown, sorted(others)))}, and the page has "
                f"{', '.join(map(_shown, asked))}; correct the page's {(*named, column)[0]}, or add rows that have it "
                "and import.",
                (*named, "")[0],
            )
    if blank := [column for column in need.given if rows[column].isna().any()]:
        yield Lack(
            f"{need.table} ({conditions}) lacks {', '.join(blank)}; add what is blank to the raw file and import."
        )


def _no_factor(data: Data, need: Need, rows: pd.DataFrame, known: Mapping[str, Any]) -> Iterator[Lack]:
    """The conversions between price levels that the page will ask for, and no factors lead to."""
    factors = data.table("price_levels") if data.has("price_levels") else NO_FACTORS
    own_year = need.in_prices_of == EACH_YEAR
    years = [] if own_year else values_of(need.in_prices_of, known) or []
    for level, year, line in rows[["price_level_year", "year", "line"]].drop_duplicates().itertuples(index=False):
        kind = BENEFIT_PRICES if line == "benefit_saving" else SERVICE_PRICES
        for to_year in [year] if own_year else years:
            try:
                converted(1.0, int(level), int(to_year), kind, factors)
            except MissingPriceLevel:
                yield Lack(
                    f"{need.table} has amounts of {line} in prices of {level}, and price_levels has no factors of "
                    f"'{kind}' that lead from there to {to_year}; add the factor that is missing, with its source.",
                    (*names_in(need.in_prices_of), "")[0],
                )


def _column(rows: pd.DataFrame, table: str, column: str) -> pd.Series:
    if column == "year" and column not in rows:
        return rows[DAY_OF_ROW[table]].dt.year
    return rows[column]


def _has_column(table: str, column: str) -> bool:
    columns = DERIVED[table] if table in DERIVED else CONTRACTS[table].columns
    return column in columns or (column == "year" and table in DAY_OF_ROW)


def _is(values: pd.Series, wanted: Any) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        day = pd.to_datetime(wanted, errors="coerce") if isinstance(wanted, str | date) else pd.NaT
        return values == day
    return values == wanted


def _until(need: Need, strategy: Strategy) -> str:
    return f" up to {strategy.as_of}" if need.table in DAY_OF_ROW and not need.later else ""


def _shown(value: Any) -> str:
    text = f"{value:%Y-%m-%d}".removesuffix("-01") if isinstance(value, pd.Timestamp) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
