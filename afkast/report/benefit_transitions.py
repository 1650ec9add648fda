"""What the page of a benefit's successor shows: how many go on to another one, at once and later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.report.bar_charts import bars_by_year
from afkast.report.charts import Role
from afkast.report.counts import stated_share
from afkast.report.danish import Quantity, span
from afkast.report.show import Page, clause


@dataclass(frozen=True)
class Transitions:
    """Those whose benefit ended, by year (rows), and who of them had gone on so long after (columns).

    passed, of: counts, and share the one of the other; NaN where not every month has been followed so long. behind: the
    counts that a share gives away.
    """

    report: Page
    passed: pd.DataFrame
    of: pd.DataFrame
    share: pd.DataFrame
    behind: Mapping[str, Any]
    from_benefit: str
    to_benefit: str
    series: pd.DataFrame

    @property
    def first(self) -> str:
        return str(self.passed.columns[0])

    @property
    def last(self) -> str:
        return str(self.passed.columns[-1])

    @property
    def latest(self) -> Any:
        """The last year whose months have all been followed to the last."""
        return self.share[self.last].last_valid_index()

    def told(self, after: str) -> Quantity:
        """The latest year's share."""
        passed, of = (float(counts[after][self.latest]) for counts in (self.passed, self.of))
        return stated_share(passed, of, 1)

    @property
    def names(self) -> dict[str, Any]:
        """What is said of the latest year, by name."""
        return {
            "from_benefit": self.from_benefit,
            "year": str(self.latest),
            "at_once": self.told(self.first),
            "to_benefit": self.to_benefit,
            "later": self.told(self.last),
            "last": self.last.lower(),
        }


def show_by_year(one: Transitions, ended: pd.Series) -> None:
    """The shares by year, as a table and drawn. ended: those whose benefit ended."""
    one.report.show_table(
        "overgang",
        pd.concat([ended.rename("Ophørt"), one.share], axis=1),
        caption=f"Andel, der er på {one.to_benefit}, efter at {one.from_benefit} er hørt op.",
        corner=f"{one.from_benefit.capitalize()} hørte op i",
        unit=("%", 1),
        column_units={"Ophørt": "personer"},
        source=one.series,
        blanks="future",
        behind=one.behind,
    )
    one.report.show_figure(
        "overgang-figur",
        one.share.rename(index=str),
        bars_by_year("%", 0, roles=[Role.HAPPENED]),
        caption=f"Fra {one.from_benefit} til {one.to_benefit}: andelen af dem, hvis {one.from_benefit} hørte op i "
        "året.",
        alt="Af dem, hvis {from_benefit} hørte op i {year}, var {at_once} på {to_benefit} med det samme"
        + clause(one.last != one.first, " og {later} {last}.", "."),
        unit=("%", 1),
        source=one.series,
        corner="Ophørt i",
        behind=one.behind,
        names=one.names,
    )


def show_latest(one: Transitions, low: float, high: float) -> None:
    """The latest year in words; low, high: the interval of its last share."""
    at_once, later = one.told(one.first), one.told(one.last)
    lower, upper = (Quantity(end, "%", behind=later.counts) for end in (low, high))
    one.report.show_text(
        "overgangen",
        "Af de {ended}, hvis {from_benefit} hørte op i {year}, var {at_once} på {to_benefit} med det samme og {later} "
        "{last} (tilfældige udsving: {range})."
        + clause(
            float(at_once) > 0 and one.last != one.first, " For hver, der går over straks, går {more} over senere."
        ),
        {
            "ended": Quantity(one.of[one.last][one.latest], "personer"),
            **one.names,
            "range": span(lower, upper, "%"),
            "more": ((later - at_once) / at_once).written_as("", 1),
        },
        headline=True,
        source=one.series,
        filed={"low": lower, "high": upper},
    )
