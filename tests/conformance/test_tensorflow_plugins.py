"""Our own plugins keep the laws of their kinds: those that need TensorFlow, in this process or in others."""

import pytest

from smtf_core.interfaces import Request
from smtf_core.testing import (
    BackendConformance,
    ScriptLoaderConformance,
    ServingAdapterConformance,
    StrategyConformance,
)

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]


class TestTensorFlow1Loader(ScriptLoaderConformance):
    name = "tensorflow-1"


class TestTensorFlow2Loader(ScriptLoaderConformance):
    name = "tensorflow-2"
    framework_version = "2.16"


class TestTfsAdapter(ServingAdapterConformance):
    name = "tfs"


class TestPythonAdapter(ServingAdapterConformance):
    name = "python"
    question = Request(body=b"[1.0, 2.5]")
    answer = None


class TestInProcess(BackendConformance):
    name = "inprocess"


@pytest.mark.slow
class TestProcess(BackendConformance):
    name = "process"
    arguments = {"train_instance_type": "process"}


@pytest.mark.slow
class TestSingle(StrategyConformance):
    name = "single"


@pytest.mark.slow
class TestMirrored(StrategyConformance):
    name = "mirrored"


@pytest.mark.slow
class TestParameterServer(StrategyConformance):
    name = "parameter_server"


@pytest.mark.slow
class TestMultiWorkerMirrored(StrategyConformance):
    name = "multi_worker_mirrored"
    framework_version = "2.16"
