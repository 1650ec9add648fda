"""The gate: nothing is served that must not be, and nothing that nobody declared.

Everything below the site's folder is looked at, in every form that text has there. A file is either a known one of the
theme (by its checksum), or one that this module can read whole; what cannot be read does not pass, and neither does a
site on which the gate itself fails. What is found is told by page, notebook, cell and place, never by its value.
"""

import base64
import binascii
import hashlib
import html
import importlib.metadata
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

import pypdf
import pypdf.errors
import pypdf.generic
from pydantic import BaseModel, ConfigDict, Field

from afkast.edition.identifiers import CPR_LIKE, PLACE, Found, Wanted
from afkast.edition.numbers import NUMBERS
from afkast.edition.policy import SEARCH_INDEX, faults_of_page, faults_of_script, faults_of_style
from afkast.errors import AfkastError
from afkast.notebook import counted
from afkast.report.filed import METADATA_KEY
from afkast.yaml_file import read_yaml, validate

THEMES = ("Sphinx", "sphinx-book-theme", "pydata-sphinx-theme", "myst-nb", "sphinx-mathjax-offline")
"""The packages whose static files a site consists of; pip has noted the checksum of each."""

GENERATED = (
    *("index.html", "search.html", SEARCH_INDEX),
    *("_static/basic.css", "_static/documentation_options.js", "_static/language_data.js", "_static/pygments.css"),
)
"""What Sphinx writes beside the pages; read like them."""

OURS = (
    "_static/afkast.css",
    "_static/afkast.svg",
    "_static/favicon.svg",
    "_static/danish.js",
    "_static/beregninger.js",
    "_static/rulning.js",
    "_static/tal.js",
    "_static/udgaver.js",
    "_static/find-et-tal.js",
    NUMBERS,
)
"""The look of the book, in book/_static, and where its numbers stand; read like the pages."""

TEXTS = {".html", ".js", ".css", ".svg", ".json", ".txt", ".csv", ".xml", ".rels", ".ipynb", ".md", ".vml"}
ARCHIVES = {".zip", ".xlsx", ".docx"}
ALLOW_LIST = "allowed.yml"
"""Exceptions, in the folder of data: `allowed`, a list of `hash` (as the gate tells it), `reason` and `expires`."""

MOST_BYTES, DEEPEST = 200_000_000, 3
MOST_TOLD = 20

EMBEDDED = re.compile(r"data:([\w/+.-]*)(?:;charset=[\w-]+)?(;base64)?,([^\"'\s)<>]*)")
BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
SHOWN = re.compile(r"""id=["']vist-([a-z0-9-]+)["']""")
INLINE = re.compile(
    r"</?(?:span|b|i|em|strong|a|code|sup|sub|wbr|small|mark|u|s|font)\b[^<>]*>|<!--|-->", re.IGNORECASE
)
TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Fault:
    """Why a file may not be served: where, what is wrong, and the hash by which an entry could allow it, if any."""

    file: str
    place: str
    what: str
    hash: str = ""


class _Allowed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{16,64}$")]
    reason: Annotated[str, Field(min_length=10)]
    expires: date


class _AllowList(BaseModel):
    """allowed.yml in the folder of data."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    allowed: list[_Allowed]


def check(
    site: Path,
    contents: Iterable[str],
    pages: Path,
    wanted: Wanted,
    allow_list: Path,
    today: date,
    downloads: Iterable[str] = (),
) -> None:
    """Refuse a site that holds what must not be served; AfkastError names every place.

    contents: the pages of the book, such as "strategies/<id>/<page>"; pages: where they lie as executed notebooks,
    to name the cell; allow_list: the file of exceptions, if there is one; downloads: files beside the pages, by name.
    """
    allowed, expired = _allowed(allow_list, today)
    try:
        faults = [
            fault
            for fault in _faults(site, {*(f"{page}.html" for page in contents), *downloads}, wanted)
            if fault.hash not in allowed
        ]
        told = [_sentence(fault, pages, wanted, expired) for fault in faults[:MOST_TOLD]]
    except Exception as error:
        raise AfkastError(
            f"The site could not be looked through ({type(error).__name__}), so it is not served; the former stands."
        ) from None
    if faults:
        more = [f"and {len(faults) - MOST_TOLD} more."] if len(faults) > MOST_TOLD else []
        raise AfkastError("\n".join(["The site holds what must not be served; the former stands.", *told, *more]))


def _faults(site: Path, expected: set[str], wanted: Wanted) -> Iterator[Fault]:
    themes = _checksums_of_themes()
    declared = expected | set(GENERATED) | set(OURS)
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            yield Fault(name, "", "a link or a special file")
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        if name.startswith("_static/") and hashlib.sha256(content).digest() in themes:
            continue
        checksum = hashlib.sha256(content).hexdigest()
        if name not in declared:
            yield Fault(name, "", "a file that nobody declared", checksum)
        yield from _faults_of_file(name, content, checksum, wanted)


def _faults_of_file(name: str, content: bytes, checksum: str, wanted: Wanted) -> Iterator[Fault]:
    kind = _kind(name)
    try:
        met = {(place, found) for place, text in texts_of(name, content) for found in _found(name, text, wanted)}
    except _CannotBeRead as reason:
        yield Fault(name, "", str(reason), checksum)
        return
    for place, found in sorted(met, key=lambda one: (one[0], one[1].kind)):
        yield Fault(name, place, found.kind, wanted.hash_of(found) if found.kind in (CPR_LIKE, PLACE) else "")
    text = content.decode("utf-8-sig") if kind in RULES else ""
    for place, what, digest in RULES[kind](name, text) if kind in RULES else ():
        yield Fault(name, place, what, digest)


RULES: dict[str, Callable[[str, str], Iterator[tuple[str, str, str]]]] = {
    ".html": lambda _, text: faults_of_page(text),
    ".js": faults_of_script,
    ".css": lambda _, text: faults_of_style(text),
}
"""What a file of a kind must not do in a browser."""


def _kind(name: str) -> str:
    """The ending of a file's name, also of one that is nothing but an ending, such as a workbook's .rels."""
    return "." + name.rpartition(".")[2].lower()


def _found(name: str, text: str, wanted: Wanted) -> frozenset[Found]:
    """What is found in a text of a file."""
    if name == SEARCH_INDEX:  # its words are put together from neighbours, and all of them stand in the pages
        return frozenset(wanted.known_in(text))
    if text not in wanted.met:
        wanted.met[text] = frozenset(_looked_for(text, wanted))
    return wanted.met[text]


def _looked_for(text: str, wanted: Wanted) -> Iterator[Found]:
    """What is found in a text as it stands, with entities and escapes resolved, and without its tags."""
    yield from wanted.found_in(text)
    resolved = html.unescape(ESCAPED.sub(lambda met: chr(int(met[1] or met[2], 16)), text))
    if resolved != text:
        yield from wanted.found_in(resolved)
    if "<" in text:
        words = TAG.sub("\n", INLINE.sub("", text))
        yield from wanted.found_in(html.unescape(words))
        yield from wanted.known_in(html.unescape("".join(TAG.sub("", text).split())))


def read_ahead(files: Iterable[Path], wanted: Wanted) -> None:
    """Look through files of which much will stand in the site: `check` then knows what is in it.

    Nothing is told, neither that something cannot be read: `check` reads everything, and says so.
    """
    for path in files:
        with suppress(Exception):
            for _, text in texts_of(path.name, path.read_bytes()):
                _found(path.name, text, wanted)


class _CannotBeRead(Exception):
    """A file of which it cannot be told what it says."""


def texts_of(name: str, content: bytes, place: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Everything that a file says as (place, text): the file itself, what is embedded in it, the archive's members."""
    if depth > DEEPEST or len(content) > MOST_BYTES:
        raise _CannotBeRead("a file too large or too deep to be looked through")
    kind = _kind(name)
    if kind in ARCHIVES:
        yield from _members(name, content, place, depth)
        return
    if kind == ".png":
        yield place, _chunks(content)
        return
    if kind == ".pdf":
        yield from _of_pdf(content, place)
        return
    if kind not in TEXTS:
        raise _CannotBeRead("a file of a kind that cannot be looked through")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _CannotBeRead("a file that is not UTF-8") from None
    for where, part in _parts(text) if kind == ".html" else [(place, text)]:
        where = where or place
        yield where, EMBEDDED.sub("", part)
        for inside in _embedded(part):
            yield from texts_of(f"{name}.svg", inside, f"{where}, embedded" if where else "embedded", depth + 1)


def _chunks(picture: bytes) -> str:
    """Nothing but pixels may be in a PNG file, for words in its other parts are not seen; they are refused."""
    place, kinds = 8, []
    while picture.startswith(b"\x89PNG\r\n\x1a\n") and place + 8 <= len(picture):
        size, kind = struct.unpack(">I4s", picture[place : place + 8])
        kinds.append(kind)
        place += size + 12
    if not kinds or kinds[-1] != b"IEND" or place != len(picture) or set(kinds) - {b"IHDR", b"PLTE", b"IDAT", b"IEND"}:
        raise _CannotBeRead("a picture with more than its pixels")
    return ""


ACTIVE = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/AA", "/URI", "/RichMedia", "/AcroForm"}
"""What a PDF file could do beyond being read."""


def _of_pdf(content: bytes, place: str) -> Iterator[tuple[str, str]]:
    """The text of each page, and every text of the file's own objects: title, alt texts, metadata."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        for number, page in enumerate(reader.pages, start=1):
            yield f"{place}page {number}", page.extract_text()
        # an object of the number 0 there never is
        for number in range(1, int(str(reader.trailer["/Size"]))):
            thing = reader.get_object(pypdf.generic.IndirectObject(number, 0, reader))
            if thing is not None:
                yield place, "\n".join(_texts_of_pdf(thing))
    except (pypdf.errors.PyPdfError, ValueError, KeyError, TypeError, RecursionError):
        raise _CannotBeRead("a PDF file that cannot be read") from None


def _texts_of_pdf(thing: object) -> Iterator[str]:
    if isinstance(thing, pypdf.generic.DictionaryObject):
        if ACTIVE & set(thing):
            raise _CannotBeRead("a PDF file that does more than to be read")
        for value in thing.values():
            yield from _texts_of_pdf(value)
        if isinstance(thing, pypdf.generic.StreamObject) and thing.get("/Type") == "/Metadata":
            yield thing.get_data().decode("utf-8", "replace")
    elif isinstance(thing, pypdf.generic.ArrayObject):
        for value in thing:
            yield from _texts_of_pdf(value)
    elif isinstance(thing, str) and not isinstance(thing, pypdf.generic.NameObject):
        yield str(thing)


def _parts(page: str) -> Iterator[tuple[str, str]]:
    """A page cut where a shown thing begins, each part under its id."""
    cuts = [(0, ""), *((met.start(), f"'{met[1]}'") for met in SHOWN.finditer(page))]
    ends = [start for start, _ in cuts[1:]] + [len(page)]
    yield from ((place, page[start:end]) for (start, place), end in zip(cuts, ends, strict=True))


def _embedded(text: str) -> Iterator[bytes]:
    """What is written into a text as data: URI or as base64."""
    for met in EMBEDDED.finditer(text):
        encoded = html.unescape(unquote(met[3]))
        yield _decoded(encoded) or b"" if met[2] else encoded.encode()
    for met in BASE64.finditer(EMBEDDED.sub("", text)):
        inside = _decoded(met.group())
        if inside and sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in inside) >= 0.9 * len(inside):
            yield bytes(byte for byte in inside if byte < 127)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


def _members(name: str, content: bytes, place: str, depth: int) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if sum(one.file_size for one in members) > MOST_BYTES:
                raise _CannotBeRead("a file too large to be looked through")
            yield place, " ".join([archive.comment.decode("utf-8", "replace"), *(one.filename for one in members)])
            for one in members:
                yield from texts_of(one.filename, archive.read(one), f"{place}{one.filename}", depth + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise _CannotBeRead("an archive that cannot be opened") from None


def _checksums_of_themes() -> frozenset[bytes]:
    """The SHA-256 of every file of the themes, as pip has noted it when they were installed."""
    return frozenset(
        base64.urlsafe_b64decode(file.hash.value + "=")
        for theme in THEMES
        for file in importlib.metadata.files(theme) or []
        if file.hash is not None and file.hash.mode == "sha256"
    )


# ---------------------------------------------------------------- what is told


def _sentence(fault: Fault, pages: Path, wanted: Wanted, expired: Mapping[str, date]) -> str:
    notebook = pages / f"{fault.file.removeprefix('strategies/').removesuffix('.html')}.ipynb"
    where = [fault.file, _cell(notebook, fault, wanted) if notebook.is_file() else "", fault.place]
    end = f"; its entry in the allow-list expired on {expired[fault.hash]}" if fault.hash in expired else ""
    code = f" (hash {fault.hash})" if fault.hash else ""
    return f"{', '.join(filter(None, where))}: {fault.what}{end}{code}."


def _cell(path: Path, fault: Fault, wanted: Wanted) -> str:
    """The template's cell that shows the thing, else the first that holds the same."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for number, cell in counted(cells):
        shown = {output.get("metadata", {}).get(METADATA_KEY, {}).get("id") for output in cell.get("outputs", [])}
        if fault.place.split(",")[0].strip("'") in shown:
            return f"cell {number}"
    for cell in cells:
        texts = texts_of("cell.json", json.dumps(cell, ensure_ascii=False).encode())
        if any(found.kind == fault.what for _, text in texts for found in _found("cell.json", text, wanted)):
            return next((f"cell {number}" for number, one in counted(cells) if one is cell), f"cell '{cell['id']}'")
    return ""


def _allowed(path: Path, today: date) -> tuple[set[str], dict[str, date]]:
    """The hashes that are allowed today, and those that were."""
    if not path.is_file():
        return set(), {}
    entries = validate(_AllowList, read_yaml(path), AfkastError).allowed
    return {one.hash for one in entries if one.expires >= today}, {
        one.hash: one.expires for one in entries if one.expires < today
    }
