"""The means of a design's trials: who is followed, and what they are compared in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.cohort import along
from afkast.analysis.effect.design import FEWEST_CONTROLS, Design
from afkast.analysis.effect.interval import Outcome
from afkast.analysis.effect.persons import Floats, Persons
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.survival import FEWEST_OBSERVED, months_followed

AT_A_TIME = 750_000
"""Persons × trial months × calendar months: few enough to stay in the processor's cache, and for a product not to be
shared out among threads, which wait for each other where others use the processors."""


@dataclass(frozen=True)
class Followed:
    """What is averaged, persons × calendar months, 0 where it does not count.

    seen: observed. Y: the outcome. R: observed, times the weight that stands for those who have moved away; control_R,
    control_Y: the same and the outcome times the weight of a control, which is another where controls are censored at
    their start. on: on benefits and observed.
    """

    seen: NDArray[np.bool_]
    Y: Floats
    R: Floats
    control_R: Floats  # noqa: N815
    control_Y: Floats  # noqa: N815
    on: NDArray[np.bool_]
    until_start: bool = False


def followed(persons: Persons, Y: Floats) -> Followed:
    """Everyone as long as they are observed: intention to treat."""
    R = persons.observed.astype(float)
    return Followed(persons.observed, Y, R, R, Y, persons.on_benefit & persons.observed)


def back(cells: Floats, months: NDArray[np.int64], T: int) -> Floats:
    """(M, T): the inverse of `cohort.along`."""
    out = np.zeros((len(months), T + cells.shape[1]))
    out[np.arange(len(months))[:, None], months[:, None] + np.arange(cells.shape[1])] = cells
    return out[:, :T]


@dataclass(frozen=True)
class Means:
    """Of each comparison's controls and each treated in month k = 0…τ−1.

    W, P0: (comparisons, τ), the controls' weight and weighted mean; share: (N₁, τ), a_i R_i(k)/Σ a R; Y: (N₁, τ);
    the counts are (τ,).
    """

    W: Floats
    P0: Floats
    share: Floats
    Y: Floats
    treated_observed: Floats
    treated_on: Floats
    control_observed: Floats
    control_on: Floats


def pieces(persons: int, cells: int) -> Iterator[slice]:
    """Some of the persons at a time, when each has so many trial months × calendar months."""
    size = max(1, AT_A_TIME // cells)
    for first in range(0, persons, size):
        yield slice(first, first + size)


def means(of: Design, data: Followed, follow_up_months: int | None) -> Means:
    """Followed for as long as at least 10 and 20 % of either arm are, and each comparison as long as five controls."""
    T = data.R.shape[1]
    K = min(follow_up_months or T, T - int(of.months[0]))
    W, WY, counted, counted_on = np.zeros((4, of.comparisons, K))
    for stratum in of.strata:
        sums = np.zeros((4, len(of.months), T))
        for some in pieces(len(stratum.controls), len(of.months) * T):
            rows = stratum.some(some)
            one = stratum.controls[some].T.astype(float)
            w = one * of.control_weight[rows].T
            sums[0] += w @ data.control_R[rows]
            sums[1] += w @ data.control_Y[rows]
            sums[2] += one @ (data.control_R[rows] > 0)
            sums[3] += one @ (data.on[rows] & (data.control_R[rows] > 0))
        for out, of_stratum in zip((W, WY, counted, counted_on), sums, strict=True):
            np.add.at(out, stratum.comparison, along(of_stratum, of.months, K))
    enough = (counted >= FEWEST_CONTROLS) & (W > 0)
    P0 = np.divide(WY, W, out=np.zeros_like(W), where=enough)

    R, Y = (along(values[of.person], of.months[of.trial], K) for values in (data.R, data.Y))
    seen, on = (along(values[of.person], of.months[of.trial], K) for values in (data.seen, data.on))
    seen = seen & enough[of.comparison]
    in_use = np.bincount(of.comparison[seen[:, 0]], minlength=of.comparisons) > 0
    observed = np.stack([seen.sum(axis=0, dtype=float), counted[in_use].sum(axis=0)])
    tau = months_followed(observed)
    if tau == 0:
        few = Lack.FEW_FOLLOWED if observed[0, 0] < FEWEST_OBSERVED else Lack.FEW_COMPARABLE
        raise NotEnough(few, fewest=FEWEST_OBSERVED)
    a = of.treated_weight[:, None] * (R * seen)[:, :tau]
    W = np.where(enough, W, 0)
    on_treated, on_control = (seen & on).sum(axis=0, dtype=float), counted_on[in_use].sum(axis=0)
    return Means(
        W[:, :tau],
        P0[:, :tau],
        a / a.sum(axis=0),
        Y[:, :tau],
        observed[0, :tau],
        on_treated[:tau],
        observed[1, :tau],
        on_control[:tau],
    )


@dataclass(frozen=True)
class Comparison:
    """What an effect and its errors are computed from."""

    design: Design
    data: Followed
    mean: Means
    count: Floats  # (τ,), how many times D(k) counts in what is saved
    person: NDArray[np.int64] | None  # whose each row is

    @cached_property
    def index(self) -> NDArray[np.int64]:
        """(rows,), the number of the person whose row it is."""
        rows = np.arange(len(self.data.R))
        return rows if self.person is None else np.unique(self.person, return_inverse=True)[1]

    @cached_property
    def cells(self) -> Floats:
        """(comparisons, τ), the share of the treated followed in k who are compared in it."""
        out = np.zeros_like(self.mean.W)
        np.add.at(out, self.design.comparison, self.mean.share)
        return out

    def by_person(self, of_rows: Floats) -> Floats:
        return summed(of_rows, self.index, int(self.index.max()) + 1)


def summed(values: Floats, number: NDArray[np.int64], size: int) -> Floats:
    """By number; the very values, where each number is there once and in order."""
    if len(number) == size and (np.diff(number) > 0).all():
        return values
    out = np.zeros((size, *values.shape[1:]))
    np.add.at(out, number, values)
    return out


def outcome_in(comparison: Comparison, calendar: NDArray[np.bool_]) -> Outcome:
    """What of a person's outcome falls in some calendar months, y = Σ_k c(k) Y(k) over them.

    c(k) = count(k) N₁(0)/N₁(k), so that what is saved is the difference in mean. The mean lies between the least and
    the greatest that anyone has for the months they are followed, y/Σ_k c(k) R(k), times the treated's mean of Σ_k c(k)
    R(k): who is followed for half the time and stays on benefits throughout is at the end, not in the middle. The
    controls' variance is about the mean of their own comparison, each counted as (share of the treated compared with
    them) w/Σw. A control's months after their own start are among these, also where the mean leaves them out.
    """
    of, data, mean, count = comparison.design, comparison.data, comparison.mean, comparison.count
    T, cells = data.R.shape[1], comparison.cells[:, 0]
    c = count * mean.treated_observed[0] / mean.treated_observed

    def in_calendar(values: Floats) -> Floats:
        """Of each treated; values: (N₁, τ)."""
        return back(values, of.months[of.trial], T)[:, calendar].sum(axis=1)

    def least_and_greatest(y: Floats, months: Floats) -> list[float]:
        """Of y for a month that counts, of those who are followed in any."""
        each = y[months > 0] / months[months > 0]
        return [each.min(), each.max()] if len(each) else []

    of_treated = mean.share > 0
    ends = least_and_greatest(in_calendar(of_treated * mean.Y * c), in_calendar(of_treated * c))
    squares = shares = 0.0
    for stratum in of.strata:
        number = stratum.comparison
        counts = back(np.tile(c, (len(number), 1)), of.months, T) * calendar
        of_mean = back(mean.P0[number], of.months, T) * counts
        share = np.divide(cells[number], mean.W[number, 0], out=np.zeros(len(number)), where=mean.W[number, 0] > 0)
        for some in pieces(len(stratum.controls), len(number) * T):
            rows, controls = stratum.some(some), stratum.controls[some] & (cells[number] > 0)
            Y, R = data.Y[rows], data.seen[rows].astype(float)
            y = Y @ counts.T
            r = y - R @ of_mean.T
            w = controls * of.control_weight[rows] * data.control_R[rows][:, of.months] * share
            ends += least_and_greatest(y[controls], (R @ counts.T)[controls])
            squares, shares = squares + float((w * r**2).sum()), shares + float(w.sum())
    control_mean = float(in_calendar(mean.share * mean.P0[of.comparison] * count).sum())
    mean_followed = float(in_calendar(mean.share * count).sum())
    lowest, highest = (end(ends, default=0.0) * mean_followed for end in (min, max))
    return Outcome(lowest, highest, control_mean, squares / shares)
