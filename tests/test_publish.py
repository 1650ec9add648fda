"""Readers see one whole edition at any moment, whatever happens to whoever publishes."""

import datetime
import errno
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from afkast.cli import main
from afkast.edition.manifest import MANIFEST, differences, files_of, read_manifest, write_manifest
from afkast.edition.policy import faults_of_page
from afkast.edition.publish import prune, put, releases, rollback, withdraw
from afkast.edition.target import EDITIONS, LIST, SETS, Target
from afkast.errors import AfkastError
from afkast.project import UNFINISHED, Project

TODAY = datetime.date(2026, 11, 29)
PAGES = ["index.html", "metode.html", "strategies/alfa/side.html", "strategies/alfa/index.html"]


def site_of(folder, number, files=10, pages=PAGES):
    """A small site; its number stands in every file."""
    site = folder / f"site {number}"
    for name in [*pages, *(f"_static/{place}.css" for place in range(files))]:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(f"<p>{name} i udgave {number}</p>" * 200, encoding="utf-8")
    write_manifest(site, {"snapshot": f"2026-{number:02d}-01-0123456789ab", "pages": {}})
    return site


def put_site(target, site):
    return put(target, site, read_manifest(site), TODAY)


def newest(target):
    return json.loads((target / LIST).read_text("utf-8").removeprefix(SETS))["newest"]


def entrance(target):
    """Where a reader without scripts is led."""
    return re.search(r'url=udgaver/([^/"]+)/', (target / "index.html").read_text("utf-8"))[1]


def seen(target):
    """The edition that a reader with and one without scripts is led to; each must be whole."""
    for id in (led := (newest(target), entrance(target))):
        place = target / EDITIONS / id
        assert differences(place, read_manifest(place)) == {}
    return led


def unfinished(target):
    return [path.name for path in target.rglob(f"{UNFINISHED}*")]


@pytest.fixture
def sites(tmp_path):
    return [site_of(tmp_path, number, files=3) for number in (1, 2, 3)]


@pytest.fixture
def target(tmp_path):
    return tmp_path / "intranet på øen"


def test_editions_stay_under_their_addresses_and_the_newest_is_led_to(sites, target):
    ids = [read_manifest(site).id for site in sites]
    for site, id in zip(sites, ids, strict=True):
        place, is_new = put_site(target, site)
        assert (place.name, is_new) == (id, True)
        assert seen(target) == (id, id)
    assert [path.name for path in sorted((target / EDITIONS).iterdir())] == ids
    assert (target / EDITIONS / ids[0] / "metode.html").read_text("utf-8").startswith("<p>metode.html i udgave 1")
    before = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert put_site(target, sites[2])[1] is False
    assert {path: path.read_bytes() for path in target.rglob("*") if path.is_file()} == before


def test_each_manifest_names_the_one_published_before_it(sites, target):
    for site in sites:
        put_site(target, site)
    former = ""
    for listed in Target(target).read().editions:
        content = (target / EDITIONS / listed.id / MANIFEST).read_bytes()
        assert json.loads(content)["published"]["former"] == former
        former = hashlib.sha256(content).hexdigest()
        assert listed.manifest == former


def test_every_page_of_any_edition_has_an_address_that_stays(sites, tmp_path, target):
    put_site(target, sites[0])
    put_site(target, site_of(tmp_path, 4, pages=["index.html", "ny.html"]))
    there = {path.relative_to(target / "nyeste").as_posix() for path in (target / "nyeste").rglob("*.html")}
    assert there == {*PAGES, "ny.html"}
    for path in [target / "index.html", *(target / "nyeste").rglob("*.html")]:
        faults = [what for _, what, _ in faults_of_page(path.read_text("utf-8"))]
        assert set(faults) <= {"a script that is neither ours nor the theme's"}, path


def test_whoever_may_read_the_web_can_read_it_whatever_the_umask(sites, target):
    former = os.umask(0o077)
    try:
        put_site(target, sites[0])
    finally:
        os.umask(former)
    for path in [target, *target.rglob("*")]:
        wanted = 0o755 if path.is_dir() else 0o644
        assert stat.S_IMODE(path.stat().st_mode) & wanted == wanted, path


def test_readers_are_led_back_and_forth_and_an_edition_can_be_taken_away(sites, target):
    first, second, third = (put_site(target, site)[0].name for site in sites)
    assert rollback(target) == second and seen(target) == (second, second)
    assert rollback(target) == first
    with pytest.raises(AfkastError, match=r"^an earlier edition is not served"):
        rollback(target)
    assert rollback(target, third[:9]) == third and seen(target) == (third, third)
    with pytest.raises(AfkastError, match=r"^several editions begin with '2026'"):
        rollback(target, "2026")
    assert withdraw(target, third) == third
    assert seen(target) == (second, second) and not (target / EDITIONS / third).exists()
    with pytest.raises(AfkastError, match="was withdrawn"):
        put_site(target, sites[2])
    assert prune(target, 1) == [first] and not (target / EDITIONS / first).exists()
    told = [(line[:2], re.search(r"pruned|served|withdrawn", line)[0]) for line in releases(target)]
    assert told == [("  ", "pruned"), ("* ", "served"), ("  ", "withdrawn")]
    put_site(target, sites[0])
    assert seen(target) == (first, first)
    withdraw(target, first)
    withdraw(target, second)
    assert newest(target) == "" and "Bogen er trukket tilbage." in (target / "index.html").read_text("utf-8")


def test_pruning_never_takes_the_edition_that_readers_are_led_to(sites, target):
    first, *_ = (put_site(target, site)[0].name for site in sites)
    rollback(target, first)
    prune(target, 1)
    assert seen(target) == (first, first)
    assert [path.name for path in (target / EDITIONS).iterdir()] == [first]


def test_publishing_again_mends_what_was_damaged(sites, target):
    place, _ = put_site(target, sites[0])
    put_site(target, sites[1])
    (place / "metode.html").write_text("andet")
    (place / "_static" / "0.css").unlink()
    (place / "fremmed.html").write_text("fremmed")
    (place / MANIFEST).write_text("{}")
    put_site(target, sites[0])
    assert seen(target) == (place.name, place.name)


def test_a_folder_of_other_things_and_a_lost_list_are_left_alone(sites, target):
    target.mkdir()
    (target / "andet.html").write_text("noget andet")
    with pytest.raises(AfkastError, match=r"holds other things \(andet\.html\)"):
        put_site(target, sites[0])
    (target / "andet.html").unlink()
    place, _ = put_site(target, sites[0])
    (target / LIST).rename(target.parent / "listen")
    with pytest.raises(AfkastError, match=r"has lost its udgaver\.js"):
        put_site(target, sites[1])
    (target / LIST).write_text("AFKAST_UDGAVER={")
    with pytest.raises(AfkastError, match="is damaged"):
        put_site(target, sites[1])
    assert differences(place, read_manifest(place)) == {}


# ---------------------------------------------------------------- what happens to whoever publishes


def forked(run, *arguments, at_step=0, then=None, slow=0.0):
    """Run something in a process of its own, in which something happens at a step on the file system; its number."""
    if child := os.fork():
        return child
    steps, code = itertools.count(1), 1

    def step(event, arguments):
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod"):
            time.sleep(slow)
            if next(steps) == at_step:
                then()

    try:
        # a process that is killed leaves what it has written, on the disk or not
        os.fsync = lambda handle: None
        sys.addaudithook(step)
        run(*arguments)
        code = 0
    except (OSError, AfkastError):
        pass
    finally:
        os._exit(code)


def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def publishes(target, site, at_step=0, then=None):
    """How a publisher ends to whom something happens at a step."""
    return ended(forked(put_site, target, site, at_step=at_step, then=then))


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def disk_full():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


@needs_fork
@pytest.mark.parametrize(("then", "code"), [(killed, -signal.SIGKILL), (disk_full, 1)])
def test_stopped_at_any_step_readers_see_a_whole_edition_and_the_next_run_needs_no_cleaning(tmp_path, then, code):
    former, later = (site_of(tmp_path, number, files=2, pages=PAGES[:2]) for number in (1, 2))
    ids = [read_manifest(site).id for site in (former, later)]
    for step in itertools.count(1, 2):
        target = tmp_path / f"target {step}"
        first = publishes(target, former, step, then)
        if (target / "index.html").exists():
            assert set(seen(target)) == {ids[0]}
        assert publishes(target, former) == 0
        assert seen(target) == (ids[0], ids[0]) and unfinished(target) == []
        second = publishes(target, later, step, then)
        assert set(seen(target)) <= set(ids)
        if then is disk_full:
            assert unfinished(target) == []
        assert publishes(target, later) == 0
        assert seen(target) == (ids[1], ids[1]) and unfinished(target) == []
        assert sorted(path.name for path in (target / EDITIONS).iterdir()) == ids
        if (first, second) == (0, 0):
            break
        assert {first, second} <= {code, 0}
    assert step > 20


@needs_fork
@pytest.mark.parametrize("command", [lambda target: withdraw(target, "2026-02"), lambda target: prune(target, 1)])
def test_an_edition_that_is_taken_away_is_gone_after_the_next_run_wherever_the_first_was_killed(
    tmp_path, sites, command
):
    for site in sites[:2]:
        put_site(tmp_path / "target", site)
    for moment in itertools.count(1):
        target = shutil.copytree(tmp_path / "target", tmp_path / f"target {moment}")
        code = ended(forked(command, target, at_step=moment, then=killed))
        seen(target)
        assert ended(forked(command, target)) == 0
        seen(target)
        assert len(list((target / EDITIONS).iterdir())) == 1
        if code == 0:
            break
    assert moment > 5


@needs_fork
def test_five_publishers_at_once_while_a_reader_checks_every_hash(tmp_path, target):
    sites = [site_of(tmp_path, number) for number in range(1, 6)]
    ids = {read_manifest(site).id for site in sites}
    put_site(target, sites[0])
    # slow enough to be met at work
    publishers = [forked(put_site, target, site, slow=0.002) for site in sites]
    led, codes = set(), []
    while len(codes) < 5:
        led |= set(seen(target))
        codes += [os.waitstatus_to_exitcode(status) for child, status in [os.waitpid(-1, os.WNOHANG)] if child]
    assert codes == [0] * 5 and len(publishers) == 5
    led |= set(seen(target))
    assert led <= ids and len(led) > 2
    assert {one.id for one in Target(target).read().served} == ids


@needs_fork
def test_asked_to_end_it_ends_and_the_next_run_publishes(sites, target):
    put_site(target, sites[0])
    child = forked(put_site, target, sites[1], slow=0.05)
    while not unfinished(target):
        time.sleep(0.001)
    os.kill(child, signal.SIGTERM)
    assert ended(child) == -signal.SIGTERM
    assert set(seen(target)) == {read_manifest(sites[0]).id}
    put_site(target, sites[1])
    assert set(seen(target)) == {read_manifest(sites[1]).id} and unfinished(target) == []


@contextmanager
def mounted(folder, options):
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root on Linux can mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full_and_one_that_is_read_only_are_told_and_readers_see_the_former(tmp_path, target):
    former, later = site_of(tmp_path, 1), site_of(tmp_path, 2, files=500)
    with mounted(target, "size=1m"):
        put_site(target, former)
        with pytest.raises(OSError, match="No space left"):
            put_site(target, later)
        assert set(seen(target)) == {read_manifest(former).id} and unfinished(target) == []
        put_site(target, site_of(tmp_path, 3))
        subprocess.run(["mount", "-o", "remount,ro", str(target)], check=True)
        with pytest.raises(OSError, match="Read-only"):
            put_site(target, later)
        assert set(seen(target)) == {read_manifest(tmp_path / "site 3").id}


# ---------------------------------------------------------------- the whole way


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_a_built_book_is_published_by_a_command_and_not_when_a_byte_of_it_was_changed(small_book, tmp_path):
    told = run("publish", tmp_path / "web", "--data", small_book)
    assert (told.exit_code, told.stderr) == (0, "")
    place = tmp_path / "web" / EDITIONS / newest(tmp_path / "web")
    site = Project(small_book, small_book).site
    assert files_of(place) == files_of(site) and seen(tmp_path / "web") == (place.name, place.name)
    assert "was published already" in run("publish", tmp_path / "web", "--data", small_book).output
    assert f"* {place.name}" in run("releases", tmp_path / "web").output
    page = site / "metode.html"
    was = page.read_bytes()
    page.write_bytes(was + b" ")
    try:
        refused = run("publish", tmp_path / "andet", "--data", small_book)
    finally:
        page.write_bytes(was)
    assert refused.exit_code == 1
    assert "metode.html: it is not as it was written." in refused.stderr
    assert not (tmp_path / "andet").exists()
    assert run("rollback", tmp_path / "web").exit_code == 1
    assert run("prune", tmp_path / "web", "--keep", 1).output == "there was nothing to remove\n"
    assert run("withdraw", tmp_path / "web", place.name).output == f"{place.name} is withdrawn\n"
    assert not place.exists()
