"""A small regression with the Keras of tensorflow.python, as the SageMaker documentation of 1.4 had it.

No serving_input_fn: TensorFlow 1.4 could not export such a model.
"""
import numpy as np
import tensorflow as tf
from tensorflow.python.keras._impl.keras.engine.topology import Input
from tensorflow.python.keras._impl.keras.layers import Dense
from tensorflow.python.keras._impl.keras.models import Model
from tensorflow.python.keras._impl.keras.optimizers import RMSprop

PREDICT_INPUTS = 'measures'


def keras_model_fn(hyperparameters):
    measures = Input(shape=(3,), name=PREDICT_INPUTS)
    net = Dense(6, activation='relu', kernel_initializer='he_uniform')(measures)
    net = Dense(6, activation=tf.nn.relu)(net)
    price = Dense(1)(net)
    model = Model(inputs=[measures], outputs=price)
    model.compile(loss='mean_squared_error', optimizer=RMSprop(lr=hyperparameters.get('lr', 0.01), decay=1e-6))
    return model


def _data(seed, rows):
    random = np.random.RandomState(seed)
    x = random.uniform(-1, 1, [rows, 3]).astype(np.float32)
    return x, (x.dot(np.array([[1.], [2.], [-1.]])) + 0.5).astype(np.float32)


def train_input_fn(hyperparameters):
    x, y = _data(0, 64)
    return tf.estimator.inputs.numpy_input_fn({PREDICT_INPUTS: x}, y, batch_size=16, num_epochs=None, shuffle=False)


def eval_input_fn(hyperparameters):
    x, y = _data(1, 32)
    return tf.estimator.inputs.numpy_input_fn({PREDICT_INPUTS: x}, y, batch_size=16, num_epochs=1, shuffle=False)
