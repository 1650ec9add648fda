"""Weights that make those who could have started like those who did: a logistic regression on the person-trials."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from afkast.analysis.effect.persons import Floats
from afkast.analysis.effect.terms import Term
from afkast.analysis.effect.threads import each
from afkast.analysis.lack import Lack, NotEnough

PRIOR_SD = 2.5
"""Of the log-odds of starting per standard deviation of a term: far beyond what they do, so that it only
matters where they separate the arms completely and the likelihood has no maximum."""

MONTH_PRIOR_SD = 100.0
"""The same for a month's own level, which only matters in a month in which everyone eligible starts."""

MOST_STEPS = 100
"""Newton's method takes less than ten, and some more where the arms are nearly separated."""

SINGLE_PRECISION_FROM = 5_000_000
"""So many numbers are kept in half the memory, in single precision; everything is computed in double."""

FIRST_STEPS = 100_000
"""So many person-trials are enough to come close to the top of the likelihood; the last steps are taken by all."""

PERSON_TRIALS_AT_A_TIME = 2048
"""Few enough for their covariates to stay in the processor's cache, and for a product not to be shared out among
threads, which wait for each other where others use the processors."""


@dataclass(frozen=True)
class Propensity:
    """The probability of starting in each trial month, and what its being estimated means for an estimate.

    probability: persons × trial months, 0 where not eligible. The person-trials stand by trial month, then person:
    columns, (1 + terms) × person-trials, has a 1 and their standardised terms, and place, trial months ×
    persons, says where among them a person is (anywhere, where not eligible). Coefficients are of the trial months,
    then of the terms; own, trial months × (1 + terms), says which of them count in a month. `curvature`
    H = X'diag(p(1−p))X + the prior's.
    """

    probability: Floats
    coefficients: Floats  # of the standardised terms
    columns: NDArray[np.floating]
    place: NDArray[np.int32]
    own: NDArray[np.int64]
    curvature: Floats
    score: Floats  # persons × (trial months + terms): Σ_m (A_im − p_im) x_im

    def x(self, m: int, persons: NDArray[np.int64] | slice) -> Floats:
        """What the month's own coefficients are multiplied by, (1 + terms) × persons."""
        return np.take(self.columns, self.place[m, persons], axis=1)


def propensity(eligible: NDArray[np.bool_], starts: NDArray[np.bool_], chosen: list[Term]) -> Propensity:
    """Pooled logistic regression of starting on trial month and terms, by Newton's method.

    eligible, starts: persons × trial months.
    Σ (A−p)x = β/σ² with a normal prior of standard deviation σ on each coefficient, so that there always is one answer.
    """
    n, M = eligible.shape
    p = len(chosen)
    rows = [np.flatnonzero(of_month) for of_month in eligible.T]
    person, first = np.concatenate(rows), np.cumsum([0, *map(len, rows)])
    total = len(person)
    single = total * p > SINGLE_PRECISION_FROM
    columns = np.empty((1 + p, total), np.float32 if single else np.float64)
    columns[0] = 1
    for column, (_, values) in zip(columns[1:], chosen, strict=True):
        x = values - values.mean()
        sd = np.sqrt(np.einsum("i,i->", x, x) / total)
        np.divide(x, sd or 1, out=column)

    A = np.concatenate([of_month[r] for of_month, r in zip(starts.T, rows, strict=True)])
    own = np.c_[np.arange(M), np.tile(np.arange(M, M + p), (M, 1))]
    centre = np.r_[np.full(M, logit(A.sum() / total)), np.zeros(p)]
    prior = np.r_[np.full(M, MONTH_PRIOR_SD**-2), np.full(p, PRIOR_SD**-2)]
    everyone = _PersonTrials(columns, A, first, own)
    beta, every = centre, min(20, total // FIRST_STEPS)
    if every > 1:  # one in so many takes the first steps
        some = _PersonTrials(np.ascontiguousarray(columns[:, ::every]), A[::every], -(-first // every), own)
        beta, _ = _most_likely(some, beta, centre, prior, 1e-2)
    beta, H = _most_likely(everyone, beta, centre, prior, 1e-6)

    of_trials = np.concatenate(list(each(partial(everyone.probability, beta), range(M), columns.size / M)))
    probability, score = np.zeros((n, M)), np.empty((n, M + p))
    probability.T[eligible.T] = of_trials
    score[:, :M] = starts - probability
    beyond = A - of_trials
    sums = each(lambda column: np.bincount(person, beyond * column, n), columns[1:], total)
    for number, of_term in enumerate(sums):
        score[:, M + number] = of_term
    place = np.cumsum(eligible.T, dtype=np.int32).reshape(M, n) - 1
    return Propensity(probability, beta[M:], columns, place, own, H, score)


@dataclass(frozen=True)
class _PersonTrials:
    """What is regressed; those of trial month number m are first[m]:first[m+1]; columns, own: as in Propensity."""

    columns: NDArray[np.floating]
    starts: NDArray[np.bool_]
    first: NDArray[np.int64]
    own: NDArray[np.int64]

    def pieces(self, m: int) -> Iterator[slice]:
        """The person-trials of trial month number m, some at a time."""
        first, end = self.first[m], self.first[m + 1]
        for start in range(first, end, PERSON_TRIALS_AT_A_TIME):
            yield slice(start, min(start + PERSON_TRIALS_AT_A_TIME, end))

    def probability(self, beta: Floats, m: int) -> Floats:
        """Of starting, of each person-trial of trial month number m."""
        return expit(np.concatenate([beta[self.own[m]] @ self.columns[:, some] for some in self.pieces(m)]))

    def likelihood(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """The log-likelihood, its slope X'(A − p) and its curvature X'diag(p(1−p))X."""
        likelihood, slope, H = 0.0, np.zeros_like(beta), np.zeros((len(beta), len(beta)))
        of_months = each(partial(self._likelihood, beta), range(len(self.own)), self.columns.size / len(self.own))
        for own, (of_month, own_slope, own_H) in zip(self.own, of_months, strict=True):
            likelihood += of_month
            slope[own] += own_slope
            H[np.ix_(own, own)] += own_H
        return likelihood, slope, H

    def _likelihood(self, beta: Floats, m: int) -> tuple[float, Floats, Floats]:
        """What trial month number m adds to them, by its own coefficients."""
        beta = beta[self.own[m]]
        likelihood, slope, H = 0.0, np.zeros_like(beta), np.zeros((len(beta), len(beta)))
        for some in self.pieces(m):
            x, A = self.columns[:, some].astype(np.float64, copy=False), self.starts[some]
            log_odds = beta @ x
            # log(1 + e^η), so that p = e^η/(1 + e^η)
            log_sum = np.maximum(log_odds, 0) + np.log1p(np.exp(-np.abs(log_odds)))
            p = np.exp(log_odds - log_sum)
            likelihood += A @ log_odds - log_sum.sum()
            slope += x @ (A - p)
            H += (x * (p * (1 - p))) @ x.T
        return likelihood, slope, H


def _most_likely(
    of: _PersonTrials,
    beta: Floats,
    centre: Floats,
    prior: Floats,
    tolerance: float,
) -> tuple[Floats, Floats]:
    """Coefficients at the top of the penalised likelihood, by steps from beta until one is short, and the curvature.

    What is left after a step of Newton's is about its square.
    """
    step, best = np.zeros_like(beta), -np.inf
    for _ in range(MOST_STEPS):
        likelihood, slope, H = of.likelihood(beta)
        likelihood -= (prior * (beta - centre) ** 2).sum() / 2
        if likelihood < best - 1e-12 * abs(best):  # the step led past the top: half of it
            step /= 2
            beta = beta - step
            continue
        best = likelihood
        H += np.diag(prior)
        step[:] = np.linalg.solve(H, slope - prior * (beta - centre))
        converged = np.abs(step).max() < tolerance
        step /= max(1.0, float(np.abs(step).max()) / 3)
        beta = beta + step
        if converged:
            return beta, H
    raise NotEnough(Lack.NO_PROBABILITY)
