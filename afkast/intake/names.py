"""One thing has one name in all tables, and a name that refers to another table is one of that table's."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from afkast.intake.faults import CORRECT_ROWS, Faults
from afkast.intake.sources import Source
from afkast.intake.tables import Parts
from afkast.intake.wording import same_but_for_writing

SAME_WORD = (
    "area",
    "benefit",
    "committee",
    "education",
    "group",
    "heading",
    "item",
    "kind",
    "measure",
    "state",
    "team",
    "unit",
)
"""Columns of names: one thing has one name, in all tables."""

OF_ANOTHER_TABLE = {
    "measurement_points.measure": ("measures.measure",),
    "measurement_points.source": ("measures.source",),
    "printed_cells.printed_table": ("printed_tables.printed_table",),
    "printed_cells.report": ("printed_tables.report",),
}
"""Names that must be among those of another table, where that table is there."""

MOSTLY_OF_ANOTHER_TABLE = {
    "planned_flows.destination": ("statuses.state",),
    "planned_flows.measure": ("measures.measure", "targets.measure"),
    "series_breaks.measure": ("measures.measure", "targets.measure", "spells.benefit"),
    "spells.benefit": ("unit_prices.benefit", "refund_ladder.benefit"),
    "targets.measure": ("measures.measure",),
    "unit_prices.area": ("measures.area",),
    "unit_prices.benefit": ("refund_ladder.benefit",),
}
"""Names that others of the same lists may have, too (a law's list of breaks is the same everywhere): one that occurs
nowhere there is asked about where it is nearly one that does."""

NAMES = {*SAME_WORD, *(place.partition(".")[2] for place in (*OF_ANOTHER_TABLE, *MOSTLY_OF_ANOTHER_TABLE))}

Words = Mapping[str, Mapping[str, None]]
"""The different names of each table.column, in the order in which they were read."""


def judge_names(sources: list[Source], parts: Parts, faults: Faults) -> None:
    """What is written in two ways, and what no other table has."""
    words: dict[str, dict[str, None]] = {}
    for source, rows in parts.of():
        for name in rows.columns.intersection(list(NAMES)):
            words.setdefault(f"{source.table}.{name}", {}).update(dict.fromkeys(rows[name].dropna().unique()))
    _judge_spelling(words, parts, faults)
    _judge_references(words, sources, parts, faults)


def _judge_spelling(words: Words, parts: Parts, faults: Faults) -> None:
    """What only capitals or marks part is told where it is written the second way."""
    used = {name: _all(words, [place for place in words if place.endswith("." + name)]) for name in SAME_WORD}
    other = {name: same for name in SAME_WORD if (same := same_but_for_writing(used[name], areas=name == "area"))}
    for source, rows in parts.of() if other else ():
        for name in (name for name in other if name in rows):
            rule = "written elsewhere in another way"
            remedy = f"Write it in one way, for example by values: {{{name}: …}}."
            found = rows.index[rows[name].isin(other[name])]
            faults.add(source.label, rule, column=source.headings.get(name, name), rows=found, remedy=remedy)


def _judge_references(words: Words, sources: list[Source], parts: Parts, faults: Faults) -> None:
    for place, others in (OF_ANOTHER_TABLE | MOSTLY_OF_ANOTHER_TABLE).items():
        table, _, name = place.partition(".")
        known = _all(words, others)
        there = {other.partition(".")[0] for other in others}
        # a name whose row, or file, is at fault is not unknown
        whole = not faults.concern(label for one in sources if one.table in there for label in (one.label, one.file))
        unknown = {word: nearest(word, known) for word in words.get(place, ()) if word not in known}
        if not (known and whole and unknown):
            continue
        for source, rows in parts.of(table):
            for word, near in unknown.items():
                found, column = rows.index[rows[name] == word], source.headings.get(name, name)
                rule = f"a name that {' and '.join(sorted(there))} does not have"
                remedy = f"Write it as there: '{near}'." if near else CORRECT_ROWS
                if place in OF_ANOTHER_TABLE:
                    faults.add(source.label, rule, column=column, rows=found, remedy=remedy)
                elif near:
                    faults.ask(source.label, "unknown_name", rule, column=column, rows=found, remedy=remedy)


def _all(words: Words, places: Iterable[str]) -> dict[str, None]:
    return {word: None for place in places for word in words.get(place, ())}


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that a slip of the hand parts this one from; other digits, such as those of a year, are no slip."""
    digits = re.findall("[0-9]", word)
    alike = [one for one in words if abs(len(one) - len(word)) <= 2 and re.findall("[0-9]", one) == digits]
    return next(iter(get_close_matches(word, alike, n=1, cutoff=0.85)), None)
