"""The notebooks as templates, and their executed references."""

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook, new_output

from afkast.edition.book import DATA_BASIS, DATA_QUALITY, OVERVIEW, RECONCILIATION
from afkast.edition.execute import front_page_of, jobs_of
from afkast.project import Project
from afkast.strategy import load_strategies

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "notebooks").glob("*.ipynb"))
REFERENCES = sorted((ROOT / "tests" / "reference").glob("*.ipynb"))
SANITIZE = ROOT / "tests" / "nbval.cfg"

THE_DOOR = {"show_table", "show_figure", "show_text", "show_goal"}
CHECKS = {"show_check", "show_holds"}
"""A check stands in the cell that reckons the second way, and is seen there."""
PACKAGE = {path.stem: ast.parse(path.read_text("utf-8")) for path in (ROOT / "afkast" / "report").glob("*.py")}
PARTS = {
    f"{module}.{one.name}"
    for module, tree in PACKAGE.items()
    for one in ast.walk(tree)
    if isinstance(one, ast.FunctionDef) and one.name.startswith("show_") and one.name not in THE_DOOR | CHECKS
}
"""What shows a part of a page, some of them nothing where there is nothing to show."""
SHOW_A_PART = {one.split(".")[1] for one in PARTS}
PAST_THE_DOOR = {"print", "display", "HTML", "Markdown", "SVG", "Image", "IPython", "pyplot", "plt"}
ABOUT_ALL_STRATEGIES = {"changes", "overview", "data_basis", "data_quality", "reconciliation"}
OTHER_WAYS_IN = {"Path", "runpy", "importlib", "papermill", "nbformat", "subprocess"}
BUILT_IN_WAYS = {"open", "exec", "eval"}
LIBRARIES = {"afkast", "datetime", "numpy", "pandas", "scipy"}

of_every_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
of_every_reference = pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)


def read(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def nodes(cell):
    return list(ast.walk(ast.parse(cell.source)))


def names(node):
    """Every name and attribute in a piece of code, and every module it imports from."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif isinstance(one, ast.Import):
            found |= {alias.name.split(".")[0] for alias in one.names}
        elif isinstance(one, ast.ImportFrom):
            found |= {str(one.module).split(".")[0], *(alias.name for alias in one.names)}
    return found


def calls_of(tree, names):
    """The calls of what has one of these names."""
    return [
        one for one in ast.walk(tree) if isinstance(one, ast.Call) and ast.unparse(one.func).split(".")[-1] in names
    ]


def shown(cell, calls=THE_DOOR):
    """The calls of the door out in a cell."""
    return calls_of(ast.parse(cell.source), calls)


def surely_shown(cell):
    """Whether a cell calls the door out whatever the data: not only under an `if` or in a loop."""
    statements = [one for one in ast.parse(cell.source).body if isinstance(one, ast.Expr)]
    return any(isinstance(one.value, ast.Call) and names(one.value.func) & (THE_DOOR | CHECKS) for one in statements)


def texts(node):
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


@pytest.fixture(scope="module")
def strategies():
    return load_strategies(Project(ROOT, ROOT / "data" / "example"))


# ---------------------------------------------------------------- templates


def test_there_are_templates():
    assert {path.stem for path in TEMPLATES} >= {
        "overview",
        "economics",
        "business_case",
        "full_year_persons",
        "measurement_points",
        "survival_effects",
        "effect_value",
        "effect_robustness",
        "data_basis",
    }


@of_every_template
def test_no_section_begins_with_a_check_of_what_it_has_not_shown(path):
    shown = True
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            shown = shown and "## " not in cell.source
            continue
        calls = set(re.findall(r"\bshow_\w+(?=\()", cell.source))
        assert shown or not calls & CHECKS, cell.id
        shown = shown or bool(calls)


@of_every_template
def test_a_template_has_neither_outputs_nor_execution_counts(path):
    for cell in code_cells(read(path)):
        assert cell.outputs == []
        assert cell.execution_count is None


@of_every_template
def test_a_cell_s_id_is_the_notebook_s_name_and_a_number(path):
    notebook = read(path)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [one for one in ids if not re.fullmatch(rf"{path.stem.replace('_', '-')}-\d\d", one)] == []


@of_every_template
def test_a_template_begins_with_its_heading_and_its_question(path):
    heading, question, parameters, needs = read(path).cells[:4]
    assert heading.source.startswith("# ")
    assert "?" in question.source
    assert (tags(parameters), tags(needs)) == ({"parameters"}, {"needs"})


@of_every_template
def test_a_template_opens_its_page_with_its_needs_and_under_its_own_name(path):
    about_all = path.stem in ABOUT_ALL_STRATEGIES
    calls = [one for cell in code_cells(read(path)) for one in nodes(cell) if isinstance(one, ast.Call)]
    opened = [ast.unparse(one) for one in calls if ast.unparse(one.func) in ("complete", "open_page")]
    completed = [] if about_all else [f"complete(globals(), '{path.stem}')"]
    assert opened == [*completed, "open_page(strategy, page, as_of, snapshot, needs)"]


@of_every_template
def test_one_cell_holds_the_parameters_each_with_a_comment(path):
    [cell] = [cell for cell in code_cells(read(path)) if "parameters" in tags(cell)]
    reader = tokenize.generate_tokens(io.StringIO(cell.source).readline)
    commented = {token.start[0] for token in reader if token.type == tokenize.COMMENT}
    for statement in ast.parse(cell.source).body:
        assert isinstance(statement, ast.Assign)
        lines = set(range(statement.lineno, (statement.end_lineno or 0) + 1))
        assert lines & commented, f"{ast.unparse(statement)} has no comment"


@of_every_template
def test_imports_and_drawing_are_folded_and_a_strategy_s_checks_are_not(path):
    of_a_strategy = path.stem not in ABOUT_ALL_STRATEGIES
    for cell in code_cells(read(path)):
        kinds = {type(one) for one in nodes(cell)}
        if shown(cell, THE_DOOR | SHOW_A_PART) or kinds & {ast.Import, ast.ImportFrom}:
            assert "hide-input" in tags(cell), f"{cell['id']} is to be folded"
        if of_a_strategy and (ast.Assert in kinds or shown(cell, CHECKS)):
            assert "hide-input" not in tags(cell), f"{cell['id']} holds a check and is to be seen"


LONGEST_CELL, MEDIAN_CELL = 30, 10
DECLARED = {"parameters", "needs"}
"""These list what they declare, an entry a line, and stand on no page."""


def lines_of(path, without=frozenset()):
    """How many lines JupyterLab numbers in each code cell that computes, but for those with these tags."""
    return {
        cell["id"]: len(cell.source.splitlines())
        for cell in code_cells(read(path))
        if not tags(cell) & (DECLARED | without)
    }


@of_every_template
def test_no_cell_is_longer_than_a_reader_takes_in(path):
    assert {id: lines for id, lines in lines_of(path).items() if lines > LONGEST_CELL} == {}


@of_every_template
def test_what_is_seen_of_the_code_is_short_cells(path):
    seen = list(lines_of(path, {"hide-input"}).values())
    assert not seen or median(seen) < MEDIAN_CELL


@of_every_template
def test_no_function_is_defined_where_the_code_is_seen(path):
    for cell in code_cells(read(path)):
        if "hide-input" not in tags(cell):
            assert not any(isinstance(one, ast.FunctionDef) for one in nodes(cell)), cell["id"]


@of_every_template
def test_nothing_is_shown_but_through_the_door(path):
    for cell in code_cells(read(path)):
        body = ast.parse(cell.source).body
        assert names(ast.parse(cell.source)) & PAST_THE_DOOR == set(), cell["id"]
        if isinstance(body[-1], ast.Expr):
            assert ast.unparse(body[-1].value).split("(")[0] in {
                "show_goal",
                *CHECKS,
                *(f"report.{one}" for one in THE_DOOR),
                *PARTS,
            }, cell["id"]


@of_every_template
def test_data_come_in_through_the_snapshot_alone_and_no_notebook_uses_another(path):
    for cell in code_cells(read(path)):
        tree = ast.parse(cell.source)
        assert names(tree) & OTHER_WAYS_IN == set(), cell["id"]
        called = {one.func.id for one in ast.walk(tree) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
        assert called & BUILT_IN_WAYS == set(), cell["id"]
        assert [name for name in names(tree) if name.startswith("read_")] == [], cell["id"]
        for one in ast.walk(tree):
            if isinstance(one, ast.Import):
                assert {alias.name.split(".")[0] for alias in one.names} <= LIBRARIES, cell["id"]
            elif isinstance(one, ast.ImportFrom):
                assert str(one.module).split(".")[0] in LIBRARIES, cell["id"]


@of_every_template
def test_no_notebook_branches_on_the_strategy(path):
    for cell in code_cells(read(path)):
        for one in nodes(cell):
            if isinstance(one, ast.If | ast.IfExp | ast.While):
                assert names(one.test) & {"strategy", "page"} == set(), f"{cell['id']} branches on the strategy"
            assert not isinstance(one, ast.Match)


def test_fractions_that_stand_over_each_other_have_room_between_them():
    texts = [cell.source for path in TEMPLATES for cell in read(path).cells if cell.cell_type == "markdown"]
    rows = [row for text in [*texts, (ROOT / "book" / "metode.md").read_text("utf-8")] for row in text.split("\n")]
    over = [row for row in rows if r"\frac" in row and re.search(r"\\\\(\[\w+\])?$", row)]
    assert len(over) > 10 and [row for row in over if not row.endswith("[1ex]")] == []


@of_every_template
def test_a_check_tells_its_outcome_on_the_page_and_ends_its_cell(path):
    notebook = read(path)
    checks = [cell for cell in code_cells(notebook) if shown(cell, CHECKS)]
    assert checks, "no number is reckoned a second way"
    for cell in checks:
        last = ast.parse(cell.source).body[-1]
        while isinstance(last, ast.If):
            last = (last.orelse or last.body)[-1]
        assert isinstance(last, ast.Expr) and ast.unparse(last.value).split("(")[0] in CHECKS, cell["id"]
    words = [cell["id"] for cell in notebook.cells if cell.cell_type == "markdown" and "**Kontrol" in cell.source]
    assert words == [], "a check's words belong to the check"


ENGLISH_GUARD = re.compile(r"^(?!.*[æøå]).*\b(has|have|is|are)\b.*", re.IGNORECASE)


@of_every_template
def test_an_assert_tells_the_analyst_in_english_what_to_change(path):
    for cell in code_cells(read(path)):
        for one in nodes(cell):
            if isinstance(one, ast.Assert):
                assert one.msg and ENGLISH_GUARD.match(" ".join(texts(one.msg))), cell["id"]


COPIES_ITS_PAPER = {"economics", "full_year_persons"}
"""Their tables stand as on paper, with the date in the heading as it is there."""


@of_every_template
def test_a_date_is_written_as_on_paper_only_where_the_paper_s_table_stands(path):
    assert ("short_day(" in str([cell.source for cell in code_cells(read(path))])) <= (path.stem in COPIES_ITS_PAPER)


def all_code(path):
    """The code of a notebook."""
    return ast.Module([one for cell in code_cells(read(path)) for one in ast.parse(cell.source).body], [])


WRITERS = {**{path.stem: all_code(path) for path in TEMPLATES}, **PACKAGE}
"""Who writes what a page shows: a notebook, or a module of the package."""
of_every_writer = pytest.mark.parametrize("writer", sorted(WRITERS))


HOW_IT_IS_DRAWN = re.compile(r"^(Søjler|(En|To) (trappe)?kurver?|To stablede|Linjer|Prikker|Rutediagram|Et punkt)\b")


@of_every_writer
def test_an_alt_text_says_what_is_found_and_not_how_it_is_drawn(writer):
    alts = [
        keyword.value
        for call in calls_of(WRITERS[writer], {"show_figure"})
        for keyword in call.keywords
        if keyword.arg == "alt"
    ]
    assert [text for alt in alts for text in texts(alt) if HOW_IT_IS_DRAWN.match(text)] == []


@of_every_writer
def test_numbers_in_sentences_are_computed(writer):
    for call in calls_of(WRITERS[writer], THE_DOOR):
        place = {"show_text": 1, "show_goal": 3}.get(ast.unparse(call.func).split(".")[-1])
        sentences = [] if place is None else [call.args[place]]
        sentences += [keyword.value for keyword in call.keywords if keyword.arg == "alt"]
        for text in (text for sentence in sentences for text in texts(sentence)):
            assert not re.search(r"\d", text), f"a number is written by hand: {text}"


def test_every_template_runs_as_it_is_from_any_folder(pages, tmp_path, monkeypatch):
    # the book has been built: there is a snapshot, and pages for the overview to read
    assert pages.is_dir()
    monkeypatch.delenv("AFKAST_HOME", raising=False)
    monkeypatch.delenv("AFKAST_PAGES", raising=False)

    def run(path):
        client = NotebookClient(
            read(path),
            timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(tmp_path)}},
            shutdown_kernel="immediate",
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
        return client.execute()

    with ThreadPoolExecutor(2) as pool:
        for notebook in pool.map(run, TEMPLATES):
            for cell in code_cells(notebook):
                assert cell.outputs or not surely_shown(cell), cell["id"]
                assert shown(cell, THE_DOOR | CHECKS | SHOW_A_PART) or not cell.outputs, cell["id"]


# ---------------------------------------------------------------- references


def expected(strategies):
    """Of every page of the example: its reference, its template and its parameters."""
    for strategy in strategies.values():
        for job in (*jobs_of(strategy, ""), front_page_of(strategy, "")):
            yield f"{job.strategy}_{job.page}", job.notebook, dict(job.parameters)
    yield OVERVIEW, "overview", {"snapshot": ""}
    yield DATA_BASIS, "data_basis", {"snapshot": ""}
    yield DATA_QUALITY, "data_quality", {"snapshot": ""}
    yield RECONCILIATION, "reconciliation", {"snapshot": ""}


def test_every_page_has_a_reference_that_is_its_template_with_its_parameters(strategies):
    assert [path.stem for path in REFERENCES] == sorted(name for name, _, _ in expected(strategies)), (
        "run `make reference`"
    )
    for name, notebook, parameters in expected(strategies):
        cells = code_cells(read(ROOT / "tests" / "reference" / f"{name}.ipynb"))
        injected = [cell for cell in cells if "injected-parameters" in tags(cell)]
        given = {
            ast.unparse(one.targets[0]): ast.literal_eval(one.value)
            for one in ast.parse(injected[0].source).body
            if isinstance(one, ast.Assign)
        }
        assert (len(injected), given) == (1, parameters), f"{name}: run `make reference`"
        template = code_cells(read(ROOT / "notebooks" / f"{notebook}.ipynb"))
        own = [cell.source for cell in cells if cell is not injected[0]]
        assert own == [cell.source for cell in template], f"{name}: run `make reference`"


@of_every_reference
def test_a_reference_really_was_executed(path):
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert cell.outputs or not surely_shown(cell), cell["id"]
        assert shown(cell, THE_DOOR | CHECKS | SHOW_A_PART) or not cell.outputs, cell["id"]
        assert all("text/html" in output.data for output in cell.outputs), cell["id"]


def check_ids(cell):
    return {ast.literal_eval(one.args[1]) for one in shown(cell, CHECKS)}


def test_every_check_is_made_on_a_page_of_the_example():
    made = "".join(path.read_text(encoding="utf-8") for path in REFERENCES)
    ids = {one for path in TEMPLATES for cell in code_cells(read(path)) for one in check_ids(cell)}
    # the example counts in no warehouse and follows no edition; test_derived.py and test_changes.py have those pages
    elsewhere = {"datavarehuset", "delene"}
    missing = sorted(one for one in ids - elsewhere if f"vist-kontrol-{one}\\" not in made)
    assert missing == [], "run `make reference`"


@of_every_reference
def test_a_reference_is_small_and_runs_on_any_machine(path):
    text = path.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert "data:image" not in text
    assert not re.search(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}", text)
    assert str(ROOT) not in text


KERNEL = {"name": "python3", "display_name": "Python 3"}


def _compared(folder):
    """The notebooks of a folder, compared as `make test` compares the reference notebooks."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -v -p no:cacheprovider --color=no\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", f"--nbval-sanitize-with={SANITIZE}", "-p", "tests.nbval_kernels"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_changed_number_fails_the_comparison_and_another_picture_or_snapshot_does_not(tmp_path):
    def reference(name, html):
        source = (
            "from IPython.display import display\n"
            'picture, snapshot = "data:image/svg+xml;base64,QUJD=", "2022-02-28-0123456789ab"\n'
            'display({"text/html": f"<img src={picture}> <td>1.234,5</td> {snapshot}"}, raw=True)'
        )
        output = new_output("display_data", {"text/html": html})
        cell = new_code_cell(source, execution_count=1, outputs=[output])
        nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": KERNEL}), tmp_path / f"{name}.ipynb")

    reference("same", "<img src=figure> <td>1.234,5</td> 2019-12-09-ba9876543210")
    reference("changed", "<img src=figure> <td>1.234,6</td> 2019-12-09-ba9876543210")
    compared = _compared(tmp_path)
    assert compared.returncode == 1
    outcomes = dict(re.findall(r"^(\w+)\W+ipynb::Cell 0 (\w+)", compared.stdout, re.MULTILINE))
    assert outcomes == {"same": "PASSED", "changed": "FAILED"}


def test_the_kernels_of_the_comparison_take_no_port_that_another_process_could_take_first(tmp_path):
    source = "from ipykernel import connect\nassert connect.get_connection_info(unpack=True)['transport'] == 'ipc'"
    cell = new_code_cell(source, execution_count=1)
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": KERNEL}), tmp_path / "sockets.ipynb")
    assert "1 passed" in _compared(tmp_path).stdout
    assert "--nbval -p tests.nbval_kernels " in (ROOT / "Makefile").read_text(encoding="utf-8")
