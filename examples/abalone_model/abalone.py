"""Predicts the age of abalone with a model_fn. Written for TensorFlow 1.6; nothing of smtf in it."""
import os

import numpy as np
import tensorflow as tf

INPUT_NAME = 'inputs'
FEATURES = 7


def model_fn(features, labels, mode, hyperparameters):
    net = tf.layers.dense(features[INPUT_NAME], 32, activation=tf.nn.relu, name='first')
    net = tf.layers.dense(net, 16, activation=tf.nn.relu, name='second')
    ages = tf.reshape(tf.layers.dense(net, 1, name='output'), [-1])

    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(
            mode=mode,
            predictions={'ages': ages},
            export_outputs={'serving_default': tf.estimator.export.PredictOutput({'ages': ages})})

    loss = tf.losses.mean_squared_error(labels, ages)
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(
            mode=mode, loss=loss,
            eval_metric_ops={'rmse': tf.metrics.root_mean_squared_error(labels, ages)})

    optimizer = tf.train.AdamOptimizer(learning_rate=hyperparameters['learning_rate'])
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)


def serving_input_fn(hyperparameters):
    inputs = tf.placeholder(tf.float32, shape=[None, FEATURES])
    return tf.estimator.export.ServingInputReceiver({INPUT_NAME: inputs}, {INPUT_NAME: inputs})


def train_input_fn(training_dir, hyperparameters):
    return _dataset(os.path.join(training_dir, 'abalone_train.csv')).shuffle(5000).repeat().batch(64)


def eval_input_fn(training_dir, hyperparameters):
    return _dataset(os.path.join(training_dir, 'abalone_test.csv')).batch(64)


def _dataset(path):
    table = np.loadtxt(path, delimiter=',', dtype=np.float32)
    return tf.data.Dataset.from_tensor_slices(({INPUT_NAME: table[:, :FEATURES]}, table[:, FEATURES]))
