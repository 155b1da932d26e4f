"""Classifies iris flowers with a premade estimator. Written for TensorFlow 1.11; nothing of smtf in it."""
import os

import numpy as np
import tensorflow as tf

INPUT_NAME = 'inputs'


def estimator_fn(run_config, params):
    columns = [tf.feature_column.numeric_column(INPUT_NAME, shape=[4])]
    return tf.estimator.DNNClassifier(feature_columns=columns,
                                      hidden_units=[32, 32],
                                      n_classes=3,
                                      optimizer=tf.train.AdamOptimizer(params.get('learning_rate', 0.003)),
                                      config=run_config)


def serving_input_fn(params):
    spec = {INPUT_NAME: tf.FixedLenFeature(dtype=tf.float32, shape=[4])}
    return tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)()


def train_input_fn(training_dir, params):
    return _input_fn(training_dir, 'iris_training.csv', shuffle=True, num_epochs=None)


def eval_input_fn(training_dir, params):
    return _input_fn(training_dir, 'iris_test.csv', shuffle=False, num_epochs=1)


def _input_fn(folder, name, shuffle, num_epochs):
    loaded = tf.contrib.learn.datasets.base.load_csv_with_header(
        filename=os.path.join(folder, name), target_dtype=np.int, features_dtype=np.float32)
    return tf.estimator.inputs.numpy_input_fn(
        x={INPUT_NAME: np.array(loaded.data)},
        y=np.array(loaded.target),
        batch_size=32,
        num_epochs=num_epochs,
        shuffle=shuffle)()
