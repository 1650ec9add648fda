"""The risk of bias by domain, after ROBINS-I (Sterne et al., BMJ 2016;355:i4919), from what was asked of the effect."""

from enum import StrEnum

from afkast.analysis import effect
from afkast.analysis.answer import Answer
from afkast.analysis.effect.leaving import moves
from afkast.analysis.effect.verdict import printed_rows, sides

FEW, MANY = 0.1, 0.3
"""So large a share left out, or in another effort, is a low risk at most, and beyond the other a serious one."""

MOVED = ("moved_off", "moved_on", "moved_unweighted")


class Domain(StrEnum):
    CONFOUNDING = "confounding"
    SELECTION = "selection"
    CLASSIFICATION = "classification"
    DEVIATIONS = "deviations"
    MISSING = "missing"
    MEASUREMENT = "measurement"
    REPORTING = "reporting"


class Risk(StrEnum):
    LOW = "low"
    MODERATE = "moderate"
    SERIOUS = "serious"


def risks(answer: Answer, in_other_effort: float, fixed_before: bool) -> dict[Domain, Risk]:
    """in_other_effort: the larger share of an arm that has begun another; fixed_before: the choices were written down
    before the data were extracted.

    Confounding is never low where no lot was drawn: what nobody measured may differ.
    """
    flow, doubts = effect.flow(answer.main), set(answer.said.doubts)
    unlike = doubts & {effect.Doubt.UNLIKE_BEFORE, effect.Doubt.UNBALANCED, effect.Doubt.FEW_ALIKE, effect.Doubt.HIDDEN}
    turns = answer.agreement.turns_with_other_efforts and not answer.by_chance
    return {
        Domain.CONFOUNDING: Risk.SERIOUS if unlike else Risk.MODERATE,
        Domain.SELECTION: _by(1 - flow.compared.sum() / flow.started.sum()),
        Domain.CLASSIFICATION: Risk.LOW,  # a start is registered when it happens, before anyone knows the outcome
        Domain.DEVIATIONS: Risk.SERIOUS if turns else _by(in_other_effort, most=1.0),
        Domain.MISSING: Risk.SERIOUS if _decides(answer, MOVED) else _by(_moved(answer.main), most=1.0),
        Domain.MEASUREMENT: Risk.MODERATE if _decides(answer, ("lag", "weeks_off")) else Risk.LOW,
        Domain.REPORTING: Risk.LOW if fixed_before else Risk.MODERATE,
    }


def _decides(answer: Answer, choices: tuple[str, ...]) -> bool:
    """Whether one of these choices says something else than the main one: on a side of zero, or on neither."""
    side = sides(printed_rows(answer.choices, answer.against, answer.unit, answer.digits))
    of_these = answer.choices.loc[side.index, "choice"].isin(choices)
    return bool((side[of_these] != side.iloc[0]).any())


def _moved(main: effect.Effect) -> float:
    """The share of all in a trial who move away while others are followed."""
    in_trial = main.assigned.eligible.any(axis=1)
    return float(moves(main.persons)[in_trial].any(axis=1).mean())


def _by(share: float, most: float = MANY) -> Risk:
    return Risk.LOW if share <= FEW else Risk.MODERATE if share <= most else Risk.SERIOUS
