"""What a strategy is: what was decided, its goals, and its pages; read strictly from one YAML file each."""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from afkast.errors import StrategyError
from afkast.intake.wording import normal_data
from afkast.notebook import SET_BY_AFKAST, is_empty, read_template
from afkast.project import Project
from afkast.yaml_file import YamlFile, read_yaml, validate

ID = r"^[a-z0-9][a-z0-9-]{0,39}$"
Id = Annotated[str, Field(pattern=ID)]
Text = Annotated[str, Field(min_length=1)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2100, 12, 31))]
Area = Literal["economics", "targets", "effect"]
Judged = Literal["at the date", "in each year", "cumulated", "on average"]
"""How a goal's measure meets its number: as it is on the day, year by year, as a sum, or as the year's average."""


FRONT_PAGE = "index"
"""The id of each strategy's front page, which runs after its pages."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Period(_Strict):
    """First and last day on which the strategy runs.

    Where nobody has decided an end, `end` is the last day that the report accounts for, and `end_decided` is false.
    """

    start: Day
    end: Day
    end_decided: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> "Period":
        if self.end < self.start:
            raise ValueError("the period must not end before it starts")
        return self


class Goal(_Strict):
    """One goal of the decision, in Danish, decided on one of the strategy's pages.

    `measure` is what the page counts, in the words of a sentence. `due` is the day by which the goal must be met; None:
    no day was decided, and the goal is never met for good. `judged` is None where the decision sets no number.
    """

    id: Id
    text: Text
    page: Id
    measure: Text
    due: Day | None = None
    judged: Judged | None = None

    @model_validator(mode="after")
    def _with_a_number(self) -> "Goal":
        if self.due is not None and self.judged is None:
            raise ValueError("a goal with a due date says how it is judged; add judged, or remove due")
        return self


class PageOfStrategy(_Strict):
    """A notebook with this strategy's title and parameters."""

    id: Id
    notebook: Text
    title: Text
    area: Area
    parameters: dict[str, Any] = {}


Place = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}/[a-z0-9][a-z0-9-]{0,59}$")]
"""Something that a page shows: page/id."""


class OwnKeyFigure(_Strict):
    """A number of a page with the strategy's own words; `{name}` in them is a number that the text has filed."""

    text: Place
    name: Text
    number: Text
    against: Text
    sure: Text


class Front(_Strict):
    """What of its pages a strategy's front page shows, in this order; what is left out is chosen by `report.front`.

    A reservation is a text of a page, page/id, or a sentence of the strategy's own.
    """

    verdict: Place | None = None
    key_figures: Annotated[list[Place | OwnKeyFigure], Field(min_length=1, max_length=4)] | None = None
    figures: Annotated[list[Place], Field(max_length=4)] | None = None
    tables: Annotated[list[Place], Field(max_length=8)] | None = None
    reservations: Annotated[list[Text], Field(min_length=1, max_length=3)] | None = None

    def places(self) -> list[tuple[tuple[str | int, ...], str, str]]:
        """Everything it names: where in the file, page/id, and what that must be."""
        named: list[tuple[tuple[str | int, ...], str, str]] = []
        if self.verdict:
            named.append((("verdict",), self.verdict, "text"))
        for number, one in enumerate(self.key_figures or []):
            named.append((("key_figures", number), one if isinstance(one, str) else one.text, "text"))
        for key, kind in (("figures", "figure"), ("tables", "table"), ("reservations", "text")):
            for number, one in enumerate(getattr(self, key) or []):
                if is_place(one):
                    named.append(((key, number), one, kind))
        return named


def is_place(words: str) -> bool:
    """Whether a reservation is page/id, or else a sentence."""
    return " " not in words and "/" in words


class Strategy(_Strict):
    """One investment strategy, as the council decided it and as the book follows it."""

    id: Id
    name: Text
    municipality: Text
    decided_by: Text
    decided_on: Day | None = None
    summary: Text
    period: Period
    as_of: Day
    committees: dict[str, Text]
    responsible: Text | None = None
    front: Front = Front()
    goals: list[Goal] = []
    pages: list[PageOfStrategy] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> "Strategy":
        if self.as_of.day != monthrange(self.as_of.year, self.as_of.month)[1]:
            raise ValueError("as_of must be the last day of a month")
        pages = [page.id for page in self.pages]
        for kind, ids in (("page", pages), ("goal", [goal.id for goal in self.goals])):
            if len(set(ids)) < len(ids):
                raise ValueError(f"two of its {kind}s have the same id")
        return self

    def page(self, page_id: str) -> PageOfStrategy:
        """The page with this id; the front page is one that every strategy has."""
        if page_id == FRONT_PAGE:
            return PageOfStrategy(id=FRONT_PAGE, notebook="resume", title=self.name, area="economics")
        for page in self.pages:
            if page.id == page_id:
                return page
        raise StrategyError(f"{self.id} has no page '{page_id}'; it has {', '.join(p.id for p in self.pages)}.")

    def only(self, page_ids: Collection[str]) -> "Strategy":
        """The strategy with these of its pages, and the goals that they decide."""
        pages = [page for page in self.pages if page.id in page_ids]
        goals = [goal for goal in self.goals if goal.page in page_ids]
        return self.model_copy(update={"pages": pages, "goals": goals})


def write_skeleton(folder: Path, strategy_id: str, today: date) -> Path:
    """Write a commented strategy to begin with, which loads as it is, and return its path."""
    if not re.fullmatch(ID, strategy_id):
        raise StrategyError(
            f"'{strategy_id}' is not an id; use lower-case letters, digits and hyphens, at most 40, as in min-strategi."
        )
    path = folder / f"{strategy_id}.yml"
    if path.exists():
        raise StrategyError(f"{path.name} exists already; choose another id or edit it.")
    template = (Path(__file__).parent / "templates" / "strategy.yml").read_text(encoding="utf-8")
    as_of = today.replace(day=1) - timedelta(days=1)
    text = template.format(id=strategy_id, as_of=as_of, this_year=as_of.year, last_year=as_of.year - 1)
    path.write_text(text, encoding="utf-8")
    return path


@dataclass(frozen=True)
class Fault:
    """What is wrong, a sentence with file and line, and whose pages it stops: one, or where none is named all."""

    sentence: str
    strategy: str
    page: str = ""


@dataclass(frozen=True)
class StrategyFile:
    """A strategy's file as it was read: the strategy, where it is one, and what is wrong."""

    id: str
    strategy: Strategy | None = None
    file: YamlFile | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def readable(self) -> Strategy | None:
        """The strategy, unless a fault stops all its pages; some of them may have faults of their own."""
        return None if any(not fault.page for fault in self.faults) else self.strategy


def read_strategies(project: Project) -> list[StrategyFile]:
    """Every strategy of the data folder as it was read, in the order of the files."""
    notebooks = project.notebooks()
    files = [read_strategy(path, notebooks) for path in sorted(project.strategies.glob("*.yml"))]
    for path in sorted(project.strategies.glob("*.yaml")):
        fault = Fault(f"{path.name}: name it {path.stem}.yml; other endings are not read.", path.stem)
        files.append(StrategyFile(path.stem, faults=(fault,)))
    return files


def in_order(files: Iterable[StrategyFile]) -> dict[str, Strategy]:
    """The strategies that can be read, by id, in the order of the book: by municipality and name."""
    readable = [one.readable for one in files if one.readable]
    return {
        one.id: one
        for one in sorted(readable, key=lambda one: (danish_order(one.municipality), danish_order(one.name)))
    }


def load_strategies(project: Project) -> dict[str, Strategy]:
    """Every strategy of the data folder by id, by municipality and name; all faults of all files in one error."""
    files = read_strategies(project)
    if faults := [fault.sentence for one in files for fault in one.faults]:
        raise StrategyError("\n".join(faults))
    if not files:
        raise StrategyError(f"{project.strategies.name}/ holds no strategy; add one as strategies/<id>.yml.")
    return in_order(files)


def read_strategy(path: Path, notebooks: Mapping[str, Path]) -> StrategyFile:
    """Read one strategy and check it against the notebooks it uses; whatever is in the file, it is told as faults."""
    try:
        file = read_yaml(path, StrategyError)
        # its words are held against those of the data, which are in this form; a blank one is told by `afkast check`
        file = YamlFile(file.path, normal_data(file.data, blank=" "), file.lines)
        strategy = validate(Strategy, file, StrategyError)
    except StrategyError as error:
        return StrategyFile(path.stem, faults=tuple(Fault(line, path.stem) for line in str(error).splitlines()))
    faults = []
    if strategy.id != path.stem:
        sentence = f"{path.name}:{file.line('id')}: the id must be the file's name, {path.stem}."
        faults.append(Fault(sentence, path.stem))
    for number, goal in enumerate(strategy.goals):
        faults += [Fault(sentence, path.stem) for sentence in _faults_of_goal(file, number, goal, strategy)]
    for number, page in enumerate(strategy.pages):
        faults += [
            Fault(sentence, path.stem, page.id)
            for sentence in _faults_of_page(file, number, page, notebooks, strategy.goals)
        ]
    return StrategyFile(path.stem, strategy, file, tuple(faults))


def _faults_of_goal(file: YamlFile, number: int, goal: Goal, strategy: Strategy) -> list[str]:
    def at(key: str) -> str:
        return f"{file.path.name}:{file.line('goals', number, key)}: goal '{goal.id}':"

    faults, pages = [], [page.id for page in strategy.pages]
    if goal.page not in pages:
        faults.append(
            f"{at('page')} the strategy has no page of that name; it has {', '.join(pages)}.{nearest(goal.page, pages)}"
        )
    if goal.due is not None and goal.due < strategy.period.start:
        faults.append(f"{at('due')} it is due before the strategy starts; correct due or period.")
    return faults


def _faults_of_page(
    file: YamlFile, number: int, page: PageOfStrategy, notebooks: Mapping[str, Path], goals: list[Goal]
) -> list[str]:
    def at(*keys: str | int) -> str:
        return f"{file.path.name}:{file.line('pages', number, *keys)}:"

    if page.notebook not in notebooks:
        return [
            f"{at('notebook')} no notebook of that name; there are {', '.join(notebooks)}."
            f"{nearest(page.notebook, list(notebooks))}"
        ]
    try:
        template = read_template(notebooks[page.notebook])
    except StrategyError as error:
        return [f"{at('notebook')} {error}"]
    defaults = template.defaults
    own = {name: value for name, value in defaults.items() if name not in SET_BY_AFKAST}
    faults = [
        f"{at('notebook')} notebook {page.notebook} is not a strategy's page: its parameters cell lacks '{name}'."
        for name in SET_BY_AFKAST
        if name not in defaults
    ]
    for name, value in page.parameters.items():
        if name in SET_BY_AFKAST:
            faults.append(f"{at('parameters', name)} '{name}' is set by Afkast itself; remove it.")
        elif name not in own:
            faults.append(
                f"{at('parameters', name)} notebook {page.notebook} has no parameter '{name}'; "
                f"it has {', '.join(own) or 'none of its own'}.{nearest(name, list(own))}"
            )
        elif not _same_type(value, own[name]):
            faults.append(
                f"{at('parameters', name)} '{name}' must be {_type_in_words(own[name])}, as in {page.notebook}."
            )
    faults += [
        f"{at()} page '{page.id}': notebook {page.notebook} needs the parameter '{name}'; add it under parameters "
        f"({template.parameters[name].meaning})."
        for name in template.required
        if is_empty(page.parameters.get(name, own[name]))
    ]
    # a verdict of no goal would stop the build at the overview, when every page has been executed
    goal = page.parameters.get("goal", own.get("goal"))
    decided_on = {one.id: one.page for one in goals}
    if goal and isinstance(goal, str) and goal not in decided_on:
        faults.append(
            f"{at('parameters', 'goal')} the page decides the goal '{goal}', which is not under goals; "
            f"there are {', '.join(decided_on) or 'none'}.{nearest(goal, list(decided_on))}"
        )
    elif goal and isinstance(goal, str) and decided_on[goal] != page.id:
        faults.append(
            f"{at('parameters', 'goal')} the page '{page.id}' decides the goal '{goal}', which names another page; "
            "let the two agree."
        )
    return faults


def _same_type(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return type(value) is type(default)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, list):
        return isinstance(value, list) and all(_same_type(one, default[0]) for one in value if default)
    if isinstance(default, dict):
        sample = next(iter(default.values()), None)
        return isinstance(value, dict) and all(
            isinstance(key, str) and (sample is None or _same_type(one, sample)) for key, one in value.items()
        )
    return type(value) is type(default)


def _type_in_words(default: Any) -> str:
    words = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a mapping",
    }
    return words.get(type(default), type(default).__name__)


def nearest(name: str, known: list[str]) -> str:
    """A question with the known name that is most like this one, or nothing."""
    alike = [one for one in known if one.casefold() == name.casefold()]
    close = alike or get_close_matches(name, known, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def danish_order(name: str) -> str:
    """Sort key with æ ø å last and aa as å."""
    order = {"æ": "\U00010000", "ø": "\U00010001", "å": "\U00010002"}
    return re.sub("[æøå]", lambda letter: order[letter[0]], name.lower().replace("aa", "å"))
