"""ServingAdapter: answers requests with exported models, independent of the transport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from smtf_core.interfaces.spec import Spec


@frozen(kw_only=True)
class ServingAdapterSpec(Spec):
    """Declares a serving adapter. ``name`` is what ``endpoint_type=`` or ``--adapter`` says.

    Args:
        aliases: other names that ``endpoint_type=`` may say.
        brings_grpc: what it loads answers TensorFlow Serving's gRPC API at ``SAGEMAKER_TFS_GRPC_PORT`` by itself.
    """

    aliases: tuple[str, ...] = ()
    brings_grpc: bool = False


@frozen(kw_only=True)
class Deployment:
    """What an adapter is asked to serve.

    Args:
        path: a local folder: a SavedModel, or what has one or more models in it (``export/Servo/<version>``,
            ``<name>/<version>``, …) and perhaps a folder ``code``.
        entry_point: file with the user's handlers; ``None``: what the adapter finds in ``code``, if anything.
        framework_version: the release that the handlers are written for; ``None``: the adapter's own default.
        labels: model → label → version, for requests that name a label.
        environment: the container's variables, ``SAGEMAKER_…``; an adapter reads no others.
    """

    path: str
    entry_point: str | None = None
    framework_version: str | None = None
    labels: Mapping[str, Mapping[str, int]] = field(factory=dict)
    environment: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Request:
    """One request.

    Args:
        method: the HTTP method.
        path: the path without its query, percent-decoded.
        body: the request's body, expanded if it was compressed.
        content_type: its MIME type, parameters included; empty when it was not told.
        accept: the MIME types wanted for the reply; empty when it was not told.
        headers: all headers, names in lower case.
    """

    method: str = "POST"
    path: str = "/invocations"
    body: bytes = b""
    content_type: str = "application/json"
    accept: str = "application/json"
    headers: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Reply:
    """The answer to a request.

    Args:
        status: HTTP status code.
        body: the reply's body; for an error, JSON ``{"error": …}``.
        content_type: its MIME type.
        headers: further headers.
    """

    status: int = 200
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(factory=dict)


class ModelServer(Protocol):
    """Loaded models that answer requests. Every method but ``close`` may be called from several threads at once."""

    def invoke(self, request: Request) -> Reply:
        """Answer one request; bad input is a reply with a 4xx status, never an exception."""
        ...

    def quick(self, request: Request) -> bool:
        """Whether ``invoke`` is likely to be over sooner than handing it to another thread would take."""
        ...

    def ready(self) -> bool:
        """Whether the models that a request gets by default can be called."""
        ...

    def refresh(self) -> None:
        """Look at the folder again: serve new versions, give up versions that are gone. Called now and then."""
        ...

    def close(self) -> None:
        """Give the models' memory back."""
        ...


@runtime_checkable
class BatchingModelServer(ModelServer, Protocol):
    """A model server that answers several requests at once, perhaps with fewer calls of the model."""

    def invoke_many(self, requests: Sequence[Request]) -> Sequence[Reply]:
        """Answer requests that came together, each as ``invoke`` would; in their order."""
        ...


@frozen(kw_only=True)
class TensorDescription:
    """An input or an output of a model, as people are shown it.

    Args:
        name: its name in requests.
        dtype: its type, ``'float32'``.
        shape: dimensions, ``None`` for those that vary; ``None`` when even their number does.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None


@frozen(kw_only=True)
class CallDescription:
    """One way to call a model, as people are shown it.

    Args:
        model: the model's name.
        version: its version.
        signature: the name of what is called.
        method: what kind of call it is, ``'predict'``.
        inputs: what it takes.
        outputs: what it gives.
        example: a request with made-up values that can be sent as it is; its body is empty where it would be too large
            to be shown.
    """

    model: str
    version: int
    signature: str
    method: str
    inputs: tuple[TensorDescription, ...]
    outputs: tuple[TensorDescription, ...]
    example: Request


@runtime_checkable
class DescribedModelServer(ModelServer, Protocol):
    """A model server that tells people how its models are called; ``smtf serve --ui`` shows it."""

    def calls(self) -> Sequence[CallDescription]:
        """What can be called now."""
        ...


class ServingAdapter(Protocol):
    """Loads what is to be served. Constructed without arguments."""

    def load(self, deployment: Deployment) -> ModelServer:
        """Load the models.

        Raises:
            InvalidInputError: there is no servable model at ``deployment.path``, or something of the deployment is not
                what it must be.
            ScriptError: the handlers cannot be loaded.
        """
        ...
