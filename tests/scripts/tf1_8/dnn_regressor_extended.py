"""A canned regressor with metrics added, keys forwarded and a loss that is clipped by its optimizer."""
import os

import numpy as np
import tensorflow as tf


def mae(labels, predictions):
    return {'mae': tf.metrics.mean_absolute_error(labels, predictions['predictions'])}


def estimator_fn(run_config, params):
    columns = [tf.feature_column.numeric_column('x', shape=(7,))]
    optimizer = tf.contrib.estimator.clip_gradients_by_norm(tf.train.GradientDescentOptimizer(0.01), 3.0)
    estimator = tf.estimator.DNNRegressor(
        hidden_units=[8, 4], feature_columns=columns, optimizer=optimizer, activation_fn=tf.nn.tanh,
        loss_reduction=tf.losses.Reduction.SUM_OVER_BATCH_SIZE, config=run_config)
    estimator = tf.contrib.estimator.add_metrics(estimator, mae)
    return tf.contrib.estimator.forward_features(estimator, 'key')


def _load(path):
    table = np.genfromtxt(path, delimiter=',').astype(np.float32)
    keys = np.arange(len(table)).reshape(-1, 1)
    return {'x': table[:, :7], 'key': keys}, table[:, 7:]


def train_input_fn(training_dir):
    x, y = _load(os.path.join(training_dir, 'abalone_train.csv'))
    return tf.data.Dataset.from_tensor_slices((x, y)).repeat().batch(16)


def eval_input_fn(training_dir):
    x, y = _load(os.path.join(training_dir, 'abalone_test.csv'))
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(16)


def serving_input_fn(params):
    x = tf.placeholder(tf.float32, [None, 7], 'x')
    key = tf.placeholder(tf.int64, [None, 1], 'key')
    return tf.estimator.export.ServingInputReceiver({'x': x, 'key': key}, {'x': x, 'key': key})
