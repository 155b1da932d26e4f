"""Scripts as they were written for TensorFlow 1.4 to 1.11: each trains, evaluates, exports and is served.

What is compared with (``tests/fixtures/*.json``) was written by the real releases: see ``make_fixtures.py`` there.
"""

import base64
import json
from pathlib import Path

import corpus_table
import pytest

from smtf_core.errors import SmtfError
from smtf_core.interfaces import Deployment, Request
from smtf_core.registry import Registries

FIXTURES = Path(__file__).parent.parent / "fixtures"
STEPS = 3

PERSON = {"age": 30.0, "occupation": "Sales", "education": "Masters", "hours": 40.0}
PIXELS = [[[0.5] * 3] * 8] * 8
IRIS = {"sepal_length": [5.1], "sepal_width": [3.5], "petal_length": [1.4], "petal_width": [0.2]}
# What the canned classifiers predict.
CLASSES = {"class_ids", "classes", "logits", "probabilities"}

# What a client sends, two rows each; and the keys of a row of the reply (None: a bare value).
REQUESTS = {
    "tf1_4/abalone_optimize_loss": ([[0.5] * 7] * 2, None),
    "tf1_4/digits_queues": ([[0.1] * 64] * 2, {"classes", "probabilities"}),
    "tf1_4/iris_classifier": ([{"inputs": [5.1, 3.5, 1.4, 0.2]}] * 2, {"classes", "scores"}),
    "tf1_4/reviews_hashed_py2": ([{"words": ["good", "film"]}] * 2, {"classes", "scores"}),
    "tf1_5/series_rnn": ([[0.1] * 6] * 2, None),
    "tf1_5/census_wide_deep": ([PERSON] * 2, {"classes", "scores"}),
    "tf1_5/abalone_py2/train": ([[0.5] * 7] * 2, None),
    "tf1_5/csv_text_reader": (["1,2,3,4,5,6,7"] * 2, None),
    "tf1_6/cifar_resnet": ([PIXELS] * 2, {"classes", "probabilities"}),
    "tf1_6/points_clusters": ([[0.0, 1.0]] * 2, {"cluster", "distances"}),
    "tf1_6/keras_two_inputs": ([{"words": [1, 2, 3, 4, 5], "numbers": [0.5, 0.5]}] * 2, None),
    "tf1_6/head_two_layers": ([PERSON] * 2, {*CLASSES, "logistic"}),
    "tf1_7/linear_weighted": ([{"age": 30.0, "education": "Masters"}] * 2, {"classes", "scores"}),
    "tf1_7/keras_autoencoder": ([[0.5] * 6] * 2, None),
    "tf1_7/tagger_lookup": ([{"words": ["good", "film"], "length": 2}] * 2, {"tags", "ids"}),
    "tf1_7/cifar_pickles_py2": ([[0.5] * 192] * 2, {"classes", "scores"}),
    "tf1_8/digits_map_and_batch": ([[0.1] * 64] * 2, {"classes", "probabilities"}),
    "tf1_8/dnn_regressor_extended": ([{"x": [0.5] * 7, "key": [3]}] * 2, {"predictions", "key"}),
    "tf1_8/keras_lstm": ([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]] * 2, None),
    "tf1_8/hooks_of_its_own": ([[0.5] * 4] * 2, None),
    "tf1_9/heads": ([IRIS] * 2, {"classes", "scores"}),
    "tf1_9/keras_cnn": ([PIXELS] * 2, None),
    "tf1_9/slim_digits": ([[[[0.1]] * 8] * 8] * 2, {"class", "logits"}),
    "tf1_9/towers_ema": ([[0.5] * 4] * 2, {"classes", "logits"}),
    "tf1_9/linear_flags_py2": ([{"user": 1, "item": 2}] * 2, None),
    "tf1_10/word2vec_py2": ([1, 2], {"nearest", "vector"}),
    "tf1_10/early_stopping": ([[5.1, 3.5, 1.4, 0.2]] * 2, CLASSES),
    "tf1_10/wide_deep_regressor": ([PERSON] * 2, None),
    "tf1_10/autoencoder": ([{"b64": base64.b64encode(b"\x01" * 64).decode()}] * 2, {"codes", "images"}),
    "tf1_10/seq2seq_copy": ([[2, 3, 4, 5]] * 2, None),
    "tf1_11/keras_recommender": ([{"user": [1.0], "item": [2.0]}] * 2, None),
    "tf1_11/text_cnn_hparams": (["good film", "the plot was dull"], {"label", "scores"}),
    "tf1_11/line_constant": ([1.0, 2.0], None),
    "tf1_11/rnn_py2/main": ([{"ids": [1] * 9, "length": 3}] * 2, None),
    "tf1_11/gru_keras_functional": ([[[0.1]] * 5] * 2, None),
    "tf1_11/baseline_and_dataset": ([dict.fromkeys("abcd", 0.5)] * 2, CLASSES),
    "tf1_11/quantiles": ([[0.5] * 7] * 2, None),
}
EXPORTED = [script for script in corpus_table.SCRIPTS if script.name in REQUESTS]


def _real(kind):
    return json.loads((FIXTURES / f"{kind}.json").read_text())


def each(scripts):
    return pytest.mark.parametrize("script", scripts, ids=[script.name for script in scripts])


@pytest.fixture(scope="module")
def trained(run):
    """`trained(script)`: the script's one run here; its failure is raised again in every test that asks."""
    runs = {}

    def train(script):
        if script.name not in runs:
            try:
                runs[script.name] = run(script, training_steps=STEPS, evaluation_steps=100)
            except SmtfError as error:
                runs[script.name] = error
        if isinstance(runs[script.name], Exception):
            raise runs[script.name]
        return runs[script.name]

    return train


@each(corpus_table.SCRIPTS)
def test_trains_and_evaluates(script, trained):
    result = trained(script).result
    assert result.state == "Completed"
    assert result.global_step == STEPS
    # Canned estimators have been given more metrics since; none may be missing.
    assert set(_real("metrics")[script.name]) - {"global_step"} <= set(result.evaluations[-1].metrics)
    assert (result.exported is not None) == (script.name in REQUESTS)


@each(corpus_table.SCRIPTS)
def test_variables_are_named_as_by_the_real_release(script, trained):
    import tensorflow as tf

    saved = dict(tf.train.list_variables(trained(script).result.checkpoint.path))
    assert _differences(saved, _real("variables")[script.name]) == {}


@each(EXPORTED)
def test_signatures_are_those_of_the_real_release(script, trained):
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    model = SavedModel.FromString((Path(trained(script).result.exported.path) / "saved_model.pb").read_bytes())
    signatures = {
        name: {
            "method": signature.method_name,
            "inputs": _tensors(signature.inputs),
            "outputs": _tensors(signature.outputs),
        }
        for name, signature in model.meta_graphs[0].signature_def.items()
    }
    signatures.pop("__saved_model_init_op", None)
    assert _differences(_flat(signatures), _flat(_real("signatures")[script.name]), _same_tensor) == {}


def _differences(ours, real, same=lambda mine, its: mine == its):
    """Name → (ours, the real one's)."""
    return {
        name: (ours.get(name), real.get(name))
        for name in {**ours, **real}
        if name not in ours or name not in real or not same(ours[name], real[name])
    }


def _same_tensor(ours, real):
    """A size that the real one did not know may be known here."""
    if isinstance(real, str):
        return ours == real
    (kind, shape), (real_kind, real_shape) = ours, real
    if kind != real_kind or real_shape is None or shape is None:
        return kind == real_kind and real_shape is None
    return len(shape) == len(real_shape) and all(b in (a, -1) for a, b in zip(shape, real_shape, strict=True))


def _flat(signatures):
    flat = {
        f"{name} {part}s {key}": tensor
        for name, signature in signatures.items()
        for part in ("input", "output")
        for key, tensor in signature[f"{part}s"].items()
    }
    return {**flat, **{f"{name} method": signature["method"] for name, signature in signatures.items()}}


def _tensors(entries):
    import tensorflow as tf

    return {
        name: [
            tf.as_dtype(info.dtype).name,
            None if info.tensor_shape.unknown_rank else [dim.size for dim in info.tensor_shape.dim],
        ]
        for name, info in entries.items()
    }


@each(EXPORTED)
def test_predictions_are_served(script, trained):
    estimator = trained(script)
    instances, keys = REQUESTS[script.name]
    server = (
        Registries(estimator._plugins)
        .serving_adapters.make("tfs")
        .load(Deployment(path=estimator.result.exported.path))
    )
    reply = server.invoke(Request(body=json.dumps({"instances": instances}).encode()))
    server.close()
    assert reply.status == 200, reply.body
    rows = json.loads(reply.body)["predictions"]
    assert len(rows) == len(instances)
    assert all((set(row) if isinstance(row, dict) else None) == keys for row in rows)


def test_every_release_and_kind_is_there():
    assert len(corpus_table.SCRIPTS) >= 34
    releases = [corpus_table.release(script) for script in corpus_table.SCRIPTS]
    assert min(releases.count(f"1.{minor}") for minor in range(4, 12)) >= 3
    assert {script.kind for script in corpus_table.SCRIPTS} == {"model_fn", "keras_model_fn", "estimator_fn"}
    assert sum(script.python2 for script in corpus_table.SCRIPTS) >= 6
