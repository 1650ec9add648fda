"""One error, two readers: the analyst's sentence is English, with the remedy; the page's is Danish."""

import ast
import re
import string
from pathlib import Path
from typing import get_args

import nbformat
import pandas as pd
import pytest

from afkast.analysis.economics import MissingPriceLevel, NoIndex, UndefinedIndex
from afkast.analysis.lack import Lack, NotEnough
from afkast.analysis.series_breaks import BrokenSeries
from afkast.report.refusals import LACKING, NO_INDEX, Refusal, in_danish, unless_refused

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "afkast").rglob("*.py"))
DANISH = re.compile(r"[æøåÆØÅ]|\b(og|er|skal|ikke|der|af|eller|mangler|kan|ingen|har|det|den|siden|ret|tilføj)\b")


def names_in(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_lack_has_a_sentence_for_both_readers_of_the_same_data():
    assert set(LACKING) == set(Lack)
    assert set(NO_INDEX) == set(NoIndex)
    for lack, danish in LACKING.items():
        assert names_in(danish) <= names_in(lack), lack
        assert not DANISH.search(lack), lack


@pytest.mark.parametrize(
    ("error", "english", "danish"),
    [
        (
            NotEnough(Lack.FEW_STARTED, fewest=15),
            "under 15 started while on benefits, too few for a curve; report later.",
            "Under 15 er startet, mens de var på ydelse; det er for få til en kurve.",
        ),
        (
            NotEnough(Lack.NO_MONTHS_AFTER, base=pd.Timestamp("2025-12-01"), months=1),
            "there are no figures for 12-2025 and 1 months after; choose another base month.",
            "Der er ikke tal for december 2025 og 1 måneder efter.",
        ),
        (
            UndefinedIndex(NoIndex.ZERO_BASE),
            "there is no index: the series is 0 in the base month; choose another, or show amounts.",
            "Indekset er ikke defineret: udgangspunktet er 0.",
        ),
        (
            MissingPriceLevel(2019, 2024, "samlet service", (2021, 2023)),
            "price_levels has no factor from 2019 to 2024 prices for samlet service: add one from 2021 to 2023, with "
            "its source.",
            "Der er ingen kilde til omregning fra 2019- til 2024-priser (samlet service); de lægges ikke sammen. "
            "Der mangler 2021 → 2023.",
        ),
        (
            MissingPriceLevel(2018, 2020, "samlet service", (2018, 2020), (2018, 2020)),
            "price_levels has no factor from 2018 to 2020 prices for samlet service: the two from 2018 to 2020 differ; "
            "keep one, with its source.",
            "Der er ingen kilde til omregning fra 2018- til 2020-priser (samlet service); de lægges ikke sammen. "
            "Fra 2018 til 2020 er der to, som ikke er ens.",
        ),
        (
            BrokenSeries(["Reglerne blev ændret."]),
            "the development crosses 1 break(s) in the series; give the page the reason why it can be compared all the "
            "same, or choose months on one side: Reglerne blev ændret.",
            "Udviklingen opgøres ikke hen over et databrud, uden at det er begrundet. Reglerne blev ændret.",
        ),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_the_analyst_reads_english_and_the_page_danish(error, english, danish):
    assert str(error) == english
    assert in_danish(error) == danish


def test_what_a_notebook_catches_has_a_danish_sentence():
    told = {one.__name__ for one in get_args(Refusal)}
    caught = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                handlers = [one for one in ast.walk(ast.parse(cell.source)) if isinstance(one, ast.ExceptHandler)]
                for one in handlers:
                    kinds = one.type.elts if isinstance(one.type, ast.Tuple) else [one.type]
                    caught |= {ast.unparse(kind).split(".")[-1] for kind in kinds if kind}
                    assert f"str({one.name})" not in cell.source, f"{cell['id']} shows the analyst's sentence"
    assert caught <= told
    assert len(caught) == len(told)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_raised_is_said_in_english(path):
    for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(one, ast.Raise) and one.exc is not None:
            words = [part.value for part in ast.walk(one.exc) if isinstance(part, ast.Constant)]
            for text in (word for word in words if isinstance(word, str)):
                assert not DANISH.search(re.sub(r"'[^']*'", "", text)), f"line {one.lineno}: {text}"


def test_what_is_refused_gives_way_to_another_thing_and_the_readers_reason():
    def refuse(number):
        raise BrokenSeries([f"Brud {number}."])

    assert unless_refused("intet", str, 7) == ("7", "")
    instead, why = unless_refused("intet", refuse, 7)
    assert instead == "intet" and why.endswith("Brud 7.")


def test_another_error_is_no_refusal():
    with pytest.raises(ZeroDivisionError):
        unless_refused(0, lambda: 1 // 0)
