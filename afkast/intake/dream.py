"""DREAM: a row per person and a column per week with a code, as spells.

A week's code is set by a single day and overwritten by priority, so that spells made of weeks are no measure of stocks.
"""

import re
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from afkast.intake.decoding import decoded
from afkast.intake.delimited import UnreadableError, cut_rows
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults
from afkast.intake.sources import Dream

WEEK = re.compile(r"y_([0-9]{2})([0-9]{2})")
OTHER = re.compile(r"(?:branche|grad|br)_.*", re.IGNORECASE)
"""Columns of employment, which spells on benefits do not need."""


def read_dream(source: Dream, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """Spells (person, benefit, start, end as text) by the line of their person; blank end: runs in the last week.

    A spell is a run of weeks of one benefit, from Monday of the first to Sunday of the last.
    """
    text = decoded(source, content, source.encoding, faults)
    if text is None:
        return None
    try:
        lines = list(cut_rows([text.removeprefix("\ufeff")], source.separator, '"' in text))
    except UnreadableError as fault:
        faults.add(source.label, fault.rule, rows=[fault.row])
        return None
    headings = lines[0][1] if lines else []
    weeks = [position for position, heading in enumerate(headings) if WEEK.fullmatch(heading)]
    mondays = [_monday(headings[position]) for position in weeks]
    if source.person not in headings or not weeks or None in mondays:
        rule = f"the first line is not {source.person} and weeks like y_2401"
        faults.add(source.label, rule, rows=[1], remedy=CORRECT_DECLARATION)
        return None
    unknown = [
        position + 1
        for position, heading in enumerate(headings)
        if heading != source.person and position not in set(weeks) and not OTHER.fullmatch(heading)
    ]
    rule = "columns that are neither weeks nor employment"
    faults.add(source.label, rule, rows=[1] if unknown else [], remedy=CORRECT_DECLARATION)
    days = [monday for monday in mondays if monday]
    if any(later - earlier != timedelta(7) for earlier, later in pairwise(days)):
        faults.add(source.label, "weeks that do not follow each other", rows=[1], remedy=FETCH_AGAIN)
        return None
    body = [(row, cells) for row, cells in lines[1:] if any(cells)]
    uneven = [row for row, cells in body if len(cells) != len(headings)]
    faults.add(source.label, f"not {len(headings)} cells, as there are headings", rows=uneven)
    even = [(row, cells) for row, cells in body if len(cells) == len(headings)]
    if not even:
        faults.add(source.label, "no rows below the headings", remedy=FETCH_AGAIN)
        return None
    codes = pd.DataFrame([[cells[position] for position in weeks] for _, cells in even], dtype=str)
    rows = np.array([row for row, _ in even])
    listed = codes.isin(["", *source.codes])
    rule = "a code that sources.yml does not list"
    faults.add(source.label, rule, rows=rows[~listed.all(axis=1)], remedy=CORRECT_DECLARATION)
    benefits = codes.replace({"": ""} | source.codes).to_numpy(dtype=object)
    return _spells(benefits, days, rows, [cells[headings.index(source.person)] for _, cells in even])


def _spells(benefits: np.ndarray, days: list[date], rows: np.ndarray, persons: list[str]) -> pd.DataFrame:
    """Runs of equal benefits (persons × weeks)."""
    begins = np.ones(benefits.shape, dtype=bool)
    begins[:, 1:] = benefits[:, 1:] != benefits[:, :-1]
    who, first = np.nonzero(begins)
    # a run ends before the next one of the same person, or with the last week
    next_run = np.append(first[1:], 0)
    last_of_person = np.append(who[1:] != who[:-1], True)
    until = np.where(last_of_person, len(days), next_run)
    on_benefit = benefits[who, first] != ""
    who, first, until = who[on_benefit], first[on_benefit], until[on_benefit]
    written = [day.strftime("%d-%m-%Y") for day in days]
    sundays = [*((day - timedelta(1)).strftime("%d-%m-%Y") for day in days[1:]), ""]
    return pd.DataFrame(
        {
            "person": [persons[one] for one in who],
            "benefit": benefits[who, first],
            "start": [written[week] for week in first],
            "end": [sundays[week - 1] for week in until],
        },
        index=pd.Index(rows[who], dtype="int64"),
        dtype=str,
    )


def _monday(heading: str) -> date | None:
    """The Monday of the ISO week y_YYWW; years before 90 are this century's."""
    year, week = (int(digits) for digits in WEEK.fullmatch(heading).groups())  # type: ignore[union-attr]
    try:
        return date.fromisocalendar(year + (2000 if year < 90 else 1900), week, 1)
    except ValueError:
        return None
