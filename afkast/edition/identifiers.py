"""What no file may hold: numbers of persons, their pseudonyms, and what belongs to the machine that built the book.

The raw numbers are not kept anywhere, so a known one is met by hashing what looks like one: its pseudonym is then among
the snapshot's. For that the key must be at hand. Without it nobody can tell a known number from others, and anything
in the form of a CPR number is taken for one.
"""

import getpass
import hmac
import os
import re
import socket
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from afkast.errors import DataError
from afkast.intake.pseudonym import PSEUDONYM_LENGTH, key_id, pseudonym_key
from afkast.intake.snapshot import Snapshot

PERSON, PSEUDONYM, CASE = "a person's number", "a person's pseudonym", "a case's number"
CPR_LIKE, PLACE = "a number in the form of a CPR number", "a path, user, host or address of this machine"

# of each pattern the first sign is one of a few, so that `re` looks at no other: what must not stand before it is asked
# after it
DIGITS = re.compile(r"(\d(?<!\d\d)(?<!\d\.\d)\d{4,5})([-‐–—−._/ ]|\s{1,3})?(\d{4})(?!\d)(?![.,]\d*[1-9])")
"""Six and four digits, the first of which may be a lost zero; apart by a mark, by white space, or not at all."""

GROUPED = re.compile(r"\d(?<!\d\d)(?<!\d[.,]\d)\d{0,2}(?:[., '’]\d{3}){2,3}(?!\d)(?![.,]\d)")
"""The same as a number with thousands points."""

HEX = re.compile(rf"[0-9a-fA-F][0-9a-fA-F]{{{PSEUDONYM_LENGTH - 1},}}")
CASE_LIKE = re.compile(
    r"[0-9A-Za-z](?<![0-9A-Za-z-].)(?:(?<=\d)|(?=[A-Za-z-]*\d))[0-9A-Za-z-]{2,23}(?![0-9A-Za-z-])", re.DOTALL
)
INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")

HOMES = (r"/(?:home|Users|root|tmp)[/\\]", r":\\+(?:Users|Brugere)[/\\]")
CONNECTIONS = r"(?:postgres(?:ql)?|spark|sqlserver|mssql|odbc|jdbc|duckdb|sqlite|mysql|oracle)[a-z+]*:/{2,3}"
ORDINARY_NAMES = {"root", "user", "admin", "runner", "build", "localhost", "afkast"}
SHORTEST_NAME = 4
SHORTEST_DIGEST = 12
"""A page's key and a snapshot's id have so many hexadecimal digits; ten of them in a row can look like a CPR number."""


@dataclass(frozen=True)
class Found:
    """Something that must not leave: what it is, and what it is, for its hash alone."""

    kind: str
    value: str


@dataclass(frozen=True)
class Wanted:
    """What is looked for.

    pseudonyms: of the snapshot's persons and cases; key: the one they were made with, None where it is not at hand;
    machine: what belongs to it, each as a pattern.
    """

    pseudonyms: frozenset[str]
    cases: bool
    key: bytes | None
    machine: tuple[re.Pattern[str], ...]
    met: dict[str, frozenset[Found]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was found in a text before: a picture stands in a page, in its notebook and beside them."""

    def known_in(self, joined: str) -> Iterator[Found]:
        """What is certain in a text that was put together, so that neighbours may look like a number that they are not:
        the numbers and pseudonyms of persons that are known."""
        plain = _plain(joined)
        yield from self._pseudonyms(plain)
        yield from (found for found in self._numbers(plain) if found.kind == PERSON)

    def found_in(self, text: str) -> Iterator[Found]:
        """Everything in a text that must not leave."""
        plain = _plain(text)
        yield from self._pseudonyms(plain)
        yield from self._numbers(plain)
        if self.cases:
            found = {one for one in CASE_LIKE.findall(plain) if self._is_known(one.replace("-", ""), "case")}
            yield from (Found(CASE, one) for one in found)
        yield from (Found(PLACE, met.group()) for one in self.machine for met in one.finditer(plain))

    def _pseudonyms(self, text: str) -> Iterator[Found]:
        for met in HEX.finditer(text):
            run = met.group().lower()
            for start in range(len(run) - PSEUDONYM_LENGTH + 1):
                if (part := run[start : start + PSEUDONYM_LENGTH]) in self.pseudonyms:
                    yield Found(PSEUDONYM, part)

    def _numbers(self, text: str) -> Iterator[Found]:
        for met in DIGITS.finditer(text):
            first, mark, last = met.groups()
            number = first.rjust(6, "0") + last
            if self._is_known(number, "person"):
                yield Found(PERSON, number)
                continue
            # without the key a known number whose day is none, as some have, is told from others by nothing
            in_form = _is_day(number) or (not self.key and mark == "-")
            if in_form and not _in_digest(text, met):
                yield Found(CPR_LIKE, number)
        for met in GROUPED.finditer(text):
            digits = re.sub(r"\D", "", met.group()).rjust(10, "0")
            if self._is_known(digits, "person"):
                yield Found(PERSON, digits)

    def _is_known(self, number: str, domain: str) -> bool:
        return self.key is not None and _pseudonym(self.key, domain, number) in self.pseudonyms

    def hash_of(self, found: Found) -> str:
        """What an entry of the allow-list calls it; keyed, for a bare hash of a CPR number tells it. None: ""."""
        return hmac.digest(self.key, f"{found.kind} {found.value}".encode(), "sha256").hex()[:16] if self.key else ""


@lru_cache(maxsize=1_000_000)
def _pseudonym(key: bytes, domain: str, number: str) -> str:
    return hmac.digest(key, f"{domain} {number}".encode(), "sha256").hex()[:PSEUDONYM_LENGTH]


def _plain(text: str) -> str:
    """With ordinary spaces, hyphens and digits, and without what is not seen."""
    return text if text.isascii() else INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def _is_day(number: str) -> bool:
    """Whether it begins with a day and a month; of a number given for want of a CPR number the day is 60 more."""
    return 1 <= int(number[:2]) % 60 <= 31 and int(number[:2]) <= 91 and 1 <= int(number[2:4]) <= 12


def _in_digest(text: str, met: re.Match[str]) -> bool:
    """Whether the digits are part of a checksum, which is long and has letters from a to f only."""
    before = re.search(r"[0-9a-f]*$", text[max(0, met.start() - 64) : met.start()])
    after = re.match(r"[0-9a-f]*", text[met.end() : met.end() + 64])
    assert before is not None and after is not None
    around = before.group() + after.group()
    return met.group(2) is None and len(around) >= SHORTEST_DIGEST - 10 and not around.isdigit()


def wanted(snapshot: Snapshot, root: Path, data: Path) -> Wanted:
    """What may not stand anywhere in a book made of this snapshot, from these folders, by this machine."""
    pseudonyms: set[str] = set()
    cases = False
    for name in snapshot.manifest["tables"]:
        if name == "islands":  # persons are numbered there
            continue
        table = snapshot.table(name)
        cases |= "case" in table
        for column in {"person", "case"} & set(table):
            pseudonyms |= set(table[column].dropna().unique())
    return Wanted(frozenset(pseudonyms), cases, _key(snapshot), _machine(root, data))


def _key(snapshot: Snapshot) -> bytes | None:
    try:
        key = pseudonym_key(snapshot.path.parent)
    except DataError:
        return None
    return key if key_id(key) == snapshot.manifest["pseudonym_key_id"] else None


def _machine(root: Path, data: Path) -> tuple[re.Pattern[str], ...]:
    """Its folders wherever they stand, its names as whole words, and any home folder or address of a database."""
    folders = {str(path) for path in (root, data, Path.home(), Path(tempfile.gettempdir())) if len(str(path)) > 4}
    names = {getpass.getuser(), socket.gethostname(), socket.gethostname().split(".")[0]}
    words = {name for name in names if len(name) >= SHORTEST_NAME and name.lower() not in ORDINARY_NAMES}
    engine = os.environ.get("AFKAST_ENGINE", "")
    parts = [re.escape(one) + r"(?![\w])" for one in sorted(folders)]
    parts += [rf"{re.escape(word)}(?<![\w-]{re.escape(word)})(?![\w-])" for word in sorted(words)]
    parts += [*HOMES, CONNECTIONS] + ([re.escape(engine)] if re.search("[:/;]", engine) else [])
    # each by itself, for `re` finds the beginning of one faster than that of one of many
    return tuple(map(re.compile, parts))
