"""What scripts of TensorFlow 1 did with Keras and its sessions."""

import logging

import pytest

pytestmark = pytest.mark.usefixtures("graph")


@pytest.fixture
def keras():
    """What a script has as ``tf.keras``."""
    from smtf_core.models import FrameworkVersion
    from smtf_core.runtime.tf1.flags import script_flags
    from smtf_core.runtime.tf1.view import tensorflow_1_view

    return tensorflow_1_view(FrameworkVersion.parse("1.11"), script_flags).keras


def model(keras, metrics=(), **options):
    made = keras.Sequential([keras.layers.Dense(1, activation="sigmoid", input_shape=(2,), name="inputs")])
    made.compile("adam", "binary_crossentropy", metrics=list(metrics), **options)
    return made


def test_compile_leaves_out_what_it_does_not_know(keras, caplog):
    with caplog.at_level(logging.WARNING):
        made = model(keras, _tuning_objective_metric=["recall"], nothing=1)
    assert made.optimizer is not None
    assert "model.compile has no argument _tuning_objective_metric, nothing" in caplog.text


def test_a_metric_may_ask_for_the_session(tf, keras, tmp_path):
    def mean_iou(labels, predictions):
        score, update = tf.metrics.mean_iou(labels, tf.to_int32(predictions > 0.5), 2)
        keras.backend.get_session().run(tf.local_variables_initializer())
        with tf.control_dependencies([update]):
            return tf.identity(score)

    keras.estimator.model_to_estimator(model(keras, [mean_iou]), model_dir=str(tmp_path), checkpoint_format="saver")
    # Made in a session of its own: all of the copy's variables were to be initialised there.
    saved = tf.train.load_checkpoint(str(tmp_path / "keras"))
    assert saved.get_tensor("inputs/kernel").shape == (2, 1)
