"""Cells → a table's columns: names, signs and types of the contract, one file at a time.

Through this module a blank cell is '', and a missing one is a cell whose fault has been told already.
"""

import pandas as pd
import pandera.pandas as pa

from afkast.intake.cells import DATE, MISSING_MARKS, NOT_A_NUMBER, danish_text, dates, months, numbers
from afkast.intake.contracts import CONTRACTS
from afkast.intake.faults import CORRECT_DECLARATION, Faults
from afkast.intake.pseudonym import CASE, CPR, pseudonyms
from afkast.intake.sources import Journal, Sheet, Source


def tidy(source: Source, cells: pd.DataFrame, key: bytes, faults: Faults) -> pd.DataFrame:
    """The rows of one file with the columns of its table, persons pseudonymised; rows at fault are left out.

    The index still is the row of the raw file.
    """
    named = _ledger(source, cells, faults) if isinstance(source, Journal) else _sheet(source, cells, faults)
    contract = CONTRACTS[source.table].columns
    if "source" in contract and "source" not in named:
        named["source"] = source.source
    if source.table == "measures":
        named = _with_states(source, named)
    frame = pd.DataFrame(index=named.index)
    for name, column in contract.items():
        told = named[name] if name in named else pd.Series("", index=named.index, dtype=str)
        frame[name] = _typed(source, column, told, key, faults)
    if isinstance(source, Sheet):
        for name, value in source.negate.items():
            frame["amount_dkk"] = frame["amount_dkk"].mask(frame[name] == value, 0.0 - frame["amount_dkk"])
    return frame[~frame.index.isin(faults.rows(source.label))]


def _ledger(source: Journal, cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    named = cells.rename(columns={heading: column for column, heading in source.headings.items()})
    element = named.pop("wbs_element")
    unlisted = element.notna() & ~element.isin(source.wbs_elements)
    rule = "a PSP-element that sources.yml does not list"
    faults.add(source.label, rule, column="PSP-element", rows=cells.index[unlisted], remedy=CORRECT_DECLARATION)
    for name in ("strategy", "committee", "line"):
        meaning = {number: getattr(listed, name) for number, listed in source.wbs_elements.items()}
        named[name] = element.map(meaning).astype(str)
    return named


def _sheet(source: Sheet, cells: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    named = cells.rename(columns=source.columns)
    if source.months:
        named = _by_month(source, named, faults)
    for column, value in source.constants.items():
        named[column] = danish_text(value)
    for column, wording in source.values.items():
        told = named[column]
        unknown = told.notna() & (told != "") & ~told.isin(wording)
        rule = "a wording that sources.yml does not list"
        heading = source.headings.get(column, column)
        faults.add(source.label, rule, column=heading, rows=told.index[unknown], remedy=CORRECT_DECLARATION)
        named[column] = told.map({"": ""} | wording).astype(str)
    return named


def _by_month(source: Sheet, named: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Twelve columns of months → a row per month with an amount, or one without a month for an unphased year."""
    named = named.copy()
    amounts = pd.DataFrame(index=named.index)
    for heading in [*source.months, *([source.total] if source.total else [])]:
        amounts[heading] = numbers(named[heading])
        unreadable = (named[heading] != "") & amounts[heading].isna()
        faults.add(source.label, NOT_A_NUMBER, column=heading, rows=named.index[unreadable])
        named[heading] = named[heading].mask(unreadable)
    phased = (named[source.months] != "").any(axis=1)
    if source.total:
        empty = named[source.total] == ""
        faults.add(source.label, "is empty", column=source.total, rows=named.index[empty])
        readable = named[[*source.months, source.total]].notna().all(axis=1) & ~empty
        differs = (amounts[source.months].sum(axis=1) - amounts[source.total]).abs() > 0.005
        rule = "not the sum of the months"
        faults.add(source.label, rule, column=source.total, rows=named.index[phased & readable & differs])
        year = named[source.total].mask(empty)
    else:
        faults.add(source.label, "no month has an amount", rows=named.index[~phased])
        year = pd.Series(pd.NA, index=named.index, dtype=str)
    shared = named.drop(columns=list(amounts))
    parts = [shared.assign(month="", amount_dkk=year)[~phased]]
    for month, heading in enumerate(source.months, start=1):
        parts.append(shared.assign(month=str(month), amount_dkk=named[heading])[named[heading] != ""])
    return pd.concat(parts).sort_index(kind="stable")


def _with_states(source: Source, named: pd.DataFrame) -> pd.DataFrame:
    """Measures: the marks of a missing value become blanks; the status is filled in where it is not given."""
    named = named.copy()
    for column in {"value", "numerator", "denominator"} & set(named):
        named[column] = named[column].mask(named[column].isin(MISSING_MARKS), "")
    if "status" not in named:
        named["status"] = named["value"].isin([""]).map({True: "missing", False: "ok"})
    return named


def _typed(source: Source, column: pa.Column, told: pd.Series, key: bytes, faults: Faults) -> pd.Series:
    """One column in the contract's type; what cannot be read is a fault and missing."""
    if told.empty:
        return told
    heading = source.headings.get(column.name, column.name)
    if not column.nullable:
        faults.add(source.label, "is empty", column=heading, rows=told.index[told == ""])
    told = told.mask(told == "")
    rule, read = _read(source, column, told, key)
    faults.add(source.label, rule, column=heading, rows=told.index[told.notna() & read.isna()])
    return read


def _read(source: Source, column: pa.Column, told: pd.Series, key: bytes) -> tuple[str, pd.Series]:
    """What must hold for every cell, and the cells read; missing where it does not hold."""
    match column.metadata["form"]:
        case "person":
            rule = "not ten digits with or without a hyphen after the sixth (a leading zero may be lost)"
            return rule, pseudonyms(told.where(told.str.fullmatch(CPR)), key, "person")
        case "case":
            rule = "not a case number (letters, digits, hyphens)"
            return rule, pseudonyms(told.where(told.str.fullmatch(CASE)), key, "case")
        case "day":
            return "not a date dd-mm-yyyy", dates(told)
        case "month":
            return "not a month like 2019M06", months(told)
        case "whole":
            values = numbers(told)
            return "not a whole number", values.where(values % 1 == 0)
        case "number":
            return NOT_A_NUMBER, numbers(told)
    # Excel makes dates out of words such as 1-2; a posting's text may well be a date
    words = told if isinstance(source, Journal) else told.mask(told.str.fullmatch(DATE, na=False))
    return "a date where words are expected", words
