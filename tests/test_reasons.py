"""An error is known by being ours, not by its name; no other message is repeated, and no traceback travels."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from afkast.edition.reasons import LOOK, TOLD, reason, reason_of
from afkast.errors import DataError, PageError
from afkast.report.cells import unit_of

SECRET = "010203-4567"


def of(code):
    """What is told of the error that code of a page raises, SECRET being among its data."""
    try:
        exec(compile(code, "cell", "exec"), {"__name__": "__main__", "person": SECRET})
    except Exception as error:
        return reason_of(error)
    pytest.fail("the code raises nothing")


@pytest.mark.parametrize(
    "code",
    [
        "from pandas.errors import DataError\nraise DataError(person)",
        "import sqlite3\nraise sqlite3.DataError(person)",
        "class DataError(Exception): pass\nraise DataError(person)",
        "from afkast.errors import DataError as Ours\nclass DataError(Ours): pass\nraise DataError(person)",
        "from afkast.errors import DataError as Ours\nclass Mine(Ours): pass\n"
        "Mine.__name__, Mine.__module__ = 'DataError', 'afkast.errors'\nMine.__qualname__ = 'DataError'\n"
        "raise Mine(person)",
        "from afkast.errors import PageError\nraise PageError(f'no {person}')",
        "assert False, person",
        "assert False, f'{person} mangler'",
        "assert False, person + ' mangler'",
        "import numpy\nnumpy.testing.assert_equal(person, 1)",
        "import pandas\npandas.testing.assert_frame_equal(pandas.DataFrame([person]), pandas.DataFrame(['']))",
        "raise type(person, (Exception,), {})('')",
        "raise KeyError(person)",
        "from afkast.report import open_page\nint(person)",
        "import pandas\npandas.Series([person]).astype(int)",
        "import duckdb\nduckdb.sql(f\"select '{person}'::int\").fetchall()",
    ],
)
def test_a_message_that_may_hold_data_is_not_repeated(code):
    told = of(code)
    assert "0102" not in told and "4567" not in told
    assert told.endswith(f"{LOOK}.")


def test_a_sentence_of_our_own_is_told():
    with pytest.raises(PageError) as refused:
        unit_of("kroner")
    assert reason_of(refused.value) == str(refused.value)
    assert of("from afkast.report.cells import unit_of\nunit_of('kroner')") == f"line 2: {refused.value}"


def test_words_that_stand_in_the_page_s_own_code_are_told():
    assert of("assert 1 == 2, 'summen stemmer ikke'") == "line 1: its check failed: summen stemmer ikke."
    assert of("def check():\n    assert 1 == 2, 'en ' 'sætning'\ncheck()") == "line 3: its check failed: en sætning."
    assert of("assert 1 == 2") == "line 1: its check failed: no message."
    assert of("from afkast.errors import DataError\nraise DataError('Et år mangler.')") == "line 2: Et år mangler."


def test_a_key_that_stands_in_the_page_s_code_is_told_and_no_other():
    assert of("x = {}\nx['units']") == f"line 2: there is no 'units'; {LOOK}."
    assert of("import pandas\npandas.DataFrame()['units']") == f"line 2: there is no 'units'; {LOOK}."
    assert of("x = {}\nx[person]") == f"line 2: KeyError; {LOOK}."


def test_a_kernel_that_does_not_judge_has_nothing_repeated():
    assert reason(TOLD, "En sætning.") == "En sætning."
    for kind in (DataError.__name__, "AssertionError", SECRET):
        assert reason(kind, SECRET) == f"it stops with an error; {LOOK}."


@pytest.mark.parametrize(
    "code",
    [
        f"from pandas.errors import DataError\nraise DataError('{SECRET}')",
        f"import os\nos.write(1, b'{SECRET}')\nos.write(2, b'{SECRET}')",
        f"import subprocess\nsubprocess.run(['echo', '{SECRET}'])",
        f"import sys\nsys.__stderr__.write('{SECRET}')\nsys.__stderr__.flush()",
        f"import os\nos.write(2, b'{SECRET}')\nos._exit(1)",
        f"import sys\nsys.exit('{SECRET}')",
        f"x = '{SECRET}",
    ],
)
def test_nothing_that_a_kernel_writes_reaches_the_terminal(project, code):
    """In a process of its own, for what is written past Python goes to the process's own terminal."""
    cells = [new_markdown_cell("# Titel"), new_code_cell("x = 1", metadata={"tags": ["parameters"]})]
    nbformat.write(new_notebook(cells=[*cells, new_code_cell(code)]), project.root / "notebooks" / "fejl.ipynb")
    program = (
        "import sys\nfrom pathlib import Path\nfrom afkast.edition.execute import Job, execute\n"
        "from afkast.errors import PageError\nfrom afkast.project import Project\n"
        "project = Project(*map(Path, sys.argv[1:]))\n"
        "try:\n    execute(project, Job('fejl', 'alfa', 'side', 'T', '', {}), project.pages)\n"
        "except PageError as error:\n    print(error)\nelse:\n    print('shown')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(project.root), str(project.data)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout.startswith("page alfa/side, notebook fejl, cell 2") or (
        run.stdout == "shown\n" and "__stderr__" in code  # it went to nobody, and the page shows nothing of it
    )
    assert SECRET not in run.stdout + run.stderr
