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
from smtf_serving.model import abreast, loaded, ways
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


SIDE_BY_SIDE = {
    "ref": {"serving_default"},
    "resource": {"serving_default"},
    "two": {"serving_default"},
    "example": {"serving_default", "scores_only", "classes_only", "regression", "text"},
    "control": set(),
    "table": set(),
    "modern": set(),
    "random": set(),
}


@pytest.mark.parametrize(("name", "signatures"), SIDE_BY_SIDE.items())
def test_several_calls_in_one_give_each_its_own_bits(load, name, signatures):
    model = load(name)
    assert model.way.abreast.keys() == signatures
    for signature in map(model.signatures.get, signatures):
        made = [synthetic_inputs(signature, model.meta_graph.graph_def, batch) for batch in (1, 2, 1, 32, 1, 7)]
        requests = [list(made[number % len(made)].values()) for number in range(15)]
        alone = [model.call(signature.name, arrays) for arrays in requests]
        for count in (0, 1, 2, 3, 8, 15):
            together = model.call_each(signature.name, requests[:count])
            assert len(together) == count
            for ours, theirs in zip(together, alone, strict=False):
                assert [array.tolist() for array in ours] == [array.tolist() for array in theirs]
                assert [array.dtype for array in ours] == [array.dtype for array in theirs]


def test_several_calls_are_really_one(load, monkeypatch):
    model = load("ref")
    monkeypatch.setitem(model.way.calls, "serving_default", None)
    rows = [[np.array([[n, 1.0]], np.float32)] for n in range(14)]
    assert [answer[0].tolist() for answer in model.call_each("serving_default", rows)] == [
        [2.0 * (n + 1)] for n in range(14)
    ]


def test_an_array_that_is_refused_costs_no_other(load):
    model = load("example")
    serialized = tf.train.Example()
    serialized.features.feature["x"].float_list.value.extend([1.0, 2.0])
    requests = [[np.array([serialized.SerializeToString()], object)] for _ in range(8)]
    (alone,) = model.call_each("regression", requests[:1])
    requests[5] = [np.array([b"no example"], object)]
    answers = model.call_each("regression", requests)
    assert isinstance(answers.pop(5), tf.errors.InvalidArgumentError)
    assert [answer[0].tolist() for answer in answers] == [alone[0].tolist()] * 7


def test_several_calls_in_one_that_give_other_bits_are_not_made(models, monkeypatch):
    honest = loaded.call_of_copies

    def lying(session, signature, copies):
        call = honest(session, signature, copies)
        return lambda *arrays: call(*arrays)[::-1]

    monkeypatch.setattr(loaded, "call_of_copies", lying)
    model = load_model(models / "ref" / "1")
    assert (model.way.name, model.way.abreast) == ("frozen", {})
    model.close()


def test_a_large_model_has_no_copies(models, monkeypatch):
    monkeypatch.setattr(abreast, "_MAX_BYTES", 100)
    model = load_model(models / "ref" / "1")
    assert (model.way.name, model.way.abreast) == ("frozen", {})
    model.close()


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
