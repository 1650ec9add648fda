"""From snapshot and strategies to the site, page by page; the former site stands until the new one is whole."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from afkast.edition.audit import NOTES, audited, editions_of, held_back, hold_back
from afkast.edition.book import (
    CHANGES_PAGE,
    DATA_BASIS,
    DATA_QUALITY,
    OVERVIEW,
    RECONCILIATION,
    put_in_place,
    render,
)
from afkast.edition.changes import note_changes
from afkast.edition.check import check
from afkast.edition.execute import Job, execute, front_page_of, jobs_of
from afkast.edition.failed import write_failed
from afkast.edition.inputs import Now, read_record, take_over
from afkast.edition.manifest import differences, read_manifest
from afkast.edition.paper import too_long
from afkast.edition.provenance import edition_of
from afkast.edition.running import alone, executed
from afkast.edition.unchanged import LastBuild, last_build, made_in, note_build, read_by
from afkast.engine import open_engine
from afkast.errors import AfkastError, PageError, StrategyError
from afkast.intake import Snapshot, open_snapshot
from afkast.intake.sources import profile_of
from afkast.project import UNFINISHED, Project
from afkast.report import disclosure
from afkast.report.changed import CHANGES
from afkast.report.filed import published
from afkast.report.reads import Readable
from afkast.strategy import FRONT_PAGE, Goal, Strategy

Progress = Callable[[int, int, str], None]
"""Called with pages done, pages in all, and what was just done."""


@dataclass
class Edition:
    """What a build made: the site, the pages that were run and why, and the faults of those that failed."""

    front_page: Path
    run: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unchanged: bool = False
    remarks: list[str] = field(default_factory=list)
    audit: list[str] = field(default_factory=list)


def build(
    project: Project,
    only: Iterable[str] = (),
    snapshot: str = "",
    on_progress: Progress = lambda *_: None,
    tell: Callable[[list[str]], None] = lambda _: None,
    *,
    strict: bool = False,
    again: bool = False,
    cluster: str = "",
) -> Edition:
    """Check, run the pages whose inputs have changed, take the others over, render the book.

    What the check finds is told before any page is run, and the pages that it stops are left out of the book with
    the goals that they decide. A strategy of which no page is left stops the build where it is one of `only`.

    The whole site is of one state. `only` names the strategies whose pages may be run; where another's must be, the
    build is refused. A page that fails is shown as failed; with `strict`, or when all fail, PageError is raised
    instead, and neither the site nor the former pages are touched. `again` runs every page. `cluster` is the address of
    a Dask scheduler whose workers execute the pages; without it this machine does.
    """
    with alone(project):
        disclosure.use(profile_of(project.data))
        data = open_snapshot(project.snapshots, snapshot or None)
        read = read_by(project, data)
        if not (only or again or cluster) and (last := last_build(project, read)):
            tell(last.checked)
            return Edition(project.site / "index.html", unchanged=True, remarks=last.remarks, audit=last.audit)
        checked = check(project, data.id)
        strategies = checked.makeable()
        if not strategies or any(one not in strategies and checked.sentences(one) for one in only):
            raise StrategyError("\n".join(checked.sentences()))
        tell(checked.sentences())
        chosen = _chosen(strategies, list(only))
        in_book = [one for one in strategies.values() if one.id in chosen or (project.pages / one.id).is_dir()]
        pages = project.build / f"{UNFINISHED}pages"
        made = Edition(project.site / "index.html")
        batches = batches_of(in_book, data, (project.build / CHANGES).is_file())

        begun: list[list[Job]] = []

        def run_again(_names: set[str]) -> None:
            """Run the pages that are to hold more back, and those that have read what these showed."""
            for batch in begun:
                now = Now(Readable(project, data, pages))
                again = [job for job in batch if job.name not in made.failed and now.why_again(job, pages)]
                made.run |= {job.name: ["a page tells too much beside others"] for job in again}
                for _, fault in executed(project, again, pages, strict, cluster):
                    if fault:
                        raise PageError(fault)
                if len(begun) > 1 and batch is begun[0]:
                    note_changes(project, data, pages)

        done, total = 0, sum(map(len, batches)) + 1
        for batch in batches:
            begun.append(batch)
            # anew: it reads what the pages before it show
            now = Now(Readable(project, data, pages))
            why = {job: ["it is asked for"] if again else now.why_again(job, project.pages) for job in batch}
            _refuse_stale({job: reasons for job, reasons in why.items() if reasons and job.strategy}, chosen)
            for job in batch:
                if not why[job]:
                    take_over(job, project.pages, pages, data.id)
                    done += 1
            made.run |= {job.name: reasons for job, reasons in why.items() if reasons}
            if any(job.notebook == "data_basis" and why[job] for job in batch):
                # what is wrong with the engine is its own fault, not the page's
                with open_engine():
                    pass
            for job, fault in executed(project, [job for job in batch if why[job]], pages, strict, cluster):
                if fault:
                    made.failed[job.name] = fault
                    write_failed(project, job, _goals(strategies, job), fault, pages)
                done += 1
                on_progress(done, total, job.name)
            if batch is batches[0] and len(made.failed) == len(batch):
                raise PageError("\n".join(made.failed.values()))
            # the others read what the strategies' pages show, and then tell something themselves
            if batch in (batches[0], batches[-1]):
                made.audit = audited(pages, editions_of(project), run_again)
            said = published(pages)
            _check_goals(in_book, said)
            if batch is batches[0]:
                batches[1:] = batches_of(in_book, data, note_changes(project, data, pages))[1:]
                total = sum(map(len, batches)) + 1
        made.remarks = [sentence for strategy in in_book for sentence in too_long(pages, strategy)]
        edition = edition_of(project, data, pages)
        made.unchanged = not made.run and edition == _edition_of_site(project)
        if not made.unchanged:
            put_in_place(pages, project.pages, project)
            render(project, in_book, project.pages, data, edition)
        if not made.failed and in_book == list(strategies.values()):
            told = checked.sentences(), made.remarks, made.audit
            note_build(project, LastBuild(read, made_in(project), *told))
        on_progress(total, total, "book")
    return made


def batches_of(strategies: list[Strategy], data: Snapshot, changes: bool = False) -> list[list[Job]]:
    """The pages in the order in which they need each other; with the one of changes where an edition came before.

    The front pages, the overview and the reconciliation read what the strategies' pages have shown, and the data basis
    lists the files that all of them have read.
    """

    def about_all(notebook: str, page: str, title: str) -> Job:
        return Job(notebook, "", page, title, "", {"snapshot": data.id})

    overview = [about_all("overview", OVERVIEW, "Overblik"), about_all("data_quality", DATA_QUALITY, "Datakvalitet")]
    if changes:
        overview.append(about_all("changes", CHANGES_PAGE, "Ændringer siden sidst"))
    if "printed_cells" in data.manifest["tables"]:
        overview.append(about_all("reconciliation", RECONCILIATION, "Afstemning"))
    strategies_pages = [job for strategy in strategies for job in jobs_of(strategy, data.id)]
    front_pages = [front_page_of(strategy, data.id) for strategy in strategies]
    return [strategies_pages, overview, front_pages, [about_all("data_basis", DATA_BASIS, "Datagrundlag")]]


def run_page(
    project: Project,
    strategy_id: str,
    page_id: str,
    snapshot: str = "",
    tell: Callable[[list[str]], None] = lambda _: None,
) -> Path:
    """Execute one page, beside the book and whatever builds it, and return the notebook's path.

    What it tells of persons is audited beside the book that stands, as a build would, and what was found is told; the
    notes of it are not kept.
    """
    snapshot_id = open_snapshot(project.snapshots, snapshot or None).id
    there = sorted(path.stem for path in project.strategies.glob("*.yml"))
    if strategy_id not in there:
        raise StrategyError(f"there is no strategy '{strategy_id}'; there are {', '.join(there)}.")
    checked = check(project, snapshot_id, [strategy_id])
    if strategy_id in checked.strategies:
        checked.strategies[strategy_id].page(page_id)
    if faults := checked.sentences(strategy_id, page_id):
        raise StrategyError("\n".join(faults))
    if page_id == FRONT_PAGE:
        raise StrategyError(
            "a front page shows what the strategy's pages have shown; `afkast build` makes it after them."
        )
    [job] = [job for job in jobs_of(checked.strategies[strategy_id], snapshot_id) if job.page == page_id]
    place = project.build / "run" / "pages" / job.path
    place.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=UNFINISHED, dir=place.parents[2]) as own:
        pages = Path(own) / "pages"

        def run(_: object = None) -> None:
            execute(project, job, pages)

        hold_back(pages, held_back(project.pages))
        run()
        tell(audited(pages, editions_of(project), run))
        (pages / job.path).with_suffix(NOTES).unlink()
        for made in (pages / job.path).parent.iterdir():
            made.replace(place.with_name(made.name))
    return place


def status(project: Project) -> dict[str, tuple[list[str], float]]:
    """Why each page that a build would run is run, and about how many seconds it takes; and the book, if need be."""
    data = open_snapshot(project.snapshots)
    strategies = check(project, data.id).makeable()
    now = Now(Readable(project, data, project.pages))
    why: dict[str, tuple[list[str], float]] = {}
    for batch in batches_of(list(strategies.values()), data, (project.build / CHANGES).is_file()):
        for job in batch:
            reasons = now.why_again(job, project.pages)
            if not job.strategy and why and not reasons:
                reasons = ["what other pages show may change"]
            if reasons:
                record = read_record(project.pages / job.path)
                why[job.name] = (reasons, record.seconds if record else 2.0)
    if edition_of(project, data, project.pages) != _edition_of_site(project):
        why["the book"] = (["it is not of these pages, texts and code"], 0.0)
    return why


def _check_goals(strategies: list[Strategy], said: pd.DataFrame) -> None:
    """The overview and a strategy's front page need one verdict of every goal, from the page that decides it."""
    verdicts = said[said["name"] == "verdict"]
    faults = []
    for strategy in strategies:
        for goal in strategy.goals:
            shown = verdicts[(verdicts["strategy"] == strategy.id) & (verdicts["item"] == f"maal-{goal.id}")]
            if list(shown["page"]) != [goal.page]:
                faults.append(
                    f"{strategy.id}.yml: goal '{goal.id}': its page '{goal.page}', and no other, must show a text "
                    f"'maal-{goal.id}' with a verdict; {', '.join(shown['page']) or 'no page'} does."
                )
    if faults:
        raise PageError("\n".join(faults))


def _chosen(strategies: dict[str, Strategy], only: list[str]) -> list[str]:
    for one in only:
        if one not in strategies:
            raise StrategyError(f"there is no strategy '{one}'; there are {', '.join(strategies)}.")
    return only or list(strategies)


def _goals(strategies: dict[str, Strategy], job: Job) -> list[Goal]:
    """The goals that a page decides."""
    return [goal for goal in strategies[job.strategy].goals if goal.page == job.page] if job.strategy else []


def _refuse_stale(why: dict[Job, list[str]], chosen: list[str]) -> None:
    """Pages of one state make a book; a part of it may not be renewed when another part is out of date."""
    others = [f"{job.name}: {', '.join(reasons)}" for job, reasons in why.items() if job.strategy not in chosen]
    if others:
        raise PageError("\n".join(["pages of other strategies must be run too; leave --strategy out:", *others]))


def _edition_of_site(project: Project) -> Any:
    """What the site is made of; None where that is not known, or a file of it is not as it was written."""
    try:
        manifest = read_manifest(project.site)
    except AfkastError:
        return None
    return None if differences(project.site, manifest) else manifest.made_of
