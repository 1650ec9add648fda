"""Where people are and go: held against counting, and against what must be so."""

from dataclasses import dataclass

import numpy as np
import pytest

from afkast.analysis import effect
from afkast.analysis.destinations import ON_BENEFITS, Place, destinations, first_exit_test, kind_of

MONTHS, FOLLOWED = 30, 10


@dataclass
class World:
    persons: effect.Persons
    places: np.ndarray


def world(seed=1, people=400, months=MONTHS):
    """Everyone begins on the same benefit and moves between it, another and self-support; a few die or move away."""
    rng = np.random.default_rng(seed)
    places = np.zeros((people, months), dtype="int64")
    for m in range(1, months):
        draw, before = rng.random(people), places[:, m - 1]
        to = np.where(draw < 0.1, Place.OFF, np.where(draw < 0.15, Place.OTHER, before))
        back = (before == Place.OFF) & (draw > 0.9)
        to = np.where(back, Place.SAME, np.where(draw > 0.995, Place.DEAD, to))
        places[:, m] = np.where(before >= Place.DEAD, before, to)
    start = np.where(rng.random(people) < 0.3, rng.integers(2, 8, people), np.nan)
    return World(effect.Persons(np.isin(places, ON_BENEFITS), np.ones_like(places, bool), start), places)


def test_where_all_are_followed_a_share_is_the_count_divided_by_the_group():
    one = world()
    main = effect.sequential_trials(one.persons, FOLLOWED)
    found = destinations(main, one.places)
    of = main.assigned
    for k in range(FOLLOWED):
        at = one.places[of.person, of.months[of.trial] + k]
        counted = np.bincount(at, minlength=len(Place)) / len(of.person)
        assert found["treated"].found.share[k] == pytest.approx(counted)
        assert (found["treated"].at[:, k] == at).all()


def test_those_on_benefits_are_the_effect_s_curves_and_all_places_are_the_whole():
    one = world(2)
    main = effect.sequential_trials(one.persons, FOLLOWED)
    found = destinations(main, one.places)
    on = list(ON_BENEFITS)
    assert found["treated"].found.share[:FOLLOWED, on].sum(axis=1) == pytest.approx(main.treated)
    assert found["control"].found.share[:FOLLOWED, on].sum(axis=1) == pytest.approx(main.control)
    for arm in found.values():
        assert arm.found.share.sum(axis=1) == pytest.approx(1)


def test_who_could_have_started_in_several_months_stands_as_themselves_in_each():
    one = world(3)
    main = effect.sequential_trials(one.persons, FOLLOWED)
    found = destinations(main, one.places)["control"]
    could = np.flatnonzero((main.assigned.eligible & ~main.assigned.starts).any(axis=1))
    assert np.array_equal(np.unique(found.person), could)
    dead = (found.at == Place.DEAD).any(axis=1)
    assert (one.places[found.person[dead]] == Place.DEAD).any(axis=1).all()


def test_the_end_of_the_calendar_does_not_bend_the_shares():
    # the same world, cut off before the last trials are followed to their end
    whole = world(4, people=4_000)
    cut = World(
        effect.Persons(whole.persons.on_benefit[:, :14], whole.persons.observed[:, :14], whole.persons.start),
        whole.places[:, :14],
    )
    shares = [
        destinations(effect.sequential_trials(one.persons, FOLLOWED), one.places)["treated"].found.share[FOLLOWED - 1]
        for one in (whole, cut)
    ]
    assert np.abs(shares[0] - shares[1]).max() < 0.03


@pytest.mark.parametrize(
    ("benefit", "kind"),
    [
        ("kontanthjælp", Place.SAME),
        ("sygedagpenge", Place.OTHER),
        ("SU", Place.EDUCATION),
        ("fleksjob", Place.FLEX_JOB),
        ("fleksløntilskud", Place.FLEX_JOB),
        ("førtidspension", Place.PENSION),
        ("folkepension", Place.PENSION),
        ("ressourceforløb", Place.OTHER),
        ("ledighedsydelse", Place.OTHER),
    ],
)
def test_a_benefit_is_a_place_by_its_name(benefit, kind):
    assert kind_of(benefit, "kontanthjælp") == kind


def leaving(rate_of_started, seed):
    """Everyone leaves at a tenth a month and stays away; those who have started at this rate from the next month."""
    rng = np.random.default_rng(seed)
    start = np.where(rng.random(600) < 0.4, 3.0, np.nan)
    rate = np.where(start == 3, rate_of_started, 0.1)[:, None]
    on = np.ones((600, 20), bool)
    on[:, 4:] = np.cumprod(rng.random((600, 16)) > rate, axis=1) > 0
    return effect.sequential_trials(effect.Persons(on, np.ones_like(on), start), 12)


def test_the_first_exits_of_those_who_leave_sooner_are_more_than_expected():
    sooner, later = (first_exit_test(leaving(rate, 5)) for rate in (0.2, 0.05))
    assert sooner.p_value < 0.001 and sooner.observed[0] > sooner.expected[0]
    assert later.p_value < 0.001 and later.observed[0] < later.expected[0]


def test_where_nothing_is_changed_the_test_seldom_says_so():
    p_values = [first_exit_test(leaving(0.1, seed)).p_value for seed in range(40)]
    assert np.mean(np.array(p_values) < 0.05) <= 0.15  # 5 % of 40 are 2; 6 are four standard deviations of chance
    assert np.mean(np.array(p_values) < 0.5) == pytest.approx(0.5, abs=0.25)
