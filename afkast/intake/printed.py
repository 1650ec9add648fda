"""The tables that tell what reports printed: what they count, their tables, and every number in them."""

import pandera.pandas as pa

from afkast.intake.columns import (
    CELL_NAME,
    PRINTED_NUMBER,
    STRATEGY_ID,
    TABLE_NAME,
    measure,
    rule,
    strategy,
    table,
    text,
    whole,
    word,
)

printed_table = text("short name of a table of a report, e.g. K1", TABLE_NAME)

PRINTED: dict[str, pa.DataFrameSchema] = {
    "measurement_points": table(
        "Rapporternes målepunkter",
        "What a strategy's report counts, where it stands on paper, and what exactly is counted; parts add up.",
        {
            "strategy": strategy,
            "goal": text("id of the strategy's goal that the point follows", STRATEGY_ID),
            "title": text("short name of the row, for lists"),
            "report_table": text("the report's table, e.g. Tabel 1"),
            "heading": text("what the table says above its row labels, or above the years where it says several"),
            "row": text("row label; measures of the same table, heading and row are added up"),
            "role": word(
                "printed: a row of the table; listed: without a table; compared: a second source of that row",
                "printed",
                "listed",
                "compared",
            ),
            "measure": measure,
            "source": text("which source of the measure, as in `measures`"),
            "stage": word(
                "how far the citizen is: recommended by the team, awarded, started; other: neither",
                "recommended",
                "awarded",
                "started",
                "other",
            ),
            "definition": text("what is counted, in a sentence for the reader"),
        },
        unique=["strategy", "report_table", "heading", "row", "role", "measure", "source"],
    ),
    "printed_tables": table(
        "Rapporternes trykte tabeller",
        "The tables that reports printed on paper, and where the book shows each.",
        {
            "report": text("name of the report"),
            "printed_table": printed_table,
            "title": text("what the table is about, with its unit"),
            "strategy": strategy,
            "page": text("id of the strategy's page"),
            "item": text("id of the table on that page"),
        },
        unique=["printed_table"],
    ),
    "printed_cells": table(
        "Rapporternes trykte tal",
        "Every number in those tables, exactly as printed; a cell's id is printed_table.row.column.",
        {
            "report": text("name of the report"),
            "printed_table": printed_table,
            "row": whole("number of the row, from 1", 1, 1000),
            "row_label": text("row label as on paper"),
            "column": text("short name of the column, for the cell's id", CELL_NAME),
            "column_label": text("column label as on paper; several lines of heading are one, with a space between"),
            "printed": text("the number as printed, with its sign, thousands point and per cent sign", PRINTED_NUMBER),
            "decimals": whole("decimals printed", 0, 9),
            "formula": text(
                "how the cell follows from other printed cells, by their ids; ?: from numbers that are not printed; "
                "missing: from none",
                nullable=True,
            ),
            "remark": text("what else to know about the cell; missing: nothing", nullable=True),
        },
        unique=["printed_table", "row", "column"],
        rules=[
            rule(
                "decimals",
                "must be the number of decimals printed",
                lambda cells: cells["printed"].str.extract(r",([0-9]+)")[0].str.len().fillna(0) == cells["decimals"],
            )
        ],
    ),
}
