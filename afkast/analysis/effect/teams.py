"""The error of an effect where persons share something nobody measured: a team of caseworkers, few of them.

Persons of one team may be alike in how soon they leave benefits. Where the treated are not spread over the teams as
the others are, that is in the difference, and an error that adds up persons does not know it.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from afkast.analysis.effect.arms import Arms
from afkast.analysis.effect.persons import Floats
from afkast.analysis.survival import Estimate

FEWEST_TEAMS = 5
"""Fewer teams do not tell how much teams differ."""

LARGEST_SHARE = 0.99
"""Of an arm in one team; all of it would leave nothing to tell that team's difference from."""


def by_team(
    saved: Estimate, influence: Arms, shares: tuple[Floats, Floats], team: NDArray[np.int64]
) -> Estimate | None:
    """The estimate with an error summed within the team before it is squared, and few degrees of freedom.

    influence: on the estimate, (persons,); shares: of the treated and of everyone, in their arm's weight at time zero;
    team: (persons,), −1 where it is not known, who are then one team more. None where the teams are too few.

    U_g = Σ IF₁/√(1−a_g) + Σ IF₀/√(1−b_g), a_g and b_g the team's share of the treated and of the controls' weight: the
    bias-reduced linearisation of Bell and McCaffrey (2002, CR2) of two weighted means. What teams add to the estimate
    is Σ c_g u_g with c = a − b, and to U it is M u; persons add S_g = Σ IF² to the variance of U_g. So teams differ by
    σ² = (ΣU² − ΣS)/tr(M'M), at least 0, and cov U = Ω = σ²MM' + diag S. The variance ΣU² is put right by
    (σ²Σc² + ΣS)/tr Ω where that is more, and has (tr Ω)²/tr Ω² degrees of freedom: those of Imbens and Kolesár (2016),
    whose working covariance, too, has a part of the cluster that is estimated and one of the person.
    """
    names, g = np.unique(team, return_inverse=True)
    if (names >= 0).sum() < FEWEST_TEAMS:
        return None
    of_treated = g[influence.of_treated]

    def summed(values: Floats, of: NDArray[np.int64]) -> Floats:
        return np.bincount(of, values, len(names)).astype(float)

    a, b = summed(shares[0], of_treated), summed(shares[1], g)
    a, b = a / a.sum(), b / b.sum()
    U = summed(influence.treated, of_treated) / np.sqrt(1 - np.minimum(a, LARGEST_SHARE))
    U += summed(influence.control, g) / np.sqrt(1 - np.minimum(b, LARGEST_SHARE))
    own = influence.control.copy()
    own[influence.of_treated] += influence.treated
    S = summed(own**2, g)

    of_a, of_b = a / np.sqrt(1 - np.minimum(a, LARGEST_SHARE)), b / np.sqrt(1 - np.minimum(b, LARGEST_SHARE))
    # U_g = of_a_g (u_g − Σ a u) − of_b_g (u_g − Σ b u)
    M, c = np.diag(of_a - of_b) - np.outer(of_a, a) + np.outer(of_b, b), a - b
    trace = float((M**2).sum())
    of_teams = max(0.0, float(U @ U - S.sum())) / trace if trace > 0 else 0.0
    covariance = of_teams * M @ M.T + np.diag(S)
    variance = float(np.trace(covariance))
    if variance == 0:
        return replace(saved, standard_error=0.0, degrees_of_freedom=1.0, given=None)
    scale = max(1.0, (of_teams * float(c @ c) + float(S.sum())) / variance)
    freedom = variance**2 / float((covariance**2).sum())
    return replace(saved, standard_error=float(np.sqrt(scale * (U @ U))), degrees_of_freedom=freedom, given=None)
