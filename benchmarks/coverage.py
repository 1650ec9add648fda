"""How far the effect is from the truth, and how often its 95 % interval contains it, in worlds with a planted effect.

    python benchmarks/coverage.py --worlds 1000

Each scenario of tests/worlds.py at four sizes. The truth comes from very large worlds, in which everyone who could
start is drawn on from that month with and without the start. ITT: against not starting that month. PP: against never
starting. Year: of the ITT, what falls in the first twelve months with starts. Unadjusted and naive (ever against never
started, from entry into the target group): their bias of the ITT.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a world per core

import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from worlds import CALENDAR, FOLLOW_UP, HISTORY, LAG_MONTHS, SCENARIOS, Drawn, large_world_truth, simulate

from afkast.analysis.effect import Persons, naive, sequential_trials
from afkast.errors import AfkastError

SIZES = {20: 300, 40: 300, 60: 300, 184: 534}
"""How many are treated, out of how many."""

FEWEST = 15
"""A world with fewer treated gets no estimate, and another is drawn."""

FIRST_YEAR = slice(HISTORY, HISTORY + 12)
"""Calendar months: what has been saved in a year of accounts, of which all start in the first half."""

KINDS = {"ITT": ("not this month", CALENDAR), "PP": ("never", CALENDAR), "year": ("not this month", FIRST_YEAR.stop)}
"""What is estimated: compared with whom, and until which month of the calendar."""

Row = list[tuple[float, float, float, int]]
"""For each kind, unadjusted and naive: months saved, their interval, and in how many months of follow-up."""


def truth(name: str, treated: int, seed: int) -> dict[str, list[float]]:
    """Saved months in one very large world, by kind, in 1, 2 … months of follow-up."""
    lag = LAG_MONTHS.get(name, 0)
    follow_up = range(1, min(FOLLOW_UP, CALENDAR - lag - HISTORY) + 1)
    if SCENARIOS[name].effect == 0:
        return {kind: [0.0] * len(follow_up) for kind in KINDS}
    found = large_world_truth(
        np.random.default_rng([7, treated, [*SCENARIOS].index(name), seed]),
        SCENARIOS[name],
        treated / SIZES[treated],
        40_000,
    )
    return {
        kind: [found.saved(against, lag, tau, until) for tau in follow_up] for kind, (against, until) in KINDS.items()
    }


def world(name: str, treated: int, seed: int) -> Row:
    """What is found in a world drawn with this seed; where an estimate is refused, in the next one."""
    rng = np.random.default_rng([11, treated, [*SCENARIOS].index(name), seed])
    while True:
        drawn = simulate(rng, SCENARIOS[name], SIZES[treated], treated)
        if (drawn.observed & (np.arange(CALENDAR) == drawn.start[:, None])).sum() < FEWEST:
            continue
        with suppress(AfkastError):
            return found_in(drawn, LAG_MONTHS.get(name, 0))


def found_in(drawn: Drawn, lag_months: int) -> Row:
    observed = drawn.observed & (np.arange(CALENDAR) < CALENDAR - lag_months)
    data = drawn.on, observed, drawn.start
    itt = sequential_trials(Persons(*data, covariates=drawn.covariates), FOLLOW_UP)
    pp = sequential_trials(Persons(*data, covariates=drawn.covariates), FOLLOW_UP, per_protocol=True)
    unadjusted = sequential_trials(Persons(*data), FOLLOW_UP)
    estimates = [(itt, itt.saved), (pp, pp.saved), (itt, itt.saved_in(FIRST_YEAR)), (unadjusted, unadjusted.saved)]
    found = [(saved.value, *saved.interval, of.follow_up_months) for of, saved in estimates]
    entry = np.full(len(drawn.on), float(HISTORY))
    gap = naive(Persons(*data, entered=entry), itt.follow_up_months).against_never_started
    return [*found, (gap, gap, gap, itt.follow_up_months)]


@click.command()
@click.option("--worlds", default=1000, help="Worlds of each scenario and size.")
@click.option("--truths", default=4, help="Very large worlds for each truth.")
@click.option("--scenario", multiple=True, type=click.Choice([*SCENARIOS]), help="Only these.")
@click.option("--size", multiple=True, type=click.Choice([str(size) for size in SIZES]), help="Only these.")
@click.option("--processes", default=os.cpu_count())
def main(worlds: int, truths: int, scenario: tuple[str, ...], size: tuple[str, ...], processes: int) -> None:
    """Print bias (± Monte Carlo standard error) and coverage."""
    headings = [f"{kind} {what}" for kind in KINDS for what in ("truth", "bias", "covered")]
    table = Table("scenario", "treated", *headings, "unadjusted", "naive")
    cases = [(name, int(n)) for name in scenario or SCENARIOS for n in size or map(str, SIZES)]
    with Progress() as progress, ProcessPoolExecutor(processes) as pool:
        task = progress.add_task("worlds", total=len(cases) * worlds)
        for name, treated in cases:
            arguments = [name] * worlds, [treated] * worlds, range(worlds)
            rows = []
            large = list(pool.map(truth, *[values[:truths] for values in arguments]))
            for row in pool.map(world, *arguments, chunksize=25):
                rows.append(row)
                progress.advance(task)
            of_kinds = dict(zip([*KINDS, "unadjusted", "naive"], np.array(rows).transpose(1, 2, 0), strict=True))
            cells = []
            for kind in KINDS:
                cells += bias_and_coverage(of_kinds[kind], np.array([one[kind] for one in large]))
            for kind in ("unadjusted", "naive"):
                value, _, _, tau = of_kinds[kind]
                true = np.mean([one["ITT"] for one in large], axis=0)[tau.astype(int) - 1]
                cells.append(f"{np.mean(value - true):+.2f}")
            table.add_row(name, str(treated), *cells)
    Console(width=200).print(table)


def bias_and_coverage(found: np.ndarray, large: np.ndarray) -> list[str]:
    """found: (4, worlds), a kind of `Row`; large: very large worlds × months of follow-up."""
    value, low, high, tau = found
    true = large.mean(axis=0)[tau.astype(int) - 1]
    error_of_truth = large[:, -1].std(ddof=1) / len(large) ** 0.5
    error = np.hypot((value - true).std(ddof=1) / len(value) ** 0.5, error_of_truth)
    covered = np.mean((low <= true) & (true <= high))
    return [f"{true.mean():.2f}", f"{np.mean(value - true):+.3f} ± {error:.3f}", f"{100 * covered:.1f} %"]


if __name__ == "__main__":
    main()
