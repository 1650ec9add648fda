"""What the page of the data basis tells of files: their rows and bytes, as finely as may be told."""

from collections.abc import Iterable

import pandas as pd

from afkast.intake.contracts import PERSON_TABLES
from afkast.report.danish import Quantity

OF_PERSONS = PERSON_TABLES | {"persons_on_benefit"}


def coarse(numbers: Iterable[float], tables: Iterable[str], unit: str, digits: int) -> list[Quantity]:
    """Numbers of files, each of a table; of those with persons only about, for the rows that have come since could tell
    of a few.

    digits: those of what is told about.
    """
    return [
        Quantity(number, unit, digits if of_persons else 0)
        for number, of_persons in zip(numbers, pd.Series(list(tables)).isin(OF_PERSONS), strict=True)
    ]
