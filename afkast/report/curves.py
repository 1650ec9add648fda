"""Shares of persons month by month, with the persons behind them: what of it may be told.

A share gives away the counts that it is computed from. It is hidden where 1-4 are on benefits, or off them. Where
1-4 of the group are no longer followed, the counts of the month are hidden, and the shares so coarse that they do not
tell how many are (`disclosure.share_step`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from afkast.report.counts import Share, persons_in, persons_where
from afkast.report.curve_charts import NUMBERS_UNDER
from afkast.report.disclosure import fewest_shown, is_small, share_step
from afkast.report.tables import Behind

Floats = NDArray[np.float64]

SHARE = ("andel", "nedre", "øvre")
DIFFERENCE = "forskel"
TOGETHER = "Ydelse, ikke opdelt"
"""Where persons are when so few are on one kind of benefits that only all kinds together are told."""
AWAY_TOGETHER = "Uden ydelse, ikke opdelt"
"""The same of those off benefits: self-supporting, dead or moved away."""


@dataclass(frozen=True)
class Curve:
    """A group's share on benefits in month k = 0…K−1, and the persons behind it; everything (K,).

    everyone: the persons in the group; those not observed are no longer followed.
    """

    share: Floats
    lower: Floats
    upper: Floats
    observed: NDArray[np.int64]
    on_benefit: NDArray[np.int64]
    everyone: int

    @property
    def step(self) -> float:
        """How finely its shares may be told."""
        return share_step(self.observed, self.everyone)

    @property
    def told(self) -> Floats:
        """The share as it may be told; NaN where it gives a small count away."""
        tells = [is_small(on) or is_small(rest) for on, rest in zip(*self._parts, strict=True)]
        return np.where(tells, np.nan, in_steps(self.share, self.step))

    @property
    def _parts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return self.on_benefit, self.observed - self.on_benefit


@dataclass(frozen=True)
class Told:
    """What `show_figure` takes of curves: their numbers, which to hide and why, and what the reader is told of it."""

    values: pd.DataFrame
    states: pd.DataFrame
    behind: Behind = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    gaps: bool = False
    away: int = 1  # of the places, so many of the last are off benefits

    @property
    def remark(self) -> str:
        """The sentence of a caption that says why a drawn month is empty; none where none is."""
        return f" Tomme måneder: andelen ville røbe et antal under {fewest_shown()}." if self.gaps else ""


def in_steps(shares: ArrayLike, step: float) -> Floats:
    """Shares to the nearest step."""
    return np.asarray(np.round(np.asarray(shares) / step) * step)


def told_curves(curves: Mapping[str, Curve], difference: tuple[Floats, Floats, Floats] | None = None) -> Told:
    """Curves as `share_curves` draws them; `difference`: the first share less the second, with its interval."""
    columns: dict[tuple[str, str], Floats] = {}
    hidden: dict[tuple[str, str], NDArray[np.bool_]] = {}
    behind: dict[tuple[str, str], list[NDArray[np.int64]]] = {}
    for name, curve in curves.items():
        on, rest = curve._parts
        gone = curve.everyone - curve.observed
        shares = (curve.share, curve.lower, curve.upper)
        columns |= {(name, part): in_steps(one, curve.step) for part, one in zip(SHARE, shares, strict=True)}
        behind |= {(name, part): [on, rest] for part in SHARE}
        counts = dict(zip(NUMBERS_UNDER, (curve.observed, on, rest, gone), strict=True))
        columns |= {(name, what): count.astype(float) for what, count in counts.items()}
        few_gone = np.array([is_small(one) for one in gone])
        hidden |= {(name, what): few_gone for what in NUMBERS_UNDER[:-1]}
    if difference is not None:
        coarsest = max(curve.step for curve in curves.values())
        columns |= {(DIFFERENCE, part): in_steps(one, coarsest) for part, one in zip(SHARE, difference, strict=True)}
        all_parts = [part for curve in curves.values() for part in curve._parts]
        behind |= {(DIFFERENCE, part): all_parts for part in SHARE}
    values = pd.DataFrame(columns).rename_axis("måned")
    states = pd.DataFrame("", values.index, values.columns)
    for column, cells in hidden.items():
        states.loc[cells, [column]] = "hidden"
    gaps = any(np.isnan(curve.told).any() for curve in curves.values())
    return Told(values, states, behind, notes_of(curves), gaps)


def told_places(
    curves: Mapping[str, Curve],
    shares: Mapping[str, Mapping[str, Floats]],
    away: int = 1,
    counts: Mapping[str, Mapping[str, NDArray[np.int64]]] | None = None,
) -> Told:
    """Where the persons of each curve are, as `curve_charts.stacked_shares` draws it.

    shares: by the curve's name and the place, (K,), adding up to 1; the last `away` places are off benefits, the others
    are kinds of them. Where few are in one place, those on the same side are told together. counts: how many persons
    are behind each share, where it is not the share of those observed.
    """
    blocks, hidden = {}, {}
    for name, curve in curves.items():
        part = pd.DataFrame(shares[name])
        sides = {TOGETHER: list(part.columns[:-away]), AWAY_TOGETHER: list(part.columns[-away:])}
        persons = part.mul(curve.observed, axis=0).round(6) if counts is None else pd.DataFrame(counts[name])
        few = persons.map(is_small)
        nothing = pd.concat([persons[places].sum(axis=1).map(is_small) for places in sides.values()], axis=1).any(
            axis=1
        )
        coarse, states = _adding_up(part, sides, curve.step), pd.DataFrame("", part.index, part.columns)
        for together, places in sides.items():
            undivided = few[places].any(axis=1) & ~nothing
            states.loc[nothing | undivided, places] = "hidden"
            if len(places) > 1:
                at = list(coarse.columns).index(places[-1]) + 1
                coarse.insert(at, together, coarse[places].sum(axis=1).where(undivided))
                states.insert(at, together, np.where(undivided, "", "future"))
        blocks[name], hidden[name] = coarse, states
    values, states = (pd.concat(frames, axis=1).rename_axis("måned") for frames in (blocks, hidden))
    for together in (TOGETHER, AWAY_TOGETHER):
        here = states.columns.get_level_values(1) == together
        if here.any() and (states.loc[:, here] == "future").to_numpy().all():
            values, states = (frame.drop(columns=together, level=1) for frame in (values, states))
    gaps = any(np.isnan(curve.told).any() for curve in curves.values())
    off = away + (AWAY_TOGETHER in values.columns.get_level_values(1))
    return Told(values, states, notes=notes_of(curves), gaps=gaps, away=off)


def _adding_up(part: pd.DataFrame, sides: Mapping[str, list[str]], step: float) -> pd.DataFrame:
    """The shares in steps that still add up: as much on each side as the curve says, and the last place is the rest."""
    kinds, aways = sides.values()
    on = in_steps(part[kinds].sum(axis=1), step)
    coarse = pd.DataFrame(in_steps(part, step), part.index, part.columns)
    for places, total in ((kinds, on), (aways, 1 - on)):
        coarse[places[-1]] = (total - coarse[places[:-1]].sum(axis=1)).clip(lower=0)
    return coarse


def notes_of(curves: Mapping[str, Curve]) -> tuple[str, ...]:
    """What the reader is told of shares that are coarser than per cent."""
    coarse = {name: curve.step for name, curve in curves.items() if curve.step > 0.01}
    return tuple(
        f"{name}: andelene er rundet af til nærmeste {100 * step:.0f} procent. Gruppen er lille, og nogle få følges "
        "ikke længere; finere andele ville røbe, hvor få."
        for name, step in coarse.items()
    )


STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
FEWEST_IN_A_STEP = 2
"""Of a share told so finely that a step is one person, two months together tell that one has come or gone."""


def counted_shares(
    shares: Floats, persons: pd.Series, on_benefit: NDArray[np.bool_], followed: NDArray[np.bool_]
) -> list[Share]:
    """A group's share on benefits month by month, which knows its persons and is told in steps of two or more.

    persons (n,); on_benefit, followed (n, months).
    """
    everyone = persons_in(persons.to_frame("person"))
    step = next((one for one in STEPS if one * everyone.number >= FEWEST_IN_A_STEP), STEPS[-1])
    groups = zip(persons_where(persons, followed & on_benefit), persons_where(persons, followed), strict=True)
    return [
        Share(float(share), "%", 0, part=part, whole=whole, step=step)
        for share, (part, whole) in zip(in_steps(shares, step), groups, strict=True)
    ]


def note_of_step(name: str, share: Share) -> str:
    """What the reader is told of shares that are coarser than per cent."""
    step = share.step or 0
    return f"{name}: andelene er rundet af, så enkelte borgeres vej ikke kan ses." if step > STEPS[0] else ""
