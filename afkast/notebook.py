"""What a notebook says of itself without being run: its question, its parameters, and what it needs of the data.

Two of its cells hold literals alone. The cell tagged `parameters` has a line for each parameter, its default, and what
it means as a comment. The cell tagged `needs`, right after it, says what must be there before the page can be made:

    required = ["measure"]
    needs = [
        {"table": "targets", "measure": "{measure}", "year": "{year}"},
        {"table": "series_breaks", "optional": True},
    ]

`required` names the parameters that every page must set. A need is a table of the snapshot and the rows that it must
have: a column and its value, or a list of values, each of which must be found. Words in braces stand for a parameter,
or for what the strategy says (`SAID_BY_STRATEGY`); of a parameter that is a mapping, `{name.keys}` or `{name.values}`.
An empty parameter in a list falls away; a need falls away when all that a column names is empty. Six words are no
columns:

- `only`: a value that all of these rows must have, by column
- `given`: columns that must not be blank in any of these rows
- `in_prices_of`: the year into whose prices `price_levels` must lead from those of each amount; `each year` is its own
- `when`: a parameter without which, empty or false, the need falls away
- `later`: rows after the report's date count, too, and the page may read them
- `optional`: a table that is read where there is one
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from afkast.errors import StrategyError
from afkast.parsing import parse
from afkast.project import Project

SAID_BY_STRATEGY = {
    "municipality": "the strategy's municipality",
    "as_of": "the report's date",
    "month": "the month of the report's date",
    "months": "each month of its year up to then",
    "year": "the year of the report's date",
    "last_year": "the year before",
    "due_year": "the year by which the goal that the page decides is due",
    "month_before": "the month before the strategy's period starts",
    "benefits_received": "the benefits that the strategy's citizens have received up to the report's date",
}
"""What a need can name beside the notebook's parameters."""

SET_BY_AFKAST = ("strategy", "page", "as_of", "snapshot")
"""Parameters that every page of a strategy gets from Afkast itself."""

LIST_HEAD = """# The notebooks

One notebook answers one question. A strategy's page is a notebook with parameters; `afkast check` looks for what it
needs before it is run. This list is what `afkast notebooks` prints.

A need is a table and the rows that it must have, of the strategy where the table has a column `strategy`, and up to the
report's date. Words in braces are parameters of the page (of a mapping, its `keys` or `values`; a need whose parameter
is empty falls away), or

| | |
|---|---|
{said}"""

NAME = r"[a-z][a-z0-9_]{0,39}"

NAMED = re.compile(r"\{(\w+)(?:\.(keys|values))?\}")


@dataclass(frozen=True)
class Need:
    """A table, and the rows that must be found in it; see above."""

    table: str
    rows: Mapping[str, Any]
    only: Mapping[str, Any] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    in_prices_of: str = ""
    when: str = ""
    later: bool = False
    optional: bool = False

    def named(self) -> list[str]:
        """The parameters, and what the strategy says, that stand in braces."""
        values = (*self.rows.values(), *self.only.values(), self.in_prices_of)
        return [name for value in values for name in names_in(value)] + ([self.when] if self.when else [])

    def in_words(self) -> str:
        """The need as a line of a list."""
        rows = ", ".join(f"{column} `{_listed(value)}`" for column, value in self.rows.items())
        only = ", ".join(f"only {column} `{_listed(value)}`" for column, value in self.only.items())
        given = f"{', '.join(self.given)} not blank" if self.given else ""
        prices = f"each in prices that lead to those of `{self.in_prices_of}`" if self.in_prices_of else ""
        when = f"where `{self.when}` is set" if self.when else ""
        later = "also after the report's date" if self.later else ""
        optional = "where there is one" if self.optional else ""
        return f"`{self.table}` " + (
            "; ".join(filter(None, [rows, only, given, prices, when, later, optional])) or "any rows"
        )


@dataclass(frozen=True)
class Parameter:
    """A parameter of a notebook: its default, and its meaning as the notebook's comment says it."""

    default: Any
    meaning: str


@dataclass(frozen=True)
class Template:
    """A notebook as it lies in notebooks/, read without running it."""

    name: str
    heading: str
    question: str
    parameters: Mapping[str, Parameter]
    required: tuple[str, ...]
    needs: tuple[Need, ...]
    code: tuple[str, ...]
    """Its cells; what they do is worked out when a check asks, for every page reads its template."""

    @cached_property
    def shows(self) -> Mapping[str, frozenset[str]]:
        """By the call of the door out, such as show_table: the ids that it is given; a part that is put in is `*`."""
        return _shown_ids(self.code)

    @property
    def shows_verdict(self) -> bool:
        """Whether it decides a goal."""
        return any("goal_of(" in source or "maal-" in source for source in self.code)

    @cached_property
    def decides(self) -> tuple[str | None, ...]:
        """How a goal may be judged that the notebook asks `goal_of` for; None is a goal without a number."""
        return tuple(dict.fromkeys(way for source in self.code for way in _judged_ways(source)))

    @property
    def defaults(self) -> dict[str, Any]:
        return {name: parameter.default for name, parameter in self.parameters.items()}


def read_template(path: Path) -> Template:
    """Read a notebook's own account of itself; StrategyError names the notebook and what is not as it must be."""
    # every page reads its template, and a check each page's: once a version of the file
    try:
        return _template(path, path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _unreadable(path) from None


@cache
def _template(path: Path, written: str) -> Template:
    # plain JSON, for nbformat alone takes a second to import
    try:
        cells = json.loads(written)["cells"]
        kinds = [(cell["cell_type"], set(cell["metadata"].get("tags", [])), "".join(cell["source"])) for cell in cells]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise _unreadable(path) from None
    words = [source for kind, _, source in kinds if kind == "markdown"]
    source, parameters = _literals(path, kinds, "parameters")
    meanings = _comments(source)
    declared = _literals(path, kinds, "needs", or_none=True)[1]
    return Template(
        name=path.stem,
        heading=words[0].lstrip("# ").strip() if words else "",
        question=" ".join(re.findall(r"[^.?]*\?", words[1])).strip() if len(words) > 1 else "",
        parameters={name: Parameter(value, meanings.get(name, "")) for name, value in parameters.items()},
        required=tuple(_required(path, declared.get("required", []), parameters)),
        needs=_needs(path, declared.get("needs", []), parameters),
        code=tuple(source for kind, _, source in kinds if kind == "code"),
    )


def _unreadable(path: Path) -> StrategyError:
    return StrategyError(f"notebook {path.name} cannot be read as a notebook; restore it.")


def as_list(templates: Iterable[Template]) -> str:
    """What each notebook asks, needs and can be told, as Markdown."""
    said = "\n".join(f"| `{{{name}}}` | {meaning} |" for name, meaning in SAID_BY_STRATEGY.items())
    parts = [LIST_HEAD.format(said=said)]
    for one in templates:
        lines = [f"## {one.name}", f"*{one.heading}* {one.question}", ""]
        if one.needs:
            lines += ["Needs", "", *(f"- {need.in_words()}" for need in one.needs), ""]
        own = {name: parameter for name, parameter in one.parameters.items() if name not in SET_BY_AFKAST}
        if own:
            lines += ["| Parameter | Default | Meaning |", "|---|---|---|"]
        for name, parameter in own.items():
            default = (
                "*must be set*" if name in one.required else f"`{json.dumps(parameter.default, ensure_ascii=False)}`"
            )
            lines.append(f"| `{name}` | {default} | {parameter.meaning} |")
        parts.append("\n".join(lines).strip())
    return "\n\n".join(parts)


def read_needs(declared: Any) -> list[Need]:
    """The needs as they stand in the cell; StrategyError says which one is none."""
    if not isinstance(declared, list | tuple):
        raise StrategyError("'needs' must be a list.")
    needs = []
    for number, entry in enumerate(declared, start=1):
        if not isinstance(entry, dict) or not isinstance(entry.get("table"), str):
            raise StrategyError(f"need {number} must be a mapping with a 'table'.")
        rest = {key: value for key, value in entry.items() if key != "table"}
        only, given = rest.pop("only", {}), rest.pop("given", [])
        if not isinstance(only, dict) or not isinstance(given, list):
            raise StrategyError(f"need {number}: 'only' must be a mapping and 'given' a list of columns.")
        prices, when, later, optional = (
            rest.pop(word, False) for word in ("in_prices_of", "when", "later", "optional")
        )
        words = (str(prices or ""), str(when or ""), later is True, optional is True)
        needs.append(Need(entry["table"], rest, only, tuple(given), *words))
    return needs


def _needs(path: Path, declared: Any, parameters: Mapping[str, Any]) -> tuple[Need, ...]:
    try:
        needs = read_needs(declared)
    except StrategyError as error:
        raise StrategyError(f"the needs cell of notebook {path.name}: {error}") from None
    known = parameters.keys() | SAID_BY_STRATEGY.keys()
    for number, need in enumerate(needs, start=1):
        if unknown := [name for name in need.named() if name not in known]:
            raise StrategyError(
                f"the needs cell of notebook {path.name}, need {number}: '{unknown[0]}' is no parameter of the "
                f"notebook and nothing that a strategy says ({', '.join(SAID_BY_STRATEGY)})."
            )
    return tuple(needs)


def is_empty(value: Any) -> bool:
    """Whether a parameter is not set: an empty text, list or mapping, or the number 0."""
    return value in ("", 0, [], {}) and not isinstance(value, bool)


def values_of(value: Any, known: Mapping[str, Any]) -> list[Any] | None:
    """What a need's value stands for, one or more values; None when all that it names is empty."""
    if isinstance(value, list):
        return [one for part in value for one in values_of(part, known) or []] or None
    found = _reference(value)
    if found is None:
        return [value]
    given = known[found[1]]
    if isinstance(given, dict):
        given = list(given) if found[2] != "values" else list(given.values())
    if is_empty(given):
        return None
    return [one for one in (given if isinstance(given, list) else [given]) if not is_empty(one)] or None


def names_in(value: Any) -> list[str]:
    """The parameters, and what the strategy says, that a need's value names."""
    parts = value if isinstance(value, list) else [value]
    return [found[1] for part in parts if (found := _reference(part))]


def _reference(value: Any) -> re.Match[str] | None:
    return NAMED.fullmatch(value) if isinstance(value, str) else None


def _listed(value: Any) -> str:
    return ", ".join(str(one) for one in (value if isinstance(value, list) else [value]))


def _literals(
    path: Path, cells: list[tuple[str, set[str], str]], tag: str, or_none: bool = False
) -> tuple[str, dict[str, Any]]:
    """The source of the one code cell with the tag, and the literals that it assigns."""
    tagged = [(kind, source) for kind, tags, source in cells if tag in tags]
    if not tagged and or_none:
        return "", {}
    if len(tagged) != 1 or tagged[0][0] != "code":
        raise StrategyError(
            f"notebook {path.name} has {len(tagged)} cells tagged '{tag}'; tag the one that holds its {tag}."
        )
    source = tagged[0][1]
    literals: dict[str, Any] = {}
    try:
        for statement in parse(source).body:
            if not isinstance(statement, ast.Assign):
                raise ValueError
            (name,) = statement.targets
            if not isinstance(name, ast.Name):
                raise ValueError
            literals[name.id] = ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise StrategyError(f"the {tag} cell of notebook {path.name} may hold only 'name = literal' lines.") from None
    return source, literals


def _judged_ways(source: str) -> list[str | None]:
    """The ways of judging that a cell gives `goal_of` as words."""
    calls = [one for one in ast.walk(_parsed(source)) if isinstance(one, ast.Call)]
    ways = [way for call in calls if ast.unparse(call.func) == "goal_of" for way in call.args[2:]]
    words = [one.value for way in ways for one in ast.walk(way) if isinstance(one, ast.Constant)]
    return [word for word in words if word is None or isinstance(word, str)]


def _shown_ids(sources: Iterable[str]) -> dict[str, frozenset[str]]:
    """The ids that the cells give the door out, as far as they stand there."""
    found: dict[str, set[str]] = {}
    for tree in _with_parts(sources):
        for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
            name = ast.unparse(call.func).rpartition(".")[2]
            if name in ("show_table", "show_figure", "show_text") and call.args:
                found.setdefault(name, set()).add(_as_pattern(call.args[0]))
            elif name == "show_goal":
                found.setdefault("show_text", set()).update(("maal-*", "afgoerelse-*"))
                found.setdefault("show_table", set()).add("maal-*-aar")
    return {name: frozenset(ids) for name, ids in found.items()}


def _with_parts(sources: Iterable[str]) -> Iterator[ast.Module]:
    """The cells, and the modules of the package that they take by name to show parts of the page."""
    parts: set[str] = set()
    for source in sources:
        tree = _parsed(source)
        yield tree
        for one in ast.walk(tree):
            if isinstance(one, ast.ImportFrom) and one.module == "afkast.report":
                parts |= {alias.name for alias in one.names}
    for path in (Path(__file__).parent / "report" / f"{part}.py" for part in sorted(parts)):
        if path.is_file():
            yield _parsed(path.read_text(encoding="utf-8"))


@cache
def _parsed(source: str) -> ast.Module:
    """A cell's or module's tree, parsed once; one without statements where the source is no Python."""
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _as_pattern(id: ast.expr) -> str:
    if isinstance(id, ast.Constant):
        return str(id.value)
    if isinstance(id, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "*" for one in id.values)
    return "*"


def _comments(source: str) -> dict[str, str]:
    """Each assigned name's comment, wherever it stands beside the assignment."""
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    return {
        ast.unparse(statement.targets[0]): " ".join(
            comments[line] for line in range(statement.lineno, (statement.end_lineno or 0) + 1) if line in comments
        )
        for statement in parse(source).body
        if isinstance(statement, ast.Assign)
    }


def _required(path: Path, declared: Any, parameters: Mapping[str, Any]) -> list[str]:
    if not isinstance(declared, list) or (unknown := [name for name in declared if name not in parameters]):
        named = f" '{unknown[0]}' is none" if isinstance(declared, list) else ""
        raise StrategyError(
            f"the needs cell of notebook {path.name}: 'required' must list parameters of the notebook;{named}."
        )
    return declared


def counted(cells: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """A notebook's code cells with the numbers that JupyterLab gives them when it runs them all.

    The cell of parameters that an execution puts in is none of the notebook's own and counts for nothing.
    """
    number = 0
    for cell in cells:
        own = cell["cell_type"] == "code" and "injected-parameters" not in cell["metadata"].get("tags", [])
        if own and "".join(cell["source"]).strip():
            number += 1
            yield number, cell


def write_notebook(project: Project, name: str) -> Path:
    """Write the data folder's own notebooks/`name`.ipynb: one question with all its parts, which runs; its path."""
    if not re.fullmatch(NAME, name):
        raise StrategyError(
            f"'{name}' is not a notebook's name; use lower-case letters, digits and _, as in own_question."
        )
    if name in project.notebooks():
        raise StrategyError(f"there is a notebook {name} already; choose another name.")
    path = project.data / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    template = (Path(__file__).parent / "templates" / "notebook.ipynb").read_text(encoding="utf-8")
    path.write_text(template.replace("NAME", name), encoding="utf-8")
    return path
