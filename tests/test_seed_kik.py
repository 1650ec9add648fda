"""KIK and KIK II: every printed cell of A1-A6 as the pages show it, and again from the snapshot by another way."""

from collections import defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from afkast.analysis import economics
from afkast.errors import DataError
from afkast.intake.sources import read_sources
from afkast.report import show

ROOT = Path(__file__).resolve().parents[1]
Shown = Callable[[str, str], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def shown(page):
    """What a page of a strategy shows, by id."""
    return page


def cells(table):
    """The rows of a shown table as label and cells, minus signs as a keyboard writes them."""
    return [
        tuple(text.replace("−", "-") for text in (row["label"], *(cell["shown"] for cell in row["cells"])))
        for row in table["rows"]
    ]


def printed(paper):
    """Rows of a table as on paper, cells parted by |."""
    return [tuple(cell.strip() for cell in line.split("|")) for line in paper.strip().splitlines()]


def danish(value, digits=0):
    """A number with thousands point and decimal comma; halves away from zero. Not Afkast's own."""
    exact = Decimal(str(value)).quantize(Decimal(10) ** -digits, ROUND_HALF_UP)
    text = f"{abs(exact):,.{digits}f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return ("-" if exact < 0 else "") + text


# ---------------------------------------------------------------- A1

A1 = """
Serviceudgifter | 17.793 | 16.853 | 16.853 | 16.853
Øvrige sociale udgifter | 17.793 | 16.853 | 16.853 | 16.853
Overførselsudgifter | 757.861 | 753.484 | 765.941 | 781.375
Besparelsepulje | -2.000 | -2.000 | -2.000 | -2.000
Førtidspension | 274.778 | 275.246 | 275.202 | 275.861
Ledighedsydelse og fleksjob | 136.102 | 144.275 | 153.627 | 163.078
Sygedagpenge, revalidering m.v. | 149.865 | 151.293 | 153.932 | 160.267
Kontanthjælp | 123.149 | 107.644 | 108.789 | 108.789
Integration og enkeltydelser | 15.541 | 16.957 | 16.658 | 16.048
Øvrige sociale udgifter | 60.426 | 60.069 | 59.733 | 59.332
Forsikrede ledige | 117.619 | 117.619 | 117.619 | 117.619
Forsikrede ledige | 117.619 | 117.619 | 117.619 | 117.619
Udvalget i alt | 893.273 | 887.956 | 900.413 | 915.847
"""


def test_a1_the_committees_budget_stands_as_printed(shown):
    table = shown("kik", "udvalgets-budget")["vedtaget-budget"]
    assert table["columns"] == [["2018"], ["2019"], ["2020"], ["2021"]]
    assert cells(table) == printed(A1)


def test_a1_the_sums_follow_from_the_items_keyed_by_heading_and_item(snapshot):
    sums = defaultdict(Decimal)
    for row in snapshot.table("committee_budgets").itertuples():
        for name in (row.heading, "Udvalget i alt"):
            sums[name, row.year] += Decimal(row.amount_dkk) / 1000
    rows = {row[0]: row[1:] for row in reversed(printed(A1))}
    for name in ("Serviceudgifter", "Overførselsudgifter", "Forsikrede ledige", "Udvalget i alt"):
        assert tuple(danish(sums[name, year]) for year in range(2018, 2022)) == rows[name]


# ---------------------------------------------------------------- A2

A2 = """
Budgetteret | -18,1 | -8,6 | 4,0 | 22,0
Faktisk | 6,1 | 25,3 | 11,4 |
Forskel | 24,2 | 33,9 | 7,4 |
"""


def test_a2_budget_and_actual_stand_as_printed(shown):
    table = shown("kik", "oekonomi")["gevinst"]
    assert [head[-1] for head in table["columns"]] == ["2016", "2017", "2018 Pr. 31.05.2018", "2019"]
    assert cells(table) == printed(A2)
    assert [row["cells"][3]["state"] for row in table["rows"]] == ["ok", "future", "future"]
    assert "Beløb: + er en gevinst, − er et tab." in table["html"]


def test_a2_follows_from_budget_postings_and_computed_saving(snapshot, shown):
    budget = defaultdict(float)
    for row in snapshot.table("budget").query("strategy == 'kik'").itertuples():
        if row.year != 2018 or row.month <= 5:
            budget[row.year] += row.amount_dkk if row.line == "benefit_saving" else -row.amount_dkk
    actual = defaultdict(float)
    for row in snapshot.table("ledger").query("strategy == 'kik'").itertuples():
        actual[row.posted_on.year] -= row.amount_dkk
    for row in snapshot.table("measures").query("measure == 'beregnet_besparelse_kik'").itertuples():
        actual[row.period.year] += row.value
    paper = {row[0]: row[1:] for row in printed(A2)}
    years = (2016, 2017, 2018, 2019)
    assert tuple(danish(budget[year] / 1e6, 1) for year in years) == paper["Budgetteret"]
    assert tuple(danish(actual[year] / 1e6, 1) for year in years[:3]) == paper["Faktisk"][:3]
    assert tuple(danish((actual[year] - budget[year]) / 1e6, 1) for year in years[:3]) == paper["Forskel"][:3]
    numbers = shown("kik", "oekonomi")["nettogevinst"]["numbers"]
    assert numbers["net_gain"]["value"] == pytest.approx(sum(actual.values()))
    assert danish(numbers["net_gain"]["value"] / 1e6, 1) == "42,8"
    assert shown("kik", "oekonomi")["investeringen"]["numbers"]["invested"]["shown"] == "68,0\u00a0mio. kr."


def test_kik_breaks_even_in_2019_by_its_budget_and_in_2016_by_what_happened(snapshot, shown):
    gain = {"budgeted": defaultdict(float), "actual": defaultdict(float)}
    for row in snapshot.table("budget").query("strategy == 'kik'").itertuples():
        months = range(1, 13) if pd.isna(row.month) else [row.month]
        for month in months:
            share = row.amount_dkk / len(months)
            gain["budgeted"][row.year, month] += share if row.line == "benefit_saving" else -share
    for row in snapshot.table("ledger").query("strategy == 'kik'").itertuples():
        gain["actual"][row.posted_on.year, row.posted_on.month] -= row.amount_dkk
    for row in snapshot.table("measures").query("measure == 'beregnet_besparelse_kik'").itertuples():
        gain["actual"][row.period.year, row.period.month] += row.value
    numbers = shown("kik", "oekonomi")["tjent-hjem-i-ord"]["numbers"]
    for name, expected in (("budgeted", (2019, "september")), ("actual", (2016, "april"))):
        months = sorted(gain[name])
        sums = list(accumulate(gain[name][month] for month in months))
        last_below = max(place for place, total in enumerate(sums) if total < 0)
        year, month = months[last_below + 1]
        assert (year, show.danish.MONTHS[month - 1]) == expected
        assert numbers[name]["value"] == f"tjent hjem i {expected[1]} {year}"


def test_the_budgeted_saving_of_kik_in_2018_presupposes_212_full_years_out_of_1461(shown):
    numbers = shown("kik", "oekonomi")["forudsaetningen"]["numbers"]
    assert numbers["exits"]["value"] == pytest.approx((9_580_000 + 13_412_000) / (11_282 * 12 * 0.8))
    # what is made of numbers of persons is filed no finer than it is shown, here in whole per cent
    assert numbers["share"]["value"] == pytest.approx(numbers["exits"]["value"] / 1461, abs=0.005)
    assert numbers["share"]["value"] == 0.15


# ---------------------------------------------------------------- A3

A3 = """
Antal | 1.133 | 1.133 | 975 | 853 | 783
Selvforsørgelse | 0 | -120 | -94 | -54 | 0
Anden forsørgelse | 0 | -37 | -29 | -16 | 0
I alt | 1.133 | 975 | 853 | 783 | 783
"""


def test_a3_stock_and_flows_stand_as_printed(shown):
    table = shown("kik-ii", "kontaktforloeb")["plan"]
    assert table["columns"] == [[str(year)] for year in range(2018, 2023)]
    assert cells(table) == printed(A3)


def test_a3_the_two_cells_that_do_not_add_up_follow_from_unrounded_flows(snapshot):
    flows = snapshot.table("planned_flows")
    stock = Decimal(str(snapshot.table("targets").query("strategy == 'kik-ii'")["original_budget"].iloc[0]))
    at_end = []
    for year in range(2018, 2023):
        stock += sum(Decimal(str(change)) for change in flows.loc[flows["year"] == year, "change"])
        at_end.append(danish(stock))
    assert tuple(at_end) == printed(A3)[-1][1:]
    assert (1133 - 120 - 37, 975 - 94 - 29) == (976, 852)  # what the printed flows would give


def test_the_path_goes_down_from_1133_to_783_and_the_stock_ends_where_status_ends(shown):
    page = shown("kik-ii", "kontaktforloeb")
    rows = {row[0]: row[1:] for row in cells(page["bestand-mod-plan"])}
    assert rows["maj 2018"] == ("1.133", "1.133") and rows["august 2018"] == ("978", "1.133")
    assert rows["december 2019"][1] == "975" and rows["december 2022"][1] == "783"
    assert rows["juni 2020"][1] == danish((975.3 + 852.9) / 2)
    for start in ("1.128", "1.133", "1.147", "1.150"):
        assert start in page["begyndelser"]["html"]
    goal = page["maal-reduktion"]["numbers"]
    assert (goal["verdict"]["value"], goal["actual"]["value"], goal["end"]["shown"]) == ("på vej", 978, "783")


# ---------------------------------------------------------------- A4 and A5

A4 = """
Investering | 11,7 | 19,7 | 16,2 | 9,2 | 3,9 | 60,6
Besparelse | 0,0 | -5,0 | -13,2 | -18,8 | -8,6 | -45,7
Øvrig finansiering | 9,1 | 1,7 | 1,7 | 1,7 | 0,7 | 15,0
Gevinst | 2,6 | 12,9 | 1,2 | -11,3 | -5,4 | 0,0
"""
A5 = """
Udvalg | | | | | | | | |
ØK | Investering | 4.253 | 7.223 | 5.705 | 4.438 | 1.832 | 23.450 | 2.140 | 3.587
AU | Investering | 7.408 | 12.450 | 10.450 | 4.771 | 2.083 | 37.163 | 2.917 | 3.000
AU | Besparelse | 0 | -5.039 | -13.223 | -18.779 | -8.614 | -45.655 | -12.060 | -20.674
I alt | | 11.661 | 14.634 | 2.932 | -9.570 | -4.699 | 14.958 | -7.004 | -14.087
Finansiering | | | | | | | | |
ØK | Virk.konsulenter | 1.007 | 1.726 | 1.726 | 1.726 | 719 | 6.905 | 1.007 | 1.726
AU | Besk.bonus | 1.000 | 0 | 0 | 0 | 0 | 1.000 | 0 | 0
AU/ØK | Restbudget KIK I | 7.077 | 0 | 0 | 0 | 0 | 7.077 | 0 | 0
I alt | | 9.084 | 1.726 | 1.726 | 1.726 | 719 | 14.982 | 1.007 | 1.726
Netto | | 2.577 | 12.907 | 1.206 | -11.296 | -5.418 | -24 | -8.011 | -15.813
"""
A5_COLUMNS = ["", "2018 7 mdr.", "2019", "2020", "2021", "2022 5 mdr.", "I alt", "2022 7 mdr.", "2023"]


def test_a4_and_a5_the_plan_stands_as_printed(shown):
    page = shown("kik-ii", "oekonomi")
    assert page["plan-samlet"]["columns"] == [["2018"], ["2019"], ["2020"], ["2021"], ["2022"], ["I alt"]]
    assert cells(page["plan-samlet"]) == printed(A4)
    assert [head[-1] for head in page["plan-i-detaljer"]["columns"]] == A5_COLUMNS
    assert cells(page["plan-i-detaljer"]) == printed(A5)
    assert "Beløb, som på papiret: − er en gevinst, + er et tab." in page["plan-samlet"]["html"]


@pytest.fixture(scope="module")
def plan(snapshot):
    """(committee, line, item) → the eight columns of A5 in kroner, each row of the budget put in its column."""
    plan = defaultdict(lambda: [Decimal(0)] * 8)
    for row in snapshot.table("budget").query("strategy == 'kik-ii'").itertuples():
        later = row.year == 2023 or (row.year == 2022 and row.month > 5)
        places = [row.year - 2016] if row.year == 2023 else [6] if later else [row.year - 2018, 5]
        item = "" if pd.isna(row.item) else row.item
        sign = -1 if row.line == "benefit_saving" else 1
        for place in places:
            plan[row.committee, row.line, item][place] += sign * Decimal(str(row.amount_dkk))
    return plan


def test_a5_every_cell_follows_from_unrounded_amounts(plan):
    def total(*lines):
        return [sum(column) for column in zip(*(row for key, row in plan.items() if key[1] in lines), strict=True)]

    paid, financed = total("investment", "benefit_saving"), total("financing")
    expected = [
        plan["ØK", "investment", ""],
        plan["AU", "investment", ""],
        plan["AU", "benefit_saving", ""],
        paid,
        plan["ØK", "financing", "Virk.konsulenter"],
        plan["AU", "financing", "Besk.bonus"],
        plan["AU/ØK", "financing", "Restbudget KIK I"],
        financed,
        [one - other for one, other in zip(paid, financed, strict=True)],
    ]
    on_paper = [row[2:] for row in printed(A5) if row[0] not in ("Udvalg", "Finansiering")]
    assert [tuple(danish(kroner / 1000) for kroner in row) for row in expected] == on_paper
    investment, saving = total("investment"), total("benefit_saving")
    in_millions = [investment, saving, financed, expected[-1]]
    assert [tuple(danish(kroner / 10**6, 1) for kroner in row[:6]) for row in in_millions] == [
        row[1:] for row in printed(A4)
    ]


def test_the_plan_breaks_even_where_its_cumulated_gain_does(shown):
    page = shown("kik-ii", "oekonomi")
    numbers = page["tjent-hjem-i-ord"]["numbers"]
    assert (numbers["with_financing"]["shown"], numbers["without"]["shown"]) == (
        "tjent hjem i maj 2022",
        "tjent hjem i juli 2023",
    )
    figure = {row[0]: row[1:] for row in cells(page["tjent-hjem"])}
    # by hand from A5, mio. kr.: -14,958 + 7,004 at the end of 2022, then 14,087 / 12 a month
    assert figure["december 2022"][1] == "-8,0"
    assert -7.954 + 6 * 14.087 / 12 < 0 < -7.954 + 7 * 14.087 / 12
    assert page["nettogevinst"]["numbers"]["net_gain"] == {"value": None, "unit": "mio. kr.", "shown": "ikke opgjort"}


def test_the_saving_of_2022_presupposes_191_full_years_out_of_350(shown):
    numbers = shown("kik-ii", "oekonomi")["forudsaetningen"]["numbers"]
    assert numbers["exits"]["value"] == pytest.approx(20_674_000 / (11_282 * 12 * 0.8), abs=0.01)
    assert numbers["each"]["value"] == pytest.approx(20_674_000 / 350, abs=1)


# ---------------------------------------------------------------- A6 and the 1.461

A6 = """
Antal borgere i alt | 1.128 | 357 | 1.485 |
Heraf kontant- og uddannelseshjælpsmodtagere | 771 | 207 | 978 | 1.117
Heraf selvforsørgelse | 269 | 139 | 408 | 26
Heraf anden forsørgelse | 81 | 2 | 83 | 4
Heraf øvrige målgrupper | 7 | 9 | 16 |
"""


def test_a6_the_status_stands_as_printed_and_says_why_small_counts_are_shown(shown):
    table = shown("kik-ii", "status")["status"]
    assert cells(table) == printed(A6)
    assert [head[0] for head in table["columns"]] == ["Udgangspunkt", "Tilgang", "I alt", "Mål"]
    assert table["columns"][0][1] == "Antal borgere den 1. februar 2018"
    assert table["columns"][-1][1].replace("\u00a0", " ") == "Pr. 31. januar 2019"
    assert show.ALREADY_PUBLISHED in table["html"]


def test_a6_the_sums_follow_from_the_counts(snapshot):
    counts = defaultdict(int)
    for row in snapshot.table("statuses").query("strategy == 'kik-ii' and kind == 'actual'").itertuples():
        counts[row.group] += row.persons
        counts[row.state] += row.persons
    rows = printed(A6)
    assert [danish(counts[group]) for group in ("Udgangspunkt", "Tilgang")] == list(rows[0][1:3])
    states = ["Kontant- og uddannelseshjælp", "Selvforsørgelse", "Anden forsørgelse", "Øvrige målgrupper"]
    assert [danish(counts[state]) for state in states] == [row[3] for row in rows[1:]]


def test_448_of_1461_are_still_activity_ready_and_1013_have_left(shown):
    page = shown("kik", "aktivitetsparate")
    bars = {row[0]: int(row[1].replace(".", "")) for row in cells(page["fordeling"])}
    assert bars.pop("Aktivitetsparate") == 448
    assert sum(bars.values()) == 1013 and sum(bars.values()) + 448 == 1461
    assert "1.443" in page["gruppens-stoerrelse"]["html"]
    # the decision sets no day, so a goal that is met is on track
    assert page["maal-halvering"]["numbers"]["verdict"]["value"] == "på vej"


def test_the_goal_s_words_are_of_all_and_its_measure_of_a_closed_group_and_the_page_says_both(shown, snapshot):
    stock = snapshot.table("measures").query("measure == 'aktivitetsparateandel' and area == 'Aabenraa'")
    persons = stock[stock["period"] <= pd.Timestamp(2018, 5, 31)].set_index("period")["numerator"]
    fall = 1 - persons.iloc[-1] / persons[pd.Timestamp(2016, 1, 1)]
    told = shown("kik", "aktivitetsparate")["gruppen-og-alle"]["numbers"]
    assert (told["gone"]["shown"], told["changed"]["shown"]) == (danish(100 * 1013 / 1461) + "\u00a0%", "faldet")
    assert told["change"]["value"] == pytest.approx(fall) and told["change"]["shown"] == "37\u00a0%"
    html = shown("kik", "aktivitetsparate")["gruppen-og-alle"]["html"]
    assert "også nye" in html and "Regnet sådan er målet ikke opfyldt" in html  # 37 % is no half


def test_at_least_60_percent_of_2013_and_2014_are_self_supporting_after_3_years(shown):
    page = shown("kik", "integration")
    shares = {row[0]: row[1:] for row in cells(page["aargange"])}
    for year, persons, self_supporting in (("2013", 84, 51), ("2014", 127, 81)):
        assert shares[year][0] == str(persons)
        assert shares[year][3] == danish(100 * self_supporting / persons) + "\u00a0%"
        assert self_supporting / persons >= 0.6
    assert shares["2015"][3] == ""
    # each cohort is told; those that have not been here for three years, and the missing day, keep the goal on track
    assert page["maal-integration"]["numbers"]["verdict"]["value"] == "på vej"
    years = {row[0]: row[4] for row in cells(page["maal-integration-aar"])}
    assert years == {"2013": "nået", "2014": "nået", "2015": "", "2016": ""}
    assert "Årgangene 2013 og 2014 kom, før strategien begyndte" in page["maal-integration"]["html"]


def certainty(page, goal):
    numbers = page[f"maal-{goal}"]["numbers"]
    return numbers["certainty"]["value"], numbers["how_sure"]["value"].replace("\u00a0", " ")


def test_a_halved_group_is_sure_and_a_small_cohort_over_half_is_not(shown):
    # 448 of 1.461 by the binomial distribution, and 51 of 84 whose lower limit is 49,5 %
    assert certainty(shown("kik", "aktivitetsparate"), "halvering") == (
        "sikker",
        "Vurderingen er sikker: tilfældige udsving kunne have givet mellem 414 og 484 personer; også den dårligste "
        "ende opfylder målet.",
    )
    kind, sentence = certainty(shown("kik", "integration"), "integration")
    assert kind == "kan vende" and "mellem 49,5 og 71,2 %" in sentence


def test_the_stock_of_kik_ii_lies_more_than_a_month_s_swing_under_the_plan(shown):
    from statistics import stdev

    stock = (1128, 1139, 1146, 1141, 1133, 1089, 1032, 978)
    half = 2.4469 * stdev(after - before for before, after in pairwise(stock))  # t(6)
    kind, sentence = certainty(shown("kik-ii", "kontaktforloeb"), "reduktion")
    assert kind == "sikker"
    assert f"mellem {danish(978 - half)} og {danish(978 + half)} kontaktforløb" in sentence


def test_the_interval_of_a_share_is_the_one_of_statsmodels(shown):
    from statsmodels.stats.proportion import proportion_confint

    rows = shown("kik", "integration")["interval"]["rows"]
    for row, (persons, self_supporting) in zip(rows, ((84, 51), (127, 81)), strict=True):
        expected = proportion_confint(self_supporting, persons, method="beta")
        # filed in whole per cent, as it is shown
        assert [cell["value"] for cell in row["cells"][2:]] == [round(end, 2) for end in expected]


def test_the_stock_trends_end_where_the_pages_say(shown, snapshot):
    measures = snapshot.table("measures").query("area == 'Aabenraa' and unit == 'fuldtidspersoner'")
    rows = {row[0]: row[1:] for row in cells(shown("kik", "udvikling")["foer-og-nu"])}
    for label, change in (("Ledighedsydelse", "-69"), ("Kontant- og uddannelseshjælp", "–")):
        own = measures[measures["measure"] == label[0].lower() + label[1:]].set_index("period")["value"]
        before, latest = own[pd.Timestamp(2015, 12, 1)], own[pd.Timestamp(2018, 5, 1)]
        assert rows[label][1:4] == (danish(before), danish(latest), change)
        assert len(own) == 65
        assert change == "–" or danish(latest - before) == change


def test_a_change_across_a_break_is_refused_or_given_with_its_reason_and_the_break_is_marked(shown):
    page = shown("kik", "udvikling")
    notes = page["foer-og-nu"]["html"].split("</table>")[1]
    assert "Ledighedsydelse: Sammenlignet hen over et databrud: Omlægningen ændrede" in notes
    assert "Kontant- og uddannelseshjælp: Udviklingen opgøres ikke hen over et databrud" in notes
    for figure, breaks in (("udvikling-1", 1), ("udvikling-2", 2)):
        assert page[figure]["caption"].endswith("Databrud er mærket.")
        assert page[figure]["html"].count("Databrud: ") == breaks


# ---------------------------------------------------------------- the functions


@pytest.mark.parametrize(
    ("gains", "month"),
    [((-3, -1, 0, 2), 3), ((-3, 1, -1, 2), 4), ((1, 2, 3, 4), 1), ((-3, -2, -1, -1), None), ((1, 1, 1, -1), None)],
)
def test_an_investment_breaks_even_when_its_sum_stays_above_zero(gains, month):
    cumulated = pd.Series([1000.0 * gain for gain in gains], pd.date_range("2022-01-01", periods=4, freq="MS"))
    expected = pd.Timestamp(2022, month, 1) if month else None
    assert economics.break_even_month(cumulated) == expected


def test_a_file_of_persons_cannot_be_declared_published(tmp_path):
    declared = (ROOT / "data" / "example" / "sources.yml").read_text("utf-8")
    entry = "  - file: fasit_personer.csv\n"
    (tmp_path / "sources.yml").write_text(declared.replace(entry, entry + "    published: true\n"), "utf-8")
    with pytest.raises(DataError, match="cannot be declared published"):
        read_sources(tmp_path)


def test_small_counts_are_shown_only_where_every_file_is_published(project, monkeypatch):
    monkeypatch.setenv("AFKAST_DATA", str(project.data))
    filed = []
    monkeypatch.setattr(
        show,
        "display",
        lambda data, raw, metadata: filed.append(
            ([row["cells"][0]["shown"] for row in metadata["afkast"]["rows"]], data["text/html"])
        ),
    )
    page = show.open_page("kik-ii", "status")
    counts = pd.DataFrame({"Antal": [2, 9]}, index=["få", "flere"])
    public, own = ["status_kik_ii.csv"], ["kontaktforloeb_kik_ii.csv"]
    for files in (public, own, public + own, []):
        page.show_table("antal", counts, caption="Antal", unit="personer", source=files)
    assert [shown for shown, _ in filed] == [["2", "9"], ["<5", "9"], ["<5", "9"], ["<5", "9"]]
    assert [show.ALREADY_PUBLISHED in html for _, html in filed] == [True, False, False, False]
