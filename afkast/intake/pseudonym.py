"""Persons are pseudonymised at the door: a CPR number never goes further than this module.

A bare hash of a CPR number is undone by hashing all of them; a keyed one is not, as long as the key lies apart from
the data and nobody else can read it. So the key lies outside the repository and the data folder.
"""

import hmac
import os
import re
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pandas as pd

from afkast.errors import AfkastError, DataError
from afkast.intake.snapshot import manifests
from afkast.project import find_project

CPR = r"[0-9]{6}-?[0-9]{4}"
"""Ten digits. Neither date nor control digit is judged: real numbers break both rules."""

CASE = r"[0-9A-Za-z-]+"
"""Letters, digits and hyphens, as in S-2017-0249."""

KEY_BYTES = 32
FEWEST_DIFFERENT_BYTES = 8
"""A drawn key has about thirty; one with fewer was typed."""

PSEUDONYM_LENGTH = 20
OTHERS = stat.S_IRWXG | stat.S_IRWXO

Domain = Literal["person", "case"]


def pseudonyms(numbers: pd.Series, key: bytes, domain: Domain) -> pd.Series:
    """The pseudonyms of CPR or case numbers: HMAC-SHA256 over domain and number without hyphens, 20 hex digits.

    The same number as a person's and as a case's has two. A missing number has a missing pseudonym.
    """
    digits = numbers.str.replace("-", "", regex=False)
    pseudonym_of = {
        number: hmac.digest(key, f"{domain} {number}".encode(), "sha256").hex()[:PSEUDONYM_LENGTH]
        for number in digits.dropna().unique()
    }
    return digits.map(pseudonym_of).astype(str)


def key_id(key: bytes) -> str:
    """Tells which key a snapshot was made with, without telling the key."""
    return hmac.digest(key, b"afkast key id", "sha256").hex()[:8]


def pseudonym_key(snapshots: Path, tell: Callable[[str], None] = lambda _: None) -> bytes:
    """The key in the file AFKAST_KEY_FILE names, else under the home folder; made where nothing was imported yet.

    `tell` gets a sentence when a key was made, and when it is another than that of the latest snapshot. Raises
    DataError when the file is missing though there are snapshots, is not a key or a weak one, lies in the project or
    the folder of data, or can be read by others.
    """
    named = os.environ.get("AFKAST_KEY_FILE")
    path = Path(named) if named else Path.home() / ".config" / "afkast" / "pseudonym.key"
    _check_place(path, snapshots)
    made_with = [str(manifest["pseudonym_key_id"]) for manifest in manifests(snapshots)]
    if not path.exists():
        if made_with:
            raise DataError(
                f"The key file {path.name} is missing, and there are snapshots made with a key; restore it from your "
                "copy, or remove the snapshots to begin anew (a new key gives every person a new pseudonym)."
            )
        _make_key(path)
        tell(f"A new pseudonym key was made: {path}. Keep a copy apart from the data.")
    key = _read_key(path)
    if made_with and made_with[-1] != key_id(key):
        tell(
            f"The key in {path.name} is another than the latest snapshot's: every person gets a new pseudonym. "
            "Restore the former key if that was not meant."
        )
    return key


def _check_place(path: Path, snapshots: Path) -> None:
    """Not where it could be committed, or be handed on with the data."""
    forbidden = {"folder of data": snapshots.resolve().parent}
    with suppress(AfkastError):
        forbidden["project"] = find_project().root
    for what, folder in forbidden.items():
        if path.resolve().is_relative_to(folder):
            raise DataError(f"The key file {path.name} lies inside the {what}; let AFKAST_KEY_FILE name one outside.")


def _read_key(path: Path) -> bytes:
    try:
        if os.name == "posix" and path.stat().st_mode & OTHERS:
            raise DataError(
                f"The key file {path.name} can be read by others than its owner; let it be yours alone: chmod 600."
            )
        written = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        written = ""
    if not re.fullmatch(rf"[0-9a-f]{{{2 * KEY_BYTES}}}", written):
        raise DataError(
            f"The key file {path.name} cannot be read, or is not a key of {2 * KEY_BYTES} hex digits; "
            "restore it from your copy (a new key gives every person a new pseudonym)."
        )
    key = bytes.fromhex(written)
    if len(set(key)) < FEWEST_DIFFERENT_BYTES:
        raise DataError(
            f"The key in {path.name} can be guessed: it has fewer than {FEWEST_DIFFERENT_BYTES} different bytes; "
            "remove the file, and a key is drawn."
        )
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
