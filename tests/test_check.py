"""`afkast check`: what would stop a page is told before any kernel starts, and stops that page alone."""

from datetime import date

import pytest
from click.testing import CliRunner
from conftest import ROOT
from municipality import ONE_PAGE, STRATEGY, Municipality, municipality, strategy_of

from afkast.cli import main
from afkast.edition.check import check
from afkast.edition.needs import Data, lacking
from afkast.errors import PageError
from afkast.intake import import_raw, open_snapshot
from afkast.notebook import read_template, values_of
from afkast.project import Project
from afkast.report.reading import complete
from afkast.strategy import load_strategies

NOTEBOOKS = Project(ROOT, ROOT / "data" / "example").notebooks()
TEMPLATES = {name: read_template(NOTEBOOKS[name]) for name in ONE_PAGE}


def written(data, folder):
    project = Project(ROOT, data.write(folder))
    import_raw(project.data, project.snapshots, bytes(32))
    return project


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """A municipality whose one strategy has a page of every notebook, each with goals of its own."""
    data = municipality(*ONE_PAGE)
    strategy = data.strategies[STRATEGY]
    apart(strategy)
    # some notebooks ask for one price level, and one for a plan that is financed
    data.add("budget", line="financing", kind="strategy", year=2022)
    data.tables["budget"]["price_level_year"] = 2023
    return written(data, tmp_path_factory.mktemp("alle") / "strandlev")


def apart(strategy):
    """Let no two goals of a strategy have one id."""
    pages = {page["id"]: page["parameters"] for page in strategy["pages"]}
    for goal in strategy["goals"]:
        parameters = pages[goal["page"]]
        if parameters.get("goal") == goal["id"]:
            goal["id"] = parameters["goal"] = f"{goal['page']}-maal"


@pytest.fixture
def project(everything, tmp_path):
    """The same, to change the strategy of; the snapshot is shared, and only read."""
    data = tmp_path / "strandlev"
    (data / "strategies").mkdir(parents=True)
    (data / "sources.yml").write_text((everything.data / "sources.yml").read_text("utf-8"), "utf-8")
    (data / "strategies" / f"{STRATEGY}.yml").write_text(yaml_of(everything), "utf-8")
    (data / "snapshots").symlink_to(everything.snapshots)
    yield Project(ROOT, data)


def yaml_of(project):
    return (project.strategies / f"{STRATEGY}.yml").read_text("utf-8")


def changed(project, old, new):
    """What is found when these words stand in the strategy's file instead of those."""
    path = project.strategies / f"{STRATEGY}.yml"
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")
    return check(project)


def line_of(project, words):
    return yaml_of(project)[: yaml_of(project).index(words)].count("\n") + 1


# ---------------------------------------------------------------- the declaration is true


def test_a_municipality_that_has_what_every_notebook_needs_passes(everything):
    checked = check(everything)
    assert checked.faults == ()
    [strategy] = checked.strategies.values()
    assert len(checked.sound(strategy)) == len(ONE_PAGE)


def of_every_need():
    return [
        pytest.param(name, number, id=f"{name}-{number}-{need.table}")
        for name, template in TEMPLATES.items()
        for number, need in enumerate(template.needs)
        if not need.optional
    ]


class Without(Data):
    """The snapshot with less in it."""

    def __init__(self, snapshot, table, frame):
        super().__init__(snapshot)
        self._less, self._frame = table, frame

    def has(self, table):
        return super().has(table) and not (table == self._less and self._frame is None)

    def table(self, name):
        return self._frame if name == self._less and self._frame is not None else super().table(name)


def of_page(everything, notebook):
    strategy = load_strategies(everything)[STRATEGY]
    [page] = [page for page in strategy.pages if page.notebook == notebook]
    return strategy, page, TEMPLATES[notebook]


def told(data, strategy, page, template, need):
    return [one.sentence for one in lacking(data, strategy, template.defaults | page.parameters, need)]


ALSO_SET = {
    "benchmark": {"joint_measures": {"på forsørgelse": "på forsørgelse"}},
    "cohort_status": {"stock_measure": "sygedagpenge", "stock_base_month": "2022-02"},
}
"""Parameters that Strandlev's pages leave empty, and a need names."""


@pytest.mark.parametrize(("notebook", "number"), of_every_need())
def test_each_need_taken_away_is_told_by_the_check(everything, notebook, number):
    strategy, page, template = of_page(everything, notebook)
    need, snapshot = template.needs[number], open_snapshot(everything.snapshots)
    page = page.model_copy(update={"parameters": page.parameters | ALSO_SET.get(notebook, {})})
    asked = [values_of(value, known(strategy, page, template)) for value in need.rows.values()]
    assert None not in asked, "the page leaves a parameter empty that this need names; set it in ALSO_SET"
    frame = snapshot.table(need.table)

    # the table itself
    [sentence] = told(Without(snapshot, need.table, None), strategy, page, template, need)
    assert sentence.startswith(f"it needs the table {need.table}, which the snapshot has not")
    # every row
    [sentence] = told(Without(snapshot, need.table, frame[:0]), strategy, page, template, need)
    assert sentence.startswith(f"{need.table} has no rows")
    # the rows of each value that is asked for
    for column, values in zip(need.rows, asked, strict=True):
        if column not in frame:
            continue
        for value in values:
            same = frame[column].astype(str).str.startswith(str(value))
            assert same.any(), (column, value)
            sentences = told(Without(snapshot, need.table, frame[~same]), strategy, page, template, need)
            assert sentences and all(sentence.startswith(f"{need.table} has no row") for sentence in sentences)
    # what must not be blank, and what all rows must have
    for column in need.given:
        blank = frame.assign(**{column: None})
        sentences = told(Without(snapshot, need.table, blank), strategy, page, template, need)
        assert sentences and all(f" lacks {column}" in sentence for sentence in sentences)
    for column in need.only:
        other = frame.assign(**{column: frame[column] - 1})
        sentences = told(Without(snapshot, need.table, other), strategy, page, template, need)
        assert any(f"has {column} " in sentence for sentence in sentences)
    # prices that no factor leads to the page's
    if need.in_prices_of:
        elsewhere = frame.assign(price_level_year=1990)
        sentences = told(Without(snapshot, need.table, elsewhere), strategy, page, template, need)
        assert sentences and all("in prices of 1990, and price_levels has no factors" in one for one in sentences)


def test_a_parameter_in_a_list_asks_nothing_where_it_is_empty_and_is_named_where_its_value_is_not_there(everything):
    strategy, page, template = of_page(everything, "benchmark")
    data, [need, *_] = Data(open_snapshot(everything.snapshots)), template.needs

    def lacks(**said):
        return list(lacking(data, strategy, template.defaults | page.parameters | said, need))

    assert page.parameters["measure"] == "på forsørgelse"
    assert lacks(joint_measures={}) == [] == lacks(joint_measures={"på forsørgelse": "alle"})
    for name, said, value in (
        ("measure", {"measure": "ukendt"}, "ukendt"),
        ("joint_measures", {"joint_measures": {"ukendt": "alle"}}, "ukendt"),
        ("compared_with", {"compared_with": "Nordby"}, "Nordby"),
    ):
        found = lacks(**said)
        assert {lack.named for lack in found} == {name}
        assert all(f"'{value}'" in lack.sentence for lack in found)


def known(strategy, page, template):
    """What a need can name, reckoned here by hand for the municipality's date, 30 September 2023."""
    assert strategy.as_of == date(2023, 9, 30)
    return {
        **template.defaults,
        **page.parameters,
        "municipality": "Strandlev",
        "as_of": "2023-09-30",
        "month": "2023-09",
        "months": [f"2023-0{month}" for month in range(1, 10)],
        "year": 2023,
        "last_year": 2022,
        "due_year": 2024,
        "month_before": "2022-02",
        "benefits_received": ["kontanthjælp"],
    }


@pytest.mark.parametrize("notebook", [name for name in TEMPLATES if TEMPLATES[name].required])
def test_a_parameter_that_must_be_set_and_is_not_stops_its_page_alone(project, notebook):
    for name in TEMPLATES[notebook].required:
        strategy = strategy_of(*ONE_PAGE)
        apart(strategy)
        [page] = [page for page in strategy["pages"] if page["notebook"] == notebook]
        del page["parameters"][name]
        again = Municipality({}, {STRATEGY: strategy}).write(project.data / name)
        (project.strategies / f"{STRATEGY}.yml").write_bytes((again / "strategies" / f"{STRATEGY}.yml").read_bytes())
        checked = check(project)
        assert any(f"needs the parameter '{name}'" in sentence for sentence in checked.sentences())
        assert {fault.page for fault in checked.faults} == {notebook.replace("_", "-")}


# ---------------------------------------------------------------- names, dates, ids


def test_a_name_that_is_nearly_one_of_the_data_is_suggested_with_its_line(project):
    line = line_of(project, "measure: jobafklaring")
    [fault, *_] = changed(project, "measure: jobafklaring", "measure: Jobafklaring").faults
    assert fault.sentence.startswith(f"{STRATEGY}.yml:{line}: page 'same-period-last-year': measures has no row with ")
    assert fault.sentence.endswith("Did you mean 'jobafklaring'?")
    assert fault.page == "same-period-last-year"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("- id: inflow", "- id: index", "'index' is the strategy's own front page; give the page another id."),
        ("- id: inflow", "- id: con", "a file cannot be called con on Windows; give the page another id."),
        ("- id: inflow", "- id: lpt9", "a file cannot be called lpt9 on Windows; give the page another id."),
        ("title: Siden inflow", "title: ' '", "page 'inflow' has a blank title."),
        ("name: Hurtigt videre", "name: ' '", "name is blank; write what readers are to see."),
        ("as_of: 2023-09-30", "as_of: 2021-12-31", "as_of lies before the strategy starts; correct as_of or period."),
        ("own_figure: månedens besparelse", "survival_page: ingen", "no page of the name in survival_page; it has "),
        ("judged: cumulated", "judged: on average", "it decides goals whose judged is 'in each year' or 'cumulated'"),
    ],
)
def test_what_cannot_be_a_page_is_told(project, old, new, sentence):
    assert any(sentence in one for one in changed(project, old, new).sentences())


def test_a_goal_that_no_page_decides_is_told(project):
    goal = "goals:\n- id: ingen\n  text: Ingen afgør det.\n  page: inflow\n  measure: intet\n"
    assert any(
        "it is to decide the goal 'ingen', and notebook inflow decides none" in sentence
        for sentence in changed(project, "goals:\n", goal).sentences()
    )


def test_a_date_after_the_data_is_told_for_what_is_lacking(project):
    checked = changed(project, "as_of: 2023-09-30", "as_of: 2024-06-30")
    assert any("up to 2024-06-30" in sentence for sentence in checked.sentences("", "full-year-persons"))
    assert any(" was extracted on 2023-12-05, before the report's date 2024-06-30" in one for one in checked.remarks)


def test_a_benefit_without_price_or_step_on_the_ladder_is_asked_about(everything, tmp_path):
    data = municipality("inflow")
    person = data.tables["cohort"].iloc[0]["person"]
    spells = data.tables["spells"]
    spells.loc[spells["person"] == person, "benefit"] = "kontanthjælp særlig"  # nearer ones the import asks about
    remarks = check(written(data, tmp_path / "strandlev")).remarks
    for table in ("unit_prices", "refund_ladder"):
        [remark] = [one for one in remarks if table in one]
        assert "have received 'kontanthjælp særlig'" in remark and remark.endswith("Did you mean 'kontanthjælp'?")


# ---------------------------------------------------------------- what is broken stops itself alone


def test_a_broken_file_or_notebook_stops_its_own_pages_and_no_other(project):
    (project.strategies / "knust.yml").write_text("id: [\n", "utf-8")
    own = project.data / "notebooks"
    own.mkdir()
    (own / "knust.ipynb").write_text("{", "utf-8")
    checked = changed(project, "notebook: inflow", "notebook: knust")
    assert {(fault.strategy, fault.page) for fault in checked.faults} == {("knust", ""), (STRATEGY, "inflow")}
    assert list(checked.strategies) == [STRATEGY]
    assert len(checked.sound(checked.strategies[STRATEGY])) == len(ONE_PAGE) - 1


def test_the_command_tells_all_faults_and_says_by_its_code_what_can_be_made(project):
    def run():
        result = CliRunner().invoke(main, ["check", "--data", str(project.data)])
        return result.exit_code, result.stdout, result.stderr

    assert run()[:2] == (0, f"{len(ONE_PAGE)} pages can be made\n")
    changed(project, "title: Siden inflow", "title: ' '")
    changed(project, "measure: jobafklaring", "measure: jobafklarin")
    code, out, err = run()
    assert (code, out) == (3, f"{len(ONE_PAGE) - 2} pages can be made\n")
    assert "page 'inflow' has a blank title" in err and "measure 'jobafklarin'" in err
    changed(project, "name: Hurtigt videre", "name: ' '")
    assert run()[:2] == (1, "0 pages can be made\n")


@pytest.mark.parametrize(
    "text",
    [
        "as_of: 9999-12-31",
        "as_of: 0001-01-31",
        "as_of: " + "[" * 3000,
        "as_of: " + "[" * 3000 + "]" * 3000,
        "as_of: " + "{a: " * 3000,
        "- " * 3000,
        "as_of: " + "9" * 10_000,
        "as_of: 1e9999",
        "as_of: &a [*a]",
        "as_of: *nothing",
        "as_of:\t2023-09-30",
        "as_of: a\0b",
        "as_of: 'æ\x01'",
        "? [a, b]\n: c",
        "as_of: !!python/object:os.system x",
        "as_of: !!binary '='",
        "as_of: !!timestamp hemmelig",
        "as_of: !!int hemmelig",
        "as_of: !!float x",
        "as_of: !!set {a}",
        "as_of: <<",
        "<<: {a: b}",
        "%TAG ! tag:x,2000:",
        "---\n---\n",
        "",
        "\ufeff",
        "as_of: 2023-09-30T00:00:00Z",
        "as_of: 2023-09-30 99:99:99",
        "as_of: |\n  a\n b",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_nothing_in_a_file_makes_a_traceback(project, text):
    (project.strategies / "andet.yml").write_text(text, "utf-8")
    path = project.strategies / f"{STRATEGY}.yml"
    whole = path.read_text("utf-8")
    (project.strategies / "tredje.yml").write_text(whole.replace("as_of: 2023-09-30", text or "x"), "utf-8")
    result = CliRunner().invoke(main, ["check", "--data", str(project.data)])
    assert isinstance(result.exception, SystemExit) and result.exit_code == 3, result.exception
    assert f"{len(ONE_PAGE)} pages can be made" in result.stdout
    told = [line for line in result.stderr.splitlines() if not line.startswith("perhaps: ")]
    assert any(line.startswith("andet.yml") for line in told)
    assert all(len(line) < 1000 for line in told)


def test_bytes_that_are_no_text_make_no_traceback(project):
    for number, content in enumerate((b"\xff\xfe\x00", b"id: \xe6\n", bytes(range(256)))):
        (project.strategies / f"b{number}.yml").write_bytes(content)
    sentences = check(project).sentences()
    assert [sentence.split(":")[0] for sentence in sentences] == ["b0.yml", "b1.yml", "b2.yml"]


# ---------------------------------------------------------------- a notebook runs as it is


def test_a_notebook_that_names_no_page_gets_the_values_of_the_first_that_fits(everything, monkeypatch):
    monkeypatch.setenv("AFKAST_DATA", str(everything.data))
    defaults = TEMPLATES["full_year_persons"].defaults

    def completed(**changed):
        names = defaults | changed
        complete(names, "full_year_persons")
        return names

    own = of_page(everything, "full_year_persons")[1].parameters
    assert own["measure"] == "sygedagpenge"
    as_it_is = completed()
    assert as_it_is == defaults | own | {"strategy": STRATEGY, "page": "full-year-persons"}
    # what the analyst changed stays, and the rest follows the page
    assert completed(measure="jobafklaring", as_of="2023-06-30") == as_it_is | {
        "measure": "jobafklaring",
        "as_of": "2023-06-30",
    }
    # a page that Afkast executes has everything said, also what is said to be as the default
    said = {"strategy": STRATEGY, "page": "full-year-persons", "as_of": "2023-09-30", "snapshot": "x", "measure": ""}
    assert completed(**said) == defaults | said
    with pytest.raises(PageError, match="no strategy of strandlev has such a page of the notebook full_year_persons"):
        completed(page="inflow")


def test_a_notebook_shows_what_the_parts_that_it_takes_from_the_package_show():
    assert {"udvikling", "indeks"} < TEMPLATES["benchmark"].shows["show_figure"]
    assert "opfoelgning" in TEMPLATES["business_case"].shows["show_table"]
    assert "udvikling" not in TEMPLATES["business_case"].shows["show_figure"]
