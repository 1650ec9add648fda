"""How far off a benchmark is where nothing was done: 95 % of the gaps of all municipalities, by comparison.

    python benchmarks/placebo.py FILE --months-before 36 --months-after 12

FILE is a CSV of a public series with a row for each month and municipality, `;` and decimal comma, with the headings of
--month, --area and --persons. The country is named by --country and is no municipality. Gaps are in per cent of the
level in the base month; the table has all base months that have so many before and after, a quarter apart.
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from afkast.analysis.counterfactual import COMPARISONS, MONTHS_BETWEEN_BASES, limit_of, placebo_gaps


def read(file: Path, month: str, area: str, persons: str, country: str) -> pd.DataFrame:
    """Months × municipalities, those that have a number in every month."""
    rows = pd.read_csv(file, sep=";", decimal=",", encoding="utf-8-sig")
    rows["month"] = pd.PeriodIndex(rows[month].str.replace("M", "-"), freq="M").to_timestamp()
    rows["value"] = pd.to_numeric(rows[persons], errors="coerce")
    panel = rows[rows[area] != country].pivot(index="month", columns=area, values="value")
    return panel.loc[:, (panel > 0).all()]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--month", default="Periode")
@click.option("--area", default="Område")
@click.option("--persons", default="Fuldtidspersoner")
@click.option("--country", default="Hele landet")
@click.option("--months-before", default=36)
@click.option("--months-after", default=12)
def main(file: Path, month: str, area: str, persons: str, country: str, months_before: int, months_after: int) -> None:
    """Print median and 95 % of |gap|, of all, of the larger and the smaller half, and how often the limit holds."""
    panel = read(file, month, area, persons, country)
    bases = panel.index[months_before - 1 : len(panel) - months_after : MONTHS_BETWEEN_BASES]
    larger = panel.iloc[0].rank(pct=True) > 0.5
    table = Table("comparison", "median", "95 %", "larger half", "smaller half", "its limit, larger", "smaller", "held")
    for comparison in COMPARISONS:
        gaps = pd.concat([placebo_gaps(panel, base, months_after, comparison, earlier=False) for base in bases])
        size, is_larger = 100 * gaps["gap"].abs(), gaps["area"].map(larger).astype(bool)
        limits = limits_before(panel, bases, months_after, comparison)
        held = np.mean([limit >= abs(gap) for limit, gap in zip(limits["limit"], limits["gap"], strict=True)])
        of_larger = limits["area"].map(larger).astype(bool)
        cells = [size.median(), size.quantile(0.95), size[is_larger].quantile(0.95), size[~is_larger].quantile(0.95)]
        cells += [100 * limits.loc[rows, "limit"].median() for rows in (of_larger, ~of_larger)]
        table.add_row(comparison, *(f"{cell:.1f}" for cell in cells), f"{100 * held:.0f} %")
    Console(width=130).print(f"{len(panel.columns)} municipalities, {len(bases)} base months", table)


def limits_before(panel: pd.DataFrame, bases: pd.DatetimeIndex, months_after: int, comparison: str) -> pd.DataFrame:
    """Of each municipality in the last base month: its gap, and the limit from all others."""
    placebos = placebo_gaps(panel, bases[-1], months_after, comparison)
    now = placebos[placebos["base"] == bases[-1]]
    return now.assign(limit=[limit_of(placebos, *of)[0] for of in zip(now["area"], now["size"], strict=True)])


if __name__ == "__main__":
    main()
