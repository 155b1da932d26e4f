"""The model that others have to beat, and a Dataset with a feedable serving input."""
import os

import tensorflow as tf

COLUMNS = ['a', 'b', 'c', 'd']


def estimator_fn(run_config, params):
    return tf.estimator.BaselineClassifier(n_classes=3, optimizer='Ftrl', config=run_config)


def _parse(line):
    fields = tf.decode_csv(line, record_defaults=[[0.], [0.], [0.], [0.], [0]], field_delim=',')
    return dict(zip(COLUMNS, fields[:-1])), fields[-1]


def _input(path):
    return tf.data.TextLineDataset([path]).skip(1).filter(
        lambda line: tf.not_equal(tf.substr(line, 0, 1), '#')).map(_parse).cache()


def train_input_fn(training_dir, params):
    return _input(os.path.join(training_dir, 'iris_training.csv')).repeat().batch(12).prefetch(buffer_size=1)


def eval_input_fn(training_dir, params):
    return _input(os.path.join(training_dir, 'iris_test.csv')).batch(12)


def serving_input_fn(params):
    features = {name: tf.placeholder(tf.float32, [None], name=name) for name in COLUMNS}
    return tf.estimator.export.ServingInputReceiver(features, features)
