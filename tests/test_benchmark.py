"""Development against others, and breaks in series: small tables worked by hand."""

from datetime import date

import pandas as pd
import pandera
import pytest
from raw_files import write_raw

from afkast.analysis import benchmark, economics
from afkast.analysis.series_breaks import BrokenSeries, between, refuse_across
from afkast.errors import AfkastError
from afkast.intake import CONTRACTS, import_raw
from afkast.notebook import Need
from afkast.project import Project
from afkast.report.charts import svg
from afkast.report.month_charts import MARKS, Marks, break_notes, lines_by_month
from afkast.report.show import Page

JANUARY, FEBRUARY, MARCH = pd.date_range("2014-01-01", periods=3, freq="MS")


def measures(rows):
    """Month, area, persons, population; `-` is a missing number."""
    cells = [line.split() for line in rows.strip().splitlines()]
    frame = pd.DataFrame(cells, columns=["period", "area", "numerator", "denominator"])
    frame["period"] = pd.to_datetime(frame["period"])
    return frame.assign(
        numerator=pd.to_numeric(frame["numerator"], errors="coerce"), denominator=frame["denominator"].astype(float)
    )


TWO_AREAS = measures(
    """
    2014-01  Stor   90  1000
    2014-01  Lille  20   100
    2014-02  Stor   80  1000
    2014-02  Lille  20   100
    2014-03  Stor   80  1000
    2014-03  Lille   -   100
    """
)
PERSONS, POPULATION = (benchmark.by_area(TWO_AREAS, column) for column in ("numerator", "denominator"))
NO_BREAKS = pd.DataFrame({"starts_on": [], "ends_on": [], "text": [], "source": []}).astype(
    {"starts_on": "datetime64[ns]", "ends_on": "datetime64[ns]"}
)


def breaks(*months):
    return pd.DataFrame(
        {
            "starts_on": pd.to_datetime([first for first, _ in months]),
            "ends_on": pd.to_datetime([last for _, last in months]),
            "text": "Reglerne blev ændret.",
            "source": "Lov nr. 1",
        }
    )


def test_a_pooled_rate_weighs_a_large_area_more_and_a_mean_weighs_all_alike():
    pooled = benchmark.pooled_rate(PERSONS, POPULATION, ["Stor", "Lille"])
    each = benchmark.at_base_and_now(PERSONS, POPULATION, JANUARY, FEBRUARY)
    assert pooled[JANUARY] == pytest.approx(110 / 1100)
    assert each["base"].mean() == pytest.approx((0.09 + 0.20) / 2)


def test_a_month_that_one_area_lacks_is_missing_and_not_a_fall():
    assert pd.isna(benchmark.pooled_rate(PERSONS, POPULATION, ["Stor", "Lille"])[MARCH])
    each = benchmark.at_base_and_now(PERSONS, POPULATION, JANUARY, MARCH)
    assert each.mean(skipna=False)[["now", "index"]].isna().all()


def test_a_group_of_areas_has_their_sum():
    both = benchmark.pooled_by_group(PERSONS, {"Stor": ["Stor"], "Begge": ["Stor", "Lille"]})
    assert both.loc[FEBRUARY].tolist() == [80, 100]


def test_each_area_has_its_share_then_and_now_and_the_index_of_its_persons():
    each = benchmark.at_base_and_now(PERSONS, POPULATION, JANUARY, FEBRUARY)
    assert each.loc["Stor"].tolist() == pytest.approx([0.09, 0.08, 100 * 80 / 90])
    assert each.loc["Lille"].tolist() == pytest.approx([0.2, 0.2, 100])


def test_an_area_without_persons_at_the_base_has_no_index():
    each = benchmark.at_base_and_now(PERSONS.assign(Lille=[0.0, 5, 5]), POPULATION, JANUARY, FEBRUARY)
    assert each["index"].isna().tolist() == [True, False]


def test_an_index_is_refused_across_a_break_and_where_a_month_is_missing():
    until_february = PERSONS[:FEBRUARY]
    assert benchmark.index_since(until_february, JANUARY, NO_BREAKS)["Lille"].tolist() == [100, 100]
    with pytest.raises(BrokenSeries):
        benchmark.index_since(until_february, JANUARY, breaks(("2014-02-01", "2014-02-01")))
    with pytest.raises(economics.UndefinedIndex):
        benchmark.index_since(PERSONS, JANUARY, NO_BREAKS)


def test_the_base_may_be_a_month_near_it_before_the_one_judged_in_and_on_its_side_of_a_break():
    months = pd.date_range("2014-01-01", periods=6, freq="MS")
    judged_in = months[4]
    assert benchmark.bases_near(months, months[2], 0, judged_in, NO_BREAKS) == [months[2]]
    assert benchmark.bases_near(months, months[2], 3, judged_in, NO_BREAKS) == list(months[:4])
    in_march = breaks(("2014-03-01", "2014-03-01"))
    assert benchmark.bases_near(months, months[2], 3, judged_in, in_march) == list(months[2:4])
    assert benchmark.bases_near(months, months[1], 3, judged_in, in_march) == list(months[:2])


def test_an_area_that_is_not_in_the_data_is_named():
    with pytest.raises(AfkastError, match="is missing for Ukendt"):
        benchmark.pooled(PERSONS, ["Stor", "Ukendt"])


def test_two_numbers_for_one_area_and_month_are_refused():
    with pytest.raises(AfkastError, match="more than one figure"):
        benchmark.by_area(pd.concat([TWO_AREAS, TWO_AREAS]), "numerator")


def test_a_cluster_without_itself_keeps_the_others_in_order():
    assert benchmark.without(["Tønder", "Aabenraa", "Aarhus"], "Aabenraa") == ["Tønder", "Aarhus"]
    assert benchmark.without(["Tønder"], "Aabenraa") == ["Tønder"]


def test_the_lead_is_positive_where_the_own_development_is_better():
    own, compared = pd.Series([-3.0, 1.0]), pd.Series([-1.0, 2.0])
    assert benchmark.lead(own, compared, lower_is_better=True).tolist() == [2.0, 1.0]
    assert benchmark.lead(own, compared, lower_is_better=False).tolist() == [-2.0, -1.0]


def test_the_lead_since_the_base_is_the_difference_of_the_changes():
    lead = benchmark.lead_since(TWO_AREAS, "Stor", "Lille", JANUARY, NO_BREAKS, lower_is_better=True)
    # Stor falls by one point of a hundred, Lille does not; March is lacking for Lille
    assert lead.to_dict() == {JANUARY: 0.0, FEBRUARY: pytest.approx(0.01)}


def test_a_base_that_an_area_lacks_is_refused():
    rates = PERSONS / POPULATION
    with pytest.raises(AfkastError, match="base month 03-2014"):
        benchmark.change_since(rates, MARCH, NO_BREAKS)
    with pytest.raises(AfkastError, match="base month 12-2013"):
        benchmark.change_since(rates, pd.Timestamp("2013-12-01"), NO_BREAKS)


def test_one_pct_point_of_thirty_thousand_at_150_000_kr_is_45_million():
    assert benchmark.saving_of_lead(0.01, 30_000, 150_000) == pytest.approx(45_000_000)
    assert benchmark.saving_of_lead(-0.001, 30_000, 150_000) == pytest.approx(-4_500_000)


@pytest.mark.parametrize(
    ("states", "since"),
    [([True, True, True], 0), ([False, True, True], 1), ([True, True, False], 2), ([True, False, True], 2)],
)
def test_a_run_begins_after_the_last_month_that_differs(states, since):
    months = pd.DatetimeIndex([JANUARY, FEBRUARY, MARCH])
    assert benchmark.unbroken_since(pd.Series(states, months)) == months[since]


def test_an_index_of_persons_with_base_zero_is_refused():
    with pytest.raises(economics.UndefinedIndex, match="is 0 in the base month"):
        economics.index_series(pd.Series([0.0, 5.0], [JANUARY, FEBRUARY]), JANUARY)


# ---------------------------------------------------------------- breaks


@pytest.mark.parametrize(
    ("first", "last", "parted"),
    [
        ("2013-12", "2014-01", False),  # the break is still to come
        ("2014-01", "2014-02", True),
        ("2014-02", "2014-03", False),  # both months are on its later side
        ("2013-01", "2015-01", True),
    ],
)
def test_a_break_parts_the_months_on_its_two_sides(first, last, parted):
    found = between(breaks(("2014-02-01", "2014-02-01")), pd.Timestamp(first), pd.Timestamp(last))
    assert len(found) == parted


def test_within_a_break_that_takes_years_no_two_months_can_be_compared():
    transition = breaks(("2017-01-01", "2020-12-01"))
    assert len(between(transition, pd.Timestamp("2018-05-01"), pd.Timestamp("2018-06-01"))) == 1
    assert len(between(transition, pd.Timestamp("2020-12-01"), pd.Timestamp("2021-06-01"))) == 0


def test_comparing_across_a_break_is_refused_with_what_changed():
    with pytest.raises(BrokenSeries, match=r"break.*Reglerne blev ændret"):
        benchmark.change_since(PERSONS / POPULATION, JANUARY, breaks(("2014-02-01", "2014-02-01")))


def test_comparing_across_a_break_with_a_reason_is_allowed():
    refuse_across(breaks(("2014-02-01", "2014-02-01")), JANUARY, MARCH, "Begge sider er ramt ens.")


def test_a_break_is_drawn_only_in_a_figure_whose_months_it_parts():
    values = pd.DataFrame({"Faktisk": [1.0, 2.0, 3.0]}, index=pd.DatetimeIndex([JANUARY, FEBRUARY, MARCH]))

    def drawn(found):
        values.attrs[MARKS] = Marks(breaks=found)
        return svg(lines_by_month("indeks"), values, 7.6, 3.6)

    plain = drawn(Marks().breaks)
    assert drawn(breaks(("2014-01-01", "2014-01-01"), ("2016-01-01", "2016-01-01"))) == plain
    marked, shaded = drawn(breaks(("2014-02-01", "2014-02-01"))), drawn(breaks(("2014-02-01", "2014-03-01")))
    assert len({plain, marked, shaded}) == 3
    begun_before = drawn(breaks(("2013-02-01", "2014-02-01")))
    assert begun_before not in {plain, marked}


def test_a_break_is_told_with_its_source():
    notes = break_notes(breaks(("2014-02-01", "2014-02-01")), pd.DatetimeIndex([JANUARY, MARCH]))
    assert notes == ["Databrud: Reglerne blev ændret. (Lov nr. 1)"]


def test_a_break_that_ends_before_it_starts_stops_the_import():
    row = breaks(("2014-03-01", "2014-02-01")).assign(measure="sygedagpenge")
    contract = CONTRACTS["series_breaks"]
    with pytest.raises(pandera.errors.SchemaError, match="ends before it starts"):
        contract.validate(row[list(contract.columns)])


def test_a_project_without_a_registry_of_breaks_has_none(tmp_path):
    snapshot = import_raw(write_raw(tmp_path / "raw", "maal.csv").parent, tmp_path / "snapshots", b"k" * 32)
    needs = [Need("series_breaks", {}, optional=True)]
    page = Page(Project(tmp_path, tmp_path), snapshot, date(2019, 12, 31), None, "proeve", needs)
    found = page.series_breaks("sygedagpenge")
    assert found.empty and len(between(found, JANUARY, MARCH)) == 0
