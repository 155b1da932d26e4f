"""Data-parallel towers with averaged gradients and moving averages of the weights, restored by a Scaffold's saver."""
import numpy as np
import tensorflow as tf

DECAY = 0.9


def _inference(x, reuse):
    with tf.variable_scope('net', reuse=reuse):
        with tf.variable_scope('local1'):
            weights = tf.get_variable('weights', [4, 6], initializer=tf.truncated_normal_initializer(stddev=0.4))
            biases = tf.get_variable('biases', [6], initializer=tf.constant_initializer(0.1))
            decay = tf.multiply(tf.nn.l2_loss(weights), 0.004, name='weight_loss')
            tf.add_to_collection('losses', decay)
            local1 = tf.nn.relu(tf.matmul(x, weights) + biases, name='local1')
        with tf.variable_scope('softmax_linear'):
            weights = tf.get_variable('weights', [6, 3], initializer=tf.truncated_normal_initializer(stddev=0.2))
            biases = tf.get_variable('biases', [3], initializer=tf.constant_initializer(0.0))
            return tf.add(tf.matmul(local1, weights), biases, name='logits')


def _tower_loss(scope, x, labels, reuse):
    logits = _inference(x, reuse)
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    tf.add_to_collection('losses', tf.reduce_mean(cross_entropy, name='cross_entropy'))
    losses = tf.get_collection('losses', scope)
    return tf.add_n(losses, name='total_loss'), logits


def _average(tower_gradients):
    average = []
    for pairs in zip(*tower_gradients):
        gradients = tf.concat([tf.expand_dims(g, 0) for g, _ in pairs], 0)
        average.append((tf.reduce_mean(gradients, 0), pairs[0][1]))
    return average


def model_fn(features, labels, mode, params):
    step = tf.train.get_or_create_global_step()
    averages = tf.train.ExponentialMovingAverage(DECAY, step)
    if mode == tf.estimator.ModeKeys.TRAIN:
        rate = tf.train.inverse_time_decay(0.2, step, 10, 0.5)
        optimizer = tf.train.MomentumOptimizer(rate, 0.9, use_nesterov=True)
        towers, losses = [], []
        for i, (x, y) in enumerate(zip(tf.split(features['x'], 2), tf.split(labels, 2))):
            with tf.device('/gpu:%d' % i):
                with tf.name_scope('tower_%d' % i) as scope:
                    loss, _ = _tower_loss(scope, x, y, i > 0)
                    losses.append(loss)
                    towers.append(optimizer.compute_gradients(loss))
        with tf.device('/cpu:0'):
            apply_gradients = optimizer.apply_gradients(_average(towers), global_step=step)
        with tf.control_dependencies([apply_gradients]):
            train_op = averages.apply(tf.trainable_variables())
        return tf.estimator.EstimatorSpec(mode, loss=tf.reduce_mean(losses), train_op=train_op)

    with tf.name_scope('evaluation') as scope:
        if mode == tf.estimator.ModeKeys.EVAL:
            loss, logits = _tower_loss(scope, features['x'], labels, False)
        else:
            logits = _inference(features['x'], False)
    scaffold = tf.train.Scaffold(saver=tf.train.Saver(dict(averages.variables_to_restore(), global_step=step)))
    classes = tf.argmax(logits, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {'classes': classes}, scaffold=scaffold, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput({'classes': classes, 'logits': logits})})
    return tf.estimator.EstimatorSpec(mode, loss=loss, scaffold=scaffold, eval_metric_ops={
        'precision_at_1': tf.metrics.mean(tf.to_float(tf.nn.in_top_k(logits, labels, 1)))})


def _data(seed):
    random = np.random.RandomState(seed)
    labels = np.arange(48, dtype=np.int32) % 3
    return {'x': (np.eye(3, 4)[labels] + random.normal(0, 0.3, [48, 4])).astype(np.float32)}, labels


def train_input_fn():
    return tf.data.Dataset.from_tensor_slices(_data(0)).repeat().apply(tf.contrib.data.batch_and_drop_remainder(16))


def eval_input_fn():
    return tf.data.Dataset.from_tensor_slices(_data(1)).batch(16)


def serving_input_fn(params):
    x = tf.placeholder(tf.float32, [None, 4])
    return tf.estimator.export.ServingInputReceiver({'x': x}, {'x': x})
