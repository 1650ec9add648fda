"""The same question asked in other ways: where the answers differ, the difference is shown."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from afkast.analysis.cohort import without_short_gaps
from afkast.analysis.effect.designs import delayed_entry, first_exit, landmark
from afkast.analysis.effect.leaving import moved_are_off, moves
from afkast.analysis.effect.persons import Floats, Persons
from afkast.analysis.effect.trials import Effect, sequential_trials
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.survival import Estimate

WEEKS_OFF = {0: 0, 4: 1, 8: 2, 13: 3}
"""Weeks without benefits before one counts as having left, and the months they are in data by month."""

Ask = Callable[[], Effect | Estimate]
Compared = partial[Effect]
"""`sequential_trials` of persons, with all that is not changed."""

Row = tuple[str, float | None, Ask]
"""The choice, what it is set to where that is a number, and how the estimate is made."""


def sensitivity(
    persons: Persons,
    follow_up_months: int | None,
    *,
    lag_months: int = 0,
    outcome: Floats | None = None,
    total: bool = False,
) -> pd.DataFrame:
    """What is saved per treated, one choice changed at a time.

    Columns: choice, value (what it is set to, where that is a number; the column of a month left out), estimate, lower,
    upper, follow_up_months and effective_controls of the estimate (missing where it has none), and refused, the
    error where it cannot be made. lag_months: how many of the last calendar months the main estimate leaves out,
    which the arrays do contain, so that fewer can be left out as well. outcome, total: as of `sequential_trials`;
    choices about when benefits are left are those of months alone.
    """
    main = persons.leaving_out_last(lag_months)
    compared = partial(sequential_trials, follow_up_months=follow_up_months, outcome=outcome, total=total)
    rows = []
    for choice, value, ask in _choices(persons, main, compared, lag_months, follow_up_months, outcome is None):
        try:
            rows.append(_row(choice, value, ask()))
        except NotEnough as thin:
            rows.append({"choice": choice, "value": value, "refused": thin})
    rows += _one_month_out(main, compared)
    columns = ["choice", "value", "estimate", "lower", "upper", "follow_up_months", "effective_controls", "refused"]
    numbers = dict.fromkeys(columns[1:-1], "Float64")
    return pd.DataFrame(rows, columns=columns).astype(numbers | {"refused": object})


def _row(choice: str, value: float | None, answer: Effect | Estimate) -> dict[str, object]:
    row: dict[str, object] = {"choice": choice, "value": value}
    if isinstance(answer, Effect):
        row |= {"follow_up_months": answer.follow_up_months, "effective_controls": answer.effective_controls}
        answer = answer.saved
    lower, upper = answer.interval
    return row | {"estimate": answer.value, "lower": lower, "upper": upper}


def _choices(
    persons: Persons, main: Persons, compared: Compared, lag_months: int, follow_up_months: int | None, of_months: bool
) -> Iterator[Row]:
    yield "main", None, partial(compared, main)
    if main.covariates:
        yield "unweighted", None, partial(compared, main.unadjusted())
    if main.strata is not None:
        yield "strata", None, partial(compared, main.unadjusted())
    if main.covariates:
        yield "overlap", None, partial(compared, main, weights="overlap")
    yield "never_started", None, partial(compared, main, per_protocol=True)
    yield from _other_efforts(main, compared)
    yield from _moved(main, compared)
    for months in (1, 3, 6):
        yield "landmark", months, partial(landmark, main, months, **compared.keywords)
    if of_months:
        assert follow_up_months is not None
        yield "from_entry", None, partial(delayed_entry, main, follow_up_months)
        yield "first_exit", None, partial(first_exit, main, follow_up_months)
        for weeks, months in WEEKS_OFF.items():
            longer = replace(main, on_benefit=without_short_gaps(main.on_benefit, longest_gap=months - 1))
            yield "weeks_off", weeks, partial(compared, longer)
    for lag in range(4):
        yield "lag", lag, partial(compared, persons.leaving_out_last(lag))
    for months in (12, 18, 24):
        yield "follow_up", months, partial(compared, main, follow_up_months=months)


def _other_efforts(persons: Persons, compared: Compared) -> Iterator[Row]:
    """Those who begin another effort: as if nobody knew, followed until then, and left out from the outset."""
    if persons.other_start is None or np.isnan(persons.other_start).all():
        return
    other = persons.other_start
    may = np.ones(persons.shape, bool) if persons.eligible is None else persons.eligible
    unknown = replace(persons, other_start=None)
    # whose other effort begins in the month of a trial is followed in it: the first month is the same for both
    until = replace(persons, observed=persons.observed & ~(other[:, None] < np.arange(persons.shape[1])))
    without = replace(unknown, eligible=may & np.isnan(other)[:, None])
    for choice, some in (("other_unknown", unknown), ("until_other", until), ("without_other", without)):
        yield choice, None, partial(compared, some)


def _moved(persons: Persons, compared: Compared) -> Iterator[Row]:
    """Those who have moved away: off benefits, on benefits, and without anyone to stand for them."""
    if not moves(persons).any():
        return
    off = moved_are_off(persons)
    on = replace(off, on_benefit=off.on_benefit | (off.observed & ~persons.observed))
    for choice, some in (("moved_off", off), ("moved_on", on)):
        yield choice, None, partial(compared, some)
    yield "moved_unweighted", None, partial(compared, persons, stands_for_moved=False)


def _one_month_out(persons: Persons, compared: Compared) -> list[dict[str, object]]:
    """The lowest and the highest estimate when one trial month is left out."""
    found: list[tuple[Effect, int]] = []
    start = persons.start
    for m in np.unique(start[(start >= 0) & (start < persons.shape[1])]).astype(int):
        may = np.ones(persons.shape, bool) if persons.eligible is None else persons.eligible.copy()
        may[:, m] = False
        try:
            found.append((compared(replace(persons, eligible=may)), m))
        except NotEnough:
            continue
    if not found:
        return [{"choice": "without_month", "refused": NotEnough(Lack.FEW_WITHOUT_A_MONTH)}]
    found.sort(key=lambda one: one[0].saved.value)
    ends = {"without_month_lowest": found[0], "without_month_highest": found[-1]}
    return [_row(choice, month, answer) for choice, (answer, month) in ends.items()]
