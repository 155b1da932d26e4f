"""One network, several signatures: classify, regress, predict; metrics of the script's own."""
import os

import tensorflow as tf
from tensorflow.python.estimator.model_fn import ModeKeys as Modes
from tensorflow.python.saved_model import signature_constants

NAMES = ['setosa', 'versicolor', 'virginica']
MEASURES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']


def _fraction_sure(probabilities, threshold):
    return tf.metrics.mean(tf.cast(tf.reduce_max(probabilities, axis=1) > threshold, tf.float32))


def _geometric_mean(values, name=None):
    with tf.variable_scope(name, 'geometric_mean'):
        total = tf.contrib.framework.local_variable(0.0, name='total')
        count = tf.contrib.framework.local_variable(0.0, name='count')
        update = tf.group(tf.assign_add(total, tf.reduce_sum(tf.log(values))),
                          tf.assign_add(count, tf.to_float(tf.size(values))))
        return tf.exp(total / tf.maximum(count, 1.0)), update


def model_fn(features, labels, mode, params):
    columns = [tf.feature_column.numeric_column(name) for name in MEASURES]
    net = tf.feature_column.input_layer(features, columns)
    net = tf.layers.dense(net, params['units'], activation=tf.nn.leaky_relu, name='shared')
    logits = tf.layers.dense(net, 3, name='kind')
    area = tf.layers.dense(net, 1, name='area')
    probabilities = tf.nn.softmax(logits)

    if mode in (Modes.PREDICT, Modes.EVAL):
        kind = tf.argmax(logits, axis=1)
    if mode in (Modes.TRAIN, Modes.EVAL):
        true_area = features['petal_length'] * features['petal_width']
        loss = tf.add(tf.losses.sparse_softmax_cross_entropy(labels, logits),
                      0.1 * tf.losses.huber_loss(tf.reshape(true_area, [-1, 1]), area), name='both')
    if mode == Modes.PREDICT:
        scores, best = tf.nn.top_k(probabilities, 3)
        names = tf.gather(tf.constant(NAMES), best)
        return tf.estimator.EstimatorSpec(mode, predictions={'kind': kind}, export_outputs={
            signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY:
                tf.estimator.export.ClassificationOutput(scores=scores, classes=names),
            'area': tf.estimator.export.RegressionOutput(value=area),
            'both': tf.estimator.export.PredictOutput({'kind': kind, 'area': area, 'p': probabilities})})
    if mode == Modes.TRAIN:
        train_op = tf.train.AdamOptimizer(params['learning_rate']).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)
    onehot = tf.one_hot(labels, 3)
    return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops={
        'accuracy': tf.metrics.accuracy(labels, kind),
        'sure': _fraction_sure(probabilities, 0.5),
        'likelihood': _geometric_mean(tf.reduce_sum(onehot * probabilities, axis=1)),
        'auc': tf.metrics.auc(onehot, probabilities, num_thresholds=50),
        'cosine': tf.metrics.mean_cosine_distance(tf.nn.l2_normalize(onehot, 1), tf.nn.l2_normalize(probabilities, 1), 1),
    })


def _input_fn(path, epochs):
    dataset = tf.contrib.data.CsvDataset(path, [tf.float32] * 4 + [tf.int32], header=True)
    dataset = dataset.map(lambda *columns: (dict(zip(MEASURES, columns[:4])), columns[4]))
    return dataset.repeat(epochs).batch(12)


def train_input_fn(training_dir, params):
    return _input_fn(os.path.join(training_dir, 'iris_training.csv'), None)


def eval_input_fn(training_dir, params):
    return _input_fn(os.path.join(training_dir, 'iris_test.csv'), 1)


def serving_input_fn(params):
    columns = [tf.feature_column.numeric_column(name) for name in MEASURES]
    return tf.estimator.export.build_parsing_serving_input_receiver_fn(
        tf.feature_column.make_parse_example_spec(columns))()
