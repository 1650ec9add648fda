"""The processors share what is reckoned piece by piece; what is summed of it is summed in order, so it is the same."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Piece = TypeVar("Piece")
Found = TypeVar("Found")


FEW_NUMBERS = 100_000
"""A piece of so few is done before another thread has begun with it."""


def each(reckon: Callable[[Piece], Found], pieces: Iterable[Piece], numbers: float) -> Iterator[Found]:
    """What is found of each piece, of about so many numbers, in their order. numpy lets other threads on while it
    reckons."""
    yield from map(reckon, pieces) if numbers <= FEW_NUMBERS else _pool(os.getpid()).map(reckon, pieces)


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The threads of this process, made once: a forked one has none of its parent's."""
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix=f"reckoning-{process}")
