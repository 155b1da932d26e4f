"""An endpoint as CreateModel, CreateEndpointConfig and CreateEndpoint requests.

Source: the requests that the SageMaker SDK sent; the fields that it did not know yet are those of the service's API
reference. Nothing here talks to anybody.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from smtf_backends.sagemaker.images import PYTHON, TENSORFLOW_SERVING, serving_image_of
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import EndpointPlan
from smtf_core.models.uri import scheme_of

VARIANT = "AllTraffic"
# Source: levels of the web server in the TensorFlow Serving images.
_NGINX_LEVELS = {10: "debug", 20: "info", 30: "warn", 40: "error", 50: "crit"}
# Source: limits of CreateModel and of the names.
_MOST_TAGS, _MOST_VARIABLES, _MOST_NAME = 50, 100, 63


@frozen(kw_only=True)
class HostingPlace:
    """What of a model only the account knows.

    Args:
        region: the region.
        role_arn: the role that the containers get.
        model_uri: the archive of the model.
        code_uri: the archive of the handlers; ``None`` where there are none, or the model's has them.
    """

    region: str
    role_arn: str
    model_uri: str
    code_uri: str | None


def model_request(plan: EndpointPlan, name: str, place: HostingPlace) -> dict[str, Any]:
    """What CreateModel gets.

    Args:
        plan: checked.
        name: of the model.
        place: see there.
    """
    access = plan.hosting.access
    request: dict[str, Any] = {
        "ModelName": name,
        "ExecutionRoleArn": place.role_arn,
        "PrimaryContainer": {
            "Image": serving_image_of(plan, place.region),
            "ModelDataUrl": place.model_uri,
            "Environment": {**_environment(plan, place), **plan.deployment.environment},
        },
    }
    if access.subnets:
        request["VpcConfig"] = {"Subnets": list(access.subnets), "SecurityGroupIds": list(access.security_group_ids)}
    if access.network_isolation:
        request["EnableNetworkIsolation"] = True
    return request | _tags(plan)


def config_request(plan: EndpointPlan, name: str, model_name: str) -> dict[str, Any]:
    """What CreateEndpointConfig gets.

    Args:
        plan: checked.
        name: of the configuration.
        model_name: what it serves.
    """
    accelerator, key = plan.hosting.accelerator_type, plan.hosting.access.output_kms_key
    variant = {
        "VariantName": VARIANT,
        "ModelName": model_name,
        "InitialInstanceCount": plan.instance_count,
        "InstanceType": plan.instance_type,
        "InitialVariantWeight": 1,
        **({} if accelerator is None else {"AcceleratorType": accelerator}),
    }
    encryption = {} if key is None else {"KmsKeyId": key}
    return {"EndpointConfigName": name, "ProductionVariants": [variant], **encryption} | _tags(plan)


def endpoint_request(plan: EndpointPlan, config_name: str) -> dict[str, Any]:
    """What CreateEndpoint gets."""
    return {"EndpointName": plan.name, "EndpointConfigName": config_name} | _tags(plan)


def carries_code(plan: EndpointPlan) -> bool:
    """Whether the handlers go into the model's archive, as ``code/inference.py``; else they have one of their own."""
    return plan.deployment.entry_point is not None and plan.adapter != PYTHON


def check_hosting(plan: EndpointPlan, region: str) -> None:
    """Check what the service would refuse, or take for something else, before anybody is asked.

    Raises:
        InvalidInputError: names the argument and the remedy.
    """
    hosting, deployment = plan.hosting, plan.deployment
    if not hosting.access.role:
        raise InvalidInputError("role is missing: the IAM role, name or ARN, with which the endpoint reads its model")
    serving_image_of(plan, region)
    for name, value in (("endpoint_name", plan.name), ("model_name", hosting.model_name)):
        # Source: the pattern of the service's names; ours also has "_" and ".".
        if value is not None and ("_" in value or "." in value or value.endswith("-") or len(value) > _MOST_NAME):
            raise InvalidInputError(
                f"{name} {value!r}: SageMaker takes up to {_MOST_NAME} letters, digits and '-', none at the end"
            )
    if hosting.code_location is not None and scheme_of(hosting.code_location) != "s3":
        raise InvalidInputError(
            f"code_location {hosting.code_location!r}: backend sagemaker uploads to s3://bucket/prefix"
        )
    if scheme_of(deployment.path) == "s3" and not deployment.path.endswith(".tar.gz"):
        raise InvalidInputError(f"model_data {deployment.path!r}: SageMaker takes an archive, s3://…/model.tar.gz")
    if deployment.labels:
        raise InvalidInputError("labels of versions cannot be told to SageMaker's images")
    if plan.adapter == PYTHON and hosting.image is None and deployment.entry_point is None:
        raise InvalidInputError(
            "entry_point is missing: which script has the functions of a 'python' endpoint? An image that needs "
            "none is named with image_name; without a script there is endpoint_type='tensorflow-serving'"
        )
    if plan.adapter == PYTHON and deployment.entry_point is not None and hosting.access.network_isolation:
        raise InvalidInputError(
            "a 'python' endpoint fetches its script from S3, which enable_network_isolation forbids; use "
            "endpoint_type='tensorflow-serving', whose handlers lie in the model's archive"
        )
    for what, count, most in (
        ("tags", len(hosting.access.tags), _MOST_TAGS),
        ("variables in env", len(deployment.environment), _MOST_VARIABLES),
    ):
        if count > most:
            raise InvalidInputError(f"SageMaker takes at most {most} {what}, not {count}")


def _environment(plan: EndpointPlan, place: HostingPlace) -> dict[str, str]:
    level = plan.hosting.log_level
    if plan.adapter == TENSORFLOW_SERVING:
        known = max((one for one in _NGINX_LEVELS if one <= level), default=min(_NGINX_LEVELS))
        return {"SAGEMAKER_TFS_NGINX_LOGLEVEL": _NGINX_LEVELS[known]}
    if place.code_uri is None:
        return {"SAGEMAKER_CONTAINER_LOG_LEVEL": str(level), "SAGEMAKER_REGION": place.region}
    return {
        "SAGEMAKER_PROGRAM": program_of(plan),
        "SAGEMAKER_SUBMIT_DIRECTORY": place.code_uri,
        "SAGEMAKER_ENABLE_CLOUDWATCH_METRICS": "false",
        "SAGEMAKER_CONTAINER_LOG_LEVEL": str(level),
        "SAGEMAKER_REGION": place.region,
        "SAGEMAKER_REQUIREMENTS": plan.hosting.requirements_file or "",
    }


def program_of(plan: EndpointPlan) -> str:
    """The script of an endpoint that has one, as it is called in its archive."""
    script = plan.deployment.entry_point or ""
    return script if plan.hosting.source_dir is not None else script.rpartition("/")[2]


def _tags(plan: EndpointPlan) -> dict[str, Any]:
    tags = plan.hosting.access.tags
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags]} if tags else {}
