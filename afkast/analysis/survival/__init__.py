"""Survival curves and their errors from counts on integer time."""

from afkast.analysis.survival.counts import Counts, count
from afkast.analysis.survival.curve import KaplanMeier, Quantile, kaplan_meier, quantile, survival_influence
from afkast.analysis.survival.influence import Estimate, difference, propensity_adjusted
from afkast.analysis.survival.mean import restricted_mean, restricted_mean_difference, restricted_mean_influence
from afkast.analysis.survival.prevalence import FEWEST_IN_GROUP, FEWEST_OBSERVED, Occupation, occupation
from afkast.analysis.survival.ranks import LogRank, log_rank
