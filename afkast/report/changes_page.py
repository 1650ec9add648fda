"""What the page of changes shows: the verdicts that have turned, the numbers that have changed, the pages that came."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from afkast.report.changed import Changed, SinceFormer
from afkast.report.danish import Quantity, day, listed
from afkast.report.show import Page, clause


def _name_of(report: Page, page: str) -> str:
    """The strategy's name and the page's title; of one that is there no more, its id."""
    id, page_id = page.split("/")
    if not _is_decided(report, page):
        return f"{id} · {page_id}"
    strategy = report.strategies()[id]
    return f"{strategy.name} · {strategy.page(page_id).title}"


def _is_decided(report: Page, page: str) -> bool:
    """Whether a strategy has the page."""
    id, page_id = page.split("/")
    strategy = report.strategies().get(id)
    return strategy is not None and page_id in [one.id for one in strategy.pages]


def show_in_all(report: Page, since: SinceFormer | None, changes: Sequence[Changed], files: Sequence[str]) -> None:
    """How many numbers and verdicts have changed, and the largest change."""
    verdicts = sum(one.is_verdict for one in changes)
    largest = f"{_name_of(report, changes[0].told['page'])}: {changes[0].in_words()}" if changes else ""
    report.show_text(
        "samlet",
        clause(not since, "Der er ingen tidligere udgave at sammenligne med.")
        + clause(since, "Siden udgaven med data pr. {former} ")
        + clause(since and not changes, "er ingen tal i overskrifterne og ingen vurderinger ændret.")
        + clause(changes, "er {numbers} tal i overskrifterne ændret, og {verdicts} er vendt. ")
        + clause(changes, "Størst: {largest}."),
        {
            "former": day(since.data_of) if since else "",
            "numbers": Quantity(len(changes) - verdicts, ""),
            "verdicts": "én vurdering" if verdicts == 1 else f"{verdicts or 'ingen'} vurderinger",
            "largest": largest,
        },
        headline=True,
        source=files,
    )


def show_verdicts(report: Page, verdicts: Sequence[Changed], files: Sequence[str]) -> None:
    """The verdicts that are others than in the edition before."""
    if not verdicts:
        report.show_text("ingen-vurderinger", "Ingen vurdering er vendt.", source=files)
        return
    rows = {
        (one.place, _name_of(report, one.told["page"])): {
            "Før": one.told["old"],
            "Nu": one.told["new"],
            "Kommer af": one.causes(),
        }
        for one in verdicts
    }
    report.show_table(
        "vurderinger",
        _as_rows(rows),
        caption="Vurderinger, der er en anden end i den forrige udgave.",
        corner="Side",
        source=files,
    )


def show_numbers(report: Page, numbers: Sequence[Changed], files: Sequence[str]) -> None:
    """The numbers of headlines that are others than in the edition before, with what each change comes of."""
    if not numbers:
        report.show_text("ingen-tal", "Intet tal i overskrifterne er ændret.", source=files)
        return
    rows = {
        (one.place, f"{_name_of(report, one.told['page'])}: {one.told['words']}"): {
            "Før": one.before,
            "Nu": one.told["new"],
            "Ændring": one.quantity(one.told["change"]),
            "Kommer af": one.causes(),
        }
        for one in numbers
    }
    report.show_table(
        "tal",
        _as_rows(rows),
        caption="Tal i overskrifterne, der er andre end i den forrige udgave; den største ændring i forhold til tallet "
        "står først.",
        corner="Side og sætning",
        source=files,
        notes=[
            "Et antal personer, der er skjult, eller som er ændret med færre, end der vises, er ikke med.",
            "Ændringen er, hvor meget større (+) eller mindre (−) tallet i sætningen er blevet. Er et tab blevet til "
            "en gevinst, er forskellen +, og omvendt −.",
        ],
    )


def _as_rows(rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows.values()), pd.MultiIndex.from_tuples(list(rows)), dtype=object)


def show_pages(report: Page, since: SinceFormer | None, files: Sequence[str]) -> None:
    """The pages that the edition before has not, and those that only it has."""
    came, gone = (since.came, since.went) if since else ([], [])
    failed = [one for one in gone if _is_decided(report, one)]
    went = [one for one in gone if one not in failed]
    report.show_text(
        "siderne",
        clause(not came and not gone, "Bogen har de samme sider som før.")
        + clause(came, "Kommet til: {came}. ")
        + clause(went, "Faldet fra: {went}. ")
        + clause(failed, "Kunne ikke laves i denne udgave: {failed}."),
        {
            "came": listed([_name_of(report, one) for one in came]),
            "went": listed([_name_of(report, one) for one in went]),
            "failed": listed([_name_of(report, one) for one in failed]),
        },
        source=files,
    )
