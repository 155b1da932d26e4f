"""tf.contrib.tpu without TPUs."""

import pytest


def test_an_estimator_for_tpus_runs_without_them(tmp_path):
    from smtf_core.runtime.tf1.base import estimator, tf
    from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour
    from smtf_core.runtime.tf1.contrib import tpu

    def model_fn(features, labels, mode, params):
        predicted = tf.get_variable("w", initializer=1.0) * features["x"]
        if mode == estimator.ModeKeys.PREDICT:
            outputs = {"serving_default": estimator.export.PredictOutput({"p": predicted})}
            return tpu.TPUEstimatorSpec(mode, predictions={"p": predicted}, export_outputs=outputs)
        loss = tf.losses.mean_squared_error(labels, predicted)
        train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        metrics = (lambda wanted, given: {"error": tf.metrics.mean_squared_error(wanted, given)}, [labels, predicted])
        return tpu.TPUEstimatorSpec(mode, loss=loss, train_op=train_op, eval_metrics=metrics)

    def input_fn(params):
        data = tf.data.Dataset.from_tensor_slices(({"x": [1.0, 2.0]}, [2.0, 4.0]))
        return data.repeat(3).batch(params["batch_size"], drop_remainder=True)

    with tensorflow_1_behaviour():
        config = tpu.RunConfig(tpu_config=tpu.TPUConfig(iterations_per_loop=2), save_checkpoints_steps=2)
        sizes = {f"{what}_batch_size": 2 for what in ("train", "eval", "predict")}
        trained = tpu.TPUEstimator(model_fn, str(tmp_path), config, use_tpu=False, **sizes)
        trained.train(input_fn, max_steps=3)
        # w goes from 1 to 1.5, 1.75, 1.875, so the error is 2.5 * 0.125**2
        assert trained.evaluate(input_fn)["error"] == pytest.approx(0.0390625)
        assert [one["p"] for one in trained.predict(input_fn)][:2] == pytest.approx([1.875, 3.75])
        with pytest.raises(ValueError, match="use_tpu=False"):
            tpu.TPUEstimator(model_fn, str(tmp_path), config, train_batch_size=2)


def test_files_of_the_package_lead_to_it():
    from smtf_core.models import FrameworkVersion
    from smtf_core.runtime.tf1.contrib import tpu
    from smtf_core.runtime.tf1.flags import script_flags
    from smtf_core.runtime.tf1.view import tensorflow_1_view

    files = tensorflow_1_view(FrameworkVersion.parse("1.11"), script_flags).contrib.tpu.python.tpu
    assert files.tpu_estimator.TPUEstimatorSpec is tpu.TPUEstimatorSpec
    assert files.tpu_config.TPUConfig is tpu.TPUConfig
    assert files.tpu_optimizer.CrossShardOptimizer is tpu.CrossShardOptimizer
    assert files.tpu_function.get_tpu_context().number_of_shards is None
