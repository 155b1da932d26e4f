"""Writes the SavedModels that the tests serve, in TensorFlow 1's form and in TensorFlow 2's."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

v1 = tf.compat.v1
PREDICT, CLASSIFY, REGRESS = (f"tensorflow/serving/{name}" for name in ("predict", "classify", "regress"))


def write_all(folder: Path) -> None:
    for name in ("ref", "resource"):
        write_linear(folder / name / "1", resource=name == "resource")
    for build in (table, control, example, number, two, kinds):
        write(folder / build.__name__ / "1", build)
    modern(folder / "modern" / "1")
    random(folder / "random" / "1")


def write(path: Path, build) -> None:
    with tf.Graph().as_default(), v1.Session() as session:
        signatures = build()
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(
            session, ["serve"], signature_def_map=signatures, main_op=v1.tables_initializer()
        )
        builder.save()


def signature(inputs, outputs, method=PREDICT):
    info = v1.saved_model.build_tensor_info
    return v1.saved_model.build_signature_def(
        {name: info(tensor) for name, tensor in inputs.items()},
        {name: info(tensor) for name, tensor in outputs.items()},
        method,
    )


def write_linear(path: Path, slope: float = 2.0, *, resource: bool = False) -> None:
    """y = slope · (x₀ + x₁), and a hidden layer so that there is something to compute."""

    def build():
        x = v1.placeholder(tf.float32, [None, 2])
        weights = v1.get_variable("w", initializer=tf.constant([[slope], [slope]]), use_resource=resource)
        wide = v1.get_variable("wide", [1, 64], initializer=v1.ones_initializer(), use_resource=resource)
        y = tf.reduce_mean(tf.matmul(tf.matmul(x, weights), wide), 1)
        return {"serving_default": signature({"x": x}, {"y": y})}

    write(path, build)


def table():
    text = v1.placeholder(tf.string, [None])
    known = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64)), -1
    )
    outputs = {"id": known.lookup(text), "upper": tf.strings.upper(text), "raw_bytes": text}
    return {
        "serving_default": signature({"text": text}, outputs),
        "only": signature({"text": text}, {"text": text + ""}),
    }


def control():
    with tf.Graph().as_default():
        pass
    enabled = v1.control_flow_v2_enabled()
    v1.disable_control_flow_v2()
    try:
        x = v1.placeholder(tf.float32, [None])
        factor = v1.get_variable("factor", initializer=2.0, use_resource=False)
        y = v1.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, a * factor), [tf.constant(0), x])[1]
        z = v1.cond(tf.reduce_sum(x) > 0, lambda: y, lambda: -y)
    finally:
        if enabled:
            v1.enable_control_flow_v2()
    return {"serving_default": signature({"x": x}, {"z": z})}


def example():
    serialized = v1.placeholder(tf.string, [None])
    parsed = v1.parse_example(
        serialized,
        {
            "x": tf.io.FixedLenFeature([2], tf.float32),
            "n": tf.io.FixedLenFeature([], tf.int64, default_value=7),
            "s": tf.io.FixedLenFeature([], tf.string, default_value="-"),
        },
    )
    scores = tf.nn.softmax(tf.concat([parsed["x"], tf.zeros_like(parsed["x"][:, :1])], 1))
    classes = tf.tile(tf.constant([["p", "q", "r"]]), [tf.shape(scores)[0], 1])
    total = tf.reduce_sum(parsed["x"], 1) + tf.cast(parsed["n"], tf.float32)
    return {
        "serving_default": signature({"inputs": serialized}, {"scores": scores, "classes": classes}, CLASSIFY),
        "scores_only": signature({"inputs": serialized}, {"scores": scores}, CLASSIFY),
        "classes_only": signature({"inputs": serialized}, {"classes": classes}, CLASSIFY),
        "regression": signature({"inputs": serialized}, {"outputs": total}, REGRESS),
        "text": signature({"examples": serialized}, {"s": parsed["s"]}),
    }


def number():
    """Regresses by default, from a feature ``inputs``."""
    serialized = v1.placeholder(tf.string, [None])
    parsed = v1.parse_example(serialized, {"inputs": tf.io.FixedLenFeature([2], tf.float32)})
    return {
        "serving_default": signature({"inputs": serialized}, {"outputs": tf.reduce_sum(parsed["inputs"], 1)}, REGRESS)
    }


def two():
    a, b = v1.placeholder(tf.float32, [None, 2]), v1.placeholder(tf.int64, [None])
    return {"serving_default": signature({"a": a, "b": b}, {"sum": tf.reduce_sum(a, 1), "next": b + 1})}


def kinds():
    """One signature a type: what goes in comes out."""
    types = (tf.float32, tf.float64, tf.float16, tf.int8, tf.uint8, tf.int16, tf.int32, tf.int64, tf.uint32, tf.uint64)
    made = {}
    for dtype in (*types, tf.bool, tf.string):
        x = v1.placeholder(dtype, None)
        made[dtype.name] = signature({"x": x}, {"y": tf.identity(x)})
    return made


def modern(path: Path) -> None:
    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = tf.Variable([[1.0, -1.0], [0.5, 2.0]])

        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="x")])
        def call(self, x):
            return {"y": tf.nn.relu(x @ self.w)}

    module = Module()
    tf.saved_model.save(module, str(path), signatures=module.call)


def random(path: Path) -> None:
    module = tf.Module()
    module.call = tf.function(
        lambda x: {"y": x + tf.random.normal(tf.shape(x))},
        input_signature=[tf.TensorSpec([None], tf.float32, name="x")],
    )
    tf.saved_model.save(module, str(path), signatures=module.call)
