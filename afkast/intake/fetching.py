"""Files that a service gives: asked over HTTP, written into raw/, and dated in sources.yml.

The answer is kept as the service gave it, or put together of its parts; `import` reads it as a file like any other.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from afkast.intake.services import Jobindsats, StatBank
from afkast.intake.sources import Source, read_sources
from afkast.intake.web import FetchError, Web, answer_of, secret
from afkast.project import DECLARATION
from afkast.yaml_file import read_yaml

PERIODS_AT_ONCE = 24
"""Jobindsats has been seen to give up on 120."""

STREAMS = ("BULK",)
AS_IS = re.compile(r"\*|/.*|level:.*")


def fetch(folder: Path, source: Source, web: Web) -> int:
    """Ask for a source's file, write it into raw/ and date it; how many bytes it has. FetchError says what is wrong,
    and then nothing is changed."""
    service = getattr(source, "fetch", None)
    if service is None:
        raise FetchError(f"{source.file} is not fetched: {DECLARATION} declares no fetch for it; put it into raw/.")
    if isinstance(service, Jobindsats):
        content = jobindsats(service, web, secret(service.key, folder))
    else:
        content = statbank(service, Path(source.file).suffix, web)
    _write(folder / "raw" / source.file, content)
    _set_day(folder / DECLARATION, source.file, web.today)
    return len(content)


# ---------------------------------------------------------------- Jobindsats


def jobindsats(asked: Jobindsats, web: Web, key: str) -> bytes:
    """The rows of the newest periods, some periods at a time, as one answer of `columns` and `rows`."""
    place = f"{asked.address}/table/{asked.table}"
    table = answer_of(place, web.get(f"{place}?format=json", key))
    periods = _periods(asked, table)
    shared = [(f"mgroup.{group}", ms if ms == "*" else ",".join(ms)) for group, ms in asked.measures.items()]
    shared += [(f"hierarchy.{name}", ",".join(_values(name, told, table))) for name, told in asked.hierarchies.items()]
    columns: list[str] = []
    rows: list[list[Any]] = []
    for first in range(0, len(periods), PERIODS_AT_ONCE):
        some = periods[first : first + PERIODS_AT_ONCE]
        question = urlencode(
            [("format", "json"), *shared, (f"period.{asked.period}", ",".join(some))], safe="*/,:", quote_via=quote
        )
        place = f"{asked.address}/data/{asked.table}"
        answer = answer_of(place, web.get(f"{place}?{question}", key))
        if not isinstance(answer, dict) or not isinstance(answer.get("rows"), list) or "columns" not in answer:
            raise FetchError(f"{place} answers in another form than columns and rows; is its version 3?")
        if columns and answer["columns"] != columns:
            raise FetchError(f"{place} has other columns for some periods; ask for fewer with latest.")
        columns = answer["columns"]
        rows += answer["rows"]
    if not rows:
        raise FetchError(f"{asked.address}/data/{asked.table} has no rows of what fetch asks for; correct it.")
    return _as_json({"columns": columns, "rows": rows})


def _periods(asked: Jobindsats, table: Any) -> list[str]:
    """The newest periods of the kind, in order of time."""
    kinds = {one["periodtype_id"]: [value["period_id"] for value in one["values"]] for one in _of(table, "periods")}
    if asked.period not in kinds:
        raise FetchError(f"table {asked.table} has no period {asked.period}; it has {', '.join(sorted(kinds))}.")
    return sorted(kinds[asked.period])[-asked.latest :]


def _values(hierarchy: str, told: list[str], table: Any) -> list[str]:
    """The ids of a hierarchy's values by their names."""
    ids: dict[str, str] = {}
    names = []
    for dimension in _of(table, "dimensions"):
        for one in dimension["hierarchies"]:
            names.append(one["hierarchy_id"])
            if one["hierarchy_id"] == hierarchy:
                ids = {value["value_name"]: value["value_id"] for level in one["levels"] for value in level["values"]}
    if not ids:
        raise FetchError(f"there is no hierarchy {hierarchy}; there are {', '.join(sorted(names))}.")
    if unknown := [name for name in told if name not in ids and not AS_IS.fullmatch(name)]:
        raise FetchError(f"hierarchy {hierarchy} has no value {', '.join(unknown)}; write it as in the table.")
    return [ids.get(name, name) for name in told]


def _of(table: Any, part: str) -> list[Any]:
    if not isinstance(table, dict) or not isinstance(table.get(part), list):
        raise FetchError(f"the table's description has no {part}; is the service's version 3?")
    return list(table[part])


# ---------------------------------------------------------------- StatBank


def statbank(asked: StatBank, ending: str, web: Web) -> bytes:
    """The table's cells: JSON-stat for a .json file, else BULK, which has no limit and leaves out rows that are 0."""
    place = f"{asked.address}/tableinfo"
    info = answer_of(place, web.post(place, {"table": asked.table, "format": "JSON", "lang": "da"}))
    variables = {one["id"]: one for one in _of(info, "variables")}
    if unknown := [name for name in asked.values if name not in variables]:
        raise FetchError(f"table {asked.table} has no variable {', '.join(unknown)}; it has {', '.join(variables)}.")
    form = "JSONSTAT" if ending.lower() == ".json" else "BULK"
    if form in STREAMS and (left := [name for name in variables if name not in asked.values]):
        raise FetchError(f"fetch must name every variable of {asked.table}; {', '.join(left)} is missing.")
    for name, codes in asked.values.items():
        known = {one["id"] for one in variables[name]["values"]}
        plain = [code for code in codes if re.fullmatch(r"[^*><=()?]+", code)]
        if odd := [code for code in plain if code not in known]:
            raise FetchError(f"variable {name} has no value {', '.join(odd)}; tableinfo lists its codes.")
    question = {
        "table": asked.table,
        "format": form,
        "lang": "da",
        "valuePresentation": "Default" if form == "JSONSTAT" else "Code",
        "variables": [{"code": name, "values": codes} for name, codes in asked.values.items()],
    }
    content = web.post(f"{asked.address}/data", question)
    if not content.strip():
        raise FetchError(f"{asked.address}/data has nothing of what fetch asks for; correct it.")
    return content


# ---------------------------------------------------------------- what is due


def overview(folder: Path, today: date) -> Iterator[str]:
    """A line for each declared file: what it is, when it was extracted, and whether a newer one is due."""
    for source in read_sources(folder).sources:
        how = "fetched" if getattr(source, "fetch", None) else "put into raw/"
        due = source.due_after(source.extracted_on)
        when = "" if due is None else f", {'due since' if due <= today else 'next due'} {due}"
        yield f"{source.label}: {source.table}, {source.source}, {how}, extracted {source.extracted_on}{when}"


# ---------------------------------------------------------------- writing


def _as_json(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


def _write(path: Path, content: bytes) -> None:
    """The whole file in the old one's place, or nothing."""
    path.parent.mkdir(exist_ok=True)
    number, beside = tempfile.mkstemp(prefix="._", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _set_day(declaration: Path, file: str, day: date) -> None:
    """Write the day into the entry's own line; everything else of the declaration stays, comments too."""
    read = read_yaml(declaration, FetchError)
    lines = declaration.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    for number, entry in enumerate(read.data["sources"]):
        if entry["file"] == file:
            at = read.line("sources", number, "extracted_on") - 1
            lines[at] = re.sub(r"(extracted_on:\s*)[0-9]{4}-[0-9]{2}-[0-9]{2}", rf"\g<1>{day}", lines[at])
    _write(declaration, "".join(lines).encode())
