"""Persons month by month, ready to be compared: against six persons drawn by hand."""

import numpy as np
import pandas as pd
import pytest

from afkast.analysis.cost import NoRefundShare, NoUnitPrice
from afkast.analysis.follow_up import follow_up
from afkast.errors import AfkastError

DRAWN = """
    person  born  sex  education    entered     started     moved       died
    anna    1980  K    Grundskole   2021-01-01  2021-02-10  -           -
    bo      1990  M    Grundskole   2021-01-01  -           -           -
    carl    1970  M    Gymnasial    2021-01-01  2021-07-01  -           -
    dorte   1985  K    Gymnasial    2021-02-01  -           2021-04-10  -
    erik    1960  M    Grundskole   2021-01-01  2021-06-30  -           2021-05-05
    fie     2000  K    Grundskole   2021-01-01  -           -           -
"""
SPELLS = """
    person  benefit       start       end
    anna    kontanthjælp  2020-11-01  2021-03-31
    bo      kontanthjælp  2020-12-01  2021-02-25
    bo      sygedagpenge  2021-02-20  2021-03-31
    bo      kontanthjælp  2021-04-01  -
    carl    kontanthjælp  2021-01-01  2021-01-31
    carl    kontanthjælp  2021-07-01  2021-09-30
    dorte   kontanthjælp  2021-02-01  -
    erik    sygedagpenge  2020-11-02  -
    fie     kontanthjælp  2021-01-15  2021-01-20
    gerda   kontanthjælp  2019-01-01  -
"""
# months: 0 November 2020, 1 December, 2 January 2021 … 7 June, the cut-off
CUT_OFF = pd.Period("2021-06", "M")
PRICES = {"kontanthjælp": 146_100.0, "sygedagpenge": 219_150.0}  # 2,800 and 4,200 kr. a week; 400 and 600 a day
STEPS = [(1, 4, 0.8), (5, 26, 0.4), (27, 52, 0.3), (53, None, 0.2)]


def read(table, *days):
    head, *rows = (line.split() for line in table.strip().splitlines())
    frame = pd.DataFrame(rows, columns=head).replace("-", None)
    for day in days:
        frame[day] = pd.to_datetime(frame[day])
    return frame


def tables():
    drawn = read(DRAWN, "entered", "started", "moved", "died")
    drawn["born"] = drawn["born"].astype(int)
    names = {"born": "birth_year", "moved": "moved_on", "died": "died_on"}
    return {
        "members": drawn.rename(columns={"entered": "entered_on", "started": "started_on"}),
        "persons": drawn.rename(columns=names)[["person", "birth_year", "sex", "education", "moved_on", "died_on"]],
        "spells": read(SPELLS, "start", "end"),
        "unit_prices": pd.DataFrame(
            {
                "area": "Byen",
                "benefit": list(PRICES),
                "year": 2021,
                "net_dkk_per_full_year_person": np.nan,
                "gross_dkk_per_full_year_person": list(PRICES.values()),
                "state_refund_share": np.nan,
                "price_level_year": 2021,
                "basis": "paid",
                "source": "tegnet",
            }
        ),
        "refund_ladder": pd.DataFrame(
            [
                (pd.Timestamp("2016-01-04"), pd.NaT, benefit, pd.NaT, "refund", first, last, share, "tegnet")
                for benefit in PRICES
                for first, last, share in STEPS
            ],
            columns="valid_from valid_to benefit awarded_before kind from_week to_week state_share source".split(),
        ),
        "price_levels": pd.DataFrame(columns=["from_year", "to_year", "kind", "factor", "source"]),
    }


def followed(**changed):
    given = tables() | changed
    three = [given.pop(name) for name in ("members", "persons", "spells")]
    return follow_up(*three, CUT_OFF, area="Byen", price_year=2021, **given)


def test_months_run_from_the_first_spell_of_the_group_to_the_cut_off():
    of = followed()  # gerda, on benefits since 2019, is not of the group
    assert [str(month) for month in of.months] == ["2020-11", "2020-12"] + [f"2021-0{m}" for m in range(1, 7)]
    assert list(of.history.persons) == ["anna", "bo", "carl", "dorte", "erik", "fie"]


def test_who_entered_and_who_started_when():
    of = followed()
    assert of.entered.tolist() == [2, 2, 2, 3, 2, 2]
    # carl starts the day after the cut-off's month: nobody knows yet
    np.testing.assert_array_equal(of.persons.start, [3, np.nan, np.nan, np.nan, 7, np.nan])
    assert of.started.tolist() == [True, False, False, False, True, False]
    assert of.persons.eligible.tolist() == [[month >= entered for month in range(8)] for entered in (2, 2, 2, 3, 2, 2)]


def test_who_is_on_benefits_and_who_is_followed():
    of = followed()
    on = ["11111...", ".1111111", "..1.....", "...11...", "1111111.", "..1....."]
    assert of.history.on_benefit.tolist() == [[cell == "1" for cell in row] for row in on]
    # dorte moves in April (month 5); erik dies in May and is followed, without benefits from June on
    seen = ["11111111"] * 3 + ["11111..."] + ["11111111"] * 2
    assert of.history.observed.tolist() == [[cell == "1" for cell in row] for row in seen]
    assert of.persons.on_benefit.tolist() == of.history.on_benefit.tolist()
    assert of.persons.observed.tolist() == of.history.observed.tolist()


def test_each_day_costs_its_price_and_the_municipality_pays_by_the_weeks_behind():
    of = followed()
    # anna: 30 + 31 days before January, which are nobody's cost in the comparison but stand on her ladder
    assert of.ladder.accumulated[0, 2:6] * 7 == pytest.approx([61, 92, 120, 151])
    assert of.costs.total_dkk[0].tolist() == pytest.approx([0, 0, 31 * 400, 28 * 400, 31 * 400, 0, 0, 0])
    assert of.costs.municipal_dkk[0, 2:5] == pytest.approx([0.6 * 31 * 400, 0.6 * 28 * 400, 0.6 * 31 * 400])
    # carl begins at the foot of the ladder: 28 days of January at 20 %, 3 at 60 %
    assert of.costs.municipal_dkk[2, 2] == pytest.approx((28 * 0.2 + 3 * 0.6) * 400)
    # fie: six days of one month, the whole month counts as on benefits and six days cost
    assert of.costs.municipal_dkk[5].tolist() == pytest.approx([0, 0, 6 * 0.2 * 400, 0, 0, 0, 0, 0])
    # erik: 60 + 31 + 28 + 31 days to the end of March, so the 182nd day lies in May, in which he dies on the 5th
    assert of.costs.total_dkk[4, 6:] == pytest.approx([5 * 600, 0])
    assert (of.ladder.accumulated[4, 6] * 7, of.costs.municipal_dkk[4, 6]) == pytest.approx(
        (180, (2 * 0.6 + 3 * 0.7) * 600)
    )
    # dorte: followed until the month she moves
    assert of.costs.total_dkk[3].tolist() == pytest.approx([0, 0, 0, 28 * 400, 31 * 400, 0, 0, 0])
    np.testing.assert_allclose(of.costs.municipal_dkk + of.costs.state_dkk, of.costs.total_dkk)


def test_a_month_has_the_price_of_the_benefit_of_most_of_its_days():
    of = followed()
    # bo: sickness benefit for 9 of February's 28 days, as the old spell was closed late, and for all of March
    benefits = [of.history.benefits[place] for place in of.history.benefit[1, 2:6]]
    assert benefits == ["kontanthjælp", "kontanthjælp", "sygedagpenge", "kontanthjælp"]
    assert of.costs.total_dkk[1, 2:6] == pytest.approx([31 * 400, 28 * 400, 31 * 600, 30 * 400])


def test_nobody_costs_anything_before_the_first_has_entered():
    of = followed()
    assert (of.history.weeks[:, :2] > 0).any()
    for kroner in (of.costs.municipal_dkk, of.costs.state_dkk, of.costs.total_dkk):
        assert (kroner[:, :2] == 0).all()


def test_what_was_known_of_each_when_the_month_began():
    known = followed().persons.covariates
    assert list(known)[:3] == ["history_share", "weeks_in_a_row", "age"]
    assert set(known) == {*list(known)[:3], "changed_benefit", "education: Gymnasial", "woman", "benefit: sygedagpenge"}
    share, weeks, age = (known[name] for name in list(known)[:3])
    # in the first month nothing is known of what came before; in April anna has had five months of five
    assert share[:, 0].tolist() == [0] * 6 and all(np.isfinite(one).all() for one in known.values())
    assert (share[0, 5], share[1, 5], share[3, 5]) == pytest.approx((1, 4 / 5, 2 / 5))
    assert weeks[0, [0, 1, 2, 5, 6]] * 7 == pytest.approx([0, 30, 61, 151, 0])
    assert age[:, 2].tolist() == [41, 31, 51, 36, 61, 21]
    assert known["woman"].tolist() == [1, 0, 0, 1, 0, 1]
    assert known["education: Gymnasial"].tolist() == [0, 0, 1, 1, 0, 0]
    assert known["benefit: sygedagpenge"][1].tolist() == [0, 0, 0, 0, 1, 0, 0, 0]


def test_the_order_of_the_tables_does_not_matter_but_for_the_members():
    given = tables()
    turned = followed(**{name: given[name][::-1] for name in ("persons", "spells", "unit_prices", "refund_ladder")})
    np.testing.assert_allclose(turned.costs.municipal_dkk, followed().costs.municipal_dkk)
    other = followed(members=given["members"][::-1])
    np.testing.assert_allclose(other.costs.municipal_dkk[::-1], followed().costs.municipal_dkk)
    np.testing.assert_array_equal(other.persons.start[::-1], followed().persons.start)


def test_the_weeks_before_the_data_are_said_to_be_missing():
    assert (str(followed().ladder.counted_from), followed().ladder.complete) == ("2020-11-01", False)


def test_a_benefit_without_a_price_or_a_share_is_refused_in_a_sentence():
    given = tables()
    with pytest.raises(NoUnitPrice, match=r"^unit_prices has no gross price in 2021 for sygedagpenge in Byen; "):
        followed(unit_prices=given["unit_prices"].query("benefit == 'kontanthjælp'"))
    with pytest.raises(
        NoRefundShare, match=r"^refund_ladder has no share for sygedagpenge; .* there \(kontanthjælp\), "
    ):
        followed(refund_ladder=given["refund_ladder"].query("benefit == 'kontanthjælp'"))


def test_two_who_started_are_too_few_to_compare():
    with pytest.raises(AfkastError, match=r"^under 15 started"):
        followed().compared(3)


def test_a_group_that_entered_before_the_data_begin_is_followed_from_the_first_month():
    early = tables()["members"].assign(entered_on=pd.Timestamp("2019-01-01"))
    of = followed(members=early)
    assert of.persons.eligible.all()
    assert of.costs.total_dkk[:, 2:] == pytest.approx(followed().costs.total_dkk[:, 2:])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"spells": tables()["spells"].iloc[:0]}, "nobody in the target group has been on benefits"),
        ({"members": tables()["members"].iloc[:0]}, "nobody in the target group has been on benefits"),
        (
            {"members": tables()["members"].assign(entered_on=pd.Timestamp("2021-08-01"))},
            "nobody has entered the target group",
        ),
    ],
    ids=["no spells", "no members", "after the cut-off"],
)
def test_a_group_that_cannot_be_followed_is_refused_in_a_sentence(changed, why):
    with pytest.raises(AfkastError, match=why):
        followed(**changed)


def test_the_team_is_a_number_and_no_team_where_none_is_known():
    teams = ["Nord", "Syd", None, "Nord", "Syd", "Øst"]
    assert followed(members=tables()["members"].assign(team=teams)).persons.team.tolist() == [0, 1, -1, 0, 1, 2]
    assert followed(members=tables()["members"].assign(team=None)).persons.team is None
    assert followed().persons.team is None


def test_who_began_another_effort_first_counts_and_only_until_the_cut_off():
    people = tables()["members"]["person"].tolist()
    second, last = (followed().months[n] for n in (1, -1))
    starts = [f"{second}-02", f"{second + 3}-04", f"{last + 1}-01", "2001-01-01"]
    others = pd.DataFrame(
        {"person": [people[0], people[0], people[1], people[2]], "started_on": pd.to_datetime(starts)}
    )
    found = followed(other_efforts=others).persons.other_start
    np.testing.assert_array_equal(found, [1, np.nan, -1, np.nan, np.nan, np.nan])
