"""The built book in a browser without a network: every page, on a screen, on a telephone and on paper.

axe-core finds no violation of WCAG 2.1 level A and AA nor of its best practices, on one page with all open that is
folded. A machine finds about half of what can be wrong; what it cannot see, such as the order of reading and what a
picture's words say, is tested here or read by people.
"""

import json
import re
import shutil
from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import axe_playwright_python
import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from playwright.sync_api import sync_playwright
from pypdf import PdfReader
from test_seeds import SHOWN_AT, expected

from afkast.edition.paper import MOST_SHEETS, sheets
from afkast.project import Project
from afkast.report.filed import METADATA_KEY, filed
from afkast.strategy import load_strategies

WIDTHS = {"screen": (1280, 900), "telephone": (390, 844)}

FLAGS = [
    *"--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split(),
    *"--disable-component-update --disable-sync".split(),
    # no network: no other host has an address. A route would do too, but takes the browser's cache away.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

ENGLISH = re.compile(
    r"\b(Toggle|Show|Hide|Hidden|On this page|Search|Skip|Next|Previous|previous|next page|Contents|Table of|Back to|"
    r"Light|Dark|[Tt]heme|Built with|Created|Powered|By|Copyright|Click|Print|Download|Fullscreen|Source|"
    r"Close|(?<!BMJ )Open|Warning|Note|Tip|Navigation|navigation|Site|Main|Breadcrumb|Settings|Permalink|Link to|"
    r"Copy|Copied|Expand|Collapse|Last updated|Results?|Loading|Page|Section|Home|Error|No|The|the|and|of)\b"
)
"""Words of the theme, of Sphinx, of MathJax and of the search, none of which is Danish."""

LOOK = """() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const text = element => element.textContent.replace(/\\s+/g, ' ').trim();
  const shown = element => element.checkVisibility({visibilityProperty: true});
  const width = document.documentElement.clientWidth;
  const scrolls = element => element && element !== document.body &&
    (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
  // a word that ends a line where none may end: no hyphen, no dash, no stroke
  const parted = element => {
    const found = [], walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (walker.nextNode())
      for (const {0: word, index} of walker.currentNode.data.matchAll(/[^\\s\u00ad_–—/-]+/g)) {
        range.setStart(walker.currentNode, index);
        range.setEnd(walker.currentNode, index + word.length);
        if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word);
      }
    return found;
  };
  const words = [];
  const walk = node => {
    if (node.nodeType === Node.TEXT_NODE) { if (shown(node.parentElement)) words.push(node.data); return; }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.matches('pre, code, script, style, mjx-container, .highlight')) return;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-bs-title'])
      if (node.hasAttribute(name)) words.push(node.getAttribute(name));
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  window.scrollTo(10000, 0);
  return {
    language: document.documentElement.lang,
    heading: all('h1').map(text),
    scrolled: window.scrollX,
    too_wide: all('article *')
      .filter(one => one.getBoundingClientRect().right > width + 1 && !scrolls(one) && shown(one))
      .map(one => one.outerHTML.slice(0, 120)),
    parted: all('article .afkast-table tbody th').filter(shown).flatMap(parted),
    formulas: all('article .math').length,
    rendered: all('article mjx-container').length,
    cut_formulas: all('article mjx-container[display="true"]')
      .filter(one => one.scrollWidth > one.clientWidth).map(one => [text(one), one.scrollWidth, one.clientWidth]),
    misrendered: all('mjx-merror, [data-mjx-error], .MathJax_Error').length,
    figures: all('article figure').map(figure => {
      const picture = figure.querySelector('img');
      const across = picture.getBoundingClientRect().width;
      return [figure.id, picture.alt, picture.naturalWidth, picture.naturalHeight, across];
    }),
    pictures: all('article img').map(picture => [picture.alt, picture.complete && picture.naturalWidth]),
    uncaptioned: all('article .afkast table').filter(one => !one.caption && !one.closest('figure details')).length,
    headless: all('article .afkast table').filter(one => !one.querySelector('thead th[scope]')).length,
    ids: all('[id]').map(one => one.id),
    banner: all('.afkast-synthetic').filter(shown).map(text),
    rows: Object.fromEntries(all('article .afkast-table[id]').map(one =>
      [one.id, all('tr', one).map(row => [...row.cells].map(text))])),
    words: words.join('\\n'),
    prose: all('article').map(one => one.innerText).join('\\n'),
  };
}"""

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

ALL_OPEN = "strategies/kijos/sygedagpenge.html"
"""Calculations and the tables under figures look alike on every page, and cost a minute on a long one: axe looks at
them on a short one."""

WITHOUT_HIDDEN = """() => {
    const hidden = "div.cell_input, .afkast-text div.highlight, details.afkast-data:not([open]) > :not(summary)";
    [...document.querySelectorAll(hidden)].filter(one => !one.checkVisibility()).forEach(one => one.remove());
    window.scrollTo(0, 0);
}"""
"""Half of a page's elements, which nobody meets while they are hidden; axe would walk through them each time."""


@dataclass
class Visit:
    """What the browser met on one page."""

    seen: dict[str, Any] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site):
    """The site on this machine's own loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium; install it with `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def html_pages(site):
    pages = (path.relative_to(site) for path in sorted(site.rglob("*.html")))
    return [page.as_posix() for page in pages if page.parts[0] != "_static"]


def listen(page, address):
    """Note what goes wrong, and what is asked of anyone but the site."""
    visit = Visit()

    def ask(request):
        if not request.url.startswith((address, "data:")):
            visit.foreign.append(request.url)

    page.on("request", ask)
    page.on("requestfailed", lambda request: visit.failed.append(request.url))
    page.on("response", lambda response: visit.failed.append(response.url) if response.status >= 400 else None)

    page.on("console", lambda said: visit.said.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: visit.said.append(str(error)))
    return visit


def settle(page):
    """Wait until the formulas are set and the pictures there."""
    page.evaluate("""async () => {
        if (document.querySelector('.math')) {
            while (!window.MathJax?.startup?.promise) await new Promise(done => setTimeout(done, 20));
            await window.MathJax.startup.promise;
        }
        await Promise.all([...document.images].map(one => one.decode().catch(() => null)));
        await document.fonts.ready;
    }""")


def violations(page):
    """Rule and element, once for each kind of element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    for violation in found["violations"]:
        for node in violation["nodes"][:1]:
            yield violation["id"], f"{node['html'][:200]} ({len(violation['nodes'])} such)"


@pytest.fixture(scope="module")
def visited(site, address, browser):
    """Every page at every width, and what axe finds there and on paper: by rule, where and what."""
    found, broken = {}, defaultdict(lambda: defaultdict(list))
    context = browser.new_context()
    for name in html_pages(site):
        page = context.new_page()
        visit = listen(page, address)
        for width, (across, down) in WIDTHS.items():
            page.set_viewport_size({"width": across, "height": down})
            if page.url == "about:blank":
                page.goto(address + name, wait_until="load")
                page.wait_for_selector("h1")  # index.html only leads on to the overview
            settle(page)
            found[name, width] = deepcopy(replace(visit, seen=page.evaluate(LOOK)))
        for where, rule, element in _broken(page, address, name) if name != "index.html" else ():
            broken[rule][f"{name}, {where}"].append(element)
        page.close()
    context.close()
    return found, {rule: dict(where) for rule, where in broken.items()}


def _broken(page, address, name):
    if name == ALL_OPEN:
        page.goto(f"{address}{name}?beregning=1")
        page.evaluate("document.querySelectorAll('details.afkast-data').forEach(one => { one.open = true; })")
        settle(page)
    page.evaluate(WITHOUT_HIDDEN)
    for width, (across, down) in WIDTHS.items():
        page.set_viewport_size({"width": across, "height": down})
        yield from ((width, *one) for one in violations(page))
    page.emulate_media(media="print")
    yield from (("paper", *one) for one in violations(page))


@pytest.fixture(scope="module")
def visits(visited):
    """Every page at every width."""
    return visited[0]


def told(visits, what):
    """Of every visit what is wrong, where anything is."""
    return {at: wrong for at, visit in visits.items() if (wrong := what(visit))}


Visits = dict[tuple[str, str], Visit]


def test_the_pages_ask_no_other_host_for_anything_and_nothing_fails(visits):
    assert len(visits) >= 2 * 14
    assert told(visits, lambda visit: visit.foreign) == {}
    assert told(visits, lambda visit: visit.failed) == {}
    assert told(visits, lambda visit: visit.said) == {}


def test_a_page_that_broke_its_own_policy_would_be_heard(browser):
    page = browser.new_page()
    visit = listen(page, "about:blank")
    page.set_content("<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\"><script>1</script>")
    assert any("Content Security Policy" in said for said in visit.said)
    page.close()


def test_no_page_scrolls_sideways_and_nothing_is_cut_off(visits):
    assert told(visits, lambda visit: visit.seen["scrolled"]) == {}
    assert told(visits, lambda visit: visit.seen["too_wide"]) == {}


def test_no_word_of_a_row_s_name_is_parted_where_a_line_may_not_end(visits):
    assert told(visits, lambda visit: visit.seen["parted"]) == {}


def test_every_page_is_danish_has_one_heading_and_unique_ids(visits):
    assert {visit.seen["language"] for visit in visits.values()} == {"da"}
    assert told(visits, lambda visit: len(visit.seen["heading"]) != 1) == {}
    twice = told(visits, lambda visit: [id for id, count in Counter(visit.seen["ids"]).items() if count > 1])
    assert twice == {}


def test_no_english_is_left(visits):
    assert told(visits, lambda visit: sorted(set(ENGLISH.findall(visit.seen["words"])))) == {}


def test_formulas_are_set_and_seen_whole(visits):
    assert told(visits, lambda visit: visit.seen["rendered"] < visit.seen["formulas"]) == {}
    assert told(visits, lambda visit: visit.seen["misrendered"]) == {}
    assert told(visits, lambda visit: visit.seen["cut_formulas"]) == {}
    assert told(visits, lambda visit: re.findall(r"\$\$|\\begin\{|\\frac|\\text\{", visit.seen["prose"])) == {}
    for page in ("metode", "strategies/norddjurs-koordineret-indsats/overlevelseskurver"):
        assert visits[f"{page}.html", "screen"].seen["rendered"] > 3


def test_every_figure_is_there_with_words_for_those_who_do_not_see_it(visits):
    figures = [figure for visit in visits.values() for figure in visit.seen["figures"]]
    assert len(figures) >= 2 * 8
    for id, alt, across, down, shown in figures:
        assert len(alt) > 40, id
        assert min(across, down, shown) > 100, id
    assert told(visits, lambda visit: [alt for alt, across in visit.seen["pictures"] if not across]) == {}


def test_every_table_has_a_caption_or_stands_under_its_figure(visits):
    assert sum(len(visit.seen["rows"]) for visit in visits.values()) >= 2 * 20
    assert told(visits, lambda visit: visit.seen["uncaptioned"]) == {}
    assert told(visits, lambda visit: visit.seen["headless"]) == {}


def test_every_page_that_uses_synthetic_data_says_so(visits, pages):
    using = []
    for path in sorted(pages.rglob("*.ipynb")):
        if any(item["synthetic"] for item in filed(nbformat.read(path, as_version=4))):
            using.append(f"strategies/{path.relative_to(pages).with_suffix('.html').as_posix()}")
    assert len(using) >= 7
    for page in using:
        for width in WIDTHS:
            [banner] = visits[page, width].seen["banner"]
            assert "Syntetiske data" in banner


def test_a_page_that_names_the_invented_municipality_says_that_it_is_invented(visits):
    naming = {at for at, visit in visits.items() if "Eksempelkøbing" in visit.seen["prose"]}
    assert {page for page, _ in naming} >= {
        "strategies/overblik.html",
        *(
            f"strategies/eksempelkoebing-{strategy}/{page}.html"
            for strategy in ("kursus", "lange-forloeb")
            for page in ("index", "businesscase", "overlevelseskurver")
        ),
    }
    assert {at for at in naming if "opdigtet" not in visits[at].seen["prose"]} == set()


def test_every_goal_s_text_begins_with_its_verdict_as_a_badge():
    said = 0
    for path in sorted((ROOT / "data" / "example" / "build" / "html" / "strategies").glob("*/*.html")):
        for text in BeautifulSoup(path.read_text("utf-8"), "html.parser").select(".afkast-text[id^=vist-maal-]"):
            assert "verdict" in text.p.find(True).get("class", []), f"{path.name}: {text['id']}"
            said += 1
    assert said > 20


def test_no_page_of_the_invented_municipality_speaks_of_its_report(visits):
    pages = {at: visit for at, visit in visits.items() if at[0].startswith("strategies/eksempelkoebing")}
    example = load_strategies(Project(ROOT, ROOT / "data" / "example")).values()
    invented = [one for one in example if one.id.startswith("eksempelkoebing-")]
    front_pages = len(invented)
    assert front_pages and len(pages) == (front_pages + sum(len(one.pages) for one in invented)) * len(WIDTHS)
    assert told(pages, lambda visit: re.findall(r"\S*[Rr]apport\S*", visit.seen["words"])) == {}


def test_the_overview_s_strategies_fit_a_screen_and_no_goal_is_parted_from_its_number(address, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    listen(page, address)
    page.goto(f"{address}strategies/overblik.html")
    settle(page)
    assert (
        page.evaluate(
            "(one => one.scrollWidth - one.clientWidth)(document.querySelector('#vist-strategier .afkast-scroll'))"
        )
        == 0
    )
    goals = page.locator("#vist-strategier tbody tr:not(.total) td:nth-of-type(2)").all_inner_texts()
    assert goals and all(re.fullmatch(r"(\d+\u00a0[a-zæøå ]+(, |$))+", one) for one in goals)
    page.close()


@pytest.mark.parametrize("name", SHOWN_AT)
def test_every_printed_row_is_a_row_of_the_page(name, visits):
    strategy, page, item = SHOWN_AT[name]
    cells = expected(name)
    rows = dict.fromkeys(row for row, _ in cells)
    printed = [[row, *(text for (of, _), text in cells.items() if of == row)] for row in rows]
    for width in WIDTHS:
        shown = visits[f"strategies/{strategy}/{page}.html", width].seen["rows"][f"vist-{item}"]
        plain = [[re.sub(r"(?<=\d) %$", "%", text.replace("−", "-")) for text in row] for row in shown]
        for row in printed:
            assert row in plain, f"{name} on the {width}"


def test_every_link_leads_to_a_page_and_a_place_in_it(site):
    ids = {}
    links = {}
    for name in html_pages(site):
        html = re.sub(r'"data:[^"]*"', '""', (site / name).read_text(encoding="utf-8"))
        soup = BeautifulSoup(html, "html.parser")
        ids[name] = {str(one["id"]) for one in soup.select("[id]")}
        links[name] = [str(one["href"]) for one in soup.select("a[href]")]
    for name, hrefs in links.items():
        for href in hrefs:
            assert not urlsplit(href).scheme, f"{name} leads out of the book: {href}"
            target, place = urldefrag(urljoin(f"/{name}", href))
            target = unquote(target).lstrip("/")
            assert (site / target).is_file(), f"{name}: {href}"
            if place and target in ids:
                assert unquote(place) in ids[target], f"{name}: {href}"


def test_the_search_finds_a_page_and_answers_in_danish(address, browser):
    page = browser.new_page()
    visit = listen(page, address)
    page.goto(f"{address}search.html?q=revalidering")
    page.wait_for_selector("#search-results li a")
    page.wait_for_function("document.querySelector('#search-results h2')?.textContent === 'Søgeresultater'")
    assert page.locator("#search-results li a").count() > 1
    assert ENGLISH.findall(page.inner_text("#search-results h2") + page.inner_text("#search-results p")) == []
    assert (visit.foreign, visit.failed, visit.said) == ([], [], [])
    page.close()


def test_a_script_that_came_into_a_page_later_does_not_run(address, browser):
    page = browser.new_page()
    page.goto(address + "metode.html")
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.evaluate("""() => {
        for (const html of ["<img src='x' onerror='window.came = 1'>", "<iframe srcdoc='<p>x</p>'></iframe>"])
            document.body.insertAdjacentHTML("beforeend", html);
        const script = document.createElement("script");
        script.textContent = "window.came = 2";
        document.body.append(script);
    }""")
    page.wait_for_timeout(500)
    assert page.evaluate("window.came") is None
    assert sum("Content Security Policy" in one for one in said) >= 2
    page.close()


def test_a_page_prints_with_its_tables_and_without_what_only_a_screen_needs(address, browser):
    # the width of an A4 page within its margins
    page = browser.new_page(viewport={"width": 718, "height": 1000})
    listen(page, address)
    page.goto(f"{address}strategies/kijos/oekonomi.html")
    settle(page)
    page.emulate_media(media="print")
    tables = page.evaluate("""() => [...document.querySelectorAll('.afkast-scroll')]
        .filter(one => !one.closest('details') && one.checkVisibility())
        .map(one => [one.clientHeight > 50, one.scrollWidth - one.clientWidth])""")
    assert len(tables) >= 5
    assert [table for table in tables if table != [True, 0]] == []
    for selector in (".bd-sidebar-primary", ".bd-header-article", ".bd-sidebar-secondary", ".prev-next-area"):
        assert page.locator(selector).first.is_hidden(), selector
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 2
    page.close()


def left_behind(page):
    """Of a page printed: the headings, terms and heads of tables that stand last on a sheet."""
    heads = page.evaluate("""() => [...document.querySelectorAll('article :is(h2, h3, dt, thead tr)')]
        .map(one => one.textContent.replace(/[\\s#]/g, ''))""")
    sheets = PdfReader(BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    assert len(sheets) > 3
    last = [re.sub(r"\s", "", sheet.extract_text().strip().rpartition("\n")[2]) for sheet in sheets]
    return [line for line in last if line in heads]


LONG_PAGES = ["metode", "ordliste", "strategies/datagrundlag", "strategies/afstemning"]


def test_no_heading_is_left_behind_at_the_foot_of_a_sheet(address, browser):
    page = browser.new_page()
    listen(page, address)
    without_care = {}
    for name in LONG_PAGES:
        page.goto(f"{address}{name}.html")
        settle(page)
        assert left_behind(page) == [], name
        page.add_style_tag(content="@media print { * { break-after: auto !important; break-inside: auto !important } }")
        without_care[name] = left_behind(page)
    # were nothing kept together, some would be
    assert any(without_care.values())
    page.close()


def test_a_table_of_the_text_is_laid_down_on_a_telephone_and_each_cell_says_its_heading(address, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    listen(page, address)
    page.goto(f"{address}forudsaetninger.html")
    settle(page)
    cells = """() => [...document.querySelectorAll('table.table:has(th:nth-child(3)) tbody td')].map(one => [
        one.cellIndex, one.dataset.h, one.closest('table').querySelectorAll('th')[one.cellIndex].textContent.trim(),
        one.getBoundingClientRect().width])"""
    laid = page.evaluate(cells)
    assert len(laid) > 60 and {head for _, _, head, _ in laid} >= {"Forudsætning", "Kilde", "Sikkerhed"}
    for place, said, head, width in laid:
        assert (said, width > 300) == (head if place else "", True)
    page.set_viewport_size({"width": 1280, "height": 844})
    shown_as = "one => getComputedStyle(one).display"
    assert {one.evaluate(shown_as) for one in page.locator("table.table tbody td").all()} == {"table-cell"}
    page.close()


def test_the_book_s_contents_are_reached_on_a_telephone(address, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    listen(page, address)
    page.goto(f"{address}strategies/overblik.html")
    link = page.locator("nav.bd-links a", has_text="KIJOS").first
    assert not link.is_visible()
    page.locator("button.primary-toggle").first.click()
    link.wait_for(state="visible")
    link.click()
    page.wait_for_url("**/strategies/kijos/index.html")
    page.close()


def test_the_search_index_holds_every_page_of_the_contents(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    documents = json.loads(index[index.index("{") : index.rindex("}") + 1])["docnames"]
    assert {f"{name}.html" for name in documents} == set(html_pages(site)) - {"index.html", "search.html"}


# ---------------------------------------------------------------- for everybody


def test_axe_finds_nothing_on_any_page(visited):
    assert visited[1] == {}


def test_axe_would_find_something(browser):
    page = browser.new_page()
    page.set_content("<html lang='da'><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
    assert "image-alt" in dict(violations(page))
    page.close()


def test_the_way_past_the_menu_can_be_read_when_it_is_reached(browser, address, site):
    page = browser.new_page()
    page.goto(address + "metode.html")
    page.keyboard.press("Tab")
    ratio = page.evaluate("""() => {
        const link = document.querySelector('#pst-skip-link a');
        const seen = (element) => {
            const colour = getComputedStyle(element).backgroundColor;
            return colour === 'rgba(0, 0, 0, 0)' && element.parentElement ? seen(element.parentElement) : colour;
        };
        const light = (text) => {
            const [r, g, b] = text.match(/[0-9.]+/g).map((one) => {
                const part = one / 255;
                return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const [one, other] = [light(getComputedStyle(link).color), light(seen(link))].sort((a, b) => b - a);
        return (one + 0.05) / (other + 0.05);
    }""")
    assert ratio >= 4.5
    page.close()


# ---------------------------------------------------------------- reading and auditing


def seen(page, selector):
    """How many of these can be seen."""
    return sum(one.is_visible() for one in page.locator(selector).all())


CALCULATIONS = "article div.cell_input, article div.cell .afkast-text div.highlight"
A_PAGE = "strategies/kijos/sygedagpenge.html"


@pytest.fixture
def reader(browser):
    """A reader who has never been here."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_calculations_are_off_for_a_reader_and_the_switch_is_remembered_and_stands_in_the_address(reader, address):
    reader.goto(address + A_PAGE)
    switch = reader.get_by_role("switch", name="Vis beregninger")
    assert (seen(reader, CALCULATIONS), switch.get_attribute("aria-checked")) == (0, "false")
    switch.click()
    assert seen(reader, CALCULATIONS) == reader.locator(CALCULATIONS).count() > 10
    assert reader.url.endswith("sygedagpenge.html?beregning=1")
    reader.goto(address + "strategies/kijos/oekonomi.html")
    assert seen(reader, CALCULATIONS) > 10
    reader.get_by_role("switch").press("Space")
    reader.goto(address + A_PAGE)
    assert seen(reader, CALCULATIONS) == 0


def test_the_address_wins_for_its_view_and_is_not_remembered(reader, address):
    reader.goto(f"{address}{A_PAGE}?beregning=1")
    assert seen(reader, CALCULATIONS) > 10
    reader.goto(address + A_PAGE)
    assert seen(reader, CALCULATIONS) == 0


def test_one_button_per_section_opens_its_own_calculations_alone(reader, address):
    reader.goto(address + A_PAGE)
    buttons = reader.locator("button.afkast-section")
    assert buttons.count() == reader.locator("article section:has(> h2):has(div.cell_input)").count() > 2
    first = reader.locator("section.afkast-has-section").first
    buttons.first.press("Enter")
    assert buttons.first.get_attribute("aria-expanded") == "true"
    own = first.locator("div.cell_input, div.cell .afkast-text div.highlight")
    assert seen(reader, CALCULATIONS) == own.count() > 0
    buttons.first.press("Enter")
    assert seen(reader, CALCULATIONS) == 0


def test_paper_shows_what_the_screen_does_and_no_buttons(reader, address):
    for asked, shown in (("0", False), ("1", True)):
        reader.goto(f"{address}{A_PAGE}?beregning={asked}")
        reader.emulate_media(media="print")
        assert (seen(reader, CALCULATIONS) > 0) is shown
        assert seen(reader, "button.afkast-switch, button.afkast-section") == 0
        reader.emulate_media(media="screen")


def test_without_scripts_and_from_disk_nothing_is_out_of_reach(browser, address, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + A_PAGE)
    assert seen(page, CALCULATIONS) == page.locator(CALCULATIONS).count() > 10
    context.close()
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / A_PAGE).as_uri())
    assert seen(page, CALCULATIONS) == 0
    page.get_by_role("switch").click()
    assert seen(page, CALCULATIONS) > 10
    context.close()


# ---------------------------------------------------------------- a strategy's front page on paper


def test_a_front_page_prints_on_two_sheets_and_the_build_s_estimate_is_within_one_of_it(address, browser, pages):
    page = browser.new_page()
    printed, estimated = {}, {}
    for strategy in load_strategies(Project(ROOT, ROOT / "data" / "example")).values():
        page.goto(f"{address}strategies/{strategy.id}/index.html")
        settle(page)
        pdf = page.pdf(prefer_css_page_size=True)
        printed[strategy.id] = len(re.findall(rb"/Type\s*/Page\b", pdf))
        estimated[strategy.id] = sheets(pages, strategy)
    assert {id: count for id, count in printed.items() if count > MOST_SHEETS} == {}
    assert {id: (estimated[id], count) for id, count in printed.items() if abs(estimated[id] - count) > 1} == {}
    page.close()


GOALS_ON_A_SHEET = 5


def test_the_reservations_stand_on_the_first_sheet_unless_there_are_too_many_goals(address, browser, site):
    page = browser.new_page()
    listen(page, address)
    sheet_of = {}
    for path in sorted(site.glob("strategies/*/index.html")):
        page.goto(address + path.relative_to(site).as_posix())
        settle(page)
        sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
        found = [number for number, sheet in enumerate(sheets, start=1) if "Læs tallene med" in sheet.extract_text()]
        if page.locator(".front-goals tbody tr").count() <= GOALS_ON_A_SHEET:
            sheet_of[path.parent.name] = found
    assert len(sheet_of) > 8
    assert {name: found for name, found in sheet_of.items() if found not in ([1], [])} == {}
    page.close()


def test_on_paper_the_reservations_stand_together_and_a_long_table_of_goals_goes_on_over_two_sheets(
    address, browser, site
):
    page = browser.new_page()
    page.emulate_media(media="print")
    found = Counter()
    for path in sorted(site.glob("strategies/*/index.html")):
        page.goto(address + path.relative_to(site).as_posix())
        for selector, rule in (("#vist-forbehold", "avoid"), (".front-goals", "auto"), (".front-goals tr", "avoid")):
            for one in page.locator(selector).all():
                assert one.evaluate("one => getComputedStyle(one).breakInside") == rule, (path, selector)
                found[selector] += 1
    assert min(found[one] for one in ("#vist-forbehold", ".front-goals", ".front-goals tr")) > 10
    page.close()


def test_no_two_pages_have_the_same_title_in_the_browser(site):
    titles = Counter(
        BeautifulSoup((site / name).read_text("utf-8"), "html.parser").title.text
        for name in html_pages(site)
        if name != "index.html" and "/seneste/" not in name
    )
    assert [title for title, count in titles.items() if count > 1] == []


SIGN_IN_WORDS = re.compile(r"[+−] (?:er|=) ")


def test_a_table_of_amounts_or_months_with_a_minus_says_what_it_is(pages):
    """Reckoned from each table that the pages have filed; the papers' own, told one by one in Afstemning, are as
    printed."""
    found = Counter()
    for path in pages.rglob("*.ipynb"):
        outputs = [one for cell in json.loads(path.read_text("utf-8"))["cells"] for one in cell.get("outputs", [])]
        for output in outputs:
            item = output.get("metadata", {}).get(METADATA_KEY, {})
            if item.get("kind") != "table" or path.stem == "afstemning":
                continue
            cells = [cell for row in item["rows"] for cell in row["cells"]]
            signed = [one for one in cells if one["unit"].endswith(("kr.", "måneder")) and one["shown"].startswith("−")]
            if signed:
                said = BeautifulSoup("".join(output["data"]["text/html"]), "html.parser").get_text(" ")
                found[bool(SIGN_IN_WORDS.search(said))] += 1
                assert SIGN_IN_WORDS.search(said), (path, item["id"], item["columns"])
    assert found[True] > 15


def test_each_key_figure_of_a_front_page_has_a_name_of_its_own_and_leads_to_where_its_page_tells_it(site):
    found = 0
    for path in sorted(site.glob("strategies/*/index.html")):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        names = [one.find_previous("dt").get_text() for one in soup.select("dd.front-number")]
        assert len(names) == len(set(names)), (path, names)
        found += len(names)
        for one in soup.select("dd.front-number"):
            page, _, id = one.a["href"].partition("#")
            there = BeautifulSoup((path.parent / page).read_text("utf-8"), "html.parser").find(id=id)
            assert there, (path, one.a["href"])
    assert found > 20
