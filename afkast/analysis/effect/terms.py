"""What the chance of starting is regressed on: a curve in each covariate that is a number, and each yes or no.

A straight line in age weighs the young against the old; where both start more often than those between, it sees
nothing. So each number enters as a restricted cubic spline, as much of it as the treated bear. And a curve rounds off
a step: rules are made of round numbers, such as 30 years, so what the treated still bear are steps at these.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.effect.persons import Covariates, Floats
from afkast.analysis.effect.threads import each

TREATED_PER_TERM = 2
"""Fewer terms leave more of what drives both starting and leaving: with one for each ten, as the rule for regressions
is, 40 started of 150 are too few to see that it is the young and the old who start, and 74 % are covered; with one for
each three, 20 started of 300 leave a quarter of a month where it is those under 30 and over 55. Of 20 started and eight
numbers that drive nothing, one for each two costs nothing (96 to 97 % are covered), and one for each is too many: a
fifth of a month is lost."""

FEWEST_ALIKE = 5
"""So many controls must share what is weighed by."""

KNOTS = (0.05, 0.35, 0.65, 0.95)
"""Quantiles where a curve may bend (Harrell, Regression Modeling Strategies, table 2.3: four knots)."""

STEPS = {"age": 5.0, "weeks_in_a_row": 26.0}
"""How far apart a number has steps beside its curve: what is decided for persons changes at round ages and half-years.
Of the young and the old who start, where young ends at 30 and old begins at 55, curves alone leave a third of a month,
and of 150 started of 200 some 85 % are covered; with steps nothing is left beyond chance."""

HAIR = 1e-6
"""26 weeks that are summed as days ÷ 7 may be so much less."""

ENOUGH = 100_000
"""Of more person-trials, one in so many tells where the knots are, and in which steps the arms are apart."""

Term = tuple[str, Floats]
"""The covariate's name and a column of it: a number for each person-trial, by trial month, then person."""


def at(values: NDArray[np.generic], month: int) -> NDArray[np.generic]:
    """What is known of the persons in a calendar month."""
    return values[:, month] if values.ndim == 2 else values


def across(values: NDArray[np.generic], months: NDArray[np.int64]) -> NDArray[np.generic]:
    """What is known of the persons in these calendar months, persons × months; × 1 where it does not change."""
    return np.take(values, months, axis=1) if values.ndim == 2 else values[:, None]


def values_of(x: NDArray[np.generic], could: NDArray[np.bool_], months: NDArray[np.int64]) -> Floats:
    """A covariate of those who could start, by trial month, then person. could: persons × trial months."""
    return np.broadcast_to(across(x, months), could.shape).T[could.T].astype(float)


def spline(x: Floats, knots: Floats) -> list[Floats]:
    """Restricted cubic spline of x: x itself, and a bend for each knot but the last two, straight outside the knots.

    ((x−t_j)³₊ − (x−t_{K−1})³₊ (t_K−t_j)/(t_K−t_{K−1}) + (x−t_K)³₊ (t_{K−1}−t_j)/(t_K−t_{K−1})) / (t_K−t_1)² (Stone and
    Koo 1985), each less what the columns before it say of it, so that it stands for the bend alone.
    """

    def cubed(knot: float) -> Floats:
        beyond = np.maximum(x - knot, 0.0)
        return beyond * beyond * beyond

    last, end = float(knots[-2]), float(knots[-1])
    of_last, of_end = cubed(last) / (end - last), cubed(end) / (end - last)
    columns = [x]
    for t in knots[:-2]:
        bend = (cubed(float(t)) - of_last * (end - t) + of_end * (last - t)) / (end - knots[0]) ** 2
        for before in columns:
            apart = before - before.mean()
            bend = bend - bend.mean() - apart * ((apart @ bend) / (apart @ apart))
        columns.append(bend)
    return columns


def steps_of(name: str, values: Floats) -> Floats:
    """Where a number has steps: between its 5 % and 95 % quantiles, and none where nothing is decided by it."""
    if name not in STEPS:
        return np.zeros(0)
    low, high = np.quantile(values, (KNOTS[0], KNOTS[-1])) / STEPS[name]
    return np.arange(np.floor(low) + 1, np.ceil(high)) * STEPS[name] - HAIR


def yes_or_no(values: NDArray[np.generic]) -> bool:
    return bool(np.isin(values, (0, 1)).all())


def terms(
    covariates: Covariates, starts: NDArray[np.bool_], controls: NDArray[np.bool_], months: NDArray[np.int64]
) -> list[Term]:
    """As many terms as so many treated bear, one for each two: first a line in each number, then each one's bends.

    starts, controls: persons × trial months; months: their calendar columns. Then each yes or no, and each number's
    steps, those first in which the arms are furthest apart. One of some treated that fewer than five of the controls
    share is passed over: a handful cannot stand for them, and a weight estimated from a handful adds error and nothing
    else. The balance still shows how the arms differ in it.
    """
    could = starts | controls

    def is_shared(here: NDArray[np.bool_]) -> bool:
        return all(
            not (starts & side).any() or (controls & side).any(axis=1).sum() >= FEWEST_ALIKE for side in (here, ~here)
        )

    started = starts.T[could.T]
    every = slice(None, None, 1 + len(started) // ENOUGH)

    def apart(step: Floats) -> float:
        """How far apart the arms are in a share, standardised."""
        of_some, in_arm = step[every], started[every]
        return abs(float(of_some[in_arm].mean() - of_some[~in_arm].mean())) / max(float(of_some.std()), HAIR)

    def of_covariate(name: str) -> tuple[list[Term], list[Term], list[Term]]:
        """Its curve, itself where it is a yes or no, and its steps."""
        x = covariates[name]
        values = values_of(x, could, months)
        if yes_or_no(values):
            return [], [(name, values)] if is_shared(across(x, months) == 1) else [], []
        some = values[every]
        knots = np.unique(np.quantile(some, KNOTS))
        curve = spline(values, knots) if len(knots) > 2 else [values]
        cuts = [cut for cut in steps_of(name, some) if is_shared(across(x, months) >= cut)]
        steps = sorted([(values >= cut).astype(float) for cut in cuts], key=apart, reverse=True)
        return [(name, one) for one in curve], [], [(name, step) for step in steps]

    found = each(of_covariate, covariates, could.size)
    curves, indicators, steps = zip(*found, strict=True) if covariates else ((), (), ())
    chosen = [*_in_turn(curves), *chain(*indicators), *_in_turn(steps)]
    return chosen[: max(1, int(starts.sum()) // TREATED_PER_TERM)]


def _in_turn(of_numbers: Iterable[list[Term]]) -> list[Term]:
    """The first term of each number, then the second of each, and so on."""
    return [term for of_order in zip_longest(*of_numbers) for term in of_order if term is not None]


def names_of(chosen: list[Term]) -> tuple[str, ...]:
    """The covariates of which there is a term, each once."""
    return tuple(dict.fromkeys(name for name, _ in chosen))


def places_of(chosen: list[Term]) -> Iterator[tuple[str, list[int]]]:
    """Of each covariate, which of the terms are its own."""
    for name in names_of(chosen):
        yield name, [place for place, (other, _) in enumerate(chosen) if other == name]
