"""Which container image a job gets: the legacy TensorFlow images, or AWS's TensorFlow 2 Deep Learning Containers.

Source: AWS's lists of registries and tags (the SageMaker SDK's ``image_uri_config/tensorflow.json`` has the same data).
"""

from __future__ import annotations

from attrs import frozen

from smtf_core.errors import InvalidInputError
from smtf_core.models import FrameworkVersion, Job

#: Who runs the script in the container: the legacy image's own code, or smtf, brought along in the uploaded archive.
CONTAINER, SMTF = "container", "smtf"

# The releases that there is a legacy image of.
_LEGACY_VERSIONS = tuple(
    FrameworkVersion(1, minor, patch) for minor, patch in ((4, 1), *((minor, 0) for minor in range(5, 13)))
)
# Release -> Python of the Deep Learning Containers that smtf's runtime can use, the newest last.
_CURRENT_VERSIONS = {FrameworkVersion(2, 16, 2): "py310", FrameworkVersion(2, 18, 0): "py310"}


@frozen
class _Registry:
    """Where a family of images lies.

    Args:
        repository: its name.
        accounts: region → account; regions that are not listed have ``account``.
        account: the account everywhere else.
    """

    repository: str
    account: str
    accounts: dict[str, str]

    def uri(self, region: str, tag: str) -> str:
        """The image with that tag in a region."""
        account = self.accounts.get(region, self.account)
        return f"{account}.dkr.ecr.{region}.{_domain(region)}/{self.repository}:{tag}"


_LEGACY = _Registry(
    "sagemaker-tensorflow",
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
    "tensorflow-training",
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
        return _LEGACY.uri(region, f"{job.framework_version}-{device}-{job.py_version or 'py2'}")
    version = _nearest(job.framework_version)
    return _CURRENT.uri(region, f"{version}-{device}-{_CURRENT_VERSIONS[version]}")


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
    legacy = name == _LEGACY.repository or name.startswith(f"{_LEGACY.repository}-py2-")
    return ".dkr.ecr." in image and (legacy or name == _CURRENT.repository)


def _nearest(version: FrameworkVersion) -> FrameworkVersion:
    """The image for a script of that release: of its own minor version, else the newest: smtf runs both on it."""
    same = [known for known in _CURRENT_VERSIONS if known.minor_version == version.minor_version]
    return same[0] if same else max(_CURRENT_VERSIONS)


def _has_gpu(instance_type: str) -> bool:
    return instance_type.removeprefix("ml.")[:1] in ("g", "p")


def _domain(region: str) -> str:
    # Source: the DNS suffixes of AWS's partitions.
    suffixes = {"cn": "amazonaws.com.cn", "us-iso-": "c2s.ic.gov", "us-isob": "sc2s.sgov.gov"}
    return next((suffix for prefix, suffix in suffixes.items() if region.startswith(prefix)), "amazonaws.com")
