"""What the user's functions need besides themselves: ``requirements.txt`` of their code folder.

Source: sagemaker-tensorflow-serving-container, ``code/requirements.txt``; legacy container, ``SAGEMAKER_REQUIREMENTS``.
Packages that this interpreter has not are installed into a folder that lasts as long as the functions do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from smtf_core.runtime.requirements import installed_requirements

_VARIABLE, _USUAL = "SAGEMAKER_REQUIREMENTS", "requirements.txt"


def install_packages(code: Path, environment: Mapping[str, str], *, usual: bool) -> ExitStack:
    """Install what the code folder asks for.

    Args:
        code: the folder.
        environment: ``SAGEMAKER_REQUIREMENTS`` may name a file in it.
        usual: whether ``requirements.txt`` counts without being named: in a model's own ``code`` folder it does, beside
            a script that lies anywhere it may be meant for something else.

    Returns:
        Close it to forget the packages.

    Raises:
        InvalidInputError: there is no such file, or pip fails.
    """
    named = environment.get(_VARIABLE)
    file = code / (named or _USUAL)
    packages = ExitStack()
    if named or (usual and file.is_file()):
        with packages:
            folder = packages.enter_context(tempfile.TemporaryDirectory(prefix="smtf-packages-"))
            packages.enter_context(installed_requirements(file, Path(folder)))
            return packages.pop_all()
    return packages
