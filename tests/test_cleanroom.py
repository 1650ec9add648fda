"""A page runs in a room of its own: the same bytes whatever is about, and nothing of it outside."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest
from conftest import copy_of
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from afkast.edition import cleanroom, launch, running, workers
from afkast.edition.execute import Job, execute, jobs_of
from afkast.errors import AfkastError, PageError
from afkast.intake import open_snapshot
from afkast.strategy import load_strategies

AT = "page alfa/side, notebook prøve, cell"


@pytest.fixture(scope="module")
def project(imported, tmp_path_factory):
    """A copy to break things in."""
    return copy_of(imported, tmp_path_factory.mktemp("rum"))


def written(project, *cells):
    """A page of these cells, the first of which is the template's third; the job that makes it."""
    head = [new_markdown_cell("# Titel"), new_code_cell('page = ""  # siden', metadata={"tags": ["parameters"]})]
    notebook = new_notebook(cells=[*head, *map(new_code_cell, cells)])
    nbformat.write(notebook, project.root / "notebooks" / "prøve.ipynb")
    return Job("prøve", "alfa", "side", "Titel", "", {"page": "side"})


def run(project, *cells):
    execute(project, written(project, *cells), project.pages)
    (project.pages / "alfa" / "side.ipynb").unlink()


def refused(project, *cells):
    with pytest.raises(PageError) as told:
        run(project, *cells)
    assert not (project.pages / "alfa" / "side.ipynb").exists()
    return str(told.value)


def example_jobs(project, *pages):
    snapshot = open_snapshot(project.snapshots).id
    strategies = load_strategies(project).values()
    jobs = [job for strategy in strategies for job in jobs_of(strategy, snapshot)]
    chosen = [job for job in jobs if job.path.with_suffix("").as_posix() in pages]
    assert len(chosen) == len(pages)
    return chosen


DRAWS_AND_WEIGHS = ("norddjurs-smaajob/businesscase", "kijos/oekonomi")
"""Figures, sums of many numbers, an effect with its weights."""


@pytest.fixture(scope="module")
def forked(imported, tmp_path_factory):
    """Those pages as kernels that are forked make them, two at a time."""
    return bytes_of(imported, tmp_path_factory.mktemp("forked"), workers=2)


def bytes_of(project, pages, workers=2, cluster=""):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "WORKERS", workers)
        made = running.executed(project, example_jobs(project, *DRAWS_AND_WEIGHS), pages, True, cluster)
        jobs = [job for job, _ in made]
    return {job.path.as_posix(): (pages / job.path).read_bytes() for job in jobs}


def test_the_same_bytes_by_a_fork_or_an_ordinary_kernel_alone_or_side_by_side(imported, forked, tmp_path, monkeypatch):
    assert bytes_of(imported, tmp_path / "one", workers=1) == forked
    monkeypatch.setattr(launch, "FORKS", False)
    assert bytes_of(imported, tmp_path / "ordinary", workers=2) == forked


@pytest.fixture(scope="module")
def cluster():
    """The address of a scheduler with two workers, processes of this machine."""
    distributed = pytest.importorskip("distributed", reason="there is no Dask; install it with `make engines`")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local:
        yield local.scheduler_address.replace("tcp://", "dask://")


def test_the_same_bytes_by_a_dask_cluster(imported, forked, cluster, tmp_path):
    assert bytes_of(imported, tmp_path / "dask", cluster=cluster) == forked


def test_a_page_that_fails_on_a_cluster_is_told_as_it_is_here(project, cluster, tmp_path):
    job = written(project, 'assert page == "nej", "siden hedder noget andet"')
    here, there = (
        [fault for _, fault in running.executed(project, [job], tmp_path, False, address)] for address in ("", cluster)
    )
    assert here == there == [f"{AT} 2, line 1: its check failed: siden hedder noget andet."]


@pytest.mark.parametrize(
    ("address", "said"),
    [("http://x", "name a Dask scheduler as dask://host:port"), ("dask://127.0.0.1:1", "no Dask scheduler answers")],
)
def test_a_cluster_that_is_none_is_told(imported, address, said, tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="there is no Dask; install it with `make engines`")
    monkeypatch.setattr(workers, "CONNECT_SECONDS", 1)
    with pytest.raises(AfkastError, match=said):
        list(running.executed(imported, example_jobs(imported, "kijos/oekonomi"), tmp_path, True, address))


def test_a_cluster_that_does_not_see_the_data_is_told(imported, cluster, tmp_path):
    with (
        pytest.raises(AfkastError, match="2 of 2 Dask workers do not see"),
        workers.workers(2, cluster, tmp_path / "x"),
    ):
        pass


def test_nothing_of_the_user_s_own_surroundings_reaches_a_page(imported, forked, tmp_path):
    home = tmp_path / "home"
    startup = home / "ipython" / "profile_default" / "startup"
    for folder in (startup, home / "kernels" / "python3", home / "sitecustom", home / ".config" / "matplotlib"):
        folder.mkdir(parents=True)
    (startup / "first.py").write_text("raise SystemExit('a profile')", encoding="utf-8")
    (home / "startup.py").write_text("raise SystemExit('PYTHONSTARTUP')", encoding="utf-8")
    (home / "sitecustom" / "seaborn.py").write_text("raise SystemExit('PYTHONPATH')", encoding="utf-8")
    (home / "matplotlibrc").write_text("figure.facecolor: red\nsvg.fonttype: none\n", encoding="utf-8")
    (home / "kernels" / "python3" / "kernel.json").write_text(
        '{"argv": ["false", "{connection_file}"], "display_name": "another checkout", "language": "python"}',
        encoding="utf-8",
    )
    (home / ".config" / "matplotlib" / "matplotlibrc").write_text("lines.linewidth: 9\n", encoding="utf-8")
    home.chmod(0o500)
    foreign = {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PATH": str(home),
        "LANG": "da_DK",
        "MATPLOTLIBRC": str(home / "matplotlibrc"),
        "OMP_NUM_THREADS": "2",
        "PYTHONHASHSEED": "7",
        "PYTHONOPTIMIZE": "1",
        "PYTHONPATH": str(home / "sitecustom"),
        "PYTHONSTARTUP": str(home / "startup.py"),
        "TZ": "Pacific/Kiritimati",
    }
    program = (
        "import sys\nsys.path[:] = ['tests', *(one for one in sys.path if not one.endswith('sitecustom'))]\n"
        "from pathlib import Path\nfrom afkast.project import Project\nfrom test_cleanroom import bytes_of\n"
        "bytes_of(Project(*map(Path, sys.argv[1:3])), Path(sys.argv[3]), 1)\n"
    )
    root = Path(__file__).resolve().parents[1]
    try:
        subprocess.run(
            [sys.executable, "-c", program, str(imported.root), str(imported.data), str(tmp_path / "pages")],
            env=os.environ | foreign,
            cwd=root,
            check=True,
        )
    finally:
        home.chmod(0o700)
    assert {path: (tmp_path / "pages" / path).read_bytes() for path in forked} == forked


OUTSIDE = "it writes outside its own folder."
PROGRAM = "it starts another program; a page is plain Python."
NETWORK = "it reaches for the network; a page reads its snapshot and nothing else."
PLAIN = "it uses a magic command or a shell; a page is plain Python."


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("open('../../../uden.txt', 'w')", OUTSIDE),
        ("import os\nfrom pathlib import Path\nPath(os.environ['AFKAST_PAGES']).mkdir()", OUTSIDE),
        ("import os\nos.remove(os.environ['AFKAST_HOME'] + '/_config.yml')", OUTSIDE),
        ("import os\nos.rename('her', '../der')", OUTSIDE),
        ("import os\nos.symlink('/', 'rod')\nopen('rod/uden.txt', 'w')", OUTSIDE),
        ("import sqlite3\nsqlite3.connect('../uden.db')", OUTSIDE),
        ("import subprocess\nsubprocess.run(['false'])", PROGRAM),
        ("import subprocess\nsubprocess.Popen(['sleep', '60'], start_new_session=True)", PROGRAM),
        ("import os\nos.system('false')", PROGRAM),
        ("import os\nos.fork()", PROGRAM),
        ("import os\nos.kill(os.getppid(), 9)", "it sends a signal to another program."),
        ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1/')", NETWORK),
        ("import socket\nsocket.create_connection(('192.0.2.1', 80))", NETWORK),
        ("import socket\nsocket.socket().bind(('127.0.0.1', 0))", NETWORK),
        ("get_ipython().system('false')", PLAIN),
        ("get_ipython().run_line_magic('time', 'x = 1')", PLAIN),
        ("quit()", "it leaves early, with quit() or SystemExit."),
        ("exit(1)", "it leaves early, with quit() or SystemExit."),
        ("while True:\n    print('HEMMELIG' * 10_000)", "it shows more than 100 MB."),
        ("x = bytearray(10**13)", "it needs more memory than a page may take."),
        ("import os\nos.abort()", "the kernel crashed; run the notebook in JupyterLab, a library may be damaged."),
    ],
)
def test_what_a_page_may_not_do_is_refused_at_its_cell(project, cell, sentence):
    before = set(project.root.rglob("*"))
    told = refused(project, "x = 1", cell, "y = 1")
    assert re.sub(r", line \d+: ", ": ", told) == f"{AT} 3: {sentence}"
    made = {path for path in set(project.root.rglob("*")) - before if project.build / "fonts" not in path.parents}
    assert made <= {project.build, project.build / "fonts", project.root / "notebooks" / "prøve.ipynb"}


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("!false", 1),
        ("x = 1\nif x:\n    !rm -r .", 3),
        ("files = !ls", 1),
        ("%time x = 1", 1),
        ("%%bash\nfalse", 1),
        ("x = 1\nx?", 2),
        ("?x", 1),
    ],
)
def test_a_shell_or_a_magic_command_is_refused_before_anything_runs(project, cell, line):
    first = "import os\nos._exit(3)"
    assert refused(project, first, cell) == f"{AT} 3, line {line}: {PLAIN}"


def test_a_per_cent_sign_or_a_question_in_plain_python_is_no_magic(project):
    run(project, "x = (\n    7\n    % 3\n)\nwhat = 'Hvad nu?'  # virkelig?\ny = '''\n!ls\n%time\n'''")


def test_a_page_may_write_in_its_own_folder_and_nothing_of_it_is_left(project):
    run(
        project,
        "import tempfile\nfrom pathlib import Path\n"
        "size = Path('mellem.txt').write_text('x')\nmoved = Path('mellem.txt').rename('b')\n"
        "with tempfile.TemporaryFile() as file:\n    size = file.write(b'x')\n"
        "x = Path.home() == Path.cwd()\nassert x, 'hjem er her'",
    )
    assert list(project.root.rglob("mellem.txt")) + list(project.build.glob("unfinished-*")) == []


def at_home_in(folder):
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(folder)):
                yield process
        except psutil.Error:
            continue


@pytest.mark.skipif(not launch.FORKS, reason="this system's kernels are not forked")
def test_a_page_that_gets_a_child_past_the_guard_leaves_none(project):
    child = "import ctypes, os, time\nif not ctypes.CDLL(None).fork():\n    os.setsid()\n    time.sleep(600)"
    run(project, "")
    forks_kernels = list(at_home_in(project.root))  # the process that does; none where it is at home elsewhere
    run(project, child)
    assert list(at_home_in(project.root)) == forks_kernels


def test_a_page_in_another_engine_reaches_what_the_engine_needs(project, monkeypatch):
    monkeypatch.setenv("AFKAST_ENGINE", "postgresql://host/database")
    monkeypatch.setenv("PGPASSFILE", "/et/sted")
    check = "import os\nassert os.environ['PGPASSFILE'] == '/et/sted', 'uden kodeord'\nstatus = os.system('true')"
    run(project, check)
    monkeypatch.delenv("AFKAST_ENGINE")
    assert "PGPASSFILE" not in cleanroom.surroundings(project.root, project.root, {})
