"""What an intervention changed, in months on benefits and in kroner, and how sure that is.

`sequential_trials` answers; `sensitivity`, `placebo`, `hidden_difference` and `naive` ask how far to trust it.
"""

from afkast.analysis.effect.design import FEWEST_CONTROLS, SMALL_DIFFERENCE, Weights
from afkast.analysis.effect.hidden import HiddenDifference, hidden_difference
from afkast.analysis.effect.money import Money, by_year, money
from afkast.analysis.effect.trials import Effect, sequential_trials
from afkast.analysis.effect.variants import (
    Naive,
    delayed_entry,
    first_exit,
    landmark,
    naive,
    placebo,
    sensitivity,
)
from afkast.analysis.survival import Estimate

__all__ = [
    "FEWEST_CONTROLS",
    "SMALL_DIFFERENCE",
    "Effect",
    "Estimate",
    "HiddenDifference",
    "Money",
    "Naive",
    "Weights",
    "by_year",
    "delayed_entry",
    "first_exit",
    "hidden_difference",
    "landmark",
    "money",
    "naive",
    "placebo",
    "sensitivity",
    "sequential_trials",
]
