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


def by_team(
    saved: Estimate, influence: Arms, shares: tuple[Floats, Floats], team: NDArray[np.int64]
) -> Estimate | None:
    """The estimate with an error summed within the team before it is squared, and few degrees of freedom.

    influence: on the estimate, (persons,); shares: of the treated and of everyone, in their arm's weight at time zero;
    team: (persons,), −1 where it is not known, who are then one team more. None where the teams are too few.

    U_g = Σ IF₁/√(1−a_g) + Σ IF₀/√(1−b_g), a_g and b_g the team's share of the treated and of the controls' weight: the
    bias-reduced linearisation of Bell and McCaffrey (2002, CR2) of two weighted means. If teams alone differ, the
    estimate is Σ c_g u_g with c = a − b, and U = M u: the variance ΣU² is then put right by Σc²/tr(M'M) where that is
    more, and has tr(M'M)²/tr((M'M)²) degrees of freedom (Imbens and Kolesár 2016).
    """
    names, g = np.unique(team, return_inverse=True)
    if (names >= 0).sum() < FEWEST_TEAMS:
        return None
    of_treated = g[influence.of_treated]

    def summed(values: Floats, of: NDArray[np.int64]) -> Floats:
        return np.bincount(of, values, len(names)).astype(float)

    a, b = summed(shares[0], of_treated), summed(shares[1], g)
    a, b = a / a.sum(), b / b.sum()
    treated = summed(influence.treated, of_treated) / np.sqrt(1 - np.minimum(a, 0.99))
    control = summed(influence.control, g) / np.sqrt(1 - np.minimum(b, 0.99))
    of_a, of_b = a / np.sqrt(1 - np.minimum(a, 0.99)), b / np.sqrt(1 - np.minimum(b, 0.99))
    # U_g = of_a_g (u_g − Σ a u) − of_b_g (u_g − Σ b u)
    M = np.diag(of_a - of_b) - np.outer(of_a, a) + np.outer(of_b, b)
    squares = M.T @ M
    trace, c = float(np.trace(squares)), a - b
    scale = max(1.0, float(c @ c) / trace) if trace > 0 else 1.0
    freedom = trace**2 / float((squares**2).sum()) if trace > 0 else len(names) - 1.0
    error = float(np.sqrt(scale * ((treated + control) ** 2).sum()))
    return replace(saved, standard_error=error, degrees_of_freedom=max(freedom, 1.0), given=None)
