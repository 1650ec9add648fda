"""Rows of cells → the table below a line of headings: what is data, and what only stands around it."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from afkast.intake.cells import matches, numbers
from afkast.intake.contracts import CONTRACTS
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults, few
from afkast.intake.sources import Sheet, scaled
from afkast.intake.wording import normal

Rows = list[tuple[int, list[str]]]
"""Row number and cells, as they stand in the file."""

KRONER = r"(?:kr|dkk)"
IN_ANOTHER_UNIT = re.compile(
    rf"(?<![0-9.])1[. ]?000[ -]?{KRONER}|{KRONER}\.? ?1[. ]?000(?![0-9.,]*[0-9])|\bi 1[. ]?000(?![0-9.,]*[0-9])"
    rf"|\b[tk]\.? ?{KRONER}|{KRONER}\.? ?['’]000\b|(?<![0-9.,])['’]?000 ?{KRONER}"
    r"|tusind|thousand|\bmio\b|\bmill?\.? ?kr|\bmia\b|million|milliard",
    re.IGNORECASE,
)
UNIT_ALONE = (
    rf"(?i)\(?(?:i )?(?:hele )?(?:1[. ]?000(?:[ -]?{KRONER}(?:oner)?\.?)?|{KRONER}\.? 1[. ]?000|[tk]\.? ?{KRONER}\.?"
    rf"|{KRONER}\.? ?['’]000|['’]?000 ?{KRONER}\.?"
    rf"|(?:tusinde?|thousands?|mio\.?|mill?\.?|mia\.?|milli(?:on|ard)(?:er)?)(?: ?{KRONER}(?:oner)?\.?)?)\)?"
)
"""All that a cell of a column of units says, of what `IN_ANOTHER_UNIT` finds."""

COUNTS_ROWS = re.compile(r"\b(?:rækker|poster|posteringer|forløb|linjer|personer|borgere|sager|records|rows)\b", re.I)


def find_headings(source: Sheet, rows: Rows, faults: Faults) -> tuple[int, list[str]] | None:
    """Position in `rows` of the first row below the headings, and the headings; None where they are not as declared."""
    declared = source.declared_headings
    depth = source.heading_rows
    lines = [_heading(rows[at : at + depth], set(declared)) for at in range(len(rows) - depth + 1)]
    found = [len(set(declared) & set(line)) for line in lines]
    if not any(found):
        faults.add(source.label, "no line holds the declared headings", remedy=CORRECT_DECLARATION)
        return None
    at = found.index(max(found))
    row, headings = rows[at][0], lines[at]
    while headings and not headings[-1]:
        headings.pop()
    for heading in declared:
        if headings.count(heading) != 1:
            rule = "the heading occurs twice" if heading in headings else "the heading is missing"
            faults.add(source.label, rule, column=heading, rows=[row], remedy=_remedy(heading, headings))
    # they are told by position: where the headings are lost, a heading may be a person's data
    extra = [position for position, heading in enumerate(headings, start=1) if heading not in declared]
    if extra:
        plural = "s" if len(extra) > 1 else ""
        rule = f"heading{plural} number {few(extra)} {'are' if plural else 'is'} not declared in sources.yml"
        remedy = CORRECT_DECLARATION.removesuffix(".") + "; a column that is not needed goes under ignore."
        faults.add(source.label, rule, rows=[row], remedy=remedy)
    unit = [number for number, cells in rows[: at + depth] if any(map(IN_ANOTHER_UNIT.search, cells))]
    ask_for_scale(source, "above the rows", unit, faults)
    if extra or set(declared) - set(headings) or len(set(headings)) < len(headings):
        return None
    return at + depth, headings


def ask_for_scale(source: Sheet, where: str, rows: Iterable[int], faults: Faults) -> None:
    """Where a file says that its amounts are in another unit than kroner, `scale` must say in which."""
    kroner = "dkk" in "".join(scaled(source.table)) or re.match("(?i)kr", str(source.constants.get("unit", "")))
    if source.scale is None and kroner:
        rule = f"says {where} that its amounts are in thousands or millions"
        remedy = "Declare scale: 1000 (or 1000000), or scale: 1 where the amounts are in kroner."
        faults.add(source.label, rule, rows=rows, remedy=remedy)


def _heading(rows: Rows, declared: set[str]) -> list[str]:
    """One line of headings of one or more rows; a heading above reaches to the next one in its row."""
    lines = [[normal(cell) for cell in cells] for _, cells in rows]
    if len(lines) == 1:
        return lines[0]
    width = max(map(len, lines))
    above = [""] * width
    for line in lines[:-1]:
        reaching = ""
        for position in range(width):
            reaching = (line[position] if position < len(line) else "") or reaching
            above[position] = f"{above[position]} {reaching}".strip()
    last = [*lines[-1], *[""] * (width - len(lines[-1]))]
    joined = [f"{upper} {lower}".strip() if lower else upper for upper, lower in zip(above, last, strict=True)]
    return [lower if lower in declared else both for lower, both in zip(last, joined, strict=True)]


def _remedy(heading: str, headings: list[str]) -> str:
    alike = [n for n, other in enumerate(headings, start=1) if other.casefold() == heading.casefold() != other]
    alike = [n for n in alike if headings[n - 1] != heading]
    return f"Heading number {alike[0]} differs only in capitals; write it so." if alike else CORRECT_DECLARATION


def data_rows(
    source: Sheet, headings: list[str], cells: pd.DataFrame, odd: Rows, faults: Faults
) -> pd.DataFrame | None:
    """The rows that are data, of the declared headings that are not ignored; see `DataRows`."""
    rows = DataRows(source, headings, faults)
    kept = rows.of(cells, odd)
    return kept if rows.close() else None


class DataRows:
    """What of a file is data, block after block; what only the whole file can say is said in the end.

    A footer lacks a cell that every row of data must have; there, and below it, nothing is data.
    """

    def __init__(self, source: Sheet, headings: list[str], faults: Faults) -> None:
        self._source, self._headings, self._faults = source, headings, faults
        self._rows = self._last = 0
        self._odd: Rows = []
        self._end: int | None = None
        self._around: Rows = []
        self._totals: list[pd.DataFrame] = []
        self._below: list[int] = []
        self._sums: dict[str, float] = {}
        self._above_rows = 0
        self._units: set[int] = set()

    def of(self, cells: pd.DataFrame, odd: Rows) -> pd.DataFrame:
        """The rows that are data, of the declared headings that are not ignored.

        `cells` has the rows with a cell per heading, by row number; `odd` are the rows with more or fewer.
        """
        source, label = self._source, self._source.label
        odd = [(row, filled) for row, line in odd if any(filled := [normal(cell) for cell in line])]
        blank = (cells == "").all(axis=1)
        cells = cells[~blank] if blank.any() else cells
        if source.footer:
            cells, odd = self._above_footer(cells, odd)
        for heading, wordings in source.leave_out.items():
            totals = cells[heading].map(normal).isin(wordings)
            self._faults.record(label).left_out += int(totals.sum())
            cells = cells[~totals]
        for heading in source.ignore:
            self._units |= set(cells.index[matches(cells[heading].astype(str), UNIT_ALONE)])
        names = pd.Series(self._headings, index=cells.columns)
        repeated = cells.index[(cells == names).sum(axis=1) >= max(2, len(self._headings) / 2)]
        rule = "the headings stand there again: more than one table, or page, in one"
        self._faults.add(label, rule, rows=repeated, remedy="Export one table a file, or a sheet.")
        self._odd += odd
        self._rows += len(cells)
        self._last = int(cells.index[-1]) if len(cells) else self._last
        return cells[source.kept_headings]

    def close(self) -> bool:
        """Whether there was any row, after the last block."""
        label = self._source.label
        if self._source.footer and self._end is None:
            rule = "the declared footer is missing; the export may be cut short"
            self._faults.add(label, rule, remedy=FETCH_AGAIN)
        elif self._source.footer:
            rule = f"rows of data below the footer, which begins in row {self._end}"
            self._faults.add(label, rule, rows=self._below, remedy=CORRECT_DECLARATION)
            self._check_footer()
        notes_below = {row for row, line in [*self._around, *self._odd] if any(map(IN_ANOTHER_UNIT.search, line))}
        ask_for_scale(self._source, "beside the rows", self._units | notes_below, self._faults)
        if not self._rows and not self._odd:
            self._faults.add(label, "no rows below the headings", remedy=FETCH_AGAIN)
            return False
        notes = [row for row, line in self._odd if sum(map(bool, line)) == 1 and row > self._last]
        rule = f"not {len(self._headings)} cells, as there are headings"
        uneven = [row for row, _ in self._odd if row not in notes]
        self._faults.add(label, rule, rows=uneven)
        remedy = "Declare the first word of the first of them as footer."
        self._faults.add(label, "a note below the rows", rows=notes, remedy=remedy)
        return True

    def _above_footer(self, cells: pd.DataFrame, odd: Rows) -> tuple[pd.DataFrame, Rows]:
        source, contract = self._source, CONTRACTS[self._source.table].columns
        needed = [heading for heading, column in source.columns.items() if not contract[column].nullable]
        whole = (cells[needed] != "").all(axis=1) if needed else pd.Series(False, index=cells.index)
        if self._end is None:
            footer = str(source.footer)
            begins = cells.iloc[:, 0].str.startswith(footer)
            ends = [*cells.index[begins & ~whole], *(row for row, line in odd if line[0].startswith(footer))]
            self._end = min(ends, default=None)
        end = np.inf if self._end is None else self._end
        self._below += cells.index[whole & (cells.index > end)].to_list()
        self._around += [(row, line) for row, line in odd if row >= end]
        self._totals.append(cells[cells.index == end])
        below = cells[cells.index >= end]
        self._units |= {row for row, *line in below.itertuples() if any(map(IN_ANOTHER_UNIT.search, line))}
        data = cells[cells.index < end]
        self._above_rows += len(data)
        for heading in self._summed():
            self._sums[heading] = self._sums.get(heading, 0) + numbers(data[heading], source.decimal_mark).sum()
        return data, [(row, line) for row, line in odd if row < end]

    def _summed(self) -> list[str]:
        source = self._source
        amounts = [heading for heading, column in source.columns.items() if column in scaled(source.table)]
        return [*(amounts if source.table != "measures" else []), *source.spread]

    def _check_footer(self) -> None:
        """What a footer says of the rows above it must hold: how many they are, and what they add up to."""
        source, totals = self._source, pd.concat(self._totals)
        lines = [
            " ".join(filter(None, line)) for line in [*(line for _, line in self._around), *totals.to_numpy().tolist()]
        ]
        for line in lines:
            counted = re.findall(r"(?<![0-9,.])[0-9]{1,3}(?:\.[0-9]{3})+(?![0-9,])|(?<![0-9,.])[0-9]+(?![0-9,.])", line)
            if COUNTS_ROWS.search(line) and len(counted) == 1 and len(line) < 60:
                told = int(counted[0].replace(".", ""))
                if told != self._above_rows:
                    rule = f"has {self._above_rows} rows, and its own footer says {told}"
                    self._faults.add(source.label, rule, remedy=FETCH_AGAIN)
        for heading, summed in self._sums.items():
            total = numbers(totals[heading], source.decimal_mark)
            wrong = total.index[(total - summed).abs() > 0.005]
            rule = "the footer's total is not the sum of the rows"
            self._faults.add(source.label, rule, column=heading, rows=wrong, remedy=FETCH_AGAIN)
