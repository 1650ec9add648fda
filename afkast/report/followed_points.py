"""The measurement points that a report follows, and the measures that they are added up of.

A point's title is what the page calls it. Years are the year before that of the report, and that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from afkast.analysis import change
from afkast.report.danish import MONTHS
from afkast.report.show import Page
from afkast.strategy import Goal


@dataclass(frozen=True)
class Points:
    """What a report follows: its points as they are declared, those of other sources too, and the measures."""

    report: Page
    declared: pd.DataFrame
    measures: pd.DataFrame
    abbreviations: Mapping[str, str]

    @property
    def reported(self) -> pd.DataFrame:
        """The points of the report itself, a row a measure."""
        return self.declared[self.declared["role"] != "compared"]

    @property
    def compared(self) -> pd.DataFrame:
        """The points of other sources."""
        return self.declared[self.declared["role"] == "compared"]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The report's points by title, and whether each is a share."""
        rows = self.reported.drop_duplicates("title").set_index("title")
        return rows.assign(share=[bool((self._series(one)["unit"] == change.SHARE).all()) for one in rows.itertuples()])

    @property
    def years(self) -> list[int]:
        return [self.report.as_of.year - 1, self.report.as_of.year]

    @property
    def period(self) -> str:
        return f"{MONTHS[0]}–{MONTHS[self.report.as_of.month - 1]}"

    def series(self, title: str) -> list[pd.DataFrame]:
        """The months of each measure that a point of the report is added up of."""
        return [self._series(one) for one in self.of([title]).itertuples()]

    def _series(self, point: Any) -> pd.DataFrame:
        return self.measures.query("measure == @point.measure and source == @point.source")

    def of(self, titles: Iterable[str]) -> pd.DataFrame:
        """The report's own points of these titles."""
        return self.reported[self.reported["title"].isin(list(titles))]

    def behind(self, some: pd.DataFrame) -> pd.DataFrame:
        """The measures that some of the points are made of."""
        return self.measures.merge(some[["measure", "source"]].drop_duplicates())

    def so_far(self, titles: Iterable[str]) -> pd.DataFrame:
        """The measures of these points with their titles, in the months that the year has in common with the last."""
        of_points = self.of(titles)[["title", "measure", "source"]].merge(self.measures, on=["measure", "source"])
        return of_points[of_points["period"].dt.month <= self.report.as_of.month]

    def in_steps(self, title: str, total: pd.DataFrame) -> pd.DataFrame:
        """`change.same_period` of a point in the profile's steps, so that what is worked out of it tells no more."""
        source = self.behind(self.of([title]))
        if not self.rows.loc[title, "share"]:
            return total.assign(value=self.report.in_steps(total["value"], source))
        of = self.report.in_steps(total[["numerator", "denominator"]], source)
        same = of.eq(total[of.columns]).all(axis=1) | of.isna().any(axis=1)
        return total.assign(**of, value=total["value"].where(same, of["numerator"] / of["denominator"]))

    def provisional(self, title: str, until: Any) -> pd.DataFrame:
        """The rows of a point that may still rise, of the year up to a day."""
        months = self.behind(self.of([title]))
        in_year = (months["period"].dt.year == until.year) & (months["period"] <= pd.Timestamp(until))
        return months[(months["status"] == "provisional") & in_year]

    def title_of(self, goal: Goal) -> str:
        """The point that a goal is decided by: a share says more than the counts that it is made of."""
        of_goal = self.rows[self.rows["goal"] == goal.id]
        return str((of_goal[of_goal["share"]] if of_goal["share"].any() else of_goal).index[0])

    def in_two_sources(self) -> pd.DataFrame:
        """What the report and another source have counted by year, in the months that are final in both.

        A row a point of another source and year: title, source, until (the last of the months), year, own and other,
        and the stage of each.
        """
        rows = []
        other: Any
        for other in self.compared.itertuples():
            parts = self.of([other.title])
            own = pd.DataFrame([one.set_index("period")["value"] for one in self.series(other.title)]).sum(skipna=False)
            theirs = self._series(other)
            unsure = pd.concat([self.behind(parts), theirs]).query("status != 'ok'")["period"]
            final = own.index[~own.index.isin(unsure)].to_series().sort_index()
            common = final.dt.month.isin(final[final.dt.year == self.years[1]].dt.month)
            final = final[common & final.dt.year.isin(self.years)]
            both = pd.DataFrame({"own": own, "other": theirs.set_index("period")["value"]}).loc[final]
            sums = both.groupby(both.index.year).sum()
            stages = parts["stage"].iloc[0], other.stage
            for year in self.years:
                counted = sums.loc[year, "own"], sums.loc[year, "other"]
                rows.append([other.title, other.source, final.max().month, year, *counted, *stages])
        columns = ["title", "source", "until", "year", "own", "other", "own_stage", "stage"]
        return pd.DataFrame(rows, columns=columns)


def points_of(report: Page, abbreviations: Mapping[str, str]) -> Points:
    """The page's own; `abbreviations` are explained where they are met."""
    return Points(report, report.table("measurement_points"), report.measures(), abbreviations)
