"""What the pages of an effect show of it as tables: its protocol, how alike the arms are, and what it is worth."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from afkast.analysis import effect
from afkast.analysis.bias import Domain, Risk
from afkast.report.counts import estimated
from afkast.report.danish import Quantity, Words, day, listed, month, saying, written
from afkast.report.effect_balance import name_of
from afkast.report.effect_pages import Cohort, Groups
from afkast.report.show import Page


def protocol_told(
    report: Page, cohort: Cohort, main: effect.Effect, follow_up_months: int, placebo_months: int, fixed_on: str
) -> pd.DataFrame:
    """The trial that is emulated, part by part as in TARGET, with the page's own settings and who chose them."""
    lag = (cohort.extracted - cohort.cut_off).n
    weighed = dict.fromkeys(name_of(cohort, main, one) for one in main.covariates_used)
    own, all_alike = "strategiens fil", "bogens metode, ens for alle"
    rows = {
        "Hvem": (
            f"borgere i målgruppen for {report.strategy.name}, der er på ydelse i måneden, ikke har fået indsatsen "
            "og hverken er i gang med en anden af bogens indsatser eller begynder på den i måneden",
            f"målgruppen: data; resten: {all_alike}",
        ),
        "Hvad der sammenlignes": ("at starte i måneden mod ikke at starte i den", all_alike),
        "Fordeling": (
            f"som den blev; de øvrige vejes efter {listed(list(weighed)).lower() or 'intet'}",
            f"{all_alike}; så meget, som data bærer",
        ),
        "Tidspunkt nul": ("måneden, hvor forsøget begynder; det samme for begge grupper", all_alike),
        "Opfølgning": (
            f"{follow_up_months} måneder, dog ikke ud over {month(cohort.cut_off)} (udtrækket mindre {lag} måneder), "
            "fraflytning eller det, som mindst ti og en femtedel af hver gruppe følges: her "
            f"{main.follow_up_months} måneder",
            own,
        ),
        "Udfald": ("måneder med mindst én dag på offentlig forsørgelse", all_alike),
        "Hvad der anslås": (
            "forskellen i måneder for dem, der startede, efter hensigten: de øvrige bliver, også når de starter senere",
            all_alike,
        ),
        "Beregning": (
            f"månedsforsøg med vægte, interval efter person, prøve {placebo_months} måneder før start og de andre valg "
            "på siden om, hvor sikker effekten er",
            f"{all_alike}; prøvens længde: {own}",
        ),
        "Valgt hvornår": (_when_fixed(report, fixed_on), own),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["Her", "Hvor det er valgt"])


def fixed_before(report: Page, fixed_on: str) -> bool:
    """Whether the choices were written down before the data were extracted; not known is not before."""
    return bool(fixed_on) and pd.Timestamp(fixed_on).date() < report.extracted_on("spells")


def _when_fixed(report: Page, fixed_on: str) -> str:
    if not fixed_on:
        return "det siger filen ikke; valgene kan være truffet, efter data var set"
    when = "før" if fixed_before(report, fixed_on) else "efter"
    return f"{day(pd.Timestamp(fixed_on))}, {when} data blev trukket ud"


def odds_told(odds_ratio: float) -> Quantity | Words:
    """An odds ratio of `HiddenDifference`; stronger ones than the largest are not tried."""
    largest = effect.hidden.LARGEST_ODDS_RATIO
    if odds_ratio < largest:
        return Quantity(odds_ratio, "", 2)
    return saying(f"mindst {written(Quantity(largest, ''))}", largest, digits=2)


def value_and_limits(
    lines: Mapping[str, effect.Estimate | Quantity | tuple[Quantity, ...]], of: Groups
) -> pd.DataFrame:
    """A row a line, in 1.000 kr.: its value with its interval, per person and for all who are compared; of a known
    amount the interval is empty.

    lines: per person, in kroner; of three, the value and the ends of its interval. The two columns beside each other
    tell how many are compared.
    """
    unit = ("1.000 kr.", 1)

    def cells(one: effect.Estimate | Quantity | tuple[Quantity, ...]) -> list[Quantity | float]:
        if isinstance(one, Quantity):
            return [one.written_as(*unit), np.nan, np.nan, (one * of.compared).written_as(*unit), np.nan, np.nan]
        if isinstance(one, tuple):
            each = [end.written_as(*unit) for end in one]
        else:
            each = [estimated(end, *unit, people=of.both) for end in (one.value, *one.interval)]
        return [*each, *((end * of.compared).written_as(*unit) for end in each)]

    heads = pd.MultiIndex.from_product([("Pr. startet", "Alle startede"), ("beregnet", "fra", "til")])
    return pd.DataFrame([cells(one) for one in lines.values()], list(lines), heads, dtype=object)


DOMAINS = {
    Domain.CONFOUNDING: (
        "Skjulte forskelle mellem grupperne",
        "prøven på tiden før, vægtene og den skjulte forskel; aldrig lav uden lodtrækning",
    ),
    Domain.SELECTION: ("Hvem der er med", "hvor mange af de startede der ikke kan sammenlignes"),
    Domain.CLASSIFICATION: (
        "Hvem der fik indsatsen",
        "starten er registreret, da den skete, før nogen kendte udfaldet",
    ),
    Domain.DEVIATIONS: (
        "Andre indsatser undervejs",
        "hvor mange der begyndte på en anden af bogens indsatser, og om svaret vender uden dem",
    ),
    Domain.MISSING: (
        "Dem, der ikke følges til ende",
        "hvor mange der flyttede, og om svaret vender, når de regnes ude af eller på ydelse",
    ),
    Domain.MEASUREMENT: (
        "Målingen af udfaldet",
        "udbetalte ydelser; om de seneste måneder eller korte pauser ændrer svaret",
    ),
    Domain.REPORTING: ("Valg af, hvad der vises", "om valgene var truffet, før data blev trukket ud"),
}
"""Of each domain of ROBINS-I: its name, and what the judgement rests on."""

RISKS = {Risk.LOW: "lav", Risk.MODERATE: "nogen", Risk.SERIOUS: "alvorlig"}


def risks_told(risks: Mapping[Domain, Risk]) -> pd.DataFrame:
    rows = {DOMAINS[domain][0]: (RISKS[risk], DOMAINS[domain][1]) for domain, risk in risks.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["Risiko", "Hvad den hviler på"])
