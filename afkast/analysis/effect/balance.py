"""How alike the treated and those they are compared with are: in mean, in spread, and in how many are in each band."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis.effect.design import Design
from afkast.analysis.effect.interval import ROUNDING
from afkast.analysis.effect.persons import Covariates, Floats
from afkast.analysis.effect.terms import across, values_of, yes_or_no

SMALL_DIFFERENCE = 0.1
"""A standardised difference between two groups is usually called small below this (Austin 2009)."""

LARGE_DIFFERENCE = 0.25
"""Beyond this regression cannot be trusted to make up for it (Rubin 2001; What Works Clearinghouse 2022)."""

LARGEST_VARIANCE_RATIO = 2.0
"""Of the arms' variances, either way (Rubin 2001)."""

LEAST_ALIKE = 0.4
"""Weighed, the controls must be as many as this for each treated, or a few of those left stand for most. Where all that
selects is measured, as in the worlds of `benchmarks/coverage.py`, intervals hold with fewer, too (150 of 200 treated:
97 % of 230 worlds); what nobody measured would weigh the heavier with those few."""

BEYOND_CHANCE = 3.0
"""So many standard errors: a table of some twenty rows should not fail by chance alone."""

BANDS = 5
"""A number is compared in fifths of those who could start."""


@dataclass(frozen=True)
class _Groups:
    """The treated and the controls of their own trials, before and after weights and strata."""

    of: Design
    controls: Floats  # persons × trial months, 1 where a control
    weights: list[Floats]  # of each stratum's controls
    total: Floats  # (comparisons,), their sum

    @classmethod
    def of_design(cls, of: Design) -> "_Groups":
        weights = [stratum.controls * of.control_weight[stratum.rows] for stratum in of.strata]
        groups = cls(of, (of.eligible & ~of.starts).astype(float), weights, np.zeros(of.comparisons))
        return cls(of, groups.controls, weights, groups.sums(np.ones((len(groups.controls), 1))))

    def sums(self, x: Floats) -> Floats:
        """Σ w x of each comparison's controls."""
        out = np.zeros(self.of.comparisons)
        for stratum, weight in zip(self.of.strata, self.weights, strict=True):
            np.add.at(out, stratum.comparison, np.einsum("im,im->m", weight, x[stratum.rows]))
        return out

    def treated(self, x: Floats) -> Floats:
        """(N₁,), the treated's own."""
        return np.broadcast_to(x, self.controls.shape)[self.of.person, self.of.trial]

    def means(self, x: Floats) -> tuple[float, float, float, float]:
        """Of x (persons × trial months or × 1): treated and controls before, treated and controls after."""
        of, W, treated = self.of, self.total, self.treated(x)
        a = of.treated_weight * (W > 0)[of.comparison]
        before = np.einsum("im,im->m", self.controls, x) / np.maximum(self.controls.sum(axis=0), 1)
        after = np.divide(self.sums(x), W, out=np.zeros_like(W), where=W > 0)
        return (
            float(treated.mean()),
            float(before[of.trial].mean()),
            float((a * treated).sum() / a.sum()),
            float((a * after[of.comparison]).sum() / a.sum()),
        )

    def spread(self, x: Floats) -> float:
        """√((s₁² + s₀²)/2), unweighted."""
        controls = self.controls.sum()
        apart = x - np.einsum("im,im->", self.controls, np.broadcast_to(x, self.controls.shape)) / controls
        variance = np.einsum("im,im,im->", self.controls, apart, apart) / (controls - 1)
        return float(np.sqrt((self.treated(x).var(ddof=1) + variance) / 2))

    def row(self, x: Floats) -> dict[str, float]:
        treated, before, weighted, after = self.means(x)
        s = self.spread(x)
        return {
            "treated_mean": treated,
            "control_mean_before": before,
            "difference_before": (treated - before) / s if s > 0 else 0.0,
            "control_mean_after": after,
            "difference_after": (weighted - after) / s if s > 0 else 0.0,
        }

    def variance_ratio(self, x: Floats) -> float:
        """Of the weighted treated's to the weighted controls'; NaN where the controls are all alike."""
        _, _, treated, control = self.means(x)
        _, _, treated_squared, control_squared = self.means(x * x)
        of_treated, of_control = _variance(treated, treated_squared), _variance(control, control_squared)
        return of_treated / of_control if of_control > 0 else np.nan


def _variance(mean: float, mean_of_squares: float) -> float:
    """0 where all are alike but for rounding: it may come out on either side of 0, with the order of the persons."""
    found = mean_of_squares - mean**2
    return found if found > ROUNDING * mean_of_squares else 0.0


def _known(values: NDArray[np.generic], months: NDArray[np.int64]) -> Floats:
    """Persons × trial months (or × 1); 0 of those who could not start, of whom it may not be known."""
    found = across(values, months).astype(np.float64)
    return np.where(np.isfinite(found), found, 0.0)


def balance(of: Design, covariates: Covariates) -> pd.DataFrame:
    """How alike the treated and their own trials' controls are, before and after weights and strata.

    Indexed by covariate: mean of the treated, mean of the controls and standardised difference
    (x̄₁ − x̄₀)/√((s₁² + s₀²)/2) before and after, with the same s in both; the ratio of the variances after, NaN for a
    yes or no, whose variance is that of its mean.
    """
    groups, rows = _Groups.of_design(of), {}
    for name, values in covariates.items():
        x = _known(values, of.months)
        is_number = not yes_or_no(values_of(values, of.eligible, of.months))
        rows[name] = groups.row(x) | {
            "variance_ratio": groups.variance_ratio(x) if is_number else np.nan,
            "in_regression": name in of.covariates,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("covariate")


def bands(of: Design, covariates: Covariates) -> pd.DataFrame:
    """How many of each arm are in each fifth of a number: as `balance`, of shares, by covariate and the fifth's ends.

    Two groups can have the same mean age, one of them of the young and the old.
    """
    groups, rows = _Groups.of_design(of), []
    for name, values in covariates.items():
        found = values_of(values, of.eligible, of.months)
        if yes_or_no(found):
            continue
        x = _known(values, of.months)
        edges = np.unique(np.quantile(found, np.arange(1, BANDS) / BANDS))
        edges = edges[edges > found.min()]
        for low, high in zip([found.min(), *edges], [*edges, np.inf], strict=True):
            inside = ((x >= low) & (x < high)).astype(float)
            rows.append({"covariate": name, "from": low, "below": high} | groups.row(inside))
    of_row = ["treated_mean", "control_mean_before", "difference_before", "control_mean_after", "difference_after"]
    place = ["covariate", "from", "below"]
    return pd.DataFrame(rows, columns=[*place, *of_row]).set_index(place)


def overlap(of: Design) -> pd.DataFrame:
    """Person-trials of each arm by the chance of starting, in fifths of the treated's: started, could; from, below.

    Where many of the treated had a chance that few of the others had, these few stand for them. Empty without a
    regression.
    """
    columns = ["started", "could"]
    if of.propensity is None:
        return pd.DataFrame(columns=columns)
    p = np.broadcast_to(of.propensity.probability, of.eligible.shape)
    edges = np.unique(np.quantile(p[of.starts], np.arange(1, BANDS) / BANDS))
    counts = [
        np.bincount(np.searchsorted(edges, p[arm], side="right"), minlength=len(edges) + 1)
        for arm in (of.starts, of.eligible & ~of.starts)
    ]
    places = pd.MultiIndex.from_arrays([[0.0, *edges], [*edges, 1.0]], names=["from", "below"])
    return pd.DataFrame(np.transpose(counts), places, columns)


def unbalanced(means: pd.DataFrame, shares: pd.DataFrame, sizes: tuple[float, float]) -> list[str]:
    """The covariates in which the arms still differ by more than weights can be trusted to make up for.

    means, shares: of `balance` and `bands`; sizes: how many each arm counts for. A difference counts when it is large,
    in the mean, the spread or a band, and more than chance makes of so few.
    """
    few = BEYOND_CHANCE * np.sqrt(1 / sizes[0] + 1 / sizes[1])
    limit = max(LARGE_DIFFERENCE, few)
    largest = max(LARGEST_VARIANCE_RATIO, np.exp(np.sqrt(2) * few))
    ratio = means["variance_ratio"]
    apart = means["difference_after"].abs().gt(limit) | ratio.gt(largest) | ratio.lt(1 / largest)
    in_a_band = shares["difference_after"].abs().gt(limit)
    names = {*means.index[apart], *shares.index[in_a_band].get_level_values("covariate")}
    return [name for name in means.index if name in names]
