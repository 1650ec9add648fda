"""Cells are parsed by many threads at once."""

import ast
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from afkast.parsing import parse


def test_threads_that_parse_side_by_side_parse_one_at_a_time(monkeypatch):
    inside, most = [], []

    def slowly(source):
        inside.append(source)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        return source

    monkeypatch.setattr(ast, "parse", slowly)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(parse, "abcdefgh")) == list("abcdefgh")
    assert (len(most), max(most)) == (8, 1)


def test_what_is_no_python_is_an_error_and_the_next_is_parsed():
    with pytest.raises(SyntaxError):
        parse("%matplotlib inline")
    assert len(parse("x = 1").body) == 1
