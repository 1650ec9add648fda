"""Eksempelkøbing's two planted effects: the raw files, read here without Afkast, and what comparisons make of them."""

import csv
import re
import sys
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import exp
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import statsmodels.api as sm
from openpyxl import load_workbook

EXAMPLE = Path(__file__).resolve().parents[1] / "data" / "example"
RAW = EXAMPLE / "raw"

sys.path.insert(0, str(EXAMPLE / "generator"))
import confounded  # noqa: E402
import eksempelkoebing  # noqa: E402

DOCUMENT = (EXAMPLE / "planted_effect_eksempelkoebing.md").read_text("utf-8")
INVESTMENTS = {one.name: one for one in eksempelkoebing.INVESTMENTS}
of_every_investment = pytest.mark.parametrize("name", INVESTMENTS)

REGISTERED, NEWEST = 48, 83  # January 2021 and December 2023, counted from January 2017
FOLLOW_UP = 18
NOT_YET, COULD_HAVE = "starting now against not in that month", "against those who could have started"
NEVER, EVERYBODY = "starting now against never", "against the whole target group"


def told(name):
    """The document's differences: comparison → expected, and the sample's."""
    rows = re.findall(rf"^\| {name} \| ([^|]+) \| ([-+.\d]+) \| ([-+.\d]*) \|$", DOCUMENT, re.MULTILINE)
    assert len(rows) == 4
    return {what: (float(expected), float(sample) if sample else None) for what, expected, sample in rows}


# ---------------------------------------------------------------- the files, read once more


@dataclass
class Group:
    """A target group as the files have it, persons in one order; months count from January 2017."""

    ids: list[str]
    age: np.ndarray
    education: np.ndarray
    man: np.ndarray
    moved: np.ndarray  # month, NEWEST + 1 for those who stay
    died: np.ndarray
    start: np.ndarray
    started_on: list[date | None]
    spells: dict[str, list[tuple[date, date]]]
    on: np.ndarray  # (persons, months)

    @property
    def observed(self):
        return np.arange(NEWEST + 1) < self.moved[:, None]


def day(text):
    return date(int(text[6:]), int(text[3:5]), int(text[:2])) if text else None


def month(when):
    return NEWEST + 1 if when is None else 12 * (when.year - 2017) + when.month - 1


def rows(name, encoding):
    lines = (RAW / name).read_text(encoding).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("CPR-nr."))
    body = [line for line in lines[first:] if ";" in line]
    return [row | {"CPR-nr.": row["CPR-nr."].replace("-", "")} for row in csv.DictReader(body, delimiter=";")]


@cache
def group(name):
    sheet = load_workbook(RAW / "eksempelkoebing_maalgrupper.xlsx")[name]
    cells = [row for row in sheet.iter_rows(values_only=True) if row[1] in ("Målgruppe", "Indsatsgruppe")]
    assert all((row[3] is not None) == (row[1] == "Indsatsgruppe") and row[2] == "01-01-2021" for row in cells)
    started = {str(row[0]).replace("-", ""): day(row[3]) for row in cells}
    assert len(started) == len(cells)
    people = {row["CPR-nr."]: row for row in rows("eksempelkoebing_personer.csv", "utf-8-sig")}
    spells = {person: [] for person in started}
    on = np.zeros((len(started), NEWEST + 1), dtype=bool)
    place = {person: number for number, person in enumerate(started)}
    for row in rows("eksempelkoebing_forloeb.csv", "cp1252"):
        if row["CPR-nr."] in place:
            first, last = day(row["Fra dato"]), day(row["Til dato"]) or date(2023, 12, 31)
            assert first and first <= last <= date(2023, 12, 31)
            spells[row["CPR-nr."]].append((first, last))
            on[place[row["CPR-nr."]], month(first) : month(last) + 1] = True
    own = [people[person] for person in started]
    return Group(
        ids=list(started),
        age=np.array([2021 - int(row["Fødselsår"]) for row in own]),
        education=np.array([list(confounded.EDUCATIONS).index(row["Uddannelse"]) for row in own]),
        man=np.array([row["Køn"] == "Mand" for row in own]),
        moved=np.array([month(day(row["Fraflyttet"])) for row in own]),
        died=np.array([month(day(row["Død"])) for row in own]),
        start=np.array([month(one) for one in started.values()]),
        started_on=list(started.values()),
        spells=spells,
        on=on,
    )


def test_the_two_target_groups_are_500_other_persons_each_and_some_70_start():
    one, other = (group(name) for name in INVESTMENTS)
    assert len(set(one.ids)) == len(set(other.ids)) == 500 and not set(one.ids) & set(other.ids)
    everybody = [row["CPR-nr."] for row in rows("eksempelkoebing_personer.csv", "utf-8-sig")]
    assert len(everybody) == len(set(everybody)) == 1000 and set(everybody) == set(one.ids) | set(other.ids)
    norddjurs = {row["CPR-nr."] for kind in ("fasit", "norddjurs") for row in rows(f"{kind}_personer.csv", "cp1252")}
    assert not norddjurs & set(everybody)
    for people in (one, other):
        assert 60 <= (people.start <= NEWEST).sum() <= 90
        assert set(people.start) - {NEWEST + 1} == set(range(REGISTERED + 1, REGISTERED + 10))


@of_every_investment
def test_ids_have_an_impossible_birthday_the_year_of_birth_and_the_sex(name):
    people = group(name)
    for person, age, man in zip(people.ids, people.age, people.man, strict=True):
        assert 32 <= int(person[:2]) <= 60 and 1 <= int(person[2:4]) <= 12
        assert int(person[4:6]) == (2021 - age) % 100
        assert int(person[9]) % 2 == man


@of_every_investment
def test_starters_receive_a_benefit_on_the_day_and_nobody_receives_one_when_gone(name):
    people = group(name)
    assert people.on[:, REGISTERED].all()
    for person, when in zip(people.ids, people.started_on, strict=True):
        assert when is None or any(first <= when <= last for first, last in people.spells[person])
    gone = np.minimum(people.moved, people.died)
    assert not (people.on & (np.arange(NEWEST + 1) > gone[:, None])).any()
    assert (gone > REGISTERED - 1).all() and (people.moved <= NEWEST).sum() > 15 and (people.died <= NEWEST).sum() > 5


@of_every_investment
def test_the_history_goes_back_four_years_and_people_come_back(name):
    people = group(name)
    assert people.on[:, :12].mean() > 0.2
    before = people.on[:, :REGISTERED]
    returns = (~before[:, :-1] & before[:, 1:]).sum(axis=1)
    assert (returns >= 2).mean() > 0.1
    after = people.on[:, REGISTERED:]
    assert (~after[:, :-1] & after[:, 1:]).any(axis=1).mean() > 0.1


@of_every_investment
def test_the_files_say_what_the_world_says_but_for_what_is_registered_late(name):
    people, world = group(name), eksempelkoebing.drawn(INVESTMENTS[name])
    order = np.argsort([int(person[6:]) for person in people.ids])  # as they were drawn
    assert (order == np.arange(500)).all()
    complete = NEWEST - 1
    assert (people.on[:, :complete] == world.on[:, :complete]).all()
    assert (people.start == world.start_month).all()
    missing = 1 - people.on[:, complete:].sum(axis=0) / world.on[:, complete : NEWEST + 1].sum(axis=0)
    assert not (people.on[:, complete:] & ~world.on[:, complete : NEWEST + 1]).any()
    # 12 % of some 230 persons, and 12 % of the rest of them
    assert missing == pytest.approx([0.12, 1 - 0.88**2], abs=0.065)


# ---------------------------------------------------------------- what is expected


def test_the_documents_expectations_are_the_modules():
    for name, one in INVESTMENTS.items():
        means = confounded.expectations(one.intervention)
        differences = {
            NEVER: means.started - means.never,
            NOT_YET: means.started - means.not_yet,
            COULD_HAVE: means.started - means.could_have_started,
            EVERYBODY: means.registered_starters - means.registered,
        }
        assert {what: expected for what, (expected, _) in told(name).items()} == {
            what: pytest.approx(one, abs=0.0051) for what, one in differences.items()
        }
    assert told("Jobkursus")[NEVER][0] == told("Jobkursus")[NOT_YET][0] == 0
    assert told("Lange forløb")[NEVER][0] > told("Lange forløb")[NOT_YET][0] > 2


@of_every_investment
def test_drawn_persons_agree_with_the_sums_of_probabilities(name):
    """40,000 persons; a standard deviation of 6 months in 5,400 starters is 0.08, and 4 of them are allowed."""
    intervention = INVESTMENTS[name].intervention
    seen = confounded.compared(confounded.simulate(intervention, 40_000, np.random.default_rng(8)), intervention)
    assert seen.starters / 40_000 == pytest.approx(confounded.expectations(intervention).starters, abs=0.007)
    assert seen.registered == pytest.approx(told(name)[EVERYBODY][0], abs=0.33)
    assert seen.same_month == pytest.approx(told(name)[COULD_HAVE][0], abs=0.33)
    assert seen.adjusted == pytest.approx(told(name)[NOT_YET][0], abs=0.33)


CLOSENESS = {"Grundskole": -0.4, "Gymnasial": 0.1, "Erhvervsuddannelse": 0.2, "Videregående": 0.7}


def month_after_month(age, education, spell, first, starts_now, later):
    """Mean months on benefits in the first 18 of persons in the 9 months of Lange forløb, by the document's words."""
    draw = np.random.default_rng(99).random
    added = np.array(list(CLOSENESS.values()))[education] - 0.4 * (age - 45) / 10
    come_back = 1 / (1 + np.exp(3.3 - 0.5 * added))
    since = np.full(len(age), 0 if starts_now else -1)  # months since the start, below 0 before it
    total, alive = np.zeros(len(age)), np.ones(len(age), dtype=bool)
    for k in range(FOLLOW_UP):
        total += spell > 0
        close = added - 0.6 * (np.minimum(spell, 24) - 12) / 12
        if later and k > 0:
            may = (spell > 0) & (since < 0) & (first + k <= REGISTERED + 9)
            since[may & (draw(len(age)) < 1 / (1 + np.exp(3.6 - 1.2 * close)))] = 0
        leave = np.where((since >= 0) & (since < 9), 0.25, 1) / (1 + np.exp(2.7 - close))
        alive &= draw(len(age)) >= 0.0006
        change = draw(len(age))
        spell = alive * np.where(spell > 0, np.where(change < leave, 0, spell + 1), change < come_back)
        since += since >= 0
    return float(total.mean())


def test_the_planted_harm_is_what_the_documents_words_give():
    """The starters of a drawn world live on three times: in the course, never in it, and not in it that month.

    The standard deviation of 6 months in 5,400 starters, who live three times each, is 0.06 to 0.08; the starters are
    the same in each of the three ways, so their differences vary less.
    """
    intervention = INVESTMENTS["Lange forløb"].intervention
    world = confounded.simulate(intervention, 40_000, np.random.default_rng(3))
    who = np.flatnonzero(world.start_month < NEWEST).repeat(3)
    first = world.start_month[who]
    lives = world.age[who], world.education[who], world.months_on[who, first], first
    in_course, never, not_yet = (
        month_after_month(*lives, starts_now, later)
        for starts_now, later in ((True, False), (False, False), (False, True))
    )
    months = re.search(r"^\| Lange forløb \| (\d+\.\d\d) \| (\d+\.\d\d) \| (\d+\.\d\d) \|", DOCUMENT, re.M)
    assert months
    assert (in_course, never, not_yet) == pytest.approx([float(one) for one in months.groups()], abs=0.3)
    assert in_course - never == pytest.approx(told("Lange forløb")[NEVER][0], abs=0.2)
    assert in_course - not_yet == pytest.approx(told("Lange forløb")[NOT_YET][0], abs=0.2)


@pytest.mark.parametrize("education", CLOSENESS)
def test_the_probabilities_are_those_of_the_document(education):
    number = list(confounded.EDUCATIONS).index(education)
    share, added = confounded.EDUCATIONS[education]
    assert f"| {education} | {share:.2f} | {added:+} |" in DOCUMENT and added == CLOSENESS[education]
    for age, spell in ((30, 1), (45, 12), (59, 40)):
        close = added - 0.4 * (age - 45) / 10 - 0.6 * (min(spell, 24) - 12) / 12
        given = confounded.closeness(np.array([age]), np.array([number]), np.array([spell]))
        assert given == pytest.approx(close)
    comes_back = confounded.probability_of_return(np.array([50]), np.array([number]))
    assert comes_back == pytest.approx(1 / (1 + exp(3.3 - 0.5 * (added - 0.2))))


def test_without_an_effect_it_is_all_one_whether_and_when_one_starts():
    means = confounded.expectations(confounded.Intervention(-3.0, 0.5, range(2, 7), 6, 1.0))
    assert means.started == pytest.approx(means.never, abs=1e-12)
    assert means.started == pytest.approx(means.not_yet, abs=1e-12)


def test_where_starting_depends_on_nothing_the_others_are_like_the_starters():
    means = confounded.expectations(confounded.Intervention(-3.0, 0.0, range(2, 7), 6, 0.3))
    assert means.could_have_started == pytest.approx(means.not_yet, abs=1e-12)
    assert means.started > means.not_yet + 0.5


# ---------------------------------------------------------------- what comparisons find


class Trials(NamedTuple):
    """A row for each person in each month that they could have started in."""

    person: np.ndarray
    month: np.ndarray
    starts: np.ndarray
    covariates: np.ndarray
    on: np.ndarray  # (rows, FOLLOW_UP)
    observed: np.ndarray


def trials(people):
    parts = []
    spell = np.zeros(people.on.shape, dtype=int)
    for number in range(1, NEWEST + 1):
        spell[:, number] = (spell[:, number - 1] + 1) * people.on[:, number]
    for number in range(REGISTERED + 1, REGISTERED + 10):
        who = np.flatnonzero(people.on[:, number] & people.observed[:, number] & (people.start >= number))
        covariates = [people.age, people.man, *(people.education == one for one in (1, 2, 3))]
        weeks, share = np.log(52 / 12 * spell[who, number]), people.on[who, number - 36 : number].mean(axis=1)
        window = slice(number, number + FOLLOW_UP)
        parts.append(
            Trials(
                who,
                np.full(len(who), number),
                people.start[who] == number,
                np.column_stack([*(one[who] for one in covariates), weeks, share]),
                (people.on & people.observed)[who, window],
                people.observed[who, window],
            )
        )
    return Trials(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def difference(of, weights):
    """Months on benefits of the starters minus the others', weighted; with a 95 % interval, clustered by person."""
    estimate, influence = 0.0, np.zeros(of.person.max() + 1)
    for arm, sign in ((of.starts, 1), (~of.starts, -1)):
        weighted = (arm * weights)[:, None] * of.observed
        share = (weighted * of.on).sum(axis=0) / weighted.sum(axis=0)
        estimate += sign * share.sum()
        own = (weighted * (of.on - share) / weighted.sum(axis=0)).sum(axis=1)
        influence += sign * np.bincount(of.person, own, minlength=len(influence))
    starters = of.starts.sum()
    half = 1.99 * np.sqrt((influence**2).sum() * starters / (starters - 1))
    return estimate, estimate - half, estimate + half


def unadjusted(of):
    """Each month's others count as many as started in it."""
    started, others = (np.bincount(of.month[arm], minlength=NEWEST) for arm in (of.starts, ~of.starts))
    return np.where(of.starts, 1.0, (started / np.maximum(others, 1))[of.month])


def adjusted(of):
    """The odds of starting by a logistic regression on month, age, sex, education and history."""
    months = (of.month[:, None] == np.unique(of.month)).astype(float)
    fit = sm.Logit(of.starts.astype(float), np.column_stack([months, of.covariates])).fit(disp=0)
    assert fit.mle_retvals["converged"]
    chance = fit.predict()
    return np.where(of.starts, 1.0, chance / (1 - chance))


def test_the_unadjusted_comparison_calls_the_course_a_success_and_the_adjusted_does_not():
    of = trials(group("Jobkursus"))
    plain, low, high = difference(of, unadjusted(of))
    assert high < 0 and plain == pytest.approx(told("Jobkursus")[COULD_HAVE][1], abs=0.01)
    found, low, high = difference(of, adjusted(of))
    assert low < 0 < high and abs(found) < 0.5


def test_the_unadjusted_comparison_acquits_the_long_course_and_the_adjusted_does_not():
    of = trials(group("Lange forløb"))
    plain, low, high = difference(of, unadjusted(of))
    assert low < 0 < high and plain == pytest.approx(told("Lange forløb")[COULD_HAVE][1], abs=0.01)
    found, low, high = difference(of, adjusted(of))
    assert 0 < low < told("Lange forløb")[NOT_YET][0] < high and abs(found - told("Lange forløb")[NOT_YET][0]) < 0.5


def as_group(world, draw):
    last = NEWEST + 1
    died = np.where(world.died, world.gone_month, last)
    moved = np.where(world.died, last, world.gone_month)
    man, none = draw(len(world.age)) < 0.5, [None] * len(world.age)
    on = world.on[:, :last]
    return Group([], world.age, world.education, man, moved, died, world.start_month, none, {}, on)


@of_every_investment
def test_a_regression_on_history_age_sex_and_education_takes_the_bias_away(name):
    """In 40,000 persons, whose interval is a ninth of the sample's: what chance does not explain is bias."""
    rng = np.random.default_rng(12)
    of = trials(as_group(confounded.simulate(INVESTMENTS[name].intervention, 40_000, rng), rng.random))
    planted = told(name)[NOT_YET][0]
    plain, _, high = difference(of, unadjusted(of))
    assert high < planted - 1, "the bias favours the investment"
    # the history is described in other terms than the world's own, so a little bias may stay beside chance
    assert difference(of, adjusted(of))[0] == pytest.approx(planted, abs=0.3)
    assert plain == pytest.approx(told(name)[COULD_HAVE][0], abs=0.3)


@of_every_investment
def test_the_naive_comparison_finds_harm_in_both_as_one_must_still_be_on_benefits_to_start(name):
    people = group(name)
    window = slice(REGISTERED, REGISTERED + FOLLOW_UP)
    on, observed = (people.on & people.observed)[:, window], people.observed[:, window]
    ever = people.start <= NEWEST
    shares = [on[of].sum(axis=0) / observed[of].sum(axis=0) for of in (ever, slice(None))]
    naive = float((shares[0] - shares[1]).sum())
    assert naive == pytest.approx(told(name)[EVERYBODY][1], abs=0.01)
    assert naive > 0 and told(name)[EVERYBODY][0] > 0
    assert naive > told(name)[COULD_HAVE][1] + 1


# ---------------------------------------------------------------- money


def test_the_postings_are_those_of_two_years_or_three_and_sum_to_what_was_meant():
    sheet = load_workbook(RAW / "eksempelkoebing_posteringer.xlsx")["Posteringer"]
    posted = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    for one in INVESTMENTS.values():
        own = [row for row in posted if row[1] == one.element]
        by_year = {year: sum(row[5] for row in own if row[3].endswith(str(year))) for year in range(2021, 2024)}
        assert {year: round(kroner, 2) for year, kroner in by_year.items() if kroner} == one.spent
        assert all(int(row[3][3:5]) == row[2] for row in own)
        assert any(row[4].startswith("Tilbageført") for row in own)
    assert len({row[0] for row in posted}) == len(posted)


def test_the_unit_prices_are_the_rates_of_2021_at_20_percent_refund():
    lines = [line for line in (RAW / "enhedspriser.csv").read_text("utf-8-sig").splitlines() if "Eksempel" in line]
    gross = {"Kontanthjælp": 12 * 11_698, "Ressourceforløb": 12 * 11_698, "Sygedagpenge": 52 * 4_460}
    found = {}
    for line in lines:
        area, benefit, year, net, of_state_too, share, level, basis, _ = line.split(";")
        assert (area, year, share, level, basis) == ("Eksempelkøbing (opdigtet)", "2021", "0,20", "2021", "Sats")
        found[benefit] = [float(one.replace(".", "").replace(",", ".")) for one in (of_state_too, net)]
    assert found == {benefit: [kroner, pytest.approx(0.8 * kroner)] for benefit, kroner in gross.items()}
    assert len(lines) == len(gross)
