"""A file is read a block at a time, and spells are put together a share of the persons at a time.

Neither can be told from what comes in, nor from what is said of it.
"""

import io
import json
import tempfile
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from raw_files import KEY, write_own

from afkast.errors import DataError
from afkast.intake import blocks, import_raw, tables, writing

DECLARED = """\
  - file: p.csv
    reader: csv
    table: persons
    columns: {CPR: person, Født: birth_year, Køn: sex}
    constants: {education: Grundskole}
    accepted: {birth_year: 'AB: opdigtede numre'}
  - file: s.csv
    reader: csv
    table: spells
    encoding: ENCODING
    footer: Antal
    leave_out: {Ydelse: [I alt]}
    columns: {CPR: person, Ydelse: benefit, Fra: start, Til: end}
  - file: c.csv
    reader: csv
    table: cohort
    columns: {CPR: person, Fra: entered_on}
    constants: {strategy: s, group: target}
  - file: b.csv
    reader: csv
    table: committee_budgets
    footer: I alt
    columns: {Post: item, Udvalg: committee, Beløb: amount_dkk}
    constants: {area: A, heading: H, year: 2026, price_level_year: 2026}
"""

PERSONS = [f"01{month}80-{serial}" for month in range(13, 18) for serial in (1001, 1002)]
SPELLS = [
    *(f"{person};kontanthjælp;0{day}-03-2020;1{day}-03-2020" for day, person in enumerate(PERSONS[:9], start=1)),
    f"{PERSONS[0]};sygedagpenge;01-05-2020;",
    f"{PERSONS[1]};sygedagpenge;01-05-2020;01-06-2029",
    f"{PERSONS[2]}; syge\u00addagpenge ;02-05-2020;",
    f"{PERSONS[3]};I alt;02-05-2020;",
    "",
    ";;;",
]
AT_FAULT = [
    f"{PERSONS[4]};Sygedagpenge;02-05-2020;",
    f"{PERSONS[5]};sygedagpenge;31-02-2020;",
    f"{PERSONS[6]};sygedagpenge;02-05-2020;01-05-2020",
    f"{PERSONS[7]};sygedagpenge;02-05-2027;",
    "011399-9999;sygedagpenge;02-05-2020;",
    "HEMMELIG;sygedagpenge;02-05-2020;",
    f"{PERSONS[8]};sygedagpenge;02-05-2020;;x",
    f"{PERSONS[8]};sygedagpenge",
    "Kilde: et fagsystem",
    "CPR;Ydelse;Fra;Til",
    f'"{PERSONS[9]}";"sygedagpenge";02-05-2020;',
    f'{PERSONS[9]};"syge;dagpenge";02-05-2020;',
    f'{PERSONS[9]};"syge\ndagpenge";02-05-2020;',
    f'{PERSONS[9]};syge"dagpenge;02-05-2020;',
    f"{PERSONS[9]};syge\x07dagpenge;02-05-2020;",
    f"{PERSONS[9]};sygedagpengeÃ¦;02-05-2020;",
    f"{PERSONS[9]};hj‘lp;02-05-2020;",
    "Antal forløb: 3",
]
AMOUNTS = ["Løn;ØKU;1.018,5", "Leje;ØKU;-2", "Drift;ØKU;2,25", "Løn;ØKU;x", "Note", "Løn;AMU;0.5"]


def came_of(files, encoding, block, share, group):
    """Tables, islands and entries of the files, or the sentences of the refusal."""
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", block)
        patch.setattr(tables, "SHARE_ROWS", share)
        patch.setattr(writing, "GROUP_ROWS", group)
        raw = write_own(Path(place) / "raw", DECLARED.replace("ENCODING", encoding), files)
        try:
            snapshot = import_raw(raw.parent, raw.parent / "snapshots", KEY)
        except DataError as error:
            return str(error)
        said = snapshot.manifest["files"]
        for entry in said:  # what was put right is listed in the order in which it was first met
            entry["corrected"].sort(key=str)
        names = snapshot.manifest["tables"]
        return said, {name: (snapshot.path / f"{name}.parquet").read_bytes() for name in names}


def lines(*text):
    return "".join(f"{line}\n" for line in text)


def files_with(spells, amounts=("Løn;ØKU;1,5", "I alt;;1,5")):
    return {
        "p.csv": lines("CPR;Født;Køn", *(f"{person};1980;K" for person in PERSONS)),
        "s.csv": lines("CPR;Ydelse;Fra;Til", *spells),
        "c.csv": lines("CPR;Fra", *(f"{person};01-01-2020" for person in PERSONS[:6])),
        "b.csv": lines("Post;Udvalg;Beløb", *amounts),
    }


rows = st.lists(st.sampled_from(SPELLS), min_size=1, max_size=12)
faults = st.lists(st.sampled_from(AT_FAULT), max_size=2)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"])
whole = {"block": 10**9, "share": 10**9, "group": 10**6}


@settings(max_examples=25, deadline=None)
@given(
    rows,
    faults,
    encodings,
    encodings,
    st.lists(st.sampled_from(AMOUNTS), min_size=1, max_size=4),
    st.integers(0, 13),
    st.integers(1, 90),
    st.integers(1, 5),
    st.booleans(),
)
@example(SPELLS, [], "utf-8", "utf-8", AMOUNTS[:1], 1, 30, 1, True)
@example(SPELLS, AT_FAULT[:10], "utf-8", "utf-8", AMOUNTS, 1, 30, 1, True)
@example(SPELLS[:9], [], "cp1252", "utf-8", AMOUNTS[:1], 1, 30, 1, True)
def test_blocks_and_shares_of_any_size_give_the_same_tables_and_the_same_sentences(
    spells, wrong, written, declared, amounts, counted, block, share, counts
):
    chosen = [*spells, *wrong] if block % 2 else [*wrong, *spells]
    said = f"Antal forløb: {sum(bool(line.strip(';')) for line in spells) if counts else counted}"
    files = files_with([*chosen, said], [*amounts, "I alt;;1.018,5"])
    files["s.csv"] = files["s.csv"].encode(written, errors="replace")
    came = came_of(files, declared, block, share, whole["group"])
    assert came == came_of(files, declared, **whole)


def test_the_example_above_is_one_that_comes_in_and_one_that_is_told_fault_by_fault():
    files = files_with([*SPELLS[:9], "Antal forløb: 9"])
    entries, contents = came_of(files, "utf-8", 30, 1, 10**6)
    assert len(pd.read_parquet(io.BytesIO(contents["spells"]))) == 9
    assert len(entries) == 4
    files = files_with([*SPELLS[:9], *AT_FAULT[:8], "Antal forløb: 15"])
    told = came_of(files, "utf-8", 30, 1, 10**6)
    assert "not a date dd-mm-yyyy (row 12)" in told and "not 4 cells, as there are headings (rows 17, 18)" in told
    assert told.startswith("7 faults")


def test_frames_of_a_table_are_written_as_the_bytes_of_one(tmp_path):
    whole = pd.DataFrame({"a": [f"{n % 7}" for n in range(1000)], "b": pd.date_range("2020", periods=1000, unit="ns")})
    whole.loc[::3, "b"] = pd.NaT
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "GROUP_ROWS", 300)
        for name, cut in {"one": [0, 1000], "many": [0, 10, 10, 299, 650, 999, 1000]}.items():
            frames = [whole.iloc[a:b].reset_index(drop=True) for a, b in pairwise(cut)]
            assert writing._write_parquet(tmp_path / name, frames) == 1000
    assert (tmp_path / "one").read_bytes() == (tmp_path / "many").read_bytes()
    whole.to_parquet(tmp_path / "pandas", index=False, compression="zstd", row_group_size=300)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "pandas").read_bytes()


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    files = files_with([*SPELLS[:9], "Antal forløb: 9"])
    raw = write_own(tmp_path / "raw", DECLARED.replace("ENCODING", "utf-8"), files)

    def change(number, *_):
        if number == 4:
            (raw / "s.csv").write_text(files["s.csv"].replace("kontanthjælp", "sygedagpenge"), encoding="utf-8")

    with pytest.raises(DataError, match=r"s.csv: was changed while it was read\. Import again\."):
        import_raw(raw.parent, tmp_path / "snapshots", KEY, change)
    assert not (tmp_path / "snapshots").exists()
    assert json.dumps(import_raw(raw.parent, tmp_path / "snapshots", KEY).manifest["tables"])
