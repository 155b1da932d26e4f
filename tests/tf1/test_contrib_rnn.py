"""tf.contrib.rnn, crf and losses. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

X = np.arange(24, dtype=np.float32).reshape(2, 4, 3) / 10
TRANSITIONS = np.array([[0.1, 0.5, -0.2], [0.3, 0.2, 0.1], [-0.4, 0.6, 0.7]], np.float32)
TAGS = [[0, 1, 2, 1], [2, 0, 1, 1]]


@pytest.fixture(scope="module")
def tf():
    from smtf_core.runtime.tf1.base import tf

    return tf


@pytest.fixture(autouse=True)
def graph(tf):
    from smtf_core.runtime.tf1.behaviour import tensorflow_1_behaviour

    with tensorflow_1_behaviour(), tf.Graph().as_default() as graph:
        yield graph


CELLS = [
    ("rnn.LSTMBlockCell(2)", [0.0077, 0.0077, 0.04, 0.04, 0.0973], {"lstm_cell/kernel": [5, 8], "lstm_cell/bias": [8]}),
    (
        "rnn.LSTMBlockCell(2, use_peephole=True, cell_clip=0.3)",
        [0.0077, 0.0077, 0.0402, 0.0402, 0.0983, 0.0983, 0.1709],
        {"lstm_cell/kernel": [5, 8], "lstm_cell/bias": [8]} | {f"lstm_cell/w_{gate}_diag": [2] for gate in "ifo"},
    ),
    (
        "rnn.InputProjectionWrapper(rnn.BasicLSTMCell(2), 5)",
        [0.0038, 0.0038, 0.019, 0.019, 0.0446],
        {
            "input_projection_wrapper/kernel": [3, 5],
            "input_projection_wrapper/bias": [5],
            "input_projection_wrapper/basic_lstm_cell/kernel": [7, 8],
            "input_projection_wrapper/basic_lstm_cell/bias": [8],
        },
    ),
]


@pytest.mark.parametrize(("cell", "values", "shapes"), CELLS)
def test_cells(tf, cell, values, shapes):
    from smtf_core.runtime.tf1.contrib import rnn

    with tf.variable_scope("r", initializer=tf.constant_initializer(0.1)):
        made = eval(cell, {"rnn": rnn})
        outputs, _ = tf.nn.dynamic_rnn(made, tf.constant(X), dtype=tf.float32, sequence_length=[4, 2])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(session.run(outputs).ravel()[: len(values)], values, atol=1e-4)
    assert {v.op.name: v.shape.as_list() for v in tf.global_variables()} == {f"r/rnn/{k}": s for k, s in shapes.items()}


def test_crf(tf):
    from smtf_core.runtime.tf1.contrib import crf

    inputs, transitions = tf.constant(X), tf.constant(TRANSITIONS)
    likelihood, _ = crf.crf_log_likelihood(inputs, tf.constant(TAGS), tf.constant([4, 2]), transitions)
    norm = crf.crf_log_norm(inputs, tf.constant([1, 0]), transitions)
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(likelihood), [-4.0653, -2.8868], atol=1e-4)
        np.testing.assert_allclose(session.run(norm), [1.2019, 0], atol=1e-4)
    tags, score = crf.viterbi_decode(X[0], TRANSITIONS)
    assert (tags, round(float(score), 4)) == ([2, 2, 2, 2], 4.7)


@pytest.mark.parametrize(
    ("name", "value"),
    [("mean_squared_error", 0.225), ("log_loss", 0.6456), ("softmax_cross_entropy", 0.6178)],
)
def test_losses(tf, name, value):
    from smtf_core.runtime.tf1.contrib import losses

    loss = getattr(losses, name)(tf.constant([[0.1, 0.7], [0.2, 0.4]]), tf.constant([[0.0, 1.0], [1.0, 0.0]]))
    with tf.Session() as session:
        assert session.run(loss) == pytest.approx(value, abs=1e-4)
    assert tf.losses.get_losses() == [loss]
