"""How long the door in takes, and how much memory: each import is a process of its own.

    .venv/bin/python benchmarks/intake.py [--spells 2000000] [--only spells]

Prints seconds and the highest memory, and ends with an error where one is beyond what is claimed. The answers are
checked: the rows that come in are those that were written.
"""

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np

SPELLS_PER_PERSON = 10
LEDGER_LINES, EMPTY_ROWS, LONG_LINE_BYTES = 300_000, 300_000, 200_000_000

ENTRY = """\
  - file: {file}
    reader: {reader}
    table: {table}
    source: Måling
    extracted_on: 2026-11-01
"""


def declare(folder: Path, *entries: str) -> None:
    (folder / "raw").mkdir()
    (folder / "sources.yml").write_text("sources:\n" + "".join(entries), encoding="utf-8")


def write_spells(folder: Path, spells: int) -> dict[str, int]:
    """Ten spells a person, in no order; every month of 2015 to 2025 begins some."""
    persons = spells // SPELLS_PER_PERSON + 1  # a million rows to the row is where exports are cut, and refused
    random = np.random.default_rng(1)
    declare(
        folder,
        ENTRY.format(file="p.csv", reader="csv", table="persons")
        + "    columns: {CPR: person, Født: birth_year, Køn: sex}\n    constants: {education: Grundskole}\n",
        ENTRY.format(file="s.csv", reader="csv", table="spells")
        + "    columns: {CPR: person, Ydelse: benefit, Fra: start, Til: end}\n",
    )
    # months 13 to 99 are nobody's
    every = (
        f"{day:02}{month:02}{year:02}-{serial:04}"
        for serial in range(10_000)
        for day in range(1, 32)
        for month in range(13, 23)
        for year in range(35, 100)
    )
    ids = list(islice(every, persons))
    with (folder / "raw" / "p.csv").open("w", encoding="utf-8") as file:
        file.write("CPR;Født;Køn\n")
        file.writelines(f"{id};{1900 + int(id[4:6])};{'KM'[int(id[-1]) % 2]}\n" for id in ids)
    days = [(datetime.date(2015, 1, 1) + datetime.timedelta(day)).strftime("%d-%m-%Y") for day in range(4200)]
    who, start = random.integers(persons, size=spells), random.integers(3600, size=spells)
    long = random.integers(1, 600, size=spells)
    benefits = np.array(["kontanthjælp", "sygedagpenge", "ressourceforløb"])[random.integers(3, size=spells)]
    with (folder / "raw" / "s.csv").open("w", encoding="utf-8") as file:
        file.write("CPR;Ydelse;Fra;Til\n")
        rows = zip(who, benefits, start, start + long, strict=True)
        file.writelines(f"{ids[p]};{b};{days[s]};{days[e] if e < 4200 else ''}\n" for p, b, s, e in rows)
    return {"persons": persons, "spells": spells}


def write_ledger(folder: Path, lines: int) -> dict[str, int]:
    """A journal of two lines a posting, sixty lines a page."""
    postings = lines // 2
    heading = "|Bilagsnr.  |PSP-element         |Per|Bogf.dato  |Omk.art |Tekst          |          Beløb|"
    second = "|           |Reference           |   |           |        |Tekst, fortsat |               |"
    declare(
        folder,
        ENTRY.format(file="j.txt", reader="opus_journal", table="ledger")
        + "    wbs_elements: {XA-1: {strategy: s, committee: AMU, line: investment}}\n",
    )

    def record(document: str, element: str, period: str, day: str, amount: str) -> Iterator[str]:
        yield f"|{document:11}|{element:20}|{period:3}|{day:11}|40000000|Løn            |{amount:>15}|"
        yield f"|{'':11}|{'REF':20}|   |{'':11}|{'':8}|{'fortsat':15}|{'':15}|"

    def body() -> Iterator[str]:
        for number in range(postings):
            month = number % 10 + 1
            yield from record(f"1{number:09}", "XA-1", f"{month:03}", f"14.{month:02}.2026", "100,00")
        total = f"{postings * 100:,}".replace(",", ".") + ",00"
        yield from record("*", "XA-1", "", "", total)
        yield from record("**", "", "", "", total)

    with (folder / "raw" / "j.txt").open("w", encoding="cp1252", newline="\r\n") as file:
        for number, line in enumerate(body()):
            if number % 60 == 0:
                file.write(("\f" if number else "") + f"Posteringsjournal\n{heading}\n{second}\n")
            file.write(line + "\n")
    return {"ledger": postings}


def write_empty_rows(folder: Path, rows: int) -> dict[str, int]:
    """A sheet whose rows below the data were once formatted: six empty cells each."""
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Ark"
    for row in (["År", "Måltal"], [2026, 5]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    declare(
        folder,
        ENTRY.format(file="t.xlsx", reader="excel", table="targets")
        + "    sheet: Ark\n    columns: {År: year, Måltal: strategy_budget}\n"
        + "    constants: {strategy: s, measure: m, original_budget: 9, unit: personer}\n",
    )
    with zipfile.ZipFile(content) as members, zipfile.ZipFile(folder / "raw" / "t.xlsx", "w", 8) as target:
        for name in members.namelist():
            xml = members.read(name)
            if name == "xl/worksheets/sheet1.xml":
                empty = "".join(
                    f'<row r="{row}">' + "".join(f'<c r="{letter}{row}" s="0"/>' for letter in "ABCDEF") + "</row>"
                    for row in range(3, rows + 3)
                )
                xml = xml.replace(b"</sheetData>", empty.encode() + b"</sheetData>")
            target.writestr(name, xml)
    return {"targets": 1}


def write_long_line(folder: Path, size: int) -> dict[str, int]:
    declare(
        folder,
        ENTRY.format(file="m.csv", reader="csv", table="measures")
        + "    columns: {Md: period, Antal: value}\n    constants: {measure: m, area: A, unit: personer}\n",
    )
    (folder / "raw" / "m.csv").write_bytes(b"Md;Antal\n" + b"1" * size + b"\n")
    return {}


WORKS: dict[str, tuple[Callable[[Path, int], dict[str, int]], int, float, float]] = {
    # what is written, how much, and the claimed seconds and GB
    "spells": (write_spells, 2_000_000, 60, 1.0),
    "ledger": (write_ledger, LEDGER_LINES, 10, 1.0),
    "empty rows": (write_empty_rows, EMPTY_ROWS, 10, 1.0),
    "long line": (write_long_line, LONG_LINE_BYTES, 2, 1.0),
}

IMPORT = """
import json, resource, sys, time
from pathlib import Path
from afkast.errors import DataError
from afkast.intake import import_raw
start, folder = time.perf_counter(), Path(sys.argv[1])
try:
    tables = import_raw(folder, folder / "s", bytes(32)).manifest["tables"]
    rows = {name: entry["rows"] for name, entry in tables.items()}
except DataError as refused:
    rows = {}
    print(refused, file=sys.stderr)
gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps([rows, time.perf_counter() - start, gigabytes]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spells", type=int, default=2_000_000)
    parser.add_argument("--only", choices=WORKS)
    arguments = parser.parse_args()
    beyond = []
    print(f"{'':12}{'seconds':>9}{'GB':>7}   claimed")
    for name, (write, size, seconds, gigabytes) in WORKS.items():
        if arguments.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as place:
            size = arguments.spells if name == "spells" else size
            # apart: a process is born with the memory of the one that starts it on its account
            with ProcessPoolExecutor(1, get_context("spawn")) as apart:
                expected = apart.submit(write, Path(place), size).result()
            done = subprocess.run([sys.executable, "-c", IMPORT, place], capture_output=True, text=True, check=True)
            rows, took, used = json.loads(done.stdout)
        assert {table: rows.get(table) for table in expected} == expected and bool(rows) == bool(expected), done.stderr
        print(f"{name:12}{took:9.1f}{used:7.2f}   {seconds} s, {gigabytes} GB")
        if (took > seconds * size / WORKS[name][1]) or used > gigabytes:
            beyond.append(name)
    if beyond:
        sys.exit(f"beyond what is claimed: {', '.join(beyond)}")


if __name__ == "__main__":
    main()
