"""Who is compared with whom: the trials of a calendar, their strata and the weights of their controls."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis.effect.weights import Covariates, Floats, Propensity, across, at, bearable, propensity
from afkast.analysis.survival import FEWEST_IN_GROUP
from afkast.errors import AfkastError

FEWEST_CONTROLS = 5
"""A trial month with fewer controls says nothing on its own; it is merged with its neighbour."""

SMALL_DIFFERENCE = 0.1
"""A standardised difference between two groups is usually called small below this (Austin 2009)."""

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
    covariates: tuple[str, ...]

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


def _check(
    on_benefit: NDArray[np.bool_],
    observed: NDArray[np.bool_],
    start_month: Floats,
    covariates: Covariates,
    strata: NDArray[np.generic] | None,
    eligible: NDArray[np.bool_] | None,
) -> None:
    """Refuse arrays that do not fit together, or are of another kind than they must be."""
    shape = on_benefit.shape
    for name, values in (("På ydelse", on_benefit), ("Fulgt", observed), ("Kunne starte", eligible)):
        if values is not None and (values.dtype != np.bool_ or values.ndim != 2 or values.shape != shape):
            raise AfkastError(f"{name} skal være sandt eller falsk for hver person og måned, i lige store tabeller.")
    if start_month.shape != shape[:1] or start_month.dtype.kind not in "iuf":
        raise AfkastError("Startmåneden skal stå én gang for hver person, tom for dem der ikke er startet.")
    if (start_month != np.floor(start_month))[~np.isnan(start_month)].any():
        raise AfkastError("Startmåneden skal være et helt tal, månedens plads i tabellen.")
    for name, x in {**covariates, "Stratum": on_benefit if strata is None else strata}.items():
        if x.shape not in (shape, shape[:1]):
            raise AfkastError(f"{name} skal stå for hver person, eller for hver person og måned.")


def design(
    on_benefit: NDArray[np.bool_],
    observed: NDArray[np.bool_],
    start_month: Floats,
    covariates: Covariates | None = None,
    strata: NDArray[np.generic] | None = None,
    weights: Weights = "none",
    eligible: NDArray[np.bool_] | None = None,
) -> Design:
    """The trials of the months in which someone eligible starts.

    on_benefit, observed: persons × calendar months; start_month: column of each person's start, NaN if never;
    covariates, strata: persons or persons × calendar months, as known in the trial's month; eligible: persons ×
    calendar months, who may be in a trial (such as: in the target group), everyone if not given.
    """
    _check(on_benefit, observed, start_month, {} if covariates is None else covariates, strata, eligible)
    months = np.unique(start_month[~np.isnan(start_month)]).astype(int)
    if len(months) == 0:
        raise AfkastError("Ingen personer er startet i indsatsen; der er intet at sammenligne.")
    months = months[(months >= 0) & (months < on_benefit.shape[1])]
    may = on_benefit & observed if eligible is None else on_benefit & observed & eligible
    E = may[:, months] & ~(start_month[:, None] < months)
    A = E & (start_month[:, None] == months)
    some = A.any(axis=0)
    months, E, A = months[some], E[:, some], A[:, some]
    for name, x in ({} if covariates is None else covariates).items():
        if not np.isfinite(x).all() and (E & ~np.isfinite(across(x, months))).any():
            raise AfkastError(
                f"{name} mangler for nogle af dem, der kunne starte; udfyld oplysningen eller udelad den."
            )
    person, trial = np.nonzero(A)
    if len(person) < FEWEST_IN_GROUP:
        raise AfkastError(f"Under {FEWEST_IN_GROUP} er startet, mens de var på ydelse; det er for få til en kurve.")

    C = E & ~A
    if not C.any():
        raise AfkastError("Alle, der kunne starte, er startet i samme måned; der er ingen at sammenligne med.")
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

    used: Covariates = {} if covariates is None else bearable(covariates, A, C, months)
    if covariates and not used:
        weights = "none"  # nothing that both arms share: the balance shows how they differ
    regression = propensity(E, A, months, used) if used else None
    treated_weight, control_weight = np.ones(len(person)), np.ones(E.shape)
    if weights != "none":
        if regression is None:
            raise AfkastError("En vægtet sammenligning kræver oplysninger om personerne at veje efter.")
        p = regression.probability
        if weights == "att":
            control_weight = p / np.maximum(1 - p, 1e-12)
        else:
            treated_weight, control_weight = 1 - p[person, trial], p
    return Design(
        months, E, A, person, trial, comparison, found, treated_weight, control_weight, weights, regression, tuple(used)
    )


def balance(of: Design, covariates: Covariates) -> pd.DataFrame:
    """How alike the treated and their own trials' controls are, before and after weights and strata.

    Indexed by covariate: mean of the treated, mean of the controls and standardised difference
    (x̄₁ − x̄₀)/√((s₁² + s₀²)/2) before and after, with the same s in both.
    """
    C = (of.eligible & ~of.starts).astype(float)
    w = [stratum.controls * of.control_weight[stratum.rows] for stratum in of.strata]

    def sums(x: Floats) -> Floats:
        """Σ w x of each comparison's controls."""
        out = np.zeros(of.comparisons)
        for stratum, weight in zip(of.strata, w, strict=True):
            np.add.at(out, stratum.comparison, np.einsum("im,im->m", weight, x[stratum.rows]))
        return out

    controls, W = C.sum(axis=0), sums(np.ones((len(C), 1)))
    a = of.treated_weight * (W > 0)[of.comparison]
    rows = {}
    for name, values in covariates.items():
        found = across(values, of.months)
        x: Floats = np.where(np.isfinite(found), found, 0.0).astype(np.float64, copy=False)  # who could not start
        treated = np.broadcast_to(x, C.shape)[of.person, of.trial]
        of_month = np.einsum("im,im->m", C, x)
        before = (of_month / np.maximum(controls, 1))[of.trial]
        after = np.divide(sums(x), W, out=np.zeros_like(W), where=W > 0)[of.comparison]
        x -= of_month.sum() / controls.sum()
        variance = np.einsum("im,im,im->", C, x, x) / (controls.sum() - 1)
        s = np.sqrt((treated.var(ddof=1) + variance) / 2)
        weighted_treated = (a * treated).sum() / a.sum()
        weighted_control = (a * after).sum() / a.sum()

        def standardised(difference: float, s: float = s) -> float:
            return float(difference / s) if s > 0 else 0.0

        rows[name] = {
            "treated_mean": treated.mean(),
            "control_mean_before": before.mean(),
            "difference_before": standardised(treated.mean() - before.mean()),
            "control_mean_after": weighted_control,
            "difference_after": standardised(weighted_treated - weighted_control),
            "in_regression": name in of.covariates,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("covariate")
