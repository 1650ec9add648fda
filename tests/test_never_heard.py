"""A page by someone who has never heard of disclosure control: each way to say a count is refused, or told safely.

Persons, and numbers of persons that a source states; the profile of the municipality's own, and that for everybody.
"""

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from afkast.errors import PageError
from afkast.intake import Snapshot
from afkast.notebook import read_needs
from afkast.profile import PROFILE
from afkast.project import Project
from afkast.report import charts, show
from afkast.report.bar_charts import bars_by_year
from afkast.report.counts import stated_share
from afkast.report.danish import Quantity, Words, between, span
from afkast.report.show import METADATA_KEY, Page

FEW, MANY, ALL = 3, 43, 46
"""Of 46 persons 43 are somewhere and 3 are not; 43 is 45 in fives."""

FILES = {"borgere.csv": "cohort", "status.csv": "statuses", "tal.csv": "measures"}


def cohort():
    where = ["ude"] * FEW + ["inde"] * MANY
    return pd.DataFrame({"person": [f"p{one:02}" for one in range(ALL)], "where": where, "file": "borgere.csv"})


def statuses():
    rows = {"group": "alle", "state": ["inde", "ude"], "kind": "actual", "persons": [MANY, FEW], "file": "status.csv"}
    return pd.DataFrame(rows)


def measures():
    """The same by a measure: 43 and 3 of 46, a month each."""
    months = pd.to_datetime(["2020-01-01", "2020-02-01"])
    of = {"measure": "inde", "area": "Strandlev", "unit": "andel", "source": "Momentum", "status": "ok"}
    rows = pd.DataFrame({"period": months, "numerator": [float(MANY), FEW], "denominator": float(ALL), **of})
    return rows.assign(value=rows["numerator"] / ALL, file="tal.csv")


SOURCES = {"cohort": cohort, "statuses": statuses, "measures": measures}


@pytest.fixture(params=["intern:5", "offentlig:8"])
def profile(request, monkeypatch):
    monkeypatch.setenv(PROFILE, request.param)
    yield request.param
    show.disclosure.use(show.disclosure.PROFILES["intern"])


@pytest.fixture
def seen(monkeypatch):
    """All that a reader of a page gets: its HTML, and what is filed."""
    seen = []
    monkeypatch.setattr(
        show, "display", lambda data, raw, metadata: seen.append((data["text/html"], metadata[METADATA_KEY]))
    )
    monkeypatch.setattr(charts, "svg", lambda draw, values, *_: values.to_csv().encode())
    return seen


def opened(folder, monkeypatch, sources):
    """A page of a folder with these tables."""
    entry = {"source": "Fagsystem", "extracted_on": "2020-02-29", "synthetic": True, "published": False}
    files = [{**entry, "file": file, "table": of} for file, of in FILES.items()]
    manifest = {"id": "2020-02-29-0123456789ab", "files": files, "tables": {one: {} for one in sources}}
    monkeypatch.setattr(Snapshot, "table", lambda self, name: sources[name]())
    strategy = SimpleNamespace(id="s", municipality="Strandlev", model_dump=lambda mode: {}, page=lambda id: None)
    needs = read_needs([{"table": one, "later": True} for one in sources])
    report = Page(Project(folder, folder), Snapshot(Path(), manifest), date(2020, 2, 29), strategy, "side", needs)
    report.__dict__["_chosen"] = []
    return report


@pytest.fixture(params=list(SOURCES))
def page(request, profile, tmp_path, monkeypatch):
    """A page that has read one of the tables, the counts that it found there, and what they are of."""
    table = request.param
    report = opened(tmp_path, monkeypatch, SOURCES)
    frame = report.measures() if table == "measures" else report.table(table, later=True)
    few, many = {
        "cohort": lambda: ((frame["where"] == "ude").sum(), (frame["where"] == "inde").sum()),
        "statuses": lambda: (frame["persons"].iloc[1], frame["persons"].iloc[0]),
        "measures": lambda: (frame["numerator"].iloc[1], frame["numerator"].iloc[0]),
    }[table]()
    return SimpleNamespace(report=report, frame=frame, few=int(few), many=int(many), all=int(few + many), table=table)


def text(of, words, **names):
    of.report.show_text("tekst", words, names, source=of.frame)


def table(of, values, **options):
    of.report.show_table("tabel", values, **{"caption": "Borgere.", "source": of.frame, **options})


def figure(of, values, **options):
    words = {"caption": "Borgere.", "alt": "Flest er inde.", "unit": "personer", "source": of.frame}
    of.report.show_figure("figur", values, bars_by_year("personer", 0), **words | options)


def rows(*numbers, column="Antal"):
    return pd.DataFrame({column: numbers}, [f"Række {sign}" for sign in "abcdef"[: len(numbers)]])


ATTEMPTS = {
    # a sentence
    "f-string": lambda of: text(of, f"Der er {of.few} ude og {of.many} inde."),
    "f-string of a length": lambda of: text(of, f"Der er {len(of.frame)} i alt, {of.many} inde."),
    "text under a name": lambda of: text(of, "Der er {n}.", n=str(of.many)),
    "text with a unit under a name": lambda of: text(of, "Der er {n}.", n=f"{of.many} personer"),
    "words said to be made": lambda of: text(of, "Der er {n}.", n=Words(f"{of.many} personer")),
    "a bare number": lambda of: text(of, "Der er {n}.", n=of.many),
    "a bare small number": lambda of: text(of, "Der er {n}.", n=of.few),
    "a quantity without unit": lambda of: text(of, "Der er {n}.", n=Quantity(of.many, "")),
    "persons": lambda of: text(of, "Der er {n}.", n=Quantity(of.many, "personer")),
    "few persons": lambda of: text(of, "Der er {n}.", n=Quantity(of.few, "personer")),
    "persons without the word": lambda of: text(of, "Der er {n}.", n=Quantity(of.many, "personer").bare),
    "few without the word": lambda of: text(of, "Der er {n}.", n=Quantity(of.few, "personer").bare),
    "another unit": lambda of: text(of, "Der er {n}.", n=Quantity(of.many, "personer").written_as("")),
    "in kroner": lambda of: text(of, "Det koster {n}.", n=Quantity(of.few * 1000.0, "kr.")),
    "persons by a price": lambda of: text(of, "Det er {n}.", n=Quantity(of.few, "personer") * 1000.0),
    # what is made of counts
    "a share": lambda of: text(of, "Det er {n}.", n=Quantity(of.few / of.all, "%", 1)),
    "a share as text": lambda of: text(of, f"Det er {100 * of.few / of.all:.1f} %."),
    "a share of quantities": lambda of: text(
        of, "Det er {n}.", n=(Quantity(of.few, "personer") / Quantity(of.all, "personer")).written_as("%", 1)
    ),
    "a share that knows": lambda of: text(of, "Det er {n}.", n=stated_share(of.many, of.all, 1)),
    "a share with exact counts behind": lambda of: text(
        of, "Det er {n}.", n=Quantity(of.many / of.all, "%", 1, behind=(of.many, of.few))
    ),
    "a difference": lambda of: text(of, "Der er {n} flere.", n=Quantity(of.many - of.few, "")),
    "a difference of quantities": lambda of: text(
        of,
        "Der er {m}, {n} flere.",
        m=Quantity(of.many, "personer"),
        n=Quantity(of.many, "personer") - Quantity(of.few, "personer"),
    ),
    "a quotient": lambda of: text(of, "Det er {n} gange så mange.", n=Quantity(of.many / of.few, "", 1)),
    "an interval": lambda of: text(of, "Det er {n}.", n=span(of.few / of.all, of.many / of.all, "%")),
    "an interval of persons": lambda of: text(of, "Det er {n}.", n=span(of.few, of.many, "personer")),
    "an interval in words": lambda of: text(
        of, "Det er {n}.", n=between(of.few, of.many, "færre", "flere", "personer")
    ),
    "filed and not said": lambda of: of.report.show_text(
        "tekst", "Her er tal.", source=of.frame, filed={"n": Quantity(of.many, "")}
    ),
    # beside another source, or none
    "without a source": lambda of: of.report.show_text("tekst", f"Der er {of.many} inde."),
    "without a source under a name": lambda of: of.report.show_text(
        "tekst", "Der er {n}.", {"n": Quantity(of.many, "")}
    ),
    # tables
    "a table without unit": lambda of: table(of, rows(of.few, of.many, of.all)),
    "a table of persons": lambda of: table(of, rows(of.few, of.many, of.all), unit="personer"),
    "a table of quantities": lambda of: table(
        of, rows(*(Quantity(one, "personer") for one in (of.few, of.many, of.all))), unit="personer"
    ),
    "a table of text": lambda of: table(of, rows(str(of.few), str(of.many))),
    "a table of shares": lambda of: table(of, rows(of.few / of.all, of.many / of.all), unit=("%", 1)),
    "a table of value_counts": lambda of: table(of, pd.Series([of.many, of.few], ["a", "b"]).to_frame("count")),
    "a count in a label": lambda of: table(of, rows(0.0, column=f"I alt ({of.many})"), unit="personer"),
    "a count as a label": lambda of: table(of, pd.DataFrame({"Antal": [0.0, 0.0]}, [of.few, of.many]), unit="personer"),
    "a count in the corner": lambda of: table(of, rows(0.0), corner=f"N = {of.many}", unit="personer"),
    "a count in a caption": lambda of: table(of, rows(0.0), caption=f"De {of.many} borgere.", unit="personer"),
    "a count in a note": lambda of: table(of, rows(0.0), notes=[f"I alt {of.many}."], unit="personer"),
    "a count in a fold": lambda of: table(of, rows(0.0), folded=f"Alle {of.many}", unit="personer"),
    # figures
    "a figure": lambda of: figure(of, rows(of.few, of.many, of.all)),
    "a figure without unit": lambda of: figure(of, rows(of.few, of.many), unit=""),
    "a count in an alt text": lambda of: figure(of, rows(0.0), alt=f"Der er {of.many}."),
    "a count in a figure's caption": lambda of: figure(of, rows(0.0), caption=f"Alle {of.many}."),
    "a count as a series": lambda of: figure(of, rows(0.0, column=f"n={of.many}")),
    "a drawing of one's own": lambda of: of.report.show_figure(
        "figur",
        rows(0.0),
        lambda figure, values: figure.text(0, 0, str(of.many)),
        caption="Borgere.",
        alt="Borgere.",
        unit="personer",
        source=of.frame,
    ),
}


def said(html, filed):
    """All numbers that a reader gets, of the page and of what is filed with it."""
    words = re.sub(r"<[^>]*>", " ", re.sub(r'(?:src|srcset|class|id|style|data-tal|headers|for)="[^"]*"', "", html))
    told = re.sub(r"<[^>]*>", " ", " ".join(map(str, _leaves({k: v for k, v in filed.items() if k != "files"}))))
    return [
        float(one.replace(".", "").replace(",", ".")) for one in re.findall(r"\d+(?:\.\d{3})*(?:,\d+)?", words)
    ], told


def _leaves(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


@pytest.mark.parametrize("attempt", list(ATTEMPTS))
def test_each_way_to_say_a_count_is_refused_by_name_or_tells_it_safely(page, profile, seen, attempt):
    try:
        ATTEMPTS[attempt](page)
    except PageError as error:
        assert re.search(r"'(?:tekst|tabel|figur)'", str(error))
        assert str(page.many) not in str(error) and f" {page.few} " not in str(error)
        return
    [(html, filed)] = seen
    numbers, told = said(html, filed)
    public = profile.startswith("offentlig")
    # small ones, and what tells one beside what is shown; for everybody no exact one, nor what is made of such
    telling = {FEW, FEW / ALL, 100 * FEW / ALL, MANY / FEW, FEW * 1000}
    if {MANY, ALL} <= set(numbers):
        telling |= {MANY}
    if public:
        telling |= {MANY, ALL, MANY - FEW, 100 * MANY / ALL}
    tells = {round(one, 1) for one in telling}
    assert not [one for one in numbers if round(one, 1) in tells], html
    values = [one for one in re.findall(r"\d+\.\d+", told)]
    assert not [one for one in values if round(float(one), 3) in {round(two, 3) for two in telling}], told


@pytest.mark.parametrize("area", ["Strandlev", "Bakkelund", "Hele landet"])
@pytest.mark.parametrize("published", [False, True])
def test_only_a_file_that_is_declared_published_states_nobody_s_own_count(tmp_path, monkeypatch, seen, area, published):
    report = opened(tmp_path, monkeypatch, {"measures": lambda: pd.concat([measures(), measures().assign(area=area)])})
    [entry] = [entry for entry in report._snapshot.manifest["files"] if entry["table"] == "measures"]
    entry["published"] = published

    def tell():
        report.show_text("tekst", f"Der er {MANY}.", source=report.measures("inde"))

    if not published:
        with pytest.raises(PageError, match="digits in its words"):
            tell()
        assert not seen
    else:
        tell()
        assert str(MANY) in seen[0][0]
