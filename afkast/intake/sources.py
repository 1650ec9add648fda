"""What lies in raw/: `sources.yml` beside it declares every file, how it is read and what its columns are."""

import difflib
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from afkast.engine import NAME_IN_DATABASE
from afkast.errors import DataError
from afkast.intake.cells import DecimalMark
from afkast.intake.contracts import CONTRACTS, PERSON_TABLES
from afkast.intake.faults import QUESTIONS
from afkast.intake.services import Jobindsats, Service
from afkast.intake.wording import normal_data
from afkast.profile import FLOOR, Profile, profile
from afkast.project import DECLARATION
from afkast.yaml_file import YamlFile, read_yaml, validate

TEXT_FILE, WORKBOOK = r"(?i:txt|csv|tsv)", r"(?i:xlsx|xlsm|xlsb|xls|ods)"
PLAIN_NAME = rf"^[^/\\:.][^/\\:]*\.(?:{TEXT_FILE}|{WORKBOOK}|(?i:json|parquet|sql))$"
DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}

Scalar = str | int | float | date
Mark = Literal["zero", "missing", "suppressed"]
YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")

DATED = ("measures", "ledger", "spells")
"""Tables whose earlier extractions are kept: each of their rows belongs to a month."""

Reason = Annotated[str, Field(min_length=10)]

WHO_AND_WHY = re.compile(r"[^:]{2,60}: +\S")


class Strict(BaseModel):
    """No unknown keys, nothing changed after reading, no value quoted in a message."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RawFile(Strict):
    """What every raw file declares."""

    file: str = Field(pattern=PLAIN_NAME)
    table: str
    source: str = Field(min_length=1)  # shown to readers
    extracted_on: date
    earlier: dict[str, date] = {}  # earlier extractions of the same export that lie in raw/, too: file → its day
    due: Annotated[int, Field(ge=1, le=28)] | list[date] | None = (
        None  # when new ones come: a day of each month, or days
    )
    synthetic: bool = False  # the book says so on every page that uses it
    published: bool = False  # an authority has made its numbers public already: none of them is hidden
    accepted: dict[str, Reason] = {}  # what an import asks about the file, answered: who: why, as readers see it

    @field_validator("accepted")
    @classmethod
    def _answers_questions(cls, accepted: dict[str, str]) -> dict[str, str]:
        if unknown := set(accepted) - set(QUESTIONS):
            raise ValueError(f"no import asks {', '.join(sorted(unknown))}; it asks {', '.join(QUESTIONS)}")
        if nameless := [question for question, answer in accepted.items() if not WHO_AND_WHY.match(answer)]:
            raise ValueError(f"the answer to {', '.join(nameless)} begins with who gives it, as 'AB: the reason'")
        return accepted

    @property
    def label(self) -> str:
        """What a fault calls the file."""
        return self.file

    def due_after(self, day: date) -> date | None:
        """The first day after that one on which a new file is due; None where nobody has said, or knows."""
        if isinstance(self.due, list):
            return min((one for one in self.due if one > day), default=None)
        if self.due is None:
            return None
        months = 12 * day.year + day.month - 1 + (day.day >= self.due)
        return date(months // 12, months % 12 + 1, self.due)

    @model_validator(mode="after")
    def _table_exists(self) -> "RawFile":
        if self.table not in CONTRACTS:
            raise ValueError(f"table must be one of {', '.join(CONTRACTS)}")
        return self

    @model_validator(mode="after")
    def _was_extracted_before(self) -> "RawFile":
        if self.earlier and self.table not in DATED:
            raise ValueError(f"earlier extractions are kept of {', '.join(DATED)} alone")
        for file, day in self.earlier.items():
            if not re.fullmatch(PLAIN_NAME, file) or Path(file).suffix.lower() != Path(self.file).suffix.lower():
                raise ValueError(f"earlier: {file} is no name of a file of the same kind")
            if day >= self.extracted_on:
                raise ValueError(f"earlier: {file} was extracted on {day}, which is not before extracted_on")
        return self

    def earlier_files(self) -> list[Self]:
        """The earlier extractions as declared files, the first one first; they are read as this one is."""
        days = sorted(self.earlier.items(), key=lambda one: one[1])
        return [self.model_copy(update={"file": file, "extracted_on": day, "earlier": {}}) for file, day in days]

    @model_validator(mode="after")
    def _publishes_no_persons(self) -> "RawFile":
        if self.published and self.table in PERSON_TABLES:
            raise ValueError("published is for counts and amounts; a file of persons cannot be declared published")
        return self


class WbsElement(Strict):
    """What a PSP-element of the accounts is in Afkast."""

    strategy: str
    committee: str
    line: Literal["investment", "benefit_saving"]


class Postings(RawFile):
    """Postings whose PSP-elements say what they are of."""

    table: Literal["ledger"] = "ledger"
    wbs_elements: dict[str, WbsElement] = Field(min_length=1)

    @property
    def headings(self) -> dict[str, str]:
        """Contract column, and wbs_element → heading."""
        raise NotImplementedError


class Journal(Postings):
    """A posting journal printed by KMD Opus, in Windows-1252."""

    reader: Literal["opus_journal"]

    @property
    def headings(self) -> dict[str, str]:
        """Contract column → heading."""
        return {
            "document": "Bilagsnr.",
            "wbs_element": "PSP-element",
            "period": "Per",
            "posted_on": "Bogf.dato",
            "amount_dkk": "Beløb",
        }


class PostingList(Postings):
    """Postings that KMD Opus lists between tabs (CJI3) or pipes (ALV)."""

    reader: Literal["opus_list"]
    columns: dict[str, str] = {
        "Bilagsnummer": "document",
        "PSP-element": "wbs_element",
        "Periode": "period",
        "Bogføringsdato": "posted_on",
        "Vrd./CO-områdevaluta": "amount_dkk",
    }
    encoding: Literal["utf-8-sig", "utf-8", "cp1252", "cp850", "utf-16"] = "cp1252"

    @field_validator("columns")
    @classmethod
    def _are_those_of_a_posting(cls, columns: dict[str, str]) -> dict[str, str]:
        wanted = ["amount_dkk", "document", "period", "posted_on", "wbs_element"]
        if sorted(columns.values()) != wanted:
            raise ValueError(f"must give {', '.join(wanted)}, each once")
        return columns

    @property
    def headings(self) -> dict[str, str]:
        """Contract column → heading."""
        return {column: heading for heading, column in self.columns.items()}


class Refunds(RawFile):
    """Ydelsesrefusion's rows of weeks: what was paid and refunded, as paid prices."""

    reader: Literal["ydelsesrefusion"]
    table: Literal["unit_prices"] = "unit_prices"
    benefits: dict[str, str] = Field(min_length=1)  # the file's wording: name of the benefit; "": it has no price
    encoding: Literal["utf-8-sig", "utf-8", "cp1252"] = "utf-8-sig"

    @property
    def headings(self) -> dict[str, str]:
        """Contract column → heading."""
        return {"benefit": "Ydelse", "area": "Finansiering Kommunenavn"}


class Dream(RawFile):
    """A column per week with a code: spells of persons."""

    reader: Literal["dream"]
    table: Literal["spells"] = "spells"
    person: str = "PNR"  # heading of the column with the CPR number
    codes: dict[str, str] = Field(min_length=1)  # code: name of the benefit; "": the code is none
    delimiter: Literal["semicolon", "comma", "tab", "pipe"] = "comma"
    encoding: Literal["utf-8-sig", "utf-8", "cp1252", "cp850"] = "utf-8-sig"

    @field_validator("codes", mode="before")
    @classmethod
    def _codes_are_words(cls, codes: Any) -> Any:
        return {str(code): benefit for code, benefit in codes.items()} if isinstance(codes, dict) else codes

    @property
    def separator(self) -> str:
        return DELIMITERS[self.delimiter]

    @property
    def headings(self) -> dict[str, str]:
        """Contract column → heading."""
        return {"person": self.person}


class Sheet(RawFile):
    """A table below a line of headings; Excel and text files alike."""

    columns: dict[str, str] = Field(min_length=1)  # heading: column of the contract
    ignore: list[str] = []  # headings whose cells are dropped before anything is kept
    heading_rows: int = Field(default=1, ge=1, le=3)  # so many rows make one heading, joined by a space
    months: list[str] = Field(default=[], min_length=12, max_length=12)  # headings of January … December
    years: list[str] = Field(default=[], min_length=1)  # headings of years' amounts, each with its year in it
    kinds: dict[str, str] = Field(default={}, min_length=1)  # budget: heading of a kind's amounts: the kind
    total: str | None = None  # heading of the amount that the months, or years, must add up to
    constants: dict[str, Scalar] = {}  # contract column: its value in every row
    values: dict[str, dict[str, str]] = {}  # contract column: {wording in the file: the contract's}
    negate: dict[str, str] = {}  # contract column: its value in the rows whose amount changes sign
    marks: dict[str, Mark] = {}  # what stands for a number or a day: what it says
    decimal: DecimalMark | None = None  # where the cells do not tell it
    scale: float | None = Field(default=None, gt=0)  # kroner, or units, to one of the file's
    quarters: Literal["first", "last", "each"] | None = (
        None  # measures: of which of its months a quarter's value speaks
    )
    absent: Literal["zero"] | None = None  # measures: what a row that is not there says, as in StatBank's BULK
    leave_out: dict[str, list[str]] = {}  # heading: wordings of rows that are not data, such as totals
    footer: str | None = None  # rows from the first whose first cell begins with this are not data

    @model_validator(mode="before")
    @classmethod
    def _texts_of_postings_are_ignored(cls, declared: Any) -> Any:
        # they may name citizens, and no page reads them
        if not isinstance(declared, dict) or declared.get("table") != "ledger":
            return declared
        columns = declared.get("columns")
        if not isinstance(columns, dict) or "text" not in columns.values():
            return declared
        texts = [heading for heading, column in columns.items() if column == "text"]
        kept = {heading: column for heading, column in columns.items() if column != "text"}
        return declared | {"columns": kept, "ignore": [*declared.get("ignore", []), *texts]}

    @field_validator("years", mode="before")
    @classmethod
    def _headings_are_words(cls, years: Any) -> Any:
        return [str(year) for year in years] if isinstance(years, list) else years

    @property
    def headings(self) -> dict[str, str]:
        """Contract column → heading."""
        return {column: heading for heading, column in self.columns.items()}

    @property
    def spread(self) -> dict[str, dict[str, str]]:
        """The headings whose amounts become rows of their own: what the row then has in which columns."""
        if self.months:
            return {heading: {"month": str(month)} for month, heading in enumerate(self.months, start=1)}
        if self.years:
            return {heading: {"year": YEAR.findall(heading)[0]} for heading in self.years}
        years = {heading: {"year": YEAR.findall(heading)[0]} for heading in self.dated_headings}
        return {heading: {"kind": kind, **years.get(heading, {})} for heading, kind in self.kinds.items()}

    @property
    def dated_headings(self) -> list[str]:
        """The headings whose year becomes that of their rows."""
        return [*self.years, *(self.kinds if "year" not in {*self.columns.values(), *self.constants} else ())]

    @property
    def kept_headings(self) -> list[str]:
        """The headings whose cells go on; those of `ignore`, and those that only tell what is left out, do not."""
        return [*self.columns, *self.spread, *([self.total] if self.total else [])]

    @property
    def numeric_headings(self) -> list[str]:
        """The headings below which numbers stand."""
        forms = {name: column.metadata["form"] for name, column in CONTRACTS[self.table].columns.items()}
        numbers = [heading for heading, column in self.columns.items() if forms[column] in ("number", "whole")]
        return [*numbers, *(heading for heading in self.kept_headings if heading not in self.columns)]

    @property
    def declared_headings(self) -> list[str]:
        kept = [*self.kept_headings, *self.ignore]
        return [*kept, *(heading for heading in self.leave_out if heading not in kept)]

    @property
    def decimal_mark(self) -> DecimalMark:
        return self.decimal or ","

    @model_validator(mode="after")
    def _makes_the_table(self) -> "Sheet":
        contract = CONTRACTS[self.table].columns
        if (self.months and self.years) or (self.kinds and (self.months or self.years)):
            raise ValueError("either months, years or kinds become rows, one of the three")
        if odd := [heading for heading in self.dated_headings if len(set(YEAR.findall(heading))) != 1]:
            listed = "years" if self.years else "kinds"
            raise ValueError(f"each heading under {listed} must hold one year; not so {', '.join(odd)}")
        spread = [*next(iter(self.spread.values())), "amount_dkk"] if self.spread else []
        made = [*self.columns.values(), *self.constants, *spread]
        filled = {"source", "status"} | {name for name, column in contract.items() if column.nullable}
        if unknown := [column for column in [*made, *self.values, *self.negate] if column not in contract]:
            raise ValueError(f"table {self.table} has no column {', '.join(unknown)}")
        if twice := {column for column in made if made.count(column) > 1}:
            raise ValueError(f"more than one source for column {', '.join(sorted(twice))}")
        if lacking := [column for column in contract if column not in {*made, *filled}]:
            raise ValueError(
                f"nothing gives column {', '.join(lacking)} of table {self.table}; name it under columns or constants"
            )
        if len(set(self.declared_headings)) < len(self.declared_headings):
            raise ValueError("a heading is declared twice")
        if unheard := [column for column in self.values if column not in self.columns.values()]:
            raise ValueError(f"values has wordings for {', '.join(unheard)}, which no heading of the file gives")
        if absent := [column for column in self.negate if column not in made]:
            raise ValueError(f"negate names {', '.join(absent)}, which neither columns nor constants give")
        if self.table == "measures" and not {"value", "numerator"} & set(made):
            raise ValueError("nothing gives column value of table measures; name it, or numerator and denominator")
        if self.table == "measures" and "value" not in made and "denominator" not in made:
            raise ValueError("value follows from numerator and denominator; name the denominator too")
        if self.total and not (self.months or self.years):
            raise ValueError("a total needs months or years")
        if odd := sorted(set(self.kinds.values()) - set(known_words("budget", "kind"))):
            raise ValueError(f"kinds are {', '.join(known_words('budget', 'kind'))}; not so {', '.join(odd)}")
        if self.negate and "amount_dkk" not in contract:
            raise ValueError("negate needs a table with amounts")
        if self.quarters and self.table != "measures":
            raise ValueError("only the table measures has quarters")
        if self.absent and self.table != "measures":
            raise ValueError("only in the table measures can a row that is not there be a zero")
        if "suppressed" in self.marks.values() and self.table != "measures":
            raise ValueError("only the table measures has suppressed values")
        if self.scale and not scaled(self.table):
            raise ValueError(f"scale needs a table with amounts or values, and {self.table} has none")
        return self

    @model_validator(mode="after")
    def _negates_what_the_contract_knows(self) -> "Sheet":
        for column, value in self.negate.items():
            known = known_words(self.table, column) or list(self.values.get(column, {}).values())
            if known and value not in known:
                renamed = self.values.get(column, {}).get(value)
                near = [renamed] if renamed else difflib.get_close_matches(value, known, n=1)
                hint = f"; did you mean {near[0]}" if near else ""
                raise ValueError(f"negate: {column} is {', '.join(known)} once values has renamed it{hint}")
        return self


class Fetched(Sheet):
    """A table that may be asked of a service, instead of being put into raw/ by hand."""

    fetch: Service | None = None

    @model_validator(mode="after")
    def _comes_in_its_form(self) -> "Fetched":
        if isinstance(self.fetch, Jobindsats) and not self.file.lower().endswith(".json"):
            raise ValueError("what Jobindsats answers is kept as .json")
        return self


class Csv(Fetched):
    """A text file: a line per row, the same character between all cells."""

    reader: Literal["csv"]
    file: str = Field(pattern=rf"^[^/\\:.][^/\\:]*\.{TEXT_FILE}$")
    delimiter: Literal["semicolon", "comma", "tab", "pipe"] = "semicolon"
    # utf-8-sig: with or without a byte order mark
    encoding: Literal["utf-8-sig", "utf-8", "cp1252", "cp850", "utf-16"] = "utf-8-sig"

    @property
    def separator(self) -> str:
        return DELIMITERS[self.delimiter]


class Excel(Sheet):
    """One sheet of a workbook."""

    reader: Literal["excel"]
    file: str = Field(pattern=rf"^[^/\\:.][^/\\:]*\.{WORKBOOK}$")
    sheet: str
    hidden: Literal["in", "out"] | None = None  # whether rows and columns that Excel hides are data

    @property
    def label(self) -> str:
        return f"{self.file}, sheet '{self.sheet}'"


class Json(Fetched):
    """An answer that was saved: Jobindsats v2 and v3, JSON-stat, or a list of records."""

    reader: Literal["json"]
    file: str = Field(pattern=r"^[^/\\:.][^/\\:]*\.(?i:json)$")


class Parquet(Sheet):
    """A table with types."""

    reader: Literal["parquet"]
    file: str = Field(pattern=r"^[^/\\:.][^/\\:]*\.(?i:parquet)$")


class Sql(Sheet):
    """A query, whose answer is the table."""

    reader: Literal["sql"]
    file: str = Field(pattern=r"^[^/\\:.][^/\\:]*\.(?i:sql)$")
    address: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")  # the environment's name for it: it may hold a password


Source = Journal | PostingList | Refunds | Dream | Csv | Excel | Json | Parquet | Sql


class Warehouse(Strict):
    """Spells that stay in a database: they are counted there, and the snapshot gets the numbers by month alone."""

    spells: str = Field(pattern=f"^{NAME_IN_DATABASE}$")  # table or view with person, first_month and last_month
    engine: str = ""  # as AFKAST_ENGINE, which is asked where nothing stands here
    source: str = Field(min_length=1)  # shown to readers
    extracted_on: date  # the day as of which it stands there; later months are not counted
    synthetic: bool = False

    @field_validator("engine")
    @classmethod
    def _holds_no_password(cls, engine: str) -> str:
        if re.search(r"//[^/@]*:[^/@]*@|password=|pwd=", engine, re.IGNORECASE):
            raise ValueError("a password does not belong into this file; give the whole address in AFKAST_ENGINE")
        return engine


class Disclosure(Strict):
    """For whom editions of the data folder are, and the fewest persons that they show."""

    profile: Literal["intern", "offentlig"] = "intern"
    fewest_shown: int | None = Field(default=None, ge=FLOOR)


class Sources(Strict):
    """The whole of sources.yml."""

    disclosure: Disclosure = Disclosure()
    sources: list[Annotated[Source, Field(discriminator="reader")]] = Field(min_length=1)
    warehouse: Warehouse | None = None

    @model_validator(mode="after")
    def _each_once(self) -> "Sources":
        labels = [one.label.casefold() for source in self.sources for one in (source, *source.earlier_files())]
        if len(set(labels)) < len(labels):
            raise ValueError("a file, or a sheet of it, is declared twice")
        return self


def profile_of(folder: Path) -> Profile:
    """The disclosure profile that a data folder declares."""
    path = folder / DECLARATION
    return _profile(path, path.stat().st_mtime_ns) if path.is_file() else profile("intern")


@cache
def _profile(path: Path, changed: int) -> Profile:
    if not re.search(r"^disclosure\s*:", path.read_text(encoding="utf-8"), re.MULTILINE):
        return profile("intern")
    declared = read_sources(path.parent).disclosure
    return profile(declared.profile, declared.fewest_shown)


def read_sources(folder: Path) -> Sources:
    """The declared files of a data folder, in the order of sources.yml; DataError names each faulty line."""
    file = read_yaml(folder / DECLARATION, DataError)
    return validate(Sources, YamlFile(file.path, normal_data(file.data), file.lines), DataError)


def scaled(table: str) -> list[str]:
    """The columns of a table that `scale` applies to: kroner, and the values of measures."""
    if table == "measures":
        return ["value"]
    return [name for name in CONTRACTS[table].columns if "dkk" in name]


def known_words(table: str, column: str) -> list[str]:
    """The words that a column is limited to by its contract; none: it is not."""
    for check in CONTRACTS[table].columns[column].checks:
        if check.name == "isin":
            return list(check.statistics["allowed_values"])
    return []
