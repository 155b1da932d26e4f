# A linear model over weighted categories; Python 2.7 with settings in tf.flags.
import os
from StringIO import StringIO
from urllib import quote

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_float('learning_rate', 0.2, 'Initial rate.')
tf.flags.DEFINE_string('optimizer', 'sgd', 'sgd or adagrad')
tf.flags.DEFINE_boolean('verbose', False, 'talk')
tf.flags.DEFINE_list('columns', ['user', 'item'], 'to learn from')
FLAGS = tf.flags.FLAGS
SIZES = {'user': 8, 'item': 10}
OPTIMIZERS = {'sgd': tf.train.GradientDescentOptimizer, 'adagrad': tf.train.AdagradOptimizer}


def estimator_fn(run_config, params):
    columns = [tf.feature_column.categorical_column_with_identity(name, SIZES[name]) for name in FLAGS.columns]
    deep = [tf.feature_column.embedding_column(c, SIZES[c.key] / 3) for c in columns]
    assert FLAGS.optimizer in OPTIMIZERS.keys() and quote('a b') == 'a%20b'
    return tf.estimator.DNNRegressor(
        feature_columns=deep, hidden_units=range(4, 6), optimizer=OPTIMIZERS[FLAGS.optimizer](FLAGS.learning_rate / 10),
        config=run_config)


def _load(path):
    with open(path) as f:
        table = np.genfromtxt(StringIO(f.read()), delimiter=',')
    if FLAGS.verbose:
        print 'loaded', table.shape
    users, items, ratings = table.T
    return dict(user=users.astype(np.int64), item=items.astype(long)), ratings.astype(np.float32)


def train_input_fn(training_dir):
    x, y = _load(os.path.join(training_dir, 'ratings_train.csv'))
    return tf.data.Dataset.from_tensor_slices((x, y)).repeat().batch(16)


def eval_input_fn(training_dir):
    x, y = _load(os.path.join(training_dir, 'ratings_test.csv'))
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(16)


def serving_input_fn(params):
    inputs = dict((name, tf.placeholder(tf.int64, [None])) for name in ('user', 'item'))
    return tf.estimator.export.ServingInputReceiver(inputs, inputs)
