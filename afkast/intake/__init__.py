"""The door in: raw files → a validated, pseudonymised, immutable snapshot.

`sources` declares the files, `readers` cut them into cells, `tidy` gives the cells names and types, `tables`
judges them by `contracts`, `snapshot` keeps them.
"""

from afkast.intake.contracts import CONTRACTS
from afkast.intake.pseudonym import pseudonym_key
from afkast.intake.snapshot import Snapshot, import_raw, open_snapshot

__all__ = ["CONTRACTS", "Snapshot", "import_raw", "open_snapshot", "pseudonym_key"]
