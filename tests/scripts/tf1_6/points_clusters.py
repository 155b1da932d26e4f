"""Soft k-means in a model function: variables of its own, an assignment in the train op, centres without a trainer."""
import numpy as np
import tensorflow as tf

CLUSTERS = 3


def model_fn(features, labels, mode, params):
    points = features['points']
    dimensions = int(points.shape[1])
    start = np.random.RandomState(0).normal(size=[CLUSTERS, dimensions]).astype(np.float32)
    with tf.variable_scope('kmeans', reuse=tf.AUTO_REUSE):
        centres = tf.get_variable('centres', initializer=tf.constant(start))
        counts = tf.get_variable('counts', [CLUSTERS], tf.float32, tf.ones_initializer(), trainable=False)
    distances = tf.reduce_sum(tf.squared_difference(tf.expand_dims(points, 1), centres), axis=2)
    nearest = tf.argmin(distances, axis=1, output_type=tf.int32)
    score = tf.reduce_min(distances, axis=1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {'cluster': nearest, 'distances': distances}, export_outputs={
            'predict': tf.estimator.export.PredictOutput({'cluster': nearest, 'distances': distances})})
    loss = tf.reduce_mean(score)
    members = tf.one_hot(nearest, CLUSTERS)
    seen = tf.assign_add(counts, tf.reduce_sum(members, axis=0), name='count')
    offsets = tf.matmul(members, tf.expand_dims(points, 0)[0] - tf.gather(centres, nearest), transpose_a=True)
    move = tf.assign_add(centres, offsets / tf.expand_dims(seen, 1))
    train_op = tf.group(move, tf.assign_add(tf.train.get_global_step(), 1))
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={
        'inertia': tf.metrics.mean(score),
        'largest': (tf.reduce_max(counts), tf.no_op())})


def _points(seed):
    random = np.random.RandomState(seed)
    return np.concatenate([random.normal(c, 0.3, [12, 2]) for c in ((0, 0), (2, 2), (-2, 1))]).astype(np.float32)


def train_input_fn():
    dataset = tf.data.Dataset.from_tensor_slices({'points': _points(1)}).repeat().batch(12)
    return dataset.make_one_shot_iterator().get_next(), None


def eval_input_fn():
    dataset = tf.data.Dataset.from_tensor_slices({'points': _points(2)}).batch(12)
    return dataset.make_one_shot_iterator().get_next(), None


def serving_input_fn(params):
    return tf.estimator.export.build_raw_serving_input_receiver_fn(
        {'points': tf.placeholder(tf.float32, [None, 2], name='points')})()
