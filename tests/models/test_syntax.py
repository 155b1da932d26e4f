"""Sources are parsed in several threads at once."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor

import pytest

from smtf_core.syntax import parse

SOURCE = "def f(x):\n    return [x + 1, (x, {'a': [x]})]\n" * 40


def test_many_threads_at_once():
    expected = ast.dump(ast.parse(SOURCE))
    with ThreadPoolExecutor(8) as pool:
        assert {ast.dump(tree) for tree in pool.map(parse, [SOURCE] * 64)} == {expected}


def test_what_another_thread_spoilt_is_tried_again(monkeypatch):
    answers = [SystemError("AST constructor recursion depth mismatch")] * 3
    genuine = ast.parse

    def spoilt(*arguments):
        if answers:
            raise answers.pop()
        return genuine(*arguments)

    monkeypatch.setattr(ast, "parse", spoilt)
    assert isinstance(parse("x = 1"), ast.Module)
    answers += [SystemError("again")] * 20
    with pytest.raises(SystemError, match="again"):
        parse("x = 1")
    answers.clear()
    with pytest.raises(SyntaxError):
        parse("x = = 1")
