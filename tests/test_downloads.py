"""What is taken along from the book: workbook, CSV and pictures say what the page shows, as numbers and as text."""

import csv
import io
import json
import shutil
import struct
import subprocess
import zlib

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from municipality import STRATEGY
from xlsxwriter.utility import xl_cell_to_rowcol

from afkast.edition.downloads import FIRST_ROW, Table, _as_text, _csv, summed
from afkast.edition.gate import _CannotBeRead, texts_of
from afkast.report.filed import filed

MONEY, PERSONS = "economics", "survival-effects"


def site(folder):
    return folder / "build" / "html"


def items(folder, page):
    path = folder / "build" / "pages" / STRATEGY / f"{page}.ipynb"
    return [item for item in filed(json.loads(path.read_text("utf-8"))) if item.get("rows")]


def read_csv(folder, page, id):
    text = (site(folder) / "hent" / STRATEGY / page / f"{id}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def plain(shown):
    """A shown number, such as −1.234,5, as a float."""
    return float(shown.rstrip("*").split("\u00a0")[0].replace("−", "-").replace(".", "").replace(",", "."))


def workbook(folder, *, values):
    return openpyxl.load_workbook(site(folder) / "hent" / f"{STRATEGY}.xlsx", data_only=values)


def test_every_table_and_figure_leads_to_its_files_and_the_first_page_to_the_workbook(small_book):
    pages = site(small_book) / "strategies" / STRATEGY
    for page in (MONEY, PERSONS, "full-year-persons"):
        soup = BeautifulSoup((pages / f"{page}.html").read_text("utf-8"), "html.parser")
        for item in items(small_book, page):
            kinds = ["csv", "svg", "png"] if item["kind"] == "figure" else ["csv"]
            links = [str(one["href"]) for one in soup.find(id=f"vist-{item['id']}").select(".afkast-download a")]
            assert links == [f"../../hent/{STRATEGY}/{page}/{item['id']}.{kind}" for kind in kinds]
            assert all((pages / link).is_file() for link in links)
    soup = BeautifulSoup((pages / "index.html").read_text("utf-8"), "html.parser")
    assert f"../../hent/{STRATEGY}.xlsx" in [str(one["href"]) for one in soup.select(".afkast-download a")]


@pytest.mark.parametrize("page", [MONEY, PERSONS])
def test_a_csv_file_has_the_page_s_rows_with_numbers_that_a_machine_reads(small_book, page):
    numbers = 0
    for item in items(small_book, page):
        _, *rows = read_csv(small_book, page, item["id"])
        assert [row[0] for row in rows] == [_as_text(row["label"]) for row in item["rows"]]
        for row, cells in zip(item["rows"], rows, strict=True):
            for cell, text in zip(row["cells"], cells[1:-2], strict=True):
                if not isinstance(cell["value"], float):
                    assert text == _as_text(cell["shown"])
                    continue
                read = float(text.replace(",", "."))
                decimals = len(cell["shown"].rstrip("*").split("\u00a0")[0].partition(",")[2])
                assert read == pytest.approx(plain(cell["shown"]), abs=0.51 * 10.0**-decimals)
                assert "−" not in text and "." not in text
                numbers += 1
    assert numbers > 30


def test_of_a_page_of_persons_a_file_has_numbers_as_they_are_shown_and_nothing_hidden(small_book):
    finer = hidden = 0
    for item in items(small_book, PERSONS):
        _, *rows = read_csv(small_book, PERSONS, item["id"])
        for row, cells in zip(item["rows"], rows, strict=True):
            for cell, text in zip(row["cells"], cells[1:-2], strict=True):
                if isinstance(cell["value"], float):
                    assert float(text.replace(",", ".")) == plain(cell["shown"])
                    finer += 1
                elif cell["state"] in ("few", "hidden"):
                    assert text == cell["shown"]
                    hidden += 1
    assert finer > 100 and hidden > 0


def test_the_workbook_has_a_sheet_a_table_with_the_numbers_of_the_csv_file_and_source_and_date(
    small_book,
):
    book = workbook(small_book, values=True)
    contents = book.worksheets[0]
    assert contents.title == "Indhold" and "Udtræk 2023-12-05" in contents["A2"].value
    listed = [row for row in contents.iter_rows(min_row=5, values_only=True) if row[0]]
    assert [row[0] for row in listed] == book.sheetnames[1:] and len(listed) > 10
    for name, caption, source, page in listed:
        sheet = book[name]
        id = name.split(" ", 1)[1]
        assert (sheet["A1"].value or "", sheet["A2"].value or "") == (caption or "", source or "")
        if source:
            assert "Kilde: " in source and "data pr. " in source
        matching = [item for item in items(small_book, page.split("/")[1]) if item["id"].startswith(id)]
        rows = read_csv(small_book, page.split("/")[1], matching[0]["id"])[1:]
        units = [[cell["unit"] for cell in row["cells"]] for row in matching[0]["rows"]]
        for r, row in enumerate(rows):
            for c, text in enumerate(row[1:-2]):
                cell = sheet.cell(FIRST_ROW + 2 + r, c + 2)
                if isinstance(cell.value, int | float):
                    scale = 100 if units[r][c] == "%" else 1
                    assert cell.value * scale == pytest.approx(float(text.replace(",", ".")), abs=0.003)
                    assert "#,##0" in cell.number_format
                else:
                    assert _as_text(cell.value or "") == text


def formula_cells(sheet):
    return [one for row in sheet.iter_rows() for one in row if one.data_type == "f"]


def test_sums_are_live_and_recalculate_to_what_stands_there(small_book):
    formulas, values = workbook(small_book, values=False), workbook(small_book, values=True)
    sums = 0
    for sheet in formulas.worksheets:
        for cell in formula_cells(sheet):
            first, last = cell.value.removeprefix("=SUM(").removesuffix(")").split(":")
            (top, column), (bottom, same) = xl_cell_to_rowcol(first), xl_cell_to_rowcol(last)
            assert column == same == cell.column - 1
            parts = [values[sheet.title].cell(row + 1, column + 1).value for row in range(top, bottom + 1)]
            assert values[sheet.title][cell.coordinate].value == pytest.approx(sum(parts), abs=1e-9)
            sums += 1
    assert sums >= 3


def test_libreoffice_recalculates_to_what_stands_there(small_book, tmp_path):
    if not (office := shutil.which("soffice")):
        pytest.skip("there is no LibreOffice; install it with `apt-get install libreoffice-calc`")
    emptied = workbook(small_book, values=False)  # saved without the results, so that they must be computed
    emptied.save(tmp_path / "emptied.xlsx")
    program = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "ods"]
    subprocess.run([*program, "--outdir", tmp_path, tmp_path / "emptied.xlsx"], check=True, capture_output=True)
    ours = workbook(small_book, values=True)
    computed = pd.read_excel(tmp_path / "emptied.ods", sheet_name=None, header=None, engine="calamine")
    found = [(sheet.title, cell) for sheet in emptied.worksheets for cell in formula_cells(sheet)]
    assert len(found) >= 3
    for name, cell in found:
        told = ours[name][cell.coordinate].value
        assert computed[name].iloc[cell.row - 1, cell.column - 1] == pytest.approx(told, rel=1e-12)


def table(numbers, totals, label="=1+1"):
    shown = [[str(one)] for one in numbers]
    units = [["kr."] for _ in numbers]
    labels = [label for _ in numbers]
    return Table("x", "=A1", "", "", ["+x"], labels, shown, [[one] for one in numbers], units, totals, [])


def test_only_a_total_that_its_rows_add_up_to_is_a_sum():
    assert summed(table([1.0, 2.0, 3.0], [2]), 2, 0) == [0, 1]
    assert summed(table([1.0, 2.0, 4.0], [2]), 2, 0) == []
    assert summed(table([1.0, 2.0, 3.0], []), 2, 0) == []
    assert summed(table([1.0, None, 3.0], [2]), 2, 0) == []
    assert summed(table([1.0, 2.0, 3.0, 4.0, 5.0, 9.0], [2, 5]), 5, 0) == [3, 4]


def test_text_is_text_in_every_file(small_book):
    text = _csv(table([1.0, -2.0], [], "=HYPERLINK()")).decode("utf-8-sig")
    assert "'=HYPERLINK();1;kr.;" in text and "'+x" in text and ";-2;" in text
    formulas = [cell.value for sheet in workbook(small_book, values=False).worksheets for cell in formula_cells(sheet)]
    assert all(one.startswith("=SUM(") for one in formulas)


def test_a_figure_s_picture_is_its_pixels_and_nothing_else(small_book):
    pictures = list((site(small_book) / "hent").rglob("*.png"))
    assert len(pictures) >= 3
    for path in pictures:
        content = path.read_bytes()
        across, down = struct.unpack(">II", content[16:24])
        assert across > 1000 and down > 150
        assert path.with_suffix(".svg").read_text("utf-8").lstrip().startswith("<?xml")
        assert list(texts_of(path.name, content)) == [("", "")]
    data = b"tEXtComment\0someone"
    words = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    for changed in (content[:33] + words + content[33:], content + b"0101010101", b"GIF89a"):
        with pytest.raises(_CannotBeRead, match="more than its pixels"):
            list(texts_of("a.png", changed))
