"""A data folder to begin with: it imports as it is, and every entry in it is true of the tables."""

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from afkast.cli import main
from afkast.data_folder import write_data_folder
from afkast.errors import AfkastError
from afkast.intake import CONTRACTS, import_raw
from afkast.intake.printed import PRINTED
from afkast.intake.sources import Sources
from afkast.project import Project
from afkast.strategy import load_strategies

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 11, 29)


@pytest.fixture
def folder(tmp_path):
    write_data_folder(tmp_path / "min kommune", ROOT, TODAY)
    return tmp_path / "min kommune"


def test_it_imports_with_the_national_tables_and_its_strategy_loads(folder):
    snapshot = import_raw(folder, folder / "snapshots", bytes(range(32)))
    # what each extraction said of each month is kept from the first import on
    assert set(snapshot.manifest["tables"]) == {"refund_ladder", "price_levels", "series_breaks", "vintages"}
    assert list(load_strategies(Project(ROOT, folder))) == ["min-strategi"]


def test_the_national_tables_are_those_that_the_example_has(folder):
    for path in (ROOT / "data" / "national").glob("*.csv"):
        assert path.read_bytes() == (folder / "raw" / path.name).read_bytes()
        assert path.read_bytes() == (ROOT / "data" / "example" / "raw" / path.name).read_bytes()


def test_every_table_has_an_entry_that_is_right_when_its_marks_are_taken_away(folder):
    text = (folder / "sources.yml").read_text(encoding="utf-8")
    own = text.split("Own exports")[1].partition("\n")[2]
    uncommented = re.sub(r"(?m)^  # (?=- |  )", "  ", own)
    entries = YAML(typ="safe").load(f"sources:\n{uncommented}")
    declared = Sources.model_validate(entries).sources
    assert [source.table for source in declared] == [table for table in CONTRACTS if table not in PRINTED]
    for source in declared:
        assert list(source.columns.values()) == list(CONTRACTS[source.table].columns), source.table


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "noget.txt").write_text("x")
    with pytest.raises(AfkastError, match="exists already and is not empty"):
        write_data_folder(tmp_path, ROOT, TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["noget.txt"]


def test_init_says_what_to_do_next(tmp_path):
    done = CliRunner().invoke(main, ["init", str(tmp_path / "kommune")])
    assert done.exit_code == 0
    assert "README.md" in done.stdout and f"make book DATA={tmp_path / 'kommune'}" in done.stdout
    assert {path.name for path in (tmp_path / "kommune").iterdir()} == {
        *("README.md", ".gitignore", "sources.yml", "raw", "strategies", "text", "notebooks")
    }
