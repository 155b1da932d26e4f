"""TensorFlow 1's behaviour, for one thread: graph mode, and shapes whose entries have a ``.value``.

``tf.compat.v1.disable_v2_behavior()`` would change the whole process, which may be a notebook or somebody's server.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Iterator
from typing import Any

_install_lock = threading.Lock()


class _ShapeBehaviour:
    """The truth of TensorFlow's switch "shape entries are integers": false in threads that run such a script."""

    def __init__(self, elsewhere: bool) -> None:
        self._elsewhere = elsewhere
        self.depth = threading.local()

    def __bool__(self) -> bool:
        return self._elsewhere and getattr(self.depth, "count", 0) == 0


def _shape_behaviour() -> _ShapeBehaviour:
    """The switch, installed on first use; other threads find the value that was there before."""
    tensor_shape: Any = importlib.import_module("tensorflow.python.framework.tensor_shape")
    with _install_lock:
        current = tensor_shape._TENSORSHAPE_V2_OVERRIDE
        if not isinstance(current, _ShapeBehaviour):
            tf2 = importlib.import_module("tensorflow.python.tf2")
            current = _ShapeBehaviour(tf2.enabled() if current is None else bool(current))
            tensor_shape._TENSORSHAPE_V2_OVERRIDE = current
        return current


@contextlib.contextmanager
def tensorflow_1_behaviour() -> Iterator[None]:
    """Within it, this thread is in graph mode with a fresh default graph, and ``tensor.shape[i].value`` works."""
    tensorflow: Any = importlib.import_module("tensorflow")
    depth = _shape_behaviour().depth
    depth.count = getattr(depth, "count", 0) + 1
    try:
        with tensorflow.Graph().as_default():
            yield
    finally:
        depth.count -= 1
