"""An edition's manifest: what it was made of, and the checksum of every file that came of it.

`manifest.json` lies beside the site's pages. Its part `made_of` has the inputs and the executed notebooks; the digest
of that part is the edition's name in each page's foot, which can stand in pages that the part `files` lists.
`published` is what a publication adds: the hash of the manifest published before it, so that manifests are a chain.
"""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from afkast.errors import AfkastError
from afkast.intake.snapshot import file_sha256
from afkast.report.reads import digest_of

MANIFEST = "manifest.json"
RELEASE_ID = r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Manifest:
    """What an edition was made of, its files by name with their SHA-256, and what its publication added."""

    made_of: dict[str, Any]
    files: dict[str, str]
    published: dict[str, str]

    @property
    def id(self) -> str:
        """The edition's name: the day of its data and the beginning of its digest."""
        return f"{self.made_of['snapshot'][:10]}-{self.digest[:12]}"

    @property
    def digest(self) -> str:
        """The SHA-256 of all that it was made of."""
        return digest_of(self.made_of)

    @property
    def pages(self) -> list[str]:
        """The addresses of its pages."""
        return sorted(name for name in self.files if name.endswith(".html") and not name.startswith("_static/"))

    def published_after(self, former: str) -> "Manifest":
        """The same, following the manifest of this hash; "" where it is the first."""
        return replace(self, published={"former": former})

    def written(self) -> bytes:
        """As it is written."""
        told = {"edition": self.id, "made_of_sha256": self.digest, "made_of": self.made_of, "files": self.files}
        return (json.dumps(told | {"published": self.published}, indent=1, ensure_ascii=False) + "\n").encode()


def write_manifest(site: Path, made_of: dict[str, Any]) -> None:
    """Write the manifest of a finished site into it."""
    (site / MANIFEST).write_bytes(Manifest(made_of, files_of(site), {}).written())


def files_of(site: Path) -> dict[str, str]:
    """The SHA-256 of every file of a site but the manifest, by name."""
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if not path.is_dir())
    return {name: file_sha256(site / name) for name in names if name != MANIFEST}


def read_manifest(site: Path) -> Manifest:
    """The manifest of a site; AfkastError where there is none that can be read."""
    try:
        return parse((site / MANIFEST).read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        raise AfkastError(f"{site} has no {MANIFEST} that can be read; run `afkast build`.") from None


def parse(content: bytes) -> Manifest:
    """A manifest as it was written; ValueError, KeyError or TypeError where it is none."""
    told = json.loads(content)
    manifest = Manifest(dict(told["made_of"]), dict(told["files"]), dict(told["published"]))
    if not re.fullmatch(RELEASE_ID, manifest.id):
        raise ValueError
    return manifest


def differences(site: Path, manifest: Manifest) -> dict[str, str]:
    """Every file of a site that is not as the manifest says, and what is wrong with it."""
    there = files_of(site)
    words = {MANIFEST: "it is not as it was written"} if _content(site) != manifest.written() else {}
    for name in sorted(there.keys() | manifest.files.keys()):
        if name not in there:
            words[name] = "it is missing"
        elif name not in manifest.files:
            words[name] = "it is not in the manifest"
        elif there[name] != manifest.files[name]:
            words[name] = "it is not as it was written"
    return words


def _content(site: Path) -> bytes | None:
    try:
        return (site / MANIFEST).read_bytes()
    except OSError:
        return None
