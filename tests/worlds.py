"""Small worlds of persons for tests: written by hand, or drawn month by month."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Person = tuple[list[tuple[date, date | None]], date | None, date | None]
"""Spells (first and last day), the day of moving away, the day of death."""

World = tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]
"""On benefits and observed (persons × months), and the month of start, NaN for those who never start."""


def spells_of(people: list[Person]) -> pd.DataFrame:
    """The table of spells; person number i is called pi."""
    rows = [(f"p{number}", start, end) for number, (spells, _, _) in enumerate(people) for start, end in spells]
    frame = pd.DataFrame(rows, columns=["person", "start", "end"])
    return frame.astype({"start": "datetime64[s]", "end": "datetime64[s]"})


def people_of(people: list[Person]) -> pd.DataFrame:
    """The table of persons."""
    rows = [(f"p{number}", moved_on, died_on) for number, (_, moved_on, died_on) in enumerate(people)]
    frame = pd.DataFrame(rows, columns=["person", "moved_on", "died_on"])
    return frame.astype({"moved_on": "datetime64[s]", "died_on": "datetime64[s]"})


def drawn_world(
    rng: np.random.Generator,
    persons: int = 300,
    starts_per_month: int = 10,
    start_months: int = 6,
    follow_up_months: int = 18,
    effect: float = 0.0,
    exit_probability: float = 0.03,
    return_probability: float = 0.025,
) -> World:
    """A target group on benefits in month 0; so many of those who still are start at random in each of the months.

    From the month after the start on, `effect` is added to the monthly probability of leaving benefits.
    """
    width = start_months + follow_up_months - 1
    on = np.zeros((persons, width), dtype=bool)
    on[:, 0] = True
    start = np.full(persons, np.nan)
    for month in range(width - 1):
        if month < start_months:
            could_start = np.flatnonzero(on[:, month] & np.isnan(start))
            start[rng.permutation(could_start)[:starts_per_month]] = month
        draw = rng.random(persons)
        stays = draw >= exit_probability + effect * (start <= month)
        on[:, month + 1] = np.where(on[:, month], stays, draw < return_probability)
    return on, np.ones_like(on), start
