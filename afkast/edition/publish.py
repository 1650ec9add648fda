"""Publish an edition for readers, and keep, withdraw or go back to earlier ones."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from afkast.edition.approval import approved as approved_pages
from afkast.edition.approval import standings
from afkast.edition.audit import audit, editions_of
from afkast.edition.editions import keep
from afkast.edition.gate import ALLOW_LIST, MOST_TOLD, check
from afkast.edition.identifiers import wanted
from afkast.edition.manifest import MANIFEST, Manifest, differences, read_manifest
from afkast.edition.running import alone
from afkast.edition.target import LOCK_SECONDS, PRUNED, SERVED, WITHDRAWN, Editions, Listed, Target
from afkast.errors import AfkastError
from afkast.intake import open_snapshot
from afkast.intake.snapshot import sha256
from afkast.intake.sources import profile_of
from afkast.project import Project
from afkast.report import disclosure


def publish(
    project: Project, folder: Path, today: date, *, approved: bool = False, told_already: bool = False
) -> tuple[Path, bool]:
    """Publish the built book in `folder`; its place there, and whether it is new there. No build runs meanwhile.

    With `approved` only a book of which every strategy's page is approved. With `told_already` also one that hides what
    an edition still served there tells.
    """
    with alone(project, LOCK_SECONDS):
        if approved:
            refuse_unapproved(project, read_manifest(project.site))
        manifest = examined(project, today)
        if not told_already:
            refuse_told_already(project, Target(folder).read(), manifest)
        made = put(folder, project.site, manifest, today)
        keep(project, manifest)
        return made


def put(folder: Path, site: Path, manifest: Manifest, today: date) -> tuple[Path, bool]:
    """Put a site that may be served into `folder`. Readers see the former edition until this one is whole."""
    target = Target(folder)
    with target.alone() as listed:
        there = {one.id: one for one in listed.editions}
        id = manifest.id
        known = there.get(id)
        if known is not None and known.state == WITHDRAWN:
            raise AfkastError(f"{id} was withdrawn; an edition that is made anew has another name.")
        if known is not None and known.state == SERVED:
            _mend(target, known, site, manifest)
            target.write(replace(listed, newest=id))
            return target.place(id), False
        former = listed.editions[-1].manifest if listed.editions else ""
        written = manifest.published_after(former).written()
        target.add(id, site, manifest.files, written)
        new = Listed(id, id[:10], today.isoformat(), sha256(written), SERVED, manifest.pages)
        target.write(Editions(id, (*(one for one in listed.editions if one.id != id), new)))
        return target.place(id), True


def examined(project: Project, today: date) -> Manifest:
    """The manifest of the built book, when every byte is as it was built and nothing in it must not be served."""
    manifest = read_manifest(project.site)
    if changed := differences(project.site, manifest):
        told = [f"{name}: {what}." for name, what in list(changed.items())[:MOST_TOLD]]
        raise AfkastError("\n".join(["The book is not as it was built; run `afkast build`.", *told]))
    snapshot = open_snapshot(project.snapshots, manifest.made_of["snapshot"])
    check(
        project.site,
        [page.removesuffix(".html") for page in manifest.pages],
        project.pages,
        wanted(snapshot, project.root, project.data),
        project.data / ALLOW_LIST,
        today,
        [*manifest.files, MANIFEST],
    )
    return manifest


def refuse_unapproved(project: Project, manifest: Manifest) -> None:
    """Refuse a book of which a strategy's page is not approved, or that says other than the approvals do."""
    missing = [str(one) for one in standings(project, project.pages) if not one.stands]
    if missing:
        raise AfkastError("\n".join(["Not every page is approved (`afkast approve`):", *missing]))
    if manifest.made_of["approved"] != approved_pages(project, project.pages):
        raise AfkastError("The pages do not say yet who has approved them; run `afkast build`.")


def refuse_told_already(project: Project, listed: Editions, manifest: Manifest) -> None:
    """Refuse a book that hides counts which it and the editions that readers still have tell together. An edition that
    was published elsewhere is taken to be served."""
    states = {one.id: one.state for one in listed.editions}
    book, *published = editions_of(project)
    others = [one for one in published if one.parent.name != manifest.id]
    served = [one for one in others if states.get(one.parent.name, SERVED) == SERVED]
    if not served or states.get(manifest.id) == SERVED:
        return
    disclosure.use(profile_of(project.data))
    found = audit(book, book, *served).found
    told = [f"{one.in_words}." for one in (*found.hide.values(), *found.open)]
    if told:
        of = ", ".join(one.parent.name for one in served)
        remedies = (
            "Run `afkast build` if it was not run since; else withdraw the edition that tells them "
            "(`afkast withdraw`), or publish with --told-already, which leaves them known."
        )
        said = [f"Whoever has this book and {of} can work out counts that it hides:", *dict.fromkeys(told), remedies]
        raise AfkastError("\n".join(said))


def _mend(target: Target, known: Listed, site: Path, manifest: Manifest) -> None:
    """Put right what was damaged in an edition that is published already."""
    formers = ["", *(one.manifest for one in target.read().editions)]
    as_published = [manifest.published_after(former) for former in formers]
    same = [one for one in as_published if sha256(one.written()) == known.manifest]
    if not same:
        raise AfkastError(f"{known.id} was published with other bytes; withdraw it, or publish one that is made anew.")
    damaged = differences(target.place(known.id), same[0])
    own = {MANIFEST: same[0].written()} | {
        name: (site / name).read_bytes() for name in damaged if name in manifest.files
    }
    target.mend(known.id, {name: own.get(name) for name in damaged})


def releases(folder: Path) -> list[str]:
    """Every edition that was ever published in a folder, a line each, a * before the one that readers are led to."""
    listed = Target(folder).read()
    return [
        f"{'*' if one.id == listed.newest else ' '} {one.id}  published {one.published_on}  "
        f"{one.state:9}  {len(one.pages)} pages  manifest {one.manifest[:12]}"
        for one in listed.editions
    ]


def rollback(folder: Path, to: str = "") -> str:
    """Lead readers to an earlier edition: the one named, else the one before the newest. It is told."""
    target = Target(folder)
    with target.alone() as listed:
        served = [one.id for one in listed.served]
        chosen = listed.find(to).id if to else _before(served, listed.newest)
        if chosen not in served:
            raise AfkastError(
                f"{chosen or 'an earlier edition'} is not served; there are {', '.join(served) or 'none'}."
            )
        target.write(replace(listed, newest=chosen))
        return chosen


def _before(served: list[str], newest: str) -> str:
    earlier = served[: served.index(newest)] if newest in served else served
    return earlier[-1] if earlier else ""


def prune(folder: Path, keep: int) -> list[str]:
    """Remove the oldest editions but for `keep`, and never the one that readers are led to. They are told."""
    if keep < 1:
        raise AfkastError(f"keep at least 1 edition, not {keep}.")
    target = Target(folder)
    with target.alone() as listed:
        others = [one.id for one in listed.served if one.id != listed.newest]
        gone = others[: max(len(others) - (keep - 1), 0)]
        target.write(_in_state(listed, gone, PRUNED))
        return gone


def withdraw(folder: Path, which: str) -> str:
    """Take an edition away for good; readers are led to the one before it. It is told."""
    target = Target(folder)
    with target.alone() as listed:
        gone = listed.find(which).id
        served = [one.id for one in listed.served]
        newest = listed.newest
        if gone == newest:
            others = [one for one in served if one != gone]
            newest = _before(served, gone) or (others[-1] if others else "")
        target.write(replace(_in_state(listed, [gone], WITHDRAWN), newest=newest))
        return gone


def _in_state(listed: Editions, ids: list[str], state: str) -> Editions:
    return replace(
        listed, editions=tuple(replace(one, state=state) if one.id in ids else one for one in listed.editions)
    )
