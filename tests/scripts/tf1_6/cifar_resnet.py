"""ResNet-like network on CIFAR's binary records; custom model function of the TensorFlow 1.6 time."""
import os

import tensorflow as tf

HEIGHT = WIDTH = 8
DEPTH = 3
NUM_CLASSES = 4
RECORD_BYTES = HEIGHT * WIDTH * DEPTH + 1
_MOMENTUM = 0.9
_WEIGHT_DECAY = 2e-4
_BATCH_NORM_DECAY = 0.9


def batch_norm_relu(inputs, is_training):
    inputs = tf.layers.batch_normalization(
        inputs=inputs, axis=3, momentum=_BATCH_NORM_DECAY, epsilon=1e-5, center=True, scale=True,
        training=is_training, fused=True)
    return tf.nn.relu(inputs)


def conv(inputs, filters, strides):
    return tf.layers.conv2d(
        inputs=inputs, filters=filters, kernel_size=3, strides=strides, padding='SAME', use_bias=False,
        kernel_initializer=tf.variance_scaling_initializer())


def building_block(inputs, filters, is_training, strides):
    shortcut = inputs
    inputs = batch_norm_relu(inputs, is_training)
    if strides > 1:
        shortcut = tf.layers.conv2d(inputs, filters, 1, strides, 'SAME', use_bias=False,
                                    kernel_initializer=tf.variance_scaling_initializer())
    inputs = conv(inputs, filters, strides)
    inputs = batch_norm_relu(inputs, is_training)
    return conv(inputs, filters, 1) + shortcut


def model_fn(features, labels, mode, params):
    tf.summary.image('images', features['inputs'], max_outputs=2)
    training = mode == tf.estimator.ModeKeys.TRAIN
    net = tf.identity(conv(features['inputs'], 4, 1), 'initial_conv')
    net = building_block(net, 4, training, 1)
    net = building_block(net, 8, training, 2)
    net = batch_norm_relu(net, training)
    net = tf.layers.average_pooling2d(net, 4, 1)
    net = tf.reshape(net, [-1, 8])
    logits = tf.layers.dense(net, NUM_CLASSES, name='final_dense')
    predictions = {'classes': tf.argmax(logits, axis=1),
                   'probabilities': tf.nn.softmax(logits, name='softmax_tensor')}
    if mode == tf.estimator.ModeKeys.PREDICT:
        export_outputs = {
            tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY:
                tf.estimator.export.PredictOutput(predictions)}
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions, export_outputs=export_outputs)

    cross_entropy = tf.losses.softmax_cross_entropy(logits=logits, onehot_labels=labels)
    tf.identity(cross_entropy, name='cross_entropy')
    tf.summary.scalar('cross_entropy', cross_entropy)
    loss = cross_entropy + _WEIGHT_DECAY * tf.add_n(
        [tf.nn.l2_loss(v) for v in tf.trainable_variables() if 'batch_normalization' not in v.name])

    if training:
        global_step = tf.train.get_or_create_global_step()
        rate = tf.train.piecewise_constant(tf.cast(global_step, tf.int32), [4, 8], [0.1, 0.05, 0.01])
        tf.identity(rate, name='learning_rate')
        tf.summary.scalar('learning_rate', rate)
        optimizer = tf.train.MomentumOptimizer(learning_rate=rate, momentum=_MOMENTUM)
        update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        with tf.control_dependencies(update_ops):
            train_op = optimizer.minimize(loss, global_step)
    else:
        train_op = None
    accuracy = tf.metrics.accuracy(tf.argmax(labels, axis=1), predictions['classes'])
    tf.identity(accuracy[1], name='train_accuracy')
    return tf.estimator.EstimatorSpec(
        mode=mode, predictions=predictions, loss=loss, train_op=train_op, eval_metric_ops={'accuracy': accuracy})


def serving_input_fn(hyperparameters):
    inputs = {'inputs': tf.placeholder(tf.float32, [None, HEIGHT, WIDTH, DEPTH])}
    return tf.estimator.export.ServingInputReceiver(inputs, inputs)


def train_input_fn(training_dir, hyperparameters):
    names = ['data_batch_1.bin', 'data_batch_2.bin']
    return _input_fn([os.path.join(training_dir, name) for name in names], 12)


def eval_input_fn(training_dir, hyperparameters):
    return _input_fn([os.path.join(training_dir, 'test_batch.bin')], 12)


def _input_fn(filenames, batch_size):
    dataset = tf.data.FixedLengthRecordDataset(filenames, RECORD_BYTES)
    dataset = dataset.map(_parse_record).repeat(None if len(filenames) > 1 else 1).batch(batch_size)
    images, labels = dataset.make_one_shot_iterator().get_next()
    return {'inputs': images}, labels


def _parse_record(raw_record):
    record = tf.decode_raw(raw_record, tf.uint8)
    label = tf.one_hot(tf.cast(record[0], tf.int32), NUM_CLASSES)
    depth_major = tf.reshape(record[1:RECORD_BYTES], [DEPTH, HEIGHT, WIDTH])
    image = tf.cast(tf.transpose(depth_major, [1, 2, 0]), tf.float32)
    return tf.image.per_image_standardization(image), label
