"""Pages are executed and rendered, or refused with a sentence; the former site stands until the new one is whole."""

import hashlib
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from conftest import copy_of
from filelock import FileLock
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from afkast.cli import main
from afkast.edition import book
from afkast.edition import execute as execution
from afkast.edition.book import BROWSER_TITLE, FORMER, _write_contents, render
from afkast.edition.build import build, run_page
from afkast.edition.execute import Job, execute
from afkast.edition.unchanged import LAST
from afkast.errors import AfkastError, PageError, StrategyError
from afkast.intake import open_snapshot
from afkast.strategy import load_strategies

AFKAST = [sys.executable, "-c", "from afkast.cli import main; main()"]

NASTY = "Økonomi *fed* <b>stor</b> \"citat\" & [led](http://x.dk) {navn} `kode` $x^2$ | # 1. a_b_c ~~nej~~ ::: 'ej'"

PARAMETERS = """\
strategy = "alfa"  # strategiens id
page = "side"  # sidens id
as_of = ""  # rapportens dato
snapshot = ""  # datagrundlagets id
antal = 1  # et tal
maal = "maalet"  # det mål, som siden afgør
venter = ""  # en fil, som der skrives i, mens cellen venter"""

PAGE = [
    """\
import time
from pathlib import Path
from types import SimpleNamespace
while venter:
    with Path(venter).open("a") as file:
        file.write(".")
    time.sleep(0.05)""",
    'assert antal < 5, "antallet er for stort"',
    # what the door out would show, without the seconds it takes to open it
    """\
from IPython.display import display
verdict = {"value": "nået", "unit": "", "shown": "nået"}
for id, numbers in {f"maal-{maal}": {"verdict": verdict}, "gevinst": {}}.items():
    filed = {"id": id, "kind": "text", "headline": True, "numbers": numbers}
    filed |= {"files": [], "tables": [], "synthetic": True}
    display({"text/html": f"<p id='{id}'>Der er {antal}.</p>"}, raw=True, metadata={"afkast": filed})""",
]

STRATEGY = """\
id: {id}
name: {name}
municipality: {municipality}
decided_by: Byrådet
summary: {name}
period: {{start: 2019-01-01, end: 2022-12-31}}
as_of: 2019-11-30
committees: {{AMU: Udvalget}}
goals:
  - {{id: maalet, text: {name}, page: side, measure: {name}}}
pages:
  - id: side
    notebook: lille
    title: {name}
    area: economics
    parameters:
      antal: 2
"""


MADE_OF = {"snapshot": "2019-11-30-0123456789ab"}


def write_notebook(path, *cells):
    """A template: heading, parameters, and these cells; the first of them is the template's third."""
    parameters = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[new_markdown_cell("# Titel"), parameters, *map(new_code_cell, cells)])
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"celle-{number:02d}"
    nbformat.write(notebook, path)


def write_strategy(project, id, **changes):
    text = STRATEGY.format(id=id, name=json.dumps(NASTY), municipality=json.dumps(f"{id} {NASTY}"))
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = project.strategies / f"{id}.yml"
    path.write_text(text, encoding="utf-8")
    return path


def digests(*folders):
    """Every file's checksum, but for the records that tell how long a page took."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    files = [path for path in files if path.suffix != ".json"]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def unfinished(project):
    """What lies about beside pages, site, lock and what the next build is told by this one."""
    meant = {"pages", "html", "afkast.lock", "fonts", "run", LAST}
    return sorted({path.name for path in project.build.iterdir()} - meant)


def text_of(html, selector):
    found = BeautifulSoup(html.read_text(encoding="utf-8"), "html.parser").select(selector)
    for link in (link for element in found for link in element.select(".headerlink")):
        link.extract()
    return [" ".join(element.get_text().split()) for element in found]


# ---------------------------------------------------------------- one page


def fails(project, *cells):
    """The sentence with which a page of these cells is refused; a former page must stand as it was."""
    write_notebook(project.root / "notebooks" / "fejl.ipynb", *cells)
    former = project.pages / "alfa" / "side.ipynb"
    former.parent.mkdir(parents=True)
    former.write_text("den forrige side", encoding="utf-8")
    with pytest.raises(PageError) as refused:
        execute(project, Job("fejl", "alfa", "side", "Titel", "", {"antal": 1}), project.pages)
    assert digests(project.pages) == {former: hashlib.sha256(b"den forrige side").hexdigest()}
    assert unfinished(project) == []
    return str(refused.value)


AT = "page alfa/side, notebook fejl, cell"


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["x = 1", "assert x == 2, 'summen stemmer ikke'"], f"{AT} 3, line 1: its check failed: summen stemmer ikke."),
        (["assert False"], f"{AT} 2, line 1: its check failed: no message."),
        (["from afkast.errors import DataError\nraise DataError('Et år mangler.')"], f"{AT} 2, line 2: Et år mangler."),
        (
            ["from afkast.analysis.cost import NoUnitPrice\nraise NoUnitPrice('Prisen mangler.')"],
            f"{AT} 2, line 2: Prisen mangler.",
        ),
        (
            ["raise KeyError('HEMMELIG')"],
            f"{AT} 2, line 1: KeyError; open the notebook in JupyterLab, set this page's parameters",
        ),
        (
            ["x = 'HEMMELIG", "x = 1"],
            f"{AT} 2: SyntaxError; open the notebook in JupyterLab, set this page's parameters",
        ),
        (["raise SystemExit(0)", "x = 1"], f"{AT} 2: it leaves early, with quit() or SystemExit."),
        (["x = 1", "raise SystemExit(0)"], f"{AT} 3: it leaves early, with quit() or SystemExit."),
        (["import os", "os.kill(os.getpid(), 9)", "x = 1"], f"{AT} 3: the kernel was killed, as when"),
        (["import os\nos._exit(0)"], f"{AT} 2: it ends its own kernel."),
    ],
)
def test_a_page_that_does_not_run_to_its_end_is_refused_with_cell_and_reason(project, cells, sentence):
    told = fails(project, *cells)
    assert told.startswith(sentence)
    assert "HEMMELIG" not in told


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("print('HEMMELIG')", "it shows something past the door out"),
        ("'HEMMELIG'", "it shows something past the door out"),
        ("import pandas\npandas.DataFrame({'cpr': ['HEMMELIG']})", "it shows something past the door out"),
        (
            "from IPython.display import HTML, display\ndisplay(HTML('HEMMELIG'))",
            "it shows something past the door out",
        ),
        ("import warnings\nwarnings.warn('HEMMELIG')", "it gives a warning (UserWarning); run"),
        (
            "import warnings\nclass HEMMELIGWarning(Warning): pass\nwarnings.warn('HEMMELIG', HEMMELIGWarning)",
            "it gives a warning; run",
        ),
    ],
)
def test_nothing_is_shown_past_the_door_out(project, cell, sentence):
    told = fails(project, "x = 1", cell)
    assert told.startswith(f"{AT} 3: {sentence}")
    assert "HEMMELIG" not in told


def test_a_cell_that_never_ends_is_cut_off(project, monkeypatch):
    monkeypatch.setattr(execution, "PAGE_SECONDS", 1)
    assert (
        fails(project, "import time\nwhile True:\n    time.sleep(0.01)")
        == f"{AT} 2: the page had run for 1 s, and no page may run longer."
    )


def test_a_notebook_without_a_kernel_in_its_metadata_runs_in_ours(project):
    write_notebook(project.root / "notebooks" / "bar.ipynb", "x = antal")
    page = execute(project, Job("bar", "", "side", "Titel", "", {"antal": 7}), project.pages)
    executed = nbformat.read(page, as_version=4)
    assert [cell.execution_count for cell in executed.cells if cell.cell_type == "code"] == [1, 2, 3]


def test_parameters_keep_their_danish_letters_and_an_executed_page_has_no_trace_of_the_run(project):
    write_notebook(project.root / "notebooks" / "bar.ipynb", "x = antal")
    page = execute(project, Job("bar", "", "side", "Titel", "", {"snapshot": "æøå"}), project.pages)
    executed = nbformat.read(page, as_version=4)
    assert "snapshot = 'æøå'" in executed.cells[2].source
    assert set(executed.metadata) <= {"kernelspec", "language_info", BROWSER_TITLE}
    assert {key for cell in executed.cells for key in cell.metadata} <= {"tags"}


# ---------------------------------------------------------------- a small book


@pytest.fixture(scope="module")
def edition(imported, tmp_path_factory):
    """A built book of two strategies, alfa and beta, each with one light page; alfa is left as it was found."""
    project = copy_of(imported, tmp_path_factory.mktemp("bog"))
    for path in project.strategies.glob("*.yml"):
        path.unlink()
    write_notebook(project.root / "notebooks" / "lille.ipynb", *PAGE)
    write_strategy(project, "alfa")
    write_strategy(project, "beta")
    for name in ("overview", "data_basis"):
        write_notebook(project.root / "notebooks" / f"{name}.ipynb", "x = 1")
    build(project)
    return project


def test_titles_and_names_appear_as_the_text_they_are(edition):
    html = edition.site / "strategies" / "alfa"
    title = " ".join(NASTY.split())
    for page in ("side", "index"):
        assert text_of(html / f"{page}.html", "h1") == [title]
        assert text_of(html / f"{page}.html", "title")[0].startswith(title)
        assert not BeautifulSoup((html / f"{page}.html").read_text(encoding="utf-8"), "html.parser").select("article b")
    assert title in text_of(html / "side.html", "nav.bd-links a")
    assert f"alfa {title}" in text_of(html / "side.html", "nav.bd-links .caption")
    assert title in text_of(html / "index.html", "article a")
    assert text_of(html / "side.html", ".afkast-headline p") == ["Der er 2."] * 2
    assert title in text_of(html / "index.html", ".front-lead")[0]


def test_one_strategy_is_renewed_alone_unless_another_is_out_of_date(edition):
    before = digests(edition.pages)
    path = edition.strategies / "beta.yml"
    strategy = path.read_text(encoding="utf-8")
    second = "  - {id: ny, notebook: lille, title: Ny, area: effect, parameters: {maal: andet}}\n"
    try:
        path.write_text(strategy + second, encoding="utf-8")
        with pytest.raises(PageError) as refused:
            build(edition, ["alfa"])
        assert str(refused.value).splitlines() == [
            "pages of other strategies must be run too; leave --strategy out:",
            "beta/side: its strategy",
            "beta/ny: it has not been run",
        ]
        assert digests(edition.pages) == before
        made = build(edition, ["beta", "beta"])
        assert made.run == {
            "beta/side": ["its strategy"],
            "beta/ny": ["it has not been run"],
            "beta/index": ["its strategy", "what the strategy's pages show"],
            # what stands for them in this small book reads nothing but for the real one
            "afstemning": ["what other pages show"],
        }
        assert (edition.site / "strategies" / "beta" / "ny.html").is_file()
        after = digests(edition.pages)
        assert {path for path in before if "alfa" in path.parts and before[path] != after[path]} == set()
        assert unfinished(edition) == []
    finally:
        path.write_text(strategy, encoding="utf-8")
    build(edition)
    assert digests(edition.pages) == before


def test_a_strategy_that_is_taken_away_leaves_the_book(edition):
    path = edition.strategies / "beta.yml"
    strategy = path.read_text(encoding="utf-8")
    path.unlink()
    try:
        build(edition, ["alfa"])
        assert not (edition.site / "strategies" / "beta").exists()
        assert not (edition.pages / "beta").exists()
        assert "beta" not in (edition.site / "strategies" / "alfa" / "side.html").read_text(encoding="utf-8")
    finally:
        path.write_text(strategy, encoding="utf-8")


def afkast(edition, *arguments):
    return subprocess.run(
        [*AFKAST, *arguments], cwd=edition.root, capture_output=True, encoding="utf-8", check=False, timeout=600
    )


FAULT = "afkast: page alfa/side, notebook lille, cell 3, line 1: its check failed: antallet er for stort.\n"


def test_a_page_that_fails_is_shown_as_failed_with_the_last_good_one_and_the_others_are_renewed(
    edition,
):
    build(edition)
    before = digests(edition.pages)
    write_strategy(edition, "alfa", **{"antal: 2": "antal: 9"})
    write_strategy(edition, "beta", **{"antal: 2": "antal: 3"})
    site = edition.site / "strategies"
    title = " ".join(NASTY.split())
    try:
        for _ in range(2):  # it fails again, and what was good is still at hand
            failed = afkast(edition, "build")
            assert (failed.returncode, failed.stderr.count(FAULT)) == (3, 1)
            assert "Traceback" not in failed.stderr + failed.stdout
            assert text_of(site / "alfa" / "side.html", "h1") == [f"{title} (kunne ikke laves)"]
            [told] = text_of(site / "alfa" / "side.html", ".admonition")
            assert "Siden kunne ikke laves i denne udgave. Den seneste gode udgave, med data pr. 22. november" in told
            assert text_of(site / "alfa" / "seneste" / "side.html", "h1") == [f"{title} – seneste gode udgave"]
            assert "Der er 2." in (site / "alfa" / "seneste" / "side.html").read_text("utf-8")
            assert text_of(site / "beta" / "side.html", ".afkast-headline p") == ["Der er 3."] * 2
            notes = text_of(site / "alfa" / "index.html", ".afkast-note")
            assert f"Mangler i denne udgave: {title}." in notes
            assert "kan ikke afgøres" in text_of(site / "alfa" / "index.html", ".front-goals td")[0]
            assert "nået" in text_of(site / "beta" / "index.html", ".front-goals td")[0]
            assert text_of(site / "overblik.html", ".admonition a") == [title]
            assert f"{title} (kunne ikke laves)" in text_of(site / "overblik.html", "nav.bd-links a")
            for path in edition.site.rglob("*.html"):
                html = path.read_text("utf-8")
                assert "check failed" not in html and "Traceback" not in html and "AssertionError" not in html
        assert unfinished(edition) == []
    finally:
        write_strategy(edition, "alfa")
        write_strategy(edition, "beta")
    assert build(edition).failed == {}
    assert digests(edition.pages) == before


def test_what_was_made_for_other_readers_is_not_shown_in_the_place_of_a_page_that_fails(edition):
    build(edition)
    before, sources = digests(edition.pages), edition.data / "sources.yml"
    declared = sources.read_text(encoding="utf-8")
    write_strategy(edition, "alfa", **{"antal: 2": "antal: 9"})
    sources.write_text(f"disclosure: {{profile: offentlig}}\n{declared}", encoding="utf-8")
    try:
        assert afkast(edition, "build").returncode == 3
        site = edition.site / "strategies" / "alfa"
        [told] = text_of(site / "side.html", ".admonition")
        assert "Der er ingen tidligere udgave af den." in told
        assert not (site / "seneste").exists()
    finally:
        write_strategy(edition, "alfa")
        sources.write_text(declared, encoding="utf-8")
    build(edition)
    assert digests(edition.pages) == before


def test_with_strict_or_when_every_page_fails_nothing_of_the_former_book_is_touched(edition):
    before = digests(edition.site, edition.pages)
    write_strategy(edition, "alfa", **{"antal: 2": "antal: 9"})
    try:
        strict = afkast(edition, "build", "--strict")
        write_strategy(edition, "beta", **{"antal: 2": "antal: 9"})
        all_of_them = afkast(edition, "build")
    finally:
        write_strategy(edition, "alfa")
        write_strategy(edition, "beta")
    assert (strict.returncode, all_of_them.returncode) == (1, 1)
    assert FAULT in strict.stderr
    for one in ("alfa", "beta"):
        assert FAULT.removeprefix("afkast: ").replace("alfa", one) in all_of_them.stderr
    assert digests(edition.site, edition.pages) == before
    assert unfinished(edition) == []


def test_an_interrupted_build_is_gone_at_once_with_its_kernels_and_a_page_can_be_run_beside_it(
    edition,
):
    before = digests(edition.site, edition.pages)
    write_strategy(edition, "alfa", **{"antal: 2": "venter: skrevet"})
    try:
        running = subprocess.Popen(
            [*AFKAST, "build"],
            cwd=edition.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # tests that run behind a shell are deaf to interrupts, and so would the build be
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        wait_until(lambda: list(edition.build.glob("unfinished-*/own/skrevet")) != [])
        assert run_page(edition, "beta", "side").is_file()
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    finally:
        running.kill()
        write_strategy(edition, "alfa")
    assert time.monotonic() - began < 10  # two seconds on a machine that has nothing else to do
    assert running.returncode not in (0, 3)
    assert b"Traceback" not in told
    assert unfinished(edition) == []
    assert digests(edition.site, edition.pages) == before


def test_a_misspelt_parameter_is_told_with_file_and_line_before_anything_runs(edition):
    before = digests(edition.site, edition.pages)
    path = write_strategy(edition, "alfa", **{"antal: 2": "antl: 2"})
    line = path.read_text(encoding="utf-8").splitlines().index("      antl: 2") + 1
    ran = []
    try:
        with pytest.raises(StrategyError, match=rf"^alfa\.yml:{line}: .*'antl'.*Did you mean 'antal'\?$"):
            build(edition, ["alfa"], on_progress=lambda _done, _total, what: ran.append(what))
    finally:
        write_strategy(edition, "alfa")
    assert ran == []
    assert digests(edition.site, edition.pages) == before


def test_a_page_that_the_check_stops_is_told_and_left_out_and_the_others_are_made(edition):
    broken = "antal: 2\n  - {id: skaev, notebook: lille, title: Skæv, area: effect, parameters: {antl: 2}}"
    write_strategy(edition, "alfa", **{"antal: 2": broken})
    (edition.strategies / "knust.yml").write_text("id: [", encoding="utf-8")
    told, made = [], []
    try:
        build(edition, tell=told.extend, on_progress=lambda done, total, _: made.append((done, total)))
        first, last = made[0][0], made[-1][0]
        assert made == [(done, last) for done in range(first, last + 1)]
        assert [sentence.split(":")[0] for sentence in told] == ["alfa.yml", "knust.yml"]
        assert (edition.site / "strategies" / "alfa" / "side.html").is_file()
        assert not (edition.site / "strategies" / "alfa" / "skaev.html").exists()
        assert (edition.site / "strategies" / "beta" / "side.html").is_file()
    finally:
        (edition.strategies / "knust.yml").unlink()
        write_strategy(edition, "alfa")
        build(edition)


@pytest.mark.parametrize(
    ("old", "new", "who"),
    [
        ("id: maalet", "id: uden-side", "no page"),
        ("antal: 2", "antal: 2\n  - {id: ny, notebook: lille, title: Ny, area: effect}", "ny, side"),
    ],
)
def test_a_goal_is_decided_by_its_page_and_no_other(edition, old, new, who):
    before = digests(edition.site, edition.pages)
    write_strategy(edition, "alfa", **{old: new})
    try:
        with pytest.raises(PageError, match=rf"^alfa\.yml: goal .* its page 'side', and no other, .*; {who} does\.$"):
            build(edition, ["alfa"])
    finally:
        write_strategy(edition, "alfa")
    assert digests(edition.site, edition.pages) == before


def test_a_page_that_cannot_be_rendered_is_named_and_the_former_site_stands(edition):
    before = digests(edition.site)
    page = edition.book / "metode.md"
    was = page.read_text(encoding="utf-8")
    page.write_text(was + "\n{doc}`findes-ikke`\n", encoding="utf-8")
    try:
        strategies = load_strategies(edition).values()
        with pytest.raises(AfkastError, match="the former site stands") as refused:
            render(edition, strategies, edition.pages, open_snapshot(edition.snapshots), MADE_OF)
    finally:
        page.write_text(was, encoding="utf-8")
    assert "metode.md" in str(refused.value)
    assert str(edition.root) not in str(refused.value)
    assert digests(edition.site) == before


def test_a_renderer_ends_with_whoever_waits_for_it(tmp_path):
    (tmp_path / "_config.yml").write_text("title: x\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), book._sphinx(tmp_path, tmp_path / "_config.yml", tmp_path) as rendering:
        assert rendering.poll() is None
        raise KeyboardInterrupt
    assert rendering.returncode == -signal.SIGKILL


def test_a_second_build_at_the_same_time_is_refused(edition):
    with (
        FileLock(edition.build / "afkast.lock"),
        pytest.raises(AfkastError, match="Another build of this book is running; wait for it to end"),
    ):
        build(edition)


def test_a_killed_build_takes_its_kernels_along_and_the_next_needs_no_cleaning(edition):
    before = digests(edition.site, edition.pages)
    write_strategy(edition, "alfa", **{"antal: 2": "venter: skrevet"})

    def written():
        return list(edition.build.glob("unfinished-*/own/skrevet"))

    try:
        running = subprocess.Popen(
            [*AFKAST, "build"], cwd=edition.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: written() != [])
    finally:
        running.kill()
        running.wait()
        write_strategy(edition, "alfa")
    assert unfinished(edition) != []
    wait_until(lambda: not grows(written()[0]))
    # as if it had been killed between the two moves that put a new site in its place
    edition.site.rename(edition.build / "former-html")
    assert build(edition).unchanged
    assert unfinished(edition) == []
    assert digests(edition.site, edition.pages) == before


def wait_until(true):
    for _ in range(1800):
        if true():
            return
        time.sleep(0.1)
    pytest.fail("waited three minutes in vain")


def grows(path):
    before = path.stat().st_size
    time.sleep(0.5)
    return path.stat().st_size > before


def test_one_page_is_executed_by_itself(edition, monkeypatch):
    monkeypatch.chdir(edition.root)
    before = digests(edition.pages)
    done = CliRunner().invoke(main, ["run", "alfa", "side"])
    page = edition.build / "run" / "pages" / "alfa" / "side.ipynb"
    assert (done.exit_code, done.stdout.strip()) == (0, str(page))
    assert page.read_bytes() == (edition.pages / "alfa" / "side.ipynb").read_bytes()
    assert digests(edition.pages) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "gamma", "side"], "afkast: there is no strategy 'gamma'; there are alfa, beta."),
        (["run", "alfa", "sid"], "afkast: alfa has no page 'sid'; it has side."),
        (["build", "--strategy", "gamma"], "afkast: there is no strategy 'gamma'; there are alfa, beta."),
        (["build", "--snapshot", "2019-12-09-0123456789ab"], "afkast: The snapshot 2019-12-09-0123456789ab is missing"),
    ],
)
def test_what_is_not_there_is_told_with_what_there_is(edition, arguments, sentence, monkeypatch):
    monkeypatch.chdir(edition.root)
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert any(line.startswith(sentence) for line in done.stderr.splitlines())


# ---------------------------------------------------------------- the book itself


def test_neither_pages_nor_site_tell_of_the_machine_or_the_moment_they_were_made(site, pages):
    root = Path(__file__).resolve().parents[1]
    own = re.compile("|".join(re.escape(str(path)) for path in (root, Path.home() / "", Path("/tmp/"))))
    moment = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
    written = [*pages.rglob("*.ipynb"), *site.rglob("*.html"), site / "searchindex.js"]
    written = [path for path in written if "_static" not in path.parts]
    assert len(written) > 20
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert not own.search(text), f"{path.name} holds a path of this machine"
        assert not moment.search(text), f"{path.name} holds a moment"


def test_a_failed_page_of_a_long_name_is_among_the_pages_of_the_contents(tmp_path):
    page, id = SimpleNamespace(id="overlevelseskurver-" + "x" * 20), "norddjurs-" + "y" * 30
    former = f"strategies/{id}/{FORMER}/{page.id}"
    (tmp_path / former).parent.mkdir(parents=True)
    (tmp_path / f"{former}.ipynb").touch()
    assert former in _write_contents(tmp_path, [SimpleNamespace(id=id, pages=[page], municipality="Norddjurs")], [])


@pytest.mark.parametrize("page", ["overblik", "afstemning", "alfa/index", "alfa/side"])
def test_whatever_page_failed_its_last_good_one_is_in_the_contents_once(tmp_path, page):
    folder, _, name = f"strategies/{page}".rpartition("/")
    (tmp_path / folder / FORMER).mkdir(parents=True)
    (tmp_path / folder / FORMER / f"{name}.ipynb").touch()
    alfa = SimpleNamespace(id="alfa", pages=[SimpleNamespace(id="side")], municipality="Norddjurs")
    contents = _write_contents(tmp_path, [alfa], ["metode", "strategies/afstemning"])
    assert [one for one in contents if FORMER in one] == [f"{folder}/{FORMER}/{name}"]
    assert len(contents) == len(set(contents))
