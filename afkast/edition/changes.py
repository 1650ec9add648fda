"""What has changed since the edition before: each number of a headline and each goal, and what it comes of.

Where pages differ in more than one thing, the former edition's page is run again with one thing changed after the
other: first the method (today's code, on the former data), then the data as they are now known up to the former date,
then the period, last what was decided. What is told is what was shown, rounded as it was shown; a number that was
hidden in either edition is in neither, and persons by 1 to 4 more or fewer are not told. What comes of several things
is told of them together where persons were counted: who was counted in between, no audit has seen.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from afkast.edition.audit import told_on
from afkast.edition.editions import Kept, find, former_of, records_of
from afkast.edition.execute import Job, jobs_of
from afkast.edition.inputs import Record, code
from afkast.edition.numbers import of_sentence
from afkast.edition.running import alone, executed
from afkast.errors import AfkastError
from afkast.intake import Snapshot, open_snapshot
from afkast.project import DECLARATION, UNFINISHED, Project
from afkast.report import danish, disclosure
from afkast.report.changed import CAUSES, CHANGES, SEVERAL, Changed, SinceFormer, read_changes
from afkast.report.danish import MINUS, MONTHS, UNITS, Quantity
from afkast.report.filed import METADATA_KEY
from afkast.report.reads import WITHHELD, Readable
from afkast.strategy import load_strategies

METHOD, DATA, PERIOD, DECISION = CAUSES

MADE_BY = ("its notebook", "Afkast's code", "Python or a library", "AFKAST_ENGINE")
TABLES = ("table", "later table", "whole table", "snapshot")

CLAUSE_ENDS = re.compile(r"\.(?= [A-ZÆØÅ])|;(?= )|,(?= (?!(?:at|der|end|som)\b))")
"""A comma before what the words that it follows are said of does not part them: "tyder på, at der er sparet"."""
OWN = "\ue000"
"""Where a number stands in its frame; no text has the sign."""
OF_OTHERS = re.compile(r" *\([^()]*…[^()]*\)")
"""A parenthesis of other numbers, which is not told of a former sentence."""

NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")

Value = float | str
Run = Callable[[Project, list[Job], Path], None]
"""Executes pages of a project into a folder; one that fails is left out."""


@dataclass(frozen=True)
class Told:
    """A number of a headline as a page says it, rounded as it is shown, or a verdict.

    frame: the words around it, without its own digits and any other's: what was told then need not be told today.
    """

    shown: str
    value: Value
    unit: str
    digits: int
    words: str
    frame: str = ""


@dataclass(frozen=True)
class Change:
    """A number or verdict before and now, and its parts by cause.

    was: what was said before, where other words stood around the number: a loss may have become a gain. change, parts:
    of the number as it is said, so that a smaller loss is a fall.
    """

    page: str
    item: str
    name: str
    words: str
    was: str
    old: str
    new: str
    unit: str
    digits: int
    change: float | None
    size: float
    parts: dict[str, Value] = field(default_factory=dict)


def headline_numbers(page: Path) -> dict[tuple[str, str], Told]:
    """The numbers that an executed page says in its headlines, and its verdicts, by item and name."""
    found = {}
    for cell in json.loads(page.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            item = output.get("metadata", {}).get(METADATA_KEY, {})
            if item.get("kind") != "text" or not (item.get("headline") or item["id"].startswith("maal-")):
                continue
            word = ""
            if "verdict" in item["numbers"]:
                word = item["numbers"]["verdict"]["shown"]
                found[item["id"], "verdict"] = Told(word, word, "", 0, "Vurderingen")
            for said in of_sentence(item, "".join(output["data"]["text/html"])):
                number = item["numbers"].get(said["place"], {"value": None})  # in words, beside the first
                if isinstance(number["value"], int | float) and not isinstance(number["value"], bool):
                    met = re.search(r",(\d+)", said["shown"])
                    digits = len(met[1]) if met else 0
                    value = danish.rounded(Quantity(number["value"], number["unit"], digits))
                    place = item["id"], said["place"]
                    # a goal's text begins with its verdict, as a mark and not as words
                    words = _clause(said["words"], said["at"]).removeprefix(word).lstrip()
                    frame = _frame(said["words"], said["at"], said["shown"]).removeprefix(word).lstrip()
                    found[place] = Told(said["shown"], value, number["unit"], digits, words, frame)
    return found


@dataclass(frozen=True)
class Since:
    """The pages of now beside those of a former edition; `folder` has the strategies that those of now were made of."""

    project: Project
    former: Kept
    readable: Readable
    folder: Path

    def changes(self, before: Mapping[str, Any], run: Run) -> dict[str, Any]:
        """Of each page that both editions have: the two keys, and its changes. `before` is what is known already."""
        old, new = records_of(self.former.pages), records_of(self.readable.pages)
        known = before.get("pages", {}) if before.get("former") == self.former.id else {}
        pages: dict[str, Any] = {}
        moved: dict[str, list[str]] = {}
        for name in sorted(old.keys() & new.keys()):
            keys = [old[name].key, new[name].key]
            if known.get(name, {}).get("keys") == keys:
                pages[name] = known[name]
            else:
                pages[name] = {"keys": keys, "changes": []}
                if self._moved(name):
                    moved[name] = self._causes(name, old[name], new[name])
        steps = self._steps(moved, old, new, run)
        for name, causes in moved.items():
            pages[name]["changes"] = [asdict(one) for one in self._split(name, causes, steps.get(name, []))]
        return {
            "former": self.former.id,
            "pages": dict(sorted(pages.items())),
            "came": sorted(new.keys() - old.keys()),
            "went": sorted(old.keys() - new.keys()),
        }

    def _both(self, name: str) -> tuple[dict[tuple[str, str], Told], dict[tuple[str, str], Told]]:
        return headline_numbers(self.former.pages / f"{name}.ipynb"), headline_numbers(
            self.readable.pages / f"{name}.ipynb"
        )

    def _moved(self, name: str) -> list[tuple[str, str]]:
        """The numbers that both pages say, and say otherwise."""
        old, new = self._both(name)
        return [place for place, now in new.items() if place in old and _is_told(old[place], now)]

    # -- what differs -----------------------------------------------------------------------------------------------

    def _causes(self, name: str, old: Record, new: Record) -> list[str]:
        """In what the two pages differ, in the order in which they are told apart."""
        found = []
        if any(old.made_of.get(one) != new.made_of.get(one) for one in MADE_BY):
            found.append(METHOD)
        strategy, as_of = name.split("/")[0], date.fromisoformat(str(old.parameters["as_of"]))
        if any(
            self.readable.digest(kind, table, strategy, as_of) != digest
            for kind, table, digest in old.reads
            if kind in TABLES
        ):
            found.append(DATA)
        if old.parameters["as_of"] != new.parameters["as_of"]:
            found.append(PERIOD)
        entries = [_entry(folder, strategy) for folder in (self.former.folder, self.folder)]
        if _decided(old) != _decided(new) or entries[0] != entries[1]:
            found.append(DECISION)
        return found or [DATA]

    # -- one thing after the other ----------------------------------------------------------------------------------

    def _steps(
        self, moved: Mapping[str, list[str]], old: Mapping[str, Record], new: Mapping[str, Record], run: Run
    ) -> dict[str, list[dict[tuple[str, str], Told]]]:
        """Of each page that differs in several things, what it says after each of them but the last; less where a page
        cannot be run so."""
        steps: dict[str, list[dict[tuple[str, str], Told]]] = {name: [] for name in moved}
        several = {name: causes for name, causes in moved.items() if len(causes) > 1}
        for cause in (METHOD, DATA, PERIOD):
            names = [name for name, causes in several.items() if cause in causes[:-1]]
            for as_of in sorted({self._as_of(cause, old[name], new[name]) for name in names}):
                here = [name for name in names if self._as_of(cause, old[name], new[name]) == as_of]
                snapshots = {old[name].snapshot for name in here} if cause == METHOD else {self.readable.snapshot.id}
                for snapshot in sorted(snapshots):
                    those = [name for name in here if cause != METHOD or old[name].snapshot == snapshot]
                    for name, said in self._again(those, snapshot, as_of, run).items():
                        steps[name].append(said)
        return steps

    @staticmethod
    def _as_of(cause: str, old: Record, new: Record) -> str:
        return str((new if cause == PERIOD else old).parameters["as_of"])

    def _again(self, names: list[str], snapshot: str, as_of: str, run: Run) -> dict[str, dict[tuple[str, str], Told]]:
        """What pages of the former edition say on a snapshot, for a day, by today's method."""
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=self.project.build) as temporary:
            project = Project(self.project.root, Path(temporary) / "data")
            self._write_folder(project, as_of)
            try:
                open_snapshot(project.snapshots, snapshot)
                strategies = load_strategies(project)
            except AfkastError:
                return {}
            jobs = [
                job
                for id in dict.fromkeys(name.split("/")[0] for name in names)
                if id in strategies
                for job in jobs_of(strategies[id], snapshot)
                if job.name in names and job.notebook in project.notebooks()
            ]
            pages = project.build / "pages"
            run(project, jobs, pages)
            return {job.name: headline_numbers(pages / job.path) for job in jobs if (pages / job.path).is_file()}

    def _write_folder(self, project: Project, as_of: str) -> None:
        """A data folder with the former edition's strategies, reported for a day, and today's all else."""
        shutil.copytree(self.former.folder / "strategies", project.strategies)
        for path in project.strategies.glob("*.yml"):
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"(?m)^as_of:.*$", f"as_of: {as_of}", text), encoding="utf-8")
        shutil.copyfile(self.project.data / DECLARATION, project.data / DECLARATION)
        if (self.project.data / "notebooks").is_dir():
            shutil.copytree(self.project.data / "notebooks", project.data / "notebooks")
        try:
            project.snapshots.symlink_to(self.project.snapshots, target_is_directory=True)
        except (OSError, NotImplementedError):
            shutil.copytree(self.project.snapshots, project.snapshots)
        project.build.mkdir()
        if (self.project.build / WITHHELD).is_file():
            shutil.copyfile(self.project.build / WITHHELD, project.build / WITHHELD)

    # -- the parts --------------------------------------------------------------------------------------------------

    def _split(self, name: str, causes: list[str], steps: list[dict[tuple[str, str], Told]]) -> list[Change]:
        old, new = self._both(name)
        of_persons = told_on(self.readable.pages, name) if len(causes) > 1 else set()
        found = []
        for place in self._moved(name):
            was, now = old[place], new[place]
            values = [was.value, *(step[place].value for step in steps if place in step), now.value]
            whole = len(values) == len(causes) + 1
            parts = _parts(causes, values) if whole else {}
            if not whole or "/".join(place) in of_persons or UNITS[was.unit].counts_persons:
                parts = _parts([SEVERAL], [was.value, now.value])
            change, size = None, float("inf")
            if isinstance(was.value, float) and isinstance(now.value, float):
                if was.value < 0 and now.value < 0 and not now.shown.startswith(MINUS):
                    parts = {cause: -float(part) for cause, part in parts.items()}
                change = sum(map(float, parts.values()))
                size = abs(change) / max(abs(was.value), abs(now.value))
            found.append(
                Change(
                    name,
                    *place,
                    now.words,
                    OF_OTHERS.sub("", was.frame).replace(OWN, was.shown) if _said_otherwise(was, now) else "",
                    was.shown,
                    now.shown,
                    now.unit,
                    max(was.digits, now.digits),
                    change,
                    # JSON has no infinity
                    min(size, 1e9),
                    parts,
                )
            )
        return found


def _clause(words: str, at: int) -> str:
    """Of the words around a number, the clause that it stands in; the number begins at that place of the words."""
    begins = max((met.end() for met in CLAUSE_ENDS.finditer(words, 0, at)), default=0)
    ends = CLAUSE_ENDS.search(words, at)
    return words[begins : ends.start() + 1 if ends else len(words)].strip(" ;,")


def _frame(words: str, at: int, shown: str) -> str:
    """The clause of a number, with a mark where the number stands and one where any other does."""
    before, after = (NUMBER.sub("…", part) for part in (words[:at], words[at + len(shown) :]))
    return _clause(before + OWN + after, len(before))


def _said_otherwise(old: Told, new: Told) -> bool:
    """Whether other words stand around a number than before; another month is none."""
    first, second = ([one for one in told.frame.split() if one not in MONTHS] for told in (old, new))
    return first != second


def _parts(causes: list[str], values: list[Value]) -> dict[str, Value]:
    """What each cause adds to a number, or the verdict to which it turned."""
    parts: dict[str, Value] = {}
    for cause, before, after in zip(causes, values[:-1], values[1:], strict=True):
        if isinstance(before, float) and isinstance(after, float):
            if after != before:
                parts[cause] = after - before
        elif before != after:
            parts[cause] = after
    return parts


def _is_told(old: Told, new: Told) -> bool:
    """Whether a number is another one than before, by so much that it may be told."""
    if old.unit != new.unit or old.value == new.value:
        return False
    both = isinstance(old.value, float) and isinstance(new.value, float)
    return not (both and _is_small(new.unit, float(new.value) - float(old.value)))


def _is_small(unit: str, change: Value) -> bool:
    """Whether a change is of so few persons that it is not told."""
    return UNITS[unit].counts_persons and isinstance(change, float) and disclosure.is_small(abs(change))


def _decided(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.parameters.items() if name not in ("as_of", "snapshot")}


def _entry(folder: Path, strategy: str) -> Any:
    """What a strategy of a folder decides, whatever day it is reported for."""
    try:
        entry = YAML(typ="safe").load(folder / "strategies" / f"{strategy}.yml")
        return {key: value for key, value in entry.items() if key not in ("as_of", "front")}
    except (OSError, YAMLError):
        return None


def between(project: Project, former: str, edition: str = "") -> list[Changed]:
    """What changed from one kept edition to another, or to the built book; the largest change first."""
    first = find(project, former)
    last = find(project, edition) if edition else None
    pages = last.pages if last else project.pages
    told = last.manifest.made_of.get("changes", {}) if last else read_changes(pages)
    if told.get("former") != first.id:
        records = records_of(pages)
        if not records:
            raise AfkastError("There is no built book to compare with; run `afkast build`.")
        snapshot = open_snapshot(project.snapshots, next(iter(records.values())).snapshot)
        made_by_others = any(record.made_of["Afkast's code"] != code() for record in records.values())
        with alone(project):
            since = Since(project, first, Readable(project, snapshot, pages), last.folder if last else project.data)
            # what neither edition was made by tells nothing of the two
            told = since.changes({}, _run_none if made_by_others else run_all)
    return SinceFormer(told).changes()


def note_changes(project: Project, snapshot: Snapshot, pages: Path) -> bool:
    """Note what has changed since the edition before, for pages to read; whether there is one."""
    former, path = former_of(project, pages), project.build / CHANGES
    if former is None:
        path.unlink(missing_ok=True)
        return False
    since = Since(project, former, Readable(project, snapshot, pages), project.data)
    write_changes(path, since.changes(read_changes(project.pages), run_all))
    return True


def run_all(project: Project, jobs: list[Job], pages: Path) -> None:
    """Execute pages; one that fails is left out."""
    for _ in executed(project, jobs, pages, strict=False):
        pass


def _run_none(project: Project, jobs: list[Job], pages: Path) -> None:
    """Execute nothing."""


def write_changes(path: Path, told: Mapping[str, Any]) -> None:
    """Write what has changed where pages read it; it is left alone where it is so already."""
    content = json.dumps(told, indent=1, ensure_ascii=False)
    if path.is_file() and path.read_text(encoding="utf-8") == content:
        return
    unfinished = path.with_name(f"{UNFINISHED}{os.getpid()}.json")
    unfinished.write_text(content, encoding="utf-8")
    unfinished.replace(path)
