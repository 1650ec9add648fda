"""The audit of a whole edition, before it is rendered: what its pages tell of persons, put together.

Each executed page has noted the counts that it tells, and of whom (`afkast/report/about_persons.py`); the notes stay in
the build. Here they are put together, with those of the edition that stands, as a reader could. What a page must not
tell beside the others it is told to hold back, and is run again; a page about all strategies before a strategy's own.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from afkast.errors import PageError
from afkast.project import Project
from afkast.report.about_persons import AMONG, EVERYBODY
from afkast.report.counts import NEARLY
from afkast.report.disclosure import chosen, fewest_shown, is_small
from afkast.report.reads import WITHHELD
from afkast.report.withheld import ANY, FEWEST_VALUES, Found, Told, Withheld, withhold

NOTES = ".counts"
"""What an executed page's notes of its counts end in, beside it."""

MOST_ROUNDS = 4
"""So often pages are run again with more held back; the rest is refused."""

IN_FULL = 2
"""The book that stands and the last edition that was published, often the same, are taken as a whole."""

OF_A_PERIOD = re.compile(r"\b(?:19|20)\d\d\b|[/|]\d+\||\|\d+$")
"""A place that is of a year, or of the month or week of a curve: what was hidden there stays hidden."""


@dataclass(frozen=True)
class Notes:
    """What pages tell, at page/id/row|column, and whom each count is of."""

    told: list[Told] = field(default_factory=list)
    persons: dict[str, Any] = field(default_factory=dict)
    page_of: dict[str, str] = field(default_factory=dict)

    def pages_telling(self, digest: str) -> set[str]:
        """The pages that tell a count, or that it is below the fewest shown."""
        return {self.page_of[one.place] for one in self.told if one.digest == digest and one.most < ANY}


@dataclass(frozen=True)
class Audit:
    """What the audit found: what to hold back, by page, and how far what is hidden is known."""

    notes: Notes
    found: Found

    @property
    def hold_back(self) -> dict[str, list[str]]:
        """The counts that pages of this edition must hold back, by page."""
        by_page: dict[str, list[str]] = {}
        for digest in sorted(self.found.hide):
            for page in self.notes.pages_telling(digest.removesuffix(NEARLY)):
                by_page.setdefault(page, []).append(digest)
        return by_page

    def sentences(self) -> list[str]:
        """How many cells are hidden, why, and how far each is known."""
        told = [one for one in self.notes.told if one.hidden or one.most < ANY]
        hidden = [one for one in told if one.hidden]
        few = sum(one.most < fewest_shown() for one in hidden)
        values = self.found.values
        least = min(values.values(), default=FEWEST_VALUES)
        said = [
            f"audit ({chosen().name}): of {len(told)} counts of persons told on the pages {len(hidden)} are "
            f"hidden: {few} as below {fewest_shown()}, {len(hidden) - few} so that none such follows; each of the "
            f"{len(values)} hidden groups keeps at least {least} possible values."
        ]
        return said + [
            f"audit: {one.in_words}; an edition that stands has told it, so nothing in this "
            "one can mend it: withdraw that one, or leave this one unpublished."
            for one in self.found.open
        ]


def audit(pages: Path, *former: Path) -> Audit:
    """Put together what executed pages tell, what those of the book that stands have told, and those that were
    published."""
    now, editions = notes_of(pages), [notes_of(one) for one in former]
    shown = [one for one in now.told if not one.hidden and one.exact and is_small(one.number)]
    if shown:
        raise PageError(f"{shown[0].place} shows a count below {fewest_shown()}; no page may change what is hidden.")
    then = [one for edition in editions for one in edition.told]
    persons = {digest: who for edition in [*reversed(editions), now] for digest, who in edition.persons.items()}
    stays = {one.place for one in then if one.hidden and OF_A_PERIOD.search(one.place)}
    again = [one for one in now.told if one.place in stays and not one.hidden]
    found = withhold([*now.told, *_beside(now, editions, persons)], persons)
    here = {one.digest for one in now.told}
    # what only a former edition tells cannot be mended here, nor what both tell
    found.open = [one for one in found.open if one.digest in here]
    for one in again:
        # a share that tells it nearly as well
        for digest in (one.digest, one.digest + NEARLY):
            found.hide[digest] = Withheld(digest, "a former edition has hidden it", (one.place,))
    return Audit(now, found)


def _beside(now: Notes, editions: Sequence[Notes], persons: Mapping[str, Any]) -> list[Told]:
    """What the book that stands and published editions have told, as what cannot be taken back, and what the published
    ones have hidden; of those before the last what this edition counts, too, and what differs from that by a few
    persons."""
    kept: dict[tuple[str, str], Told] = {}
    here = {one.digest for one in now.told if one.digest}
    by_size: dict[int, list[str]] = {}
    for digest in here:
        by_size.setdefault(len(persons[digest]), []).append(digest)
    for place, edition in enumerate(editions):
        for one in edition.told:
            if not one.digest or (one.hidden and not place):
                continue
            if place < IN_FULL or one.digest in here or _is_near(one, by_size, persons):
                kept.setdefault((one.place, one.digest), replace(one, fixed=True))
    return list(kept.values())


def _is_near(one: Told, by_size: Mapping[int, list[str]], persons: Mapping[str, Any]) -> bool:
    who = persons[one.digest]
    apart = 2 * fewest_shown()
    near = (other for size in range(len(who) - apart, len(who) + apart + 1) for other in by_size.get(size, ()))
    return any(len(np.setxor1d(who, persons[other], assume_unique=True)) < apart for other in near)


def notes_of(pages: Path) -> Notes:
    """What the executed pages in a folder tell."""
    notes = Notes()
    for path in sorted(pages.rglob(f"*{NOTES}")):
        page = path.relative_to(pages).with_suffix("").as_posix()
        everybody = np.array([], dtype=np.uint64)
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            if EVERYBODY in one:
                everybody = np.frombuffer(base64.b64decode(one[EVERYBODY]), dtype=np.uint64)
                continue
            if (among := one.pop(AMONG, None)) is not None:
                bits = np.unpackbits(np.frombuffer(base64.b64decode(among), dtype=np.uint8), count=len(everybody))
                notes.persons[one["digest"]] = everybody[bits.astype(bool)]
            if (persons := one.pop("persons", None)) is not None:  # as editions of November 2026 have noted them
                notes.persons[one["digest"]] = np.frombuffer(base64.b64decode(persons), dtype=np.uint64)
            place, lines = f"{page}/{one['place']}", tuple(f"{page}/{line}" for line in one.get("lines", ()))
            about_all = path.parent == pages
            notes.told.append(Told(**{**one, "place": place, "lines": lines, "gives_way": about_all}))
            notes.page_of[place] = page
    return notes


def told_on(pages: Path, page: str) -> set[str]:
    """The places of an executed page, id/name, at which it tells counts of persons."""
    with (pages / f"{page}{NOTES}").open(encoding="utf-8") as lines:
        return {one["place"] for one in map(json.loads, lines) if EVERYBODY not in one}


def held_back(pages: Path) -> dict[str, list[str]]:
    """The counts that pages in a folder hold back already, by page."""
    try:
        return dict(json.loads((pages.parent / WITHHELD).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def hold_back(pages: Path, more: Mapping[str, Iterable[str]]) -> None:
    """Have pages in a folder hold back more counts from now on."""
    known = held_back(pages)
    for page, digests in more.items():
        known[page] = sorted({*known.get(page, ()), *digests})
    pages.parent.mkdir(parents=True, exist_ok=True)
    (pages.parent / WITHHELD).write_text(json.dumps(known, indent=1), encoding="utf-8")


def editions_of(project: Project) -> list[Path]:
    """The executed pages of the editions that have told something: of the book that stands, and of those that were
    published, the newest first."""
    published = sorted(project.editions.glob("*/pages"), key=lambda one: one.parent.name, reverse=True)
    return [project.pages, *published]


def audited(pages: Path, former: Sequence[Path], run_again: Callable[[set[str]], None]) -> list[str]:
    """Have pages run again that tell too much beside the others, until together they do not; what was found, in
    sentences. PageError names the places where they go on telling it."""
    for _ in range(MOST_ROUNDS):
        found = audit(pages, *former)
        if not found.hold_back:
            return found.sentences()
        hold_back(pages, found.hold_back)
        run_again(set(found.hold_back))
    refuse(found := audit(pages, *former))
    return found.sentences()


def refuse(audit: Audit) -> None:
    """Refuse an edition that tells too much in spite of all that is held back, and name the places."""
    if not audit.hold_back:
        return
    said = [f"{' and '.join(one.places)}: {one.why}; take one of them out." for one in audit.found.hide.values()]
    raise PageError("\n".join(dict.fromkeys(said)))
