"""What an intervention changed, in months on benefits and in kroner, and how sure that is.

`sequential_trials` of `Persons` answers; `sensitivity`, `placebo`, `hidden_difference` and `naive` ask how far to trust
it, and `verdict` says what may be said.
"""

from afkast.analysis.effect.balance import SMALL_DIFFERENCE
from afkast.analysis.effect.design import FEW_CONTROLS, FEWEST_CONTROLS, Weights
from afkast.analysis.effect.designs import Naive, delayed_entry, first_exit, landmark, naive
from afkast.analysis.effect.flow import Flow, LeftOut, flow
from afkast.analysis.effect.hidden import HiddenDifference, hidden_difference
from afkast.analysis.effect.leaving import moved_are_off
from afkast.analysis.effect.money import Money, by_year, money
from afkast.analysis.effect.persons import Covariates, Persons
from afkast.analysis.effect.placebo import placebo
from afkast.analysis.effect.rows import rows_of_trials
from afkast.analysis.effect.sensitivity import sensitivity
from afkast.analysis.effect.trials import Effect, sequential_trials
from afkast.analysis.effect.verdict import (
    OF_OTHER_EFFORTS,
    OTHER_QUESTION,
    Agreement,
    Doubt,
    Said,
    Saying,
    agreement,
    verdict,
)
from afkast.analysis.survival import Estimate

__all__ = [
    "FEWEST_CONTROLS",
    "FEW_CONTROLS",
    "OF_OTHER_EFFORTS",
    "OTHER_QUESTION",
    "SMALL_DIFFERENCE",
    "Agreement",
    "Covariates",
    "Doubt",
    "Effect",
    "Estimate",
    "Flow",
    "HiddenDifference",
    "LeftOut",
    "Money",
    "Naive",
    "Persons",
    "Said",
    "Saying",
    "Weights",
    "agreement",
    "by_year",
    "delayed_entry",
    "first_exit",
    "flow",
    "hidden_difference",
    "landmark",
    "money",
    "moved_are_off",
    "naive",
    "placebo",
    "rows_of_trials",
    "sensitivity",
    "sequential_trials",
    "verdict",
]
