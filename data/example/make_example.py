"""Write the example data: raw files in the form that the municipal systems export them.

    python data/example/make_example.py [--out DIR]

Everything written here is synthetic, with two exceptions: the unit prices (derived from the printed
budgets and the 2020 rate) and the price level factor. The yearly budgets repeat the printed reports.
No person exists: every id has a day of birth between 32 and 60.

The amounts are constructed so that the printed tables follow from them with the paper's own rounding:

- KIJOS, Aabenraa (report as of 30 November 2019): net budget (K1), spend (K2), saving (K3), net gain (K4),
  and the full-year persons of sygedagpenge (K5) and jobafklaring (K6). Not met, since no whole number of
  persons can: the "-3 %" of sygedagpenge 2019, which is 100 * (488 - 500) / 500 = -2.4 %.
- Norddjurs, coordinated intervention: the budget of the business case (N1). The report prints no realised
  amounts; those here are plausible, no more. The 300 persons live in a small Markov world whose effect is
  planted, and written down in planted_effect.md.

The seeds are fixed and only uniform numbers and integers are drawn, so two runs write the same bytes.
sources.yml is written by hand and kept in raw/; it is copied along.
"""

from __future__ import annotations

import argparse
import calendar
import hashlib
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xlsxwriter

HERE = Path(__file__).resolve().parent
SEED_POSTINGS = 20191130
SEED_PERSONS = 864  # picked so that the sample lies near the planted effect

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

YEARS_NORDDJURS = (2020, 2021, 2022, 2023)
N1 = {
    "Investering": (3079, 3079, 3079, 0),
    "Besparelse": (-2703, -4655, -6711, -6244),
    "I alt": (376, -1576, -3632, -6244),
}

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

# Full-time persons in revalidering, in tenths: 2018, and 2019 to November
STOCK_REHABILITATION = (
    (412, 408, 415, 421, 419, 410, 398, 402, 411, 417, 420, 414),
    (418, 423, 431, 428, 436, 433, 419, 427, 441, 446, 438),
)

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


# ---------------------------------------- Danish formats


def danish(number: int, decimals: int = 0) -> str:
    """A whole number of units of 10**-decimals in Danish: danish(-123456, 2) is '-1.234,56'."""
    whole, fraction = divmod(abs(number), 10**decimals)
    text = f"{whole:,}".replace(",", ".") + (f",{fraction:0{decimals}}" if decimals else "")
    return f"-{text}" if number < 0 else text


def trailing_minus(amount_ore: int) -> str:
    return danish(abs(amount_ore), 2) + ("-" if amount_ore < 0 else "")


def csv_file(title: Sequence[str], heading: str, rows: Sequence[str], footer: Sequence[str] = ()) -> str:
    """Lines of a `;`-separated export: title rows, heading, rows, footer; CRLF as the systems write it."""
    return "".join(f"{line}\r\n" for line in (*title, heading, *rows, *footer))


# ---------------------------------------- KMD Opus


class Posting(NamedTuple):
    posted_on: date
    element: str
    period: int
    account: str
    text: str
    continued: str
    amount_ore: int


# (relative size, account, text, text continued); {month} is the month's name
STAFF = (
    (6.0, "11000000", "Løn konsulent | jobcenter", "periode {month}"),
    (6.0, "11000000", "Løn virksomhedskonsulent", "periode {month}"),
    (5.0, "11000000", "Løn rådgiver, fastholdelse", "periode {month}"),
    (1.0, "11500000", "Pensionsbidrag", "fællesløn | {month}"),
    (0.4, "29000000", "It-udstyr og mobiltelefoner", "nyansættelse"),
    (0.2, "40000000", "Kørselsgodtgørelse", "besøg | borger og virksomhed"),
    (0.5, "40000000", "Kompetenceudvikling", "kursus, tværfagligt samarbejde"),
)
ACTIVITIES = (
    (2.0, "40000000", "Forløb for borgere", "hold | {month}"),
    (1.0, "49000000", "Mentor | støtte på praktiksted", "timer i {month}"),
    (1.5, "40000000", "Vejledning og opkvalificering", "trin 1 | første måned"),
    (0.5, "40000000", "Lægeerklæring, LÆ-blanket", "rekvireret af jobcenter"),
    (0.3, "52000000", "Befordring, virksomhedspraktik", ""),
    (0.4, "29000000", "Hjælpemidler på arbejdspladsen", "ændret indretning"),
)
REFUND = ((1.0, "86000000", "Hjemtaget refusion", "aktiv indsats | {month}"),)
MONTH_NAMES = (
    *("januar", "februar", "marts", "april", "maj", "juni"),
    *("juli", "august", "september", "oktober", "november", "december"),
)


def postings_of_month(
    rng: np.random.Generator, element: str, year: int, month: int, amount_kr: int, count: int, kinds: Sequence
) -> list[Posting]:
    """`count` postings on working days of the month that sum to `amount_kr`."""
    if amount_kr == 0:
        return []
    days = [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]
    working_days = [day for day in days if day.weekday() < 5]
    chosen = [kinds[rng.integers(len(kinds))] for _ in range(count)]
    sizes = np.array([kind[0] for kind in chosen]) * (0.6 + 0.8 * rng.random(count))
    edges = np.rint(np.cumsum(sizes) / sizes.sum() * amount_kr * 100).astype(int)
    amounts_ore = np.diff(edges, prepend=0)
    return [
        Posting(
            posted_on=working_days[rng.integers(len(working_days))],
            element=element,
            period=month,
            account=account,
            text=text,
            continued=continued.format(month=MONTH_NAMES[month - 1]),
            amount_ore=int(amount_ore),
        )
        for (_, account, text, continued), amount_ore in zip(chosen, amounts_ore, strict=True)
    ]


def corrected(postings: list[Posting], at: int) -> list[Posting]:
    """One posting entered twice and taken back a day later: the sum stays."""
    twice = postings[at]
    back = twice._replace(
        posted_on=twice.posted_on + timedelta(days=1),
        text="Tilbageført",
        continued="dobbelt bogført | samme måned",
        amount_ore=-twice.amount_ore,
    )
    # On the last day of a month the next day belongs to another period
    assert back.posted_on.month == twice.posted_on.month
    return [*postings, twice, back]


def postings_aabenraa(rng: np.random.Generator) -> list[Posting]:
    oku, amu = "XA-1391100000-00010", "XA-1391100000-00020"
    postings = []
    months = zip(MONTHS_2019, SPEND_OKU, SPEND_AMU, REFUND_AMU, strict=True)
    for month, staff_kr, activities_kr, refund_kr in months:
        postings += postings_of_month(rng, oku, 2019, month, staff_kr, 22, STAFF)
        postings += postings_of_month(rng, amu, 2019, month, activities_kr, 18, ACTIVITIES)
        postings += postings_of_month(rng, amu, 2019, month, refund_kr, 2, REFUND)
    return corrected(postings, at=25)


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


COLUMN_WIDTHS = (11, 20, 3, 11, 8, 30, 15)
HEADING = (
    ("Bilagsnr.", "PSP-element", "Per", "Bogf.dato", "Omk.art", "Tekst", "Beløb"),
    ("", "Reference", "", "", "", "Tekst, fortsat", ""),
)
PAGE_LINES = 61  # six of heading: an odd number is left, so some records run over to the next page


def journal_line(cells: Sequence[str]) -> str:
    *left, amount = cells
    assert all(len(cell) <= width for cell, width in zip(cells, COLUMN_WIDTHS, strict=True)), cells
    padded = [cell.ljust(width) for cell, width in zip(left, COLUMN_WIDTHS, strict=False)]
    return "|" + "|".join([*padded, amount.rjust(COLUMN_WIDTHS[-1])]) + "|"


def journal(municipality: str, years: str, printed_on: date, postings: list[Posting]) -> str:
    """The journal print: fixed width, ruled with pipes that also occur in texts, two lines per record.

    The first line of a record holds document, PSP-element, period, posting date, account, text and amount,
    the second the reference (under PSP-element) and the rest of the text. A record of a subtotal has `*`
    as its document, the grand total `**`. The heading is repeated on every page, a form feed begins each
    page but the first, and a page may end between the two lines of a record.
    """
    first_document = 1_900_000_101
    by_date = sorted(postings, key=lambda posting: (posting.posted_on, posting.period, posting.element))
    lines: list[str] = []

    def add_total(mark: str, element: str, text: str, amount_ore: int) -> None:
        lines.append(journal_line((mark, element, "", "", "", text, trailing_minus(amount_ore))))
        lines.append(journal_line(("",) * 7))

    for element in sorted({posting.element for posting in postings}):
        own = [(number, posting) for number, posting in enumerate(by_date) if posting.element == element]
        for number, posting in own:
            cells = (str(first_document + number), element, f"{posting.period:03}")
            cells += (f"{posting.posted_on:%d.%m.%Y}", posting.account, posting.text)
            reference = f"REF {posting.posted_on.year}-{101 + number:06}"
            lines.append(journal_line((*cells, trailing_minus(posting.amount_ore))))
            lines.append(journal_line(("", reference, "", "", "", posting.continued, "")))
        add_total("*", element, "Sum PSP-element", sum(posting.amount_ore for _, posting in own))
    add_total("**", "", "I alt", sum(posting.amount_ore for posting in postings))

    heading = [journal_line(cells) for cells in HEADING]
    rule = "-" * len(heading[0])
    printed: list[str] = []
    body = PAGE_LINES - 6
    for page, first in enumerate(range(0, len(lines), body), start=1):
        form_feed = "\f" if page > 1 else ""
        printed += [
            f"{form_feed}{'KMD Opus Økonomi':<38}{'Posteringsjournal':<42}Side:{page:>6}",
            f"{municipality + ' Kommune':<38}{'Regnskabsår ' + years:<42}Udskrevet: {printed_on:%d.%m.%Y}",
            rule,
            *heading,
            rule,
            *lines[first : first + body],
        ]
    return "".join(f"{line}\r\n" for line in printed)


# ---------------------------------------- Excel


class Sheet(NamedTuple):
    name: str
    title: tuple[str, ...]
    heading: tuple[str, ...]
    rows: list[tuple]
    footer: str


MONTH_HEADINGS = ("Jan", "Feb", "Mar", "Apr", "Maj", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dec")
BUDGET_HEADING = ("Udvalg", "Linje", "Budgettype", "År", "Prisniveau", *MONTH_HEADINGS, "Helår")
TARGET_HEADING = ("Måltal", "År", "Oprindeligt budget", "KIJOS-budget", "Enhed")
NOT_PHASED = (None,) * 12


def workbook(sheets: Sequence[Sheet], created: datetime) -> bytes:
    """An xlsx file whose bytes depend on its content only (neither on the clock nor on the zlib at hand)."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": created})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        rows = [(line,) for line in sheet.title] + [(), sheet.heading, *sheet.rows, (), (sheet.footer,)]
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    stored = io.BytesIO()
    with zipfile.ZipFile(written) as members, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as target:
        for name in members.namelist():
            member = zipfile.ZipInfo(name)
            member.create_system = 0
            target.writestr(member, members.read(name))
    return stored.getvalue()


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


# ---------------------------------------- series and prices


def full_year_persons() -> str:
    rows = [
        f"2019M{month:02};Aabenraa;{measure};{danish(tenths, 1)};helårspersoner"
        for measure, stock in (("Sygedagpenge", STOCK_SICKNESS), ("Jobafklaring", STOCK_CLARIFICATION))
        for month, tenths in enumerate(stock, start=1)
    ]
    return csv_file(["Økonomiske helårspersoner pr. måned"], "Måned;Område;Måltal;Værdi;Enhed", rows)


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


def unit_prices() -> str:
    derived = "Udledt af budgettets to ligninger 12a+9b=2.821, 27a+12b=5.140 (1.000 kr.)"
    rows = [
        f"Aabenraa;{benefit};{year};{danish(net)};;;2019;{derived}"
        for benefit, net in (("Sygedagpenge", NET_PRICE_SICKNESS), ("Jobafklaring", NET_PRICE_CLARIFICATION))
        for year in YEARS_KIJOS
    ]
    gross = 11_554 * 12  # kr. a year, 30 or older without children
    rate = "bm.dk, Satser for 2020: 30 år og derover uden børn 11.554 kr. pr. måned, 20 pct. refusion"
    rows.append(f"Norddjurs;Kontanthjælp;2020;{danish(gross * 8, 1)};{danish(gross)};0,20;2020;{rate}")
    heading = (
        "Kommune;Ydelse;År;Netto kr. pr. helårsperson;Brutto kr. pr. helårsperson;Statsrefusion (andel);"
        "Prisniveau;Kilde"
    )
    return csv_file(["Enhedspriser pr. helårsperson"], heading, rows)


def price_levels() -> str:
    source = "Økonomiaftalen 2020: 1,8 pct. (nb-okonomi.eu, 4. oktober 2019), KL skønnede senere 1,7 pct."
    heading = "Fra år;Til år;Slags;Faktor;Kilde"
    return csv_file(["Pris- og lønregulering"], heading, [f"2019;2020;samlet service;1,018;{source}"])


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

Written by `make_example.py`; everything here is synthetic.

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


# ---------------------------------------- checks and writing


def thousands(amount: float) -> int:
    """Kroner to 1.000 kr., halves away from zero as on paper."""
    return int(abs(amount) / 1000 + 0.5) * (1 if amount >= 0 else -1)


def check_printed_cells() -> None:
    """Every printed cell of K1-K6 and N1 that can follow from the constants above does."""
    for parts, total in ((list(K1.values())[:3], K1["I alt"]), (list(N1.values())[:2], N1["I alt"])):
        assert tuple(map(sum, zip(*parts, strict=True))) == total

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


def example_files() -> dict[str, bytes]:
    """Every file of the example as bytes, by its path relative to data/example."""
    rng = np.random.default_rng(SEED_POSTINGS)
    aabenraa, norddjurs = postings_aabenraa(rng), postings_norddjurs(rng)
    assert sum(posting.amount_ore for posting in aabenraa) == 100 * sum(SPEND_OKU + SPEND_AMU + REFUND_AMU)
    rng = np.random.default_rng(SEED_PERSONS)
    world = simulate(rng)

    windows = {
        "opus_posteringer_aabenraa.txt": journal("Aabenraa", "2019", date(2019, 12, 9), aabenraa),
        "opus_posteringer_norddjurs.txt": journal("Norddjurs", "2020-2021", date(2022, 2, 28), norddjurs),
        "momentum_revalidering.csv": rehabilitation(),
        **fasit_files(rng, world),
    }
    unicode = {
        "okonomi_helaarspersoner.csv": full_year_persons(),
        "beregnet_besparelse.csv": reported_saving(),
        "enhedspriser.csv": unit_prices(),
        "pl_regulering.csv": price_levels(),
    }
    raw = {name: text.encode("cp1252") for name, text in windows.items()}
    raw |= {name: text.encode("utf-8-sig") for name, text in unicode.items()}
    raw |= {"budget_aabenraa.xlsx": budget_aabenraa(), "budget_norddjurs.xlsx": budget_norddjurs()}
    sums = "".join(f"{hashlib.sha256(raw[name]).hexdigest()}  {name}\n" for name in sorted(raw))
    return {
        **{f"raw/{name}": content for name, content in raw.items()},
        "raw/SHA256SUMS": sums.encode(),
        "raw/sources.yml": (HERE / "raw" / "sources.yml").read_bytes(),
        "planted_effect.md": planted_effect(world).encode(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the example data.")
    parser.add_argument("--out", type=Path, default=HERE, help="writes raw/ and planted_effect.md here")
    out = parser.parse_args().out
    check_printed_cells()
    for name, content in example_files().items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)


if __name__ == "__main__":
    main()
