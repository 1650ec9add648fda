"""What lifelines and scikit-survival answer, and how long it takes them; runs in the peers' environment.

Usage: peer_answers.py QUESTION given.npz answered.npz OPTIONS-AS-JSON; the last line printed is the seconds as JSON.
"""

import json
import sys
import warnings

import numpy as np
from lifelines import KaplanMeierFitter
from peers import best_seconds
from sksurv.nonparametric import kaplan_meier_estimator

Answer = tuple[dict[str, float], dict[str, np.ndarray]]


def kaplan_meier(exit: np.ndarray, event: np.ndarray, repeats: int) -> Answer:
    """The curve with a log-log interval from both."""

    def lifelines() -> KaplanMeierFitter:
        return KaplanMeierFitter().fit(exit, event)

    def scikit_survival(interval: str | None = "log-log") -> tuple[np.ndarray, ...]:
        return kaplan_meier_estimator(event, exit, conf_type=interval)

    seconds = {
        "lifelines": best_seconds(lifelines, repeats),
        "scikit_survival": best_seconds(scikit_survival, repeats),
        "scikit_survival_without_interval": best_seconds(lambda: scikit_survival(None), repeats),
    }
    fitted, (time, share, limits) = lifelines(), scikit_survival()
    return seconds, {
        "lifelines": fitted.survival_function_at_times(time).to_numpy(),
        "lifelines_limits": fitted.confidence_interval_.loc[time].to_numpy().T,
        "time": time,
        "scikit_survival": share,
        "scikit_survival_limits": limits,
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    question, given, answered, options = sys.argv[1:]
    with np.load(given) as arrays:
        seconds, found = {"kaplan_meier": kaplan_meier}[question](**arrays, **json.loads(options))
    np.savez(answered, **found)
    print(json.dumps(seconds))
