"""Variables that jobs set in the environment of a process that runs several."""

import os
from contextlib import ExitStack

import pytest

from smtf_core.runtime.variables import variables_set


@pytest.mark.parametrize("before", [None, "of the shell"])
def test_jobs_may_end_in_any_order(monkeypatch, before):
    monkeypatch.delenv("SMTF_TEST_B", raising=False)
    monkeypatch.delenv("SMTF_TEST_A", raising=False)
    if before is not None:
        monkeypatch.setenv("SMTF_TEST_A", before)
    first, second, third = ExitStack(), ExitStack(), ExitStack()
    first.enter_context(variables_set({"SMTF_TEST_A": "1"}))
    second.enter_context(variables_set({"SMTF_TEST_A": "2", "SMTF_TEST_B": "2"}))
    assert (os.environ["SMTF_TEST_A"], os.environ["SMTF_TEST_B"]) == ("2", "2")
    third.enter_context(variables_set({"SMTF_TEST_A": None}))
    assert "SMTF_TEST_A" not in os.environ
    assert os.environ["SMTF_TEST_B"] == "2"
    first.close()
    third.close()
    assert os.environ["SMTF_TEST_A"] == "2"
    second.close()
    assert os.environ.get("SMTF_TEST_A") == before
    assert "SMTF_TEST_B" not in os.environ
    if before is not None:
        monkeypatch.setenv("SMTF_TEST_A", "changed meanwhile")
        with variables_set({"SMTF_TEST_A": "3"}):
            pass
        assert os.environ["SMTF_TEST_A"] == "changed meanwhile"
