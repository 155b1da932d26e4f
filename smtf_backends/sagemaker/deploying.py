"""Deploying on Amazon SageMaker: a model, a configuration and an endpoint are made, or all of them given back."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from smtf_backends.sagemaker.artifacts import Artifacts, check_artifacts
from smtf_backends.sagemaker.endpoint import (
    SageMakerEndpoint,
    delete_config,
    delete_model,
    describe,
    state_of,
)
from smtf_backends.sagemaker.hosting import (
    HostingPlace,
    check_hosting,
    config_request,
    endpoint_request,
    model_request,
)
from smtf_backends.sagemaker.logs import last_lines
from smtf_backends.sagemaker.services import ServiceError, Services, told
from smtf_core.errors import InvalidInputError, SmtfError, UnknownNameError
from smtf_core.interfaces import EndpointPlan
from smtf_core.models import EndpointState

_log = logging.getLogger("smtf")

# Source: where SageMaker writes the logs of endpoints, a group each.
_LOGS = "/aws/sagemaker/Endpoints"
#: How often the service is asked whether an endpoint answers.
POLL_SECONDS = 10.0
# How long one goes on asking while the service fails.
_PATIENCE_SECONDS = 600.0
_TAIL = 20
_LONGEST_NAME = 63
_WORKING = (EndpointState.CREATING, EndpointState.UPDATING)


class Deployments:
    """Makes endpoints.

    Args:
        services: the account.
        artifacts: puts on S3 what an endpoint needs.
    """

    def __init__(self, services: Services, artifacts: Artifacts) -> None:
        self._services = services
        self._artifacts = artifacts

    def deploy(self, plan: EndpointPlan) -> SageMakerEndpoint:
        """See :class:`~smtf_core.interfaces.ServingBackend`."""
        check_hosting(plan, self._services.region)
        check_artifacts(plan)
        previous = self._previous_config(plan)
        model = plan.hosting.model_name or plan.name
        model_uri, code_uri = self._artifacts.upload(plan, model)
        place = HostingPlace(
            region=self._services.region,
            role_arn=self._services.role_arn(str(plan.hosting.access.role)),
            model_uri=model_uri,
            code_uri=code_uri,
        )
        with contextlib.ExitStack() as made:
            model = self._named(
                model, lambda name: self._ask("CreateModel", f"model {name}", **model_request(plan, name, place))
            )
            made.callback(delete_model, self._services, model)
            config = self._named(
                plan.name,
                lambda name: self._ask(
                    "CreateEndpointConfig", f"endpoint configuration {name}", **config_request(plan, name, model)
                ),
            )
            made.callback(delete_config, self._services, config)
            if previous is None:
                self._ask("CreateEndpoint", f"endpoint {plan.name}", **endpoint_request(plan, config))
                made.pop_all()
                endpoint = SageMakerEndpoint(self._services, plan.name)
                if plan.wait:
                    self._wait_for_new(endpoint)
                return endpoint
            self._ask("UpdateEndpoint", f"endpoint {plan.name}", EndpointName=plan.name, EndpointConfigName=config)
            made.pop_all()
        if plan.wait:
            self._wait_for_update(plan.name, config)
            delete_config(self._services, previous)
        else:
            _log.warning(
                "endpoint %s is being updated; its configuration %s and what that serves stay, as they are needed "
                "until then",
                plan.name,
                previous,
            )
        return SageMakerEndpoint(self._services, plan.name)

    def all(self) -> tuple[SageMakerEndpoint, ...]:
        """Those of the account, sorted by name, whoever has made them.

        Raises:
            ServiceError: the service cannot be asked.
        """
        with told("sagemaker:ListEndpoints", "endpoints"):
            found = self._services.client("sagemaker").get_paginator("list_endpoints").paginate().build_full_result()
        summaries = sorted(found.get("Endpoints", ()), key=lambda summary: str(summary["EndpointName"]))
        return tuple(
            SageMakerEndpoint(self._services, summary["EndpointName"], summary["EndpointStatus"])
            for summary in summaries
        )

    def _previous_config(self, plan: EndpointPlan) -> str | None:
        """The configuration of the endpoint that is to be updated; ``None`` where there is none of that name.

        Raises:
            InvalidInputError: the name is taken, or there is nothing to update yet.
        """
        try:
            described = describe(self._services, plan.name)
        except UnknownNameError:
            return None
        status = str(described["EndpointStatus"])
        if not plan.update:
            raise InvalidInputError(
                f"there is an endpoint {plan.name!r} already ({status}); delete it, choose another name, or put the "
                f"model into its place with update_endpoint=True"
            )
        if state_of(status) is not EndpointState.IN_SERVICE:
            raise InvalidInputError(
                f"endpoint {plan.name!r} is {status}; only one that is in service can be updated; delete it"
            )
        return str(described["EndpointConfigName"])

    def _named(self, name: str, make: Callable[[str], object]) -> str:
        """Make something under a name, or where that is taken, under one of its own; returns the name.

        What has the name may be served by another endpoint, or have been left behind; it is neither used nor changed.
        """
        try:
            make(name)
        except InvalidInputError as error:
            # Source: SageMaker's words, "Cannot create already existing model".
            if "already exist" not in str(error):
                raise
            stamp = f"{datetime.now(timezone.utc):%Y-%m-%d-%H-%M-%S}"
            name = f"{name[: _LONGEST_NAME - len(stamp) - 1].rstrip('-')}-{stamp}"
            make(name)
        return name

    def _ask(self, operation: str, target: str, **request: Any) -> Any:
        client = self._services.client("sagemaker")
        with told(f"sagemaker:{operation}", target):
            return getattr(client, _METHODS[operation])(**request)

    def _wait_for_new(self, endpoint: SageMakerEndpoint) -> None:
        """Wait until it answers; give everything back when it never will.

        Raises:
            SmtfError: why it does not.
        """
        try:
            described = self._wait(endpoint.name)
        except KeyboardInterrupt:
            _log.warning(
                "endpoint %s is still being created, and is billed; `smtf endpoints delete %s` ends that",
                endpoint.name,
                endpoint.name,
            )
            raise
        if state_of(str(described["EndpointStatus"])) is not EndpointState.IN_SERVICE:
            error = self._failure(described)
            endpoint.delete()
            raise error

    def _wait_for_update(self, name: str, config: str) -> None:
        """Wait until it serves that configuration.

        Raises:
            SmtfError: why it does not; it goes on with what it served before.
        """
        described = self._wait(name)
        in_service = state_of(str(described["EndpointStatus"])) is EndpointState.IN_SERVICE
        if not in_service or described["EndpointConfigName"] != config:
            error = self._failure(described)
            delete_config(self._services, config)
            raise error

    def _wait(self, name: str) -> Mapping[str, Any]:
        failing_since: float | None = None
        last = ""
        while True:
            try:
                described = describe(self._services, name)
                failing_since = None
            except ServiceError as error:
                now = time.monotonic()
                failing_since = now if failing_since is None else failing_since
                if not error.transient or now > failing_since + _PATIENCE_SECONDS:
                    raise
                _log.warning("%s; trying again", error)
            else:
                status = str(described["EndpointStatus"])
                if status != last:
                    _log.info("endpoint %s: %s", name, status)
                    last = status
                if state_of(status) not in _WORKING:
                    return described
            time.sleep(POLL_SECONDS)

    def _failure(self, described: Mapping[str, Any]) -> SmtfError:
        name, status = described["EndpointName"], described["EndpointStatus"]
        reason = str(described.get("FailureReason") or "SageMaker gives no reason")
        group = f"{_LOGS}/{name}"
        try:
            lines = last_lines(self._services, group, _TAIL)
        except SmtfError as error:
            lines = [f"(it cannot be read: {error})"]
        end = f"\nThe end of its log {group}:\n" + "\n".join(lines) if lines else ""
        return SmtfError(f"endpoint {name!r} is {status}: {reason}{end}")


_METHODS = {
    "CreateModel": "create_model",
    "CreateEndpointConfig": "create_endpoint_config",
    "CreateEndpoint": "create_endpoint",
    "UpdateEndpoint": "update_endpoint",
}
