"""What an import adds to the tables of the files, and what a page counts on it."""

import json
import shutil
import sqlite3
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from raw_files import write_raw

from afkast.analysis import cohort
from afkast.analysis.counting import STILL_RUNNING, every_month, first_days, month_numbers
from afkast.edition.book import DATA_BASIS
from afkast.edition.execute import Job, execute
from afkast.engine import DuckDB, databases
from afkast.errors import AfkastError, DataError, PageError
from afkast.intake import Snapshot, import_raw, pseudonym_key
from afkast.project import Project
from afkast.report.filed import filed
from afkast.report.show import Page

KEY = b"k" * 32
SPELL = ["person", "first_month", "last_month"]
JANUARY_2020 = 24240

WAREHOUSE = """\
warehouse:
  engine: {engine}
  spells: {spells}
  source: Kommunens datavarehus
  extracted_on: 2020-06-30
  synthetic: true
"""


@pytest.fixture
def warehouse(tmp_path):
    """A database with spells by month: 6 persons in January 2020 and March, 1 of them twice, 7 from May on."""
    path = tmp_path / "datavarehus.db"
    rows = [(person, JANUARY_2020, JANUARY_2020 + 2) for person in (1, 2, 3, 4, 5, 6, 6)]
    rows += [(person, JANUARY_2020 + 4, STILL_RUNNING) for person in range(1, 8)]
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE spell_months (person INTEGER, first_month INTEGER, last_month INTEGER)")
    connection.executemany("INSERT INTO spell_months VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return f"sqlite:{path}"


def declare(raw, text):
    with (raw.parent / "sources.yml").open("a", encoding="utf-8") as file:
        file.write(text)


def page_on(snapshot):
    return Page(
        Project(snapshot.path, snapshot.path), snapshot, pd.Timestamp("2022-02-28").date(), None, "datagrundlag"
    )


# ---------------------------------------------------------------- islands


def test_an_import_merges_the_spells_and_lists_the_islands_among_the_tables(snapshot):
    entry = snapshot.manifest["tables"]["islands"]
    islands = snapshot.table("islands")
    assert entry["derived_from"] == "spells" and entry["rows"] == len(islands) > 1000
    assert list(islands.columns) == SPELL and set(islands.dtypes) == {np.dtype("int32")}
    # sorted, disjoint, and with a month between
    ordered = islands.sort_values(["person", "first_month"], ignore_index=True)
    pd.testing.assert_frame_equal(islands, ordered)
    gap = ordered["first_month"] - ordered.groupby("person")["last_month"].shift()
    assert (gap.dropna() >= 2).all() and (ordered["first_month"] <= ordered["last_month"]).all()


def test_the_islands_are_the_months_on_benefit_of_every_person(snapshot):
    persons = snapshot.table("persons")
    months = cohort.person_months(snapshot.table("spells"), persons, "2018-01", "2022-02")
    written_out = np.zeros_like(months.on_benefit)
    first = month_numbers(pd.Series([months.months[0].start_time]))[0]
    for person, begin, end in snapshot.table("islands").itertuples(index=False):
        written_out[person, max(begin - first, 0) : max(end - first + 1, 0)] = True
    assert (written_out == months.on_benefit).all()


def test_ranges_of_persons_merge_to_the_same_bytes_whatever_the_order(tmp_path, monkeypatch):
    rng = np.random.default_rng(3)
    first = rng.integers(0, 60, 900)
    spells = pd.DataFrame({"person": rng.integers(0, 200, 900), "first_month": first})
    spells["last_month"] = first + rng.integers(0, 9, 900)
    spells = pd.concat([spells, spells.head(50)]).query("person % 7 != 3").astype("int32")
    files = {name: tmp_path / f"{name}.parquet" for name in ("whole", "shuffled", "frames", "ranges")}
    on_disk = tmp_path / "spells.parquet"
    spells.to_parquet(on_disk, index=False)

    def write(name, rows):
        with DuckDB() as database:
            return database.write_islands(rows, files[name])

    shuffled = spells.sample(frac=1, random_state=1)
    rows = {write("whole", [spells]), write("shuffled", [shuffled])}
    rows.add(write("frames", [frame for _, frame in shuffled.groupby(shuffled["person"] // 30)]))
    monkeypatch.setattr(databases, "SPELLS_AT_A_TIME", 100)
    rows.add(write("ranges", on_disk))
    assert len(rows) == 1
    assert len({file.read_bytes() for file in files.values()}) == 1


def test_no_spells_give_no_islands(tmp_path):
    with DuckDB() as database:
        assert database.write_islands([pd.DataFrame(columns=SPELL, dtype="int32")], tmp_path / "islands.parquet") == 0
    assert list(pd.read_parquet(tmp_path / "islands.parquet").columns) == SPELL


def test_a_snapshot_without_spells_has_no_islands(tmp_path):
    snapshot = import_raw(write_raw(tmp_path / "raw", "maal.csv").parent, tmp_path / "snapshots", KEY)
    assert list(snapshot.manifest["tables"]) == ["measures", "vintages"]
    with pytest.raises(DataError, match="has no table islands"):
        page_on(snapshot).counted("persons_on_benefit")


def test_a_page_gets_counts_and_no_persons(snapshot):
    with pytest.raises(PageError, match="there is no count 'islands'; there are persons_on_benefit, "):
        page_on(snapshot).counted("islands")


def test_islands_that_were_changed_are_not_counted(snapshot, tmp_path):
    copy = Snapshot(Path(shutil.copytree(snapshot.path, tmp_path / "copy")), snapshot.manifest)
    assert copy.intact()
    content = bytearray((copy.path / "islands.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (copy.path / "islands.parquet").write_bytes(content)
    assert not copy.intact()
    with pytest.raises(DataError, match="is not as it was written"):
        page_on(copy).counted("persons_on_benefit")
    (copy.path / "islands.parquet").unlink()
    with pytest.raises(DataError, match="is not as it was written"):
        copy.file("islands")


# ---------------------------------------------------------------- what a page counts


@pytest.mark.parametrize("name", ["", "sqlite"])
def test_a_page_counts_in_the_engine_that_is_chosen(snapshot, monkeypatch, name):
    monkeypatch.setenv("AFKAST_ENGINE", name)
    months = cohort.person_months(snapshot.table("spells"), snapshot.table("persons"), "2018-01", "2021-12")
    first = month_numbers(pd.Series([pd.Timestamp("2018-01-01")]))[0]
    found = page_on(snapshot).counted("persons_on_benefit").set_index("month_number")["persons"]
    counted = every_month(found, int(first), int(first) + len(months.months) - 1)
    assert counted.tolist() == months.on_benefit.sum(axis=0).tolist()


# ---------------------------------------------------------------- spells that stay in a warehouse


def test_a_warehouse_s_spells_are_counted_there_and_the_numbers_alone_come_in(tmp_path, warehouse):
    raw = write_raw(tmp_path / "raw", "maal.csv")
    declare(raw, WAREHOUSE.format(engine=warehouse, spells="spell_months"))
    snapshot = import_raw(raw.parent, tmp_path / "snapshots", KEY)
    table = snapshot.table("persons_on_benefit")
    assert table["period"].dt.strftime("%Y-%m").tolist() == [f"2020-0{month}" for month in range(1, 7)]
    assert table["persons"].tolist() == [6, 6, 6, 0, 7, 7]
    assert table["inflow"].tolist() == [6, 0, 0, 0, 7, 0]
    assert table["outflow"].tolist() == [0, 0, 0, 6, 0, 0]
    (entry,) = snapshot.files_of("persons_on_benefit")
    assert entry["rows"] == 6 and entry["source"] == "Kommunens datavarehus" and entry["synthetic"]
    assert entry["period"] == ["2020-01-01", "2020-06-30"] and entry["extracted_on"] == "2020-06-30"
    assert set(table["file"]) == {entry["file"]} == {"spell_months"}
    assert set(snapshot.manifest["tables"]) == {"measures", "persons_on_benefit", "vintages"}
    assert warehouse not in json.dumps(snapshot.manifest)

    # the same again is the same snapshot, and another number another one
    assert import_raw(raw.parent, tmp_path / "snapshots", KEY).id == snapshot.id
    connection = sqlite3.connect(warehouse.removeprefix("sqlite:"))
    connection.execute(f"INSERT INTO spell_months VALUES (9, {JANUARY_2020 + 3}, {JANUARY_2020 + 3})")
    connection.commit()
    connection.close()
    another = import_raw(raw.parent, tmp_path / "snapshots", KEY)
    assert another.id != snapshot.id and another.table("persons_on_benefit")["persons"].tolist() == [6, 6, 6, 1, 7, 7]


def test_afkast_engine_names_the_warehouse_where_the_declaration_does_not(tmp_path, warehouse, monkeypatch):
    raw = write_raw(tmp_path / "raw", "maal.csv")
    declare(raw, WAREHOUSE.replace("  engine: {engine}\n", "").format(spells="spell_months"))
    monkeypatch.setenv("AFKAST_ENGINE", warehouse)
    snapshot = import_raw(raw.parent, tmp_path / "snapshots", KEY)
    assert snapshot.table("persons_on_benefit")["persons"].sum() == 32


@pytest.mark.parametrize(
    ("engine_name", "spells", "told"),
    [
        ("postgresql://reader:tiger@host/db", "spell_months", "a password does not belong into this file"),
        ("sqlserver:DSN=x;PWD=tiger", "spell_months", "a password does not belong into this file"),
        ("sqlite", "spell_months; DROP TABLE tiger", r"warehouse\.spells: "),
        (
            "sqlite",
            "no_such_table",
            "SQLite has no table or view no_such_table with the columns person, first_month, last_month, all",
        ),
        ("mysql://tiger", "spell_months", "must begin with one of duckdb"),
    ],
)
def test_a_warehouse_that_cannot_be_used_is_told_in_a_sentence(tmp_path, engine_name, spells, told):
    raw = write_raw(tmp_path / "raw", "maal.csv")
    declare(raw, WAREHOUSE.format(engine=json.dumps(engine_name), spells=json.dumps(spells)))
    with pytest.raises(AfkastError, match=told) as raised:
        import_raw(raw.parent, tmp_path / "snapshots", KEY)
    assert "tiger" not in str(raised.value)
    assert not (tmp_path / "snapshots").exists()


def test_a_warehouse_s_spell_without_an_end_is_refused(tmp_path, warehouse):
    connection = sqlite3.connect(warehouse.removeprefix("sqlite:"))
    connection.execute(f"UPDATE spell_months SET last_month = NULL WHERE last_month = {STILL_RUNNING}")
    connection.commit()
    connection.close()
    raw = write_raw(tmp_path / "raw", "maal.csv")
    declare(raw, WAREHOUSE.format(engine=warehouse, spells="spell_months"))
    with pytest.raises(AfkastError, match=r"spell_months: 7 rows lack a number .* ends in month 119999"):
        import_raw(raw.parent, tmp_path / "snapshots", KEY)


@pytest.mark.parametrize("month", [202001, -5, 24300])
def test_months_that_are_no_month_numbers_are_refused(tmp_path, warehouse, month):
    connection = sqlite3.connect(warehouse.removeprefix("sqlite:"))
    connection.execute("DELETE FROM spell_months")
    connection.execute(f"INSERT INTO spell_months VALUES (1, {month}, {month})")
    connection.commit()
    connection.close()
    raw = write_raw(tmp_path / "raw", "maal.csv")
    declare(raw, WAREHOUSE.format(engine=warehouse, spells="spell_months"))
    with pytest.raises(DataError, match="mend the view in the warehouse"):
        import_raw(raw.parent, tmp_path / "snapshots", KEY)


# ---------------------------------------------------------------- the page of the data basis


def test_the_data_basis_shows_both_curves_and_hides_small_numbers_of_the_warehouse(project, warehouse, monkeypatch):
    for name in ("AFKAST_HOME", "AFKAST_DATA", "AFKAST_PAGES"):
        # executing a page sets both, and they are not to outlive this test
        monkeypatch.setenv(name, "")
    connection = sqlite3.connect(warehouse.removeprefix("sqlite:"))
    connection.execute(f"INSERT INTO spell_months VALUES (9, {JANUARY_2020 + 3}, {JANUARY_2020 + 3})")
    connection.commit()
    connection.close()
    raw = project.root / "data" / "example" / "raw"
    declare(raw, WAREHOUSE.format(engine=warehouse, spells="spell_months"))
    (raw / "SHA256SUMS").unlink()
    snapshot = import_raw(raw.parent, project.snapshots, pseudonym_key(project.snapshots))
    job = Job("data_basis", "", DATA_BASIS, "Datagrundlag", "", {"snapshot": snapshot.id})
    page = nbformat.read(execute(project, job, project.pages), as_version=4)
    figures = {item["id"]: item for item in filed(page) if item["kind"] == "figure"}
    assert set(figures) == {"personer-paa-ydelse", "personer-paa-ydelse-datavarehus"}

    lists = figures["personer-paa-ydelse"]
    months = cohort.person_months(snapshot.table("spells"), snapshot.table("persons"), "2017-01", "2021-12")
    # in tens, because the database gives away counts alone, and neighbouring months would tell one who comes or goes
    told = np.array([row["cells"][0]["value"] for row in lists["rows"]])
    assert (told % 10 == 0).all() and (abs(told - months.on_benefit.sum(axis=0)) <= 5).all()
    assert lists["rows"][-1]["label"] == "december 2021"
    assert {"fasit_forloeb.csv", "norddjurs_forloeb.csv"} <= set(lists["files"])

    there = figures["personer-paa-ydelse-datavarehus"]
    assert there["files"] == ["spell_months"] and there["synthetic"]
    april = there["rows"][3]
    assert april["label"] == "april 2020"
    assert [(cell["shown"], cell["state"]) for cell in april["cells"][:2]] == [("<5", "few")] * 2


def test_first_days_undo_month_numbers():
    days = pd.date_range("1999-11-01", periods=30, freq="MS")
    assert first_days(month_numbers(pd.Series(days))).tolist() == days.tolist()
