"""In time or late, known or not yet, and the share decided as the case grows older."""

import hmac
from datetime import date

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from afkast.analysis.timeliness import FEWEST_OPEN, decided_by_age, known_at
from afkast.errors import DataError
from afkast.intake import import_raw
from afkast.profile import PROFILES
from afkast.report import disclosure
from afkast.report.timeliness import curves_by_age

CASES = pd.DataFrame(
    [
        # opened, decided            → decided, days, in_time, due on 31-12-2017 with a limit of 161 days
        ("2017-01-02", "2017-06-12"),  # on the last day in time
        ("2017-01-02", "2017-06-13"),  # a day late
        ("2017-01-02", None),  # open and overdue
        ("2017-07-23", None),  # the deadline is 31 December itself
        ("2017-07-24", None),  # nobody knows yet
        ("2017-12-01", "2018-01-05"),  # decided after the report's date
        ("2018-01-02", "2018-01-09"),  # not begun yet
    ],
    columns=["opened_on", "decided_on"],
).astype("datetime64[ns]")
EXPECTED = [
    (True, 161, True, True),
    (True, 162, False, True),
    (False, 363, False, True),
    (False, 161, False, True),
    (False, 160, False, False),
    (False, 30, False, False),
]


def test_the_cases_stand_as_they_did_on_the_date_of_the_report():
    known = known_at(CASES, date(2017, 12, 31), 161)
    assert list(known[["decided", "days", "in_time", "due"]].itertuples(index=False, name=None)) == EXPECTED


def test_a_curve_worked_by_hand():
    # 20 cases: 4 decided on day 7, 6 cut off on day 10, 5 of the 10 left decided on day 14, 5 cut off on day 30
    days = np.repeat([7, 10, 14, 30], [4, 6, 5, 5])
    decided = np.repeat([True, False, True, False], [4, 6, 5, 5])
    curve = decided_by_age(days, decided, 2)
    assert curve.share.tolist() == [0, pytest.approx(1 / 5), pytest.approx(1 - 4 / 5 * 1 / 2)]
    assert curve.open.tolist() == [20, 20, 10]
    assert curve.decided.tolist() == [0, 4, 9]


def test_the_curve_and_its_interval_agree_with_statsmodels():
    rng = np.random.default_rng(5)
    ages, cut_off = rng.integers(20, 300, 400), rng.integers(50, 400, 400)
    days, decided = np.minimum(ages, cut_off), ages <= cut_off
    curve = decided_by_age(days, decided, 35)
    oracle = SurvfuncRight(days, decided.astype(int))
    for week in range(4, 36):
        at = np.searchsorted(oracle.surv_times, 7 * week, side="right") - 1
        survival, error = oracle.surv_prob[at], oracle.surv_prob_se[at]
        assert curve.share[week] == pytest.approx(1 - survival)
        half = 1.959964 * error / (survival * abs(np.log(survival)))
        assert curve.lower[week] == pytest.approx(1 - survival ** np.exp(-half), abs=1e-6)
        assert curve.upper[week] == pytest.approx(1 - survival ** np.exp(half), abs=1e-6)


def test_without_open_cases_the_curve_is_the_plain_share():
    days = np.random.default_rng(8).integers(1, 200, 300)
    curve = decided_by_age(days, np.ones(300, dtype=bool), 20)
    assert curve.share == pytest.approx([(days <= 7 * week).mean() for week in range(21)])


def test_for_the_public_a_share_of_cases_that_are_not_all_followed_is_still_the_estimate():
    # 60 of 200 decided in the fourth week, 100 not followed any longer: the plain share of all is 30 %
    days = np.array([25] * 60 + [21] * 100 + [40] * 40)
    cases = pd.DataFrame({"case": [f"s{n}" for n in range(200)], "days": days, "decided": days == 25})
    exact = decided_by_age(days, days == 25, 4)
    disclosure.use(PROFILES["offentlig"])
    try:
        _, told = curves_by_age({"Alle": cases}, 4)
        share, low, high = (float(told["Alle", one][4].in_steps) for one in ("andel", "nedre", "øvre"))
    finally:
        disclosure.use(PROFILES["intern"])
    assert exact.share[4] == pytest.approx(0.6)
    assert share == pytest.approx(exact.share[4], abs=0.025)
    assert low == pytest.approx(exact.lower[4], abs=0.025)
    assert low < share < high
    # in steps of as many persons as a count is rounded to, and no finer
    assert all(one / 0.05 == pytest.approx(round(one / 0.05)) for one in (share, low, high))


def test_a_year_without_cases_has_an_empty_curve():
    curve = decided_by_age(np.array([], dtype=int), np.array([], dtype=bool), 3)
    assert np.isnan(curve.share).all()
    assert (curve.open.tolist(), curve.decided.tolist()) == ([0] * 4, [0] * 4)


def test_the_curve_ends_where_fewer_than_ten_are_open():
    days = np.repeat([7, 14], [30, FEWEST_OPEN - 1])
    curve = decided_by_age(days, np.ones(len(days), dtype=bool), 3)
    assert np.isnan(curve.share).tolist() == [False, False, True, True]


# ---------------------------------------------------------------- through the door

SOURCES = """\
sources:
  - file: sager.csv
    reader: csv
    table: cases
    source: Sagssystem
    extracted_on: 2018-01-15
    columns: {Sag: case, Åbnet: opened_on, Afgjort: decided_on}
    constants: {strategy: a}
"""


def imported(folder, *rows):
    raw = folder / "raw"
    raw.mkdir()
    (raw.parent / "sources.yml").write_text(SOURCES, encoding="utf-8")
    (raw / "sager.csv").write_text("\n".join(["Sag;Åbnet;Afgjort", *rows]) + "\n", encoding="utf-8")
    return import_raw(raw.parent, folder / "snapshots", b"k" * 32).table("cases")


def test_case_numbers_are_pseudonymised_and_lose_their_order(tmp_path):
    numbers = [f"S-{number}" for number in range(100, 130)]
    cases = imported(tmp_path, *(f"{number};01-02-2017;" for number in numbers))
    expected = [
        hmac.new(b"k" * 32, b"case " + one.replace("-", "").encode(), "sha256").hexdigest()[:20] for one in numbers
    ]
    assert cases["case"].to_list() == sorted(expected) != expected


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("S1;01-02-2017;31-01-2017", "column 'Afgjort': decided before it was opened"),
        ("S1;16-01-2018;", "column 'Åbnet': lies after the extraction"),
        ("S1;01-02-2017;16-01-2018", "column 'Afgjort': lies after the extraction"),
        ("S 1;01-02-2017;", "column 'Sag': not a case number"),
        ("S2;01-02-2017;", "more than one row for the same strategy, case"),
    ],
)
def test_a_case_at_fault_stops_the_import(tmp_path, row, fault):
    with pytest.raises(DataError, match=fault):
        imported(tmp_path, "S2;01-02-2017;", row)
