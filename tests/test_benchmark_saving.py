"""How many measures are ahead, and how many beyond chance, in words: none, one, both, some, all."""

import pytest

from afkast.report.benchmark_saving import how_many_ahead, how_many_outside

SOME = "{ahead} af {count} mål har udviklet sig bedre end i {compared} ({ahead_names}), men det har {behind_names} ikke"


@pytest.mark.parametrize(
    ("ahead", "count", "told"),
    [
        (1, 1, "Målet har udviklet sig bedre end i {compared}"),
        (0, 1, "Målet har ikke udviklet sig bedre end i {compared}"),
        (0, 3, "Ingen af de {count} mål har udviklet sig bedre end i {compared}"),
        (1, 3, SOME),
        (2, 3, SOME),
        (2, 2, "Begge mål har udviklet sig bedre end i {compared}"),
        (3, 3, "Alle {count} mål har udviklet sig bedre end i {compared}"),
    ],
)
def test_how_many_are_ahead_is_said_as_one_says_it(ahead, count, told):
    assert how_many_ahead(ahead, count) == told


@pytest.mark.parametrize(
    ("outside", "count", "told"),
    [
        (0, 1, "Det afviger ikke mere, end kommuner plejer."),
        (1, 1, "Det afviger mere, end kommuner plejer."),
        (0, 3, "Ingen af målene afviger mere, end kommuner plejer."),
        (1, 3, "Ét af målene afviger mere, end kommuner plejer."),
        (2, 3, "{outside} af målene afviger mere, end kommuner plejer."),
    ],
)
def test_how_many_stray_beyond_chance_is_said_as_one_says_it(outside, count, told):
    assert how_many_outside(outside, count) == told
