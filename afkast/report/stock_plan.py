"""What the page of a stock and its plan says of the plan, of where it begins, and of a second source."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from afkast.report.danish import Quantity, day, listed, month
from afkast.report.show import Page, clause


def show_plan_in_words(
    report: Page, start: float, end_of_year: "pd.Series[float]", changes: pd.DataFrame, unit: str, source: Any
) -> None:
    """How far the stock is to fall, and to where. changes: planned, by destination and year."""
    end, left = end_of_year.iloc[-1], -changes.sum(axis=1)
    report.show_text(
        "planen",
        "Bestanden skal falde fra {start} til {end} i {year}: {reduction} færre, fordelt på "
        + listed([f"{{to_{place}}} ({{left_{place}}})" for place in range(len(left))])
        + ".",
        {
            **{f"to_{place}": name.lower() for place, name in enumerate(left.index)},
            **{f"left_{place}": Quantity(count, unit).bare for place, count in enumerate(left)},
            "start": Quantity(start, unit),
            "end": Quantity(end, unit).bare,
            "year": str(end_of_year.index[-1]),
            "reduction": Quantity(start - end, unit).bare,
        },
        source=source,
    )


def show_starts(report: Page, starts: Mapping[str, float], start: float, fall: float, unit: str, source: Any) -> None:
    """Every beginning that the paper tells, by where, and the plan's own, `start`. fall: what the plan promises."""
    spread = Quantity(max(starts.values()) - min(starts.values()), unit)
    told = sorted(starts.items(), key=lambda one: one[1])
    report.show_text(
        "begyndelser",
        clause(
            len(starts) == 1,
            "Siden regner med planens {start}; ingen anden begyndelse er nævnt.",
            clause(
                not float(spread),
                "Begyndelsen er den samme overalt: {start}.",
                "Begyndelsen er ikke den samme overalt: "
                + listed([f"{{count_{place}}} ({{where_{place}}})" for place in range(len(told))])
                + ". Forskellen er {spread}"
                + clause(fall > 0, ", {share} af det fald, som planen lover.", ".")
                + " Siden regner med planens {start}.",
            ),
        ),
        {
            "spread": spread.bare,
            "share": (spread / Quantity(fall, unit)).written_as("%"),
            "start": Quantity(start, unit).bare,
            **{f"where_{place}": where for place, (where, _) in enumerate(told)},
            **{f"count_{place}": Quantity(count, unit).bare for place, (_, count) in enumerate(told)},
        },
        source=source,
    )


def show_two_sources(report: Page, in_status: float | None, actual: "pd.Series[float]", unit: str, source: Any) -> None:
    """Whether the status of the report's day counts as many as there are in the latest month."""
    latest = actual.index[-1]
    report.show_text(
        "to-kilder-til-bestanden",
        clause(
            in_status is None,
            "Der er ingen status pr. {day} at holde bestanden op mod.",
            clause(
                in_status == actual[latest],
                "Status pr. {day} tæller {counted}, det samme som bestanden.",
                "Status pr. {day} tæller {counted}, men bestanden i {month} er {actual}. Siden regner med bestanden.",
            ),
        ),
        {
            "day": day(report.as_of),
            "counted": Quantity(in_status, unit),
            "month": month(latest),
            "actual": Quantity(actual[latest], unit),
        },
        source=source,
    )
