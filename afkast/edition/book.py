"""Executed pages into a site: titles and banners, the contents, and the rendering."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from ruamel.yaml import YAML

from afkast.edition.downloads import downloads_of, write_downloads
from afkast.edition.feet import foot, write_feet
from afkast.edition.gate import ALLOW_LIST, check, read_ahead
from afkast.edition.glossary import link_terms
from afkast.edition.identifiers import wanted
from afkast.edition.inputs import is_failed
from afkast.edition.manifest import MANIFEST, Manifest, write_manifest
from afkast.edition.numbers import PAGES, write_numbers
from afkast.edition.policy import seal
from afkast.edition.provenance import CRATE, write_crate
from afkast.edition.redirect import redirect
from afkast.edition.unbroken import keep_together
from afkast.errors import AfkastError
from afkast.intake import Snapshot
from afkast.intake.contracts import PERSON_TABLES
from afkast.project import UNFINISHED, Project
from afkast.report import danish
from afkast.report.ending import cells_shown
from afkast.report.filed import filed, headlines
from afkast.strategy import Strategy

OVERVIEW, DATA_BASIS, DATA_QUALITY, RECONCILIATION = "overblik", "datagrundlag", "datakvalitet", "afstemning"
CHANGES_PAGE = "aendringer"
ABOUT_ALL = (CHANGES_PAGE, DATA_BASIS, DATA_QUALITY, RECONCILIATION)
"""Pages about all strategies, in the last part of the contents; those that the data give rise to are there."""

FIND = "find-et-tal"
"""The page that finds where a number stands, beside the overview."""

GROUNDS = ("metode", "forudsaetninger", "ordliste", "tilgaengelighed")
"""The last part of the contents begins with what every page rests on."""

FORMER = "seneste"
"""The folder beside a strategy's pages with the last good ones of those that failed."""

MARK = " (kunne ikke laves)"
"""Stands after the title of a page that failed, wherever it is named."""

"""The site's index.html: it leads to the front page; its empty icon keeps a browser from asking for one."""


BROWSER_TITLE = "browser_title"
"""The notebook's metadata of this name is what the browser calls the page; book/_templates/layout.html reads it."""


def dress(notebook: NotebookNode, title: str, byline: str, key: str, belongs_to: str = "") -> None:
    """Give an executed page its title, its byline, its key and, where its data are synthetic, a banner that says so.

    In the browser's title stands also what the page belongs to: many strategies have a page of the same name.
    Of a page that ends early, nothing is left after its end; a section left out is out of sight.
    The notebook's own parameters and needs are left out of sight: the injected cell holds what the page was run with.
    """
    notebook.cells = cells_shown(notebook)
    notebook.metadata[BROWSER_TITLE] = " · ".join(filter(None, [title, belongs_to]))
    heading = [f"# {as_text(title)}"]
    if byline:
        heading.append(f"*{as_text(byline)}*")
    shown = [item for item in filed(notebook) if item["synthetic"]]
    if shown:
        persons = any(PERSON_TABLES & set(item["tables"]) for item in shown)
        heading += [
            ":::{admonition} Syntetiske data\n:class: afkast-synthetic\n"
            + (
                "Personerne bag tallene findes ikke; de er opfundet. Andre tal på siden kan også være konstrueret og "
                "er så ikke kommunens egne."
                if persons
                else "Tallene på denne side bygger på data, der er konstrueret; de er ikke kommunens egne."
            )
            + "\n:::"
        ]
    if sentences := headlines(notebook):
        heading.append(raw_html('<div class="afkast afkast-headline">' + "".join(sentences) + "</div>"))
    notebook.cells[0].source = "\n\n".join(heading)
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        # the reader's switch hides every calculation at once; without it all of them are seen
        tags -= {"hide-input", "hide-output", "hide-cell"}
        cell.metadata["tags"] = sorted(tags | ({"remove-cell"} if tags & {"parameters", "needs"} else set()))
    notebook.cells.append(new_markdown_cell(raw_html(foot(key)), id="noegle", metadata={"tags": []}))


def raw_html(html: str) -> str:
    """HTML out of Markdown's reach: a backtick in a text must not end the block that holds it."""
    return "```{raw} html\n" + html.replace("`", "&#96;") + "\n```"


def as_text(words: str) -> str:
    """Words as Markdown that shows them as they are, whatever signs are in them."""
    return re.sub(r"([\\`*_{}\[\]<>()#+.!|$~^:@&-])", r"\\\1", " ".join(words.split()))


def write_source(project: Project, strategies: Iterable[Strategy], pages: Path, source: Path) -> list[str]:
    """Write the folder that the book is rendered from, and return every page in its contents.

    It holds the repository's book/, the municipality's own texts and the executed pages. A text of the same name as a
    general one, such as the glossary, follows after it; any other is a page of its own.
    """
    shutil.copytree(project.book, source)
    shutil.copytree(pages, source / PAGES, ignore=shutil.ignore_patterns("*.json", "*.counts"))
    failed = {path for path in pages.rglob("*.ipynb") if is_failed(path)}
    _tell_of_failed(failed, pages, source / PAGES / f"{OVERVIEW}.ipynb")
    own = []
    for path in sorted(project.text.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if path.stem in GROUNDS:
            with (source / path.name).open("a", encoding="utf-8") as file:
                file.write(f"\n\n{text}")
        else:
            (source / path.name).write_text(text, encoding="utf-8")
            own.append(path.stem)
    about_all = [f"{PAGES}/{page}" for page in ABOUT_ALL if (pages / f"{page}.ipynb").is_file()]
    return _write_contents(source, strategies, [*GROUNDS, *own, *about_all])


def _tell_of_failed(failed: set[Path], pages: Path, overview: Path) -> None:
    """Say at the top of the overview which pages are not of this edition."""
    if not failed or pages / overview.name in failed:
        return
    notebook = nbformat.read(overview, as_version=4)
    listed = [f"[{_title_of(path)}]({path.relative_to(pages).as_posix()})" for path in sorted(failed)]
    one = len(listed) == 1
    told = ("En side" if one else f"{len(listed)} sider") + " kunne ikke laves i denne udgave: " + danish.listed(listed)
    tail = "Mål, som den skulle afgøre, er ikke afgjort." if one else "Mål, som de skulle afgøre, er ikke afgjort."
    notebook.cells[0].source += f"\n\n:::{{error}}\n{told}. {tail}\n:::"
    nbformat.write(notebook, overview)


def _title_of(page: Path) -> str:
    """The title of an executed page, as Markdown."""
    return (
        str(nbformat.read(page, as_version=4).cells[0].source).partition("\n")[0].removeprefix("# ").removesuffix(MARK)
    )


def _write_contents(source: Path, strategies: Iterable[Strategy], grounds: list[str]) -> list[str]:
    """Write _toc.yml for the strategies in their order and return every page in it."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for strategy in strategies:
        folder = f"{PAGES}/{strategy.id}"
        sections: list[dict[str, Any]] = []
        for page in strategy.pages:
            sections.append(_with_former(source, f"{folder}/{page.id}"))
        front = _with_former(source, f"{folder}/index", sections)
        parts.setdefault(strategy.municipality, []).append(front)
    contents = {
        "format": "jb-book",
        "root": f"{PAGES}/{OVERVIEW}",
        "parts": [
            # of the root, which has no sections, the former stands beside
            {"chapters": [{"file": FIND}, *_with_former(source, f"{PAGES}/{OVERVIEW}").get("sections", [])]},
            *({"caption": municipality, "chapters": chapters} for municipality, chapters in parts.items()),
            {"caption": "Grundlag", "chapters": [_with_former(source, page) for page in grounds]},
        ],
    }
    yaml = YAML()
    yaml.width = 10_000  # a long name is not folded: it is looked for below
    with (source / "_toc.yml").open("w", encoding="utf-8") as file:
        yaml.dump(contents, file)
    return re.findall(r"(?:file|root): (\S+)", (source / "_toc.yml").read_text(encoding="utf-8"))


def _with_former(source: Path, page: str, sections: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """A page in the contents with its sections; the first of them is its last good one, where it failed."""
    folder, _, name = page.rpartition("/")
    former = f"{folder}/{FORMER}/{name}"
    within = [*([{"file": former}] if (source / f"{former}.ipynb").is_file() else []), *sections]
    return {"file": page, "sections": within} if within else {"file": page}


def render(
    project: Project, strategies: list[Strategy], pages: Path, snapshot: Snapshot, made_of: dict[str, Any]
) -> None:
    """Render the book with warnings as errors; a site that may be served is put in the former one's place.

    made_of: what the edition is made of; its digest is its name.
    """
    edition = Manifest(made_of, {}, {})
    # a folder of its own: a renderer whose build was killed may still be writing into another
    staging = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=project.build))
    source = staging / "book"
    contents = write_source(project, strategies, pages, source)
    configuration = _write_configuration(
        project, staging, {"snapshot": snapshot.id, "edition": edition.id, "edition_digest": edition.digest}
    )
    with _sphinx(source, configuration, staging, "-W", "--keep-going") as rendering:
        # the renderer takes one processor, and what needs no rendered page the other
        shown = [page.removeprefix(f"{PAGES}/") for page in contents if page.startswith(f"{PAGES}/")]
        made = downloads_of(pages, shown, strategies, snapshot, edition.id)
        look_for = wanted(snapshot, project.root, project.data)
        read_ahead([pages / f"{page}.ipynb" for page in shown], look_for)
        log, _ = rendering.communicate()
    new = staging / "_build" / "html"
    missing = [page for page in contents if not (new / f"{page}.html").is_file()]
    if rendering.returncode or missing:
        raise AfkastError(_why_not_rendered(source, log, missing))
    (new / "index.html").write_text(redirect(f"{PAGES}/{OVERVIEW}.html", "Til forsiden"), encoding="utf-8")
    for leftover in (
        "_sources",
        "reports",
        ".buildinfo",
        "objects.inv",
        "_static/readme.png",
        "_static/translations.js",
    ):
        path = new / leftover
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    link_terms(new, PAGES)
    keep_together(new)
    write_numbers(new, pages, strategies, snapshot, edition.id)
    downloads = write_downloads(new, made, strategies, snapshot)
    notebooks = write_feet(new, project, pages, made_of.get("approved", {}))
    seal(new)
    write_crate(new, edition, list(dict.fromkeys(strategy.municipality for strategy in strategies)))
    write_manifest(new, made_of)
    check(
        new,
        contents,
        pages,
        look_for,
        project.data / ALLOW_LIST,
        date.today(),
        [*downloads, *notebooks, CRATE, MANIFEST],
    )
    put_in_place(new, project.site, project)


def render_alone(project: Project, page: Path, folder: Path) -> None:
    """Render one executed page by itself into a folder, as side.html, to be looked at and never served."""
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=page.parent) as temporary:
        source = Path(temporary) / "book"
        shutil.copytree(project.book, source)
        shutil.copyfile(page, source / "side.ipynb")
        (source / "_toc.yml").write_text("format: jb-book\nroot: side\n", encoding="utf-8")
        with _sphinx(source, _write_configuration(project, Path(temporary), {}), Path(temporary)) as rendering:
            log, _ = rendering.communicate()
        new = Path(temporary) / "_build" / "html"
        if not (new / "side.html").is_file():
            raise AfkastError(_why_not_rendered(source, log, ["side"]))
        shutil.copytree(new, folder, dirs_exist_ok=True)


@contextmanager
def _sphinx(source: Path, configuration: Path, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A renderer at work; it ends with whoever waits for it."""
    # afkast.edition first, for what it spares every process that reads notebooks
    program = "import afkast.edition; from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program, "build", str(source), "--config", str(configuration)]
    command += ["--path-output", str(folder), "-q", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as rendering:
        try:
            yield rendering
        except BaseException:
            rendering.kill()
            raise


def _write_configuration(project: Project, folder: Path, told: dict[str, str]) -> Path:
    """Write the configuration with what each page's foot tells of the edition."""
    yaml = YAML()
    configuration = yaml.load(project.root / "_config.yml")
    configuration["sphinx"]["config"]["html_context"] |= told
    path = folder / "_config.yml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(configuration, file)
    return path


def put_in_place(new: Path, place: Path, project: Project) -> None:
    """Move a finished folder to its place; were we stopped between the two moves, `put_right` mends it."""
    former = _former(place, project)
    shutil.rmtree(former, ignore_errors=True)
    if place.exists():
        place.rename(former)
    new.rename(place)
    shutil.rmtree(former, ignore_errors=True)


def put_right(project: Project) -> None:
    """Put a folder back that was moved away for one that never came."""
    for place in (project.pages, project.site):
        if not place.exists() and _former(place, project).exists():
            _former(place, project).rename(place)


def _former(place: Path, project: Project) -> Path:
    return project.build / f"former-{place.name}"


def _why_not_rendered(source: Path, log: str, missing: list[str]) -> str:
    """The renderer's warnings, a line each, with files named from the book's folder."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log).replace(f"{source}{os.sep}", "")
    warnings = [line.strip() for line in plain.splitlines() if re.search("WARNING|ERROR|CRITICAL|Error:", line)]
    if missing:
        warnings.append(f"no page came of {', '.join(missing)}.")
    return "The book could not be rendered; the former site stands.\n" + "\n".join(warnings or [plain[-2000:]])
