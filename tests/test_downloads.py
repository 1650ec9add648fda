"""What is taken along from the book: workbook, CSV and pictures say what the page shows, as numbers and as text."""

import csv
import io
import json
import re
import shutil
import struct
import subprocess
import zlib
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from municipality import STRATEGY
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from afkast.edition.downloads import _as_text, _csv
from afkast.edition.excel import FIRST_ROW, _body
from afkast.edition.excel import workbook as written_workbook
from afkast.edition.formulas import formulas
from afkast.edition.gate import _CannotBeRead, texts_of
from afkast.edition.shown_tables import Table, words
from afkast.report.danish import parted
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


def test_a_word_that_may_be_parted_on_the_page_is_whole_in_the_files():
    assert words(f"<th>{parted('Arbejdsmarkedsudvalget')}</th>") == "Arbejdsmarkedsudvalget"
    assert parted("Arbejdsmarkedsudvalget") != "Arbejdsmarkedsudvalget"


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


def test_the_workbook_s_sheets_can_be_found_read_and_printed(small_book):
    """The contents lead to each sheet; headings stay in sight, nothing is wider than its column, and none on paper."""
    book = workbook(small_book, values=True)
    contents, *sheets = book.worksheets
    led_to = [contents.cell(5 + place, 1).hyperlink.location for place in range(len(sheets))]
    assert led_to == [f"'{sheet.title}'!A1" for sheet in sheets]
    for sheet in sheets:
        assert sheet.freeze_panes == f"B{FIRST_ROW + 2}"
        assert sheet.print_title_rows == f"${FIRST_ROW + 1}:${FIRST_ROW + 1}"
    numbers = 0
    for sheet in book.worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
        for row in sheet.iter_rows(min_row=FIRST_ROW + 2):
            for cell in row:
                if isinstance(cell.value, int | float):
                    numbers += 1
                    shown = f"{cell.value:,.0f}" + "".join(re.findall(r'(?:\.0+)|(?: %)|"[^"]*"', cell.number_format))
                    assert len(shown) <= width_of(sheet, cell.column), (sheet.title, cell.coordinate)
    assert numbers > 100


def width_of(sheet, column):
    """In letters; columns of one width stand together in the file."""
    [width] = [one.width for one in sheet.column_dimensions.values() if one.min <= column <= one.max]
    return width


def formula_cells(sheet):
    return [one for row in sheet.iter_rows() for one in row if one.data_type == "f"]


def recomputed(sheet, formula):
    """A formula by the values of its cells."""

    def number(reference):
        return sheet[reference].value

    text = re.sub(r"SUM\((\w+):(\w+)\)", lambda met: "+".join(cells_between(met[1], met[2])), formula.removeprefix("="))
    return eval(re.sub(r"[A-Z]+\d+", lambda met: f"({number(met[0])})", text))


def cells_between(first, last):
    (top, left), (bottom, right) = xl_cell_to_rowcol(first), xl_cell_to_rowcol(last)
    return [xl_rowcol_to_cell(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]


def test_formulas_are_live_and_come_to_what_stands_there(small_book):
    formulas, values = workbook(small_book, values=False), workbook(small_book, values=True)
    found = [(sheet.title, cell) for sheet in formulas.worksheets for cell in formula_cells(sheet)]
    assert len(found) >= 3
    for name, cell in found:
        assert recomputed(values[name], cell.value) == pytest.approx(values[name][cell.coordinate].value, abs=1e-9)


def recalculated(path):
    """What LibreOffice makes of a workbook: its sheets by name."""
    if not (office := shutil.which("soffice")):
        pytest.skip("there is no LibreOffice; install it with `apt-get install libreoffice-calc`")
    program = [office, f"-env:UserInstallation={(path.parent / 'profile').as_uri()}", "--headless"]
    made = [*program, "--convert-to", "ods", "--outdir", path.parent, path]
    subprocess.run(made, check=True, capture_output=True)
    return pd.read_excel(path.with_suffix(".ods"), sheet_name=None, header=None, engine="calamine")


def test_libreoffice_recalculates_to_what_stands_there(small_book, tmp_path):
    emptied = workbook(small_book, values=False)  # saved without the results, so that they must be computed
    emptied.save(tmp_path / "emptied.xlsx")
    computed, ours = recalculated(tmp_path / "emptied.xlsx"), workbook(small_book, values=True)
    found = [(sheet.title, cell) for sheet in emptied.worksheets for cell in formula_cells(sheet)]
    assert len(found) >= 3
    for name, cell in found:
        told = ours[name][cell.coordinate].value
        assert computed[name].iloc[cell.row - 1, cell.column - 1] == pytest.approx(told, rel=1e-12)


def table(rows, heads, totals=(), units=None, exact=True, labels=None):
    """A table of these rows; units of its columns, kroner where none are given."""
    units = units or ["kr."] * len(heads)
    shown = [
        ["" if one is None else f"{one:.{1 if exact else 0}f}" for one, unit in zip(row, units, strict=True)]
        for row in rows
    ]
    shown = [[one.replace(".", ",") for one in row] for row in shown]
    labels = labels or [f"række {number}" for number in range(len(rows))]
    return Table("x", "=A1", "", "", heads, labels, shown, rows, [units] * len(rows), list(totals), [], exact)


def live(*given, **named):
    """The formula of each cell, its cells as (row, column) where the words have braces."""
    return {place: (one.words, one.cells) for place, one in formulas(_body(table(*given, **named))).items()}


def test_only_a_total_that_its_rows_add_up_to_is_a_sum():
    sum_of_two = ("SUM({0}:{1})", ((0, 0), (1, 0)))
    assert live([[1.5], [2.0], [3.5]], ["x"], [2]) == {(2, 0): sum_of_two}
    assert live([[1.5], [2.0], [4.5]], ["x"], [2]) == {}
    assert live([[1.5], [2.0], [3.5]], ["x"]) == {}
    assert live([[1.5], [None], [3.5]], ["x"], [2]) == {}
    two_blocks = live([[1.5], [2.0], [3.5], [4.5], [5.0], [9.5]], ["x"], [2, 5])
    assert two_blocks == {(2, 0): sum_of_two, (5, 0): ("SUM({0}:{1})", ((3, 0), (4, 0)))}


KRONER = [[120.5, 100.0], [81.25, 90.5], [40.0, 50.75], [7.5, 5.0]]


@pytest.mark.parametrize(
    ("made", "unit", "words"),
    [
        (lambda a, b: a - b, "kr.", "{0}-{1}"),
        (lambda a, b: b - a, "kr.", "{0}-{1}"),
        (lambda a, b: a + b, "kr.", "{0}+{1}"),
        (lambda a, b: 100 * a / b, "%", "{0}/{1}"),
        (lambda a, b: 100 * (b - a) / a, "%", "({0}-{1})/{1}"),
    ],
)
def test_a_column_made_of_two_before_it_is_live_in_every_row(made, unit, words):
    rows = [[a, b, round(made(a, b), 6)] for a, b in KRONER]
    found = live(rows, ["a", "b", "c"], units=["kr.", "kr.", unit])
    assert {place: one[0] for place, one in found.items()} == {(r, 2): words for r in range(4)}
    # in one row it does not hold: then it is not what the column is
    rows[1][2] += 1
    assert live(rows, ["a", "b", "c"], units=["kr.", "kr.", unit]) == {}


def test_a_row_made_of_two_above_it_is_live_and_one_of_a_month_is_not():
    rows = [[120.5, 81.25], [100.0, 90.5], [20.5, -9.25]]
    assert live(rows, ["2019", "2020"])[2, 1] == ("{0}-{1}", ((0, 1), (1, 1)))
    assert live(rows, ["2019", "2020"], labels=["maj 2019", "juni 2019", "juli 2019"]) == {}


def test_points_are_of_shares_and_a_sum_goes_across_three_columns():
    shares = [[22.5, 20.0, 2.5], [31.0, 33.5, -2.5]]
    assert live(shares, ["a", "b", "c"], units=["%", "%", "pct.point"])[1, 2][0] == "({0}-{1})*100"
    wide = [[1.5, 2.25, 3.0, 6.75], [4.5, 1.0, 2.5, 8.0]]
    assert live(wide, ["a", "b", "c", "I alt"])[1, 3] == ("SUM({0}:{2})", ((1, 0), (1, 1), (1, 2)))


def test_few_whole_numbers_are_alike_by_chance_and_counts_are_as_they_are_shown():
    assert live([[5.0, 3.0, 2.0], [4.0, 1.0, 3.0]], ["a", "b", "c"], units=["personer"] * 3) == {}
    counts = [[10.0, 40.0, 25.0], [12.0, 36.0, 33.0], [7.0, 20.0, 35.0], [9.0, 45.0, 20.0]]
    units = ["personer", "personer", "%"]
    assert len(live(counts, ["a", "b", "c"], units=units, exact=False)) == 4
    counts[0][2] = 26.0  # of 40 people 10 are 25 %
    assert live(counts, ["a", "b", "c"], units=units, exact=False) == {}


def test_every_kind_recalculates_in_libreoffice(tmp_path):
    rows = [[a, b, a - b, a + b, 100 * a / b, 100 * (a - b) / b] for a, b in KRONER]
    rows.append([sum(column) for column in zip(*(row[:2] for row in rows), strict=True)] + [None] * 4)
    units = ["kr.", "kr.", "kr.", "kr.", "%", "%"]
    made = table([[one if one is None else round(one, 6) for one in row] for row in rows], [*"abcdef"], [4], units)
    who = SimpleNamespace(name="Strategi", municipality="Kommune")
    content = written_workbook(who, [("side", made)], SimpleNamespace(id="2023-12-05-0123456789ab"), "udgave")
    emptied = openpyxl.load_workbook(io.BytesIO(content))
    emptied.save(tmp_path / "made.xlsx")
    [_, sheet] = recalculated(tmp_path / "made.xlsx").values()
    computed = sheet.iloc[FIRST_ROW + 1 : FIRST_ROW + 1 + len(rows), 1:7]
    for r, row in enumerate(rows):
        for c, number in enumerate(row):
            if number is not None:
                scale = 100 if units[c] == "%" else 1
                assert float(computed.iloc[r, c]) == pytest.approx(number / scale, rel=1e-12)
    assert len(formula_cells(emptied.worksheets[1])) == 4 * 4 + 2


def test_text_is_text_in_every_file(small_book):
    text = _csv(table([[1.0], [-2.0]], ["+x"], labels=["=HYPERLINK()"] * 2)).decode("utf-8-sig")
    assert "'=HYPERLINK();1;kr.;" in text and "'+x" in text and ";-2;" in text
    found = [cell.value for sheet in workbook(small_book, values=False).worksheets for cell in formula_cells(sheet)]
    assert all(re.fullmatch(r"=(SUM\([A-Z]+\d+:[A-Z]+\d+\)|[-+*/()A-Z\d]+)", one) for one in found)


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
