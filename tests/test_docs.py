"""What is written about the product is true of it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from afkast.cli import main
from afkast.engine import TABLES
from afkast.intake import CONTRACTS
from afkast.intake.contracts import DERIVED
from afkast.intake.faults import QUESTIONS
from afkast.intake.sources import Csv, Dream, Excel, Journal, Refunds, Sql, Warehouse
from afkast.notebook import as_list, read_template
from afkast.project import Project
from afkast.strategy import Front, Goal, Strategy, load_strategies

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DATA_README = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
STRATEGIES_README = (ROOT / "data" / "strategies.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

DOCUMENTS = [
    path
    for path in (
        *ROOT.glob("*.md"),
        *(ROOT / "data").glob("*.md"),
        *(ROOT / "data" / "example").glob("*.md"),
        *(ROOT / "afkast" / "analysis" / "sql").glob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
    )
]


@pytest.fixture(scope="module")
def strategies():
    return load_strategies(Project(ROOT, ROOT / "data" / "example"))


def test_every_command_is_in_the_readme():
    assert [name for name in main.commands if f"afkast {name}" not in README] == []


def test_the_readme_names_no_command_target_or_folder_that_is_not_there():
    told = set(re.findall(r"(?<![\w.])afkast ([a-z]+)", README))
    assert told - set(main.commands) == set()
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"(?<![\w])make ([a-z]+)(?=[`\s]*(?:#|$|`|\s))", "\n".join(commands_in(README)))) <= targets
    made_by_afkast = {"snapshots/"}
    for folder in set(re.findall(r"`([a-z_/.]+/)`", README)) - made_by_afkast:
        assert (ROOT / folder).is_dir() or (ROOT / "data" / "example" / folder).is_dir(), folder


def commands_in(text):
    """Every piece of code in a document, in the line or in a block."""
    return re.findall(r"```\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)


def test_every_target_of_the_makefile_is_explained_in_its_list():
    phony = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())
    explained = set(re.findall(r"^([a-z]+):.*## \S", MAKEFILE, re.MULTILINE))
    assert explained == phony


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_to_it(path):
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("table", CONTRACTS)
def test_every_table_and_each_of_its_columns_is_in_the_data_readme(table):
    entry = re.search(rf"^### {table}$\n(.*?)(?=^### |\Z)", DATA_README, re.MULTILINE | re.DOTALL)
    assert entry, f"{table} has no entry"
    for column in CONTRACTS[table].columns:
        if column != "file":
            assert f"`{column}`" in entry[1], f"{table}: {column}"
    assert "*Example:*" in entry[1]
    assert "*Your own:*" in entry[1]


@pytest.mark.parametrize(
    ("table", "columns"),
    {"islands": TABLES["islands"], **DERIVED}.items(),
)
def test_every_derived_table_and_each_of_its_columns_is_in_the_data_readme(table, columns):
    derived = DATA_README.split("## Derived tables")[1]
    [entry] = re.findall(rf"^### {table}$\n(.*?)(?=^### |\Z)", derived, re.MULTILINE | re.DOTALL)
    assert [column for column in columns if f"`{column}`" not in entry] == []


def test_every_key_of_a_warehouse_is_in_the_data_readme():
    assert [key for key in Warehouse.model_fields if f"| `{key}` |" not in DATA_README] == []


def test_every_key_of_a_file_and_every_question_of_an_import_is_in_the_data_readme():
    told = (ROOT / "data" / "README.md").read_text("utf-8")
    keys = {
        *Csv.model_fields,
        *Excel.model_fields,
        *Journal.model_fields,
        *Sql.model_fields,
        *Dream.model_fields,
        *Refunds.model_fields,
    }
    assert [name for name in [*keys, *QUESTIONS] if f"| `{name}` |" not in told] == []


def test_every_key_of_a_strategy_is_in_the_readme_of_strategies():
    for key in (*Strategy.model_fields, *Goal.model_fields, *Front.model_fields, "area", "parameters"):
        assert f"`{key}`" in STRATEGIES_README, key


def test_every_strategy_has_prose(strategies):
    for strategy in strategies.values():
        assert len(strategy.summary.split()) >= 15, f"{strategy.id}: say what was decided"
        for text in (strategy.summary, *(goal.text for goal in strategy.goals)):
            assert text.strip().endswith("."), f"{strategy.id}: {text}"


def test_every_notebook_is_a_page_of_the_example(strategies):
    used = {page.notebook for strategy in strategies.values() for page in strategy.pages}
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} - used == {
        "changes",
        "overview",
        "data_basis",
        "data_quality",
        "reconciliation",
        "resume",
    }


def test_a_parameter_has_the_same_default_everywhere_it_is_afkast_s_own():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        own = read_template(path).defaults
        assert (own["as_of"], own["snapshot"]) == ("", ""), path.stem


def test_the_list_of_notebooks_is_what_the_command_prints():
    templates = [read_template(path) for path in Project(ROOT, ROOT / "data" / "example").notebooks().values()]
    written = (ROOT / "data" / "notebooks.md").read_text(encoding="utf-8")
    assert written == as_list(templates) + "\n", "run `afkast notebooks > data/notebooks.md`"
    assert [one.name for one in templates if not one.question] == []
    assert [f"{one.name}: {name}" for one in templates for name, of in one.parameters.items() if not of.meaning] == []


def test_nothing_of_the_example_is_named_outside_its_folder(strategies):
    said = {word for one in strategies.values() for word in (one.id, one.name, one.municipality.split(" (")[0])}
    word = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(said)))})(?!\w)", re.IGNORECASE)
    files = [
        path
        for folder in ("notebooks", "book", "afkast")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".ipynb", ".md", ".yml", ".html", ".css", ".js", ".sql", ".po"}
        and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    ]
    assert len(files) > 100
    files += [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    named = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in files
        if (found := word.search(path.read_text(encoding="utf-8")))
    }
    assert named == set()


def test_every_dependency_is_locked_with_a_hash():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    for file, asked in {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-dev.txt": groups["dev"],
        "requirements-engines.txt": groups["engines"],
    }.items():
        locked = (ROOT / file).read_text(encoding="utf-8")
        for requirement in asked:
            name = re.match(r"[\w.-]+", requirement)[0].lower()
            name = re.sub(r"[_.]", "-", name)
            entry = re.search(rf"^{re.escape(name)}==\S+(?: ;[^\\\n]*)? \\\n    --hash=sha256:", locked, re.MULTILINE)
            assert entry, name
        assert "://" not in re.sub(r"#.*", "", locked)


def test_a_publisher_s_machine_gets_nothing_that_only_development_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for requirement in project["dependency-groups"]["dev"]:
        name = re.match(r"[\w.-]+", requirement)[0].lower()
        if name == "pytest":  # nbval, with which an edition is executed again, is a plug-in of it
            continue
        assert f"\n{name}==" not in f"\n{locked}", name


def test_no_label_of_the_book_s_own_pages_is_given_twice():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("*.md")]
    labels = [label for text in texts for label in re.findall(r"^(?::label: |\()([\w-]+)\)?=?$", text, re.MULTILINE)]
    assert len(labels) > 10
    assert [label for label in set(labels) if labels.count(label) > 1] == []


def test_no_document_names_a_path_of_this_machine():
    for path in DOCUMENTS:
        assert not re.search(r"/home/|/root/|/tmp/|/work/|C:\\Users", path.read_text(encoding="utf-8")), path.name


def test_tests_carry_no_annotations_for_nobody_checks_them():
    for path in (ROOT / "tests").glob("*.py"):
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(one, ast.FunctionDef):
                arguments = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs]
                assert one.returns is None and all(argument.annotation is None for argument in arguments), path.name
