"""What no file can be judged by alone: other files, the day of extraction, the declaration, the person's own number."""

import pytest
from raw_files import change, imported, refused, write_own, write_raw

from afkast.errors import DataError

LEDGER = """\
  - file: FILE
    reader: csv
    table: ledger
    columns: {Linje: line, Dato: posted_on, Per: period, Bilag: document, Beløb: amount_dkk}
    ignore: [Tekst]
    constants: {strategy: s, committee: AMU}
"""
HEADINGS = "Linje;Dato;Per;Bilag;Tekst;Beløb\n"


def posting(document, amount=100, day="05-10-2026", period=10):
    return f"investment;{day};{period};{document};HEMMELIG;{amount}\n"


def ledgers(folder, first, second, more=""):
    declared = LEDGER.replace("FILE", "a.csv") + LEDGER.replace("FILE", "b.csv") + more
    return write_own(folder / "raw", declared, {"a.csv": HEADINGS + first, "b.csv": HEADINGS + second})


# ---------------------------------------------------------------- the same rows twice


def test_the_same_file_under_two_names_is_refused(tmp_path):
    [sentence] = refused(ledgers(tmp_path, posting(1) + posting(2), posting(1) + posting(2)))
    assert sentence.startswith("b.csv: is the same file, byte for byte, as a.csv. Take one of them away.")


def test_postings_in_two_files_are_asked_about(tmp_path):
    rows = posting(1) + posting(2), posting(2) + posting(3)
    [sentence] = refused(ledgers(tmp_path, *rows))
    assert (
        sentence.startswith("b.csv: postings that a.csv has too (row 2).")
        and "accepted: {shared: 'name: reason'}" in sentence
    )
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    [sentence] = refused(ledgers(tmp_path / "c", *rows, "    accepted: {shared: to ens posteringer}\n"))
    assert "the answer to shared begins with who gives it, as 'AB: the reason'" in sentence
    raw = ledgers(tmp_path / "b", *rows, "    accepted: {shared: 'AB: to ens posteringer'}\n")
    assert imported(raw).table("ledger")["amount_dkk"].sum() == 400


def test_rows_that_all_stand_twice_are_asked_about(tmp_path):
    raw = write_own(
        tmp_path / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": HEADINGS + (posting(1) + posting(2)) * 2}
    )
    [sentence] = refused(raw)
    assert "a.csv: every row stands there more than once (rows 2, 3, 4 and 1 more; 4 rows)" in sentence


def test_two_postings_may_be_alike(tmp_path):
    raw = write_own(
        tmp_path / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": HEADINGS + posting(1) * 2 + posting(2)}
    )
    ledger = imported(raw).table("ledger")
    assert ledger["amount_dkk"].sum() == 300 and "text" not in ledger
    assert not any(b"HEMMELIG" in path.read_bytes() for path in raw.parent.rglob("*.parquet"))


PERSONS = """\
  - file: FILE
    reader: csv
    table: persons
    columns: {CPR: person, Født: birth_year}
    constants: {sex: K, education: Grundskole}
"""
SPELLS = """\
  - file: f.csv
    reader: csv
    table: spells
    columns: {CPR: person, Fra: start, Til: end}
    constants: {benefit: kontanthjælp}
"""
CPR = "CPR;Født\n"


def test_a_person_on_two_lists_with_the_same_row_is_one_person(tmp_path):
    declared = PERSONS.replace("FILE", "a.csv") + PERSONS.replace("FILE", "b.csv")
    rows = "019981-1003;1981\n"
    raw = write_own(tmp_path / "raw", declared, {"a.csv": CPR + rows, "b.csv": CPR + rows + "3199811004;1981\n"})
    snapshot = imported(raw)
    assert len(snapshot.table("persons")) == 2
    assert [entry["rows"] for entry in snapshot.files_of("persons")] == [1, 1]
    corrected = [entry["corrected"] for entry in snapshot.files_of("persons")]
    assert corrected == [[], [{"rule": "repeated", "column": None, "cells": 1}]]


def test_a_person_with_two_different_rows_is_refused(tmp_path):
    declared = PERSONS.replace("FILE", "a.csv") + PERSONS.replace("FILE", "b.csv").replace("sex: K", "sex: M")
    rows = {"a.csv": CPR + "019981-1003;1981\n", "b.csv": CPR + "0199811003;1981\n"}
    told = refused(write_own(tmp_path / "raw", declared, rows))
    assert [sentence.partition(". ")[0] for sentence in told] == [
        "a.csv: more than one row for the same person (row 2)",
        "b.csv: more than one row for the same person (row 2)",
    ]


def test_a_text_that_ends_within_a_line_is_asked_about_unless_all_do(tmp_path):
    first, second = posting(1) + posting(2), posting(3) + posting(4)
    [sentence] = refused(ledgers(tmp_path, first, second.removesuffix("\n")))
    assert sentence.startswith("b.csv: the last line has no end; the file may be cut short.")
    (tmp_path / "b").mkdir()
    assert len(imported(ledgers(tmp_path / "b", first[:-1], second[:-1])).table("ledger")) == 4


# ---------------------------------------------------------------- no cascade


@pytest.mark.parametrize(
    "persons", ['CPR;Født\n019981-1003;"19"81\n', "CPR;År\n019981-1003;1981\n", "", "PK\x03\x04", None]
)
def test_a_file_of_persons_that_cannot_be_read_makes_nobody_unknown(tmp_path, persons):
    files = {"f.csv": "CPR;Fra;Til\n019981-1003;01-01-2026;\n"}
    if persons is not None:
        files["p.csv"] = persons
    told = refused(write_own(tmp_path / "raw", PERSONS.replace("FILE", "p.csv") + SPELLS, files))
    assert told and all(sentence.startswith("p.csv") for sentence in told)


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("born", "start", "end", "rule"),
    [
        ("1982", "01-01-2020", "", "p.csv, column 'Født': not the year of birth in the CPR number (row 2)"),
        ("1981", "01-01-1975", "", "f.csv, column 'Fra': lies before the person's year of birth (row 2)"),
        ("1981", "01-01-1900", "", "f.csv, column 'Fra': a day that systems write where there is none (row 2)"),
        ("1981", "02-11-2026", "", "f.csv, column 'Fra': lies after the extraction (2026-11-01) (row 2)"),
        (
            "1981",
            "01-01-2020",
            "31-12-9999",
            "f.csv, column 'Til': a day that systems write where there is none",
        ),
    ],
)
def test_days_that_cannot_be_are_refused(tmp_path, born, start, end, rule):
    files = {"p.csv": f"CPR;Født\n019981-1003;{born}\n", "f.csv": f"CPR;Fra;Til\n019981-1003;{start};{end}\n"}
    [sentence] = refused(write_own(tmp_path / "raw", PERSONS.replace("FILE", "p.csv") + SPELLS, files))
    assert sentence.startswith(rule)


SEXED = PERSONS.replace("FILE", "p.csv").replace("birth_year}", "birth_year, Køn: sex}").replace("sex: K, ", "")


@pytest.mark.parametrize(("words", "told"), [("{Kvinde: K, Mand: M}", False), ("{Kvinde: M, Mand: K}", True)])
def test_sexes_that_are_swapped_are_asked_about(tmp_path, words, told):
    people = "".join(f"019981-1{n:03};1981;{'Mand' if n % 2 else 'Kvinde'}\n" for n in range(40))
    text = "CPR;Født;Køn\n" + people + "019981-2001;1981;Kvinde\n"  # a few may be otherwise
    raw = write_own(tmp_path / "raw", SEXED + f"    values: {{sex: {words}}}\n", {"p.csv": text})
    if told:
        [sentence] = refused(raw)
        assert "column 'Køn': mostly not the sex in the CPR number" in sentence and "accepted: {sex: " in sentence
    else:
        assert len(imported(raw).table("persons")) == 41


def test_nobody_is_older_than_people_get_nor_born_after_the_extraction(tmp_path):
    rows = "019905-1003;1905\n019927-1003;2027\n019906-1003;1906\n"
    [sentence] = refused(write_own(tmp_path / "raw", PERSONS.replace("FILE", "p.csv"), {"p.csv": CPR + rows}))
    assert sentence.startswith("p.csv, column 'Født': not born from 1906 to 2026 (rows 2, 3).")


def test_the_day_a_system_writes_for_no_end_can_be_declared(tmp_path):
    files = {"p.csv": CPR + "019981-1003;1981\n", "f.csv": "CPR;Fra;Til\n019981-1003;01-01-2020;31-12-9999\n"}
    declared = PERSONS.replace("FILE", "p.csv") + SPELLS + "    marks: {31-12-9999: missing}\n"
    snapshot = imported(write_own(tmp_path / "raw", declared, files))
    assert snapshot.table("spells")["end"].isna().all()


def test_a_planned_end_is_no_end_yet(tmp_path):
    files = {"p.csv": CPR + "019981-1003;1981\n", "f.csv": "CPR;Fra;Til\n019981-1003;01-01-2020;31-12-2027\n"}
    snapshot = imported(write_own(tmp_path / "raw", PERSONS.replace("FILE", "p.csv") + SPELLS, files))
    assert snapshot.table("spells")["end"].isna().all()
    [entry] = snapshot.files_of("spells")
    assert entry["corrected"] == [{"rule": "still_runs", "column": "Til", "cells": 1}]


@pytest.mark.parametrize("day", ["02-11-2026", "01-01-2027"])
def test_a_posting_after_the_extraction_is_refused(tmp_path, day):
    row = posting(1, day=day, period=int(day[3:5]))
    raw = write_own(tmp_path / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": HEADINGS + row})
    assert "column 'Dato': lies after the extraction (2026-11-01) (row 2)" in refused(raw)[0]


def test_a_posting_in_another_month_than_its_period_is_asked_about(tmp_path):
    rows = posting(1, period=9) + posting(2, period=10) + posting(3, day="31-12-2025", period=13)
    raw = write_own(tmp_path / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": HEADINGS + rows})
    [sentence] = refused(raw)
    assert (
        "column 'Per': not the month that was posted in (row 2)" in sentence
        and "accepted: {period: 'name: reason'}" in sentence
    )


MEASURES = """\
  - file: m.csv
    reader: csv
    table: measures
    columns: {Sted: area, Md: period, Antal: value}
    constants: {measure: m, unit: personer}
"""


def months_of(*months):
    return {"m.csv": "Sted;Md;Antal\n" + "".join(f"A;{month};5\n" for month in months)}


@pytest.mark.parametrize(
    ("months", "noted"),
    [
        ([f"2025M{month:02}" for month in range(1, 11)], ["old"]),
        ([f"2026M{month:02}" for month in range(1, 10)], []),
        ([f"{year}M12" for year in range(2021, 2025)], []),  # a yearly series is not old before its next year is over
    ],
)
def test_last_years_file_under_this_years_date_is_noted(tmp_path, months, noted):
    [entry] = imported(write_own(tmp_path / "raw", MEASURES, months_of(*months))).files_of("measures")
    assert entry["noted"] == noted


def test_a_file_that_ends_earlier_than_last_time_is_asked_about(tmp_path):
    raw = write_own(tmp_path / "raw", MEASURES, months_of("2026M07", "2026M08", "2026M09"))
    imported(raw)
    (raw / "m.csv").write_text("Sted;Md;Antal\nA;2025M07;5\nA;2025M08;5\nA;2025M09;5\n")
    with pytest.raises(DataError, match=r"m\.csv: ends in 2025-09 where it ended in 2026-09\. Fetch the newest file\."):
        imported(raw)


# ---------------------------------------------------------------- a declaration that matches nothing

BUDGET = """\
  - file: b.csv
    reader: csv
    table: budget
    columns: {Linje: line, År: year, Beløb: amount_dkk}
    constants: {strategy: s, committee: AMU, kind: strategy, price_level_year: 2026}
    values:
      line: {Investering: investment, Besparelse: benefit_saving}
"""
ROWS = "Linje;År;Beløb\nInvestering;2026;10\nBesparelse;2026;-15\n"


def test_negate_takes_the_tables_word(tmp_path):
    raw = write_own(tmp_path / "raw", BUDGET + "    negate: {line: benefit_saving}\n", {"b.csv": ROWS})
    assert sorted(imported(raw).table("budget")["amount_dkk"]) == [10.0, 15.0]


@pytest.mark.parametrize(
    ("declared", "rule"),
    [
        (BUDGET + "    negate: {line: Besparelse}\n", "did you mean benefit_saving"),
        (BUDGET + "    negate: {line: benefit_savings}\n", "did you mean benefit_saving"),
        (BUDGET + "    negate: {item: x}\n", "negate names item, which neither columns nor constants give"),
        (BUDGET + "    negate: {line: financing}\n", "b.csv, column 'Linje': negate names a wording that no row has"),
        (BUDGET + "      item: {a: b}\n", "values has wordings for item, which no heading of the file gives"),
        (BUDGET.replace("Beløb: amount_dkk", "Beløb: amount"), "table budget has no column amount"),
    ],
)
def test_a_declaration_that_matches_nothing_is_refused(tmp_path, declared, rule):
    assert rule in refused(write_own(tmp_path / "raw", declared, {"b.csv": ROWS}))[0]


def test_a_strategy_that_nobody_wrote_is_refused(tmp_path):
    raw = write_own(tmp_path / "raw", BUDGET + "    negate: {line: benefit_saving}\n", {"b.csv": ROWS})
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies" / "ss.yml").touch()
    [sentence] = refused(raw)
    assert "b.csv, column 'strategy': no strategy has this id (rows 2, 3)" in sentence
    assert "strategies/ has ss" in sentence


def test_values_and_status_without_their_columns_are_told_and_nothing_breaks(tmp_path):
    declared = MEASURES + "    values: {status: {Endelig: ok}}\n"
    raw = write_own(tmp_path / "raw", declared, {"m.csv": "Sted;Md;Antal\nA;2026M06;10\n"})
    assert "values has wordings for status, which no heading of the file gives" in refused(raw)[0]


def test_texts_of_postings_are_dropped_however_they_are_declared(tmp_path):
    declared = (
        LEDGER.replace("FILE", "a.csv").replace("    ignore: [Tekst]\n", "").replace("{Linje", "{Tekst: text, Linje")
    )
    snapshot = imported(write_own(tmp_path / "raw", declared, {"a.csv": HEADINGS + posting(1)}))
    assert "text" not in snapshot.table("ledger")
    assert snapshot.files_of("ledger")[0]["ignored"] == ["Tekst"]


@pytest.mark.parametrize("line", ["investment", "benefit_saving"])
def test_a_line_that_is_negative_everywhere_is_asked_about(tmp_path, line):
    word = {"investment": "Investering", "benefit_saving": "Besparelse"}[line]
    text = f"Linje;År;Beløb\n{word};2025;-10\n{word};2026;-15\n"
    [sentence] = refused(write_own(tmp_path / "raw", BUDGET, {"b.csv": text}))
    assert f"column 'Beløb': every {line} of s is negative" in sentence
    assert f"Declare negate: {{line: {line}}}" in sentence


def test_a_saving_may_cost_in_some_years(tmp_path):
    text = "Linje;År;Beløb\nBesparelse;2025;-10\nBesparelse;2026;15\n"
    assert imported(write_own(tmp_path / "raw", BUDGET, {"b.csv": text})).table("budget")["amount_dkk"].sum() == 5


def test_a_file_of_exactly_as_many_rows_as_exports_are_cut_at_is_asked_about(tmp_path):
    rows = "".join(posting(number) for number in range(10_000))
    [sentence] = refused(write_own(tmp_path / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": HEADINGS + rows}))
    assert sentence.startswith("a.csv: has exactly 10000 rows, where exports are cut.")


def test_a_day_of_another_age_is_refused(tmp_path):
    row = posting(1, day="05-10-1926")
    [sentence] = refused(write_own(tmp_path / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": HEADINGS + row}))
    assert "column 'Dato': lies more than 30 years before the extraction (row 2)" in sentence


def test_months_that_lack_within_a_series_are_noted(tmp_path):
    months = months_of("2026M05", "2026M06", "2026M07", "2026M09")
    [entry] = imported(write_own(tmp_path / "raw", MEASURES, months)).files_of("measures")
    assert entry["noted"] == ["gap"]


def test_rows_in_a_row_that_stand_further_up_are_asked_about(tmp_path):
    once = "".join(map(posting, range(1, 8)))
    twin = write_own(tmp_path / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": HEADINGS + once + posting(1) * 6})
    snapshot = imported(twin)
    assert len(snapshot.table("ledger")) == 13  # one posting may be like another, and is told
    assert snapshot.manifest["files"][0]["noted"] == ["alike"]
    (tmp_path / "b").mkdir()
    overlapping = HEADINGS + once + "".join(map(posting, range(3, 12)))
    raw = write_own(tmp_path / "b" / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": overlapping})
    [sentence] = refused(raw)
    assert "5 or more rows in a row that stand there before; two exports may overlap (rows 9, 10, 11 and 2" in sentence
    assert "accepted: {repeated: 'name: reason'}" in sentence


def test_zeros_before_a_document_s_number_make_it_no_other_posting(tmp_path):
    rows = posting(1) + posting(2)
    [sentence] = refused(ledgers(tmp_path, rows, posting("02") + posting("03")))
    assert "b.csv: postings that a.csv has too (row 2)" in sentence


def test_a_total_among_postings_is_refused(tmp_path):
    rows = posting(1) + posting(2) + posting("Total", 200)
    raw = write_own(tmp_path / "raw", LEDGER.replace("FILE", "a.csv"), {"a.csv": HEADINGS + rows})
    assert "a row of totals among the data (row 4)" in refused(raw)[0]


@pytest.mark.parametrize("column", ["Flyttet", "Død"])
def test_nobody_moves_or_dies_before_being_born(tmp_path, column):
    raw = write_raw(tmp_path / "raw", "personer.csv")
    days = {"Flyttet": "01-01-1970;", "Død": ";01-01-1970"}[column]
    change(raw / "personer.csv", "Grundskole;;", f"Grundskole;{days}")
    [sentence] = refused(raw)
    assert f"column '{column}': lies before the person's year of birth (row 2)" in sentence


# ---------------------------------------------------------------- numbers that nobody careful would believe

SERIES = """\
  - file: m.csv
    reader: csv
    table: measures
    columns: {Sted: area, Md: period, Antal: value, Enhed: unit}
    constants: {measure: m}
"""


def series_of(folder, *rows):
    text = "Sted;Md;Antal;Enhed\n" + "".join(row + "\n" for row in rows)
    return write_own(folder / "raw", SERIES, {"m.csv": text})


@pytest.mark.parametrize("other", ["'Storby", "Storby*", "»Storby«", "Storby.", "Stor-by", "Stor by"])
def test_a_name_written_with_marks_beside_it_is_told(tmp_path, other):
    [sentence] = refused(series_of(tmp_path, "Storby;2026M01;5;pct.", f"{other};2026M02;6;pct."))
    assert "column 'Sted': written elsewhere in another way (row 3)" in sentence


@pytest.mark.parametrize(
    ("one", "other"),
    [("Storby", "Storby Kommune"), ("Horsens", "Horsens kommune"), ("København", "Københavns Kommune")],
)
def test_a_municipality_has_one_name(tmp_path, one, other):
    [sentence] = refused(series_of(tmp_path, f"{one};2026M01;5;pct.", f"{other};2026M02;6;pct."))
    assert "column 'Sted': written elsewhere in another way (row 3)" in sentence


@pytest.mark.parametrize("names", [("16-19 år", "1619 år"), ("under 30", "under 30+"), ("Vest 1", "Vest 11")])
def test_names_that_more_than_marks_part_are_two(tmp_path, names):
    imported(series_of(tmp_path, *(f"{name};2026M01;5;pct." for name in names)))


def test_one_measure_has_one_unit_in_all_tables(tmp_path):
    raw = series_of(tmp_path, "Storby;2026M01;5;pct.", "Storby;2026M02;6;personer")
    [sentence] = refused(raw)
    assert "column 'Enhed': the measure has another unit elsewhere (row 3)" in sentence


def test_counts_are_in_thousands_beside_small_ones(tmp_path):
    snapshot = imported(series_of(tmp_path, "Storby;2026M01;12;personer", "Storby;2026M02;1.625;personer"))
    assert sorted(snapshot.table("measures")["value"]) == [12, 1625]


def test_a_series_counted_from_new_year_is_noted(tmp_path):
    rows = [f"Storby;{2024 + n // 12}M{n % 12 + 1:02};{10 * (n % 12 + 1)};pct." for n in range(24)]
    steady = [f"Nordby;{2024 + n // 12}M{n % 12 + 1:02};{10 + n};pct." for n in range(24)]
    [entry] = imported(series_of(tmp_path, *rows, *steady)).manifest["files"]
    assert "year_to_date" in entry["noted"]


def test_a_series_that_rises_all_the_time_is_no_year_to_date(tmp_path):
    rows = [f"Storby;{2024 + n // 12}M{n % 12 + 1:02};{10 + n};pct." for n in range(24)]
    [entry] = imported(series_of(tmp_path, *rows)).manifest["files"]
    assert "year_to_date" not in entry["noted"]


@pytest.mark.parametrize("wrong", ["2026;2025;1,03", "2025;2026;0,97", "2025;2026;2,5", "2025;2025;1,03"])
def test_factors_that_turn_prices_round_are_told(tmp_path, wrong):
    declared = (
        "  - file: p.csv\n    reader: csv\n    table: price_levels\n"
        "    columns: {Fra: from_year, Til: to_year, Faktor: factor}\n    constants: {kind: samlet service}\n"
    )
    raw = write_own(tmp_path / "raw", declared, {"p.csv": f"Fra;Til;Faktor\n2023;2024;1,03\n{wrong}\n"})
    [sentence] = refused(raw)
    assert "(row 3)" in sentence


LADDER = """\
  - file: l.csv
    reader: csv
    table: refund_ladder
    columns: {Fra: valid_from, Til: valid_to, Art: kind, Uge1: from_week, Uge2: to_week, Andel: state_share}
    constants: {benefit: kontanthjælp}
"""


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (["01-01-2016;;refund;1;4;0,8", "01-01-2016;;refund;5;;0,2"], None),
        (["01-01-2016;31-12-2019;refund;1;;0,8", "01-01-2020;;refund;1;;0,2"], None),
        (["01-01-2016;;refund;1;;0,8", "01-01-2020;;refund;1;;0,2"], "another step, or ladder"),
        (["01-01-2016;01-01-2020;refund;1;;0,8", "01-01-2020;;refund;1;;0,2"], "another step, or ladder"),
        (["01-01-2016;;refund;1;4;0,8", "01-01-2016;31-12-2019;refund;5;;0,2"], "another step, or ladder"),
        (["01-01-2016;;refund;1;4;0,8", "01-01-2016;;cofinanced;5;;0,2"], "must be of one kind"),
        (["01-01-2016;;refund;1;4;0,2", "01-01-2016;;refund;5;;0,8"], "rises with the weeks"),
    ],
)
def test_a_day_and_a_week_have_one_share(tmp_path, steps, told):
    text = "Fra;Til;Art;Uge1;Uge2;Andel\n" + "".join(step + "\n" for step in steps)
    raw = write_own(tmp_path / "raw", LADDER, {"l.csv": text})
    if told is None:
        assert len(imported(raw).table("refund_ladder")) == len(steps)
    else:
        [sentence] = refused(raw)
        assert told in sentence


@pytest.mark.parametrize(
    ("prices", "level", "told"),
    [
        (["2024;120.000", "2025;10.000"], "2025", "less than 1/5 of another year's price"),
        (["2024;120.000", "2025;60.000"], "2025", None),
        (["2024;120.000", "2025;121.000"], "1925", "more than 20 years from the year of the amount"),
    ],
)
def test_prices_of_a_month_and_of_another_century_are_told(tmp_path, prices, level, told):
    declared = (
        "  - file: p.csv\n    reader: csv\n    table: unit_prices\n"
        "    columns: {År: year, Pris: net_dkk_per_full_year_person}\n"
        f"    constants: {{area: Storby, benefit: kontanthjælp, basis: paid, price_level_year: {level}}}\n"
    )
    raw = write_own(tmp_path / "raw", declared, {"p.csv": "År;Pris\n" + "".join(one + "\n" for one in prices)})
    if told is None:
        imported(raw)
    else:
        [sentence] = refused(raw)
        assert told in sentence


def test_nobody_enters_a_target_group_after_death(tmp_path):
    raw = write_raw(tmp_path / "raw", "maalgruppe.csv")
    change(raw / "personer.csv", "01-02-2019;", "01-02-2019;02-01-2018")
    sentences = refused(raw)
    assert any("column 'Ind': lies after the person's death (row 3)" in sentence for sentence in sentences)


def test_a_closing_period_in_the_middle_of_the_year_is_asked_about(tmp_path):
    declared = LEDGER.replace("FILE", "a.csv")
    [sentence] = refused(
        write_own(tmp_path / "raw", declared, {"a.csv": HEADINGS + posting(1) + posting(2, period=13)})
    )
    assert "column 'Per': not the month that was posted in (row 3)" in sentence


@pytest.mark.parametrize("title", ["Amounts in thousands", "Mill. kr.", "kDKK", "DKK '000", "000 kr."])
def test_other_ways_to_say_that_kroner_are_in_thousands(tmp_path, title):
    declared = LEDGER.replace("FILE", "a.csv")
    raw = write_own(tmp_path / "raw", declared, {"a.csv": title + "\n" + HEADINGS + posting(1) + posting(2)})
    [sentence] = refused(raw)
    assert "Declare scale: 1000" in sentence
