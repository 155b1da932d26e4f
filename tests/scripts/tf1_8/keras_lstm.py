"""Keras LSTM over word numbers; optimizer of tf.train, which is what counted steps."""
import numpy as np
import tensorflow as tf

MAXLEN = 6
VOCABULARY = 12


def keras_model_fn(hyperparameters):
    model = tf.keras.models.Sequential()
    model.add(tf.keras.layers.Embedding(VOCABULARY, 4, input_length=MAXLEN, name='words'))
    model.add(tf.keras.layers.LSTM(5, dropout=0.0, recurrent_dropout=0.0))
    model.add(tf.keras.layers.Dense(1, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer=tf.train.AdamOptimizer(0.01), metrics=['accuracy'])
    return model


def _data(seed):
    random = np.random.RandomState(seed)
    x = random.randint(1, VOCABULARY, [40, MAXLEN]).astype(np.float32)
    return x, (x[:, -1:] > 5).astype(np.float32)


def _dataset(seed):
    x, y = _data(seed)
    return tf.data.Dataset.from_tensor_slices(({'words_input': x}, y))


def train_input_fn(hyperparameters):
    return _dataset(0).repeat().batch(10)


def eval_input_fn(hyperparameters):
    return _dataset(1).batch(10)


def serving_input_fn(hyperparameters):
    x = tf.placeholder(tf.float32, [None, MAXLEN])
    return tf.estimator.export.ServingInputReceiver({'words_input': x}, {'words_input': x})
