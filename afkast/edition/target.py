"""The folder that a web server serves: editions that never change, and a pointer to the newest.

| in the folder | is |
|---|---|
| `udgaver/ID/` | an edition, whole; it appears by one rename and is never changed |
| `udgaver.js` | the list of all editions and which one is the newest: the pointer, replaced by one rename |
| `index.html` | leads to the newest without a script, too |
| `nyeste/…` | for every page an address that leads to it in the newest edition |

Nothing else is needed of the file system than that a rename replaces a file: no links, no exchange of folders.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from afkast.edition.manifest import MANIFEST
from afkast.edition.policy import sealed
from afkast.edition.redirect import redirect
from afkast.errors import AfkastError
from afkast.project import UNFINISHED

EDITIONS, NEWEST, LIST, LOCK = "udgaver", "nyeste", "udgaver.js", ".afkast.lock"
SETS = "AFKAST_UDGAVER="
"""The list is a script of data, for a page that is read from a disk may fetch nothing else."""

LOCK_SECONDS = 300
"""So long a publication waits for another one of the same folder."""

SERVED, PRUNED, WITHDRAWN = "served", "pruned", "withdrawn"

NEWEST_PAGE = """<!DOCTYPE html>
<html lang="da" data-up="{up}" data-page="{page}">
<head>
<meta charset="utf-8">
<title>Nyeste udgave – Afkast</title>
<link rel="icon" href="data:,">
<noscript><meta http-equiv="refresh" content="0; url={up}index.html"></noscript>
<script src="{up}udgaver.js"></script>
<script>
const {{ up, page }} = document.documentElement.dataset;
const newest = AFKAST_UDGAVER.editions.find((one) => one.id === AFKAST_UDGAVER.newest);
const there = newest?.pages.includes(page) ? page : "index.html";
const to = newest ? `udgaver/${{newest.id}}/${{there}}` : "index.html";
location.replace(up + to + location.search + location.hash);
</script>
</head>
<body><p><a href="{up}index.html">Til den nyeste udgave</a></p></body>
</html>
"""
"""The page of an address that stays; what it leads to stands in the list alone."""


@dataclass(frozen=True)
class Listed:
    """An edition in the list: the day of its data, the day of its publication, the hash of its manifest, its pages."""

    id: str
    data_of: str
    published_on: str
    manifest: str
    state: str
    pages: list[str]


@dataclass(frozen=True)
class Editions:
    """The list: every edition that was ever published, in that order, and the newest; "" where none is served."""

    newest: str
    editions: tuple[Listed, ...]

    @property
    def served(self) -> list[Listed]:
        return [one for one in self.editions if one.state == SERVED]

    def find(self, start: str) -> Listed:
        """The edition whose name, or whose digest, begins so; AfkastError where none or several do."""
        found = [one for one in self.editions if one.id.startswith(start) or one.id[11:].startswith(start)]
        if len(found) == 1:
            return found[0]
        there = ", ".join(one.id for one in self.editions) or "none"
        raise AfkastError(f"{'several editions begin' if found else 'no edition begins'} with '{start}'; {there}.")


class Target:
    """The folder; whoever changes it holds its lock (`alone`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, id: str) -> Path:
        """Where an edition lies."""
        return self.folder / EDITIONS / id

    def read(self) -> Editions:
        """The list as it is; an empty one where nothing was published yet."""
        path = self.folder / LIST
        try:
            told = json.loads(path.read_text(encoding="utf-8").removeprefix(SETS))
            return Editions(told["newest"], tuple(Listed(**one) for one in told["editions"]))
        except FileNotFoundError:
            self._refuse_foreign()
            return Editions("", ())
        except (ValueError, KeyError, TypeError):
            raise AfkastError(
                f"{path} is damaged; put it back as it was: it is the list of what is published."
            ) from None

    def _refuse_foreign(self) -> None:
        """Without a list there may be what a killed first publication left, and nothing else."""
        there = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        if "index.html" in there and (self.folder / EDITIONS).is_dir():
            raise AfkastError(f"{self.folder} has lost its {LIST}, the list of what is published; put it back.")
        if foreign := sorted(there - {LOCK, EDITIONS, NEWEST, "lost+found"}):
            raise AfkastError(f"{self.folder} holds other things ({foreign[0]}); give the book a folder of its own.")

    @contextmanager
    def alone(self) -> Iterator[Editions]:
        """Change the folder alone; what a killed one left is cleared first, and the list is given."""
        if not self.folder.is_dir():
            self.folder.mkdir()
            _open_up(self.folder)
        lock = FileLock(self.folder / LOCK, timeout=LOCK_SECONDS, mode=0o644)
        try:
            lock.acquire()
        except Timeout:
            raise AfkastError(f"{self.folder}: another publication has been running for {LOCK_SECONDS} s.") from None
        except NotImplementedError:
            raise AfkastError(f"{self.folder}: its file system has no locks; mount the share with locks.") from None
        try:
            listed = self.read()
            self._folder(self.folder / EDITIONS)
            self._clear(listed)
            yield listed
        finally:
            lock.release()

    def _clear(self, listed: Editions) -> None:
        """Remove what is in no list: the unfinished, the whole that was not listed any more, the withdrawn."""
        served = {one.id for one in listed.served}
        for path in (self.folder / EDITIONS).iterdir():
            if path.name not in served:
                self._remove(path)

    def _remove(self, path: Path) -> None:
        """Remove a file or folder; its address is gone at once."""
        if path.is_dir() and not path.name.startswith(UNFINISHED):
            gone = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder / EDITIONS))
            path = path.rename(gone / "gone").parent
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    # -- writing ----------------------------------------------------------------------------------------------------

    def add(self, id: str, site: Path, files: Mapping[str, str], manifest: bytes) -> None:
        """Put an edition into its place, whole, written through to the disk, its bytes those that were looked at."""
        staging = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder / EDITIONS))
        try:
            for name, digest in files.items():
                content = (site / name).read_bytes()
                if hashlib.sha256(content).hexdigest() != digest:
                    raise AfkastError(f"{name} of the site was changed while it was published; nothing is published.")
                _write(staging / name, content)
            _write(staging / MANIFEST, manifest)
            for folder in sorted((path for path in staging.rglob("*") if path.is_dir()), reverse=True):
                _open_up(folder)
                _sync(folder)
            _open_up(staging)
            _sync(staging)
            _replace(staging, self.place(id))
            _sync(self.folder / EDITIONS)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise

    def mend(self, id: str, files: Mapping[str, bytes | None]) -> None:
        """Put files of an edition back as they were, one by one; those that it never had are removed."""
        for name, content in files.items():
            if content is None:
                self._remove(self.place(id) / name)
            else:
                self._put(self.place(id) / name, content)

    def write(self, listed: Editions) -> None:
        """Replace the list, and with it the pointer, and let the addresses that stay follow."""
        newest = next((one for one in listed.editions if one.id == listed.newest), None)
        for page in ["index.html", *(newest.pages if newest else [])]:
            path = self.folder / NEWEST / page
            if not path.is_file():
                self._put(path, sealed(NEWEST_PAGE.format(up="../" * (page.count("/") + 1), page=page)).encode())
        told = {"newest": listed.newest, "editions": [asdict(one) for one in listed.editions]}
        self._put(self.folder / LIST, (SETS + json.dumps(told, ensure_ascii=False)).encode())
        to = f"{EDITIONS}/{listed.newest}/index.html" if newest else ""
        words = "Til den nyeste udgave" if newest else "Bogen er trukket tilbage."
        self._put(self.folder / "index.html", sealed(redirect(to, words)).encode())
        self._clear(listed)

    def _put(self, path: Path, content: bytes) -> None:
        """Replace a file by one rename, unless it is as it should be."""
        if path.is_file() and path.read_bytes() == content:
            return
        self._folder(path.parent)
        put_file(path, content, self.folder / EDITIONS)

    def _folder(self, path: Path) -> None:
        if not path.is_dir():
            self._folder(path.parent)
            path.mkdir()
            _open_up(path)


def put_file(path: Path, content: bytes, unfinished: Path) -> None:
    """Replace a file that a web server serves by one rename, from the folder `unfinished` of the same file system."""
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=unfinished)
    os.close(handle)
    try:
        _write(Path(name), content)
        _replace(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _open_up(path)


def _open_up(path: Path) -> None:
    """Let a web server read it, whatever the umask; some shares have rights of their own."""
    with suppress(PermissionError, NotImplementedError):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _sync(folder: Path) -> None:
    """Write a folder's names through to the disk, where folders can be opened for that."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def _replace(old: Path, new: Path) -> None:
    """Rename; on Windows a file that is being read is in the way for a moment."""
    for _ in range(50 if sys.platform == "win32" else 0):
        with suppress(PermissionError):
            old.replace(new)
            return
        time.sleep(0.1)
    old.replace(new)
