"""Building smtf's own runtime image, from the Dockerfile that comes with smtf and from smtf as it is installed here."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker

from smtf_backends.docker import own_code
from smtf_backends.docker.engine import explained
from smtf_core.errors import SmtfError

_COMMANDS = {
    "train": '#!/bin/sh\nexec python -m smtf_core.runtime train "$@"\n',
    "serve": (
        "#!/bin/sh\nexec python -c 'from smtf_core.cli import main; main()' serve /opt/ml/model --host 0.0.0.0 "
        '--port "${SAGEMAKER_BIND_TO_PORT:-8080}" "$@"\n'
    ),
}


def build(
    client: docker.DockerClient, tag: str, base: str | None, tensorflow: str | None, network: str | None
) -> Iterator[str]:
    """Build the image; gives what the engine says meanwhile.

    Args:
        client: of the engine.
        tag: the image's name.
        base: the image that it is made from; has Python 3.10 or later with pip.
        tensorflow: TensorFlow's version; ``None``: the newest that smtf works with.
        network: the network that pip uses; ``None``: the engine's default.

    Raises:
        SmtfError: it cannot be built; the message has what was said last.
    """
    with tempfile.TemporaryDirectory(prefix="smtf-image-") as folder:
        _write_context(Path(folder), tensorflow)
        said: list[str] = []
        with explained(f"building {tag}"):
            steps = client.api.build(
                path=folder,
                tag=tag,
                buildargs={"BASE": base} if base else {},
                network_mode=network,
                rm=True,
                forcerm=True,
                decode=True,
            )
            for step in steps:
                if "error" in step:
                    raise SmtfError(f"image {tag} could not be built: {step['error'].strip()}\n{''.join(said[-20:])}")
                if text := step.get("stream"):
                    said.append(text)
                    yield text


def _write_context(folder: Path, tensorflow: str | None) -> None:
    shutil.copy(Path(__file__).with_name("Dockerfile"), folder / "Dockerfile")
    (folder / "requirements.txt").write_text("\n".join(own_code.requirements(tensorflow)) + "\n", encoding="utf-8")
    own_code.copy_to(folder / "lib")
    (folder / "bin").mkdir()
    for name, text in _COMMANDS.items():
        (folder / "bin" / name).write_text(text, encoding="utf-8")
