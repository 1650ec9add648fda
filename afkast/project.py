"""Where things lie: the folders of one Afkast repository."""

import os
from dataclasses import dataclass
from pathlib import Path

from afkast.errors import AfkastError


@dataclass(frozen=True)
class Project:
    """The folders of a repository of strategies, notebooks and data."""

    root: Path

    @property
    def strategies(self) -> Path:
        return self.root / "strategies"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def snapshots(self) -> Path:
        return self.root / "data" / "snapshots"

    @property
    def book(self) -> Path:
        return self.root / "book"

    @property
    def pages(self) -> Path:
        """Executed pages, ready to be rendered; generated."""
        return self.book / "strategies"

    @property
    def build(self) -> Path:
        return self.book / "_build"

    @property
    def site(self) -> Path:
        return self.build / "html"


def find_project() -> Project:
    """The project of AFKAST_HOME, else of the working directory or a folder above it, else the one this code lies in.

    The last rule lets a notebook run from any working directory.
    """
    home = os.environ.get("AFKAST_HOME")
    candidates = [Path(home)] if home else [Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[1]]
    for root in candidates:
        if (root / "_config.yml").is_file() and (root / "notebooks").is_dir() and (root / "strategies").is_dir():
            return Project(root.resolve())
    raise AfkastError(
        f"{home or Path.cwd()} is not an Afkast project: it lacks _config.yml, notebooks/ or strategies/; "
        "run from the repository or set AFKAST_HOME."
    )
