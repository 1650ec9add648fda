"""The trials as a table, a row for each person, trial month and month since: the slow way, to count again by."""

import numpy as np
import pandas as pd

from afkast.analysis.effect.design import FEWEST_CONTROLS
from afkast.analysis.effect.persons import Persons


def rows_of_trials(persons: Persons, follow_up_months: int) -> pd.DataFrame:
    """Columns trial (calendar column), k (months since), starts (in the trial's month), followed and on (benefits).

    A month in which fewer than five others could have started is no trial.
    """
    rows = []
    for m in np.unique(persons.start[~np.isnan(persons.start)]).astype(int):
        may = persons.on_benefit[:, m] & persons.observed[:, m] & (persons.entered <= m)
        person = np.flatnonzero(may & ~(persons.start < m) & ~(persons.other_start <= m))
        if (persons.start[person] != m).sum() < FEWEST_CONTROLS:
            continue
        for k in range(min(follow_up_months, persons.shape[1] - m)):
            of_month = {"followed": persons.observed[person, m + k], "on": persons.on_benefit[person, m + k]}
            rows.append(pd.DataFrame({"trial": m, "k": k, "starts": persons.start[person] == m, **of_month}))
    return pd.concat(rows, ignore_index=True)
