"""Convolutions over words; settings in HParams, vocabulary table, layers shared by variable scope reuse."""
import os

import tensorflow as tf

DEFAULTS = tf.contrib.training.HParams(embedding=4, filters=3, widths=[2, 3], rate=0.05, clip=1.0, optimizer='Momentum')


def _hparams(hyperparameters):
    hparams = tf.contrib.training.HParams(**DEFAULTS.values())
    hparams.parse(hyperparameters.get('hparams', ''))
    return hparams


def model_fn(features, labels, mode, params):
    hparams = _hparams(params)
    table = tf.contrib.lookup.index_table_from_tensor(
        mapping=tf.constant(open(os.path.join(params['vocabulary_dir'], 'vocab.txt')).read().split()),
        num_oov_buckets=1, default_value=-1)
    words = tf.sparse_tensor_to_dense(tf.string_split(features['text']), default_value='')
    words = tf.pad(words, [[0, 0], [0, 10]], constant_values='')[:, :10]
    ids = tf.reshape(table.lookup(words), [-1, 10])
    net = tf.contrib.layers.embed_sequence(ids, vocab_size=13, embed_dim=hparams.embedding, scope='words')
    pooled = []
    for width in hparams.widths:
        convolved = tf.layers.conv1d(net, hparams.filters, width, activation=tf.nn.relu, name='conv_%d' % width)
        pooled.append(tf.reduce_max(convolved, axis=1))
    logits = tf.contrib.layers.linear(tf.concat(pooled, 1), 2, scope='linear')
    predicted = tf.argmax(logits, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {'label': predicted}, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput(
                {'label': predicted, 'scores': tf.nn.softmax(logits)})})
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits, weights=1.0)
    train_op = None
    if mode == tf.estimator.ModeKeys.TRAIN:
        train_op = tf.contrib.layers.optimize_loss(
            loss, tf.train.get_global_step(), hparams.rate, clip_gradients=hparams.clip,
            optimizer=lambda rate: tf.train.MomentumOptimizer(rate, 0.5),
            learning_rate_decay_fn=lambda rate, step: tf.train.natural_exp_decay(rate, step, 10, 0.1),
            summaries=['loss', 'learning_rate', 'global_gradient_norm'])
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={
        'accuracy': tf.metrics.accuracy(labels, predicted),
        'f1': tf.contrib.metrics.f1_score(labels, tf.nn.softmax(logits)[:, 1], num_thresholds=20),
        'confusion': tf.metrics.false_positives(labels, predicted)})


def _parse(line):
    columns = tf.string_split([line], '\t').values
    return {'text': columns[1]}, tf.string_to_number(columns[0], tf.int32)


def train_input_fn(training_dir, params):
    return tf.data.TextLineDataset(os.path.join(training_dir, 'train.tsv')).map(_parse).repeat().batch(16)


def eval_input_fn(training_dir, params):
    return tf.data.TextLineDataset(os.path.join(training_dir, 'test.tsv')).map(_parse).batch(16)


def serving_input_fn(params):
    text = tf.placeholder(tf.string, [None], name='text')
    return tf.estimator.export.ServingInputReceiver({'text': text}, {'text': text})
