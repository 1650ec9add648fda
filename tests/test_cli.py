"""The commands as a user meets them: help, and faults as sentences."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from afkast import __version__
from afkast import cli as commands
from afkast.cli import main
from afkast.errors import AfkastError

ROOT = Path(__file__).resolve().parents[1]


def afkast(*arguments):
    return CliRunner().invoke(main, arguments)


def refused(result):
    """What a refused command says; it left by itself, without a traceback."""
    assert result.exit_code == 1
    assert type(result.exception) is SystemExit
    assert result.stdout == ""
    return str(result.stderr)


def test_without_arguments_the_commands_are_listed():
    told = afkast().output
    assert told.startswith("Usage: ")
    for name, command in main.commands.items():
        assert re.search(rf"^  {name} +\S", told, re.MULTILINE), name
        assert command.help


@pytest.mark.parametrize("name", main.commands)
def test_every_command_explains_itself_and_its_options(name):
    told = afkast(name, "--help")
    assert told.exit_code == 0
    assert len(told.output.split("\n\n")[1].strip()) > 40
    for option in main.commands[name].params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts[0]}"


def test_the_version_is_told():
    assert afkast("--version").output.strip().endswith(__version__)


def test_the_installed_command_is_this_one():
    script = Path(sys.executable).with_name("afkast")
    done = subprocess.run([script, "--version"], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip().endswith(__version__)


def test_a_misspelt_command_is_told_as_usage():
    told = afkast("biuld")
    assert told.exit_code == 2
    assert "No such command 'biuld'" in told.stderr


def test_a_folder_that_is_no_project_is_told_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("AFKAST_HOME", str(tmp_path))
    told = refused(afkast("build"))
    assert f"afkast: {tmp_path} is not an Afkast repository" in told
    assert "AFKAST_HOME" in told


def test_without_a_snapshot_the_first_thing_to_do_is_told(project, monkeypatch):
    monkeypatch.chdir(project.root)
    (project.snapshots / "current").unlink()
    for arguments in (["build"], ["run", "kijos", "oekonomi"]):
        assert "afkast: There is no snapshot yet; run `afkast import`.\n" in refused(afkast(*arguments))


def test_faults_in_the_data_are_all_told_and_no_snapshot_is_written(project, monkeypatch):
    monkeypatch.chdir(project.root)
    raw = project.root / "data" / "example" / "raw"
    (raw / "SHA256SUMS").unlink()
    secret = "HEMMELIG"
    for name in ("enhedspriser.csv", "pl_regulering.csv"):
        text = (raw / name).read_text(encoding="utf-8-sig")
        changed = re.sub(r"(?<=;)20\d\d(?=;)", secret, text, count=1)
        assert changed != text
        (raw / name).write_text(changed, encoding="utf-8-sig")
    before = sorted(path.name for path in project.snapshots.iterdir())
    told = refused(afkast("import"))
    assert "enhedspriser.csv" in told
    assert "pl_regulering.csv" in told
    assert secret not in told
    assert sorted(path.name for path in project.snapshots.iterdir()) == before


def test_importing_again_gives_the_same_snapshot(project, monkeypatch):
    monkeypatch.chdir(project.root)
    snapshot = (project.snapshots / "current").read_text(encoding="ascii").strip()
    done = afkast("import")
    assert (done.exit_code, done.stdout.split(":")[0]) == (0, f"snapshot {snapshot}")


@pytest.mark.parametrize("command", [["import"], ["build"], ["run", "a", "b"], ["new", "a"]])
def test_a_folder_that_is_no_data_folder_is_told_by_every_command(command, tmp_path):
    told = refused(afkast(*command, "--data", str(tmp_path)))
    assert f"{tmp_path} is not a data folder: it lacks sources.yml; `afkast init" in told


def test_an_unknown_strategy_or_page_is_told_with_those_there_are(project, monkeypatch):
    monkeypatch.chdir(project.root)
    for arguments in (["run", "kijoss", "oekonomi"], ["build", "--strategy", "kijoss"]):
        told = refused(afkast(*arguments))
        assert "there is no strategy 'kijoss'; there are " in told
        assert " kijos," in told
    told = refused(afkast("run", "kijos", "okonomi"))
    assert (
        "kijos has no page 'okonomi'; it has oekonomi, prognose, besparelsen, sygedagpenge, jobafklaring, revalidering."
        in told
    )


def test_a_new_strategy_loads_as_it_is_and_is_not_written_twice(project, monkeypatch):
    monkeypatch.chdir(project.root)
    done = afkast("new", "min-strategi")
    assert done.exit_code == 0
    assert "min-strategi.yml" in done.stdout
    # the pages' data are not there yet, but the file itself has no fault
    assert "it has businesscase" in refused(afkast("run", "min-strategi", "findes-ikke"))
    assert "min-strategi.yml exists already" in refused(afkast("new", "min-strategi"))
    assert "'../ud' is not an id" in refused(afkast("new", "../ud"))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (AfkastError("Noget mangler."), "afkast: Noget mangler.\n"),
        (
            OSError(28, "No space left on device", "side.ipynb"),
            "afkast: side.ipynb: No space left on device; make room on the disk and run the command again.\n",
        ),
        (PermissionError(13, "Permission denied", "html"), "afkast: html: Permission denied.\n"),
    ],
)
def test_what_a_user_can_mend_is_one_sentence(error, sentence, monkeypatch):
    def fail(data):
        raise error

    monkeypatch.setattr(commands, "find_project", fail)
    assert refused(afkast("run", "kijos", "oekonomi")) == sentence


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch):
    def fail(data):
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "find_project", fail)
    assert isinstance(afkast("build").exception, ZeroDivisionError)


def test_a_skip_is_a_failure_where_nothing_may_be_skipped(tmp_path, monkeypatch):
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_left_out.py").write_text(
        "import pytest\n"
        "def test_skips(): pytest.skip('for want of Chromium')\n"
        "@pytest.mark.skipif(True, reason='never')\n"
        "def test_is_skipped(): pass\n",
        encoding="utf-8",
    )

    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))
    monkeypatch.setenv("AFKAST_NO_SKIP", "1")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "for want of Chromium (AFKAST_NO_SKIP is set: nothing may be skipped)" in done.stdout
    assert re.search(r"1 failed, .*\b1 error\b", done.stdout)
