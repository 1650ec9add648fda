"""What lies in raw/: `sources.yml` beside it declares every file, how it is read and what its columns are."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from afkast.engine import NAME_IN_DATABASE
from afkast.errors import DataError
from afkast.intake.contracts import CONTRACTS, PERSON_TABLES
from afkast.intake.since import Question
from afkast.project import DECLARATION
from afkast.yaml_file import read_yaml, validate

PLAIN_NAME = r"^[^/\\:.][^/\\:]*\.(txt|csv|xlsx)$"

Scalar = str | int | float | date

Reason = Annotated[str, Field(min_length=10)]


class Strict(BaseModel):
    """No unknown keys, nothing changed after reading, no value quoted in a message."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RawFile(Strict):
    """What every raw file declares."""

    file: str = Field(pattern=PLAIN_NAME)
    table: str
    source: str = Field(min_length=1)  # shown to readers
    extracted_on: date
    synthetic: bool = False  # the book says so on every page that uses it
    published: bool = False  # an authority has made its numbers public already: none of them is hidden
    accepted: dict[Question, Reason] = {}  # what an import asks about the file, answered with a reason readers see

    @property
    def label(self) -> str:
        """What a fault calls the file."""
        return self.file

    @model_validator(mode="after")
    def _table_exists(self) -> "RawFile":
        if self.table not in CONTRACTS:
            raise ValueError(f"table must be one of {', '.join(CONTRACTS)}")
        return self

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


class Journal(RawFile):
    """A posting journal printed by KMD Opus, in Windows-1252."""

    reader: Literal["opus_journal"]
    table: Literal["ledger"] = "ledger"
    wbs_elements: dict[str, WbsElement] = Field(min_length=1)

    @property
    def headings(self) -> dict[str, str]:
        """Contract column → heading."""
        return {
            "document": "Bilagsnr.",
            "wbs_element": "PSP-element",
            "period": "Per",
            "posted_on": "Bogf.dato",
            "text": "Tekst",
            "amount_dkk": "Beløb",
        }


class Sheet(RawFile):
    """A table below a line of headings; Excel and CSV alike."""

    columns: dict[str, str] = Field(min_length=1)  # heading: column of the contract
    months: list[str] = Field(default=[], min_length=12, max_length=12)  # headings of January … December
    total: str | None = None  # heading of the year's amount, which the months must add up to
    constants: dict[str, Scalar] = {}  # contract column: its value in every row
    values: dict[str, dict[str, str]] = {}  # contract column: {wording in the file: the contract's}
    negate: dict[str, str] = {}  # contract column: its value in the rows whose amount changes sign
    footer: str | None = None  # rows from the first whose first cell begins with this are not data

    @property
    def headings(self) -> dict[str, str]:
        """Contract column → heading."""
        return {column: heading for heading, column in self.columns.items()}

    @property
    def declared_headings(self) -> list[str]:
        return [*self.columns, *self.months, *([self.total] if self.total else [])]

    @model_validator(mode="after")
    def _makes_the_table(self) -> "Sheet":
        contract = CONTRACTS[self.table].columns
        made = [*self.columns.values(), *self.constants, *(["month", "amount_dkk"] if self.months else [])]
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
        if self.total and not self.months:
            raise ValueError("a total needs months")
        if self.negate and "amount_dkk" not in contract:
            raise ValueError("negate needs a table with amounts")
        return self


class Csv(Sheet):
    """`;` between cells, decimal comma, dates dd-mm-yyyy, months 2019M06."""

    reader: Literal["csv"]
    encoding: Literal["utf-8-sig", "cp1252"] = "utf-8-sig"  # utf-8-sig: with or without a byte order mark


class Excel(Sheet):
    """One sheet of a workbook."""

    reader: Literal["excel"]
    sheet: str

    @property
    def label(self) -> str:
        return f"{self.file}, sheet '{self.sheet}'"


Source = Journal | Csv | Excel


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


class Sources(Strict):
    """The whole of sources.yml."""

    sources: list[Annotated[Source, Field(discriminator="reader")]] = Field(min_length=1)
    warehouse: Warehouse | None = None

    @model_validator(mode="after")
    def _each_once(self) -> "Sources":
        labels = [source.label.casefold() for source in self.sources]
        if len(set(labels)) < len(labels):
            raise ValueError("a file, or a sheet of it, is declared twice")
        return self


def read_sources(folder: Path) -> Sources:
    """The declared files of a data folder, in the order of sources.yml; DataError names each faulty line."""
    return validate(Sources, read_yaml(folder / DECLARATION, DataError), DataError)
