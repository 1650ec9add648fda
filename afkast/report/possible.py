"""How many values a count may have for one who knows the numbers of persons in other groups.

The groups cut the persons into parts, each of any number; a count is the sum of the parts that are in its group.
"""

import pickle
from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import sha256
from math import ceil, floor, inf
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

ALMOST = 1e-6

UNBOUNDED = 3
"""The status of a program that has no end."""

MOST_NODES = 1_000
"""So often a program of one end of a count is branched (the example's never are); where that is not enough, nothing is
said, or too little. No limit of time, for what is hidden must be the same on every machine."""


Reckoned = TypeVar("Reckoned")


def _once(reckon: Callable[..., Reckoned]) -> Callable[..., Reckoned]:
    """The answer to the same numbers is kept: the rounds of an audit ask nearly the same of nearly the same groups."""
    answers: dict[bytes, Reckoned] = {}

    @wraps(reckon)
    def answer(*given: Any) -> Reckoned:
        asked = sha256(pickle.dumps(given)).digest()  # the numbers themselves would be megabytes
        if asked not in answers:
            answers[asked] = reckon(*given)
        return answers[asked]

    return answer


@_once
def possible_values(aim: NDArray[np.floating], known: Sequence[LinearConstraint]) -> float | None:
    """How many whole numbers the sum of the parts in `aim` may be; None where that is not found out."""
    ends = []
    for sign in (1, -1):
        solved = milp(
            sign * aim, integrality=1, bounds=Bounds(0, 10**6), constraints=known, options={"node_limit": MOST_NODES}
        )
        if solved.x is None:
            return inf if solved.status == UNBOUNDED else None
        ends.append(round(float(aim @ solved.x)))
    return ends[1] - ends[0] + 1


@_once
def values_at_most(
    aim: NDArray[np.floating], cut: NDArray[np.floating], least: NDArray[np.int64], most: NDArray[np.int64]
) -> tuple[float, NDArray[np.bool_]]:
    """The same of any number of groups, `cut` into parts and told to lie between `least` and `most`, as if parts of
    persons were persons: no fewer than there are. With it which of the groups decide."""
    limits, bounds = np.vstack([cut, -cut]), np.concatenate([most, -least])
    ends, decide = [], np.zeros(len(bounds), dtype=bool)
    for sign in (1, -1):
        solved = linprog(sign * aim, A_ub=limits, b_ub=bounds)
        if solved.x is None:
            return inf, decide[: len(cut)]
        ends.append(sign * solved.fun)
        decide |= abs(solved.ineqlin.marginals) > ALMOST
    return floor(ends[1] + ALMOST) - ceil(ends[0] - ALMOST) + 1, decide[: len(cut)] | decide[len(cut) :]
