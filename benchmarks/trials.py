"""How long the effect takes as the municipality grows, and a plain long table in pandas beside it.

    python benchmarks/trials.py --persons 20000 --persons 60000 --persons 200000

48 months, 24 of them with starts, 24 months of follow-up; every estimate has its interval, clustered by person. The
long table has a row for each person, trial and month of follow-up, and only gives the estimate, without an interval;
it is built for at most --long persons. It ends with an error when the weighted estimate takes longer than is claimed.
"""

import os
import resource
import sys
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a page is run

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table

from afkast.analysis.effect import Persons, sequential_trials

MONTHS, START_MONTHS, FOLLOW_UP = 48, 24, 24
CLAIMED = 200_000, 2.0
"""So many persons, weighted by eight covariates (ATT), in so many seconds."""

World = tuple[np.ndarray, np.ndarray, np.ndarray]


def drawn(persons: int) -> tuple[World, dict[str, np.ndarray], np.ndarray]:
    """Persons who come and go, one in five of whom start; eight covariates, three of them numbers, as on a page."""
    rng = np.random.default_rng(1)
    first = rng.integers(-24, 24, persons)
    last = first + rng.geometric(0.03, persons)
    months = np.arange(MONTHS)
    on = (months >= first[:, None]) & (months < last[:, None])
    on |= rng.random(on.shape, dtype=np.float32) < 0.03
    start = np.where(rng.random(persons) < 0.2, rng.integers(0, START_MONTHS, persons), np.nan)
    covariates = {"weeks_in_a_row": 4.0 * np.cumsum(on, axis=1), "age": rng.integers(18, 67, persons).astype(float)}
    covariates["history_share"] = rng.random(persons)
    covariates |= {f"yes or no {one}": (rng.random(persons) < 0.3) * 1.0 for one in range(5)}
    return (on, np.ones_like(on), start), covariates, rng.integers(0, 6, persons)


def by_long_table(on: np.ndarray, observed: np.ndarray, start: np.ndarray) -> float:
    parts = []
    for m in np.unique(start[~np.isnan(start)]).astype(int):
        eligible = np.flatnonzero(on[:, m] & observed[:, m] & ~(start < m))
        for k in range(min(FOLLOW_UP, MONTHS - m)):
            parts.append(
                pd.DataFrame(
                    {
                        "trial": m,
                        "k": k,
                        "starts": start[eligible] == m,
                        "seen": observed[eligible, m + k],
                        "on": on[eligible, m + k],
                    }
                )
            )
    long = pd.concat(parts)
    cells = long[long["seen"]].groupby(["starts", "k", "trial"])["on"].agg(["size", "mean"])
    n, gap = cells["size"].loc[True], cells["mean"].loc[False] - cells["mean"].loc[True]
    return float(((gap * n).groupby("k").sum() / n.groupby("k").sum()).sum())


def seconds(ask: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Wall and processor time of the fastest run: a busy machine is not a slow program."""
    taken = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        ask()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(taken)


@click.command()
@click.option("--persons", multiple=True, type=int, default=(20_000, 60_000, 200_000))
@click.option("--long", default=20_000, help="Most persons for the long table.")
@click.option("--repeats", default=5)
def main(persons: tuple[int, ...], long: int, repeats: int) -> None:
    """Print wall seconds (and processor seconds) of the estimate with its interval; the ratio is of the latter."""
    late = []
    table = Table(
        "persons", "person-trials", "unadjusted", "6 strata", "ATT, 8 covariates", "long table", "ratio", "peak memory"
    )
    for n in track(persons):
        world, covariates, strata = drawn(n)
        found = sequential_trials(Persons(*world), FOLLOW_UP)
        plain = seconds(lambda world=world: sequential_trials(Persons(*world), FOLLOW_UP).saved.interval, repeats)
        of_strata = seconds(
            lambda world=world, s=strata: sequential_trials(Persons(*world, strata=s), FOLLOW_UP).saved.interval,
            repeats,
        )
        att = seconds(
            lambda world=world, c=covariates: (
                sequential_trials(Persons(*world, covariates=c), FOLLOW_UP).saved.interval
            ),
            repeats,
        )
        if n <= CLAIMED[0] and att[0] > CLAIMED[1]:
            late.append(f"{att[0]:.2f} s for {n:,} persons, but {CLAIMED[1]:g} s is claimed for {CLAIMED[0]:,}.")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        long_table, ratio = "", ""
        if n <= long:
            of_table = seconds(lambda world=world: by_long_table(*world), 1)
            assert abs(by_long_table(*world) - found.saved.value) < 1e-9
            long_table, ratio = f"{of_table[0]:.2f} s ({of_table[1]:.2f})", f"{of_table[1] / plain[1]:.0f} ×"
        cells = [f"{wall:.2f} s ({cpu:.2f})" for wall, cpu in (plain, of_strata, att)]
        trials = int(found.control_observed[0]) + found.treated_persons
        table.add_row(f"{n:,}", f"{trials:,}", *cells, long_table, ratio, f"{memory:.1f} GB")
    Console(width=130).print(table)
    if late:
        sys.exit(" ".join(late))


if __name__ == "__main__":
    main()
