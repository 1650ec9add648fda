"""How long until a case is decided: within the service target or not, and at every age of the case."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

FEWEST_OPEN = 10
"""A curve ends where fewer cases than this are still open."""


def known_at(cases: pd.DataFrame, as_of: date, target_days: int) -> pd.DataFrame:
    """The cases as they stood on as_of: opened by then; a decision that came later is not known yet.

    Adds decided, days (to the decision, else to as_of), deadline (the last day in time), in_time (decided by it)
    and due (the deadline has come; before that nobody can say whether an open case will be late).
    """
    today = pd.Timestamp(as_of)
    known = cases[cases["opened_on"] <= today].reset_index(drop=True)
    known["decided_on"] = known["decided_on"].where(known["decided_on"] <= today)
    decided = known["decided_on"].notna()
    days = (known["decided_on"].fillna(today) - known["opened_on"]).dt.days
    deadline = known["opened_on"] + pd.Timedelta(days=target_days)
    return known.assign(
        decided=decided, days=days, deadline=deadline, in_time=decided & (days <= target_days), due=deadline <= today
    )


@dataclass(frozen=True)
class DecidedByAge:
    """Share of cases decided within 0…K weeks of opening; open is the number still open just before that age.

    share, lower, upper: (K+1,) in 0–1, NaN from where too few are open; open, decided: (K+1,) cases.
    """

    share: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    open: NDArray[np.int64]
    decided: NDArray[np.int64]


def decided_by_age(
    days: NDArray[np.int64], decided: NDArray[np.bool_], weeks: int, level: float = 0.95
) -> DecidedByAge:
    """Share decided within 0…`weeks` weeks; open cases are censored at the age they have.

    Kaplan and Meier (JASA 53, 1958): S(t) = Π (1 − d_j/n_j) over the ages t_j ≤ t at
    which cases are decided; share = 1 − S. Greenwood's variance on the log(−log S) scale
    (Kalbfleisch and Prentice, 1980), so that the interval stays in 0–1. On the same day
    decisions come before censoring.
    """
    ages = np.unique(days[decided])
    d = np.array([(decided & (days == age)).sum() for age in ages])
    n = np.array([(days >= age).sum() for age in ages])
    with np.errstate(divide="ignore", invalid="ignore"):
        S = np.cumprod(1 - d / n)
        relative_variance = np.cumsum(d / (n * (n - d)))
        half = stats.norm.ppf((1 + level) / 2) * np.sqrt(relative_variance) / abs(np.log(S))
        lower, upper = 1 - S ** np.exp(-half), 1 - S ** np.exp(half)

    week_ends = 7 * np.arange(weeks + 1)
    at = np.searchsorted(ages, week_ends, side="right")
    still_open = np.array([(days >= age).sum() for age in week_ends])
    enough = still_open >= FEWEST_OPEN

    def by_week(curve: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(enough, np.append(0.0, curve)[at], np.nan)

    return DecidedByAge(
        share=by_week(1 - S),
        lower=by_week(lower),
        upper=by_week(upper),
        open=still_open,
        decided=np.append(0, np.cumsum(d))[at],
    )
