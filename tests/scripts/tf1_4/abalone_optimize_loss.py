"""Abalone age with a custom model function, for TensorFlow 1.4."""
from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import os

import numpy as np
import tensorflow as tf
from tensorflow.python.estimator.export.export import build_raw_serving_input_receiver_fn
from tensorflow.python.estimator.export.export_output import PredictOutput

INPUT_TENSOR_NAME = 'inputs'
SIGNATURE_NAME = 'serving_default'


def model_fn(features, labels, mode, params):
    first_hidden_layer = tf.contrib.layers.fully_connected(features[INPUT_TENSOR_NAME], 10)
    second_hidden_layer = tf.contrib.layers.fully_connected(first_hidden_layer, 10)
    output_layer = tf.contrib.layers.fully_connected(second_hidden_layer, 1, activation_fn=None)
    predictions = tf.reshape(output_layer, [-1])
    predictions_dict = {'ages': predictions}

    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(
            mode=mode, predictions=predictions_dict,
            export_outputs={SIGNATURE_NAME: PredictOutput(predictions_dict)})

    loss = tf.losses.mean_squared_error(labels, predictions)
    eval_metric_ops = {
        'rmse': tf.metrics.root_mean_squared_error(tf.cast(labels, tf.float32), predictions)
    }
    train_op = tf.contrib.layers.optimize_loss(
        loss=loss,
        global_step=tf.contrib.framework.get_global_step(),
        learning_rate=params['learning_rate'],
        clip_gradients=5.0,
        learning_rate_decay_fn=lambda lr, step: tf.train.exponential_decay(lr, step, 10, 0.9),
        optimizer='SGD')
    return tf.estimator.EstimatorSpec(
        mode=mode, loss=loss, train_op=train_op, eval_metric_ops=eval_metric_ops)


def serving_input_fn(params):
    inputs = {INPUT_TENSOR_NAME: tf.placeholder(tf.float32, [None, 7])}
    return build_raw_serving_input_receiver_fn(inputs)


def train_input_fn(training_dir, params):
    return _generate_input_fn(training_dir, 'abalone_train.csv', num_epochs=None)


def eval_input_fn(training_dir, params):
    return _generate_input_fn(training_dir, 'abalone_test.csv', num_epochs=1)


def _generate_input_fn(training_dir, training_filename, num_epochs):
    training_set = tf.contrib.learn.datasets.base.load_csv_without_header(
        filename=os.path.join(training_dir, training_filename), target_dtype=np.int, features_dtype=np.float32)
    return tf.estimator.inputs.numpy_input_fn(
        x={INPUT_TENSOR_NAME: np.array(training_set.data)},
        y=np.array(training_set.target).astype(np.float32),
        batch_size=16,
        num_epochs=num_epochs,
        shuffle=False)
