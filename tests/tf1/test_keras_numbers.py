"""What a keras_model_fn evaluates to. Expected values: TensorFlow 1.11.0, the same script, 5 steps, batches of 16, 16, 16, 2."""

import pytest

from smtf_core import TensorFlow

SCRIPT = """
import numpy as np
import tensorflow as tf

K = tf.keras


def keras_model_fn(hyperparameters):
    def initial(n):
        return K.initializers.Constant([float(v) for v in np.sin(np.arange(n) * 1.7)])

    model = K.models.Sequential()
    model.add(K.layers.Dense(6, activation="relu", input_shape=(4,), kernel_initializer=initial(24), name="d1"))
    model.add(K.layers.Dense(3, activation="softmax", kernel_initializer=initial(18), name="d2"))
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=hyperparameters["metrics"])
    return model


def _input(hyperparameters, rows, batch_size, num_epochs):
    x = np.random.RandomState(0).uniform(-1, 1, [rows, 4]).astype(np.float32)
    labels = np.eye(3, dtype=np.float32)[np.argmax(x[:, :3], 1)] * 0.7 + 0.2
    if hyperparameters["multiple"]:
        labels = (x[:, :3] > 0).astype(np.float32)
    return tf.estimator.inputs.numpy_input_fn(
        {"d1_input": x}, labels, batch_size=batch_size, num_epochs=num_epochs, shuffle=False
    )()


def train_input_fn(hyperparameters):
    return _input(hyperparameters, 40, 8, None)


def eval_input_fn(hyperparameters):
    return _input(hyperparameters, 50, 16, 1)
"""


@pytest.mark.filterwarnings("ignore")  # what Keras warns about in the job's thread
@pytest.mark.parametrize(
    ("multiple", "metrics", "expected"),
    [
        (False, ["accuracy"], {"accuracy": 0.09375, "loss": 1.8446346}),
        (True, ["acc", "mse"], {"acc": 0.25, "loss": 2.1015093, "mse": 0.3414958}),
    ],
    ids=["smoothed labels", "multiple labels"],
)
def test_metrics_are_means_of_batches_and_losses_those_of_probabilities(tmp_path, multiple, metrics, expected):
    (tmp_path / "script.py").write_text(SCRIPT)
    estimator = TensorFlow(
        str(tmp_path / "script.py"),
        training_steps=5,
        evaluation_steps=None,
        framework_version="1.11",
        hyperparameters={"multiple": multiple, "metrics": metrics},
        output_path=tmp_path / "out",
    )
    estimator.fit(job_name="keras")
    found = dict(estimator.result.metrics)
    found.pop("global_step", None)
    assert found == pytest.approx(expected, abs=1e-5)
