"""The example data are what they say they are: read here from the raw files, without Afkast's own readers."""

import csv
import hashlib
import random
import re
import sys
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import load_workbook
from ruamel.yaml import YAML

EXAMPLE = Path(__file__).resolve().parents[1] / "data" / "example"
RAW = EXAMPLE / "raw"


sys.path.insert(0, str(EXAMPLE / "generator"))
import make_example as script  # noqa: E402
import norddjurs  # noqa: E402
import persons  # noqa: E402

EXIT, RETURN = norddjurs.COORDINATED.exit_probability, norddjurs.COORDINATED.return_probability
EFFECT = norddjurs.COORDINATED.interventions[0].effect


def rows_below(name, heading, encoding="cp1252"):
    """The rows of a csv file between its heading and the first blank line after it."""
    lines = (RAW / name).read_text(encoding).splitlines()
    columns = next(line for line in lines if line.startswith(heading))
    body = lines[lines.index(columns) + 1 :]
    if "" in body:
        body = body[: body.index("")]
    return list(csv.DictReader([columns, *body], delimiter=";"))


def amount(danish):
    """`1.234,56-` and `-1.234,56` alike."""
    number = Decimal(danish.replace(".", "").replace(",", ".").strip("-"))
    return -number if "-" in danish else number


def thousands(kroner):
    exact = Fraction(kroner) / 1000
    return int((Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP))


def postings(name):
    """(PSP-element, period, amount) of every posting, told by the pattern of its first line."""
    pattern = r"^\|\d{10} \|(XA-[0-9-]{16}) \|(\d{3})\|.*\| *([0-9.,]+-?)\|$"
    found = re.findall(pattern, (RAW / name).read_text("cp1252"), re.MULTILINE)
    return [(element, period, amount(number)) for element, period, number in found]


def day(text):
    return date(int(text[6:]), int(text[3:5]), int(text[:2])) if text else None


# ---------------------------------------------------------------- the script


def test_regenerating_the_example_gives_the_committed_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["make_example.py", "--out", str(tmp_path)])
    script.main()
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    committed = {path.relative_to(EXAMPLE): path.read_bytes() for path in [*RAW.iterdir(), EXAMPLE / "sources.yml"]}
    for name in ("planted_effect.md", "planted_effect_eksempelkoebing.md"):
        committed[Path(name)] = (EXAMPLE / name).read_bytes()
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []


def test_the_checksums_name_every_data_file_and_match():
    listed = dict(reversed(line.split("  ")) for line in (RAW / "SHA256SUMS").read_text().splitlines())
    data_files = {path.name for path in RAW.iterdir()} - {"SHA256SUMS"}
    assert list(listed) == sorted(data_files)
    for name, checksum in listed.items():
        assert hashlib.sha256((RAW / name).read_bytes()).hexdigest() == checksum


def test_sources_declares_every_data_file_and_only_prices_shares_breaks_and_what_is_printed_are_not_synthetic():
    sources = YAML(typ="safe").load(EXAMPLE / "sources.yml")["sources"]
    data_files = {path.name for path in RAW.iterdir()} - {"SHA256SUMS"}
    declared = {file for source in sources for file in (source["file"], *source.get("earlier", {}))}
    assert declared == data_files
    real = {source["file"] for source in sources if not source["synthetic"]}
    assert real == {
        "enhedspriser.csv",
        "enhedspriser_ballerup.csv",
        "pl_regulering.csv",
        "refusionstrappe.csv",
        "seriebrud.csv",
        "trykte_tabeller.csv",
        "trykte_tal.csv",
    }


def test_every_table_that_a_source_feeds_has_an_entry_in_the_data_readme():
    sources = YAML(typ="safe").load(EXAMPLE / "sources.yml")["sources"]
    readme = (EXAMPLE.parent / "README.md").read_text("utf-8")
    of_sources, derived = (set(re.findall(r"^### (\w+)$", part, re.MULTILINE)) for part in readme.split("## Derived"))
    assert of_sources == {source["table"] for source in sources}
    assert derived == {"islands", "persons_on_benefit", "vintages"}
    keys = {key for source in sources for key in source}
    assert [key for key in keys if f"| `{key}` |" not in readme] == []


# ---------------------------------------------------------------- persons


def test_no_id_in_the_raw_files_can_be_a_cpr_number():
    seen = 0
    for path in [*RAW.glob("*.csv"), *RAW.glob("*.txt"), *RAW.glob("*.xlsx")]:  # a workbook here is not compressed
        for digits in re.findall(rb"(?<![0-9])([0-9]{6})[-]?[0-9]{4}(?![0-9])", path.read_bytes()):
            seen += 1
            day_of_birth, month = int(digits[:2]), int(digits[2:4])
            is_a_day = 1 <= day_of_birth <= 31 or 61 <= day_of_birth <= 91
            assert not (is_a_day and 1 <= month <= 12), path.name
    assert seen > 1000


def test_60_of_300_persons_start_while_they_receive_a_benefit():
    cohort = rows_below("fasit_maalgruppe.csv", "CPR-nr.")
    spells = {}
    for row in rows_below("fasit_forloeb.csv", "CPR-nr."):
        start, end = day(row["Fra dato"]), day(row["Til dato"])
        assert start and (end is None or start <= end <= date(2021, 12, 31))
        spells.setdefault(row["CPR-nr."].replace("-", ""), []).append((start, end))

    known = {row["CPR-nr."].replace("-", "") for row in rows_below("fasit_personer.csv", "CPR-nr.")}
    assert len(known) == len(cohort) == 300
    assert known == {row["CPR-nr."].replace("-", "") for row in cohort} == spells.keys()

    def on_benefit(person, when):
        return any(start <= when and (end is None or when <= end) for start, end in spells[person])

    started = [row for row in cohort if row["Gruppe"] == "Indsatsgruppe"]
    assert len(started) == 60
    assert all((row["Startet i indsatsen"] != "") == (row in started) for row in cohort)
    assert all(on_benefit(row["CPR-nr."].replace("-", ""), date(2020, 1, 1)) for row in cohort)
    for row in started:
        when = day(row["Startet i indsatsen"])
        assert when and date(2020, 1, 1) <= when <= date(2020, 6, 30)
        assert on_benefit(row["CPR-nr."].replace("-", ""), when)


def test_the_spells_are_as_untidy_as_real_ones():
    rows = rows_below("fasit_forloeb.csv", "CPR-nr.")
    spells = sorted(
        (row["CPR-nr."].replace("-", ""), day(row["Fra dato"]) or date.min, day(row["Til dato"]) or date.max)
        for row in rows
    )
    pairs = [(one, two) for one, two in pairwise(spells) if one[0] == two[0] and one != two]
    assert len(set(spells)) < len(spells)
    assert any(two[1] <= one[2] for one, two in pairs), "overlapping"
    assert any(one[2] < date.max and two[1] == one[2] + timedelta(days=1) for one, two in pairs), "touching"
    assert {"-" in row["CPR-nr."] for row in rows} == {True, False}
    assert any(row["Til dato"] == "" for row in rows)


@pytest.mark.parametrize("treated", [False, True])
@pytest.mark.parametrize("months", [1, 12, 18])
def test_the_expected_months_agree_with_a_recursion(months, treated):
    leave = EXIT + (EFFECT if treated else 0)
    on, total = 1.0, 0.0
    for _ in range(months):
        total += on
        on = on * (1 - leave) + (1 - on) * RETURN
    assert persons.expected_months(months, leave, RETURN) == pytest.approx(total, abs=1e-12)


def test_the_expected_months_agree_with_simulated_persons():
    draw = random.Random(7).random
    count, total = 20_000, 0
    for _ in range(count):
        on = True
        for _ in range(18):
            total += on
            on = draw() < (1 - EXIT - EFFECT if on else RETURN)
    assert total / count == pytest.approx(persons.expected_months(18, EXIT + EFFECT, RETURN), abs=0.15)


def test_the_planted_effect_written_down_is_the_one_of_the_module():
    text = (EXAMPLE / "planted_effect.md").read_text("utf-8")
    for months in (12, 18):
        without, with_it = (persons.expected_months(months, EXIT + added, RETURN) for added in (0, EFFECT))
        assert f"| Koordineret indsats | {months} | {without:.2f} | {with_it:.2f} | {with_it - without:.2f} |" in text
    assert -3 < with_it - without < -2


def test_the_sample_written_down_is_the_one_in_the_spells():
    def month_number(when):
        return 12 * when.year + when.month if when else 12 * 2022 + 1

    months_on = {}
    for row in rows_below("fasit_forloeb.csv", "CPR-nr."):
        covered = range(month_number(day(row["Fra dato"])), month_number(day(row["Til dato"])) + 1)
        months_on.setdefault(row["CPR-nr."].replace("-", ""), set()).update(covered)
    started = {
        row["CPR-nr."].replace("-", ""): month_number(day(row["Startet i indsatsen"]))
        for row in rows_below("fasit_maalgruppe.csv", "CPR-nr.")
        if row["Gruppe"] == "Indsatsgruppe"
    }
    text = (EXAMPLE / "planted_effect.md").read_text("utf-8")
    for months in (12, 18):
        counts = [len(months_on[person] & set(range(m, m + months))) for person, m in started.items()]
        realised = sum(counts) / len(counts)
        assert re.search(rf"^\| Koordineret indsats \| {months} \|.*\| {realised:.2f} \|$", text, re.MULTILINE)
        assert realised == pytest.approx(persons.expected_months(months, EXIT + EFFECT, RETURN), abs=0.3)


# ---------------------------------------------------------------- the printed cells, from the raw files


def budget(name):
    """(committee, line, kind, year) → twelve months and the year, as the sheet has them."""
    sheet = load_workbook(RAW / name)["Budget"]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[3], int)]
    return {row[:4]: list(row[5:]) for row in rows}


def average_stock(measure):
    rows = rows_below("okonomi_helaarspersoner.csv", "Måned", "utf-8-sig")
    stock = [amount(row["Værdi"]) for row in rows if row["Måltal"] == measure]
    assert len(stock) == 11
    return sum(stock, Decimal(0)) / 11


def net_price(benefit):
    rows = rows_below("enhedspriser.csv", "Kommune", "utf-8-sig")
    (price,) = [row["Netto kr. pr. helårsperson"] for row in rows if row["Ydelse"] == benefit and row["År"] == "2019"]
    return amount(price)


def spent(committee_element):
    return sum(
        (
            amount
            for element, _, amount in postings("opus_posteringer_aabenraa.txt")
            if element.endswith(committee_element)
        ),
        Decimal(0),
    )


def computed_extra_cost():
    return (average_stock("Sygedagpenge") - 500) * net_price("Sygedagpenge") + (
        average_stock("Jobafklaring") - 284
    ) * net_price("Jobafklaring")


def test_k1_the_net_budget_follows_from_the_sheet():
    rows = budget("budget_aabenraa.xlsx")
    printed = {
        ("AMU", "Investering"): [669, 560, 560, 560],
        ("ØKU", "Investering"): [2694, 3805, 3999, 3895],
        ("AMU", "Besparelse"): [-2821, -5140, -5140, -5140],
    }
    years = range(2019, 2023)
    for line, cells in printed.items():
        assert [rows[(*line, "Strategi", year)][-1] for year in years] == [1000 * cell for cell in cells]
        assert all(rows[(*line, "Strategi", year)][:12] == [None] * 12 for year in years)
    totals = [sum(rows[(*line, "Strategi", year)][-1] or 0 for line in printed) for year in years]
    assert [thousands(total) for total in totals] == [542, -775, -581, -685]


def test_k2_the_spend_follows_from_postings_and_phased_budget():
    rows = budget("budget_aabenraa.xlsx")
    oku, amu = (rows[(committee, "Investering", "Korrigeret", 2019)] for committee in ("ØKU", "AMU"))
    phased_oku, phased_amu = (sum(month or 0 for month in line[5:11]) for line in (oku, amu))
    for line in (oku, amu):
        assert sum(month or 0 for month in line[:12]) == line[12]
    actual_oku, actual_amu = spent("00010"), spent("00020")
    assert [thousands(cell) for cell in (actual_oku, phased_oku)] == [1576, 2308]
    assert [thousands(cell) for cell in (actual_amu, phased_amu)] == [-1297, 585]
    assert [thousands(cell) for cell in (actual_oku + actual_amu, phased_oku + phased_amu)] == [280, 2893]


def test_k3_and_k4_the_saving_and_the_net_gain_follow_computed_and_as_reported():
    rows = budget("budget_aabenraa.xlsx")
    phased = {
        line: sum(month or 0 for month in rows[(*line, "Korrigeret", 2019)][5:11])
        for line in (("ØKU", "Investering"), ("AMU", "Investering"), ("AMU", "Besparelse"))
    }
    (reported,) = rows_below("beregnet_besparelse.csv", "Måned", "utf-8-sig")
    investment = spent("00010") + spent("00020")
    for extra_cost in (computed_extra_cost(), -amount(reported["Værdi"])):
        assert thousands(extra_cost) == 1910
        assert thousands(investment + extra_cost) == 2189
    assert thousands(phased[("AMU", "Besparelse")]) == -2428
    assert thousands(sum(phased.values())) == 465


@pytest.mark.parametrize(
    ("measure", "actual", "variance", "strategy_2019"),
    [("Sygedagpenge", 506, 18, 488), ("Jobafklaring", 292, 17, 275)],
)
def test_k5_and_k6_the_average_stock_rounds_to_the_printed_persons(measure, actual, variance, strategy_2019):
    average = average_stock(measure)
    assert (round(average), round(average - strategy_2019)) == (actual, variance)


def test_k5_and_k6_the_targets_are_the_printed_ones():
    sheet = load_workbook(RAW / "budget_aabenraa.xlsx")["Helårspersoner"]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[1], int)]
    assert [row[:4] for row in rows] == [
        ("Sygedagpenge", 2019, 500, 488),
        ("Sygedagpenge", 2020, 470, 443),
        ("Sygedagpenge", 2021, 471, 444),
        ("Sygedagpenge", 2022, 474, 447),
        ("Jobafklaring", 2019, 284, 275),
        ("Jobafklaring", 2020, 287, 275),
        ("Jobafklaring", 2021, 288, 276),
        ("Jobafklaring", 2022, 290, 278),
    ]


def test_the_net_loss_is_positive_in_every_month_so_that_its_index_is_defined():
    ledger = postings("opus_posteringer_aabenraa.txt")
    stock = rows_below("okonomi_helaarspersoner.csv", "Måned", "utf-8-sig")
    for month in range(6, 12):
        net = sum((kroner for _, period, kroner in ledger if int(period) <= month), Decimal(0))
        for measure, original in (("Sygedagpenge", 500), ("Jobafklaring", 284)):
            values = [amount(row["Værdi"]) for row in stock if row["Måltal"] == measure][:month]
            net += (sum(values, Decimal(0)) / month - original) * net_price(measure)
        assert net > 500_000


# ---------------------------------------------------------------- the journal print


@pytest.mark.parametrize("municipality", ["aabenraa", "norddjurs"])
def test_the_journal_has_the_traps_of_a_real_print(municipality):
    raw = (RAW / f"opus_posteringer_{municipality}.txt").read_bytes()
    text = raw.decode("cp1252")
    assert raw.count(b"\n") == raw.count(b"\r\n") and "ø" in text
    pages = [page.split("\r\n") for page in text.split("\f")]
    heading = pages[0][3]
    assert len(pages) > 5 and all(page[3] == heading for page in pages)
    body = [line for page in pages for line in page[6:] if line]
    assert {len(line) for line in body} == {len(heading)}
    assert any(line.count("|") > heading.count("|") for line in body), "a pipe within a text"
    assert any(page[6].startswith("|           |REF") for page in pages), "a record over two pages"
    total = next(line for line in body if line.startswith("|** "))
    found = postings(f"opus_posteringer_{municipality}.txt")
    assert sum((kroner for _, _, kroner in found), Decimal(0)) == amount(total[-16:-1].strip())


def test_norddjurs_has_one_posting_in_special_period_13():
    periods = [period for _, period, _ in postings("opus_posteringer_norddjurs.txt")]
    assert periods.count("013") == 1
    assert set(periods) == {f"{month:03}" for month in range(1, 14)}
