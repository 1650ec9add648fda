"""The key of the pseudonyms: drawn, its owner's alone, apart from the data, and never another one unnoticed."""

import os
import stat
from pathlib import Path

import pandas as pd
import pytest
from raw_files import write_raw

from afkast.errors import DataError
from afkast.intake import import_raw, pseudonym_key
from afkast.intake.pseudonym import KEY_BYTES, pseudonyms

GOOD = "00112233445566778899aabbccddeeff" * 2


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    path = tmp_path / "noegle" / "pseudonym.key"
    path.parent.mkdir()
    monkeypatch.setenv("AFKAST_KEY_FILE", str(path))
    return path


@pytest.fixture
def snapshots(tmp_path):
    return tmp_path / "data" / "snapshots"


def write_key(path, text, mode=0o600):
    path.write_text(text, encoding="ascii")
    path.chmod(mode)


def test_the_first_key_is_made_its_owner_s_alone_and_told_of(key_file, snapshots):
    told = []
    key = pseudonym_key(snapshots, told.append)
    assert len(key) == KEY_BYTES and pseudonym_key(snapshots, told.append) == key
    assert key == bytes.fromhex(key_file.read_text())
    assert [str(key_file) in one for one in told] == [True]
    if os.name == "posix":
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_the_key_lies_under_the_home_folder_unless_named(tmp_path, snapshots, monkeypatch):
    monkeypatch.delenv("AFKAST_KEY_FILE", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "hjem")
    key = pseudonym_key(snapshots)
    assert key.hex() == (tmp_path / "hjem" / ".config" / "afkast" / "pseudonym.key").read_text().strip()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("HEMMELIG", "is not a key of 64 hex digits"),
        ("", "is not a key of 64 hex digits"),
        (GOOD[:-2], "is not a key of 64 hex digits"),
        (GOOD + "00", "is not a key of 64 hex digits"),
        ("ab" * 32, "can be guessed"),
        ("00" * 32, "can be guessed"),
        ("0102" * 16, "can be guessed"),
    ],
)
def test_a_damaged_or_weak_key_is_refused_and_not_replaced(key_file, snapshots, text, sentence):
    write_key(key_file, text)
    with pytest.raises(DataError, match=sentence) as refused:
        pseudonym_key(snapshots)
    assert key_file.read_text() == text
    assert not text or text not in str(refused.value)


@pytest.mark.skipif(os.name != "posix", reason="needs the rights of a POSIX file")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused(key_file, snapshots, mode):
    write_key(key_file, GOOD, mode)
    with pytest.raises(DataError, match="can be read by others"):
        pseudonym_key(snapshots)
    write_key(key_file, GOOD, 0o400)
    assert pseudonym_key(snapshots).hex() == GOOD


@pytest.mark.parametrize("place", ["data/pseudonym.key", "data/raw/noegle", "link/noegle"])
def test_a_key_in_the_folder_of_data_is_refused(tmp_path, snapshots, monkeypatch, place):
    snapshots.mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "data")
    monkeypatch.setenv("AFKAST_KEY_FILE", str(tmp_path / place))
    with pytest.raises(DataError, match="lies inside the folder of data"):
        pseudonym_key(snapshots)
    assert [path.name for path in (tmp_path / "data").rglob("*")] == ["snapshots"]


def test_a_key_inside_the_project_is_refused(tmp_path, snapshots, monkeypatch):
    root = Path(__file__).resolve().parents[1]
    monkeypatch.setenv("AFKAST_HOME", str(root))
    monkeypatch.setenv("AFKAST_KEY_FILE", str(root / "noegle" / "pseudonym.key"))
    with pytest.raises(DataError, match="lies inside the project"):
        pseudonym_key(snapshots)
    assert not (root / "noegle").exists()


def test_a_missing_key_is_not_made_anew_once_something_was_imported(tmp_path, key_file, snapshots):
    write_raw(tmp_path / "raw")
    import_raw(tmp_path, snapshots, pseudonym_key(snapshots))
    key_file.unlink()
    with pytest.raises(DataError, match="restore it from your copy"):
        pseudonym_key(snapshots)
    assert not key_file.exists()


def test_another_key_than_last_month_s_is_told(tmp_path, key_file, snapshots):
    told = []
    write_key(key_file, GOOD)
    write_raw(tmp_path / "raw")
    import_raw(tmp_path, snapshots, pseudonym_key(snapshots, told.append))
    pseudonym_key(snapshots, told.append)
    assert told == []
    write_key(key_file, GOOD[::-1])
    pseudonym_key(snapshots, told.append)
    assert len(told) == 1 and "every person gets a new pseudonym" in told[0] and GOOD[::-1] not in told[0]


def test_the_same_number_is_another_as_a_person_than_as_a_case():
    numbers = pd.Series(["010203-4567", "0102034567"])
    person, case = (pseudonyms(numbers, bytes.fromhex(GOOD), domain) for domain in ("person", "case"))
    assert person.nunique() == case.nunique() == 1
    assert person[0] != case[0]
