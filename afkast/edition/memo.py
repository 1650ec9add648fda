"""A strategy's front page as a memo: what it says, in its order, read off the rendered page.

The files made of it (`memo_files`) therefore say what the page says, and nothing else.
"""

import base64
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, Tag

KEY_FIGURES = ["Nøgletal", "Tal", "Holdt op mod", "Hvor sikkert"]
CHECK, WAYS = "vist-kontrol-", "vist-vejen-videre"
"""Parts of the front page that are its own: its check, and its links to the pages."""


@dataclass(frozen=True)
class Heading:
    """A heading below the title."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; the verdict is strong, notes are small."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Items:
    """A numbered list."""

    texts: list[str]


@dataclass(frozen=True)
class Cell:
    """A cell and how many columns and rows it reaches over."""

    text: str
    across: int = 1
    down: int = 1
    number: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: its caption, the rows of its heading and the others."""

    caption: str
    head: list[list[Cell]]
    body: list[list[Cell]]

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return max((sum(cell.across for cell in row) for row in self.body + self.head), default=0)


@dataclass(frozen=True)
class Picture:
    """A figure as SVG, with the text for those who do not see it."""

    svg: bytes
    alt: str
    caption: str


@dataclass(frozen=True)
class Pictures:
    """Figures that stand side by side."""

    figures: list[Picture]


Part = Heading | Paragraph | Items | Grid | Pictures


@dataclass(frozen=True)
class Memo:
    """What a front page says, from its title to its source."""

    title: str
    byline: str
    parts: list[Part]


def memo_of(html: str) -> Memo | None:
    """What a rendered front page says; None where the page is no front page, such as one that failed."""
    article = BeautifulSoup(html, "html.parser").find("article")
    shown = [one for one in article.select("div.afkast-front") if isinstance(one, Tag)] if article else []
    if article is None or not shown:
        return None
    title, byline = article.find("h1"), article.select_one("h1 + p em, h1 ~ p em")
    if title and (link := title.find("a", class_="headerlink")):
        link.decompose()
    warned = [Paragraph(_words(one)) for one in article.select(".afkast-synthetic p:not(.admonition-title)")]
    told = [one for one in shown if not str(one.get("id", "")).startswith(CHECK)]
    parts = [part for one in told for part in _parts(one, only_notes=one.get("id") == WAYS)]
    return Memo(_words(title) if title else "", _words(byline) if byline else "", [*warned, *parts])


def _parts(within: Tag, only_notes: bool = False) -> Iterator[Part]:
    """What stands in a part of the page, in its order."""
    for one in within.find_all(recursive=False):
        classes = one.get_attribute_list("class")
        if "afkast-download" in classes or (only_notes and "afkast-note" not in classes):
            continue
        if one.name == "p":
            yield _paragraph(one, classes)
        elif one.name in ("h2", "h3"):
            if "front-out-of-sight" not in classes:
                yield Heading(_words(one))
        elif one.name == "dl":
            rows = [[Cell(_words(part)) for part in row.find_all(["dt", "dd"])] for row in one.find_all("div")]
            yield Grid("Nøgletal", [[Cell(text, strong=True) for text in KEY_FIGURES]], rows)
        elif one.name == "ol":
            yield Items([_words(item) for item in one.find_all("li")])
        elif one.name == "table":
            yield _grid(one)
        elif one.name == "div":
            yield from _parts(one)
    if figures := [one for figure in within.find_all("figure", recursive=False) for one in _picture(figure)]:
        yield Pictures(figures)


def _paragraph(one: Tag, classes: Collection[str | None]) -> Paragraph:
    if verdict := one.find(class_="verdict"):
        verdict.replace_with(f"{_words(verdict).capitalize()}.")
    if "front-said" in classes:
        return Paragraph(_words(one), "strong")
    return Paragraph(_words(one), "small" if {"afkast-note", "front-facts"} & set(classes) else "")


def _grid(table: Tag) -> Grid:
    caption = table.find("caption")
    head, body = table.find("thead"), table.find("tbody")
    rows = [_cells(row) for row in body.find_all("tr")] if body else []
    of_numbers = any(cell.number for row in rows for cell in row)
    heads = [
        [replace(cell, number=of_numbers and place > 0) for place, cell in enumerate(_cells(row))]
        for row in (head.find_all("tr") if head else [])
    ]
    frame = table.find_parent(class_="afkast-table")
    page = frame.select_one("a.front-page-of") if frame else None
    said = _words(caption) if caption else ""
    return Grid(f"{_words(page)}: {said}" if page else said, heads, rows)


def _cells(row: Tag) -> list[Cell]:
    strong = "total" in row.get_attribute_list("class") or row.find_parent("thead") is not None
    return [
        Cell(
            _words(one),
            int(str(one.get("colspan", "1"))),
            int(str(one.get("rowspan", "1"))),
            "number" in one.get_attribute_list("class"),
            strong,
        )
        for one in row.find_all(["th", "td"], recursive=False)
    ]


def _picture(figure: Tag) -> Iterator[Picture]:
    image, caption = figure.find("img"), figure.find("figcaption")
    met = re.fullmatch(r"data:image/svg\+xml;base64,(.*)", str(image.get("src", "")), re.DOTALL) if image else None
    if image and met:
        yield Picture(base64.b64decode(met[1]), str(image.get("alt", "")), _words(caption) if caption else "")


def _words(tag: Tag) -> str:
    """The text, with the name of a page, which stands above a figure's caption, as its beginning."""
    for way in tag.select("a.front-page-of"):
        way.append(": ")
    return " ".join(tag.get_text().split(" ")).replace("\n", " ").strip()
