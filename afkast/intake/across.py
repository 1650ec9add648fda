"""What no file can be judged by alone: rules between files, between tables, and with the day of extraction."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd

from afkast.intake.blocks import Content
from afkast.intake.contracts import FACTORS, LADDER
from afkast.intake.faults import FETCH_AGAIN, Faults
from afkast.intake.names import judge_names
from afkast.intake.sources import Csv, Source
from afkast.intake.sums import judge_sums
from afkast.intake.tables import Parts

NOT_AFTER_EXTRACTION = {
    "ledger": ("posted_on",),
    "measures": ("period",),
    "persons": ("moved_on", "died_on"),
    "spells": ("start",),
    "cohort": ("entered_on", "started_on"),
    "cases": ("opened_on", "decided_on"),
    "statuses": ("counted_on",),
}
"""Days that cannot lie after the day their file was extracted."""

GROWS = ("ledger", "measures", "spells", "cases")
"""Tables whose files get new rows month by month; one without them may be an old file under a new date: noted."""

STALE_DAYS = 345
OLDEST_DAY_YEARS = {"ledger": 30, "cohort": 60, "cases": 30, "statuses": 30, "measures": 60}
"""So many years before the extraction a table's days may lie; what is earlier was typed wrong."""

LIMITS = {10_000, 50_000, 65_535, 65_536, 100_000, 500_000, 1_000_000, 1_048_575}
"""So many rows a system or a sheet gives at the most; an export of exactly so many may be cut."""

OLDEST_YEARS = 120
SMALL_PRICE_DKK = 1000
PRICE_JUMP = 5
"""So many times another price of the benefit: it may be of a month or a week."""
MOST_A_YEAR = 1.15
"""Price levels rise, and by less than this factor a year."""

REPEATED_RUN = 5

ONE_POSTING = ["strategy", "committee", "line", "posted_on", "document", "amount_dkk"]


def judge_files(sources: list[Source], contents: dict[str, Content], parts: Parts, faults: Faults) -> None:
    """Rules between files that the tables would hide: the same file twice, postings in two files or twice in one."""
    first: dict[tuple[str, str | None, str], str] = {}
    twice: set[str] = set()
    for source in sources:
        if source.file in contents:
            sheet = getattr(source, "sheet", None)
            same = first.setdefault((contents[source.file].sha256, sheet, source.table), source.file)
            if same != source.file:
                rule = f"is the same file, byte for byte, as {same}"
                faults.add(source.label, rule, remedy="Take one of them away.")
                twice |= {source.label, same}
    _judge_ends(parts.sources, contents, faults)
    ledgers = [(source, rows) for source, rows in parts.of("ledger") if source.label not in twice]
    for source, rows in ledgers:
        count = rows.value_counts(dropna=False)
        if len(rows) > 1 and count.min() > 1:
            rule = "every row stands there more than once"
            faults.ask(source.label, "repeated", rule, rows=rows.index, remedy=FETCH_AGAIN)
        else:
            overlaps = _repeated_runs(rows)
            rule = f"{REPEATED_RUN} or more rows in a row that stand there before; two exports may overlap"
            faults.ask(source.label, "repeated", rule, rows=overlaps, remedy=FETCH_AGAIN)
            if rows.duplicated().sum() > len(overlaps):
                faults.note(source.label, "alike")
    for later, (source, rows) in enumerate(ledgers):
        for earlier, others in ledgers[:later]:
            shared = rows.index[_one_posting(rows).isin(_one_posting(others))]
            rule = f"postings that {earlier.label} has too"
            faults.ask(source.label, "shared", rule, rows=shared, remedy="Export periods that do not overlap.")


def _one_posting(rows: pd.DataFrame) -> pd.MultiIndex:
    """What makes a posting the same one; some exports write a document's number with zeros before it."""
    return pd.MultiIndex.from_frame(rows[ONE_POSTING].assign(document=rows["document"].str.lstrip("0")))


def _repeated_runs(rows: pd.DataFrame) -> list[int]:
    """The rows of runs that stand further up, too: one posting may be like another, several in a row are not."""
    again = rows.duplicated()
    runs = (again != again.shift()).cumsum()
    found: list[int] = []
    for _, run in rows[again].groupby(runs[again]):
        found += run.index.to_list() if len(run.drop_duplicates()) >= REPEATED_RUN else []
    return found


def _judge_ends(sources: list[Source], contents: dict[str, Content], faults: Faults) -> None:
    """A text that ends within a line may be cut, in its last number too, unless all texts of the folder end so."""
    texts = [source for source in sources if isinstance(source, Csv) and source.file in contents]
    open_ends = [source for source in texts if not contents[source.file].ends_in_line_end()]
    habit = len(texts) > 1 and len(open_ends) == len(texts)
    for source in open_ends:
        if not source.footer and not habit:
            rule = "the last line has no end; the file may be cut short"
            faults.ask(source.label, "open_end", rule, remedy=FETCH_AGAIN)


def judge_strategies(known: set[str], parts: Parts, faults: Faults) -> None:
    """Every id of a strategy is one that somebody has written."""
    for source, rows in parts.of():
        if "strategy" in rows:
            unknown = rows.index[~rows["strategy"].isin(known)]
            rule = "no strategy has this id"
            remedy = f"strategies/ has {', '.join(sorted(known))}; write it so, or `afkast new` makes another."
            faults.add(source.label, rule, column=_heading(source, "strategy"), rows=unknown, remedy=remedy)


def judge_tables(sources: list[Source], parts: Parts, faults: Faults) -> None:
    """Rules between tables, and what must hold on the day of extraction."""
    judge_days(parts, faults)
    _judge_persons(sources, parts, faults)
    judge_names(sources, parts, faults)
    judge_sums(parts, faults)
    _judge_units(parts, faults)
    lengths: Counter[str] = Counter()
    for source, rows in parts.of():
        lengths[source.label] += len(rows)
    for label, length in lengths.items():
        if length in LIMITS:
            rule = f"has exactly {length} rows, where exports are cut"
            faults.ask(label, "limit", rule, remedy="Export it by period.")
    for source, rows in parts.of(*RULES_OF_A_TABLE):
        for judge in RULES_OF_A_TABLE[source.table]:
            judge(source, rows, faults)


def _judge_signs(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """An investment costs and a saving saves: a line that nowhere does is mostly written with the other sign."""
    for (strategy, line), amounts in rows.groupby(["strategy", "line"])["amount_dkk"]:
        if (amounts <= 0).all() and (amounts < 0).any():
            rule = f"every {line} of {strategy} is negative, and + means that it {MEANS[str(line)]}"
            remedy = f"Declare negate: {{line: {line}}} where the file writes it with minus."
            faults.ask(source.label, "sign", rule, column=_heading(source, "amount_dkk"), remedy=remedy)


MEANS = {"investment": "costs", "benefit_saving": "saves", "financing": "pays"}


def _judge_periods(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """A posting's period is its month; those after the twelfth close the year, by New Year or the spring after."""
    period, month = rows["period"], rows["posted_on"].dt.month
    closing = period.between(13, 16)
    other = rows.index[((period <= 12) & (month != period)) | (closing & month.between(6, 11))]
    rule = "not the month that was posted in"
    faults.ask(source.label, "period", rule, column=_heading(source, "period"), rows=other)


def _judge_factors(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """Prices rise; those that no factor can be are refused by the contract."""
    years = rows["to_year"] - rows["from_year"]
    a_year = rows["factor"] ** (1 / years.mask(years == 0))
    odd = rows.index[rows["factor"].between(*FACTORS) & years.ne(0) & ~a_year.between(1, MOST_A_YEAR)]
    most = round(100 * (MOST_A_YEAR - 1))
    rule = f"says that prices fell, or rose by more than {most} per cent a year; the years may be swapped"
    faults.ask(source.label, "factor", rule, column=_heading(source, "factor"), rows=odd)


def _judge_prices(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """Prices are of a year and in kroner, and those of a benefit of one size; what costs nothing is not asked about."""
    for name in ("net_dkk_per_full_year_person", "gross_dkk_per_full_year_person"):
        column, price = _heading(source, name), rows[name].where(rows[name] > 0)
        rule = f"less than {SMALL_PRICE_DKK} kr. for a year; it may be in thousands"
        faults.ask(source.label, "small_price", rule, column=column, rows=rows.index[price < SMALL_PRICE_DKK])
        most = price.groupby([rows[key] for key in ("area", "benefit", "basis")]).transform("max")
        rule = f"less than 1/{PRICE_JUMP} of another year's price; it may be of a month or a week"
        faults.ask(source.label, "price_jump", rule, column=column, rows=rows.index[price * PRICE_JUMP < most])


def _judge_shares(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """What the state gives back falls with the weeks; where it rises, the municipality's own share may stand there."""
    steps = rows[rows["kind"] == "refund"].sort_values("from_week")
    rise = steps.groupby(LADDER, dropna=False)["state_share"].diff() > 0
    rule = "rises with the weeks; it may be the municipality's own share"
    faults.ask(source.label, "rising_share", rule, column=_heading(source, "state_share"), rows=rise.index[rise])


def _note_budget_gaps(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """Note where a year that is given by month lacks one between its first and last."""
    months = rows.groupby(["strategy", "committee", "line", "item", "kind", "year"], dropna=False)["month"]
    if (months.max() - months.min() + 1 > months.nunique()).any():
        faults.note(source.label, "gap")


def _judge_units(parts: Parts, faults: Faults) -> None:
    """One measure has one unit, wherever it stands."""
    units: dict[str, str] = {}
    for source, rows in parts.of("measures", "targets", "planned_flows"):
        for measure, unit in rows[["measure", "unit"]].drop_duplicates().itertuples(index=False):
            if units.setdefault(measure, unit) != unit:
                other = rows.index[(rows["measure"] == measure) & (rows["unit"] == unit)]
                rule = "the measure has another unit elsewhere"
                remedy = "Give what is counted in another unit another name, or both the same unit."
                faults.add(source.label, rule, column=_heading(source, "unit"), rows=other, remedy=remedy)


def _note_gaps(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """Note where a monthly series lacks months between its first and last."""
    for _, series in rows.groupby(["measure", "area", "source"]):
        months = (12 * series["period"].dt.year + series["period"].dt.month).sort_values()
        if len(months) > 2 and months.diff().median() == 1 and months.diff().max() > 1:
            faults.note(source.label, "gap")
            return


def _note_year_to_date(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    """Note where a series may be counted from New Year."""
    for _, series in rows.dropna(subset="value").groupby(["measure", "area", "source"]):
        if _from_new_year(series.set_index("period")["value"].sort_index()):
            faults.note(source.label, "year_to_date")
            return


def _from_new_year(series: pd.Series) -> bool:
    """Whether a series of two whole years or more only rises within each, and more than halves every January."""
    months = pd.DatetimeIndex(series.index)
    january, step = months.month == 1, series.diff()
    falls = (series < series.shift() / 2)[january & series.shift().notna()]
    two_years = (pd.Series(months.year).value_counts() == 12).sum() >= 2
    return bool(two_years and (step[~january].dropna() >= 0).all() and falls.all())


RULES_OF_A_TABLE: dict[str, tuple[Callable[[Source, pd.DataFrame, Faults], None], ...]] = {
    "budget": (_judge_signs, _note_budget_gaps),
    "ledger": (_judge_signs, _judge_periods),
    "measures": (_note_gaps, _note_year_to_date),
    "price_levels": (_judge_factors,),
    "refund_ladder": (_judge_shares,),
    "unit_prices": (_judge_prices,),
}
"""What is asked or noted of each table that may be right."""


def judge_days(parts: Parts, faults: Faults) -> None:
    """What must hold on the day of extraction."""
    newest: dict[str, pd.Series] = {}
    for source, rows in parts.of():
        _judge_days(source, rows, faults)
        if source.table in GROWS:
            columns = rows.select_dtypes("datetime")
            seen = [newest[source.label]] if source.label in newest else []
            seen += [columns[column] for column in columns]
            newest[source.label] = pd.concat(seen).dropna().drop_duplicates()
    for source in parts.sources:
        if source.label in newest and len(newest[source.label]):
            _note_age(source, newest[source.label].sort_values(), faults)


def _judge_days(source: Source, rows: pd.DataFrame, faults: Faults) -> None:
    extraction = pd.Timestamp(source.extracted_on)
    for column in NOT_AFTER_EXTRACTION.get(source.table, ()):
        days = rows[column]
        if source.table == "statuses":
            days = days[rows["kind"] == "actual"]
        late = days.index[days > extraction]
        rule = f"lies after the extraction ({source.extracted_on})"
        faults.add(source.label, rule, column=_heading(source, column), rows=late)
        if years := OLDEST_DAY_YEARS.get(source.table):
            early = rows.index[rows[column] < extraction - pd.DateOffset(years=years)]
            rule = f"lies more than {years} years before the extraction"
            faults.add(source.label, rule, column=_heading(source, column), rows=early)
    if source.table == "persons":
        born = rows["birth_year"]
        rule = f"not born from {extraction.year - OLDEST_YEARS} to {extraction.year}"
        odd = rows.index[~born.between(extraction.year - OLDEST_YEARS, extraction.year)]
        faults.add(source.label, rule, column=_heading(source, "birth_year"), rows=odd)
        for column in ("moved_on", "died_on"):
            early = rows.index[(rows[column].dt.year < born).fillna(False)]
            rule = "lies before the person's year of birth"
            faults.add(source.label, rule, column=_heading(source, column), rows=early)


def _note_age(source: Source, days: pd.Series, faults: Faults) -> None:
    """Note a file of which the newest of its different `days`, and as long as they lie apart, is long ago."""
    expected = days.iloc[-1] + days.diff().median() + pd.Timedelta(days=STALE_DAYS)
    if expected < pd.Timestamp(source.extracted_on).to_period("M").start_time:
        faults.note(source.label, "old")


def _judge_persons(sources: list[Source], parts: Parts, faults: Faults) -> None:
    """Everybody is among the persons, on benefits only after being born, and joins and starts while alive."""
    persons = [rows for _, rows in parts.of("persons") if len(rows)]
    declared = [source.label for source in sources if source.table == "persons"]
    # a person whose row, or file, is at fault is not unknown
    complete = not faults.concern([*declared, *(source.file for source in sources if source.table == "persons")])
    known = (
        pd.concat(persons).drop_duplicates("person")
        if persons
        else pd.DataFrame(columns=["person", "birth_year", "died_on"])
    )
    born = known.set_index("person")["birth_year"]
    died = known.set_index("person")["died_on"]
    for source, rows in parts.of("spells", "cohort"):
        if rows.empty:
            continue
        places, different = pd.factorize(rows["person"])
        year = born.reindex(different).to_numpy(dtype=float, na_value=np.nan)[places]
        if complete:
            unknown = rows.index[np.isnan(year)]
            rule = "a person who is not in the table persons"
            faults.add(source.label, rule, column=_heading(source, "person"), rows=unknown)
        column = "start" if source.table == "spells" else "entered_on"
        early = rows.index[rows[column].dt.year.to_numpy() < year]
        rule = "lies before the person's year of birth"
        faults.add(source.label, rule, column=_heading(source, column), rows=early)
        if source.table == "cohort":
            death = pd.to_datetime(rows["person"].map(died))
            for column in ("entered_on", "started_on"):
                late = rows.index[rows[column] > death]
                faults.add(source.label, "lies after the person's death", column=_heading(source, column), rows=late)


def _heading(source: Source, column: str) -> str:
    return source.headings.get(column, column)
