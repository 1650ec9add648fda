"""What the effect is worth: kroner saved against what the intervention cost."""

from dataclasses import dataclass

import pandas as pd

from afkast.analysis.effect.trials import Effect
from afkast.analysis.survival import Estimate


@dataclass(frozen=True)
class Money:
    """Kroner in the months followed; positive is a gain.

    chance_of_gain: that benefits exceed costs. break_even_months: months on benefits that each treated must save to
    pay for the intervention, at what a month costs for the controls. payback_months: after so many months has the
    saving grown to the cost, None when it does not within the follow-up.
    """

    saved_per_treated: Estimate
    saved: Estimate
    net_per_treated: Estimate
    net: Estimate
    cost_per_treated: float
    chance_of_gain: float
    kroner_per_month: float
    break_even_months: float | None
    payback_months: int | None


def money(months: Effect, kroner: Effect, cost_per_treated_dkk: float) -> Money:
    """Of the effect in months and the same one in kroner; the cost is of the intervention, per treated person.

    In all: N₁ treated persons times the mean, so also those who cannot be followed to the end count as the others.
    """
    N1 = kroner.treated_persons
    each = kroner.saved
    net = each.minus(cost_per_treated_dkk)
    on_benefit = months.control.sum()
    price = float(kroner.control.sum() / on_benefit) if on_benefit > 0 else 0.0
    grown = -kroner.difference.cumsum() >= cost_per_treated_dkk
    return Money(
        saved_per_treated=each,
        saved=each.times(N1),
        net_per_treated=net,
        net=net.times(N1),
        cost_per_treated=cost_per_treated_dkk,
        chance_of_gain=net.chance_above(0.0),
        kroner_per_month=price,
        break_even_months=cost_per_treated_dkk / price if price > 0 else None,
        payback_months=int(grown.argmax()) + 1 if grown.any() else None,
    )


def by_year(effect: Effect, months: pd.PeriodIndex) -> pd.DataFrame:
    """saved, lower, upper of each calendar year; the years' estimates add up to `effect.saved`.

    months: of the calendar columns. With an effect of `total=True` it is what all treated have saved in the year.
    """
    rows = {}
    for year in sorted(set(months.year)):
        of_year = effect.saved_in(months.year == year)
        if of_year.value or of_year.standard_error:
            rows[year] = (of_year.value, *of_year.interval)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["saved", "lower", "upper"]).rename_axis("year")
