"""A small book for everybody, profile `offentlig`: its tables and sentences agree, and tell no more than they may."""

import re

import pytest
from conftest import ROOT, run_here
from municipality import STRATEGY, municipality

from afkast.intake import import_raw
from afkast.profile import PROFILE, PROFILES
from afkast.project import Project
from afkast.report import disclosure

NOTEBOOKS = ("survival_effects", "effect_value", "timeliness", "inflow", "cohort_status", "business_case")


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


def counts_of(pages):
    for place, cells in cells_of(pages):
        yield from ((place, one["value"]) for one in cells if one["unit"] in ("personer", "sager") and one["value"])
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


def test_no_page_says_the_threshold_of_another_profile(pages):
    said = [item["html"] for shown in pages.values() for item in shown.values()]
    assert not [html for html in said if re.search(r"under (?:5|fem)\b(?! år)", html)]
