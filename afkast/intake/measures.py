"""Measures: values that follow from numerator and denominator, and the states of a value that is not there."""

import pandas as pd

from afkast.intake.cells import danish_text, decimals, matches, numbers
from afkast.intake.contracts import OF_PERSONS, SHARE_OF
from afkast.intake.faults import Faults
from afkast.intake.numeric import SUPPRESSED
from afkast.intake.sources import Sheet, Source


def with_states(source: Source, named: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """The value where only its parts are given, and the status where none is."""
    named = named.copy()
    suppressed = pd.Series(False, index=named.index)
    for column in {"value", "numerator", "denominator"} & set(named):
        hidden = named[column] == SUPPRESSED
        suppressed |= hidden & (column == "value")
        named[column] = named[column].mask(hidden, "")
    if isinstance(source, Sheet) and {"numerator", "denominator"} <= set(named):
        named = _ratios(source, named, faults)
    if "status" not in named:
        named["status"] = named["value"].isin([""]).map({True: "missing", False: "ok"})
        named["status"] = named["status"].mask(suppressed, "suppressed")
    return named


QUARTER = r"([0-9]{4})(?:K|Q0?|-Q|-K)([1-4])"
"""2019K2 (StatBank), 2026Q01 (Jobindsats), 2019Q2."""


def by_month(source: Source, named: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Quarters as months: the first, the last, or a row for each, as the declaration says."""
    found = named["period"].str.extract(f"^{QUARTER}$")
    quarterly = found[0].notna()
    if not quarterly.any():
        return named
    says = source.quarters if isinstance(source, Sheet) else None
    if says is None:
        rule = "a quarter, and sources.yml does not say of which of its months the value speaks"
        remedy = "Declare quarters: first, last or each."
        heading = source.headings.get("period", "period")
        faults.add(source.label, rule, column=heading, rows=named.index[quarterly], remedy=remedy)
        return named.assign(period=named["period"].mask(quarterly))
    parts = [named[~quarterly]]
    for month in {"first": (0,), "last": (2,), "each": (0, 1, 2)}[says]:
        number = (3 * found[1][quarterly].astype(int) - 2 + month).map("{:02}".format)
        parts.append(named[quarterly].assign(period=found[0][quarterly] + "M" + number))
    return pd.concat(parts).sort_index(kind="stable")


def complete(source: Sheet, named: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """The rows that a source leaves out because they are zero, of every area, month and measure that it has.

    Their row is the last one that is there.
    """
    # a measure has its own unit
    measures = named[[name for name in ("measure", "unit") if name in named]].dropna().drop_duplicates()
    every = measures
    for name in ("area", "period"):
        every = every.merge(named[[name]].dropna().drop_duplicates(), how="cross")
    keys = list(every)
    here = pd.MultiIndex.from_frame(named[keys])
    absent = every[~pd.MultiIndex.from_frame(every).isin(here)].reset_index(drop=True)
    faults.correct(source.label, "absent", len(absent))
    for name in named.columns.difference(keys):
        absent[name] = {"value": "0", "source": source.source}.get(name, "")
    return pd.concat([named, absent.set_axis([named.index[-1]] * len(absent))]) if len(absent) else named


def _ratios(source: Sheet, named: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    """Values computed from their parts, or held against them to the decimals that all three are written with."""
    decimal = source.decimal_mark
    top, bottom = numbers(named["numerator"], decimal), numbers(named["denominator"], decimal)
    unit = named["unit"].str.casefold()
    times = (
        pd.Series(float("nan"), index=named.index).mask(unit == "andel", 1.0).mask(unit.str.startswith("pct"), 100.0)
    )
    heading = source.headings.get("denominator", "denominator")
    given = named["value"] != "" if "value" in named else pd.Series(True, index=named.index)
    faults.add(
        source.label, "is 0, and nothing can be a share of it", column=heading, rows=named.index[given & (bottom == 0)]
    )
    # that a share is above 1 is told of its value
    of_persons = matches(named["unit"], OF_PERSONS) & ~matches(named["unit"], SHARE_OF)
    above = named.index[given & of_persons & (top > bottom) & (bottom > 0)]
    faults.ask(
        source.label,
        "above_whole",
        "is less than the numerator, which is counted out of it",
        column=heading,
        rows=above,
    )
    ratio = times * top / bottom.mask(bottom == 0)
    if "value" not in named:
        rule = "value follows from numerator and denominator only where the unit is andel or pct."
        faults.add(source.label, rule, column="unit", rows=named.index[top.notna() & times.isna()])
        named["value"] = [danish_text(share, decimal) if share == share else "" for share in ratio]
        faults.correct(source.label, "computed", ratio.notna().sum())
        return named
    value = numbers(named["value"], decimal)
    last = {name: 10.0 ** -decimals(named[name], decimal) for name in ("value", "numerator", "denominator")}
    part = {name: last[name].mask(last[name] == 1, 0.0) for name in ("numerator", "denominator")}
    parts_off = (times * part["numerator"] + ratio * part["denominator"]) / bottom * 0.5 + 1e-9
    # some systems cut decimals off where others round
    below = ratio.abs() - value.abs()
    rows = named.index[(below > last["value"] + parts_off) | (below < -last["value"] / 2 - parts_off)]
    rule = "is not numerator ÷ denominator"
    faults.ask(source.label, "ratio", rule, column=source.headings.get("value", "value"), rows=rows)
    return named
