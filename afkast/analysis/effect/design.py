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
"""A month with fewer controls is no trial, and who starts in it is left out, and counted as such: those of another
month are not in the same place at the same time. Compared with them, the last of many who start seem to save half of
what they do (*another effort* of `benchmarks/coverage.py`)."""

FEW_CONTROLS = 20
"""Where the controls are as uncertain as fewer of equal weight, it is said: nearly all who are like the treated may be
gone, and no interval tells how far off that leaves the estimate."""

Weights = Literal["none", "att", "overlap"]
"""none: everyone counts one. att: controls p/(1−p), as if drawn from the treated. overlap: treated 1−p, controls p."""


@dataclass(frozen=True)
class Stratum:
    """The controls of one stratum; `comparison` numbers what is compared, the trial months of each stratum."""

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


def design(persons: Persons, weights: Weights | None = None) -> Design:
    """The trials of the months in which someone eligible starts, and enough do not.

    weights: att if there are covariates, else none.
    """
    start_month, covariates, strata = persons.start, persons.covariates, persons.strata
    weights = weights or ("att" if covariates else "none")
    months = np.unique(start_month[~np.isnan(start_month)]).astype(int)
    if len(months) == 0:
        raise NotEnough(Lack.NOBODY_STARTED)
    months = months[(months >= 0) & (months < persons.shape[1])]
    E = persons.may_start[:, months] & ~(start_month[:, None] < months)
    A = E & (start_month[:, None] == months)
    if A.sum() < FEWEST_IN_GROUP:
        raise NotEnough(Lack.FEW_STARTED, fewest=FEWEST_IN_GROUP)
    controls = (E & ~A & A.any(axis=0)).sum(axis=0)
    if not controls.any():
        raise NotEnough(Lack.ALL_STARTED_AT_ONCE)
    trials = controls >= FEWEST_CONTROLS
    months, E, A = months[trials], E[:, trials], A[:, trials]
    for name, x in covariates.items():
        if not np.isfinite(x).all() and (E & ~np.isfinite(across(x, months))).any():
            raise AfkastError(f"{name} is missing for some who could start; fill it in, or leave it out.")
    person, trial = np.nonzero(A)
    if len(person) < FEWEST_IN_GROUP:
        raise NotEnough(Lack.FEW_COMPARABLE, fewest=FEWEST_CONTROLS)

    C, M = E & ~A, len(months)
    found: list[Stratum] = []
    comparison = trial
    if strata is None:
        found = [Stratum(slice(None), C, np.arange(M))]
    else:
        comparison = np.zeros(len(person), dtype=int)
        codes = np.stack([at(strata, m) for m in months], axis=1)
        for number, code in enumerate(np.unique(codes[A])):
            inside = codes == code
            rows = np.flatnonzero((inside & C).any(axis=1))
            found.append(Stratum(rows, (inside & C)[rows], number * M + np.arange(M)))
            own = inside[person, trial]
            comparison[own] = found[-1].comparison[trial[own]]

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
