"""A dense autoencoder in Keras 1.7 with an optimizer of Keras's own and layers given names."""
import numpy as np
import tensorflow as tf
from tensorflow.python.keras import backend as K
from tensorflow.python.keras import layers, models, optimizers


def scaled_error(y_true, y_pred):
    return 10.0 * K.mean(K.square(y_true - y_pred), axis=-1)


def keras_model_fn(hyperparameters):
    inputs = layers.Input(shape=(6,), name='signal')
    code = layers.Dense(3, activation='relu', name='code')(inputs)
    code = layers.GaussianNoise(0.0)(code)
    outputs = layers.Dense(6, activation='linear', name='restored')(code)
    model = models.Model(inputs, outputs)
    model.compile(optimizer=optimizers.Adam(lr=0.01, beta_1=0.8), loss=scaled_error)
    return model


def _signals(seed):
    random = np.random.RandomState(seed)
    return np.float32(random.normal(size=[40, 2]).dot(np.arange(12).reshape(2, 6) / 6.0))


def train_input_fn(hyperparameters):
    x = _signals(1)
    return tf.estimator.inputs.numpy_input_fn({'signal': x}, x, batch_size=10, num_epochs=None, shuffle=False)()


def eval_input_fn(hyperparameters):
    x = _signals(2)
    return tf.estimator.inputs.numpy_input_fn({'signal': x}, x, batch_size=10, num_epochs=1, shuffle=False)()


def serving_input_fn(hyperparameters):
    x = tf.placeholder(tf.float32, [None, 6])
    return tf.estimator.export.ServingInputReceiver({'signal': x}, {'signal': x})
