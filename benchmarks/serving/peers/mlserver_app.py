"""MLServer's custom runtime, in the server's own process: one calls the signature, one a session on its own thread."""

import os

import numpy as np
import tensorflow as tf
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Abalone(MLModel):
    async def load(self) -> bool:
        self._loaded = tf.saved_model.load(os.environ["MODEL"])
        self._signature = self._loaded.signatures["serving_default"]
        return True

    def call(self, array):
        return self._signature(inputs=tf.constant(array))["ages"].numpy()

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        array = NumpyCodec.decode_input(payload.inputs[0]).astype(np.float32)
        ages = self.call(array)
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("ages", ages)])


class Fast(Abalone):
    async def load(self) -> bool:
        v1 = tf.compat.v1
        config = v1.ConfigProto(inter_op_parallelism_threads=-1, intra_op_parallelism_threads=1)
        self._session = v1.Session(graph=tf.Graph(), config=config)
        with self._session.graph.as_default():
            meta = v1.saved_model.load(self._session, ["serve"], os.environ["MODEL"])
        signature = meta.signature_def["serving_default"]
        options = config_options(signature.inputs["inputs"].name, signature.outputs["ages"].name)
        self._callable = self._session._make_callable_from_options(options)
        return True

    def call(self, array):
        return self._callable(array)[0]


def config_options(feed, fetch):
    from tensorflow.core.protobuf import config_pb2

    return config_pb2.CallableOptions(feed=[feed], fetch=[fetch])
