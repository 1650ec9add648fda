"""The same persons compared in other ways: to the first exit, from a landmark, from entry, and as reports do."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.cohort import along
from afkast.analysis.effect.arms import Arms
from afkast.analysis.effect.design import FEWEST_CONTROLS
from afkast.analysis.effect.persons import Bools, Floats, Persons
from afkast.analysis.effect.trials import Effect, sequential_trials
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.survival import FEWEST_IN_GROUP, Estimate


def spells_apart(on_benefit: Bools) -> tuple[NDArray[np.int64], Bools]:
    """A row for each unbroken run of months on benefits: the person's row, and the run's months.

    With them the outcome is the time until the first exit, as a return belongs to another row.
    """
    starts = on_benefit & ~np.pad(on_benefit, ((0, 0), (1, 0)))[:, :-1]
    run = np.cumsum(starts, axis=1) * on_benefit
    runs = starts.sum(axis=1)
    person = np.repeat(np.arange(len(on_benefit)), runs)
    number = np.arange(len(person)) - np.repeat(np.cumsum(runs) - runs, runs) + 1
    return person, run[person] == number[:, None]


def first_exit(
    persons: Persons, follow_up_months: int | None = None, *, outcome: Floats | None = None, **options: Any
) -> Effect:
    """`sequential_trials` of the months until benefits are left for the first time; who returns does not count again.

    It overstates what a municipality saves when people return.
    """
    row, on = spells_apart(persons.on_benefit)
    of_runs = replace(persons.of(row), on_benefit=on, number=row if persons.number is None else persons.number[row])
    of_runs_outcome = None if outcome is None else outcome[row] * on
    return sequential_trials(of_runs, follow_up_months, outcome=of_runs_outcome, **options)


def landmark(persons: Persons, months_after_entry: int, follow_up_months: int | None = None, **options: Any) -> Effect:
    """Those who have started so long after entering the target group, against those who have not; both still on it.

    Both are followed from that month on. Covariates count as in the month of entry, before anyone started.
    """
    entry, start = persons.entry, persons.start
    zero = entry + months_after_entry
    at_landmark = np.where((start >= entry) & (start <= zero), zero, start)
    eligible = (np.arange(persons.shape[1]) == zero[:, None]) & ~(start < entry)[:, None]
    column, everyone = np.nan_to_num(entry).astype(int), np.arange(len(entry))
    then = {name: x[everyone, column] if x.ndim == 2 else x for name, x in persons.covariates.items()}
    there = replace(persons, start=at_landmark, eligible=eligible, covariates=then)
    return sequential_trials(there, follow_up_months, **options)


def delayed_entry(persons: Persons, follow_up_months: int, level: float = 0.95) -> Estimate:
    """Months until first exit, time counted from entry into the target group: untreated until the start, then treated.

    Kaplan–Meier with delayed entry, from the first month with five at risk in both arms to the last; unadjusted.
    RMST = Σ S(u); IF_i = −Σ_s (Σ_{u>s} S(u)) (dN_i(s) − Y_i(s) h(s)) / (n_s (1 − h_s)), summed within the person.
    """
    entered = ~np.isnan(persons.entry)
    entry = persons.entry[entered].astype(int)
    Y, R = (along(values[entered], entry, follow_up_months) for values in (persons.on_benefit, persons.observed))
    never_left = np.logical_and.accumulate(Y, axis=1)[:, :-1]
    at_risk = never_left & R[:, 1:]
    leaves = at_risk & ~Y[:, 1:]
    started = persons.start[entered][:, None] <= entry[:, None] + np.arange(at_risk.shape[1])
    risk = np.stack([at_risk & started, at_risk & ~started])
    n = risk.sum(axis=1)
    enough = np.append((n >= FEWEST_CONTROLS).all(axis=0), False)
    first = int(enough.argmax())
    last = first + int((~enough[first:]).argmax())
    size = risk[:, :, first:last].any(axis=2).sum(axis=1)
    if last <= first or size[0] < FEWEST_IN_GROUP:
        raise NotEnough(Lack.FEW_FROM_ENTRY, fewest=FEWEST_IN_GROUP)
    parts, saved = [], 0.0
    for sign, at, count in zip((-1, 1), risk[:, :, first:last], n[:, first:last], strict=True):
        dN = at & leaves[:, first:last]
        h = dN.sum(axis=0) / count
        S = np.append(1.0, np.cumprod(1 - h))
        rest = np.cumsum(S[::-1])[::-1][1:]
        saved += sign * S.sum()
        parts.append(-sign * (dN - at * h) @ np.divide(rest, count * (1 - h), out=np.zeros_like(h), where=h < 1))
    error, freedom = Arms(np.arange(len(entry)), parts[0], parts[1], (size[0], size[1])).variance().error()
    return Estimate(float(saved), float(error), float(freedom), level)


@dataclass(frozen=True)
class Naive:
    """Months "saved" by those who ever started, counted from entry into the target group. Not an effect.

    To start one must still be on benefits, so those who ever start have been on benefits for longer from the outset.
    share_started q: against everybody, the started included, the distance is only 1 − q of that to the others.
    """

    against_never_started: float
    against_everybody: float
    share_started: float


def naive(persons: Persons, follow_up_months: int) -> Naive:
    """The comparison that reports make, to stand beside the effect."""
    entered = ~np.isnan(persons.entry)
    entry = persons.entry[entered].astype(int)
    started = ~np.isnan(persons.start[entered])
    if not started.any() or started.all():
        raise NotEnough(Lack.NOBODY_OR_ALL_STARTED)
    observed = persons.observed
    Y, R = (along(x[entered], entry, follow_up_months) for x in (persons.on_benefit & observed, observed))

    def months(rows: Bools) -> float:
        followed = R[rows].sum(axis=0, dtype=float)
        return float(np.divide(Y[rows].sum(axis=0), followed, out=np.zeros_like(followed), where=followed > 0).sum())

    ever = months(started)
    return Naive(months(~started) - ever, months(np.ones_like(started)) - ever, float(started.mean()))
