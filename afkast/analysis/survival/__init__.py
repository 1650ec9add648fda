"""Survival curves and their errors, from counts on integer time.

`counts` is the kernel: persons to counts by time. `curve` (Kaplan-Meier), `mean` (restricted mean), `ranks` (log-rank)
and `states` (Aalen-Johansen) turn counts into estimates, `prevalence` is the share on benefits with return,
`influence` their errors and `drawn` the bootstrap.

Rows of all functions: exit and entry in whole units since time zero, followed over (entry, exit]; `n` persons alike in
a row, as a table of counts has them; `weights` of sampling or propensity; `person`, whose row it is. Weights and
persons give robust errors. What cannot be answered is an AfkastError of one sentence.
"""

from afkast.analysis.survival.counts import Counts, count
from afkast.analysis.survival.curve import Interval, KaplanMeier, Quantile, kaplan_meier, quantile, survival_influence
from afkast.analysis.survival.drawn import drawn_occupation_sums, drawn_restricted_means, percentile_interval
from afkast.analysis.survival.influence import Estimate, Target, difference, propensity_adjusted
from afkast.analysis.survival.mean import restricted_mean, restricted_mean_difference, restricted_mean_influence
from afkast.analysis.survival.prevalence import (
    FEWEST_IN_GROUP,
    FEWEST_OBSERVED,
    Occupation,
    months_followed,
    occupation,
    occupation_influence,
    occupation_sum,
)
from afkast.analysis.survival.ranks import LogRank, Ties, log_rank
from afkast.analysis.survival.states import (
    StateOccupation,
    aalen_johansen,
    competing_risks,
    expected_time,
    expected_time_influence,
    state_influence,
)

__all__ = [
    "FEWEST_IN_GROUP",
    "FEWEST_OBSERVED",
    "Counts",
    "Estimate",
    "Interval",
    "KaplanMeier",
    "LogRank",
    "Occupation",
    "Quantile",
    "StateOccupation",
    "Target",
    "Ties",
    "aalen_johansen",
    "competing_risks",
    "count",
    "difference",
    "drawn_occupation_sums",
    "drawn_restricted_means",
    "expected_time",
    "expected_time_influence",
    "kaplan_meier",
    "log_rank",
    "months_followed",
    "occupation",
    "occupation_influence",
    "occupation_sum",
    "percentile_interval",
    "propensity_adjusted",
    "quantile",
    "restricted_mean",
    "restricted_mean_difference",
    "restricted_mean_influence",
    "state_influence",
    "survival_influence",
]
