"""What the pages of an effect show of it as tables: its protocol, how alike the arms are, and what it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from afkast.analysis import effect
from afkast.analysis.bias import Domain, Risk
from afkast.analysis.destinations import ON_BENEFITS, Destinations, Place
from afkast.analysis.survival import StateOccupation
from afkast.report.curves import AWAY_TOGETHER, Curve, Told, told_places
from afkast.report.danish import Quantity, day, listed, month, number, written
from afkast.report.disclosure import is_small
from afkast.report.effect_pages import Cohort
from afkast.report.effect_words import PLACES, band_name, covariate_name
from afkast.report.show import Page

STARTED, OTHERS, WEIGHTED = "startede", "kunne være startet", "de samme, vejet"


@dataclass(frozen=True)
class Compared:
    """A table of how alike the arms are, and the counts of persons that its shares give away, row by row."""

    values: pd.DataFrame
    behind: dict[Any, list[pd.Series]]

    def largest(self, column: tuple[str, str]) -> tuple[str, Quantity]:
        """The row that differs most, and by how much."""
        differences = self.values[column].abs()
        place = int(differences.to_numpy().argmax())
        counts = tuple(float(count.iloc[place]) for count in self.behind[column])
        return f"»{differences.index[place]}«", Quantity(differences.iloc[place], "", 2, behind=counts)


def arms_of(main: effect.Effect) -> dict[str, Curve]:
    """The curves of the two arms, from time zero."""
    control, treated = (
        Curve(share, band[0], band[1], observed, on_benefit, everyone=int(observed[0]))
        for share, band, observed, on_benefit in (
            (main.control, main.control_interval, main.control_observed, main.control_on_benefit),
            (main.treated, main.treated_interval, main.treated_observed, main.treated_on_benefit),
        )
    )
    return {"Kunne være startet": control, "Startede": treated}


def overlap_told(main: effect.Effect) -> Compared:
    """`Effect.overlap` in Danish: the share of each arm in each band of the chance of starting."""
    found = main.overlap.astype(float)
    named = [f"{number(100 * low, 1)} til {number(100 * below, 1)} %" for low, below in found.index]
    shares = (found / found.sum()).set_axis([STARTED, OTHERS], axis=1).set_axis(named)
    counts = [count for arm in found for count in (found[arm], found[arm].sum() - found[arm])]
    return Compared(shares, dict.fromkeys(shares.columns, counts))


def protocol_told(
    report: Page, cohort: Cohort, main: effect.Effect, follow_up_months: int, placebo_months: int, fixed_on: str
) -> pd.DataFrame:
    """The trial that is emulated, part by part as in TARGET, with the page's own settings and who chose them."""
    lag = (cohort.extracted - cohort.cut_off).n
    weighed = listed([covariate_name(name) for name in main.covariates_used]) if main.covariates_used else "intet"
    own, all_alike = "strategiens fil", "bogens metode, ens for alle"
    rows = {
        "Hvem": (
            f"borgere i målgruppen for {report.strategy.name}, der er på ydelse i måneden og ikke i gang med den "
            "eller en anden af bogens indsatser",
            f"målgruppen: data; resten: {all_alike}",
        ),
        "Hvad der sammenlignes": ("at starte i måneden mod ikke at starte i den", all_alike),
        "Fordeling": (
            f"som den blev; de øvrige vejes efter {weighed.lower()}",
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


def tells_few(main: effect.Effect, month: int) -> bool:
    """Whether the arms' shares in a month would let a count of 1-4 be reckoned."""
    arms = ((main.treated_observed, main.treated_on_benefit), (main.control_observed, main.control_on_benefit))
    return any(
        is_small(int(count))
        for seen, on in arms
        for count in (on[month], seen[month] - on[month], seen[0] - seen[month])
    )


def destinations_told(found: Mapping[str, Destinations], main: effect.Effect, same: str) -> Told:
    """`destinations` as `stacked_shares` draws it: the places where anyone of either arm has been."""
    met = [place for place in Place if any(one.persons[:, place].any() for one in found.values())]
    named = {place: PLACES[place] if place else same.capitalize() for place in met}
    everyone = {"treated": main.treated_persons, "control": main.control_persons}
    curves, shares, counts = {}, {}, {}
    for arm, heading in (("treated", STARTED.capitalize()), ("control", OTHERS.capitalize())):
        one, months = found[arm], slice(main.follow_up_months)
        shares[heading] = {name: one.found.share[months, place] for place, name in named.items()}
        counts[heading] = {name: one.persons[months, place] for place, name in named.items()}
        benefits = [place for place in met if place in ON_BENEFITS]
        on = one.found.share[months][:, benefits].sum(axis=1)
        on_persons = one.persons[months][:, benefits].sum(axis=1)
        curves[heading] = Curve(on, on, on, one.persons[months].sum(axis=1), on_persons, everyone[arm])
    return told_places(curves, shares, away=sum(place not in ON_BENEFITS for place in met), counts=counts)


def places_at(found: Mapping[str, Destinations], told: Told, month: int, same: str) -> pd.DataFrame:
    """A row a place: the share of each arm in a month with its interval; NaN of what the figure does not tell."""
    rows = {}
    for place in Place:
        name = PLACES[place] if place else same.capitalize()
        rows[name] = [
            cell
            for arm, heading in (("treated", STARTED), ("control", OTHERS))
            for cell in _cells_of(found[arm].found, told, (heading.capitalize(), name), month, place)
        ]
    heads = pd.MultiIndex.from_product([(STARTED, OTHERS), ("andel", "fra", "til")])
    off = [_off_benefits(told, heading.capitalize(), month) for heading in (STARTED, OTHERS)]
    rows["Uden ydelse i alt"] = [cell for share in off for cell in (share, np.nan, np.nan)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=heads).dropna(how="all")


def _off_benefits(told: Told, arm: str, month: int) -> float:
    """The share off benefits as it is told: the places together, or their sum; NaN where neither is."""
    shares, states = (
        {str(place): frame[arm][place].loc[month] for place in frame[arm].columns[-told.away :]}
        for frame in (told.values, told.states)
    )
    if states.pop(AWAY_TOGETHER, "future") == "":
        return float(shares[AWAY_TOGETHER])
    return sum(float(shares[place]) if state == "" else np.nan for place, state in states.items())


def _cells_of(
    found: StateOccupation, told: Told, column: tuple[str, str], month: int, place: Place
) -> tuple[float, float, float]:
    if column not in told.values or told.states[column].loc[month] != "":
        return np.nan, np.nan, np.nan
    return float(told.values[column].loc[month]), float(found.lower[month, place]), float(found.upper[month, place])


def month_told(main: effect.Effect, latest: int) -> int:
    """The last month up to this one whose shares may be told; 0, in which all are on benefits, where none may."""
    months = range(min(latest, main.follow_up_months - 1), 0, -1)
    return next((month for month in months if not tells_few(main, month)), 0)


def odds_told(odds_ratio: float) -> Quantity | str:
    """An odds ratio of `HiddenDifference`; stronger ones than the largest are not tried."""
    largest = effect.hidden.LARGEST_ODDS_RATIO
    return Quantity(odds_ratio, "", 2) if odds_ratio < largest else f"mindst {written(Quantity(largest, ''))}"


def balance_told(main: effect.Effect) -> Compared:
    """`Effect.balance` in Danish; a yes or no is a share, and tells how many answer yes."""
    found = main.balance
    yes_or_no = [bool(np.isin(main.persons.covariates[name], (0, 1)).all()) for name in found.index]
    values = pd.DataFrame(
        {
            ("Gennemsnit", STARTED): found["treated_mean"],
            ("Gennemsnit", OTHERS): found["control_mean_before"],
            ("Gennemsnit", WEIGHTED): found["control_mean_after"],
            ("Forskel i spredninger", "før"): found["difference_before"],
            ("Forskel i spredninger", "efter"): found["difference_after"],
            ("Spredninger", "forhold"): np.sqrt(found["variance_ratio"]),
            ("", "med i vægten"): np.where(found["in_regression"], "ja", "nej"),
        }
    ).set_axis([covariate_name(str(name)) for name in found.index])
    counts = [count.where(np.array(yes_or_no)) for count in _counts(main, found)]
    told = [column for column in values.columns if column[0] in ("Gennemsnit", "Forskel i spredninger")]
    return Compared(values, dict.fromkeys(told, counts))


def bands_told(main: effect.Effect) -> Compared:
    """`Effect.bands` in Danish: the share of each arm in each fifth of a number."""
    found = main.bands
    values = pd.DataFrame(
        {
            STARTED: found["treated_mean"],
            OTHERS: found["control_mean_before"],
            WEIGHTED: found["control_mean_after"],
        }
    ).set_axis([f"{covariate_name(name)}: {band_name(low, below)}" for name, low, below in found.index])
    return Compared(values, dict.fromkeys(values.columns, _counts(main, found)))


def _counts(main: effect.Effect, shares: pd.DataFrame) -> list[pd.Series]:
    """How many of each arm have the trait, and how many have not."""
    arms = {"treated_mean": main.treated_persons, "control_mean_before": int(main.control_observed[0])}
    found = []
    for mean, persons in arms.items():
        with_it = (shares[mean] * persons).round()
        found += [with_it, persons - with_it]
    return found


def value_and_limits(lines: Mapping[str, effect.Estimate | float], persons: Mapping[str, int]) -> pd.DataFrame:
    """A row a line: its value with its interval, per person and for so many; of a known amount the interval is empty.

    lines: per person; persons: how many, by the heading of their three columns.
    """

    def cells(one: effect.Estimate | float, count: int) -> tuple[float, float, float]:
        if isinstance(one, effect.Estimate):
            return one.times(count).value, *one.times(count).interval
        return one * count, np.nan, np.nan

    rows = [[cell for count in persons.values() for cell in cells(one, count)] for one in lines.values()]
    return pd.DataFrame(rows, list(lines), pd.MultiIndex.from_product([persons, ("beregnet", "fra", "til")]))


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
