"""A goal at the door: how it is judged, its verdict and each of its years, in words that can be read aloud."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from afkast.analysis.late_registration import Rise
from afkast.analysis.targets import Reading, decide
from afkast.errors import PageError
from afkast.report.counts import persons_in
from afkast.report.goals import goal_of, how_judged, how_sure, show_goal
from afkast.strategy import Goal

LAST_DAY = date(2019, 12, 31)
JUNE = (pd.Timestamp(2015, 6, 1),)
USUAL = Rise(pd.Series([0.2]), seen=False)


def goal(judged="at the date", due=LAST_DAY):
    return Goal(id="faerre", text="Færre.", page="side", measure="antallet på ydelsen", due=due, judged=judged)


@pytest.mark.parametrize(
    ("judged", "due", "sentence"),
    [
        ("at the date", date(2019, 5, 31), "Målet skal være opfyldt den 31. maj 2019."),
        ("in each year", LAST_DAY, "Målet skal være opfyldt i hvert af årene til og med 2019."),
        ("in each year", date(2019, 5, 31), "Målet skal være opfyldt i hvert af årene til og med 31. maj 2019."),
        ("cumulated", LAST_DAY, "Målet skal være opfyldt for årene lagt sammen til og med 2019."),
        ("on average", LAST_DAY, "Målet skal være opfyldt i gennemsnit for 2019."),
        ("at the date", None, "Der er ikke sat en dato, så målet kan være på vej eller bagud, men ikke nået."),
        ("on average", None, "Målet gælder årets gennemsnit. Der er ikke sat en dato, så målet kan være på vej eller"),
    ],
)
def test_a_goal_says_what_it_measures_by_when_and_how(judged, due, sentence):
    told = how_judged(goal(judged, due)).replace("\u00a0", " ")
    assert told.startswith(f"Der måles på antallet på ydelsen. {sentence}")


def test_a_goal_without_a_number_is_followed_and_nothing_is_promised_of_it():
    assert how_judged(goal(None, None)) == "Der følges med i antallet på ydelsen."


# ---------------------------------------------------------------- how sure


def in_words(actual, target, counted_to=LAST_DAY, **how):
    decision = decide(
        [Reading(actual, target, due=LAST_DAY, **how)], lower_is_better=True, counted_to=counted_to, due=LAST_DAY
    )
    words = how_sure(decision, "helårspersoner", 1, "årets gennemsnit ventes", "kilden har ingen nævner")
    return words.replace("\u00a0", " ")


def test_the_sentence_says_what_the_certainty_rests_on():
    assert in_words(485.0, 488.0, interval=(480.25, 486.0)) == (
        "Vurderingen er sikker: årets gennemsnit ventes mellem 480,3 og 486,0 helårspersoner; også den dårligste ende "
        "opfylder målet."
    )
    assert in_words(495.0, 488.0, interval=(489.0, 496.0)) == (
        "Vurderingen er sikker: årets gennemsnit ventes mellem 489,0 og 496,0 helårspersoner; heller ikke den bedste "
        "ende når målet."
    )
    assert in_words(485.0, 488.0, interval=(480.0, 489.0)) == (
        "Vurderingen kan vende: årets gennemsnit ventes mellem 480,0 og 489,0 helårspersoner; det rækker til den "
        "anden side af målet."
    )
    assert in_words(485.0, 488.0, if_late=486.0, rise=USUAL, provisional=JUNE) == (
        "Vurderingen hviler på foreløbige tal, men vender ikke: juni 2015 er foreløbig; kommer der 20 % flere til, "
        "som Styrelsen for Arbejdsmarked og Rekruttering har set det for sygedagpenge, bliver tallet 486,0 "
        "helårspersoner."
    )
    seen = Rise(pd.Series([0.02, 0.07]), seen=True)
    assert in_words(485.0, 488.0, if_late=486.0, rise=seen, provisional=JUNE) == (
        "Vurderingen hviler på foreløbige tal, men vender ikke: juni 2015 er foreløbig; kommer der op til 7 % flere "
        "til, som de tidligere udtræk har vist det for måneder af den alder, bliver tallet 486,0 helårspersoner."
    )
    assert in_words(485.0, 488.0, interval=(485.0, 485.0)) == "Vurderingen er sikker: alt til dato er talt."
    assert in_words(485.0, 488.0) == "Hvor sikker vurderingen er, vides ikke: kilden har ingen nævner."
    assert in_words(485.0, None) == "Målet kan ikke afgøres: kilden har ingen nævner."


def test_before_its_day_a_goal_is_held_against_the_path_and_the_sentence_says_so():
    before = date(2018, 12, 31)
    assert in_words(294.0, 292.0, before, path=295.0, interval=(293.5, 294.5)).endswith(
        "; også den dårligste ende holder vejen mod målet."
    )
    assert in_words(296.0, 292.0, before, path=295.0, interval=(295.5, 296.5)).endswith(
        "; også den bedste ende er bag vejen mod målet."
    )
    assert in_words(294.0, 292.0, before, path=295.0, interval=(293.5, 295.5)).endswith(
        "; det rækker til den anden side af vejen mod målet."
    )
    assert in_words(900.0, 730.0, before) == (
        "Målet kan ikke afgøres: det er ikke opfyldt endnu, og der er ikke sat en vej dertil at holde det op mod."
    )


def test_money_has_words_for_its_sides_instead_of_signs():
    def told(low, high, actual):
        reading = Reading(actual, 3e6, due=LAST_DAY, interval=(low, high), if_late=actual, rise=USUAL, provisional=JUNE)
        decision = decide([reading], lower_is_better=False, counted_to=LAST_DAY, due=LAST_DAY)
        words = how_sure(decision, "mio. kr.", 1, "det er", "", sides=("merudgift", "besparelse"))
        return words.replace("\u00a0", " ").split(": ")[1]

    june = (
        "og juni 2015 er foreløbig; kommer der 20 % flere til, som Styrelsen for Arbejdsmarked og Rekruttering har set "
        "det for sygedagpenge, bliver tallet"
    )
    assert told(-2.3e6, -2.0e6, -2.2e6) == (
        f"det er en merudgift på mellem 2,0 og 2,3 mio. kr., {june} en merudgift på 2,2 mio. kr."
    )
    assert told(-0.6e6, 0.4e6, 0.1e6) == (
        f"det er alt fra en merudgift på 0,6 til en besparelse på 0,4 mio. kr., {june} en besparelse på 0,1 mio. kr."
    )


# ---------------------------------------------------------------- at the door


class Page:
    """A page that keeps what is shown."""

    def __init__(self, *goals):
        self.strategy = SimpleNamespace(id="fisk", goals=goals)
        self.texts = {}
        self.tables = {}

    def show_text(self, id, text, names, **how):
        self.texts[id] = text.format(**names).replace("\u00a0", " ")

    def show_table(self, id, values, **how):
        self.tables[id] = values.mask(how["states"] == "future", "")


def two_years(*savings):
    readings = [
        Reading(saving, 1.0, path=1.0, due=date(year, 12, 31), year=year)
        for year, saving in zip((2020, 2021), savings, strict=True)
    ]
    readings.append(Reading(None, 2.0, path=0.0, due=date(2022, 12, 31), year=2022))
    return decide(readings, lower_is_better=False, counted_to=date(2021, 12, 31), due=date(2022, 12, 31))


def test_every_year_of_a_goal_for_each_year_is_shown_and_the_years_that_are_met_are_told():
    page = Page()
    show_goal(page, goal("in each year"), two_years(1.5, 0.5), "Sparet.", "mio. kr.", source=[], missing="intet")
    assert page.texts["maal-faerre"] == (
        "bagud Sparet. År for år: nået i 2020, bagud i 2021. Hvor sikker vurderingen for 2021 er, vides ikke: intet."
    )
    shown = page.tables["maal-faerre-aar"]
    assert shown["Vurdering"].to_dict() == {"2020": "nået", "2021": "bagud", "2022": ""}
    assert shown["Mål for året"].map(float).to_dict() == {"2020": 1.0, "2021": 1.0, "2022": 2.0}


def test_a_verdict_that_rests_on_too_few_persons_is_not_given_nor_are_its_years():
    page = Page()
    few, enough = (persons_in(pd.DataFrame({"person": [f"p{n}" for n in range(size)]})) for size in (9, 10))
    for rests_on, verdict in ((few, "kan ikke afgøres"), (enough, "bagud")):
        decided = two_years(1.5, 0.5)
        show_goal(page, goal("in each year"), decided, "", "mio. kr.", source=[], missing="intet", rests_on=rests_on)
        assert page.texts["maal-faerre"].startswith(verdict)
        assert (
            ("maal-faerre-aar" in page.tables) == ("nået i 2020" in page.texts["maal-faerre"]) == (rests_on is enough)
        )


def test_a_goal_of_one_number_has_no_table_of_years():
    page = Page()
    decision = decide([Reading(1.0, 2.0, path=2.0)], lower_is_better=True, counted_to=LAST_DAY, due=None)
    show_goal(
        page,
        goal(due=None),
        decision,
        "{goal} tilbage.",
        "personer",
        source=[],
        missing="intet",
        names={
            "goal": 1,
        },
    )
    assert page.texts["maal-faerre"] == "på vej 1 tilbage. Hvor sikker vurderingen er, vides ikke: intet."
    assert "»Færre.« Der måles på antallet på ydelsen." in page.texts["afgoerelse-faerre"]
    assert page.tables == {}


@pytest.mark.parametrize(
    ("asked", "ways", "said"),
    [
        ("flere", ("at the date",), "fisk has no goal 'flere'; add it under goals"),
        (
            "faerre",
            ("in each year", "cumulated"),
            "is judged 'at the date', and its page decides only judged: in each year or judged: cumulated",
        ),
        ("uden", ("on average",), "says no way to judge it (judged), and its page decides only judged: on average"),
        ("faerre", (None,), "its page decides only a goal without a number (no judged)"),
    ],
)
def test_a_page_does_not_judge_in_another_way_than_the_goal_says(asked, ways, said):
    page = Page(goal(), goal(None, None).model_copy(update={"id": "uden"}))
    with pytest.raises(PageError) as refused:
        goal_of(page, asked, *ways)
    assert said in str(refused.value)
    assert goal_of(page, "faerre", "at the date").id == "faerre"
