"""Sequential trials: by hand, by other routes to the same number, and in worlds where the truth is known."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from statsmodels.stats.proportion import proportion_confint
from worlds import drawn_world

from afkast.analysis import cohort, survival
from afkast.analysis.effect import Persons, flow, rows_of_trials, sequential_trials
from afkast.analysis.effect.arms import Variance
from afkast.analysis.effect.flow import LeftOut
from afkast.analysis.effect.interval import Outcome, bounded
from afkast.analysis.lack import NotEnough
from afkast.errors import AfkastError

PLANTED = Path(__file__).resolve().parents[1] / "data" / "example" / "planted_effect.md"
MONTHS = 18


def written(*groups):
    """A world of groups: how many persons, their months (x on benefits, . off, - moved), their month of start."""
    rows = [(months, start) for count, months, start in groups for _ in range(count)]
    on = np.array([[month == "x" for month in months] for months, _ in rows])
    observed = np.array([[month != "-" for month in months] for months, _ in rows])
    return on, observed, np.array([np.nan if start is None else start for _, start in rows])


HAND = (
    (4, "xx.", 0),
    (6, "x..", 0),
    (2, "xxx", 1),
    (3, "xx.", 1),
    (4, "xx.", None),
    (3, "xxx", None),
    (3, "x..", None),
)


def test_two_trials_are_as_worked_by_hand():
    found = sequential_trials(Persons(*written(*HAND)), 2)
    # trial 0: 10 started, 4 of them on a month later; 15 could have, 5 later starters and 7 of 10 others are on
    # trial 1: 5 started, 2 of them on a month later; 7 could have (those off are no longer eligible), 3 are on
    treated = Fraction(6, 15)
    control = Fraction(10, 15) * Fraction(12, 15) + Fraction(5, 15) * Fraction(3, 7)
    assert found.treated == pytest.approx([1, float(treated)])
    assert found.control == pytest.approx([1, float(control)])
    assert found.saved.value == pytest.approx(float(control - treated)) == pytest.approx(0.2762, abs=5e-5)
    assert (found.treated_persons, found.control_observed[0]) == (15, 15 + 7)
    assert found.treated_observed.tolist() == [15, 15]
    assert found.treated_on_benefit.tolist() == [15, 6]
    assert found.control_observed.tolist() == [22, 22]
    assert found.control_on_benefit.tolist() == [22, 12 + 3]


def test_the_error_and_the_interval_of_two_trials_are_as_worked_by_hand():
    treated, control, in_0, in_1 = Fraction(2, 5), Fraction(71, 105), Fraction(4, 5), Fraction(3, 7)
    start_0, start_1 = (in_0 - control) / 15, (in_1 - control) / 15
    weight_0, weight_1 = Fraction(10, 15) / 15, Fraction(5, 15) / 7
    # of each group in HAND: its persons, a person's influence as started, and as one who could have
    influence = [
        (4, (1 - treated) / 15 - start_0, 0),
        (6, (0 - treated) / 15 - start_0, 0),
        (2, (1 - treated) / 15 - start_1, (1 - in_0) * weight_0),
        (3, (0 - treated) / 15 - start_1, (1 - in_0) * weight_0),
        (4, 0, (1 - in_0) * weight_0 + (0 - in_1) * weight_1),
        (3, 0, (1 - in_0) * weight_0 + (1 - in_1) * weight_1),
        (3, 0, (0 - in_0) * weight_0),
    ]
    assert sum(n * a for n, a, _ in influence) == sum(n * b for n, _, b in influence) == 0
    # a residual from a mean of n counts √(n/(n−1)) times: of 15 started, of 15 and 7 who could have
    influence = [
        (4, (1 - treated) / 15 - start_0, 0, 0),
        (6, (0 - treated) / 15 - start_0, 0, 0),
        (2, (1 - treated) / 15 - start_1, (1 - in_0) * weight_0, 0),
        (3, (0 - treated) / 15 - start_1, (1 - in_0) * weight_0, 0),
        (4, 0, (1 - in_0) * weight_0, (0 - in_1) * weight_1),
        (3, 0, (1 - in_0) * weight_0, (1 - in_1) * weight_1),
        (3, 0, (0 - in_0) * weight_0, 0),
    ]
    scales = np.sqrt([15 / 14, 15 / 14, 7 / 6])
    scaled = [(n, *np.array(parts, dtype=float) * scales) for n, *parts in influence]
    variance = sum(n * (a - b - c) ** 2 for n, a, b, c in scaled)
    of_started = sum(n * a**2 for n, a, _, _ in scaled)
    of_others = sum(n * (b + c) ** 2 for n, _, b, c in scaled)
    # 15 are controls, 8 of them in one trial and 7 in both: as uncertain as 13.3 who count the same
    others = 1 / float(8 * weight_0**2 + 7 * (weight_0 + weight_1) ** 2)
    assert others == pytest.approx(13.3, abs=0.05)
    freedom = (of_started + of_others) ** 2 / (of_started**2 / 14 + of_others**2 / (others - 1))
    found = sequential_trials(Persons(*written(*HAND)), 2)
    assert found.saved.standard_error == pytest.approx(np.sqrt(variance))
    assert found.saved.degrees_of_freedom == pytest.approx(freedom)

    # of one person: the started's, the others' about the mean of their trial, and what a share gives room for
    def room(share):
        return float(share * (1 - share))

    of_one_started, of_one_other = 15 * of_started, (2 * room(in_0) + room(in_1)) / 3
    phi = (14 * of_one_started + 5 * of_one_other) / (14 * room(treated) + 5 * room(control))
    together = variance - of_started - of_others

    def untreated(saved):
        """Where the quasi-likelihood of both means is at its top, when they are so far apart."""

        def unlikely(mean):
            def distance(found, expected):
                """∫ (found − μ)/(μ(1−μ)) dμ from `found` to `expected`, less than zero."""
                return float(integrate.quad(lambda m: (found - m) / (m * (1 - m)), found, expected)[0])

            of_both = 15 / phi * distance(float(treated), mean - saved)
            return -of_both - room(control) / of_others * distance(float(control), mean)

        ends = max(0, saved) + 1e-9, min(1, 1 + saved) - 1e-9
        return float(optimize.minimize_scalar(unlikely, bounds=ends, method="bounded", options={"xatol": 1e-9}).x)

    def beyond(saved):
        mean = untreated(saved)
        V1, V0 = phi * room(mean - saved) / 15, of_others * room(mean) / room(control)
        freedom = (V1 + V0) ** 2 / (V1**2 / (14 + 5) + V0**2 / (others - 1))
        both = together * np.sqrt(V1 / of_started * V0 / of_others)
        return abs(saved - float(control - treated)) / (stats.t(freedom).isf(0.025) * np.sqrt(V1 + V0 + both))

    low, high = found.saved.interval
    assert [beyond(low), beyond(high)] == pytest.approx([1, 1], abs=1e-5)  # as near as a top can be found
    assert low < float(control - treated) < high
    assert found.difference_interval[:, 1] == pytest.approx([-high, -low])
    assert found.difference_interval[:, 0].tolist() == [0, 0]


def test_one_trial_without_overlap_is_welchs_t_test_on_the_months():
    # 12 months on benefits is the mean of the started, so several have no influence; they are persons all the same
    started = [(count, ("x" * months).ljust(20, "."), 0) for count, months in ((5, 12), (6, 8), (6, 16))]
    others = [(count, ("x" * months).ljust(20, "."), None) for count, months in ((10, 20), (7, 15), (4, 3))]
    found = sequential_trials(Persons(*written(*started, *others)), 20)
    a, b = (np.repeat([len(m.rstrip(".")) for _, m, _ in arm], [n for n, _, _ in arm]) for arm in (others, started))
    welch = stats.ttest_ind(a, b, equal_var=False)
    assert found.saved.value == pytest.approx(a.mean() - b.mean())
    assert found.saved.value / found.saved.standard_error == pytest.approx(welch.statistic)
    assert found.saved.degrees_of_freedom == pytest.approx(welch.df)


def test_a_share_of_many_who_started_has_wilsons_interval():
    groups = [(1_960, "xx", 0), (40, "x.", 0), (3_000, "xx", None), (3_000, "x.", None)]
    found = sequential_trials(Persons(*written(*groups))).treated_interval[:, 1]
    wilson = 1 - np.array(proportion_confint(40, 2_000, method="wilson"))[::-1]
    # their own five persons, n − 1 for n and t for z each move its length by less than 1 %
    assert found == pytest.approx(wilson, abs=0.01 * np.diff(wilson)[0])


def miettinen_nurminen(a, n1, b, n0):
    """Of a/n1 − b/n0, 95 %."""
    p1, p0 = a / n1, b / n0

    def beyond(difference):
        def score(p):
            q = p + difference
            return n1 * (p1 - q) / (q * (1 - q)) + n0 * (p0 - p) / (p * (1 - p))

        low, high = max(0, -difference) + 1e-9, min(1, 1 - difference) - 1e-9
        p = high if score(high) > 0 else optimize.brentq(score, low, high)
        q = p + difference
        variance = (q * (1 - q) / n1 + p * (1 - p) / n0) * (n1 + n0) / (n1 + n0 - 1)
        return float((p1 - p0 - difference) ** 2 / variance - stats.chi2(1).isf(0.05))

    return tuple(float(optimize.brentq(beyond, p1 - p0, end)) for end in (p1 - p0 - 0.3, p1 - p0 + 0.3))


def test_a_difference_of_shares_of_many_has_miettinen_and_nurminens_interval():
    # as Newcombe prints it, Statistics in Medicine 17 (1998), table II, method 6
    assert miettinen_nurminen(56, 70, 48, 80) == pytest.approx((0.0528, 0.3382), abs=5e-5)
    groups = [(1_960, "xx", 0), (40, "x.", 0), (2_850, "xx", None), (150, "x.", None)]
    found = sequential_trials(Persons(*written(*groups))).difference_interval[:, 1]
    theirs = np.array(miettinen_nurminen(1_960, 2_000, 2_850, 3_000))
    # five persons, n − 1 for n in each arm and t for z each move its length by less than 1 %
    assert found == pytest.approx(theirs, abs=0.01 * np.diff(theirs)[0])


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_the_interval_of_months_off_benefits_is_that_of_months_on_them_turned_around(seed):
    world = scattered_world(seed)
    on, observed, _ = world
    of_on, of_off = (sequential_trials(Persons(*world), 4, outcome=there & observed) for there in (on, ~on))
    assert of_off.saved.interval == pytest.approx((-of_on.saved.upper, -of_on.saved.lower), abs=1e-6)
    assert of_off.difference_interval == pytest.approx(-of_on.difference_interval[::-1], abs=1e-6)
    assert of_off.treated_interval == pytest.approx(1 - of_on.treated_interval[::-1], abs=1e-6)


def test_the_curve_of_the_started_is_their_occupation_curve_from_the_month_of_start():
    on, observed, start = drawn_world(np.random.default_rng(1))
    started = ~np.isnan(start)
    from_start = (cohort.along(of[started], start[started].astype(int), MONTHS) for of in (on, observed))
    curve = survival.occupation(*from_start)
    found = sequential_trials(Persons(on, observed, start), MONTHS)
    assert found.treated == pytest.approx(curve.share)
    own, freedom = found.curves[0].error()
    half = stats.t(freedom).isf(0.025) * own
    assert np.stack([found.treated - half, found.treated + half]).clip(0, 1) == pytest.approx(
        np.stack([curve.lower, curve.upper])
    )
    low, high = found.treated_interval
    assert (low <= found.treated + 1e-12).all() and (found.treated <= high + 1e-12).all()


def person_trials(world, follow_up_months):
    """A row for each person, trial and month of follow-up, built one at a time."""
    on, observed, start = world
    rows = []
    for trial in sorted({int(month) for month in start if month == month}):
        for person in range(len(on)):
            if on[person, trial] and observed[person, trial] and not start[person] < trial:
                for k in range(follow_up_months):
                    at = trial + k
                    rows.append((person, trial, k, start[person] == trial, observed[person, at], on[person, at]))
    return pd.DataFrame(rows, columns=["person", "trial", "k", "starts", "observed", "on"])


def difference(rows, weight):
    """D(k), each started against the mean of their own trial, with a weight for each row of the long table."""
    seen = rows["observed"].to_numpy()
    trial, k = pd.factorize(rows["trial"])[0][seen], rows["k"].to_numpy()[seen]
    starts, on, w = (values[seen] for values in (rows["starts"].to_numpy(), rows["on"].to_numpy(), weight))
    sums = np.zeros((4, trial.max() + 1, k.max() + 1))
    for arm in (0, 1):
        of_arm = starts == arm
        np.add.at(sums[arm], (trial[of_arm], k[of_arm]), w[of_arm])
        np.add.at(sums[2 + arm], (trial[of_arm], k[of_arm]), (w * on)[of_arm])
    return (sums[3] - sums[1] * sums[2] / sums[0]).sum(axis=0) / sums[1].sum(axis=0)


def scattered_world(seed):
    """Persons who come, go and move as they like; enough of them that no trial is too thin."""
    rng = np.random.default_rng(seed)
    on = rng.random((60, 6)) < rng.uniform(0.5, 0.9)
    observed = np.arange(6) < rng.choice([2, 4, 6, 6, 6, 6], size=60)[:, None]
    on[:40, :3] = True
    observed[:30] = True
    start = rng.choice([0.0, 1.0, 2.0], size=60)
    start[rng.permutation(np.arange(20, 60))[:35]] = np.nan
    return on & observed, observed, start


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_the_estimate_is_that_of_a_long_table_with_a_row_for_each_month(seed):
    world = scattered_world(seed)
    rows = person_trials(world, 4)
    found = sequential_trials(Persons(*world), 4, stands_for_moved=False)
    expected = difference(rows, np.ones(len(rows)))
    assert found.difference == pytest.approx(expected)
    assert found.saved.value == pytest.approx(-expected.sum())
    in_trials = rows[rows["k"] == 0]
    assert found.treated_persons == in_trials["starts"].sum()
    assert found.control_observed[0] == (~in_trials["starts"]).sum()
    seen = rows[rows["observed"]].groupby(["starts", "k"])["on"].agg(["size", "sum"])
    assert found.control_observed.tolist() == seen.loc[False, "size"].tolist()
    assert found.treated_on_benefit.tolist() == seen.loc[True, "sum"].tolist()


def test_the_error_follows_from_how_the_estimate_moves_when_a_person_weighs_a_little_more():
    world = scattered_world(12)
    rows = person_trials(world, 4)
    person, trial, k, starts = (rows[name].to_numpy() for name in ("person", "trial", "k", "starts"))
    step = 1e-5

    def moves(rows_of_one):
        up, down = (difference(rows, 1 + sign * step * rows_of_one).sum() for sign in (1, -1))
        return -(up - down) / (2 * step)

    influence = np.zeros((2, 60))
    at_zero = rows[rows["k"] == 0].groupby(["trial", "starts"]).size()
    followed = rows[rows["starts"] & rows["observed"]].groupby("k").size()
    omega = np.zeros(60)
    for one in range(60):
        for m in np.unique(trial[(person == one) & starts]):
            for month in range(4):
                n = followed[month]
                mine = (person == one) & (trial == m) & starts & (k == month)
                influence[0, one] += np.sqrt(n / (n - 1)) * moves(mine)
        for m in np.unique(trial[(person == one) & ~starts]):
            n = at_zero[m, False]
            influence[1, one] += np.sqrt(n / (n - 1)) * moves((person == one) & (trial == m) & ~starts)
            omega[one] += at_zero[m, True] / followed[0] / n
    own = (influence**2).sum(axis=1)
    sizes = followed[0], 1 / (omega**2).sum()
    freedom = own.sum() ** 2 / sum(v**2 / (n - 1) for v, n in zip(own, sizes, strict=True))
    found = sequential_trials(Persons(*world), 4, stands_for_moved=False).saved
    assert found.standard_error == pytest.approx(np.sqrt((influence.sum(axis=0) ** 2).sum()), rel=1e-6)
    assert found.degrees_of_freedom == pytest.approx(freedom, rel=1e-6)


def test_the_error_is_what_drawing_persons_again_says():
    rng = np.random.default_rng(8)
    on, observed, start = drawn_world(rng, effect=0.03)
    error = sequential_trials(Persons(on, observed, start), MONTHS).saved.standard_error
    drawn = []
    for _ in range(1_000):
        again = rng.integers(0, 300, size=300)
        drawn.append(sequential_trials(Persons(on[again], observed[again], start[again]), MONTHS).saved.value)
    # 1,000 draws leave 1/√2000 = 2.2 % of chance in a standard error; three times that
    assert error == pytest.approx(np.std(drawn), rel=0.07)


def many_worlds(worlds, seed, effect):
    rng = np.random.default_rng(seed)
    drawn = [drawn_world(rng, effect=effect) for _ in range(worlds)]
    return drawn, [sequential_trials(Persons(*world), MONTHS) for world in drawn]


def test_without_an_effect_the_trials_find_none_and_the_curves_of_the_report_find_one():
    worlds, found = many_worlds(1_000, seed=20, effect=0.0)
    saved = np.array([one.saved.value for one in found])
    chance = saved.std() / np.sqrt(len(saved))
    assert abs(saved.mean()) < 3 * chance
    covered = np.mean([one.saved.interval[0] <= 0 <= one.saved.interval[1] for one in found])
    # 1,000 worlds: 95 % ± 2 %, three times √(0.95 · 0.05 / 1000)
    assert covered == pytest.approx(0.95, abs=0.02)
    # all who ever started against the whole target group, both from the first month: to start one must still be there
    naive = np.array([on[~np.isnan(start)].sum(axis=1).mean() - on.sum(axis=1).mean() for on, _, start in worlds])
    assert naive.mean() > 0.3
    assert naive.mean() > 10 * naive.std() / np.sqrt(len(naive))


def truth(effect, exit_probability=0.03, return_probability=0.025):
    """Saved months of a started person against those who could have, of whom some start later: by expectation.

    A population so large that chance is gone: shares of the target group by (on or off, not started or started).
    """

    def a_month_later(state):
        on, off = state
        leave = np.array([exit_probability, exit_probability + effect])
        return np.array([on * (1 - leave) + off * return_probability, on * leave + off * (1 - return_probability)])

    def with_starts(state, hazard):
        moved = state.copy()
        moved[0] += hazard * state[0, 0] * np.array([-1, 1])
        return moved

    hazards, state = [], np.array([[1.0, 0.0], [0.0, 0.0]])
    for _ in range(6):
        hazards.append(10 / 300 / state[0, 0])
        state = a_month_later(with_starts(state, hazards[-1]))
    saved = []
    for trial in range(6):
        started, other = np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
        total = 0.0
        for k in range(MONTHS):
            total += other[0].sum() - started[0].sum()
            if k > 0 and trial + k < 6:
                other = with_starts(other, hazards[trial + k])
            started, other = a_month_later(started), a_month_later(other)
        saved.append(total)
    return float(np.mean(saved))


def test_a_planted_effect_is_found_a_little_diluted_by_those_who_start_later():
    _, found = many_worlds(600, seed=21, effect=0.03)
    saved = np.array([one.saved.value for one in found])
    assert saved.mean() == pytest.approx(truth(0.03), abs=3 * saved.std() / np.sqrt(len(saved)))
    covered = np.mean([low <= truth(0.03) <= high for low, high in (one.saved.interval for one in found)])
    # 600 worlds: three times √(0.95 · 0.05 / 600) is 2.7 %
    assert covered == pytest.approx(0.95, abs=0.027)
    assert 0.8 * planted(MONTHS) < truth(0.03) < planted(MONTHS)
    assert truth(0.0) == pytest.approx(0, abs=1e-12)


def planted(months):
    """The planted difference as it is written down with the example, months saved."""
    row = re.search(
        rf"^\| Koordineret indsats \| {months} \|.*?\|.*?\| (-[0-9.]+) \|",
        PLANTED.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert row
    return -float(row[1])


@pytest.mark.parametrize("follow_up_months", [12, 18])
def test_the_examples_interval_contains_what_was_planted(snapshot, follow_up_months):
    members = snapshot.table("cohort").query("strategy == 'norddjurs-koordineret-indsats'")
    months = cohort.person_months(snapshot.table("spells"), snapshot.table("persons"), "2020-01", "2021-12")
    months = months.of(pd.Index(members["person"]))
    start = cohort.column_of(members["started_on"], months.months)
    found = sequential_trials(Persons(months.on_benefit, months.observed, start), follow_up_months)
    assert found.treated_persons == 60
    low, high = found.saved.interval
    assert 0 < low < planted(follow_up_months) < high


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_the_order_of_persons_and_the_date_of_month_zero_do_not_matter(seed):
    on, observed, start = scattered_world(seed)
    mixed = np.random.default_rng(seed).permutation(60)
    empty = np.zeros((60, 3), dtype=bool)
    later = (np.c_[empty, on], np.c_[empty, observed], start + 3)
    one = sequential_trials(Persons(on, observed, start), 4)
    for other in (
        sequential_trials(Persons(on[mixed], observed[mixed], start[mixed]), 4),
        sequential_trials(Persons(*later), 4),
    ):
        assert other.difference == pytest.approx(one.difference)
        assert other.difference_interval == pytest.approx(one.difference_interval)
        assert other.saved.interval == pytest.approx(one.saved.interval)


GROUPS = {"started": (15, "xxxx", 1), "others": (10, "xxxx", None)}


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ({"started": (15, "xxxx", None)}, "nobody has started"),
        ({"started": (15, "xxxx", -1)}, "under 15 started"),
        ({"started": (14, "xxxx", 1)}, "under 15 started"),
        ({"started": (15, "x.xx", 1)}, "under 15 started"),
        ({"others": (9, "xxxx", None)}, "under 10 could have started"),
        ({"others": (4, "xxxx", None)}, "under 5 could have started"),
        ({"others": (9, "x.xx", None)}, "nobody is left to compare with"),
    ],
    ids=["nobody", "before the data", "14 started", "not on benefits", "9 others", "4 others", "no others"],
)
def test_a_comparison_that_is_too_thin_is_refused(groups, why):
    with pytest.raises(AfkastError, match=why):
        sequential_trials(Persons(*written(*(GROUPS | groups).values())), 3)


WORLD = drawn_world(np.random.default_rng(7))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"on_benefit": WORLD[0].astype(int)}, "on_benefit must be true or false"),
        ({"observed": WORLD[1][:, 1:]}, "observed must be true or false for each person and month"),
        ({"eligible": WORLD[1][:, 0]}, "eligible must be true or false"),
        ({"start": WORLD[2][1:]}, "start must be one number for each person"),
        ({"start": WORLD[2] + 0.5}, "start must be a whole number"),
        ({"covariates": {"alder": np.ones(3)}}, "alder must be given for each person"),
        ({"strata": np.ones(3)}, "strata must be given for each person"),
        ({"outcome": np.ones(3)}, "outcome must be given for each person and month"),
        ({"outcome": np.where(WORLD[0], np.nan, 1)}, "the outcome is missing"),
        ({"level": 95}, "the level must lie between 0 and 1"),
    ],
)
def test_a_world_that_does_not_fit_together_is_refused(change, why):
    world = dict(zip(("on_benefit", "observed", "start"), WORLD, strict=True)) | change
    asked = {name: world.pop(name) for name in ("outcome", "level") if name in world}
    with pytest.raises(AfkastError, match=why):
        sequential_trials(Persons(**world), **asked)


def test_the_smallest_comparison_that_is_not_refused():
    assert sequential_trials(Persons(*written(*GROUPS.values())), 3).saved.value == 0


@pytest.mark.parametrize(
    ("movers", "months"),
    [((15, "xxxxxx", 0), 6), ((5, "xxx---", 0), 6), ((6, "xxx---", 0), 3)],
    ids=["all followed", "10 of 15 followed", "9 of 15 followed"],
)
def test_the_curves_end_where_fewer_than_ten_are_followed(movers, months):
    groups = [movers, (15 - movers[0], "xxxxxx", 0), (20, "xxxxxx", None)]
    assert sequential_trials(Persons(*written(*groups))).follow_up_months == months


def test_the_curves_end_where_less_than_a_fifth_of_the_others_is_followed():
    started = (15, "xxxxxx", 0)
    assert (
        sequential_trials(Persons(*written(started, (49, "xxx---", None), (11, "xxxxxx", None)))).follow_up_months == 3
    )
    assert (
        sequential_trials(Persons(*written(started, (44, "xxx---", None), (11, "xxxxxx", None)))).follow_up_months == 6
    )


def test_a_difference_of_shares_is_at_most_all_of_them():
    found = sequential_trials(Persons(*written((15, "x.", 0), (9, "xx", None), (1, "x.", None))))
    assert found.difference[1] == pytest.approx(-0.9)
    assert -1 < found.difference_interval[0, 1] < -0.9 < found.difference_interval[1, 1] < 0


def test_that_none_of_the_others_leaves_is_not_certain_either():
    found = sequential_trials(
        Persons(*written((1_000, "x.", 0), (1_000, "xx", 0), (100, "xx", None)))
    ).difference_interval[:, 1]
    theirs = np.array(miettinen_nurminen(1_000, 2_000, 100, 100))
    # n − 1 for n and t for z
    assert found == pytest.approx(theirs, abs=0.02 * np.diff(theirs)[0])


def test_that_few_are_in_both_arms_does_not_cancel_the_variance():
    def length(both):
        variance = Variance(np.array(0.031), np.array(0.010), np.array(both), (60.0, 41.0))
        found = bounded(0.1, variance, Outcome(0.0, 12.0, 11.9, 0.4), -1, 60, 0.95)
        return found.upper - found.lower

    half = -np.sqrt(0.031 * 0.010)  # a correlation of −½
    assert length(-0.035) == pytest.approx(length(half), rel=1e-9)
    assert length(half) < length(half / 2) < length(0) < length(0.01)


def test_that_nobody_leaves_is_no_surer_where_half_are_followed_for_half():
    """None of 20 leaves and one in ten of the others does: no more than chance, followed so or so."""
    groups = ((20, "xxxxxxxx", 0), (162, "xxxxxxxx", None), (18, "xx......", None))
    halves = [(n // 2, months[:4] + end, at) for n, months, at in groups for end in (months[4:], "----")]
    whole, half = (
        sequential_trials(Persons(*written(*some)), total=True, stands_for_moved=False).saved
        for some in (groups, halves)
    )
    assert whole.value == pytest.approx(-20 * 0.6)
    assert half.value == pytest.approx(-20 * 0.2 - 10 * 0.4)
    assert all(low < 0 < high for low, high in (whole.interval, half.interval))


def test_all_alike_is_not_all_certain():
    found = sequential_trials(Persons(*written((20, "xxxx", 0), (10, "xx..", None), (10, "xxxx", None))))
    low, high = found.saved.interval
    assert low < -1 < high
    # 20 of 20: 1 − p = t √(p (1 − p) / 20), t with the degrees of freedom of the 20 and the five like the others
    t = stats.t(19 + 5).isf(0.025)
    assert found.treated_interval[:, 3] == pytest.approx([20 / (20 + t**2), 1])
    assert found.treated_interval[:, 1].tolist() == [1, 1]


def test_who_starts_in_a_month_with_fewer_than_five_others_is_left_out():
    # of the ten others four are on benefits in the first month, and all in the second
    persons = Persons(*written((8, "xxx", 0), (16, ".xx", 1), (3, "xx.", None), (9, ".x.", None), (1, "xxx", None)))
    found = sequential_trials(persons)
    assert found.control == pytest.approx([1, 1 / 13])
    assert found.control_observed.tolist() == [13, 13]
    assert (found.treated_persons, found.treated_left_out, found.control_persons) == (16, 8, 13)
    assert flow(found).left_out[LeftOut.NOBODY_ALIKE].tolist() == [True] * 8 + [False] * 29
    # and the page's second way, a row a person and month, leaves out the same
    entered, no_other = np.zeros(37), np.full(37, np.nan)
    rows = rows_of_trials(replace(persons, entered=entered, other_start=no_other), 2)
    assert rows["trial"].unique().tolist() == [1]
    on = rows[rows["followed"]].groupby(["k", "starts"])["on"].mean().unstack()
    assert on[False].tolist() == pytest.approx(found.control.tolist())


def test_where_every_month_has_fewer_than_five_others_nothing_is_compared():
    persons = Persons(*written((16, "xxx", 0), (16, ".xx", 1), (4, "xxx", None)))
    with pytest.raises(NotEnough, match="under 5 could have started in the same months"):
        sequential_trials(persons)


def test_started_without_anyone_to_be_compared_with_are_left_out():
    world = written((15, "xxx", 0), (3, "xxx", 0), (20, "xx.", None), (2, "x..", None))
    strata = np.repeat(["a", "b", "a", "b"], [15, 3, 20, 2])
    found = sequential_trials(Persons(*world, strata=strata))
    assert (found.treated_persons, found.treated_left_out) == (15, 3)
    assert found.control == pytest.approx([1, 1, 0])
