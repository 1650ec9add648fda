"""The engines: DuckDB, SQLite, PostgreSQL, SQL Server and Spark, each imported only when it is asked for."""

import atexit
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pandas as pd

from afkast.engine.base import ENGINE, SPELL, TABLES, Engine, Result, text_of
from afkast.errors import EngineError

BATCH_ROWS = 100_000
SPELLS_AT_A_TIME, ISLANDS_AT_A_TIME = 8_000_000, 1_000_000
CONNECT_SECONDS = 10

DUCKDB_MEMORY, DUCKDB_THREADS = "1GB", 2
"""What DuckDB may use beside the page that asks; what does not fit goes to the disk."""

INSTALL_DRIVERS = "run `make engines`"


def _why_not(message: str) -> str:
    """Why DuckDB does not open a file, and what to do; its own message names the whole path."""
    if "lock" in message.lower():
        return "is in use by another program; close it there, or wait."
    if "version" in message.lower():
        return "was written by another version of DuckDB; export it with that version and import it with this one."
    return f"is not a DuckDB database; check {ENGINE}."


class DuckDB(Engine):
    """In this process, from Parquet files as they lie; `address` may be a database file, which is only read."""

    name = "DuckDB"

    def __init__(self, address: str = "") -> None:
        duckdb = import_module("duckdb")
        self.Error = duckdb.Error
        self._find(address)
        self._spill = TemporaryDirectory(prefix="afkast-duckdb-")
        settings = {
            "memory_limit": DUCKDB_MEMORY,
            "threads": DUCKDB_THREADS,
            "temp_directory": self._spill.name,
            "preserve_insertion_order": False,
        }
        try:
            self._connection = duckdb.connect(address or ":memory:", read_only=bool(address), config=settings)
        except duckdb.Error as error:
            raise EngineError(f"The file that {ENGINE} names {_why_not(str(error))}") from None
        if self._run("SELECT current_setting('enable_progress_bar')")[1][0][0]:
            # on a page nothing is shown past the door
            self._run("SET enable_progress_bar = false")

    def load(self, table: str, rows: pd.DataFrame | Path) -> None:
        columns = ", ".join(TABLES[table])
        relation = self._relation(table, rows)
        if isinstance(rows, pd.DataFrame):
            self._check(table, relation)
        self._do(f"CREATE TEMPORARY VIEW {table} AS SELECT {columns} FROM {relation}", table)

    def _relation(self, table: str, rows: pd.DataFrame | Path) -> str:
        if isinstance(rows, Path):
            # in a file's name DuckDB takes brackets, stars and question marks for a pattern
            name = re.sub(r"([\[*?])", r"[\1]", str(rows)).replace("'", "''")
            return f"read_parquet('{name}/*.parquet')" if rows.is_dir() else f"read_parquet('{name}')"
        self._connection.register(f"{table}_given", rows[list(TABLES[table])])
        return f"{table}_given"

    def write_islands(self, spells: Path | Iterable[pd.DataFrame], islands: Path) -> int:
        """Merge spells into the Parquet file `islands`, by person and month, and return its number of rows.

        A range of persons at a time, so that the memory does not grow with the spells: each frame is one, and of a
        file persons are best numbered without gaps. The same spells give the same bytes.
        """
        pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
        schema = pa.schema([(column, pa.int32()) for column in SPELL])
        written, waiting = 0, schema.empty_table()
        with parquet.ParquetWriter(islands, schema, compression="zstd") as file:
            for condition in self._ranges(spells):
                self._do(f"CREATE OR REPLACE TEMPORARY VIEW spells AS SELECT {', '.join(SPELL)} {condition}", "spells")
                with self._told("islands"):
                    merged = self._connection.sql(f"{text_of('islands')} ORDER BY person, first_month")
                    for batch in merged.to_arrow_reader(ISLANDS_AT_A_TIME):
                        waiting = pa.concat_tables([waiting, pa.table(batch).cast(schema)])
                        written += batch.num_rows
                        while len(waiting) >= ISLANDS_AT_A_TIME:
                            file.write_table(waiting.slice(0, ISLANDS_AT_A_TIME).combine_chunks())
                            waiting = waiting.slice(ISLANDS_AT_A_TIME)
            if len(waiting):
                file.write_table(waiting.combine_chunks())
        return written

    def _ranges(self, spells: Path | Iterable[pd.DataFrame]) -> Iterator[str]:
        """Where the spells of one range of persons after the other are, in SQL."""
        if not isinstance(spells, Path):
            for frame in spells:
                yield f"FROM {self._relation('spells', frame)}"
            return
        relation = self._relation("spells", spells)
        ((rows, lowest, highest),) = self._do(f"SELECT COUNT(*), MIN(person), MAX(person) FROM {relation}", "islands")[
            1
        ]
        lowest, highest = (0, 0) if rows == 0 else (lowest, highest)
        width = -(-(highest - lowest + 1) // -(-max(rows, 1) // SPELLS_AT_A_TIME))
        for first in range(lowest, highest + 1, width):
            yield f"FROM {relation} WHERE person BETWEEN {first} AND {first + width - 1}"

    def _run(self, statement: str) -> Result:
        self._connection.execute(statement)
        return [column[0] for column in self._connection.description or ()], self._connection.fetchall()

    def close(self) -> None:
        self._connection.close()
        self._spill.cleanup()


class Database(Engine):
    """A database behind a Python DB-API connection."""

    _connection: Any

    def load(self, table: str, rows: pd.DataFrame | Path) -> None:
        columns = TABLES[table]
        self._do(f"CREATE TEMPORARY TABLE {table} ({', '.join(f'{column} INTEGER' for column in columns)})", table)
        with self._told(table):
            for batch in _batches(table, rows):
                self._insert(table, batch)
        if isinstance(rows, pd.DataFrame):
            self._check(table, table)

    def _insert(self, table: str, batch: pd.DataFrame) -> None:
        marks = ", ".join("?" for _ in batch.columns)
        rows = batch.astype(object).where(batch.notna(), None).to_numpy().tolist()
        self._connection.cursor().executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def _run(self, statement: str) -> Result:
        cursor = self._connection.cursor()
        cursor.execute(statement)
        return [column[0] for column in cursor.description or ()], cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        self._connection.rollback()
        self._connection.close()


class SQLite(Database):
    """Python's own database, in memory or, read only, in the file that `address` names."""

    name = "SQLite"
    Error = sqlite3.Error

    def __init__(self, address: str = "") -> None:
        self._find(address)
        uri = f"{Path(address).resolve().as_uri()}?mode=ro" if address else ":memory:"
        self._connection = sqlite3.connect(uri, uri=True)


class PostgreSQL(Database):
    """A PostgreSQL server; without an address, the one that libpq's own variables and files name."""

    name = "PostgreSQL"

    def __init__(self, address: str = "") -> None:
        psycopg = _driver("psycopg", "PostgreSQL")
        self.Error = psycopg.Error
        try:
            self._connection = psycopg.connect(address, connect_timeout=CONNECT_SECONDS, application_name="afkast")
        except psycopg.Error:
            raise EngineError(
                f"PostgreSQL cannot be reached; check {ENGINE}, that the server runs and lets you in "
                "(user and password can stand in PGUSER and PGPASSFILE)."
            ) from None

    def _insert(self, table: str, batch: pd.DataFrame) -> None:
        with self._connection.cursor().copy(f"COPY {table} FROM STDIN WITH (FORMAT csv)") as copy:
            copy.write(batch.to_csv(index=False, header=False))


class SQLServer(Database):
    """A SQL Server behind an ODBC connection string. The texts are written for it, but have not been run on it.

    It has no temporary views, so it counts only what lies there as spells and islands.
    """

    name = "SQL Server"

    def __init__(self, address: str = "") -> None:
        pyodbc = _driver("pyodbc", "SQL Server", remedy="install pyodbc and Microsoft's ODBC driver")
        self.Error = pyodbc.Error
        try:
            self._connection = pyodbc.connect(address, timeout=CONNECT_SECONDS)
        except pyodbc.Error:
            raise EngineError(
                f"SQL Server cannot be reached; check that {ENGINE} is sqlserver: and an ODBC connection string, "
                "and that the server runs and lets you in."
            ) from None

    def load(self, table: str, rows: pd.DataFrame | Path) -> None:
        self.use(table, "")

    def use(self, table: str, relation: str) -> None:
        if relation != table:
            raise EngineError(
                f"SQL Server counts only what lies there under its own name; make a view {table} "
                f"({', '.join(TABLES[table])}) in it, or let another engine count."
            )
        super().use(table, relation)

    def merge_spells(self) -> None:
        """Nothing to do: a view islands must be there, made by the text `islands`."""


class Spark(Engine):
    """A Spark cluster, or, without an address, Spark in this machine; Parquet files must lie where it can read them."""

    name = "Spark"

    def __init__(self, address: str = "") -> None:
        sql = _driver("pyspark.sql", "Spark")
        self.Error = (import_module("pyspark.errors").PySparkException, import_module("py4j.protocol").Py4JError)
        settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "OFF"}
        if not address or address.startswith("local"):
            settings |= {
                "spark.driver.host": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1",
                # not two hundred: in this machine a task costs more than it saves
                "spark.sql.shuffle.partitions": "2",
                "spark.sql.warehouse.dir": _scratch(),
            }
        builder = sql.SparkSession.builder.appName("afkast").master(address or "local[2]").config(map=settings)
        try:
            with _quiet():
                # a session of its own: its views are nobody else's. Spark itself runs until this process ends
                self._session = builder.getOrCreate().newSession()
        except Exception:
            raise EngineError(
                f"Spark does not start; it needs Java 17 or later, and, where {ENGINE} names a cluster, its master's "
                "address."
            ) from None

    def load(self, table: str, rows: pd.DataFrame | Path) -> None:
        columns = list(TABLES[table])
        with self._told(table):
            if isinstance(rows, Path):
                # in a file's name Spark takes brackets, stars and the like for a pattern
                name = re.sub(r"([\\[\]{}*?])", r"\\\1", str(rows.resolve()))
                frame = self._session.read.parquet(f"file:{name}").select(columns)
            else:
                frame = self._session.createDataFrame(import_module("pyarrow").Table.from_pandas(rows[columns]))
            frame.createOrReplaceTempView(table)
        if isinstance(rows, pd.DataFrame):
            self._check(table, table)

    def _run(self, statement: str) -> Result:
        frame = self._session.sql(statement)
        return frame.columns, frame.collect()

    def close(self) -> None:
        for table in TABLES:
            self._session.catalog.dropTempView(table)


ENGINES: dict[str, Callable[[str], Engine]] = {
    "duckdb": DuckDB,
    "sqlite": SQLite,
    "postgresql": PostgreSQL,
    "spark": Spark,
    "sqlserver": SQLServer,
}


def open_engine(name: str = "") -> Engine:
    """The engine of that name, or of AFKAST_ENGINE, open; EngineError says what is lacking.

    `duckdb`, `sqlite`, `postgresql` and `spark` need no address. `postgresql://…` and `spark://…` are one, and after
    `duckdb:`, `sqlite:`, `spark:` or `sqlserver:` stands a file, Spark's master or an ODBC connection string.
    """
    name = name or os.environ.get(ENGINE, "") or "duckdb"
    kind, _, address = name.partition(":")
    if kind not in ENGINES:
        raise EngineError(
            f"{ENGINE}, or the warehouse's engine in sources.yml, must begin with one of {', '.join(ENGINES)}."
        )
    return ENGINES[kind](name if address.startswith("//") else address)


@cache
def _scratch() -> str:
    """A folder for what Spark leaves behind, until this process ends."""
    folder = mkdtemp(prefix="afkast-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _batches(table: str, rows: pd.DataFrame | Path) -> Iterator[pd.DataFrame]:
    """The rows of a frame, a Parquet file or a folder of them, some at a time."""
    columns = list(TABLES[table])
    if isinstance(rows, Path):
        for batch in import_module("pyarrow.dataset").dataset(rows).to_batches(columns=columns, batch_size=BATCH_ROWS):
            yield batch.to_pandas()[columns]
    else:
        for first in range(0, len(rows), BATCH_ROWS):
            yield rows[columns].iloc[first : first + BATCH_ROWS]


def _driver(module: str, engine: str, remedy: str = INSTALL_DRIVERS) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise EngineError(f"{engine} needs a driver that is not installed; {remedy}.") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing on the standard error, also not from Java; a page that writes there is refused."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
