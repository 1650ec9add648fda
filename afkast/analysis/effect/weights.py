"""Weights that make those who could have started like those who did: a logistic regression on the person-trials."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from afkast.errors import AfkastError

Floats = NDArray[np.float64]
Covariates = Mapping[str, NDArray[np.floating] | NDArray[np.bool_]]
"""By name, persons or persons × calendar months, the most important first."""

TREATED_PER_COVARIATE = 10
"""A regression on few events overfits: one covariate for each ten who started."""

FEWEST_ALIKE = 5
"""So many controls must share what is weighed by."""

PRIOR_SD = 2.5
"""Of the log-odds of starting per standard deviation of a covariate: far beyond what covariates do, so that it only
matters where they separate the arms completely and the likelihood has no maximum."""

MONTH_PRIOR_SD = 100.0
"""The same for a month's own level, which only matters in a month in which everyone eligible starts."""

MOST_STEPS = 100
"""Newton's method takes less than ten, and some more where the arms are nearly separated."""

SINGLE_PRECISION_FROM = 20_000_000
"""So many numbers take half the memory in single precision; what is summed over persons stays in double."""


def missing(name: str) -> AfkastError:
    """What is said when a covariate is not known of everyone who could start."""
    return AfkastError(f"{name} mangler for nogle af dem, der kunne starte; udfyld oplysningen eller udelad den.")


def at(values: NDArray[np.generic], month: int) -> NDArray[np.generic]:
    """What is known of the persons in a calendar month."""
    return values[:, month] if values.ndim == 2 else values


def bearable(
    covariates: Covariates, starts: NDArray[np.bool_], controls: NDArray[np.bool_], months: NDArray[np.int64]
) -> Covariates:
    """As many of the covariates, from the first, as so many treated bear: one for each ten.

    starts, controls: persons × trial months; months: their calendar columns. A yes or no of some treated that fewer
    than five of the controls share is passed over: a handful cannot stand for them, and a weight estimated from a
    handful adds error and nothing else. The balance still shows how the arms differ in it.
    """

    def shared(values: NDArray[np.generic]) -> bool:
        x = np.stack([at(values, m) for m in months], axis=1)
        if not np.isin(x[starts | controls], (0, 1)).all():
            return True
        return all(
            not (starts & side).any() or (controls & side).any(axis=1).sum() >= FEWEST_ALIKE
            for side in (x == 1, x == 0)
        )

    usable = {name: values for name, values in covariates.items() if shared(values)}
    return dict(list(usable.items())[: max(1, int(starts.sum()) // TREATED_PER_COVARIATE)])


@dataclass(frozen=True)
class Propensity:
    """The probability of starting in each trial month, and what its being estimated means for an estimate.

    probability: persons × trial months, 0 where not eligible. rows and columns hold, for each trial month, the
    eligible persons and their standardised covariates; `curvature` H = X'diag(p(1−p))X + the prior's.
    """

    probability: Floats
    coefficients: Floats  # of the standardised covariates
    rows: list[NDArray[np.int64]]
    columns: list[NDArray[np.floating]]
    curvature: Floats
    score: Floats  # persons × (trial months + covariates): Σ_m (A_im − p_im) x_im

    def correction(self, gradient: Floats) -> Floats:
        """(A_i − p_i) x_i'H⁻¹G, persons × …: how each person moves an estimate by moving the regression.

        gradient: G = Σ IF_i · (d log w_i / dη) · x_i, (trial months + covariates) × ….
        """
        return self.score @ np.linalg.solve(self.curvature, gradient)

    def gradient(self, m: int, influence: Floats) -> Floats:
        """x'·influence over the eligible of trial month number m; influence: eligible × …."""
        x = np.zeros((len(self.curvature), influence.shape[1]))
        x[m] = influence.sum(axis=0)
        x[len(self.rows) :] = self.columns[m].T @ influence
        return x


def propensity(
    eligible: NDArray[np.bool_], starts: NDArray[np.bool_], months: NDArray[np.int64], covariates: Covariates
) -> Propensity:
    """Pooled logistic regression of starting on trial month and covariates, by Newton's method.

    eligible, starts: persons × trial months; months: the calendar column of each trial month.
    Σ (A−p)x = β/σ² with a normal prior of standard deviation σ on each coefficient, so that there always is one answer.
    """
    n, M = eligible.shape
    p = len(covariates)
    rows = [np.flatnonzero(eligible[:, m]) for m in range(M)]
    total = sum(len(r) for r in rows)
    dtype = np.float32 if total * p > SINGLE_PRECISION_FROM else np.float64
    columns = [np.empty((len(r), p), dtype) for r in rows]
    for number, (name, values) in enumerate(covariates.items()):
        parts = [at(values, months[m])[rows[m]].astype(np.float64) for m in range(M)]
        mean = sum(part.sum() for part in parts) / total
        sd = np.sqrt(sum(((part - mean) ** 2).sum() for part in parts) / total)
        if not np.isfinite(sd):
            raise missing(name)
        for column, part in zip(columns, parts, strict=True):
            column[:, number] = (part - mean) / sd if sd > 0 else 0

    A = [starts[r, m] for m, r in enumerate(rows)]
    centre = np.r_[np.full(M, logit(sum(a.sum() for a in A) / total)), np.zeros(p)]
    prior = np.r_[np.full(M, MONTH_PRIOR_SD**-2), np.full(p, PRIOR_SD**-2)]
    beta = centre.copy()
    rounding = 1e-12 if dtype == np.float64 else 1e-6
    # every twentieth of many persons takes the first steps
    every = max(1, min(20, total // 200_000))
    step, best = np.zeros_like(beta), -np.inf
    for _ in range(MOST_STEPS):
        slope = -prior * (beta - centre)
        H = np.diag(prior)
        likelihood = -(prior * (beta - centre) ** 2).sum() / 2
        for m in range(M):
            Z = columns[m][::every]
            log_odds = beta[m] + Z @ beta[M:].astype(dtype)
            probability = expit(log_odds)
            likelihood += (np.where(A[m][::every], log_odds, 0) - np.logaddexp(0, log_odds)).sum(dtype=np.float64)
            residual, w = A[m][::every] - probability, probability * (1 - probability)
            slope[m] += residual.sum()
            slope[M:] += Z.T @ residual
            H[m, m] += w.sum(dtype=np.float64)
            H[m, M:] += Z.T @ w
            H[M:, M:] += (Z * w[:, None]).T @ Z
        H[M:, :M] = H[:M, M:].T
        if likelihood < best - rounding * abs(best):  # the step led past the top: half of it
            step /= 2
            beta = beta - step
            continue
        best = likelihood
        step = np.linalg.solve(H, slope)
        converged = np.abs(step).max() < (1e-2 if every > 1 else 1e-9 if dtype == np.float64 else 1e-5)
        step /= max(1.0, float(np.abs(step).max()) / 3)
        beta = beta + step
        if converged and every == 1:
            break
        if converged:
            every, best = 1, -np.inf
    else:
        raise AfkastError("Sandsynligheden for at starte kan ikke beregnes af oplysningerne; udelad nogle af dem.")
    probabilities, score = np.zeros((n, M)), np.zeros((n, M + p))
    for m, r in enumerate(rows):
        probability = expit(beta[m] + columns[m] @ beta[M:])
        probabilities[r, m] = probability
        score[r, m] = A[m] - probability
        score[r, M:] += score[r, m][:, None] * columns[m]
    return Propensity(probabilities, beta[M:], rows, columns, H, score)
