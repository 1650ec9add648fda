"""Numbers that follow from each other: a total among its parts, chains of factors, and a plan's way to its targets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_files import imported, refused, write_own

STATUSES = """\
  - file: s.csv
    reader: csv
    table: statuses
    columns: {Tilstand: state, Dag: counted_on, Antal: persons}
    constants: {strategy: s, group: Alle, kind: actual}
"""


def statuses(folder, *rows, more=""):
    return write_own(folder / "raw", STATUSES + more, {"s.csv": "Tilstand;Dag;Antal\n" + "\n".join(rows) + "\n"})


OF_A_DAY = "Job;01-05-2026;40", "Uddannelse;01-05-2026;25", "På ydelse;01-05-2026;31"


def test_a_state_that_is_the_sum_of_the_others_is_asked_about(tmp_path):
    [sentence] = refused(statuses(tmp_path, *OF_A_DAY, "Målgruppen;01-05-2026;96"))
    assert "column 'Tilstand': is the sum of the others" in sentence and "(row 5)" in sentence
    (tmp_path / "b").mkdir()
    raw = statuses(
        tmp_path / "b", *OF_A_DAY, "Målgruppen;01-05-2026;96", more="    leave_out: {Tilstand: [Målgruppen]}\n"
    )
    assert imported(raw).table("statuses")["persons"].sum() == 96


@pytest.mark.parametrize(
    "rows",
    [
        OF_A_DAY,
        ("Job;01-05-2026;3", "Uddannelse;01-05-2026;2", "På ydelse;01-05-2026;5"),  # by chance
        ("Job;01-05-2026;40", "På ydelse;01-05-2026;40"),  # two are alike
        (*OF_A_DAY, "Andet;01-05-2026;96", "Job;01-06-2026;40", "Uddannelse;01-06-2026;25", "Andet;01-06-2026;60"),
    ],
)
def test_a_state_that_is_no_total_is_one_more(tmp_path, rows):
    assert len(imported(statuses(tmp_path, *rows)).table("statuses")) == len(rows)


LEVELS = """\
  - file: p.csv
    reader: csv
    table: price_levels
    columns: {Fra: from_year, Til: to_year, Faktor: factor}
    constants: {kind: samlet service}
"""


def levels(folder, *rows):
    text = "Fra;Til;Faktor\n" + "\n".join(rows) + "\n"
    return write_own(folder / "raw", LEVELS, {"p.csv": text})


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["2020;2021;1,018", "2021;2022;1,03", "2020;2022;1,0485"], False),
        (["2020;2021;1,018", "2021;2022;1,03", "2020;2022;1,049"], False),  # rounded
        (["2020;2021;1,018", "2021;2022;1,03"], False),
        (["2020;2021;1,018", "2021;2022;1,03", "2020;2022;1,08"], True),
        (["2020;2021;1,018", "2021;2022;1,03", "2022;2023;1,02", "2020;2023;1,12"], True),
    ],
)
def test_factors_lead_to_one_level_by_every_way(tmp_path, rows, told):
    if not told:
        assert len(imported(levels(tmp_path, *rows)).table("price_levels")) == len(rows)
        return
    [sentence] = refused(levels(tmp_path, *rows))
    assert "column 'Faktor': factors that lead from one year to another by two ways differ" in sentence
    assert "accepted: {chain: " in sentence


@given(st.lists(st.floats(1.0, 1.1), min_size=3, max_size=6))
def test_a_chain_and_its_product_agree(tmp_path_factory, factors):
    steps = [f"{2015 + n};{2016 + n};{factor:.6f}".replace(".", ",") for n, factor in enumerate(factors)]
    product = 1.0
    for factor in factors:
        product *= factor
    whole = f"2015;{2015 + len(factors)};{product:.6f}".replace(".", ",")
    imported(levels(tmp_path_factory.mktemp("chain"), *steps, whole))


PLAN = """\
  - file: t.csv
    reader: csv
    table: targets
    columns: {År: year, Start: original_budget, Slut: strategy_budget}
    constants: {strategy: s, measure: m, unit: personer}
  - file: f.csv
    reader: csv
    table: planned_flows
    columns: {År: year, Til: destination, Ændring: change}
    constants: {strategy: s, measure: m, unit: personer}
"""
FLOWS = "År;Til;Ændring\n2026;Job;-60\n2026;Uddannelse;-20,4\n2027;Job;-30\n2027;Uddannelse;5\n"


@pytest.mark.parametrize(
    ("targets", "told"),
    [
        ("2026;500;420\n2027;500;395\n", None),
        ("2027;500;395\n", None),  # what is not targeted every year is planned all the same
        ("2026;500;420\n2027;500;420\n", "(rows 4, 5)"),
        ("2026;500;450\n2027;500;395\n", "(rows 2, 3)"),
        ("2026;500;420\n2027;500;395\n2028;500;300\n", "(rows 2, 3, 4 and 1 more; 4 rows)"),  # by no flow
    ],
)
def test_a_plan_leads_to_its_targets(tmp_path, targets, told):
    raw = write_own(tmp_path / "raw", PLAN, {"t.csv": "År;Start;Slut\n" + targets, "f.csv": FLOWS})
    if told is None:
        imported(raw)
    else:
        [sentence] = refused(raw)
        assert "f.csv, column 'Ændring': with those before it, it does not lead" in sentence and told in sentence
        assert "accepted: {plan: " in sentence


def test_a_plan_may_lie_in_two_files(tmp_path):
    more = PLAN.partition("  - file: f.csv")[1:]
    declared = PLAN + "".join(more).replace("f.csv", "g.csv")
    first, second = "År;Til;Ændring\n2026;Job;-80\n", "År;Til;Ændring\n2027;Job;-25\n"
    targets = "År;Start;Slut\n2026;500;420\n2027;500;395\n"
    imported(write_own(tmp_path / "raw", declared, {"t.csv": targets, "f.csv": first, "g.csv": second}))
