"""Kinds of columns: what is in one, how its raw cells are read (`metadata`), and what must hold."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa

YEARS = (1900, 2100)
PSEUDONYM = r"[0-9a-f]{20}"
COUNTRY = "Hele landet"


class Form(NamedTuple):
    """How a text is written: a regular expression, and the same in words with an example."""

    pattern: str
    told: str


STRATEGY_ID = Form(
    "[a-z0-9][a-z0-9-]{0,39}",
    "an id like flere-i-job-2026: small letters a-z, digits and hyphens, 40 at the most, no hyphen first",
)
TABLE_NAME = Form("[A-Z][0-9]+", "a capital letter and a number, like K1")
CELL_NAME = Form(r"\w+", "one word of letters, digits and underscores, like aar_2019")
PRINTED_NUMBER = Form(
    "-?[0-9][0-9.]*(?:,[0-9]+)?(?: ?%)?",
    "a number as printed, like -1.910,5 or 12 %: no words, and minus only before it",
)


def text(meaning: str, form: Form | None = None, nullable: bool = False) -> pa.Column:
    """Words, all in the same form where one is given; empty only where `meaning` explains it."""
    checks = [pa.Check.str_matches(f"^{form.pattern}$", error=f"must be {form.told}")] if form else []
    return pa.Column(str, checks, nullable=nullable, description=meaning, metadata={"form": "text"})


def word(meaning: str, *words: str) -> pa.Column:
    """One of a few words."""
    one_of = pa.Check.isin(words, error=f"must be one of {', '.join(words)}")
    return pa.Column(str, one_of, description=meaning, metadata={"form": "text"})


def citizen(meaning: str) -> pa.Column:
    """A person: raw a CPR number, stored a pseudonym."""
    pseudonym = pa.Check.str_matches(f"^{PSEUDONYM}$", error="must be a pseudonym")
    return pa.Column(str, pseudonym, description=meaning, metadata={"form": "person"})


def case_number(meaning: str) -> pa.Column:
    """A citizen's case: raw the case's number, stored a pseudonym."""
    pseudonym = pa.Check.str_matches(f"^{PSEUDONYM}$", error="must be a pseudonym")
    return pa.Column(str, pseudonym, description=meaning, metadata={"form": "case"})


def whole(meaning: str, lowest: int, highest: int, nullable: bool = False) -> pa.Column:
    """A whole number within bounds, both included."""
    within = pa.Check.in_range(lowest, highest, error=f"must be a whole number from {lowest} to {highest}")
    kind = "Int64" if nullable else "int64"
    return pa.Column(kind, within, nullable=nullable, description=meaning, metadata={"form": "whole"})


def number(meaning: str, nullable: bool = False, *checks: pa.Check) -> pa.Column:
    """A finite number."""
    finite = pa.Check(np.isfinite, error="must be a finite number")
    return pa.Column(float, [finite, *checks], nullable=nullable, description=meaning, metadata={"form": "number"})


def day(meaning: str, nullable: bool = False) -> pa.Column:
    """A date; a missing one is a state that `meaning` explains."""
    return pa.Column("datetime64[ns]", nullable=nullable, description=meaning, metadata={"form": "day"})


def month(meaning: str) -> pa.Column:
    """A month, stored as its first day."""
    first = pa.Check(lambda dates: dates.dt.day == 1, error="must be a month")
    return pa.Column("datetime64[ns]", first, description=meaning, metadata={"form": "month"})


def rule(column: str, sentence: str, holds: Callable[[pd.DataFrame], Any]) -> pa.Check:
    """A rule between columns; its faults are told under `column`."""
    return pa.Check(holds, name=column, error=sentence)


def table(
    title: str,
    meaning: str,
    columns: dict[str, pa.Column],
    unique: list[str] | None = None,
    rules: list[pa.Check] | None = None,
) -> pa.DataFrameSchema:
    """One table, under its title in the book: exactly these columns, no two rows alike in `unique`."""
    return pa.DataFrameSchema(
        columns,
        checks=rules,
        unique=unique,
        report_duplicates="all",
        strict=True,
        coerce=True,
        ordered=True,
        unique_column_names=True,
        title=title,
        description=meaning,
    )


strategy = text("id of the strategy, as its file in strategies/ is named", STRATEGY_ID)
committee = text("committee that decides over the money, e.g. AMU, ØKU")
line = word("what the money is", "investment", "benefit_saving")
person = citizen("pseudonym: keyed hash of the CPR number")
measure = text("name of what is measured; one name, one definition")
area = text(f"municipality, or '{COUNTRY}'")
benefit = text("name of the public benefit")
year = whole("calendar year", *YEARS)
price_level_year = whole("year whose prices and wages the amount is in", *YEARS)
source = text("who published it, and where")
