"""What an edition tells of persons, put together: tried by an attacker who shares no code with the audit."""

import json
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from time import process_time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from attacker import counts_giving, keeps, pairs_that_tell, possible_values
from hypothesis import given, settings
from hypothesis import strategies as st

from afkast.analysis.targets import share_interval
from afkast.edition.audit import Audit, Notes, audit
from afkast.edition.publish import refuse_told_already
from afkast.edition.target import PRUNED, SERVED, WITHDRAWN, Editions, Listed
from afkast.errors import AfkastError, PageError
from afkast.project import Project
from afkast.report.about_persons import COUNTS, Thing, told_of
from afkast.report.cells import cell_of
from afkast.report.counts import NEARLY, coarse_share, counts_of, in_tens, persons_in, share, share_range
from afkast.report.danish import Quantity, span
from afkast.report.withheld import ANY, Told, withhold

EVERYBODY = [f"p{number}" for number in range(60)]


def count(persons):
    return persons_in(pd.DataFrame({"person": sorted(persons)}))


def told(groups):
    """Groups of persons (name: persons) as the door tells them, and what it holds back."""
    values = {name: count(persons) for name, persons in groups.items()}
    held = Thing("ting", of_persons=True).withheld_of(values)
    return {
        name: "few" if 0 < one.number < 5 and one.digest not in held else "hidden" if one.digest in held else one.number
        for name, one in values.items()
    }


def as_published(shown):
    return {name: (1, 4) if state == "few" else (state, state) for name, state in shown.items() if state != "hidden"}


def persons(low, high):
    return set(EVERYBODY[low:high])


@given(st.lists(st.sets(st.sampled_from(EVERYBODY[:14]), min_size=1), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_of_any_groups_no_two_that_are_told_leave_one_to_four(drawn):
    groups = {f"g{place}": members for place, members in enumerate(drawn)}
    shown = told(groups)
    assert not pairs_that_tell({name: groups[name] for name, state in shown.items() if isinstance(state, int)})


@given(st.lists(st.integers(0, 9), min_size=2, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_of_any_table_of_parts_and_their_total_a_hidden_one_keeps_four_values(sizes, with_total):
    ends = np.cumsum([0, *sizes])
    groups = {f"g{place}": persons(ends[place], ends[place + 1]) for place in range(len(sizes))}
    if with_total:
        groups["total"] = persons(0, ends[-1])
    groups = {name: members for name, members in groups.items() if members}
    shown = told(groups)
    for name, state in shown.items():
        if not isinstance(state, int):
            assert len(possible_values(groups, as_published(shown), name)) >= 4


def test_where_all_is_told_in_fives_a_group_told_so_is_held_against_its_parts():
    who = np.arange(200, dtype=np.uint64)
    # as many others hold the hidden one, and are looked at before a group of which its neighbours leave 0 or 1
    larger = [Told(f"side/{size}", f"larger {size}", size, size - 2, size + 2) for size in range(60, 200, 3)]
    aim = [
        Told("side/alle", "whole", 32, 28, 32),
        Told("side/a", "one", 23, 23, 27),
        Told("side/b", "other", 8, 8, 12),
        Told("side/c", "hidden", 1, 0, ANY, hidden=True),
    ]
    groups = {one.digest: who[: one.number] for one in larger}
    groups |= {"whole": who[:32], "one": who[:23], "other": who[23:31], "hidden": who[31:32]}
    found = withhold([*larger, *aim], groups)
    assert {"whole", "one", "other"} & {digest.removesuffix(NEARLY) for digest in found.hide}
    assert found.values["hidden"] >= 4


@given(st.lists(st.integers(0, 7), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_of_any_series_that_adds_up_month_by_month_no_flow_of_few_is_told(flows):
    ends = np.cumsum([6, *flows])
    groups = {f"month {place}": persons(0, end) for place, end in enumerate(ends)}
    shown = told(groups)
    numbers = sorted({state for state in shown.values() if isinstance(state, int)})
    assert not [(one, other) for one, other in pairwise(numbers) if other - one < 5]
    assert numbers[-1] == ends[-1]


@cache
def spans_of(whole):
    """The interval of every share of a group, as it is written."""
    return [span(*share_interval(x, whole), "%") for x in range(whole + 1)]


@given(st.sampled_from([9, 20, 37, 60]), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_from_the_interval_of_a_share_that_is_shown_no_small_count_can_be_found(whole, part):
    part = min(part, whole)
    everyone, some = persons(0, whole), persons(0, part)
    shown = Thing("ting", of_persons=True)
    low, high = share_range(count(some), count(everyone))
    values = {"range": span(low, high, "%")}
    cell = cell_of(values["range"], "", None, "ok", withheld=shown.withheld_of(values))
    if cell.shown != "..":
        candidates = counts_giving(part, whole, lambda x: spans_of(whole)[x])
        assert not any(0 < x < 5 or 0 < whole - x < 5 for x in candidates if len(candidates) < 4)


def test_what_two_others_leave_is_not_hidden_in_vain_the_count_beside_it_gives_way():
    shown = told(
        {"alle": persons(0, 50), "sammenlignet": persons(0, 43), "resten": persons(43, 50), "nær": persons(42, 50)}
    )
    assert shown == {"alle": 50, "sammenlignet": 43, "resten": 7, "nær": "hidden"}


def test_where_what_two_others_leave_is_hidden_one_of_them_is_too():
    values = {"alle": count(persons(0, 50)), "sammenlignet": count(persons(0, 43)), "resten": count(persons(43, 50))}
    found = withhold(told_of("t", values, {"resten": "hidden"}), {one.digest: one.persons for one in values.values()})
    assert values["sammenlignet"].digest in found.hide and values["alle"].digest not in found.hide


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ({"alle": (0, 50), "resten": (0, 47)}, (47, 50)),
        ({"alle": (0, 50), "nogle": (0, 40), "andre": (40, 48)}, (48, 49)),
    ],
    ids=["two leave it", "three leave it few values"],
)
def test_what_editions_that_stand_tell_of_a_hidden_count_is_named_with_what_tells_it(parts, hidden):
    before = {name: count(persons(*ends)) for name, ends in parts.items()}
    few = count(persons(*hidden))
    people = {one.digest: one.persons for one in (*before.values(), few)}
    stands = [replace(one, fixed=True, place=f"før/{one.place}") for one in told_of("t", before, {})]
    found = withhold([*told_of("t", {"fik": few}, {"fik": "hidden"}), *stands], people)
    assert not found.hide
    [said] = {tuple(sorted(one.places[:2])) for one in found.open if "t/fik" in one.places}
    assert "t/fik" in said and any(place.startswith("før/t/") for place in said)
    [sentence] = {one for one in Audit(Notes(), found).sentences() if "t/fik" in one}
    assert "withdraw that one, or leave this one unpublished" in sentence and "før/t/" in sentence


def test_of_two_shares_told_in_steps_that_are_everybody_one_gives_way_where_few_are_in_both():
    # for one who knows that these are everybody, and who is in both
    groups = {"alle": persons(0, 60), "maj": persons(0, 31), "juni": persons(30, 60), "flyttet": persons(30, 31)}
    everyone, *others = (count(group) for group in groups.values())
    values = {name: coarse_share(one, everyone) for name, one in zip(("maj", "juni"), others, strict=False)}
    values |= {"alle": everyone, "flyttet": others[-1]}
    people = {one.digest: one.persons for value in values.values() for one in counts_of(value)}
    told = list(told_of("t", values, {"flyttet": "hidden"}))
    names = {
        values["alle"].digest: "alle",
        **{one.digest: name for one, name in zip(others, list(groups)[1:], strict=True)},
    }

    def known(kept):
        return [({names[one.digest]: 1}, one.least, one.most) for one in kept if one.most < ANY]

    assert not keeps(groups, known(told), "flyttet")
    found = withhold(told, people)
    assert keeps(groups, known([one for one in told if one.digest not in found.hide]), "flyttet")
    assert everyone.digest not in found.hide and not found.open and found.values[others[-1].digest] >= 4


def test_a_hidden_count_that_very_many_decide_together_is_protected():
    # seventy parts of twelve, one of them told as twelve or thirteen, and two who are in none
    groups = {f"del{part}": set(range(12 * part, 12 * part + 12)) for part in range(70)}
    groups |= {"alle": set(range(842)), "andre": {840, 841}}
    told = [Told(f"t/{name}", name, len(one), len(one), len(one)) for name, one in groups.items() if name != "andre"]
    told = [replace(told[0], most=13), *told[1:], Told("t/andre", "andre", 2, 0, ANY, True)]
    found = withhold(told, {name: np.array(sorted(one), dtype=np.uint64) for name, one in groups.items()})
    kept = [one for one in told if not one.hidden and not {one.digest, one.digest + NEARLY} & {*found.hide}]
    assert keeps(groups, [({one.digest: 1}, one.least, one.most) for one in kept], "andre")


def attack(told, found, groups, hidden):
    """Whether a hidden group keeps its values for one who knows all that is told beside it, in whole persons."""
    held = {*found.hide}
    kept = [one for one in told if one.most < ANY and one.digest + NEARLY not in held]
    kept = [one for one in kept if not (one.exact and one.digest in held)]
    return keeps(groups, [({one.digest: 1}, one.least, one.most) for one in kept], hidden)


@pytest.mark.parametrize(("least", "ends"), [(2, (0, ANY)), (1, (6, 9))], ids=["hidden", "told nearly"])
def test_a_value_that_only_half_persons_give_is_none(least, ends):
    # of either three every two are three at most, so a three are at most four and not four and a half
    pairs = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]
    groups = {f"par {a}{b}": {a, b} for a, b in pairs} | {"alle": set(range(6))}
    told = [Told(f"t/{name}", name, 2, least, 3) for name in groups if name != "alle"]
    told.append(Told("t/alle", "alle", 6, *ends, True))
    found = withhold(told, {name: np.array(sorted(one), dtype=np.uint64) for name, one in groups.items()})
    assert attack(told, found, groups, "alle") and not found.open


PAIRS = list(combinations(range(8), 2))


@given(
    st.lists(st.sampled_from(PAIRS), min_size=8, max_size=14, unique=True),
    st.lists(st.sampled_from([(0, 0), (0, 1), (1, 0), (1, 1)]), min_size=14, max_size=14),
    st.sets(st.integers(0, 7), min_size=4),
    st.booleans(),
)
@settings(max_examples=60)
def test_of_any_pairs_told_more_or_less_nearly_a_hidden_group_keeps_four_values_in_whole_persons(
    pairs, near, hidden, is_told
):
    groups = {f"par {a}{b}": {a, b} for a, b in pairs} | {"skjult": hidden}
    told = [
        Told(f"t/{name}", name, 2, 2 - below, 2 + above)
        for name, (below, above) in zip(groups, near, strict=False)
        if name != "skjult"
    ]
    ends = (len(hidden) - 1, len(hidden) + 2) if is_told else (0, ANY)
    told.append(Told("t/skjult", "skjult", len(hidden), *ends, True))
    found = withhold(told, {name: np.array(sorted(one), dtype=np.uint64) for name, one in groups.items()})
    assert attack(told, found, groups, "skjult") and not found.open


def test_a_share_of_a_hidden_group_and_its_part_do_not_tell_how_large_the_group_is():
    whole, part = count(persons(0, 60)), count(persons(0, 54))
    values = {"alle": whole, "startede": part, "andel": coarse_share(part, whole)}
    assert values["andel"].step == 0.05
    # 54 of 59, 60 or 61 are 90 %, as near as it is told
    assert [n for n in range(55, 66) if 0.875 <= 54 / n <= 0.925] == [59, 60, 61]
    people = {one.digest: one.persons for one in (whole, part)}
    groups, (low, high) = {"alle": persons(0, 60), "startede": persons(0, 54)}, values["andel"].of_whole
    of_whole = [({"startede": 1, "alle": -low}, 0, np.inf), ({"startede": 1, "alle": -high}, -np.inf, 0)]
    assert not keeps(groups, [*of_whole, ({"startede": 1}, 54, 54)], "alle")
    found = withhold(told_of("t", values, {"alle": "hidden"}), people)
    # the part is hidden for it; the share by itself tells neither
    assert list(found.hide) == [part.digest] and not found.open
    assert all(keeps(groups, of_whole, name) for name in groups)
    assert found.values[whole.digest] >= 4 and found.values[part.digest] >= 4
    apart = withhold(told_of("t", values, {}), {one.digest: one.persons for one in (whole, part)})
    assert not apart.hide


def test_a_share_of_another_group_is_more_than_an_edition_that_stands_has_told_of_its_part():
    # who knows that 30 are 49 to 51 % knows that they are of 59, 60 or 61
    people = {"part": np.arange(30, dtype=np.uint64), "whole": np.arange(61, dtype=np.uint64)}
    told = [
        Told("før/startede", "part", 30, 30, 30, fixed=True),
        Told("t/andel", "part", 30, 29, 31, whole="whole", of_whole=(0.49, 0.51)),
        Told("t/alle", "whole", 61, 0, ANY, hidden=True),
    ]
    found = withhold(told, people)
    assert "part" + NEARLY in found.hide and not found.open and found.values["whole"] >= 4


def test_the_audit_writes_nothing_for_a_page_or_a_terminal_to_show(capfd):
    people = {"whole": np.arange(40, dtype=np.uint64), "part": np.arange(37, dtype=np.uint64)}
    told = [Told("t/alle", "whole", 40, 40, 40), Told("t/del", "part", 37, 0, ANY, hidden=True)]
    assert withhold(told, people).values == {"part": 4}
    assert capfd.readouterr() == ("", "")


# ---------------------------------------------------------------- an edition


def page(folder, name, groups, hidden=()):
    """A page whose notes tell of these groups."""
    path = folder / f"{name}.counts"
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {place: count(members) for place, members in groups.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(COUNTS, str(path))
        Thing("ting", of_persons=True).note(values, {place: "hidden" if place in hidden else "ok" for place in groups})


@pytest.fixture
def edition(tmp_path):
    def write(former=None, **pages):
        for name, groups in pages.items():
            page(tmp_path / "now", name.replace("__", "/"), groups)
        for name, (groups, hidden) in (former or {}).items():
            page(tmp_path / "then", name, groups, hidden)
        return audit(tmp_path / "now", tmp_path / "then")

    return write


def test_pages_that_tell_nothing_small_together_are_left_alone(edition):
    found = edition(fisk__a={"alle": persons(0, 50)}, fisk__b={"startede": persons(0, 30)})
    assert found.hold_back == {}
    assert "0 are hidden" in found.sentences()[0]


def test_two_pages_that_together_tell_a_few_are_told_to_hold_the_part_back(edition):
    found = edition(fisk__a={"alle": persons(0, 50)}, fisk__b={"startede": persons(0, 47)})
    assert found.hold_back == {"fisk/b": [count(persons(0, 47)).digest]}
    [one] = found.found.hide.values()
    assert one.places == ("fisk/b/ting/startede", "fisk/a/ting/alle")


def test_a_total_less_the_strategies_tells_no_withheld_group(edition):
    found = edition(
        datagrundlag={"alle": persons(0, 50)}, a__b={"alle": persons(0, 20)}, c__d={"alle": persons(20, 47)}
    )
    # the page about all strategies gives way
    assert found.hold_back == {"datagrundlag": [count(persons(0, 50)).digest]}


def test_what_a_page_about_all_strategies_hides_is_not_told_by_those_of_strategies(edition, tmp_path):
    page(tmp_path / "now", "datagrundlag", {"flyttede": persons(0, 12)}, hidden=("flyttede",))
    found = edition(a__b={"unge": persons(0, 5), "gamle": persons(5, 12)})
    assert list(found.hold_back) == ["a/b"]


def test_tens_of_all_strategies_are_not_told_where_they_narrow_what_one_hides(edition, tmp_path, monkeypatch):
    notes = tmp_path / "now" / "datagrundlag.counts"
    notes.parent.mkdir()
    monkeypatch.setenv(COUNTS, str(notes))
    # 45 to 54 of whom a strategy has 53: 0 or 1 are left
    tens = {"januar 2020|på ydelse": in_tens([count(persons(0, 54))])[0]}
    Thing("ting", of_persons=True).note(tens, {})
    page(tmp_path / "now", "c/d", {"alle": persons(53, 54)})
    found = edition(a__b={"alle": persons(0, 53)})
    assert "datagrundlag" in found.hold_back and "a/b" not in found.hold_back


def test_a_count_hidden_on_one_page_is_not_told_on_another(edition, tmp_path):
    page(tmp_path / "now", "fisk/b", {"startede": persons(0, 30)}, hidden=("startede",))
    found = edition(fisk__a={"startede": persons(0, 30)})
    assert found.hold_back == {"fisk/a": [count(persons(0, 30)).digest]}


def test_what_is_held_back_of_a_count_that_is_hidden_elsewhere_is_not_told_nearly_either():
    whole, part = count(persons(0, 60)), count(persons(0, 57))
    values = {"alle": whole, "startede": part, "nær": Quantity(57.0, "", behind=(part,))}
    lines = [*told_of("t", values, {"startede": "hidden"})]
    near = [replace(one, least=56, most=58) if one.place == "t/nær" else one for one in lines]
    assert part.digest + NEARLY in withhold(near, {one.digest: one.persons for one in (whole, part)}).hide


def test_what_the_former_edition_hid_of_a_month_stays_hidden(edition):
    former = {"fisk/a": ({"maj 2020|væk": persons(0, 8)}, ("maj 2020|væk",))}
    found = edition(former, fisk__a={"maj 2020|væk": persons(0, 13)})
    assert list(found.hold_back) == ["fisk/a"]


def test_a_share_of_a_month_that_the_former_edition_hid_stays_hidden_however_coarsely_it_is_told(edition):
    former = {"fisk/a": ({"maj 2020|væk": persons(0, 8)}, ("maj 2020|væk",))}
    held = frozenset(edition(former, fisk__a={"maj 2020|væk": persons(0, 13)}).hold_back["fisk/a"])
    for one in (coarse_share, share):
        nearly = one(count(persons(0, 13)), count(persons(0, 60)))
        assert cell_of(nearly, "%", None, "ok").shown != ".."
        assert cell_of(nearly, "%", None, "ok", False, held).shown == ".."


def test_a_count_that_differs_by_a_few_from_that_of_the_former_edition_is_held_back(edition):
    former = {"fisk/a": ({"alle": persons(0, 40)}, ())}
    assert list(edition(former, fisk__a={"alle": persons(0, 43)}).hold_back) == ["fisk/a"]


def test_a_page_that_shows_a_small_count_by_itself_is_refused(edition, tmp_path):
    line = {"place": "ting/x", "digest": "d", "number": 3, "least": 3, "most": 3, "hidden": False, "fixed": False}
    (tmp_path / "now" / "fisk").mkdir(parents=True)
    (tmp_path / "now" / "fisk" / "a.counts").write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(PageError, match="fisk/a/ting/x shows a count below 5"):
        edition()


def test_two_shares_of_a_group_with_decimals_enough_tell_its_parts(edition):
    whole, part = count(persons(0, 60)), count(persons(0, 57))
    told_counts = list(told_of("t", {"andel": share(part, whole, 1)}, {}))
    assert all(one.hidden for one in told_counts)


def test_of_three_counts_that_leave_a_few_one_is_hidden_that_two_others_do_not_tell():
    # 15 have got both efforts: 7 had begun the other first, 5 this one, 3 both in one month
    groups = {"startede": persons(0, 40), "sammenlignet": persons(7, 40), "andet først": persons(0, 7)}
    groups |= {
        "startede der": {*persons(0, 15), *persons(40, 59)},
        "sammenlignet der": {*persons(0, 10), *persons(40, 59)},
    }
    groups |= {"dette først": persons(10, 15), "begge": persons(0, 15)}
    shown = told(groups)
    assert [name for name, state in shown.items() if state == "hidden"] == ["begge"]


def test_three_counts_that_leave_a_few_are_not_all_told():
    groups = {"alle": persons(0, 40), "a": persons(0, 20), "b": persons(20, 37)}
    shown = told(groups)
    assert [state for state in shown.values()].count("hidden") == 1


def test_the_audit_of_a_large_edition_takes_seconds():
    people = np.random.default_rng(1)
    values = {}
    for group in range(6):
        members = {f"{group}-{number}" for number in range(400)}
        for month in range(36):
            values[f"g{group}|{month}"] = count(members)
            members = {one for one in members if people.random() > 0.004}
    begun = process_time()
    withhold(list(told_of("t", values, {})), {one.digest: one.persons for one in values.values()})
    assert process_time() - begun < 10


def test_what_the_last_edition_hid_is_not_told_beside_what_an_edition_before_it_told(tmp_path):
    for name, count_of, hidden in (("first", 40, ()), ("second", 43, ("alle",)), ("third", 41, ())):
        page(tmp_path / name, "fisk/a", {"alle": persons(0, count_of)}, hidden)
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    assert audit(third, second).hold_back == {}
    assert list(audit(third, second, first).hold_back) == ["fisk/a"]


def test_who_are_left_in_tens_tells_how_few_have_gone_however_much_else_is_told():
    everybody, gone = set(range(77)), {0}
    groups = {"all": everybody, "left": everybody - gone, "gone": gone}
    told = [
        Told("side/alle/n", "all", 77, 77, 77),
        Told("side/kurve/1|n", "left", 76, 75, 85),  # 80, in tens
        Told("side/hvor/1|flyttet", "gone", 1, 0, ANY, True),
    ]
    for size in range(20, 65):  # as shares month by month, which tell nothing of those who have gone
        groups[f"other{size}"] = set(range(size))
        told.append(Told(f"side/andre/{size}", f"other{size}", size, size - 3, size + 3))
    found = withhold(told, {name: np.array(sorted(one), dtype=np.uint64) for name, one in groups.items()})
    kept = [one for one in told if not one.hidden and not {one.digest, one.digest + NEARLY} & {*found.hide}]
    assert keeps(groups, [({one.digest: 1}, one.least, one.most) for one in kept], "gone")


# ---------------------------------------------------------------- published


def published(project, id, **groups):
    """A kept edition that tells of these groups."""
    page(project.editions / id / "pages", "fisk/a", groups)


def listed(**states):
    return Editions("", tuple(Listed(id, "", "", "", state, []) for id, state in states.items()))


NOW = SimpleNamespace(id="now")


@pytest.fixture
def project(tmp_path):
    """The book tells of 40 and hides three; an edition has told of 60 and of these without the three."""
    project = Project(tmp_path, tmp_path / "kommune")
    page(project.pages, "fisk/a", {"alle": persons(0, 40), "fik": persons(57, 60)}, ("fik",))
    published(project, "then", alle=persons(0, 60), resten=persons(0, 57))
    return project


@pytest.mark.parametrize("states", [{"then": SERVED}, {}], ids=["served here", "published elsewhere"])
def test_a_book_that_hides_what_an_edition_still_served_tells_is_not_published(project, states):
    with pytest.raises(AfkastError, match=r"(?s)and then can work out.*fisk/a/ting/fik.*--told-already"):
        refuse_told_already(project, listed(**states), NOW)


@pytest.mark.parametrize("state", [WITHDRAWN, PRUNED])
def test_what_an_edition_told_that_nobody_is_served_any_more_stops_no_book(project, state):
    refuse_told_already(project, listed(then=state), NOW)


def test_a_book_beside_whose_editions_nothing_is_known_is_published_and_one_that_is_served_already(project):
    refuse_told_already(project, listed(then=SERVED, now=SERVED), NOW)
    published(project, "other", alle=persons(0, 60))
    refuse_told_already(project, listed(then=WITHDRAWN, other=SERVED), NOW)
