"""KIK and KIK II, Aabenraa, as of 31 May and 31 August 2018: raw files from which the printed tables A1-A6 follow.

Nine printed cells do not add up on paper, because what they are made of was rounded first. Here amounts and flows are
unrounded, so all of them come out as printed. What each KIK citizen left for, the monthly series and the split of the
net gain into investment and saving are constructed; the paper gives only their sums.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
from formats import (
    ACTIVITIES,
    BUDGET_HEADING,
    MONTH_HEADINGS,
    NOT_PHASED,
    STAFF,
    Posting,
    Sheet,
    csv_file,
    danish,
    journal,
    postings_of_month,
    thousands,
    workbook,
)

SEED = 20180531
KIK_EXTRACTED, KIK_II_EXTRACTED = date(2018, 6, 11), date(2018, 9, 10)

# ---------------------------------------- A1: the committee's adopted budget (1.000 kr.), as printed
YEARS_A1 = (2018, 2019, 2020, 2021)
A1 = (
    ("Serviceudgifter", "Øvrige sociale udgifter", (17793, 16853, 16853, 16853)),
    ("Overførselsudgifter", "Besparelsepulje", (-2000, -2000, -2000, -2000)),
    ("Overførselsudgifter", "Førtidspension", (274778, 275246, 275202, 275861)),
    ("Overførselsudgifter", "Ledighedsydelse og fleksjob", (136102, 144275, 153627, 163078)),
    ("Overførselsudgifter", "Sygedagpenge, revalidering m.v.", (149865, 151293, 153932, 160267)),
    ("Overførselsudgifter", "Kontanthjælp", (123149, 107644, 108789, 108789)),
    ("Overførselsudgifter", "Integration og enkeltydelser", (15541, 16957, 16658, 16048)),
    ("Overførselsudgifter", "Øvrige sociale udgifter", (60426, 60069, 59733, 59332)),
    ("Forsikrede ledige", "Forsikrede ledige", (117619, 117619, 117619, 117619)),
)

# ---------------------------------------- A2: KIK's net gain by year (mio. kr.), as printed
A2 = {
    "Budgetteret": (-18.1, -8.6, 4.0, 22.0),
    "Faktisk": (6.1, 25.3, 11.4),
    "Forskel": (24.2, 33.9, 7.4),
}
INVESTMENT_SHARE_OK = 0.4  # of every investment; the rest is AU's
# kr.: investment and saving by year; 2018 as (January to May, June to December). The investments are the 68 mio. kr.
# that the council is said to invest.
BUDGET_KIK = {
    2016: (23_500_000, 5_420_000),
    2017: (23_423_000, 14_803_000),
    2018: ((5_600_000, 7_077_000), (9_580_000, 13_412_000)),
    2019: (8_400_000, 30_440_000),
}
# kr. by month, January 2016 to May 2018: what was posted, and the controller's computed saving
SPEND_KIK = tuple(
    [1_180_000 + 109_090 * month for month in range(12)]
    + [2_005_800 + 40 * month for month in range(12)]
    + [1_031_000, 1_024_500, 1_019_800, 1_026_200, 1_018_500]
)
SAVING_KIK = tuple(
    [1_020_000 + 231_060 * month for month in range(12)]
    + [3_616_000 + 90_730 * month for month in range(12)]
    + [3_289_000, 3_298_400, 3_301_600, 3_306_900, 3_304_100]
)

# ---------------------------------------- A3: contact courses, in tenths; printed: 1.133, 975, 853, 783, 783
START = 11_330
SELF_SUPPORT = {2018: 0, 2019: -1204, 2020: -936, 2021: -542, 2022: 0}
OTHER_SUPPORT = {2018: 0, 2019: -373, 2020: -288, 2021: -157, 2022: 0}
A3 = {
    "Antal": (1133, 1133, 975, 853, 783),
    "Selvforsørgelse": (0, -120, -94, -54, 0),
    "Anden forsørgelse": (0, -37, -29, -16, 0),
    "I alt": (1133, 975, 853, 783, 783),
}
# Contact courses at the end of each month from January 2018; 1.128 began, 1.133 when KIK II was decided
STOCK_KIK_II = (1128, 1139, 1146, 1141, 1133, 1089, 1032, 978)

# ---------------------------------------- A5: KIK II in kr.; within 2018 and 2022 by month
FIRST_MONTHS, LAST_MONTHS = (None,) * 5, (None,) * 7


def level(total: int, months: int) -> tuple[int, ...]:
    """`total` kr. in `months` equal amounts of whole kroner; the last takes what is left over."""
    each = total // months
    return (each,) * (months - 1) + (total - each * (months - 1),)


# (committee, line, item): 2018 from June, 2019, 2020, 2021, 2022 to May, 2022 from June, 2023
A5 = {
    ("ØK", "Investering", None): (4_252_700, 7_222_600, 5_704_800, 4_437_900, 1_831_900, 2_139_600, 3_587_000),
    ("AU", "Investering", None): (7_408_200, 12_450_100, 10_450_200, 4_771_300, 2_083_333, 2_916_667, 3_000_000),
    ("AU", "Besparelse", None): (0, -5_039_100, -13_223_000, -18_779_000, -8_614_167, -12_059_833, -20_674_000),
    ("ØK", "Finansiering", "Virk.konsulenter"): (
        *(1_006_950, 1_726_200, 1_726_200, 1_726_200),
        *(719_250, 1_006_950, 1_726_200),
    ),
    ("AU", "Finansiering", "Besk.bonus"): (1_000_000, 0, 0, 0, 0, 0, 0),
    ("AU/ØK", "Finansiering", "Restbudget KIK I"): (7_077_000, 0, 0, 0, 0, 0, 0),
}
A5_PRINTED = {
    "I alt": (11661, 14634, 2932, -9570, -4699, 14958, -7004, -14087),
    "Finansiering": (9084, 1726, 1726, 1726, 719, 14982, 1007, 1726),
    "Netto": (2577, 12907, 1206, -11296, -5418, -24, -8011, -15813),
}

# ---------------------------------------- who is where, as printed (A6) or split from a printed sum (1.013)
STATUS_KIK = (
    ("Aktivitetsparate", 448),
    ("Ordinært job", 318),
    ("Uddannelse med SU", 236),
    ("Jobparate eller uddannelsesparate", 171),
    ("Ledighedsydelse eller fleksjob", 96),
    ("Ressourceforløb", 74),
    ("Førtidspension", 52),
    ("Fraflyttet, folkepension eller død", 66),
)
HALF_OF_KIK = 730  # half of 1.461, rounded down
STATUS_KIK_II = (  # at the start, since then, goal for 31 January 2019
    ("Kontant- og uddannelseshjælp", 771, 207, 1117),
    ("Selvforsørgelse", 269, 139, 26),
    ("Anden forsørgelse", 81, 2, 4),
    ("Øvrige målgrupper", 7, 9, None),
)

# ---------------------------------------- monthly stocks and integration cohorts, constructed
# Full-time persons in January of each year, and in May 2018; the months between lie on the line with a small swing
STOCKS = {
    "Kontanthjælp": (1874, 1951, 2018, 2006, 1662, 1172, 1131),
    "Ledighedsydelse": (268, 277, 259, 231, 196, 171, 164),
}
SWING = (0, 6, 9, 5, 1, -4, -9, -6, 2, 5, 1, -3)  # thousandths of the stock, by month
# arrived in: (persons, self-supporting after 1, 2 and 3 years)
# Who ended on a-dagpenge by year: in each month from January to December (a third fewer in summer), and in thousandths
# those of them on kontanthjælp at once, within 6 and within 12 months. The paper says few at once, more later.
LEFT_A_DAGPENGE = {
    2014: (38, (52, 141, 221)),
    2015: (35, (48, 150, 238)),
    2016: (31, (45, 146, 229)),
    2017: (28, (43, 139, 224)),
}
AFTER_MONTHS = {"Straks": 0, "Inden for 6 måneder": 6, "Inden for 12 måneder": 12}
INTEGRATION = {2013: (84, 15, 33, 51), 2014: (127, 21, 55, 81), 2015: (168, 26, 70), 2016: (109, 20)}


def split(kroner: int) -> tuple[int, int]:
    """An investment on its two committees, ØK and AU."""
    of_ok = round(kroner * INVESTMENT_SHARE_OK)
    return of_ok, kroner - of_ok


def budget_kik() -> list[tuple]:
    rows: list[tuple] = []
    for year, (investment, saving) in BUDGET_KIK.items():
        if isinstance(investment, int):
            parts = [(NOT_PHASED, kroner) for kroner in (*split(investment), -saving)]
        else:
            halves = [*zip(*map(split, investment), strict=True), tuple(-kroner for kroner in saving)]
            parts = [((*level(first, 5), *level(last, 7)), first + last) for first, last in halves]
        lines = (("ØK", "Investering"), ("AU", "Investering"), ("AU", "Besparelse"))
        for (committee, line), (months, whole_year) in zip(lines, parts, strict=True):
            rows.append((committee, line, "Strategi", year, year, *months, whole_year))
    return rows


def budget_kik_ii() -> list[tuple]:
    rows: list[tuple] = []
    for (committee, line, item), amounts in A5.items():
        in_2018, *between, to_may, from_june, in_2023 = amounts
        years = {
            2018: ((*FIRST_MONTHS, *level(in_2018, 7)), in_2018),
            **{year: (NOT_PHASED, kroner) for year, kroner in zip((2019, 2020, 2021), between, strict=True)},
            2022: ((*level(to_may, 5), *level(from_june, 7)), to_may + from_june),
            2023: (NOT_PHASED, in_2023),
        }
        rows += [
            (committee, line, item, "Strategi", year, 2018, *months, whole) for year, (months, whole) in years.items()
        ]
    return rows


def workbook_of_kik() -> bytes:
    title = ("Aabenraa Kommune", "Investeringsstrategien KIK", "Hele kroner, besparelser med minus")
    source = "Kilde: Økonomisystem, udtrukket 11-06-2018"
    return workbook(
        [Sheet("Budget", title, BUDGET_HEADING, budget_kik(), source)],
        created=datetime(2018, 6, 11),
    )


def workbook_of_kik_ii() -> bytes:
    title = ("Aabenraa Kommune", "Investeringsstrategien KIK II")
    source = "Kilde: Beslutningsgrundlag for KIK II"
    heading = (*BUDGET_HEADING[:2], "Post", *BUDGET_HEADING[2:5], *MONTH_HEADINGS, "Helår")
    stock = START
    targets, flows = [], []
    for year in SELF_SUPPORT:
        changes = {"Selvforsørgelse": SELF_SUPPORT[year], "Anden forsørgelse": OTHER_SUPPORT[year]}
        stock += sum(changes.values())
        targets.append(("Kontaktforløb", year, START / 10, stock / 10, "kontaktforløb"))
        flows += [("Kontaktforløb", year, to, change / 10, "kontaktforløb") for to, change in changes.items()]
    return workbook(
        [
            Sheet("Budget", (*title, "Hele kroner, besparelser med minus"), heading, budget_kik_ii(), source),
            Sheet("Måltal", title, ("Måltal", "År", "Uden strategien", "Ved årets udgang", "Enhed"), targets, source),
            Sheet("Afgang", title, ("Måltal", "År", "Til", "Ændring", "Enhed"), flows, source),
        ],
        created=datetime(2018, 9, 10),
    )


def committee_budget() -> str:
    rows = [
        f"AMU;{parent};{item};{year};{danish(1000 * thousand_kr)};2018"
        for parent, item, amounts in A1
        for year, thousand_kr in zip(YEARS_A1, amounts, strict=True)
    ]
    title = ["Aabenraa Kommune", "Arbejdsmarkedsudvalget, vedtaget budget 2018-2021", "Hele kroner"]
    return csv_file(title, "Udvalg;Område;Post;År;Beløb;Prisniveau", rows)


def months_from(year: int, count: int) -> list[tuple[int, int]]:
    return [(year + number // 12, number % 12 + 1) for number in range(count)]


def postings_kik(rng: np.random.Generator) -> list[Posting]:
    postings = []
    for (year, month), kroner in zip(months_from(2016, len(SPEND_KIK)), SPEND_KIK, strict=True):
        staff, activities = split(kroner)
        postings += postings_of_month(rng, "XA-1390500000-00010", year, month, staff, 9, STAFF)
        postings += postings_of_month(rng, "XA-1390500000-00020", year, month, activities, 9, ACTIVITIES)
    return postings


def computed_saving() -> str:
    rows = [
        f"{year}M{month:02};Aabenraa;Beregnet besparelse, KIK;{danish(kroner)};kr."
        for (year, month), kroner in zip(months_from(2016, len(SAVING_KIK)), SAVING_KIK, strict=True)
    ]
    title = ["Beregnet besparelse på forsørgelse, KIK, måned for måned", "Minus er en merudgift"]
    return csv_file(title, "Måned;Område;Måltal;Værdi;Enhed", rows)


def stock_of(yearly: tuple[int, ...]) -> list[int]:
    """Monthly stock from January 2013 to May 2018: the line between the years' Januaries, with the swing."""
    knots = [*range(0, 61, 12), 64]
    line = np.interp(np.arange(65), knots, yearly)
    return [int(level * (1 + SWING[month % 12] / 1000) + 0.5) for month, level in enumerate(line)]


def stocks() -> str:
    rows = [
        f"{year}M{month:02};Aabenraa;{measure};{danish(persons)}"
        for measure, yearly in STOCKS.items()
        for (year, month), persons in zip(months_from(2013, 65), stock_of(yearly), strict=True)
    ]
    return csv_file(["Jobindsats", "Fuldtidspersoner pr. måned", ""], "Periode;Område;Ydelse;Fuldtidspersoner", rows)


def integration() -> str:
    rows = [
        f"{arrived + years}M12;Aabenraa;Ankommet {arrived};"
        f"{danish(10_000 * persons // arrivals, 2)};{persons};{arrivals}"
        for arrived, (arrivals, *self_supporting) in INTEGRATION.items()
        for years, persons in enumerate(self_supporting, start=1)
    ]
    heading = "Måned;Område;Årgang;Andel i pct.;Selvforsørgende;Ankomne"
    return csv_file(["Integrationsborgere, som er selvforsørgende", "Opgjort ved årets udgang"], heading, rows)


def from_a_dagpenge() -> str:
    """By month of ending on a-dagpenge: how many, and how many of them were on kontanthjælp so long after.

    What is too late to be known on the day of extraction is not there. Fractions of a person are carried on to the next
    month, so the year's sums meet the shares.
    """
    known_until = KIK_II_EXTRACTED.year * 12 + KIK_II_EXTRACTED.month - 2  # the last whole month
    rows = []
    for name, months in AFTER_MONTHS.items():
        for year, (monthly, thousandths) in LEFT_A_DAGPENGE.items():
            share = thousandths[list(AFTER_MONTHS).index(name)]
            ended = 0
            for month in range(12):
                here = monthly - monthly // 3 if month in (5, 6) else monthly
                before = ended * share // 1000
                ended += here
                passed = ended * share // 1000 - before
                if year * 12 + month + months <= known_until:
                    rows.append(
                        f"{year}M{month + 1:02};Aabenraa;{name};{danish(10_000 * passed // here, 2)};{passed};{here}"
                    )
    heading = "Ophørt i;Område;På kontanthjælp;Andel i pct.;Antal;Ophørte"
    return csv_file(["Momentum", "Fra a-dagpenge til kontanthjælp"], heading, rows)


def contact_courses() -> str:
    rows = [f"2018M{month:02};Aabenraa;{stock}" for month, stock in enumerate(STOCK_KIK_II, start=1)]
    return csv_file(["Momentum", "Kontaktforløb ved månedens udgang"], "Måned;Kommune;Kontaktforløb", rows)


STATUS_HEADING = "Gruppe;Status;Opgjort;Art;Antal"


def status_kik() -> str:
    rows = [f"Alle;{state};31-05-2018;Faktisk;{danish(persons)}" for state, persons in STATUS_KIK]
    rows.append(f"Alle;{STATUS_KIK[0][0]};31-05-2018;Mål;{HALF_OF_KIK}")
    return csv_file(["KIK, status pr. 31. maj 2018"], STATUS_HEADING, rows)


def status_kik_ii() -> str:
    groups = (("Udgangspunkt", "31-08-2018", "Faktisk"), ("Tilgang", "31-08-2018", "Faktisk"))
    rows = [
        f"{group};{state};{counted};{kind};{danish(persons)}"
        for number, (group, counted, kind) in enumerate((*groups, ("Alle", "31-01-2019", "Mål")))
        for state, *counts in STATUS_KIK_II
        if (persons := counts[number]) is not None
    ]
    return csv_file(["KIK II, status pr. 31. august 2018"], STATUS_HEADING, rows)


def unit_prices() -> list[str]:
    """Rows of the shared file of unit prices."""
    gross = 11_282 * 12  # kr. a year, 30 or older without children
    rate = "kk.dk, satser 2018: 30 år og derover uden børn 11.282 kr. pr. måned, 20 pct. refusion"
    return [f"Aabenraa;Kontanthjælp;2018;{danish(gross * 8, 1)};{danish(gross)};0,20;2018;Sats;{rate}"]


def tenth(amount: float) -> float:
    """Kroner to mio. kr. with one decimal, halves away from zero as on paper."""
    return int(abs(amount) / 100_000 + 0.5) / 10 * (1 if amount >= 0 else -1)


def check_printed_cells() -> None:
    """What is constructed gives the printed cells with the paper's rounding."""
    years = [slice(0, 12), slice(12, 24), slice(24, 29)]
    actual = [sum(SAVING_KIK[year]) - sum(SPEND_KIK[year]) for year in years]
    budget = [
        (saving if isinstance(saving, int) else saving[0]) - (invested if isinstance(invested, int) else invested[0])
        for invested, saving in BUDGET_KIK.values()
    ]
    assert tuple(map(tenth, budget)) == A2["Budgetteret"]
    assert tuple(map(tenth, actual)) == A2["Faktisk"]
    assert tuple(tenth(a - b) for a, b in zip(actual, budget, strict=False)) == A2["Forskel"]
    invested = [one if isinstance(one, int) else sum(one) for one, _ in BUDGET_KIK.values()]
    assert sum(invested) == 68_000_000

    stock = START
    for place, year in enumerate(SELF_SUPPORT):
        rounded = [thousands(100 * tenths) for tenths in (stock, SELF_SUPPORT[year], OTHER_SUPPORT[year])]
        stock += SELF_SUPPORT[year] + OTHER_SUPPORT[year]
        assert [*rounded, thousands(100 * stock)] == [row[place] for row in A3.values()], year

    def column(amounts: tuple[int, ...]) -> list[int]:
        return [*amounts[:5], sum(amounts[:5]), *amounts[5:]]

    total = np.sum([column(a) for (_, line, _), a in A5.items() if line != "Finansiering"], axis=0)
    financing = np.sum([column(a) for (_, line, _), a in A5.items() if line == "Finansiering"], axis=0)
    for name, row in (("I alt", total), ("Finansiering", financing), ("Netto", total - financing)):
        assert tuple(map(thousands, row)) == A5_PRINTED[name], name

    assert sum(persons for _, persons in STATUS_KIK) == 1461 and sum(p for _, p in STATUS_KIK[1:]) == 1013
    assert STOCK_KIK_II[-1] == STATUS_KIK_II[0][1] + STATUS_KIK_II[0][2]


def files() -> dict[str, bytes]:
    """The raw files by name."""
    check_printed_cells()
    postings = postings_kik(np.random.default_rng(SEED))
    assert sum(posting.amount_ore for posting in postings) == 100 * sum(SPEND_KIK)
    return {
        "opus_posteringer_kik.txt": journal("Aabenraa", "2016-2018", KIK_EXTRACTED, postings).encode("cp1252"),
        "budget_kik.xlsx": workbook_of_kik(),
        "budget_kik_ii.xlsx": workbook_of_kik_ii(),
        "vedtaget_budget_aabenraa.csv": committee_budget().encode("cp1252"),
        "beregnet_besparelse_kik.csv": computed_saving().encode("utf-8-sig"),
        "jobindsats_aabenraa.csv": stocks().encode("utf-8-sig"),
        "integration_aabenraa.csv": integration().encode("utf-8-sig"),
        "fra_a_dagpenge.csv": from_a_dagpenge().encode("utf-8-sig"),
        "kontaktforloeb_kik_ii.csv": contact_courses().encode("cp1252"),
        "status_kik.csv": status_kik().encode("utf-8-sig"),
        "status_kik_ii.csv": status_kik_ii().encode("utf-8-sig"),
    }
