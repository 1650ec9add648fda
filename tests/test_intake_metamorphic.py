"""The same facts written in another way are the same tables, and so the same published numbers."""

import json
import random
import shutil
from collections.abc import Callable

import pandas as pd
import pytest
from conftest import KEY, ROOT, run_here
from ruamel.yaml import YAML

from afkast.edition.execute import jobs_of
from afkast.intake import import_raw, open_snapshot
from afkast.intake.sources import Csv, read_sources
from afkast.project import Project
from afkast.strategy import load_strategies

EXAMPLE = ROOT / "data" / "example"

Lines = list[list[str]]
Change = Callable[[Csv, list[str], Lines, random.Random], tuple[list[str], Lines]]


def shuffled_rows(source, headings, rows, chance):
    return headings, chance.sample(rows, len(rows))


def reordered_columns(source, headings, rows, chance):
    # the first stays first: a footer stands in it
    order = [0, *chance.sample(range(1, len(headings)), len(headings) - 1)]
    return [headings[n] for n in order], [[row[n] for n in order] for row in rows]


def touching_spells(source, headings, rows, chance):
    """A spell cut in two that touch: the months on benefits are the same."""
    if source.table != "spells":
        return headings, rows
    start, end = (headings.index(source.headings[name]) for name in ("start", "end"))
    cut = []
    for row in rows:
        first, last = (pd.to_datetime(row[n], format="%d-%m-%Y") for n in (start, end))
        if pd.isna(last) or last <= first or chance.random() < 0.5:
            cut.append(row)
            continue
        middle = first + pd.Timedelta(days=chance.randrange((last - first).days))
        before, after = list(row), list(row)
        before[end] = middle.strftime("%d-%m-%Y")
        after[start] = (middle + pd.Timedelta(days=1)).strftime("%d-%m-%Y")
        cut += [before, after]
    return headings, cut


def written_otherwise(folder, change=None, encoding=None, split=False):
    """The example's data folder with every text file written in another way."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("build", "snapshots", "generator", "SHA256SUMS"))
    declared = YAML(typ="safe", pure=True).load((folder / "sources.yml").read_text("utf-8"))
    chance = random.Random(1)
    entries = []
    for entry, source in zip(declared["sources"], read_sources(folder).sources, strict=True):
        entries.append(entry)
        if not isinstance(source, Csv):
            continue
        entry["encoding"] = encoding or source.encoding
        second = entry | {"earlier": {}}
        for name in [source.file, *entry.get("earlier", {})]:
            path = folder / "raw" / name
            above, headings, rows, below = parted(source, path.read_bytes().decode(source.encoding))
            if rows is None:
                entry["encoding"] = source.encoding
                break
            if change:
                counted = f": {len(rows)}"
                headings, rows = change(source, headings, rows, chance)
                below = [line.replace(counted, f": {len(rows)}") for line in below]
            parts = [(path, rows)]
            if split and len(rows) > 1 and not source.footer:
                other = path.with_stem(path.stem + "_2")
                parts = [(path, rows[::2]), (other, rows[1::2])]
                if name == source.file:
                    entries.append(second | {"file": other.name})
                else:
                    entries[-1]["earlier"][other.name] = entry["earlier"][name]
            for part, lines in parts:
                text = "\n".join([*above, *(";".join(cells) for cells in [headings, *lines]), *below, ""])
                part.write_bytes(text.encode(entry["encoding"]))
    declared["sources"] = entries
    (folder / "sources.yml").write_text(json.dumps(declared, default=str, indent=1), "utf-8")
    return folder


def parted(source, text):
    """What stands above the headings, the headings, the rows, and what stands below; no rows: cells are quoted."""
    lines = text.removeprefix("\ufeff").splitlines()
    at = next(n for n, line in enumerate(lines) if set(source.declared_headings) <= set(line.split(";")))
    ends = [n for n, line in enumerate(lines) if source.footer and n > at and line.startswith(source.footer)]
    end = ends[0] if ends else len(lines)
    rows = [line.split(";") for line in lines[at + 1 : end] if line.strip(";")]
    return lines[:at], lines[at].split(";"), None if '"' in text else rows, lines[end:]


def alike(snapshot):
    """The tables in an order of their own, without where each row comes from."""
    tables = {}
    for name in snapshot.manifest["tables"]:
        table = snapshot.table(name).drop(columns="file", errors="ignore")
        tables[name] = table.sort_values(list(table), ignore_index=True)
    return tables


@pytest.mark.parametrize(
    "otherwise",
    [
        {"change": shuffled_rows},
        {"change": reordered_columns},
        {"encoding": "utf-16"},
        {"encoding": "utf-8-sig"},
        {"split": True},
    ],
    ids=["rows shuffled", "columns reordered", "UTF-16", "UTF-8 with a mark", "files split"],
)
def test_the_same_rows_written_in_another_way_are_the_same_tables(snapshot, tmp_path, otherwise):
    folder = written_otherwise(tmp_path / "data", **otherwise)
    other = alike(import_raw(folder, folder / "snapshots", KEY))
    for name, table in alike(snapshot).items():
        pd.testing.assert_frame_equal(other[name], table, obj=name)


def test_no_row_s_place_in_its_file_decides_what_comes_before_and_after(snapshot, tmp_path):
    """Pages take the first and the last month, year, step of a ladder: the rows stand in the order of time."""
    folder = written_otherwise(tmp_path / "data", shuffled_rows)
    other = import_raw(folder, folder / "snapshots", KEY)
    in_time = (
        "period",
        "year",
        "month",
        "valid_from",
        "from_week",
        "posted_on",
        "counted_on",
        "starts_on",
        "from_year",
    )
    moved = 0
    for name in snapshot.manifest["tables"]:
        table, again = snapshot.table(name), other.table(name)
        moved += not table.equals(again)
        for column in set(in_time) & set(table):
            pd.testing.assert_series_equal(again[column], table[column], obj=f"{name}, {column}")
    assert moved > 5  # what has one day and another name stands where it stood


PAGES = [
    ("norddjurs-koordineret-indsats", "overlevelseskurver"),
    ("norddjurs-koordineret-indsats", "effekten-i-kroner"),
    ("kijos", "oekonomi"),
    ("kijos", "sygedagpenge"),
    ("kik", "integration"),
    ("kik-ii", "kontaktforloeb"),
]


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory):
    """The example with its rows shuffled and its spells cut in touching ones."""
    folder = tmp_path_factory.mktemp("otherwise") / "data"

    def both(source, headings, rows, chance):
        return shuffled_rows(source, *touching_spells(source, headings, rows, chance), chance)

    written_otherwise(folder, both)
    import_raw(folder, folder / "snapshots", KEY)
    return Project(ROOT, folder)


def test_spells_cut_in_touching_ones_are_the_same_months(snapshot, otherwise):
    other = open_snapshot(otherwise.snapshots)
    assert len(other.table("spells")) > len(snapshot.table("spells"))
    pd.testing.assert_frame_equal(other.table("islands"), snapshot.table("islands"))


@pytest.mark.parametrize(("strategy", "page_id"), PAGES)
def test_a_page_publishes_the_same_numbers(page, otherwise, strategy, page_id):
    [job] = [job for job in jobs_of(load_strategies(otherwise)[strategy], "") if job.page == page_id]
    other, shown = run_here(otherwise, job.notebook, job.parameters), page(strategy, page_id)
    assert list(other) == list(shown)
    for id in shown:
        assert other[id]["html"] == shown[id]["html"], id
