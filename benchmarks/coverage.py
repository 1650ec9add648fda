"""How far the effect is from the truth, and how often its 95 % interval contains it, in worlds with a planted effect.

    python benchmarks/coverage.py --worlds 1000

Each scenario of tests/worlds.py at five sizes. The truth comes from other worlds of the size, in which everyone who
could start is drawn on from that month with and without the start, and is that of the months in which anyone could be
compared. ITT: against not starting that month. PP: against never starting. Year: of the ITT, what falls in the first
twelve months with starts. By team: the ITT with the error by team, as it is shown where teams are known. Unadjusted and
naive (ever against never started, from entry into the target group): their bias of the ITT. No verdict: where the page
tells none, because the groups are not alike, hardly overlap or look held too late; bias and coverage are of the rest.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a world per core

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import click
import numpy as np
from rich.progress import Progress

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from worlds import (
    CALENDAR,
    FOLLOW_UP,
    HISTORY,
    LAG_MONTHS,
    SCENARIOS,
    START_MONTHS,
    TEAMS,
    Drawn,
    Truth,
    mean_truth,
    simulate,
    world_truth,
)

from afkast.analysis.effect import Effect, Persons, flow, naive, sequential_trials
from afkast.analysis.lack import NotEnough
from afkast.errors import AfkastError

WORLDS = {**SCENARIOS, "eight teams": TEAMS}

SIZES = {20: 300, 40: 300, 60: 300, 150: 200, 184: 534}
"""How many are treated, out of how many."""

FEWEST = 15
"""A world with fewer treated gets no estimate, and another is drawn."""

FIRST_YEAR = slice(HISTORY, HISTORY + 12)
"""Calendar months: what has been saved in a year of accounts, of which all start in the first half."""

KINDS = {
    "ITT": ("not this month", CALENDAR),
    "PP": ("never", CALENDAR),
    "year": ("not this month", FIRST_YEAR.stop),
    "by team": ("not this month", CALENDAR),
}
"""What is estimated: compared with whom, and until which month of the calendar."""

Row = list[tuple[float, float, float, int]]
"""For each kind, unadjusted and naive: months saved, their interval, and in how many months of follow-up; last, of each
kind, whether it has no verdict."""


def truth(name: str, treated: int, seed: int) -> Truth:
    """Of a world of the same size: who could still start next month hangs together with how many there are."""
    rng = np.random.default_rng([7, treated, [*WORLDS].index(name), seed])
    return world_truth(rng, WORLDS[name], treated / SIZES[treated], SIZES[treated])


def world(name: str, treated: int, seed: int) -> tuple[Row, tuple[bool, ...]]:
    """What is found in a world drawn with this seed, and which trials it is of; where an estimate is refused, in the
    next one."""
    rng = np.random.default_rng([11, treated, [*WORLDS].index(name), seed])
    while True:
        drawn = simulate(rng, WORLDS[name], SIZES[treated], treated)
        if (drawn.observed & (np.arange(CALENDAR) == drawn.start[:, None])).sum() < FEWEST:
            continue
        with suppress(AfkastError):
            return found_in(drawn, LAG_MONTHS.get(name, 0))


def found_in(drawn: Drawn, lag_months: int) -> tuple[Row, tuple[bool, ...]]:
    observed = drawn.observed & (np.arange(CALENDAR) < CALENDAR - lag_months)
    data = drawn.on, observed, drawn.start
    known = replace(drawn.persons, observed=observed)
    itt, pp = sequential_trials(known, FOLLOW_UP), None
    with suppress(NotEnough):  # who never start may be too few, which says nothing of the other question
        pp = sequential_trials(known, FOLLOW_UP, per_protocol=True)
    unadjusted = sequential_trials(Persons(*data), FOLLOW_UP)
    by_team = itt.saved_by_team or itt.saved
    of = [itt.saved, pp and pp.saved, itt.saved_in(FIRST_YEAR), by_team, unadjusted.saved]
    found = [(one.value, *one.interval, itt.follow_up_months) if one else NOTHING for one in of]
    if pp:
        found[1] = (*found[1][:3], pp.follow_up_months)
    entry = np.full(len(drawn.on), float(HISTORY))
    gap = naive(Persons(*data, entered=entry), itt.follow_up_months).against_never_started
    of_itt, of_pp = (float(one is None or has_no_verdict(one)) for one in (itt, pp))
    trials = tuple(np.isin(HISTORY + np.arange(START_MONTHS), itt.assigned.months).tolist())
    return [*found, (gap, gap, gap, itt.follow_up_months), (of_itt, of_pp, of_itt, of_itt)], trials


NOTHING = (np.nan, np.nan, np.nan, 1)
"""In place of an estimate that is refused."""


def has_no_verdict(one: Effect) -> bool:
    """Whether the page gives none, however clear of zero the interval is."""
    return bool(one.unbalanced) or one.few_alike or flow(one).starts_look_late


@click.command()
@click.option("--worlds", default=1000, help="Worlds of each scenario and size.")
@click.option("--truths", default=800, help="Worlds for each truth.")
@click.option("--scenario", multiple=True, type=click.Choice([*WORLDS]), help="Only these.")
@click.option("--size", multiple=True, type=click.Choice([str(size) for size in SIZES]), help="Only these.")
@click.option("--processes", default=os.cpu_count())
def main(worlds: int, truths: int, scenario: tuple[str, ...], size: tuple[str, ...], processes: int) -> None:
    """Print bias (± Monte Carlo standard error) and coverage, as a table of Markdown."""
    headings = [f"{what} ({kind})" for kind in [*KINDS][:-1] for what in ("truth", "bias", "covered")]
    headings = ["scenario", "treated", "no verdict", *headings, "covered by team", "unadjusted", "naive"]
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)]]
    cases = [(name, int(n)) for name in scenario or WORLDS for n in size or map(str, SIZES)]
    with Progress() as progress, ProcessPoolExecutor(processes) as pool:
        task = progress.add_task("worlds", total=len(cases) * worlds)
        for name, treated in cases:
            arguments = [name] * worlds, [treated] * worlds, range(worlds)
            rows, trials = [], []
            true = Truths(name, list(pool.map(truth, [name] * truths, [treated] * truths, range(truths), chunksize=25)))
            for row, of_row in pool.map(world, *arguments, chunksize=25):
                rows.append(row)
                trials.append(of_row)
                progress.advance(task)
            found = np.array(rows).transpose(1, 2, 0)
            no_verdict = found[-1] > 0
            cells = [name, f"{treated} of {SIZES[treated]}", f"{100 * no_verdict[0].mean():.0f} %"]
            for kind, of_kind, without in zip(KINDS, found, no_verdict, strict=False):
                told = bias_and_coverage(
                    of_kind[:, ~without], true.each(kind, of_kind[3], trials)[~without], true.error(kind)
                )
                cells += told if kind != "by team" else [told[-1] if WORLDS[name].teams else ""]
            for value, _, _, tau in found[len(KINDS) : -1]:
                cells.append(f"{np.mean(value - true.each('ITT', tau, trials)):+.2f}")
            lines.append(cells)
    for cells in lines:
        click.echo(f"| {' | '.join(cells)} |")


FEWEST_WORLDS = 10
"""Of fewer, bias and coverage say nothing."""


@dataclass(frozen=True)
class Truths:
    """Months saved in the worlds of a scenario, by kind."""

    name: str
    of: list[Truth]

    def each(self, kind: str, follow_up_months: np.ndarray, trials: Sequence[tuple[bool, ...]]) -> np.ndarray:
        """(worlds,), followed for so long, of these trials."""
        against, until = KINDS[kind]
        mean, lag = mean_truth(self.of), LAG_MONTHS.get(self.name, 0)

        @cache
        def of_world(tau: int, trials: tuple[bool, ...]) -> float:
            return float(WORLDS[self.name].effect and mean.saved(against, lag, tau, until, np.array(trials)))

        return np.array([of_world(int(tau), one) for tau, one in zip(follow_up_months, trials, strict=True)])

    def error(self, kind: str) -> float:
        """The Monte Carlo standard error of their mean."""
        (against, until), lag = KINDS[kind], LAG_MONTHS.get(self.name, 0)
        of = [one.saved(against, lag, min(FOLLOW_UP, CALENDAR - lag - HISTORY), until) for one in self.of]
        # NaN where nobody could start in the one month of which the last month of follow-up is known
        return float(bool(WORLDS[self.name].effect) * np.nanstd(of, ddof=1) / len(of) ** 0.5)


def bias_and_coverage(found: np.ndarray, true: np.ndarray, error_of_truth: float) -> list[str]:
    """found: (4, worlds), a kind of `Row`; true: (worlds,)."""
    if found.shape[1] < FEWEST_WORLDS:
        return ["–"] * 3
    value, low, high, _ = found
    error = np.hypot((value - true).std(ddof=1) / len(value) ** 0.5, error_of_truth)
    covered = np.mean((low <= true) & (true <= high))
    return [f"{true.mean():.2f}", f"{np.mean(value - true):+.3f} ± {error:.3f}", f"{100 * covered:.1f} %"]


if __name__ == "__main__":
    main()
