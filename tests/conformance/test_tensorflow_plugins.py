"""Our own plugins keep the laws of their kinds: those that need TensorFlow, in this process or in others."""

import sys
from pathlib import Path

import pytest

from smtf_core.interfaces import Deployment, Request
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


@pytest.mark.slow
class TestTfsBinaryAdapter(ServingAdapterConformance):
    """In front of the tests' own peer of ``tensorflow_model_server``, a process that answers with models."""

    name = "tfs-binary"

    @pytest.fixture(scope="class")
    @classmethod
    def deployment(cls, tmp_path_factory):
        pytest.importorskip("tensorflow_serving.apis", reason="needs the extra grpc")
        import tensorflow as tf

        folder = tmp_path_factory.mktemp("model")
        module = tf.Module()
        signature = [tf.TensorSpec([None], tf.float32, name="x")]
        module.call = tf.function(lambda x: {"y": 2.0 * x}, input_signature=signature)
        tf.saved_model.save(module, str(folder / "m" / "1"), signatures=module.call)
        program = folder / "tensorflow_model_server"
        peer = Path(__file__).parents[1] / "serving" / "peer_model_server.py"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{peer}" "$@"\n')
        program.chmod(0o755)
        return Deployment(path=str(folder), environment={"SMTF_TENSORFLOW_MODEL_SERVER": str(program)})

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, deployment, provided):
        """One for all laws: the peer imports TensorFlow."""
        loaded = provided.make(cls.name).load(deployment)
        yield loaded
        loaded.close()
