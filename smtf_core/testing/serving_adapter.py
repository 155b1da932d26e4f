"""ServingAdapterConformance: the laws of serving adapters."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import evolve

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import (
    BatchingModelServer,
    CallDescription,
    Deployment,
    DescribedModelServer,
    Reply,
    Request,
    ServingAdapterSpec,
)
from smtf_core.testing.conformance import Conformance


class ServingAdapterConformance(Conformance[ServingAdapterSpec]):
    """Any serving adapter keeps these laws; needs what the adapter needs, and TensorFlow for the model of its own.

    Attributes:
        name: what ``--adapter`` says.
        question: a request that the model can answer.
        answer: what the reply to it holds, as JSON; ``None``: any.
        nonsense: requests that are not what they should be.

    Example::

        class TestOnnx(ServingAdapterConformance):
            name = "onnx"

            @pytest.fixture(scope="class")
            @classmethod
            def deployment(cls, tmp_path_factory):
                return Deployment(path=str(write_onnx_model(tmp_path_factory.mktemp("model"))))
    """

    registry = "serving_adapters"
    question: ClassVar[Request] = Request(body=b'{"instances": [1.0, 2.5]}')
    answer: ClassVar[Any] = {"predictions": [2.0, 5.0]}
    nonsense: ClassVar[tuple[Request, ...]] = (
        Request(body=b"{"),
        Request(body=b""),
        Request(body=b"\xff\xfe\x00", content_type="application/x-nobody-knows"),
        Request(body=b'{"instances": [["a", {}]]}'),
        Request(path="/no/such/path"),
    )

    @pytest.fixture(scope="class")
    @classmethod
    def deployment(cls, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
        """What is served: a model that doubles its input ``x``, made with TensorFlow. Override it for other models."""
        folder = tmp_path_factory.mktemp("model") / "1"
        tf: Any = importlib.import_module("tensorflow")
        module = tf.Module()
        signature = [tf.TensorSpec([None], tf.float32, name="x")]
        module.call = tf.function(lambda x: {"y": 2.0 * x}, input_signature=signature)
        tf.saved_model.save(module, str(folder), signatures=module.call)
        return Deployment(path=str(folder.parent))

    @pytest.fixture
    def server(self, factory: Any, deployment: Deployment) -> Iterator[Any]:
        """A server that has loaded it."""
        loaded = factory().load(deployment)
        yield loaded
        loaded.close()

    def test_a_folder_without_a_model_is_refused(self, factory: Any, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "nowhere"):
            with pytest.raises(InvalidInputError):
                factory().load(Deployment(path=str(path))).close()

    def test_it_answers(self, server: Any) -> None:
        reply = server.invoke(self.question)
        assert reply.status == 200, reply.body
        if self.answer is not None:
            assert json.loads(reply.body) == self.answer

    def test_it_is_ready_when_it_is_loaded(self, server: Any) -> None:
        assert server.ready() is True

    def test_bad_input_is_a_reply(self, server: Any) -> None:
        """With a status of 400 to 499, and JSON that says what is wrong; never an exception."""
        for request in self.nonsense:
            reply = server.invoke(request)
            assert isinstance(reply, Reply)
            assert 400 <= reply.status < 500, f"{request} was answered with {reply.status}: {reply.body!r}"
            assert json.loads(reply.body).get("error"), f"{request}: the reply {reply.body!r} has no 'error'"

    def test_bad_input_spoils_nothing(self, server: Any) -> None:
        before = server.invoke(self.question)
        for request in self.nonsense:
            server.invoke(request)
        assert server.invoke(self.question).body == before.body

    def test_it_answers_many_threads_at_once(self, server: Any) -> None:
        expected = server.invoke(self.question).body
        with ThreadPoolExecutor(8) as threads:
            replies = list(threads.map(server.invoke, [self.question] * 64))
        assert [(reply.status, reply.body) for reply in replies] == [(200, expected)] * 64

    def test_looking_at_the_folder_again_changes_nothing_that_has_not_changed(self, server: Any) -> None:
        before = server.invoke(self.question)
        server.refresh()
        assert server.ready() is True
        assert server.invoke(self.question) == before

    def test_requests_that_come_together_are_answered_as_if_alone(self, server: Any) -> None:
        if not isinstance(server, BatchingModelServer):
            pytest.skip("the server answers one request at a time")
        requests = [self.question, self.nonsense[0], evolve(self.question), self.nonsense[-1]]
        alone = [server.invoke(request) for request in requests]
        together = server.invoke_many(requests)
        assert [(reply.status, reply.body) for reply in together] == [(reply.status, reply.body) for reply in alone]

    def test_whether_a_request_is_quick_is_told_of_any_request(self, server: Any) -> None:
        for request in (self.question, *self.nonsense):
            assert server.quick(request) in (True, False)

    def test_the_examples_that_people_are_shown_can_be_sent(self, server: Any) -> None:
        if not isinstance(server, DescribedModelServer):
            pytest.skip("the server does not tell how its models are called")
        for call in server.calls():
            assert isinstance(call, CallDescription)
            reply = server.invoke(call.example)
            assert reply.status == 200, f"{call.model}, {call.signature}: {reply.body!r}"
