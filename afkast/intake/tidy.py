"""Cells → a table's columns: names, signs and types of the contract, one file at a time.

Through this module a blank cell is '', and a missing one is a cell whose fault has been told already.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pandera.pandas as pa

from afkast.intake.cells import (
    DATE,
    ISO_DATE,
    NO_DAYS,
    NOT_A_NUMBER,
    danish_text,
    dates,
    holds,
    matches,
    months,
    numbers,
)
from afkast.intake.contracts import CONTRACTS
from afkast.intake.faults import CORRECT_DECLARATION, CORRECT_ROWS, Faults
from afkast.intake.measures import by_month, complete, with_states
from afkast.intake.numeric import judge_decimals, read_marks, read_percentages
from afkast.intake.printed import PRINTED
from afkast.intake.pseudonym import CASE, CPR, pseudonyms
from afkast.intake.sources import Postings, Sheet, Source, known_words, scaled

CPR_IN_TEXT = r"(?:^|[^0-9])[0-9]{6}[-–. ]?[0-9]{4}(?:[^0-9]|$)"
TOTALS = (
    r"(?i)(?:i ?alt|total|totalt|hovedtotal|grand total|sum|subtotal|saldo)(?:[ :].*)?"
    r"|(?:primo|ultimo)saldo|samlet:?|\*+"
)
ALSO_TOTALS = r"(?i).* (?:i ?alt|total|totalt)|samlet .*|netto"
"""What a row of totals is called."""

EXCEL_ERROR = r"#(?:[A-ZÆØÅ]+[!?]|N/A|I/T|DIV(?:ISION)?/0!|#+)"
TWO_ALPHABETS = r"\p{Latin}[\p{Cyrillic}\p{Greek}]|[\p{Cyrillic}\p{Greek}]\p{Latin}"

ADDED_UP = {"item", "heading", "committee", "destination", "state"}
"""Columns whose things pages add up, so that what is called "Drift i alt" would count twice."""

NOT_NAMES = {"document", "title", "definition", "text", "source"}
"""Columns of words in which a total is nothing odd; in the tables of what was printed it never is."""


FEWEST_TO_JUDGE = 10
"""So many persons can tell whether what most of them say is by chance."""


def tidy(source: Source, cells: pd.DataFrame, key: bytes, faults: Faults) -> pd.DataFrame:
    """The rows of one file with the columns of its table, persons pseudonymised; rows at fault are left out.

    The index still is the row of the raw file.
    """
    if isinstance(source, Postings):
        named = _ledger(source, cells, faults)
    else:
        named = _sheet(source, cells, faults) if isinstance(source, Sheet) else cells
    contract = CONTRACTS[source.table].columns
    if "source" in contract and "source" not in named:
        named["source"] = source.source
    if source.table == "measures":
        named = by_month(source, named, faults)
        if isinstance(source, Sheet) and source.absent:
            named = complete(source, named, faults)
        named = with_states(source, named, faults)
    frame = pd.DataFrame(index=named.index)
    for name, column in contract.items():
        told = named[name] if name in named else pd.Series("", index=named.index, dtype=str)
        frame[name] = _typed(source, column, told, key, faults)
    if source.table == "persons":
        _judge_birth_years(source, named["person"], frame["birth_year"], faults)
        _judge_sexes(source, named["person"], frame["sex"], faults)
    if source.table == "spells":
        planned = frame["end"] > pd.Timestamp(source.extracted_on)
        faults.correct(source.label, "still_runs", planned.sum(), source.headings.get("end", "end"))
        frame["end"] = frame["end"].mask(planned)
    if isinstance(source, Sheet):
        frame = _signed(source, frame, faults)
    return frame[~frame.index.isin(faults.rows(source.label))]


def _ledger(source: Postings, cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    named = cells.rename(columns={heading: column for column, heading in source.headings.items()})
    element = named.pop("wbs_element")
    heading = source.headings.get("wbs_element", "PSP-element")
    unlisted = element.notna() & ~element.isin(source.wbs_elements)
    rule = "a PSP-element that sources.yml does not list"
    faults.add(source.label, rule, column=heading, rows=cells.index[unlisted], remedy=CORRECT_DECLARATION)
    unmet = set(source.wbs_elements) - set(element)
    if unmet and not faults.concern([source.label]):
        rule = f"no posting on {', '.join(sorted(unmet))}, which sources.yml lists"
        faults.ask(source.label, "no_postings", rule, remedy=CORRECT_DECLARATION)
    for name in ("strategy", "committee", "line"):
        meaning = {number: getattr(listed, name) for number, listed in source.wbs_elements.items()}
        named[name] = element.map(meaning).astype(str)
    return named


def _sheet(source: Sheet, cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    named = cells.rename(columns=source.columns)
    numeric = [source.columns.get(heading, heading) for heading in source.numeric_headings]
    named = read_marks(source, named, numeric, faults)
    judge_decimals(source, named, numeric, faults)
    if source.spread:
        named = _spread(source, named, faults)
    for column, value in source.constants.items():
        named[column] = danish_text(value, source.decimal_mark)
    for column, wording in source.values.items():
        told = named[column]
        unknown = told.notna() & (told != "") & ~told.isin(wording)
        rule = "a wording that sources.yml does not list"
        heading = source.headings.get(column, column)
        faults.add(source.label, rule, column=heading, rows=told.index[unknown], remedy=CORRECT_DECLARATION)
        named[column] = told.map({"": ""} | wording).astype(str)
    return read_percentages(source, named, numeric, faults)


def _spread(source: Sheet, named: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Columns of months, of years or of kinds → a row for each with an amount.

    A year whose twelve months are blank becomes one row without a month.
    """
    named = named.copy()
    amounts = pd.DataFrame(index=named.index)
    for heading in [*source.spread, *([source.total] if source.total else [])]:
        amounts[heading] = numbers(named[heading], source.decimal_mark)
        unreadable = named[heading].notna() & (named[heading] != "") & amounts[heading].isna()
        rule = NOT_A_NUMBER[source.decimal_mark]
        faults.add(source.label, rule, column=heading, rows=named.index[unreadable])
        named[heading] = named[heading].mask(unreadable)
    across = list(source.spread)
    given = (named[across] != "").any(axis=1)
    nothing = named.index[~given]
    if source.total:
        empty = named[source.total] == ""
        faults.add(source.label, "is empty", column=source.total, rows=named.index[empty])
        readable = named[[*across, source.total]].notna().all(axis=1) & ~empty
        differs = (amounts[across].sum(axis=1) - amounts[source.total]).abs() > 0.005
        rule = f"not the sum of the {'months' if source.months else 'years'}"
        faults.add(source.label, rule, column=source.total, rows=named.index[given & readable & differs])
        year = named[source.total].mask(empty)
    else:
        year = pd.Series(pd.NA, index=named.index, dtype=str)
    if not source.months or not source.total:
        rule = f"no {'month' if source.months else 'year' if source.years else 'kind'} has an amount"
        faults.add(source.label, rule, rows=nothing)
    shared = named.drop(columns=list(amounts))
    parts = [shared.assign(month="", amount_dkk=year)[~given]] if source.months else []
    for heading, place in source.spread.items():
        parts.append(shared.assign(**place, amount_dkk=named[heading])[named[heading] != ""])
    return pd.concat(parts).sort_index(kind="stable")


def _signed(source: Sheet, frame: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Amounts in kroner, with the sign that the contract wants."""
    if source.scale and source.scale != 1:
        for name in scaled(source.table):
            frame[name] = (frame[name] * source.scale).round(6)
    for name, value in source.negate.items():
        meant = frame[name] == value
        if not meant.any() and not faults.concern([source.label]):
            rule = "negate names a wording that no row has"
            heading = source.headings.get(name, name)
            faults.add(source.label, rule, column=heading, remedy=CORRECT_DECLARATION)
        frame["amount_dkk"] = frame["amount_dkk"].mask(meant, 0.0 - frame["amount_dkk"])
    return frame


def _judge_birth_years(source: Source, told: pd.Series, years: pd.Series, faults: Faults) -> None:
    """The last two digits of the year of birth stand in the CPR number."""
    digits = told.str.replace("-", "", regex=False)
    known = matches(digits, CPR) & years.notna()
    differs = known & (digits.str.slice(4, 6) != (years % 100).map("{:02.0f}".format, na_action="ignore"))
    rule = "not the year of birth in the CPR number"
    heading = source.headings.get("birth_year", "birth_year")
    faults.ask(source.label, "birth_year", rule, column=heading, rows=told.index[differs.fillna(False)])


def _judge_sexes(source: Source, told: pd.Series, sexes: pd.Series, faults: Faults) -> None:
    """The last digit of a CPR number is odd of men; where most say otherwise, the sexes are swapped."""
    digits = told.str.replace("-", "", regex=False)
    known = matches(digits, CPR) & sexes.notna()
    differs = known & (digits.str.slice(-1).isin(list("13579")) != (sexes == "M"))
    if known.sum() >= FEWEST_TO_JUDGE and differs.sum() > known.sum() / 2:
        rule = "mostly not the sex in the CPR number, whose last digit is odd of men; they may be swapped"
        heading = source.headings.get("sex", "sex")
        faults.ask(source.label, "sex", rule, column=heading, rows=told.index[differs], remedy=CORRECT_DECLARATION)


def _typed(source: Source, column: pa.Column, told: pd.Series, key: bytes, faults: Faults) -> pd.Series:
    """One column in the contract's type; what cannot be read is a fault and missing."""
    label, heading = source.label, source.headings.get(column.name, column.name)
    if not column.nullable:
        faults.add(label, "is empty", column=heading, rows=told.index[told == ""])
    # most columns say few different things: each is read once
    places, different = pd.factorize(told.mask(told == ""))
    words = pd.Series(different, dtype=str)

    def fault(rule: str, at_fault: pd.Series, remedy: str = CORRECT_ROWS) -> None:
        if at_fault.any():
            rows = told.index[np.isin(places, np.flatnonzero(at_fault))]
            faults.add(label, rule, column=heading, rows=rows, remedy=remedy)

    if column.metadata["form"] == "text":
        words = _words(source, column, words, fault)
    if column.metadata["form"] in ("day", "month"):
        none = words.isin(NO_DAYS)
        fault("a day that systems write where there is none", none, _blank_day(column))
        words = words.mask(none)
    rule, read = _read(source, column, words, key)
    fault(rule, words.notna() & read.isna())
    return read.reindex(places).set_axis(told.index)


def _blank_day(column: pa.Column) -> str:
    if column.nullable:
        return 'Declare what it says: marks: {"31-12-9999": missing} (or the day that stands there).'
    return CORRECT_ROWS


def _words(source: Source, column: pa.Column, words: pd.Series, fault: Callable[..., None]) -> pd.Series:
    """Words that may be kept: no person's number, no letter that was lost, no row of totals."""
    pattern = CPR_IN_TEXT.replace("?[0-9]{4}", "[0-9]{4}") if column.name == "document" else CPR_IN_TEXT
    numbered = holds(words, pattern)
    rule = "ten digits like a CPR number, in a column that holds none"
    fault(rule, numbered, "Take them out at the source, or name the heading under ignore.")
    if column.name == "document":
        fault("a row of totals among the data", matches(words, TOTALS))
    if column.name in NOT_NAMES or source.table in PRINTED:
        return words.mask(numbered)
    fault("a formula where a word should be", holds(words, '^="'))
    fault("an Excel error value", matches(words, EXCEL_ERROR))
    fault("letters of two alphabets in one word, which look alike", holds(words, TWO_ALPHABETS))
    lost = holds(words, r"(?i)[a-zæøå]\?[a-zæøå]")
    fault("a question mark within a word: a letter has been lost", lost)
    if not known_words(source.table, column.name):
        heading = source.headings.get(column.name, column.name)
        remedy = f"Declare leave_out: {{{heading}: [its wording]}}."
        totals = matches(words, TOTALS)
        if column.name in ADDED_UP:
            totals |= matches(words, ALSO_TOTALS)
            remedy += f" Where it is no total, give it another name: values: {{{column.name}: …}}."
        fault("a row of totals among the data", totals, remedy)
    return words.mask(numbered | lost)


def _read(source: Source, column: pa.Column, told: pd.Series, key: bytes) -> tuple[str, pd.Series]:
    """What must hold for every cell, and the cells read; missing where it does not hold."""
    decimal = source.decimal_mark if isinstance(source, Sheet) else ","
    match column.metadata["form"]:
        case "person":
            rule = "not ten digits with or without a hyphen after the sixth (a leading zero may be lost)"
            return rule, pseudonyms(told.where(matches(told, CPR)), key, "person")
        case "case":
            rule = "not a case number (letters, digits, hyphens)"
            return rule, pseudonyms(told.where(matches(told, CASE)), key, "case")
        case "day":
            return "not a date dd-mm-yyyy", dates(told)
        case "month":
            return "not a month like 2019M06", months(told)
        case "whole":
            values = numbers(told, decimal)
            return "not a whole number", values.where(values % 1 == 0)
        case "number":
            return NOT_A_NUMBER[decimal], numbers(told, decimal)
    # Excel makes dates out of words such as 1-2
    return "a date where words are expected", told.mask(matches(told, f"{DATE}|{ISO_DATE}"))
