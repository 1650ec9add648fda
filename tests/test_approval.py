"""A reviewer's approval is bound to a page and its numbers: it stands while they stand, and lapses when one moves."""

import datetime
import json
import shutil

import pytest
from click.testing import CliRunner

from afkast.cli import main
from afkast.edition import approval
from afkast.edition.approval import APPROVALS, approve, numbers_of, read_approvals, standings
from afkast.edition.manifest import read_manifest
from afkast.errors import AfkastError
from afkast.project import Project

TODAY = datetime.date(2026, 11, 29)
ID = "hurtigt-videre"


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def project(small_book, tmp_path):
    """A data folder with the executed pages of a book, to approve and to change."""
    shutil.copytree(small_book / "build" / "pages", tmp_path / "build" / "pages")
    shutil.copyfile(small_book / "sources.yml", tmp_path / "sources.yml")
    return Project(small_book, tmp_path)


def edit(project, old, new, page="economics"):
    path = project.pages / ID / f"{page}.ipynb"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def standing(project):
    return {one.page.partition("/")[2]: one for one in standings(project, project.pages)}


def test_nothing_is_approved_until_somebody_approves_it(project):
    assert {str(one) for one in standing(project).values()} == {
        f"{ID}/{page}: not approved" for page in ("economics", "full-year-persons", "index", "survival-effects")
    }
    assert approve(project, ID, "economics", " Ib  Hansen ", TODAY) == [f"{ID}/economics"]
    assert standing(project)["economics"].stands and not standing(project)["index"].stands
    assert [(one.by, one.on) for one in read_approvals(project)] == [("Ib Hansen", "2026-11-29")]
    assert len(approve(project, ID, "", "Ib Hansen", TODAY)) == 4
    assert all(one.stands for one in standing(project).values())


def test_it_lapses_page_by_page_when_a_number_moves_and_not_when_words_or_code_do(project):
    approve(project, ID, "", "Ib Hansen", TODAY)
    edit(project, "Nettogevinsten uden om tabellerne", "Gevinsten uden om tabellerne")  # the words around a number
    edit(project, "report.table", "report . table")  # and code
    record = project.pages / ID / "economics.json"
    record.write_text(record.read_text("utf-8").replace('"its notebook": "', '"its notebook": "0'), "utf-8")
    assert [page for page, one in standing(project).items() if not one.stands] == []
    path = project.pages / ID / "economics.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    [output] = [
        output
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output["metadata"]["afkast"]["id"] == "nettogevinst"
    ]
    output["metadata"]["afkast"]["numbers"]["net_gain"]["shown"] = "9,9 mio. kr."
    path.write_text(json.dumps(notebook), "utf-8")
    lapsed = standing(project)
    assert lapsed["economics"].moved == ("nettogevinst",)
    assert str(lapsed["economics"]).endswith("and lapsed: nettogevinst moved")
    assert all(one.stands for page, one in lapsed.items() if page != "economics")


def test_what_cannot_be_approved_is_told(project):
    for arguments, told in [
        (("findes-ikke", "", "Ib"), "there are no pages of a strategy 'findes-ikke'"),
        (("", "", "Ib"), "there are no pages of a strategy ''"),
        ((ID, "findes-ikke", "Ib"), "has no page 'findes-ikke'; there are economics"),
        ((ID, "", "  "), "--by is the reviewer's name"),
        ((ID, "", "x" * 100), "--by is the reviewer's name"),
    ]:
        with pytest.raises(AfkastError, match=told):
            approve(project, *arguments, TODAY)
    record = project.pages / ID / "economics.json"
    record.write_text(record.read_text("utf-8").replace('"failed": ""', '"failed": "det gik galt"'), "utf-8")
    with pytest.raises(AfkastError, match="could not be made"):
        approve(project, ID, "", "Ib", TODAY)
    assert not (project.data / APPROVALS).exists()
    (project.data / APPROVALS).write_text("{")
    with pytest.raises(AfkastError, match="is damaged"):
        standings(project, project.pages)


def test_every_number_that_a_page_shows_is_bound(project):
    path = project.pages / ID / "economics.ipynb"
    before, was = numbers_of(path), path.read_text("utf-8")
    notebook = json.loads(was)
    items = [
        output["metadata"]["afkast"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "afkast" in output.get("metadata", {})
    ]
    assert len(items) > 10
    for item in items:
        told = [*item.get("numbers", {}).values(), *(cell for row in item.get("rows", []) for cell in row["cells"])]
        for number in told:
            shown = number["shown"]
            number["shown"] = f"{shown}1"
            path.write_text(json.dumps(notebook), "utf-8")
            now = numbers_of(path)
            assert [id for id in before if before[id] != now[id]] == [item["id"]]
            number["shown"] = shown


def test_an_approved_book_says_so_on_its_pages_and_one_that_is_not_is_refused(small_book, tmp_path):
    data = shutil.copytree(small_book, tmp_path / "strandlev")
    refused = run("publish", "--approved", tmp_path / "web", "--data", data)
    assert refused.exit_code == 1 and f"{ID}/economics: not approved" in refused.stderr
    assert run("approvals", "--data", data).exit_code == 3
    assert run("approve", ID, "--by", "Ib <b>Hansen</b>", "--data", data).exit_code == 0
    assert "run `afkast build`" in run("publish", "--approved", tmp_path / "web", "--data", data).stderr
    built = run("build", "--data", data)
    assert "0 pages run" in built.stderr
    html = (data / "build" / "html" / "strategies" / ID / "economics.html").read_text("utf-8")
    today = datetime.date.today()
    assert f"Godkendt af Ib &lt;b&gt;Hansen&lt;/b&gt; den {today.day}." in html
    assert run("publish", "--approved", tmp_path / "web", "--data", data).exit_code == 0
    listed = run("approvals", "--data", data)
    assert listed.exit_code == 0 and listed.output.count("approved by Ib <b>Hansen</b> on") == 4
    given = read_manifest(data / "build" / "html").made_of["approved"]
    assert given[f"{ID}/economics"]["stands"] and len(given) == 4
    assert approval.approved(Project(small_book, data), data / "build" / "pages") == given
