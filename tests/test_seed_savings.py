"""One saving reckoned in several ways, and the way from a-dagpenge to kontanthjælp: recomputed from the raw files."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afkast.analysis import ways
from afkast.analysis.economics import agreement, same_figure
from afkast.errors import AfkastError
from afkast.report.filed import filed, published, shown_cells

RAW = Path(__file__).resolve().parents[1] / "data" / "example" / "raw"
KIJOS_PRICES = {"Sygedagpenge": 125_333, "Jobafklaring": 146_333}
BALLERUP = {"Ledige under 30 år": (49_938, 1), "Sygedagpenge": (150_514, 1), "Fleksjob efter ny ordning": (60_202, -1)}
KONTANTHJAELP = Fraction(11_282 * 12 * 8, 10)


def rows(name, encoding="utf-8-sig"):
    lines = [
        line
        for line in (RAW / name).read_text(encoding).splitlines()
        if line.count(";") > 1 and not line.startswith("Filter")
    ]
    return list(csv.DictReader(lines, delimiter=";"))


def number(text):
    return Fraction(text.replace(".", "").replace(",", "."))


def shares(name, column="", measure=""):
    """(month, area) → persons and population."""
    return {
        (row["Måned"], row["Område"]): (number(row["Fuldtidspersoner"]), number(row["Befolkning 16-66 år"]))
        for row in rows(name)
        if not column or row[column] == measure
    }


def before_and_others(found, own, base):
    """Persons fewer than at one's own share at the base, and than by the country's development."""
    last = max(month for month, area in found if area == own)
    share = {key: Fraction(*pair) for key, pair in found.items()}
    fallen = share[base, own] - share[last, own]
    there = share[base, "Hele landet"] - share[last, "Hele landet"]
    population = found[last, own][1]
    return fallen * population, (fallen - there) * population


@pytest.fixture(scope="module")
def amounts(pages):
    """Strategy → way → kroner a year, as the pages file them."""
    cells = shown_cells(pages).query("item == 'paa-flere-maader' and column_label == 'Mio. kr. om året'")
    return {
        strategy: dict(zip(of["row_label"], of["value"], strict=True)) for strategy, of in cells.groupby("strategy")
    }


def test_kijos_s_extra_cost_is_reckoned_in_the_ways_that_hold_for_a_year(amounts):
    found = amounts["kijos"]
    stocks = rows("okonomi_helaarspersoner.csv")
    budgeted = sum(
        (original - sum(number(row["Værdi"]) for row in stocks if row["Måltal"] == measure) / 11)
        * KIJOS_PRICES[measure]
        for measure, original in (("Sygedagpenge", 500), ("Jobafklaring", 284))
    )
    others = Fraction(0)
    for measure, price in KIJOS_PRICES.items():
        _, fewer = before_and_others(shares("jobindsats_kijos.csv", "Ydelse", measure), "Aabenraa", "2019M05")
        others += fewer * price
    assert found["Kommunens egen beregning"] == -1_909_600
    assert found["Budgettet før strategien"] == pytest.approx(float(budgeted))
    assert found["Eget niveau før strategien"] is None  # from May to November is no year
    assert found["Udviklingen i hele landet"] == pytest.approx(float(others))
    assert found["Overlevelseskurver"] is None
    assert found["Besluttet for året"] == 2_821_000


def test_the_country_s_series_carry_the_persons_that_the_report_prints():
    for measure, average in (("Sygedagpenge", 506), ("Jobafklaring", 292)):
        own = shares("jobindsats_kijos.csv", "Ydelse", measure)
        months = [persons for (month, area), (persons, _) in own.items() if area == "Aabenraa" and month[:4] == "2019"]
        assert len(months) == 11 and round(sum(months) / 11) == average


def test_kik_s_own_figure_is_below_its_persons_times_the_price(amounts):
    found = amounts["kik"]
    own = [number(row["Værdi"]) for row in rows("beregnet_besparelse_kik.csv")]
    before, others = before_and_others(shares("jobindsats_klynge.csv"), "Aabenraa", "2016M01")
    assert found["Kommunens egen beregning"] == float(sum(own[-12:]))
    assert found["Eget niveau før strategien"] == pytest.approx(float(before * KONTANTHJAELP))
    assert found["Udviklingen i hele landet"] == pytest.approx(float(others * KONTANTHJAELP))


def test_kik_ii_is_held_against_its_budget_and_a_summer_is_no_year(amounts):
    stock = [number(row["Kontaktforløb"]) for row in rows("kontaktforloeb_kik_ii.csv", "cp1252")]
    found = amounts["kik-ii"]
    assert found["Budgettet før strategien"] == pytest.approx(float((1133 - sum(stock) / 8) * KONTANTHJAELP))
    assert found["Eget niveau før strategien"] is None  # three months' fall, and they are summer's
    assert found["Besluttet for året"] == 0


def test_ballerup_spends_more_than_by_the_country_s_development(amounts):
    others = Fraction(0)
    for measure, (price, sign) in BALLERUP.items():
        fewer = before_and_others(shares("jobindsats_ballerup.csv", "Måltal", measure), "Ballerup", "2014M01")
        others += sign * fewer[1] * price
    found = amounts["ballerup-nye-maal"]
    assert found["Eget niveau før strategien"] is None  # the flex jobs are counted ten months after
    assert found["Udviklingen i hele landet"] == pytest.approx(float(others))
    assert round(found["Udviklingen i hele landet"] / 1e6, 1) == -2.2


def test_the_page_says_how_far_the_ways_agree_and_counts_one_reckoning_once(pages):
    said = published(pages).query("item == 'besparelsen-opgjort'").set_index(["strategy", "name"])
    assert {strategy: said.loc[(strategy, "ways"), "shown"] for strategy in ("kijos", "kik", "kik-ii")} == {
        "kijos": "2",  # the municipality's own figure is the one against the budget
        "kik": "3",
        "kik-ii": "1",
    }
    assert (
        said.loc[("kijos", "near"), "shown"].startswith("1,9") and said.loc[("kijos", "side"), "shown"] == "merudgift"
    )
    assert said.loc[("ballerup-nye-maal", "low"), "value"] < 0 and said.loc[("kik", "low"), "value"] > 0


@pytest.mark.parametrize(("passed", "told"), [(3, False), (11, False), (12, True), (26, True)])
def test_a_change_is_told_as_a_year_s_when_a_year_has_passed(passed, told):
    base = pd.Timestamp("2018-05-01")
    months = pd.date_range(base, periods=passed + 1, freq="MS")
    stock = pd.DataFrame({"area": "Strandlev", "period": months, "value": np.linspace(1_133, 978, passed + 1)})
    stock[["numerator", "denominator"]] = np.nan
    no_breaks = pd.DataFrame({"starts_on": months[:0], "ends_on": months[:0], "text": []})
    if told:
        fewer, last = ways.fewer_than_before(stock, "Strandlev", base, no_breaks)
        assert (round(fewer), last) == (155, months[-1])
    else:
        with pytest.raises(ways.TooShort, match=f"only {passed} months"):
            ways.fewer_than_before(stock, "Strandlev", base, no_breaks)


@pytest.mark.parametrize(
    ("one", "other", "same"), [(-1_909_600, -1_909_562, True), (3.8e6, 3.9e6, False), (1e6, -1e6, False), (0, 0, True)]
)
def test_two_roundings_of_one_reckoning_are_one_figure(one, other, same):
    assert same_figure(one, other) == same


@pytest.mark.parametrize(
    ("savings", "same_direction"),
    [((2.0, 4.0), True), ((-4.0, -2.0, -3.0), True), ((-1.0, 2.0), False), ((0.0, 2.0), False)],
)
def test_ways_agree_when_all_save_or_all_cost(savings, same_direction):
    found = agreement([*savings, float("nan")])
    assert (found.ways, found.same_direction) == (len(savings), same_direction)
    assert found.spread == max(savings) - min(savings)


def test_nothing_known_is_nothing_to_compare():
    with pytest.raises(AfkastError, match="nothing to compare"):
        agreement([float("nan")])


# ---------------------------------------------------------------- from a-dagpenge to kontanthjælp


def test_few_pass_from_a_dagpenge_at_once_and_more_within_a_year(pages):
    cells = shown_cells(pages).query("strategy == 'kik-ii' and item == 'overgang'")
    shown = {(row.row_label, row.column_label): row.value for row in cells.itertuples()}
    source = rows("fra_a_dagpenge.csv")
    for year in range(2014, 2018):
        for after in ("Straks", "Inden for 6 måneder", "Inden for 12 måneder"):
            own = [row for row in source if row["På kontanthjælp"] == after and row["Ophørt i"].startswith(str(year))]
            if len(own) < 12:
                assert (year, after) == (2017, "Inden for 12 måneder") and shown[str(year), after] is None
            else:
                passed, ended = (sum(int(row[part]) for row in own) for part in ("Antal", "Ophørte"))
                assert shown[str(year), after] == round(passed / ended, 3)  # filed as it is shown
                assert shown[str(year), "Ophørt"] == ended
        assert shown[str(year), "Straks"] < 0.06 < 0.12 < shown[str(year), "Inden for 6 måneder"]


# ---------------------------------------------------------------- one sign on the overview


def test_the_overview_tells_a_gain_and_a_saving_in_words_whatever_sign_the_report_has(pages):
    overview = json.loads((pages / "overblik.ipynb").read_text("utf-8"))
    tables = {item["id"]: item for item in filed(overview) if item["kind"] == "table"}

    def shown(table, column):
        place = [head[0] for head in tables[table]["columns"]].index(column)
        return {row["label"]: row["cells"][place]["shown"].replace("\u00a0", " ") for row in tables[table]["rows"]}

    gains = shown("strategier", "Gevinst eller tab til dato")
    # KIJOS's own table writes its loss as 2.189, KIK's its gain as 42,8
    assert (gains["KIJOS"], gains["KIK"]) == ("et tab på 2,2 mio. kr.", "en gevinst på 42,8 mio. kr.")
    low, high = shown("besparelser", "Dårligst"), shown("besparelser", "Bedst")
    assert (low["KIJOS"], high["KIJOS"]) == ("en merudgift på 2,7 mio. kr.", "en merudgift på 1,9 mio. kr.")
    assert low["Nye mål"] == high["Nye mål"] == "en merudgift på 2,2 mio. kr."
    sure = shown("maal", "Hvor sikkert")
    assert (
        sure["KIK: Når integrationsperioden er slut, skal halvdelen af borgerne være selvforsørgende."] == "kan vende"
    )


def test_the_overview_counts_sure_and_unsure_gains_apart_and_every_strategy_once(pages):
    overview = json.loads((pages / "overblik.ipynb").read_text("utf-8"))
    [table] = [item for item in filed(overview) if item["id"] == "hvor-sikkert"]
    counted = sum(int(cell["shown"].split(":")[0]) for row in table["rows"] for cell in row["cells"])
    [strategies] = [item for item in filed(overview) if item["id"] == "strategier"]
    place = [head[0] for head in strategies["columns"]].index("Gevinst eller tab til dato")
    gains = [row["cells"][place]["value"] for row in strategies["rows"]]
    assert counted == sum(isinstance(gain, float) and gain == gain for gain in gains) == 8
