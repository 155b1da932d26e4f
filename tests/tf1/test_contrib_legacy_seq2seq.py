"""tf.contrib.legacy_seq2seq. Expected values: TensorFlow 1.11.0, Python 3.6, the same calls."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")


@pytest.fixture(scope="module")
def seq2seq():
    from smtf_core.runtime.tf1.contrib import legacy_seq2seq

    return legacy_seq2seq


@pytest.fixture
def cell():
    from smtf_core.runtime.tf1.base import rnn_cell

    return rnn_cell.GRUCell(2)


def filled(tf, tensors):
    """Values with variables of known values, which go by the order of their names."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for number, variable in enumerate(sorted(tf.global_variables(), key=lambda one: one.op.name)):
            size = int(np.prod(variable.shape.as_list()))
            values = ((np.arange(size) * 7 + number) % 11) / 10 - 0.5
            variable.load(values.reshape(variable.shape.as_list()), session)
        return [value.ravel().tolist() for value in session.run(tensors)]


def near(expected):
    return [pytest.approx(values, abs=2e-5) for values in expected]


def test_losses(tf, seq2seq):
    logits = [tf.constant([[0.1, 0.2, 0.3], [1.0, 0.0, -1.0]]), tf.constant([[0.0, 2.0, 1.0], [0.5, 0.5, 0.1]])]
    targets = [tf.constant([0, 2]), tf.constant([1, 1])]
    weights = [tf.constant([1.0, 0.5]), tf.constant([0.0, 2.0])]
    found = [
        seq2seq.sequence_loss_by_example(logits, targets, weights),
        seq2seq.sequence_loss(logits, targets, weights),
        seq2seq.sequence_loss(logits, targets, weights, average_across_batch=False, average_across_timesteps=False),
    ]
    assert filled(tf, found) == near([[1.20194, 1.26728], [1.23461], [4.37014]])
    with pytest.raises(ValueError, match="must be the same 2, 2, 1"):
        seq2seq.sequence_loss(logits, targets[:1], weights)


@pytest.mark.parametrize(
    ("feed", "second", "state"),
    [
        (False, [-0.28806, 0.35916, 0.15003], [0.37682, -0.18276]),
        (True, [-0.28518, 0.35953, 0.15184], [0.32467, -0.19092]),
        ("tensor", [-0.28518, 0.35953, 0.15184], [0.32467, -0.19092]),
    ],
)
def test_attention(tf, seq2seq, cell, feed, second, state):
    symbols = [tf.constant([1]), tf.constant([2])]
    feed = tf.constant(True) if feed == "tensor" else feed
    outputs, last = seq2seq.embedding_attention_seq2seq(symbols, symbols, cell, 4, 3, 2, feed_previous=feed)
    below = "embedding_attention_seq2seq/embedding_attention_decoder/attention_decoder"
    names = {variable.op.name: variable.shape.as_list() for variable in tf.global_variables()}
    assert {
        "embedding_attention_seq2seq/rnn/embedding_wrapper/embedding": [4, 2],
        "embedding_attention_seq2seq/rnn/embedding_wrapper/gru_cell/gates/kernel": [4, 4],
        "embedding_attention_seq2seq/embedding_attention_decoder/embedding": [3, 2],
        f"{below}/AttnW_0": [1, 1, 2, 2],
        f"{below}/AttnV_0": [2],
        f"{below}/kernel": [4, 2],
        f"{below}/output_projection_wrapper/gru_cell/gates/kernel": [4, 4],
    }.items() <= names.items()
    assert filled(tf, [*outputs, last]) == near([[-0.2817, 0.36428, 0.15587], second, state])


def test_one_cell_for_both_parts(tf, seq2seq, cell):
    inputs = [tf.constant([[0.1, 0.2]]), tf.constant([[0.3, -0.2]])]
    outputs, last = seq2seq.tied_rnn_seq2seq(inputs, inputs, cell)
    assert filled(tf, [*outputs, last]) == near([[-0.43658, 0.22395], [-0.47325, 0.33771], [-0.47325, 0.33771]])


def test_buckets_share_variables(tf, seq2seq):
    from smtf_core.runtime.tf1.base import rnn_cell

    symbols = [tf.constant([1]), tf.constant([2])]
    _, losses = seq2seq.model_with_buckets(
        symbols,
        [*symbols, *symbols],
        symbols,
        [tf.constant([1.0]), tf.constant([0.5])],
        [(1, 1), (2, 2)],
        lambda encoder, decoder: seq2seq.embedding_rnn_seq2seq(encoder, decoder, rnn_cell.GRUCell(2), 4, 3, 2),
    )
    assert len(tf.global_variables()) == 12
    assert filled(tf, losses) == near([[0.81037], [0.89211]])
