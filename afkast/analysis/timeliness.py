"""How long until a case is decided: within the service target or not, and at every age of the case."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis import survival

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
    """Share decided within 0…`weeks` weeks, 1 − S(7k); open cases are censored at the age they have.

    S is Kaplan and Meier's curve over whole days with its log-log interval (`survival.kaplan_meier`), so that the
    interval stays in 0–1. On the same day decisions come before censoring.
    """
    if len(days) == 0:
        unknown, none = np.full(weeks + 1, np.nan), np.zeros(weeks + 1, dtype=np.int64)
        return DecidedByAge(unknown, unknown, unknown, none, none)
    curve = survival.kaplan_meier(days, decided, level=level)
    week_ends = 7 * np.arange(weeks + 1)
    at = week_ends.clip(max=len(curve.survival) - 1)
    still_open = np.where(at == week_ends, curve.at_risk[at], 0)

    def by_week(share: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(still_open >= FEWEST_OPEN, share[at], np.nan)

    return DecidedByAge(
        share=by_week(1 - curve.survival),
        lower=by_week(1 - curve.upper),
        upper=by_week(1 - curve.lower),
        open=still_open,
        decided=curve.events.cumsum()[at],
    )
