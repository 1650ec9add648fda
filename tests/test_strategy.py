"""A strategy's file: read as it stands, or refused in one sentence with file and line, without quoting a value."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from afkast.errors import StrategyError
from afkast.notebook import read_template
from afkast.project import Project
from afkast.strategy import load_strategies, read_strategy

ROOT = Path(__file__).resolve().parents[1]

GOOD = """\
id: fisk
name: Fisk
municipality: Norddjurs
decided_by: Byrådet
summary: Flere fisk.
period:
  start: 2019-06-01
  end: 2022-12-31
as_of: 2019-11-30
committees:
  AMU: Arbejdsmarkedsudvalget
goals:
  - id: flere
    text: Flere fisk.
    page: oekonomi
    measure: fisk i alt
    due: 2022-12-31
    judged: in each year
pages:
  - id: oekonomi
    notebook: economics
    title: Økonomi
    area: economics
    parameters:
      paper_sign: -1
      share: 0.5
      measures: [sild]
      goal: flere
"""

PARAMETERS = """\
strategy = ""
page = ""
as_of = ""
snapshot = ""
paper_sign = 1  # et helt tal
share = 0.2
measures = ["torsk"]
anything = []
names = {"AMU": "Udvalg"}
goal = "flere"
loud = False
"""


def write_notebook(path, *cells):
    """A notebook of cells: type, tags, source."""
    content = [
        {"cell_type": kind, "id": f"c{n}", "metadata": {"tags": tags}, "source": source}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for n, (kind, tags, source) in enumerate(cells)
    ]
    notebook = {"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture
def notebooks(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write_notebook(folder / "economics.ipynb", ("markdown", [], "# Økonomi"), ("code", ["parameters"], PARAMETERS))
    write_notebook(folder / "overview.ipynb", ("code", ["parameters"], 'strategy = ""\npage = ""\n'))
    return folder


@pytest.fixture
def strategies(tmp_path):
    folder = tmp_path / "data" / "strategies"
    folder.mkdir(parents=True)
    return folder


def in_folder(notebooks):
    return {path.stem: path for path in sorted(notebooks.glob("*.ipynb"))}


def refused(strategies, notebooks, text, name="fisk.yml"):
    """What is said of the file."""
    (strategies / name).write_text(text, encoding="utf-8")
    faults = read_strategy(strategies / name, in_folder(notebooks)).faults
    assert faults
    return "\n".join(fault.sentence for fault in faults)


def test_a_strategy_is_what_stands_in_its_file(strategies, notebooks):
    (strategies / "fisk.yml").write_text(GOOD, encoding="utf-8")
    strategy = read_strategy(strategies / "fisk.yml", in_folder(notebooks)).strategy
    assert (strategy.id, strategy.municipality, strategy.decided_on) == ("fisk", "Norddjurs", None)
    assert (strategy.period.start, strategy.period.end) == (date(2019, 6, 1), date(2022, 12, 31))
    assert strategy.page("oekonomi").parameters == {
        "paper_sign": -1,
        "share": 0.5,
        "measures": ["sild"],
        "goal": "flere",
    }
    with pytest.raises(StrategyError, match="no page 'andet'; it has oekonomi"):
        strategy.page("andet")


# replaced in GOOD, by what, the line that is named, and what is said
FAULTS = {
    "a key written twice": ("name: Fisk", "name: Fisk\nname: Hemmelig", 3, "'name' is also on line 2"),
    "an unknown key": ("municipality:", "municipalty:", 3, "unknown key; did you mean 'municipality'"),
    "an unknown key far below": ("    area: economics", "    aera: economics", 23, "did you mean 'area'"),
    "an unknown key like none": ("summary:", "qqq: hemmelig\nsummary:", 5, "unknown key; remove it"),
    "a key left out": ("    title: Økonomi\n", "", 20, "title: this key is missing"),
    "a number for a text": ("name: Fisk", "name: 4711", 2, "name: must be a valid string"),
    "a text for a date": ("as_of: 2019-11-30", "as_of: hemmelig", 9, "as_of: must be a valid date"),
    "a day that is not in the calendar": ("as_of: 2019-11-30", "as_of: 2019-11-31", 9, "not a date in the calendar"),
    "an empty text": ("summary: Flere fisk.", 'summary: ""', 5, "summary: "),
    "an area that is none": ("area: economics", "area: hemmelig", 23, "area: must be 'economics', 'targets' or"),
    "an id with a capital": ("id: fisk", "id: Hemmelig", 1, "id: "),
    "an id that begins with a hyphen": ("id: fisk", "id: -hemmelig", 1, "id: "),
    "an id of 41 letters": ("id: fisk", f"id: {'a' * 41}", 1, "id: "),
    "an id that is not the file's name": ("id: fisk", "id: hemmelig", 1, "must be the file's name, fisk"),
    "a date within a month": ("as_of: 2019-11-30", "as_of: 2019-11-29", 1, "last day of a month"),
    "28 February of a leap year": ("as_of: 2019-11-30", "as_of: 2020-02-28", 1, "last day of a month"),
    "a period that ends before it starts": ("end: 2022-12-31", "end: 2018-12-31", 6, "must not end before it starts"),
    "a goal on a page that is not there": ("    page: oekonomi", "    page: hemmelig", 15, "no page of that name"),
    "a goal that does not say what it measures": ("    measure: fisk i alt\n", "", 13, "measure: this key is missing"),
    "a goal that is judged in no known way": (
        "judged: in each year",
        "judged: hemmelig",
        18,
        "judged: must be 'at the date', 'in each year', 'cumulated' or 'on average'",
    ),
    "a day for a goal that is not judged": (
        "    judged: in each year\n",
        "",
        13,
        "a goal with a due date says how it is judged; add judged, or remove due",
    ),
    "a goal that is due before the strategy starts": (
        "due: 2022-12-31",
        "due: 2019-05-31",
        17,
        "due before the strategy starts",
    ),
    "a text for a goal's day": ("due: 2022-12-31", "due: hemmelig", 17, "due: must be a valid date"),
    "a notebook that is not there": (
        "notebook: economics",
        "notebook: economic",
        21,
        "there are economics, overview. Did you mean 'economics'?",
    ),
    "a notebook that is no strategy's page": (
        "notebook: economics",
        "notebook: overview",
        21,
        "its parameters cell lacks 'as_of'",
    ),
    "an unknown parameter": ("share: 0.5", "shore: 0.5", 26, "no parameter 'shore'; it has"),
    "a parameter that Afkast sets": ("share: 0.5", "snapshot: hemmelig", 26, "'snapshot' is set by Afkast itself"),
    "a text for a whole number": ("paper_sign: -1", "paper_sign: hemmelig", 25, "'paper_sign' must be a whole number"),
    "a fraction for a whole number": (
        "paper_sign: -1",
        "paper_sign: 0.4711",
        25,
        "'paper_sign' must be a whole number",
    ),
    "true for a whole number": ("paper_sign: -1", "paper_sign: true", 25, "'paper_sign' must be a whole number"),
    "a text for a number": ("share: 0.5", "share: hemmelig", 26, "'share' must be a number"),
    "true for a number": ("share: 0.5", "share: true", 26, "'share' must be a number"),
    "a number for true or false": ("share: 0.5", "loud: 1", 26, "'loud' must be true or false"),
    "a text for a list": ("measures: [sild]", "measures: hemmelig", 27, "'measures' must be a list"),
    "a number in a list of texts": ("measures: [sild]", "measures: [sild, 4711]", 27, "'measures' must be a list"),
    "a list for a mapping": ("share: 0.5", "names: [hemmelig]", 26, "'names' must be a mapping"),
    "a goal that is not the strategy's": (
        "goal: flere",
        "goal: flerre",
        28,
        "the page decides the goal 'flerre', which is not under goals; there are flere. Did you mean 'flere'?",
    ),
    "a date for a text": ("goal: flere", "goal: 2019-11-30", 28, "'goal' must be a text"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_sentence_with_file_and_line(strategies, notebooks, fault):
    before, after, line, said = FAULTS[fault]
    assert GOOD.count(before) == 1
    message = refused(strategies, notebooks, GOOD.replace(before, after))
    found = [one for one in message.splitlines() if said in one]
    assert len(found) == 1, message
    assert found[0].startswith(f"fisk.yml:{line}: ")
    assert not re.search("hemmelig|4711", message, re.IGNORECASE), "a value is quoted"


def test_an_unknown_parameter_is_met_with_the_nearest_known(strategies, notebooks):
    assert refused(strategies, notebooks, GOOD.replace("share:", "shore:")).endswith("Did you mean 'share'?")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("share: 0.5", "share: 1"),
        ("share: 0.5", "loud: true"),
        ("share: 0.5", "anything: [1, to, 3.0]"),
        ("share: 0.5", "names: {ØKU: Økonomiudvalget}"),
        ("measures: [sild]", "measures: []"),
        ("as_of: 2019-11-30", "as_of: 2020-02-29"),
        ("id: fisk", "decided_on: 2019-02-27\nid: fisk"),
    ],
)
def test_what_has_the_type_of_the_notebooks_own_value_is_taken(strategies, notebooks, before, after):
    (strategies / "fisk.yml").write_text(GOOD.replace(before, after), encoding="utf-8")
    assert read_strategy(strategies / "fisk.yml", in_folder(notebooks)).strategy.id == "fisk"


def test_a_page_that_decides_the_goal_of_another_page_is_refused(strategies, notebooks):
    other = "  - {id: to, notebook: economics, title: To, area: effect, parameters: {goal: flere}}\n"
    told = refused(strategies, notebooks, GOOD + other)
    assert told.startswith("fisk.yml:29: the page 'to' decides the goal 'flere', which names another page")


@pytest.mark.parametrize(
    ("kind", "text", "again"),
    [
        ("page", "  - {id: oekonomi, notebook: economics, title: To, area: effect}\n", GOOD),
        ("goal", "goals:\n  - {id: flere, text: To, page: oekonomi, measure: fisk}\n", GOOD.replace("goals:\n", "")),
    ],
)
def test_two_pages_or_goals_of_the_same_id_are_refused(strategies, notebooks, kind, text, again):
    wrong = GOOD + text if kind == "page" else GOOD.replace("goals:\n", text)
    assert f"two of its {kind}s have the same id" in refused(strategies, notebooks, wrong)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([("code", [], PARAMETERS)], "has 0 cells tagged 'parameters'"),
        ([("code", ["parameters"], PARAMETERS)] * 2, "has 2 cells tagged 'parameters'"),
        ([("markdown", ["parameters"], "x = 1")], "tag the one that holds its parameters"),
        ([("code", ["parameters"], PARAMETERS + "x = 1 + y")], "may hold only 'name = literal' lines"),
        ([("code", ["parameters"], PARAMETERS + "import os")], "may hold only 'name = literal' lines"),
        ([("code", ["parameters"], PARAMETERS + "a, b = 1, 2")], "may hold only 'name = literal' lines"),
        ([("code", ["parameters"], PARAMETERS + "a = b = 1")], "may hold only 'name = literal' lines"),
        ([("code", ["parameters"], PARAMETERS + "a = (")], "may hold only 'name = literal' lines"),
    ],
    ids=["none tagged", "two tagged", "not code", "computed", "a statement", "a pair", "a chain", "no python"],
)
def test_a_notebook_whose_parameters_cannot_be_told_is_named(strategies, notebooks, cells, said):
    write_notebook(notebooks / "economics.ipynb", *cells)
    message = refused(strategies, notebooks, GOOD)
    assert message.startswith("fisk.yml:21: notebook economics.ipynb has " if "has" in said else "fisk.yml:21: ")
    assert said in message


@pytest.mark.parametrize("content", ["", "ikke json", "{}", "[]", '{"nbformat": 4}'])
def test_a_notebook_that_is_none_is_named(strategies, notebooks, content):
    (notebooks / "economics.ipynb").write_text(content, encoding="utf-8")
    message = refused(strategies, notebooks, GOOD)
    assert message.startswith("fisk.yml:21: ")
    assert "economics.ipynb" in message


def test_the_parameters_of_a_notebook_are_its_literals(notebooks):
    assert read_template(notebooks / "economics.ipynb").defaults["names"] == {"AMU": "Udvalg"}
    assert read_template(notebooks / "overview.ipynb").defaults == {"strategy": "", "page": ""}


def test_all_faults_of_all_files_are_told_at_once(strategies, notebooks):
    (strategies / "fisk.yml").write_text(GOOD.replace("share:", "shore:"), encoding="utf-8")
    (strategies / "krabbe.yml").write_text(GOOD, encoding="utf-8")
    (strategies / "reje.yml").write_text("id: [\n", encoding="utf-8")
    (strategies / "hummer.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(StrategyError) as error:
        load_strategies(Project(notebooks.parent, strategies.parent))
    files = [line.split(":")[0] for line in str(error.value).splitlines()]
    assert files == ["fisk.yml", "krabbe.yml", "reje.yml", "hummer.yaml"]


def test_a_folder_without_strategies_is_an_error_with_its_remedy(strategies, notebooks):
    with pytest.raises(StrategyError, match="strategies/ holds no strategy; add one"):
        load_strategies(Project(notebooks.parent, strategies.parent))


def test_strategies_come_in_danish_order_of_municipality_and_name(strategies, notebooks):
    in_order = [
        ("Ballerup", "Ørred"),
        ("København", "Ål"),
        ("Norddjurs", "ansjos"),
        ("Norddjurs", "Zander"),
        ("Norddjurs", "Æsing"),
        ("Norddjurs", "ørred"),
        ("Norddjurs", "Aal"),
        ("Ærø", "Torsk"),
        ("Ølstykke", "Torsk"),
        ("Aabenraa", "Sild"),
        ("Ålborg", "Sild"),
    ]
    for number, (municipality, name) in enumerate(in_order):
        text = GOOD.replace("id: fisk", f"id: s{(number * 7) % 11:02}").replace("Norddjurs", municipality)
        (strategies / f"s{(number * 7) % 11:02}.yml").write_text(
            text.replace("name: Fisk", f"name: {name}"), encoding="utf-8"
        )
    found = load_strategies(Project(notebooks.parent, strategies.parent)).values()
    assert [(one.municipality, one.name) for one in found] == in_order


def test_the_strategies_of_the_book_are_read_without_fault():
    found = load_strategies(Project(ROOT, ROOT / "data" / "example"))
    municipalities = list(dict.fromkeys(one.municipality for one in found.values()))
    # Aa is sorted as Å
    assert municipalities == ["Ballerup", "Eksempelkøbing (opdigtet)", "København", "Norddjurs", "Aabenraa"]
    assert {path.stem for path in (ROOT / "data" / "example" / "strategies").glob("*.yml")} == set(found)
