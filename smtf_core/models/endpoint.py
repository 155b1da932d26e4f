"""Endpoints: what one is doing, and what a service wants to know of one besides its models."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from smtf_core.models.job import Access


class EndpointState(str, Enum):
    """What an endpoint is doing. Source: the ``EndpointStatus`` values of SageMaker's API."""

    CREATING = "Creating"
    UPDATING = "Updating"
    IN_SERVICE = "InService"
    DELETING = "Deleting"
    FAILED = "Failed"


@frozen(kw_only=True)
class Hosting:
    """What a backend that hosts models elsewhere wants to know of an endpoint, besides what is served.

    Args:
        model_name: of the model on the service; ``None``: the endpoint's name.
        source_dir: folder with the handlers and what they need, or the URI of an archive of it; the handlers' script is
            relative to it.
        dependencies: folders or files put beside the handlers.
        requirements_file: relative to ``source_dir``; what the handlers need installed.
        py_version: ``'py2'`` or ``'py3'``; ``None``: the image's default.
        image: container image, instead of the one for the framework's version.
        accelerator_type: an accelerator for every instance.
        access: identity, encryption and network.
        code_location: where uploaded code and models go; ``None``: the account's default bucket.
        log_level: a :mod:`logging` level for the container's log.
    """

    model_name: str | None = None
    source_dir: str | None = None
    dependencies: tuple[str, ...] = ()
    requirements_file: str | None = None
    py_version: str | None = None
    image: str | None = None
    accelerator_type: str | None = None
    access: Access = field(factory=Access)
    code_location: str | None = None
    log_level: int = 20
