"""Difference in restricted mean with its interval: afkast against a bootstrap over persons with lifelines."""

import sys

import numpy as np
from peers import ask, best_seconds, install

from afkast.analysis.survival import drawn_restricted_means, percentile_interval, restricted_mean_difference

PERSONS = 7_500
MONTHS = 24
RESAMPLES, TIMED = 1_000, 100
CLAIMED = 1_000


def main() -> None:
    install()
    rng = np.random.default_rng(PERSONS)
    treated = np.arange(PERSONS) < PERSONS // 3
    leaves, seen = rng.geometric(np.where(treated, 0.06, 0.05)), rng.integers(12, 61, PERSONS)
    exit, event = np.minimum(leaves, seen), leaves <= seen

    def computed() -> object:
        return restricted_mean_difference(exit, event, treated, MONTHS)

    def drawn() -> np.ndarray:
        one, other = (
            drawn_restricted_means(exit[of], event[of], MONTHS, rng, replicates=RESAMPLES) for of in (treated, ~treated)
        )
        return one - other

    arrays = {"exit": exit, "event": event, "treated": treated}
    theirs, found = ask("restricted_mean", arrays, tau=MONTHS, resamples=TIMED)
    of_peer = theirs["lifelines_bootstrap"] * RESAMPLES / TIMED
    difference = restricted_mean_difference(exit, event, treated, MONTHS)
    np.testing.assert_allclose(difference.value, found["difference"], rtol=1e-9)
    # a standard deviation of 100 draws is known to 7 %, so 25 % is three and a half times that
    np.testing.assert_allclose(found["draws"].std(), difference.standard_error, rtol=0.25)
    draws = drawn()
    np.testing.assert_allclose(draws.std(), difference.standard_error, rtol=0.1)

    ours, of_cells = best_seconds(computed, repeats=50), best_seconds(drawn, repeats=10)
    low, high = percentile_interval(draws)
    print(f"{PERSONS:,} persons, {MONTHS} months: {difference.value:.3f} months of difference")
    print(f"  computed       {1e3 * ours:10.3f} ms   from {difference.lower:.3f} to {difference.upper:.3f}")
    print(f"  drawn as counts{1e3 * of_cells:10.1f} ms   from {low:.3f} to {high:.3f}   {RESAMPLES:,} replicates")
    print(f"  lifelines      {1e3 * of_peer:10.0f} ms   {RESAMPLES:,} resamples, from {TIMED} timed")
    print(f"  {of_peer / ours:,.0f} times lifelines' bootstrap; drawn as counts {of_peer / of_cells:,.0f} times")
    if of_peer / ours < CLAIMED:
        sys.exit(f"{of_peer / ours:.0f} times lifelines' bootstrap, but {CLAIMED:,} is claimed.")


if __name__ == "__main__":
    main()
