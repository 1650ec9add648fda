"""A memo as files: Word for the committee's agenda, and a tagged PDF. The same memo gives the same bytes on any day."""

import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

import typst
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from afkast.edition.memo import Grid, Heading, Items, Memo, Paragraph, Part, Picture, Pictures

MOST_SIGNS = 255
"""Word refuses a longer property of a document."""

LANGUAGE = "da-DK"
WIDTH_CM = 17.0
FIRST_COLUMN = 1.6
"""How much wider than the others the first column of a table is."""

LINE = {"val": "single", "sz": "4", "color": "B0B0B0"}
"""Eighths of a point."""

PICTURE_PPI = 200.0
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of each member of a Word file, which is an archive."""


# ---------------------------------------------------------------- Word


def word(memo: Memo, made_on: date) -> bytes:
    """The memo as a Word file: real headings, tables with a heading row that is repeated, pictures with alt text."""
    document = Document()
    _drop_thumbnail(document)
    _set_up(document, memo, made_on)
    document.add_heading(memo.title, level=0)
    document.add_paragraph(memo.byline, style="Subtitle")
    for part in memo.parts:
        match part:
            case Heading(text):
                document.add_heading(text, level=1)
            case Paragraph(text, style):
                run = document.add_paragraph().add_run(text)
                run.bold = style == "strong"
                run.font.size = Pt(8.5) if style == "small" else None
            case Items(texts):
                for text in texts:
                    document.add_paragraph(text, style="List Number")
            case Grid():
                _word_table(document, part)
            case Pictures(figures):
                _word_pictures(document, figures)
    out = io.BytesIO()
    document.save(out)
    return _same_on_any_day(out.getvalue())


def _set_up(document: Any, memo: Memo, made_on: date) -> None:
    about, when = document.core_properties, datetime(made_on.year, made_on.month, made_on.day)
    about.title, about.subject, about.language = memo.title[:MOST_SIGNS], memo.byline[:MOST_SIGNS], LANGUAGE
    about.author = about.last_modified_by = about.comments = ""
    about.created = about.modified = when
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.0)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10)
    normal.paragraph_format.space_after = Pt(4)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)


def _word_table(document: Any, grid: Grid) -> None:
    document.add_paragraph(grid.caption, style="Caption").paragraph_format.keep_with_next = True
    rows = grid.head + grid.body
    table = document.add_table(len(rows), grid.columns)
    table.autofit = False
    _thin_lines(table)
    widths = _widths(grid.columns)
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(rows):
        c = 0
        for cell in row:
            while (r, c) in taken:
                c += 1
            last = (min(r + cell.down, len(rows)) - 1, min(c + cell.across, grid.columns) - 1)
            taken |= {(i, j) for i in range(r, last[0] + 1) for j in range(c, last[1] + 1)}
            place = table.cell(r, c)
            if last != (r, c):
                place = place.merge(table.cell(*last))
            paragraph = place.paragraphs[0]
            paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(0), 1.0
            paragraph.paragraph_format.keep_with_next = r + 1 < len(rows)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if cell.number else WD_ALIGN_PARAGRAPH.LEFT
            run = paragraph.add_run(cell.text)
            run.bold, run.font.size = cell.strong, Pt(8.5)
            c = last[1] + 1
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for place, width in zip(row.cells, widths, strict=True):
            place.width = Cm(width)
    for row in table.rows[: len(grid.head)]:
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(repeated)
    document.add_paragraph().paragraph_format.line_spacing = Pt(4)


def _thin_lines(table: Any) -> None:
    """Between the rows and around them, as on the page."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in LINE.items():
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _widths(columns: int) -> list[float]:
    """Of a table's columns in cm; the first holds the rows' names."""
    part = WIDTH_CM / (columns + FIRST_COLUMN - 1)
    return [part * FIRST_COLUMN, *[part] * (columns - 1)]


def _word_pictures(document: Any, figures: list[Picture]) -> None:
    table = document.add_table(2, len(figures))
    for column, picture in enumerate(figures):
        caption, place = (table.cell(row, column).paragraphs[0] for row in (0, 1))
        caption.style = "Caption"
        caption.add_run(picture.caption)
        caption.paragraph_format.keep_with_next = True
        run = place.add_run()
        run.add_picture(io.BytesIO(png(picture.svg, PICTURE_PPI)), width=Cm(WIDTH_CM / max(len(figures), 2) - 0.5))
        about = run._r.find(f".//{qn('wp:docPr')}")
        about.set("descr", picture.alt)
        about.set("name", f"Figur {column + 1}")


def _drop_thumbnail(document: Any) -> None:
    """The picture of python-docx's own empty document."""
    relations = document.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        del relations[key]


def _same_on_any_day(archive: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            new.writestr(zipfile.ZipInfo(one.filename, EARLIEST), old.read(one), zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---------------------------------------------------------------- PDF


def pdf(memo: Memo, made_on: date) -> bytes:
    """The memo as an A4 PDF in which headings, tables and alt texts are marked for a screen reader (PDF/UA-1)."""
    told = {
        "title": memo.title,
        "byline": memo.byline,
        "first": FIRST_COLUMN,
        "day": [made_on.year, made_on.month, made_on.day],
        "parts": [{"kind": type(part).__name__.lower(), **_plain(part)} for part in memo.parts],
    }
    made = typst.compile(
        _PAPER.encode(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"memo": json.dumps(told, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=int(datetime(made_on.year, made_on.month, made_on.day).timestamp()),
    )
    assert isinstance(made, bytes)
    return made


def png(svg: bytes, ppi: float) -> bytes:
    """A figure's picture in pixels."""
    return bytes(typst.compile(_PICTURE, format="png", ppi=ppi, sys_inputs={"svg": svg.decode("utf-8")}))


def _plain(part: Part) -> dict[str, Any]:
    if isinstance(part, Pictures):
        return {"figures": [{**vars(one), "svg": one.svg.decode("utf-8")} for one in part.figures]}
    if isinstance(part, Grid):
        rows = {"head": part.head, "body": part.body}
        plain = {key: [[vars(cell) for cell in row] for row in cells] for key, cells in rows.items()}
        return {"caption": part.caption, "columns": part.columns, **plain}
    return vars(part)


_PICTURE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg")
"""

_PAPER = """#let memo = json(bytes(sys.inputs.memo))
#let (year, month, day) = memo.day
#set document(title: memo.title, date: datetime(year: year, month: month, day: day))
#set page(
  paper: "a4", margin: (x: 18mm, y: 16mm),
  footer: context align(center, text(8pt, counter(page).display("1 / 1", both: true))),
)
#set text(lang: "da", size: 9.5pt)
#set par(leading: 0.55em, spacing: 0.8em)
#show heading.where(level: 1): set text(18pt)
#show heading.where(level: 2): set text(12pt)
#let styled(part) = if part.style == "strong" {
  text(11pt, strong(part.text))
} else if part.style == "small" {
  text(8pt, part.text)
} else { part.text }
#let cell(one) = table.cell(
  colspan: one.across, rowspan: one.down, align: if one.number { right } else { left },
  text(8.5pt, if one.strong { strong(one.text) } else { one.text }),
)
#let captioned(caption, body) = block(breakable: false, width: 100%)[
  #text(8.5pt, weight: "bold", caption)
  #body
]
#let drawn(one) = captioned(one.caption, image(bytes(one.svg), format: "svg", alt: one.alt, width: 100%))
#heading(level: 1, memo.title)
#text(fill: luma(30%), memo.byline)

#for part in memo.parts {
  if part.kind == "heading" {
    heading(level: 2, part.text)
  } else if part.kind == "paragraph" {
    par(styled(part))
  } else if part.kind == "items" {
    enum(..part.texts)
  } else if part.kind == "pictures" {
    grid(columns: calc.max(part.figures.len(), 2) * (1fr,), gutter: 8mm, ..part.figures.map(drawn))
  } else {
    captioned(part.caption, table(
      columns: (memo.first * 1fr,) + (part.columns - 1) * (1fr,),
      inset: (x: 4pt, y: 3pt), stroke: (x: none, y: 0.4pt + luma(70%)),
      table.header(..part.head.flatten().map(cell)),
      ..part.body.flatten().map(cell),
    ))
  }
}
"""
