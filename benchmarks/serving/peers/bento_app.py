"""BentoML's service, as its documentation writes one."""

import os

import bentoml
import tensorflow as tf


@bentoml.service
class Abalone:
    def __init__(self) -> None:
        self._loaded = tf.saved_model.load(os.environ["MODEL"])
        self._signature = self._loaded.signatures["serving_default"]

    @bentoml.api
    def invocations(self, instances: list[list[float]]) -> list[float]:
        return self._signature(inputs=tf.constant(instances, tf.float32))["ages"].numpy().tolist()
