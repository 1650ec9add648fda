"""Bytes → text, and why not: another encoding, another kind of file, a byte that does not belong."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from afkast.intake.blocks import Content
from afkast.intake.faults import FETCH_AGAIN, Faults
from afkast.intake.sources import Csv, Journal, Source
from afkast.intake.wording import CODE_PAGE_850, MAC_ROMAN, NOT_CODE_PAGE_850, TWICE_ENCODED

LONGEST_LINE = 1_000_000

# C0 and C1 controls, a lone carriage return, and the mark that replaces a character somebody could not read
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]|\r(?!\n|$)")

ORDINARY = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F), *range(0x80, 0x100)])

KINDS = [
    (b"PK\x03\x04", "an Excel workbook or another archive"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a packed file"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
]
"""How a file of another kind begins."""

EXPORT_AS_TEXT = "Export it as text, or declare it with the reader for its kind."


def kind_of(content: bytes) -> str | None:
    """What a file that is no text is, by how it begins."""
    start = content[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return next((kind for beginning, kind in KINDS if start.startswith(beginning.lower())), None)


@dataclass(frozen=True)
class Text:
    """A file as text that can be read, again and again, block by block of whole lines."""

    content: Content
    encoding: str
    quoted: bool
    """Whether there is a quotation mark in it."""

    def blocks(self) -> Iterator[str]:
        """Block after block; in UTF-16 no byte alone ends a line, and all is one."""
        if self.encoding == "utf-16":
            yield self.content.whole().decode(self.encoding)
            return
        for number, block in enumerate(self.content.blocks()):
            yield block.decode(_later(self.encoding) if number else self.encoding)


def decoded(source: Source, content: bytes, encoding: str, faults: Faults) -> str | None:
    """The file as text; bytes outside the encoding and control characters are faults."""
    text = readable(source, Content.of(content), encoding, faults)
    return None if text is None else "".join(text.blocks())


def readable(source: Source, content: Content, encoding: str, faults: Faults) -> Text | None:
    """The same without having it all in memory."""
    start = content.start(200)
    if kind := kind_of(start):
        faults.add(source.label, f"is {kind}, not text", remedy=EXPORT_AS_TEXT)
        return None
    wide = start[:2] in (b"\xff\xfe", b"\xfe\xff") or start.count(b"\x00") > len(start) // 3 > 0
    if wide and encoding != "utf-16":
        remedy = "Save it as 'CSV UTF-8', or declare encoding: utf-16."
        faults.add(source.label, f"is written in UTF-16, not in {_name(encoding)}", remedy=remedy)
        return None
    patterns = [
        (TWICE_ENCODED, "letters that are UTF-8 read in another encoding", _redeclare(source, encoding)),
        (CODE_PAGE_850 if encoding == "cp1252" else None, "letters of code page 850", "Declare encoding: cp850."),
        (MAC_ROMAN if encoding == "cp1252" else None, "letters of a Macintosh's encoding", "Export it as UTF-8."),
        (
            NOT_CODE_PAGE_850 if encoding == "cp850" else None,
            "letters of another encoding",
            None,
        ),
        (CONTROL, "a control character", FETCH_AGAIN),
    ]
    long: list[int] = []
    foreign: list[int] = []
    found: dict[str, list[int]] = {rule: [] for _, rule, _ in patterns}
    quoted, fails, first = False, False, 1
    for number, block in enumerate([content.whole()] if encoding == "utf-16" else content.blocks()):
        lines = block.split(b"\n")
        if not wide:
            long += [row for row, line in enumerate(lines, first) if len(line) > LONGEST_LINE]
        try:
            text = "" if long else block.decode(_later(encoding) if number else encoding)
        except UnicodeDecodeError:
            text, fails = "", True
            foreign += [row for row, line in enumerate(lines, first) if not _decodes(line, encoding)]
        quoted |= '"' in text
        if text and (encoding == "cp850" or not _surely_clean(block, text)):
            # a page of a print begins with a form feed
            printed = text.replace("\n\f", "\n").removeprefix("\f") if isinstance(source, Journal) else text
            for pattern, rule, _ in patterns:
                if pattern and pattern.search(printed):
                    found[rule] += [row for row, line in enumerate(printed.split("\n"), first) if pattern.search(line)]
        first += len(lines) - 1
    if long:
        rule = f"a line longer than {LONGEST_LINE // 1_000_000} MB"
        faults.add(source.label, rule, rows=long, remedy="Export the file again, with a line end after each row.")
        return None
    if fails:
        remedy = _undeclare(source, content)
        faults.add(source.label, f"a byte that is not {_name(encoding)}", rows=foreign or None, remedy=remedy)
        return None
    for _, rule, cure in patterns:
        if found[rule]:
            faults.add(source.label, rule, rows=found[rule], remedy=cure or _undeclare(source, content))
            return None
    return Text(content, encoding, quoted)


def _surely_clean(content: bytes, text: str) -> bool:
    """Whether a quick look at the bytes shows that nothing below needs to be looked for."""
    suspicious = content.translate(None, ORDINARY) or b"\xc2" in content or b"\xef\xbf\xbd" in content
    return not (
        suspicious
        or content.count(b"\r") > content.count(b"\r\n")
        or any(letter in text for letter in "ÃÂâ‘›†’¾¿Œ\u009d\u008f")
    )


def _later(encoding: str) -> str:
    """The encoding of all but the first block: a mark of the order of bytes stands only at the beginning."""
    return encoding.removesuffix("-sig")


def _name(encoding: str) -> str:
    return encoding.removesuffix("-sig")


def _redeclare(source: Source, encoding: str) -> str:
    if isinstance(source, Csv) and encoding in ("cp1252", "cp850"):
        return "Declare encoding: utf-8."
    return "Export the file again, as UTF-8."


def _undeclare(source: Source, content: Content) -> str:
    other = _fitting(source, content)
    return f"It fits {other}: declare encoding: {other}." if other else FETCH_AGAIN


def _fitting(source: Source, content: Content) -> str | None:
    """The encoding in which the file's letters are those of Danish words, where one clearly is."""
    if not isinstance(source, Csv):
        return None
    words = {}
    for encoding in ("utf-8", "cp1252", "cp850"):
        of_words, every = 0, 0
        with suppress(UnicodeDecodeError):
            for block in content.blocks():
                letters = re.findall(r"[^\x00-\x7f]", block.decode(encoding))
                of_words += sum(letter in "æøåÆØÅéÉüöä" for letter in letters)
                every += len(letters)
            words[encoding] = of_words / max(every, 1)
    best = max(words, key=lambda encoding: words[encoding], default=None)
    return best if best and best != _name(source.encoding) and words[best] > 0.9 else None


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
