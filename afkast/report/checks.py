"""A number's second way, shown with its outcome: the page tells that it holds, and stops where it does not."""

from typing import Any

import numpy as np

from afkast.errors import PageError
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
