"""A page decides a goal by the goal's own day and way, not by its own: the example's goals, decided otherwise."""

import re
import shutil
from datetime import date

import pandas as pd
import pytest
from conftest import ROOT, run_here
from municipality import OWN, STRATEGY, municipality

from afkast.edition.execute import jobs_of
from afkast.errors import AfkastError
from afkast.intake import import_raw
from afkast.project import Project
from afkast.strategy import load_strategies


@pytest.fixture(scope="module")
def project(snapshot, tmp_path_factory):
    project = Project(ROOT, tmp_path_factory.mktemp("goals"))
    shutil.copy(ROOT / "data" / "example" / "sources.yml", project.data)
    shutil.copytree(snapshot.path.parent, project.snapshots)
    return project


def decided_otherwise(project, page, goal, due, judged, **parameters):
    """The page of a strategy ("kijos/sygedagpenge") whose goal has this day and way of judging; None: none."""
    strategy, page = page.split("/")
    shutil.rmtree(project.strategies, ignore_errors=True)
    project.strategies.mkdir()
    text = (ROOT / "data" / "example" / "strategies" / f"{strategy}.yml").read_text("utf-8")
    own = re.search(rf"  - id: {goal}\n(    .*\n)+", text)
    assert own is not None
    kept = re.sub(r"    (due|judged): .*\n", "", own[0])
    said = "".join(f"    {key}: {value}\n" for key, value in {"due": due, "judged": judged}.items() if value)
    (project.strategies / f"{strategy}.yml").write_text(text.replace(own[0], kept + said), "utf-8")
    [job] = [job for job in jobs_of(load_strategies(project)[strategy], "") if job.page == page]
    return run_here(project, job.notebook, {**job.parameters, **parameters})


@pytest.mark.parametrize(
    ("page", "goal", "due", "judged", "expected"),
    [
        # met on 31 May 2018, 448 of at most 730: reached on the day, on track before it and without one
        ("kik/aktivitetsparate", "halvering", "2018-05-31", "at the date", "nået"),
        ("kik/aktivitetsparate", "halvering", "2018-06-01", "at the date", "på vej"),
        ("kik/aktivitetsparate", "halvering", None, "at the date", "på vej"),
        ("kik/aktivitetsparate", "halvering", "2018-04-30", "at the date", "kan ikke afgøres"),  # not counted that day
        # the cohorts of 2013 and 2014 have been here for three years at the end of 2017; 2015 and 2016 have not
        ("kik/integration", "integration", "2017-12-31", "in each year", "nået"),
        ("kik/integration", "integration", "2019-12-31", "in each year", "på vej"),
        # 1.032 in July 2018, where the plan has 1.133
        ("kik-ii/kontaktforloeb", "reduktion", "2018-07-31", "at the date", "nået"),
        ("kik-ii/kontaktforloeb", "reduktion", "2018-12-31", "at the date", "på vej"),
        # ahead of the country in March 2015 as in June
        ("ballerup-nye-maal/forsoergelsestryk", "forsoergelsestryk", "2015-03-31", "at the date", "nået"),
        ("ballerup-nye-maal/forsoergelsestryk", "forsoergelsestryk", None, "at the date", "på vej"),
        # 1,6 saved of 1,6 in 2020, and 1,6 of 3,1 in 2021
        ("norddjurs-smaajob/businesscase", "besparelse", "2020-12-31", "in each year", "nået"),
        ("norddjurs-smaajob/businesscase", "besparelse", "2021-12-31", "in each year", "bagud"),
        ("norddjurs-smaajob/businesscase", "besparelse", "2020-12-31", "cumulated", "nået"),
        ("norddjurs-smaajob/businesscase", "besparelse", "2021-12-31", "cumulated", "bagud"),
        # 9,1 % where 8,7 are allowed
        ("kbh-saerlig-indsats/maalepunkter", "sygefravaer", "2017-12-31", "on average", "bagud"),
        ("kbh-saerlig-indsats/maalepunkter", "sygefravaer", None, "on average", "bagud"),
    ],
)
def test_a_page_decides_by_the_goal_s_own_day_and_way(project, page, goal, due, judged, expected):
    shown = decided_otherwise(project, page, goal, due, judged)
    assert shown.number(f"maal-{goal}", "verdict") == expected
    when = "ikke sat en dato" if due is None else "Målet skal være opfyldt"
    assert when in shown.number(f"afgoerelse-{goal}", "how")


def test_a_goal_of_a_later_year_is_held_against_this_year_s_path_and_told_with_its_own_number(project):
    shown = decided_otherwise(project, "kijos/sygedagpenge", "sygedagpenge", "2020-12-31", "on average")
    numbers = {name: one["value"] for name, one in shown["maal-sygedagpenge"]["numbers"].items()}
    assert (numbers["target"], numbers["year"], numbers["goal"], numbers["due_year"]) == (488, "2019", 443, "2020")
    assert "vejen mod målet" in numbers["how_sure"]


def test_a_share_that_must_be_in_time_is_decided_where_the_decision_set_one(project):
    shown = decided_otherwise(
        project, "kbh-saerlig-indsats/rettidighed", "rettidighed", "2017-12-31", "on average", required_share=0.8
    )
    assert shown.number("maal-rettidighed", "verdict") == "nået"  # 80,4 %


@pytest.mark.parametrize(
    ("page", "goal", "due", "judged", "said"),
    [
        ("kijos/sygedagpenge", "sygedagpenge", None, "cumulated", "decides only judged: in each year or judged: on"),
        ("kijos/sygedagpenge", "sygedagpenge", None, None, "says no way to judge it"),
        ("kijos/sygedagpenge", "sygedagpenge", "2025-12-31", "on average", "there is no target for that year"),
        ("kijos/revalidering", "revalidering", "2022-12-31", "on average", "decides only a goal without a number"),
    ],
)
def test_a_goal_that_the_page_cannot_decide_is_refused_with_what_it_can(project, page, goal, due, judged, said):
    with pytest.raises(AfkastError, match=re.escape(said)):
        decided_otherwise(project, page, goal, due, judged)


def fewer_in_2024(stock_in_2023, folder, due="2024-12-31"):
    """The page at the end of 2023 of an invented municipality: at most 295 in 2023 and 292 in 2024, so many counted."""
    data = municipality("full_year_persons", as_of=date(2023, 12, 31))
    data.declared["extracted_on"] = "2024-01-10"
    data.strategies[STRATEGY]["goals"][0] |= {"judged": "on average", "due": date.fromisoformat(due)}
    targets, measures = data.tables["targets"], data.tables["measures"]
    of_targets, of_measures = (data.rows(table, measure="sygedagpenge") for table in ("targets", "measures"))
    for year, target in {2023: 295, 2024: 292}.items():
        targets.loc[of_targets & (targets["year"] == year), "strategy_budget"] = target
    own = measures[of_measures & (measures["area"] == OWN)].tail(1)
    december = own.assign(period=own["period"] + pd.DateOffset(months=1))
    data.tables["measures"] = pd.concat([measures, december], ignore_index=True)
    in_2023 = data.rows("measures", measure="sygedagpenge", area=OWN) & (
        pd.to_datetime(data.tables["measures"]["period"]).dt.year == 2023
    )
    data.tables["measures"].loc[in_2023, ["value", "status"]] = [stock_in_2023, "ok"]
    project = Project(ROOT, data.write(folder / "strandlev"))
    import_raw(project.data, project.snapshots, bytes(32))
    [job] = jobs_of(load_strategies(project)[STRATEGY], "")
    return run_here(project, job.notebook, job.parameters)


@pytest.mark.parametrize(
    ("stock_in_2023", "due", "expected"),
    [(294, "2024-12-31", "på vej"), (296, "2024-12-31", "bagud"), (294, "2023-12-31", "nået")],
)
def test_fewer_in_2024_is_not_reached_in_2023(stock_in_2023, due, expected, tmp_path):
    shown = fewer_in_2024(stock_in_2023, tmp_path, due)
    assert shown.number("maal-sygedagpenge", "verdict") == expected
    assert shown.number("maal-sygedagpenge", "how_sure") == "Vurderingen er sikker: alt til dato er talt."
