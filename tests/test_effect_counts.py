"""The effect's pages tell of no few persons: not by complements, flows, trials or names, nor together."""

import html
import json
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from afkast.analysis.survival import FEWEST_OBSERVED
from afkast.edition.audit import MOST_ROUNDS, NOTES, audit
from afkast.errors import PageError
from afkast.intake import Snapshot
from afkast.profile import PROFILES
from afkast.report import disclosure, effect_kroner, effect_robustness
from afkast.report.about_persons import COUNTS
from afkast.report.cells import cell_of
from afkast.report.counts import persons_in
from afkast.report.danish import Quantity
from afkast.report.disclosure import FEWEST_BEHIND_AN_ESTIMATE, HIDDEN_AS
from afkast.report.effect_pages import Groups
from afkast.report.reads import Readable

COURSE, LONG = "eksempelkoebing-kursus", "eksempelkoebing-lange-forloeb"
CURVES, VALUE, SURE = "overlevelseskurver", "effekten-i-kroner", "hvor-sikker"
PAGES = CURVES, VALUE, SURE
HIDDEN = HIDDEN_AS, "<5"


@pytest.fixture
def with_table(monkeypatch):
    """A table of the snapshot as it is after a change."""

    def change(name, how):
        table = Snapshot.table
        monkeypatch.setattr(
            Snapshot, "table", lambda self, one: how(table(self, one)) if one == name else table(self, one)
        )

    return change


@pytest.fixture
def edition(run_page, monkeypatch, tmp_path):
    """A strategy's pages of the effect as an edition shows them, whose audit holds back what they tell together."""

    def run(strategy):
        held = {}
        monkeypatch.setattr(Readable, "withheld", lambda self, page: held.get(page, []))
        for _ in range(MOST_ROUNDS):
            shown = {}
            for page in PAGES:
                notes = tmp_path / "now" / strategy / f"{page}{NOTES}"
                notes.parent.mkdir(parents=True, exist_ok=True)
                notes.unlink(missing_ok=True)
                monkeypatch.setenv(COUNTS, str(notes))
                shown[page] = run_page(strategy, page)
            found = audit(tmp_path / "now", tmp_path / "before")
            if not found.hold_back:
                assert not found.found.open
                return shown
            for page, digests in found.hold_back.items():
                held[page] = [*held.get(page, []), *digests]
        raise AssertionError("the pages tell too much however often they are run again")

    return run


def words(shown):
    """All that a reader sees of a page, without its code, and all that it files."""
    text = " ".join(
        re.sub(r'<div class="highlight".*?</div>', "", one["html"], flags=re.DOTALL) for one in shown.values()
    )
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ")


def filed(shown):
    return json.dumps([{**one, "html": ""} for one in shown.values()], ensure_ascii=False)


# ---------------------------------------------------------------- complements


def three_in_the_course(cohort):
    """Three of those who start the long courses have begun the course before."""
    started = cohort[cohort["strategy"].eq(LONG) & (cohort["started_on"] > "2021-06-01")].iloc[:3]
    return pd.concat([cohort, started.assign(strategy=COURSE, started_on=pd.Timestamp("2021-01-15"))])


def test_of_65_who_started_and_62_who_are_compared_only_one_is_told_on_any_page(edition, with_table):
    with_table("cohort", three_in_the_course)
    shown = edition(LONG)
    way = shown[CURVES].rows("vejen-til-sammenligningen")
    assert way["Fik indsatsen"][0] == "65"
    assert way["Startede, der sammenlignes"][0] in HIDDEN
    assert way["Udeladt: fik før eller samme måned en anden af bogens indsatser"][0] in HIDDEN
    for page in shown.values():
        assert not re.search(r"\b(62|3) (personer|borgere)\b", words(page))
    text = shown[CURVES]["sammenligneligheden"]["numbers"]
    assert (text["treated"]["value"], text["left_out"]["value"]) == (None, None)
    # kroner for all beside kroner for each would tell how many there are
    for cells in shown[VALUE].rows("kroner").values():
        assert all(one in ("", HIDDEN_AS) for one in cells[3:]), cells
        assert cells[0] not in HIDDEN
    assert shown[VALUE]["deler-med-" + COURSE]["numbers"]["shared"]["value"] is None
    # nor what of the kroner is theirs
    assert shown[VALUE]["egen-andel"]["numbers"]["own"]["shown"] == HIDDEN_AS


# ---------------------------------------------------------------- shares, intervals and running totals


@pytest.mark.parametrize("strategy", [COURSE, LONG])
def test_what_stands_beside_a_hidden_share_is_hidden_with_it(page, strategy):
    shown = page(strategy, CURVES)
    met = 0
    for figure in ("beskrivende-kurver", "sammenlignede-kurver"):
        columns = [tuple(column) for column in shown[figure]["columns"]]
        for cells in shown.rows(figure).values():
            row = dict(zip(columns, cells, strict=True))
            for name in {name for name, part in columns if part == "andel"}:
                if row[name, "andel"] == HIDDEN_AS:
                    met += 1
                    assert row[name, "nedre"] == row[name, "øvre"] == HIDDEN_AS
                    assert row.get(("forskel", "andel"), HIDDEN_AS) == HIDDEN_AS
    assert met


@pytest.mark.parametrize("strategy", [COURSE, LONG])
def test_how_many_are_followed_is_told_in_tens_and_no_one_else_is_counted_month_by_month(page, strategy):
    for figure in ("beskrivende-kurver", "sammenlignede-kurver"):
        shown = page(strategy, CURVES)
        columns = [part for _, part in shown[figure]["columns"]]
        assert set(columns) == {"andel", "nedre", "øvre", "under observation"}
        told = [cells for cells in shown.amounts(figure).values()]
        assert all(
            cells[at] % 10 == 0 for cells in told for at, part in enumerate(columns) if part == "under observation"
        )


# ---------------------------------------------------------------- trials and names


@pytest.mark.parametrize("whose", ["three who started", "one who could have started in many months"])
def test_a_category_that_few_hold_is_named_on_no_page(run_page, with_table, snapshot, whose):
    cohort = snapshot.table("cohort").query("strategy == @LONG")
    few = (
        cohort.dropna(subset="started_on").iloc[:3]
        if "three" in whose
        else cohort[cohort["started_on"].isna()].iloc[:1]
    )
    rare = few["person"]
    with_table(
        "persons",
        lambda rows: rows.assign(education=rows["education"].where(~rows["person"].isin(rare), "Bådebyggerskole")),
    )
    curves, sure = (run_page(LONG, page) for page in (CURVES, SURE))
    assert "bådebygger" not in (words(curves) + filed(curves) + words(sure) + filed(sure)).lower()
    assert "Uddannelse: Videregående" in curves.rows("sammenlignelighed")


def test_the_least_that_somebody_has_is_in_no_label(page):
    labels = page(LONG, SURE).rows("femtedele")
    assert next(one for one in labels if one.startswith("Alder")).startswith("Alder: under ")


# ---------------------------------------------------------------- refused by name


@pytest.mark.parametrize(
    ("strategy", "page_id", "old", "new", "refused"),
    [
        (LONG, CURVES, '"started": cohort.started.bare', '"started": 65', "'started' of 'grupperne'"),
        (LONG, CURVES, '"started": part,', '"started": float(part),', "'started' of 'hvorfor-ikke-effekt'"),
        (LONG, CURVES, "    way,\n", "    way.map(float),\n", "of 'vejen-til-sammenligningen'"),
    ],
)
def test_what_knows_no_counts_is_refused_by_name_on_the_effects_pages_too(
    run_page, strategy, page_id, old, new, refused
):
    with pytest.raises(PageError, match=refused):
        run_page(strategy, page_id, {old: new})


@pytest.mark.parametrize(
    ("strategy", "page_id", "module", "counts", "refused"),
    [
        ("norddjurs-smaajob", VALUE, effect_kroner, "persons_in", "'shared' of 'deler-med"),
        (LONG, SURE, effect_robustness, "estimated", "'effective' of 'vaegtene'"),
    ],
)
def test_nor_is_it_shown_by_the_modules_of_their_parts(
    run_page, monkeypatch, strategy, page_id, module, counts, refused
):
    plain = {
        "persons_in": lambda frame: Quantity(len(frame), "personer"),
        "estimated": lambda number, unit, digits=None, *, people: Quantity(number, unit, digits),
    }
    monkeypatch.setattr(module, counts, plain[counts])
    with pytest.raises(PageError, match=refused):
        run_page(strategy, page_id)


def test_no_effect_is_computed_of_fewer_than_an_estimate_may_rest_on():
    assert FEWEST_OBSERVED >= FEWEST_BEHIND_AN_ESTIMATE


def in_kroner(started, compared, others=300):
    """An effort that cost a million, of so many; see `InKroner`."""

    def count(n, name):
        return persons_in(pd.DataFrame({"person": [f"{name}{number}" for number in range(n)]}))

    of = Groups(count(started, "s"), count(compared, "s"), count(others, "o"))
    cohort, spending = SimpleNamespace(started=of.started), SimpleNamespace(total=1e6)
    return effect_kroner.InKroner(None, cohort, None, of, spending, [])


def test_what_is_left_of_the_saving_is_hidden_with_what_was_spent_on_each_for_beside_the_saving_it_tells_that():
    of = in_kroner(43, 35)
    held = frozenset({of.cohort.started.digest})
    for one in (of.each, of.net(19_700.0)):
        assert cell_of(one, "kr.", None, "ok").shown != ".."
        assert cell_of(one, "kr.", None, "ok", False, held).shown == ".."


def test_for_the_public_what_is_left_is_of_the_cost_for_each_of_the_rounded_persons():
    of = in_kroner(43, 32)
    exact = float(of.net(19_700.0))
    disclosure.use(PROFILES["offentlig"])
    try:
        told, for_all = (float(one.in_steps) for one in (of.net(19_700.0), of.net_for_all(19_700.0)))
    finally:
        disclosure.use(PROFILES["intern"])
    assert exact == pytest.approx(19_700 - 1e6 / 43)
    assert told == pytest.approx(19_700 - 1e6 / 45)
    assert for_all == pytest.approx(30 * told)
