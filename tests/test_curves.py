"""What is told of a curve never tells how many of 1-4 are behind it: tried by an attacker who knows the rules."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from afkast.report.curves import TOGETHER, Curve, told_curves, told_places


def curve(everyone, on, gone=None):
    """A curve of counts, with an interval of 10 points to either side."""
    observed = everyone - np.array(gone or [0] * len(on))
    share = np.array(on) / observed
    return Curve(share, (share - 0.1).clip(0), (share + 0.1).clip(max=1), observed, np.array(on), everyone)


def small(counts):
    return (counts > 0) & (counts < 5)


def shown(told):
    """The values without what is hidden, as the door hides it."""
    values = told.values.mask(told.states == "hidden")
    for column, persons in told.behind.items():
        values.loc[np.any([small(pd.Series(one)) for one in persons], axis=0), [column]] = np.nan
    return values


def test_a_share_of_which_few_are_off_benefits_is_hidden_with_its_interval_and_the_difference():
    first, second = curve(60, [60, 58, 50]), curve(300, [300, 290, 280])
    difference = (first.share - second.share,) * 3
    values = shown(told_curves({"A": first, "B": second}, difference))
    for column in [("A", "andel"), ("A", "nedre"), ("A", "øvre"), ("forskel", "andel"), ("forskel", "øvre")]:
        assert values[column].isna().tolist() == [False, True, False]
    assert values["B", "andel"].notna().all()
    assert told_curves({"A": first, "B": second}).remark == " Tomme måneder: andelen ville røbe et antal under 5."
    assert told_curves({"B": second}).remark == ""
    assert np.isnan(first.told).tolist() == [False, True, False]


def test_shares_are_in_per_cent_where_nobody_is_lost_and_coarse_where_a_few_are():
    whole, few_lost = curve(60, [60, 44, 31]), curve(60, [60, 44, 31], [0, 0, 2])
    assert told_curves({"A": whole}).values["A", "andel"].tolist() == pytest.approx([1, 0.73, 0.52])
    assert told_curves({"A": few_lost}).values["A", "andel"].tolist() == pytest.approx([1, 0.75, 0.55])
    assert told_curves({"A": whole}).notes == ()
    (note,) = told_curves({"A": few_lost}).notes
    assert note.startswith("A: andelene er rundet af til nærmeste 5 procent.")


def test_the_difference_is_as_coarse_as_the_coarser_of_the_two():
    coarse, fine = curve(60, [60, 31], [0, 2]), curve(300, [300, 200])
    told = told_curves({"A": coarse, "B": fine}, (coarse.share - fine.share,) * 3)
    assert told.values["forskel", "andel"].iloc[1] == pytest.approx(-0.15)


@pytest.mark.parametrize("everyone", [15, 40, 65, 77, 120])
@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_how_few_are_no_longer_followed_does_not_follow_from_the_curve(everyone, lost):
    on = [everyone, everyone // 2, everyone // 3 + 1]
    told = told_curves({"A": curve(everyone, on, [0, lost, lost])})
    values, step = shown(told)["A"], curve(everyone, on, [0, lost, lost]).step
    hidden = ["under observation", "på ydelse", "ude af ydelse"]
    assert values.loc[1:, hidden].isna().all(axis=None)
    assert values["andel"].notna().sum() >= 2
    for share in values.loc[1:, "andel"].dropna():
        fits = {
            gone
            for gone, persons in product(range(1, 5), range(everyone + 1))
            if persons <= everyone - gone and abs(persons / (everyone - gone) - share) <= step / 2 + 1e-9
        }
        assert fits == {1, 2, 3, 4}


PLACES = ("Kontanthjælp", "Anden ydelse", "Uden ydelse")


def places(everyone, *months, gone=0):
    """What is told of a group with so many in each place, month by month."""
    counts = np.array(months)
    of = curve(everyone, counts[:, :2].sum(axis=1).tolist(), [0] + [gone] * (len(months) - 1))
    shares = dict(zip(PLACES, (counts / of.observed[:, None]).T, strict=True))
    told = told_places({"A": of}, {"A": shares})
    return shown(told)["A"]


def test_few_on_another_benefit_are_told_together_with_the_rest_on_benefits():
    told = places(60, (60, 0, 0), (40, 2, 18), (30, 10, 20))
    assert told[list(PLACES)].isna().to_numpy().tolist() == [[False] * 3, [True, True, False], [False] * 3]
    assert told[TOGETHER].tolist() == pytest.approx([np.nan, 0.7, np.nan], nan_ok=True)


def test_a_month_with_few_off_benefits_is_not_told_at_all():
    told = places(60, (60, 0, 0), (40, 17, 3), (2, 1, 57))
    assert told.iloc[1:].isna().all(axis=None)
    assert TOGETHER not in told


@pytest.mark.parametrize("gone", [0, 2])
def test_places_add_up_however_coarse_and_as_many_are_off_benefits_as_the_curve_says(gone):
    months = [(40, 20, 0), (25, 14, 21 - gone), (31, 8, 21 - gone), (6, 6, 48 - gone)]
    told = places(60, *months, gone=gone)
    assert told.sum(axis=1).tolist() == pytest.approx([1] * 4)
    share = told_curves({"A": curve(60, [on + other for on, other, _ in months], [0, gone, gone, gone])}).values
    assert (1 - told["Uden ydelse"]).tolist() == pytest.approx(share["A", "andel"].tolist())
