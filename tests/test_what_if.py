"""What one assumption alone can do to the net: against the laws of the reckoning, on persons drawn at random."""

import numpy as np
import pandas as pd
import pytest
from test_follow_up import PRICES, tables

from afkast.analysis import effect
from afkast.analysis.answer import answer_in_kroner, net_of
from afkast.analysis.follow_up import follow_up
from afkast.analysis.history import ladder_weeks
from afkast.analysis.what_if import LAST_MONTHS, Reckoned, tornado
from afkast.report.effect_words import NEVER_ANEW, TOUCHED, assumptions, turned_alone

CUT_OFF = pd.Period("2022-06", "M")
COST, WITHIN, RATE = 9_000.0, 0.1, 0.035
GUESSED = "Efter hukommelsen, skal bekræftes"


def drawn(of=80, treated=30):
    """Persons on one of two benefits since 2019, some with a year off it before; a third of them start in spring."""
    chance = np.random.default_rng(4)
    day = pd.Timestamp("2021-01-01")
    person = [f"p{number}" for number in range(of)]
    started = [day + pd.Timedelta(days=int(days)) for days in chance.integers(31, 120, treated)]
    spells = []
    for number, one in enumerate(person):
        benefit = list(PRICES)[number % 2]
        if number % 3 == 0:  # a year of self-support in between: the ladder begins anew
            spells.append((one, benefit, pd.Timestamp("2017-01-01"), pd.Timestamp("2019-03-31")))
        begins = started[number] if number < treated else day
        ends = begins + pd.Timedelta(days=int(chance.exponential(200 if number < treated else 400)) + 1)
        spells.append((one, benefit, pd.Timestamp("2020-07-01"), ends if ends <= CUT_OFF.end_time else pd.NaT))
    members = pd.DataFrame({"person": person, "entered_on": day, "started_on": [*started, *[pd.NaT] * (of - treated)]})
    people = pd.DataFrame(
        {
            "person": person,
            "birth_year": chance.integers(1960, 2000, of),
            "sex": chance.choice(["K", "M"], of),
            "education": "Grundskole",
            "moved_on": pd.NaT,
            "died_on": pd.NaT,
        }
    )
    return members, people, pd.DataFrame(spells, columns=["person", "benefit", "start", "end"])


@pytest.fixture(scope="module")
def world():
    members, people, spells = drawn()
    given = {name: table for name, table in tables().items() if name not in ("members", "persons", "spells")}
    given["unit_prices"].loc[given["unit_prices"]["benefit"] == "sygedagpenge", "source"] = GUESSED
    followed = follow_up(members, people, spells, CUT_OFF, area="Byen", price_year=2021, **given)
    own = followed.in_kroner(followed.costs.municipal_dkk, 12)
    return Reckoned(followed, own, COST), people, spells


def table(world, **ladders):
    return tornado(world[0], within=WITHIN, discount_rate=RATE, ladders=ladders)


def test_nothing_moves_when_nothing_is_another(world):
    reckoned, *_ = world
    net = reckoned.net(reckoned.own.saved.value)
    found = tornado(reckoned, within=0.0, discount_rate=0.0, ladders={"as it is": reckoned.followed.ladder})
    still = found.drop(index=[("chance", ""), ("after", "")])
    assert len(still) == 5
    np.testing.assert_allclose(still, net, rtol=1e-12)


def test_the_prices_move_the_net_by_the_part_of_the_saving_that_is_theirs(world):
    reckoned, *_ = world
    found = table(world)
    saved = reckoned.own.saved.value * reckoned.own.treated_persons
    widths = found["high"] - found["low"]
    moved = {key: reckoned.net_if(gross_dkk=prices(reckoned, key)) for key in PRICES}
    net = reckoned.net(reckoned.own.saved.value)
    # what each benefit's price adds is together what all prices add
    assert sum(moved.values()) - 2 * net == pytest.approx(WITHIN * saved)
    assert widths["price", "sygedagpenge"] == pytest.approx(2 * abs(moved["sygedagpenge"] - net))
    assert widths["prices", ""] == pytest.approx(2 * abs(moved["kontanthjælp"] - net))
    assert ("price", "kontanthjælp") not in found.index


def prices(reckoned, dearer):
    gross = reckoned.followed.prices["gross_dkk_per_full_year_person"]
    return gross.where(gross.index != dearer, gross * (1 + WITHIN))


def test_cost_chance_discount_and_the_months_after_are_what_hand_and_paper_give(world):
    reckoned, *_ = world
    own, found = reckoned.own, table(world)
    N, net = own.treated_persons, reckoned.net(own.saved.value)
    assert found.loc[("cost", "")].tolist() == pytest.approx([net - WITHIN * COST * N, net + WITHIN * COST * N])
    assert found.loc[("chance", "")].tolist() == pytest.approx([(end - COST) * N for end in own.saved.interval])
    by_hand = sum(-d / 1.035 ** (k / 12) for k, d in enumerate(own.difference)) - COST
    assert sorted([net, by_hand * N]) == pytest.approx(found.loc[("discount", "")].tolist())
    more = -own.difference[-LAST_MONTHS:].mean() * 12
    assert sorted([net, net + more * N]) == pytest.approx(found.loc[("after", "")].tolist())


def test_the_widest_comes_first(world):
    widths = table(world).eval("high - low")
    assert widths.is_monotonic_decreasing and widths.iloc[0] > 0


def test_a_ladder_that_never_begins_anew_has_more_weeks_and_costs_the_municipality_more(world):
    reckoned, people, spells = world
    months = reckoned.followed.months
    never = ladder_weeks(spells, people, months, restarts=False)
    usual = reckoned.followed.ladder
    begun_anew = np.array([number % 3 == 0 for number in range(len(people))])
    assert (never.accumulated >= usual.accumulated).all()
    # since 1 January 2017 until 31 March 2019: 820 days
    more = never.accumulated[begun_anew, -1] - usual.accumulated[begun_anew, -1]
    np.testing.assert_allclose(more, 820 / 7)
    np.testing.assert_array_equal(never.accumulated[~begun_anew], usual.accumulated[~begun_anew])
    paid = reckoned.followed.costs_if(never)
    assert (paid.municipal_dkk >= reckoned.followed.costs.municipal_dkk - 1e-9).all()
    np.testing.assert_allclose(paid.total_dkk, reckoned.followed.costs.total_dkk)
    ends = sorted([reckoned.net(reckoned.own.saved.value), reckoned.net_if(never)])
    assert table(world, never=never).loc[("ladder", "never")].tolist() == pytest.approx(ends)


def test_a_touched_week_is_a_whole_one(world):
    _, people, _ = world
    # Sunday 28 February to Tuesday 2 March 2021: three days in two calendar weeks
    spell = pd.DataFrame(
        [(people["person"][0], "kontanthjælp", pd.Timestamp("2021-02-28"), pd.Timestamp("2021-03-02"))],
        columns=["person", "benefit", "start", "end"],
    )
    months = pd.period_range("2021-02", "2021-05", freq="M")
    by_days, touched = (ladder_weeks(spell, people, months, as_touched=one).accumulated[0, -1] for one in (False, True))
    assert (by_days, touched) == (pytest.approx(3 / 7), 2)


# ---------------------------------------------------------------- how sure the net is


def test_the_net_is_the_saving_held_against_what_was_spent(world):
    reckoned, *_ = world
    saved = answer_in_kroner(reckoned.followed, reckoned.followed, None, 3)
    assert net_of(saved, reckoned.followed, 0.0).said == saved.said
    low, high = saved.main.saved.interval
    for spent, sayings in [
        (high + 1e6, {effect.Saying.PROLONGS, effect.Saying.SEEMS_TO_PROLONG}),
        (low - 1e6, {effect.Saying.SHORTENS, effect.Saying.SEEMS_TO_SHORTEN}),
    ]:
        net = net_of(saved, reckoned.followed, spent)
        assert net.said.saying in sayings and not net.by_chance
        assert net.choices is saved.choices


# ---------------------------------------------------------------- in words


@pytest.mark.parametrize(
    ("net", "ends", "said"),
    [
        (-2.0, {}, "Ingen af forudsætningerne kan alene vende tabet til en gevinst"),
        (-2.0, {"after": (-2.0, 1.0)}, "eller 12 måneder mere som de sidste« kan alene vende tabet"),
        (
            2.0,
            {"cost": (-1.0, 5.0)},
            "»Indsatsens udgift 10 % højere eller lavere« kan alene vende gevinsten til et tab",
        ),
    ],
)
def test_what_would_turn_the_net_alone_is_said_by_name_and_chance_is_not_among_it(net, ends, said):
    keys = {"chance": (-9.0, 9.0), "after": (net, net), "cost": (net - 1.5, net + 1.5)} | ends
    moved = pd.DataFrame(list(keys.values()), pd.MultiIndex.from_tuples([(key, "") for key in keys]), ["low", "high"])
    told = turned_alone(assumptions(moved, 0.1, 0.035, 12), net)
    assert said in told and "Tilfældigheder (" not in told


def test_each_row_says_what_is_another_in_it(world):
    ladders = {NEVER_ANEW: world[0].followed.ladder, TOUCHED: world[0].followed.ladder}
    named = assumptions(table(world, **ladders), WITHIN, RATE, 12)
    assert sorted(named.index) == [
        "Effekten efter 12 måneder: ingen, eller 12 måneder mere som de sidste",
        "Indsatsens udgift 10 % højere eller lavere",
        "Prisen på sygedagpenge, som ikke er bekræftet, 10 % højere eller lavere",
        "Refusionstrappen begynder aldrig forfra",
        "Senere måneder tilbagediskonteret med 3,5 % om året",
        "Tilfældigheder (95 %-interval)",
        "Trappens uger talt som berørte uger",
        "Ydelsernes øvrige priser 10 % højere eller lavere",
    ]
