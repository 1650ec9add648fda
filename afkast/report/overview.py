"""What the overview shows: each strategy's gain and how it is known, and how every goal goes.

told: the numbers of the strategies' pages, by strategy, item and name.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from afkast.analysis.targets import Verdict, overall
from afkast.report.cells import Link
from afkast.report.danish import Quantity, day, in_words, listed
from afkast.report.money import amount, within
from afkast.report.show import Page, clause
from afkast.report.standing import Gain, Standing
from afkast.strategy import Strategy

Told = Mapping[tuple[str, str, str], Any]
COLUMNS = ["Vurdering", "Mål", "Gevinst eller tab til dato", "Usikkerhed og budget", "Hvordan det er fundet"]


def how_it_is_known(one: Strategy, gain: Gain, level: Any) -> str:
    """How the gain was found, in which prices (`level`, where it is one year's) and of which period."""
    if gain.standing is Standing.UNKNOWN:
        return f"ikke gjort op, pr. {day(one.as_of)}"
    prices = f"{level}-priser" if level else "årets priser"
    own = gain.standing is Standing.OWN
    by = "kommunens egen opgørelse" if own else "mod lignende borgere, der kunne være startet"
    return f"{by}; {prices}, {day(one.period.start)} – {day(one.as_of)}"


def how_sure(gain: Gain, expected: Quantity, turned_by: str) -> str:
    """The interval, or that it is not known, what may turn it nevertheless, and what was budgeted."""
    known = {Standing.OWN: "intervallet kendes ikke", Standing.UNKNOWN: ""}.get(gain.standing)
    if known is None:  # then all three are known
        low, high, middle = (float(one or 0) for one in (gain.low, gain.high, gain.amount))
        known = f"{within(low, high, middle)} (95 %)"
    turns = f"{turned_by} kan vende det" if gain.doubted and turned_by else ""
    return "; ".join(filter(None, [known, turns, f"budgettet: {in_words(expected)}" if expected.known else ""]))


def counted(verdicts: Sequence[Verdict]) -> list[str]:
    """How many of each verdict, in the order of the verdicts."""
    return [f"{verdicts.count(word)}\N{NO-BREAK SPACE}{word.value}" for word in Verdict if word in verdicts]


def show_strategies(
    report: Page,
    built: Sequence[Strategy],
    gains: Mapping[str, Gain],
    verdicts: Mapping[str, list[Verdict]],
    told: Told,
    files: Sequence[str],
) -> None:
    """The strategies under their municipalities. gains, verdicts: by strategy."""
    rows: dict[tuple[str, Any], dict[str, Any]] = {}
    unconverted: dict[Any, list[str]] = {}
    for one in built:
        rows.setdefault((one.municipality, one.municipality), dict.fromkeys(COLUMNS, ""))
        goals, gain = verdicts[one.id], gains[one.id]
        level, expected, years, turned_by = (
            told.get((one.id, "nettogevinst", name)) for name in ("price_level", "expected", "unconverted", "turned_by")
        )
        known_as = [
            overall(goals),
            ", ".join(counted(goals)) or "ingen",
            amount(gain.amount),
            how_sure(gain, amount(expected), turned_by or ""),
            how_it_is_known(one, gain, level),
        ]
        rows[one.municipality, Link(one.name, f"{one.id}/index.html")] = dict(zip(COLUMNS, known_as, strict=True))
        if years:
            unconverted.setdefault(years, []).append(one.name)
    report.show_table(
        "strategier",
        pd.DataFrame(list(rows.values()), pd.MultiIndex.from_tuples(list(rows)), dtype=object),
        caption="Strategierne i bogen, kommune for kommune.",
        corner="Strategi",
        source=files,
        totals=sorted({one.municipality for one in built}),
        notes=[
            f"Udgiften i {years} er budgettets, fordi der ikke er en kilde til at omregne regnskabet: {listed(names)}."
            for years, names in unconverted.items()
        ],
    )


def show_goals(
    report: Page,
    built: Iterable[Strategy],
    verdicts: Mapping[tuple[str, str], Verdict],
    told: Told,
    files: Sequence[str],
) -> None:
    """How many goals go how, and each of them, folded. verdicts: by strategy and goal."""
    if not verdicts:
        report.show_text("ingen-maal", "Ingen side i bogen afgør et mål.", source=files)
        return
    sure = {(id, goal): told.get((id, f"maal-{goal}", "certainty")) or "–" for id, goal in verdicts}
    turning = sum(word == "kan vende" for word in sure.values())
    report.show_text(
        "maal-talt",
        "Der er {count} mål: {words}. "
        + clause(
            turning > 1,
            "{turning} af vurderingerne kan vende.",
            clause(turning, "Én af vurderingerne kan vende.", "Ingen af vurderingerne står til at vende."),
        ),
        {
            "count": Quantity(len(verdicts), ""),
            "words": listed(counted(list(verdicts.values()))),
            "turning": Quantity(turning, ""),
        },
        source=files,
    )
    rows = {
        Link(f"{one.name}: {goal.text}", f"{one.id}/{goal.page}.html"): {
            "Vurdering": verdicts[one.id, goal.id],
            "Hvor sikkert": sure[one.id, goal.id],
            "Senest": day(goal.due) if goal.due else "ingen dag",
        }
        for one in built
        for goal in one.goals
    }
    report.show_table(
        "maal",
        pd.DataFrame(rows, dtype=object).T,
        caption="Hvert mål i strategierne og hvordan det går.",
        corner="Mål",
        source=files,
        notes=[
            "nået: målets dag er gået, og det var opfyldt. på vej: dagen er ikke gået, og tallet er mindst så godt som "
            "det, vejen mod målet kræver nu. bagud: tallet er dårligere end det, eller målet var ikke opfyldt på "
            "dagen. kan ikke afgøres: målet har intet tal, eller data rækker ikke. Et mål uden en dag er aldrig nået.",
            "sikker: hverken tilfældige udsving eller sene registreringer vender vurderingen. kan vende: det kan de. "
            "hviler på foreløbige tal: den vender ikke, men nogle af tallene kan ændre sig. kan ikke vurderes: siden "
            "siger, hvad der mangler.",
        ],
        folded="Vis alle mål",
    )
