"""How sure a verdict is, in a plain Danish sentence."""

from typing import Any

from afkast.analysis.targets import LATE_REGISTRATION, Certainty, Decision, Verdict
from afkast.report.danish import Quantity, listed, month, span, written


def told(
    decision: Decision, unit: str, digits: int | None = None, *, basis: str = "", missing: str = "", late: str = ""
) -> dict[str, Any]:
    """The quantities verdict, certainty and how_sure of a decision, for `show_text`; how_sure is the sentence.

    `basis` begins what the interval says and ends before "mellem … og …", `late` says what is assumed to rise where it
    is not the goal's own number, and `missing` says in words what would be needed where nothing is known.
    """
    return {
        "verdict": decision.verdict,
        "certainty": decision.certainty,
        "how_sure": _sentence(decision, unit, digits, basis, missing, late),
    }


def _sentence(decision: Decision, unit: str, digits: int | None, basis: str, missing: str, late: str) -> str:
    if decision.certainty is Certainty.UNKNOWN:
        undecided = decision.verdict is Verdict.UNDECIDED
        return f"{'Målet kan ikke afgøres' if undecided else 'Hvor sikker vurderingen er, vides ikke'}: {missing}."
    reasons = []
    if decision.interval:
        reasons.append(f"{basis} {span(*decision.interval, unit, digits)}")
    if decision.provisional:
        reasons.append(_provisional(decision, unit, digits, late))
    because = ", og ".join(reasons)
    match decision.certainty:
        case Certainty.SURE:
            return f"Vurderingen er sikker: {because}, og det hele ligger på samme side af målet."
        case Certainty.PROVISIONAL:
            return f"Vurderingen hviler på foreløbige tal, men vender ikke: {because}."
    return f"Vurderingen kan vende: {because}; det rækker til den anden side af målet."


def _provisional(decision: Decision, unit: str, digits: int | None, late: str) -> str:
    months = listed([month(one) for one in decision.provisional])
    are = "er foreløbig" if len(decision.provisional) == 1 else "er foreløbige"
    if decision.if_late is None:
        return f"{months} {are}"
    rise = written(Quantity(LATE_REGISTRATION, "%"))
    number = written(Quantity(decision.if_late, unit, digits))
    return f"{months} {are}; kommer der {rise} flere til{late}, bliver tallet {number}"
