"""Small worlds of persons for tests: written by hand, or drawn month by month."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis.effect import Persons

Person = tuple[list[tuple[date, date | None]], date | None, date | None]
"""Spells (first and last day), the day of moving away, the day of death."""

World = tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]
"""On benefits and observed (persons × months), and the month of start, NaN for those who never start."""


def spells_of(people):
    """The table of spells; person number i is called pi."""
    rows = [(f"p{number}", start, end) for number, (spells, _, _) in enumerate(people) for start, end in spells]
    frame = pd.DataFrame(rows, columns=["person", "start", "end"])
    return frame.astype({"start": "datetime64[s]", "end": "datetime64[s]"})


def people_of(people):
    """The table of persons."""
    rows = [(f"p{number}", moved_on, died_on) for number, (_, moved_on, died_on) in enumerate(people)]
    frame = pd.DataFrame(rows, columns=["person", "moved_on", "died_on"])
    return frame.astype({"moved_on": "datetime64[s]", "died_on": "datetime64[s]"})


def drawn_world(
    rng,
    persons=300,
    starts_per_month=10,
    start_months=6,
    follow_up_months=18,
    effect=0.0,
    exit_probability=0.03,
    return_probability=0.025,
):
    """A target group on benefits in month 0; so many of those who still are start at random in each of the months.

    From the month after the start on, `effect` is added to the monthly probability of leaving benefits.
    """
    width = start_months + follow_up_months - 1
    on = np.zeros((persons, width), dtype=bool)
    on[:, 0] = True
    start = np.full(persons, np.nan)
    for month in range(width - 1):
        if month < start_months:
            could_start = np.flatnonzero(on[:, month] & np.isnan(start))
            start[rng.permutation(could_start)[:starts_per_month]] = month
        draw = rng.random(persons)
        stays = draw >= exit_probability + effect * (start <= month)
        on[:, month + 1] = np.where(on[:, month], stays, draw < return_probability)
    return on, np.ones_like(on), start


HISTORY, START_MONTHS, FOLLOW_UP = 12, 6, 18
"""Months before the first trial, months with trials, and months that everyone is followed from their trial."""

CALENDAR = HISTORY + START_MONTHS + FOLLOW_UP - 1


@dataclass(frozen=True)
class Scenario:
    """How persons leave and return to benefits month by month, and who starts.

    From one month to the next one leaves with probability expit(exit + of_need·need + of_duration·duration +
    hidden·h …) + effect·(started), where need is standard normal, duration counts a year on benefits as 1 (at most 2)
    and h is standard normal and measured by nobody. One starts with probability expit(α + s'(need, duration, h)), α
    such that about `treated` of `persons` do in the six months. Those who die are off benefits, those who move unseen.
    """

    effect: float = 0.0
    exit: float = -3.4
    of_need: float = 0.0
    of_duration: float = 0.0
    hidden: float = 0.0
    selects_need: float = 0.0
    selects_duration: float = 0.0
    selects_hidden: float = 0.0
    returns: float = 0.025
    moves: float = 0.0
    dies: float = 0.0
    unregistered: tuple[float, ...] = ()  # share of spells not yet seen in the last month, the last but one …
    of_age: float = 0.0  # times how far one is from 40, standardised: the young and the old
    selects_age: float = 0.0
    of_step: float = 0.0  # times whether one is under 30 or over 55
    selects_step: float = 0.0
    of_change: float = 0.0  # times whether the benefit has changed in the last three months
    selects_change: float = 0.0
    moves_started: float | None = None  # a month, of those who have started, if other than `moves`
    only_off_move: bool = False  # those who have found work move
    teams: int = 0
    of_team: float = 0.0  # times the team's own standard normal
    selects_team: float = 0.0  # times another of the team's
    other: float = 0.0  # who begins another effort a month, of those on benefits
    other_effect: float = 0.0  # and what it adds to the chance of leaving
    held_late: float = 0.0  # of how many the register holds a start one to three months too late


NULL = Scenario()
SELECTED = Scenario(of_need=-0.6, of_duration=-0.5, selects_need=0.7, selects_duration=0.8)
SCENARIOS = {
    "no effect": NULL,
    "an effect": Scenario(effect=0.04),
    "a harmful effect": Scenario(effect=-0.025),
    "few leave": Scenario(exit=-4.6),
    "immortal time": Scenario(exit=-2.2, returns=0.0),
    "selection on need and duration": SELECTED,
    "selection and an effect": replace(SELECTED, effect=0.04),
    "moves and deaths": replace(SELECTED, effect=0.04, moves=0.006, dies=0.003),
    "late registration": replace(SELECTED, effect=0.04, unregistered=(0.4, 0.15)),
    "uneven follow-up": replace(SELECTED, effect=0.04),
    "hardly any treated leave": Scenario(exit=-4.6, effect=-0.007),
    "the young and the old": Scenario(exit=-2.6, of_age=-0.8, selects_age=1.0),
    "the young and the old, an effect": Scenario(exit=-2.6, of_age=-0.8, selects_age=1.0, effect=0.04),
    "under 30 and over 55": Scenario(exit=-2.6, of_step=-1.5, selects_step=1.5),
    "a change of benefit": Scenario(of_change=0.8, selects_change=1.2),
    "another effort": Scenario(exit=-2.6, effect=0.04, other=0.04, other_effect=0.06),
    "a start held too late": Scenario(exit=-2.6, effect=0.04, held_late=0.3),
    "the started move": Scenario(exit=-2.6, effect=0.04, moves=0.02, moves_started=0.12, only_off_move=True),
}
"""What the estimator is held to: all that drives both starting and leaving is measured."""

TEAMS = Scenario(exit=-2.6, teams=8, of_team=0.5, selects_team=0.8)

LAG_MONTHS = {"late registration": 2, "uneven follow-up": 6}
"""Last months of the calendar that are left out: who starts last is followed for so many less than the others."""


@dataclass
class Drawn:
    """Persons × calendar months, as the register has them, and what is known of the persons."""

    on: NDArray[np.bool_]
    observed: NDArray[np.bool_]
    start: NDArray[np.float64]
    covariates: dict[str, NDArray[np.float64]]
    team: NDArray[np.int64] | None = None
    other_start: NDArray[np.float64] | None = None

    @property
    def world(self):
        return self.on, self.observed, self.start

    @property
    def persons(self):
        return Persons(*self.world, covariates=self.covariates, team=self.team, other_start=self.other_start)


def _expit(x):
    return 1 / (1 + np.exp(-x))


@dataclass
class _State:
    """Where persons are in a month: the fields are (persons,)."""

    on: NDArray[np.bool_]
    months: NDArray[np.float64]  # on benefits without a break
    started: NDArray[np.bool_]
    need: NDArray[np.float64]
    h: NDArray[np.float64]
    dead: NDArray[np.bool_]
    age: NDArray[np.float64]
    team: NDArray[np.int64]
    of_team: NDArray[np.float64]
    selects_team: NDArray[np.float64]
    changed: NDArray[np.float64]  # months since the benefit changed
    other: NDArray[np.bool_]  # whether in another effort

    def duration(self):
        return np.minimum(self.months, 24) / 12

    def of(self, rows):
        return _State(*(getattr(self, field)[rows].copy() for field in self.__dataclass_fields__))

    def from_forty(self):
        return (np.abs(self.age - 40) - 10) / 5.77

    def step(self):
        return ((self.age < 30) | (self.age > 55)) * 1.0

    def new_benefit(self):
        return (self.changed < 3) * 1.0

    def wish(self, of):
        measured = of.selects_need * self.need + of.selects_duration * self.duration()
        measured += of.selects_age * self.from_forty() + of.selects_step * self.step()
        measured += of.selects_change * self.new_benefit()
        return measured + of.selects_hidden * self.h + of.selects_team * self.selects_team

    def a_month_later(self, draws, of):
        """draws: (2, persons), uniform: who leaves or returns, and who dies."""
        linear = of.exit + of.of_need * self.need + of.of_duration * self.duration() + of.hidden * self.h
        linear += of.of_age * self.from_forty() + of.of_step * self.step() + of.of_team * self.of_team
        linear += of.of_change * self.new_benefit()
        leave = _expit(linear) + of.effect * self.started + of.other_effect * self.other
        draw = draws[0]
        self.dead |= draws[1] < of.dies
        self.on = np.where(self.on, draw >= leave, draw < of.returns) & ~self.dead
        self.months = np.where(self.on, self.months + 1, 0)
        if of.of_change or of.selects_change:
            self.changed = np.where(draws[1] > 0.95, 0, self.changed + 1)
        if of.other:
            self.other |= self.on & (draws[1] > 1 - of.other)


def _before(rng, of, persons):
    """A target group in its first trial month, all on benefits, and its history: persons × (HISTORY + 1)."""
    kept = []
    alive = replace(of, dies=0.0, other=0.0)
    team_levels = rng.normal(size=(2, max(of.teams, 1))) if of.teams else np.zeros((2, 1))
    while sum(len(history) for _, history in kept) < persons:
        n = 3 * persons
        state = _State(
            np.ones(n, bool),
            rng.integers(1, 12, n) * 1.0,
            np.zeros(n, bool),
            *rng.normal(size=(2, n)),
            np.zeros(n, bool),
            *(np.zeros(n),) * 4,
            np.full(n, 99.0),
            np.zeros(n, bool),
        )
        if of.of_age or of.of_step:
            state.age = rng.uniform(20, 60, n)
        if of.teams:
            state.team = rng.integers(0, of.teams, n)
            state.of_team, state.selects_team = (values[state.team] for values in team_levels)
        history = [state.on]
        for _ in range(HISTORY):
            state.a_month_later(rng.random((2, n)), alive)
            history.append(state.on)
        kept.append((state.of(state.on), np.stack(history, axis=1)[state.on]))
    first = np.arange(sum(len(history) for _, history in kept)) < persons
    states = [np.concatenate([getattr(s, field) for s, _ in kept]) for field in kept[0][0].__dataclass_fields__]
    return _State(*states).of(first), np.concatenate([history for _, history in kept])[first]


@dataclass(frozen=True)
class Truth:
    """Months saved by each trial's starters in each month of follow-up, against the same persons without the start.

    By kind: "not this month" (they may start later, as everyone) and "never", START_MONTHS × FOLLOW_UP; starters: how
    many started in each month.
    """

    gap: dict[str, NDArray[np.float64]]
    starters: NDArray[np.float64]

    def saved(self, kind, lag_months=0, follow_up_months=FOLLOW_UP, until_month=CALENDAR, trials=True):
        """Σ_k of the mean over the starters whose month k is in the calendar less the lag.

        until_month: of it, what falls before this month of the calendar. trials: (START_MONTHS,), only of these.
        """
        month = HISTORY + np.arange(START_MONTHS)[:, None] + np.arange(follow_up_months)
        weight = (self.starters * trials)[:, None] * (month < CALENDAR - lag_months)
        counted = weight * (month < until_month) * self.gap[kind][:, :follow_up_months]
        return float((counted.sum(axis=0) / weight.sum(axis=0)).sum())


def simulate(rng, of, persons, treated):
    """A world in which about so many of the persons start in the six months of the trials."""
    return _simulated(rng, of, persons, treated)[0]


def mean_truth(of):
    """Of all the starters of these worlds."""
    starters = sum(one.starters for one in of)
    gaps = {kind: sum(one.gap[kind] * one.starters[:, None] for one in of) / starters[:, None] for kind in of[0].gap}
    return Truth(gaps, starters)


def world_truth(rng, of, share_treated, persons=60_000):
    """By drawing what becomes of everyone who could start in a month, if they do and if they do not.

    They count by the probability with which they start, and meet the same chances in each case.
    """
    return _simulated(rng, of, persons, round(share_treated * persons), ("started", "not this month", "never"))[1]


def _simulated(rng, of, persons, treated, cases=()):
    state, history = _before(rng, of, persons)
    on = np.zeros((persons, CALENDAR), bool)
    on[:, : HISTORY + 1] = history
    duration = np.zeros((persons, CALENDAR))
    start = np.full(persons, np.nan)
    changed, moves_on = np.zeros((persons, CALENDAR)), np.full(persons, CALENDAR)
    other_start = np.full(persons, np.nan)
    copies = []
    on_benefit = {case: np.zeros((START_MONTHS, FOLLOW_UP)) for case in cases}
    starters = np.zeros(START_MONTHS)
    for month in range(HISTORY, CALENDAR):
        on[:, month], duration[:, month], changed[:, month] = state.on, state.duration(), state.new_benefit()
        if of.moves_started is not None:
            h = np.where(state.started, of.moves_started, of.moves) * ~(state.on & of.only_off_move)
            moves_on = np.where((moves_on == CALENDAR) & (rng.random(persons) < h), month + 1, moves_on)
        if month < HISTORY + START_MONTHS:
            could, wish = state.on & ~state.started & ~state.other, state.wish(of)
            low, high = -15.0, 5.0
            for _ in range(30):
                level = (low + high) / 2
                enough = _expit(level + wish[could]).sum() >= treated / START_MONTHS
                low, high = (low, level) if enough else (level, high)
            for _, _, of_case in copies:
                later = of_case["not this month"]
                later.started |= later.on & ~later.other & (rng.random(len(later.on)) < _expit(level + later.wish(of)))
            probability = _expit(level + wish[could])
            starters[month - HISTORY] = probability.sum()
            if cases:
                copies.append((month, probability / probability.sum(), {case: state.of(could) for case in cases}))
                copies[-1][2]["started"].started[:] = True
            starts = could & (rng.random(persons) < _expit(level + wish))
            state.started |= starts
            start[starts] = month
        for since, weight, of_case in copies:
            if month < since + FOLLOW_UP:
                draws = rng.random((2, len(weight)))
                for case, copy in of_case.items():
                    on_benefit[case][since - HISTORY, month - since] = weight @ copy.on
                    copy.a_month_later(draws, of)
        state.a_month_later(rng.random((2, persons)), of)
        other_start[np.isnan(other_start) & state.other] = month + 1

    late = rng.random(persons) < of.held_late if of.held_late else np.zeros(persons, bool)
    start[late] += rng.integers(1, 4, late.sum())
    moved = rng.geometric(of.moves, persons) + HISTORY if of.moves else np.full(persons, CALENDAR)
    moved = moved if of.moves_started is None else moves_on
    observed = np.arange(CALENDAR) < moved[:, None]
    seen = on & observed
    for back, share in enumerate(of.unregistered):
        seen[:, CALENDAR - 1 - back] &= rng.random(persons) >= share
    known = {"need": state.need, "duration": duration}
    if of.of_age or of.of_step:
        known = {"duration": duration, "age": state.age}
    if of.of_change or of.selects_change:
        known["new benefit"] = changed
    drawn = Drawn(seen, observed, start, known, state.team.astype(int) if of.teams else None)
    drawn = replace(drawn, other_start=other_start) if of.other else drawn
    return drawn, Truth({case: on_benefit[case] - on_benefit["started"] for case in cases[1:]}, starters)
