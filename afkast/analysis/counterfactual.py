"""What would have happened: a municipality's series had it developed as others' did, and how far off that usually is.

Each comparison is a set of weights on the other areas: from the base month on, the own level is expected to change as
the weighted mean of theirs. How far off it is where nothing was done is seen by asking it of every other area and of
earlier base months (placebo, Abadie, Diamond and Hainmueller 2010); an own gap within that says nothing of a strategy.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls

from afkast.analysis.benchmark import by_area
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.series_breaks import refuse_across

Floats = NDArray[np.float64]

NEAREST = 5
"""So many of the most alike are a cluster where none is given."""

FACTORS = 2
"""So many common developments are told apart."""

FEWEST_MONTHS_BEFORE = 24
"""Shorter series do not tell who has developed alike."""

MONTHS_BETWEEN_BASES = 3
"""Of the earlier base months: nearer ones repeat each other."""

FEWEST_PLACEBOS = 19
"""With fewer, the largest of them is no 95 % limit: 1/(19 + 1) is 5 %."""

ALIKE_IN_SIZE = 1 / 3
"""Small areas stray further, so the placebo areas are those nearest in size: a third of all."""

ONE = 1e3
"""How hard the weights are held to add up to 1."""


# ---------------------------------------------------------------- weights

Weigh = Callable[[int], Floats]
"""The weights of all areas for one of them, by its place."""

# each takes path, months × areas, 1 in the base month, and size, persons then


def _pooled(path: Floats, size: Floats) -> Weigh:
    """Everyone else by size: the country without the municipality itself."""

    def weigh(own: int) -> Floats:
        weights = size.copy()
        weights[own] = 0
        return weights / weights.sum()

    return weigh


def _nearest(path: Floats, size: Floats) -> Weigh:
    """The five whose months before were most like the own, by size."""

    def weigh(own: int) -> Floats:
        distance = ((path - path[:, [own]]) ** 2).sum(axis=0)
        distance[own] = np.inf
        weights = np.zeros(len(size))
        near = np.argsort(distance, kind="stable")[:NEAREST]
        weights[near] = size[near]
        return weights / weights.sum()

    return weigh


def _simplex(path: Floats) -> Weigh:
    """w ≥ 0, Σ w = 1, least Σ_t (path_own − Σ_j w_j path_j)²."""
    scale = ONE * max(np.abs(path).max(), 1e-12)
    rows = np.vstack([path, np.full(path.shape[1], scale)])

    def weigh(own: int) -> Floats:
        others = np.delete(np.arange(path.shape[1]), own)
        found, _ = nnls(rows[:, others], rows[:, own])
        weights = np.zeros(path.shape[1])
        weights[others] = found / found.sum()
        return weights

    return weigh


def _synthetic_levels(path: Floats, size: Floats) -> Weigh:
    """Synthetic control with an intercept (Doudchenko and Imbens 2016): levels less each area's own mean."""
    return _simplex(path - path.mean(axis=0))


def _synthetic_changes(path: Floats, size: Floats) -> Weigh:
    """Synthetic control on the changes from month to month."""
    return _simplex(np.diff(path, axis=0))


def _factors(path: Floats, size: Floats) -> Weigh:
    """As others with the same sensitivity to the common developments (interactive fixed effects, Xu 2017).

    Loadings of the months before by singular values; the others' change is regressed on them, by size. The forecast is
    linear in the others' change, so it has weights as well, some of them below 0.
    """
    apart = path - path.mean(axis=0)
    loadings = np.linalg.svd(apart, full_matrices=False)[2][:FACTORS].T * np.sqrt(path.shape[1])
    X = np.column_stack([np.ones(len(size)), loadings])

    def weigh(own: int) -> Floats:
        importance = size.copy()
        importance[own] = 0
        gram = X.T @ (importance[:, None] * X)
        return np.asarray(X[own] @ np.linalg.solve(gram, X.T * importance))

    return weigh


def _combined(path: Floats, size: Floats) -> Weigh:
    """The mean of four that err in different ways (Bates and Granger 1969)."""
    each = [prepared(path, size) for prepared in (_pooled, _nearest, _synthetic_changes, _factors)]
    return lambda own: np.mean([weigh(own) for weigh in each], axis=0)


COMPARISONS: dict[str, Callable[[Floats, Floats], Weigh]] = {
    "country": _pooled,
    "nearest": _nearest,
    "synthetic_levels": _synthetic_levels,
    "synthetic_changes": _synthetic_changes,
    "factors": _factors,
    "combined": _combined,
}

# ---------------------------------------------------------------- gaps


@dataclass(frozen=True)
class Gap:
    """How far the own series is from what a comparison expects, so many months after the base.

    gap: share of the level in the base month, + = above what is expected. limit: 95 % of the placebo gaps of areas
    nearest in size are within ± it; NaN with too few. weights: by area.
    """

    comparison: str
    gap: float
    limit: float
    placebos: int
    weights: pd.Series

    @property
    def interval(self) -> tuple[float, float]:
        return self.gap - self.limit, self.gap + self.limit

    @property
    def outside(self) -> bool:
        """Further off than municipalities are where nothing was done."""
        return bool(abs(self.gap) > self.limit)


def _gaps(
    values: Floats, at: int, months_after: int, comparison: Callable[[Floats, Floats], Weigh], areas: Iterable[int]
) -> Iterator[tuple[float, Floats]]:
    """Of areas by their place; values: months × areas. Weights see the months up to and with `at`, nothing later."""
    path = values / values[at]
    weigh, then = comparison(path[: at + 1], values[at]), path[at + months_after]
    for own in areas:
        weights = weigh(own)
        yield float(then[own] - weights @ then), weights


def _declared(cluster: Sequence[str], areas: Sequence[str]) -> Callable[[Floats, Floats], Weigh]:
    """The declared peers by size; with the municipality itself, when it is one of them."""
    members = np.isin(np.asarray(areas), list(cluster))

    def prepared(path: Floats, size: Floats) -> Weigh:
        weights = np.where(members, size, 0.0)
        return lambda own: weights / weights.sum()

    return prepared


def placebo_gaps(
    panel: pd.DataFrame, base: pd.Timestamp, months_after: int, comparison: str = "country", *, earlier: bool = True
) -> pd.DataFrame:
    """Every area's gap from the same base month, and from earlier ones whose months after end by it.

    panel: months × areas, persons, without blanks. Columns: area, base, size (in the base month), gap.
    """
    values = panel.to_numpy(dtype=float)
    last = int(panel.index.get_indexer(pd.DatetimeIndex([base]))[0])
    if last < FEWEST_MONTHS_BEFORE - 1 or last + months_after >= len(panel):
        raise NotEnough(Lack.SHORT_BEFORE_BASE, fewest=FEWEST_MONTHS_BEFORE, base=base, months=months_after)
    bases = [last]
    if earlier:
        bases += list(range(last - months_after, FEWEST_MONTHS_BEFORE - 2, -MONTHS_BETWEEN_BASES))
    everybody = range(len(panel.columns))
    rows = [
        (panel.columns[own], panel.index[at], values[at, own], gap)
        for at in bases
        for own, (gap, _) in enumerate(_gaps(values, at, months_after, COMPARISONS[comparison], everybody))
    ]
    return pd.DataFrame(rows, columns=["area", "base", "size", "gap"])


def limit_of(placebos: pd.DataFrame, own: str, size: float, level: float = 0.95) -> tuple[float, int]:
    """The |gap| that so many of the placebo areas nearest in size are within, and how many gaps it rests on.

    The ⌈level (n + 1)⌉-th smallest, so that it holds for one area more of their kind: of the same months, which all
    have shared, and of the earlier ones. The wider of the two counts, for other years may have been calmer.
    """
    others = placebos[placebos["area"] != own]
    apart = np.log(others.groupby("area")["size"].last() / size).abs().sort_values(kind="stable")
    near = apart.index[: max(FEWEST_PLACEBOS, int(np.ceil(ALIKE_IN_SIZE * len(apart))))]
    alike = others[others["area"].isin(near)]
    limits = []
    for _, of_months in alike.groupby(alike["base"] == placebos["base"].max()):
        gaps = np.sort(of_months["gap"].abs().to_numpy())
        place = int(np.ceil(level * (len(gaps) + 1)))
        limits.append(gaps[place - 1] if place <= len(gaps) else np.nan)
    return (float(max(limits)) if len(near) >= FEWEST_PLACEBOS else float("nan")), len(alike)


def compared(
    panel: pd.DataFrame,
    own: str,
    base: pd.Timestamp,
    months_after: int,
    breaks: pd.DataFrame,
    *,
    cluster: Sequence[str] = (),
    accepted: str = "",
) -> list[Gap]:
    """The own gap by each comparison, the one that strays least on placebo first.

    panel: months × areas, persons; areas with blanks are left out. cluster: the declared peers, with the municipality
    itself or without; other areas have no declared peers, so its limit is that of the nearest. Raises BrokenSeries
    across a break without a reason (`accepted`).
    """
    place = int(panel.index.get_indexer(pd.DatetimeIndex([base]))[0])
    if place < 0 or place + months_after >= len(panel):
        raise NotEnough(Lack.NO_MONTHS_AFTER, base=base, months=months_after)
    refuse_across(breaks, base, panel.index[place + months_after], accepted)
    kept = panel.loc[:, (panel > 0).all()]
    if len(kept.columns) <= FEWEST_PLACEBOS:
        count = len(kept.columns) - 1
        raise NotEnough(Lack.FEW_MUNICIPALITIES, fewest=FEWEST_PLACEBOS, count=count)
    if own not in kept:
        raise NotEnough(Lack.OWN_MONTHS_MISSING, own=own)
    others = kept.drop(columns=own)  # what was done here must not be in what others are compared with
    values, at = kept.to_numpy(dtype=float), int(kept.index.get_indexer(pd.DatetimeIndex([base]))[0])
    place = list(kept.columns).index(own)
    found = []
    for name, comparison in COMPARISONS.items():
        limit, count = limit_of(placebo_gaps(others, base, months_after, name), own, values[at, place])
        [(gap, weights)] = _gaps(values, at, months_after, comparison, [place])
        found.append(Gap(name, gap, limit, count, pd.Series(weights, kept.columns)))
    nearest = next(one for one in found if one.comparison == "nearest")
    for name, members in {
        "cluster": [area for area in cluster if area != own],
        "cluster_with_own": list(cluster) if own in cluster else [],
    }.items():
        if members:
            [(gap, weights)] = _gaps(values, at, months_after, _declared(members, list(kept.columns)), [place])
            found.append(Gap(name, gap, nearest.limit, nearest.placebos, pd.Series(weights, kept.columns)))
    return sorted(found, key=lambda one: np.inf if np.isnan(one.limit) else one.limit)


def persons_by_area(measures: pd.DataFrame, country: str) -> pd.DataFrame:
    """One measure's persons as months × areas, without the country; `measures` are its rows."""
    return by_area(measures, "numerator").drop(columns=country, errors="ignore")
