"""An endpoint of Amazon SageMaker: its state, requests to it, and its end with all that belongs to it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from smtf_backends.sagemaker.services import Services, told
from smtf_core.errors import EndpointUnreachableError, InvalidInputError, UnknownNameError
from smtf_core.interfaces import Reply, Request
from smtf_core.models import EndpointState

_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
# Source: the values of EndpointStatus.
_STATES = {
    "Creating": EndpointState.CREATING,
    "Updating": EndpointState.UPDATING,
    "SystemUpdating": EndpointState.UPDATING,
    "RollingBack": EndpointState.UPDATING,
    "InService": EndpointState.IN_SERVICE,
    "Deleting": EndpointState.DELETING,
    "OutOfService": EndpointState.FAILED,
    "Failed": EndpointState.FAILED,
    "UpdateRollbackFailed": EndpointState.FAILED,
}


class SageMakerEndpoint:
    """See :class:`~smtf_core.interfaces.Endpoint`.

    Args:
        services: the account.
        name: its name.
        status: what the service has just said of it; ``None``: it is asked when somebody wants to know.
    """

    def __init__(self, services: Services, name: str, status: str | None = None) -> None:
        self._services = services
        self._name = name
        self._listed = status

    @property
    def name(self) -> str:
        """See :class:`~smtf_core.interfaces.Endpoint`."""
        return self._name

    @property
    def state(self) -> EndpointState:
        """See :class:`~smtf_core.interfaces.Endpoint`; ``FAILED`` also for one that has been deleted."""
        status, self._listed = self._listed, None  # the list's answer is good for the first question only
        if status is None:
            try:
                status = str(describe(self._services, self._name)["EndpointStatus"])
            except UnknownNameError:
                return EndpointState.FAILED
        return state_of(status)

    @property
    def address(self) -> str | None:
        """See :class:`~smtf_core.interfaces.Endpoint`; requests are signed and go to the service, so there is none."""
        return None

    def invoke(self, request: Request) -> Reply:
        """See :class:`~smtf_core.interfaces.Endpoint`; only ``/invocations`` is reached from outside.

        Raises:
            EndpointUnreachableError: there is no such endpoint, or it does not answer.
            InvalidInputError: the request is none that a service passes on.
            ServiceError: the service cannot be asked.
        """
        if request.path != "/invocations" or request.method != "POST":
            raise InvalidInputError(
                f"{request.method} {request.path}: SageMaker passes on POST /invocations to an endpoint, nothing else"
            )
        options = {
            "ContentType": request.content_type,
            "Accept": request.accept,
            "CustomAttributes": request.headers.get(_ATTRIBUTES, ""),
        }
        with told("sagemaker:InvokeEndpoint", f"endpoint {self._name}"):
            try:
                answer = self._services.client("sagemaker-runtime").invoke_endpoint(
                    EndpointName=self._name,
                    Body=request.body,
                    **{name: value for name, value in options.items() if value},
                )
                body = answer["Body"].read()
            except ClientError as error:
                return _reply_of(error, self._name)
        headers = {_ATTRIBUTES: str(answer["CustomAttributes"])} if answer.get("CustomAttributes") else {}
        return Reply(body=body, content_type=str(answer.get("ContentType") or ""), headers=headers)

    def delete(self) -> None:
        """See :class:`~smtf_core.interfaces.Endpoint`; its configuration and models, too.

        Raises:
            ServiceError: something cannot be deleted; names what is left.
        """
        with contextlib.suppress(UnknownNameError):
            config = str(describe(self._services, self._name)["EndpointConfigName"])
            with told("sagemaker:DeleteEndpoint", f"endpoint {self._name}"):
                self._services.client("sagemaker").delete_endpoint(EndpointName=self._name)
            delete_config(self._services, config)


def describe(services: Services, name: str) -> Mapping[str, Any]:
    """What the service says of an endpoint.

    Raises:
        UnknownNameError: there is none of that name.
        ServiceError: the service cannot be asked.
    """
    with told("sagemaker:DescribeEndpoint", f"endpoint {name}"):
        answer: Mapping[str, Any] = services.client("sagemaker").describe_endpoint(EndpointName=name)
        return answer


def state_of(status: str) -> EndpointState:
    """What a status of the service means; of one that is not known yet: that the endpoint is being worked at."""
    return _STATES.get(status, EndpointState.UPDATING)


def delete_config(services: Services, name: str) -> None:
    """Delete an endpoint's configuration and the models that it names; what is gone already does not matter."""
    client = services.client("sagemaker")
    models: list[str] = []
    with contextlib.suppress(UnknownNameError):
        with told("sagemaker:DescribeEndpointConfig", f"endpoint configuration {name}"):
            found = client.describe_endpoint_config(EndpointConfigName=name)
            models = [variant["ModelName"] for variant in found["ProductionVariants"] if variant.get("ModelName")]
        with told("sagemaker:DeleteEndpointConfig", f"endpoint configuration {name}"):
            client.delete_endpoint_config(EndpointConfigName=name)
    for model in dict.fromkeys(models):
        delete_model(services, model)


def delete_model(services: Services, name: str) -> None:
    """Delete a model; one that is gone already does not matter."""
    with contextlib.suppress(UnknownNameError), told("sagemaker:DeleteModel", f"model {name}"):
        services.client("sagemaker").delete_model(ModelName=name)


def _reply_of(error: ClientError, name: str) -> Reply:
    """The container's own answer where it was an error; other errors are raised.

    Raises:
        EndpointUnreachableError: there is nobody to answer.
        ClientError: the service's own.
    """
    code = error.response["Error"]["Code"]
    message = str(error.response["Error"].get("Message") or code)
    if code == "ModelError":
        status = int(error.response.get("OriginalStatusCode") or 500)
        said = str(error.response.get("OriginalMessage") or message)
        return Reply(status=status, body=said.encode())
    if code == "ModelNotReadyException":
        raise EndpointUnreachableError(f"endpoint {name!r} does not answer yet: {message}") from None
    if code == "ValidationError" and "not found" in message.lower():
        raise EndpointUnreachableError(f"endpoint {name!r} does not answer: {message}") from None
    raise error
