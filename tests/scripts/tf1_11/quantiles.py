"""A custom loss and gradient: quantiles of age, partitioned variables, a py_func metric, gradient noise left at zero."""
import os

import numpy as np
import tensorflow as tf
from tensorflow.python.ops import array_ops, math_ops
from tensorflow.python.training import training_util

QUANTILES = [0.1, 0.5, 0.9]


@tf.custom_gradient
def clipped(x):
    def grad(dy):
        return tf.clip_by_value(dy, -0.5, 0.5)
    return tf.identity(x), grad


def pinball(labels, quantiles):
    errors = array_ops.expand_dims(labels, 1) - quantiles
    taus = tf.constant(QUANTILES)
    return math_ops.reduce_mean(tf.where(errors > 0, taus * errors, (taus - 1.) * errors))


def model_fn(features, labels, mode, params):
    if isinstance(features, dict):  # a bare tensor when serving becomes {'feature': ...}
        features = features['feature']
    with tf.variable_scope('net', partitioner=tf.fixed_size_partitioner(2) if params.get('partitions') else None,
                           initializer=tf.uniform_unit_scaling_initializer(seed=1)):
        w = tf.get_variable('w', [7, 6], regularizer=tf.nn.l2_loss)
        net = tf.nn.relu6(tf.tensordot(features, w, axes=1))
        quantiles = tf.layers.dense(net, len(QUANTILES), bias_initializer=tf.constant_initializer([5., 8., 11.]))
    quantiles = clipped(quantiles)
    ordered = tf.contrib.framework.sort(quantiles, axis=1) if hasattr(tf.contrib.framework, 'sort') else quantiles
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {'quantiles': ordered}, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput({'quantiles': ordered})})
    regularization = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    loss = pinball(labels, quantiles) + 1e-3 * tf.add_n(regularization)
    step = training_util.get_global_step()
    rate = tf.cond(step < 5, lambda: tf.constant(0.1), lambda: tf.train.exponential_decay(0.1, step - 5, 3, 0.9))
    slots = tf.train.AdagradDAOptimizer(rate, step) if params.get('da') else tf.train.AdagradOptimizer(rate)
    train_op = slots.minimize(loss, step)
    inside = tf.py_func(lambda y, q: np.float32(np.mean((y > q[:, 0]) & (y < q[:, 2]))), [labels, quantiles], tf.float32)
    inside.set_shape([])
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={
        'inside': tf.metrics.mean(inside),
        'median_error': tf.metrics.mean_absolute_error(labels, quantiles[:, 1]),
        'below': tf.metrics.percentage_below(labels - quantiles[:, 2], 0.0)})


def _load(path):
    table = np.loadtxt(path, delimiter=',', dtype=np.float32)
    return table[:, :7], table[:, 7]


def train_input_fn(training_dir):
    return tf.data.Dataset.from_tensor_slices(_load(os.path.join(training_dir, 'abalone_train.csv'))).repeat().batch(16)


def eval_input_fn(training_dir):
    return tf.data.Dataset.from_tensor_slices(_load(os.path.join(training_dir, 'abalone_test.csv'))).batch(16)


def serving_input_fn(params):
    x = tf.placeholder(tf.float32, [None, 7])
    return tf.estimator.export.ServingInputReceiver(x, x)
