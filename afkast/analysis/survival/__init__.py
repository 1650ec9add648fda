"""Survival curves and their errors, from counts on integer time.

`counts` is the kernel: persons to counts by time. `curve` (Kaplan-Meier), `ranks` (log-rank) and `states`
(Aalen-Johansen) turn counts into estimates, `prevalence` is the share on benefits with return, `influence` has their
errors.

Rows of all functions: exit and entry in whole units since time zero, followed over (entry, exit]; `n` persons alike in
a row, as a table of counts has them; `weights` of sampling or propensity; `person`, whose row it is. Weights and
persons give robust errors. What cannot be answered is an AfkastError of one sentence.
"""

from afkast.analysis.survival.counts import Counts, count
from afkast.analysis.survival.curve import Interval, KaplanMeier, kaplan_meier
from afkast.analysis.survival.influence import Estimate
from afkast.analysis.survival.prevalence import (
    FEWEST_IN_GROUP,
    FEWEST_OBSERVED,
    Occupation,
    months_followed,
    occupation,
)
from afkast.analysis.survival.ranks import LogRank, Ties, log_rank
from afkast.analysis.survival.states import StateOccupation, aalen_johansen

__all__ = [
    "FEWEST_IN_GROUP",
    "FEWEST_OBSERVED",
    "Counts",
    "Estimate",
    "Interval",
    "KaplanMeier",
    "LogRank",
    "Occupation",
    "StateOccupation",
    "Ties",
    "aalen_johansen",
    "count",
    "kaplan_meier",
    "log_rank",
    "months_followed",
    "occupation",
]
