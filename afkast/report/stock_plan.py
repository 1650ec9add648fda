"""What the page of a stock and its plan shows of where the plan begins."""

from collections.abc import Mapping
from typing import Any

from afkast.report.danish import Quantity, listed
from afkast.report.show import Page, clause


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
