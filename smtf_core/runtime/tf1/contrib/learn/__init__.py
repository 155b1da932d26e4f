"""``tf.contrib.learn``, as far as it is brought back: modes, configuration, data sets and inputs.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn``.
"""

from smtf_core.runtime.tf1.base import estimator
from smtf_core.runtime.tf1.contrib.learn.utils.input_fn_utils import InputFnOps as InputFnOps


class ModeKeys:
    """What a model is built for; the values are those of ``tf.estimator.ModeKeys``."""

    TRAIN = estimator.ModeKeys.TRAIN
    EVAL = estimator.ModeKeys.EVAL
    INFER = estimator.ModeKeys.PREDICT
