"""A query in the raw folder: its answer comes in like a file, and no address, password or value is told."""

import sqlite3

import pytest
from raw_files import imported, refused, write_own
from sqlalchemy import create_engine, text

ADDRESS = "AFKAST_TEST_DATABASE"
DECLARED = f"""\
  - file: q.sql
    reader: sql
    address: {ADDRESS}
    table: ledger
    columns: {{doc: document, day: posted_on, period: period, amount: amount_dkk}}
    constants: {{strategy: s, committee: AMU, line: investment}}
"""
QUERY = "-- postings\nSELECT doc, day, period, amount FROM postings WHERE day > '2026-01-01 00:00:00' ORDER BY doc;\n"
ROWS = [("1", "2026-09-14", 9, 1234.5), ("2", "2026-10-14", 10, -0.25)]


@pytest.fixture
def database(tmp_path, monkeypatch):
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("CREATE TABLE postings (doc TEXT, day TEXT, period INTEGER, amount REAL)")
    connection.executemany("INSERT INTO postings VALUES (?, ?, ?, ?)", ROWS)
    connection.commit()
    monkeypatch.setenv(ADDRESS, f"sqlite:///{tmp_path / 'x.db'}")
    return connection


def test_the_answer_is_the_table_and_the_same_answer_the_same_snapshot(tmp_path, database):
    raw = write_own(tmp_path / "raw", DECLARED, {"q.sql": QUERY})
    first = imported(raw)
    ledger = first.table("ledger")
    assert ledger["amount_dkk"].to_list() == [1234.5, -0.25]
    assert ledger["posted_on"].dt.strftime("%d-%m-%Y").to_list() == ["14-09-2026", "14-10-2026"]
    assert imported(raw).id == first.id
    database.execute("UPDATE postings SET amount = 5 WHERE doc = '2'")
    database.commit()
    assert imported(raw).id != first.id


@pytest.mark.parametrize(
    ("query", "address", "rule"),
    [
        (QUERY, "", f"q.sql: the environment has no {ADDRESS}"),
        (QUERY, "HEMMELIG", f"{ADDRESS} is no address of a database that can be reached"),
        (QUERY, "nonsense://user:HEMMELIG@host/x", f"{ADDRESS} is no address of a database that can be reached"),
        (QUERY, "sqlite:////HEMMELIG/x.db", "the database cannot be reached, or refuses the query"),
        (QUERY.replace("amount", "HEMMELIG"), None, "the database cannot be reached, or refuses the query"),
        ("DELETE FROM postings", None, "not one query that begins with SELECT or WITH"),
        ("SELECT 1; DROP TABLE postings", None, "not one query that begins with SELECT or WITH"),
        ("SELECT doc, day, period FROM postings", None, "column 'amount': the heading is missing"),
        ("SELECT doc, day, period, amount FROM postings WHERE 1 = 0", None, "no rows below the headings"),
    ],
)
def test_why_there_is_no_answer_is_told_without_address_or_value(
    tmp_path,
    database,
    monkeypatch,
    query,
    address,
    rule,
):
    if address is not None:
        monkeypatch.setenv(ADDRESS, address)
    told = refused(write_own(tmp_path / "raw", DECLARED, {"q.sql": query}))
    assert any(rule in sentence for sentence in told)
    assert database.execute("SELECT COUNT(*) FROM postings").fetchone() == (2,)


def test_postgresql_answers_with_its_own_types(tmp_path, postgresql, monkeypatch):
    address = postgresql.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS postings"))
        connection.execute(text("CREATE TABLE postings (doc text, day date, period int, amount numeric(12, 2))"))
        connection.execute(text("INSERT INTO postings VALUES ('1', '2026-09-14', 9, 1234.50)"))
    engine.dispose()
    monkeypatch.setenv(ADDRESS, address)
    ledger = imported(write_own(tmp_path / "raw", DECLARED, {"q.sql": QUERY})).table("ledger")
    assert ledger["amount_dkk"].to_list() == [1234.5] and ledger["posted_on"][0].day == 14
