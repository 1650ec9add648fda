"""Python's parser, for threads: pages are looked through side by side."""

import ast
from threading import Lock

_ONE_AT_A_TIME = Lock()
"""Python 3.11 counts how deep a tree is in one place for all threads, and gives up where two of them parse at once
(SystemError: AST constructor recursion depth mismatch; https://github.com/python/cpython/issues/106905)."""


def parse(source: str) -> ast.Module:
    """The tree of a cell or a module; raises as `ast.parse` does."""
    with _ONE_AT_A_TIME:
        return ast.parse(source)
