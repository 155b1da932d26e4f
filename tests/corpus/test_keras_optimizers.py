"""What each of Keras's own optimizers leaves in a checkpoint, as TensorFlow 1.11 and 1.4 left it.

The table was read off checkpoints that these releases wrote for the same model.
"""

import pytest

from smtf_core import PluginManager, TensorFlow
from smtf_core.client.display import Display

SCRIPT = """
import tensorflow as tf


def keras_model_fn(hyperparameters):
    layers = [tf.keras.layers.Dense(2, input_shape=(3,), name='d'), tf.keras.layers.Dense(1, name='e')]
    model = tf.keras.models.Sequential(layers)
    optimizer = getattr(tf.keras.optimizers, hyperparameters['optimizer'])(**hyperparameters['arguments'])
    model.compile(optimizer=optimizer, loss='mse')
    return model


def train_input_fn():
    x = tf.constant([[1.0, 2.0, 3.0]] * 4)
    return tf.data.Dataset.from_tensors(({'d_input': x}, tf.ones([4, 1]))).repeat()


eval_input_fn = train_input_fn
"""

MODEL = {"d/kernel": [3, 2], "d/bias": [2], "e/kernel": [2, 1], "e/bias": [1], "global_step": []}
WHOLE = [[3, 2], [2], [2, 1], [1]]
NUMBERS = [[1]] * 4


@pytest.mark.parametrize(
    ("optimizer", "arguments", "version", "numbers", "slots"),
    [
        ("SGD", {}, "1.11", "decay iterations lr momentum", WHOLE),
        ("RMSprop", {}, "1.11", "decay iterations lr rho", WHOLE),
        ("Adadelta", {}, "1.11", "decay iterations lr", WHOLE * 2),
        ("Adam", {}, "1.11", "beta_1 beta_2 decay iterations lr", WHOLE * 2 + NUMBERS),
        ("Adam", {}, "1.4", "beta_1 beta_2 decay iterations lr", WHOLE * 2),
        ("Adam", {"amsgrad": True}, "1.11", "beta_1 beta_2 decay iterations lr", WHOLE * 3),
        ("Nadam", {}, "1.11", "beta_1 beta_2 iterations lr m_schedule", WHOLE * 2),
    ],
)
def test_variables_of_an_optimizer(optimizer, arguments, version, numbers, slots, write, tmp_path):
    import tensorflow as tf

    def train(steps):
        estimator = TensorFlow(
            write("script.py", SCRIPT),
            framework_version=version,
            training_steps=steps,
            evaluation_steps=1,
            hyperparameters={"optimizer": optimizer, "arguments": arguments},
            checkpoint_path=tmp_path / "model",
            output_path=tmp_path / "out",
            plugins=PluginManager(plugins=()),
        )
        estimator.fit(job_name=f"{optimizer.lower()}-{steps}", display=Display(quiet=True))
        return estimator.result

    expected = {
        **MODEL,
        **{f"{optimizer}/{number}": [] for number in numbers.split()},
        **{f"training/{optimizer}/Variable" + (f"_{i}" if i else ""): shape for i, shape in enumerate(slots)},
    }
    assert dict(tf.train.list_variables(train(2).checkpoint.path)) == expected
    assert train(3).global_step == 3  # and it is restored
