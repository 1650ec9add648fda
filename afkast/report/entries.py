"""A manifest's entries of files as they may be told: each with its sheet, of persons with about how much it holds."""

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

import pandas as pd

from afkast.report.about_persons import OF_PERSONS
from afkast.report.danish import Quantity

STEPS = {"rækker": 100, "bytes": 100_000}
"""How finely rows and bytes of persons are told: up to the next so many, for a file that is there is not of 0."""


def told_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A file's entry as it may be told outside the data folder: of persons with about how many rows and bytes."""
    table = [str(entry.get("earlier_of") or entry["table"])]
    sizes = {
        key: int(*map(float, coarse([entry[key]], table, unit)))
        for key, unit in (("rows", "rækker"), ("bytes", "bytes"))
        if entry.get(key) is not None
    }
    return {**entry, **sizes}


def tables_of(files: pd.DataFrame) -> pd.Series:
    """The table that each file's rows are of; of an earlier extraction the one that it is of."""
    return files["earlier_of"].fillna(files["table"]) if "earlier_of" in files else files["table"]


def named(files: pd.DataFrame) -> pd.DataFrame:
    """With `name`, the file and its sheet, by which a reader knows it."""
    return files.assign(name=files["file"] + files["sheet"].map(" ({})".format, na_action="ignore").fillna(""))


def coarse(numbers: Iterable[float], tables: Iterable[str], unit: str) -> list[Quantity]:
    """Numbers of files, each of a table; of those with persons only about, for the rows that have come since could tell
    of a few."""
    return [
        Quantity(STEPS[unit] * ceil(number / STEPS[unit]) if of_persons else number, unit, 0)
        for number, of_persons in zip(numbers, pd.Series(list(tables)).isin(OF_PERSONS), strict=True)
    ]
