"""``tf.contrib.factorization``: clusters.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.factorization``.
"""

from __future__ import annotations

from typing import Any

from tensorflow.python.ops.clustering_ops import COSINE_DISTANCE as COSINE_DISTANCE
from tensorflow.python.ops.clustering_ops import KMEANS_PLUS_PLUS_INIT as KMEANS_PLUS_PLUS_INIT
from tensorflow.python.ops.clustering_ops import RANDOM_INIT as RANDOM_INIT
from tensorflow.python.ops.clustering_ops import SQUARED_EUCLIDEAN_DISTANCE as SQUARED_EUCLIDEAN_DISTANCE
from tensorflow.python.ops.clustering_ops import KMeans as KMeans

from smtf_core.runtime.tf1.base import estimator


class KMeansClustering(estimator.experimental.KMeans):  # type: ignore[misc]
    """An estimator that finds clusters.

    Args:
        num_clusters: how many.
        model_dir: folder of the model.
        initial_clusters: ``RANDOM_INIT``, ``KMEANS_PLUS_PLUS_INIT``, centers, or a function of inputs and number.
        distance_metric: ``SQUARED_EUCLIDEAN_DISTANCE`` or ``COSINE_DISTANCE``.
        random_seed: of the initial clusters.
        use_mini_batch: whether a batch is a part of the data.
        mini_batch_steps_per_iteration: batches between updates of the centers.
        kmeans_plus_plus_num_retries: points that are tried for each center.
        relative_tolerance: train until the loss changes by less than this share.
        config: a ``RunConfig``.
        feature_columns: columns of the inputs; by default the inputs are all features side by side.
    """

    def __init__(
        self,
        num_clusters: int,
        model_dir: str | None = None,
        initial_clusters: Any = RANDOM_INIT,
        distance_metric: str = SQUARED_EUCLIDEAN_DISTANCE,
        random_seed: int = 0,
        use_mini_batch: bool = True,
        mini_batch_steps_per_iteration: int = 1,
        kmeans_plus_plus_num_retries: int = 2,
        relative_tolerance: float | None = None,
        config: Any = None,
        feature_columns: Any = None,
    ) -> None:
        super().__init__(
            num_clusters,
            model_dir,
            initial_clusters,
            distance_metric,
            random_seed,
            use_mini_batch,
            mini_batch_steps_per_iteration,
            kmeans_plus_plus_num_retries,
            relative_tolerance,
            config,
            feature_columns,
        )
