"""Do the printed cells of a report follow from each other, and does the book show what is printed?

Everything is exact: printed numbers are fractions, and nothing is rounded but where paper rounds.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from math import floor

import pandas as pd

from afkast.errors import AfkastError

NOT_PRINTED = "?"
"""The formula of a cell that is derived from numbers the report does not print."""

CELL = re.compile(r"[A-Z][0-9]+\.[0-9]+\.\w+")
"""The id of a printed cell: table, row and column, as in K1.4.2019."""

LONGEST_FORMULA = 500

_TOKENS = re.compile(rf"(?:{CELL.pattern}|[0-9]+(?![\w.])|[-+*/() ])*")
_DANISH = re.compile(r"([-+]?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]+))?( ?%)?")
_CALCULATES: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class FormulaError(AfkastError):
    """A formula over printed cells cannot be calculated."""


class Status(StrEnum):
    """How a printed cell relates to the other printed cells; the values are the reader's words."""

    INPUT = "oplyst"
    EXACT = "følger nøjagtigt"
    ROUNDED = "følger efter afrunding"
    EXPLICABLE = "forklares af afrunding"
    DOES_NOT_FOLLOW = "følger ikke"
    NOT_RECOMPUTABLE = "kan ikke regnes efter"
    OPEN = "ikke afgjort"


class InBook(StrEnum):
    """How the book shows a printed cell; the values are the reader's words."""

    AS_PRINTED = "som trykt"
    WRITTEN_DIFFERENTLY = "skrevet anderledes"
    IN_STEPS = "rundet af"
    DIFFERS = "afviger"
    NO_SUCH_CELL = "mangler i tabellen"
    NOT_IN_BOOK = "ikke i bogen"


@dataclass(frozen=True)
class Written:
    """A number as it is written: its value and its decimals."""

    value: Fraction
    digits: int


def read_number(text: str) -> Written | None:
    """A number in Danish, such as 1.048, 1330, −3,110 or 15,1 %; None when the text is no number.

    A thousands point is read where three digits follow. A per cent sign is not part of the value.
    """
    found = _DANISH.fullmatch(_plain(text))
    if not found:
        return None
    sign, whole, decimals = found[1], found[2].replace(".", ""), found[3] or ""
    return Written(Fraction(int(sign.replace("+", "") + whole + decimals), 10 ** len(decimals)), len(decimals))


def rounded(value: Fraction, digits: int) -> Fraction:
    """The value with so many decimals; halves away from zero, as paper rounds."""
    whole = floor(abs(value) * 10**digits + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**digits)


def evaluate(formula: str, cells: Mapping[str, Fraction]) -> Fraction:
    """The value of a formula: ids of cells, whole numbers, + - * / and parentheses, and nothing else.

    The text is never executed: only the four operations are, on the fractions of `cells`. Everything else, an
    unknown cell and a division by zero raise FormulaError.
    """
    if len(formula) > LONGEST_FORMULA or not _TOKENS.fullmatch(formula):
        raise FormulaError(
            f"a formula is at most {LONGEST_FORMULA} signs: ids of printed cells (K1.4.2019), whole numbers, "
            "+ - * / and parentheses."
        )
    ids = list(dict.fromkeys(CELL.findall(formula)))
    if unknown := [one for one in ids if one not in cells]:
        raise FormulaError(f"the formula '{formula}' names cells that are not printed: {', '.join(unknown)}.")
    names = {one: f"cell_{number}" for number, one in enumerate(ids)}
    values = {name: cells[one] for one, name in names.items()}
    try:
        # a cell's id is no Python; a name is
        tree = ast.parse(CELL.sub(lambda found: names[found[0]], formula).strip(), mode="eval")
        return _value(tree.body, values)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        raise FormulaError(f"the formula '{formula}' is not arithmetic that can be calculated.") from None
    except ZeroDivisionError:
        raise FormulaError(f"the formula '{formula}' divides by zero.") from None


def _value(node: ast.AST, values: Mapping[str, Fraction]) -> Fraction:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _CALCULATES:
            return _CALCULATES[type(op)](_value(left, values), _value(right, values))
    raise ValueError("no such operation")


def spelled_out(formula: str, printed: Mapping[str, str]) -> str:
    """A formula with the printed numbers in the place of their cells: 100 · (-12) / 500."""
    numbers = CELL.sub(lambda cell: _in_parentheses(printed[cell[0]]), re.sub(r"([-+*/])", r" \1 ", formula))
    return numbers.replace("*", "·").strip()


def _in_parentheses(number: str) -> str:
    plain = number.rstrip(" %")
    return f"({plain})" if plain.startswith("-") else plain


def status(formula: str | None, printed: Written, recomputed: Fraction | None, shown: Written | None) -> Status:
    """The status of one printed cell.

    `recomputed` is what the formula gives from printed cells, `shown` what the book shows, calculated in full
    precision. A cell that does not follow from the printed ones is explicable by their rounding when it is off by one
    in the last digit and the book arrives at what is printed; while the book does not show it, that stays open.
    """
    if formula is None:
        return Status.INPUT
    if recomputed is None:
        return Status.NOT_RECOMPUTABLE
    if recomputed == printed.value:
        return Status.EXACT
    off = abs(rounded(recomputed, printed.digits) - printed.value) * 10**printed.digits
    if off == 0:
        return Status.ROUNDED
    if off > 1:
        return Status.DOES_NOT_FOLLOW
    if shown is None:
        return Status.OPEN
    return Status.EXPLICABLE if shown.value == printed.value else Status.DOES_NOT_FOLLOW


def in_book(printed: str, shown: str | None, step: int = 1) -> InBook:
    """How the book shows a printed number (`shown` None: its table has no such cell); step: to what it rounds it.

    Minus or hyphen, and the kind and number of spaces, are no difference; the thousands point and the number of
    decimals are one of writing.
    """
    if shown is None:
        return InBook.NO_SUCH_CELL
    if _plain(printed).replace(" ", "") == _plain(shown).replace(" ", ""):
        return InBook.AS_PRINTED
    on_paper, there = read_number(printed), read_number(shown)
    if on_paper is None or there is None:
        return InBook.DIFFERS
    if on_paper.value == there.value:
        return InBook.WRITTEN_DIFFERENTLY
    near = there.value % step == 0 and abs(on_paper.value - there.value) * 2 <= step
    return InBook.IN_STEPS if step > 1 and near else InBook.DIFFERS


def reconcile(cells: pd.DataFrame, tables: pd.DataFrame, shown: pd.DataFrame, step: int = 1) -> pd.DataFrame:
    """Every printed cell beside the book's.

    `cells` and `tables` are the snapshot's printed_cells and printed_tables, `shown` the cells of the tables in the
    book (strategy, page, item, row_label, column_label, shown); step: to what that rounds persons. Returns the
    printed cells in their order, by id, with title, strategy, page, item and

        recomputed  the formula's value as a fraction, or None
        shown       the book's text, or None
        in_book     how the book shows the cell: the words of InBook
        status      how it relates to the other printed cells: the words of Status

    Cells are found by their labels; where a table has a label twice, the first of it is the first on paper.
    """
    where = ["strategy", "page", "item"]
    ids = cells["printed_table"] + "." + cells["row"].astype(str) + "." + cells["column"]
    result = cells.merge(tables.drop(columns=["report", "file"], errors="ignore"), how="left", validate="many_to_one")
    result = result.set_index(pd.Index(ids, name="cell")).astype({"formula": object, "remark": object})
    result[["formula", "remark"]] = result[["formula", "remark"]].where(result[["formula", "remark"]].notna(), None)
    if result["item"].isna().any():
        lacking = result.loc[result["item"].isna(), "printed_table"].unique()
        raise FormulaError(f"printed_tables lacks {', '.join(lacking)}.")

    there = dict(zip(_places(shown, where), shown["shown"], strict=True))
    items = set(shown[where].itertuples(index=False, name=None))
    has_page = pd.Series([place in items for place in result[where].itertuples(index=False, name=None)], result.index)
    result["shown"] = pd.Series([there.get(place) for place in _places(result, where)], result.index, dtype=object)
    result["in_book"] = [
        str(in_book(printed, text, step) if known else InBook.NOT_IN_BOOK)
        for printed, text, known in zip(result["printed"], result["shown"], has_page, strict=True)
    ]

    numbers = {str(cell): _number(str(cell), text) for cell, text in result["printed"].items()}
    values = {cell: number.value for cell, number in numbers.items()}
    _check_order(result["formula"])
    recomputed = {
        cell: evaluate(formula, values) if formula and formula != NOT_PRINTED else None
        for cell, formula in result["formula"].items()
    }
    result["recomputed"] = pd.Series(recomputed, dtype=object)
    result["status"] = [
        # what the book rounds does not say what it arrives at
        str(status(formula, number, recomputed[cell], read_number(text) if text and how != InBook.IN_STEPS else None))
        for (cell, number), formula, text, how in zip(
            numbers.items(), result["formula"], result["shown"], result["in_book"], strict=True
        )
    ]
    return result


def counted(reconciled: pd.DataFrame, column: str, kinds: type[StrEnum], by: str = "printed_table") -> pd.DataFrame:
    """How many cells of each kind, one row per table (or `by`) in the order of paper, one column per kind."""
    counts = pd.crosstab(reconciled[by], reconciled[column])
    return counts.reindex(index=reconciled[by].unique(), columns=[kind.value for kind in kinds], fill_value=0)


def _number(cell: str, text: str) -> Written:
    number = read_number(text)
    if number is None:
        raise FormulaError(f"what is printed in cell {cell} is not a number.")
    return number


def _check_order(formulas: pd.Series) -> None:
    """A cell that follows from itself, straight or by way of others, would always follow."""
    made_of = {cell: set(CELL.findall(formula)) for cell, formula in formulas.items() if formula}
    try:
        TopologicalSorter(made_of).prepare()
    except CycleError as error:
        raise FormulaError(f"the formulas go in a circle: {' → '.join(error.args[1])}.") from None


def _places(frame: pd.DataFrame, where: list[str]) -> list[tuple[object, ...]]:
    """Where each cell stands: its item, its labels as letters only, and which of the cells of those labels it is."""
    place = frame[where].assign(row=frame["row_label"].map(_letters), column=frame["column_label"].map(_letters))
    place["repeat"] = place.groupby(list(place.columns)).cumcount()
    return list(place.itertuples(index=False, name=None))


def _letters(label: str) -> str:
    """A label without what paper and screen write differently: capitals, dashes, spaces."""
    return re.sub(r"[\s–−-]+", " ", label).strip().casefold()


def _plain(number: str) -> str:
    return re.sub(r"\s", " ", number.replace("\N{MINUS SIGN}", "-")).strip()
