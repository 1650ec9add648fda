"""KIJOS, Aabenraa, as of 30 November 2019: raw files from which the printed tables K1-K6 follow.

Not met, since no whole number of persons can: the "-3 %" of sygedagpenge 2019, which is
100 * (488 - 500) / 500 = -2.4 %.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
from formats import (
    ACTIVITIES,
    BUDGET_HEADING,
    NOT_PHASED,
    REFUND,
    STAFF,
    Posting,
    Sheet,
    corrected,
    csv_file,
    danish,
    journal,
    postings_of_month,
    thousands,
    workbook,
)

SEED = 20191130

# ---------------------------------------- printed on paper (1.000 kr., persons)
YEARS_KIJOS = (2019, 2020, 2021, 2022)
K1 = {  # net budget
    "AMU Investering": (669, 560, 560, 560),
    "ØKU Investering": (2694, 3805, 3999, 3895),
    "AMU Besparelse": (-2821, -5140, -5140, -5140),
    "I alt": (542, -775, -581, -685),
}
K2 = {  # revised budget, actual and expected as of 30 November 2019
    "ØKU": (2694, 1576, 2308),
    "AMU": (669, -1297, 585),
    "Netto": (3363, 280, 2893),
}
K3 = (-2821, 1910, -2428)
K4 = (542, 2189, 465)
K5 = {"original": (500, 470, 471, 474), "strategy": (488, 443, 444, 447), "actual": 506, "variance": 18}
K6 = {"original": (284, 287, 288, 290), "strategy": (275, 275, 276, 278), "actual": 292, "variance": 17}

# ---------------------------------------- what is constructed to meet it
# kr. per full-year person, from the two equations of the budget: 12a + 9b = 2.821 and 27a + 12b = 5.140 t.kr.
NET_PRICE_SICKNESS = 125_333
NET_PRICE_CLARIFICATION = 146_333

MONTHS_2019 = (6, 7, 8, 9, 10, 11)
# Postings in kr. by month, June to November 2019
SPEND_OKU = (168_204, 205_377, 268_115, 296_480, 311_690, 326_546)
SPEND_AMU = (31_250, 38_420, 54_900, 61_735, 57_310, 49_185)
REFUND_AMU = (0, 0, -248_500, -362_300, -391_200, -587_434)

# The revised budget in kr. by month, June to December 2019. AMU spends two eighths in the first month;
# no linear profile meets the three printed lines.
PHASED_2019 = {
    "ØKU Investering": (384_640,) * 6 + (386_160,),
    "AMU Investering": (167_250,) + (83_625,) * 6,
    "AMU Besparelse": (-404_700,) * 6 + (-392_800,),
}

# Expenditure-based full-year persons, January to November 2019, in tenths of a person
STOCK_SICKNESS = (5038, 5072, 5049, 5013, 4986, 4974, 5007, 5061, 5118, 5159, 5168)
STOCK_CLARIFICATION = (2860, 2869, 2876, 2871, 2889, 2896, 2913, 2942, 2974, 3001, 3032)
REPORTED_SAVING_KR = -1_909_600  # the controller's own figure; a minus is extra cost

# Shares of the population aged 16-66 by month from January 2018, in Aabenraa and the country, constructed. Aabenraa's
# persons of 2019 are the stocks above, rounded; those of 2018 lie so many persons from the same month of 2019.
# The country is held against May 2019, the month before the strategy began: what it had of its May, in thousandths
PERSONS_2018 = {"Sygedagpenge": (5, 4, 3, 1, 2, 1, -1, -3, -5, -6, -4), "Jobafklaring": (-9,) * 11}
POPULATION = {"Aabenraa": (37_400, -4), "Hele landet": (3_748_000, 520)}  # January 2018, and more each month
COUNTRY_IN_MAY = {"Sygedagpenge": 62_900, "Jobafklaring": 17_100}
COUNTRY_2019 = {
    "Sygedagpenge": (1009, 1015, 1011, 1004, 1000, 997, 998, 1004, 1011, 1015, 1014),
    "Jobafklaring": (985, 989, 993, 997, 1000, 1003, 1007, 1011, 1016, 1021, 1026),
}

# Full-time persons in revalidering, in tenths: 2018, and 2019 to November
STOCK_REHABILITATION = (
    (412, 408, 415, 421, 419, 410, 398, 402, 411, 417, 420, 414),
    (418, 423, 431, 428, 436, 433, 419, 427, 441, 446, 438),
)

TARGET_HEADING = ("Måltal", "År", "Oprindeligt budget", "KIJOS-budget", "Enhed")


def postings_aabenraa(rng: np.random.Generator) -> list[Posting]:
    oku, amu = "XA-1391100000-00010", "XA-1391100000-00020"
    postings = []
    months = zip(MONTHS_2019, SPEND_OKU, SPEND_AMU, REFUND_AMU, strict=True)
    for month, staff_kr, activities_kr, refund_kr in months:
        postings += postings_of_month(rng, oku, 2019, month, staff_kr, 22, STAFF)
        postings += postings_of_month(rng, amu, 2019, month, activities_kr, 18, ACTIVITIES)
        postings += postings_of_month(rng, amu, 2019, month, refund_kr, 2, REFUND)
    return corrected(postings, at=25)


def budget_aabenraa() -> bytes:
    budget: list[tuple] = []
    for name in ("AMU Investering", "ØKU Investering", "AMU Besparelse"):
        committee, line = name.split()
        for year, amount in zip(YEARS_KIJOS, K1[name], strict=True):
            budget.append((committee, line, "Strategi", year, 2019, *NOT_PHASED, amount * 1000))
        phased = (0,) * 5 + PHASED_2019[name]
        budget.append((committee, line, "Korrigeret", 2019, 2019, *phased, sum(phased)))
    persons = [
        (measure, year, original, strategy, "helårspersoner")
        for measure, table in (("Sygedagpenge", K5), ("Jobafklaring", K6))
        for year, original, strategy in zip(YEARS_KIJOS, table["original"], table["strategy"], strict=True)
    ]
    title = ("Aabenraa Kommune", "Budgetopfølgning pr. 30. november 2019", "Investeringsstrategien KIJOS")
    source = "Kilde: Økonomisystem, udtrukket 09-12-2019. Filter: PSP-element XA-1391100000*"
    return workbook(
        [
            Sheet("Budget", (*title, "Hele kroner, besparelser med minus"), BUDGET_HEADING, budget, source),
            Sheet("Helårspersoner", (*title, "Økonomiske helårspersoner"), TARGET_HEADING, persons, source),
        ],
        created=datetime(2019, 12, 9),
    )


def full_year_persons() -> str:
    rows = [
        f"2019M{month:02};Aabenraa;{measure};{danish(tenths, 1)};helårspersoner"
        for measure, stock in (("Sygedagpenge", STOCK_SICKNESS), ("Jobafklaring", STOCK_CLARIFICATION))
        for month, tenths in enumerate(stock, start=1)
    ]
    return csv_file(["Økonomiske helårspersoner pr. måned"], "Måned;Område;Måltal;Værdi;Enhed", rows)


def shares_of_population() -> str:
    """Persons and population by month and area, January 2018 to November 2019; December 2018 is between its months."""
    rows = []
    for measure, stock in (("Sygedagpenge", STOCK_SICKNESS), ("Jobafklaring", STOCK_CLARIFICATION)):
        now = [round(tenths / 10) for tenths in stock]
        then = [persons + more for persons, more in zip(now, PERSONS_2018[measure], strict=True)]
        country_now = [round(COUNTRY_IN_MAY[measure] * part / 1000) for part in COUNTRY_2019[measure]]
        country_then = [round(persons * 0.992) for persons in country_now]
        for area, before, after in (("Aabenraa", then, now), ("Hele landet", country_then, country_now)):
            start, monthly = POPULATION[area]
            for number, persons in enumerate([*before, round((before[-1] + after[0]) / 2), *after]):
                population = start + monthly * number
                share = danish(round(persons / population * 10**4), 2)
                month = f"{2018 + number // 12}M{number % 12 + 1:02}"
                rows.append(f"{month};{area};{measure};{danish(persons)};{danish(population)};{share}")
    return csv_file(
        ["Jobindsats og Danmarks Statistik", "Fuldtidspersoner og befolkning på 16-66 år, Aabenraa og hele landet", ""],
        "Måned;Område;Ydelse;Fuldtidspersoner;Befolkning 16-66 år;Andel (pct.)",
        rows,
        ["", "Filter: Område = Aabenraa, Hele landet; Periode = jan 2018 - nov 2019"],
    )


def reported_saving() -> str:
    row = f"2019M11;Aabenraa;Beregnet besparelse;{danish(REPORTED_SAVING_KR)};kr."
    title = ["Beregnet besparelse, KIJOS, 1. juni - 30. november 2019", "Minus er en merudgift"]
    return csv_file(title, "Måned;Område;Måltal;Værdi;Enhed", [row])


def rehabilitation() -> str:
    rows = [
        f"{year}M{month:02};Aabenraa;{danish(tenths, 1)};Endelig"
        for year, stock in zip((2018, 2019), STOCK_REHABILITATION, strict=True)
        for month, tenths in enumerate(stock, start=1)
    ]
    rows[-1] = rows[-1].replace("Endelig", "Foreløbig")
    return csv_file(
        ["Momentum", "Borgere i revalidering, fuldtidspersoner", "Udtrukket 09-12-2019", ""],
        "Måned;Kommune;Fuldtidspersoner;Status",
        rows,
        ["", "Filter: Målgruppe = Revalidering; Kommune = Aabenraa; Periode = jan 2018 - nov 2019"],
    )


def unit_prices() -> list[str]:
    """Rows of the shared file of unit prices."""
    derived = "Udledt af budgettets to ligninger 12a+9b=2.821, 27a+12b=5.140 (1.000 kr.)"
    return [
        f"Aabenraa;{benefit};{year};{danish(net)};;;2019;Budget;{derived}"
        for benefit, net in (("Sygedagpenge", NET_PRICE_SICKNESS), ("Jobafklaring", NET_PRICE_CLARIFICATION))
        for year in YEARS_KIJOS
    ]


def check_printed_cells() -> None:
    """Every printed cell of K1-K6 that can follow from the constants above does."""
    assert tuple(map(sum, zip(*list(K1.values())[:3], strict=True))) == K1["I alt"]

    oku, amu = sum(SPEND_OKU), sum(SPEND_AMU) + sum(REFUND_AMU)
    phased = {name: sum(months[:6]) for name, months in PHASED_2019.items()}
    budget = {name: sum(months) for name, months in PHASED_2019.items()}
    for committee, actual in (("ØKU", oku), ("AMU", amu)):
        line = f"{committee} Investering"
        assert tuple(map(thousands, (budget[line], actual, phased[line]))) == K2[committee]
    net_phased = phased["ØKU Investering"] + phased["AMU Investering"]
    net_budget = budget["ØKU Investering"] + budget["AMU Investering"]
    assert tuple(map(thousands, (net_budget, oku + amu, net_phased))) == K2["Netto"]

    excess_sickness = sum(STOCK_SICKNESS) / 110 - K5["original"][0]
    excess_clarification = sum(STOCK_CLARIFICATION) / 110 - K6["original"][0]
    extra_cost = excess_sickness * NET_PRICE_SICKNESS + excess_clarification * NET_PRICE_CLARIFICATION
    saving_budget, saving_phased = budget["AMU Besparelse"], phased["AMU Besparelse"]
    for saved in (extra_cost, -REPORTED_SAVING_KR):
        assert tuple(map(thousands, (saving_budget, saved, saving_phased))) == K3
        gain = (net_budget + saving_budget, oku + amu + saved, net_phased + saving_phased)
        assert tuple(map(thousands, gain)) == K4

    for table, stock in ((K5, STOCK_SICKNESS), (K6, STOCK_CLARIFICATION)):
        average = sum(stock) / 110
        assert (round(average), round(average - table["strategy"][0])) == (table["actual"], table["variance"])


def files() -> dict[str, bytes]:
    """The raw files by name."""
    check_printed_cells()
    postings = postings_aabenraa(np.random.default_rng(SEED))
    assert sum(posting.amount_ore for posting in postings) == 100 * sum(SPEND_OKU + SPEND_AMU + REFUND_AMU)
    return {
        "opus_posteringer_aabenraa.txt": journal("Aabenraa", "2019", date(2019, 12, 9), postings).encode("cp1252"),
        "momentum_revalidering.csv": rehabilitation().encode("cp1252"),
        "okonomi_helaarspersoner.csv": full_year_persons().encode("utf-8-sig"),
        "jobindsats_kijos.csv": shares_of_population().encode("utf-8-sig"),
        "beregnet_besparelse.csv": reported_saving().encode("utf-8-sig"),
        "budget_aabenraa.xlsx": budget_aabenraa(),
    }
