"""The page of the data basis: its files, how they are protected, and the tables they became.

files: entries of a snapshot's manifest, a row each, and `name`, the file with its sheet.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import pandas as pd

from afkast.intake.contracts import TITLES
from afkast.report import disclosure
from afkast.report.danish import Quantity, Words, day, listed, month
from afkast.report.entries import coarse, named, tables_of
from afkast.report.show import Page, clause


def files_of(manifest: dict[str, Any], read: Collection[str]) -> pd.DataFrame:
    """Those of the files that pages have read."""
    every = pd.DataFrame(manifest["files"])
    return named(every[every["file"].isin(read)].sort_values(["file", "table"]))


def show_files(report: Page, files: pd.DataFrame) -> None:
    """Where each file comes from, what it is of and how much of it there is."""
    report.show_table(
        "filer",
        pd.DataFrame(
            {
                "Kilde": files["source"],
                "Tabel": files["table"].map(TITLES),
                "Rækker": coarse(files["rows"], tables_of(files), "rækker"),
                "Periode": files["period"].map(_months_of),
                "Trukket": [day(date.fromisoformat(str(on))) for on in files["extracted_on"]],
                "Syntetisk": files["synthetic"].map({True: "ja", False: "nej"}),
            }
        ).set_axis(files["name"]),
        caption="Filerne bag bogen.",
        corner="Fil",
        unit="rækker",
        source=list(files["file"]),
        notes=[
            "Af filer med personer er antal rækker rundet op til hele hundreder og bytes til hele hundredtusinder, så "
            "det ikke ses, om nogle få er kommet til."
        ],
    )


def show_synthetic(report: Page, files: pd.DataFrame) -> None:
    """How many of the files are of people who do not exist."""
    by_file = files.drop_duplicates("file")
    synthetic, count = int(by_file["synthetic"].sum()), len(by_file)
    every = clause(count == 1, "den er syntetisk: dens", "alle er syntetiske: deres")
    some = clause(synthetic == 1, "én af dem er syntetisk: dens", "{synthetic} af dem er syntetiske: deres")
    report.show_text(
        "syntetisk",
        clause(count == 1, "Bogen bygger på én fil", "Bogen bygger på {count}")
        + clause(
            synthetic,
            ", og "
            + clause(synthetic == count, every, some)
            + " tal er konstrueret og handler ikke om virkelige mennesker. ",
            ". Ingen af dem er syntetiske. ",
        )
        + "Personer er pseudonymiseret, før noget andet sker; intet personnummer findes i datagrundlaget.",
        {"count": Quantity(count, "filer"), "synthetic": Quantity(synthetic, "")},
    )


def show_protection(report: Page) -> None:
    """What the edition's profile hides, and against whom that protects and does not."""
    profile = disclosure.chosen()
    report.show_text(
        "beskyttelsen",
        "Udgaven er lavet efter profilen »{profile}«: antal personer under {fewest} vises ikke, og heller ikke tal, "
        "der sammen med andre i bogen ville røbe et."
        + clause(
            profile.base > 1,
            " Andre antal er afrundet til nærmeste {base}, hvert for sig, og det, der er regnet ud af dem, er regnet "
            "ud af de afrundede. Anslåede tal, som en effekt og dens interval, røber intet antal og hviler på de "
            "præcise.",
        )
        + " Før bogen laves, holdes alt, hvad den fortæller om personer, op mod hinanden og mod de udgaver, der er "
        "udgivet; det, der sammen ville røbe et lille antal, vises ikke. Det beskytter mod at regne et lille antal ud "
        "af bogens tal. Det beskytter ikke mod den, der kender en borger i forvejen eller har andre kilder, og ikke "
        "mod en side, der med vilje fortæller om en enkelt i ord eller kalder det, den har talt, et gennemsnit.",
        {
            "profile": profile.name,
            "fewest": Words(f"{profile.fewest_shown}"),
            "base": Words(f"{profile.base}"),
        },
    )


def show_published(report: Page, files: pd.DataFrame) -> None:
    """The files whose small counts are shown, for an authority has published them."""
    public = files[files["published"]].drop_duplicates("file")
    if public.empty:
        return
    report.show_text(
        "offentliggjort",
        "Små antal bliver skjult, medmindre de allerede er offentliggjort af en myndighed. Det er erklæret for disse "
        "filer: " + listed([f"{{source_{n}}} ({{file_{n}}})" for n in range(len(public))]) + ".",
        {f"{what}_{n}": words for what in ("source", "file") for n, words in enumerate(public[what])},
        source=list(public["file"]),
    )


def show_checksums(report: Page, files: pd.DataFrame) -> None:
    """What anybody can reckon of a file to see that it is the same."""
    report.show_table(
        "kontrolsummer",
        pd.DataFrame(
            {
                "Bytes": coarse(files["bytes"], tables_of(files), "bytes"),
                "SHA-256": [Words(one) for one in files["sha256"]],
            },
            dtype=object,
        ).set_axis(files["name"]),
        caption="Filernes størrelse og kontrolsum (SHA-256).",
        folded="Vis hver fils kontrolsum",
        corner="Fil",
        column_units={"Bytes": "bytes"},
        source=list(files["file"]),
    )


def show_tables(report: Page, rows: "pd.Series[int]", files: pd.DataFrame) -> None:
    """How many rows there are of each table."""
    report.show_table(
        "tabeller",
        pd.DataFrame(
            {"Navn i datagrundlaget": rows.index, "Rækker": coarse(rows, rows.index, "rækker")}, rows.index
        ).rename(TITLES),
        caption="Tabellerne i datagrundlaget efter indlæsning. Navnet er det, som siderne bruger i deres beregninger.",
        corner="Tabel",
        unit="rækker",
        source=list(files["file"]),
    )


def _months_of(period: Sequence[str] | None) -> str:
    """The months that a file's rows are of, from the first to the last; of one that has no days, none."""
    return " – ".join(dict.fromkeys(month(date.fromisoformat(end)) for end in period)) if period else "–"
