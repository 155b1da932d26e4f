# Python 2.7; the network is in the module beside this one.
import os
import tensorflow as tf
import network
from network import FEATURES

BATCH = 020


def model_fn(features, labels, mode, params):
	ages = network.build(features['inputs'], params.get('layers', 2), 4)
	if mode == tf.estimator.ModeKeys.PREDICT:
		return tf.estimator.EstimatorSpec(mode, {'ages': ages}, export_outputs={
			'serving_default': tf.estimator.export.PredictOutput({'ages': ages})})
        # the next line is indented by eight blanks
        loss = tf.losses.mean_squared_error(labels, ages)
	tf.losses.add_loss(0.001 * network.penalty())
	total = tf.losses.get_total_loss()
	optimizer = tf.train.AdagradOptimizer(params['learning_rate'])
	train_op = optimizer.minimize(total, tf.train.get_global_step())
	return tf.estimator.EstimatorSpec(mode, loss=total, train_op=train_op, eval_metric_ops={
		'mse': tf.metrics.mean_squared_error(labels, ages)})


def train_input_fn(training_dir):
    return _input(os.path.join(training_dir, 'abalone_train.csv'), None)


def eval_input_fn(training_dir):
    return _input(os.path.join(training_dir, 'abalone_test.csv'), 1)


def _input(path, epochs):
    try:
        rows = [map(float, line.split(',')) for line in open(path)]
    except IOError, e:
        raise ValueError, 'no data: %s' % e
    print "rows:", len(rows), "of", FEATURES, "numbers,", len(rows) / BATCH, "batches"
    import numpy as np
    table = np.array(rows, dtype=np.float32)
    return tf.estimator.inputs.numpy_input_fn({'inputs': table[:, :FEATURES]}, table[:, FEATURES],
                                              batch_size=BATCH, num_epochs=epochs, shuffle=False)


def serving_input_fn(params):
    x = tf.placeholder(tf.float32, [None, FEATURES])
    return lambda: tf.estimator.export.ServingInputReceiver({'inputs': x}, {'inputs': x})
