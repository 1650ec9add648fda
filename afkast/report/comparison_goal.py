"""What the page of a comparison shows of its goal: the verdict on the lead, and what several goals ask for together."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from afkast.analysis.targets import Decision
from afkast.report.comparison import POINTS, SCALE, Comparison
from afkast.report.danish import Quantity, listed, month, written
from afkast.report.goals import show_goal
from afkast.report.sentence import clause
from afkast.report.show import Page

AHEAD = ("efter", "foran")
"""Of a lead under 0, and of one over it."""


def show_verdict(
    one: Comparison, reached: Decision, judged_in: pd.Timestamp, persons: float, persons_of_share: float
) -> None:
    """The goal's verdict; where the development cannot be told, why.

    persons: how many the lead comes to, and `persons_of_share` the lead of the shares; negative where it is behind.
    """
    assert one.goal
    unit, digits = POINTS[one.development]
    actual = reached.rests_on.reading.actual
    if actual is None:
        show_goal(
            one.report,
            one.goal,
            reached,
            "{refusal}",
            unit,
            digits,
            source=one.rows,
            headline=False,
            missing="udviklingen kan ikke opgøres",
            names={"refusal": one.refusal or one.no_index},
        )
        return
    show_goal(
        one.report,
        one.goal,
        reached,
        "Udviklingen er {lead} {outcome} i {compared} siden {base}, opgjort i {last}"
        + clause(
            one.target_gap,
            " mod målet på {more_than} {target}.",
            clause(
                one.strictly,
                "; målet er en bedre udvikling end i {compared}.",
                "; målet er mindst lige så god en udvikling.",
            ),
        )
        + " Det svarer til {persons}"
        + clause(one.in_shares, ".", "; regnet som andel af befolkningen er {lead_word} {persons_of_share}."),
        unit,
        digits,
        source=one.rows,
        basis="et almindeligt månedsudsving"
        + (f" og et udgangspunkt op til {_months(one.base_within)} fra {month(one.base)}" if one.base_within else "")
        + " lægger udviklingen",
        sides=("dårligere", "bedre"),
        missing="tallene slutter, før strategien begyndte"
        if judged_in < one.began
        else "der er for få måneder til at sige, hvor meget de svinger",
        late=" begge steder",
        names={
            "lead": Quantity(abs(actual), unit, digits),
            "outcome": "bedre end" if actual >= 0 else "dårligere end",
            "persons": Quantity(abs(persons), "fuldtidspersoner"),
            "compared": one.compared,
            "lead_word": "forspringet" if persons_of_share >= 0 else "efterslæbet",
            "persons_of_share": Quantity(abs(persons_of_share), "fuldtidspersoner"),
            "base": month(one.base),
            "last": month(judged_in),
            "more_than": "over" if one.strictly else "mindst",
            "target": Quantity(one.target_gap * SCALE[one.development], unit, digits),
        },
        filed=_also_filed(one, judged_in, persons, persons_of_share),
    )


def _also_filed(one: Comparison, judged_in: pd.Timestamp, persons: float, persons_of_share: float) -> dict[str, Any]:
    """What the front page tells of the goal: what it is held against, where that is no number, what points of an index
    are, which nobody has a feeling for, and how much of it was before the strategy."""
    told: dict[str, Any] = {}
    if judged_in < one.began:
        told["goal_reservation"] = f"er gjort op til og med {month(judged_in)}, før strategien begyndte"
    elif one.base < one.began:
        told["goal_reservation"] = (
            f"tæller hele udviklingen siden {month(one.base)}, også den fra før strategien begyndte"
        )
    if not one.target_gap:
        told["goal_in_words"] = f"{'bedre' if one.strictly else 'ikke dårligere'} end i {one.compared}"
    if not one.in_shares:
        told["goal_worth"] = Quantity(abs(persons), "fuldtidspersoner")
        told["goal_worth_of_share"] = Quantity(abs(persons_of_share), "fuldtidspersoner")
    return told


def show_joint(
    report: Page, leads: Mapping[str, float], names: Mapping[str, str], gap: float, refusal: str, source: pd.DataFrame
) -> None:
    """What several measures' leads, shares by measure, come to beside the lead that their goals together ask for."""
    if refusal:
        report.show_text("tilsammen", "{refusal}", {"refusal": refusal})
    elif leads:
        report.show_text(
            "tilsammen",
            "Målene for {measures} forudsætter tilsammen et forspring på mindst {needed}. Nu er de tilsammen {sum}: "
            + " og ".join(f"{{lead_{place}}} for {{name_{place}}}" for place, _ in enumerate(leads))
            + ".",
            {
                "measures": listed(list(names.values())),
                "needed": Quantity(gap * 0.01, "pct.point", 2),
                "sum": Quantity(sum(leads.values()), "pct.point", 2, sides=AHEAD),
                **{f"lead_{n}": Quantity(lead, "pct.point", 2, sides=AHEAD) for n, lead in enumerate(leads.values())},
                **{f"name_{n}": names[measure] for n, measure in enumerate(leads)},
            },
            source=source,
        )


def _months(count: int) -> str:
    return written(Quantity(count, "måneder", 0))
