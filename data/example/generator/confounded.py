"""Worlds in which what decides who starts an intervention also decides who leaves benefits, and what to expect of them.

A person's `closeness` to the labour market rises with education and falls with age and with the months of the present
period on benefits. Month by month the logits of leaving, of coming back and of starting are straight lines in it, so a
logistic regression of starting on age, education and those months is right. Two ways lead to every number of these
worlds: `simulate` draws persons, `expectations` adds up probabilities over all kinds of persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

BURN_IN = 60  # months before the first that is exported, from which on everyone is off benefits
ENTRY = 48  # months exported before the month of registration
MONTHS = 84  # months exported
FOLLOW_UP = 18  # months from the start, the month of start included

AGES = range(30, 60)  # in the year of registration, all equally likely
EDUCATIONS = {  # share of the population, and what it adds to the closeness
    "Grundskole": (0.45, -0.4),
    "Gymnasial": (0.10, 0.1),
    "Erhvervsuddannelse": (0.30, 0.2),
    "Videregående": (0.15, 0.7),
}
PER_TEN_YEARS = -0.4  # closeness by age, from 45 years
PER_YEAR_ON_BENEFITS = -0.6  # closeness by the present period on benefits, from 12 months, counted to 24 at most
LONGEST = 24
RETURN, RETURN_BY_CLOSENESS = -3.3, 0.5  # logit of coming back, by closeness without the months on benefits
LEAVE = -2.7  # logit of leaving at closeness 0; it rises by 1 with each unit of closeness
DEATH, MOVE = 0.0006, 0.002  # monthly probabilities from registration on


class Intervention(NamedTuple):
    """Who starts it, and what it does to them."""

    start: float  # logit of starting in a month at closeness 0
    start_by_closeness: float  # …and how it rises with each unit of closeness
    start_months: range  # months after registration in which one may start
    locked_in_months: int  # from the month of start on, in which the effect works
    effect: float  # the probability of leaving is multiplied by this in those months


def logistic(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def closeness(age: np.ndarray, education: np.ndarray, months_on: np.ndarray) -> np.ndarray:
    """Of persons of so many years, with the number of their education, so many months into a period on benefits."""
    by_education = np.array([added for _, added in EDUCATIONS.values()])[education]
    years_on = (np.minimum(months_on, LONGEST) - 12) / 12
    return by_education + PER_TEN_YEARS * (age - 45) / 10 + PER_YEAR_ON_BENEFITS * years_on


def probability_of_return(age: np.ndarray, education: np.ndarray) -> np.ndarray:
    return logistic(RETURN + RETURN_BY_CLOSENESS * closeness(age, education, np.full_like(age, 12)))


# ---------------------------------------- drawn


class World(NamedTuple):
    """A target group, month by month; months count from the first exported.

    `on[i, m]`: person i receives a benefit in month m; the last column only tells which periods are ongoing.
    """

    age: np.ndarray
    education: np.ndarray  # number in EDUCATIONS
    on: np.ndarray  # (persons, MONTHS + 1)
    months_on: np.ndarray  # (persons, MONTHS + 1), of the present period on benefits so far; 0 when off
    start_month: np.ndarray  # MONTHS for those who never start
    gone_month: np.ndarray  # month of death or of moving away, MONTHS for those who stay
    died: np.ndarray  # of those who are gone

    def observed(self) -> np.ndarray:
        """Whether a person is followed: until they move away. Who has died is followed, and off benefits."""
        return self.died[:, None] | (np.arange(MONTHS) < self.gone_month[:, None])


def simulate(intervention: Intervention, persons: int, rng: np.random.Generator) -> World:
    """Draw a population, follow its benefits, register some of those on benefits in the month ENTRY, and go on."""
    people = 4 * persons
    age = rng.integers(AGES.start, AGES.stop, people)
    shares = np.cumsum([share for share, _ in EDUCATIONS.values()])
    education = np.searchsorted(shares[:-1], rng.random(people), side="right")
    months_on = np.zeros((people, MONTHS + 1), dtype=int)
    now = np.zeros(people, dtype=int)
    for month in range(-BURN_IN, ENTRY + 1):
        if month > -BURN_IN:
            now = _next_month(rng, age, education, now, 1.0)
        if month >= 0:
            months_on[:, month] = now

    registered = np.flatnonzero(now)[:persons]
    assert len(registered) == persons, "draw more people"
    age, education, months_on = age[registered], education[registered], months_on[registered]
    start_month = np.full(persons, MONTHS)
    gone_month, died = np.full(persons, MONTHS), np.zeros(persons, dtype=bool)
    for month in range(ENTRY, MONTHS):
        now = months_on[:, month]
        if month - ENTRY in intervention.start_months:
            close = closeness(age, education, now)
            starts = rng.random(persons) < logistic(intervention.start + intervention.start_by_closeness * close)
            start_month[starts & (now > 0) & (start_month == MONTHS) & (gone_month > month)] = month
        last = rng.random(persons)
        leaves_us = (last < DEATH + MOVE) & (gone_month == MONTHS)
        gone_month[leaves_us], died[leaves_us] = month, last[leaves_us] < DEATH
        locked_in = (start_month <= month) & (month < start_month + intervention.locked_in_months)
        now = _next_month(rng, age, education, now, np.where(locked_in, intervention.effect, 1.0))
        months_on[:, month + 1] = np.where(gone_month <= month, 0, now)
    return World(age, education, months_on > 0, months_on, start_month, gone_month, died)


def _next_month(
    rng: np.random.Generator, age: np.ndarray, education: np.ndarray, months_on: np.ndarray, times: float | np.ndarray
) -> np.ndarray:
    """Months of the present period on benefits a month later; leaving is `times` as likely as otherwise."""
    leave = times * logistic(LEAVE + closeness(age, education, months_on))
    draw = rng.random(len(age))
    comes_back = draw < probability_of_return(age, education)
    return np.where(months_on > 0, np.where(draw < leave, 0, months_on + 1), np.where(comes_back, 1, 0))


# ---------------------------------------- expected


class Expectations(NamedTuple):
    """Means over the first FOLLOW_UP months on benefits, per starter; differences are in months, + is longer."""

    starters: float  # share of the target group
    started: float  # months of those who start, from the month of start
    never: float  # …had they never started
    not_yet: float  # …had they not started in that month, but perhaps later
    could_have_started: float  # months of the others who receive a benefit in the same month and have not started
    registered_starters: float  # months from registration of those who start some day
    registered: float  # …of the whole target group


class _Chances(NamedTuple):
    """Probabilities by kind of person (age and education) and months on benefits 1…LONGEST."""

    leave: np.ndarray
    come_back: np.ndarray
    start: np.ndarray


def expectations(intervention: Intervention) -> Expectations:
    """Exactly, by the probabilities of being on benefits so many months, for every age and education.

    A distribution is a pair: on benefits by kind and months (…, kinds, LONGEST), and off by kind (…, kinds).
    """
    age, education = (one.ravel() for one in np.meshgrid(AGES, range(len(EDUCATIONS)), indexing="ij"))
    close = closeness(age[:, None], education[:, None], np.arange(1, LONGEST + 1))
    chances = _Chances(
        leave=logistic(LEAVE + close),
        come_back=probability_of_return(age, education),
        start=logistic(intervention.start + intervention.start_by_closeness * close),
    )
    off = np.array([share for share, _ in EDUCATIONS.values()])[education] / len(AGES)
    on = np.zeros_like(close)
    for _ in range(BURN_IN + ENTRY):
        on, off = _step(on, off, chances.leave, chances.come_back)
    on, off = on / on.sum(), np.zeros_like(off)
    registered = _months(on, 0, FOLLOW_UP, intervention, chances, never=False)

    # beside the probabilities stand the months since registration, times the probability
    on, off = np.stack([on, on]), np.stack([off, off])
    sums = np.zeros(6)
    for month in range(max(intervention.start_months) + 1):
        if month:
            on, off = _step(on, off, chances.leave, chances.come_back, stay=(1 - DEATH) * (1 - MOVE))
            on[1] += on[0]
        if month not in intervention.start_months:
            continue
        starting = on * chances.start
        on = on - starting
        n = starting[0].sum()
        ways = {
            "started": _started_months(starting[0], FOLLOW_UP, intervention, chances),
            "never": _months(starting[0], month, FOLLOW_UP, intervention, chances, never=True),
            "not_yet": _months(starting[0], month, FOLLOW_UP, intervention, chances, never=False),
            "others": _months(on[0], month, FOLLOW_UP, intervention, chances, never=False) * n / on[0].sum(),
        }
        since_registration = starting[1].sum() - n
        since_registration += _started_months(starting[0], FOLLOW_UP - month, intervention, chances)
        sums += [n, *ways.values(), since_registration]
    return Expectations(float(sums[0]), *(float(one) for one in sums[1:] / sums[0]), registered)


def _step(
    on: np.ndarray, off: np.ndarray, leave: np.ndarray, come_back: np.ndarray, stay: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """A distribution a month later; only the share `stay` neither dies nor moves away."""
    remain = on * (1 - leave)
    later = np.zeros_like(on)
    later[..., 0] = off * come_back
    later[..., 1:] = remain[..., :-1]
    later[..., -1] += remain[..., -1]
    return stay * later, stay * (off * (1 - come_back) + (on * leave).sum(axis=-1))


def _started_months(on: np.ndarray, months: int, intervention: Intervention, chances: _Chances) -> float:
    """Months on benefits of those who start now, this month included."""
    off, total = np.zeros(len(on)), on.sum()
    for since in range(months - 1):
        times = intervention.effect if since < intervention.locked_in_months else 1.0
        on, off = _step(on, off, times * chances.leave, chances.come_back, stay=1 - DEATH)
        total += on.sum()
    return float(total)


def _months(
    on: np.ndarray, month: int, months: int, intervention: Intervention, chances: _Chances, *, never: bool
) -> float:
    """Months on benefits of those who do not start in this month, this month included; later some do, unless never."""
    off, total = np.zeros(len(on)), on.sum()
    for later in range(1, months):
        on, off = _step(on, off, chances.leave, chances.come_back, stay=1 - DEATH)
        if month + later in intervention.start_months and not never:
            starting = on * chances.start
            on = on - starting
            total += _started_months(starting, months - later, intervention, chances)
        total += on.sum()
    return float(total)


# ---------------------------------------- compared


class Compared(NamedTuple):
    """Mean differences in months on benefits among the first FOLLOW_UP; + is longer."""

    starters: int
    registered: float  # who ever starts minus the whole target group, both from registration
    same_month: float  # starters minus those who could have started in the same month
    adjusted: float  # …these weighted by the odds of the probability of starting that the world was drawn with


def compared(world: World, intervention: Intervention) -> Compared:
    """What the comparisons find in a drawn world; whoever moves away counts as long as they are followed."""
    observed, on = world.observed(), world.on[:, :MONTHS]
    close = closeness(world.age[:, None], world.education[:, None], world.months_on[:, :MONTHS])
    chance = logistic(intervention.start + intervention.start_by_closeness * close)

    def months(rows: Sequence[int] | np.ndarray, first: int, weights: np.ndarray | None = None) -> np.ndarray:
        """(2, FOLLOW_UP): those on benefits and those followed, by month from the first."""
        window = slice(first, first + FOLLOW_UP)
        parts = on[rows, window] & observed[rows, window], observed[rows, window]
        return np.stack([np.average(part, axis=0, weights=weights) for part in parts])

    trials = []
    for month in (ENTRY + one for one in intervention.start_months):
        could = on[:, month] & observed[:, month] & (world.start_month >= month)
        starting, others = np.flatnonzero(could & (world.start_month == month)), could & (world.start_month > month)
        if len(starting):
            odds = (chance / (1 - chance))[others, month]
            arms = months(starting, month), months(others, month), months(others, month, odds)
            trials.append((len(starting), *arms))
    size, *arms = (np.array(one) for one in zip(*trials, strict=True))
    started, others, weighted = (
        (on / followed).sum() for on, followed in (np.average(arm, axis=0, weights=size) for arm in arms)
    )
    ever, everyone = (
        (on / followed).sum()
        for on, followed in (months(rows, ENTRY) for rows in (world.start_month < MONTHS, slice(None)))
    )
    return Compared(int(size.sum()), float(ever - everyone), float(started - others), float(started - weighted))
