"""Serving adapters that break one law each."""

import json
import threading
import time
from pathlib import Path

import pytest
from fakes import Fakes

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import (
    CallDescription,
    Deployment,
    Reply,
    Request,
    ServingAdapterSpec,
    TensorDescription,
)
from smtf_core.testing import ServingAdapterConformance


class Laws(ServingAdapterConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def deployment(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("model")
        (folder / "factor").write_text("2.0")
        return Deployment(path=str(folder))


FAKES = Fakes(Laws, "smtf_register_serving_adapters", ServingAdapterSpec)


@FAKES.right()
class Right:
    """Multiplies by what stands in a file; adapter and server in one."""

    bad = 400

    def load(self, deployment):
        self.file = Path(deployment.path) / "factor"
        self.refused = 0
        self.look()
        return self

    def look(self):
        if not self.file.is_file():
            raise InvalidInputError(f"there is no {self.file}")

    def invoke(self, request):
        try:
            if request.path != "/invocations":
                raise ValueError(request.path)
            numbers = [self.factor() * float(x) for x in json.loads(request.body)["instances"]]
        except (ValueError, TypeError) as error:
            self.refused += 1
            return Reply(status=self.bad, body=json.dumps({"error": str(error)}).encode())
        return Reply(body=json.dumps({"predictions": numbers}).encode())

    def factor(self):
        return float(self.file.read_text())

    def invoke_many(self, requests):
        return [self.invoke(request) for request in requests]

    def quick(self, request):
        return True

    def calls(self):
        x = TensorDescription(name="x", dtype="float32", shape=(None,))
        return [
            CallDescription(
                model="m", version=1, signature="s", method="predict", inputs=(x,), outputs=(x,), example=self.example()
            )
        ]

    def example(self):
        return Request(body=b'{"instances": [1.0]}')

    def ready(self):
        return True

    def refresh(self):
        pass

    def close(self):
        pass


@FAKES.breaks("test_a_folder_without_a_model_is_refused")
class LooksForNothing(Right):
    def look(self):
        pass


@FAKES.breaks("test_it_answers")
class Triples(Right):
    def factor(self):
        return 3.0


@FAKES.breaks("test_it_is_ready_when_it_is_loaded")
class ReadyLater(Right):
    is_ready = False

    def ready(self):
        return self.is_ready

    def refresh(self):
        self.is_ready = True


@FAKES.breaks("test_bad_input_is_a_reply")
class BlamesItself(Right):
    bad = 500


@FAKES.breaks("test_bad_input_spoils_nothing")
class Tires(Right):
    def factor(self):
        return 2.0 if self.refused < 5 else 2.5


@FAKES.breaks("test_it_answers_many_threads_at_once")
class OneAtATime(Right):
    def load(self, deployment):
        self.busy = threading.Lock()
        return super().load(deployment)

    def invoke(self, request):
        if not self.busy.acquire(blocking=False):
            return Reply(status=503, body=b'{"error": "busy"}')
        try:
            time.sleep(0.005)
            return super().invoke(request)
        finally:
            self.busy.release()


@FAKES.breaks("test_looking_at_the_folder_again_changes_nothing_that_has_not_changed")
class ForgetsOnRefresh(Right):
    known = True

    def ready(self):
        return self.known

    def refresh(self):
        self.known = False


@FAKES.breaks("test_requests_that_come_together_are_answered_as_if_alone")
class MixesReplies(Right):
    def invoke_many(self, requests):
        return super().invoke_many(requests)[::-1]


@FAKES.breaks("test_whether_a_request_is_quick_is_told_of_any_request")
class ReadsInQuick(Right):
    def quick(self, request):
        return len(request.body) if request.path == "/invocations" else None


@FAKES.breaks("test_the_examples_that_people_are_shown_can_be_sent")
class ShowsWhatItDoesNotTake(Right):
    def example(self):
        return Request(body=b'{"inputs": [1.0]}')
