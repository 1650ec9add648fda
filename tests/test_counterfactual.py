"""Others' development as what would have happened: weights by other routes, limits that hold where nothing was done."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from afkast.analysis import counterfactual
from afkast.analysis.counterfactual import COMPARISONS, FEWEST_PLACEBOS, NEAREST, compared, limit_of, placebo_gaps
from afkast.analysis.series_breaks import BrokenSeries
from afkast.errors import AfkastError

NO_BREAKS = pd.DataFrame({"starts_on": [], "ends_on": [], "text": []}).astype(
    {"starts_on": "datetime64[s]", "ends_on": "datetime64[s]"}
)
MONTHS, AREAS = 72, 60
BASE = pd.Timestamp("2024-12-01")


def made(seed, areas=AREAS):
    """Persons of areas from 60 to 6,000: a common development, each one's sensitivity and drift, and counting noise."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(np.log(60), np.log(6_000), areas))
    common = np.cumsum(rng.normal(0, 0.015, MONTHS))
    own = np.cumsum(rng.normal(0, 0.01, (MONTHS, areas)), axis=0)
    level = size * np.exp(np.outer(common, rng.normal(1, 0.3, areas)) + own)
    index = pd.date_range("2020-01-01", periods=MONTHS, freq="MS")
    return pd.DataFrame(rng.poisson(level) + 1.0, index, [f"K{number}" for number in range(areas)])


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_weights_add_up_to_one_and_the_municipality_itself_is_not_among_them(comparison):
    values = made(1).to_numpy()
    path = values[:60] / values[59]
    weights = COMPARISONS[comparison](path, values[59])(7)
    assert weights.sum() == pytest.approx(1)
    assert weights[7] == pytest.approx(0, abs=1e-12)
    if comparison not in ("factors", "combined"):
        assert (weights >= 0).all()
    if comparison == "nearest":
        assert (weights > 0).sum() == NEAREST


def test_the_country_is_the_sum_of_the_others():
    panel = made(2)
    found = next(one for one in compared(panel, "K3", BASE, 12, NO_BREAKS) if one.comparison == "country")
    others = panel.drop(columns="K3").sum(axis=1)
    now = BASE + pd.DateOffset(months=12)
    expected = panel.loc[BASE, "K3"] * others[now] / others[BASE]
    assert found.gap == pytest.approx((panel.loc[now, "K3"] - expected) / panel.loc[BASE, "K3"])


@pytest.mark.parametrize(("comparison", "of"), [("synthetic_levels", "levels"), ("synthetic_changes", "changes")])
def test_a_synthetic_control_is_the_least_squares_on_the_simplex(comparison, of):
    values = made(3, 25).to_numpy()
    path = values[:60] / values[59]
    fitted = path - path.mean(axis=0) if of == "levels" else np.diff(path, axis=0)
    y, X = fitted[:, 4], np.delete(fitted, 4, axis=1)

    def squares(w):
        return float(((y - X @ w) ** 2).sum())

    best = minimize(
        squares,
        np.full(24, 1 / 24),
        method="SLSQP",
        bounds=[(0, 1)] * 24,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 2_000},
    )
    weights = np.delete(COMPARISONS[comparison](path, values[59])(4), 4)
    assert squares(weights) <= best.fun * (1 + 1e-5)


def test_weights_do_not_see_what_comes_after_the_base():
    panel = made(4)
    later = panel.copy()
    later.loc[later.index > BASE, "K9"] *= 0.5
    for one, two in zip(*(compared(own, "K9", BASE, 12, NO_BREAKS) for own in (panel, later)), strict=True):
        assert one.comparison == two.comparison
        assert one.weights.to_numpy() == pytest.approx(two.weights.to_numpy())
        assert one.limit == two.limit
        assert two.gap < one.gap


def test_the_limit_holds_where_nothing_was_done_and_is_wider_for_the_small():
    held, limits = [], []
    for seed in range(8):
        placebos = placebo_gaps(made(seed), BASE, 12, "country")
        for area, _, size, gap in placebos[placebos["base"] == BASE].itertuples(index=False):
            limits.append((size, limit_of(placebos, area, size)[0]))
            held.append(abs(gap) <= limits[-1][1])
    # 480 gaps, of which those of a world share their months
    assert 0.94 <= np.mean(held) <= 0.995
    sizes, widths = np.array(limits).T
    assert np.median(widths[sizes < 200]) > 1.3 * np.median(widths[sizes > 2_000])


def test_a_fall_that_nobody_else_had_is_outside_and_what_all_had_is_not():
    panel = made(5)
    large = str(panel.loc[BASE].idxmax())
    fallen, everyone = panel.copy(), panel.copy()
    fallen.loc[fallen.index > BASE, large] *= 0.6
    everyone.loc[everyone.index > BASE] *= 0.6
    found = compared(fallen, large, BASE, 12, NO_BREAKS)
    assert all(one.outside and one.interval[1] < 0 for one in found)
    assert not any(one.outside for one in compared(everyone, large, BASE, 12, NO_BREAKS))
    assert [one.limit for one in found] == sorted(one.limit for one in found)


def test_a_declared_cluster_is_compared_with_and_without_the_municipality_itself():
    panel = made(6)
    peers = ["K1", "K2", "K3", "K4"]
    by_name = {one.comparison: one for one in compared(panel, "K1", BASE, 12, NO_BREAKS, cluster=peers)}
    ratio = panel.loc[BASE + pd.DateOffset(months=12)] / panel.loc[BASE]
    for name, members in (("cluster", peers[1:]), ("cluster_with_own", peers)):
        size = panel.loc[BASE, members]
        assert by_name[name].gap == pytest.approx(ratio["K1"] - (size * ratio[members]).sum() / size.sum())
    assert "cluster_with_own" not in {
        one.comparison for one in compared(panel, "K9", BASE, 12, NO_BREAKS, cluster=peers)
    }


def test_across_a_break_there_is_no_gap_without_a_reason():
    broken = pd.DataFrame(
        {"starts_on": [pd.Timestamp("2025-07-01")], "ends_on": [pd.Timestamp("2025-07-01")], "text": ["Ny lov."]}
    )
    with pytest.raises(BrokenSeries, match="Ny lov"):
        compared(made(7), "K1", BASE, 12, broken)
    assert compared(made(7), "K1", BASE, 12, broken, accepted="Hele landet på samme dag.")
    assert compared(made(7), "K1", BASE, 6, broken)


def test_too_few_others_or_months_give_no_gap():
    with pytest.raises(AfkastError, match="19 other municipalities with figures in all months, not 18"):
        compared(made(8, FEWEST_PLACEBOS), "K1", BASE, 12, NO_BREAKS)
    assert all(one.limit > 0 for one in compared(made(8, FEWEST_PLACEBOS + 1), "K1", BASE, 12, NO_BREAKS))
    with pytest.raises(AfkastError, match="must be 24 months"):
        compared(made(8), "K1", pd.Timestamp("2021-06-01"), 12, NO_BREAKS)
    with pytest.raises(AfkastError, match="no figures for 12-2025 and 1 months"):
        compared(made(8), "K1", pd.Timestamp("2025-12-01"), 1, NO_BREAKS)


def test_the_page_says_of_each_measure_whether_it_strays_more_than_municipalities_do(run_page, monkeypatch):
    """The example has the country alone; here are 60 municipalities beside, one of which fell by four tenths."""
    real = counterfactual.persons_by_area

    def with_others(measures, country):
        own = real(measures, country)
        panel = made(5).iloc[: 24 + len(own)]
        months = pd.date_range(end=own.index[-1], periods=len(panel), freq="MS")
        level = panel.set_axis(months)
        large = level.iloc[0].idxmax()
        if "ungeledighed" in set(measures["measure"]):
            level.loc[months > pd.Timestamp("2014-01-01"), large] *= 0.6
        return level.rename(columns={large: own.columns[0]})

    monkeypatch.setattr(counterfactual, "persons_by_area", with_others)
    shown = run_page("ballerup-nye-maal", "aktuel-besparelse")
    assert "Det er mere end det, kommuner af samme størrelse afviger" in shown["tilfaeldigt-ungeledighed"]["html"]
    assert "færre end ventet" in shown["tilfaeldigt-ungeledighed"]["html"]
    assert "ikke mere end det" in shown["tilfaeldigt-sygedagpengeandel"]["html"]
    assert "Ét af målene afviger mere, end kommuner plejer" in str(shown["maal-besparelse"]["html"])
    assert not [id for id in shown if id.startswith("ikke-proevet")]
