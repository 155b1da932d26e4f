"""tf.contrib.factorization. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import numpy as np
import pytest


def test_clusters(tmp_path):
    from smtf_core.runtime.tf1.base import tf
    from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour
    from smtf_core.runtime.tf1.contrib import factorization

    points = np.array([[0.0, 0.0], [0.0, 1.0], [10.0, 10.0], [10.0, 11.0]], np.float32)

    def input_fn():
        return tf.train.limit_epochs(tf.convert_to_tensor(points), num_epochs=1)

    with tensorflow_1_behaviour():
        clusters = factorization.KMeansClustering(
            2, str(tmp_path), factorization.KMeansClustering.RANDOM_INIT, use_mini_batch=False, random_seed=1
        )
        for _ in range(3):
            clusters.train(input_fn)
        assert clusters.get_variable_names() == ["clusters", "global_step", "initialized"]
        assert sorted(clusters.cluster_centers().tolist()) == [
            pytest.approx([0, 0.5], abs=1e-4),
            pytest.approx([10, 10.5], abs=1e-4),
        ]
        assert clusters.score(input_fn) == pytest.approx(1.0)
