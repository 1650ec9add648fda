"""What the page of reconciliation shows: whether the papers' printed numbers follow, and whether the book has them.

cells: `reconciliation.reconcile`, a row a printed cell.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from afkast.analysis import reconciliation
from afkast.analysis.reconciliation import InBook, Status
from afkast.report.cells import Link
from afkast.report.danish import Quantity, number
from afkast.report.show import Page, clause

FOLLOWS = (Status.EXACT, Status.ROUNDED)
SHOWN = (InBook.AS_PRINTED, InBook.WRITTEN_DIFFERENTLY, InBook.IN_STEPS)


def files_by_table(cells: pd.DataFrame, shown: pd.DataFrame, papers: Sequence[str]) -> dict[str, list[str]]:
    """Of each printed table the files behind it: the papers', and those of the book's own table."""
    placed = shown.set_index(["strategy", "page", "item"])["files"].to_dict()
    of_table = cells.drop_duplicates("printed_table").set_index("printed_table")[["strategy", "page", "item"]]
    return {str(row[0]): sorted({*papers, *placed.get(tuple(row[1:]), [])}) for row in of_table.itertuples()}


def show_what_follows(report: Page, by_status: pd.Series, source: Sequence[str]) -> None:
    """How many of the derived numbers follow from other printed ones. by_status: their count."""
    report.show_text(
        "foelger-tallene",
        "{follow} af {derived} afledte tal følger af rapporternes egne trykte tal, {rounded} af dem først efter "
        "afrunding. {explicable} afviger med én i sidste ciffer, fordi tallene bag dem er rundet af; {not_following} "
        "følger ikke, og {unknown} kan ikke regnes efter. "
        + clause(by_status[Status.OPEN], "{open} er ikke afgjort, fordi bogen ikke viser dem."),
        {
            "follow": Quantity(by_status[list(FOLLOWS)].sum(), ""),
            "derived": Quantity(by_status.sum(), ""),
            "rounded": Quantity(by_status[Status.ROUNDED], ""),
            "explicable": Quantity(by_status[Status.EXPLICABLE], ""),
            "not_following": Quantity(by_status[Status.DOES_NOT_FOLLOW], ""),
            "unknown": Quantity(by_status[Status.NOT_RECOMPUTABLE], ""),
            "open": Quantity(by_status[Status.OPEN], ""),
        },
        headline=True,
        source=source,
        code=reconciliation.status,
    )


def show_in_book(report: Page, cells: pd.DataFrame, by_book: pd.Series, source: Sequence[str]) -> None:
    """How many of the printed numbers the book shows. by_book: their count."""
    absent = cells.loc[cells["in_book"] == InBook.NOT_IN_BOOK, "printed_table"].unique()
    report.show_text(
        "viser-bogen-det",
        "Bogen viser {same} af {all} trykte tal som trykt og {differently} med en anden skrivemåde; {differs} afviger. "
        + clause(by_book[InBook.IN_STEPS], "{in_steps} antal personer er rundet af i denne udgave. ")
        + clause(by_book[InBook.NO_SUCH_CELL], "{missing} findes ikke i bogens tabel. ")
        + clause(
            len(absent),
            "{not_there} tal i {tables} tabeller er ikke i bogen.",
            "Alle rapporternes tabeller er i bogen.",
        ),
        {
            "same": Quantity(by_book[InBook.AS_PRINTED], ""),
            "all": Quantity(len(cells), ""),
            "differently": Quantity(by_book[InBook.WRITTEN_DIFFERENTLY], ""),
            "differs": Quantity(by_book[InBook.DIFFERS], ""),
            "in_steps": Quantity(by_book[InBook.IN_STEPS], ""),
            "missing": Quantity(by_book[InBook.NO_SUCH_CELL], ""),
            "not_there": Quantity(by_book[InBook.NOT_IN_BOOK], ""),
            "tables": Quantity(len(absent), ""),
        },
        headline=True,
        source=source,
    )


def _result(one: Any) -> str:
    """With the printed decimals, or with two more where it does not come out even."""
    if one.recomputed is None:
        return ""
    even = (one.recomputed * 10**one.decimals).denominator == 1
    return number(float(one.recomputed), one.decimals if even else one.decimals + 2)


def _place(one: Any) -> str:
    """Where the number stands on the paper."""
    return f"{one.row}. {one.row_label}, {one.column_label}"


def show_by_table(
    report: Page, id: str, counts: pd.DataFrame, tables: pd.DataFrame, caption: str, source: Sequence[str]
) -> None:
    """Counts of numbers by printed table, with their sum; a table that the book shows is linked to.

    tables: title, strategy, page and item of each, and whether it is `in_book`.
    """
    names = {str(one.printed_table): _named(one) for one in tables.itertuples()}
    report.show_table(
        id,
        pd.concat([counts.rename(index=names), counts.sum().to_frame("I alt").T]),
        caption=caption,
        corner="Tabel",
        source=source,
        totals=["I alt"],
    )


def _named(one: Any) -> str | Link:
    name = f"{one.printed_table} {one.title}"
    return Link(name, f"{one.strategy}/{one.page}.html#vist-{one.item}") if one.in_book else name


def show_wrong(report: Page, wrong: pd.DataFrame, texts: Mapping[str, str], source: Sequence[str]) -> None:
    """The derived numbers that do not follow. wrong: rows of cells; texts: each cell as printed."""
    remarks = wrong.dropna(subset="remark").drop_duplicates("remark")
    rows: dict[str, dict[str, Any]] = {}
    one: Any
    for one in wrong.itertuples():
        formula = "" if one.recomputed is None else reconciliation.spelled_out(one.formula, texts)
        rows[f"{one.printed_table} {_place(one)}"] = {
            "Trykt": one.printed,
            "Regnestykke": formula,
            "Giver": _result(one),
            "I bogen": one.shown or one.in_book,
            "Status": one.status,
        }
    report.show_table(
        "foelger-ikke",
        pd.DataFrame(list(rows.values()), index=list(rows)),
        caption="Afledte tal, der ikke følger af de trykte, med regnestykket bag.",
        corner="Tal",
        source=source,
        notes=[f"{table}: {remark}" for table, remark in zip(remarks["printed_table"], remarks["remark"], strict=True)],
    )


def show_unlike(report: Page, unlike: pd.DataFrame, source: Sequence[str]) -> None:
    """The printed numbers that the book shows in another way; nothing where there is none."""
    if unlike.empty:
        return
    columns = {
        "Trykt": unlike["printed"],
        "I bogen": unlike["shown"].fillna(""),
        "Bogen": unlike["in_book"],
        "Status": unlike["status"],
    }
    report.show_table(
        "ikke-som-trykt",
        pd.DataFrame(columns).set_axis([f"{one.printed_table} {_place(one)}" for one in unlike.itertuples()]),
        caption="Trykte tal, som bogen viser anderledes.",
        corner="Tal",
        source=source,
    )


def show_every_table(report: Page, cells: pd.DataFrame, files: Mapping[str, list[str]]) -> None:
    """Each paper's tables, folded. files: `files_by_table`."""
    everything = sorted({file for some in files.values() for file in some})
    for place, (name, of_report) in enumerate(cells.groupby("report", sort=False), start=1):
        report.show_text(f"rapport-{place}", "### {name}", {"name": name}, source=everything)
        for table, rows in of_report.groupby("printed_table", sort=False):
            _show_table(report, str(table), rows, files[str(table)])


def _show_table(report: Page, table: str, rows: pd.DataFrame, files: list[str]) -> None:
    title = rows["title"].iloc[0]
    report.show_table(
        f"trykt-{table.lower()}",
        pd.DataFrame(
            {
                "Trykt": rows["printed"],
                "Regnet efter": [_result(one) for one in rows.itertuples()],
                "I bogen": rows["shown"].fillna(""),
                "Status": rows["status"],
                "Bogen": rows["in_book"],
            }
        ).set_axis([_place(one) for one in rows.itertuples()]),
        caption=f"{table} {title}.",
        corner="Række og kolonne",
        source=files,
        folded=f"{table} {title}: {_special(rows)}",
    )


def _special(rows: pd.DataFrame) -> str:
    """How many numbers a table has, and how many of them do not follow or are not in the book."""
    statuses = rows["status"][~rows["status"].isin([Status.INPUT, *FOLLOWS])]
    unlike = int((~rows["in_book"].isin(SHOWN)).sum())
    told = [f"{len(rows)} tal", *(f"{count} {status}" for status, count in statuses.value_counts(sort=False).items())]
    return ", ".join([*told, *([f"{unlike} ikke i bogen som trykt"] if unlike else [])])
