"""What several tests share."""

import os
import pickle
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from filelock import FileLock
from hypothesis import settings
from municipality import municipality

from afkast.cli import main
from afkast.edition import cleanroom
from afkast.edition.execute import jobs_of
from afkast.intake import import_raw, open_snapshot
from afkast.project import Project
from afkast.report import charts, show
from afkast.report.ending import PageEnded
from afkast.report.reads import digest_of
from afkast.strategy import load_strategies

ROOT = Path(__file__).resolve().parents[1]

# as pages are run, and no worker waits for another's threads; the workers of xdist are started after this
os.environ |= cleanroom.ONE_THREAD

# the same examples in every run, and no clock: a busy machine is not a fault
settings.register_profile("afkast", deadline=None, derandomize=True)
settings.load_profile("afkast")

KEY = bytes(range(32))
"""The pseudonym key of the tests."""

NO_SKIP = "AFKAST_NO_SKIP"
"""Where this is set, a test left out is a test failed; .ci/run sets it."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _not_skipped((yield))


def _not_skipped(report):
    if report.skipped and os.environ.get(NO_SKIP) and not hasattr(report, "wasxfail"):
        _, _, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{reason} ({NO_SKIP} is set: nothing may be skipped)"
    return report


@pytest.fixture(autouse=True, scope="session")
def _surroundings(tmp_path_factory):
    """The user's own pseudonym key, project and engine are left alone."""
    with pytest.MonkeyPatch.context() as patch:
        key = tmp_path_factory.mktemp("key") / "pseudonym.key"
        key.touch(mode=0o600)
        key.write_text(KEY.hex(), encoding="ascii")
        patch.setenv("AFKAST_KEY_FILE", str(key))
        patch.delenv("AFKAST_HOME", raising=False)
        patch.delenv("AFKAST_DATA", raising=False)
        patch.delenv("AFKAST_PAGES", raising=False)
        patch.delenv("AFKAST_ENGINE", raising=False)
        yield


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """What several tests read, made by the first worker that asks for it: a file or folder of that name."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "once"
    shared.mkdir(exist_ok=True)

    def made(name, make):
        path, whole = shared / name, shared / f"{name}.made"
        with FileLock(shared / f"{name}.lock"):
            if not whole.exists():
                shutil.rmtree(path, ignore_errors=True)
                make(path)
                whole.touch()
        return path

    return made


@pytest.fixture(scope="session")
def snapshot(once):
    """The example data, imported under the key of the tests."""
    return open_snapshot(once("snapshots", lambda folder: import_raw(ROOT / "data" / "example", folder, KEY)))


class Shown(dict[str, dict[str, Any]]):
    """What a page showed at the door, by id."""

    def number(self, id, name):
        return self[id]["numbers"][name]["value"]

    def rows(self, id):
        return {row["label"]: [cell["shown"] for cell in row["cells"]] for row in self[id]["rows"]}

    def amounts(self, id):
        return {row["label"]: [cell["value"] for cell in row["cells"]] for row in self[id]["rows"]}


def as_read(html):
    """HTML without the marks around the numbers of sentences, which nobody sees."""
    return re.sub(r'<span class="tal"[^>]*>(.*?)</span>', r"\1", html)


RunPage = Callable[..., Shown]


def run_here(project, notebook, parameters, instead=None):
    """Run a notebook of the project here, without a kernel, and collect what it shows; a warning is an error.

    `instead` has other code for some of the notebook's own, each found in one cell.
    """
    shown = Shown()

    def display(data, raw, metadata):
        filed = metadata[show.METADATA_KEY]
        shown[filed["id"]] = filed | {"html": as_read(data["text/html"])}

    names = {}
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("error")
        patch.setenv("AFKAST_DATA", str(project.data))
        patch.setattr(show, "display", display)
        patch.setattr(charts, "svg", _drawn_once(charts.svg))
        with suppress(PageEnded):
            for source, tags in _code_of(project.notebooks()[notebook], instead or {}):
                exec(source, names)
                if "parameters" in tags:
                    names |= parameters
    return shown


def _drawn_once(svg):
    """Draws a figure in its first size alone, which stands for the others: drawing is most of a page's time."""
    drawn = {}

    def once(draw, values, width, height):
        if drawn.get("values") is not values:
            drawn.update(values=values, svg=svg(draw, values, width, height))
        return drawn["svg"]

    return once


def _code_of(path, instead):
    """The source and tags of each code cell."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    sources = [cell.source for cell in cells]
    for old, new in instead.items():
        [place] = [place for place, source in enumerate(sources) if source.count(old) == 1]
        sources[place] = sources[place].replace(old, new)
    return [(source, cell.metadata.get("tags", [])) for source, cell in zip(sources, cells, strict=True)]


@pytest.fixture(scope="session")
def run_page(snapshot, tmp_path_factory):
    """Runs a strategy's page here, without a kernel, and collects what it shows.

    Beside the example's pages, the investment with too few for a curve has a page of curves.
    """
    project = Project(ROOT, tmp_path_factory.mktemp("project"))
    shutil.copytree(ROOT / "data" / "example" / "strategies", project.strategies)
    shutil.copy(ROOT / "data" / "example" / "sources.yml", project.data)
    with (project.strategies / "norddjurs-rekruttering-sundhed.yml").open("a", encoding="utf-8") as file:
        file.write("  - {id: kurver, notebook: survival_effects, title: Kurver, area: effect,\n")
        file.write("     parameters: {price_level_year: 2020}}\n")
        file.write("  - {id: eksempel, notebook: survival_example, title: Eksempel, area: effect}\n")
    shutil.copytree(snapshot.path.parent, project.snapshots)

    def run(strategy, page_id, instead=None, **parameters):
        [job] = [job for job in jobs_of(load_strategies(project)[strategy], snapshot.id) if job.page == page_id]
        return run_here(project, job.notebook, {**job.parameters, **parameters}, instead)

    return run


@pytest.fixture(scope="session")
def page(run_page, once):
    """The same of the example as it is; each page once."""

    @cache
    def shown(*page):
        made = once(digest_of(page), lambda path: path.write_bytes(pickle.dumps(run_page(*page))))
        return pickle.loads(made.read_bytes())

    return shown


@pytest.fixture(scope="session")
def imported(snapshot, tmp_path_factory):
    """The repository's product files with the example imported, in a folder with a space and Danish letters."""
    root = tmp_path_factory.mktemp("kopi") / "Afkast på øen"
    root.mkdir()
    shutil.copy2(ROOT / "_config.yml", root)
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    generated = shutil.ignore_patterns("build", "snapshots")
    shutil.copytree(ROOT / "data" / "example", root / "data" / "example", ignore=generated)
    shutil.copytree(ROOT / "book", root / "book")
    project = Project(root, root / "data" / "example")
    shutil.copytree(snapshot.path.parent, project.snapshots)
    return project


@pytest.fixture
def project(imported, tmp_path):
    """A copy to break things in."""
    return copy_of(imported, tmp_path)


def copy_of(project, folder):
    """The same repository and data folder in another place."""
    root = shutil.copytree(project.root, folder / project.root.name)
    return Project(root, root / project.data.relative_to(project.root))


@pytest.fixture(scope="session")
def site():
    """The built book; `make test` builds it first."""
    return _built(ROOT / "data" / "example" / "build" / "html")


@pytest.fixture(scope="session")
def pages():
    """The executed pages of the built book."""
    return _built(ROOT / "data" / "example" / "build" / "pages")


def _built(folder):
    if not folder.is_dir():
        pytest.fail(f"{folder.relative_to(ROOT)} is not there; run `make book`.", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def postgresql():
    """The address of a PostgreSQL of the tests' own, which only a socket in a temporary folder leads to."""
    homes = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    if not homes and (found := shutil.which("initdb")):
        homes = [Path(found).parent]
    if not homes:
        pytest.skip("there is no PostgreSQL; install it with `apt-get install postgresql`")
    pytest.importorskip("psycopg", reason="there is no driver for PostgreSQL; install it with `make engines`")
    folder = Path(tempfile.mkdtemp(prefix="afkast-postgresql-"))
    as_server = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        as_server = ["runuser", "-u", "postgres", "--"]

    def run(program, *arguments):
        command = [*as_server, str(homes[-1] / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    try:
        run("initdb", "--username=afkast", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8")
        run("pg_ctl", "start", "-w", "-l", "/dev/null", "-o", f"-c listen_addresses='' -c fsync=off -k {folder}")
        try:
            yield f"postgresql:///postgres?host={folder}&user=afkast"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def small_book(once, tmp_path_factory, _surroundings):
    """The data folder of Strandlev with its book: a page of money, one of a goal, and one of persons."""
    return shutil.copytree(once("small", _small_book) / "strandlev", tmp_path_factory.mktemp("small") / "strandlev")


def _small_book(folder):
    folder.mkdir()
    made = municipality("economics", "full_year_persons", "survival_effects").write(folder / "strandlev")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AFKAST_HOME", "AFKAST_DATA", "AFKAST_PAGES"):
            patch.setenv(name, "")  # a build may set them, and they are put back after it
            patch.delenv(name)
        for command in ("import", "build"):
            result = CliRunner().invoke(main, [command, "--data", str(made)])
            assert result.exit_code == 0, result.stderr
