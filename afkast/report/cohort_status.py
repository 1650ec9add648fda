"""What the page of a group's status shows: where its citizens are now, and how many are still in the target group.

persons: counts by state (rows) and group (columns). still: the state of those who have not left the target group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from afkast.analysis.targets import Decision
from afkast.report.bar_charts import bars_of_states
from afkast.report.counts import stated_share
from afkast.report.danish import Given, Quantity, day, listed, month
from afkast.report.disclosure import chosen
from afkast.report.goals import show_goal
from afkast.report.show import Page, clause
from afkast.strategy import Goal

EVERYONE, WHOLE = "Antal borgere i alt", "I alt"
"""The row of everyone in a group, and the column of all groups."""

MOST_PLACES = 2
"""So many places are named of those that the others have come to."""


@dataclass(frozen=True)
class Status:
    """Where everyone in a group is on the report's day."""

    report: Page
    persons: pd.DataFrame
    still: str
    statuses: pd.DataFrame

    @property
    def size(self) -> int:
        return int(self.persons.to_numpy().sum())

    @property
    def remaining(self) -> int:
        return int(self.persons.loc[[self.still]].to_numpy().sum())

    @property
    def out(self) -> pd.Series:
        """Those who have left, by where they have come; most first."""
        left = self.persons.drop(self.still).sum(axis=1).sort_values(ascending=False)
        return left[left > 0]

    @property
    def gone(self) -> int:
        return int(self.out.sum())


def show_status(of: Status, table: pd.DataFrame, row_names: Mapping[str, str], footnotes: Sequence[str]) -> None:
    """The paper's table."""
    today = day(of.report.as_of)
    of.report.show_table(
        "status",
        table.rename(row_names),
        caption=f"Status for gruppen pr. {today}, personer.",
        corner=f"Status pr. {today}",
        unit="personer",
        source=of.statuses,
        totals=[EVERYONE],
        blanks="future",
        notes=footnotes,
    )


def _counted(count: int) -> Quantity:
    """A number of persons without its unit."""
    return Quantity(count, "personer").bare


def show_in_words(of: Status) -> None:
    """How many are still in the target group, and where most of the others are."""
    most = of.out.head(MOST_PLACES)
    where_to = [f"{state[0].lower()}{state[1:]}" for state in map(str, most.index)]
    of.report.show_text(
        "status-i-ord",
        clause(
            of.gone,
            "Af {size} er {remaining} stadig i målgruppen, og {gone} ({share}) er ude af den. "
            + ("De er alle" if len(where_to) == 1 else "De fleste er")
            + " kommet til: "
            + listed([f"{{where_{place}}} ({{most_{place}}})" for place, _ in enumerate(where_to)])
            + ".",
            "Alle {size} er stadig i målgruppen.",
        ),
        {
            "size": Quantity(of.size, "personer"),
            "remaining": _counted(of.remaining),
            "gone": _counted(of.gone),
            "share": stated_share(of.gone, of.size),
            **{f"most_{place}": _counted(int(count)) for place, count in enumerate(most)},
            **{f"where_{place}": state for place, state in enumerate(where_to)},
        },
        headline=True,
        source=of.statuses,
    )


def show_shares(of: Status, counted: pd.DataFrame) -> None:
    """How the group is divided, drawn. counted: the rows of the report's day."""
    today = day(of.report.as_of)
    of.report.show_figure(
        "fordeling",
        of.persons.sum(axis=1).to_frame(f"Pr. {today}"),
        bars_of_states(of.still),
        caption=f"De {{size}} fordelt på, hvor de er pr. {today}.",
        alt="{remaining} er stadig i målgruppen, og {gone} er ude af den.",
        unit="personer",
        source=counted,
        corner="Status",
        height_inches=3.2,
        names={
            "size": _counted(of.size),
            "remaining": Quantity(of.remaining, "personer"),
            "gone": _counted(of.gone),
        },
    )


def show_stated_sizes(of: Status, stated_sizes: Mapping[str, int]) -> None:
    """The other sizes that the paper tells of the same group; nothing where there is none."""
    others = {name: stated for name, stated in stated_sizes.items() if stated and stated != of.size}
    if not others:
        return
    of.report.show_text(
        "gruppens-stoerrelse",
        "Rapporten har mere end ét tal for gruppens størrelse: {size} og "
        + listed([f"{{stated_{place}}} ({{told_{place}}})" for place in range(len(others))])
        + ". Kun {size} passer med fordelingen"
        # rounded each by itself they need not add up
        + clause(chosen().base == 1, ", for {remaining} + {gone} = {size}")
        + ". Siden regner derfor med {size}.",
        {
            **{f"stated_{place}": _counted(stated) for place, stated in enumerate(others.values())},
            **{f"told_{place}": name for place, name in enumerate(others)},
            "remaining": _counted(of.remaining),
            "gone": _counted(of.gone),
            "size": _counted(of.size),
        },
        source=of.statuses,
    )


def show_verdict(of: Status, goal: Goal, reached: Decision, ceiling: float, counted: bool) -> None:
    """The goal's verdict. counted: whether the group was counted on its day."""
    reading = reached.rests_on.reading
    if counted:
        of.report.show_text(
            "hele-gruppen-talt",
            "Hele gruppen er talt. Hvor let kunne antallet være blevet et andet? Intervallet, regnet eksakt, siger, "
            "hvor mange der kunne være tilbage, hvis hver borgers vej er tilfældig og uafhængig af de andres.",
        )
    show_goal(
        of.report,
        goal,
        reached,
        clause(
            counted,
            "{remaining} af gruppen er stadig i målgruppen; målet er højst {ceiling} af {size}.",
            "Gruppen er ikke talt den {day}; målet var højst {ceiling} af {size}.",
        ),
        "personer",
        source=of.statuses,
        basis="tilfældige udsving kunne have givet",
        missing="der mangler en optælling på målets dag",
        names={
            "day": day(min(of.report.as_of, goal.due or of.report.as_of)),
            "remaining": Quantity(reading.actual, "personer"),
            "ceiling": Given(ceiling, ""),
            "size": Quantity(of.size, "personer"),
        },
    )


def show_all_in_municipality(
    of: Status, stock: pd.Series, base: pd.Timestamp, ceiling: float | None, rows: pd.DataFrame
) -> None:
    """The group beside everyone in the municipality (`stock`, by month). ceiling: the goal's, if there is one."""
    now, before = (Quantity(float(one), "fuldtidspersoner") for one in (stock.iloc[-1], stock[base]))
    of.report.show_text(
        "nye-er-ikke-med",
        "I gruppen er de borgere, som strategien begyndte med; kommer der nye i målgruppen, er de ikke med. Målets ord "
        "gælder alle i kommunen, så deres antal står her ved siden af.",
    )
    of.report.show_text(
        "gruppen-og-alle",
        "Af gruppen er {gone} ude af målgruppen. Regnes alle i kommunen med, også nye, er antallet {changed} {change}, "
        "fra {before} i {first} til {now} i {last}."
        + clause(
            ceiling is None,
            "",
            clause(
                ceiling is not None and float(now) <= float(before) * ceiling / of.size,
                " Også regnet sådan er målet opfyldt.",
                " Regnet sådan er målet ikke opfyldt.",
            ),
        ),
        {
            "gone": stated_share(of.gone, of.size),
            "changed": "faldet" if float(now) < float(before) else "steget",
            "change": abs((now - before) / before).written_as("%"),
            "before": before,
            "first": month(base),
            "now": now,
            "last": month(stock.index[-1]),
        },
        headline=ceiling is not None,
        source=[of.statuses, rows],
    )


def show_group_alone(report: Page) -> None:
    report.show_text(
        "gruppen-og-alle",
        "Der er ikke valgt et måltal for alle i kommunen; siden siger kun noget om gruppen.",
        leaves_out_section=True,
    )
