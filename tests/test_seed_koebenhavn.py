"""København's report, tables 1-8 and figure 1: on paper, in the snapshot by another way, and on the page."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest

from afkast.analysis.timeliness import known_at
from afkast.project import Project
from afkast.report.timeliness import DECIDED, DUE, both_ways
from afkast.strategy import load_strategies

ROOT = Path(__file__).resolve().parents[1]
STRATEGY = "kbh-saerlig-indsats"
RECOMMENDED = "Indstillet til ressourceforløb i"
FROM_COURSE = "Tilkendte førtidspensioner fra ressourceforløb i"

# table → row label → (heading over the years, measures that are added up, source, 2016 and 2017 on paper)
PRINTED = {
    "tabel-1": {
        "Januar – december i alt": [("", ["Tilkendte førtidspensioner"], "Socialforvaltningen", "321", "453")],
    },
    "tabel-2": {
        "Januar – december fra BIF": [("", [f"{FROM_COURSE} BIF"], "Socialforvaltningen", "28", "83")],
        "Januar – december fra SOF": [("", [f"{FROM_COURSE} SOF"], "Socialforvaltningen", "22", "34")],
    },
    "tabel-3": {"Januar - december i alt": [("", ["Tilkendte fleksjob"], "Jobindsats.dk", "190", "263")]},
    "tabel-4": {
        "Januar - december i alt": [("", [f"{RECOMMENDED} BIF", f"{RECOMMENDED} SOF"], "BIFLIS", "1.048", "888")],
    },
    "tabel-5": {
        "Januar – december, BIF": [("", [f"{RECOMMENDED} BIF"], "BIFLIS", "899", "759")],
        "Januar – december, SOF": [("", [f"{RECOMMENDED} SOF"], "BIFLIS", "149", "129")],
    },
    # on paper without a thousands point, as the page says
    "tabel-6": {"Januar – december i alt": [("", ["Påbegyndte forberedende planer"], "BIFLIS", "996", "1.330")]},
    "tabel-7": {"Januar – december": [("", ["Sygefravær"], "Rubin via KS", "15,1 %", "9,1 %")]},
    "tabel-8": {
        "Januar – december": [
            ("BIF Afgang", ["Afgang"], "Rubin via KS", "36", "51"),
            ("BIF Tilgang", ["Tilgang"], "Rubin via KS", "39", "110"),
            ("Medarbejderomsætning", ["Medarbejderomsætning"], "Rubin via KS", "15,1 %", "16,0 %"),
        ],
    },
}


@pytest.fixture(scope="module")
def pages(page):
    """Page → id of what it shows → what it filed."""
    strategy = load_strategies(Project(ROOT, ROOT / "data" / "example"))[STRATEGY]
    return {one.id: page(STRATEGY, one.id) for one in strategy.pages}


@pytest.fixture(scope="module")
def cases(snapshot):
    return list(snapshot.table("cases")[["opened_on", "decided_on"]].itertuples(index=False, name=None))


def danish(number, digits=0):
    return f"{number:,.{digits}f}".translate(str.maketrans(",.", ".,")).replace("-", "−")


def plain(text):
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("table", PRINTED)
def test_every_printed_cell_follows_from_the_snapshot_and_stands_on_the_page(table, snapshot, pages):
    measures = snapshot.table("measures").query("area == 'København'")
    shown = pages["maalepunkter"][table]
    assert [row["label"] for row in shown["rows"]] == list(PRINTED[table])
    for row, (label, parts) in zip(shown["rows"], PRINTED[table].items(), strict=True):
        years = [[heading, year] if heading else [year] for heading, *_ in parts for year in ("2016", "2017")]
        assert shown["columns"] == years, label
        expected = []
        for _, names, source, *on_paper in parts:
            own = measures[measures["measure"].isin(names) & (measures["source"] == source)]
            for year, printed in zip((2016, 2017), on_paper, strict=True):
                total = own[own["period"].dt.year == year]["value"].sum()
                recomputed = danish(100 * total, 1) + " %" if "%" in printed else danish(total)
                assert recomputed == printed
                expected.append(printed)
        assert [plain(cell["shown"]) for cell in row["cells"]] == expected


def numbers(item):
    return {name: plain(one["shown"]) for name, one in item["numbers"].items()}


def cells(item):
    return {row["label"]: [plain(cell["shown"]) for cell in row["cells"]] for row in item["rows"]}


def test_the_changes_that_the_report_writes_or_leaves_out_are_computed(pages):
    counted = cells(pages["maalepunkter"]["antal"])
    assert counted["Tilkendte førtidspensioner"][2:4] == ["132", "41 %"]
    assert counted["Tilkendte fleksjob"][2] == "73"
    assert counted["Påbegyndte forberedende planer"][2] == "334"
    assert [counted[row][-1] for row in counted] == ["ja", "ja", "nej", "ja", "ja", "ja", "nej", "ja", "nej", "ja"]
    part = cells(pages["maalepunkter"]["tabel-2-del"])
    assert list(part.values()) == [["50", "117"], ["321", "453"], ["15,6 %", "25,8 %"]]


def test_a_rate_without_numerator_and_denominator_is_not_tested(pages):
    shares = cells(pages["maalepunkter"]["andele"])
    assert shares["Sygefravær på JKI"] == ["15,1 %", "9,1 %", "−6,0", "−40 %", "–", "–", "kan ikke prøves"]
    assert shares["Medarbejderomsætning"][-1] == "kan ikke prøves"


def test_only_sources_that_count_the_same_are_said_to_agree(pages):
    compared = pages["maalepunkter"]["to-kilder"]
    answers = {row["label"]: [cell["shown"] for cell in row["cells"]][-2:] for row in compared["rows"]}
    assert answers == {
        "Tilkendte førtidspensioner, januar–november 2016": ["tilkendt", "ja"],
        "Tilkendte førtidspensioner, januar–november 2017": ["tilkendt", "ja"],
        "Ressourceforløb i alt, januar–november 2016": ["indstillet – påbegyndt", "tæller ikke det samme"],
        "Ressourceforløb i alt, januar–november 2017": ["indstillet – påbegyndt", "tæller ikke det samme"],
    }


def test_only_the_goal_with_a_number_is_decided(pages):
    said = {**pages["maalepunkter"], **pages["rettidighed"]}
    verdicts = {id.removeprefix("maal-"): numbers(said[id])["verdict"] for id in said if id.startswith("maal-")}
    assert verdicts.pop("sygefravaer") == "bagud"
    assert verdicts and set(verdicts.values()) == {"kan ikke afgøres"}
    assert numbers(said["maal-sygefravaer"])["target"] == "8,7 %"
    assert numbers(said["maal-fleksjob"])["change"] == "73"
    assert numbers(said["nettogevinst"])["net_gain"] == "ikke opgjort"


def test_the_plans_of_table_6_are_the_cases_that_were_opened(snapshot, cases):
    plans = snapshot.table("measures").query("measure == 'Påbegyndte forberedende planer'")
    for period, value in zip(plans["period"], plans["value"], strict=True):
        assert value == sum((opened.year, opened.month) == (period.year, period.month) for opened, _ in cases)


def in_whole_per_cent(part, whole):
    """A share as it is shown and filed; a half goes up, as on paper."""
    return float((Decimal(part) / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_figure_1_is_the_share_decided_within_161_days_and_falls_in_the_second_half_of_2017(pages, snapshot, cases):
    exactly = both_ways(
        known_at(snapshot.table("cases"), date(2017, 12, 31), 161), pd.period_range("2016-01", "2017-12", freq="M")
    )
    shown = [[cell["value"] for cell in row["cells"]] for row in pages["rettidighed"]["figur-1"]["rows"]]
    assert len(shown) == 24
    for number, (among_decided, among_due) in enumerate(shown):
        month = pd.Period("2016-01") + number
        of_month = [(d - o).days <= 161 for o, d in cases if month.start_time <= d <= month.end_time]
        assert among_decided == in_whole_per_cent(sum(of_month), len(of_month))
        assert exactly.loc[month, (DECIDED, "andel i tide")].value == pytest.approx(sum(of_month) / len(of_month))
        due = [(o, d) for o, d in cases if month.start_time <= o + pd.Timedelta(days=161) <= month.end_time]
        kept = [d <= o + pd.Timedelta(days=161) for o, d in due]
        assert among_due == in_whole_per_cent(sum(kept), len(kept))
        assert exactly.loc[month, (DUE, "andel i tide")].value == pytest.approx(sum(kept) / len(kept))
    monthly = [among_decided for among_decided, _ in shown]
    assert max(monthly[18:]) < min(monthly[12:18]) + 0.01
    assert monthly[23] < monthly[21] < monthly[17]


def test_the_curve_over_age_is_lower_for_the_cases_of_2017(pages):
    rows = {row["label"]: [cell["value"] for cell in row["cells"]] for row in pages["rettidighed"]["alder"]["rows"]}
    assert rows["0"][3] == 996 and rows["0"][7] == 1330
    at_target = rows["23"]
    assert at_target[4] < at_target[0], "2017 below 2016"
    assert at_target[6] < at_target[1], "by more than the bands"


def test_the_share_among_the_decided_hides_the_cases_that_still_wait(pages):
    said = numbers(pages["rettidighed"]["de-aabne"])
    assert int(said["open"].split()[0]) > int(said["open_before"].split()[0])
    assert int(said["overdue"].split()[0]) > 0
