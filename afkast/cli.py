"""The commands. Each is a thin wrapper over a function of the package; a fault is one sentence, without a traceback."""

import errno
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from afkast import __version__
from afkast.errors import AfkastError
from afkast.project import find_project

PARTLY = 3
"""Exit code when something was made and something was not; 0 is all, 1 is nothing."""

FULL = (errno.ENOSPC, errno.EDQUOT)
"""There is no room on the disk, or no more of it for this user."""

console = Console(stderr=True, soft_wrap=True)


class _Commands(click.Group):
    """Shows what a user can mend as sentences alone."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except AfkastError as error:
            click.echo(f"afkast: {error}", err=True)
        except OSError as error:
            # a full disk, or a file that another program holds
            what = f"{error.filename or 'a file'}: {error.strerror or 'could not be used'}"
            remedy = "; make room on the disk and run the command again" if error.errno in FULL else ""
            click.echo(f"afkast: {what}{remedy}.", err=True)
        sys.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Follow up municipal employment investments as a book."""


_data = click.option(
    "--data",
    envvar="AFKAST_DATA",
    type=click.Path(path_type=Path),
    help="The data folder; default AFKAST_DATA, else the one around the working directory, else the example.",
)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write a data folder to begin with at FOLDER: sources.yml by table, one strategy, what to put where."""
    from datetime import date

    from afkast.data_folder import write_data_folder
    from afkast.project import find_repository

    declaration = write_data_folder(folder, find_repository(), date.today())
    click.echo(f"{folder}: read its README.md, put the exports into raw/ and declare them in {declaration.name}, then:")
    click.echo(f"make book DATA={folder}")


@main.command("import")
@_data
def import_(data: Path | None) -> None:
    """Read, check and pseudonymise the exports of the data folder into a new snapshot.

    They lie in its raw/, and its sources.yml declares them (data/README.md). All faults of all files are told in one
    run, and nothing is written when there is one.
    """
    from afkast.intake import import_raw, pseudonym_key
    from afkast.intake.since import changes
    from afkast.intake.snapshot import current

    project = find_project(data)
    with _progress() as progress:
        task = progress.add_task("import", total=None)
        former = current(project.snapshots)
        snapshot = import_raw(
            project.data,
            project.snapshots,
            pseudonym_key(project.snapshots, progress.console.print),
            lambda done, total, what: progress.update(task, completed=done, total=total, description=what),
        )
        progress.update(task, total=1, completed=1, description="import")
    rows = sum(file["rows"] for file in snapshot.manifest["files"])
    click.echo(f"snapshot {snapshot.id}: {len(snapshot.manifest['files'])} files, {rows:,} rows")
    if former is None:
        click.echo("the first snapshot of this data folder")
    elif former.id == snapshot.id:
        click.echo("nothing has changed since it was imported")
    else:
        click.echo(f"since {former.id}:")
        for change in changes(former, snapshot):
            click.echo(f"  {change}")


@main.command()
@_data
@click.argument("file", required=False)
@click.option("--again", is_flag=True, help="Ask again for what has been answered today.")
def fetch(data: Path | None, file: str | None, again: bool) -> None:
    """Ask services for the files that sources.yml declares with fetch: FILE, or all of them, into raw/.

    Keys come from the environment. What cannot be had leaves its file as it was; the exit code is 3 when others came.
    """
    import shutil
    from datetime import date

    from afkast.intake.fetching import fetch as fetch_file
    from afkast.intake.sources import read_sources
    from afkast.intake.web import FetchError, Web

    project = find_project(data)
    cache = project.build / "fetched"
    if again:
        shutil.rmtree(cache, ignore_errors=True)
    sources = read_sources(project.data).sources
    wanted = [one for one in sources if (one.file == file if file else getattr(one, "fetch", None))]
    if not wanted:
        there = ", ".join(dict.fromkeys(one.file for one in sources))
        raise AfkastError(f"sources.yml declares no file {file}; it declares {there}." if file else "nothing to fetch.")
    came = 0
    for source in wanted:
        try:
            size = fetch_file(project.data, source, Web(cache, date.today()))
        except FetchError as error:
            click.echo(f"afkast: {source.file}: {error}", err=True)
        else:
            came += 1
            click.echo(f"{source.file}: {size:,} bytes, extracted today; run `afkast import`")
    if came < len(wanted):
        sys.exit(PARTLY if came else 1)


@main.command()
@_data
def sources(data: Path | None) -> None:
    """List the declared files: table, source, when each was extracted, and when a newer one is due."""
    from datetime import date

    from afkast.intake.fetching import overview

    for line in overview(find_project(data).data, date.today()):
        click.echo(line)


@main.command()
@_data
def snapshots(data: Path | None) -> None:
    """List the snapshots of the data folder, the newest last; a * marks the one in use.

    Wherever a command takes a snapshot, the beginning of its id is enough while no other begins so.
    """
    from afkast.intake.snapshot import current, manifests

    folder = find_project(data).snapshots
    in_use = current(folder)
    for manifest in manifests(folder):
        files = manifest["files"]
        mark = "*" if in_use and in_use.id == manifest["id"] else " "
        size = f"{len(files)} files, {sum(file['rows'] for file in files):,} rows"
        click.echo(f"{mark} {manifest['id']}  imported {manifest['created_at'][:16]}  {size}")
    if in_use is None:
        click.echo("There is no snapshot yet; run `afkast import`.")


@main.command()
@_data
@click.option("--snapshot", default="", help="The snapshot to check against; default the latest import.")
def check(data: Path | None, snapshot: str) -> None:
    """Look for everything that would stop a page: all faults of all strategies, before any page is executed.

    Each is a sentence with file, line and remedy. The exit code is 0 when every page can be made, 3 when some can, and
    1 when none can.
    """
    from afkast.edition.check import check as check_all

    checked = check_all(find_project(data), snapshot)
    for remark in checked.remarks:
        click.echo(f"perhaps: {remark}", err=True)
    for sentence in checked.sentences():
        click.echo(sentence, err=True)
    sound = sum(len(checked.sound(one)) for one in checked.strategies.values())
    click.echo(f"{sound} {'page' if sound == 1 else 'pages'} can be made")
    if checked.faults:
        sys.exit(PARTLY if sound else 1)


@main.command()
@_data
def notebooks(data: Path | None) -> None:
    """List the notebooks: the question of each, what it needs of the data, and its parameters with their defaults."""
    from afkast.notebook import as_list, read_template

    click.echo(as_list([read_template(path) for path in find_project(data).notebooks().values()]))


@main.command()
@_data
@click.option("--strategy", "strategies", multiple=True, help="Run only this strategy's pages; may be repeated.")
@click.option("--snapshot", default="", help="The snapshot to build on; default the latest import.")
@click.option("--strict", is_flag=True, help="Stop at the first page that fails; the former site stands.")
@click.option("--again", is_flag=True, help="Run every page, whether its inputs have changed or not.")
@click.option("--executor", default="", help="A Dask scheduler, dask://host:port, whose workers execute the pages.")
def build(
    data: Path | None, strategies: tuple[str, ...], snapshot: str, strict: bool, again: bool, executor: str
) -> None:
    """Run the pages whose inputs have changed and build the book at build/html/index.html of the data folder.

    It begins with `afkast check`: a page with a fault is told and left out. A page that fails is shown as failed.
    Of both the exit code is 3; when every page fails it is 1, and the former site stands.
    """
    from afkast.edition.build import build as build_book

    faults: list[str] = []
    with _progress() as progress:
        task = progress.add_task("pages", total=None)

        def on_progress(done: int, total: int, what: str) -> None:
            progress.update(task, completed=done, total=total, description=what)
            if not console.is_terminal:
                click.echo(f"{done}/{total} {what}", err=True)

        made = build_book(
            find_project(data),
            strategies,
            snapshot,
            on_progress,
            faults.extend,
            strict=strict,
            again=again,
            cluster=executor,
        )
    for fault in made.failed.values():
        click.echo(f"afkast: {fault}", err=True)
    told = "nothing has changed" if made.unchanged else f"{len(made.run)} pages run"
    click.echo(f"{told}{f', {len(made.failed)} of them failed' if made.failed else ''}", err=True)
    click.echo(f"{made.front_page}")
    for found in made.audit:
        click.echo(found, err=True)
    for remark in made.remarks:
        click.echo(f"perhaps: {remark}", err=True)
    if faults:
        click.echo("afkast: the book is without the pages that these stop:\n" + "\n".join(faults), err=True)
    if faults or made.failed:
        sys.exit(PARTLY)


@main.command()
@_data
def status(data: Path | None) -> None:
    """List the pages that a build would run, why, and about how long it takes."""
    from afkast.edition.build import status as status_of
    from afkast.edition.running import WORKERS

    why = status_of(find_project(data))
    for name, (reasons, _) in why.items():
        click.echo(f"{name}: {', '.join(dict.fromkeys(reasons))}")
    seconds = sum(seconds for _, seconds in why.values()) / WORKERS
    click.echo(f"about {seconds:.0f} s and the rendering" if why else "nothing has changed")


_target = click.argument("target", type=click.Path(path_type=Path))


@main.command()
@_data
@_target
@click.option("--approved", is_flag=True, help="Only if every page of every strategy is approved.")
@click.option(
    "--told-already",
    is_flag=True,
    help="Even if an edition that is still served tells small counts that this one hides: whoever reads both can "
    "work them out.",
)
def publish(data: Path | None, target: Path, approved: bool, told_already: bool) -> None:
    """Publish the built book in the folder TARGET, which a web server serves, as its newest edition.

    What readers see is one whole edition at any moment, the former until the new one is. Earlier editions stay under
    their addresses.
    """
    from datetime import date

    from afkast.edition.publish import publish as publish_edition

    with console.status(f"{target}"):
        place, is_new = publish_edition(
            find_project(data), target, date.today(), approved=approved, told_already=told_already
        )
    click.echo(f"{place}{'' if is_new else ' was published already, and is what readers are led to'}")


@main.command()
@_data
@click.argument("release", type=click.Path(path_type=Path))
@click.option(
    "--rerun", is_flag=True, help="Execute its notebooks again on the data folder, and compare what they show."
)
def verify(data: Path | None, release: Path, rerun: bool) -> None:
    """Hold the edition in the folder RELEASE, or all that are published in it, against the manifest: every byte.

    The exit code is 0 when nothing differs, else 1.
    """
    from afkast.edition.verify import rerun as run_again
    from afkast.edition.verify import verify as faults_of

    faults = faults_of(release)
    others: list[str] = []
    if rerun and not faults:
        with _progress() as progress:
            task = progress.add_task("pages", total=None)
            others, faults = run_again(
                find_project(data), release, lambda done, total, _: progress.update(task, completed=done, total=total)
            )
    for other in others:
        click.echo(f"perhaps: {other}", err=True)
    for fault in faults:
        click.echo(f"{fault}.", err=True)
    if faults:
        sys.exit(1)
    click.echo(f"{release}: {'every page shows the same again' if rerun else 'every byte is as it was published'}")


@main.command()
@_data
@click.argument("strategy")
@click.argument("page", default="")
@click.option("--by", required=True, help="Who approves: the name that the page shows.")
def approve(data: Path | None, strategy: str, page: str, by: str) -> None:
    """Approve a PAGE of a STRATEGY as it is built, or all of its pages: their keys, and the numbers that they show.

    The next build shows it at the page's foot. It lapses when a number of the page moves, and not when only words or
    code do.
    """
    from datetime import date

    from afkast.edition.approval import approve as give

    for one in give(find_project(data), strategy, page, by, date.today()):
        click.echo(f"{one} is approved")


@main.command()
@_data
def approvals(data: Path | None) -> None:
    """List every page of the built book with its approval, held against the numbers that it shows now.

    The exit code is 0 when every page's approval stands, else 3.
    """
    from afkast.edition.approval import standings

    project = find_project(data)
    found = standings(project, project.pages)
    for one in found:
        click.echo(str(one))
    if not all(one.stands for one in found):
        sys.exit(PARTLY)


@main.command()
@_data
@click.argument("former")
@click.argument("edition", default="")
def changes(data: Path | None, former: str, edition: str) -> None:
    """Tell what changed from the published edition FORMER to EDITION, by default the built book: largest first.

    Every number of a headline and every verdict, and what it comes of: new period, revised data, changed method,
    changed parameter or decision.
    """
    from afkast.edition.changes import between

    with console.status("changes"):
        told = between(find_project(data), former, edition)
    click.echo("\n".join(one.in_english() for one in told) or "no number of a headline and no verdict has changed")


@main.command()
@_target
def releases(target: Path) -> None:
    """List every edition that was ever published in TARGET; a * marks the one that readers are led to."""
    from afkast.edition.publish import releases as list_releases

    click.echo("\n".join(list_releases(target)) or "Nothing is published there yet; run `afkast publish`.")


@main.command()
@_target
@click.argument("release", default="")
def rollback(target: Path, release: str) -> None:
    """Lead readers of TARGET to an earlier edition: RELEASE, or the one before the newest.

    Wherever a command takes an edition, the beginning of its name is enough while no other begins so.
    """
    from afkast.edition.publish import rollback as roll_back

    click.echo(f"readers are led to {roll_back(target, release)}")


@main.command()
@_target
@click.option("--keep", type=int, required=True, help="So many of the newest editions stay.")
def prune(target: Path, keep: int) -> None:
    """Remove the oldest editions of TARGET, but never the one that readers are led to."""
    from afkast.edition.publish import prune as prune_editions

    gone = prune_editions(target, keep)
    click.echo("\n".join(f"{one} is removed" for one in gone) or "there was nothing to remove")


@main.command()
@_target
@click.argument("release")
def withdraw(target: Path, release: str) -> None:
    """Take the edition RELEASE of TARGET away for good; readers are led to the one before it."""
    from afkast.edition.publish import withdraw as withdraw_edition

    click.echo(f"{withdraw_edition(target, release)} is withdrawn")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def entrance(folder: Path) -> None:
    """Write FOLDER/index.html, which leads to the books published in its folders, as one of each municipality."""
    from afkast.edition.entrance import write_entrance

    for book in write_entrance(folder):
        click.echo(f"{book.folder}: {', '.join(book.municipalities)}, data of {book.data_of}")


@main.command()
@_data
@click.argument("strategy")
@click.argument("page")
@click.option("--snapshot", default="", help="The snapshot to run on; default the latest import.")
def run(data: Path | None, strategy: str, page: str, snapshot: str) -> None:
    """Execute one PAGE of a STRATEGY and print where the executed notebook lies.

    What it tells of persons is audited beside the book, as in a build.
    """
    from afkast.edition.build import run_page

    told: list[str] = []
    with console.status(f"{strategy}/{page}"):
        path = run_page(find_project(data), strategy, page, snapshot, told.extend)
    click.echo(f"{path}")
    for found in told:
        click.echo(found, err=True)


@main.command()
@_data
@click.argument("strategy")
@click.argument("page", default="")
def preview(data: Path | None, strategy: str, page: str) -> None:
    """Show one PAGE of a STRATEGY, by default its first, in the browser, and again when its notebook or data change.

    It is served to this machine alone, and ends with Ctrl-C.
    """
    import webbrowser
    from contextlib import suppress

    from afkast.edition.preview import preview as show

    with suppress(KeyboardInterrupt):
        show(find_project(data), strategy, page, click.echo, webbrowser.open)


@main.command()
@_data
@click.argument("id")
def new(data: Path | None, id: str) -> None:
    """Write strategies/ID.yml of the data folder, a commented strategy to begin with."""
    from datetime import date

    from afkast.strategy import write_skeleton

    path = write_skeleton(find_project(data).strategies, id, date.today())
    click.echo(f"{path}: describe the strategy there, put its files into raw/, declare them")
    click.echo("in sources.yml (data/README.md), then: afkast import && afkast build")


@main.command()
@_data
@click.argument("name")
def notebook(data: Path | None, name: str) -> None:
    """Write notebooks/NAME.ipynb of the data folder, a page to begin with: parameters, needs, figure, table, check."""
    from afkast.notebook import write_notebook

    path = write_notebook(find_project(data), name)
    click.echo(
        f"{path}: ask its question there (notebooks/README.md). To make a page of it, add to a strategy's pages:"
    )
    click.echo(f"  - {{id: {name.replace('_', '-')}, notebook: {name}, title: …, area: …, parameters: {{measure: …}}}}")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        # a log gets lines
        disable=not console.is_terminal,
    )
