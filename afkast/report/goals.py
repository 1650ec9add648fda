"""A goal at the door: how it is judged, its verdict, how sure that is, and each of its years."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from afkast.analysis.targets import Certainty, Decision, Judgement, Reading, Verdict, as_printed
from afkast.errors import PageError
from afkast.report.counts import SourceShare, counts_of, too_few
from afkast.report.danish import (
    OF_AMOUNTS,
    UNITS,
    Given,
    Made,
    Quantity,
    Sides,
    Words,
    between,
    day,
    in_words,
    listed,
    month,
    rounded,
    saying,
    span,
    written,
)
from afkast.report.paper_sign import legend
from afkast.report.show import Page
from afkast.strategy import Goal, Judged


def goal_of(page: Page, goal_id: str, *ways: Judged | None) -> Goal:
    """The page's goal, which must be judged in one of the ways that the page knows; PageError says which they are."""
    for goal in page.strategy.goals:
        if goal.id == goal_id:
            break
    else:
        raise PageError(f"{page.strategy.id} has no goal '{goal_id}'; add it under goals, or correct the page's goal.")
    if goal.judged not in ways:
        said = "says no way to judge it (judged)" if goal.judged is None else f"is judged '{goal.judged}'"
        known = [f"judged: {way}" if way else "a goal without a number (no judged)" for way in ways]
        raise PageError(f"goal '{goal_id}' {said}, and its page decides only {' or '.join(known)}.")
    return goal


def show_goal(
    page: Page,
    goal: Goal,
    decision: Decision,
    text: str,
    unit: str,
    digits: int | None = None,
    /,
    *,
    source: Any,
    basis: str = "",
    missing: str = "",
    late: str = "",
    sides: Sides | None = None,
    headline: bool = True,
    corner: str = "År",
    behind: Mapping[int, tuple[Any, ...]] | None = None,
    names: Mapping[str, Any] | None = None,
    filed: Mapping[str, Any] | None = None,
    rests_on: Any = (),
) -> None:
    """Show how the goal is judged, the verdict with `text`, and, where it is judged year by year, each of the years.

    `text` is filled as in `show_text`. `basis` begins what the interval says and ends before "mellem … og …", `late`
    says what is assumed to rise where it is not the goal's own number, and `missing` says in words what would be needed
    where nothing is known. `sides` are the words for under and over 0, instead of signs. `behind` has the counts of
    persons that a year's numbers give away; of a goal without years, under 0. `rests_on` is that of `show_table`: a
    verdict that rests on too few would tell of them, and is not given.
    """
    decision = as_printed(decision, _printed(unit, digits))
    few = bool(too_few(counts_of(rests_on)))
    if few:
        decision = replace(decision, verdict=Verdict.UNDECIDED, certainty=Certainty.UNKNOWN)
    page.show_text(
        f"afgoerelse-{goal.id}", "Målet: »{goal}« {how}", {"goal": Words(goal.text), "how": Words(how_judged(goal))}
    )
    by_year = [one for one in decision.parts if one.reading.year is not None and not few]
    page.show_text(
        f"maal-{goal.id}",
        "{verdict} " + text + " {year_by_year}{how_sure}",
        {
            "verdict": decision.verdict,
            **(names or {}),
            "year_by_year": Words(_year_by_year(by_year)),
            "how_sure": how_sure(decision, unit, digits, basis, missing, late, sides, behind),
        },
        headline=headline,
        source=source,
        rests_on=rests_on,
        filed={
            "certainty": decision.certainty,
            **_reading(decision, unit, digits, behind or {}, sides or ("", "")),
            **(filed or {}),
        },
    )
    if by_year:
        years = [str(one.reading.year) for one in by_year]
        page.show_table(
            f"maal-{goal.id}-aar",
            pd.DataFrame(
                [_row(one, unit, digits, (behind or {}).get(one.reading.year or 0, ())) for one in by_year],
                years,
                YEAR_COLUMNS,
                dtype=object,
            ),
            caption="Målet år for år" + (f", {UNITS[unit].name.rstrip('.')}." if unit != "%" else "."),
            corner=corner,
            unit=unit if digits is None else (unit, digits),
            source=source,
            rests_on=rests_on,
            notes=[legend(1, sides)] if sides and sides[0] in OF_AMOUNTS else [],
            states=pd.DataFrame([["", *["" if one.begun else "future"] * 4] for one in by_year], years, YEAR_COLUMNS),
        )


def show_no_goal(page: Page) -> None:
    """In the place of a verdict: the section that asks for it is left out."""
    page.show_text("intet-maal", "Ingen af strategiens mål afgøres på denne side.", leaves_out_section=True)


def _reading(
    decision: Decision, unit: str, digits: int | None, behind: Mapping[int, tuple[Any, ...]], sides: Sides
) -> dict[str, Any]:
    """What the goal has come to, what that is held against, and what it may be when chance is allowed for."""
    part = decision.rests_on
    reading = part.reading
    low, high = reading.interval or (None, None)
    held_against = reading.target if part.held_against is None else part.held_against
    numbers = {"goal_reading": reading.actual, "goal_low": low, "goal_high": high}
    return {
        **{
            name: _known(number, unit, digits, reading, behind.get(reading.year or 0, ()), False)
            for name, number in numbers.items()
        },
        "goal_against": Given(held_against, unit, digits),
        "goal_year": str(reading.year or ""),
        "goal_below": sides[0],
        "goal_above": sides[1],
        "goal_interval_of": EXPECTED if reading.interval_at_due else "",
    }


EXPECTED = "ventes"
"""What an interval is of that is not of the number to date, but of what the year comes to."""

YEAR_COLUMNS = ["Mål for året", "Mål til dato", "Opgjort til dato", "Vurdering", "Hvor sikkert"]


def _row(part: Judgement, unit: str, digits: int | None, persons: tuple[Any, ...]) -> list[Any]:
    to_date = part.reading.target if part.due_passed else part.reading.path
    decided = [Given(one, unit, digits) for one in (part.reading.target, to_date)]
    reached = _known(part.reading.actual, unit, digits, part.reading, persons, False)
    return [*decided, reached, part.verdict, part.certainty.value]


def _counts(persons: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(count for one in persons for count in (one.counts if isinstance(one, Quantity) else (one,)))


def _known(
    number: float | None, unit: str, digits: int | None, reading: Reading, persons: tuple[Any, ...], tells: bool
) -> Quantity:
    """A number of a reading, with the counts behind that; one that is not of counts as the profile tells them tells
    them."""
    if any(isinstance(one, SourceShare) for one in persons):
        return SourceShare(number, unit, digits)
    shares = [one for one in persons if isinstance(one, Quantity)]
    as_told = bool(shares) and all(one.in_steps.value == reading.actual for one in shares)
    made: Made | None = (float, (Given(number, unit),)) if as_told and number is not None else None
    known = Quantity(number, unit, digits, behind=_counts(persons), made=made)
    return replace(known, tells=tells or not known.is_in_steps)


def _year_by_year(parts: list[Judgement]) -> str:
    """Which of the years that have begun are reached, on track and behind; nothing where there is only one."""
    begun = [part for part in parts if part.begun]
    if len(begun) < 2 or all(part.verdict is Verdict.UNDECIDED for part in begun):
        return ""
    years = {word: [str(one.reading.year) for one in begun if one.verdict is word] for word in Verdict}
    return "År for år: " + ", ".join(f"{word} i {listed(some)}" for word, some in years.items() if some) + ". "


def how_judged(goal: Goal) -> str:
    """What is counted, how and by when, in sentences."""
    if goal.judged is None:
        return f"Der følges med i {goal.measure}."
    measured = f"Der måles på {goal.measure}."
    if goal.due is None:
        when = {
            "at the date": "",
            "in each year": " Målet gælder hvert år for sig.",
            "cumulated": " Målet gælder årene lagt sammen.",
            "on average": " Målet gælder årets gennemsnit.",
        }[goal.judged]
        return f"{measured}{when} Der er ikke sat en dato, så målet kan være på vej eller bagud, men ikke nået."
    end = day(goal.due)
    if (goal.due.month, goal.due.day) == (12, 31):
        end = str(goal.due.year)
    when = {
        "at the date": f"Målet skal være opfyldt den {day(goal.due)}.",
        "in each year": f"Målet skal være opfyldt i hvert af årene til og med {end}.",
        "cumulated": f"Målet skal være opfyldt for årene lagt sammen til og med {end}.",
        "on average": f"Målet skal være opfyldt i gennemsnit for {goal.due.year}.",
    }[goal.judged]
    return f"{measured} {when}"


def how_sure(
    decision: Decision,
    unit: str,
    digits: int | None = None,
    basis: str = "",
    missing: str = "",
    late: str = "",
    sides: Sides | None = None,
    behind: Mapping[int, tuple[Any, ...]] | None = None,
) -> Words:
    """How sure the verdict is and what that rests on, in a sentence; see `show_goal` on its words and counts."""
    reading = decision.rests_on.reading
    text = _how_sure(decision, unit, digits, basis, missing, late, sides)
    said = [*(reading.interval or ()), *([] if reading.if_late is None else [reading.if_late])]
    if decision.verdict is Verdict.UNDECIDED or decision.rests_on.certainty is Certainty.UNKNOWN:
        said = []  # that it is not known is all that is said
    persons = (behind or {}).get(reading.year or 0, ())
    return saying(text, *(_known(one, unit, digits, reading, persons, True) for one in said), in_steps=True)


def _how_sure(
    decision: Decision, unit: str, digits: int | None, basis: str, missing: str, late: str, sides: Sides | None
) -> str:
    part, reading = decision.rests_on, decision.rests_on.reading
    of_year = f" for {reading.year}" if reading.year is not None else ""
    if decision.verdict is Verdict.UNDECIDED:
        counted = all(number is not None and number == number for number in (reading.actual, reading.target))
        why = "det er ikke opfyldt endnu, og der er ikke sat en vej dertil at holde det op mod" if counted else missing
        return f"Målet kan ikke afgøres{of_year}: {why}."
    if part.certainty is Certainty.UNKNOWN:
        return f"Hvor sikker vurderingen{of_year} er, vides ikke: {missing}."
    if part.certainty is Certainty.SURE and reading.interval and reading.interval[0] == reading.interval[1]:
        return f"Vurderingen{of_year} er sikker: alt til dato er talt."
    reasons = []
    if reading.interval:
        low, high = reading.interval
        ends = between(low, high, *sides, unit, digits) if sides else span(low, high, unit, digits)
        reasons.append(f"{basis} {ends}")
    if reading.provisional:
        reasons.append(_provisional(reading, unit, digits, late, sides))
    because = ", og ".join(reasons)
    at_target = part.due_passed or reading.interval_at_due or part.held_against == reading.target
    match part.certainty:
        case Certainty.SURE if part.verdict is Verdict.BEHIND:
            ends = (
                "heller ikke den bedste ende når målet" if at_target else "også den bedste ende er bag vejen mod målet"
            )
            return f"Vurderingen{of_year} er sikker: {because}; {ends}."
        case Certainty.SURE:
            ends = "opfylder målet" if at_target else "holder vejen mod målet"
            return f"Vurderingen{of_year} er sikker: {because}; også den dårligste ende {ends}."
        case Certainty.PROVISIONAL:
            stop = "" if because.endswith(".") else "."  # as "mio. kr." does
            return f"Vurderingen{of_year} hviler på foreløbige tal, men vender ikke: {because}{stop}"
    side = "målet" if at_target else "vejen mod målet"
    only_just = part.verdict is Verdict.BEHIND and part.reaches(_printed(unit, digits))
    reaches = "den bedste ende når" if only_just else "det rækker til den anden side af"
    return f"Vurderingen{of_year} kan vende: {because}; {reaches} {side}."


def _printed(unit: str, digits: int | None) -> Callable[[float], float]:
    """A number of the goal's unit as it is printed."""
    return lambda number: rounded(Quantity(number, unit, digits).in_steps)


def _provisional(reading: Reading, unit: str, digits: int | None, late: str, sides: Sides | None) -> str:
    months = reading.provisional
    said = f"{listed([month(one) for one in months])} {'er foreløbig' if len(months) == 1 else 'er foreløbige'}"
    if reading.if_late is None or reading.rise is None:  # one comes with the other
        return said
    rise = written(Quantity(reading.rise.largest, "%"))
    number = in_words(Quantity(reading.if_late, unit, digits, sides=sides).in_steps)
    more = f"op til {rise} flere til{late}" if reading.rise.seen else f"{rise} flere til{late}"
    known = SEEN if reading.rise.seen else USUAL
    return f"{said}; kommer der {more}, {known}, bliver tallet {number}"


SEEN = "som de tidligere udtræk har vist det for måneder af den alder"
USUAL = "som Styrelsen for Arbejdsmarked og Rekruttering har set det for sygedagpenge"
"""How it is known how far provisional months rise; the latter where no extractions tell."""
