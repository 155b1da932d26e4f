"""What an endpoint takes over from the job that trained its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from smtf_core.interfaces import Backend, BackendSpec, DetachedBackend
from smtf_core.models import FrameworkVersion, JobHandle

_CODE = ("entry_point", "source_dir", "dependencies", "requirements_file")
_FOR_A_SERVICE = (
    "role",
    "py_version",
    "code_location",
    "subnets",
    "security_group_ids",
    "enable_network_isolation",
    "tags",
)


@frozen
class Trained:
    """A job that has exported a model.

    Args:
        handle: the job.
        owner: the backend that ran it.
        arguments: the estimator's.
    """

    handle: JobHandle
    owner: Backend
    arguments: Mapping[str, Any]

    def code(self) -> dict[str, Any]:
        """The arguments of :class:`~smtf_core.TensorFlowModel` for its script, as the backend that ran it has it."""
        if isinstance(self.owner, DetachedBackend):
            job = self.owner.describe(self.handle)
            if job.entry_point:
                return {name: getattr(job, name) for name in _CODE}
        code = {name: self.arguments[name] for name in _CODE}
        return code | {"dependencies": code["dependencies"] or ()}

    def options(self, spec: BackendSpec, endpoint_type: str) -> dict[str, Any]:
        """What it has for the endpoint's backend; a backend that is no service is not told what is for one.

        Args:
            spec: the endpoint's backend.
            endpoint_type: the endpoint's type.
        """
        options = {
            **{name: self.arguments[name] for name in _FOR_A_SERVICE},
            "model_name": self.handle.job_name,
            "image_name": self.arguments["image_name"] if endpoint_type == "python" else None,
        }
        return {name: value for name, value in options.items() if name in spec.endpoint_options}

    def release(self, spec: BackendSpec, endpoint_type: str) -> str | None:
        """The release that handlers are written for; also that which exported the model, where an image is to serve it.

        Where smtf ran the script, a later release than the script's exported the model, and only such read it.

        Args:
            spec: the endpoint's backend.
            endpoint_type: the endpoint's type.
        """
        said: str | None = self.arguments["framework_version"]
        if endpoint_type == "python" or "image_name" not in spec.endpoint_options:
            return said
        job = self.owner.describe(self.handle) if isinstance(self.owner, DetachedBackend) else None
        by_its_image = job is not None and (job.runtime == "container" or job.image is not None)
        return str(FrameworkVersion.parse(said)) if by_its_image else None
