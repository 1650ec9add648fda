"""Where things lie: the repository, which is the machine, and the data folder, which is a municipality's own."""

import os
from dataclasses import dataclass
from pathlib import Path

from afkast.errors import AfkastError

DECLARATION = "sources.yml"
"""The file that makes a folder a data folder: it declares the exports under raw/."""

UNFINISHED = "unfinished-"
"""How the name of a folder of unfinished work begins; a build clears what a killed one left."""


@dataclass(frozen=True)
class Project:
    """One repository and one data folder. All that is made of the data lies in the data folder.

    Two data folders used from one repository therefore share nothing, and updating the repository touches neither.
    """

    root: Path
    data: Path

    @property
    def strategies(self) -> Path:
        return self.data / "strategies"

    @property
    def text(self) -> Path:
        """The municipality's own words: assumptions, glossary, contact."""
        return self.data / "text"

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"

    @property
    def build(self) -> Path:
        return self.data / "build"

    @property
    def editions(self) -> Path:
        """Published editions as they were executed, to see what changes after them."""
        return self.data / "editions"

    @property
    def pages(self) -> Path:
        """Executed pages, ready to be rendered; generated."""
        return self.build / "pages"

    @property
    def site(self) -> Path:
        return self.build / "html"

    @property
    def book(self) -> Path:
        """What every municipality's book has: method, glossary, look."""
        return self.root / "book"

    def notebooks(self) -> dict[str, Path]:
        """Every notebook by name: the repository's, and the data folder's own questions."""
        general, own = (
            {path.stem: path for path in sorted((folder / "notebooks").glob("*.ipynb"))}
            for folder in (self.root, self.data)
        )
        if twice := sorted(general.keys() & own.keys()):
            raise AfkastError(
                f"notebooks/{twice[0]}.ipynb of the data folder has the name of one of Afkast's own; "
                "give it another name."
            )
        return general | own


def find_project(data: str | os.PathLike[str] | None = None) -> Project:
    """The project of a data folder: `data`, else AFKAST_DATA, else the one around the working directory, else the
    example. A notebook therefore runs from any folder.
    """
    root = find_repository()
    named = data or os.environ.get("AFKAST_DATA")
    if named:
        folder = Path(named)
        if not (folder / DECLARATION).is_file():
            raise AfkastError(
                f"{folder} is not a data folder: it lacks {DECLARATION}; `afkast init {folder}` writes one."
            )
        return Project(root, folder.resolve())
    around = [folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / DECLARATION).is_file()]
    return Project(root, around[0].resolve() if around else root / "data" / "example")


def find_repository() -> Path:
    """The repository of AFKAST_HOME, else around the working directory, else the one that this code lies in."""
    home = os.environ.get("AFKAST_HOME")
    candidates = [Path(home)] if home else [Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[1]]
    for root in candidates:
        if (root / "_config.yml").is_file() and all((root / name).is_dir() for name in ("notebooks", "book")):
            return root.resolve()
    raise AfkastError(
        f"{home or Path.cwd()} is not an Afkast repository: it lacks _config.yml, notebooks/ or book/; "
        "run from the repository or set AFKAST_HOME."
    )
