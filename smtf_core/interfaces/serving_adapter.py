"""ServingAdapter: answers invocations with an exported model, independent of the transport."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from smtf_core.interfaces.spec import Spec
from smtf_core.models import ExportedModel


@frozen(kw_only=True)
class ServingAdapterSpec(Spec):
    """Declares a serving adapter. ``name`` is what ``endpoint_type=`` or ``--adapter`` says."""


@frozen(kw_only=True)
class Request:
    """One invocation.

    Args:
        body: the request's body.
        content_type: its MIME type, parameters included.
        accept: the MIME type wanted for the reply.
    """

    body: bytes
    content_type: str = "application/json"
    accept: str = "application/json"


@frozen(kw_only=True)
class Reply:
    """The answer to an invocation.

    Args:
        status: HTTP status code.
        body: the reply's body; for an error, JSON ``{"error": …}``.
        content_type: its MIME type.
    """

    status: int = 200
    body: bytes
    content_type: str = "application/json"


class ModelServer(Protocol):
    """A loaded model that answers requests."""

    def invoke(self, request: Request) -> Reply:
        """Answer one request; bad input is a reply with a 4xx status, never an exception."""
        ...

    def close(self) -> None:
        """Give the model's memory back."""
        ...


class ServingAdapter(Protocol):
    """Loads exported models. Constructed without arguments."""

    def load(self, model: ExportedModel) -> ModelServer:
        """Load a SavedModel.

        Raises:
            InvalidInputError: there is no servable model at ``model.path``.
        """
        ...
