"""KMD Opus' posting journal: a print in pages, whose records span two lines."""

import pandas as pd

from afkast.intake.cells import NOT_A_NUMBER, numbers
from afkast.intake.decoding import decoded
from afkast.intake.faults import FETCH_AGAIN, Faults
from afkast.intake.sources import Journal

JOURNAL_HEADINGS = ["Bilagsnr.", "PSP-element", "Per", "Bogf.dato", "Omk.art", "Tekst", "Beløb"]
SUBTOTAL, TOTAL = "*", "**"


def read_journal(source: Journal, content: bytes, faults: Faults) -> pd.DataFrame | None:
    """A print in pages: form feed, title lines, two lines of headings, records of two lines each.

    The text of a posting may hold the character that separates columns, so columns are cut where the page's
    first heading line has its separators. Subtotals and the grand total are checked against the postings and
    left out.
    """
    text = decoded(source, content, "cp1252", faults)
    if text is None:
        return None
    records = _records(source, text, faults)
    if records is None:
        return None
    opening = records["Bilagsnr."] != ""
    follows = opening.shift(fill_value=False)
    followed = ~opening.shift(-1, fill_value=True)
    faults.add(source.label, "the second line of the record is missing", rows=records.index[opening & ~followed])
    faults.add(source.label, "the first line of the record is missing", rows=records.index[~opening & ~follows])
    only_first = ["Per", "Bogf.dato", "Omk.art", "Beløb"]
    overfull = ~opening & (records[only_first] != "").any(axis=1)
    faults.add(source.label, "a record's second line holds more than text", rows=records.index[overfull])

    # what has been told is not told again: a missing cell is one that is at fault already
    damaged = pd.Series(records.index.isin(faults.rows(source.label)), index=records.index)
    posting = opening & ~records["Bilagsnr."].isin([SUBTOTAL, TOTAL])
    if not posting.any():
        faults.add(source.label, "no postings", remedy=FETCH_AGAIN)
        return None

    records["Bogf.dato"] = records["Bogf.dato"].str.replace(".", "-", regex=False)
    ore = (numbers(records["Beløb"]) * 100).round()
    unreadable = opening & ~damaged & ore.isna()
    faults.add(source.label, NOT_A_NUMBER[","], column="Beløb", rows=records.index[unreadable])
    # a record at fault upsets the totals too: they are judged once every record can be read
    if not faults.concern([source.label]):
        _check_totals(source, records[opening], ore[opening].astype("int64"), faults)
    records["Beløb"] = records["Beløb"].mask(unreadable)
    return records.mask(damaged)[posting].drop(columns=["Omk.art", "Tekst"])


def _records(source: Journal, text: str, faults: Faults) -> pd.DataFrame | None:
    """The lines of all records, cut into columns; None when a page cannot be read."""
    printed = text.split("\n")
    lines = pd.Series(printed, index=pd.RangeIndex(1, len(printed) + 1), dtype=str).str.rstrip("\r")
    page = lines.str.startswith("\f").cumsum()
    lines = lines.str.removeprefix("\f")
    row = lines.index.to_series()
    printed_pages = page[lines.str.strip() != ""].unique()

    heading_rows = row[lines.str.match(r"\|Bilagsnr\. *\|")].groupby(page).first()
    headless = sorted(set(printed_pages) - set(heading_rows.index))
    if headless:
        first_rows = row.groupby(page).first()[headless]
        faults.add(source.label, "a page without its line of headings", rows=first_rows, remedy=FETCH_AGAIN)
        return None
    heading = page.map(lines[heading_rows].set_axis(heading_rows.index))
    inner_line = lines.str.fullmatch("(?:-*| *)")
    # the second heading line follows the first
    body = (row > page.map(heading_rows) + 1) & ~inner_line

    parts = []
    for line_of_headings, page_lines in lines[body].groupby(heading[body]):
        edges = [position for position, character in enumerate(line_of_headings) if character == "|"]
        names = [name.strip() for name in line_of_headings.split("|")[1:-1]]
        if names != JOURNAL_HEADINGS:
            rows = heading_rows[lines[heading_rows].to_numpy() == line_of_headings]
            rule = f"the headings are not {', '.join(JOURNAL_HEADINGS)}"
            faults.add(source.label, rule, rows=rows, remedy=FETCH_AGAIN)
            return None
        separated = page_lines.str.len() == len(line_of_headings)
        for edge in edges:
            separated &= page_lines.str.slice(edge, edge + 1) == "|"
        rule = "no column separator where the page's headings have one"
        faults.add(source.label, rule, rows=page_lines.index[~separated], remedy=FETCH_AGAIN)
        columns = zip(names, edges, edges[1:], strict=False)
        parts.append(pd.DataFrame({name: page_lines.str.slice(a + 1, b).str.strip() for name, a, b in columns}))
    return pd.concat(parts).sort_index() if parts else pd.DataFrame(columns=JOURNAL_HEADINGS, dtype=str)


def _check_totals(source: Journal, records: pd.DataFrame, ore: pd.Series, faults: Faults) -> None:
    """Compare the printed subtotals and grand total with the postings, in øre."""
    kind, element = records["Bilagsnr."], records["PSP-element"]
    posting, subtotal, total = ~kind.isin([SUBTOTAL, TOTAL]), kind == SUBTOTAL, kind == TOTAL
    unsummed = posting & ~element.isin(element[subtotal])
    rule = "a PSP-element without its subtotal; the print may be cut short"
    faults.add(source.label, rule, column="PSP-element", rows=records.index[unsummed], remedy=FETCH_AGAIN)
    posted = ore[posting].groupby(element[posting]).sum()
    printed = ore[subtotal].groupby(element[subtotal]).sum()
    wrong = printed.index[printed != posted.reindex(printed.index, fill_value=0)]
    rule = "the subtotal is not the sum of its postings"
    rows = records.index[subtotal & element.isin(wrong)]
    faults.add(source.label, rule, column="Beløb", rows=rows, remedy=FETCH_AGAIN)
    if total.sum() != 1 or not total.iloc[-1]:
        rule = "the grand total is not the last record; the print may be cut short"
        faults.add(source.label, rule, remedy=FETCH_AGAIN)
    elif ore[total].iloc[0] != ore[posting].sum():
        rule = "the grand total is not the sum of the postings"
        faults.add(source.label, rule, column="Beløb", rows=records.index[total], remedy=FETCH_AGAIN)
