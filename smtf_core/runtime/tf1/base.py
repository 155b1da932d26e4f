"""What the pieces of ``tf.contrib`` are written with: TensorFlow 1's API over today's TensorFlow.

The pieces belong to the process, not to one script, so they use this and not a script's view.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from smtf_core.runtime.tf1.estimator import load_estimator

load_estimator()

from tensorflow_estimator._api.v1 import estimator  # noqa: E402 - can be imported only after load_estimator()
from tf_keras.api._v1 import keras  # noqa: E402
from tf_keras.api._v1.keras.__internal__.legacy import layers, rnn_cell  # noqa: E402

__all__ = ["estimator", "keras", "layers", "rnn_cell", "tf"]
