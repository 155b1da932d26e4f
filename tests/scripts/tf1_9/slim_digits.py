"""Digits with slim: arg scopes, repeat, end points, regularisation losses, create_train_op."""
import os

import tensorflow as tf

slim = tf.contrib.slim


def digits_net(images, num_classes, is_training, scope='DigitsNet'):
    with slim.arg_scope([slim.conv2d, slim.fully_connected], activation_fn=tf.nn.relu,
                        weights_initializer=tf.truncated_normal_initializer(0.0, 0.1),
                        weights_regularizer=slim.l2_regularizer(5e-4)):
        with tf.variable_scope(scope, 'DigitsNet', [images]) as sc:
            end_points_collection = sc.name + '_end_points'
            with slim.arg_scope([slim.conv2d], outputs_collections=end_points_collection, padding='SAME'):
                net = slim.repeat(images, 2, slim.conv2d, 4, [3, 3], scope='conv1')
                net = slim.max_pool2d(net, [2, 2], scope='pool1')
                net = slim.conv2d(net, 4, [1, 1], normalizer_fn=slim.batch_norm,
                                  normalizer_params={'is_training': is_training, 'decay': 0.9, 'scale': True},
                                  scope='conv2')
                net = slim.avg_pool2d(net, [4, 4], scope='pool2')
            net = slim.flatten(net)
            net = slim.dropout(net, 1.0, is_training=is_training, scope='dropout')
            logits = slim.fully_connected(net, num_classes, activation_fn=None, scope='logits')
            end_points = slim.utils.convert_collection_to_dict(end_points_collection)
            return logits, end_points


def model_fn(features, labels, mode, params):
    logits, end_points = digits_net(features['image'], 4, mode == tf.estimator.ModeKeys.TRAIN)
    for name in sorted(end_points):
        tf.summary.scalar('sparsity/' + name, tf.nn.zero_fraction(end_points[name]))
    predictions = {'class': tf.argmax(logits, 1), 'logits': logits}
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput(predictions)})
    tf.losses.softmax_cross_entropy(tf.one_hot(labels, 4), logits)
    total_loss = tf.losses.get_total_loss()
    train_op = None
    if mode == tf.estimator.ModeKeys.TRAIN:
        optimizer = tf.train.RMSPropOptimizer(0.01, decay=0.9, momentum=0.9, epsilon=1.0)
        train_op = slim.learning.create_train_op(total_loss, optimizer, clip_gradient_norm=2.0)
    return tf.estimator.EstimatorSpec(mode, predictions, total_loss, train_op, eval_metric_ops={
        'accuracy': slim.metrics.streaming_accuracy(predictions['class'], labels)})


def _input_fn(path, epochs):
    def parse(serialized):
        parsed = tf.parse_single_example(serialized, {'image_raw': tf.FixedLenFeature([], tf.string),
                                                      'label': tf.FixedLenFeature([], tf.int64)})
        image = tf.to_float(tf.reshape(tf.decode_raw(parsed['image_raw'], tf.uint8), [8, 8, 1]))
        return {'image': (image - 128.0) / 128.0}, parsed['label']
    return tf.data.TFRecordDataset(path).map(parse).repeat(epochs).batch(12)


def train_input_fn(training_dir):
    return _input_fn(os.path.join(training_dir, 'train.tfrecords'), -1)


def eval_input_fn(training_dir):
    return _input_fn(os.path.join(training_dir, 'test.tfrecords'), 1)


def serving_input_fn(params):
    image = tf.placeholder(tf.float32, [None, 8, 8, 1])
    return tf.estimator.export.ServingInputReceiver({'image': image}, {'image': image})
