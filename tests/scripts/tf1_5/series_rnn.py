"""Forecasts a series with an LSTM over windows; data from the Dataset API as of TensorFlow 1.5."""
import os

import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn

WINDOW = 6
HIDDEN = 4


def model_fn(features, labels, mode, params):
    series = tf.split(features['window'], WINDOW, axis=1)
    cell = rnn.BasicLSTMCell(HIDDEN, forget_bias=1.0)
    outputs, _ = rnn.static_rnn(cell, series, dtype=tf.float32)
    weights = tf.get_variable('weights', [HIDDEN, 1], initializer=tf.random_normal_initializer(stddev=0.1))
    bias = tf.get_variable('bias', [1], initializer=tf.constant_initializer(0.0))
    predicted = tf.matmul(outputs[-1], weights) + bias

    if mode == tf.estimator.ModeKeys.PREDICT:
        out = {'next': predicted}
        return tf.estimator.EstimatorSpec(mode, out, export_outputs={
            'forecast': tf.estimator.export.RegressionOutput(predicted),
            tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY:
                tf.estimator.export.PredictOutput(out)})

    loss = tf.reduce_mean(tf.square(predicted - labels))
    rate = tf.train.exponential_decay(0.1, tf.train.get_global_step(), 5, 0.8, staircase=True)
    tf.summary.scalar('rate', rate)
    tvars = tf.trainable_variables()
    grads, norm = tf.clip_by_global_norm(tf.gradients(loss, tvars), 1.0)
    optimizer = tf.train.GradientDescentOptimizer(rate)
    train_op = optimizer.apply_gradients(zip(grads, tvars), global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={
        'mae': tf.metrics.mean_absolute_error(labels, predicted)})


def _windows(training_dir, begin, end):
    values = np.loadtxt(os.path.join(training_dir, 'series.csv'), dtype=np.float32)[begin:end]
    x = np.stack([values[i:i + WINDOW] for i in range(len(values) - WINDOW)])
    return x, values[WINDOW:, None]


def train_input_fn(training_dir):
    def _input_fn():
        dataset = tf.data.Dataset.from_tensor_slices(_windows(training_dir, 0, 90))
        dataset = dataset.map(lambda x, y: (x, y), num_parallel_calls=2).repeat().batch(16).prefetch(1)
        window, target = dataset.make_one_shot_iterator().get_next()
        return {'window': window}, target
    return _input_fn


def eval_input_fn(training_dir):
    def _input_fn():
        dataset = tf.data.Dataset.from_tensor_slices(_windows(training_dir, 90, 120)).batch(8)
        window, target = dataset.make_one_shot_iterator().get_next()
        return {'window': window}, target
    return _input_fn


def serving_input_fn(params):
    return tf.estimator.export.build_raw_serving_input_receiver_fn(
        {'window': tf.placeholder(tf.float32, [None, WINDOW])})
