"""Money in words: when an investment is paid back, and what a row says."""

import pandas as pd

from afkast.analysis import economics
from afkast.report.danish import GAIN, Quantity, Sides, between, in_words, month, saying


def amount(
    value: float | None, sides: Sides | None = GAIN, unit: str = "mio. kr.", digits: int | None = None
) -> Quantity:
    """Kroner that a sentence tells with the word for its sign: "et tab på 2,2 mio. kr."."""
    return Quantity(value, unit, digits, sides=sides)


def within(low: float, high: float, value: float, sides: Sides = GAIN, unit: str = "mio. kr.") -> str:
    """An interval after its own amount, which said the side: "mellem 2,0 og 3,0 mio. kr."; else with the sides."""
    told = between(low, high, *sides, unit)
    return saying(told.split(" på ", 1)[1], told, in_steps=True) if low * value > 0 and high * value > 0 else told


def paid_back(cumulated_gain: pd.Series, to_date: bool = False) -> str:
    """When an investment is paid back, as the end of a sentence that begins "investeringen er …"."""
    when = economics.break_even_month(cumulated_gain)
    if when is not None:
        return f"tjent hjem i {month(when)}"
    return "endnu ikke tjent hjem" if to_date else "ikke tjent hjem inden for perioden"


def before_paid_back(cumulated_gain: pd.Series) -> float:
    """What a gain had come to in the month before it was paid back, or at last where it never is; it is below 0.

    NaN where it is paid back from the first month.
    """
    when = economics.break_even_month(cumulated_gain)
    if when is None:
        return float(cumulated_gain.iloc[-1])
    place = list(cumulated_gain.index).index(when)
    return float(cumulated_gain.iloc[place - 1]) if place else float("nan")


def held_against(value: float | None, expected: float | None, sides: Sides = GAIN) -> str:
    """A row of a paper's table in words: "merudgift på 1,9 mio. kr.; ventet var en besparelse på 2,4 mio. kr."."""
    told, awaited = (in_words(amount(one, sides)) for one in (value, expected))
    same_side = any(f" {side} " in f" {told} " and f" {side} " in f" {awaited} " for side in sides)
    awaited = awaited.split(" på ")[-1] if same_side else awaited
    return f"{told.removeprefix('en ').removeprefix('et ')}; ventet var {awaited}"


def what_it_means(row: pd.Series, sides: Sides = GAIN) -> str:
    """The line under a table of budget, actual and expected amounts that tells its last row in words."""
    return f"Det betyder: {held_against(row.iloc[1], row.iloc[2], sides)}".rstrip(".") + "."
