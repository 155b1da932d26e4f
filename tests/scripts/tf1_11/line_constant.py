"""The smallest model: a line, from constants, in double precision."""
import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.INFO)


def model_fn(features, labels, mode, params):
    W = tf.get_variable('W', [1], dtype=tf.float64, initializer=tf.constant_initializer(0.3))
    b = tf.Variable(np.array([-0.3]), dtype=tf.float64, name='b')
    y = W * tf.cast(features['x'], tf.float64) + b
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={'y': y}, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput({'y': y})})
    loss = tf.reduce_sum(tf.square(y - labels))
    global_step = tf.train.get_global_step()
    optimizer = tf.train.GradientDescentOptimizer(0.01)
    train = tf.group(optimizer.minimize(loss), tf.assign_add(global_step, 1))
    return tf.estimator.EstimatorSpec(
        mode=mode, loss=loss, train_op=train, training_hooks=[],
        eval_metric_ops={'rmse': tf.metrics.root_mean_squared_error(labels, y),
                         'pearson': tf.contrib.metrics.streaming_pearson_correlation(
                             tf.to_float(y), tf.to_float(labels))})


X = np.array([1., 2., 3., 4.])
Y = np.array([0., -1., -2., -3.])


def train_input_fn():
    return tf.estimator.inputs.numpy_input_fn({'x': X}, Y, batch_size=4, num_epochs=None, shuffle=False)()


def eval_input_fn():
    return tf.estimator.inputs.numpy_input_fn({'x': X + 4}, Y - 4, batch_size=4, num_epochs=2, shuffle=False)()


def serving_input_fn(params):
    x = tf.placeholder(tf.float64, [None], name='x')
    return tf.estimator.export.ServingInputReceiver({'x': x}, {'x': x})
