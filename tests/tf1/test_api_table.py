"""The table of what scripts find today says what the view gives."""

import importlib.util
import json
from gzip import decompress
from pathlib import Path

import pytest
import tensorflow as tf

from smtf_core import tf1_api

TOOL = Path(__file__).parents[2] / "tools" / "tf1_api" / "today.py"


@pytest.mark.skipif(not tf.__version__.startswith("2.21."), reason="the table was made with TensorFlow 2.21")
@pytest.mark.filterwarnings("ignore")
def test_the_table_is_what_the_view_gives():
    spec = importlib.util.spec_from_file_location("today", TOOL)
    today = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(today)
    folder = Path(tf1_api.__file__).parent
    history = json.loads(decompress((folder / "history.json.gz").read_bytes()))
    table = json.loads(decompress((folder / "today.json.gz").read_bytes()))
    # There may be more: what other tests have imported into TensorFlow's packages.
    now = today.today(list(history))
    for presence in ("own", "smtf"):
        assert set(table[presence]) <= set(now[presence]), "run tools/tf1_api/today.py"
