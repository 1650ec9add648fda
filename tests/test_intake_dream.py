"""DREAM's weeks become spells, against counting week by week."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_files import imported, refused, write_own

from afkast.intake.dream import _spells

DECLARED = """\
  - file: p.csv
    reader: csv
    table: persons
    columns: {CPR: person, Født: birth_year}
    constants: {sex: K, education: Grundskole}
  - file: d.csv
    reader: dream
    table: spells
    codes: {130: kontanthjælp, 731: kontanthjælp, 890: sygedagpenge, 651: ""}
"""
PERSONS = "CPR;Født\n019981-1003;1981\n319981-1004;1981\n"
WEEKS = "PNR,y_2052,y_2053,y_2101,y_2102,branche_2021_01\n"


def dream(folder, text):
    return write_own(folder / "raw", DECLARED, {"p.csv": PERSONS, "d.csv": text})


def test_runs_of_weeks_are_spells_also_over_a_week_53(tmp_path):
    spells = imported(dream(tmp_path, WEEKS + "0199811003,130,731,890,,\n3199811004,651,,130,130,x\n")).table("spells")
    told = {
        (row.benefit, f"{row.start:%d-%m-%Y}", "" if pd.isna(row.end) else f"{row.end:%d-%m-%Y}")
        for row in spells.itertuples()
    }
    assert told == {
        ("kontanthjælp", "21-12-2020", "03-01-2021"),
        ("sygedagpenge", "04-01-2021", "10-01-2021"),
        ("kontanthjælp", "04-01-2021", ""),  # in the last week: it still runs
    }


@given(st.lists(st.lists(st.sampled_from(["", "a", "b"]), min_size=6, max_size=6), min_size=1, max_size=5))
def test_a_spell_covers_exactly_the_weeks_of_its_benefit(persons):
    days = [date(2024, 1, 1) + timedelta(7 * week) for week in range(6)]
    spells = _spells(
        np.array(persons, dtype=object), days, np.arange(len(persons)), [str(n) for n in range(len(persons))]
    )
    start = pd.to_datetime(spells["start"], format="%d-%m-%Y")
    end = pd.to_datetime(spells["end"], format="%d-%m-%Y").fillna(pd.Timestamp("2024-02-11"))
    for person, weeks in enumerate(persons):
        for day, benefit in zip(days, weeks, strict=True):
            on = (spells["person"] == str(person)) & (start <= pd.Timestamp(day)) & (end >= pd.Timestamp(day))
            assert spells.loc[on, "benefit"].to_list() == ([benefit] if benefit else [])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (WEEKS + "0199811003,999,,,,\n", "a code that sources.yml does not list (row 2)"),
        (WEEKS.replace("y_2101,", ""), "weeks that do not follow each other (row 1)"),
        (WEEKS.replace("y_2053", "y_2054") + "0199811003,,,,,\n", "the first line is not PNR and weeks like y_2401"),
        (WEEKS.replace("branche_2021_01", "navn") + "0199811003,130,,,,\n", "neither weeks nor employment (row 1)"),
        (WEEKS + "0199811003,130\n", "not 6 cells, as there are headings (row 2)"),
        (WEEKS, "no rows below the headings"),
        (WEEKS + '"0199811003,130,,,,\n', "a quotation mark out of place (row 2)"),
        ("", "the first line is not PNR and weeks like y_2401"),
        (WEEKS + "199811003,130,,,,\n", "column 'PNR': not ten digits"),
    ],
)
def test_what_is_no_dream_is_told(tmp_path, text, rule):
    assert any(rule in sentence for sentence in refused(dream(tmp_path, text)))
