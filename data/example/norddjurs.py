"""Norddjurs, coordinated intervention: the printed budget (N1), and a small world with a planted effect.

The report prints no realised amounts; those here are plausible, no more. The 300 persons live in a Markov world
whose effect is written down in planted_effect.md.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from formats import (
    ACTIVITIES,
    BUDGET_HEADING,
    NOT_PHASED,
    STAFF,
    Posting,
    Sheet,
    corrected,
    csv_file,
    danish,
    journal,
    postings_of_month,
    workbook,
)

SEED_POSTINGS = 20211231
SEED_PERSONS = 864  # picked so that the sample lies near the planted effect

YEARS_NORDDJURS = (2020, 2021, 2022, 2023)
N1 = {
    "Investering": (3079, 3079, 3079, 0),
    "Besparelse": (-2703, -4655, -6711, -6244),
    "I alt": (376, -1576, -3632, -6244),
}

# Postings in 1.000 kr. by month for the two PSP-elements of Norddjurs: staff, activities
SPEND_NORDDJURS = {
    2020: (
        (148.3, 171.2, 168.9, 152.4, 160.7, 178.9, 181.3, 176.8, 190.4, 193.2, 188.7, 186.3),
        (21.4, 38.9, 30.2, 12.6, 25.8, 61.3, 44.7, 78.9, 96.4, 101.2, 88.3, 151.6),
    ),
    2021: (
        (189.9, 187.4, 191.2, 188.3, 190.7, 193.6, 179.4, 186.3, 194.8, 196.2, 191.7, 199.1),
        (38.2, 41.9, 52.6, 49.3, 63.4, 66.8, 31.7, 58.9, 71.2, 76.4, 81.9, 74.9),
    ),
}
PERIOD_13_NORDDJURS = 64_812  # kr., posted on 31 December 2020 in special period 13

# ---------------------------------------- the planted effect
exit_probability = 0.03  # monthly probability of leaving benefits, without the intervention
return_probability = 0.025  # monthly probability of coming back, for everybody
effect = 0.03  # added to the exit probability from the month of start, so first seen in the month after

PERSONS = 300
STARTS_PER_MONTH = 10  # January to June 2020
FIRST_YEAR = 2018
OBSERVED_MONTHS = 48  # January 2018 to December 2021
BASELINE = 24  # January 2020, counted from January 2018


def expected_months(months: int, treated: bool) -> float:
    """Expected months on benefits among the first `months`, the month of start being month 0.

    Everyone receives benefits in month 0. With T the transition matrix between (on, off), the expectation
    is the sum over k = 0 .. months - 1 of the entry (on, on) of T to the power k.
    """
    leave = exit_probability + effect * treated
    transition = np.array([[1 - leave, leave], [return_probability, 1 - return_probability]])
    return float(sum(np.linalg.matrix_power(transition, k)[0, 0] for k in range(months)))


def postings_norddjurs(rng: np.random.Generator) -> list[Posting]:
    staff, activities = "XA-2391100000-00010", "XA-2391100000-00020"
    postings = []
    for year, (staff_by_month, activities_by_month) in SPEND_NORDDJURS.items():
        for month in range(1, 13):
            staff_kr = round(1000 * staff_by_month[month - 1])
            activities_kr = round(1000 * activities_by_month[month - 1])
            postings += postings_of_month(rng, staff, year, month, staff_kr, 6, STAFF)
            postings += postings_of_month(rng, activities, year, month, activities_kr, 4, ACTIVITIES)
    text, amount_ore = "Periodisering | løn december", PERIOD_13_NORDDJURS * 100
    late = Posting(date(2020, 12, 31), staff, 13, "11000000", text, "", amount_ore)
    return [*corrected(postings, at=21), late]


def budget_norddjurs() -> bytes:
    rows = [
        ("ikke angivet", line, "Strategi", year, 2020, *NOT_PHASED, amount * 1000)
        for line in ("Investering", "Besparelse")
        for year, amount in zip(YEARS_NORDDJURS, N1[line], strict=True)
    ]
    title = (
        "Norddjurs Kommune",
        "Koordineret indsats for aktivitetsparate kontanthjælpsmodtagere",
        "Beløb i hele kroner, 2020-p/l. Besparelser med minus.",
    )
    footer = "Kilde: Udmøntning af investeringsstrategier for budget 2020-2023"
    return workbook([Sheet("Budget", title, BUDGET_HEADING, rows, footer)], created=datetime(2022, 2, 28))


# ---------------------------------------- persons


class World(NamedTuple):
    """300 persons, month by month. `on[i, m]`: person i receives a benefit in month m (0 = January 2018)."""

    on: np.ndarray  # (PERSONS, OBSERVED_MONTHS + 1); the last month only tells which spells are ongoing
    start_month: np.ndarray  # (PERSONS,), OBSERVED_MONTHS for those who never start
    gone_month: dict[int, int]  # person -> month of death or of moving away


def simulate(rng: np.random.Generator) -> World:
    on = np.zeros((PERSONS, OBSERVED_MONTHS + 1), dtype=bool)
    on[:, BASELINE] = True
    # A chain of two states is reversible: the past, seen backwards, has the same probabilities
    for month in range(BASELINE, 0, -1):
        draw = rng.random(PERSONS)
        on[:, month - 1] = np.where(on[:, month], draw >= exit_probability, draw < return_probability)

    start_month = np.full(PERSONS, OBSERVED_MONTHS)
    for month in range(BASELINE, OBSERVED_MONTHS):
        if month < BASELINE + 6:
            eligible = np.flatnonzero(on[:, month] & (start_month == OBSERVED_MONTHS))
            chosen = np.argsort(rng.random(eligible.size))[:STARTS_PER_MONTH]
            start_month[eligible[chosen]] = month
        leave = exit_probability + effect * (start_month <= month)
        draw = rng.random(PERSONS)
        on[:, month + 1] = np.where(on[:, month], draw >= leave, draw < return_probability)

    gone = np.argsort(rng.random(PERSONS))[:5]
    gone_month = {int(person): int(rng.integers(33, 46)) for person in gone}
    for person, month in gone_month.items():
        on[person, month + 1 :] = False
    return World(on, start_month, gone_month)


def day_of(month: int, day: int) -> date:
    return date(FIRST_YEAR + month // 12, month % 12 + 1, day)


def last_day(month: int) -> date:
    year, month_of_year = FIRST_YEAR + month // 12, month % 12 + 1
    return date(year, month_of_year, calendar.monthrange(year, month_of_year)[1])


class Spell(NamedTuple):
    benefit: str
    start: date
    end: date | None


def spells_of(rng: np.random.Generator, on: np.ndarray, gone_on: date | None) -> list[Spell]:
    """A person's rows in Fasit: they cover exactly the months that are on, but not one row per period.

    Some periods are cut in two touching rows, some change benefit on the first of a month, and some rows
    were registered late, so that they are repeated or overlap.
    """
    spells: list[Spell] = []
    month = 0
    while month < OBSERVED_MONTHS:
        if not on[month]:
            month += 1
            continue
        first = month
        while month < OBSERVED_MONTHS and on[month]:
            month += 1
        ongoing = month == OBSERVED_MONTHS and on[OBSERVED_MONTHS]
        end = None if ongoing else last_day(month - 1)
        if gone_on and end and gone_on < end and gone_on >= day_of(month - 1, 1):
            end = gone_on
        cuts = [(day_of(first, 1), "Kontanthjælp")]
        for later in range(max(first, BASELINE) + 1, month):
            if len(cuts) == 1 and rng.random() < 0.012:
                moves = ("Ressourceforløb", "Ressourceforløb", "Sygedagpenge", "Ledighedsydelse")
                cuts.append((day_of(later, 1), moves[rng.integers(4)]))
        if month - first > 3 and rng.random() < 0.2:
            cut_on = day_of(int(rng.integers(first + 1, month - 1)), int(rng.integers(2, 29)))
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
            spells.append(Spell(rows[0].benefit, rows[0].start, last_day(first + 1)))
    return sorted(spells, key=lambda spell: spell.start)


def fasit_files(rng: np.random.Generator, world: World) -> dict[str, str]:
    """The three exports from Fasit: persons, spells and target group."""

    def cpr(digits: str) -> str:
        return f"{digits[:6]}-{digits[6:]}" if rng.random() < 0.5 else digits

    def danish_date(day: date | None) -> str:
        return f"{day:%d-%m-%Y}" if day else ""

    education = ("Grundskole", "Grundskole", "Erhvervsuddannelse", "Gymnasial", "Videregående")
    people, spells, target_group = [], [], []
    for person in range(PERSONS):
        birth_year = int(rng.integers(1961, 1990))
        is_man = int(rng.integers(2))
        # No such day: not a date of birth, and below the replacement numbers, which add 60 to the day
        day, month = int(rng.integers(32, 61)), int(rng.integers(1, 13))
        serial = 1000 + 6 * person + 2 * int(rng.integers(3)) + is_man  # unique, odd for a man
        digits = f"{day}{month:02}{birth_year % 100:02}{serial}"
        gone_month = world.gone_month.get(person)
        gone_on = day_of(gone_month, int(rng.integers(3, 27))) if gone_month else None
        has_died = person in list(world.gone_month)[:2]
        died, moved = (gone_on, None) if has_died else (None, gone_on)
        sex = "Mand" if is_man else "Kvinde"
        trained = education[rng.integers(len(education))]
        people.append(f"{cpr(digits)};{birth_year};{sex};{trained};{danish_date(moved)};{danish_date(died)}")
        for benefit, start, end in spells_of(rng, world.on[person], gone_on):
            spells.append(f"{cpr(digits)};{benefit};{danish_date(start)};{danish_date(end)}")
        starts = world.start_month[person] < OBSERVED_MONTHS
        started = day_of(int(world.start_month[person]), int(rng.integers(2, 29))) if starts else None
        group = "Indsatsgruppe" if starts else "Målgruppe"
        target_group.append(f"{cpr(digits)};{group};01-01-2020;{danish_date(started)}")

    def export(title: str, heading: str, rows: list[str]) -> str:
        above = ["Fasit", title, "Udtrukket 28-02-2022", ""]
        return csv_file(above, heading, rows, ["", f"Antal rækker: {len(rows)}"])

    heading_of_people = "CPR-nr.;Fødselsår;Køn;Uddannelse;Fraflyttet;Død"
    heading_of_spells = "CPR-nr.;Ydelse;Fra dato;Til dato"
    heading_of_target_group = "CPR-nr.;Gruppe;Registreret i målgruppen;Startet i indsatsen"
    return {
        "fasit_personer.csv": export("Personer", heading_of_people, people),
        "fasit_forloeb.csv": export("Ydelsesforløb til og med 31-12-2021", heading_of_spells, spells),
        "fasit_maalgruppe.csv": export("Målgruppe og indsats", heading_of_target_group, target_group),
    }


def planted_effect(world: World) -> str:
    started = np.flatnonzero(world.start_month < OBSERVED_MONTHS)
    lines = []
    for months in (12, 18):
        without, with_it = expected_months(months, False), expected_months(months, True)
        first = [world.on[i, world.start_month[i] : world.start_month[i] + months].sum() for i in started]
        cells = (without, with_it, with_it - without, np.mean(first))
        lines.append(f"| {months} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    rows = "\n".join(lines)
    return f"""# The effect planted in the Norddjurs example

Written by `norddjurs.py`; everything here is synthetic.

{PERSONS} persons are registered in the target group on 1 January 2020 and receive kontanthjælp that month.
In each of the months January to June 2020 {STARTS_PER_MONTH} of those who still receive a benefit and have
not started begin the intervention, {started.size} in all. They are drawn at random: there is no confounding.
Month by month every person is on benefits or not:

| Parameter | Value | Meaning |
|---|---|---|
| `exit_probability` | {exit_probability} | leaves benefits from one month to the next, untreated |
| `return_probability` | {return_probability} | comes back from one month to the next, everybody |
| `effect` | {effect} | is added to the exit probability from the month of start on, and stays |

The first month that can be affected is therefore the one after the start. Changes happen between months:
benefits end on the last day of a month and begin on the first. Five persons die or move away later,
whatever their group; they have no months on benefits afterwards.

Expected months on benefits, counted from the month of start (month 0, in which everyone receives a benefit),
exactly by powers of the transition matrix (`expected_months`), and the mean of the {started.size} who started
in the committed sample:

| First months | Without the intervention | With it | Planted difference | Sample, with it |
|---:|---:|---:|---:|---:|
{rows}

The seed was picked so that the sample lies near the expectation: it shows what a method finds when chance
does not disturb it much, and says nothing of how often it would. A comparison with persons who may themselves
start later, as in sequential trials by month, is expected to show somewhat less than the planted difference.
"""


def unit_prices() -> list[str]:
    """Rows of the shared file of unit prices."""
    gross = 11_554 * 12  # kr. a year, 30 or older without children
    rate = "bm.dk, Satser for 2020: 30 år og derover uden børn 11.554 kr. pr. måned, 20 pct. refusion"
    return [f"Norddjurs;Kontanthjælp;2020;{danish(gross * 8, 1)};{danish(gross)};0,20;2020;{rate}"]


def files() -> dict[str, bytes]:
    """The raw files by name."""
    assert tuple(map(sum, zip(*list(N1.values())[:2], strict=True))) == N1["I alt"]
    postings = postings_norddjurs(np.random.default_rng(SEED_POSTINGS))
    rng = np.random.default_rng(SEED_PERSONS)
    fasit = fasit_files(rng, simulate(rng))
    return {
        "opus_posteringer_norddjurs.txt": journal("Norddjurs", "2020-2021", date(2022, 2, 28), postings).encode(
            "cp1252"
        ),
        "budget_norddjurs.xlsx": budget_norddjurs(),
        **{name: text.encode("cp1252") for name, text in fasit.items()},
    }


def documents() -> dict[str, bytes]:
    """What is written beside the raw files."""
    return {"planted_effect.md": planted_effect(simulate(np.random.default_rng(SEED_PERSONS))).encode()}
