import json
from pathlib import Path

import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.models import Layout
from smtf_core.models.environment import decode_hyperparameters, encode_hyperparameters, read_environment


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "ml")
    layout.create()
    return layout


def put(layout: Layout, hyperparameters: dict, channels: dict | None = None, resources: dict | None = None) -> None:
    layout.hyperparameters.write_text(json.dumps(hyperparameters))
    if channels is not None:
        layout.input_data_config.write_text(json.dumps(channels))
    if resources is not None:
        layout.resource_config.write_text(json.dumps(resources))


PROGRAM = {"sagemaker_program": '"train.py"'}


def test_reads_what_sagemaker_writes(layout):
    put(
        layout,
        {
            **PROGRAM,
            "sagemaker_job_name": '"job-1"',
            "sagemaker_container_log_level": "10",
            "checkpoint_path": '"s3://bucket/ck"',
            "training_steps": "50",
            "evaluation_steps": "null",
            "learning_rate": "0.1",
        },
        {"training": {"TrainingInputMode": "File"}, "test": {"ContentType": "text/csv"}},
        {"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]},
    )
    environment = read_environment(layout)
    assert (environment.job_name, environment.entry_point, environment.log_level) == ("job-1", "train.py", 10)
    assert (environment.training_steps, environment.evaluation_steps) == (50, None)
    assert (environment.hosts, environment.current_host, environment.is_chief) == (
        ("algo-1", "algo-2"),
        "algo-2",
        False,
    )
    assert environment.checkpoint_path == "s3://bucket/ck"
    assert environment.channel_dirs == {
        "training": str(layout.channel("training")),
        "test": str(layout.channel("test")),
    }
    assert environment.hyperparameters["learning_rate"] == 0.1
    assert environment.hyperparameters["save_checkpoints_secs"] == 300
    assert environment.hyperparameters["sagemaker_program"] == "train.py"


def test_steps_that_are_absent_have_the_containers_defaults(layout):
    put(layout, PROGRAM)
    environment = read_environment(layout)
    assert (environment.training_steps, environment.evaluation_steps) == (1000, 100)
    assert environment.hosts == ("algo-1",)


def test_own_keys_are_read_but_not_shown_to_the_script(layout):
    put(layout, {**PROGRAM, "smtf_framework_version": '"1.6"', "smtf_distribution": '"single"'})
    environment = read_environment(layout)
    assert str(environment.framework_version) == "1.6.0"
    assert environment.distribution == "single"
    assert not [key for key in environment.hyperparameters if key.startswith("smtf_")]


def test_a_value_that_is_not_json_is_a_plain_string(layout):
    assert decode_hyperparameters({"a": "plain text", "b": '"quoted"', "_tuning_objective_metric": "123"}) == {
        "a": "plain text",
        "b": "quoted",
        "_tuning_objective_metric": "123",
    }


def test_jobs_of_a_tuning_job_keep_their_checkpoints_apart(layout):
    put(
        layout,
        {**PROGRAM, "sagemaker_job_name": '"j"', "checkpoint_path": '"/ck/"', "_tuning_objective_metric": "loss"},
    )
    assert read_environment(layout).checkpoint_path == "/ck/j/checkpoints"


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        ({"training": {}, "test": {}}, "training"),
        ({"whatever": {}}, "whatever"),
        ({"a": {}, "b": {}}, None),
        ({}, None),
    ],
)
def test_training_dir(layout, channels, expected):
    put(layout, PROGRAM, channels)
    directory = read_environment(layout).training_dir
    assert directory == (str(layout.channel(expected)) if expected else None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must hold a JSON object"),
        ("{}", "sagemaker_program"),
        ('{"sagemaker_program": "null"}', "sagemaker_program"),
    ],
)
def test_a_broken_tree_is_an_error_that_names_the_file(layout, text, message):
    layout.hyperparameters.write_text(text)
    with pytest.raises(InvalidInputError, match=message) as caught:
        read_environment(layout)
    assert str(layout.hyperparameters) in str(caught.value)


def test_no_tree_at_all(tmp_path):
    with pytest.raises(InvalidInputError, match="not the /opt/ml tree"):
        read_environment(Layout(tmp_path / "nothing"))


def test_hyperparameters_survive_encoding():
    values = {
        "a": 1,
        "b": "text",
        "c": None,
        "_tuning_objective_metric": "loss",
        "d": [1, {"x": True}],
        "e": 0.5,
        "ü": "ß",
    }
    assert decode_hyperparameters(encode_hyperparameters(values)) == values
    with pytest.raises(InvalidInputError, match=r"'w' of type object.*tolist"):
        encode_hyperparameters({"w": object()})
