"""Persons are pseudonymised at the door: a CPR number never goes further than this module.

A bare hash of a CPR number is undone by hashing all of them; a keyed one is not, as long as the key lies
apart from the data. So the key lies outside the repository.
"""

import hmac
import os
import re
import secrets
from pathlib import Path

import pandas as pd

from afkast.errors import AfkastError, DataError
from afkast.project import find_project

CPR = r"[0-9]{6}-?[0-9]{4}"
"""Ten digits. Neither date nor control digit is judged: real numbers break both rules."""

CASE = r"[0-9A-Za-z-]+"
"""Letters, digits and hyphens, as in S-2017-0249."""

KEY_BYTES = 32
PSEUDONYM_LENGTH = 20


def pseudonyms(numbers: pd.Series, key: bytes) -> pd.Series:
    """The pseudonyms of CPR or case numbers: HMAC-SHA256 over the number without hyphens, 20 hex digits.

    A missing number has a missing pseudonym.
    """
    digits = numbers.str.replace("-", "", regex=False)
    pseudonym_of = {
        number: hmac.digest(key, number.encode(), "sha256").hex()[:PSEUDONYM_LENGTH]
        for number in digits.dropna().unique()
    }
    return digits.map(pseudonym_of).astype(str)


def key_id(key: bytes) -> str:
    """Tells which key a snapshot was made with, without telling the key."""
    return hmac.digest(key, b"afkast key id", "sha256").hex()[:8]


def pseudonym_key() -> bytes:
    """The key of this machine, in the file AFKAST_KEY_FILE names, else under the home folder; made on first use.

    Raises DataError when the file is not a key, or lies inside the project, where it could be committed.
    """
    named = os.environ.get("AFKAST_KEY_FILE")
    path = Path(named) if named else Path.home() / ".config" / "afkast" / "pseudonym.key"
    if _inside_project(path):
        raise DataError(f"The key file {path.name} lies inside the project; let AFKAST_KEY_FILE name one outside.")
    try:
        if not path.exists():
            _make_key(path)
        written = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        written = ""
    if not re.fullmatch(rf"[0-9a-f]{{{2 * KEY_BYTES}}}", written):
        raise DataError(
            f"The key file {path.name} cannot be read, or is not a key of {2 * KEY_BYTES} hex digits; "
            "restore it from your copy (a new key gives every person a new pseudonym)."
        )
    return bytes.fromhex(written)


def _inside_project(path: Path) -> bool:
    try:
        root = find_project().root
    except AfkastError:
        return False
    return path.resolve().is_relative_to(root)


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
