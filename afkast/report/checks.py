"""A number's second way, shown with its outcome: the page tells that it holds, and stops where it does not."""

from typing import Any

import numpy as np
import pandas as pd

from afkast.analysis.reconciliation import InBook
from afkast.errors import PageError
from afkast.report.cells import told_of_state
from afkast.report.danish import Quantity, Words, written
from afkast.report.show import Page

ROUNDING = 1e-6
"""Two ways through floating-point numbers of kroner or shares may differ by this, and are the same."""
HALF_A_KRONE = 0.5
"""Sums of many amounts with øre in another order may differ by this, and are the same in whole kroner."""


def show_check(
    report: Page, id: str, text: str, value: Any, again: Any, unit: str = "", within: float = ROUNDING
) -> None:
    """Show that numbers come out the same by a second way, and by how much the two differ at most.

    `value` and `again` are numbers, or frames, series or arrays of the same shape, in the stored unit; NaN stands for a
    number that neither way has, and where there is none at all nothing was checked and nothing is shown. `text`
    (Markdown) says what the second way is. PageError where they differ by more than `within`, in the same unit, or
    where only one has a number.
    """
    first, second = (np.asarray(one, dtype=float) for one in (value, again))
    if first.shape != second.shape:
        raise PageError(f"the check '{id}' compares {first.size} numbers with {second.size}.")
    known = ~(np.isnan(first) & np.isnan(second))
    differences = np.abs(first - second)[known]
    if not differences.size:
        return
    deviation = float(differences.max())
    if not deviation <= within:
        raise PageError(f"the check '{id}' does not hold: the second way gives another number.")
    # what lies within the tolerance is rounding, and is told as the nothing that it is
    told = {"deviation": Words(written(Quantity(round(deviation, 6), unit)))}
    report.show_text(f"kontrol-{id}", f"**Kontrol ✓ stemmer** (afvigelse {{deviation}}). {text}", told)


def refuse_hidden(report: Page, printed: pd.DataFrame) -> None:
    """Refuse to tell by the word of a paper what the book hides or rounds, unless the paper is declared published.

    `printed` has its cells: file, printed_table, `shown`, the book's text of each, and `in_book`, the word for that.
    """
    hidden = printed["shown"].isin([told_of_state(one)[0] for one in ("few", "hidden")])
    hidden |= printed["in_book"] == InBook.IN_STEPS
    public = {entry["file"] for entry in report.files_of(sorted(printed["file"].unique())) if entry["published"]}
    for file, rows in printed[hidden].groupby("file"):
        if file not in public:
            raise PageError(
                f"{file} prints what the book hides or rounds, in {', '.join(rows['printed_table'].unique())}; take "
                "these rows out, or say 'published: true' of the file in sources.yml where the paper is public."
            )


def show_holds(report: Page, id: str, text: str, holds: Any) -> None:
    """Show that something holds that is no number, such as that no row is lost; `text` (Markdown) says what.

    `holds` is a truth value or several, all of which must be true; PageError where one is not. Nothing is shown where
    there is none.
    """
    if not np.size(holds):
        return
    if not np.all(holds):
        raise PageError(f"the check '{id}' does not hold.")
    report.show_text(f"kontrol-{id}", f"**Kontrol ✓ stemmer.** {text}")
