"""The page Datakvalitet tells what was put right, asked, answered and new; of persons no numbers."""

from conftest import ROOT, run_here
from raw_files import imported, write_own

from afkast.intake.faults import CORRECTIONS, QUESTIONS
from afkast.project import Project

DECLARED = """\
  - file: m.csv
    reader: csv
    table: measures
    columns: {Sted: area, Md: period, Antal: value}
    constants: {measure: m, unit: pct.}
    ignore: [Navn]
    leave_out: {Sted: [I alt]}
    marks: {"-": zero}
  - file: p.csv
    reader: csv
    table: persons
    columns: {CPR: person, Født: birth_year}
    constants: {sex: K, education: Grundskole}
    accepted: {birth_year: 'AB: nummeret er rettet efter fødslen'}
"""
FILES = {
    "m.csv": "Sted;Navn;Md;Antal\nA;HEMMELIG;2026M08;1,5\nA  by;HEMMELIG;2026M09;-\nI alt;HEMMELIG;2026M09;2\n",
    "p.csv": "CPR;Født\n019981-1003;1980\n019981-1003;1980\n",
}


def page(folder):
    return run_here(Project(ROOT, folder), "data_quality", {})


def test_what_happened_to_each_file_is_told(tmp_path):
    raw = write_own(tmp_path / "raw", DECLARED, FILES)
    imported(raw)
    shown = page(tmp_path)
    assert "Af bogens filer kom 0 af 2 ind, som de var." in shown["konklusion"]["html"]
    rows = [[cell["shown"] for cell in row["cells"]] for row in shown["rettelser"]["rows"]]
    assert rows == [
        ["Sted", CORRECTIONS["one_form"], "1"],
        ["Antal", CORRECTIONS["zero"], "1"],
        ["–", CORRECTIONS["repeated"], "ja"],
    ]
    [asked] = shown["spoergsmaal"]["rows"]
    assert [cell["shown"] for cell in asked["cells"]] == [
        QUESTIONS["birth_year"],
        "nummeret er rettet efter fødslen",
        "AB",
    ]
    # of a file that is whole and has nothing to note there is nothing to say
    assert shown.rows("filer") == {
        "m.csv": ["september 2026", "Navn, 1\N{NO-BREAK SPACE}række, som kommunen har valgt fra", "–"]
    }
    assert "Det er den første indlæsning, så" in shown["foerste"]["html"]


def test_of_persons_it_is_told_that_some_are_left_out_and_not_how_many(tmp_path):
    declared = DECLARED.replace("    constants: {sex", "    leave_out: {Køn: [M]}\n    constants: {sex")
    persons = "CPR;Født;Køn\n019981-1003;1980;K\n019981-1004;1981;M\n"
    imported(write_own(tmp_path / "raw", declared, {**FILES, "p.csv": persons}))
    assert page(tmp_path).rows("filer")["p.csv"] == ["–", "rækker, som kommunen har valgt fra", "–"]


def test_what_is_new_since_last_time_is_told_file_by_file(tmp_path):
    raw = write_own(tmp_path / "raw", DECLARED, FILES)
    imported(raw)
    (raw / "m.csv").write_text(str(FILES["m.csv"]) + "A;HEMMELIG;2026M10;1,6\n", encoding="utf-8")
    imported(raw)
    shown = page(tmp_path)
    assert shown.rows("siden-sidst") == {"m.csv": ["ændret, sluttede før september 2026"], "p.csv": ["uændret"]}


def test_files_without_anything_to_tell_are_told_in_a_sentence(tmp_path):
    declared = DECLARED.split("  - file: p.csv")[0].replace("    ignore: [Navn]\n    leave_out: {Sted: [I alt]}\n", "")
    imported(write_own(tmp_path / "raw", declared, {"m.csv": "Sted;Md;Antal\nA;2026M08;1,5\n"}))
    shown = page(tmp_path)
    assert "Alle bogens filer, 1, kom ind, som de var." in shown["konklusion"]["html"]
    assert "Intet er rettet." in shown["ingen-rettelser"]["html"]
    assert "Hver kolonne og række er taget med" in shown["alt-er-med"]["html"]
