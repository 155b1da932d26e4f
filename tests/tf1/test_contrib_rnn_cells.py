"""More of tf.contrib.rnn and tf.contrib.cudnn_rnn.

Expected values: TensorFlow 1.11.0, Python 3.6, the same calls with the same weights: ``sines`` of each variable's shape.
"""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


def sines(shape, dtype=None, partition_info=None):
    shape = [int(size) for size in shape]
    return (np.sin(np.arange(int(np.prod(shape))) * 1.7).reshape(shape) * 0.8).astype("f")


def cosines(*shape):
    from smtf_core.runtime.tf1.base import tf

    return tf.constant(np.cos(np.arange(int(np.prod(shape)))).reshape(shape).astype("f"))


def run(cell, *shape):
    from smtf_core.runtime.tf1.base import tf

    return tf.nn.dynamic_rnn(cell, cosines(2, 4, *shape), dtype=tf.float32, sequence_length=[4, 2])


# The call, its variables, the first outputs, the first entries of the gradient of the sum of the squared outputs by the
# first variable.
CALLS = [
    (
        "run(rnn.NASCell(4, num_proj=3, use_biases=True), 3)",
        "rnn/nas_cell/",
        {"recurrent_kernel": [3, 32], "kernel": [3, 32], "bias": [32], "projection_weights": [4, 3]},
        [-0.10131, 0.05407, 0.08738, -0.0106, -0.04879, 0.02317],
        [0.0002, -0.0001, 0.0, -0.0002],
    ),
    (
        "run(rnn.IntersectionRNNCell(2, num_in_proj=2), 3)",
        "rnn/intersection_rnn_cell/",
        {"in_projection/kernel": [3, 2], "in_projection/bias": [2], "kernel": [4, 8], "bias": [8]},
        [-0.18578, 0.14122, 0.17849, -0.09092, -0.14521, 0.12206],
        [-1.0284, 1.0804, -0.7935, 0.8568],
    ),
    (
        "run(rnn.Conv1DLSTMCell(input_shape=[5, 3], output_channels=2, kernel_shape=[3]), 5, 3)",
        "rnn/conv_1d_lstm_cell/",
        {"kernel": [3, 5, 8], "biases": [8]},
        [-0.05014, -0.17795, 0.02571, -0.02911, -0.02344, 0.03255],
        [0.0098, 0.0146, 0.0222, -0.0992],
    ),
    (
        "run(rnn.GLSTMCell(6, num_proj=4, number_of_groups=2, forget_bias=0.2, activation=tf.sigmoid), 4)",
        "rnn/glstm_cell/",
        {"group0/kernel": [4, 12], "group1/kernel": [4, 12], "bias_i": [6], "bias_j": [6], "bias_f": [6], "bias_o": [6]}
        | {"projection/kernel": [6, 4]},
        [0.80135, 0.08998, -0.82454, 0.12249, 0.70818, 0.18559],
        [-0.0366, 0.1378, 0.1111, 0.0298],
    ),
    (
        "run(rnn.CoupledInputForgetGateLSTMCell(4, use_peepholes=True, num_proj=2, proj_clip=0.1,"
        " state_is_tuple=False, num_unit_shards=2, num_proj_shards=2), 3)",
        "rnn/coupled_input_forget_gate_lstm_cell/",
        {"W_0": [3, 12], "W_1": [2, 12], "B": [12], "W_F_diag": [4], "W_O_diag": [4], "W_P_0": [2, 2], "W_P_1": [2, 2]},
        [0.01633, 0.03132, 0.02443, -0.07644, 0.02707, -0.05261],
        [0.0183, 0.0019, -0.0324, 0.0172],
    ),
    (
        "run(rnn.CoupledInputForgetGateLSTMCell(4, use_peepholes=True, layer_norm=True,"
        " norm_gain=0.7, norm_shift=0.1), 3)",
        "rnn/coupled_input_forget_gate_lstm_cell/",
        {"W_0": [7, 12], "B": [12], "W_F_diag": [4], "W_O_diag": [4]}
        | {f"{gate}/{p}": [4] for gate in ("transform", "forget", "output", "state") for p in ("gamma", "beta")},
        [0.40955, 0.51792, -0.17463, -0.31764, 0.0587, 0.72131],
        [0.0671, -0.0086, 0.1557, -0.2142],
    ),
    (
        "run(rnn.AttentionCellWrapper(rnn.BasicLSTMCell(2), 3, attn_size=4, attn_vec_size=5, input_size=2), 3)",
        "rnn/attention_cell_wrapper/",
        {"kernel": [7, 2], "bias": [2], "basic_lstm_cell/kernel": [4, 8], "basic_lstm_cell/bias": [8]}
        | {"attention/attn_w": [1, 1, 4, 5], "attention/attn_v": [5], "attention/kernel": [4, 5], "attention/bias": [5]}
        | {"attn_output_projection/kernel": [6, 4], "attn_output_projection/bias": [4]},
        [0.01818, 0.02051, -0.02346, -0.01446, 0.00034, 0.01008],
        [-0.0458, -0.041, -0.0241, -0.0214],
    ),
    (
        "run(rnn.HighwayWrapper(rnn.GRUCell(3), couple_carry_transform_gates=False, carry_bias_init=0.5), 3)",
        "rnn/",
        {"gru_cell/gates/kernel": [6, 6], "gru_cell/gates/bias": [6]}
        | {"gru_cell/candidate/kernel": [6, 3], "gru_cell/candidate/bias": [3]}
        | {"carry_w": [3, 3], "carry_b": [3], "transform_w": [3, 3], "transform_b": [3]},
        [0.5587, 0.64582, -0.25182, -0.69165, -0.21499, 0.14815],
        [-0.0006, 0.0074, -0.0003, -0.3303],
    ),
    (
        "run(rnn.SRUCell(2), 3)",
        "rnn/sru_cell/",
        {"kernel": [3, 8], "bias": [4]},
        [-0.27156, 0.30129, 0.66625, 0.45828, -0.13089, 0.32764],
        [-0.0853, 0.5781, -0.2554, -0.3861],
    ),
    (
        "run(rnn.IndyGRUCell(2), 3)",
        "rnn/indy_gru_cell/",
        {"gates/kernel_w": [3, 4], "gates/kernel_u": [1, 4], "gates/bias": [4]}
        | {"candidate/kernel": [3, 2], "candidate/kernel_u": [1, 2], "candidate/bias": [2]},
        [-0.08241, 0.062, -0.0163, 0.04174, -0.08909, 0.08491],
        [0.0, -0.0001, -0.0485, -0.0276],
    ),
    (
        "run(rnn.IndyLSTMCell(2, forget_bias=0.4), 3)",
        "rnn/indy_lstm_cell/",
        {"kernel_w": [3, 8], "kernel_u": [1, 8], "bias": [8]},
        [-0.05422, -0.18182, 0.1039, -0.0338, -0.06073, -0.20901],
        [-0.0657, 0.0849, -0.0706, -0.1402],
    ),
    (
        "rnn.LSTMBlockFusedCell(2, use_peephole=True, cell_clip=0.3, forget_bias=0.2)"
        "(cosines(4, 2, 3), dtype=tf.float32, sequence_length=[4, 2])",
        "lstm_fused_cell/",
        {"kernel": [5, 8], "bias": [8], "w_i_diag": [2], "w_f_diag": [2], "w_o_diag": [2]},
        [-0.05422, -0.08388, 0.15519, 0.1212, -0.06825, -0.10205],
        [-0.0582, -0.0102, -0.2436, -0.2113],
    ),
    (
        "rnn.TimeReversedFusedRNN(rnn.LSTMBlockFusedCell(2))"
        "(cosines(4, 2, 3), dtype=tf.float32, sequence_length=[4, 2])",
        "lstm_fused_cell/",
        {"kernel": [5, 8], "bias": [8]},
        [-0.20694, -0.31618, 0.26804, 0.16775, -0.17802, -0.33352],
        [-0.0946, 0.0111, -0.219, -0.3325],
    ),
    (
        "rnn.stack_bidirectional_rnn([rnn.GRUCell(2), rnn.GRUCell(2)], [rnn.GRUCell(2), rnn.GRUCell(2)],"
        " tf.unstack(cosines(4, 2, 3)), dtype=tf.float32, sequence_length=[4, 2])",
        "stack_bidirectional_rnn/",
        {
            f"cell_{layer}/{direction}/gru_cell/{name}": shape
            for layer, size in enumerate((3, 4))
            for direction in ("fw", "bw")
            for name, shape in {
                "gates/kernel": [size + 2, 4],
                "gates/bias": [4],
                "candidate/kernel": [size + 2, 2],
                "candidate/bias": [2],
            }.items()
        },
        [-0.03867, -0.06359, -0.05737, -0.1663, 0.01216, 0.02938],
        [0.0004, -0.0006, -0.0123, -0.0197],
    ),
    (
        "run(cudnn_rnn.CudnnCompatibleGRUCell(2), 3)",
        "rnn/cudnn_compatible_gru_cell/",
        {"gates/kernel": [5, 4], "gates/bias": [4]}
        | {"candidate/input_projection/kernel": [3, 2], "candidate/input_projection/bias": [2]}
        | {"candidate/hidden_projection/kernel": [2, 2], "candidate/hidden_projection/bias": [2]},
        [-0.08241, 0.062, -0.01904, 0.03521, -0.09314, 0.05472],
        [0.0, 0.0003, -0.0442, -0.0156],
    ),
]


@pytest.mark.parametrize(("call", "scope", "shapes", "values", "gradients"), CALLS)
def test_cells(tf, call, scope, shapes, values, gradients):
    from smtf_core.runtime.tf1.contrib import cudnn_rnn, rnn

    with tf.variable_scope("r", initializer=sines):
        outputs = eval(call, {"tf": tf, "rnn": rnn, "cudnn_rnn": cudnn_rnn, "run": run, "cosines": cosines})[0]
    outputs = tf.stack(outputs) if isinstance(outputs, list) else outputs
    first = next(variable for variable in tf.global_variables() if variable.op.name == f"r/{scope}{next(iter(shapes))}")
    gradient = tf.gradients(tf.reduce_sum(outputs * outputs), first)[0]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for variable in tf.global_variables():
            if variable.op.name.endswith("kernel_u"):
                # Evenly between -1 and 1, whatever the scope's initializer.
                assert np.abs(session.run(variable)).max() <= 1
                variable.load(sines(variable.shape) / 2, session)
        outputs, gradient = session.run([outputs, gradient])
    np.testing.assert_allclose(outputs.ravel()[: len(values)], values, atol=2e-5)
    np.testing.assert_allclose(gradient.ravel()[: len(gradients)], gradients, atol=2e-4)
    names = {variable.op.name: variable.shape.as_list() for variable in tf.global_variables()}
    assert names == {f"r/{scope}{name}": shape for name, shape in shapes.items()}


def test_a_phased_cell_opens_with_the_time(tf):
    from smtf_core.runtime.tf1.contrib import rnn

    inputs = (tf.reshape(tf.range(8.0), [2, 4, 1]) / 3, cosines(2, 4, 3))
    with tf.variable_scope("r", initializer=sines):
        cell = rnn.PhasedLSTMCell(2, use_peepholes=True, leak=0.01, ratio_on=0.3)
        outputs, _ = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32, sequence_length=[4, 2])
    variables = {
        variable.op.name.removeprefix("r/rnn/phased_lstm_cell/"): variable for variable in tf.global_variables()
    }
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert 1 <= session.run(variables["period"]).min() <= session.run(variables["period"]).max() <= 1000
        variables["period"].load([2.0, 3.0], session)
        variables["phase"].load([0.3, 0.7], session)
        values = session.run(outputs).ravel()[:6]
    np.testing.assert_allclose(values, [-0.00052, 0.00038, 0.0064, 0.00026, -0.04074, 0.00068], atol=1e-5)


def test_fused_cells_end_where_their_sequences_end(tf):
    from smtf_core.runtime.tf1.contrib import rnn

    with tf.variable_scope("r", initializer=sines):
        cell = rnn.LSTMBlockFusedCell(2, use_peephole=True, cell_clip=0.3, forget_bias=0.2)
        _, state = cell(cosines(4, 2, 3), dtype=tf.float32, sequence_length=[4, 2])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        c, h = session.run(state)
    np.testing.assert_allclose(c, [[-0.3, -0.3], [0.3, 0.27343]], atol=1e-5)
    np.testing.assert_allclose(h, [[-0.05927, -0.14867], [0.23085, 0.16479]], atol=1e-5)


def test_the_linear_layer_of_the_internal_module(tf):
    from smtf_core.models import FrameworkVersion
    from smtf_core.runtime.tf1.flags import script_flags
    from smtf_core.runtime.tf1.view import tensorflow_1_view

    view = tensorflow_1_view(FrameworkVersion.parse("1.4"), script_flags)
    for module in (view.contrib.rnn.python.ops.core_rnn_cell, view.python.ops.rnn_cell_impl):
        with tf.variable_scope(None, "l"):
            outputs = module._linear([tf.ones([2, 3]), tf.ones([2, 1])], 5, True)
        assert outputs.shape.as_list() == [2, 5]
        assert module._concat(2, [3], static=True) == [2, 3]
    assert [v.op.name for v in tf.global_variables()] == ["l/kernel", "l/bias", "l_1/kernel", "l_1/bias"]


CELLS = {"CudnnLSTM": "CudnnCompatibleLSTMCell", "CudnnGRU": "CudnnCompatibleGRUCell"}


@pytest.mark.parametrize("layer", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_cudnn_layers_save_what_the_compatible_cells_load(tf, tmp_path, layer, bidirectional):
    from smtf_core.runtime.tf1.contrib import cudnn_rnn, rnn

    inputs = cosines(5, 2, 4)
    direction = "bidirectional" if bidirectional else "unidirectional"
    made = getattr(cudnn_rnn, layer)(2, 3, direction=direction, dropout=0.5, name="cudnn")
    outputs, states = made(inputs, training=False)
    assert len(made.trainable_variables) == len(tf.global_variables())
    # Shared with the first call.
    again, _ = made(inputs, training=False)
    trained, _ = made(inputs, training=True)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, str(tmp_path / "model"), write_meta_graph=False)
        expected, same, dropped, state = session.run([outputs, again, trained, states[0]])
    np.testing.assert_array_equal(expected, same)
    assert not np.allclose(expected, dropped)
    assert state.shape == (4 if bidirectional else 2, 2, 3)

    cell = getattr(cudnn_rnn, CELLS[layer])
    with tf.Graph().as_default(), tf.Session() as session:
        inputs = cosines(5, 2, 4)
        # The scope that TensorFlow 1's own saving put before the names.
        with tf.variable_scope("cudnn"):
            if bidirectional:
                pairs = ([cell(3), cell(3)], [cell(3), cell(3)])
                outputs, _, _ = rnn.stack_bidirectional_dynamic_rnn(*pairs, inputs, dtype=tf.float32, time_major=True)
            else:
                stack = rnn.MultiRNNCell([cell(3), cell(3)])
                outputs, _ = tf.nn.dynamic_rnn(stack, inputs, dtype=tf.float32, time_major=True)
        tf.train.Saver().restore(session, str(tmp_path / "model"))
        np.testing.assert_allclose(session.run(outputs), expected, atol=1e-6)


def test_first_values_of_cudnn_layers_are_those_of_each_gate(tf):
    from smtf_core.runtime.tf1.contrib.cudnn_rnn import CudnnGRU

    CudnnGRU(1, 3, bias_initializer=tf.constant_initializer(0.5), kernel_initializer=sines)(cosines(2, 1, 2))
    values = {variable.op.name.rpartition("gru_cell/")[2]: variable for variable in tf.global_variables()}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        values = session.run(values)
    # Two biases are added up, but for the candidate's.
    assert values["gates/bias"].tolist() == [1.0] * 6
    assert values["candidate/input_projection/bias"].tolist() == [0.5] * 3
    block = np.concatenate([sines([3, 2]).T, sines([3, 3]).T])
    np.testing.assert_allclose(values["gates/kernel"], np.concatenate([block, block], 1), atol=1e-6)


def test_modes_that_only_cudnn_has_are_refused():
    from smtf_core.runtime.tf1.contrib.cudnn_rnn import CudnnLSTM

    with pytest.raises(ValueError, match="linear_input"):
        CudnnLSTM(1, 3, input_mode="skip_input")
