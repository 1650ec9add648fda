"""Ballerup's "nye mål" as of 30 June 2015, and the cluster that Aabenraa was held against on 9 January 2018.

The note prints no table. Its prose is met: the burden of support clearly better than the country's in the autumn and
winter of 2014/15, the young unemployed since the second quarter of 2014, sickness benefit markedly worse, flex jobs
ahead, and the three goals together an extra cost of about 2.2 million kr. The base month, January 2014, is assumed:
the note names none. The registry of series breaks, which concerns every report, is written here too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from formats import csv_file, danish

SEED = 20150630

NATIONAL = "Hele landet"
BASE = 12  # January 2014, counted from January 2013
MONTHS = 30  # to June 2015
POPULATION = {"Ballerup": (31_040, 9), NATIONAL: (3_655_300, 610)}  # aged 16-66: at first, and more each month

# Share of the population aged 16-66 in pct.: (measure, last month, national anchors, season, level of Ballerup at the
# base, lead of Ballerup on the country). An anchor is (month, value); straight lines between. A lead is how much
# lower Ballerup has gone since the base (higher for flex jobs), in pct.point.
Anchors = Sequence[tuple[int, float]]
SERIES: tuple[tuple[str, int, Anchors, float, float, Anchors], ...] = (
    (
        "Forsørgelsestryk",
        29,
        ((0, 21.60), (12, 21.15), (29, 20.35)),
        0.20,
        22.05,
        ((0, -0.12), (12, 0), (17, -0.03), (19, -0.02), (20, 0.12), (22, 0.34), (24, 0.46), (29, 0.55)),
    ),
    (
        "Ledige under 30 år",
        29,
        ((0, 1.82), (12, 1.66), (29, 1.36)),
        0.12,
        1.98,
        ((0, -0.06), (12, 0), (14, -0.015), (15, 0.04), (20, 0.17), (29, 0.32)),
    ),
    (
        "Sygedagpenge",
        28,
        ((0, 2.18), (12, 2.16), (17, 2.14), (19, 2.06), (28, 2.02)),
        0.07,
        2.34,
        ((0, 0.05), (12, 0), (18, -0.04), (23, -0.11), (28, -0.1641)),
    ),
    (
        "Fleksjob efter ny ordning",
        22,
        ((0, 0.012), (6, 0.145), (12, 0.300), (22, 0.594)),
        0.0,
        0.192,
        ((0, 0.100), (12, 0), (15, 0.004), (22, 0.027)),
    ),
)
PROVISIONAL = {"Forsørgelsestryk": 1, "Ledige under 30 år": 1, "Sygedagpenge": 1, "Fleksjob efter ny ordning": 0}

# The 17 municipalities of the cluster: population aged 16-66, activity-ready in pct. of it in January 2016, and what
# is left of that share in November 2017
CLUSTER = {
    "Ballerup": (31_300, 2.31, 0.97),
    "Esbjerg": (74_200, 2.62, 0.93),
    "Gladsaxe": (44_100, 2.02, 0.99),
    "Guldborgsund": (38_300, 3.38, 0.91),
    "Haderslev": (35_400, 2.51, 0.96),
    "Herlev": (18_300, 2.44, 1.02),
    "Holbæk": (45_200, 2.36, 0.94),
    "Horsens": (58_100, 2.71, 0.90),
    "Kalundborg": (30_600, 2.88, 0.95),
    "Langeland": (7_600, 3.62, 1.04),
    "Norddjurs": (24_100, 2.77, 0.92),
    "Ringsted": (22_200, 2.09, 0.98),
    "Svendborg": (37_100, 2.95, 0.89),
    "Tønder": (23_700, 2.24, 0.97),
    "Vordingborg": (28_600, 2.69, 0.94),
    "Aabenraa": (37_300, 3.8686, 0.63),
    "Aarhus": (233_600, 2.83, 0.95),
}
COUNTRY = (3_731_000, 2.58, 0.95)
CLUSTER_MONTHS = 35  # January 2015 to November 2017
CLUSTER_BASE = 12  # January 2016

# What a full-year person costs the municipality net in 2015, before the refund ladder. Rates are the maximum.
REFUND_ASSUMED = "30 pct. refusion er antaget (passiv periode, før refusionsreformen)"
PRICES = (
    ("Ledig under 30 år", 71_340, 30, f"5.945 kr. pr. måned, uddannelseshjælp for udeboende 2015, {REFUND_ASSUMED}"),
    ("Sygedagpenge", 215_020, 30, f"4.135 kr. pr. uge, højeste sats 2015, i 52 uger, {REFUND_ASSUMED}"),
)
FLEX_JOB_PRICE = (
    "Fleksjob i stedet for ledighedsydelse",
    60_202,
    "Ledighedsydelse 3.680 kr. pr. uge i 52 uger med 30 pct. refusion mindre fleksløntilskud 17.559,64 kr. pr. måned "
    "med 65 pct. refusion, satser 2015, begge refusioner er antaget",
)

# Measures by the name that the snapshot knows them under


def line(anchors: Anchors, months: int) -> np.ndarray:
    return np.interp(np.arange(months), *zip(*anchors, strict=True))


def month_name(number: int, first_year: int) -> str:
    return f"{first_year + number // 12}M{number % 12 + 1:02}"


def share(persons: int, population: int) -> str:
    """The share of the population in pct. with the two decimals of the source."""
    return danish(round(persons / population * 10**4), 2)


def row(period: str, area: str, persons: int, population: int, *rest: str) -> str:
    return ";".join([period, area, danish(persons), danish(population), share(persons, population), *rest])


def goals_of_ballerup(rng: np.random.Generator) -> list[str]:
    """The four measures of Ballerup and the country by month."""
    rows = []
    for measure, last, national, season, level, lead in SERIES:
        months = last + 1
        waves = season * np.cos(2 * np.pi * (np.arange(months) - 1) / 12)
        country = line(national, months) + waves
        better = line(lead, months) * (1 if measure.startswith("Fleksjob") else -1)
        own = level + country - country[BASE] + better
        noise = rng.integers(-1, 2, months)  # persons
        noise[[BASE, last]] = 0
        for number in range(months):
            status = "Foreløbig" if number > last - PROVISIONAL[measure] else "Endelig"
            for area, rate, extra in (("Ballerup", own, noise[number]), (NATIONAL, country, 0)):
                start, monthly = POPULATION[area]
                population = start + monthly * number
                persons = max(0, round(rate[number] / 100 * population) + int(extra))
                rows.append(row(month_name(number, 2013), area, persons, population, measure, status))
    return rows


def cluster_of_aabenraa(rng: np.random.Generator) -> list[str]:
    """Activity-ready persons without the integration area, by month, in 17 municipalities and the country."""
    after = (np.arange(CLUSTER_MONTHS) - CLUSTER_BASE) / (CLUSTER_MONTHS - 1 - CLUSTER_BASE)
    rows = []
    for area, (population, rate, left) in {**CLUSTER, NATIONAL: COUNTRY}.items():
        # before the base slowly upwards, afterwards towards what is left
        path = np.where(after < 0, 1 + 0.05 * after, 1 + (left - 1) * np.clip(after, 0, 1) ** 0.9)
        noise = 1 + 0.008 * (rng.random(CLUSTER_MONTHS) - 0.5)
        noise[[CLUSTER_BASE, -1]] = 1
        for number in range(CLUSTER_MONTHS):
            persons = round(rate / 100 * population * path[number] * noise[number])
            rows.append(row(month_name(number, 2015), area, persons, population))
    return rows


def measures_file(title: Sequence[str], rows: Sequence[str], more: Sequence[str], footer: str) -> bytes:
    heading = ";".join(["Måned", "Område", "Fuldtidspersoner", "Befolkning 16-66 år", "Andel (pct.)", *more])
    return csv_file([*title, ""], heading, rows, ["", footer]).encode("utf-8-sig")


def unit_prices() -> list[str]:
    """Rows of the shared file of unit prices: none; Ballerup's are of 2015 and have a file of their own."""
    return []


def prices_of_ballerup() -> str:
    heading = (
        "Kommune;Ydelse;År;Netto kr. pr. helårsperson;Brutto kr. pr. helårsperson;Statsrefusion (andel);"
        "Prisniveau;Grundlag;Kilde"
    )
    rows = [
        f"Ballerup;{benefit};2015;{danish(round(gross * (100 - refund_pct) / 100))};{danish(gross)};"
        f"{danish(refund_pct, 2)};2015;Sats;{source}"
        for benefit, gross, refund_pct, source in PRICES
    ]
    benefit, net, source = FLEX_JOB_PRICE
    rows.append(f"Ballerup;{benefit};2015;{danish(net)};;;2015;Sats;{source}")
    return csv_file(["Enhedspriser pr. helårsperson, Ballerup 2015"], heading, rows)


def files() -> dict[str, bytes]:
    """The raw files by name."""
    rng = np.random.default_rng(SEED)
    ballerup = measures_file(
        ["Jobindsats og Danmarks Statistik", "Ballerup og hele landet, fuldtidspersoner og befolkning"],
        goals_of_ballerup(rng),
        ["Måltal", "Status"],
        "Filter: Område = Ballerup, Hele landet; Periode = jan 2013 - jun 2015",
    )
    cluster = measures_file(
        ["Jobindsats", "Aktivitetsparate på kontanthjælp og uddannelseshjælp uden integrationsområdet"],
        cluster_of_aabenraa(rng),
        [],
        "Filter: Visitationskategori = Aktivitetsparat; Periode = jan 2015 - nov 2017; opgjort 9. januar 2018",
    )
    return {
        "jobindsats_ballerup.csv": ballerup,
        "enhedspriser_ballerup.csv": prices_of_ballerup().encode("utf-8-sig"),
        "jobindsats_klynge.csv": cluster,
    }
