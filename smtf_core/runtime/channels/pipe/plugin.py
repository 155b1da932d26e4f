"""The filesystem plugin: found, and made known to TensorFlow."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import tensorflow as tf

Operator = Callable[..., Any]

_log = logging.getLogger("smtf")
_lock = threading.Lock()
_state: dict[str, Operator | None] = {}


def pipe_operator() -> Operator | None:
    """The plugin's operator, which gives the records of a chunk; the files of ``smtfpipe://`` are there as well then.

    Loads the plugin at the first call, for the whole process.

    Returns:
        ``None`` where the plugin has not been built or does not fit; the log says so once.
    """
    with _lock:
        if "operator" not in _state:
            _state["operator"] = _load()
        return _state["operator"]


@functools.cache
def chunk_function() -> Any:
    """The operator as a function for ``MapDataset``: from a chunk's name to its records. Traced once a process."""
    operator = pipe_operator()
    assert operator is not None
    # Wherever the data set is: with parameter servers the one who makes it is in the scope of a device of the cluster,
    # and a function runs where only the device's own names are known.
    with tf.init_scope(), tf.device(None):
        return tf.function(lambda chunk: operator(chunk=chunk)).get_concrete_function(tf.TensorSpec([], tf.string))


def _load() -> Operator | None:
    library = _library()
    if library is None:
        _log.warning(
            "Pipe mode: smtf was installed without its plugin in C, so pipes are read in Python, which takes many "
            "times the processor time. Install a C compiler and then smtf again: "
            "pip install --force-reinstall --no-deps smtf"
        )
        return None
    # The operator first: TensorFlow notices operators only when a library is loaded for the first time.
    operator: Operator | None = getattr(tf.load_op_library(str(library)), "smtf_pipe_chunk", None)
    if operator is not None:
        tf.experimental.register_filesystem_plugin(str(library))
        if "smtfpipe" in tf.io.gfile.get_registered_schemes():
            return operator
    # The plugin registers nothing when it does not find TensorFlow's C functions.
    _log.warning(
        "Pipe mode: smtf's plugin in C does not fit TensorFlow %s, so pipes are read in Python, which takes many "
        "times the processor time",
        tf.__version__,
    )
    return None


def _library() -> Path | None:
    candidates = (Path(__file__).with_name(f"_native{suffix}") for suffix in EXTENSION_SUFFIXES)
    return next((path for path in candidates if path.exists()), None)
