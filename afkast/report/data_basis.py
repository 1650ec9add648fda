"""What the page of the data basis tells of files: their rows and bytes, as finely as may be told."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from afkast.intake.contracts import PERSON_TABLES
from afkast.report.danish import Quantity, rounded

OF_PERSONS = PERSON_TABLES | {"persons_on_benefit"}

HUNDREDS, HUNDRED_THOUSANDS = -2, -5
DIGITS = {"rækker": HUNDREDS, "bytes": HUNDRED_THOUSANDS}
"""How finely rows and bytes of persons are told."""


def told_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A file's entry as it may be told outside the data folder: of persons with about how many rows and bytes."""
    table = [str(entry.get("earlier_of") or entry["table"])]
    sizes = {
        key: int(rounded(*coarse([entry[key]], table, unit)))
        for key, unit in (("rows", "rækker"), ("bytes", "bytes"))
        if entry.get(key) is not None
    }
    return {**entry, **sizes}


def tables_of(files: pd.DataFrame) -> pd.Series:
    """The table that each file's rows are of; of an earlier extraction the one that it is of."""
    return files["earlier_of"].fillna(files["table"]) if "earlier_of" in files else files["table"]


def coarse(numbers: Iterable[float], tables: Iterable[str], unit: str) -> list[Quantity]:
    """Numbers of files, each of a table; of those with persons only about, for the rows that have come since could tell
    of a few."""
    return [
        Quantity(number, unit, DIGITS[unit] if of_persons else 0)
        for number, of_persons in zip(numbers, pd.Series(list(tables)).isin(OF_PERSONS), strict=True)
    ]
