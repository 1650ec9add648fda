"""Every page by axe-core, on screen, telephone and paper, with one page's calculations shown: no violations.

WCAG 2.1 level A and AA, and axe's best practices. A machine finds about half of what can be wrong; what it cannot see,
such as the order of reading and what a picture's words say, is tested in test_book.py or read by people.
"""

from collections import defaultdict
from pathlib import Path

import axe_playwright_python
import pytest
from test_book import WIDTHS, address, browser, html_pages, settle  # noqa: F401

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

WITH_CALCULATIONS = "strategies/kijos/sygedagpenge.html"

WITHOUT_HIDDEN_CALCULATIONS = """() => {
    for (const one of document.querySelectorAll("div.cell_input, .afkast-text div.highlight"))
        if (!one.checkVisibility()) one.remove();
}"""
"""Half of a page's elements, which nobody meets while they are hidden; axe would walk through them each time."""


def violations(page):
    """Rule and element, once for each kind of element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    for violation in found["violations"]:
        for node in violation["nodes"][:1]:
            yield violation["id"], f"{node['html'][:200]} ({len(violation['nodes'])} such)"


@pytest.fixture(scope="module")
def found(site, address, browser):  # noqa: F811
    """By rule, where and what; every page but the door that only leads on."""
    broken = defaultdict(lambda: defaultdict(list))
    context = browser.new_context()
    for name in html_pages(site):
        if name == "index.html":
            continue
        page = context.new_page()
        # calculations look alike on every page, and cost a minute on a long one: they are looked at on a short one
        page.goto(f"{address}{name}?beregning={int(name == WITH_CALCULATIONS)}")
        settle(page)
        page.evaluate(WITHOUT_HIDDEN_CALCULATIONS)
        for width, (across, down) in WIDTHS.items():
            page.set_viewport_size({"width": across, "height": down})
            for rule, element in violations(page):
                broken[rule][f"{name}, {width}"].append(element)
        page.emulate_media(media="print")
        for rule, element in violations(page):
            broken[rule][f"{name}, paper"].append(element)
        page.close()
    context.close()
    return {rule: dict(where) for rule, where in broken.items()}


def test_axe_finds_nothing_on_any_page(found):
    assert found == {}


def test_axe_would_find_something(browser):  # noqa: F811
    page = browser.new_page()
    page.set_content("<html lang='da'><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
    assert "image-alt" in dict(violations(page))
    page.close()


def test_the_way_past_the_menu_can_be_read_when_it_is_reached(browser, address, site):  # noqa: F811
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
