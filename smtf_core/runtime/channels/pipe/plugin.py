"""The filesystem plugin: found, and made known to TensorFlow."""

from __future__ import annotations

import logging
import threading
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import tensorflow as tf

_log = logging.getLogger("smtf")
_lock = threading.Lock()
_state: dict[str, bool] = {}


def plugin_is_there() -> bool:
    """Whether TensorFlow can read pipes through the plugin; registers it at the first call, for the whole process.

    Where the plugin has not been built the log says so once.
    """
    with _lock:
        if "there" not in _state:
            _state["there"] = _register()
        return _state["there"]


def _register() -> bool:
    library = _library()
    if library is None:
        _log.warning(
            "Pipe mode: smtf was installed without its plugin in C, so pipes are read in Python, which takes many "
            "times the processor time. Install a C compiler and then smtf again: "
            "pip install --force-reinstall --no-deps smtf"
        )
        return False
    tf.experimental.register_filesystem_plugin(str(library))
    if "smtfpipe" not in tf.io.gfile.get_registered_schemes():
        # The plugin registers nothing when TensorFlow lacks the function that it reports errors with.
        _log.warning(
            "Pipe mode: smtf's plugin in C does not fit TensorFlow %s, so pipes are read in Python, which takes many "
            "times the processor time",
            tf.__version__,
        )
        return False
    return True


def _library() -> Path | None:
    candidates = (Path(__file__).with_name(f"_native{suffix}") for suffix in EXTENSION_SUFFIXES)
    return next((path for path in candidates if path.exists()), None)
