"""The shortcut answers with the bytes of the general way, or leaves a body to it."""

import json

import numpy as np
import pytest

from smtf_core.interfaces import Request
from smtf_serving.adapters.tfs.calls import prepare
from smtf_serving.adapters.tfs.json_text import loads
from smtf_serving.adapters.tfs.shortcut import shortcut_of

TAKEN = [
    b'{"instances": [[1.5, 2.25]]}',
    b'{"instances": [[1, 2.5], [16777215, -16777215]]}',
    b' {"instances" : [[-0.0, 1e-45]]}\n',
    b'{"instances": [[0.1, 0.3], [1e10, 1e-7], [3, 4]]}',
]
LEFT = [
    b"",
    b"{",
    b"[[1, 2]]",
    b"[1]",
    b"1",
    b"{}",
    b'{"instances": []}',
    b'{"instances": [[]]}',
    b'{"instances": [[1, 2], [1]]}',
    b'{"instances": [[1, 2, 3]]}',
    b'{"instances": [[1, true]]}',
    b'{"instances": [[1, "2"]]}',
    b'{"instances": [[1, null]]}',
    b'{"instances": [[1, [2]]]}',
    b'{"instances": [[1, 16777216]]}',
    b'{"instances": [{"x": [1, 2]}]}',
    b'{"instances": {"x": [1, 2]}}',
    b'{"instances": [[1, NaN]]}',
    b'{"instances": [[1e300, 1.0]]}',  # infinite, as the general way writes it
    b'{"instances": [[1, 2]], "signature_name": "serving_default"}',
    b'{"inputs": [[1, 2]]}',
    b'{"instances": [[1, 2]], "inputs": [[1, 2]]}',
]


@pytest.fixture(scope="module")
def model(server):
    return server.catalogue.find("ref")[1]


@pytest.mark.parametrize("body", TAKEN, ids=range(len(TAKEN)))
def test_the_bytes_of_the_general_way(model, body):
    answer = shortcut_of(model).answer(body, bare=False)
    assert answer is not None
    assert answer == prepare(model, loads(body), "predict").run()


@pytest.mark.parametrize("body", LEFT, ids=range(len(LEFT)))
def test_what_is_left_to_the_general_way(model, body):
    assert shortcut_of(model).answer(body, bare=False) is None


def test_rows_come_bare_at_invocations(model):
    shortcut = shortcut_of(model)
    one, two = (shortcut.answer(body, bare=True) for body in (b"[1, 2]", b"[[1, 2], [3, 4]]"))
    assert (one, two) == (b'{"predictions":[6.0]}', b'{"predictions":[6.0,14.0]}')
    assert shortcut.answer(b"[]", bare=True) is None


def test_numbers_become_those_of_the_general_way(model):
    shortcut, random = shortcut_of(model), np.random.default_rng(3)
    rows = np.exp(random.normal(0, 40, (500, 2))) * random.choice([-1, 1], (500, 2))
    body = json.dumps({"instances": rows.tolist()}).encode()
    general = prepare(model, loads(body), "predict").arrays[0]
    assert shortcut.read(body, bare=False).tobytes() == general.tobytes()


@pytest.mark.parametrize(("name", "there"), [("resource", True), ("modern", True), ("two", False), ("table", False)])
def test_signatures_of_the_usual_kind(server, name, there):
    assert (shortcut_of(server.catalogue.find(name)[1]) is not None) == there


def test_a_model_that_is_gone_has_no_shortcut(models, tmp_path, ask):
    from smtf_core.interfaces import Deployment
    from smtf_serving.adapters.tfs.adapter import TfsAdapter

    server = TfsAdapter().load(Deployment(path=str(models), environment={"SAGEMAKER_TFS_DEFAULT_MODEL_NAME": "ref"}))
    request = Request(path="/v1/models/ref:predict", body=b'{"instances": [[1, 2]]}')
    assert server.invoke(request).status == 200
    server.catalogue.remove("ref")
    assert server.invoke(request).status == 404
    server.close()
