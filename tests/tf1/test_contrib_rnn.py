"""tf.contrib.rnn, crf and losses. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")

X = np.arange(24, dtype=np.float32).reshape(2, 4, 3) / 10
TRANSITIONS = np.array([[0.1, 0.5, -0.2], [0.3, 0.2, 0.1], [-0.4, 0.6, 0.7]], np.float32)
TAGS = [[0, 1, 2, 1], [2, 0, 1, 1]]


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


def sines(shape, dtype=None, partition_info=None):
    return np.sin(np.arange(int(np.prod(shape))) * 1.7).reshape(shape).astype("f") * 0.8


# The cell, its variables, first outputs, first entries of the gradient of the outputs' sum by the inputs.
TRAINED_CELLS = [
    (
        "rnn.LSTMBlockCell(2,cell_clip=0.3,use_peephole=True)",
        {
            "lstm_cell/kernel": [5, 8],
            "lstm_cell/bias": [8],
            "lstm_cell/w_i_diag": [2],
            "lstm_cell/w_f_diag": [2],
            "lstm_cell/w_o_diag": [2],
        },
        [-0.0542, -0.0839, 0.0633, 0.0044, -0.07, -0.1046],
        [-0.3611, -0.5338, -0.1852, -0.1757, -0.3201, -0.1519],
    ),
    (
        "rnn.LayerNormBasicLSTMCell(2)",
        {
            "layer_norm_basic_lstm_cell/kernel": [5, 8],
            "layer_norm_basic_lstm_cell/input/gamma": [2],
            "layer_norm_basic_lstm_cell/input/beta": [2],
            "layer_norm_basic_lstm_cell/transform/gamma": [2],
            "layer_norm_basic_lstm_cell/transform/beta": [2],
            "layer_norm_basic_lstm_cell/forget/gamma": [2],
            "layer_norm_basic_lstm_cell/forget/beta": [2],
            "layer_norm_basic_lstm_cell/output/gamma": [2],
            "layer_norm_basic_lstm_cell/output/beta": [2],
            "layer_norm_basic_lstm_cell/state/gamma": [2],
            "layer_norm_basic_lstm_cell/state/beta": [2],
        },
        [0.2048, -0.5568, 0.2048, -0.5568, 0.2048, -0.5568],
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    ),
    (
        "rnn.LayerNormBasicLSTMCell(2,layer_norm=False)",
        {"layer_norm_basic_lstm_cell/kernel": [5, 8], "layer_norm_basic_lstm_cell/bias": [8]},
        [-0.0508, -0.1621, -0.0521, -0.239, -0.0715, -0.2598],
        [-0.0504, -0.3662, -0.3244, -0.2936, -0.3734, -0.0885],
    ),
    (
        "rnn.GRUBlockCell(2)",
        {"gru_cell/w_ru": [5, 4], "gru_cell/b_ru": [4], "gru_cell/w_c": [5, 2], "gru_cell/b_c": [2]},
        [-0.0824, 0.062, -0.0074, 0.0454, -0.0731, 0.0863],
        [1.3951, -1.3697, 1.224, 0.2279, -0.2404, 0.3526],
    ),
    (
        "rnn.GRUBlockCellV2(2)",
        {
            "gru_cell/gates/kernel": [5, 4],
            "gru_cell/gates/bias": [4],
            "gru_cell/candidate/kernel": [5, 2],
            "gru_cell/candidate/bias": [2],
        },
        [-0.0824, 0.062, -0.0074, 0.0454, -0.0731, 0.0863],
        [1.3951, -1.3697, 1.224, 0.2279, -0.2404, 0.3526],
    ),
    (
        "rnn.UGRNNCell(2)",
        {"ugrnn_cell/kernel": [5, 4], "ugrnn_cell/bias": [4]},
        [-0.0524, -0.0881, 0.0894, 0.3404, -0.0444, 0.2219],
        [-0.0717, -0.2453, -0.3549, -0.8626, -0.9501, -0.7894],
    ),
    (
        "cudnn_rnn.CudnnCompatibleLSTMCell(2)",
        {"cudnn_compatible_lstm_cell/kernel": [5, 8], "cudnn_compatible_lstm_cell/bias": [8]},
        [-0.0542, -0.1818, 0.0758, 0.0006, -0.0704, -0.1927],
        [-0.1889, -0.3644, -0.184, -0.2023, -0.2927, -0.0972],
    ),
]


@pytest.mark.parametrize(("cell", "shapes", "values", "gradients"), TRAINED_CELLS)
def test_cells_can_be_trained(tf, cell, shapes, values, gradients):
    from smtf_core.runtime.tf1.contrib import cudnn_rnn, rnn

    inputs = tf.constant(np.cos(np.arange(24)).reshape(2, 4, 3).astype("f"))
    with tf.variable_scope("r", initializer=sines):
        made = eval(cell, {"rnn": rnn, "cudnn_rnn": cudnn_rnn})
        outputs, _ = tf.nn.dynamic_rnn(made, inputs, dtype=tf.float32, sequence_length=[4, 2])
    gradient = tf.gradients(tf.reduce_sum(outputs), inputs)[0]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        outputs, gradient = session.run([outputs, gradient])
    np.testing.assert_allclose(outputs.ravel()[: len(values)], values, atol=3e-4)
    np.testing.assert_allclose(gradient.ravel()[: len(gradients)], gradients, atol=3e-4)
    assert {v.op.name: v.shape.as_list() for v in tf.global_variables()} == {f"r/rnn/{k}": s for k, s in shapes.items()}


def test_crf_decode(tf):
    from smtf_core.runtime.tf1.contrib import crf

    inputs = tf.constant(np.sin(np.arange(24) * 1.7).reshape(2, 4, 3).astype("f"))
    transitions = tf.constant(np.cos(np.arange(9)).reshape(3, 3).astype("f"))
    with tf.Session() as session:
        tags, scores = session.run(crf.crf_decode(inputs, transitions, tf.constant([4, 2])))
    assert tags.tolist() == [[1, 2, 2, 0], [0, 1, 0, 0]]
    np.testing.assert_allclose(scores, [4.1444, 2.4194], atol=1e-4)
