"""One page leads to the books of many municipalities, each published in a folder of its own."""

import datetime
import json
import stat

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from afkast.cli import main
from afkast.edition.manifest import read_manifest, write_manifest
from afkast.edition.policy import faults_of_page
from afkast.edition.provenance import CRATE
from afkast.edition.publish import put, withdraw

TODAY = datetime.date(2026, 11, 29)


def publish(shelf, folder, *municipalities, day="2026-10-31"):
    """A small book of these municipalities in a folder of the shelf."""
    site = shelf.parent / f"site of {folder} {day}"
    site.mkdir()
    (site / "index.html").write_text("<p>Bogen</p>", encoding="utf-8")
    graph = [{"@id": "./", "@type": "Dataset"}, *({"@type": "Place", "name": one} for one in municipalities)]
    (site / CRATE).write_text(json.dumps({"@graph": graph}), encoding="utf-8")
    write_manifest(site, {"snapshot": f"{day}-0123456789ab", "pages": {}})
    return put(shelf / folder, site, read_manifest(site), TODAY)[0]


@pytest.fixture
def shelf(tmp_path):
    (tmp_path / "shelf").mkdir()
    return tmp_path / "shelf"


def entrance(shelf):
    return CliRunner().invoke(main, ["entrance", str(shelf)])


def read(shelf):
    """What the page leads to, in its order: the words, the day, and the address."""
    page = BeautifulSoup((shelf / "index.html").read_text("utf-8"), "html.parser")
    return [(one.a.get_text(), one.small.get_text(), one.a["href"]) for one in page.find_all("li")]


def test_it_leads_to_the_newest_edition_of_each_book_in_danish_order(shelf):
    publish(shelf, "oe", "Ærø")
    publish(shelf, "a", "Aalborg", day="2026-09-30")
    publish(shelf, "a", "Aalborg")
    publish(shelf, "to byer", "Ballerup", "<b>Ø & Å</b>")
    told = entrance(shelf)
    assert told.exit_code == 0
    assert told.output.splitlines()[0] == "to byer: Ballerup, <b>Ø & Å</b>, data of 2026-10-31"
    day = "Data pr. 31.\N{NO-BREAK SPACE}oktober 2026"
    assert read(shelf) == [
        ("Ballerup og <b>Ø & Å</b>", day, "to%20byer/index.html"),
        ("Ærø", day, "oe/index.html"),
        ("Aalborg", day, "a/index.html"),
    ]
    assert list(faults_of_page((shelf / "index.html").read_text("utf-8"))) == []
    assert stat.S_IMODE((shelf / "index.html").stat().st_mode) == 0o644


def test_a_withdrawn_book_is_gone_from_it_and_its_own_page_is_written_again(shelf):
    for folder, name in (("a", "Aalborg"), ("b", "Ballerup")):
        place = publish(shelf, folder, name)
    assert entrance(shelf).exit_code == 0 and len(read(shelf)) == 2
    withdraw(shelf / "b", place.name)
    assert entrance(shelf).exit_code == 0
    assert [name for name, _, _ in read(shelf)] == ["Aalborg"]


def test_a_book_as_it_is_built_says_whose_it_is(shelf, small_book):
    site = small_book / "build" / "html"
    put(shelf / "x", site, read_manifest(site), TODAY)
    assert entrance(shelf).exit_code == 0
    assert [name for name, _, _ in read(shelf)] == ["Strandlev"]


def test_nothing_published_and_a_page_of_somebody_else_are_refused(shelf):
    (shelf / "tom").mkdir()
    told = entrance(shelf)
    assert told.exit_code == 1 and "holds a published book" in told.stderr
    publish(shelf, "a", "Aalborg")
    (shelf / "index.html").write_text("Kommunens intranet", encoding="utf-8")
    told = entrance(shelf)
    assert told.exit_code == 1 and "is another's page" in told.stderr
    assert (shelf / "index.html").read_text("utf-8") == "Kommunens intranet"
