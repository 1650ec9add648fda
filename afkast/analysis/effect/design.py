"""Who is compared with whom: the trials of a calendar, their strata and the weights of their controls."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.effect.persons import Floats, Persons
from afkast.analysis.effect.terms import Term, across, at, names_of, terms
from afkast.analysis.effect.weights import Propensity, propensity
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.survival import FEWEST_IN_GROUP
from afkast.errors import AfkastError

FEWEST_CONTROLS = 5
"""A trial month with fewer controls says nothing on its own; it is merged with its neighbour."""

FEW_CONTROLS = 20
"""Where the controls are as uncertain as fewer of equal weight, it is said: nearly all who are like the treated may be
gone, and no interval tells how far off that leaves the estimate."""

Weights = Literal["none", "att", "overlap"]
"""none: everyone counts one. att: controls p/(1−p), as if drawn from the treated. overlap: treated 1−p, controls p."""


@dataclass(frozen=True)
class Stratum:
    """The controls of one stratum; `comparison` numbers what is compared, the same number for merged trial months."""

    rows: NDArray[np.int64] | slice  # the persons
    controls: NDArray[np.bool_]  # those persons × trial months
    comparison: NDArray[np.int64]  # (trial months,)

    def some(self, which: slice) -> NDArray[np.int64] | slice:
        """The rows of some of the persons; a slice, where they are everyone, copies nothing."""
        return which if isinstance(self.rows, slice) else self.rows[which]


@dataclass(frozen=True)
class Design:
    """Trial months m, who was eligible and who started in each, and what everyone weighs.

    months: (M,) calendar columns; eligible, starts, control_weight: persons × M; person, trial, comparison,
    treated_weight: (N₁,), the row, trial month number and comparison of each treated.
    """

    months: NDArray[np.int64]
    eligible: NDArray[np.bool_]
    starts: NDArray[np.bool_]
    person: NDArray[np.int64]
    trial: NDArray[np.int64]
    comparison: NDArray[np.int64]
    strata: list[Stratum]
    treated_weight: Floats
    control_weight: Floats
    weights: Weights
    propensity: Propensity | None
    terms: list[Term]  # what the propensity is regressed on

    @property
    def covariates(self) -> tuple[str, ...]:
        """Those of which there is a term."""
        return names_of(self.terms)

    @property
    def comparisons(self) -> int:
        return max(int(stratum.comparison.max()) for stratum in self.strata) + 1


def _merged(controls: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers for trial months, counted up when the months so far have enough different persons as controls."""
    if (controls.sum(axis=0) >= FEWEST_CONTROLS).all():
        return np.arange(controls.shape[1])
    numbers, number, persons = [], 0, np.zeros(len(controls), dtype=bool)
    for of_month in controls.T:
        persons |= of_month
        numbers.append(number)
        if persons.sum() >= FEWEST_CONTROLS:
            number, persons = number + 1, np.zeros_like(persons)
    return np.minimum(numbers, max(number - 1, 0))


def design(persons: Persons, weights: Weights | None = None) -> Design:
    """The trials of the months in which someone eligible starts; weights: att if there are covariates, else none."""
    start_month, covariates, strata = persons.start, persons.covariates, persons.strata
    weights = weights or ("att" if covariates else "none")
    months = np.unique(start_month[~np.isnan(start_month)]).astype(int)
    if len(months) == 0:
        raise NotEnough(Lack.NOBODY_STARTED)
    months = months[(months >= 0) & (months < persons.shape[1])]
    E = persons.may_start[:, months] & ~(start_month[:, None] < months)
    A = E & (start_month[:, None] == months)
    some = A.any(axis=0)
    months, E, A = months[some], E[:, some], A[:, some]
    for name, x in covariates.items():
        if not np.isfinite(x).all() and (E & ~np.isfinite(across(x, months))).any():
            raise AfkastError(f"{name} is missing for some who could start; fill it in, or leave it out.")
    person, trial = np.nonzero(A)
    if len(person) < FEWEST_IN_GROUP:
        raise NotEnough(Lack.FEW_STARTED, fewest=FEWEST_IN_GROUP)

    C = E & ~A
    if not C.any():
        raise NotEnough(Lack.ALL_STARTED_AT_ONCE)
    found: list[Stratum] = []
    comparison = np.zeros(len(person), dtype=int)
    if strata is None:
        found = [Stratum(slice(None), C, _merged(C))]
        comparison = found[0].comparison[trial]
    else:
        codes = np.stack([at(strata, m) for m in months], axis=1)
        first = 0
        for code in np.unique(codes[A]):
            inside = codes == code
            rows = np.flatnonzero((inside & C).any(axis=1))
            controls = (inside & C)[rows]
            found.append(Stratum(rows, controls, first + _merged(controls)))
            own = inside[person, trial]
            comparison[own] = found[-1].comparison[trial[own]]
            first = int(found[-1].comparison.max()) + 1

    used = terms(covariates, A, C, months)
    if covariates and not used:
        weights = "none"  # nothing that both arms share: the balance shows how they differ
    regression = propensity(E, A, used) if used else None
    treated_weight, control_weight = np.ones(len(person)), np.ones(E.shape)
    if weights != "none":
        if regression is None:
            raise AfkastError("weights need covariates to weigh by; give the persons some, or weigh by none.")
        p = regression.probability
        if weights == "att":
            control_weight = p / np.maximum(1 - p, 1e-12)
        else:
            treated_weight, control_weight = 1 - p[person, trial], p
    return Design(
        months, E, A, person, trial, comparison, found, treated_weight, control_weight, weights, regression, used
    )
