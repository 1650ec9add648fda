"""Kaplan-Meier with its interval: afkast against lifelines and scikit-survival on the same persons."""

import sys

import numpy as np
from peers import ask, best_seconds, install

from afkast.analysis.survival import kaplan_meier

PERSONS = (10_000, 100_000, 1_000_000)
MONTHS = 120
CLAIMED = {"lifelines": 20, "scikit_survival": 150}


def drawn(persons: int) -> dict[str, np.ndarray]:
    """Months until leaving, half of them by 14 months, followed for up to ten years."""
    rng = np.random.default_rng(persons)
    leaves, seen = rng.geometric(0.05, persons), rng.integers(1, MONTHS + 1, persons)
    return {"exit": np.minimum(leaves, seen), "event": leaves <= seen}


def main() -> None:
    install()
    row = "{:>10}{:>12}{:>12}{:>9}{:>18}{:>9}{:>20}{:>9}"
    print(
        row.format(
            "persons", "afkast ms", "lifelines", "times", "scikit-survival", "times", "without interval", "times"
        )
    )
    ratios = {}
    for persons in PERSONS:
        arrays = drawn(persons)
        theirs, found = ask("kaplan_meier", arrays, repeats=3)
        ours = best_seconds(lambda arrays=arrays: kaplan_meier(**arrays), repeats=20)
        curve = kaplan_meier(**arrays)
        at = found["time"]
        for peer in CLAIMED:
            np.testing.assert_allclose(curve.survival[at], found[peer], rtol=1e-9)
            # lifelines rounds its normal quantile less far; limits of a share agree to seven digits
            inside = (curve.survival[at] > 0) & (curve.survival[at] < 1)
            limits = np.array([curve.lower[at], curve.upper[at]])
            np.testing.assert_allclose(limits[:, inside], found[f"{peer}_limits"][:, inside], rtol=1e-7)
        ratios = {peer: seconds / ours for peer, seconds in theirs.items()}
        cells = [cell for peer, seconds in theirs.items() for cell in (f"{1e3 * seconds:.1f}", f"{ratios[peer]:.0f}")]
        print(row.format(f"{persons:,}", f"{1e3 * ours:.2f}", *cells), flush=True)
    for peer, claimed in CLAIMED.items():
        if ratios[peer] < claimed:
            sys.exit(f"{ratios[peer]:.0f} times {peer} at {PERSONS[-1]:,} persons, but {claimed} is claimed.")


if __name__ == "__main__":
    main()
