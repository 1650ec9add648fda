"""The first use of a term on a page leads to the glossary, and says there and then what it means."""

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path

GLOSSARY = "ordliste.html"
ENTRY = re.compile(r'<dt id="(term-[^"]+)">(.*?)<a class="headerlink".*?</dt>\s*<dd>(.*?)</dd>', re.DOTALL)
ARTICLE = re.compile(r'(?<=<article class="bd-article">).*(?=</article>)', re.DOTALL)
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
TAG = re.compile(r"(<[^>]*>)")
WITHIN = {"strong", "em", "b", "i", "br"}
"""Text directly in a paragraph, or in these, is prose; what is in a link, a formula, code or a badge is not."""

NO_PROSE = re.compile(r"<strong>Kontrol|<em>[^<]*</em>$")
"""A check, whose deviation is of two ways of reckoning and not what the glossary calls one, and a byline."""

ENDINGS = "(?:e|en|et|er|erne|n|ne|r|rne|s|t|ens|ets|ernes)?"
"""What a Danish noun is inflected by."""

MOST_SIGNS = 240
"""So much of the meaning is told without leaving the page."""


def link_terms(site: Path, folder: str) -> None:
    """Have each page in a folder of a rendered site lead to the site's glossary where a term is first used."""
    meanings = meanings_of((site / GLOSSARY).read_text(encoding="utf-8"))
    if not meanings:
        return
    for path in sorted((site / folder).rglob("*.html")):
        up = "../" * (len(path.relative_to(site).parts) - 1)
        page = path.read_text(encoding="utf-8")
        path.write_text(linked(page, meanings, f"{up}{GLOSSARY}"), encoding="utf-8")


def meanings_of(glossary: str) -> dict[str, tuple[str, str]]:
    """Of each word of a rendered glossary: the id of its entry and what it means."""
    found = {}
    for id, term, meaning in ENTRY.findall(glossary):
        for word in _words(_text(term)):
            found[word] = (id, _text(meaning))
    return found


def _words(term: str) -> Iterator[str]:
    """Those of an entry: "Merforbrug, merudgift" has two, and what stands in brackets is not said."""
    for word in re.sub(r"\s*\(.*?\)", "", term).split(","):
        yield word.strip()


def _text(html: str) -> str:
    return " ".join(unescape(TAG.sub("", html)).split())


def linked(page: str, meanings: dict[str, tuple[str, str]], address: str) -> str:
    """A page whose paragraphs lead to the glossary at an address, each term where it is first used."""
    pattern = _pattern(meanings)
    by_form = {_form(word): word for word in meanings}
    told: set[str] = set()

    def link(met: re.Match[str]) -> str:
        id, meaning = meanings[by_form[_form(met["term"])]]
        if id in told:
            return met[0]
        told.add(id)
        short = meaning if len(meaning) <= MOST_SIGNS else meaning[:MOST_SIGNS].rsplit(" ", 1)[0] + " …"
        return f'<a class="afkast-term" href="{address}#{id}" title="{escape(short)}">{met[0]}</a>'

    def paragraph(met: re.Match[str]) -> str:
        if NO_PROSE.match(met[1]):
            return met[0]
        depth, parts = 0, []
        for part in TAG.split(met[1]):
            if part.startswith("<"):
                name = re.match(r"</?(\w*)", part)
                if name is not None and name[1] not in WITHIN:
                    depth += -1 if part.startswith("</") else 1
            parts.append(pattern.sub(link, part) if depth == 0 and not part.startswith("<") else part)
        return f"<p>{''.join(parts)}</p>"

    return ARTICLE.sub(lambda met: PARAGRAPH.sub(paragraph, met[0]), page, count=1)


def _form(word: str) -> str:
    return " ".join(unescape(word).lower().split())


def _pattern(meanings: dict[str, tuple[str, str]]) -> re.Pattern[str]:
    """Every word in its inflections, the longest first; one in capitals is a name, and kl. is not KL."""
    forms = []
    for word in sorted(meanings, key=len, reverse=True):
        form = r"\s+".join(re.escape(escape(part)) for part in word.split())
        forms.append(f"(?-i:{form})" if word.isupper() else form)
    return re.compile(rf"(?<![\w-])(?P<term>{'|'.join(forms)}){ENDINGS}(?![\w-])", re.IGNORECASE)
