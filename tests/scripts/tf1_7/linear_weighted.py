"""Logistic regression with example weights; pandas-free, DataFrames were too big for the container."""
import csv
import os

import numpy as np
import tensorflow as tf


def estimator_fn(run_config, params):
    age = tf.feature_column.bucketized_column(tf.feature_column.numeric_column('age'), [25, 35, 45, 55, 65])
    occupation = tf.feature_column.categorical_column_with_hash_bucket('occupation', 20)
    education = tf.feature_column.categorical_column_with_vocabulary_list(
        key='education', vocabulary_list=['HS-grad', 'Bachelors', 'Masters', 'Doctorate'], num_oov_buckets=2)
    return tf.estimator.LinearClassifier(
        feature_columns=[age, occupation, education, tf.feature_column.crossed_column([age, 'occupation'], 50)],
        weight_column='weight',
        label_vocabulary=['<=50K', '>50K'],
        n_classes=2,
        optimizer=tf.train.FtrlOptimizer(learning_rate=0.1, l2_regularization_strength=0.01),
        config=run_config)


def _read(path):
    with open(path) as f:
        rows = [[value.strip() for value in row] for row in csv.reader(f) if row]
    features = {
        'age': np.array([float(row[0]) for row in rows], np.float32),
        'occupation': np.array([row[1] for row in rows]),
        'education': np.array([row[2] for row in rows]),
        'weight': np.array([2.0 if row[4] == '>50K' else 1.0 for row in rows], np.float32),
    }
    return features, np.array([row[4] for row in rows])


def train_input_fn(training_dir):
    x, y = _read(os.path.join(training_dir, 'adult.data'))
    return tf.estimator.inputs.numpy_input_fn(x, y, batch_size=16, num_epochs=None, shuffle=False)()


def eval_input_fn(training_dir):
    x, y = _read(os.path.join(training_dir, 'adult.test'))
    return tf.estimator.inputs.numpy_input_fn(x, y, batch_size=16, num_epochs=1, shuffle=False)()


def serving_input_fn(params):
    serialized = tf.placeholder(dtype=tf.string, shape=[None], name='input_example_tensor')
    features = tf.parse_example(serialized, {
        'age': tf.FixedLenFeature([1], tf.float32),
        'occupation': tf.FixedLenFeature([1], tf.string, default_value='Other'),
        'education': tf.VarLenFeature(tf.string),
    })
    return tf.estimator.export.ServingInputReceiver(features, {'examples': serialized})
