"""The door in: raw files → a validated, pseudonymised, immutable snapshot.

`sources` declares the files, `readers` cut them into cells, `tidy` gives the cells names and types, `tables`
judges them by `contracts`, `importing` writes them as a snapshot, and `snapshot` reads it.
"""

import warnings
from typing import TYPE_CHECKING, Any

from afkast.intake.pseudonym import pseudonym_key
from afkast.intake.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    from afkast.intake.contracts import CONTRACTS
    from afkast.intake.importing import import_raw

__all__ = ["CONTRACTS", "Snapshot", "import_raw", "open_snapshot", "pseudonym_key"]

# pandera looks at pyspark, where that is installed, and pyspark then warns of the newest pandas
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)


def __getattr__(name: str) -> Any:
    """What only an import needs: every page opens a snapshot, and should not wait a second for the contracts."""
    if name == "CONTRACTS":
        from afkast.intake.contracts import CONTRACTS

        return CONTRACTS
    if name == "import_raw":
        from afkast.intake.importing import import_raw

        return import_raw
    raise AttributeError(name)
