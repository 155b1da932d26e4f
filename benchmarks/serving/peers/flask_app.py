"""Flask under gunicorn, as the legacy containers had it: every request calls the signature."""

import os

import flask
import tensorflow as tf

app = flask.Flask(__name__)
loaded = tf.saved_model.load(os.environ["MODEL"])
signature = loaded.signatures["serving_default"]


@app.post("/invocations")
def invocations():
    instances = flask.request.get_json()["instances"]
    outputs = signature(inputs=tf.constant(instances, tf.float32))
    return flask.jsonify(predictions=outputs["ages"].numpy().tolist())
