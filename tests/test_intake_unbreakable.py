"""Whatever befalls an import, the former snapshot stays current and whole, and the next import needs no cleaning."""

import multiprocessing
import os
import resource
import tracemalloc
import zipfile

import pytest
from raw_files import KEY, change, imported, refused, write_raw

import afkast.intake.writing as writing
from afkast.errors import DataError
from afkast.intake import import_raw, open_snapshot

FILES = ("maal.csv", "priser.csv", "forloeb.csv")
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def raw(tmp_path):
    """A folder that has been imported, and in which a price has changed since."""
    raw = write_raw(tmp_path / "raw", *FILES)
    imported(raw)
    change(raw / "priser.csv", "Aabenraa", "Haderslev")
    return raw


def areas(raw):
    return open_snapshot(raw.parent / "snapshots").table("unit_prices")["area"].to_list()


def die_at(raw, write):
    """An import in a process that dies as the machine would, before its n-th file is on the disk."""
    written = 0
    rightly = writing._on_disk

    def dying(path):
        nonlocal written
        written += 1
        if written == write:
            os.truncate(path, path.stat().st_size // 2)
            os._exit(9)
        rightly(path)

    writing._on_disk = dying
    imported(raw)


def fill_disk(raw):
    """An import that may write no file of more than some bytes, as on a full disk."""
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    try:
        imported(raw)
    except OSError:
        os._exit(7)


def in_a_process(work, *arguments):
    process = SPAWN.Process(target=work, args=arguments)  # type: ignore[arg-type]
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.parametrize("write", [1, 3, 5, 6])
def test_a_killed_import_changes_nothing_and_the_next_one_cleans_up(raw, write):
    assert in_a_process(die_at, raw, write) == 9
    assert areas(raw) == ["Aabenraa"]
    imported(raw)
    snapshots = raw.parent / "snapshots"
    assert areas(raw) == ["Haderslev"]
    assert {path.name for path in snapshots.glob(".*")} <= {writing.LOCK}
    assert all(open_snapshot(snapshots, path.name).intact() for path in snapshots.iterdir() if path.is_dir())


def test_a_full_disk_changes_nothing(raw):
    assert in_a_process(fill_disk, raw) == 7
    assert areas(raw) == ["Aabenraa"]
    imported(raw)
    assert areas(raw) == ["Haderslev"]


def test_imports_at_the_same_time_both_end_well(raw):
    processes = [SPAWN.Process(target=imported, args=(raw,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    snapshots = raw.parent / "snapshots"
    assert areas(raw) == ["Haderslev"] and open_snapshot(snapshots).intact()
    assert len([path for path in snapshots.iterdir() if path.is_dir()]) == 2


@pytest.mark.parametrize("name", ["priser.csv", "forloeb.csv"])
def test_a_link_out_of_the_folder_is_not_followed(raw, name):
    (raw / name).rename(raw.parent / name)
    (raw / name).symlink_to(raw.parent / name)
    with pytest.raises(DataError, match=f"{name}: is a link"):
        imported(raw)


def bomb(name):
    import io

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr(name, b"0" * 600_000_000)
    return content.getvalue()


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path):
    raw = write_raw(tmp_path / "raw", "budget.xlsx")
    (raw / "budget.xlsx").write_bytes(bomb("xl/worksheets/sheet1.xml"))
    [sentence] = refused(raw)
    assert "not an intact Excel workbook" in sentence


def test_cells_merged_over_all_that_a_sheet_can_have_take_no_memory(tmp_path):
    raw = write_raw(tmp_path / "raw", "budget.xlsx")
    path, whole = (
        raw / "budget.xlsx",
        b'</sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>',
    )
    with zipfile.ZipFile(path) as members:
        contents = {name: members.read(name) for name in members.namelist()}
    with zipfile.ZipFile(path, "w") as members:
        for name, content in contents.items():
            members.writestr(name, content.replace(b"</sheetData>", whole) if "worksheets" in name else content)
    tracemalloc.start()
    told = refused(raw)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert any("cells that are merged over rows" in sentence for sentence in told)
    assert most < 100_000_000, "the area named has 17 thousand million cells"


def test_entities_that_grow_without_end_are_refused(tmp_path):
    raw = write_raw(tmp_path / "raw", "budget.xlsx")
    path = raw / "budget.xlsx"
    with zipfile.ZipFile(path) as members:
        contents = {name: members.read(name) for name in members.namelist()}
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "lol">{entities}]>'
    workbook = contents["xl/workbook.xml"].decode()
    start = workbook.index("<workbook")
    contents["xl/workbook.xml"] = (workbook[:start] + doctype + workbook[start:].replace("Budget", "&a11;")).encode()
    with zipfile.ZipFile(path, "w") as members:
        for name, content in contents.items():
            members.writestr(name, content)
    [sentence] = refused(raw)
    assert "the sheet is missing" in sentence or "not an intact Excel workbook" in sentence


def test_a_snapshot_written_by_another_import_meanwhile_is_used(raw, monkeypatch):
    # as if both had looked before either wrote
    first = imported(raw)
    monkeypatch.setattr("afkast.intake.importing.whole", lambda *_: None)
    before = {path: path.stat().st_mtime_ns for path in first.path.iterdir()}
    assert import_raw(raw.parent, raw.parent / "snapshots", KEY).id == first.id
    assert {path: path.stat().st_mtime_ns for path in first.path.iterdir()} == before
