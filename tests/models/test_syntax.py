"""Sources are parsed in several threads at once, and their warnings told or not."""

from __future__ import annotations

import ast
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import CodeType

import pytest

from smtf_core.syntax import compile_quietly, parse

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


HABITS = "import re\nfound = re.match('\\d', '1') is 1\n\n\ndef f(x):\n    return lambda: x is 'a' and g('\\w')\n"


def test_a_source_of_habits_is_parsed_and_compiled_in_silence(recwarn):
    warnings.simplefilter("always")
    code = compile_quietly(parse(HABITS, "script.py", quiet=True), "script.py")
    assert not recwarn.list
    parse(HABITS, "script.py")
    compile(parse("x is 1"), "script.py", "exec")
    assert {warning.filename for warning in recwarn.list} == {"script.py"}
    assert len(recwarn.list) >= 3
    inner = next(value for value in code.co_consts if isinstance(value, CodeType))
    assert {code.co_filename, inner.co_filename, inner.co_consts[1].co_filename} == {"script.py"}


def test_not_even_where_warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile_quietly(parse(HABITS, quiet=True), "script.py")


def test_errors_name_the_file_all_the_same():
    with pytest.raises(SyntaxError, match=r"\(script.py, line 2\)"):
        parse("x = 1\nx = = 1", "script.py", quiet=True)
    with pytest.raises(SyntaxError, match=r"'return' outside function \(script.py, line 1\)"):
        compile_quietly(parse("return 1"), "script.py")


def test_what_the_process_hears_of_others_stays_as_it_was_however_many_threads_parse():
    def both(_):
        compile_quietly(parse(HABITS, quiet=True), "script.py")

    interval = sys.getswitchinterval()
    with warnings.catch_warnings(record=True) as heard:
        warnings.resetwarnings()
        warnings.simplefilter("always")
        sys.setswitchinterval(1e-6)
        try:
            with ThreadPoolExecutor(8) as pool:
                for _ in pool.map(both, range(400)):
                    warnings.warn("of somebody else", stacklevel=1)
        finally:
            sys.setswitchinterval(interval)
        warnings.warn("of somebody else, afterwards", stacklevel=1)
        ours = [entry for entry in warnings.filters if entry[3] is not None]
    assert [str(warning.message) for warning in heard] == ["of somebody else"] * 400 + ["of somebody else, afterwards"]
    assert len(ours) == 1
