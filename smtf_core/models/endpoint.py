"""EndpointState: what an endpoint is doing."""

from __future__ import annotations

from enum import Enum


class EndpointState(str, Enum):
    """What an endpoint is doing. Source: the ``EndpointStatus`` values of SageMaker's API."""

    CREATING = "Creating"
    IN_SERVICE = "InService"
    FAILED = "Failed"
