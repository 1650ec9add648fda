"""The five reports' 25 tables as printed, cell by cell, with the arithmetic that each report itself implies.

Not synthetic: numbers, signs and digits stand as on paper. The Norddjurs report was scanned, so its row labels are
spelled here as they were before the scan. A table below is one line per row: label | cells | formula, where a cell may
be blank and the formula says how the row follows from others:

    #2          the row's own column in row 2 of this table
    A5#2        the same column in row 2 of table A5
    #4<         the column before in row 4; the first column then has no formula
    ?           printed cells that the report derives from numbers it does not print

A row without a formula is input, except in the columns that `totals` gives a formula for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from formats import csv_file


@dataclass(frozen=True)
class PrintedTable:
    table: str
    title: str
    shown_at: tuple[str, str, str]  # strategy, page and item of the book
    columns: dict[str, str]  # column's key in formulas: its label on paper
    rows: str
    totals: dict[str, str] = field(default_factory=dict)  # column: its formula over other columns of the row, or ?
    remarks: dict[tuple[int, str], str] = field(default_factory=dict)  # row, column: what to know about the cell


def years(first: int, last: int, suffix: str = "") -> dict[str, str]:
    return {str(year): f"{year}{suffix}" for year in range(first, last + 1)}


def followed_up(what: str, so_far: str) -> dict[str, str]:
    """The three columns of KIJOS's follow-up: `what` is spent or saved, computed or actual."""
    return {
        "budget": "Korrigeret budget",
        "faktisk": f"{so_far} {what} pr. 30/11/19",
        "forventet": f"Forventet {what} pr. 30/11/19",
    }


ONLY_IF_UNROUNDED = "Holder kun, hvis den uafrundede nedgang er mellem 12,4875 og 12,5 personer. Beslutningen siger 12."
NO_STAFF = "Afgang delt med det gennemsnitlige antal ansatte, som rapporten ikke trykker."

KIJOS = (
    PrintedTable(
        "K1",
        "Nettobudget 2019-2022 (1.000 kr.)",
        ("kijos", "oekonomi", "nettobudget"),
        years(2019, 2022),
        """
        Arbejdsmarkedsudvalget (Investering) |    669 |    560 |    560 |    560 |
        Økonomiudvalget (Investering)        |  2.694 |  3.805 |  3.999 |  3.895 |
        Arbejdsmarkedsudvalget (Besparelse)  | -2.821 | -5.140 | -5.140 | -5.140 |
        I alt                                |    542 |   -775 |   -581 |   -685 | #1+#2+#3
        """,
    ),
    PrintedTable(
        "K2",
        "Forbrug af investeringen (1.000 kr.)",
        ("kijos", "oekonomi", "forbrug"),
        followed_up("forbrug", "Faktisk"),
        """
        Økonomiudvalget                | 2.694 |  1.576 | 2.308 |
        Arbejdsmarkedsudvalget         |   669 | -1.297 |   585 |
        Netto forbrug af investeringen | 3.363 |    280 | 2.893 | #1+#2
        """,
    ),
    PrintedTable(
        "K3",
        "Besparelse (1.000 kr.)",
        ("kijos", "oekonomi", "besparelse"),
        followed_up("besparelse", "Beregnet"),
        """
        Arbejdsmarkedsudvalget | -2.821 | 1.910 | -2.428 |
        Netto besparelse       | -2.821 | 1.910 | -2.428 | #1
        """,
    ),
    PrintedTable(
        "K4",
        "Netto gevinst (1.000 kr.)",
        ("kijos", "oekonomi", "netto-gevinst"),
        followed_up("gevinst", "Beregnet"),
        """
        Netto gevinst | 542 | 2.189 | 465 | K2#3+K3#2
        """,
    ),
    PrintedTable(
        "K5",
        "Sygedagpenge (helårspersoner)",
        ("kijos", "sygedagpenge", "maaltal"),
        years(2019, 2022),
        """
        Oprindeligt budget                                       | 500 | 470 | 471 | 474 |
        KIJOS-budget                                             | 488 | 443 | 444 | 447 |
        Forventet reduktion                                      | -12 | -27 | -27 | -27 | #2-#1
        Forventet % fald ift. oprindeligt budget (vedtaget 2018) | -3% | -6% | -6% | -6% | 100*#3/#1
        Forbrug pr. 30/11/19                                     | 506 |     |     |     |
        Afvigelse ift. forventet reduktion                       |  18 |     |     |     | #5-#2
        """,
        remarks={(4, "2019"): ONLY_IF_UNROUNDED},
    ),
    PrintedTable(
        "K6",
        "Jobafklaring (helårspersoner)",
        ("kijos", "jobafklaring", "maaltal"),
        years(2019, 2022),
        """
        Oprindeligt budget                                       | 284 | 287 | 288 | 290 |
        KIJOS-budget                                             | 275 | 275 | 276 | 278 |
        Forventet reduktion                                      |  -9 | -12 | -12 | -12 | #2-#1
        Forventet % fald ift. oprindeligt budget (vedtaget 2018) | -3% | -4% | -4% | -4% | 100*#3/#1
        Forbrug pr. 30/11/19                                     | 292 |     |     |     |
        Afvigelse ift. forventet reduktion                       |  17 |     |     |     | #5-#2
        """,
    ),
)

KIK = (
    PrintedTable(
        "A1",
        "Arbejdsmarkedsudvalgets vedtagne budget 2018-2021 (1.000 kr.)",
        ("kik", "udvalgets-budget", "vedtaget-budget"),
        years(2018, 2021),
        """
        Serviceudgifter                |  17.793 |  16.853 |  16.853 |  16.853 | #2
        Øvrige sociale udgifter        |  17.793 |  16.853 |  16.853 |  16.853 |
        Overførselsudgifter            | 757.861 | 753.484 | 765.941 | 781.375 | #4+#5+#6+#7+#8+#9+#10
        Besparelsepulje                |  -2.000 |  -2.000 |  -2.000 |  -2.000 |
        Førtidspension                 | 274.778 | 275.246 | 275.202 | 275.861 |
        Ledighedsydelse og fleksjob    | 136.102 | 144.275 | 153.627 | 163.078 |
        Sygedagpenge, revalidering m.v. | 149.865 | 151.293 | 153.932 | 160.267 |
        Kontanthjælp                   | 123.149 | 107.644 | 108.789 | 108.789 |
        Integration og enkeltydelser   |  15.541 |  16.957 |  16.658 |  16.048 |
        Øvrige sociale udgifter        |  60.426 |  60.069 |  59.733 |  59.332 |
        Forsikrede ledige              | 117.619 | 117.619 | 117.619 | 117.619 | #12
        Forsikrede ledige              | 117.619 | 117.619 | 117.619 | 117.619 |
        Udvalget i alt                 | 893.273 | 887.956 | 900.413 | 915.847 | #1+#3+#11
        """,
    ),
    PrintedTable(
        "A2",
        "Økonomien i investeringen, KIK (mio. kr.)",
        ("kik", "oekonomi", "gevinst"),
        {**years(2016, 2017), "2018": "2018 Pr. 31.05.2018", "2019": "2019"},
        """
        Budgetteret | -18,1 | -8,6 |    4 | 22 |
        Faktisk     |   6,1 | 25,3 | 11,4 |    |
        Forskel     |  24,2 | 33,9 |  7,4 |    | #2-#1
        """,
    ),
    PrintedTable(
        "A3",
        "Kontaktforløb 2018-2022",
        ("kik-ii", "kontaktforloeb", "plan"),
        years(2018, 2022),
        """
        Antal            | 1.133 | 1.133 | 975 | 853 | 783 | #4<
        Selvforsørgelse  |     0 |  -120 | -94 | -54 |   0 |
        Anden forsørgelse |     0 |   -37 | -29 | -16 |   0 |
        I alt            | 1.133 |   975 | 853 | 783 | 783 | #1+#2+#3
        """,
    ),
    PrintedTable(
        "A4",
        "Økonomien i investeringen, KIK II (mio. kr.)",
        ("kik-ii", "oekonomi", "plan-samlet"),
        {**years(2018, 2022), "ialt": "I alt"},
        """
        Investering        | 11,7 | 19,7 |  16,2 |   9,2 |  3,9 |  60,6 | (A5#1+A5#2)/1000
        Besparelse         |  0,0 | -5,0 | -13,2 | -18,8 | -8,6 | -45,7 | A5#3/1000
        Øvrig finansiering |  9,1 |  1,7 |   1,7 |   1,7 |  0,7 |  15,0 | A5#8/1000
        Gevinst            |  2,6 | 12,9 |   1,2 | -11,3 | -5,4 |   0,0 | A5#9/1000
        """,
    ),
    PrintedTable(
        "A5",
        "KIK II, detaljeret (1.000 kr.)",
        ("kik-ii", "oekonomi", "plan-i-detaljer"),
        {
            "2018": "2018 7 mdr.",
            **years(2019, 2021),
            "2022": "2022 5 mdr.",
            "ialt": "I alt",
            "2022rest": "2022 7 mdr.",
            "2023": "2023",
        },
        """
        ØK Investering         |  4.253 |  7.223 |   5.705 |   4.438 |  1.832 |  23.450 |   2.140 |   3.587 |
        AU Investering         |  7.408 | 12.450 |  10.450 |   4.771 |  2.083 |  37.163 |   2.917 |   3.000 |
        AU Besparelse          |      0 | -5.039 | -13.223 | -18.779 | -8.614 | -45.655 | -12.060 | -20.674 |
        I alt                  | 11.661 | 14.634 |   2.932 |  -9.570 | -4.699 |  14.958 |  -7.004 | -14.087 | #1+#2+#3
        ØK Virk.konsulenter    |  1.007 |  1.726 |   1.726 |   1.726 |    719 |   6.905 |   1.007 |   1.726 |
        AU Besk.bonus          |  1.000 |      0 |       0 |       0 |      0 |   1.000 |       0 |       0 |
        AU/ØK Restbudget KIK I |  7.077 |      0 |       0 |       0 |      0 |   7.077 |       0 |       0 |
        I alt                  |  9.084 |  1.726 |   1.726 |   1.726 |    719 |  14.982 |   1.007 |   1.726 | #5+#6+#7
        Netto                  |  2.577 | 12.907 |   1.206 | -11.296 | -5.418 |     -24 |  -8.011 | -15.813 | #4-#8
        """,
        totals={"ialt": "2018+2019+2020+2021+2022"},
    ),
    PrintedTable(
        "A6",
        "Status for KIK II pr. 31. august 2018",
        ("kik-ii", "status", "status"),
        {
            "start": "Udgangspunkt Antal borgere den 1. februar 2018",
            "tilgang": "Tilgang Antal borgere der er kommet til efter 1. februar 2018",
            "ialt": "I alt Antal borgere i alt i perioden 1. februar 2018 til 31. august 2018",
            "maal": "Mål Pr. 31. januar 2019",
        },
        """
        Antal borgere i alt                           | 1.128 | 357 | 1.485 |       | #2+#3+#4+#5
        Heraf kontant- og uddannelseshjælpsmodtagere  |   771 | 207 |   978 | 1.117 |
        Heraf selvforsørgelse                         |   269 | 139 |   408 |    26 |
        Heraf anden forsørgelse                       |    81 |   2 |    83 |     4 |
        Heraf øvrige målgrupper                       |     7 |   9 |    16 |       |
        """,
        totals={"ialt": "start+tilgang"},
    ),
)


def koebenhavn(number: int, title: str, rows: str) -> PrintedTable:
    """A table of København's report: 2016 against 2017."""
    return PrintedTable(
        f"B{number}", title, ("kbh-saerlig-indsats", "maalepunkter", f"tabel-{number}"), years(2016, 2017), rows
    )


KBH = (
    koebenhavn(1, "Førtidspensionstilkendelser", "Januar – december i alt | 321 | 453 |"),
    koebenhavn(
        2,
        "Førtidspension fra ressourceforløb i BIF og SOF",
        """
        Januar – december fra BIF | 28 | 83 |
        Januar – december fra SOF | 22 | 34 |
        """,
    ),
    koebenhavn(3, "Fleksjobtilkendelser", "Januar - december i alt | 190 | 263 |"),
    koebenhavn(4, "Ressourceforløb", "Januar - december i alt | 1.048 | 888 | B5#1+B5#2"),
    koebenhavn(
        5,
        "Ressourceforløb i BIF og SOF",
        """
        Januar – december, BIF | 899 | 759 |
        Januar – december, SOF | 149 | 129 |
        """,
    ),
    koebenhavn(6, "Forberedende planer", "Januar – december i alt | 996 | 1330 |"),
    koebenhavn(7, "Sygefravær på JKI", "Januar – december | 15,1 % | 9,1 % |"),
    PrintedTable(
        "B8",
        "Medarbejderomsætning på JKI",
        ("kbh-saerlig-indsats", "maalepunkter", "tabel-8"),
        {
            f"{what.split()[-1].lower()}{year}": f"{what} {year}"
            for what in ("BIF Afgang", "BIF Tilgang", "Medarbejderomsætning")
            for year in (2016, 2017)
        },
        "Januar – december | 36 | 51 | 39 | 110 | 15,1 % | 16,0 % |",
        totals={"medarbejderomsætning2016": "?", "medarbejderomsætning2017": "?"},
        remarks={(1, "medarbejderomsætning2016"): NO_STAFF, (1, "medarbejderomsætning2017"): NO_STAFF},
    ),
)


def norddjurs(number: int, title: str, strategy: str, investment: str, saving: str, total: str) -> PrintedTable:
    """A table of Norddjurs's report; the columns of what is realised are blank on paper."""
    return PrintedTable(
        f"N{number}",
        f"{title} (mio. kr., 2020 p/l)",
        (f"norddjurs-{strategy}", "businesscase", "opfoelgning"),
        years(2020, 2023, " Budget"),
        f"""
        Investering i indsats     | {investment} |
        Besparelse på forsørgelse | {saving} |
        Besparelse i alt          | {total} | #1+#2
        """,
    )


NORDDJURS = (
    norddjurs(
        *(1, "Koordineret indsats", "koordineret-indsats"),
        "3,079 | 3,079 | 3,079 | 0,000",
        "-2,703 | -4,655 | -6,711 | -6,244",
        "0,376 | -1,576 | -3,632 | -6,244",
    ),
    norddjurs(
        *(2, "Mere end 1 års ledighed", "over-et-aars-ledighed"),
        "1,562 | 1,796 | 1,706 | 1,706",
        "-0,633 | -1,724 | -2,639 | -3,553",
        "0,929 | 0,072 | -0,933 | -1,847",
    ),
    norddjurs(
        *(3, "Småjob", "smaajob"),
        "0,450 | 0,225 | 0,225 | 0,225",
        "-1,555 | -3,11 | -4,665 | -4,665",
        "-1,105 | -2,885 | -4,440 | -4,440",
    ),
    norddjurs(
        *(4, "Jobsøgningsnetværk", "jobsoegningsnetvaerk"),
        "0,250 | 0,250 | 0,250 | 0,250",
        "-1,313 | -2,626 | -3,929 | -5,253",
        "-1,063 | -2,376 | -3,679 | -5,003",
    ),
    norddjurs(
        *(5, "Rekruttering til sundhedsområdet", "rekruttering-sundhed"),
        "1,362 | 1,362 | 0,000 | 0,000",
        "-2,128 | -1,362 | -0,674 | -0,674",
        "-0,766 | 0,000 | -0,674 | -0,674",
    ),
)

REPORTS = {
    "KIJOS, Aabenraa": KIJOS,
    "KIK og KIK II, Aabenraa": KIK,
    "Førtidspension og fleksjob, København": KBH,
    "Fem investeringer, Norddjurs": NORDDJURS,
}

ROW_OF = re.compile(r"([A-Z]\d+)?#(\d+)(<?)")


def formula(of: PrintedTable, column: str, of_row: str, row: int) -> str:
    """How a cell follows from other printed cells, by their ids (K1.4.2019)."""
    if not of_row:
        return re.sub(r"\w+", lambda name: f"{of.table}.{row}.{name[0]}", of.totals.get(column, ""))
    keys = list(of.columns)
    before = dict(zip(keys[1:], keys, strict=False)).get(column)
    if "<" in of_row and before is None:
        return ""
    return ROW_OF.sub(lambda at: f"{at[1] or of.table}.{at[2]}.{before if at[3] else column}", of_row)


def printed_cells() -> list[tuple[str, ...]]:
    """Every printed cell: report, table, row number, row, column, column label, text, decimals, formula, remark."""
    cells = []
    for report, tables in REPORTS.items():
        for of in tables:
            for number, line in enumerate(of.rows.strip().splitlines(), start=1):
                label, *texts, of_row = (part.strip() for part in line.split("|"))
                for (column, heading), text in zip(of.columns.items(), texts, strict=True):
                    if not text:
                        continue
                    decimals = str(len(text.rstrip(" %").partition(",")[2]))
                    how, remark = formula(of, column, of_row, number), of.remarks.get((number, column), "")
                    place = (report, of.table, str(number), label, column, heading)
                    cells.append((*place, text, decimals, how, remark))
    return cells


def files() -> dict[str, bytes]:
    """The raw files by name."""
    heading = "Rapport;Tabel;Rækkenummer;Række;Kolonne;Kolonnenavn;Trykt;Decimaler;Regnestykke;Bemærkning"
    cells = [";".join(cell) for cell in printed_cells()]
    tables = [
        ";".join((report, of.table, of.title, *of.shown_at)) for report, tables in REPORTS.items() for of in tables
    ]
    return {
        "trykte_tal.csv": csv_file(["Trykte tal i rapporternes tabeller"], heading, cells).encode("utf-8-sig"),
        "trykte_tabeller.csv": csv_file(
            ["Rapporternes tabeller og hvor bogen viser dem"], "Rapport;Tabel;Titel;Strategi;Side;Vist som", tables
        ).encode("utf-8-sig"),
    }
