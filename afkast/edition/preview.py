"""One page in the browser, and again whenever its notebook, its strategy or the data change."""

import html
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from afkast.edition.book import render_alone
from afkast.edition.build import run_page
from afkast.errors import AfkastError, StrategyError
from afkast.intake.snapshot import POINTER
from afkast.project import Project
from afkast.strategy import load_strategies

LOOK_SECONDS = 0.3
SHOWN, STAMP = "side.html", "stamp.txt"

RELOAD = """<script>
let shown;
setInterval(async () => {
  const now = await (await fetch("stamp.txt", { cache: "no-store" })).text();
  if (shown !== undefined && shown !== now) location.reload();
  shown = now;
}, 500);
</script>"""
"""A preview is no part of a site: it has a script that no published page has."""

FAILED = "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><title>Afkast</title><body><pre>{}</pre>{}</body></html>"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def preview(
    project: Project,
    strategy: str,
    page: str = "",
    tell: Callable[[str], None] = lambda _: None,
    open_browser: Callable[[str], object] = lambda _: None,
    ended: Event | None = None,
) -> None:
    """Run a page, by default the strategy's first, show it at an address of this machine alone, and go on doing so
    until `ended`; what stops the page is shown in its place."""
    ended = ended or Event()
    folder = project.build / "preview"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _served(folder) as address:
        seen: dict[Path, int] = {}
        first = True
        while not ended.is_set():
            now = _stamps(project, strategy)
            if now == seen:
                ended.wait(LOOK_SECONDS)
                continue
            seen = now
            try:
                chosen = page or _first(project, strategy)
                render_alone(project, run_page(project, strategy, chosen), folder)
                shown = folder / SHOWN
                shown.write_text(shown.read_text(encoding="utf-8").replace("</body>", f"{RELOAD}</body>"), "utf-8")
                tell(f"{strategy}/{chosen} at {address}")
            except AfkastError as error:
                (folder / SHOWN).write_text(FAILED.format(html.escape(str(error)), RELOAD), encoding="utf-8")
                tell(str(error))
            (folder / STAMP).write_text(str(time.monotonic_ns()), encoding="utf-8")
            if first:
                open_browser(address)
                first = False


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{SHOWN}"
        finally:
            server.shutdown()


def _first(project: Project, strategy: str) -> str:
    strategies = load_strategies(project)
    if strategy not in strategies:
        raise StrategyError(f"there is no strategy '{strategy}'; there are {', '.join(strategies)}.")
    return strategies[strategy].pages[0].id


def _stamps(project: Project, strategy: str) -> dict[Path, int]:
    """When what the page is made of was last changed: the notebooks, its strategy, the snapshot in use."""
    files = [*project.notebooks().values(), project.strategies / f"{strategy}.yml", project.snapshots / POINTER]
    return {path: path.stat().st_mtime_ns for path in files if path.is_file()}
