"""What an edition was made of, in full, and its description as an RO-Crate."""

import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

from afkast import __version__
from afkast.edition.approval import approved
from afkast.edition.inputs import code, read_record
from afkast.edition.manifest import MANIFEST, Manifest
from afkast.intake import Snapshot
from afkast.intake.snapshot import file_sha256
from afkast.project import Project
from afkast.report import disclosure
from afkast.report.changed import read_changes
from afkast.report.counts import STEPS
from afkast.report.entries import told_of
from afkast.report.reads import digest_of, digest_of_files, shown_on

CRATE = "ro-crate-metadata.json"
LOCK = "requirements.txt"
MUNICIPALITY = "Place"
"""The type of a municipality in an edition's description."""

TOLD_OF_FILE = (
    *("file", "table", "sheet", "source", "sha256", "bytes", "rows", "period", "extracted_on"),
    *("synthetic", "published"),
)


def edition_of(project: Project, snapshot: Snapshot, pages: Path) -> dict[str, Any]:
    """What an edition is made of: its data, its pages with their keys and what they show, the book around them."""
    records = {path: read_record(path) for path in sorted(pages.rglob("*.ipynb"))}
    made = {
        "snapshot": snapshot.id,
        "inputs": [{key: told_of(file).get(key) for key in TOLD_OF_FILE} for file in snapshot.manifest["files"]],
        "strategies": {path.name: file_sha256(path) for path in sorted(project.strategies.glob("*.yml"))},
        "pages": {
            path.relative_to(pages).with_suffix("").as_posix(): {
                "notebook": record.notebook,
                "parameters": {name: value for name, value in record.parameters.items() if name != "snapshot"},
                "key": record.key,
                "shows": digest_of(shown_on(path)),
            }
            | ({"failed": True} if record.failed else {})
            for path, record in records.items()
            if record
        },
        "approved": approved(project, pages),
        "changes": read_changes(pages),
        "book": [digest_of_files(project.book, "**/*"), digest_of_files(project.text, "*.md")],
        "configuration": file_sha256(project.root / "_config.yml"),
        "disclosure": {
            "disclosure_profile": disclosure.chosen().name,
            "fewest_persons_shown": disclosure.fewest_shown(),
            "persons_rounded_to": disclosure.chosen().base,
            "steps_of_a_share": list(STEPS),
        },
    } | made_with(project)
    # as it is read again
    return dict(json.loads(json.dumps(made, default=str)))


def made_with(project: Project) -> dict[str, Any]:
    """The machine that makes editions: code, lock, Python, libraries."""
    lock = project.root / LOCK
    return {
        "afkast": {"version": __version__, "sha256": code()},
        "lock": {LOCK: file_sha256(lock)} if lock.is_file() else {},
        "python": platform.python_version(),
        "libraries": sorted({f"{one.name} {one.version}" for one in importlib.metadata.distributions()}),
    }


def write_crate(site: Path, manifest: Manifest, municipalities: list[str]) -> None:
    """Write the edition's description beside its manifest (RO-Crate 1.1, https://w3id.org/ro/crate/1.1)."""
    made = manifest.made_of
    day = made["snapshot"][:10]
    inputs = {f"#{one['sha256']}": one for one in made["inputs"]}
    notebooks = sorted(name for name in _files(site) if name.endswith(".ipynb"))
    reader = {"@id": "#afkast"}
    graph: list[dict[str, Any]] = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "identifier": manifest.id,
            "name": f"Afkast, udgave {manifest.id}",
            "description": "Opfølgning på investeringsstrategier: " + ", ".join(municipalities),
            "spatialCoverage": [{"@id": f"#{one}"} for one in municipalities],
            "datePublished": day,
            "inLanguage": "da",
            "license": "Kommunens egen; koden bag er EUPL-1.2.",
            "mainEntity": {"@id": "index.html"},
            "hasPart": [{"@id": name} for name in ("index.html", MANIFEST, *notebooks)],
        },
        {"@id": "index.html", "@type": "File", "name": "Forsiden", "encodingFormat": "text/html"},
        {"@id": MANIFEST, "@type": "File", "name": "Kontrolsummer", "encodingFormat": "application/json"},
        *({"@id": f"#{one}", "@type": MUNICIPALITY, "name": one} for one in municipalities),
        *(
            {
                "@id": name,
                "@type": ["File", "SoftwareSourceCode"],
                "name": name.removeprefix("notebooks/").removesuffix(".ipynb"),
                "encodingFormat": "application/x-ipynb+json",
                "programmingLanguage": f"Python {made['python']}",
            }
            for name in notebooks
        ),
        {
            "@id": "#afkast",
            "@type": "SoftwareApplication",
            "name": "Afkast",
            "softwareVersion": made["afkast"]["version"],
            "identifier": made["afkast"]["sha256"],
        },
        {
            "@id": "#udgaven",
            "@type": "CreateAction",
            "name": f"Datagrundlag {made['snapshot']} gjort til udgaven",
            "endTime": day,
            "instrument": reader,
            "object": [{"@id": id} for id in inputs],
            "result": {"@id": "./"},
        },
        *(
            {
                "@id": id,
                "@type": "CreativeWork",
                "name": one["file"],
                "creditText": one["source"],
                "dateModified": str(one["extracted_on"])[:10],
                "identifier": one["sha256"],
            }
            for id, one in inputs.items()
        ),
    ]
    told = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    (site / CRATE).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _files(site: Path) -> list[str]:
    return [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
