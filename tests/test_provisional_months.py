"""Pages leave out, or allow for, the months that extractions were seen to change; the declared stand alone only
where nothing can be seen."""

import re

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, run_here
from municipality import OWN, STRATEGY, municipality

from afkast.analysis.late_registration import USUAL_RISE
from afkast.edition.execute import jobs_of
from afkast.intake import import_raw, open_snapshot
from afkast.project import Project
from afkast.strategy import load_strategies

KEY = bytes(range(32))
DAYS = pd.to_datetime(["2023-10-05", "2023-11-05", "2023-12-05"])
EFFECT = ["survival_effects", "effect_value", "effect_robustness", "business_case"]
PAGES = [*EFFECT, "late_registration", "full_year_persons"]
SICK = "sygedagpenge"
"""The measure of the page of full-year persons."""


def known_on(day, data):
    """The data as registered then: of the last two whole months one person in five is missing, and a fifth."""
    complete = day.to_period("M") - 3
    for name in ("cases", "statuses", "measurement_points", "committee_budgets", "planned_flows"):
        del data.tables[name]
    ledger = data.tables["ledger"]
    data.tables["ledger"] = ledger[ledger["posted_on"] <= day]
    spells = data.tables["spells"]
    late = np.arange(len(spells)) % 5 == 0
    spells["end"] = spells["end"].mask(late & ~(spells["end"] <= complete.end_time), complete.end_time.normalize())
    measures = data.tables["measures"]
    months = measures["period"].dt.to_period("M")
    data.tables["measures"] = measures[months < day.to_period("M")].copy()
    own = (measures["area"] == OWN) & (months > complete) & measures["unit"].eq("helårspersoner")
    data.tables["measures"]["value"] = measures["value"].mask(own, measures["value"] * 0.8)
    data.tables["measures"]["status"] = measures["status"].mask(own, "provisional")
    # so that the verdict rests on 2023
    data.tables["targets"].loc[data.rows("targets", year=2022), "strategy_budget"] = 400
    return data


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder after the first so many extractions, each imported on its day."""

    def make(extractions):
        root = tmp_path_factory.mktemp("udtraek")
        for day in DAYS[-extractions:]:
            data = municipality(*PAGES, as_of=pd.Timestamp("2023-11-30").date())
            data.declared |= {"extracted_on": str(day.date()), "accepted": {"unchanged": "AB: intet nyt siden sidst"}}
            folder = known_on(day, data).write(root / str(day.date()))
            import_raw(folder, root / str(DAYS[-1].date()) / "snapshots", KEY)
        return Project(ROOT, root / str(DAYS[-1].date()))

    return {extractions: make(extractions) for extractions in (1, 3)}


@pytest.fixture(scope="module")
def shown(made):
    def run(extractions, notebook, **parameters):
        project = made[extractions]
        snapshot = open_snapshot(project.snapshots)
        [job] = [one for one in jobs_of(load_strategies(project)[STRATEGY], snapshot.id) if one.notebook == notebook]
        return run_here(project, notebook, {**job.parameters, **parameters})

    return run


def told(item):
    return re.sub(r"<[^>]+>", "", item["html"]).replace("\u00a0", " ")


@pytest.mark.parametrize("notebook", EFFECT)
@pytest.mark.parametrize(
    ("extractions", "declared", "sentence"),
    [
        (
            1,
            2,
            "De seneste 2 måneder før udtrækket er udeladt, fordi de endnu kan ændre sig. Det er sat på forhånd: "
            "der er kun ét udtræk",
        ),
        (
            3,
            2,
            "De seneste 3 måneder før udtrækket er udeladt: udtrækkene viser, at en måned ændrer sig så længe. På "
            "forhånd var 2 måneder udeladt.",
        ),
        (3, 3, "De seneste 3 måneder før udtrækket er udeladt: udtrækkene viser, at en måned ændrer sig så længe."),
        (
            3,
            5,
            "De seneste 5 måneder før udtrækket er udeladt. Det er sat på forhånd; udtrækkene viser kun ændringer i "
            "de seneste 3 måneder.",
        ),
    ],
)
def test_every_page_of_an_effect_says_which_months_it_leaves_out_and_how_that_is_known(
    shown, notebook, extractions, declared, sentence
):
    assert sentence in told(shown(extractions, notebook, lag_months=declared)["udeladte-maaneder"])


def test_the_months_that_are_left_out_are_not_used(shown):
    ends = {
        (extractions, declared): told(shown(extractions, "survival_effects", lag_months=declared)["grupperne"])
        for extractions, declared in [(1, 2), (3, 2), (3, 5)]
    }
    assert "til og med oktober 2023" in ends[1, 2]
    assert "til og med september 2023" in ends[3, 2]
    assert "til og med juli 2023" in ends[3, 5]


def test_the_page_of_late_registration_and_that_of_the_effect_tell_the_same_months(shown):
    late = told(shown(3, "late_registration", series="persons_on_benefit")["efterregistreringen"])
    assert "Månederne fra oktober 2023 er foreløbige" in late
    assert "til og med september 2023" in told(shown(3, "survival_effects", lag_months=0)["grupperne"])


def test_a_folder_s_own_page_leaves_out_the_same_months(made):
    for extractions, months in [(1, "2 måneder"), (3, "3 måneder")]:
        parameters = {"as_of": "2023-12-05", "snapshot": open_snapshot(made[extractions].snapshots).id}
        items = run_here(made[extractions], "data_basis", parameters)
        assert f"De seneste {months} før udtrækket er udeladt" in told(items["udeladte-maaneder"])


def test_a_provisional_month_rises_as_far_as_extractions_have_shown_or_as_is_usual(shown):
    usual, seen = (told(shown(extractions, "full_year_persons")["maal-sygedagpenge"]) for extractions in (1, 3))
    both = "oktober 2023 og november 2023 er foreløbige; kommer der"
    # a fifth is missing of both months, always
    assert f"{both} op til 25 % flere til, som de tidligere udtræk har vist det for måneder af den alder" in seen
    assert f"{both} {USUAL_RISE:.0%} flere til, som Styrelsen".replace("20%", "20 %") in usual
