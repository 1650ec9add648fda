"""What is not parted at the end of a line is kept together in every word of the site's pages, whoever wrote it."""

import re
from pathlib import Path

from afkast.report.danish import unbroken

PARTS = re.compile(
    r"<(pre|code|script|style|title)\b.*?</\1>|<(div|span) class=\"[^\"]*\bmath\b.*?</\2>|<[^>]*>|(?P<words>[^<]+)",
    re.DOTALL,
)
"""Code and formulas, which are left as they are; tags; and words."""

NAMED = re.compile(r"(?<![\w-])\d[\d.,]*(?:\xa0%)?[-–]\w+(?![\w-])")
"""A word that begins with a number, as 95 %-interval, 2020-priser or 3–14, where a line may end at its hyphen; a day or
an id of several parts is none."""

BETWEEN = re.compile(r'(?<=</span>)–(?=<span class="tal")')
"""The dash of a range whose ends are numbers that can be asked, each by itself; word joiners keep it to both."""


def keep_together(site: Path) -> None:
    """Do so in every page of a rendered site."""
    for path in sorted(site.rglob("*.html")):
        path.write_text(kept_together(path.read_text(encoding="utf-8")), encoding="utf-8")


def kept_together(page: str) -> str:
    return BETWEEN.sub("\u2060–\u2060", PARTS.sub(_kept, page))


def _kept(met: re.Match[str]) -> str:
    if met["words"] is None:
        return met[0]
    return NAMED.sub(r'<span class="afkast-unbroken">\g<0></span>', unbroken(met["words"]))
