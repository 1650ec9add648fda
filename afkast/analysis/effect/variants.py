"""The same question asked in other ways: where the answers differ, the difference is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afkast.analysis.cohort import along, without_short_gaps
from afkast.analysis.effect.arms import Arms, Floats
from afkast.analysis.effect.design import FEWEST_CONTROLS, design
from afkast.analysis.effect.trials import Effect, estimated, sequential_trials
from afkast.analysis.effect.weights import Covariates
from afkast.analysis.survival import FEWEST_IN_GROUP, Estimate
from afkast.errors import AfkastError

Bools = NDArray[np.bool_]

FEW_CONTROLS = 20
"""Where the controls are as uncertain as fewer of equal weight, the row says so: nearly all who are like the treated
may be gone, and no interval tells how far off that leaves the estimate."""

FEWEST_AWAY = 5
"""Where fewer of the started can be expected to have been off benefits before, the months before say nothing."""


def spells_apart(on_benefit: Bools) -> tuple[NDArray[np.int64], Bools]:
    """A row for each unbroken run of months on benefits: the person's row, and the run's months.

    With them the outcome is the time until the first exit, as a return belongs to another row.
    """
    starts = on_benefit & ~np.pad(on_benefit, ((0, 0), (1, 0)))[:, :-1]
    run = np.cumsum(starts, axis=1) * on_benefit
    runs = starts.sum(axis=1)
    person = np.repeat(np.arange(len(on_benefit)), runs)
    number = np.arange(len(person)) - np.repeat(np.cumsum(runs) - runs, runs) + 1
    return person, run[person] == number[:, None]


def _rows(values: Any, rows: NDArray[np.int64]) -> Any:
    return None if values is None else values[rows]


def first_exit(
    on_benefit: Bools, observed: Bools, start_month: Floats, follow_up_months: int | None, **options: Any
) -> Effect:
    """`sequential_trials` of the months until benefits are left for the first time; who returns does not count again.

    It overstates what a municipality saves when people return.
    """
    person, on = spells_apart(on_benefit)
    for name in ("strata", "eligible", "outcome"):
        options[name] = _rows(options.get(name), person)
    covariates = options.get("covariates")
    if covariates is not None:
        options["covariates"] = {name: values[person] for name, values in covariates.items()}
    if options["outcome"] is not None:
        options["outcome"] = options["outcome"] * on
    return sequential_trials(on, observed[person], start_month[person], follow_up_months, person=person, **options)


def first_eligible(on_benefit: Bools, observed: Bools, eligible: Bools | None) -> Floats:
    """The first month in which each person could be in a trial, NaN if never."""
    may = on_benefit & observed if eligible is None else on_benefit & observed & eligible
    return np.where(may.any(axis=1), may.argmax(axis=1), np.nan)


def _in_the_data(entry_month: Floats, months: int) -> Floats:
    """NaN, as if never, for who entered before the first month or after the last: their way from there is not seen."""
    return np.where((entry_month >= 0) & (entry_month < months), entry_month, np.nan)


def landmark(
    on_benefit: Bools,
    observed: Bools,
    start_month: Floats,
    entry_month: Floats,
    months_after_entry: int,
    follow_up_months: int | None,
    *,
    covariates: Covariates | None = None,
    **options: Any,
) -> Effect:
    """Those who have started so long after entering the target group, against those who have not; both still on it.

    Both are followed from that month on. Covariates count as in the month of entry, before anyone started.
    """
    width = on_benefit.shape[1]
    entry_month = _in_the_data(entry_month, width)
    zero = entry_month + months_after_entry
    start = np.where((start_month >= entry_month) & (start_month <= zero), zero, start_month)
    eligible = (np.arange(width) == zero[:, None]) & ~(start_month < entry_month)[:, None]
    entry = np.nan_to_num(entry_month).astype(int)
    if covariates is not None:
        everyone = np.arange(len(entry))
        covariates = {name: x[everyone, entry] if x.ndim == 2 else x for name, x in covariates.items()}
    return sequential_trials(
        on_benefit, observed, start, follow_up_months, covariates=covariates, eligible=eligible, **options
    )


def delayed_entry(
    on_benefit: Bools,
    observed: Bools,
    start_month: Floats,
    entry_month: Floats,
    follow_up_months: int,
    level: float = 0.95,
) -> Estimate:
    """Months until first exit, time counted from entry into the target group: untreated until the start, then treated.

    Kaplan–Meier with delayed entry, from the first month with five at risk in both arms to the last; unadjusted.
    RMST = Σ S(u); IF_i = −Σ_s (Σ_{u>s} S(u)) (dN_i(s) − Y_i(s) h(s)) / (n_s (1 − h_s)), summed within the person.
    """
    entry_month = _in_the_data(entry_month, on_benefit.shape[1])
    entered = ~np.isnan(entry_month)
    entry = entry_month[entered].astype(int)
    Y, R = (along(values[entered], entry, follow_up_months) for values in (on_benefit, observed))
    never_left = np.logical_and.accumulate(Y, axis=1)[:, :-1]
    at_risk = never_left & R[:, 1:]
    leaves = at_risk & ~Y[:, 1:]
    started = start_month[entered][:, None] <= entry[:, None] + np.arange(at_risk.shape[1])
    risk = np.stack([at_risk & started, at_risk & ~started])
    n = risk.sum(axis=1)
    enough = np.append((n >= FEWEST_CONTROLS).all(axis=0), False)
    first = int(enough.argmax())
    last = first + int((~enough[first:]).argmax())
    persons = risk[:, :, first:last].any(axis=2).sum(axis=1)
    if last <= first or persons[0] < FEWEST_IN_GROUP:
        raise AfkastError(f"Under {FEWEST_IN_GROUP} startede kan følges fra indgangen i målgruppen; det er for få.")
    parts, saved = [], 0.0
    for sign, at, count in zip((-1, 1), risk[:, :, first:last], n[:, first:last], strict=True):
        dN = at & leaves[:, first:last]
        h = dN.sum(axis=0) / count
        S = np.append(1.0, np.cumprod(1 - h))
        rest = np.cumsum(S[::-1])[::-1][1:]
        saved += sign * S.sum()
        parts.append(-sign * (dN - at * h) @ np.divide(rest, count * (1 - h), out=np.zeros_like(h), where=h < 1))
    error, freedom = Arms(np.arange(len(entry)), parts[0], parts[1], (persons[0], persons[1])).variance().error()
    return Estimate(float(saved), float(error), float(freedom), level)


def placebo(
    on_benefit: Bools,
    observed: Bools,
    start_month: Floats,
    months_earlier: int = 6,
    *,
    on_benefit_then: bool = True,
    covariates: Covariates | None = None,
    strata: NDArray[np.generic] | None = None,
    eligible: Bools | None = None,
    level: float = 0.95,
) -> Estimate | str:
    """What the intervention "saved" in the months before it began: 0 when the groups are comparable, or a sentence.

    As `sequential_trials` with every trial moved so many months earlier, covariates as they were known then. To start
    one must be on benefits in the real month, so both arms must be on benefits then, and in the moved month as well
    (with `on_benefit_then`). Where few leave and return in between there is nothing to compare; without
    `on_benefit_then`, those who had just come to benefits count too, and the test sees more.
    It also answers for what is adjusted for only later: if who starts depends on the months in between, such as on
    duration in the month of start, this is not 0, although the effect may be adjusted for it.
    """
    L = months_earlier

    def padded(values: NDArray[Any], before: int, after: int) -> NDArray[Any]:
        return values if values.ndim == 1 else np.pad(values, ((0, 0), (before, after)))

    # L months are put after the last, so that those who start there have the months before their start as well
    earlier, as_it_is = partial(padded, before=L, after=0), partial(padded, before=0, after=L)
    on, seen = earlier(on_benefit), earlier(observed)
    may = seen & (on if on_benefit_then else True) & (True if eligible is None else as_it_is(eligible))
    before = None if covariates is None else {name: earlier(x) for name, x in covariates.items()}
    past = None if strata is None else earlier(strata)
    started = np.flatnonzero((start_month >= 0) & (start_month < on_benefit.shape[1]))
    followed_then = seen[started, start_month[started].astype(int)]
    if len(started) >= FEWEST_IN_GROUP > followed_then.sum():
        return f"Data går ikke {L} måneder længere tilbage end indsatsens start; prøven kan ikke laves."
    try:
        world = as_it_is(on_benefit), as_it_is(observed), start_month
        of = design(*world, before, past, "att" if before else "none", may)
        found = estimated(of, np.where(seen, on, 0.0), on, seen, start_month, L, level=level)
    except AfkastError as thin:
        return f"Prøven på tiden før indsatsen kan ikke laves. {thin}"
    # counted among the controls: the started's own number must not decide whether they are shown
    person, trial = np.nonzero(of.eligible & ~of.starts)
    months = of.months[trial][:, None] + np.arange(found.follow_up_months)
    away = (seen & ~on)[person[:, None], months].any(axis=1).mean()
    if away * found.treated_persons < FEWEST_AWAY:
        return (
            f"Kun {100 * away:.0f} % af dem, der kunne være startet, var ude af ydelse i tiden før; "
            "med så få startede kan prøven ikke vise, om grupperne ligner hinanden."
        )
    return found.saved


@dataclass(frozen=True)
class Naive:
    """Months "saved" by those who ever started, counted from entry into the target group. Not an effect.

    To start one must still be on benefits, so those who ever start have been on benefits for longer from the outset.
    share_started q: against everybody, the started included, the distance is only 1 − q of that to the others.
    """

    against_never_started: float
    against_everybody: float
    share_started: float


def naive(on_benefit: Bools, observed: Bools, start_month: Floats, entry_month: Floats, follow_up_months: int) -> Naive:
    """The comparison that reports make, to stand beside the effect."""
    entry_month = _in_the_data(entry_month, on_benefit.shape[1])
    entered = ~np.isnan(entry_month)
    entry = entry_month[entered].astype(int)
    started = ~np.isnan(start_month[entered])
    if not started.any() or started.all():
        raise AfkastError("Enten er ingen startet, eller alle er; der er intet at sammenligne.")
    Y, R = (along(values[entered], entry, follow_up_months) for values in (on_benefit & observed, observed))

    def months(rows: Bools) -> float:
        followed = R[rows].sum(axis=0, dtype=float)
        return float(np.divide(Y[rows].sum(axis=0), followed, out=np.zeros_like(followed), where=followed > 0).sum())

    ever = months(started)
    return Naive(months(~started) - ever, months(np.ones_like(started)) - ever, float(started.mean()))


def sensitivity(
    on_benefit: Bools,
    observed: Bools,
    start_month: Floats,
    follow_up_months: int,
    *,
    covariates: Covariates | None = None,
    strata: NDArray[np.generic] | None = None,
    entry_month: Floats | None = None,
    eligible: Bools | None = None,
    lag_months: int = 0,
    month_names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Months saved per treated, by one choice at a time: label, estimate, lower, upper, note.

    lag_months: how many of the last calendar months the main estimate leaves out, which the arrays do contain; so that
    fewer can be left out as well. entry_month: of each person into the target group, the first eligible month if not
    given; month_names: of the calendar columns. A variant too thin to estimate has no number and says why.
    """
    T = on_benefit.shape[1]
    entry = first_eligible(on_benefit, observed, eligible) if entry_month is None else entry_month
    names = [f"kolonne {m}" for m in range(T)] if month_names is None else list(month_names)
    rows: list[tuple[str, Estimate | None, str]] = []

    def seen(lag: int) -> Bools:
        return observed & (np.arange(T) < T - lag)

    world = on_benefit, seen(lag_months), start_month

    def trials(
        K: int = follow_up_months,
        lag: int = lag_months,
        on: Bools = on_benefit,
        how: Any = sequential_trials,
        **other: Any,
    ) -> Effect:
        options = {"covariates": covariates, "eligible": eligible} | other
        return how(on, seen(lag), start_month, K, **options)

    def add(label: str, ask: Callable[[], Effect | Estimate], note: str = "", months: int = follow_up_months) -> None:
        try:
            answer = ask()
        except AfkastError as thin:
            rows.append((label, None, str(thin)))
            return
        if isinstance(answer, Effect):
            if answer.follow_up_months < months:
                note = f"{note} Kun {answer.follow_up_months} måneder kan følges.".strip()
            if answer.effective_controls < FEW_CONTROLS:
                note = f"{note} Hviler reelt på kun {answer.effective_controls:.0f} at sammenligne med.".strip()
            answer = answer.saved
        rows.append((label, answer, note))

    add("Hovedberegning", trials)
    add("Uden vægte", lambda: trials(covariates=None))
    if strata is not None:
        add("Strata", lambda: trials(covariates=None, strata=strata))
    if covariates:
        add("Vægtet som de startede", lambda: trials(weights="att"))
        add("Overlapsvægte", lambda: trials(weights="overlap"), "Vejer mest, hvor begge grupper er repræsenteret.")
    add("Mod aldrig at starte", lambda: trials(per_protocol=True), "De øvrige følges, til de selv starter.")
    for L in (1, 3, 6):
        add(
            f"Startet inden for {_months(L)}",
            partial(landmark, *world, entry, L, follow_up_months, covariates=covariates),
            "Fulgt fra dette tidspunkt for begge grupper.",
        )
    add(
        "Tid fra indgang i målgruppen",
        partial(delayed_entry, *world, entry, follow_up_months),
        "Til første afgang, uden vægte.",
    )
    add("Til første afgang", lambda: trials(how=first_exit), "Den, der vender tilbage, tæller ikke igen.")
    for weeks, months in ((0, 0), (4, 1), (8, 2), (13, 3)):
        same = "Som hovedberegningen: data er pr. måned." if months < 2 else ""
        without_gaps = without_short_gaps(on_benefit, longest_gap=months - 1)
        add(f"Ude af ydelse efter {weeks} uger", partial(trials, on=without_gaps), same)
    for lag in range(4):
        too_few = "" if lag >= lag_months else "De seneste måneder kan stadig ændre sig."
        add(f"{_months(lag)} før udtrækket udeladt", partial(trials, lag=lag), too_few)
    for K in (12, 18, 24):
        add(f"{K} måneders opfølgning", partial(trials, K), months=K)
    rows += _one_month_out(lambda may: trials(eligible=may), start_month, eligible, names)
    return pd.DataFrame(
        {
            "label": [label for label, _, _ in rows],
            "estimate": pd.array([None if one is None else one.value for _, one, _ in rows], "Float64"),
            "lower": pd.array([None if one is None else one.interval[0] for _, one, _ in rows], "Float64"),
            "upper": pd.array([None if one is None else one.interval[1] for _, one, _ in rows], "Float64"),
            "note": [note for _, _, note in rows],
        }
    )


def _months(number: int) -> str:
    return "1 måned" if number == 1 else f"{number} måneder"


def _one_month_out(
    trials: Callable[[Bools], Effect], start_month: Floats, eligible: Bools | None, names: list[str]
) -> list[tuple[str, Estimate | None, str]]:
    """The lowest and the highest estimate when one trial month is left out."""
    found: list[tuple[Estimate, str]] = []
    for m in np.unique(start_month[(start_month >= 0) & (start_month < len(names))]).astype(int):
        may = np.ones((len(start_month), len(names)), dtype=bool) if eligible is None else eligible.copy()
        may[:, m] = False
        try:
            found.append((trials(may).saved, names[m]))
        except AfkastError:
            continue
    if not found:
        return [("Uden en af startmånederne", None, "Der er for få startede uden en af månederne.")]
    found.sort(key=lambda one: one[0].value)
    return [
        ("Uden en af startmånederne, lavest", found[0][0], f"Uden {found[0][1]}."),
        ("Uden en af startmånederne, højest", found[-1][0], f"Uden {found[-1][1]}."),
    ]
