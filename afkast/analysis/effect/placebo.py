"""The test on the time before: what the intervention "saved" before it began."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.effect.design import design
from afkast.analysis.effect.persons import Persons
from afkast.analysis.effect.trials import estimated
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.survival import FEWEST_IN_GROUP, Estimate

FEWEST_AWAY = 5
"""Where fewer of the started can be expected to have been off benefits before, the months before say nothing."""


def placebo(
    persons: Persons, months_earlier: int = 6, *, on_benefit_then: bool = True, level: float = 0.95
) -> Estimate | NotEnough:
    """What the intervention "saved" in the months before it began: 0 when the groups are comparable, or what lacks.

    As `sequential_trials` with every trial moved so many months earlier, covariates as they were known then. To start
    one must be on benefits in the real month, so both arms must be on benefits then, and in the moved month as well
    (with `on_benefit_then`). Where few leave and return in between there is nothing to compare; without
    `on_benefit_then`, those who had just come to benefits count too, and the test sees more.
    It also answers for what is adjusted for only later: if who starts depends on the months in between, such as on
    duration in the month of start, this is not 0, although the effect may be adjusted for it.
    """
    L = months_earlier

    def padded(values: NDArray[Any], before: int, after: int) -> NDArray[Any]:
        return values if values.ndim == 1 else np.pad(values, ((0, 0), (before, after)))

    # L months are put after the last, so that those who start there have the months before their start as well
    earlier, as_it_is = partial(padded, before=L, after=0), partial(padded, before=0, after=L)
    on, seen = earlier(persons.on_benefit), earlier(persons.observed)
    eligible = True if persons.eligible is None else as_it_is(persons.eligible)
    now = Persons(
        as_it_is(persons.on_benefit),
        as_it_is(persons.observed),
        persons.start,
        covariates={name: earlier(x) for name, x in persons.covariates.items()},
        eligible=seen & (on if on_benefit_then else True) & eligible,
        strata=None if persons.strata is None else earlier(persons.strata),
        other_start=persons.other_start,
    )
    started = np.flatnonzero((persons.start >= 0) & (persons.start < persons.shape[1]))
    followed_then = seen[started, persons.start[started].astype(int)]
    if len(started) >= FEWEST_IN_GROUP > followed_then.sum():
        return NotEnough(Lack.SHORT_BEFORE_START, months=L)
    try:
        of = design(now)
        then = replace(now, on_benefit=on, observed=seen)
        found = estimated(of, np.where(seen, on, 0.0), then, L, stands_for_moved=False, level=level)
    except NotEnough as thin:
        return thin
    # counted among the controls: the started's own number must not decide whether they are shown
    person, trial = np.nonzero(of.eligible & ~of.starts)
    months = of.months[trial][:, None] + np.arange(found.follow_up_months)
    away = (seen & ~on)[person[:, None], months].any(axis=1).mean()
    if away * found.treated_persons < FEWEST_AWAY:
        return NotEnough(Lack.FEW_AWAY_BEFORE, percent=round(100 * away))
    return found.saved
