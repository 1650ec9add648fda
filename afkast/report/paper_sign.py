"""A paper's sign: some papers write a gain with minus, and the tables that follow one do, too.

Everywhere else a gain is positive and a loss negative: computed, filed and said. The door turns the sign of a table
that says its `paper_sign`, tells under it what the signs mean, and files with each turned cell that it was.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from afkast.errors import PageError
from afkast.report.cells import is_number
from afkast.report.danish import MINUS, Given, Quantity, Sides, with_article
from afkast.report.tables import Units, last_of

Signs = list[list[int]]
"""Of every cell of a table, -1 where it is shown with the opposite sign, else 1."""


def signs_of(values: pd.DataFrame, units: Units, paper_sign: int | None, unsigned: Collection[Any]) -> Signs:
    """Which cells are turned: the amounts, where a gain is negative on the paper.

    unsigned: labels of rows or columns whose amounts are no gains, such as prices; by all their levels or the last.
    """
    if paper_sign not in (None, 1, -1):
        raise PageError(f"'paper_sign' is {paper_sign}; it is the sign of a gain on the paper, 1 or -1.")

    def is_unsigned(label: Any) -> bool:
        return label in unsigned or last_of(label) in unsigned

    return [
        [
            -1 if paper_sign == -1 and unit.endswith("kr.") and not is_unsigned(row) and not is_unsigned(column) else 1
            for column, (unit, _) in zip(values.columns, line, strict=True)
        ]
        for row, line in zip(values.index, units, strict=True)
    ]


def on_paper(values: pd.DataFrame, signs: Signs) -> pd.DataFrame:
    """The frame with its turned cells as the paper has them; what knows its counts keeps them."""
    if not any(sign < 0 for line in signs for sign in line):
        return values
    turned = [
        [_turned(value) if sign < 0 else value for value, sign in zip(row, line, strict=True)]
        for row, line in zip(values.astype(object).to_numpy(), signs, strict=True)
    ]
    return pd.DataFrame(turned, values.index, values.columns, dtype=object)


def _turned(value: Any) -> Any:
    if isinstance(value, Given):
        return replace(value, value=-float(value))
    return -value if is_number(value) or isinstance(value, Quantity) else value


def legend(paper_sign: int, sides: Sides) -> str:
    """What the signs of the amounts mean; `sides` are a negative and a positive one in the book's own sign."""
    below, above = map(with_article, sides if paper_sign > 0 else sides[::-1])
    if paper_sign > 0:
        return f"Beløb: + er {above}, {MINUS} er {below}."
    return f"Beløb, som på papiret: {MINUS} er {below}, + er {above}."


def as_shown(cell: Mapping[str, Any]) -> Any:
    """The value of a filed cell in the sign that it is shown with."""
    turned = "paper_sign" in cell and isinstance(cell["value"], int | float)
    return cell["paper_sign"] * cell["value"] if turned else cell["value"]
