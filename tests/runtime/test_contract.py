"""What a script must define, told at load; the table of bad scripts."""

from types import ModuleType

import pytest

from smtf_core.errors import ScriptError
from smtf_core.runtime.script.contract import contract_functions

INPUTS = "def train_input_fn(training_dir): pass\ndef eval_input_fn(training_dir): pass\n"
MODEL = "def model_fn(features, labels, mode, params): pass\n"


def check(source: str):
    module = ModuleType("script")
    exec(source, module.__dict__)
    return contract_functions(module, "train.py")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (MODEL, "model_fn"),
        ("def model_fn(a, b, c, d=None): pass", "model_fn"),
        ("model_fn = lambda *everything: None", "model_fn"),
        ("def keras_model_fn(anything): pass", "keras_model_fn"),
        ("def estimator_fn(run_config, params): pass", "estimator_fn"),
        ("class M:\n    def __call__(self, f, l, m, p): pass\nmodel_fn = M()", "model_fn"),
    ],
)
def test_kinds(source, kind):
    found, functions = check(f"{source}\n{INPUTS}")
    assert found == kind
    assert set(functions) == {kind, "train_input_fn", "eval_input_fn"}


def test_a_model_function_that_another_one_uses_is_not_called_itself():
    estimator = "def estimator_fn(config, params):\n    return [Estimator(model_fn, config) for _ in 'x'][0]\n"
    kind, functions = check(f"def model_fn(features, labels, mode, params, config): pass\n{estimator}{INPUTS}")
    assert kind == "estimator_fn"
    assert set(functions) == {"estimator_fn", "train_input_fn", "eval_input_fn"}


@pytest.mark.parametrize(
    "inputs",
    [
        "def {}(): pass",
        "def {}(training_dir, hyperparams): return training_dir",
        "def {}(training_dir, hyperparameters): pass",
        "def {}(dir, params): pass",
        "def {}(hyperparameters, input_channels): pass",
        "def {}(channels, dir): pass",
        "def {}(training_dir, batch_size=32): pass",
        "def {}(training_dir, **others): pass",
        "def {}(*, params): pass",
    ],
)
def test_parameters_of_input_functions(inputs):
    check(f"{MODEL}{inputs.format('train_input_fn')}\n{inputs.format('eval_input_fn')}\n")


@pytest.mark.parametrize("definition", ["def serving_input_fn(params): pass", "def serving_input_fn(): pass"])
def test_serving_input_fn_may_take_nothing(definition):
    assert "serving_input_fn" in check(f"{MODEL}{INPUTS}{definition}\n")[1]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            INPUTS,
            r"exactly one of model_fn, keras_model_fn, estimator_fn; this one defines none of them\. Define model_fn\(",
        ),
        (
            f"{MODEL}{INPUTS}def keras_model_fn(hp): pass\n",
            r"defines model_fn and keras_model_fn\. Keep the one that you mean",
        ),
        (f"{MODEL}def eval_input_fn(): pass\n", r"train_input_fn is missing\. Define train_input_fn\(training_dir"),
        (f"{MODEL}def train_input_fn(): pass\n", r"eval_input_fn is missing"),
        (f"{MODEL}{INPUTS}serving_input_fn = 3\n", r"serving_input_fn must be a function, but it is 3"),
        (
            f"def model_fn(features, labels): pass\n{INPUTS}",
            r"model_fn is called as model_fn\(features, labels, mode, params\)",
        ),
        (f"def keras_model_fn(): pass\n{INPUTS}", r"keras_model_fn is called as .* Give it 1 positional parameter\."),
        (
            f"def estimator_fn(config): pass\n{INPUTS}",
            r"estimator_fn is called as .* Give it 2 positional parameters\.",
        ),
        (
            f"{MODEL}{INPUTS}def serving_input_fn(a, b): pass\n",
            r"serving_input_fn is called as serving_input_fn\(hyperparameters\)",
        ),
        (
            f"{MODEL}{INPUTS}def train_input_fn(training_dir, batch_size): return batch_size\n",
            r"train_input_fn has a parameter 'batch_size' that nothing provides.*Rename it or give it a default",
        ),
        (
            f"{MODEL}{INPUTS}def estimator_fn(config, params): return locals()\n",
            r"defines model_fn and estimator_fn\. Keep the one that you mean",
        ),
        (
            "def model_fn(f, l, m, p): return estimator_fn\ndef estimator_fn(config, params): return model_fn\n"
            + INPUTS,
            r"defines model_fn and estimator_fn\. Keep the one that you mean",
        ),
    ],
)
def test_a_script_that_breaks_the_contract_is_told_how_to_mend_it(source, message):
    with pytest.raises(ScriptError, match=message) as caught:
        check(source)
    assert str(caught.value).startswith("train.py: ")
