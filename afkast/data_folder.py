"""A data folder to begin with: what to put where, an entry for every table, one strategy, the national tables."""

import shutil
from datetime import date
from pathlib import Path

from afkast.errors import AfkastError
from afkast.intake.contracts import CONTRACTS
from afkast.intake.printed import PRINTED
from afkast.project import DECLARATION, Project
from afkast.strategy import write_skeleton

TEMPLATES = Path(__file__).parent / "templates" / "data_folder"

FIRST_STRATEGY = "min-strategi"


def write_data_folder(folder: Path, repository: Path, today: date) -> Path:
    """Write a data folder that imports and checks as it is, and return its declaration.

    `repository`/data/national holds the tables that are the same for every municipality: the refund ladder, the price
    and wage factors and the breaks in official series. Raises AfkastError where the folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AfkastError(f"{folder} exists already and is not empty; choose a folder that is not there yet.")
    national = repository / "data" / "national"
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(TEMPLATES, folder, dirs_exist_ok=True)
    (folder / "gitignore").rename(folder / ".gitignore")
    for name in ("raw", "strategies", "notebooks"):
        (folder / name).mkdir()
    for path in sorted(national.glob("*.csv")):
        shutil.copyfile(path, folder / "raw" / path.name)
    declaration = folder / DECLARATION
    entries = [_entry(table, today) for table in CONTRACTS if table not in PRINTED]
    with declaration.open("a", encoding="utf-8") as file:
        file.write((national / DECLARATION).read_text(encoding="utf-8"))
        file.write("\n  # ---- Own exports, a table each: take the # away where you have the file ----\n")
        file.writelines(entries)
    write_skeleton(Project(repository, folder).strategies, FIRST_STRATEGY, today)
    return declaration


def _entry(table: str, today: date) -> str:
    """A commented entry of sources.yml for one table: every column of its contract, with what it means."""
    contract = CONTRACTS[table]
    lines = [
        "",
        f"# {table}: {contract.description}",
        f"- file: {table}.csv",
        "  reader: csv  # or excel, with sheet: …",
        f"  table: {table}",
        f"  source: {contract.title}  # what readers are told",
        f"  extracted_on: {today}",
        "  columns:  # heading in the file: column of the table",
    ]
    for name, column in contract.columns.items():
        words = [word for check in column.checks for word in check.statistics.get("allowed_values", ())]
        one_of = f"; one of {', '.join(words)}" if words else ""
        blank = "; may be left out" if column.nullable or name in ("source", "status") else ""
        lines.append(f"    {name}: {name}  # {column.description}{one_of}{blank}")
    return "".join(f"  # {line}".rstrip() + "\n" if line else "\n" for line in lines)
