"""The estimator façade: arguments, and every mistake that is told before anything starts."""

import json
from pathlib import Path

import pytest

from smtf_core import PluginManager, TensorFlow, s3_input
from smtf_core.client.checks import check_job
from smtf_core.client.staging import stage
from smtf_core.errors import InvalidInputError, SmtfError, UnknownNameError
from smtf_core.models import Layout
from smtf_core.models.environment import read_environment
from smtf_core.registry import Registries


@pytest.fixture
def script(write) -> Path:
    return write("code/train.py", "raise RuntimeError('must not be imported')")


@pytest.fixture
def plugins():
    return PluginManager()


def checked(estimator: TensorFlow, inputs=None, job_name="j"):
    job = estimator.job(inputs, job_name)
    check_job(job, estimator._spec, Registries(estimator._plugins))
    return job


def test_the_entry_point_may_come_first_as_the_documentation_showed_it(script, plugins):
    job = TensorFlow(str(script), role="me", training_steps=5, plugins=plugins).job()
    assert (job.entry_point, job.training_steps, job.access.role) == (str(script), 5, "me")


def test_the_sdks_own_order_of_positional_arguments_works_too(script, plugins):
    job = TensorFlow(10, 20, "/ck", entry_point=script, plugins=plugins).job()
    assert (job.training_steps, job.evaluation_steps, job.checkpoint_path) == (10, 20, "/ck")


def test_everything_reaches_the_runtime_through_the_tree(script, plugins, tmp_path, write):
    write("code/requirements.txt", "")
    write("library/module.py", "")
    estimator = TensorFlow(
        "train.py",
        source_dir=script.parent,
        dependencies=[tmp_path / "library"],
        requirements_file="requirements.txt",
        hyperparameters={"rate": 0.1, "name": "x"},
        training_steps=5,
        framework_version="1.6",
        checkpoint_path=tmp_path / "ck",
        container_log_level=10,
        plugins=plugins,
    )
    job = checked(estimator, {"training": str(tmp_path), "test": s3_input(str(tmp_path), content_type="text/csv")})
    layout = Layout(tmp_path / "ml")
    stage(job, layout)
    environment = read_environment(layout)
    assert (environment.entry_point, environment.requirements_file) == ("train.py", "requirements.txt")
    assert environment.hyperparameters["rate"] == 0.1
    assert (environment.training_steps, environment.evaluation_steps) == (5, None)
    assert str(environment.framework_version) == "1.6.0"
    assert environment.checkpoint_path == str(tmp_path / "ck")
    assert environment.channels["test"].content_type == "text/csv"
    assert environment.log_level == 10
    assert sorted(path.name for path in layout.code.iterdir()) == ["library", "requirements.txt", "train.py"]
    assert set(json.loads(layout.hyperparameters.read_text())) >= {
        "sagemaker_program",
        "sagemaker_job_name",
        "sagemaker_region",
    }


def test_names_are_generated_as_the_sdk_did(script, plugins):
    name = TensorFlow(script, base_job_name="a_b." + "x" * 80, plugins=plugins).job().name
    assert len(name) <= 63
    assert name.startswith("a-b-xxx")
    assert TensorFlow(script, plugins=plugins).job().name.startswith("train-20")


def test_the_users_dict_is_left_alone_and_a_second_fit_has_its_own_job(script, plugins):
    given = {"rate": 1}
    estimator = TensorFlow(script, hyperparameters=given, plugins=plugins)
    first, second = estimator.job(job_name="a"), estimator.job(job_name="b")
    assert given == {"rate": 1}
    assert first.checkpoint_path is second.checkpoint_path is None


def test_steps_may_come_as_hyperparameters(script, plugins):
    job = TensorFlow(
        script, hyperparameters={"training_steps": 7, "checkpoint_path": "/x", "a": 1}, plugins=plugins
    ).job()
    assert (job.training_steps, job.checkpoint_path, job.hyperparameters) == (7, "/x", {"a": 1})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"entry_point": None}, "entry_point is missing"),
        ({"framework_version": "1.99"}, "framework_version '1.99' is not a TensorFlow release"),
        (
            {"train_instance_type": "vm.c5.xlarge"},
            r"no backend runs train_instance_type 'vm\.c5\.xlarge'.*install the plugin",
        ),
        ({"backend": "slurm"}, "there is no backend 'slurm'"),
        ({"py_version": "py4"}, "py_version must be"),
        ({"hyperparameters": {"sagemaker_program": "x"}}, "'sagemaker_program' is reserved"),
        ({"hyperparameters": {"training_steps": 3}, "training_steps": 4}, "training_steps is given twice"),
    ],
)
def test_bad_arguments_are_told_at_construction(script, plugins, arguments, message):
    with pytest.raises(SmtfError, match=message):
        TensorFlow(**{"entry_point": script, "plugins": plugins, **arguments})


def test_too_many_positional_arguments(script):
    with pytest.raises(InvalidInputError, match="takes the entry point by position"):
        TensorFlow(str(script), "role")
    with pytest.raises(InvalidInputError, match="given twice"):
        TensorFlow(str(script), entry_point=str(script))


@pytest.mark.parametrize(
    ("arguments", "inputs", "message"),
    [
        ({"entry_point": "nowhere.py"}, None, "entry_point 'nowhere.py' must be a Python file, but it is missing"),
        ({"entry_point": "/tmp"}, None, "but it is a folder"),
        ({"source_dir": "/no/such"}, None, "source_dir '/no/such' is not a folder"),
        ({"source_dir": "{code}", "entry_point": "other.py"}, None, "is not a file in source_dir"),
        ({"source_dir": "{code}", "entry_point": "../train.py"}, None, "without '..'"),
        ({"requirements_file": "requirements.txt"}, None, "requirements_file needs a source_dir"),
        (
            {"source_dir": "{code}", "entry_point": "train.py", "requirements_file": "r.txt"},
            None,
            "'r.txt' does not exist in source_dir",
        ),
        (
            {"source_dir": "{code}", "entry_point": "train.py", "requirements_file": "/r.txt"},
            None,
            "relative to source_dir",
        ),
        ({"dependencies": ["/no/such"]}, None, "dependency '/no/such' does not exist"),
        ({"dependencies": ["{code}/train.py"]}, None, "would replace 'train.py'"),
        ({"training_steps": 0}, None, "training_steps must be a whole number above 0"),
        ({"evaluation_steps": "all"}, None, "evaluation_steps must be"),
        ({"hyperparameters": {"w": object()}}, None, "hyperparameter 'w' of type object"),
        ({"hyperparameters": {"throttle_secs": "5"}}, None, "hyperparameter 'throttle_secs' must be"),
        ({"train_instance_count": 2}, None, r"runs a job on 1 host\(s\), not on 2"),
        ({"train_instance_count": 0}, None, "train_instance_count must be"),
        ({"train_max_run": 0}, None, "train_max_run must be"),
        ({"subnets": ["a"]}, None, "subnets and security_group_ids go together"),
        ({"checkpoint_path": "gs://b/k"}, None, "there is no checkpoint store 'gs'"),
        ({"distribution": "horovod"}, None, "there is no distribution strategy 'horovod'"),
        ({"script_loader": "notebook"}, None, "there is no script loader 'notebook'"),
        ({"input_mode": "Fifo"}, "/tmp", "there is no input mode 'Fifo'"),
        ({"environment": {"A": 1}}, None, "environment variable 'A'"),
        ({}, {"training": 5}, "channel 'training': an input is a path, a URI or an s3_input, not int"),
        ({}, ["a"], "channel 'training': an input is .* not list"),
        ({}, {"a/b": "/tmp"}, "'a/b' is not a channel name"),
        ({}, "gs://bucket/key", "input mode 'File' cannot read 'gs://bucket/key'"),
        ({}, "file://relative", "three slashes"),
    ],
)
def test_bad_jobs_are_told_before_anything_starts(script, plugins, tmp_path, arguments, inputs, message):
    def fill(value):
        if isinstance(value, list):
            return [fill(item) for item in value]
        return value.replace("{code}", str(script.parent)) if isinstance(value, str) else value

    arguments = {"entry_point": str(script), **{key: fill(value) for key, value in arguments.items()}}
    estimator = TensorFlow(**arguments, output_path=tmp_path / "out", plugins=plugins)
    with pytest.raises((InvalidInputError, UnknownNameError), match=message):
        estimator.fit(inputs)
    assert not (tmp_path / "out").exists()


def test_a_missing_channel_folder_is_told_before_anything_starts(script, plugins, tmp_path):
    with pytest.raises(InvalidInputError, match="channel 'training': there is no file or folder /no/such"):
        TensorFlow(script, output_path=tmp_path / "out", plugins=plugins).fit("/no/such")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["-a", "a_b", "a" * 64, "a b"])
def test_job_names(script, plugins, name):
    with pytest.raises(InvalidInputError, match="1 to 63 letters, digits and hyphens"):
        TensorFlow(script, plugins=plugins).fit(job_name=name)


def test_tensorboard_needs_to_be_waited_for(script, plugins):
    with pytest.raises(ValueError, match="run_tensorboard_locally=True needs wait=True"):
        TensorFlow(script, plugins=plugins).fit(wait=False, run_tensorboard_locally=True)
