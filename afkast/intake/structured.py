"""Files whose cells have types: JSON as Jobindsats and StatBank answer, and Parquet.

Types are kept as they are: a number becomes the text that a text file with the declared decimal mark would hold, and
null is blank. Rows are numbered from 1.
"""

import io
import json
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from afkast.intake.cells import danish_text
from afkast.intake.decoding import decoded
from afkast.intake.faults import CORRECT_DECLARATION, FETCH_AGAIN, Faults
from afkast.intake.headings import Rows, data_rows, find_headings
from afkast.intake.numeric import judge_texts
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
        headings, rows = table_of(json.loads(text, parse_constant=_no_number, object_pairs_hook=_each_once))
    except (ValueError, RecursionError):
        rule, remedy = "not intact JSON", FETCH_AGAIN
        if _is_by_line(text):
            rule, remedy = "JSON line by line, not one list of records", "Export it as one list: [{…}, {…}]."
        faults.add(source.label, rule, remedy=remedy)
        return None
    except (_UnknownFormError, KeyError, TypeError, IndexError, AttributeError):
        rule = "JSON of another form than Jobindsats', JSON-stat or a list of records"
        faults.add(source.label, rule, remedy=CORRECT_DECLARATION)
        return None
    return _as_cells(source, headings, rows, faults)


def table_of(answer: Any) -> Grid:
    """The table of an answer: Jobindsats v3 (`columns`, `rows`) or v2 (`Variables`, `Data`), JSON-stat, or records."""
    headings, rows = _grid_of(answer)
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise _UnknownFormError
    return headings, rows


def _grid_of(answer: Any) -> Grid:
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
    sizes = dimension.get("size") or dataset["size"]
    if [len(codes) for codes in categories] != sizes:
        raise _UnknownFormError
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
        columns = map(_exact, table.columns)
        rows = list(map(list, zip(*(column.to_pylist() for column in columns), strict=True)))
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
    kept = [place for place, heading in enumerate(found[1]) if heading not in source.ignore]
    nested = [
        number
        for number, row in enumerate(rows, start=1)
        if any(isinstance(row[place], list | dict | bytes) for place in kept if place < len(row))
    ]
    faults.add(source.label, "a list where a number or a word should be, or bytes", rows=nested)
    _judge_texts(source, found[1], rows, faults)
    texts = [[danish_text(cell, source.decimal_mark) for cell in row] for row in rows]
    even = {number: row for number, row in enumerate(texts, start=1) if len(row) == width and number not in set(nested)}
    odd = [(number, row) for number, row in enumerate(texts, start=1) if len(row) != width]
    if nested and not even:
        return None
    cells = pd.DataFrame(list(even.values()), pd.Index(list(even), dtype="int64"), found[1], dtype=str)
    return data_rows(source, found[1], cells, odd, faults)


def _exact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers of single precision as they are written (5.1), and not as double precision shows them (5.0999…)."""
    if not pa.types.is_float32(column.type):
        return column
    return pa.chunked_array([[None if one is None else float(str(np.float32(one))) for one in column.to_pylist()]])


def _judge_texts(source: Json | Parquet | Sql, headings: list[str], rows: list[list[Any]], faults: Faults) -> None:
    """Of a number written as text, the typed numbers beside it do not tell the decimal mark."""
    for heading in [] if source.decimal else source.numeric_headings:
        place = headings.index(heading)
        cells = {n: row[place] for n, row in enumerate(rows, start=1) if place < len(row)}
        judge_texts(source, heading, {n: cell for n, cell in cells.items() if isinstance(cell, str)}, faults)


def _is_by_line(text: str) -> bool:
    """Whether each line is a record of its own."""
    lines = text.strip().splitlines()
    return len(lines) > 1 and all(line.startswith("{") and line.rstrip().endswith("}") for line in lines)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A record whose names all differ; of two alike nobody knows which is meant."""
    record = dict(pairs)
    if len(record) < len(pairs):
        raise _UnknownFormError
    return record


def _no_number(constant: str) -> Any:
    raise ValueError(constant)
