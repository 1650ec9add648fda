"""A page with a wrong formula is stopped by its own check: the second way does not follow it."""

from pathlib import Path

import pytest

from afkast.errors import PageError

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
ABOUT_ALL_STRATEGIES = {"changes", "overview", "data_basis", "data_quality", "reconciliation"}

WRONG = {
    # of a notebook: a page, the check that stops it, a formula of the page, and the same gone wrong
    "full_year_persons": [
        ("kijos/sygedagpenge", "afvigelsen", "_average(stock).iloc[-1]", "_average(stock).iloc[0]"),
        ("kijos/sygedagpenge", "prognosen", "forecast.year_of_stock(stock)\n", "forecast.year_of_stock(stock[1:])\n"),
    ],
    "economics": [
        (
            "kijos/oekonomi",
            "nettobudgettet",
            "economics.net_gain(saving.sum(), investment.sum())",
            "economics.net_gain(investment.sum(), saving.sum())",
        ),
        ("kijos/oekonomi", "forbruget", "economics.to_date(posted_by_month, report.as_of)", "posted_by_month[1:]"),
        ("kijos/oekonomi", "nettogevinsten", "gain_to_date = net_gain[1] +", "gain_to_date = net_gain[2] +"),
        ("kijos/oekonomi", "efterregningen", ".apply(economics.year_to_date_average).iloc[-1]", ".iloc[-1]"),
    ],
    "economics_outlook": [
        ("kijos/prognose", "maanederne", "economics.net_gain(saved, spent)", "economics.net_gain(spent, saved)"),
        ("kijos/prognose", "prognoserne", "year_of_flow(spent[", "year_of_flow(2 * spent["),
        (
            "kijos/prognose",
            "periodens-slutning",
            "net_gain(saved.iloc[-1], expected_spend)",
            "net_gain(0, expected_spend)",
        ),
    ],
    "same_period_last_year": [
        ("kijos/revalidering", "aendringen", "average[year] - average[year - 1]", "average[year]"),
    ],
    "stock_plan": [
        ("kik-ii/kontaktforloeb", "planen", "start + changes.sum().cumsum()", "start - changes.sum().cumsum()"),
        ("kik-ii/kontaktforloeb", "udsvinget", "swing_interval(counted)", "swing_interval(counted[1:])"),
    ],
    "late_registration": [
        (
            "eksempelkoebing-kursus/efterregistrering",
            "det-ventede",
            "growth = late_registration.steps(seen)",
            "growth = late_registration.steps(seen.iloc[:-2])",
        ),
    ],
    "gain_by_year": [
        (
            "kik/oekonomi",
            "gevinsten",
            "invested.reindex(years, fill_value=0)",
            "2 * invested.reindex(years, fill_value=0)",
        ),
        ("kik/oekonomi", "maanederne", "saved_in_month.sub(posted,", "saved_in_month.add(posted,"),
        ("kik/oekonomi", "afgangen", "exits = budgeted_saving / net_price", "exits = net_price / budgeted_saving"),
    ],
    "committee_budget": [
        (
            "kik/udvalgets-budget",
            "udvalgets-sum",
            'level="heading", sort=False).sum()',
            'level="heading", sort=False).max()',
        ),
    ],
    "investment_plan": [
        ("kik-ii/oekonomi", "nettogevinsten", "operation + amount.loc", "operation - amount.loc"),
        ("kik-ii/oekonomi", "periodens-slutning", 'without + per_line["financing"]', 'without - per_line["financing"]'),
        (
            "kik-ii/oekonomi",
            "afgangen",
            "presupposed_exits(saving, net_price)",
            "presupposed_exits(saving, 2 * net_price)",
        ),
    ],
    "integration_cohorts": [
        ("kik/integration", "intervallerne", "share_interval(row.numerator,", "share_interval(row.numerator - 1,"),
    ],
    "cohort_status": [
        (
            "kik/aktivitetsparate",
            "intervallet",
            "share_interval(left, size_then)",
            "share_interval(left + 1, size_then)",
        ),
    ],
    "inflow": [
        (
            "norddjurs-rekruttering-sundhed/tilgang",
            "de-begyndte",
            "total = persons_in(begun)",
            "total = persons_in(members)",
        ),
    ],
    "timeliness": [
        (
            "kbh-saerlig-indsats/rettidighed",
            "rettidigheden",
            "monthly = timeliness.both_ways(cases, months)",
            "monthly = timeliness.both_ways(cases[::2], months)",
        ),
        (
            "kbh-saerlig-indsats/rettidighed",
            "aabne-sager",
            "timeliness.waiting(cases, months)",
            "timeliness.waiting(cases, months - 1)",
        ),
    ],
    "measurement_points": [
        ("kbh-saerlig-indsats/maalepunkter", "antallene", 'title: total["value"]', 'title: total["value"] + 1'),
        (
            "kbh-saerlig-indsats/maalepunkter",
            "mere-end-tilfaeldigt",
            "int(row[year - 1]), int(row[year])",
            "1, int(row[year])",
        ),
    ],
    "benchmark": [
        (
            "ballerup-nye-maal/sygedagpenge",
            "forspringet",
            "benchmark.lead(change[own], change[compared_with],",
            "benchmark.lead(change[compared_with], change[own],",
        ),
        (
            "ballerup-nye-maal/sygedagpenge",
            "sene-registreringer",
            "measured.loc[judged_in] * (1 + rise",
            "measured.loc[judged_in] * (1 - rise",
        ),
        ("kik/effekten-er-synlig", "klyngen", "benchmark.without(cluster, own)\n", "cluster[:2]\n"),
    ],
    "savings_compared": [
        (
            "kijos/besparelsen",
            "beloebene",
            'own, of_year["original_budget"].item()',
            'own, -of_year["original_budget"].item()',
        ),
    ],
    "benefit_transitions": [
        ("kik-ii/a-dagpenge", "andelene", "share = passed / of", "share = passed / (passed + of)"),
    ],
    "survival_effects": [
        ("norddjurs-smaajob/overlevelseskurver", "andelen", "np.full(len(members), True)", "started"),
        (
            "norddjurs-smaajob/overlevelseskurver",
            "sparede-maaneder",
            "followed.persons.unadjusted(), follow_up_months",
            "followed.persons, follow_up_months",
        ),
        (
            "norddjurs-smaajob/overlevelseskurver",
            "stederne",
            "destinations(main, where)",
            "destinations(main, where[::-1])",
        ),
    ],
    "effect_value": [
        ("norddjurs-smaajob/effekten-i-kroner", "nettoet", '["Kommunen"], cost_dkk)', '["Staten"], cost_dkk)'),
        ("norddjurs-smaajob/effekten-i-kroner", "aarene", "municipal_dkk, total=True", "total_dkk, total=False"),
        (
            "norddjurs-smaajob/effekten-i-kroner",
            "egen-andel",
            "len(followed.months))[0]",
            "len(followed.months))[0] / 2",
        ),
    ],
    "effect_robustness": [
        ("norddjurs-smaajob/hvor-sikker", "hovedraekken", "cohort.answer(follow_up_months,", "cohort.answer(12,"),
    ],
    "survival_example": [
        ("norddjurs-smaajob/eksempel", "andelene", "occupation(of.on_benefit,", "occupation(~of.on_benefit,"),
        (
            "norddjurs-smaajob/eksempel",
            "arealet",
            '- shares["Indsatsgruppen"]).sum()',
            '- shares["Indsatsgruppen"]).max()',
        ),
    ],
    "business_case": [
        (
            "norddjurs-smaajob/businesscase",
            "budgettet",
            "economics.net_gain(saving, investment)",
            "economics.net_gain(investment, saving)",
        ),
        (
            "norddjurs-smaajob/businesscase",
            "afgangen",
            "economics.presupposed_exits(saving, net_price)",
            "economics.presupposed_exits(saving - investment, net_price)",
        ),
        (
            "norddjurs-smaajob/businesscase",
            "forbruget",
            "spent, realised = spending.posted,",
            "spent, realised = spending.posted - 1_000,",
        ),
        ("norddjurs-smaajob/businesscase", "besparelsen", "answer_in_kroner, None,", "answer_in_kroner, 18,"),
    ],
    "benchmark_saving": [
        ("ballerup-nye-maal/aktuel-besparelse", "besparelsen", "by_month[one].iloc[-1]", "by_month[one].iloc[-2]"),
    ],
    "stock_trend": [
        (
            "kik/udvikling",
            "aendringen",
            '"Ændring": last - first,',
            '"Ændring": last - stocks.iloc[0],',
        ),
    ],
}


def test_every_notebook_of_a_strategy_has_gone_wrong_here():
    notebooks = {path.stem for path in NOTEBOOKS.glob("*.ipynb")}
    # a front page reckons nothing: it shows again what the other pages have shown
    assert notebooks - ABOUT_ALL_STRATEGIES - {"resume"} == set(WRONG)


@pytest.mark.parametrize(
    ("page", "check", "formula", "wrong"),
    [one for of_notebook in WRONG.values() for one in of_notebook],
    ids=[f"{one[0]}-{one[1]}" for of_notebook in WRONG.values() for one in of_notebook],
)
def test_a_wrong_formula_stops_the_page_at_its_check(run_page, page, check, formula, wrong):
    with pytest.raises(PageError, match=f"^the check '{check}' does not hold"):
        run_page(*page.split("/"), {formula: wrong})
