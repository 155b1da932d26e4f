"""Writes the SavedModel that everything here serves: as large as examples/abalone_model, its weights random.

python benchmarks/serving/model.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import tensorflow as tf

FEATURES, FIRST, SECOND = 7, 32, 16


def write(path: Path) -> None:
    """Write it."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        v1.set_random_seed(1)
        inputs = net = v1.placeholder(tf.float32, [None, FEATURES])
        for name, wide, narrow in (("first", FIRST, FEATURES), ("second", SECOND, FIRST), ("output", 1, SECOND)):
            with v1.variable_scope(name):
                net = net @ v1.get_variable("kernel", [narrow, wide]) + v1.get_variable("bias", [wide])
                net = tf.nn.relu(net) if name != "output" else net
        ages = tf.reshape(net, [-1])
        session.run(v1.global_variables_initializer())
        info = v1.saved_model.build_tensor_info
        signature = v1.saved_model.build_signature_def(
            {"inputs": info(inputs)}, {"ages": info(ages)}, "tensorflow/serving/predict"
        )
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature})
        builder.save()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
