"""The door out: `show_table`, `show_figure` and `show_text` of a `Page` are the only way a page shows anything.

Whatever passes here is written in Danish, has its small counts hidden, gets a stable id, a caption with source and
data date, and is filed in the output's metadata: the overview and every later reader of a page's numbers reads the
very numbers that the page shows.
"""

import base64
import inspect
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from html import escape
from typing import Any

import jinja2
import pandas as pd
from IPython.display import display
from markdown_it import MarkdownIt
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from afkast.errors import PageError
from afkast.intake import open_snapshot
from afkast.notebook import read_needs
from afkast.project import find_project
from afkast.report import charts, danish, disclosure
from afkast.report.about_persons import OF_PERSONS, Thing
from afkast.report.cells import STATES, UnitOf, as_drawn, text_of, told_of_state
from afkast.report.counts import counts_of
from afkast.report.danish import GAIN, Quantity, Sides
from afkast.report.ending import ENDS, LEAVES_OUT, end_page
from afkast.report.filed import METADATA_KEY, Item, number_in
from afkast.report.month_charts import MARKS, break_notes, marks_of
from afkast.report.naming import cells_of, numbered, put_in
from afkast.report.paper_sign import legend, on_paper, signs_of
from afkast.report.reader import Reader, Source, are_published, day_of, latest_extraction
from afkast.report.reading import strategy_of_page
from afkast.report.sentence import check_names, clause, names_in
from afkast.report.sentence import filled as filled_in
from afkast.report.tables import Behind, Row, filed_rows, heads_of, laid_down, rows_of, units_of

__all__ = ["Page", "clause", "id_of", "open_page"]

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")

ALREADY_PUBLISHED = "Tal, som allerede er offentliggjort, er ikke skjult."
"""Stands under a table that shows small counts because every file behind it is declared published."""

MOST_SOURCES_NAMED = 5
"""A caption with more sources counts them and points to the data basis."""
DATA_BASIS = "datagrundlag"
"""The page that lists them."""

WIDE_TABLE_COLUMNS = 6
"""A table with more columns is set tighter."""


class Page(Reader):
    """One page of the book while its notebook runs: its strategy, its data, and the door out."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._noted_counts: set[str] = set()

    # -- the door ----------------------------------------------------------------------------------------------------

    def show_table(
        self,
        id: str,
        values: pd.DataFrame,
        *,
        caption: str,
        unit: UnitOf = "",
        source: Source,
        corner: str = "",
        row_units: Mapping[str, UnitOf] | None = None,
        column_units: Mapping[Any, UnitOf] | None = None,
        totals: Iterable[str | tuple[str, ...]] = (),
        states: pd.DataFrame | None = None,
        blanks: str = "missing",
        behind: Behind | None = None,
        notes: Sequence[str] = (),
        paper_sign: int | None = None,
        sides: Sides = GAIN,
        unsigned: Collection[Any] = (),
        folded: str = "",
        names: Mapping[str, Any] | None = None,
        rests_on: Any = (),
    ) -> None:
        """Show a table: row labels from the index, one or two heading rows from the columns.

        Of an index of several levels only the last is shown: rows may share a label when what they belong to differs.

        Numbers are in the stored unit (kroner, shares) and are scaled for `unit`, or the row's or column's own.
        `states` (same shape: "", "missing", "hidden", "provisional", "future") says what is special about a cell;
        a cell without a number is `blanks`. `behind` has, of a column of shares or the like, the counts of persons that
        its numbers give away, row by row; a number is hidden where one of its counts is small.
        A table whose paper has its own sign says `paper_sign`, that of a gain there: the amounts are given with gains
        positive and are shown as on the paper, but in rows and columns that are `unsigned`; what a negative and a
        positive one is, the `sides`, is told under it.
        Rows named in `totals` (by label or by all levels) stand out. `corner` heads the row labels. A table that is
        `folded` lies under these words until the reader opens it; on paper it is open. The caption and the notes may
        have `names` in braces, as the text of `show_text`. `rests_on` are the groups of persons behind the numbers
        that are no counts and know none, such as estimates.
        """
        files = self.files_of(source)
        thing = self._thing(id, source, files, rests_on)
        caption, *notes = put_in(thing, {"caption": caption, **numbered(notes)}, names or {})
        for part, words in (("corner", corner), ("folded", folded)):
            thing.refuse_labels(part, words)
        units = units_of(values, unit, row_units or {}, column_units or {})
        signs = signs_of(values, units, paper_sign, unsigned)
        rows = rows_of(on_paper(values, signs), units, set(totals), states, blanks, behind or {}, thing)
        if paper_sign is not None:
            notes.append(legend(paper_sign, sides))
        self._display(
            id,
            "table",
            self._table_html(id, values, rows, caption, corner, notes, files, folded),
            {"caption": caption, **filed_rows(values, rows, units, signs)},
            files,
        )

    def show_figure(
        self,
        id: str,
        values: pd.DataFrame,
        draw: charts.Draw,
        *,
        caption: str,
        alt: str,
        unit: UnitOf,
        source: Source,
        column_units: Mapping[Any, UnitOf] | None = None,
        height_inches: float = 3.6,
        corner: str = "",
        states: pd.DataFrame | None = None,
        blanks: str = "missing",
        behind: Behind | None = None,
        notes: Sequence[str] = (),
        names: Mapping[str, Any] | None = None,
        rests_on: Any = (),
    ) -> None:
        """Show a figure of `values`, drawn for a wide and for a narrow screen, with its numbers folded under it.

        `draw(figure, values)` gets the numbers as they are shown: without the hidden ones, and rounded, for a share
        drawn exactly tells the counts behind it. A monthly figure of measures is marked with the breaks in their
        series, which stand under it in words, and with their provisional months. `states`, `blanks`, `behind` and
        `rests_on` are those of `show_table`. `alt` says in words what the figure shows, its finding: it is heard for
        the drawing and stands over it, and the caption under it says what is drawn. Both, and the notes, may have
        `names` in braces.
        """
        files = self.files_of(source)
        thing = self._thing(id, source, files, rests_on)
        thing.refuse_labels("corner", corner)
        thing.refuse_drawing(draw)
        check_names(id, alt, dict.fromkeys(names_in(alt) & dict(names or {}).keys()))
        described, caption, *notes = put_in(thing, {"alt": alt, "caption": caption, **numbered(notes)}, names or {})
        units = units_of(values, unit, {}, column_units or {})
        rows = rows_of(values, units, set(), states, blanks, behind or {}, thing)
        shown = [
            [as_drawn(cell, *unit) for cell, unit in zip(row.cells, line, strict=True)]
            for row, line in zip(rows, units, strict=True)
        ]
        drawn = pd.DataFrame(shown, charts.short(values.index), charts.short(values.columns))
        if isinstance(values.index, pd.DatetimeIndex):
            frames = [one for one in _listed(source) if not isinstance(one, str)]
            marks = marks_of(frames, values.index, states, self._strategy, self.series_breaks)
            drawn.attrs[MARKS] = marks
            notes += [one for one in break_notes(marks.breaks, values.index) if one not in notes]
        wide, narrow, small = (
            _data_uri(charts.svg(draw, drawn, width, height))
            for width, height in (
                (charts.WIDE_INCHES, height_inches),
                (charts.NARROW_INCHES, height_inches * 1.15),
                charts.SMALL_INCHES,
            )
        )
        html = template("figure").render(
            id=_anchor(id),
            wide=wide,
            narrow=narrow,
            alt=described,
            caption=caption,
            source=self._source_line(files),
            table=Markup(self._table_html(f"{id}-tal", values, rows, "", corner, notes, [])),
        )
        again = {"alt": described, "small": small}
        self._display(id, "figure", html, {"caption": caption, **again, **filed_rows(values, rows, units)}, files)

    def show_text(
        self,
        id: str,
        text: str,
        names: Mapping[str, Any] | None = None,
        *,
        source: Source = (),
        code: Callable[..., Any] | None = None,
        headline: bool = False,
        filed: Mapping[str, Any] | None = None,
        ends: bool = False,
        leaves_out_section: bool = False,
        rests_on: Any = (),
    ) -> None:
        """Show sentences (Markdown) whose numbers are computed: `{name}` in the text is the quantity of that name.

        `names` are `Quantity`, `Verdict`, `Link`, a date or text, and are filed under their names; one that the text
        does not ask for stops the page. What is said only sometimes is a `clause`. `filed` are numbers that are filed
        with the text and not said in it. `code` prints a function under the text. A `headline` is repeated at the top
        of the page. A text that `ends` the page, which is the last of its cell, is one: nothing follows it.
        A text that `leaves_out_section` tells why to the one who runs the notebook; the book is without the section.
        """
        given = dict(names or {})
        check_names(id, text, given)
        files = self.files_of(source)
        thing = self._thing(id, source, files, rests_on)
        quantities = given | dict(filed or {})
        cells = cells_of(thing, {"": text}, quantities)
        shown = {name: number_in(id, name, cells[name], given[name]) for name in given}
        body = filled_in(_MARKDOWN.render(str(text)), shown)
        if code is not None:
            body += highlight(inspect.getsource(code), PythonLexer(), HtmlFormatter())
        numbers = {
            name: {
                "value": cell.value,
                "unit": quantities[name].unit if isinstance(quantities[name], Quantity) else "",
                "shown": text_of(cell),
            }
            for name, cell in cells.items()
        }
        html = f'<div class="afkast afkast-text" id="{escape(_anchor(id))}">{body}</div>'
        marks = ({ENDS: True} if ends else {}) | ({LEAVES_OUT: True} if leaves_out_section else {})
        self._display(id, "text", html, {"numbers": numbers, "headline": headline or ends, **marks}, files)
        if ends:
            end_page()

    def show_filed(self, id: str, kind: str, html: str, items: Iterable[Item], filed: Mapping[str, Any]) -> None:
        """Show once more what executed pages have filed, as it was filed: nothing is computed or rounded anew."""
        files = self.files_of(sorted({file for item in items for file in item.filed["files"]}))
        self._display(id, kind, html, dict(filed), files)

    def source_line(self, files: Source) -> str:
        """Which sources these are, and of which day: "Kilde: KMD Opus · data pr. 9. december 2019"."""
        return self._source_line(self.files_of(files))

    # -- behind the door ---------------------------------------------------------------------------------------------

    def _thing(self, id: str, source: Source, files: list[dict[str, Any]], rests_on: Any = ()) -> Thing:
        """What a thing is to the door. On a page that has read persons all is about them, but what frames of other
        tables alone are behind; what is published is shown as it is, on a page that has read no persons."""
        read = self.has_read_persons
        named = _listed(source)
        frames = bool(named) and not any(isinstance(one, str) for one in named)
        tables = {str(entry.get("earlier_of") or entry["table"]) for entry in files}
        # files that are only named are those of numbers that other pages have shown, or what is told of files
        of_persons = bool(tables & OF_PERSONS) if frames else read
        public = are_published(files) and not read
        stating, named_files = self._files_of_counts, {str(entry["file"]) for entry in files}
        if not (of_persons or read or stating):
            return Thing(id, public=public)
        return Thing(
            id,
            of_persons=of_persons,
            beside_persons=of_persons or read,
            of_counts=bool(stating & named_files),
            of_counts_alone=bool(named_files) and named_files <= stating,
            beside_counts=bool(stating),
            public=public,
            chosen=self.chosen_numbers,
            withheld=self.withheld,
            rests_on=counts_of(rests_on),
            own_words=self.chosen_words,
            about_all=self._strategy is None,
            noted=self._noted_counts,
        )

    def _display(self, id: str, kind: str, html: str, filed: dict[str, Any], files: list[dict[str, Any]]) -> None:
        if not ID.fullmatch(id):
            raise PageError(f"the id '{id}' of a {kind} must be lower-case letters, digits and hyphens.")
        metadata = {
            "id": id,
            "kind": kind,
            **filed,
            "files": sorted({entry["file"] for entry in files}),
            "tables": sorted({entry["table"] for entry in files}),
            "synthetic": any(entry["synthetic"] for entry in files),
        }
        display(
            {"text/html": html, "text/plain": f"{kind} {id}"},
            raw=True,
            metadata={METADATA_KEY: json.loads(json.dumps(metadata, allow_nan=False))},
        )

    def _table_html(
        self,
        id: str,
        values: pd.DataFrame,
        rows: list[Row],
        caption: str,
        corner: str,
        notes: Sequence[str],
        files: list[dict[str, Any]],
        folded: str = "",
    ) -> str:
        met = {cell.state for row in rows for cell in row.cells}
        if any(cell.small for row in rows for cell in row.cells):
            notes = [*notes, ALREADY_PUBLISHED]
        told = [told_of_state(state)[1] for state in STATES if state in met and told_of_state(state)[1]]
        base = disclosure.chosen().base
        if base > 1 and any(cell.rounded for row in rows for cell in row.cells):
            told.append(
                f"Antal personer er afrundet til nærmeste {base}, hvert for sig, og det, der er regnet af dem, er "
                "regnet af de afrundede; summer kan afvige."
            )
        return template("table").render(
            id=_anchor(id),
            caption=caption,
            source=self._source_line(files) if files else "",
            heads=heads_of(values.columns, rows),
            wide=len(values.columns) > WIDE_TABLE_COLUMNS,
            laid=laid_down(values.columns, rows),
            corner=danish.parted(corner),
            rows=rows,
            notes=[*notes, *told],
            folded=folded,
        )

    def _source_line(self, files: list[dict[str, Any]]) -> str:
        """Kilde: KMD Opus (syntetiske data) · data pr. 9. december 2019"""
        if not files:
            return ""
        synthetic = {bool(entry["synthetic"]) for entry in files}
        note = {(True,): " (syntetiske data)", (False, True): " (delvis syntetiske data)"}.get(
            tuple(sorted(synthetic)), ""
        )
        names = list(dict.fromkeys(entry["source"] for entry in files))
        days = [danish.day(one) for one in sorted({day_of(entry["extracted_on"]) for entry in files})]
        if len(names) > MOST_SOURCES_NAMED:
            span = " – ".join(dict.fromkeys([days[0], days[-1]]))
            where = "" if self.page_id == DATA_BASIS else ", se Datagrundlag"
            return f"Kilde: {len(names)} kilder{note}{where} · data pr. {span}"
        return f"Kilde: {danish.listed(names)}{note} · data pr. {danish.listed(days)}"


def open_page(strategy: str, page: str, as_of: str = "", snapshot: str = "", needs: Sequence[Any] = ()) -> Page:
    """Open a strategy's page in a notebook.

    `as_of` (yyyy-mm-dd) defaults to the strategy's own date, `snapshot` to the latest import; `needs` are the
    notebook's. An empty `strategy` opens a page about all of them, as the overview and the data basis are.
    """
    project = find_project()
    data = open_snapshot(project.snapshots, snapshot or None)
    declared = read_needs(needs)
    if not strategy:
        day = date.fromisoformat(as_of) if as_of else latest_extraction(data)
        about_all = Page(project, data, day, None, page, declared)
        about_all.note("snapshot")
        return about_all
    chosen = strategy_of_page(project, strategy, page)
    day = date.fromisoformat(as_of) if as_of else chosen.as_of
    return Page(project, data, day, chosen, page, declared)


def id_of(words: str) -> str:
    """Words of the data as an id: lower-case letters, digits and hyphens."""
    plain = words.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "uden-navn"


def _listed(source: Source) -> list[pd.DataFrame] | list[str]:
    return [source] if isinstance(source, pd.DataFrame) else list(source)  # type: ignore[return-value]


def _anchor(id: str) -> str:
    """The id as it stands in the page, where a heading of the same words has an id of its own."""
    return f"vist-{id}"


_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def _data_uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")


@cache
def template(name: str) -> jinja2.Template:
    """A template of the door out; what it is given is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("afkast.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(f"{name}.html")
