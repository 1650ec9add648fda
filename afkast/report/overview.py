"""What the overview shows: each strategy's gain and how it is known, and how every goal goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from afkast.analysis.targets import Certainty, Verdict, overall
from afkast.report import amount_charts
from afkast.report.cells import Link
from afkast.report.danish import GAIN, SAVING, Quantity, day, in_words, listed
from afkast.report.money import amount, within
from afkast.report.show import Page, clause
from afkast.report.standing import Gain, Standing, strategies_of
from afkast.report.standing import in_words as standings_in_words
from afkast.strategy import Strategy

COLUMNS = ["Vurdering", "Mål", "Gevinst eller tab til dato", "Usikkerhed og budget", "Hvordan det er fundet"]


Told = Mapping[tuple[str, str, str], Any]
"""The numbers of the strategies' pages, by strategy, item and name."""


@dataclass(frozen=True)
class Overview:
    """The strategies of the book, `built`, in the order of the page, and what their pages have shown.

    said: the numbers of the pages' sentences by strategy, item and name; told: their values.
    gains: by strategy; verdicts: by strategy and goal; files: what is behind them.
    """

    report: Page
    built: list[Strategy]
    said: pd.DataFrame
    told: Told
    gains: dict[str, Gain]
    verdicts: dict[tuple[str, str], Verdict]
    files: list[str]

    def of_goals(self, strategy: Strategy) -> list[Verdict]:
        return [self.verdicts[strategy.id, goal.id] for goal in strategy.goals]


def overview_of(report: Page) -> Overview:
    built = sorted(report.built().values(), key=lambda one: one.municipality)
    # where two pages show the same, that of the strategy's first page that knows the number counts
    order = {(one.id, page.id): place for one in built for place, page in enumerate(one.pages)}
    said = report.published()
    files = sorted({file for files in said["files"] for file in files})
    said["place"] = [order.get(page, len(order)) for page in zip(said["strategy"], said["page"], strict=True)]
    said["unknown"] = said["value"].isna()
    said = said.sort_values(["unknown", "place"], kind="stable").drop_duplicates(["strategy", "item", "name"])
    said = said.set_index(["strategy", "item", "name"])
    told: Told = dict(zip(said.index, said["value"], strict=True))
    verdicts = {
        (one.id, goal.id): Verdict(told[one.id, f"maal-{goal.id}", "verdict"]) for one in built for goal in one.goals
    }
    return Overview(report, built, said, told, {one.id: _gain(one, told) for one in built}, verdicts, files)


def _gain(one: Strategy, told: Told) -> Gain:
    netted, low, high, certainty = (
        told.get((one.id, "nettogevinst", name)) for name in ("net_gain", "low", "high", "certainty")
    )
    return Gain(one.name, netted, low, high, doubted=certainty == Certainty.MAY_TURN)


def show_in_words(of: Overview) -> None:
    """How many strategies have a gain or a loss, how surely, and how they go."""
    counts = pd.Series([overall(of.of_goals(one)) for one in of.built]).value_counts()
    words = [word for word in Verdict if word in counts]
    of.report.show_text(
        "samlet",
        clause(
            len(of.built) == 1,
            "Bogen følger én strategi, og vurderingen er: {counts}. ",
            "Bogen følger {strategies} strategier. ",
        )
        + "{gains}"
        + clause(len(of.built) > 1, " Målt på deres egne mål: {counts}."),
        {
            "strategies": Quantity(len(of.built), ""),
            "gains": standings_in_words(list(of.gains.values())),
            "counts": listed([word.value if len(of.built) == 1 else f"{counts[word]} {word.value}" for word in words]),
        },
        headline=True,
        source=of.files,
    )


def show_standings(of: Overview) -> None:
    """Which strategies have a gain and which a loss, by how surely."""
    gains = list(of.gains.values())
    not_known = strategies_of(gains, Standing.UNKNOWN, "")
    table = {
        standing.value: {
            side.capitalize(): f"{len(there)}: {listed(there)}" if there else "0"
            for side in GAIN[::-1]
            for there in [strategies_of(gains, standing, side)]
        }
        for standing in Standing
        if standing is not Standing.UNKNOWN
    }
    of.report.show_table(
        "hvor-sikkert",
        pd.DataFrame(table),
        caption="Gevinst eller tab til dato, talt op efter, hvor sikkert det er.",
        corner="Til dato",
        source=of.files,
        notes=[
            "Beløbene lægges ikke sammen: perioder, prisniveauer og metoder er forskellige.",
            *([f"Ikke gjort op: {listed(not_known)}."] if not_known else []),
        ],
    )


def how_it_is_known(one: Strategy, gain: Gain, level: Any, until: Any) -> str:
    """How the gain was found, in which prices (`level`, where it is one year's) and of which period; until: the last
    month in which those who started are followed."""
    if gain.standing is Standing.UNKNOWN:
        return f"ikke gjort op, pr. {day(one.as_of)}"
    prices = f"{level}-priser" if level else "årets priser"
    own = gain.standing is Standing.OWN
    by = "kommunens egen opgørelse" if own else "mod lignende borgere, der kunne være startet"
    return f"{by}; {prices}, {day(one.period.start)} – {day(one.as_of) if own else until}"


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


def show_strategies(of: Overview) -> None:
    """The strategies under their municipalities."""
    rows: dict[tuple[str, Any], dict[str, Any]] = {}
    unconverted: dict[Any, list[str]] = {}
    for one in of.built:
        rows.setdefault((one.municipality, one.municipality), dict.fromkeys(COLUMNS, ""))
        goals, gain = of.of_goals(one), of.gains[one.id]
        level, expected, years, turned_by, until = (
            of.told.get((one.id, "nettogevinst", name))
            for name in ("price_level", "expected", "unconverted", "turned_by", "until")
        )
        known_as = [
            overall(goals),
            ", ".join(counted(goals)) or "ingen",
            amount(gain.amount),
            how_sure(gain, amount(expected), turned_by or ""),
            how_it_is_known(one, gain, level, until),
        ]
        rows[one.municipality, Link(one.name, f"{one.id}/index.html")] = dict(zip(COLUMNS, known_as, strict=True))
        if years:
            unconverted.setdefault(years, []).append(one.name)
    of.report.show_table(
        "strategier",
        pd.DataFrame(list(rows.values()), pd.MultiIndex.from_tuples(list(rows)), dtype=object),
        caption="Strategierne i bogen, kommune for kommune.",
        corner="Strategi",
        source=of.files,
        totals=sorted({one.municipality for one in of.built}),
        notes=[
            f"Udgiften i {years} er budgettets, fordi der ikke er en kilde til at omregne regnskabet: {listed(names)}."
            for years, names in unconverted.items()
        ],
    )


def show_gains(of: Overview) -> None:
    """Each strategy's gain or loss beside what was decided; nothing where none is known."""
    named = [one.name for one in of.built]
    labels = [one.name if named.count(one.name) == 1 else f"{one.name} ({one.municipality})" for one in of.built]
    amounts = [
        [gain.amount, gain.low, gain.high, of.told.get((id, "nettogevinst", "expected"))]
        for id, gain in of.gains.items()
    ]
    drawn = pd.DataFrame(amounts, labels, amount_charts.COLUMNS, dtype="float64")
    drawn = drawn.dropna(subset=["Beløb", "Besluttet"], how="all")
    doubted = {label for label, gain in zip(labels, of.gains.values(), strict=True) if gain.doubted}
    if drawn["Beløb"].isna().all():
        return
    symbols = amount_charts.symbols_of(drawn, doubted)
    of.report.show_figure(
        "gevinster",
        drawn,
        amount_charts.amounts_against("mio. kr.", GAIN, doubted=doubted),
        caption=f"Gevinst eller tab til dato med 95 %-interval, hver strategi i sine egne priser. {symbols}",
        alt="{gains}",
        unit="mio. kr.",
        source=of.files,
        corner="Strategi",
        height_inches=1.0 + 0.36 * len(drawn),
        names={"gains": standings_in_words(list(of.gains.values()))},
    )


def show_savings(of: Overview) -> None:
    """The worst and the best of the ways that a strategy's yearly saving is reckoned."""
    pages = of.said["page"].to_dict()
    rows = {
        Link(one.name, f"{one.id}/{pages[one.id, 'besparelsen-opgjort', 'ways']}.html"): {
            "Dårligst": amount(of.told[one.id, "besparelsen-opgjort", "low"], SAVING),
            "Bedst": amount(of.told[one.id, "besparelsen-opgjort", "high"], SAVING),
            "Måder": Quantity(of.told[one.id, "besparelsen-opgjort", "ways"], ""),
        }
        for one in of.built
        if (one.id, "besparelsen-opgjort", "ways") in pages
    }
    if not rows:
        text = "Ingen side i bogen opgør besparelsen på flere måder."
        of.report.show_text("ingen-besparelser", text, source=of.files, leaves_out_section=True)
        return
    of.report.show_table(
        "besparelser",
        pd.DataFrame(rows, dtype=object).T,
        caption="Besparelse eller merudgift på ydelserne om året.",
        corner="Strategi",
        source=of.files,
    )


def show_goals(of: Overview) -> None:
    """How many goals go how, and each of them, folded."""
    if not of.verdicts:
        text = "Ingen side i bogen afgør et mål."
        of.report.show_text("ingen-maal", text, source=of.files, leaves_out_section=True)
        return
    sure = {(id, goal): of.told.get((id, f"maal-{goal}", "certainty")) or "–" for id, goal in of.verdicts}
    turning = sum(word == "kan vende" for word in sure.values())
    of.report.show_text(
        "maal-talt",
        "Der er {count} mål: {words}. "
        + clause(
            turning > 1,
            "{turning} af vurderingerne kan vende.",
            clause(turning, "Én af vurderingerne kan vende.", "Ingen af vurderingerne står til at vende."),
        ),
        {
            "count": Quantity(len(of.verdicts), ""),
            "words": listed(counted(list(of.verdicts.values()))),
            "turning": Quantity(turning, ""),
        },
        source=of.files,
    )
    rows = {
        Link(f"{one.name}: {goal.text}", f"{one.id}/{goal.page}.html"): {
            "Vurdering": of.verdicts[one.id, goal.id],
            "Hvor sikkert": sure[one.id, goal.id],
            "Senest": day(goal.due) if goal.due else "ingen dag",
        }
        for one in of.built
        for goal in one.goals
    }
    of.report.show_table(
        "maal",
        pd.DataFrame(rows, dtype=object).T,
        caption="Hvert mål i strategierne og hvordan det går.",
        corner="Mål",
        source=of.files,
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
