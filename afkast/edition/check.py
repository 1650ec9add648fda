"""What would stop a page, told before any kernel starts: all faults of all strategies and pages at once.

A fault stops the pages that it belongs to, and no other's. A remark stops nothing: it asks about what looks like a
mistake in the data.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from afkast.edition.book import ABOUT_ALL, OVERVIEW
from afkast.edition.needs import Data, Lack, lacking
from afkast.errors import DataError
from afkast.intake import open_snapshot
from afkast.notebook import Template, read_template
from afkast.project import Project
from afkast.strategy import (
    FRONT_PAGE,
    Fault,
    PageOfStrategy,
    Strategy,
    StrategyFile,
    in_order,
    nearest,
    read_strategies,
)

WINDOWS = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""Names that a file cannot have on Windows, whatever its ending."""


WHERE: dict[str, tuple[str | int, ...]] = {
    "municipality": ("municipality",),
    "month_before": ("period",),
    **dict.fromkeys(("as_of", "month", "months", "year", "last_year", "benefits_received"), ("as_of",)),
}
"""Where a strategy's file says what a need can name beside the parameters of its page."""


@dataclass(frozen=True)
class Checked:
    """The strategies whose files can be read, by id in the order of the book, and what is wrong."""

    strategies: dict[str, Strategy]
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...] = ()

    def sentences(self, strategy: str = "", page: str = "") -> list[str]:
        """The faults that stop anything; of one strategy or page where it is named."""
        return [
            fault.sentence
            for fault in self.faults
            if strategy in ("", fault.strategy) or not fault.strategy
            if page in ("", fault.page) or not fault.page
        ]

    def makeable(self) -> dict[str, Strategy]:
        """Of each strategy what can be made: its sound pages and the goals that they decide; none without a page."""
        pages = {id: {page.id for page in self.sound(one)} for id, one in self.strategies.items()}
        return {id: one.only(pages[id]) for id, one in self.strategies.items() if pages[id]}

    def sound(self, strategy: Strategy) -> list[PageOfStrategy]:
        """The pages of a strategy that nothing stops."""
        return [page for page in strategy.pages if not self.sentences(strategy.id, page.id)]


def check(project: Project, snapshot: str = "", only: Iterable[str] = ()) -> Checked:
    """Check the strategies of the data folder against their notebooks and the snapshot, `only` those that are named."""
    chosen = set(only)
    files = [one for one in read_strategies(project) if one.id in chosen or not chosen]
    faults = [fault for one in files for fault in one.faults]
    readable = {one.id: one for one in files if one.readable}
    for one in readable.values():
        faults += _faults_of_names(one)
        faults += _faults_of_front(project, one)
    remarks: list[str] = []
    try:
        data = Data(open_snapshot(project.snapshots, snapshot or None))
        for one in readable.values():
            for told in _faults_of_data(project, one, data):
                faults.append(told) if isinstance(told, Fault) else remarks.append(told)
            remarks += _remarks(one, data)
    except DataError as error:
        faults.append(Fault(str(error), ""))
    if not files and not chosen:
        faults.append(Fault("strategies/ holds no strategy; add one as strategies/<id>.yml.", ""))
    stopped = {fault.strategy for fault in faults if not fault.page}
    return Checked(
        {id: one for id, one in in_order(files).items() if id not in stopped},
        tuple(dict.fromkeys(faults)),
        tuple(dict.fromkeys(remarks)),
    )


def _faults_of_names(read: StrategyFile) -> Iterator[Fault]:
    """Ids that something else is called, words that are blank, and goals that their page does not decide."""
    strategy, file = read.strategy, read.file
    assert strategy is not None and file is not None

    def fault(sentence: str, *keys: str | int, page: str = "") -> Fault:
        return Fault(f"{file.path.name}:{file.line(*keys)}: {sentence}", strategy.id, page)

    if strategy.id in WINDOWS:
        yield fault(f"a file cannot be called {strategy.id} on Windows; give the strategy another id.", "id")
    if strategy.id in (OVERVIEW, *ABOUT_ALL):
        yield fault(f"{strategy.id} is the address of a page about all strategies; give the strategy another id.", "id")
    if strategy.as_of < strategy.period.start:
        yield fault("as_of lies before the strategy starts; correct as_of or period.", "as_of")
    for key in ("name", "municipality", "decided_by", "summary"):
        if not getattr(strategy, key).strip():
            yield fault(f"{key} is blank; write what readers are to see.", key)
    for number, goal in enumerate(strategy.goals):
        if not goal.text.strip():
            yield fault(f"goal '{goal.id}' has a blank text; write it as it was decided.", "goals", number, "text")
    for number, page in enumerate(strategy.pages):
        where = ("pages", number)
        if not page.title.strip():
            yield fault(f"page '{page.id}' has a blank title.", *where, "title", page=page.id)
        if page.id == FRONT_PAGE:
            yield fault(
                f"'{FRONT_PAGE}' is the strategy's own front page; give the page another id.",
                *where,
                "id",
                page=page.id,
            )
        if page.id in WINDOWS:
            sentence = f"a file cannot be called {page.id} on Windows; give the page another id."
            yield fault(sentence, *where, "id", page=page.id)


def _faults_of_front(project: Project, read: StrategyFile) -> Iterator[Fault]:
    """What the front page is to show and no page shows, as far as the notebooks say what they show."""
    strategy, file, notebooks = read.strategy, read.file, project.notebooks()
    assert strategy is not None and file is not None
    pages = {page.id: page for page in strategy.pages}
    for keys, place, kind in strategy.front.places():
        at = f"{file.path.name}:{file.line('front', *keys)}: the front page is to show {place}, and"
        page_id, _, id = place.partition("/")
        if page_id not in pages:
            yield Fault(
                f"{at} the strategy has no page '{page_id}'; it has {', '.join(pages)}.{nearest(page_id, list(pages))}",
                strategy.id,
            )
        elif pages[page_id].notebook in notebooks:
            notebook = pages[page_id].notebook
            ids = sorted(read_template(notebooks[notebook]).shows.get(f"show_{kind}", ()))
            if not any(fnmatchcase(id, pattern) for pattern in ids):
                there = f"it shows {', '.join(ids) or 'none'}.{nearest(id, ids)}"
                yield Fault(f"{at} notebook {notebook} shows no {kind} of the name; {there}", strategy.id)


def _faults_of_data(project: Project, read: StrategyFile, data: Data) -> Iterator[Fault | str]:
    """What the pages' notebooks need and the snapshot has not, and what their parameters name and is not there.

    What only may be a mistake is a sentence alone.
    """
    strategy, file, notebooks = read.strategy, read.file, project.notebooks()
    assert strategy is not None and file is not None
    broken = {fault.page for fault in read.faults}
    for number, page in enumerate(strategy.pages):
        if page.id in broken:
            continue
        template = read_template(notebooks[page.notebook])
        told = [*_of_goals(strategy, page, template), *_of_links(strategy, page)]
        for need in template.needs:
            told += lacking(data, strategy, template.defaults | page.parameters, need)
        for lack in told:
            keys = WHERE.get(lack.named, ("pages", number, *(("parameters", lack.named) if lack.named else ())))
            sentence = f"{file.path.name}:{file.line(*keys)}: page '{page.id}': {lack.sentence}"
            yield sentence if lack.may_be else Fault(sentence, strategy.id, page.id)


def _of_goals(strategy: Strategy, page: PageOfStrategy, template: Template) -> Iterator[Lack]:
    """A goal whose page does not decide it would be missed when every page has been executed."""
    for goal in strategy.goals:
        if goal.page != page.id:
            continue
        if not template.shows_verdict:
            yield Lack(
                f"it is to decide the goal '{goal.id}', and notebook {template.name} decides none; name another."
            )
        elif "goal" in template.parameters and page.parameters.get("goal") != goal.id:
            yield Lack(
                f"it is to decide the goal '{goal.id}', which is not its parameter goal; let the two agree.", "goal"
            )
        elif template.decides and goal.judged not in template.decides:
            ways = " or ".join(f"'{way}'" if way else "left out" for way in template.decides)
            yield Lack(f"it decides goals whose judged is {ways}, and that of '{goal.id}' is another; correct judged.")


def _of_links(strategy: Strategy, page: PageOfStrategy) -> Iterator[Lack]:
    pages = [one.id for one in strategy.pages]
    for name, value in page.parameters.items():
        if name.endswith("_page") and value and value not in pages:
            yield Lack(f"the strategy has no page of the name in {name}; it has {', '.join(pages)}.", name)


def _remarks(read: StrategyFile, data: Data) -> Iterator[str]:
    """Benefits that the strategy's citizens have received and that have no price or no step on the refund ladder."""
    strategy = read.strategy
    assert strategy is not None
    for table, column, of_area in (("unit_prices", "benefit", True), ("refund_ladder", "benefit", False)):
        known = data.values(table, column, strategy.municipality if of_area else "")
        for benefit in data.benefits_received(strategy) if known else []:
            if benefit not in known:
                where = f" of {strategy.municipality}" if of_area else ""
                yield (
                    f"{read.id}.yml: citizens of the strategy have received '{benefit}', and {table} has no row for "
                    f"it{where}; add one, or write it alike in both.{nearest(benefit, known)}"
                )
