"""Convolutional network over TFRecords with the fused transformations of tf.contrib.data."""
import os

import tensorflow as tf


def parser(record):
    features = tf.parse_single_example(record, features={
        'image_raw': tf.FixedLenFeature((), tf.string, default_value=''),
        'label': tf.FixedLenFeature((), tf.int64, default_value=tf.zeros([], dtype=tf.int64)),
        'height': tf.FixedLenFeature((), tf.int64),
    })
    image = tf.reshape(tf.decode_raw(features['image_raw'], tf.uint8), [8, 8, 1])
    return {'x': tf.image.convert_image_dtype(image, tf.float32)}, tf.cast(features['label'], tf.int32)


def augment(features, label):
    image = tf.image.resize_image_with_crop_or_pad(features['x'], 10, 10)
    image = tf.random_crop(image, [8, 8, 1])
    image = tf.image.random_brightness(image, 0.1)
    return {'x': image}, label


def train_input_fn(training_dir, params):
    dataset = tf.data.TFRecordDataset([os.path.join(training_dir, 'train.tfrecords')])
    dataset = dataset.apply(tf.contrib.data.shuffle_and_repeat(50))
    dataset = dataset.map(parser, num_parallel_calls=2)
    dataset = dataset.apply(tf.contrib.data.map_and_batch(augment, batch_size=12, num_parallel_batches=2))
    return dataset.prefetch(2)


def eval_input_fn(training_dir, params):
    files = tf.data.Dataset.list_files(os.path.join(training_dir, 'test*.tfrecords'))
    dataset = files.apply(tf.contrib.data.parallel_interleave(tf.data.TFRecordDataset, cycle_length=1, sloppy=False))
    dataset = dataset.apply(tf.contrib.data.map_and_batch(map_func=parser, batch_size=12))
    return dataset


def model_fn(features, labels, mode, params):
    x = tf.reshape(features['x'], [-1, 8, 8, 1])
    net = tf.layers.conv2d(x, 4, [3, 3], padding='same', activation=tf.nn.relu,
                           kernel_regularizer=tf.contrib.layers.l2_regularizer(0.001))
    net = tf.layers.max_pooling2d(net, pool_size=[2, 2], strides=2)
    net = tf.layers.separable_conv2d(net, 6, 3, activation=tf.nn.relu)
    net = tf.layers.dense(tf.layers.flatten(net), 8, activation=tf.nn.relu)
    net = tf.layers.dropout(net, rate=0.4, training=mode == tf.estimator.ModeKeys.TRAIN)
    logits = tf.layers.dense(net, units=4)
    predictions = {'classes': tf.argmax(input=logits, axis=1), 'probabilities': tf.nn.softmax(logits)}
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions, export_outputs={
            'classify': tf.estimator.export.PredictOutput(predictions)})
    tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    loss = tf.losses.get_total_loss(add_regularization_losses=True)
    if mode == tf.estimator.ModeKeys.TRAIN:
        optimizer = tf.train.AdamOptimizer(learning_rate=params.get('learning_rate', 0.001))
        gradients, variables = zip(*optimizer.compute_gradients(loss))
        gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
        for gradient, variable in zip(gradients, variables):
            tf.summary.histogram(variable.op.name + '/gradient', gradient)
        train_op = optimizer.apply_gradients(zip(gradients, variables), global_step=tf.train.get_global_step())
        hook = tf.train.LoggingTensorHook({'loss': loss.name}, every_n_iter=5)
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op, training_hooks=[hook])
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, eval_metric_ops={
        'accuracy': tf.metrics.accuracy(labels=labels, predictions=predictions['classes'])})


def serving_input_fn(params):
    return tf.estimator.export.build_raw_serving_input_receiver_fn({'x': tf.placeholder(tf.float32, [None, 64])})()
