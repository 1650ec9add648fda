"""Sentences whose numbers are named in braces: clauses that are shown only sometimes, and names put in."""

import re
from collections.abc import Mapping

from afkast.errors import PageError

NAME = re.compile(r"\{(\w+)\}(\.?)")

BEGINS = re.compile(r"(?:^|[.!?] )(?:\*\*|<[^>]*>)*$")
HIDDEN_FIRST = re.compile(r"^((?:<[^>]*>)*)(e(?=[nt] skjult)|f(?=ærre end \d))")
"""Where a sentence begins, and a hidden number in words, which may stand there."""


class Clause(str):
    """A text that knows the names of the clauses that it might have had as well."""

    __slots__ = ("names",)
    names: frozenset[str]

    def __new__(cls, text: str, names: frozenset[str]) -> "Clause":
        clause = super().__new__(cls, text)
        clause.names = names
        return clause

    def __add__(self, other: str) -> "Clause":
        return Clause(str(self) + str(other), self.names | names_in(other))

    def __radd__(self, other: str) -> "Clause":
        return Clause(str(other) + str(self), self.names | names_in(other))


def clause(condition: object, text: str, otherwise: str = "") -> Clause:
    """A clause that is shown only where the condition holds; else the other."""
    return Clause(str(text) if condition else str(otherwise), names_in(text) | names_in(otherwise))


def names_in(text: str) -> frozenset[str]:
    """The names that a text may have in braces, whichever of its clauses are shown."""
    return text.names if isinstance(text, Clause) else frozenset(name for name, _ in NAME.findall(text))


def check_names(id: str, text: str, given: Mapping[str, object]) -> None:
    """Refuse a name that the text asks for and is not given, and one that no clause of it asks for."""
    asked = names_in(text)
    if unknown := sorted({name for name, _ in NAME.findall(text)} - given.keys()):
        raise PageError(f"the text '{id}' asks for {', '.join(unknown)}, which it is not given.")
    if unused := sorted(given.keys() - asked):
        raise PageError(f"the text '{id}' is given {', '.join(unused)}, which no clause of it asks for.")


def filled(text: str, shown: Mapping[str, str]) -> str:
    """The text with each `{name}` that is given as it is shown, in one pass: what is put in is not read again."""

    def put_in(found: re.Match[str]) -> str:
        name, stop = found.groups()
        if name not in shown:
            return found[0]
        said = HIDDEN_FIRST.sub(_with_capital, shown[name]) if BEGINS.search(text[: found.start()]) else shown[name]
        # "mio. kr." at the end of a sentence has its full stop already, whatever tag ends there too
        return said + ("" if re.search(r"\.(?:</\w+>)?$", shown[name]) else stop)

    return NAME.sub(put_in, text)


def _with_capital(found: re.Match[str]) -> str:
    return found[1] + found[2].upper()
