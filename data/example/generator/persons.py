"""Small worlds of persons on benefits or not, month by month, with planted effects, and Fasit's exports of them.

Registered in January 2020, the persons of a target group may start one or more interventions; each adds its effect to
the probability of leaving. No person exists: every id has a day of birth between 32 and 60.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from formats import csv_file

FIRST_YEAR = 2018
OBSERVED_MONTHS = 48  # January 2018 to December 2021
BASELINE = 24  # January 2020, counted from January 2018


class Intervention(NamedTuple):
    """Who starts when, drawn at random among those who receive a benefit and have not started it; and its effect."""

    name: str  # in Fasit
    starts: tuple[int, ...]  # persons who start in January 2020, February 2020, …
    effect: float  # added to the exit probability from the month of start, so first seen in the month after


class TargetGroup(NamedTuple):
    """Persons who receive a benefit in January 2020, and what becomes of them."""

    seed: int
    persons: int
    exit_probability: float  # monthly probability of leaving benefits, without an intervention
    return_probability: float  # monthly probability of coming back, for everybody
    interventions: tuple[Intervention, ...]
    benefit: str = "Kontanthjælp"
    other_benefits: tuple[str, ...] = ("Ressourceforløb", "Ressourceforløb", "Sygedagpenge", "Ledighedsydelse")
    months_before: int = 0  # so many months on benefits before January 2020 at least
    women_only: bool = False
    who_leave: int = 5  # who die or move away later
    first_serial: int = 1000  # of the ids, six a person


class World(NamedTuple):
    """A target group, month by month. `on[i, m]`: person i receives a benefit in month m (0 = January 2018)."""

    group: TargetGroup
    on: np.ndarray  # (persons, OBSERVED_MONTHS + 1); the last month only tells which spells are ongoing
    start_month: np.ndarray  # (interventions, persons), OBSERVED_MONTHS for those who never start
    gone_month: dict[int, int]  # person -> month of death or of moving away


class Spell(NamedTuple):
    benefit: str
    start: date
    end: date | None


def expected_months(months: int, leave: float, come_back: float) -> float:
    """Expected months on benefits among the first `months`, the month of start being month 0.

    Everyone receives benefits in month 0. With T the transition matrix between (on, off), the expectation
    is the sum over k = 0 .. months - 1 of the entry (on, on) of T to the power k.
    """
    transition = np.array([[1 - leave, leave], [come_back, 1 - come_back]])
    return float(sum(np.linalg.matrix_power(transition, k)[0, 0] for k in range(months)))


def simulate(group: TargetGroup, rng: np.random.Generator) -> World:
    n, come_back = group.persons, group.return_probability
    on = np.zeros((n, OBSERVED_MONTHS + 1), dtype=bool)
    on[:, BASELINE] = True
    # A chain of two states is reversible: the past, seen backwards, has the same probabilities
    for month in range(BASELINE, 0, -1):
        draw = rng.random(n)
        on[:, month - 1] = np.where(on[:, month], draw >= group.exit_probability, draw < come_back)
        on[:, month - 1] |= month - 1 >= BASELINE - group.months_before

    start_month = np.full((len(group.interventions), n), OBSERVED_MONTHS)
    for month in range(BASELINE, OBSERVED_MONTHS):
        leave = np.full(n, group.exit_probability)
        for own_start, intervention in zip(start_month, group.interventions, strict=True):
            if month - BASELINE < len(intervention.starts):
                eligible = np.flatnonzero(on[:, month] & (own_start == OBSERVED_MONTHS))
                chosen = np.argsort(rng.random(eligible.size))[: intervention.starts[month - BASELINE]]
                own_start[eligible[chosen]] = month
            leave = leave + intervention.effect * (own_start <= month)
        draw = rng.random(n)
        on[:, month + 1] = np.where(on[:, month], draw >= leave, draw < come_back)

    gone = np.argsort(rng.random(n))[: group.who_leave]
    gone_month = {int(person): int(rng.integers(33, 46)) for person in gone}
    for person, month in gone_month.items():
        on[person, month + 1 :] = False
    return World(group, on, start_month, gone_month)


def months_of_the_started(world: World, intervention: int, months: int) -> float:
    """Mean months on benefits among the first `months` of those who started the intervention."""
    start = world.start_month[intervention]
    started = np.flatnonzero(start < OBSERVED_MONTHS)
    return float(np.mean([world.on[i, start[i] : start[i] + months].sum() for i in started]))


def day_of(month: int, day: int, first_year: int = FIRST_YEAR) -> date:
    return date(first_year + month // 12, month % 12 + 1, day)


def last_day(month: int, first_year: int = FIRST_YEAR) -> date:
    first = day_of(month, 1, first_year)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def spells_of(
    rng: np.random.Generator,
    on: np.ndarray,
    gone_on: date | None,
    benefits: tuple[str, Sequence[str]],
    first_year: int = FIRST_YEAR,
    one_benefit_until: int = BASELINE,
) -> list[Spell]:
    """A person's rows in Fasit: they cover exactly the months that are on, but not one row per period.

    `on`: by month from January of `first_year`; the last month only tells whether the last row is ongoing. Some
    periods are cut in two touching rows, some change from the benefit to one of the others on the first of a month
    after `one_benefit_until`, and some rows were registered late, so that they are repeated or overlap.
    """
    benefit, other_benefits = benefits
    observed_months = len(on) - 1
    spells: list[Spell] = []
    month = 0
    while month < observed_months:
        if not on[month]:
            month += 1
            continue
        first = month
        while month < observed_months and on[month]:
            month += 1
        ongoing = month == observed_months and on[observed_months]
        end = None if ongoing else last_day(month - 1, first_year)
        if gone_on and end and gone_on < end and gone_on >= day_of(month - 1, 1, first_year):
            end = gone_on
        cuts = [(day_of(first, 1, first_year), benefit)]
        for later in range(max(first, one_benefit_until) + 1, month):
            if len(cuts) == 1 and rng.random() < 0.012:
                cuts.append((day_of(later, 1, first_year), other_benefits[rng.integers(len(other_benefits))]))
        if month - first > 3 and rng.random() < 0.2:
            cut_on = day_of(int(rng.integers(first + 1, month - 1)), int(rng.integers(2, 29)), first_year)
            cuts.append((cut_on, max(cut for cut in cuts if cut[0] <= cut_on)[1]))
        cuts.sort()
        ends = [following - timedelta(days=1) for (_, _), (following, _) in pairwise(cuts)]
        parts = zip(cuts, [*ends, end], strict=True)
        rows = [Spell(benefit, start, stop) for (start, benefit), stop in parts]
        spells += rows
        late = rng.random()
        if late < 0.04:
            spells.append(rows[-1])
        elif late < 0.08 and month - first > 3:
            spells.append(Spell(rows[0].benefit, rows[0].start, last_day(first + 1, first_year)))
    return sorted(spells, key=lambda spell: spell.start)


class Rows(NamedTuple):
    """Lines of Fasit's three exports; those of a target group are listed per intervention."""

    persons: list[str]
    spells: list[str]
    target_groups: dict[str, list[str]]


EDUCATION = ("Grundskole", "Grundskole", "Erhvervsuddannelse", "Gymnasial", "Videregående")


def impossible_birthday(rng: np.random.Generator, birth_year: int) -> str:
    """Six digits with no such day: not a date of birth, and below the replacement numbers, which add 60 to the day."""
    day, month = int(rng.integers(32, 61)), int(rng.integers(1, 13))
    return f"{day}{month:02}{birth_year % 100:02}"


def with_or_without_hyphen(rng: np.random.Generator, digits: str) -> str:
    return f"{digits[:6]}-{digits[6:]}" if rng.random() < 0.5 else digits


def danish_date(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def fasit_rows(rng: np.random.Generator, world: World) -> Rows:
    group = world.group

    def cpr(digits: str) -> str:
        return with_or_without_hyphen(rng, digits)

    rows = Rows([], [], {intervention.name: [] for intervention in group.interventions})
    for person in range(group.persons):
        birth_year = int(rng.integers(1961, 1990))
        is_man = int(rng.integers(2)) * (not group.women_only)
        born = impossible_birthday(rng, birth_year)
        # unique, odd for a man
        digits = f"{born}{group.first_serial + 6 * person + 2 * int(rng.integers(3)) + is_man}"
        gone_month = world.gone_month.get(person)
        gone_on = day_of(gone_month, int(rng.integers(3, 27))) if gone_month else None
        has_died = person in list(world.gone_month)[:2]
        died, moved = (gone_on, None) if has_died else (None, gone_on)
        sex = "Mand" if is_man else "Kvinde"
        trained = EDUCATION[rng.integers(len(EDUCATION))]
        rows.persons.append(f"{cpr(digits)};{birth_year};{sex};{trained};{danish_date(moved)};{danish_date(died)}")
        for benefit, start, end in spells_of(rng, world.on[person], gone_on, (group.benefit, group.other_benefits)):
            rows.spells.append(f"{cpr(digits)};{benefit};{danish_date(start)};{danish_date(end)}")
        for intervention, own_start in zip(group.interventions, world.start_month[:, person], strict=True):
            starts = own_start < OBSERVED_MONTHS
            started = day_of(int(own_start), int(rng.integers(2, 29))) if starts else None
            in_group = "Indsatsgruppe" if starts else "Målgruppe"
            rows.target_groups[intervention.name].append(f"{cpr(digits)};{in_group};01-01-2020;{danish_date(started)}")
    return rows


HEADING_OF_PERSONS = "CPR-nr.;Fødselsår;Køn;Uddannelse;Fraflyttet;Død"
HEADING_OF_SPELLS = "CPR-nr.;Ydelse;Fra dato;Til dato"
HEADING_OF_TARGET_GROUP = "CPR-nr.;Gruppe;Registreret i målgruppen;Startet i indsatsen"


def export(title: str, heading: str, rows: Sequence[str], extracted_on: date = date(2022, 2, 28)) -> str:
    """An export from Fasit."""
    above = ["Fasit", title, f"Udtrukket {danish_date(extracted_on)}", ""]
    return csv_file(above, heading, rows, ["", f"Antal rækker: {len(rows)}"])
