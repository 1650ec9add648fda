"""Cells are parsed by many threads at once."""

import ast
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from afkast.parsing import parse

SOURCE = "x = " + " + ".join(f"f({number}, [a for a in b])" for number in range(60))


def test_threads_that_parse_side_by_side_get_what_one_gets():
    expected = ast.dump(ast.parse(SOURCE))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _: ast.dump(parse(SOURCE)), range(200)))
    finally:
        sys.setswitchinterval(interval)
    assert set(found) == {expected}


def test_what_is_no_python_is_an_error_and_the_next_is_parsed():
    with pytest.raises(SyntaxError):
        parse("%matplotlib inline")
    assert len(parse("x = 1").body) == 1
