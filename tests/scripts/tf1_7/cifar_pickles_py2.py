# CIFAR's pickled batches; Python 2.7.
import os
import cPickle
import urllib2
from itertools import izip

import numpy as np
import tensorflow as tf

DATA_URL = 'http://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz'
SIDE = 8


def _opener():
    return urllib2.build_opener(urllib2.HTTPHandler())


def unpickle(path):
    with open(path, 'rb') as fo:
        batch = cPickle.load(fo)
    print "%s has %d images" % (os.path.basename(path), len(batch['labels']))
    images = batch['data'].reshape((-1, 3, SIDE, SIDE)).transpose(0, 2, 3, 1)
    half = len(batch['labels']) / 2
    first, second = images[:half], images[half:]
    paired = np.concatenate([first, second]).astype('float32') / 255
    names = dict(zip(range(4), ['plane', 'car', 'bird', 'cat']))
    for label, name in names.iteritems():
        print label, name,
    print
    labels = [int(label) for label, _ in izip(batch['labels'], paired)]
    return paired, np.asarray(labels, dtype=np.int)


def model_fn(features, labels, mode, params):
    net = features['images']
    if mode == tf.estimator.ModeKeys.TRAIN:
        net = tf.map_fn(tf.image.random_flip_left_right, net)
    net = tf.layers.conv2d(net, 4, 3, activation=tf.nn.elu, name='conv')
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.flatten(net)
    logits = tf.layers.dense(net, 4)
    classes = tf.argmax(logits, 1)
    if mode <> tf.estimator.ModeKeys.PREDICT:
        onehot = tf.one_hot(labels, 4)
        loss = tf.losses.softmax_cross_entropy(onehot, logits, label_smoothing=0.1)
        rate = tf.train.polynomial_decay(0.05, tf.train.get_global_step(), 100, 0.001, power=0.5)
        train_op = tf.train.RMSPropOptimizer(rate, momentum=0.5).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={
            'accuracy': tf.metrics.accuracy(labels, classes),
            'top_2': tf.metrics.mean(tf.cast(tf.nn.in_top_k(logits, tf.cast(labels, tf.int32), 2), tf.float32))})
    scores = tf.nn.softmax(logits)
    names = tf.constant([['plane', 'car', 'bird', 'cat']])
    return tf.estimator.EstimatorSpec(mode, {'classes': classes}, export_outputs={
        'serving_default': tf.estimator.export.ClassificationOutput(
            scores=scores, classes=tf.tile(names, [tf.shape(scores)[0], 1])),
        'predict': tf.estimator.export.PredictOutput({'classes': classes, 'scores': scores})})


def train_input_fn(training_dir):
    images, labels = unpickle(os.path.join(training_dir, 'data_batch_1'))
    return tf.estimator.inputs.numpy_input_fn({'images': images}, labels, 16, num_epochs=None, shuffle=True)()


def eval_input_fn(training_dir):
    images, labels = unpickle(os.path.join(training_dir, 'test_batch'))
    return tf.estimator.inputs.numpy_input_fn({'images': images}, labels, 16, num_epochs=1, shuffle=False)()


def serving_input_fn(params):
    encoded = tf.placeholder(tf.float32, [None, SIDE * SIDE * 3])
    images = tf.reshape(encoded, [-1, SIDE, SIDE, 3])
    return tf.estimator.export.ServingInputReceiver({'images': images}, encoded)
