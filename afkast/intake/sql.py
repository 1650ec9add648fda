"""Rows asked of a database: the query lies in raw/, its address in the environment, and the answer is what is read.

The answer is kept as bytes like those of a file, so that its checksum says whether it is the same as last time.
"""

import json
import os
import re
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from afkast.intake.faults import Faults
from afkast.intake.sources import Sql

ONLY_READS = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:SELECT|WITH)\b", re.IGNORECASE | re.DOTALL)


def answer(source: Sql, query: bytes, faults: Faults) -> bytes | None:
    """The query's answer as JSON of `columns` and `rows`; why there is none is a fault, without the driver's words.

    A driver's message may hold the address with its password, or quote values.
    """
    try:
        words = query.decode("utf-8-sig")
    except UnicodeDecodeError:
        faults.add(source.file, "a query that is not UTF-8", remedy="Save it as UTF-8.")
        return None
    if not ONLY_READS.match(words) or ";" in words.strip().rstrip(";"):
        faults.add(source.file, "not one query that begins with SELECT or WITH", remedy="Write one query that reads.")
        return None
    address = os.environ.get(source.address, "")
    if not address:
        remedy = f"Set {source.address} to an address such as postgresql+psycopg://user@host/database."
        faults.add(source.file, f"the environment has no {source.address}", remedy=remedy)
        return None
    try:
        engine = create_engine(address)
    except (ArgumentError, NoSuchModuleError, ImportError):
        remedy = f"Correct {source.address}, or install the driver that it names."
        faults.add(source.file, f"{source.address} is no address of a database that can be reached", remedy=remedy)
        return None
    try:
        with engine.connect() as connection:
            result = connection.execute(text(words.strip().rstrip(";").replace(":", "\\:")))
            columns, rows = list(result.keys()), [list(map(_plain, row)) for row in result]
    except (SQLAlchemyError, OSError):
        remedy = f"Try the query with the database's own tool, at the address in {source.address}."
        faults.add(source.file, "the database cannot be reached, or refuses the query", remedy=remedy)
        return None
    finally:
        engine.dispose()
    return json.dumps({"columns": columns, "rows": rows}, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    """A database's value as JSON has it; days as yyyy-mm-dd."""
    match value:
        case Decimal() | float() if not isfinite(value):
            return str(value)  # JSON has none; told as no number
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case bytes() | memoryview():
            return []  # told as no text
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case None | bool() | int() | float() | str():
            return value
    return str(value)
