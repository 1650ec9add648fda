"""What a snapshot holds beside the tables of its files: counted, or merged for counting, when the data come in."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from afkast.analysis.counting import STILL_RUNNING, every_month, first_days, spell_months
from afkast.engine import DuckDB, open_engine
from afkast.errors import DataError
from afkast.intake.sources import Warehouse

PERSONS_ON_BENEFIT = "persons_on_benefit"


def write_islands(spells: Iterable[pd.DataFrame], persons: pd.DataFrame, path: Path) -> int:
    """Write the table `islands` of the persons' spells, and return its number of rows.

    Columns: person (number of the row in `persons`, from 0), first_month, last_month; see `spell_months`. Spells come
    in one frame or more, and like the persons in the order of the pseudonyms.
    """
    pseudonyms = persons["person"].to_numpy(dtype=object)

    def months(frame: pd.DataFrame) -> pd.DataFrame:
        ends = frame["person"].iloc[[0, -1]] if len(frame) else [""]
        first, last = pseudonyms.searchsorted(min(ends)), pseudonyms.searchsorted(max(ends), side="right")
        of_frame = spell_months(frame, persons.iloc[first:last])
        return of_frame.assign(person=of_frame["person"] + int(first))

    with DuckDB() as database:
        return database.write_islands(map(months, spells), path)


def persons_on_benefit(warehouse: Warehouse) -> pd.DataFrame:
    """Counted in the warehouse, from the first month with spells to that of extraction.

    Columns: period (first day of the month), persons on benefit, inflow and outflow, and `file`, the warehouse's table.
    """
    with open_engine(warehouse.engine) as engine:
        engine.use("spells", warehouse.spells)
        engine.merge_spells()
        persons = engine.count("persons_on_benefit").set_index("month_number")["persons"]
        flows = engine.count("flows").set_index("month_number")
    last = 12 * warehouse.extracted_on.year + warehouse.extracted_on.month - 1
    if persons.empty or not 12 * 1900 <= persons.index[0] <= last or persons.index[-1] > STILL_RUNNING + 1:
        raise DataError(
            f"{warehouse.spells}: its months are not 12 · year + month − 1, between 1900 and {warehouse.extracted_on}, "
            f"or, of spells that still run, {STILL_RUNNING}; mend the view in the warehouse."
        )
    counts = pd.DataFrame({"persons": every_month(persons, persons.index[0], last)})
    counts[["inflow", "outflow"]] = flows.reindex(counts.index, fill_value=0)
    counts.insert(0, "period", first_days(counts.index).astype("datetime64[ns]"))
    return counts.reset_index(drop=True).assign(file=warehouse.spells)
