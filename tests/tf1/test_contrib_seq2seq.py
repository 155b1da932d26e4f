"""tf.contrib.seq2seq. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls, rounded to 3 places."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


# Mechanisms, helper, options of mechanism and wrapper, beams; the values of the run; the variables.
CASES = [
    (
        ["LuongAttention"],
        "train",
        {},
        {},
        0,
        {
            "att": [-0.22, -0.186, 0.268, 0.117, -0.298, -0.015, 0.02, 0.009, -0.023, -0.004],
            "g": [
                0.053,
                -0.026,
                -0.091,
                0.0,
                0.0,
                0.0,
                -0.025,
                0.009,
                0.037,
                -0.042,
                0.027,
                0.09,
                -0.025,
                0.012,
                0.038,
                0.034,
                -0.018,
                -0.064,
            ],
            "ids": [5, 3, 3, 4, 3, 3, 0, 0],
            "l": [4, 2],
            "loss": [1.739],
        },
        {
            "m/memory_layer/kernel": [4, 4],
            "m/emb": [6, 3],
            "m/decoder/attention_wrapper/gru_cell/gates/kernel": [12, 8],
            "m/decoder/attention_wrapper/gru_cell/gates/bias": [8],
            "m/decoder/attention_wrapper/gru_cell/candidate/kernel": [12, 4],
            "m/decoder/attention_wrapper/gru_cell/candidate/bias": [4],
            "m/decoder/attention_wrapper/attention_layer/kernel": [8, 5],
            "m/decoder/proj/kernel": [5, 6],
            "m/decoder/proj/bias": [6],
        },
    ),
    (
        ["BahdanauAttention"],
        "greedy",
        {},
        {},
        0,
        {
            "att": [-0.781, -1.163, 1.081, 0.884, -1.309, -0.093, 0.01, 0.09, -0.033, -0.082],
            "ids": [4, 4, 4, 4, 4, 4, 3, 3, 0, 0, 0, 0],
            "l": [6, 6],
        },
        {
            "m/memory_layer/kernel": [4, 4],
            "m/emb": [6, 3],
            "m/decoder/attention_wrapper/gru_cell/gates/kernel": [12, 8],
            "m/decoder/attention_wrapper/gru_cell/gates/bias": [8],
            "m/decoder/attention_wrapper/gru_cell/candidate/kernel": [12, 4],
            "m/decoder/attention_wrapper/gru_cell/candidate/bias": [4],
            "m/decoder/attention_wrapper/bahdanau_attention/query_layer/kernel": [4, 4],
            "m/decoder/attention_wrapper/bahdanau_attention/attention_v": [4],
            "m/decoder/attention_wrapper/attention_layer/kernel": [8, 5],
            "m/decoder/proj/kernel": [5, 6],
            "m/decoder/proj/bias": [6],
        },
    ),
    (
        ["BahdanauAttention"],
        "train",
        {"normalize": True},
        {"alignment_history": True, "output_attention": False},
        0,
        {
            "att": [-0.325, -0.148, 0.363, 0.054, -0.377, -0.07, 0.012, 0.067, -0.03, -0.06],
            "g": [
                -0.051,
                -0.121,
                -0.143,
                0.0,
                0.0,
                0.0,
                0.023,
                0.006,
                -0.005,
                0.013,
                -0.013,
                -0.032,
                0.044,
                0.001,
                -0.036,
                -0.008,
                -0.032,
                -0.047,
            ],
            "hist": [
                0.523,
                0.293,
                0.185,
                0.739,
                0.261,
                0.0,
                0.533,
                0.282,
                0.185,
                0.736,
                0.264,
                0.0,
                0.539,
                0.276,
                0.185,
                0.742,
                0.258,
                0.0,
                0.537,
                0.278,
                0.186,
                0.739,
                0.261,
                0.0,
            ],
            "ids": [2, 1, 1, 0, 2, 3, 0, 0],
            "l": [4, 2],
            "loss": [1.794],
        },
        {
            "m/memory_layer/kernel": [4, 4],
            "m/emb": [6, 3],
            "m/decoder/attention_wrapper/gru_cell/gates/kernel": [12, 8],
            "m/decoder/attention_wrapper/gru_cell/gates/bias": [8],
            "m/decoder/attention_wrapper/gru_cell/candidate/kernel": [12, 4],
            "m/decoder/attention_wrapper/gru_cell/candidate/bias": [4],
            "m/decoder/attention_wrapper/bahdanau_attention/query_layer/kernel": [4, 4],
            "m/decoder/attention_wrapper/bahdanau_attention/attention_v": [4],
            "m/decoder/attention_wrapper/bahdanau_attention/attention_g": [],
            "m/decoder/attention_wrapper/bahdanau_attention/attention_b": [4],
            "m/decoder/attention_wrapper/attention_layer/kernel": [8, 5],
            "m/decoder/proj/kernel": [4, 6],
            "m/decoder/proj/bias": [6],
        },
    ),
    (
        ["LuongAttention"],
        "greedy",
        {"scale": True},
        {"size": 0, "alignment_history": True},
        0,
        {
            "att": [0.217, 0.109, -0.099, -0.216, -0.365, 0.114, 0.488, 0.413],
            "hist": [
                0.379,
                0.38,
                0.24,
                0.58,
                0.42,
                0.0,
                0.331,
                0.332,
                0.337,
                0.307,
                0.693,
                0.0,
                0.452,
                0.305,
                0.243,
                0.233,
                0.767,
                0.0,
                0.249,
                0.48,
                0.271,
                0.259,
                0.741,
                0.0,
            ],
            "ids": [3, 5, 2, 0, 0, 0, 3, 3, 3, 3, 3, 3],
            "l": [3, 6],
        },
        {
            "m/memory_layer/kernel": [4, 4],
            "m/emb": [6, 3],
            "m/decoder/attention_wrapper/gru_cell/gates/kernel": [11, 8],
            "m/decoder/attention_wrapper/gru_cell/gates/bias": [8],
            "m/decoder/attention_wrapper/gru_cell/candidate/kernel": [11, 4],
            "m/decoder/attention_wrapper/gru_cell/candidate/bias": [4],
            "m/decoder/attention_wrapper/luong_attention/attention_g": [],
            "m/decoder/proj/kernel": [4, 6],
            "m/decoder/proj/bias": [6],
        },
    ),
    (
        ["LuongAttention", "BahdanauAttention"],
        "train",
        {},
        {},
        0,
        {
            "att": [
                -0.249,
                -0.493,
                0.376,
                0.396,
                -0.478,
                -0.463,
                -0.324,
                0.546,
                0.183,
                -0.593,
                -0.032,
                -0.01,
                0.035,
                0.001,
                -0.035,
                -0.189,
                -0.006,
                0.191,
                -0.043,
                -0.18,
            ],
            "g": [
                0.11,
                -0.101,
                -0.266,
                0.0,
                0.0,
                0.0,
                0.055,
                0.026,
                -0.005,
                -0.08,
                0.023,
                0.098,
                0.009,
                0.02,
                0.012,
                0.074,
                -0.03,
                -0.116,
            ],
            "ids": [4, 3, 3, 4, 3, 3, 0, 0],
            "l": [4, 2],
            "loss": [1.763],
        },
        {
            "m/memory_layer/kernel": [4, 4],
            "m/memory_layer_1/kernel": [4, 4],
            "m/emb": [6, 3],
            "m/decoder/attention_wrapper/gru_cell/gates/kernel": [17, 8],
            "m/decoder/attention_wrapper/gru_cell/gates/bias": [8],
            "m/decoder/attention_wrapper/gru_cell/candidate/kernel": [17, 4],
            "m/decoder/attention_wrapper/gru_cell/candidate/bias": [4],
            "m/decoder/attention_wrapper/attention_layer/kernel": [8, 5],
            "m/decoder/attention_wrapper/bahdanau_attention/query_layer/kernel": [4, 4],
            "m/decoder/attention_wrapper/bahdanau_attention/attention_v": [4],
            "m/decoder/attention_wrapper/attention_layer_1/kernel": [8, 5],
            "m/decoder/proj/kernel": [10, 6],
            "m/decoder/proj/bias": [6],
        },
    ),
    (
        ["LuongAttention"],
        "beam",
        {},
        {"alignment_history": True},
        3,
        {
            "att": [
                -0.151,
                -0.287,
                0.225,
                0.229,
                -0.284,
                -0.806,
                -1.323,
                1.147,
                1.027,
                -1.411,
                -0.806,
                -1.323,
                1.147,
                1.027,
                -1.411,
                0.061,
                0.538,
                -0.2,
                -0.486,
                0.325,
                0.058,
                0.538,
                -0.197,
                -0.487,
            ],
            "fl": [4, 6, 6, 6, 6, 6],
            "ids": [4, 4, 4, 4, 4, 4, 4, 4, 4, 1, 4, 4, 1, 4, 4, 1, 4, 1, 2, 2, 2, 2, 3, 2],
            "l": [5, 6, 6, 6, 6, 6],
            "lp": [-5.847, -7.93, -8.035, -7.249, -7.425, -7.553],
            "par": [0, 0, 0, 1, 2, 0, 1, 0, 0, 0, 2, 0, 2, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0],
        },
        {
            "m/memory_layer/kernel": [4, 4],
            "m/emb": [6, 3],
            "m/decoder/attention_wrapper/gru_cell/gates/kernel": [12, 8],
            "m/decoder/attention_wrapper/gru_cell/gates/bias": [8],
            "m/decoder/attention_wrapper/gru_cell/candidate/kernel": [12, 4],
            "m/decoder/attention_wrapper/gru_cell/candidate/bias": [4],
            "m/decoder/attention_wrapper/attention_layer/kernel": [8, 5],
            "m/decoder/proj/kernel": [5, 6],
            "m/decoder/proj/bias": [6],
        },
    ),
    (
        ["BahdanauAttention"],
        "beam",
        {},
        {},
        2,
        {
            "att": [
                -0.781,
                -1.163,
                1.081,
                0.884,
                -1.309,
                -0.781,
                -1.163,
                1.081,
                0.884,
                -1.309,
                -0.35,
                -0.068,
                0.368,
                -0.026,
                -0.361,
                -0.35,
                -0.068,
                0.368,
                -0.026,
                -0.361,
            ],
            "fl": [6, 6, 6, 6],
            "ids": [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 1, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 4],
            "l": [6, 6, 6, 6],
            "lp": [-7.745, -7.911, -9.035, -9.059],
            "par": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0],
        },
        {
            "m/memory_layer/kernel": [4, 4],
            "m/emb": [6, 3],
            "m/decoder/attention_wrapper/gru_cell/gates/kernel": [12, 8],
            "m/decoder/attention_wrapper/gru_cell/gates/bias": [8],
            "m/decoder/attention_wrapper/gru_cell/candidate/kernel": [12, 4],
            "m/decoder/attention_wrapper/gru_cell/candidate/bias": [4],
            "m/decoder/attention_wrapper/bahdanau_attention/query_layer/kernel": [4, 4],
            "m/decoder/attention_wrapper/bahdanau_attention/attention_v": [4],
            "m/decoder/attention_wrapper/attention_layer/kernel": [8, 5],
            "m/decoder/proj/kernel": [5, 6],
            "m/decoder/proj/bias": [6],
        },
    ),
]


def sines(shape, dtype=None, partition_info=None):
    return np.sin(np.arange(int(np.prod(shape))) * 1.7).reshape(shape).astype("f") * 0.8


def decoder(tf, mechanisms, mode, options, wrapper_options, beams):
    from smtf_core.runtime.tf1.base import layers, rnn_cell
    from smtf_core.runtime.tf1.contrib import seq2seq

    memory, lengths = tf.constant(np.cos(np.arange(24)).reshape(2, 3, 4).astype("f")), tf.constant([3, 2])
    if beams:
        memory, lengths = seq2seq.tile_batch((memory, lengths), beams)
    made = [getattr(seq2seq, name)(4, memory, memory_sequence_length=lengths, **options) for name in mechanisms]
    several, wrapper_options = len(made) > 1, dict(wrapper_options)
    size = ([5] * len(made) if several else 5) if wrapper_options.pop("size", 1) else None
    cell = seq2seq.AttentionWrapper(rnn_cell.GRUCell(4), made if several else made[0], size, **wrapper_options)
    embedding = tf.get_variable("emb", [6, 3])
    state, projection = cell.zero_state(2 * (beams or 1), tf.float32), layers.Dense(6, name="proj")
    start = tf.fill([2], 0)
    if beams:
        return embedding, seq2seq.BeamSearchDecoder(
            cell, embedding, start, 1, state, beams, projection, length_penalty_weight=0.6
        )
    if mode == "train":
        inputs = tf.nn.embedding_lookup(embedding, [[0, 2, 3, 4], [0, 5, 2, 1]])
        helper = seq2seq.TrainingHelper(inputs, [4, 2])
    else:
        helper = seq2seq.GreedyEmbeddingHelper(embedding, start, 2)
    return embedding, seq2seq.BasicDecoder(cell, helper, state, projection)


@pytest.mark.parametrize(("mechanisms", "mode", "options", "wrapper_options", "beams", "values", "shapes"), CASES)
def test_decode(tf, mechanisms, mode, options, wrapper_options, beams, values, shapes):
    from smtf_core.runtime.tf1.contrib import seq2seq

    with tf.variable_scope("m", initializer=sines):
        embedding, made = decoder(tf, mechanisms, mode, options, wrapper_options, beams)
        outputs, state, lengths = seq2seq.dynamic_decode(made, maximum_iterations=6, impute_finished=not beams)
        results = {"l": lengths}
        if beams:
            results |= {"ids": outputs.predicted_ids, "par": outputs.beam_search_decoder_output.parent_ids}
            results |= {"lp": state.log_probs, "fl": state.lengths, "att": state.cell_state.attention}
        else:
            results |= {"ids": outputs.sample_id, "att": state.attention}
        if mode == "train":
            weights = tf.constant([[1.0, 1, 1, 1], [1, 1, 0, 0]])
            targets = tf.constant([[2, 3, 4, 1], [5, 2, 0, 0]])
            results["loss"] = seq2seq.sequence_loss(outputs.rnn_output, targets, weights)
            results["g"] = tf.convert_to_tensor(tf.gradients(results["loss"], embedding)[0])
        if "hist" in values:
            results["hist"] = state.alignment_history.stack()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        results = session.run(results)
    assert {v.op.name: v.shape.as_list() for v in tf.global_variables()} == shapes
    assert results.keys() == values.keys()
    for name, expected in values.items():
        np.testing.assert_allclose(np.ravel(results[name])[: len(expected)], expected, atol=1e-3, err_msg=name)


@pytest.mark.parametrize(
    ("steps", "batch", "expected"),
    [
        (False, False, [[1.7583, 1.452], [0.6923, 0.0]]),
        (False, True, [1.2253, 1.452]),
        (True, False, [1.6051, 0.6923]),
        (True, True, 1.3009),
    ],
)
def test_sequence_loss(tf, steps, batch, expected):
    from smtf_core.runtime.tf1.contrib import seq2seq

    logits = tf.constant(np.sin(np.arange(12)).reshape(2, 2, 3).astype("f"))
    weights = tf.constant([[1.0, 1], [1, 0]])
    loss = seq2seq.sequence_loss(logits, tf.constant([[0, 1], [2, 2]]), weights, steps, batch)
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(loss), expected, atol=1e-4)


def test_tools(tf):
    from smtf_core.runtime.tf1.contrib import seq2seq

    ids = [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [1, 2, 3]], [[2, 0, 5], [3, 2, 1]]]
    parents = [[[0, 0, 0], [0, 0, 0]], [[0, 2, 1], [1, 1, 0]], [[2, 1, 0], [0, 0, 2]]]
    with tf.Session() as session:
        tree = session.run(seq2seq.gather_tree(ids, parents, [3, 2], 2)).tolist()
        assert tree == [[[2, 3, 1], [5, 5, 4]], [[2, 8, 7], [1, 2, 3]], [[2, 0, 5], [2, 2, 2]]]
        assert session.run(seq2seq.hardmax(tf.constant([[1.0, 3, 2]]))).tolist() == [[0, 1, 0]]
        assert session.run(seq2seq.tile_batch(tf.constant([[1], [2]]), 2)).tolist() == [[1], [1], [2], [2]]


# Closed form: with a probability of 0 the scheduled helpers read the true inputs, with 1 their own outputs.
@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_scheduled_sampling(tf, probability):
    from smtf_core.runtime.tf1.base import rnn_cell
    from smtf_core.runtime.tf1.contrib import seq2seq

    class Doubles(rnn_cell.RNNCell):
        state_size, output_size = 2, 2

        def call(self, inputs, state):
            return inputs * 2, state

    inputs = tf.constant([[[1.0, 1.0], [5.0, 5.0], [7.0, 7.0]]])
    cell = Doubles()
    helper = seq2seq.ScheduledOutputTrainingHelper(inputs, [3], probability)
    outputs, _, _ = seq2seq.dynamic_decode(seq2seq.BasicDecoder(cell, helper, cell.zero_state(1, tf.float32)))
    ids = tf.constant([[0, 1, 0]])
    table = tf.constant([[0.0, 50.0], [50.0, 0.0]])
    by_id = seq2seq.ScheduledEmbeddingTrainingHelper(tf.gather(table, ids), [3], table, probability)
    sampled, _, _ = seq2seq.dynamic_decode(seq2seq.BasicDecoder(cell, by_id, cell.zero_state(1, tf.float32)))
    with tf.Session() as session:
        doubled = session.run(outputs.rnn_output)[0, :, 0].tolist()
        sample_ids = session.run(sampled.sample_id)[0].tolist()
    assert doubled == ([2, 10, 14] if probability == 0 else [2, 4, 8])
    assert sample_ids == ([-1, -1, -1] if probability == 0 else [1, 0, 1])


def step_by_step(chosen, previous):
    """The probability that a search from where the last one ended stops at each place."""
    attention, reached = np.zeros_like(chosen), 0.0
    for place, (p, before) in enumerate(zip(chosen, previous, strict=True)):
        reached += before
        attention[place] = reached * p
        reached *= 1 - p
    return attention


@pytest.mark.parametrize("mode", ["recursive", "parallel"])
def test_monotonic_attention(tf, mode):
    from smtf_core.runtime.tf1.contrib.seq2seq import monotonic_attention

    chosen = np.array([[0.1, 0.7, 0.4, 0.9], [0.5, 0.5, 0.2, 0.3]])
    previous = np.array([[1.0, 0.0, 0.0, 0.0], [0.2, 0.5, 0.3, 0.0]])
    with tf.Session() as session:
        found = session.run(monotonic_attention(chosen, previous, mode))
    assert np.allclose(found, list(map(step_by_step, chosen, previous)))


def test_hard_monotonic_attention(tf):
    from smtf_core.runtime.tf1.contrib.seq2seq import monotonic_attention

    with tf.Session() as session:
        found = session.run(monotonic_attention([[1.0, 0.0, 1.0, 1.0]], [[0.0, 1.0, 0.0, 0.0]], "hard"))
    assert found.tolist() == [[0, 0, 1, 0]]
    with pytest.raises(ValueError, match="'soft'"):
        monotonic_attention([[1.0]], [[1.0]], "soft")


@pytest.mark.parametrize(("kind", "scope"), [("Luong", "luong"), ("Bahdanau", "bahdanau")])
def test_mechanisms_that_only_move_forward(tf, kind, scope):
    from smtf_core.runtime.tf1.base import rnn_cell
    from smtf_core.runtime.tf1.contrib import seq2seq

    memory = np.random.RandomState(0).rand(2, 5, 3).astype(np.float32)
    attention = getattr(seq2seq, f"{kind}MonotonicAttention")(4, memory, [5, 3], mode="hard", score_bias_init=-0.1)
    cell = seq2seq.AttentionWrapper(rnn_cell.GRUCell(4), attention, 4, alignment_history=True)
    _, state = tf.nn.dynamic_rnn(cell, memory, dtype=tf.float32)
    history = state.alignment_history.stack()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        places = session.run(history)
    assert places.shape == (5, 2, 5)
    assert not places[:, 1, 3:].any()  # after the end of the memory
    for batch in range(2):
        chosen = [int(step.argmax()) for step in places[:, batch] if step.any()]
        assert chosen == sorted(chosen)
    names = {variable.op.name for variable in tf.global_variables()}
    assert f"rnn/attention_wrapper/{scope}_monotonic_attention/attention_score_bias" in names
    with pytest.raises(ValueError, match="'soft'"):
        getattr(seq2seq, f"{kind}MonotonicAttention")(4, memory, mode="soft")
