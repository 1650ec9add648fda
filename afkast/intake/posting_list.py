"""Postings that KMD Opus lists: the report CJI3 saved as text between tabs, or an ALV list between pipes.

Between tabs a record is two lines, headings come again on every page, and what stands after a run of blank headings is
in some rows one place further on: a heading's place is therefore where its cell can only be read so. Between pipes the
heading's own pipes say where columns begin, for a text may hold one.
"""

import re
from collections.abc import Iterator
from itertools import product

import pandas as pd

from afkast.intake.cells import numbers
from afkast.intake.decoding import decoded
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults
from afkast.intake.sources import PostingList

FORMS = {
    "document": re.compile(r"[0-9]{4,}"),
    "wbs_element": re.compile(r"[A-ZÆØÅ]{2}-[0-9-]+"),
    "period": re.compile(r"[0-9]{1,3}"),
    "posted_on": re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}"),
    "amount_dkk": re.compile(r"-?[0-9.]+,[0-9]{2}-?"),
}
"""What the cells of a posting look like."""

STARS = re.compile(r"\*+")
AMOUNT = FORMS["amount_dkk"]

Lines = list[tuple[int, list[str]]]
"""Row numbers and cells."""


def read_posting_list(source: PostingList, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """The postings by the row of their first line; sums, where the list prints them, are held against them."""
    text = decoded(source, content, source.encoding, faults)
    if text is None:
        return None
    heading, lines, halves = _cut(source, text.removeprefix("\ufeff"), faults)
    if not heading:
        return None
    # of two headings alike the first is meant
    places = {column: heading.index(name) for column, name in source.headings.items() if name in heading}
    runs = [sum(1 for at in range(1, place) if not heading[at] and heading[at - 1]) for place in places.values()]
    postings, odd, sums, alone = [], [], [], []
    since = total = opened = 0  # opened: the row of a record whose second line is to come
    for row, cells in lines:
        read = _read(cells, places, runs)
        stars = [cell for cell in cells if STARS.fullmatch(cell)]
        if opened and (read or stars):
            alone.append(opened)
        elif opened:
            opened = 0
            continue
        opened = 0
        if places["document"] < len(cells) and FORMS["document"].fullmatch(cells[places["document"]]):
            opened = row if halves else 0
            if read is None:
                odd.append(row)
                continue
            postings.append((row, read))
            ore = round(float(numbers(pd.Series([read["amount_dkk"]]))[0]) * 100)
            since, total = since + ore, total + ore
        elif stars:
            printed = [cell for cell in cells if AMOUNT.fullmatch(cell)]
            if printed:
                ore = round(float(numbers(pd.Series([printed[-1]]))[0]) * 100)
                sums.append((row, len(stars[0]), ore == since, ore == total))
                since = 0 if len(stars[0]) == 1 else since
    rule = f"its cells do not fit {', '.join(source.headings.values())} at one place alone"
    faults.add(source.label, rule, rows=odd, remedy=FETCH_AGAIN)
    if not postings:
        faults.add(source.label, "no postings", remedy=FETCH_AGAIN)
        return None
    alone += [opened] if opened else []
    faults.add(source.label, "the second line of the record is missing", rows=alone, remedy=FETCH_AGAIN)
    _judge_sums(source, sums, odd, postings[-1][0], faults)
    index = pd.Index([row for row, _ in postings], dtype="int64")
    table = pd.DataFrame([read for _, read in postings], index, dtype=str)
    table["posted_on"] = table["posted_on"].str.replace(".", "-", regex=False)
    return table.rename(columns=source.headings)


def _cut(source: PostingList, text: str, faults: Faults) -> tuple[list[str], Lines, bool]:
    """The heading's cells, those of all lines below but what comes again on every page, and whether records have two
    lines; none where there are no headings."""
    wanted = set(source.headings.values())
    every = list(enumerate(text.splitlines(), start=1))
    for separator in ("\t", "|"):
        above = [(row, line) for row, line in every if wanted <= {cell.strip() for cell in line.split(separator)}]
        if not above:
            continue
        heading = [cell.strip() for cell in above[0][1].split(separator)]
        if other := [row for row, line in above if [cell.strip() for cell in line.split(separator)] != heading]:
            faults.add(source.label, "other headings than on the first page", rows=other, remedy=FETCH_AGAIN)
            return [], [], False
        # between tabs a line of further headings follows
        headings = {row for row, _ in above}
        second = {row + 1 for row in headings} if separator == "\t" else set()
        titles = {_without_numbers(line) for row, line in every if row < above[0][0]}
        body = [
            (row, line)
            for row, line in every
            if row not in headings | second and line.strip() and _without_numbers(line) not in titles
        ]
        if separator == "\t":
            return heading, [(row, [cell.strip() for cell in line.split("\t")]) for row, line in body], True
        return heading, list(_between_pipes(source, above, body, faults)), False
    rule = f"no line with the headings {', '.join(sorted(wanted))}"
    faults.add(source.label, rule, remedy=CORRECT_DECLARATION)
    return [], [], False


def _without_numbers(line: str) -> str:
    """A title, whatever page it stands on."""
    return re.sub("[0-9]+", "", line).strip()


def _between_pipes(
    source: PostingList, above: list[tuple[int, str]], body: list[tuple[int, str]], faults: Faults
) -> Iterator[tuple[int, list[str]]]:
    """Cut where the heading has its pipes; a rule of dashes and what stands beside the list are none of it."""
    edges = [place for place, character in enumerate(above[0][1]) if character == "|"]
    inside = [(row, line) for row, line in body if line.startswith("|") and line.strip("|- ")]
    uneven = [row for row, line in inside if any(line[edge : edge + 1] != "|" for edge in edges)]
    rule = "no column separator where the headings have one"
    faults.add(source.label, rule, rows=uneven, remedy=FETCH_AGAIN)
    ends = list(zip([-1, *edges], [*edges, None], strict=True))
    for row, line in inside:
        if row not in set(uneven):
            yield row, [line[begin + 1 : end].strip() for begin, end in ends]


def _read(cells: list[str], places: dict[str, int], runs: list[int]) -> dict[str, str] | None:
    """The cells of the columns, each as many places further on as fit its form; None where not one way alone does."""
    found = set()
    for shifts in product(*(range(run + 1) for run in runs)):
        at = [place + shift for place, shift in zip(places.values(), shifts, strict=True)]
        told = tuple(cells[place] if place < len(cells) else "" for place in at)
        if all(FORMS[column].fullmatch(cell) for column, cell in zip(places, told, strict=True)):
            found.add(told)
    return dict(zip(places, found.pop(), strict=True)) if len(found) == 1 else None


def _judge_sums(
    source: PostingList, sums: list[tuple[int, int, bool, bool]], odd: list[int], last: int, faults: Faults
) -> None:
    """One star sums what stands since the last one, more stars all of it; the last sum ends the list."""
    if odd:
        return  # what cannot be read upsets the sums too
    if not sums:
        remedy = "Print the list with sums."
        faults.ask(source.label, "no_total", "no sum, so that a list that was cut short is not seen", remedy=remedy)
        return
    wrong = [row for row, stars, of_part, of_all in sums if not (of_part if stars == 1 else of_all)]
    # a single star at the end may be the sum of all
    wrong = [row for row in wrong if not (row == sums[-1][0] and sums[-1][3])]
    faults.add(source.label, "the sum is not that of its postings", rows=wrong, remedy=FETCH_AGAIN)
    if sums[-1][0] < last:
        faults.add(source.label, "postings after the last sum; the list may be cut short", remedy=FETCH_AGAIN)
