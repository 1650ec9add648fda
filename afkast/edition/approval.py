"""Sign-off: who has approved which page, bound to the page's key and to the numbers that it shows.

`approvals.json` of the data folder holds every approval that was given. One stands as long as the page shows the same
numbers, whatever became of the words around them or the code behind; when a number moves it has lapsed.
"""

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from afkast.edition.inputs import KEY_LENGTH, read_record
from afkast.errors import AfkastError
from afkast.project import UNFINISHED, Project
from afkast.report.filed import filed
from afkast.report.reads import digest_of

APPROVALS = "approvals.json"
LONGEST_NAME = 80
SAID = ("said", "why", "told")
"""What a front page files of its sentences and key figures; their numbers are in the words."""

NUMBER = re.compile(r"[−-]?\d[\d.,]*")


@dataclass(frozen=True)
class Approval:
    """One page approved by somebody on a day, under its key; `numbers` has a digest for each thing that it showed."""

    page: str
    by: str
    on: str
    key: str
    numbers: dict[str, str]


@dataclass(frozen=True)
class Standing:
    """How a page stands: its last approval, if any, and the shown things whose numbers have moved since."""

    page: str
    approval: Approval | None
    moved: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        return self.approval is not None and not self.moved

    def __str__(self) -> str:
        if self.approval is None:
            return f"{self.page}: not approved"
        given = f"approved by {self.approval.by} on {self.approval.on} under the key {self.approval.key[:KEY_LENGTH]}"
        return f"{self.page}: {given}" + (f", and lapsed: {', '.join(self.moved)} moved" if self.moved else "")


def approve(project: Project, strategy: str, page: str, by: str, today: date) -> list[str]:
    """Approve a page of the built book, or with "" every page of the strategy; the pages that are approved."""
    by = " ".join(by.split())
    if not 0 < len(by) <= LONGEST_NAME:
        raise AfkastError(f"--by is the reviewer's name, of at most {LONGEST_NAME} characters.")
    there = {path.stem: path for path in sorted((project.pages / strategy).glob("*.ipynb"))} if strategy else {}
    if not there:
        raise AfkastError(f"there are no pages of a strategy '{strategy}'; run `afkast build`.")
    if page and page not in there:
        raise AfkastError(f"{strategy} has no page '{page}'; there are {', '.join(there)}.")
    given = []
    for path in [there[page]] if page else there.values():
        record = read_record(path)
        if record is None or record.failed:
            raise AfkastError(f"{strategy}/{path.stem} could not be made, and cannot be approved.")
        given.append(Approval(f"{strategy}/{path.stem}", by, today.isoformat(), record.key, numbers_of(path)))
    _write(project, [*read_approvals(project), *given])
    return [one.page for one in given]


def standings(project: Project, pages: Path) -> list[Standing]:
    """How each page of the strategies stands, by strategy and page."""
    last = {one.page: one for one in read_approvals(project)}
    found = []
    for path in sorted(pages.glob("*/*.ipynb")):
        name = path.relative_to(pages).with_suffix("").as_posix()
        approval, now = last.get(name), numbers_of(path)
        was = approval.numbers if approval else now
        found.append(Standing(name, approval, tuple(id for id in {**was, **now} if was.get(id) != now.get(id))))
    return found


def approved(project: Project, pages: Path) -> dict[str, dict[str, Any]]:
    """What an edition says of its approvals: of each page that was ever approved by whom, when, and if it stands."""
    return {
        one.page: {"by": one.approval.by, "on": one.approval.on, "stands": one.stands}
        for one in standings(project, pages)
        if one.approval
    }


def numbers_of(page: Path) -> dict[str, str]:
    """A digest of the numbers of each thing that an executed page shows, not of the words around them."""
    return {item["id"]: digest_of(_numbers(item)) for item in filed(json.loads(page.read_text(encoding="utf-8")))}


def _numbers(item: dict[str, Any]) -> list[Any]:
    sentences = [number["shown"] for number in item.get("numbers", {}).values()]
    cells = [[row["label"], [cell["shown"] for cell in row["cells"]]] for row in item.get("rows", [])]
    return [sentences, cells, NUMBER.findall(json.dumps([item.get(key) for key in SAID], ensure_ascii=False))]


def read_approvals(project: Project) -> list[Approval]:
    """Every approval that was given, the first one first."""
    path = project.data / APPROVALS
    try:
        return [Approval(**one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        raise AfkastError(f"{path} is damaged; put it back as it was.") from None


def _write(project: Project, approvals: list[Approval]) -> None:
    path = project.data / APPROVALS
    told = json.dumps([asdict(one) for one in approvals], indent=1, ensure_ascii=False)
    unfinished = path.with_name(f"{UNFINISHED}{os.getpid()}.json")
    try:
        unfinished.write_text(told + "\n", encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
