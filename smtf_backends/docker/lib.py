"""What is mounted into plain images besides smtf itself: the pure Python packages that an image lacks.

They are fetched once by pip, for the image's Python, into ``$XDG_CACHE_HOME/smtf/lib`` (``~/.cache/…``).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from smtf_backends.docker.images import Image
from smtf_backends.docker.own_code import packages, write_metadata
from smtf_core.errors import StorageError

#: Where smtf lies in a container.
LIB, EXTRA = "/opt/smtf/lib", "/opt/smtf/extra"
_NEEDED = ("attrs", "cattrs", "fissix", "pluggy")
_S3 = ("boto3",)
# Besides these, a server needs the packages of the extra `serving`.
_SERVING = ("click",)
_SERVING_EXTRA = re.compile(r"""([\w.-]+).*extra\s*==\s*["']serving["']""")
_REQUIREMENT = re.compile(r"([\w.-]+)[^>=<~!;]*([^;]*)")


def mounted(image: Image, *, s3: bool = False, serving: bool = False) -> dict[str, Path]:
    """What is mounted into a plain image: path there → folder here.

    Args:
        image: the image.
        s3: whether the job speaks to S3.
        serving: whether it is to serve.

    Raises:
        StorageError: what the image lacks cannot be fetched.
    """
    # The metadata makes smtf a distribution, so that its plugins are found.
    with_metadata = _cache() / "metadata"
    write_metadata(with_metadata)
    places = {f"{LIB}/{name}": folder for name, folder in packages().items()}
    places |= {f"{LIB}/{folder.name}": folder for folder in with_metadata.glob("*.dist-info")}
    lacking = _lacking(image, (*_NEEDED, *(_S3 if s3 else ()), *(_for_serving() if serving else ())))
    if lacking:
        places[EXTRA] = _fetched(image.python, lacking)
    return places


def _for_serving() -> tuple[str, ...]:
    extra = (_SERVING_EXTRA.match(line) for line in distribution("smtf").requires or [])
    return (*_SERVING, *(match[1] for match in extra if match))


def _lacking(image: Image, names: tuple[str, ...]) -> list[str]:
    """Requirements that the image does not meet."""
    needed = dict.fromkeys(_closure(names), "")
    for line in distribution("smtf").requires or []:
        match = _REQUIREMENT.match(line)
        if match and _normal(match[1]) in needed:
            needed[_normal(match[1])] = match[2].strip()
    minor = ".".join((image.tensorflow or "").split(".")[:2])
    needed |= {"tensorflow-estimator": "==2.15.0", "tf-keras": f"=={minor}.*"}
    return sorted(name + wanted for name, wanted in needed.items() if not _meets(image.distributions.get(name), wanted))


def _closure(names: tuple[str, ...]) -> set[str]:
    """These distributions and what they need themselves, as installed here."""
    found: set[str] = set()
    rest = [_normal(name) for name in names]
    while rest:
        name = rest.pop()
        if name in found:
            continue
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            requires = []  # needed by another Python than this one only, or not here: pip knows it
        found.add(name)
        for line in requires:
            match = _REQUIREMENT.match(line)
            if match and "extra ==" not in line:
                rest.append(_normal(match[1]))
    return found


def _meets(version: str | None, wanted: str) -> bool:
    """Whether a version is not older than what is asked for, and the very one where one is."""
    if version is None:
        return False
    for operator, limit in re.findall(r"(>=|==)\s*([\d.]+)", wanted):
        have, ask = (tuple(map(int, re.findall(r"\d+", text))) for text in (version, limit))
        if (operator == ">=" and have < ask) or (operator == "==" and have[: len(ask)] != ask):
            return False
    return True


def _fetched(python: str, requirements: list[str]) -> Path:
    key = hashlib.sha256("\n".join([python, *requirements]).encode()).hexdigest()[:16]
    place = _cache() / "lib" / key
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".fetching-", dir=place.parent))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--target", str(unfinished), "--python-version", python, "--only-binary", ":all:", *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(unfinished)
        raise StorageError(
            f"the image lacks {', '.join(requirements)}, which pip could not fetch for Python {python}:\n"
            f"{done.stderr.strip()}\nInstall them in the image, or build one with: smtf image build"
        )
    unfinished.chmod(0o755)
    try:
        unfinished.rename(place)
    except OSError:
        shutil.rmtree(unfinished)  # another process was faster
    return place


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "smtf"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
