"""The documentation's three script kinds on real data, and a served prediction of each."""

import json

import pytest

from smtf_core.interfaces import Deployment, Request
from smtf_core.registry import Registries


def ask(estimator, body):
    server = (
        Registries(estimator._plugins)
        .serving_adapters.make("tfs")
        .load(Deployment(path=estimator.result.exported.path))
    )
    reply = server.invoke(Request(body=json.dumps(body).encode()))
    server.close()
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


@pytest.mark.parametrize("version", ["1.4", "1.11"])
def test_iris_estimator(train, examples, data, version):
    trained = train(
        examples / "iris_estimator" / "iris_dnn.py", str(data / "iris"), training_steps=1000, framework_version=version
    )
    assert trained.result.metrics["accuracy"] >= 0.9
    assert trained.result.global_step == 1000
    reply = ask(trained, {"instances": [{"inputs": [5.1, 3.5, 1.4, 0.2]}, {"inputs": [6.9, 3.1, 5.4, 2.1]}]})
    assert [max(range(3), key=row["scores"].__getitem__) for row in reply["predictions"]] == [0, 2]
    predictor = trained.deploy(1, "inprocess")
    reply = predictor.predict([[5.1, 3.5, 1.4, 0.2], [6.9, 3.1, 5.4, 2.1]])
    rows = [row["classes"] for row in reply["result"]["classifications"]]
    assert [max(row, key=lambda entry: entry["score"])["label"] for row in rows] == ["0", "2"]
    predictor.delete_endpoint()


def test_abalone_model(train, examples, data):
    trained = train(
        examples / "abalone_model" / "abalone.py",
        {"training": str(data / "abalone")},
        training_steps=1000,
        framework_version="1.6",
        hyperparameters={"learning_rate": 0.01},
    )
    assert trained.result.metrics["rmse"] < 1.2
    (age,) = ask(trained, [[0.5, 0.4, 0.13, 0.8, 0.35, 0.17, 0.23]])["predictions"]
    assert 6 < age < 14


def test_digits_keras(train, examples, data):
    trained = train(examples / "digits_keras" / "digits.py", str(data / "digits"), training_steps=400)
    assert trained.result.metrics["accuracy"] >= 0.9
    assert trained.result.global_step == 400
    (scores,) = ask(trained, {"inputs": {"pixels_input": [[0.0] * 64]}})["outputs"]
    assert sum(scores) == pytest.approx(1, abs=1e-4)
