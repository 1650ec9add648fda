"""What each extraction said of each month: the newest files, those declared as earlier, and those of former snapshots.

A series is a measure of an area, a line of a strategy's postings, or a strategy's persons on benefits; of persons only
their number by month is kept.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from afkast.analysis import late_registration
from afkast.analysis.counting import first_days, month_numbers, spell_months
from afkast.analysis.late_registration import ON_BENEFIT, VINTAGES
from afkast.errors import DataError
from afkast.intake.contracts import DERIVED
from afkast.intake.faults import Faults
from afkast.intake.snapshot import Snapshot, manifests, open_snapshot
from afkast.intake.sources import Source

SERIES = ["table", "owner", "name", "source"]
"""What one series has in common; `owner` is the area of a measure, else the strategy. Only measures have a source."""
COLUMNS = list(DERIVED[VINTAGES])

Tables = Mapping[str, Iterable[pd.DataFrame]]
"""Tables by name, each of one frame; only that of spells may be of several."""


def said(tables: Tables, extracted_on: Mapping[tuple[str, str], date]) -> pd.DataFrame:
    """What the tables say of each month, with the day on which their files (by table and name) were extracted.

    Columns: COLUMNS. Months without postings or persons between the first one and the extraction are zeros.
    """
    parts = [NOTHING]
    for table, of in (("measures", _measures), ("ledger", _postings), ("spells", _persons)):
        if table in tables:
            days = pd.Series(
                {file: pd.Timestamp(day) for (of_table, file), day in extracted_on.items() if of_table == table}
            )
            parts.append(of(tables, days.astype("datetime64[ns]")).assign(table=table))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def former(snapshots: Path, declared: Iterable[Source]) -> pd.DataFrame:
    """What the folder's former snapshots said, where the declared files do not say it again.

    A file's rows of the day of its declaration, or of a later one that was taken back, are what the import reads anew.
    Of two snapshots that say something of the same day, the later is believed.
    """
    days: dict[str, date] = {}
    for source in declared:
        days[source.file] = max(source.extracted_on, days.get(source.file, date.min))
    parts = [NOTHING]
    for manifest in manifests(snapshots):
        with suppress(DataError):  # what was damaged since says nothing
            parts.append(_said_by(open_snapshot(snapshots, str(manifest["id"]))))
    rows = pd.concat(parts, ignore_index=True)[COLUMNS]
    again = rows["extracted_on"] >= pd.to_datetime(rows["file"].map(days))
    return _last_said(rows[~again])


def put_together(earlier: pd.DataFrame, now: pd.DataFrame, files: set[str]) -> pd.DataFrame:
    """All that is known, of the series that the snapshot has; what is said now goes before what was said.

    A file of then that is none of today's `files` had another name: today's of the series stands for it.
    """
    today = now.drop_duplicates(SERIES).set_index(SERIES)["file"]
    series = pd.MultiIndex.from_frame(earlier[SERIES])
    named = earlier["file"].where(
        earlier["file"].isin(files), pd.Series(today.reindex(series).to_numpy(), earlier.index)
    )
    known = series.isin(today.index)
    return _last_said(pd.concat([earlier.assign(file=named)[known], now], ignore_index=True))


def digest(rows: pd.DataFrame) -> bytes:
    """What goes into a snapshot's id."""
    return pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()


def with_provisional(
    measures: pd.DataFrame, vintages: pd.DataFrame, sources: Iterable[Source], faults: Faults
) -> pd.DataFrame:
    """The measures with the months marked as provisional that extractions have been seen to revise."""
    labels = {source.file: source.label for source in sources if source.table == "measures"}
    revised = vintages[vintages["table"] == "measures"].groupby(["name", "owner", "source"], sort=False)
    place = pd.MultiIndex.from_frame(measures[["measure", "area", "source", "period"]])
    late = np.zeros(len(measures), dtype=bool)
    for series, rows in revised:
        if rows["extracted_on"].nunique() > 1:
            months = late_registration.provisional(late_registration.triangle(rows))
            late |= place.isin([(*series, month) for month in months])
    late &= (measures["status"] == "ok").to_numpy()
    for file, count in measures.loc[late, "file"].value_counts().items():
        faults.correct(labels[str(file)], "revised", count)
    return measures.assign(status=measures["status"].mask(late, "provisional"))


def _said_by(snapshot: Snapshot) -> pd.DataFrame:
    in_it = snapshot.manifest["tables"]
    if VINTAGES in in_it:
        return snapshot.table(VINTAGES)
    # it was made before there were vintages
    tables = {
        name: [snapshot.table(name)] for name in ("measures", "ledger", "spells", "cohort", "persons") if name in in_it
    }
    files = snapshot.manifest["files"]
    return said(tables, {(one["table"], one["file"]): date.fromisoformat(one["extracted_on"]) for one in files})


NOTHING = pd.DataFrame(
    {
        name: pd.Series(
            dtype={"period": "datetime64[ns]", "extracted_on": "datetime64[ns]", "value": "float64"}.get(name, "str")
        )
        for name in COLUMNS
    }
)


def _measures(tables: Tables, days: pd.Series) -> pd.DataFrame:
    [measures] = tables["measures"]
    rows = measures.dropna(subset="value").rename(columns={"measure": "name", "area": "owner"})
    return rows.assign(extracted_on=rows["file"].map(days))


def _postings(tables: Tables, days: pd.Series) -> pd.DataFrame:
    """Kroner by month of posting: of all files of a line together, with the day of the newest."""
    parts = [NOTHING]
    [ledger] = tables["ledger"]
    for (strategy, line), rows in ledger.groupby(["strategy", "line"]):
        of = days[rows["file"].unique()].sort_values()
        months = rows["posted_on"].dt.to_period("M").dt.to_timestamp()
        amounts = rows.groupby(months)["amount_dkk"].sum()
        parts.append(_by_month(amounts, of, str(strategy), str(line), "kr."))
    return pd.concat(parts, ignore_index=True)


def _persons(tables: Tables, days: pd.Series) -> pd.DataFrame:
    """Persons on any benefit by month, of each strategy's target group."""
    parts = [NOTHING]
    if not {"cohort", "persons"} <= set(tables):
        return NOTHING
    [cohort], [persons] = tables["cohort"], tables["persons"]
    for strategy, members in cohort.groupby("strategy"):
        known = persons[persons["person"].isin(members["person"])]
        months: list[pd.DataFrame] = []
        files: dict[str, None] = {}
        for share in tables["spells"]:
            spells = share[share["person"].isin(members["person"])]
            months.append(spell_months(spells, known))
            files |= dict.fromkeys(spells["file"].unique())
        if files:
            of = days[list(files)].sort_values()
            last = month_numbers(of)[-1]
            counts = _on_benefit(pd.concat(months), int(last))
            parts.append(_by_month(counts, of, str(strategy), ON_BENEFIT, "personer"))
    return pd.concat(parts, ignore_index=True)


def _on_benefit(months: pd.DataFrame, last: int) -> pd.Series:
    """How many persons have a month in one of the stretches (person, first_month, last_month), up to `last`."""
    person, first, end = months.sort_values(["person", "first_month"]).to_numpy(dtype="int64").T
    end = np.minimum(end, last)
    far = last + 1
    # how far the person's stretches before this one reach: each person's months lie beyond those of the one before
    reach = np.maximum.accumulate(person * far + end)
    before = np.concatenate([[-1], reach[:-1]]) - person * far
    begins = np.maximum(first, before + 1)
    counted = begins <= end
    start = int(first.min()) if len(first) else last
    change = np.zeros(last - start + 2, dtype="int64")
    np.add.at(change, begins[counted] - start, 1)
    np.add.at(change, end[counted] + 1 - start, -1)
    return pd.Series(change.cumsum()[:-1], first_days(range(start, last + 1)))


def _by_month(numbers: pd.Series, days: pd.Series, owner: str, name: str, unit: str) -> pd.DataFrame:
    """Every month's number up to that of the newest file, as it said."""
    every = pd.date_range(numbers.index.min(), days.iloc[-1], freq="MS", unit="ns")
    values = numbers.reindex(every, fill_value=0).to_numpy(dtype=float)
    series = {"owner": owner, "name": name, "source": "", "unit": unit}
    return pd.DataFrame(
        {"period": every, "value": values, "extracted_on": days.iloc[-1], "file": days.index[-1], **series}
    )


def _last_said(rows: pd.DataFrame) -> pd.DataFrame:
    key = [*SERIES, "period", "extracted_on"]
    return rows.drop_duplicates(key, keep="last").sort_values(key, ignore_index=True)
