"""One more strategy, of a municipality that the example does not know, by what the README says.

`afkast new`, its rows as files of their own beside the example's, each declared in sources.yml, then import and run.
"""

import json
import re
from pathlib import Path
from textwrap import indent

import pytest
from click.testing import CliRunner

from afkast.cli import main
from afkast.edition.execute import jobs_of
from afkast.report.filed import filed
from afkast.strategy import load_strategies

ID = "hjoerring-flere-i-job"

BUDGET = """Udvalg;Linje;År;Beløb
AMU;Investering;2021;1.200.000
AMU;Investering;2022;1.200.000
AMU;Besparelse;2021;-400.000
AMU;Besparelse;2022;-1.500.000
"""
PRICES = """Ydelse;År;Netto;Brutto;Refusion;Prisniveau;Grundlag
Kontanthjælp;2021;118.400;148.000;0,20;2021;Højeste sats
Kontanthjælp;2021;112.000;140.000;0,20;2021;Betalt
Sygedagpenge;2021;150.000;;;2021;Betalt
Ledighedsydelse;2021;160.000;200.000;0,20;2020;Betalt
"""
TARGETS = "Måltal;År;Før;Med\nSygedagpenge;2021;610;595\nSygedagpenge;2022;612;590\n"
MEASURES = "Måned;Antal\n" + "".join(f"2021M{month:02};{600 - month},5\n" for month in range(1, 13))
POSTINGS = "Bilag;Udvalg;Dato;Periode;Tekst;Beløb\n" + "".join(
    f"19{month:03};AMU;15-{month:02}-2021;{month};Løn, jobkonsulenter;98.500,00\n" for month in range(1, 13)
)


def citizens():
    """Sixty persons who do not exist (days of birth from 32 to 59), their benefits, and the twenty who start."""
    persons, spells = "CPR-nr.;Fødselsår;Køn;Uddannelse;Fraflyttet;Død\n", "CPR-nr.;Ydelse;Fra dato;Til dato\n"
    cohort = "CPR-nr.;Gruppe;I målgruppen;Startet\n"
    for number in range(60):
        born = 1960 + number % 40
        cpr = f"{32 + number % 28}{1 + number % 12:02}{born % 100:02}-{number:04}"
        starts = number < 20
        ends = f"01-{1 + number * 7 % 12:02}-2021" if number % 3 == 0 else ""
        persons += f"{cpr};{born};{'KM'[number % 2]};Grundskole;;\n"
        spells += f"{cpr};Kontanthjælp;01-06-2019;{ends}\n"
        cohort += f"{cpr};{'Indsats' if starts else 'Målgruppe'};01-10-2020;{'01-01-2021' if starts else ''}\n"
    return persons, spells, cohort


PERSONS, SPELLS, COHORT = citizens()
FILES = {
    "budget": BUDGET,
    "posteringer": POSTINGS,
    "priser": PRICES,
    "maal": TARGETS,
    "sygedagpenge": MEASURES,
    "personer": PERSONS,
    "forloeb": SPELLS,
    "maalgruppe": COHORT,
}

DECLARED = f"""
- file: hjoerring_budget.csv
  table: budget
  source: Vedtaget budget
  columns: {{Udvalg: committee, Linje: line, År: year, Beløb: amount_dkk}}
  constants: {{strategy: {ID}, kind: strategy, price_level_year: 2021}}
  values: {{line: {{Investering: investment, Besparelse: benefit_saving}}}}
  negate: {{line: benefit_saving}}
- file: hjoerring_posteringer.csv
  table: ledger
  source: KMD Opus
  columns: {{Bilag: document, Udvalg: committee, Dato: posted_on, Periode: period, Tekst: text, Beløb: amount_dkk}}
  constants: {{strategy: {ID}, line: investment}}
- file: hjoerring_priser.csv
  table: unit_prices
  source: Regnskab
  columns:
    Ydelse: benefit
    År: year
    Netto: net_dkk_per_full_year_person
    Brutto: gross_dkk_per_full_year_person
    Refusion: state_refund_share
    Prisniveau: price_level_year
    Grundlag: basis
  constants: {{area: Hjørring, source: Regnskab 2021}}
  values:
    benefit: {{Kontanthjælp: kontanthjælp, Sygedagpenge: sygedagpenge, Ledighedsydelse: ledighedsydelse}}
    basis: {{Betalt: paid, Højeste sats: statutory}}
- file: hjoerring_maal.csv
  table: targets
  source: Vedtaget budget
  columns: {{Måltal: measure, År: year, Før: original_budget, Med: strategy_budget}}
  constants: {{strategy: {ID}, unit: helårspersoner}}
  values: {{measure: {{Sygedagpenge: sygedagpenge}}}}
- file: hjoerring_sygedagpenge.csv
  table: measures
  source: Momentum
  columns: {{Måned: period, Antal: value}}
  constants: {{measure: sygedagpenge, area: Hjørring, unit: helårspersoner}}
- file: hjoerring_personer.csv
  table: persons
  source: Fasit
  columns:
    {{CPR-nr.: person, Fødselsår: birth_year, Køn: sex, Uddannelse: education, Fraflyttet: moved_on, Død: died_on}}
- file: hjoerring_forloeb.csv
  table: spells
  source: Fasit
  columns: {{CPR-nr.: person, Ydelse: benefit, Fra dato: start, Til dato: end}}
  values: {{benefit: {{Kontanthjælp: kontanthjælp}}}}
- file: hjoerring_maalgruppe.csv
  table: cohort
  source: Fasit
  columns: {{CPR-nr.: person, Gruppe: group, I målgruppen: entered_on, Startet: started_on}}
  constants: {{strategy: {ID}}}
  values: {{group: {{Målgruppe: target, Indsats: intervention}}}}
"""


def afkast(*arguments):
    return CliRunner().invoke(main, arguments)


def worked(result):
    assert result.exit_code == 0, result.stderr
    return result.stdout


def declare(raw):
    """The entries above at the end of sources.yml, with what they share."""
    shared = r"\g<0>\n  reader: csv\n  extracted_on: 2022-01-20\n  synthetic: true"
    entries = re.sub(r"^- file: .*$", shared, DECLARED, flags=re.MULTILINE)
    with (raw.parent / "sources.yml").open("a", encoding="utf-8") as file:
        file.write(indent(entries, "  "))


def with_its_pages(skeleton):
    """The skeleton as someone edits it: decision, dates and goals filled in, the pages that wait taken into use."""
    year = re.search(r"price_level_year: (\d{4})", skeleton)[1]
    text = re.sub(r"^  # (-| )(?= )", r"  \1", skeleton, flags=re.MULTILINE)
    text = text.replace("municipality: Min Kommune", "municipality: Hjørring").replace(f"{year}-", "2021-")
    text = text.replace(f"{int(year) - 1}-12-31", "2020-12-15").replace("end: 2021-", "end: 2022-")
    text = re.sub(r"as_of: \S+", "as_of: 2021-12-31", text).replace(
        f"price_level_year: {year}", "price_level_year: 2021"
    )
    goal = (
        "  - id: sygedagpenge\n    text: Færre på sygedagpenge end budgetteret i 2021.\n    page: sygedagpenge\n"
        "    measure: årets gennemsnit\n    due: 2021-12-31\n    judged: on average\n"
    )
    return text.replace("pages:\n", f"{goal}pages:\n", 1)


@pytest.fixture
def shown(project, monkeypatch):
    """What a page of the new strategy files at the door, by id."""
    monkeypatch.setenv("AFKAST_HOME", str(project.root))
    monkeypatch.setenv("AFKAST_PAGES", str(project.pages))  # a run sets both, and they are put back after the test
    monkeypatch.setenv("AFKAST_DATA", str(project.data))
    monkeypatch.chdir(project.root)
    raw = project.root / "data" / "example" / "raw"
    told = worked(afkast("new", ID))
    assert "sources.yml" in told
    skeleton = project.strategies / f"{ID}.yml"
    skeleton.write_text(with_its_pages(skeleton.read_text("utf-8")), "utf-8")
    for name, text in FILES.items():
        (raw / f"hjoerring_{name}.csv").write_text(text, "utf-8")
    refused = afkast("import")
    assert refused.exit_code == 1 and refused.stderr.count("sources.yml does not name it") == len(FILES)
    declare(raw)
    worked(afkast("import"))

    def run(page):
        path = Path(worked(afkast("run", ID, page)).strip())
        return {item["id"]: item for item in filed(json.loads(path.read_text("utf-8")))}

    return run


def test_a_new_strategy_is_one_file_and_rows_in_the_raw_files(shown, project):
    strategies = load_strategies(project)
    assert len(strategies) == 13
    pages = [job.page for job in jobs_of(strategies[ID], "")]
    assert pages == ["businesscase", "sygedagpenge", "overlevelseskurver", "effekten-i-kroner", "hvor-sikker"]
    found = {page: shown(page) for page in pages}
    for goal in strategies[ID].goals:
        assert f"maal-{goal.id}" in found[goal.page]

    case = {row["label"]: [cell["value"] for cell in row["cells"]] for row in found["businesscase"]["budget"]["rows"]}
    # filed as what it is, a cost; the paper writes it with plus
    assert case["Investering i indsats"] == [-1_200_000, -1_200_000]
    assert case["Besparelse på forsørgelse"] == [400_000, 1_500_000]
    assert case["Besparelse i alt"] == [-800_000, 300_000]
    assert found["businesscase"]["forudsaetningen"]["numbers"]["net_price"]["value"] == 112_000  # paid before a rate
    assert not any("ballerup" in file for page in found.values() for item in page.values() for file in item["files"])

    sickness = found["sygedagpenge"]["maal-sygedagpenge"]["numbers"]
    assert sickness["actual"]["value"] == pytest.approx(600.5 - 6.5)  # the months' average, 594 of 595 promised
    assert (sickness["verdict"]["value"], sickness["certainty"]["value"]) == ("nået", "sikker")
    assert "KIJOS" not in json.dumps(found["sygedagpenge"])

    assert {"Målgruppen", "Indsatsgruppen"} <= {
        head[0] for item in found["overlevelseskurver"].values() for head in item.get("columns", ())
    }

    assert {"kroner", "aar-for-aar"} <= set(found["effekten-i-kroner"])
    assert "forskellen" in found["overlevelseskurver"] and "foelsomhed" in found["hvor-sikker"]
    realised = found["businesscase"]["den-realiserede-besparelse"]["numbers"]["saved"]["value"]
    by_year = [row["cells"][0]["value"] for row in found["effekten-i-kroner"]["aar-for-aar"]["rows"]]
    assert sum(by_year) == pytest.approx(realised, abs=0.01)

    # what the data do not have is told by its name, before a page is executed
    path = project.strategies / f"{ID}.yml"
    text = path.read_text("utf-8")

    def told(page, old, new):
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
        result = afkast("run", ID, page)
        assert result.exit_code == 1
        return result.stderr

    said = told("sygedagpenge", "measure: sygedagpenge ", "measure: sygefravær ")
    assert "targets has no row with measure 'sygefravær'; its measure there is sygedagpenge." in said
    said = told("sygedagpenge", "municipality: Hjørring", "municipality: Hjoerring")
    assert "measures has no row with measure 'sygedagpenge', area 'Hjoerring'" in said
    assert "Did you mean 'Hjørring'?" in said
    said = told("businesscase", "benefit: kontanthjælp ", "benefit: kontanthjelp ")
    assert "unit_prices has no row with area 'Hjørring', benefit 'kontanthjelp'" in said
    assert "Did you mean 'kontanthjælp'?" in said
    said = told("businesscase", "benefit: kontanthjælp ", "benefit: sygedagpenge ")
    assert "benefit 'sygedagpenge', year '2021') lacks gross_dkk_per_full_year_person, state_refund_share" in said
    said = told("businesscase", "benefit: kontanthjælp ", "benefit: ledighedsydelse ")
    assert "benefit 'ledighedsydelse', year '2021') has price_level_year 2020, and the page has 2021" in said
    said = told("businesscase", "price_level_year: 2021", "price_level_year: 2022")
    assert (
        "unit_prices has no row with area 'Hjørring', benefit 'kontanthjælp', year '2022'; its year there is 2021"
        in said
    )

    # before anyone has started, the page says so instead of failing
    path.write_text(text, "utf-8")
    waiting = COHORT.replace("Indsats;01-10-2020;01-01-2021", "Målgruppe;01-10-2020;")
    (project.root / "data" / "example" / "raw" / "hjoerring_maalgruppe.csv").write_text(waiting, "utf-8")
    sources = project.data / "sources.yml"
    entry = "  - file: hjoerring_maalgruppe.csv\n"
    accepted = f"{entry}    accepted: {{stale: 'AB: Ingen er begyndt endnu.'}}\n"
    sources.write_text(sources.read_text("utf-8").replace(entry, accepted), "utf-8")
    worked(afkast("import"))
    numbers = shown("businesscase")["forudsaetningen"]["numbers"]
    assert (numbers["group"]["value"], numbers["share"]["value"]) == (0, None)
