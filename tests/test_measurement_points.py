"""Two equal periods beside each other, and what has changed beyond chance, in words."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, run_here
from municipality import STRATEGY, municipality

from afkast.analysis import change
from afkast.intake import import_raw
from afkast.project import Project
from afkast.report.measurement_points import before_and_now, explained, how_many_changed, intervals, laid_out


def test_a_year_stands_beside_the_one_before_with_its_change_and_none_in_per_cent_of_nothing():
    told = before_and_now(pd.DataFrame({2016: [200.0, 0], 2017: [250.0, 3]}, ["A", "B"]), 2017)
    assert told.columns.tolist() == ["2016", "2017", "Ændring", "Ændring i pct."]
    assert told.loc["A"].tolist() == [200, 250, 50, 0.25]
    assert told.loc["B", "Ændring"] == 3 and np.isnan(told.loc["B", "Ændring i pct."])


def test_an_interval_is_told_from_no_change_and_is_open_where_there_was_nothing_before():
    ratios = {"A": change.count_ratio(190, 263), "B": change.count_ratio(0, 3)}
    told = intervals(ratios)
    assert told.loc["A", "Interval fra"] == pytest.approx(ratios["A"].lower - 1)
    assert told["Mere end tilfældig"].tolist() == ["ja" if one.beyond_chance else "nej" for one in ratios.values()]
    assert np.isnan(told.loc["B", "Interval til"])


def test_only_the_abbreviations_in_use_are_explained():
    short = {"BIF": "Beskæftigelsen", "SOF": "Socialen"}
    assert explained(short, "fra BIF", "BIFLIS") == ["BIF: Beskæftigelsen."]
    assert explained(short, "ingen") == []


def test_one_heading_stands_over_the_labels_and_several_over_the_years():
    of_table = pd.DataFrame({"row": ["i alt", "i alt"], "heading": ["Afgang", "Tilgang"]}, ["A", "B"])
    two = laid_out(of_table, [2016, 2017], lambda title, year: f"{title}{year}")
    assert two.loc["i alt"].to_dict() == {
        ("Afgang", "2016"): "A2016",
        ("Afgang", "2017"): "A2017",
        ("Tilgang", "2016"): "B2016",
        ("Tilgang", "2017"): "B2017",
    }
    assert laid_out(of_table[:1], [2016, 2017], lambda title, year: year).columns.tolist() == ["2016", "2017"]


@pytest.mark.parametrize(
    ("up", "down", "count", "told"),
    [
        (0, 0, 0, "Rapporten følger ingen antal, kun andele."),
        (1, 0, 1, "Ændringen siden samme periode året før er en stigning og mere end tilfældig."),
        (0, 1, 1, "Ændringen siden samme periode året før er et fald og mere end tilfældig."),
        (0, 0, 1, "Ændringen siden samme periode året før kan ikke skelnes fra tilfældige udsving."),
        (2, 1, 4, "er {up} steget mere end tilfældigt og {down} faldet mere end tilfældigt i forhold til"),
        (0, 1, 4, "er {down} faldet mere end tilfældigt i forhold til"),
        (0, 0, 4, "er intet ændret mere end tilfældigt i forhold til samme periode året før."),
        (2, 2, 4, "{down} faldet mere end tilfældigt i forhold til samme periode året før."),
        (1, 0, 4, "; {rest} kan ikke skelnes fra tilfældige udsving."),
    ],
)
def test_how_many_have_changed_is_said_as_one_says_it(up, down, count, told):
    assert told in how_many_changed(up, down, count)


@pytest.mark.parametrize("was", [3, 30])
def test_a_count_too_small_to_be_shown_does_not_follow_from_its_change_nor_from_a_sentence(tmp_path, was):
    strandlev = municipality("measurement_points")
    measures = strandlev.tables["measures"]
    of = measures["measure"].eq("tilkendte fleksjob")
    measures.loc[of, "value"] = 0.0
    for year, count in ((2022, was), (2023, 20)):
        measures.loc[of & pd.to_datetime(measures["period"]).eq(f"{year}-01-01"), "value"] = float(count)
    project = Project(ROOT, strandlev.write(tmp_path / "kommune"))
    import_raw(project.data, project.snapshots, bytes(range(32)))
    [page] = strandlev.strategies[STRATEGY]["pages"]
    of_page = {"strategy": STRATEGY, "page": page["id"], "as_of": "", "snapshot": ""}
    shown = run_here(project, page["notebook"], {**of_page, **page["parameters"]})
    [row] = shown["antal"]["rows"]
    told = {head[-1]: one["value"] for head, one in zip(shown["antal"]["columns"], row["cells"], strict=True)}
    changes = [told[one] for one in ("Ændring", "Ændring i pct.", "Interval fra", "Interval til")]
    drawn = [one["value"] for one in shown["aendringer"]["rows"][0]["cells"]]
    sentences = [item["html"] for id, item in shown.items() if id.startswith("maal-") and item["kind"] == "text"]
    before = [
        one["numbers"]["goal_before"]["value"] for one in shown.values() if "goal_before" in one.get("numbers", {})
    ]
    assert before[:1] == [None if was == 3 else 30]  # the other is a share
    if was == 3:
        assert told["2022"] is None and changes == [None] * 4 and drawn == [None] * 3
        assert not any(" mod 3 " in one.replace("\xa0", " ") for one in sentences)
    else:
        assert told["2022"] == 30 and None not in changes
