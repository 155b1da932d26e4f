"""Matrix factorisation in functional Keras: two inputs, embeddings, a dot product, regularised biases."""
import csv
import os

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def keras_model_fn(hyperparameters):
    user = keras.Input(shape=(1,), name='user')
    item = keras.Input(shape=(1,), name='item')
    size = hyperparameters.get('factors', 3)
    p = layers.Flatten()(layers.Embedding(8, size, name='user_factors')(user))
    q = layers.Flatten()(layers.Embedding(10, size, name='item_factors',
                                          embeddings_regularizer=keras.regularizers.l2(1e-3))(item))
    bias = layers.Flatten()(layers.Embedding(8, 1, embeddings_initializer='zeros', name='user_bias')(user))
    rating = layers.Add(name='rating')([layers.Dot(axes=1)([p, q]), bias])
    rating = layers.Lambda(lambda x: x + 3.0, name='shifted')(rating)
    model = keras.Model([user, item], rating)
    model.compile(optimizer=tf.train.AdagradOptimizer(0.1), loss='mse', metrics=['mae'])
    model.summary()
    return model


def _load(path):
    with open(path) as f:
        table = np.array(list(csv.reader(f)), dtype=np.float32)
    return {'user': table[:, :1], 'item': table[:, 1:2]}, table[:, 2:]


def train_input_fn(training_dir, hyperparameters):
    return tf.data.Dataset.from_tensor_slices(_load(os.path.join(training_dir, 'ratings_train.csv'))).repeat().batch(16)


def eval_input_fn(training_dir, hyperparameters):
    return tf.data.Dataset.from_tensor_slices(_load(os.path.join(training_dir, 'ratings_test.csv'))).batch(16)


def serving_input_fn(hyperparameters):
    inputs = {name: tf.placeholder(tf.float32, [None, 1], name=name) for name in ('user', 'item')}
    return tf.estimator.export.ServingInputReceiver(inputs, inputs)
