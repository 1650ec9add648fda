"""A small raw folder without faults, one file per form of export, for tests that then break one thing."""

import traceback

import openpyxl
import pytest

from afkast.errors import DataError
from afkast.intake import import_raw

KEY = b"k" * 32

HEADING = "|Bilagsnr.  |PSP-element         |Per|Bogf.dato  |Omk.art |Tekst                         |          Beløb|"
SECOND = "|           |Reference           |   |           |        |Tekst, fortsat                |               |"
WBS = "XA-1391100000-00010"

SOURCES = """\
sources:
  - file: posteringer.txt
    reader: opus_journal
    table: ledger
    source: KMD Opus
    extracted_on: 2019-12-09
    synthetic: true
    wbs_elements:
      XA-1391100000-00010: {strategy: kijos, committee: ØKU, line: investment}
  - file: budget.xlsx
    reader: excel
    sheet: Budget
    table: budget
    source: Budgetopfølgning
    extracted_on: 2019-12-09
    columns: {Udvalg: committee, Linje: line, Budgettype: kind, År: year, Prisniveau: price_level_year}
    months: [Jan, Feb, Mar, Apr, Maj, Jun, Jul, Aug, Sep, Okt, Nov, Dec]
    total: Helår
    footer: "Kilde:"
    constants: {strategy: kijos}
    values:
      line: {Investering: investment, Besparelse: benefit_saving}
      kind: {Strategi: strategy, Korrigeret: revised}
    negate: {line: benefit_saving}
  - file: maal.csv
    reader: csv
    encoding: cp1252
    table: measures
    source: Jobindsats
    extracted_on: 2019-12-09
    columns: {Måned: period, Område: area, Antal: value}
    footer: Filter
    constants: {measure: sygedagpenge, unit: fuldtidspersoner}
  - file: status.csv
    reader: csv
    table: measures
    source: Momentum
    extracted_on: 2019-12-09
    columns: {Måned: period, Område: area, Antal: value, Status: status}
    constants: {measure: revalidering, unit: fuldtidspersoner}
    values:
      status: {Endelig: ok, Foreløbig: provisional, Mangler: missing}
  - file: personer.csv
    reader: csv
    table: persons
    source: Fasit
    extracted_on: 2019-12-09
    columns: {CPR: person, Født: birth_year, Køn: sex, Uddannelse: education, Flyttet: moved_on, Død: died_on}
  - file: forloeb.csv
    reader: csv
    table: spells
    source: Fasit
    extracted_on: 2019-12-09
    columns: {CPR: person, Ydelse: benefit, Fra: start, Til: end}
  - file: maalgruppe.csv
    reader: csv
    table: cohort
    source: Fasit
    extracted_on: 2019-12-09
    columns: {CPR: person, Gruppe: group, Ind: entered_on, Start: started_on}
    constants: {strategy: kijos}
    values:
      group: {Målgruppe: target, Indsats: intervention}
  - file: priser.csv
    reader: csv
    table: unit_prices
    source: Satser
    extracted_on: 2019-12-09
    columns:
      Område: area
      Ydelse: benefit
      År: year
      Netto: net_dkk_per_full_year_person
      Brutto: gross_dkk_per_full_year_person
      Andel: state_refund_share
    constants: {price_level_year: 2019, basis: statutory}
"""

ENCODINGS = {"maal.csv": "cp1252", "posteringer.txt": "cp1252"}

# the two CPR numbers have an impossible month
TEXTS = {
    "maal.csv": "Jobindsats\n\nMåned;Område;Antal\n2019M06;Aabenraa;1.497,4\n2019M07;Aabenraa;..\n\nFilter: alle\n",
    "status.csv": "Måned;Område;Antal;Status\n2019M06;Aabenraa;41,2;Endelig\n2019M07;Aabenraa;;Mangler\n",
    "personer.csv": (
        "CPR;Født;Køn;Uddannelse;Flyttet;Død\n"
        "019981-1003;1981;K;Grundskole;;\n"
        "3199811004;1981;M;Gymnasial;01-02-2019;\n"
    ),
    "forloeb.csv": (
        "CPR;Ydelse;Fra;Til\n0199811003;Kontanthjælp;01-01-2018;12-10-2018\n319981-1004;Kontanthjælp;13-10-2018;\n"
    ),
    "maalgruppe.csv": (
        "CPR;Gruppe;Ind;Start\n019981-1003;Målgruppe;01-01-2019;\n319981-1004;Indsats;01-01-2019;01-02-2019\n"
    ),
    "priser.csv": "Område;Ydelse;År;Netto;Brutto;Andel\nAabenraa;Kontanthjælp;2019;80.000;100.000;0,20\n",
}

BUDGET = [
    ["Aabenraa Kommune"],
    [],
    [
        "Udvalg",
        "Linje",
        "Budgettype",
        "År",
        "Prisniveau",
        *"Jan Feb Mar Apr Maj Jun Jul Aug Sep Okt Nov Dec Helår".split(),
    ],
    ["ØKU", "Investering", "Strategi", 2019, 2019, *[None] * 12, 2694000],
    ["ØKU", "Investering", "Korrigeret", 2019, 2019, *[0] * 10, 1000.5, 2000, 3000.5],
    ["AMU", "Besparelse", "Strategi", 2019, 2019, *[None] * 12, -2821000],
    [],
    ["Kilde: Økonomisystem"],
]


def posting(document, amount, text="Løn konsulent | jobcenter", day="14.06.2019"):
    return (
        f"|{document:11}|{WBS:20}|006|{day:11}|40000000|{text:30}|{amount:>15}|\n"
        f"|{'':11}|{'REF 2019-1':20}|   |{'':11}|{'':8}|{'periode juni':30}|{'':15}|"
    )


def total(mark, amount, element=""):
    return (
        f"|{mark:11}|{element:20}|   |{'':11}|{'':8}|{'Sum':30}|{amount:>15}|\n"
        f"|{'':11}|{'':20}|   |{'':11}|{'':8}|{'':30}|{'':15}|"
    )


def journal(*pages, heading=HEADING):
    """A journal whose pages hold the given lines below the title and the headings."""
    rule = "-" * len(heading)
    above = ["KMD Opus Økonomi      Posteringsjournal     Side:", "Aabenraa Kommune", rule, heading, SECOND, rule]
    printed = ["\n".join([*above, *lines]) for lines in pages]
    return "\n\f".join(printed) + "\n"


# the second posting's two lines are parted by a page break
FIRST_HALF, SECOND_HALF = posting("1900000124", "1.234,50-").split("\n")
JOURNAL_PAGES = (
    [*posting("1900000123", "41.234,50").split("\n"), FIRST_HALF],
    [SECOND_HALF, *total("*", "40.000,00", WBS).split("\n"), *total("**", "40.000,00").split("\n")],
)


def write_journal(raw, text):
    (raw / "posteringer.txt").write_bytes(text.replace("\n", "\r\n").encode("cp1252"))


def write_budget(raw, rows, sheet="Budget"):
    workbook = openpyxl.Workbook()
    workbook.active.title = sheet
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            workbook.active.cell(number, column, value)
    workbook.save(raw / "budget.xlsx")


def declaration(*files):
    """The sources.yml of these files; of all when none is named."""
    start, *entries = SOURCES.split("  - file: ")
    kept = [entry for entry in entries if not files or entry.split("\n")[0] in files]
    return "  - file: ".join([start, *kept])


def write_raw(raw, *files):
    """A raw folder of these files, and of the persons that spells and cohort need; of all when none is named."""
    if {"forloeb.csv", "maalgruppe.csv"} & set(files):
        files += ("personer.csv",)
    raw.mkdir()
    (raw.parent / "sources.yml").write_text(declaration(*files), encoding="utf-8")
    for file, text in TEXTS.items():
        if not files or file in files:
            (raw / file).write_bytes(text.encode(ENCODINGS.get(file, "utf-8-sig")))
    if not files or "posteringer.txt" in files:
        write_journal(raw, journal(*JOURNAL_PAGES))
    if not files or "budget.xlsx" in files:
        write_budget(raw, BUDGET)
    return raw


def change(path, old, new):
    """Replace `old`, which must be there, in a text file."""
    encoding = ENCODINGS.get(path.name, "utf-8")
    text = path.read_bytes().decode(encoding)
    assert old in text
    path.write_bytes(text.replace(old, new).encode(encoding))


def write_own(folder, declarations, files):
    """A raw folder of one's own: entries of sources.yml, each with what all share added, and the files."""
    folder.mkdir()
    shared = "    source: Prøve\n    extracted_on: 2026-11-01\n"
    entries = [entry if entry.endswith("\n") else entry + "\n" for entry in declarations.split("  - file: ")[1:]]
    dated = [entry if "extracted_on" in entry else entry + shared for entry in entries]
    (folder.parent / "sources.yml").write_text("sources:\n" + "".join(f"  - file: {e}" for e in dated), "utf-8")
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def imported(raw):
    return import_raw(raw.parent, raw.parent / "snapshots", KEY)


def refused(raw, *never):
    """The sentences an import is refused with; nothing is written, and no trace quotes a cell."""
    with pytest.raises(DataError) as error:
        imported(raw)
    trace = "".join(traceback.format_exception(error.value))
    for cell in ("HEMMELIG", "019981", "319981", "Løn konsulent", *never):
        assert cell not in trace
    assert not (raw.parent / "snapshots").exists()
    first, *sentences = str(error.value).splitlines()
    if first.startswith("sources.yml:"):
        return [first, *sentences]
    assert first.endswith("in the raw files; nothing was imported.")
    return sentences
