"""Names of modes, problems and predictions.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.ModeKeys`` and its neighbours.
"""

from smtf_core.runtime.tf1.base import estimator


class ModeKeys:
    """What a model is built for; the values are those of ``tf.estimator.ModeKeys``."""

    TRAIN = estimator.ModeKeys.TRAIN
    EVAL = estimator.ModeKeys.EVAL
    INFER = estimator.ModeKeys.PREDICT


class ProblemType:
    """What a model's output is."""

    UNSPECIFIED = 0
    CLASSIFICATION = 1
    LINEAR_REGRESSION = 2
    LOGISTIC_REGRESSION = 3


class PredictionKey:
    """Names of what a model predicts."""

    CLASSES = "classes"
    PROBABILITIES = "probabilities"
    LOGITS = "logits"
    LOGISTIC = "logistic"
    SCORES = "scores"
    TOP_K = "top_k"
    GENERIC = "output"


class TaskType:
    """What a process of a cluster does."""

    MASTER = "master"
    PS = "ps"
    WORKER = "worker"
