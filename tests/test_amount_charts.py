"""Amounts as dots: full where sure, hollow where they may turn, an arrow where they are off the scale, all in words."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from afkast.report import charts
from afkast.report.amount_charts import COLUMNS, amounts_against, symbols_of
from afkast.report.danish import GAIN

AMOUNTS = pd.DataFrame(
    [
        [-2.2e6, None, None, -0.5e6],
        [42.8e6, None, None, -22.7e6],
        [-8.9e6, -10.4e6, -7.4e6, -0.3e6],
        [0.7e6, -0.3e6, 1.3e6, 5.4e6],
        [None, None, None, -1.1e6],
    ],
    ["Uden interval", "Uden for skalaen", "Sikkert", "Kan vende", "Ikke gjort op"],
    COLUMNS,
    dtype=float,
)


def drawn(width, **options):
    charts.set_style()
    figure = plt.figure(figsize=(width, 4))
    amounts_against("mio. kr.", GAIN, **options)(figure, AMOUNTS)
    figure.canvas.draw()
    plt.close(figure)
    return figure


@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES])
def test_each_amount_stands_in_words_and_what_is_not_known_says_so(width):
    figure = drawn(width)
    said = [text.get_text() for text in figure.axes[0].texts]
    assert said == ["tab på 2,2", "gevinst på 42,8", "tab på 8,9", "gevinst på 0,7", "ikke gjort op"]
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.width


def test_a_dot_is_full_only_where_its_interval_leaves_out_0():
    [axes] = drawn(charts.WIDE_INCHES).axes
    looks = [(line.get_marker(), line.get_markerfacecolor()) for line in axes.lines if line.get_marker() in "oD><"]
    # of the second row both what was budgeted and what came of it lie beyond the edge
    beyond = [("<", charts.BUDGET), (">", charts.ACTUAL)]
    assert looks == [("D", "white"), *beyond, ("o", charts.ACTUAL), ("o", "white")]


def test_a_row_that_is_doubted_is_hollow_though_its_interval_leaves_out_0():
    [axes] = drawn(charts.WIDE_INCHES, doubted=[AMOUNTS.index[2]]).axes
    looks = [(line.get_marker(), line.get_markerfacecolor()) for line in axes.lines if line.get_marker() in "oD><"]
    assert looks[3] == ("o", "white")


def test_one_amount_far_off_does_not_press_the_others_together_at_0():
    [axes] = drawn(charts.WIDE_INCHES).axes
    assert axes.get_xlim()[1] < 20e6 and axes.get_xlim()[0] == -axes.get_xlim()[1]


def test_a_side_of_0_where_nothing_lies_takes_no_room():
    charts.set_style()
    figure = plt.figure(figsize=(charts.WIDE_INCHES, 3))
    amounts_against("mio. kr.", GAIN)(figure, AMOUNTS.abs())
    plt.close(figure)
    low, high = figure.axes[0].get_xlim()
    assert 0 < -low < high / 5


def test_a_row_may_have_words_of_its_own():
    charts.set_style()
    figure = plt.figure(figsize=(charts.WIDE_INCHES, 3))
    spent = pd.DataFrame([[-6e6, None, None, -6.2e6], [-4.6e6, -5.7e6, -3.5e6, 1.2e6]], ["Brugt", "Resultat"], COLUMNS)
    amounts_against("mio. kr.", GAIN, row_sides={"Brugt": ("udgift", "indtægt")})(figure, spent.astype(float))
    plt.close(figure)
    assert [text.get_text() for text in figure.axes[0].texts] == ["udgift på 6,0", "tab på 4,6"]


@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES])
@pytest.mark.parametrize("largest", [0.7e6, 2.4e6, 7.4e6, 42e6])
def test_a_tick_says_where_it_stands(width, largest):
    charts.set_style()
    figure = plt.figure(figsize=(width, 3))
    amounts_against("mio. kr.", GAIN)(figure, pd.DataFrame([[largest, None, None, None]], ["Et"], COLUMNS, dtype=float))
    figure.canvas.draw()
    plt.close(figure)
    [axes] = figure.axes
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    assert [float(words.get_text().replace(",", ".")) for _, words in ticks] == [
        pytest.approx(abs(tick) / 1e6) for tick in axes.get_xticks()
    ]


@pytest.mark.parametrize(
    ("rows", "doubted", "said"),
    [
        (["Uden interval", "Sikkert", "Kan vende"], [], ["Fyldt", "Hult", "Rude", "Grå streg"]),
        (["Sikkert"], [], ["Fyldt", "Grå streg"]),
        (["Sikkert"], ["Sikkert"], ["Hult", "Grå streg"]),
        (["Uden interval"], [], ["Rude", "Grå streg"]),
        (["Ikke gjort op"], [], ["Grå streg"]),
    ],
)
def test_only_the_symbols_that_are_drawn_are_explained(rows, doubted, said):
    words = symbols_of(AMOUNTS.loc[rows], doubted)
    assert [sentence.split(":")[0] for sentence in words.split(". ")] == said
