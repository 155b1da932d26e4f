"""The variable TF_CONFIG of a process that runs several jobs."""

import json
import os
from contextlib import ExitStack

import pytest

from smtf_core.runtime.engines.tf_config import tf_config


@pytest.mark.parametrize("before", [None, "of the shell"])
def test_jobs_may_end_in_any_order(monkeypatch, before):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if before is not None:
        monkeypatch.setenv("TF_CONFIG", before)
    first, second, third = ExitStack(), ExitStack(), ExitStack()
    first.enter_context(tf_config({"task": 1}))
    second.enter_context(tf_config({"task": 2}))
    assert json.loads(os.environ["TF_CONFIG"]) == {"task": 2}
    third.enter_context(tf_config({}))
    assert "TF_CONFIG" not in os.environ
    third.close()
    first.close()
    assert json.loads(os.environ["TF_CONFIG"]) == {"task": 2}
    second.close()
    assert os.environ.get("TF_CONFIG") == before
