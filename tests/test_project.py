"""Where a project is found from."""

from pathlib import Path

import pytest

from afkast.errors import AfkastError
from afkast.project import Project, find_project

HERE = Path(__file__).resolve().parents[1]


def project_in(folder: Path) -> Path:
    for name in ("notebooks", "strategies"):
        (folder / name).mkdir(parents=True)
    (folder / "_config.yml").touch()
    return folder


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFKAST_HOME", raising=False)


def test_a_project_is_found_from_its_root_and_from_every_folder_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project_in(tmp_path / "kommune")
    (root / "notebooks" / "dybt" / "nede").mkdir(parents=True)
    for folder in (root, root / "notebooks", root / "notebooks" / "dybt" / "nede"):
        monkeypatch.chdir(folder)
        assert find_project().root == root


def test_the_nearest_project_above_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = project_in(project_in(tmp_path / "ydre") / "data" / "indre")
    monkeypatch.chdir(inner / "strategies")
    assert find_project().root == inner


def test_elsewhere_the_project_is_the_one_that_the_code_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_project().root == HERE


def test_afkast_home_goes_before_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project_in(tmp_path / "kommune")
    monkeypatch.chdir(HERE)
    monkeypatch.setenv("AFKAST_HOME", str(root))
    assert find_project().root == root


@pytest.mark.parametrize("lacks", ["_config.yml", "notebooks", "strategies"])
def test_an_afkast_home_that_is_no_project_is_an_error_and_not_passed_over(
    lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = project_in(tmp_path / "kommune") / lacks
    if missing.is_dir():
        missing.rmdir()
    else:
        missing.unlink()
    monkeypatch.setenv("AFKAST_HOME", str(tmp_path / "kommune"))
    with pytest.raises(AfkastError, match="AFKAST_HOME"):
        find_project()


def test_everything_of_a_project_lies_below_its_root(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for folder in (project.strategies, project.notebooks, project.snapshots, project.book, project.site):
        assert tmp_path in folder.parents
    assert project.book in project.pages.parents
    assert project.build in project.site.parents
