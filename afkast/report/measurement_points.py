"""The page of measurement points: two equal periods beside each other, and what has changed beyond chance."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from afkast.analysis import change
from afkast.report.danish import Quantity, listed
from afkast.report.sentence import names_in
from afkast.report.show import Page

BEYOND_CHANCE = "Mere end tilfældig"


def answer(one: change.Change) -> str:
    return "ja" if one.beyond_chance else "nej"


def before_and_now(values: pd.DataFrame, year: int) -> pd.DataFrame:
    """A row each: the year before, the year, the change, and the change as a share of the year before."""
    before, now = values[year - 1], values[year]
    relative = now / before.where(before > 0) - 1
    return pd.DataFrame({str(year - 1): before, str(year): now, "Ændring": now - before, "Ændring i pct.": relative})


def intervals(tests: Mapping[str, change.Change]) -> pd.DataFrame:
    """The ends of each change's interval, less what is no change, and whether it is beyond chance.

    Where there was nothing to divide by, the interval has no upper end, which is NaN.
    """
    rows = {}
    for title, one in tests.items():
        ends = (end - one.unchanged if np.isfinite(end) else float("nan") for end in (one.lower, one.upper))
        rows[title] = [*ends, answer(one)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["Interval fra", "Interval til", BEYOND_CHANCE])


def explained(abbreviations: Mapping[str, str], *texts: str) -> list[str]:
    """The abbreviations that the texts use, explained on one line; no line where they use none."""
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    met = [f"{short}: {meaning}." for short, meaning in abbreviations.items() if short in words]
    return [" ".join(met)] if met else []


def laid_out(of_table: pd.DataFrame, years: list[int], cell: Callable[[str, int], Any]) -> pd.DataFrame:
    """A table as on paper: one heading stands over the row labels, several over the years."""
    headings = of_table["heading"].unique()
    frame = pd.DataFrame(
        index=of_table["row"].unique(),
        columns=pd.MultiIndex.from_product([headings, map(str, years)]),
        dtype=object,
    )
    for title, one in of_table.iterrows():
        for year in years:
            frame.at[one["row"], (one["heading"], str(year))] = cell(str(title), year)
    return frame if len(headings) > 1 else frame.droplevel(0, axis=1)


def how_many_changed(up: int, down: int, count: int) -> str:
    """How many counts have risen and fallen beyond chance, as sentences with names."""
    if not count:
        return "Rapporten følger ingen antal, kun andele."
    if count == 1:
        said = "er en stigning og" if up else "er et fald og" if down else ""
        rest = f"{said} mere end tilfældig." if said else "kan ikke skelnes fra tilfældige udsving."
        return f"Rapporten følger ét antal. Ændringen siden samme periode året før {rest}"
    sides = (("up", "steget", up), ("down", "faldet", down))
    changed = listed([f"{{{name}}} {word} mere end tilfældigt" for name, word, number in sides if number])
    rest = "; {rest} kan ikke skelnes fra tilfældige udsving." if 0 < up + down < count else "."
    return (
        f"Af de {{all}} antal, som rapporten følger, er {changed or 'intet ændret mere end tilfældigt'} i forhold til "
        f"samme periode året før{rest}"
    )


def show_changed(report: Page, ratio: Mapping[str, change.Change], source: pd.DataFrame) -> None:
    """How many of the counts have changed beyond chance, and which way."""
    beyond = [one for one in ratio.values() if one.beyond_chance]
    up = sum(one.estimate > 1 for one in beyond)
    text = how_many_changed(up, len(beyond) - up, len(ratio))
    numbers = {"all": len(ratio), "up": up, "down": len(beyond) - up, "rest": len(ratio) - len(beyond)}
    report.show_text(
        "hvad-er-aendret",
        text,
        {name: Quantity(number, "") for name, number in numbers.items() if name in names_in(text)},
        headline=True,
        source=source,
        code=change.count_ratio,
    )
