"""The persons that an effect is asked of: one value, built in one place, refused there when its parts do not fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afkast.errors import AfkastError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Covariates = Mapping[str, NDArray[np.floating] | NDArray[np.bool_]]
"""By name, persons or persons × calendar months, the most important first."""

Rows = NDArray[np.int64] | NDArray[np.bool_]


@dataclass(frozen=True)
class Persons:
    """Persons (rows) by calendar months (columns): who is on benefits, who is followed, and who started when.

    on_benefit, observed: persons × months. start: (persons,) the column of each one's start, NaN if never.
    covariates: as known when a month begins. eligible: persons × months, who may be in a trial (such as: in the target
    group), everyone if not given. strata: persons or persons × months, whose controls are those of the same stratum.
    entered: (persons,) the column of entry into the target group, the first month in which one could be in a trial if
    not given. other_start: (persons,) the column in which one began another effort for the same persons, NaN if never;
    one who is in it already, or begins it in the month, is in no trial. team: (persons,) the caseworkers' team as a
    number, −1 where it is not known. number: whose each row is, when a person has several.
    """

    on_benefit: Bools
    observed: Bools
    start: Floats
    covariates: Covariates = field(default_factory=dict)
    eligible: Bools | None = None
    strata: NDArray[np.generic] | None = None
    entered: Floats | None = None
    other_start: Floats | None = None
    team: NDArray[np.int64] | None = None
    number: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        shape, start = self.on_benefit.shape, self.start
        for name in ("on_benefit", "observed", "eligible"):
            values = getattr(self, name)
            if values is not None and (values.dtype != np.bool_ or values.ndim != 2 or values.shape != shape):
                raise AfkastError(f"{name} must be true or false for each person and month, {shape}.")
        if start.shape != shape[:1] or start.dtype.kind not in "iuf":
            raise AfkastError("start must be one number for each person, NaN for those who have not started.")
        if (start != np.floor(start))[~np.isnan(start)].any():
            raise AfkastError("start must be a whole number, the month's place among the columns.")
        for name, x in {**self.covariates, "strata": self.strata}.items():
            if x is not None and x.shape not in (shape, shape[:1]):
                raise AfkastError(f"{name} must be given for each person, or for each person and month.")
        for name in ("entered", "other_start", "team", "number"):
            values = getattr(self, name)
            if values is not None and values.shape != shape[:1]:
                raise AfkastError(f"{name} must be given once for each person.")

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and how many months."""
        return self.on_benefit.shape[0], self.on_benefit.shape[1]

    @cached_property
    def may_start(self) -> Bools:
        """On benefits, followed, eligible and in no other effort yet, in each month.

        Nor does one begin another in it: a month does not tell which came first, and those who could start must be
        alike in what they begin by it.
        """
        may = self.on_benefit & self.observed
        if self.eligible is not None:
            may = may & self.eligible
        if self.other_start is not None:
            may = may & ~(self.other_start[:, None] <= np.arange(self.shape[1]))
        return may

    @cached_property
    def entry(self) -> Floats:
        """The month of entry into the target group; NaN if never, or before the first month or after the last."""
        may, width = self.may_start, self.shape[1]
        found = np.where(may.any(axis=1), may.argmax(axis=1), np.nan) if self.entered is None else self.entered
        return np.where((found >= 0) & (found < width), found, np.nan)

    @cached_property
    def ever_started(self) -> int:
        """How many persons have a month of start."""
        number = np.arange(len(self.start)) if self.number is None else self.number
        return len(np.unique(number[~np.isnan(self.start)]))

    def of(self, rows: Rows) -> "Persons":
        """Some of the rows, in that order."""

        def picked(values: Any) -> Any:
            return None if values is None else values[rows]

        fields = {name: picked(getattr(self, name)) for name in self.__dataclass_fields__ if name != "covariates"}
        return Persons(covariates={name: x[rows] for name, x in self.covariates.items()}, **fields)

    def unadjusted(self) -> "Persons":
        """The same without anything to weigh by."""
        return replace(self, covariates={})

    def leaving_out_last(self, months: int) -> "Persons":
        """As if the last months of the calendar were not known."""
        return replace(self, observed=self.observed & (np.arange(self.shape[1]) < self.shape[1] - months))
