"""Our own plugins keep the laws of their kinds: those for which no TensorFlow is needed."""

import pytest

from smtf_core import PluginManager
from smtf_core.runtime.stores import s3
from smtf_core.testing import CheckpointStoreConformance, InputModeConformance, PluginHygiene


class TestLocalStore(CheckpointStoreConformance):
    name = "file"

    @pytest.fixture
    def uri(self, tmp_path):
        return str(tmp_path / "checkpoints")

    @pytest.fixture
    def unwritable_uri(self, tmp_path):
        (tmp_path / "a file").touch()
        return str(tmp_path / "a file" / "checkpoints")


class TestS3Store(CheckpointStoreConformance):
    name = "s3"

    def test_the_spec_says_how_many_are_on_their_way(self, spec):
        assert spec.in_flight == s3.MOST_WAITING + 1

    @pytest.fixture
    def uri(self, bucket):
        return f"s3://{bucket}/job/checkpoints"

    @pytest.fixture
    def unwritable_uri(self, s3_endpoint):
        return "s3://no-such-bucket/job/checkpoints"


class TestFileMode(InputModeConformance):
    name = "File"


class TestFastFileMode(InputModeConformance):
    name = "FastFile"


class TestPipeMode(InputModeConformance):
    name = "Pipe"


def hygiene_of(entry):
    attributes = {"hooks": entry.value, "entry_point": entry.name}
    made = type(f"TestHygieneOf{entry.name.title()}", (PluginHygiene,), attributes)
    # Its adapters import TensorFlow, and one law imports them.
    return pytest.mark.tensorflow(made) if entry.name == "serving" else made


# A class for each plugin that comes with smtf, also for those that will.
globals().update(
    {
        made.__name__: made
        for made in (hygiene_of(plugin) for plugin in PluginManager().plugins if plugin.distribution[:5] == "smtf ")
    }
)
