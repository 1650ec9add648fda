"""Figures: the same drawing gives the same bytes, in Danish, and every number under the axis is there."""

import re
import xml.etree.ElementTree as ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import rgb_to_hsv, to_rgb

from afkast.report import bar_charts, charts, curve_charts
from afkast.report.month_charts import BEGINS, BREAK, MARKS, Marks, inflow_by_month, lines_by_month

MONTHS = pd.date_range("2018-11-01", periods=14, freq="MS")
STOCK = pd.DataFrame({"Faktisk": np.linspace(1_480, 1_520, 14), "Budget": 1_500.0}, index=MONTHS)


def with_marks(values, **known):
    """A frame with what the door knows of its months."""
    frame = values.copy()
    frame.attrs[MARKS] = Marks(**known)
    return frame


def curves(months=18):
    """Two groups of 60 and 300 persons, and the difference."""
    k = np.arange(months)
    columns = {}
    for name, persons, share in (("Startede", 60, 0.95**k), ("Andre", 300, 0.97**k)):
        columns |= {(name, "andel"): share, (name, "nedre"): share - 0.05, (name, "øvre"): share + 0.05}
        columns |= {(name, what): persons - k for what in curve_charts.NUMBERS_UNDER}
    difference = 0.95**k - 0.97**k
    for what, value in (("andel", difference), ("nedre", difference - 0.1), ("øvre", difference + 0.1)):
        columns["forskel", what] = value
    return pd.DataFrame(columns)


def places(months=18):
    """Where two groups are, month by month: shares that sum to 1."""
    k = np.arange(months)
    columns = {}
    for name, on in (("Startede", 0.9**k), ("Kunne være startet", 0.95**k)):
        columns |= {(name, "Kontanthjælp"): 0.75 * on, (name, "Anden ydelse"): 0.25 * on, (name, "Uden ydelse"): 1 - on}
    return pd.DataFrame(columns)


CHOICES = pd.DataFrame(
    {"ændring": [1.1, 0.9], "fra": [0.2, -0.1], "til": [2.0, 1.9]},
    index=["Hovedberegning", "Tid fra indgang i målgruppen"],
)


DRAWINGS = {
    "lines": (lines_by_month("helårspersoner"), with_marks(STOCK, provisional=[MONTHS[-1]])),
    "lines from zero": (lines_by_month("helårspersoner", from_zero=True), STOCK),
    "bars": (
        bar_charts.bars_by_year("mio. kr."),
        pd.DataFrame({"Investering": [3.1e6, 3.1e6], "I alt": [0.4e6, -1.6e6]}, index=[2020, 2021]),
    ),
    "curves": (curve_charts.share_curves(("Andre", "Startede")), curves()),
    "curves and difference": (curve_charts.share_curves(("Andre", "Startede"), with_difference=True), curves()),
    "places": (curve_charts.stacked_shares(["Uden ydelse"]), places()),
    "choices": (bar_charts.interval_dots("måneder", "Måneder på ydelse pr. startet", ("flere", "færre")), CHOICES),
}


def drawn(draw, values, width=charts.WIDE_INCHES):
    charts.set_style()
    figure = plt.figure(figsize=(width, 5))
    draw(figure, values)
    figure.canvas.draw()
    plt.close(figure)
    return figure


def test_bars_that_mean_different_things_never_look_alike():
    values = pd.DataFrame([[1.0] * len(charts.Role)], [2020], list(charts.Role))
    [axes] = drawn(bar_charts.bars_by_year("mio. kr.", roles=list(charts.Role)), values).axes
    looks = {(bar.get_facecolor(), bar.get_edgecolor()) for bar in axes.patches}
    assert len(looks) == len(axes.patches) == len(charts.Role)


def test_bars_of_one_meaning_are_shades_of_one_colour_and_every_year_has_its_place():
    values = pd.DataFrame({"Efter 1 år": [0.2, 0.3], "Efter 2 år": [0.4, np.nan]}, [2015, 2016])
    [axes] = drawn(bar_charts.bars_by_year("%", roles=[charts.Role.HAPPENED]), values).axes
    first, *_, last = axes.patches
    assert last.get_facecolor()[:3] == pytest.approx(to_rgb(charts.ROLES[charts.Role.HAPPENED]["color"]))
    assert all(pale > full for pale, full in zip(first.get_facecolor()[:3], last.get_facecolor()[:3], strict=True))
    assert axes.get_xlim() == (-0.5, 1.5)


def texts(figure):
    """Every text of the figure that is shown, in drawing order."""
    return [text.get_text() for text in figure.findobj(plt.Text) if text.get_visible() and text.get_text()]


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES])
def test_the_same_drawing_gives_the_same_bytes_and_leaves_no_figure_open(name, width):
    first, second = (charts.svg(*DRAWINGS[name], width, 4.0) for _ in range(2))
    assert first == second
    assert plt.get_fignums() == []
    root = ElementTree.fromstring(first)
    assert root.attrib["width"] == f"{width * 72:g}pt"


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_asks_no_other_host_for_anything(name):
    svg = charts.svg(*DRAWINGS[name], charts.WIDE_INCHES, 4.0).decode("utf-8")
    assert re.findall(r'(?:href|src)="(?!#)', svg) == []
    assert "@import" not in svg and "url(http" not in svg


def test_a_drawing_that_fails_leaves_no_figure_open():
    def fails(figure, values):
        raise ValueError("nej")

    with pytest.raises(ValueError, match="nej"):
        charts.svg(fails, STOCK, 4.0, 3.0)
    assert plt.get_fignums() == []


def test_lines_are_named_and_axes_are_in_danish():
    figure = drawn(*DRAWINGS["lines"])
    shown = texts(figure)
    heading = "Helårspersoner · aksen begynder ikke ved 0"
    assert {"Faktisk", "Budget", "Foreløbigt", heading, "nov\n2018", "jan\n2019"} <= set(shown)
    assert any(re.fullmatch(r"1\.\d{3}", text) for text in shown)
    assert not [text for text in shown if re.search(r"[A-Z][a-z]+ \d{4}|\d,\d{3}|\d\.\d\b", text)]


def test_a_provisional_month_is_hollow_on_the_first_line_only():
    (axes,) = drawn(*DRAWINGS["lines"]).axes
    hollow = next(line for line in axes.lines if line.get_label() == "Foreløbigt")
    assert list(hollow.get_ydata()) == [1_520]
    assert hollow.get_markerfacecolor() == "white"


def test_months_on_the_axis_are_thinned_to_what_a_narrow_screen_carries():
    for width, at_most in ((charts.WIDE_INCHES, 14), (charts.NARROW_INCHES, 7)):
        (axes,) = drawn(*DRAWINGS["lines"], width).axes
        labels = [label.get_text() for label in axes.get_xticklabels()]
        assert 3 <= len(labels) <= at_most
        # the year stands under the first tick, and where it is another than at the tick before
        assert sum("\n" in label for label in labels) == 2


def test_bars_stand_side_by_side_at_their_own_height():
    (axes,) = drawn(*DRAWINGS["bars"]).axes
    bars = sorted((bar.get_x(), bar.get_height()) for bar in axes.patches)
    assert [height for _, height in bars] == [3.1e6, 0.4e6, 3.1e6, -1.6e6]
    places = [place for place, _ in bars]
    assert len(set(places)) == 4
    assert {"2020", "2021", "Mio. kr."} <= set(texts(drawn(*DRAWINGS["bars"])))


def test_under_the_curves_stand_the_persons_they_rest_on():
    figure = drawn(*DRAWINGS["curves and difference"])
    values, axes = curves(), figure.axes[-1]
    numbers = [text.get_text() for text in axes.texts]
    expected = [
        str(int(values.loc[month, (name, what)]))
        for name in ("Andre", "Startede")
        for what in curve_charts.NUMBERS_UNDER
        for month in range(0, 18, 3)
    ]
    assert numbers == expected
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["Andre", *curve_charts.NUMBERS_UNDER, "Startede", *curve_charts.NUMBERS_UNDER]
    assert len(figure.axes) == 3
    assert len(drawn(*DRAWINGS["curves"]).axes) == 2


def test_a_hidden_number_under_the_curves_is_two_dots():
    values = curves().astype(float)
    values.loc[0, ("Startede", "under observation")] = np.nan
    draw, _ = DRAWINGS["curves"]
    numbers = [text.get_text() for text in drawn(draw, values).axes[-1].texts]
    assert numbers.count("..") == 1
    assert "nan" not in numbers


def test_a_curve_is_a_step_whose_last_month_is_as_wide_as_the_others():
    axes = drawn(*DRAWINGS["curves"]).axes[0]
    (line,) = (line for line in axes.lines if line.get_label() == "Startede")
    assert line.get_drawstyle() == "steps-post"
    assert list(line.get_xdata()) == list(range(19))
    assert line.get_ydata()[-1] == line.get_ydata()[-2] == pytest.approx(0.95**17)


@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES])
def test_stacked_shares_fill_each_panel_and_the_last_month_is_as_wide_as_the_others(width):
    figure, values = drawn(*DRAWINGS["places"], width), places()
    assert [axes.get_title("left") for axes in figure.axes] == ["Startede", "Kunne være startet"]
    for axes in figure.axes:
        name = axes.get_title("left")
        edges = [area.get_paths()[0].vertices for area in axes.collections]
        assert len(edges) == 3 and axes.get_xlim() == (0, 18) and axes.get_ylim() == (0, 1)
        height = 0.0
        for area, place in zip(edges, values[name].columns, strict=True):
            at_last = sorted({y for x, y in area if x == 18})
            assert at_last[0] == pytest.approx(height)
            height += values.loc[17, (name, place)]
            assert at_last[-1] == pytest.approx(height)
        assert height == pytest.approx(1)
    # the panels share their months; where one lies below the other, they stand under the last
    assert [tick.get_text() for tick in figure.axes[-1].get_xticklabels()] == ["0", "3", "6", "9", "12", "15"]
    # each name stands wholly in its area, or beside it
    for axes in figure.axes:
        shares = values[axes.get_title("left")]
        assert {plain(text) for text in axes.texts} == {
            name for name in shares if shares[name].max() >= curve_charts.ROOM_FOR_A_NAME
        }
        assert_names_are_in_or_beside_their_areas(axes, shares)


def plain(text):
    return text.get_text().replace("\n", " ")


def assert_names_are_in_or_beside_their_areas(axes, shares):
    tops = shares.cumsum(axis=1)
    for text in axes.texts:
        box = axes.transData.inverted().transform_bbox(text.get_window_extent())
        if box.x0 >= len(shares):
            continue
        months = range(int(box.x0), int(np.ceil(box.x1)))
        top, share = (one[plain(text)].loc[months] for one in (tops, shares))
        assert (top - share).max() <= box.y0 < box.y1 <= top.min(), text.get_text()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(one.count_overlaps([other for other in boxes if other is not one]) for one in boxes)


@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES])
@pytest.mark.parametrize("seed", range(8))
def test_no_name_lies_on_another_area_though_months_are_hidden(width, seed):
    """Hidden months have no area, and what is together in some months is apart in others."""
    chance = np.random.default_rng(seed)
    parts = {}
    for name in ("Startede", "Kunne være startet"):
        on = np.cumprod(chance.uniform(0.85, 1, 18))
        kind = chance.choice(["apart", "together", "hidden"], 18, p=[0.6, 0.2, 0.2])
        of_other = on * chance.uniform(0, 0.4)
        parts |= {
            (name, "Kontanthjælp"): np.where(kind == "apart", on - of_other, 0),
            (name, "Anden ydelse"): np.where(kind == "apart", of_other, 0),
            (name, "Ydelse, ikke opdelt"): np.where(kind == "together", on, 0),
            (name, "Selvforsørgelse"): np.where(kind == "apart", 1 - on, 0),
            (name, "Uden ydelse, ikke opdelt"): np.where(kind == "together", 1 - on, 0),
        }
    values = pd.DataFrame(parts).replace(0, np.nan)
    draw = curve_charts.stacked_shares(["Selvforsørgelse", "Uden ydelse, ikke opdelt"])
    for axes in drawn(draw, values, width).axes:
        assert_names_are_in_or_beside_their_areas(axes, values[axes.get_title("left")].fillna(0))


@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES])
def test_a_name_stands_where_all_of_its_signs_have_room_though_its_area_is_taller_elsewhere(width):
    on = np.maximum(1 - 0.1 * np.arange(18), 0.55)
    columns = {
        ("Startede", "Kontanthjælp"): on - 0.25,
        ("Startede", "Anden ydelse"): 0.25,
        ("Startede", "Uden"): 1 - on,
    }
    values = pd.DataFrame(columns)
    values.loc[0, [("Startede", "Kontanthjælp"), ("Startede", "Anden ydelse")]] = 0.4, 0.6
    [axes] = drawn(curve_charts.stacked_shares(["Uden"]), values, width).axes
    tops = values["Startede"].cumsum(axis=1)
    found = {}
    for text in axes.texts:
        box = axes.transData.inverted().transform_bbox(text.get_window_extent())
        months = range(int(box.x0), int(np.ceil(box.x1)))
        top, share = tops[text.get_text()].loc[months], values["Startede", text.get_text()].loc[months]
        found[text.get_text()] = (top - share).max() < box.y0 < box.y1 < top.min()
    assert found == dict.fromkeys(("Kontanthjælp", "Anden ydelse", "Uden"), True)


def test_a_place_has_one_colour_in_all_panels_though_one_group_has_places_that_the_other_has_not():
    """Where few are in one place, those on its side are told together, and only in that group."""
    on = 0.9 ** np.arange(18)
    of_few = {"Kontanthjælp": 0.6 * on, "Anden ydelse": 0.4 * on, "Uden": 0.9 * (1 - on), "Død": 0.1 * (1 - on)}
    of_many = {
        "Kontanthjælp": 0.5 * on,
        "Anden ydelse": 0.3 * on,
        "Ydelse, ikke opdelt": 0.2 * on,
        "Uden": 0.7 * (1 - on),
        "Død": 0.1 * (1 - on),
        "Uden, ikke opdelt": 0.2 * (1 - on),
    }
    arms = {"Startede": of_few, "Kunne være startet": of_many}
    values = pd.concat({name: pd.DataFrame(one) for name, one in arms.items()}, axis=1)
    draw = curve_charts.stacked_shares(["Uden", "Død", "Uden, ikke opdelt"])
    first, second = (
        dict(
            zip(
                arms[axes.get_title("left")], (tuple(area.get_facecolor()[0]) for area in axes.collections), strict=True
            )
        )
        for axes in drawn(draw, values).axes
    )
    assert {place: second[place] for place in first} == first
    assert len(set(second.values())) == len(second) == 6


def test_panels_stand_side_by_side_where_there_is_room_and_else_below_each_other():
    for width, side_by_side in ((charts.WIDE_INCHES, True), (charts.NARROW_INCHES, False)):
        first, second = (axes.get_position() for axes in drawn(*DRAWINGS["places"], width).axes)
        assert (first.x1 < second.x0) == side_by_side
        assert (first.y0 > second.y1) == (not side_by_side)


@pytest.mark.parametrize("name", ["places", "choices", "curves", "curves and difference"])
@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES])
def test_every_word_of_a_figure_lies_within_it(name, width):
    figure = drawn(*DRAWINGS[name], width)
    words = [text for legend in figure.legends for text in legend.get_texts()]
    for axes in figure.axes:
        words += [axes._left_title, axes.xaxis.label, *axes.texts, *axes.get_yticklabels()]
        words += axes.get_legend().get_texts() if axes.get_legend() else []
    for word in words:
        box = word.get_window_extent()
        assert not word.get_text() or (box.x0 >= -1 and box.x1 <= figure.bbox.width + 1), word.get_text()


def test_an_interval_over_0_is_hollow_and_no_tick_is_written_twice():
    (axes,) = drawn(*DRAWINGS["choices"]).axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [dot.get_markerfacecolor() for dot in dots] == [charts.ACTUAL, "white"]
    ticks = [(np.sign(text.get_position()[0]), text.get_text()) for text in axes.get_xticklabels()]
    assert len(set(ticks)) == len(ticks)
    assert [text.get_text() for text in axes.get_yticklabels()] == list(CHOICES.index)


@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES, charts.SMALL_INCHES[0]])
def test_no_tick_beside_0_has_a_sign_and_the_heading_names_both_sides(width):
    far = CHOICES.assign(fra=-CHOICES["til"])
    by_row = drawn(bar_charts.interval_dots("måneder", "Måneder", ("flere", "færre")), far, width).axes
    by_month = drawn(*DRAWINGS["curves and difference"], width).axes[1:2]
    for [axes], ticks in ((by_row, "get_xticklabels"), (by_month, "get_yticklabels")):
        told = [text.get_text() for text in getattr(axes, ticks)()]
        assert len(told) > 2 and not re.search("[-+−]", "".join(told))
        assert "færre" in axes.get_title("left")


def test_the_palette_can_be_told_apart_in_grey_print_or_by_the_line():
    def grey(colour):
        return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))

    looks = [(grey(look["color"]), look.get("linestyle", "-"), "marker" in look) for look in charts.ROLES.values()]
    for number, (shade, *style) in enumerate(looks):
        for other_shade, *other_style in looks[number + 1 :]:
            assert style != other_style or abs(shade - other_shade) > 0.1


def test_no_part_of_a_drawing_is_named_by_a_number_that_can_be_taken_for_a_person_s():
    values = pd.DataFrame({"Faktisk": [1.0, 2.0, 3.0]}, index=pd.date_range("2022-01-01", periods=3, freq="MS"))
    drawing = charts.svg(lines_by_month("personer"), values, 7.6, 3.6).decode()
    ids = re.findall(r'id="([^"]+)"', drawing)
    assert len(ids) == len(set(ids)) > 5
    assert [one for one in ids if re.search(r"[0-9a-f]{10}", one)] == []
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', drawing))
    assert used and used <= set(ids)


def boxes_of(figure, words):
    return [text.get_window_extent() for axes in figure.axes for text in axes.texts if text.get_text() in words]


@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES, charts.SMALL_INCHES[0]])
def test_each_line_has_its_name_at_its_end_in_its_colour_and_no_name_lies_on_another(width):
    names = ["Faktisk", "Budget", "Før", "Andre"]
    close = pd.DataFrame({name: 100.0 + place / 50 for place, name in enumerate(names)}, MONTHS)
    figure = drawn(lines_by_month("helårspersoner"), close, width)
    (axes,) = figure.axes
    colours = {line.get_label(): line.get_color() for line in axes.lines if line.get_label() in names}
    said = {text.get_text(): text for text in axes.texts}
    assert {name: said[name].get_color() for name in names} == colours
    assert axes.get_legend() is None
    boxes = boxes_of(figure, names)
    assert len(boxes) == 4
    for place, box in enumerate(boxes):
        assert box.x1 <= figure.bbox.width + 1 and box.y0 >= 0
        assert not any(box.y0 < other.y1 - 1 and other.y0 < box.y1 - 1 for other in boxes[place + 1 :])


@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES, charts.SMALL_INCHES[0]])
def test_no_word_lies_on_a_line_though_a_line_ends_among_the_others_or_its_last_months_are_provisional(width):
    ahead = np.linspace(0, -20, 14)
    values = pd.DataFrame({"Til dato": ahead, "Som i år": ahead, "Budgettet": np.linspace(0, 2, 14)}, MONTHS)
    values.loc[MONTHS[4:], "Til dato"] = np.nan
    marks = {"provisional": [MONTHS[3]], "begins": MONTHS[2].date()}
    figure = drawn(lines_by_month("mio. kr.", 1), with_marks(values, **marks), width)
    (axes,) = figure.axes
    lines = [line.get_transform().transform_path(line.get_path()) for line in axes.lines if len(line.get_xdata()) > 2]
    boxes = boxes_of(figure, ["Til dato", "Foreløbigt", "Som i år", "Budgettet"])
    assert len(boxes) == 4
    every = [text.get_window_extent() for text in axes.texts]
    assert [box.count_overlaps(every) for box in every] == [1] * 5
    assert not any(line.intersects_bbox(box, filled=False) for line in lines for box in boxes)


@pytest.mark.parametrize(("begins", "marked"), [("2018-11-01", False), ("2019-06-01", True), ("2020-03-01", False)])
def test_the_strategy_s_beginning_is_marked_where_the_months_span_it(begins, marked):
    figure = drawn(lines_by_month("helårspersoner"), with_marks(STOCK, begins=pd.Timestamp(begins).date()))
    assert (BEGINS[0] in texts(figure)) == marked


def test_a_loss_lies_under_a_line_at_0_and_no_tick_has_a_sign():
    losses = pd.DataFrame({"Regnet": np.linspace(-4e6, 2e6, 14), "Budget": 1e6}, MONTHS)
    figure = drawn(lines_by_month("mio. kr.", 1, sides=("tab", "gevinst")), losses)
    (axes,) = figure.axes
    assert "Mio. kr. · ↑ gevinst · ↓ tab" in texts(figure)
    assert [line for line in axes.lines if list(line.get_ydata()) == [0, 0]]
    ticks = [text.get_text() for text in axes.get_yticklabels()]
    assert {"4", "2", "0"} <= set(ticks) and not set("".join(ticks)) & set("-−")


def contrast_with_white(colour):
    """WCAG 2.1, 1.4.3."""
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in to_rgb(colour)]
    return 1.05 / (np.dot(linear, (0.2126, 0.7152, 0.0722)) + 0.05)


def test_a_colour_means_one_thing():
    blue, grey, violet = charts.ACTUAL, charts.BUDGET, charts.COMPARED
    of_role = {role: look["color"] for role, look in charts.ROLES.items()}
    assert {role for role, colour in of_role.items() if colour == blue} == {
        charts.Role.HAPPENED,
        charts.Role.EXPECTED,
    }
    also = of_role[charts.Role.ANOTHER_WAY]
    assert abs(rgb_to_hsv(to_rgb(also))[0] - rgb_to_hsv(to_rgb(blue))[0]) < 0.02, "another shade of the same"
    assert contrast_with_white(also) >= 4.5, "its name is written in it"
    assert {role for role, colour in of_role.items() if colour == grey} == {charts.Role.DECIDED, charts.Role.BEFORE}
    assert {role for role, colour in of_role.items() if colour == violet} == {charts.Role.OTHERS}
    # orange is the word "bagud", and no line or bar
    drawings = [charts.svg(*one, charts.WIDE_INCHES, 4.0).decode() for one in DRAWINGS.values()]
    assert [one for one in drawings if "c4661f" in one] == []


@pytest.mark.parametrize("draw", ["curves", "curves and difference"])
@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES, charts.SMALL_INCHES[0]])
def test_curves_are_named_at_their_ends(draw, width):
    axes = drawn(*DRAWINGS[draw], width).axes[0]
    assert axes.get_legend() is None
    assert sorted(plain(text) for text in axes.texts) == ["Andre", "Startede"]


@pytest.mark.parametrize("begins", range(2, 13))
@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES, charts.SMALL_INCHES[0]])
def test_the_words_of_the_beginning_do_not_cross_the_line_of_a_break_nearby(width, begins):
    breaks = pd.DataFrame(
        {"starts_on": [MONTHS[0], MONTHS[6]], "ends_on": [MONTHS[0], MONTHS[9]], "text": "", "source": ""}
    )
    (axes,) = drawn(lines_by_month(""), with_marks(STOCK, begins=MONTHS[begins].date(), breaks=breaks), width).axes
    (words,) = (text for text in axes.texts if text.get_text() in BEGINS)
    box = axes.transData.inverted().transform_bbox(words.get_window_extent())
    uprights = [line.get_xdata()[0] for line in axes.lines if len({*line.get_xdata()}) == 1]
    at = axes.convert_xunits(words.xy[0])
    assert not any(box.x0 < axes.convert_xunits(one) < box.x1 for one in uprights if axes.convert_xunits(one) != at)


@pytest.mark.parametrize("second", range(2, 13))
@pytest.mark.parametrize("width", [charts.WIDE_INCHES, charts.NARROW_INCHES, charts.SMALL_INCHES[0]])
def test_each_break_that_has_room_is_named_and_no_name_lies_on_another(width, second):
    starts = [MONTHS[1], MONTHS[second]]
    breaks = pd.DataFrame({"starts_on": starts, "ends_on": starts, "text": "", "source": ""})
    marked = with_marks(STOCK, begins=MONTHS[1].date(), breaks=breaks)
    (axes,) = drawn(lines_by_month(""), marked, width).axes
    named = [text for text in axes.texts if text.get_text() == BREAK]
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text() in (BREAK, *BEGINS)]
    assert not any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[:place])
    assert len(named) == 2 or second < 7 or width < charts.WIDE_INCHES


def test_the_bars_and_lines_of_an_inflow_are_named_where_they_stand():
    counts = pd.DataFrame({"Begyndt i måneden": 0.0, "Begyndt i alt": 0.0, "Planlagt": 12.0}, MONTHS)
    counts.iloc[3, 0], counts.iloc[3:, 1] = 6.0, 6.0
    axes = drawn(inflow_by_month(), counts).axes[0]
    assert axes.get_legend() is None
    assert sorted(plain(text) for text in axes.texts) == ["Begyndt i alt", "Begyndt i måneden", "Planlagt"]


def test_the_last_role_is_that_of_all_columns_that_are_left():
    many = pd.DataFrame({name: np.linspace(1, 2, 14) + place for place, name in enumerate("abcde")}, MONTHS)
    roles = (charts.Role.HAPPENED, charts.Role.OTHERS)
    (axes,) = drawn(lines_by_month("", 1, roles=roles), many).axes
    colours = [line.get_color() for line in axes.lines if line.get_label() in "abcde"]
    assert colours == [charts.ACTUAL, *[charts.COMPARED] * 4]


def test_a_figure_with_no_room_for_its_names_is_drawn_higher():
    names = [f"{'et meget langt navn ' * 2}{number}" for number in range(14)]

    def draw(figure, values):
        axes = figure.add_subplot()
        for name in names:
            axes.plot([1, 2], label=name)
        charts.label_lines(axes, names)

    heights = []

    def noted(figure, values):
        heights.append(figure.get_figheight())
        draw(figure, values)

    assert charts.svg(noted, None, charts.NARROW_INCHES, 2.0).startswith(b"<?xml")
    assert heights[0] == 2.0 and heights[-1] > 2.0
