"""Reverses short sequences: encoder, attention, TrainingHelper and GreedyEmbeddingHelper of tf.contrib.seq2seq."""
import numpy as np
import tensorflow as tf
from tensorflow.contrib import seq2seq

SYMBOLS, LENGTH, UNITS, GO, END = 8, 4, 6, 0, 1


def model_fn(features, labels, mode, params):
    source = features['source']
    batch = tf.shape(source)[0]
    lengths = tf.fill([batch], LENGTH)
    embedding = tf.get_variable('embedding', [SYMBOLS, 4])
    with tf.variable_scope('encoder'):
        cell = tf.nn.rnn_cell.GRUCell(UNITS)
        memory, state = tf.nn.dynamic_rnn(cell, tf.nn.embedding_lookup(embedding, source), dtype=tf.float32)
    with tf.variable_scope('decoder'):
        attention = seq2seq.LuongAttention(UNITS, memory, memory_sequence_length=lengths)
        cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(UNITS), attention, attention_layer_size=UNITS)
        start = cell.zero_state(batch, tf.float32).clone(cell_state=state)
        projection = tf.layers.Dense(SYMBOLS, use_bias=False, name='projection')
        if mode == tf.estimator.ModeKeys.PREDICT:
            helper = seq2seq.GreedyEmbeddingHelper(embedding, tf.fill([batch], GO), END)
        else:
            shifted = tf.concat([tf.fill([batch, 1], GO), labels[:, :-1]], axis=1)
            helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(embedding, shifted), lengths)
        decoder = seq2seq.BasicDecoder(cell, helper, start, output_layer=projection)
        outputs, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=LENGTH)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {'target': outputs.sample_id}, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput({'target': outputs.sample_id})})
    loss = seq2seq.sequence_loss(outputs.rnn_output, labels, tf.ones([batch, LENGTH]))
    train_op = tf.train.AdamOptimizer(0.02).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={
        'accuracy': tf.metrics.accuracy(labels, outputs.sample_id)})


def _data(seed):
    source = np.random.RandomState(seed).randint(2, SYMBOLS, [48, LENGTH]).astype(np.int32)
    return {'source': source}, source[:, ::-1].copy()


def train_input_fn():
    return tf.data.Dataset.from_tensor_slices(_data(0)).repeat().batch(16)


def eval_input_fn():
    return tf.data.Dataset.from_tensor_slices(_data(1)).batch(16)


def serving_input_fn(params):
    source = tf.placeholder(tf.int32, [None, LENGTH])
    return tf.estimator.export.ServingInputReceiver({'source': source}, {'source': source})
