"""What each extraction said of a month is kept: of former snapshots, and of earlier files that are declared."""

import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_files import change, imported, refused, write_own, write_raw

from afkast.intake import open_snapshot
from afkast.intake.vintages import COLUMNS, _on_benefit

COUNTS = """\
  - file: antal.csv
    reader: csv
    table: measures
    columns: {Måned: period, Antal: value}
    constants: {measure: syge, area: Strandlev, unit: fuldtidspersoner}
    source: Jobindsats
    extracted_on: DAY
"""


def counts(**by_month):
    return "Måned;Antal\n" + "".join(f"{month.replace('m', '20', 1)};{value}\n" for month, value in by_month.items())


def folder_of(tmp_path, day, text, more=""):
    return write_own(tmp_path / "raw", COUNTS.replace("DAY", day) + more, {"antal.csv": text})


def next_export(raw, before, day, text):
    """The new export in the old one's place, under its own day."""
    (raw / "antal.csv").write_text(text, "utf-8")
    change(raw.parent / "sources.yml", before, day)
    return imported(raw)


def told(snapshot, name="syge"):
    """Values by month and extraction."""
    rows = snapshot.table("vintages").query("name == @name")
    return {
        (f"{period:%Y-%m}", f"{day:%m-%d}"): value
        for period, day, value in rows[["period", "extracted_on", "value"]].itertuples(index=False)
    }


FIRST = counts(m26M06=100, m26M07=80)
SECOND = counts(m26M06=110, m26M07=95, m26M08=70)
THIRD = counts(m26M06=110, m26M07=104, m26M08=90, m26M09=75)


@pytest.fixture
def three(tmp_path):
    raw = folder_of(tmp_path, "2026-08-09", FIRST)
    imported(raw)
    next_export(raw, "2026-08-09", "2026-09-09", SECOND)
    return raw, next_export(raw, "2026-09-09", "2026-10-09", THIRD)


def test_each_series_knows_what_each_extraction_said_of_each_month(three):
    assert told(three[1]) == {
        ("2026-06", "08-09"): 100,
        ("2026-07", "08-09"): 80,
        ("2026-06", "09-09"): 110,
        ("2026-07", "09-09"): 95,
        ("2026-08", "09-09"): 70,
        ("2026-06", "10-09"): 110,
        ("2026-07", "10-09"): 104,
        ("2026-08", "10-09"): 90,
        ("2026-09", "10-09"): 75,
    }


def test_the_same_bytes_give_the_same_snapshot_however_often_they_are_imported(three):
    raw, snapshot = three
    assert imported(raw).id == snapshot.id
    assert len(list((raw.parent / "snapshots").glob("*/manifest.json"))) == 3


def test_what_former_snapshots_said_is_part_of_the_snapshot_s_id(three):
    raw, snapshot = three
    shutil.rmtree(raw.parent / "snapshots")
    alone = imported(raw)
    assert alone.id != snapshot.id
    assert {day for _, day in told(alone)} == {"10-09"}


def test_a_former_snapshot_stays_as_it_was(three):
    raw, _ = three
    oldest = min((raw.parent / "snapshots").glob("*/manifest.json"), key=lambda path: path.stat().st_mtime)
    assert told(open_snapshot(raw.parent / "snapshots", oldest.parent.name)) == {
        ("2026-06", "08-09"): 100,
        ("2026-07", "08-09"): 80,
    }


def test_what_a_file_of_another_name_said_is_kept_under_today_s(three):
    raw, _ = three
    (raw / "antal.csv").rename(raw / "antal_10.csv")
    change(raw.parent / "sources.yml", "file: antal.csv", "file: antal_10.csv")
    change(raw.parent / "sources.yml", "2026-10-09", "2026-10-10")
    change(raw / "antal_10.csv", "75", "77")
    renamed = imported(raw)
    assert len(told(renamed)) == 13
    assert set(renamed.table("vintages")["file"]) == {"antal_10.csv"}


def test_a_correction_of_the_same_day_takes_the_place_of_what_was_said(three):
    raw, _ = three
    corrected = next_export(raw, "2026-10-09", "2026-10-09", THIRD.replace("75", "76"))
    assert told(corrected)["2026-09", "10-09"] == 76
    assert len(told(corrected)) == 9


def test_an_export_that_is_taken_back_leaves_what_was_said_before_it(three):
    raw, _ = three
    change(
        raw.parent / "sources.yml",
        "source: Jobindsats",
        "source: Jobindsats\n    accepted: {stale: 'AB: det nyeste var en fejl'}",
    )
    back = next_export(raw, "2026-10-09", "2026-09-09", SECOND)
    assert {day for _, day in told(back)} == {"08-09", "09-09"}


def test_months_that_are_known_to_be_revised_are_marked_and_the_marking_is_counted(three):
    measures = three[1].table("measures").set_index("period")["status"]
    assert measures["2026-06-01"] == "ok"
    assert measures[["2026-08-01", "2026-09-01"]].tolist() == ["provisional"] * 2
    [entry] = three[1].manifest["files"]
    assert [one["rule"] for one in entry["corrected"]] == ["revised"]


def test_earlier_extractions_that_are_declared_say_the_same_as_former_snapshots(three, tmp_path):
    more = "    earlier: {antal_08.csv: 2026-08-09, antal_09.csv: 2026-09-09}\n"
    files = {"antal.csv": THIRD, "antal_08.csv": FIRST, "antal_09.csv": SECOND}
    own = tmp_path / "declared"
    own.mkdir()
    snapshot = imported(write_own(own / "raw", COUNTS.replace("DAY", "2026-10-09") + more, files))
    assert told(snapshot) == told(three[1])
    assert len(snapshot.table("measures")) == 4
    assert {entry["file"]: entry["table"] for entry in snapshot.manifest["files"]} == {
        "antal.csv": "measures",
        "antal_08.csv": "vintages",
        "antal_09.csv": "vintages",
    }


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("earlier: {antal_08.csv: 2026-10-09}", "antal_08.csv was extracted on 2026-10-09, which is not before"),
        ("earlier: {antal_08.xlsx: 2026-08-09}", "antal_08.xlsx is no name of a file of the same kind"),
    ],
)
def test_an_earlier_extraction_is_one_of_the_same_export_from_a_day_before(tmp_path, more, says):
    [sentence] = refused(folder_of(tmp_path, "2026-10-09", THIRD, f"    {more}\n"))
    assert says in sentence


def test_an_earlier_file_is_judged_as_today_s_is_and_is_not_today_s_again(tmp_path):
    more = "    earlier: {antal_08.csv: 2026-08-09}\n"
    raw = folder_of(tmp_path, "2026-10-09", THIRD, more)
    (raw / "antal_08.csv").write_text("Måned;Antal\n2026M06;mange\n2026M09;75\n", "utf-8")
    sentences = refused(raw)
    assert sentences[0].startswith("antal_08.csv, column 'Antal': not a number")
    assert "lies after the extraction (2026-08-09)" in sentences[1]
    (raw / "antal_08.csv").write_text(THIRD, "utf-8")
    assert any("is the same file, byte for byte, as antal.csv" in one for one in refused(raw))


def test_persons_and_postings_are_told_by_month_and_nothing_of_a_person_is_kept(tmp_path):
    snapshot = imported(write_raw(tmp_path / "raw"))
    vintages = snapshot.table("vintages")
    assert list(vintages) == COLUMNS
    on_benefit = vintages.query("table == 'spells'").set_index("period")["value"]
    # one until 12 October 2018, the other from 13 October until moving away on 1 February 2019
    assert on_benefit["2018-09-01"] == 1
    assert on_benefit["2018-10-01"] == 2
    assert on_benefit["2019-01-01"] == 1
    assert on_benefit["2019-02-01"] == 0
    assert vintages.query("table == 'ledger'").set_index("period").loc["2019-06-01", "value"] == 40000
    persons = set(snapshot.table("persons")["person"])
    assert not any(vintages[column].isin(persons).any() for column in ("owner", "name", "source", "unit", "file"))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20), st.integers(0, 9)), max_size=30))
def test_persons_are_counted_as_by_looking_at_each_month(stretches):
    months = pd.DataFrame(
        [(person, first, first + length) for person, first, length in stretches],
        columns=["person", "first_month", "last_month"],
    ).astype("int64")
    months[["first_month", "last_month"]] += 24240
    counted = _on_benefit(months, 24240 + 20)
    for number, value in zip(range(24240 + 20, 24240 - 1, -1), counted[::-1], strict=False):
        there = months[(months["first_month"] <= number) & (number <= months["last_month"])]
        assert value == there["person"].nunique()
    assert len(counted) == (24261 - months["first_month"].min() if len(months) else 1)
    assert np.isfinite(counted).all()
