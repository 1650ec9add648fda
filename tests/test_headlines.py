"""No headline is stronger than its number: pages over a grid of signs, goals, due dates and missing numbers."""

import json
import re
from datetime import date

import pandas as pd
import pytest
from municipality import AS_OF, ONE_PAGE, OWN, PRICES, REDUCTIONS, STRATEGY, municipality
from test_lives import Book, headlines, words

from afkast.report.danish import NO_BREAK_SPACE
from afkast.report.filed import filed

MONTHS_OF_2022 = 10
"""Strandlev's strategy runs from March 2022, and its budget has no months of its own."""


def decided(year):
    return sum(fewer[year - 2022] * PRICES[benefit][year] for benefit, fewer in REDUCTIONS.items())


def told(item):
    return words(item).replace(NO_BREAK_SPACE, " ")


def finding(figure):
    """What a figure says over its drawing."""
    return figure["alt"].replace(NO_BREAK_SPACE, " ")


def says(amount, text):
    """Whether a text says the side of 0 that an amount lies on, and not the other."""
    sides = {"tab": amount < -50_000, "gevinst": amount > 50_000}
    return all((f"{side} på" in text) == lies for side, lies in sides.items())


# ---------------------------------------------------------------- a saving and its goal


def with_saving(share_of_decided, due, december=True):
    """Strandlev's own figure as a share of what was decided to date, and the goal's due date."""
    data = municipality("economics")
    measures = data.tables["measures"]
    own = data.rows("measures", measure="beregnet_besparelse", area=OWN)
    months = pd.to_datetime(measures.loc[own, "period"])
    to_date = [
        decided(month.year) * (month.month - 2) / MONTHS_OF_2022
        if month.year == 2022
        else decided(month.year) * month.month / 12
        for month in months
    ]
    measures.loc[own, "value"] = [share_of_decided * one for one in to_date]
    if not december:
        data.tables["measures"] = measures[~(own & (pd.to_datetime(measures["period"]) == pd.Timestamp("2022-12-01")))]
    [goal] = data.strategies[STRATEGY]["goals"]
    goal.pop("due")
    if due:
        goal["due"] = due
    return data


@pytest.mark.parametrize("december", [True, False], ids=["", "december missing"])
@pytest.mark.parametrize("due", [date(2024, 12, 31), None], ids=["due later", "no date"])
@pytest.mark.parametrize("share", [-1.0, 0.5, 1.5])
def test_the_verdict_on_a_saving_and_the_word_for_it_follow_its_number(tmp_path, share, due, december):
    shown = Book(with_saving(share, due, december), tmp_path / "data").page("economics")
    text, verdict = told(shown["maal-besparelse"]), shown.number("maal-besparelse", "verdict")
    # a year whose figure is missing is not decided, and nothing is reached before its day
    assert verdict == ("kan ikke afgøres" if not december else "på vej" if share >= 1 else "bagud")
    assert ("er der til dato beregnet en merudgift" in text) == (share < 0)
    assert "er sikker:" not in text  # no interval was reckoned for the sum of years
    gain = shown.number("nettogevinst", "net_gain")
    assert (gain is None) == (not december)
    if gain is not None:
        assert says(gain, told(shown["nettogevinst"]).split(", hvor der var ventet")[0])
    assert not re.search(r"\bnan\b|None|−", headlines(shown))


# ---------------------------------------------------------------- persons and their goal


def with_stock(level, judged, due):
    """Strandlev's stock so many above its targets all along."""
    data = municipality("full_year_persons")
    targets = data.tables["targets"]
    target = targets.loc[data.rows("targets", measure="sygedagpenge"), "strategy_budget"]
    measures = data.tables["measures"]
    own = data.rows("measures", measure="sygedagpenge", area=OWN)
    swing = [level + 0.1 * (n % 2) for n in range(int(own.sum()))]
    measures.loc[own, "value"] = [round(float(target.iloc[1]) + one, 1) for one in swing]
    [goal] = data.strategies[STRATEGY]["goals"]
    goal |= {"judged": judged, "due": due}
    return data


@pytest.mark.parametrize("due", [date(2023, 9, 30), date(2024, 12, 31)], ids=["due now", "due later"])
@pytest.mark.parametrize("level", [-5.0, 5.0], ids=["fewer", "more"])
def test_the_verdict_on_persons_follows_their_number_and_its_day(tmp_path, level, due):
    shown = Book(with_stock(level, "in each year", due), tmp_path / "data").page("full_year_persons")
    text, verdict = told(shown["maal-sygedagpenge"]), shown.number("maal-sygedagpenge", "verdict")
    assert f" {'færre' if level < 0 else 'flere'} end strategiens budget" in finding(shown["udvikling"])
    assert verdict != "nået" or due <= date(2023, 9, 30)
    by_year = {row["label"]: row["cells"] for row in shown["maal-sygedagpenge-aar"]["rows"]}
    of_2023 = by_year["2023"]
    goal, reading = of_2023[0]["value"], of_2023[2]["value"]
    assert (of_2023[3]["shown"] in ("nået", "på vej")) == (reading <= goal)
    if "er sikker: årets" in text:
        low, high = (shown.number("maal-sygedagpenge", f"goal_{end}") for end in ("low", "high"))
        against = shown.number("maal-sygedagpenge", "goal_against")
        assert (low <= against) == (high <= against) == (reading <= goal)


# ---------------------------------------------------------------- ways of reckoning, and of gaining


@pytest.mark.parametrize("own", [-3e6, 0.0, 3e6])
@pytest.mark.parametrize("level", [-20.0, 20.0], ids=["fewer", "more"])
def test_the_ways_are_said_to_agree_only_where_all_lie_on_one_side(tmp_path, own, level):
    data = municipality("savings_compared")
    measures = data.tables["measures"]
    figure = data.rows("measures", measure="månedens besparelse", area=OWN)
    measures.loc[figure, "value"] = own / 12
    stock = data.rows("measures", measure="sygedagpenge", area=OWN)
    measures.loc[stock, "value"] += level
    shown = Book(data, tmp_path / "data").page("savings_compared")
    text = told(shown["besparelsen-opgjort"])
    amounts = [
        row["cells"][0]["value"]
        for row in shown["paa-flere-maader"]["rows"]
        if row["label"] != "Besluttet for året" and row["cells"][0]["value"] is not None
    ]
    one_side = min(amounts) > 0 or max(amounts) < 0
    assert ("måder viser en" in text) == one_side
    if one_side:
        assert ("viser en besparelse" in text) == (min(amounts) > 0)
    assert ("ikke enige" in text) == (not one_side)


@pytest.mark.parametrize("saved", [-200_000.0, 50_000.0, 400_000.0])
def test_what_was_gained_and_when_it_is_paid_back_follow_the_sums(tmp_path, saved):
    data = municipality("gain_by_year")
    measures = data.tables["measures"]
    figure = data.rows("measures", measure="månedens besparelse", area=OWN)
    measures.loc[figure, "value"] = saved
    shown = Book(data, tmp_path / "data").page("gain_by_year")
    gain, expected = (shown.number("nettogevinst", name) for name in ("net_gain", "expected"))
    assert says(gain, told(shown["nettogevinst"]).split(", hvor der var budgetteret")[0])
    assert ("bedre end budgetteret" in told(shown["nettogevinst"])) == (gain >= expected)
    paid = told(shown["tjent-hjem-i-ord"]).split("med den faktiske gevinst ")[1]
    assert paid.startswith("endnu ikke tjent hjem") == (gain < 0)


@pytest.mark.parametrize("level", [-40.0, 0.0, 40.0], ids=["many fewer", "as budgeted", "many more"])
def test_the_year_s_end_and_the_way_to_it_are_told_on_their_own_side(tmp_path, level):
    data = municipality("economics_outlook")
    measures = data.tables["measures"]
    stock = data.rows("measures", measure="sygedagpenge", area=OWN)
    measures.loc[stock, "value"] = 310 + level + 0.5 * (stock.cumsum()[stock] % 3)
    shown = Book(data, tmp_path / "data").page("economics_outlook")
    outlook = told(shown["prognosen"])
    gain, low, high = (shown.number("prognosen", name) for name in ("gain", "low", "high"))
    assert says(gain, outlook.split(" (usikkerhed")[0])
    assert ("alt fra et tab" in outlook) == (low < 0 < high)
    ends = {name: one for name, one in shown["tjent-hjem-i-ord"]["numbers"].items()}
    assert ("ikke tjent hjem" in ends["kept"]["value"]) == (ends["kept_end"]["value"] < 0)
    *_, as_this_year = finding(shown["tjent-hjem"]).split("; ")
    assert says(ends["kept_end"]["value"], as_this_year)
    to_date = shown["nettogevinst-beloeb"]
    assert says(to_date["rows"][-1]["cells"][0]["value"], finding(to_date).split(", hvor der var ventet")[0])
    kept = {-40.0: "besparelsen", 40.0: "merudgiften"}.get(level, "")
    assert f"{kept} på ydelserne hvert år som i 2023" in told(shown["tjent-hjem-i-ord"])


def all_of(pages, page):
    """The page of each strategy of the built book that has it: where it lies, and what it shows by id."""
    for path in sorted(pages.glob(f"*/{page}.ipynb")):
        yield path, {item["id"]: item for item in filed(json.loads(path.read_text("utf-8")))}


def test_a_figure_s_finding_is_as_sure_as_the_net_gain_of_its_page(pages):
    """Over the business cases of the example: sure, may turn, and not reckoned."""
    met = set()
    for path, shown in all_of(pages, "businesscase"):
        numbers, said = shown["nettogevinst"]["numbers"], finding(shown["budget-mod-realiseret"])
        certainty = numbers.get("certainty", {}).get("value", "ikke gjort op")
        assert ("kan vende" in said) == (certainty == "kan vende"), path
        assert ("ikke gjort op" in said) == (certainty == "ikke gjort op"), path
        met.add(certainty)
    assert met == {"sikker", "kan vende", "ikke gjort op"}


def test_a_difference_over_two_curves_is_as_sure_as_its_interval(pages):
    met = set()
    for path, shown in all_of(pages, "overlevelseskurver"):
        if "sammenlignede-kurver" not in shown:
            continue
        curves = shown["sammenlignede-kurver"]
        ends = [at for at, column in enumerate(curves["columns"]) if column[0] == "forskel" and column[1] != "andel"]
        low, high = (curves["rows"][-1]["cells"][at]["value"] for at in ends)
        # the ends are told in steps, and one of 0 may lie on either side of it
        if 0 not in (low, high):
            is_by_chance = low < 0 < high
            for id in ("sammenlignede-kurver", "hvor-de-er"):
                assert ("kan være tilfældig" in finding(shown[id])) == is_by_chance, path
            met.add(is_by_chance)
    assert met == {True, False}


# ---------------------------------------------------------------- every goal, whatever its page

HIGHER_IS_BETTER = {
    "benchmark": True,
    "benchmark_saving": True,
    "business_case": True,
    "cohort_status": False,
    "economics": True,
    "full_year_persons": False,
    "integration_cohorts": True,
    "measurement_points": False,
    "same_period_last_year": False,
    "stock_plan": False,
    "timeliness": True,
}
"""Of every notebook that decides a goal: whether more of what it measures is better."""


def with_measures(notebook, times, due):
    """Strandlev's own measures so many times as large from June 2022 on, and the goals' due date."""
    data = municipality(notebook)
    measures = data.tables["measures"]
    own = (measures["area"] == OWN) & (pd.to_datetime(measures["period"]) >= "2022-06-01")
    counted = own & measures["numerator"].notna()
    measures.loc[own, "value"] = (measures["value"] * times).round(3)
    measures.loc[counted, "numerator"] = (measures["numerator"] * times).round()
    share = measures["numerator"] / measures["denominator"]
    measures.loc[counted, "value"] = share * measures["unit"].map({"pct.": 100}).fillna(1)
    for goal in data.strategies[STRATEGY]["goals"]:
        if goal.get("judged") and goal.pop("due") and due:
            goal["due"] = due
    return data


def test_every_notebook_that_decides_a_goal_is_held_against_its_numbers():
    assert {notebook for notebook, (_, decides) in ONE_PAGE.items() if decides} == HIGHER_IS_BETTER.keys()


@pytest.mark.parametrize(
    ("times", "due"),
    [(0.7, AS_OF.date()), (1.3, AS_OF.date()), (1.0, date(2024, 12, 31)), (1.3, None)],
    ids=["fewer, due now", "more, due now", "due later", "more, no date"],
)
@pytest.mark.parametrize("notebook", HIGHER_IS_BETTER)
def test_a_goal_s_verdict_and_how_sure_it_is_follow_its_number_its_day_and_its_interval(tmp_path, notebook, times, due):
    book = Book(with_measures(notebook, times, due), tmp_path / "data")
    shown = book.page(notebook)
    goals = [id for id, item in shown.items() if id.startswith("maal-") and item["kind"] == "text"]
    assert len(goals) == len(ONE_PAGE[notebook][1])
    side = 1 if HIGHER_IS_BETTER[notebook] else -1
    for id in goals:
        text, verdict, certainty = (told(shown[id]), *(shown.number(id, one) for one in ("verdict", "certainty")))
        reading, against, low, high = (shown.number(id, f"goal_{one}") for one in ("reading", "against", "low", "high"))
        assert text.startswith(verdict)
        assert ("Vurderingen" in text and "er sikker" in text) == (certainty == "sikker")
        assert (" kan vende" in text) == (certainty == "kan vende")
        if verdict == "kan ikke afgøres":
            # no number is decided, or no way to it by now
            assert against is None or due != AS_OF.date()
            assert certainty == "kan ikke vurderes"
            continue
        met = side * (reading - against) >= 0
        assert verdict == (("nået" if due == AS_OF.date() else "på vej") if met else "bagud")
        if low is None:
            assert certainty == "kan ikke vurderes"
        else:
            turns = any((side * (end - against) >= 0) != met for end in (low, high))
            assert certainty == ("kan vende" if turns else "sikker")
    verdicts = {shown.number(id, "verdict") for id in goals}
    worst = next(one for one in ("bagud", "kan ikke afgøres", "på vej", "nået") if one in verdicts)
    assert worst in told(book.front()["dommen"]).lower()
