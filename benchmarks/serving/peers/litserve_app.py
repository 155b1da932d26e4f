"""LitServe's server, as its documentation writes one; with its batching if told so."""

import os
import sys

import litserve
import tensorflow as tf


class Abalone(litserve.LitAPI):
    def setup(self, device):
        self._loaded = tf.saved_model.load(os.environ["MODEL"])
        self._signature = self._loaded.signatures["serving_default"]

    def decode_request(self, request):
        return request["instances"]

    def batch(self, inputs):
        return [row for instances in inputs for row in instances]

    def predict(self, instances):
        return self._signature(inputs=tf.constant(instances, tf.float32))["ages"].numpy().tolist()

    def unbatch(self, output):
        return [[value] for value in output]

    def encode_response(self, output):
        return {"predictions": output}


if __name__ == "__main__":
    batching = {"max_batch_size": 32, "batch_timeout": 0.001} if sys.argv[2] == "batching" else {}
    server = litserve.LitServer(Abalone(api_path="/invocations", **batching), accelerator="cpu")
    server.run(port=int(sys.argv[1]), host="127.0.0.1", generate_client_file=False)
