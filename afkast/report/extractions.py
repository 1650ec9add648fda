"""What the page of late registration shows: what each extraction said, how much was registered, what is to come."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from afkast.analysis import late_registration
from afkast.analysis.late_registration import Steps
from afkast.report.charts import Role
from afkast.report.counts import counted_elsewhere, estimated
from afkast.report.danish import UNITS, Quantity, Words, day, month, span
from afkast.report.disclosure import chosen
from afkast.report.month_charts import lines_by_month
from afkast.report.show import Page, clause

NAMES = {"persons_on_benefit": "Strategiens borgere på ydelse", "investment": "Posteringer på strategien"}


@dataclass(frozen=True)
class Extractions:
    """A series as each extraction said it: months by extractions (`seen`), and what is expected of them.

    own: the rows of the series; growth: how months grow with age; expected: registered, expected, lower and upper by
    month.
    """

    report: Page
    series: str
    own: pd.DataFrame
    seen: pd.DataFrame
    growth: Steps
    expected: pd.DataFrame
    breaks: pd.DataFrame
    months_shown: int

    @property
    def name(self) -> str:
        return NAMES.get(self.series, self.series.capitalize())

    @property
    def counted_here(self) -> bool:
        """Whether it was counted of the strategy's citizens at the import; then it is told in tens."""
        return bool(self.own["table"].iloc[0] == "spells")

    @property
    def of_persons(self) -> bool:
        """Whether the rows are counts of persons by another, told exactly: differences of these may be small."""
        return _counts_persons(self.own) and chosen().base == 1

    @property
    def unit(self) -> tuple[str, int]:
        name = str(self.own["unit"].iloc[0])
        return (name, UNITS[name].digits) if name in UNITS else ("", 1)

    @cached_property
    def later(self) -> pd.DataFrame:
        """The months that are expected to move still."""
        return self.expected.loc[late_registration.provisional(self.seen)]

    def told(self, numbers: pd.Series) -> pd.Series:
        return counted_elsewhere(numbers.dropna()).reindex(numbers.index) if self.counted_here else numbers

    def quantity(self, number: float) -> Quantity:
        told = self.told(pd.Series([number]))[0]
        return told if isinstance(told, Quantity) else Quantity(told, *self.unit)

    def newest(self, what: str) -> Quantity:
        """What is registered or expected of the last month."""
        return self.quantity(self.expected[what].iloc[-1])

    @property
    def moved(self) -> dict[str, Any]:
        """The newest month of the last extraction but one, as that and the newest said it. Nothing where there is one
        only, and of exact counts of persons: how many came between may not be told."""
        if len(self.seen.columns) == 1 or self.of_persons:
            return {}
        before, after = self.seen.columns[-2:]
        both = self.seen[[before, after]].dropna()
        if both.empty:
            return {}
        return {
            "month": month(both.index[-1]).capitalize(),
            "before": self.quantity(both[before].iloc[-1]),
            "day": day(pd.Timestamp(before)),
            "after": self.quantity(both[after].iloc[-1]),
        }


def _counts_persons(own: pd.DataFrame) -> bool:
    return bool(own["unit"].iloc[0] == "personer" and own["table"].iloc[0] != "spells")


def in_steps(report: Page, own: pd.DataFrame) -> pd.DataFrame:
    """The rows of a series; counts of persons by another in the profile's steps, as all that is made of them."""
    return own.assign(value=report.in_steps(own["value"], own)) if _counts_persons(own) else own


def show_extractions(of: Extractions) -> None:
    """The newest months as each extraction said them, drawn and as a table."""
    told = of.seen[of.seen.columns[::-1]].tail(of.months_shown).rename(columns=day)
    # how many came between two extractions must not be reckoned either, when they are few
    moved: dict[Any, Any] = {
        one: [told[one], *((told[one] - told[other]).abs() for other in told if other != one)] for one in told
    }
    drawn = told.iloc[:, :4]
    only = "det eneste udtræk" if len(of.seen.columns) == 1 else "de nyeste udtræk"
    of.report.show_figure(
        "udtraekkene",
        drawn.apply(of.told),
        lines_by_month(*of.unit, from_zero=True, roles=(Role.HAPPENED, Role.ANOTHER_WAY)),
        caption=f"{of.name} måned for måned, som {only} sagde.",
        alt=clause(not of.moved, "I den nyeste måned er der {newest} i det nyeste udtræk.")
        + clause(of.moved, "{month}: {before} i udtrækket {day} og {after} i det nyeste."),
        unit=of.unit,
        source=[of.own, of.breaks],
        corner="Måned",
        behind={one: moved[one] for one in drawn} if of.of_persons else {},
        names={"newest": of.newest("registered"), **of.moved},
    )
    of.report.show_table(
        "revisioner",
        told.rename(index=month).apply(of.told),
        caption=f"{of.name} i de nyeste måneder efter udtrækkets dag.",
        corner="Måned",
        unit=of.unit,
        blanks="future",
        source=of.own,
        behind=moved if of.of_persons else {},
    )


def show_registered(of: Extractions, ages: pd.DataFrame) -> None:
    """How much of the final number is registered by age, or that there is one extraction only. ages: the shares."""
    if ages.empty:
        of.report.show_text(
            "et-udtraek",
            "Der er endnu kun ét udtræk. Hvor meget der kommer til senere, kan først ses, når det næste er læst ind.",
            source=of.own,
        )
        return
    # what came later must not be small; where all is in steps, only that it is made of such must be known
    told = {
        age: sum(step.after - (step.before if of.of_persons else 0) for step in of.growth.ahead[age])
        for age in ages.index
    }
    columns = ["Andel registreret", "Fra", "Til"]
    if of.counted_here:
        people = of.told(of.expected["registered"]).tolist()
        ages = ages.map(lambda one: estimated(one, "%", 1, people=people))
    freedom = of.growth.degrees_of_freedom
    few = "Intervallet hviler på få udtræk og bliver smallere for hvert nyt."
    of.report.show_table(
        "andel-registreret",
        ages.set_axis(columns, axis=1).rename(index=_age),
        caption=f"{of.name}: hvor stor en del af det endelige tal der er registreret, med 95 %-interval.",
        corner="Månedens alder",
        unit=("%", 1),
        source=of.own,
        behind={column: [pd.Series(told).abs()] for column in columns} if _counts_persons(of.own) else {},
        notes=[few if freedom else "Et interval kræver mindst tre udtræk."] if freedom < 3 else [],
    )


def _age(age: int) -> str:
    return "Lige slut" if age == 0 else Words(f"{age} måned" + "er" * (age > 1))


def show_expected(of: Extractions) -> None:
    """The newest months when all is registered; nothing where none is expected to move."""
    if of.later.empty:
        return
    columns = ["registered", "expected", "lower", "upper"]
    later = of.later.tail(of.months_shown)[columns].rename(index=month)
    of.report.show_table(
        "ventet",
        later.apply(of.told).set_axis(["Registreret", "Ventet", "Fra", "Til"], axis=1),
        caption=f"{of.name}: de måneder, der ventes at flytte sig endnu.",
        corner="Måned",
        unit=of.unit,
        states=pd.DataFrame({"Registreret": "provisional", "Ventet": "", "Fra": "", "Til": ""}, index=later.index),
        source=of.own,
    )
    drawn = of.expected.tail(of.months_shown)[columns].apply(of.told)
    of.report.show_figure(
        "registreret-og-ventet",
        drawn.set_axis(["Registreret", "Ventet", "Ventet, fra", "Ventet, til"], axis=1),
        lines_by_month(
            *of.unit, from_zero=True, roles=(Role.HAPPENED, Role.EXPECTED), ends=("Ventet, fra", "Ventet, til")
        ),
        caption=f"{of.name}: registreret i det nyeste udtræk, og ventet, når alt er registreret, med 95 %-interval.",
        alt="I den nyeste måned er {registered} registreret, og {expected} ventes.",
        unit=of.unit,
        source=[of.own, of.breaks],
        corner="Måned",
        names={"registered": of.newest("registered"), "expected": of.newest("expected")},
    )


def show_in_words(of: Extractions) -> None:
    """What the last month is expected to be when all is registered, and which months are provisional."""
    last = of.expected.iloc[-1]
    known = last["lower"] == last["lower"]
    ends = [of.quantity(last[end]) for end in ("lower", "upper")]
    of.report.show_text(
        "efterregistreringen",
        clause(
            len(of.seen.columns) == 1,
            "Der er kun ét udtræk af {name}, så siden kan ikke sige, hvor meget der kommer til senere.",
            clause(
                len(of.later),
                "{name}: {registered} i {month} i det nyeste udtræk. Når alt er registreret, ventes {expected}"
                + clause(known, " ({range})")
                + ". Månederne fra {first} er foreløbige.",
                "{name} har ikke flyttet sig mellem udtrækkene; ingen måned ventes ændret.",
            ),
        ),
        {
            "name": of.name,
            "registered": of.newest("registered"),
            "month": month(of.expected.index[-1]),
            "expected": of.newest("expected"),
            "range": span(ends[0], ends[1], of.unit[0], ends[1].digits) if known else "",
            "first": month(of.later.index[0]) if len(of.later) else "",
        },
        headline=True,
        source=of.own,
        code=late_registration.steps,
    )
