"""Shares of persons month by month, with the persons behind them: how finely, and in which months, they are told.

A share of a group tells how many are behind it, so it is told in steps of two persons or more, and not at all where one
to four are on benefits, or off them. How many are still followed is told in tens, for few leave from month to month.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from afkast.report.cells import tells
from afkast.report.counts import (
    STEPS,
    Count,
    Share,
    coarse_share,
    estimated,
    in_tens,
    made_range,
    persons_in,
    persons_where,
    step_of,
    together,
)
from afkast.report.curve_charts import NUMBERS_UNDER
from afkast.report.danish import Quantity
from afkast.report.disclosure import chosen, is_small, rounded_count

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SHARE = ("andel", "nedre", "øvre")
DIFFERENCE = "forskel"
TOGETHER = "Ydelse, ikke opdelt"
"""Where persons are when so few are on one kind of benefits that only all kinds together are told."""
AWAY_TOGETHER = "Uden ydelse, ikke opdelt"
"""The same of those off benefits: self-supporting, dead or moved away."""

EMPTY_MONTHS = " Tomme måneder: andelen ville røbe et antal, der er for lille til at blive vist."
"""What is added to the caption of a figure with gaps."""


@dataclass(frozen=True)
class Curve:
    """A group's share on benefits in month k = 0…K−1 with its limits, and how many are followed; everything (K,)."""

    share: list[Quantity]
    lower: list[Quantity]
    upper: list[Quantity]
    followed: list[Count]
    step: float = STEPS[0]

    @property
    def has_gaps(self) -> bool:
        return any(tells(one) for one in self.share)


def counted_curve(limits: tuple[Floats, Floats, Floats], persons: pd.Series, on: Bools, followed: Bools) -> Curve:
    """The curve of a group of which each is one row. limits: share, lower, upper; on, followed: (n, K)."""
    everyone, step = persons_in(persons.to_frame("person")), step_of(persons_in(persons.to_frame("person")))
    share = counted_shares(limits[0], persons, on, followed)
    lower, upper = (
        [limit_of(one, of, end, everyone) for one, of in zip(in_steps(limits[1 + end], step), share, strict=True)]
        for end in (0, 1)
    )
    return Curve([*share], lower, upper, in_tens(persons_where(persons, followed)), step)


def limit_of(value: float, share: Quantity, end: int, people: Any) -> Quantity:
    """The lower limit (end 0) or the upper (1) of a share; where counts are rounded, that of the rounded ones."""
    made = made_range(share.part, share.whole)[end] if isinstance(share, Share) else None
    return estimated(value, "%", 0, people=people, beside=[share], made=made)


def weighted_curve(limits: tuple[Floats, Floats, Floats], persons: pd.Series, on: Bools, followed: Bools) -> Curve:
    """The curve of a group that is weighted, of which one may have several rows: it tells no count, but is not told
    where one to four are on benefits or off them in any of theirs."""
    everyone = persons_in(persons.to_frame("person"))
    parts = [*zip(*(persons_where(persons, followed & side) for side in (on, ~on)), strict=True)]
    share, lower, upper = (
        [estimated(one, "%", 0, people=everyone, beside=of) for one, of in zip(end, parts, strict=True)]
        for end in limits
    )
    return Curve(share, lower, upper, in_tens(persons_where(persons, followed)))


def told_curves(curves: Mapping[str, Curve], difference: tuple[Floats, Floats, Floats] | None = None) -> pd.DataFrame:
    """Curves as `share_curves` draws them; `difference`: the last share less the first, with its interval."""
    columns: dict[tuple[str, str], list[Quantity]] = {}
    for name, curve in curves.items():
        columns |= {(name, part): one for part, one in zip(SHARE, (curve.share, curve.lower, curve.upper), strict=True)}
        columns |= {(name, what): [*curve.followed] for what in NUMBERS_UNDER}
    if difference is not None:
        step = max(curve.step for curve in curves.values())
        months = [*zip(*(curve.share for curve in curves.values()), strict=True)]
        people = together(curve.followed[0] for curve in curves.values())
        for part, ends in zip(SHARE, difference, strict=True):
            apart = [one - middle for one, middle in zip(ends, difference[0], strict=True)]
            columns[DIFFERENCE, part] = [
                # where counts are rounded: of the shares that are shown, with as long an interval
                estimated(one, "pct.point", 0, people=people, beside=both, made=(_difference, (*both, away)))
                for one, both, away in zip(in_steps(ends, step), months, apart, strict=True)
            ]
    return pd.DataFrame(columns, dtype=object).rename_axis("måned")


def _difference(first: float, last: float, away: float) -> float:
    return last - first + away


def gaps_of(curves: Mapping[str, Curve]) -> str:
    """The sentence of a caption that says why a drawn month is empty; none where none is."""
    return EMPTY_MONTHS if any(one.has_gaps for one in curves.values()) else ""


def notes_of(curves: Mapping[str, Curve]) -> list[str]:
    """What the reader is told of how coarse the numbers are."""
    coarse = [note_of_step(name, one.step) for name, one in curves.items()]
    tens = ", rundet af til nærmeste ti" if chosen().base == 1 else ""
    return [*filter(None, coarse), f"Under observation: personer, hver talt én gang{tens}."]


@dataclass(frozen=True)
class Placed:
    """Where a group's persons are in month k: shares and persons by place, which add up, in the order they are drawn.

    everyone: the group. counted: the share is that of its persons, and not weighted.
    """

    shares: Mapping[str, Floats]
    persons: Mapping[str, list[Count]]
    everyone: Count
    counted: bool

    @property
    def step(self) -> float:
        return step_of(self.everyone) if self.counted else STEPS[0]

    @property
    def in_parts(self) -> pd.DataFrame:
        """The shares; of counts in the profile's steps, and of the sum of these, where the group is counted so."""
        if not self.counted or chosen().base == 1:
            return pd.DataFrame(self.shares)
        rounded = pd.DataFrame({place: [rounded_count(one.number) for one in of] for place, of in self.persons.items()})
        return rounded.div(rounded.sum(axis=1), axis=0).set_index(pd.DataFrame(self.shares).index)

    def told(self, values: pd.Series, parts: Iterable[Count]) -> list[Quantity]:
        """Shares month by month of so many of those who are followed."""
        followed = map(together, zip(*self.persons.values(), strict=True))
        months = zip(values, parts, followed, strict=True)
        if self.counted:
            shares = [coarse_share(part, whole, value, self.step) for value, part, whole in months]
            return [replace(one, of_rounded=True) for one in shares]
        return [estimated(value, "%", 0, people=self.everyone, beside=[part]) for value, part, _ in months]


@dataclass(frozen=True)
class Told:
    """What `show_figure` takes of places: shares, and which to hide; of each group the share off benefits,
    and the step of its shares."""

    values: pd.DataFrame
    states: pd.DataFrame
    off: dict[str, list[Quantity]] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    gaps: bool = False
    away: tuple[str, ...] = ()  # the places off benefits


def told_places(groups: Mapping[str, Placed], away: int = 1) -> Told:
    """Where the persons of each group are, as `curve_charts.stacked_shares` draws it.

    The last `away` places are off benefits, the others are kinds of them. Where few are in one place, those on the same
    side are told together, and where few are on a side the month is not told.
    """
    blocks, hidden, off, gaps = {}, {}, {}, False
    for name, group in groups.items():
        part, persons = group.in_parts, pd.DataFrame(dict(group.persons), dtype=object)
        sides = {TOGETHER: list(part.columns[:-away]), AWAY_TOGETHER: list(part.columns[-away:])}
        few = persons.map(lambda one: is_small(one.number))
        on_side = {side: [*map(together, persons[places].to_numpy())] for side, places in sides.items()}
        nothing = np.array([any(is_small(one.number) for one in both) for both in zip(*on_side.values(), strict=True)])
        coarse, states = _adding_up(part, sides, group.step), pd.DataFrame("", part.index, part.columns)
        shares = {place: group.told(coarse[place], persons[place]) for place in part}
        order: list[str] = []
        for side, places in sides.items():
            undivided = few[places].any(axis=1) & ~nothing
            states.loc[nothing | undivided, places] = "hidden"
            shares[side] = group.told(coarse[places].sum(axis=1), on_side[side])
            states[side] = np.where(undivided, "", "future")
            order += [*places, *([side] if len(places) > 1 and undivided.any() else [])]
        off[name], gaps = shares[AWAY_TOGETHER], gaps or bool(nothing.any())
        blocks[name], hidden[name] = pd.DataFrame(shares, dtype=object)[order], states[order]
    values, states = (pd.concat(frames, axis=1).rename_axis("måned") for frames in (blocks, hidden))
    steps = {name: group.step for name, group in groups.items()}
    off_benefits = [place for group in groups.values() for place in list(group.shares)[-away:]]
    return Told(values, states, off, steps, gaps, (*dict.fromkeys(off_benefits), AWAY_TOGETHER))


def _adding_up(part: pd.DataFrame, sides: Mapping[str, list[str]], step: float) -> pd.DataFrame:
    """The shares in steps that still add up: as much on each side as the curve says, and the last place is the rest."""
    kinds, aways = sides.values()
    on = in_steps(part[kinds].sum(axis=1), step)
    coarse = pd.DataFrame(in_steps(part, step), part.index, part.columns)
    for places, total in ((kinds, on), (aways, 1 - on)):
        coarse[places[-1]] = (total - coarse[places[:-1]].sum(axis=1)).clip(lower=0)
    return coarse


def counted_shares(shares: Floats, persons: pd.Series, on_benefit: Bools, followed: Bools) -> list[Share]:
    """A group's share on benefits month by month, which knows its persons and is told in steps of two or more.

    persons (n,); on_benefit, followed (n, months).
    """
    step = step_of(persons_in(persons.to_frame("person")))
    groups = zip(persons_where(persons, followed & on_benefit), persons_where(persons, followed), strict=True)
    return [coarse_share(part, whole, one, step) for one, (part, whole) in zip(shares, groups, strict=True)]


def in_steps(shares: ArrayLike, step: float) -> Floats:
    """Shares to the nearest step."""
    return np.asarray(np.round(np.asarray(shares) / step) * step)


def note_of_step(name: str, step: float) -> str:
    """What the reader is told of shares that are coarser than per cent."""
    return f"{name}: andelene er rundet af, så enkelte borgeres vej ikke kan ses." if step > STEPS[0] else ""
