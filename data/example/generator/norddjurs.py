"""Norddjurs, five investments: the printed budgets (N1–N5), and small worlds of persons with planted effects.

The report prints no realised amounts; those here are plausible, no more. The persons live in worlds like persons.py
makes them; planted_effect.md says which effects they carry.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime
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
    danish,
    journal,
    postings_of_month,
    workbook,
)
from persons import (
    BASELINE,
    HEADING_OF_PERSONS,
    HEADING_OF_SPELLS,
    HEADING_OF_TARGET_GROUP,
    OBSERVED_MONTHS,
    Intervention,
    Rows,
    TargetGroup,
    World,
    expected_months,
    export,
    fasit_rows,
    months_of_the_started,
    simulate,
)

SEED_POSTINGS = 20211231
SEED_OTHER_POSTINGS = 20220228

YEARS = (2020, 2021, 2022, 2023)


class Budget(NamedTuple):
    """A printed table in 1.000 kr., one amount a year of YEARS; a saving with minus."""

    investment: tuple[int, int, int, int]
    saving: tuple[int, int, int, int]
    net: tuple[int, int, int, int]  # as printed; the paper calls it "Besparelse i alt"


BUDGETS = {
    "Koordineret indsats": Budget(  # N1
        (3079, 3079, 3079, 0), (-2703, -4655, -6711, -6244), (376, -1576, -3632, -6244)
    ),
    "Over et års ledighed": Budget(  # N2
        (1562, 1796, 1706, 1706), (-633, -1724, -2639, -3553), (929, 72, -933, -1847)
    ),
    "Småjob": Budget(  # N3
        (450, 225, 225, 225), (-1555, -3110, -4665, -4665), (-1105, -2885, -4440, -4440)
    ),
    "Jobsøgningsnetværk": Budget(  # N4
        (250, 250, 250, 250), (-1313, -2626, -3929, -5253), (-1063, -2376, -3679, -5003)
    ),
    "Rekruttering til sundhedsområdet": Budget(  # N5
        (1362, 1362, 0, 0), (-2128, -1362, -674, -674), (-766, 0, -674, -674)
    ),
}

# Postings of investment 1 in 1.000 kr. by month, for its two PSP-elements: staff, activities
SPEND = {
    2020: (
        (148.3, 171.2, 168.9, 152.4, 160.7, 178.9, 181.3, 176.8, 190.4, 193.2, 188.7, 186.3),
        (21.4, 38.9, 30.2, 12.6, 25.8, 61.3, 44.7, 78.9, 96.4, 101.2, 88.3, 151.6),
    ),
    2021: (
        (189.9, 187.4, 191.2, 188.3, 190.7, 193.6, 179.4, 186.3, 194.8, 196.2, 191.7, 199.1),
        (38.2, 41.9, 52.6, 49.3, 63.4, 66.8, 31.7, 58.9, 71.2, 76.4, 81.9, 74.9),
    ),
}
PERIOD_13 = 64_812  # kr., posted on 31 December 2020 in special period 13

# Postings of investments 2-5: kr. a year, spread over the months in these proportions
OTHER_SPEND = {
    ("XA-2391200000-00010", STAFF): {2020: 1_143_870, 2021: 1_388_240},
    ("XA-2391200000-00020", ACTIVITIES): {2020: 297_415, 2021: 421_960},
    ("XA-2391300000-00010", ACTIVITIES): {2020: 418_655, 2021: 239_180},
    ("XA-2391400000-00010", ACTIVITIES): {2020: 231_490, 2021: 262_735},
    ("XA-2391500000-00010", STAFF): {2020: 1_096_325, 2021: 1_447_910},
}
PROPORTIONS = {
    2020: (4, 6, 8, 5, 6, 9, 7, 9, 11, 11, 11, 13),
    2021: (8, 8, 9, 8, 8, 9, 6, 8, 9, 9, 9, 9),
}

# ---------------------------------------- the persons and the planted effects

COORDINATED = TargetGroup(
    seed=864,  # these seeds are picked so that the samples lie near the planted effects
    persons=300,
    exit_probability=0.03,
    return_probability=0.025,
    interventions=(Intervention("Koordineret indsats", (10,) * 6, effect=0.03),),
)
OVER_A_YEAR = TargetGroup(
    seed=280,
    persons=300,
    exit_probability=0.02,
    return_probability=0.025,
    interventions=(Intervention("Over et års ledighed", (8,) * 5, effect=0.03),),
    months_before=12,
    first_serial=2800,
)
# The same 534 persons are the target group of two investments, and some start both
JOB_READY = TargetGroup(
    seed=513,
    persons=534,
    exit_probability=0.07,
    return_probability=0.03,
    interventions=(
        Intervention("Småjob", (64, 20, 20, 20, 20, 20, 20), effect=0.03),
        Intervention("Jobsøgningsnetværk", (8,) * 5, effect=0.03),
    ),
    other_benefits=("Sygedagpenge",),
    first_serial=4600,
)
# An IGU course is paid work: who starts one leaves the benefit. Two teams are taken in.
INTEGRATION = TargetGroup(
    seed=110,
    persons=110,
    exit_probability=0.02,
    return_probability=0.02,
    interventions=(Intervention("Rekruttering til sundhedsområdet", (0, 0, 6, 0, 0, 0, 0, 0, 6), effect=0.98),),
    benefit="Selvforsørgelses- og hjemrejseydelse",
    other_benefits=("Sygedagpenge",),
    women_only=True,
    first_serial=7810,
)
OTHERS = (OVER_A_YEAR, JOB_READY, INTEGRATION)


def postings(rng: np.random.Generator) -> list[Posting]:
    staff, activities = "XA-2391100000-00010", "XA-2391100000-00020"
    posted = []
    for year, (staff_by_month, activities_by_month) in SPEND.items():
        for month in range(1, 13):
            staff_kr = round(1000 * staff_by_month[month - 1])
            activities_kr = round(1000 * activities_by_month[month - 1])
            posted += postings_of_month(rng, staff, year, month, staff_kr, 6, STAFF)
            posted += postings_of_month(rng, activities, year, month, activities_kr, 4, ACTIVITIES)
    text, amount_ore = "Periodisering | løn december", PERIOD_13 * 100
    late = Posting(date(2020, 12, 31), staff, 13, "11000000", text, "", amount_ore)
    return [*corrected(posted, at=21), late]


def other_postings(rng: np.random.Generator) -> list[Posting]:
    posted = []
    for (element, kinds), amounts in OTHER_SPEND.items():
        for year, amount_kr in amounts.items():
            edges = np.rint(np.cumsum(PROPORTIONS[year]) / sum(PROPORTIONS[year]) * amount_kr).astype(int)
            for month, month_kr in enumerate(np.diff(edges, prepend=0), start=1):
                posted += postings_of_month(rng, element, year, month, int(month_kr), 3, kinds)
    return posted


def budget() -> bytes:
    rows = [
        ("ikke angivet", line, "Strategi", year, 2020, *NOT_PHASED, amount * 1000, name)
        for name, decided in BUDGETS.items()
        for line, amounts in (("Investering", decided.investment), ("Besparelse", decided.saving))
        for year, amount in zip(YEARS, amounts, strict=True)
    ]
    title = (
        "Norddjurs Kommune",
        "Fem investeringer på arbejdsmarkedsområdet",
        "Beløb i hele kroner, 2020-p/l. Besparelser med minus.",
    )
    footer = "Kilde: Udmøntning af investeringsstrategier for budget 2020-2023"
    heading = (*BUDGET_HEADING, "Indsats")
    return workbook([Sheet("Budget", title, heading, rows, footer)], created=datetime(2022, 2, 28))


def fasit_files() -> dict[str, str]:
    """Fasit's exports: of investment 1 one per table, of the others one together."""
    title_of_spells = "Ydelsesforløb til og med 31-12-2021"
    first = drawn(COORDINATED)[1]
    (of_first,) = first.target_groups.values()
    others = [drawn(group)[1] for group in OTHERS]
    in_groups = {name: rows for one in others for name, rows in one.target_groups.items()}
    return {
        "fasit_personer.csv": export("Personer", HEADING_OF_PERSONS, first.persons),
        "fasit_forloeb.csv": export(title_of_spells, HEADING_OF_SPELLS, first.spells),
        "fasit_maalgruppe.csv": export("Målgruppe og indsats", HEADING_OF_TARGET_GROUP, of_first),
        "norddjurs_personer.csv": export(
            "Personer i målgrupperne for investering 2-5",
            HEADING_OF_PERSONS,
            [row for one in others for row in one.persons],
        ),
        "norddjurs_forloeb.csv": export(
            title_of_spells, HEADING_OF_SPELLS, [row for one in others for row in one.spells]
        ),
        "norddjurs_maalgrupper.csv": export(
            "Målgruppe og indsats, investering 2-5",
            f"Indsats;{HEADING_OF_TARGET_GROUP}",
            [f"{name};{row}" for name, rows in in_groups.items() for row in rows],
        ),
    }


def drawn(group: TargetGroup) -> tuple[World, Rows]:
    """A target group's world and its rows in Fasit; the same at every call."""
    rng = np.random.default_rng(group.seed)
    world = simulate(group, rng)
    return world, fasit_rows(rng, world)


def planted_effect() -> str:
    worlds = [drawn(group)[0] for group in (COORDINATED, *OTHERS)]
    parameters, samples = [], []
    for world in worlds:
        group = world.group
        for number, intervention in enumerate(group.interventions):
            started = sum(intervention.starts)
            chances = (group.exit_probability, group.return_probability, intervention.effect)
            starts = f"{started} from {first_month(intervention)} to {last_month(intervention)} 2020"
            cells = (intervention.name, str(group.persons), starts, *map(str, chances))
            parameters.append("| " + " | ".join(cells) + " |")
            for months in (12, 18):
                without, with_it = (
                    expected_months(months, group.exit_probability + added, group.return_probability)
                    for added in (0, intervention.effect)
                )
                sample = months_of_the_started(world, number, months)
                numbers = " | ".join(f"{cell:.2f}" for cell in (without, with_it, with_it - without, sample))
                samples.append(f"| {intervention.name} | {months} | {numbers} |")
    parameter_rows, sample_rows = "\n".join(parameters), "\n".join(samples)
    both = int((worlds[2].start_month < OBSERVED_MONTHS).all(axis=0).sum())
    april = worlds[2].on[:, BASELINE + 3].mean()
    return f"""# The effects planted in the Norddjurs example

Written by `norddjurs.py`; everything here is synthetic.

The persons of a target group are registered on 1 January 2020 and receive a benefit that month. Then some of those who
still receive a benefit and have not started begin the intervention, month by month, drawn at random: there is no
confounding. Month by month every person is on benefits or not:

- `exit` is the probability of leaving benefits from one month to the next, untreated,
- `return` the probability of coming back from one month to the next, everybody,
- `effect` is added to `exit` from the month of start on, and stays.

| Intervention | Target group | Starts | `exit` | `return` | `effect` |
|---|---:|---|---:|---:|---:|
{parameter_rows}

- *Over et års ledighed*: its 300 persons are others than the 300 of *Koordineret indsats*, and all have been on
  benefits in each of the twelve months before January 2020.
- *Småjob* and *Jobsøgningsnetværk* are meant for the same {JOB_READY.persons} job-ready persons. Who starts the one is
  drawn without regard to the other, so {both} start both; their probability of leaving carries both effects. A month
  that such a person is off benefits is one saved month, though both strategies count it. In April 2020
  {april:.1%} of the group receive a benefit, the 80 % of the report's example.
- *Rekruttering til sundhedsområdet*: an IGU course is paid work, so who starts one is off benefits from the month
  after. The two teams of six are fewer than a curve is drawn for.

The first month that can be affected is the one after the start. Changes happen between months: benefits end on the last
day of a month and begin on the first. Five persons of each target group die or move away later, whatever their
intervention; they have no months on benefits afterwards.

Expected months on benefits, counted from the month of start (month 0, in which everyone receives a benefit),
exactly by powers of the transition matrix (`expected_months`), and the mean of those who started in the committed
sample:

| Intervention | First months | Without it | With it | Planted difference | Sample, with it |
|---|---:|---:|---:|---:|---:|
{sample_rows}

The seeds were picked so that the samples lie near the expectation: they show what a method finds when chance
does not disturb it much, and say nothing of how often it would. A comparison with persons who may themselves
start later, as in sequential trials by month, is expected to show somewhat less than the planted difference.
"""


def first_month(intervention: Intervention) -> str:
    return calendar.month_name[1 + next(month for month, count in enumerate(intervention.starts) if count)]


def last_month(intervention: Intervention) -> str:
    return calendar.month_name[len(intervention.starts)]


def unit_prices() -> list[str]:
    """Rows of the shared file of unit prices: the rate of a year, 20 % refund."""
    without_children = "30 år og derover uden børn 11.554 kr. pr. måned"
    rates = (
        ("Kontanthjælp", 12 * 11_554, f"bm.dk, Satser for 2020: {without_children}"),
        (
            "Selvforsørgelses- og hjemrejseydelse",
            12 * 12_283,
            "Roskilde Kommune, satser pr. 1. januar 2020: enlig forsørger 12.283 kr. pr. måned",
        ),
        (
            "Ressourceforløb",
            12 * 11_554,
            f"Udledt: ressourceforløbsydelsen følger kontanthjælpen (bm.dk, Satser for 2020), {without_children}",
        ),
        (
            "Sygedagpenge",
            52 * 4_405,
            "Efter hukommelsen, skal bekræftes: højeste sats 2020, 4.405 kr. pr. uge i 52 uger",
        ),
        (
            "Ledighedsydelse",
            12 * 16_984,
            "Udledt: 89 pct. af højeste a-dagpenge, 19.083 kr. pr. måned i 2020, som er efter hukommelsen og skal "
            "bekræftes, i alt 16.984 kr. pr. måned",
        ),
    )
    return [
        f"Norddjurs;{benefit};2020;{danish(gross * 8, 1)};{danish(gross)};0,20;2020;Sats;{source}, 20 pct. refusion"
        for benefit, gross, source in rates
    ]


def files() -> dict[str, bytes]:
    """The raw files by name."""
    for decided in BUDGETS.values():
        assert tuple(map(sum, zip(decided.investment, decided.saving, strict=True))) == decided.net
    posted = [
        *postings(np.random.default_rng(SEED_POSTINGS)),
        *other_postings(np.random.default_rng(SEED_OTHER_POSTINGS)),
    ]
    printed = journal("Norddjurs", "2020-2021", date(2022, 2, 28), posted)
    return {
        "opus_posteringer_norddjurs.txt": printed.encode("cp1252"),
        "budget_norddjurs.xlsx": budget(),
        **{name: text.encode("cp1252") for name, text in fasit_files().items()},
    }


def documents() -> dict[str, bytes]:
    """What is written beside the raw files."""
    return {"planted_effect.md": planted_effect().encode()}
