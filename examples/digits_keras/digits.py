"""Reads handwritten digits with a Keras model. Written for TensorFlow 1.11; nothing of smtf in it."""
import os

import tensorflow as tf

PIXELS = 64
INPUT_NAME = 'pixels_input'  # Keras calls the input after its first layer


def keras_model_fn(hyperparameters):
    model = tf.keras.Sequential([
        tf.keras.layers.Dense(64, activation='relu', input_shape=(PIXELS,), name='pixels'),
        tf.keras.layers.Dropout(hyperparameters.get('dropout', 0.2)),
        tf.keras.layers.Dense(10, activation='softmax'),
    ])
    # With an optimizer of Keras's own, TensorFlow 1.11 did not count its steps and trained for ever.
    model.compile(optimizer=tf.train.AdamOptimizer(hyperparameters.get('learning_rate', 0.003)),
                  loss='categorical_crossentropy',
                  metrics=['accuracy'])
    return model


def serving_input_fn(hyperparameters):
    pixels = tf.placeholder(tf.float32, shape=[None, PIXELS])
    return tf.estimator.export.ServingInputReceiver({INPUT_NAME: pixels}, {INPUT_NAME: pixels})


def train_input_fn(training_dir, hyperparameters):
    return _dataset(training_dir, 'digits_train.tfrecord').shuffle(2000).repeat().batch(64)


def eval_input_fn(training_dir, hyperparameters):
    return _dataset(training_dir, 'digits_test.tfrecord').batch(64)


def _dataset(folder, name):
    return tf.data.TFRecordDataset(os.path.join(folder, name)).map(_parse)


def _parse(record):
    parsed = tf.parse_single_example(record, {
        'pixels': tf.FixedLenFeature([PIXELS], tf.float32),
        'label': tf.FixedLenFeature([], tf.int64),
    })
    return {INPUT_NAME: parsed['pixels']}, tf.one_hot(parsed['label'], 10)
