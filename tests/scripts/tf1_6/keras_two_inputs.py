"""Keras, functional, two inputs: a text of word numbers and numbers beside it."""
import numpy as np
import tensorflow as tf
from tensorflow.python.keras.layers import Concatenate, Dense, Embedding, Flatten, Input
from tensorflow.python.keras.models import Model
from tensorflow.python.keras.optimizers import SGD

LENGTH = 5


def keras_model_fn(hyperparameters):
    words = Input(shape=(LENGTH,), dtype='int32', name='words')
    numbers = Input(shape=(2,), name='numbers')
    text = Flatten()(Embedding(12, 3, input_length=LENGTH)(words))
    both = Concatenate()([text, numbers])
    both = Dense(8, activation='tanh', kernel_regularizer=tf.keras.regularizers.l2(0.01))(both)
    out = Dense(1, activation='sigmoid', name='label')(both)
    model = Model(inputs=[words, numbers], outputs=out)
    model.compile(optimizer=SGD(lr=hyperparameters.get('learning_rate', 0.1), decay=1e-3, momentum=0.9),
                  loss='binary_crossentropy')
    return model


def _data(seed, rows=48):
    random = np.random.RandomState(seed)
    words = random.randint(0, 12, [rows, LENGTH]).astype(np.int32)
    numbers = random.normal(size=[rows, 2]).astype(np.float32)
    labels = (words.sum(axis=1) / 30. + numbers[:, 0] > 0.9).astype(np.float32)
    return {'words': words, 'numbers': numbers}, labels.reshape(-1, 1)


def train_input_fn(hyperparameters):
    x, y = _data(1)
    return tf.estimator.inputs.numpy_input_fn(x, y, batch_size=12, num_epochs=None, shuffle=False)()


def eval_input_fn(hyperparameters):
    x, y = _data(2)
    return tf.estimator.inputs.numpy_input_fn(x, y, batch_size=12, num_epochs=1, shuffle=False)()


def serving_input_fn(hyperparameters):
    inputs = {'words': tf.placeholder(tf.int32, [None, LENGTH]), 'numbers': tf.placeholder(tf.float32, [None, 2])}
    return tf.estimator.export.ServingInputReceiver(inputs, inputs)
