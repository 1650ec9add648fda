"""Late registration: months carried on by what earlier extractions said, held against worlds whose end is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afkast.analysis.lack import NotEnough
from afkast.analysis.late_registration import (
    USUAL_RISE,
    ages,
    completeness,
    expected,
    lag,
    may_rise,
    provisional,
    steps,
    triangle,
)

GENERATOR = Path(__file__).resolve().parents[1] / "data" / "example" / "generator"

REGISTERED = (0.70, 0.15, 0.08, 0.04, 0.02, 0.01)
"""Of a month's persons, so many in the month itself, in the next, and so on."""


def table(text):
    """A triangle drawn as a table: months down, extractions across."""
    heading, *lines = [line.split() for line in text.strip().splitlines()]
    rows = [
        (pd.Timestamp(f"{month}-01"), pd.Timestamp(day), float(value))
        for month, *values in lines
        for day, value in zip(heading[1:], values, strict=True)
        if value != "."
    ]
    return pd.DataFrame(rows, columns=["period", "extracted_on", "value"])


GROWING = table("""
    month    2023-03-31  2023-04-30  2023-05-31
    2023-01         100         100         100
    2023-02          90         100         100
    2023-03          50          90         100
    2023-04           .          70          90
    2023-05           .           .          60
""")


def world(rng, level, extractions, gap=1, uneven=0.0):
    """What extractions `gap` months apart said of eighteen months, and how many persons each month had in truth."""
    persons = np.maximum(level + np.cumsum(rng.normal(0, level / 50, 18)), 1).astype(int)
    shares = np.array(REGISTERED)
    said = []
    known = np.array(
        [np.cumsum(rng.multinomial(one, rng.dirichlet(shares / uneven) if uneven else shares)) for one in persons]
    )
    first_days = pd.date_range("2020-01-01", periods=18, freq="MS")
    for back in range(gap * (extractions - 1), -1, -gap):
        last = 17 - back
        day = first_days[last] + pd.offsets.MonthEnd()
        age = np.minimum(last - np.arange(last + 1), len(REGISTERED) - 1)
        said.append(
            pd.DataFrame({"period": first_days[: last + 1], "extracted_on": day, "value": known[range(last + 1), age]})
        )
    return pd.concat(said), pd.Series(persons, first_days)


def covered(worlds, held):
    """The share of what `held` says of each world."""
    return np.mean(np.concatenate([np.asarray(held(*one)).ravel() for one in worlds]))


def test_a_month_that_ended_on_the_day_of_extraction_has_the_age_of_no_months():
    seen = triangle(GROWING)
    assert ages(seen).loc["2023-05-01"].iloc[-1] == 0
    assert ages(seen).loc["2023-01-01"].tolist() == [2, 3, 4]


def test_a_month_that_was_not_over_at_an_extraction_is_not_in_it():
    half_a_month = GROWING.assign(extracted_on=GROWING["extracted_on"] - pd.Timedelta(days=10))
    assert triangle(half_a_month).loc["2023-03-01"].isna().tolist() == [True, False, False]


def test_the_ratio_of_a_step_is_that_of_the_sums_of_the_months_that_took_it():
    by_age = {step.age: step for step in steps(triangle(GROWING)).taken}
    assert by_age[0].ratio == (90 + 90) / (50 + 70)
    assert by_age[1].ratio == (100 + 100) / (90 + 90)
    assert by_age[2].ratio == 1


def test_a_month_is_carried_on_by_every_step_that_is_before_it():
    numbers = expected(triangle(GROWING), steps(triangle(GROWING)))["expected"]
    assert numbers["2023-05-01"] == pytest.approx(60 * 180 / 120 * 200 / 180)
    assert numbers["2023-04-01"] == pytest.approx(90 * 200 / 180)
    assert numbers["2023-02-01"] == 100


def test_completeness_is_what_is_registered_of_what_is_expected():
    seen = triangle(GROWING)
    numbers, share = expected(seen, steps(seen)), completeness(steps(seen))["share"]
    known = numbers[numbers["age"].isin(share.index)]
    assert np.allclose(known["registered"] / known["expected"], share[known["age"]])


def test_what_nobody_followed_has_no_expectation():
    quarterly = GROWING[GROWING["extracted_on"] != "2023-04-30"].query("period >= '2023-03'")
    seen = triangle(quarterly)
    assert expected(seen, steps(seen)).loc["2023-04-01", "expected"] == 90, "older than all that was followed"
    one = triangle(GROWING[GROWING["extracted_on"] == "2023-05-31"])
    assert completeness(steps(one)).empty


def test_two_extractions_give_an_expectation_and_no_interval():
    two = triangle(GROWING[GROWING["extracted_on"] > "2023-04-01"])
    newest = expected(two, steps(two)).iloc[-1]
    assert newest["expected"] == pytest.approx(60 * 90 / 70 * 100 / 90)
    assert np.isnan(newest["lower"])
    assert np.isnan(newest["upper"])


def test_provisional_are_the_months_that_others_of_their_age_were_revised_in():
    assert provisional(triangle(GROWING)).strftime("%Y-%m").tolist() == ["2023-04", "2023-05"]
    assert provisional(triangle(GROWING[GROWING["extracted_on"] == "2023-05-31"])).empty


def test_numbers_that_are_corrected_downwards_are_carried_down():
    falling = GROWING.assign(value=200 - GROWING["value"])
    newest = expected(triangle(falling), steps(triangle(falling))).iloc[-1]
    assert newest["lower"] < newest["expected"] < newest["registered"]


@pytest.mark.parametrize(
    ("level", "extractions", "gap", "uneven", "at_least"),
    [
        (430, 3, 1, 0, 0.92),
        (430, 12, 1, 0, 0.93),
        (50, 12, 1, 0, 0.95),
        (430, 4, 3, 0, 0.92),
        (430, 6, 1, 1 / 300, 0.92),
    ],
)
def test_the_interval_holds_what_months_come_to(level, extractions, gap, uneven, at_least):
    # 60 worlds, five months in each that are not complete: the standard error is about 0.015
    rng = np.random.default_rng(17)
    worlds = [world(rng, level, extractions, gap, uneven) for _ in range(60)]

    def held(said, persons):
        seen = triangle(said)
        young = expected(seen, steps(seen)).query("age < 5")
        truth = persons[young.index]
        return (young["lower"] <= truth) & (truth <= young["upper"])

    assert at_least <= covered(worlds, held) <= 1


def test_the_interval_of_completeness_holds_the_share_that_was_planted():
    rng = np.random.default_rng(19)
    growth = [completeness(steps(triangle(world(rng, 430, 6)[0]))).loc[0] for _ in range(60)]
    assert np.mean([one["lower"] <= REGISTERED[0] <= one["upper"] for one in growth]) >= 0.92


def test_a_held_out_extraction_is_forecast():
    # what the last of seven extractions says of each month, from the six before it
    rng = np.random.default_rng(23)
    held = []
    for _ in range(60):
        said, _ = world(rng, 430, 7)
        days = sorted(said["extracted_on"].unique())
        before, last = said[said["extracted_on"] < days[-1]], said[said["extracted_on"] == days[-1]]
        seen = triangle(before)
        numbers = expected(seen, steps(seen), steps_ahead=1).query("age < 5")
        truth = last.set_index("period")["value"][numbers.index]
        held += ((numbers["lower"] <= truth) & (truth <= numbers["upper"])).tolist()
    assert 0.92 <= np.mean(held) <= 1


@pytest.fixture(scope="module")
def example():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(GENERATOR))
        import eksempelkoebing

        yield eksempelkoebing


def extractions_of(registered, months_before):
    """What extractions so many months before the example's said of registered persons, by month and months since."""
    first_days = pd.date_range("2021-01-01", periods=len(registered), freq="MS")
    said = []
    for back in months_before:
        last = len(registered) - 1 - back
        age = np.minimum(last - np.arange(last + 1), registered.shape[1] - 1)
        day = first_days[last] + pd.offsets.MonthEnd()
        values = registered[range(last + 1), age].astype(float)
        said.append(pd.DataFrame({"period": first_days[: last + 1], "extracted_on": day, "value": values}))
    return pd.concat(said)


def test_the_example_s_three_extractions_hold_the_months_final_numbers(example):
    # drawn as the example is, with 60 seeds: the truth is what is registered when all is
    held = []
    for seed in range(60):
        registered = example.registered_persons(seed)
        seen = triangle(extractions_of(registered, (2, 1, 0)))
        young = expected(seen, steps(seen)).query("age < 3")
        held += ((young["lower"] <= registered[-3:, -1]) & (registered[-3:, -1] <= young["upper"])).tolist()
    assert 0.92 <= np.mean(held) <= 1


def test_the_example_s_newest_extraction_is_forecast_from_those_before_it(example):
    held = []
    for seed in range(60):
        registered = example.registered_persons(seed)
        seen = triangle(extractions_of(registered, (4, 3, 2, 1)))
        numbers = expected(seen, steps(seen), steps_ahead=1).query("age < 3")
        truth = triangle(extractions_of(registered, (0,))).iloc[:, 0][numbers.index]
        held += ((numbers["lower"] <= truth) & (truth <= numbers["upper"])).tolist()
    assert 0.92 <= np.mean(held) <= 1


# ---------------------------------------------------------------- what pages leave out, and what they allow for


def owned(said, owner="a"):
    return said.assign(owner=owner)


def test_the_months_that_are_left_out_are_those_seen_to_change_or_the_declared_whichever_are_more():
    # April and May change yet, and March does not
    assert provisional(triangle(GROWING)).strftime("%Y-%m").tolist() == ["2023-04", "2023-05"]
    assert lag(owned(GROWING), 1) == (1, 2)
    assert [lag(owned(GROWING), declared).months for declared in (0, 1, 2, 3)] == [2, 2, 2, 3]


def test_the_month_of_an_extraction_that_is_not_over_is_left_out_with_those_that_change():
    later = GROWING.assign(extracted_on=GROWING["extracted_on"] + pd.Timedelta(days=10))
    assert lag(owned(later), 0).months == 3
    alike = owned(GROWING.assign(value=100.0))
    assert lag(alike, 0) == (0, 0)
    assert lag(owned(later.assign(value=100.0)), 0).months == 1


def test_one_extraction_shows_nothing_so_that_the_declared_months_stand():
    one = GROWING[GROWING["extracted_on"] == "2023-05-31"]
    assert lag(owned(one), 2) == (2, None)
    assert lag(owned(one), 2).months == lag(owned(GROWING[:0]), 2).months == 2


def test_where_months_of_every_age_change_none_is_known_to_be_complete():
    other = GROWING.assign(value=GROWING["value"] * (1 + (GROWING["extracted_on"] > "2023-05-01")))
    with pytest.raises(NotEnough, match="even the oldest months of the spells change"):
        lag(owned(other), 0)


def test_of_several_owners_the_one_whose_months_change_longest_decides():
    still = GROWING.assign(value=100.0)
    assert lag(pd.concat([owned(GROWING, "a"), owned(still, "b")]), 0).months == 2


def test_a_month_may_rise_to_the_limit_of_what_it_is_expected_to_become():
    said, _ = world(np.random.default_rng(5), 400, 6)
    months = pd.Series(pd.to_datetime(["2021-06-01", "2021-05-01", "2020-01-01"]), ["newest", "before", "old"])
    rise = may_rise(said, months)
    numbers = expected(triangle(said), steps(triangle(said)))
    limits = numbers["upper"] / numbers["registered"] - 1
    assert rise.seen
    assert rise.shares.tolist() == pytest.approx([limits.iloc[-1], limits.iloc[-2], 0])
    assert rise.largest == rise.shares["newest"] > 0.3, "of ten, seven are registered in the month itself"


def test_what_becomes_of_a_month_is_within_what_it_may_rise():
    """The upper end of an interval of 95 %: beyond it one in forty, by chance up to 6 % of 240 months."""
    rng = np.random.default_rng(6)

    def within(said, truth):
        months = truth.index[-2:]
        most = triangle(said).loc[months].iloc[:, -1] * (1 + may_rise(said, pd.Series(months)).shares.to_numpy())
        return truth[months] <= most

    assert covered([world(rng, 400, 6) for _ in range(120)], within) > 0.94


@pytest.mark.parametrize("extractions", ["2023-05-31", "2023-04-01"])
def test_where_extractions_do_not_tell_the_usual_rise_is_allowed_for_and_said_to_be_no_more(extractions):
    """One extraction shows nothing; of two there is no interval."""
    few = GROWING[GROWING["extracted_on"] >= extractions]
    rise = may_rise(few, pd.Series(pd.to_datetime(["2023-05-01"])))
    assert not rise.seen
    assert rise.shares.tolist() == [USUAL_RISE]
