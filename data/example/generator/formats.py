"""How the municipal systems write their files: Danish numbers, CSV, the KMD Opus journal, Excel.

Shared by the modules that make the example data; everything is deterministic.
"""

from __future__ import annotations

import calendar
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import xlsxwriter

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


def thousands(amount: float) -> int:
    """Kroner to 1.000 kr., halves away from zero as on paper."""
    return int(abs(amount) / 1000 + 0.5) * (1 if amount >= 0 else -1)
