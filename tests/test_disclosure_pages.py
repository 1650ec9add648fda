"""Whole pages and editions of random persons through the door and the audit, attacked by one who has read them all."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from attacker import few_that_follow, keeps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afkast.edition.audit import audited
from afkast.intake import Snapshot
from afkast.project import Project
from afkast.report import bar_charts, charts, show
from afkast.report.about_persons import COUNTS
from afkast.report.counts import THE_REST, coarse_share, persons_by, persons_in, persons_so_far, share, step_of
from afkast.report.show import METADATA_KEY, Page

FILE = {"file": "borgere.csv", "table": "cohort", "source": "Fagsystem", "extracted_on": "2020-01-31"}
MANIFEST = {"id": "2020-01-31-0123456789ab", "files": [FILE | {"synthetic": True, "published": False}], "tables": {}}
EXACTLY = 0.005
"""A share in whole per cent is so far from the one it is written as."""

KINDS, MONTHS = "abcd", range(6)


def population(random, size):
    """Persons of kinds that are not alike in size, most of whom begin, month by month."""
    kinds = random.choice(list(KINDS), size, p=random.dirichlet([0.7] * len(KINDS)))
    people = pd.DataFrame({"person": [f"p{number}" for number in range(size)], "kind": kinds, "file": FILE["file"]})
    people["month"] = random.choice(list(MONTHS), size, p=random.dirichlet([0.6] * len(MONTHS)))
    people["started"] = random.random(size) < random.choice([0.1, 0.5, 0.9, 0.95])
    return people


def some_leave(people, random):
    return people[random.random(len(people)) > random.choice([0.03, 0.1])]


def some_begin(people, random):
    return people.assign(started=people["started"] | (random.random(len(people)) < 0.07))


def some_had_not_begun(people, random):
    return people.assign(started=people["started"] & (random.random(len(people)) > 0.06))


def some_are_new(people, random):
    new = population(random, int(random.choice([1, 2, 3, 5, 8])))
    names = [f"{one}-{len(people)}-{random.integers(10**6)}" for one in new["person"]]
    return pd.concat([people, new.assign(person=names)], ignore_index=True)


def some_are_of_another_kind(people, random):
    other = random.choice(list(KINDS), len(people))
    return people.assign(kind=people["kind"].where(random.random(len(people)) > 0.06, other))


def some_came_in_another_month(people, random):
    other = random.choice(list(MONTHS), len(people))
    return people.assign(month=people["month"].where(random.random(len(people)) > 0.06, other))


def up_to_three_leave(people, random, of):
    leave = random.permutation(people.index[of])[: random.integers(0, 4)]
    return people.drop(leave)


def a_few_of_a_kind_leave(people, random):
    return up_to_three_leave(people, random, people["kind"] == random.choice(list(KINDS)))


def a_few_of_the_last_month_leave(people, random):
    return up_to_three_leave(people, random, people["month"] == MONTHS[-1])


CHANGES = [
    *(some_leave, some_begin, some_had_not_begun, some_are_new, some_are_of_another_kind, some_came_in_another_month),
    *(a_few_of_a_kind_leave, a_few_of_the_last_month_leave),
]


def later(people, random):
    """The same some months after: one to three kinds of change."""
    for change in random.choice(CHANGES, random.integers(1, 4), replace=False):
        people = change(people, random).reset_index(drop=True)
    return people


# ---------------------------------------------------------------- what a page may show, and of whom each number is


def who(people, where=True):
    return frozenset(people.loc[np.broadcast_to(where, len(people)), "person"])


def a_table_of_kinds(page, people):
    """A row for each kind and one for all; columns for all, the started and their share."""
    rows, of = {}, {}
    for kind in [*KINDS, "alle"]:
        there = (people["kind"] == kind) | (kind == "alle")
        everyone, started = persons_in(people, there), persons_in(people, there & people["started"])
        rows[kind] = [everyone, started, share(started, everyone, 0)]
        groups = who(people, there), who(people, there & people["started"])
        of |= {(kind, "alle"): ("count", groups[0]), (kind, "startede"): ("count", groups[1])}
        of[kind, "andel"] = ("share", groups[1], groups[0], EXACTLY)
    values = pd.DataFrame.from_dict(rows, orient="index", columns=["alle", "startede", "andel"], dtype=object)
    page.show_table("typer", values, caption="Typer.", unit="personer", column_units={"andel": "%"}, source=people)
    return of


def the_largest_and_all(page, people):
    """The kinds with the most persons, and all of them in a sentence: the rest is not said."""
    each = persons_by(people, "kind").sort_values(key=lambda one: one.astype(float), ascending=False).head(2)
    page.show_table("stoerste", each.to_frame("personer"), caption="De største.", unit="personer", source=people)
    page.show_text("i-alt", "I alt {n}.", {"n": persons_in(people)}, source=people)
    named = people["kind"].map(persons_by(people, "kind").index.to_series()).fillna(THE_REST)
    of = {(kind, "personer"): ("count", who(people, named == kind)) for kind in each.index}
    return of | {"n": ("count", who(people))}


def so_far(page, people):
    """How many have begun, month by month."""
    started = people[people["started"]]
    values = persons_so_far(started, "month", MONTHS).to_frame("begyndt")
    page.show_figure(
        "forloeb", values, bar_charts.bars_of_states(""), caption="Forløb.", alt="Se.", unit="personer", source=people
    )
    return {(str(month), "begyndt"): ("count", who(started, started["month"] <= month)) for month in MONTHS}


def by_month(page, people):
    values = persons_by(people, "month", MONTHS).to_frame("nye")
    page.show_table("nye", values, caption="Nye.", unit="personer", source=people)
    return {(str(month), "nye"): ("count", who(people, people["month"] == month)) for month in MONTHS}


def a_change(page, people):
    """How many more there were at last than at first, how many they are, and the others."""
    first, last = (persons_in(people, people["month"] == month) for month in (MONTHS[0], MONTHS[-1]))
    started = persons_in(people, people["started"])
    names = {"more": last - first, "started": started, "rest": persons_in(people) - started}
    page.show_text("aendring", "{more} flere; {started} startede, {rest} ikke.", names, source=people)
    groups = [who(people, people["month"] == month) for month in (MONTHS[-1], MONTHS[0])]
    of = {"more": ("minus", *groups), "started": ("count", who(people, people["started"]))}
    return of | {"rest": ("count", who(people, ~people["started"]))}


def a_curve(page, people):
    """The share of each month's that have started, in steps of two persons or more."""
    names, of = {}, {}
    everyone = persons_in(people)
    for month in MONTHS:
        part = people["started"] & (people["month"] <= month)
        names[f"m{month}"] = coarse_share(persons_in(people, part), everyone)
        of[f"m{month}"] = ("share", who(people, part), who(people), max(step_of(everyone) / 2, 0.005))
    page.show_text("kurve", " ".join(f"{{{name}}}" for name in names), names, source=people)
    return of


THINGS = [a_table_of_kinds, the_largest_and_all, so_far, by_month, a_change, a_curve]


# ---------------------------------------------------------------- through the door and the audit


class Municipality:
    """Publishes edition after edition of these pages; what a reader sees of each, as [(shown, of whom)]."""

    def __init__(self, folder, patch, of_pages):
        self.folder, self.patch, self.of_pages, self.made = folder, patch, of_pages, []

    def publish(self, people):
        pages = self.folder / str(len(self.made)) / "pages"
        told = {name: self._page(pages, name, people) for name in self.of_pages}

        def again(names):
            told.update({name: self._page(pages, name, people) for name in told if f"fisk/{name}" in names})

        audited(pages, [*self.made[-1:], *self.made], again)
        self.made.append(pages)
        return [one for page in told.values() for one in page]

    def _page(self, pages, name, people):
        notes = pages / "fisk" / f"{name}.counts"
        notes.parent.mkdir(parents=True, exist_ok=True)
        notes.write_text("")
        self.patch.setenv("AFKAST_PAGES", str(pages))
        self.patch.setenv(COUNTS, str(notes))
        seen = {}
        self.patch.setattr(show, "display", lambda data, raw, metadata: seen_in(metadata[METADATA_KEY], seen))
        self.patch.setattr(charts, "svg", lambda *_: b"<svg/>")
        snapshot, strategy = Snapshot(self.folder, MANIFEST), SimpleNamespace(id="fisk")
        page = Page(Project(self.folder, self.folder), snapshot, date(2020, 1, 31), strategy, name)
        page.__dict__.update(_own_numbers=frozenset(), _own_words=frozenset(), has_read_persons=True)
        told = []
        for thing in self.of_pages[name]:
            seen.clear()
            told += [(seen[place], of) for place, of in thing(page, people).items()]
        return told


@pytest.fixture
def municipality(tmp_path_factory, monkeypatch):
    """A municipality with pages of these things, which has published nothing yet."""

    def begin(of_pages):
        named = {f"side{place}": things for place, things in enumerate(of_pages)}
        return Municipality(tmp_path_factory.mktemp("kommune"), monkeypatch, named)

    return begin


def seen_in(filed, seen):
    """The cells of a table or figure by row and column, the numbers of a text by name, as they are written."""
    for name, number in filed.get("numbers", {}).items():
        seen[name] = number["shown"]
    for row in filed.get("rows", ()):
        for [column], cell in zip(filed["columns"], row["cells"], strict=True):
            seen[row["label"], column] = cell["shown"]


def number(shown):
    return float(shown.split("\u00a0")[0].replace("−", "-").replace("+", "").replace(".", "").replace(",", "."))


def summed(*weighted):
    """Weights by group; a group may come twice."""
    weights = {}
    for group, weight in weighted:
        weights[group] = weights.get(group, 0) + weight
    return weights


def knowledge(told):
    """What a reader knows: [(group: weight, least, most)], and the groups that are hidden and that are told exactly."""
    known, hidden, exact = [], set(), set()
    for shown, (kind, group, *others) in told:
        if kind == "count" and shown in ("..", "<5"):
            hidden.add(group)
            known += [({group: 1}, 1, 4)] if shown == "<5" else []
        elif kind == "count":
            exact.add(group)
            known.append(({group: 1}, number(shown), number(shown)))
        elif shown in ("..", "–", "ikke opgjort", "<5"):
            continue
        elif kind == "minus":
            known.append((summed((group, 1), (others[0], -1)), number(shown), number(shown)))
        else:
            whole, half = others
            low, high = number(shown) / 100 - half, number(shown) / 100 + half
            known += [(summed((group, 1), (whole, -low)), 0, np.inf), (summed((group, 1), (whole, -high)), -np.inf, 0)]
    return known, hidden - exact, exact


def assert_nothing_follows(told):
    """A hidden count keeps four values for a reader of all of it who knows as well who are behind the shares in steps;
    three told ones give no few that nobody counted."""
    known, hidden, exact = knowledge(told)
    groups = {group: group for group in {*exact, *hidden, *(one for weights, *_ in known for one in weights)}}
    for group in sorted(hidden - {frozenset()}, key=len):
        assert keeps(groups, known, group), f"a hidden count of {len(group)} is known"
    assert not few_that_follow(sorted(exact - {frozenset()}, key=len))


ONE_TO_THREE_PAGES = st.lists(
    st.lists(st.sampled_from(THINGS), min_size=1, max_size=3, unique=True), min_size=1, max_size=3
)
SEEDS = st.integers(0, 10**6)


def quick(examples):
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(ONE_TO_THREE_PAGES, SEEDS)
@quick(25)
def test_of_any_edition_of_any_persons_nothing_hidden_and_no_few_can_be_worked_out(municipality, of_pages, seed):
    random = np.random.default_rng(seed)
    people = population(random, int(random.integers(12, 80)))
    assert_nothing_follows(municipality(of_pages).publish(people))


@given(ONE_TO_THREE_PAGES, SEEDS)
@quick(8)
def test_of_three_editions_in_a_row_nothing_hidden_and_no_few_can_be_worked_out(municipality, of_pages, seed):
    random = np.random.default_rng(seed)
    people, ours, told = population(random, int(random.integers(12, 60))), municipality(of_pages), []
    for _ in range(3):
        told += ours.publish(people)
        assert_nothing_follows(told)
        people = later(people, random)


def test_the_reader_of_these_tests_does_work_out_what_is_hidden_alone():
    everybody = frozenset(EVERYBODY)
    part, rest = frozenset(EVERYBODY[:3]), frozenset(EVERYBODY[3:])
    told = [("12", ("count", everybody)), ("9", ("count", rest)), ("..", ("count", part))]
    with pytest.raises(AssertionError, match="a hidden count of 3 is known"):
        assert_nothing_follows(told)
    assert few_that_follow([everybody, rest]) == [[everybody, rest]]


EVERYBODY = [f"p{number}" for number in range(12)]
