"""Where people go and come back from: the share in each place month by month, by Aalen and Johansen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis import survival
from afkast.analysis.cohort import along, column_of
from afkast.analysis.effect import Effect
from afkast.analysis.effect.persons import Floats
from afkast.analysis.follow_up import FollowUp

Places = NDArray[np.int64]


class Place(IntEnum):
    """Where one is in a month; the first five are benefits."""

    SAME = 0  # the benefit that the started most often receive
    OTHER = 1
    EDUCATION = 2
    FLEX_JOB = 3
    PENSION = 4
    OFF = 5  # self-support, or an allowance that is not among the benefits
    DEAD = 6
    MOVED = 7


ON_BENEFITS = (Place.SAME, Place.OTHER, Place.EDUCATION, Place.FLEX_JOB, Place.PENSION)

KINDS = {
    Place.EDUCATION: ("su", "uddannelse", "elev", "skole"),
    Place.FLEX_JOB: ("fleksjob", "fleksløn"),
    Place.PENSION: ("pension", "efterløn"),
}
"""How the name of a benefit of the kind begins or ends."""


def kind_of(benefit: str, same: str) -> Place:
    """The place of those who receive a benefit."""
    if benefit == same:
        return Place.SAME
    name = benefit.lower()
    return next((kind for kind, words in KINDS.items() if name.startswith(words) or name.endswith(words)), Place.OTHER)


def places(followed: FollowUp, people: pd.DataFrame) -> Places:
    """Persons × months; people: the persons, of whom some have died or moved away."""
    history = followed.history
    kinds = np.array([kind_of(benefit, followed.commonest_benefit) for benefit in history.benefits])
    found = np.where(history.on_benefit, kinds[history.benefit], Place.OFF)
    order = people.set_index("person").loc[history.persons]
    died, moved = (column_of(order[day], history.months) for day in ("died_on", "moved_on"))
    month = np.arange(len(history.months))
    found = np.where(~history.on_benefit & (month >= died[:, None]), Place.DEAD, found)
    return np.where(month >= moved[:, None], Place.MOVED, found).astype("int64")


@dataclass(frozen=True)
class Destinations:
    """The share of an arm in each place in month k, in the order of `Place`, and who were seen there.

    person: (trials,), whose row each person-trial is; at: (trials, K), the place, −1 after the calendar's last month.
    """

    found: survival.StateOccupation
    person: NDArray[np.int64]
    at: Places


def destinations(effect: Effect, places: Places) -> Mapping[str, Destinations]:
    """Of the treated and the weighted controls, in month k after their trial's: shares in the order of `Place`.

    P(k) = P(0) ∏ (I + dA), dA_hj = dN_hj/Y_h over the person-trials, who return as well. Each is followed to the last
    month of the calendar; moving away is a place, and nobody leaves it. Controls weigh as in the effect, each trial's
    together as its treated. Errors by person, the weights taken as given.
    """
    return {
        arm: _occupied(places, rows, months, weights, effect.follow_up_months)
        for arm, (rows, months, weights) in trials(effect).items()
    }


def first_exit_test(effect: Effect) -> survival.LogRank:
    """Log-rank test of the months until benefits are left for the first time: do the treated leave at another rate?

    Of the person-trials, weighted as in the effect, with a robust score by person; who moves away is followed until
    then. It hears of every month alike, also those in which few are left, and not of returns.
    """
    exits, events, arms, weights, persons = [], [], [], [], []
    for number, (person, month, weight) in enumerate(trials(effect).values()):
        K = effect.follow_up_months
        on, seen = (along(of[person], month, K) for of in (effect.persons.on_benefit, effect.persons.observed))
        left = seen & ~on
        event = left.any(axis=1)
        exits.append(np.where(event, left.argmax(axis=1), seen.sum(axis=1) - 1))
        events.append(event)
        arms.append(np.full(len(person), number))
        weights.append(weight / weight.mean())
        persons.append(person)
    exit, event, arm, weight, person = (np.concatenate(part) for part in (exits, events, arms, weights, persons))
    return survival.log_rank(exit, event, arm, weights=weight, person=person)


def trials(effect: Effect) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64], Floats]]:
    """Of the treated and the controls, by person-trial: the person's row, the trial's calendar month and the weight.

    A trial's controls weigh together as its treated.
    """
    of, cells = effect.assigned, effect.comparison.cells[:, 0]
    compared = cells[of.comparison] > 0
    weight = np.zeros(of.eligible.shape)
    for stratum in of.strata:
        controls = stratum.controls * of.control_weight[stratum.rows]
        sums = np.bincount(stratum.comparison, controls.sum(axis=0), len(cells))
        share = np.divide(cells, sums, out=np.zeros_like(cells), where=sums > 0)
        weight[stratum.rows] += controls * share[stratum.comparison]
    person, trial = np.nonzero(weight)
    return {
        "treated": (of.person[compared], of.months[of.trial[compared]], of.treated_weight[compared]),
        "control": (person, of.months[trial], weight[person, trial]),
    }


def _occupied(
    places: Places, person: NDArray[np.int64], month: NDArray[np.int64], weight: Floats, follow_up_months: int
) -> Destinations:
    """A row for each stay: in `origin` over (entry, exit], in `to` after it."""
    at = along(places[person].astype(float), month, follow_up_months).astype("int64")
    length = np.minimum(follow_up_months, places.shape[1] - month)
    inside = np.arange(follow_up_months) < length[:, None]
    begins = np.ones_like(inside)
    begins[:, 1:] = at[:, 1:] != at[:, :-1]
    row, entry = np.nonzero(begins & inside)
    last = np.append(row[1:] != row[:-1], True)
    exit = np.where(last, length[row] - 1, np.append(entry[1:], 0))
    to = np.where(last, at[row, entry], at[row, np.minimum(exit, follow_up_months - 1)])
    kept = exit > entry
    found = survival.aalen_johansen(
        exit[kept],
        to[kept],
        entry[kept],
        at[row, entry][kept],
        states=len(Place),
        weights=weight[row][kept],
        person=person[row][kept],
    )
    return Destinations(found, person, np.where(inside, at, -1))
