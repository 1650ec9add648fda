"""What the pages of method and assumptions say of a rule in numbers is what the code does."""

import pytest
from conftest import ROOT

from afkast.analysis.effect.balance import LARGE_DIFFERENCE, LEAST_ALIKE, SMALL_DIFFERENCE
from afkast.analysis.effect.design import FEWEST_CONTROLS
from afkast.analysis.effect.flow import MOST_OFF_BENEFITS
from afkast.analysis.effect.influence import MOST_OF_FITTED
from afkast.analysis.effect.teams import FEWEST_TEAMS
from afkast.analysis.effect.terms import FEWEST_ALIKE, TREATED_PER_TERM
from afkast.analysis.effect.verdict import MOST_ROWS
from afkast.analysis.effect.weights import PRIOR_SD
from afkast.analysis.history import CHANGED_MONTHS, HISTORY_MONTHS
from afkast.analysis.survival.prevalence import FEWEST_OBSERVED, SMALLEST_SHARE_OBSERVED

IN_WORDS = "nul en to tre fire fem".split()
METHOD, ASSUMPTIONS = "metode.md", "forudsaetninger.md"


def decimal(number):
    return f"{number:g}".replace(".", ",")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (METHOD, f"Der bruges ét led for hver {IN_WORDS[TREATED_PER_TERM]} startede"),
        (ASSUMPTIONS, f"**ét led for hver {IN_WORDS[TREATED_PER_TERM]} startede**"),
        (METHOD, f"men færre end {IN_WORDS[FEWEST_ALIKE]} af de øvrige deler, springes over"),
        (METHOD, f"En startmåned, hvor færre end {FEWEST_CONTROLS} andre kunne være startet, er ikke med"),
        (METHOD, f"mindst {IN_WORDS[round(5 * LEAST_ALIKE)]} for hver {IN_WORDS[5]} startede"),
        (METHOD, f"Højst {100 * MOST_OFF_BENEFITS:.0f} % (eller én) af de startede"),
        (METHOD, f"Mindst {IN_WORDS[round(5 * MOST_ROWS)]} af {IN_WORDS[5]} rækker"),
        (METHOD, f"højst {MOST_OF_FITTED**0.5:.0f}, hvor $q$ er antallet af koefficienter"),
        (METHOD, f"(en normalfordeling med spredning {decimal(PRIOR_SD)} pr. spredning i oplysningen)"),
        (METHOD, f"Under {decimal(SMALL_DIFFERENCE)} kaldes den lille."),
        (ASSUMPTIONS, f"**under {decimal(SMALL_DIFFERENCE)} spredning**"),
        (METHOD, f"over {decimal(LARGE_DIFFERENCE)} (eller den ene varians"),
        (METHOD, f"andelen af de seneste {HISTORY_MONTHS} måneder på ydelse"),
        (METHOD, f"om ydelsen er skiftet inden for {IN_WORDS[CHANGED_MONTHS]} måneder"),
        (METHOD, f"færre end {FEWEST_OBSERVED} personer eller færre end {100 * SMALLEST_SHARE_OBSERVED:.0f} %"),
        (ASSUMPTIONS, f"end {FEWEST_OBSERVED} personer og {100 * SMALLEST_SHARE_OBSERVED:.0f} % af hver gruppe"),
        (METHOD, f"Under {IN_WORDS[FEWEST_TEAMS]} hold siger for lidt."),
    ],
)
def test_a_rule_is_told_with_the_number_that_the_code_has(page, said):
    assert said in (ROOT / "book" / page).read_text(encoding="utf-8")
