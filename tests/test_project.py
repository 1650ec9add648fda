"""Where a project is found from."""

from pathlib import Path

import pytest

from afkast.errors import AfkastError
from afkast.project import Project, find_project

HERE = Path(__file__).resolve().parents[1]


def repository_in(folder):
    for name in ("notebooks", "book"):
        (folder / name).mkdir(parents=True)
    (folder / "_config.yml").touch()
    return folder


def data_in(folder):
    folder.mkdir(parents=True)
    (folder / "sources.yml").touch()
    return folder


@pytest.fixture(autouse=True)
def no_home(monkeypatch):
    monkeypatch.delenv("AFKAST_HOME", raising=False)
    monkeypatch.delenv("AFKAST_DATA", raising=False)


def test_a_repository_is_found_from_its_root_and_from_every_folder_below(tmp_path, monkeypatch):
    root = repository_in(tmp_path / "kommune")
    (root / "notebooks" / "dybt" / "nede").mkdir(parents=True)
    for folder in (root, root / "notebooks", root / "notebooks" / "dybt" / "nede"):
        monkeypatch.chdir(folder)
        assert find_project().root == root


def test_the_nearest_repository_above_is_the_one(tmp_path, monkeypatch):
    inner = repository_in(repository_in(tmp_path / "ydre") / "data" / "indre")
    monkeypatch.chdir(inner / "book")
    assert find_project().root == inner


def test_elsewhere_the_repository_is_the_one_that_the_code_lies_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_project().root == HERE


def test_afkast_home_goes_before_the_working_directory(tmp_path, monkeypatch):
    root = repository_in(tmp_path / "kommune")
    monkeypatch.chdir(HERE)
    monkeypatch.setenv("AFKAST_HOME", str(root))
    assert find_project().root == root


@pytest.mark.parametrize("lacks", ["_config.yml", "notebooks", "book"])
def test_an_afkast_home_that_is_no_repository_is_an_error_and_not_passed_over(lacks, tmp_path, monkeypatch):
    missing = repository_in(tmp_path / "kommune") / lacks
    if missing.is_dir():
        missing.rmdir()
    else:
        missing.unlink()
    monkeypatch.setenv("AFKAST_HOME", str(tmp_path / "kommune"))
    with pytest.raises(AfkastError, match="AFKAST_HOME"):
        find_project()


def test_the_data_folder_is_the_named_one_then_the_one_around_then_the_example(tmp_path, monkeypatch):
    named, told, around = (data_in(tmp_path / name) for name in ("naevnt", "sagt", "omkring"))
    (around / "notebooks").mkdir()
    assert find_project().data == HERE / "data" / "example"
    monkeypatch.chdir(around / "notebooks")
    assert find_project().data == around
    monkeypatch.setenv("AFKAST_DATA", str(told))
    assert find_project().data == told
    assert find_project(named).data == named
    assert find_project(named).root == HERE


def test_a_folder_without_a_declaration_is_no_data_folder_and_the_remedy_is_told(tmp_path):
    with pytest.raises(AfkastError, match=r"is not a data folder: it lacks sources\.yml; `afkast init"):
        find_project(tmp_path)


def test_all_that_is_made_of_the_data_lies_in_the_data_folder(tmp_path):
    project = Project(tmp_path / "afkast", tmp_path / "kommune")
    for folder in (project.strategies, project.text, project.snapshots, project.build, project.pages, project.site):
        assert project.data in folder.parents
    assert project.build in project.pages.parents
    assert project.build in project.site.parents


def test_the_data_folder_s_own_notebooks_are_beside_the_general_ones_and_take_no_name_of_theirs(
    tmp_path,
):
    project = Project(repository_in(tmp_path / "afkast"), data_in(tmp_path / "kommune"))
    (project.data / "notebooks").mkdir()
    (project.root / "notebooks" / "almen.ipynb").touch()
    (project.data / "notebooks" / "egen.ipynb").touch()
    assert list(project.notebooks()) == ["almen", "egen"]
    (project.data / "notebooks" / "almen.ipynb").touch()
    with pytest.raises(AfkastError, match=r"notebooks/almen\.ipynb of the data folder has the name of one"):
        project.notebooks()
