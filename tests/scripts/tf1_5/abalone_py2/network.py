"""The layers of train.py."""
import tensorflow as tf

FEATURES = 7
_weights = []


def build(net, layers, width):
    del _weights[:]
    for i in xrange(layers):
        with tf.variable_scope('layer%d' % i):
            size = net.get_shape()[1].value
            w = tf.get_variable('w', [size, width * 3 / 2], initializer=tf.truncated_normal_initializer(stddev=0.3))
            b = tf.get_variable('b', [width * 3 / 2], initializer=tf.zeros_initializer())
            _weights.append(w)
            net = tf.nn.tanh(tf.nn.xw_plus_b(net, w, b))
    return tf.squeeze(tf.layers.dense(net, 1L, name='out'), axis=1)


def penalty():
    return reduce(lambda a, b: a + b, map(tf.nn.l2_loss, _weights))
