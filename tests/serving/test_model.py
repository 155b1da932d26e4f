"""Models are called the fastest way that gives the signature's own bits."""

import gc
import logging
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from smtf_core.errors import InvalidInputError
from smtf_serving.model import loaded, ways
from smtf_serving.model.loaded import load_model
from smtf_serving.model.synthetic import synthetic_inputs
from smtf_serving.protos import message

WAYS = {
    "ref": "frozen",
    "resource": "frozen",
    "control": "frozen",
    "example": "frozen",
    "table": "caller-thread",
    "two": "frozen",
    "modern": "caller-thread",
    "random": "callable",
}


@pytest.fixture(scope="module")
def load(models):
    made = {}

    def load_once(name):
        if name not in made:
            made[name] = load_model(models / name / "1")
        return made[name]

    yield load_once
    for model in made.values():
        model.close()


@pytest.mark.parametrize(("name", "way"), WAYS.items())
def test_the_fastest_way_that_a_model_allows(load, name, way):
    model = load(name)
    assert model.way.name == way
    assert model.quick == (name != "random") or model.seconds > loaded.QUICK_SECONDS


@pytest.mark.parametrize("name", sorted(set(WAYS) - {"random"}))
def test_bits_of_the_signature_call(load, models, name):
    model = load(name)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    reference = tf.saved_model.load(str(models / name / "1"))
    for signature in model.signatures.values():
        for batch in (1, 2, 17):
            inputs = synthetic_inputs(signature, model.meta_graph.graph_def, batch)
            ours = model.run(signature.name, inputs)
            theirs = reference.signatures[signature.name](**{key: tf.constant(array) for key, array in inputs.items()})
            for key, array in ours.items():
                other = theirs[key].numpy()
                assert array.dtype == other.dtype
                assert array.tolist() == other.tolist(), (signature.name, key)


def test_a_way_that_gives_other_bits_is_not_taken(models, monkeypatch):
    frozen = ways.frozen_way

    def lying(session, signatures):
        way = frozen(session, signatures)
        calls = {name: lambda *a, call=call: [np.nextafter(call(*a)[0], 1e9)] for name, call in way.calls.items()}
        return ways.Way("lying", way.session, calls)

    monkeypatch.setattr(loaded, "frozen_way", lying)
    assert load_model(models / "ref" / "1").way.name == "caller-thread"


def test_many_threads(load):
    model = load("ref")
    rows = [np.array([[n, 1.0]], np.float32) for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda row: model.run("serving_default", {"x": row})["y"][0], rows))
    assert answers == [2.0 * (n + 1) for n in range(200)]


def test_a_model_that_nobody_holds_is_closed(models):
    model = load_model(models / "ref" / "1")
    session = model.way.session
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    with pytest.raises(RuntimeError, match="closed"):
        session.run("no_matter:0")


@pytest.mark.parametrize("damage", ["no folder", "no saved_model.pb", "garbage", "no variables", "no serve tag"])
def test_what_is_no_model(tmp_path, models, damage):
    path = tmp_path / "1"
    if damage != "no folder":
        path.mkdir()
    if damage == "garbage":
        (path / "saved_model.pb").write_bytes(b"\xff garbage")
    if damage == "no serve tag":
        (path / "saved_model.pb").write_bytes(b"")
    if damage == "no variables":
        (path / "saved_model.pb").write_bytes((models / "ref" / "1" / "saved_model.pb").read_bytes())
    with pytest.raises(InvalidInputError, match=str(path)):
        load_model(path)


def test_recorded_requests_warm_a_model_up(models, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    for name, arrays in (("ref", {"x": [[1.0, 2.0]]}), ("example", None)):
        shutil.copytree(models / name / "1", tmp_path / name)
        extra = tmp_path / name / "assets.extra"
        extra.mkdir()
        log = message("PredictionLog")()
        if arrays is not None:
            log.predict_log.request.inputs["x"].ParseFromString(tf.make_tensor_proto(arrays["x"]).SerializeToString())
        else:
            example = log.classify_log.request.input.example_list.examples.add()
            example.features.feature["x"].float_list.value.extend([1.0, 2.0])
        with tf.io.TFRecordWriter(str(extra / "tf_serving_warmup_requests")) as writer:
            writer.write(log.SerializeToString())
            writer.write(log.SerializeToString())
        load_model(tmp_path / name).close()
        assert f"warmed up {tmp_path / name} with 2 recorded requests" in caplog.text
    (extra / "tf_serving_warmup_requests").write_bytes(b"no records" * 10)
    load_model(tmp_path / "example").close()
    assert f"warming up {tmp_path / 'example'} ended after 0 requests" in caplog.text
