"""What need not be in memory as a whole: the bytes of a raw file, and rows that wait to be put together."""

import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from afkast.intake.snapshot import file_sha256, sha256

BLOCK_BYTES = 8_000_000
"""So much of a file is read at a time."""


@dataclass(frozen=True)
class Content:
    """The bytes of a raw file, on the disk, or in memory where they were asked for."""

    place: Path | bytes
    size: int
    sha256: str

    @classmethod
    def of(cls, place: Path | bytes) -> "Content":
        """The content that is there now."""
        if isinstance(place, bytes):
            return cls(place, len(place), sha256(place))
        return cls(place, place.stat().st_size, file_sha256(place))

    def unchanged(self) -> bool:
        """Whether it still is what was hashed: what was read in the meantime then is, too."""
        return isinstance(self.place, bytes) or Content.of(self.place) == self

    def whole(self) -> bytes:
        """All of it at once."""
        return self.place if isinstance(self.place, bytes) else self.place.read_bytes()

    def start(self, size: int) -> bytes:
        """The first `size` bytes."""
        if isinstance(self.place, bytes):
            return self.place[:size]
        with self.place.open("rb") as file:
            return file.read(size)

    def blocks(self) -> Iterator[bytes]:
        """Block after block, each of whole lines and about BLOCK_BYTES long."""
        size = BLOCK_BYTES
        if isinstance(self.place, bytes):
            begins = 0
            while begins < self.size:
                ends = self.place.find(b"\n", begins + size - 1) + 1 or self.size
                yield self.place[begins:ends]
                begins = ends
        else:
            with self.place.open("rb") as file:
                while block := file.read(size):
                    yield block if block.endswith(b"\n") else block + file.readline()

    def ends_in_line_end(self) -> bool:
        """Whether the last line is whole; in UTF-16 a zero byte may follow its end."""
        if isinstance(self.place, bytes):
            last = self.place[-2:]
        else:
            with self.place.open("rb") as file:
                file.seek(max(self.size - 2, 0))
                last = file.read()
        return last.rstrip(b"\x00").endswith(b"\n")


class Waiting:
    """Things that wait on the disk, in a file without a name: it is gone when the import ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        there = next(one for one in (folder, *folder.absolute().parents) if one.is_dir())
        self._file = TemporaryFile(dir=there)  # noqa: SIM115

    def add(self, thing: Any) -> int:
        """Add one thing; the number is its place."""
        place = self._file.seek(0, os.SEEK_END)
        pickle.dump(thing, self._file, pickle.HIGHEST_PROTOCOL)
        return place

    def get(self, place: int) -> Any:
        """What was added there."""
        self._file.seek(place)
        return pickle.load(self._file)
