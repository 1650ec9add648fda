"""Which counts of persons may be shown: none from 1 to 4, and none that gives such a one away in its own row.

The one place where a count is hidden; a figure, a table and a sentence all pass through it.
"""

import pandas as pd

FEWEST_SHOWN = 5
"""A count of persons below this is hidden; zero stays zero."""

HIDDEN_AS = f"<{FEWEST_SHOWN}"


def is_small(count: float) -> bool:
    """Whether a count of persons is too small to be shown."""
    return 0 < count < FEWEST_SHOWN


def hidden_cells(values: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Which cells of a table to hide, as a boolean frame of its shape.

    `counts` marks the cells that count persons. Where a row hides exactly one count, the smallest other positive
    count of that row is hidden too, or the first could be found by subtraction from what else is known of the row.
    """
    numbers = values.where(counts)
    hidden = numbers.gt(0) & numbers.lt(FEWEST_SHOWN)
    for row in range(len(numbers)):
        if hidden.iloc[row].sum() == 1:
            others = numbers.iloc[row].where(~hidden.iloc[row] & numbers.iloc[row].gt(0))
            if others.notna().any():
                hidden.iloc[row, int(others.argmin())] = True
    return hidden.astype(bool)
