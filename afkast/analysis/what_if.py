"""How far the net of an effort moves when one of the things that it is reckoned from is another."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afkast.analysis.effect import Effect
from afkast.analysis.follow_up import FollowUp
from afkast.analysis.history import LadderWeeks

LAST_MONTHS = 3
"""The difference when the follow-up ends is the mean of so many months: one month alone jumps."""

FROM_MEMORY = "efter hukommelsen"
"""What the source of a price says while nobody has confirmed it."""


@dataclass(frozen=True)
class Reckoned:
    """What the net is reckoned from: the persons, their effect in the municipality's kroner, what each treated cost."""

    followed: FollowUp
    own: Effect
    cost_dkk: float

    def net(self, saved_dkk: float, cost_dkk: float | None = None) -> float:
        """Kroner for all the treated, from what each has saved and cost."""
        return (saved_dkk - (self.cost_dkk if cost_dkk is None else cost_dkk)) * self.own.treated_persons

    def net_if(self, ladder: LadderWeeks | None = None, gross_dkk: pd.Series | None = None) -> float:
        """The same when the ladder or the prices are others."""
        paid = self.followed.costs_if(ladder, gross_dkk).municipal_dkk
        return self.net(self.followed.in_kroner(paid, self.own.follow_up_months).saved.value)


def tornado(
    reckoned: Reckoned, *, within: float, discount_rate: float, ladders: Mapping[str, LadderWeeks]
) -> pd.DataFrame:
    """The net in kroner for all the treated when one thing alone is another: low, high; the widest first.

    Indexed by what is another and, where there are several, which: ("chance", ""), the 95 % interval; ("price",
    benefit), the price of a benefit whose source is from memory, and ("prices", ""), those of all the others, each by
    the share `within` lower and higher; ("cost", ""), the effort's, as much; ("discount", ""), the saving of month k
    worth (1 + discount_rate)^(−k/12) at the start; ("after", ""), from nothing after the months followed to as many
    months more with the difference that there was in the last; and ("ladder", name) of each of `ladders`.
    """
    each = reckoned.own.saved
    net = reckoned.net(each.value)
    low, high = each.interval
    ends = {
        ("chance", ""): (reckoned.net(low), reckoned.net(high)),
        ("cost", ""): tuple(reckoned.net(each.value, reckoned.cost_dkk * (1 + one)) for one in (within, -within)),
    }
    gross = reckoned.followed.prices["gross_dkk_per_full_year_person"]
    guessed = reckoned.followed.prices["source"].fillna("").str.casefold().str.contains(FROM_MEMORY, regex=False)
    others = list(gross.index[~guessed])
    for key, benefits in {
        **{("price", one): [one] for one in gross.index[guessed]},
        **({("prices", ""): others} if others else {}),
    }.items():
        moved = [gross.where(~gross.index.isin(benefits), gross * (1 + one)) for one in (-within, within)]
        ends[key] = tuple(reckoned.net_if(gross_dkk=one) for one in moved)
    saved = -reckoned.own.difference
    worth_now = (1 + discount_rate) ** (-np.arange(len(saved)) / 12)
    ends["discount", ""] = (net, reckoned.net(float(saved @ worth_now)))
    ends["after", ""] = (net, net + reckoned.own.treated_persons * len(saved) * float(saved[-LAST_MONTHS:].mean()))
    for name, ladder in ladders.items():
        ends["ladder", name] = (net, reckoned.net_if(ladder))
    found = pd.DataFrame([sorted(pair) for pair in ends.values()], pd.MultiIndex.from_tuples(ends), ["low", "high"])
    widest = (found["high"] - found["low"]).sort_values(ascending=False, kind="stable").index
    return found.loc[widest]
