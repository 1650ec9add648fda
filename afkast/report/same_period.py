"""What the page of the same period last year shows: the averages of its months, and the months."""

import pandas as pd

from afkast.report.charts import Role
from afkast.report.danish import COUNTED, MONTHS, Quantity, month
from afkast.report.month_charts import break_notes, lines_by_month
from afkast.report.show import Page, clause

UNIT = "helårspersoner"


def show_averages(
    report: Page, own: pd.DataFrame, average: "pd.Series[float]", months: pd.Index, breaks: pd.DataFrame
) -> None:
    """The averages of the months that both years have, and the change between them. average: by year."""
    now, before = average
    year, last_year = average.index
    first_and_last = dict.fromkeys(MONTHS[one - 1] for one in months[[0, -1]])
    report.show_table(
        "samme-periode",
        pd.DataFrame(
            {
                str(last_year): before,
                str(year): now,
                "Ændring": now - before,
                "Ændring i pct.": (now - before) / before,
            },
            ["–".join(first_and_last).capitalize() + (", gennemsnit" if len(months) > 1 else "")],
        ),
        caption=f"Gennemsnit i samme periode i {last_year} og {year}.",
        unit=(UNIT, 1),
        column_units={"Ændring i pct.": "%"},
        source=own,
        notes=break_notes(breaks, pd.DatetimeIndex([f"{last_year}-01-01", report.as_of])),
    )
    final = own.query("status == 'ok'")["period"]
    report.show_text(
        "aendringen",
        "Gennemsnittet er {now} mod {before} i samme periode året før: {change}. "
        + clause(len(final), "Seneste endelige måned er {final}.", "Ingen af månederne er endelige."),
        {
            "now": Quantity(now, UNIT, 1),
            "before": Quantity(before, UNIT, 1),
            "change": Quantity(now - before, UNIT, 1, sides=COUNTED),
            "final": month(final.max()) if len(final) else "",
        },
        source=own,
    )


def show_months(report: Page, own: pd.DataFrame, average: "pd.Series[float]", by_year: pd.DataFrame) -> None:
    """Both years, month by month."""
    now, before = average
    year, last_year = average.index
    months = pd.to_datetime({"year": year, "month": by_year.index, "day": 1}).to_numpy()
    report.show_figure(
        "udvikling",
        by_year.set_axis(months).rename(columns=str),
        lines_by_month(UNIT, from_zero=True, roles=(Role.HAPPENED, Role.BEFORE)),
        caption=f"Måned for måned i {year} og samme måned i {last_year}.",
        alt="Gennemsnittet er {now} mod {before} året før.",
        unit=(UNIT, 1),
        source=own,
        corner="Måned",
        names={"now": Quantity(now, UNIT, 1), "before": Quantity(before, UNIT, 1)},
    )
