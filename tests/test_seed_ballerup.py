"""Ballerup's "nye mål" and Aabenraa's cluster: what the note says, recomputed from the raw files in exact fractions.

The note prints no table; its prose does: 0,46 pct.point, 3-14 mio. kr., ca. 2,2 mio. kr. merudgift, the months of the
latest data, and where Ballerup does better and worse than the country.
"""

import csv
import shutil
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from conftest import run_here

from afkast.edition.execute import jobs_of
from afkast.project import Project
from afkast.strategy import load_strategies

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT / "data" / "example" / "raw"
BALLERUP = "ballerup-nye-maal"

CLUSTER = (
    "Ballerup Esbjerg Gladsaxe Guldborgsund Haderslev Herlev Holbæk Horsens Kalundborg Langeland Norddjurs Ringsted "
    "Svendborg Tønder Vordingborg Aabenraa Aarhus"
).split()

AABENRAA = f"""
id: klynge-proeve
name: Prøve af klyngen
municipality: Aabenraa
decided_by: Byrådet
summary: Aktivitetsparate i Aabenraa mod klyngen og hele landet.
period: {{start: 2016-01-01, end: 2019-12-31}}
as_of: 2018-05-31
committees: {{}}
goals:
  - id: faerre
    text: Færre aktivitetsparate end i hele landet.
    page: klyngen
    measure: antallet siden januar 2016
    due: 2019-12-31
    judged: at the date
pages:
  - id: klyngen
    notebook: benchmark
    title: Effekten er synlig
    area: targets
    parameters:
      measure: aktivitetsparateandel
      measure_name: andelen af aktivitetsparate
      definition: aktivitetsparate i pct. af befolkningen på 16-66 år
      base_month: 2016-01
      cluster: [{", ".join(CLUSTER)}]
      development: indeks
      goal: faerre
      break_accepted: Integrationsområdet er holdt ude af serien.
"""

Shown = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def pages(run_page, snapshot, tmp_path_factory):
    """What each page files at the door, by page and id; `uden-grund` is sygedagpenge without its reason."""
    project = Project(ROOT, tmp_path_factory.mktemp("ballerup"))
    project.strategies.mkdir()
    shutil.copy(ROOT / "data" / "example" / "sources.yml", project.data)
    shutil.copy(ROOT / "data" / "example" / "strategies" / f"{BALLERUP}.yml", project.strategies)
    (project.strategies / "klynge-proeve.yml").write_text(AABENRAA, encoding="utf-8")
    shutil.copytree(snapshot.path.parent, project.snapshots)
    strategies = load_strategies(project)
    [cluster] = jobs_of(strategies["klynge-proeve"], snapshot.id)
    [sickness] = [job for job in jobs_of(strategies[BALLERUP], snapshot.id) if job.page == "sygedagpenge"]
    without = {name: value for name, value in sickness.parameters.items() if name != "break_accepted"}
    shown = {one.id: run_page(BALLERUP, one.id) for one in strategies[BALLERUP].pages}
    shown[cluster.page] = run_here(project, cluster.notebook, cluster.parameters)
    shown["uden-grund"] = run_here(project, sickness.notebook, without)
    return shown


# ---------------------------------------------------------------- the raw files, read here


def rows(name):
    lines = (RAW / name).read_text("utf-8-sig").splitlines()
    first = next(place for place, line in enumerate(lines) if line.count(";") > 2)
    body = [line for line in lines[first:] if line.count(";") > 2]
    return list(csv.DictReader(body, delimiter=";"))


def whole(text):
    return int(text.replace(".", ""))


def persons(name, measure=""):
    """(month, area) → full-time persons and population."""
    return {
        (row["Måned"], row["Område"]): (whole(row["Fuldtidspersoner"]), whole(row["Befolkning 16-66 år"]))
        for row in rows(name)
        if row.get("Måltal", "") == measure
    }


def written(value, digits, signed=False):
    """Half away from zero, decimal comma, real minus."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{digits}f}".translate(str.maketrans(",.", ".,"))
    return ("\u2212" if rounded < 0 else "+" if signed and rounded else "") + text


def shares(measure):
    found = persons("jobindsats_ballerup.csv", measure)
    return lambda month, area: Fraction(*found[month, area])


def lead(measure, month):
    """How much more Ballerup's share has fallen than the country's since January 2014."""
    share = shares(measure)
    own, country = (share(month, area) - share("2014M01", area) for area in ("Ballerup", "Hele landet"))
    return country - own


def price(benefit):
    [row] = [row for row in rows("enhedspriser_ballerup.csv") if row["Ydelse"] == benefit]
    return whole(row["Netto kr. pr. helårsperson"])


LATEST = {
    "Forsørgelsestryk": "2015M06",
    "Ledige under 30 år": "2015M06",
    "Sygedagpenge": "2015M05",
    "Fleksjob efter ny ordning": "2014M11",
}
SPECIFIC = (
    ("Ledige under 30 år", "Ledig under 30 år", 1),
    ("Sygedagpenge", "Sygedagpenge", 1),
    ("Fleksjob efter ny ordning", "Fleksjob i stedet for ledighedsydelse", -1),
)


def extra_cost(measure, benefit, sign):
    month = LATEST[measure]
    population = persons("jobindsats_ballerup.csv", measure)[month, "Ballerup"][1]
    return -sign * lead(measure, month) * population * price(benefit)


# ---------------------------------------------------------------- the raw files say what the prose says


def test_the_latest_data_are_of_june_may_and_november():
    for measure, month in LATEST.items():
        assert max(period for period, _ in persons("jobindsats_ballerup.csv", measure)) == month


def test_the_burden_is_clearly_better_than_the_countrys_in_the_autumn_and_winter():
    before = [lead("Forsørgelsestryk", f"2014M{month:02}") for month in range(2, 9)]
    after = [lead("Forsørgelsestryk", month) for month in ("2014M10", "2014M11", "2014M12", "2015M01", "2015M02")]
    assert max(before) < Fraction(1, 10_000)
    assert min(after) > Fraction(20, 10_000)


def test_the_young_have_done_better_since_the_second_quarter_of_2014():
    months = [f"2014M{month:02}" for month in range(2, 13)] + [f"2015M{month:02}" for month in range(1, 7)]
    assert [lead("Ledige under 30 år", month) > 0 for month in months] == [False] * 2 + [True] * 15


def test_sickness_benefit_is_worse_in_every_month_since_the_base():
    months = [f"2014M{month:02}" for month in range(2, 13)] + [f"2015M{month:02}" for month in range(1, 6)]
    assert all(lead("Sygedagpenge", month) < 0 for month in months)


def test_new_flex_jobs_grow_more_than_in_the_country():
    found = persons("jobindsats_ballerup.csv", "Fleksjob efter ny ordning")
    growth = {
        area: Fraction(found["2014M11", area][0], found["2014M01", area][0]) for area in ("Ballerup", "Hele landet")
    }
    assert growth["Ballerup"] > growth["Hele landet"] > 1
    assert lead("Fleksjob efter ny ordning", "2014M11") < 0  # the share, too, has risen more


def test_the_three_goals_together_cost_about_2_2_million():
    assert written(sum((extra_cost(*one) for one in SPECIFIC), Fraction(0)) / 1_000_000, 1) == "2,2"


def test_the_saving_on_two_young_persons_does_not_meet_the_cost_of_one_on_sickness_benefit():
    assert 2 * price("Ledig under 30 år") < price("Sygedagpenge")


# ---------------------------------------------------------------- the pages


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        ("forsoergelsestryk", "på vej"),
        ("ungeledighed", "på vej"),
        ("sygedagpenge", "bagud"),
        ("fleksjob", "kan ikke afgøres"),  # the note counts to November 2014, and the strategy began in January 2015
    ],
)
def test_the_verdict_is_the_notes(pages, page, verdict):
    assert pages[page][f"maal-{page}"]["numbers"]["verdict"]["shown"] == verdict


@pytest.mark.parametrize(
    ("page", "measure"),
    [
        ("forsoergelsestryk", "Forsørgelsestryk"),
        ("ungeledighed", "Ledige under 30 år"),
        ("sygedagpenge", "Sygedagpenge"),
    ],
)
def test_the_figure_shows_the_change_since_the_base_month_by_month(pages, page, measure):
    figure = pages[page]["udvikling"]
    share = shares(measure)
    months = sorted({period for period, _ in persons("jobindsats_ballerup.csv", measure)})
    expected = [
        [written(100 * (share(month, area) - share("2014M01", area)), 2) for area in ("Ballerup", "Hele landet")]
        for month in months
    ]
    assert [[cell["shown"] for cell in row["cells"][:2]] for row in figure["rows"]] == expected


def test_the_target_line_of_the_burden_lies_046_below_the_country(pages):
    figure = pages["forsoergelsestryk"]["udvikling"]
    assert figure["columns"] == [["Ballerup"], ["Hele landet"], ["Forudsat: 0,46 pct.point bedre"]]
    for row in figure["rows"]:
        assert row["cells"][2]["value"] == pytest.approx(row["cells"][1]["value"] - 0.0046)


def test_the_two_goals_that_mean_046_together_are_told_with_their_sum(pages):
    numbers = pages["forsoergelsestryk"]["tilsammen"]["numbers"]
    young, sick = lead("Ledige under 30 år", "2015M06"), lead("Sygedagpenge", "2015M05")
    assert numbers["needed"]["shown"] == "0,46\u00a0pct.point"
    for name, lead_of in (("lead_0", young), ("lead_1", sick), ("sum", young + sick)):
        assert numbers[name]["shown"].startswith(written(100 * abs(lead_of), 2))
        assert numbers[name]["value"] == pytest.approx(float(lead_of))


@pytest.mark.parametrize(
    ("page", "since"),
    [("forsoergelsestryk", "september 2014"), ("ungeledighed", "april 2014"), ("sygedagpenge", "februar 2014")],
)
def test_the_page_says_since_when(pages, page, since):
    assert pages[page]["udviklingen-i-ord"]["numbers"]["since"]["shown"] == since


def test_flex_jobs_are_drawn_as_an_index(pages):
    found = persons("jobindsats_ballerup.csv", "Fleksjob efter ny ordning")
    figure = pages["fleksjob"]["indeks"]
    months = sorted({period for period, _ in found})
    expected = [
        [
            written(Fraction(100 * found[month, area][0], found["2014M01", area][0]), 1)
            for area in ("Ballerup", "Hele landet")
        ]
        for month in months
    ]
    assert [[cell["shown"] for cell in row["cells"]] for row in figure["rows"]] == expected


def test_the_saving_is_told_in_the_notes_own_sign_and_drawn_with_a_saving_above_zero(pages):
    page = pages["aktuel-besparelse"]
    costs = [extra_cost(*one) for one in SPECIFIC]
    expected = [written(cost / 1_000_000, 1) for cost in [*costs, sum(costs, Fraction(0))]]
    assert expected[-1] == "2,2" and [cost > 0 for cost in costs] == [False, True, False]
    assert [row["label"] for row in page["besparelse-efter-maal"]["rows"]] == [
        "Ungeledighed",
        "Sygedagpenge",
        "Nye fleksjob",
        "I alt",
    ]
    drawn = [written(-cost / 1_000_000, 1) for cost in [*costs, sum(costs, Fraction(0))]]
    assert [row["cells"][0]["shown"] for row in page["besparelse-efter-maal"]["rows"]] == drawn
    assert [row["cells"][4]["shown"] for row in page["besparelsen"]["rows"]] == expected
    assert [row["cells"][0]["shown"] for row in page["besparelsen"]["rows"]] == [
        "juni 2015",
        "maj 2015",
        "november 2014",
        "",
    ]


def test_the_saving_goal_is_behind_with_two_of_three_ahead(pages):
    numbers = pages["aktuel-besparelse"]["maal-besparelse"]["numbers"]
    told = {name: one["shown"] for name, one in numbers.items()}
    assert told["verdict"] == "bagud"
    assert (told["ahead"], told["count"], told["behind_names"]) == ("2", "3", "sygedagpenge")
    assert (told["outcome"], told["total"]) == ("en merudgift", "2,2\u00a0mio. kr.")
    assert (told["lowest"], told["highest"]) == ("3", "14\u00a0mio. kr.")


def test_the_page_says_how_far_the_result_rests_on_the_price(pages):
    young, sick, flex = (extra_cost(*one) for one in SPECIFIC)
    turning_price = -(young + flex) / (sick / price("Sygedagpenge"))
    shown = pages["aktuel-besparelse"]["prisens-betydning"]["numbers"]["turning_price"]["shown"]
    assert shown == written(turning_price, 0) + "\u00a0kr."


@pytest.mark.parametrize(
    ("page", "measure", "month"),
    [("forsoergelsestryk", "Forsørgelsestryk", "2015M06"), ("ungeledighed", "Ledige under 30 år", "2015M06")],
)
def test_late_registrations_in_both_places_do_not_turn_what_rests_on_a_provisional_month(pages, page, measure, month):
    share = shares(measure)
    then = share("2014M01", "Ballerup") - share("2014M01", "Hele landet")
    risen = Fraction(6, 5) * (share(month, "Ballerup") - share(month, "Hele landet"))
    numbers = pages[page][f"maal-{page}"]["numbers"]
    assert numbers["certainty"]["value"] == "hviler på foreløbige tal"
    told = numbers["how_sure"]["value"].replace("\u00a0", " ")
    assert told.endswith(
        "kommer der 20 % flere til begge steder, som Styrelsen for Arbejdsmarked og Rekruttering har set det for "
        f"sygedagpenge, bliver tallet {written(100 * (then - risen), 2)} pct.point bedre."
    )


def test_a_lead_is_told_in_persons_and_from_every_month_that_could_be_its_base(pages):
    # 60 flex jobs in January 2014 and 160 in November; in the whole country 10.988 and 21.792
    numbers = pages["fleksjob"]["maal-fleksjob"]["numbers"]
    assert numbers["persons"]["value"] == pytest.approx(160 - 60 * 21_792 / 10_988)  # 41 more than by its growth
    of_share = 160 - 31_238 * (60 / 31_148 + 21_792 / 3_668_720 - 10_988 / 3_662_620)
    assert numbers["persons_of_share"]["value"] == pytest.approx(of_share)  # and 8 more than by its share
    # the lead since July 2014 is the least and since July 2013 the most, and a month's swing lies outside them
    since_july_2014 = 100 * (160 / 119 - 21_792 / 17_466)
    since_july_2013 = 100 * (160 / 28 - 21_792 / 5_305)
    low, high = (numbers[end]["value"] for end in ("goal_low", "goal_high"))
    assert 0 < low < since_july_2014 and since_july_2013 < high
    assert since_july_2014 - low == pytest.approx(high - since_july_2013, abs=0.1)


def test_numbers_that_end_before_the_strategy_and_a_refused_comparison_decide_nothing(pages):
    flex_jobs = pages["fleksjob"]["maal-fleksjob"]["numbers"]
    assert flex_jobs["verdict"]["value"] == "kan ikke afgøres"
    assert flex_jobs["how_sure"]["value"] == "Målet kan ikke afgøres: tallene slutter, før strategien begyndte."
    for page in ("forsoergelsestryk", "ungeledighed", "sygedagpenge"):
        reservation = pages[page][f"maal-{page}"]["numbers"]["goal_reservation"]["value"]
        assert reservation == "tæller hele udviklingen siden januar 2014, også den fra før strategien begyndte"
    refused = pages["uden-grund"]["maal-sygedagpenge"]["numbers"]
    assert refused["certainty"]["value"] == "kan ikke vurderes"
    assert refused["how_sure"]["value"] == "Målet kan ikke afgøres: udviklingen kan ikke opgøres."


def test_the_net_gain_is_not_known_since_the_note_has_no_expense(pages):
    assert pages["aktuel-besparelse"]["nettogevinst"]["numbers"]["net_gain"]["value"] is None


def test_every_page_says_that_it_is_synthetic_though_the_prices_are_not(pages):
    for page in pages.values():
        assert any(item["synthetic"] for item in page.values())
    assert not pages["aktuel-besparelse"]["enhedspriser"]["synthetic"]


# ---------------------------------------------------------------- breaks


def test_across_a_break_without_a_reason_the_page_says_why_there_is_no_number(pages):
    page = pages["uden-grund"]
    assert "Fra 1. juli 2014" in page["databrud"]["numbers"]["refusal"]["shown"]
    assert page["maal-sygedagpenge"]["numbers"]["verdict"]["shown"] == "kan ikke afgøres"
    assert "udvikling" not in page and "udviklingen-i-ord" not in page
    cells = [cell for row in page["udviklingen"]["rows"] for cell in (row["cells"][2], row["cells"][5])]
    assert {cell["state"] for cell in cells} == {"missing"}
    assert len(page["niveau"]["rows"]) == 29


# ---------------------------------------------------------------- the cluster of Aabenraa


def test_the_cluster_is_the_seventeen_of_the_report_and_the_country():
    areas = {area for _, area in persons("jobindsats_klynge.csv")}
    assert areas == {*CLUSTER, "Hele landet"} and len(CLUSTER) == 17


def test_the_index_of_the_cluster_is_of_the_sums_with_and_without_aabenraa(pages):
    found = persons("jobindsats_klynge.csv")
    groups = {
        "Aabenraa": ["Aabenraa"],
        "Klyngen": CLUSTER,
        "Klyngen uden Aabenraa": [area for area in CLUSTER if area != "Aabenraa"],
        "Hele landet": ["Hele landet"],
    }

    def total(month, areas, part):
        return sum(found[month, area][part] for area in areas)

    months = sorted({period for period, _ in found})
    index = [
        [written(Fraction(100 * total(month, areas, 0), total("2016M01", areas, 0)), 1) for areas in groups.values()]
        for month in months
    ]
    rate = [
        [
            written(Fraction(100 * total(month, areas, 0), total(month, areas, 1)), 2) + "\u00a0%"
            for areas in groups.values()
        ]
        for month in months
    ]
    page = pages["klyngen"]
    for figure, expected in (("indeks", index), ("andel", rate)):
        assert page[figure]["columns"] == [[name] for name in groups]
        assert [[cell["shown"] for cell in row["cells"]] for row in page[figure]["rows"]] == expected
    assert index[months.index("2016M01")] == ["100,0"] * 4


def test_beside_the_sums_stands_the_simple_mean_and_every_municipality(pages):
    found = persons("jobindsats_klynge.csv")
    table = {row["label"]: [cell["shown"] for cell in row["cells"]] for row in pages["klyngen"]["klyngen"]["rows"]}
    assert set(CLUSTER) < set(table) and next(iter(table)) == "Aabenraa"
    alone = [area for area in CLUSTER if area != "Aabenraa"]
    for label, areas in (("Simpelt gennemsnit", CLUSTER), ("Simpelt gennemsnit uden Aabenraa", alone)):
        rates = [
            written(sum((Fraction(*found[month, area]) for area in areas), Fraction(0)) * 100 / len(areas), 2)
            for month in ("2016M01", "2017M11")
        ]
        index = sum(
            (Fraction(100 * found["2017M11", area][0], found["2016M01", area][0]) for area in areas), Fraction(0)
        )
        assert table[label] == [f"{rates[0]}\u00a0%", f"{rates[1]}\u00a0%", written(index / len(areas), 1)]


def test_a_figure_across_an_accepted_break_says_that_the_break_is_marked(pages):
    assert pages["klyngen"]["indeks"]["caption"].endswith("Databrud er mærket.")
    assert not pages["ungeledighed"]["udvikling"]["caption"].endswith("Databrud er mærket.")


def test_the_strategy_runs_as_the_note_says():
    strategies = load_strategies(Project(ROOT, ROOT / "data" / "example"))
    strategy = strategies[BALLERUP]
    assert (strategy.period.start, strategy.period.end) == (date(2015, 1, 1), date(2018, 12, 31))
    assert strategy.as_of == date(2015, 6, 30)
    assert [goal.id for goal in strategy.goals] == [
        *("forsoergelsestryk", "ungeledighed", "sygedagpenge", "fleksjob", "besparelse")
    ]
