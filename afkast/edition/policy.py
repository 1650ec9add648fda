"""What a page may do in a browser: run the scripts we know, and ask no other host for anything.

Each page says so itself, in a Content-Security-Policy that names its inline scripts by hash; the gate sees that it is
there, that it is satisfied, and that every inline script is one we know.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from afkast.edition.numbers import NUMBERS, SETS

KNOWN_SCRIPTS = {
    "0b0c46c0136ae37afe6af563db656e52f516df2b618c12eb9040559e31a25922": "the theme's light or dark",
    "8b0a136d569739ab1f4ddc384fd6ab5288284b3ec0f33a50244d2f21c9679b2c": "the name of the page",
    "e39ada5c9c21545b0622be77f9b1238433e261bfb8d215ab3cc1cd9e59a344ba": "no search while typing",
    "98dc83e96438bca1a6b5b7f6324e91323328ee4e886f8c3373a6f57ef6205471": "the cursor in the search field",
    "cff307534f2b72cbba93255291a16c513ee6a1dc13bb39351a4beb92469fc2bd": "formulas without a menu",
}
"""The SHA-256 of the inline scripts that Sphinx and its theme write; of the page's name, without the name."""

KNOWN_FILES = {
    "_static/danish.js": "fdc577efc9c1bc4592f78f2adf55caf4ca62a31a40e2f64d30e67adae44d7b3b",
    "_static/beregninger.js": "8fbab9ff2dbd417e6e269c4ddae2703f2bb99f79ec7e1fe5df1db79efafa706a",
    "_static/rulning.js": "657f9da7d03c21ce7099946281c525452b4bed424f2e18a4d8c86cd7e8fffec1",
    "_static/find-et-tal.js": "2aaabb164d4a4bb3b53ff9343155180a5481aaea61e9de83d275f9a75520d997",
    "_static/tal.js": "b3789ba514f8c35b9e03ae78a325748a6f76dff85f3b80494150cd3736630037",
    "_static/udgaver.js": "cbaef134dfbf3dc8a36c8f385ebda2a2dc426de3c8fa9d8e8c8ba780277dba27",
    "_static/language_data.js": "ea8f8127bd86fc24e1ba527fd837e14e653bddcac88d2c6d10c7348354594bbb",
    "_static/documentation_options.js": "bfe5589e71c6cb5a2d015f3b8405804b3704f8095d3d346338b6ad2afbbb63ad",
}
"""The SHA-256 of our own scripts, and of those that Sphinx writes for every book alike."""

SEARCH_INDEX = "searchindex.js"

DATA = {SEARCH_INDEX: ("Search.setIndex(", ")"), NUMBERS: (SETS, "")}
"""Scripts that are nothing but data, and what stands around these."""

PAGE_NAME = re.compile(r"(DOCUMENTATION_OPTIONS\.pagename = ')[a-z0-9/_-]*(';)")
CATALOGUE = re.compile(r'\s*<script src="[^"]*_static/translations\.js[^"]*"></script>')
"""Sphinx's catalogue of words makes a function of a string; danish.js has the words."""

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
META = '<meta http-equiv="Content-Security-Policy" content="{}" />'
POLICY = (
    "default-src 'none'; script-src 'self'{}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)

FETCHING = {"src", "srcset", "poster", "data", "background", "action", "formaction", "ping", "manifest", "codebase"}
"""Attributes whose address a browser goes to by itself, or sends a form to; and `href` of anything but a link."""

FORBIDDEN = {"iframe", "frame", "object", "embed", "base", "applet", "portal"}
ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//|\\)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]+")
IMAGE_INSIDE = re.compile(r"data:(?:image/|,$)")
STYLE_ELSEWHERE = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])\s*(?!data:)(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def seal(site: Path) -> None:
    """Write its policy into every page of a site."""
    for path in site.rglob("*.html"):
        if path.relative_to(site).parts[0] != "_static":
            path.write_text(sealed(path.read_text(encoding="utf-8")), encoding="utf-8")


def sealed(page: str) -> str:
    """A page with its policy, which stands before everything that it is for."""
    page = CATALOGUE.sub("", page)
    return page.replace("<head>", "<head>\n" + META.format(policy_of(page)), 1)


def policy_of(page: str) -> str:
    """The policy of a page: its inline scripts by hash, and nothing from elsewhere."""
    hashes = sorted({_source(code) for _, code in _inline(page)})
    return POLICY.format("".join(f" '{one}'" for one in hashes))


def faults_of_script(name: str, content: str) -> Iterator[tuple[str, str, str]]:
    """Why a script that is not the theme's may not run: only ours, and an index that is nothing but data."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    if name in DATA:
        begin, end = DATA[name]
        try:
            if not content.startswith(begin):
                raise ValueError
            json.loads(content.removeprefix(begin).removesuffix(end))
        except ValueError:
            yield "", "an index that is not data alone", digest
    elif KNOWN_FILES.get(name) != digest:
        yield "", "a script that is neither ours nor the theme's", digest


def faults_of_style(content: str) -> Iterator[tuple[str, str, str]]:
    """What a style sheet would fetch from elsewhere."""
    if STYLE_ELSEWHERE.search(content):
        yield "", "a request to elsewhere", ""


def faults_of_page(page: str) -> Iterator[tuple[str, str, str]]:
    """What a page must not do in a browser, as (place, what, hash)."""
    if page.count(META.format(policy_of(page))) != 1 or page.lower().count("content-security-policy") != 1:
        yield "", "no policy of its own, or another", ""
    for place, code in _inline(page):
        digest = hashlib.sha256(PAGE_NAME.sub(r"\1\2", code).encode()).hexdigest()
        if digest not in KNOWN_SCRIPTS:
            yield place, "a script that is neither ours nor the theme's", digest
    tags = _Tags()
    tags.feed(PICTURE.sub("data:image/", page))
    yield from tags.faults


def _inline(page: str) -> Iterator[tuple[str, str]]:
    for met in SCRIPT.finditer(page):
        if not re.search(r"\bsrc\s*=", met[1]):
            yield f"line {page.count(chr(10), 0, met.start()) + 1}", met[2]


def _source(code: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


class _Tags(HTMLParser):
    """Collects what tags would fetch from elsewhere, or run."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN:
            self._add(f"a <{tag}>")
        for name, value in attrs:
            goes = name in FETCHING or (name.endswith("href") and tag not in ("a", "area"))
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self._add("a script in an attribute")
            fetched = goes and ELSEWHERE.match(value or "") and not IMAGE_INSIDE.match(value or "")
            if fetched or (name == "style" and STYLE_ELSEWHERE.search(value or "")):
                self._add("a request to elsewhere")
        values = {name: value or "" for name, value in attrs}
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            address = values.get("content", "").partition("url=")[2]
            if ELSEWHERE.match(address):
                self._add("a request to elsewhere")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style" and STYLE_ELSEWHERE.search(data):
            self._add("a request to elsewhere")

    def _add(self, what: str) -> None:
        self.faults.append((f"line {self.getpos()[0]}", what, ""))
