"""Estimators and experiments of tf.contrib.learn. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import numpy as np
import pytest

LABELS = {1: [[1.0], [2.0], [0.0], [0.5]], 2: [[1], [0], [1], [0]], 3: [[2], [0], [1], [1]]}


@pytest.fixture(scope="module")
def learn():
    from smtf_core.runtime.tf1.contrib import learn

    return learn


@pytest.fixture(autouse=True)
def behaviour():
    from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour

    with tensorflow_1_behaviour():
        yield


@pytest.fixture
def columns():
    from smtf_core.runtime.tf1.contrib import layers

    words = layers.sparse_column_with_keys("k", ["a", "b"])
    return layers.real_valued_column("x", 2), words, layers.embedding_column(words, 2)


def data(tf, classes):
    def input_fn():
        features = {
            "x": tf.constant([[0.1, 0.2], [1.0, -0.5], [0.3, 0.3], [-2.0, 0.1]]),
            "k": tf.SparseTensor([[row, 0] for row in range(4)], ["a", "b", "a", "b"], [4, 1]),
            "w": tf.constant([[1.0], [2.0], [1.0], [0.5]]),
        }
        return features, tf.constant(LABELS[classes])

    return input_fn


def with_known_variables(tf, estimator):
    """Write a checkpoint of step 2 with known values; names of its variables → shapes."""
    values = {name: np.array(estimator.get_variable_value(name)) for name in estimator.get_variable_names()}
    with tf.Graph().as_default(), tf.Session() as session:
        for name, value in values.items():
            known = value
            if any(part in name for part in ("Adagrad", "Ftrl")):
                known = np.full_like(value, 0.1)
            elif name != "global_step" and "learning_rate" not in name:
                known = ((np.arange(value.size) % 7 - 3) / 10).reshape(value.shape).astype(value.dtype)
            tf.Variable(known, name=name)
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, f"{estimator.model_dir}/model.ckpt", global_step=2)
    return {name: list(value.shape) for name, value in values.items()}


def test_a_network_that_classifies(tf, learn, columns, tmp_path):
    numbers, _, embedded = columns
    classifier = learn.DNNClassifier([3], [numbers, embedded], str(tmp_path), n_classes=2)
    classifier.fit(input_fn=data(tf, 2), steps=2)
    # The slots have the odd names that TensorFlow gave those of partitioned variables.
    assert with_known_variables(tf, classifier) == {
        "dnn/binary_logistic_head/dnn/learning_rate": [],
        "dnn/hiddenlayer_0/biases": [3],
        "dnn/hiddenlayer_0/biases//hiddenlayer_0/biases/part_0/Adagrad": [3],
        "dnn/hiddenlayer_0/weights": [4, 3],
        "dnn/hiddenlayer_0/weights/hiddenlayer_0/weights/part_0/Adagrad": [4, 3],
        "dnn/input_from_feature_columns/k_embedding/weights": [2, 2],
        "dnn/input_from_feature_columns/k_embedding/weights/s/k_embedding/weights/part_0/Adagrad": [2, 2],
        "dnn/logits/biases": [1],
        "dnn/logits/biases/dnn/dnn/logits/biases/part_0/Adagrad": [1],
        "dnn/logits/weights": [3, 1],
        "dnn/logits/weights/nn/dnn/logits/weights/part_0/Adagrad": [3, 1],
        "global_step": [],
    }
    assert classifier.evaluate(input_fn=data(tf, 2), steps=1) == pytest.approx(
        {
            "accuracy": 0.5,
            "accuracy/baseline_label_mean": 0.5,
            "accuracy/threshold_0.500000_mean": 0.5,
            "auc": 1.0,
            "auc_precision_recall": 1.0,
            "labels/actual_label_mean": 0.5,
            "labels/prediction_mean": 0.41707,
            "loss": 0.68989,
            "precision/positive_threshold_0.500000_mean": 0.0,
            "recall/positive_threshold_0.500000_mean": 0.0,
            "global_step": 2,
        },
        abs=1e-5,
    )
    assert list(classifier.predict(input_fn=data(tf, 2))) == [0, 0, 0, 0]
    classifier.fit(input_fn=data(tf, 2), steps=2)
    assert classifier.evaluate(input_fn=data(tf, 2), steps=1)["loss"] == pytest.approx(0.68535, abs=1e-5)


def test_weights_in_training_and_evaluation(tf, learn, columns, tmp_path):
    numbers, words, _ = columns
    optimizer = tf.train.FtrlOptimizer(0.2)
    classifier = learn.LinearClassifier(
        [numbers, words], str(tmp_path), n_classes=3, weight_column_name="w", optimizer=optimizer
    )
    classifier.fit(input_fn=data(tf, 3), steps=2)
    names = with_known_variables(tf, classifier)
    assert [name for name in sorted(names) if "Ftrl" not in name] == [
        "global_step",
        "linear/bias_weight",
        "linear/k/weights",
        "linear/x/weight",
    ]
    found = classifier.evaluate(input_fn=data(tf, 3), steps=1)
    assert (found["accuracy"], found["loss"]) == pytest.approx((0.22222, 1.17671), abs=1e-5)
    classifier.fit(input_fn=data(tf, 3), steps=2)
    assert classifier.evaluate(input_fn=data(tf, 3), steps=1)["loss"] == pytest.approx(0.80213, abs=1e-5)


@pytest.mark.parametrize(("fixed", "each"), [(False, 2), (True, 1)])
def test_wide_and_deep_counts_steps_as_it_did(tf, learn, columns, tmp_path, fixed, each):
    class Runs(tf.train.SessionRunHook):
        count = 0

        def after_run(self, run_context, run_values):
            self.count += 1

    numbers, words, embedded = columns
    regressor = learn.DNNLinearCombinedRegressor(
        str(tmp_path),
        weight_column_name="w",
        linear_feature_columns=[words],
        dnn_feature_columns=[numbers, embedded],
        dnn_hidden_units=[3],
        fix_global_step_increment_bug=fixed,
    )
    # How many runs make two counted steps is a race where each counts twice: the step is read beside its increments.
    runs = Runs()
    regressor.fit(input_fn=data(tf, 1), steps=2, monitors=[runs])
    names = with_known_variables(tf, regressor)
    assert {"regression_head/dnn/learning_rate", "regression_head/linear/learning_rate", "linear/k/weights"} < set(
        names
    )
    found = regressor.evaluate(input_fn=data(tf, 1), steps=1)
    assert (found["loss"], found["global_step"]) == (pytest.approx(4.74944, abs=1e-5), runs.count * each)
    assert list(regressor.predict_scores(input_fn=data(tf, 1)))[:2] == pytest.approx([-0.9, -0.824])


def test_what_the_jobs_engine_calls(tf, learn, columns, tmp_path):
    """A script's estimator_fn may return such an estimator: it trains, evaluates and exports like any other."""
    from smtf_core.runtime.tf1.base import estimator as estimators

    config = estimators.RunConfig(model_dir=str(tmp_path))
    classifier = learn.DNNClassifier([3], [columns[0]], n_classes=3, config=config)
    classifier.train(data(tf, 3), max_steps=2)
    assert classifier.evaluate(data(tf, 3), steps=1, hooks=[])["global_step"] == 2
    serving = learn.build_parsing_serving_input_fn({"x": tf.FixedLenFeature([2], tf.float32)})
    exported = estimators.LatestExporter("Servo", serving).export(classifier, str(tmp_path / "out"), None, None, True)
    with tf.Graph().as_default(), tf.Session() as session:
        signature = tf.saved_model.load(session, ["serve"], exported.decode()).signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/classify"
    assert sorted(signature.outputs) == ["classes", "scores"]


def test_an_experiment(tf, learn, tmp_path):
    from smtf_core.runtime.tf1.contrib import layers, metrics
    from smtf_core.runtime.tf1.contrib.learn import learn_runner
    from smtf_core.runtime.tf1.contrib.training import HParams

    def input_fn():
        return {"x": tf.constant([1.0, 2.0])}, tf.constant([2.0, 4.0])

    def model_fn(features, labels, mode, params):
        predicted = tf.get_variable("w", initializer=1.0) * features["x"]
        loss = tf.reduce_mean((predicted - labels) ** 2)  # built for predictions, too
        train_op = layers.optimize_loss(loss, tf.train.get_global_step(), params["rate"], "SGD")
        return {"p": predicted}, loss, train_op

    def experiment_fn(run_config, hparams):
        spec = learn.MetricSpec(metrics.streaming_mean_squared_error, prediction_key="p")
        receiver = learn.utils.build_default_serving_input_fn({"x": tf.placeholder(tf.float32, [None], name="x")})
        return learn.Experiment(
            learn.Estimator(model_fn, config=run_config, params={"rate": hparams.rate}),
            input_fn,
            input_fn,
            eval_metrics={"error": spec},
            train_steps=3,
            eval_steps=2,
            export_strategies=learn.make_export_strategy(receiver),
        )

    config = learn.RunConfig(model_dir=str(tmp_path), save_checkpoints_steps=2)
    assert (config.save_checkpoints_secs, config.environment) == (None, "local")
    found, exports = learn_runner.run(experiment_fn, run_config=config, hparams=HParams(rate=0.1))
    assert found["global_step"] == 3
    # w goes from 1 to 1.5, 1.75, 1.875, so the error is 2.5 * 0.125**2
    assert found["error"] == pytest.approx(found["loss"]) == pytest.approx(0.0390625)
    assert len(exports) == 1
    assert exports[0].decode().startswith(f"{tmp_path}/export/Servo/")
    with pytest.raises(ValueError, match="Schedule references non-existent task nope"):
        learn_runner.run(experiment_fn, run_config=config, hparams=HParams(rate=0.1), schedule="nope")


def test_arrays_and_inferred_columns(learn, tmp_path):
    x, y = np.arange(8, dtype=np.float32).reshape(4, 2), np.array([0, 1, 0, 1])
    columns = learn.infer_real_valued_columns_from_input(x)
    assert [(one.name, one.dimension) for one in columns] == [("", 2)]
    classifier = learn.LinearClassifier(columns, str(tmp_path)).fit(x=x, y=y, steps=2, batch_size=2)
    assert classifier.evaluate(x=x, y=y)["global_step"] == 2
    assert np.shape(classifier.predict_proba(x=x, as_iterable=False)) == (4, 2)
    with pytest.raises(ValueError, match="enable_centered_bias"):
        learn.LinearClassifier(columns, str(tmp_path), enable_centered_bias=True)
