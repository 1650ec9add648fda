"""Strandlev, an invented municipality that is not the example's, written as its exports would be.

A test changes its tables or its strategies, writes the data folder and imports it. `ONE_PAGE` has, of every notebook
of a strategy, what a strategy needs that has that page and no other.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from afkast.intake.contracts import CONTRACTS

OWN, NEIGHBOUR, COUNTRY = "Strandlev", "Bakkelund", "Hele landet"
STRATEGY = "hurtigt-videre"
AS_OF = pd.Timestamp("2023-09-30")
EXTRACTED_ON = "2023-12-05"
NATIONAL = "landets_measures.csv"
YEARS = (2022, 2023, 2024)
MONTHS = pd.period_range("2021-01", "2023-11", freq="M")

WORDS = {
    "line": {"Investering": "investment", "Besparelse": "benefit_saving", "Finansiering": "financing"},
    "kind": {
        "Vedtaget": "strategy",
        "Korrigeret": "revised",
        "Talt": "actual",
        "Mål": "target",
        "Refusion": "refund",
    },
    "group": {"Målgruppe": "target", "Indsats": "intervention"},
    "status": {"Endelig": "ok", "Foreløbig": "provisional", "Mangler": "missing"},
    "basis": {"Betalt": "paid"},
    "stage": {"tilkendt": "awarded"},
    "role": {"trykt": "printed"},
}
"""The exports' wording of a word of the contract, by column."""

SYNTHETIC = {"synthetic": True, "extracted_on": EXTRACTED_ON, "reader": "csv"}


@dataclass
class Municipality:
    """A data folder to be: its tables by name, in the contract's columns, and its strategies by id."""

    tables: dict[str, pd.DataFrame]
    strategies: dict[str, dict[str, Any]]
    declared: dict[str, Any] = field(default_factory=lambda: dict(SYNTHETIC))
    """What every file's declaration says."""

    def write(self, folder):
        """Write sources.yml, raw/ and strategies/ into the folder and return it."""
        (folder / "raw").mkdir(parents=True)
        (folder / "strategies").mkdir()
        sources = []
        for file, name, frame in self._files():
            _export(name, frame).to_csv(folder / "raw" / file, sep=";", index=False, encoding="utf-8-sig")
            words = {column: WORDS[column] for column in frame if _has_words(name, column)}
            negate = (
                {"negate": {"line": "benefit_saving"}}
                if name == "budget" and "benefit_saving" in set(frame["line"])
                else {}
            )
            columns = {_heading(name, column): column for column in frame}
            entry = {"file": file, "table": name, "source": f"Strandlevs {name}", **self.declared}
            if file == NATIONAL:
                entry |= {"published": True}
            sources.append(entry | {"columns": columns, **({"values": words} if words else {})} | negate)
        _write_yaml(folder / "sources.yml", {"sources": sources})
        for strategy in self.strategies.values():
            _write_yaml(folder / "strategies" / f"{strategy['id']}.yml", strategy)
        return folder

    def _files(self):
        """File, table and rows; what the whole country is counted in too is a file of national statistics."""
        for name, frame in self.tables.items():
            if name != "measures":
                yield f"{name}.csv", name, frame
                continue
            national = frame["measure"].isin(frame.loc[frame["area"] == COUNTRY, "measure"])
            for file, rows in (("measures.csv", frame[~national]), (NATIONAL, frame[national])):
                if len(rows):
                    yield file, name, rows

    def rows(self, table, **same):
        """Which rows of a table have these values."""
        frame = self.tables[table]
        return pd.concat([frame[column] == value for column, value in same.items()], axis=1).all(axis=1)

    def drop(self, table, **same):
        """Leave out the rows that have these values."""
        self.tables[table] = self.tables[table][~self.rows(table, **same)]

    def add(self, table, **values):
        """Add a row; what is not named is as in the table's last row."""
        frame = self.tables[table]
        self.tables[table] = pd.concat([frame, frame.tail(1).assign(**values)], ignore_index=True)


def _heading(table, column):
    return f"{column.replace('_', ' ').capitalize()} ({table})"


def _has_words(table, column):
    """Whether the column holds one of a few words; a group and a kind can also be a text."""
    return column in WORDS and any(check.name == "isin" for check in CONTRACTS[table].columns[column].checks)


def _export(table, frame):
    """The table as a Danish export has it: decimal comma, dd-mm-yyyy, its own words and signs."""
    out = pd.DataFrame(index=frame.index)
    if table == "budget":
        frame = frame.assign(
            amount_dkk=frame["amount_dkk"].where(frame["line"] != "benefit_saving", -frame["amount_dkk"])
        )
    for column, values in frame.items():
        form = CONTRACTS[table].columns[column].metadata["form"]
        words = {own: word for word, own in WORDS[column].items()} if _has_words(table, column) else {}
        if form == "day":
            told = pd.to_datetime(values).dt.strftime("%d-%m-%Y")
        elif form == "month":
            told = pd.to_datetime(values).dt.strftime("%YM%m")
        elif form == "number":
            told = values.map(lambda one: f"{one:.6f}".rstrip("0").rstrip(".").replace(".", ","), na_action="ignore")
        elif form == "whole":
            told = values.astype("Int64").astype("string")
        else:
            told = values.map(lambda one, words=words: words.get(one, one), na_action="ignore")
        out[_heading(table, str(column))] = told
    return out


def _write_yaml(path, content):
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda _: True
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


# ---------------------------------------------------------------- its money

PRICES = {
    "sygedagpenge": {2022: 140_000, 2023: 145_000, 2024: 150_000},
    "jobafklaring": {2022: 120_000, 2023: 124_000, 2024: 128_000},
    "kontanthjælp": {2022: 118_400, 2023: 121_600, 2024: 125_000},
}
"""Kroner net of a full-year person; the state refunds a fifth of the gross."""

REDUCTIONS = {"sygedagpenge": (3, 10, 12), "jobafklaring": (2, 5, 6)}
"""Full-year persons fewer than budgeted, by year."""


def _budget():
    rows = []
    for place, year in enumerate(YEARS):
        saving = sum(REDUCTIONS[one][place] * PRICES[one][year] for one in REDUCTIONS)
        for kind in ("strategy", "revised"):
            for committee, line, amount in (
                ("BU", "investment", 900_000 if year == 2022 else 1_200_000),
                ("ØU", "investment", 240_000),
                ("BU", "benefit_saving", saving),
            ):
                rows.append([STRATEGY, committee, line, np.nan, kind, year, np.nan, amount, year])
    return pd.DataFrame(rows, columns=list(CONTRACTS["budget"].columns))


def _ledger():
    months = pd.period_range("2022-03", AS_OF, freq="M")
    return pd.DataFrame(
        {
            "strategy": STRATEGY,
            "committee": np.where(np.arange(len(months)) % 4 == 3, "ØU", "BU"),
            "line": "investment",
            "posted_on": months.to_timestamp() + pd.Timedelta(days=14),
            "period": months.month,
            "document": [f"31{n:04}" for n in range(len(months))],
            "amount_dkk": 98_000.25 + 500 * np.arange(len(months)),
        }
    )


def _unit_prices():
    return pd.DataFrame(
        [
            [area, benefit, year, net, net / 0.8, 0.2, year, "paid", f"Regnskab {year}"]
            for area in (OWN, NEIGHBOUR)
            for benefit, by_year in PRICES.items()
            for year, net in by_year.items()
        ],
        columns=list(CONTRACTS["unit_prices"].columns),
    )


def _targets():
    rows = [
        [STRATEGY, measure, year, before, before - fewer[place], "helårspersoner"]
        for (measure, fewer), before in zip(REDUCTIONS.items(), (310, 120), strict=True)
        for place, year in enumerate(YEARS)
    ]
    rows += [[STRATEGY, "forløb", year, 400, 400 - 20 * n, "personer"] for n, year in enumerate(YEARS, start=1)]
    return pd.DataFrame(rows, columns=list(CONTRACTS["targets"].columns))


def _planned_flows():
    rows = [
        [STRATEGY, "forløb", year, to, -fewer, "personer"]
        for year in YEARS
        for to, fewer in (("Job", 12), ("Uddannelse", 8))
    ]
    return pd.DataFrame(rows, columns=list(CONTRACTS["planned_flows"].columns))


def _statuses():
    rows = [
        [STRATEGY, "Udgangspunkt", state, AS_OF, "actual", persons]
        for state, persons in (("Stadig i forløb", 366), ("Job", 21), ("Uddannelse", 13))
    ]
    rows += [
        [STRATEGY, "Udgangspunkt", state, pd.Timestamp("2024-12-31"), "target", persons]
        for state, persons in (("Stadig i forløb", 340), ("Job", 36), ("Uddannelse", 24))
    ]
    return pd.DataFrame(rows, columns=list(CONTRACTS["statuses"].columns))


# ---------------------------------------------------------------- its series


def _series(measure, area, unit, values, months=MONTHS):
    frame = pd.DataFrame({"measure": measure, "area": area, "period": months.to_timestamp(), "value": values})
    frame[["numerator", "denominator"]] = np.nan
    return frame.assign(unit=unit, status="ok", source="Strandlevs measures")


def _share(measure, area, unit, k, n, scale=1):
    frame = _series(measure, area, unit, scale * np.asarray(k) / n)
    return frame.assign(numerator=np.asarray(k, dtype=float), denominator=float(n))


def _measures():
    t = np.arange(len(MONTHS))
    swing = np.sin(t * 1.7)
    own = [
        _series("sygedagpenge", OWN, "helårspersoner", (312 - 0.25 * t + 2 * swing).round(1)),
        _series("jobafklaring", OWN, "helårspersoner", (121 - 0.1 * t + swing).round(1)),
        _series("forløb", OWN, "personer", np.append((405 - t + 3 * swing).round()[:32], [366, 365, 364])),
        _series("sygedagpenge", NEIGHBOUR, "helårspersoner", (205 + swing).round(1)),
    ]
    # the finance department's own figure: to date in the year, from the strategy's beginning
    of_year = MONTHS[MONTHS >= "2022-03"]
    to_date = 90_000.0 * of_year.month - 20_000 * (of_year.year == 2022)
    own.append(_series("beregnet_besparelse", OWN, "kr.", to_date, of_year))
    # and the same month by month
    own.append(_series("månedens besparelse", OWN, "kr.", 60_000 + 2_000.0 * np.arange(len(of_year)), of_year))
    for area, persons, people in ((OWN, 1_900, 24_000), (NEIGHBOUR, 1_500, 20_000), (COUNTRY, 280_000, 3_600_000)):
        fall = 1 - 0.004 * t * (area == OWN) - 0.001 * t + 0.002 * swing * (area != COUNTRY)
        own.append(_share("på forsørgelse", area, "pct.", (persons * fall).round(), people, 100))
        own.append(_share("syg", area, "pct.", (persons * 0.2 * fall).round(), people, 100))
    own.append(_share("rettidig", OWN, "andel", np.full(len(MONTHS), 8), 10))
    own.append(_series("tilkendte fleksjob", OWN, "personer", (11 + 3 * swing).round()))
    own.append(_share("sygefravær", OWN, "andel", (40 + 5 * swing).round(), 800))
    # of those whose a-dagpenge ended in the month, on kontanthjælp at once and within half a year
    for measure, passed in (("kontanthjælp straks", 6), ("kontanthjælp inden for et halvt år", 14)):
        own.append(_share(measure, OWN, "pct.", np.full(len(MONTHS), passed), 120, 100))
    for arrived in (2019, 2020):
        for after in (2021 - arrived, 2022 - arrived):
            counted = _share(
                f"selvforsørgende, ankommet {arrived}", OWN, "pct.", np.full(len(MONTHS), 9 * after), 40, 100
            )
            own.append(counted.head(1).assign(period=pd.Timestamp(arrived + after, 12, 1)))
    return pd.concat(own, ignore_index=True)


def _measurement_points():
    source = "Strandlevs measures"
    rows = [
        ["fleksjob", "Tilkendte fleksjob", "Tabel 1", "Fleksjob", "Tilkendte", "tilkendte fleksjob", "awarded"],
        ["sygefravaer", "Sygefraværet", "Tabel 2", "Sygefravær", "Jobcentret", "sygefravær", "awarded"],
    ]
    return pd.DataFrame(
        [[STRATEGY, *head, "printed", measure, source, stage, f"{head[1]}, talt."] for *head, measure, stage in rows],
        columns=list(CONTRACTS["measurement_points"].columns),
    )


def _committee_budgets():
    rows = [
        [OWN, "BU", heading, item, year, amount * (1 + 0.02 * n), 2023]
        for n, year in enumerate(YEARS)
        for heading, item, amount in (
            ("Overførsler", "Kontanthjælp", 92e6),
            ("Overførsler", "Sygedagpenge", 44e6),
            ("Indsats", "Jobcenter", 31e6),
        )
    ]
    return pd.DataFrame(rows, columns=list(CONTRACTS["committee_budgets"].columns))


# ---------------------------------------------------------------- its citizens


def citizens(persons=180, started=60):
    """Persons who do not exist (days of birth from 32 to 59), their benefits, and those who start, as three tables."""
    random = np.random.default_rng(20_231_130)
    number = np.arange(persons)
    born = 1962 + number % 40
    cpr = [f"{32 + n % 28}{1 + n % 12:02}{year % 100:02}-{n:04}" for n, year in zip(number, born, strict=True)]
    entered = pd.Timestamp("2022-02-01") + pd.to_timedelta(random.integers(0, 20, persons) * 15, unit="D")
    starts = number < started
    waited = pd.to_timedelta(random.integers(20, 160, persons), unit="D")
    begins = pd.Timestamp("2019-01-01") + pd.to_timedelta(random.integers(0, 900, persons), unit="D")
    ends = entered + pd.to_timedelta(random.integers(200, 900, persons) - 120 * starts, unit="D")
    ends = ends.where(ends < pd.Timestamp("2023-11-20"))
    people = pd.DataFrame({"person": cpr, "birth_year": born, "sex": np.where(number % 2, "M", "K")})
    people["education"] = np.where(number % 3 == 0, "Grundskole", "Faglært")
    people[["moved_on", "died_on"]] = pd.NaT
    spells = pd.DataFrame({"person": cpr, "benefit": "kontanthjælp", "start": begins, "end": ends})
    cohort = pd.DataFrame({"strategy": STRATEGY, "person": cpr, "group": np.where(starts, "intervention", "target")})
    cohort["entered_on"] = entered
    cohort["started_on"] = (entered + waited).where(starts)
    return {"persons": people, "spells": spells, "cohort": cohort}


def _refund_ladder():
    steps = ((1, 4, 0.8), (5, 26, 0.4), (27, 52, 0.3), (53, None, 0.2))
    rows = [
        [pd.Timestamp("2016-01-04"), pd.NaT, benefit, pd.NaT, "refund", first, last, share, "Lov nr. 994 af 2015"]
        for benefit in PRICES
        for first, last, share in steps
    ]
    return pd.DataFrame(rows, columns=list(CONTRACTS["refund_ladder"].columns))


def _price_levels():
    rows = [[2022, 2023, kind, 1.03, "KL"] for kind in ("samlet service", "overførsler")]
    rows += [[2023, 2024, kind, 1.04, "KL"] for kind in ("samlet service", "overførsler")]
    return pd.DataFrame(rows, columns=list(CONTRACTS["price_levels"].columns))


def _cases():
    number = np.arange(260)
    opened = pd.Timestamp("2021-06-01") + pd.to_timedelta(number * 3, unit="D")
    decided = opened + pd.to_timedelta(60 + number * 37 % 120, unit="D")
    return pd.DataFrame(
        {
            "strategy": STRATEGY,
            "case": [f"S-{n:04}" for n in number],
            "opened_on": opened,
            "decided_on": decided.where(decided <= pd.Timestamp("2023-11-30")),
        }
    )


def _series_breaks():
    day = pd.Timestamp("2025-07-01")
    rows = [["kontanthjælp", day, day, "Kontanthjælpsreformen træder i kraft 1. juli 2025.", "Lov nr. 1655 af 2023"]]
    return pd.DataFrame(rows, columns=list(CONTRACTS["series_breaks"].columns))


# ---------------------------------------------------------------- its pages

ONE_PAGE = {
    "benchmark": (
        {
            "measure": "på forsørgelse",
            "measure_name": "andelen på forsørgelse",
            "definition": "fuldtidspersoner i pct. af befolkningen",
            "base_month": "2022-02",
            "cluster": [OWN, NEIGHBOUR],
        },
        ("forsoergelse",),
    ),
    "benchmark_saving": (
        {
            "measures": {"syg": "Sygedagpenge"},
            "benefits": {"syg": "sygedagpenge"},
            "higher_is_better": [""],
            "base_month": "2022-02",
            "price_year": 2023,
            "lowest": 1.0,
            "highest": 2.0,
        },
        ("udvikling-i-kroner",),
    ),
    "benefit_transitions": (
        {
            "passed_on": {
                "Straks": "kontanthjælp straks",
                "Inden for et halvt år": "kontanthjælp inden for et halvt år",
            },
            "from_benefit": "a-dagpenge",
            "to_benefit": "kontanthjælp",
        },
        (),
    ),
    "business_case": ({"price_level_year": 2023, "benefit": "kontanthjælp"}, ("realiseret-besparelse",)),
    "cohort_status": (
        {
            "groups": {"Udgangspunkt": "Borgere i forløb 1. marts 2022"},
            "together": "Borgere i alt",
            "row_names": {},
            "still": "Stadig i forløb",
            "goal": "faerre-forloeb",
        },
        ("faerre-forloeb",),
    ),
    "committee_budget": (
        {"committee": "BU", "committee_name": "Beskæftigelsesudvalget", "item_of_strategy": "Kontanthjælp"},
        (),
    ),
    "economics": (
        {
            "paper_sign": 1,
            "committees_in_decision": ["BU", "ØU"],
            "committees_in_follow_up": ["BU", "ØU"],
            "measures": ["sygedagpenge", "jobafklaring"],
        },
        ("besparelse",),
    ),
    "economics_outlook": ({"paper_sign": 1, "measures": ["sygedagpenge", "jobafklaring"]}, ()),
    "full_year_persons": (
        {
            "measure": "sygedagpenge",
            "strategy_budget_name": "Budget med strategien",
            "original_budget_adopted": 2021,
        },
        ("sygedagpenge",),
    ),
    "gain_by_year": (
        {
            "saving_measure": "månedens besparelse",
            "benefit": "sygedagpenge",
            "price_year": 2023,
            "footnotes": [],
        },
        (),
    ),
    "inflow": ({"intake": "et virksomhedsforløb", "planned": 60}, ()),
    "integration_cohorts": (
        {
            "cohorts": {str(year): f"selvforsørgende, ankommet {year}" for year in (2019, 2020)},
            "after_years": 2,
            "goal_share": 0.5,
        },
        ("integration",),
    ),
    "investment_plan": (
        {"measure": "sygedagpenge", "benefit": "sygedagpenge", "price_level_year": 2023, "footnotes": []},
        (),
    ),
    "late_registration": ({"series": "sygedagpenge"}, ()),
    "measurement_points": (
        {
            "highest_allowed": {"sygefravaer": 0.06},
            "part_of": {},
            "footnotes": {},
            "abbreviations": {},
        },
        ("fleksjob", "sygefravaer"),
    ),
    "same_period_last_year": ({"measure": "jobafklaring"}, ("revalidering",)),
    "savings_compared": (
        {
            "own_figure": "månedens besparelse",
            "against_budget": {"sygedagpenge": "sygedagpenge"},
            "against_start": {"syg": "sygedagpenge"},
            "against_others": {"syg": "sygedagpenge"},
            "base_month": "2022-02",
            "price_year": 2023,
        },
        (),
    ),
    "stock_plan": (
        {
            "measure": "forløb",
            "unit": "personer",
            "start_group": "Udgangspunkt",
            "still": "Stadig i forløb",
            "stated_starts": {},
            "footnotes": [],
        },
        ("reduktion",),
    ),
    "stock_trend": ({"measures": ["sygedagpenge"], "unit": "helårspersoner", "break_accepted": {}}, ()),
    "survival_effects": ({"price_level_year": 2023, "follow_up_months": 9}, ()),
    "effect_value": ({"price_level_year": 2023, "follow_up_months": 9}, ()),
    "effect_robustness": ({"price_level_year": 2023, "follow_up_months": 9}, ()),
    "survival_example": ({}, ()),
    "timeliness": ({"target_weeks": 20, "first_month": "2022-01", "measure": "rettidig"}, ("rettidighed",)),
}
"""Of every notebook of a strategy: the parameters its page needs here, and the goals that it decides."""


JUDGED = {
    "business_case": "cumulated",
    "economics": "cumulated",
    "fleksjob": None,
    "full_year_persons": "in each year",
    "integration_cohorts": "in each year",
    "measurement_points": "on average",
    "same_period_last_year": None,
    "timeliness": None,
}
"""How a goal, or a page's goals, are judged, where not at the date; None: the decision sets no number."""


def strategy_of(*notebooks, id=STRATEGY, municipality=OWN, **keys):
    """A strategy with these notebooks' pages and no other. `keys` are other keys of the file."""
    pages, goals = [], []
    for notebook in notebooks:
        parameters, decides = deepcopy(ONE_PAGE[notebook])
        page = notebook.replace("_", "-")
        if len(decides) == 1 and notebook not in ("measurement_points", "cohort_status"):
            parameters["goal"] = decides[0]
        pages.append(
            {"id": page, "notebook": notebook, "title": f"Siden {page}", "area": "targets", "parameters": parameters}
        )
        for goal in decides:
            judged = JUDGED.get(goal, JUDGED.get(notebook, "at the date"))
            decided = {"id": goal, "text": f"Målet {goal} skal nås.", "page": page, "measure": f"tallet for {goal}"}
            goals.append(decided | ({"judged": judged, "due": pd.Timestamp("2024-12-31").date()} if judged else {}))
    return {
        "id": id,
        "name": "Hurtigt videre",
        "municipality": municipality,
        "decided_by": "Kommunalbestyrelsen",
        "summary": "Flere konsulenter skal hjælpe sygemeldte tilbage i job.",
        "period": {"start": pd.Timestamp("2022-03-01").date(), "end": pd.Timestamp("2024-12-31").date()},
        "as_of": AS_OF.date(),
        "committees": {"BU": "Beskæftigelsesudvalget", "ØU": "Økonomiudvalget"},
        "goals": goals,
        "pages": pages,
    } | keys


def municipality(*notebooks, **keys):
    """Strandlev with one strategy that has these notebooks' pages; all of its tables."""
    tables = {
        "ledger": _ledger(),
        "budget": _budget(),
        "committee_budgets": _committee_budgets(),
        "targets": _targets(),
        "planned_flows": _planned_flows(),
        "statuses": _statuses(),
        "measures": _measures(),
        **citizens(),
        "unit_prices": _unit_prices(),
        "refund_ladder": _refund_ladder(),
        "price_levels": _price_levels(),
        "cases": _cases(),
        "series_breaks": _series_breaks(),
        "measurement_points": _measurement_points(),
    }
    return Municipality(tables, {STRATEGY: strategy_of(*notebooks, **keys)})
