"""What ``smtf serve`` is told of an endpoint, for backends that have it run that."""

from __future__ import annotations

from smtf_core.interfaces import Deployment, EndpointPlan


def serve_arguments(plan: EndpointPlan, deployment: Deployment) -> list[str]:
    """Arguments of ``smtf serve``, but for where it listens; instances are its workers.

    Args:
        plan: the endpoint's.
        deployment: what is served, with paths as the server sees them.
    """
    labels = [
        f"--label={model}/{label}={version}"
        for model, versions in deployment.labels.items()
        for label, version in versions.items()
    ]
    options = {
        "--adapter": plan.adapter,
        "--entry-point": deployment.entry_point,
        "--framework-version": deployment.framework_version,
        "--workers": str(plan.instance_count) if plan.instance_count > 1 else None,
    }
    given = [f"{name}={value}" for name, value in options.items() if value is not None]
    return [deployment.path, *given, *labels]
