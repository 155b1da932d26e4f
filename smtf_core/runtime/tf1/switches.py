"""The environment switches of the legacy containers' MKL builds, translated for today's TensorFlow.

Source: AWS's documentation of the mode told users to set ``TF_DISABLE_MKL=1`` and ``TF_DISABLE_POOL_ALLOCATOR=1``, in
    the job's
environment or at the top of the script. TensorFlow reads its oneDNN switch when it is imported first.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import MutableMapping

_log = logging.getLogger("smtf")

_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"


def translate_mkl_switches(environ: MutableMapping[str, str] = os.environ, loaded: bool | None = None) -> None:
    """Honour the MKL switches, or say why they cannot be honoured. Call it right before TensorFlow is imported.

    Args:
        environ: the variables.
        loaded: whether TensorFlow was imported before; looked up when ``None``.
    """
    loaded = "tensorflow" in sys.modules if loaded is None else loaded
    if environ.get("TF_DISABLE_MKL") == "1" and environ.get(_ONEDNN) != "0":
        if loaded:
            _log.warning(
                "TF_DISABLE_MKL=1 has no effect: this process has imported TensorFlow already, which "
                "reads its oneDNN switch only "
                "then. Start Python with %s=0, or run the job in a process of its own (smtf train).",
                _ONEDNN,
            )
        elif _ONEDNN in environ:
            _log.warning("TF_DISABLE_MKL=1 is set, but so is %s=%s, which wins", _ONEDNN, environ[_ONEDNN])
        else:
            environ[_ONEDNN] = "0"
            _log.info("TF_DISABLE_MKL=1: oneDNN operations are off (%s=0)", _ONEDNN)
    if environ.get("TF_DISABLE_POOL_ALLOCATOR") == "1":
        _log.info("TF_DISABLE_POOL_ALLOCATOR=1 has nothing to turn off: today's TensorFlow has no MKL pool allocator")
