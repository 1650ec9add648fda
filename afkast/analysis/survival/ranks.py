"""The log-rank test: do groups leave at the same rate?"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from afkast.analysis.survival.counts import Floats, Integers, Rows, checked_rows, places, tally
from afkast.analysis.survival.influence import of_persons
from afkast.errors import AfkastError

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True)
class LogRank:
    """Events observed and expected in each group, (groups,) in sorted order, and the test that they agree.

    Sums of weights when weighted.
    """

    groups: NDArray[np.generic]
    observed: Floats
    expected: Floats
    chi_square: float
    degrees_of_freedom: int
    p_value: float


def log_rank(
    exit: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    entry: ArrayLike | None = None,
    *,
    strata: ArrayLike | None = None,
    n: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    person: ArrayLike | None = None,
    ties: Ties = "efron",
) -> LogRank:
    """Test of two or more groups, within strata if given; rows as `kaplan_meier`, group and strata (rows,) labels.

    O − E = Σ_t (d_gt − d_t n_gt/n_t);  V_gh = Σ_t d_t (n_t − d_t)/(n_t − 1) · n_gt/n_t (δ_gh − n_ht/n_t);
    χ² = (O − E)'V⁻(O − E) on as many degrees of freedom as groups with something expected, less one.

    With weights or several rows a person: the robust score test of a Cox model at β = 0 (Lin and Wei, JASA 84, 1989),
    χ² = U'(Σ_i r_i r_i')⁻U with score residuals r_i summed by person; R's coxph(robust=TRUE)$rscore. `ties` matters to
    it alone: efron as coxph has it, breslow for U equal to the weighted O − E.

    Source: Mantel, Cancer Chemotherapy Reports 50 (1966); Peto and Peto, JRSS A 135 (1972).
    """
    if ties not in ("efron", "breslow"):
        raise AfkastError(f"ties must be efron or breslow, but was {ties}.")
    rows = checked_rows(exit, event, entry, n, weights, person)
    labels, g = places("the group", group, len(rows.exit))
    levels, s = places("the stratum", np.zeros(len(rows.exit)) if strata is None else strata, len(rows.exit))
    G, strata_count = len(labels), len(levels)
    if G < 2:
        raise AfkastError("there is only one group, so there is nothing to compare.")

    # (strata · times, groups): every time of every stratum is a table of its own
    def by_time(table: Floats) -> Floats:
        return table.reshape(strata_count, G, rows.last + 1).transpose(0, 2, 1).reshape(-1, G)

    table = tally(rows, s * G + g, strata_count * G, weighted=True)
    n_g, d_g = by_time(table[:, 0]), by_time(table[:, 2])
    n_t, d_t = n_g.sum(axis=1), d_g.sum(axis=1)
    happens = d_t > 0
    share = n_g[happens] / n_t[happens, None]
    expected = (d_t[happens, None] * share).sum(axis=0)

    if rows.robust:
        residuals = _score_residuals(rows, g, s * (rows.last + 1), n_g, d_g, ties)
        U = residuals.T @ (np.ones(len(residuals)) if rows.n is None else rows.n)
        r = of_persons(residuals, rows.person, rows.persons)
        V = (r if rows.n is None else r * rows.n[:, None]).T @ r
    else:
        U = d_g.sum(axis=0) - expected
        left = n_t[happens]
        factor = d_t[happens] * np.divide(left - d_t[happens], left - 1, out=np.zeros(len(left)), where=left > 1)
        V = np.diag((factor[:, None] * share).sum(axis=0)) - (factor[:, None] * share).T @ share

    compared = expected > 0
    freedom = max(int(compared.sum()) - 1, 0)
    kept = np.flatnonzero(compared)[:-1]
    chi_square = float(U[kept] @ np.linalg.pinv(V[np.ix_(kept, kept)], hermitian=True) @ U[kept])
    p_value = float(chdtrc(freedom, chi_square)) if freedom > 0 else 1.0
    return LogRank(labels, d_g.sum(axis=0), expected, chi_square, freedom, p_value)


def _score_residuals(rows: Rows, g: Integers, offset: Integers, n_g: Floats, d_g: Floats, ties: Ties) -> Floats:
    """Weighted score residuals at β = 0 of one of each row's n persons, (rows, groups); n_g, d_g: (cells, groups).

    A cell is a time of a stratum, at `offset` + time. With d tied events Efron's hazard comes in d steps s = 0…d−1, in
    which those who leave count 1 − s/d of themselves:  h_s = w̄/Y_s, Y_s = Y − (s/d)D, z_s = (Y_g − (s/d)D_g)/Y_s, where
    w̄ = D/d. Breslow's: s/d = 0 throughout.
    r_ig = w_i [ δ_i(Z_ig − mean_s z_s(x_i)) − Σ_u Σ_s (share of i at risk) h_s (Z_ig − z_s) ].
    """
    cells, G = n_g.shape
    at_exit = offset + rows.exit
    persons = np.bincount(at_exit[rows.event > 0], None if rows.n is None else rows.n[rows.event > 0], cells)
    d = persons.astype(np.int64)
    cell = np.repeat(np.arange(cells), d)  # a row per step of each cell
    step = np.arange(len(cell)) - np.repeat(np.cumsum(d) - d, d)
    gone = step / d[cell] if ties == "efron" else np.zeros(len(cell))
    D = d_g.sum(axis=1)
    Y_s = n_g.sum(axis=1)[cell] - gone * D[cell]
    h_s = D[cell] / d[cell] / Y_s
    z_s = (n_g[cell] - gone[:, None] * d_g[cell]) / Y_s[:, None]

    def summed(values: Floats) -> Floats:
        return np.stack([np.bincount(cell, column, cells) for column in values.T], axis=1)

    # the hazard and its product with z, (cells, 1 + G), of those who stay in each cell and of those who leave in it
    parts = np.column_stack([h_s, h_s[:, None] * z_s])
    stays, leaves = summed(parts), summed((1 - gone)[:, None] * parts)
    mean_z = summed(z_s) / np.maximum(d, 1)[:, None]
    until = stays.cumsum(axis=0)  # over the strata too: only differences within a stratum are used
    event = (rows.event > 0)[:, None]
    total = until[at_exit] - stays[at_exit] + np.where(event, leaves[at_exit], stays[at_exit])
    total -= until[offset + rows.entry] if rows.entry is not None else (until - stays)[offset]
    Z = g[:, None] == np.arange(G)
    residual = event * (Z - mean_z[at_exit]) - (Z * total[:, :1] - total[:, 1:])
    weight = np.broadcast_to(rows.weight(), rows.exit.shape)
    return np.asarray(weight[:, None] * residual)
