"""What an import says of the month: what changed file by file, and what it does not believe."""

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from raw_files import TEXTS, change, write_raw

from afkast.cli import main
from afkast.errors import DataError
from afkast.intake import import_raw, open_snapshot
from afkast.intake.since import FileChange, _read_again, changes

KEY = bytes(range(32))
MONTHS = "Område;Måned;Antal\n"


@pytest.fixture
def raw(tmp_path):
    """Measures and spells, imported once."""
    raw = write_raw(tmp_path / "raw", "maal.csv", "forloeb.csv")
    imported(raw)
    return raw


def imported(raw):
    return import_raw(raw.parent, raw.parent / "snapshots", KEY)


def next_month(raw, *files):
    """The declaration dates these files a month later."""
    text = (raw.parent / "sources.yml").read_text("utf-8")
    for file in files:
        before, after = text.split(f"- file: {file}")
        text = f"{before}- file: {file}{after.replace('2019-12-09', '2020-01-09', 1)}"
    (raw.parent / "sources.yml").write_text(text, "utf-8")


def test_every_file_is_told_as_same_bytes_or_by_its_rows_with_newest_and_revised_months(raw):
    former = open_snapshot(raw.parent / "snapshots")
    # July comes late, August is new, and June is corrected
    change(raw / "maal.csv", "1.497,4", "1.498,0")
    change(raw / "maal.csv", "2019M07;Aabenraa;..\n", "2019M07;Aabenraa;1.400,0\n2019M08;Aabenraa;1.390,0\n")
    next_month(raw, "maal.csv")
    told = {(one.file, one.table): one for one in changes(former, imported(raw))}
    assert told["forloeb.csv", "spells"].state == "same bytes"
    assert str(told["maal.csv", "measures"]) == (
        "maal.csv (measures): 3 rows: 1 added, 0 removed, 2 changed; newest month 2019-08; revised 2019-06, 2019-07"
    )


def test_files_that_come_and_go_are_told(raw):
    former = open_snapshot(raw.parent / "snapshots")
    (raw / "maal.csv").rename(raw / "maal_ny.csv")
    change(raw.parent / "sources.yml", "file: maal.csv", "file: maal_ny.csv")
    told = [str(one) for one in changes(former, imported(raw)) if "maal" in one.file]
    assert told == [
        "maal.csv (measures): no longer there; it had 2 rows",
        "maal_ny.csv (measures): new, 2 rows; newest month 2019-07",
    ]


@given(st.lists(st.integers(0, 4), max_size=8), st.lists(st.integers(0, 4), max_size=8))
def test_added_and_removed_rows_are_the_difference_of_two_bags(before, after):
    frames = [pd.DataFrame({"text": pd.Series(rows, dtype=int)}) for rows in (before, after)]
    found = _read_again("a.txt", "ledger", *[_ledger(frame) for frame in frames], "read again")
    assert found.added == sum(max(after.count(n) - before.count(n), 0) for n in range(5))
    assert found.removed == sum(max(before.count(n) - after.count(n), 0) for n in range(5))
    assert found.changed == 0 and found.rows == len(after)


def _ledger(rows):
    return rows.assign(posted_on=pd.Timestamp("2019-06-14"))


@pytest.mark.parametrize("renamed", [False, True])
def test_last_time_s_bytes_under_a_later_date_are_refused_until_a_reason_is_given(raw, renamed):
    declaration = raw.parent / "sources.yml"
    next_month(raw, "maal.csv")
    if renamed:
        (raw / "maal.csv").rename(raw / "januar.csv")
        change(declaration, "file: maal.csv", "file: januar.csv")
    with pytest.raises(DataError, match="is byte for byte the file of 2019-12-09, but extracted_on says 2020-01-09"):
        imported(raw)
    change(
        declaration,
        "    table: measures\n",
        "    table: measures\n    accepted: {unchanged: 'AB: Tallene er endelige.'}\n",
    )
    [entry] = imported(raw).files_of("measures")
    assert entry["accepted"] == {"unchanged": "AB: Tallene er endelige."}


def test_a_file_that_lost_a_large_part_of_its_rows_is_refused_until_a_reason_is_given(raw):
    former = open_snapshot(raw.parent / "snapshots").id
    change(raw / "maal.csv", "2019M07;Aabenraa;..\n", "")
    with pytest.raises(DataError, match=r"maal\.csv: has 1 row where it had 2; at least 2 were expected"):
        imported(raw)
    assert open_snapshot(raw.parent / "snapshots").id == former
    accepted = "    table: measures\n    accepted: {fewer_rows: 'AB: Juli er trukket tilbage.'}\n"
    change(raw.parent / "sources.yml", "    table: measures\n", accepted)
    assert imported(raw).files_of("measures")[0]["rows"] == 1


def test_the_import_ends_with_what_changed_and_the_snapshots_are_listed(tmp_path, monkeypatch):
    raw = write_raw(tmp_path / "raw", "maal.csv", "forloeb.csv")
    monkeypatch.setenv("AFKAST_DATA", str(tmp_path))
    monkeypatch.setenv("AFKAST_KEY_FILE", str(tmp_path.parent / "pseudonym.key"))
    assert afkast("snapshots") == "There is no snapshot yet; run `afkast import`.\n"
    assert afkast("import").splitlines()[1] == "the first snapshot of this data folder"
    assert afkast("import").splitlines()[1] == "nothing has changed since it was imported"
    (raw / "maal.csv").write_bytes((TEXTS["maal.csv"] + "\n").encode("cp1252"))
    assert "  maal.csv (measures): 2 rows: 0 added, 0 removed, 0 changed; newest month 2019-07" in afkast("import")
    listed = afkast("snapshots").splitlines()
    assert [line[0] for line in listed] == [" ", "*"]
    assert open_snapshot(tmp_path / "snapshots").id in listed[1]


def afkast(*arguments):
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_the_beginning_of_an_id_is_enough_while_no_other_begins_so(raw):
    snapshots = raw.parent / "snapshots"
    first = open_snapshot(snapshots).id
    (raw / "maal.csv").write_bytes((TEXTS["maal.csv"] + "\n").encode("cp1252"))
    second = imported(raw).id
    length = next(n for n in range(11, 24) if first[:n] != second[:n])
    assert open_snapshot(snapshots, first[:length]).id == first
    with pytest.raises(DataError, match="Several snapshots begin with '2019-12-09-'"):
        open_snapshot(snapshots, "2019-12-09-")
    with pytest.raises(DataError, match="No snapshot begins with '2020'; there are "):
        open_snapshot(snapshots, "2020")


def test_a_sentence_counts_in_singular_and_names_few_months():
    months = tuple(pd.period_range("2019-01", periods=5, freq="M"))
    assert str(FileChange("a.csv", "measures", "read again", 1, 1, 0, 0, months[-1], months)) == (
        "a.csv (measures): 1 row: 1 added, 0 removed, 0 changed; newest month 2019-05; "
        "revised 2019-01, 2019-02, 2019-03 and 2 more months"
    )


def test_a_column_that_the_earlier_snapshot_did_not_have_is_no_change():
    new = pd.DataFrame({"strategy": ["a"], "person": ["p"], "group": ["target"], "team": ["Nord"]}).assign(
        entered_on=pd.Timestamp("2020-01-01"), started_on=pd.NaT
    )
    told = _read_again("m.csv", "cohort", new.drop(columns="team"), new, "same bytes")
    assert (told.added, told.removed, told.changed) == (0, 0, 0)
