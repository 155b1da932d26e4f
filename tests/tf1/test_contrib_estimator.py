"""tf.contrib.estimator and predictor. Expected values: TensorFlow 1.11.0, the same calls."""

import pytest

pytestmark = pytest.mark.usefixtures("graph")


def two_heads():
    from smtf_core.runtime.tf1.contrib import estimator

    heads = [estimator.binary_classification_head(name="a"), estimator.regression_head(name="b", label_dimension=2)]
    return estimator.multi_head(heads, [1.0, 0.5])


@pytest.fixture
def batch(tf):
    features = {"x": tf.constant([[1.0], [2.0]])}
    logits = {"a": tf.constant([[0.5], [-1.0]]), "b": tf.constant([[1.0, 2.0], [3.0, 4.0]])}
    labels = {"a": tf.constant([[1], [0]]), "b": tf.constant([[1.0, 1.0], [1.0, 1.0]])}
    return features, logits, labels


def test_a_multi_head_trains(tf, batch):
    features, logits, labels = batch
    for given in (logits, tf.concat([logits["a"], logits["b"]], 1)):
        spec = two_heads().create_estimator_spec(
            features, "train", given, labels, train_op_fn=lambda loss: tf.identity(loss * 2)
        )
        with tf.Session() as session:
            assert session.run([spec.loss, spec.train_op]) == pytest.approx([2.1436694, 4.2873387])
    assert [s.op.name for s in tf.get_collection("summaries")] == [
        "loss/a",
        "loss/b",
        "loss",
        "loss/a_1",
        "loss/b_1",
        "loss_1",
    ]


def test_a_multi_head_evaluates_and_predicts(tf, batch):
    features, logits, labels = batch
    spec = two_heads().create_estimator_spec(features, "eval", logits, labels)
    assert {
        "accuracy/a", "accuracy_baseline/a", "auc/a", "auc_precision_recall/a", "average_loss/a", "average_loss/b",
        "label/mean/a", "label/mean/b", "loss/a", "loss/b", "precision/a", "prediction/mean/a", "prediction/mean/b",
        "recall/a",
    } <= set(spec.eval_metric_ops)  # fmt: skip
    with tf.Session() as session:
        assert session.run(spec.loss) == pytest.approx(2.1436694)
    spec = two_heads().create_estimator_spec(features, "infer", logits)
    assert {("a", "logistic"), ("a", "class_ids"), ("b", "predictions")} <= set(spec.predictions)
    assert sorted(spec.export_outputs) == sorted(
        [
            "serving_default",
            "a",
            "a/classification",
            "a/regression",
            "a/predict",
            "b",
            "b/regression",
            "b/predict",
            "predict",
        ]
    )
    assert type(spec.export_outputs["serving_default"]).__name__ == "ClassificationOutput"


def test_a_multi_label_head(tf):
    from smtf_core.runtime.tf1.contrib.estimator import multi_label_head

    logits, labels = tf.constant([[1.0, 0, -1], [2, 3, 4]]), tf.constant([[1, 0, 1], [0, 1, 1]])
    spec = multi_label_head(3).create_estimator_spec({}, "eval", logits, labels)
    assert {"average_loss", "auc", "auc_precision_recall"} <= set(spec.eval_metric_ops)
    with tf.Session() as session:
        assert session.run(spec.loss) == pytest.approx(0.75222266)
    step = tf.train.get_or_create_global_step()
    w = tf.Variable(tf.zeros([3]))
    spec = multi_label_head(3).create_estimator_spec(
        {}, "train", logits + w, labels, optimizer=tf.train.GradientDescentOptimizer(0.1)
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(spec.train_op)
        assert session.run(step) == 1


def linear_model(features, labels, mode):
    from smtf_core.runtime.tf1.base import estimator, tf
    from smtf_core.runtime.tf1.contrib.estimator import TowerOptimizer, clip_gradients_by_norm

    w = tf.get_variable("w", [], initializer=tf.constant_initializer(2.0))
    predictions = {"y": features["x"] * w}
    if mode == "infer":
        outputs = {"predict": estimator.export.PredictOutput(predictions)}
        return estimator.EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)
    loss = tf.losses.mean_squared_error(labels, predictions["y"])
    optimizer = TowerOptimizer(clip_gradients_by_norm(tf.train.MomentumOptimizer(0.1, 0.9), 1.0))
    step = optimizer.minimize(loss, tf.train.get_global_step())
    return estimator.EstimatorSpec(mode, loss=loss, predictions=predictions, train_op=step)


def receiver():
    from smtf_core.runtime.tf1.base import estimator, tf

    x = tf.placeholder(tf.float32, [None], name="x")
    return estimator.export.ServingInputReceiver({"x": x}, {"x": x})


@pytest.fixture
def trained(tf, tmp_path):
    from smtf_core.runtime.tf1.base import estimator
    from smtf_core.runtime.tf1.contrib.estimator import replicate_model_fn

    made = estimator.Estimator(replicate_model_fn(linear_model), str(tmp_path / "model"))
    made.train(lambda: ({"x": tf.constant([1.0, 2.0])}, tf.constant([0.0, 0.0])), steps=1)
    return made


def test_an_estimator_as_a_function(tf, trained, tmp_path):
    from smtf_core.runtime.tf1.contrib import predictor

    # The gradient, 10, is clipped to 1; one step of 0.1.
    assert trained.get_variable_value("w") == pytest.approx(1.9)
    assert "w/Momentum" in trained.get_variable_names()
    predict = predictor.from_estimator(trained, receiver)
    assert predict({"x": [1.0, 3.0]})["y"] == pytest.approx([1.9, 5.7])
    folder = trained.export_saved_model(str(tmp_path / "export"), receiver)
    predict = predictor.from_saved_model(folder.decode())
    assert predict({"x": [1.0, 3.0]})["y"] == pytest.approx([1.9, 5.7])
    with pytest.raises(ValueError, match="unexpected keys"):
        predict({"z": [1.0]})
    with pytest.raises(ValueError, match="Available signatures"):
        predictor.from_saved_model(folder.decode(), signature_def_key="none")
    with pytest.raises(ValueError, match="at most one"):
        predictor.from_saved_model(folder.decode(), signature_def_key="a", input_names={"x": "x:0"})
    named = predictor.from_saved_model(folder.decode(), input_names={"q": "x:0"}, output_names={"r": "mul:0"})
    assert named({"q": [2.0]})["r"] == pytest.approx([3.8])


def test_features_are_forwarded(tf, trained):
    from smtf_core.runtime.tf1.contrib.estimator import forward_features

    def inputs():
        return tf.data.Dataset.from_tensors({"x": [1.0, 3.0], "key": ["p", "q"]})

    found = list(forward_features(trained, "key").predict(inputs))
    assert [row["key"] for row in found] == [b"p", b"q"]
    assert found[1]["y"] == pytest.approx(5.7)
    assert set(next(forward_features(trained).predict(inputs))) == {"x", "y", "key"}
    with pytest.raises(KeyError):
        next(forward_features(trained, ["none"]).predict(inputs))
    with pytest.raises(TypeError):
        forward_features(trained, 3)


def test_towers_on_several_devices_are_refused():
    from smtf_core.runtime.tf1.contrib.estimator import replicate_model_fn

    with pytest.raises(NotImplementedError, match="MirroredStrategy"):
        replicate_model_fn(linear_model, devices=["/gpu:0", "/gpu:1"])
