"""``tf.contrib.tpu``: what scripts that also run without TPUs use of it.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.tpu``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smtf_core.runtime.tf1.base import estimator, tf

CrossShardOptimizer = tf.tpu.CrossShardOptimizer
InputPipelineConfig = estimator.tpu.InputPipelineConfig
RunConfig = estimator.tpu.RunConfig
TPUConfig = estimator.tpu.TPUConfig
TPUEstimatorSpec = estimator.tpu.TPUEstimatorSpec
batch_parallel = tf.tpu.batch_parallel
bfloat16_scope = tf.tpu.bfloat16_scope
cross_replica_sum = tf.tpu.cross_replica_sum
initialize_system = tf.tpu.initialize_system
replicate = tf.tpu.replicate
rewrite = tf.tpu.rewrite
shard = tf.tpu.shard
shutdown_system = tf.tpu.shutdown_system


class TPUEstimator(estimator.tpu.TPUEstimator):  # type: ignore[misc]
    """An estimator whose ``model_fn`` returns a ``TPUEstimatorSpec``, on processors and GPUs.

    Args:
        model_fn: function of ``features, labels, mode, params[, config]``; ``params`` has ``batch_size``.
        model_dir: folder of the model.
        config: a :data:`RunConfig` of this module.
        params: handed to ``model_fn`` and to input functions.
        use_tpu: must be false.
        train_batch_size: what ``params["batch_size"]`` is in training.
        eval_batch_size: … in evaluations.
        predict_batch_size: … in predictions.
        batch_axis: matters on TPUs only.
        eval_on_tpu: matters on TPUs only.
        export_to_tpu: matters on TPUs only.
        warm_start_from: checkpoint or ``tf.estimator.WarmStartSettings``.

    Raises:
        ValueError: ``use_tpu`` is true.
    """

    def __init__(
        self,
        model_fn: Callable[..., Any] | None = None,
        model_dir: str | None = None,
        config: Any = None,
        params: Mapping[str, Any] | None = None,
        use_tpu: bool = True,
        train_batch_size: int | None = None,
        eval_batch_size: int | None = None,
        predict_batch_size: int | None = None,
        batch_axis: Any = None,
        eval_on_tpu: bool = True,
        export_to_tpu: bool = True,
        warm_start_from: Any = None,
    ) -> None:
        if use_tpu:
            raise ValueError("There are no TPUs here: pass use_tpu=False to TPUEstimator")
        super().__init__(
            model_fn,
            model_dir,
            config,
            params,
            use_tpu=False,
            train_batch_size=train_batch_size,
            eval_batch_size=eval_batch_size,
            predict_batch_size=predict_batch_size,
            batch_axis=batch_axis,
            eval_on_tpu=eval_on_tpu,
            export_to_tpu=export_to_tpu,
            warm_start_from=warm_start_from,
        )
