"""Images: which one a job gets, and which of two kinds it is.

A *contract* image fulfils SageMaker's contract: it has a program ``train``, or ``serve`` where it is to serve. Any
other image with a Python and a TensorFlow that smtf works with is a *plain* one, into which smtf is mounted; so is an
image of ``smtf image build``, whose own smtf is passed over for the one that is installed here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import docker
from attrs import field, frozen
from docker.errors import APIError, ContainerError, ImageNotFound, NotFound

from smtf_backends.docker.engine import explained
from smtf_core._version import __version__
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import EndpointPlan
from smtf_core.models import FrameworkVersion, Job
from smtf_core.models.converter import from_data, to_data
from smtf_core.models.layout import write_json

CONTRACT, PLAIN = "contract", "plain"
#: Label of the images of ``smtf image build``.
OWN = "smtf.runtime"
# SageMaker's images by what they do, and the tags that they have.
_LEGACY = {
    "sagemaker-tensorflow": "{version}-{device}-{python}",
    "sagemaker-tensorflow-serving": "{version}-{device}",
}
TRAIN, SERVE = "train", "serve"
#: TensorFlow Serving's program, and the image that has it if none is named.
MODEL_SERVER, _MODEL_SERVER_IMAGE = "tensorflow_model_server", "tensorflow/serving:latest"
_PYTHONS = ("python3", "python")
_OLDEST_PYTHON, _OLDEST_TENSORFLOW = (3, 10), (2, 16)
# What tells all that must be known of an image's Python; runs there.
_PROBE = """
import json, re, sys
from importlib.metadata import distributions
found = {re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): d.version for d in distributions() if d.metadata["Name"]}
print(json.dumps({"python": "%d.%d" % sys.version_info[:2], "distributions": found}))
"""


@frozen(kw_only=True)
class Image:
    """An image that a job can run in.

    Args:
        id: the engine's own name for it.
        kind: ``'contract'`` or ``'plain'``.
        interpreter: of a plain image, the command that starts Python.
        python: of a plain image, its Python, as ``3.11``.
        distributions: of a plain image, what is installed, by normalised name.
    """

    id: str
    kind: str
    interpreter: str = ""
    python: str = ""
    distributions: Mapping[str, str] = field(factory=dict)

    @property
    def tensorflow(self) -> str | None:
        """Version of its TensorFlow."""
        names = ("tensorflow", "tensorflow-cpu", "tf-nightly", "tensorflow-aarch64", "tensorflow-rocm")
        return next((self.distributions[name] for name in names if name in self.distributions), None)


def default_tag(tensorflow: str | None = None) -> str:
    """What ``smtf image build`` calls an image, and what a job without ``image_name`` runs in."""
    return f"smtf-runtime:{__version__}" + (f"-tf{tensorflow}" if tensorflow else "")


def known_tensorflow(version: str | None) -> str | None:
    """A version of TensorFlow for an image, looked at.

    Raises:
        InvalidInputError: there is none such, or smtf does not work with it.
    """
    if version is not None and _numbers(str(FrameworkVersion.parse(version)))[:2] < _OLDEST_TENSORFLOW:
        raise InvalidInputError(f"an image of smtf has TensorFlow 2.16 or later, not {version}")
    return version


def image_of(client: docker.DockerClient, job: Job) -> Image:
    """The image that a job runs in, looked at.

    Raises:
        InvalidInputError: it is not on this machine, or smtf cannot run in it; says how to get one.
    """
    resources = job.resources
    gpu = resources.instance_type == "local_gpu" or resources.gpus is not None
    name = _full_name(client, job.image, job.framework_version, job.py_version, gpu)
    return _found(client, name, TRAIN)


def serving_image(client: docker.DockerClient, plan: EndpointPlan) -> Image:
    """The image that serves an endpoint, looked at.

    Raises:
        InvalidInputError: see :func:`image_of`.
    """
    version = plan.deployment.framework_version
    parsed = None if version is None else FrameworkVersion.parse(version)
    gpu = plan.instance_type == "local_gpu"
    return _found(client, _full_name(client, plan.hosting.image, parsed, plan.hosting.py_version, gpu), SERVE)


def model_server_image(client: docker.DockerClient, plan: EndpointPlan) -> Image | None:
    """The image with TensorFlow Serving's program, which runs apart from smtf; ``None`` if smtf runs in the same one.

    Raises:
        InvalidInputError: it is not on this machine, or has no such program.
    """
    name = plan.hosting.image or _MODEL_SERVER_IMAGE
    found = _get(client, name)
    config = found.attrs.get("Config") or {}
    if OWN in (config.get("Labels") or {}):
        return None
    if _has(client, found.id, config, MODEL_SERVER):
        return Image(id=found.id, kind=CONTRACT)
    if _runs_smtf(_plain(client, found.id)):
        return None
    raise InvalidInputError(f"image {name} has no program {MODEL_SERVER}; {_MODEL_SERVER_IMAGE} is one that has")


def _found(client: docker.DockerClient, name: str, program: str) -> Image:
    return _looked_at(client, _get(client, name), name, program)


def _get(client: docker.DockerClient, name: str) -> Any:
    try:
        with explained(f"image {name}"):
            return client.images.get(name)
    except ImageNotFound:
        how = (
            "Run: smtf image build. Or name another one with image_name"
            if name == default_tag()
            else f"Run: docker pull {name}. Or build it, or name another one"
        )
        raise InvalidInputError(f"there is no image {name} on this machine. {how}") from None


def _full_name(
    client: docker.DockerClient, image: str | None, version: FrameworkVersion | None, python: str | None, gpu: bool
) -> str:
    """The image's name; SageMaker's own get the tag of their framework's version where ``image_name`` says none."""
    if image is None:
        return default_tag()
    repository, _, tag = image.rpartition("/")[2].partition(":")
    if tag or repository not in _LEGACY or version is None:
        return image
    of = _LEGACY[repository].format(version=version, device="gpu" if gpu else "cpu", python=python or "py2")
    tagged = f"{image}:{of}"
    with explained("images"):
        known = [name for image in client.images.list() for name in image.tags]
    # The same image as it is called in AWS's registry, wherever it was pulled from.
    return next((name for name in known if name == tagged or name.endswith(f"/{tagged}")), tagged)


def _looked_at(client: docker.DockerClient, found: Any, name: str, program: str) -> Image:
    cached = _cache() / f"{found.id.partition(':')[2] or found.id}.{program}.json"
    if cached.is_file():
        return from_data(json.loads(cached.read_text(encoding="utf-8")), Image, str(cached))
    config = found.attrs.get("Config") or {}
    own = OWN in (config.get("Labels") or {})
    if not own and _has(client, found.id, config, program):
        image = Image(id=found.id, kind=CONTRACT)
    else:
        image = _plain(client, found.id)
        if not _runs_smtf(image):
            if not config.get("Entrypoint"):
                raise InvalidInputError(f"image {name} cannot {program}: {_why(image, program)}")
            image = Image(id=found.id, kind=CONTRACT)  # its entry point is asked to
    write_json(cached, to_data(image))
    return image


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(home) / "smtf" / "images"


def _has(client: docker.DockerClient, image: str, config: Mapping[str, Any], program: str) -> bool:
    """Whether there is such a program on the image's PATH; nothing of it is run."""
    variables = dict(item.partition("=")[::2] for item in config.get("Env") or ())
    path = variables.get("PATH") or "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    with explained(f"image {image}"):
        container = client.containers.create(image, [program])
        try:
            for folder in path.split(":"):
                try:
                    container.get_archive(str(PurePosixPath(folder) / program))
                except NotFound:
                    continue
                return True
            return False
        finally:
            container.remove(force=True)


def _plain(client: docker.DockerClient, image: str) -> Image:
    for interpreter in _PYTHONS:
        try:
            said = client.containers.run(
                image, ["-c", _PROBE], entrypoint=[interpreter], remove=True, network_disabled=True, stderr=False
            )
        except (APIError, ContainerError):
            continue  # there is no such program in it
        told = json.loads(said.decode().strip().splitlines()[-1])
        return Image(
            id=image,
            kind=PLAIN,
            interpreter=interpreter,
            python=told["python"],
            distributions=told["distributions"],
        )
    return Image(id=image, kind=PLAIN)


def _runs_smtf(image: Image) -> bool:
    return (
        _numbers(image.python) >= _OLDEST_PYTHON
        and image.tensorflow is not None
        and _numbers(image.tensorflow)[:2] >= _OLDEST_TENSORFLOW
    )


def _why(image: Image, program: str) -> str:
    if not image.python:
        return f"it has neither a program `{program}` nor Python"
    has = f"Python {image.python} and " + (f"TensorFlow {image.tensorflow}" if image.tensorflow else "no TensorFlow")
    return (
        f"it has no program `{program}` (SageMaker's contract), and {has}, where smtf needs Python 3.10 and TensorFlow "
        "2.16 or later. Build one on it with: smtf image build --base"
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
