"""How far the effect is from the truth, and how often its 95 % interval contains it, in worlds with a planted effect.

    python benchmarks/coverage.py --worlds 1000

Each scenario of tests/worlds.py at four sizes. The truth comes from very large worlds, in which everyone who could
start is drawn on from that month with and without the start. ITT: against not starting that month. PP: against never
starting. Unadjusted and naive (ever against never started, from entry into the target group): their bias of the ITT.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a world per core

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from worlds import CALENDAR, FOLLOW_UP, HISTORY, LAG_MONTHS, SCENARIOS, large_world_truth, simulate

from afkast.analysis.effect import naive, sequential_trials

SIZES = {20: 300, 40: 300, 60: 300, 184: 534}
"""How many are treated, out of how many."""

FEWEST = 15
"""A world with fewer treated gets no estimate, and another is drawn."""

KINDS = {"not this month": "ITT", "never": "PP"}
Row = list[tuple[float, float, float]]


def truth(name: str, treated: int, seed: int) -> dict[str, float]:
    """Saved months against both alternatives in one very large world."""
    if SCENARIOS[name].effect == 0:
        return dict.fromkeys(KINDS, 0.0)
    found = large_world_truth(
        np.random.default_rng([7, treated, [*SCENARIOS].index(name), seed]),
        SCENARIOS[name],
        treated / SIZES[treated],
        40_000,
    )
    return {kind: found.saved(kind, LAG_MONTHS.get(name, 0)) for kind in KINDS}


def world(name: str, treated: int, seed: int) -> Row:
    """Default, per-protocol and unadjusted estimate and interval, and the naive gap."""
    rng = np.random.default_rng([11, treated, [*SCENARIOS].index(name), seed])
    while True:
        drawn = simulate(rng, SCENARIOS[name], SIZES[treated], treated)
        if (drawn.observed & (np.arange(CALENDAR) == drawn.start[:, None])).sum() >= FEWEST:
            break
    observed = drawn.observed & (np.arange(CALENDAR) < CALENDAR - LAG_MONTHS.get(name, 0))
    data = drawn.on, observed, drawn.start
    found: Row = []
    for options in ({"covariates": drawn.covariates}, {"covariates": drawn.covariates, "per_protocol": True}, {}):
        effect = sequential_trials(*data, FOLLOW_UP, **options)
        found.append((effect.saved.value, *effect.saved.interval))
    entry = np.full(len(drawn.on), float(HISTORY))
    found.append((naive(*data, entry, FOLLOW_UP).against_never_started,) * 3)
    return found


@click.command()
@click.option("--worlds", default=1000, help="Worlds of each scenario and size.")
@click.option("--truths", default=4, help="Very large worlds for each truth.")
@click.option("--scenario", multiple=True, type=click.Choice([*SCENARIOS]), help="Only these.")
@click.option("--size", multiple=True, type=click.Choice([str(size) for size in SIZES]), help="Only these.")
@click.option("--processes", default=os.cpu_count())
def main(worlds: int, truths: int, scenario: tuple[str, ...], size: tuple[str, ...], processes: int) -> None:
    """Print bias (± Monte Carlo standard error) and coverage."""
    headings = ["truth", "bias", "covered"]
    table = Table(
        "scenario",
        "treated",
        *[f"{k} {h}" for k in KINDS.values() for h in headings],
        "unadjusted",
        "naive",
    )
    cases = [(name, int(n)) for name in scenario or SCENARIOS for n in size or map(str, SIZES)]
    with Progress() as progress, ProcessPoolExecutor(processes) as pool:
        task = progress.add_task("worlds", total=len(cases) * worlds)
        for name, treated in cases:
            arguments = [name] * worlds, [treated] * worlds, range(worlds)
            rows = []
            large = pool.map(truth, *[values[:truths] for values in arguments])
            for row in pool.map(world, *arguments, chunksize=25):
                rows.append(row)
                progress.advance(task)
            estimates, truths_found = np.array(rows), list(large)
            cells = []
            for number, kind in enumerate(KINDS):
                values = np.array([one[kind] for one in truths_found])
                cells += of_kind(estimates[:, number], float(values.mean()), float(values.std(ddof=1) / truths**0.5))
            itt = np.mean([one["not this month"] for one in truths_found])
            unadjusted, naively = (f"{estimates[:, number, 0].mean() - itt:+.2f}" for number in (2, 3))
            table.add_row(name, str(treated), *cells, unadjusted, naively)
    Console(width=170).print(table)


def of_kind(estimates: np.ndarray, true: float, error_of_truth: float) -> list[str]:
    value, low, high = estimates.T
    error = np.hypot(value.std(ddof=1) / np.sqrt(len(value)), error_of_truth)
    covered = np.mean((low <= true) & (true <= high))
    return [f"{true:.2f}", f"{value.mean() - true:+.3f} ± {error:.3f}", f"{100 * covered:.1f} %"]


if __name__ == "__main__":
    main()
