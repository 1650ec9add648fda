"""What the intervention changed: the started against those who could have started in the same month.

Comparing everyone ever treated with the whole target group makes any intervention look worse than it is, because
one must still be on benefits to be treated. Sequential trials give both arms the same time zero: in each calendar
month m the eligible are on benefits and have not started before; those who start in m are treated, the others
controls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis.effect.arms import Arms, Variance
from afkast.analysis.effect.balance import LEAST_ALIKE, balance, bands, overlap, unbalanced
from afkast.analysis.effect.compare import Comparison, back, followed, means, outcome_in
from afkast.analysis.effect.design import FEWEST_CONTROLS, Design, Weights, design
from afkast.analysis.effect.influence import influence, influence_on_curves
from afkast.analysis.effect.interval import Outcome, bounded
from afkast.analysis.effect.leaving import until_moving, until_start
from afkast.analysis.effect.persons import Floats, Persons
from afkast.analysis.effect.teams import by_team
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.survival import Estimate
from afkast.analysis.survival.influence import two_sided_quantile
from afkast.errors import AfkastError


@dataclass(frozen=True)
class Effect:
    """Treated, controls and their difference in month k = 0…τ−1 after time zero; everything (τ,) or (2, τ).

    `saved` = −Σ_k D(k), months (or kroner, when the outcome is) per treated person; with `total` for all treated.
    Observed and on benefit are unweighted persons, of the controls person-trials: a person is a control in each month
    they could have started (control_persons of them). treated_left_out started, but not while on benefits, or had
    nobody to be compared with. effective_controls: so many persons of equal weight would be as uncertain;
    largest_weight_share: one person's share of the controls' weight; both at time zero, per protocol in the last month.
    """

    treated: Floats
    control: Floats
    difference: Floats
    treated_observed: NDArray[np.int64]
    treated_on_benefit: NDArray[np.int64]
    control_observed: NDArray[np.int64]
    control_on_benefit: NDArray[np.int64]
    treated_persons: int
    treated_left_out: int
    control_persons: int
    covariates_used: tuple[str, ...]
    effective_controls: float
    largest_weight_share: float
    saved_by_treated: Floats  # (N₁ × calendar months), each one's part of what is saved
    influence: Arms  # on saved_by_month, persons × calendar months
    treated_shares: Floats  # (treated persons,), of the treated's weight at time zero
    control_shares: Floats  # (persons,), of the controls'
    comparison: Comparison  # what is not asked of every effect is computed from it
    persons: Persons
    assigned: Design  # as the trials begin: before anyone is no longer followed
    level: float = 0.95

    @property
    def follow_up_months(self) -> int:
        """τ, at most as many as were asked for."""
        return len(self.difference)

    @property
    def treated_rows(self) -> NDArray[np.int64]:
        """(N₁,), the row of each treated."""
        return self.comparison.design.person

    @property
    def saved_by_month(self) -> Floats:
        """(calendar months,), adds up to `saved`."""
        return self.saved_by_treated.sum(axis=0)

    @cached_property
    def saved(self) -> Estimate:
        """Saved per treated person in the τ months."""
        return self.saved_in(slice(None))

    def saved_in(self, months: slice | Sequence[int] | NDArray[np.generic]) -> Estimate:
        """What of `saved` falls in these calendar months (columns); the parts of disjoint months add up."""
        calendar = np.zeros(len(self.saved_by_month), dtype=bool)
        calendar[months] = True
        value, variance = float(self.saved_by_month[calendar].sum()), self.influence.together(calendar).variance()
        of = outcome_in(self.comparison, calendar)
        return bounded(value, variance, of, -1, self.influence.sizes[0], self.level)

    @cached_property
    def saved_by_team(self) -> Estimate | None:
        """`saved`, if persons of a team are alike in what nobody measured (`teams.by_team`); None with too few."""
        if self.persons.team is None:
            return None
        number = np.unique(self.comparison.index, return_index=True)[1]  # a row of each person
        everything = self.influence.together(np.ones(len(self.saved_by_month), dtype=bool))
        return by_team(self.saved, everything, (self.treated_shares, self.control_shares), self.persons.team[number])

    @cached_property
    def balance(self) -> pd.DataFrame:
        """How alike the arms are in each covariate (`balance.balance`)."""
        return balance(self.assigned, self.persons.covariates)

    @cached_property
    def bands(self) -> pd.DataFrame:
        """The same of the shares in each fifth of the covariates that are numbers (`balance.bands`)."""
        return bands(self.assigned, self.persons.covariates)

    @property
    def overlap(self) -> pd.DataFrame:
        """Person-trials of each arm by the chance of starting (`balance.overlap`)."""
        return overlap(self.assigned)

    @property
    def few_alike(self) -> bool:
        """Whether so few of the controls are like the treated that an interval cannot be trusted (`LEAST_ALIKE`)."""
        return self.effective_controls < LEAST_ALIKE * self.treated_persons

    @cached_property
    def unbalanced(self) -> list[str]:
        """The covariates in which the arms differ too much for the weights to be trusted (`balance.unbalanced`)."""
        return unbalanced(self.balance, self.bands, self.influence.sizes) if self.persons.covariates else []

    @cached_property
    def curves(self) -> tuple[Variance, Variance, Variance]:
        """Of treated, control and difference, each (τ,)."""
        treated, control, difference = influence_on_curves(self.comparison)
        return treated.variance(), control.variance(), difference.variance()

    @cached_property
    def monthly(self) -> list[Outcome] | None:
        """Of each k, where the outcome is 0 or 1: its variance within a comparison is P₀(1 − P₀)."""
        share = self.comparison.mean.share
        if not np.isin(self.comparison.data.Y, (0, 1)).all():
            return None
        P0 = self.comparison.mean.P0[self.comparison.design.comparison]
        of_month = [(share * values).sum(axis=0) for values in (P0, P0 * (1 - P0))]
        return [Outcome(0.0, 1.0, float(mean), float(variance)) for mean, variance in zip(*of_month, strict=True)]

    @cached_property
    def treated_interval(self) -> Floats:
        return self._band(self.treated, self.curves[0], alone=True).clip(*self._limits)

    @cached_property
    def control_interval(self) -> Floats:
        return _plain(self.control, self.curves[1], self.level).clip(*self._limits)

    @cached_property
    def difference_interval(self) -> Floats:
        """(2, τ). Of kroner ± t·error, which is too short in the first months, where hardly anyone differs."""
        low, high = self._limits
        return self._band(self.difference, self.curves[2]).clip(low - high, high - low)

    @property
    def _limits(self) -> tuple[float, float]:
        return (-np.inf, np.inf) if self.monthly is None else (0.0, 1.0)

    def _band(self, values: Floats, variance: Variance, alone: bool = False) -> Floats:
        if self.monthly is None:
            return _plain(values, variance, self.level)
        persons = 1 / (self.comparison.mean.share**2).sum(axis=0)  # so many treated of equal weight are as uncertain
        months = zip(values, variance.each(), self.monthly, persons, strict=True)
        return np.transpose(
            [bounded(float(value), own, of, 1, n, self.level, alone).interval for value, own, of, n in months]
        )


def _plain(values: Floats, variance: Variance, level: float) -> Floats:
    error, freedom = variance.error()
    half = two_sided_quantile(level, freedom) * error
    return np.stack([values - half, values + half])


def sequential_trials(
    persons: Persons,
    follow_up_months: int | None = None,
    *,
    outcome: Floats | None = None,
    weights: Weights | None = None,
    per_protocol: bool = False,
    stands_for_moved: bool = True,
    total: bool = False,
    level: float = 0.95,
) -> Effect:
    """Compare those who start in a month with those who could have but did not, in the months that follow.

    outcome: persons × calendar months, kroner paid for example, months on benefits if not given; weights: att if there
    are covariates, otherwise none.

    D(k) = Σ_i a_i R_i(k) (Y_i(k) − P₀(k)) / Σ_i a_i R_i(k) over the treated i, P₀ the weighted mean of the controls of
    i's own trial and stratum. It answers: what did starting change for those who started, compared with not starting
    *that month*? Controls who start later stay (intention to treat), so it is a little cautious. With `per_protocol`
    they are followed until they start, and the others weigh the more for it by the inverse probability of not having
    started: starting against never starting. Whoever moves away is not followed from then on, and the others weigh the
    more for it as well (`stands_for_moved`, `leaving.until_moving`). `total`: D(k) times the number of treated observed
    in k, so what all of them have saved in months that have been seen.

    Influence of a person, summed over the trials and arms before it is squared:
    IF_i(k) = a_i R_i (Y_i − P₀ − D)/Σa R − Σ_trials (Σ_{treated of trial} a R / Σa R) w_i R_i (Y_i − P₀)/Σ w R,
    and (A_i − p_i) x_i'H⁻¹G for the estimated weights. A residual counts 1/√(1−h) times, h its own share of the mean
    it is taken from (HC2), so that one trial without weights has the error and degrees of freedom of Welch's t-test
    exactly. Degrees of freedom by Satterthwaite, with as many controls as would be as uncertain at equal weights. The
    interval holds each value against the variance that it would go with (`interval`).
    """
    two_sided_quantile(level)  # a level that is none is refused before anything is counted
    if outcome is not None and outcome.shape != persons.shape:
        raise AfkastError("outcome must be given for each person and month.")
    Y = np.where(persons.observed, persons.on_benefit if outcome is None else outcome, 0.0)
    if not np.isfinite(Y).all():
        raise AfkastError(
            "the outcome is missing in some months in which persons are followed; give it for all of them."
        )
    return estimated(
        design(persons, weights), Y, persons, follow_up_months, per_protocol, stands_for_moved, total, level
    )


def estimated(
    assigned: Design,
    Y: Floats,
    persons: Persons,
    follow_up_months: int | None = None,
    per_protocol: bool = False,
    stands_for_moved: bool = True,
    total: bool = False,
    level: float = 0.95,
) -> Effect:
    """`sequential_trials` of a design; Y: persons × calendar months, 0 where not observed."""
    of, data = assigned, followed(persons, Y)
    if stands_for_moved:
        of, data = until_moving(of, data, persons)
    if per_protocol:
        of, data = until_start(of, data, persons.start)
    mean = means(of, data, follow_up_months)
    count = mean.treated_observed if total else np.ones_like(mean.treated_observed)
    compared = Comparison(of, data, mean, count, persons.number)
    of_persons = influence(compared)
    effective = of_persons.saved.sizes[1]
    if effective < FEWEST_CONTROLS:
        raise NotEnough(Lack.FEW_BEHIND_WEIGHTS, fewest=FEWEST_CONTROLS)
    P0_own = mean.P0[of.comparison]
    treated, control = (mean.share * mean.Y).sum(axis=0), (mean.share * P0_own).sum(axis=0)
    saved = mean.share * (P0_own - mean.Y) * count
    treated_persons = int(mean.treated_observed[0])
    return Effect(
        treated=treated,
        control=control,
        difference=treated - control,
        treated_observed=mean.treated_observed.astype(int),
        treated_on_benefit=mean.treated_on.astype(int),
        control_observed=mean.control_observed.astype(int),
        control_on_benefit=mean.control_on.astype(int),
        treated_persons=treated_persons,
        treated_left_out=persons.ever_started - treated_persons,
        control_persons=of_persons.control_persons,
        covariates_used=of.covariates if of.weights != "none" else (),
        effective_controls=effective,
        largest_weight_share=float(of_persons.weight_shares.max()),
        saved_by_treated=back(saved, of.months[of.trial], persons.shape[1]),
        influence=of_persons.saved,
        treated_shares=of_persons.treated_shares,
        control_shares=of_persons.weight_shares,
        comparison=compared,
        persons=persons,
        assigned=assigned,
        level=level,
    )
