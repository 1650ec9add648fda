"""What has changed since the edition before is told by cause, each found by changing one thing alone."""

import gc
import json
import re
import shutil

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import run_here
from municipality import municipality
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from afkast.cli import main
from afkast.edition.changes import DATA, DECISION, METHOD, PERIOD, Since, headline_numbers, write_changes
from afkast.edition.editions import Kept, find, former_of, keep
from afkast.edition.execute import jobs_of
from afkast.edition.manifest import read_manifest, write_manifest
from afkast.edition.running import executed
from afkast.errors import AfkastError, PageError
from afkast.intake import open_snapshot
from afkast.intake.snapshot import POINTER, file_sha256
from afkast.project import Project, find_repository
from afkast.report.changed import CAUSES, CHANGES, SEVERAL, since_former
from afkast.report.reads import Readable
from afkast.strategy import load_strategies

PARAMETERS = """\
strategy = "alfa"  # strategien
page = "side"  # siden
as_of = ""  # datoen
snapshot = ""  # datagrundlaget
faktor = 1  # en beslutning
personer = 100  # et antal"""

READS = """\
from afkast.analysis.targets import Verdict
from afkast.report.danish import Quantity
from afkast.report.show import open_page
report = open_page(strategy, page, as_of, snapshot, needs)
rows = report.table("ledger")
spent = rows["amount_dkk"].sum() * faktor
report.show_text("forbruget", "Der er brugt {spent}.", {"spent": Quantity(spent, "kr.")}, headline=True, source=rows)
report.show_text("antallet", "Der er {count}.", {"count": Quantity(personer, "personer")}, headline=True)
verdict = Verdict.BEHIND if faktor > 1 else Verdict.ON_TRACK
report.show_text("maal-maalet", "Målet er {verdict}.", {"verdict": verdict}, source=rows)
report.show_text("andet", "Der er {rows}.", {"rows": Quantity(len(rows), "rækker")}, source=rows)"""

STRATEGY = """\
id: alfa
name: Alfa
municipality: Strandlev
decided_by: Byrådet
summary: En strategi.
period: {start: 2022-01-01, end: 2024-12-31}
as_of: 2023-08-31
committees: {BU: Udvalget}
goals:
  - {id: maalet, text: Målet., page: side, measure: målet}
pages:
  - {id: side, notebook: maaler, title: Siden, area: economics, parameters: {faktor: 1, personer: 100}}
"""


def write_notebook(project, source=READS):
    cells = [
        new_markdown_cell("# Titel"),
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        new_code_cell('needs = [{"table": "ledger"}]', metadata={"tags": ["needs"]}),
        new_code_cell(source),
    ]
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"celle-{number}"
    (project.data / "notebooks").mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), project.data / "notebooks" / "maaler.ipynb")


def run(project, jobs, pages):
    for _, fault in executed(project, jobs, pages, strict=False):
        assert not fault or "unfinished" in str(pages), fault


def execute(project, pages):
    data = open_snapshot(project.snapshots)
    strategies = load_strategies(project)
    run(project, [job for one in strategies.values() for job in jobs_of(one, data.id)], pages)


@pytest.fixture(scope="module")
def published(tmp_path_factory, _surroundings):
    """A data folder of one strategy with one page, whose first edition has been published."""
    data = municipality("economics").write(tmp_path_factory.mktemp("aendringer") / "strandlev")
    assert CliRunner().invoke(main, ["import", "--data", str(data)]).exit_code == 0
    project = Project(find_repository(), data)
    for path in project.strategies.glob("*.yml"):
        path.unlink()
    (project.strategies / "alfa.yml").write_text(STRATEGY, encoding="utf-8")
    write_notebook(project)
    snapshot = open_snapshot(project.snapshots)
    with_postings(project, snapshot, "2023-12-05-000000000001", lambda ledger: ledger.assign(strategy="alfa"))
    execute(project, project.pages)
    keep_now(project)
    return project


def keep_now(project):
    """Keep the pages as an edition that was published."""
    project.site.mkdir(parents=True, exist_ok=True)
    told = json.loads((project.build / CHANGES).read_text("utf-8")) if (project.build / CHANGES).is_file() else {}
    keys = {path.stem: file_sha256(path) for path in project.pages.rglob("*.ipynb")}
    write_manifest(project.site, {"snapshot": open_snapshot(project.snapshots).id, "pages": keys, "changes": told})
    keep(project, read_manifest(project.site))


def with_postings(project, old, id, change):
    """A snapshot, from now on in use, whose ledger is another."""
    folder = shutil.copytree(old.path, project.snapshots / id)
    ledger = change(pd.read_parquet(folder / "ledger.parquet"))
    ledger.to_parquet(folder / "ledger.parquet")
    manifest = {**old.manifest, "id": id}
    manifest["tables"]["ledger"]["sha256"] = file_sha256(folder / "ledger.parquet")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (project.snapshots / POINTER).write_text(id, encoding="ascii")


@pytest.fixture
def project(published, tmp_path):
    return Project(published.root, shutil.copytree(published.data, tmp_path / "strandlev"))


def spent(project, until):
    ledger = open_snapshot(project.snapshots).table("ledger")
    return ledger.loc[ledger["posted_on"] <= until, "amount_dkk"].sum()


def changes_now(project):
    """Execute the pages as they are now; what has changed since the published edition, by item."""
    pages = project.build / "unfinished-pages"
    shutil.rmtree(pages, ignore_errors=True)
    execute(project, pages)
    former = former_of(project, pages)
    since = Since(project, former, Readable(project, open_snapshot(project.snapshots), pages), project.data)
    write_changes(project.build / CHANGES, since.changes({}, run))
    gc.collect()  # nbclient leaves its threads' loops open, and of that the pages that are run here would be warned
    return {one.told["item"]: one for one in since_former(pages).changes()}


def edit_strategy(project, old, new):
    path = project.strategies / "alfa.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def later(project):
    edit_strategy(project, "as_of: 2023-08-31", "as_of: 2023-09-30")


def decided(project):
    edit_strategy(project, "faktor: 1", "faktor: 2")


def counted_otherwise(project):
    write_notebook(project, READS.replace('["amount_dkk"].sum()', '["amount_dkk"].sum() * 3'))


def revised(project):
    def one_more(ledger):
        first = ledger["posted_on"].idxmin()
        ledger.loc[first, "amount_dkk"] += 1000
        return ledger

    with_postings(project, open_snapshot(project.snapshots), "2023-12-06-000000000002", one_more)


def test_nothing_has_changed_when_nothing_was_changed_and_the_first_edition_has_none_before_it(project):
    assert former_of(project, project.pages) is None
    revised(project)
    later(project)
    assert former_of(project, project.pages) is None
    assert set(changes_now(project)) == {"forbruget"}


@pytest.mark.parametrize(
    ("change", "cause"), [(later, PERIOD), (decided, DECISION), (counted_otherwise, METHOD), (revised, DATA)]
)
def test_one_thing_alone_is_the_whole_of_a_change(project, change, cause):
    before = spent(project, "2023-08-31")
    change(project)
    one = changes_now(project)["forbruget"]
    after = {PERIOD: spent(project, "2023-09-30"), DECISION: 2 * before, METHOD: 3 * before, DATA: before + 1000}[cause]
    assert after != before
    assert one.told["change"] == pytest.approx(after - before, abs=1)
    assert one.parts == {cause: pytest.approx(after - before, abs=1)}
    assert int(re.sub(r"\D", "", one.told["old"])) == pytest.approx(before, abs=0.5)


def test_several_things_are_told_apart_by_changing_one_after_the_other(project):
    before = spent(project, "2023-08-31")
    for change in (later, decided, counted_otherwise, revised):
        change(project)
    month = spent(project, "2023-09-30") - spent(project, "2023-08-31")
    told = changes_now(project)
    one = told["forbruget"]
    parts = {METHOD: 2 * before, DATA: 3 * 1000, PERIOD: 3 * month, DECISION: 3 * (before + 1000 + month)}
    assert one.parts == {cause: pytest.approx(part, abs=1) for cause, part in parts.items()}
    assert list(told) == ["maal-maalet", "forbruget"]
    assert told["maal-maalet"].parts == {DECISION: "bagud"}
    assert told["maal-maalet"].in_words() == "vurderingen fra på vej til bagud (ændret parameter eller beslutning)"
    assert re.match(r"».*[\d.]+.kr\..*«, før [\d.]+.kr\. \(ændret parameter eller beslutning \+", one.in_words())


def test_what_cannot_be_told_apart_is_told_as_that(project):
    later(project)
    revised(project)
    counted_otherwise(project)
    shutil.rmtree(project.snapshots / "2023-12-05-000000000001")
    one = changes_now(project)["forbruget"]
    assert list(one.parts) == [SEVERAL] and one.parts[SEVERAL] == one.told["change"]


@pytest.mark.parametrize(
    ("now", "told"), [(101, False), (104, False), (96, False), (105, True), (95, True), (3, False)]
)
def test_a_change_of_few_persons_is_not_told_and_a_hidden_number_is_not_compared(project, now, told):
    edit_strategy(project, "personer: 100", f"personer: {now}")
    assert ("antallet" in changes_now(project)) is told


@pytest.mark.parametrize("more", [3, 30])
def test_what_was_counted_in_between_is_not_told_of_persons(project, more):
    edit_strategy(project, "personer: 100", "personer: 110")
    write_notebook(project, READS.replace("Quantity(personer,", f"Quantity(personer + {more},"))
    one = changes_now(project)["antallet"]
    assert one.parts == {SEVERAL: 10 + more}


def test_the_edition_before_stays_the_one_before_when_the_new_one_is_published(project):
    first = find(project, "2023")
    decided(project)
    changes_now(project)
    shutil.rmtree(project.pages)
    (project.build / "unfinished-pages").rename(project.pages)
    keep_now(project)
    assert former_of(project, project.pages) == first
    with pytest.raises(AfkastError, match="several editions begin"):
        find(project, "2023")
    assert Kept(first.folder).data_of.isoformat() == "2023-12-05"


def test_the_page_of_changes_says_each_with_its_page_its_clause_and_what_it_comes_of(project, monkeypatch):
    for change in (later, decided, counted_otherwise, revised):
        change(project)
    changes_now(project)
    monkeypatch.setenv("AFKAST_PAGES", str(project.build / "unfinished-pages"))
    shown = run_here(project, "changes", {"strategy": "", "page": "aendringer"})
    (turned,) = shown["vurderinger"]["rows"]
    assert turned["label"] == "Alfa · Siden"
    assert [cell["shown"] for cell in turned["cells"]] == ["på vej", "bagud", "ændret parameter eller beslutning"]
    (number,) = shown["tal"]["rows"]
    spent_now = number["cells"][1]["shown"].replace("\u00a0", " ")
    assert number["label"] == f"Alfa · Siden: Der er brugt {spent_now}"
    old, new = (int(re.sub(r"\D", "", cell["shown"])) for cell in number["cells"][:2])
    change, causes = number["cells"][2]["value"], number["cells"][3]["shown"]
    parts = [int(re.sub(r"\D", "", one)) for one in re.findall(r"[+−][\d.]+", causes)]
    assert change == new - old and sum(parts) == pytest.approx(change)
    assert len(parts) == len(CAUSES) and all(name in causes for name in CAUSES.values())
    assert "kontrol-delene" in shown

    # a part that is another stops the page
    path = project.build / CHANGES
    told = json.loads(path.read_text("utf-8"))
    tampered = next(one for one in told["pages"]["alfa/side"]["changes"] if one["change"] is not None)
    tampered["parts"][METHOD] += 1000
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(PageError, match="delene"):
        run_here(project, "changes", {"strategy": "", "page": "aendringer"})


RESULTS = """\
from afkast.report.money import amount
from afkast.report.show import open_page
report = open_page(strategy, page, as_of, snapshot, needs)
for name, kroner in RESULTS.items():
    report.show_text(name, "I maj er det {result} for {people} borgere (mellem {low} og {high}), og mere vides ikke.",
        {"result": amount(kroner, unit="kr."), "people": "77", "low": "70", "high": "80"}, headline=True)"""


def test_a_loss_that_became_a_gain_is_told_as_it_was_said_and_a_loss_that_grew_as_a_larger_one(project):
    """What else was told in that sentence is not told again: it may be hidden today."""
    of_edition = {
        "stoerre-tab": (-100.0, -300.0),
        "mindre-tab": (-300.0, -100.0),
        "stoerre-gevinst": (100.0, 300.0),
        "vendt-til-gevinst": (-100.0, 300.0),
        "vendt-til-tab": (100.0, -300.0),
    }
    for edition in (0, 1):
        values = {name: each[edition] for name, each in of_edition.items()}
        write_notebook(project, f"RESULTS = {values}\n{RESULTS}")
        told = changes_now(project)
        shutil.rmtree(project.pages)
        (project.build / "unfinished-pages").rename(project.pages)
        if not edition:
            (project.build / CHANGES).unlink()
            shutil.rmtree(project.data / "editions")
            keep_now(project)
    assert {name: one.told["change"] for name, one in told.items()} == {
        "stoerre-tab": 200,
        "mindre-tab": -200,
        "stoerre-gevinst": 200,
        "vendt-til-gevinst": 400,
        "vendt-til-tab": -400,
    }
    assert all(sum(one.parts.values()) == one.told["change"] for one in told.values())
    assert {name: one.before.replace("\u00a0", " ") for name, one in told.items()} == {
        "stoerre-tab": "100 kr.",
        "mindre-tab": "300 kr.",
        "stoerre-gevinst": "100 kr.",
        "vendt-til-gevinst": "»I maj er det et tab på 100 kr. for … borgere«",
        "vendt-til-tab": "»I maj er det en gevinst på 100 kr. for … borgere«",
    }


def test_of_two_equal_numbers_in_a_text_each_is_told_with_its_own_clause(project):
    both = '"Der er brugt {spent}, og {count} er regnet med. Der var {count_before} før"'
    source = READS.replace('"Der er {count}."', both).replace(
        '{"count": Quantity(personer, "personer")}',
        '{"spent": "lidt", "count": Quantity(personer, "personer"), "count_before": Quantity(personer, "personer")}',
    )
    write_notebook(project, source)
    changes_now(project)
    told = headline_numbers(project.build / "unfinished-pages" / "alfa" / "side.ipynb")
    words = {name: one.words for (item, name), one in told.items() if item == "antallet"}
    assert {name: one.replace("\u00a0", " ") for name, one in words.items()} == {
        "count": "og 100 personer er regnet med.",
        "count_before": "Der var 100 personer før",
    }
