"""A business case: the paper's signs, what a budget presupposes of each, and how far a year has passed."""

from types import SimpleNamespace

import pandas as pd
import pytest

from afkast.analysis import economics
from afkast.report import business_case
from afkast.report.counts import nobody, persons_in

YEARS = [2020, 2021]
INVESTMENT, SAVING = pd.Series([3e6, 3e6], YEARS), pd.Series([2e6, 5e6], YEARS)


def case(paper_sign):
    page = SimpleNamespace(strategy=SimpleNamespace(name="Småjob"))
    return business_case.Case(page, pd.DataFrame(), INVESTMENT, SAVING, SAVING - INVESTMENT, 2020, paper_sign)


def test_the_papers_table_has_what_is_spent_as_negative_and_what_is_saved_as_positive():
    table = case(-1).rows(INVESTMENT, SAVING, SAVING - INVESTMENT)
    assert table.index.tolist() == ["Investering i indsats", "Besparelse på forsørgelse", "Besparelse i alt"]
    assert table.to_numpy().tolist() == [[-3e6, -3e6], [2e6, 5e6], [-1e6, 2e6]]


def test_an_amount_a_person_gives_away_how_many_there_are():
    group = persons_in(pd.DataFrame({"person": list("abcde") * 2}))
    each = business_case.per_person(SAVING, group, "1.000 kr.")
    assert [float(one) for one in each] == [400_000, 1_000_000]
    assert all(one.counts == (group,) for one in each)


def test_of_a_group_of_nobody_nothing_is_known_a_person():
    assert not any(one.known for one in business_case.per_person(SAVING, nobody(), "1.000 kr."))


@pytest.mark.parametrize(
    ("cut_off", "passed"),
    [("2019-12", [0, 0]), ("2020-03", [0.25, 0]), ("2020-12", [1, 0]), ("2021-06", [1, 0.5]), ("2023-01", [1, 1])],
)
def test_a_year_has_passed_as_far_as_its_months_have(cut_off, passed):
    assert economics.passed_of_year(YEARS, pd.Period(cut_off, "M")).tolist() == passed
