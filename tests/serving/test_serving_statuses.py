"""TensorFlow's status codes as HTTP's, a row each. Source: TensorFlow Serving's REST API."""

import json

import pytest
import tensorflow as tf

from smtf_core.interfaces import Request

errors = tf.errors
STATUSES = [
    (errors.InvalidArgumentError, 400),
    (errors.FailedPreconditionError, 400),
    (errors.OutOfRangeError, 400),
    (errors.UnauthenticatedError, 401),
    (errors.PermissionDeniedError, 403),
    (errors.NotFoundError, 404),
    (errors.AlreadyExistsError, 409),
    (errors.AbortedError, 409),
    (errors.ResourceExhaustedError, 429),
    (errors.InternalError, 500),
    (errors.UnknownError, 500),
    (errors.DataLossError, 500),
    (errors.CancelledError, 500),
    (errors.UnimplementedError, 501),
    (errors.UnavailableError, 503),
    (errors.DeadlineExceededError, 504),
    (MemoryError, 429),
    (KeyError, 500),
]


@pytest.mark.parametrize(("error", "status"), STATUSES, ids=[error.__name__ for error, _ in STATUSES])
def test_what_a_model_raises(server, monkeypatch, error, status):
    def fail(*arrays):
        raise error(None, None, "why") if issubclass(error, errors.OpError) else error("inside")

    monkeypatch.setitem(server.catalogue.find("two")[1].way.calls, "serving_default", fail)
    body = json.dumps({"instances": [{"a": [1, 2], "b": 5}]}).encode()
    reply = server.invoke(Request(path="/v1/models/two:predict", body=body))
    assert (reply.status, reply.content_type) == (status, "application/json")
    message = json.loads(reply.body)["error"]
    assert message == "why" if issubclass(error, errors.OpError) else "inside" not in message
