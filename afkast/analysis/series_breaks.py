"""Breaks in series: which ones a series meets, and no silent comparison across them."""

from collections.abc import Sequence

import pandas as pd

from afkast.errors import AfkastError


class BrokenSeries(AfkastError):
    """A development was asked across breaks in its series, whose own texts are `breaks`."""

    def __init__(self, breaks: Sequence[str]) -> None:
        super().__init__(
            f"the development crosses {len(breaks)} break(s) in the series; give the page the reason why it can be "
            f"compared all the same, or choose months on one side: {' '.join(breaks)}"
        )
        self.breaks = tuple(breaks)


def between(breaks: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """The breaks that part `last` from `first`: a break in the first month itself has both on its later side."""
    return breaks[(breaks["starts_on"] <= last) & (breaks["ends_on"] > first)]


def refuse_across(breaks: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp, accepted: str = "") -> None:
    """Raise BrokenSeries when a break parts the months, unless `accepted` says why they can be compared all the same.

    `breaks` are those of the measure. The reason is for the page to print.
    """
    crossed = between(breaks, first, last)
    if len(crossed) and not accepted:
        raise BrokenSeries(list(crossed["text"]))
