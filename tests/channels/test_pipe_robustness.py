"""A sample of what `corrupt.py` and `kill.py` do in full; both can be run as scripts."""

from __future__ import annotations

import shutil

import corrupt
import kill
import pytest
from streams import ENCODERS

FORMATS = sorted(ENCODERS)
pytestmark = pytest.mark.slow
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")


@needs_compiler
@pytest.mark.parametrize("record_format", FORMATS)
def test_corrupted_streams_under_sanitizers(tmp_path, record_format):
    found = corrupt.check(record_format, 300, seed=20, root=tmp_path, build="asan")
    assert (found > 150) == (record_format != "TextLine")


@pytest.mark.parametrize("record_format", FORMATS)
def test_corrupted_streams_through_tensorflow(tmp_path, record_format):
    found = corrupt.check(record_format, 60, seed=21, root=tmp_path)
    assert (found > 30) == (record_format != "TextLine")


@needs_compiler
def test_kills_at_random_moments(tmp_path, capsys):
    kill.check(4, seed=22, root=tmp_path)
    assert "4 readers killed" in capsys.readouterr().out
