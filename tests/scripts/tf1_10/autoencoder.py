"""Convolutional autoencoder of digits; decoder of transposed convolutions, batch normalisation of tf.contrib.layers."""
import os

import tensorflow as tf
import tensorflow.contrib.layers as layers


def encoder(images, training, code):
    with tf.variable_scope('encoder'):
        net = tf.layers.conv2d(images, 4, 3, strides=2, padding='same', use_bias=False, name='conv')
        net = layers.batch_norm(net, center=True, scale=True, is_training=training, decay=0.9, activation_fn=tf.nn.relu,
                                scope='bn')
        return tf.layers.dense(tf.layers.flatten(net), code, name='code')


def decoder(codes):
    with tf.variable_scope('decoder', initializer=tf.keras.initializers.he_normal()):
        net = tf.reshape(tf.layers.dense(codes, 4 * 4 * 2, tf.nn.relu, name='dense'), [-1, 4, 4, 2])
        return tf.layers.conv2d_transpose(net, 1, 3, strides=(2, 2), padding='same', name='deconv')


def model_fn(features, labels, mode, params):
    if isinstance(features, dict):
        features = features['feature']
    training = mode == tf.estimator.ModeKeys.TRAIN
    codes = encoder(features, training, params.get('code', 3))
    logits = decoder(codes)
    images = tf.nn.sigmoid(logits)
    if mode == tf.estimator.ModeKeys.PREDICT:
        outputs = {'codes': codes, 'images': images}
        return tf.estimator.EstimatorSpec(mode, outputs, export_outputs={
            'encode': tf.estimator.export.PredictOutput(codes),
            'serving_default': tf.estimator.export.PredictOutput(outputs)})
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=features, logits=logits)
    loss = tf.reduce_mean(tf.reduce_sum(cross_entropy, axis=[1, 2, 3]))
    tf.summary.image('restored', images, 1)
    tf.summary.histogram('codes', codes)
    update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(update_ops):
        optimizer = tf.train.AdamOptimizer(tf.train.cosine_decay(0.01, tf.train.get_global_step(), 50))
        train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step(), colocate_gradients_with_ops=True)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={
        'mse': tf.metrics.mean_squared_error(features, images)})


def _parse(serialized):
    parsed = tf.parse_single_example(serialized, {'image_raw': tf.FixedLenFeature([], tf.string)})
    return tf.to_float(tf.reshape(tf.decode_raw(parsed['image_raw'], tf.uint8), [8, 8, 1])) / 255.


def train_input_fn(training_dir):
    dataset = tf.data.TFRecordDataset(os.path.join(training_dir, 'train.tfrecords')).map(_parse)
    images = dataset.repeat().batch(12).make_one_shot_iterator().get_next()
    return images, images


def eval_input_fn(training_dir):
    dataset = tf.data.TFRecordDataset(os.path.join(training_dir, 'test.tfrecords')).map(_parse).batch(12)
    return dataset.map(lambda images: (images, images))


def serving_input_fn(hyperparameters):
    raw = tf.placeholder(tf.string, [None], name='image_bytes')
    images = tf.map_fn(lambda text: tf.to_float(tf.reshape(tf.decode_raw(text, tf.uint8), [8, 8, 1])) / 255., raw,
                       dtype=tf.float32)
    return tf.estimator.export.ServingInputReceiver(images, raw)
