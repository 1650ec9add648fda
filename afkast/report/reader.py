"""What one page reads: its strategy, its data, and what other pages have shown; whatever it reads is noted."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from afkast.analysis import late_registration
from afkast.analysis.effect import FEW_CONTROLS
from afkast.analysis.late_registration import ON_BENEFIT, VINTAGES, Lag, Rise
from afkast.analysis.survival import FEWEST_IN_GROUP, FEWEST_OBSERVED
from afkast.engine import COUNTS, open_engine
from afkast.errors import PageError
from afkast.intake import Snapshot
from afkast.intake.sources import profile_of
from afkast.notebook import Need, read_template
from afkast.profile import PROFILE, from_words
from afkast.project import Project
from afkast.report import disclosure
from afkast.report.about_persons import OF_PERSONS
from afkast.report.changed import SinceFormer, since_former
from afkast.report.danish import UNITS
from afkast.report.filed import Item, files_read, items_of, published, shown_cells
from afkast.report.plain_words import forms_of
from afkast.report.reading import declared_rows, of_series
from afkast.report.reads import NotedSnapshot, Notes, Readable
from afkast.strategy import Goal, Strategy, in_order, read_strategies

METHOD = (FEWEST_IN_GROUP, FEWEST_OBSERVED, FEW_CONTROLS)
NAMES = {"benefit", "measure", "education", "state", "title", "report_table", "row", "heading", "definition"}
"""Columns of names and of what they mean: a benefit may be called by a paragraph, and is said as it is called unless
only few have it."""

A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
MEASURES = "measures"
OF_COUNTS = ("statuses", MEASURES, VINTAGES)
"""The tables in which a source states numbers of persons."""
DECIDED = {"targets": ("original_budget", "strategy_budget"), "planned_flows": ("change",), "statuses": ("persons",)}
"""The columns of what was decided; of statuses those that are targets."""
TABLES = ("table", "later table", "whole table")


Source = pd.DataFrame | Sequence[pd.DataFrame] | Sequence[str]
"""What a shown thing draws on: frames of the snapshot (with their column `file`) or names of raw files."""


class Reader:
    """What one page reads."""

    def __init__(
        self,
        project: Project,
        snapshot: Snapshot,
        as_of: date,
        strategy: Strategy | None,
        page_id: str,
        needs: Iterable[Need] = (),
    ) -> None:
        self.project = project
        told = os.environ.get(PROFILE)
        disclosure.use(from_words(told) if told else profile_of(project.data))
        self.as_of = as_of
        self.page_id = page_id
        self._snapshot = snapshot
        self._strategy = strategy
        self._needs = tuple(needs)
        self._readable = Readable(project, snapshot, Path(os.environ.get("AFKAST_PAGES", project.pages)))
        self._note = Notes(self._readable, strategy.id if strategy else "", as_of).note
        self.has_read_persons = False
        self._files_of_counts: set[str] = set()
        self._names_read: set[str] = set()
        self._decided: set[float] = set()

    def note(self, kind: str, name: str = "") -> None:
        """Note a read for the page's key, and whether it is one of persons."""
        self.has_read_persons |= kind in TABLES and name in OF_PERSONS
        if kind == "whole table" and name in OF_COUNTS:
            self._note_counts(name, self._snapshot.table(name))
        self._note(kind, name)

    @property
    def snapshot(self) -> NotedSnapshot:
        """The snapshot, for what no other method gives; what is asked of it is noted."""
        return NotedSnapshot(self._snapshot, self.note)

    @property
    def strategy(self) -> Strategy:
        """The strategy that the page belongs to."""
        if self._strategy is None:
            raise PageError("this page belongs to no single strategy.")
        return self._strategy

    def extracted_on(self, table: str) -> date:
        """The day on which a table's newest file was extracted; of a table of persons, the newest with this
        strategy's target group in it: another municipality's export says nothing of when these were registered."""
        self.note("day of extraction", table)
        return self._readable.extracted_on(table, self._strategy.id if self._strategy else "")

    @property
    def chosen_numbers(self) -> frozenset[float]:
        """The numbers that were chosen and not counted: those of the strategy and its page, of the notebook's
        parameters, of the method, and of the tables of what was decided."""
        return self._own_numbers | self._decided

    @cached_property
    def _own_numbers(self) -> frozenset[float]:
        chosen = disclosure.chosen()
        given = [self._chosen, *METHOD, chosen.fewest_shown, chosen.base]
        return frozenset(one for one in _leaves(given) if isinstance(one, float))

    @property
    def chosen_words(self) -> tuple[str, ...]:
        """The words that have digits of strategy and page, their days and the extractions', and names of benefits and
        the like; the longest first."""
        return tuple(sorted(self._own_words | self._names_read, key=len, reverse=True))

    @cached_property
    def _own_words(self) -> frozenset[str]:
        words = {one for one in _leaves(self._chosen) if isinstance(one, str) and any(map(str.isdigit, one))}
        days = {date.fromisoformat(one) for one in words if A_DAY.fullmatch(one)}
        days |= {day_of(entry["extracted_on"]) for entry in self._snapshot.manifest["files"]} | {self.as_of}
        words |= {form for day in days for form in forms_of(day)}
        return frozenset(words)

    @cached_property
    def _chosen(self) -> list[Any]:
        notebooks = self.project.notebooks()
        names = [self._strategy.page(self.page_id).notebook] if self._strategy else list(notebooks)
        templates = [read_template(notebooks[name]) for name in names]
        own = [one.defaults for one in templates if self._strategy or one.defaults.get("page") == self.page_id]
        return [*own, self._strategy.model_dump(mode="json") if self._strategy else {}]

    @cached_property
    def withheld(self) -> frozenset[str]:
        """The counts that the audit of the edition holds back on this page."""
        page = f"{self._strategy.id}/{self.page_id}" if self._strategy else self.page_id
        self.note("withheld", page)
        return frozenset(self._readable.withheld(page))

    def goals(self) -> list[Goal]:
        """The goals that this page decides."""
        return [goal for goal in self.strategy.goals if goal.page == self.page_id]

    def strategies(self) -> dict[str, Strategy]:
        """Every strategy of the data folder whose file can be read."""
        self.note("strategies")
        return in_order(read_strategies(self.project))

    def built(self) -> dict[str, Strategy]:
        """The strategies that have executed pages, each with these and the goals that they decide."""
        made = {id: {path.stem for path in (self._executed_pages() / id).glob("*.ipynb")} for id in self.strategies()}
        return {id: one.only(made[id]) for id, one in self.strategies().items() if made[id]}

    def table(self, name: str, *, later: bool = False) -> pd.DataFrame:
        """A table that the notebook's needs name, up to the report's date; of a table by strategy, this one's rows.

        `later` reads the rows after the report's date, too; the needs must say so.
        """
        rows = self._read(name, later)
        self._note_counts(name, rows)
        return rows

    def _read(self, name: str, later: bool = False) -> pd.DataFrame:
        self.note("later table" if later else "table", name)
        rows = declared_rows(self._snapshot, self._needs, name, self.as_of, later, self._strategy)
        for file in rows["file"].unique() if "file" in rows else ():
            self.note("file", file)
        self._decided |= _decided(name, rows)
        for column in NAMES & {*rows}:
            self._names_read |= _names_with_digits(rows, column, name in OF_PERSONS)
        if name == VINTAGES:
            self._names_read |= _days_of(rows)
        return rows

    def counted(self, text: str) -> pd.DataFrame:
        """What a text of `analysis/sql` counts on the snapshot's islands, in the engine that AFKAST_ENGINE names."""
        if text not in COUNTS:
            raise PageError(f"there is no count '{text}'; there are {', '.join(COUNTS)}.")
        self.note("whole table", "islands")
        with open_engine() as engine:
            engine.load("islands", self._snapshot.file("islands"))
            return engine.count(text)

    def measures(self, *names: str, everywhere: bool = False) -> pd.DataFrame:
        """The municipality's own rows, or those of every area, of these measures, or of all, up to the report's date; a
        figure that draws on them finds the breaks in their series and their provisional months there."""
        rows = self._read(MEASURES)
        rows = rows if everywhere else rows.query("area == @self.strategy.municipality")
        rows = rows[rows["measure"].isin(names)] if names else rows
        self._note_counts(MEASURES, rows)
        return rows

    def _note_counts(self, table: str, rows: pd.DataFrame) -> None:
        """Note the files that state how many persons there are, and are not declared published."""
        states = _states_persons(table, rows)
        if not states.any():
            return
        named = {*rows.loc[states, "file"]}
        published = {entry["file"] for entry in self._snapshot.manifest["files"] if entry["published"]}
        self._files_of_counts |= named - published

    def in_steps(self, counts: Any, source: Source) -> Any:
        """Numbers of persons that a source states (a frame, a series or one) as the profile tells them, so that what is
        worked out of them tells no more; what is too small to be told is kept, to be hidden, and so is what is
        published."""
        if disclosure.chosen().base == 1 or (not self.has_read_persons and are_published(self.files_of(source))):
            return counts
        if isinstance(counts, pd.DataFrame | pd.Series):
            return counts.map(_in_steps, na_action="ignore")
        return _in_steps(counts)

    def extractions(self, table: str, name: str, owner: str = "", source: str = "") -> pd.DataFrame:
        """What each extraction said of a series of a table, of later months too; of all owners' where none is named."""
        self.note("extractions", json.dumps([table, owner, name, source]))
        said = declared_rows(self._snapshot, self._needs, VINTAGES, self.as_of, True, None)
        self._names_read |= _days_of(said)
        return of_series(said, table, owner, name, source)

    def lag(self, declared: int) -> Lag:
        """How many months before the extraction of the spells are left out: of this strategy's persons, or of all."""
        owner = self._strategy.id if self._strategy else ""
        return late_registration.lag(self.extractions("spells", ON_BENEFIT, owner), declared)

    def may_rise(self, months: pd.DataFrame) -> Rise:
        """How much these rows of measures may rise by late registration, each by what was seen of its own series."""
        said = [
            late_registration.may_rise(self.extractions("measures", str(name), str(area), str(source)), rows["period"])
            for (name, area, source), rows in months.groupby(["measure", "area", "source"])
        ]
        shares = pd.concat([one.shares for one in said]) if said else pd.Series(dtype=float)
        return Rise(shares.reindex(months.index), all(one.seen for one in said))

    def series_breaks(self, measure: str) -> pd.DataFrame:
        """The registered breaks in a measure's series; none where the snapshot has no registry."""
        return self.table("series_breaks").query("measure == @measure").sort_values("starts_on", ignore_index=True)

    def files_read(self) -> set[str]:
        """The raw files that the executed pages have read; all of them where no page has been executed."""
        read = files_read(self._executed_pages())
        return read or {str(entry["file"]) for entry in self._snapshot.manifest["files"]}

    def items(self) -> dict[str, Item]:
        """What the strategy's executed pages have shown, by page/id."""
        self.note("own pages")
        return items_of(self._readable.pages, self.strategy.id)

    def since_former(self) -> SinceFormer | None:
        """What has changed since the edition before; None where there is none."""
        self.note("changes")
        return since_former(self._readable.pages)

    def published(self) -> pd.DataFrame:
        """The numbers in the sentences of the strategies' executed pages; see the function `published`."""
        return published(self._executed_pages())

    def shown_cells(self) -> pd.DataFrame:
        """The cells of the tables of the strategies' executed pages; see the function `shown_cells`."""
        return shown_cells(self._executed_pages())

    def files_of(self, source: Source) -> list[dict[str, Any]]:
        """The manifest's entries of the files behind frames (by their column `file`) or file names.

        A workbook has an entry for each sheet that is read.
        """
        names: set[str] = set()
        for one in [source] if isinstance(source, pd.DataFrame) else source:
            names |= {one} if isinstance(one, str) else set(one["file"].unique())
        for name in sorted(names):
            self.note("file", name)
        entries = [entry for entry in self._snapshot.manifest["files"] if entry["file"] in names]
        if unknown := names - {entry["file"] for entry in entries}:
            raise PageError(f"the snapshot has no file {', '.join(sorted(unknown))}.")
        return sorted(entries, key=lambda entry: str(entry["file"]))

    def _executed_pages(self) -> Path:
        self.note("pages")
        return self._readable.pages


def are_published(files: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every file behind a shown thing is declared published; nothing is known of a thing without files."""
    return bool(files) and all(entry["published"] for entry in files)


def _decided(table: str, rows: pd.DataFrame) -> set[float]:
    """The numbers of a table of what was decided."""
    if table == "statuses":
        rows = rows[rows["kind"] == "target"]
    return {float(one) for column in DECIDED.get(table, ()) for one in rows[column].dropna()}


def _states_persons(table: str, rows: pd.DataFrame) -> "pd.Series[bool]":
    """Which rows state a number of persons: of statuses all that are counted, of a series those of such a unit, or that
    give what a share is of; a rate of the population is of full-time persons."""
    if table not in OF_COUNTS:
        return pd.Series(False, rows.index)
    if table == "statuses":
        return rows["kind"] == "actual"
    counts = rows["unit"].isin([one for one, unit in UNITS.items() if unit.counts_persons])
    if table == VINTAGES:
        return counts & (rows["table"] != "spells")
    return counts | (rows["numerator"].notna() & ~rows["unit"].str.contains(" af befolkningen"))


def _in_steps(count: float) -> float:
    return count if disclosure.is_small(count) else disclosure.rounded_count(count)


def _days_of(vintages: pd.DataFrame) -> set[str]:
    """The days of extractions, which are nobody's, as words may have them."""
    return {form for day in vintages["extracted_on"].unique() for form in forms_of(day_of(day))}


def _names_with_digits(rows: pd.DataFrame, column: str, of_persons: bool) -> set[str]:
    """Names in a column that have digits and are more than these; of persons, those that enough of them have."""
    there = map(str, rows[column].dropna().unique())
    names = {one for one in there if any(map(str.isdigit, one)) and any(map(str.isalpha, one))}
    if not of_persons or not names:
        return names
    enough = rows.groupby(column)["person"].nunique() >= disclosure.FEWEST_BEHIND_AN_ESTIMATE
    return names & {*map(str, enough.index[enough])}


def _leaves(value: Any) -> Iterator[float | str]:
    """Every number and text in lists and mappings, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
    elif isinstance(value, Mapping):
        yield from (leaf for pair in value.items() for one in pair for leaf in _leaves(one))
    elif isinstance(value, list | tuple):
        yield from (leaf for one in value for leaf in _leaves(one))


def latest_extraction(snapshot: Snapshot) -> date:
    """The day on which the newest file was extracted: the date of a page about all strategies."""
    return max(day_of(entry["extracted_on"]) for entry in snapshot.manifest["files"])


def day_of(iso: str) -> date:
    """The day of a manifest's moment."""
    return date.fromisoformat(str(iso)[:10])
