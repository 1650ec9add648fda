"""What the page of cohorts who have arrived shows: how many support themselves, year by year after their arrival."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis.targets import Decision
from afkast.report.bar_charts import bars_by_year
from afkast.report.charts import Role
from afkast.report.danish import Given, Quantity, listed
from afkast.report.goals import show_goal
from afkast.report.show import Page, clause
from afkast.strategy import Goal


@dataclass(frozen=True)
class Arrived:
    """The cohorts by the year of their arrival, and the goal that they are held against.

    share: of each cohort, by years after its arrival; behind: the counts that a column's shares give away. decided:
    numerator and denominator of the cohorts that have been here for `after_years`; actual: their shares.
    """

    report: Page
    persons: pd.Series
    share: pd.DataFrame
    behind: Mapping[str, Any]
    decided: pd.DataFrame
    actual: pd.Series
    after_years: int
    goal_share: float
    source: pd.DataFrame

    @property
    def rest(self) -> pd.Series:
        return self.decided["denominator"] - self.decided["numerator"]

    def counts_of(self, year: Any) -> tuple[Any, Any]:
        """How many of a cohort support themselves, and how many do not."""
        return self.decided["numerator"][year], self.rest[year]

    def told(self, year: Any) -> Quantity:
        return Quantity(self.actual[year], "%", behind=self.counts_of(year))


def show_cohorts(of: Arrived) -> None:
    """The share of each cohort after each year."""
    of.report.show_table(
        "aargange",
        pd.concat([of.persons.rename("Ankomne"), of.share], axis=1),
        caption="Andel, som er selvforsørgende, efter år i kommunen.",
        corner="Ankommet i",
        unit="%",
        column_units={"Ankomne": "personer"},
        source=of.source,
        blanks="future",
        behind=of.behind,
    )


def show_intervals(of: Arrived, interval: pd.DataFrame) -> None:
    """The shares that the goal is about, with their intervals."""
    counted = pd.DataFrame({"Ankomne": of.decided["denominator"], "Andel": of.actual})
    of.report.show_table(
        "interval",
        counted.join(interval),
        caption="Andel selvforsørgende efter {years} år, med interval.",
        corner="Ankommet i",
        unit="%",
        column_units={"Ankomne": "personer"},
        source=of.source,
        behind={part: [of.decided["numerator"], of.rest] for part in ("Andel", "Nedre", "Øvre")},
        names={"years": Given(of.after_years, "")},
    )


def show_shares(of: Arrived) -> None:
    """The shares after each year beside the goal, drawn."""
    of.report.show_figure(
        "andele",
        of.share.rename(index=str),
        bars_by_year("%", 0, goal=of.goal_share, roles=[Role.HAPPENED]),
        caption="Andel selvforsørgende efter år i kommunen. Den stiplede linje er målet efter {years} år.",
        alt="Efter {years} år er den laveste årgang på {lowest}; målet er {goal}.",
        unit="%",
        source=of.source,
        corner="Ankommet i",
        behind=of.behind,
        names={
            "years": Given(of.after_years, ""),
            "lowest": of.told(of.actual.idxmin()),
            "goal": Given(of.goal_share, "%"),
        },
    )


def show_verdict(of: Arrived, goal: Goal, reached: Decision, before_start: Sequence[str]) -> None:
    """The goal's verdict; before_start: the cohorts that came before the strategy began."""
    years = list(of.actual.index)
    early = f"{'årgangene' if len(before_start) > 1 else 'årgang'} {listed(list(before_start)) if before_start else ''}"
    show_goal(
        of.report,
        goal,
        reached,
        clause(
            years,
            "Af dem, der kom i {years}, er "
            + listed([f"{{share_{year}}}" for year in years])
            + " selvforsørgende efter {after} år; målet er {goal}."
            + clause(
                len(before_start) > 1,
                " Årgangene {early} kom, før strategien begyndte.",
                clause(before_start, " Årgang {early} kom, før strategien begyndte."),
            ),
            "Ingen årgang har været her i {after} år; målet er {goal}.",
        ),
        "%",
        1,
        source=of.source,
        basis="årgangen er lille, og dens sande andel ligger",
        missing="ingen årgang har været her længe nok",
        corner="Ankommet i",
        behind={year: of.counts_of(year) for year in years},
        names={
            "years": listed([str(year) for year in years]) if years else "",
            **{f"share_{year}": of.told(year) for year in years},
            "after": Given(of.after_years, ""),
            "goal": Given(of.goal_share, "%"),
            "early": listed(list(before_start)) if before_start else "",
        },
        filed={"goal_reservation": f"tæller {early} med, som kom, før strategien begyndte"} if before_start else {},
    )
