"""What the page of how sure an effect is shows: what was asked to doubt it, and what each answered.

Where it says choices, they are rows of `effect_words.told_choices`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from afkast.analysis import effect
from afkast.analysis.answer import Answer
from afkast.analysis.destinations import first_exit_test
from afkast.analysis.lack import NotEnough
from afkast.analysis.survival import LogRank
from afkast.report.bar_charts import bars_by_year, interval_dots
from afkast.report.charts import Role
from afkast.report.counts import TENS, estimated
from afkast.report.danish import Quantity, Words, between, listed
from afkast.report.effect_balance import name_of, quoted
from afkast.report.effect_pages import Cohort, Groups
from afkast.report.effect_tables import odds_told
from afkast.report.effect_words import choice_name, what_is_said
from afkast.report.refusals import in_danish
from afkast.report.show import Page, clause

ENDS = ["estimate", "lower", "upper"]
SAVED = ["sparede måneder", "fra", "til"]
"""The same columns as the page calls them."""


@dataclass(frozen=True)
class Doubted:
    """An effect in months on benefits with all that was asked to doubt it."""

    report: Page
    cohort: Cohort
    answer: Answer
    groups: Groups

    @property
    def main(self) -> effect.Effect:
        return self.answer.main

    def said(self, low: float, high: float, digits: int = 1) -> str:
        """An interval of saved months, in words."""
        return between(low, high, "flere", "færre", digits=digits)

    def show_text(self, id: str, text: str, names: Mapping[str, Any], **more: Any) -> None:
        """A text that rests on both groups."""
        self.report.show_text(id, text, names, **{"source": self.cohort.people, "rests_on": self.groups.both, **more})


def show_said(of: Doubted) -> None:
    """The verdict, and the interval that it rests on."""
    of.show_text(
        "dommen",
        what_is_said(of.answer.said) + " Hovedberegningen er {span} måneder på ydelse pr. startet.",
        {"span": of.said(*of.main.saved.interval)},
        headline=True,
        code=effect.verdict,
    )


def show_before_start(of: Doubted, months: int) -> None:
    """Whether the groups differed so many months before the start, or why that cannot be tried."""
    tried = of.answer.before_start
    alike, strict = tried.alike, tried.strict
    if isinstance(tried.difference, NotEnough):
        of.report.show_text(
            "placebo",
            "Prøven på tiden før indsatsen kan ikke laves. {why}",
            {"why": Words(in_danish(tried.difference))},
            source=of.cohort.people,
        )
        return
    early, late = tried.difference.interval
    of.show_text(
        "placebo",
        "I de {months} før indsatsen "
        + clause(
            alike,
            "kan grupperne ikke skelnes fra hinanden: de startede var {difference} måneder på ydelse end ",
            clause(
                strict,
                "var grupperne allerede forskellige: de startede var {difference} måneder på ydelse end ",
                "var de startede {difference} måneder på ydelse end ",
            ),
        )
        + clause(strict, "de øvrige.", "de øvrige med samme fortid.")
        + clause(
            alike,
            "",
            clause(
                strict,
                " De var altså ikke sammenlignelige, og en forskel efter starten kan skyldes det.",
                " Månederne op til starten afgør altså noget af, hvem der starter. Hovedberegningen vejer efter dem, "
                "men det, der ikke er målt, kan følge med.",
            ),
        ),
        {"months": Quantity(months, "måneder", 0), "difference": of.said(early, late, digits=2)},
        code=effect.placebo,
        filed={"early": Quantity(early, "", 2), "late": Quantity(late, "", 2)},
    )


def show_fifths(of: Doubted, fifths: pd.DataFrame) -> None:
    """How many of each group are in each fifth; fifths: `effect_balance.bands_told`."""
    of.report.show_table(
        "femtedele",
        fifths,
        caption="Hvor mange af hver gruppe er i hver femtedel?",
        corner="Det, der vides, når måneden begynder",
        unit="%",
        source=of.cohort.people,
    )


def show_overlap(of: Doubted, overlap: pd.DataFrame) -> None:
    """Both groups by their chance to start, where there is more than one; overlap: `effect_balance.overlap_told`."""
    if overlap.empty:
        return
    of.report.show_figure(
        "overlap",
        overlap,
        bars_by_year("%", roles=(Role.HAPPENED, Role.OTHERS)),
        caption="De startede og de øvrige efter sandsynligheden for at starte i måneden, før vægtene.",
        alt="I den del, der oftest starter, er {top} af de øvrige.",
        unit="%",
        source=of.cohort.people,
        corner="Sandsynlighed",
        names={"top": overlap.iloc[-1, 1]},
    )


def show_weights(of: Doubted, effective: float, largest: float) -> None:
    """How many controls with the same weight theirs are worth, and how much the heaviest has of it."""
    of.show_text(
        "vaegtene",
        "De øvriges vægte gør dem lige så usikre som {effective} med samme vægt; den, der vejer mest, har {largest} af "
        "vægten.",
        {
            "effective": estimated(effective, "personer", TENS, people=of.groups.controls),
            "largest": Quantity(largest, "%", 1),
        },
    )


def show_unweighted(of: Doubted, plain: effect.Effect, moved: float) -> None:
    """What the effect would be without weights, and how far the weights move it."""
    of.show_text(
        "uden-vaegte",
        "Uden vægte ville de startede være regnet til {plain} "
        + clause(plain.saved.value > 0, "færre", "flere")
        + " måneder på ydelse, {span}. "
        + clause(
            not of.main.covariates_used,
            "Ingen oplysning kunne vejes efter: for få af de øvrige deler den med de startede.",
            clause(
                abs(moved) > of.main.saved.standard_error,
                "Vægtene flytter det {moved}: så meget skyldes, at de startede i forvejen var anderledes.",
                "Vægtene flytter det kun {moved}.",
            ),
        ),
        {
            "plain": Quantity(abs(plain.saved.value), "", 1),
            "span": of.said(*plain.saved.interval),
            "moved": Quantity(abs(moved), "måneder"),
        },
    )


def show_other_efforts(of: Doubted, overlaps: pd.DataFrame, apart: pd.DataFrame) -> None:
    """Which other strategies share the target group, and what the effect is without them.

    overlaps: `Cohort.overlaps`; apart: those of the answer's choices that set the other efforts aside, by choice.
    """
    if overlaps.empty:
        of.report.show_text(
            "ingen-andre-indsatser",
            "Ingen i målgruppen er i målgruppen for en anden strategi i bogen.",
            source=of.cohort.everyone,
        )
    else:
        of.report.show_table(
            "andre-indsatser",
            overlaps.rename({one: Words(of.report.strategies()[one].name) for one in overlaps.index}),
            caption="De andre strategier for de samme borgere: hvor mange der deles, og hvor mange af dem, der "
            "sammenlignes her, der er begyndt på dem.",
            corner="Strategi",
            unit="personer",
            source=of.cohort.everyone,
        )
    if len(apart):
        of.show_text(
            "uden-andre-indsatser",
            "Hovedberegningen er {main} måneder på ydelse pr. startet. "
            + " ".join(f"{choice_name(choice, 0)}: {{{choice}}}." for choice in apart.index)
            + clause(
                of.answer.agreement.turns_with_other_efforts and not of.answer.by_chance,
                " Svaret vender altså, når der tages hensyn til de andre indsatser.",
            ),
            {
                "main": of.said(*of.main.saved.interval),
                **{str(choice): of.said(row["lower"], row["upper"]) for choice, row in apart.iterrows()},
            },
            source=[*of.cohort.people, of.cohort.everyone],
        )


def show_choices(of: Doubted, choices: pd.DataFrame, same: pd.Series) -> None:
    """The effect when one choice is another, and how many agree; same: those printed as the main one once more."""
    told = choices[~same].dropna(subset="estimate")
    again = [f"»{label}«" for label in choices.loc[same, "label"]]
    of_choice = choices[~same & (choices["note"] != "")]
    of.report.show_figure(
        "foelsomhed",
        _in_danish(told.set_index("label")),
        interval_dots("måneder", "Måneder på ydelse pr. startet, med 95 %-interval", ("flere", "færre")),
        caption="Måneder på ydelse pr. startet, når ét valg er et andet.",
        alt="Hovedberegningen er {main}; svarene ligger {span} måneder.",
        unit=("måneder", 1),
        source=of.cohort.people,
        rests_on=of.groups.both,
        corner="Valg",
        height_inches=0.9 + 0.27 * len(told),
        notes=[
            "+ er færre måneder på ydelse, − er flere.",
            *([f"Ikke tegnet, fordi det giver det samme som hovedberegningen: {listed(again)}."] if again else []),
            *(Words(f"{label}: {note}") for label, note in zip(of_choice["label"], of_choice["note"], strict=True)),
        ],
        names={
            "main": Quantity(of.main.saved.value, "måneder", sides=("flere", "færre")),
            "span": of.said(told["estimate"].min(), told["estimate"].max()),
        },
    )
    agreed = of.answer.agreement
    of.show_text(
        "foelsomheden",
        "Svarene ligger {span} måneder på ydelse pr. startet. "
        + clause(
            of.answer.by_chance,
            "Hovedberegningen kan ikke skelnes fra nul.",
            "Af {rows}, der giver et andet tal, er {agree} klar af nul på samme side som hovedberegningen; {not} er "
            "ikke.",
        ),
        {
            "span": of.said(told["estimate"].min(), told["estimate"].max()),
            "rows": Quantity(agreed.rows, "rækker"),
            "agree": estimated(agreed.agree, "", 0, people=of.groups.both),
            "not": estimated(agreed.rows - agreed.agree, "", 0, people=of.groups.both),
        },
        code=effect.agreement,
    )


def show_times(of: Doubted, times: pd.DataFrame) -> None:
    """The effect when everyone is followed for another time."""
    times = times.dropna(subset="estimate").set_index("label")
    of.report.show_table(
        "andre-tider",
        _in_danish(times),
        caption="Sparede måneder pr. startet, når der følges kortere eller længere.",
        corner="Opfølgning",
        unit=("måneder", 1),
        source=of.cohort.people,
        rests_on=of.groups.both,
        notes=[
            "− er flere måneder på ydelse, ikke færre.",
            *(Words(f"{label}: {note}") for label, note in times["note"].items() if note),
        ],
    )


def _in_danish(choices: pd.DataFrame) -> pd.DataFrame:
    return choices[ENDS].astype(float).set_axis(SAVED, axis=1)


def show_first_exit(of: Doubted, test: LogRank) -> None:
    """Whether those who started leave benefits for the first time at another pace."""
    of.show_text(
        "log-rank",
        clause(
            test.p_value < 1 - of.main.level,
            "De startede forlader ydelsen første gang "
            + clause(test.observed[0] > test.expected[0], "hurtigere", "langsommere")
            + " end de øvrige (log-rank, p = {p}).",
            "De startedes første afgang kan ikke skelnes fra de øvriges (log-rank, p = {p}).",
        ),
        {"p": Quantity(test.p_value, "", 3)},
        code=first_exit_test,
    )


def show_hidden(of: Doubted) -> None:
    """How strong a hidden difference would have to be, beside the strongest that was measured."""
    hidden = of.answer.hidden
    strength = hidden.measured["odds_ratio"].astype(float).map(np.log).abs()
    strongest = strength.idxmax() if len(strength) else None
    measured = float(np.exp(strength.max())) if strongest else 1.0
    of.show_text(
        "skjult-forskel",
        clause(
            of.answer.by_chance,
            "Effekten på tiden på ydelse kan ikke skelnes fra nul i forvejen, så der er intet for en skjult forskel "
            "at fjerne.",
            "En skjult forskel, som gjorde oddsene for at starte {interval} gange så store eller små for borgere, der "
            "ellers ligner hinanden, ville gøre effekten på tiden på ydelse uskelnelig fra nul; ved {estimate} gange "
            "ville den fjerne den helt."
            + clause(
                strongest,
                " Den stærkeste af de målte forskelle, {name}, ændrer oddsene {measured} gange for hver spredning: ",
            )
            + clause(strongest and measured < hidden.erases_interval, "så stærk er ingen af dem.")
            + clause(
                strongest and hidden.erases_interval <= measured < hidden.erases_estimate,
                "stærkt nok til at gøre effekten uskelnelig fra nul, ikke til at fjerne den.",
            )
            + clause(strongest and hidden.erases_estimate <= measured, "stærkt nok til at fjerne effekten."),
        ),
        {
            "interval": odds_told(hidden.erases_interval),
            "estimate": odds_told(hidden.erases_estimate),
            "name": quoted(name_of(of.cohort, of.main, str(strongest))) if strongest else "",
            "measured": Quantity(measured if strongest else None, "", 2),
        },
        code=effect.hidden_difference,
    )


def show_teams(of: Doubted) -> None:
    """The interval when citizens of one team are alike, or that it is not known."""
    by_team = of.main.saved_by_team
    of.show_text(
        "hold",
        clause(
            by_team is not None,
            "Regnes der med, at borgere hos samme hold af sagsbehandlere ligner hinanden, er intervallet {span} "
            "måneder på ydelse pr. startet.",
            "Hvor meget det betyder, at borgere hos samme hold af sagsbehandlere ligner hinanden, vides ikke: der er "
            "ikke oplysninger om mindst fem hold. Er de startede skævt fordelt på holdene, er intervallet for kort.",
        ),
        {"span": of.said(*by_team.interval) if by_team else ""},
    )


def show_many(of: Doubted, rows: int) -> None:
    """In how many ways the effect is reckoned, and how many would be beyond chance where there is none."""
    of.show_text(
        "mange-proever",
        "Siden regner effekten på {rows} måder. Kun hovedberegningen er et svar, valgt på forhånd; de andre prøver "
        "det, og den, der falder bedst ud, er ikke et bedre svar. Var der ingen effekt, og var måderne uafhængige, "
        "ville {expected} af dem alligevel slå ud på siden.",
        {
            "rows": estimated(rows, "", 0, people=of.groups.both),
            "expected": Quantity(rows * (1 - of.main.level), "", 1),
        },
    )
