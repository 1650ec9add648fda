"""A reader of a published book goes from a page to the same page of another edition, and always finds the newest."""

import shutil
from dataclasses import replace

import pytest
from municipality import STRATEGY
from test_book import address, browser, listen, settle  # noqa: F401
from test_publish import put_site

from afkast.edition.manifest import MANIFEST, read_manifest

PAGE, ONLY_BEFORE = f"strategies/{STRATEGY}/economics.html", f"strategies/{STRATEGY}/full-year-persons.html"


@pytest.fixture(scope="module")
def editions(small_book, tmp_path_factory):
    """The small book published twice: the second edition is a month younger, and has a page less."""
    folder = tmp_path_factory.mktemp("udgaver")
    first = small_book / "build" / "html"
    second = shutil.copytree(first, folder / "second")
    (second / ONLY_BEFORE).unlink()
    manifest = read_manifest(first)
    younger = {**manifest.made_of, "snapshot": "2024-01-05" + manifest.made_of["snapshot"][10:]}
    files = {name: digest for name, digest in manifest.files.items() if name != ONLY_BEFORE}
    (second / MANIFEST).write_bytes(replace(manifest, made_of=younger, files=files).written())
    return folder / "web", [put_site(folder / "web", site)[0].name for site in (first, second)]


@pytest.fixture(scope="module")
def site(editions):
    return editions[0]


@pytest.fixture
def reader(browser, address):  # noqa: F811
    page = browser.new_page()
    visit = listen(page, address)
    yield page
    assert (visit.failed, visit.foreign, visit.said) == ([], [], [])
    page.close()


def box(reader):
    return reader.get_by_role("navigation", name="Udgaver")


def test_an_earlier_edition_says_so_and_leads_to_the_same_page_of_the_newest(reader, address, editions):  # noqa: F811
    _, (first, second) = editions
    reader.goto(f"{address}udgaver/{first}/{PAGE}")
    assert "tidligere udgave, med data pr. 5. december 2023" in box(reader).inner_text()
    reader.get_by_role("link", name="Gå til den nyeste udgave").click()
    reader.wait_for_url(f"**/udgaver/{second}/{PAGE}")
    assert "tidligere udgave" not in box(reader).inner_text()


def test_each_page_lists_the_editions_and_which_of_them_lack_it(reader, address, editions):  # noqa: F811
    _, (first, second) = editions
    reader.goto(f"{address}udgaver/{first}/{ONLY_BEFORE}")
    box(reader).get_by_text("Udgaver (2)").click()
    newest, own = box(reader).get_by_role("listitem").all_inner_texts()
    assert newest.startswith("Data pr. 5. januar 2024, udgivet 29. november 2026 (nyeste, uden denne side)")
    assert own.startswith("Data pr. 5. december 2023") and own.endswith("(denne)")
    box(reader).get_by_role("link", name="Data pr. 5. januar 2024").click()
    # the book's index.html leads on at once to its first page, often before anyone can see it stand there
    reader.wait_for_url(f"**/udgaver/{second}/strategies/overblik.html")


def test_the_address_that_stays_leads_to_the_newest_with_its_place_and_its_switch(reader, address, editions):  # noqa: F811
    _, (_, second) = editions
    reader.goto(f"{address}nyeste/{PAGE}?beregning=1#vist-nettogevinst")
    reader.wait_for_url(f"**/udgaver/{second}/{PAGE}?beregning=1#vist-nettogevinst")
    settle(reader)


def test_the_list_is_not_printed_and_needs_no_server(browser, editions):  # noqa: F811
    web, (first, _) = editions
    page = browser.new_page()
    page.goto((web / "udgaver" / first / PAGE).as_uri())
    box(page).wait_for()
    page.emulate_media(media="print")
    assert not box(page).is_visible()
    page.close()


def test_a_book_that_is_not_published_has_no_editions_and_asks_for_none(browser, small_book):  # noqa: F811
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((small_book / "build" / "html" / PAGE).as_uri(), wait_until="networkidle")
    assert box(page).count() == 0 and not any(url.endswith("html/udgaver.js") for url in asked)
    page.close()
