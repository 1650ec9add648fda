"""Names that refer to another table: one that is misspelt there would silently lose what it refers to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_files import imported, refused, write_own

from afkast.intake.contracts import CONTRACTS
from afkast.intake.names import MOSTLY_OF_ANOTHER_TABLE, OF_ANOTHER_TABLE, nearest

MEASURES = """\
  - file: m.csv
    reader: csv
    table: measures
    columns: {Mål: measure, Md: period, Antal: value}
    constants: {area: Storby, unit: personer}
"""
BREAKS = """\
  - file: b.csv
    reader: csv
    table: series_breaks
    columns: {Mål: measure, Fra: starts_on, Til: ends_on, Hvad: text}
"""
TARGETS = """\
  - file: t.csv
    reader: csv
    table: targets
    columns: {Mål: measure, År: year, Før: original_budget, Nu: strategy_budget}
    constants: {strategy: s, unit: personer}
"""
POINTS = """\
  - file: p.csv
    reader: csv
    table: measurement_points
    columns: {Mål: measure}
    constants: {strategy: s, goal: g, title: T, report_table: Tabel 1, heading: H, row: R, role: printed, stage: other,
      definition: Hvad der tælles.}
"""
TABLES = """\
  - file: k.csv
    reader: csv
    table: printed_tables
    columns: {Tabel: printed_table}
    constants: {report: R, title: T, strategy: s, page: p, item: i}
  - file: c.csv
    reader: csv
    table: printed_cells
    columns: {Tabel: printed_table}
    constants: {report: R, row: 1, row_label: L, column: a, column_label: A, printed: "1", decimals: 0}
"""


def of_measures(folder, declared, file, text, measure="sygedagpenge"):
    series = f"Mål;Md;Antal\n{measure};2026M01;5\n{measure};2026M02;6\n"
    return write_own(folder / "raw", MEASURES + declared, {"m.csv": series, file: text})


def breaks_of(name):
    return BREAKS, "b.csv", f"Mål;Fra;Til;Hvad\n{name};2016M01;2016M01;Loven blev en anden.\n"


def targets_of(name):
    return TARGETS, "t.csv", f"Mål;År;Før;Nu\n{name};2026;9;8\n"


@pytest.mark.parametrize("of", [breaks_of, targets_of])
@pytest.mark.parametrize("name", ["sygedagpneg", "sygedagpnege", "sygedagpengene", "sydedagpenge"])
def test_a_misspelt_name_is_asked_about_with_the_one_that_is_meant(tmp_path, of, name):
    [sentence] = refused(of_measures(tmp_path, *of(name)))
    assert "column 'Mål': a name that measures" in sentence and "does not have (row 2)" in sentence
    assert "Write it as there: 'sygedagpenge'." in sentence and "accepted: {unknown_name: " in sentence


@pytest.mark.parametrize("of", [breaks_of, targets_of])
@pytest.mark.parametrize("name", ["fleksjob", "sygedagpengeandel", "sygedagpenge"])
def test_a_law_s_list_may_name_what_is_not_measured_here(tmp_path, of, name):
    imported(of_measures(tmp_path, *of(name)))


def test_a_break_of_another_year_s_series_is_no_slip(tmp_path):
    imported(of_measures(tmp_path, *breaks_of("ankommet i 2013"), measure="ankommet i 2014"))


@pytest.mark.parametrize(("name", "remedy"), [("sygedagpneg", "Write it as there: 'sygedagpenge'."), ("fleksjob", "")])
def test_what_a_report_counts_is_measured(tmp_path, name, remedy):
    [sentence] = refused(of_measures(tmp_path, POINTS, "p.csv", f"Mål\n{name}\n"))
    assert "p.csv, column 'Mål': a name that measures does not have (row 2)." in sentence and remedy in sentence
    assert "accepted" not in sentence


def test_a_printed_number_stands_in_a_printed_table(tmp_path):
    raw = write_own(tmp_path / "raw", TABLES, {"k.csv": "Tabel\nK1\n", "c.csv": "Tabel\nK11\n"})
    [sentence] = refused(raw)
    assert "c.csv, column 'Tabel': a name that printed_tables does not have (row 2)" in sentence


def test_where_the_other_table_cannot_be_read_no_name_is_unknown(tmp_path):
    raw = of_measures(tmp_path, POINTS, "p.csv", "Mål\nfleksjob\n")
    (raw / "m.csv").write_text("Mål;Md;Antal\nfleksjob;2026M01;fem\n")
    assert all(sentence.startswith("m.csv") for sentence in refused(raw))


def test_every_reference_is_a_column_of_its_table():
    for place, others in (OF_ANOTHER_TABLE | MOSTLY_OF_ANOTHER_TABLE).items():
        for table, name in (one.split(".") for one in (place, *others)):
            assert name in CONTRACTS[table].columns


@given(st.text("abcdefghij", min_size=12, max_size=30), st.data())
def test_two_letters_that_changed_places_are_a_slip(word, data):
    at = data.draw(st.integers(0, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert nearest(swapped, [word, "et helt andet navn"]) == word
