"""What is asked of public services over HTTP, as `fetch` in sources.yml declares it."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

NAME_IN_ENVIRONMENT = r"^[A-Z][A-Z0-9_]*$"
PLAIN_ADDRESS = re.compile(r"https://[^/@?#]+(/[^@?#]*)?|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/[^@?#]*)?")


class _Service(BaseModel):
    """What all services have: an address, where only a machine's own may do without encryption."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    address: str
    table: str = Field(pattern=r"^[A-Za-z0-9_]+$")

    @field_validator("address", check_fields=False)
    @classmethod
    def _is_plain(cls, address: str) -> str:
        if not PLAIN_ADDRESS.fullmatch(address):
            raise ValueError("must begin with https:// and hold no user, key or question")
        return address.rstrip("/")


class Jobindsats(_Service):
    """A table of Jobindsats' API, version 3."""

    system: Literal["jobindsats"]
    address: str = "https://api.jobindsats.dk/v3"
    key: str = Field(default="AFKAST_JOBINDSATS_KEY", pattern=NAME_IN_ENVIRONMENT)  # the environment's name for it
    measures: dict[str, list[str] | Literal["*"]] = {"*": "*"}  # group of measures: its measures
    period: str = Field(default="M", pattern="^[A-Z]+$")  # kind of period: M, Q, Y, QMAT, MYTD
    latest: int = Field(default=24, ge=1)  # so many of the newest periods
    hierarchies: dict[str, list[str]] = {}  # hierarchy: names of its values, or *, or level:ID


class StatBank(_Service):
    """A table of Danmarks Statistik's StatBank."""

    system: Literal["statbank"]
    address: str = "https://api.statbank.dk/v1"
    values: dict[str, list[str]] = Field(min_length=1)  # variable: its codes, or *, or >=2019K1


Service = Annotated[Jobindsats | StatBank, Field(discriminator="system")]
