"""The words of a thing with their names put in; what stands there and is not known of persons is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from afkast.report.about_persons import Thing
from afkast.report.cells import Cell, cell_of, said_of
from afkast.report.danish import Words
from afkast.report.sentence import check_names, filled, names_in


def numbered(notes: Sequence[str]) -> dict[str, str]:
    """Notes by what they are called in an error."""
    return {f"note {number}": note for number, note in enumerate(notes, start=1)}


def put_in(thing: Thing, texts: Mapping[str, str], names: Mapping[str, Any]) -> list[str]:
    """Plain texts, by which part of the thing they are, with their names put in; each name must stand in one of them.
    Other braces are the data's own."""
    asked = [one for text in texts.values() for one in names_in(text) if one in names]
    check_names(thing.id, " ".join(f"{{{name}}}" for name in asked), names)
    shown = {name: said_of(cell, names[name]) for name, cell in cells_of(thing, texts, names).items()}
    return [filled(text, shown) for text in texts.values()]


def cells_of(thing: Thing, texts: Mapping[str, str], names: Mapping[str, Any]) -> dict[str, Cell]:
    """What stands under each name; what the door does not know of persons is refused."""
    for part, text in texts.items():
        # what the names are called is not shown
        thing.refuse_digits(part, text if isinstance(text, Words) else filled(text, dict.fromkeys(names, "")))
    names = {name: thing.resting(value) for name, value in names.items()}
    for name, value in names.items():
        thing.refuse_numbers(name, value)
    withheld = thing.withheld_of(names)
    cells = {name: cell_of(value, "", None, "ok", thing.public, withheld) for name, value in names.items()}
    thing.note(names, {name: cell.state for name, cell in cells.items()})
    return cells
