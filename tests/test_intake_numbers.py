"""Numbers at the door: what a cell says is read as the source means it, or asked about, and never guessed."""

import io

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_files import imported, refused, write_own

from afkast.errors import DataError
from afkast.intake.cells import numbers, percentage

MEASURE = """\
  - file: x.csv
    reader: csv
    table: measures
    columns: {Sted: area, Md: period, Antal: value}
    constants: {measure: m, unit: UNIT}
"""


def measures(folder, *cells, unit="pct.", more=""):
    rows = "".join(f"A;2019M{month:02};{cell}\n" for month, cell in enumerate(cells, start=1))
    declared = MEASURE.replace("UNIT", unit) + more
    return write_own(folder / "raw", declared, {"x.csv": "Sted;Md;Antal\n" + rows})


def values(raw):
    return imported(raw).table("measures")["value"].to_list()


# ---------------------------------------------------------------- decimals


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["1,5", "1.018"], [1.5, 1018.0]),  # a decimal comma tells what a point is
        (["412", "1.018"], [412.0, 1018.0]),  # and so does a small number without one
        (["1.234.567", "1.018"], [1234567.0, 1018.0]),
    ],
)
def test_a_point_parts_thousands_where_the_files_own_numbers_say_so(tmp_path, cells, read):
    assert values(measures(tmp_path, *cells)) == read


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        (["0.625", "0.875"], "decimals are written with a point (rows 2, 3)"),
        (["22.625", "0.5"], "decimals are written with a point (row 3)"),
        (["22.625", "1.018"], "a point before three digits may part thousands or decimals (rows 2, 3)"),
        (["412", "1018", "1.018"], "a point before three digits may part thousands or decimals (row 4)"),
    ],
)
def test_where_a_point_may_part_decimals_nobody_guesses(tmp_path, cells, rule):
    [sentence] = refused(measures(tmp_path, *cells))
    assert rule in sentence and "Declare decimal: " in sentence


@pytest.mark.parametrize("unit", ["uger", "dage", "pct.", "fuldtidspersoner", "helårspersoner", "årsværk"])
@pytest.mark.parametrize("cells", [["12", "22.625"], ["39", "41.125"], ["2", "4", "1.875"]])
def test_numbers_of_another_size_in_thousands_than_their_neighbours_are_asked_about(tmp_path, unit, cells):
    [sentence] = refused(measures(tmp_path, *cells, unit=unit))
    assert "a point before three digits may part thousands or decimals" in sentence and "Declare decimal: " in sentence


def test_an_average_of_persons_may_have_decimals(tmp_path):
    [sentence] = refused(measures(tmp_path, "39", "41.125", unit="personer"))
    assert "a point before three digits may part thousands or decimals (row 3)" in sentence


@pytest.mark.parametrize("unit", ["uger", "pct.", "fuldtidspersoner", "personer"])
def test_numbers_of_one_size_are_thousands(tmp_path, unit):
    cells = ["412", "1.018", "87", "2.250"]
    assert values(measures(tmp_path, *cells, unit=unit)) == [412, 1018, 87, 2250]


def test_the_size_of_a_number_is_that_of_its_own_unit(tmp_path):
    rows = ["12;uger", "22.625;uger", *(f"{count};personer" for count in ("950", "2.250", "3.000", "4.000"))]
    text = "Sted;Md;Antal;Enhed\n" + "".join(f"A;2019M{n:02};{row}\n" for n, row in enumerate(rows, start=1))
    declared = MEASURE.replace(", unit: UNIT", "").replace("value}", "value, Enhed: unit}")
    told = refused(write_own(tmp_path / "raw", declared, {"x.csv": text}))
    assert any("a point before three digits may part thousands or decimals" in one for one in told)


@pytest.mark.parametrize(("mark", "read"), [('","', 22625.0), ('"."', 22.625)])
def test_the_decimal_mark_is_what_is_declared(tmp_path, mark, read):
    assert values(measures(tmp_path, "22.625", more=f"    decimal: {mark}\n")) == [read]


@given(st.decimals(-(10**9), 10**9, places=3))
def test_a_number_reads_the_same_with_either_decimal_mark(number):
    english = f"{number:,.3f}"
    danish = english.translate({ord(","): ".", ord("."): ","})
    assert numbers(pd.Series([danish]), ",")[0] == numbers(pd.Series([english]), ".")[0] == float(number)


# ---------------------------------------------------------------- marks


@pytest.mark.parametrize(
    ("said", "value", "status"), [("zero", 0.0, "ok"), ("missing", None, "missing"), ("suppressed", None, "suppressed")]
)
def test_a_mark_says_what_is_declared(tmp_path, said, value, status):
    table = imported(measures(tmp_path, "1,5", "-", more=f"    marks: {{'-': {said}}}\n")).table("measures")
    assert table["status"].to_list() == ["ok", status]
    assert table["value"].astype(object).where(table["value"].notna(), None).to_list() == [1.5, value]


@pytest.mark.parametrize("mark", ["-", "–", "*", "**", "<"])
def test_a_mark_that_nobody_declared_is_asked_about(tmp_path, mark):
    [sentence] = refused(measures(tmp_path, "1,5", mark))
    shown = mark.replace("–", "-")
    assert f"'{shown}' where a number should be, which sources.yml does not declare (row 3)" in sentence
    assert "marks: {mark: zero, missing or suppressed}" in sentence


def test_a_mark_in_an_amount_is_zero_where_that_is_declared(tmp_path):
    declared = """\
  - file: b.csv
    reader: csv
    table: budget
    columns: {Linje: line, År: year, Beløb: amount_dkk}
    constants: {strategy: s, committee: AMU, kind: strategy, price_level_year: 2026}
    marks: {"-": zero}
"""
    raw = write_own(tmp_path / "raw", declared, {"b.csv": "Linje;År;Beløb\ninvestment;2025;-\ninvestment;2026;5\n"})
    snapshot = imported(raw)
    assert snapshot.table("budget")["amount_dkk"].to_list() == [0.0, 5.0]
    [entry] = snapshot.files_of("budget")
    assert entry["corrected"] == [{"rule": "zero", "column": "Beløb", "cells": 1}]


# ---------------------------------------------------------------- per cent


@pytest.mark.parametrize(("unit", "read"), [("pct.", 5.1), ("pct. af befolkningen", 5.1), ("andel", 0.051)])
def test_a_cell_in_per_cent_is_read_by_its_unit(tmp_path, unit, read):
    assert values(measures(tmp_path, "5,1 %", unit=unit)) == [read]


def test_a_percentage_of_anything_else_is_refused(tmp_path):
    [sentence] = refused(measures(tmp_path, "5,1 %", unit="personer"))
    assert "column 'Antal': a percentage, where the unit is neither pct. nor andel (row 2)" in sentence


@pytest.mark.parametrize("number_format", ["0.0%", "0%", '0.00 %" af alle"'])
def test_an_excel_cell_shown_in_per_cent_is_what_it_shows(tmp_path, number_format):
    workbook = openpyxl.Workbook()
    for row in [("Sted", "Md", "Antal"), ("A", "2019M01", 0.051), ("A", "2019M02", 6.2)]:
        workbook.active.append(row)
    workbook.active["C2"].number_format = number_format
    workbook.active["C3"].number_format = '0.0" %"'  # the mark alone: the number is as it is
    written = io.BytesIO()
    workbook.save(written)
    declared = MEASURE.replace("csv", "xlsx", 1).replace("reader: csv", "reader: excel\n    sheet: Sheet")
    raw = write_own(tmp_path / "raw", declared.replace("UNIT", "pct."), {"x.xlsx": written.getvalue()})
    assert values(raw) == [5.1, 6.2]


@given(st.floats(-10, 10))
def test_a_share_shown_in_per_cent_is_a_hundred_times_as_large(share):
    shown = numbers(pd.Series([percentage(share).removesuffix(" %")]))[0]
    assert shown == pytest.approx(100 * share, rel=1e-15, abs=1e-300)


# ---------------------------------------------------------------- scale

BUDGET = """\
  - file: b.csv
    reader: csv
    table: committee_budgets
    columns: {Udvalg: committee, Post: item}
    years: [2022, Budget 2023, 2024]
    total: I alt
    constants: {area: A, heading: H, price_level_year: 2022}
"""
IN_THOUSANDS = "Budget (1.000 kr.)\nUdvalg;Post;2022;Budget 2023;2024;I alt\nAMU;P;1;2,5;;3,5\n"


def test_years_as_columns_become_rows_in_kroner_and_their_total_is_checked(tmp_path):
    raw = write_own(tmp_path / "raw", BUDGET + "    scale: 1000\n", {"b.csv": IN_THOUSANDS})
    rows = imported(raw).table("committee_budgets")[["year", "amount_dkk"]]
    assert rows.to_numpy().tolist() == [[2022, 1000.0], [2023, 2500.0]]
    (raw / "b.csv").write_text(IN_THOUSANDS.replace("3,5\n", "3,6\n"))
    with pytest.raises(DataError, match="column 'I alt': not the sum of the years"):
        imported(raw)


FOLLOW_UP = """\
  - file: opfoelgning.xlsx
    reader: excel
    sheet: Bevillinger
    table: budget
    columns: {Linje: line}
    kinds: {Oprindeligt budget 2025: original, Korrigeret budget 2025 pr. 31. oktober: revised}
    ignore: [Forventet regnskab, Forventet afvigelse]
    constants: {strategy: s, committee: AMU, price_level_year: 2025}
    values:
      line: {Investering: investment, Besparelse: benefit_saving}
    leave_out: {Linje: [I alt]}
    marks: {"-": zero}
    scale: 1000
"""


def follow_up(*rows):
    """A budget follow-up as finance departments send it round: a title with the unit, kinds across, a total below."""
    headings = ["Linje", "Oprindeligt budget 2025", "Korrigeret budget 2025 pr. 31. oktober", "Forventet regnskab"]
    book = openpyxl.Workbook()
    book.active.title = "Bevillinger"
    for row in [["Budgetopfølgning pr. 31. oktober 2025, 1.000 kr."], [], [*headings, "Forventet afvigelse"], *rows]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_budget_follow_up_is_a_budget_of_each_kind_that_stands_across(tmp_path):
    rows = ["Investering", 1000, 1250.5, 1300, 49.5], ["Besparelse", "-", None, 0, 0], ["I alt", 1000, 1250.5, 1300, 0]
    raw = write_own(tmp_path / "raw", FOLLOW_UP, {"opfoelgning.xlsx": follow_up(*rows)})
    budget = imported(raw).table("budget")[["line", "kind", "year", "amount_dkk"]]
    assert sorted(budget.itertuples(index=False, name=None)) == [
        ("benefit_saving", "original", 2025, 0.0),
        ("investment", "original", 2025, 1_000_000.0),
        ("investment", "revised", 2025, 1_250_500.0),
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Oprindeligt budget 2025:", "Oprindeligt budget:", "each heading under kinds must hold one year"),
        (": original", ": oprindelig", "kinds are original, revised, strategy; not so oprindelig"),
        ("    scale: 1000\n", "    scale: 1000\n    years: [2025]\n", "either months, years or kinds become rows"),
        ("table: budget", "table: committee_budgets", "has no column"),
    ],
)
def test_a_follow_up_that_is_declared_wrongly_is_refused_before_it_is_read(tmp_path, old, new, sentence):
    assert old in FOLLOW_UP
    told = refused(write_own(tmp_path / "raw", FOLLOW_UP.replace(old, new), {"opfoelgning.xlsx": follow_up()}))
    assert sentence in told[0]


def test_a_line_of_a_follow_up_without_any_amount_is_a_fault(tmp_path):
    rows = ["Investering", 1000, 1250.5, 1300, 49.5], ["Besparelse", None, None, 0, 0]
    told = refused(write_own(tmp_path / "raw", FOLLOW_UP, {"opfoelgning.xlsx": follow_up(*rows)}))
    assert any("no kind has an amount" in one for one in told)


def test_amounts_that_say_they_are_in_thousands_need_a_scale(tmp_path):
    [sentence] = refused(write_own(tmp_path / "raw", BUDGET, {"b.csv": IN_THOUSANDS}))
    assert "says above the rows that its amounts are in thousands or millions (row 1)" in sentence
    assert "scale: 1 where the amounts are in kroner" in sentence


def test_a_scale_of_one_answers_the_question(tmp_path):
    raw = write_own(tmp_path / "raw", BUDGET + "    scale: 1\n", {"b.csv": IN_THOUSANDS})
    assert imported(raw).table("committee_budgets")["amount_dkk"].to_list() == [1.0, 2.5]


# ---------------------------------------------------------------- what a number can be

RATIO = """\
  - file: x.csv
    reader: csv
    table: measures
    columns: {Sted: area, Md: period, T: numerator, N: denominatorVALUE}
    constants: {measure: m, unit: UNIT}
"""


@pytest.mark.parametrize(
    ("unit", "row", "sentence"),
    [
        ("andel", "10;1000;0,02", "column 'V': is not numerator ÷ denominator (row 2)"),
        ("pct.", "10;1000;0,01", "column 'V': is not numerator ÷ denominator (row 2)"),
        ("andel", "10;0;0,01", "column 'N': is 0, and nothing can be a share of it (row 2)"),
        ("andel", "950;10;95", "a share must lie from 0 to 1, or 0 to 100 where it is per cent of something (row 2)"),
        ("pct. af alle", "11;10;110", "a share must lie from 0 to 1"),
        ("personer", "-5;1;-5", "what is counted cannot be negative (row 2)"),
    ],
)
def test_a_value_at_odds_with_itself_is_refused(tmp_path, unit, row, sentence):
    declared = RATIO.replace("VALUE", ", V: value").replace("UNIT", unit)
    text = "Sted;Md;T;N;V\nA;2019M06;" + row + "\n"
    assert any(sentence in told for told in refused(write_own(tmp_path / "raw", declared, {"x.csv": text})))


@pytest.mark.parametrize("unit", ["pct.", "personer pr. 1.000 indbyggere", "fuldtidspersoner pr. 100 personer"])
def test_what_is_counted_out_of_fewer_persons_is_asked_about(tmp_path, unit):
    declared = RATIO.replace("VALUE", ", V: value").replace("UNIT", unit)
    for row, asked in [("20;400;5", False), ("400;20;2000", True)]:
        (tmp_path / str(asked)).mkdir()
        raw = write_own(tmp_path / str(asked) / "raw", declared, {"x.csv": f"Sted;Md;T;N;V\nA;2019M06;{row}\n"})
        if asked:
            [sentence] = refused(raw)
            assert "column 'N': is less than the numerator, which is counted out of it (row 2)" in sentence
        else:
            imported(raw)


@pytest.mark.parametrize("unit", ["kr. pr. 1.000 indbyggere", "sager pr. medarbejder", "andel af et år pr. person"])
def test_more_than_the_denominator_may_be_counted_of_other_things(tmp_path, unit):
    declared = RATIO.replace("VALUE", ", V: value").replace("UNIT", unit)
    imported(write_own(tmp_path / "raw", declared, {"x.csv": "Sted;Md;T;N;V\nA;2019M06;400;20;20\n"}))


@pytest.mark.parametrize("value", ["0,33", "0,333", "0,3333", "0,3"])
def test_a_value_may_be_rounded_or_cut(tmp_path, value):
    declared = RATIO.replace("VALUE", ", V: value").replace("UNIT", "andel")
    raw = write_own(tmp_path / "raw", declared, {"x.csv": f"Sted;Md;T;N;V\nA;2019M06;1;3;{value}\n"})
    assert values(raw) == [float(value.replace(",", "."))]


@pytest.mark.parametrize(("unit", "value"), [("andel", 0.01), ("pct.", 1.0)])
def test_a_value_that_is_not_given_follows_from_its_parts(tmp_path, unit, value):
    declared = RATIO.replace("VALUE", "").replace("UNIT", unit)
    raw = write_own(tmp_path / "raw", declared, {"x.csv": "Sted;Md;T;N\nA;2019M06;10;1000\nA;2019M07;;\n"})
    table = imported(raw).table("measures")
    assert table["value"].to_list()[0] == value and table["status"].to_list() == ["ok", "missing"]


def test_a_value_of_unknown_unit_does_not_follow_from_its_parts(tmp_path):
    declared = RATIO.replace("VALUE", "").replace("UNIT", "personer")
    raw = write_own(tmp_path / "raw", declared, {"x.csv": "Sted;Md;T;N\nA;2019M06;10;1000\n"})
    assert "only where the unit is andel or pct. (row 2)" in refused(raw)[0]


PRICES = """\
  - file: p.csv
    reader: csv
    table: unit_prices
    columns: {Netto: net_dkk_per_full_year_person}
    constants: {area: A, benefit: b, year: 2026, price_level_year: 2026, basis: paid}
"""


@pytest.mark.parametrize(
    ("price", "rule"),
    [
        ("125", "less than 1000 kr. for a year; it may be in thousands (row 2)"),
        ("-5", "must be kroner a year, from 0 to 2.000.000 (row 2)"),
        ("9.000.000", "must be kroner a year, from 0 to 2.000.000 (row 2)"),
    ],
)
def test_a_price_that_no_year_on_a_benefit_costs_is_refused(tmp_path, price, rule):
    [sentence] = refused(write_own(tmp_path / "raw", PRICES, {"p.csv": f"Netto\n{price}\n"}))
    assert rule in sentence


def test_a_net_price_above_the_gross_price_is_refused(tmp_path):
    declared = PRICES.replace("{Netto:", "{Brutto: gross_dkk_per_full_year_person, Netto:")
    [sentence] = refused(write_own(tmp_path / "raw", declared, {"p.csv": "Netto;Brutto\n100.000;80.000\n"}))
    assert "column 'Netto': is more than the gross price (row 2)" in sentence


@pytest.mark.parametrize("factor", ["-1,018", "1018", "0"])
def test_a_price_factor_is_near_one(tmp_path, factor):
    declared = """\
  - file: f.csv
    reader: csv
    table: price_levels
    columns: {Faktor: factor}
    constants: {from_year: 2022, to_year: 2023, kind: service}
"""
    [sentence] = refused(write_own(tmp_path / "raw", declared, {"f.csv": f"Faktor\n{factor}\n"}))
    assert "must be a factor such as 1,018, from 0,3 to 3 (row 2)" in sentence


# ---------------------------------------------------------------- units, totals and thousands that a file says itself

ITEMS = """\
  - file: x.csv
    reader: csv
    table: committee_budgets
    columns: {Post: item, År: year, Beløb: amount_dkk}
    constants: {area: A, committee: U, heading: h, price_level_year: 2024}
"""


def items(folder, text, more=""):
    return write_own(folder / "raw", ITEMS + more, {"x.csv": text})


def amounts(raw):
    return imported(raw).table("committee_budgets")["amount_dkk"].to_list()


UNITS = [
    "i 1.000 kr.",
    "1 000 kr.",
    "1000-kr.",
    "t.kr.",
    "TDKK",
    "DKK 1.000",
    "i tusinde kroner",
    "mio. kr.",
    "mia. kr.",
    "Mill. kr.",
    "kDKK",
    "DKK '000",
    "000 kr.",
    "thousands",
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("where", ["title", "heading", "footer", "note", "column"])
def test_a_unit_is_asked_about_wherever_the_file_says_it(tmp_path, unit, where):
    text, more = "Post;År;Beløb\nDrift;2024;1200\n", ""
    if where == "title":
        text = f"Budget {unit}\n{text}"
    if where == "footer":
        text, more = text + f"Note: beløb {unit}\n", "    footer: Note\n"
    if where == "note":
        text = text + f"Beløb {unit}\n"
    if where == "column":
        text, more = f"Post;År;Beløb;Enhed\nDrift;2024;1200;{unit}\n", "    ignore: [Enhed]\n"
    declared = ITEMS.replace("Beløb:", f'"Beløb {unit}":') if where == "heading" else ITEMS
    text = text.replace("Beløb\n", f"Beløb {unit}\n", 1) if where == "heading" else text
    sentences = refused(write_own(tmp_path / "raw", declared + more, {"x.csv": text}))
    assert any("that its amounts are in thousands or millions" in one for one in sentences)
    if where not in ("note",):
        (tmp_path / "b").mkdir()
        raw = write_own(tmp_path / "b" / "raw", declared + more + "    scale: 1000\n", {"x.csv": text})
        assert amounts(raw) == [1_200_000.0]


@pytest.mark.parametrize("words", [["Note: beløb i 1.000 kr."], ["Note", "", "mio. kr."], ["Note"], ["Note", 5]])
def test_a_workbook_s_footer_may_say_the_unit_too(tmp_path, words):
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Ark"
    for row in (["Post", "År", "Beløb"], ["Drift", 2024, 1200], words[:1], ["", "", *words[2:]]):
        book.active.append(row)
    book.save(content)
    declared = ITEMS.replace("x.csv\n    reader: csv", "x.xlsx\n    reader: excel\n    sheet: Ark")
    raw = write_own(tmp_path / "raw", declared + "    footer: Note\n", {"x.xlsx": content.getvalue()})
    if "kr." in "".join(map(str, words)):
        [sentence] = refused(raw)
        assert "says beside the rows that its amounts are in thousands or millions" in sentence
    else:
        assert amounts(raw) == [1200.0]


@pytest.mark.parametrize("title", ["Budget 2026", "1.000 personer", "kr. 1.000.000 er afsat", "i 1.000 dage"])
def test_a_title_that_names_no_unit_is_no_unit(tmp_path, title):
    text = f"{title}\nPost;År;Beløb\nDrift;2024;1200\n"
    if title == "i 1.000 dage":
        refused(items(tmp_path, text))  # asked in vain, and answered with `scale: 1`
    else:
        assert amounts(items(tmp_path, text)) == [1200.0]


def test_a_measure_in_kroner_that_says_it_is_in_thousands_needs_a_scale(tmp_path):
    declared = MEASURE.replace("UNIT", "kr.")
    text = "Udgifter i 1.000 kr.\nSted;Md;Antal\nA;2019M01;5\n"
    [sentence] = refused(write_own(tmp_path / "raw", declared, {"x.csv": text}))
    assert "in thousands or millions (row 1)" in sentence and "Declare scale: 1000" in sentence


@pytest.mark.parametrize("name", ["I alt", "Driftsudgifter i alt", "Drift total", "Samlet", "Samlet budget", "*", "**"])
def test_a_row_of_totals_is_never_added_to_what_it_sums(tmp_path, name):
    text = f"Post;År;Beløb\nDrift;2024;1200\nAnlæg;2024;300\n{name};2024;1500\n"
    [sentence] = refused(items(tmp_path, text))
    assert "column 'Post': a row of totals among the data (row 4)" in sentence and "leave_out: {Post:" in sentence
    (tmp_path / "b").mkdir()
    assert amounts(items(tmp_path / "b", text, f'    leave_out: {{Post: ["{name}"]}}\n')) == [1200.0, 300.0]


def test_a_comma_before_three_digits_parts_no_decimals_of_kroner(tmp_path):
    text = "Post;År;Beløb\nDrift;2024;1,200\nAnlæg;2024;300\n"
    [sentence] = refused(items(tmp_path, text))
    assert "column 'Beløb': a comma before three digits, which seems to part thousands (row 2)" in sentence
    for name, mark, read in [("b", ".", 1200.0), ("c", ",", 1.2)]:
        (tmp_path / name).mkdir()
        assert amounts(items(tmp_path / name, text, f'    decimal: "{mark}"\n')) == [read, 300.0]


@pytest.mark.parametrize(
    ("unit", "cells", "asked"),
    [
        ("personer", ["1,018", "412"], True),
        ("fuldtidspersoner", ["1,018", "2,4"], False),
        ("pct.", ["1,018", "412"], False),
    ],
)
def test_a_comma_before_three_digits_is_asked_about_where_persons_are_counted(tmp_path, unit, cells, asked):
    raw = measures(tmp_path, *cells, unit=unit)
    if asked:
        assert "a comma before three digits, which seems to part thousands (row 2)" in refused(raw)[0]
    else:
        assert values(raw)[0] == 1.018


def test_a_number_as_text_in_a_sheet_of_numbers_is_asked_about(tmp_path):
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Ark"
    for row in (["Sted", "Md", "Antal"], ["A", "2019M01", 5.5], ["A", "2019M02", "22.625"]):
        book.active.append(row)
    book.save(content)
    declared = MEASURE.replace("x.csv\n    reader: csv", "x.xlsx\n    reader: excel\n    sheet: Ark")
    raw = write_own(tmp_path / "raw", declared.replace("UNIT", "pct."), {"x.xlsx": content.getvalue()})
    [sentence] = refused(raw)
    assert "column 'Antal': a number as text with a point" in sentence and "(row 3)" in sentence


def test_the_same_fault_in_twelve_months_is_one_sentence(tmp_path):
    months = "Jan Feb Mar Apr Maj Jun Jul Aug Sep Okt Nov Dec".split()
    declared = f"""\
  - file: x.csv
    reader: csv
    table: budget
    columns: {{Linje: line, År: year}}
    months: [{", ".join(months)}]
    constants: {{strategy: s, committee: U, kind: strategy, price_level_year: 2024}}
"""
    text = f"Linje;År;{';'.join(months)}\ninvestment;2024;{';'.join(['1.5'] * 12)}\n"
    [sentence] = refused(write_own(tmp_path / "raw", declared, {"x.csv": text}))
    assert "column 'Jan, Feb, Mar and 9 more': decimals are written with a point (row 2)" in sentence
