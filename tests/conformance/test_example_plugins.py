"""The plugins of examples/ keep the laws of their kinds: they are what authors of plugins copy."""

import sys

import pytest

from smtf_core import PluginManager
from smtf_core.interfaces import Deployment
from smtf_core.testing import (
    BackendConformance,
    CheckpointStoreConformance,
    PluginHygiene,
    ServingAdapterConformance,
)

NAMES = ("journal", "nice", "times")


@pytest.fixture(scope="module", autouse=True)
def importable(examples):
    """All of them, as if they were installed; also in the processes that the laws start."""
    folders = [str(examples / f"plugin_{name}") for name in NAMES]
    sys.path[:0] = folders
    yield
    for folder in folders:
        sys.path.remove(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] in {f"smtf_{name}" for name in NAMES}]:
        del sys.modules[name]


class TestZipStore(CheckpointStoreConformance):
    name = "zip"

    @pytest.fixture(scope="class")
    @classmethod
    def plugins(cls, importable):
        return PluginManager(plugins=["smtf_journal.hooks"], autoload=False)

    @pytest.fixture
    def uri(self, tmp_path):
        return f"zip://{tmp_path}/checkpoints"

    @pytest.fixture
    def unwritable_uri(self, tmp_path):
        (tmp_path / "a-file").touch()
        return f"zip://{tmp_path}/a-file/checkpoints"


@pytest.mark.tensorflow
@pytest.mark.slow
class TestNice(BackendConformance):
    name = "nice"

    @pytest.fixture(scope="class")
    @classmethod
    def plugins(cls, importable):
        return PluginManager(plugins=["smtf_nice.hooks"])


class TestTimes(ServingAdapterConformance):
    name = "times"

    @pytest.fixture(scope="class")
    @classmethod
    def plugins(cls, importable):
        return PluginManager(plugins=["smtf_times.hooks"], autoload=False)

    @pytest.fixture(scope="class")
    @classmethod
    def deployment(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("model")
        (folder / "factor").write_text("2.0")
        return Deployment(path=str(folder))


class TestHygieneOfJournal(PluginHygiene):
    hooks = "smtf_journal.hooks"


class TestHygieneOfNice(PluginHygiene):
    hooks = "smtf_nice.hooks"


class TestHygieneOfTimes(PluginHygiene):
    hooks = "smtf_times.hooks"
