"""Linear model on CSV read by a TextLineReader and queues."""
import glob
import os
import tensorflow as tf


def estimator_fn(run_config, params):
    measures = [tf.feature_column.numeric_column('m%d' % i) for i in range(7)]
    return tf.estimator.LinearRegressor(
        feature_columns=measures,
        optimizer=tf.train.FtrlOptimizer(learning_rate=0.5, l1_regularization_strength=0.001),
        config=run_config)


def read_csv(file_pattern, num_epochs, batch_size):
    filename_queue = tf.train.string_input_producer(sorted(glob.glob(file_pattern)), num_epochs=num_epochs, shuffle=False)
    reader = tf.TextLineReader()
    key, value = reader.read(filename_queue)
    columns = tf.decode_csv(value, record_defaults=[[0.0]] * 8)
    batch = tf.train.batch(columns, batch_size, capacity=4 * batch_size, allow_smaller_final_batch=True)
    features = {'m%d' % i: tf.expand_dims(batch[i], -1) for i in range(7)}
    return features, batch[7]


def train_input_fn(training_dir, hyperparameters):
    return lambda: read_csv(os.path.join(training_dir, '*train*.csv'), None, 16)


def eval_input_fn(training_dir, hyperparameters):
    return lambda: read_csv(os.path.join(training_dir, '*test*.csv'), 1, 16)


def serving_input_fn(hyperparameters):
    csv_row = tf.placeholder(tf.string, [None], name='csv_row')
    columns = tf.decode_csv(csv_row, record_defaults=[[0.0]] * 7)
    features = {'m%d' % i: tf.expand_dims(column, -1) for i, column in enumerate(columns)}
    return tf.estimator.export.ServingInputReceiver(features, {'csv_row': csv_row})
