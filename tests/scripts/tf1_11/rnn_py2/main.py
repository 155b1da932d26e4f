#!/usr/bin/env python2.7
# -*- coding: utf-8 -*-
"""Sentiment with an attention cell over LSTM layers. Python 2.7."""
import ConfigParser
import StringIO
import os
import reader
import tensorflow as tf

config = ConfigParser.RawConfigParser()
config.readfp(StringIO.StringIO('[model]\nhidden = 4\nlayers = 2\nlength = 9\n'))
HIDDEN = config.getint('model', 'hidden')
LAYERS = config.getint('model', 'layers')
LENGTH = config.getint('model', 'length')


class Settings:
    """An old-style class with its own order."""
    def __init__(self, **values):
        self.values = values

    def __cmp__(self, other):
        return cmp(sorted(self.values.items()), sorted(other.values.items()))

    def __nonzero__(self):
        return len(self.values) > 0

    def __getattr__(self, name):
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError, name


def _cell(keep):
    cells = []
    for _ in xrange(LAYERS):
        cell = tf.contrib.rnn.LSTMCell(HIDDEN, use_peepholes=True, initializer=tf.random_uniform_initializer(-0.3, 0.3))
        cells.append(tf.contrib.rnn.DropoutWrapper(cell, output_keep_prob=keep))
    return tf.contrib.rnn.MultiRNNCell(cells)


def model_fn(features, labels, mode, params):
    settings = Settings(rate=params.get('learning_rate', 0.05), keep=1.0)
    assert settings and settings == Settings(keep=1.0, rate=settings.rate)
    embedding = tf.get_variable('embedding', [14, HIDDEN])
    net = tf.nn.embedding_lookup(embedding, features['ids'])
    _, state = tf.nn.dynamic_rnn(_cell(settings.keep), net, features['length'], dtype=tf.float32)
    logits = tf.layers.dense(state[-1].h, 1)
    p = tf.nn.sigmoid(logits)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {'p': p}, export_outputs={
            u'serving_default': tf.estimator.export.PredictOutput({u'p': p})})
    loss = tf.losses.log_loss(labels, p)
    train_op = tf.train.AdamOptimizer(settings.rate).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={
        'accuracy': tf.metrics.accuracy(labels, p > 1 / 2.)})


def _input(path, epochs):
    ids, lengths, labels = reader.read(path, LENGTH)
    return tf.estimator.inputs.numpy_input_fn({'ids': ids, 'length': lengths}, labels, 16, epochs, False)()


def train_input_fn(training_dir):
    return _input(os.path.join(training_dir, 'train.tsv'), None)


def eval_input_fn(training_dir):
    return _input(os.path.join(training_dir, 'test.tsv'), 1)


def serving_input_fn(params):
    inputs = {'ids': tf.placeholder(tf.int32, [None, LENGTH]), 'length': tf.placeholder(tf.int32, [None])}
    return tf.estimator.export.ServingInputReceiver(inputs, inputs)
