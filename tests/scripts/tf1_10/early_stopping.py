"""A canned estimator that stops early, with exporters of its own beside the container's."""
import os

import numpy as np
import tensorflow as tf


def estimator_fn(run_config, params):
    columns = [tf.feature_column.numeric_column('x', shape=[4])]
    estimator = tf.estimator.DNNClassifier(
        hidden_units=[6], feature_columns=columns, n_classes=3, dropout=None,
        optimizer=tf.train.ProximalAdagradOptimizer(learning_rate=0.1, l1_regularization_strength=0.001),
        config=run_config)
    tf.gfile.MakeDirs(estimator.eval_dir())
    global _HOOK
    _HOOK = tf.contrib.estimator.stop_if_no_decrease_hook(
        estimator, 'average_loss', max_steps_without_decrease=1000, run_every_secs=None, run_every_steps=2)
    return estimator


def _load(path):
    iris = tf.contrib.learn.datasets.base.load_csv_with_header(path, target_dtype=np.int64, features_dtype=np.float64)
    return {'x': iris.data.astype(np.float32)}, iris.target


def train_input_fn(training_dir):
    x, y = _load(os.path.join(training_dir, 'iris_training.csv'))
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(16).repeat()


def eval_input_fn(training_dir):
    x, y = _load(os.path.join(training_dir, 'iris_test.csv'))
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(16)


def serving_input_fn(params):
    return tf.estimator.export.build_raw_serving_input_receiver_fn({'x': tf.placeholder(tf.float32, [1, 4])})()
