"""A page is its inputs: it is taken over while they are as they were, and else run again, and why is told."""

import json
import re
import shutil
from contextlib import contextmanager
from datetime import date

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, copy_of
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from afkast.edition.build import build, run_page, status
from afkast.edition.inputs import Now, in_words, read_record
from afkast.edition.manifest import read_manifest
from afkast.edition.unchanged import LAST, LastBuild, last_build, made_in, note_build, read_by
from afkast.intake import open_snapshot
from afkast.intake.snapshot import POINTER, file_sha256
from afkast.report.filed import filed
from afkast.report.reader import TABLES
from afkast.report.reads import Readable

PARAMETERS = """\
strategy = "kik"  # strategien
page = "side"  # siden
as_of = ""  # datoen
snapshot = ""  # datagrundlaget
tabel = "ledger"  # den tabel, der læses"""

NEEDS = 'needs = [{"table": "ledger"}, {"table": "budget"}, {"table": "unit_prices"}]'

READS = """\
from afkast.report.show import open_page
report = open_page(strategy, page, as_of, snapshot, needs)
rows = report.table(tabel)
report.show_text("antal", "Der er rækker.", source=rows)"""

STRATEGY = """\
id: {id}
name: {id}
municipality: Aabenraa
decided_by: Byrådet
summary: En strategi.
period: {{start: 2019-01-01, end: 2022-12-31}}
as_of: 2019-11-30
committees: {{AMU: Udvalget}}
goals: []
pages:
  - {{id: poster, notebook: laeser, title: Poster, area: economics, parameters: {{tabel: ledger}}}}
  - {{id: maal, notebook: laeser, title: Mål, area: targets, parameters: {{tabel: budget}}}}
  - {{id: priser, notebook: laeser, title: Priser, area: economics, parameters: {{tabel: unit_prices}}}}
"""

OF_A_STRATEGY = ("poster", "maal", "priser")


def write_notebook(project, name, *cells):
    parameters = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    needs = new_code_cell(NEEDS, metadata={"tags": ["needs"]})
    notebook = new_notebook(cells=[new_markdown_cell("# Titel"), parameters, needs, *map(new_code_cell, cells)])
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"celle-{number:02d}"
    nbformat.write(notebook, project.root / "notebooks" / f"{name}.ipynb")


def stamps(*folders):
    """Every file with its time of change and content."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.fixture(scope="module")
def edition(imported, tmp_path_factory):
    """A book of two strategies of the example whose pages each read one table."""
    project = copy_of(imported, tmp_path_factory.mktemp("udgave"))
    for path in project.strategies.glob("*.yml"):
        path.unlink()
    for id in ("kik", "kijos"):
        (project.strategies / f"{id}.yml").write_text(STRATEGY.format(id=id), encoding="utf-8")
    write_notebook(project, "laeser", READS)
    for name in ("overview", "reconciliation", "data_quality"):
        write_notebook(project, name, "x = 1")
    build(project)
    return project


@contextmanager
def another_amount(project, strategy):
    """A snapshot, in use for the time being, in which one posting of the strategy has another amount; its id."""
    old = open_snapshot(project.snapshots)
    id = f"{old.id[:11]}{'0' * 12}"
    folder = shutil.copytree(old.path, project.snapshots / id)
    ledger = pd.read_parquet(folder / "ledger.parquet")
    ledger.loc[ledger.index[ledger["strategy"] == strategy][0], "amount_dkk"] += 1
    ledger.to_parquet(folder / "ledger.parquet")
    manifest = {**old.manifest, "id": id}
    manifest["tables"]["ledger"]["sha256"] = file_sha256(folder / "ledger.parquet")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    pointer = project.snapshots / POINTER
    try:
        pointer.write_text(id, encoding="ascii")
        yield id
    finally:
        pointer.write_text(old.id, encoding="ascii")
        shutil.rmtree(folder)


def test_when_nothing_has_changed_no_byte_is_touched_and_the_same_is_told(edition):
    assert status(edition) == {}
    before, told, again = stamps(edition.build), [], []
    made = build(edition, tell=told.extend)
    assert (made.unchanged, made.run) == (True, {})
    assert stamps(edition.build) == before
    # as the whole way to it has it, page by page
    (edition.build / LAST).unlink()
    assert build(edition, tell=again.extend) == made and told == again
    assert stamps(edition.build).keys() == before.keys()


def test_a_site_that_somebody_has_changed_is_rendered_again_without_running_a_page(edition, tmp_path):
    project = copy_of(edition, tmp_path)
    changed, gone, *_ = sorted(project.site.rglob("strategies/*/*.html"))
    before = {path: path.read_bytes() for path in (changed, gone)}
    changed.write_bytes(before[changed].replace(b"</main>", b"<p>1.910</p></main>"))
    gone.unlink()
    made = build(project)
    assert (made.unchanged, made.run) == (False, {})
    assert {path: path.read_bytes() for path in before} == before


def added(place):
    def add(project):
        path = project.data / place if place.startswith(("strategies", "text", "editions")) else project.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(b"\n")

    return add


@pytest.mark.parametrize(
    "change",
    [
        *(added(place) for place in ("_config.yml", "book/metode.md", "notebooks/laeser.ipynb", "notebooks/ny.ipynb")),
        *(added(place) for place in ("strategies/kik.yml", "text/ny.md", "editions/en/pages/kik/maal.counts")),
        lambda project: (project.data / "sources.yml").open("ab").write(b"# x\n"),
        lambda project: (project.data / "approvals.json").write_text("[]"),
        lambda project: next(open_snapshot(project.snapshots).path.glob("*.parquet")).open("ab").write(b"x"),
        lambda project: (project.pages / "kik" / "maal.ipynb").open("ab").write(b"\n"),
        lambda project: (project.pages / "kik" / "maal.counts").unlink(),
        lambda project: (project.build / "withheld.json").write_text("{}"),
        lambda project: next(project.site.rglob("*.html")).unlink(),
        lambda project: (project.site / "manifest.json").unlink(),
    ],
)
def test_whatever_a_build_reads_is_looked_into_when_a_byte_of_it_changes(edition, tmp_path, change):
    project = copy_of(edition, tmp_path)
    data = open_snapshot(project.snapshots)
    read = read_by(project, data)
    note_build(project, LastBuild(read, made_in(project), [], [], []))
    assert last_build(project, read)
    change(project)
    assert last_build(project, read_by(project, data)) is None


def test_another_engine_or_snapshot_is_looked_into_as_well(edition, monkeypatch):
    data = open_snapshot(edition.snapshots)
    read = read_by(edition, data)
    with another_amount(edition, "kik"):
        assert read_by(edition, open_snapshot(edition.snapshots)) != read
    monkeypatch.setenv("AFKAST_ENGINE", "duckdb")
    assert read_by(edition, data) != read


def test_a_build_with_a_page_that_failed_is_not_the_last_word(edition, tmp_path):
    project = copy_of(edition, tmp_path)
    write_notebook(project, "laeser", READS, "assert tabel != 'budget', 'ingen budget'")
    assert set(build(project).failed) == {"kik/maal", "kijos/maal"}
    assert set(build(project).failed) == {"kik/maal", "kijos/maal"}


def test_a_changed_cell_of_a_table_runs_the_pages_that_read_it_and_the_others_are_what_a_run_would_give(
    edition,
):
    former = open_snapshot(edition.snapshots).id
    with another_amount(edition, "kik") as now:
        why = {name: reasons for name, (reasons, _) in status(edition).items()}
        assert why["kik/poster"] == ["table ledger"]
        assert set(why) == {"kik/poster", "datagrundlag", "overblik", "afstemning", "datakvalitet", "the book"}
        assert why["overblik"] == ["what other pages show may change"]
        made = build(edition)
        assert set(made.run) == {"kik/poster", "datagrundlag"} and not made.failed
        taken_over = {path: path.read_bytes() for path in edition.pages.rglob("*.ipynb")}
        assert f"snapshot = '{now}'" in taken_over[edition.pages / "kijos" / "maal.ipynb"].decode()
        assert set(build(edition, again=True).run) >= {
            f"{id}/{page}" for id in ("kik", "kijos") for page in OF_A_STRATEGY
        }
        assert {path: path.read_bytes() for path in edition.pages.rglob("*.ipynb")} == taken_over
        html = (edition.site / "strategies" / "kik" / "poster.html").read_text("utf-8")
        foot = " ".join(BeautifulSoup(html, "html.parser").get_text().split())
        record = read_record(edition.pages / "kik" / "poster.ipynb")
        assert record and f"Datagrundlag {now}" in foot and record.key[:12] in foot
        assert read_manifest(edition.site).id in foot
        # an old snapshot is run beside the book and never ends in it
        run_page(edition, "kik", "poster", former)
        assert build(edition).unchanged


def edit_strategy(old, new):
    def edit(project):
        path = project.strategies / "kik.yml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return edit


def edit_page(project):
    page = project.pages / "kik" / "maal.ipynb"
    page.write_text(page.read_text("utf-8").replace("Der er rækker", "Der var rækker"), "utf-8")


@pytest.mark.parametrize(
    ("edit", "reasons"),
    [
        (lambda project: write_notebook(project, "laeser", READS, "x = 1"), {"its notebook"}),
        (edit_strategy("title: Mål", "title: Målene"), {"its title", "its strategy"}),
        (edit_strategy("tabel: budget", "tabel: ledger"), {"its parameters", "its strategy"}),
        (edit_strategy("summary: En strategi", "summary: Strategien"), {"its strategy"}),
        (lambda project: (project.pages / "kik" / "maal.json").unlink(), {"it has not been run"}),
        (edit_page, {"its executed notebook has been changed"}),
    ],
)
def test_what_a_page_is_made_of_is_told_when_it_changes(edition, tmp_path, edit, reasons):
    project = copy_of(edition, tmp_path)
    before = set(status(project))
    assert "kik/maal" not in before
    edit(project)
    assert set(status(project)["kik/maal"][0]) == reasons


def test_a_table_that_comes_or_goes_and_another_engine_are_changes(edition, monkeypatch):
    readable = Readable(edition, open_snapshot(edition.snapshots), edition.pages)

    def digest(kind, name, strategy):
        return readable.digest(kind, name, strategy, date(2018, 1, 31))

    assert digest("table", "series_breaks", "kik")
    assert digest("table", "findes-ikke", "kik") == digest("file", "findes-ikke", "kik") == ""
    assert digest("table", "ledger", "kik") != digest("table", "ledger", "kijos")
    assert digest("table", "measures", "kik") != digest("later table", "measures", "kik")
    assert digest("table", "unit_prices", "kik") == digest("table", "unit_prices", "kijos")
    monkeypatch.setenv("AFKAST_ENGINE", "postgresql://bruger:kodeord@host/database")
    from afkast.edition.build import batches_of
    from afkast.strategy import load_strategies

    jobs, *_ = batches_of(list(load_strategies(edition).values()), readable.snapshot)
    assert Now(readable).why_again(jobs[0], edition.pages) == ["AFKAST_ENGINE"]


def test_datagrundlag_lists_exactly_the_files_that_the_pages_have_read(edition):
    shown = filed(json.loads((edition.pages / "datagrundlag.ipynb").read_text("utf-8")))
    [files] = [item for item in shown if item["id"] == "filer"]
    listed = {re.sub(r" \(.*\)$", "", row["label"]) for row in files["rows"]}
    read = set()
    for id in ("kik", "kijos"):
        for table, strategys in (("ledger", True), ("budget", True), ("unit_prices", False)):
            rows = open_snapshot(edition.snapshots).table(table)
            read |= set(rows[rows["strategy"] == id]["file"] if strategys else rows["file"])
    assert listed == read
    assert len(listed) < len({entry["file"] for entry in open_snapshot(edition.snapshots).manifest["files"]})


def test_a_change_of_whatever_a_page_may_have_read_is_told_in_words():
    reads = [ROOT / "afkast" / "report" / one for one in ("reader.py", "reads.py", "show.py")]
    kinds = {kind for path in reads for kind in re.findall(r"note\(\"([^\"]+)\"", path.read_text("utf-8"))}
    kinds |= {kind for path in reads for kind in re.findall(r"kind == \"([^\"]+)\"", path.read_text("utf-8"))}
    kinds |= {*TABLES}
    assert {"extractions", "withheld", "table"} <= kinds
    assert all(in_words(kind, "spells") for kind in kinds)
