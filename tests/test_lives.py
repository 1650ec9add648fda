"""Any mix of pages, and the ordinary life of a strategy, on the data of an invented municipality."""

import html
import json
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT, run_here
from municipality import COUNTRY, NEIGHBOUR, ONE_PAGE, OWN, STRATEGY, citizens, municipality, strategy_of

from afkast.cli import main
from afkast.edition.execute import front_page_of, jobs_of
from afkast.intake import import_raw
from afkast.project import Project
from afkast.report.reads import digest_of
from afkast.report.show import METADATA_KEY
from afkast.strategy import load_strategies

MONEY = ("economics", "gain_by_year", "business_case")
"""The notebooks that say what a strategy has netted to date."""


IMPORTED = tempfile.TemporaryDirectory(prefix="afkast-snapshots-")
"""Snapshots of files that a test before has imported, by what the files say; gone with the process."""


def _imported(data):
    """The snapshots of a data folder; most tests change a strategy, and their files are the same."""
    files = [data / "sources.yml", *sorted((data / "raw").iterdir())]
    snapshots = Path(IMPORTED.name) / digest_of([(path.name, path.read_text("utf-8")) for path in files])
    if not snapshots.is_dir():
        import_raw(data, snapshots, bytes(32))
    return snapshots


class Book:
    """A municipality's pages, run here one after the other, and what reads those that were: `front`, `about_all`."""

    def __init__(self, data, folder):
        self.project = Project(ROOT, data.write(folder))
        shutil.copytree(_imported(self.project.data), self.project.snapshots)
        self.pages = {}

    def page(self, notebook, strategy=STRATEGY):
        """What the strategy's page of that notebook shows; kept for the front page."""
        jobs = jobs_of(load_strategies(self.project)[strategy], "")
        [job] = [job for job in jobs if job.notebook == notebook]
        shown = run_here(self.project, job.notebook, job.parameters)
        self.pages[job.page] = shown
        return self._keep(job, shown)

    def front(self, strategy=STRATEGY):
        """The strategy's front page over the pages that were run; it is kept beside them."""
        job = front_page_of(load_strategies(self.project)[strategy], "")
        return self._keep(job, run_here(self.project, job.notebook, job.parameters))

    def says_more(self, front, strategy=STRATEGY):
        """The numbers on a front page that neither a page has shown nor the strategy's file says."""
        shown = [item for page in self.pages.values() for item in page.values()]
        known = {one for item in shown for text in (words(item), filed(item)) for one in digits(text)}
        known |= digits((self.project.strategies / f"{strategy}.yml").read_text("utf-8"))
        known |= {str(n) for n in range(32)} | {"95"}  # days of a month, counts of goals, and an interval's level
        known |= {re.sub(r",0+$", "", one) for one in known}
        return {
            one for item in front.values() for one in digits(words(item)) if {one, one.lstrip("0")} & known == set()
        }

    def _keep(self, job, shown):
        path = self.project.pages / job.path
        path.parent.mkdir(parents=True, exist_ok=True)
        outputs = [{"metadata": {METADATA_KEY: item}, "data": {"text/html": item["html"]}} for item in shown.values()]
        path.write_text(json.dumps({"cells": [{"outputs": outputs}]}), encoding="utf-8")
        return shown

    def about_all(self, notebook):
        return run_here(self.project, notebook, {})


@pytest.fixture
def book(tmp_path):
    return lambda data: Book(data, tmp_path / "strandlev")


def words(item):
    """What a shown text says."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", str(item["html"]))).replace("\u00a0", " ").split())


def filed(item):
    """What it filed without showing it, and the words of its figure."""
    return json.dumps({key: one for key, one in item.items() if key not in ("html", "small")}, ensure_ascii=False)


def digits(text):
    """The numbers in a text."""
    return {one.rstrip(".,") for one in re.findall(r"\d[\d.,]*", text)}


def headlines(shown):
    return " ".join(words(item) for item in shown.values() if item.get("headline"))


def with_group(started, *notebooks, persons=180):
    data = municipality(*notebooks)
    data.tables |= citizens(persons, started)
    return data


def starting(days):
    """A target group of 184, of whom some start on these days."""
    data = with_group(len(list(days)), "inflow", persons=184)
    cohort = data.tables["cohort"].assign(entered_on=pd.Timestamp("2022-02-01"))
    cohort.loc[cohort["group"] == "intervention", "started_on"] = pd.to_datetime(list(days))
    data.tables["cohort"] = cohort
    return data


# ---------------------------------------------------------------- any mix of pages


@pytest.mark.parametrize("notebook", ONE_PAGE)
def test_a_book_of_one_strategy_with_one_page(book, notebook):
    one = book(municipality(notebook))
    shown = one.page(notebook)
    front = one.about_all("overview")
    assert words(front["samlet"]).startswith("Bogen følger én strategi, og vurderingen er: ")
    assert ("maal" in front) == bool(ONE_PAGE[notebook][1])
    assert ("nettogevinst" in shown) == ("ikke gjort op" not in words(front["samlet"])) or (
        shown.number("nettogevinst", "net_gain") is None
    )
    front_page = one.front()
    assert {"dommen", "vejen-videre"} <= front_page.keys()
    assert one.says_more(front_page) == set()
    texts = (words(item) for item in front_page.values() if item["kind"] == "text")
    assert ".." not in " ".join(texts)
    for item in (*shown.values(), *front.values(), *front_page.values()):
        told = words(item)
        assert "eksempl" not in told or notebook == "survival_example"
        assert not re.search(r"\bnan\b|\bNone\b|mellem ikke opgjort|\binf\b", told.split("def ")[0]), told


@pytest.mark.parametrize("as_of", ["2022-03-31", "2022-12-31"], ids=["first month", "end of the first year"])
def test_every_page_as_of_the_first_month_and_of_a_year_s_end(book, as_of):
    data = municipality(*ONE_PAGE, as_of=pd.Timestamp(as_of).date())
    statuses = data.tables["statuses"]
    statuses.loc[statuses["kind"] == "actual", "counted_on"] = pd.Timestamp(as_of)
    all_pages = book(data)
    for notebook in ONE_PAGE:
        all_pages.page(notebook)
    assert all_pages.says_more(all_pages.front()) == set()
    front = all_pages.about_all("overview")
    assert len(front["maal"]["rows"]) == sum(len(goals) for _, goals in ONE_PAGE.values())


def test_two_municipalities_one_of_which_nets_nothing(book):
    data = municipality("gain_by_year")
    data.strategies["sygefravaer"] = strategy_of(
        "same_period_last_year", id="sygefravaer", municipality=NEIGHBOUR, name="Sygefravær"
    )
    measures = data.tables["measures"]
    neighbours = measures["area"] == NEIGHBOUR
    measures.loc[neighbours & (measures["measure"] == "sygedagpenge"), "measure"] = "jobafklaring"
    both = book(data)
    both.page("gain_by_year")
    both.page("same_period_last_year", "sygefravaer")
    front = both.about_all("overview")
    assert words(front["samlet"]) == (
        "Bogen følger 2 strategier. Efter kommunens egen opgørelse, hvis usikkerhed ikke kendes, er der 1 med et tab. "
        "For 1 er gevinst eller tab ikke gjort op. Målt på deres egne mål: 2 kan ikke afgøres."
    )
    assert front.rows("strategier")["Sygefravær"][2] == "–"


def test_two_pages_that_net_give_the_front_page_one_number(book):
    both = book(municipality("measurement_points", "economics", "gain_by_year"))
    for notebook in ("gain_by_year", "measurement_points"):
        both.page(notebook)
    economics = both.page("economics")
    front = both.about_all("overview")
    assert front.amounts("strategier")["Hurtigt videre"][2] == economics.number("nettogevinst", "net_gain")


def test_the_data_basis_counts_what_is_synthetic(book):
    shown = book(municipality("inflow")).about_all("data_basis")
    assert "og alle er syntetiske" in words(shown["syntetisk"])
    # all is of one day, and no source line makes a range of it
    assert not any(re.search(r"data pr\. \d+\. \w+ \d+ – ", words(item)) for item in shown.values())
    files = words(shown["filer"])
    assert "· data pr. 5. december 2023" in files and "se Datagrundlag" not in files  # it is that page


def test_of_real_data_nothing_is_said_to_be_synthetic(book):
    data = municipality("inflow")
    data.declared["synthetic"] = False
    assert "Ingen af dem er syntetiske." in words(book(data).about_all("data_basis")["syntetisk"])


# ---------------------------------------------------------------- few persons, few cases


@pytest.mark.parametrize("started", [0, 3, 14])
def test_a_small_group_is_told_by_every_page_that_counts_it(book, started):
    pages = ("inflow", "business_case", "survival_effects", "survival_example")
    small = book(with_group(started, *pages))
    shown = {notebook: small.page(notebook) for notebook in pages}
    begun = words(shown["inflow"]["begyndt"])
    assert {0: "er ingen begyndt", 3: "er færre end 5 personer begyndt", 14: " personer begyndt på"}[started] in begun
    if started < 10:
        assert "for-faa-til-en-kurve" in shown["survival_effects"]
        assert "ikke opgjort" in words(shown["business_case"]["den-realiserede-besparelse"])
    if started == 3:
        told = " ".join(words(item).split(" def ")[0] for page in shown.values() for item in page.values())
        assert not re.search(r"\b3 (personer|af|borgere)\b", told)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (["2022-04-03"] * 5 + ["2022-06-03"] * 3, "er 8 personer begyndt"),
        (["2022-04-03"] * 4 + ["2022-05-03"] * 4, "er 8 personer begyndt"),
        (
            ["2022-03-03", "2022-05-03", "2022-05-04", "2022-07-03", "2022-09-03", "2022-09-04", "2023-01-03"],
            "er 7 personer",
        ),
    ],
    ids=["five and three", "four and four", "one or two a month"],
)
def test_of_184_few_have_begun_and_never_none(book, days, told):
    shown = book(starting(days)).page("inflow")
    begun = words(shown["begyndt"])
    assert "er 0 personer" not in begun and "ingen begyndt" not in begun
    assert told in begun or "vises ikke" in begun


def test_who_started_before_the_strategy_is_counted(book):
    shown = book(starting(["2022-02-15"] * 7 + ["2022-03-15"] * 6)).page("inflow")
    assert shown.amounts("tilgang-tal" if "tilgang-tal" in shown else "tilgang")["februar 2022"][0] == 7
    assert shown.number("begyndt", "total") == 13


def no_case_in_the_last_month(cases):
    return cases.assign(decided_on=cases["decided_on"].where(~cases["decided_on"].between("2023-09-01", "2023-09-30")))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (no_case_in_the_last_month, "I 2023 er "),
        (lambda cases: cases.tail(6), "I 2023 er ingen sager afgjort, så rettidigheden kan ikke opgøres."),
        (lambda cases: cases[cases["opened_on"] >= "2023-04-01"].head(7), "I samme periode året før er ingen afgjort."),
        (lambda cases: cases[cases["decided_on"] < "2022-03-01"], "I 2023 er ingen sager afgjort"),
    ],
    ids=["none in the last month", "six, none decided", "seven, all new", "all long ago"],
)
def test_a_month_without_a_case_and_a_handful_of_cases(book, change, told):
    data = municipality("timeliness")
    data.tables["cases"] = change(data.tables["cases"])
    assert told in words(book(data).page("timeliness")["rettidigheden"])


def test_counts_and_transitions_of_nobody(book):
    data = municipality("measurement_points", "benefit_transitions")
    measures = data.tables["measures"]
    nobody = measures["measure"].str.startswith("kontanthjælp ") | (measures["measure"] == "tilkendte fleksjob")
    measures.loc[nobody, "value"] = 0.0
    measures.loc[nobody & measures["numerator"].notna(), "numerator"] = 0.0
    empty = book(data)
    assert "kan ikke skelnes" in words(empty.page("measurement_points")["hvad-er-aendret"])
    assert "For hver, der går over" not in words(empty.page("benefit_transitions")["overgangen"])


# ---------------------------------------------------------------- the ordinary life of a strategy


def spent_in(year, amount_dkk, *notebooks):
    data = municipality(*notebooks)
    day = pd.Timestamp(year, 11, 15)
    data.add("ledger", posted_on=day, period=11, document="990001", amount_dkk=amount_dkk, committee="BU")
    return data


@pytest.mark.parametrize("notebook", MONEY)
def test_what_was_spent_before_the_budget_s_years_counts_and_is_told(tmp_path, notebook):
    before, after = (
        Book(data, tmp_path / name).page(notebook)
        for name, data in (("before", municipality(notebook)), ("after", spent_in(2021, 150_000.0, notebook)))
    )
    change = after.number("nettogevinst", "net_gain") - before.number("nettogevinst", "net_gain")
    # the business case is in 2023 prices, and there is no factor from 2021: it counts as it was spent
    assert change == pytest.approx(-150_000)
    assert "2021" in headlines(after) and "2021" not in headlines(before)


def test_the_effect_s_money_holds_what_was_spent_in_a_year_without_factor_and_budget(tmp_path):
    before, after = (
        Book(data, tmp_path / name).page("effect_value")
        for name, data in (
            ("before", municipality("effect_value")),
            ("after", spent_in(2021, 600_000.0, "effect_value")),
        )
    )
    assert after.number("i-kroner", "cost") > before.number("i-kroner", "cost")
    assert "Udgiften i 2021" in headlines(after)


@pytest.mark.parametrize("notebook", [*MONEY, "investment_plan", "savings_compared"])
def test_a_strategy_without_a_decided_saving(book, notebook):
    data = municipality(notebook)
    data.drop("budget", line="benefit_saving")
    book(data).page(notebook)


def test_what_the_country_does_not_have_yet_and_a_month_without_a_figure_are_told_and_break_no_run(tmp_path):
    data = municipality("benchmark")
    whole = Book(data, tmp_path / "whole").page("benchmark")
    measures = data.tables["measures"]
    of_country = (measures["measure"] == "på forsørgelse") & (measures["area"] == COUNTRY)
    later = of_country & (measures["period"] >= pd.Timestamp("2023-09-01"))
    inside = of_country & (measures["period"] == pd.Timestamp("2022-12-01"))
    data.tables["measures"] = measures[~later]
    data.tables["measures"].loc[inside, ["value", "numerator", "denominator"]] = np.nan
    data.tables["measures"].loc[inside, "status"] = "missing"
    shown = Book(data, tmp_path / "less").page("benchmark")
    assert (
        "Kommunens egne tal går til og med september 2023; august 2023 er den seneste måned"
        in shown["udviklingen"]["html"]
    )
    in_a_row = [page["udviklingen-i-ord"]["numbers"]["months"]["value"] for page in (whole, shown)]
    assert in_a_row[1] == in_a_row[0] - 2


def test_one_month_in_a_row_is_said_as_one(book):
    data = municipality("benchmark")
    [page] = data.strategies[STRATEGY]["pages"]
    page["parameters"]["base_month"] = "2023-08"  # the month before the last
    assert " i 1 måned i træk, siden september 2023." in words(book(data).page("benchmark")["udviklingen-i-ord"])


def test_one_measure_in_kroner_is_told_as_one(book):
    shown = book(municipality("benchmark_saving")).page("benchmark_saving")
    told = words(shown["maal-udvikling-i-kroner"])
    assert re.search(
        r"Målet har (ikke )?udviklet sig bedre end i hele landet\. Det er en (besparelse|merudgift) på", told
    )


def test_a_municipality_outside_its_cluster_is_one_more_than_the_cluster(book):
    data = municipality("benchmark")
    [page] = data.strategies[STRATEGY]["pages"]
    page["parameters"]["cluster"] = [NEIGHBOUR]
    assert f"{OWN} er nummer 1 af 2 efter udvikling." in words(book(data).page("benchmark")["klyngen-i-ord"])


@pytest.mark.parametrize("notebook", MONEY)
def test_a_strategy_that_ended_is_followed_on(book, notebook):
    ended = {"start": pd.Timestamp("2022-03-01").date(), "end": pd.Timestamp("2022-12-31").date()}
    data = municipality(notebook, period=ended)
    budget = data.tables["budget"]
    data.tables["budget"] = budget[budget["year"] == 2022]
    for goal in data.strategies[STRATEGY]["goals"]:
        goal["due"] = ended["end"]
    shown = book(data).page(notebook)
    assert "2023" in headlines(shown)
    assert shown.number("nettogevinst", "net_gain") is not None


def test_a_plan_that_ends_inside_a_year_without_months_holds_its_months_part_of_it(book):
    ends = {"start": pd.Timestamp("2022-03-01").date(), "end": pd.Timestamp("2024-06-30").date()}
    shown = book(municipality("investment_plan", period=ends)).page("investment_plan")
    budget = municipality("investment_plan").tables["budget"].query("kind == 'strategy' and line == 'investment'")
    decided = budget.groupby("year")["amount_dkk"].sum() * pd.Series({2022: 1.0, 2023: 1.0, 2024: 6 / 12})
    in_2023 = decided * pd.Series({2022: 1.03, 2023: 1.0, 2024: 1 / 1.04})
    assert shown["planen"]["numbers"]["investment"]["value"] == pytest.approx(in_2023.sum(), abs=1)


@pytest.mark.parametrize("notebook", [*MONEY, "investment_plan"])
def test_a_budget_in_another_price_level_is_converted_backwards_too(tmp_path, notebook):
    """All in 2022 prices: the only factors lead from 2022 on, and the pages want other years'."""
    data = municipality(notebook)
    budget = data.tables["budget"]
    factor = {2022: 1.0, 2023: 1.03, 2024: 1.03 * 1.04}
    in_2022 = budget["amount_dkk"] / budget["year"].map(factor)
    data.tables["budget"] = budget.assign(amount_dkk=in_2022, price_level_year=2022)
    plain = Book(municipality(notebook), tmp_path / "plain").page(notebook)
    converted = Book(data, tmp_path / "converted").page(notebook)
    expected = plain["nettogevinst"]["numbers"]["expected"]["value"]
    told = converted["nettogevinst"]["numbers"]["expected"]["value"]
    # what was decided for earlier years is shown as it was decided
    assert told == pytest.approx(expected, abs=1 if notebook != "economics" else 20_000)


def test_a_passed_year_without_a_posting_is_told_where_the_budget_stands_in_for_it(
    book,
):
    data = municipality("business_case")
    ledger = data.tables["ledger"]
    data.tables["ledger"] = ledger[ledger["posted_on"].dt.year != 2022]
    assert "Udgiften i 2022 er budgettets, fordi der ikke er bogført noget." in headlines(
        book(data).page("business_case")
    )


def test_without_a_factor_it_is_said_which_is_missing(book):
    data = municipality("investment_plan")
    data.drop("price_levels", from_year=2023)
    with pytest.raises(Exception, match=r"from 2024 to 2023 prices for samlet service"):
        book(data).page("investment_plan")


@pytest.mark.parametrize("scale", [1_000, 1 / 1_000])
@pytest.mark.parametrize("notebook", MONEY)
def test_a_budget_in_another_unit_than_the_spending_is_asked_about(book, notebook, scale):
    data = municipality(notebook)
    data.tables["budget"] = data.tables["budget"].assign(amount_dkk=lambda budget: budget["amount_dkk"] * scale)
    assert "begge i kroner?" in headlines(book(data).page(notebook))


# ---------------------------------------------------------------- the whole book


def test_the_whole_book_of_two_municipalities_is_imported_checked_and_built(tmp_path, monkeypatch):
    for name in ("AFKAST_HOME", "AFKAST_DATA", "AFKAST_PAGES"):
        monkeypatch.setenv(name, "")  # a build may set them, and they are put back after the test
        monkeypatch.delenv(name)
    data = municipality(*ONE_PAGE)
    neighbour = strategy_of("same_period_last_year", id="sygefravaer", municipality=NEIGHBOUR, name="Sygefravær")
    neighbour["pages"][0]["parameters"]["measure"] = "sygedagpenge"
    data.strategies["sygefravaer"] = neighbour
    folder = data.write(tmp_path / "strandlev")
    for command in ("import", "check", "build"):
        result = CliRunner().invoke(main, [command, "--data", str(folder)])
        assert result.exit_code == 0, result.stderr
    site = folder / "build" / "html"
    pages = {path.stem for path in (site / "strategies").rglob("*.html")}
    assert pages >= {notebook.replace("_", "-") for notebook in ONE_PAGE} | {"overblik", "datagrundlag"}
    front = (site / "strategies" / "overblik.html").read_text("utf-8")
    assert NEIGHBOUR in front and OWN in front
