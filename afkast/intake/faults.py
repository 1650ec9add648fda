"""What is wrong with the raw files, what was asked and answered, and what was put right: told in one go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from afkast.errors import DataError

ROWS_NAMED = 3
"""So many rows, or headings, are named in a sentence; the rest are counted."""

CORRECT_ROWS = "Correct the rows at the source and export again."
CORRECT_DECLARATION = "Correct the export, or its declaration in sources.yml."
FETCH_AGAIN = "Fetch the file again from its system."

QUESTIONS = {
    "period": "posteringer er bogført i en anden måned end deres periode",
    "stale": "filen slutter i en tidligere måned end sidst",
    "shared": "de samme posteringer står i to filer",
    "repeated": "rækker står mere end én gang",
    "separator": "en tekst rummer det tegn, der skiller celler",
    "no_postings": "et PSP-element har ingen posteringer",
    "no_total": "listen har ingen sum at holde posteringerne op mod",
    "open_end": "den sidste linje slutter ikke",
    "ratio": "en værdi er ikke tæller divideret med nævner",
    "unchanged": "filen er uændret siden sidst",
    "fewer_rows": "mere end en fjerdedel af rækkerne er væk",
    "birth_year": "et fødselsår er ikke personnummerets",
    "factor": "en faktor siger, at priserne faldt eller steg mere end 15 pct. om året",
    "rising_share": "statens andel af en ydelse stiger, jo længere den er modtaget",
    "price_jump": "en pris er mere end fem gange en anden af samme ydelse",
    "sign": "alle beløb på en linje har det modsatte fortegn af det ventede",
    "limit": "antallet af rækker er et, som udtræk bliver skåret af ved",
    "above_whole": "en tæller er større end sin nævner",
    "sex": "køn er for de fleste ikke personnummerets",
    "chain": "faktorer fra år til år fører til forskellige prisniveauer",
    "plan": "den planlagte til- og afgang fører ikke fra begyndelsen til årets mål",
    "total": "en række er summen af de andre",
    "unknown_name": "et navn står ikke i den tabel, det henviser til, men et, der næsten er det samme, gør",
    "small_price": "en pris pr. helårsperson er under 1.000 kr.",
}
"""What looks wrong and may be right, as readers are told: `accepted` in sources.yml says why it is."""

CORRECTIONS = {
    "one_form": "mellemrum, bindestreger og bogstaver er skrevet på én måde",
    "absent": "en række, kilden har udeladt, er nul",
    "zero": "et mærke er læst som nul",
    "missing": "et mærke er læst som manglende",
    "suppressed": "et mærke er læst som skjult af kilden",
    "share": "en procent er læst som andel af 1",
    "computed": "værdien er regnet af tæller og nævner",
    "repeated": "den samme række stod der allerede",
    "revised": "måneden er mærket foreløbig, fordi tidligere udtræk er blevet ændret så sent",
    "still_runs": "slutdatoen ligger efter udtrækket: forløbet løber endnu",
}
"""What an import puts right, as readers are told."""

NOTES = {
    "old": "den nyeste række er ældre, end man skulle vente",
    "alike": "to posteringer er ens i alt, og begge tæller",
    "several_payments": "en borger har flere udbetalinger af en ydelse i samme uge, og de er lagt sammen",
    "few_citizens": "en pris, der ville hvile på færre end fem borgere, er udeladt",
    "gap": "der mangler måneder midt i en serie",
    "year_to_date": "en serie vokser året igennem og falder hver januar: den kan være talt op fra nytår",
}
"""What an import notes, as readers are told."""


@dataclass(frozen=True)
class Fault:
    """One rule that one file breaks. Never holds a cell's value: it may be personal.

    Rows are 1-based: the physical line of a text file, the row of an Excel sheet.
    """

    file: str
    column: str | None
    rule: str
    rows: tuple[int, ...]
    count: int
    remedy: str = CORRECT_ROWS

    def __str__(self) -> str:
        column = f", column '{self.column}'" if self.column else ""
        return f"{self.file}{column}: {self.rule}{self._where()}. {self.remedy}"

    def _where(self) -> str:
        if not self.rows:
            return ""
        named = ", ".join(str(row) for row in self.rows[:ROWS_NAMED])
        if self.count == 1:
            return f" (row {named})"
        if self.count <= ROWS_NAMED:
            return f" (rows {named})"
        return f" (rows {named} and {self.count - ROWS_NAMED} more; {self.count} rows)"


@dataclass
class Record:
    """How one file came in, for whoever is to judge its quality."""

    left_out: int = 0
    corrected: dict[tuple[str, str | None], int] = field(default_factory=dict)
    asked: dict[tuple[str, str, str | None], dict[str, Any]] = field(default_factory=dict)
    noted: list[str] = field(default_factory=list)

    def entry(self) -> dict[str, Any]:
        """The same for the manifest."""
        corrected = [{"rule": rule, "column": column, "cells": n} for (rule, column), n in self.corrected.items()]
        asked = [
            {"question": question, "rule": rule, "column": column, **told}
            for (question, rule, column), told in self.asked.items()
        ]
        return {"left_out": self.left_out, "corrected": corrected, "asked": asked, "noted": self.noted}


class Faults:
    """The faults found so far, and beside them what was put right and what somebody has vouched for."""

    def __init__(self, answers: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._found: dict[tuple[str, str | None, str, str], set[int]] = {}
        self._rows: dict[str, set[int]] = {}
        self._answers = answers or {}  # by file and question: why it is right
        self._records: dict[str, Record] = {}

    def add(
        self,
        file: str,
        rule: str,
        *,
        column: str | None = None,
        rows: Iterable[int] | None = None,
        remedy: str = CORRECT_ROWS,
    ) -> None:
        """Note that `file` breaks `rule` in `rows`; None: the file as a whole does; no rows: no fault.

        What is noted more than once, of one block of the file after another, is one fault.
        """
        numbers = set() if rows is None else {int(row) for row in rows}
        if numbers or rows is None:
            self._found.setdefault((file, column, rule, remedy), set()).update(numbers)
            self._rows.setdefault(file, set()).update(numbers)

    def ask(
        self,
        file: str,
        question: str,
        rule: str,
        *,
        column: str | None = None,
        rows: Iterable[int] | None = None,
        remedy: str = CORRECT_ROWS,
    ) -> None:
        """The same of what may be right: no fault where `accepted` in sources.yml answers the question."""
        numbers = None if rows is None else sorted({int(row) for row in rows})
        if numbers == []:
            return
        answer = self._answers.get(file, {}).get(question)
        if answer is None:
            remedy += f" Where it is right, say who says so and why: accepted: {{{question}: 'name: reason'}}."
            self.add(file, rule, column=column, rows=numbers, remedy=remedy)
        else:
            asked = self.record(file).asked.setdefault((question, rule, column), {"rows": 0, "answer": answer})
            asked["rows"] += len(numbers or [])

    def correct(self, file: str, rule: str, cells: int, column: str | None = None) -> None:
        """Note that so many cells of `file` were put right by `rule` of CORRECTIONS; none: nothing to note."""
        assert rule in CORRECTIONS
        if cells:
            corrected = self.record(file).corrected
            corrected[rule, column] = corrected.get((rule, column), 0) + int(cells)

    def note(self, file: str, note: str) -> None:
        """Note one of NOTES: what is neither wrong nor put right, and worth knowing of `file`."""
        self.record(file).noted.append(note)

    def record(self, file: str) -> Record:
        """How the file came in."""
        return self._records.setdefault(file, Record())

    @property
    def found(self) -> list[Fault]:
        """The faults, in the order in which they were first noted."""
        return [
            Fault(file, column, rule, tuple(sorted(rows)), len(rows), remedy)
            for (file, column, rule, remedy), rows in self._found.items()
        ]

    def rows(self, file: str) -> set[int]:
        """The rows of a file that are at fault already, and are not judged again."""
        return self._rows.get(file, set())

    def concern(self, files: Iterable[str]) -> bool:
        """Whether any of the files has a fault."""
        return not {file for file, *_ in self._found}.isdisjoint(files)

    def stop(self) -> None:
        """Raise a DataError that lists every fault, one sentence a line; nothing when there are none."""
        if self.found:
            faults = sorted(_by_columns(self.found), key=lambda fault: (fault.file, fault.rows[:1]))
            count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            lines = [f"{count} in the raw files; nothing was imported.", *map(str, faults)]
            raise DataError("\n".join(lines))


def _by_columns(faults: list[Fault]) -> list[Fault]:
    """The same of the same rows in many columns, such as those of twelve months, is told once."""
    alike: dict[tuple[str, str, tuple[int, ...], str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.file, fault.rule, fault.rows, fault.remedy), []).append(fault)
    told = []
    for same in alike.values():
        if len(same) > ROWS_NAMED and all(fault.column for fault in same):
            named = ", ".join(str(fault.column) for fault in same[:ROWS_NAMED])
            same = [replace(same[0], column=f"{named} and {len(same) - ROWS_NAMED} more")]
        told += same
    return told


def few(numbers: Iterable[int]) -> str:
    """The first of many numbers, and how many more there are."""
    every = sorted(numbers)
    named = ", ".join(str(number) for number in every[:ROWS_NAMED])
    return named if len(every) <= ROWS_NAMED else f"{named} and {len(every) - ROWS_NAMED} more"
