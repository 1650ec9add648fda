"""The same texts on every engine, against counting person by person; and what a user is told when an engine fails."""

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import people_of, spells_of

from afkast import engine
from afkast.analysis import cohort
from afkast.analysis.counting import STILL_RUNNING, every_month, month_numbers, spell_months
from afkast.engine import Engine, databases, open_engine
from afkast.errors import EngineError

SPELL = ["person", "first_month", "last_month"]
TEXTS = ("islands", "persons_on_benefit", "persons_on_benefit_from_spells", "flows")

Open = Callable[[], Engine]
Rows = list[tuple[int, ...]]


# ---------------------------------------------------------------- the engines


@pytest.fixture(scope="session")
def spark():
    """Spark in this machine; every engine of it in this process is a session of one Spark."""
    pytest.importorskip("pyspark", reason="there is no Spark; install it with `make engines`")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("there is no Java for Spark; install it with `apt-get install default-jre-headless`")
    with pytest.MonkeyPatch.context() as patch:
        # a Java that lives for seconds should not spend them on compiling itself
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        yield "spark"


@pytest.fixture(params=["duckdb", "sqlite", "postgresql", "spark"])
def opened(request):
    """Opens one of the engines."""
    own = request.param in ("postgresql", "spark")
    name = request.getfixturevalue(request.param) if own else request.param
    return lambda: open_engine(name)


# ---------------------------------------------------------------- counted by hand

WORLDS = {
    "nobody": [],
    "one month": [(0, 5, 5)],
    "the same row three times": [(0, 5, 9), (0, 5, 9), (0, 5, 9)],
    "touching spells": [(0, 1, 3), (0, 4, 6), (1, 4, 6), (1, 1, 3)],
    "a month between": [(0, 1, 3), (0, 5, 6)],
    "one inside another": [(0, 1, 20), (0, 3, 4), (0, 8, 9), (0, 15, 25)],
    "the same first month": [(0, 4, 5), (0, 4, 12), (0, 4, 8), (0, 13, 13)],
    "still running": [(0, 3, STILL_RUNNING), (0, 7, STILL_RUNNING), (1, 9, STILL_RUNNING), (1, 2, 4)],
    "repeated rows in a bad order": [(0, 9, 12), (0, 1, 30), (0, 9, 12), (0, 1, 2), (0, 31, 31), (0, 1, 2)],
}


def spells_frame(rows):
    return pd.DataFrame(rows, columns=SPELL, dtype="int64")


def months_of(rows):
    """Every month of every person, written out; a spell that still runs is cut in month 100."""
    months = {}
    for person, first, last in rows:
        months.setdefault(person, set()).update(range(first, min(last, 100) + 1))
    return months


def by_hand(spells):
    """What each text must give, up to month 99, by going through every person's every month."""
    on = months_of(spells)
    begins = sorted((person, month) for person, own in on.items() for month in own if month - 1 not in own)
    ends = sorted((person, month) for person, own in on.items() for month in own if month + 1 not in own)
    islands = [(person, first, last) for (person, first), (_, last) in zip(begins, ends, strict=True)]
    return {
        "islands": islands,
        "persons": [sum(month in own for own in on.values()) for month in range(100)],
        "flows": [
            (
                sum(month in own and month - 1 not in own for own in on.values()),
                sum(month not in own and month - 1 in own for own in on.values()),
            )
            for month in range(100)
        ],
    }


def counted(opened, spells):
    """The same by the texts, in one engine."""
    with opened() as database:
        database.load("spells", spells)
        database.merge_spells()
        counts = {text: database.count(text) for text in TEXTS}
    islands = counts["islands"].sort_values(["person", "first_month"])
    islands["last_month"] = islands["last_month"].where(islands["last_month"] < STILL_RUNNING, 100)
    persons, straight = (
        every_month(counts[text].set_index("month_number")["persons"], 0, 99).tolist()
        for text in ("persons_on_benefit", "persons_on_benefit_from_spells")
    )
    assert straight == persons
    flows = counts["flows"].set_index("month_number").reindex(range(100), fill_value=0)
    return {
        "islands": [tuple(row) for row in islands.to_numpy().tolist()],
        "persons": persons,
        "flows": [tuple(row) for row in flows.to_numpy().tolist()],
    }


def test_every_engine_gives_what_counting_by_hand_gives(opened):
    # every world in both orders, each with persons of its own, counted at once
    worlds = [order for rows in WORLDS.values() for order in (rows, rows[::-1])]
    spells = [(10 * world + person, *months) for world, rows in enumerate(worlds) for person, *months in rows]
    expected = by_hand(spells)
    assert len(expected["islands"]) == 2 * 12
    assert counted(opened, spells_frame(spells)) == expected


def test_every_engine_gives_what_the_months_of_a_drawn_world_give(opened, tmp_path):
    rng = np.random.default_rng(7)
    people = []
    for _ in range(400):
        first = rng.integers(0, 40, rng.integers(0, 6))
        spells = [
            (day(start), None if rng.random() < 0.15 else day(start + length))
            for start, length in zip(first, rng.integers(0, 12, len(first)), strict=True)
        ]
        people.append((spells + spells[:1], *(day(m) if rng.random() < 0.1 else None for m in rng.integers(5, 60, 2))))
    spells, persons = spells_of(people), people_of(people)
    direct = cohort.person_months(spells, persons, "2018-01", "2022-12")
    first = int(month_numbers(pd.Series(pd.to_datetime(["2018-01-01"])))[0])
    months = spell_months(spells.sample(frac=1, random_state=1), persons)
    months.to_parquet(tmp_path / "måneder [1].parquet", index=False)
    for given_as in (months, tmp_path / "måneder [1].parquet"):
        with opened() as database:
            database.load("spells", given_as)
            database.merge_spells()
            for text in ("persons_on_benefit", "persons_on_benefit_from_spells"):
                persons_by_month = database.count(text).set_index("month_number")["persons"]
                assert (
                    every_month(persons_by_month, first, first + 59).tolist() == direct.on_benefit.sum(axis=0).tolist()
                )


def day(month):
    """A day in the middle of a month, counted from January 2018."""
    return date(2018 + int(month) // 12, int(month) % 12 + 1, 15)


STRETCH = st.tuples(st.integers(0, 3), st.integers(0, 40), st.one_of(st.integers(0, 12), st.just(STILL_RUNNING))).map(
    lambda drawn: (drawn[0], drawn[1], min(drawn[1] + drawn[2], STILL_RUNNING))
)


@pytest.mark.parametrize("name", ["duckdb", "sqlite"])
@settings(max_examples=60)
@given(spells=st.lists(STRETCH, max_size=12), again=st.integers(0, 5))
def test_any_world_is_counted_as_by_hand_whatever_the_order_and_the_repetition(name, spells, again):
    repeated = spells[again:] + spells + spells[: again + 1]
    found = counted(lambda: open_engine(name), spells_frame(repeated))
    assert found == by_hand(spells)


# ---------------------------------------------------------------- many


MANY = 10_000_000


def test_ten_million_spells_are_counted_in_bounded_memory_and_all_of_them(tmp_path):
    # person p has the months p % 100 … p % 100 + 11 as two overlapping spells of which one is there twice, and three
    # months two years later: (12 + 3) · persons months in all, and a closed form for each month
    persons = MANY // 4
    with open_engine("duckdb") as database:
        database._run(
            f"COPY (SELECT CAST((i * 7919) % {persons} AS INTEGER) AS person, "
            "CAST(((i * 7919) % 100) + CASE WHEN piece < 2 THEN 0 WHEN piece = 2 THEN 6 ELSE 36 END AS INTEGER) "
            "AS first_month, "
            "CAST(((i * 7919) % 100) + CASE WHEN piece < 2 THEN 7 WHEN piece = 2 THEN 11 ELSE 38 END AS INTEGER) "
            f"AS last_month FROM range({persons}) AS people(i), range(4) AS pieces(piece)) "
            f"TO '{tmp_path / 'spells.parquet'}' (FORMAT parquet)"
        )
        database.load("spells", tmp_path / "spells.parquet")
        limit = database._run("SELECT current_setting('memory_limit')")[1][0][0]
        straight = database.count("persons_on_benefit_from_spells").set_index("month_number")["persons"]
        database.merge_spells()
        merged = database.count("persons_on_benefit").set_index("month_number")["persons"]
    assert limit == "953.6 MiB"
    found = every_month(merged, 0, 199)
    assert found.sum() == 15 * persons
    assert found.tolist() == every_month(straight, 0, 199).tolist()
    # 1 % of the persons begin in each of the months 0 … 99, stay for twelve, and come back for three after 36
    begins = np.zeros(200, dtype=int)
    begins[:100] = persons // 100
    assert found.tolist() == (np.convolve(begins, [1] * 12 + [0] * 24 + [1] * 3)[:200]).tolist()


# ---------------------------------------------------------------- tables that lie in the database already


def test_spells_that_lie_in_the_database_are_counted_where_they_lie(opened, request, tmp_path):
    rows = WORLDS["one inside another"] + WORLDS["touching spells"][2:]
    expected = by_hand(rows)["persons"]
    values = ", ".join(str(row) for row in rows)
    statements = [
        "CREATE SCHEMA IF NOT EXISTS warehouse",
        "DROP TABLE IF EXISTS warehouse.spell_months",
        "CREATE TABLE warehouse.spell_months (person INTEGER, benefit VARCHAR(9), first_month INTEGER, "
        "last_month INTEGER)",
        f"INSERT INTO warehouse.spell_months (person, first_month, last_month) VALUES {values}",
    ]
    with opened() as database:
        if database.name == "SQLite":
            statements[:2] = [f"ATTACH DATABASE '{tmp_path / 'warehouse.db'}' AS warehouse"]
        if database.name == "Spark":
            statements = [one + (" USING parquet" if one.startswith("CREATE TABLE") else "") for one in statements]
        for statement in statements:
            database._run(statement)
        database.use("spells", "warehouse.spell_months")
        database.merge_spells()
        found = database.count("persons_on_benefit").set_index("month_number")["persons"]
        assert every_month(found, 0, 99).tolist() == expected
        if database.name == "Spark":
            database._run("DROP TABLE warehouse.spell_months")


def test_a_database_file_is_read_and_never_written(tmp_path):
    import sqlite3

    import duckdb

    for kind, connect in (("sqlite", sqlite3.connect), ("duckdb", duckdb.connect)):
        path = tmp_path / f"lager.{kind}"
        connection = connect(str(path))
        connection.execute("CREATE TABLE spells (person INTEGER, first_month INTEGER, last_month INTEGER)")
        connection.execute("INSERT INTO spells VALUES (1, 2, 3)")
        connection.commit()
        connection.close()
        before = path.read_bytes()
        with open_engine(f"{kind}:{path}") as database:
            database.use("spells", "spells")
            database.merge_spells()
            assert database.count("islands").to_numpy().tolist() == [[1, 2, 3]]
            with pytest.raises(Exception, match=r"read.?only"):
                database._run("INSERT INTO spells VALUES (1, 2, 3)")
        assert path.read_bytes() == before


def test_an_engine_leaves_nothing_behind_in_postgresql(postgresql):
    with open_engine(postgresql) as database:
        database.load("spells", spells_frame([(0, 1, 2)]))
        database.merge_spells()
        assert len(database.count("islands")) == 1
    with open_engine(postgresql) as database:
        names = database._run("SELECT relname FROM pg_class WHERE relname IN ('spells', 'islands')")[1]
        assert names == []


# ---------------------------------------------------------------- what a user is told


def test_the_engine_is_chosen_by_afkast_engine_and_duckdb_is_the_default(monkeypatch):
    monkeypatch.delenv("AFKAST_ENGINE", raising=False)
    with open_engine() as database:
        assert database.name == "DuckDB"
    monkeypatch.setenv("AFKAST_ENGINE", "sqlite")
    with open_engine() as database:
        assert database.name == "SQLite"
    with open_engine("duckdb") as database:
        assert database.name == "DuckDB"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("oracle://scott:tiger@host/db", "must begin with one of duckdb, sqlite, postgresql, spark, sqlserver"),
        ("postgresql://reader:tiger@127.0.0.1:1/db", "PostgreSQL cannot be reached"),
        ("postgresql://reader:tiger@[", "PostgreSQL cannot be reached"),
        ("sqlite:/nowhere/tiger.db", "SQLite finds no database file"),
        ("duckdb:/nowhere/tiger.db", "DuckDB finds no database file"),
        ("sqlserver:DRIVER=x;PWD=tiger", "SQL Server"),
    ],
)
def test_an_engine_that_cannot_be_had_is_told_in_a_sentence_without_its_address(name, told, request):
    if name.startswith("postgresql"):
        pytest.importorskip("psycopg", reason="there is no driver for PostgreSQL; install it with `make engines`")
    with pytest.raises(EngineError, match=told) as raised:
        open_engine(name)
    assert "tiger" not in str(raised.value) and raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    assert str(raised.value).endswith(".") and "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["postgresql", "spark", "sqlserver"])
def test_a_driver_that_is_missing_is_named_with_the_remedy(name, monkeypatch):
    def missing(module):
        raise ImportError(module)

    monkeypatch.setattr(databases, "import_module", missing)
    with pytest.raises(EngineError, match=r"needs a driver that is not installed; (run `make engines`|install pyodbc)"):
        open_engine(name)


def test_a_table_that_is_missing_or_is_not_one_is_told_without_the_database_s_own_words(opened):
    with opened() as database, pytest.raises(EngineError, match=r"could not make .*spells \(person, first_month"):
        # Spark looks for the table at once, the others when they count
        database.merge_spells()
        database.count("persons_on_benefit")
    with opened() as database, pytest.raises(EngineError, match=r"no table or view nothing\.there with the columns"):
        database.use("spells", "nothing.there")
    with opened() as database, pytest.raises(EngineError, match=r"named like schema\.table"):
        database.use("spells", "spells; DROP TABLE persons")


def test_rows_that_would_be_counted_wrongly_are_refused(opened):
    missing = spells_frame([(0, 1, 2), (1, 3, 4)]).astype("Int64")
    missing.loc[1, "last_month"] = pd.NA
    for frame in (missing, spells_frame([(0, 1, 2), (0, 5, 4)])):
        with opened() as database, pytest.raises(EngineError, match=r"1 rows lack a number or have .*119999"):
            database.load("spells", frame)


def test_sql_server_is_asked_for_what_lies_there_alone(monkeypatch):
    class Driver:
        Error = ValueError

        class Cursor:
            description = (("month_number",), ("persons",))

            def execute(self, statement):
                asked.append(statement)

            def fetchall(self):
                return [(0,)] if "IS NULL" in asked[-1] else [(24240, 7), (24241, 0)]

        @classmethod
        def connect(cls, address, timeout):
            asked.append(address)
            return cls()

        cursor = Cursor

        def rollback(self): ...

        def close(self): ...

    asked = []
    monkeypatch.setattr(databases, "import_module", lambda _: Driver)
    with open_engine("sqlserver:DSN=lager") as database:
        database.use("islands", "islands")
        database.merge_spells()
        assert database.count("persons_on_benefit")["persons"].tolist() == [7, 0]
        for refused in (lambda: database.load("spells", spells_frame([])), lambda: database.use("spells", "dbo.x")):
            with pytest.raises(EngineError, match=r"make a view spells \(person, first_month, last_month\)"):
                refused()
    check = "SELECT COUNT(*) FROM islands WHERE person IS NULL OR first_month IS NULL OR last_month IS NULL"
    assert asked[:1] + asked[2:] == ["DSN=lager", engine.text_of("persons_on_benefit")]
    assert asked[1] == f"{check} OR last_month < first_month"


# ---------------------------------------------------------------- the texts


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_uses_nothing_that_one_of_the_engines_lacks(text):
    words = set(
        " ".join(line.split("--")[0] for line in engine.text_of(text).upper().splitlines())
        .replace("(", " ")
        .replace(",", " ")
        .split()
    )
    lacking = {"GREATEST", "LEAST", "QUALIFY", "RECURSIVE", "LIMIT", "TOP", "FILTER", "TRUE", "FALSE", "NULLS", "||"}
    assert words & (lacking | {"USING", "BOOLEAN", "GROUP_BY_ALL", "RANGE", "LATERAL"}) == set()
    # words that are a name in one engine and reserved in another, SQL Server's list among them
    reserved = {"EXIT", "PERCENT", "USER", "KEY", "PLAN", "OPEN", "CLOSE", "DATE", "MONTH", "FIRST", "LAST", "ENTRY"}
    assert words & reserved == set()


def test_the_texts_are_those_the_readme_lists():
    folder = Path(engine.__file__).parents[1] / "analysis" / "sql"
    told = {line.split("`")[1] for line in (folder / "README.md").read_text("utf-8").splitlines() if line[:3] == "| `"}
    assert told == {path.stem for path in folder.glob("*.sql")} == set(TEXTS)


def test_a_month_is_a_number_and_the_number_a_month():
    days = pd.Series(pd.to_datetime(["2020-01-01", "2020-12-31", None]))
    assert month_numbers(days).tolist() == [24240, 24251, STILL_RUNNING]
    assert divmod(24251, 12) == (2020, 11)


def test_a_number_holds_until_the_next_row():
    counts = pd.Series([2, 5, 0], [3, 4, 8], name="persons")
    assert every_month(counts, 1, 9).tolist() == [0, 0, 2, 5, 5, 5, 5, 0, 0]
    assert every_month(counts, 5, 6).tolist() == [5, 5]
    assert every_month(counts.iloc[:0], 1, 2).tolist() == [0, 0]
