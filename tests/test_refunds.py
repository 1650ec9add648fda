"""Ydelsesrefusion: paid prices from what was paid and refunded, week by week."""

import pytest
from raw_files import imported, refused, write_own

DECLARED = """\
  - file: refusion.csv
    reader: ydelsesrefusion
    source: Ydelsesrefusion
    extracted_on: 2026-11-01
    benefits: {Kontanthjælp: kontanthjælp, Dagpenge: a-dagpenge, Særlig støtte: ""}
"""
HEADINGS = (
    "Uge;CPR nummer;Ydelse;Finansiering Kommunenavn;Beregnet udbetalingsbeløb;"
    "Refusionssats;Refusionsbeløb;Medfinansieringssats;Medfinansieringsbeløb\n"
)
CITIZENS = [f"01998110{number:02}" for number in range(10, 15)]


def rows_of(citizens):
    """The same weeks of each citizen; a row of the second week is sent twice."""
    return "".join(
        f"2025-01;{one};Kontanthjælp;Strandlev;2.000,00;20;400,00;0;0,00\n"
        f"2025-02;{one};Kontanthjælp;Strandlev;3.000,00;80;2.400,00;0;0,00\n"
        f"2025-03;{one[:6]}-{one[6:]};Kontanthjælp;Strandlev;1.000,00;20;200,00;0;0,00\n"
        f"2025-02;{one};Kontanthjælp;Strandlev;3.000,00;80;2.400,00;0;0,00\n"
        f"2025-03;{one};Dagpenge;Strandlev;4.000,00;0;0,00;70;2.800,00\n"
        f"2026-01;{one};Kontanthjælp;Strandlev;1.500,00;20;300,00;0;0,00\n"
        f"2025-03;{one};Særlig støtte;Strandlev;700,00;0;0,00;0;0,00\n"
        for one in citizens
    )


ROWS = rows_of(CITIZENS)


def folder(tmp_path, rows=ROWS):
    return write_own(tmp_path / "raw", DECLARED, {"refusion.csv": HEADINGS + rows})


def test_a_price_is_what_was_paid_for_the_weeks_by_52_and_a_row_sent_twice_counts_once(tmp_path):
    snapshot = imported(folder(tmp_path))
    prices = snapshot.table("unit_prices").set_index(["benefit", "year"])
    cash = prices.loc[("kontanthjælp", 2025)]
    # three weeks of each citizen: 6.000 paid, 3.000 refunded
    assert cash["gross_dkk_per_full_year_person"] == pytest.approx(6000 / 3 * 52)
    assert cash["net_dkk_per_full_year_person"] == pytest.approx(3000 / 3 * 52)
    assert cash["state_refund_share"] == pytest.approx(0.5)
    assert prices.loc[("a-dagpenge", 2025), "net_dkk_per_full_year_person"] == pytest.approx(2800 * 52)
    assert prices.loc[("kontanthjælp", 2026), "gross_dkk_per_full_year_person"] == pytest.approx(1500 * 52)
    assert set(prices["basis"]) == {"paid"}
    assert len(prices) == 3
    [entry] = snapshot.manifest["files"]
    assert [(one["rule"], one["cells"]) for one in entry["corrected"]] == [("repeated", 5)]


@pytest.mark.parametrize("amount", ["100,00", "-100,00"])
def test_a_second_payment_in_a_week_is_told_and_one_taken_back_is_not(tmp_path, amount):
    rows = f"2025-01;{CITIZENS[0]};Kontanthjælp;Strandlev;{amount};20;0,00;0;0,00\n"
    [entry] = imported(folder(tmp_path, ROWS + rows)).manifest["files"]
    assert ("several_payments" in entry["noted"]) == (amount == "100,00")


def test_a_week_that_ends_in_another_year_is_its_thursday_s(tmp_path):
    rows = ROWS.replace("2026-01;", "2024-12-30;")
    assert imported(folder(tmp_path, "".join(line for line in rows.splitlines(True) if "2024-12-30" in line))).table(
        "unit_prices"
    )["year"].tolist() == [2025]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2025-01;", "2025-60;", "column 'Uge': not a week like 2025-07 (row 2)"),
        ("3.000,00", "tretusind", "column 'Beregnet udbetalingsbeløb': not a number with decimal comma (row 3)"),
        (";400,00;", ";2.400,00;", "column 'Refusionsbeløb': more is refunded than was paid (row 2)"),
        ("Dagpenge", "Ukendt", "column 'Ydelse': a wording that sources.yml does not list (row 6)"),
    ],
)
def test_what_cannot_be_is_refused_by_row(tmp_path, old, new, says):
    assert old in ROWS
    [sentence] = refused(folder(tmp_path, ROWS.replace(old, new, 1)))
    assert says in sentence


def test_a_price_of_few_citizens_is_left_out_and_the_file_notes_it(tmp_path):
    few = rows_of(CITIZENS[:4]).replace("2025-", "2024-")
    snapshot = imported(folder(tmp_path, ROWS + few))
    assert set(snapshot.table("unit_prices")["year"]) == {2025, 2026}
    assert "few_citizens" in snapshot.manifest["files"][0]["noted"]


def test_a_file_of_few_citizens_alone_has_no_price(tmp_path):
    [sentence] = refused(folder(tmp_path, rows_of(CITIZENS[:4])))
    assert "no benefit with a price of at least 5 citizens" in sentence


def test_other_headings_are_told(tmp_path):
    raw = write_own(tmp_path / "raw", DECLARED, {"refusion.csv": HEADINGS.replace("Uge", "Periode") + ROWS})
    assert "the first line lacks Uge" in refused(raw)[0]


def test_weeks_that_are_refunded_and_weeks_that_are_cofinanced_each_bear_their_own(tmp_path):
    weeks = ROWS.replace("2025-02;", "2025-03;").splitlines(True)
    mixed = "".join(line for line in weeks if "Kontanthjælp;" in line and line.startswith("2025"))
    mixed += "".join(f"2025-07;{one};Kontanthjælp;Strandlev;4.000,00;0;0,00;70;2.800,00\n" for one in CITIZENS)
    table = imported(folder(tmp_path, mixed)).table("unit_prices")
    paid, borne = 2000 + 3000 + 1000 + 4000, 1600 + 600 + 800 + 2800
    assert table["state_refund_share"].to_list() == pytest.approx([1 - borne / paid])


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("2025-05;;Kontanthjælp;Strandlev;2.000,00;20;400,00;0;0,00\n", "column 'CPR nummer': not ten digits"),
        (f"2025-05;{CITIZENS[0]};Kontanthjælp;Strandlev;;20;;0;\n", "column 'Beregnet udbetalingsbeløb': is empty"),
        (HEADINGS, "the headings stand there again: two exports in one (row "),
    ],
)
def test_a_row_that_has_no_citizen_or_amount_is_refused_in_one_sentence(tmp_path, row, rule):
    [sentence] = refused(folder(tmp_path, ROWS + row))
    assert rule in sentence


def test_a_week_whose_payment_was_taken_back_is_no_week(tmp_path):
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    before = imported(folder(tmp_path / "before")).table("unit_prices")
    back = "".join(
        f"2025-04;{one};Kontanthjælp;Strandlev;{minus}3.000,00;80;{minus}2.400,00;0;0,00\n"
        for one in CITIZENS
        for minus in ("", "-")
    )
    after = imported(folder(tmp_path / "after", ROWS + back)).table("unit_prices")
    assert after.drop(columns="file").equals(before.drop(columns="file"))
