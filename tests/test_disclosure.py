"""No count from 1 to 4 is shown, and none can be worked out: tried by an attacker who knows every sum."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from afkast.report.disclosure import HIDDEN_AS, chosen, hidden_cells, is_small


@pytest.mark.parametrize(
    ("count", "hidden"), [(0, False), (1, True), (2, True), (3, True), (4, True), (5, False), (300, False)]
)
def test_a_count_from_one_to_four_is_small(count, hidden):
    assert is_small(count) is hidden
    assert hidden_in([[count]]) == [["x" if hidden else str(count)]]


def test_what_stands_instead_says_the_rule_or_nothing_of_the_size():
    assert (chosen().few, HIDDEN_AS) == ("<5", "..")


def hidden_in(rows, counts=None):
    """The table as it is shown, x for what is hidden and a hyphen for what is missing."""
    values = pd.DataFrame(rows, dtype=float)
    hidden = hidden_cells(values, values.notna() if counts is None else counts)
    return [
        ["x" if hidden.iat[r, c] else "-" if cell is None else f"{cell:g}" for c, cell in enumerate(row)]
        for r, row in enumerate(rows)
    ]


N = None


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ([[3, 12, 20]], ["x 12 20"]),
        ([[3, 12, 15]], ["x x 15"]),
        ([[15, 12, 3]], ["15 x x"]),
        ([[3, 0, 3]], ["x 0 x"]),
        ([[3, 0, 12, 15]], ["x 0 x 15"]),
        ([[0, 0, 0]], ["0 0 0"]),
        ([[3, 7, 9, 11, 30]], ["x x 9 11 30"]),
        ([[10, 20], [3, 40], [13, 60]], ["x 20", "x 40", "13 60"]),
        ([[56, 4], [55, 5], [50, 10]], ["x x", "55 5", "50 10"]),
        ([[3, 12, 15], [N, N, N], [20, 30, 50]], ["x x 15", "- - -", "20 30 50"]),
        ([[3, 12, 15], [20, N, 50]], ["x x 15", "20 - 50"]),
        ([[N, 3, 12, 15], [N, 20, 30, 50]], ["- x x 15", "- 20 30 50"]),
        ([[3, 20, 30, 53, 7], [9, 21, 31, 61, 8]], ["x x 30 53 7", "9 21 31 61 8"]),
        ([[3], [40], [7], [90], [10], [200]], ["x", "40", "7", "90", "10", "200"]),
        ([[90], [3], [12], [15], [200]], ["90", "x", "x", "15", "200"]),
        ([[15], [90], [3], [12], [200]], ["15", "90", "x", "x", "200"]),
    ],
    ids=[
        "nothing adds up",
        "a part and its total",
        "the total comes first",
        "zero stays zero",
        "the next smallest above zero",
        "only zeros",
        "a total of many",
        "a total row",
        "the same number throughout",
        "a row without numbers",
        "a cell without a number",
        "a column without numbers",
        "a total beside another column",
        "a sum by chance in a list",
        "a sum in a list, beside its parts",
        "a sum in a list, at its beginning",
    ],
)
def test_a_hidden_count_takes_another_with_it_where_it_would_follow(rows, shown):
    assert [" ".join(row) for row in hidden_in(rows)] == shown


# ---------------------------------------------------------------- which are told to be small


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ([[3, 12, 20]], ["<5 12 20"]),
        ([[3, 12, 15]], ["<5 .. 15"]),
        ([[1, 5, 6]], [".. .. 6"]),
        ([[4, 4, 8]], [".. .. 8"]),
        ([[4, 5, 9]], ["<5 .. 9"]),
        ([[2, 7, 9, 20]], ["<5 .. 9 20"]),
        ([[3, 0, 3]], ["<5 0 <5"]),
        ([[56, 4], [55, 5], [50, 10]], [".. <5", "55 5", "50 10"]),
        ([[3, 4, 60, 67], [1, 1, 30, 32]], [".. .. 60 67", ".. .. 30 32"]),
    ],
    ids=[
        "nothing adds up",
        "with a large one all of 1-4 remain",
        "5 and 1 are all that a small and a large one can be",
        "two small ones can only be 4 each",
        "the least sum that leaves 1-4",
        "a sum of two beside another",
        "a part that is the total",
        "the same number throughout",
        "two small ones whose sum is shown",
    ],
)
def test_a_small_count_is_told_to_be_one_where_it_can_still_be_any_of_them(rows, shown):
    values = pd.DataFrame(rows, dtype=float)
    hidden = hidden_cells(values, values.notna())
    signs = hidden.replace({"few": chosen().few, "hidden": HIDDEN_AS}).where(hidden != "", values.map("{:g}".format))
    assert [" ".join(row) for row in signs.to_numpy()] == shown


@settings(max_examples=60)
@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 9, 20]), min_size=2, max_size=3))
def test_who_knows_which_are_small_can_still_make_them_any_of_1_to_4(parts):
    table = pd.DataFrame([[*parts, sum(parts)]], dtype=float)
    signs = hidden_cells(table, table.notna()).iloc[0].tolist()
    possible = {"few": range(1, 5), "hidden": [0, *range(1, 30)]}
    if "hidden" in signs and "few" in signs:
        possible["hidden"] = range(5, 30)  # where one is told to be small, the others are not
    choices = [possible.get(sign, [int(shown)]) for sign, shown in zip(signs, table.iloc[0], strict=True)]
    fits = [ways for ways in product(*choices) if sum(ways[:-1]) == ways[-1]]
    for place, sign in enumerate(signs):
        if sign == "few":
            assert {ways[place] for ways in fits} == {1, 2, 3, 4}


def test_what_is_to_be_hidden_in_any_case_takes_its_part_of_a_sum_with_it():
    values = pd.DataFrame([[20.0, 12, 32], [7, 8, 15]])
    also = pd.DataFrame([[False, True, False], [False, False, False]])
    assert hidden_cells(values, values.notna(), also).to_numpy().tolist() == [["hidden", "hidden", ""], ["", "", ""]]


# ---------------------------------------------------------------- shares


def test_numbers_that_do_not_count_persons_are_left_alone():
    counts = pd.DataFrame([[True, True, True], [False, False, False]])
    assert hidden_in([[3, 12, 15], [0.2, 0.8, 1]], counts) == [["x", "x", "15"], ["0.2", "0.8", "1"]]


def with_totals(parts, total_column, total_row):
    table = np.c_[parts, parts.sum(axis=1)] if total_column else parts
    return np.r_[table, [table.sum(axis=0)]] if total_row else table


def solved(parts, total_column, total_row):
    """The hidden cells that an attacker finds: what he does not see is 0 or more, and the sums hold."""
    table = with_totals(parts, total_column, total_row)
    values = pd.DataFrame(table.astype(float))
    hidden = hidden_cells(values, values.notna()).to_numpy() != ""
    cells = list(zip(*np.nonzero(hidden), strict=True))
    sums, right = [], []
    lines = [(table[r], [(r, c) for c in range(table.shape[1])]) for r in range(len(table)) if total_column]
    lines += [(table[:, c], [(r, c) for r in range(len(table))]) for c in range(table.shape[1]) if total_row]
    for line, places in lines:
        signs = [1] * (len(line) - 1) + [-1]
        sums.append([signs[places.index(cell)] if cell in places else 0 for cell in cells])
        right.append(-sum(s * v for s, v, place in zip(signs, line, places, strict=True) if not hidden[place]))
    found = []
    for number, cell in enumerate(cells):
        aim = np.eye(len(cells))[number]
        least, most = (linprog(sign * aim, A_eq=sums, b_eq=right, bounds=(0, None)) for sign in (1, -1))
        if most.status != 3 and -most.fun - least.fun < 0.5:  # 3: no upper bound
            found.append(cell)
    return found


@settings(max_examples=60)
@given(
    st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
        lambda shape: arrays(int, shape, elements=st.sampled_from([0, 0, 1, 2, 4, 5, 6, 7, 9, 12, 20, 31]))
    ),
    st.sampled_from([(True, False), (False, True), (True, True)]),
)
def test_an_attacker_who_knows_the_sums_cannot_find_a_hidden_count(parts, totals):
    assert solved(parts, *totals) == []


def test_an_attacker_cannot_find_a_count_between_two_blocks_of_hidden_ones():
    # every row and column hides two or more, and still (0, 2) would follow from its row's and column's totals
    parts = np.array([[20, 20, 3, 6], [9, 35, 3, 9], [20, 1, 20, 9], [35, 20, 35, 1], [20, 20, 35, 9]])
    assert solved(parts, True, True) == []


def test_the_attacker_of_these_tests_does_find_what_is_hidden_alone(monkeypatch):
    def only_small(values, counts):
        return ((values > 0) & (values < 5)).replace({True: "few", False: ""})

    monkeypatch.setitem(globals(), "hidden_cells", only_small)
    assert solved(np.array([[3, 12, 20]]), True, False) == [(0, 0)]


@settings(max_examples=40)
@given(arrays(int, (3, 4), elements=st.integers(0, 40)))
def test_only_shown_counts_of_five_or_more_or_zero_remain(table):
    values = pd.DataFrame(table.astype(float))
    hidden = hidden_cells(values, values.notna()).to_numpy() != ""
    assert not ((table > 0) & (table < 5) & ~hidden).any()
    if not ((table > 0) & (table < 5)).any():
        assert not hidden.any()
