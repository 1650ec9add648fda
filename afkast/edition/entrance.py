"""One page that leads to many books: each municipality has a book of its own, which takes no longer for the others.

A book of many municipalities would name the pages of all of them beside every page. So each is published in a folder of
its own, and the folder around them has the entrance.
"""

import json
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from urllib.parse import quote

from afkast.edition.policy import sealed
from afkast.edition.provenance import CRATE, MUNICIPALITY
from afkast.edition.target import LIST, Target, put_file
from afkast.errors import AfkastError
from afkast.report.danish import day, listed
from afkast.strategy import danish_order

WRITTEN_BY = '<meta name="generator" content="afkast entrance">'

PAGE = """<!DOCTYPE html>
<html lang="da">
<head>
<meta charset="utf-8">
{written_by}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kommunernes opfølgning – Afkast</title>
<link rel="icon" href="data:,">
<style>
body {{ font: 1rem/1.6 "Segoe UI", -apple-system, Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  color: #1f2a33; max-width: 43rem; margin: 3rem auto; padding: 0 1rem }}
h1 {{ margin: 0 0 1rem; font-size: clamp(1.75rem, 1.3rem + 2vw, 2.4rem); font-weight: 650; line-height: 1.2 }}
ul {{ margin: 1.6rem 0; padding: 0; list-style: none; border-top: 1px solid #c9d1d4 }}
li {{ padding: 0.7rem 0; border-bottom: 1px solid #c9d1d4 }}
a {{ color: #0b5c7a; font-weight: 600; text-underline-offset: 0.16em }}
small {{ display: block; color: #56656e }}
</style>
</head>
<body>
<main>
<h1>Kommunernes opfølgning på investeringer i beskæftigelse</h1>
<p>Vælg en bog. Den viser, hvad investeringerne har kostet og sparet, om målene nås, og hvor sikkert det er.</p>
<ul>
{books}
</ul>
</main>
</body>
</html>
"""

BOOK = '<li><a href="{folder}/index.html">{name}</a> <small>Data pr. {day}</small></li>'


@dataclass(frozen=True)
class Book:
    """A published book: its folder, whose it is, and the day of the data of its newest edition."""

    folder: str
    municipalities: list[str]
    data_of: date


def write_entrance(folder: Path) -> list[Book]:
    """Write index.html in `folder`, which leads to the newest edition of every book published in a folder of it."""
    books = books_of(folder)
    if not books:
        raise AfkastError(f"no folder of {folder} holds a published book; `afkast publish {folder / 'NAME'}` first.")
    page = folder / "index.html"
    if page.is_file() and WRITTEN_BY not in page.read_text(encoding="utf-8", errors="replace"):
        raise AfkastError(f"{page} is another's page; give the books a folder of their own.")
    lines = [
        BOOK.format(
            folder=escape(quote(one.folder)), name=escape(listed(one.municipalities)), day=escape(day(one.data_of))
        )
        for one in books
    ]
    html = sealed(PAGE.format(written_by=WRITTEN_BY, books="\n".join(lines)))
    put_file(page, html.encode(), folder)
    return books


def books_of(folder: Path) -> list[Book]:
    """The books whose newest edition readers are led to, in the order of their municipalities' names."""
    found = []
    for target in (Target(path) for path in sorted(folder.iterdir()) if (path / LIST).is_file()):
        newest = target.read().newest
        if newest:  # else the book was withdrawn
            of = _municipalities(target.place(newest)) or [target.folder.name]
            found.append(Book(target.folder.name, of, date.fromisoformat(newest[:10])))
    return sorted(found, key=lambda one: [danish_order(name) for name in one.municipalities])


def _municipalities(edition: Path) -> list[str]:
    """Whose edition it is, as its description says; none where it was made before descriptions said so."""
    entities = json.loads((edition / CRATE).read_text(encoding="utf-8"))["@graph"]
    return [one["name"] for one in entities if one["@type"] == MUNICIPALITY]
