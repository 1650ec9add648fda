"""Ydelsesrefusion: a row per citizen, week and benefit with what was paid and refunded, as paid prices by year.

A price is what was paid for the weeks, by 52 weeks: citizens who get a part of a benefit count a whole week, as they do
in months on benefits. Nothing of a citizen is kept, and there is no price of few citizens, for it would tell what they
got.
"""

import re
from datetime import date

import pandas as pd

from afkast.intake.cells import danish_text, matches, numbers
from afkast.intake.decoding import decoded
from afkast.intake.delimited import UnreadableError, cut_rows
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults
from afkast.intake.pseudonym import CPR
from afkast.intake.sources import Refunds
from afkast.intake.wording import normal_cells

WEEK, PERSON, BENEFIT, AREA = "Uge", "CPR nummer", "Ydelse", "Finansiering Kommunenavn"
PAID, REFUNDED, COFINANCED = "Beregnet udbetalingsbeløb", "Refusionsbeløb", "Medfinansieringsbeløb"
HEADINGS = (WEEK, PERSON, BENEFIT, AREA, PAID, REFUNDED, COFINANCED)
AMOUNTS = [PAID, REFUNDED, COFINANCED]
WRITTEN = re.compile(r"([0-9]{4})-?(?:W|U)?([0-9]{1,2})|([0-9]{4}-[0-9]{2}-[0-9]{2})")
"""A week: 2025-07, 202507, 2025W07, or a day of it."""

KEYS = ["area", "benefit", "year"]
"""What has one price."""

WEEKS_OF_A_YEAR = 52
FEWEST_CITIZENS = 5


def read_refunds(source: Refunds, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """Prices (columns of unit_prices, as text) by the first row of each area, benefit and year."""
    text = decoded(source, content, source.encoding, faults)
    if text is None:
        return None
    try:
        lines = list(cut_rows([text.removeprefix("\ufeff")], ";", '"' in text))
    except UnreadableError as fault:
        faults.add(source.label, fault.rule, rows=[fault.row])
        return None
    headings = lines[0][1] if lines else []
    if lacking := [heading for heading in HEADINGS if heading not in headings]:
        rule = f"the first line lacks {', '.join(lacking)}"
        faults.add(source.label, rule, rows=[1], remedy=CORRECT_DECLARATION)
        return None
    body = [(row, cells) for row, cells in lines[1:] if any(cells)]
    uneven = [row for row, cells in body if len(cells) != len(headings)]
    faults.add(source.label, f"not {len(headings)} cells, as there are headings", rows=uneven, remedy=FETCH_AGAIN)
    even = {row: cells for row, cells in body if len(cells) == len(headings)}
    rows = pd.DataFrame(list(even.values()), pd.Index(list(even), dtype="int64"), headings, dtype=str)
    if rows.empty:
        faults.add(source.label, "no rows below the headings", remedy=FETCH_AGAIN)
        return None
    names = pd.Series(headings, index=rows.columns)
    headings_again = (rows == names).sum(axis=1) >= len(headings) / 2
    rule = "the headings stand there again: two exports in one"
    faults.add(source.label, rule, rows=rows.index[headings_again], remedy="Declare each as a file of its own.")
    rows = rows[~headings_again]
    # the same row is sent again
    again = rows.duplicated()
    faults.correct(source.label, "repeated", int(again.sum()))
    read = _read(source, rows[~again], faults)
    citizens = read.groupby(KEYS)["person"].transform("nunique")
    if (citizens < FEWEST_CITIZENS).any():
        faults.note(source.label, "few_citizens")
    payments = read[read[PAID] > 0]
    if payments.duplicated([*KEYS, "person", "week"]).any():
        faults.note(source.label, "several_payments")
    enough = read[citizens >= FEWEST_CITIZENS]
    if enough.empty:
        rule = f"no benefit with a price of at least {FEWEST_CITIZENS} citizens"
        faults.add(source.label, rule, remedy=CORRECT_DECLARATION)
        return None
    return _prices(source, enough)


def _read(source: Refunds, rows: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Year, benefit, area, person, week and amounts of the rows that can be read."""
    read = pd.DataFrame({"person": rows[PERSON].str.replace("-", ""), "area": normal_cells(rows[AREA])[0]}, rows.index)
    rule = "not ten digits with or without a hyphen after the sixth (a leading zero may be lost)"
    faults.add(source.label, rule, column=PERSON, rows=rows.index[~matches(rows[PERSON], CPR)])
    days = rows[WEEK].map(_thursday)
    faults.add(source.label, "not a week like 2025-07", column=WEEK, rows=rows.index[days.isna()])
    read["year"], read["week"] = days.map(lambda day: day.year if day else None), days
    wording = normal_cells(rows[BENEFIT])[0]
    unknown = rows.index[~wording.isin(source.benefits)]
    rule = "a wording that sources.yml does not list"
    faults.add(source.label, rule, column=BENEFIT, rows=unknown, remedy=CORRECT_DECLARATION)
    read["benefit"] = wording.map(source.benefits)
    faults.add(source.label, "is empty", column=PAID, rows=rows.index[rows[PAID] == ""])
    for name in AMOUNTS:
        read[name] = numbers(rows[name].mask(rows[name] == "", "0"))
        rule = "not a number with decimal comma"
        faults.add(source.label, rule, column=name, rows=rows.index[read[name].isna()])
    over = read.index[read[REFUNDED].abs() > read[PAID].abs() + 0.005]
    faults.add(source.label, "more is refunded than was paid", column=REFUNDED, rows=over)
    # "" says that the benefit has no price
    return read[~read.index.isin(faults.rows(source.label)) & (read["benefit"] != "")]


def _prices(source: Refunds, read: pd.DataFrame) -> pd.DataFrame:
    groups = read.groupby(KEYS)
    sums = groups[AMOUNTS].sum()
    paid = read.groupby([*KEYS, "person", "week"])[PAID].agg(["sum", "min"])
    # a week whose payment was taken back is none; one in which nothing was paid, as by a sanction, is
    weeks = ((paid["sum"].abs() > 0.005) | (paid["min"] >= 0)).groupby(KEYS).sum()
    gross = sums[PAID] / weeks * WEEKS_OF_A_YEAR
    # the municipality pays all and gets a refund, or the state pays and the municipality gives its share
    refunded = read[REFUNDED].ne(0) | groups[COFINANCED].transform(lambda amounts: amounts.eq(0).all())
    borne = (read[PAID] - read[REFUNDED]).where(refunded, read[COFINANCED]).groupby([read[key] for key in KEYS]).sum()
    share = (1 - borne / sums[PAID]).where(sums[PAID] > 0)
    told = pd.DataFrame({"net": gross * (1 - share), "gross": gross, "share": share}).dropna().reset_index()
    first = read.assign(row=read.index).groupby(KEYS)["row"].min()
    return pd.DataFrame(
        {
            "area": told["area"],
            "benefit": told["benefit"],
            "year": told["year"].astype(int).astype(str),
            "net_dkk_per_full_year_person": told["net"].map(danish_text),
            "gross_dkk_per_full_year_person": told["gross"].map(danish_text),
            "state_refund_share": told["share"].map(danish_text),
            "price_level_year": told["year"].astype(int).astype(str),
            "basis": "paid",
            "source": source.source,
        },
        dtype=str,
    ).set_index(pd.Index(first.loc[list(zip(told["area"], told["benefit"], told["year"], strict=True))], dtype="int64"))


def _thursday(written: str) -> date | None:
    """The Thursday of a week, whose year is the week's."""
    met = WRITTEN.fullmatch(written)
    if not met:
        return None
    try:
        if met[3]:
            year, week, _ = date.fromisoformat(met[3]).isocalendar()
            return date.fromisocalendar(year, week, 4)
        return date.fromisocalendar(int(met[1]), int(met[2]), 4)
    except ValueError:
        return None
