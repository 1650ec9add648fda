"""What is wrong with the raw files: collected from every file, then told in one go."""

from collections.abc import Iterable
from dataclasses import dataclass

from afkast.errors import DataError

ROWS_NAMED = 3
"""So many rows are named in a sentence; the rest are counted."""

CORRECT_ROWS = "Correct the rows at the source and export again."
CORRECT_DECLARATION = "Correct the export, or its declaration in sources.yml."
FETCH_AGAIN = "Fetch the file again from its system."


@dataclass(frozen=True)
class Fault:
    """One rule that one file breaks. Never holds a cell's value: it may be personal.

    Rows are 1-based: the physical line of a text file, the row of an Excel sheet.
    """

    file: str
    column: str | None
    rule: str
    rows: tuple[int, ...]
    count: int
    remedy: str = CORRECT_ROWS

    def __str__(self) -> str:
        column = f", column '{self.column}'" if self.column else ""
        return f"{self.file}{column}: {self.rule}{self._where()}. {self.remedy}"

    def _where(self) -> str:
        if not self.rows:
            return ""
        named = ", ".join(str(row) for row in self.rows[:ROWS_NAMED])
        if self.count == 1:
            return f" (row {named})"
        if self.count <= ROWS_NAMED:
            return f" (rows {named})"
        return f" (rows {named} and {self.count - ROWS_NAMED} more; {self.count} rows)"


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self._rows: dict[str, set[int]] = {}

    def add(
        self,
        file: str,
        rule: str,
        *,
        column: str | None = None,
        rows: Iterable[int] | None = None,
        remedy: str = CORRECT_ROWS,
    ) -> None:
        """Note that `file` breaks `rule` in `rows`; None: the file as a whole does; no rows: no fault."""
        if rows is None:
            self.found.append(Fault(file, column, rule, (), 0, remedy))
            return
        numbers = sorted({int(row) for row in rows})
        if numbers:
            self.found.append(Fault(file, column, rule, tuple(numbers), len(numbers), remedy))
            self._rows.setdefault(file, set()).update(numbers)

    def rows(self, file: str) -> set[int]:
        """The rows of a file that are at fault already, and are not judged again."""
        return self._rows.get(file, set())

    def concern(self, files: Iterable[str]) -> bool:
        """Whether any of the files has a fault."""
        return not {fault.file for fault in self.found}.isdisjoint(files)

    def stop(self) -> None:
        """Raise a DataError that lists every fault, one sentence a line; nothing when there are none."""
        if self.found:
            faults = sorted(self.found, key=lambda fault: (fault.file, fault.rows[:1]))
            count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            lines = [f"{count} in the raw files; nothing was imported.", *map(str, faults)]
            raise DataError("\n".join(lines))
