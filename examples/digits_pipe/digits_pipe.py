"""Classifies hand-written digits that arrive in Pipe mode. Written for TensorFlow 1.11; nothing of smtf in it.

Channels `training` and `test` have TFRecord files of tf.train.Example. With the hyperparameter `pipe` set to false the
same script reads them as files.
"""

import os

import tensorflow as tf
from sagemaker_tensorflow import PipeModeDataset

FEATURES = {
    'pixels': tf.FixedLenFeature([64], tf.float32),
    'label': tf.FixedLenFeature([], tf.int64),
}


def model_fn(features, labels, mode, params):
    zeros = tf.zeros_initializer()
    logits = tf.layers.dense(features['pixels'], 10, kernel_initializer=zeros, name='logits')
    predictions = {'classes': tf.argmax(logits, axis=1), 'probabilities': tf.nn.softmax(logits)}
    if mode == tf.estimator.ModeKeys.PREDICT:
        outputs = {'serving_default': tf.estimator.export.PredictOutput(predictions)}
        return tf.estimator.EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)

    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    if mode == tf.estimator.ModeKeys.EVAL:
        metrics = {'accuracy': tf.metrics.accuracy(labels, predictions['classes'])}
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)

    optimizer = tf.train.GradientDescentOptimizer(params.get('learning_rate', 0.5))
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def serving_input_fn(params):
    pixels = tf.placeholder(tf.float32, [None, 64])
    return tf.estimator.export.ServingInputReceiver({'pixels': pixels}, {'pixels': pixels})


def train_input_fn(channels, params):
    return _records('training', channels, params).repeat(20).prefetch(1).map(_parse, num_parallel_calls=2).batch(64)


def eval_input_fn(channels, params):
    return _records('test', channels, params).map(_parse).batch(64)


def _records(channel, channels, params):
    if params.get('pipe', True):
        return PipeModeDataset(channel=channel, record_format='TFRecord')
    folder = channels[channel]
    return tf.data.TFRecordDataset([os.path.join(folder, name) for name in sorted(os.listdir(folder))])


def _parse(record):
    example = tf.parse_single_example(record, FEATURES)
    return {'pixels': example['pixels']}, example['label']
