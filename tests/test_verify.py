"""What is published can be proved: byte by byte against its manifest, and number by number by running it again."""

import hashlib
import json
import re
from dataclasses import replace

import nbformat
import pytest
from click.testing import CliRunner
from test_publish import TODAY, put_site, site_of

from afkast.cli import main
from afkast.edition.manifest import MANIFEST, files_of, read_manifest
from afkast.edition.numbers import NUMBERS, SETS
from afkast.edition.provenance import CRATE
from afkast.edition.publish import put
from afkast.edition.verify import verify
from afkast.intake import open_snapshot
from afkast.intake.contracts import PERSON_TABLES
from afkast.project import Project
from afkast.report.entries import told_of


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def web(tmp_path):
    """A folder with two editions of a small site."""
    for number in (1, 2):
        put_site(tmp_path / "web", site_of(tmp_path, number, files=2))
    return tmp_path / "web"


def editions(web):
    return sorted((web / "udgaver").iterdir())


def test_an_edition_as_it_was_published_has_no_fault(web):
    assert verify(web) == [] and verify(editions(web)[0]) == []
    assert run("verify", web).output == f"{web}: every byte is as it was published\n"


def swap_a_byte(place):
    path = place / "metode.html"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


def rewrite_manifest(place):
    told = json.loads((place / MANIFEST).read_text("utf-8"))
    told["made_of"]["pages"] = {"andet": 1}
    (place / MANIFEST).write_text(json.dumps(told), "utf-8")


def forge(place):
    """Change a page, and the manifest with it."""
    swap_a_byte(place)
    told = json.loads((place / MANIFEST).read_text("utf-8"))
    told["files"]["metode.html"] = hashlib.sha256((place / "metode.html").read_bytes()).hexdigest()
    (place / MANIFEST).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (swap_a_byte, ["metode.html: it is not as it was written"]),
        (lambda place: (place / "index.html").unlink(), ["index.html: it is missing"]),
        (lambda place: (place / "ny.html").write_text("x"), ["ny.html: it is not in the manifest"]),
        (lambda place: (place / MANIFEST).unlink(), ["manifest.json: it is missing or damaged"]),
        (
            rewrite_manifest,
            ["manifest.json: it is not as it was written", "manifest.json: it is not the one that the list names"],
        ),
        (forge, ["manifest.json: it is not the one that the list names"]),
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_every_byte_that_differs_is_named(web, change, told, which):
    place = editions(web)[which]
    change(place)
    assert verify(web) == [f"{place.name}/{one}" for one in told]
    assert run("verify", web).exit_code == 1


def test_a_manifest_follows_one_that_was_published_before_it(web, tmp_path):
    path = web / "udgaver.js"
    told = json.loads(path.read_text("utf-8").partition("=")[2])
    told["editions"][0]["state"] = "pruned"
    told["editions"][0]["manifest"] = "0" * 64
    path.write_text(f"AFKAST_UDGAVER={json.dumps(told)}", "utf-8")
    [fault] = verify(web)
    assert fault.endswith("the manifest that it follows is not in the list before it")


# ---------------------------------------------------------------- a built book


@pytest.fixture(scope="module")
def book(small_book):
    return Project(small_book, small_book)


def test_the_foot_of_every_page_names_the_digest_of_what_the_edition_was_made_of(book):
    manifest = read_manifest(book.site)
    canonical = json.dumps(manifest.made_of, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    assert manifest.id.endswith(digest[:12])
    pages = [page for page in manifest.pages if page != "index.html"]
    assert len(pages) > 8
    for page in pages:
        html = (book.site / page).read_text("utf-8")
        assert f'data-edition="{manifest.id}"' in html and digest in html, page


def test_the_manifest_names_inputs_code_lock_parameters_python_disclosure_and_every_output(book):
    made = read_manifest(book.site).made_of
    for file in made["inputs"]:
        assert hashlib.sha256((book.data / "raw" / file["file"]).read_bytes()).hexdigest() == file["sha256"]
    assert made["pages"]["hurtigt-videre/economics"]["parameters"]["as_of"] == "2023-09-30"
    assert {"afkast", "lock", "python", "libraries", "disclosure", "snapshot", "strategies"} <= made.keys()
    assert [made["disclosure"][one] for one in ("fewest_persons_shown", "persons_rounded_to")] == [5, 1]
    there = {path.relative_to(book.site).as_posix() for path in book.site.rglob("*") if path.is_file()}
    assert read_manifest(book.site).files.keys() == there - {MANIFEST}


def test_nothing_in_the_site_tells_more_than_about_how_many_rows_and_bytes_there_are_of_persons(book):
    entries = {one["file"]: one for one in open_snapshot(book.snapshots).manifest["files"]}
    of_persons = {file for file, one in entries.items() if one["table"] in PERSON_TABLES}
    assert len(of_persons) >= 3
    numbers = (book.site / NUMBERS).read_text("utf-8").removeprefix(SETS)
    for told in (read_manifest(book.site).made_of["inputs"], json.loads(numbers)["files"]):
        for one in told:
            if one["file"] in of_persons:
                assert one["rows"] % 100 == 0 and one.get("bytes", 0) % 100_000 == 0
            else:
                assert one["rows"] == entries[one["file"]]["rows"]


@pytest.mark.parametrize("table", [*sorted(PERSON_TABLES), "measures"])
def test_of_an_earlier_extraction_as_much_is_told_as_of_what_it_is_of(table):
    entry = {"file": "a.csv", "table": "vintages", "earlier_of": table, "rows": 3132, "bytes": 146_623}
    told = {"rows": 3200, "bytes": 200_000} if table in PERSON_TABLES else {}
    assert told_of(entry) == entry | told


def test_each_page_leads_to_its_notebook_without_outputs_and_with_its_parameters(book):
    names = sorted(path.stem for path in (book.site / "notebooks" / "hurtigt-videre").glob("*.ipynb"))
    assert names == ["economics", "full-year-persons", "index", "survival-effects"]
    for page in ("overblik", *(f"hurtigt-videre/{name}" for name in names)):
        html = book.site / "strategies" / f"{page}.html"
        href = re.search(r'<a href="([^"]+)" download>Hent sidens notebook', html.read_text("utf-8"))[1]
        notebook = nbformat.read((html.parent / href).resolve(), as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
        [given] = [cell for cell in code if "injected-parameters" in cell.metadata.get("tags", [])]
        assert f"page = '{page.rpartition('/')[2]}'" in given.source or page == "overblik"


def test_the_crate_describes_the_edition_as_the_standard_says(book):
    crate = json.loads((book.site / CRATE).read_text("utf-8"))
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    entities = {one["@id"]: one for one in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    assert entities[CRATE]["about"] == {"@id": "./"}
    assert entities[CRATE]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = entities["./"]
    assert root["@type"] == "Dataset" and {"name", "description", "datePublished", "license"} <= root.keys()

    def named(value):
        if isinstance(value, dict):
            yield value["@id"]
        for one in value if isinstance(value, list) else []:
            yield from named(one)

    for one in crate["@graph"]:
        for value in (value for key, value in one.items() if key != "conformsTo"):
            assert set(named(value)) <= entities.keys()
    for part in root["hasPart"]:
        assert (book.site / part["@id"]).is_file()


def test_a_published_edition_run_again_shows_the_same_and_a_changed_notebook_does_not(book, tmp_path):
    place, _ = put(tmp_path / "web", book.site, read_manifest(book.site), TODAY)
    told = run("verify", "--rerun", place, "--data", book.data)
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.output == f"{place}: every page shows the same again\n"
    # whoever changes a notebook, and its sum with it, is found by what it shows
    name = "notebooks/hurtigt-videre/economics.ipynb"
    for path in (place / "notebooks").rglob("*.ipynb"):
        path.unlink() if path != place / name else None
    notebook = (place / name).read_text("utf-8")
    assert "Korrigeret budget" in notebook
    (place / name).write_text(notebook.replace("Korrigeret budget", "Andet budget"), "utf-8")
    manifest = read_manifest(place)
    (place / MANIFEST).write_bytes(replace(manifest, files=files_of(place)).written())
    assert verify(place) == []
    told = run("verify", "--rerun", place, "--data", book.data)
    assert (told.exit_code, told.stderr) == (1, "hurtigt-videre/economics: it shows something else.\n")
