"""Keras convolutional network with batch normalisation; binary CIFAR records."""
import os

import tensorflow as tf
from tensorflow.python.keras.layers import (Activation, BatchNormalization, Conv2D, Dense, Dropout,
                                            GlobalAveragePooling2D, Input, MaxPooling2D)
from tensorflow.python.keras.models import Model

RECORD = 8 * 8 * 3 + 1
PREDICT_INPUTS = 'inputs'


def keras_model_fn(hyperparameters):
    images = Input(shape=(8, 8, 3), name=PREDICT_INPUTS)
    net = Conv2D(4, (3, 3), padding='same', kernel_initializer='he_normal')(images)
    net = BatchNormalization(momentum=0.9)(net)
    net = Activation('relu')(net)
    net = MaxPooling2D(pool_size=(2, 2))(net)
    net = Dropout(hyperparameters.get('dropout', 0.25))(net)
    net = Conv2D(6, (3, 3))(net)
    net = GlobalAveragePooling2D()(net)
    net = Dense(4)(net)
    model = Model(images, Activation('softmax')(net))
    model.compile(loss='categorical_crossentropy', optimizer=tf.train.RMSPropOptimizer(1e-3, decay=0.9),
                  metrics=['accuracy', 'mse'])
    return model


def _parse(raw):
    record = tf.cast(tf.decode_raw(raw, tf.uint8), tf.float32)
    image = tf.transpose(tf.reshape(record[1:], [3, 8, 8]), [1, 2, 0]) / 255.0
    return {PREDICT_INPUTS: image}, tf.one_hot(tf.cast(record[0], tf.int32), 4)


def _input(training_dir, names, epochs):
    files = [os.path.join(training_dir, name) for name in names]
    return tf.data.FixedLengthRecordDataset(files, RECORD).map(_parse).repeat(epochs).batch(12)


def train_input_fn(training_dir, hyperparameters):
    return _input(training_dir, ['data_batch_1.bin', 'data_batch_2.bin'], None)


def eval_input_fn(training_dir, hyperparameters):
    return _input(training_dir, ['test_batch.bin'], 1)


def serving_input_fn(hyperparameters):
    images = tf.placeholder(tf.float32, [None, 8, 8, 3])
    return tf.estimator.export.ServingInputReceiver({PREDICT_INPUTS: images}, {PREDICT_INPUTS: images})
