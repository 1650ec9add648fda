"""Cells of numbers before they are read: what marks, decimal marks and per cent signs say, or leave open."""

import re

import pandas as pd

from afkast.intake.cells import (
    BLANK_MARKS,
    COMMA_BEFORE_THREE,
    COMMA_IS_DECIMAL,
    POINT_MAY_BE_EITHER,
    POINT_PARTS_DIGITS,
    holds,
    matches,
    numbers,
)
from afkast.intake.contracts import CONTRACTS, COUNTED
from afkast.intake.faults import Faults
from afkast.intake.sources import Csv, Sheet

MARK = r"[^0-9A-Za-zÆØÅæøå\s]{1,4}"
DASHES = {"–": "-", "—": "-", "\N{MINUS SIGN}": "-"}
SUPPRESSED = "suppressed"
OTHER_SIZE, OTHER_COUNT = 100, 500
"""So many times as large as the others of its unit, a number is hardly one; of counts, which have no decimals, more."""

COUNTED_ONE_BY_ONE = r"(?i)(?:antal )?(?:personer|sager|forløb|borgere|modtagere|ledige|indbyggere)"
"""Units that have no decimals; years of work and full-time persons have."""

BLANK = "blank"
"""What `marks` calls a cell with nothing in it, or null."""


def read_marks(source: Sheet, named: pd.DataFrame, numeric: list[str], faults: Faults) -> pd.DataFrame:
    """What stands for a number becomes 0, blank or `suppressed`; for a day, blank. The undeclared is a fault."""
    named = named.copy()
    days = [name for name in source.columns.values() if _form(source, name) == "day"]
    meaning = {"zero": "0", "missing": "", "suppressed": SUPPRESSED}
    marks = {"" if mark == BLANK else mark: said for mark, said in source.marks.items()}
    says = dict.fromkeys(BLANK_MARKS, "") | {mark: meaning[said] for mark, said in marks.items()}
    for name in numeric:
        told = _replaced(named[name], DASHES)
        undeclared = matches(told, MARK) & ~told.isin(says)
        if undeclared.any():
            shown = " and ".join(f"'{mark}'" for mark in sorted(told[undeclared].unique())[:3])
            rule = f"{shown} where a number should be, which sources.yml does not declare"
            remedy = "Declare what it says: marks: {mark: zero, missing or suppressed}."
            heading = source.headings.get(name, name)
            faults.add(source.label, rule, column=heading, rows=told.index[undeclared], remedy=remedy)
        for mark, said in marks.items():
            faults.correct(source.label, said, (told == mark).sum(), source.headings.get(name, name))
        named[name] = _replaced(told.mask(undeclared), says)
    missing = [mark for mark, said in marks.items() if said == "missing"]
    for name in days:
        of_mark = named[name].isin(missing)
        faults.correct(source.label, "missing", of_mark.sum(), source.headings.get(name, name))
        named[name] = named[name].mask(of_mark, "")
    return named


def _replaced(cells: pd.Series, instead: dict[str, str]) -> pd.Series:
    """The cells, with others instead of those that are one of these words."""
    meant = cells.isin(list(instead))
    return cells.mask(meant, cells.map(instead)) if meant.any() else cells


def judge_decimals(source: Sheet, named: pd.DataFrame, numeric: list[str], faults: Faults) -> None:
    """Where sources.yml does not say which mark is the decimal one, the file's own numbers must."""
    if source.decimal:
        return
    if isinstance(source, Csv):
        _judge_commas(source, named, numeric, faults)
    if any(matches(named[name], COMMA_IS_DECIMAL).any() for name in numeric):
        return
    point = {
        name: named.index[matches(named[name], POINT_PARTS_DIGITS) & ~matches(named[name], POINT_MAY_BE_EITHER)]
        for name in numeric
    }
    if any(map(len, point.values())):
        for name in numeric:
            rule = "decimals are written with a point"
            remedy = 'Declare decimal: ".".'
            faults.add(source.label, rule, column=source.headings.get(name, name), rows=point[name], remedy=remedy)
            named[name] = named[name].mask(named.index.isin(point[name]))
        return
    for name in numeric:
        if _has_no_third_decimal(source, name):
            continue
        either = matches(named[name], POINT_MAY_BE_EITHER)
        small = matches(named[name], "-?[1-9][0-9]{0,2}")
        large = matches(named[name], "-?[1-9][0-9]{3,}")
        if either.any() and (large.any() or not small.any() or _of_other_size(source, named, name, either, small)):
            rule = "a point before three digits may part thousands or decimals"
            heading = source.headings.get(name, name)
            remedy = 'Declare decimal: "," (thousands) or decimal: ".".'
            faults.add(source.label, rule, column=heading, rows=named.index[either], remedy=remedy)
            named[name] = named[name].mask(either)


def _judge_commas(source: Csv, named: pd.DataFrame, numeric: list[str], faults: Faults) -> None:
    """A comma before three digits parts thousands where there can be no third decimal, as in English exports."""
    for name in numeric:
        thousands = _parted_by_comma(source, name, named[name], faults)
        named[name] = named[name].mask(named.index.isin(thousands))


def _parted_by_comma(source: Sheet, name: str, cells: pd.Series, faults: Faults) -> pd.Index:
    """The rows at fault."""
    thousands = matches(cells, COMMA_BEFORE_THREE)
    # of counts, where nothing else in the column says that a comma parts decimals
    other = (holds(cells, ",") & ~thousands).any()
    counts = isinstance(source, Csv) and _counts(source, name) and not other
    if not counts and not _has_no_third_decimal(source, name):
        return cells.index[:0]
    rows = cells.index[thousands]
    rule = "a comma before three digits, which seems to part thousands"
    remedy = 'Declare decimal: "." (or decimal: "," where it parts decimals).'
    faults.add(source.label, rule, column=source.headings.get(name, name), rows=rows, remedy=remedy)
    return rows


def judge_texts(source: Sheet, heading: str, texts: dict[int, str], faults: Faults) -> None:
    """Numbers as text among typed ones, by row: only they themselves can tell whether a point parts decimals."""
    cells, name = pd.Series(texts, dtype=str).str.strip(), source.columns.get(heading, heading)
    if source.decimal or len(_parted_by_comma(source, name, cells, faults)) or holds(cells, ",").any():
        return
    pointed = matches(cells, POINT_PARTS_DIGITS)
    if _has_no_third_decimal(source, name):
        pointed &= ~matches(cells, POINT_MAY_BE_EITHER)
    rule = "a number as text with a point, which may part thousands or decimals"
    remedy = 'Declare decimal: "," (thousands) or decimal: ".".'
    faults.add(source.label, rule, column=heading, rows=cells.index[pointed], remedy=remedy)


def _counts(source: Sheet, name: str) -> bool:
    """Whether what stands there was counted, by the unit of all rows."""
    if name == "value":
        return bool(re.fullmatch(COUNTED, str(source.constants.get("unit", ""))))
    return name in ("numerator", "denominator")


def _of_other_size(source: Sheet, named: pd.DataFrame, name: str, either: pd.Series, small: pd.Series) -> bool:
    """Whether the numbers with a point, read as thousands, are of another size than those without one.

    Beside 12 weeks, 22.625 is hardly 22625; beside 412, 1.018 may be 1018.
    """
    units = named["unit"] if "unit" in named else pd.Series(str(source.constants.get("unit", "")), named.index)
    sizes = pd.DataFrame(
        {mark: numbers(named[name].where(rows)).abs() for mark, rows in (("point", either), ("none", small))}
    )
    middle = sizes.groupby(units).median()
    counts = matches(middle.index.to_series(), COUNTED_ONE_BY_ONE)
    most = middle["none"] * counts.map({True: OTHER_COUNT, False: OTHER_SIZE})
    return bool((middle["point"] > most).any())


def _has_no_third_decimal(source: Sheet, name: str) -> bool:
    """Kroner have two decimals or none, and a whole number has none."""
    return name not in source.columns.values() or "dkk" in name or _form(source, name) == "whole"


def read_percentages(source: Sheet, named: pd.DataFrame, numeric: list[str], faults: Faults) -> pd.DataFrame:
    """A cell in per cent is a share of 1 in a column of shares, and as it stands where the unit is per cent."""
    named = named.copy()
    for name in numeric:
        if name not in named:
            continue
        percent = named[name].str.endswith("%", na=False)
        if not percent.any():
            continue
        bare = named[name].str.removesuffix("%").str.strip()
        share = pd.Series(name in ("state_refund_share", "state_share"), index=named.index)
        as_it_stands = pd.Series(False, index=named.index)
        if source.table == "measures" and name == "value":
            share = named["unit"].str.casefold() == "andel"
            as_it_stands = named["unit"].str.contains(r"^(?i:pct|procent|%)", na=False)
        rule = "a percentage, where the unit is neither pct. nor andel"
        heading = source.headings.get(name, name)
        faults.add(source.label, rule, column=heading, rows=named.index[percent & ~share & ~as_it_stands])
        named[name] = named[name].mask(percent, bare)
        of_one = percent & share
        faults.correct(source.label, "share", of_one.sum(), heading)
        named.loc[of_one, name] = [_hundredth(cell, source.decimal_mark) for cell in named.loc[of_one, name]]
    return named


def _hundredth(cell: str, decimal: str) -> str:
    """The same number with the decimal mark two places to the left."""
    sign, unsigned = ("-", cell[1:]) if cell.startswith("-") else ("", cell)
    whole, _, rest = unsigned.partition(decimal)
    if not whole.isdigit() or (rest and not rest.isdigit()):
        return cell + "%"  # no number: told as such
    whole = whole.rjust(3, "0")
    return f"{sign}{whole[:-2].lstrip('0') or '0'}{decimal}{whole[-2:]}{rest}"


def _form(source: Sheet, name: str) -> str:
    return str(CONTRACTS[source.table].columns[name].metadata["form"])
