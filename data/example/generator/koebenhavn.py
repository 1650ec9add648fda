"""København, særlig indsats for førtidspension og fleksjob, as of 31 December 2017: tables B1-B8 and figure 1.

The months and the cases are constructed; they add up to the printed totals. Not met, since the report prints neither
hours nor headcounts: the sick leave of B7 and the turnover of B8 cannot be recomputed, so they stand as printed.
Not from the report: the second source of awards and of courses started (Jobindsats), which it mentions without figures,
and the cases' numbers of days, of which it says only that timeliness fell in the second half of 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from formats import csv_file, danish

SEED = 20170815
EXTRACTED_ON = "15-01-2018"
SERVICE_TARGET_DAYS = 23 * 7

# ---------------------------------------- printed on paper: 2016, 2017
B1 = (321, 453)
B2 = {"BIF": (28, 83), "SOF": (22, 34)}
B3 = (190, 263)
B4 = (1048, 888)
B5 = {"BIF": (899, 759), "SOF": (149, 129)}
B6 = (996, 1330)
B7 = (151, 91)  # tenths of a per cent
B8 = {"Afgang": (36, 51), "Tilgang": (39, 110), "Medarbejderomsætning": (151, 160)}

# ---------------------------------------- what is constructed to meet it
EVEN = (1.0,) * 12
AFTER_AGREEMENT = (0.9, 0.85, 0.95, 0.8, 0.95, 0.95, 0.6, 0.95, 1.15, 1.25, 1.3, 1.1)  # decided 15 August 2017
MORE_PLANS = (0.85, 0.8, 0.95, 0.8, 0.95, 1.0, 0.65, 1.0, 1.2, 1.25, 1.3, 1.0)

JOBINDSATS_AWARDS = (318, 447)  # beside 321 and 453; the last month lacks late registrations
LATE_SHARE_OF_LAST_MONTH = 0.6
JOBINDSATS_STARTS = (1093, 931)  # started is a little more than recommended

PLANS_2015 = 948
# weeks from plan to decision: the middle of them by month of the plan, January 2015 to December 2017
USUAL_WEEKS = 18.8
ADDED_WEEKS_2017 = (0.0, 0.2, 0.7, 1.4, 2.2, 3.0, 3.8, 4.6, 5.2, 5.8, 6.4, 7.0)
WEEKS_APART = 7.5
NEVER_SOON = 0.03  # share of the cases that take much longer


class Case(NamedTuple):
    opened_on: date
    decided_on: date | None


def by_month(rng: np.random.Generator, total: int, weights: Sequence[float] = EVEN) -> list[int]:
    """Twelve whole numbers that sum to `total`, uneven as months are."""
    sizes = np.array(weights) * (0.8 + 0.4 * rng.random(12))
    edges = np.rint(np.cumsum(sizes) / sizes.sum() * total).astype(int)
    return [int(count) for count in np.diff(edges, prepend=0)]


def two_years(rng: np.random.Generator, totals: tuple[int, int], weights_2017: Sequence[float] = EVEN) -> list[int]:
    return by_month(rng, totals[0]) + by_month(rng, totals[1], weights_2017)


def working_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def cases(rng: np.random.Generator, plans: Sequence[int]) -> list[Case]:
    """A case for each preparatory plan, by month from January 2015; undecided where the decision lies in 2018."""
    added = (0.0,) * 24 + ADDED_WEEKS_2017
    made = []
    for month, count in enumerate(plans):
        year, month_of_year = 2015 + month // 12, month % 12 + 1
        first = date(year, month_of_year, 1)
        days = [first + timedelta(days=n) for n in range(31)]
        days = [day for day in days if day.month == month_of_year and day.weekday() < 5]
        for _ in range(count):
            opened_on = days[rng.integers(len(days))]
            weeks = USUAL_WEEKS + added[month] + WEEKS_APART * (float(rng.random(3).sum()) - 1.5)
            if rng.random() < NEVER_SOON:
                weeks += 8 + 30 * float(rng.random())
            decided_on = working_day(opened_on + timedelta(days=round(7 * weeks)))
            made.append(Case(opened_on, decided_on if decided_on <= date(2017, 12, 31) else None))
    return made


def months() -> list[str]:
    return [f"{year}M{month:02}" for year in (2016, 2017) for month in range(1, 13)]


def awards(rng: np.random.Generator) -> tuple[str, list[int]]:
    """Disability pensions as counted by Socialforvaltningen, also those that came from a resource course."""
    awarded = two_years(rng, B1, AFTER_AGREEMENT)
    from_course = {name: two_years(rng, totals, AFTER_AGREEMENT) for name, totals in B2.items()}
    rows = [f"{period};København;Tilkendte førtidspensioner;{n}" for period, n in zip(months(), awarded, strict=True)]
    for name, counts in from_course.items():
        label = f"Tilkendte førtidspensioner fra ressourceforløb i {name}"
        rows += [f"{period};København;{label};{n}" for period, n in zip(months(), counts, strict=True)]
    title = ["Socialforvaltningen, København", "Bevilgede førtidspensioner, egen optælling", ""]
    return csv_file(title, "Måned;Kommune;Opgørelse;Antal", rows), awarded


def jobindsats(rng: np.random.Generator, awarded: Sequence[int]) -> str:
    """Flex jobs, and what the first report took from here: awards (late registration) and courses started."""
    flex_jobs = two_years(rng, B3, AFTER_AGREEMENT)
    started = two_years(rng, JOBINDSATS_STARTS)
    registered = list(awarded)
    for year, total in enumerate(JOBINDSATS_AWARDS):
        lacking = sum(registered[12 * year : 12 * year + 12]) - total
        for _ in range(lacking):
            registered[12 * year + int(rng.integers(11))] -= 1
    registered[-1] = round(registered[-1] * LATE_SHARE_OF_LAST_MONTH)
    series = (
        ("Tilkendte fleksjob", flex_jobs),
        ("Tilkendte førtidspensioner", registered),
        ("Påbegyndte ressourceforløb", started),
    )
    rows = [
        f"{period};København;{name};{danish(n)};Endelig"
        for name, counts in series
        for period, n in zip(months(), counts, strict=True)
    ]
    rows = [
        row.replace("Endelig", "Foreløbig") if row.startswith("2017M12") and "Tilkendte fleksjob" not in row else row
        for row in rows
    ]
    footer = ["", "Filter: Område = København; Periode = jan 2016 - dec 2017"]
    return csv_file(["Jobindsats.dk", ""], "Måned;Område;Måling;Antal;Status", rows, footer)


def biflis(rng: np.random.Generator, plans: Sequence[int]) -> str:
    """Recommended resource courses by the citizen's coordinating office, and preparatory plans begun."""
    series = {f"Indstillet til ressourceforløb i {name}": two_years(rng, totals) for name, totals in B5.items()}
    series["Påbegyndte forberedende planer"] = list(plans)
    rows = [
        f"{period};København;{name};{danish(n)}"
        for name, counts in series.items()
        for period, n in zip(months(), counts, strict=True)
    ]
    return csv_file(["BIFLIS", f"Udtrukket {EXTRACTED_ON}", ""], "Måned;Kommune;Opgørelse;Antal", rows)


def rubin(rng: np.random.Generator) -> str:
    """Staff: leavers and joiners by month; the two rates as the report gives them, for the year to December."""
    series = {name: two_years(rng, B8[name]) for name in ("Afgang", "Tilgang")}
    rows = [
        f"{period};København;{name};{n};personer"
        for name, counts in series.items()
        for period, n in zip(months(), counts, strict=True)
    ]
    for name, tenths in (("Sygefravær", B7), ("Medarbejderomsætning", B8["Medarbejderomsætning"])):
        for year, rate in zip((2016, 2017), tenths, strict=True):
            rows.append(f"{year}M12;København;{name};{danish(rate, 3)};andel")
    title = ["Rubin via KS", "Center JKI. Andele gælder år til dato", ""]
    return csv_file(title, "Måned;Kommune;Opgørelse;Værdi;Enhed", rows)


def timeliness(all_cases: Sequence[Case]) -> str:
    """Decided in the month, and of these within the service target, as in the quarterly report to the committee."""
    rows = []
    for period in months():
        decided = [
            (case.decided_on - case.opened_on).days
            for case in all_cases
            if case.decided_on and f"{case.decided_on:%YM%m}" == period
        ]
        in_time = sum(days <= SERVICE_TARGET_DAYS for days in decided)
        share = danish(round(10_000 * in_time / len(decided)), 4)
        rows.append(f"{period};København;{share};{in_time};{len(decided)}")
    title = ["BIFs resultatrapport", "Rettidighed på 23 uger", ""]
    return csv_file(title, "Måned;Kommune;Andel;Rettidige;Afgjorte", rows)


def case_list(rng: np.random.Generator, all_cases: Sequence[Case]) -> str:
    numbers = 300_001 + rng.permutation(len(all_cases))
    rows = [
        f"S{number};{case.opened_on:%d-%m-%Y};{f'{case.decided_on:%d-%m-%Y}' if case.decided_on else ''}"
        for number, case in sorted(zip(numbers.tolist(), all_cases, strict=True))
    ]
    return csv_file(
        ["Sager til rehabiliteringsteamet", "Opgjort pr. 31-12-2017", ""],
        "Sag;Forberedende plan påbegyndt;Afgjort",
        rows,
        ["", f"Antal rækker: {len(rows)}"],
    )


class Point(NamedTuple):
    """A row of the report's tables (or, compared, what another source says of it)."""

    goal: str
    title: str
    table: str
    heading: str
    row: str
    role: str
    measure: str
    source: str
    stage: str
    definition: str


PENSIONS = Point(
    goal="foertidspension",
    title="Tilkendte førtidspensioner",
    table="Tabel 1",
    heading="Førtidspensionstilkendelser",
    row="Januar – december i alt",
    role="Trykt",
    measure="Tilkendte førtidspensioner",
    source="Socialforvaltningen",
    stage="Tilkendt",
    definition="Borgere, som i perioden har fået tilkendt førtidspension, efter Socialforvaltningens egen optælling.",
)
COURSES = Point(
    goal="ressourceforloeb",
    title="Ressourceforløb i alt",
    table="Tabel 4",
    heading="Antal påbegyndte ressourceforløb",
    row="Januar - december i alt",
    role="Trykt",
    measure="Indstillet til ressourceforløb i",
    source="BIFLIS",
    stage="Indstillet",
    definition="Borgere, som rehabiliteringsteamet har indstillet til ressourceforløb, også dem, der ikke begynder.",
)
STAFF = Point(
    goal="medarbejderomsaetning",
    title="Medarbejdere, afgang",
    table="Tabel 8",
    heading="BIF Afgang",
    row="Januar – december",
    role="Trykt",
    measure="Afgang",
    source="Rubin via KS",
    stage="Andet",
    definition="Medarbejdere, der er fratrådt. Flytning til andre centre er ikke talt med.",
)
POINTS = (
    PENSIONS,
    *(
        PENSIONS._replace(
            title=f"Førtidspension fra ressourceforløb, {office}",
            table="Tabel 2",
            heading="Overgang til førtidspension fra ressourceforløb i hhv. BIF og SOF",
            row=f"Januar – december fra {office}",
            measure=f"Tilkendte førtidspensioner fra ressourceforløb i {office}",
            definition=f"Heraf borgere, der kom fra et ressourceforløb med koordinerende sagsbehandler i {office}.",
        )
        for office in B2
    ),
    PENSIONS._replace(
        role="Sammenlignet",
        source="Jobindsats.dk",
        definition="Borgere, som i perioden har fået tilkendt førtidspension. Den seneste måned er foreløbig.",
    ),
    Point(
        goal="fleksjob",
        title="Tilkendte fleksjob",
        table="Tabel 3",
        heading="Fleksjobtilkendelser",
        row="Januar - december i alt",
        role="Trykt",
        measure="Tilkendte fleksjob",
        source="Jobindsats.dk",
        stage="Tilkendt",
        definition="Borgere, som i perioden har fået tilkendt fleksjob.",
    ),
    *(COURSES._replace(measure=f"Indstillet til ressourceforløb i {office}") for office in B5),
    *(
        COURSES._replace(
            title=f"Ressourceforløb, {office}",
            table="Tabel 5",
            heading="Overgang til ressourceforløb i hhv. BIF og SOF",
            row=f"Januar – december, {office}",
            measure=f"Indstillet til ressourceforløb i {office}",
            definition=f"Heraf borgere med koordinerende sagsbehandler i {office}.",
        )
        for office in B5
    ),
    COURSES._replace(
        role="Sammenlignet",
        measure="Påbegyndte ressourceforløb",
        source="Jobindsats.dk",
        stage="Påbegyndt",
        definition="Ressourceforløb, der er begyndt i perioden. Kan være flere end dem, der er nye for borgeren.",
    ),
    Point(
        goal="forberedende-planer",
        title="Påbegyndte forberedende planer",
        table="Tabel 6",
        heading="Antal borgere der har fået påbegyndt en forberedende plan på center for jobindsats",
        row="Januar – december i alt",
        role="Trykt",
        measure="Påbegyndte forberedende planer",
        source="BIFLIS",
        stage="Påbegyndt",
        definition="Borgere, hvis sagsbehandler har påbegyndt en plan til rehabiliteringsteamet. "
        "Planen siger ikke, hvad borgeren bliver afklaret til.",
    ),
    STAFF._replace(
        goal="sygefravaer",
        title="Sygefravær på JKI",
        table="Tabel 7",
        heading="Sygefravær JKI",
        measure="Sygefravær",
        definition="Sygefravær som andel af arbejdstiden, år til dato. Timerne er ikke oplyst.",
    ),
    STAFF,
    STAFF._replace(
        title="Medarbejdere, tilgang",
        heading="BIF Tilgang",
        measure="Tilgang",
        definition="Medarbejdere, der er ansat. Ekstra medarbejdere fra andre centre er ikke talt med.",
    ),
    STAFF._replace(
        title="Medarbejderomsætning",
        heading="Medarbejderomsætning",
        measure="Medarbejderomsætning",
        definition="Afgang som andel af det gennemsnitlige antal ansatte, som ikke er oplyst.",
    ),
    Point(
        goal="rettidighed",
        title="Afgjort inden 23 uger",
        table="Figur 1",
        heading="Rettidighed",
        row="Januar – december",
        role="Kun i listen",
        measure="Rettidighed",
        source="BIFs resultatrapport",
        stage="Andet",
        definition="Sager afgjort højst 23 uger efter, at den forberedende plan blev påbegyndt, ud af alle afgjorte.",
    ),
)


def points() -> str:
    """The report's measurement points: where each stands on paper, what is counted, and by whom."""
    heading = "Mål;Titel;Tabel;Overskrift;Række;Rolle;Opgørelse;Kilde;Trin;Definition"
    return csv_file(
        ["Målepunkter, særlig indsats for førtidspension og fleksjob", ""],
        heading,
        [";".join(point) for point in POINTS],
    )


def unit_prices() -> list[str]:
    """The report states neither costs nor savings."""
    return []


def files() -> dict[str, bytes]:
    """The raw files by name."""
    assert all(sum(B5[name][year] for name in B5) == B4[year] for year in (0, 1))
    rng = np.random.default_rng(SEED)
    plans = two_years(rng, B6, MORE_PLANS)
    all_cases = cases(rng, by_month(rng, PLANS_2015) + plans)
    pensions, awarded = awards(rng)
    return {
        "koebenhavn_foertidspension.csv": pensions.encode("cp1252"),
        "koebenhavn_jobindsats.csv": jobindsats(rng, awarded).encode("utf-8-sig"),
        "koebenhavn_biflis.csv": biflis(rng, plans).encode("cp1252"),
        "koebenhavn_rubin.csv": rubin(rng).encode("cp1252"),
        "koebenhavn_rettidighed.csv": timeliness(all_cases).encode("utf-8-sig"),
        "koebenhavn_sager.csv": case_list(rng, all_cases).encode("cp1252"),
        "koebenhavn_maalepunkter.csv": points().encode("utf-8-sig"),
    }
