"""What a page costs as municipalities become many: one book each under one entrance, or one book of them all.

    .venv/bin/python benchmarks/scale.py [--municipalities 40] [--together 10] [--strategies 10]

Every municipality is the tests' invented one under another name, with ten strategies of a page of goals and a page of
persons each. A book is imported, built and published by a process of its own, as a monthly task would. Printed are
seconds and the highest memory a page, for the first, tenth and last municipality and for one book of several; and what
the 98 municipalities of the country would take, by these. It ends with an error where the last tenth of the books takes
more a page than the first tenth by more than is claimed.
"""

import argparse
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import pandas as pd
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from municipality import OWN, STRATEGY, Municipality, citizens, municipality, strategy_of

from afkast.edition.build import build
from afkast.edition.entrance import write_entrance
from afkast.edition.publish import publish
from afkast.intake import import_raw
from afkast.project import Project, find_repository

CLAIMED_SECONDS, CLAIMED_MEMORY = 1.3, 1.1
"""So many times the first tenth's seconds and memory a page, at most; the clock of a shared machine is no better."""

PAGES = ("full_year_persons", "survival_effects")
IN_COUNTRY = 98


@dataclass(frozen=True)
class Cost:
    """Of a book: seconds to execute and to render it, its pages, and the highest memory of one process, in bytes."""

    executed: float
    rendered: float
    pages: int
    memory: int

    @property
    def a_page(self) -> float:
        return (self.executed + self.rendered) / self.pages


def another(person: str, number: int) -> str:
    """A person of the tests (born on a day and in a month that there are not) as that of another strategy."""
    months, serials = divmod(number, 50)
    return f"{person[:2]}{int(person[2:4]) + 12 * months:02}{person[4:7]}{int(person[7:]) + 180 * serials:04}"


def data_of(names: list[str], strategies: int) -> Municipality:
    """A data folder of these municipalities; every strategy has citizens of its own."""
    base = municipality(*PAGES)
    ids = {f"{STRATEGY}-{m}-{s}": name for m, name in enumerate(names) for s in range(strategies)}
    tables = dict(base.tables)
    for table, frame in base.tables.items():
        if "area" in frame:
            own = [frame[frame["area"] == OWN].assign(area=name) for name in names]
            tables[table] = pd.concat([*own, frame[frame["area"] != OWN]], ignore_index=True)
        if "strategy" in frame:
            tables[table] = pd.concat([frame.assign(strategy=id) for id in ids], ignore_index=True)
    people: dict[str, list[pd.DataFrame]] = {}
    for number, id in enumerate(ids):
        for table, frame in citizens().items():
            own = frame.assign(person=[another(person, number) for person in frame["person"]])
            people.setdefault(table, []).append(own.assign(strategy=id) if "strategy" in own else own)
    tables |= {table: pd.concat(frames, ignore_index=True) for table, frames in people.items()}
    return Municipality(tables, {id: strategy_of(*PAGES, id=id, municipality=name) for id, name in ids.items()})


def made(data: Path, shelf: Path) -> Cost:
    """Import, build and publish a data folder, and what that cost."""
    project = Project(find_repository(), data)
    import_raw(data, project.snapshots, bytes(32))
    begun = executed = time.perf_counter()

    def on_progress(done: int, total: int, what: str) -> None:
        nonlocal executed
        if done < total:
            executed = time.perf_counter()

    edition = build(project, on_progress=on_progress, strict=True)
    ended = time.perf_counter()
    publish(project, shelf / data.name, date.today())
    who = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    memory = 1024 * max(resource.getrusage(one).ru_maxrss for one in who)
    return Cost(executed - begun, ended - executed, len(edition.run), memory)


def measured(names: list[str], strategies: int, folder: Path) -> Cost:
    """The book of these municipalities, made by a process of its own."""
    data = data_of(names, strategies).write(folder / "data" / "-".join(names)[:40])
    shelf = folder / "shelf"
    shelf.mkdir(exist_ok=True)
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(made, data, shelf).result()


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--municipalities", type=int, default=40)
    asked.add_argument("--together", type=int, default=10)
    asked.add_argument("--strategies", type=int, default=10)
    given = asked.parse_args()
    names = [f"Kommune {number}" for number in range(1, given.municipalities + 1)]
    console = Console(width=100)
    with tempfile.TemporaryDirectory() as folder:
        alone = []
        for name in names:
            alone.append(measured([name], given.strategies, Path(folder)))
            console.print(f"{name} of {len(names)}: {alone[-1].pages} pages, {alone[-1].a_page:.2f} s a page")
        begun = time.perf_counter()
        books = write_entrance(Path(folder) / "shelf")
        entrance = time.perf_counter() - begun
        assert len(books) == len(names), "a book is missing at the entrance"
        together = measured(names[: given.together], given.strategies, Path(folder))
    table = Table("", "pages", "executed, s a page", "rendered, s a page", "memory, GB")
    rows = {f"book of municipality {number}": alone[number - 1] for number in (1, 10, 40) if number <= len(alone)}
    for what, cost in (rows | {f"one book of {given.together}": together}).items():
        seconds = (f"{one / cost.pages:.2f}" for one in (cost.executed, cost.rendered))
        table.add_row(what, f"{cost.pages}", *seconds, f"{cost.memory / 1e9:.2f}")
    console.print(table)
    of_book = median(one.executed + one.rendered for one in alone)
    console.print(
        f"the entrance of {len(books)} books {entrance:.2f} s; {IN_COUNTRY} municipalities one after the other, "
        f"by the median of {of_book:.0f} s a book: {IN_COUNTRY * of_book / 3600:.1f} h"
    )
    tenth = max(1, len(alone) // 10)
    first, last = alone[:tenth], alone[-tenth:]
    slower = median(one.a_page for one in last) / median(one.a_page for one in first)
    larger = max(one.memory for one in last) / max(one.memory for one in first)
    console.print(f"the last tenth a page against the first: {slower:.2f} times the seconds, {larger:.2f} the memory")
    if slower > CLAIMED_SECONDS or larger > CLAIMED_MEMORY:
        sys.exit(f"claimed are {CLAIMED_SECONDS} and {CLAIMED_MEMORY}.")


if __name__ == "__main__":
    main()
