"""Which container image a job or an endpoint gets: a legacy TensorFlow image, or an AWS Deep Learning Container.

Source: AWS's lists of registries and tags (the SageMaker SDK's ``image_uri_config/tensorflow.json`` has the same data).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import EndpointPlan
from smtf_core.models import FrameworkVersion, Job

#: Who runs the script in the container: the legacy image's own code, or smtf, brought along in the uploaded archive.
CONTAINER, SMTF = "container", "smtf"
#: The serving adapters that there are images of: the legacy image's own server, and TensorFlow Serving.
PYTHON, TENSORFLOW_SERVING = "python", "tfs"

# The releases that there is a legacy image of.
_LEGACY_VERSIONS = tuple(
    FrameworkVersion(1, minor, patch) for minor, patch in ((4, 1), *((minor, 0) for minor in range(5, 13)))
)
# Release -> Python of the Deep Learning Containers that smtf's runtime can use, the newest last.
_CURRENT_VERSIONS = {
    FrameworkVersion(2, 16, 2): "py310",
    FrameworkVersion(2, 18, 0): "py310",
    FrameworkVersion(2, 19, 0): "py312",
}
# The newest patch of every release that there is a Deep Learning Container with TensorFlow Serving of.
_SERVING_VERSIONS = tuple(
    FrameworkVersion(*version)
    for version in (
        *((1, 13, 0), (1, 14, 0), (1, 15, 5), (2, 0, 4), (2, 1, 3), (2, 2, 2), (2, 3, 2), (2, 4, 3), (2, 5, 1)),
        *((2, 6, 3), (2, 7, 0), (2, 8, 4), (2, 9, 3), (2, 10, 1), (2, 11, 1), (2, 12, 1), (2, 13, 0), (2, 14, 1)),
        *((2, 16, 1), (2, 18, 0), (2, 19, 0)),
    )
)
# The same for processors of the Graviton family, with the rest of the tag.
_GRAVITON_VERSIONS = {
    FrameworkVersion(2, 9, 1): "py38-ubuntu20.04-sagemaker",
    **{
        FrameworkVersion(2, minor, patch): "py310-ubuntu20.04-sagemaker"
        for minor, patch in ((12, 1), (13, 0), (14, 1), (16, 1))
    },
}
# Releases that there are images for accelerators of: with the legacy image's own server, with TensorFlow Serving.
_PYTHON_ACCELERATED = (FrameworkVersion(1, 10, 0),)
_SERVING_ACCELERATED = tuple(
    FrameworkVersion(major, minor, 0) for major, minor in (*((1, minor) for minor in range(11, 16)), (2, 0), (2, 3))
)
_LEGACY_REPOSITORY, _CURRENT_REPOSITORY = "sagemaker-tensorflow", "tensorflow-training"
_LAST_LEGACY_ACCELERATED = FrameworkVersion(1, 13, 0)
_LEGACY_SERVING, _CURRENT_SERVING = "sagemaker-tensorflow-serving", "tensorflow-inference"


@frozen
class _Registry:
    """Where a family of images lies.

    Args:
        account: the account in most regions.
        accounts: region → account, where it is another one.
    """

    account: str
    accounts: dict[str, str]

    def uri(self, region: str, repository: str, tag: str) -> str:
        """The image of that repository and tag in a region."""
        account = self.accounts.get(region, self.account)
        return f"{account}.dkr.ecr.{region}.{_domain(region)}/{repository}:{tag}"


_LEGACY = _Registry(
    "520713654638",
    {
        "af-south-1": "313743910680",
        "ap-east-1": "057415533634",
        "cn-north-1": "422961961927",
        "cn-northwest-1": "423003514399",
        "eu-south-1": "048378556238",
        "me-south-1": "724002660598",
        "us-gov-west-1": "246785580436",
        "us-iso-east-1": "744548109606",
        "us-isob-east-1": "453391408702",
    },
)
_CURRENT = _Registry(
    "763104351884",
    {
        "af-south-1": "626614931356",
        "ap-east-1": "871362719292",
        "ap-east-2": "975050140332",
        "ap-northeast-3": "364406365360",
        "ap-south-2": "772153158452",
        "ap-southeast-3": "907027046896",
        "ap-southeast-4": "457447274322",
        "ap-southeast-5": "550225433462",
        "ap-southeast-6": "633930458069",
        "ap-southeast-7": "590183813437",
        "ca-west-1": "204538143572",
        "cn-north-1": "727897471807",
        "cn-northwest-1": "727897471807",
        "eu-central-2": "380420809688",
        "eu-south-1": "692866216735",
        "eu-south-2": "503227376785",
        "il-central-1": "780543022126",
        "me-central-1": "914824155844",
        "me-south-1": "217643126080",
        "mx-central-1": "637423239942",
        "us-gov-east-1": "446045086412",
        "us-gov-west-1": "442386744353",
        "us-iso-east-1": "886529160074",
        "us-isob-east-1": "094389454867",
    },
)


def runtime_of(job: Job) -> str:
    """Who runs the job's script: what the job says, else the legacy image where there is one, else smtf.

    A job with an image of its own is taken for one of the SDK's: its image knows how to run the script.

    Raises:
        InvalidInputError: there is no legacy image for the job's version, and the job asks for it.
    """
    if job.runtime is None:
        return CONTAINER if job.image is not None or job.framework_version in _LEGACY_VERSIONS else SMTF
    if job.runtime not in (CONTAINER, SMTF):
        raise InvalidInputError(
            f"runtime must be {CONTAINER!r} (the image's own code runs the script) or {SMTF!r} (smtf does), not "
            f"{job.runtime!r}"
        )
    if job.runtime == CONTAINER and job.image is None and job.framework_version not in _LEGACY_VERSIONS:
        raise InvalidInputError(
            f"there is no legacy image of TensorFlow {job.framework_version}, only of "
            f"{', '.join(map(str, _LEGACY_VERSIONS))}. Choose one of these as framework_version, name an image with "
            f"image_name, or set runtime={SMTF!r}"
        )
    return job.runtime


def image_of(job: Job, region: str) -> str:
    """The image that the job runs in.

    Args:
        job: the job.
        region: the region.

    Raises:
        InvalidInputError: see :func:`runtime_of`.
    """
    runtime = runtime_of(job)
    if job.image is not None:
        return job.image
    device = "gpu" if _has_gpu(job.resources.instance_type) else "cpu"
    if runtime == CONTAINER:
        return _LEGACY.uri(region, _LEGACY_REPOSITORY, f"{job.framework_version}-{device}-{job.py_version or 'py2'}")
    version = _nearest(job.framework_version)
    return _CURRENT.uri(region, _CURRENT_REPOSITORY, f"{version}-{device}-{_CURRENT_VERSIONS[version]}")


def serving_image_of(plan: EndpointPlan, region: str) -> str:
    """The image that answers for an endpoint.

    TensorFlow Serving reads the models of all earlier releases: where no version is given, its newest image does it.

    Args:
        plan: the endpoint's.
        region: the region.

    Raises:
        InvalidInputError: there is none for its version, adapter, instance and accelerator; says what there is.
    """
    if plan.hosting.image is not None:
        return plan.hosting.image
    said = plan.deployment.framework_version
    version = _SERVING_VERSIONS[-1] if said is None and plan.adapter != PYTHON else FrameworkVersion.parse(said)
    device = "gpu" if _has_gpu(plan.instance_type) else "cpu"
    accelerated = plan.hosting.accelerator_type is not None
    if plan.adapter == PYTHON:
        suffix, known = ("-eia", _PYTHON_ACCELERATED) if accelerated else ("", _LEGACY_VERSIONS)
        return _LEGACY.uri(
            region,
            _LEGACY_REPOSITORY + suffix,
            f"{_of_minor(version, known, plan)}-{device}-{plan.hosting.py_version or 'py2'}",
        )
    if plan.adapter != TENSORFLOW_SERVING:
        raise InvalidInputError(
            f"there is no image of SageMaker with serving adapter {plan.adapter!r}; name one that has it with "
            f"image_name, or use endpoint_type='tensorflow-serving'"
        )
    if accelerated:
        found = _of_minor(version, _SERVING_ACCELERATED, plan)
        if found <= _LAST_LEGACY_ACCELERATED:
            return _LEGACY.uri(region, f"{_LEGACY_SERVING}-eia", f"{found}-{device}")
        return _CURRENT.uri(region, f"{_CURRENT_SERVING}-eia", f"{found}-{device}")
    if _is_graviton(plan.instance_type):
        found = _nearest_of(version, _GRAVITON_VERSIONS)
        return _CURRENT.uri(region, f"{_CURRENT_SERVING}-graviton", f"{found}-cpu-{_GRAVITON_VERSIONS[found]}")
    if version in _LEGACY_VERSIONS:
        return _LEGACY.uri(region, _LEGACY_SERVING, f"{version}-{device}")
    return _CURRENT.uri(region, _CURRENT_SERVING, f"{_nearest_of(version, _SERVING_VERSIONS)}-{device}")


def version_in_image(image: str) -> FrameworkVersion | None:
    """The TensorFlow release that an image's tag names (``…:1.11.0-cpu-py2``); ``None`` where it names none."""
    name, _, tag = image.rpartition("/")[2].partition(":")
    version = tag.partition("-")[0]
    if name.startswith("sagemaker-tensorflow-py2-") and version == "1.0":
        version = "1.4"  # the first images counted on their own
    try:
        return FrameworkVersion.parse(version)
    except InvalidInputError:
        return None


def python_in_image(image: str) -> str | None:
    """``'py2'`` or ``'py3'``, as an image's tag says; ``None`` where it does not."""
    parts = image.rpartition("/")[2].partition(":")[2].split("-")
    return next((part[:3] for part in parts if part.startswith(("py2", "py3"))), None)


def is_standard(image: str) -> bool:
    """Whether :func:`image_of` could have named it."""
    name = image.rpartition("/")[2].partition(":")[0]
    legacy = name == _LEGACY_REPOSITORY or name.startswith(f"{_LEGACY_REPOSITORY}-py2-")
    return ".dkr.ecr." in image and (legacy or name == _CURRENT_REPOSITORY)


def _nearest(version: FrameworkVersion) -> FrameworkVersion:
    """The image for a script of that release: of its own minor version, else the newest: smtf runs both on it."""
    return _nearest_of(version, _CURRENT_VERSIONS)


def _nearest_of(version: FrameworkVersion, known: Iterable[FrameworkVersion]) -> FrameworkVersion:
    """That of the same minor version, else the newest."""
    known = tuple(known)
    return next((one for one in known if one.minor_version == version.minor_version), max(known))


def _of_minor(version: FrameworkVersion, known: tuple[FrameworkVersion, ...], plan: EndpointPlan) -> FrameworkVersion:
    for one in known:
        if one.minor_version == version.minor_version:
            return one
    what = " for accelerators" if plan.hosting.accelerator_type is not None else ""
    kind = "with handlers in Python" if plan.adapter == PYTHON else "with TensorFlow Serving"
    raise InvalidInputError(
        f"there is no image {kind}{what} of TensorFlow {version}, only of {', '.join(map(str, known))}. Choose one of "
        f"these as framework_version, name an image with image_name"
        f"{', or use endpoint_type=' + repr('tensorflow-serving') if plan.adapter == PYTHON else ''}"
    )


def _has_gpu(instance_type: str) -> bool:
    return instance_type.removeprefix("ml.")[:1] in ("g", "p")


def _is_graviton(instance_type: str) -> bool:
    # Source: AWS names instances by family, generation and attributes; attribute "g" is Graviton: c7g, m6gd, r8g.
    return re.match(r"(ml\.)?[a-z]+\d+[a-z]*g[a-z]*\.", instance_type) is not None


def _domain(region: str) -> str:
    # Source: the DNS suffixes of AWS's partitions.
    suffixes = {"cn": "amazonaws.com.cn", "us-iso-": "c2s.ic.gov", "us-isob": "sc2s.sgov.gov"}
    return next((suffix for prefix, suffix in suffixes.items() if region.startswith(prefix)), "amazonaws.com")
