"""An attacker who knows everything that is published of groups of persons; shares no code with the door.

By hand and by exhaustion: the persons fall into parts by which groups they are in, each part holds any number of
persons, and every table of parts that agrees with what is published is tried.
"""

from itertools import combinations, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def parts_of(groups):
    """The parts that groups (name: set of persons) cut everybody into: by the names of the groups they are in."""
    parts = {}
    for person in set().union(*groups.values()):
        within = frozenset(name for name, persons in groups.items() if person in persons)
        parts.setdefault(within, set()).add(person)
    return parts


def possible_values(groups, published, hidden, most=40):
    """The values that the group `hidden` may have for who knows the published numbers (name: (least, most))."""
    parts = list(parts_of(groups))
    found = set()

    def fill(place, left_least, left_most, so_far):
        if any(one < 0 for one in left_most.values()):
            return
        if place == len(parts):
            if all(one <= 0 for one in left_least.values()):
                found.add(so_far)
            return
        part = parts[place]
        room = min([left_most[name] for name in part if name in left_most], default=most)
        for number in range(room + 1):
            least = {name: one - number * (name in part) for name, one in left_least.items()}
            up_to = {name: one - number * (name in part) for name, one in left_most.items()}
            fill(place + 1, least, up_to, so_far + number * (hidden in part))

    fill(
        0, {name: low for name, (low, _) in published.items()}, {name: high for name, (_, high) in published.items()}, 0
    )
    return found


def counts_giving(part, whole, shown):
    """Every count x ≤ whole for which `shown(x)` is what was published of `part`."""
    return {x for x in range(whole + 1) if shown(x) == shown(part)}


def pairs_that_tell(published):
    """Of published groups (name: set), two of which one holds the other and the rest is one to four persons."""
    return [
        (one, other)
        for one, other in product(published, published)
        if published[other] < published[one] and 1 <= len(published[one] - published[other]) <= 4
    ]


def few_that_follow(published, most=3):
    """Groups of one to four that up to so many published groups (sets) give, added to and taken from each other."""
    everybody = sorted(set().union(*published))
    rows = np.array([[person in group for person in everybody] for group in published], dtype=int)
    found = []
    for size in range(2, most + 1):
        for chosen in combinations(range(len(rows)), size):
            for signs in product((1, -1), repeat=size):
                rest = np.array(signs) @ rows[list(chosen)]
                if rest.min() == 0 and rest.max() == 1 and rest.sum() <= 4:
                    found.append([published[one] for one in chosen])
    return found


FEWEST = 4
"""So many values a hidden count must keep."""


def keeps(groups, known, aim, fewest=FEWEST):
    """Whether a group keeps so many values for who knows all that is published, however large the persons' parts are.

    groups: sets of persons by name. known: [(weights by group, least, most)].
    """
    parts = list(parts_of(groups))

    def row(weights):
        return np.array([sum(weight for name, weight in weights.items() if name in one) for one in parts], dtype=float)

    target = row({aim: 1})
    rules = [LinearConstraint(row(weights), least, most) for weights, least, most in known]
    least = -1
    for _ in range(fewest):
        higher = LinearConstraint(target, least + 1, np.inf)
        found = milp(target, integrality=1, bounds=Bounds(0, 1000), constraints=[*rules, higher])
        assert found.success or least >= 0, "what is published contradicts itself"
        if not found.success:
            return False
        least = round(found.fun)
    return True
