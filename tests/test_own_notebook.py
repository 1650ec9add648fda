"""A notebook of one's own, from the skeleton to a page of an invented municipality."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from conftest import run_here
from municipality import STRATEGY, municipality
from nbformat.v4 import new_code_cell

from afkast.cli import main
from afkast.edition import verify
from afkast.edition.build import build, run_page
from afkast.edition.check import check
from afkast.errors import StrategyError
from afkast.intake import import_raw
from afkast.notebook import write_notebook
from afkast.project import Project
from afkast.report.filed import filed

ROOT = Path(__file__).resolve().parents[1]


def project_with(folder, measure):
    """Strandlev with the skeleton as one of its strategy's pages."""
    strandlev = municipality("full_year_persons")
    page = {"id": "eget", "notebook": "eget_spoergsmaal", "title": "Eget", "area": "targets"}
    strandlev.strategies[STRATEGY]["pages"].append(page | {"parameters": {"measure": measure}})
    project = Project(ROOT, strandlev.write(folder))
    import_raw(project.data, project.snapshots, bytes(range(32)))
    write_notebook(project, "eget_spoergsmaal")
    return project


def test_the_skeleton_passes_the_check_and_runs_with_one_of_each_thing_that_a_page_shows(tmp_path):
    project = project_with(tmp_path / "kommune", "sygedagpenge")
    assert check(project).sentences() == []
    shown = run_here(project, "eget_spoergsmaal", {})
    assert [item["kind"] for item in shown.values()] == ["figure", "table", "text", "text"]
    assert list(shown)[-1] == "kontrol-aendringen"
    rows = shown["yderpunkter"]["rows"][0]["cells"]
    assert shown.number("aendringen", "change") == pytest.approx(rows[1]["value"] - rows[0]["value"])


def test_a_measure_that_is_not_there_is_told_by_the_check_as_of_any_notebook(tmp_path):
    [fault] = check(project_with(tmp_path / "kommune", "sygedagpeng")).sentences()
    assert "page 'eget': measures has no row with measure 'sygedagpeng'" in fault
    assert "Did you mean 'sygedagpenge'?" in fault


def test_a_name_that_is_taken_or_no_name_is_refused(tmp_path):
    project = project_with(tmp_path / "kommune", "sygedagpenge")
    for name, why in (("economics", "already"), ("eget_spoergsmaal", "already"), ("../ud", "is not a notebook's name")):
        with pytest.raises(StrategyError, match=why):
            write_notebook(project, name)


def test_the_command_says_where_it_lies_and_how_it_becomes_a_page(tmp_path):
    (tmp_path / "sources.yml").touch()
    told = CliRunner().invoke(main, ["notebook", "nyt", "--data", str(tmp_path)])
    assert told.exit_code == 0 and "notebook: nyt" in told.stdout
    notebook = nbformat.read(tmp_path / "notebooks" / "nyt.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)


# ---------------------------------------------------------------- a page by itself


TWO_COUNTS = """\
from afkast.report.counts import persons_in
from afkast.report.show import open_page

report = open_page(strategy, page, as_of, snapshot, needs)
people = report.table("cohort")
report.show_text("alle", "I alt {n}.", {"n": persons_in(people)}, source=people)
report.show_text("nogle", "Heraf {n}.", {"n": persons_in(people.iloc[3:])}, source=people)
"""
"""Each sentence may be shown; together they tell of three."""


ALL_OF_THEM = TWO_COUNTS.rpartition("report.show_text")[0]

ON_DATA_QUALITY = """\
from afkast.report.counts import persons_in

people = report.table("cohort")
report.show_text("nogle", "Heraf {n}.", {"n": persons_in(people.iloc[3:])}, source=people)
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A project whose page of data quality tells of the cohort's persons, too, and what its build told."""
    root = tmp_path_factory.mktemp("planted")
    project = replace(project_of(root, ALL_OF_THEM), root=root)
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    for name in ("_config.yml", "book"):
        (root / name).symlink_to(ROOT / name)
    path = root / "notebooks" / "data_quality.ipynb"
    notebook = nbformat.read(path, as_version=4)
    [needs] = [cell for cell in notebook.cells if "needs" in cell.metadata.get("tags", [])]
    needs.source = needs.source.replace("needs = []", 'needs = [{"table": "cohort"}]')
    notebook.cells.append(new_code_cell(ON_DATA_QUALITY, metadata={"tags": ["hide-input"]}))
    nbformat.write(notebook, path)
    return project, build(project)


def test_what_a_page_about_all_strategies_tells_is_audited_beside_those_of_strategies(planted):
    project, made = planted
    first, second = (
        shown_by(project.pages / name, id)
        for name, id in ((f"{STRATEGY}/eget.ipynb", "alle"), ("datakvalitet.ipynb", "nogle"))
    )
    assert (first.split()[0], second) == ("180", "..")
    assert made.run["datakvalitet"] == ["a page tells too much beside others"]
    assert " 1 are hidden: 0 as below 5, 1 so that none such follows" in made.audit[0]


def test_what_an_edition_holds_back_is_found_again_where_it_was_never_built(planted, tmp_path, monkeypatch):
    project, _ = planted
    elsewhere = replace(project, data=tmp_path / "kommune")
    shutil.copytree(project.data, elsewhere.data, ignore=shutil.ignore_patterns("build", "editions"))
    assert verify.rerun(elsewhere, project.site, lambda *_: None) == ([], [])
    monkeypatch.setattr(verify, "audited", lambda *_: None)
    assert verify.rerun(elsewhere, project.site, lambda *_: None)[1] == ["datakvalitet: it shows something else"]


def shown_by(page, id):
    [item] = [one for one in filed(json.loads(page.read_text(encoding="utf-8"))) if one["id"] == id]
    return item["numbers"]["n"]["shown"]


def project_of(tmp_path, code):
    """Strandlev with a page of its own of one cell about the persons of its cohort."""
    strandlev = municipality("full_year_persons")
    page = {"id": "eget", "notebook": "eget", "title": "Eget", "area": "targets"}
    strandlev.strategies[STRATEGY]["pages"].append(page)
    project = Project(ROOT, strandlev.write(tmp_path / "kommune"))
    import_raw(project.data, project.snapshots, bytes(range(32)))
    skeleton = nbformat.read(write_notebook(project, "eget"), as_version=4)
    parameters = skeleton.cells[2].source.split("measure =")[0]
    cells = [
        (parameters, "parameters"),
        ('required = []\nneeds = [{"table": "cohort"}]', "needs"),
        (code, "hide-input"),
    ]
    skeleton.cells[2:] = [new_code_cell(source, metadata={"tags": [tag]}) for source, tag in cells]
    nbformat.write(skeleton, project.data / "notebooks" / "eget.ipynb")
    return project


def test_what_a_page_by_itself_tells_is_audited_as_in_a_build_and_no_note_of_it_is_left(tmp_path):
    project = project_of(tmp_path, TWO_COUNTS)
    told = []
    made = run_page(project, STRATEGY, "eget", tell=told.extend)
    first, second = (item["numbers"]["n"]["shown"] for item in filed(json.loads(made.read_text(encoding="utf-8"))))
    assert (first.split()[0], second) == ("180", "..")
    assert told[0].startswith("audit (intern): of 2 counts of persons told on the pages 1 are hidden")
    assert sorted(path.suffix for path in (project.build / "run").rglob("*") if path.is_file()) == [".ipynb", ".json"]
