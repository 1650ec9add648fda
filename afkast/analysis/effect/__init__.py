"""What an intervention changed, in months on benefits and in kroner, and how sure that is."""

from afkast.analysis.effect.design import FEWEST_CONTROLS, Weights
from afkast.analysis.effect.estimate import Estimate
from afkast.analysis.effect.trials import Effect, sequential_trials

__all__ = ["FEWEST_CONTROLS", "Effect", "Estimate", "Weights", "sequential_trials"]
