"""A small book for everybody, profile `offentlig`: its tables and sentences agree, and tell no more than they may."""

import re
from itertools import pairwise

import pytest
from conftest import ROOT, run_here
from municipality import STRATEGY, municipality

from afkast.analysis.targets import share_interval
from afkast.intake import import_raw
from afkast.profile import PROFILE, PROFILES
from afkast.project import Project
from afkast.report import disclosure

OF_PERSONS = ("survival_effects", "effect_robustness", "effect_value", "timeliness", "inflow", "business_case")
STATED = ("cohort_status", "integration_cohorts", "benefit_transitions", "measurement_points", "late_registration")
"""Notebooks of persons, and of counts of persons that a source states."""
NOTEBOOKS = OF_PERSONS + STATED


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """What each page shows, by notebook."""
    strandlev = municipality(*NOTEBOOKS)
    project = Project(ROOT, strandlev.write(tmp_path_factory.mktemp("offentlig") / "kommune"))
    import_raw(project.data, project.snapshots, bytes(range(32)))
    of = {"strategy": STRATEGY, "as_of": "", "snapshot": ""}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROFILE, "offentlig:8")
        shown = {
            page["notebook"]: run_here(project, page["notebook"], {**of, "page": page["id"], **page["parameters"]})
            for page in strandlev.strategies[STRATEGY]["pages"]
        }
    disclosure.use(PROFILES["intern"])
    return shown


def cells_of(pages):
    for notebook, shown in pages.items():
        for id, item in shown.items():
            for row in item.get("rows", ()):
                yield f"{notebook}/{id}/{row['label']}", row["cells"]


def of_persons(cell):
    """Whether a cell has a number of persons; a share among them has its own unit."""
    return cell["unit"] in ("personer", "sager") and cell["value"] and "%" not in cell["shown"]


def counts_of(pages):
    for place, cells in cells_of(pages):
        yield from ((place, one["value"]) for one in cells if of_persons(one))
    for notebook, shown in pages.items():
        for id, item in shown.items():
            for name, one in item.get("numbers", {}).items():
                if one["unit"] in ("personer", "sager") and isinstance(one["value"], float):
                    yield f"{notebook}/{id}/{name}", one["value"]


def test_every_count_of_persons_is_in_fives_and_none_below_eight_is_shown(pages):
    counts = list(counts_of(pages))
    assert len(counts) > 50
    assert [(place, count) for place, count in counts if count % 5 or 0 < count < 8] == []


def test_a_sentence_says_in_words_that_something_is_hidden(pages):
    texts = [
        (notebook, id, re.sub(r"<div class=\"highlight.*", "", item["html"], flags=re.DOTALL))
        for notebook, shown in pages.items()
        for id, item in shown.items()
        if item["kind"] == "text"
    ]
    assert len(texts) > 30
    assert [(notebook, id) for notebook, id, html in texts if re.search(r"[ (>]\.\.[ )<]", html)] == []


def test_shares_of_those_who_are_somewhere_add_up_to_all(pages):
    stacked, known = pages["survival_effects"]["hvor-de-er"], 0
    for row in stacked["rows"]:
        told = list(zip(stacked["columns"], row["cells"], strict=True))
        for group in {upper for [upper, _], _ in told}:
            shares = [one["value"] for [upper, _], one in told if upper == group and one["unit"] == "%"]
            if None not in shares:
                known += 1
                assert abs(sum(shares) - 1) <= 0.005 * len(shares), row["label"]
    assert known


def words_of(pages):
    """Every sentence, caption, note and alt text of the pages, without code."""
    for notebook, shown in pages.items():
        for id, item in shown.items():
            html = re.sub(
                r"<div class=\"highlight.*|<t[dh]\b.*?</t[dh]>|<img[^>]*>", " ", item["html"], flags=re.DOTALL
            )
            yield f"{notebook}/{id}", " ".join(re.sub(r"<[^>]*>", "", f"{html} {item.get('alt', '')}").split())


def test_a_number_of_persons_in_words_is_in_fives_as_are_both_ends_of_an_interval(pages):
    met = [
        (place, found[0], [int(one.replace(".", "")) for one in re.findall(r"\d[\d.]*\d|\d", found[0])])
        for place, words in words_of(pages)
        for found in re.finditer(
            r"(?:mellem [\d.]+ og )?(?<![\d.,])(?!(?<=ærre end )8 )\d[\d.]* (?:personer|sager)\b", words
        )
    ]
    assert len(met) > 20
    assert [(place, said) for place, said, counts in met if any(count % 5 or 0 < count < 8 for count in counts)] == []


def test_what_is_hidden_in_words_is_part_of_a_sentence_and_never_one_by_itself(pages):
    alone = re.compile(r"(?:^|[.!?:;(] ?)skjult(?! af diskretionshensyn)\b")
    assert [(place, words) for place, words in words_of(pages) if alone.search(words)] == []


def test_pages_of_stated_counts_are_not_hidden_but_made_of_the_rounded(pages):
    for notebook in STATED:
        cells = [
            one
            for shown in [pages[notebook]]
            for item in shown.values()
            for row in item.get("rows", ())
            for one in row["cells"]
        ]
        known = [one for one in cells if one["state"] in ("ok", "provisional")]
        assert len(known) > len(cells) / 2, notebook


def test_a_stated_share_is_that_of_the_rounded_counts_in_its_table_its_goal_and_its_sentence(pages):
    shown = pages["integration_cohorts"]
    counted = {row["label"]: [one["value"] for one in row["cells"]] for row in shown["interval"]["rows"]}
    [goal] = [item for id, item in shown.items() if id.startswith("maal-") and item["kind"] == "text"]
    year = goal["numbers"]["goal_year"]["shown"]
    assert goal["numbers"]["goal_reading"]["value"] == pytest.approx(counted[year][1], abs=0.005)
    for whole, share, low, high in counted.values():
        part = 5 * round(share * whole / 5)
        assert abs(part / whole - share) <= 0.005
        assert [low, high] == pytest.approx(share_interval(part, whole), abs=0.006)


def test_the_difference_is_of_the_started_and_those_who_could_have_been(pages):
    shown = pages["survival_effects"]["sammenlignede-kurver"]
    parts, known = ["/".join(one) for one in shown["columns"]], 0
    for row in shown["rows"]:
        told = dict(zip(parts, (one["value"] for one in row["cells"]), strict=True))
        arms = told["Startede/andel"], told["Kunne være startet/andel"]
        if None not in (*arms, told["forskel/andel"]):
            known += arms[0] != arms[1]
            assert told["forskel/andel"] == pytest.approx(arms[0] - arms[1], abs=0.011), row["label"]
            assert told["forskel/nedre"] <= told["forskel/andel"] <= told["forskel/øvre"]
    assert known


def test_who_is_followed_is_told_no_closer_than_the_group_and_no_more_of(pages):
    shown = pages["survival_effects"]
    sizes = {one["value"] for one in shown["grupperne"]["numbers"].values()}
    curves = shown["beskrivende-kurver"]
    followed = [c for c, one in enumerate(curves["columns"]) if one[-1] == "under observation"]
    assert {curves["rows"][0]["cells"][c]["value"] for c in followed} <= sizes
    for row, after in pairwise(curves["rows"]):
        assert all(row["cells"][c]["value"] >= after["cells"][c]["value"] for c in followed)


def test_a_table_says_that_it_is_rounded_where_a_number_of_persons_is_and_nowhere_else(pages):
    said = {
        (notebook, id): "er afrundet til nærmeste 5" in item["html"]
        for notebook, shown in pages.items()
        for id, item in shown.items()
        if item.get("rows")
    }
    with_counts = {
        place for place in said for row in pages[place[0]][place[1]]["rows"] for one in row["cells"] if of_persons(one)
    }
    assert all(said[place] for place in with_counts)
    assert not said["business_case", "opfoelgning"]
    assert any(said.values()) and not all(said.values())


def test_no_page_says_the_threshold_of_another_profile(pages):
    said = [item["html"] for shown in pages.values() for item in shown.values()]
    assert not [html for html in said if re.search(r"under (?:5|fem)\b(?! år)", html)]
