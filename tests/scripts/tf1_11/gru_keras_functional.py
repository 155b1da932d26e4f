"""Forecasts a series: two recurrent branches in functional Keras, callbacks left out, since Estimators know none."""
import os

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import GRU, LSTM, BatchNormalization, Bidirectional, Dense, TimeDistributed, concatenate

WINDOW = 5


def keras_model_fn(hyperparameters):
    window = tf.keras.layers.Input(shape=(WINDOW, 1), name='window')
    net = TimeDistributed(Dense(2, activation='tanh'))(window)
    left = Bidirectional(LSTM(3, return_sequences=False))(net)
    right = GRU(3, kernel_regularizer=tf.keras.regularizers.l1(1e-4))(net)
    both = BatchNormalization()(concatenate([left, right]))
    following = Dense(1, name='following', kernel_constraint=tf.keras.constraints.MaxNorm(3))(both)
    model = tf.keras.models.Model(inputs=window, outputs=following)
    model.compile(loss='mean_squared_error', optimizer=tf.train.MomentumOptimizer(0.05, 0.9))
    return model


def _windows(training_dir, begin, end):
    values = np.loadtxt(os.path.join(training_dir, 'series.csv')).astype('float32')[begin:end]
    x = np.lib.stride_tricks.as_strided(values, (len(values) - WINDOW, WINDOW), values.strides * 2)
    return {'window': x[:, :, np.newaxis].copy()}, values[WINDOW:, np.newaxis]


def train_input_fn(training_dir, hyperparameters):
    return tf.data.Dataset.from_tensor_slices(_windows(training_dir, 0, 85)).repeat().batch(16)


def eval_input_fn(training_dir, hyperparameters):
    return tf.data.Dataset.from_tensor_slices(_windows(training_dir, 85, 120)).batch(10)


def serving_input_fn(hyperparameters):
    x = tf.placeholder(tf.float32, [None, WINDOW, 1])
    return tf.estimator.export.ServingInputReceiver({'window': x}, {'window': x})
