"""The page of data quality, file by file: what was corrected, asked, not kept and new; of persons no numbers.

files: entries of a snapshot's manifest, a row each, and `name`, the file with its sheet.
"""

from datetime import date
from typing import Any

import pandas as pd

from afkast.intake.contracts import PERSON_TABLES
from afkast.intake.faults import CORRECTIONS, NOTES, QUESTIONS
from afkast.report.about_persons import OF_PERSONS
from afkast.report.danish import Quantity, month, written
from afkast.report.entries import named, tables_of
from afkast.report.show import Page, clause


def files_of(manifest: dict[str, Any]) -> pd.DataFrame:
    """The files that came in; what was counted in a warehouse is none."""
    entries = pd.DataFrame([entry for entry in manifest["files"] if "corrected" in entry])
    return named(entries.sort_values(["file", "table"], ignore_index=True))


def show_conclusion(report: Page, files: pd.DataFrame) -> None:
    """How many files came in as they were, and what happened to the others."""
    whole_files = _of_whole_files(files)
    untouched = ~whole_files[["corrected", "asked", "left out"]].any(axis=1)
    report.show_text(
        "konklusion",
        clause(
            untouched.all(),
            "Alle bogens filer, {count}, kom ind, som de var.",
            "Af bogens filer kom {whole} af {count} ind, som de var.",
        )
        + clause(
            whole_files["asked"].any(),
            " Indlæsningen har spurgt om noget i {questioned} af dem, og kommunens svar står nedenfor.",
        )
        + clause(whole_files["corrected"].any(), " I {mended} af dem er noget rettet efter en regel.")
        + clause(whole_files["not all kept"].any(), " Af {narrowed} gemmes ikke alle kolonner."),
        {
            "count": Quantity(len(whole_files), ""),
            "whole": Quantity(untouched.sum(), ""),
            "questioned": Quantity(whole_files["asked"].sum(), ""),
            "mended": Quantity(whole_files["corrected"].sum(), ""),
            "narrowed": Quantity(whole_files["not all kept"].sum(), "filer"),
        },
        source=list(files["file"]),
    )


def show_corrected(report: Page, files: pd.DataFrame) -> None:
    told = [
        {
            "Fil": file["name"],
            "Kolonne": one["column"] or "–",
            "Regel": CORRECTIONS[one["rule"]],
            "Antal": "ja" if file["table"] in {*PERSON_TABLES, "vintages"} else f"{one['cells']}",
        }
        for file in files.to_dict("records")
        for one in file["corrected"]
    ]
    caption = "Rettelser ved indlæsningen, fil for fil."
    _show(report, files, "rettelser", _by_file(told), caption, ("ingen-rettelser", "Intet er rettet."))


def show_asked(report: Page, files: pd.DataFrame) -> None:
    told = [
        {
            "Fil": file["name"],
            "Hvad der blev spurgt om": QUESTIONS[one["question"]],
            "Kommunens svar": why or who,
            "Hvem": who if why else "–",  # an answer from before it had to say so
        }
        for file in files.to_dict("records")
        for one in file["asked"]
        for who, _, why in [one["answer"].partition(": ")]
    ]
    caption = "Hvad indlæsningen har spurgt om, og hvad kommunen har svaret."
    nothing = "ingen-spoergsmaal", "Indlæsningen har ikke spurgt om noget."
    _show(report, files, "spoergsmaal", _by_file(told), caption, nothing)


def show_not_kept(report: Page, files: pd.DataFrame) -> None:
    """What of a file is not kept, and what the import noted."""
    left = _not_kept(files)
    told = pd.DataFrame(
        {
            "Slutter": [month(date.fromisoformat(period[1])) if period else "–" for period in files["period"]],
            "Ikke medtaget": left.replace("", "–").to_list(),
            "Bemærk": [", ".join(NOTES[one] for one in noted) or "–" for noted in files["noted"]],
        },
        files["name"].to_list(),
    )
    told = told[(files["noted"].map(bool) | left.ne("")).to_numpy()]
    caption = "Filer, hvor kolonner eller rækker ikke er taget med, eller hvor der er noget at bemærke."
    nothing = "alt-er-med", "Hver kolonne og række er taget med, og der er intet at bemærke."
    _show(report, files, "filer", told, caption, nothing)


def show_since(report: Page, files: pd.DataFrame) -> None:
    """What has become of each file since the former import of other files."""
    told = pd.DataFrame({"Siden sidst": files["before"].map(_since).to_list()}, files["name"].to_list())
    caption = "Hvad der er blevet af hver fil siden den forrige indlæsning."
    nothing = "foerste", "Det er den første indlæsning, så der er intet at holde filerne op mod."
    _show(report, files, "siden-sidst", told if files["before"].notna().any() else told.iloc[:0], caption, nothing)


def _not_kept(files: pd.DataFrame) -> "pd.Series[str]":
    """Of each file the columns that are ignored, and the rows that sources.yml leaves out; of persons not how many."""
    told = []
    for ignored, rows, table in zip(files["ignored"], files["left_out"], tables_of(files), strict=True):
        some = "rækker" if table in OF_PERSONS else written(Quantity(rows, "rækker", 0))
        told.append(", ".join([*ignored, *([f"{some}, som kommunen har valgt fra"] if rows else [])]))
    return pd.Series(told, files.index, dtype=str)


def _of_whole_files(files: pd.DataFrame) -> pd.DataFrame:
    """Whether anything of a file is corrected, asked about or left out, or a column not kept; a row a file, for one may
    have several sheets with a table each."""
    of_sheets = {
        "corrected": files["corrected"].map(lambda rules: any(one["cells"] for one in rules)),
        "asked": files["asked"].astype(bool),
        "left out": files["left_out"] > 0,
        "not all kept": files["ignored"].astype(bool),
    }
    return pd.DataFrame(of_sheets).groupby(files["file"]).any()


def _since(before: dict[str, Any] | None) -> str:
    if before is None:
        return "ny"
    if before["same_bytes"]:
        return "uændret"
    last = before["last_day"]
    return f"ændret, sluttede før {month(date.fromisoformat(last))}" if last else "ændret"


def _by_file(told: list[dict[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(told).set_index("Fil", append=True) if told else pd.DataFrame()


def _show(
    report: Page, files: pd.DataFrame, id: str, told: pd.DataFrame, caption: str, nothing: tuple[str, str]
) -> None:
    """A table under its id, or where it has no rows the id and the words of that."""
    source = list(files["file"])
    if len(told):
        report.show_table(id, told, caption=caption, corner="Fil", source=source)
    else:
        report.show_text(*nothing, {}, source=source)
