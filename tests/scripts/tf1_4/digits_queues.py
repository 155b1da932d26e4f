"""Digits from TFRecords with queue runners and slim-like contrib layers."""
import os

import tensorflow as tf
from tensorflow.contrib import layers
from tensorflow.contrib.framework import arg_scope

BATCH_SIZE = 12


def _net(images, is_training):
    with arg_scope([layers.conv2d], weights_regularizer=layers.l2_regularizer(1e-3),
                   weights_initializer=layers.xavier_initializer()):
        net = layers.conv2d(images, 4, [3, 3], scope='conv1')
        net = layers.max_pool2d(net, [2, 2], scope='pool1')
        net = layers.conv2d(net, 4, 3, normalizer_fn=layers.batch_norm,
                            normalizer_params={'is_training': is_training, 'decay': 0.9}, scope='conv2')
    net = layers.flatten(net)
    net = layers.fully_connected(net, 8, scope='fc1')
    net = layers.dropout(net, 0.9, is_training=is_training)
    return layers.fully_connected(net, 4, activation_fn=None, scope='logits')


def model_fn(features, labels, mode, params):
    logits = _net(tf.reshape(features['image'], [-1, 8, 8, 1]), mode == tf.estimator.ModeKeys.TRAIN)
    predictions = {'classes': tf.argmax(logits, 1), 'probabilities': tf.nn.softmax(logits)}
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput(predictions)})
    tf.losses.sparse_softmax_cross_entropy(labels, logits)
    loss = tf.losses.get_total_loss()
    update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(update_ops):
        train_op = tf.train.MomentumOptimizer(params.get('learning_rate', 0.01), 0.9).minimize(
            loss, tf.train.get_or_create_global_step())
    return tf.estimator.EstimatorSpec(mode, predictions, loss, train_op, {
        'accuracy': tf.metrics.accuracy(labels, predictions['classes'])})


def _read(filename, num_epochs):
    queue = tf.train.string_input_producer([filename], num_epochs=num_epochs, shuffle=num_epochs is None)
    _, serialized = tf.TFRecordReader().read(queue)
    parsed = tf.parse_single_example(serialized, features={
        'image_raw': tf.FixedLenFeature([], tf.string),
        'label': tf.FixedLenFeature([], tf.int64),
    })
    image = tf.decode_raw(parsed['image_raw'], tf.uint8)
    image.set_shape([64])
    return tf.cast(image, tf.float32) * (1. / 255) - 0.5, tf.cast(parsed['label'], tf.int32)


def train_input_fn(training_dir):
    def input_fn():
        image, label = _read(os.path.join(training_dir, 'train.tfrecords'), None)
        images, labels = tf.train.shuffle_batch(
            [image, label], batch_size=BATCH_SIZE, num_threads=2, capacity=100, min_after_dequeue=20)
        tf.summary.image('images', tf.reshape(images, [-1, 8, 8, 1]), max_outputs=2)
        return {'image': images}, labels
    return input_fn


def eval_input_fn(training_dir):
    def input_fn():
        image, label = _read(os.path.join(training_dir, 'test.tfrecords'), 1)
        images, labels = tf.train.batch([image, label], batch_size=BATCH_SIZE, allow_smaller_final_batch=True)
        return {'image': images}, labels
    return input_fn


def serving_input_fn(hyperparameters):
    image = tf.placeholder(tf.float32, [None, 64])
    return tf.estimator.export.ServingInputReceiver({'image': image}, {'image': image})
