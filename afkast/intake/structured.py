"""Files whose cells have types: JSON as Jobindsats and StatBank answer, and Parquet.

Types are kept as they are: a number becomes the text that a text file with the declared decimal mark would hold, and
null is blank. Rows are numbered from 1.
"""

import io
import json
from itertools import product
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from afkast.intake.cells import danish_text
from afkast.intake.decoding import decoded
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults
from afkast.intake.headings import Rows, data_rows, find_headings
from afkast.intake.sources import Json, Parquet, Sql

VALUE = "INDHOLD"
"""What StatBank calls the column of values, and so what it is called here where JSON-stat has no name for it."""

Grid = tuple[list[str], list[list[Any]]]
"""Headings, and the rows' values under them."""


class _UnknownFormError(Exception):
    """JSON that is none of the forms below."""


def read_json(source: Json | Sql, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """A table as one of the forms of `table_of`."""
    text = decoded(source, content, "utf-8-sig", faults)
    if text is None:
        return None
    try:
        headings, rows = table_of(json.loads(text, parse_constant=_no_number))
    except (ValueError, RecursionError):
        faults.add(source.label, "not intact JSON", remedy=FETCH_AGAIN)
        return None
    except (_UnknownFormError, KeyError, TypeError, IndexError, AttributeError):
        rule = "JSON of another form than Jobindsats', JSON-stat or a list of records"
        faults.add(source.label, rule, remedy=CORRECT_DECLARATION)
        return None
    return _as_cells(source, headings, rows, faults)


def table_of(answer: Any) -> Grid:
    """The table of an answer: Jobindsats v3 (`columns`, `rows`) or v2 (`Variables`, `Data`), JSON-stat, or records."""
    if isinstance(answer, list) and len(answer) == 1 and "Variables" in answer[0]:
        return [one["Label"] for one in answer[0]["Variables"]], answer[0]["Data"]
    if isinstance(answer, list) and answer and all(isinstance(one, dict) for one in answer):
        headings = list(dict.fromkeys(key for one in answer for key in one))
        return headings, [[one.get(heading) for heading in headings] for one in answer]
    if isinstance(answer, dict) and "rows" in answer:
        return answer["columns"], answer["rows"]
    if isinstance(answer, dict) and ("dataset" in answer or answer.get("class") == "dataset"):
        return _json_stat(answer.get("dataset", answer))
    raise _UnknownFormError


def _json_stat(dataset: dict[str, Any]) -> Grid:
    """A row per value, in the order of the cube; a dimension says its labels, and time its codes (2019M06).

    Form 1 keeps `id` and `size` in `dimension`, form 2 beside it; values are a list, or by place where most are
    missing.
    """
    dimension = dataset["dimension"]
    ids = dimension.get("id") or dataset["id"]
    role = dimension.get("role") or dataset.get("role") or {}
    categories = []
    for id in ids:
        category = dimension[id]["category"]
        index, label = category.get("index", list(category.get("label", {}))), category.get("label", {})
        codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else index
        categories.append(codes if id in role.get("time", ()) else [label.get(code, code) for code in codes])
    places = list(product(*categories))
    values = dataset["value"]
    if isinstance(values, dict):
        values = [values.get(str(place)) for place in range(len(places))]
    if len(values) != len(places):
        raise _UnknownFormError
    return [*ids, VALUE], [[*place, value] for place, value in zip(places, values, strict=True)]


def read_parquet(source: Parquet, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """A table of plain columns."""
    try:
        table = pa.parquet.read_table(io.BytesIO(content))
        if any(pa.types.is_nested(column.type) for column in table.schema):
            raise TypeError
        rows = list(map(list, zip(*(column.to_pylist() for column in table.columns), strict=True)))
    except (pa.ArrowException, OSError, TypeError, ValueError):
        faults.add(source.label, "not an intact Parquet file of plain columns", remedy=FETCH_AGAIN)
        return None
    return _as_cells(source, table.column_names, rows, faults)


def _as_cells(
    source: Json | Parquet | Sql, headings: list[str], rows: list[list[Any]], faults: Faults
) -> pd.DataFrame | None:
    """The declared columns as text."""
    above: Rows = [(0, [str(heading) for heading in headings])]
    found = find_headings(source, above, faults)
    if found is None:
        return None
    width = len(found[1])
    nested = [number for number, row in enumerate(rows, start=1) if any(isinstance(cell, list | dict) for cell in row)]
    faults.add(source.label, "a list where a number or a word should be", rows=nested)
    texts = [[danish_text(cell, source.decimal_mark) for cell in row] for row in rows]
    even = {number: row for number, row in enumerate(texts, start=1) if len(row) == width and number not in set(nested)}
    odd = [(number, row) for number, row in enumerate(texts, start=1) if len(row) != width]
    cells = pd.DataFrame(list(even.values()), pd.Index(list(even), dtype="int64"), found[1], dtype=str)
    return data_rows(source, found[1], cells, odd, faults)


def _no_number(constant: str) -> Any:
    raise ValueError(constant)
