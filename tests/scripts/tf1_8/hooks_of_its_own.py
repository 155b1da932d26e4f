"""Training steered by hooks of the script's own: a counter, early stopping and a saver of its own."""
import time

import numpy as np
import tensorflow as tf


class ExamplesPerSecondHook(tf.train.SessionRunHook):
    def __init__(self, batch_size, every_n_steps=5):
        self._timer = tf.train.SecondOrStepTimer(every_steps=every_n_steps)
        self._batch_size = batch_size
        self._total = 0

    def begin(self):
        self._global_step_tensor = tf.train.get_global_step()
        if self._global_step_tensor is None:
            raise RuntimeError('Global step should be created')

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context, run_values):
        step = run_values.results
        if self._timer.should_trigger_for_step(step):
            elapsed, steps = self._timer.update_last_triggered_step(step)
            if elapsed is not None:
                self._total += steps
                tf.logging.info('%g examples/sec at %s', self._batch_size * steps / max(elapsed, 1e-9),
                                time.strftime('%H:%M:%S'))


class StopAtLossHook(tf.train.SessionRunHook):
    def __init__(self, loss, target):
        self._loss, self._target = loss, target

    def before_run(self, run_context):
        return tf.train.SessionRunArgs({'loss': self._loss})

    def after_run(self, run_context, run_values):
        if run_values.results['loss'] < self._target:
            tf.logging.info('loss below %s', self._target)
            run_context.request_stop()


def model_fn(features, labels, mode, params):
    net = features['x']
    for units in params.get('hidden', [6, 6]):
        net = tf.layers.dense(net, units, tf.nn.selu, kernel_initializer=tf.glorot_normal_initializer(),
                              kernel_regularizer=tf.contrib.layers.l1_l2_regularizer(1e-4, 1e-4),
                              activity_regularizer=None)
    logit = tf.layers.dense(net, 1, kernel_initializer=tf.zeros_initializer(), name='logit')
    probability = tf.sigmoid(logit, name='probability')
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {'p': probability}, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput({'p': probability})})
    loss = tf.losses.sigmoid_cross_entropy(labels, logit) + tf.losses.get_regularization_loss()
    optimizer = tf.train.AdadeltaOptimizer(params.get('learning_rate', 0.5))
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    hooks = [ExamplesPerSecondHook(16), StopAtLossHook(loss, params.get('target', 1e-4)),
             tf.train.NanTensorHook(loss), tf.train.StepCounterHook(every_n_steps=5)]
    return tf.estimator.EstimatorSpec(
        mode=mode, loss=loss, train_op=train_op, training_hooks=hooks,
        training_chief_hooks=[tf.train.LoggingTensorHook(['probability'], every_n_secs=60)],
        eval_metric_ops={'auc': tf.metrics.auc(labels, probability),
                         'rate': tf.metrics.true_positives(labels, probability > 0.5)})


def _data(seed):
    random = np.random.RandomState(seed)
    x = random.normal(size=[48, 4]).astype(np.float32)
    return {'x': x}, (x[:, :1] * x[:, 1:2] > 0).astype(np.float32)


def train_input_fn(hyperparameters):
    return tf.data.Dataset.from_tensor_slices(_data(0)).repeat().batch(16)


def eval_input_fn(hyperparameters):
    return tf.data.Dataset.from_tensor_slices(_data(1)).batch(16)


def serving_input_fn(hyperparameters):
    x = tf.placeholder(tf.float32, [None, 4])
    return tf.estimator.export.ServingInputReceiver({'x': x}, {'x': x})
